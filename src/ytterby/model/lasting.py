"""Use given up for good: a part of what a price drives out does not come back when the price does.

Of the use that is given up or replaced in a period of h years a part λ h is gone for good,

    1 − D_t+1 = (1 − D_t) (1 − λ h l_t),    l_t = 1 − use met / use wanted at base prices, 0 at least

and the curve of what is left is 1 − D_t as wide. What is gone follows from the path and the path from it: both are
found by living the path again. A user is small and does not reckon with what all do together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ytterby.model.growth import covers, wider
from ytterby.model.network import MarketKey, Network
from ytterby.model.periods import Path
from ytterby.model.scenario import Growth
from ytterby.model.solved import Solved

Floats = NDArray[np.float64]
#: The part of a use that is gone at the start of each period, by market.
Gone = Mapping[MarketKey, Floats]

_USED = ("use", "core")


def with_gone(network: Network, gone: Gone, period: int) -> Network:
    """The network with its uses narrower by what is gone at the start of a period."""
    if not gone:
        return network
    return network.with_activities(
        wider(a, 1.0 - float(gone[a.product, a.country][period]))
        if a.kind in _USED and (a.product, a.country) in gone
        else a
        for a in network.activities
    )


def gone_of(path: Path, rates: Sequence[Growth]) -> dict[MarketKey, Floats]:
    """What is gone at the start of each period of a path, for the uses that a rate says it of."""
    lasting = [g for g in rates if g.lasting is not None]
    if not lasting:
        return {}
    parts: dict[MarketKey, float] = {}
    for a in path.periods[0].layout.activities:
        if a.kind == "use" and a.curve is not None and a.curve.reference > 0:
            part = sum(g.lasting.value for g in lasting if g.lasting is not None and covers(g, a))
            if part > 0:
                parts[a.product, a.country] = min(part, 1.0)
    gone = {key: np.zeros(len(path.periods)) for key in parts}
    for t, solved in enumerate(path.periods[:-1]):
        for key, given in _given_up(solved).items():
            if key in parts:
                gone[key][t + 1] = 1 - (1 - gone[key][t]) * (1 - parts[key] * path.years * given)
    return gone


def _given_up(solved: Solved) -> dict[MarketKey, float]:
    """The part of each use at base prices that is given up or replaced in a period, 0 at least."""
    met: dict[MarketKey, float] = {}
    wanted: dict[MarketKey, float] = {}
    for a, level in zip(solved.layout.activities, solved.solution.x.tolist(), strict=True):
        key = (a.product, a.country)
        if a.kind in _USED:
            met[key] = met.get(key, 0.0) + level
        elif a.kind == "thrift":
            met[key] = met.get(key, 0.0) - level
        if a.kind == "use" and a.curve is not None:
            wanted[key] = wanted.get(key, 0.0) + a.curve.reference
    return {key: max(1 - met[key] / size, 0.0) for key, size in wanted.items() if size > 0}


def shifted(before: Gone, after: Gone) -> float:
    """The largest change of a part that is gone."""
    return max((float(np.max(np.abs(after[k] - before.get(k, 0.0)), initial=0.0)) for k in after), default=0.0)
