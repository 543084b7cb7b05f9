"""Base-year prices of a chain [USD/kg of its basis]: from one published price a good along the base year's flows.

Ore without a published price is worth what is in it, less the part of that value that stays with the refiner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ytterby.model.chains.definition import Chain, Good
from ytterby.model.chains.evidence import Evidence
from ytterby.model.network import Activity, MarketKey
from ytterby.model.potential import potential


def worth(chain: Chain, evidence: Evidence, assumed: Mapping[str, float]) -> dict[str, float]:
    """The price of each good where it is known best [USD/kg of the basis]."""
    found: dict[str, float] = {}
    for good in reversed(chain.goods):
        if good.form in evidence.prices:
            found[good.form] = evidence.prices[good.form].value
        elif good.price.assumption:
            found[good.form] = assumed[good.price.assumption]
        else:
            found[good.form] = found["refined"] * assumed["recovery"] * (1 - assumed["share.refiner"])
    return found


def base_prices(
    chain: Chain,
    evidence: Evidence,
    activities: Iterable[Activity],
    levels: Mapping[str, float],
    assumed: Mapping[str, float],
) -> dict[MarketKey, float]:
    """Prices of all markets that the activities touch."""
    chosen = list(activities)
    known = worth(chain, evidence, assumed)
    prices: dict[MarketKey, float] = {}
    for good in chain.goods:
        product = chain.product(good.form)
        places = sorted({c for a in chosen for (p, c), _ in a.coefficients if p == product})
        at = _anchor(chain, good, chosen, levels, places)
        prices |= potential(product, places, chosen, levels, known[good.form], assumed, at)
    return prices


def _anchor(
    chain: Chain, good: Good, activities: list[Activity], levels: Mapping[str, float], places: list[str]
) -> str:
    """Where the price of a good is known: the place its figure names, else the largest refiner (or maker)."""
    if good.price.at in places:
        return str(good.price.at)
    kind = "refine" if chain.good("refined") else "mine"
    size = {a.country: levels.get(a.id, 0.0) for a in activities if a.kind == kind and a.country in places}
    return max(size, key=lambda c: (size[c], c)) if size else places[0]
