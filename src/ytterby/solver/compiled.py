"""The rounds of `interior` and `polish` in compiled loops (see kernel), where numba is installed (extra `fast`).

Compiling takes some ten seconds on first use on a machine and is kept on disk after that, so single solves go without;
ensembles and paths of many periods, which solve thousands of times, use it. Answers are certified like any other and
agree with those of the arrays to the certificate's accuracy, not to the last digit: a run is all of one or all of the
other, and its manifest says which.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType

import numpy as np
from scipy import sparse

from ytterby.core.errors import SolverError
from ytterby.solver import interior, polish
from ytterby.solver.curves import Floats, Ints
from ytterby.solver.interior import Bounds, Iterate
from ytterby.solver.scaled import Frame, Scaled

#: Corrections of centrality a round (see interior): a direction costs as much as a factorisation here, so none pays.
CORRECTIONS = 0


@cache
def _modules() -> tuple[ModuleType, ModuleType, ModuleType] | None:
    try:
        from ytterby.solver import kernel, kernel_factor, kernel_polish
    except (ImportError, RuntimeError):  # not installed; or no place on disk to keep what it compiles
        return None
    return kernel, kernel_polish, kernel_factor


def available() -> bool:
    """Tell whether the compiled loops can be used here."""
    return _modules() is not None


class Compiled:
    """The compiled method for one frame: `follow` and `polish` with the signatures and meaning of their namesakes.

    Raises SolverError when numba is not there.
    """

    def __init__(self, frame: Frame) -> None:
        found = _modules()
        if found is None:
            raise SolverError("compiled loops: found no numba (or no folder for its cache); expected the extra `fast`")
        self._kernel, self._last, structure = found
        self._structure = structure.Structure(*_structure(frame, structure))
        self._of: tuple[Scaled, _Task] | None = None

    def follow(
        self,
        task: Scaled,
        accept: Callable[[Iterate], bool],
        begin: Callable[[Scaled, Bounds], Iterate] | None = None,
        ask_below: float = interior.ASK_BELOW,
    ) -> Iterate:
        """Run the interior point (see interior.follow). Raises LinAlgError when its matrix stays singular."""
        known = self._task(task)
        at = known.inside((begin or interior.first)(task, known.bounds))
        best = self._kernel.Step(*(part.copy() for part in at))
        track = np.array([np.inf, np.inf, ask_below])
        count = np.array([0, 0, interior.ROUNDS, CORRECTIONS])
        settings = np.array([interior.FLAT, interior.TO_BOUNDARY])
        while True:
            found = self._kernel.advance(self._structure, known.data, at, best, track, count, settings)
            if found == self._kernel.SINGULAR:
                raise np.linalg.LinAlgError("the normal matrix stays singular")
            if found != self._kernel.OFFER:
                return known.outside(best, track[1], count[1])
            now = known.outside(at, track[0], count[0])
            if accept(now):
                return now
            track[2] = 1e-2 * track[0]

    def polish(self, task: Scaled, v: Floats, y: Floats, rounds: int) -> tuple[Floats, Floats, bool]:
        """Run the last rounds (see polish.polish). Raises LinAlgError when its matrix stays singular."""
        kernel, s, d = self._last, self._structure, self._task(task).data
        settings = np.array([polish.PROXIMAL, polish.EXACT, polish.OUTSIDE, polish.WRONG])
        v, y = v.copy(), y.copy()
        state = kernel.at_bounds(s, d, v, y)
        fewest, since = len(v), 0
        for _ in range(rounds):
            if kernel.stuck(s, d, v, state, polish.SETTLED):
                with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                    y, state = polish.woken(task, v, y, state)
            size, new = kernel.settle(s, d, v, y, state, settings, polish.REPEATS)
            if size == -1.0:
                raise np.linalg.LinAlgError("the normal matrix stays singular")
            if not np.isfinite(size):
                return v, y, False
            changes = int((new != state).sum())
            if size < polish.SETTLED and not changes:
                return np.clip(v, task.low, task.high), y, True
            fewest, since = (changes, 0) if changes < fewest else (fewest, since + 1)
            if since > polish.PATIENCE:
                break
            state = new
        return np.clip(v, task.low, task.high), y, False

    def _task(self, task: Scaled) -> _Task:
        """The kernel's view of a task, made once for each."""
        if self._of is None or self._of[0] is not task:
            self._of = task, _Task.of(task, self._kernel)
        return self._of[1]


@dataclass(frozen=True, slots=True)
class _Task:
    """A task as the kernel takes it, and the way from the list of bounds to its arrays and back."""

    data: tuple[object, ...]
    bounds: Bounds
    step: Callable[..., tuple[Floats, ...]]

    @staticmethod
    def of(task: Scaled, kernel: ModuleType) -> _Task:
        bounds = Bounds.in_(task)
        weight = task.theta**interior.SPREAD
        data = kernel.Data(
            cost=task.cost,
            low=task.low,
            high=task.high,
            fixed=task.fixed,
            theta=task.theta,
            lin=task.lin,
            intercept=task.intercept,
            steepness=task.steepness,
            iso=task.iso,
            sign=task.sign,
            elasticity=task.elasticity,
            price=task.price,
            level=task.level,
            offset=task.offset,
            open_l=np.isfinite(task.low) & ~task.fixed,
            upper=bounds.of[bounds.lower :].astype(np.int64),
            weight=weight,
            per_weight=1.0 / weight,
            bounds=len(bounds.of),
        )
        return _Task(data, bounds, kernel.Step)

    def inside(self, now: Iterate) -> tuple[Floats, ...]:
        """An iterate as the kernel takes it, in arrays of its own: it changes them."""
        lower, upper = self.bounds.parts
        z_l = np.zeros(len(now.v))
        z_l[self.bounds.of[lower]] = now.z[lower]
        return self.step(now.v.copy(), now.y.copy(), z_l, now.z[upper].copy(), now.pi.copy())

    def outside(self, at: tuple[Floats, ...], error: float, rounds: int) -> Iterate:
        """The way back."""
        v, y, z_l, z_u, pi = at
        z = np.concatenate([z_l[self.bounds.of[self.bounds.parts[0]]], z_u])
        return Iterate(v, y, z, pi, float(error), int(rounds))


def _structure(frame: Frame, kernel: ModuleType) -> tuple[Floats | Ints, ...]:
    """The matrix by column, and the pattern of its factor with the products that each place adds up."""
    matrix, normal = frame.matrix, frame.normal
    rows, columns = matrix.shape
    pointer, row = normal.indptr.astype(np.int64), normal.indices.astype(np.int64)
    l_ptr, l_row = kernel.symbolic(rows, pointer, row)
    every = np.arange(rows, dtype=np.int64)
    key = np.repeat(every, np.diff(l_ptr)) * rows + l_row
    column = np.repeat(every, np.diff(pointer))
    below = row >= column
    where = np.searchsorted(key, (column * rows + row)[below])
    products = normal.fill[np.flatnonzero(below)].tocoo()
    fill = sparse.csr_matrix((products.data, (where[products.row], products.col)), shape=(len(l_row), columns))
    ints = (matrix.indptr, matrix.indices, fill.indptr, fill.indices, normal.order)
    a_ptr, a_row, f_ptr, f_col, order = (values.astype(np.int64) for values in ints)
    return a_ptr, a_row, matrix.data.astype(np.float64), l_ptr, l_row, f_ptr, f_col, fill.data, order
