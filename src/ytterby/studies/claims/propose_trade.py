"""What a country imports: the share of what it uses, and the share that comes from another country."""

from __future__ import annotations

import re
from dataclasses import replace

from ytterby.studies.claims.context import Read
from ytterby.studies.claims.quantities import Number
from ytterby.studies.claims.record import Test
from ytterby.studies.claims.slots import Proposal
from ytterby.studies.claims.subjects import clause, main_place, material_at, over, year_at

_SHARE = r"(?:%|percent|per cent|pct|pc|half|thirds?|quarters?|fifths?|tenths?)"
RELIES = re.compile(
    rf"{_SHARE} (?:was |is |are |were )?imported\b|\bnet import reliance|\b(?:dependence|dependency|"
    rf"reliance) (?:up)?on (?:imported|imports|foreign)|\bimport[- ](?:relian\w+|depend\w+)|"
    r"\brel(?:y|ies|ied|iance|iant)\b(?: \w+){0,2} (?:up)?on (?:\w+ )?(?:imports|suppl\w+|foreign\w*|abroad|"
    r"deliveries)|"
    r"\bdepend\w*\b(?: \w+){0,2} (?:up)?on (?:\w+ )?(?:imports|foreign\w*|abroad|suppl\w+ from abroad|deliveries)|"
    rf"\b(?:imports?|imported|importing|buys?|sources?|gets?|covers?|covered|meets?|met)\b[^.;]{{0,40}}{_SHARE} of "
    r"(?:all |the (?!world)|its |their |our |what )(?:[^.;]{0,40}\b(?:abroad|overseas|imports?|imported|"
    r"consumption|needs?|"
    r"uses?|it uses|requirements|demand)\b)?|"
    rf"{_SHARE} of (?!the world)[^.;]{{2,80}}?\b(?:is|are|was|were|being|comes?|came) (?:still |now )?(?:imported|"
    rf"from abroad|"
    r"from overseas|bought abroad|from foreign)", re.I,
)  # fmt: skip
_SOURCE = re.compile(
    rf"{_SHARE} of (?:the |all )?(?P<who>[\w.'’ -]{{2,40}}?) ?(?:net )?(?:imports|purchases)\b|\bimports? of\b|"
    r"\bimported from\b|\b(?:of|in) [\w.'’ ]{2,40}imports\b", re.I,
)  # fmt: skip
_GETS = re.compile(
    r"\b(?:gets?|got|bought|buys|sourced?|sources|imports?|imported|obtains?|receiv\w+|draws?|"
    r"purchase[sd]?)\b.{0,80}\bfrom\b",
    re.I,
)
_ALL = re.compile(
    r"\bimports? (?:all|every (?:gram|ounce|tonne|ton|kilo\w*|bit|last \w+))\b|"
    r"\b(?:depend\w*|rel(?:y|ies|iant)) (?:wholly|entirely|completely|fully|exclusively|solely|"
    r"totally) (?:up)?on (?:\w+ )?"
    r"(?:imports|foreign|suppl\w+ from abroad|others|abroad)|"
    r"\b(?:wholly|entirely|completely|fully|totally|exclusively) (?:dependent|reliant) (?:up)?on (?:\w+ )?"
    r"(?:imports|foreign|others|abroad)|"
    r"\b(?:rel(?:y|ies)|depends?) (?:up)?on (?:imports|foreign \w+|others) for (?:all|every|100)\b|"
    r"\b(?:must|has to|have to) import (?:all|every)|\ball of (?:its|their|the) [\w ]{3,40} (?:is|are) imported\b|"
    r"\bfully import[- ]dependent|\b(?:dependence|reliance) on imports is (?:complete|total|absolute|full)|"
    r"\b(?:is|are) (?:wholly|entirely|completely|fully) imported", re.I,
)  # fmt: skip


def trade_share(read: Read, number: Number) -> Proposal | None:
    """Return the test of a share of imports: from one country, or of all that is used."""
    named = material_at(read, number.start)
    material = named.code if named else read.context.material
    product = named.product if named else read.context.product
    year = year_at(read, number.start, number.end)
    span = re.search(r"\b(20\d\d)(?:-| to | and |–)(20\d\d)\b", read.text)
    base = Test(
        "share", material, stage="use", year=int(span[2]) if span else year, relation=number.relation,
        value=number.value, low=number.low, high=number.high, unit="%",
    )  # fmt: skip
    found = _partner(read, number, base, material)
    if found is not None:
        return Proposal(found, others=(replace(found, year=None),) if found.year else ())
    start, end = clause(read.text, number.start)
    part = read.text[start:end]
    if not RELIES.search(part) or material is None or re.search(r"\bworld(?:'s|’s)? ", part):
        return None
    place = main_place(read)
    if place is None:
        return None
    made = replace(base, product=product, measure="net_import_reliance", place=(place,))
    return Proposal(made, others=(replace(made, product=None),))


#: "Supplies 62 percent of the EU's", "depends on China for 97 percent", "used in the EU comes from", "imported by".
_SUPPLIED = re.compile(
    r"\b(?:suppl(?:y|ies|ied)|provid\w+|account\w* for|deliver\w*|covers?|meets?)\b[^.;]{0,30}$", re.I
)
_HANGS = re.compile(r"\b(?:depend\w*|rel(?:y|ies|ied|iant)) (?:up)?on(?: the)? $", re.I)
_USED = re.compile(
    r"^[^.;]{0,40}?\b(?:used|consumed|needed|bought|processed|imported|required)(?: up)? (?:in|by)(?: the)? $", re.I
)


def _buyer(read: Read, number: Number) -> tuple[str, str] | None:
    """Importer and partner where no word of the sentence is about trade: "China supplies 97 percent of the EU's"."""
    text = read.text
    named = [*read.places, *(item for item in read.areas if item.code == "Europe")]
    spots = sorted({item.start: (item, "EU27" if item.code == "Europe" else item.code) for item in named}.values(),
                   key=lambda pair: pair[0].start)  # fmt: skip
    buyers = [(item, code) for item, code in spots if code in ("EU27", "USA")]
    rest = [(item, code) for item, code in spots if code not in ("EU27", "USA")]
    if not buyers or not rest:
        return None
    buyer, seller = buyers[0], rest[0]
    own = re.fullmatch(r" ?of (?:all |the )*", text[number.end : buyer[0].start]) is not None and re.match(
        r"(?:['’]s?\b| )", text[buyer[0].end :]) and _SUPPLIED.search(text[: number.start])  # fmt: skip
    hangs = _HANGS.search(text[: seller[0].start]) and buyer[0].start < seller[0].start
    used = number.end <= buyer[0].start and _USED.search(text[number.end : buyer[0].start])
    through = text[buyer[0].end : seller[0].start] if buyer[0].start < seller[0].start else ""
    comes = re.fullmatch(r" ?of (?:all |the )*", text[number.end : buyer[0].start]) is not None and re.search(
        r"\b(?:comes?|came|is|are|was|were)\b[^.;]{0,20}\bfrom(?: the)? $", through)  # fmt: skip
    if used and not re.search(r"\b(?:from|of|source)\b", text):
        used = None
    return (buyer[1], seller[1]) if own or hangs or used or comes else None


def _partner(read: Read, number: Number, base: Test, material: str | None) -> Test | None:
    text, places = read.text, read.places
    hidden = _buyer(read, number)
    if hidden is not None and material:
        return replace(base, measure="import_source_share", place=(hidden[0],), other=(hidden[1],))
    codes = [item.code for item in places]
    importer: str | None = None
    partner: str | None = None
    found = _SOURCE.search(text)
    if found and not re.search(r"reli|depend|meets|covered", text):
        who = [item for item in places if found["who"] and found.start("who") <= item.start < found.end("who") + 1]
        importer = (
            who[0].code if who else (codes[-1] if len(codes) > 1 else read.context.importer or read.context.place)
        )
        rest = [item.code for item in places if item.code != importer]
        partner = rest[0] if rest else None
        if _GETS.search(text) and len(codes) >= 2:
            importer, partner = _from(read, number)
    elif _GETS.search(text) and len(codes) >= 2 and not _back(read):
        importer, partner = _from(read, number)
    elif _GETS.search(text) and codes and _back(read) and read.context.place:
        importer, partner = read.context.place, _from(read, number)[1]
    elif read.context.measure == "import_source_share" and not read.of("material") and codes and (
        re.search(r"\b(?:suppl|provid|account|sent|deliver|came|from|follow)\w*", text)
    ):  # fmt: skip
        near = [p for p in places if p.start < number.start] or places
        importer, partner = read.context.importer, near[-1].code
    if not importer or not partner or importer == partner or not material:
        return None
    return replace(base, measure="import_source_share", place=(importer,), other=(partner,))


def _back(read: Read) -> bool:
    """Whether the buyer is a pronoun: every place named is one that something comes from."""
    return re.search(r"\b(?:it|they|we|the country)\b", read.text, re.I) is not None and all(
        re.search(r"\b(?:from|and|or)(?: the)? $|, $", read.text[: p.start]) for p in read.places
    )


def _from(read: Read, number: Number) -> tuple[str, str]:
    places = read.places
    tail = [p.code for p in places if re.search(r"\bfrom(?: the)? $", read.text[max(0, p.start - 10) : p.start])]
    tail = [p.code for p in places if p.start > number.start and p.code in tail] or tail
    return places[0].code, (tail[0] if tail else places[-1].code)


def all_imported(read: Read) -> list[Proposal]:
    """Return the import-reliance test of "imports all that it uses"."""
    found = _ALL.search(read.text)
    if found is None or any(number.kind == "share" for number in read.numbers):
        return []
    named = material_at(read, found.start())
    material = named.code if named else read.context.material
    place = main_place(read)
    if material is None or place is None:
        return []
    year = year_at(read, found.start(), found.end())
    if not over(year, read.context.today):
        return []
    base = Test("share", material, named.product if named else None, "use", "net_import_reliance", (place,), year=year)
    made = replace(base, value=100.0, unit="%")
    spoken = [code for code in reversed(read.context.places) if not read.places and code != place]
    others = [replace(made, product=None), *(replace(made, place=(code,), product=None) for code in spoken)]
    return [Proposal(made, others=tuple(others))]
