"""`ytterby risk --method`: a method over the user's own tables, for all cells at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ytterby.core.errors import Fault, InputError, nearest

if TYPE_CHECKING:
    import polars as pl

    from ytterby.indicators.user_tables import Table

# What each method cannot do without.
NEEDS: dict[str, tuple[str, ...]] = {
    "geopolrisk": ("production", "trade", "governance"),
    "hhi": ("production",),
    "reliance": ("production", "trade"),
    "import-risk": ("trade", "governance"),
    "eu-supply-risk": ("inputs",),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed: the files by the name of their option, and what to compute from them."""

    files: Mapping[str, Path | None]
    compat: bool
    economies: tuple[str, ...] | None
    years: tuple[int, ...] | None
    material: str | None
    internal: bool
    detail: bool
    explain: bool
    origins: Path | None
    out: Path | None


def run_method(method: str, asked: Asked) -> None:
    """Read the tables, compute every cell, write or print them; what was noticed goes to stderr."""
    if method not in NEEDS:
        raise InputError(Fault("--method", repr(method), "one of " + ", ".join(NEEDS), nearest(method, NEEDS)))
    lacking = [name for name in NEEDS[method] if asked.files[name] is None]
    if lacking:
        raise InputError([Fault(f"risk --method {method}", f"no --{name}", "a table") for name in lacking])
    from ytterby.show.risk import check_place, counted, write_table

    for place in (asked.out, asked.origins):
        if place is not None:
            check_place(place)
    if method == "import-risk":
        _import_risk(asked)
        return
    tables = read_all({name: path for name, path in asked.files.items() if name in (*NEEDS[method], "map")})
    compute = {"geopolrisk": _geopolrisk, "hhi": _hhi, "reliance": _reliance, "eu-supply-risk": _eu}[method]
    frame, notes = compute(tables, asked)
    tell(notes)
    if asked.out is None:
        typer.echo(frame.write_csv(), nl=False)
        return
    write_table(frame, asked.out)
    tell([*counted(frame), f"written to {asked.out}"])


def _hhi(tables: Mapping[str, Table], asked: Asked) -> tuple[pl.DataFrame, tuple[str, ...]]:
    from ytterby.indicators.concentration_table import concentrations

    notes: list[str] = []
    found = concentrations(tables["production"], notes, asked.material)
    return (found if asked.years is None else found.filter(found["year"].is_in(asked.years))), tuple(notes)


def _reliance(tables: Mapping[str, Table], asked: Asked) -> tuple[pl.DataFrame, tuple[str, ...]]:
    from ytterby.indicators.matching import Asked as Cells
    from ytterby.indicators.matching import match
    from ytterby.indicators.reliance import from_matched

    wanted = Cells(asked.economies, asked.years, None, asked.material)
    matched = match(tables["production"], tables["trade"], tables.get("map"), wanted, [], [])
    return from_matched(matched), matched.notes


def _eu(tables: Mapping[str, Table], asked: Asked) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return supply risk by the Commission's formula; the range allows for half the last digit its tables print."""
    from ytterby.indicators.eu_criticality import PRINTED_2017, eu_criticality
    from ytterby.indicators.eu_table import eu_inputs
    from ytterby.indicators.matching import only

    inputs = eu_inputs(tables["inputs"])
    faults: list[Fault] = []
    if asked.material is not None:
        inputs = only(inputs, asked.material, tables["inputs"].name, faults)
    if faults:
        raise InputError(faults)
    return eu_criticality(inputs, PRINTED_2017), ()


def _import_risk(asked: Asked) -> None:
    """Measure a trade table larger than memory; every span of years is written as soon as it is done."""
    from ytterby.indicators import files
    from ytterby.indicators.streaming import import_risks, stream
    from ytterby.show.risk import write_parts

    trade, governance = asked.files["trade"], asked.files["governance"]
    if trade is None or governance is None or asked.out is None:
        raise InputError(Fault("risk --method import-risk", "no --out", "a file: the result may be larger than memory"))
    found = stream(files.scan(trade), trade.name, 1 if trade.suffix == ".parquet" else 2)
    tell(found.notes)
    rows = write_parts(import_risks(found, files.read(governance)), asked.out)
    tell([f"{rows:,} cells written to {asked.out}"])


def _geopolrisk(tables: Mapping[str, Table], asked: Asked) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return every cell and what was noticed; with `explain`, each cell beside the peer's."""
    from ytterby.indicators.geopolrisk import OURS, PEER, cells
    from ytterby.indicators.geopolrisk_compare import CAUSES, counted, differences
    from ytterby.indicators.geopolrisk_inputs import read
    from ytterby.indicators.matching import Asked as Cells

    given = (tables["production"], tables["trade"], tables["governance"], tables.get("map"))
    wanted = Cells(asked.economies, asked.years, None, asked.material)
    if asked.explain:
        found = differences(*given, asked=wanted)
        lines = []
        for cause, count in counted(found).iter_rows():
            lines.append(f"{count:,} cells: {cause}" + (f" ({CAUSES[cause]})" if cause in CAUSES else ""))
        return found, tuple(lines)
    inputs = read(*given, asked.compat, asked=wanted, internal=asked.internal)
    if asked.origins is not None:
        from ytterby.indicators.geopolrisk_origins import origins_of
        from ytterby.show.risk import write_table

        write_table(origins_of(inputs), asked.origins)
    return cells(inputs, PEER if asked.compat else OURS, detail=asked.detail), inputs.notes


def read_all(paths: Mapping[str, Path | None]) -> dict[str, Table]:
    """Read every file that was named; the faults of all of them are told at once."""
    from ytterby.indicators import files

    tables: dict[str, Table] = {}
    faults: list[Fault] = []
    for name, path in paths.items():
        if path is None:
            continue
        try:
            tables[name] = files.read(path)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return tables


def tell(lines: Iterable[str]) -> None:
    """Print lines to stderr."""
    for line in lines:
        typer.echo(line, err=True)
