"""`ytterby run NAME --ensemble N`: many draws of one scenario, kept in a folder as they are solved.

What is solved is on disk before the next batch begins, so a stop of any kind costs one batch; the same command goes on.
"""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import typer

from ytterby.core.errors import Fault, InputError, printable

if TYPE_CHECKING:
    from pathlib import Path

    from ytterby.model.scenario import Scenario
    from ytterby.studies.draws import Design
    from ytterby.studies.ensemble import Map

#: The exit code of a command that Ctrl-C stopped, as shells have it.
STOPPED = 130


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed about an ensemble; None where nothing was."""

    n: int | None
    seed: int | None
    method: str | None
    workers: int
    cluster: str | None
    resume: str | None
    exceed: float
    dist: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    correlate: tuple[str, ...] = ()
    redraws: int = 0

    @property
    def given(self) -> bool:
        """Tell whether an ensemble is wanted at all."""
        return self.n is not None or self.resume is not None

    def check(self, targets: list[str]) -> None:
        """Refuse options that do not go together, all at once."""
        faults = []
        if not self.given:
            only = {
                "--seed": self.seed is not None,
                "--method": self.method is not None,
                "--workers": self.workers != 1,
                "--cluster": self.cluster is not None,
                "--dist": bool(self.dist),
                "--together": bool(self.together),
                "--correlate": bool(self.correlate),
                "--redraws": self.redraws != 0,
            }
            faults += [Fault(name, "no --ensemble", "--ensemble N with it") for name, there in only.items() if there]
        elif others := [option for option in targets if option != "--out"]:
            expected = "--json or --out; tables are of one run, for example of the worst draw"
            faults.append(Fault(", ".join(others), "an ensemble", expected))
        if not 0 <= self.exceed < 1:
            faults.append(Fault("--exceed", f"{self.exceed:g}", "a part of base use from 0 to 1, such as 0.1"))
        if faults:
            raise InputError(faults)


def run_ensemble(
    chosen: Scenario,
    what: str,
    settings: list[str],
    asked: Asked,
    out: Path | None,
    json_out: bool,
    quiet: bool,
) -> None:
    """Solve, keep and summarise an ensemble of `chosen`, which was typed as `what` with `settings`."""
    from ytterby.atlas.load import load
    from ytterby.studies import runs
    from ytterby.studies.summary import summarise

    root = runs.root_folder(os.environ)
    old = runs.find(root, asked.resume) if asked.resume is not None else None
    design = _design(asked, old.design if old else None)
    command = shlex.join(["ytterby", "run", what, *(word for s in settings for word in ("--set", s))])
    again = f"{command} --ensemble {design.n} --seed {design.seed}"
    again += f" --method {design.method}" if design.method != "lhs" else ""
    for option, words in (("--dist", asked.dist), ("--together", asked.together), ("--correlate", asked.correlate)):
        again += "".join(f" {option} {shlex.quote(word)}" for word in words)
    redraws = asked.redraws or (old.redraws if old else 0)
    again += f" --redraws {redraws}" if redraws else ""
    again += f" --cluster {shlex.quote(asked.cluster)}" if asked.cluster else ""
    with progress(not quiet and sys.stderr.isatty()) as bar:
        try:
            with pool_of(asked.workers, asked.cluster) as pool:
                name, found = runs.record(
                    root,
                    None,
                    chosen,
                    design,
                    batch=old.batch if old else None,
                    resume=asked.resume,
                    distributions=pairs("--dist", asked.dist),
                    redraws=redraws,
                    map=pool,
                    progress=bar.tell,
                )
        except KeyboardInterrupt:
            bar.wipe()
            typer.echo(f"Stopped; {bar.done:,} of {design.n:,} draws are kept. Go on with: {again}", err=True)
            raise typer.Exit(STOPPED) from None
        bar.wipe()
    summary = summarise(found, asked.exceed)
    if out is not None:
        from ytterby.cli.targets import told
        from ytterby.show.ensemble_page import ensemble_page

        with told(out):
            ensemble_page(found, summary, command, name, load().edition, out)
    if json_out:
        from ytterby.show.ensemble import ensemble_json

        typer.echo(ensemble_json(found, summary, name, load().edition), nl=False)
    elif not quiet:
        from ytterby.show.ensemble import print_ensemble

        print_ensemble(found, summary, command)
        typer.echo(f"Kept as {_folder(root, name)}")
    if out is not None and not quiet:
        typer.echo(f"Wrote {out}", err=True)


def pool_of(number: int, address: str | None) -> AbstractContextManager[Map]:
    """The workers that were asked for: processes here, or a cluster."""
    from ytterby.studies.workers import cluster, workers

    if address is None:
        return workers(number)
    if number != 1:
        raise InputError(Fault("--workers", f"{number} beside --cluster", "one of the two"))
    return cluster(address)


def _folder(root: Path, name: str) -> str:
    return str(root / name)


def _design(asked: Asked, old: Design | None) -> Design:
    """The design that was typed; what was not typed is as in the run that goes on."""
    from ytterby.studies.draws import Design

    before = old or Design(asked.n or 0)
    return Design(
        before.n if asked.n is None else asked.n,
        before.seed if asked.seed is None else asked.seed,
        asked.method or before.method,
        tuple(tuple(part.strip() for part in words.split(",")) for words in asked.together) or before.together,
        tuple(_correlation(words) for words in asked.correlate) or before.correlation,
    )


def pairs(option: str, words: tuple[str, ...]) -> dict[str, str]:
    """`ID=what` typed once or more, by id."""
    found = {name.strip(): what.strip() for name, _, what in (word.partition("=") for word in words)}
    for word in words:
        if not word.partition("=")[2].strip():
            raise InputError(Fault(option, repr(printable(word, 60)), "the id of an input, =, and what it is"))
    return found


def _correlation(words: str) -> tuple[str, str, float]:
    """`A,B=0.6` as a rank correlation of two inputs."""
    (names, text), *_ = pairs("--correlate", (words,)).items()
    one, _, other = names.partition(",")
    try:
        return one.strip(), other.strip(), float(text)
    except ValueError:
        raise InputError(Fault("--correlate", repr(printable(words, 60)), "two inputs and a number: A,B=0.6")) from None


@dataclass(slots=True)
class Bar:
    """One line of progress on a terminal: draws done, and the time left by the pace so far."""

    shown: bool
    clock: Callable[[], float] = time.monotonic
    done: int = 0
    first: tuple[float, int] | None = field(default=None)

    def tell(self, done: int, total: int) -> None:
        """Note how many draws are done, and show it with the time left."""
        self.done = done
        now = self.clock()
        if self.first is None:
            self.first = (now, done)
        if self.shown:
            began, before = self.first
            left = (now - began) / (done - before) * (total - done) if done > before else None
            self.line(f"Draws: {done:,} of {total:,}" + (f", about {_duration(left)} left" if left else ""))

    def line(self, text: str) -> None:
        """Write the line anew."""
        typer.echo(f"\r\x1b[K{text}", err=True, nl=False)

    def wipe(self) -> None:
        """Leave nothing of the line."""
        if self.shown:
            self.line("")


@contextmanager
def progress(shown: bool) -> Iterator[Bar]:
    """A line of progress, wiped before anything is said about what was typed."""
    bar = Bar(shown)
    if shown:
        bar.line("Solving the base and the scenario")
    try:
        yield bar
    except InputError:
        bar.wipe()
        raise


def _duration(seconds: float) -> str:
    """Return a rough time.

    >>> _duration(42), _duration(150), _duration(9000)
    ('42 s', '2 min', '2 h 30 min')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = int(seconds // 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
