"""Successive quadratic models, the second method: slower than the interior point on the curves, but through other
people's engines.

At levels x the objective is replaced by its quadratic model, a QP engine (PIQP, Clarabel) minimises it under the
true constraints, and the exact minimiser of the true convex objective along the way there is the next x. Levels
stay feasible and the objective never rises. Isoelastic slopes are kept between 1e-4 and 1e8 times their value at
x0: a model only needs to be sensible, not exact.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ytterby.solver.curves import Floats
from ytterby.solver.qp import ENGINES, Quadratic
from ytterby.solver.scaled import Scaled

BISECTIONS = 40


def succeed(task: Scaled, engine: str, limit: int, accept: Callable[[Floats, Floats, int], bool]) -> None:
    """Run the method with `engine` ("piqp" or "clarabel"), for up to `limit` QPs, until `accept` takes a point."""
    columns = len(task.cost)
    solve = ENGINES[engine]()
    x = np.where(task.fixed, task.low, np.clip(1.0, task.low, task.high))[:columns]
    for rounds in range(1, limit + 1):
        found = solve(_model(task, x))
        if not (np.isfinite(found.x).all() and np.isfinite(found.y).all()):
            return
        step = np.clip(found.x, task.low[:columns], task.high[:columns]) - x
        # the first point need not balance, so its step is taken whole; later ones start from a feasible point
        x = x + (_longest(task, x, step) if rounds > 1 else 1.0) * step
        if accept(np.concatenate([x, task.frame.matrix @ x]), found.y, rounds):
            return


def _model(task: Scaled, x: Floats) -> Quadratic:
    """Return the QP at levels `x`, fixed columns taken out of the matrix and given a dummy optimum at their value."""
    columns, frame = len(x), task.frame
    fixed = task.fixed[:columns]
    bend = task.slope(x)
    typical = task.price / (task.elasticity * task.level)
    bend[task.iso] = np.clip(bend[task.iso], 1e-4 * typical, 1e8 * typical)
    linear = task.gradient(x) - bend * x
    matrix = frame.matrix.copy()
    matrix.data[fixed[frame.owner]] = 0.0
    shift = frame.matrix @ np.where(fixed, x, 0.0)
    row_low, row_high = task.low[columns:], task.high[columns:]
    return Quadratic(
        hessian=np.where(fixed, 1.0, bend),
        cost=np.where(fixed, -x, linear),
        matrix=matrix,
        equal=row_low == row_high,
        row_lower=row_low - shift,
        row_upper=row_high - shift,
        lower=np.where(fixed, x - 1.0, task.low[:columns]),
        upper=np.where(fixed, x + 1.0, task.high[:columns]),
    )


def _longest(task: Scaled, x: Floats, step: Floats) -> float:
    """Return the minimiser in [0, 1] of the objective along `step`: the zero of a rising derivative, by bisection."""
    if float(task.gradient(x + step) @ step) <= 0:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        if float(task.gradient(x + middle * step) @ step) > 0:
            high = middle
        else:
            low = middle
    return low
