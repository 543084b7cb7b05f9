"""Price curves in steps, as a linear programme needs them: over the whole range, or fine around a point.

A grid over the whole range is geometric in the level. For prices within 0.1 % it would need thousands of steps a curve.
A grid around a point has steps that grow with the distance from it, in the price of the curve. It reaches to both ends
of the range, so nothing is cut off. It is solved, placed around the answer, and solved again, each curve finer the
less its price has moved. Five rounds of fifteen steps give the optimum to 1e-8 and every price to 0.1 %.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import numpy as np

from ytterby.solver import ISOELASTIC, Curves, Problem
from ytterby.solver.curves import Shape

#: Levels, row prices; seconds to build, seconds to solve.
Answer = tuple[np.ndarray, np.ndarray | None, float, float]
#: Costs and upper bounds of steps under a problem in; levels of steps, row prices and seconds out.
Once = Callable[[Problem, np.ndarray, np.ndarray], Answer]
#: The range of a curve, in its x0.
_TOP = 10.0
#: Where the edges of a grid around a point are, in units of its zoom.
_AWAY = np.array([0.1, 0.2, 0.4, 0.8, 1.6, 6.4, 25.0])
#: Steps of such a grid; rounds; its first zoom, a share of the price of the curve; what is left of a zoom at least, and
#: the zoom for each unit by which a price has moved.
AROUND, ROUNDS = 2 * len(_AWAY) + 1, 5
_FIRST, _STAYED, _MOVED = 0.3, 0.2, 0.5
_FLOOR = 1e-2


class Steps:
    """The linear programme of a problem: each curved column in K steps. Its matrix is the same for every draw.

    With `straight`, linear curves stay whole, as a quadratic objective, and only isoelastic ones are cut.
    """

    def __init__(self, problem: Problem, steps: int, straight: bool = False) -> None:
        columns = problem.matrix.shape[1]
        curves = problem.curves
        self._cut = curves.kind == ISOELASTIC if straight else np.ones(len(curves), dtype=bool)
        self.curved = curves.column[self._cut]
        self.plain = np.setdiff1d(np.arange(columns), self.curved)
        self.owner = np.concatenate([self.plain, np.repeat(self.curved, steps)])
        self.steps, self.columns = steps, columns
        self.matrix = problem.matrix[:, self.owner].tocsc()
        self.equal = problem.row_lower == problem.row_upper

    def over(self, problem: Problem) -> tuple[np.ndarray, np.ndarray]:
        """Costs and upper bounds of the steps of a grid over the whole range, under a draw."""
        grid = np.concatenate([[0.0], np.geomspace(0.02, 1.0, self.steps)])
        return self._of(problem, self._top(problem)[:, None] * grid)

    def around(self, problem: Problem, price: np.ndarray, zoom: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same of a grid of AROUND steps around the prices of the curves given, with their zooms."""
        shape, top = Shape.of(self._curves(problem)), self._top(problem)
        away = np.concatenate([-_AWAY[::-1], _AWAY])
        inner = [np.clip(shape.level_at(price + share * zoom), 0.0, top) for share in away]
        return self._of(problem, np.column_stack([np.zeros(len(top)), *inner, top]))

    def prices(self, problem: Problem, levels: np.ndarray) -> np.ndarray:
        """The prices of the curves at these levels, within the range of the steps."""
        within = np.zeros(self.columns)
        within[self.curved] = np.clip(levels[self.curved], 0.0, self._top(problem))
        return Shape.of(self._curves(problem)).marginal(within)

    def floor(self, problem: Problem) -> np.ndarray:
        """The smallest price that a first zoom is a share of."""
        return _FLOOR * self._curves(problem).p0

    def slope(self, problem: Problem) -> np.ndarray:
        """The slope of the cost of each step: zero but where a linear curve is whole."""
        shape, full = Shape.of(problem.curves), np.zeros(self.columns)
        whole = shape.lin[~self._cut[shape.lin]]
        full[problem.curves.column[whole]] = shape.steepness[~self._cut[shape.lin]]
        return np.concatenate([full[self.plain], np.zeros(len(self.owner) - len(self.plain))])

    def levels(self, steps: np.ndarray) -> np.ndarray:
        """Levels of the columns from those of their steps."""
        return np.bincount(self.owner, np.maximum(steps, 0.0), self.columns)

    def _curves(self, problem: Problem) -> Curves:
        return Curves(*(getattr(problem.curves, f.name)[self._cut] for f in fields(Curves)))

    def _top(self, problem: Problem) -> np.ndarray:
        return np.minimum(problem.upper[self.curved], _TOP * self._curves(problem).x0)

    def _of(self, problem: Problem, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        shape = Shape.of(self._curves(problem))
        cost = np.empty((len(self.curved), self.steps))
        at = np.zeros(self.columns)
        for k in range(self.steps):
            at[self.curved] = (edges[:, k] + edges[:, k + 1]) / 2
            cost[:, k] = problem.cost[self.curved] + shape.marginal(at)
        width = np.diff(edges, axis=1)
        width[:, -1] += np.where(np.isfinite(problem.upper[self.curved]), 0.0, 1e3 * edges[:, -1])
        upper = np.where(np.isfinite(problem.upper), problem.upper, 1e7)[self.plain]
        whole, plain = Shape.of(problem.curves), problem.cost.copy()
        plain[whole.column[whole.lin]] += whole.intercept
        return np.concatenate([plain[self.plain], cost.ravel()]), np.concatenate([upper, width.ravel()])


def through(made: Steps, once: Once, start: np.ndarray | None = None) -> Callable[[Problem], Answer]:
    """Solve a draw with a grid over the whole range, or, from the levels of `start`, with finer and finer ones."""

    def over(problem: Problem) -> Answer:
        steps, y, build, solving = once(problem, *made.over(problem))
        return made.levels(steps), y, build, solving

    def around(problem: Problem) -> Answer:
        x, building, total = start, 0.0, 0.0
        price = made.prices(problem, x)
        zoom = _FIRST * np.maximum(np.abs(price), made.floor(problem))
        for _ in range(ROUNDS):
            steps, y, build, solving = once(problem, *made.around(problem, price, zoom))
            x, building, total = made.levels(steps), building + build, total + solving
            before, price = price, made.prices(problem, x)
            zoom = np.maximum(_STAYED * zoom, _MOVED * np.abs(price - before))
        return x, y, building, total

    return over if start is None else around
