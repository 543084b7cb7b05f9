"""The same problem in numbers near one, with a slack for every row.

    minimise Σ c·v + Σ ∫ curves   subject to  A·x − s = 0,  low ≤ (x, s) ≤ high         v = (x, s)

x is in units of each column's typical level, each row in units of its largest entry, money in units of a typical
column's turnover. An equality row is a slack whose two bounds coincide, so bounds may change kind from solve to
solve and the structure stays frozen. `fixed` marks unknowns whose bounds coincide: they never move.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ytterby.solver.curves import Floats, Shape
from ytterby.solver.normal import Normal
from ytterby.solver.problem import Problem

Bools = NDArray[np.bool_]


def typical_levels(problem: Problem) -> Floats:
    """Return a typical level for each column: the caller's, else x0 of its curve, what its rows carry, or its bound."""
    if problem.column_scale is not None:
        return problem.column_scale.astype(np.float64)
    rows, columns = problem.matrix.shape
    level = np.zeros(columns)
    level[problem.curves.column] = problem.curves.x0
    size = abs(problem.matrix).tocsc()
    owner = np.repeat(np.arange(columns), np.diff(size.indptr))
    carried = np.zeros(rows)
    np.maximum.at(carried, size.indices, size.data * level[owner])
    for side in (problem.row_lower, problem.row_upper):
        carried = np.maximum(carried, np.where(np.isfinite(side), np.abs(side), 0.0))
    carried[carried == 0] = np.inf
    smallest = np.full(columns, np.inf)
    np.minimum.at(smallest, owner, carried[size.indices] / size.data)
    level = np.where(level > 0, level, smallest)
    span = np.maximum(np.abs(problem.lower), np.abs(problem.upper))
    level = np.minimum(level, np.where(np.isfinite(span) & (span > 0), span, np.inf))
    return np.where(np.isfinite(level), level, 1.0)


@dataclass(frozen=True, slots=True)
class Frame:
    """What depends on the matrix and the typical levels only, and is therefore computed once for all solves."""

    levels: Floats
    matrix: sparse.csc_matrix
    by_column: sparse.csr_matrix
    row_size: Floats
    owner: NDArray[np.int64]
    normal: Normal

    @staticmethod
    def of(problem: Problem) -> Frame:
        """Scale the matrix and analyse its normal equations."""
        levels = typical_levels(problem)
        matrix = problem.matrix.copy()
        owner = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
        matrix.data = matrix.data * levels[owner]
        row_size = np.zeros(matrix.shape[0])
        np.maximum.at(row_size, matrix.indices, np.abs(matrix.data))
        row_size[row_size == 0] = 1.0
        matrix.data = matrix.data / row_size[matrix.indices]
        return Frame(levels, matrix, matrix.T.tocsr(), row_size, owner, Normal(matrix))


@dataclass(frozen=True, slots=True)
class Scaled:
    """One solve's data in scaled numbers. `theta` is each unknown's typical turnover, in units of `money`."""

    frame: Frame
    money: float
    cost: Floats
    low: Floats
    high: Floats
    fixed: Bools
    theta: Floats
    # curves, per curve: linear (column, intercept, slope) and isoelastic (column, sign, e, price p0, level x0, offset)
    lin: NDArray[np.int64]
    intercept: Floats
    steepness: Floats
    iso: NDArray[np.int64]
    sign: Floats
    elasticity: Floats
    price: Floats
    level: Floats
    offset: Floats

    @staticmethod
    def of(
        problem: Problem, shape: Shape, frame: Frame, lower: Floats, upper: Floats, worth: Floats | None = None
    ) -> Scaled:
        """Scale `problem` with the column bounds `lower`, `upper` in place of its own.

        `worth` is what a unit of each column turns over at known prices, if any are known: a column that carries dear
        goods at little cost of its own counts for half of that.
        """
        levels = frame.levels
        turnover = _typical_prices(problem, shape, levels) * levels
        money = float(np.median(turnover)) if len(turnover) else 1.0
        if worth is not None:
            turnover = np.maximum(turnover, 0.5 * worth * levels)
        weight = np.abs(frame.matrix.data)
        rows = frame.matrix.shape[0]
        carried = np.bincount(frame.matrix.indices, weight * turnover[frame.owner], rows)
        entries = np.bincount(frame.matrix.indices, weight, rows)
        row_turnover = np.where(entries > 0, carried / np.maximum(entries, 1e-300), money)
        size = np.concatenate([levels, frame.row_size])
        low = np.concatenate([lower, problem.row_lower]) / size
        high = np.concatenate([upper, problem.row_upper]) / size
        lin, iso = shape.column[shape.lin], shape.column[shape.iso]
        return Scaled(
            frame=frame,
            money=money,
            cost=problem.cost * levels / money,
            low=low,
            high=high,
            fixed=~(low < high),
            theta=np.concatenate([turnover, row_turnover]) / money,
            lin=lin,
            intercept=shape.intercept * levels[lin] / money,
            steepness=shape.steepness * levels[lin] ** 2 / money,
            iso=iso,
            sign=shape.sign,
            elasticity=1.0 / np.abs(shape.power),
            price=shape.price * levels[iso] / money,
            level=shape.level / levels[iso],
            offset=shape.offset / levels[iso],
        )

    def gradient(self, x: Floats) -> Floats:
        """Return the marginal cost of every column at scaled levels `x`."""
        value = self.cost.copy()
        value[self.lin] += self.intercept + self.steepness * x[self.lin]
        share = np.maximum((x[self.iso] + self.offset) / self.level, 1e-300)
        value[self.iso] += self.sign * self.price * share ** (self.sign / self.elasticity)
        return value

    def slope(self, x: Floats) -> Floats:
        """Return the slope of every column's marginal cost at scaled levels `x`."""
        value = np.zeros(len(x))
        value[self.lin] = self.steepness
        share = np.maximum((x[self.iso] + self.offset) / self.level, 1e-12)
        value[self.iso] = self.price / (self.elasticity * self.level) * share ** (self.sign / self.elasticity - 1.0)
        return value

    def unscaled(self, v: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return levels and prices in the caller's units."""
        return v[: len(self.cost)] * self.frame.levels, y * self.money / self.frame.row_size

    def rescaled(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return levels and prices in scaled units."""
        return x / self.frame.levels, y * self.frame.row_size / self.money


def _typical_prices(problem: Problem, shape: Shape, levels: Floats) -> Floats:
    """Return the size of each column's marginal cost: the larger of its constant and its curve at a typical level."""
    price = np.abs(problem.cost)
    at = shape.marginal(np.clip(levels, problem.lower, problem.upper))
    price[shape.column] = np.maximum(price[shape.column], np.abs(at))
    typical = float(np.median(price[price > 0])) if (price > 0).any() else 1.0
    return np.maximum(price, 1e-3 * typical)
