"""Every world of a deal on one structure: clauses and outside measures are doors, a world says which are open.

The structure holds the plants of all clauses; a closed door's plants and stocks have no capacity, its limits do not
bind, its bans and taxes are not there. So each world is a set of vectors on one matrix, solved from the answer of the
world without its last door (twice as fast as from scratch, and the same whatever was solved before), and kept by the
set of its open doors: coalitions that open the same doors are one solve.
"""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ytterby.core.errors import Fault, InputError, SolverError
from ytterby.model.assemble import Layout, problem
from ytterby.model.frozen import Frozen, freeze
from ytterby.model.measures import apply
from ytterby.model.network import Network
from ytterby.model.scenario import Measure, Scope
from ytterby.model.solved import Solved, solved_as
from ytterby.solver import Engine, Problem, Solution
from ytterby.studies.deals.ledger import Book, Ledger
from ytterby.studies.deals.records import Clause, Deal
from ytterby.studies.ensemble import Map

Floats = NDArray[np.float64]
Doors = frozenset[str]

#: The bound of a limit whose door is closed [t/yr]: more than any flow of any chain, and yet no infinity, which the
#: quadratic engine would have to take out of its structure at every solve.
_LOOSE = 1e9
#: Answers kept as starts of others, and worlds in a batch of work.
_KEPT, BATCH = 400, 32
_HELD = threading.local()


@dataclass(frozen=True, slots=True)
class Door:
    """What one clause or outside measure does to the structure's vectors when it is open."""

    columns: frozenset[str]
    markets: frozenset[tuple[str, str]]
    rows: frozenset[str]
    upper: Floats
    tax: Floats
    duty: Floats


@dataclass(slots=True)
class Worlds:
    """The structure, its doors, and the books of the worlds that were solved.

    `solves` counts the equilibria computed; `asked` how many were wanted.
    """

    base: Network
    whole: Network
    layout: Layout
    asked_at_base: Problem
    doors: Mapping[str, Door]
    ledger: Ledger
    frozen: Frozen | None
    central: Mapping[str, float]
    engine: Engine
    known: dict[Doors, Book] = field(default_factory=dict)
    answers: dict[Doors, Solution] = field(default_factory=dict)
    solves: int = 0
    asked: int = 0

    def book(self, doors: Iterable[str]) -> Book:
        """The book of a world, solved when it is new."""
        key = frozenset(doors)
        self.asked += 1
        if key not in self.known:
            asked, tax, duty = self.vectors(key)
            self.known[key] = self.ledger.book(asked, self._answer(key), tax, duty)
        return self.known[key]

    def solve_all(self, keys: Iterable[Doors], map: Map = map, size: int = BATCH) -> None:
        """Solve many worlds beforehand, in batches by the `map` of any executor; the books are the same."""
        todo = sorted({k for k in keys if k not in self.known}, key=sorted)
        batches = [todo[i : i + size] for i in range(0, len(todo), size)]
        for part, (books, solves) in zip(batches, map(Work.of(self), batches), strict=True):
            self.known |= dict(zip(part, books, strict=True))
            self.solves += solves

    def moved(
        self,
        doors: Iterable[str],
        values: Mapping[str, float] | None = None,
        rows: Mapping[str, float] | None = None,
        costs: Mapping[str, float] | None = None,
    ) -> Book:
        """The book of a world under other assumptions about behaviour, or with bounds of rows or costs of plants
        multiplied.
        """
        asked, tax, duty = self.vectors(frozenset(doors), values, rows)
        start = self._answer(frozenset(doors))
        if costs:
            curves = asked.curves
            times = [costs.get(self.whole.activities[j].facility or "", 1.0) for j in curves.column]
            asked = replace(asked, curves=replace(curves, p0=curves.p0 * np.array(times)))
        return self.ledger.book(asked, self._solve(asked, start), tax, duty)

    def solved(self, doors: Iterable[str]) -> Solved:
        """A world as a solved network, for the tables of a result."""
        asked, tax, duty = self.vectors(frozenset(doors))
        answer = self._answer(frozenset(doors))
        activities = tuple(
            replace(a, upper=float(u), cost=float(c), tax=float(t), duty=float(d))
            for a, u, c, t, d in zip(self.whole.activities, asked.upper, asked.cost, tax, duty, strict=True)
        )
        return solved_as(self.whole.with_activities(activities), self.layout, asked, answer)

    def vectors(
        self, doors: Doors, values: Mapping[str, float] | None = None, rows: Mapping[str, float] | None = None
    ) -> tuple[Problem, Floats, Floats]:
        """The problem of a world, and the taxes and duties inside its costs [USD/kg]."""
        asked = self.asked_at_base
        if values and self.frozen is not None:
            asked = self.frozen.at(dict(self.central) | dict(values))
        opened = [self.doors[name] for name in sorted(doors)]
        here = self._here(opened)
        upper = np.where(here, asked.upper, 0.0)
        tax = np.array([a.tax for a in self.whole.activities])
        duty = np.array([a.duty for a in self.whole.activities])
        cost = asked.cost.copy()
        for door in opened:
            upper = np.minimum(upper, door.upper)
            tax, duty = tax + door.tax, duty + door.duty
            cost = cost + door.tax + door.duty
        row_upper = asked.row_upper.copy()
        owned = {name for door in self.doors.values() for name in door.rows}
        held = {name for door in opened for name in door.rows}
        for name in owned - held:
            row_upper[self.layout.row_of_limit[name]] = _LOOSE
        for name, times in (rows or {}).items():
            row_upper[self.layout.row_of_limit[name]] *= times
        return replace(asked, upper=upper, cost=cost, row_upper=row_upper), tax, duty

    def _here(self, opened: list[Door]) -> NDArray[np.bool_]:
        """Which columns exist: those of the base, of an open door, or between markets that open doors made."""
        base = {a.id for a in self.base.activities}
        any_door = {name for door in self.doors.values() for name in door.columns}
        now = {name for door in opened for name in door.columns}
        markets = {m.key for m in self.base.markets} | {key for door in opened for key in door.markets}
        return np.array(
            [
                a.id in base
                or a.id in now
                or (a.id not in any_door and all(key in markets for key, _ in a.coefficients))
                for a in self.whole.activities
            ],
            dtype=bool,
        )

    def _answer(self, key: Doors) -> Solution:
        """The answer of a world, solved from that of the world without its last clause."""
        if key not in self.answers:
            clauses = sorted(name for name in key if name.startswith("clause:"))
            start = self._answer(key - {clauses[-1]}) if clauses else None
            while len(self.answers) >= _KEPT:
                self.answers.pop(next(iter(self.answers)))
            self.answers[key] = self._solve(self.vectors(key)[0], start)
        return self.answers[key]

    def _solve(self, asked: Problem, start: Solution | None) -> Solution:
        self.engine.keep(start)
        self.solves += 1
        self.engine.update(
            cost=asked.cost, lower=asked.lower, upper=asked.upper, row_lower=asked.row_lower,
            row_upper=asked.row_upper, curves=asked.curves,
        )  # fmt: skip
        answer = self.engine.solve()
        check = answer.certificate
        if not check.certified and max(check.primal_residual, check.gap) > 1e-5:
            raise SolverError(f"no certified equilibrium of a coalition: {check.note}")
        return answer


@dataclass(frozen=True, slots=True)
class Work:
    """The function that a worker runs: the worlds as bytes, unpacked once in each thread of each process."""

    digest: str
    payload: bytes

    @staticmethod
    def of(found: Worlds) -> Work:
        """Pack worlds for sending, without what they solved."""
        payload = pickle.dumps(replace(found, known={}, answers={}), protocol=pickle.HIGHEST_PROTOCOL)
        return Work(hashlib.sha256(payload).hexdigest(), payload)

    def __call__(self, keys: list[Doors]) -> tuple[list[Book], int]:
        """The books of some worlds, and how many equilibria were solved for them."""
        if getattr(_HELD, "digest", None) != self.digest:
            _HELD.digest, _HELD.worlds = self.digest, pickle.loads(self.payload)
        found: Worlds = _HELD.worlds
        before = found.solves
        return [found.book(key) for key in keys], found.solves - before


def worlds(base: Network, deal: Deal) -> Worlds:
    """The structure of a deal on a network, with a door for each clause, outside measure and retaliation.

    Raises InputError for an ad valorem tax (its amount depends on the world; write a specific one).
    """
    groups = {f"clause:{c.id}": (*c.measures, *unrecognised(deal, c)) for c in deal.clauses}
    groups |= {f"outside:{m.id}": (m,) for m in deal.outside}
    groups |= {f"retaliation:{party}": found for party, found in deal.retaliation.items()}
    year = deal.scenario.year
    _specific(groups)
    every = [m for found in groups.values() for m in found]
    plants = [m for m in every if m.kind == "facility"]
    built, _ = apply(base, plants, year)
    others = [m for m in every if m.kind != "facility"]
    whole, _ = apply(built, others, year)
    # Bounds and taxes belong to doors: the structure keeps those of the plants alone.
    plain = {a.id: a for a in built.activities}
    whole = whole.with_activities(plain.get(a.id, a) for a in whole.activities)
    asked, where = problem(whole)
    doors = {name: _door(base, built, where, found, year) for name, found in groups.items()}
    values = {row.id: row.value for row in base.tables.get("assumptions", ())}
    hosts = {m.plant.id: m.plant.country for m in every if m.plant}
    return Worlds(
        base, whole, where, asked, doors, Ledger.of(where, hosts),
        freeze(whole, base, values) if values else None, values, Engine(asked),
    )  # fmt: skip


def unrecognised(deal: Deal, clause: Clause) -> Iterator[Measure]:
    """Who does not buy: parties in whose view title to the clause's asset is with somebody who does not take part.

    A ban on what its plants make, by form of product, from their country straight to those parties' countries.
    """
    asset = deal.asset(clause.asset)
    for party in deal.parties if asset else ():
        holder = deal.holder(asset.titled(party.view)) if asset and party.view else ""
        if not holder or holder in clause.needs:
            continue
        for m in clause.measures:
            if m.plant and party.countries:
                scope = Scope("export", (m.plant.country,), party.countries, product=_FORMS[m.plant.stage])
                title = f"{party.name} does not buy what {m.plant.name} makes"
                yield Measure(f"{m.id}-not-to-{party.id}", "ban", title, m.source, scope, m.start, m.end)


_FORMS = {
    "mine": ("concentrate",), "separation": ("oxide", "seg"), "metal": ("metal",), "magnet": ("magnet",),
    "recycling": ("oxide",),
}  # fmt: skip


def _specific(groups: Mapping[str, tuple[Measure, ...]]) -> None:
    faults = [
        Fault(f"measure {m.id}", "an ad valorem tax in a deal", 'a specific one, such as rate = "2 USD/kg"')
        for found in groups.values()
        for m in found
        if m.rate and m.rate.ad_valorem is not None
    ]
    if faults:
        raise InputError(faults)


def _door(base: Network, built: Network, where: Layout, measures: tuple[Measure, ...], year: int) -> Door:
    """What measures do: plants by applying them to the base alone, the rest to the network with everybody's plants."""
    alone, _ = apply(base, [m for m in measures if m.kind == "facility"], year)
    before, known = {a.id for a in base.activities}, {m.key for m in base.markets}
    limits = {limit.id for limit in base.limits}
    acted, _ = apply(built, [m for m in measures if m.kind != "facility"], year)
    plain = {a.id: a for a in built.activities}
    place = where.column_of
    upper = np.full(len(where.activities), np.inf)
    tax, duty = np.zeros(len(where.activities)), np.zeros(len(where.activities))
    added = set()
    for a in acted.activities:
        old = plain.get(a.id)
        if old is None:
            added.add(a.id)
            continue
        if a.upper != old.upper:
            upper[place[a.id]] = a.upper
        tax[place[a.id]], duty[place[a.id]] = a.tax - old.tax, a.duty - old.duty
    built_limits = {limit.id for limit in built.limits}
    return Door(
        frozenset({a.id for a in alone.activities} - before) | added,
        frozenset({m.key for m in alone.markets} - known),
        frozenset({x.id for x in alone.limits} - limits) | frozenset({x.id for x in acted.limits} - built_limits),
        upper,
        tax,
        duty,
    )
