"""`ytterby run`: one scenario solved, as a summary, a report, tables or JSON.

Everything that can be wrong with what was typed is found before anything is solved, and nothing is written before
everything is solved. Results go to stdout, messages to stderr.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ytterby.cli.progress import progress
from ytterby.cli.targets import EXCEL, HTML, Target, check_targets, told
from ytterby.core.errors import Fault, InputError, nearest, printable

if TYPE_CHECKING:
    from ytterby.model.outcome import Outcome
    from ytterby.model.scenario import Scenario


def register(app: typer.Typer) -> None:
    """Add the command to the shell."""
    app.command("run")(run)


def run(
    what: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A ready scenario (ytterby scenarios) or a file.")],
    json_out: Annotated[bool, typer.Option("--json", help="Print the whole result as JSON instead of text.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="F.html", help="Write a self-contained report.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="DIR", help="Write every table as CSV.")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="F.xlsx", help="Write an Excel workbook.")] = None,
    package: Annotated[
        Path | None,
        typer.Option("--package", metavar="DIR", help="Write a data package: CSV, Parquet, GeoPackage, GeoParquet."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="PATH=VALUE", help="Change the scenario: measure.magnets.limit.share_of_base=0.5"
        ),
    ] = None,
    element: Annotated[
        str | None,
        typer.Option("--element", metavar="E", help="The element the report looks at; else the hardest hit."),
    ] = None,
    ensemble: Annotated[
        int | None, typer.Option("--ensemble", metavar="N", help="Solve N draws of what is assumed, and keep them.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="S", help="The seed of the draws; 0 if not given.")
    ] = None,
    method: Annotated[str | None, typer.Option("--method", metavar="M", help="How to draw: lhs or sobol.")] = None,
    dist: Annotated[
        list[str] | None,
        typer.Option("--dist", metavar="ID=WHAT", help="Draw an input otherwise: elasticity.route='uniform 2 40'."),
    ] = None,
    together: Annotated[
        list[str] | None, typer.Option("--together", metavar="A,B", help="Inputs that move as one.")
    ] = None,
    correlate: Annotated[
        list[str] | None, typer.Option("--correlate", metavar="A,B=R", help="Rank correlation of two inputs.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", metavar="W", help="Processes for an ensemble.")] = 1,
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="tcp://…", help="Solve on a Dask cluster, by its scheduler.")
    ] = None,
    resume: Annotated[
        str | None, typer.Option("--resume", metavar="ID", help="Go on with a kept ensemble (ytterby runs).")
    ] = None,
    redraws: Annotated[
        int, typer.Option("--redraws", metavar="K", min=0, help="Draw the cited figures too: K other base years.")
    ] = 0,
    exceed: Annotated[
        float, typer.Option("--exceed", metavar="X", help="Chance of losing more than this part of base use.")
    ] = 0.10,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No summary and no progress.")] = False,
) -> None:
    """Solve a scenario: who loses what use, at what price, and why."""
    from ytterby.cli.ensemble import Asked, run_ensemble
    from ytterby.model.scenario_file import scenario

    ties = (tuple(dist or ()), tuple(together or ()), tuple(correlate or ()))
    many = Asked(ensemble, seed, method, workers, cluster, resume, exceed, *ties, redraws)
    many.check([target.option for target in _targets(out, csv, xlsx, package)])
    chosen = scenario(what, set=settings or ())
    if many.given:
        check_targets(_targets(out, csv, xlsx, package), read=(Path(what),))
        run_ensemble(chosen, what, settings or [], many, out, json_out, quiet)
        return
    symbol = _element(element, chosen)
    targets = _targets(out, csv, xlsx, package)
    check_targets(targets, read=(Path(what),))
    from ytterby.model.run import run as solve

    with progress(chosen.title, shown=not quiet and sys.stderr.isatty()) as tell:
        outcome = solve(None, chosen, progress=tell)
    _write(outcome, targets, symbol)
    if json_out:
        from ytterby.show.export import to_json

        typer.echo(to_json(outcome), nl=False)
    elif not quiet:
        from ytterby.show.summary import print_summary

        print_summary(outcome)
    for target in targets if not quiet else ():
        typer.echo(f"Wrote {target.path}", err=True)


def _targets(out: Path | None, csv: Path | None, xlsx: Path | None, package: Path | None) -> list[Target]:
    asked = (
        Target("--out", out, HTML) if out is not None else None,
        Target("--csv", csv) if csv is not None else None,
        Target("--xlsx", xlsx, EXCEL) if xlsx is not None else None,
        Target("--package", package) if package is not None else None,
    )
    return [target for target in asked if target is not None]


def _write(outcome: Outcome, targets: list[Target], element: str | None) -> None:
    """Write what was asked for; a disk that refuses is one line, not a traceback."""
    for target in targets:
        with told(target.path):
            _write_one(outcome, target, element)


def _write_one(outcome: Outcome, target: Target, element: str | None) -> None:
    if target.option == "--out":
        from ytterby.show.report import report

        report(outcome, target.path, element)
    elif target.option == "--csv":
        from ytterby.show.export import write_csv

        write_csv(outcome, target.path)
    elif target.option == "--xlsx":
        from ytterby.show.export_xlsx import outcome_xlsx

        outcome_xlsx(outcome, target.path)
    else:
        from ytterby.atlas.load import load
        from ytterby.show.export_package import outcome_package

        # A textbook network has no plants of the atlas, so it has no sites.
        facilities = load().facilities if outcome.scenario.network is None else None
        outcome_package(outcome, target.path, facilities)


def _element(word: str | None, scenario: Scenario) -> str | None:
    """The element (or, in a textbook network, the product) that was asked for."""
    if word is None:
        return None
    if scenario.network is None:
        from ytterby.core.elements import element

        try:
            return element(word).symbol
        except InputError as error:
            raise InputError([Fault("--element", f.found, f.expected, f.nearest) for f in error.faults]) from None
    products = scenario.network.products
    if word not in products:
        expected = "a product of the network: " + ", ".join(products)
        raise InputError(Fault("--element", repr(printable(word, 60)), expected, nearest(word, products)))
    return word
