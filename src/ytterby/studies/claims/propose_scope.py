"""What an order is among: the world, a part of it, all without a country, or who trades with a country."""

from __future__ import annotations

import re

from ytterby.studies.claims.context import Read
from ytterby.studies.claims.regions import continent

Scope = tuple[tuple[str, ...], str | None]
_WORLD: Scope = ((), None)
_BEFORE = re.compile(r"(?:['’]s|['’])?,? ?(?:by far |own |only |the |clear |undisputed |then |now )*", re.I)
_AFTER = re.compile(
    r"[^.;:,]{0,36}?(?:,? ?\b(?:in|on|of|across|within|from|for|anywhere in)) (?:(?:all|the|all of|whole|entire|"
    r"countries of|states of) ?)*",
    re.I,
)
_BACK_BEFORE = re.compile(r"\bthe (?:continent|region|bloc|union|subcontinent)['’]s (?:by far |own |only )*$", re.I)
_BACK_AFTER = re.compile(
    r"[^.;:,]{0,36}?\b(?:in|on|of|across|within) (?:the|that|its) (?:\w+ )?(?:continent|region|bloc|"
    r"subcontinent)\b", re.I
)
#: Among what it is no table tells.
_UNTOLD = re.compile(
    r"\b(?:the country['’]s|Western|listed|allied|democratic|private|state-owned|independent|non-\w+)\b|"
    r"\b(?:in|of) (?:the (?:West|country|Western world|hemisphere|state|province)|these|those|its)\b|"
    r"\b(?:one of|among) the\b", re.I,
)  # fmt: skip
_OUTSIDE = re.compile(r"\b(?:outside(?: of)?|except(?: for)?|excluding|apart from|aside from|besides|"
    r"other than)(?: the)? $", re.I)


def scope_of(read: Read, start: int, end: int) -> Scope | None:
    """Return what the order told at a place is among, as `other` and `action` of a rank; None where no table tells."""
    text = read.text
    for item in read.of("place"):
        if _OUTSIDE.search(text[max(0, item.start - 20) : item.start]) and item.code != "WLD":
            return (item.code,), "without"
    for item in read.areas:
        if re.fullmatch(r"(?:In|On|Across|Within)(?: the|"
            r" all of)? ", text[: item.start]) and text[item.end :].startswith(","):
            return (item.code,), None
        if item.end <= start and _BEFORE.fullmatch(text[item.end : start]):
            return (item.code,), None
        if item.start >= end and _AFTER.fullmatch(text[end : item.start]):
            return (item.code,), None
    if _BACK_BEFORE.search(text[:start]) or _BACK_AFTER.match(text[end : end + 60]):
        area = _area(read, start)
        return ((area,), None) if area else None
    if _UNTOLD.search(text[max(0, start - 26) : start]) or _UNTOLD.search(text[start : end + 30]):
        return None
    return _WORLD


def _area(read: Read, at: int) -> str | None:
    """The part of the world that "the continent" means: named before, or that of the country spoken of."""
    named = [item.code for item in read.areas if item.end <= at]
    if named:
        return named[-1]
    own = [continent(item.code) for item in read.places]
    return next((name for name in own if name), None) or read.context.area


def without(read: Read, scope: Scope) -> Read:
    """Return the sentence without the names of the scope, which are no subject of it."""
    from dataclasses import replace

    return replace(read, mentions=tuple(m for m in read.mentions if m.kind != "place" or m.code not in scope[0]))


_TRADE = {
    "exporter": "exports", "seller": "exports", "shipper": "exports", "importer": "imports", "buyer": "imports",
    "customer": "imports", "purchaser": "imports", "destination": "imports",
}  # fmt: skip


def traded(read: Read, what: str, start: int, end: int) -> tuple[str, tuple[str, ...]] | None:
    """Return the measure and the partner of an order of traders, or None where it is none.

    "The biggest buyer of Chile's lithium carbonate", "China's largest supplier of antimony ore".
    """
    text = read.text
    measure = _TRADE.get(what.removesuffix("s"))
    before = [p for p in read.places if p.end <= start and re.fullmatch(r"['’]s (?:\w+ )?", text[p.end : start])]
    behind = [p for p in read.places if p.start >= end and re.search(r"\bof(?: the)? $", text[: p.start])
              and re.match(r"['’]s?\b", text[p.end :])]  # fmt: skip
    if measure is None:
        if not what.startswith("supplier") or not (before or re.match(r"[^.;]{0,30}\bto\b", text[end:])):
            return None
        to = [p for p in read.places if p.start >= end and re.search(r"\bto(?: the)? $", text[: p.start])]
        partner = before or to
        return ("exports", (partner[-1].code,)) if partner else None
    partner = before or behind
    return measure, (partner[-1].code,) if partner else ()
