"""The Pink Sheet of the World Bank: monthly prices of commodities since 1960, to figures of the atlas.

Sheet "Monthly Prices" of ``CMO-Historical-Data-Monthly.xlsx``: lines of title, a line of names, a line of units such as
``($/mt)``, then a row a month (``1960M01``); a missing price is "…" or "..". Only the minerals of `SERIES` are read; a
name whose printed unit is not the one known is a fault, because prices in another unit would be taken for the same.

Needs fastexcel: ``pip install "ytterby[excel]"``.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

from ytterby.atlas.parsers import wgi
from ytterby.atlas.parsers.parsed import Parsed
from ytterby.atlas.schema import FIGURES
from ytterby.core.errors import Fault, InputError

SHEET = "Monthly Prices"
# Printed name: material, form, stage, unit. Iron ore is headed $/dmtu (10 kg of iron), but its numbers are a tonne's.
SERIES = {
    "Aluminum": ("Al", "primary aluminium", "refining", "USD/t nominal"),
    "Copper": ("Cu", "refined", "refining", "USD/t nominal"),
    "Lead": ("Pb", "refined", "refining", "USD/t nominal"),
    "Tin": ("Sn", "refined", "refining", "USD/t nominal"),
    "Nickel": ("Ni", "refined", "refining", "USD/t nominal"),
    "Zinc": ("Zn", "refined", "refining", "USD/t nominal"),
    "Gold": ("Au", "bullion", "refining", "USD/oz t nominal"),
    "Platinum": ("Pt", "bullion", "refining", "USD/oz t nominal"),
    "Silver": ("Ag", "bullion", "refining", "USD/oz t nominal"),
    "Iron ore, cfr spot": ("iron-ore", "fines, c.f.r. China", "mine", "USD/t gross nominal"),
    "Phosphate rock": ("phosphate-rock", "all", "mine", "USD/t gross nominal"),
    "Potassium chloride": ("potash", "potassium chloride", "mine", "USD/t gross nominal"),
    "DAP": ("dap", "all", "manufacture", "USD/t gross nominal"),
    "Urea": ("urea", "all", "manufacture", "USD/t gross nominal"),
}
PRINTED = {"$/mt": "USD/t", "$/troy oz": "USD/oz t", "$/dmtu": "USD/t gross"}
_MONTH = re.compile(r"(\d{4})M(0[1-9]|1[0-2])")
_MISSING = ("", "…", "...", "..", "n.a.", "NA")


def parse(path: Path, source: str, edition: str) -> Parsed:
    """Return the monthly prices in the workbook `path` as figures of `source`."""
    rows = _rows(path)
    months = next((at for at, row in enumerate(rows) if _MONTH.fullmatch(row[0])), None)
    if months is None or months < 2:
        raise InputError(
            Fault(f"{path.name}, sheet {SHEET!r}", "no month", "rows such as 1960M01 below names and units")
        )
    columns, faults = _columns(path.name, rows[months - 2], rows[months - 1])
    made = []
    for number, row in enumerate(rows[months:], months + 1):
        month = _MONTH.fullmatch(row[0])
        if month:
            for at, name in columns.items():
                price = _price(row[at])
                if isinstance(price, str):
                    faults.append(
                        Fault(f"{path.name}, row {number}, {name}", repr(price), "a price, or … when missing")
                    )
                elif price is not None:
                    made.append(_figure(name, f"{month[1]}-{month[2]}", price, source, edition))
    if faults:
        raise InputError(faults)
    months_read = sorted({row["period"] for row in made})
    note = f"{len(made):,} monthly prices of {len(columns)} minerals, {months_read[0]} to {months_read[-1]}"
    return Parsed(FIGURES, FIGURES.frame(made), (note,))


def _rows(path: Path) -> list[list[str]]:
    wgi.check(path)
    book = wgi.opened(path)
    if SHEET not in book.sheet_names:
        raise InputError(Fault(path.name, "sheets " + ", ".join(book.sheet_names[:8]), f"a sheet {SHEET!r}"))
    frame = book.load_sheet(SHEET, header_row=None, skip_rows=0, dtypes="string").to_polars()
    return [[(cell or "").strip() for cell in row] for row in frame.iter_rows()]


def _columns(place: str, names: list[str], units: list[str]) -> tuple[dict[int, str], list[Fault]]:
    """Return the wanted columns by their position, and what is wrong with the heading."""
    found = {re.sub(r"\W*\*+$", "", name).strip(): at for at, name in enumerate(names)}
    faults = [Fault(place, f"no column {name!r}", "a column of that name") for name in SERIES if name not in found]
    columns = {}
    for name, (*_, unit) in SERIES.items():
        if name in found:
            printed = units[found[name]].strip("()")
            if not unit.startswith(PRINTED.get(printed, "another unit")):
                faults.append(Fault(f"{place}, {name}", f"the unit {printed!r}", f"the unit of {unit}"))
            columns[found[name]] = name
    return columns, faults


def _price(cell: str) -> float | str | None:
    if cell in _MISSING:
        return None
    try:
        price = float(cell)
    except ValueError:
        return cell
    return price if math.isfinite(price) and price > 0 else cell


def _figure(name: str, period: str, price: float, source: str, edition: str) -> dict[str, Any]:
    material, form, stage, unit = SERIES[name]
    slug = re.sub(r"[^a-z0-9]+", "-", form.casefold()).strip("-")
    return {
        "id": f"{source}:{material}:{stage}:price:WLD:{period}:{slug}",
        "material": material,
        "form": form,
        "stage": stage,
        "measure": "price",
        "country": "WLD",
        "period": period,
        "value": price,
        "unit": unit,
        "qualifier": "reported",
        "source": source,
        "edition": edition,
        "locator": f"monthly prices, {name}, {period}",
    }
