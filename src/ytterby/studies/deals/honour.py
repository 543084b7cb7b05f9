"""What trust a deal as written needs: each party's gain if all keep it, if it breaks alone, if the others break.

The four numbers of a party come from worlds: all clauses (kept), all but those it performs (it breaks), only those it
performs alone (the others break), none. Payments are those of the deal as written.
"""

from __future__ import annotations

from dataclasses import dataclass

from ytterby.games.trust import Path, patience_needed, staged, trust_needed, updated
from ytterby.studies.deals.payoffs import Table
from ytterby.studies.deals.records import Clause

_EPS = 1e-6


@dataclass(frozen=True, slots=True)
class Honour:
    """One party. `kept`, `breaks`, `betrayed` in MUSD/yr; `q` the trust it needs (None: it gains nothing if all keep).

    `patience` is the discount factor at which keeping pays, `own` its discount factor, `keeps` whether own reaches it;
    `path` the staged path that keeps itself, `bond` what would make the whole at once keep itself [MUSD].
    """

    party: str
    kept: float
    breaks: float
    betrayed: float
    q: float | None
    patience: float | None
    own: float
    keeps: bool
    path: Path | None
    bond: float | None


def honours(table: Table, room: tuple[str, ...], stages: int) -> tuple[Honour, ...]:
    """What each party in the room needs in order to keep the deal, and to take part in it.

    A firm that others own wholly is left out: its gains are theirs, so it decides as they do.
    """
    everything = table.clauses(room)
    kept = table.totals(everything)
    found = []
    for name in room:
        party = next(p for p in table.deal.parties if p.id == name)
        if sum(party.owners.values()) >= 1 - _EPS:
            continue
        without = tuple(c for c in everything if name not in c.by)
        alone = tuple(c for c in everything if set(c.by) == {name})
        breaks, betrayed = table.totals(without)[name], table.totals(alone)[name]
        own = 1 / (1 + party.discount.value)
        found.append(_one(name, kept[name], breaks, betrayed, own, stages))
    return tuple(found)


def _one(name: str, kept: float, breaks: float, betrayed: float, own: float, stages: int) -> Honour:
    if kept <= _EPS:
        return Honour(name, kept, breaks, betrayed, None, None, own, False, None, None)
    needed = patience_needed(breaks, kept, 0.0)
    tail = kept / (1 - own) if own < 1 else float("inf")
    path = staged(stages, kept, breaks, own, tail)
    bond = staged(1, kept, breaks, own, tail).bond
    return Honour(name, kept, breaks, betrayed, trust_needed(kept, betrayed), needed, own, own >= needed, path, bond)


def threshold(found: tuple[Honour, ...]) -> float | None:
    """The trust the deal needs: the largest that any party needs; None when somebody gains nothing even if all keep."""
    needed = [h.q for h in found]
    return None if any(q is None for q in needed) else max((q for q in needed if q is not None), default=0.0)


def zone(found: tuple[Honour, ...]) -> tuple[tuple[float, float], ...]:
    """What all parties together expect [MUSD/yr] when each trusts the others by q, for q from 1 down to 0."""
    steps = [1 - k / 10 for k in range(11)]
    return tuple((q, sum(q * h.kept + (1 - q) * h.betrayed for h in found)) for q in steps)


def learned(q: float, weight: float, needed: float, most: int = 50) -> int | None:
    """After how many kept stages trust reaches what is needed; None when not within `most`."""
    return next((k for k in range(most + 1) if updated(q, weight, k) >= needed - 1e-12), None)


def written_stages(table: Table, room: tuple[str, ...]) -> tuple[tuple[int, dict[str, float]], ...]:
    """What each party gains [MUSD/yr] once the clauses up to each stage hold."""
    everything = table.clauses(room)
    stages = sorted({c.stage for c in everything})

    def until(stage: int) -> tuple[Clause, ...]:
        return tuple(c for c in everything if c.stage <= stage)

    return tuple((s, {n: g for n, g in table.totals(until(s)).items() if n in room}) for s in stages)
