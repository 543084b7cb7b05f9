"""`ytterby run`: one scenario solved, as a summary, a report, tables or JSON.

Everything that can be wrong with what was typed is found before anything is solved, and nothing is written before
everything is solved. Results go to stdout, messages to stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No summary and no progress.")] = False,
) -> None:
    """Solve a scenario: who loses what use, at what price, and why."""
    from ytterby.model.scenario_file import scenario

    chosen = scenario(what, set=settings or ())
    symbol = _element(element, chosen)
    _check_targets(what, out, csv)
    from ytterby.model.run import run as solve

    with _progress(chosen.title, shown=not quiet and sys.stderr.isatty()) as tell:
        outcome = solve(None, chosen, progress=tell)
    _write(outcome, out, csv, symbol)
    if json_out:
        from ytterby.show.export import to_json

        typer.echo(to_json(outcome), nl=False)
    elif not quiet:
        from ytterby.show.summary import print_summary

        print_summary(outcome)
    for path in (out, csv):
        if path is not None and not quiet:
            typer.echo(f"Wrote {path}", err=True)


def _write(outcome: Outcome, out: Path | None, csv: Path | None, element: str | None) -> None:
    """Write what was asked for; a disk that refuses is one line, not a traceback."""
    if out is not None:
        from ytterby.show.report import report

        with _told(out):
            report(outcome, out, element)
    if csv is not None:
        from ytterby.show.export import write_csv

        with _told(csv):
            write_csv(outcome, csv)


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


def _check_targets(what: str, out: Path | None, csv: Path | None) -> None:
    """Refuse places that cannot be written, or should not be, before the work begins; all at once."""
    faults: list[Fault] = []
    try:
        if out is not None:
            faults += _out_faults(out, Path(what))
        if csv is not None and csv.exists() and not csv.is_dir():
            faults.append(Fault("--csv", f"{csv}, which is a file", "a folder, new or old"))
        for name, path in (("--out", out), ("--csv", csv)):
            home = next((up for up in path.absolute().parents if up.exists()), None) if path else None
            if home is not None and not home.is_dir():
                faults.append(Fault(name, f"{path}, below a file", "a place in a folder"))
    except (OSError, ValueError) as cause:
        faults.append(Fault("--out or --csv", printable(str(cause), 100), "a place that can be written"))
    if faults:
        raise InputError(faults)


def _out_faults(out: Path, what: Path) -> list[Fault]:
    if out.is_dir():
        return [Fault("--out", f"{out}, which is a folder", f"a file, such as {out / 'report.html'}")]
    if out.suffix.lower() not in (".html", ".htm"):
        return [Fault("--out", str(out), "a file that ends in .html")]
    if out.exists() and not out.is_file():
        return [Fault("--out", f"{out}, a device or pipe", "an ordinary file")]
    if out.exists() and what.exists() and out.samefile(what):
        return [Fault("--out", f"{out}, the scenario itself", "another file")]
    return []


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        raise InputError(
            Fault(str(path), printable(cause.strerror or str(cause), 100), "a place that can be written")
        ) from None


@contextmanager
def _progress(title: str, shown: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """Show one line of progress on a terminal, and wipe it at the end; a file or pipe gets nothing."""
    if not shown:
        yield None
        return

    def line(text: str) -> None:
        typer.echo(f"\r\x1b[K{text}", err=True, nl=False)

    line(f"Solving: {title}")
    try:
        yield lambda step, done, total: line(f"{step[:1].upper()}{step[1:]}: {done} of {total}")
    finally:
        line("")
