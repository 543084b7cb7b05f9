"""`ytterby update`: fetch publishers' files into the user's data folder; the only command that uses the network."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ytterby.core.errors import YtterbyError

if TYPE_CHECKING:
    from pathlib import Path

    from ytterby.atlas.downloads import Download
    from ytterby.atlas.update import Reading, Updated


def register(app: typer.Typer) -> None:
    """Add the command to the shell."""
    app.command("update")(update)


def update(
    source: Annotated[
        str | None, typer.Argument(help="Id of a file (see --list); without it, every file that is not large.")
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="List what can be fetched, and what is; fetch nothing.")
    ] = False,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Fetch publishers' own files into your data folder, over HTTPS, and read them into tables."""
    from ytterby.atlas.downloads import chosen, downloads
    from ytterby.atlas.folder import data_folder

    root = data_folder()
    if listed:
        _print_list(downloads(), root, json_out)
        return
    wanted = chosen(source, _pages())
    failed: list[tuple[str, str]] = []
    done: list[Updated] = []
    for download in wanted:
        try:
            done.append(_fetch(download, root))
        except YtterbyError as cause:
            failed.append((download.id, str(cause)))
            continue
        if not json_out:
            _print_done(done[-1])
    if json_out:
        report = {"schema": 1, "folder": str(root), "updated": [_record(item) for item in done], "failed": dict(failed)}
        typer.echo(json.dumps(report, ensure_ascii=False, indent=1))
    for name, why in failed:
        typer.echo(f"{name}: {why}", err=True)
    if failed:
        raise typer.Exit(2)


def _pages() -> Iterator[tuple[str, str]]:
    """Ids and addresses of the sources of the atlas, for a word that names one without a file."""
    from ytterby.atlas.load import sources

    yield from sources().select("id", "url").iter_rows()


def _fetch(download: Download, root: Path) -> Updated:
    from ytterby.atlas.update import update as bring

    with _progress(download.name) as tell:
        return bring(download, root, _reading, tell=tell)


def _reading() -> Reading:
    from ytterby.atlas.load import load
    from ytterby.atlas.update import Reading

    atlas = load()
    return Reading(atlas.countries, frozenset(code for code in atlas.trade_codes["hs6"] if len(code) == 6))


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show one line of progress on a terminal, ten times a second at most; a file or pipe gets nothing."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    begun = last = time.monotonic()
    first: int | None = None

    def tell(done: int, total: int | None) -> None:
        nonlocal first, last
        first = done if first is None else first
        now = time.monotonic()
        if now - last < 0.1 and done != total:
            return
        last = now
        part = f" of {total / 1e6:,.1f}" if total else ""
        speed = (done - first) / max(now - begun, 0.001) / 1e6
        bar = ""
        if total:
            full = round(20 * done / total)
            bar = f" [{'#' * full}{' ' * (20 - full)}] {done / total:4.0%}"
        typer.echo(f"\r\x1b[K{name}{bar} {done / 1e6:,.1f}{part} MB, {speed:.1f} MB/s", err=True, nl=False)

    typer.echo(f"\r\x1b[K{name}: asking", err=True, nl=False)
    try:
        yield tell
    finally:
        typer.echo("\r\x1b[K", err=True, nl=False)


def _print_list(items: tuple[Download, ...], root: Path, json_out: bool) -> None:
    rows = [{**_described(item), "path": path, "fetched": bool(path)} for item in items for path in [_at(item, root)]]
    if json_out:
        typer.echo(json.dumps({"schema": 1, "folder": str(root), "files": rows}, ensure_ascii=False, indent=1))
        return
    for row in rows:
        typer.echo(f"{row['id']:<18} {row['title']}")
        large = "   large: fetched only by its id" if row["large"] else ""
        typer.echo(f"{'':<18} {row['publisher']}, {row['edition']}; {row['licence']}{large}")
        typer.echo(f"{'':<18} {row['path'] or 'not fetched'}")
    typer.echo(f"\nFiles go to {root} (another folder: set YTTERBY_DATA).")


def _described(item: Download) -> dict[str, Any]:
    names = ("id", "title", "publisher", "licence", "edition", "page", "url", "large")
    return {name: getattr(item, name) for name in names}


def _at(item: Download, root: Path) -> str:
    path = root / item.id / item.name
    return str(path) if path.is_file() else ""


def _print_done(item: Updated) -> None:
    fetched = item.fetched
    what = (
        "unchanged at its publisher"
        if not fetched.fresh
        else "changed since your last copy"
        if fetched.changed
        else "new"
    )
    typer.echo(f"{item.download.id}: {what}, {fetched.size / 1e6:,.1f} MB, SHA-256 {fetched.sha256[:16]}…")
    typer.echo(f"  {fetched.path}")
    if item.table is not None:
        typer.echo(f"  {item.table} ({item.rows:,} rows)")
    for note in item.notes:
        typer.echo(f"  {note}")
    if item.table is not None and item.table.suffix == ".csv":
        typer.echo(f'  Use it: ytterby facts MATERIAL --with "{item.table}"')


def _record(item: Updated) -> dict[str, Any]:
    fetched = item.fetched
    return {
        "id": item.download.id,
        "path": str(fetched.path),
        "bytes": fetched.size,
        "sha256": fetched.sha256,
        "fresh": fetched.fresh,
        "changed": fetched.changed,
        "table": None if item.table is None else str(item.table),
        "rows": item.rows,
        "notes": list(item.notes),
    }
