"""The statistics of the United States in a data release of the Mineral Commodity Summaries, to figures of the atlas.

Salient statistics, prices, net import reliance and import sources stand in the same long table as the world's. How each
printed line is read is written out in ``usgs_lines.csv``, one row a line; a line that is not there is left out and
counted. The rare earths have lines of their own and are not among them.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ytterby.atlas import places
from ytterby.core.errors import InputError

_PRICED_AT = (
    ("China", "CHN"), ("London Metal Exchange", "WLD"), ("LME", "WLD"), ("Australia", "AUS"), ("Europe", "WLD"),
    ("Rotterdam", "WLD"),
)  # fmt: skip
_KEYS = ("chapter", "commodity", "statistic", "line", "printed_unit")
_NUMBER = re.compile(r"-?(\d[\d,]*(\.\d+)?|\.\d+)")
_SPAN = re.compile(r"(\d[\d,]*) ?[-–] ?(\d[\d,]*)")
_WORDS = {"W": "withheld", "NA": "not_available", "XX": "not_available", "E": "net_exporter"}
_DASHES = ("—", "–", "-", "--")

Cell = tuple[float | None, float | None, float | None, str]


@cache
def lines() -> Mapping[tuple[str, ...], Mapping[str, str]]:
    """Return how each printed line is read, by chapter, commodity, statistic, line and printed unit."""
    table = (Path(__file__).parent / "usgs_lines.csv").read_text(encoding="utf-8")
    return {tuple(_plain(row[name]) for name in _KEYS): row for row in csv.DictReader(io.StringIO(table))}


def figures(
    rows: Iterable[tuple[int, Mapping[str, str]]], file: str, source: str, edition: str
) -> tuple[list[dict[str, Any]], Counter[str], Counter[str]]:
    """Return the figures of U.S. rows, the lines that are not known, and the cells that no rule reads."""
    made: list[dict[str, Any]] = []
    unknown: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for at, row in rows:
        reading = lines().get(_key(row))
        if reading is None or ";" in reading["form"]:
            unknown[f"{_plain(row['MCS chapter']).casefold()}, {_plain(row['Statistics_detail'])[:60]}"] += 1
            continue
        if not reading["material"] or row["Value"].strip().casefold() == "not applicable":
            continue
        cell = value(row["Value"], row.get("Notes", ""))
        if cell is None:
            words[_plain(row["Value"])[:30]] += 1
            continue
        made.append(_figure(at, row, reading, cell, file, source, edition))
    return made, unknown, words


def value(text: str, notes: str) -> Cell | None:
    """Return value, low, high and qualifier of a printed cell; None when no rule reads it.

    >>> value("4,880", ""), value(">95", ""), value("E", "")
    ((4880.0, None, None, 'reported'), (95.0, None, None, '>'), (None, None, None, 'net_exporter'))
    """
    printed = _plain(text)
    if printed in _DASHES:
        return 0.0, None, None, "zero"
    if printed in _WORDS:
        return None, None, None, _WORDS[printed]
    sign, bare = (printed[0], printed[1:].strip()) if printed[:1] in ("<", ">") else ("", printed.strip("e"))
    if _NUMBER.fullmatch(bare):
        number = float(bare.replace(",", ""))
        guess = notes.startswith("Estimated") or (bare != printed and not sign)
        return number, None, None, sign or ("zero" if number == 0 else "estimated" if guess else "reported")
    span = _SPAN.fullmatch(printed)
    if span:
        return None, float(span[1].replace(",", "")), float(span[2].replace(",", "")), "reported"
    return None


def _figure(
    at: int, row: Mapping[str, str], reading: Mapping[str, str], cell: Cell, file: str, source: str, edition: str
) -> dict[str, Any]:
    number, low, high, qualifier = cell
    detail, year = _plain(row["Statistics_detail"]), _plain(row["Year"]).replace("–", "-")
    bought = reading["measure"] == "import_source_share"
    period = re.sub(r"^(\d{2})(\d{2})-(\d{2})$", r"\1\2-\g<1>\3", year)
    place = _market(detail) if reading["measure"] == "price" else "USA"
    form = reading["form"] or None
    slug = re.sub(r"[^a-z0-9]+", "-", reading["form"].casefold()).strip("-")
    parts = [source, reading["material"], reading["stage"], reading["measure"], place, period, slug, at]
    return {
        "id": ":".join(str(part) for part in parts if part != ""),
        "material": reading["material"],
        "form": form,
        "stage": reading["stage"],
        "measure": reading["measure"],
        "country": place,
        "partner": _partner(row["Country"]) if bought else None,
        "period": period,
        "value": number,
        "low": low,
        "high": high,
        "unit": reading["unit"],
        "qualifier": qualifier,
        "source": source,
        "edition": edition,
        "locator": f"{file}, line {at}, {row['Section'].strip()}, {detail[:80]}, {row['Country'].strip()} {year}",
        "note": row.get("Notes") or None,
    }


def _key(row: Mapping[str, str]) -> tuple[str, ...]:
    names = ("MCS chapter", "Commodity", "Statistics", "Statistics_detail", "Unit")
    return tuple(_plain(row[name]) for name in names)


def _partner(name: str) -> str:
    try:
        return places.iso3(_plain(name))
    except InputError:
        return "XXX"  # other countries, or several printed together


def _market(detail: str) -> str:
    return next((code for word, code in _PRICED_AT if word in detail), "USA")


def _plain(text: str) -> str:
    return " ".join(text.split())
