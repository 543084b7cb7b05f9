"""From the book of a world to what each party gains, and from that to the worth of a coalition.

A party gains what its countries gain (users' and makers' surplus, licence rents, taxes), less the profits of a
clause's plant that go elsewhere, plus its share of those, plus its part of a revenue fund, less the capital it pays.
A firm's gains go to its owners by share. v(S) adds up the members' gains in the world where exactly those clauses
hold whose required parties all lie in S. All in MUSD a year, as changes against the world without any clause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ytterby.games.game import Game
from ytterby.studies.deals.ledger import PARTS, Book
from ytterby.studies.deals.records import Clause, Deal
from ytterby.studies.deals.sanctions import door
from ytterby.studies.deals.worlds import Worlds

#: What a party's gain is made of, in the order of a result.
KINDS = (*PARTS, "shares", "revenue", "contracts", "capital")


@dataclass(frozen=True, slots=True)
class Table:
    """A deal, its worlds and a viewpoint on titles ("" asks for nobody's title): everything a worth follows from."""

    deal: Deal
    worlds: Worlds
    view: str = ""

    def consents(self, clause: Clause) -> tuple[tuple[str, ...], str]:
        """The parties a clause needs in this view, and why it cannot hold at all ("" when it can).

        A contested asset counts only with the consent of whoever controls it, and of the holder of title in the view.
        """
        asset = self.deal.asset(clause.asset)
        wanted = list(clause.needs)
        if asset is None:
            return tuple(wanted), ""
        own = [s for s in asset.control if s.view == self.view] or list(asset.control)
        asked = [(s.holder, "controls it") for s in own if s.holder]
        title = asset.titled(self.view)
        asked += [(title, f"holds title according to {self.view}")] if title else []
        for holder, why in asked:
            party = self.deal.holder(holder)
            if not party:
                return tuple(wanted), f"{holder} {why} and is no party of the file"
            wanted.append(party)
        return tuple(dict.fromkeys(wanted)), ""

    def clauses(self, members: Iterable[str]) -> tuple[Clause, ...]:
        """The clauses that hold among `members`."""
        inside = set(members)
        return standing(c for c in self.deal.clauses if not self.consents(c)[1] and set(self.consents(c)[0]) <= inside)

    def doors(self, clauses: Iterable[Clause], more: Iterable[str] = ()) -> frozenset[str]:
        """The doors open under some clauses: theirs, and those outside measures that none of them lifts."""
        chosen = standing(clauses)
        lifted = {name for c in chosen for name in c.lifts}
        held = {door(self.deal, m.id, chosen) for m in self.deal.outside if m.id not in lifted} - {""}
        return frozenset({f"clause:{c.id}" for c in chosen} | held | set(more))

    def gains(self, clauses: Iterable[Clause], more: Iterable[str] = ()) -> dict[str, dict[str, float]]:
        """What each party gains under some clauses, by kind [MUSD/yr]; `more` are further doors (retaliation)."""
        chosen = standing(clauses)
        book = self.worlds.book(self.doors(chosen, more))
        return gains(self, chosen, book, self.worlds.book(self.doors(())))

    def totals(self, clauses: Iterable[Clause], more: Iterable[str] = ()) -> dict[str, float]:
        """What each party gains under some clauses [MUSD/yr]."""
        return {name: sum(row.values()) for name, row in self.gains(clauses, more).items()}

    def worth(self, members: Iterable[str]) -> float:
        """v(S) [MUSD/yr]."""
        inside = tuple(members)
        gained = self.totals(self.clauses(inside))
        return sum(gained[name] for name in inside)

    def game(self, players: tuple[str, ...]) -> Game:
        """The game of some parties; the others are not there."""
        return Game(players, self.worth)


def standing(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """Those of some clauses whose conditions hold: a clause falls with those it comes after."""
    chosen = tuple(clauses)
    while True:
        names = {c.id for c in chosen}
        left = tuple(c for c in chosen if set(c.after) <= names)
        if len(left) == len(chosen):
            return chosen
        chosen = left


def gains(table: Table, clauses: tuple[Clause, ...], book: Book, before: Book) -> dict[str, dict[str, float]]:
    """What each party gains between two books under some clauses, by kind [MUSD/yr]."""
    deal = table.deal
    change = book.parts - before.parts
    place = {name: i for i, name in enumerate(table.worlds.ledger.countries)}
    found = {}
    for party in deal.parties:
        rows = [place[c] for c in party.countries if c in place]
        parts = change[rows].sum(axis=0) if rows else np.zeros(len(PARTS))
        found[party.id] = dict(zip(PARTS, map(float, parts), strict=True)) | dict.fromkeys(KINDS[len(PARTS) :], 0.0)
    for clause in clauses:
        for plant in clause.plants:
            _plant(table, clause, plant, book, found)
        if clause.capital:
            for name, share in clause.capital.paid_by.items():
                found[name]["capital"] -= share * clause.capital.yearly
        _contracts(table, clause, book, before, found)
    _owners(deal, found)
    return found


def _contracts(table: Table, clause: Clause, book: Book, before: Book, found: Mapping[str, dict[str, float]]) -> None:
    """Payments between parties: for guaranteed prices, at an offtake's price, plain ones, and profits taken over."""
    deal = table.deal
    for m in clause.measures:
        for country, amount in book.paid.get(m.id, {}).items() if clause.paid_by else ():
            host = deal.holder(country)
            if host:
                found[host]["tax"] += amount
            for name, share in clause.paid_by.items():
                found[name]["contracts"] -= share * amount
        for (seller, buyer), (tonnes, value) in book.taken.get(m.id, {}).items() if clause.price else ():
            over = (clause.price.value if clause.price else 0.0) * tonnes / 1000 - value
            for country, sign in ((seller, 1.0), (buyer, -1.0)):
                name = deal.holder(country)
                if name:
                    found[name]["contracts"] += sign * over
    for payment in clause.pays:
        found[payment.source]["contracts"] -= payment.amount.value
        found[payment.to]["contracts"] += payment.amount.value
    taken_over, to = (clause.control.facilities, clause.control.to) if clause.control else ((), "")
    for plant in taken_over:
        host = deal.holder(table.worlds.ledger.plants[plant][3])
        change = book.profit[plant] - before.profit[plant]
        if host:
            found[host]["producer"] -= change
        for name, share in (clause.shares or {to: 1.0}).items():
            found[name]["shares"] += share * change


def _plant(table: Table, clause: Clause, plant: str, book: Book, found: Mapping[str, dict[str, float]]) -> None:
    """Take a plant's profit from its host, and hand out what fund, discount and claw-back leave of it."""
    deal = table.deal
    host = deal.holder(table.worlds.ledger.plants[plant][3])
    profit, revenue = book.profit[plant], book.revenue[plant]
    asset = deal.asset(clause.asset)
    fund = revenue * clause.revenue.value if clause.revenue else 0.0
    off = revenue * asset.discount.value if asset and asset.discount else 0.0
    clawed = max(profit - fund - off, 0.0) * asset.hazard.value if asset and asset.hazard else 0.0
    to = clause.shares or ({host: 1.0} if host else {})
    if host:
        found[host]["producer"] -= profit
    for name, share in to.items():
        found[name]["shares"] += share * (profit - fund - off - clawed)
    for name, share in clause.revenue_to.items():
        found[name]["revenue"] += share * fund


def _owners(deal: Deal, found: Mapping[str, dict[str, float]]) -> None:
    """Pass a firm's gains on to its owners: a firm that others own comes before the firms that own it."""
    left = [p for p in deal.parties if p.owners]
    while ready := [p for p in left if not any(p.id in other.owners for other in left)]:
        for party in ready:
            total = sum(party.owners.values())
            for kind, amount in found[party.id].items():
                for owner, share in party.owners.items():
                    found[owner][kind] += share * amount
                found[party.id][kind] = (1 - total) * amount if total < 1 else 0.0
            left.remove(party)
