"""A scenario of many periods on a network: the path, the worst period as an equilibrium, and the rows to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ytterby.model.applied import Applied
from ytterby.model.behaviour import Behaviour
from ytterby.model.behaviour import rows as behaviour_rows
from ytterby.model.calendar import YEARS, calendar
from ytterby.model.entry import Entered
from ytterby.model.entry_path import choose
from ytterby.model.finding import actors
from ytterby.model.lasting import Gone, gone_of, shifted, with_gone
from ytterby.model.network import Network
from ytterby.model.periods import Reference, closed, with_elasticity
from ytterby.model.recycling import Flow, flow, loops, moved, with_scrap
from ytterby.model.result_time import Timeline, timeline, worst_of
from ytterby.model.scenario import Growth, Measure, Scenario
from ytterby.model.scenario_entry import numbers_of as entry_numbers
from ytterby.model.scenario_recycling import SAID
from ytterby.model.solved import Solved, equilibrium
from ytterby.model.stockpiles import with_piles
from ytterby.model.timeline import Lived, live, usual_of

Progress = Callable[[str, int, int], None]
#: Old scrap has settled when what is collected moves by less than this part of base use, and use that stays away when
#: it moves by less than ten times that; lived so often at most.
_SETTLED, _REPEATS = 1e-6, 12
Given = tuple[str, tuple[float | None, float | None, float | None], str, str]


@dataclass(frozen=True, slots=True)
class Many:
    """The worst period, solved, with what each measure did in it; and the whole path as rows.

    `before` is what that period is held against: the base year with users as elastic as they are in it, as surplus is
    measured on one curve; where something grows, the same period without measures. `year` is what its prices and flows
    are held against: the same, or the base year itself where nothing but growth happens.
    """

    worst: Solved
    before: Solved
    applied: tuple[Applied, ...]
    timeline: Timeline
    year: Solved


def behaviour_of(scenario: Scenario) -> Behaviour:
    """The one behavioural set, with what the scenario changes."""
    return replace(Behaviour(), **scenario.behaviour)


def lived(
    network: Network,
    base: Solved,
    scenario: Scenario,
    progress: Progress | None = None,
    reference: Reference | None = None,
    bases: tuple[Solved, ...] | None = None,
    decided: Entered | None = None,
) -> Lived:
    """Live the periods of a scenario on its network; `base` is the network's equilibrium without measures.

    Where the scenario has plants to choose from, investors decide first (`entry_path`), unless `decided` says how.

    `reference` are the engines of a path like this one, which save time, `bases` what its periods are held against,
    when that is known. Old scrap comes from use on the path itself, so a path with a programme is lived again until
    what is collected settles; so is one on which a part of what is given up stays away.
    """
    how = behaviour_of(scenario)
    grown, stocks = with_piles(network, base, usual_of(network, base, how), scenario.piles, how)
    tell = (lambda done, total: progress(f"solving {total} periods", done, total)) if progress else None
    days, years = calendar(scenario.time), YEARS[scenario.time.step]
    first = tuple(flow(loop) for loop in loops(grown, scenario.recycling, days, years))

    def with_plants(chosen: Sequence[Measure]) -> Lived:
        nonlocal bases
        scrap, near = first, None
        gone: Gone = {}
        for _ in range(_REPEATS):
            now = live(
                grown, base, scenario.measures, scenario.time, behaviour=how, stocks=stocks, progress=tell,
                reference=reference, added=partial(_with, scrap, gone) if scrap or gone else None, chosen=chosen,
                growth=scenario.growth, bases=bases, start=near,
            )  # fmt: skip
            again, left = tuple(flow(f.loop, now.path) for f in scrap), gone_of(now.path, scenario.growth)
            bases = now.bases
            if max(moved(scrap, again), shifted(gone, left) / 10) <= _SETTLED:
                break
            scrap, gone, near = again, left, now
        return replace(now, scrap=again, gone=gone)

    if not scenario.entry:
        return with_plants(())
    entered = decided or choose(grown, scenario.entry, days, years, how, with_plants)
    return replace(with_plants(entered.measures), entered=entered)


def _with(scrap: Sequence[Flow], gone: Gone, network: Network, period: int) -> Network:
    return with_scrap(with_gone(network, gone, period), scrap, period)


def many(network: Network, base: Solved, scenario: Scenario, compare: bool, progress: Progress | None) -> Many:
    """Solve a scenario of many periods; `compare` also solves it with perfect foresight, for the value of knowing."""
    path = lived(network, base, scenario, progress)
    outside = actors(scenario)
    time, perfect = scenario.time, None
    if time.foresight == "perfect":
        perfect = path.surplus()
    elif compare:
        seen = replace(scenario, time=replace(time, foresight="perfect", window=None))
        perfect = lived(network, base, seen, progress, bases=path.bases, decided=path.entered).surplus()
    at = worst_of(path, outside)
    before = path.bases[at]
    if not scenario.growth:
        before = equilibrium(with_elasticity(network, path.factors[at]), start=base.solution)
    year = base if path.alone else before
    return Many(closed(path.path, at), before, path.applied[at], timeline(path, time, outside, perfect), year)


def _reason(g: Growth) -> str:
    """Where a rate is read, and why it is what it is."""
    read = f"{g.source.id}, {g.locator}" if g.source else ""
    return "; ".join(part for part in (read, g.rate.why) if part)


def assumed(scenario: Scenario) -> Iterator[Given]:
    """The assumptions of a run over time: behaviour, and every reasoned number of the stocks that the file names."""
    if not scenario.time.many:
        return
    for row in behaviour_rows(behaviour_of(scenario)):
        yield row.id, (row.value, row.low, row.high), row.unit, row.reason
    for pile in scenario.piles:
        for name in ("months", "amount", "capacity", "holding", "release_above", "buy_below", "rate"):
            number = getattr(pile, name)
            if number is not None:
                said = "opening" if name == "amount" else name
                yield f"stock.{pile.id}.{said}", (number.value, number.low, number.high), number.unit, number.why
    for p in scenario.recycling:
        for name, said in SAID.items():
            number = getattr(p, name)
            if number is not None:
                yield f"recycling.{p.id}.{said}", (number.value, number.low, number.high), number.unit, number.why
    for g in scenario.growth:
        yield f"growth.{g.id}.rate", (g.rate.value, g.rate.low, g.rate.high), g.rate.unit, _reason(g)
        if g.lasting is not None:
            part = g.lasting
            yield f"growth.{g.id}.lasting", (part.value, part.low, part.high), "share a year", part.why
    for e in scenario.entry:
        yield from entry_numbers(e)
