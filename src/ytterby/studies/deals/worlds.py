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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ytterby.core.errors import SolverError
from ytterby.model.assemble import Layout, problem
from ytterby.model.frozen import Frozen, freeze
from ytterby.model.measures import apply
from ytterby.model.network import Network
from ytterby.model.solved import Solved, solved_as
from ytterby.solver import Engine, Problem, Solution
from ytterby.studies.deals.doors import Door, grouped, opening, taken_over
from ytterby.studies.deals.ledger import Book, Ledger
from ytterby.studies.deals.records import Deal
from ytterby.studies.ensemble import Map

Floats = NDArray[np.float64]
Doors = frozenset[str]

#: The bound of a limit whose door is closed [t/yr]: more than any flow of any chain, and yet no infinity, which the
#: quadratic engine would have to take out of its structure at every solve.
_LOOSE = 1e9
#: Answers kept as starts of others, and worlds in a batch of work.
_KEPT, BATCH = 400, 32
#: How near a guaranteed price is met, in how many solves at most; what makes nothing may be off after a while.
_RATE, _REPEATS, _PATIENT, _IDLE, _FAR = 1e-6, 100, 30, 1e-6, 50.0
_HELD = threading.local()


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
    paid: dict[Doors, Floats] = field(default_factory=dict)
    solves: int = 0
    asked: int = 0

    def book(self, doors: Iterable[str]) -> Book:
        """The book of a world, solved when it is new."""
        key = frozenset(doors)
        self.asked += 1
        if key not in self.known:
            answer = self._answer(key)
            asked, tax, duty = self.vectors(key)
            self.known[key] = self._booked(key, asked, answer, tax, duty)
        return self.known[key]

    def _booked(self, key: Doors, asked: Problem, answer: Solution, tax: Floats, duty: Floats) -> Book:
        """The book of an answer, with what its contracts pay."""
        book = self.ledger.book(asked, answer, tax, duty)
        where = self.layout
        paid: dict[str, dict[str, float]] = {}
        taken: dict[str, dict[tuple[str, str], tuple[float, float]]] = {}
        for opened in (self.doors[name] for name in sorted(key)):
            for (measure, j), several in opened.strikes.items():
                due = sum(s.due(float(answer.row_dual[where.row_of_market[s.market]])) for s in several)
                by = paid.setdefault(measure, {})
                host = where.activities[j].country
                by[host] = by.get(host, 0.0) - due * float(answer.x[j]) / 1000
            for measure, columns in opened.offtakes.items():
                for j in columns:
                    a, x = where.activities[j], float(answer.x[j])
                    price = float(answer.row_dual[where.row_of_market[a.product, a.partner or ""]])
                    tonnes, value = taken.setdefault(measure, {}).get((a.country, a.partner or ""), (0.0, 0.0))
                    taken[measure][a.country, a.partner or ""] = (tonnes + x, value + x * price / 1000)
        return replace(book, paid=paid, taken=taken)

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
        key = frozenset(doors)
        start = self._answer(key)
        asked, tax, duty = self.vectors(key, values, rows)
        if costs:
            curves = asked.curves
            times = [costs.get(self.whole.activities[j].facility or "", 1.0) for j in curves.column]
            asked = replace(asked, curves=replace(curves, p0=curves.p0 * np.array(times)))
        answer, more = self._settled(key, asked, start, self.paid.get(key))
        asked, tax = replace(asked, cost=asked.cost + more), tax + more
        return self._booked(key, asked, answer, tax, duty)

    def solved(self, doors: Iterable[str]) -> Solved:
        """A world as a solved network, for the tables of a result."""
        answer = self._answer(frozenset(doors))
        asked, tax, duty = self.vectors(frozenset(doors))
        activities = tuple(
            replace(a, upper=float(u), cost=float(c), tax=float(t), duty=float(d))
            for a, u, c, t, d in zip(self.whole.activities, asked.upper, asked.cost, tax, duty, strict=True)
        )
        where = replace(self.layout, activities=activities)
        return solved_as(self.whole.with_activities(activities), where, asked, answer)

    def vectors(
        self, doors: Doors, values: Mapping[str, float] | None = None, rows: Mapping[str, float] | None = None
    ) -> tuple[Problem, Floats, Floats]:
        """The problem of a world, and the taxes and duties inside its costs [USD/kg].

        What guaranteed prices pay is among them once the world is solved, except with other `values` or `rows`.
        """
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
        row_lower = asked.row_lower.copy()
        for name in owned - held:
            row_lower[self.layout.row_of_limit[name]] = -_LOOSE
        for name, times in (rows or {}).items():
            at = self.layout.row_of_limit[name]
            row_upper[at] *= times if np.isfinite(row_upper[at]) else 1.0
            row_lower[at] *= times if np.isfinite(row_lower[at]) else 1.0
            missing = self.layout.column_of.get(f"shortfall:{name}")
            if missing is not None:
                upper[missing] *= times
        if doors in self.paid and values is None and rows is None:
            cost, tax = cost + self.paid[doors], tax + self.paid[doors]
        return replace(asked, upper=upper, cost=cost, row_upper=row_upper, row_lower=row_lower), tax, duty

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
            self.paid.pop(key, None)
            answer, more = self._settled(key, self.vectors(key)[0], start)
            self.answers[key] = answer
            if more.any():
                self.paid[key] = more
        return self.answers[key]

    def _settled(
        self, key: Doors, asked: Problem, start: Solution | None, first: Floats | None = None
    ) -> tuple[Solution, Floats]:
        """The answer where guaranteed prices pay what the price lacks, and those payments by column [USD/kg].

        As in `solved.equilibrium`: a step towards each payment, half as long after passing it, longer while it recedes.
        """
        several = {at: found for name in sorted(key) for at, found in self.doors[name].strikes.items()}
        more = np.zeros(len(self.whole.activities))
        if not several:
            return self._solve(asked, start), more
        columns = np.array([j for _, j in several])
        amounts = np.zeros(len(several))
        if first is not None and len(set(columns.tolist())) == len(columns):
            amounts = first[columns].copy()
        steps, last = np.ones(len(several)), np.zeros(len(several))
        for repeat in range(_REPEATS):
            more = np.zeros_like(more)
            np.add.at(more, columns, amounts)
            start = self._solve(replace(asked, cost=asked.cost + more), start)
            price = start.row_dual
            due = np.array([
                sum(s.due(float(price[self.layout.row_of_market[s.market]])) for s in found)
                for found in several.values()
            ])  # fmt: skip
            off = due - amounts
            wrong = np.abs(off) / np.maximum(np.abs(due), 1e-3)
            idle = (start.x[columns] <= _IDLE) & (repeat >= _PATIENT)
            if (wrong[~idle] <= _RATE).all():
                return start, more
            steps = np.where(off * last < 0, 0.5 * steps, np.minimum(1.5 * steps, _FAR))
            amounts, last = amounts + steps * off, off
        raise SolverError(f"guaranteed prices did not settle in {_REPEATS} solves: {float(wrong.max()):.1e} off")

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
        payload = pickle.dumps(replace(found, known={}, answers={}, paid={}), protocol=pickle.HIGHEST_PROTOCOL)
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
    groups, year = grouped(deal), deal.scenario.year
    every = [m for found in groups.values() for m in found]
    plants = [m for m in every if m.kind == "facility"]
    built, _ = apply(base, plants, year)
    others = [m for m in every if m.kind != "facility"]
    whole, _ = apply(built, others, year)
    # Bounds and taxes belong to doors: the structure keeps those of the plants alone.
    plain = {a.id: a for a in built.activities}
    whole = whole.with_activities(plain.get(a.id, a) for a in whole.activities)
    asked, where = problem(whole)
    doors = {name: opening(base, built, where, found, year) for name, found in groups.items()}
    values = {row.id: row.value for row in base.tables.get("assumptions", ())}
    hosts = {m.plant.id: m.plant.country for m in every if m.plant} | taken_over(base, deal)
    return Worlds(
        base, whole, where, asked, doors, Ledger.of(where, hosts),
        freeze(whole, base, values) if values else None, values, Engine(asked),
    )  # fmt: skip
