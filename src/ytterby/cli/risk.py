"""`ytterby risk`: how exposed an economy or a company is, by which measure, and why the measures differ.

Four uses: one material for one economy from the atlas; a method over the user's own tables, for all cells at once
(`--method`); a company's purchases (`--purchases`); what a deposit is worth (`--value`). Results go to stdout or
`--out`, messages to stderr.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ytterby.core.errors import Fault, InputError

if TYPE_CHECKING:
    from ytterby.atlas.load import Atlas
    from ytterby.indicators.profile import Profile

METHODS = ("geopolrisk", "hhi", "reliance", "import-risk", "eu-supply-risk")


# The options of the command, one name each, so that the command itself can be read.
Material = Annotated[str | None, typer.Argument(metavar="MATERIAL", help="Symbol or name; with --for or --method.")]
Buyer = Annotated[str | None, typer.Option("--for", metavar="ECONOMY", help="Country or group, such as DEU.")]
Year = Annotated[int, typer.Option("--year", help="Year of trade and output.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Every = Annotated[bool, typer.Option("--matrix", help="Every material by method and stage, with --for; --out for all.")]
Purchases = Annotated[
    Path | None,
    typer.Option("--purchases", metavar="F", help="A company's list: material, country, quantity_kg, value, year."),
]
Method = Annotated[
    str | None, typer.Option("--method", metavar="M", help=f"Over your own tables: {', '.join(METHODS)}.")
]
Production = Annotated[
    Path | None, typer.Option("--production", metavar="F", help="material, economy, year, quantity (CSV, Parquet).")
]
Trade = Annotated[
    Path | None,
    typer.Option("--trade", metavar="F", help="material or hs6, exporter, importer, year, quantity, value."),
]
Governance = Annotated[
    Path | None, typer.Option("--governance", metavar="F", help="economy, year, estimate (or instability 0..1).")
]
Map = Annotated[Path | None, typer.Option("--map", metavar="F", help="material, its name in production, HS codes.")]
Inputs = Annotated[
    Path | None, typer.Option("--inputs", metavar="F", help="For eu-supply-risk: material, hhi_gs, hhi_eu, IR ...")
]
Value = Annotated[
    Path | None, typer.Option("--value", metavar="F", help="Worth of a deposit: material, contained_t, price ...")
]
Rate = Annotated[float, typer.Option("--rate", help="With --value: yearly discount rate.")]
Life = Annotated[float, typer.Option("--life", help="With --value: years of sale.")]
Delay = Annotated[float, typer.Option("--delay", help="With --value: years until the first sale.")]
Capital = Annotated[float, typer.Option("--capital", metavar="MUSD", help="With --value: capital spent before.")]
Compat = Annotated[bool, typer.Option("--compat", help="Reproduce geopolrisk-py 2.0.1 on equal inputs.")]
Economies = Annotated[
    str | None, typer.Option("--economies", metavar="A,B", help="Economies or groups asked for; default: all.")
]
Internal = Annotated[
    bool, typer.Option("--internal", help="Of a group: count trade among its members too, as riskless.")
]
Years = Annotated[str | None, typer.Option("--years", metavar="2018-2024", help="Years asked for.")]
Explain = Annotated[
    bool, typer.Option("--explain-difference", help="Add geopolrisk-py's values, and which of its faults moved them.")
]
Origins = Annotated[
    Path | None, typer.Option("--origins", metavar="F", help="Write what each origin adds to each score as well.")
]
Detail = Annotated[bool, typer.Option("--detail", help="Add imports, production, coverage and interval.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="F", help="Write a .csv or .parquet file; of one material also .html.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the shell."""
    app.command("risk")(risk)


def risk(
    material: Material = None,
    buyer: Buyer = None,
    year: Year = 2024,
    json_out: Json = False,
    every: Every = False,
    purchases: Purchases = None,
    method: Method = None,
    production: Production = None,
    trade: Trade = None,
    governance: Governance = None,
    map_file: Map = None,
    inputs: Inputs = None,
    compat: Compat = False,
    economies: Economies = None,
    years: Years = None,
    internal: Internal = False,
    explain: Explain = False,
    origins: Origins = None,
    detail: Detail = False,
    out: Out = None,
    worth: Value = None,
    rate: Rate = 0.1,
    life: Life = 20.0,
    delay: Delay = 10.0,
    capital: Capital = 0.0,
) -> None:
    """Measure supply risk by several published methods, each with its status and interval."""
    if material is not None and method is None:
        _side_by_side(material, buyer, year, json_out, out)
        return
    if every:
        _matrix(buyer, year, json_out, out)
        return
    if purchases is not None:
        from ytterby.cli.risk_purchases import run_purchases

        run_purchases(purchases, json_out, out)
        return
    if worth is not None:
        if out is not None:
            raise InputError(Fault("--out", "--value with a file to write", "--json, which stdout can lead to a file"))
        from ytterby.cli.risk_value import run_value

        run_value(worth, rate, life, delay, capital, json_out)
        return
    if method is None:
        wanted = "a material with --for, --method with tables, --purchases or --value"
        raise InputError(Fault("risk", "no material", wanted))
    from ytterby.cli.risk_method import Asked, run_method

    files = {"production": production, "trade": trade, "governance": governance, "map": map_file, "inputs": inputs}
    words = None if economies is None else tuple(word.strip() for word in economies.split(","))
    asked = None if years is None else span(years)
    run_method(method, Asked(files, compat, words, asked, material, internal, detail, explain, origins, out))


def _side_by_side(material: str, buyer: str | None, year: int, json_out: bool, out: Path | None) -> None:
    """Print every indicator of a material for an economy, and why they differ; write them as a page or a table."""
    if buyer is None:
        raise InputError(Fault(f"risk {material}", "no --for", "--for with a country or a group, such as --for DEU"))
    from ytterby.atlas.load import load
    from ytterby.indicators.profile import profile
    from ytterby.show import risk as show

    if out is not None:
        show.check_place(out, (".html", *show.KINDS))
    atlas = load()
    found = profile(atlas, material, buyer, year)
    if out is not None:
        _write(found, atlas, out)
    if json_out:
        import json

        typer.echo(json.dumps(show.profile_json(found, atlas), ensure_ascii=False, allow_nan=False, indent=1))
        return
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False, width=max(80, Console().width))
    console.print(show.heading(found, atlas))
    console.print(show.profile_table(found))
    for line in show.profile_notes(found, atlas):
        console.print(line)


def _write(found: Profile, atlas: Atlas, out: Path) -> None:
    if out.suffix.casefold() == ".html":
        from ytterby.show.export import write_text
        from ytterby.show.risk_page import risk_page

        write_text(out, risk_page(found, atlas))
    else:
        from ytterby.show.risk import profile_rows, write_table

        write_table(profile_rows(found), out)
    typer.echo(f"Wrote {out}", err=True)


def _matrix(buyer: str | None, year: int, json_out: bool, out: Path | None) -> None:
    """Print how many materials each method answers for and why not the others, or write every row."""
    if buyer is None:
        raise InputError(Fault("risk --matrix", "no --for", "--for with a country or a group, such as --for DEU"))
    from ytterby.atlas.load import load
    from ytterby.indicators.profile import matrix
    from ytterby.show import risk as show

    if out is not None:
        show.check_place(out)
    atlas = load()
    found = matrix(atlas, buyer, year)
    if json_out:
        import json

        told = {"schema": 1, "economy": buyer, "year": year, "edition": atlas.edition, "matrix": found.to_dicts()}
        typer.echo(json.dumps(told, ensure_ascii=False, allow_nan=False))
    for line in () if json_out else show.matrix_lines(found):
        typer.echo(line, err=out is not None)
    if out is not None:
        show.write_table(found, out)
        typer.echo(f"written to {out}", err=True)


def span(text: str) -> tuple[int, ...]:
    """Return the years of "2018-2024", "2022" or "2018,2020".

    >>> span("2018-2020,2024")
    (2018, 2019, 2020, 2024)
    """
    years: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not (first.isdigit() and (last or first).isdigit()) or len(first) != 4:
            raise InputError(Fault("--years", repr(text), "years such as 2022, 2018-2024 or 2018,2020"))
        years += range(int(first), int(last or first) + 1)
    return tuple(years)
