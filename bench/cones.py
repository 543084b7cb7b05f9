"""The same problem handed whole to Clarabel: linear curves as a quadratic objective, isoelastic ones as power cones.

An independent general solver on the same smooth problem: no successive models, nothing shared with ytterby.solver
but the records. With t = z/x0 = (x + offset)/x0 and k = sign/e, the curve's integral is p0·x0·sign/(k + 1)·t^(k +
1) plus a constant:

    supply          minimise w with w ≥ t^(1 + 1/e)       (w, 1, t) in the power cone of exponent 1/(1 + 1/e)
    demand, e > 1   maximise w with w ≤ t^(1 − 1/e)       (t, 1, w) in the power cone of exponent 1 − 1/e
    demand, e < 1   minimise w with w ≥ t^−(1/e − 1)      (w, t, 1) in the power cone of exponent e
"""

from __future__ import annotations

from dataclasses import replace

import clarabel
import numpy as np
from scipy import sparse

from ytterby.solver import ISOELASTIC, LINEAR, Curves, Problem


def solve_with_cones(problem: Problem, tolerance: float = 1e-9) -> tuple[np.ndarray, np.ndarray, str]:
    """Return levels, row prices and Clarabel's status. Columns whose bounds coincide are taken out first."""
    fixed = problem.lower == problem.upper
    if fixed.any():
        x = problem.lower.copy()
        x[~fixed], y, status = solve_with_cones(_without(problem, fixed), tolerance)
        return x, y, status
    columns = problem.matrix.shape[1]
    scale = problem.column_scale if problem.column_scale is not None else np.ones(columns)
    curves = problem.curves
    iso = np.flatnonzero(curves.kind == ISOELASTIC)
    hessian, linear, money = _objective(problem, scale, iso)
    blocks, sides, cones, size = _bounds(problem, scale, len(iso))
    cone_block, cone_side, cone_list = _power_cones(problem, scale, iso)
    stacked = sparse.vstack([*blocks, cone_block], format="csc")
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_threads = False, 1
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = tolerance
    right = np.concatenate([*sides, cone_side])
    answer = clarabel.DefaultSolver(hessian, linear, stacked, right, [*cones, *cone_list], settings).solve()
    dual = -np.array(answer.z)
    equal = problem.row_lower == problem.row_upper
    high = np.isfinite(problem.row_upper) & ~equal
    low = np.isfinite(problem.row_lower) & ~equal
    first, second, third = np.cumsum([block.shape[0] for block in blocks[:3]])
    y = np.zeros(len(equal))
    y[equal] = dual[:first]
    y[high] += dual[first:second]
    y[low] -= dual[second:third]
    return np.array(answer.x)[:columns] * scale, y * money / size, str(answer.status)


def _without(problem: Problem, fixed: np.ndarray) -> Problem:
    keep, curves = ~fixed, problem.curves
    moved = problem.matrix[:, fixed] @ problem.lower[fixed]
    carried = keep[curves.column]
    number = np.cumsum(keep) - 1
    arrays = {name: getattr(curves, name)[carried] for name in ("kind", "sign", "p0", "x0", "elasticity", "offset")}
    return replace(
        problem,
        matrix=problem.matrix[:, keep],
        row_lower=problem.row_lower - moved,
        row_upper=problem.row_upper - moved,
        lower=problem.lower[keep],
        upper=problem.upper[keep],
        cost=problem.cost[keep],
        curves=Curves(column=number[curves.column[carried]], **arrays),
        column_scale=None if problem.column_scale is None else problem.column_scale[keep],
    )


def _objective(problem, scale, iso):
    curves, columns = problem.curves, problem.matrix.shape[1]
    cost, bend = problem.cost * scale, np.zeros(columns)
    lin = curves.kind == LINEAR
    rise = curves.p0 / curves.elasticity
    at = curves.column[lin]
    cost[at] += (curves.sign * curves.p0 + rise * (curves.offset / curves.x0 - 1.0))[lin] * scale[at]
    bend[at] = (rise / curves.x0)[lin] * scale[at] ** 2
    order = curves.sign[iso] / curves.elasticity[iso] + 1.0
    # every auxiliary variable w enters with weight p0·x0/|order|, to be minimised, or maximised for demand with e > 1
    weight = curves.sign[iso] * curves.p0[iso] * curves.x0[iso] / order
    money = float(np.median(np.abs(np.concatenate([weight, cost[cost != 0]]))))
    linear = np.concatenate([cost, weight]) / money
    return sparse.diags(np.concatenate([bend, np.zeros(len(iso))]) / money, format="csc"), linear, money


def _bounds(problem, scale, extra):
    scaled = problem.matrix @ sparse.diags(scale)
    size = np.maximum(np.asarray(abs(scaled).max(axis=1).todense()).ravel(), 1e-300)
    rows = (sparse.diags(1 / size) @ scaled).tocsr()
    low_row, high_row = problem.row_lower / size, problem.row_upper / size
    lower, upper = problem.lower / scale, problem.upper / scale
    identity = sparse.identity(len(scale), format="csr")
    equal = problem.row_lower == problem.row_upper
    high, low = np.isfinite(high_row) & ~equal, np.isfinite(low_row) & ~equal
    over, under = np.isfinite(upper), np.isfinite(lower)
    blocks = [rows[equal], rows[high], -rows[low], identity[over], -identity[under]]
    sides = [low_row[equal], high_row[high], -low_row[low], upper[over], -lower[under]]
    wide = [sparse.hstack([block, sparse.csr_matrix((block.shape[0], extra))], format="csr") for block in blocks]
    cones = [clarabel.ZeroConeT(wide[0].shape[0])]
    cones.append(clarabel.NonnegativeConeT(sum(block.shape[0] for block in wide[1:])))
    return wide, sides, cones, size


def _power_cones(problem, scale, iso):
    """Return the rows s = b − A·(x, w) of the cones, three for each curve."""
    curves, columns = problem.curves, problem.matrix.shape[1]
    rows, places, values, right, cones = [], [], [], [], []
    for number, c in enumerate(iso):
        j, e = int(curves.column[c]), float(curves.elasticity[c])
        level = (j, -scale[j] / curves.x0[c], curves.offset[c] / curves.x0[c])
        aux = (columns + number, -1.0, 0.0)
        one = (None, 0.0, 1.0)
        if curves.sign[c] > 0:
            three, exponent = (aux, one, level), 1.0 / (1.0 + 1.0 / e)
        elif e > 1:
            three, exponent = (level, one, aux), 1.0 - 1.0 / e
        else:
            three, exponent = (aux, level, one), e
        for column, value, side in three:
            if column is not None:
                rows.append(len(right))
                places.append(column)
                values.append(value)
            right.append(side)
        cones.append(clarabel.PowerConeT(exponent))
    block = sparse.csr_matrix((values, (rows, places)), shape=(len(right), columns + len(iso)))
    return block, np.array(right), cones
