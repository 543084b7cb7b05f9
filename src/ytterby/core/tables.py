"""Tables with a schema: every column has a type, a unit and a meaning, said once and held to.

A `Schema` builds a polars frame from rows and refuses what does not fit, naming table, row and column. Missing values
are null and stay null; NaN and infinity are refused because they hide a missing value or a division by zero.

>>> import polars as pl
>>> mined = Schema("mined", (Column("country", pl.String, "", "ISO 3166 alpha-3", required=True),
...                          Column("value", pl.Float64, "t REO/yr", "mine production")))
>>> mined.frame([{"country": "CHN", "value": 270000}, {"country": "MMR"}])["value"].to_list()
[270000.0, None]
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from ytterby.core.errors import Fault, InputError, nearest

# polars takes a class (pl.Float64) or an instance (pl.Enum([...])) as a type.
DType = pl.DataType | type[pl.DataType]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type, its unit ("" for text, "1" for a ratio, "varies" when a unit column says it), its meaning.

    `required` columns may not hold null; `words`, when given, are the only values allowed.
    """

    name: str
    dtype: DType
    unit: str
    meaning: str
    required: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """A named tuple of columns that builds and checks frames."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def dtypes(self) -> dict[str, DType]:
        """The column types by name, as polars wants them."""
        return {column.name: column.dtype for column in self.columns}

    def column(self, name: str) -> Column:
        """Return the column called `name`."""
        for column in self.columns:
            if column.name == name:
                return column
        near = nearest(name, self.names)
        raise InputError(Fault(f"table {self.name}", f"column {name!r}", "one of its columns", near))

    def empty(self) -> pl.DataFrame:
        """Return the frame without rows."""
        return pl.DataFrame(schema=self.dtypes)

    def frame(self, rows: Iterable[Mapping[str, Any] | Sequence[Any]]) -> pl.DataFrame:
        """Return the checked frame of `rows`: mappings (a missing key is null) or sequences in column order."""
        names = self.names  # once, not for every cell
        known, width = frozenset(names), len(names)
        cells = [
            row
            if type(row) is tuple and len(row) == width
            else [row.get(name) for name in names]
            if isinstance(row, dict) and row.keys() <= known
            else self._cells(index, row, names)
            for index, row in enumerate(rows)
        ]
        if not cells:
            return self.empty()
        values = map(list, zip(*cells, strict=True))
        columns = [_series(self.name, column, found) for column, found in zip(self.columns, values, strict=True)]
        return self.check(pl.DataFrame(columns))

    def check(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return `frame` unchanged when it fits the schema; else raise with every fault found."""
        faults = [*self._shape_faults(frame)]
        if not faults:
            for column in self.columns:
                faults += _value_faults(self.name, column, frame[column.name])
        if faults:
            raise InputError(faults)
        return frame

    def _cells(self, index: int, row: Mapping[str, Any] | Sequence[Any], names: tuple[str, ...]) -> Sequence[Any]:
        place = f"table {self.name}, row {index + 1}"
        if not isinstance(row, Mapping):
            if len(row) != len(self.columns):
                raise InputError(Fault(place, f"{len(row)} values", f"{len(self.columns)}: {', '.join(names)}"))
            return row
        unknown = [key for key in row if key not in names]
        if unknown:
            expected = "only the columns " + ", ".join(names)
            raise InputError([Fault(place, f"column {key!r}", expected, nearest(key, names)) for key in unknown])
        return [row.get(name) for name in names]

    def _shape_faults(self, frame: pl.DataFrame) -> Iterator[Fault]:
        place = f"table {self.name}"
        for column in self.columns:
            if column.name not in frame.columns:
                yield Fault(place, f"no column {column.name!r}", f"{column.name} [{column.unit}]: {column.meaning}")
            elif frame.schema[column.name] != column.dtype:
                yield Fault(f"{place}, column {column.name!r}", f"type {frame.schema[column.name]}", str(column.dtype))
        for name in frame.columns:
            if name not in self.names:
                yield Fault(place, f"column {name!r}", "only its own columns", nearest(name, self.names))
        if not (set(frame.columns) ^ set(self.names)) and tuple(frame.columns) != self.names:
            yield Fault(place, f"column order {', '.join(frame.columns)}", ", ".join(self.names))


def _series(table: str, column: Column, values: list[Any]) -> pl.Series:
    try:
        return pl.Series(column.name, values, dtype=column.dtype, strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as cause:
        raise InputError(list(_type_faults(table, column, values)) or str(cause)) from cause


def _type_faults(table: str, column: Column, values: list[Any]) -> Iterator[Fault]:
    """Find the cells polars would not take, one at a time, so that the message can name their row."""
    expected = f"{column.dtype} [{column.unit}]" if column.unit else str(column.dtype)
    for row, value in enumerate(values):
        try:
            pl.Series([value], dtype=column.dtype, strict=True)
        except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
            near = nearest(str(value), column.words)
            yield Fault(f"table {table}, row {row + 1}, column {column.name!r}", repr(value), expected, near)


def _value_faults(table: str, column: Column, values: pl.Series) -> Iterator[Fault]:
    def place(row: int) -> str:
        return f"table {table}, row {row + 1}, column {column.name!r}"

    if column.required and values.null_count():
        for row in values.is_null().arg_true():
            yield Fault(place(row), "nothing", f"a value: {column.meaning}")
    if values.dtype.is_float() and not values.is_finite().all():
        for row in (~values.is_finite()).fill_null(False).arg_true():
            found = "NaN" if math.isnan(values[row]) else "infinity"
            yield Fault(place(row), found, "a finite number, or null when it is missing")
    if column.words and not {None, *column.words}.issuperset(values.unique().to_list()):
        for row in (~values.cast(pl.String).is_in(column.words)).fill_null(False).arg_true():
            near = nearest(str(values[row]), column.words)
            yield Fault(place(row), repr(values[row]), "one of " + ", ".join(column.words), near)
