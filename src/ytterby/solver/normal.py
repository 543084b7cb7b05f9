"""The normal matrix A·diag(w)·Aᵀ + diag(e): pattern and elimination order found once, numbers filled in and
factored many times.

Few columns touch many rows, so the matrix is sparse (about 15 entries a row on a chain of 1,000 markets). The order
of elimination is minimum degree, taken once from SuperLU; later factorisations keep it ("NATURAL"), which halves
their cost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from ytterby.solver.curves import Floats, Ints

_SYMMETRIC = {"SymmetricMode": True}


class Normal:
    """Frozen structure of A·diag(w)·Aᵀ for one matrix A.

    `order` is the order of elimination; `indptr` and `indices` are the pattern in that order, by column; a row of
    `fill` holds, for one place of it, the product of entries of A in each column.
    """

    def __init__(self, matrix: sparse.csc_matrix) -> None:
        rows, columns = matrix.shape
        count = np.diff(matrix.indptr).astype(np.int64)
        pairs = count * count
        owner = np.repeat(np.arange(columns), pairs)
        first_pair = np.repeat(np.cumsum(pairs) - pairs, pairs)
        place = np.arange(len(owner)) - first_pair
        start, width = matrix.indptr[:-1].astype(np.int64)[owner], count[owner]
        left, right = start + place // np.maximum(width, 1), start + place % np.maximum(width, 1)
        i, k = matrix.indices[left], matrix.indices[right]
        self._rows = rows
        self.order = _elimination_order(i, k, rows)
        rank = np.argsort(self.order)
        pattern = sparse.csc_matrix((np.ones(len(i)), (rank[i], rank[k])), shape=(rows, rows)) + sparse.identity(rows)
        pattern = pattern.tocsc()
        pattern.sort_indices()
        self.indptr, self.indices = pattern.indptr, pattern.indices
        key = np.repeat(np.arange(rows, dtype=np.int64), np.diff(pattern.indptr)) * rows + pattern.indices
        where = np.searchsorted(key, rank[k].astype(np.int64) * rows + rank[i])
        products = matrix.data[left] * matrix.data[right]
        self.fill = sparse.csr_matrix((products, (where, owner)), shape=(pattern.nnz, columns))
        self._diagonal = np.searchsorted(key, rank.astype(np.int64) * rows + rank)

    def factor(self, weight: Floats, extra: Floats, relative: float = 0.0) -> Callable[[Floats], Floats]:
        """Return a function that solves with A·diag(weight)·Aᵀ + diag(extra); diagonals grow by `relative` of
        themselves.

        A row nothing touches (its diagonal vanishes) gets a unit diagonal: its unknown then stays at its right-hand
        side.
        """
        if not self._rows:
            return np.copy
        data = self.fill @ weight
        diagonal = data[self._diagonal] + extra
        largest = float(diagonal.max(initial=0.0))
        diagonal[diagonal <= 1e-30 * largest] = 1.0
        lower_upper = self._lower_upper(data, diagonal, relative)
        order = self.order

        def solve(right: Floats) -> Floats:
            answer = np.empty_like(right)
            answer[order] = lower_upper.solve(right[order])
            return answer

        return solve

    def _lower_upper(self, data: Floats, diagonal: Floats, relative: float) -> Any:
        """Factor, adding more to the diagonal while the matrix is singular in floating point."""
        for more in (relative, 1e-12, 1e-9, 1e-6):
            data[self._diagonal] = diagonal * (1.0 + max(relative, more))
            matrix = sparse.csc_matrix((data, self.indices, self.indptr), shape=(self._rows, self._rows))
            try:
                return splu(matrix, permc_spec="NATURAL", diag_pivot_thresh=0.0, panel_size=1, options=_SYMMETRIC)
            except RuntimeError:
                continue
        raise np.linalg.LinAlgError("the normal matrix stays singular")


def _elimination_order(i: Ints, k: Ints, rows: int) -> Ints:
    """Return rows in the order of elimination: minimum degree, found on a diagonally dominant stand-in."""
    if not rows:
        return np.zeros(0, dtype=np.int64)
    pattern = sparse.csc_matrix((np.ones(len(i)), (i, k)), shape=(rows, rows))
    pattern.data[:] = 1.0
    dominant = (pattern + sparse.identity(rows) * (1.0 + float(rows))).tocsc()
    chosen = splu(dominant, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=_SYMMETRIC)
    order: Ints = np.argsort(chosen.perm_c)
    return order
