"""How a figure is cited: publisher, title, edition, place in the document, address.

>>> source = {"publisher": "U.S. Geological Survey", "title": "Mineral Commodity Summaries 2026",
...           "edition": "2026 v1.3", "url": "https://doi.org/10.5066/P1WKQ63T"}
>>> print(citation(source, locator="p. 153, row China"))  # doctest: +NORMALIZE_WHITESPACE
U.S. Geological Survey, Mineral Commodity Summaries 2026 (2026 v1.3), p. 153, row China.
https://doi.org/10.5066/P1WKQ63T
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import polars as pl

_FIELDS = ("publisher", "title", "edition", "url", "doi", "licence", "read", "note")


class Cited(Protocol):
    """Figures and the sources they name: a selection, or an atlas."""

    @property
    def frame(self) -> pl.DataFrame:
        """The figures."""

    @property
    def sources(self) -> pl.DataFrame:
        """The sources."""


def cite(figures: Cited) -> str:
    """Return one citation line a figure; a line that would be said twice is said once."""
    rows = {row["id"]: row for row in figures.sources.iter_rows(named=True)}
    pairs = figures.frame.select("source", "locator").iter_rows()
    return "\n".join(dict.fromkeys(citation(rows[source], locator) for source, locator in pairs))


def citation(source: Mapping[str, Any], locator: str | None = None) -> str:
    """Return one line that says where a figure is printed; `source` is a row of the sources table."""
    edition = str(source["edition"])
    title = str(source["title"])
    head = f"{source['publisher']}, {title}" + ("" if title.endswith(edition) else f" ({edition})")
    place = f", {locator}" if locator else ""
    return f"{head}{place}. {source['url']}"


def bibtex(source: Mapping[str, Any]) -> str:
    """Return a BibTeX entry for a row of the sources table."""
    year = re.search(r"(19|20)\d\d", str(source["edition"]))
    cells = {
        "author": f"{{{source['publisher']}}}",
        "title": f"{{{source['title']}}}",
        "year": year.group() if year else "",
        "edition": source["edition"],
        "url": source["url"],
        "doi": source.get("doi") or "",
        "note": source.get("note") or "",
    }
    lines = [f"  {name} = {{{_escape(str(value))}}}," for name, value in cells.items() if value]
    return "\n".join([f"@misc{{{source['id']},", *lines, "}"])


def described(source: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the filled cells of a source row, in reading order, for a shell to print."""
    return [(name, str(source[name])) for name in _FIELDS if source.get(name)]


def _escape(text: str) -> str:
    return re.sub(r"([%&#_$])", r"\\\1", text)
