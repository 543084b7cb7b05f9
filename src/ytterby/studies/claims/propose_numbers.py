"""Shares, quantities and prices: numbers with a subject, each with the readings its sentence leaves open."""

from __future__ import annotations

import re
from dataclasses import replace

from ytterby.studies.claims.context import Read, source_in
from ytterby.studies.claims.places import BESIDE, each
from ytterby.studies.claims.propose_flows import flow
from ytterby.studies.claims.propose_prices import price
from ytterby.studies.claims.propose_trade import trade_share
from ytterby.studies.claims.quantities import Number
from ytterby.studies.claims.record import Test, Wording
from ytterby.studies.claims.slots import Proposal, Slots, readings, slots
from ytterby.studies.claims.subjects import clause, main_place, over, year_at

_PRODUCES = re.compile(
    r"\b(?:produc\w+|output|suppl(?:y|ies|ied|ier|iers)|mak(?:e[sd]?|ing)|made|account\w*|turn\w* out|yield\w*|"
    r"deliver\w*|dig\w*|dug|mine[sd]?|mining|refin\w+|smelt\w*|process\w*|separat\w+|control\w*|provid\w+|"
    r"contribut\w+|responsible|comes?\b[^.;]{0,20}? from|came\b[^.;]{0,20}? from|share|extract\w*|pull\w*|rais\w+|"
    r"manufactur\w+|originat\w+|represent\w*|dominat\w+|harvest\w*|cast|poured|won|recover\w+|churn\w* out|pump\w* out|"
    r"put out|crank\w* out|found in|hails? from|home to|constitut\w+|generat\w+|unearth\w*|out of the ground|"
    r"market leader|leads?|tonnage|total|source of|origin of)\b", re.I,
)  # fmt: skip
_HOLDS = re.compile(r"\breserves?\b(?! (?:price|bank|currenc))", re.I)
_GROUND = re.compile(r"\b(?:resources?|deposits?|in the ground|underground)\b", re.I)
_GREW = re.compile(
    r"\b(?:rose|risen|rise[sn]?|grew|grown|grow|climbed|increased?|jumped|surged|soared|expanded|(?<!dig )(?<!digs )"
    r"(?<!dug )(?<!make )(?<!makes )(?<!made )(?<!making )up|fell|fallen|dropped|declined?|decreased|down|slid|slipped|"
    r"shrank|cut|slump\w*|plung\w*|gain\w*|lost|higher|lower|eased|edged \w+|sank|tumbled|contracted|dipped|rebounded|"
    r"recovered|rally|rallied|growth of|increase of|drop of|fall of|rise of|decline of)(?: by)?"
    r"(?: (?:about|around|some|roughly|nearly|almost|more than|over|another|a|an estimated|just|only|"
    r"just over))*\s*$", re.I,
)  # fmt: skip
_GREW_AFTER = re.compile(
    r" ?(?:more|less|higher|lower|increase|rise|drop|fall|decline|growth|jump|year[- ]on[- ]year|on the year|"
    r"above|below"
    r"|up|down)\b", re.I,
)  # fmt: skip
_OTHER_WHOLE = re.compile(
    r"^\s*(?:are|were) (?!mined|produced|refined|dug|made|smelted|separated|processed|held|in|from|found|located|"
    r"said|(?-i:[A-Z]))|"
    r"^\s*stake\b|^\s*(?:of|from) (?:all |the )?(?:these|those|this|that)\b|^\s*(?:of|from) (?:all |"
    r"the )?(?:\w+ ){0,2}?"
    r"(?:europe|africa|asia|latin america|south america|north america|the west|the continent|domestic|gdp|exports?|"
    r"export|demand|consumption|capacity|revenues?|sales|budget|voters|people|miners|respondents|workforce|households|"
    r"citizens|jobs|workers|power|electricity|battery|congo['’]s people|residents|women|"
    r"the (?:population|market value|value|cost|price|shares?|company|country|nation|workforce|miners|"
    r"oxide value|time))",
    re.I,
)  # fmt: skip
_OWNED = re.compile(
    r"\b(?:stakes?|owned|shareholders?|shareholding|equity|joint venture|a (?:group|company|firm|fund) (?:that|"
    r"which) holds?|"
    r"minority|dividend|royalt\w+|tax(?:es)?|tariffs?|dut(?:y|ies)|interest rate|inflation|unemployment|"
    r"profit\w*|margin)\b", re.I
)
_OTHER_MASS = re.compile(
    r"\b(?:export\w*|import\w*|consum\w+|demand\w*|capacit\w+|stock\w*|ship(?:ped|ments?)|need\w*|us(?:ed|es|age)|"
    r"waste|tailings|carbon|co2|emission\w*|per (?:day|month|week)|a (?:day|month|week)|quota\w*|sold|"
    r"sell\w*|"
    r"bought|orders|ordered|stake|contract\w*|offtake|deal)\b", re.I,
)  # fmt: skip
_RANKED = re.compile(
    r"\b(?:first|second|third|fourth|fifth|next|runners?-up|largest|biggest|follow\w*|ahead|behind|trail\w*|leads?|led|"
    r"top\w*)\b", re.I
)
#: What else than output and reserves is printed in tonnes.
_USED = re.compile(
    r"\b(?:(?P<quota>quotas?)|(?P<capacity>capacit(?:y|ies))|(?P<used>consum(?:es?|ed|ing|ption)|demand(?!ed|s|ing)|"
    r"(?:apparent|domestic) use|use(?= (?:is|was|of|stood|rose|fell|reached|totalled))|usage|(?:needs?|uses|"
    r"used)(?= (?:about |some "
    r"|around |roughly |nearly )?\d))|(?P<able>(?:can|could|able to) (?:make|produce|process|refine|smelt|"
    r"turn out|handle)))\b",
    re.I,
)  # fmt: skip
_USES = {"quota": "quota", "capacity": "capacity", "used": "consumption", "able": "capacity"}
_MINERAL = re.compile(
    r"\b(?:mineral|resource|reserve|deposit|ore|metal|mine|mining|lithium|cobalt|rare earth)s?\b", re.I
)
#: "Once", "until recently": some earlier figure is meant, and it is not said which.
PAST = re.compile(
    r"\b(?:once|formerly|previously|used to|earlier editions?|until recently|(?:a few|some|several|"
    r"many) years ago|long ago|"
    r"in the past|in earlier years|historically|(?:years|decades?)(?: and a half)? (?:ago|earlier|before))\b", re.I,
)  # fmt: skip
_KINDS, _UNITS = {"share": "share", "mass": "quantity", "volume": "quantity"}, {
    "share": "%", "mass": "t", "volume": "Mm3"}  # fmt: skip


def shares_and_quantities(read: Read) -> list[Proposal]:
    """Return a proposal for each number that has a material and a place."""
    made: list[Proposal] = []
    last: tuple[Number, Proposal] | None = None
    for number in read.numbers:
        if _left_behind(read, number):
            continue
        found = _earlier(read, number, *last) if last is not None and last[0].kind == number.kind else None
        found = found or _traded(read, number) or _READERS[number.kind](read, number)
        if found is None and number.kind in _KINDS and _MINERAL.search(read.text) and not _changes(read, number):
            none = replace(_filled(Test(_KINDS[number.kind], reason="no data"), number, _UNITS[number.kind]))
            found = [Proposal(none)]
        if found and not found[0].test.reason:
            last = number, found[0]
        for one in found or ():
            told = _told_by(read, number, one)
            if over(told.test.year, read.context.today):
                made.append(replace(told, wording=_wording(number)))
    return made


_THEN = re.compile(
    r"\b(?:from|against|compared (?:with|to)|versus|after|as against|and)"
    r"(?: (?:about|some|around|nearly|almost|just|only|over|more than))*\s*$", re.I,
)  # fmt: skip


def _earlier(read: Read, number: Number, before: Number, one: Proposal) -> list[Proposal] | None:
    """The old value of a change, of the subject of the new one: "two thirds, down from 90 percent in 2023"."""
    text = read.text
    year = re.match(r"[^,;.\d]{0,16}?\b((?:19|20)\d\d)\b", text[number.end :])
    ago = re.match(r" (?:a|the) year (?:earlier|before|ago)|,? the (?:previous|preceding) year", text[number.end :])
    if not _THEN.search(text[: number.start]) or not (year or ago) or number.start - before.end > 60:
        return None
    if any(before.end <= item.start < number.start for item in read.places):
        return None
    now = one.test.year or (read.context.today.year - 1 if read.context.today else None)
    at = int(year[1]) if year else now - 1 if now else None
    values = {"relation": number.relation, "value": number.value, "low": number.low, "high": number.high, "year": at}
    others = tuple(dict.fromkeys(replace(test, **values) for test in one.others))  # type: ignore[arg-type]
    return [replace(one, test=replace(one.test, **values), others=others)]  # type: ignore[arg-type]


def _traded(read: Read, number: Number) -> list[Proposal] | None:
    """Exports and imports; a share of imports that a publisher prints comes first, customs' own stands beside it."""
    if _changes(read, number):
        return None
    found = flow(read, number)
    printed = trade_share(read, number) if number.kind == "share" else None
    if printed is None or found is None:
        return [printed or found] if printed or found else None  # type: ignore[list-item]
    return [replace(printed, others=(*printed.others, found.test, *found.others))]


def _left_behind(read: Read, number: Number) -> bool:
    """Whether a number is the old one of a change without a year of its own: "cut from 22 to 3 in 2025"."""
    if not re.search(
        r"\bfrom (?:about |some |around |nearly |over |just )?$", read.text[max(0, number.start - 14) : number.start]
    ):
        return False
    following = [n for n in read.numbers if n.start > number.end]
    between = read.text[number.end : following[0].start] if following else ""
    old = re.search(r"\bto\b", between) is not None and not re.search(r"\b(?:19|20)\d\d\b", between)
    after = read.text[number.end :]
    return old or re.match(r"[^,;.]{0,12} ?(?:a year (?:earlier|before)|the year before)", after) is not None


def _changes(read: Read, number: Number) -> bool:
    """Whether a share is a change and no part of a whole: "rose by 13 percent", "a fifth more than"."""
    if _GREW.search(read.text[max(0, number.start - 60) : number.start]):
        return True
    if re.search(r"\bby(?: (?:about|around|some|a|nearly|almost|over|more than))*\s*$", read.text[: number.start]) and (
        re.search(
            r"\b(?:rais|increas|boost|lift|cut|reduc|expand|grow|lower|slash|widen|improv|chang|revis|fell|fall|"
            r"rose|grew|drop|"
            r"declin|slip|shrank|shrunk|climb|jump|slid)\w*", read.text)
    ):  # fmt: skip
        return True
    return number.kind == "share" and _GREW_AFTER.match(read.text[number.end : number.end + 24]) is not None


def _told_by(read: Read, number: Number, one: Proposal) -> Proposal:
    """Add the source and the edition a number is given as from: a number of one source is held against that source."""
    start, end = clause(read.text, number.start)
    source = source_in(read, start, end) or source_in(read, 0, len(read.text))
    others = [n for n in read.numbers if n.start > number.start]
    limit = min((n.start for n in others), default=len(read.text))
    edition = re.search(r"\b(20\d\d) edition|\bedition of (20\d\d)", read.text[number.end : limit])
    told = (edition[1] or edition[2]) if edition else None
    if PAST.search(read.text[start : min(end, limit, number.end + 40)]):
        source, told = None, "any"
    more = {"source": source, "edition": told}
    spare = tuple(replace(test, edition=told) for test in (one.test, *one.others) if source and told is None)
    others_ = tuple(replace(test, **more) for test in one.others)  # type: ignore[arg-type]
    return replace(one, test=replace(one.test, **more), others=(*others_, *spare))  # type: ignore[arg-type]


def _wording(number: Number) -> tuple[Wording, ...]:
    if number.term == "nearly":
        return (Wording("nearly", 10.0),)
    if number.term == "about":
        return (Wording("about", 5.0 if number.kind == "share" else 10.0),)
    return ()


def _filled(test: Test, number: Number, unit: str) -> Test:
    return replace(test, relation=number.relation, value=number.value, low=number.low, high=number.high, unit=unit)


#: "Less than half of the 98,000 tonnes of 2024": a part of an earlier amount, and no share.
_OF_A_YEAR = re.compile(r" ?of (?:the|its) [\d,.]+ (?:million |thousand )?(?:tonnes|tons|t|kt) (?:of|in) (?:19|20)\d\d")


def _share(read: Read, number: Number) -> list[Proposal] | None:
    text = read.text
    after = text[number.end : number.end + 70]
    if _changes(read, number) or _OF_A_YEAR.match(after) or re.search(
        r"\bof (?:the|this|that) (?:rest|"
        r"remainder)\b", text[max(0, number.start - 40) : number.end + 30], re.I):  # fmt: skip
        return None
    start, end = clause(text, number.start)
    part = text[start:end]
    demand = re.match(r"\s*of (?:the )?(?:world|global)(?:['’]s)? (?:demand|consumption|needs)\b", after) and re.search(
        r"\b(?:meets?|met|suppl\w+|covers?|provid\w+|satisf\w+)\b", part
    )
    if (_OTHER_WHOLE.search(after) and not demand) or _own_whole(read, number) or _OWNED.search(part):
        return None
    holds = bool(_HOLDS.search(part)) and not re.search(r"\bdepend", part)
    if _GROUND.search(part) and not holds:
        return None
    world = read.world or re.search(r"\b(?:all|mined|supply|known|total)\b", part) is not None
    was = read.context.measure
    beside = any(item.start == number.end + 1 for item in read.places)
    firm = bool(holds or _PRODUCES.search(text) or world or beside or was in ("production", "reserves"))
    known = (read.places or read.context.place) and (read.of("material") or read.context.material)
    if not firm and (not known or _WEAK.search(text)):
        return None
    if len(text.split()) < 4 and not read.places:
        return None
    told = _PRODUCES.search(part) and was and re.match(r"[.,;]|$| of (?:it|the total|that|everything|the lot)\b", after)
    small = number.text.casefold().endswith("half") and not (world or holds or told or read.of("material"))
    found = slots(read, number)
    if small or not found.materials or not found.places:
        return None
    if not read.of("material") and not (holds or world or _PRODUCES.search(part) or was is not None):
        return None
    firm = firm and _whole_named(read, number, part, holds)
    measures = ("reserves",) if holds else _measures(read, part)
    made = _read(_filled(Test("share"), number, "%"), found, measures)
    every = each(read, number)
    if len(every) > 1:
        return [_placed(made, code) for code in every]
    return [made if firm else replace(made, firm=False)]


def _whole_named(read: Read, number: Number, part: str, holds: bool) -> bool:
    """Whether a share is of a mineral's whole: a material, the world, a stage beside it, or the subject so far."""
    if holds or read.world or _PRODUCES.search(part):
        return True
    after = read.text[number.end : number.end + 40]
    if any(item.start == number.end + 1 for item in read.places):
        return True
    if re.match(r" of (?:it|them|the (?:total|metal|mineral|stuff|whole))\b", after):
        return True
    return any(item.start >= number.end for item in read.of("material")) or not read.of("material")


def _measures(read: Read, part: str) -> tuple[str, ...]:
    """What a number may measure, the likeliest first: what the clause says, else what was spoken of."""
    if _HOLDS.search(part):
        return ("reserves",)
    was = read.context.measure
    if was == "net_import_reliance" and not _PRODUCES.search(part.replace("share", "")):
        return ("net_import_reliance", "production")
    says = re.search(r"\b(?:produc\w+|output|mine[sd]?|mining|refin\w+|smelt\w*|dug|digs?|suppl\w+|turn\w* out|"
        r"made)\b", part)
    if says:
        return ("production",)
    if _HOLDS.search(read.text):
        return ("reserves",)
    if was == "reserves" and not read.of("material"):
        return ("reserves", "production")
    return ("production", "reserves") if was == "reserves" else ("production",)


def _read(base: Test, found: Slots, measures: tuple[str, ...]) -> Proposal:
    tests = readings(base, found, measures)
    return Proposal(tests[0], (), tuple(tests[1:]), found.firm)


def _own_whole(read: Read, number: Number) -> bool:
    """Whether the share is of one country's own total: "40 percent of China's exports"."""
    after = read.text[number.end : number.end + 50]
    for item in read.places:
        gap = read.text[number.end : item.start] if item.start >= number.end else None
        if (
            gap is not None
            and re.fullmatch(r" ?(?:of|in) (?:the |all )?", gap)
            and re.match(r"(?:'s|’s|s'| )", read.text[item.end : item.end + 2])
        ):
            return True
    if read.world and number.start > min(item.start for item in read.of("place") if item.code == "WLD"):
        return False  # "70 percent of the world's platinum and 44 percent of its palladium"
    return bool(re.match(r" ?of (?:its|their|our|his|her) (?!global|world)", after))


def _mass(read: Read, number: Number) -> list[Proposal] | None:
    text = read.text
    start, end = clause(text, number.start)
    part = text[start:end]
    near = text[max(start, number.start - 70) : min(end, number.end + 60)]
    plants = [item for item in read.of("facility") if item.start < number.start]
    if _changes(read, number) and re.search(r"\bby (?:\w+ ){0,2}$", text[: number.start]):
        return None
    sized = re.search(r"\b(?:capacity|(?:can|could|able to|designed to) \w+)\b", part)
    plant = plants[0].code if plants else read.plant
    if plant and (sized or (not plants and re.search(r"\b(?:made|makes?|produc\w+|mined|separat\w+|output)\b", part))):
        base = Test("quantity", facility=plant, measure="capacity" if sized else "production",
                    year=None if sized else year_at(read, number.start, number.end))  # fmt: skip
        first = _filled(base, number, "t")
        return [Proposal(first, others=(replace(first, measure="production" if sized else "capacity"),),
                         firm=sized is not None)]  # fmt: skip
    if plants and not re.search(r"\b(?:capacity|reserves|plan\w*|from)\b", part):
        year = year_at(read, number.start, number.end)
        named = read.of("material")
        code = named[0].code if named else None
        base = Test("quantity", code, facility=plants[0].code, measure="production", year=year)
        return [Proposal(_filled(base, number, "t"))]
    holds = bool(_HOLDS.search(part))
    produced = re.search(r"\b(?:mine[sd]?|mining|produc\w+|refin\w+|output|smelt\w*|dug|digs?|turn\w* out|made|"
        r"makes?)\b",
                         part)  # fmt: skip
    told = _USED.search(near)
    if told and produced and able_first(part, number.start - start):
        produced = None
    elif told and produced:
        told = None
    if _OTHER_MASS.search(near) and not holds and not produced and not told:
        return None
    found = slots(read, number)
    if (_GROUND.search(part) and not holds) or not found.materials or not found.places:
        return None
    says = _PRODUCES.search(part) or _PRODUCES.search(text) or holds or _HOLDS.search(text)
    ranked = _RANKED.search(text) or any(
        p.end <= number.start and BESIDE.fullmatch(text[p.end : number.start]) for p in read.places
    )
    firm = bool(says or ranked or told or read.context.measure in ("production", "reserves"))
    if not firm and (not (read.places or read.context.place) or _WEAK.search(text)):
        return None
    value = number
    if re.search(r"\blithium carbonate equivalent|\bLCE\b", text):
        from ytterby.core.units import factor

        scale = factor("t Li2CO3", "t Li")
        value = replace(number, value=number.value * scale, low=None, high=None)
    if number.kind == "volume":
        low, high = (None if end is None else end / 1e6 for end in (number.low, number.high))
        value = replace(number, value=number.value / 1e6, low=low, high=high)
    able = told is not None and told.lastgroup == "able"
    measures = (_USES[told.lastgroup or "used"],) if told and (able or not produced) else _measures(read, part)
    made = _read(_filled(Test("quantity"), value, number.per or _UNITS[number.kind]), found, measures)
    every = each(read, number)
    if len(every) > 1:
        return [_placed(made, code) for code in every]
    return [made if firm else replace(made, firm=False)]


def able_first(part: str, at: int) -> bool:
    """Whether the nearest word about a number in its clause is capacity, use or a quota, and not output."""
    used = [abs(m.start() - at) for m in _USED.finditer(part)]
    made = [abs(m.start() - at) for m in re.finditer(r"\b(?:mine[sd]?|mining|produc\w+|output|turn\w* out|made|"
        r"makes?)\b", part)]
    return bool(used) and (not made or min(used) < min(made))


#: Tonnes of something that is no output: a sentence of which no word says what is counted.
_WEAK = re.compile(
    r"\b(?:plans?|planned|aims?|target\w*|project\w*|agree\w*|sign\w*|order\w*|waste|tailings|ship|vessel|truck|train|"
    r"per (?:day|week|month)|a (?:day|week|month)|stock\w*|inventor\w+|warehouse\w*|contract\w*|offtake|deal|found|"
    r"discover\w*|carbon|co2|emission\w*|water)\b", re.I,
)  # fmt: skip


def _placed(made: Proposal, code: str) -> Proposal:
    others = tuple(dict.fromkeys(replace(test, place=(code,)) for test in made.others))
    return replace(made, test=replace(made.test, place=(code,)), others=others, firm=True)


def _money(read: Read, number: Number) -> list[Proposal] | None:
    """Sums of money are not in the atlas; a total of all minerals is not one mineral's."""
    if not re.search(
        r"\b(?:mineral|resource|reserve|deposit|wealth|worth|value|riches|rare earth)\w*\b", read.text, re.I
    ):
        return None
    whole = re.search(
        r"\b(?:total|all|entire|overall|combined)\b[^.;]{0,30}\b(?:mineral|resource|wealth|riches|underground)",
        read.text,
        re.I,
    )
    named = bool(read.of("material")) or read.context.material is not None
    place = main_place(read)
    reason = "part for whole" if whole and named else "no data"
    base = Test("quantity", measure="value", place=(place,) if place else (), reason=reason)
    return [Proposal(_filled(base, number, "USD"))]


_READERS = {"share": _share, "mass": _mass, "volume": _mass, "price": price, "money": _money}
