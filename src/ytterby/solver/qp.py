"""One quadratic programme, in scaled numbers, through somebody else's engine.

    minimise ½ u'diag(h)u + c'u   subject to  row_lower ≤ A u ≤ row_upper,  lower ≤ u ≤ upper

PIQP (proximal interior point, sparse LDLᵀ) keeps its symbolic factorisation between rounds; Clarabel (homogeneous
embedding) is built anew each time. Neither is trusted: see certificate. HiGHS is never used for quadratic
programmes: it failed on 42 of 101 neighbouring chains when we measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import clarabel
import numpy as np
import piqp
from scipy import sparse

from ytterby.solver.curves import Floats
from ytterby.solver.scaled import Bools

TOLERANCE = 1e-10  # looser, and the polish cannot tell which small columns sit at a bound


@dataclass(frozen=True, slots=True)
class Quadratic:
    """The data of one QP; `equal` marks rows whose two bounds coincide."""

    hessian: Floats
    cost: Floats
    matrix: sparse.csc_matrix
    equal: Bools
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True, slots=True)
class Point:
    """Levels and row duals (derivative of the optimum in the right-hand side), as the engine left them."""

    x: Floats
    y: Floats


def piqp_engine() -> Callable[[Quadratic], Point]:
    """Return a solver that sets PIQP up at its first call and updates it in place afterwards."""
    solver: Any = None

    def solve(task: Quadratic) -> Point:
        nonlocal solver
        rows = task.matrix.tocsr()
        equal = task.equal
        arrays = (
            sparse.diags(task.hessian, format="csc"),
            task.cost,
            rows[equal].tocsc(),
            task.row_lower[equal],
            rows[~equal].tocsc(),
            task.row_lower[~equal],
            task.row_upper[~equal],
            task.lower,
            task.upper,
        )
        if solver is None:
            solver = _new_piqp()
            solver.setup(*arrays)
        else:
            solver.update(*arrays)
        solver.solve()
        found = solver.result
        y = np.empty(len(equal))
        # PIQP adds y'(Ex − e) + (z_u − z_l)'Gx to the objective; ours is the derivative in the right-hand side
        y[equal] = -found.y
        y[~equal] = found.z_l - found.z_u
        return Point(np.array(found.x), y)

    return solve


def _new_piqp() -> Any:
    solver = piqp.SparseSolver()
    settings = solver.settings
    settings.verbose = False
    settings.max_iter = 200
    for name in ("eps_abs", "eps_rel", "eps_duality_gap_abs", "eps_duality_gap_rel"):
        setattr(settings, name, TOLERANCE)
    return solver


def clarabel_engine() -> Callable[[Quadratic], Point]:
    """Return a solver that builds a new Clarabel model at each call."""
    return _solve_with_clarabel


def _solve_with_clarabel(task: Quadratic) -> Point:
    rows = task.matrix.tocsr()
    identity = sparse.identity(task.matrix.shape[1], format="csr")
    low, high = np.isfinite(task.row_lower) & ~task.equal, np.isfinite(task.row_upper) & ~task.equal
    under, over = np.isfinite(task.lower), np.isfinite(task.upper)
    blocks = [rows[task.equal], rows[high], -rows[low], identity[over], -identity[under]]
    sides = [task.row_lower[task.equal], task.row_upper[high], -task.row_lower[low]]
    sides += [task.upper[over], -task.lower[under]]
    stacked = sparse.vstack(blocks, format="csc")
    equalities = int(task.equal.sum())
    cones = [clarabel.ZeroConeT(equalities), clarabel.NonnegativeConeT(stacked.shape[0] - equalities)]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = TOLERANCE
    hessian = sparse.diags(task.hessian, format="csc")
    answer = clarabel.DefaultSolver(hessian, task.cost, stacked, np.concatenate(sides), cones, settings).solve()
    dual = -np.array(answer.z)
    y = np.zeros(len(task.row_lower))
    first, second, third = np.cumsum([block.shape[0] for block in blocks[:3]])
    y[task.equal] = dual[:first]
    y[high] += dual[first:second]
    y[low] -= dual[second:third]
    return Point(np.array(answer.x), y)


ENGINES: dict[str, Callable[[], Callable[[Quadratic], Point]]] = {"piqp": piqp_engine, "clarabel": clarabel_engine}
