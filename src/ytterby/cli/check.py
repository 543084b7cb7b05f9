"""`ytterby check`: claims beside cited figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ytterby.studies.claims.record import View


def register(app: typer.Typer) -> None:
    """Add the command to the shell."""
    app.command("check")(check)


def check(
    what: Annotated[
        str, typer.Argument(help="A claim file, a folder of them, or a ready name.", metavar="FILE|DIR")
    ] = "",
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Only editions published by this date (YYYY-MM-DD).")
    ] = None,
    viewpoint: Annotated[
        str | None, typer.Option("--viewpoint", help="Answer status claims by one view: UN, an ISO3 code, press …")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
    snippet: Annotated[bool, typer.Option("--snippet", help="Print a piece of HTML to embed for each claim.")] = False,
    list_ready: Annotated[
        bool, typer.Option("--list", help="List the claim files that come with the package.")
    ] = False,
) -> None:
    """Check claims against cited figures; exit 0 when none is contradicted, 1 when some are, 2 for a bad file."""
    from ytterby.studies.claims.claim_file import ready

    if list_ready or not what:
        for name in ready():
            typer.echo(name)
        if not list_ready:
            typer.echo("Give a claim file, a folder or one of these names.", err=True)
            raise typer.Exit(2)
        return
    from ytterby.show import claims as show
    from ytterby.studies.claims.checking import check as judge

    verdicts = judge(what, as_of, viewpoint)
    if json_out:
        import json

        found = {"schema": 1, "as_of": as_of, "viewpoint": viewpoint, "claims": [item.to_dict() for item in verdicts]}
        typer.echo(json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1))
    elif markdown:
        typer.echo(show.markdown(verdicts, f"Claims of {what}"), nl=False)
    elif snippet:
        for item in verdicts:
            typer.echo(show.snippet(item))
    else:
        told: dict[tuple[View, ...], int] = {}
        for item in verdicts:
            for line in show.verdict_lines(item, told):
                typer.echo(line)
        typer.echo(show.summary(verdicts))
    if any(item.verdict == "contradicted" for item in verdicts):
        raise typer.Exit(1)
