"""Rows that leave their columns no choice: markets nobody can supply, or nobody can use.

If a row's activity at its columns' best bounds only just reaches its own bound, every column in it must sit at that
bound. Such rows leave the feasible set without an interior, so an interior-point method must not see them: `forced`
fixes the columns (repeating, since one dead market may kill the next), and `priced` afterwards gives the dead rows
a price at which nobody in them wants to move: the price at which the first of their columns would start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ytterby.solver.curves import Floats
from ytterby.solver.problem import Problem


@dataclass(frozen=True, slots=True)
class Forced:
    """Tightened column bounds, the forced rows in the order found, and the first row that cannot be met, if any.

    A step is (row, +1 if held at its largest activity or −1 at its smallest, columns it fixed).
    """

    lower: Floats
    upper: Floats
    steps: tuple[tuple[int, int, NDArray[np.int64]], ...]
    impossible: int | None


def forced(problem: Problem, by_row: sparse.csr_matrix) -> Forced:
    """Find forced columns; `by_row` is the problem's matrix in row order."""
    lower, upper = problem.lower.copy(), problem.upper.copy()
    entry, row = by_row.data, np.repeat(np.arange(by_row.shape[0]), np.diff(by_row.indptr))
    steps: list[tuple[int, int, NDArray[np.int64]]] = []
    impossible: int | None = None
    while True:
        free = lower < upper
        small, large, size = _activity(entry, row, by_row, lower, upper)
        loose = np.bincount(row[free[by_row.indices]], minlength=by_row.shape[0]) > 0
        slack = 1e-12 * size
        at_small = small >= problem.row_upper - slack
        at_large = large <= problem.row_lower + slack
        missed = np.flatnonzero((small > problem.row_upper + 1e-9 * size) | (large < problem.row_lower - 1e-9 * size))
        if missed.size and impossible is None:
            impossible = int(missed[0])
        found = np.flatnonzero(loose & (at_small | at_large))
        if not found.size:
            return Forced(lower, upper, tuple(steps), impossible)
        for i in found:
            side = -1 if at_small[i] else 1
            span = slice(by_row.indptr[i], by_row.indptr[i + 1])
            columns, values = by_row.indices[span].astype(np.int64), by_row.data[span]
            choose = lower[columns] < upper[columns]
            columns, values = columns[choose], values[choose]
            level = np.where(values * side < 0, lower[columns], upper[columns])
            lower[columns] = upper[columns] = level
            steps.append((int(i), side, columns))


def _activity(
    entry: Floats, row: NDArray[np.int64], by_row: sparse.csr_matrix, lower: Floats, upper: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return each row's smallest and largest activity, and the size of what was added up to get there."""
    one, other = entry * lower[by_row.indices], entry * upper[by_row.indices]
    least, most = np.minimum(one, other), np.maximum(one, other)
    rows = by_row.shape[0]
    size = np.abs(least)
    size[size == np.inf] = 0.0
    size += np.where(np.isfinite(most), np.abs(most), 0.0)
    small: Floats = np.bincount(row, least, rows).astype(np.float64)
    large: Floats = np.bincount(row, most, rows).astype(np.float64)
    return small, large, np.bincount(row, size, rows).astype(np.float64)


def priced(problem: Problem, by_row: sparse.csr_matrix, found: Forced, marginal: Floats, y: Floats) -> Floats:
    """Return `y` with each forced row at a price its columns' marginal costs agree with (last found, first priced)."""
    y = y.copy()
    for i, _, _ in found.steps:
        y[i] = 0.0
    by_column = problem.matrix
    for i, side, columns in reversed(found.steps):
        if not columns.size:
            continue
        bids = np.empty(len(columns))
        for place, j in enumerate(columns):
            span = slice(by_column.indptr[j], by_column.indptr[j + 1])
            rows, values = by_column.indices[span], by_column.data[span]
            bids[place] = (marginal[j] - values @ y[rows]) / values[rows == i].sum()
        price = bids.min() if side < 0 else bids.max()
        if not np.isfinite(problem.row_lower[i]):
            price = min(price, 0.0)
        if not np.isfinite(problem.row_upper[i]):
            price = max(price, 0.0)
        y[i] = price
    return y
