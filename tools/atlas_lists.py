"""Legal lists of critical minerals, each word of it read in the legal text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atlas_rows import Row, read_csv

TABLE = Path(__file__).parent / "atlas_lists.csv"


def lists() -> Iterator[Row]:
    """Every entry of the lists that were read in their legal text."""
    for row in read_csv(TABLE):
        yield {**row, "note": row["note"] or None}
