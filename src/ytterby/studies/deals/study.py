"""Solve a deal: the game of those in the room, how its worth could be shared, who would leave, what trust it needs."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from typing import Any

from ytterby.atlas.load import Atlas, load
from ytterby.core.errors import Fault, InputError, nearest
from ytterby.games.bargaining import patience, split
from ytterby.games.game import Game, superadditive
from ytterby.games.nucleolus import least_core, leaving, prenucleolus
from ytterby.games.values import banzhaf, gately, shapley, shapley_sampled, tau
from ytterby.model.base import network as chain_network
from ytterby.model.network import Network
from ytterby.model.result_flows import concentration
from ytterby.model.result_gains import accounts
from ytterby.model.result_use import value_lost
from ytterby.model.run import input_hash
from ytterby.model.solved import Solved
from ytterby.studies.deals import honour, sensitivity
from ytterby.studies.deals.beside import foreseen, shared, voted
from ytterby.studies.deals.file import read
from ytterby.studies.deals.finding import finding
from ytterby.studies.deals.ledger import PARTS
from ytterby.studies.deals.outcome import DealOutcome, Row, Shares, Solutions
from ytterby.studies.deals.payoffs import Table
from ytterby.studies.deals.records import Deal
from ytterby.studies.deals.shown import lost_use, plants
from ytterby.studies.deals.worlds import Worlds, worlds
from ytterby.studies.ensemble import Map

Progress = Callable[[str, int, int], None]
#: Parties in the room up to this many are solved exactly; more need `samples`.
EXACT = 12
#: Orders are drawn in pairs, and an error bar needs two of them.
_FEWEST = 4


def deal(
    what: str | os.PathLike[str] | Mapping[str, Any] | Deal,
    network: Network | None = None,
    *,
    view: str = "",
    samples: int | None = None,
    seed: int = 0,
    ranges: bool = True,
    map: Map = map,
    atlas: Atlas | None = None,
    progress: Progress | None = None,
) -> DealOutcome:
    """Solve a deal (a ready name, a file, a mapping or a `Deal`) on `network`, or on the one its base names.

    v(S) of every coalition of those in the room is the sum of its members' gains [MUSD/yr] in the equilibrium where
    exactly the clauses hold whose parties all lie in S. `view` makes the consent of that view's title holders a
    condition too. `ranges` tests which inputs move the result most; `map` may be that of any executor. Up to 12
    parties exactly; beyond, `samples` orders of arrival. Raises InputError with every fault of a file, SolverError
    when an equilibrium is not certified.
    """
    known = atlas or load()
    chosen = what if isinstance(what, Deal) else read(what)
    _check(chosen, view, samples, seed)
    base = network or _network(known, chosen)
    table = Table(chosen, worlds(base, chosen), view)
    room = chosen.room
    _ahead(table, room, map, progress)
    game = _game(table, room, progress)
    everything = table.clauses(room)
    written = table.gains(everything)
    received = {name: sum(written[name].values()) for name in room}
    solutions = _solutions(chosen, game, room, samples, seed)
    kept = honour.honours(table, room, max((c.stage for c in chosen.clauses), default=1))
    exact = len(game.values) > 0
    leaver = leaving(game, received) if exact else None
    swings = sensitivity.swings(table, room, progress) if ranges else ()
    views = _views(table, room)
    now, before = table.worlds.solved(table.doors(everything)), table.worlds.solved(table.doors(()))
    needed = honour.threshold(kept)
    return DealOutcome(
        deal=chosen,
        view=view,
        room=room,
        finding=finding(chosen, received, solutions, leaver, needed, exact, view),
        game=game,
        written=written,
        solutions=solutions,
        leaver=leaver,
        not_additive=superadditive(game) if exact else None,
        honour=kept,
        trust_needed=needed,
        zone=honour.zone(kept),
        stages=honour.written_stages(table, room),
        left_out=_left_out(table, game, room) if exact else (),
        spoilers=_spoilers(table, room),
        outsiders=_outsiders(table, room),
        bounds=_bounds(table, room),
        views=views,
        idle=tuple(
            {"clause": c.id, "why": table.consents(c)[1] or _waiting(table, c, room)}
            for c in chosen.clauses
            if c not in everything
        ),
        plants=tuple(plants(table, everything)),
        concentration=tuple(concentration(now, before)),
        shortages=tuple(lost_use(now, before)),
        swings=swings,
        checks=_checks(table.worlds, table, everything) | _use(now, before),
        solves=table.worlds.solves,
        asked=table.worlds.asked,
        edition=known.edition,
        input_hash=_hash(known, chosen, view, samples, seed),
        **_beside(table, everything, seed),
    )


def _beside(table: Table, clauses: tuple[Any, ...], seed: int) -> dict[str, Row | None]:
    """The vote, the split and the forecast of a file, as it has them."""
    asked, totals = table.deal.beside, table.totals(clauses)
    rates = {p.id: p.discount.value for p in table.deal.parties}
    return {
        "vote": voted(asked.vote, totals) if asked.vote else None,
        "split": shared(asked.bargain, table.worth, totals, rates) if asked.bargain else None,
        "forecast": foreseen(asked.issue, seed) if asked.issue else None,
    }


def _check(chosen: Deal, view: str, samples: int | None, seed: int) -> None:
    faults = []
    if view and view not in chosen.views:
        expected = "a viewpoint of the file: " + (", ".join(chosen.views) or "it names none")
        faults.append(Fault("view", repr(view), expected, nearest(view, chosen.views)))
    if len(chosen.room) > EXACT and samples is None:
        expected = f"at most {EXACT} for an exact answer, or a number of samples"
        faults.append(Fault("parties in the room", str(len(chosen.room)), expected))
    if seed < 0:
        faults.append(Fault("seed", str(seed), "0 or more"))
    if samples is not None and not _FEWEST <= samples <= 1_000_000:
        faults.append(Fault("samples", str(samples), f"{_FEWEST} to 1,000,000"))
    if faults:
        raise InputError(faults)


def _network(atlas: Atlas, chosen: Deal) -> Network:
    scenario = chosen.scenario
    if scenario.network is not None:
        from ytterby.model.textbook import at_rest, textbook_network

        return at_rest(textbook_network(scenario.network))
    base = scenario.base
    return chain_network(atlas, base.chain or "rare-earths", base.year or 2024, scenario.assumptions, base.redraw or 0)


def _ahead(table: Table, room: tuple[str, ...], map: Map, progress: Progress | None) -> None:
    """Solve every world that a coalition of the room opens, in batches."""
    if len(room) > EXACT:
        return
    chosen = {
        table.doors(table.clauses(p for i, p in enumerate(room) if mask >> i & 1)) for mask in range(1 << len(room))
    }
    if progress:
        progress("solving worlds", 0, len(chosen))
    table.worlds.solve_all(chosen, map)


def _game(table: Table, room: tuple[str, ...], progress: Progress | None) -> Game:
    total, done = 2 ** len(room), 0

    def worth(members: tuple[str, ...]) -> float:
        nonlocal done
        done += 1
        if progress and len(room) <= EXACT and done % 16 == 0:
            progress("solving coalitions", done, total)
        return table.worth(members)

    return Game(room, worth, tabulate=len(room) <= EXACT)


def _solutions(chosen: Deal, game: Game, room: tuple[str, ...], samples: int | None, seed: int) -> Solutions:
    rates = {p.id: p.discount.value for p in chosen.parties if p.id in room}
    power = patience({name: max(rate, 1e-6) for name, rate in rates.items()})
    if samples is not None:
        found = shapley_sampled(game, samples, seed)
        values, errors = found.values, found.errors
        reason = dict.fromkeys(("nucleolus", "core", "banzhaf", "tau", "gately"), "the Shapley value was sampled")
        if not len(game.values):
            alone = {n: game.worth_of(n) for n in room}
            nash = split(game.worth_of(*room), alone, power) or None
            return Solutions(values, errors, None, None, None, None, nash, power, None, None, reason)
    why: dict[str, str] = {}
    v = shapley(game) if samples is None else values
    shares, excess = prenucleolus(game), least_core(game)[0]
    core = None if leaving(game, shares) else shares
    if core is None:
        why["core"] = "whatever the shares, some parties would gain by leaving"

    def maybe(name: str, solve: Callable[[Game], dict[str, float]]) -> Shares | None:
        try:
            return solve(game)
        except InputError:
            why[name] = _NOT_THERE[name]
            return None

    alone = {name: game.worth_of(name) for name in room}
    nash = split(game.total, alone, power)
    if not nash:
        why["nash"] = "together they are worth less than each alone, so there is no zone of agreement"
    return Solutions(
        v, {} if samples is None else errors, shares, banzhaf(game), maybe("tau", tau), maybe("gately", gately),
        nash or None, power, core, excess, why,
    )  # fmt: skip


#: Why a value does not exist, in plain words.
_NOT_THERE = {
    "tau": "the least that parties could insist on and the most they could ask for leave no point between",
    "gately": "nobody adds anything to the others beyond what it has alone",
}


def _waiting(table: Table, clause: Any, room: tuple[str, ...]) -> str:
    """Why a clause that could hold does not: somebody is absent, or what it comes after does not hold."""
    names = {p.id: p.name for p in table.deal.parties}
    missing = [names[name] for name in table.consents(clause)[0] if name not in room]
    if missing:
        return "needs " + " and ".join(missing) + ", not in the room"
    holds = {c.id for c in table.clauses(room)}
    ahead = [c.title for c in table.deal.clauses if c.id in clause.after and c.id not in holds]
    return "comes after what does not hold: " + "; ".join(ahead)


def _left_out(table: Table, game: Game, room: tuple[str, ...]) -> tuple[Row, ...]:
    """What changes when one party is left out, and when one that is absent is admitted, by Shapley values."""
    whole = shapley(game)
    rows = []
    for name in room if len(room) > 1 else ():
        rest = tuple(p for p in room if p != name)
        smaller = Game(rest, lambda s: game.worth_of(*s))
        value = shapley(smaller)
        change = {p: value[p] - whole[p] for p in rest}
        rows.append({"party": name, "how": "left out", "worth": smaller.total - game.total, "others": change})
    for name in table.deal.absent:
        if len(room) >= EXACT:
            break
        larger = table.game((*room, name))
        value = shapley(larger)
        change = {p: value[p] - whole[p] for p in room}
        rows.append({"party": name, "how": "admitted", "worth": larger.total - game.total, "others": change})
    return tuple(rows)


def _spoilers(table: Table, room: tuple[str, ...]) -> tuple[Row, ...]:
    """Each absent party: what the deal does to it, what would make it whole, what it can block or take back."""
    everything = table.clauses(room)
    totals = table.totals(everything)
    rows = []
    for name in table.deal.absent:
        blocks = [c.id for c in table.deal.clauses if c not in everything and name in table.consents(c)[0]]
        row: Row = {
            "party": name, "gain": totals[name], "compensation": max(0.0, -totals[name]), "blocks": blocks,
            "blocks_by_view": _blocked_by_view(table, name, blocks),
            "retaliation": None, "cost_to_room": None, "own_gain": None, "credible": None,
        }  # fmt: skip
        if name in table.deal.retaliation:
            hit = table.totals(everything, (f"retaliation:{name}",))
            own = hit[name] - totals[name]
            cost = sum(totals[p] - hit[p] for p in room)
            measures = [m.id for m in table.deal.retaliation[name]]
            row |= {"retaliation": measures, "cost_to_room": cost, "own_gain": own, "credible": own >= 0}
        rows.append(row)
    return tuple(rows)


def _blocked_by_view(table: Table, party: str, known: list[str]) -> dict[str, list[str]]:
    """By viewpoint, the clauses that would need a party's consent too if title were asked for in that view."""
    seen = {view: Table(table.deal, table.worlds, view) for view in table.deal.views if view != table.view}
    rows = {
        view: [c.id for c in table.deal.clauses if c.id not in known and party in other.consents(c)[0]]
        for view, other in seen.items()
    }
    return {view: ids for view, ids in rows.items() if ids}


def _outsiders(table: Table, room: tuple[str, ...]) -> tuple[Row, ...]:
    """What the deal does to countries that are no party's, the largest changes first [MUSD/yr]."""
    everything = table.clauses(room)
    change = table.worlds.book(table.doors(everything)).parts - table.worlds.book(table.doors(())).parts
    parties = {c for p in table.deal.parties for c in p.countries}
    rows = [
        {"country": c, "gain": float(change[i].sum())}
        for i, c in enumerate(table.worlds.ledger.countries)
        if c not in parties
    ]
    return tuple(sorted(rows, key=lambda r: (-abs(r["gain"]), r["country"])))


def _bounds(table: Table, room: tuple[str, ...]) -> tuple[Row, ...]:
    """v of each party alone when the others make none of their clauses, or all they can without it."""
    rows = []
    for name in room:
        own = table.clauses((name,))
        others = table.clauses(p for p in room if p != name)
        both = table.totals((*own, *(c for c in others if c not in own)))[name]
        alone = table.worth((name,))
        rows.append({"party": name, "alone": alone, "pessimistic": min(alone, both), "optimistic": max(alone, both)})
    return tuple(rows)


def _views(table: Table, room: tuple[str, ...]) -> tuple[Row, ...]:
    """The deal under each viewpoint on titles, side by side: what holds, and what each party gains."""
    rows = []
    for view in ("", *table.deal.views):
        seen = Table(table.deal, table.worlds, view)
        clauses = seen.clauses(room)
        totals = seen.totals(clauses)
        rows.append(
            {
                "view": view or "none asked",
                "clauses": [c.id for c in clauses],
                "without": [
                    {"clause": c.id, "why": seen.consents(c)[1] or _waiting(seen, c, room)}
                    for c in table.deal.clauses
                    if c not in clauses
                ],
                "gains": {name: totals[name] for name in room},
                "total": sum(totals[name] for name in room),
            }
        )
    return tuple(rows)


def _checks(found: Worlds, table: Table, clauses: tuple[Any, ...]) -> dict[str, float]:
    """How far the fast accounts are from those of a single run, in MUSD/yr, and how far gains are from adding up."""
    doors = table.doors(clauses)
    slow = accounts(found.solved(doors))
    book = found.book(doors)
    off = max(
        abs(float(book.parts[i, k]) - slow.get(c, {}).get(part, 0.0) / 1000)
        for i, c in enumerate(found.ledger.countries)
        for k, part in enumerate(PARTS)
    )
    return {"accounts of the whole against one run [MUSD/yr]": off}


def _use(now: Solved, before: Solved) -> dict[str, float]:
    """Use at base prices that users lose by the deal, and that users gain [MUSD/yr]."""
    return {"use lost [MUSD/yr]": value_lost(now, before), "use gained [MUSD/yr]": value_lost(before, now)}


def _hash(atlas: Atlas, chosen: Deal, view: str, samples: int | None, seed: int) -> str:
    parts = (
        chosen.parties, chosen.assets, chosen.clauses, chosen.outside, chosen.retaliation, chosen.trust,
        chosen.controlled, chosen.beside,
    )  # fmt: skip
    text = repr((input_hash(atlas, chosen.scenario), parts, view, samples, seed))
    return hashlib.sha256(text.encode()).hexdigest()
