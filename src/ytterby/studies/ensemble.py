"""Ensembles: one scenario solved for many draws of its uncertain inputs, each with its own certificate.

The structure is frozen once; a draw changes vectors only, and begins from a point on the scenario's own path,
never from another draw. So draw i is the same to the last byte whatever the number of workers, the size of the batches
or their order. What is kept of a draw is a row of a few hundred numbers (`readout`), and rows leave in batches: memory
does not grow with the number of draws.
"""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ytterby.atlas.load import Atlas, load
from ytterby.core.errors import Fault, InputError, SolverError, nearest, printable
from ytterby.model.network import Network
from ytterby.model.scenario import Scenario
from ytterby.solver import Solution
from ytterby.studies.draws import Design, Input, percentiles
from ytterby.studies.readout import Quantity
from ytterby.studies.rebuilt import Rebuilt, rebuilt_study
from ytterby.studies.redraws import with_redraws
from ytterby.studies.study import Study, frozen_study, network_of, simple

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Map = Callable[..., Iterable[Any]]
Progress = Callable[[int, int], None]

#: A scenario made ready for draws: a frozen structure whose vectors change, or one that is built anew for each.
Asked = Study | Rebuilt

BATCH = 50
#: The name of the rows of a draw's whole path, beside those of its periods.
WHOLE = "whole"
_LIBRARIES = ("ytterby", "numpy", "scipy", "piqp")


@dataclass(frozen=True, slots=True)
class Ensemble:
    """A scenario's draws: one row each, with the inputs drawn, the certificate, and what was read off.

    `inputs` and `quantities` say what the columns mean; `draws` is lazy, so a large run is never whole in memory.
    Over many `periods` a row of `draws` holds means over them, and `rows` those of every period too.
    """

    scenario: Scenario
    design: Design
    inputs: tuple[Input, ...]
    quantities: tuple[Quantity, ...]
    draws: pl.LazyFrame
    periods: tuple[str, ...] = ()
    rows: pl.LazyFrame | None = None

    def period(self, label: str) -> Ensemble:
        """The same draws read in one period only."""
        if self.rows is None or label not in self.periods:
            expected = "one of " + ", ".join(self.periods) if self.periods else "an ensemble over many periods"
            raise InputError(Fault("period", repr(printable(label, 40)), expected, nearest(label, self.periods)))
        return replace(self, draws=self.rows.filter(pl.col("period") == label).drop("period"), periods=(), rows=None)

    def settings(self, draw: int) -> tuple[str, ...]:
        """The `--set` values that replay a draw as a run of its own."""
        row = self.draws.filter(pl.col("draw") == draw).collect()
        if not row.height:
            raise InputError(Fault("draw", str(draw), f"a number from 0 to {self.design.n - 1}"))
        return tuple(i.setting(row[f"in|{i.id}"][0]) for i in self.inputs)


def ensemble(
    network: Network | None,
    scenario: Scenario,
    n: int,
    seed: int = 0,
    *,
    method: str = "lhs",
    together: tuple[tuple[str, ...], ...] = (),
    correlation: tuple[tuple[str, str, float], ...] = (),
    distributions: Mapping[str, str] | None = None,
    redraws: int = 0,
    map: Map = map,
    batch: int | None = None,
    atlas: Atlas | None = None,
    progress: Progress | None = None,
) -> Ensemble:
    """Solve `scenario` for `n` draws of its uncertain inputs, on `network` or on the one its base names.

    `map` may be that of any executor (processes, threads, a cluster): the draws are the same. `together` names inputs
    that share one percentile, `correlation` gives rank correlations of pairs, `distributions` another distribution or
    range of an input (`{"elasticity.route": "lognormal"}`, "uniform 2 40", "discrete 5:1 20:2 40:1"). With
    `redraws` a draw stands on one of so many base years with the cited figures moved within their spreads, not on the
    base year as cited. Rows of draws that no method certifies hold no numbers and are counted. Raises
    InputError when nothing about the scenario is uncertain.
    """
    design = Design(n, seed, method, together, correlation)
    return solved(study(network, scenario, atlas, distributions, redraws), scenario, design, batch, map, progress)


def solved(
    asked: Asked,
    scenario: Scenario,
    design: Design,
    batch: int | None = None,
    map: Map = map,
    progress: Progress | None = None,
) -> Ensemble:
    """The draws of a design, of a scenario that is frozen already."""
    sample = percentiles(design, (i.id for i in asked.inputs))
    frames, done = {}, 0
    for k, frame in batches(asked, sample, usual_batch(asked) if batch is None else batch, map=map):
        frames[k] = frame
        done += draws_in(frame)
        if progress:
            progress(done, design.n)
    return of_rows(scenario, design, asked, pl.concat(frames[k] for k in sorted(frames)).lazy())


def of_rows(scenario: Scenario, design: Design, asked: Asked, rows: pl.LazyFrame) -> Ensemble:
    """The rows of an ensemble's batches, in order, as an ensemble."""
    if not asked.periods:
        return Ensemble(scenario, design, asked.inputs, asked.quantities, rows)
    whole = whole_of(rows)
    return Ensemble(scenario, design, asked.inputs, asked.quantities, whole, asked.periods, rows)


def whole_of(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of whole draws, one each: those of single periods are left out."""
    if "period" not in rows.collect_schema():
        return rows
    return rows.filter(pl.col("period") == WHOLE).drop("period")


def draws_in(frame: pl.DataFrame) -> int:
    """How many draws the rows of a batch are of."""
    return frame["draw"].n_unique()


def study(
    network: Network | None,
    scenario: Scenario,
    atlas: Atlas | None = None,
    distributions: Mapping[str, str] | None = None,
    redraws: int = 0,
) -> Asked:
    """Freeze a scenario for many solves: base and scenario solved once, inputs found, readout laid out.

    `redraws` base years beside it, with the cited figures moved within their spreads, take a second or two each.
    """
    known = atlas or load()
    if redraws:
        return with_redraws(network, scenario, known, distributions, redraws)
    start = network or network_of(known, scenario)
    if simple(scenario, start):
        return frozen_study(start, scenario, known, distributions)
    return rebuilt_study(start, scenario, known, distributions)


def usual_batch(asked: Asked) -> int:
    """Draws in a batch when nobody says: `BATCH` for one year, fewer the more periods a draw has."""
    return min(BATCH, max(2 * BATCH // (len(asked.periods) + 1), 1))


def batches(
    asked: Asked, sample: Floats, size: int, todo: Iterable[int] | None = None, map: Map = map
) -> Iterator[tuple[int, pl.DataFrame]]:
    """Solve the batches of a sample, or those of `todo`; yields each with its number, in the order `map` gives them."""
    if size < 1:
        raise InputError(Fault("batch", str(size), "a number of 1 or more"))
    wanted = list(range(count(len(sample), size)) if todo is None else todo)
    work = Work.of(asked)
    tasks = ((k * size, sample[k * size : (k + 1) * size]) for k in wanted)
    seen = 0
    for frame in map(work, tasks):
        seen += 1
        yield frame["draw"][0] // size, frame
    if seen != len(wanted):
        raise SolverError(f"{seen} of {len(wanted)} batches came back")


def count(n: int, size: int) -> int:
    """How many batches hold n draws."""
    return -(-n // size)


@dataclass(frozen=True, slots=True)
class Work:
    """The function that a worker runs: the study as bytes, unpacked once in each thread of each process.

    `versions` are those of the libraries that decide the last digits; a worker that has others refuses.
    """

    digest: str
    payload: bytes
    versions: tuple[tuple[str, str], ...]

    @staticmethod
    def of(asked: Asked) -> Work:
        """Pack a study for sending."""
        payload = pickle.dumps(asked, protocol=pickle.HIGHEST_PROTOCOL)
        return Work(hashlib.sha256(payload).hexdigest(), payload, versions(asked))

    def __call__(self, task: tuple[int, Floats]) -> pl.DataFrame:
        """Solve one batch: the number of its first draw, and the percentiles of its draws."""
        first, sample = task
        asked, engines = self._unpacked()
        found = []
        for row in sample:
            base = asked.base_of(row)
            if base not in engines:
                engines[base] = asked.engine(base)
            found.append(asked.solve(engines[base], row))
        return _frame(asked, first, found)

    def _unpacked(self) -> tuple[Asked, dict[int, Any]]:
        if getattr(_HELD, "digest", None) != self.digest:
            found = [(name, _version(name), v) for name, v in self.versions]
            other = [f"{name} {here}" for name, here, v in found if here != v]
            if other:
                expected = "workers with " + ", ".join(f"{name} {v}" for name, v in self.versions)
                raise InputError(Fault("a worker", ", ".join(other), expected))
            asked: Asked = pickle.loads(self.payload)
            _HELD.study, _HELD.engines = asked, {}
            _HELD.digest = self.digest
        return _HELD.study, _HELD.engines


def versions(asked: Asked) -> tuple[tuple[str, str], ...]:
    """The libraries that decide the last digits of a draw, and their versions here; numba only where loops are
    compiled."""
    compiled = ("numba",) if isinstance(asked, Study) and asked.compiled else ()
    return tuple((name, _version(name)) for name in (*_LIBRARIES, *compiled))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


#: An engine is changed by every solve, so each thread has its own.
_HELD = threading.local()


def _frame(asked: Asked, first: int, found: list[tuple[Floats, Floats, Solution]]) -> pl.DataFrame:
    """The rows of a batch: one a draw, or one for its whole and one for each of its periods."""
    each = len(asked.periods) + 1
    inputs = np.repeat(np.array([values for values, _, _ in found]), each, axis=0)
    numbers = np.vstack([read for _, read, _ in found])
    answers = [answer for _, _, answer in found for _ in range(each)]
    columns = {"draw": pl.Series(np.repeat(np.arange(first, first + len(found)), each), dtype=pl.Int64)}
    if asked.periods:
        columns["period"] = pl.Series([WHOLE, *asked.periods] * len(found), dtype=pl.String)
    columns |= {
        "certified": pl.Series([a.certificate.certified for a in answers], dtype=pl.Boolean),
        "engine": pl.Series([a.engine for a in answers], dtype=pl.String),
        "residual": pl.Series([a.certificate.primal_residual for a in answers], dtype=pl.Float64),
        "gap": pl.Series([a.certificate.gap for a in answers], dtype=pl.Float64),
    }
    columns |= {f"in|{i.id}": pl.Series(inputs[:, k]) for k, i in enumerate(asked.inputs)}
    columns |= {q.name: pl.Series(numbers[:, k]).fill_nan(None) for k, q in enumerate(asked.quantities)}
    return pl.DataFrame(columns)
