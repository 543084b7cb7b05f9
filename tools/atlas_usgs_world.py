"""World production, capacity and reserves of every commodity but the rare earths, as five editions print them.

How a printed table is read (material, form, stage, measure, unit with its basis) is written out in
``usgs_titles.csv``, one line a title; a title that is not there stops the compiler. Where the unit in the heading
of a data release is wrong by a factor of a thousand or more, the line says why, and a correction row is made of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from atlas_rows import Row, figure, number, read_csv
from ytterby.atlas import places

TITLES = Path(__file__).parents[1] / "src/ytterby/atlas/parsers/usgs_titles.csv"  # one list for compiler and update
EDITIONS = {"2026": "2026 v1.3"}
OURS = ("rare_earths", "yttrium", "scandium")  # read by atlas_usgs.py
QUALIFIERS = {"withheld": "withheld", "not_available": "not_available", "zero": "zero", ">": ">", "<": "<"}
WORDS_ONLY = ("large", "moderate", "small", "very small", "moderate to large", 'categorized as "large"')
HALF = re.compile(r"less than (½|1/2)", re.IGNORECASE)
ELSEWHERE = re.compile(r"included (in|with)|are included with", re.IGNORECASE)
ESTIMATED = re.compile(
    r"also estimated|[Ee]stimated (in )?20\d\d|^Estimated( in both|\.|,| from| based|$)", re.IGNORECASE
)
# The sign for "estimated" ran into the name of the country.
MARKED = ("Japane", "Republic ofe", "Russiae", "countriese", "Argentinae", "Armeniae", "Chinae", "Greecee", "Hungarye")
MARKED += ("Irane", "Mexicoe", "Zealande", "Slovakiae", "Turkeye")
PIGMENT = {"form": "TiO2 pigment", "stage": "manufacture", "unit": "t gross"}
# Cells whose number cannot be what was meant: (edition, commodity, statistic, country, year): (read as, why).
MISPRINTS: dict[tuple[str, ...], tuple[float, str]] = {
    ("2023", "zinc", "reserves", "Australia", "2022"): (
        66_000.0,
        "The mark of footnote 11 ran into the number; with 66,000 the countries add up to the printed world total.",
    ),
    ("2025", "clays", "production", "World total (rounded)", "2024", "Mine poduction, Kaolin"): (
        44_000.0,
        "The countries add up to 44,240; the printed total of the year before is 44,400.",
    ),
}
EMPTY_WORDS = re.compile(
    r"See Appendix C[^.]*\.( -- )?|Estimated ?\.( ?-- ?)?|^(yes|estimated|reported)$", re.IGNORECASE
)


def world(shared: Path) -> Iterator[Row]:
    """Every number by country, editions 2022 to 2026; cells that say the quantity does not exist are left out."""
    rows = list(_rows(shared))
    columns = Counter(_cell(row) for row in rows)
    seen: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        reading = titles()[_key(row)]
        seen[_cell(row)] += 1
        if reading["material"] and row["qualifier"] != "not_applicable":
            yield _figure(row, _second(row, reading, columns[_cell(row)], seen[_cell(row)]))


def _cell(row: dict[str, str]) -> tuple[str, ...]:
    """Return what names one column of one row; two columns of a name are told apart by their order."""
    return (*_key(row), row["edition"], row["country"], row["year"])


def _second(row: dict[str, str], reading: dict[str, str], columns: int, at: int) -> dict[str, str]:
    """Return the reading of a cell; two tables print two columns under one heading."""
    commodity, form = row["commodity_id"], reading["form"]
    if commodity == "titanium_dioxide_and_metal" and ";" in form:  # sponge first, then pigment
        pigment = at == 2 or columns == 1
        return {**reading, **(PIGMENT if pigment else {"form": "sponge"})}
    if commodity == "potash" and columns == 2 and at == 1:  # ore first, then K2O
        return {**reading, "form": "recoverable ore", "unit": "kt gross"}
    if commodity == "titanium_mineral_concentrates" and "ilmenite and rutile" in row["country"]:
        return {**reading, "form": "ilmenite and rutile"}
    in_two_parts = commodity == "helium" and row["iso3"] == "USA" and "(" in row["country"]
    if form == "(country)" or in_two_parts:
        return {**reading, "form": _printed_beside(row)}
    if form == "(note)":
        return {**reading, "form": row["notes"].strip().casefold() or "all forms"}
    return reading


def corrections(shared: Path) -> Iterator[Row]:
    """A row for each heading whose unit is read otherwise than printed."""
    seen = {}
    for row in _rows(shared):
        reading = titles()[_key(row)]
        if reading["why"] and reading["material"]:
            seen[row["edition"], row["commodity_id"], row["statistic"]] = (row, reading)
    for (edition, commodity, statistic), (row, reading) in sorted(seen.items()):
        yield {
            "id": f"usgs-mcs-{edition}-{commodity.replace('_', '-')}-{statistic}-unit",
            "table": "figures",
            "source": f"usgs-mcs-{edition}",
            "action": "unit",
            "found": f"{commodity.replace('_', ' ')}, {statistic}: {row['unit'].strip() or 'no unit'}",
            "read_as": reading["unit"],
            "reason": reading["why"],
        }
    for (edition, commodity, statistic, country, year, *_), (value, why) in MISPRINTS.items():
        yield {
            "id": f"usgs-mcs-{edition}-{commodity}-{statistic}-{country.split()[0].lower()}-{year}",
            "table": "figures",
            "source": f"usgs-mcs-{edition}",
            "action": "misprint",
            "found": f"{commodity}, {statistic}, {country}, {year}: a number that cannot be meant",
            "read_as": f"{value:,.0f}",
            "reason": why,
        }


@cache
def titles() -> dict[tuple[str, str, str, str, str], dict[str, str]]:
    """Return the reading of each printed title."""
    names = ("commodity", "printed_form", "title", "statistic", "printed_unit")
    return {(*(row[name] for name in names),): row for row in read_csv(TITLES)}  # type: ignore[misc]


def _rows(shared: Path) -> Iterator[dict[str, str]]:
    for row in read_csv(shared / "usgs_mcs/world_by_country_mcs2022_2026.csv"):
        if row["commodity_id"] not in OURS:
            if _key(row) not in titles():
                raise ValueError(f"no reading of {_key(row)}: add a line to {TITLES.name}")
            yield row


def _key(row: dict[str, str]) -> tuple[str, str, str, str, str]:
    title = re.sub(r"[:,]? ?\(?rounded\)?", "", " ".join(row["type"].split())).strip(" ,:.")
    form = row["form"] if row["commodity_id"] == "helium" else ""
    return row["commodity_id"], form, title, row["statistic"], " ".join(row["unit"].split())


def _figure(row: dict[str, str], reading: dict[str, str]) -> Row:
    edition, printed, form = row["edition"], row["value_text"].strip(), reading["form"]
    value, low, high, qualifier = _value(row, printed)
    misprint = MISPRINTS.get(_place(row)) or MISPRINTS.get((*_place(row), row["type"]))
    if misprint:
        value = misprint[0]
    title = " ".join(row["type"].split()) or "Mine production"
    chapter = f"{row['form']}, " if row["form"] else ""
    together = "United States and Canada" in row["country"]
    return figure(
        f"usgs-mcs-{edition}",
        EDITIONS.get(edition, edition),
        f"{row['source_file']}, {chapter}{title[:90]}, row {row['country']}, {row['statistic']} {row['year']}",
        material=reading["material"],
        form="United States and Canada together" if together else form or None,
        stage=reading["stage"],
        measure=reading["measure"],
        country=_country(row),
        period=row["year"],
        value=value,
        low=low,
        high=high,
        unit=reading["unit"],
        qualifier=qualifier,
        note=_note(row, reading, form, printed, qualifier if misprint is None else "misprint"),
    )


def _value(row: dict[str, str], printed: str) -> tuple[float | None, float | None, float | None, str]:
    """Return value, low, high and qualifier of a printed cell."""
    if row["qualifier"] == "value":
        marked = row["country"].endswith(MARKED) and row["statistic"] == "production"
        estimated = row["estimated"] == "True" or marked or bool(ESTIMATED.search(row["notes"]))
        return number(row["value"]), None, None, "estimated" if estimated else "reported"
    if row["qualifier"] in QUALIFIERS:
        return number(row["value"]), None, None, QUALIFIERS[row["qualifier"]]
    if re.fullmatch(r"e[\d,]+", printed):
        return float(printed[1:].replace(",", "")), None, None, "estimated"
    span = re.fullmatch(r"([\d,]+) ?[-–] ?([\d,]+)", printed)
    if span:
        return None, float(span[1].replace(",", "")), float(span[2].replace(",", "")), "estimated"
    if HALF.search(printed) or (printed == "s" and HALF.search(row["notes"])):
        return 0.5, None, None, "<"
    if ELSEWHERE.search(printed) or (printed == "s" and ELSEWHERE.search(row["notes"])):
        return None, None, None, "included_elsewhere"
    if printed.casefold() in WORDS_ONLY:
        return None, None, None, "words_only"
    raise ValueError(f"no rule reads the cell {printed!r} of {row['commodity_id']} {row['edition']} ({row['notes']})")


def _place(row: dict[str, str]) -> tuple[str, ...]:
    return row["edition"], row["commodity_id"], row["statistic"], row["country"], row["year"]


def _country(row: dict[str, str]) -> str:
    if row["iso3"]:
        return row["iso3"]
    name = re.sub(r" ?(\(.*|\d+$)", "", row["country"]).strip()
    if name.startswith(("Other", "United States and Canada")):
        return "XXX"
    return places.iso3(name)


def _printed_beside(row: dict[str, str]) -> str:
    """Return what stands in brackets beside the country: "France (andalusite)"."""
    found = re.search(r"\(([^()]+)\)", row["country"])
    return found[1] if found and "rounded" not in found[1] else ""


def _note(row: dict[str, str], reading: dict[str, str], form: str, printed: str, qualifier: str) -> str | None:
    parts = [EMPTY_WORDS.sub("", row["notes"]).strip(" -")]
    beside = _printed_beside(row)
    if beside and beside != form and beside not in ("Kinshasa", "Brazzaville"):
        parts.append(f"{beside[:1].upper()}{beside[1:]}.")
    _, _, kind = " ".join(row["type"].split()).rpartition(": ")
    if (
        kind not in ("", "rounded")
        and ":" in row["type"]
        and kind.casefold() not in (form.casefold(), beside.casefold())
    ):
        parts.append(f"{kind[:1].upper()}{kind[1:]}.")
    if qualifier == "misprint":
        parts.append(f"Printed: {printed}, see corrections.")
    if qualifier == "words_only":
        parts.append(f"Printed: {printed}.")
    if qualifier == "included_elsewhere" and printed != "s":
        parts.append(f"Printed: {printed.rstrip('.')}.")
    if reading["why"]:
        parts.append(f"Unit printed: {row['unit'].strip() or 'none'}; read as {reading['unit']}, see corrections.")
    if _country(row) == "XXX" and not form.startswith("United States"):
        parts.append("Countries not named by the publisher.")
    return " ".join(dict.fromkeys(part for part in parts if part)) or None
