"""The lines of a user's table, as text with their numbers: CSV (comma, semicolon, tab) or a workbook's first sheet.

Nothing is guessed at: bytes that are not UTF-8, an open quote, a line with too many cells and a column nobody reads are
told with their line, all that are found. Numbers and dates are not interpreted here.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ytterby.atlas import archive
from ytterby.core.errors import Fault, InputError, MissingExtra, nearest, printable

MOST_BYTES = 50_000_000
MOST_LINES = 200_000
LIMITS = archive.Limits(members=300, unpacked=300_000_000)
_SHEETS = (".xlsx", ".xlsm")
_EXPECTED = "a table with a heading line, as .csv or .xlsx"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its number in the file and its cells by column; empty cells are left out."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it was read: what messages call it, what they call a line ("line" or "row"), and its lines."""

    name: str
    unit: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]

    def place(self, number: int, column: str | None = None) -> str:
        """Return where a cell or a line stands."""
        return f"{self.name}, {self.unit} {number}" + (f", column {column!r}" if column else "")


def read(path: Path, columns: Sequence[str], required: Iterable[str]) -> Sheet:
    """Return the table in `path`; its columns must be among `columns` and hold the `required` ones."""
    workbook = path.suffix.casefold() in _SHEETS
    data = _bytes(path)
    name, rows = (
        _sheet_rows(path) if workbook or data[:4] == b"PK\x03\x04" else (path.name, _text_rows(path.name, data))
    )
    unit = "row" if workbook else "line"
    numbered = iter(rows)
    first = next(numbered, None)
    if first is None:
        raise InputError(Fault(path.name, "an empty file", _EXPECTED))
    at, heads = first
    names = tuple("_".join(head.split()).casefold() for head in heads)
    faults = _heading_faults(f"{name}, {unit} {at}", names, columns, tuple(required))
    lines = []
    for number, cells in numbered:
        if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            faults.append(Fault(f"{name}, {unit} {number}", f"{len(cells)} cells", f"{len(names)}, as in the heading"))
        told = {head: cell.strip() for head, cell in zip(names, cells, strict=False) if head and cell.strip()}
        if told:
            lines.append(Line(number, told))
    if not lines and not faults:
        faults.append(Fault(name, "a heading without rows", "at least one row"))
    if faults:
        raise InputError(faults)
    return Sheet(name, unit, tuple(head for head in names if head), tuple(lines))


def _bytes(path: Path) -> bytes:
    """Return the bytes of an ordinary file of a sensible size."""
    try:
        if not path.exists():
            raise InputError(Fault(str(path), "no such file", _EXPECTED))
        if not path.is_file():
            raise InputError(Fault(str(path), "a folder, device or pipe", _EXPECTED))
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise InputError(Fault(path.name, f"{size:,} bytes", f"at most {MOST_BYTES:,}"))
        return path.read_bytes()
    except (OSError, ValueError) as cause:
        reason = getattr(cause, "strerror", None) or str(cause)
        raise InputError(Fault(printable(str(path), 100), printable(reason, 100), _EXPECTED)) from None


def _text_rows(name: str, data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a CSV file: the number of the first physical line of each, and its cells."""
    text = _decoded(name, data)
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=_separator(text), strict=True)
    before = 0
    try:
        for cells in reader:
            if reader.line_num > MOST_LINES:
                raise InputError(Fault(name, f"more than {MOST_LINES:,} lines", "a smaller table"))
            if any(cell.strip() for cell in cells):
                yield before + 1, cells
            before = reader.line_num
    except csv.Error as cause:
        found = "a quote that is never closed" if "end of data" in str(cause) else str(cause)
        raise InputError(Fault(f"{name}, line {before + 1}", found, "cells as CSV writes them")) from None


def _decoded(name: str, data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4096]:
        found = "UTF-16, or bytes that are not text"
        raise InputError(Fault(name, found, "UTF-8; in Excel: Save as, CSV UTF-8 (comma delimited)"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        line = data.count(b"\n", 0, cause.start) + 1
        found = f"a byte that is not UTF-8 ({data[cause.start : cause.start + 1]!r})"
        raise InputError(Fault(f"{name}, line {line}", found, "UTF-8; in Excel: Save as, CSV UTF-8")) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(Fault(f"{name}, line {line}", "a zero byte", "text"))
    return text


def _separator(text: str) -> str:
    heading = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=heading.count)


def _sheet_rows(path: Path) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    """Return the name and the rows of the first sheet of a workbook that is safe to open."""
    names = {info.filename for info in archive.members(path, LIMITS)}
    if "xl/workbook.xml" not in names:
        raise InputError(Fault(path.name, "an archive that is no workbook", _EXPECTED))
    try:
        import fastexcel
    except ImportError:
        raise MissingExtra("Excel files", "excel") from None
    try:
        book = fastexcel.read_excel(str(path))
        frame = book.load_sheet(0, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except fastexcel.FastExcelError as cause:
        raise InputError(Fault(path.name, f"a workbook that does not open ({cause})", _EXPECTED)) from None
    if frame.height > MOST_LINES:
        raise InputError(Fault(path.name, f"{frame.height:,} rows", f"at most {MOST_LINES:,}"))
    rows = ([cell or "" for cell in row] for row in frame.iter_rows())
    filled = ((number, row) for number, row in enumerate(rows, 1) if any(cell.strip() for cell in row))
    return f"{path.name}, sheet {book.sheet_names[0]!r}", filled


def _heading_faults(place: str, names: Sequence[str], columns: Sequence[str], required: Sequence[str]) -> list[Fault]:
    """What is wrong with the heading: columns nobody reads, columns twice, columns that are missing."""
    faults = []
    for name, count in Counter(name for name in names if name).items():
        if name not in columns:
            faults.append(Fault(place, f"a column {name!r}", "only " + ", ".join(columns), nearest(name, columns)))
        elif count > 1:
            faults.append(Fault(place, f"{count} columns {name!r}", "one"))
    faults += [Fault(place, f"no column {name!r}", "a column of that name") for name in required if name not in names]
    return faults
