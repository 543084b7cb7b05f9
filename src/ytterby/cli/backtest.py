"""`ytterby backtest`: history replayed with one set of behaviour, every benchmark judged."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the shell."""
    app.command("backtest")(backtest)


def backtest(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|FILE|DIR]", help="A ready episode, a file or a folder; all ready ones by default."
        ),
    ] = None,
    json_out: Annotated[bool, typer.Option("--json", help="Print the result as JSON instead of text.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.html", help="Write a page with the series drawn.")
    ] = None,
    list_ready: Annotated[bool, typer.Option("--list", help="List the episodes that come with the package.")] = False,
) -> None:
    """Replay episodes of history with one set of behaviour; print each benchmark, hit or miss, and why."""
    from ytterby.studies.backtest.episode_file import episodes, ready

    if list_ready:
        for e in (episodes(name)[0] for name in ready()):
            typer.echo(f"{e.id:<22} {e.title}{f' ({e.label})' if e.label else ''}")
        return
    from ytterby.cli.progress import progress
    from ytterby.studies.backtest.score import backtest as replayed

    with progress("episodes of history", shown=not json_out and sys.stderr.isatty()) as tell:
        found = replayed(what, progress=tell)
    if out is not None:
        from ytterby.show.backtest_page import backtest_page

        backtest_page(found, f"ytterby backtest{f' {what}' if what else ''}", out)
    if json_out:
        import json

        typer.echo(json.dumps(found.to_dict(), ensure_ascii=False, allow_nan=False, indent=1))
        return
    from ytterby.show.backtest import lines

    for line in lines(found):
        typer.echo(line)
    if out is not None:
        typer.echo(f"Written: {out}")
