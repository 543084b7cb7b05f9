"""A result or a selection of figures as one Excel workbook: sheets Result, Inputs, Sources and About.

A run over many periods has sheets by period between the first and the others, and the meaning of their columns on the
last.

Every table on a sheet is a native Excel table (it filters and sorts) with the unit in the heading: a column whose unit
is fixed names it, one whose unit stands in another column names that unit when all rows share it, and that column when
they do not. Numbers keep their full precision behind the format; a missing value is an empty cell. Text stays text:
nothing is read as a formula or a link. The same outcome gives the same bytes.

Needs the package xlsxwriter: ``pip install "ytterby[excel]"``.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from ytterby.atlas import schema as atlas_tables
from ytterby.core.errors import Fault, InputError, MissingExtra
from ytterby.core.tables import Column, Schema
from ytterby.model.outcome import TABLES, Outcome
from ytterby.model.outcome_time import tables_by_period
from ytterby.show.export import whole
from ytterby.show.sections.again import command

SHEETS = ("Result", "Inputs", "Sources", "About")
MOST_ROWS = 1_000_000  # a sheet ends at 1,048,576
_LONGEST_TEXT = 32_000  # a cell ends at 32,767 characters
_MADE = datetime(2000, 1, 1)  # a workbook must carry a date; the clock would change the bytes of the same result
_RESULT = {
    "shortages": "Use lost, by product, country and use",
    "prices": "Prices",
    "gains": "Gains and losses against the base year, by country",
    "binding": "Limits: which bind, and what one more unit is worth",
    "shares": "Shares of world output, by stage",
    "concentration": "Concentration (Herfindahl-Hirschman index)",
    "flows": "Flows",
}
_BY_PERIOD = {
    "prices_by_period": ("Prices by period", "Prices"),
    "shortages_by_period": ("Use by period", "Use served and lost"),
    "exports_by_period": ("Exports by period", "Exports"),
    "stocks_by_period": ("Stocks by period", "Stocks at the end of each period"),
    "flows_by_period": ("Flows by period", "Flows, annual rates"),
    "calendar": ("Periods", "The periods"),
    "binding_by_period": ("Periods", "Limits: which bind, and what one more unit is worth"),
    "recycling_rates": ("Recycling by period", "What came back over the path, and the two end-of-life rates"),
    "recycling_by_period": ("Recycling by period", "In use, leaving use and collected, all cohorts"),
    "recovered_by_period": ("Recycling by period", "What comes back to the market"),
}
_ORDER = ("Periods", "Prices by period", "Use by period", "Exports by period", "Stocks by period", "Flows by period",
          "Recycling by period")  # fmt: skip
_INPUTS = {
    "assumptions": "Assumptions",
    "figures": "Cited figures under the result",
    "reconciliation": "Reconciliation of the base year",
}


@dataclass(frozen=True, slots=True)
class Block:
    """One table on a sheet: its heading, its name in Excel, its rows, and what its columns mean."""

    title: str
    name: str
    frame: pl.DataFrame
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: lines of text on top (the first is its title), then tables."""

    name: str
    lines: tuple[str, ...]
    blocks: tuple[Block, ...] = ()


def outcome_xlsx(outcome: Outcome, path: str | Path) -> Path:
    """Write `outcome` as an Excel workbook to `path`, whole or not at all; return the path."""
    return _write(_outcome_sheets(outcome), Path(path), outcome.scenario.title)


def facts_xlsx(
    frame: pl.DataFrame,
    sources: pl.DataFrame,
    path: str | Path,
    *,
    asked: Mapping[str, object] | None = None,
    edition: str = "",
    digest: str = "",
) -> Path:
    """Write figures (or another table of the atlas) and their sources as a workbook; return the path.

    `asked` is what was chosen (material, stage, year ...), `edition` and `digest` those of the atlas.
    """
    table = _known(frame)
    wanted = [f"{name}: {value}" for name, value in (asked or {}).items() if value not in (None, False, "")]
    about = [
        "About this workbook",
        f"{frame.height} rows of the atlas, each with its source, edition and the place where it is printed.",
        f"Atlas edition {edition}" if edition else "",
        f"Digest of the atlas (SHA-256) {digest}" if digest else "",
        "An empty value is a missing one (the qualifier says why); zero means that zero was printed.",
        "Each source keeps its own licence: see the sheet Sources.",
    ]
    sheets = (
        Sheet("Result", (f"{frame.height} {table.name}",), (Block("", "Figures", frame, table.columns),)),
        Sheet("Inputs", ("What was asked", *(wanted or ["everything"]))),
        Sheet("Sources", ("Sources",), (_sources_block(sources),)),
        Sheet("About", tuple(line for line in about if line)),
    )
    return _write(sheets, Path(path), "Cited figures")


def heading(column: Column, frame: pl.DataFrame) -> str:
    """Return the heading of a column with its unit.

    >>> price = Column("base", pl.Float64, "varies", "price in the base year")
    >>> heading(price, pl.DataFrame({"unit": ["USD/kg", "USD/kg"], "base": [1.0, 2.0]}))
    'base [USD/kg]'
    >>> heading(price, pl.DataFrame({"unit": ["USD/kg", "USD/t"], "base": [1.0, 2.0]}))
    'base [see unit]'
    """
    if column.unit in ("", "1") and not column.dtype.is_float():
        return column.name
    if column.unit != "varies":
        return f"{column.name} [{'ratio' if column.unit == '1' else column.unit}]" if column.unit else column.name
    beside = _unit_column(column.name, frame.columns)
    if beside is None:
        return column.name
    units = frame[beside].drop_nulls().unique()
    return f"{column.name} [{units[0]}]" if len(units) == 1 else f"{column.name} [see {beside}]"


def _unit_column(name: str, columns: Sequence[str]) -> str | None:
    """The column that holds the unit of `name`: `name_unit`, `price_unit` for a shadow price, else `unit`."""
    named = {"shadow_price": "price_unit"}.get(name, f"{name}_unit")
    return next((column for column in (named, "unit") if column in columns), None)


def _outcome_sheets(outcome: Outcome) -> tuple[Sheet, ...]:
    scenario = outcome.scenario
    settings = [f"--set {override}" for override in scenario.overrides]
    return (
        Sheet("Result", (scenario.title, outcome.finding, *outcome.summary), _blocks(outcome, _RESULT)),
        *_period_sheets(outcome),
        Sheet("Inputs", ("Inputs", *settings), (*_blocks(outcome, _INPUTS), *_scenario_file(outcome))),
        Sheet("Sources", ("Sources",), (_sources_block(outcome.sources),)),
        Sheet("About", ("About this workbook",), (_about(outcome), *_meanings(outcome))),
    )


def _period_sheets(outcome: Outcome) -> Iterator[Sheet]:
    """The sheets of a run over many periods; the table `periods` says the same in long form and is left to the rest."""
    path = outcome.timeline
    if path is None:
        return
    found = {schema.name: (schema, frame) for schema, frame in tables_by_period(outcome) if schema.name in _BY_PERIOD}
    said = f"{len(path.periods)} periods from {path.periods[0]['label']} to {path.periods[-1]['label']}"
    rates = "Tonnages per year are annual rates; stocks and what is in use are at the end of the period."
    for sheet in _ORDER:
        named = [name for name, (where, _) in _BY_PERIOD.items() if where == sheet and name in found]
        blocks = (Block(_BY_PERIOD[n][1], n.title().replace("_", ""), found[n][1], found[n][0].columns) for n in named)
        if named:
            yield Sheet(sheet, (sheet, f"{said}, one row each. {rates} Columns are explained on the sheet About."),
                        tuple(blocks))  # fmt: skip


def _meanings(outcome: Outcome) -> tuple[Block, ...]:
    """What every column of the tables by period means, with its unit; nothing for a run of one year."""
    rows = [
        {"sheet": _BY_PERIOD[schema.name][0], "column": column.name, "unit": column.unit, "meaning": column.meaning}
        for schema, _ in tables_by_period(outcome)
        if schema.name in _BY_PERIOD
        for column in schema.columns
    ]
    if not rows:
        return ()
    words = {
        "sheet": "where",
        "column": "which",
        "unit": "its unit; varies: the column unit says it",
        "meaning": "what",
    }
    table = Schema("columns", tuple(Column(name, pl.String, "", said) for name, said in words.items()))
    return (Block("Columns of the tables by period", "Columns", table.frame(rows), table.columns),)


def _blocks(outcome: Outcome, names: Mapping[str, str]) -> tuple[Block, ...]:
    return tuple(
        Block(title, name.capitalize(), outcome.table(name), TABLES[name].columns) for name, title in names.items()
    )


def _scenario_file(outcome: Outcome) -> tuple[Block, ...]:
    """The scenario as it was written, one line a row: saved as text it runs again."""
    lines = outcome.scenario.source_text.splitlines()
    if not lines:
        return ()
    table = Schema("scenario", (Column("line", pl.String, "", "a line of the scenario file"),))
    frame = table.frame([{"line": line} for line in lines])
    return (Block("The scenario file, one line a row", "Scenario", frame, table.columns),)


def _about(outcome: Outcome) -> Block:
    from importlib.metadata import version

    rows: list[tuple[str, object]] = [
        ("Ytterby", version("ytterby")),
        ("Scenario", outcome.scenario.name),
        ("Base year", outcome.scenario.base.year),
        ("Year", outcome.scenario.year),
        ("The same result in a shell", command(outcome)),
        ("Data edition", outcome.edition),
        ("Input hash (SHA-256)", outcome.input_hash),
        *((f"Certificate: {name}", value) for name, value in outcome.certificate.items()),
        *((f"Check: {name}", value) for name, value in outcome.checks.items()),
        ("Missing values", "an empty cell means that there is no such number; zero means zero"),
        ("Licences", "each source keeps its own: see the sheet Sources"),
    ]
    told = [{"what": str(name).replace("_", " "), "value": str(value)} for name, value in rows if _flat(value)]
    table = Schema("about", (Column("what", pl.String, "", "what"), Column("value", pl.String, "", "value")))
    return Block("", "About", table.frame(told), table.columns)


def _flat(value: object) -> bool:
    return value not in (None, "") and not isinstance(value, (list, tuple, dict))


def _sources_block(sources: pl.DataFrame) -> Block:
    table = TABLES["sources"] if set(sources.columns) <= set(TABLES["sources"].names) else atlas_tables.SOURCES
    return Block("", "Sources", sources, _columns(sources, table))


def _known(frame: pl.DataFrame) -> Schema:
    """The table of the atlas that holds the columns of `frame`; a new one when there is none."""
    tables = [table for table in vars(atlas_tables).values() if isinstance(table, Schema)]
    best = max(tables, key=lambda table: len(set(frame.columns) & set(table.names)) / len(table.columns))
    return Schema(best.name, _columns(frame, best))


def _columns(frame: pl.DataFrame, table: Schema) -> tuple[Column, ...]:
    known = {column.name: column for column in table.columns}
    return tuple(known.get(name) or Column(name, dtype, "", name) for name, dtype in frame.schema.items())


def _write(sheets: Iterable[Sheet], path: Path, title: str) -> Path:
    try:
        from xlsxwriter import Workbook
    except ImportError:
        raise MissingExtra("Excel workbooks", "excel") from None
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(made, options)
    book.set_properties({"title": title[:200], "created": _MADE})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True}),
        "large": book.add_format({"num_format": "#,##0.0"}),
        "small": book.add_format({"num_format": "0.0000"}),
        "link": book.get_default_url_format(),
    }
    for sheet in sheets:
        _sheet(book.add_worksheet(sheet.name), sheet, formats)
    book.close()
    with whole(path) as place:
        place.write_bytes(made.getvalue())
    return path


def _sheet(page: Any, sheet: Sheet, formats: Mapping[str, Any]) -> None:
    """Write the lines, an index when there are several tables, and the tables below each other."""
    for row, line in enumerate(sheet.lines):
        page.write_string(row, 0, _cut(line), formats["title"] if row == 0 else None)
    row = len(sheet.lines) + 1
    index = row
    several = len(sheet.blocks) > 1
    if several:
        row += len(sheet.blocks) + 1
    widths: dict[int, int] = {}
    for number, block in enumerate(sheet.blocks):
        if several:
            page.write_url(index + number, 0, f"internal:'{sheet.name}'!A{row + 1}", formats["link"], block.title)
        row = _block(page, block, row, formats, widths)
    for at, width in widths.items():
        page.set_column(at, at, min(max(width + 2, 8), 44))


def _block(page: Any, block: Block, row: int, formats: Mapping[str, Any], widths: dict[int, int]) -> int:
    """Write one table from `row` on; return the first free row after it."""
    if row + block.frame.height > MOST_ROWS:
        found = f"{block.frame.height:,} rows"
        raise InputError(Fault(f"table {block.name}", found, "a table that fits a sheet: write a folder (--package)"))
    if block.title:
        page.write_string(row, 0, block.title, formats["head"])
        row += 1
    heads = [heading(column, block.frame) for column in block.columns]
    if block.frame.is_empty():
        page.write_row(row, 0, heads, formats["head"])
        page.write_string(row + 1, 0, "none")
        return row + 3
    for at, (column, head) in enumerate(zip(block.columns, heads, strict=True)):
        style = _column(page, block.frame[column.name], row + 1, at, formats)
        widths[at] = max(widths.get(at, 0), len(head), style)
    last = row + block.frame.height
    columns = [{"header": head} for head in heads]
    looks = {"name": block.name, "columns": columns, "style": "Table Style Light 1"}
    if page.add_table(row, 0, last, len(heads) - 1, looks) != 0:
        raise ValueError(f"Excel takes no table {block.name!r} with the headings {heads}")
    return last + 2


def _column(page: Any, values: pl.Series, row: int, at: int, formats: Mapping[str, Any]) -> int:
    """Write the cells of one column; return the width its text wants."""
    if values.dtype.is_numeric():
        shape = None
        if values.dtype.is_float():
            largest = values.abs().max()
            shape = formats["large" if isinstance(largest, float) and largest >= 100 else "small"]
        for offset, value in enumerate(values):
            if value is not None and math.isfinite(value):
                page.write_number(row + offset, at, value, shape)
        return 12
    if values.dtype == pl.Boolean:
        for offset, value in enumerate(values):
            if value is not None:
                page.write_boolean(row + offset, at, value)
        return 6
    texts = values.cast(pl.String)
    for offset, text in enumerate(texts):
        if text:
            page.write_string(row + offset, at, _cut(text))
    return int(texts.head(200).str.len_chars().max() or 0)  # type: ignore[arg-type]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
