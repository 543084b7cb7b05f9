"""Ranks and comparisons in a sentence."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from ytterby.studies.claims.context import Read
from ytterby.studies.claims.fractions import spelt
from ytterby.studies.claims.quantities import Number
from ytterby.studies.claims.record import Test, Wording
from ytterby.studies.claims.subjects import clause, material_at, over, place_at, refined, stage_at, year_at

#: An order of former times.
PAST = re.compile(r"\b(?:once|formerly|previously|used to be|long|until \w+|had been)\b[^.;]{0,20}$", re.I)
Made = tuple[Test, tuple[Wording, ...]]
_ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "2nd": 2,
    "3rd": 3,
    "4th": 4, "5th": 5,
             "two": 2, "three": 3, "four": 4, "1": 1, "2": 2, "3": 3, "one": 1}  # fmt: skip
_ORD = r"(?P<ord>second|third|fourth|fifth|sixth|seventh|eighth|2nd|3rd|4th|5th)"
_LARGEST = re.compile(
    rf"(?:\b{_ORD}[- ])?\b(?P<sup>largest|biggest|top|leading|foremost|most important|number[- ]one|No\. 1)\b"
    r"(?P<of>(?: [\w'’.-]+){0,4}?)[ -](?P<what>producers?|miners?|refiners?|suppliers?|makers?|holders?|smelters?|"
    r"mining (?:country|nation|state)|producing (?:country|nation|state)|manufacturers?|processors?|separators?|"
    r"reserves|deposits|output|production|sources?)\b", re.I,
)  # fmt: skip
_CAME = re.compile(rf"\b(?:(?:came|comes|ranks?|ranked|is|was|stands?|stood|placed) (?:in at |in |a distant |a close )?"
    rf"{_ORD}(?: place)?\b"
    r"(?! (?:largest|biggest|to none|time|quarter|half))"
                   r"|(?:world|global|the)(?:['’]s)? (?:number|no\.) (?P<no>one|two|three|four|[1-4])\b|"
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
    r"in (?:19|20)\d\d with\b))|\b(?:is|are|was|were|remains?) (?:led|headed|topped) by(?P<by>[^.;]{0,40})|"
    r"\b(?:takes?|took|holds?|occup\w+) (?:the )?(?:first place|top spot|pole position|number[- ]one spot)", re.I,
)  # fmt: skip
_THEN = re.compile(r"\b(?:followed|trailed)(?: at a distance| closely| distantly)? by\b|\bthen (?:comes?|came|"
    r"follow\w*)\b", re.I)
_NEXT = re.compile(r"\b(?:was|is|came|comes|ranks|ranked) next\b|\b(?:follows|followed)(?: (?:with|on|at)\b|"
    r"[.,;]|$)", re.I)
_BEHIND = re.compile(rf",? (?:(?:was|is|in|as|a|distant|close|came|comes|at) )*{_ORD}\b", re.I)
_ANOTHER = re.compile(r"[- ]?(?:largest|biggest|most|time|quarter|half|year|month|phase|to none)", re.I)
_TOP = re.compile(r"\b(?:remains?|are|is|was|were) (?:still |by far |"
    r"also )*the (?:world['’]s )?"
    rf"(?:{_ORD}[- ])?(?P<sup>largest|biggest)"
                  r"(?= in the world| worldwide| of all| anywhere| on earth|[.,;]|$)", re.I)  # fmt: skip
_LIMITED = re.compile(r"\b(?:one of|among) the\b|\b(?:myth|hoax|untrue|fiction)\b|\b(?:often|once|long|"
    r"sometimes|still) (?:called|named|known|"
    r"dubbed|touted)\b|\boutside (?:of )?(?:China|the)|\b(?:in|of) (?:Europe|Africa|Asia|Latin America|"
    r"South America|North America|"
                      r"the (?:EU|European Union|West|Americas|region|country|Western world|hemisphere))\b|"
                      r"\bEurope['’]s\b|\bAfrica['’]s\b|\bthe country['’]s largest|"
                      r"\b(?:export|import)ers?\b|\bof (?:these|those|its)\b|\blargest (?:(?:buyer|consumer|"
                      r"mine|company|user|customer|source|employer)s?\b|miner by)|\btrading partner|"
                      r"\blisted\b|\bWestern\b", re.I)  # fmt: skip
_MORE = re.compile(
    r"\b(?:(?P<factor>twice|double|\d{1,3}(?:\.\d)? times|\w+ times|"
    r"half) (?:as (?:much|many|"
    r"large|big)|the|what)\b|"
    r"(?P<more>more(?! than (?:(?:twice|double|half|three|four|five|ten|a|one|two)\b|\d))|larger|bigger|higher|"
    r"greater)\b|(?P<less>less|fewer|smaller|"
    r"lower)\b)(?P<gap>[^.;]{0,60}?)\b(?:than|as)\b"
    r"(?P<rest>[^.;]{0,60})", re.I,
)  # fmt: skip
_TIMES_THOSE = re.compile(
    r"\b(?P<factor>twice|double|half|\d{1,3}(?:\.\d)? times|\w+ times) (?:those|that|the size|the output|the reserves|"
    r"the production) of\b"
    r"(?P<rest>[^.;]{0,40})",
    re.I,
)
_PASSED = re.compile(r"\b(?:(?P<more>overtook|overtakes|overtaken|passed|passes|beats?|edged? out|surpass\w*|"
    r"out-?min\w+|out-?produc\w+|"
    r"exceed\w*|outstrip\w*|outpac\w*|(?:well |far |just )?ahead of|"
                     r"dwarfs?|eclips\w+)|(?P<less>(?:well |far |just )?behind|trails?|trailed|"
                     r"lags?(?: behind)?|lagged(?: behind)?))\b(?P<rest>[^.;]{0,40})", re.I)  # fmt: skip
_FACTORS = {
    "twice": 2.0,
    "double": 2.0,
    "half": 0.5,
    "fifteen times": 15.0,
}
def ranks(read: Read) -> list[Made]:
    """Return a test for each place in an order: the largest, the second-largest, came third."""
    text = read.text
    if _LIMITED.search(text):
        return []
    made: list[Made] = []
    for found in [*_LARGEST.finditer(text), *_TOP.finditer(text), *_CAME.finditer(text)]:
        groups = found.groupdict()
        word = groups.get("ord") or groups.get("spot") or groups.get("no")
        value = _ORDINALS.get(word.casefold(), 1) if word else 2 if groups.get("second") else 1
        if groups.get("sup", "").casefold() in ("leading", "top", "most important", "foremost") and not re.search(
            r"\b(?:the|world['’]s|is|by far the)\s*$", text[max(0, found.start() - 10) : found.start()]):  # fmt: skip
            continue
        test = _ranked(read, found, value)
        past = PAST.search(text[max(0, found.start() - 30) : found.start()])
        if test is not None and not past:
            made.append((test, ()))
    made = [*made[:2], *_listed(read)]
    if not any(test.value == 1 for test, _ in made):
        made = _first(read) + made
    return [*made, *_followers(read, made)]


def _first(read: Read) -> list[Made]:
    for found in _FIRST.finditer(read.text):
        told = "rest" if found["rest"] else "by"
        behind = [p for p in read.places if found[told] and found.start(told) <= p.start]
        test = _ranked(read, found, 1, behind[0].code if behind else None)
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
        test = _ranked(read, found, _ORDINALS[found["ord"].casefold()])
        if test is not None:
            made.append((replace(test, place=(place.code,)), ()))
    return made


def _ranked(read: Read, found: re.Match[str], value: int, told: str | None = None) -> Test | None:
    text = read.text
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
        if p.start >= found.end() and re.search(r"\bis(?: the)? $", text[max(0, p.start - 8) : p.start])
    ]
    place = after[0].code if after and not [p for p in read.places if p.start < found.start()] else place
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
    return Test(
        "rank", material, product, stage, "reserves" if holds else "production", (place,), year=year, value=float(value)
    )


def stage_of(read: Read, found: re.Match[str], material: str, product: str | None, what: str = "") -> str | None:
    """Return the stage an order or a change is of: its product's, its word's, the one named, or the one spoken of."""
    if product == "sponge":
        return "refining"
    if "miner" in what:
        return "mine"
    if "refiner" in what:
        return refined(material, "refining")
    near = Number("share", 0.0, found.start(), found.end(), "")
    named = stage_at(read, near.start, near.end)
    if named is None and read.context.material == material and not re.search(r"\bproduc", what or read.text):
        named = read.context.stage
    return refined(material, named)


def comparisons(read: Read) -> list[Made]:
    """Return a test for each place set beside another."""
    made: list[Made] = []
    if re.search(r"\b(?:no|every|any) (?:other )?(?:country|one|state|nation|producer)\b|\bthe only\b|"
                 r"\bonly (?:country|one|producer)\b", read.text, re.I):
        return made
    ordered = bool(ranks(read))
    for found in [*_MORE.finditer(read.text), *_TIMES_THOSE.finditer(read.text), *_PASSED.finditer(read.text)]:
        if ordered and re.search(r"ahead|behind|trail|lag", found[0], re.I):
            continue  # "the second-largest, behind Chile" is the rank told again
        groups = found.groupdict()
        at = found.start("rest")
        behind = [p for p in read.places if at <= p.start < at + 45]
        before = [p for p in read.places if p.start < found.start()]
        if not behind or re.match(r"\s*(?:\d|half|a |one |two |in )", groups["rest"]):
            continue
        inside = [p for p in read.places if found.start() <= p.start < at]
        left = (
            inside[0].code
            if inside and not before
            else before[-1].code
            if before and not groups.get("gap", "")
            else (before[0].code if before else read.context.place)
        )
        material = material_at(read, found.start())
        code = material.code if material else read.context.material
        if code is None or left is None or left == behind[0].code:
            continue
        if re.search(
            r"\b(?:in the ground|resources|exports?|imports?|people|money|power|influence|demand|consum\w+|"
            r"poor|rich)\b",
            read.text[found.start() : at + 45],
        ):
            continue
        test = _compared(read, found, left, behind[0].code, code, material.product if material else None)
        if test is not None:
            made.append((test, ()))
    return made[:2]


def _compared(
    read: Read, found: re.Match[str], left: str, right: str, material: str, product: str | None
) -> Test | None:
    groups = found.groupdict()
    start, end = clause(read.text, found.start())
    part = read.text[start:end] + read.text[found.start() : found.end()]
    holds = "reserves" in part or (
        read.context.measure == "reserves" and not re.search(r"\bproduc|\bmine|\bmining|output", part)
    )
    says = (
        holds
        or re.search(
            r"\b(?:produc|min(?:e|ing)|output|refin|suppl|smelt|out-?min|out-?produc|overtook|overtak|"
            r"surpass|sponge)",
            read.text,
        )
        or read.numbers
    )
    if not says and read.context.measure is None:
        return None
    word = (groups.get("factor") or "").casefold()
    factor = float(word.split()[0]) if word[:1].isdigit() else _FACTORS.get(word) or spelt(word.split(" ")[0])
    if word and factor is None:
        return None
    beyond = re.search(r"\b(?:more than|over)\s*$", read.text[: found.start()])
    relation = (">" if beyond else "about") if factor else "<" if groups.get("less") else ">"
    stage = "mine" if holds else stage_of(read, found, material, product)
    measure = "reserves" if holds else "production"
    year = year_at(read, found.start(), found.end())
    return Test(
        "comparison", material, product, stage, measure, (left,), (right,), year=year, relation=relation, value=factor
    )
