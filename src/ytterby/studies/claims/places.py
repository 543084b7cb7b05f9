"""Which places a number is about: the subject beside it, countries counted together, the world, or those spoken of."""

from __future__ import annotations

import re

from ytterby.studies.claims.context import Read
from ytterby.studies.claims.gazetteer import Mention
from ytterby.studies.claims.quantities import Number
from ytterby.studies.claims.subjects import clause

_BACK = re.compile(
    r"\b(?:its?|their|they|them|the (?:country|kingdom|republic|nation)(?:'s|’s)?|these|those|we|our|there|one|"
    r"of which|both|that country|the former|the latter)\b", re.I,
)  # fmt: skip
_WORLD_SUBJECT = re.compile(
    r"^(?:[\w’' -]{0,40}\b)?(?:world|global|total|worldwide|(?:mine|mined) (?:supply|output|production))\b|"
    r"^(?:known |total |world )?(?:reserves|output|production|supply)\b", re.I,
)  # fmt: skip
_NOT_SUBJECT = re.compile(
    r"\b(?:than|outside(?: of)?|except(?: for)?|excluding|without|besides|overtaking|passing|surpassing|"
    r"replacing|ahead "
    r"of|behind|unlike|like|compared with|compared to|against|apart from|thanks to|second only to|to|trailing|"
    r"after|not|"
    r"beating|followed|(?:times|half|third|quarter|fifth|twice|double) (?:those|that|what|"
    r"the \w+) of)(?: (?:the|those of|that of|both|neighbouring))*$", re.I,
)  # fmt: skip
#: What may stand between a place and its number.
BESIDE = re.compile(r"[,:]?(?:,? (?:on|at|with|which \w+|whose \w+ \w+))?(?: (?:about|some|around|only|"
    r"just))? ?\(?$", re.I)
_AFTER = re.compile(
    r"[^;:.()\d]{0,50}?\b(?:in|from|by|for|were|was|are|is|lies? in|out of)(?: (?:the|its neighbour|mostly|mainly|"
    r"a single country,))*"
    r" $", re.I
)  # fmt: skip
_PREPOSED = re.compile(r"(?:\b(?:in|of|for|by|at|to|from|on)|(?<!, )\bwith)(?: the)? $", re.I)
_AND = re.compile(r"(?:,| and| or|, and|,? as well as|,? plus|/)(?: the| in| from)? $", re.I)
_EACH = re.compile(r"^[^.;]{0,24}\b(?:each|apiece)\b|\beach (?:\w+ ){0,2}$", re.I)
_JOINT = re.compile(
    r"\b(?:together|between them|combined|jointly|collectively|taken together|in total|add(?:s)? up|"
    r"(?:the )?(?:two|three|four|both) (?:countries|states|producers|nations|neighbours|of them)|the sum)\b", re.I,
)  # fmt: skip
_GROUP = re.compile(
    r"\b(?:the|these|those|all|between the|together the|in)? ?(?P<n>two|three|four|five|trio|duo|pair|quartet|both)\b"
    r"(?! (?:\w+ )?(?:tonnes|years|times|quarters|thirds|fifths|months|in|out|largest|biggest|percent|per|decades))"
    r"(?: (?:countries|states|producers|nations|of them|together|combined|neighbours))?", re.I,
)  # fmt: skip
_COUNTS = {"two": 2, "duo": 2, "pair": 2, "both": 2, "three": 3, "trio": 3, "four": 4, "quartet": 4, "five": 5}


def places_of(read: Read, number: Number) -> tuple[tuple[tuple[str, ...], ...], bool]:
    """Return the places a number may be about, and whether the sentence names it."""
    if whole(read, number):
        return (("WLD",),), True
    joined = joint(read, number)
    if joined:
        return (joined,), True
    grouped = _grouped(read, number)
    if grouped:
        return grouped, False
    chain = _from_these(read, number)
    if chain:
        return (chain,), True
    listed = _respectively(read, number)
    near = listed or _near(read, number)
    if near is not None:
        return ((near,), *_spare(read, number, near)), True
    found = _open(read, number)
    return tuple(code for code in found if number.kind != "share" or code != ("WLD",)), False


def _spare(read: Read, number: Number, near: str) -> tuple[tuple[str, ...], ...]:
    """A second reading where the nearest place is no clear subject: the country the sentence began with."""
    held = [item for item in read.places if item.end <= number.start]
    if held and held[-1].code == near and BESIDE.fullmatch(read.text[held[-1].end : number.start]):
        return ()  # "and Vietnam 44": nobody else's number
    subject = next((item for item in read.places if item.start < number.start and not elsewhere(read, item)), None)
    pronoun = _BACK.search(read.text[: number.start])
    spare = [subject.code] if subject is not None and subject.code != near else []
    spare += [read.context.place] if pronoun and read.context.place and read.context.place != near else []
    return tuple((code,) for code in dict.fromkeys(spare))


def _open(read: Read, number: Number) -> tuple[tuple[str, ...], ...]:
    start, _ = clause(read.text, number.start)
    found: dict[tuple[str, ...], None] = {}
    earlier = [item for item in read.places if item.start < number.start and not elsewhere(read, item)]
    pronoun = _BACK.search(read.text[start : number.start]) is not None
    world = read.world or (_WORLD_SUBJECT.search(read.text) is not None and not pronoun and not read.places)
    for item in reversed(earlier):
        found.setdefault((item.code,))
    if world:
        found.setdefault(("WLD",))
    if read.context.place:
        found.setdefault((read.context.place,))
    for code in read.context.places[-3:]:
        found.setdefault((code,))
    for item in read.places:
        if not elsewhere(read, item):
            found.setdefault((item.code,))
    found.setdefault(("WLD",))
    return tuple(found)


def whole(read: Read, number: Number) -> bool:
    """Whether a number is the world's: "67,000 of 85,000 tonnes", "of the 51 million tonnes mined", "worldwide"."""
    text = read.text
    if number.kind not in ("mass", "volume"):
        return False
    before = text[max(0, number.start - 40) : number.start]
    previous = next((n for n in reversed(read.numbers) if n.end <= number.start), None)
    if previous is not None and previous.kind == number.kind and previous.value < number.value and re.fullmatch(
        r" (?:tonnes |tons |t )?(?:out )?of (?:the |a |an |some |about |around |global |world |total |an estimated )*",
        text[previous.end : number.start]):  # fmt: skip
        return True
    dated = re.match(r" (?:of|in) (?:19|20)\d\d", text[number.end :])
    if previous is not None and previous.kind == "share" and not dated and re.fullmatch(
        r" of (?:(?:the|last year['’]s|that year['’]s|some|about|a total of|roughly|all|world['’]s|global|"
        r"an estimated|its) ?)*",
        text[previous.end : number.start]):  # fmt: skip
        return True
    following = next((n for n in read.numbers if n.start >= number.end), None)
    if re.search(r"(?:^|\b(?:out )?)of (?:the |all )?(?:some |about )?$", before, re.I) and following is not None and (
        following.kind == number.kind and following.value < number.value
    ):  # fmt: skip
        return True
    after = text[number.end : following.start if following else len(text)][:60]
    if re.match(r"[^,;.]{0,40}\b(?:worldwide|globally|around the world|world ?wide)\b", after) and not any(
        number.end <= p.start < number.end + 40 for p in read.places if p.code != "WLD"
    ):  # fmt: skip
        return not any(p.end <= number.start for p in read.places) or re.search(r"\bof(?: the)? $", before) is not None
    return re.search(r"\b(?:global|world(?:'s|’s)?|total)(?: \w+){0,3} $|\ba global $", before) is not None and not any(
        p.start >= number.start - 30 and p.end <= number.start for p in read.places
    )


def _respectively(read: Read, number: Number) -> str | None:
    """The place of a number in "Russia and Zimbabwe followed with 20 and 18 tonnes"."""
    run = _run(read, number)
    if len(run) < 2:
        return None
    places = [p for p in read.places if p.end <= run[0].start]
    chain = places[-1:]
    for item in reversed(places[:-1]):
        if not _AND.search(read.text[item.end : chain[0].start]) or len(read.text[item.end : chain[0].start]) > 12:
            break
        chain.insert(0, item)
    return chain[run.index(number)].code if len(chain) == len(run) else None


def _run(read: Read, number: Number) -> list[Number]:
    """Numbers of one kind joined by commas and "and"."""
    alike = [n for n in read.numbers if n.kind == number.kind]
    if number not in alike:
        return []
    at = alike.index(number)
    first = last = at
    while first > 0 and _JOINED.fullmatch(read.text[alike[first - 1].end : alike[first].start]):
        first -= 1
    while last + 1 < len(alike) and _JOINED.fullmatch(read.text[alike[last].end : alike[last + 1].start]):
        last += 1
    return alike[first : last + 1]


_JOINED = re.compile(r",? ?(?:and |, )?(?:about |some )?")


def each(read: Read, number: Number) -> tuple[str, ...]:
    """Return the places a number is given for: "Brazil and Israel follow with 20,000 tonnes each"."""
    text = read.text
    if not _EACH.search(text[number.end :]) and not re.search(
        r"\beach (?:\w+ ){0,3}$|\b(?:level|tied|neck and neck|equal)\b[^.;]{0,16}$", text[: number.start]
    ):
        return ()
    before = [p for p in read.places if p.end <= number.start]
    chain = before[-1:]
    for item in reversed(before[:-1]):
        if not _AND.fullmatch(text[item.end : chain[0].start]):
            break
        chain.insert(0, item)
    return tuple(dict.fromkeys(p.code for p in chain))


def _near(read: Read, number: Number) -> str | None:
    """The place a number stands beside: the subject before it, else right after it ("9 million from Türkiye")."""
    text = read.text
    others = [n for n in read.numbers if n.kind == number.kind and n is not number]
    held = [n.end for n in others if n.end <= number.start and not _tied(text, n, number)]
    previous = max(held, default=0)
    start = max(previous, clause(text, number.start)[0])
    inside = [item for item in read.places if start <= item.start and item.end <= number.start]
    close = [item for item in inside if BESIDE.fullmatch(text[item.end : number.start])]
    inside = [item for item in inside if not elsewhere(read, item)]
    bare = [item for item in inside if not _PREPOSED.search(text[max(0, item.start - 10) : item.start])]
    after = _following(read, number, others)
    for found in (close[-1:], bare[-1:], [after] if after else [], inside[-1:]):
        if found:
            return found[0].code
    if re.match(r"[^.;,\d]{0,48}\bthere\b", text[number.end :]) and not inside and read.context.place:
        return read.context.place
    if held and not inside:
        # "5 in 2024 and 6 in 2025" are of one subject
        gap = text[max(held) : number.start]
        earlier = [item for item in read.places if item.end <= max(held) and not elsewhere(read, item)]
        if earlier and re.fullmatch(r"[^;]{0,60}", gap) and not _WORLD.search(gap):
            return earlier[-1].code
    if not inside and text[start:].startswith(" and "):
        # "Congo holds half of the reserves and digs three quarters of the ore": one subject
        earlier = [item for item in read.places if item.end <= start and not elsewhere(read, item)]
        bare = [i for i in earlier if not _PREPOSED.search(text[max(0, i.start - 10) : i.start])]
        if earlier:
            return (bare or earlier)[-1].code
    if re.search(r"\b(?:the|this|that) (?:whole )?(?:continent|region)\b", text[start : number.start]) and not inside:
        earlier_areas = [item.code for item in read.areas if item.end <= number.start]
        area = earlier_areas[-1] if earlier_areas else read.context.area
        if area:
            return area
    latter = _LATTER.search(text, start, number.start)
    if latter and len(read.context.places) >= 2:
        return read.context.places[-1 if latter[1].casefold() == "latter" else -2]
    if _BACK.search(text[start : number.start]):
        earlier = [item for item in read.places if item.end <= start and not elsewhere(read, item)]
        return earlier[-1].code if earlier else read.context.place
    return None


_LATTER = re.compile(r"\bthe (former|latter)\b", re.I)


_WORLD = re.compile(r"\b(?:world|global)", re.I)


def _following(read: Read, number: Number, others: list[Number]) -> Mention | None:
    for item in read.places:
        gap = read.text[number.end : item.start]
        crossed = number.kind != "share" and any(
            n.kind == "share" and number.end <= n.start < item.start for n in read.numbers
        )
        if item.start >= number.end and not crossed and not any(number.end <= n.start < item.start for n in others):
            if re.fullmatch(r" (?:per cent )?", gap) and number.kind == "share":
                return item  # "79 percent Chinese"
            good = len(gap) < 80 and _AFTER.fullmatch(_undated(gap)) and not _then(read, item)
            return item if good else None
    return None


def _then(read: Read, item: Mention) -> bool:
    """Whether a place is followed by a number of its own, and so is not the one before's: "87 Mt of it, China 5 Mt"."""
    return any(
        0 <= n.start - item.end < 12 and BESIDE.fullmatch(read.text[item.end : n.start]) for n in read.numbers
    )


def _undated(gap: str) -> str:
    gap = re.sub(r" of (?:last year['’]s|this year['’]s|the|all|some|its) [\d.,]+ (?:million )?(?:tonnes|tons|t|"
        r"kt|kg)\b", "", gap)
    bare = re.sub(r",? (?:or |about |some )*[\d.,]+ (?:million |thousand )?(?:tonnes|tons|t|kt|kg|"
        r"carats),?(?= )", "", gap)
    return re.sub(r"\b(?:in|for|during) (?:19|20)\d\d\b|\blast year\b", "", bare).replace("  ", " ")


def _tied(text: str, first: Number, last: Number) -> bool:
    """Whether two numbers of one kind are of one subject: "from 10 to 3.8 million", "67,000 of 85,000"."""
    gap = text[first.end : last.start]
    return len(gap) < 60 and re.fullmatch(
        r"[^,;.]{0,24}\b(?:to|out of|of)\b[^,;.\d]{0,24}|,? (?:up|down|after|from|against|compared with|"
        r"as against)\b[^;.]{0,40}",
        gap,
    ) is not None  # fmt: skip


def elsewhere(read: Read, item: Mention) -> bool:
    """Whether a place is no subject: where something goes, or what something is compared with."""
    before = read.text[max(0, item.start - 40) : item.start].rstrip()
    if re.match(r"['’]s \d", read.text[item.end : item.end + 6]):
        return False
    return _NOT_SUBJECT.search(before) is not None and not read.text[item.end : item.end + 8].startswith(", which")


def _from_these(read: Read, number: Number) -> tuple[str, ...]:
    """Places a share comes from together: "four fifths of it come from China, Russia and Tajikistan"."""
    text = read.text
    start, end = clause(text, number.start)
    behind = [p for p in read.places if number.end <= p.start < end]
    if number.kind != "share" or len(behind) < 2 or any(start <= p.start < number.start for p in read.places):
        return ()
    if any(n.start > number.end for n in read.numbers if n.start < end):
        return ()
    if not re.search(r"\b(?:from|in|by)(?: the| just \w+ \w+,)? $", text[: behind[0].start]):
        return ()
    chain = behind[:1]
    for item in behind[1:]:
        if not _AND.fullmatch(text[chain[-1].end : item.start]):
            break
        chain.append(item)
    return tuple(dict.fromkeys(p.code for p in chain)) if len(chain) > 1 else ()


def _grouped(read: Read, number: Number) -> tuple[tuple[str, ...], ...]:
    """Readings of "together these neighbours", "together they": the last places spoken of, without their number."""
    before = read.text[: number.start]
    if number.kind == "price" or any(item.start < number.start for item in read.places):
        return ()
    if not _TOGETHER.search(before):
        return ()
    recent = read.context.places
    return tuple(recent[-count:] for count in (2, 3, 4) if len(recent) >= count)


_TOGETHER = re.compile(
    r"\b(?:together|combined|jointly|between them|these|those)\b[^.;]{0,40}\b(?:they|neighbours|countries|states|"
    r"producers|"
    r"nations|hold|mine|account|represent|supply|make|produce|dig|refine)\b", re.I,
)  # fmt: skip


def joint(read: Read, number: Number) -> tuple[str, ...]:
    """Return places counted together: named in the sentence, or the last ones spoken of ("the three of them")."""
    text = read.text
    before = tuple(dict.fromkeys(item.code for item in read.places if item.start < number.start))
    if number.kind == "price":
        return ()
    first = min((n.start for n in read.numbers if n.kind == number.kind), default=0)
    apart = any(item.start > first for item in read.places if item.start < number.start)
    if len(before) >= 2 and _JOINT.search(text) and not apart:
        return before
    group = _GROUP.search(text[: number.start])
    if group is None or (len(before) >= 1 and not re.search(r"\btogether\b|\badd\b", text, re.I)):
        return ()
    count = _COUNTS[group["n"].casefold()]
    recent = read.context.places
    return recent[-count:] if len(recent) >= count and not before else ()
