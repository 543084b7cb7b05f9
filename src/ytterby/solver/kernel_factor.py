"""The factor of the normal matrix in compiled loops: L·D·Lᵀ column by column on a pattern found once.

The order of elimination is that of `normal`; the method is George and Liu's (1981, Computer Solution of Large Sparse
Positive Definite Systems, section 5.5). It suits factors with few entries a column, as those of one year have (seven);
where they fill up, the blocks of SuperLU are faster.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from ytterby.solver.curves import Floats, Ints

jit = njit(cache=True, error_model="numpy", nogil=True)


class Structure(NamedTuple):
    """A by column, the pattern of L, and for each place of L the products of entries of A that it adds up."""

    a_ptr: Ints
    a_row: Ints
    a_val: Floats
    l_ptr: Ints
    l_row: Ints
    f_ptr: Ints
    f_col: Ints
    f_val: Floats
    order: Ints


@jit
def symbolic(rows: int, p_ptr: Ints, p_row: Ints) -> tuple[Ints, Ints]:
    """Return the pattern of L, diagonal first, rows sorted, of a symmetric pattern by column."""
    mark = np.full(rows, -1, dtype=np.int64)
    child = np.full(rows, -1, dtype=np.int64)
    sibling = np.full(rows, -1, dtype=np.int64)
    pointer = np.zeros(rows + 1, dtype=np.int64)
    place = np.empty(max(4 * len(p_row), 16), dtype=np.int64)
    for j in range(rows):
        start = pointer[j]
        end = start
        if start + rows - j > len(place):
            larger = np.empty(2 * len(place) + rows, dtype=np.int64)
            larger[:start] = place[:start]
            place = larger
        mark[j] = j
        place[end] = j
        end += 1
        for p in range(p_ptr[j], p_ptr[j + 1]):
            i = p_row[p]
            if i > j and mark[i] != j:
                mark[i] = j
                place[end] = i
                end += 1
        k = child[j]
        while k >= 0:
            for p in range(pointer[k] + 1, pointer[k + 1]):
                i = place[p]
                if i > j and mark[i] != j:
                    mark[i] = j
                    place[end] = i
                    end += 1
            k = sibling[k]
        place[start:end] = np.sort(place[start:end])
        pointer[j + 1] = end
        if end > start + 1:
            parent = place[start + 1]
            sibling[j] = child[parent]
            child[parent] = j
    return pointer, place[: pointer[rows]].copy()


@jit
def _factor_once(s: Structure, lower: Floats, pivot: Floats, work: Floats, first: Ints, link: Ints, head: Ints) -> bool:
    """Turn the lower triangle in `lower` into L (its diagonal left as it was) and D; tell whether every pivot held."""
    rows = len(pivot)
    head[:] = -1
    for j in range(rows):
        start, end = s.l_ptr[j], s.l_ptr[j + 1]
        for p in range(start, end):
            work[s.l_row[p]] = lower[p]
        k = head[j]
        while k >= 0:
            following = link[k]
            p, last = first[k], s.l_ptr[k + 1]
            c = lower[p] * pivot[k]
            for q in range(p, last):
                work[s.l_row[q]] -= lower[q] * c
            if p + 1 < last:
                first[k] = p + 1
                i = s.l_row[p + 1]
                link[k] = head[i]
                head[i] = k
            k = following
        d = work[j]
        if not (d > 0.0 and d < np.inf):
            return False
        pivot[j] = d
        inverse = 1.0 / d
        for p in range(start + 1, end):
            lower[p] = work[s.l_row[p]] * inverse
        if start + 1 < end:
            first[j] = start + 1
            i = s.l_row[start + 1]
            link[j] = head[i]
            head[i] = j
    return True


@jit
def factor(s: Structure, weight: Floats, extra: Floats, relative: float, lower: Floats, pivot: Floats) -> bool:
    """Factor A·diag(weight)·Aᵀ + diag(extra) as `normal` does, adding to the diagonal while a pivot fails."""
    rows = len(pivot)
    base = np.empty(len(lower))
    for p in range(len(lower)):
        total = 0.0
        for q in range(s.f_ptr[p], s.f_ptr[p + 1]):
            total += s.f_val[q] * weight[s.f_col[q]]
        base[p] = total
    largest = 0.0
    for j in range(rows):
        base[s.l_ptr[j]] += extra[s.order[j]]
        largest = max(largest, base[s.l_ptr[j]])
    for j in range(rows):
        if base[s.l_ptr[j]] <= 1e-30 * largest:
            base[s.l_ptr[j]] = 1.0
    work = np.zeros(rows)
    first, link, head = np.empty(rows, np.int64), np.empty(rows, np.int64), np.empty(rows, np.int64)
    for more in (relative, 1e-12, 1e-9, 1e-6):
        lower[:] = base
        grow = 1.0 + max(relative, more)
        for j in range(rows):
            lower[s.l_ptr[j]] *= grow
        if _factor_once(s, lower, pivot, work, first, link, head):
            return True
        work[:] = 0.0
    return False


@jit
def solve(s: Structure, lower: Floats, pivot: Floats, right: Floats, work: Floats, answer: Floats) -> None:
    """Solve with the factor into `answer`; `work` is room to work in."""
    rows = len(pivot)
    for j in range(rows):
        work[j] = right[s.order[j]]
    for j in range(rows):
        value = work[j]
        if value != 0.0:
            for p in range(s.l_ptr[j] + 1, s.l_ptr[j + 1]):
                work[s.l_row[p]] -= lower[p] * value
    for j in range(rows - 1, -1, -1):
        value = work[j] / pivot[j]
        for p in range(s.l_ptr[j] + 1, s.l_ptr[j + 1]):
            value -= lower[p] * work[s.l_row[p]]
        work[j] = value
    for j in range(rows):
        answer[s.order[j]] = work[j]
