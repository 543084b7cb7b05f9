"""Ensembles: one scenario solved for many draws of its uncertain inputs, each with its own certificate.

The structure is frozen once; a draw changes vectors only, and begins from the scenario's own solution or from nothing,
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
from importlib.metadata import version
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ytterby.atlas.load import Atlas, load
from ytterby.core.errors import Fault, InputError, SolverError
from ytterby.model.assemble import Layout, problem
from ytterby.model.assumptions import Assumptions
from ytterby.model.base import network as chain_network
from ytterby.model.finding import actors
from ytterby.model.frozen import Frozen, freeze
from ytterby.model.measures import apply
from ytterby.model.network import Network
from ytterby.model.scenario import Measure, Scenario
from ytterby.model.scenario_periods import one_year
from ytterby.model.solved import Solved, equilibrium
from ytterby.solver import Engine, Problem, Solution
from ytterby.studies.draws import Design, Input, limit_id, percentiles, uncertain, with_distributions
from ytterby.studies.readout import Quantity, Readout, readout

Floats = NDArray[np.float64]
Map = Callable[..., Iterable[Any]]
Progress = Callable[[int, int], None]

BATCH = 50
_LIBRARIES = ("ytterby", "numpy", "scipy", "piqp")
#: The order of methods. The interior point first: with models by PIQP before it a draw took 88 ms instead of 46, as
#: half of the draws went on to it anyway. A start is of no use to draws that move every limit at once: of 60 it settled
#: one, so the method that needs one is not tried.
LADDER = ("interior", "piqp", "clarabel")


@dataclass(frozen=True, slots=True)
class Study:
    """All that a worker needs to solve draws: the frozen structure, the inputs, and what to read off."""

    frozen: Frozen
    central: Mapping[str, float]
    inputs: tuple[Input, ...]
    rows: tuple[tuple[int, tuple[int, ...], tuple[float, ...]], ...]
    readout: Readout

    def problem_at(self, values: Mapping[str, float]) -> Problem:
        """The problem with its inputs at these values, by id."""
        asked = self.frozen.at(dict(self.central) | {k: v for k, v in values.items() if k in self.central})
        row_upper = asked.row_upper.copy()
        for place, rows, per_unit in self.rows:
            row_upper[list(rows)] = values[self.inputs[place].id] * np.array(per_unit)
        return replace(asked, row_upper=row_upper)

    def solve(self, engine: Engine, percentile: Floats) -> tuple[Floats, Floats, Solution]:
        """One draw: the values of the inputs, the numbers read off (NaN when not certified), and the solution."""
        values = np.array([float(i.at(u)) for i, u in zip(self.inputs, percentile, strict=True)])
        asked = self.problem_at({i.id: v for i, v in zip(self.inputs, values.tolist(), strict=True)})
        engine.update(
            cost=asked.cost,
            lower=asked.lower,
            upper=asked.upper,
            row_lower=asked.row_lower,
            row_upper=asked.row_upper,
            curves=asked.curves,
        )
        answer = engine.solve()
        if not answer.certificate.certified:
            return values, np.full(len(self.readout.quantities), np.nan), answer
        return values, self.readout.of(asked, answer), answer


@dataclass(frozen=True, slots=True)
class Ensemble:
    """A scenario's draws: one row each, with the inputs drawn, the certificate, and what was read off.

    `inputs` and `quantities` say what the columns mean; `draws` is lazy, so a large run is never whole in memory.
    """

    scenario: Scenario
    design: Design
    inputs: tuple[Input, ...]
    quantities: tuple[Quantity, ...]
    draws: pl.LazyFrame

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
    map: Map = map,
    batch: int = BATCH,
    atlas: Atlas | None = None,
    progress: Progress | None = None,
) -> Ensemble:
    """Solve `scenario` for `n` draws of its uncertain inputs, on `network` or on the one its base names.

    `map` may be that of any executor (processes, threads, a cluster): the draws are the same. `together` names inputs
    that share one percentile, `correlation` gives rank correlations of pairs, `distributions` another distribution or
    range of an input (`{"elasticity.route": "lognormal"}`, "uniform 2 40", "discrete 5:1 20:2 40:1"). Rows
    of draws that no method certifies hold no numbers and are counted.
    Raises InputError when nothing about the scenario is uncertain.
    """
    design = Design(n, seed, method, together, correlation)
    return solved(study(network, scenario, atlas, distributions), scenario, design, batch, map, progress)


def solved(
    asked: Study,
    scenario: Scenario,
    design: Design,
    batch: int = BATCH,
    map: Map = map,
    progress: Progress | None = None,
) -> Ensemble:
    """The draws of a design, of a scenario that is frozen already."""
    sample = percentiles(design, (i.id for i in asked.inputs))
    frames, done = {}, 0
    for k, frame in batches(asked, sample, batch, map=map):
        frames[k] = frame
        done += frame.height
        if progress:
            progress(done, design.n)
    return Ensemble(
        scenario, design, asked.inputs, asked.readout.quantities, pl.concat(frames[k] for k in sorted(frames)).lazy()
    )


def study(
    network: Network | None,
    scenario: Scenario,
    atlas: Atlas | None = None,
    distributions: Mapping[str, str] | None = None,
) -> Study:
    """Freeze a scenario for many solves: base and scenario solved once, inputs found, readout laid out."""
    one_year(scenario, "an ensemble")
    known = atlas or load()
    start = network or _network(known, scenario)
    assumed: Assumptions = start.tables.get("assumptions", Assumptions({}))
    dists = dict(zip(known.assumptions["id"], known.assumptions["dist"], strict=True))
    changed, applied = apply(start, scenario.measures, scenario.year)
    before, after = equilibrium(start), equilibrium(changed, applied)
    central = {row.id: row.value for row in assumed}
    frozen = _frozen(after, start, central)
    inputs = tuple(i for i in uncertain(assumed, dists, scenario) if i.id not in central or _moves(frozen, central, i))
    if not inputs:
        expected = "a limit with low and high, or an assumption with a range that is not set"
        raise InputError(Fault("ensemble", "nothing uncertain in this scenario", expected))
    inputs = with_distributions(inputs, distributions or {})
    # every value that may be drawn has to be possible: the table of assumptions knows
    for ends in ({i.id: i.low for i in inputs}, {i.id: i.high for i in inputs}):
        assumed.override({name: end for name, end in ends.items() if name in central})
    rows = tuple(_rows(start, scenario, inputs, after))
    watched = frozenset(name for done in applied for name in done.limits)
    return Study(frozen, central, inputs, rows, readout(after, before, actors(scenario), watched))


def _moves(frozen: Frozen, central: Mapping[str, float], one: Input) -> bool:
    """Tell whether an assumption moves anything in this network; those of other chains and kinds of plant do not."""
    low, high = (frozen.at(dict(central) | {one.id: value}) for value in (one.low, one.high))
    names = ("cost", "lower", "upper", "row_lower", "row_upper")
    vectors = [(getattr(low, name), getattr(high, name)) for name in names]
    vectors += [(getattr(low.curves, n), getattr(high.curves, n)) for n in ("p0", "x0", "elasticity", "offset")]
    return not all(np.array_equal(a, b) for a, b in vectors)


def batches(
    asked: Study, sample: Floats, size: int, todo: Iterable[int] | None = None, map: Map = map
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
    def of(asked: Study) -> Work:
        """Pack a study for sending."""
        payload = pickle.dumps(asked, protocol=pickle.HIGHEST_PROTOCOL)
        return Work(hashlib.sha256(payload).hexdigest(), payload, versions())

    def __call__(self, task: tuple[int, Floats]) -> pl.DataFrame:
        """Solve one batch: the number of its first draw, and the percentiles of its draws."""
        first, sample = task
        asked, engine = self._unpacked()
        found = [asked.solve(engine, row) for row in sample]
        return _frame(asked, first, found)

    def _unpacked(self) -> tuple[Study, Engine]:
        if getattr(_HELD, "digest", None) != self.digest:
            other = [
                f"{name} {here}" for (name, here), (_, v) in zip(versions(), self.versions, strict=True) if here != v
            ]
            if other:
                expected = "workers with " + ", ".join(f"{name} {v}" for name, v in self.versions)
                raise InputError(Fault("a worker", ", ".join(other), expected))
            asked: Study = pickle.loads(self.payload)
            _HELD.study, _HELD.engine = asked, Engine(asked.frozen.problem, methods=LADDER)
            _HELD.digest = self.digest
        return _HELD.study, _HELD.engine


def versions() -> tuple[tuple[str, str], ...]:
    """The libraries that decide the last digits of a draw, and their versions here."""
    return tuple((name, version(name)) for name in _LIBRARIES)


#: An engine is changed by every solve, so each thread has its own.
_HELD = threading.local()


def _frame(asked: Study, first: int, found: list[tuple[Floats, Floats, Solution]]) -> pl.DataFrame:
    inputs = np.array([values for values, _, _ in found])
    numbers = np.array([read for _, read, _ in found])
    answers = [answer for _, _, answer in found]
    columns = {
        "draw": pl.Series(np.arange(first, first + len(found)), dtype=pl.Int64),
        "certified": pl.Series([a.certificate.certified for a in answers], dtype=pl.Boolean),
        "engine": pl.Series([a.engine for a in answers], dtype=pl.String),
        "residual": pl.Series([a.certificate.primal_residual for a in answers], dtype=pl.Float64),
        "gap": pl.Series([a.certificate.gap for a in answers], dtype=pl.Float64),
    }
    columns |= {f"in|{i.id}": pl.Series(inputs[:, k]) for k, i in enumerate(asked.inputs)}
    columns |= {q.name: pl.Series(numbers[:, k]).fill_nan(None) for k, q in enumerate(asked.readout.quantities)}
    return pl.DataFrame(columns)


def _network(atlas: Atlas, scenario: Scenario) -> Network:
    """The network a scenario starts from: a chain of the atlas, or a textbook case."""
    if scenario.network is not None:
        from ytterby.model.textbook import at_rest, textbook_network

        return at_rest(textbook_network(scenario.network))
    return chain_network(atlas, scenario.base.chain or "rare-earths", scenario.base.year or 2024, scenario.assumptions)


_NOWHERE = Layout((), (), (), {}, {}, {})


def _frozen(after: Solved, start: Network, central: Mapping[str, float]) -> Frozen:
    """The frozen structure without its layout, which no worker needs; a textbook case has limits to move only."""
    if central:
        return replace(freeze(after.network, start, central), layout=_NOWHERE)
    asked, _ = problem(after.network)
    return Frozen(asked, _NOWHERE, (), np.zeros(asked.matrix.shape[1], dtype=bool))


def _rows(
    start: Network, scenario: Scenario, inputs: tuple[Input, ...], after: Solved
) -> Iterator[tuple[int, tuple[int, ...], tuple[float, ...]]]:
    """For each limit that is drawn: its input, its rows, and what each row allows per unit of the input.

    A limit is proportional to the share or quantity in its file, so it is built once at the high end of its range.
    """
    place = {i.id: k for k, i in enumerate(inputs)}
    measures = tuple(
        _at(m, inputs[place[limit_id(m.id)]].high) if limit_id(m.id) in place else m for m in scenario.measures
    )
    widest, applied = apply(start, measures, scenario.year)
    upper = {limit.id: limit.upper for limit in widest.limits}
    for done in applied:
        k = place.get(limit_id(done.measure.id))
        if k is not None and done.limits:
            rows = tuple(after.layout.row_of_limit[name] for name in done.limits)
            yield k, rows, tuple(upper[name] / inputs[k].high for name in done.limits)


def _at(measure: Measure, value: float) -> Measure:
    """The measure with its limit at another value."""
    limit = measure.limit
    assert limit is not None
    if limit.share_of_base is not None:
        return replace(measure, limit=replace(limit, share_of_base=value))
    assert limit.quantity is not None
    return replace(measure, limit=replace(limit, quantity=replace(limit.quantity, value=value)))
