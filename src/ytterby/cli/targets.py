"""Where a command may write: refused before the work begins, all faults at once, and told in one line if a disk fails.

A target is an option with its path and the kind of thing it names: a folder ("" as ending) or a file whose name ends as
the format does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ytterby.core.errors import Fault, InputError, printable

EXCEL = (".xlsx",)
HTML = (".html", ".htm")


@dataclass(frozen=True, slots=True)
class Target:
    """A place to write: the option that named it, the path, and the endings a file may have (none: a folder)."""

    option: str
    path: Path
    endings: tuple[str, ...] = ()


def check_targets(targets: list[Target], read: tuple[Path, ...] = (), what: str = "the scenario itself") -> None:
    """Refuse places that cannot be written, or should not be; `read` are files the command reads, `what` their name."""
    faults: list[Fault] = []
    for target in targets:
        try:
            faults += _faults(target, read, what)
        except (OSError, ValueError) as cause:
            faults.append(Fault(target.option, printable(str(cause), 100), "a place that can be written"))
    faults += _same(targets)
    if any(target.endings == EXCEL for target in targets):
        _need_excel()
    if faults:
        raise InputError(faults)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn an error of the disk while `path` is written into one line for the user."""
    try:
        yield
    except OSError as cause:
        text = printable(cause.strerror or str(cause), 100)
        raise InputError(Fault(str(path), text, "a place that can be written")) from None


def _faults(target: Target, read: tuple[Path, ...], what: str) -> Iterator[Fault]:
    path, option = target.path, target.option
    if target.endings:
        yield from _file_faults(target, read, what)
    elif path.exists() and not path.is_dir():
        yield Fault(option, f"{path}, which is a file", "a folder, new or old")
    home = next((up for up in path.absolute().parents if up.exists()), None)
    if home is not None and not home.is_dir():
        yield Fault(option, f"{path}, below a file", "a place in a folder")


def _file_faults(target: Target, read: tuple[Path, ...], what: str) -> Iterator[Fault]:
    """The first thing wrong with a file to write; the rest would follow from it."""
    path, option, endings = target.path, target.option, target.endings
    if path.is_dir():
        name = {EXCEL: "result.xlsx", HTML: "report.html"}.get(endings, f"result{endings[0]}")
        yield Fault(option, f"{path}, which is a folder", f"a file, such as {path / name}")
    elif path.suffix.lower() not in endings:
        yield Fault(option, str(path), f"a file that ends in {endings[0]}")
    elif path.exists() and not path.is_file():
        yield Fault(option, f"{path}, a device or pipe", "an ordinary file")
    elif path.exists() and any(other.exists() and path.samefile(other) for other in read):
        yield Fault(option, f"{path}, {what}", "another file")


def _same(targets: list[Target]) -> Iterator[Fault]:
    seen: dict[Path, str] = {}
    for target in targets:
        place = target.path.absolute()
        if place in seen:
            yield Fault(target.option, f"{target.path}, the same place as {seen[place]}", "a place of its own")
        seen.setdefault(place, target.option)


def _need_excel() -> None:
    from importlib.util import find_spec

    if find_spec("xlsxwriter") is None:
        from ytterby.core.errors import MissingExtra

        raise MissingExtra("Excel workbooks", "excel")
