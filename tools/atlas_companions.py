"""Parts of a metal's output that come as a companion of others: printed numbers, and statements in words as ranges.

"Mainly a byproduct" is read as 50 to 100 %, "always" or "forms no deposits of its own" as 100 %; the note quotes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import atlas_sources
from atlas_rows import Row, figure, number, read_csv

TABLE = Path(__file__).parent / "atlas_companions.csv"


def companions() -> Iterator[Row]:
    """One row a metal of the table beside this file."""
    editions = {row["id"]: row["edition"] for row in atlas_sources.OFFICIAL}
    for row in read_csv(TABLE):
        yield figure(
            row["source"],
            editions[row["source"]],
            row["locator"],
            material=row["material"],
            stage="mine",
            measure="companionality",
            country="WLD",
            period=row["period"],
            value=number(row["value"]),
            low=number(row["low"]),
            high=number(row["high"]),
            unit="%",
            qualifier=row["qualifier"],
            note=row["note"],
        )
