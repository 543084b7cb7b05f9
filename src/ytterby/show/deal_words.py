"""The words of a deal's page: parties, clauses, plants, measures and viewpoints by what they are called, not by id."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from ytterby.atlas.load import load
from ytterby.model.scenario import Citation
from ytterby.show.backdrop import backdrop
from ytterby.show.words import country_name
from ytterby.studies.deals.outcome import DealOutcome

_BODIES = {"UN": "United Nations", "press": "press", "none asked": "no title asked for"}
_CODE = re.compile(r"\b[A-Z]{3}\b")


class Words:
    """Names by id of one deal."""

    def __init__(self, outcome: DealOutcome) -> None:
        deal = outcome.deal
        self.parties = {p.id: p.name for p in deal.parties}
        self.clauses = {c.id: c.title for c in deal.clauses}
        self.measures = {m.id: m.title for m in deal.scenario.measures}
        self.plants = {m.plant.id: m.plant.name for m in deal.scenario.measures if m.plant}
        self.countries = backdrop().names

    def party(self, name: str) -> str:
        """A party's name."""
        return self.parties.get(name, name)

    def listed(self, names: Iterable[str]) -> str:
        """Several parties."""
        found = [self.party(n) for n in names]
        return " and ".join((", ".join(found[:-1]), found[-1])) if len(found) > 1 else "".join(found)

    def clause(self, name: str) -> str:
        """A clause's title."""
        return self.clauses.get(name, name)

    def measure(self, name: str) -> str:
        """A measure's title."""
        return self.measures.get(name, name)

    def plant(self, name: str) -> str:
        """A plant's name."""
        return self.plants.get(name, name)

    def country(self, code: str) -> str:
        """A country's name."""
        return country_name(code, self.countries)

    def view(self, name: str) -> str:
        """Whose view it is."""
        return _BODIES.get(name) or country_name(name, self.countries)

    def why(self, text: str) -> str:
        """A reason in which parties stand by id and holders by code, with their names."""
        for name, called in self.parties.items():
            text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", called, text)
        return self.spelt(text)

    def spelt(self, text: str) -> str:
        """A text with its country codes in words."""
        return _CODE.sub(lambda found: self.countries.get(found.group(), found.group()), text)


def cited(source: Citation) -> str:
    """A source in one line."""
    if not source.inline:
        rows = load().sources.filter(pl.col("id") == source.id).to_dicts()
        parts = [str(rows[0][key] or "") for key in ("publisher", "title", "edition", "url")] if rows else [source.id]
        return ", ".join(filter(None, parts))
    return ", ".join(filter(None, (source.publisher, source.title, source.date, source.url)))
