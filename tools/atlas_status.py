"""Contested sites: who holds them by title and by control, view by view, each statement dated and cited."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atlas_rows import Row, number, read_csv

SITES = Path(__file__).parent / "atlas_sites.csv"
STATUS = Path(__file__).parent / "atlas_site_status.csv"


def sites() -> Iterator[Row]:
    """Sites that no file of points holds."""
    for row in read_csv(SITES):
        cells = {name: row[name] or None for name in ("region", "note")}
        yield {**row, **cells, "lat": number(row["lat"]), "lon": number(row["lon"])}


def status() -> Iterator[Row]:
    """Statements on title and control."""
    for row in read_csv(STATUS):
        yield {**row, "holder": row["holder"] or None, "note": row["note"] or None}
