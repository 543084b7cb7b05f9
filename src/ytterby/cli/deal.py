"""`ytterby deal`: who gains by a deal, who would walk away, what trust it needs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ytterby.cli.progress import progress
from ytterby.cli.targets import HTML, Target, check_targets, told


def register(app: typer.Typer) -> None:
    """Add the command to the shell."""
    app.command("deal")(deal)


def deal(
    what: Annotated[
        str | None, typer.Argument(metavar="NAME|FILE", help="A ready deal or a file; none lists them.")
    ] = None,
    json_out: Annotated[bool, typer.Option("--json", help="Print the whole result as JSON instead of text.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="F.html", help="Write a self-contained report.")] = None,
    view: Annotated[
        str, typer.Option("--view", metavar="V", help="Ask for the consent of V's title holders too.")
    ] = "",
    samples: Annotated[
        int | None, typer.Option("--samples", metavar="N", help="Draw N orders: for more than 12 parties in the room.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="The seed of the draws.")] = 0,
    show: Annotated[
        bool, typer.Option("--file", help="Print the file of a ready deal, to start your own from.")
    ] = False,
    number: Annotated[int, typer.Option("--workers", metavar="W", help="Processes that solve coalitions.")] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No summary and no progress.")] = False,
) -> None:
    """Solve a deal: who gains, who would walk away, what trust it needs."""
    from ytterby.studies.deals.file import packaged, packaged_file, read

    if what is None:
        _list(packaged(), json_out)
        return
    if show:
        typer.echo(packaged_file(what), nl=False)
        return
    chosen = read(what)
    targets = [Target("--out", out, HTML)] if out is not None else []
    check_targets(targets, read=(Path(what),), what="the deal itself")
    from ytterby.studies.deals.study import deal as solve
    from ytterby.studies.workers import workers

    with workers(number) as spread, progress(chosen.title, shown=not quiet and sys.stderr.isatty()) as tell:
        outcome = solve(chosen, view=view, samples=samples, seed=seed, map=spread, progress=tell)
    from ytterby.show.deal import deal_json, deal_lines, deal_report

    if out is not None:
        with told(out):
            deal_report(outcome, out)
    if json_out:
        typer.echo(deal_json(outcome), nl=False)
    elif not quiet:
        for line in deal_lines(outcome):
            typer.echo(line)
    if out is not None and not quiet:
        typer.echo(f"Wrote {out}", err=True)


def _list(names: tuple[str, ...], json_out: bool) -> None:
    """List the ready deals."""
    from ytterby.studies.deals.file import read

    found = [read(name) for name in names]
    if json_out:
        import json

        rows = [{"name": d.name, "title": d.title, "parties": [p.id for p in d.parties]} for d in found]
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max(len(d.name) for d in found)
    for d in found:
        typer.echo(f"{d.name:<{width}}  {d.title}")
    typer.echo(
        "\nSolve one:       ytterby deal NAME --out report.html\nStart your own:  ytterby deal NAME --file > mine.toml"
    )
