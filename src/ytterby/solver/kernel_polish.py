"""The steps of `polish`, compiled: see kernel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ytterby.solver.curves import Floats
from ytterby.solver.kernel import Data
from ytterby.solver.kernel_factor import Structure, factor, jit, solve

State = NDArray[np.int8]


@jit
def _reduced(s: Structure, d: Data, v: Floats, y: Floats, reduced: Floats) -> None:
    """Fill the reduced cost of every unknown."""
    n = len(d.cost)
    reduced[:n] = d.cost
    for k in range(len(d.lin)):
        j = d.lin[k]
        reduced[j] += d.intercept[k] + d.steepness[k] * v[j]
    for k in range(len(d.iso)):
        share = max((v[d.iso[k]] + d.offset[k]) / d.level[k], 1e-300)
        reduced[d.iso[k]] += d.sign[k] * d.price[k] * share ** (d.sign[k] / d.elasticity[k])
    for j in range(n):
        total = 0.0
        for p in range(s.a_ptr[j], s.a_ptr[j + 1]):
            total += s.a_val[p] * y[s.a_row[p]]
        reduced[j] -= total
    for i in range(len(y)):
        reduced[n + i] = y[i]


@jit
def at_bounds(s: Structure, d: Data, v: Floats, y: Floats) -> State:
    """Guess the active set (see polish)."""
    reduced = np.empty(len(v))
    _reduced(s, d, v, y, reduced)
    state = np.zeros(len(v), dtype=np.int8)
    for j in range(len(v)):
        value = reduced[j] / d.theta[j]
        if v[j] - d.low[j] < value:
            state[j] = -1
        if d.high[j] - v[j] < -value:
            state[j] = 1
    return state


@jit
def stuck(s: Structure, d: Data, v: Floats, state: State, tolerance: float) -> bool:
    """Put held unknowns on their bounds; tell whether a row is out of balance with every unknown in it held."""
    n, rows = len(d.cost), len(v) - len(d.cost)
    excess, moving = np.empty(rows), np.zeros(rows, dtype=np.bool_)
    for j in range(len(v)):
        if d.fixed[j] or state[j] < 0:
            v[j] = d.low[j]
        elif state[j] > 0:
            v[j] = d.high[j]
    for i in range(rows):
        excess[i] = -v[n + i]
        moving[i] = not (d.fixed[n + i] or state[n + i] != 0)
    for j in range(n):
        free = not (d.fixed[j] or state[j] != 0)
        for p in range(s.a_ptr[j], s.a_ptr[j + 1]):
            excess[s.a_row[p]] += s.a_val[p] * v[j]
            if free:
                moving[s.a_row[p]] = True
    found = False
    for i in range(rows):
        found = found or (not moving[i] and abs(excess[i]) > tolerance)
    return found


@jit
def _step(
    s: Structure, d: Data, v: Floats, y: Floats, state: State, weight: Floats,
    lower: Floats, pivot: Floats, reduced: Floats, right: Floats, work: Floats, dy: Floats,
) -> float:
    """Move levels and prices by a Newton step with exact residuals; return the largest move of a level."""
    n, rows = len(d.cost), len(y)
    for i in range(rows):
        push = -weight[n + i] * reduced[n + i]
        right[i] = v[n + i] + push
    for j in range(n):
        moved = v[j] - weight[j] * reduced[j]
        for p in range(s.a_ptr[j], s.a_ptr[j + 1]):
            right[s.a_row[p]] -= s.a_val[p] * moved
    solve(s, lower, pivot, right, work, dy)
    largest = 0.0
    for i in range(rows):
        y[i] += dy[i]
        change = -weight[n + i] * (reduced[n + i] + dy[i])
        v[n + i] += change
        largest = max(largest, abs(change))
    curve = np.zeros(n, dtype=np.bool_)
    for k in range(len(d.iso)):
        j = d.iso[k]
        if d.fixed[j] or state[j] != 0:
            continue
        curve[j] = True
        priced, along = 0.0, 0.0
        for p in range(s.a_ptr[j], s.a_ptr[j + 1]):
            priced += s.a_val[p] * y[s.a_row[p]]
            along += s.a_val[p] * dy[s.a_row[p]]
        offered = d.sign[k] * (priced - d.cost[j]) / d.price[k]
        if offered > 1e-9:
            new = d.level[k] * offered ** (d.sign[k] * d.elasticity[k]) - d.offset[k]
        else:
            new = max(v[j] + weight[j] * (along - reduced[j]), 0.5 * (v[j] + d.offset[k]) - d.offset[k])
        largest = max(largest, abs(new - v[j]))
        v[j] = new
    for j in range(n):
        if weight[j] != 0.0 and not curve[j]:
            along = 0.0
            for p in range(s.a_ptr[j], s.a_ptr[j + 1]):
                along += s.a_val[p] * dy[s.a_row[p]]
            change = weight[j] * (along - reduced[j])
            v[j] += change
            largest = max(largest, abs(change))
    return largest


@jit
def settle(
    s: Structure, d: Data, v: Floats, y: Floats, state: State, settings: Floats, repeats: int
) -> tuple[float, State]:
    """Take Newton steps with one factorisation (see polish); `v` and `y` are moved.

    settings: PROXIMAL, EXACT, OUTSIDE, WRONG. Returns the size of the last step, −1 when the matrix stays singular, and
    the corrected active set.
    """
    n, rows = len(d.cost), len(y)
    size = n + rows
    weight, reduced, new = np.zeros(size), np.empty(size), state.copy()
    for k in range(len(d.lin)):
        weight[d.lin[k]] = d.steepness[k]
    for k in range(len(d.iso)):
        share = max((v[d.iso[k]] + d.offset[k]) / d.level[k], 1e-12)
        rise = share ** (d.sign[k] / d.elasticity[k] - 1.0)
        weight[d.iso[k]] = d.price[k] / (d.elasticity[k] * d.level[k]) * rise
    for j in range(size):
        held = d.fixed[j] or state[j] != 0
        weight[j] = 0.0 if held else 1.0 / max(weight[j], settings[0] * d.theta[j])
    lower, pivot, work = np.empty(len(s.l_row)), np.empty(rows), np.empty(rows)
    right, dy = np.empty(rows), np.empty(rows)
    if not factor(s, weight[:n], weight[n:], 1e-13, lower, pivot):
        return -1.0, state
    moved = np.inf
    _reduced(s, d, v, y, reduced)
    for _ in range(repeats):
        last = moved
        moved = _step(s, d, v, y, state, weight, lower, pivot, reduced, right, work, dy)
        _reduced(s, d, v, y, reduced)
        changed = False
        for j in range(size):
            new[j] = state[j]
            if d.fixed[j]:
                continue
            if state[j] == 0:
                if v[j] < d.low[j] - settings[2]:
                    new[j] = -1
                if v[j] > d.high[j] + settings[2]:
                    new[j] = 1
            elif -state[j] * reduced[j] < -settings[3] * d.theta[j]:
                new[j] = 0
            changed = changed or new[j] != state[j]
        if changed or not (settings[1] < moved < 0.5 * last):
            break
    return moved, new
