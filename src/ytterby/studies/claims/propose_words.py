"""What is said rather than counted: quotations, opinions, causes, judgements, predictions, sources, events, status."""

from __future__ import annotations

import re

from ytterby.studies.claims.context import Read
from ytterby.studies.claims.places import places_of
from ytterby.studies.claims.quantities import Number
from ytterby.studies.claims.record import Claim, Test, Wording
from ytterby.studies.claims.speech import CAUSAL, FUTURE, LOADED, OPINION, nameless, source_line
from ytterby.studies.claims.subjects import main_place, refined, stage_at

Made = tuple[Test, tuple[Wording, ...]]
_NONE = re.compile(
    r"\b(?:(?:makes?|made|produces?|produced|mines?|mined|refines?|refined|smelts?|digs? up|digs?|dug up|turns? out|"
    r"has|have|had|yields?|there (?:is|"
    r"was)) (?:absolutely |virtually |precisely |exactly |almost )?(?P<no>none|no|zero|"
    r"not a (?:single )?(?:gram|tonne|ton|kilo\w*))\b"
    r"|(?P<never>(?:has |have )?never (?:been )?(?:produced|mined|refined|made|smelted))|(?P<not>(?:does|do|"
    r"did|has|have|doesn['’]t|don['’]t|didn['’]t|hasn['’]t) (?:not )?(?:yet )?(?:produced?|mined?|refined?|made?|"
    r"make)(?= (?:any|a|one|its)\b))"
    r"|(?P<longer>no longer (?:produces?|mines?|refines?|makes?)|has yet to (?:produce|mine|refine|make|dig)|"
    r"has not (?:mined|produced|refined|smelted|made))\b|"
    r"(?P<passive>(?:is|are|was|were|has been|have been) (?:not|never) (?:\w+ )?(?:produced|mined|refined|made|smelted)"
    r"(?= (?:any\w+ )?(?:in|by)\b|[.,;]))|"
    r"(?P<one>(?:no [\w ,-]{2,40}|(?:not|nor) (?:one|a single|a) (?:tonne|ton|gram|kilo\w*|"
    r"ounce)(?: of [\w -]{2,30}?)?) "
    r"(?:was|were|is|are|has been|have been|had been) (?:ever |actually |yet |being )?"
    r"(?:mined|produced|made|refined|smelted|dug|separated))|(?P<nothing>(?:no|zero) (?:mine |domestic |primary |"
    r"commercial |active |operating |working |rare[- ]earth )?(?:production|output|mine|mining)\b))", re.I,
)  # fmt: skip
_RUNS = re.compile(
    r"\b(?:runs?|operates?|operated|opened|is home to|owns?|there (?:is|are)|has|have|lies?|sits?|stands?|"
    r"hosts?|started|is located|are located|boasts?|restarted)\b",
    re.I,
)
_WORKS = re.compile(
    r"\b(?:runs?|operat\w+|opened|owns?|has|is run by|is operated by|in (?:production|operation)|separates?|"
    r"mines|makes|produces|"
    r"recycles|processes|started|located|home to)\b", re.I,
)  # fmt: skip
_PLANT = re.compile(r"\b(?:plant|mine|refinery|smelter|facility|mill|separator|works|factory|concentrator)\b", re.I)
_DEPOSITS = re.compile(r"\b(?:deposits?|reserves|mines?|resources)\b", re.I)
_HAS = re.compile(
    r"\b(?:has|have|holds?|boasts?|possess(?:es)?|is home to|sits? on|is rich in|contains?|hosts?|mines|"
    r"produces|refines|there (?:is|are))\b",
    re.I,
)
_JUDGES = re.compile(r"\b(?:great|terrible|good|bad|best|worst|wrong|right|unfair|fair|brilliant|stupid|"
    r"dangerous|critical|strategic|vital|notable|"
                     r"important|remarkable|rare opportunity|path to peace|idle|must|should|courageous|weak|"
                     r"strong)\b", re.I)  # fmt: skip


def claims(text: str, read: Read, counted: bool) -> list[Claim]:
    """Return the claims of a sentence that no figure can answer."""
    found: list[Claim] = []
    for quoted in read.quotations:
        found.append(Claim(quoted.text, Test("quotation"), said_by=quoted.speaker))
    is_line, named = source_line(read.text)
    if is_line and not named:
        found.append(Claim(text, Test("provenance", reason="no source")))
        return found
    if nameless(read.text):
        found.append(Claim(text, Test("provenance", reason="no source")))
    if OPINION.search(read.text):
        found.append(Claim(text, Test("opinion")))
    if CAUSAL.search(read.text):
        found.append(Claim(text, Test("causal")))
    if FUTURE.search(read.text):
        found.append(Claim(text, Test("prediction")))
    if (
        not found
        and not counted
        and (LOADED.search(read.text) or _JUDGES.search(read.text))
        and len(read.text.split()) > 2
    ):
        found.append(Claim(text, Test("evaluative")))
    return found


def nothing(read: Read) -> list[Made]:
    """Return a test for each place that is said to produce none."""
    found = _NONE.search(read.text)
    if not found or re.search(
        r"\bno (?:comment|choice|doubt|reason|one|longer|plan\w*|way|secret|alternative)\b", read.text, re.I
    ):
        return []
    named = read.of("material")
    material = named[0].code if named else read.context.material
    near = places_of(read, Number("share", 0.0, found.start(), found.end(), found[0]))[0]
    place = near[0][0] if near else main_place(read)
    mines = re.match(r" (?:\w+ )?(?:mines?|mining|production|output)\b", read.text[found.end() :])
    if material is None or place is None:
        return []
    if not named and found["no"] in ("no", "zero") and not (found["nothing"] or mines):
        return []
    if re.search(r"\b(?:deposits?|reserves|magnets?|smelters?)\b", read.text) and not named:
        return []
    stage = stage_at(read, found.start(), found.end())
    stage = stage or (read.context.stage if read.context.material == material and not named else None)
    from ytterby.studies.claims.subjects import year_at

    since = re.search(r"\bsince (?:19|20)\d\d|\b(?:for|in) (?:\w+ )?(?:years|decades)\b", read.text)
    year = None if since else year_at(read, found.start(), found.end())
    return [
        (Test("existence", material, None, refined(material, stage), "production", (place,), year=year, value=0.0), ())
    ]


def existence(read: Read) -> list[Made]:
    """Return a test for a plant or a deposit that is said to be there."""
    text = read.text
    plants = read.of("facility")
    told = plants[0].code if plants else read.plant
    if read.plant and told and _WORKS.search(text) and not FUTURE.search(text) and not read.numbers:
        return [(Test("existence", facility=read.plant, place=tuple(p.code for p in read.places)[:1]), ())]
    if plants and _RUNS.search(text) and _PLANT.search(text):
        place = tuple(p.code for p in read.places if p.start > plants[0].end and re.search(
            r"(?:\bin|,)(?: the)?(?: \w+)? $", text[max(0, p.start - 16) : p.start]))[:1]  # fmt: skip
        return [(Test("existence", facility=plants[0].code, place=place), ())]
    named, places = read.of("material"), read.places
    if named and places and not read.numbers and _HAS.search(text) and places[0].start < named[0].start:
        has = _HAS.search(text)
        word = has[0].casefold() if has else ""
        if word in ("mines", "produces", "refines"):
            stage = refined(named[0].code, {"mines": "mine", "refines": "refining"}.get(word))
            return [(Test("existence", named[0].code, None, stage, "production", (places[0].code,)), ())]
        if _DEPOSITS.search(text) and not re.search(r"\b(?:largest|biggest|most|more|less|second|third)\b", text):
            measure = "reserves" if "reserves" in text else None
            return [(Test("existence", named[0].code, None, "mine", measure, (places[0].code,)), ())]
    return []
