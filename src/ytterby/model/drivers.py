"""Which assumptions move the answer most: each is put to the ends of its range, one at a time.

Only assumptions about behaviour are moved (elasticities, limits, slack, premiums, the value of lost use, and the
measures' own assumed limits): the base year stays as reconciled, the network is calibrated anew and solved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from ytterby.model.base import Base, calibrated
from ytterby.model.measures import apply
from ytterby.model.network import MarketKey, Network
from ytterby.model.result_use import value_lost
from ytterby.model.scenario import Measure, Scenario
from ytterby.model.solved import Solved, equilibrium

#: Families of assumptions that leave the base year alone.
_BEHAVIOUR = ("cap.", "elasticity.", "limit.", "premium.latent", "premium.re-export", "slack.")


@dataclass(frozen=True, slots=True)
class Driver:
    """One assumption at both ends of its range: the headline (MUSD/yr of use lost) at each."""

    id: str
    at_low: float
    at_high: float
    unit: str = ""

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
    base: Base,
    facilities: object,
    scenario: Scenario,
    before: Solved,
    after: Solved,
    outside: frozenset[str],
    progress: Callable[[int, int], None] | None = None,
) -> Tested:
    """Test every assumption about behaviour and every assumed limit of the scenario's measures."""
    trials = list(_trials(base, scenario))
    ranges: dict[MarketKey, tuple[float, float]] = {}
    ends: dict[str, list[float]] = {}
    for count, (name, assumed, measures) in enumerate(trials):
        network = calibrated(replace(base, assumed=base.assumed.override(assumed)), facilities)
        solved = _solved(network, measures, scenario.year, after)
        ends.setdefault(name, []).append(value_lost(solved, before, outside))
        for market in solved.layout.markets:
            price = solved.price(market.key)
            low, high = ranges.get(market.key, (price, price))
            ranges[market.key] = (min(low, price), max(high, price))
        if progress:
            progress(count + 1, len(trials))
    found = [Driver(name, values[0], values[1]) for name, values in ends.items()]
    return Tested(tuple(sorted(found, key=lambda d: (-d.swing, d.id))), ranges)


def _solved(network: Network, measures: tuple[Measure, ...], year: int, near: Solved) -> Solved:
    changed, applied = apply(network, measures, year)
    return equilibrium(changed, applied, near.solution)


def _trials(base: Base, scenario: Scenario) -> Iterator[tuple[str, dict[str, float], tuple[Measure, ...]]]:
    """Name, overridden assumptions and measures of each trial; each name comes twice, low then high."""
    for row in base.assumed:
        if row.id.startswith(_BEHAVIOUR) and row.low < row.high and row.id not in scenario.assumptions:
            for value in (row.low, row.high):
                yield row.id, {row.id: value}, scenario.measures
    for measure in scenario.measures:
        limit = measure.limit
        if limit is None or limit.share_of_base is None or limit.low is None or limit.high is None:
            continue
        for value in (limit.low, limit.high):
            changed = replace(measure, limit=replace(limit, share_of_base=value))
            measures = tuple(changed if m.id == measure.id else m for m in scenario.measures)
            yield f"measure.{measure.id}.limit", {}, measures
