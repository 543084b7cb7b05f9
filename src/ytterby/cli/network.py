"""`ytterby network`: the base network of a chain, and how its sources were reconciled."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the shell."""
    app.command("network")(network)


def network(
    chain: Annotated[
        str, typer.Argument(help="A chain of the atlas, or a material by any of its names: rare-earths, cobalt, Ga.")
    ] = "rare-earths",
    year: Annotated[int, typer.Option("--year", help="The base year.")] = 2024,
    check: Annotated[
        bool, typer.Option("--check", help="The largest moves of the balance and the conflicts it met.")
    ] = False,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Build a base network: cited figures, reconciled and calibrated."""
    from ytterby.atlas.load import load
    from ytterby.model.base import network as build
    from ytterby.model.chains.offer import chain_for
    from ytterby.show.network import network_json, network_lines

    atlas = load()
    built = build(atlas, chain_for(atlas, chain), year)
    if json_out:
        import json

        typer.echo(json.dumps(network_json(built), ensure_ascii=False, allow_nan=False, indent=1))
        return
    for line in network_lines(built, check):
        typer.echo(line)
