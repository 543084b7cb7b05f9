"""What solving a deal gives: records and plain rows, nothing rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ytterby.games.game import Coalition, Game
from ytterby.games.nucleolus import Leaver
from ytterby.studies.deals.honour import Honour
from ytterby.studies.deals.records import Deal
from ytterby.studies.deals.sensitivity import Swing

Row = dict[str, Any]
Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Solutions:
    """How the room's gain could be shared [MUSD/yr], by party; None where a solution does not exist, with the reason.

    `errors` are standard errors of a sampled Shapley value (empty when exact).
    """

    shapley: Shares
    errors: Shares
    nucleolus: Shares | None
    banzhaf: Shares | None
    tau: Shares | None
    gately: Shares | None
    nash: Shares | None
    power: Shares
    core: Shares | None
    least_excess: float | None
    why_not: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DealOutcome:
    """A deal solved. Money in MUSD/yr, as changes against the world without any clause.

    written        what each party gets under the deal as written, by kind of gain
    leaver         the coalition that gains most by leaving the deal as written, None when none does
    not_additive   two coalitions worth less together than apart, None when there are none
    vote           the file's vote, its split between two sides and its forecast (`split`, `forecast`), None without
    bounds         v(S) of single parties when the others make their own clauses: pessimistic and optimistic
    """

    deal: Deal
    view: str
    room: tuple[str, ...]
    finding: str
    game: Game
    written: Mapping[str, Mapping[str, float]]
    solutions: Solutions
    leaver: Leaver | None
    not_additive: tuple[Coalition, Coalition] | None
    honour: tuple[Honour, ...]
    trust_needed: float | None
    zone: tuple[tuple[float, float], ...]
    stages: tuple[tuple[int, Mapping[str, float]], ...]
    left_out: tuple[Row, ...]
    spoilers: tuple[Row, ...]
    outsiders: tuple[Row, ...]
    bounds: tuple[Row, ...]
    views: tuple[Row, ...]
    idle: tuple[Row, ...]
    plants: tuple[Row, ...]
    concentration: tuple[Row, ...]
    shortages: tuple[Row, ...]
    swings: tuple[Swing, ...]
    checks: Mapping[str, float]
    solves: int
    asked: int
    edition: str
    input_hash: str
    vote: Row | None = None
    split: Row | None = None
    forecast: Row | None = None

    @property
    def total(self) -> float:
        """What the room gains together [MUSD/yr]."""
        return sum(sum(row.values()) for name, row in self.written.items() if name in self.room)

    def gets(self, party: str) -> float:
        """What a party gets under the deal as written [MUSD/yr]."""
        return sum(self.written[party].values())
