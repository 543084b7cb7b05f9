"""A vote, a split, a forecast and statements that a deal file carries beside its clauses, with what the deal says.

The vote counts who gains by the deal for it and who loses against it. The split takes two sides of parties: their
outside options and what they have together are worths of the deal's game, the surplus is shared by Nash, by Kalai and
Smorodinsky and by Rubinstein, and once more with each other party as a third at the table. The forecast is that of
`games.forecast`. Tables are those of a plain game, with a few keys more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field, ValidationError

from ytterby.core.errors import Fault, InputError, nearest
from ytterby.games import bargaining, voting
from ytterby.games.forecast import Actor, check, forecast
from ytterby.model.edge import Edge, Line, Slug, Text, faults, join, show
from ytterby.model.scenario import Citation
from ytterby.model.scenario_schema import SourceTable
from ytterby.studies.textbook_game import ActorTable, BargainingTable, VotingTable

Row = dict[str, Any]
#: Gains below this [MUSD/yr] are below what an equilibrium is exact to: no reason to vote, nothing to share.
_TRACE = 1e-4
_MOST = 100


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote of parties: it passes with `quota` or more of the `weights`."""

    quota: float
    weights: Mapping[str, float]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Bargain:
    """Two sides of parties that share a surplus.

    curve      the second side's utility of its part y of the surplus is y^curve
    outside    what each side has alone [MUSD/yr]; from the deal's game when None
    power      of the first side, 0 to 1
    discount   two discount factors a round; from the parties' yearly rates when None
    round      years between two offers
    """

    first: tuple[str, ...]
    second: tuple[str, ...]
    curve: float = 1.0
    outside: tuple[float, float] | None = None
    power: float = 0.5
    discount: tuple[float, float] | None = None
    round: float = 1.0


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue on which actors hold positions; `spread` is how uncertain the inputs are."""

    actors: tuple[Actor, ...]
    title: str = ""
    unit: str = ""
    spread: float = 0.2


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody said about the deal's substance; statements that contradict each other stand side by side."""

    by: str
    says: str
    source: Citation


@dataclass(frozen=True, slots=True)
class Beside:
    """What a deal file carries beside its clauses."""

    vote: Vote | None = None
    bargain: Bargain | None = None
    issue: Issue | None = None
    statements: tuple[Statement, ...] = ()


class VoteTable(VotingTable):
    """`[voting]` of a deal: parties and their weights."""

    title: Annotated[Line | None, Field(description="what is voted on")] = None


class SplitTable(BargainingTable):
    """`[bargaining]` of a deal: two sides of parties."""

    first: Annotated[list[Slug] | None, Field(min_length=1, max_length=40, description="parties of one side")] = None
    second: Annotated[list[Slug] | None, Field(min_length=1, max_length=40, description="parties of the other")] = None
    round: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False, description="years between two offers")] = 1.0


class IssueTable(Edge):
    """`[forecast]` of a deal: an issue, its unit, and the actors."""

    title: Annotated[Line | None, Field(description="the issue")] = None
    unit: Annotated[Line | None, Field(description="the unit of positions")] = None
    spread: Annotated[float, Field(ge=0, le=2, description="how uncertain inputs are, 0 to 2")] = 0.2
    actor: Annotated[list[Any], Field(min_length=2, max_length=1000, description="2 to 1000 actors")]


class StatementTable(Edge):
    """One `[[statement]]` of a deal."""

    by: Annotated[Line, Field(description="who said it")]
    says: Annotated[Text, Field(description="what was said, in our words")]
    source: Annotated[SourceTable, Field(description="{ publisher, title, url, date }")]


def read_beside(tables: Mapping[str, Any], ids: tuple[str, ...], room: tuple[str, ...], label: str) -> Beside:
    """The tables of a file that stand beside its clauses; InputError with every fault of all of them."""
    found: dict[str, Any] = {}
    wrong: list[Fault] = []
    for key, name, read in (
        ("voting", "vote", _vote),
        ("bargaining", "bargain", _bargain),
        ("forecast", "issue", _issue),
        ("statement", "statements", _statements),
    ):
        if tables.get(key) is None:
            continue
        try:
            found[name] = read(tables[key], ids, room, join(label, key))
        except InputError as error:
            wrong += error.faults
    if wrong:
        raise InputError(wrong)
    return Beside(**found)


def _table(model: type[Any], raw: Any, place: str) -> Any:
    if not isinstance(raw, Mapping):
        raise InputError(Fault(place, show(raw), "a table"))
    try:
        return model.model_validate({str(k): v for k, v in raw.items()})
    except ValidationError as error:
        raise InputError(faults(error, model, place)) from None


def _unknown(names: Iterable[str], ids: tuple[str, ...], place: str) -> list[Fault]:
    return [
        Fault(place, show(name), "a party of the file: " + (", ".join(ids) or "it has none"), nearest(name, ids))
        for name in names
        if name not in ids
    ]


def _placed(error: InputError, place: str) -> InputError:
    """The faults of a solver, with the place in the file before them."""
    return InputError([replace(f, place=join(place, f.place)) for f in error.faults])


def _vote(raw: Any, ids: tuple[str, ...], room: tuple[str, ...], place: str) -> Vote:
    table: VoteTable = _table(VoteTable, raw, place)
    wrong = _unknown(table.weights, ids, join(place, "weights"))
    if wrong:
        raise InputError(wrong)
    try:
        voting.veto(table.weights, table.quota)
    except InputError as error:
        raise _placed(error, place) from None
    return Vote(table.quota, dict(table.weights), table.title or "")


def _bargain(raw: Any, ids: tuple[str, ...], room: tuple[str, ...], place: str) -> Bargain:
    table: SplitTable = _table(SplitTable, raw, place)
    sides: tuple[tuple[str, ...], tuple[str, ...]]
    if table.first is None and table.second is None and len(room) == 2:
        sides = ((room[0],), (room[1],))
    elif table.first is None or table.second is None:
        wanted = 'two sides, such as first = ["a"] and second = ["b", "c"]'
        raise InputError(Fault(place, f"{len(room)} parties in the room and not both sides", wanted))
    else:
        sides = (tuple(dict.fromkeys(table.first)), tuple(dict.fromkeys(table.second)))
    wrong = _unknown(sides[0], ids, join(place, "first")) + _unknown(sides[1], ids, join(place, "second"))
    wrong += [Fault(place, f"{show(name)} on both sides", "each party on one") for name in sides[0] if name in sides[1]]
    wrong += [
        Fault(join(place, key), f"{show(name)}, who is absent", "parties in the room: " + ", ".join(room))
        for key, side in zip(("first", "second"), sides, strict=True)
        for name in side
        if name in ids and name not in room
    ]
    if table.discount and not all(0 <= d < 1 for d in table.discount):
        wrong.append(Fault(join(place, "discount"), show(table.discount), "two factors a round, from 0 to less than 1"))
    if wrong:
        raise InputError(wrong)
    outside = (table.outside[0], table.outside[1]) if table.outside else None
    factors = (table.discount[0], table.discount[1]) if table.discount else None
    return Bargain(*sides, table.curve, outside, table.power, factors, table.round)


def _issue(raw: Any, ids: tuple[str, ...], room: tuple[str, ...], place: str) -> Issue:
    table: IssueTable = _table(IssueTable, {"actor": raw} if isinstance(raw, list) else raw, place)
    actors: list[Actor] = []
    wrong: list[Fault] = []
    for number, row in enumerate(table.actor, 1):
        try:
            read: ActorTable = _table(ActorTable, row, f"{place} {number}")
            actors.append(Actor(read.name, read.position, read.power, read.salience))
        except InputError as error:
            wrong += error.faults
    if wrong:
        raise InputError(wrong)
    try:
        check(actors)
    except InputError as error:
        raise _placed(error, place) from None
    return Issue(tuple(actors), table.title or "", table.unit or "", table.spread)


def _statements(raw: Any, ids: tuple[str, ...], room: tuple[str, ...], place: str) -> tuple[Statement, ...]:
    if not isinstance(raw, list) or len(raw) > _MOST:
        raise InputError(Fault(place, show(raw), f"at most {_MOST} statements, each under [[statement]]"))
    found: list[Statement] = []
    wrong: list[Fault] = []
    for number, row in enumerate(raw, 1):
        try:
            read: StatementTable = _table(StatementTable, row, f"{place} {number}")
            found.append(Statement(read.by, read.says, read.source.record()))
        except InputError as error:
            wrong += error.faults
    if wrong:
        raise InputError(wrong)
    return tuple(found)


def voted(vote: Vote, gains: Mapping[str, float]) -> Row:
    """The vote of a deal: power of each voter, and whether it passes if all vote as they gain [MUSD/yr]."""
    found = voting.power(vote.weights, vote.quota)
    yes = [name for name in vote.weights if gains[name] > _TRACE]
    no = [name for name in vote.weights if gains[name] < -_TRACE]
    weight = sum(vote.weights[name] for name in yes)
    return {
        "title": vote.title,
        "quota": vote.quota,
        "weights": dict(vote.weights),
        "shapley_shubik": {n: float(x) for n, x in found.shapley.items()},
        "banzhaf": {n: float(x) for n, x in found.banzhaf.items()},
        "banzhaf_share": {n: float(x) for n, x in found.banzhaf_share.items()},
        "exact": {n: str(x) for n, x in found.shapley.items()},
        "veto": list(found.veto),
        "for": yes,
        "against": no,
        "weight_for": weight,
        "passes": weight >= vote.quota,
        "stopped_by": [name for name in found.veto if name not in yes],
    }


def shared(
    bargain: Bargain,
    worth: Callable[[Iterable[str]], float],
    gains: Mapping[str, float],
    rates: Mapping[str, float],
) -> Row:
    """How two sides could share what they gain together [MUSD/yr], and what a third at the table changes."""
    both = (*bargain.first, *bargain.second)
    outside = bargain.outside or (worth(bargain.first), worth(bargain.second))
    together = worth(both)
    factors = bargain.discount or (_factor(bargain, bargain.first, rates), _factor(bargain, bargain.second, rates))
    surplus = together - sum(outside)
    found: Row = {
        "first": list(bargain.first),
        "second": list(bargain.second),
        "outside": list(outside),
        "together": together,
        "surplus": surplus,
        "power": bargain.power,
        "curve": bargain.curve,
        "discount": list(factors),
        "as_written": [sum(gains[n] for n in side) for side in (bargain.first, bargain.second)],
        "solution": {},
        "third": _thirds(bargain, worth, outside, [n for n in gains if n not in both]),
        "said": [],
    }
    if surplus <= _TRACE:
        found["said"] = ["together the two sides are worth no more than alone, so there is nothing to share"]
        return found

    def frontier(u: float) -> float:
        return float(max(1.0 - u, 0.0) ** bargain.curve)

    parts = {
        "nash": bargaining.nash(frontier, 1.0, power=bargain.power)[0],
        "kalai_smorodinsky": bargaining.kalai_smorodinsky(frontier, 1.0)[0],
        "rubinstein_first_proposes": bargaining.rubinstein(*factors)[0],
        "rubinstein_second_proposes": bargaining.rubinstein(factors[1], factors[0])[1],
    }
    found["solution"] = {
        name: [outside[0] + part * surplus, outside[1] + (1 - part) * surplus] for name, part in parts.items()
    }
    if bargain.curve != 1:
        found["said"] = ["alternating offers are those of two sides that count money alone, whatever the curve"]
    return found


def _factor(bargain: Bargain, side: tuple[str, ...], rates: Mapping[str, float]) -> float:
    """A side's discount factor a round, from the mean of its parties' yearly rates; just below 1 for a rate of 0."""
    mean = sum(rates[name] for name in side) / len(side)
    return min(float((1 + mean) ** -bargain.round), 1 - 1e-9)


def _thirds(
    bargain: Bargain, worth: Callable[[Iterable[str]], float], outside: tuple[float, float], others: Iterable[str]
) -> list[Row]:
    """Nash's split among three when another party joins: it takes a third of the power, the sides keep their ratio."""
    both = (*bargain.first, *bargain.second)
    power = {"first": 2 * bargain.power / 3, "second": 2 * (1 - bargain.power) / 3, "third": 1 / 3}
    rows: list[Row] = []
    for name in others:
        total, own = worth((*both, name)), worth((name,))
        options = {"first": outside[0], "second": outside[1], "third": own}
        split = bargaining.split(total, options, power) or None
        rows.append({"party": name, "together": total, "nash": split})
    return rows


def foreseen(issue: Issue, seed: int) -> Row:
    """The weighted mean and median of the actors' positions, with their ranges [unit of the issue]."""
    found = forecast(issue.actors, spread=issue.spread, seed=seed)
    return {
        "title": issue.title,
        "unit": issue.unit,
        "spread": issue.spread,
        "mean": found.mean,
        "mean_range": list(found.mean_range),
        "median": found.median,
        "median_range": list(found.median_range),
        "actors": [
            {"name": a.name, "position": a.position, "power": a.power, "salience": a.salience} for a in issue.actors
        ],
    }
