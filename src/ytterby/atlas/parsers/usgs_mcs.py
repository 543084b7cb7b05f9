"""Mineral Commodity Summaries of the U.S. Geological Survey: world tables of a data release, to figures of the atlas.

Two layouts are read. From the 2026 edition on, one long table (``MCS2026_Commodities_Data.csv``): chapter, section,
commodity, country, statistics and their detail, unit, year, value, notes. Before, one wide table
(``MCS2025_World_Data.csv``): commodity, country, type, unit, and a column for each year of production and capacity and
for reserves. Both come in Windows-1252.

How a printed heading is read (material, form, stage, measure, unit with its basis) is written out in
``usgs_titles.csv``, one line a heading. A row whose heading is not there is left out and counted, never guessed at. The
statistics of the United States in the long table are read by ``usgs_salient``.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ytterby.atlas import places
from ytterby.atlas.parsers import usgs_salient
from ytterby.atlas.parsers.parsed import Parsed, decoded, need_columns
from ytterby.atlas.schema import FIGURES
from ytterby.core.errors import Fault, InputError

LONG = ("MCS chapter", "Section", "Commodity", "Country", "Statistics", "Statistics_detail", "Unit", "Year", "Value")
WIDE = ("COMMODITY", "COUNTRY", "TYPE", "UNIT_MEAS")
MOST_ROWS = 200_000
_COLUMN = re.compile(r"(PROD|CAP|RESERVES)_(EST_)? ?(\d{4})")
_STATISTICS = {"PROD": "production", "CAP": "capacity", "RESERVES": "reserves"}
_NOTES = {"PROD": "PROD_NOTES", "CAP": "CAP_NOTES", "RESERVES": "RESERVE_NOTES"}
# Chapters whose name does not begin with the name used in usgs_titles.csv.
_CHAPTERS = {
    "titanium_titanium_dioxide": "titanium_dioxide_and_metal",
    "iron_steel_slag": "iron_and_steel_slag",
    "sand_gravel_construction": "sand_and_gravel_construction",
}
_PRINTED = {"W": "withheld", "NA": "not_available", "XX": "not_available"} | dict.fromkeys(
    ("—", "–", "-", "--"), "zero"
)
_ESTIMATED = re.compile(r"also estimated|[Ee]stimated (in )?20\d\d|^Estimated( in both|\.|,| from| based|$)", re.I)
_NUMBER = re.compile(r"\d[\d,]*(\.\d+)?|\.\d+")
_RANGE = re.compile(r"(\d[\d,]*) ?[-–] ?(\d[\d,]*)")


@dataclass(frozen=True, slots=True)
class Printed:
    """One cell of a world table as it is printed, and where it stands."""

    line: int
    commodity: str
    form: str
    title: str
    statistic: str
    country: str
    year: str
    text: str
    unit: str
    notes: str
    estimated: bool


def parse(path: Path, source: str, edition: str) -> Parsed:
    """Return the world tables in the data release `path` as figures of `source`."""
    text = decoded(path.read_bytes())
    rows = list(_rows(text, path.name))
    if not rows:
        raise InputError(Fault(path.name, "a table without rows", "the publisher's table"))
    long = "MCS chapter" in rows[0][1]
    need_columns(path.name, [name for name in rows[0][1] if name], LONG if long else WIDE)
    world = [(line, row) for line, row in rows if not long or (row["Section"] or "").startswith("World")]
    cells = list(_long(world) if long else _wide(world))
    made, unknown, words = _figures(cells, path.name, source, edition)
    at_home = [(line, row) for line, row in rows if long and not (row["Section"] or "").startswith("World")]
    own, more, odd = usgs_salient.figures(at_home, path.name, source, edition)
    made, unknown, words = [*made, *own], unknown + more, words + odd
    notes = [f"{len(made):,} figures of {len({row['material'] for row in made})} materials"]
    if at_home:
        notes.append(f"{len(own):,} of {len(at_home):,} rows of U.S. statistics are read.")
    for left, why in ((unknown, "under headings that are not known, or printed twice"), (words, "without a number")):
        if left:
            names = "; ".join(name for name, _ in left.most_common(3))
            notes.append(f"{left.total():,} cells {why} are left out: {names} ...")
    return Parsed(FIGURES, FIGURES.frame(made), tuple(notes))


@cache
def titles() -> Mapping[tuple[str, ...], Mapping[str, str]]:
    """Return how each printed heading is read, by commodity, form, title, statistic and printed unit."""
    table = (Path(__file__).parent / "usgs_titles.csv").read_text(encoding="utf-8")
    names = ("commodity", "printed_form", "title", "statistic", "printed_unit")
    return {tuple(row[name] for name in names): row for row in csv.DictReader(io.StringIO(table))}


def commodity(chapter: str) -> str:
    """Return the name usgs_titles.csv has for a chapter.

    >>> commodity("GRAPHITE (NATURAL)"), commodity("Bauxite and Alumina"), commodity("Phosphate rock ")
    ('graphite', 'bauxite_alumina', 'phosphate_rock')
    """
    words = [word for word in re.findall(r"[a-z]+", chapter.casefold()) if word != "and"]
    name = "_".join(words)
    known = sorted({key[0] for key in titles()}, key=len, reverse=True)
    return _CHAPTERS.get(name) or next((item for item in known if f"{name}_".startswith(f"{item}_")), name)


def value(text: str, notes: str, estimated: bool) -> tuple[float | None, float | None, float | None, str] | None:
    """Return value, low, high and qualifier of a printed cell; None when no rule reads it.

    >>> value("270,000", "", False), value(">90000000", "", False), value("W", "", False)
    ((270000.0, None, None, 'reported'), (90000000.0, None, None, '>'), (None, None, None, 'withheld'))
    >>> value("e10,500", "", False), value("1,000-2,000", "", False)
    ((10500.0, None, None, 'estimated'), (None, 1000.0, 2000.0, 'estimated'))
    """
    printed = " ".join(text.split())
    if printed in _PRINTED:
        known = _PRINTED[printed]
        return (0.0 if known == "zero" else None), None, None, known
    guess = estimated or bool(_ESTIMATED.search(notes)) or printed[:1] == "e" or printed[-1:] == "e"
    sign, bare = (printed[0], printed[1:].strip()) if printed[:1] in ("<", ">") else ("", printed.strip("e"))
    if _NUMBER.fullmatch(bare):
        number = float(bare.replace(",", ""))
        return number, None, None, sign or ("zero" if number == 0 else "estimated" if guess else "reported")
    span = _RANGE.fullmatch(printed)
    if span:
        return None, float(span[1].replace(",", "")), float(span[2].replace(",", "")), "estimated"
    return None


def _rows(text: str, place: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if reader.line_num > MOST_ROWS:
                raise InputError(Fault(place, f"more than {MOST_ROWS:,} lines", "the publisher's table"))
            if any(cell.strip() for cell in row.values() if isinstance(cell, str)):
                yield reader.line_num, {name: cell or "" for name, cell in row.items() if name is not None}
    except csv.Error as cause:
        raise InputError(Fault(f"{place}, line {reader.line_num}", str(cause), "a table in CSV")) from None


def _long(rows: Iterable[tuple[int, dict[str, str]]]) -> Iterator[Printed]:
    for line, row in rows:
        statistic = row["Statistics"].strip().casefold()
        if statistic in _STATISTICS.values():
            notes = row.get("Notes", "")
            estimated = notes.startswith("Estimated")
            yield Printed(
                line, commodity(row["MCS chapter"]), row["Commodity"].strip(), _title(row["Statistics_detail"]),
                statistic, row["Country"].strip(), row["Year"].strip(), row["Value"], _plain(row["Unit"]), notes,
                estimated,
            )  # fmt: skip


def _wide(rows: Iterable[tuple[int, dict[str, str]]]) -> Iterator[Printed]:
    for line, row in rows:
        for name, cell in row.items():
            found = _COLUMN.fullmatch(name.strip())
            if found and cell.strip():
                kind = found[1]
                yield Printed(
                    line, commodity(row["COMMODITY"]), "", _title(row["TYPE"]), _STATISTICS[kind],
                    row["COUNTRY"].strip(), found[3], cell, _plain(row["UNIT_MEAS"]), row.get(_NOTES[kind], ""),
                    found[2] is not None,
                )  # fmt: skip


def _figures(
    cells: list[Printed], file: str, source: str, edition: str
) -> tuple[list[dict[str, Any]], Counter[str], Counter[str]]:
    """Return the figures, the headings of cells left out, and the cells and names that no rule reads."""
    keys = [(c.commodity, c.form, c.title, c.statistic, c.country, c.year) for c in cells]
    times = Counter(keys)
    made: list[dict[str, Any]] = []
    unknown: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for cell, key in zip(cells, keys, strict=True):
        reading = _reading(cell)
        if reading is None or times[key] > 1:
            unknown[f"{cell.commodity}, {cell.title[:60]}"] += 1
            continue
        if not reading["material"]:
            continue
        country, numbers = _country(cell.country), value(cell.text, cell.notes, cell.estimated)
        if country is None or numbers is None:
            words[cell.country if country is None else " ".join(cell.text.split())[:30]] += 1
            continue
        made.append(_figure(cell, reading, country, numbers, file, source, edition))
    return made, unknown, words


def _reading(cell: Printed) -> Mapping[str, str] | None:
    """How the heading of a cell is read; None when that is not known or needs more than the heading."""
    forms = (cell.form, "")
    found = next((row for form in forms if (row := titles().get(_key(cell, form))) is not None), None)
    return None if found is None or any(sign in found["form"] for sign in "(;") else found


def _key(cell: Printed, form: str) -> tuple[str, ...]:
    return cell.commodity, form, cell.title, cell.statistic, cell.unit


def _figure(
    cell: Printed,
    reading: Mapping[str, str],
    country: str,
    numbers: tuple[float | None, float | None, float | None, str],
    file: str,
    source: str,
    edition: str,
) -> dict[str, Any]:
    number, low, high, qualifier = numbers
    form = reading["form"] or None
    slug = re.sub(r"[^a-z0-9]+", "-", reading["form"].casefold()).strip("-")
    parts = [source, reading["material"], reading["stage"], reading["measure"], country, cell.year, slug, cell.line]
    return {
        "id": ":".join(str(part) for part in parts if part != ""),
        "material": reading["material"],
        "form": form,
        "stage": reading["stage"],
        "measure": reading["measure"],
        "country": country,
        "period": cell.year,
        "value": number,
        "low": low,
        "high": high,
        "unit": reading["unit"],
        "qualifier": qualifier,
        "source": source,
        "edition": edition,
        "locator": f"{file}, line {cell.line}, {cell.title[:80]}, row {cell.country}, {cell.statistic} {cell.year}",
        "note": cell.notes or None,
    }


def _country(name: str) -> str | None:
    """Return the ISO3 code of a printed name; None when it is not known."""
    plain = " ".join(name.split())
    if plain.casefold().startswith(("world total", "world")):
        return "WLD"
    if plain.casefold().startswith("other"):
        return "XXX"
    for candidate in (plain, re.sub(r" ?\(.*|\d+$", "", plain).strip()):
        try:
            return places.iso3(candidate)
        except InputError:
            continue
    return None


def _title(text: str) -> str:
    return re.sub(r"[:,]? ?\(?rounded\)?", "", " ".join(text.split())).strip(" ,:.")


def _plain(text: str) -> str:
    return " ".join(text.split())
