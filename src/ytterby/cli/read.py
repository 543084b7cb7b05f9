"""`ytterby read`: an article with every statement beside cited figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ytterby.studies.claims.record import View


def register(app: typer.Typer) -> None:
    """Add the command to the shell."""
    app.command("read")(read)


def read(
    article: Annotated[str, typer.Argument(help="A text file, or a saved page in HTML, in English.")],
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Write the annotated article as one HTML page.")] = None,
    claims: Annotated[
        Path | None, typer.Option("--claims", help="Write the claims as a file to correct and check again.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
    date: Annotated[
        str | None, typer.Option("--date", help="The article's date (YYYY-MM-DD), for words like last year.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Only editions published by this date (YYYY-MM-DD).")
    ] = None,
    viewpoint: Annotated[
        str | None, typer.Option("--viewpoint", help="Answer status claims by one view: UN, an ISO3 code, press …")
    ] = None,
) -> None:
    """Read an article: what it claims, who says it, and what stands; exit 0 whatever the verdicts, 2 for a bad file."""
    from ytterby.show import claims as show
    from ytterby.studies.claims.reading import read as reads

    reading = reads(article, date=date, as_of=as_of, viewpoint=viewpoint)
    if out is not None:
        _write(out, show.page(reading))
    if claims is not None:
        _write(claims, reading.to_toml())
    if json_out:
        import json

        typer.echo(json.dumps(reading.to_dict(), ensure_ascii=False, allow_nan=False, indent=1))
        return
    if markdown:
        typer.echo(show.markdown(reading.verdicts, f"{reading.name}, read"), nl=False)
        return
    told: dict[tuple[View, ...], int] = {}
    for verdict in reading.verdicts:
        for line in show.verdict_lines(verdict, told):
            typer.echo(line)
    for notice in reading.notices:
        typer.echo(f"! {notice}")
    typer.echo(show.summary(reading.verdicts))
    for path in (out, claims):
        if path is not None:
            typer.echo(f"Written: {path}")


def _write(path: Path, text: str) -> None:
    from ytterby.core.errors import InputError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as cause:
        raise InputError(f"{path.name} cannot be written: {cause.strerror or cause}.") from None
