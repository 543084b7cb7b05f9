"""The walk from a number on the page to the figures it was made from.

`Walk.link` wraps a number in a link to its rows of the figures section and remembers that they are wanted there. A
result whose keys have no figures takes those of the nearest thing above them: "price/oxide/Dy/JPN", then
"price/oxide/Dy", then "price/oxide". What has none at all links to the head of the section, which tells how such a
number was computed. Results that rest on the same figures share one list, so that a long report stays small.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import polars as pl

from ytterby.show.markup import esc, slug, tag

TOP = "fig-all"

#: What the codes of the Harmonized System hold, in the model's words for forms.
_TRADED = {"284610": "oxide", "284690": "oxide", "280530": "metal", "850511": "magnet"}


class Walk:
    """Finds the figures of a result; keeps which were asked for."""

    def __init__(self, figures: pl.DataFrame) -> None:
        self.rows: list[Mapping[str, Any]] = list(figures.to_dicts())
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, row in enumerate(self.rows):
            for key in (row["result_key"], *_trade_keys(row["result_key"])):
                for name in (key, *above(key)):
                    self._places[name].append(place)
        self._wanted: dict[str, tuple[int, ...]] = {}

    def link(self, shown: str, *keys: str) -> str:
        """Return `shown` (plain text) as a link to the figures of the first of `keys` that has any."""
        wider = (name for key in keys for name in above(key))
        found = next((name for name in (*keys, *wider) if name in self._places), None)
        if found is None:
            return tag("a", esc(shown), href=f"#{TOP}", class_="f")
        if found not in self._wanted:
            self._wanted[found] = self._unique(self._places[found])
        return tag("a", esc(shown), href=f"#fig-{slug(found)}", class_="f")

    def found(self, *keys: str) -> tuple[str | None, list[Mapping[str, Any]]]:
        """Return the first of `keys`, or of those above them, under which figures stand, and these figures."""
        wider = (name for key in keys for name in above(key))
        key = next((name for name in (*keys, *wider) if name in self._places), None)
        return key, [self.rows[place] for place in self._unique(self._places[key])] if key is not None else []

    def row(self, shown: str, row: Mapping[str, Any]) -> str:
        """Return `shown` as a link to the one figure a table row cites itself; it is added when it is not known."""
        if not row["figure"]:
            return esc(shown)
        key = f"figure/{row['figure']}"
        if key not in self._places:
            place = next((i for i, known in enumerate(self.rows) if known["figure"] == row["figure"]), None)
            if place is None:
                place = len(self.rows)
                self.rows.append({
                    "result_key": key, "figure": row["figure"], "value": row["cited"], "unit": row["unit"],
                    "source": row["source"] or "", "edition": row["edition"], "locator": row["locator"],
                    "conversion": "in the model's unit",
                })  # fmt: skip
            self._places[key] = [place]
        return self.link(shown, key)

    def groups(self) -> list[tuple[tuple[int, ...], list[str]]]:
        """Return the places in `rows` that were asked for, each with the keys that share them, by key."""
        shared: dict[tuple[int, ...], list[str]] = defaultdict(list)
        for key in sorted(self._wanted):
            shared[self._wanted[key]].append(key)
        return list(shared.items())

    def _unique(self, places: list[int]) -> tuple[int, ...]:
        first: dict[tuple[str, str | None], int] = {}
        for place in places:
            row = self.rows[place]
            first.setdefault((row["figure"], row["conversion"]), place)
        return tuple(first.values())


def _trade_keys(key: str) -> list[str]:
    """Return where else reported trade counts: it goes into what one country uses and comes from what another makes.

    >>> _trade_keys("base/trade/850511/CHN>DEU")
    ['into/magnet/DEU', 'from/magnet/CHN']
    """
    head, _, pair = key.rpartition("/")
    code = head.removeprefix("base/trade/")
    form = _TRADED.get(code) or (code.partition("/")[0] if "/" in code else None)
    origin, arrow, destination = pair.partition(">")
    return [f"into/{form}/{destination}", f"from/{form}/{origin}"] if form and arrow else []


def above(key: str) -> list[str]:
    """Return the keys above `key`, nearest first, but not its first word: "price" alone says nothing.

    >>> above("price/oxide/Dy/JPN"), above("gains/DEU")
    (['price/oxide/Dy', 'price/oxide'], ['gains'])
    """
    parts = key.split("/")
    least = 1 if len(parts) == 2 else 2
    return ["/".join(parts[:n]) for n in range(len(parts) - 1, least - 1, -1)]
