"""A start for the interior point on problems near a given one: a point half-way down the given one's own path.

An optimum is a poor start for an interior-point method: it lies on bounds, and a draw that moves every limit and every
curve a little makes it infeasible and badly centred. A point of the path where products of room and bound dual are
still large is a good one (Gondzio 1998, Mathematical Programming 83, 125-143): it is kept, and from there the method
goes on to the optimum of the new problem as it would have done anyway. On 60 draws of the rare-earth network rounds
fell from 44 to 14 (to 12 with turnovers at the prices of that point, see Engine); starts from later on the path took
more again (17 where products are 1e-3, 20 where they are 3e-6).

The start belongs to the problem the engine was made with, never to the one solved before, so an answer does not depend
on the order of solves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ytterby.solver.curves import Floats, Ints
from ytterby.solver.interior import SPAN, Bounds, Iterate, follow, turnover_duals
from ytterby.solver.scaled import Scaled

#: Mean product of room and bound dual, in typical turnovers, at which the start is taken. 0.05 to 1 took 13 to 15
#: rounds on the rare-earth network, less or more took longer.
MIDWAY = 0.3
#: Room to a bound that the given problem does not have, in typical levels.
NEW_ROOM = 0.1


@dataclass(frozen=True, slots=True)
class Midway:
    """A point of a problem's path, by unknown: levels, prices, curve prices, and room and dual of its two bounds.

    Room and dual are NaN where there is no bound. `curved` are the columns the curve prices belong to, `money` the unit
    of prices and duals.
    """

    v: Floats
    y: Floats
    pi: Floats
    curved: Ints
    money: float
    room: tuple[Floats, Floats]
    dual: tuple[Floats, Floats]

    @staticmethod
    def of(task: Scaled, along: Callable[..., Iterate] = follow) -> Midway | None:
        """Follow the path of `task` until its products are MIDWAY; None when it never gets there."""
        found: list[Midway] = []

        def reached(now: Iterate) -> bool:
            bounds = Bounds.in_(task)
            room = _by_side(bounds, bounds.room(now.v), len(now.v))
            dual = _by_side(bounds, now.z, len(now.v))
            found.append(Midway(now.v, now.y, now.pi.copy(), task.iso, task.money, room, dual))
            return True

        along(task, reached, ask_below=MIDWAY)
        return found[0] if found else None

    def fits(self, task: Scaled) -> bool:
        """Tell whether the curves of `task` belong to the same columns."""
        return np.array_equal(task.iso, self.curved)

    def start(self, task: Scaled, bounds: Bounds) -> Iterate:
        """The point moved inside the bounds of `task`, which it has to fit."""
        span = SPAN * (task.high - task.low)
        low, high = (np.minimum(np.where(np.isnan(room), NEW_ROOM, room), span) for room in self.room)
        v = np.minimum(np.maximum(self.v, task.low + low), task.high - high)
        v = np.where(task.fixed, task.low, v)
        new = turnover_duals(task, bounds)
        kept = np.concatenate([side[bounds.of[part]] for side, part in zip(self.dual, bounds.parts, strict=True)])
        money = self.money / task.money
        z = np.where(np.isnan(kept), new, money * kept)
        return Iterate(v, money * self.y, z, money * self.pi, np.inf, 0)


def _by_side(bounds: Bounds, values: Floats, size: int) -> tuple[Floats, Floats]:
    low, high = np.full(size, np.nan), np.full(size, np.nan)
    lower, upper = bounds.parts
    low[bounds.of[lower]], high[bounds.of[upper]] = values[lower], values[upper]
    return low, high
