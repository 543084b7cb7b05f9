"""Ranks and comparisons in a sentence."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from ytterby.studies.claims.context import Read
from ytterby.studies.claims.propose_flows import goods
from ytterby.studies.claims.propose_scope import Scope, scope_of, traded, without
from ytterby.studies.claims.record import Test, Wording
from ytterby.studies.claims.subjects import material_at, over, place_at, stage_of, year_at

#: An order of former times.
PAST = re.compile(r"\b(?:once|formerly|previously|used to be|long|until \w+|had been)\b[^.;,]{0,20}$", re.I)
Made = tuple[Test, tuple[Wording, ...]]
_ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "2nd": 2,
    "3rd": 3,
    "4th": 4, "5th": 5,
             "two": 2, "three": 3, "four": 4, "1": 1, "2": 2, "3": 3, "one": 1, "five": 5, "six": 6}  # fmt: skip
_ORD = r"(?P<ord>second|third|fourth|fifth|sixth|seventh|eighth|2nd|3rd|4th|5th)"
_LARGEST = re.compile(
    rf"(?:\b{_ORD}[- ])?\b(?P<sup>largest|biggest|top|leading|foremost|most important|number[- ]one|No\. 1)\b"
    r"(?P<of>(?: [\w'’.-]+){0,4}?)[ -](?P<what>producers?|miners?|refiners?|suppliers?|makers?|holders?|smelters?|"
    r"mining (?:country|nation|state)|producing (?:country|nation|state)|manufacturers?|processors?|separators?|"
    r"reserves|deposits|output|production|sources?|exporters?|importers?|buyers?|sellers?|shippers?|customers?|"
    r"purchasers?|destinations?|mining industry)\b", re.I,
)  # fmt: skip
_CAME = re.compile(rf"\b(?:(?:came|comes|ranks?|ranked|is|was|stands?|stood|placed) (?:in at |in |a distant |a close )?"
    rf"{_ORD}(?: place)?\b"
    r"(?! (?:largest|biggest|to none|time|quarter|half))"
                   r"|(?:(?<=world )|(?<=global )|(?<=the )|(?<=['’]s )|(?<=, )|(?<= it )|(?<=remained )|"
                   r"(?<=remains )|(?<= as )|"
                   r"(?<= is )|(?<= was )|(?<=still ))(?:number|no\.) (?P<no>one|two|three|five|six|"
                   r"four|[1-4])\b|"
                   r"(?:fell|dropped|slipped|slid|rose|climbed|moved|jumped|advanced|sank|takes?|took|holds?|"
                   r"held|keeps?|kept|"
                   r"claims?|claimed|occup\w+)(?: back| up| down)? (?:to |into |on to )?(?:the )?(?P<own>second|"
                   r"third|fourth|fifth|"
                   r"sixth|seventh|eighth)(?= (?:place|spot|position|rank|in|with|behind|among|worldwide|"
                   r"globally)|[,.;]|$)|"
                   r"['’]s (?P<rank>second|third|fourth) (?=(?:producer|miner|refiner|supplier|exporter|holder))|"
                   r"(?P<second>second only to|(?:is|was|are|were|remains|as|the) runners?-up)|(?:is|was|"
                   r"remains) (?P<head>first)(?=[,.;]| in\b)|"
                   r"(?:to|into|in|at|on) (?P<spot>first|second|third|fourth|fifth) (?:place|spot|position|rank)|"
                   r"(?P<tops>tops the (?:list|table|ranking)|leads the world|is the world leader|"
                   r"ranks first|comes first|came first))", re.I)  # fmt: skip
#: "No country mines more than", "more than any other country", "outproduces every other".
_FIRST = re.compile(
    r"\b(?:no (?:other )?(?:country|state|nation|one|producer|place)|nobody|nowhere)\b(?: \w+){0,4}? (?:more|"
    r"larger|bigger|"
    r"greater)\b[^.;]{0,60}?\bthan\b(?P<rest>[^.;]{0,40})|"
    r"\bno (?:other )?(?:country|state|nation|one|producer)\b(?: \w+){0,4}? as (?:much|many|large)\b|"
    r"\b(?:more|larger|bigger|greater|out-?produc\w+|out-?min\w+|exceed\w*|ahead of|surpass\w*)\b[^.;]{0,40}?"
    r"(?:than )?\b(?:any|every|all) (?:other|others)\b(?! \w+ (?:combined|together))|\bmore than (?:anyone|"
    r"anybody) else\b|"
    r"\b(?:leads?|led|tops?|topped|heads?|headed)(?=,? (?:the (?:world|field|list|table|ranking|pack|way|league)|"
    r"with\b|\w+ "
    r"(?:mining|production|output|refining|reserves)|in \w+ (?:mining|production|output|refining)|global|"
    r"in (?:19|20)\d\d with\b|(?:the world )?in (?=[a-z])))|\b(?:is|are|was|were|remains?) (?:led|headed|"
    r"topped) by(?P<by>[^.;]{0,40})|"
    r"\b(?:takes?|took|holds?|occup\w+) (?:the )?(?:first place|top spot|pole position|number[- ]one spot)", re.I,
)  # fmt: skip
_THEN = re.compile(r"\b(?:followed|trailed)(?: at a distance| closely| distantly)? by\b|\bthen (?:comes?|came|"
    r"follow\w*)\b", re.I)
_NEXT = re.compile(r"\b(?:was|is|came|comes|ranks|ranked) next\b|\b(?:follows|followed)(?: (?:with|on|at)\b|"
    r"[.,;]|$)", re.I)
_BEHIND = re.compile(
    rf",? (?:(?:was|is|in|as|a distant|a close|a strong|the|distant|close|came|comes|at|remained|remains|"
    rf"shared) )*(?:{_ORD}|"
    rf"(?P<up>runner-up))\b", re.I
)
_ANOTHER = re.compile(r"[- ]?(?:largest|biggest|most|time|quarter|half|year|month|phase|to none)", re.I)
_TOP = re.compile(r"(?:\b(?:remains?|are|is|was|were|as|or|and)|,) (?:still |by far |easily |"
    r"also )*(?:(?:the|its) (?:world['’]s )?|the \w+['’]s )"
    rf"(?:{_ORD}[- ])?(?P<sup>largest|biggest)"
                  r"(?= (?:in|on) (?:the |all |\w+ )?\w+[,.;]| in the world| worldwide| globally| of all|"
                  r" of any| anywhere| on earth|"
                  r"[.,;]|$)", re.I)  # fmt: skip
#: Said of an order that it is none.
_DENIED = re.compile(
    r"\b(?:myth|hoax|untrue|fiction)\b|\b(?:often|once|long|sometimes|still) (?:called|named|known|dubbed|touted)\b|"
    r"\btrading partner|\blargest (?:(?:consumer|mine|company|user|employer)s?\b|miner by)", re.I,
)  # fmt: skip
_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10}
#: "One of the three largest", "among the top five".
_AMONG = re.compile(
    r"\b(?:one of|among|amongst|in|into|within) (?:the )?(?:world['’]s |global )?(?:top[- ](?P<n>two|three|four|"
    r"five|six|ten|"
    r"\d{1,2})|(?P<m>two|three|four|five|six|ten|\d{1,2}) (?:largest|biggest|top|leading|most important))\b|"
    r"\btop[- ](?P<t>three|four|five|ten|\d{1,2}) (?P<what>producer|miner|refiner|exporter|supplier|holder)\b", re.I,
)  # fmt: skip
_ALONE = re.compile(r"\b(?:Only|only|Just)\b(?P<who>[^.;]{3,60}?)\b(?:more|larger|bigger)\b(?! than)"
                    r"(?:[^.;]{0,60}? than(?: the)? (?P<than>(?=\w)))?")
_BUT = re.compile(
    r"\b(?:behind|trailing|second|third|after|exceeded|surpassed|outdone|topped|beaten|outstripped) only (?:to|"
    r"by)?", re.I
)
_PAIR = re.compile(rf"{_ORD},? (?:and|with) (?P<two>third|fourth|fifth)\b", re.I)


def ranks(read: Read) -> list[Made]:
    """Return a test for each place in an order: the largest, the second-largest, came third."""
    text = read.text
    if _DENIED.search(text):
        return []
    made = _pairs(read) or _alone(read) or _but(read)
    if made:
        return made
    for found in [*_LARGEST.finditer(text), *_TOP.finditer(text), *_CAME.finditer(text)]:
        groups = found.groupdict()
        word = groups.get("ord") or groups.get("rank") or groups.get("spot") or groups.get("no") or groups.get("own")
        value = _ORDINALS.get(word.casefold(), 1) if word else 2 if groups.get("second") else 1
        scope = scope_of(read, found.start(), found.end())
        value += _ahead(read, found.end()) if value == 1 and not word else 0
        if groups.get("sup", "").casefold() in ("leading", "top", "most important", "foremost") and not re.search(
            r"(?:\b(?:the|is|by far the)|['’]s)\s*$", text[max(0, found.start() - 10) : found.start()]):  # fmt: skip
            continue
        test = _ranked(read, found, value, scope=scope) if scope is not None else None
        past = PAST.search(text[max(0, found.start() - 30) : found.start()])
        if test is not None and not past:
            made.append((test, ()))
    made = [*_distinct([*made, *_following(read)])[:2], *_listed(read)]
    if not any(test.value == 1 for test, _ in made):
        made = _first(read) + made
    return [*made, *_followers(read, made)] or _among(read)


_AFTER = re.compile(r"[^.;,\d]{0,60}?,? (?:after|behind)(?: only| both)?(?: the)? ")
_JOINED = re.compile(r",? and(?: the)? |, (?:the )?")


def _ahead(read: Read, at: int) -> int:
    """How many places stand before the one spoken of: "the largest reserves after Chile" is one."""
    found = _AFTER.match(read.text, at)
    chain: list[str] = []
    end = found.end() if found is not None else -1
    for item in read.places:
        if item.start == end or (chain and _JOINED.fullmatch(read.text[end : item.start])):
            chain.append(item.code)
            end = item.end
    return len(set(chain))


_NEXT_LARGEST = re.compile(r"\b[Tt]he next[- ](?:largest|biggest|most important)(?: (?:producer|miner|refiner|"
    r"holder))?\b")


def _following(read: Read) -> list[Made]:
    """ "The next largest, Russia, makes 60,000 tonnes": the second."""
    found = _NEXT_LARGEST.search(read.text)
    test = _ranked(read, found, 2) if found is not None else None
    return [(test, ())] if test is not None and not _NEXT.search(read.text) else []


def _distinct(made: list[Made]) -> list[Made]:
    """One test for each place and rank: two words for one order are one claim."""
    kept: dict[object, Made] = {}
    for one in made:
        kept.setdefault((one[0].place, one[0].value, one[0].measure), one)
    return list(kept.values())


def _among(read: Read) -> list[Made]:
    for found in _AMONG.finditer(read.text):
        word = (found["n"] or found["m"] or found["t"]).casefold()
        value = int(word) if word.isdigit() else _WORDS[word]
        scope = scope_of(read, found.end(), found.end()) or _FREE
        test = _ranked(read, found, value, scope=scope)
        if test is not None and value <= 12:
            return [(replace(test, relation="<="), ())]
    return []


_FREE: Scope = ((), None)


def _alone(read: Read) -> list[Made]:
    """ "Only Chile and Peru produced more": the one spoken of comes third."""
    found = _ALONE.search(read.text)
    if found is None:
        return []
    who = [p.code for p in read.places if found.start("who") <= p.start < found.end("who")]
    earlier = [p.code for p in read.places if p.end <= found.start()]
    beside = [p.code for p in read.places if found["than"] is not None and p.start == found.start("than")]
    place = beside[0] if beside else earlier[0] if earlier else read.context.place
    if not who or place is None or place in who:
        return []
    test = _ranked(read, found, len(dict.fromkeys(who)) + 1, place)
    return [(test, ())] if test is not None else []


def _but(read: Read) -> list[Made]:
    """ "Behind only Chile", "exceeded only by China and Russia"."""
    found = _BUT.search(read.text)
    if found is None or re.match(r"second only", found[0], re.I):
        return []
    behind = [p for p in read.places if found.end() <= p.start < found.end() + 60]
    before = [p for p in read.places if p.end <= found.start()]
    place = before[0].code if before else read.context.place
    if not behind or place is None:
        return []
    chain = behind[:1]
    for item in behind[1:]:
        if not re.fullmatch(r",? and(?: the)? |, (?:the )?", read.text[chain[-1].end : item.start]):
            break
        chain.append(item)
    test = _ranked(read, found, len(chain) + 1, place)
    return [(test, ())] if test is not None else []


def _pairs(read: Read) -> list[Made]:
    """ "Gabon and Ghana take second and third place"."""
    found = _PAIR.search(read.text)
    before = [p for p in read.places if found is not None and p.end <= found.start()]
    if found is None or len(before) < 2:
        return []
    made: list[Made] = []
    for item, word in zip(before[-2:], (found["ord"], found["two"]), strict=True):
        test = _ranked(read, found, _ORDINALS[word.casefold()], item.code)
        made += [(test, ())] if test is not None else []
    return made


def _first(read: Read) -> list[Made]:
    for found in _FIRST.finditer(read.text):
        told = "rest" if found["rest"] else "by"
        behind = [p for p in read.places if found[told] and found.start(told) <= p.start]
        scope = scope_of(read, found.start(), found.end())
        if PAST.search(read.text[max(0, found.start() - 30) : found.start()]):
            continue
        test = _ranked(read, found, 1, behind[0].code if behind else None, scope) if scope is not None else None
        if test is not None and not _OTHER_WORLD.search(read.text):
            return [(test, ())]
    return []


_OTHER_WORLD = re.compile(r"\b(?:export|import|demand|consum|invest|spend|talks?|negotiat|calls?|people|"
    r"delegation)\w*", re.I)


def _followers(read: Read, made: list[Made]) -> list[Made]:
    """Places that come after the first: "followed by China and Chile", "Peru was next"."""
    text = read.text
    first = next((test for test, _ in made if test.type == "rank" and test.value), None)
    found = _THEN.search(text)
    if first is not None and found is not None and first.place:
        behind = [p for p in read.places if p.start >= found.end()]
        chain = behind[:1]
        for one, two in pairwise(behind):
            if not _CHAIN.fullmatch(text[one.end : two.start]):
                break
            chain.append(two)
        start = int(first.value or 1) + 1
        return [(replace(first, place=(p.code,), value=float(at)), ()) for at, p in enumerate(chain, start)]
    after = _NEXT.search(text)
    if after is not None and first is None:
        before = [p for p in read.places if p.start < after.start()]
        earlier = {p.code for p in before}
        apart = len(earlier) == 2 and not _CHAIN.fullmatch(text[before[-2].end : before[-1].start])
        test = _ranked(read, after, 2) if apart else None
        return [(replace(test, place=(before[-1].code,)), ())] if test is not None else []
    return []


_CHAIN = re.compile(r"[^;:]{0,40}?(?:,| and|, and)(?: then| by| the)?\s?")


def _listed(read: Read) -> list[Made]:
    """Places with their rank right behind them: "with Chile second and China third", "Brazil in second place"."""
    made: list[Made] = []
    for place in read.places:
        found = _BEHIND.match(read.text, place.end)
        if found is None or _ANOTHER.match(read.text, found.end()):
            continue
        value = _ORDINALS[found["ord"].casefold()] if found["ord"] else 2
        scope = scope_of(read, found.start(), found.end())
        test = _ranked(read, found, value, scope=scope) if scope is not None else None
        if test is not None:
            made.append((replace(test, place=(place.code,)), ()))
    return made


def _ranked(
    read: Read, found: re.Match[str], value: int, told: str | None = None, scope: Scope = ((), None)
) -> Test | None:
    text = read.text
    trades = traded(read, (found.groupdict().get("what") or "").casefold(), found.start(), found.end())
    read = without(read, (scope[0] if trades is None else (*scope[0], *trades[1]), None))
    named = material_at(read, found.start())
    material = named.code if named else read.context.material
    what = (found.groupdict().get("what") or "").casefold()
    holds = what in ("reserves", "deposits", "holder", "holders") or (not what and (
        "reserves" in text or (
            read.context.measure == "reserves" and not re.search(
                r"\bproduc|\bmin(?:e|ing)|\boutput", text))))  # fmt: skip
    place = place_at(read, found.start()) if read.places else read.context.place
    after = [
        p
        for p in read.places
        if p.start >= found.end()
        and re.search(r"\b(?:is|was|are|were|remains?|remained)(?: the)? $", text[max(0, p.start - 16) : p.start])
    ]
    place = after[0].code if after and not [p for p in read.places if p.start < found.start()] else place
    beside = [p for p in read.places if re.fullmatch(r"(?: (?:of|"
        r"in) [\w -]{2,30})?, (?:the )?", text[found.end() : p.start])
              and p.start >= found.end()]  # fmt: skip
    place = beside[0].code if beside and re.match(r",", text[beside[0].end :]) else place
    place = told or place
    if material is None or place is None or place == "EU27" or re.search(r"\bin both\b", text):
        return None
    several = len({p.code for p in read.places}) > 1 or re.search(r"import|suppl", text)
    if re.search(r"\bsources?\b", what) and several:
        return None
    stage = "mine" if holds else stage_of(read, found, material, named.product if named else None, what)
    year = year_at(read, found.start(), found.end())
    if not over(year, read.context.today):
        return None
    product = named.product if named else None
    if trades is not None:
        return Test("rank", material, goods(read) or product, None, trades[0], (place,), trades[1], year=year,
                    value=float(value))  # fmt: skip
    measure = "reserves" if holds else "production"
    return Test("rank", material, product, stage, measure, (place,), scope[0], year=year, value=float(value),
                action=scope[1])  # fmt: skip
