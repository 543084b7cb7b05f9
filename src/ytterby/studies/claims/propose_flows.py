"""What crosses borders: exports and imports in tonnes, the part that goes somewhere, and a part of world trade."""

from __future__ import annotations

import re
from dataclasses import replace

from ytterby.studies.claims.context import Read
from ytterby.studies.claims.customs import SIDES
from ytterby.studies.claims.gazetteer import Mention
from ytterby.studies.claims.places import whole
from ytterby.studies.claims.quantities import Number
from ytterby.studies.claims.record import Test
from ytterby.studies.claims.slots import Proposal, materials_of
from ytterby.studies.claims.subjects import clause, main_place, over, year_at

_OUT = re.compile(
    r"\b(?:(?:world|global|international) trade|export(?:s|ed|ing)?|re-?exports?|ship(?:s|ped|ping)?|shipments?|"
    r"outbound|overseas sales|sales abroad|"
    r"foreign sales|exporters?|(?:sold|sells?|selling|sent|sends)(?=[^.;]{0,60}\b(?:abroad|overseas|"
    r"to (?:foreign|buyers)))|"
    r"went (?:to|abroad)|goes to|going to|headed (?:to|for)|bound for|left for)\b", re.I,
)  # fmt: skip
_IN = re.compile(
    r"\b(?:import(?:s|ed|ing)?|inbound|buys?(?! back)|bought|buying|purchase[sd]?|(?:sources?|sourced|took|takes|taken|"
    r"absorb(?:s|ed)|received?|receives|gets?|got|brought in|take-?up)(?=[^.;]{0,60}\b(?:from|abroad|overseas|of (?:it|"
    r"them|that|these|those|all|the))\b)|ended up in|landed in|arriv(?:ed|es|als?)(?: in)?|foreign purchases|"
    r"buyers?|importers?|customers?)\b", re.I,
)  # fmt: skip
#: Trade of something else, or in other measures.
_OTHER = re.compile(
    r"\b(?:licen[cs]\w*|permits?|quotas?|controls?|ban(?:s|ned)?|restrict\w*|net import|reliance|relian\w+|depend\w*|"
    r"revenues?|earnings|tariffs?|dut(?:y|ies)|per (?:day|week|month)|a (?:day|week|month)|offtake|workers|"
    r"refugees)\b", re.I,
)  # fmt: skip
_MADE = re.compile(
    r"\b(?:produc\w+|output|mine[sd]?|mining|refin\w+|smelt\w*|dug|digs?|reserves|capacity|cost|price[sd]?)\b", re.I
)
_TO = re.compile(r"\b(?:to|for|towards?|into|in)(?: the| buyers in| customers in| ports in| mainland)? $", re.I)
_FROM = re.compile(r"\b(?:from|by|out of|leaving)(?: the)? $", re.I)
#: Words of the sentence that name the traded good: what its code's description holds.
_GOODS = (
    (r"\bcarbonates?\b", "carbonate"), (r"\bhydroxides?\b", "hydroxide"), (r"\boxides?\b", "oxide"),
    (r"\b(?:flakes?|powder(?:ed)?)\b", "powder"), (r"\b(?:ores?|concentrates?|bauxite)\b", "ore"),
    (r"\bcathodes?\b|\brefined copper\b", "cathodes"), (r"\bscrap\b", "scrap"), (r"\bcompounds?\b", "compounds"),
    (r"\b(?:unwrought|ingots?|metal)\b", "unwrought"), (r"\bferroniobium\b", "ferroniobium"),
    (r"\bferrovanadium\b", "ferrovanadium"),
)  # fmt: skip
_MOST = 10


def side_of(read: Read, at: int) -> str | None:
    """Return "exports" or "imports" where the words nearest to a place in its clause are about trade, or None."""
    start, end = clause(read.text, at)
    part = read.text[start:end]
    found = [(abs(start + m.start() - at), name) for pattern, name in ((_OUT, "exports"), (_IN, "imports"))
             for m in pattern.finditer(part)]  # fmt: skip
    if not found or _OTHER.search(part):
        return None
    return min(found)[1]


def flow(read: Read, number: Number) -> Proposal | None:
    """Return the test of a tonnage or a share that is traded, or None where the sentence is of something else."""
    if number.kind not in ("mass", "share"):
        return None
    side = side_of(read, number.start)
    start, end = clause(read.text, number.start)
    part = read.text[start:end]
    was = read.context.measure
    carried = side is None
    if side is None and start > 0 and not _MADE.search(part) and not _OTHER.search(part):
        side = side_of(read, start)
        carried = side is None
    if side is None and was in SIDES and not _MADE.search(part) and not _OTHER.search(part):
        side = was
    if side is None and re.search(r"\bof (?:the )?(?:world|global|international)(?:['’]s)? (?:trade|exports|shipments|"
                                  r"imports)\b", read.text[number.end : number.end + 40]):  # fmt: skip
        side = "imports" if "imports" in part else "exports"
    materials, _ = materials_of(read, number.start)
    if side is None or not materials:
        return None
    if carried and not read.places:
        return None
    tests = _readings(read, number, side, materials[0][0])
    if not tests:
        return None
    firm = bool(read.places) and (bool(read.of("material")) or was in SIDES)
    return Proposal(tests[0], (), tuple(tests[1:_MOST]), firm)


def _readings(read: Read, number: Number, side: str, material: str) -> list[Test]:
    kind, unit = ("share", "%") if number.kind == "share" else ("quantity", "t")
    base = Test(kind, material, goods(read), None, side, relation=number.relation, value=number.value,
                low=number.low, high=number.high, unit=unit)  # fmt: skip
    years = _years(read, number)
    made: dict[Test, None] = {}
    for test in _routes(read, number, base):
        for year in years:
            for product in dict.fromkeys((test.product, _spoken(read, material), None)):
                made.setdefault(replace(test, year=year, product=product))
    return [test for test in made if over(test.year, read.context.today)]


def _years(read: Read, number: Number) -> tuple[int | None, ...]:
    named = year_at(read, number.start, number.end)
    if named is not None:
        return (named,)
    was = read.context.year
    return tuple(dict.fromkeys((was if read.context.measure in SIDES else None, None)))


def _spoken(read: Read, material: str) -> str | None:
    return read.context.product if read.context.material == material else None


def goods(read: Read) -> str | None:
    """Return the word for the traded good that a sentence names, as trade codes are described."""
    return next((word for pattern, word in _GOODS if re.search(pattern, read.text, re.I)), None)


def _routes(read: Read, number: Number, base: Test) -> list[Test]:
    """The readings of who trades with whom, the likeliest first."""
    side = base.measure or "exports"
    source, target, others = ends(read, number.start)
    was = read.context
    after = read.text[number.end : number.end + 50]
    world = re.match(r" ?of (?:the |all )?(?:world|global|international)", after) or re.match(
        r" ?of (?:all|total) (?:shipments|exports|imports|trade)", after)  # fmt: skip
    made = []
    start, end = clause(read.text, number.start)
    if number.kind == "share":
        about = others[0] if others else source or target or was.place
        if world and target:
            return [replace(base, measure="imports", place=(target,))]
        if world or not (was.measure in SIDES or source or (others and target)):
            return [replace(base, place=(about,))] if about else []
        if source is None and target is None and re.match(r" ?of that\b", after):
            return []
        holder = source or (others[0] if others and target else None) or was.place
        goal = target or (others[-1] if others else None)
        if holder and goal and holder != goal and holder != "WLD":
            made.append(replace(base, measure="exports", place=(holder,), other=(goal,)))
            made.append(replace(base, measure="imports", place=(goal,), other=(holder,)))
            if side == "imports" or re.match(r" ?of (?:its|their|the|all|\w+['’]s) (?:\w+ ){0,3}(?:imports|"
                r"purchases)", after):
                made.reverse()
        single = goal or about
        if single:
            made.append(replace(base, measure="imports" if target else side, place=(single,)))
        made += [replace(base, place=(code,)) for code in others if code != single]
        return made
    if whole(read, number):
        return [replace(base, place=("WLD",))]
    if side == "exports":
        holder = source or (others[0] if others else None) or was.place
        if source is None and read.world and not any(start <= p.start < end for p in read.places):
            holder = "WLD"
        if holder:
            made.append(replace(base, place=(holder,), other=(target,) if target and target != holder else ()))
    else:
        holder = (others[0] if others else None) or target or was.place
        if holder and source is None and was.measure == "exports" and was.place not in (None, "WLD", holder):
            made.append(replace(base, place=(holder,), other=(was.place or "",)))
        if holder:
            made.append(replace(base, place=(holder,), other=(source,) if source and source != holder else ()))
    return made


def ends(read: Read, at: int) -> tuple[str | None, str | None, list[str]]:
    """Return where goods come from, where they go, and the other places of the clause, the subject first."""
    start, end = clause(read.text, at)
    inside = [item for item in read.places if start <= item.start < end and not _compared(read, item)]
    sources = _led(read, inside, _FROM)
    targets = _led(read, [item for item in inside if item not in sources and _abroad(read, item)], _TO)
    source, target = _nearest(sources, at), _nearest(targets, at)
    others = [item.code for item in inside if item not in sources and item not in targets]
    if not others:
        about = main_place(read) if source is None else None
        earlier = [item.code for item in read.places if item.start < start and item.code != target]
        others = [earlier[-1]] if earlier else [about] if about and about != target else []
    return source, target, list(dict.fromkeys(others))


def _abroad(read: Read, item: Mention) -> bool:
    """Whether "in" stands before a place where goods arrive: "ended up in China", and not "in China exports fell"."""
    before = read.text[max(0, item.start - 24) : item.start]
    arrives = re.search(r"\b(?:up|landed|arrived) in(?: the)? $", before)
    return arrives is not None or not re.search(r"\bin(?: the)? $", before)


_THAN = re.compile(r"\b(?:than|like|unlike|ahead of|behind|(?:times|half|twice|third|quarter) (?:those|"
    r"that) of)(?: the)? $")


def _compared(read: Read, item: Mention) -> bool:
    """Whether a place is only what something is compared with."""
    return _THAN.search(read.text[max(0, item.start - 24) : item.start]) is not None


def _led(read: Read, places: list[Mention], before: re.Pattern[str]) -> list[Mention]:
    return [item for item in places if before.search(read.text[max(0, item.start - 24) : item.start])]


def _nearest(places: list[Mention], at: int) -> str | None:
    """The first place behind a number, else the last before it."""
    behind = [item.code for item in places if item.start >= at]
    return behind[0] if behind else places[-1].code if places else None
