"""Derivatives of a scenario's results in its uncertain inputs, from its prices and levels; and each input at its ends.

At a certified optimum every column is at its lower bound, at its upper one, or earns nothing; every row is met, or its
dual is zero. While those sets stay, levels and prices follow an input t as the conditions of the optimum do
(implicit function theorem; Fiacco (1983), Introduction to Sensitivity and Stability Analysis, theorem 3.2.2):

    H·dx_F − A_FRᵀ·dy_R = −dg_F         free columns F: marginal cost = value at prices
    A_FR·dx_F           =  db_R − A_BR·du_B    rows R that are met; columns B follow the bound they are at

with g the marginal cost at fixed levels, u the bounds, b the limits of rows: closed forms of t, whose changes are
central differences. Numbers read off (`readout`) follow along the same line. How far a straight line may be trusted is
not guessed: each input is also solved alone at both ends of its range, and `bend` says how far the line misses there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from ytterby.core.errors import Fault, InputError, SolverError
from ytterby.core.tables import Column, Schema
from ytterby.solver import Engine, Problem, Solution
from ytterby.solver.certificate import marginal_cost
from ytterby.solver.curves import Shape
from ytterby.studies.draws import Input
from ytterby.studies.rebuilt import Rebuilt
from ytterby.studies.study import LADDER, Study

__all__ = ["TABLE", "Study", "derivatives", "differences"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

TABLE = Schema(
    "local derivatives",
    (
        Column("input", pl.String, "", "the uncertain number", required=True),
        Column("value", pl.Float64, "varies", "its value in the scenario"),
        Column("derivative", pl.Float64, "varies", "change of the output per unit of the input"),
        Column("elasticity", pl.Float64, "1", "per cent of output per per cent of input"),
        Column("low", pl.Float64, "varies", "output with this input alone at its low end"),
        Column("high", pl.Float64, "varies", "output with this input alone at its high end"),
        Column("bend", pl.Float64, "1", "how far the derivative misses at the ends, as a part of the larger move"),
    ),
)
#: Step of central differences of closed forms, as a part of the range.
_STEP = 1e-5
#: Step of differences of solves, as a part of the range.
_WIDE = 1e-3
#: A column is free when it is farther than this from its bounds, as a part of its typical level.
_ROOM = 1e-9
#: Regularisation of rows and columns nothing holds, relative to the diagonal of the system.
_HOLD = 1e-13
#: An output that moves by less than this part of itself does not move.
_STILL = 1e-7


@dataclass(frozen=True, slots=True)
class _Point:
    """A solved draw, its shape and the sets of its columns and rows."""

    asked: Problem
    shape: Shape
    answer: Solution
    free: Bools
    high: Bools
    met: Bools
    scale: Floats


def derivatives(asked: Study, output: str) -> pl.DataFrame:
    """The derivatives of one output (a name of the readout) at the scenario's own values, the largest move first.

    Raises SolverError when the scenario at these values is not certified.
    """
    at = {i.id: i.value for i in asked.inputs}
    problem = asked.problem_at(at)
    engine = Engine(problem, methods=LADDER)
    answer = engine.solve()
    if not answer.certificate.certified:
        raise SolverError(f"no certified equilibrium: {answer.certificate.note}")
    point = _point(problem, answer)
    system, row_ids, column_ids = _system(point)
    place = [q.name for q in asked.readout.quantities].index(output)
    base = float(asked.readout.of(problem, answer)[place])
    rows: list[dict[str, Any]] = []
    for one in asked.inputs:
        step = _STEP * (one.high - one.low)
        below, above = (asked.problem_at(at | {one.id: one.value + s}) for s in (-step, step))
        dx, dy = _along(point, below, above, 2 * step, system, row_ids, column_ids)
        ahead, behind = (_read(asked, p, answer, dx, dy, s)[place] for p, s in ((above, step), (below, -step)))
        slope = (ahead - behind) / (2 * step)
        ends = {end: _alone(asked, engine, at | {one.id: end})[place] for end in (one.low, one.high)}
        rows.append(_row(one, slope, base, ends))
    rows.sort(key=lambda r: -max(_move(r["low"], base), _move(r["high"], base)))
    return TABLE.frame(rows)


def differences(asked: Rebuilt, output: str) -> pl.DataFrame:
    """The same of a scenario whose draws are built anew: differences of two solves beside the scenario's own values.

    Raises InputError over many periods, where four solves an input take minutes, and SolverError when the scenario at
    these values is not certified.
    """
    if asked.periods:
        expected = "one year, or draws: --method given, which reads means over the periods"
        raise InputError(Fault("method", f"local derivatives over {len(asked.periods)} periods", expected))
    bench = asked.engine()
    place = [q.name for q in asked.quantities].index(output)
    base = float(asked.at(bench, {})[place])
    if np.isnan(base) and not np.isfinite(asked.at(bench, {})).any():
        raise SolverError("no certified equilibrium")
    rows = []
    for one in asked.inputs:
        step = _WIDE * (one.high - one.low)
        behind, ahead = (max(one.value - step, one.low), min(one.value + step, one.high))
        ends = {at: float(asked.at(bench, {one.id: at})[place]) for at in (one.low, one.high, behind, ahead)}
        slope = (ends[ahead] - ends[behind]) / (ahead - behind)
        rows.append(_row(one, slope, base, {at: ends[at] for at in (one.low, one.high)}))
    rows.sort(key=lambda r: -max(_move(r["low"], base), _move(r["high"], base)))
    return TABLE.frame(rows)


def _row(one: Input, slope: float, base: float, ends: Mapping[float, float]) -> dict[str, Any]:
    """The row of one input; what has no number (no price, no certificate) is left empty."""
    row: dict[str, Any] = {"input": one.id, "value": one.value, "low": ends[one.low], "high": ends[one.high]}
    row["derivative"] = float(slope)
    row["elasticity"] = float(slope * one.value / base) if base else float("nan")
    moved = max(abs(end - base) for end in ends.values())
    missed = max(abs(base + slope * (at - one.value) - end) for at, end in ends.items())
    row["bend"] = missed / moved if moved > _STILL * abs(base) else float("nan")
    return {name: None if isinstance(v, float) and not np.isfinite(v) else v for name, v in row.items()}


def _move(end: float | None, base: float) -> float:
    return 0.0 if end is None else abs(end - base)


def _alone(asked: Study, engine: Engine, at: Mapping[str, float]) -> Floats:
    """The numbers read off with one input moved; NaN when not certified."""
    problem = asked.problem_at(at)
    engine.update(cost=problem.cost, upper=problem.upper, row_upper=problem.row_upper, curves=problem.curves)
    answer = engine.solve()
    if not answer.certificate.certified:
        return np.full(len(asked.readout.quantities), np.nan)
    return asked.readout.of(problem, answer)


def _point(asked: Problem, answer: Solution) -> _Point:
    shape = Shape.of(asked.curves)
    scale = np.maximum(np.abs(answer.x), 1.0 if asked.column_scale is None else asked.column_scale)
    reduced = answer.column_dual
    low, high = answer.x - asked.lower, asked.upper - answer.x
    at_low = (low <= _ROOM * scale) & (reduced >= 0)
    at_high = (high <= _ROOM * scale) & (reduced <= 0) & ~at_low
    level = asked.matrix @ answer.x
    size = np.maximum(np.abs(level), 1.0)
    equal = asked.row_lower == asked.row_upper
    met = equal | ((np.abs(answer.row_dual) > 0) & (asked.row_upper - level <= 1e-7 * size))
    return _Point(asked, shape, answer, ~at_low & ~at_high, at_high, met, scale)


def _slope(point: _Point) -> Floats:
    found = np.zeros(len(point.asked.cost))
    found[point.shape.column] = point.shape.slope(point.answer.x)
    return found


def _system(point: _Point) -> tuple[object, NDArray[np.intp], NDArray[np.intp]]:
    """The factored conditions of the optimum over free columns and met rows, levels in units of their size."""
    columns, rows = np.flatnonzero(point.free), np.flatnonzero(point.met)
    scale = point.scale[columns]
    a = (point.asked.matrix.tocsr()[rows][:, columns] @ sparse.diags(scale)).tocsc()
    h = _slope(point)[columns] * scale**2
    weight = float(np.median(h[h > 0])) if (h > 0).any() else 1.0
    top = sparse.hstack([sparse.diags(h + _HOLD * weight), -a.T])
    bottom = sparse.hstack([a, sparse.diags(np.full(len(rows), _HOLD / weight * float(np.median(scale)) ** 2))])
    return splu(sparse.vstack([top, bottom]).tocsc()), rows, columns


def _along(
    point: _Point,
    below: Problem,
    above: Problem,
    span: float,
    system: object,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
) -> tuple[Floats, Floats]:
    """How levels and prices move with an input."""
    x = point.answer.x
    gradients = [marginal_cost(p, Shape.of(p.curves), x) for p in (below, above)]
    dg = (gradients[1] - gradients[0]) / span
    dx = np.where(point.high, _change(below.upper, above.upper) / span, 0.0)
    db = _change(below.row_upper, above.row_upper) / span
    scale = point.scale[columns]
    right = np.concatenate([-dg[columns] * scale, (db - point.asked.matrix @ dx)[rows]])
    found = system.solve(right)  # type: ignore[attr-defined]
    dy = np.zeros(len(point.asked.row_lower))
    dx[columns], dy[rows] = found[: len(columns)] * scale, found[len(columns) :]
    return dx, dy


def _change(before: Floats, after: Floats) -> Floats:
    """After less before; nothing where there is no bound."""
    there = np.isfinite(before) & np.isfinite(after)
    return np.where(there, np.where(there, after, 0.0) - np.where(there, before, 0.0), 0.0)


def _read(asked: Study, problem: Problem, answer: Solution, dx: Floats, dy: Floats, step: float) -> Floats:
    moved = replace(answer, x=answer.x + step * dx, row_dual=answer.row_dual + step * dy)
    return asked.readout.of(problem, moved)
