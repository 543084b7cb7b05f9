"""A deal as frozen records: parties, assets with title and control apart, clauses, and what holds outside.

Records only: reading and checking a file is `file` and `schema`; solving it is `study`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import expm1, log1p
from typing import Any

from ytterby.model.scenario import Measure, Ranged, Scenario
from ytterby.studies.deals.beside import Beside

Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who can agree: a state, a bloc, a firm or another body.

    countries   whose users, plants, licence rents and taxes are its gains (a firm has none)
    discount    yearly discount rate with its range
    present     in the room or not
    owners      who owns a firm, by share; its gains go to them, the rest stays with the firm
    view        the viewpoint on titles by which it buys; "" accepts any
    """

    id: str
    kind: str
    name: str
    countries: tuple[str, ...]
    discount: Ranged
    present: bool = True
    owners: Shares = field(default_factory=dict)
    view: str = ""


@dataclass(frozen=True, slots=True)
class Stand:
    """One statement on who holds an asset: by title in somebody's view, or by control."""

    view: str
    holder: str
    source: str
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """What a party brings. Title is a set of views that stand side by side; control is who is there.

    discount    part of the price that buyers of a contested asset's output take off
    hazard      part of its profits expected to be clawed back in a year
    """

    id: str
    kind: str
    party: str
    title: tuple[Stand, ...] = ()
    control: tuple[Stand, ...] = ()
    discount: Ranged | None = None
    hazard: Ranged | None = None
    note: str = ""
    name: str = ""

    @property
    def shown(self) -> str:
        """What it is called: its name, or its id."""
        return self.name or self.id

    def titled(self, view: str) -> str:
        """Who holds title in a view; "" when that view names nobody."""
        return next((stand.holder for stand in self.title if stand.view == view), "")


@dataclass(frozen=True, slots=True)
class Capital:
    """What a clause's plants cost to build [MUSD], and who pays; charged as an annuity."""

    cost: Ranged
    life: float
    rate: float
    paid_by: Shares

    @property
    def yearly(self) -> float:
        """The annuity [MUSD/yr]."""
        return self.cost.value * self.factor

    @property
    def factor(self) -> float:
        """Annuity per unit of cost."""
        return -self.rate / expm1(-self.life * log1p(self.rate)) if self.rate > 0 else 1 / self.life


@dataclass(frozen=True, slots=True)
class Control:
    """Plants of the base that come under another party: it gets what their profits change by."""

    facilities: tuple[str, ...]
    to: str


@dataclass(frozen=True, slots=True)
class Payment:
    """Money from one party to another [MUSD/yr]."""

    source: str
    to: str
    amount: Ranged


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise: it holds when all of `needs` agree.

    by          who performs it; the others' breaking their own clauses leaves it standing
    measures    what it does to the market; `lifts` names outside measures that end with it
    shares      who gets the profits of its plants (their host country's when not given)
    revenue     part of its plants' revenue that goes to `revenue_to` before profits
    price       of its offtake [USD/kg]: what it differs from the market's by moves between buyer and seller
    paid_by     who pays what makers get under a guaranteed price; the country of the makers when not given
    after       clauses without which it does not hold
    """

    id: str
    title: str
    needs: tuple[str, ...]
    by: tuple[str, ...]
    measures: tuple[Measure, ...]
    lifts: tuple[str, ...] = ()
    shares: Shares = field(default_factory=dict)
    revenue: Ranged | None = None
    revenue_to: Shares = field(default_factory=dict)
    capital: Capital | None = None
    asset: str = ""
    stage: int = 1
    if_kept: str = ""
    control: Control | None = None
    price: Ranged | None = None
    paid_by: Shares = field(default_factory=dict)
    pays: tuple[Payment, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def plants(self) -> tuple[str, ...]:
        """Ids of the plants it builds."""
        return tuple(m.plant.id for m in self.measures if m.plant)


@dataclass(frozen=True, slots=True)
class Trust:
    """What is believed at the start: the probability that the other side honours, worth `weight` observations."""

    q: Ranged
    weight: float


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal: who, what they bring, what they promise, and what holds without it.

    `scenario` holds base, time and every measure of the file; `outside` are those in force without any clause,
    `retaliation` those of an absent party that it can take against the deal; `controlled` the party at which each
    outside sanction by controller is aimed, `beside` the file's vote, split and forecast.
    """

    name: str
    title: str
    description: str
    parties: tuple[Party, ...]
    assets: tuple[Asset, ...]
    clauses: tuple[Clause, ...]
    outside: tuple[Measure, ...]
    retaliation: Mapping[str, tuple[Measure, ...]]
    notes: Mapping[str, str]
    trust: Trust
    scenario: Scenario
    text: str = ""
    controlled: Mapping[str, str] = field(default_factory=dict)
    beside: Beside = field(default_factory=Beside)

    @classmethod
    def read(cls, what: str | os.PathLike[str] | Mapping[str, Any]) -> Deal:
        """The deal of a ready name, a file or a mapping; every fault at once in one InputError."""
        from importlib import import_module

        found: Deal = import_module("ytterby.studies.deals.file").read(what)
        return found

    @property
    def room(self) -> tuple[str, ...]:
        """The parties that are present."""
        return tuple(p.id for p in self.parties if p.present)

    @property
    def absent(self) -> tuple[str, ...]:
        """The parties that are not."""
        return tuple(p.id for p in self.parties if not p.present)

    @property
    def views(self) -> tuple[str, ...]:
        """The viewpoints on titles that the file names."""
        return tuple(sorted({stand.view for asset in self.assets for stand in asset.title}))

    def asset(self, name: str) -> Asset | None:
        """The asset of this id, if there is one."""
        return next((a for a in self.assets if a.id == name), None)

    def holder(self, code: str) -> str:
        """The party that stands for a holder: of its id, or whose country it is; "" when nobody does."""
        for party in self.parties:
            if code and (code == party.id or code in party.countries):
                return party.id
        return ""
