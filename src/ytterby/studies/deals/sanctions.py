"""Sanctions of a deal file as measures: who refuses what, by where it was mined, whose plant made it, or who runs that.

By origin, the sender refuses what was mined in the target's countries, straight or past a separator. By owner or
controller it refuses what went through the plants, in the part of each seller's goods that they made in the base year.
An owner is any plant of the atlas whose cited owner names it. A sanction by controller follows control: a clause that
moves a plant to somebody else takes its goods out, one that moves a plant to the target takes them in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ytterby.atlas.load import load
from ytterby.core.errors import Fault, nearest
from ytterby.model.edge import flat, join, show
from ytterby.studies.deals.records import Clause, Deal, Party
from ytterby.studies.deals.schema import SanctionTable


def as_measure(row: SanctionTable, parties: tuple[Party, ...], place: str) -> tuple[Mapping[str, Any], list[Fault]]:
    """The measure of a sanction, a refusal; and what is wrong with it."""
    countries = {p.id: p.countries for p in parties}
    named = (*row.sender, *([row.target] if row.target else []))
    found = [
        Fault(place, show(name), "a party of the file: " + ", ".join(countries), nearest(name, tuple(countries)))
        for name in named
        if name not in countries
    ]
    found += [
        Fault(place, f"{name}, which has no country", "a state or a bloc")
        for name in (*row.sender, *([row.target] if row.by == "origin" and row.target else []))
        if name in countries and not countries[name]
    ]
    plants = flat(row.facility)
    if row.owner:
        plants, fault = _owned(row.owner, join(place, "owner"))
        found += fault
    scope: dict[str, Any] = {"of": [c for name in row.sender for c in countries.get(name, ())]}
    if row.by == "origin":
        scope["origin"] = list(countries.get(row.target or "", ()))
    else:
        scope["facility"] = list(plants)
    for name in ("product", "element"):
        words = flat(getattr(row, name))
        scope |= {name: list(words)} if words else {}
    measure: dict[str, Any] = {
        "id": row.id, "kind": "refusal", "title": row.title or row.id, "source": row.source, "scope": scope,
    }  # fmt: skip
    if row.still_taken:
        number = row.still_taken
        ends = {k: x for k, x in (("low", number.low), ("high", number.high)) if x is not None}
        measure["limit"] = {"share_of_base": number.value, **ends, "why": number.why}
    return measure, found


def _owned(owner: str, place: str) -> tuple[tuple[str, ...], list[Fault]]:
    """The plants whose cited owner names somebody."""
    rows = [(r["id"], r["owner"] or "") for r in load().facilities.iter_rows(named=True)]
    plants = tuple(name for name, text in rows if owner.casefold() in text.casefold())
    if plants:
        return plants, []
    known = sorted({text for _, text in rows if text})
    return (), [Fault(place, show(owner), "an owner that the atlas names", nearest(owner, known))]


def held_plants(deal: Deal, measure: str, clauses: Iterable[Clause]) -> tuple[str, ...]:
    """The plants that a sanction by controller is on under some clauses."""
    target = deal.controlled[measure]
    plants = set(next(m for m in deal.outside if m.id == measure).scope.facility)
    for clause in clauses:
        if clause.control:
            moved = set(clause.control.facilities)
            plants = plants | moved if clause.control.to == target else plants - moved
    return tuple(sorted(plants))


def door(deal: Deal, measure: str, clauses: Iterable[Clause]) -> str:
    """The door of an outside measure under some clauses: its own, or that on the plants left; "" when none is left."""
    if measure not in deal.controlled:
        return f"outside:{measure}"
    plants = held_plants(deal, measure, clauses)
    return f"outside:{measure}@{','.join(plants)}" if plants else ""
