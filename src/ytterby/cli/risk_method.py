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
NEEDS: dict[str, tuple[str, ...]] = {"geopolrisk": ("production", "trade", "governance")}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed: the files by the name of their option, and what to compute from them."""

    files: Mapping[str, Path | None]
    compat: bool
    economies: tuple[str, ...] | None
    years: tuple[int, ...] | None
    detail: bool
    explain: bool
    out: Path | None


def run_method(method: str, asked: Asked) -> None:
    """Read the tables, compute every cell, write or print them; what was noticed goes to stderr."""
    if method not in NEEDS:
        raise InputError(Fault("--method", repr(method), "one of " + ", ".join(NEEDS), nearest(method, NEEDS)))
    lacking = [name for name in NEEDS[method] if asked.files[name] is None]
    if lacking:
        raise InputError([Fault(f"risk --method {method}", f"no --{name}", "a table") for name in lacking])
    from ytterby.show.risk import check_place, counted, write_table

    if asked.out is not None:
        check_place(asked.out)
    frame, notes = _geopolrisk(read_all(asked.files), asked)
    tell(notes)
    if asked.out is None:
        typer.echo(frame.write_csv(), nl=False)
        return
    write_table(frame, asked.out)
    tell([*counted(frame), f"written to {asked.out}"])


def _geopolrisk(tables: Mapping[str, Table], asked: Asked) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return every cell and what was noticed; with `explain`, each cell beside the peer's."""
    from ytterby.indicators.geopolrisk import OURS, PEER, cells
    from ytterby.indicators.geopolrisk_compare import counted, differences
    from ytterby.indicators.geopolrisk_inputs import read
    from ytterby.indicators.matching import Asked as Cells

    given = (tables["production"], tables["trade"], tables["governance"], tables.get("map"))
    wanted = Cells(asked.economies, asked.years)
    if asked.explain:
        found = differences(*given, asked=wanted)
        return found, tuple(f"{count:,} cells: {cause}" for cause, count in counted(found).iter_rows())
    inputs = read(*given, asked.compat, asked=wanted)
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
