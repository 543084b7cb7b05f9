"""Comparisons: one place beside another, beside several, beside all others together, or one year beside another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ytterby.studies.claims.context import Read
from ytterby.studies.claims.customs import SIDES
from ytterby.studies.claims.fractions import spelt
from ytterby.studies.claims.orders import REST
from ytterby.studies.claims.places import elsewhere
from ytterby.studies.claims.propose_flows import goods, side_of
from ytterby.studies.claims.record import Test, Wording
from ytterby.studies.claims.subjects import clause, material_at, over, stage_of, year_at

Made = tuple[Test, tuple[Wording, ...]]
_WORD = r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|hundred"
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
          "tenth": 10}  # fmt: skip
_TIMES = (
    rf"(?P<factor>twice|double|triple|treble|thrice|(?:\d{{1,3}}(?:\.\d+)?|(?:{_WORD})(?: and a (?:half|quarter|"
    rf"third))?|"
    rf"one and a half) times|(?:{_WORD}|\d{{1,3}})-?fold|(?:an?|one|two|three|four|five|six|seven|eight|nine)[- ]"
    r"(?:third|quarter|fifth|sixth|seventh|eighth|ninth|tenth)s?|half)"
)
#: All other countries together; "than any other" is a rank.
_REST = re.compile(
    r"\b(?:(?:all|every) (?:of )?(?:the )?(?:other|remaining)s?(?: [\w-]+){0,3}? ?(?:combined|together|"
    r"put together|taken "
    r"together)|all (?:of )?(?:the )?others\b|(?:all |what )?(?:of )?the rest(?: of the (?:world|planet|globe|"
    r"field|pack|"
    r"industry))?|(?:everyone|everybody) else(?: combined| together| put together)?|the other (?:countries|"
    r"producers|nations|"
    r"miners|states)(?: \w+){0,2}? (?:combined|together)|all (?:the )?other (?:countries|producers|nations|"
    r"miners|states))\b",
    re.I,
)
_SET = re.compile(
    rf"\b{_TIMES}(?: more)?,? (?:as (?:much|many|large|big|high|great|strong|dear|"
    rf"expensive)\b(?P<gap>[^.;]{{0,50}}?)\b(?:as|than)\b|"
    r"(?:that|those|what|the (?:output|production|reserves|amount|size|tonnage|volume|figure|level|total|"
    r"quantity|haul)) "
    r"(?:of|in|from|mined in|produced by|produced in)\b|(?:of )?what\b|more than\b|"
    r"(?:of )?(?=(?-i:[A-Z])[\w ]{2,24}['’]s?\b))", re.I,
)  # fmt: skip
_MORE = re.compile(
    r"\b(?:(?P<more>more(?! than (?:(?:twice|double|half|three|four|five|ten|a|an|one|two|all but)\b|\d))|"
    r"larger|bigger|"
    r"higher|greater)|(?P<less>less|fewer|smaller|lower))\b(?P<gap>[^.;]{0,60}?)\bthan\b", re.I,
)  # fmt: skip
_PASSED = re.compile(
    r"\b(?:(?P<more>overtook|overtakes|overtaken|overtaking|passed|passes|beats?|edged? out|surpass\w*|out-?min\w+|"
    r"out-?produc\w+|outweigh\w*|exceed\w*|outstrip\w*|outpac\w*|(?:well |far |just )?ahead of|dwarf(?:s|ed)?|"
    r"eclips\w+|"
    r"tops(?= that)|leapfrog\w*)|(?P<less>(?:well |far |just )?behind|trails?|trailed|lags?(?: behind)?|"
    r"lagged(?: behind)?|"
    r"falls? short of))\b", re.I,
)  # fmt: skip
_ALIKE = re.compile(
    r"\b(?:as (?:much|many|large|big|high)\b(?P<gap>[^.;]{0,40}?)\bas|level with|on a par with)\b", re.I
)
#: "A sixth as much", "half as much again": what it is set beside stands before.
_OPEN = re.compile(
    rf"\b{_TIMES} (?:as (?:much|many|large|big|high)\b(?! (?:again|as))|(?:of )?that\b(?! (?:of|in)))", re.I
)
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_THEN = re.compile(
    rf"\b{_TIMES},? (?:(?:as (?:much|many|high|large|dear|expensive) )?(?:(?:in (?:19|20)\d\d )?as |than |"
    rf"more than )?(?:in|during) {_YEAR}|"
    rf"(?:of )?(?:its|their|the) {_YEAR.replace('year', 'y2')} (?:level|price|figure|value|output|average|peak|"
    rf"total|volume)|"
    rf"(?:of )?(?:what|that)\b[\w ]{{2,28}}? in (?:\w+ )?{_YEAR.replace('year', 'y3')}|"
    rf"(?:the|its) (?:level|price|figure|value|average) (?:of|in) {_YEAR.replace('year', 'y4')}|"
    rf"(?:that|those|what [\w ]{{2,20}}?) (?:of|in) {_YEAR.replace('year', 'y5')}|"
    r"(?P<ago>(?:as (?:much|many|high) )?as (?:a|one|the) year (?:earlier|before|ago)|(?:what|"
    r"that)[\w ]{0,20} (?:a|the) year "
    r"(?:earlier|before|ago)|as (?:much |many |high )?(?:the year before|last year)))", re.I,
)  # fmt: skip
_JOINED = re.compile(r"(?:['’]s)?(?:,| and|, and|,? plus)(?: the| in| of)? ")
_NOT_COUNTED = re.compile(
    r"\b(?:in the ground|resources|people|money|power|influence|demand|consum\w+|poor|rich|trillion|workers|"
    r"jobs|voters)\b",
    re.I,
)
_SAYS = re.compile(
    r"\b(?:produc|min(?:e|ing)|output|refin|suppl|smelt|out-?min|out-?produc|overt|surpass|sponge|dug|dig|turn|"
    r"export|import)",
    re.I,
)
_MADE = re.compile(r"\bproduc|\bmin(?:e|ed|es|ing)\b|\boutput|\brefin|\bsmelt|\bdug\b|\bdigs?\b", re.I)
_RANKED = re.compile(
    r"\b(?:no|every|any) (?:other )?(?:country|one|state|nation|producer)\b|\bthe only\b|\bonly (?:country|one|"
    r"producer)\b", re.I
)


@dataclass(frozen=True, slots=True)
class _Cue:
    """Words that set one thing beside another: where, by which factor, and where the other begins."""

    start: int
    end: int
    factor: float | None
    less: bool
    gap: str
    passed: bool = False


def comparisons(read: Read, ordered: bool) -> list[Made]:
    """Return a test for each place set beside another; `ordered` where the sentence tells a rank as well."""
    made = _then(read)
    if made or _RANKED.search(read.text):
        return made[:1]
    taken: list[tuple[int, int]] = []
    for cue in _cues(read.text):
        if any(a < cue.end and cue.start < b for a, b in taken):
            continue
        if ordered and cue.passed and re.search(r"ahead|behind|trail|lag|overtak|passing|"
            r"passed", read.text[cue.start : cue.end], re.I):
            continue  # "the second-largest, behind Chile" is the rank told again
        test = _beside(read, cue)
        if test is not None:
            made.append((test, ()))
            taken.append((cue.start, cue.end))
    return made[:2]


def _cues(text: str) -> Iterator[_Cue]:
    for pattern in (_SET, _MORE, _PASSED, _ALIKE, _OPEN):
        for found in pattern.finditer(text):
            groups = found.groupdict()
            word = groups.get("factor")
            factor = factor_of(word) if word else 1.0 if pattern is _ALIKE else None
            if pattern is _ALIKE and re.search(r"\b(?:almost|nearly|not quite|about)\s*$", text[: found.start()]):
                factor = 0.95
            if word and factor is None:
                continue
            own = re.match(r" ?(?:of )?(?-i:[A-Z])", text[found.end("factor") :]) if pattern is _SET else None
            if own and factor is not None and factor < 1 and not _IS.search(text[: found.start()]):
                continue  # "supplied a third of China's imports" is a share of them
            yield _Cue(found.start(), found.end(), factor, bool(groups.get("less")), groups.get("gap") or "",
                       pattern is _PASSED)  # fmt: skip


_IS = re.compile(r"\b(?:is|are|was|were|only|just|about|barely|than|to|equals?|or|some|around|roughly)\s*$")


def factor_of(word: str) -> float | None:
    """Return the factor of "twice", "two and a half times", "three-fold", "a sixth"; None for other words.

    >>> factor_of("two and a half times"), factor_of("a fifth"), factor_of("tenfold"), factor_of("three quarters")
    (2.5, 0.2, 10.0, 0.75)
    """
    word = word.casefold().strip()
    fixed = {"twice": 2.0, "double": 2.0, "triple": 3.0, "treble": 3.0, "thrice": 3.0, "half": 0.5}
    if word in fixed:
        return fixed[word]
    if word.endswith("fold"):
        bare = word.removesuffix("fold").strip("- ")
        return float(bare) if bare.isdigit() else spelt(bare)
    parts = re.fullmatch(r"(?:(\d+(?:\.\d+)?)|([a-z]+?))(?: and a (half|quarter|third))? times", word)
    if parts:
        whole = float(parts[1]) if parts[1] else spelt(parts[2])
        return None if whole is None else whole + (1 / _PARTS[parts[3]] if parts[3] else 0.0)
    part = re.fullmatch(r"(\w+)[- ]([a-z]+?)s?", word)
    if part and part[2] in _PARTS:
        upper = 1.0 if part[1] in ("a", "an") else spelt(part[1])
        return None if upper is None else upper / _PARTS[part[2]]
    return None


def _relation(text: str, cue_start: int, factor: float | None, less: bool) -> str:
    before = text[:cue_start]
    if factor is None:
        return "<" if less else ">"
    if re.search(r"\b(?:more than|over|well over|at least|above)\s*$", before, re.I):
        return ">"
    if re.search(r"\b(?:less than|under|below|not even|barely|fewer than)\s*$", before, re.I):
        return "<"
    return "about"


_BY = re.compile(r"\bby (?:(?:about|some|around|almost|nearly|(?:well |just )?over|roughly|more than|less than) )*$")


def _then(read: Read) -> list[Made]:
    """One year beside another: "half of its 2022 level", "three times as much as in 2020"."""
    made: list[Made] = []
    for found in _THEN.finditer(read.text):
        year = next((int(found[name]) for name in ("year", "y2", "y3", "y4", "y5") if found[name]), None)
        factor = factor_of(found["factor"])
        named = material_at(read, found.start())
        code = named.code if named else read.context.material
        if _BY.search(read.text[: found.start()]):
            continue  # "fell by two fifths in 2024" is a change
        if code is None or factor is None or (factor < 1 and re.search(r"\b(?:more|less) than\b", found[0])):
            continue
        price = re.search(r"\bprices?\b|\$|\bUSD|\bdollars?\b|\bcosts?\b|\baverag", read.text) is not None or (
            read.context.measure == "price" and not _SAYS.search(read.text)
        )
        place = "WLD" if price else read.places[0].code if read.places else read.context.place or "WLD"
        measure = "price" if price else measure_of(read, found.start())
        last = [at for at in _years_but(read, year) if over(at, read.context.today)]
        now = last[0] if last else None
        since = year if year is not None else (now - 1 if now else None)
        if since is None and read.context.today:
            since = read.context.today.year - 2
        if since is None or (now is not None and now <= since):
            continue
        product = named.product if named else read.context.product if read.context.material == code else None
        stage = None if price or measure in SIDES else "mine" if measure == "reserves" else stage_of(
            read, found, code, product)  # fmt: skip
        relation = _relation(read.text, found.start(), factor, False)
        made.append((Test("comparison", code, product, stage, measure, (place,), year=now, since=since,
                          relation=relation, value=factor), ()))  # fmt: skip
    return made


def _years_but(read: Read, year: int | None) -> list[int]:
    from ytterby.studies.claims.context import years

    old = [m.span() for m in re.finditer(r"\b(?:up|down) (?:from|on)\b[^,;]{0,60}", read.text)]
    named = years(read.text, read.context.today)
    return [at for at, spot in named if at != year and not any(a <= spot < b for a, b in old)]


def measure_of(read: Read, at: int) -> str:
    """Return what an order or a comparison is of: reserves, exports, imports or production."""
    start, end = clause(read.text, at)
    part = read.text[start:end]
    side = side_of(read, at)
    if side is None and start > 0 and not _MADE.search(part) and "reserves" not in part:
        side = side_of(read, start)
    if side is not None:
        return side
    holds = [abs(start + m.start() - at) for m in re.finditer(r"\breserves\b", part)]
    made = [abs(start + m.start() - at) for m in _MADE.finditer(part)]
    if holds and (not made or min(holds) < min(made)):
        return "reserves"
    was = read.context.measure
    return was if was in ("reserves", *SIDES) and not made else "production"


def _beside(read: Read, cue: _Cue) -> Test | None:
    text = read.text
    right, at = _other(read, cue)
    before = [p for p in read.places if p.start < cue.start]
    before = [p for p in before if not elsewhere(read, p)] or before
    inside = [p for p in read.places if cue.start <= p.start < at]
    start, _ = clause(text, cue.start)
    own = [p for p in before if p.start >= start]
    left = (
        inside[0].code if inside and not before
        else (own or before)[-1].code if before and not cue.gap.strip()
        else (own or before)[0].code if before else read.context.place
    )  # fmt: skip
    if right and left in right and len(before) > 1:
        left = next((p.code for p in reversed(before) if p.code not in right), None)
    named = material_at(read, cue.start)
    code = named.code if named else read.context.material
    if code is None or left is None or not right or left in right:
        return None
    if _NOT_COUNTED.search(text[cue.start : at + 45]):
        return None
    measure = measure_of(read, cue.start)
    if not (measure in ("reserves", *SIDES) or _SAYS.search(text) or read.numbers or read.context.measure):
        return None
    product = named.product if named else None
    stage = "mine" if measure == "reserves" else stage_of(read, _span(text, cue), code, product)
    year = year_at(read, cue.start, cue.end)
    if measure in SIDES:
        product, stage = goods(read) or product, None
    relation = _relation(text, cue.start, cue.factor, cue.less)
    return Test("comparison", code, product, stage, measure, (left,), right, year=year, relation=relation,
                value=None if cue.factor == 1.0 and relation != "about" else cue.factor)  # fmt: skip


def _span(text: str, cue: _Cue) -> re.Match[str]:
    found = re.compile(r".*", re.S).match(text, cue.start, cue.end)
    assert found is not None
    return found


def _other(read: Read, cue: _Cue) -> tuple[tuple[str, ...], int]:
    """What stands on the other side: all others, the places behind the cue, or the one spoken of before."""
    text = read.text
    rest = _REST.search(text, cue.end, min(len(text), cue.end + 60))
    behind = [p for p in read.places if cue.end <= p.start < cue.end + 45]
    if rest and (not behind or rest.start() <= behind[0].start):
        return (REST,), rest.end()
    if re.match(r"\s*(?:\d|half|a |one |two |in |any\b|ever\b|expected)", text[cue.end :]):
        return (), cue.end
    if behind:
        chain = behind[:1]
        for item in behind[1:]:
            if not _JOINED.fullmatch(text[chain[-1].end : item.start]):
                break
            chain.append(item)
        together = len(chain) > 1 and re.search(r"\b(?:together|combined|put together|taken together)\b", text)
        return (tuple(dict.fromkeys(p.code for p in chain)) if together else (behind[0].code,)), behind[0].start
    if cue.factor is None or cue.gap:
        return (), cue.end
    earlier = [p.code for p in read.places if p.start < cue.start]
    was = read.context.place
    if len(set(earlier)) > 1:
        return (earlier[0],), cue.end
    return ((was,) if was and earlier and was not in earlier else ()), cue.end


def rest_named(read: Read) -> bool:
    """Whether all others together are named."""
    return _REST.search(read.text) is not None
