"""How many rows of the atlas cite each source."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ytterby.atlas.load import Atlas

CITING = (
    "figures", "facilities", "groups", "countries", "events", "corrections", "governance", "sites", "site_status",
    "lists",
)  # fmt: skip


def cited(atlas: Atlas) -> dict[str, int]:
    """Return how many rows of the atlas cite each source."""
    counts: dict[str, int] = {}
    for name in CITING:
        for source, count in atlas.table(name)["source"].value_counts(name="n").iter_rows():
            counts[source] = counts.get(source, 0) + count
    for source, count in atlas.facilities["coord_source"].drop_nulls().value_counts(name="n").iter_rows():
        counts[source] = counts.get(source, 0) + count
    # The list of codes says how many rows of trade lie behind it; its own rows are not counted.
    for source, count in atlas.trade_codes.select("source", "rows").iter_rows():
        counts[source] = counts.get(source, 0) + count
    return counts
