"""Contracts as measures: a guaranteed price, an offtake, a first refusal.

A *price floor* pays makers what the market price lacks; a *contract for difference* also takes back what it has above
the strike. Both are paid on output, so they move supply: the payment is a negative tax in the maker's cost, found by
repeated solves because it depends on the price (`solved.equilibrium`). An *offtake* is a lower bound on what moves from
seller to buyer; what does not move costs damages, which the buyer receives. A *first refusal* keeps tonnes of what a
seller shipped in the base for one buyer: others together may take the rest. That a right to match an offer matters at
all needs rationing or rents; where price clears everything it changes nothing, and the result then says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ytterby.core.units import factor
from ytterby.model.applied import Applied
from ytterby.model.network import Activity, Limit, MarketKey, Network
from ytterby.model.reach import in_scope, per_tonne, product_in, tonnes_of
from ytterby.model.scenario import Measure

_IDLE = "nothing in the network is in its scope"
#: Activities that make something for a market.
_MAKES = ("mine", "separate", "refine", "finish", "metal", "magnet", "recycle", "facility", "supply")


@dataclass(frozen=True, slots=True)
class Strike:
    """A price that a maker is sure of: the market, tonnes made a tonne of throughput, the price [USD/kg].

    `both` marks a contract for difference, where what is above the strike is paid back.
    """

    market: MarketKey
    per: float
    price: float
    both: bool

    def due(self, market_price: float) -> float:
        """What is paid at a market price [USD/kg of throughput]: below 0 to the maker, above 0 by it."""
        gap = market_price - self.price
        return self.per * (gap if self.both else min(gap, 0.0))


def guaranteed(network: Network, measure: Measure) -> tuple[Network, Applied]:
    """A price floor or a contract for difference, at first without any payment: `solved` finds that."""
    hit = [a for a in network.activities if _strikes(network, measure, a)]
    if not hit:
        return network, Applied(measure, idle=_IDLE)
    return network, Applied(measure, columns=tuple(sorted(a.id for a in hit)), base=sum(a.base for a in hit))


def strikes(network: Network, done: Applied) -> Mapping[str, tuple[Strike, ...]]:
    """The strikes of a measure by activity; none for one that guarantees no price."""
    if done.idle or done.measure.kind not in ("price_floor", "cfd"):
        return {}
    named = set(done.columns)
    return {a.id: _strikes(network, done.measure, a) for a in network.activities if a.id in named}


def _strikes(network: Network, measure: Measure, a: Activity) -> tuple[Strike, ...]:
    scope, rate = measure.scope, measure.rate
    if rate is None or rate.specific is None or a.kind not in _MAKES or a.country not in scope.of:
        return ()
    if scope.facility and a.facility not in scope.facility:
        return ()
    price = rate.specific.value * factor(rate.specific.unit, "USD/kg")
    both = measure.kind == "cfd"
    return tuple(
        Strike(key, c, price, both) for key, c in a.coefficients if c > 0 and product_in(network, scope, key[0])
    )


def offtake(network: Network, measure: Measure) -> tuple[Network, Applied]:
    """So much must move from seller to buyer, or damages are paid for the rest."""
    limit, rate = measure.limit, measure.rate
    lanes = in_scope(network, measure.scope)
    if not lanes or limit is None or rate is None or rate.specific is None:
        return network, Applied(measure, idle=_IDLE)
    unit, terms, base = _counted(network, measure, lanes)
    wanted = limit.quantity.value * factor(limit.quantity.unit, unit) if limit.quantity else 0.0
    wanted = wanted if limit.share_of_base is None else limit.share_of_base * base
    damages = rate.specific.value * factor(rate.specific.unit, "USD/kg")
    first = max(lanes, key=lambda a: (a.base, a.id))
    missing = Activity(
        f"shortfall:{measure.id}", "shortfall", first.country, first.product, (), first.partner,
        cost=damages, duty=damages, upper=wanted,
    )  # fmt: skip
    row = Limit(
        measure.id, "offtake", measure.title, (*terms, (missing.id, 1.0)), float("inf"), unit, measure.source.id,
        lower=wanted,
    )  # fmt: skip
    grown = replace(network, activities=(*network.activities, missing), limits=(*network.limits, row))
    return grown, Applied(measure, (row.id,), tuple(sorted(a.id for a in lanes)), base)


def first_refusal(network: Network, measure: Measure) -> tuple[Network, Applied]:
    """Others may together take what the seller shipped in the base less what is kept for the holder."""
    scope, limit = measure.scope, measure.limit
    lanes = in_scope(network, replace(scope, to=()))
    others = [a for a in lanes if a.partner not in scope.to]
    unit, terms, shipped = _counted(network, measure, lanes)
    if not others or limit is None or shipped <= 0:
        return network, Applied(measure, idle="the seller shipped nothing in the base that could be kept for anybody")
    kept = limit.quantity.value * factor(limit.quantity.unit, unit) if limit.quantity else 0.0
    kept = kept if limit.share_of_base is None else limit.share_of_base * shipped
    mine = {a.id for a in others}
    row = Limit(
        measure.id, "quota", measure.title, tuple(t for t in terms if t[0] in mine), max(shipped - kept, 0.0), unit,
        measure.source.id,
    )  # fmt: skip
    grown = replace(network, limits=(*network.limits, row))
    return grown, Applied(measure, (row.id,), tuple(sorted(mine)), sum(a.base for a in others))


def _counted(
    network: Network, measure: Measure, lanes: list[Activity]
) -> tuple[str, tuple[tuple[str, float], ...], float]:
    """The unit in which lanes add up, each lane's tonnes in it, and their base flow."""
    limit = measure.limit
    units = {m.product: m.unit for m in network.markets}
    shared = {units[a.product] for a in lanes}
    unit = (shared.pop() if len(shared) == 1 else "t REO") + "/yr"
    if limit is not None and limit.quantity is not None:
        unit = tonnes_of(limit.quantity.unit)
    place = f"measure {measure.id!r}, limit"
    terms = tuple((a.id, per_tonne(network, a.product, unit, place)) for a in lanes)
    return unit, terms, sum(a.base * c for a, (_, c) in zip(lanes, terms, strict=True))
