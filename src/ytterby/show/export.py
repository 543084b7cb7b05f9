"""An outcome as JSON, and as a folder of CSV files that say what their columns mean.

The only module of `show` that writes. JSON is strict: a number that is not finite is null, keys have a fixed order, and
the same outcome gives the same bytes. The folder carries a Frictionless `datapackage.json` with the unit and meaning of
every column, so a spreadsheet needs nothing else to be read rightly.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from ytterby.core.tables import Column
from ytterby.model.outcome import TABLES, Outcome
from ytterby.model.outcome_time import tables_by_period

#: Name and version of the JSON layout; the number changes when a key changes its meaning.
SCHEMA = "ytterby/outcome/1"

_FIRST = ("prices", "shortages", "flows", "shares", "concentration", "gains", "binding", "assumptions")
_LAST = ("sources", "figures", "reconciliation")
_KINDS: dict[Any, str] = {pl.String: "string", pl.Float64: "number", pl.Boolean: "boolean"}


def to_json(outcome: Outcome) -> str:
    """Return the whole outcome as strict JSON in ASCII, tables as lists of rows."""
    return json.dumps(to_mapping(outcome), allow_nan=False, separators=(",", ":")) + "\n"


def to_mapping(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as plain values, in the order of the JSON."""
    scenario = outcome.scenario
    return {
        "schema": SCHEMA,
        "finding": outcome.finding,
        "summary": list(outcome.summary),
        "scenario": {
            "name": scenario.name,
            "title": scenario.title,
            "year": scenario.year,
            "base_year": scenario.base.year,
            "measures": [measure.id for measure in scenario.measures],
            "overrides": list(scenario.overrides),
        },
        **{name: _rows(outcome.table(name)) for name in _FIRST},
        **{name: _rows(outcome.table(name)) for name in _LAST},
        "periods": [plain(period) for period in outcome.timeline.periods] if outcome.timeline else [],
        "time": _time(outcome),
        "edition": outcome.edition,
        "input_hash": outcome.input_hash,
        "certificate": plain(outcome.certificate),
        "checks": plain(outcome.checks),
        "units": {name: {c.name: c.unit for c in schema.columns if c.unit} for name, schema in TABLES.items()},
    }


def _time(outcome: Outcome) -> dict[str, Any]:
    """The calendar of the run, and what foresight was worth over many periods."""
    time, path = outcome.scenario.time, outcome.timeline
    said: dict[str, Any] = {"step": time.step, "from": time.start, "to": time.end, "foresight": None}
    if path is None:
        return said
    chosen = {"entry": [plain(row) for row in path.entry], "entry_unsettled": list(path.unsettled)}
    return said | {
        "from": path.periods[0]["label"],
        "to": path.periods[-1]["label"],
        "foresight": path.foresight,
        "rolling": path.window,
        "recycling": [plain(row) for row in path.recycling],
        "worst_period": path.worst,
        "surplus": plain(path.surplus),
        "surplus_perfect_foresight": plain(path.surplus_perfect),
        "value_of_knowing": plain(path.value_of_knowing),
        "surplus_unit": "MUSD over the path, discounted to its start",
        "largest_residual": plain(path.largest_residual),
        **(chosen if path.entry else {}),
    }


def tables_of(outcome: Outcome) -> Iterator[tuple[str, tuple[Column, ...], pl.DataFrame]]:
    """Yield every table of `outcome` as (name, columns, rows): those of any run, then those by period if it has any."""
    for name, schema in TABLES.items():
        yield name, schema.columns, outcome.table(name)
    for schema, frame in tables_by_period(outcome):
        yield schema.name, schema.columns, frame


def write_csv(outcome: Outcome, folder: str | Path) -> list[Path]:
    """Write every table as a CSV file into `folder`, with a datapackage.json beside them; return the files."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    written = [write_text(place / f"{name}.csv", frame.write_csv()) for name, _, frame in tables_of(outcome)]
    described = json.dumps(datapackage(outcome), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    return [*written, write_text(place / "datapackage.json", described)]


def datapackage(outcome: Outcome) -> dict[str, Any]:
    """Return the Frictionless data package (version 2) that describes the CSV files."""
    rows = outcome.sources.select("id", "publisher", "title", "edition", "url").to_dicts()
    titles = (", ".join(str(row[k]) for k in ("publisher", "title", "edition") if row[k]) for row in rows)
    sources = [
        {"title": title or row["id"]} | ({"path": row["url"]} if str(row["url"]).startswith("http") else {})
        for row, title in zip(rows, titles, strict=True)
    ]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": outcome.scenario.name,
        "title": outcome.scenario.title,
        "description": outcome.finding,
        "version": outcome.edition,
        "input_hash": outcome.input_hash,
        "resources": [table_resource(name, columns) for name, columns, _ in tables_of(outcome)],
        **({"sources": sources} if sources else {}),
    }


def write_text(path: Path, text: str) -> Path:
    """Write `text` as UTF-8, whole or not at all: a reader never sees half a file."""
    with whole(path) as place:
        place.write_text(text, encoding="utf-8", newline="\n")
    return path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a file beside `path` to write to; it takes the place of `path` at the end, or is gone if anything failed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        yield Path(name)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [{key: plain(value) for key, value in row.items()} for row in frame.iter_rows(named=True)]


def plain(value: Any) -> Any:
    """Return `value` as JSON takes it: what is not finite is null, minus zero is zero, the unknown is its text."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    try:
        number = float(value)  # floats, and the numpy numbers a certificate may hold
    except (TypeError, ValueError):
        return str(value)
    return number + 0.0 if math.isfinite(number) else None


def table_resource(name: str, columns: Iterable[Column]) -> dict[str, Any]:
    """Return the description of ``<name>.csv`` in a data package, with the unit and meaning of every column."""
    return {
        "name": name,
        "type": "table",
        "path": f"{name}.csv",
        "format": "csv",
        "encoding": "utf-8",
        "schema": {"fields": [_field(column) for column in columns], "missingValues": [""]},
    }


def _field(column: Column) -> dict[str, Any]:
    kind = "integer" if column.dtype.is_integer() else _KINDS.get(column.dtype, "any")
    said = {"name": column.name, "type": kind, "description": column.meaning}
    return said | ({"unit": column.unit} if column.unit else {})
