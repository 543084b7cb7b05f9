"""Ranks, comparisons and trends in a sentence."""

from __future__ import annotations

import re
from dataclasses import replace

from ytterby.studies.claims.context import Read, years
from ytterby.studies.claims.quantities import Number
from ytterby.studies.claims.record import Test, Wording
from ytterby.studies.claims.subjects import clause, main_place, material_at, over, place_at, refined, stage_at, year_at

Made = tuple[Test, tuple[Wording, ...]]
_ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "2nd": 2,
    "3rd": 3,
    "4th": 4, "5th": 5,
             "two": 2, "three": 3, "four": 4, "1": 1, "2": 2, "3": 3, "one": 1}  # fmt: skip
_ORD = r"(?P<ord>second|third|fourth|fifth|sixth|seventh|eighth|2nd|3rd|4th|5th)"
_LARGEST = re.compile(
    rf"(?:\b{_ORD}[- ])?\b(?P<sup>largest|biggest|top|leading|foremost|most important|number[- ]one|No\. 1)\b"
    r"(?P<of>(?: [\w'’.-]+){0,4}?) (?P<what>producers?|miners?|refiners?|suppliers?|makers?|holders?|"
    r"reserves|deposits|output|production|sources?)\b", re.I,
)  # fmt: skip
_CAME = re.compile(rf"\b(?:(?:came|comes|ranks?|ranked|is|was|stands?|stood|placed) (?:in at |in |a distant |a close )?"
    rf"{_ORD}(?: place)?\b"
    r"(?! (?:largest|biggest|to none|time|quarter|half))"
                   r"|(?:world|global|the)(?:['’]s)? (?:number|no\.) (?P<no>one|two|three|four|[1-4])\b|"
                   r"(?P<second>second only to)|"
                   r"(?P<tops>tops the (?:list|table|ranking)|leads the world|is the world leader|"
                   r"ranks first|comes first|came first))", re.I)  # fmt: skip
_BEHIND = re.compile(rf",? (?:(?:was|is|in|as|a|distant|close|came|comes|at) )*{_ORD}\b", re.I)
_ANOTHER = re.compile(r"[- ]?(?:largest|biggest|most|time|quarter|half|year|month|phase|to none)", re.I)
_TOP = re.compile(r"\b(?:remains?|are|is|was|were) (?:still |by far |"
    r"also )*the (?:world['’]s )?(?P<sup>largest|biggest)"
                  r"(?= in the world| worldwide| of all| anywhere| on earth|[.,;]|$)", re.I)  # fmt: skip
_LIMITED = re.compile(r"\b(?:one of|among) the\b|\b(?:myth|hoax|untrue|fiction)\b|\b(?:often|once|long|"
    r"sometimes|still) (?:called|named|known|"
    r"dubbed|touted)\b|\boutside (?:of )?(?:China|the)|\b(?:in|of) (?:Europe|Africa|Asia|Latin America|"
    r"South America|North America|"
                      r"the (?:EU|European Union|West|Americas|region|country|Western world|hemisphere))\b|"
                      r"\bEurope['’]s\b|\bAfrica['’]s\b|\bthe country['’]s largest|"
                      r"\b(?:export|import)ers?\b|\bof (?:these|those|its)\b|\blargest (?:buyer|consumer|"
                      r"mine|company|miner by)|"
                      r"\blisted\b|\bWestern\b", re.I)  # fmt: skip
_MORE = re.compile(
    r"\b(?:(?P<factor>twice|double|\d{1,3} times|three times|four times|five times|ten times|"
    r"half) (?:as (?:much|many|"
    r"large|big)|the|what)\b|"
    r"(?P<more>more(?! than (?:twice|double|half|three|four|five|ten|a|one|two|\d))|larger|bigger|higher|"
    r"greater)\b|(?P<less>less|fewer|smaller|"
    r"lower)\b)(?P<gap>[^.;]{0,60}?)\b(?:than|as)\b"
    r"(?P<rest>[^.;]{0,60})", re.I,
)  # fmt: skip
_TIMES_THOSE = re.compile(
    r"\b(?P<factor>twice|double|half|three times|four times|five times|ten times|\d{1,3} times) (?:those|"
    r"that|the size) of\b"
    r"(?P<rest>[^.;]{0,40})",
    re.I,
)
_PASSED = re.compile(r"\b(?:(?P<more>overtook|overtakes|overtaken|surpass\w*|out-?min\w+|out-?produc\w+|"
    r"exceed\w*|outstrip\w*|outpac\w*|(?:well |far |just )?ahead of|"
                     r"dwarfs?|eclips\w+)|(?P<less>(?:well |far |just )?behind|trails?|trailed|"
                     r"lags?(?: behind)?|lagged(?: behind)?))\b(?P<rest>[^.;]{0,40})", re.I)  # fmt: skip
_FACTORS = {
    "twice": 2.0,
    "double": 2.0,
    "three times": 3.0,
    "four times": 4.0,
    "five times": 5.0,
    "ten times": 10.0,
    "half": 0.5,
}
_MOVED = re.compile(
    r"\b(?:(?P<up>rose|risen|rising|grew|grown|climbed|increased|increases|jumped|surged|soared|rallied|"
    r"went up|edged up|went(?= from)|up(?= (?:from|on|by|\d))|doubled|tripled|gained|"
    r"expanded|recovered|higher than in|more than in)|(?P<down>slipped|edged down|eased|lost|fell|fallen|"
    r"falling|dropped|declined|"
    r"decreased|slid|shrank|went down|"
    r"down(?= (?:from|on|by|\d))|plunged|halved|slumped|tumbled|crashed|collapsed|contracted|lower than in|"
    r"less than in|fewer than in))\b", re.I,
)  # fmt: skip
_SUBJECT = re.compile(
    r"\b(?:output|production|mining|mined|price[sd]?|reserves|produc\w+|refin\w+|oxide|supply)\b", re.I
)
_NOT_SUBJECT = re.compile(r"\b(?:demand|share price|shares|exports?|imports?|shipments|consumption|stocks|"
    r"capacity|sales|revenue|tension\w*|"
                          r"share of|investment|costs?|wages|profit\w*|reliance|dependence|stake|fell (?:to|"
                          r"into) (?!\d|the lowest))\b", re.I)  # fmt: skip


def ranks(read: Read) -> list[Made]:
    """Return a test for each place in an order: the largest, the second-largest, came third."""
    text = read.text
    if _LIMITED.search(text):
        return []
    made: list[Made] = []
    for found in [*_LARGEST.finditer(text), *_TOP.finditer(text), *_CAME.finditer(text)]:
        groups = found.groupdict()
        value = _ORDINALS.get(
            (groups.get("ord") or groups.get("no") or ("second" if groups.get("second") else "1")).casefold(), 1
        )
        if groups.get("sup", "").casefold() in ("leading", "top", "most important", "foremost") and not re.search(
            r"\b(?:the|world['’]s|is|by far the)\s*$", text[max(0, found.start() - 10) : found.start()]):  # fmt: skip
            continue
        test = _ranked(read, found, value)
        if test is not None:
            made.append((test, ()))
    return [*made[:2], *_listed(read)]


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


def _ranked(read: Read, found: re.Match[str], value: int) -> Test | None:
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
    if material is None or place is None or place == "EU27" or re.search(r"\bsources?\b", what):
        return None
    stage = "mine" if holds else _stage(read, found, material, named.product if named else None, what)
    year = year_at(read, found.start(), found.end())
    if not over(year, read.context.today):
        return None
    product = named.product if named else None
    return Test(
        "rank", material, product, stage, "reserves" if holds else "production", (place,), year=year, value=float(value)
    )


def _stage(read: Read, found: re.Match[str], material: str, product: str | None, what: str = "") -> str | None:
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
    if re.search(r"\b(?:no|every|any) (?:other )?(?:country|one|state|nation|producer)\b|\bonly\b", read.text, re.I):
        return made
    for found in [*_MORE.finditer(read.text), *_TIMES_THOSE.finditer(read.text), *_PASSED.finditer(read.text)]:
        groups = found.groupdict()
        at = found.start("rest")
        behind = [p for p in read.places if at <= p.start < at + 45]
        before = [p for p in read.places if p.start < found.start()]
        if not behind or re.match(r"\s*(?:\d|half|a |one |two |in )", groups["rest"]):
            continue
        left = (
            before[-1].code
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
    factor = float(word.split()[0]) if word[:1].isdigit() else _FACTORS.get(word)
    beyond = re.search(r"\b(?:more than|over)\s*$", read.text[: found.start()])
    relation = (">" if beyond else "about") if factor else "<" if groups.get("less") else ">"
    stage = "mine" if holds else _stage(read, found, material, product)
    measure = "reserves" if holds else "production"
    year = year_at(read, found.start(), found.end())
    return Test(
        "comparison", material, product, stage, measure, (left,), (right,), year=year, relation=relation, value=factor
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
    return made[:2]


def _trend(read: Read, found: re.Match[str]) -> Test | None:
    text = read.text
    start, end = clause(text, found.start())
    part = text[start : max(end, found.end())]
    following = text[found.end() : found.end() + 24]
    if re.match(r" (?:to|below|under|above|over|short|into|in love|for|victim|on) ?", following) and not re.match(
        r" (?:for|on) (?:the|a) ", following
    ):
        return None
    if _NOT_SUBJECT.search(part):
        return None
    named = material_at(read, found.start())
    material = named.code if named else read.context.material
    price = re.search(r"\bprices?\b|USD|\$|dollars", text) is not None or (
        read.context.measure == "price" and not re.search(r"\b(?:output|production|mining|mined|reserves)\b", text)
    )
    if material is None or not (_SUBJECT.search(text) or read.numbers or named):
        return None
    place = "WLD" if price or (read.world and not read.places) else main_place(read)
    if (
        not price
        and not read.places
        and not read.world
        and not re.search(r"\b(?:its|their|the country)\b", text)
        and not read.context.place
    ):
        place = "WLD"
    if place is None:
        return None
    measure = "price" if price else "reserves" if "reserves" in part else "production"
    last, first = _span(read, found)
    rising = bool(found["up"])
    if found[0].casefold() == "went":
        pair = [n.value for n in read.numbers if n.start > found.start()][:2]
        if len(pair) < 2:
            return None
        rising = pair[1] > pair[0]
    product = "oxide" if price and re.search(r"\boxide\b", text) else named.product if named else None
    stage = None if price else "mine" if measure == "reserves" else _stage(read, found, material, product)
    change = _change(read, found)
    return Test(
        "trend",
        material,
        product,
        stage,
        measure,
        (place,),
        year=last,
        since=first,
        relation=">" if rising else "<",
        value=change,
    )


def _change(read: Read, found: re.Match[str]) -> float | None:
    word = found[0].casefold()
    if word in ("doubled", "tripled", "halved"):
        return {"doubled": 100.0, "tripled": 200.0, "halved": 50.0}[word]
    near = [n for n in read.numbers if n.kind == "share" and 0 <= n.start - found.end() < 24]
    return near[0].value if near and near[0].relation in ("=", "about") else None


def _span(read: Read, found: re.Match[str]) -> tuple[int | None, int | None]:
    """The last and first year of a change: "from 2022 to 2024", "in 2024, up from … in 2023", "in 2025"."""
    named = years(read.text, read.context.today)
    pair = re.search(r"\b(?:from|between) ((?:19|20)\d\d) (?:to|and) ((?:19|20)\d\d)", read.text)
    if pair:
        return int(pair[2]), int(pair[1])
    since = re.search(r"\bsince ((?:19|20)\d\d)", read.text)
    if since:
        return None, int(since[1])
    base = re.search(r"\b(?:than in|than|compared with) ((?:19|20)\d\d)", read.text)
    if base:
        later = [year for year, _ in named if year > int(base[1])]
        return (later[0] if later else None), int(base[1])
    distinct = list(dict.fromkeys(year for year, _ in named))
    if len(distinct) == 2 and re.search(r"\b(?:from|than in|on|over)\b", read.text[found.start() : found.end() + 40]):
        return max(distinct), min(distinct)
    return (distinct[0] if distinct else None), None
