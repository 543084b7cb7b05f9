"""`ytterby risk --purchases`: how exposed a company's own purchases are, by material and country of origin."""

from __future__ import annotations

from pathlib import Path

import typer


def run_purchases(path: Path, json_out: bool, out: Path | None) -> None:
    """Read the list, measure it against the atlas, print or write the result; what was noticed goes to stderr."""
    from ytterby.atlas.load import load
    from ytterby.cli.risk_method import tell
    from ytterby.indicators import files
    from ytterby.indicators.purchases import exposure
    from ytterby.show import risk as show

    if out is not None:
        show.check_place(out)
    atlas = load()
    found = exposure(files.read(path), atlas)
    tell(found.notes)
    if out is not None:
        show.write_table(found.table, out)
        tell([f"written to {out}"])
    if json_out:
        import json

        typer.echo(json.dumps(show.exposure_json(found, atlas), ensure_ascii=False, allow_nan=False, indent=1))
    elif out is None:
        from rich.console import Console

        console = Console(highlight=False, markup=False, emoji=False, width=max(80, Console().width))
        console.print(show.exposure_table(found))
        for line in show.exposure_notes(found, atlas):
            console.print(line)
