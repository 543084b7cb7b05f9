"""`ytterby scenarios`: the ready scenarios, and the file of one of them to start your own from."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the shell."""
    app.command("scenarios")(scenarios)


def scenarios(
    name: Annotated[str | None, typer.Argument(help="A ready scenario: print its file.")] = None,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """List the ready scenarios, or print the file of one: ytterby scenarios NAME > mine.toml."""
    from ytterby.model import scenario_file

    if name is not None:
        text = scenario_file.packaged_text(name)
        typer.echo(_json(_row(name) | {"text": text}) if json_out else text, nl=json_out)
        return
    names = scenario_file.packaged()
    if json_out:
        typer.echo(_json([_row(each) for each in names]))
        return
    width = max(len(each) for each in names)
    for each in names:
        typer.echo(f"{each:<{width}}  {scenario_file.packaged_title(each)}")
    typer.echo(
        "\nRun one:         ytterby run NAME --out report.html\nStart your own:  ytterby scenarios NAME > mine.toml"
    )


def _row(name: str) -> dict[str, object]:
    from ytterby.model.scenario_file import scenario

    found = scenario(name)
    return {
        "name": name,
        "title": found.title,
        "description": found.description,
        "base": found.base.chain or found.base.network,
        "year": found.year,
        "measures": [{"id": item.id, "kind": item.kind, "title": item.title} for item in found.measures],
    }


def _json(value: object) -> str:
    import json

    return json.dumps(value, indent=2, ensure_ascii=False)
