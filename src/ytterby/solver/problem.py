"""The records of the solver: what is asked (Problem), what is answered (Solution), and how far it may be trusted
(Certificate).

    minimise   Σ_j cost_j·x_j + Σ_j ∫₀^{x_j} curve_j
    subject to row_lower ≤ matrix·x ≤ row_upper,  lower ≤ x ≤ upper

Prices. `row_dual` y is the derivative of the optimal objective in the row's right-hand side, so stationarity reads
marginal cost(x) − matrixᵀy − z = 0 with the column dual z ≥ 0 at a lower bound and z ≤ 0 at an upper one. A market
written as Σ supply − Σ use = 0 has y = its price, positive when goods are scarce. A binding `matrix·x ≤ limit` has
y ≤ 0: −y is the limit's shadow price.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ytterby.core.errors import SolverError
from ytterby.solver.curves import ISOELASTIC, LINEAR, Curves, Floats

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Problem:
    """A convex separable problem. A missing bound is ±inf.

    `column_scale` is a typical level for each column, if the caller knows one; without it x0 of the curves serves.
    """

    matrix: sparse.csc_matrix
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    cost: Floats
    curves: Curves = field(default_factory=Curves.none)
    column_scale: Floats | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """What we checked ourselves, whatever engine ran. All numbers are relative; `certificate.py` defines each."""

    primal_residual: float
    dual_residual: float
    gap: float
    certified: bool
    note: str


@dataclass(frozen=True, slots=True)
class Solution:
    """Levels, prices and the certificate; `engine` names the method that gave the answer, `rounds` its rounds."""

    x: Floats
    row_dual: Floats
    column_dual: Floats
    objective: float
    certificate: Certificate
    engine: str
    rounds: int


def check(problem: Problem, known: Problem | None = None) -> None:
    """Raise SolverError when the arrays are nonsense: wrong length, NaN, lower above upper, curve out of domain.

    What `known`, a problem already checked, shares with it (the matrix, the places of curves) is not checked again.
    """
    rows, columns = problem.matrix.shape
    _check_vectors(problem, rows, columns)
    if known is None or problem.matrix is not known.matrix:
        _first(~np.isfinite(problem.matrix.data), problem.matrix.data, "matrix entry")
    for side, low, high in (("row", problem.row_lower, problem.row_upper), ("column", problem.lower, problem.upper)):
        bad = np.flatnonzero(low > high)
        if bad.size:
            raise SolverError(f"{side} {bad[0]}: lower bound {low[bad[0]]:g} is above upper bound {high[bad[0]]:g}")
        bad = np.flatnonzero((low == np.inf) | (high == -np.inf))
        if bad.size:
            raise SolverError(f"{side} {bad[0]}: bounds {low[bad[0]]:g} to {high[bad[0]]:g} admit no number")
    _check_curves(problem.curves, problem, columns, known.curves if known else None)


def _check_vectors(problem: Problem, rows: int, columns: int) -> None:
    named = {
        "row_lower": (problem.row_lower, rows),
        "row_upper": (problem.row_upper, rows),
        "lower": (problem.lower, columns),
        "upper": (problem.upper, columns),
        "cost": (problem.cost, columns),
    }
    for name, (vector, length) in named.items():
        if vector.shape != (length,):
            raise SolverError(
                f"{name}: found shape {vector.shape}; expected ({length},) for a {rows} × {columns} matrix"
            )
        bad = ~np.isfinite(vector) if name == "cost" else np.isnan(vector)
        _first(bad, vector, name)
    scale = problem.column_scale
    if scale is not None:
        if scale.shape != (columns,):
            raise SolverError(f"column_scale: found shape {scale.shape}; expected ({columns},)")
        _first(~(np.isfinite(scale) & (scale > 0)), scale, "column_scale")


def _check_curves(curves: Curves, problem: Problem, columns: int, known: Curves | None) -> None:
    if not len(curves):
        return
    column = curves.column
    if known is None or column is not known.column:
        _first((column < 0) | (column >= columns), column, "curve column")
        if np.unique(column).size != column.size:
            raise SolverError("curves: a column carries two curves; expected at most one")
    _first((curves.kind != LINEAR) & (curves.kind != ISOELASTIC), curves.kind, "curve kind")
    _first(np.abs(curves.sign) != 1, curves.sign, "curve sign")
    for name in ("p0", "x0", "elasticity"):
        values = getattr(curves, name)
        _first(~(np.isfinite(values) & (values > 0)), values, f"curve {name}")
    _first(~np.isfinite(curves.offset), curves.offset, "curve offset")
    iso, demand = curves.kind == ISOELASTIC, curves.sign < 0
    start = problem.lower[column] + curves.offset
    _first(iso & (start < 0), start, "isoelastic curve's lower bound + offset")
    _first(iso & demand & (start <= 0), start, "isoelastic demand's lower bound + offset")
    _first(iso & demand & (curves.elasticity <= 1) & (curves.offset <= 0), curves.offset, "isoelastic demand's offset")


def _first(bad: Bools, values: NDArray[np.generic], name: str) -> None:
    """Raise naming the first bad entry, if any."""
    found = np.flatnonzero(bad)
    if found.size:
        raise SolverError(
            f"{name} at index {found[0]}: found {values[found[0]]!s}; expected a finite number in its range"
        )
