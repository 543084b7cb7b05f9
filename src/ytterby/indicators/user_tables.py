"""Tables a user brings: columns found by their names, cells checked, and every fault told with its row and column.

Nothing is repaired in silence and nothing stops at the first fault. A missing cell is null and stays null: a figure
that is withheld must be left empty, because no indicator may count it as zero.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from ytterby.core.errors import Fault, nearest
from ytterby.indicators import economies

MOST_FAULTS = 1000  # of one kind; a table with more is the wrong table
_WITHHELD = frozenset({"w", "withheld", "d", "(d)", "c", "x", "xx", "confidential"})
_MISSING = frozenset({"na", "n.a.", "n/a", "nd", "none", "null", "nan", "-", "--", "–", "—", "..", "..."})
_DATE = re.compile(r"(\d{4})-\d\d?-\d\d?([ T].*)?|\d\d?[./]\d\d?[./](\d{2,4})|\d\d?-[A-Za-z]{3}(-\d\d(\d\d)?)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_CONTINENTAL = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+")
_SPACED = re.compile(r"[+-]?\d{1,3}([ \u00a0\u202f']\d{3})+(\.\d+)?")
_IN_YEARS = re.compile(r"(.*?)((?:19|20)\d\d)")


# Labels of economies are kept as small integers with a word each: joins over them are cheap.
LABEL = pl.Enum(economies.every_label())


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it came: what messages call it, its rows, and the number of its first row of data in the file."""

    name: str
    frame: pl.DataFrame
    first_row: int = 1

    def place(self, row: int, column: str) -> str:
        """Return where a cell stands; `row` counts from zero."""
        return f"{self.name}, row {row + self.first_row}, column {column!r}"


def folded(name: str) -> str:
    """Return a column name without case, blanks and signs.

    >>> folded("Trade Value (1000 USD)"), folded("country_iso3")
    ('tradevalue1000usd', 'countryiso3')
    """
    return "".join(char for char in name.casefold() if char.isalnum())


def columns(frame: pl.DataFrame, names: Iterable[str]) -> tuple[str, ...]:
    """Return the columns of `frame` that bear one of `names`, in the order of `names`."""
    by_name = {folded(column): column for column in reversed(frame.columns)}
    return tuple(by_name[name] for name in names if name in by_name)


def first(frame: pl.DataFrame, names: Iterable[str]) -> str | None:
    """Return the first of `columns`, or None."""
    return next(iter(columns(frame, names)), None)


def lacking(table: Table, what: str, names: Sequence[str]) -> Fault:
    """Return the fault of a table without a column it needs."""
    near = nearest(names[0], table.frame.columns)
    found = "columns " + ", ".join([column for column in table.frame.columns if column != "row"][:12])
    return Fault(table.name, found, f"a column for {what}, called for example {', '.join(map(repr, names[:3]))}", near)


def numbered(table: Table) -> Table:
    """Return a table with the number of each row, from zero, in the column `row`; rows that hold nothing are left out.

    A spreadsheet leaves empty rows at the end of a file. The others keep their numbers.
    """
    frame = table.frame.with_row_index("row").cast({"row": pl.Int64})
    if any(frame[column].has_nulls() for column in table.frame.columns[:1]):
        cells = [pl.col(name).is_not_null() for name in table.frame.columns]
        frame = frame.filter(pl.any_horizontal(cells))
    return replace(table, frame=frame)


def long(table: Table, value: str) -> Table:
    """Return a table with one row a year: columns named by years (2018, 2019 ...) become rows of `year` and `value`.

    The rows keep their numbers in the column `row`.
    """
    frame = numbered(table).frame
    found = {column: _IN_YEARS.fullmatch(folded(column)) for column in table.frame.columns}
    in_years = {column: match for column, match in found.items() if match}
    if not in_years or first(table.frame, ("year", "period")):
        return replace(table, frame=frame)
    stems = {folded(match[1]) for match in in_years.values()}
    rest = [column for column in frame.columns if column not in in_years]
    named = frame.rename({column: match[2] for column, match in in_years.items()})
    name = "".join(sorted(stems)) or value
    melted = named.unpivot(
        on=[match[2] for match in in_years.values()], index=rest, variable_name="year", value_name=name
    )
    return replace(table, frame=melted)


def numbers(
    table: Table, column: str, faults: list[Fault], *, least: float | None = 0.0, na: bool = False
) -> pl.Series:
    """Return a column as finite numbers of at least `least`; with `na` the word NA is a missing one, as in BACI.

    The table holds its row numbers in the column `row`.
    """
    cells = table.frame[column]
    if cells.dtype == pl.String:
        cells = cells.str.strip_chars()
        cells = cells.set(cells == "", None)
        if na:
            cells = cells.set(cells.str.to_uppercase() == "NA", None)
    # Text that says "nan" is not a number a person wrote; it falls under the words for missing.
    values = cells.cast(pl.Float64, strict=False)
    wrong = (cells.is_not_null() & values.is_null()).to_frame("bad")["bad"] | ~values.is_finite().fill_null(True)
    _tell(table, column, wrong, lambda cell: not_a_number(cell), faults)
    if least is not None:
        below = (values < least).fill_null(False) & ~wrong
        _tell(table, column, below, lambda cell: (f"{cell}", f"a number of at least {least:g}", None), faults)
    return values.alias(column)


def years(table: Table, column: str, faults: list[Fault]) -> pl.Series:
    """Return a column of calendar years; a date is told as such."""
    cells = table.frame[column]
    if cells.dtype.is_temporal():
        wrong = cells.is_not_null()
        _tell(table, column, wrong, lambda cell: (f"the date {cell}", "a calendar year such as 2022", None), faults)
        return pl.Series(column, [None] * len(cells), dtype=pl.Int32)
    values = cells.cast(pl.String).str.strip_chars().str.strip_suffix(".0") if not cells.dtype.is_integer() else cells
    whole = values.cast(pl.Int32, strict=False)
    wrong = ~whole.is_between(1000, 2999).fill_null(False)
    _tell(table, column, wrong, _not_a_year, faults)
    return whole.alias(column)


def labels(table: Table, names: Sequence[str], faults: list[Fault], notes: list[str]) -> pl.Series:
    """Return the label of each row's economy, read from the columns `names`: the first that names one counts.

    Where a later column is a name that says another economy than the code, the name counts and a note says so: codes
    are copied more carelessly than names are written.
    """
    distinct = table.frame.select(names).unique(maintain_order=True)
    read: list[str | None] = []
    for cells in distinct.iter_rows():
        words = ["" if cell is None else str(cell) for cell in cells]
        found = [economies.economy(word) for word in words]
        label = next((item for item in found if item), None)
        by_name = next((item for word, item in zip(words, found, strict=True) if item and _is_name(word)), None)
        if by_name and label != by_name and label:
            notes.append(f"{table.name}: {' / '.join(words)!r} is read as {by_name}; its code says {label}.")
            label = by_name
        read.append(label)
    key = distinct.with_columns(pl.Series("_label", read, dtype=LABEL))
    joined = table.frame.select(names).join(key, on=list(names), how="left", nulls_equal=True, maintain_order="left")
    _tell_names(table, names, joined["_label"].is_null(), faults)
    return joined["_label"]


def words(table: Table, column: str, faults: list[Fault], what: str) -> pl.Series:
    """Return a column of names, trimmed; an empty cell is a fault."""
    cells = table.frame[column].cast(pl.String).str.strip_chars()
    wrong = (cells.is_null()) | (cells == "")
    _tell(table, column, wrong.fill_null(True), lambda _: ("nothing", what, None), faults)
    return cells


def repeated(table: Table, keys: Sequence[str], faults: list[Fault], what: str) -> None:
    """Find rows that say the same thing twice; the first row of each pair is named with the second."""
    frame = table.frame.select("row", *keys)
    twice = frame.filter(pl.struct(keys).is_duplicated()) if frame.height else frame
    for group in twice.sort("row").partition_by(keys, maintain_order=True)[:MOST_FAULTS]:
        rows = [row + table.first_row for row in group["row"].to_list()]
        said = ", ".join(str(group[key][0]) for key in keys)
        place = f"{table.name}, row {rows[1]}, columns {', '.join(keys)}"
        faults.append(Fault(place, f"{said}, already said in row {rows[0]}", f"{what} once"))


def _tell(
    table: Table,
    column: str,
    wrong: pl.Series,
    say: Callable[[Any], tuple[str, str, str | None]],
    faults: list[Fault],
) -> None:
    if not wrong.any():
        return
    rows = table.frame["row"] if "row" in table.frame.columns else pl.int_range(len(wrong), eager=True)
    bad = pl.DataFrame({"row": rows, "cell": table.frame[column]}, strict=False).filter(wrong).head(MOST_FAULTS)
    for row, cell in bad.iter_rows():
        found, expected, near = say(cell)
        faults.append(Fault(table.place(row, column), found, expected, near))


def _tell_names(table: Table, names: Sequence[str], wrong: pl.Series, faults: list[Fault]) -> None:
    """One fault a spelling, at its first row: a name misspelt a thousand times is one mistake."""
    if not wrong.any():
        return
    rows = table.frame["row"] if "row" in table.frame.columns else pl.int_range(len(wrong), eager=True)
    bad = table.frame.select(names).with_columns(rows.alias("_row")).filter(wrong)
    counted = bad.group_by(names, maintain_order=True).agg(pl.col("_row").min(), pl.len().alias("_len"))
    for row in counted.head(MOST_FAULTS).iter_rows(named=True):
        cells = [str(row[name]) for name in names if row[name] is not None and str(row[name]).strip()]
        again = f" (and {row['_len'] - 1} more rows)" if row["_len"] > 1 else ""
        place = table.place(row["_row"], names[-1]) + again
        word = max(cells, key=lambda cell: (_is_name(cell), len(cell)), default="")
        fault = economies.unknown(word, place) if word else Fault(place, "nothing", "a country")
        faults.append(fault)


def _is_name(word: str) -> bool:
    """Say whether a cell is a name rather than a code of two or three letters or a number."""
    return len(word.strip()) > 3 and not word.strip().removesuffix(".0").isdigit()


def not_a_number(cell: Any) -> tuple[str, str, str | None]:
    """Return what a cell that is no number looks like, what was expected, and the nearest number."""
    text = str(cell).strip()
    expected = "a number"
    if isinstance(cell, float):
        return ("NaN" if cell != cell else "infinity"), "a finite number, or an empty cell when it is missing", None
    if text.casefold().lstrip("+-") in ("inf", "infinity"):
        return repr(text), "a finite number, or an empty cell when it is missing", None
    if text.casefold() in _WITHHELD:
        return f"{text!r} (withheld)", "a number, or an empty cell: a withheld figure is missing, not zero", None
    if text.casefold() in _MISSING:
        return repr(text), "a number, or an empty cell when it is missing", None
    if _THOUSANDS.fullmatch(text):
        return repr(text), expected + " without marks for thousands", text.replace(",", "")
    if _DECIMAL_COMMA.fullmatch(text):
        return repr(text), expected + " with a decimal point", text.replace(",", ".")
    if _CONTINENTAL.fullmatch(text):
        return repr(text), expected + " with a decimal point", text.replace(".", "").replace(",", ".")
    if _SPACED.fullmatch(text):
        return repr(text), expected + " without marks for thousands", re.sub(r"[^\d.+-]", "", text)
    if _DATE.fullmatch(text):
        return f"{text!r}, a date", expected + "; a spreadsheet may have turned it into a date", None
    return repr(text), expected, None


def _not_a_year(cell: Any) -> tuple[str, str, str | None]:
    if cell is None or str(cell).strip() == "":
        return "nothing", "a calendar year such as 2022", None
    text = str(cell).strip()
    date = _DATE.fullmatch(text)
    if date:
        return f"{text!r}, a date", "a calendar year such as 2022", date[1]
    serial = text.removesuffix(".0")
    if serial.isdigit() and 30000 <= int(serial) <= 60000:
        return f"{text!r}, the number of a day in a spreadsheet", "a calendar year such as 2022", None
    return repr(text), "a calendar year such as 2022", None
