"""A scenario frozen for many solves: its inputs, its structure, and how one draw is solved and read.

The base and the scenario are solved once. What a worker needs afterwards is arrays: the frozen problem, the rows of
limits that are drawn, and the matrices that read a solution off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ytterby.atlas.load import Atlas, load
from ytterby.core.errors import Fault, InputError
from ytterby.model.assemble import Layout
from ytterby.model.assumptions import Assumptions
from ytterby.model.base import network as chain_network
from ytterby.model.finding import actors
from ytterby.model.frozen import Frozen, at_rest, freeze
from ytterby.model.measures import apply
from ytterby.model.network import Network
from ytterby.model.scenario import Measure, Scenario
from ytterby.model.scenario_ranges import numbers
from ytterby.model.solved import Solved, equilibrium, rates_of
from ytterby.solver import Engine, Problem, Solution, compiled_loops
from ytterby.studies.draws import BASE_YEAR, Input, limit_id, uncertain, with_distributions
from ytterby.studies.readout import Quantity, Readout, readout

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: The order of methods. The interior point from the scenario's own path first: from scratch a draw took 48 ms instead
#: of 21. The scenario's optimum as a start is of no use to draws that move every limit at once: of 60 it settled one,
#: so the method that needs one is not tried.
LADDER = ("nearby", "interior", "piqp", "clarabel")


@dataclass(frozen=True, slots=True)
class Study:
    """All that a worker needs to solve draws: the frozen structure, the inputs, and what to read off.

    `compiled` has the draws solved in compiled loops, which every worker must then have.
    """

    frozen: Frozen
    central: Mapping[str, float]
    inputs: tuple[Input, ...]
    rows: tuple[tuple[int, tuple[int, ...], tuple[float, ...]], ...]
    readout: Readout
    redrawn: tuple[Redrawn, ...] = ()
    compiled: bool = False

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """What is read of every draw."""
        return self.readout.quantities

    @property
    def periods(self) -> tuple[str, ...]:
        """None: a frozen structure is of one year."""
        return ()

    @property
    def _chooser(self) -> int:
        """The place of the input that chooses among redrawn base years."""
        return next(k for k, i in enumerate(self.inputs) if i.id == BASE_YEAR)

    def base_of(self, percentile: Floats) -> int:
        """The number of the redraw of the base year that a draw stands on; 0 for the base year as cited."""
        k = self._chooser if self.redrawn else None
        return 0 if k is None else round(float(self.inputs[k].at(percentile[k])))

    def engine(self, base: int = 0) -> Engine:
        """An engine for the draws that stand on a redraw of the base year."""
        of = self.redrawn[base - 1].study if base else self
        return Engine(of.frozen.problem, methods=LADDER, compiled=of.compiled)

    def problem_at(self, values: Mapping[str, float]) -> Problem:
        """The problem with its inputs at these values, by id."""
        asked = self.frozen.at(dict(self.central) | {k: v for k, v in values.items() if k in self.central})
        row_upper = asked.row_upper.copy()
        for place, rows, per_unit in self.rows:
            row_upper[list(rows)] = values[self.inputs[place].id] * np.array(per_unit)
        return replace(asked, row_upper=row_upper)

    def solve(self, engine: Engine, percentile: Floats) -> tuple[Floats, Floats, Solution]:
        """One draw: the values of the inputs, the numbers read off (NaN when not certified), and the solution.

        `engine` is that of the redraw of the base year the draw stands on.
        """
        base = self.base_of(percentile)
        if base:
            chosen, k = self.redrawn[base - 1], self._chooser
            values, read, answer = chosen.study.solve(engine, np.delete(percentile, k))
            return np.insert(values, k, float(base)), np.append(read, np.nan)[chosen.places], answer
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
class Redrawn:
    """The study of one redraw of the base year, and where it reads each quantity of the base year as cited.

    A quantity that it does not read, for a market that is idle in it, stands at its end, which is NaN.
    """

    study: Study
    places: Ints


def frozen_study(
    network: Network | None,
    scenario: Scenario,
    atlas: Atlas | None = None,
    distributions: Mapping[str, str] | None = None,
    wanted: tuple[Input, ...] | None = None,
) -> Study:
    """Freeze a scenario on one base year; `wanted` are the inputs when they are known already."""
    known = atlas or load()
    start = network or network_of(known, scenario)
    assumed: Assumptions = start.tables.get("assumptions", Assumptions({}))
    dists = dict(zip(known.assumptions["id"], known.assumptions["dist"], strict=True))
    changed, applied = apply(start, scenario.measures, scenario.year)
    before, after = equilibrium(start), equilibrium(changed, applied)
    central = {row.id: row.value for row in assumed}
    frozen = _frozen(after, start, central)
    inputs = wanted or inputs_of(frozen, assumed, uncertain(assumed, dists, scenario), distributions or {})
    rows = tuple(_rows(start, scenario, inputs, after))
    watched = frozenset(name for done in applied for name in done.limits)
    read = readout(after, before, actors(scenario), watched)
    return Study(frozen, central, inputs, rows, read, compiled=compiled_loops())


def simple(scenario: Scenario, start: Network) -> bool:
    """Tell whether draws change vectors of one frozen structure only: limits of quotas, and nothing follows a price."""
    if scenario.time.many:
        return False
    quotas = {limit_id(m.id) for m in scenario.measures if m.kind == "quota"}
    return {n.id for n in numbers(scenario)} <= quotas and not rates_of(
        *apply(start, scenario.measures, scenario.year)
    )


def inputs_of(
    frozen: Frozen, assumed: Assumptions, found: tuple[Input, ...], given: Mapping[str, str]
) -> tuple[Input, ...]:
    """Those of the inputs found that move anything, with the distributions given."""
    central = {row.id: row.value for row in assumed}
    inputs = tuple(i for i in found if i.id not in central or moves(frozen, central, i))
    if not inputs:
        expected = "a number with low and high, or an assumption with a range that is not set"
        raise InputError(Fault("ensemble", "nothing uncertain in this scenario", expected))
    inputs = with_distributions(inputs, given)
    # every value that may be drawn has to be possible: the table of assumptions knows
    for ends in ({i.id: i.low for i in inputs}, {i.id: i.high for i in inputs}):
        assumed.override({name: end for name, end in ends.items() if name in central})
    return inputs


def moves(frozen: Frozen, central: Mapping[str, float], one: Input) -> bool:
    """Tell whether an assumption moves anything in this network; those of other chains and kinds of plant do not."""
    low, high = (frozen.at(dict(central) | {one.id: value}) for value in (one.low, one.high))
    names = ("cost", "lower", "upper", "row_lower", "row_upper")
    vectors = [(getattr(low, name), getattr(high, name)) for name in names]
    vectors += [(getattr(low.curves, n), getattr(high.curves, n)) for n in ("p0", "x0", "elasticity", "offset")]
    return not all(np.array_equal(a, b) for a, b in vectors)


def network_of(atlas: Atlas, scenario: Scenario) -> Network:
    """The network a scenario starts from: a chain of the atlas, or a textbook case."""
    if scenario.network is not None:
        from ytterby.model import textbook

        return textbook.at_rest(textbook.textbook_network(scenario.network))
    base = scenario.base
    return chain_network(atlas, base.chain or "rare-earths", base.year or 2024, scenario.assumptions, base.redraw or 0)


_NOWHERE = Layout((), (), (), {}, {}, {})


def _frozen(after: Solved, start: Network, central: Mapping[str, float]) -> Frozen:
    """The frozen structure without its layout, which no worker needs; a textbook case has limits to move only."""
    return replace(freeze(after.network, start, central) if central else at_rest(after.network), layout=_NOWHERE)


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
