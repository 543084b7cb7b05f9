"""What customs statistics answer: exports and imports of a country, to or from another, as tonnes, shares and orders.

A metal crosses borders under several codes (ore, oxide, unwrought metal), in gross weight. Each code of each source
answers for itself, and so does the sum of a source's codes; a claim that names no code is met by any of them. Published
figures of exports and imports (mostly of the United States) stand beside them. A year whose tonnes are missing for a
tenth of the value and more answers nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from ytterby.atlas.load import Atlas
from ytterby.atlas.materials import name_of as material_name
from ytterby.atlas.places import name_of
from ytterby.atlas.trade import corrected
from ytterby.core.errors import InputError
from ytterby.studies.claims.editions import published
from ytterby.studies.claims.figures import AGGREGATES, Answer, Figure, Shelf, in_year, newest_editions
from ytterby.studies.claims.record import Test
from ytterby.studies.claims.regions import members

#: The measures that customs statistics answer, and the side of the flow that is the claim's place.
SIDES: Mapping[str, tuple[str, str]] = {"exports": ("exporter", "importer"), "imports": ("importer", "exporter")}
#: Part of a year's value whose tonnes must be told.
TOLD = 0.9
#: What a tonnage of customs stands for [part of it]: it is counted to the kilogram, and revised.
_SPREAD = 0.005
_ORES = ("ore", "ores", "concentrate")
_SUMS = ["quantity_t", "told", "value_kusd"]


def is_traded(test: Test) -> bool:
    """Whether a test is about exports or imports."""
    return test.measure in SIDES


def answers(shelf: Shelf, test: Test, as_of: date | None) -> list[Answer]:
    """Return the answers to a quantity or a share of exports or imports."""
    found: list[Answer] = []
    for key, table in _tables(shelf.atlas, test, as_of, test.other):
        part = _part(table, test.place, shelf.atlas) if test.place else sum(table.values())
        if part is None:
            continue
        if test.type == "share":
            whole = _whole(shelf.atlas, key, test)
            if whole:
                found.append(_answer(shelf, test, key, 100 * part / whole, "%"))
        elif part > 0:
            found.append(_answer(shelf, test, key, part, "t"))
    if test.type == "share":
        return [*_printed_shares(shelf, test, as_of), *found]
    mirror = "imports" if test.measure == "exports" else "exports"
    other = replace(test, measure=mirror, place=test.other, other=test.place)
    return [*_printed(shelf, test, as_of), *(_printed(shelf, other, as_of) if len(test.other) == 1 else ()), *found]


def _printed_shares(shelf: Shelf, test: Test, as_of: date | None) -> list[Answer]:
    """The part of a publisher's printed imports or exports that is with one partner."""
    if len(test.other) != 1:
        return []
    whole = {(f.figure.source, f.figure.form, f.figure.period): f.value
             for f in _printed(shelf, replace(test, other=("WLD",)), as_of)}  # fmt: skip
    found = []
    for item in _printed(shelf, test, as_of):
        total = whole.get((item.figure.source, item.figure.form, item.figure.period))
        if total:
            value = 100 * item.value / total
            found.append(Answer(value, value * (1 - _SPREAD), value * (1 + _SPREAD), "%", item.figure, item.what))
    return found


def order(shelf: Shelf, test: Test, as_of: date | None) -> list[list[Answer]]:
    """Return, of each code and source, its countries from the largest; of the partner's flows where one is named."""
    found = []
    for key, table in _tables(shelf.atlas, test, as_of, test.other):
        rows = sorted(table.items(), key=lambda item: -item[1])
        if len(rows) > 1:
            found.append([_answer(shelf, test, key, value, "t", code) for code, value in rows[:25]])
    return found


def series(shelf: Shelf, test: Test, as_of: date | None) -> list[dict[int, Answer]]:
    """Return yearly tonnes of each code and source."""
    found: dict[tuple[str, str], dict[int, Answer]] = defaultdict(dict)
    for key, table in _tables(shelf.atlas, replace(test, year=None), as_of, test.other, every=True):
        part = _part(table, test.place, shelf.atlas) if test.place else sum(table.values())
        if part:
            found[key[0], key[1]][key[2]] = _answer(shelf, test, key, part, "t")
    printed: dict[tuple[str, str], dict[int, Answer]] = defaultdict(dict)
    for item in _printed(shelf, test, as_of, every=True):
        printed[item.figure.family, item.figure.form or ""][item.figure.last] = item
    return [*printed.values(), *found.values()]


def mixed(found: Iterable[Answer]) -> bool:
    """Whether every answer rests on a code that holds other goods as well."""
    return all(item.figure.qualifier == "together" for item in found)


def _part(table: Mapping[str, float], places: Sequence[str], atlas: Atlas) -> float | None:
    """The tonnes of the places; None where one of them has no row."""
    total = 0.0
    for place in places:
        held = [table[code] for code in members(place, atlas) if code in table]
        if place != "WLD" and not held:
            return None
        total += sum(table.values()) if place == "WLD" else sum(held)
    return total


def _whole(atlas: Atlas, key: tuple[str, str, int], test: Test) -> float:
    """What a share is a part of: the place's own flows where a partner is named, else the world's."""
    own, _ = SIDES[test.measure or "exports"]
    table = _sums(atlas, test.material or "", own).get(key, {})
    if not test.other:
        return sum(table.values())
    return _part(table, test.place, atlas) or 0.0


def _tables(
    atlas: Atlas, test: Test, as_of: date | None, partner: tuple[str, ...], every: bool = False
) -> list[tuple[tuple[str, str, int], dict[str, float]]]:
    """Tonnes by country of each (source, code, year) asked for: of a year, the newest, or every one."""
    own, other = SIDES[test.measure or "exports"]
    chosen = codes(atlas, test.material or "", test.product)
    if not chosen:
        return []
    whole = _sums(atlas, test.material or "", own)
    out = {key for key in whole if as_of is None or _out(atlas, key[0], as_of)}
    if partner:
        held = {code for name in partner for code in members(name, atlas)}
        whole = _pairs(atlas, test.material or "", own, other, frozenset(held))
    joined: dict[tuple[str, str, int], dict[str, float]] = {}
    several: dict[tuple[str, int], list[str]] = defaultdict(list)
    for key, table in whole.items():
        source, code, year = key
        if code in chosen and key in out and (test.year is None or year == test.year):
            joined[key] = table
            several[source, year].append(code)
    for (source, year), held_codes in several.items():
        if len(held_codes) > 1:
            total: dict[str, float] = defaultdict(float)
            for code in held_codes:
                for country, value in joined[source, code, year].items():
                    total[country] += value
            joined[source, "+".join(sorted(held_codes)), year] = dict(total)
    if test.year is None and not every and joined:
        newest = max(year for _, _, year in joined)
        joined = {key: table for key, table in joined.items() if key[2] == newest}
    return sorted(joined.items())


def codes(atlas: Atlas, material: str, product: str | None) -> frozenset[str]:
    """Return the trade codes of a material, or those whose description names its product."""
    rows = [row for row in _codes(atlas) if material in row["materials"].split(";")]
    if product in _ORES:
        named = [row for row in rows if row["stage"] == "concentrate"]
    else:
        named = [row for row in rows if product and product.casefold() in row["description"].casefold()]
    return frozenset(row["hs6"] for row in named or rows)


@lru_cache(maxsize=4)
def _codes(atlas: Atlas) -> list[dict[str, Any]]:
    return atlas.trade_codes.unique("hs6", keep="first", maintain_order=True).to_dicts()


@lru_cache(maxsize=64)
def _rows(atlas: Atlas, material: str) -> pl.DataFrame:
    """Flows of a material's codes with tonnes, and the value that has tonnes; rows that are no such trade left out."""
    held = codes(atlas, material, None)
    rows = corrected(atlas.trade_of(*held), atlas.corrections).filter(~pl.col("excluded"))
    told = pl.col("quantity_t").is_not_null().cast(pl.Float64) * pl.col("value_kusd").fill_null(0.0)
    return rows.with_columns(told.alias("told"))


@lru_cache(maxsize=128)
def _sums(atlas: Atlas, material: str, side: str) -> dict[tuple[str, str, int], dict[str, float]]:
    rows = _rows(atlas, material)
    whole = rows.group_by("source", "hs6", "year", maintain_order=True).agg(pl.col(_SUMS).sum())
    good = whole.filter(pl.col("told") >= TOLD * pl.col("value_kusd")).select("source", "hs6", "year")
    held = rows.join(good, on=["source", "hs6", "year"], how="semi", maintain_order="left")
    sums = held.group_by("source", "hs6", "year", side, maintain_order=True).agg(pl.col(_SUMS).sum())
    return nested(sums.filter(pl.col("told") >= TOLD * pl.col("value_kusd")), side)


@lru_cache(maxsize=256)
def _pairs(
    atlas: Atlas, material: str, own: str, other: str, partner: frozenset[str]
) -> dict[tuple[str, str, int], dict[str, float]]:
    rows = _rows(atlas, material).filter(pl.col(other).is_in(sorted(partner)))
    sums = rows.group_by("source", "hs6", "year", own, maintain_order=True).agg(pl.col(_SUMS).sum())
    return nested(sums.filter(pl.col("told") >= TOLD * pl.col("value_kusd")), own)


def nested(rows: pl.DataFrame, side: str) -> dict[tuple[str, str, int], dict[str, float]]:
    """Tonnes by country of every source, code and year, in one order, so that sums are the same to the last digit."""
    found: dict[tuple[str, str, int], dict[str, float]] = defaultdict(dict)
    keys = ("source", "hs6", "year", side)
    for source, code, year, country, tonnes in rows.select(*keys, "quantity_t").sort(keys).iter_rows():
        if tonnes:
            found[source, code, year][country] = tonnes
    return dict(found)


@lru_cache(maxsize=256)
def _out(atlas: Atlas, source: str, as_of: date) -> bool:
    row = next(row for row in atlas.sources.iter_rows(named=True) if row["id"] == source)
    day = published(row["edition"], row["family"])
    return day is not None and day <= as_of


def _printed(shelf: Shelf, test: Test, as_of: date | None, every: bool = False) -> list[Answer]:
    """Exports and imports that a publisher prints, of any stage and form."""
    held = [figure for (material, stage, measure) in shelf.shelves if material == test.material
            and measure == test.measure for figure in shelf.on(material, stage, measure, as_of)]  # fmt: skip
    wanted: set[str | None] = {*test.other} if test.other else {None, "WLD", ""}
    held = [item for item in held if item.country in test.place and item.partner in wanted and item.unit == "t"]
    chosen = newest_editions(held) if every else in_year(newest_editions(held), test.year)
    return [
        Answer(f.value or 0.0, f.low, f.high, f.unit, f, _what(test, f.form, f.country, f.period))
        for f in chosen
        if f.known and len(test.place) == 1
    ]


def _answer(
    shelf: Shelf, test: Test, key: tuple[str, str, int], value: float, unit: str, country: str | None = None
) -> Answer:
    source, code, year = key
    row = shelf.sources[source]
    together = any(c["together"] for c in _codes(shelf.atlas) if c["hs6"] in code.split("+"))
    place = country or "+".join(test.place) or "WLD"
    partner = "+".join(test.other) or None
    way = f" {'to' if test.measure == 'exports' else 'from'} {partner}" if partner else ""
    locator = f"HS {code.replace('+', ' and ')}, {test.measure} of {place}{way}, {year}, tonnes added up"
    low, high = value * (1 - _SPREAD), value * (1 + _SPREAD)
    figure = Figure(
        f"{source}:{code}:{place}:{year}", test.material or "", code, "all", test.measure or "exports", place, partner,
        year, year, str(year), value, low, high, unit, "gross" if unit == "t" else "", source, row["family"],
        row["edition"], published(row["edition"], row["family"]), locator, "together" if together else "",
    )  # fmt: skip
    return Answer(value, low, high, unit, figure, _what(test, f"HS {code}", place, str(year)))


def _what(test: Test, form: str | None, place: str, period: str) -> str:
    partner = " and ".join(_name(code) for code in test.other)
    way = f" {'to' if test.measure == 'exports' else 'from'} {partner}" if partner else ""
    names = " and ".join(_name(code) for code in place.split("+"))
    whole = " of all of them" if partner and test.type == "share" else " of the world's" if test.type == "share" else ""
    return f"{names}, {test.measure}{way}{whole}, {material_name(test.material or '')}, {form or 'all'}, {period}"


def _name(code: str) -> str:
    try:
        return name_of(code)
    except InputError:
        return code


def countries(table: Sequence[Answer]) -> list[Answer]:
    """Return the rows of an order that are countries."""
    return [row for row in table if row.figure.country not in AGGREGATES]
