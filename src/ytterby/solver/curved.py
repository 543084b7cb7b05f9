"""The outer Newton on a convex separable objective: quadratic models, exact line search, a polish on the optimality conditions.

Scaled numbers: x = s·u with s a typical level for each column, rows divided by their largest entry, money divided by a typical
column cost. See docs/method-solver.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from ytterby.core.errors import SolverError
from ytterby.solver.certificate import certify, marginal_cost, objective, projected
from ytterby.solver.curves import Curves, Floats, Shape
from ytterby.solver.polish import polish
from ytterby.solver.problem import Certificate, Problem, Solution, check
from ytterby.solver.qp import PiqpEngine, Point, Quadratic, solve_with_clarabel

MAX_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Start:
    """A stored starting point: levels and row duals."""

    x: Floats
    y: Floats


def typical_levels(problem: Problem) -> Floats:
    """Return a typical level for each column: the caller's, else x0 of its curve, else what its rows carry, else its bound, else 1."""
    if problem.column_scale is not None:
        return problem.column_scale.astype(np.float64)
    rows, columns = problem.matrix.shape
    level = np.zeros(columns)
    level[problem.curves.column] = problem.curves.x0
    size = abs(problem.matrix).tocsc()
    carried = np.asarray((size @ sparse.diags(level)).max(axis=1).todense()).ravel() if columns else np.zeros(rows)
    for side in (problem.row_lower, problem.row_upper):
        carried = np.maximum(carried, np.where(np.isfinite(side), np.abs(side), 0.0))
    owner = np.repeat(np.arange(columns), np.diff(size.indptr))
    share = np.divide(carried[size.indices], size.data, out=np.full(size.nnz, np.inf), where=size.data > 0)
    share[share == 0] = np.inf
    smallest = np.full(columns, np.inf)
    np.minimum.at(smallest, owner, share)
    level = np.where(level > 0, level, smallest)
    span = np.maximum(np.abs(problem.lower), np.abs(problem.upper))
    span = np.where(np.isfinite(span) & (span > 0), span, np.inf)
    level = np.minimum(level, span)
    return np.where(np.isfinite(level), level, 1.0)


class Engine:
    """Solves one structure many times. Vectors change with `update`, the matrix does not.

    Every solve starts from the stored start (None: the curves' own x0), never from the previous answer, so an answer does not
    depend on what was solved before it. `keep` stores a solution as the start of all later solves.
    """

    def __init__(self, problem: Problem, start: Solution | None = None) -> None:
        check(problem)
        self.problem = problem
        self._levels = typical_levels(problem)
        self._shape = Shape.of(problem.curves)
        self._start: Start | None = None
        self._piqp = PiqpEngine()
        if start is not None:
            self.keep(start)

    def keep(self, solution: Solution) -> None:
        """Store `solution` as the start of every later solve."""
        self._start = Start(solution.x.copy(), solution.row_dual.copy())

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
        changed = {name: value for name, value in given.items() if value is not None}
        problem = replace(self.problem, **changed)  # type: ignore[arg-type]
        check(problem)
        self.problem = problem
        if curves is not None:
            self._shape = Shape.of(curves)

    def solve(self) -> Solution:
        """Return the certified optimum, or the best point found with `certificate.certified` False."""
        try:
            return _Run(self.problem, self._shape, self._levels, self._start, self._piqp).solve()
        except FloatingPointError as error:
            raise SolverError(f"numbers out of range: {error}") from error


def solve(problem: Problem, start: Solution | None = None) -> Solution:
    """Solve `problem` once, from `start` when given."""
    return Engine(problem, start).solve()


class _Run:
    """One solve in scaled numbers."""

    def __init__(
        self, problem: Problem, shape: Shape, levels: Floats, start: Start | None, engine: PiqpEngine
    ) -> None:
        self.problem, self.shape, self.levels, self.engine = problem, shape, levels, engine
        self.start = start
        self.equal = problem.row_lower == problem.row_upper
        self._scale()

    def _scale(self) -> None:
        problem = self.problem
        scaled = problem.matrix @ sparse.diags(self.levels)
        largest = np.asarray(abs(scaled).max(axis=1).todense()).ravel()
        self.row_scale = 1.0 / np.where(largest > 0, largest, 1.0)
        self.matrix = (sparse.diags(self.row_scale) @ scaled).tocsc()
        self.matrix.sort_indices()
        fixed = problem.lower == problem.upper
        self.fixed = fixed
        self.free_matrix = self.matrix.copy()
        self.free_matrix.data[np.repeat(fixed, np.diff(self.matrix.indptr))] = 0.0
        money = np.abs(problem.cost)
        money[problem.curves.column] += problem.curves.p0
        money = money * self.levels
        self.money = float(np.median(money[money > 0])) if (money > 0).any() else 1.0

    def solve(self) -> Solution:
        problem, shape = self.problem, self.shape
        x = np.clip(self.levels if self.start is None else self.start.x, problem.lower, problem.upper)
        y = None if self.start is None else self.start.y
        feasible = False
        best: tuple[Certificate, Floats, Floats, str] | None = None
        for rounds in range(1, MAX_ROUNDS + 1):
            point, engine = self._quadratic_step(x)
            step = point.x - x
            x_new = x + self._longest(x, step) * step if feasible else point.x
            feasible = True
            decrease = float(-marginal_cost(problem, shape, x) @ (x_new - x))
            x, y = x_new, point.y
            polished = polish(problem, shape, self.levels, x, y)
            certificate = certify(problem, shape, self.levels, polished.x, polished.y)
            if certificate.certified:
                return self._answer(polished.x, polished.y, certificate, engine, rounds)
            raw = certify(problem, shape, self.levels, x, y)
            for c, p, q in ((certificate, polished.x, polished.y), (raw, x, y)):
                if best is None or _worse(best[0], c):
                    best = (c, p, q, engine)
        assert best is not None
        return self._answer(best[1], best[2], best[0], best[3], MAX_ROUNDS)

    def _quadratic_step(self, x: Floats) -> tuple[Point, str]:
        problem, shape = self.problem, self.shape
        s = self.levels
        slope = np.zeros(len(x))
        slope[shape.column] = self._safe_slope(x)
        gradient = marginal_cost(problem, shape, x)
        h = slope * s * s / self.money
        c = gradient * s / self.money - h * (x / s)
        lower, upper = problem.lower / s, problem.upper / s
        shift = self.matrix @ np.where(self.fixed, lower, 0.0)
        h = np.where(self.fixed, 1.0, h)
        c = np.where(self.fixed, -lower, c)
        lower = np.where(self.fixed, lower - 1.0, lower)
        upper = np.where(self.fixed, upper + 1.0, upper)
        row_lower = problem.row_lower * self.row_scale - shift
        row_upper = problem.row_upper * self.row_scale - shift
        task = Quadratic(h, c, self.free_matrix, self.equal, row_lower, row_upper, lower, upper)
        point, engine = self.engine.solve(task), "piqp"
        if not point.solved:
            point, engine = solve_with_clarabel(task), "clarabel"
        u = np.clip(point.x, problem.lower / s, problem.upper / s)
        return Point(u * s, point.y * self.row_scale * self.money, point.solved), engine

    def _safe_slope(self, x: Floats) -> Floats:
        shape = self.shape
        rise = shape.slope(x)
        typical = shape.price * np.abs(shape.power) / shape.level
        rise[shape.iso] = np.clip(rise[shape.iso], 1e-4 * typical, 1e8 * typical)
        return rise

    def _longest(self, x: Floats, step: Floats) -> float:
        """Return the exact minimiser in [0, 1] of the objective along `step` (convex: bisect its derivative)."""
        problem, shape = self.problem, self.shape

        def rate(t: float) -> float:
            return float(marginal_cost(problem, shape, x + t * step) @ step)

        if rate(1.0) <= 0:
            return 1.0
        low, high = 0.0, 1.0
        for _ in range(30):
            middle = 0.5 * (low + high)
            if rate(middle) > 0:
                high = middle
            else:
                low = middle
        return 0.5 * (low + high)

    def _answer(self, x: Floats, y: Floats, certificate: Certificate, engine: str, rounds: int) -> Solution:
        y = projected(self.problem, y)
        reduced = marginal_cost(self.problem, self.shape, x) - self.problem.matrix.T @ y
        return Solution(x, y, reduced, objective(self.problem, self.shape, x), certificate, engine, rounds)


def _worse(old: Certificate, new: Certificate) -> bool:
    return max(new.primal_residual, new.gap, new.dual_residual) < max(old.primal_residual, old.gap, old.dual_residual)
