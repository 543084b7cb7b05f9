"""Solve and re-solve: a ladder of methods, each answer accepted only with our own certificate.

warm        Newton on prices from the stored start, if there is one   polish
piqp        successive quadratic models with PIQP, then the polish    successive, qp, polish
nearby      interior point from half-way down the path of the engine's first problem   nearby, interior, polish
interior    interior point on the curves themselves, then the polish  interior, polish
clarabel    successive quadratic models with Clarabel, then the same

The first certified answer is returned; if no rung gives one, the best point seen, with `certificate.certified` False.

Why this order: on 138 made-up problems (up to 786 rows and 4,554 columns; closures and full bans included) piqp needed
one to three models and interior 9 to 46 rounds, each certifying every one; a model with its polish is the cheaper.
Without column_scale, or on nastier chains, the polish of a model fails to settle in some per cent of cases; interior
did not fail there. From a nearby answer, warm takes 3 to 13 factorisations. See docs/method-solver.md, bench/solver.py.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial

import numpy as np

from ytterby.solver.certificate import certify, marginal_cost, objective, projected
from ytterby.solver.compiled import Compiled
from ytterby.solver.curves import Curves, Floats, Shape
from ytterby.solver.forcing import forced, priced
from ytterby.solver.interior import Iterate, follow
from ytterby.solver.nearby import Midway
from ytterby.solver.polish import polish
from ytterby.solver.problem import Certificate, Problem, Solution, check
from ytterby.solver.qp import ENGINES
from ytterby.solver.scaled import Frame, Scaled
from ytterby.solver.successive import succeed

METHODS = ("warm", "piqp", "interior", "clarabel")
WARM_ROUNDS = 16
END_ROUNDS = 8
MODEL_ROUNDS = {"piqp": 4, "clarabel": 25}


class Engine:
    """Solves one structure many times. Vectors change with `update`; the matrix and the typical levels do not.

    Every solve starts from the stored start (`keep`), from a point on the way of the problem the engine was made with
    (`nearby`) or from scratch, never from the previous answer: an answer does not depend on what was solved before it.
    With `compiled`, rounds run in compiled loops (see compiled); SolverError when they are not there.
    """

    def __init__(
        self,
        problem: Problem,
        start: Solution | None = None,
        methods: tuple[str, ...] = METHODS,
        compiled: bool = False,
    ) -> None:
        check(problem)
        matrix = problem.matrix.copy()
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        self.problem = replace(problem, matrix=matrix)
        self.methods = methods
        self._by_row = matrix.tocsr()
        self._frame = Frame.of(self.problem)
        self._loops: Loops = Compiled(self._frame) if compiled else Arrays()
        self._shape = Shape.of(problem.curves)
        self._start = start
        self._midway: Midway | None = None
        self._worth: Floats | None = None
        if "nearby" in methods:
            self._learn()

    def _learn(self) -> None:
        """Find the point to start near problems from, first for its prices, then in a scale that knows them."""
        for _ in range(2):
            task = _Attempt(self).task
            self._midway = Midway.of(task, self._loops.follow)
            if self._midway is None:
                break
            price = task.unscaled(self._midway.v, self._midway.y)[1]
            self._worth = abs(self.problem.matrix).T @ np.abs(price)

    def keep(self, solution: Solution | None) -> None:
        """Store `solution` as the start of every later solve; None: start from scratch."""
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
        """Replace the given vectors; the others stay as they were. Curves may change kind, number and column."""
        now = self.problem
        problem = replace(
            now,
            cost=now.cost if cost is None else cost,
            lower=now.lower if lower is None else lower,
            upper=now.upper if upper is None else upper,
            row_lower=now.row_lower if row_lower is None else row_lower,
            row_upper=now.row_upper if row_upper is None else row_upper,
            curves=now.curves if curves is None else curves,
        )
        check(problem, now)
        self.problem = problem
        if curves is not None:
            self._shape = Shape.of(curves)

    def solve(self) -> Solution:
        """Return the certified optimum, or the best point found with `certificate.certified` False."""
        attempt = _Attempt(self)
        for method in self.methods:
            with suppress(np.linalg.LinAlgError):  # this rung is at its end; the next may hold
                attempt.run(method, self._start)
            if attempt.best is not None and attempt.best.certificate.certified:
                break
        return attempt.best or attempt.nothing()


def solve(problem: Problem, start: Solution | None = None) -> Solution:
    """Solve `problem` once, from `start` when given.

    A start is a hint that saves time, never part of the answer: rows and columns that `problem` has beyond it are
    taken to be new and idle, and when it does not help the methods that need no start take over.
    """
    return Engine(problem, start).solve()


class Arrays:
    """The rounds of interior and polish in numpy's arrays."""

    follow = staticmethod(follow)
    polish = staticmethod(polish)


Loops = Arrays | Compiled


class _Attempt:
    """One solve of an engine's current problem: the best answer so far and how to offer another."""

    def __init__(self, engine: Engine) -> None:
        self.problem, self.shape, self.frame = engine.problem, engine._shape, engine._frame
        self.by_row = engine._by_row
        self.forced = forced(self.problem, self.by_row)
        self.task = Scaled.of(
            self.problem, self.shape, self.frame, self.forced.lower, self.forced.upper, engine._worth
        )
        self.midway, self.loops = engine._midway, engine._loops
        self.best: Solution | None = None

    def run(self, method: str, start: Solution | None) -> None:
        """Run one rung of the ladder."""
        if method == "warm" and start is not None:
            rows, columns = self.problem.matrix.shape
            x, y = self.task.rescaled(_fitted(start.x, columns), _fitted(start.row_dual, rows))
            v = np.clip(np.concatenate([x, self.frame.matrix @ x]), self.task.low, self.task.high)
            self._polish(v, y, "warm", 0, WARM_ROUNDS)
        elif method == "interior" or (method == "nearby" and self.midway and self.midway.fits(self.task)):
            begin = self.midway.start if method == "nearby" and self.midway else None
            end = self.loops.follow(self.task, partial(self._accept, method), begin)
            if self.best is None or not self.best.certificate.certified:
                self._offer(end.v, end.y, f"{method}, unpolished", end.rounds)
        elif method in ENGINES:

            def accept(v: Floats, y: Floats, rounds: int) -> bool:
                return self._polish(v, y, method, rounds, END_ROUNDS)

            succeed(self.task, method, MODEL_ROUNDS[method], accept)

    def nothing(self) -> Solution:
        """Return an uncertified answer for the case that no method produced a point: typical levels, no prices."""
        x = np.clip(self.frame.levels, self.forced.lower, self.forced.upper)
        y = np.zeros(len(self.problem.row_lower))
        certificate = Certificate(np.inf, np.inf, np.inf, False, "no method produced a point")
        marginal = marginal_cost(self.problem, self.shape, x)
        return Solution(x, y, marginal, objective(self.problem, self.shape, x), certificate, "none", 0)

    def _accept(self, method: str, now: Iterate) -> bool:
        return self._polish(now.v, now.y, method, now.rounds, END_ROUNDS)

    def _polish(self, v: Floats, y: Floats, engine: str, rounds: int, limit: int) -> bool:
        v, y, settled = self.loops.polish(self.task, v, y, limit)
        return (settled or self.best is None) and self._offer(v, y, engine, rounds)

    def _offer(self, v: Floats, y: Floats, engine: str, rounds: int) -> bool:
        """Keep the point if it is the best so far; tell whether it is certified."""
        problem, shape = self.problem, self.shape
        x, price = self.task.unscaled(v, y)
        x = np.clip(x, self.forced.lower, self.forced.upper)
        marginal = marginal_cost(problem, shape, x)
        price = projected(problem, priced(problem, self.by_row, self.forced, marginal, price))
        certificate = certify(problem, shape, self.frame.levels, x, price, self.by_row)
        if self.best is None or _size(certificate) < _size(self.best.certificate):
            reduced = marginal - problem.matrix.T @ price
            if not certificate.certified and self.forced.impossible is not None:
                note = f"row {self.forced.impossible} cannot be met by any levels within bounds; {certificate.note}"
                certificate = replace(certificate, note=note)
            self.best = Solution(x, price, reduced, objective(problem, shape, x), certificate, engine, rounds)
        return certificate.certified


def _fitted(values: Floats, length: int) -> Floats:
    """Return `values` cut or padded with zeros to `length`: a start may come from before rows or columns were added."""
    return np.concatenate([values[:length], np.zeros(max(length - len(values), 0))])


def _size(certificate: Certificate) -> float:
    worst = max(certificate.primal_residual, certificate.gap, 1e-2 * certificate.dual_residual)
    return worst if np.isfinite(worst) else np.inf
