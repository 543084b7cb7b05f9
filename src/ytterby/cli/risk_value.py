"""`ytterby risk --value`: the headline worth of a deposit beside what could be recovered, at what cost, and when."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import typer


def run_value(path: Path, rate: float, life: float, delay: float, capital: float, json_out: bool) -> None:
    """Read the lots, and print the four lines with what the headline leaves out."""
    from ytterby.indicators import files
    from ytterby.indicators.valuation import value
    from ytterby.indicators.valuation_table import lots

    found = value(lots(files.read(path)), rate, life, delay, capital)
    asked = {"rate": rate, "life": life, "delay": delay, "capital_musd": capital}
    if json_out:
        import json

        told = {"schema": 1, "unit": "MUSD", "asked": asked, **asdict(found)}
        typer.echo(json.dumps(told, ensure_ascii=False, allow_nan=False, indent=1))
        return
    typer.echo(f"{'MUSD, real':<14}{'value':>14}{'range':>26}")
    for line in found.lines:
        middle = "" if line.value is None else f"{line.value:,.0f}"
        spread = "" if line.low == line.high else f"{line.low:,.0f} to {line.high:,.0f}"
        typer.echo(f"{line.name:<14}{middle:>14}{spread:>26}")
    typer.echo(f"\n{rate:.0%} a year, sold over {life:g} years that begin after {delay:g}; capital {capital:,.0f} MUSD")
    if found.kept is not None:
        typer.echo(f"Of the headline {found.kept:.1%} is left.")
    parts = sorted(found.shares.items(), key=lambda pair: -pair[1])
    typer.echo("Headline by material: " + ", ".join(f"{name} {share:.1%}" for name, share in parts))
    typer.echo("\nWhat the headline leaves out")
    for text in found.leaves_out:
        typer.echo(f"  {text}")
