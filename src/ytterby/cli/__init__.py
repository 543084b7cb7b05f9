"""The shell: thin commands over the library; with `web` the only place that prints and sets exit codes."""

from __future__ import annotations


def main() -> None:
    """Run the `ytterby` command (the entry point of the installed script)."""
    from ytterby.cli.app import main as run_shell

    run_shell()
