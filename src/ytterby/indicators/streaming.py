"""Import risk and concentration of exports for every code, economy and year of a trade table larger than memory.

    import risk   Σ g_i f_i / Σ f_i  over the imports f_i of an economy of a code in a year      [0..1]
    export HHI    Σ s_i²             over the shares s_i of exporters in the world's trade of a code in a year

The formulas are those of `ytterby.indicators.geopolrisk` without own production, which no table of codes holds. The
table is scanned piece by piece: once to check it, then once for each span of years, so that the sums of a span fit in
memory; the number of spans depends on how many cells there are, not on the rows, so the cost grows with the rows alone.

A fault is told with its row, as everywhere. What is not looked for is the same flow said twice: to find it would need
every key of the table in memory at once, and a note says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from ytterby.core.errors import Fault, InputError
from ytterby.core.tables import Column, Schema
from ytterby.indicators import economies, status
from ytterby.indicators import geopolrisk_tables as tables
from ytterby.indicators.geopolrisk import ENOUGH, THIN_TONNES
from ytterby.indicators.matching import table_of
from ytterby.indicators.user_tables import LABEL, folded, not_a_number

CELLS_AT_ONCE = 6_000_000
DIGITS = 12  # sums made piece by piece differ in their last bits from run to run; so many digits do not
_SHOWN = 20  # faults located in a table too large to list them all

RESULT = Schema(
    "import_risk",
    (
        Column("code", pl.String, "", "HS code, or material", required=True),
        Column("economy", pl.String, "", "ISO 3166 alpha-3", required=True),
        Column("year", pl.Int32, "year", "calendar year", required=True),
        Column("export_hhi", pl.Float64, "1", "concentration of the world's exporters of the code, 0..1"),
        Column("import_risk", pl.Float64, "1", "instability of the origins, weighted by mass, 0..1"),
        Column("price", pl.Float64, "USD/kg nominal", "value over mass of the imports"),
        Column("imports_t", pl.Float64, "t", "mass imported"),
        Column("governed", pl.Float64, "1", "part of the mass whose origin has a governance figure"),
        Column("status", pl.String, "", "what the value rests on", required=True, words=tuple(status.STATUSES)),
    ),
)


@dataclass(frozen=True, slots=True)
class Stream:
    """A checked trade table on disk: its columns, the labels of its economies, its years, and what was noticed."""

    trade: pl.LazyFrame  # code, exporter, importer (as in the file), year, quantity, value
    labels: pl.DataFrame  # as in the file -> economy
    years: tuple[int, ...]
    rows: int
    cells: int  # at most so many results
    notes: tuple[str, ...]


def stream(trade: pl.LazyFrame, name: str = "trade", first_row: int = 1) -> Stream:
    """Check a trade table in one pass; raise with the first faults and their rows."""
    try:
        return _checked(trade, name, first_row)
    except pl.exceptions.PolarsError as cause:
        said = str(cause).splitlines()[0][:200]
        raise InputError(Fault(name, f"a file that cannot be read ({said})", "a table as .parquet or .csv")) from cause


def _checked(trade: pl.LazyFrame, name: str, first_row: int) -> Stream:
    picked = _picked(trade, name, first_row)
    counts = picked.select(
        pl.len().alias("rows"),
        *(_wrong(column).sum().alias(column) for column in ("quantity", "value")),
        _no_year().sum().alias("year"),
        *(pl.col(column).unique().implode().alias(f"{column}s") for column in ("code", "year", "exporter", "importer")),
    ).collect(engine="streaming")
    found: dict[str, Any] = counts.row(0, named=True)
    faults = [
        fault
        for column in ("quantity", "value", "year")
        if found[column]
        for fault in _rows(picked, column, name, first_row)
    ]
    places = {place for side in ("exporters", "importers") for place in found[side]}
    read_as = {place: None if place is None else economies.economy(str(place)) for place in places}
    unknown = [place for place, label in read_as.items() if label is None]
    faults += _unknown(picked, unknown, name, first_row) if unknown else []
    if faults:
        raise InputError(faults)
    kept = {place: label for place, label in read_as.items() if label is not None}
    dtype = picked.collect_schema()["exporter"]
    labels = pl.DataFrame(
        {"place": list(kept), "economy": list(kept.values())}, schema={"place": dtype, "economy": LABEL}
    )
    years = tuple(sorted(year for year in found["years"] if year is not None))
    cells = min(found["rows"], len(found["codes"]) * len(found["importers"]) * len(years))
    note = f"{name}: {found['rows']:,} rows read piece by piece; not checked for flows said twice."
    return Stream(picked, labels, years, found["rows"], cells, (note,))


def import_risks(found: Stream, governance: Any) -> Iterator[pl.DataFrame]:
    """Yield the columns of `RESULT` for one span of years after another."""
    faults: list[Fault] = []
    ruled = tables.governance(table_of(governance, "governance"), faults, [])
    if faults:
        raise InputError(faults)
    for span in spans(found.years, found.cells):
        part = found.trade.filter(pl.col("year").is_in(list(span)))
        yield _cells(part, found.labels, ruled)


def spans(years: Sequence[int], cells: int) -> list[tuple[int, ...]]:
    """Return the years in spans whose cells fit in memory together.

    >>> spans((2020, 2021, 2022), 1000), len(spans(tuple(range(1995, 2025)), 30_000_000))
    ([(2020, 2021, 2022)], 5)
    """
    count = min(len(years), max(1, math.ceil(cells / CELLS_AT_ONCE)))
    size = math.ceil(len(years) / count) if years else 1
    return [tuple(years[at : at + size]) for at in range(0, len(years), size)]


def _picked(trade: pl.LazyFrame, name: str, first_row: int) -> pl.LazyFrame:
    schema = trade.collect_schema()
    by_name = {folded(column): column for column in reversed(schema.names())}
    wanted = {**tables.FLOW, "code": (*tables.CODES, *tables.MATERIAL), "value": tables.WORTH}
    found = {role: next((by_name[word] for word in names if word in by_name), None) for role, names in wanted.items()}
    lacking = [role for role, column in found.items() if column is None and role != "value"]
    if lacking:
        columns = "columns " + ", ".join(schema.names()[:12])
        raise InputError(
            [Fault(name, columns, f"a column for the {role}, such as {wanted[role][0]!r}") for role in lacking]
        )
    numeric = {role: str(found[role]) for role in ("year", "quantity", "value") if found[role]}
    texts = [column for column in numeric.values() if not schema[column].is_numeric()]
    if texts:
        trade = _as_numbers(trade, texts, name, first_row)
    value = pl.col(numeric["value"]).cast(pl.Float64) if "value" in numeric else pl.lit(None, pl.Float64)
    return trade.select(
        pl.col(str(found["code"])).alias("code"),
        pl.col(str(found["exporter"])).alias("exporter"),
        pl.col(str(found["importer"])).alias("importer"),
        pl.col(str(found["year"])).cast(pl.Int32).alias("year"),
        pl.col(str(found["quantity"])).cast(pl.Float64).alias("quantity"),
        value.alias("value"),
    )


def _as_numbers(trade: pl.LazyFrame, columns: Sequence[str], name: str, first_row: int) -> pl.LazyFrame:
    """Read columns of text as numbers: NA, as BACI writes it, and an empty cell are missing; all else is a fault."""
    texts = {column: pl.col(column).cast(pl.String).str.strip_chars() for column in columns}
    wrong = {
        column: text.is_not_null() & ~text.is_in(["", "NA"]) & text.cast(pl.Float64, strict=False).is_null()
        for column, text in texts.items()
    }
    counted = trade.select(**{column: found.sum() for column, found in wrong.items()}).collect(engine="streaming")
    faults: list[Fault] = []
    for column in (column for column in columns if counted[column][0]):
        cells = trade.with_row_index("_row").filter(wrong[column]).select("_row", texts[column]).head(_SHOWN)
        for row, cell in cells.collect(engine="streaming").iter_rows():
            said, expected, near = not_a_number(cell)
            faults.append(Fault(f"{name}, row {row + first_row}, column {column!r}", said, expected, near))
    if faults:
        raise InputError(faults)
    plain = (pl.col(column).cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False) for column in columns)
    return trade.with_columns(*plain)


def _no_year() -> pl.Expr:
    """Rows without a calendar year; an empty row is no row."""
    empty = pl.all_horizontal(pl.col("code", "exporter", "importer", "year", "quantity").is_null())
    return ~pl.col("year").is_between(1000, 2999).fill_null(False) & ~empty


def _unknown(trade: pl.LazyFrame, words: Sequence[Any], name: str, first_row: int) -> list[Fault]:
    """Return the faults of places that are no economies, each at its first row; an empty row is no row."""
    numbered = trade.with_row_index("row").filter(pl.col("code").is_not_null())
    faults: list[Fault] = []
    for side in ("exporter", "importer"):
        bad = numbered.filter(pl.col(side).is_null() | pl.col(side).is_in([word for word in words if word is not None]))
        firsts = bad.group_by(side).agg(pl.col("row").min()).sort("row").head(_SHOWN).collect(engine="streaming")
        for word, row in firsts.iter_rows():
            place = f"{name}, row {row + first_row}, column {side!r}"
            faults.append(Fault(place, "nothing", "a country") if word is None else economies.unknown(str(word), place))
    return faults


def _wrong(column: str) -> pl.Expr:
    return ((pl.col(column) < 0) | ~pl.col(column).is_finite()).fill_null(False)


def _rows(trade: pl.LazyFrame, column: str, name: str, first_row: int) -> list[Fault]:
    """Locate the first wrong cells of a column, in a pass of its own that only a wrong table needs."""
    wrong = _no_year() if column == "year" else _wrong(column)
    expected = "a calendar year such as 2022" if column == "year" else "a finite number of at least 0, or null"
    bad = trade.with_row_index("row").filter(wrong).select("row", column).head(_SHOWN).collect(engine="streaming")
    return [
        Fault(f"{name}, row {row + first_row}, column {column!r}", f"{cell}", expected) for row, cell in bad.iter_rows()
    ]


def _cells(trade: pl.LazyFrame, labels: pl.DataFrame, ruled: pl.DataFrame) -> pl.DataFrame:
    """Sum one span of years and return its cells."""
    names = labels.lazy()
    by_origin = (
        ruled.lazy()
        .select("economy", "year", "instability")
        .join(names.rename({"place": "exporter"}), on="economy", how="inner")
    )
    flows = trade.join(by_origin.drop("economy"), on=["exporter", "year"], how="left")
    governed = pl.col("quantity").filter(pl.col("instability").is_not_null()).sum()
    summed = flows.group_by("code", "importer", "year").agg(
        pl.col("quantity").sum().alias("imports_t"),
        governed.alias("governed_t"),
        (pl.col("quantity") * pl.col("instability")).sum().alias("weighted"),
        pl.col("value").filter(pl.col("quantity").is_not_null()).sum().alias("worth_weighed"),
        pl.col("value").sum().alias("worth"),
    )
    exported = trade.group_by("code", "exporter", "year").agg(pl.col("quantity").sum().alias("mass"))
    total = pl.col("mass").sum()
    exports = exported.group_by("code", "year").agg(
        pl.when(total > 0).then(pl.col("mass").pow(2).sum() / total.pow(2)).alias("export_hhi")
    )
    cells = (
        summed.collect(engine="streaming").lazy().join(exports.collect(engine="streaming").lazy(), on=["code", "year"])
    )
    return (
        cells.join(names.rename({"place": "importer"}), on="importer")
        .with_columns(*_values())
        .with_columns(pl.col(pl.Float64).round_sig_figs(DIGITS))
        .select(pl.col("code").cast(pl.String), pl.col("economy").cast(pl.String), *RESULT.names[2:])
        .sort("code", "economy", "year")
        .collect(engine="streaming")
    )


def _values() -> tuple[pl.Expr, ...]:
    mass, governed = pl.col("imports_t"), pl.col("governed_t")
    known = (mass > 0) & (governed >= ENOUGH * mass)
    thin = (mass < THIN_TONNES) | (pl.col("worth_weighed") < ENOUGH * pl.col("worth"))
    return (
        pl.when(known).then(pl.col("weighted") / governed).alias("import_risk"),
        pl.when((mass > 0) & (pl.col("worth") > 0)).then(pl.col("worth_weighed") / mass).alias("price"),
        pl.when(mass > 0).then(governed / mass).alias("governed"),
        pl.when(mass <= 0)
        .then(pl.lit(status.NO_QUANTITIES))
        .when(governed < ENOUGH * mass)
        .then(pl.lit(status.NO_GOVERNANCE))
        .when(thin)
        .then(pl.lit(status.THIN))
        .when(governed < mass * (1 - 1e-12))
        .then(pl.lit(status.IMPUTED))
        .otherwise(pl.lit(status.OK))
        .alias("status"),
    )
