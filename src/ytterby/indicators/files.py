"""Reading a user's table from a file: CSV, Parquet or Excel, told apart by their first bytes and names.

CSV is read as text, so that the checks of `ytterby.indicators.user_tables` see what was written and can name its row.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import polars as pl

from ytterby.core.errors import Fault, InputError, MissingExtra, printable
from ytterby.indicators.user_tables import Table

_SHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
_MOST = 1000
#: No table of a person or a statistical office has more columns.
_COLUMNS = 10_000
_KINDS = "a table as .csv, .parquet or .xlsx"


def read(path: Path) -> Table:
    """Return the table in `path`; an unreadable file is an InputError that says why."""
    if not path.is_file():
        raise InputError(Fault(str(path), "no such file", _KINDS))
    with path.open("rb") as opened:
        head = opened.read(8)
    if not head:
        raise InputError(Fault(path.name, "an empty file", _KINDS))
    try:
        if head.startswith(b"PAR1"):
            return Table(path.name, pl.read_parquet(path), 1)
        if path.suffix.casefold() in _SHEETS:
            return _sheet(path)
        return _text(path)
    except pl.exceptions.PolarsError as cause:
        raise InputError(Fault(path.name, f"a file that cannot be read ({_first_line(cause)})", _KINDS)) from cause


def scan(path: Path) -> pl.LazyFrame:
    """Return a Parquet or CSV file as a frame that is read piece by piece; a name may hold * for many files."""
    if "*" not in path.name and not path.exists():
        raise InputError(Fault(str(path), "no such file", "a table as .parquet or .csv"))
    try:
        if path.suffix.casefold() in (".csv", ".tsv", ".txt"):
            # As text: a column of numbers may hold NA a million rows down.
            frame = pl.scan_csv(path, separator=_separator(path), infer_schema=False, null_values=[""])
        else:
            frame = pl.scan_parquet(path)
        frame.collect_schema()
    except pl.exceptions.PolarsError as cause:
        raise InputError(Fault(path.name, f"a file that cannot be read ({_first_line(cause)})", _KINDS)) from cause
    return frame


def _separator(path: Path) -> str:
    """Return the separator of the first line of a file, or of the first of many."""
    first = next(iter(sorted(path.parent.glob(path.name))), path) if "*" in path.name else path
    with first.open("rb") as lines:
        return _most(lines.readline(1 << 20).decode("utf-8", "replace"))


def _most(header: str) -> str:
    return max(",;\t|", key=header.count)


def _text(path: Path) -> Table:
    raw = path.read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(Fault(path.name, "UTF-16 text", "UTF-8; in Excel: Save as, CSV UTF-8"))
    if b"\x00" in raw[:4096]:
        raise InputError(Fault(path.name, "bytes that are not text", "a CSV file in UTF-8, .parquet or .xlsx"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        row = raw.count(b"\n", 0, cause.start) + 1
        found = f"a byte that is not UTF-8 ({raw[cause.start : cause.start + 1]!r})"
        expected = "UTF-8; in Excel: Save as, CSV UTF-8"
        raise InputError(Fault(f"{path.name}, row {row}", found, expected)) from cause
    header = text.split("\n", 1)[0]
    separator = _most(header)
    _well_formed(path.name, text, separator)
    frame = pl.read_csv(
        io.BytesIO(text.encode()),
        separator=separator,
        infer_schema=False,
        null_values=[""],
        truncate_ragged_lines=True,  # what is left out is empty: see `_well_formed`
    )
    return Table(path.name, frame, 2)


def _well_formed(name: str, text: str, separator: str) -> None:
    """Find what no reader of CSV can place: a column named twice, a quote that never ends, more cells than columns."""
    try:
        heading = next(csv.reader(io.StringIO(text.split("\n", 1)[0] + "\n"), delimiter=separator), [])
    except csv.Error:
        raise InputError(Fault(f"{name}, row 1", "a name longer than any", "names of columns")) from None
    if len(heading) > _COLUMNS:
        raise InputError(Fault(f"{name}, row 1", f"{len(heading)} columns", f"at most {_COLUMNS}"))
    named = Counter(word.strip() for word in heading if word.strip())
    faults = [
        Fault(f"{name}, row 1", f"{times} columns {printable(word, 60)!r}", "one")
        for word, times in named.items()
        if times > 1
    ][:_MOST]
    # Only a line with a quote or too many separators can be wrong; most tables have none.
    if '"' in text or any(line.count(separator) >= len(heading) for line in text.splitlines()):
        faults += _ragged(name, text, separator, len(heading))
    if faults:
        raise InputError(faults)


def _ragged(name: str, text: str, separator: str, columns: int) -> list[Fault]:
    faults: list[Fault] = []
    rows = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    row = 0
    try:
        for row, cells in enumerate(rows, 1):
            if len(cells) > columns and any(cell.strip() for cell in cells[columns:]):
                faults.append(Fault(f"{name}, row {row}", f"{len(cells)} cells", f"{columns}, as in the heading"))
    except csv.Error:
        faults.append(Fault(f"{name}, row {row + 1}", "a quote that is never closed", "cells as CSV writes them"))
    return faults[:_MOST]


def _sheet(path: Path) -> Table:
    """Read the first sheet as text, so that a date in a column of numbers is seen as what it is."""
    try:
        import fastexcel
    except ImportError as cause:
        raise MissingExtra("Excel files", "excel") from cause
    try:
        book = fastexcel.read_excel(path)
        name = book.sheet_names[0]
        frame = book.load_sheet(name, dtypes="string").to_polars()
    except fastexcel.FastExcelError as cause:
        raise InputError(Fault(path.name, f"a file that cannot be read ({_first_line(cause)})", _KINDS)) from cause
    return Table(f"{path.name}, sheet {name!r}", frame, 2)


def _first_line(cause: Exception) -> str:
    return str(cause).splitlines()[0][:200]
