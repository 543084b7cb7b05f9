"""Our own proof of a solution, independent of the engine that produced it.

Primal residual: the largest violation of a row's bounds relative to what flows through the row (the largest of
|a_ij·x_j| and the bound itself, never less than 1e-6 of the largest throughput anywhere), or of a column's bounds
relative to the column's typical level.

Dual residual: the largest reduced cost that no bound explains, relative to the prices it is made of.

Gap: the objective less a lower bound on it. Prices are first projected on the sign their row allows. With
d = marginal cost − Aᵀy the Lagrangian separates, so the bound is a sum of one-dimensional minima and the gap a sum of
terms that are never negative: no cancellation. It is relative to the largest of |objective|, 1e-3 × turnover
(Σ |(Aᵀy)_j·x_j|) and, for the sake of markets that are all idle, 1e-6 × the largest turnover a column would have at its
typical level. A column without a bound on the side where its minimum runs away is boxed at ten times its level (or its
typical level, if larger); by convexity an optimum inside that box is an optimum without it.

A solution is certified when primal residual ≤ 1e-8, gap ≤ 1e-8 and dual residual ≤ 1e-6.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ytterby.solver.curves import Floats, Shape
from ytterby.solver.problem import Certificate, Problem

PRIMAL_LIMIT = 1e-8
GAP_LIMIT = 1e-8
DUAL_LIMIT = 1e-6


def objective(problem: Problem, shape: Shape, x: Floats) -> float:
    """Return Σ cost·x + Σ ∫ curve at `x`."""
    return float(problem.cost @ x + shape.integral(x).sum())


def marginal_cost(problem: Problem, shape: Shape, x: Floats) -> Floats:
    """Return the gradient of the objective at `x`."""
    gradient = problem.cost.copy()
    gradient[shape.column] += shape.marginal(x)
    return gradient


def certify(
    problem: Problem, shape: Shape, scale: Floats, x: Floats, y: Floats, by_row: sparse.csr_matrix | None = None
) -> Certificate:
    """Check `x` and row duals `y`; `scale` is a typical level for each column, `by_row` the matrix in row order, if the
    caller has it."""
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return Certificate(np.inf, np.inf, np.inf, False, "the engine returned no finite numbers")
    y = projected(problem, y)
    activity = problem.matrix @ x
    priced = problem.matrix.T @ y
    by_row = problem.matrix.tocsr() if by_row is None else by_row
    primal = _primal_residual(problem, by_row, scale, x, activity)
    dual = _dual_residual(problem, shape, scale, x, y, priced)
    gap = _gap(problem, shape, scale, x, y, activity, priced)
    over = [
        f"{name} {value:.1e} > {limit:.0e}"
        for name, value, limit in (
            ("primal residual", primal, PRIMAL_LIMIT),
            ("gap", gap, GAP_LIMIT),
            ("dual residual", dual, DUAL_LIMIT),
        )
        if not value <= limit
    ]
    return Certificate(primal, dual, gap, not over, "; ".join(over) or "within limits")


def projected(problem: Problem, y: Floats) -> Floats:
    """Return `y` with signs its row cannot carry set to zero (no lower bound, no positive dual, and the reverse)."""
    low = np.where(np.isfinite(problem.row_lower), np.inf, 0.0)
    high = np.where(np.isfinite(problem.row_upper), -np.inf, 0.0)
    return np.clip(y, high, low)


def _row_throughput(by_row: sparse.csr_matrix, x: Floats) -> Floats:
    """The largest flow of each row."""
    flows = np.abs(by_row.data * x[by_row.indices])
    filled = np.flatnonzero(np.diff(by_row.indptr))
    largest = np.zeros(by_row.shape[0])
    if len(filled):
        largest[filled] = np.maximum.reduceat(flows, by_row.indptr[:-1][filled])
    return largest


def _primal_residual(problem: Problem, by_row: sparse.csr_matrix, scale: Floats, x: Floats, activity: Floats) -> float:
    miss = np.maximum(np.maximum(problem.row_lower - activity, activity - problem.row_upper), 0.0)
    size = _row_throughput(by_row, x)
    for bound in (problem.row_lower, problem.row_upper):
        size = np.maximum(size, np.where(np.isfinite(bound), np.abs(bound), 0.0))
    size = np.maximum(size, max(1e-6 * float(size.max(initial=0.0)), np.finfo(float).tiny))
    outside = np.maximum(np.maximum(problem.lower - x, x - problem.upper), 0.0) / np.maximum(scale, np.abs(x))
    return float(max((miss / size).max(initial=0.0), outside.max(initial=0.0)))


def _dual_residual(problem: Problem, shape: Shape, scale: Floats, x: Floats, y: Floats, priced: Floats) -> float:
    reduced = marginal_cost(problem, shape, x) - priced
    size = abs(problem.matrix).T @ np.abs(y) + np.abs(problem.cost)
    size[problem.curves.column] += problem.curves.p0
    size = np.maximum(size, max(1e-9 * float(size.max(initial=0.0)), np.finfo(float).tiny))
    room = np.where(reduced > 0, x - problem.lower, problem.upper - x) / scale
    return float(np.minimum(np.abs(reduced) / size, np.maximum(room, 0.0)).max(initial=0.0))


def _gap(
    problem: Problem, shape: Shape, scale: Floats, x: Floats, y: Floats, activity: Floats, priced: Floats
) -> float:
    best = lagrangian_minimiser(problem, shape, scale, x, priced)
    lost = (problem.cost - priced) * (x - best)
    lost[shape.column] += shape.integral(x) - shape.integral(best)
    side = np.where(y > 0, problem.row_lower, problem.row_upper)
    slack = np.where(y != 0, y * (activity - np.where(np.isfinite(side), side, 0.0)), 0.0)
    turnover = float(np.abs(priced * x).sum())
    worth = np.maximum(np.abs(priced), np.abs(problem.cost))
    worth[problem.curves.column] += problem.curves.p0
    # where nothing costs anything, whatever prices there are, are rounding
    possible = float((worth * scale).max(initial=0.0)) if len(problem.curves) or problem.cost.any() else 1e6
    size = max(abs(objective(problem, shape, x)), 1e-3 * turnover, 1e-6 * possible, np.finfo(float).tiny)
    return float(abs(lost.sum() + slack.sum()) / size)


def lagrangian_minimiser(problem: Problem, shape: Shape, scale: Floats, x: Floats, priced: Floats) -> Floats:
    """Return the level of each column that minimises its own cost less its value at prices, within its bounds."""
    reach = 10.0 * np.maximum(np.abs(x), scale)
    low = np.where(np.isfinite(problem.lower), problem.lower, np.minimum(-reach, problem.upper))
    high = np.where(np.isfinite(problem.upper), problem.upper, np.maximum(reach, problem.lower))
    margin = problem.cost - priced
    best = np.where(margin > 0, low, np.where(margin < 0, high, x))
    best[shape.column] = shape.level_at(-margin[shape.column])
    return np.clip(best, low, high)
