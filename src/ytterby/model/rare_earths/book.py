"""The book of observations that a base year is balanced against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ytterby.model.network import Activity
from ytterby.model.rare_earths.evidence import Evidence
from ytterby.model.reconcile import Observation

#: The stage that makes each form of product that is used or traded.
STAGE = {"oxide": "separation", "metal": "metal", "magnet": "magnet"}


class Book:
    """Collects observations of a given set of activities; terms naming an absent activity are left out."""

    def __init__(self, activities: Iterable[Activity]) -> None:
        self.known = {a.id: a for a in activities}
        self.rows: list[Observation] = []

    def see(
        self,
        name: str,
        title: str,
        terms: Mapping[str, float],
        value: float,
        spread: float,
        *,
        unit: str = "t REO",
        figures: tuple[str, ...] = (),
        evidence: str | None = None,
        scale: str = "log",
        prior: bool = False,
        place: str = "",
        primary: bool = False,
    ) -> None:
        """Record one observation, unless nothing of it is in the network or a log value is not above zero."""
        present = tuple((k, v) for k, v in sorted(terms.items()) if k in self.known)
        if present and (value > 0 or scale == "linear"):
            self.rows.append(
                Observation(name, title, present, value, spread, unit, figures, evidence, scale, prior, place, primary)
            )


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
