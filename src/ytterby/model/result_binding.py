"""What binds and what does not, each with its shadow price or the reason why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ytterby.core.units import factor
from ytterby.model.applied import Applied
from ytterby.model.contracts import strikes
from ytterby.model.naming import capacity_title, limit_title
from ytterby.model.network import Activity, Limit, MarketKey
from ytterby.model.result_prices import traffic
from ytterby.model.scenario import Measure
from ytterby.model.solved import Solved

Row = dict[str, Any]

#: A limit counts as binding when its dual is above this [USD/kg], or its slack below this part of it.
_DUAL, _SLACK = 1e-6, 1e-6
#: A stopped tonne counts as worth something above this [USD/kg].
_WORTH = 1e-4
_CAPACITIES = 12


@dataclass(frozen=True, slots=True)
class _Seen:
    """An answer, the base, the prices as published and what comes into each market, worked out once."""

    now: Solved
    base: Solved
    quoted: Mapping[MarketKey, float]
    moved: Mapping[MarketKey, float]

    def activity(self, name: str) -> Activity:
        return self.now.layout.activities[self.now.layout.column_of[name]]

    def reduced(self, name: str) -> float:
        """Reduced cost of an activity [USD/kg]: below nothing where it would run more than its bound lets it."""
        return float(self.now.solution.column_dual[self.now.layout.column_of[name]])

    def over(self, name: str) -> float:
        """What an activity earns at published prices more than at the solver's [USD/kg], which have no upper end."""
        return sum(c * (self.quoted[key] - self.now.price(key)) for key, c in self.activity(name).coefficients)

    def worth(self, name: str) -> float:
        """Worth of one more tonne through an activity at its upper bound, at published prices [USD/kg]."""
        return max(self.over(name) - self.reduced(name), 0.0)

    def settled(self, name: str) -> bool:
        """Whether something flows through every market of an activity, so that its prices mean something."""
        return all(self.moved.get(key, 0.0) > 0.01 for key, _ in self.activity(name).coefficients)

    def flow(self, terms: Mapping[str, float]) -> tuple[float, float]:
        """Sum of coefficient x level over activities, now and in the base."""
        now = sum(c * self.now.level(name) for name, c in terms.items())
        return now, sum(c * self.base.level_or_zero(name) for name, c in terms.items())


def binding(solved: Solved, base: Solved, applied: tuple[Applied, ...]) -> Iterator[Row]:
    """Rows of the binding table: measures first, then policy caps, then the capacities that bind hardest."""
    seen = _Seen(solved, base, solved.quoted(), traffic(solved))
    limits = {limit.id: limit for limit in solved.network.limits}
    for done in applied:
        if done.idle:
            yield _row(done, "measure", False, None, None, "", None, f"does not bind: {done.idle}")
        elif done.measure.kind == "offtake":
            yield _offtake_row(seen, done, limits[done.limits[0]])
        elif done.measure.kind in ("price_floor", "cfd"):
            yield _strike_row(seen, done)
        elif done.limits:
            yield from (_limit_row(seen, done.measure.kind, limits[name]) for name in done.limits)
        elif done.measure.rate is not None:
            yield _tax_row(seen, done)
        else:
            yield _columns_row(seen, done)
    for limit in solved.network.limits:
        if limit.policy:
            yield _limit_row(seen, "policy cap", limit)
    yield from _capacities(seen)


def _limit_row(seen: _Seen, kind: str, limit: Limit) -> Row:
    level, before = seen.flow(dict(limit.terms))
    full = limit.upper - level <= max(_SLACK * abs(limit.upper), 1e-6)
    dual = _rent(seen, limit) if full else 0.0
    stopped = full and dual <= _DUAL < seen.now.dual(limit.id) and before > level + 1e-6
    if dual > _DUAL:
        why = f"{_wanted(seen, kind, limit)}; {before:,.0f} {limit.unit} in the base"
    elif stopped:
        why = f"no price settles where nothing flows any more; {before:,.0f} {limit.unit} in the base"
    elif kind in ("release", "facility"):
        why = f"{level:,.0f} of {limit.upper:,.0f} {limit.unit} is used: more would not pay"
    else:
        why = f"does not bind: {_said(level)} {limit.unit} flows, below {_said(limit.upper)} (base {_said(before)})"
    return {
        "id": limit.id,
        "kind": kind,
        "title": limit_title(limit),
        "bound": dual > _DUAL or stopped,
        "limit": limit.upper,
        "level": level,
        "unit": limit.unit,
        "shadow_price": dual if dual > _DUAL else None,
        "price_unit": "USD/kg",
        "why": why,
    }


def _said(amount: float) -> str:
    """An amount to read: whole from a hundred on, else three digits and no more than a hundredth."""
    return f"{amount:,.0f}" if abs(amount) >= 100 else f"{round(amount, 2):.3g}"


def _wanted(seen: _Seen, kind: str, limit: Limit) -> str:
    """Why a limit binds, by what it is over."""
    if kind == "release":
        return "all of it is sold, and more would be"
    if kind == "facility":
        return "it runs at its capacity, and more would pay"
    if all(seen.activity(name).kind != "route" for name, _ in limit.terms):
        return "at these prices more than the limit would be made"
    return "at home price and freight buyers would take more than the limit"


def _rent(seen: _Seen, limit: Limit) -> float:
    """Shadow price of a limit at published prices [USD/kg]: the most that a kilogram under it would earn.

    Where all use has ended the dual is any number above the value of lost use, and where nothing flows it is
    any number at all; so it is counted at the published prices, over activities whose markets have a flow.
    """
    dual = seen.now.dual(limit.id)
    earned = [
        dual + (seen.over(name) - seen.reduced(name)) / c for name, c in limit.terms if c > 0 and seen.settled(name)
    ]
    return min(dual, max(earned, default=0.0))


def _tax_row(seen: _Seen, done: Applied) -> Row:
    """A tax by what it brings in; of two taxes on one lane each has its own part."""
    level, before = seen.flow(dict.fromkeys(done.columns, 1.0))
    paid = sum(_due(seen, done.measure, name) * seen.now.level(name) for name in done.columns)
    why = f"tax of {paid / 1000:,.1f} MUSD a year on {level:,.0f} t; {before:,.0f} t flowed before"
    if level <= 0 < before:
        why = f"so high that nothing flows: {before:,.0f} t flowed before"
    rate = paid / level if level > 0 else None
    return _row(done, done.measure.kind, paid > 0 or level <= 0 < before, None, level, "t/yr", rate, why)


def _offtake_row(seen: _Seen, done: Applied, limit: Limit) -> Row:
    """An offtake by what moved and what damages were paid for."""
    missing = seen.now.level(f"shortfall:{done.measure.id}")
    moved, before = seen.flow({name: c for name, c in limit.terms if name in done.columns})
    dual = max(float(seen.now.solution.row_dual[seen.now.layout.row_of_limit[limit.id]]), 0.0)
    why = f"{_said(moved)} of {_said(limit.lower)} {limit.unit} moves; {_said(before)} in the base"
    if missing > _SLACK * max(limit.lower, 1.0):
        why += f"; damages are paid for {_said(missing)}"
    elif dual <= _DUAL:
        told = f"{_said(moved)} {limit.unit} moves anyway, above {_said(limit.lower)} (base {_said(before)})"
        why = f"does not bind: {told}"
    return _row(done, "offtake", dual > _DUAL, limit.lower, moved, limit.unit, dual if dual > _DUAL else None, why)


def _strike_row(seen: _Seen, done: Applied) -> Row:
    """A guaranteed price by what is paid for it."""
    found = strikes(seen.now.network, done)
    due = {name: sum(s.due(seen.now.price(s.market)) for s in several) for name, several in found.items()}
    paid = -sum(amount * seen.now.level(name) for name, amount in due.items())
    level, before = seen.flow(dict.fromkeys(done.columns, 1.0))
    why = f"{paid / 1000:,.2f} MUSD a year is paid to makers on {level:,.0f} t; {before:,.0f} t in the base"
    binds = abs(paid) > 1e-6 * max(level, 1.0)
    if not binds:
        why = f"does not bind: the price is above it; {level:,.0f} t is made, {before:,.0f} t in the base"
    per = paid / level if binds and level > 0 else None
    return _row(done, done.measure.kind, binds, None, level, "t/yr", per, why)


def _due(seen: _Seen, measure: Measure, name: str) -> float:
    """What a measure taxes a lane [USD/kg]: its amount, or its part of the home price or of the price before duty."""
    a, rate = seen.activity(name), measure.rate
    if rate is None:
        return 0.0
    if rate.specific is not None:
        return rate.specific.value * factor(rate.specific.unit, "USD/kg")
    if measure.kind == "export_tax":
        return (rate.ad_valorem or 0.0) * max(seen.now.price((a.product, a.country)), 0.0)
    return (rate.ad_valorem or 0.0) * max(seen.now.price((a.product, a.partner or "")) - a.duty, 0.0)


def _columns_row(seen: _Seen, done: Applied) -> Row:
    """A ban, closure, outage or refusal, by the activities it hits."""
    level, before = seen.flow(dict.fromkeys(done.columns, 1.0))
    bound = sum(seen.activity(name).upper for name in done.columns)
    live = [name for name in done.columns if seen.settled(name)]
    worth = max((seen.worth(name) for name in live), default=0.0)
    stops = before > level * (1 + 1e-6)
    if worth > _WORTH:
        why = f"the most valuable tonne it stops would be worth its shadow price; {before:,.0f} t flowed before"
    elif stops and len(live) < len(done.columns):
        why = f"no price settles where nothing flows any more; {before:,.0f} t flowed before"
    else:
        why = f"does not bind: nothing it stops would pay at these prices ({_said(before)} t flowed before)"
    binds = worth > _WORTH or (stops and len(live) < len(done.columns))
    return _row(done, done.measure.kind, binds, bound, level, "t/yr", worth if worth > _WORTH else None, why)


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


def _capacities(seen: _Seen) -> Iterator[Row]:
    """Plants and mines that run at their bound, by what one more tonne of each would add in all."""
    full = [
        (a, seen.worth(a.id))
        for a in seen.now.layout.activities
        if a.kind in ("mine", "separate", "refine", "metal", "magnet", "recycle")
        and a.base > 0
        and a.upper > 0
        and seen.now.level(a.id) >= a.upper * (1 - 1e-6)
    ]
    full = [(a, worth) for a, worth in full if worth > 1e-3]
    full.sort(key=lambda item: (-item[1] * item[0].upper, item[0].id))
    for a, worth in full[:_CAPACITIES]:
        yield {
            "id": a.id,
            "kind": "capacity",
            "title": capacity_title(a.kind, a.country, a.product, a.facility),
            "bound": True,
            "limit": a.upper,
            "level": seen.now.level(a.id),
            "unit": "t/yr",
            "shadow_price": worth,
            "price_unit": "USD/kg",
            "why": "runs at base plus the assumed slack of a year",
        }
