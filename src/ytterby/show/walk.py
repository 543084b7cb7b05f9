"""The walk from a number on the page to the figures it was made from.

`Walk.link` wraps a number in a link to its rows of the figures section and remembers that they are wanted there. A
result without figures of its own takes those of the nearest thing above it: "price/oxide/Dy/JPN", then "price/oxide/Dy",
then "price". What has none at all links to the head of the section, which tells how such a number was computed.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import polars as pl

from ytterby.show.markup import esc, slug, tag

TOP = "fig-all"

Row = dict[str, Any]


class Walk:
    """Finds the figures of a result; keeps which were asked for."""

    def __init__(self, figures: pl.DataFrame) -> None:
        self._rows: dict[str, list[Row]] = defaultdict(list)
        self._below: dict[str, list[str]] = defaultdict(list)
        for row in figures.iter_rows(named=True):
            if row["result_key"] not in self._rows:
                for above in _above(row["result_key"]):
                    self._below[above].append(row["result_key"])
            self._rows[row["result_key"]].append(row)
        self.wanted: dict[str, list[Row]] = {}

    def link(self, shown: str, *keys: str) -> str:
        """Return `shown` (plain text) as a link to the figures of the first of `keys` that has any."""
        found = next((name for key in keys for name in [self._find(key)] if name), None)
        if found is None:
            return tag("a", esc(shown), href=f"#{TOP}", class_="f")
        self.wanted.setdefault(found, self._gathered(found))
        return tag("a", esc(shown), href=f"#fig-{slug(found)}", class_="f")

    def _find(self, key: str) -> str | None:
        for name in (key, *_above(key)):
            if name in self._rows or name in self._below:
                return name
        return None

    def _gathered(self, key: str) -> list[Row]:
        rows = [*self._rows.get(key, [])]
        for below in self._below.get(key, []):
            rows += self._rows[below]
        unique = {(row["figure"], row["conversion"]): row for row in reversed(rows)}
        return list(unique.values())[::-1]


def _above(key: str) -> list[str]:
    """Return the keys above `key`, nearest first.

    >>> _above("price/oxide/Dy/JPN")
    ['price/oxide/Dy', 'price/oxide', 'price']
    """
    parts = key.split("/")
    return ["/".join(parts[:n]) for n in range(len(parts) - 1, 0, -1)]
