"""Draws that are built anew: many periods, measures whose numbers change more than a limit, prices that pay or tax.

A draw sets the assumptions in the network and the numbers in the scenario, and is then what a run of its own would be:
measures applied, taxes and payments that follow a price found again, every period lived. What it shares with other
draws is where it begins: half-way down the path of the scenario's own problem, or of its own plan for each window,
never another draw. So a draw is the same to the last byte whatever was solved before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ytterby.atlas.load import Atlas
from ytterby.core.errors import SolverError
from ytterby.model.assumptions import Assumptions
from ytterby.model.calendar import calendar
from ytterby.model.finding import actors
from ytterby.model.frozen import Frozen, at_rest, freeze, moved
from ytterby.model.measures import apply
from ytterby.model.network import Network
from ytterby.model.periods import Reference, weakest
from ytterby.model.run_periods import behaviour_of, lived
from ytterby.model.scenario import Scenario
from ytterby.model.scenario_ranges import changed
from ytterby.model.solved import Solved, equilibrium
from ytterby.model.stockpiles import with_piles
from ytterby.model.timeline import Lived, usual_of
from ytterby.solver import Certificate, Engine, Problem, Solution
from ytterby.studies.draws import BASE_YEAR, Input, uncertain
from ytterby.studies.reader import Known, Reader, placed, reader
from ytterby.studies.readout import Quantity
from ytterby.studies.study import inputs_of, network_of

Floats = NDArray[np.float64]

_LADDER = ("nearby", "interior", "piqp", "clarabel")
_AGAIN = ("warm", "interior", "piqp", "clarabel")
_NONE = Certificate(np.inf, np.inf, np.inf, False, "no usable answer")


@dataclass(frozen=True, slots=True)
class Start:
    """A base year to draw from: its network with the groups of columns that assumptions move, and what is read."""

    network: Network
    frozen: Frozen
    reader: Reader


@dataclass(slots=True)
class Bench:
    """What a worker keeps between the draws of one base year: engines of the scenario's own path, and readouts."""

    base: Solved
    reference: Reference = field(default_factory=Reference)
    known: Known = field(default_factory=dict)

    def solving(self, asked: Problem, start: Solution | None) -> Solution:
        """Solve a problem of one year: at first from the scenario's own path, then from the answer before."""
        engine = self.reference.engines.get(0)
        if self.reference.learning:
            engine = self.reference.engines[0] = Engine(asked, methods=_LADDER)
        if engine is None or not same_matrix(engine.problem, asked):
            engine = Engine(asked, methods=_AGAIN)
        engine.update(
            cost=asked.cost, lower=asked.lower, upper=asked.upper, row_lower=asked.row_lower,
            row_upper=asked.row_upper, curves=asked.curves,
        )  # fmt: skip
        engine.methods = _LADDER if start is None else _AGAIN
        engine.keep(start)
        return engine.solve()


def same_matrix(a: Problem, b: Problem) -> bool:
    """Tell whether two problems have the same coefficients in the same places."""
    return bool(
        a.matrix.shape == b.matrix.shape
        and a.matrix.nnz == b.matrix.nnz
        and np.array_equal(a.matrix.indptr, b.matrix.indptr)
        and np.array_equal(a.matrix.indices, b.matrix.indices)
        and np.array_equal(a.matrix.data, b.matrix.data)
    )


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A scenario whose draws are built anew, on one base year or on several redraws of it.

    `periods` are the labels of its periods, none for one year. `starts[0]` is the base year as cited.
    """

    scenario: Scenario
    central: Mapping[str, float]
    inputs: tuple[Input, ...]
    starts: tuple[Start, ...]
    periods: tuple[str, ...] = ()

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """What is read of every draw, and of each of its periods."""
        return (*self.starts[0].reader.quantities, *self.starts[0].reader.stocks)

    def base_of(self, percentile: Floats) -> int:
        """The number of the redraw of the base year that a draw stands on; 0 for the base year as cited."""
        for k, one in enumerate(self.inputs):
            if one.id == BASE_YEAR:
                return round(float(one.at(percentile[k])))
        return 0

    def engine(self, base: int = 0) -> Bench:
        """A bench for the draws that stand on a redraw of the base year, with the scenario's own path solved on it."""
        start = self.starts[base]
        bench = Bench(equilibrium(start.network))
        self._solved(bench, start.network, bench.base, self.scenario)
        bench.reference.learning = False
        return bench

    def solve(self, bench: Bench, percentile: Floats) -> tuple[Floats, Floats, Solution]:
        """One draw: its inputs, the numbers read off (a row, or one for the whole and each period), its solution.

        Numbers are NaN when anything in the draw is not certified; the solution is that with the worst certificate.
        """
        values = np.array([float(i.at(u)) for i, u in zip(self.inputs, percentile, strict=True)])
        given = {i.id: v for i, v in zip(self.inputs, values.tolist(), strict=True)}
        start = self.starts[self.base_of(percentile)]
        read, answer = self._read(bench, start, given)
        if not answer.certificate.certified:
            read = np.full_like(read, np.nan)
        if start is not self.starts[0]:
            names = {q.name: k for k, q in enumerate((*start.reader.quantities, *start.reader.stocks))}
            read = placed(read, names, [q.name for q in self.quantities])
        return values, read, answer

    def at(self, bench: Bench, given: Mapping[str, float]) -> Floats:
        """The numbers with some inputs at these values and all else as in the scenario; NaN when not certified."""
        read, answer = self._read(bench, self.starts[0], given)
        return read if answer.certificate.certified else np.full_like(read, np.nan)

    def _read(self, bench: Bench, start: Start, given: Mapping[str, float]) -> tuple[Floats, Solution]:
        assumed = {k: v for k, v in given.items() if k in self.central}
        network, base = start.network, bench.base
        try:
            if assumed:
                network = moved(network, start.frozen, dict(self.central) | assumed)
                base = equilibrium(network, start=bench.base.solution)
            found = self._solved(bench, network, base, changed(self.scenario, given))
        except SolverError:
            width = len(start.reader.quantities) + len(start.reader.stocks)
            rows = (len(self.periods) + 1, width) if self.periods else (width,)
            return np.full(rows, np.nan), Solution(*(np.zeros(0),) * 3, 0.0, _NONE, "none", 0)
        if isinstance(found, Lived):
            rests = found.bases if self.scenario.growth else ()
            return start.reader.over(found.path, bench.known, rests), weakest(found.path)
        return start.reader.of(found, bench.known), found.solution

    def _solved(self, bench: Bench, network: Network, base: Solved, scenario: Scenario) -> Lived | Solved:
        if scenario.time.many:
            return lived(network, base, scenario, reference=bench.reference)
        shocked, applied = apply(network, scenario.measures, scenario.year)
        return equilibrium(shocked, applied, solving=bench.solving)


def rebuilt_study(
    network: Network | None,
    scenario: Scenario,
    atlas: Atlas,
    distributions: Mapping[str, str] | None = None,
    wanted: tuple[Input, ...] | None = None,
) -> Rebuilt:
    """Make a scenario ready for draws on one base year; `wanted` are the inputs when they are known already."""
    start = network or network_of(atlas, scenario)
    assumed: Assumptions = start.tables.get("assumptions", Assumptions({}))
    central = {row.id: row.value for row in assumed}
    dists = dict(zip(atlas.assumptions["id"], atlas.assumptions["dist"], strict=True))
    frozen = freeze(start, start, central) if central else at_rest(start)
    inputs = wanted or inputs_of(frozen, assumed, uncertain(assumed, dists, scenario), distributions or {})
    days = calendar(scenario.time) if scenario.time.many else ()
    return Rebuilt(
        scenario, central, inputs, (_start(start, frozen, scenario),), tuple(period.label for period in days)
    )


def _start(network: Network, frozen: Frozen, scenario: Scenario) -> Start:
    """Make a base year ready for draws; `frozen` is its network alone, with its layout."""
    before, outside = equilibrium(network), actors(scenario)
    if not scenario.time.many:
        return Start(network, frozen, reader(network, before, scenario, outside))
    how = behaviour_of(scenario)
    grown, stocks = with_piles(network, before, usual_of(network, before, how), scenario.piles, how)
    return Start(network, frozen, reader(grown, before, scenario, outside, stocks))


def on_redraws(cited: Rebuilt, others: Iterable[Rebuilt], chooser: Input) -> Rebuilt:
    """The study of a scenario with redraws of its base year to draw from; `chooser` says which one a draw stands on."""
    starts = (*cited.starts, *(other.starts[0] for other in others))
    return replace(cited, inputs=tuple(sorted((*cited.inputs, chooser), key=lambda i: i.id)), starts=starts)
