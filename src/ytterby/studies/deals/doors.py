"""Doors of a deal: each clause, outside measure and retaliation as what it does to one structure's vectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ytterby.core.errors import Fault, InputError, nearest
from ytterby.model.assemble import Layout
from ytterby.model.contracts import Strike, strikes
from ytterby.model.measures import apply
from ytterby.model.network import Network
from ytterby.model.scenario import Measure, Scope
from ytterby.studies.deals.records import Clause, Deal
from ytterby.studies.deals.sanctions import door

Floats = NDArray[np.float64]
#: Changes of control beside a sanction by controller: each set of them is a door.
_MOVES = 5


@dataclass(frozen=True, slots=True)
class Door:
    """What one clause or outside measure does to the structure's vectors when it is open."""

    columns: frozenset[str]
    markets: frozenset[tuple[str, str]]
    rows: frozenset[str]
    upper: Floats
    tax: Floats
    duty: Floats
    strikes: Mapping[tuple[str, int], tuple[Strike, ...]] = field(default_factory=dict)
    offtakes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def grouped(deal: Deal) -> dict[str, tuple[Measure, ...]]:
    """The measures behind each door; InputError for an ad valorem tax."""
    groups = {f"clause:{c.id}": (*c.measures, *unrecognised(deal, c)) for c in deal.clauses}
    groups |= {f"outside:{m.id}": (m,) for m in deal.outside if m.id not in deal.controlled}
    groups |= dict(_by_controller(deal))
    groups |= {f"retaliation:{party}": found for party, found in deal.retaliation.items()}
    _specific(groups)
    return groups


def _by_controller(deal: Deal) -> Iterator[tuple[str, tuple[Measure, ...]]]:
    """Sanctions by controller on the plants that each set of changes of control leaves under them."""
    moves = [c for c in deal.clauses if c.control]
    if deal.controlled and len(moves) > _MOVES:
        wanted = f"at most {_MOVES} beside a sanction by controller"
        raise InputError(Fault("clauses", f"{len(moves)} changes of control", wanted))
    for m in deal.outside if deal.controlled else ():
        for mask in range(1 << len(moves)) if m.id in deal.controlled else ():
            held = [c for k, c in enumerate(moves) if mask >> k & 1]
            name = door(deal, m.id, held)
            if name:
                scope = replace(m.scope, facility=tuple(name.partition("@")[2].split(",")))
                yield name, (replace(m, scope=scope),)


def taken_over(base: Network, deal: Deal) -> dict[str, str]:
    """The countries of plants that change hands; InputError for one that the network does not have."""
    hosts = {a.facility: a.country for a in base.activities if a.facility}
    plants = [name for c in deal.clauses if c.control for name in c.control.facilities]
    wanted = "a plant that ran in the base year (ytterby facts --facilities)"
    faults = [
        Fault(f"clause {c.id}, control", repr(name), wanted, nearest(name, tuple(hosts)))
        for c in deal.clauses
        if c.control
        for name in c.control.facilities
        if name not in hosts
    ]
    if faults:
        raise InputError(faults)
    return {name: hosts[name] for name in plants}


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


def opening(base: Network, built: Network, where: Layout, measures: tuple[Measure, ...], year: int) -> Door:
    """What measures do: plants by applying them to the base alone, the rest to the network with everybody's plants."""
    alone, _ = apply(base, [m for m in measures if m.kind == "facility"], year)
    before, known = {a.id for a in base.activities}, {m.key for m in base.markets}
    limits = {limit.id for limit in base.limits}
    acted, done = apply(built, [m for m in measures if m.kind != "facility"], year)
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
        {(d.measure.id, place[name]): found for d in done for name, found in strikes(acted, d).items()},
        {
            d.measure.id: tuple(place[name] for name in d.columns)
            for d in done
            if d.measure.kind == "offtake" and not d.idle
        },
    )
