"""Which assumptions move the answer most: each is put to the ends of its range, one at a time.

Only assumptions about behaviour are moved (elasticities, limits, slack, premiums, the value of lost use, and every
number of a measure that has a range): the base year stays as reconciled, the network is frozen and solved again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ytterby.model.assumptions import Assumptions
from ytterby.model.frozen import BEHAVIOUR, freeze
from ytterby.model.measures import apply
from ytterby.model.network import MarketKey, Network
from ytterby.model.result_use import value_lost
from ytterby.model.scenario import Measure, Scenario
from ytterby.model.scenario_ranges import changed, numbers
from ytterby.model.solved import Solved, equilibrium, solved_as
from ytterby.solver import Engine


@dataclass(frozen=True, slots=True)
class Driver:
    """One assumption at both ends of its range: the headline (MUSD/yr of use lost) at each."""

    id: str
    at_low: float
    at_high: float

    @property
    def swing(self) -> float:
        """How far the headline moves between the two ends [MUSD/yr]."""
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True, slots=True)
class Tested:
    """All drivers, largest swing first, and the range of each home price over all that was tried."""

    drivers: tuple[Driver, ...]
    ranges: Mapping[MarketKey, tuple[float, float]]


def drivers(
    network: Network,
    scenario: Scenario,
    before: Solved,
    after: Solved,
    outside: frozenset[str],
    progress: Callable[[int, int], None] | None = None,
) -> Tested:
    """Test every assumption about behaviour and every number with a range of the scenario's measures.

    `network` is the calibrated one without measures, `after` its solution under them.
    """
    assumed: Assumptions = network.tables["assumptions"]
    trials = [*_behaviour(assumed, scenario), *_numbers(scenario)]
    solve = _solver(network, assumed, scenario, after)
    ranges: dict[MarketKey, tuple[float, float]] = {}
    ends: dict[str, list[float]] = {}
    for count, (name, moved, measures) in enumerate(trials):
        solved = solve(moved, measures)
        ends.setdefault(name, []).append(value_lost(solved, before, outside))
        for key, price in solved.quoted().items():
            low, high = ranges.get(key, (price, price))
            ranges[key] = (min(low, price), max(high, price))
        if progress:
            progress(count + 1, len(trials))
    found = [Driver(name, values[0], values[1]) for name, values in ends.items()]
    return Tested(tuple(sorted(found, key=lambda d: (-d.swing, d.id))), ranges)


_Solve = Callable[[Mapping[str, float], tuple[Measure, ...] | None], Solved]


def _solver(network: Network, assumed: Assumptions, scenario: Scenario, after: Solved) -> _Solve:
    """A trial's solve: with other assumptions on the frozen structure, or with other measures on the network.

    An ad valorem tax keeps the amount per kilogram that the scenario's own solution found.
    """
    central = {row.id: row.value for row in assumed}
    frozen = freeze(after.network, network, central)
    engine = Engine(frozen.problem, after.solution)

    def solve(moved: Mapping[str, float], measures: tuple[Measure, ...] | None) -> Solved:
        if measures is not None:
            shocked, done = apply(network, measures, scenario.year)
            return equilibrium(shocked, done, after.solution)
        asked = frozen.at(central | dict(moved))
        engine.update(cost=asked.cost, upper=asked.upper, curves=asked.curves)
        return solved_as(after.network, frozen.layout, asked, engine.solve())

    return solve


_Trial = tuple[str, dict[str, float], tuple[Measure, ...] | None]


def _behaviour(assumed: Assumptions, scenario: Scenario) -> Iterator[_Trial]:
    """Each assumption about behaviour twice, at the low and at the high end of its range."""
    for row in assumed:
        if row.id.startswith(BEHAVIOUR) and row.low < row.high and row.id not in scenario.assumptions:
            yield from ((row.id, {row.id: value}, None) for value in (row.low, row.high))


def _numbers(scenario: Scenario) -> Iterator[_Trial]:
    """Each number of a measure that has a range, at both ends of it."""
    for one in numbers(scenario):
        yield from ((one.id, {}, changed(scenario, {one.id: end}).measures) for end in (one.low, one.high))
