"""U.S. salient statistics, prices, net import reliance and import sources of every chapter of one edition.

How a printed line is read is written out in ``usgs_lines.csv`` of the parsers, one row a line; a line that is not there
stops the compiler. Numbers that stand in the world tables of the same edition as well are kept there only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator
from functools import cache
from pathlib import Path

from atlas_rows import Row, figure, number, read_csv

LINES = Path(__file__).parents[1] / "src/ytterby/atlas/parsers/usgs_lines.csv"
CHAPTERS = ("RARE EARTHS", "RARE EARTHS (Heavy)", "SCANDIUM", "YTTRIUM")  # read by atlas_usgs.py
QUALIFIERS = {
    "withheld": "withheld",
    "not_available": "not_available",
    "zero": "zero",
    ">": ">",
    "<": "<",
    "net_exporter": "net_exporter",
}
ELSEWHERE = re.compile(r"included (in|with)|are included with", re.IGNORECASE)
BOUNDS = {"less than ½ unit": 0.5, "less than 100,000 tons": 0.1, "less than 500 carats": 0.0005}
PLACES = (("China", "CHN"), ("London Metal Exchange", "WLD"), ("LME", "WLD"), ("Australia", "AUS"), ("Europe", "WLD"))
PLACES += (("Rotterdam", "WLD"),)


def salient(shared: Path, held: Container[str]) -> Iterator[Row]:
    """Every line of the salient tables that counts a quantity, but those whose id is in `held`."""
    seen: Counter[tuple[str, ...]] = Counter()
    for row in read_csv(shared / "usgs_mcs/mcs2026_full.csv"):
        if row["section"].startswith("World") or row["chapter"] in CHAPTERS:
            continue
        key = _key(row)
        if key not in lines():
            raise ValueError(f"no reading of {key}: add a row to {LINES.name}")
        reading = lines()[key]
        seen[(*key, row["year"], row["country"])] += 1
        if reading["material"] and row["qualifier"] != "not_applicable":
            made = _figure(row, reading, seen[(*key, row["year"], row["country"])])
            if made["id"] not in held:
                yield made


@cache
def lines() -> dict[tuple[str, ...], dict[str, str]]:
    """Return the reading of each printed line."""
    names = ("chapter", "commodity", "statistic", "line", "printed_unit")
    return {tuple(row[name] for name in names): row for row in read_csv(LINES)}


def _key(row: dict[str, str]) -> tuple[str, ...]:
    line = " ".join(row["detail"].split())
    return row["chapter"], row["commodity"].strip(), row["statistic"], line, row["unit"]


def _figure(row: dict[str, str], reading: dict[str, str], at: int) -> Row:
    forms = reading["form"].split("; ")  # one line printed twice: scrap mica first, then sheet
    sources = reading["measure"] == "import_source_share"
    value, low, high, qualifier = _value(row)
    section = "Import Sources (2021-24)" if sources else "Salient Statistics"
    place = f", row {row['country']}" if sources else f", {row['year']}"
    return figure(
        "usgs-mcs-2026",
        "2026 v1.3",
        f"MCS2026_Commodities_Data.csv, chapter {_title(row['chapter'])}, {section}, "
        f"{' '.join(row['detail'].split())[:110]}{place}",
        material=reading["material"],
        form=forms[min(at, len(forms)) - 1] or None,
        stage=reading["stage"],
        measure=reading["measure"],
        country=_market(row) if reading["measure"] == "price" else "USA",
        partner=(row["iso3"] or "XXX") if sources else None,
        period=row["year"].replace("–24", "-2024"),
        value=value,
        low=low,
        high=high,
        unit=reading["unit"],
        qualifier=qualifier,
        note=_note(row, qualifier, sources),
    )


def _title(chapter: str) -> str:
    return chapter.title() if chapter.isupper() else chapter


def _value(row: dict[str, str]) -> tuple[float | None, float | None, float | None, str]:
    printed = row["value_text"].strip()
    if row["qualifier"] == "value":
        return number(row["value"]), None, None, "estimated" if row["estimated"] == "True" else "reported"
    if row["qualifier"] in QUALIFIERS:
        return number(row["value"]), None, None, QUALIFIERS[row["qualifier"]]
    span = re.fullmatch(r"([\d,]+)[-–]([\d,]+)", printed)
    if span:
        return None, float(span[1].replace(",", "")), float(span[2].replace(",", "")), "reported"
    if re.fullmatch(r"\?[\d,]+\|?", printed):  # a minus sign lost in the release: more came in than went out
        return -float(printed.strip("?|").replace(",", "")), None, None, "reported"
    if printed == "s" and ELSEWHERE.search(row["notes"]):
        return None, None, None, "included_elsewhere"
    if printed == "s" and any(words in row["notes"] for words in ("preclude calculation", "misclassified")):
        return None, None, None, "not_available"
    if printed == "s":
        return _bound(row), None, None, "<"
    raise ValueError(f"no rule reads the cell {printed!r} of {row['chapter']}, {row['detail']} ({row['notes']})")


def _bound(row: dict[str, str]) -> float:
    """Return the number that a cell printed as a sign is less than, in the unit of its row."""
    for words, bound in BOUNDS.items():
        if words in row["notes"].casefold():
            return bound
    raise ValueError(f"{row['chapter']}, {row['detail']}: no bound in {row['notes']!r}")


def _market(row: dict[str, str]) -> str:
    """Return where a price is quoted: in the United States unless the line says otherwise."""
    line = row["detail"]
    return next((code for word, code in PLACES if word in line), "USA")


def _note(row: dict[str, str], qualifier: str, sources: bool) -> str | None:
    parts = [re.sub(r"^Estimated ?\.( ?-- ?)?", "", row["notes"]).strip(" -")]
    if qualifier == "included_elsewhere":
        parts.append("Counted elsewhere.")
    if sources and not row["iso3"] and not row["country"].startswith("Other"):
        parts.append(f"Printed together: {row['country']}.")
    if "average-real" in row["detail"]:
        parts.append("Printed as real; the year of its prices is not said.")
    return " ".join(dict.fromkeys(part for part in parts if part)) or None
