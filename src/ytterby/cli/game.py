"""`ytterby game`: a textbook game from a small file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the shell."""
    app.command("game")(game)


def game(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="TOML with worths, a vote, claims, production, a split or a forecast."),
    ],
    json_out: Annotated[bool, typer.Option("--json", help="Print the result as JSON instead of text.")] = False,
    seed: Annotated[int, typer.Option("--seed", metavar="S", min=0, help="The seed of a forecast's draws.")] = 0,
) -> None:
    """Solve a plain game: Shapley, core, nucleolus, voting power, claims, Owen, Nash, a forecast."""
    from ytterby.show.game import game_lines
    from ytterby.studies.textbook_game import game as solve

    solved = solve(file, seed)
    if json_out:
        typer.echo(json.dumps(solved, indent=2, ensure_ascii=False, allow_nan=False))
        return
    for line in game_lines(solved):
        typer.echo(line)
