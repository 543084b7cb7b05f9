"""One quadratic programme with a frozen structure, solved many times.

    minimise ½ u'diag(h)u + c'u   subject to  E u = e,  g_low ≤ G u ≤ g_high,  low ≤ u ≤ high

PIQP (proximal interior point, sparse LDLᵀ) keeps its symbolic factorisation between calls; Clarabel (homogeneous embedding) is the
second engine, slower and built anew, for the cases PIQP gives up on. Both work in scaled numbers; neither is trusted: see certificate.
HiGHS is never used for quadratic programmes: it failed on 42 of 101 neighbouring chains when we measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import clarabel
import numpy as np
import piqp
from numpy.typing import NDArray
from scipy import sparse

from ytterby.solver.curves import Floats

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Quadratic:
    """The data of one QP in scaled numbers; `equal` marks rows of `matrix` whose two bounds coincide."""

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
    """Levels and row duals (dual = derivative of the optimum in the right-hand side)."""

    x: Floats
    y: Floats
    solved: bool


class PiqpEngine:
    """PIQP with its symbolic factorisation kept as long as the pattern and the set of equality rows stay the same."""

    name = "piqp"

    def __init__(self, tolerance: float = 1e-9) -> None:
        self._tolerance = tolerance
        self._solver: object | None = None
        self._equal: Bools | None = None

    def solve(self, task: Quadratic) -> Point:
        """Solve `task`; the first call sets up, later ones with the same equality rows update in place."""
        rows = task.matrix.tocsr()
        equality, inequality = rows[task.equal].tocsc(), rows[~task.equal].tocsc()
        vectors = (
            sparse.diags(task.hessian, format="csc"),
            task.cost,
            equality,
            task.row_lower[task.equal],
            inequality,
            task.row_lower[~task.equal],
            task.row_upper[~task.equal],
            task.lower,
            task.upper,
        )
        fresh = self._solver is None or self._equal is None or not np.array_equal(self._equal, task.equal)
        if fresh:
            self._solver = _new_piqp(self._tolerance)
            self._equal = task.equal.copy()
            self._solver.setup(*vectors)
        else:
            self._solver.update(*vectors)
        status = self._solver.solve()
        result = self._solver.result
        y = np.empty(task.matrix.shape[0])
        # PIQP's Lagrangian adds y'(Ex − e) and z_u'(Gx − g) − z_l'(Gx − g): our derivative in the right-hand side has the other sign.
        y[task.equal] = -result.y
        y[~task.equal] = result.z_l - result.z_u
        return Point(np.array(result.x), y, status == piqp.PIQP_SOLVED)


def _new_piqp(tolerance: float) -> object:
    solver = piqp.SparseSolver()
    settings = solver.settings
    settings.verbose = False
    settings.eps_abs = tolerance
    settings.eps_rel = tolerance
    settings.eps_duality_gap_abs = tolerance
    settings.eps_duality_gap_rel = tolerance
    settings.max_iter = 200
    return solver


def solve_with_clarabel(task: Quadratic) -> Point:
    """Solve `task` once with Clarabel."""
    rows = task.matrix.tocsr()
    identity = sparse.identity(task.matrix.shape[1], format="csr")
    low, high = np.isfinite(task.row_lower) & ~task.equal, np.isfinite(task.row_upper) & ~task.equal
    under, over = np.isfinite(task.lower), np.isfinite(task.upper)
    blocks = [rows[task.equal], rows[high], -rows[low], identity[over], -identity[under]]
    sides = [
        task.row_lower[task.equal],
        task.row_upper[high],
        -task.row_lower[low],
        task.upper[over],
        -task.lower[under],
    ]
    stacked = sparse.vstack(blocks, format="csc")
    n_equal = int(task.equal.sum())
    cones = [clarabel.ZeroConeT(n_equal), clarabel.NonnegativeConeT(stacked.shape[0] - n_equal)]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    hessian = sparse.diags(task.hessian, format="csc")
    answer = clarabel.DefaultSolver(hessian, task.cost, stacked, np.concatenate(sides), cones, settings).solve()
    dual = -np.array(answer.z)
    y = np.zeros(len(task.row_lower))
    cuts = np.cumsum([block.shape[0] for block in blocks])
    y[task.equal] = dual[: cuts[0]]
    y[high] += dual[cuts[0] : cuts[1]]
    y[low] -= dual[cuts[1] : cuts[2]]
    solved = answer.status in (clarabel.SolverStatus.Solved, clarabel.SolverStatus.AlmostSolved)
    return Point(np.array(answer.x), y, solved)
