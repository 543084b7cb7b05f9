"""Vague words and the thresholds they are read with: stated, printed with each verdict, overridable in a claim file.

They are conventions of this program, no figures: "dominates" is read as at least half, because a holder of less can be
outvoted by all the others together; "nearly half" as within a tenth below it. A claim file's `wording` overrides them.
"""

from __future__ import annotations

from types import MappingProxyType

#: Least share of the world [%] for a word that names no number.
SHARES = MappingProxyType({
    "dominate": 50.0, "dominance": 50.0, "dominant": 50.0, "majority": 50.0, "most": 50.0, "bulk": 50.0,
    "lion's share": 50.0, "mainly": 50.0, "vast majority": 75.0, "overwhelming majority": 75.0, "near-monopoly": 80.0,
    "monopoly": 90.0, "nearly all": 90.0, "almost all": 90.0, "virtually all": 95.0, "stranglehold": 50.0,
    "treasure trove": 5.0, "significant": 5.0, "vast": 5.0, "major producer": 5.0,
})  # fmt: skip
#: How far a figure may lie from a plain number, and from one said to be about [part of the number].
PLAIN, ABOUT = 0.03, 0.10
#: The same for shares [percentage points].
PLAIN_POINTS, ABOUT_POINTS = 2.0, 5.0
#: How much a place may be below "nearly", "almost" [part of the number].
NEARLY = 0.10
#: Change below which two periods count as level [part of the number].
LEVEL = 0.005


def reading(term: str) -> float | None:
    """Return the threshold of a vague word [%], or None.

    >>> reading("dominate"), reading("shiny")
    (50.0, None)
    """
    return SHARES.get(term)
