"""Shares, quantities and prices: numbers with a subject, and vague words that stand for a share."""

from __future__ import annotations

import re
from dataclasses import replace

from ytterby.studies.claims.context import Read, source_in
from ytterby.studies.claims.gazetteer import Mention
from ytterby.studies.claims.quantities import Number
from ytterby.studies.claims.record import Test, Wording
from ytterby.studies.claims.subjects import (
    clause,
    joint,
    main_place,
    material_at,
    over,
    place_at,
    refined,
    stage_at,
    year_at,
)
from ytterby.studies.claims.vague import SHARES

Made = tuple[Test, tuple[Wording, ...]]
_PRODUCES = re.compile(r"\b(?:produc\w+|output|suppl(?:y|ies|ied|ier|iers)|mak(?:e[sd]?|ing)|made|account\w*|"
    r"turn\w* out|yield\w*|"
                       r"deliver\w*|dig\w*|dug|mine[sd]?|mining|refin\w+|smelt\w*|process\w*|separat\w+|"
                       r"control\w*|provid\w+|"
                       r"contribut\w+|responsible|comes? from|came from|share|extract\w*|pull\w*|rais\w+|"
                       r"share of)\b", re.I)  # fmt: skip
_HOLDS = re.compile(r"\breserves?\b", re.I)
_GROUND = re.compile(r"\b(?:resources?|deposits?|in the ground|underground)\b", re.I)
_RELIES = re.compile(r"(?:%|percent|per cent) imported\b|\b(?:net import reliance|import[- ](?:relian\w+|"
    r"depend\w+)|reli\w+ (?:entirely |"
    r"heavily )?(?:up)?on (?:foreign )?(?:imports|"
                     r"suppl\w+|foreign\w*)|depend\w* (?:up)?on (?:imports|foreign\w*)|import(?:s|"
                     r"ed)? (?:about |around |some |roughly |"
                     r"nearly |almost |more than |over |all |\w+ )?[\d.a-z -]{1,16}(?:%|percent|"
                     r"per cent) of (?:the|its|their|our|all))", re.I)  # fmt: skip
_SOURCE = re.compile(r"(?:%|percent|per cent|half|thirds?|quarters?) of (?:the |"
    r"all )?(?P<who>[\w.'’ -]{2,40}?) ?(?:net )?(?:imports|purchases)\b"
                     r"|\bimports? of\b|\bimported from\b|\b(?:of|in) [\w.'’ ]{2,40}imports\b", re.I)  # fmt: skip
_GETS = re.compile(r"\b(?:gets?|got|bought|buys|sourced?|sources|imports?|imported|received?)\b.{0,80}\bfrom\b", re.I)
_GREW = re.compile(r"\b(?:rose|risen|rise[sn]?|grew|grown|grow|climbed|increased?|jumped|surged|"
    r"(?<!dig )(?<!digs )(?<!dug )(?<!make )(?<!makes )up|fell|fallen|dropped|declined?|"
                   r"decreased|down|slid|shrank|cut|slump\w*|plung\w*|gain\w*|lost|higher|"
                   r"lower)(?: by)?(?: (?:about|around|some|roughly|"
                   r"nearly|almost|more than|over|another))?\s*$", re.I)  # fmt: skip
_OTHER_WHOLE = re.compile(
    r"^\s*(?:of|from) (?:all |the )?(?:these|those|this|that)\b|^\s*(?:of|from) (?:all |"
    r"the )?(?:\w+ ){0,2}?(?:europe|africa|asia|latin america|south america|"
    r"north america|the west|the continent|"
    r"domestic|gdp|exports?|export|demand|consumption|capacity|revenues?|sales|budget|"
    r"voters|people|"
    r"citizens|jobs|workers|power|electricity|battery|the (?:population|market value|value|cost|price|"
    r"shares?|company))", re.I,
)  # fmt: skip
_OTHER_MASS = re.compile(r"\b(?:export\w*|import\w*|consum\w+|demand\w*|capacit\w+|stock\w*|ship(?:ped|"
    r"ments?)|need\w*|us(?:ed|es|age)|"
                         r"waste|tailings|carbon|co2|emission\w*|recycl\w+|per (?:day|month|week)|a (?:day|"
                         r"month)|quota\w*|sold|sell\w*|bought|order\w*)\b", re.I)  # fmt: skip
_MINERAL = re.compile(
    r"\b(?:mineral|resource|reserve|deposit|ore|metal|mine|mining|lithium|cobalt|rare earth)s?\b", re.I
)
_KINDS, _UNITS = {"share": "share", "mass": "quantity"}, {"share": "%", "mass": "t"}
_PRICED = re.compile(
    r"\b(?:price[sd]?|cost|costs|averag\w+|trad\w+|sold|fetch\w+|quoted|per (?:kilo\w*|kg|tonne|ton|pound))\b", re.I
)


def shares_and_quantities(read: Read) -> list[Made]:
    """Return a test for each number that has a material and a place."""
    made: list[Made] = []
    for number in read.numbers:
        if _left_behind(read, number):
            continue
        test = {"share": _share, "mass": _mass, "price": _price, "money": _money}[number.kind](read, number)
        if test is not None:
            test = _told_by(read, number, test)
        if test is None and number.kind in ("share", "mass") and _MINERAL.search(read.text) and not _GREW.search(
            read.text[max(0, number.start - 30) : number.start]):  # fmt: skip
            test = replace(_filled(Test(_KINDS[number.kind], reason="no data"), number, _UNITS[number.kind]))
        if test is not None and over(test.year, read.context.today):
            wording = _wording(number)
            made.append((test, wording))
    return made


def _left_behind(read: Read, number: Number) -> bool:
    """Whether a number is the old one of a change without a year of its own: "cut from 22 to 3 in 2025"."""
    if not re.search(
        r"\bfrom (?:about |some |around |nearly |over )?$", read.text[max(0, number.start - 14) : number.start]
    ):
        return False
    following = [n for n in read.numbers if n.start > number.end]
    between = read.text[number.end : following[0].start] if following else ""
    return re.search(r"\bto\b", between) is not None and not re.search(r"\b(?:19|20)\d\d\b", between)


def _told_by(read: Read, number: Number, test: Test) -> Test:
    """Add the source and the edition a number is given as from: a number of one source is held against that source."""
    start, end = clause(read.text, number.start)
    source = source_in(read, start, end) or source_in(read, 0, len(read.text))
    others = [n for n in read.numbers if n.start > number.start]
    limit = min((n.start for n in others), default=len(read.text))
    edition = re.search(r"\b(20\d\d) edition|\bedition of (20\d\d)", read.text[number.end : limit])
    if re.search(r"\b(?:once|formerly|previously|used to|earlier editions?)\b", read.text[start : number.start]):
        return replace(test, edition="any")
    told = (edition[1] or edition[2]) if edition else None
    return replace(test, source=source, edition=told)


def _wording(number: Number) -> tuple[Wording, ...]:
    if number.term == "nearly":
        return (Wording("nearly", 10.0),)
    if number.term == "about":
        return (Wording("about", 5.0 if number.kind == "share" else 10.0),)
    return ()


def _filled(test: Test, number: Number, unit: str) -> Test:
    return replace(test, relation=number.relation, value=number.value, low=number.low, high=number.high, unit=unit)


def _material(read: Read, at: int) -> tuple[str | None, str | None]:
    named: Mention | None = material_at(read, at)
    if named is not None and named.code == "REPM" and re.search(r"\bin (?:sintered )?magnets", read.text):
        return "REE", None
    if named is not None and named.code in ("REPM", "NdFeB") and stage_at(read, at, at + 1) in ("mine", "separation"):
        rest = [item.code for item in read.of("material") if item.code not in ("REPM", "NdFeB")]
        return (rest[0] if rest else "REE"), None
    if named is not None:
        return named.code, named.product
    return read.context.material, read.context.product


def _share(read: Read, number: Number) -> Test | None:
    text = read.text
    before, after = text[max(0, number.start - 60) : number.start], text[number.end : number.end + 70]
    material, product = _material(read, number.start)
    year = year_at(read, number.start, number.end)
    if _GREW.search(before):
        return None
    source = _import_share(read, number, material, year)
    if source is not None:
        return source
    start, end = clause(text, number.start)
    part = text[start:end]
    place = joint(read, number.start) or _one(place_at(read, number.start))
    if _RELIES.search(part):
        base = Test(
            "share",
            material=material,
            product=product,
            stage="use",
            measure="net_import_reliance",
            place=place,
            year=year,
        )
        return _filled(base, number, "%") if material and place else None
    if _OTHER_WHOLE.search(after) or _own_whole(read, number):
        return None
    holds = bool(_HOLDS.search(part)) and not re.search(r"\bdepend", part)
    world = read.world or re.search(r"\ball\b|\bmined\b|\bsupply\b", part) is not None
    if _GROUND.search(part) and not holds:
        return None
    follows = read.context.measure in ("production", "reserves") and not read.of("material") and material is not None
    if not (holds or _PRODUCES.search(part) or (world and follows)) or material is None or not place:
        return None
    if number.text.casefold().endswith("half") and not (world or holds or read.of("material")):
        return None
    measure = "reserves" if holds else "production"
    stage = "mine" if holds else _stage(read, number, material, product)
    return _filled(Test("share", material, product, stage, measure, place, year=year), number, "%")


def _stage(read: Read, number: Number, material: str | None, product: str | None) -> str | None:
    if product == "sponge":
        return "refining"
    named = stage_at(read, number.start, number.end)
    if named is None and not re.search(r"\bproduc", read.text) and read.context.material in (material, None):
        named = read.context.stage
    if material in ("REPM", "NdFeB"):
        named = "magnet"
    return refined(material, named)


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
    return bool(re.match(r" ?of (?:its|their|our|his|her) (?!global|world)", after)) and not _RELIES.search(read.text)


def _import_share(read: Read, number: Number, material: str | None, year: int | None) -> Test | None:
    text, places = read.text, read.places
    codes = [item.code for item in places]
    importer: str | None = None
    partner: str | None = None
    found = _SOURCE.search(text)
    if found and not re.search(r"reli|depend", text):
        who = [item for item in places if found["who"] and found.start("who") <= item.start < found.end("who") + 1]
        importer = (
            who[0].code if who else (codes[-1] if len(codes) > 1 else read.context.importer or read.context.place)
        )
        rest = [item.code for item in places if item.code != importer]
        partner = rest[0] if rest else None
    elif _GETS.search(text) and len(codes) >= 2:
        importer, partner = codes[0], codes[-1]
        tail = [
            item.code for item in places if re.search(r"\bfrom(?: the)? $", text[max(0, item.start - 10) : item.start])
        ]
        partner = tail[0] if tail else partner
    elif read.context.measure == "import_source_share" and not read.of("material") and codes and re.search(
        r"\b(?:suppl|provid|account|sent|deliver)\w*", text):  # fmt: skip
        importer, partner = read.context.importer, codes[0]
    if not importer or not partner or importer == partner or not material:
        return None
    base = Test(
        "share",
        material=material,
        stage="use",
        measure="import_source_share",
        place=(importer,),
        other=(partner,),
        year=year,
    )
    return _filled(base, number, "%")


def _mass(read: Read, number: Number) -> Test | None:
    start, end = clause(read.text, number.start)
    part = read.text[start:end]
    near = read.text[max(0, number.start - 70) : number.end + 60]
    material, product = _material(read, number.start)
    plants = [item for item in read.of("facility") if item.start < number.start]
    year = year_at(read, number.start, number.end)
    place = joint(read, number.start) or _one(place_at(read, number.start))
    if (
        read.world
        and not [p for p in read.places if p.start < number.start]
        and not re.search(r"\b(?:the country|its?|their)\b", part)
    ):
        place = ("WLD",)
    if plants and not re.search(r"\b(?:capacity|reserves|plan\w*|from)\b", part):
        base = Test("quantity", material=material, place=(), facility=plants[0].code, measure="production", year=year)
        return _filled(replace(base, material=material if read.of("material") else None), number, "t")
    if re.search(r"\d of (?:about |some )?$", read.text[: number.start]):
        place = ("WLD",)  # "67,000 of 85,000 tonnes": the whole
    holds = bool(_HOLDS.search(part))
    if (
        _OTHER_MASS.search(near)
        and not holds
        and not re.search(r"\b(?:mine[sd]?|mining|produc\w+|refin\w+|output)\b", part)
    ):
        return None
    if (_GROUND.search(part) and not holds) or material is None or not place:
        return None
    says = _PRODUCES.search(part) or _PRODUCES.search(read.text)
    measure = "reserves" if holds else "production" if says else read.context.measure
    if _HOLDS.search(read.text) and not says:
        measure = "reserves"
    if measure not in ("production", "reserves"):
        return None
    value = number
    if re.search(r"\blithium carbonate equivalent|\bLCE\b", read.text):
        from ytterby.core.units import factor

        scale = factor("t Li2CO3", "t Li")
        value = replace(number, value=number.value * scale, low=None, high=None)
    stage = "mine" if measure == "reserves" else _stage(read, number, material, product)
    return _filled(Test("quantity", material, product, stage, measure, place, year=year), value, "t")


def _price(read: Read, number: Number) -> Test | None:
    material, product = _material(read, number.start)
    if material is None:
        return None
    if re.match(r" in (?:January|February|March|April|May|June|July|August|September|October|November|December)\b",
                read.text[number.end :]):  # fmt: skip
        return None
    place = ("USA",) if any(p.code == "USA" for p in read.places) else ("WLD",)
    if any("Metal Exchange" in item.code for item in read.of("organisation")):
        product = "London Metal Exchange"
    form = "oxide" if re.search(r"\boxide\b", read.text) else product
    year = year_at(read, number.start, number.end)
    if year is None and not _PRICED.search(read.text):
        return None
    return _filled(Test("quantity", material, form, None, "price", place, year=year), number, "USD/kg")


def _money(read: Read, number: Number) -> Test | None:
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
    place = _one(main_place(read))
    reason = "part for whole" if whole and named else "no data"
    return _filled(Test("quantity", measure="value", place=place, reason=reason), number, "USD")


def _one(code: str | None) -> tuple[str, ...]:
    return () if code is None else (code,)


_VAGUE = re.compile(
    r"\b(?:(?P<dominate>dominat(?:es?|ed|ing))|(?P<dominance>dominance)|(?P<dominant>dominant)|"
    r"(?P<strangle>stranglehold|chokehold|"
    r"iron grip)|(?P<near>near[- ]monopoly|virtual monopoly|quasi[- ]monopoly)|(?P<mono>monopoly|monopolises|"
    r"monopolizes)|"
    r"(?P<overwhelming>(?:vast|overwhelming|great) majority)|(?P<majority>majority)|"
    r"(?P<lion>lion['’]s share)|(?P<bulk>bulk)|"
    r"(?P<most>most) of (?:the world|all|the global|global|world)|(?P<nearly>(?:nearly|almost|virtually|"
    r"practically) all)|"
    r"(?P<trove>treasure troves?))\b", re.I,
)  # fmt: skip
_TERMS = {
    "dominate": "dominate", "dominance": "dominance", "dominant": "dominant", "strangle": "stranglehold",
    "near": "near-monopoly", "mono": "monopoly", "overwhelming": "vast majority", "majority": "majority",
    "lion": "lion's share", "bulk": "bulk", "most": "most", "nearly": "nearly all", "trove": "treasure trove",
}  # fmt: skip


_ALL = re.compile(r"\bimports? (?:all|every (?:gram|ounce|tonne|ton|kilo\w*|bit|last \w+))\b", re.I)


def all_imported(read: Read) -> list[Made]:
    """Return the import-reliance test of "imports all that it uses"."""
    found = _ALL.search(read.text)
    material, product = _material(read, found.start()) if found else (None, None)
    place = main_place(read)
    if found is None or material is None or place is None:
        return []
    year = year_at(read, found.start(), found.end())
    base = Test("share", material, product, "use", "net_import_reliance", (place,), year=year)
    return [(replace(base, value=100.0, unit="%"), ())]


def vague_shares(read: Read) -> list[Made]:
    """Return a share test for each vague word with a place and a material; the threshold is stated with it."""
    made: list[Made] = []
    for found in _VAGUE.finditer(read.text):
        term = _TERMS[found.lastgroup or "most"]
        start, end = clause(read.text, found.start())
        if any(n.kind == "share" and start <= n.start < end for n in read.numbers):
            continue
        material, product = _material(read, found.start())
        place = place_at(read, found.start())
        part = read.text[start:end]
        if term in ("majority", "bulk", "most", "nearly all", "vast majority", "lion's share") and not (
            re.match(r"(?: of)? (?:the |all )?", read.text[found.end() :])
            and (_PRODUCES.search(part) or _HOLDS.search(part))
        ):
            continue
        if (
            material is None
            or place is None
            or re.search(r"\b(?:exports?|imports|trade|trading|market cap\w*|bloc|eurasia)\b", part)
        ):
            continue
        if re.search(r"\bmajority (?:stake|owner|share|holder)|\bdominan\w+ (?:narrative|party|culture)", part):
            continue
        holds = bool(_HOLDS.search(part)) or term == "treasure trove"
        near = Number("share", SHARES[term], found.start(), found.end(), found[0], ">=")
        stage = "mine" if holds else _stage(read, near, material, product)
        year = year_at(read, found.start(), found.end())
        test = Test("share", material, product, stage, "reserves" if holds else "production", (place,), year=year)
        made.append((_filled(test, near, "%"), (Wording(term, SHARES[term]),)))
    return made
