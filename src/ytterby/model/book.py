"""The book of observations that a base year is balanced against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ytterby.model.network import Activity
from ytterby.model.reconcile import Observation


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
