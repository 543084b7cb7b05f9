"""Export controls that name rare earths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atlas_rows import Row, read_csv

EVENTS = {
    "CN-2025-18": "mofcom-2025-18",
    "CN-2025-56": "mofcom-2025-56",
    "CN-2025-57": "mofcom-2025-57",
    "CN-2025-61": "mofcom-2025-61",
    "CN-2025-62": "mofcom-2025-62",
    "CN-2025-suspension": "mofcom-2025-suspension",
}
MATERIALS = {"CN-2025-18": "Sm;Gd;Tb;Dy;Lu;Sc;Y", "CN-2025-57": "Ho;Er;Tm;Eu;Yb"}
TEXT = (
    "In April 2025, China tightened its export controls on rare-earth elements, adding specific controls on alloys, "
    "compounds, metals, and oxides of samarium, gadolinium, terbium, dysprosium, lutetium, scandium, and yttrium. "
    "The April export controls remained in effect, although China began to issue general export licenses to selected "
    "exporters."
)


def events(shared: Path) -> Iterator[Row]:
    """The Chinese export controls of 2025 on rare earths."""
    for row in read_csv(shared / "export_controls/events_china_2023_2025.csv"):
        if row["id"] not in EVENTS:
            continue
        april = row["id"] == "CN-2025-18"
        yield {
            "id": row["id"],
            "jurisdiction": row["jurisdiction"],
            "instrument": row["instrument"],
            "announced": row["announced"],
            "effective": row["effective"],
            "suspended_until": row["suspended_until"] or None,
            "materials": MATERIALS.get(row["id"], "REE"),
            "scope": row["scope"],
            "status": row["status"].replace(": CHECK", "").replace(" here", ""),
            "source": EVENTS[row["id"]],
            "locator": "USGS MCS 2026, Rare Earths, Events, Trends, and Issues" if april else "whole act",
            "note": f"USGS: {TEXT}"
            if april
            else "Read as a summary of the official page; what came after the suspension was not read."
            if row["suspended_until"]
            else None,
        }
