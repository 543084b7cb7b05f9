"""Base-year prices of every market, from the few that are published.

Published: finished oxides, free on board China (USGS), and the unit value of magnet exports. Everything else
follows: a buyer elsewhere pays the seller's price and the freight (a least-squares potential over the base
flows), a solution is worth its oxide less finishing, feed is worth what is in it less the separator's part, a
metal its oxide plus a fee, a magnet its metals plus a making margin that meets the published unit value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ytterby.core.elements import oxide_factor
from ytterby.model.network import Activity, MarketKey
from ytterby.model.potential import potential
from ytterby.model.rare_earths.evidence import Evidence
from ytterby.model.rare_earths.ores import ELEMENTS, GRADES, recipe
from ytterby.model.rare_earths.trade import magnet_value

LEADER = "CHN"
#: A metal's price over its oxide's, per element contained: fee and losses. See `fee.metal`.
Prices = dict[MarketKey, float]


def base_prices(
    activities: Iterable[Activity], levels: Mapping[str, float], evidence: Evidence, assumed: Mapping[str, float]
) -> Prices:
    """Prices [USD/kg] of all markets that the activities touch."""
    chosen = list(activities)
    markets = sorted({key for a in chosen for key, _ in a.coefficients})
    prices: Prices = {}
    anchors = {f"oxide/{e}": oxide_price(e, evidence, assumed) for e in ELEMENTS}
    anchors |= {f"metal/{e}": metal_price(e, anchors[f"oxide/{e}"], assumed) for e in ELEMENTS}
    anchors |= magnet_prices(anchors, levels, evidence, assumed)
    for product, anchor in anchors.items():
        places = [country for p, country in markets if p == product]
        if places:
            prices |= potential(product, places, chosen, levels, anchor, assumed, LEADER)
    for product, country in markets:
        if product.startswith("solution/"):
            finished = prices[f"oxide/{product[9:]}", country]
            prices[product, country] = (
                0.0 if _surplus(product, country, levels) else max(finished - assumed["cost.finish"], 0.0)
            )
    return prices | _feed_prices(markets, chosen, levels, prices, assumed)


def oxide_price(element: str, evidence: Evidence, assumed: Mapping[str, float]) -> float:
    """The published price of a finished oxide [USD/kg], or the assumption `price.<El>` where none is."""
    cited = evidence.prices.get(element)
    return cited.value if cited else assumed[f"price.{element}"]


def metal_price(element: str, oxide: float, assumed: Mapping[str, float]) -> float:
    """Metal per kg contained: the oxide in it, what is lost, and the fee of making it."""
    return oxide / (oxide_factor(element) * assumed["recovery.metal"]) * (1 + assumed["fee.metal"])


def magnet_prices(
    anchors: Mapping[str, float], levels: Mapping[str, float], evidence: Evidence, assumed: Mapping[str, float]
) -> dict[str, float]:
    """Grades at one making margin, which is set so that China's exports average the published unit value."""
    content = {g: sum(m * anchors[f"metal/{e}"] for e, m in recipe(g, assumed).items()) for g in GRADES}
    content["smco"] += assumed["cost.cobalt-in-smco"]
    sent = {g: sum(x for n, x in levels.items() if n.startswith(f"route:magnet/{g}:{LEADER}>")) for g in GRADES}
    total = sum(sent.values())
    weight = {g: sent[g] / total if total else float(g == "ndfeb") for g in GRADES}
    margin = magnet_value(evidence, assumed) - sum(weight[g] * content[g] for g in GRADES)
    return {f"magnet/{g}": content[g] + margin for g in GRADES}


def _surplus(product: str, country: str, levels: Mapping[str, float]) -> bool:
    return levels.get(f"dispose:{country}:{product}", 0.0) > 0


def _feed_prices(
    markets: list[MarketKey],
    activities: list[Activity],
    levels: Mapping[str, float],
    prices: Prices,
    assumed: Mapping[str, float],
) -> Prices:
    """Feed and scrap at the netback of those who process it; at its origin, that less freight."""
    found: Prices = {}
    for prefix, kinds in (("seg/", ("separate",)), ("scrap/", ("recycle",)), ("concentrate/", ("separate",))):
        wanted = [key for key in markets if key[0].startswith(prefix)]
        for a in activities:
            if a.kind in kinds and a.product.startswith(prefix):
                key = (a.product, a.country)
                worth = sum(c * (prices | found).get(k, 0.0) for k, c in a.coefficients if k != key)
                found[key] = max(worth * (1 - assumed["cost.separation.share"]), 0.0)
        for product, country in wanted:
            if (product, country) not in found:
                found[product, country] = _netback(product, country, activities, levels, found, assumed)
    return found


def _netback(
    product: str,
    country: str,
    activities: list[Activity],
    levels: Mapping[str, float],
    found: Prices,
    assumed: Mapping[str, float],
) -> float:
    """What the feed fetches where it goes, weighted by flow, less freight; 0 when it goes nowhere."""
    lanes = [a for a in activities if a.kind == "route" and a.product == product and a.country == country]
    worth = [(levels.get(a.id, 0.0) + 1e-6, found.get((product, a.partner or ""), 0.0)) for a in lanes]
    total = sum(w for w, _ in worth)
    if not total:
        return 0.0
    there = sum(w * p for w, p in worth) / total
    return max((there - assumed["cost.freight.fixed"]) / (1 + assumed["cost.freight.share"]), 0.0)
