"""The last digits: Newton on the optimality conditions of a guessed active set, which is then corrected and solved again.

Given which unknowns sit at a bound, the others solve  c + g(v) − Aᵀy = 0,  A·x − s = 0.  Columns without slope get a small proximal
one for the factorisation only: residuals are always those of the true problem, so it costs a repetition, not accuracy. Afterwards an
unknown that left its bounds is put on them, and one whose reduced cost has the wrong sign is let go (primal-dual active set).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ytterby.solver.curves import Floats
from ytterby.solver.scaled import Bools, Scaled

ROUNDS = 6
REPEATS = 6
PROXIMAL = 1e-7  # slope given to flat columns, as a share of their typical turnover
EXACT = 1e-14


def at_bounds(task: Scaled, v: Floats, y: Floats) -> NDArray[np.int8]:
    """Guess the active set: −1 at the lower bound, +1 at the upper, 0 free, from which of room and reduced cost is smaller."""
    reduced = _reduced(task, v, y) / task.theta
    state = np.zeros(len(v), dtype=np.int8)
    state[v - task.low < reduced] = -1
    state[task.high - v < -reduced] = 1
    return state


def polish(task: Scaled, v: Floats, y: Floats, state: NDArray[np.int8]) -> tuple[Floats, Floats]:
    """Return levels and prices after Newton on the active set `state`, corrected up to ROUNDS times."""
    best, best_error = (v, y), np.inf
    for _ in range(ROUNDS):
        v = np.where(state < 0, task.low, np.where(state > 0, task.high, v))
        v, y = _newton(task, v, y, task.fixed | (state != 0))
        new_state = _corrected(task, v, y, state)
        inside = np.clip(v, task.low, task.high)
        error = float(np.abs(v - inside).max(initial=0.0)) + float(_wrong_sign(task, v, y, state).max(initial=0.0))
        if error < best_error:
            best, best_error = (inside, y), error
        if np.array_equal(new_state, state):
            break
        state = new_state
    return best


def gradient(task: Scaled, v: Floats) -> Floats:
    """Return the marginal cost of every column, straight from the curves."""
    x = v[: len(task.cost)]
    value = task.cost.copy()
    value[task.lin] += task.intercept + task.steepness * x[task.lin]
    share = np.maximum((x[task.iso] + task.offset) / task.level, 1e-300)
    value[task.iso] += task.sign * task.price * share ** (task.sign / task.elasticity)
    return value


def _slope(task: Scaled, v: Floats) -> Floats:
    x = v[: len(task.cost)]
    value = np.zeros(len(x))
    value[task.lin] = task.steepness
    share = np.maximum((x[task.iso] + task.offset) / task.level, 1e-12)
    value[task.iso] = task.price / (task.elasticity * task.level) * share ** (task.sign / task.elasticity - 1.0)
    return value


def _reduced(task: Scaled, v: Floats, y: Floats) -> Floats:
    return np.concatenate([gradient(task, v) - task.frame.by_column @ y, y])


def _newton(task: Scaled, v: Floats, y: Floats, held: Bools) -> tuple[Floats, Floats]:
    """Solve for the unknowns not `held`; the factorisation is kept for a few repeats, the residuals are exact each time."""
    frame, columns = task.frame, len(task.cost)
    pull = np.concatenate([_slope(task, v), np.zeros(len(v) - columns)])
    flat = pull < PROXIMAL * task.theta
    pull = np.where(flat, PROXIMAL * task.theta, pull)
    weight = np.where(held, 0.0, 1.0 / pull)
    solve = frame.normal.factor(weight[:columns], weight[columns:], 1e-13)
    for _ in range(REPEATS):
        push = -weight * _reduced(task, v, y)
        balance = frame.matrix @ v[:columns] - v[columns:]
        dy = solve(-balance - frame.matrix @ push[:columns] + push[columns:])
        dv = weight * np.concatenate([frame.by_column @ dy, -dy]) + push
        v, y = _kept_on_curves(task, v, v + dv), y + dy
        if float(np.abs(dv).max(initial=0.0)) < EXACT:
            break
    return v, y


def _kept_on_curves(task: Scaled, old: Floats, new: Floats) -> Floats:
    """Return `new` with isoelastic columns no closer to z = 0 than half of where they were."""
    z_old = old[task.iso] + task.offset
    new[task.iso] = np.maximum(new[task.iso], 0.5 * z_old - task.offset)
    return new


def _wrong_sign(task: Scaled, v: Floats, y: Floats, state: NDArray[np.int8]) -> Floats:
    """Return, relative to turnover, the reduced cost by which a held unknown would rather move off its bound."""
    reduced = _reduced(task, v, y) / task.theta
    wrong = np.where(state < 0, -reduced, np.where(state > 0, reduced, 0.0))
    return np.where(task.fixed, 0.0, np.maximum(wrong, 0.0))


def _corrected(task: Scaled, v: Floats, y: Floats, state: NDArray[np.int8]) -> NDArray[np.int8]:
    new = state.copy()
    new[_wrong_sign(task, v, y, state) > 1e-11] = 0
    free = state == 0
    new[free & (v < task.low - 1e-13)] = -1
    new[free & (v > task.high + 1e-13)] = 1
    return new
