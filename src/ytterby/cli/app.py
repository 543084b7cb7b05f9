"""The `ytterby` command: registers the commands, turns errors into one screen of text and an exit code.

Exit codes: 0 fine, 1 a check failed or a bug, 2 the input is bad. An error we mean (`YtterbyError`) is printed without
a traceback; anything else is a bug and keeps its traceback.

Each command lives in its own module ``ytterby.cli.<name>`` with a function ``register(app)``. Those modules import
nothing heavy at the top, so that ``ytterby --help`` stays under 0.4 s.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated

import typer

from ytterby.core.errors import YtterbyError

COMMANDS = (
    "run", "runs", "sensitivity", "backtest", "deal", "game", "check", "read", "scenarios",
    "network", "facts", "risk", "sources", "update", "doctor",
)  # fmt: skip


def build() -> typer.Typer:
    """Return the application with every command that is part of this installation."""
    app = typer.Typer(
        name="ytterby",
        help="Who has a critical mineral, who depends on whom, and what happens when a door closes or opens.",
        epilog="First steps: ytterby run heavy-ree-licences-2025 --out report.html",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback(no_args_is_help=True)(_root)
    for name in COMMANDS:
        place = f"ytterby.cli.{name}"
        if find_spec(place) is not None:
            import_module(place).register(app)
    if find_spec("ytterby.web") is not None:
        import_module("ytterby.web.shell").register(app)
    return app


def main() -> None:
    """Run the shell; leave with exit code 2 and one screen of text when the input is bad."""
    _never_fail_to_print()
    try:
        build()(prog_name="ytterby")
    except YtterbyError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
    except BrokenPipeError:
        # The reader (head, less) closed early: that is its right, and no error of ours.
        _discard_output()
    finally:
        _flush()


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"ytterby {version('ytterby')}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Hold the options of the command itself; all of them act in their own callbacks."""


def _never_fail_to_print() -> None:
    """Replace characters a narrow terminal encoding lacks instead of stopping at them."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()


def _discard_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
