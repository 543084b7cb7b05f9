"""Semismooth Newton on the optimality conditions, from a point that is nearly right: the last digits of levels and prices."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from ytterby.solver.certificate import marginal_cost, projected
from ytterby.solver.curves import Floats, Shape
from ytterby.solver.problem import Problem
from ytterby.solver.qp import Point

ROUNDS = 8


def polish(problem: Problem, shape: Shape, levels: Floats, x: Floats, y: Floats, rounds: int = ROUNDS) -> Point:
    """Return the point after a few Newton rounds on free columns and active rows; the active set is guessed anew each round."""
    matrix = problem.matrix
    row_size = np.asarray(abs(matrix @ sparse.diags(levels)).max(axis=1).todense()).ravel()
    row_size = np.where(row_size > 0, row_size, 1.0)
    typical = np.abs(problem.cost)
    typical[shape.column] += np.abs(shape.marginal(np.clip(levels, problem.lower, problem.upper)))
    typical = np.maximum(typical, 1e-6 * typical.max(initial=1.0))
    y = projected(problem, y)
    for _ in range(rounds):
        slope = np.zeros(len(x))
        slope[shape.column] = shape.slope(x)
        gradient = marginal_cost(problem, shape, x)
        reduced = gradient - matrix.T @ y
        weight = np.where(slope > 0, np.minimum(1.0 / np.maximum(slope, 1e-300), 1e3 * levels / typical), levels / typical)
        target = x - weight * reduced
        at_low, at_high = target <= problem.lower, target >= problem.upper
        free = ~(at_low | at_high)
        x_try = np.where(at_low, problem.lower, np.where(at_high, problem.upper, x))
        activity = matrix @ x_try
        price_unit = np.maximum(np.abs(y), 1e-9)
        miss_low = (problem.row_lower - activity) / row_size
        miss_high = (problem.row_upper - activity) / row_size
        equal = problem.row_lower == problem.row_upper
        use_low = ~equal & (y / price_unit + miss_low > 0) & np.isfinite(problem.row_lower)
        use_high = ~equal & (y / price_unit + miss_high < 0) & np.isfinite(problem.row_upper)
        active = equal | use_low | use_high
        side = np.where(use_high, problem.row_upper, problem.row_lower)
        side = np.where(active, side, 0.0)
        y_try = np.where(active, y, 0.0)
        dx, y_new = _newton(problem, slope, levels, row_size, free, active, gradient, y_try, side - activity)
        if dx is None:
            break
        x = x_try.copy()
        x[free] += dx
        y = y_new
        x = np.clip(x, problem.lower, problem.upper)
        size = np.abs(dx / levels[free]).max(initial=0.0)
        if size < 1e-13:
            break
    return Point(x, y, True)


def _newton(problem, slope, levels, row_size, free, active, gradient, y, miss):
    s = levels[free]
    r = 1.0 / row_size[active]
    block = problem.matrix.tocsr()[active][:, free]
    block = (sparse.diags(r) @ block @ sparse.diags(s)).tocsc()
    h = slope[free] * s * s
    money = np.median(h[h > 0]) if (h > 0).any() else 1.0
    h = h / money
    rows = block.shape[0]
    reg = 1e-10
    kkt = sparse.bmat(
        [[sparse.diags(h + reg), -block.T], [-block, -sparse.identity(rows) * reg]], format="csc"
    )
    priced = problem.matrix.T @ y
    rhs = np.concatenate([-(gradient - priced)[free] * s / money, -miss[active] * r])
    try:
        lu = splu(kkt, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.001, options={"SymmetricMode": True})
    except RuntimeError:
        return None, None
    true = sparse.bmat([[sparse.diags(h), -block.T], [-block, None]], format="csr")
    z = lu.solve(rhs)
    for _ in range(3):
        z = z + lu.solve(rhs - true @ z)
    y_new = y.copy()
    y_new[active] += z[len(s) :] * r * money
    return z[: len(s)] * s, y_new
