"""What investors decided along a path, as rows: each candidate by year, and each with what came of it."""

from __future__ import annotations

from typing import Any

from ytterby.model.entry import Asked, Built, Entered, charge, earned, mean, weights
from ytterby.model.new_plant import tonnes
from ytterby.model.scenario import Entry
from ytterby.model.solved import Solved
from ytterby.model.timeline import Lived

Row = dict[str, Any]


def period_rows(lived: Lived, t: int) -> list[Row]:
    """A row for each candidate in a period: what it expects and decides there, and what runs of it [unit]."""
    done = lived.entered
    if done is None:
        return []
    asked = {a.entry: a for a in done.asked if a.period == t}
    return [
        {**_row(lived, done, e, asked.get(e.id), t), "price": seen[t].opex + seen[t].net,
         "needed": seen[t].opex + charge(e, lived.behaviour)}
        for e, seen in zip(done.entries, done.seen, strict=True)
    ]  # fmt: skip


def _row(lived: Lived, done: Entered, e: Entry, a: Asked | None, t: int) -> Row:
    own = [b for b in done.built if b.entry == e.id]
    new = sum(b.period == t for b in own)
    solved = lived.path.periods[t]
    runs = [_running(solved, b.measure.id) for b in own]
    return {
        "id": e.id, "title": e.title, "country": e.plant.country, "stage": e.plant.stage,
        "expectation": e.expectation, "price_unit": "USD/kg",
        "expected_price": a.expected if a else None, "cash_cost": a.opex if a else None,
        "capital_charge": a.charge if a else None, "break_even": a.break_even if a else None,
        "decision": a.decision if a else None, "unit": e.plant.capacity.unit,
        "capacity_decided": new * e.plant.capacity.value, "plants": sum(b.period <= t for b in own),
        "capacity": sum(r[0] for r in runs), "output": sum(r[1] for r in runs),
    }  # fmt: skip


def _running(solved: Solved, name: str) -> tuple[float, float]:
    """Capacity that can run in a period, ramp-up included, and what runs of it [t/yr]."""
    for limit in solved.network.limits:
        if limit.id == name:
            return limit.upper, sum(c * solved.level(column) for column, c in limit.terms)
    return 0.0, 0.0


def entry_rows(lived: Lived) -> list[Row]:
    """A row for each candidate over the path: its terms, the plants that were built, and what they earn there."""
    done = lived.entered
    if done is None:
        return []
    return [
        {
            "id": e.id, "title": e.title, "country": e.plant.country, "stage": e.plant.stage,
            "expectation": e.expectation, "capacity": e.plant.capacity.value, "unit": e.plant.capacity.unit,
            "full_capacity": tonnes(e.plant), "most": e.most, "capital_charge": charge(e, lived.behaviour),
            "base_price": base, "price_unit": "USD/kg",
            "plants": [_plant(lived, e, b) for b in done.built if b.entry == e.id],
        }
        for e, base in zip(done.entries, done.base, strict=True)
    ]  # fmt: skip


def _plant(lived: Lived, e: Entry, b: Built) -> Row:
    label = lived.calendar[b.period].label
    price, must = _realised(lived, e, b)
    return {
        "id": b.measure.id, "decided": label, "opens": b.opens.isoformat(), "capital": b.capital,
        "capital_unit": "MUSD", "realised_price": price, "break_even": must,
    }  # fmt: skip


def _realised(lived: Lived, e: Entry, b: Built) -> tuple[float | None, float | None]:
    """What the plant earns on the path [USD/kg], and what it must; None where it has not opened by the end.

    Years beyond the path count as its last one.
    """
    there = [
        earned(solved, b.measure.id)
        for solved in lived.path.periods
        if any(limit.id == b.measure.id for limit in solved.network.limits)
    ]
    if not there:
        return None, None
    step = round(1 / lived.path.years)
    by = weights(e, lived.behaviour)
    years = [there[i : i + step] for i in range(0, len(there), step)]
    taken = [years[min(y, len(years) - 1)] for y in range(len(by))]
    cost = mean([mean([x.opex for x in year]) for year in taken], by)
    margin = mean([mean([x.margin for x in year]) for year in taken], by)
    return cost + margin, cost + charge(e, lived.behaviour)
