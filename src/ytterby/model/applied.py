"""What a measure did to a network."""

from __future__ import annotations

from dataclasses import dataclass

from ytterby.model.scenario import Measure


@dataclass(frozen=True, slots=True)
class Applied:
    """What a measure did: the limits it added, the columns it hit, their base flow [t/yr], or why it did nothing."""

    measure: Measure
    limits: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    base: float = 0.0
    idle: str = ""
