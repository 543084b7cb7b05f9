"""`ytterby sensitivity`: what drives a number, of a scenario or of an ensemble that is kept."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ytterby.core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from ytterby.studies.sensitivity import Sensitivity


def register(app: typer.Typer) -> None:
    """Add the command to the shell."""
    app.command("sensitivity")(sensitivity)


def sensitivity(
    what: Annotated[
        str, typer.Argument(metavar="NAME|FILE|ID", help="A scenario, a file, or a kept ensemble (ytterby runs).")
    ],
    of: Annotated[
        str, typer.Option("--of", metavar="NUMBER", help="What to explain, such as price:oxide/Dy:outside.")
    ] = "value_lost",
    method: Annotated[
        str | None,
        typer.Option("--method", metavar="M", help="given (the default), pawn, sobol, morris or local."),
    ] = None,
    n: Annotated[
        int | None,
        typer.Option("--n", metavar="N", help="Draws; for sobol and morris blocks of one draw an input and more."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="The seed of the draws.")] = 0,
    workers: Annotated[int, typer.Option("--workers", metavar="W", help="Processes.")] = 1,
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="tcp://…", help="Solve on a Dask cluster, by its scheduler.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change the scenario.")
    ] = None,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Say which of the uncertain inputs drives a number, and how; solves what it needs, or reads a kept ensemble."""
    from ytterby.studies import runs
    from ytterby.studies.sensitivity import of_draws

    root = runs.root_folder(os.environ)
    kept = next((run for run in runs.stored(root) if run.id == what), None)
    if kept is None:
        found, name = _of_scenario(what, settings or [], of, method, n, seed, (workers, cluster), root, quiet)
    else:
        given = {
            "--n": n is not None,
            "--seed": seed != 0,
            "--set": bool(settings),
            "--workers": workers != 1,
            "--cluster": cluster,
        }
        if any(given.values()):
            words = ", ".join(option for option, there in given.items() if there)
            raise InputError(f"{words}: run {what} has its draws already; give the scenario to solve others.")
        inputs, draws = runs.draws(kept)
        found, name = of_draws(inputs, kept.design, draws, of, method), what
    if json_out:
        from ytterby.show.sensitivity import sensitivity_json

        typer.echo(sensitivity_json(found, name), nl=False)
    else:
        from ytterby.show.sensitivity import print_sensitivity

        print_sensitivity(found)
        if name and kept is None and not quiet:
            typer.echo(f"Kept as {root / name}")


def _of_scenario(
    what: str,
    settings: list[str],
    of: str,
    method: str | None,
    n: int | None,
    seed: int,
    places: tuple[int, str | None],
    root: Path,
    quiet: bool,
) -> tuple[Sensitivity, str | None]:
    """Solve what the method needs, kept as any ensemble is; the run's id, if there is one."""
    from ytterby.cli.ensemble import STOPPED, pool_of, progress
    from ytterby.model.scenario_file import scenario
    from ytterby.studies import runs
    from ytterby.studies import sensitivity as study_of
    from ytterby.studies.ensemble import study

    chosen = scenario(what, set=settings)
    how = study_of.check(method or "given", study_of.METHODS)
    with progress(not quiet and sys.stderr.isatty()) as bar:
        asked = study(None, chosen)
        if how == "local":
            bar.wipe()
            return study_of.of_study(asked, of), None
        design = study_of.design_for(how, len(asked.inputs), n, seed)
        study_of.output(of, (q.name for q in asked.quantities))
        try:
            with pool_of(*places) as pool:
                name, many = runs.record(root, None, chosen, design, map=pool, asked=asked, progress=bar.tell)
        except KeyboardInterrupt:
            bar.wipe()
            again = shlex.join(["ytterby", *sys.argv[1:]])
            typer.echo(f"Stopped; {bar.done:,} of {design.n:,} draws are kept. Go on with: {again}", err=True)
            raise typer.Exit(STOPPED) from None
        bar.wipe()
    return study_of.sensitivity(many, of, method=how), name
