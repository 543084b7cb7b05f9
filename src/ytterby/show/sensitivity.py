"""What drives a number, in the shell and as JSON: a row an input, the most important first, with a bar for its size."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from ytterby.show.tables import Head, shell_table
from ytterby.show.words import number, product_name
from ytterby.studies.sensitivity import Sensitivity

WIDTH = 100
_BAR = 18
#: The column whose size the bar shows.
SIZE = {"given": "first", "pawn": "distance", "sobol": "total", "morris": "size"}
_READ = {
    "given": "first: part of the variance that this input alone explains; below the floor of {floor} it cannot be told "
    "from nothing. What is missing to 1 is interplay and noise. low, high: median with the input in its "
    "lowest and highest fifth.",
    "pawn": "distance: how far the distribution moves when this input is fixed, from 0 to 1.",
    "sobol": "first: part of the variance this input explains alone; total: with all its interplay.",
    "morris": "size: mean move of the number when this input goes through its range; spread: how much that depends on "
    "where it and the others stand.",
    "local": "low, high: the number with this input alone at either end of its range. derivative: per unit of the "
    "input, at the scenario's own values; bend: how far that straight line misses at the ends, 0 for not at all.",
}


def print_sensitivity(found: Sensitivity, console: Console | None = None) -> None:
    """Print the table of what drives a number."""
    console = console or Console(width=WIDTH, highlight=False)
    console.print(Text(f"What drives {spoken(found.output)} [{found.unit}]", style="bold"), soft_wrap=True)
    rows = list(found.table.iter_rows(named=True))
    names = [name for name in found.table.columns if name not in ("input", "floor", "value", "elasticity")]
    heads = [Head("Input"), *(Head(_HEADS.get(n, n.replace("_", " ")), "number") for n in names), Head("")]
    sizes = [size(found.method, row) for row in rows]
    most = max(sizes, default=0.0) or 1.0
    cells = [
        (row["input"], *(number(row[n]) for n in names), "█" * round(_BAR * max(of, 0.0) / most))
        for row, of in zip(rows, sizes, strict=True)
    ]
    console.print(shell_table(heads, cells))
    floor = number(rows[0]["floor"]) if rows and "floor" in rows[0] else ""
    console.print(Text(_READ[found.method].format(floor=floor)), soft_wrap=True)
    if found.method != "local":
        left = f"; {found.left_out:,} without this number left out" if found.left_out else ""
        console.print(Text(f"From {found.n:,} draws{left}. An index is of the assumed ranges, not of the world."))


_HEADS = {"rank": "rank corr.", "bottom": "low", "top": "high"}


def size(method: str, row: Mapping[str, Any]) -> float:
    """How important an input is by a method: what the table is sorted by."""
    if method == "local":
        ends = [row[end] for end in ("low", "high") if row[end] is not None]
        return float(max(ends) - min(ends)) if len(ends) == 2 else 0.0
    return float(row[SIZE[method]] or 0.0)


def spoken(column: str) -> str:
    """A column of draws in words.

    >>> spoken("price|oxide/Dy|outside"), spoken("value_lost")
    ('price of Dy oxide, outside', 'value lost')
    """
    what, *rest = column.split("|")
    if not rest:
        return what.replace("_", " ")
    if what in ("rent", "binds"):
        return f"{what} of {rest[0]}"
    return f"{what.replace('_', ' ')} of {product_name(rest[0])}" + (f", {rest[1]}" if rest[1:] else "")


def sensitivity_json(found: Sensitivity, run: str | None) -> str:
    """The table as JSON, with what each column means."""
    value = {
        "schema": 1,
        "run": run,
        "method": found.method,
        "output": found.output,
        "unit": found.unit,
        "draws": found.n,
        "left_out": found.left_out,
        "columns": dict(found.meaning),
        "inputs": found.table.to_dicts(),
    }
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
