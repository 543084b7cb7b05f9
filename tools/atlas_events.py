"""Export controls: every act with its number, dates, scope and the text that was read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atlas_rows import Row, read_csv

TABLE = Path(__file__).parent / "atlas_events.csv"
DATES = ("announced", "effective")
ADDED = {"CN-2025-72", "CD-2025-001", "CD-2025-003", "CD-2025-004"}  # read here, not in the list of acts


def events(shared: Path) -> Iterator[Row]:
    """Export controls of China and the Democratic Republic of the Congo, 2023 to 2025.

    The dates of the Chinese list of acts and of the texts must agree.
    """
    listed = {row["id"]: row for row in read_csv(shared / "export_controls/events_china_2023_2025.csv")}
    rows = read_csv(TABLE)
    if missing := set(listed) ^ {row["id"] for row in rows} ^ ADDED:
        raise ValueError(f"acts without a row, or rows without an act: {sorted(missing)}")
    for row in rows:
        for name in DATES if row["id"] in listed else ():
            if row[name] != listed[row["id"]][name]:
                raise ValueError(f"{row['id']}: {name} {row[name]}, in the list of acts {listed[row['id']][name]}")
        yield {**row, "suspended_until": row["suspended_until"] or None, "note": row["note"] or None}
