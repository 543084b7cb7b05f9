"""Measures in one period: how far each is in force, phased in, or going by other ways.

A measure that covers part of a period counts for its days: a quota or ban leaves the base flow on the other days, a
tax is its rate times that part. Licences with a delay approve nothing at first and then a growing share of the limit;
a plant runs up an S-curve from its start. Goods stopped at a door may leak at a premium over the home price.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ytterby.model.behaviour import Behaviour
from ytterby.model.calendar import Period
from ytterby.model.measures import Applied, apply
from ytterby.model.network import Network
from ytterby.model.scenario import Measure, Ranged
from ytterby.model.solved import Solved

_MONTH = 365.25 / 12
#: A plant that runs less than this part of its capacity in a period has not started.
_STARTED = 1e-3


@dataclass(frozen=True, slots=True)
class When:
    """A period, the whole calendar around it, and how people behave over time."""

    period: Period
    first: date
    last: date
    years: float
    behaviour: Behaviour


def at(network: Network, base: Solved, measures: Sequence[Measure], when: When) -> tuple[Network, tuple[Applied, ...]]:
    """The network under the measures in force in a period, and what each did, in the order given.

    `base` is the equilibrium without measures, for the home prices that a leak pays its premium on.
    """
    done: dict[int, Applied] = {}
    for place, m in sorted(enumerate(measures), key=lambda item: item[1].kind != "facility"):
        part = when.period.part(m.start, m.end)
        now = _phased(m, when, part) if part > 0 else None
        if now is None:
            done[place] = Applied(m, idle=f"not in force in {when.period.label}")
            continue
        changed, (told,) = apply(network, [now], when.period.start.year)
        network, done[place] = _blended(network, changed, told, part), told
    return _leaking(network, base, done.values(), when.behaviour), tuple(done[i] for i in range(len(measures)))


def _phased(m: Measure, when: When, part: float) -> Measure | None:
    """The measure as it acts over the days of the period that it covers; None when it has not started to."""
    phase = _PHASES.get(m.kind)
    now = m if phase is None else phase(m, when, part)
    return None if now is None else replace(now, start=None, end=None)


def _licences(m: Measure, when: When, part: float) -> Measure:
    if m.delay is None or m.limit is None or m.start is None:
        return m
    delay = m.delay.value
    inside = max(part, 1e-9)
    share = min(when.period.mean(lambda months: when.behaviour.licences(months, delay), m.start) / inside, 1.0)
    limit = m.limit
    if limit.quantity is not None:
        return replace(m, limit=replace(limit, quantity=replace(limit.quantity, value=limit.quantity.value * share)))
    return replace(m, limit=replace(limit, share_of_base=(limit.share_of_base or 0.0) * share))


def _rate(m: Measure, when: When, part: float) -> Measure:
    rate = m.rate
    if rate is None or part == 1:
        return m
    if rate.specific is not None:
        return replace(m, rate=replace(rate, specific=replace(rate.specific, value=rate.specific.value * part)))
    return replace(m, rate=replace(rate, ad_valorem=(rate.ad_valorem or 0.0) * part))


def _plant(m: Measure, when: When, part: float) -> Measure | None:
    plant = m.plant
    if plant is None or m.start is None:
        return m
    opens = m.start + timedelta(days=(plant.lead.value if plant.lead else 0.0) * _MONTH)
    share = when.period.mean(when.behaviour.ramp, opens) * (plant.probability.value if plant.probability else 1.0)
    if share < _STARTED:
        return None
    full = plant.capacity_factor or Ranged(1.0)
    return replace(m, plant=replace(plant, capacity_factor=replace(full, value=full.value * share)))


def _released(m: Measure, when: When, part: float) -> Measure:
    """The amount is of the whole window, spread evenly over its days; in a period it is an annual rate."""
    if m.amount is None:
        return m
    start, end = max(m.start or when.first, when.first), min(m.end or when.last, when.last)
    days = (end - start).days + 1
    inside = part * ((when.period.end - when.period.start).days + 1)
    return replace(m, amount=replace(m.amount, value=m.amount.value * inside / days / when.years))


_PHASES: dict[str, Callable[[Measure, When, float], Measure | None]] = {
    "quota": _licences, "export_tax": _rate, "tariff": _rate, "facility": _plant, "release": _released,
}  # fmt: skip


def _blended(before: Network, after: Network, told: Applied, part: float) -> Network:
    """A measure that covers part of a period: base flow on the other days, under limits and bounds alike."""
    if part >= 1 or told.idle or told.measure.kind not in ("quota", "ban", "outage", "closure", "refusal"):
        return after
    base = {a.id: a.base for a in before.activities}
    added, hit = set(told.limits), set(told.columns) if told.measure.kind != "quota" else set()
    limits = [
        replace(x, upper=part * x.upper + (1 - part) * max(sum(c * base.get(n, 0.0) for n, c in x.terms), x.upper))
        if x.id in added
        else x
        for x in after.limits
    ]
    was = {a.id: a.upper for a in before.activities}
    columns = (
        replace(a, upper=min(part * a.upper + (1 - part) * max(a.base, a.upper), was[a.id])) if a.id in hit else a
        for a in after.activities
    )
    return replace(after.with_activities(columns), limits=tuple(limits))


def _leaking(network: Network, base: Solved, done: Iterable[Applied], behaviour: Behaviour) -> Network:
    """Latent lanes beside those that a measure with `leaks` closes: a share of the base flow, at a premium."""
    closed = {
        name
        for a in done
        if a.measure.leaks and not a.idle and a.measure.kind in ("ban", "quota")
        for name in a.columns
    }
    if not closed:
        return network
    added = [
        replace(
            a, id=f"leak:{a.id}", base=0.0, gap=0.0, tax=0.0, note="leaks past the measure",
            cost=a.cost - a.tax + behaviour.leak_premium * max(base.price((a.product, a.country)), 0.0),
            upper=behaviour.leak_share * a.base,
        )
        for a in network.activities
        if a.id in closed and a.kind == "route" and a.base > 0
    ]  # fmt: skip
    return replace(network, activities=(*network.activities, *added))
