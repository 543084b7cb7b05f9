"""Bringing the user's copy of a publisher's file up to date: fetched, checked, and read into a table of the atlas.

``<data folder>/<id>/`` then holds the publisher's own file, notes on where it came from (``<file>.json``) and the
table made of it: ``figures.csv`` in the columns of the atlas, ``trade.parquet`` or ``governance.parquet``. The atlas
itself is not changed by this: a fetched table is used when it is named, and results say so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ytterby.atlas import archive
from ytterby.atlas.downloads import Download, stated_by_listing
from ytterby.atlas.fetch import Fetched, Patience, Tell, fetch, fetch_text
from ytterby.atlas.folder import VARIABLE
from ytterby.atlas.parsers import baci, pink_sheet, usgs_mcs, wgi
from ytterby.atlas.parsers.parsed import Parsed
from ytterby.core.errors import Fault, FetchError, InputError, YtterbyError

_LISTING_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Updated:
    """What one update did: the file, the table made of it (None when it could not be read), and what to know."""

    download: Download
    fetched: Fetched
    table: Path | None
    rows: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the parsers need of the atlas: its table of countries and the trade codes to keep."""

    countries: pl.DataFrame
    codes: Collection[str]


def update(
    download: Download,
    root: Path,
    reading: Callable[[], Reading],
    patience: Patience = Patience(),
    tell: Tell = lambda done, total: None,
) -> Updated:
    """Fetch a file into ``root/<id>``, unless the copy there is the publisher's, and read it into a table."""
    folder = root / download.id
    wanted, notes = download.wanted, []
    if download.listing:
        try:
            wanted = stated_by_listing(wanted, fetch_text(download.listing, _LISTING_BYTES, patience))
        except FetchError as cause:
            notes.append(f"No checksum of the publisher: {cause}")
    with _on_disk(folder):
        fetched = fetch(wanted, folder, patience, tell, check=lambda path: check(path, download))
    try:
        parsed = parse(fetched.path, download, reading())
    except YtterbyError as cause:
        return Updated(download, fetched, None, 0, (*notes, f"The file is kept, but was not read: {cause}"))
    with _on_disk(folder):
        table = _write(parsed, folder)
    return Updated(download, fetched, table, parsed.frame.height, (*notes, *parsed.notes))


def check(path: Path, download: Download) -> None:
    """Raise unless a fetched file is of the format it should be; looked at before it gets its name."""
    if download.reads == "baci":
        archive.members(path, baci.LIMITS)
    elif download.reads in ("wgi", "pink-sheet"):
        wgi.check(path)


def parse(path: Path, download: Download, reading: Reading) -> Parsed:
    """Read a publisher's file into a table of the atlas."""
    if download.reads == "baci":
        return baci.parse(path, reading.codes, reading.countries, download.id)
    if download.reads == "usgs-mcs":
        return usgs_mcs.parse(path, download.id, download.edition)
    if download.reads == "pink-sheet":
        return pink_sheet.parse(path, download.id, download.edition)
    return wgi.parse(path, download.id, download.edition)


@contextmanager
def _on_disk(folder: Path) -> Iterator[None]:
    """Turn an error of the disk into one line for the user."""
    try:
        yield
    except OSError as cause:
        reason = cause.strerror or str(cause)
        raise InputError(Fault(str(folder), reason, f"a folder that can be written (or set {VARIABLE})")) from None
    finally:
        with suppress(OSError):
            folder.rmdir()  # only an empty folder goes


def _write(parsed: Parsed, folder: Path) -> Path:
    """Write the table, whole or not at all."""
    name = f"{parsed.table.name}.csv" if parsed.table.name == "figures" else f"{parsed.table.name}.parquet"
    target, beside = folder / name, folder / f"{name}.new"
    try:
        if target.suffix == ".csv":
            parsed.frame.write_csv(beside)
        else:
            parsed.frame.write_parquet(beside, compression="zstd")
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)
    return target
