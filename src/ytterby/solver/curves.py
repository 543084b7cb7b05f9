"""Price curves on columns: marginal cost, slope, integral and inverse, all closed-form.

A curve belongs to one column at level x and is read at z = x + offset. Its marginal cost g(x) is

    linear       g = sign·p0 + (p0/e)·(z/x0 − 1)
    isoelastic   g = sign·p0·(z/x0)^(sign/e)

with sign +1 for supply (the column earns its cost) and −1 for demand (the column pays its price, so its cost is
negative). Every curve rises, so its integral from level 0 to x is convex. Units are the caller's: p0 a price, x0
and offset a level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LINEAR, ISOELASTIC = 1, 2


@dataclass(frozen=True, slots=True)
class Curves:
    """At most one curve for a column; all arrays have one entry for each curve.

    column      index of the column
    kind        1 linear, 2 isoelastic
    sign        +1 supply, −1 demand
    p0, x0      price and level through which the curve passes, x0 > 0, p0 > 0
    elasticity  of quantity in price at (x0, p0), > 0 for supply and demand alike
    offset      level added before the curve is read; keeps isoelastic demand finite at x = 0
    """

    column: NDArray[np.int64]
    kind: NDArray[np.int8]
    sign: NDArray[np.int8]
    p0: Floats
    x0: Floats
    elasticity: Floats
    offset: Floats

    @staticmethod
    def none() -> Curves:
        """Return the empty set of curves (a linear problem)."""
        empty = np.zeros(0)
        return Curves(empty.astype(np.int64), empty.astype(np.int8), empty.astype(np.int8), empty, empty, empty, empty)

    def __len__(self) -> int:
        return len(self.column)


@dataclass(frozen=True, slots=True)
class Shape:
    """Curves compiled for speed: linear ones as intercept and slope, isoelastic ones as an exponent."""

    column: Ints
    lin: Ints
    intercept: Floats
    steepness: Floats
    iso: Ints
    sign: Floats
    price: Floats
    level: Floats
    power: Floats
    offset: Floats

    @staticmethod
    def of(curves: Curves) -> Shape:
        """Compile `curves`; positions in `lin` and `iso` point into the curves, not into the columns."""
        lin = np.flatnonzero(curves.kind == LINEAR)
        iso = np.flatnonzero(curves.kind == ISOELASTIC)
        sign = curves.sign.astype(np.float64)
        rise = curves.p0 / curves.elasticity
        intercept = sign * curves.p0 + rise * (curves.offset / curves.x0 - 1.0)
        return Shape(
            column=curves.column.astype(np.int64),
            lin=lin,
            intercept=intercept[lin],
            steepness=(rise / curves.x0)[lin],
            iso=iso,
            sign=sign[iso],
            price=curves.p0[iso].astype(np.float64),
            level=curves.x0[iso].astype(np.float64),
            power=(sign / curves.elasticity)[iso],
            offset=curves.offset[iso].astype(np.float64),
        )

    def relative(self, x: Floats) -> Floats:
        """Return z/x0 of the isoelastic curves at column levels `x`, never below zero."""
        return np.maximum((x[self.column[self.iso]] + self.offset) / self.level, 0.0)

    def marginal(self, x: Floats) -> Floats:
        """Return the curves' marginal cost at column levels `x`."""
        cost = np.empty(len(self.column))
        cost[self.lin] = self.intercept + self.steepness * x[self.column[self.lin]]
        cost[self.iso] = self.sign * self.price * self.relative(x) ** self.power
        return cost

    def slope(self, x: Floats) -> Floats:
        """Return the derivative of the marginal cost, which is never negative (it may be infinite at z = 0)."""
        rise = np.empty(len(self.column))
        rise[self.lin] = self.steepness
        rise[self.iso] = self.price * np.abs(self.power) / self.level * self.relative(x) ** (self.power - 1.0)
        return rise

    def integral(self, x: Floats) -> Floats:
        """Return the cost of going from level 0 to x along each curve."""
        area = np.empty(len(self.column))
        level = x[self.column[self.lin]]
        area[self.lin] = (self.intercept + 0.5 * self.steepness * level) * level
        area[self.iso] = self.sign * self.price * self.level * self._power_area(x)
        return area

    def _power_area(self, x: Floats) -> Floats:
        """Return ∫ t^power dt from offset/x0 to z/x0; near power = −1 the logarithm takes over."""
        high, low = self.relative(x), self.offset / self.level
        order = self.power + 1.0
        near_log = np.abs(order) < 1e-6
        safe = np.where(near_log, 1.0, order)
        area = (high**safe - low**safe) / safe
        if near_log.any():
            ratio = np.log(high[near_log] / low[near_log])
            area[near_log] = ratio * (1.0 + 0.5 * order[near_log] * np.log(high[near_log] * low[near_log]))
        return area

    def level_at(self, price: Floats) -> Floats:
        """Return the level where the marginal cost equals `price` (one per curve): ±inf beyond the curve's range."""
        level = np.empty(len(self.column))
        level[self.lin] = (price[self.lin] - self.intercept) / self.steepness
        ratio = np.maximum(self.sign * price[self.iso] / self.price, 0.0)
        with np.errstate(divide="ignore", over="ignore"):
            level[self.iso] = self.level * ratio ** (1.0 / self.power) - self.offset
        return level
