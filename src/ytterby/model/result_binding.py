"""What binds and what does not, each with its shadow price or the reason why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ytterby.model.measures import Applied
from ytterby.model.network import Activity, Limit, MarketKey
from ytterby.model.result_prices import traffic
from ytterby.model.solved import Solved

Row = dict[str, Any]

#: A limit counts as binding when its dual is above this [USD/kg], or its slack below this part of it.
_DUAL, _SLACK = 1e-6, 1e-6
#: A stopped tonne counts as worth something above this [USD/kg].
_WORTH = 1e-4
_CAPACITIES = 12


def binding(solved: Solved, base: Solved, applied: tuple[Applied, ...]) -> Iterator[Row]:
    """Rows of the binding table: measures first, then policy caps, then the capacities that bind hardest."""
    limits = {limit.id: limit for limit in solved.network.limits}
    for done in applied:
        if done.idle:
            yield _row(done, "measure", False, None, None, "", None, f"does not bind: {done.idle}")
        elif done.limits:
            yield from (_limit_row(solved, base, done.measure.kind, limits[name]) for name in done.limits)
        else:
            yield _columns_row(solved, base, done)
    for limit in solved.network.limits:
        if limit.policy:
            yield _limit_row(solved, base, "policy cap", limit)
    yield from _capacities(solved)


def _limit_row(solved: Solved, base: Solved, kind: str, limit: Limit) -> Row:
    level = sum(c * solved.level(name) for name, c in limit.terms)
    before = sum(c * base.level(name) for name, c in limit.terms if name in base.layout.column_of)
    dual = min(solved.dual(limit.id), _most(solved, limit))
    bound = dual > _DUAL and limit.upper - level <= max(_SLACK * abs(limit.upper), 1e-6)
    if bound:
        why = f"at home price and freight buyers would take more than the limit; {before:,.0f} {limit.unit} in the base"
    elif kind in ("release", "facility"):
        why = f"{level:,.0f} of {limit.upper:,.0f} {limit.unit} is used: more would not pay"
    else:
        why = f"does not bind: {level:,.1f} {limit.unit} flows, below {limit.upper:,.1f} (base {before:,.1f})"
    return {
        "id": limit.id,
        "kind": kind,
        "title": limit.title,
        "bound": bound,
        "limit": limit.upper,
        "level": level,
        "unit": limit.unit,
        "shadow_price": dual if bound else None,
        "price_unit": "USD/kg",
        "why": why,
    }


def _most(solved: Solved, limit: Limit) -> float:
    """The largest rent a limit on lanes can earn while somebody still buys: the widest gap of published prices."""
    quoted = solved.quoted()
    gaps = [_gap(solved, name, quoted) for name, _ in limit.terms]
    return max(gaps, default=float("inf"))


def _columns_row(solved: Solved, base: Solved, done: Applied) -> Row:
    """A ban, closure, outage, refusal or tax, by the activities it hits."""
    level = sum(solved.level(name) for name in done.columns)
    before = sum(base.level(name) for name in done.columns if name in base.layout.column_of)
    if done.measure.kind in ("export_tax", "tariff"):
        paid = sum(
            (_activity(solved, name).tax + _activity(solved, name).duty) * solved.level(name) for name in done.columns
        )
        why = f"tax of {paid / 1000:,.1f} MUSD a year on {level:,.0f} t; {before:,.0f} t flowed before"
        if level <= 0 < before:
            why = f"so high that nothing flows: {before:,.0f} t flowed before"
        rate = paid / level if level > 0 else None
        return _row(done, done.measure.kind, max(level, before) > 0, None, level, "t/yr", rate, why)
    bound = sum(_activity(solved, name).upper for name in done.columns)
    moved = traffic(solved)
    live = [name for name in done.columns if _settled(solved, name, moved)]
    quoted = solved.quoted()
    worth = max((min(_worth(solved, name), _gap(solved, name, quoted)) for name in live), default=0.0)
    stops = before > level * (1 + 1e-6)
    if worth > _WORTH:
        why = f"the most valuable tonne it stops would be worth its shadow price; {before:,.0f} t flowed before"
    elif stops and len(live) < len(done.columns):
        why = f"no price settles where nothing flows any more; {before:,.0f} t flowed before"
    else:
        why = f"does not bind: nothing it stops would pay at these prices ({before:,.1f} t flowed before)"
    binds = worth > _WORTH or (stops and len(live) < len(done.columns))
    return _row(done, done.measure.kind, binds, bound, level, "t/yr", worth if worth > _WORTH else None, why)


def _gap(solved: Solved, name: str, quoted: Mapping[MarketKey, float]) -> float:
    """The gap of published prices that a lane bridges; no bound for anything else."""
    a = _activity(solved, name)
    if a.kind != "route":
        return float("inf")
    return quoted[a.product, a.partner or ""] - quoted[a.product, a.country]


def _settled(solved: Solved, name: str, moved: Mapping[MarketKey, float]) -> bool:
    """Whether something still flows through every market of an activity, so that its prices mean something."""
    return all(moved.get(key, 0.0) > 0.01 for key, _ in _activity(solved, name).coefficients)


def _row(
    done: Applied,
    kind: str,
    bound: bool,
    limit: float | None,
    level: float | None,
    unit: str,
    price: float | None,
    why: str,
) -> Row:
    return {
        "id": done.measure.id,
        "kind": kind,
        "title": done.measure.title or done.measure.id,
        "bound": bound,
        "limit": limit,
        "level": level,
        "unit": unit or None,
        "shadow_price": price,
        "price_unit": "USD/kg" if price is not None else None,
        "why": why,
    }


def _activity(solved: Solved, name: str) -> Activity:
    return solved.layout.activities[solved.layout.column_of[name]]


def _worth(solved: Solved, name: str) -> float:
    """Worth of one more tonne through an activity at its upper bound [USD/kg]."""
    return max(-float(solved.solution.column_dual[solved.layout.column_of[name]]), 0.0)


def _capacities(solved: Solved) -> Iterator[Row]:
    """Plants and mines that run at their bound, by what one more tonne of each would add in all."""
    full = [
        a
        for a in solved.layout.activities
        if a.kind in ("mine", "separate", "metal", "magnet", "recycle")
        and a.base > 0
        and _worth(solved, a.id) > 1e-3
        and solved.level(a.id) >= a.upper * (1 - 1e-6)
    ]
    full.sort(key=lambda a: (-_worth(solved, a.id) * a.upper, a.id))
    for a in full[:_CAPACITIES]:
        yield {
            "id": a.id,
            "kind": "capacity",
            "title": f"{a.kind} capacity, {a.country}, {a.product}" + (f" ({a.facility})" if a.facility else ""),
            "bound": True,
            "limit": a.upper,
            "level": solved.level(a.id),
            "unit": "t/yr",
            "shadow_price": _worth(solved, a.id),
            "price_unit": "USD/kg",
            "why": "runs at base plus the assumed slack of a year",
        }
