"""The user's own figures beside those of the atlas: a table is checked whole before any of it is used.

A table has the columns of the atlas's figures: `material`, `stage`, `measure`, `period`, `value` and `unit` are needed,
`country`, `form`, `partner`, `low`, `high`, `qualifier`, `facility`, `ore`, `derived_from`, `locator` and `note` may be
there, and so may `id`, `source` and `edition`, as the atlas's own CSV has them. Every fault is told with its line and
column, all at once, and nothing is used of a table that has one.

Rows become figures of the source ``own:<file>``: they never replace a publisher's figure and are always told apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from ytterby.atlas import own_cells as cells
from ytterby.atlas import own_file
from ytterby.atlas.load import Atlas
from ytterby.atlas.own_cells import Wrong
from ytterby.atlas.own_file import Line, Sheet
from ytterby.atlas.schema import FIGURES, SOURCES
from ytterby.core.errors import Fault, InputError
from ytterby.core.units import parse_unit

REQUIRED = ("material", "stage", "measure", "period", "value", "unit")
_NO_VALUE = ("withheld", "not_available", "net_exporter", "included_elsewhere", "words_only")
_BELOW_ZERO = ("net_import_reliance", "stockpile_release")
_SHARES = ("share", "share_of_treo", "use_share", "import_source_share", "recovery", "scrap_rate")
# Two sources may say the same thing differently, so a table that names its sources may hold both.
_KEY = ("material", "form", "stage", "measure", "country", "partner", "period", "facility", "ore", "source", "edition")
_MOST_FAULTS = 1000


@dataclass(frozen=True, slots=True)
class Own:
    """A user's figures in the columns of the atlas, with the row of their source."""

    figures: pl.DataFrame
    source: dict[str, Any]

    @property
    def sources(self) -> pl.DataFrame:
        """The source as a table."""
        return SOURCES.frame([self.source])


def read(path: Path) -> Own:
    """Return the user's table in `path` as figures; raise with every fault found."""
    sheet = own_file.read(path, FIGURES.names, REQUIRED)
    source = f"own:{path.name}"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    rows: list[dict[str, Any]] = []
    faults: list[Fault] = []
    for line in sheet.lines:
        row, wrong = _row(sheet, line)
        faults += wrong
        rows.append(row)
        if len(faults) > _MOST_FAULTS:
            break
    faults += _between(sheet, rows)
    if faults:
        raise InputError(sorted(faults, key=lambda fault: _number(fault.place)))
    edition = f"sha256 {digest}"
    figures = FIGURES.frame(_figure(sheet, row, source, edition) for row in rows)
    return Own(figures, _source(path, source, edition))


def beside(atlas: Atlas, paths: Sequence[Path]) -> Atlas:
    """Return the atlas with the user's tables in `paths` among its figures and sources; its edition names them.

    Without paths it is the atlas itself. Faults of all tables are told together.
    """
    if not paths:
        return atlas
    own, faults = [], []
    for path in paths:
        try:
            own.append(read(path))
        except InputError as error:
            faults += list(error.faults)
    names = [path.name for path in paths]
    faults += [
        Fault("--with", f"two files called {name!r}", "files with names of their own")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if faults:
        raise InputError(faults)
    figures = pl.concat([atlas.figures, *(item.figures for item in own)])
    sources = pl.concat([atlas.sources, *(item.sources for item in own)])
    told = ", ".join(f"{item.source['title']} ({item.source['edition']})" for item in own)
    return replace(atlas.with_tables(figures=figures, sources=sources), edition=f"{atlas.edition} with {told}")


def _row(sheet: Sheet, line: Line) -> tuple[dict[str, Any], list[Fault]]:
    """Return the values of one line, and its faults; `line` is kept under that name."""
    row: dict[str, Any] = {"line": line.number}
    faults = []
    for name, text in line.cells.items():
        found = _cell(name, text)
        if isinstance(found, Wrong):
            place = sheet.place(line.number, name)
            faults.append(Fault(place, f"{text!r}{found.looks}", found.expected, found.nearest))
        else:
            row[name] = found
    wrong = {fault.place for fault in faults}
    for name in REQUIRED:
        if name != "value" and name not in row and sheet.place(line.number, name) not in wrong:
            expected = f"a value: {FIGURES.column(name).meaning}"
            faults.append(Fault(sheet.place(line.number, name), "an empty cell", expected))
    if not faults:
        row["qualifier"] = row.get("qualifier") or ("zero" if row.get("value") == 0 else "reported")
        faults += [Fault(sheet.place(line.number, name), found, expected) for name, found, expected in _sense(row)]
    return row, faults


def _cell(name: str, text: str) -> Any:
    """Return the value of a cell, or what is wrong with it."""
    if name in ("value", "low", "high"):
        return cells.number(text)
    if name in ("country", "partner"):
        return cells.country(text)
    if name == "unit":
        found = cells.unit(text)
        return found if isinstance(found, Wrong) else found.text
    if name == "material":
        return cells.material(text)
    if name == "period":
        return cells.period(text)
    words = FIGURES.column(name).words
    return cells.word(text, words) if words else " ".join(text.split())


def _sense(row: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    """Yield what does not make sense in a row whose cells can all be read: column, found, expected."""
    value, low, high, measure = row.get("value"), row.get("low"), row.get("high"), row["measure"]
    if value is None and (low is None or high is None) and row["qualifier"] not in _NO_VALUE:
        yield "value", "an empty cell", "a number, or low and high, or a qualifier: " + ", ".join(_NO_VALUE)
    if value is not None and row["qualifier"] in ("withheld", "not_available"):
        yield "value", f"{value:g} that is {row['qualifier']}", "an empty cell, or another qualifier"
    if value and row["qualifier"] == "zero":
        yield "value", f"{value:g} with the qualifier zero", "0, or another qualifier"
    for name in ("value", "low", "high"):
        number = row.get(name)
        if number is not None and number < 0 and measure not in _BELOW_ZERO:
            yield name, f"{number:g}", f"a {measure.replace('_', ' ')} that is not negative"
        if number is not None and number > 100 and measure in _SHARES and row["unit"] == "%":
            yield name, f"{number:g} %", "at most 100 %"
    if low is not None and high is not None and low > high:
        yield "low", f"{low:g}, above high {high:g}", "low, then high"
    elif value is not None and not (low if low is not None else value) <= value <= (
        high if high is not None else value
    ):
        yield "value", f"{value:g}, outside {low} to {high}", "a value between low and high"


def _between(sheet: Sheet, rows: Iterable[Mapping[str, Any]]) -> Iterable[Fault]:
    """Yield what does not go together: one figure twice, one series in two bases."""
    seen: dict[tuple[Any, ...], int] = {}
    bases: dict[tuple[Any, ...], tuple[int, str]] = {}
    for row in rows:
        if not all(name in row for name in ("material", "stage", "measure", "period", "unit")):
            continue
        key, number = tuple(row.get(name) for name in _KEY), row["line"]
        if key in seen:
            told = f"one row a figure ({sheet.unit} {seen[key]} has it), or another form"
            yield Fault(sheet.place(number), "the same figure again", told)
        seen.setdefault(key, number)
        series, unit = key[:4], parse_unit(row["unit"])
        first, text = bases.setdefault(series, (number, row["unit"]))
        other = parse_unit(text)
        if (unit.dimension, unit.basis) != (other.dimension, other.basis):
            found = f"{row['unit']!r} ({unit.meaning})"
            expected = f"the basis of {sheet.unit} {first}, {text!r} ({other.meaning}): convert one, or name two forms"
            yield Fault(sheet.place(number, "unit"), found, expected)


def _figure(sheet: Sheet, row: Mapping[str, Any], source: str, edition: str) -> dict[str, Any]:
    """Return a row of figures; the place where it stands is its locator unless it has one."""
    kept = {name: value for name, value in row.items() if name != "line"}
    notes = [row["note"]] if "note" in row else []
    said = ", ".join(str(row[name]) for name in ("source", "edition") if name in row)
    if said:
        notes.append(f"Source given in the table: {said}.")
    here = f"{sheet.unit} {row['line']}"
    return kept | {
        "id": f"{source}:{row['line']}",
        "source": source,
        "edition": edition,
        "locator": f"{row['locator']} ({here})" if "locator" in row else here,
        "note": " ".join(notes) or None,
        "derived_from": row.get("derived_from") or row.get("id"),
    }


def _source(path: Path, source: str, edition: str) -> dict[str, Any]:
    return {
        "id": source,
        "family": source,
        "publisher": "you",
        "title": path.name,
        "edition": edition,
        "url": path.name,
        "licence": "yours",
        "kind": "own",
        "read": "the table itself",
        "note": "A table of the user's own; not part of the atlas.",
    }


def _number(place: str) -> int:
    """The number of the line in the place of a fault, to sort by."""
    digits = [word.rstrip(",") for word in place.split() if word.rstrip(",").isdigit()]
    return int(digits[-1]) if digits else 0
