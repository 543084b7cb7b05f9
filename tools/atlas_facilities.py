"""Rare-earth facilities: plants and mines read in sources, with capacity and output in stated units.

A cell that the compiled notes mark as remembered is left empty; a position is kept only where it was read; a government
quota or a national total printed beside a plant is not its capacity or output and is left out (quotas are figures).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from atlas_pages import Pages, seen
from atlas_rows import Row, number

# Cells that were only remembered or inferred, by facility.
REMEMBERED: dict[str, tuple[str, ...]] = {
    "CHN-MIN-BAYANOBO": ("start_year",),
    "CHN-MIN-WEISHAN": ("owner",),
    "CHN-MIN-LONGNAN": ("status",),
    "CHN-MIN-XUNWU": ("status",),
    "CHN-MAG-JLMAGBAOTOU": ("year_of_capacity",),
    "CHN-MAG-GRTDK": ("status", "start_year"),
    "USA-MIN-MTPASS": ("year_of_capacity",),
    "USA-SEP-WHITEMESA2": ("year_of_capacity",),
    "AUS-MIN-MTWELD": ("start_year",),
    "MYS-MAG-JSLINK": ("year_of_capacity",),
    "MYS-MIN-KENERING": ("start_year",),
    "AUS-SEP-NOLANS": ("start_year", "year_of_capacity"),
    "AUS-MIN-BROWNSRANGE": ("status",),
    "AUS-MIN-YANGIBANA": ("status",),
    "MMR-MIN-KACHIN": ("start_year",),
    "VNM-MIN-YENPHU": ("status",),
    "KOR-MET-KMP": ("year_of_capacity",),
    "IND-MAG-REPM": ("start_year",),
    "IND-MAG-SCHEME": ("year_of_capacity", "start_year"),
    "EST-SEP-SILMET": ("start_year",),
    "GBR-MET-LCM": ("start_year", "year_of_capacity", "actual_output_year"),
    "FIN-MAG-NEOREM": ("owner",),
    "GBR-SEP-SALTEND": ("status",),
    "DEU-REC-HYPROMAG": ("year_of_capacity",),
    "SWE-MIN-NORRAKARR": ("year_of_capacity",),
    "BRA-MIN-BUENA": ("status",),
    "AGO-MIN-LONGONJO": ("year_of_capacity",),
    "MWI-MIN-KANGANKUNDE": ("year_of_capacity", "start_year"),
    "BDI-MIN-GAKARA": ("start_year",),
    "MDG-MIN-MDG": ("owner",),
}
# Rows left out whole: leads that no publication was read for, and a plant whose name was only remembered.
LEFT_OUT = ("USA-MAG-VULCAN", "USA-MAG-HYPROMAGUSA", "USA-REC-REELEMENT", "CAN-SEP-UCOREDEMO")
AGGREGATES = (
    "CHN-MIN-CREG-LIGHT",
    "CHN-MIN-CREG-IAC",
    "CHN-SEP-CNRE",
    "CHN-SEP-CREG",
    "CHN-REC-SCRAP",
    "CHN-MAG-JLMAG",
    "IND-MAG-SCHEME",
    "MMR-MIN-KACHIN",
    "LAO-MIN-IAC",
    "THA-MIN-THA",
    "MDG-MIN-MDG",
    "NGA-MIN-NGA",
)
# (unit, what it counts) of each wording of a capacity or an output; None: not a capacity of the plant.
WORDS: tuple[tuple[str, tuple[str, str] | None], ...] = (
    (r"quota|national|total \(USGS\)|% of|demo|undisclosed|^see |cumulative|per quarter", None),
    (r"^t REO/yr, Sichuan", ("t REO/yr", "total REO in concentrate, with Dalucao")),
    (r"^t alloy", ("t gross/yr", "alloy")),
    (r"concentrate capacity|loparite concentrate|monazite concentrate", ("t gross/yr", "concentrate")),
    (r"ore input|^t input|chloride input\)$", ("t gross/yr", "feed in")),
    (r"NdPr/yr \(finished|NdPr/yr equivalent feed", ("t REO/yr", "NdPr oxide, in the feed it can supply")),
    (r"REO in concentrate", ("t REO/yr", "total REO in concentrate")),
    (r"NdPr.*metal|Nd/NdPr metal|metals/yr", ("t gross/yr", "metal")),
    (r"NdPr oxide|^t NdPr", ("t REO/yr", "NdPr oxide")),
    (r"Dy\+Tb", ("t REO/yr", "Dy and Tb oxide")),
    (r"1,400 NdPr|^t oxides", ("t REO/yr", "oxides named in the note")),
    (r"REO|light RE separation", ("t REO/yr", "total REO")),
    (r"RE products|^t RE/yr", ("t/yr", "rare-earth products, basis not stated")),
    (r"alloy", ("t gross/yr", "alloy")),
    (r"powder", ("t gross/yr", "magnet powder")),
    (r"magnet|NdFeB|sintered|blanks", ("t gross/yr", "magnets")),
    (r"^t/yr, 2 cells", ("t gross/yr", "metal")),
    (r"^t/yr", ("t/yr", "product, basis not stated")),
)
QUARTERS = {"Jul-Sep 2025": "2025-Q3", "Oct-Dec 2025": "2025-Q4", "FY25": "FY2025"}


def facilities(shared: Path, pages: Pages) -> Iterator[Row]:
    """The facilities whose figures or existence were read in a source."""
    for row in seen(shared, "facilities"):
        if row["id"] not in LEFT_OUT:
            yield _facility({**row, **dict.fromkeys(REMEMBERED.get(row["id"], ()), "")}, pages)


def _facility(row: dict[str, str], pages: Pages) -> Row:
    source = pages.source(row)
    capacity = _amount(row["capacity_value"], row["capacity_unit_basis"])
    output = _amount(row["actual_output_value"], row["actual_output_unit"])
    known = "SEEN" in row["coord_flag"] and "RECALLED" not in row["coord_flag"]
    return {
        "id": row["id"],
        "name": row["name"],
        "stage": row["stage"],
        "country": row["iso3"],
        "owner": row["owner"] or None,
        "feed": row["feed"] or None,
        "product": row["product"] or None,
        "lat": number(row["lat"]) if known else None,
        "lon": number(row["lon"]) if known else None,
        "coord_source": _point(row["coord_flag"]) if known else None,
        **_cells("capacity", capacity, row["year_of_capacity"], row["capacity_unit_basis"]),
        **_cells("output", output, row["actual_output_year"], row["actual_output_unit"]),
        "status": row["status"] or None,
        "start_year": int(row["start_year"]) if row["start_year"] else None,
        "aggregate": row["id"] in AGGREGATES,
        "source": source["id"],
        "locator": _locator(row),
        "note": _note(row),
    }


def _amount(value: str, words: str) -> tuple[float, str, str] | None:
    if not value:
        return None
    for pattern, meaning in WORDS:
        if re.search(pattern, words):
            return None if meaning is None else (float(value), *meaning)
    raise ValueError(f"no rule reads the unit {words!r}")


def _cells(name: str, amount: tuple[float, str, str] | None, period: str, words: str) -> Row:
    if amount is None:
        return {}
    value, unit, counts = amount
    for part, label in QUARTERS.items():
        if part in words:
            period = label
    if "Q" in period:
        unit = unit.removesuffix("/yr")
    if "/month" in words:
        value, words = value * 12, words + ", here times 12"
    return {name: value, f"{name}_unit": unit, f"{name}_period": period or None, f"{name}_of": counts}


def _point(flag: str) -> str:
    return "usgs-ree-deposits" if flag.startswith("USGS") else "globalstrategic-facilities"


def _locator(row: dict[str, str]) -> str:
    if row["source_publisher"].startswith("USGS MCS 2026"):
        return "chapter Rare Earths, World Mine Production and Reserves, and text"
    return f"text on {row['name']}"


def _note(row: dict[str, str]) -> str | None:
    parts = [row["figure_paraphrase"]]
    if row["capacity_value"]:
        parts.append(f"capacity read: {row['capacity_value']} {row['capacity_unit_basis']}")
    if row["actual_output_value"]:
        parts.append(f"output read: {row['actual_output_value']} {row['actual_output_unit']}")
    parts += [part.strip() for part in row["note"].split(";")]
    kept = [
        part
        for part in parts
        if part and not re.search(r"RECALLED|SEEN|inferred|shared/|repo|vault|proxy|unverified|DaryllGomas", part)
    ]
    return "; ".join(kept) or None
