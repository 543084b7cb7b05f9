"""Which of the worst-known inputs move a deal most: each alone at the ends of its range, the gain read again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from scipy.optimize import brentq

from ytterby.model.assumptions import Assumptions
from ytterby.model.frozen import BEHAVIOUR
from ytterby.model.scenario import Measure
from ytterby.studies.deals.payoffs import Table, gains
from ytterby.studies.deals.records import Clause

Progress = Callable[[str, int, int], None]
#: Of so many inputs that move the gain most the break-even is looked for.
_LOOKED = 3
#: What a clause's number is, in words.
_WHAT = {
    "capacity": "what the plant can make [t/yr]", "capacity_factor": "how much of its capacity it makes",
    "cost": "what making costs [USD/kg]", "limit": "how much moves or may move", "amount": "how much is released [t]",
    "capital": "what building costs [million USD]",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Swing:
    """One input at the ends of its range: what the room gains together at each [MUSD/yr].

    `even` is the value at which the room gains nothing, for one of the three that move the gain most and where the
    gain changes its sign between the ends. `words` says in plain words what the input is.
    """

    id: str
    value: float
    low: float
    high: float
    at_low: float
    at_high: float
    even: float | None = None
    words: str = ""

    @property
    def size(self) -> float:
        """How far the gain moves between the ends."""
        return abs(self.at_high - self.at_low)


def swings(table: Table, room: tuple[str, ...], progress: Progress | None = None) -> tuple[Swing, ...]:
    """Every input with a range, largest swing first."""
    clauses = table.clauses(room)
    if not clauses:
        return ()
    assumed: Assumptions = table.worlds.base.tables.get("assumptions", Assumptions({}))
    rows = [
        a for a in assumed
        if a.id.startswith(BEHAVIOUR) and a.low < a.high and a.id not in table.deal.scenario.assumptions
    ]  # fmt: skip
    found = []
    for done, row in enumerate(rows):
        if progress:
            progress("testing inputs", done, len(rows))
        ends = [_assumed(table, room, clauses, row.id, value) for value in (row.low, row.high)]
        found.append(Swing(row.id, row.value, row.low, row.high, ends[0], ends[1], words=_first_clause(row.reason)))
    found += [s for c in clauses for s in (*_measured(table, room, clauses, c), *_paid(table, room, clauses, c))]
    ranked = sorted(found, key=lambda s: (-s.size, s.id))
    return tuple(
        replace(s, even=_even(table, room, clauses, s)) if s.at_low * s.at_high < 0 and k < _LOOKED else s
        for k, s in enumerate(ranked)
    )


def _first_clause(reason: str) -> str:
    """What an assumption is: its reason up to the first stop."""
    ends = [at for at in (reason.find(mark) for mark in (";", ". ", ": ")) if at > 0]
    return reason[: min(ends, default=len(reason))].rstrip(".")


def _even(table: Table, room: tuple[str, ...], clauses: tuple[Clause, ...], swing: Swing) -> float:
    """Where the gain crosses nothing between the ends, solved there and not interpolated."""

    def gain(value: float) -> float:
        if not swing.id.startswith("clause."):
            return _assumed(table, room, clauses, swing.id, value)
        moved = (s for c in clauses for s in (*_measured(table, room, clauses, c, {swing.id: value}),
                                              *_paid(table, room, clauses, c, {swing.id: value})))  # fmt: skip
        return next(s for s in moved if s.id == swing.id).at_low

    width = swing.high - swing.low
    return float(brentq(gain, swing.low, swing.high, xtol=1e-4 * width, rtol=1e-4))


def _assumed(table: Table, room: tuple[str, ...], clauses: tuple[Clause, ...], name: str, value: float) -> float:
    after = table.worlds.moved(table.doors(clauses), {name: value})
    before = table.worlds.moved(table.doors(()), {name: value})
    gained = gains(table, clauses, after, before)
    return sum(sum(gained[p].values()) for p in room)


def _measured(
    table: Table,
    room: tuple[str, ...],
    clauses: tuple[Clause, ...],
    clause: Clause,
    only: Mapping[str, float] | None = None,
) -> Iterator[Swing]:
    """The capacities, limits and amounts of a clause that have ranges: its rows are proportional to them.

    `only` asks for one of them, at one value in place of both ends.
    """
    before = table.worlds.book(table.doors(()))
    for m in clause.measures:
        for number, value, low, high in _ranged(m):
            rows = [r for r in table.worlds.doors[f"clause:{clause.id}"].rows if r == m.id or r.startswith(f"{m.id}:")]
            name = f"clause.{clause.id}.{number}"
            if (
                value <= 0
                or not (rows or number == "cost")
                or _fixed(m, value)
                or (only is not None and name not in only)
            ):
                continue
            if only is not None:
                low = high = only[name]
            ends = []
            for end in (low,) if only is not None else (low, high):
                costs = {m.plant.id: end / value} if number == "cost" and m.plant else {}
                bounds = {} if costs else dict.fromkeys(rows, _times(m, value, end))
                book = table.worlds.moved(table.doors(clauses), {}, bounds, costs)
                ends.append(sum(sum(gains(table, clauses, book, before)[p].values()) for p in room))
            yield Swing(name, value, low, high, ends[0], ends[-1], words=f"{clause.title}: {_WHAT[number]}")


def _times(m: Measure, value: float, end: float) -> float:
    """What a measure's rows are multiplied by when its number goes from one value to another.

    What a first refusal keeps is taken off the row of the other buyers; all other rows are the number itself.
    """
    return (1 - end) / (1 - value) if m.kind == "first_refusal" else end / value


def _fixed(m: Measure, value: float) -> bool:
    """Whether rows do not follow the number in proportion: a first refusal in tonnes, or of everything."""
    return m.kind == "first_refusal" and (m.limit is None or m.limit.share_of_base is None or value >= 1)


def _ranged(m: Measure) -> Iterator[tuple[str, float, float, float]]:
    if m.plant:
        for name in ("capacity", "capacity_factor", "cost"):
            number = getattr(m.plant, name)
            if number is not None and number.low is not None and number.high is not None:
                yield name, number.value, number.low, number.high
    if m.limit and m.limit.low is not None and m.limit.high is not None:
        value = m.limit.quantity.value if m.limit.quantity else m.limit.share_of_base
        yield "limit", float(value or 0.0), m.limit.low, m.limit.high
    if m.amount and m.amount.low is not None and m.amount.high is not None:
        yield "amount", m.amount.value, m.amount.low, m.amount.high


def _paid(
    table: Table,
    room: tuple[str, ...],
    clauses: tuple[Clause, ...],
    clause: Clause,
    only: Mapping[str, float] | None = None,
) -> Iterator[Swing]:
    """What building costs: a change of cost is paid by those in the room that pay for it."""
    capital = clause.capital
    if capital is None or capital.cost.low is None or capital.cost.high is None:
        return
    whole = table.totals(clauses)
    now = sum(whole[p] for p in room)
    part = sum(share for name, share in capital.paid_by.items() if name in room) * capital.factor
    name = f"clause.{clause.id}.capital"
    least = capital.cost.low if only is None else only.get(name, capital.cost.low)
    low, high = ((now - (end - capital.cost.value) * part) for end in (least, capital.cost.high))
    words = f"{clause.title}: {_WHAT['capital']}"
    yield Swing(name, capital.cost.value, capital.cost.low, capital.cost.high, low, high, words=words)
