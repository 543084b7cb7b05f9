"""Many periods: the static market repeated, with stocks carried between the periods.

Flows are annual rates in every period, so a period's block is the static problem untouched; stocks are tonnes at its
end (`window` holds the equations). Having a stock is worth something to who holds it: a straight line through the
usual level, set so that at base prices nobody wishes to hold more or less. Hence no measures means the base in every
period, and a measure that ends lets everything return.

Foresight: *perfect* solves all periods at once; *rolling* plans a window with the measures announced so far and lives
its first part; *myopic* plans one period. Beyond a window stock is valued at the base price. One period alone must end
with the stock it began with; at a discount of 0 that is the static model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ytterby.model.network import Activity, MarketKey, Network
from ytterby.model.solved import Solved
from ytterby.model.stocks import Stock, check_stocks, usual_stocks
from ytterby.model.window import Block, Planner, Reference
from ytterby.solver import Solution

__all__ = [
    "Block", "Known", "Path", "Reference", "Stock", "check_stocks", "closed", "simulate", "usual_stocks", "weakest",
    "with_elasticity",
]  # fmt: skip

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Path:
    """What happened: each period solved (annual rates), and the stocks at its end [t], periods by stocks."""

    periods: tuple[Solved, ...]
    stocks: tuple[Stock, ...]
    opening: Floats
    closing: Floats
    years: float

    def price(self, key: MarketKey) -> Floats:
        """Price of a market in every period [USD/kg]."""
        return np.array([s.price(key) for s in self.periods])

    def level(self, name: str) -> Floats:
        """Throughput of an activity in every period [t/yr]; 0 where a period does not have it."""
        return np.array([s.level_or_zero(name) for s in self.periods])

    def imbalance(self) -> float:
        """The largest |in + opening − out − closing| over any market and period, over the largest flow there."""
        worst, before = 0.0, self.opening
        for t, s in enumerate(self.periods):
            net = s.problem.matrix @ s.solution.x
            size = abs(s.problem.matrix) @ np.abs(s.solution.x)
            for i, stock in enumerate(self.stocks):
                row = s.layout.row_of_market[stock.key]
                net[row] += (before[i] - self.closing[t, i]) / self.years
                size[row] += (before[i] + self.closing[t, i]) / self.years
            count = len(s.layout.markets)
            worst = max(worst, float(np.max(np.abs(net[:count]) / np.maximum(size[:count], 1.0), initial=0.0)))
            before = self.closing[t]
        return worst


def closed(path: Path, t: int) -> Solved:
    """The equilibrium of a period with its stock changes as activities, so that its tables balance by themselves."""
    solved = path.periods[t]
    before = path.opening if t == 0 else path.closing[t - 1]
    added, levels = [], []
    for i, s in enumerate(path.stocks):
        net = float(before[i] - path.closing[t, i]) / path.years
        if abs(net) > 1e-9:
            name, sign = f"stock:{s.key[1]}:{s.key[0]}", 1.0 if net > 0 else -1.0
            added.append(Activity(name, "stock", s.key[1], s.key[0], ((s.key, sign),), upper=abs(net)))
            levels.append(abs(net))
    activities = (*solved.layout.activities, *added)
    layout = replace(solved.layout, activities=activities, column_of={a.id: j for j, a in enumerate(activities)})
    answer = solved.solution
    return Solved(
        solved.network.with_activities(activities), layout, solved.problem,
        replace(
            answer, x=np.concatenate([answer.x, levels]),
            column_dual=np.concatenate([answer.column_dual, np.zeros(len(added))]),
        ),
    )  # fmt: skip


#: The block of period `second` as planned for at the start of period `first`.
Known = Callable[[int, int], Block]


def simulate(
    known: Known,
    count: int,
    stocks: Sequence[Stock] = (),
    *,
    years: float = 1.0,
    discount: float = 0.0,
    window: int | None = None,
    news: Callable[[int], bool] = lambda t: False,
    base: Solved | None = None,
    start: Path | None = None,
    reference: Reference | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Live `count` periods of `years` each; `window` None is perfect foresight, 1 myopic, else rolling.

    `known(first, second)` gives the block; `news(t)` tells whether something was announced since the last period, so
    that plans are made anew (they are at least every third of a window). `base` is the equilibrium without measures,
    from which the first window starts, under perfect foresight `start`, a nearby path with the same stocks, and
    `reference` the engines of a path like this one: they save time and change nothing. InputError for a stock below 0
    or above its capacity; SolverError when a window has no usable answer.
    """
    check_stocks(stocks)
    opening = np.array([s.start for s in stocks], dtype=np.float64)
    near = start if start is not None and window is None and start.stocks == tuple(stocks) else None
    planned, ends_of = (near.periods, list(near.closing)) if near else ((), [])
    planner = Planner(stocks, years, discount, base, planned, ends_of, reference)
    held, lived, closing = opening, list[Solved](), list[Floats]()
    t = 0
    while t < count:
        size = count - t if window is None else min(window, count - t)
        keep = size if window is None else max(1, min(size, window // 3))
        keep = next((k for k in range(1, keep) if window is not None and news(t + k)), keep)
        blocks = [known(0 if window is None else t, u) for u in range(t, t + size)]
        solved, ends = planner.plan(t, blocks, held, closed=count == 1)
        lived += solved[:keep]
        closing += list(ends[:keep])
        held = np.maximum(ends[keep - 1], 0.0)
        t += keep
        if progress is not None:
            progress(t, count)
    return Path(tuple(lived), tuple(stocks), opening, np.array(closing).reshape(count, len(stocks)), years)


def with_elasticity(network: Network, factor: float) -> Network:
    """The network with every isoelastic use `factor` times as elastic around its base; other straight lines stay.

    A use is a core and a curve above it; where the curve reaches the core's value moves with the elasticity. What
    stands in for a use answers as late: so many times as much at every premium, up to that part of its limit.
    """
    if factor == 1.0:
        return network
    core: dict[tuple[str, str], float] = {}
    found = []
    for a in network.activities:
        c = a.curve
        if a.kind == "use" and c is not None and c.shape == "isoelastic" and c.side < 0 and c.offset > 0:
            kept = c.reference * (c.offset / c.reference) ** factor
            core[a.product, a.country] = kept
            a = replace(a, curve=replace(c, elasticity=c.elasticity * factor, offset=kept))
        elif a.kind == "thrift" and c is not None:
            a = replace(a, curve=replace(c, elasticity=c.elasticity * factor), upper=a.upper * min(factor, 1.0))
        found.append(a)
    return network.with_activities(
        replace(a, upper=core[a.product, a.country])
        if a.kind == "core" and (a.product, a.country) in core and np.isfinite(a.upper)
        else a
        for a in found
    )


def weakest(path: Path) -> Solution:
    """The solution with the worst certificate of a path: what the whole may be trusted to."""
    return max((s.solution for s in path.periods), key=lambda s: (not s.certificate.certified, s.certificate.gap))
