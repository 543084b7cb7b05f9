"""`ytterby runs`: the ensembles kept on this machine; `ytterby runs rm ID` deletes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ytterby.studies.runs import Stored


def register(app: typer.Typer) -> None:
    """Add the command to the shell."""
    app.command("runs")(runs)


def runs(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[rm ID …]", help="Nothing: list. rm ID: delete that run.")
    ] = None,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """List the ensembles kept in ./runs (or $YTTERBY_RUNS), or delete one: ytterby runs rm ID."""
    import os

    from ytterby.core.errors import Fault, InputError, nearest
    from ytterby.studies.runs import find, remove, root_folder, stored

    root = root_folder(os.environ)
    if words:
        if words[0] != "rm" or len(words) < 2:
            raise InputError(Fault("runs", " ".join(words), "nothing, or rm ID", nearest(words[0], ["rm"])))
        for name in words[1:]:
            find(root, name)
        gone = [remove(root, name) for name in words[1:]]
        if json_out:
            typer.echo(_json([{"id": run.id, "removed": True} for run in gone]))
        else:
            typer.echo("\n".join(f"Removed {run.folder}" for run in gone))
        return
    rows = [_row(run) for run in stored(root)]
    if json_out:
        typer.echo(_json(rows))
        return
    if not rows:
        typer.echo(f"No runs in {root}. Make one: ytterby run NAME --ensemble 200")
        return
    width = max(len(str(row["id"])) for row in rows)
    for row in rows:
        state = "whole" if row["done"] == row["n"] else f"{row['done']:,} done"
        typer.echo(f"{row['id']:<{width}}  {row['n']:>7,} draws  seed {row['seed']}  {row['method']}  {state}")


def _row(run: Stored) -> dict[str, object]:
    design = run.design
    return {
        "id": run.id,
        "scenario": run.manifest["scenario"]["name"],
        "n": design.n,
        "done": run.done,
        "complete": run.done == design.n,
        "seed": design.seed,
        "method": design.method,
        "batch": run.batch,
        "edition": run.manifest["data"]["edition"],
        "version": run.manifest["engine"]["ytterby"],
        "folder": str(run.folder),
    }


def _json(value: object) -> str:
    import json

    return json.dumps(value, indent=2, ensure_ascii=False)
