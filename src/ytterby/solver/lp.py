"""Linear programmes with HiGHS (dual simplex, one thread), duals in the package's sign, our own certificate."""

from __future__ import annotations

import highspy
import numpy as np
from scipy import sparse

from ytterby.core.errors import SolverError
from ytterby.solver.certificate import certify
from ytterby.solver.curves import Floats, Shape
from ytterby.solver.problem import Problem, Solution, check


def solve_lp(
    matrix: sparse.csc_matrix,
    row_lower: Floats,
    row_upper: Floats,
    lower: Floats,
    upper: Floats,
    cost: Floats,
) -> Solution:
    """Minimise cost·x subject to row and column bounds. Raise SolverError when the programme is infeasible or
    unbounded.

    `row_dual` is the derivative of the optimum in the right-hand side, `column_dual` the reduced cost.
    """
    problem = Problem(sparse.csc_matrix(matrix), row_lower, row_upper, lower, upper, cost)
    check(problem)
    highs = new_highs()
    highs.passModel(_model(problem))
    highs.run()
    status = highs.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise SolverError(f"linear programme: {highs.modelStatusToString(status)}; expected an optimum")
    found = highs.getSolution()
    x, y = np.array(found.col_value), np.array(found.row_dual)
    reduced = problem.cost - problem.matrix.T @ y
    certificate = certify(problem, Shape.of(problem.curves), np.maximum(np.abs(x), 1.0), x, y)
    return Solution(x, y, reduced, float(problem.cost @ x), certificate, "highs", 1)


class _Silent(highspy.Highs):  # type: ignore[misc]
    """HiGHS that says nothing. The first call it logs anything in, its banner included, is in its own constructor."""

    def enableCallbacks(self) -> None:
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()


def new_highs() -> highspy.Highs:
    """Return HiGHS set to the simplex method on one thread, and silent."""
    highs = _Silent()
    for name, value in (("output_flag", False), ("threads", 1), ("solver", "simplex")):
        highs.setOptionValue(name, value)
    return highs


def _model(problem: Problem) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = problem.matrix.shape
    model.col_cost_ = problem.cost
    model.col_lower_, model.col_upper_ = problem.lower, problem.upper
    model.row_lower_, model.row_upper_ = problem.row_lower, problem.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = problem.matrix.indptr
    model.a_matrix_.index_ = problem.matrix.indices
    model.a_matrix_.value_ = problem.matrix.data
    return model
