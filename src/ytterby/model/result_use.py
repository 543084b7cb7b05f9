"""Use lost, always in three parts: given up along the curve, replaced, and unserved at the cap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ytterby.model.network import MarketKey, element_of, unit_of
from ytterby.model.solved import Solved

Row = dict[str, Any]

#: Uses below this [t/yr] in the base and the scenario are left out of the table.
_TRACE = 0.005


@dataclass(frozen=True, slots=True)
class Use:
    """One final use of a product in a country, base against scenario [t/yr of the product]."""

    product: str
    country: str
    base: float
    served: float
    replaced: float
    unserved: float

    @property
    def lost(self) -> float:
        """Base use less use served."""
        return self.base - self.served

    @property
    def given_up(self) -> float:
        """What users forgo along their curve; negative where use grows."""
        return self.lost - self.replaced - self.unserved


@lru_cache(maxsize=4)
def uses(solved: Solved, before: Solved) -> Mapping[MarketKey, Use]:
    """Every final use by (product, country).

    Use served is what reaches users less what a substitute stands in for: a Dy-free magnet in place of a
    Dy-bearing one counts as replaced.
    """
    found: dict[MarketKey, list[float]] = {}
    was = before.levels
    for a, level in zip(solved.layout.activities, solved.solution.x.tolist(), strict=True):
        if a.kind not in ("use", "core", "thrift"):
            continue
        entry = found.setdefault((a.product, a.country), [0.0, 0.0, 0.0, 0.0])
        if a.kind == "thrift":
            entry[0] -= was.get(a.id, 0.0)
            entry[2] += level
            continue
        entry[0] += was.get(a.id, 0.0)
        entry[1] += level
        if a.kind == "core":
            entry[3] += max(a.upper - level, 0.0)
    return {
        (product, country): Use(product, country, base, level - replaced, replaced, unserved)
        for (product, country), (base, level, replaced, unserved) in found.items()
    }


def shortages(
    solved: Solved,
    before: Solved,
    shares: Mapping[str, Mapping[str, float]],
    within: frozenset[str] | None = None,
) -> Iterator[Row]:
    """Rows of the shortages table; a product with published uses is split by their shares, one row a use.

    `within` are the countries that the shares are taken for; None means all.
    """
    for (product, country), use in sorted(uses(solved, before).items()):
        if max(use.base, use.served) < _TRACE:
            continue
        element = element_of(product)
        split = shares.get(element or "", {}) if product.startswith("oxide/") else shares.get(product, {})
        if within is not None and country not in within:
            split = {}
        for name, part in (split or {_WHOLE.get(product.partition("/")[0], "all uses"): 1.0}).items():
            lost = use.lost * part
            yield {
                "product": product,
                "element": element,
                "country": country,
                "use": name,
                "unit": unit_of(product),
                "base_use": use.base * part,
                "served": use.served * part,
                "given_up": use.given_up * part,
                "replaced": use.replaced * part,
                "unserved": use.unserved * part,
                "lost": lost,
                "lost_pct": 100 * use.lost / use.base if use.base > 0 else None,
            }


_WHOLE = {"magnet": "magnet uses", "metal": "alloys and other metal uses"}


def value_lost(solved: Solved, before: Solved, outside: frozenset[str] = frozenset()) -> float:
    """Use lost at base prices [MUSD/yr], summed over users who lose, in countries other than `outside`."""
    prices = {m.key: m.price or 0.0 for m in solved.network.markets}
    lost = (max(u.lost, 0.0) * prices.get(key, 0.0) for key, u in uses(solved, before).items() if key[1] not in outside)
    return sum(lost) / 1000
