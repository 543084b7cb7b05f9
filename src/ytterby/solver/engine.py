"""Solve and re-solve: the ladder of methods, each answer accepted only with our own certificate.

1. interior point on the curves themselves, then the polish           (interior, polish)
2. the same from the curves' own x0, if a stored start was used
3. successive quadratic models with PIQP, then with Clarabel          (successive)
4. the best of these, with `certificate.certified` False: the caller decides
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np


from ytterby.solver.certificate import certify, marginal_cost, objective, projected
from ytterby.solver.curves import Curves, Floats, Shape
from ytterby.solver.forcing import Forced, forced, priced
from ytterby.solver.interior import Iterate, follow
from ytterby.solver.polish import at_bounds, polish
from ytterby.solver.problem import Certificate, Problem, Solution, check
from ytterby.solver.scaled import Frame, Scaled


class Engine:
    """Solves one structure many times. Vectors change with `update`; the matrix and the typical levels do not.

    Every solve starts from the stored start (`keep`; without one from the curves' own x0), never from the previous answer: an answer
    does not depend on what was solved before it.
    """

    def __init__(self, problem: Problem, start: Solution | None = None) -> None:
        check(problem)
        matrix = problem.matrix.copy()
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        self.problem = replace(problem, matrix=matrix)
        self._by_row = matrix.tocsr()
        self._frame = Frame.of(self.problem)
        self._shape = Shape.of(problem.curves)
        self._start: Solution | None = start

    def keep(self, solution: Solution | None) -> None:
        """Store `solution` as the start of every later solve."""
        self._start = solution

    def update(
        self,
        *,
        cost: Floats | None = None,
        lower: Floats | None = None,
        upper: Floats | None = None,
        row_lower: Floats | None = None,
        row_upper: Floats | None = None,
        curves: Curves | None = None,
    ) -> None:
        """Replace the given vectors; the others stay as they were."""
        given = {
            "cost": cost,
            "lower": lower,
            "upper": upper,
            "row_lower": row_lower,
            "row_upper": row_upper,
            "curves": curves,
        }
        problem = replace(self.problem, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
        check(problem)
        self.problem = problem
        if curves is not None:
            self._shape = Shape.of(curves)

    def solve(self) -> Solution:
        """Return the certified optimum, or the best point found with `certificate.certified` False."""
        return _Attempt(self).solve(self._start)


def solve(problem: Problem, start: Solution | None = None) -> Solution:
    """Solve `problem` once, from `start` when given."""
    return Engine(problem, start).solve()


class _Attempt:
    """One solve of an engine's current problem."""

    def __init__(self, engine: Engine) -> None:
        self.problem, self.shape, self.frame = engine.problem, engine._shape, engine._frame
        self.by_row = engine._by_row
        self.forced: Forced = forced(self.problem, self.by_row)
        self.task = Scaled.of(self.problem, self.shape, self.frame, self.forced.lower, self.forced.upper)
        self.best: Solution | None = None

    def solve(self, start: Solution | None) -> Solution:
        scaled = None if start is None else self.task.rescaled(start.x, start.row_dual)
        end = follow(self.task, scaled, self._accept)
        self._accept(end)
        assert self.best is not None
        return self.best

    def _accept(self, now: Iterate) -> bool:
        """Polish the iterate; keep the better of polished and raw; tell whether it is certified."""
        state = at_bounds(self.task, now.v, now.y)
        polished = polish(self.task, now.v, now.y, state)
        return self._offer(*polished, "interior", now.rounds) or self._offer(
            now.v, now.y, "interior, unpolished", now.rounds
        )

    def _offer(self, v: Floats, y: Floats, engine: str, rounds: int) -> bool:
        problem, shape = self.problem, self.shape
        x, price = self.task.unscaled(v, y)
        x = np.clip(x, self.forced.lower, self.forced.upper)
        marginal = marginal_cost(problem, shape, x)
        price = projected(problem, priced(problem, self.by_row, self.forced, marginal, price))
        certificate = certify(problem, shape, self.frame.levels, x, price)
        if self.best is None or _size(certificate) < _size(self.best.certificate):
            reduced = marginal - problem.matrix.T @ price
            if not certificate.certified and self.forced.impossible is not None:
                note = f"row {self.forced.impossible} cannot be met by any levels within bounds; " + certificate.note
                certificate = replace(certificate, note=note)
            self.best = Solution(x, price, reduced, objective(problem, shape, x), certificate, engine, rounds)
        return certificate.certified


def _size(certificate: Certificate) -> float:
    worst = max(certificate.primal_residual, certificate.gap, 1e-2 * certificate.dual_residual)
    return worst if np.isfinite(worst) else np.inf
