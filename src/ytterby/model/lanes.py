"""Lanes between countries: those that ran, those that could have run, and what can be left unsold.

An idle lane starts just above what it would earn at base prices, so it does not run unshocked; it then rises in
cost, so that it cannot take a whole market at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ytterby.model import curves
from ytterby.model.network import Activity, MarketKey

#: How many of a product's largest importers can become re-exporters.
_HUBS = 4
#: Lanes carrying less than this part of the product's trade bring no latent twin.
_SMALL = 0.004
#: What stands in the note of an idle lane: who would sell.
NEW_LANE = "a maker who did not sell there in the base year"
RE_EXPORT = "an importer who could sell on"


def route(product: str, origin: str, destination: str) -> Activity:
    """A lane for one product: one tonne leaves, one arrives."""
    return Activity(
        f"route:{product}:{origin}>{destination}",
        "route",
        origin,
        product,
        (((product, origin), -1.0), ((product, destination), 1.0)),
        partner=destination,
    )


def dispose(product: str, country: str) -> Activity:
    """Leave a product unsold."""
    return Activity(f"dispose:{country}:{product}", "dispose", country, product, (((product, country), -1.0),))


def freight(price: float, assumed: Mapping[str, float]) -> float:
    """Freight, insurance and trading margin of a lane [USD/kg]."""
    return assumed["cost.freight.fixed"] + assumed["cost.freight.share"] * price


def idle_lanes(
    base: list[Activity],
    prices: Mapping[MarketKey, float],
    assumed: Mapping[str, float],
    traded: tuple[str, ...],
    resold: tuple[str, ...],
) -> Iterator[Activity]:
    """Lanes that makers could open, and importers of the forms `resold`, for every product of the forms `traded`."""
    products = sorted({a.product for a in base if a.kind == "route" and a.base > 0})
    for product in products:
        if product.partition("/")[0] not in traded:
            continue
        inward, outward = _volumes(base, product, 1), _volumes(base, product, 0)
        total = sum(inward.values())
        makers = [c for c, x in outward.items() if x >= _SMALL * total and inward.get(c, 0.0) < x]
        hubs = sorted(inward, key=lambda c: (-inward[c], c))[:_HUBS] if product.startswith(resold) else []
        takers = [c for c, x in inward.items() if x >= _SMALL * total]
        for origin in sorted({*makers, *hubs}):
            note = NEW_LANE if origin in makers else RE_EXPORT
            premium = assumed["premium.latent-route" if note == NEW_LANE else "premium.re-export"]
            for destination in takers:
                if origin != destination:
                    yield lane(product, origin, destination, prices, premium, inward[destination], assumed, note)


def lane(
    product: str,
    origin: str,
    destination: str,
    prices: Mapping[MarketKey, float],
    premium: float,
    scale: float,
    assumed: Mapping[str, float],
    note: str = NEW_LANE,
) -> Activity:
    """A lane that is idle at base prices: freight and a premium, or the price gap where that is wider."""
    a = route(product, origin, destination)
    there = prices.get((product, destination), 0.0)
    here = prices.get((product, origin), there)  # a market that an entrant makes has no base price, so no gap either
    reference = max(here, there, 0.1)
    start = max(freight(here, assumed) + premium * here, (there - here) + 1e-3 * reference)
    curve = curves.rising_from_zero(reference, max(scale, 1.0) * assumed["elasticity.route"], 1.0)
    return Activity(
        a.id,
        a.kind,
        a.country,
        a.product,
        a.coefficients,
        partner=a.partner,
        cost=start - reference,
        curve=curve,
        note=note,
    )


def unsold(
    base: Iterable[Activity], prices: Mapping[MarketKey, float], assumed: Mapping[str, float]
) -> Iterator[Activity]:
    """Anything can be left unsold at a small cost, so no price falls far below nothing."""
    for product, country in sorted({key for a in base for key, _ in a.coefficients}):
        floor = -prices.get((product, country), 0.0)
        a = dispose(product, country)
        yield Activity(a.id, a.kind, country, product, a.coefficients, cost=max(assumed["cost.disposal"], floor + 1e-3))


def _volumes(base: list[Activity], product: str, end: int) -> dict[str, float]:
    """Base trade of a product by destination (end 1) or origin (end 0)."""
    found: dict[str, float] = {}
    for a in base:
        if a.kind == "route" and a.product == product and a.base > 0:
            place = a.coefficients[end][0][1]
            found[place] = found.get(place, 0.0) + a.base
    return found
