"""Calibrate a balanced base by positive mathematical programming: unshocked, the model returns it.

Howitt (1995): every activity that runs in the base gets a marginal cost that equals its margin at the base
prices, m = sum(coefficient x price), and rises (or, for a use, falls) through that point. Every activity that
does not run gets a cost just above its margin. Then base levels and base prices satisfy all the conditions
of the optimum, and strict convexity makes them the only ones. The difference between such a cost and a known
one (freight, a fee) is a *gap*: a residual of calibration, not a cost, so only changes in surplus mean
anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ytterby.model import curves
from ytterby.model.network import Activity, MarketKey

#: A base level below this [t/yr] is noise of the balance; the activity is kept as idle.
TRACE = 1e-4
#: How far above its margin an idle activity's cost starts, as a part of the price.
_IDLE = 1e-3


def margin(activity: Activity, prices: Mapping[MarketKey, float]) -> float:
    """Value of what an activity gives less what it takes, per tonne [USD/kg]."""
    return sum(coefficient * prices.get(key, 0.0) for key, coefficient in activity.coefficients)


def takes_nothing(activity: Activity) -> bool:
    """Whether an activity is a source: a mine, or a refiner whose feed is won beside a metal the chain leaves out."""
    return all(coefficient > 0 for _, coefficient in activity.coefficients)


def calibrate(
    activities: Iterable[Activity],
    levels: Mapping[str, float],
    prices: Mapping[MarketKey, float],
    assumed: Mapping[str, float],
) -> tuple[Activity, ...]:
    """Activities with base, cost, curve and bound, in the order given; a use becomes a core and an elastic part."""
    found: list[Activity] = []
    for activity in activities:
        base = levels.get(activity.id, 0.0)
        placed = replace(activity, base=base if base > TRACE else 0.0)
        found.extend(_calibrated(placed, margin(placed, prices), prices, assumed))
    return tuple(found)


def _calibrated(
    a: Activity, worth: float, prices: Mapping[MarketKey, float], assumed: Mapping[str, float]
) -> Iterator[Activity]:
    if a.kind in ("mine", "scrap", "supply") or (a.kind == "refine" and takes_nothing(a)):
        yield _source(a, worth, assumed)
    elif a.kind in ("separate", "refine", "metal", "magnet", "recycle", "facility"):
        yield _process(a, worth, prices, assumed)
    elif a.kind == "finish":
        yield replace(a, cost=worth, gap=worth - assumed["cost.finish"])
    elif a.kind == "route":
        yield _lane(a, worth, prices, assumed)
    elif a.kind == "use":
        yield from _use(a, -worth, assumed)
    elif a.kind == "dispose":
        yield _disposal(a, worth, assumed)
    elif a.kind == "stock":
        yield _stock(a, worth)
    else:
        yield replace(a, cost=max(a.cost, worth + _IDLE * abs(worth)))


def _source(a: Activity, price: float, assumed: Mapping[str, float]) -> Activity:
    if a.base == 0 or price <= 0:
        return replace(a, cost=max(price, 0.0) + _IDLE, upper=0.0)
    e = assumed["elasticity.supply.scrap"] if a.kind == "scrap" else curves.supply_elasticity(a.ore, assumed)
    return replace(a, curve=curves.supply(price, a.base, e), upper=a.base * (1 + assumed["slack.mine"]))


def _process(a: Activity, worth: float, prices: Mapping[MarketKey, float], assumed: Mapping[str, float]) -> Activity:
    """Conversion cost equal to the margin, rising slightly; the part that a margin lacks is a labelled gap."""
    if a.base == 0:
        return replace(a, cost=worth + _IDLE * (1 + abs(worth)), upper=0.0)
    revenue = sum(c * prices.get(key, 0.0) for key, c in a.coefficients if c > 0)
    conversion = max(worth, 0.02 * revenue, 1e-3)
    return replace(
        a,
        cost=worth - conversion,
        gap=min(worth - conversion, 0.0),
        curve=curves.slope(conversion, a.base, assumed["elasticity.process"]),
        upper=a.base * (1 + assumed["slack.process"]),
    )


def _lane(a: Activity, worth: float, prices: Mapping[MarketKey, float], assumed: Mapping[str, float]) -> Activity:
    """Freight plus a gap; the gap's slope is that of buyers who shift between suppliers with `elasticity.route`."""
    origin, destination = prices.get((a.product, a.country), 0.0), prices.get((a.product, a.partner or ""), 0.0)
    carriage = assumed["cost.freight.fixed"] + assumed["cost.freight.share"] * origin
    reference = max(origin, destination, 0.1)
    if a.base == 0:
        return replace(a, cost=max(carriage, worth) + _IDLE * reference)
    return replace(
        a,
        cost=worth - reference,
        gap=worth - carriage,
        curve=curves.slope(reference, a.base, assumed["elasticity.route"]),
    )


def _use(a: Activity, price: float, assumed: Mapping[str, float]) -> Iterator[Activity]:
    if a.base == 0 or price <= 0:
        yield replace(a, cost=-price + _IDLE, upper=0.0)
        return
    e, cap = curves.use_elasticity(a.product, assumed), assumed["cap.lost-use"]
    core = curves.core_of(a.base, e, cap)
    yield replace(a, id=f"core:{a.id[4:]}", kind="core", base=core, cost=-cap * price, upper=core)
    yield replace(a, base=a.base - core, curve=curves.elastic_use(price, a.base, e, core), upper=4 * a.base)


def _disposal(a: Activity, worth: float, assumed: Mapping[str, float]) -> Activity:
    """A surplus costs nothing to leave; what is left although it has a price is kept, as a stock; idle, a little.

    A cost of minus the price would hold that price up for any tonnage, and pay for what nobody takes.
    """
    if a.base > 0 and worth < 0:
        return _stock(replace(a, id=f"stock:{a.country}:{a.product}:in", kind="stock"), worth)
    if a.base > 0:
        return replace(a, cost=worth, gap=worth)
    return replace(a, cost=max(assumed["cost.disposal"], worth + _IDLE))


def _stock(a: Activity, worth: float) -> Activity:
    """A change in stocks answers its price with an elasticity of one: building is a use, drawing a supply."""
    if a.base == 0 or worth == 0:
        return replace(a, cost=worth + _IDLE * (1 + abs(worth)), upper=0.0)
    curve = curves.slope(worth, a.base, 1.0) if worth > 0 else replace(curves.slope(-worth, a.base, 1.0), side=-1)
    return replace(a, curve=curve, upper=2 * a.base if worth < 0 else a.base)
