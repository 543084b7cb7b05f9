"""Newton on the market-clearing prices with an active set: the last digits of any method, and the fast way from a
nearby answer.

Some unknowns are held at a bound, the others solve

    c + g(v) − Aᵀy = 0,   A·x − s = 0.

Eliminating levels leaves Newton on prices y alone: each round factors A·diag(1/g')·Aᵀ over the free columns (see
normal). Isoelastic columns are then put where their curve meets the new price, which is exact for them however far
the price has jumped; a column without slope gets a small proximal one in the factorisation only, residuals are
always the true ones. Afterwards an unknown outside its bounds is held, and a held one whose reduced cost has the
wrong sign is let go (primal-dual active set, a semismooth Newton method). Nothing guarantees that it settles from
afar, so it never has the last word: the certificate has.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ytterby.solver.curves import Floats
from ytterby.solver.scaled import Bools, Scaled

REPEATS = 6  # Newton steps with one factorisation, while the active set stays and steps at least halve
PROXIMAL = 1e-7  # slope lent to flat columns, as a share of their typical turnover
PATIENCE = 6  # rounds without fewer changes of the active set than ever before, after which it is hopeless
EXACT = 1e-14  # relative steps at which to stop, and at which an answer counts as settled
SETTLED = 1e-9
OUTSIDE = 1e-13  # how far out of bounds, in typical levels, holds an unknown
WRONG = 1e-11  # how wrong a reduced cost, in typical prices, lets one go

State = NDArray[np.int8]


def polish(task: Scaled, v: Floats, y: Floats, rounds: int) -> tuple[Floats, Floats, bool]:
    """Return levels, prices and whether Newton settled, after at most `rounds` factorisations."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        state = _at_bounds(task, v, y)
        fewest, since = len(v), 0
        for _ in range(rounds):
            v = np.where(task.fixed | (state < 0), task.low, np.where(state > 0, task.high, v))
            y, state = woken(task, v, y, state)
            v, y, size, new_state = _settle(task, v, y, state)
            if not np.isfinite(size):
                return v, y, False
            if size < SETTLED and np.array_equal(new_state, state):
                return np.clip(v, task.low, task.high), y, True
            changes = int((new_state != state).sum())
            fewest, since = (changes, 0) if changes < fewest else (fewest, since + 1)
            if since > PATIENCE:
                break
            state = new_state
    return np.clip(v, task.low, task.high), y, False


def woken(task: Scaled, v: Floats, y: Floats, state: State) -> tuple[Floats, State]:
    """Return prices and active set in which no row is out of balance with every column in it held.

    Newton cannot see such a row. Its price is moved to where the first of its columns would leave its bound in the
    direction that helps, and that column is let go (a step of the dual simplex method).
    """
    frame, columns = task.frame, len(task.cost)
    held = task.fixed | (state != 0)
    every = np.arange(len(y))
    rows = np.concatenate([frame.matrix.indices, every])  # a slack is a column of its own, with entry −1
    owner = np.concatenate([frame.owner, columns + every])
    entry = np.concatenate([frame.matrix.data, np.full(len(y), -1.0)])
    moving = np.bincount(rows[~held[owner]], minlength=len(y))
    excess = frame.matrix @ v[:columns] - v[columns:]
    stuck = (moving == 0) & (np.abs(excess) > SETTLED)
    if not stuck.any():
        return y, state
    place = np.flatnonzero(stuck[rows] & ~task.fixed[owner])
    i, j, a = rows[place], owner[place], entry[place]
    # lowering the excess needs the column to go down where a > 0, and up where a < 0
    helps = np.where(excess[i] * a > 0, state[j] > 0, state[j] < 0)
    i, j, a = i[helps], j[helps], a[helps]
    shift = _reduced(task, v, y)[j] / a
    first = np.lexsort((np.abs(shift), i))
    i, j, shift = i[first], j[first], shift[first]
    chosen = np.concatenate([[True], i[1:] != i[:-1]]) if len(i) else np.zeros(0, dtype=bool)
    y, state = y.copy(), state.copy()
    y[i[chosen]] += shift[chosen]
    state[j[chosen]] = 0
    return y, state


def _settle(task: Scaled, v: Floats, y: Floats, state: State) -> tuple[Floats, Floats, float, State]:
    """Take Newton steps with one factorisation; stop when the active set changes or the steps no longer halve."""
    step = _factored(task, v, task.fixed | (state != 0))
    size = np.inf
    for _ in range(REPEATS):
        last = size
        v, y, size = step(v, y)
        new_state = _corrected(task, v, y, state)
        if not EXACT < size < 0.5 * last or not np.array_equal(new_state, state):
            break
    return v, y, size, new_state


def _reduced(task: Scaled, v: Floats, y: Floats) -> Floats:
    return np.concatenate([task.gradient(v[: len(task.cost)]) - task.frame.by_column @ y, y])


def _at_bounds(task: Scaled, v: Floats, y: Floats) -> State:
    """Guess the active set: −1 lower, +1 upper, 0 free, by whether the room or the reduced cost is the smaller."""
    reduced = _reduced(task, v, y) / task.theta
    state = np.zeros(len(v), dtype=np.int8)
    state[v - task.low < reduced] = -1
    state[task.high - v < -reduced] = 1
    return state


def _corrected(task: Scaled, v: Floats, y: Floats, state: State) -> State:
    reduced = _reduced(task, v, y) / task.theta
    wrong = np.where(state < 0, -reduced, np.where(state > 0, reduced, 0.0))
    new = state.copy()
    new[(wrong > WRONG) & ~task.fixed] = 0
    free = (state == 0) & ~task.fixed
    new[free & (v < task.low - OUTSIDE)] = -1
    new[free & (v > task.high + OUTSIDE)] = 1
    return new


def _factored(task: Scaled, v: Floats, held: Bools) -> Callable[[Floats, Floats], tuple[Floats, Floats, float]]:
    """Return a Newton step for the unknowns not `held`: factored once, with exact residuals wherever it is taken."""
    frame, columns = task.frame, len(task.cost)
    pull = np.concatenate([task.slope(v[:columns]), np.zeros(len(v) - columns)])
    pull = np.maximum(pull, PROXIMAL * task.theta)
    weight = np.where(held, 0.0, 1.0 / pull)
    solve = frame.normal.factor(weight[:columns], weight[columns:], 1e-13)
    moving = np.flatnonzero(~held[task.iso])
    curve, sign, elasticity = task.iso[moving], task.sign[moving], task.elasticity[moving]
    price, level, offset = task.price[moving], task.level[moving], task.offset[moving]

    def step(v: Floats, y: Floats) -> tuple[Floats, Floats, float]:
        push = -weight * _reduced(task, v, y)
        balance = frame.matrix @ v[:columns] - v[columns:]
        dy = solve(-balance - frame.matrix @ push[:columns] + push[columns:])
        y = y + dy
        new = v + weight * np.concatenate([frame.by_column @ dy, -dy]) + push
        offered = sign * ((frame.by_column @ y)[curve] - task.cost[curve]) / price
        met = level * np.maximum(offered, 1e-9) ** (sign * elasticity) - offset
        halved = 0.5 * (v[curve] + offset) - offset
        new[curve] = np.where(offered > 1e-9, met, np.maximum(new[curve], halved))
        return new, y, float(np.abs(new - v).max(initial=0.0))

    return step
