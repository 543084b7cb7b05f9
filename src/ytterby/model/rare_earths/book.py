"""What observations of the rare-earth chain share: single facts, and rough sizes to scale priors by."""

from __future__ import annotations

from collections.abc import Mapping

from ytterby.model.book import Book
from ytterby.model.rare_earths.evidence import Evidence

#: The stage that makes each form of product that is used or traded.
STAGE = {"oxide": "separation", "metal": "metal", "magnet": "magnet"}


def fact(
    book: Book,
    evidence: Evidence,
    name: str,
    title: str,
    terms: Mapping[str, float],
    spread: float,
    place: str,
    unit: str = "t REO",
) -> None:
    """One observation for each figure found under a name; figures of one name share a vote."""
    for row in evidence.facts.get(name, ()):
        book.see(
            f"{name}:{row.figure}",
            title,
            terms,
            row.value,
            spread,
            figures=(row.figure,),
            evidence=name,
            place=place,
            unit=unit,
        )


def feed_value(evidence: Evidence, country: str) -> float:
    """China's imports of feed from a country [t REO], 0 where none are cited."""
    return evidence.feed[country].value if country in evidence.feed else 0.0


def separated(evidence: Evidence) -> dict[tuple[str, str], float]:
    """A rough size of each element's separation by country [t], to scale priors."""
    size: dict[tuple[str, str], float] = {}
    for maker in evidence.makers:
        if maker.stage != "separation":
            continue
        for o in evidence.ores:
            home = o.country == maker.country
            tonnes = o.share * (
                max((r.value for r in evidence.mined.get(o.country, ())), default=0.0)
                if home
                else feed_value(evidence, o.country)
                if maker.country == "CHN"
                else 0.0
            )
            for e in maker.makes:
                key = (maker.country, e)
                size[key] = size.get(key, 0.0) + 0.9 * tonnes * evidence.assays[o.ore].get(e, 0.0)
    return size
