"""Answers as evidence: the number, its interval, where it is printed, and whether it agrees."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ytterby.atlas.load import Atlas
from ytterby.studies.claims.figures import Answer, Shelf
from ytterby.studies.claims.record import Evidence


@lru_cache(maxsize=8)
def sources_of(atlas: Atlas) -> dict[str, dict[str, Any]]:
    """Return the sources of an atlas by id, made once."""
    return {row["id"]: row for row in atlas.sources.iter_rows(named=True)}


def told(agree: Sequence[bool]) -> tuple[str, str | None]:
    """Return the verdict on what the sources answer, and its reason."""
    if all(agree):
        return "supported", None
    return ("disputed", "sources disagree") if any(agree) else ("contradicted", "value")


def evidence_of(found: Sequence[Answer], agree: Sequence[bool | None], shelf: Shelf) -> tuple[Evidence, ...]:
    """Return the answers as evidence, with citations."""
    return tuple(
        Evidence(
            item.figure.source,
            item.figure.edition,
            item.figure.period,
            item.what,
            _finite(item.value),
            _finite(item.low),
            _finite(item.high),
            "%" if item.unit == "%" else f"{item.unit} {item.figure.basis}".strip(),
            item.figure.locator,
            shelf.cite(item.figure),
            yes,
        )
        for item, yes in zip(found, agree, strict=True)
    )


def _finite(value: float) -> float | None:
    return value if abs(value) < 1e300 else None
