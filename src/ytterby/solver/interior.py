"""A primal-dual interior-point method that treats price curves the way it treats bounds.

Unknowns are levels v, row prices y, bound duals z and, for each isoelastic curve, its price π. The optimality
conditions are

    stationarity     c + g(v) − Aᵀy − z = 0          (g is π on isoelastic columns, a straight line on linear ones)
    balance          A·x − s = 0
    bounds           w·z = μ                          w the distance to the bound
    curves           log(z/x0) = ± e·log(π/p0)        + supply, − demand

Keeping π as an unknown is the point. A bound's w·z = μ is solved far better as a product than as z = μ/w; an
isoelastic curve π·z^(1/e) = const is the same kind of equation (z = μ/w *is* the isoelastic curve with e = 1), and
Newton on its logarithm stays good when a price rises thirtyfold, where Newton on the curve itself, or quadratic
models of it, need many short steps.

Each round factors one normal matrix (see normal), then solves it for a predictor (Mehrotra) and up to three
centrality corrections (Gondzio). Levels and prices take their own step lengths. What is left to do at the end
(exact zeros, last digits) is `polish`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ytterby.solver.curves import Floats
from ytterby.solver.scaled import Scaled

ROUNDS = 80
CORRECTIONS = 3
TO_BOUNDARY = 0.99
SPREAD = 0.4  # centring weights are each unknown's turnover to this power: 0 one weight for all, 1 fully proportional
FIRST_DUAL, DUAL_SPREAD = 0.1, 0.7  # bound duals start at FIRST_DUAL × turnover^DUAL_SPREAD
# (of the settings tried, the five above took the fewest rounds on 128 made-up chains)
ASK_BELOW = 1e-5  # first offer of the iterate to the polish; each offer costs several factorisations
SPAN = 0.25  # a start keeps at least this share of the room between two bounds from each
FLAT = 1e-3  # below this share of x0 a supply curve is taken as it is: flat, harmless, and its logarithm useless


@dataclass(slots=True)
class Iterate:
    """Where the method stands: levels v, row prices y, bound duals z, curve prices π, and the error left."""

    v: Floats
    y: Floats
    z: Floats
    pi: Floats
    error: float
    rounds: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """Finite bounds in one list: the unknown, +1 lower or −1 upper, the bound, its centring weight."""

    of: NDArray[np.int64]
    side: Floats
    at: Floats
    weight: Floats
    lower: int

    @staticmethod
    def in_(task: Scaled) -> Bounds:
        """The finite bounds of the unknowns that may move."""
        low = np.flatnonzero(np.isfinite(task.low) & ~task.fixed)
        high = np.flatnonzero(np.isfinite(task.high) & ~task.fixed)
        of = np.concatenate([low, high])
        side = np.concatenate([np.ones(len(low)), -np.ones(len(high))])
        at = np.concatenate([task.low[low], task.high[high]])
        return Bounds(of, side, at, task.theta[of] ** SPREAD, len(low))

    @property
    def parts(self) -> tuple[slice, slice]:
        """Where the lower and where the upper bounds are in the list."""
        return slice(0, self.lower), slice(self.lower, len(self.of))

    def room(self, v: Floats) -> Floats:
        """Distance of each bounded unknown to its bound, never quite zero."""
        return np.maximum(self.side * (v[self.of] - self.at), 1e-18)

    def spread(self, per_bound: Floats, size: int) -> Floats:
        """Add up values given for bounds onto their unknowns."""
        total = np.zeros(size)
        total[self.of[: self.lower]] = per_bound[: self.lower]
        total[self.of[self.lower :]] += per_bound[self.lower :]
        return total


class _Curves:
    """The curves at one iterate: gradient, slope, and what is missing for π to lie on its curve."""

    __slots__ = ("gradient", "log_miss", "miss", "pi", "plain", "reach", "rise", "slope")

    def __init__(self, task: Scaled, x: Floats, pi: Floats) -> None:
        z = x[task.iso] + task.offset
        share = z / task.level
        self.plain = (task.sign > 0) & (share < FLAT)
        flat = self.plain
        low_share = np.maximum(share[flat], 1e-12)
        power = 1.0 / task.elasticity[flat]
        pi[flat] = task.price[flat] * low_share**power
        self.log_miss = np.zeros(len(pi))
        steep = ~flat
        self.log_miss[steep] = np.log(share[steep]) - (task.sign * task.elasticity)[steep] * np.log(
            (pi / task.price)[steep]
        )
        self.rise = pi / (task.elasticity * z.clip(1e-12 * task.level))
        self.miss = pi / task.elasticity * self.log_miss
        self.pi, self.reach = pi, z
        self.slope = np.zeros(len(x))
        self.slope[task.lin] = task.steepness
        self.slope[task.iso] = self.rise
        self.gradient = task.cost.copy()
        self.gradient[task.lin] += task.intercept + task.steepness * x[task.lin]
        self.gradient[task.iso] += task.sign * pi


@dataclass(slots=True)
class _Step:
    v: Floats
    y: Floats
    z: Floats
    pi: Floats
    room: Floats
    level_limit: float
    price_limit: float

    @property
    def shortest(self) -> float:
        return min(self.level_limit, self.price_limit)


def follow(
    task: Scaled,
    accept: Callable[[Iterate], bool],
    begin: Callable[[Scaled, Bounds], Iterate] | None = None,
    ask_below: float = ASK_BELOW,
) -> Iterate:
    """Run the method, from the point of `begin` if given; `accept` is asked below `ask_below`, and then each time the
    error has fallen a hundredfold, whether the point will do."""
    bounds = Bounds.in_(task)
    now = (begin or first)(task, bounds)
    best = now
    for rounds in range(ROUNDS):
        now.rounds = rounds
        system = _System(task, bounds, now)
        now.error = system.error
        if rounds == 0 or now.error < best.error:
            best = Iterate(now.v, now.y, now.z, now.pi.copy(), now.error, rounds)
        if now.error < ask_below:
            if accept(now):
                return now
            ask_below = now.error * 1e-2
        if system.finished:
            break
        step = _centred_step(system)
        level = min(1.0, TO_BOUNDARY * step.level_limit)
        price = min(1.0, TO_BOUNDARY * step.price_limit)
        v, y, z, pi = now.v + level * step.v, now.y + price * step.y, now.z + price * step.z, now.pi + price * step.pi
        now = Iterate(v, y, z, pi, now.error, rounds)
    return best


def first(task: Scaled, bounds: Bounds) -> Iterate:
    """Return a first point inside the bounds: typical levels, the prices fitting them best, then balanced levels."""
    frame, columns = task.frame, len(task.cost)
    v = _inside(task, np.concatenate([np.ones(columns), frame.matrix @ np.ones(columns)]))
    curves = _Curves(task, v[:columns], _on_curve(task, v))
    duals = turnover_duals(task, bounds)
    pull = bounds.spread(duals / bounds.room(v), len(v))
    pull[:columns] += curves.slope
    weight = np.where(task.fixed, 0.0, 1.0 / np.maximum(pull, 1e-8))
    solve = frame.normal.factor(weight[:columns], weight[columns:] + 1e-9)
    y = solve(frame.matrix @ (weight[:columns] * curves.gradient))
    shift = solve(frame.matrix @ v[:columns] - v[columns:])
    v = _inside(task, v - weight * np.concatenate([frame.by_column @ shift, -shift]))
    pi = _on_curve(task, v)
    gradient = _Curves(task, v[:columns], pi).gradient
    reduced = np.concatenate([gradient - frame.by_column @ y, y])
    z = np.maximum(bounds.side * reduced[bounds.of], 0.0) + duals
    return Iterate(v, y, z, pi, np.inf, 0)


def turnover_duals(task: Scaled, bounds: Bounds) -> Floats:
    """The first duals of bounds, by the turnover of their unknowns."""
    first: Floats = FIRST_DUAL * task.theta[bounds.of] ** DUAL_SPREAD
    return first


def _on_curve(task: Scaled, v: Floats) -> Floats:
    share = (v[task.iso] + task.offset) / task.level
    value: Floats = task.price * share ** (task.sign / task.elasticity)
    return value


def _inside(task: Scaled, v: Floats) -> Floats:
    """Return `v` moved inside its bounds by a tenth of a typical level, or SPAN of the room if that is less."""
    gap = np.minimum(0.1, SPAN * (task.high - task.low))
    v = np.minimum(np.maximum(v, task.low + gap), task.high - gap)
    return np.where(task.fixed, task.low, v)


class _System:
    """The Newton system at one iterate, factored; `direction` solves it for given targets of the products."""

    def __init__(self, task: Scaled, bounds: Bounds, now: Iterate) -> None:
        frame, columns, size = task.frame, len(task.cost), len(now.v)
        room, curves = bounds.room(now.v), _Curves(task, now.v[:columns], now.pi)
        self.task, self.bounds, self.now, self.room, self.curves = task, bounds, now, room, curves
        self.columns, self.size = columns, size
        stationarity = np.concatenate([curves.gradient - frame.by_column @ now.y, now.y])
        stationarity -= bounds.spread(bounds.side * now.z, size)
        stationarity[task.fixed] = 0.0
        self.balance = frame.matrix @ now.v[:columns] - now.v[columns:]
        self.product = room * now.z / bounds.weight
        self.mu = float(self.product.mean()) if len(room) else 0.0
        # stationarity and curves are left out: the polish mends them, and both lag where next to nothing is at stake
        self.error = max(self.mu, float(np.abs(self.balance).max(initial=0.0)))
        lag = max(np.abs(stationarity / task.theta).max(initial=0.0), np.abs(curves.log_miss).max(initial=0.0))
        self.finished = bool(max(self.error, lag) < 1e-13) or not np.isfinite(self.error)
        stationarity[task.iso] += curves.miss
        self.right = -stationarity
        pull = bounds.spread(now.z / room, size)
        pull[:columns] += curves.slope
        pull += 1e-10 * task.theta
        self.weight = np.where(task.fixed, 0.0, 1.0 / pull)
        self._solve = frame.normal.factor(self.weight[:columns], self.weight[columns:] + 1e-13)

    def direction(self, target: Floats) -> _Step:
        """Return the Newton step for room·dz + z·droom = target."""
        task, bounds, frame, columns = self.task, self.bounds, self.task.frame, self.columns
        right = self.right + bounds.spread(bounds.side * target / self.room, self.size)
        pushed = self.weight * right
        dy = self._solve(-self.balance - frame.matrix @ pushed[:columns] + pushed[columns:])
        dv = self.weight * np.concatenate([frame.by_column @ dy, -dy]) + pushed
        droom = bounds.side * dv[bounds.of]
        dz = (target - self.now.z * droom) / self.room
        curves = self.curves
        reach = dv[task.iso]
        dpi = task.sign * (curves.rise * reach + curves.miss)
        steep = ~curves.plain
        level = min(_limit(self.room, droom), _limit(curves.reach[steep], reach[steep]))
        price = min(_limit(self.now.z, dz), _limit(self.now.pi[steep], dpi[steep]))
        return _Step(dv, dy, dz, dpi, droom, level, price)


def _limit(value: Floats, change: Floats) -> float:
    """Return the longest step ≤ 1 that keeps `value` non-negative."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = -change / value
    steepest = float(ratio.max(initial=1.0))
    return 1.0 / steepest


def _centred_step(system: _System) -> _Step:
    """Return the predictor corrected for curvature and for products far from their target."""
    room, z, weight, mu = system.room, system.now.z, system.bounds.weight, system.mu
    base = -room * z
    step = system.direction(base)
    length = step.shortest
    ahead = float(((room + length * step.room) * (z + length * step.z) / weight).mean()) if len(room) else 0.0
    centring = min(max((ahead / mu) ** 3, 1e-8), 1.0) if mu > 0 else 0.0
    goal = max(centring * mu, 1e-14)
    bend = np.clip(step.room * step.z / weight, -mu, mu) * length**2
    target = (goal - bend) * weight + base
    step = system.direction(target)
    for _ in range(CORRECTIONS):
        length = step.shortest
        if length > 0.95:
            break
        trial = min(1.0, 1.5 * length + 0.1)
        product = (room + trial * step.room) * (z + trial * step.z) / weight
        shift = np.clip(np.clip(product, 0.1 * goal, 10.0 * goal) - product, -10.0 * goal, 10.0 * goal)
        further = system.direction(target + shift * weight)
        if further.shortest < length + 0.01:
            break
        step, target = further, target + shift * weight
    return step
