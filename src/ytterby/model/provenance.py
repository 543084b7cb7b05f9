"""Where material in a market came from in the base year: the part that traces back to one country's mines.

Past the separator origin is not marked on the goods. Each output is taken to hold its inputs' origins in
proportion to the base year's flows, and keeps those parts whatever is shipped later: a stated simplification,
because free blending would make the problem a pooling problem, which is not convex.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from ytterby.model.network import Activity, MarketKey, Network


def origin_shares(network: Network, origin: str, rounds: int = 60) -> dict[MarketKey, float]:
    """Part (0..1) of each market's base supply that was mined in `origin`; markets without supply are left out."""
    return _traced(network, lambda a, takes: _part(a.kind, a.country, origin, takes), rounds)


def made_by(network: Network, facilities: Iterable[str], rounds: int = 60) -> dict[MarketKey, float]:
    """Part (0..1) of each market's base supply that went through one of these plants, at whatever stage."""
    names = frozenset(facilities)
    return _traced(network, lambda a, takes: 1.0 if a.facility in names else _part("", "", "-", takes), rounds)


def _traced(
    network: Network, marked: Callable[[Activity, list[tuple[float, float]]], float], rounds: int
) -> dict[MarketKey, float]:
    """Parts of supply that are marked, by repeated mixing in proportion to base flows."""
    keys = [market.key for market in network.markets]
    row = {key: i for i, key in enumerate(keys)}
    flows = [a for a in network.activities if a.base > 0]
    supply = np.zeros(len(keys))
    for a in flows:
        for key, coefficient in a.coefficients:
            supply[row[key]] += max(coefficient, 0.0) * a.base
    share = np.zeros(len(keys))
    for _ in range(rounds):
        held = np.zeros(len(keys))
        for a in flows:
            part = marked(a, [(share[row[k]], -c) for k, c in a.coefficients if c < 0])
            for key, coefficient in a.coefficients:
                if coefficient > 0:
                    held[row[key]] += coefficient * a.base * part
        renewed = np.divide(held, supply, out=np.zeros(len(keys)), where=supply > 0)
        if np.max(np.abs(renewed - share), initial=0.0) < 1e-9:
            break
        share = renewed
    return {key: float(share[i]) for key, i in row.items() if supply[i] > 0}


def _part(kind: str, country: str, origin: str, takes: list[tuple[float, float]]) -> float:
    """An activity's origin part: a mine's own country; else its inputs' parts, weighted by mass."""
    if not takes:
        return float(kind in ("mine", "refine") and country == origin)
    return sum(share * mass for share, mass in takes) / sum(mass for _, mass in takes)
