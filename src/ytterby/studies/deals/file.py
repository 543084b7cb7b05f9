"""Deals by name, file or mapping, checked: every fault at once, each with its place.

The measures of clauses, of what holds outside and of retaliation are checked together as one scenario, so they obey
the same rules and name the same things.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from ytterby.atlas.load import load
from ytterby.core.errors import Fault, InputError, nearest, printable
from ytterby.model import chain_words
from ytterby.model.edge import Edge, faults, join, show, too_deep
from ytterby.model.naming import country_names
from ytterby.model.scenario import Measure, Ranged, Scenario
from ytterby.model.scenario_file import packaged_text, scenario_in
from ytterby.model.toml_text import parse_toml, read_toml
from ytterby.model.vocabulary import OTHER_CHAINS, Vocabulary
from ytterby.studies.deals.beside import Beside, read_beside
from ytterby.studies.deals.records import Asset, Clause, Deal, Party, Stand, Trust
from ytterby.studies.deals.sanctions import as_measure
from ytterby.studies.deals.schema import AssetTable, ClauseTable, DealTable, OutsideTable, PartyTable, SanctionTable

T = TypeVar("T", bound=Edge)
_TRUST = Trust(Ranged(0.7, 0.3, 0.95, "", "no file says what is believed; an assumption"), 2.0)
_SUM = 1e-6


def packaged() -> tuple[str, ...]:
    """Names of the ready deals."""
    return tuple(sorted(_ready()))


def packaged_file(name: str) -> str:
    """The file of a ready deal, as text."""
    if name not in _ready():
        expected = "a ready deal: " + ", ".join(packaged())
        raise InputError(Fault("deal", show(name), expected, nearest(name, packaged())))
    return _ready()[name].read_text(encoding="utf-8")


@cache
def _ready() -> Mapping[str, Path]:
    folder = Path(str(resources.files("ytterby.scenarios"))) / "deals"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def read(what: str | os.PathLike[str] | Mapping[str, Any]) -> Deal:
    """The deal of a ready name, a file or a mapping; every fault at once in one InputError."""
    if isinstance(what, Mapping):
        if too_deep(what):
            raise InputError(Fault("deal", "tables or lists nested too deep", "tables of ordinary depth"))
        return _Check("deal").deal(dict(what), "")
    if not isinstance(what, (str, os.PathLike)):
        raise InputError(Fault("deal", show(what), "a name, a path or a mapping"))
    if isinstance(what, str) and what in _ready():
        text = _ready()[what].read_text(encoding="utf-8")
        return _Check(what).deal(parse_toml(text, what), text)
    path = Path(what)
    if os.fspath(what) == "" or (path.suffix != ".toml" and path.parent == Path(".") and not _there(path)):
        expected = "a file, or a ready deal: " + ", ".join(packaged())
        raise InputError(Fault("deal", show(str(what)), expected, nearest(path.stem, packaged())))
    label = printable(path.name, 60)
    tables, text = read_toml(path, label)
    return _Check(label, path.resolve().parent).deal(tables, text)


def _there(path: Path) -> bool:
    """Whether a file is there; a name that no disk can hold is not."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


class _Check:
    """Reads one file and collects its faults."""

    def __init__(self, label: str, folder: Path | None = None) -> None:
        self.label = label
        self.folder = folder
        self.found: list[Fault] = []
        self.words = chain_words.chain()
        self.controlled: dict[str, str] = {}

    def deal(self, tables: dict[str, Any], text: str) -> Deal:
        top = self._table(tables, DealTable, self.label)
        if isinstance(tables.get("base"), Mapping) and tables["base"].get("network"):
            self.words = Vocabulary()
        elif isinstance(tables.get("base"), Mapping) and tables["base"].get("chain") in OTHER_CHAINS:
            self.words = chain_words.other(tables["base"]["chain"])
        parties = self._parties(tables.get("party"))
        ids = _written(tables.get("party"), tuple(p.id for p in parties))
        assets = self._assets(tables.get("asset"), ids)
        beside = self._beside(tables, parties, ids)
        rows = self._rows(tables.get("clause"), ClauseTable, "clause")
        outside = self._outside(tables.get("outside"), ids)
        measures = self._measures(tables, rows, outside, parties)
        known = _written(tables.get("asset"), tuple(a.id for a in assets))
        clauses = tuple(self._clause(row, ids, known, measures) for row in rows)
        self._lifts(clauses, measures.outside)
        self._conditions(clauses, _written(tables.get("clause"), tuple(c.id for c in clauses)))
        if measures.scenario and measures.scenario.network:
            self._regions(parties, measures.scenario.network.regions)
        if self.found or top is None or measures.scenario is None:
            raise InputError(self.found or [Fault(self.label, "a file with faults", "a deal")])
        return Deal(
            top.name, top.title, top.description or "", parties, assets, clauses, measures.outside,
            measures.retaliation, dict(outside.note or {}) if outside else {},
            top.trust.record() if top.trust else _TRUST, measures.scenario, text, dict(self.controlled),
            beside,
        )  # fmt: skip

    def _beside(self, tables: Mapping[str, Any], parties: tuple[Party, ...], ids: tuple[str, ...]) -> Beside:
        room = tuple(p.id for p in parties if p.present)
        try:
            return read_beside(tables, ids, room, self.label)
        except InputError as error:
            self.found += error.faults
            return Beside()

    def _table(self, row: Any, model: type[T], place: str) -> T | None:
        if not isinstance(row, Mapping):
            self.found.append(Fault(place, show(row), "a table"))
            return None
        try:
            return model.model_validate({str(k): v for k, v in row.items()}, context=self.words)
        except ValidationError as error:
            self.found += faults(error, model, place)
            return None

    def _rows(self, rows: Any, model: type[T], name: str) -> list[T]:
        right: list[T] = []
        seen: set[str] = set()
        for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
            place = join(self.label, f"{name} {number}")
            table = self._table(row, model, place)
            if table is None:
                continue
            ident = str(getattr(table, "id", ""))
            if ident in seen:
                self.found.append(Fault(join(place, "id"), f"{show(ident)} again", "each id once"))
            seen.add(ident)
            right.append(table)
        return right

    def _known(self, names: Mapping[str, float] | tuple[str, ...], ids: tuple[str, ...], place: str) -> None:
        self.found += [
            Fault(place, show(name), "a party of the file: " + (", ".join(ids) or "it has none"), nearest(name, ids))
            for name in names
            if name not in ids
        ]

    def _shares(self, shares: Mapping[str, float] | None, ids: tuple[str, ...], place: str, whole: bool = True) -> None:
        if shares is None:
            return
        self._known(shares, ids, place)
        total = sum(shares.values())
        if total > 1 + _SUM or (whole and total < 1 - _SUM):
            expected = "shares that add up to 1" if whole else "shares that add up to 1 at most"
            self.found.append(Fault(place, f"shares that add up to {total:g}", expected))

    def _parties(self, rows: Any) -> tuple[Party, ...]:
        parties = tuple(row.record() for row in self._rows(rows, PartyTable, "party"))
        ids = _written(rows, tuple(p.id for p in parties))
        owner: dict[str, str] = {}
        for party in parties:
            place = join(self.label, f"party {party.id}")
            self._shares(party.owners or None, ids, join(place, "owners"), whole=False)
            if party.kind == "firm" and party.countries:
                self.found.append(Fault(join(place, "country"), "a firm with a country", "owners, or nothing"))
            if party.kind != "firm" and party.owners:
                self.found.append(Fault(join(place, "owners"), f"owners of a {party.kind}", "owners of firms only"))
            for country in party.countries:
                if country in owner:
                    found = f"{country}, which is {owner[country]}'s too"
                    self.found.append(Fault(join(place, "country"), found, "each country with one party"))
                owner.setdefault(country, party.id)
        self._circles({p.id: tuple(p.owners) for p in parties}, "party", "owners", "a firm that owns itself")
        if parties and not any(p.present for p in parties):
            self.found.append(Fault(join(self.label, "party"), "nobody in the room", "a party with present = true"))
        return parties

    def _regions(self, parties: tuple[Party, ...], regions: tuple[str, ...]) -> None:
        """A textbook network's countries are its regions."""
        expected = "a region of the network: " + ", ".join(regions)
        self.found += [
            Fault(join(self.label, f"party {p.id}", "country"), show(c), expected, nearest(c, regions))
            for p in parties
            for c in p.countries
            if c not in regions
        ]

    def _assets(self, rows: Any, ids: tuple[str, ...]) -> tuple[Asset, ...]:
        found = []
        for row in self._rows(rows, AssetTable, "asset"):
            place = join(self.label, f"asset {row.id}")
            self._known((row.party,), ids, join(place, "party"))
            asset = row.record()
            found.append(self._sited(asset, row.site, place) if row.site else asset)
        return tuple(found)

    def _sited(self, asset: Asset, site: str, place: str) -> Asset:
        """Title and control of a site, as the atlas keeps them; what the file says comes first."""
        atlas = load()
        rows = [r for r in atlas.site_status.iter_rows(named=True) if r["site"] == site]
        if not rows:
            known = sorted(set(atlas.site_status["site"].to_list()))
            self.found.append(
                Fault(join(place, "site"), show(site), "a site with title and control", nearest(site, known))
            )
            return asset
        stands: dict[str, list[Stand]] = {"title": list(asset.title), "control": list(asset.control)}
        for row in rows:
            stand = Stand(
                row["viewpoint"], row["holder"] or "", f"{row['source']}, {row['locator']}", str(row["as_of"])
            )
            stands[row["field"]].append(stand)
        called = dict(zip(atlas.sites["id"], atlas.sites["name"], strict=True)).get(site, "")
        name = asset.name or called
        return replace(asset, title=tuple(stands["title"]), control=tuple(stands["control"]), name=name)

    def _outside(self, table: Any, ids: tuple[str, ...]) -> OutsideTable | None:
        if table is None:
            return None
        outside = self._table(table, OutsideTable, join(self.label, "outside"))
        if outside:
            self._known(tuple(outside.retaliation or ()), ids, join(self.label, "outside.retaliation"))
            self._known(tuple(outside.note or ()), ids, join(self.label, "outside.note"))
        return outside

    def _measures(
        self, tables: dict[str, Any], rows: list[ClauseTable], outside: OutsideTable | None, parties: tuple[Party, ...]
    ) -> _Measures:
        """Every measure of the file, checked as one scenario."""
        groups: dict[tuple[str, str], list[Any]] = {}
        for row in rows:
            found = row.measure if isinstance(row.measure, list) else [row.measure] if row.measure else []
            groups["clause", row.id] = [
                _named(m, row.id if len(found) == 1 else f"{row.id}-{k + 1}", row) for k, m in enumerate(found)
            ] + self._sanctions(row.sanction, parties, f"clause {row.id}")
        if outside:
            groups["outside", ""] = [
                *self._of_scenario(outside.scenario), *(outside.measure or []),
                *self._sanctions(outside.sanction, parties, "outside"),
            ]  # fmt: skip
            groups |= {("retaliation", name): found for name, found in (outside.retaliation or {}).items()}
        flat = [m for found in groups.values() for m in found]
        top = {key: tables[key] for key in ("schema", "name", "title", "base", "time", "assumptions") if key in tables}
        try:
            whole = scenario_in(top | {"measure": flat}, self.folder, self.label)
        except InputError as error:
            mine = {str(fault) for fault in self.found}
            places = tuple((*key, k, len(found)) for key, found in groups.items() for k in range(len(found)))
            here = [replace(f, place=_place(f.place, self.label, places)) for f in error.faults]
            self.found += [f for f in here if str(f) not in mine]
            return _Measures(None, {}, (), {})
        except TypeError:
            self.found.append(Fault(self.label, "measures that are no tables", "measures as in a scenario"))
            return _Measures(None, {}, (), {})
        by_id = {m.id: m for m in whole.measures}
        read = {key: tuple(by_id[m["id"]] for m in found) for key, found in groups.items()}
        return _Measures(
            whole,
            {name: found for (kind, name), found in read.items() if kind == "clause"},
            read.get(("outside", ""), ()),
            {name: found for (kind, name), found in read.items() if kind == "retaliation"},
        )

    def _sanctions(self, rows: list[Any] | None, parties: tuple[Party, ...], where: str) -> list[Any]:
        """Sanctions as the measures they come to; those by controller outside are kept, for control can change."""
        found = []
        for row in self._rows(rows, SanctionTable, f"{where} sanction"):
            measure, faults = as_measure(row, parties, join(self.label, f"{where}, sanction {row.id}"))
            self.found += faults
            if not faults:
                found.append(measure)
            if where == "outside" and row.by == "controller" and row.target:
                self.controlled[row.id] = row.target
        return found

    def _of_scenario(self, name: str | None) -> list[Any]:
        if name is None:
            return []
        try:
            return list(parse_toml(packaged_text(name), name)["measure"])
        except InputError as error:
            self.found += [replace(f, place=join(self.label, "outside.scenario")) for f in error.faults]
            return []

    def _clause(self, row: ClauseTable, ids: tuple[str, ...], known: tuple[str, ...], measures: _Measures) -> Clause:
        place = join(self.label, f"clause {row.id}")
        self._known(row.needs, ids, join(place, "needs"))
        for name in row.by:
            if name not in row.needs:
                self.found.append(Fault(join(place, "by"), show(name), "some of needs", nearest(name, row.needs)))
        self._shares(row.shares, ids, join(place, "shares"))
        if row.revenue:
            self._shares(row.revenue.to, ids, join(place, "revenue.to"))
            if max(row.revenue.share.value, row.revenue.share.high or 0) > 1:
                self.found.append(Fault(join(place, "revenue.share"), f"{row.revenue.share.value:g}", "a part, 0 to 1"))
        if row.capital:
            self._shares(row.capital.paid_by, ids, join(place, "capital.paid_by"))
        if row.asset and row.asset not in known:
            expected = "an asset of the file: " + ", ".join(known)
            self.found.append(Fault(join(place, "asset"), show(row.asset), expected, nearest(row.asset, known)))
        if row.control:
            self._known((row.control.to,), ids, join(place, "control.to"))
        self._shares(row.paid_by, ids, join(place, "paid_by"))
        for payment in row.pays or ():
            self._known((payment.source, payment.to), ids, join(place, "pays"))
            if payment.source == payment.to:
                self.found.append(Fault(join(place, "pays"), f"{show(payment.to)} paying itself", "two parties"))
        acts = (row.measure, row.lifts, row.sanction, row.control, row.pays)
        if not any(acts):
            self.found.append(Fault(place, "neither measure nor lifts", "something that the clause does"))
        kinds = {m.kind for m in measures.clauses.get(row.id, ())}
        if row.price and "offtake" not in kinds and measures.scenario:
            self.found.append(Fault(join(place, "price"), "a price without an offtake", "a measure of kind offtake"))
        if row.paid_by and not kinds & {"price_floor", "cfd"} and measures.scenario:
            wanted = "a measure of kind price_floor or cfd"
            self.found.append(Fault(join(place, "paid_by"), "payers of no guaranteed price", wanted))
        needs = tuple(dict.fromkeys(row.needs))
        return Clause(
            row.id, row.title or row.id, needs, tuple(dict.fromkeys(row.by)) or needs,
            measures.clauses.get(row.id, ()), tuple(row.lifts), dict(row.shares or {}),
            row.revenue.share.record() if row.revenue else None, dict(row.revenue.to) if row.revenue else {},
            row.capital.record() if row.capital else None, row.asset or "", row.stage, row.if_kept or "",
            row.control.record() if row.control else None, row.price.record() if row.price else None,
            dict(row.paid_by or {}), tuple(p.record() for p in row.pays or ()), tuple(row.after),
        )  # fmt: skip

    def _conditions(self, clauses: tuple[Clause, ...], ids: tuple[str, ...]) -> None:
        """Conditions name other clauses of the file, and nothing waits for itself."""
        for clause in clauses:
            place = join(self.label, f"clause {clause.id}", "after")
            self.found += [
                Fault(place, show(name), "the id of another clause", nearest(name, ids))
                for name in clause.after
                if name not in ids
            ]
        self._circles({c.id: c.after for c in clauses}, "clause", "after", "a clause that waits for itself")

    def _circles(self, ahead: Mapping[str, tuple[str, ...]], table: str, key: str, says: str) -> None:
        """Nothing comes before itself, directly or by others."""
        for start in ahead:
            seen: set[str] = set()
            left = list(ahead[start])
            while left:
                name = left.pop()
                left += [] if name in seen else list(ahead.get(name, ()))
                seen.add(name)
            if start in seen:
                self.found.append(Fault(join(self.label, f"{table} {start}", key), says, "no circles"))

    def _lifts(self, clauses: tuple[Clause, ...], outside: tuple[Measure, ...]) -> None:
        known = [m.id for m in outside]
        for clause in clauses:
            self.found += [
                Fault(
                    join(self.label, f"clause {clause.id}", "lifts"),
                    show(name),
                    "the id of an outside measure",
                    nearest(name, known),
                )
                for name in clause.lifts
                if name not in known and (known or not self.found)
            ]


class _Measures:
    """The measures of a file by where they stand."""

    def __init__(
        self,
        whole: Scenario | None,
        clauses: Mapping[str, tuple[Measure, ...]],
        outside: tuple[Measure, ...],
        retaliation: Mapping[str, tuple[Measure, ...]],
    ) -> None:
        self.scenario, self.clauses, self.outside, self.retaliation = whole, clauses, outside, retaliation


def _written(rows: Any, right: tuple[str, ...]) -> tuple[str, ...]:
    """The ids of tables as a file has them: those read, and those of tables with faults, which are told by themselves.

    So a fault in one table is not told again wherever the file speaks of that table.
    """
    every = [row.get("id") for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return (*right, *dict.fromkeys(name for name in every if isinstance(name, str) and name not in right))


def _place(place: str, label: str, places: tuple[tuple[str, str, int, int], ...]) -> str:
    """The place of a fault in the deal, for one in the scenario that all its measures make up."""
    rest = place.removeprefix(f"{label}, ")
    found = _MEASURE.match(rest)
    if found is None or int(found[1]) > len(places):
        return place
    kind, ident, k, many = places[int(found[1]) - 1]
    nth = f" {k + 1}" if many > 1 else ""
    return join(label, f"{kind} {ident}".strip(), f"measure{nth}{rest[found.end() :]}")


_MEASURE = re.compile(r"measure ([0-9]{1,4})")


def _named(measure: Any, name: str, row: ClauseTable) -> Any:
    """A clause's measure takes id and title from the clause unless it has its own."""
    if not isinstance(measure, Mapping):
        return measure
    return {"id": name, "title": row.title or row.id} | dict(measure)


def texts(deal: Deal) -> Iterator[str]:
    """The statements on title and control of a deal, one a line, views side by side."""
    names = country_names()
    for asset in deal.assets:
        for field, stands in (("title", asset.title), ("control", asset.control)):
            for stand in stands:
                dated = f", {stand.as_of}" if stand.as_of else ""
                holder = names.get(stand.holder, stand.holder) or "nobody named"
                view = names.get(stand.view, stand.view)
                yield f"{asset.shown}: {field} of {holder} according to {view} ({stand.source}{dated})"
