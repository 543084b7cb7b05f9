"""Rises and falls of output, reserves and prices in a sentence."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from ytterby.studies.claims.context import Read, years
from ytterby.studies.claims.fractions import fractions
from ytterby.studies.claims.places import elsewhere
from ytterby.studies.claims.propose_flows import goods, side_of
from ytterby.studies.claims.propose_trade import RELIES as _RELIES
from ytterby.studies.claims.record import Test, Wording
from ytterby.studies.claims.subjects import clause, main_place, material_at, over, stage_of

Made = tuple[Test, tuple[Wording, ...]]
_SHARE = re.compile(r"\bshare\b(?! (?:price|of (?:GDP|exports)))")
_MOVED = re.compile(
    r"\b(?:(?P<up>rose|risen|rising(?= (?:to|from|by|\d|steadily|sharply|again))|grew|grown|climbed|increased|"
    r"increases|jumped|surged|soared|rallied|"
    r"went up|edged up|went(?= from)|(?<!dug )(?<!dig )(?<!digs )(?<!made )(?<!make )(?<!makes )up(?= (?:from|on|"
    r"by|\d|a (?:third|quarter|fifth|half)|an eighth|about|some|around|nearly|almost|roughly|more than|over))|"
    r"doubled|doubling|tripled|tripling|trebled|quadrupled|quintupled|gained|climbing|growing|increasing|"
    r"jumping|soaring|"
    r"surging|swelled|ballooned|shot up|picked up|rebounded|grow|(?:rais|boost|lift|expand)(?:ed|es|"
    r"ing)(?= (?:its|their|the|\w+) \w+)|(?:got|became|become|grew) dearer|"
    r"more expensive|expanded|(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )recovered(?! (?:as|from|in))|"
    r"(?:higher|more|greater) than the(?= [\d,.]+[^.;,]{0,24} (?:of|in) (?:19|20)\d\d)|"
    r"(?:higher|more|greater|dearer) than (?:in|a year|the year|last year|the previous)|"
    r"(?:an? (?:\w+ )?(?:increase|rise|jump|gain|growth|surge)|a (?:plus|leap)) of(?= )|"
    r"(?:increase|rise|jump|growth|surge) (?:of|by)(?= (?:about |some |around |nearly |over |more than )?(?:\d|a |an |"
    r"one|two|three|four|five|six|seven|eight|nine|ten)))|"
    r"(?P<down>slipped|edged down|eased|lost|fell|fallen|"
    r"falling|dropped|declined|declining|dropping|sliding|slipping|shrinking|plunging|halving|dipped|sank|receded|"
    r"decreased|slid|shrank|went down|was cut|fell back|(?:cut|reduced|slashed|lowered)(?= (?:its|their) \w+)|"
    r"(?:got|became|become) cheaper|"
    r"down(?= (?:from|on|by|\d|a (?:third|quarter|fifth|half)|about|some|around|nearly|almost|roughly|more than|over))|"
    r"plunged|halved|slumped|tumbled|crashed|collapsed|contracted|"
    r"(?:lower|less|fewer) than the(?= [\d,.]+[^.;,]{0,24} (?:of|in) (?:19|20)\d\d)|"
    r"(?:lower|less|fewer|cheaper) than (?:in|a year|the year|last year|the previous)|"
    r"(?:an? (?:\w+ )?(?:decrease|decline|drop|fall|reduction|slump|dip)|a minus) of(?= )|"
    r"(?:decline|drop|fall|decrease) (?:of|by)(?= (?:about |some |around |nearly |over |more than )?(?:\d|a |"
    r"an |one|two|"
    r"three|four|five|six|seven|eight|nine|ten)))|(?P<level>unchanged|(?:was|were|stayed|remained|held) (?:flat|"
    r"level|steady|"
    r"stable|constant)|"
    r"stagnat(?:ed|es|ing)|(?:stayed|remained|held)(?: steady| stable| flat| unchanged)? at(?= (?:about |"
    r"some )?\d)|(?:has|have|had|did) not (?:moved|changed|change|move|budged?)))\b", re.I,
)  # fmt: skip
_SUBJECT = re.compile(
    r"\b(?:output|production|mining|mined|price[sd]?|reserves|produc\w+|refin\w+|oxide|supply)\b", re.I
)
_NOT_SUBJECT = re.compile(r"\b(?:demand|share price|shares|exports?|imports?|shipments|consumption|stocks|"
    r"capacity|sales|revenue|tension\w*|"
                          r"investment|costs|wages|profit\w*|reliance|dependence|stake|fell (?:to|"
                          r"into) (?!\d|the lowest))\b", re.I)  # fmt: skip


#: Changes within a year, which yearly figures say nothing on.
_SHORT = re.compile(
    r"(?<!announced )(?<!said )(?<!reported )(?<!said on )(?<!told )\b(?:Monday|Tuesday|Wednesday|Thursday|"
    r"Friday|yesterday|"
    r"today|this week|last week|overnight|this month|"
    r"last month|"
    r"(?<!a )quarter(?! of)|first half|second half|(?:in|since|between|from) (?:January|February|March|April|"
    r"June|July|August|"
    r"September|October|November|December)|in May)\b"
)


def first_move(text: str) -> int | None:
    """Return where the first word of a rise or fall stands."""
    found = _MOVED.search(text)
    return found.start() if found else None


def trends(read: Read) -> list[Made]:
    """Return a test for each rise or fall of output, reserves or a price."""
    made: list[Made] = []
    for found in _MOVED.finditer(read.text):
        test = _trend(read, found)
        if test is not None and over(test.year, read.context.today):
            made.append((test, ()))
    return (made or _against(read))[:2]


_AGAINST = re.compile(
    r"(?P<gap>[^.;]{0,30}?),? (?:against|compared (?:with|to)|versus|after)(?: (?:about|some|only|just|around))? $"
)


def _against(read: Read) -> list[Made]:
    """A number set against that of an earlier year: "12,000 tonnes in 2025, against 20,000 a year earlier"."""
    for one, two in pairwise(read.numbers):
        gap = read.text[one.end : two.start]
        year = re.match(r"[^,;.\d]{0,16}?\b(?:in|of) ((?:19|20)\d\d)\b", read.text[two.end :])
        ago = re.match(r"[^,;.\d]{0,16}? (?:a|the) year (?:earlier|before|ago)\b", read.text[two.end :])
        set_against = _AGAINST.fullmatch(gap)
        if one.kind != two.kind or one.kind not in ("mass", "price") or set_against is None or not (year or ago):
            continue
        if re.search(r"\b(?:January|February|March|April|May|June|July|August|September|October|November|"
            r"December)\b", gap):
            continue
        named = material_at(read, one.start)
        code = named.code if named else read.context.material
        price = one.kind == "price"
        place = "WLD" if price else main_place(read)
        if code is None or place is None or one.value == two.value or any(
            one.end <= p.start < two.start for p in read.places
        ):  # fmt: skip
            continue
        measure = "price" if price else "reserves" if "reserves" in read.text else "production"
        stage = None if price else "mine" if measure == "reserves" else stage_of(
            read, set_against, code, named.product if named else None)  # fmt: skip
        last = [at for at, spot in years(read.text, read.context.today) if spot < two.start]
        first = int(year[1]) if year else None
        now = last[-1] if last else None
        return [(Test("trend", code, named.product if named else None, stage, measure, (place,), year=now, since=first,
                      relation=">" if one.value > two.value else "<"), ())]  # fmt: skip
    return []


def _trend(read: Read, found: re.Match[str]) -> Test | None:
    start, end = clause(read.text, found.start())
    part = read.text[start : max(end, found.end())]
    side = side_of(read, found.start())
    relies = _RELIES.search(read.text) is not None
    if _no_trend(read, found, part, bool(side or relies)):
        return None
    named = material_at(read, found.start())
    material = named.code if named else read.context.material
    if material is None or not (_SUBJECT.search(read.text) or read.numbers or (named and not found["level"])):
        return None  # "indium was steady" does not say what was
    price = _of_price(read)
    place = _where(read, found, start, price)
    if place is None:
        return None
    last, first = _span(read, found)
    change, least, most = _change(read, found)
    product = named.product if named else None
    whole = Test("trend", material, product, None, "production", (place,), year=last, since=first,
                 relation="=" if found["level"] else ">" if found["up"] else "<",
                 value=change, low=least, high=most)  # fmt: skip
    if not (side or relies) and _SHARE.search(read.text[start : found.start()]):
        part_of, stage = main_place(read), stage_of(read, found, material, None)
        return None if part_of is None else replace(
            whole, stage=stage, place=(part_of,), value=None, low=None, high=None, unit="%")  # fmt: skip
    level = None if found["level"] else change
    if side and not price:
        return replace(whole, product=goods(read), measure=side, value=None if relies else level)
    if relies and not price:
        return replace(whole, stage="use", measure="net_import_reliance", value=None)
    if re.search(r"\bquotas?\b", part) and not price:
        stage = stage_of(read, found, material, None) or read.context.stage or "mine"
        return replace(whole, product=None, stage=stage, measure="quota")
    return _of_output(read, found, part, replace(whole, value=level), price)


def _no_trend(read: Read, found: re.Match[str], part: str, traded: bool) -> bool:
    """Whether the word moves nothing that is counted: "up to", a rank, a subject that is no mineral."""
    text, following = read.text, read.text[found.end() : found.end() + 24]
    back = re.match(r" to (?:about |some )?[\d.,]+[^.;,]{0,24}? from\b", text[found.end() : found.end() + 60])
    aside = re.match(r" (?:to|below|under|above|over|short|into|in love|for|victim|on) ?", following)
    folds = found[0].casefold()[:5] in _FOLD
    if aside and not back and not folds and not re.match(r" (?:for|on) (?:the|a) ", following):
        return True
    if _SHORT.search(part) or (_NOT_SUBJECT.search(part) and not traded):
        return True
    return re.match(r"[^.;,]{0,20}\b(?:table|ranking|list|place|league)\b", following) is not None


def _of_price(read: Read) -> bool:
    """Whether the sentence speaks of a price, or the text before it does and this one of nothing else."""
    if re.search(r"\bprices?\b|USD|\$|dollars|\b(?:dearer|cheaper|expensive)\b", read.text, re.I):
        return True
    other = re.search(r"\b(?:output|production|mining|mined|reserves)\b", read.text, re.I)
    return read.context.measure == "price" and not other


def _where(read: Read, found: re.Match[str], start: int, price: bool) -> str | None:
    """Whose figure moves: the world's for a price, or where no place is named or meant."""
    if price or (read.world and not read.places):
        return "WLD"
    meant = read.places or read.world or re.search(r"\b(?:its|their|the country)\b", read.text) or read.context.place
    return _mover(read, found, start) if meant else "WLD"


def _of_output(read: Read, found: re.Match[str], part: str, whole: Test, price: bool) -> Test | None:
    """The test of a price, of reserves or of output."""
    text, relation = read.text, whole.relation
    if found[0].casefold() == "went":
        pair = [n.value for n in read.numbers if n.start > found.start()][:2]
        if len(pair) < 2:
            return None
        relation = "=" if found["level"] else ">" if pair[1] > pair[0] else "<"
    follows = read.context.measure == "reserves" and not re.search(r"\b(?:output|produc|min(?:e|ing)|refin)", part)
    measure = "price" if price else "reserves" if "reserves" in part or follows else "production"
    product = "oxide" if price and re.search(r"\boxide\b", text) else whole.product
    material = whole.material or ""
    stage = None if price else "mine" if measure == "reserves" else stage_of(read, found, material, product)
    told = replace(whole, product=product, stage=stage, measure=measure, relation=relation)
    slight = _SLIGHT.search(text[max(0, found.start() - 12) : found.end() + 20])
    untold = _change(read, found) == (None, None, None)
    return replace(told, high=5.0) if slight and untold else told


def _mover(read: Read, found: re.Match[str], start: int) -> str | None:
    """The place whose output moves: the last subject before the word in its clause, else the sentence's."""
    before = [p for p in read.places if start <= p.start < found.start() and not elsewhere(read, p)]
    bare = [p for p in before if not re.search(r"\b(?:to|for|at|by|with)(?: the)? $", read.text[: p.start])]
    joined = re.search(r"\b(?:and|as well as|both)\b", read.text[start : found.start()])
    return bare[-1].code if bare and not joined else main_place(read)


_SLIGHT = re.compile(r"\b(?:edged|slightly|a touch|marginal\w*|inched|a little|a shade|barely)\b", re.I)
_FOLD = {"doubl": 100.0, "tripl": 200.0, "trebl": 200.0, "quadr": 300.0, "quint": 400.0, "halve": 50.0, "halvi": 50.0}


def _change(read: Read, found: re.Match[str]) -> tuple[float | None, float | None, float | None]:
    """The change [%] a word or a number beside it tells, and its least and most where these are told apart."""
    value = _FOLD.get(found[0].casefold()[:5])
    near = [n for n in read.numbers if n.kind == "share" and 0 <= n.start - found.end() < 30]
    near = near or [n for n in read.numbers if n.kind == "share" and 0 <= found.start() - n.end < 4]
    parts = [] if near else [f for f in fractions(read.text) if 0 <= f.start - found.end() < 24]
    if value is None and parts and (by := _BY.fullmatch(read.text[found.end() : parts[0].start])):
        return _part_of(100.0 * parts[0].value, by["how"])
    if value is None:
        if not near:
            return None, None, None
        value, relation = near[0].value, near[0].relation
        if near[0].low is not None or near[0].high is not None:
            return None, near[0].low, near[0].high
        nearly = False
    else:
        before = read.text[max(0, found.start() - 20) : found.start()]
        relation = ">" if re.search(r"\bmore than(?: \w+)? $", before) else "="
        nearly = re.search(r"\b(?:nearly|almost|all but|about|roughly|more or less)(?: \w+)? $", before) is not None
    if relation == ">":
        return None, value, None
    if relation == "<":
        return None, None, value
    if nearly:
        return None, value * 0.8, value * 1.1
    return (None, value * 0.85, value * 1.25) if found[0].casefold()[:5] in _FOLD else (value, None, None)


#: "By a third", "by more than two fifths".
_BY = re.compile(r" by (?P<how>(?:about|some|around|almost|nearly|over|roughly|more than|less than|well over|just over|"
                 r"a good) )?(?:an? )?", re.I)  # fmt: skip


def _part_of(value: float, how: str | None) -> tuple[float | None, float | None, float | None]:
    """A change by a part [%], which is a round number, and its least and most as the word before it has them."""
    word = (how or "").strip().casefold()
    if word in ("over", "more than", "well over", "just over", "a good"):
        return None, value, None
    if word == "less than":
        return None, None, value
    return (None, 0.8 * value, 1.05 * value) if word in ("almost", "nearly") else (None, 0.85 * value, 1.15 * value)


def _span(read: Read, found: re.Match[str]) -> tuple[int | None, int | None]:
    """The last and first year of a change: "from 2022 to 2024", "in 2024, up from … in 2023", "in 2025"."""
    named = years(read.text, read.context.today)
    pair = re.search(r"\b(?:from|between) ((?:19|20)\d\d) (?:to|and) ((?:19|20)\d\d)", read.text)
    if pair:
        return int(pair[2]), int(pair[1])
    since = re.search(r"\bsince ((?:19|20)\d\d)", read.text, re.I)
    if since:
        return None, int(since[1])
    base = re.search(r"\b(?:than in|than|compared with|over|on|from|than the [^.;,]{3,30} (?:of|in)) ((?:19|"
        r"20)\d\d)\b", read.text[found.start() :])
    if base:
        later = [year for year, _ in named if year > int(base[1])]
        return (later[0] if later else None), int(base[1])
    distinct = list(dict.fromkeys(year for year, _ in named))
    if len(distinct) == 2 and re.search(r"\b(?:from|than in|on|over)\b", read.text[found.start() : found.end() + 40]):
        return max(distinct), min(distinct)
    return (distinct[0] if distinct else None), None
