"""Worldwide Governance Indicators of the World Bank: the workbook, in either of its two layouts, to one long table.

From the 2025 revision on there is a sheet for each indicator (va, pv, ge, rq, rl, cc) with the columns
"Economy (code)", "Year", "Governance estimate (approx. -2.5 to +2.5)", "Standard error (estimate)" and "Number of
sources". Before, one sheet holds code, year, indicator, estimate, stddev, nsource, with ".." for a missing value. The
2025 revision changed the method, so estimates of the two layouts are not one series.
Kaufmann, Kraay and Mastruzzi (2010), World Bank Policy Research Working Paper 5430.

Needs fastexcel: ``pip install "ytterby[excel]"``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from ytterby.atlas import archive
from ytterby.atlas.parsers.parsed import Parsed, need_columns
from ytterby.atlas.schema import GOVERNANCE
from ytterby.core.errors import Fault, InputError, MissingExtra

INDICATORS = {
    "va": "voice and accountability",
    "pv": "political stability and absence of violence",
    "ge": "government effectiveness",
    "rq": "regulatory quality",
    "rl": "rule of law",
    "cc": "control of corruption",
}
LIMITS = archive.Limits(members=300, unpacked=600_000_000)
_SHEETS = {
    "Economy (code)": "economy",
    "Year": "year",
    "Governance estimate (approx. -2.5 to +2.5)": "estimate",
    "Standard error (estimate)": "standard_error",
    "Number of sources": "sources_used",
}
_LONG = {
    "code": "economy",
    "year": "year",
    "indicator": "indicator",
    "estimate": "estimate",
    "stddev": "standard_error",
    "nsource": "sources_used",
}
# The World Bank's own codes, and those it used in older releases.
_CODES = {"ADO": "AND", "ROM": "ROU", "TMP": "TLS", "WBG": "PSE", "ZAR": "COD", "KSV": "XKX"}
_MISSING = ("", "..", "#N/A", "NA")


def parse(path: Path, source: str, edition: str) -> Parsed:
    """Return the six indicators in the workbook `path`; `source` and `edition` are those of the release."""
    check(path)
    book = opened(path)
    sheets = [name for name in INDICATORS if name in book.sheet_names]
    if sheets:
        faults = [
            Fault(path.name, f"sheets {', '.join(sheets)}", f"a sheet {name!r}")
            for name in INDICATORS
            if name not in sheets
        ]
        if faults:
            raise InputError(faults)
        parts = [_sheet(book, name, _SHEETS).with_columns(indicator=pl.lit(name)) for name in sheets]
        table = pl.concat(parts, how="diagonal")
    else:
        table = _sheet(book, book.sheet_names[0], _LONG)
    frame = _shaped(table, path.name).with_columns(source=pl.lit(source), edition=pl.lit(edition))
    note = f"{frame.height:,} estimates of {frame['economy'].n_unique()} economies, {_years(frame)}"
    return Parsed(GOVERNANCE, GOVERNANCE.check(frame), (note,))


def check(path: Path) -> None:
    """Raise unless `path` is a workbook that is safe to open."""
    names = {info.filename for info in archive.members(path, LIMITS)}
    if "xl/workbook.xml" not in names:
        raise InputError(Fault(path.name, "an archive without a workbook", "an .xlsx file"))


def opened(path: Path) -> Any:
    """Return the workbook `path`, which was looked at before."""
    try:
        import fastexcel
    except ImportError:
        raise MissingExtra("Excel files", "excel") from None
    try:
        return fastexcel.read_excel(str(path))
    except fastexcel.FastExcelError as cause:
        raise InputError(Fault(path.name, f"a workbook that does not open ({cause})", "an .xlsx file")) from None


def _sheet(book: Any, name: str, names: dict[str, str]) -> pl.DataFrame:
    """Return the wanted columns of a sheet, as text and under our names."""
    table: pl.DataFrame = book.load_sheet(name, dtypes="string").to_polars()
    need_columns(f"sheet {name!r}", table.columns, names)
    return table.select(pl.col(old).str.strip_chars().alias(new) for old, new in names.items())


def _shaped(table: pl.DataFrame, place: str) -> pl.DataFrame:
    """Return the rows that have an estimate in the columns of GOVERNANCE; a cell that is no number is told."""
    cells = table.with_columns(pl.col("economy").replace(_CODES), pl.col("indicator").str.to_lowercase())
    numbers = {"year": pl.Int16, "estimate": pl.Float64, "standard_error": pl.Float64, "sources_used": pl.Int16}
    faults = []
    for name, dtype in numbers.items():
        blank = pl.col(name).is_in(_MISSING).fill_null(True)
        number = pl.when(~blank).then(pl.col(name).cast(pl.Float64, strict=False))
        for row in cells.select(~blank & ~number.is_finite().fill_null(False)).to_series().arg_true()[:20]:
            faults.append(Fault(f"{place}, row {row + 2}, {name}", repr(cells[name][row]), "a number"))
        cells = cells.with_columns(number.cast(dtype, strict=False).alias(name))
    if faults:
        raise InputError(faults)
    known = cells.filter(pl.col("estimate").is_not_null())
    return known.select(GOVERNANCE.names[:-2]).sort("economy", "indicator", "year")


def _years(frame: pl.DataFrame) -> str:
    years = sorted(frame["year"].unique())
    return f"{years[0]}-{years[-1]}" if years else "no year"
