"""Every price that fits the optimal levels, where there is more than one.

Levels x are optimal with prices y exactly when y solves the linear system

    (Aᵀy)_j = marginal cost_j   where lower < x_j < upper
    (Aᵀy)_j ≤ marginal cost_j   where x_j is at its lower bound,   ≥ where it is at its upper bound
    y_i ≥ 0, ≤ 0 or = 0         where row i is at its lower bound, at its upper bound, at neither

A market with flow usually has one such price. An idle one has an interval: from what its best user would bid to what
its cheapest supplier would ask, all other prices moving freely within the same system. Two linear programmes a market.
"""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np
from scipy import sparse

from ytterby.solver.certificate import marginal_cost
from ytterby.solver.curves import Floats, Shape
from ytterby.solver.lp import new_highs
from ytterby.solver.problem import Problem, Solution
from ytterby.solver.scaled import typical_levels

AT_BOUND = 1e-9  # share of a typical level within which a column counts as at its bound


def price_interval(problem: Problem, solution: Solution, rows: Sequence[int]) -> tuple[Floats, Floats]:
    """Return the lowest and the highest price of each of `rows` that fits the optimal levels; ±inf where unlimited."""
    highs = new_highs()
    highs.passModel(_price_system(problem, solution))
    ends = np.empty((2, len(rows)))
    for place, row in enumerate(rows):
        for end, sign in enumerate((1.0, -1.0)):
            highs.changeColCost(int(row), sign)
            highs.run()
            if highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
                ends[end, place] = sign * highs.getInfo().objective_function_value
            else:
                ends[end, place] = -sign * np.inf
        highs.changeColCost(int(row), 0.0)
    known = solution.row_dual[list(rows)]
    # the price in hand fits too: what it differs by is the tolerance of the linear programme
    return np.minimum(ends[0], known), np.maximum(ends[1], known)


def _price_system(problem: Problem, solution: Solution) -> highspy.HighsLp:
    """Return the system as a linear programme in y without an objective; one constraint for each column not fixed."""
    x, levels = solution.x, typical_levels(problem)
    marginal = marginal_cost(problem, Shape.of(problem.curves), x)
    low, high = x - problem.lower <= AT_BOUND * levels, problem.upper - x <= AT_BOUND * levels
    kept = np.flatnonzero(~(low & high))
    size = np.maximum(np.abs(problem.matrix).max(axis=0).toarray().ravel()[kept], 1e-300)
    system = (sparse.diags(1.0 / size) @ problem.matrix.T.tocsr()[kept]).tocsc()
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = system.shape
    model.col_cost_ = np.zeros(system.shape[1])
    model.row_lower_ = np.where(low[kept], -np.inf, marginal[kept] / size)
    model.row_upper_ = np.where(high[kept], np.inf, marginal[kept] / size)
    model.col_lower_, model.col_upper_ = _signs(problem, x)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = system.indptr, system.indices
    model.a_matrix_.value_ = system.data
    return model


def _signs(problem: Problem, x: Floats) -> tuple[Floats, Floats]:
    """Return the bounds that each row's state puts on its price."""
    activity = problem.matrix @ x
    size = abs(problem.matrix) @ np.abs(x)
    size = np.maximum(size, max(1e-6 * float(size.max(initial=0.0)), np.finfo(float).tiny))
    binds_low = activity - problem.row_lower <= AT_BOUND * size
    binds_high = problem.row_upper - activity <= AT_BOUND * size
    return np.where(binds_high, -np.inf, 0.0), np.where(binds_low, np.inf, 0.0)
