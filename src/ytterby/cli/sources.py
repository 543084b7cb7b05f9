"""`ytterby sources`: who is cited, in which edition, under which licence, and how often."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ytterby.atlas.load import Atlas


def register(app: typer.Typer) -> None:
    """Add the command to the shell."""
    app.command("sources")(sources)


def sources(
    id: Annotated[str | None, typer.Argument(help="Id of a source; without it, all of them.")] = None,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    bibtex_out: Annotated[bool, typer.Option("--bibtex", help="Print BibTeX entries.")] = False,
    changed: Annotated[bool, typer.Option("--changed", help="Print what each newer edition revised.")] = False,
) -> None:
    """Print the sources of the atlas, or one of them."""
    from ytterby.atlas.cite import bibtex
    from ytterby.atlas.cited import cited
    from ytterby.atlas.load import load

    atlas = load()
    if changed:
        _print_changed(atlas, json_out)
        return
    rows = atlas.sources.to_dicts() if id is None else [_one(atlas, id)]
    counts = cited(atlas)
    if json_out:
        listed = [{**row, "cited": counts.get(row["id"], 0)} for row in rows]
        report = {"schema": 1, "edition": atlas.edition, "digest": atlas.digest, "sources": listed}
        typer.echo(json.dumps(report, ensure_ascii=False, indent=1))
    elif bibtex_out:
        typer.echo("\n\n".join(bibtex(row) for row in rows))
    elif id is None:
        _print_all(atlas, rows, counts)
    else:
        _print_one(rows[0], counts)


def _print_changed(atlas: Atlas, json_out: bool) -> None:
    """How many figures each newer edition of a publisher moved, and the one it moved furthest."""
    from ytterby.atlas.conflicts import conflicts

    moved = conflicts(atlas)
    rows: list[dict[str, Any]] = []
    pairs = moved.filter(moved["kind"] == "editions")
    for (older, newer), group in pairs.group_by(["first_source", "second_source"], maintain_order=True):
        top = group.row(0, named=True)
        rows.append({"older": older, "newer": newer, "revised": group.height, "most": top["second_figure"],
                     "from": top["first"], "to": top["second"], "unit": top["unit"]})  # fmt: skip
    rows.sort(key=lambda row: (str(row["newer"]), str(row["older"])))
    if json_out:
        typer.echo(json.dumps({"schema": 1, "edition": atlas.edition, "changed": rows}, ensure_ascii=False, indent=1))
        return
    for row in rows:
        typer.echo(f"{row['older']} -> {row['newer']}: {row['revised']} figures moved beyond their own intervals;")
        typer.echo(f"  furthest {row['most']}: {row['from']:,.6g} to {row['to']:,.6g} {row['unit']}")


def _one(atlas: Atlas, id: str) -> dict[str, Any]:
    from ytterby.core.errors import Fault, InputError, nearest

    found = atlas.sources.filter(atlas.sources["id"] == id)
    if found.is_empty():
        known = atlas.sources["id"].to_list()
        raise InputError(Fault("source", repr(id), "the id of a source (ytterby sources)", nearest(id, known)))
    return found.to_dicts()[0]


def _print_all(atlas: Atlas, rows: list[dict[str, Any]], counts: dict[str, int]) -> None:
    from rich.table import Table

    from ytterby.cli.facts import _out

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("id", "publisher", "title", "edition"):
        table.add_column(name, overflow="fold")
    table.add_column("rows", justify="right", no_wrap=True)
    order = sorted(rows, key=lambda row: (row["kind"] != "official", row["id"]))
    for row in order:
        table.add_row(row["id"], row["publisher"], row["title"], row["edition"], f"{counts.get(row['id'], 0):,}")
    _out(f"{len(rows)} sources, atlas edition {atlas.edition}; official publishers first", table)
    _out("\nytterby sources ID shows one whole; --bibtex and --json print all.")


def _print_one(row: dict[str, Any], counts: dict[str, int]) -> None:
    from ytterby.atlas.cite import described

    typer.echo(row["id"])
    for name, text in described(row):
        typer.echo(f"  {name:<10} {text}")
    typer.echo(f"  {'rows':<10} {counts.get(row['id'], 0):,} rows of the atlas cite it")
