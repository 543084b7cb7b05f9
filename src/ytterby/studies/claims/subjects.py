"""Which place, material, stage and year a number or a word in a sentence is about."""

from __future__ import annotations

import re
from datetime import date

from ytterby.studies.claims.context import Read, before, subject, years
from ytterby.studies.claims.gazetteer import Mention, stages

_TURN = re.compile(
    r"[;:]|, (?:but|while|whereas|although|though|yet|compared with|followed by|trailed by|ahead of|against|a figure|"
    r"a number|up from|down from|of which|of that)\b|, (?=(?:\w+ ){1,4}of (?:it|them|these|those|which)\b)|"
    r" (?:while|whereas|but(?! (?:one|a|about|some|\d)))\b| – | — |"
    r" and (?=(?:also |still |then )?(?:holds?|has|had|mines|mined|digs?|dug|produc(?:es|ed)|refine[sd]|"
    r"suppl(?:ies|ied)|"
    r"export(?:s|ed)|import(?:s|ed)|accounts?|controls?|controlled|makes|made|sits|smelts|smelted|turns|turned)\b)"
)
_BACK = re.compile(r"\b(?:its?|their|they|the country(?:'s|’s)?|these|we|our|there|of which|both|one)\b", re.I)


_PREPOSED = re.compile(r"\b(?:in|of|for|by|at|to|from|on|with)(?: the)? $")


_BASE_YEAR = re.compile(r"\b(?:since|than(?: in)?|compared with|compared to) $", re.I)
_STAGE_VERB = re.compile(
    r"(?<!\bthe )(?<!\ba )\b(?:mine[sd]|mining|refine[sd]|smelt(?:s|ed)|process(?:es|ed)|separate[sd]|dug|digs?)"
    r"\b[^,;]{0,40}$",
    re.I,
)


def clause(text: str, at: int) -> tuple[int, int]:
    """Return the ends of the clause around a place in a sentence.

    >>> clause("China has 44, but Vietnam has 3.", 15)
    (12, 32)
    """
    start, end = 0, len(text)
    for turn in _TURN.finditer(text):
        if turn.start() < at:
            start = turn.start()
        else:
            end = turn.start()
            break
    return start, end


def place_at(read: Read, at: int) -> str | None:
    """Return the country a number is about: before it in its clause, else after it, else the one spoken of."""
    start, end = clause(read.text, at)
    inside = [item for item in read.places if start <= item.start < end]
    before = [item for item in inside if item.start < at and not _elsewhere(read.text, item)]
    bare = [item for item in before if not _PREPOSED.search(read.text[max(0, item.start - 10) : item.start])]
    if before:
        return (bare or before)[-1].code
    pronoun = _BACK.search(read.text[start:at]) is not None
    after = [item for item in inside if item.start >= at and re.search(
        r"\b(?:in|from|by|for|is|are|was|were|"
        r"comes? from)(?: the)? $", read.text[max(0, item.start - 14) : item.start])]  # fmt: skip
    if after and not pronoun:
        return after[0].code
    earlier = [item for item in read.places if item.start < at and not _elsewhere(read.text, item)]
    if earlier:
        return earlier[-1].code
    later = [item for item in read.places if item.start >= at and not _elsewhere(read.text, item)]
    if later and not pronoun and not any(item.start < at for item in read.places):
        single = re.search(r"\bsingle (?:country|state|producer)\b", read.text[at:])
        if single or read.context.place is None:
            return later[0].code
    return read.context.place


def _elsewhere(text: str, item: Mention) -> bool:
    """A place that is not the subject: where something goes, or what something is compared with."""
    before = text[max(0, item.start - 16) : item.start]
    after = text[item.end : item.end + 8]
    if re.match(r"['’]s \d", after):
        return False
    return bool(
        re.search(
            r"\b(?:shipped to|exports? to|sold to|than|outside|except|excluding|without|capital|overtaking|"
            r"passing|surpassing|replacing|overtaken|overtook|passed|replaced|surpassed|displaced|dethroned|"
            r"toppled|ahead of|behind|not)(?: the)? $",
            before,
        )
    ) and not (after.startswith(", which"))


def joint(read: Read, at: int) -> tuple[str, ...]:
    """Return places counted together: "Russia and South Africa together mine …"."""
    before = [item for item in read.places if item.start < at]
    if len(before) >= 2 and re.search(
        r"\b(?:(?:two|three|four|both) (?:countries|states|producers)|together|between them|combined|jointly|"
        r"collectively)\b",
        read.text,
        re.I,
    ):
        return tuple(dict.fromkeys(item.code for item in before))
    return ()


#: "7.6 million tonnes of manganese": a number's own material.
_OF = re.compile(
    r"[\d.,]+ ?(?:million|thousand|billion|m|k|mn|bn)? ?(?:%|percent|per cent|pct|pc|tonnes?|tons?|metric tons|t|"
    r"kt|Mt|kg|"
    r"kilograms?)? (?:of (?:the |all |its |mined |refined |global |world )*)?"
)


def material_at(read: Read, at: int) -> Mention | None:
    """Return the material named nearest to a place in its clause, else in the sentence."""
    start, end = clause(read.text, at)
    named = read.of("material")
    held = [item for item in named if item.start >= at and _OF.fullmatch(read.text[at : item.start])]
    if held:
        return held[0]
    inside = [item for item in named if start <= item.start < end] or named
    return min(inside, key=lambda item: abs(item.start - at) + (8 if item.start < at else 0), default=None)


def stage_at(read: Read, at: int, end: int) -> str | None:
    """Return the stage named for a number: after it up to the next number, else before it, else anywhere near."""
    numbers = [n for n in read.numbers if n.kind in ("share", "mass")]
    following = min((n.start for n in numbers if n.start >= end), default=len(read.text))
    previous = max((n.end for n in numbers if n.end <= at), default=0)
    following = min(following, max(end, clause(read.text, at)[1]))
    named = stages(read.text)
    first, last = clause(read.text, at)
    if any(name == "recycling" and first <= start < last for name, start, _ in named):
        return "recycling"
    after = [name for name, start, _ in named if end <= start < following]
    before = [name for name, start, _ in named if previous <= start < at]
    if before and _verb(read, at):
        return before[-1]
    if after and (following - end < 90 or not before):
        return after[0]
    if before:
        return before[-1]
    return next((name for name, start, _ in named if first <= start < last), None)


def _verb(read: Read, at: int) -> bool:
    """Whether a verb of a stage stands right before: "refines more than 70 percent of the mined cobalt"."""
    return _STAGE_VERB.search(read.text[max(0, at - 60) : at]) is not None


#: "Kazakhstan, where none was mined in 2024, produced": what stands between such commas is another statement.
ASIDE = re.compile(r", (?:where|which|who|whose|when|though|although|after|until)\b[^,;]{3,120},")


def _asides(text: str, at: int) -> list[tuple[int, int]]:
    """The parts of a sentence between commas that a place in it lies outside of."""
    return [m.span() for m in ASIDE.finditer(text) if not m.start() <= at < m.end()]


def year_at(read: Read, at: int, end: int) -> int | None:
    """Return the year of a number: right after it, else the nearest in its clause, else the sentence's only one."""
    when = re.search(r"\b((?:19|20)\d\d),? when[^,;]{0,40}$", read.text[:at])
    if when:
        return int(when[1])
    if re.search(r"\b(?:now|today|currently)\b", read.text) and not years(read.text, None):
        return None
    earlier = before(read.text, read.context.year)
    if earlier is not None:
        return earlier
    asides = _asides(read.text, at)
    found = [
        (year, spot)
        for year, spot in years(read.text, read.context.today)
        # "higher than in 2024" is no figure of 2024
        if not any(a <= spot < b for a, b in asides) and not _BASE_YEAR.search(read.text[max(0, spot - 12) : spot])
    ]
    if re.search(r"\b(?:that|the)(?: very)?(?: same)? year\b", read.text, re.I) and read.context.year and not found:
        return read.context.year
    if not found:
        # Within a paragraph a sentence that goes on ("that was", "came second") is about the year just named.
        goes_on = re.search(r"\b(?:that was|this was|second|third|followed|the rest)\b", read.text, re.I)
        goes_on = goes_on if "reserves" not in read.text else None
        return read.context.year if goes_on and over(read.context.year, read.context.today) else None
    numbers = [n.start for n in read.numbers if n.start >= end]
    limit = min(numbers, default=len(read.text))
    other = re.search(r"\d,\d{3}|\bfrom\b(?= (?:\w+ ){0,2}[\d$])", read.text[end:])
    limit = min(limit, end + other.start()) if other else limit
    # "(4,800 t; 2024: 2,100 t)": a year with a colon is of what follows it.
    labels = {spot for _, spot in found if read.text[spot + 4 : spot + 5] == ":"}
    after = [year for year, spot in found if end <= spot < limit and spot - end < 90 and spot not in labels]
    if after:
        span = re.match(r"\d{4} ?[-–] ?(20\d\d)", read.text[next(s for y, s in found if y == after[0]) :])
        return int(span[1]) if span else after[0]
    ahead = [year for year, spot in found if spot < at]
    if ahead and re.search(r"\bfrom\b.*\bto (?:an estimated |about |some |around )?$", read.text[:at]):
        return None  # "from 3 in 2024 to 4": the second number is of a later year
    if ahead:
        return ahead[-1]
    # "two thirds, down from 90 percent in 2023": the year is the old number's.
    turn = _OLD.search(read.text, end)
    own = [year for year, spot in found if (turn is None or spot < turn.start()) and spot not in labels]
    return own[0] if own else None


_OLD = re.compile(r"\b(?:(?:up|down) (?:on|from)|compared (?:with|to)|against|as against|after|versus|"
    r"from(?= (?:about |some |around |just |only )?[\d$U])|"
    r"(?:less|more) than (?:half|a|one|two))\b", re.I)


def main_place(read: Read) -> str | None:
    """Return the place a sentence is about, or the one spoken of."""
    about = subject(read.places, read)
    if about is not None:
        return about.code
    return read.context.place or (read.places[0].code if read.places else None)


def refined(material: str | None, stage: str | None) -> str | None:
    """Return the stage as the atlas names it: rare earths are separated, other metals refined."""
    rare = material in ("REE", "HREE", "LREE", "magnet-REE", "NdPr", "Dy", "Tb", "Nd", "Pr", "Sm", "Y", "La", "Ce")
    if stage == "refining" and rare:
        return "separation"
    if stage == "separation" and material is not None and not rare:
        return "refining"
    return stage


def over(year: int | None, today: date | None) -> bool:
    """Whether a year is past or running."""
    return year is None or today is None or year <= today.year


def stage_of(read: Read, found: re.Match[str], material: str, product: str | None, what: str = "") -> str | None:
    """Return the stage an order or a change is of: its product's, its word's, the one named, or the one spoken of."""
    if product == "sponge":
        return "refining"
    if "miner" in what:
        return "mine"
    if "refiner" in what:
        return refined(material, "refining")
    named = stage_at(read, found.start(), found.end())
    if named is None and read.context.material == material and not re.search(r"\bproduc", what or read.text):
        named = read.context.stage
    return refined(material, named)
