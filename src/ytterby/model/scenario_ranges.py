"""The numbers of a scenario that have a range: limits, taxes, outages, releases, plants, licences, stocks, behaviour.

Each has an id, as in the table of assumptions of a result, and the path by which `--set` reaches it. `changed` puts
other values in their place, as if the file had said them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from ytterby.core.errors import Fault, InputError
from ytterby.model.behaviour import TABLE
from ytterby.model.distributions import Points, said
from ytterby.model.scenario import Entry, Growth, Limit, Measure, Pile, Plant, Ranged, Rate, Recycle, Scenario
from ytterby.model.scenario_entry import plant_key

_Record = TypeVar("_Record", Measure, Plant, Pile, Recycle, Growth, Entry)
#: Fields of a measure, of its plant and of a stock, with the path of the number below the record.
_MEASURE = {"lost": "lost.share", "amount": "amount.value", "delay": "delay.months"}
_PLANT = {
    "capacity": "capacity.value", "recovery": "recovery.share", "cost": "cost.value",
    "capacity_factor": "capacity_factor.share", "lead": "lead.months", "probability": "probability.share",
}  # fmt: skip
_PILE = {
    "months": "months.months", "amount": "opening.value", "capacity": "capacity.value", "holding": "holding.share",
    "release_above": "release_above.times", "buy_below": "buy_below.times", "rate": "rate.value",
}  # fmt: skip
_RECYCLE = {
    "mean": "lifetime.years", "growth": "past_growth.rate", "collection": "collection.share",
    "recovery": "recovery.share", "cost": "cost.value", "lag": "lag.months", "reached": "reached.months",
}  # fmt: skip
_GROWTH = {"rate": "rate.rate", "lasting": "lasting.share"}
_ENTRY = {
    "capex": "capex.value", "overrun": "overrun.share", "hurdle": "hurdle.rate", "life": "life.years",
    "weight": "weight.share",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    """One number with its range and how it is drawn; `unit` is "" where `--set` takes a bare number."""

    id: str
    path: str
    value: float
    low: float
    high: float
    unit: str = ""
    dist: str = "triangular"
    points: Points = ()


def numbers(scenario: Scenario) -> tuple[Number, ...]:
    """Every number with a range of what is in force, sorted by id; those without width are left out.

    Over many periods also those of stocks, and of behaviour that the scenario does not set. Raises InputError where
    the ranges of a stock's rule meet, because a draw might then buy above the price at which it releases.
    """
    many = scenario.time.many
    found = [n for m in scenario.measures if many or m.in_force(scenario.year) for n in _of_measure(m)]
    if many:
        found += [n for pile in scenario.piles for n in _of_pile(pile)]
        found += [n for p in scenario.recycling for n in _of_fields(p, f"recycling.{p.id}", _RECYCLE)]
        found += [n for g in scenario.growth for n in _of_fields(g, f"growth.{g.id}", _GROWTH)]
        found += [n for e in scenario.entry for n in _of_entry(e)]
        found += _of_behaviour(scenario)
    return tuple(sorted(found, key=lambda n: n.id))


def changed(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario with numbers at other values, by id; what is not named stays."""
    behaviour = {i.partition(".")[2]: v for i, v in values.items() if i.startswith("time.")}
    return replace(
        scenario,
        measures=tuple(_measure(m, values) for m in scenario.measures),
        piles=tuple(_moved(p, f"stock.{p.id}", _PILE, values) for p in scenario.piles),
        entry=tuple(_entry(e, values) for e in scenario.entry),
        recycling=tuple(_moved(p, f"recycling.{p.id}", _RECYCLE, values) for p in scenario.recycling),
        growth=tuple(_moved(g, f"growth.{g.id}", _GROWTH, values) for g in scenario.growth),
        behaviour=dict(scenario.behaviour) | behaviour,
    )


def _of_measure(m: Measure) -> Iterator[Number]:
    head = f"measure.{m.id}"
    if m.limit is not None:
        yield from _of_limit(m.limit, f"{head}.limit")
    if m.rate is not None:
        yield from _of_rate(m.rate, f"{head}.rate")
    yield from _of_fields(m, head, _MEASURE)
    if m.plant is not None:
        yield from _of_fields(m.plant, f"{head}.facility", _PLANT)


def _of_limit(limit: Limit, name: str) -> Iterator[Number]:
    if limit.share_of_base is not None:
        given = Ranged(limit.share_of_base, limit.low, limit.high, dist=limit.dist)
        yield from _number(name, f"{name}.share_of_base", given)
    elif limit.quantity is not None:
        q = limit.quantity
        yield from _number(name, f"{name}.quantity", Ranged(q.value, limit.low, limit.high, q.unit, dist=limit.dist))


def _of_rate(rate: Rate, name: str) -> Iterator[Number]:
    if rate.ad_valorem is not None:
        yield from _number(name, f"{name}.ad_valorem", Ranged(rate.ad_valorem, rate.low, rate.high, dist=rate.dist))
    elif rate.specific is not None:
        q = rate.specific
        yield from _number(name, f"{name}.specific", Ranged(q.value, rate.low, rate.high, q.unit, dist=rate.dist))


def _of_pile(pile: Pile) -> Iterator[Number]:
    found = {n.id.rpartition(".")[2]: n for n in _of_fields(pile, f"stock.{pile.id}", _PILE)}
    above, below = pile.release_above, pile.buy_below
    if above is not None and below is not None:
        least = found["release_above"].low if "release_above" in found else above.value
        most = found["buy_below"].high if "buy_below" in found else below.value
        if most >= least:
            said_so = f"a range up to {most:g}, and release_above from {least:g}"
            raise InputError(Fault(f"stock {pile.id!r}, buy_below", said_so, "ranges that do not meet"))
    yield from found.values()


def _of_entry(e: Entry) -> Iterator[Number]:
    yield from _of_fields(e, f"entry.{e.id}", _ENTRY)
    yield from _of_fields(e.plant, f"entry.{e.id}.{plant_key(e)}", _PLANT)


def _entry(e: Entry, values: Mapping[str, float]) -> Entry:
    plant = _moved(e.plant, f"entry.{e.id}.{plant_key(e)}", _PLANT, values)
    return _moved(replace(e, plant=plant), f"entry.{e.id}", _ENTRY, values)


def _of_behaviour(scenario: Scenario) -> Iterator[Number]:
    """Behaviour with its own range, if anything in the scenario follows it."""
    kinds = {m.kind for m in scenario.measures}
    idle = {
        "ramp_": "facility" not in kinds and not scenario.entry,
        "leak_": not any(m.leaks for m in scenario.measures),
        "licence_": not any(m.delay for m in scenario.measures),
    }
    for row in TABLE:
        name = row.id.partition(".")[2]
        if name not in scenario.behaviour and not any(off and name.startswith(head) for head, off in idle.items()):
            yield Number(row.id, f"behaviour.{name}", row.value, row.low, row.high)


def _of_fields(
    record: Measure | Plant | Pile | Recycle | Growth | Entry, head: str, fields: Mapping[str, str]
) -> Iterator[Number]:
    for field, path in fields.items():
        given: Ranged | None = getattr(record, field)
        if given is not None:
            yield from _number(f"{head}.{path.rpartition('.')[0]}", f"{head}.{path}", given)


def _number(name: str, path: str, given: Ranged) -> Iterator[Number]:
    if given.low is None or given.high is None or given.low >= given.high:
        return
    told = said(name, given.dist) if given.dist else None
    unit = given.unit if path.rpartition(".")[2] in ("value", "quantity", "specific") else ""
    dist, points = (told.dist, told.points) if told else ("triangular", ())
    yield Number(name, path, given.value, given.low, given.high, unit, dist, points)


def _measure(m: Measure, values: Mapping[str, float]) -> Measure:
    head = f"measure.{m.id}"
    limit, rate = values.get(f"{head}.limit"), values.get(f"{head}.rate")
    if limit is not None and m.limit is not None:
        q = m.limit.quantity
        now = {"share_of_base": limit} if q is None else {"quantity": replace(q, value=limit)}
        m = replace(m, limit=replace(m.limit, **now))
    if rate is not None and m.rate is not None:
        s = m.rate.specific
        taxed = {"ad_valorem": rate} if s is None else {"specific": replace(s, value=rate)}
        m = replace(m, rate=replace(m.rate, **taxed))
    if m.plant is not None:
        m = replace(m, plant=_moved(m.plant, f"{head}.facility", _PLANT, values))
    return _moved(m, head, _MEASURE, values)


def _moved(record: _Record, head: str, fields: Mapping[str, str], values: Mapping[str, float]) -> _Record:
    """The record with those of its numbers that have another value."""
    now: dict[str, Ranged] = {}
    for field, path in fields.items():
        value = values.get(f"{head}.{path.rpartition('.')[0]}")
        given: Ranged | None = getattr(record, field)
        if value is not None and given is not None:
            now[field] = replace(given, value=value)
    return replace(record, **now) if now else record  # type: ignore[arg-type]
