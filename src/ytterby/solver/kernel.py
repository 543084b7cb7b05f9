"""The rounds of `interior` and the steps of `polish`, compiled: the same arithmetic in loops instead of arrays.

A round of the rare-earth network touches some ten thousand numbers thirty times over; in arrays most of its time goes
into passes over memory and into calls. The loops here are compiled by numba on first use and kept on disk. Sums are
taken in the order of the loops (no reordering, one thread), so the same problem gives the same bytes on the same
machine; against `interior` the last digits differ.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ytterby.solver.curves import Floats, Ints
from ytterby.solver.kernel_factor import Structure, factor, jit, solve

#: What `advance` found: a point to offer, nothing left to do, the rounds used up, a matrix that stays singular.
OFFER, FINISHED, SPENT, SINGULAR = 0, 1, 2, 3


class Data(NamedTuple):
    """The numbers of one solve (see scaled), and its bounds: which unknowns have a lower one and may move, the list of
    those with an upper one, the centring weight of each unknown's bounds, and how many bounds there are."""

    cost: Floats
    low: Floats
    high: Floats
    fixed: NDArray[np.bool_]
    theta: Floats
    lin: Ints
    intercept: Floats
    steepness: Floats
    iso: Ints
    sign: Floats
    elasticity: Floats
    price: Floats
    level: Floats
    offset: Floats
    open_l: NDArray[np.bool_]
    upper: Ints
    weight: Floats
    per_weight: Floats
    bounds: int


class Round(NamedTuple):
    """The Newton system at one iterate, and room to work in.

    Lower bounds are kept for every unknown (one without has room 1 and dual 0), upper ones in a list: `_l`, `_u`.
    """

    balance: Floats
    right: Floats
    pull: Floats
    rise: Floats
    miss: Floats
    reach: Floats
    plain: NDArray[np.bool_]
    room_l: Floats
    inverse_l: Floats
    room_u: Floats
    inverse_u: Floats
    per_z_l: Floats
    per_z_u: Floats
    target_l: Floats
    target_u: Floats
    lower: Floats
    pivot: Floats
    work: Floats
    rhs: Floats
    push: Floats


class Step(NamedTuple):
    """A direction: levels, prices, duals of lower and upper bounds, curve prices."""

    v: Floats
    y: Floats
    z_l: Floats
    z_u: Floats
    pi: Floats


@jit
def _curves(d: Data, r: Round, v: Floats, pi: Floats, gradient: Floats, flat: float) -> float:
    """Fill gradient, and rise, miss and reach of the isoelastic curves; return the worst miss on a logarithm."""
    worst = 0.0
    for k in range(len(d.lin)):
        j = d.lin[k]
        gradient[j] += d.intercept[k] + d.steepness[k] * v[j]
        r.pull[j] += d.steepness[k]
    for k in range(len(d.iso)):
        j = d.iso[k]
        z = v[j] + d.offset[k]
        share = z / d.level[k]
        plain = d.sign[k] > 0 and share < flat
        r.plain[k] = plain
        missed = 0.0
        if plain:
            pi[k] = d.price[k] * max(share, 1e-12) ** (1.0 / d.elasticity[k])
        else:
            missed = np.log(share) - d.sign[k] * d.elasticity[k] * np.log(pi[k] / d.price[k])
        worst = max(worst, abs(missed))
        r.rise[k] = pi[k] / (d.elasticity[k] * max(z, 1e-12 * d.level[k]))
        r.miss[k] = pi[k] / d.elasticity[k] * missed
        r.reach[k] = z
        r.pull[j] += r.rise[k]
        gradient[j] += d.sign[k] * pi[k]
    return worst


@jit
def _bounds(d: Data, r: Round, v: Floats, z_l: Floats, z_u: Floats) -> float:
    """Fill room, what duals pull with and what they push with; return the mean weighted product."""
    room, inverse, pull, right = r.room_l, r.inverse_l, r.pull, r.right
    low, open_l, weight = d.low, d.open_l, d.per_weight
    for j in range(len(v)):
        gap = max(v[j] - low[j], 1e-18) if open_l[j] else 1.0
        room[j] = gap
        inverse[j] = 1.0 / gap
        r.per_z_l[j] = 1.0 / z_l[j] if open_l[j] else 0.0
    for j in range(len(v)):
        pull[j] = z_l[j] * inverse[j]
        right[j] = -z_l[j]
    mu = 0.0
    for j in range(len(v)):
        mu += room[j] * z_l[j] * weight[j]
    for b in range(len(d.upper)):
        j = d.upper[b]
        gap = max(d.high[j] - v[j], 1e-18)
        r.room_u[b] = gap
        r.inverse_u[b] = 1.0 / gap
        r.per_z_u[b] = 1.0 / z_u[b]
        pull[j] += z_u[b] * r.inverse_u[b]
        right[j] += z_u[b]
        mu += gap * z_u[b] * weight[j]
    return mu / d.bounds if d.bounds else 0.0


@jit
def _system(
    s: Structure, d: Data, r: Round, v: Floats, y: Floats, z_l: Floats, z_u: Floats, pi: Floats, flat: float
) -> tuple[float, float, bool, bool]:
    """Fill the system at an iterate and factor it; return μ, the error, whether all is done, whether it held."""
    n, rows = len(d.cost), len(y)
    mu = _bounds(d, r, v, z_l, z_u)
    right, balance, pull = r.right, r.balance, r.pull
    right[:n] += d.cost
    lag = _curves(d, r, v, pi, right, flat)
    for i in range(rows):
        balance[i] = -v[n + i]
        right[n + i] += y[i]
    for j in range(n):
        level, total = v[j], 0.0
        for p in range(s.a_ptr[j], s.a_ptr[j + 1]):
            i = s.a_row[p]
            total += s.a_val[p] * y[i]
            balance[i] += s.a_val[p] * level
        right[j] -= total
    worst, total = 0.0, 0.0
    for i in range(rows):
        worst = max(worst, abs(balance[i]))
        total += balance[i]
    error = max(mu, worst) if np.isfinite(mu + total) else np.inf
    done = False
    if error < 1e-13:
        for j in range(n + rows):
            if not d.fixed[j]:
                lag = max(lag, abs(right[j] / d.theta[j]))
        done = lag < 1e-13
    if not np.isfinite(error):
        return mu, error, True, False
    for j in range(n + rows):
        moves = 0.0 if d.fixed[j] else 1.0
        right[j] *= -moves
        pull[j] = moves / (pull[j] + 1e-10 * d.theta[j])
    for k in range(len(d.iso)):
        right[d.iso[k]] -= r.miss[k]
    held = factor(s, pull[:n], pull[n:] + 1e-13, 0.0, r.lower, r.pivot)
    return mu, error, done, held


@jit
def _direction(
    s: Structure, d: Data, r: Round, z_l: Floats, z_u: Floats, pi: Floats, step: Step
) -> tuple[float, float]:
    """Solve for room·dz + z·droom = target; return the longest steps of levels and of prices."""
    n, rows = len(d.cost), len(r.balance)
    push, pull, rhs, dv, dy, dz = r.push, r.pull, r.rhs, step.v, step.y, step.z_l
    target, inverse = r.target_l, r.inverse_l
    for j in range(n + rows):
        push[j] = r.right[j] + target[j] * inverse[j]
    for b in range(len(d.upper)):
        push[d.upper[b]] -= r.target_u[b] * r.inverse_u[b]
    for j in range(n + rows):
        push[j] *= pull[j]
    for i in range(rows):
        rhs[i] = push[n + i] - r.balance[i]
    for j in range(n):
        level = push[j]
        for p in range(s.a_ptr[j], s.a_ptr[j + 1]):
            rhs[s.a_row[p]] -= s.a_val[p] * level
    solve(s, r.lower, r.pivot, rhs, r.work, dy)
    for j in range(n):
        total = 0.0
        for p in range(s.a_ptr[j], s.a_ptr[j + 1]):
            total += s.a_val[p] * dy[s.a_row[p]]
        dv[j] = total
    for i in range(rows):
        dv[n + i] = -dy[i]
    for j in range(n + rows):
        dv[j] = pull[j] * dv[j] + push[j]
    for j in range(n + rows):
        dz[j] = target[j] * inverse[j] - z_l[j] * (dv[j] * inverse[j])
    level, price = 1.0, 1.0
    for j in range(n + rows):
        if d.open_l[j]:
            level = max(level, -dv[j] * inverse[j])
            price = max(price, -dz[j] * r.per_z_l[j])
    for b in range(len(d.upper)):
        share = -dv[d.upper[b]] * r.inverse_u[b]
        step.z_u[b] = r.target_u[b] * r.inverse_u[b] - z_u[b] * share
        level = max(level, -share)
        price = max(price, -step.z_u[b] * r.per_z_u[b])
    for k in range(len(d.iso)):
        reach = dv[d.iso[k]]
        step.pi[k] = d.sign[k] * (r.rise[k] * reach + r.miss[k])
        if not r.plain[k]:
            level = max(level, -reach / r.reach[k])
            price = max(price, -step.pi[k] / pi[k])
    return 1.0 / level, 1.0 / price


@jit
def _ahead(d: Data, r: Round, z_l: Floats, z_u: Floats, step: Step, length: float) -> float:
    """The mean weighted product after a step."""
    total = 0.0
    for j in range(len(z_l)):
        total += (r.room_l[j] + length * step.v[j]) * (z_l[j] + length * step.z_l[j]) * d.per_weight[j]
    for b in range(len(d.upper)):
        j = d.upper[b]
        total += (r.room_u[b] - length * step.v[j]) * (z_u[b] + length * step.z_u[b]) * d.per_weight[j]
    return total / d.bounds if d.bounds else 0.0


@jit
def _aim(d: Data, r: Round, z_l: Floats, z_u: Floats, step: Step, goal: float, mu: float, length: float) -> None:
    """Set targets for products of `goal`, corrected for the curvature of the predictor."""
    square = length**2
    for j in range(len(z_l)):
        bend = min(max(step.v[j] * step.z_l[j] * d.per_weight[j], -mu), mu) * square
        r.target_l[j] = ((goal - bend) * d.weight[j] - r.room_l[j] * z_l[j]) if d.open_l[j] else 0.0
    for b in range(len(d.upper)):
        j = d.upper[b]
        bend = min(max(-step.v[j] * step.z_u[b] * d.per_weight[j], -mu), mu) * square
        r.target_u[b] = (goal - bend) * d.weight[j] - r.room_u[b] * z_u[b]


@jit
def _recentre(d: Data, r: Round, z_l: Floats, z_u: Floats, step: Step, goal: float, trial: float) -> None:
    """Move the targets of products that a trial step would leave far from `goal` (Gondzio)."""
    low, high = 0.1 * goal, 10.0 * goal
    for j in range(len(z_l)):
        if d.open_l[j]:
            product = (r.room_l[j] + trial * step.v[j]) * (z_l[j] + trial * step.z_l[j]) * d.per_weight[j]
            r.target_l[j] += min(max(min(max(product, low), high) - product, -high), high) * d.weight[j]
    for b in range(len(d.upper)):
        j = d.upper[b]
        product = (r.room_u[b] - trial * step.v[j]) * (z_u[b] + trial * step.z_u[b]) * d.per_weight[j]
        r.target_u[b] += min(max(min(max(product, low), high) - product, -high), high) * d.weight[j]


@jit
def _centred(
    s: Structure, d: Data, r: Round, z_l: Floats, z_u: Floats, pi: Floats, mu: float, corrections: int,
    step: Step, other: Step,
) -> tuple[float, float, bool]:
    """The predictor corrected for curvature and for products far from their target: limits, and which step holds it."""
    for j in range(len(z_l)):
        r.target_l[j] = -r.room_l[j] * z_l[j]
    for b in range(len(z_u)):
        r.target_u[b] = -r.room_u[b] * z_u[b]
    level, price = _direction(s, d, r, z_l, z_u, pi, step)
    length = min(level, price)
    ahead = _ahead(d, r, z_l, z_u, step, length)
    centring = min(max((ahead / mu) ** 3, 1e-8), 1.0) if mu > 0 else 0.0
    goal = max(centring * mu, 1e-14)
    _aim(d, r, z_l, z_u, step, goal, mu, length)
    level, price = _direction(s, d, r, z_l, z_u, pi, step)
    swapped = False
    for _ in range(corrections):
        length = min(level, price)
        if length > 0.95:
            break
        now, then = (other, step) if swapped else (step, other)
        _recentre(d, r, z_l, z_u, now, goal, min(1.0, 1.5 * length + 0.1))
        further_level, further_price = _direction(s, d, r, z_l, z_u, pi, then)
        if min(further_level, further_price) < length + 0.01:
            break
        swapped = not swapped
        level, price = further_level, further_price
    return level, price, swapped


@jit
def _round(s: Structure, d: Data) -> Round:
    rows, curves, upper, size = len(s.order), len(d.iso), len(d.upper), len(d.theta)
    return Round(
        np.empty(rows), np.empty(size), np.empty(size), np.empty(curves), np.empty(curves), np.empty(curves),
        np.empty(curves, np.bool_), np.empty(size), np.empty(size), np.empty(upper), np.empty(upper),
        np.empty(size), np.empty(upper), np.empty(size), np.empty(upper),
        np.empty(len(s.l_row)), np.empty(rows), np.empty(rows), np.empty(rows), np.empty(size),
    )


@jit
def _empty_step(s: Structure, d: Data) -> Step:
    size = len(d.theta)
    return Step(np.empty(size), np.empty(len(s.order)), np.empty(size), np.empty(len(d.upper)), np.empty(len(d.iso)))


@jit
def advance(s: Structure, d: Data, at: Step, best: Step, track: Floats, count: Ints, settings: Floats) -> int:
    """Take rounds from `at` until the error is below track[2]: see OFFER and its neighbours.

    track: error, best error, error to offer below. count: rounds, rounds of the best, most rounds, corrections.
    settings: FLAT and TO_BOUNDARY of interior.
    """
    r, one, two = _round(s, d), _empty_step(s, d), _empty_step(s, d)
    v, y, z_l, z_u, pi = at.v, at.y, at.z_l, at.z_u, at.pi
    while count[0] < count[2]:
        mu, error, done, held = _system(s, d, r, v, y, z_l, z_u, pi, settings[0])
        track[0] = error
        if count[0] == 0 or error < track[1]:
            best.v[:], best.y[:], best.z_l[:], best.z_u[:], best.pi[:] = v, y, z_l, z_u, pi
            track[1], count[1] = error, count[0]
        if error < track[2]:
            return OFFER
        if done:
            return FINISHED
        if not held:
            return SINGULAR
        level, price, swapped = _centred(s, d, r, z_l, z_u, pi, mu, count[3], one, two)
        step = two if swapped else one
        level, price = min(1.0, settings[1] * level), min(1.0, settings[1] * price)
        v += level * step.v
        y += price * step.y
        z_l += price * step.z_l
        z_u += price * step.z_u
        pi += price * step.pi
        count[0] += 1
    return SPENT
