"""One line of progress on a terminal, wiped at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer


@contextmanager
def progress(title: str, shown: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """Show one line of progress on stderr while something is solved; a file or pipe gets nothing."""
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
