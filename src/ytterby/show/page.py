"""What every section of a report is given, and the little that they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ytterby.model.outcome import Outcome
from ytterby.show.backdrop import Backdrop
from ytterby.show.markup import esc, tag
from ytterby.show.overtime import when
from ytterby.show.walk import Walk
from ytterby.show.words import country_name


@dataclass(frozen=True, slots=True)
class Page:
    """The outcome, the element (or product) looked at closely, what the atlas gives, and the walk to the figures."""

    outcome: Outcome
    element: str
    backdrop: Backdrop
    walk: Walk

    @property
    def names(self) -> Mapping[str, str]:
        """Names by country code."""
        return self.backdrop.names

    def when(self, rates: bool = False) -> str:
        """Return which period the tables are of, to stand after a heading; "" for a run of one year."""
        return when(self.outcome, rates)

    def country(self, code: str | None) -> str:
        """Return a country in words, plain text."""
        return country_name(code, self.names)


def section(ident: str, title: str, *inside: str) -> str:
    """Return a section with its heading; nothing when there is nothing inside."""
    return tag("section", tag("h2", esc(title)), *inside, id=ident) if any(inside) else ""


def paragraph(text: str, class_: str | None = None) -> str:
    """Return a paragraph of plain text."""
    return tag("p", esc(text), class_=class_)
