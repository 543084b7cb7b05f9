"""A plain game from a small file, solved: worths, a vote, claims on an estate, pooled production, a split, a forecast.

The file is TOML with exactly one of the tables of `TABLES`. Everything is pure mathematics of `games`; no market.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, ValidationError

from ytterby.core.errors import Fault, InputError, nearest, printable
from ytterby.games import bankruptcy, bargaining, voting
from ytterby.games.forecast import Actor, forecast
from ytterby.games.game import Game, superadditive
from ytterby.games.nucleolus import least_core, leaving, nucleolus, per_capita_nucleolus, prenucleolus
from ytterby.games.production import owen, production_game
from ytterby.games.rounds import READINGS, rounds
from ytterby.games.values import banzhaf, gately, shapley, tau
from ytterby.model.edge import Edge, Line, Number, faults, join, show, too_deep
from ytterby.model.toml_text import read_toml

Solved = dict[str, Any]
TABLES = ("worth", "voting", "claims", "production", "bargaining", "forecast")
_MOST = 12
_LARGEST = 1e100
_AFTER = "expected-utility rounds after Scholz, Calbert and Smith 2011: an experiment that"
#: What stands beside the rounds wherever they are shown, by reading.
EXPERIMENT = {
    "table": f"{_AFTER} follows rules chosen because they meet that paper's table, and does not settle; not a forecast",
    "letter": f"{_AFTER} follows its appendix, does not reproduce its table and does not settle; not a forecast",
}


class VotingTable(Edge):
    """`[voting]`."""

    quota: Annotated[Number, Field(description="what passes a vote")]
    weights: Annotated[dict[Line, Number], Field(description="player = weight")]


class ClaimsTable(Edge):
    """`[claims]`."""

    estate: Annotated[Number, Field(description="what there is to share")]
    claims: Annotated[dict[Line, Number], Field(description="player = claim")]


class ProductionTable(Edge):
    """`[production]`: resources x products."""

    recipe: Annotated[list[list[Number]], Field(min_length=1, max_length=100, description="a list a resource")]
    value: Annotated[list[Number], Field(min_length=1, max_length=100, description="the value of each product")]
    owned: Annotated[dict[Line, list[Number]], Field(min_length=1, description="player = what it owns")]


class BargainingTable(Edge):
    """`[bargaining]`: two sides share 1 with payoffs x and (1 - x)^curve, the second's falling off as it likes."""

    curve: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False, description="above 0; 1 is money")] = 1.0
    outside: Annotated[
        list[Number] | None, Field(min_length=2, max_length=2, description="the two outside options, such as [0, 0]")
    ] = None
    power: Annotated[float, Field(gt=0, lt=1, description="of the first side, between 0 and 1")] = 0.5
    discount: Annotated[
        list[Number] | None, Field(min_length=2, max_length=2, description="two discount factors a round, 0 to 1")
    ] = None


class ActorTable(Edge):
    """One actor of `[[forecast]]`."""

    name: Annotated[Line, Field(description="a name")]
    position: Annotated[Number, Field(description="its position on the issue")]
    power: Annotated[Number, Field(description="0 or more")]
    salience: Annotated[Number, Field(description="0 to 1")]


def game(what: str | os.PathLike[str] | Mapping[str, Any], seed: int = 0) -> Solved:
    """Solve the game of a file or a mapping; every fault at once in one InputError.

    Values come in the unit of the file. `solution` holds a mapping by player for each solution that exists, `said`
    sentences on those that do not.
    """
    if isinstance(what, Mapping):
        label, tables = "game", dict(what)
        if too_deep(tables):
            raise InputError(Fault(label, "tables or lists nested too deep", "tables of ordinary depth"))
    else:
        label = printable(Path(what).name, 60) or "game"
        tables = read_toml(Path(what), label)[0]
    known = (*TABLES, "schema", "name", "title", "players", "rounds", "reading")
    found = [
        Fault(label, f"the unknown key {show(str(k))}", "one of " + ", ".join(known), nearest(str(k), known))
        for k in tables
        if k not in known
    ]
    kinds = [k for k in TABLES if k in tables]
    if len(kinds) != 1:
        found.append(Fault(label, ", ".join(kinds) or "no game", "one of the tables " + ", ".join(TABLES)))
    if found:
        raise InputError(found)
    kind = kinds[0]
    title = str(tables.get("title") or tables.get("name") or label)[:200]
    try:
        solved = _SOLVERS[kind](tables, join(label, kind), seed)
    except InputError as error:
        raise InputError([_placed(f, label, kind) for f in error.faults]) from None
    return {"schema": 1, "title": title, "kind": kind} | solved


def _placed(fault: Fault, label: str, kind: str) -> Fault:
    """A fault with the file and the table before its place, where it does not say them itself."""
    if fault.place == label or fault.place.startswith(f"{label}, "):
        return fault
    whole = fault.place in ("players", "rounds", "reading")
    return replace(fault, place=join(label, fault.place) if whole else join(label, kind, fault.place))


def _read(model: type[Any], raw: Any, place: str) -> Any:
    if not isinstance(raw, Mapping):
        raise InputError(Fault(place, show(raw), "a table"))
    try:
        return model.model_validate({str(k): v for k, v in raw.items()})
    except ValidationError as error:
        raise InputError(faults(error, model, place)) from None


def _worth(tables: Mapping[str, Any], place: str, seed: int) -> Solved:
    """Worths by coalition: names joined by commas; the order does not matter and nobody is worth nothing."""
    players, raw = tables.get("players"), tables["worth"]
    wrong: list[Fault] = []
    if not isinstance(players, list) or not 1 <= len(players) <= _MOST or any(not isinstance(p, str) for p in players):
        wrong.append(Fault("players", show(players), f"a list of 1 to {_MOST} names"))
    else:
        odd = [p for p in players if not p or p != p.strip() or "," in p]
        wrong += [Fault("players", show(p), "a name without commas, and without spaces at its ends") for p in odd]
    if not isinstance(raw, Mapping):
        wrong.append(Fault(place, show(raw), 'a table such as "a,b" = 5'))
    if wrong:
        raise InputError(wrong)
    names = [str(p) for p in players or ()]
    worths: dict[tuple[str, ...], float] = {}
    for key, value in raw.items():
        members = tuple(sorted({name.strip() for name in str(key).split(",") if name.strip()}))
        strange = [name for name in members if name not in names]
        if strange or not members:
            name = strange[0] if strange else str(key)
            wrong.append(Fault(place, show(name), "players of the file", nearest(name, tuple(names))))
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < _LARGEST:
            wrong.append(Fault(join(place, show(str(key))), show(value), "a finite number of ordinary size"))
        elif members in worths:
            wrong.append(Fault(place, f"{show(str(key))} again", "each coalition once"))
        else:
            worths[members] = float(value)
    missing = 2 ** len(set(names)) - 1 - len(worths)
    if not wrong and missing:
        first = next(c for c in _coalitions(names) if c not in worths)
        wrong.append(
            Fault(place, f"{missing} coalitions without a worth", f'each with one, such as "{",".join(first)}"')
        )
    if wrong:
        raise InputError(wrong)
    return _values(Game(tuple(names), lambda s: worths[tuple(sorted(s))]))


def _coalitions(players: list[str]) -> list[tuple[str, ...]]:
    names = sorted(set(players))
    return [tuple(n for i, n in enumerate(names) if mask >> i & 1) for mask in range(1, 1 << len(names))]


def _values(found: Game) -> Solved:
    solutions: Solved = {}
    said = []
    every: tuple[tuple[str, Callable[[Game], dict[str, float]]], ...] = (
        ("shapley", shapley), ("nucleolus", nucleolus), ("prenucleolus", prenucleolus),
        ("per_capita_nucleolus", per_capita_nucleolus), ("tau", tau), ("gately", gately), ("banzhaf", banzhaf),
    )  # fmt: skip
    for name, solve in every:
        try:
            solutions[name] = solve(found)
        except InputError as error:
            said.append("; ".join(f"{f.place}: {f.found}" for f in error.faults))
    point = prenucleolus(found)
    leaver = leaving(found, point)
    if leaver is None:
        solutions["core"] = point
    else:
        said.append(f"the core is empty: {', '.join(leaver.members)} would leave any split, the prenucleolus too")
    apart = superadditive(found)
    if apart:
        said.append(f"not superadditive: {', '.join(apart[0])} and {', '.join(apart[1])} are worth less together")
    least = least_core(found)[0]
    return {
        "players": list(found.players), "total": found.total, "solution": solutions, "core_empty": leaver is not None,
        "least_core_excess": least, "said": said,
    }  # fmt: skip


def _voting(tables: Mapping[str, Any], place: str, seed: int) -> Solved:
    table: VotingTable = _read(VotingTable, tables["voting"], place)
    found = voting.power(table.weights, table.quota)
    solutions = {
        "shapley_shubik": {n: float(x) for n, x in found.shapley.items()},
        "banzhaf": {n: float(x) for n, x in found.banzhaf.items()},
        "banzhaf_share": {n: float(x) for n, x in found.banzhaf_share.items()},
    }
    who = "can stop a vote alone: " + ", ".join(found.veto) if found.veto else "nobody can stop a vote alone"
    return {"players": list(table.weights), "solution": solutions, "veto": list(found.veto), "said": [who],
            "exact": {n: str(x) for n, x in found.shapley.items()}}  # fmt: skip


def _claims(tables: Mapping[str, Any], place: str, seed: int) -> Solved:
    table: ClaimsTable = _read(ClaimsTable, tables["claims"], place)
    rules = {
        "talmud": bankruptcy.talmud, "equal_awards": bankruptcy.equal_awards, "equal_losses": bankruptcy.equal_losses,
        "proportional": bankruptcy.proportional,
    }  # fmt: skip
    solutions = {name: rule(table.estate, table.claims) for name, rule in rules.items()}
    if len(table.claims) <= _MOST:
        solutions["shapley"] = shapley(bankruptcy.bankruptcy_game(table.estate, table.claims))
    return {"players": list(table.claims), "total": table.estate, "solution": solutions, "said": []}


def _production(tables: Mapping[str, Any], place: str, seed: int) -> Solved:
    table: ProductionTable = _read(ProductionTable, tables["production"], place)
    widths = {len(row) for row in table.recipe}
    if len(widths) != 1 or widths == {0} or min(min(row) for row in table.recipe) < 0 or len(table.owned) > _MOST:
        wanted = f"rows of equal length, numbers of 0 or more, at most {_MOST} players"
        raise InputError(Fault(join(place, "recipe"), show(table.recipe), wanted))
    recipe, value = np.array(table.recipe, dtype=np.float64), np.array(table.value, dtype=np.float64)
    if (recipe.sum(axis=0) <= 0).any():
        raise InputError(Fault(join(place, "recipe"), "a product made of nothing", "some resource for each product"))
    owned = {name: np.array(held, dtype=np.float64) for name, held in table.owned.items()}
    point = owen(recipe, value, owned)
    solved = _values(production_game(recipe, value, owned))
    return solved | {"solution": {"owen": point} | solved["solution"]}


def _bargaining(tables: Mapping[str, Any], place: str, seed: int) -> Solved:
    table: BargainingTable = _read(BargainingTable, tables["bargaining"], place)

    def frontier(u: float) -> float:
        return float(max(1.0 - max(u, 0.0), 0.0) ** table.curve)

    first, second = table.outside or (0.0, 0.0)
    most = 1.0 - max(second, 0.0) ** (1 / table.curve)
    names = ("first", "second")
    solutions = {
        "nash": bargaining.nash(frontier, most, (first, second), table.power),
        "kalai_smorodinsky": bargaining.kalai_smorodinsky(frontier, most, (first, second)),
    }
    if table.discount:
        solutions["rubinstein"] = bargaining.rubinstein(*table.discount)
    named = {key: dict(zip(names, pair, strict=True)) for key, pair in solutions.items()}
    return {"players": list(names), "solution": named, "said": []}


def _forecast(tables: Mapping[str, Any], place: str, seed: int) -> Solved:
    rows = tables["forecast"]
    if not isinstance(rows, list) or not 2 <= len(rows) <= 1000:
        raise InputError(Fault(place, show(rows), "2 to 1000 actors, each under [[forecast]]"))
    actors: list[Actor] = []
    wrong: list[Fault] = []
    for number, row in enumerate(rows, 1):
        try:
            read = _read(ActorTable, row, f"{place} {number}")
            actors.append(Actor(read.name, read.position, read.power, read.salience))
        except InputError as error:
            wrong += error.faults
    if wrong:
        raise InputError(wrong)
    found = forecast(actors, seed=seed)
    solved: Solved = {
        "players": [a.name for a in actors], "solution": {}, "mean": found.mean, "median": found.median,
        "mean_range": list(found.mean_range), "median_range": list(found.median_range),
        "said": ["ranges: 5th to 95th percentile, power, salience and positions uncertain by a fifth: an assumption"],
    }  # fmt: skip
    return solved | _experiment(actors, tables)


def _experiment(actors: list[Actor], tables: Mapping[str, Any]) -> Solved:
    """Rounds of offers, when a file asks for them."""
    reading = tables.get("reading", READINGS[0])
    if "rounds" not in tables:
        if "reading" in tables:
            raise InputError(Fault("reading", show(reading), "`rounds` beside it, as it says how rounds are read"))
        return {}
    count = tables["rounds"]
    wrong = []
    if isinstance(count, bool) or not isinstance(count, int):
        wrong.append(Fault("rounds", show(count), "a whole number of rounds"))
    if reading not in READINGS:
        wrong.append(Fault("reading", show(reading), "one of " + ", ".join(READINGS), nearest(str(reading), READINGS)))
    if wrong:
        raise InputError(wrong)
    names = [a.name for a in actors]
    rows = [
        {"round": k, "mean": r.mean, "median": r.median, "positions": dict(zip(names, r.positions, strict=True))}
        for k, r in enumerate(rounds(actors, count, reading=reading))
    ]
    return {"experiment": {"what": EXPERIMENT[reading], "reading": reading, "rounds": rows}}


_SOLVERS: Mapping[str, Callable[[Mapping[str, Any], str, int], Solved]] = {
    "worth": _worth, "voting": _voting, "claims": _claims, "production": _production, "bargaining": _bargaining,
    "forecast": _forecast,
}  # fmt: skip
