"""What did not happen in the base year but could: new lanes, re-exports, thrifting, substitution, leaving unsold.

Each starts just above what it would earn at base prices, so none runs unshocked; each then rises in cost, so
that none can take a whole market at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ytterby.model import curves
from ytterby.model.lanes import idle_lanes, unsold
from ytterby.model.network import Activity, Limit, MarketKey

_TRADED = ("oxide", "metal", "magnet", "concentrate", "seg")


def latent(
    activities: Iterable[Activity], prices: Mapping[MarketKey, float], assumed: Mapping[str, float]
) -> tuple[Activity, ...]:
    """Idle activities to add to a calibrated base."""
    base = list(activities)
    known = {a.id for a in base}
    lanes = idle_lanes(base, prices, assumed, _TRADED, ("oxide", "magnet"))
    found = [*lanes, *_thrift(base, prices, assumed), *unsold(base, prices, assumed)]
    return tuple(a for a in found if a.id not in known)


def _thrift(
    base: list[Activity], prices: Mapping[MarketKey, float], assumed: Mapping[str, float]
) -> Iterator[Activity]:
    """Dy-free magnets for Dy-bearing ones, and those for SmCo, as the premium between them rises."""
    for dear, cheap, name in (
        ("magnet/ndfeb-dy", "magnet/ndfeb", "thrift.heavy"),
        ("magnet/smco", "magnet/ndfeb-dy", "substitute.smco"),
    ):
        for country in sorted({a.country for a in base if a.kind == "use" and a.product == dear}):
            used = sum(a.base for a in base if a.kind in ("use", "core") and a.product == dear and a.country == country)
            premium = prices[dear, country] - prices.get((cheap, country), prices[dear, country])
            if used <= 0 or premium <= 0 or (cheap, country) not in prices:
                continue
            curve = curves.rising_from_zero(premium, used, assumed[f"elasticity.{name}"])
            yield Activity(
                f"thrift:{country}:{dear}",
                "thrift",
                country,
                dear,
                (((cheap, country), -1.0), ((dear, country), 1.0)),
                cost=1e-3 * premium,
                curve=curve,
                upper=assumed[f"limit.{name}"] * used,
            )


def substitution_limits(activities: Iterable[Activity]) -> tuple[Limit, ...]:
    """A substitute stands in for a use of its own country: it is no more than that use, and none is exported."""
    base = list(activities)
    uses: dict[MarketKey, list[str]] = {}
    for a in base:
        if a.kind in ("use", "core"):
            uses.setdefault((a.product, a.country), []).append(a.id)
    return tuple(
        Limit(
            f"substitution:{a.country}:{a.product}",
            "substitution",
            f"use that a substitute can stand in for, {a.country}, {a.product}",
            ((a.id, 1.0), *((name, -1.0) for name in uses[a.product, a.country])),
            0.0,
            "t gross/yr",
        )
        for a in base
        if a.kind == "thrift"
    )
