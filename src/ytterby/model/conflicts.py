"""Where the sources of a base year contradict each other, each conflict named, with both sides' numbers.

A conflict is shown, never averaged away in silence: the balance takes one value, and this says what it was
offered. Two figures for one quantity that differ by more than three of their joint sigma are listed as both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import hypot, log

from ytterby.model.base import Base
from ytterby.model.chains.build import ChainBase
from ytterby.model.chains.cited import disagreements
from ytterby.model.reconcile import Move

#: Two figures of one quantity disagree beyond this many joint standard deviations.
BEYOND = 3.0


@dataclass(frozen=True, slots=True)
class Conflict:
    """One disagreement: where, what the sources say, and what the balance made of it."""

    place: str
    kind: str
    text: str


def conflicts(base: Base | ChainBase) -> tuple[Conflict, ...]:
    """Every conflict of a base year, places in order."""
    if isinstance(base, ChainBase):
        return tuple(sorted((Conflict(*row) for row in disagreements(base)), key=lambda c: (c.place, c.kind, c.text)))
    found = [
        *_editions(base),
        *_mined_and_bought(base),
        *_one_evidence(base),
        *_unlisted(base),
        *_codes(base),
        *_names(base),
        *_not_credible(base),
    ]
    return tuple(sorted(found, key=lambda c: (c.place, c.kind, c.text)))


def _editions(base: Base) -> Iterator[Conflict]:
    """Editions of one publisher that moved a country's figure far."""
    for country, rows in sorted(base.evidence.mined.items()):
        new, old = rows[0], rows[-1]
        if len(rows) > 1 and max(new.value, old.value) > 1.3 * min(new.value, old.value):
            yield Conflict(
                country,
                "editions differ",
                f"mine production of {base.evidence.year}: {old.value:,.0f} t REO in the edition "
                f"{old.edition}, {new.value:,.0f} in {new.edition}",
            )


def _mined_and_bought(base: Base) -> Iterator[Conflict]:
    """A country's mine figure against China's customs and other evidence, where they differ beyond three sigma."""
    groups: dict[str, list[Move]] = {}
    for move in base.balance.moves:
        o = move.observation
        if not o.prior and o.id.startswith(("mine:", "feed:")):
            groups.setdefault(o.place, []).append(move)
    separators = {m.country for m in base.evidence.makers if m.stage == "separation"} - {"MYS"}
    for place, moves in sorted(groups.items()):
        if place in separators:  # what it mines it also separates, so sales of feed are another quantity
            continue
        far = [
            (a, b)
            for a, b in combinations(moves, 2)
            if abs(log(a.observation.value / b.observation.value))
            > BEYOND * hypot(a.observation.spread, b.observation.spread) / 2
            and a.observation.id.split(":")[0] != b.observation.id.split(":")[0]
        ]
        if far:
            a, b = max(far, key=lambda pair: abs(log(pair[0].observation.value / pair[1].observation.value)))
            mined = sum(level for name, level in base.balance.levels.items() if name.startswith(f"mine:{place}:"))
            yield Conflict(
                place,
                "two families of sources",
                f"{a.observation.title} {a.observation.value:,.0f}, {b.observation.title} "
                f"{b.observation.value:,.0f} t REO; "
                f"reconciled mine output {mined:,.0f} (moves {a.move:+.1f} and {b.move:+.1f} sigma)",
            )


def _one_evidence(base: Base) -> Iterator[Conflict]:
    """A mine figure that its publisher estimated from China's imports, and those imports, when they differ."""
    for country, rows in sorted(base.evidence.mined.items()):
        feed = base.evidence.feed.get(country)
        newest = next((r for r in rows if feed and r.derived_from and r.derived_from == feed.derived_from), None)
        if feed and newest and max(feed.value, newest.value) > 1.2 * min(feed.value, newest.value):
            yield Conflict(
                country,
                "one observation, two numbers",
                f"the mine table estimates {newest.value:,.0f} t REO from China's imports, which show "
                f"{feed.value:,.0f}; they share one vote",
            )


def _unlisted(base: Base) -> Iterator[Conflict]:
    """Countries that sell feed but stand in no table of mine production."""
    for country, row in sorted(base.evidence.feed.items()):
        if country not in base.evidence.mined and country not in ("XXX", "WLD"):
            mined = sum(level for name, level in base.balance.levels.items() if name.startswith(f"mine:{country}:"))
            yield Conflict(
                country,
                "not in the mine table",
                f"China's customs show {row.value:,.0f} t REO of feed from it, the mine table does not list "
                f"it; reconciled {mined:,.0f}",
            )


def _codes(base: Base) -> Iterator[Conflict]:
    """Goods booked under a code that says something else."""
    for s in base.trade.feed:
        if s.hs6 in ("280530", "284610") and (s.tonnes or 0) > 500:
            yield Conflict(
                f"{s.exporter}>{s.importer}",
                f"HS {s.hs6} holds feed",
                f"{s.tonnes:,.0f} t at {s.kusd / (s.tonnes or 1):.1f} USD/kg are ore concentrate or mixed "
                f"carbonate, not " + ("metal" if s.hs6 == "280530" else "cerium compounds"),
            )
    magnets = [f for f in base.trade.flows if f.hs6 == "850511" and f.origin == "CHN"]
    if magnets:
        gross, kept = sum(f.gross for f in magnets), sum(f.total for f in magnets)
        yield Conflict(
            "CHN",
            "HS 850511 holds other magnets",
            f"{gross:,.0f} t of metal magnets exported, of which {kept:,.0f} are rare-earth magnets by unit "
            f"value; the rest is ferrite or alnico",
        )


def _names(base: Base) -> Iterator[Conflict]:
    if any(f.origin == "TWN" or f.destination == "TWN" for f in base.trade.flows):
        yield Conflict(
            "TWN",
            "reported as Other Asia, nes",
            "trade statistics list Taiwan as 'Other Asia, not elsewhere specified'; it is kept apart",
        )


def _not_credible(base: Base) -> Iterator[Conflict]:
    for s, reason in base.trade.set_aside:
        if reason.startswith("below") and "USD/kg" in reason and (s.tonnes or 0) > 1000:
            yield Conflict(
                f"{s.exporter}>{s.importer}",
                "set aside",
                f"HS {s.hs6}: {s.tonnes:,.0f} t at {s.kusd / (s.tonnes or 1):.2f} USD/kg cannot be rare earths",
            )
