"""Investors along a path: every year each asks whether a plant would pay, and builds it if so.

Margins are read off a probe, a plant of the same kind with a ten-thousandth of the capacity, that stands in every trial
path; the path that is reported has none. Under *naive* and *adaptive* expectations the years are gone through once: a
decision looks back only. Under *foresight* the path's own prices count, with the new plant already in them: the most
worthwhile candidate is tried, the path is solved with it, and it is built if it still pays there. At the end every
decision is asked again on the final path; one that no longer holds is taken back for that year and the years are gone
through anew, at most so many times. Nothing is put back that was taken back, so this ends; where it ends with a
decision that does not hold, the result says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from ytterby.core.errors import Fault, InputError
from ytterby.model.behaviour import Behaviour
from ytterby.model.calendar import Period
from ytterby.model.entry import Asked, Built, Earned, Entered, capital, charge, earned, mean, weights
from ytterby.model.measures import apply
from ytterby.model.network import Network
from ytterby.model.scenario import Entry, Measure
from ytterby.model.scenario_entry import as_measure
from ytterby.model.solved import equilibrium
from ytterby.model.timeline import Lived

#: A probe's part of the capacity; sorts behind every id, so that its lanes come last.
_PART, _PROBE = 1e-4, "~probe "
#: A margin pays when it is this close to the charge; times the years are gone through; paths solved at most.
_ENOUGH, _ROUNDS, _SOLVES = 1e-9, 4, 60
_DAYS = 365.25
#: Who looks ahead is asked as long as the plant would have run up this far by the last year of the path.
_RUN_UP = 0.5

#: Solves the path with these plants.
Live = Callable[[Sequence[Measure]], Lived]


def probes(entries: Sequence[Entry]) -> tuple[Measure, ...]:
    """A small plant of each kind, in force all the time and run up."""
    small = []
    for e in entries:
        size = replace(e.plant.capacity, value=e.plant.capacity.value * _PART)
        plant = replace(e.plant, id=_PROBE + e.id, capacity=size, lead=None, capacity_factor=None)
        small.append(replace(as_measure(e), id=_PROBE + e.id, plant=plant))
    return tuple(small)


@dataclass(slots=True)
class _Market:
    """The path as it is now, and what each candidate earns on it in each period."""

    solve: Live
    small: tuple[Measure, ...]
    solves: int = 0
    built: list[Built] = field(default_factory=list)
    path: Lived | None = None
    earnings: dict[tuple[str, int], Earned] = field(default_factory=dict)

    def with_built(self, built: Sequence[Built]) -> _Market:
        """The path with these plants."""
        path = self.solve([*self.small, *(b.measure for b in built)])
        return _Market(self.solve, self.small, self.solves + 1, list(built), path)

    def earns(self, name: str, period: int) -> Earned:
        """What a plant of the kind earns in a period."""
        if (name, period) not in self.earnings:
            assert self.path is not None
            self.earnings[name, period] = earned(self.path.path.periods[period], _PROBE + name)
        return self.earnings[name, period]


@dataclass(frozen=True, slots=True)
class _World:
    """What does not change while investors decide."""

    entries: tuple[Entry, ...]
    days: tuple[Period, ...]
    year: int
    how: Behaviour
    base: Mapping[str, Earned]

    def starts(self) -> range:
        """The first period of each year."""
        return range(0, len(self.days), self.year)

    def expects(self, e: Entry, now: _Market, first: int) -> tuple[float, float]:
        """The margin over cash cost that a candidate expects at the start of period `first`, and its cash cost."""
        if e.expectation == "foresight":
            return self._foreseen(e, now, first)
        seen = [self.base[e.id]]
        nets, opex = [seen[0].net], seen[0].opex
        for begin in range(0, first, self.year):
            year = [now.earns(e.id, t) for t in range(begin, begin + self.year)]
            nets.append(mean([x.net for x in year]))
            opex = mean([x.opex for x in year])
        if e.expectation == "naive" or e.weight is None:
            return nets[-1], opex
        expected = nets[0]
        for net in nets[1:]:
            expected += e.weight.value * (net - expected)
        return expected, opex

    def _foreseen(self, e: Entry, now: _Market, first: int) -> tuple[float, float]:
        """The path's own margins in each year of operation; beyond the last year that one goes on."""
        lead = round((e.plant.lead.value if e.plant.lead else 0.0) / 12 * self.year)
        by = weights(e, self.how)
        margins, costs = [], []
        for y in range(len(by)):
            begin = first + lead + y * self.year
            periods = range(begin, begin + self.year)
            last = len(self.days)
            inside = [t for t in periods if t < last] or list(range(max(last - self.year, 0), last))
            margins.append(mean([now.earns(e.id, t).margin for t in inside]))
            costs.append(mean([now.earns(e.id, t).opex for t in inside]))
        return mean(margins, by), mean(costs, by)

    def sees(self, e: Entry, first: int) -> bool:
        """Whether a plant decided then has run up to half by the last year, so that its effect is on the path."""
        opens = self._opens(e, first)
        share = mean([day.mean(self.how.ramp, opens) for day in self.days[-self.year :]])
        return share >= _RUN_UP

    def _opens(self, e: Entry, first: int) -> date:
        months = e.plant.lead.value if e.plant.lead else 0.0
        return self.days[first].start + timedelta(days=round(months / 12 * _DAYS))

    def ask(self, e: Entry, now: _Market, first: int) -> Asked:
        """What the candidate would decide at the start of a period."""
        net, opex = self.expects(e, now, first)
        must = charge(e, self.how)
        pays = net >= must * (1 - _ENOUGH)
        return Asked(e.id, first, opex + net, opex, must, "build" if pays else "wait")

    def build(self, e: Entry, first: int, number: int) -> Built:
        """The plant decided at the start of a period."""
        name = e.id if number == 1 else f"{e.id}-{number}"
        decided = self.days[first].start
        opens = self._opens(e, first)
        shuts = opens + timedelta(days=e.life.value * _DAYS - 1)
        plant = replace(e.plant, id=name)
        measure = replace(as_measure(e), id=name, plant=plant, start=decided, announced=decided, end=shuts)
        return Built(e.id, first, measure, opens, capital(e) * e.plant.capacity.value / 1000)


def choose(
    network: Network, entries: Sequence[Entry], days: Sequence[Period], years: float, how: Behaviour,
    solve: Live,
) -> Entered:  # fmt: skip
    """What investors decide on a path; `solve` lives it with some plants, probes among them.

    `network` is what the path begins from. Raises InputError for a plant that could make
    nothing, and what solving raises.
    """
    world = _World(tuple(entries), tuple(days), round(1 / years), how, _before(network, entries))
    start = _Market(solve, probes(entries)).with_built([])
    taken_back: set[tuple[str, int]] = set()
    for _ in range(_ROUNDS):
        now, asked = _gone_through(world, start, taken_back)
        wrong = list(_regretted(world, now, asked))
        start.solves = now.solves
        again = [a for a in wrong if a.decision == "build" and _kind(world, a.entry) == "foresight"]
        if not again or now.solves >= _SOLVES:
            break
        taken_back |= {(a.entry, a.period) for a in again}
    said = tuple(_said(world, a) for a in wrong)
    if now.solves >= _SOLVES:
        said += (f"{_SOLVES} paths were solved, the most that are",)
    order = sorted(asked, key=lambda a: (a.period, a.entry))
    seen = tuple(tuple(now.earns(e.id, t) for t in range(len(days))) for e in entries)
    before = tuple(world.base[e.id].opex + world.base[e.id].net for e in entries)
    return Entered(tuple(entries), tuple(order), tuple(now.built), said, now.solves, before, seen)


def _before(network: Network, entries: Sequence[Entry]) -> dict[str, Earned]:
    """What each plant would earn in the base year."""
    probed, told = apply(network, probes(entries), network.year)
    faults = [
        Fault(f"entry {e.id!r}, facility", done.idle, "a plant that can make something there")
        for e, done in zip(entries, told, strict=True)
        if done.idle
    ]
    faults += [
        Fault(f"entry {e.id!r}, supply", f"no market for {e.plant.product[0]} in {e.plant.country}", "a market")
        for e in entries
        if e.plant.product and e.plant.stage == "supply"
        and (e.plant.product[0], e.plant.country) not in {m.key for m in network.markets}
    ]  # fmt: skip
    if faults:
        raise InputError(faults)
    solved = equilibrium(probed, told)
    return {e.id: earned(solved, _PROBE + e.id) for e in entries}


def _kind(world: _World, name: str) -> str:
    return next(e.expectation for e in world.entries if e.id == name)


def _gone_through(world: _World, now: _Market, taken_back: set[tuple[str, int]]) -> tuple[_Market, list[Asked]]:
    """The years one after the other, from a path without any of the plants."""
    asked: list[Asked] = []
    for first in world.starts():
        open_ = [e for e in world.entries if _may(e, world, now, first)]
        back = [world.ask(e, now, first) for e in open_ if e.expectation != "foresight"]
        asked += back
        chosen = {a.entry for a in back if a.decision == "build"}
        new = [world.build(e, first, _count(now, e) + 1) for e in open_ if e.id in chosen]
        if new:
            now = now.with_built([*now.built, *new])
        ahead = [e for e in open_ if e.expectation == "foresight"]
        unseen = [e for e in ahead if not world.sees(e, first)]
        asked += [replace(world.ask(e, now, first), decision="beyond") for e in unseen]
        ahead = [e for e in ahead if e not in unseen]
        now, foreseen = _foresighted(world, now, ahead, first, taken_back)
        asked += foreseen
    return now, asked


def _foresighted(
    world: _World, now: _Market, ahead: Sequence[Entry], first: int, taken_back: set[tuple[str, int]]
) -> tuple[_Market, list[Asked]]:
    """Candidates that know the path, the most worthwhile first, each on the path with those before it."""
    left, asked = list(ahead), list[Asked]()
    while left:
        answers = {e.id: world.ask(e, now, first) for e in left}
        best = max(left, key=lambda e: (_over(answers[e.id]), e.id))
        answer = answers[best.id]
        if answer.decision == "wait" or now.solves >= _SOLVES:
            asked += [replace(a, decision="wait") for a in answers.values()]
            break
        left.remove(best)
        if (best.id, first) in taken_back:
            asked.append(replace(answer, decision="spoils"))
            continue
        trial = now.with_built([*now.built, world.build(best, first, _count(now, best) + 1)])
        with_it = world.ask(best, trial, first)
        if with_it.decision == "build":
            now = trial
            asked.append(with_it)
        else:
            now.solves = trial.solves
            asked.append(replace(with_it, decision="spoils"))
    return now, asked


def _over(a: Asked) -> float:
    """What is expected over break-even, as a part of the charge."""
    return (a.expected - a.break_even) / a.charge if a.charge > 0 else 0.0


def _may(e: Entry, world: _World, now: _Market, first: int) -> bool:
    begun = e.start is None or e.start <= world.days[first].start
    return begun and _count(now, e) < e.most


def _count(now: _Market, e: Entry) -> int:
    return sum(b.entry == e.id for b in now.built)


def _regretted(world: _World, now: _Market, asked: Sequence[Asked]) -> Iterator[Asked]:
    """Decisions that would be others on the final path."""
    entries = {e.id: e for e in world.entries}
    for a in asked:
        if a.decision in ("build", "wait") and world.ask(entries[a.entry], now, a.period).decision != a.decision:
            yield a


def _said(world: _World, a: Asked) -> str:
    done = "is built though it would not pay" if a.decision == "build" else "waits though it would pay"
    return f"{a.entry} {done} at the final prices ({world.days[a.period].label})"
