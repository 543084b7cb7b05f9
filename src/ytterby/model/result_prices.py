"""Prices in three kinds, home, FOB and delivered, and none where nothing flows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from ytterby.model.network import MarketKey, element_of, stage_of
from ytterby.model.result_use import uses
from ytterby.model.solved import Solved

Row = dict[str, Any]

#: A price above this many times its base is given as "at least".
FAR = 5.0
_FLOW = 0.01
#: Prices inside a plant, which nobody quotes.
_INSIDE = ("solution", "scrap", "reserve")


def prices(solved: Solved, base: Solved, ranges: Mapping[MarketKey, tuple[float, float]]) -> Iterator[Row]:
    """Rows of the prices table; `ranges` holds the home prices over the ranges of what was tested."""
    served = uses(solved, base)
    moved, before = traffic(solved), traffic(base)
    quoted, quoted_before = solved.quoted(), base.quoted()
    fob, landed = _fob(solved, quoted), _landed(solved, quoted)
    for market in solved.layout.markets:
        key, form = market.key, market.product.partition("/")[0]
        if form in _INSIDE or max(moved.get(key, 0.0), before.get(key, 0.0)) < _FLOW:
            continue
        was = quoted_before[key] if before.get(key, 0.0) >= _FLOW else None
        home = quoted[key] if moved.get(key, 0.0) >= _FLOW else None
        unserved = served[key].unserved if key in served else 0.0
        low, high = ranges.get(key, (None, None)) if home is not None else (None, None)
        yield {
            "product": market.product,
            "element": element_of(market.product),
            "stage": stage_of(market.product),
            "country": market.country,
            "unit": "USD/kg",
            "base": was,
            "home": home,
            "fob": fob.get(key),
            "delivered": landed.get(key),
            "low": _least(low, home),
            "high": _most(high, home),
            "status": _status(was, home, unserved, served[key].base if key in served else 0.0),
            "note": None,
        }


def _least(low: float | None, home: float | None) -> float | None:
    return None if low is None or home is None else min(low, home)


def _most(high: float | None, home: float | None) -> float | None:
    return None if high is None or home is None else max(high, home)


def _status(was: float | None, home: float | None, unserved: float, base_use: float) -> str:
    if home is None:
        return "no flow"
    if unserved > 1e-6 * max(base_use, 1e-9) and unserved > 1e-6:
        return "at the cap"
    return "at least" if was and home > FAR * was else "settled"


@lru_cache(maxsize=4)
def traffic(solved: Solved) -> Mapping[MarketKey, float]:
    """What comes into each market [t/yr]."""
    found: dict[MarketKey, float] = {}
    for a, level in zip(solved.layout.activities, solved.solution.x.tolist(), strict=True):
        for key, coefficient in a.coefficients if level > 0 else ():
            if coefficient > 0:
                found[key] = found.get(key, 0.0) + coefficient * level
    return found


def wedges(solved: Solved) -> dict[str, float]:
    """What stands between home price and FOB on each lane [USD/kg]: export tax, and rent that the exporter holds."""
    found = {a.id: a.tax for a in solved.layout.activities if a.tax}
    for limit in solved.network.limits:
        dual = solved.dual(limit.id) if limit.holder == "exporter" else 0.0
        for name, coefficient in limit.terms if dual > 0 else ():
            found[name] = found.get(name, 0.0) + dual * coefficient
    return found


def _fob(solved: Solved, quoted: Mapping[MarketKey, float]) -> dict[MarketKey, float]:
    """Home price plus rent and export tax, weighted over what leaves the country."""
    extra = wedges(solved)
    total: dict[MarketKey, list[float]] = {}
    for a, level in zip(solved.layout.activities, solved.solution.x.tolist(), strict=True):
        if a.kind == "route" and level > _FLOW:
            entry = total.setdefault((a.product, a.country), [0.0, 0.0])
            entry[0] += level
            entry[1] += level * extra.get(a.id, 0.0)
    return {key: quoted[key] + paid / tonnes for key, (tonnes, paid) in total.items()}


def _landed(solved: Solved, quoted: Mapping[MarketKey, float]) -> dict[MarketKey, float]:
    """The price at which imports arrive: the market's own, where any arrive."""
    ends = {
        (a.product, a.partner or "")
        for a, level in zip(solved.layout.activities, solved.solution.x.tolist(), strict=True)
        if a.kind == "route" and level > _FLOW
    }
    return {key: quoted[key] for key in ends}
