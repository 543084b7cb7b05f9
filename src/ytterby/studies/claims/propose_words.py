"""What is said rather than counted: quotations, opinions, causes, judgements, predictions, sources, events, status."""

from __future__ import annotations

import re

from ytterby.studies.claims.context import Read, day
from ytterby.studies.claims.places import places_of
from ytterby.studies.claims.quantities import Number
from ytterby.studies.claims.record import Claim, Test, Wording
from ytterby.studies.claims.speech import CAUSAL, FUTURE, LOADED, OPINION, nameless, source_line
from ytterby.studies.claims.subjects import main_place, refined, stage_at

Made = tuple[Test, tuple[Wording, ...]]
_SOLD = r"\b(?:export\w*|shipments?|shipp\w+|ships?|sales?|sell\w*|deliver\w+|outbound|leaving the country|suppl\w+)\b"
_CURBED = (
    r"\b(?:licen[cs]\w*|permits?|control\w*|curb\w*|restrict\w*|bann?(?:ed|s|ing)?|barr(?:ed|ing)|block\w*|halt\w*|"
    r"stopp?(?:ed|s|ing)?|suspen\w+|prohibit\w*|prohibition|embargo\w*|refus\w+|chok\w+|forb\w+|rationed|quotas?|"
    r"limit(?:ed|s)|clamp\w*|tighten\w*|cut off|froze|regime)\b"
)
_CONTROL_WORDS = re.compile(
    rf"{_SOLD}[^.;]{{0,70}}?{_CURBED}|{_CURBED}[^.;]{{0,70}}?{_SOLD}|"
    r"\b(?:controls|restrictions|curbs|ban|announcement)\b[^.]{0,40}\b(?:suspended|paused|lifted|imposed|announced|"
    r"introduced|took effect|in force)\b|\bunder (?:an? )?(?:export )?licen[cs]\w*|\blicensing of\b|\bneed(?:s|"
    r"ed)? (?:an? )?(?:export )?(?:licen[cs]e|permit)", re.I,
)  # fmt: skip
_SUSPEND = re.compile(r"\b(?:suspend\w*|paus\w+|lifted|put on hold)\b", re.I)
_TITLE = re.compile(
    r"\b(?:part of(?: the)?|belong(?:s|ed)? to(?: the)?|returned to(?: the)?|annexed by(?: the)?|"
    r"incorporated into(?: the)?|acceded to(?: the)?|joined(?: the)?|"
    r"sovereign\w* (?:of|over)(?: the)?|(?:is|are|remains?|lies? (?:on|in)|on)(?: legally|"
    r" internationally recogni[sz]ed as)?(?= (?:\w+ )?(?:territor|soil|land))|calls? (?:it )?its|"
    r"newly acquired|internationally recogni[sz]ed (?:borders of|as(?: part of)?)|territory of(?: the)?|"
    r"one of (?:the )?regions of|(?:is|are) (?:(?:simply|now|legally|rightfully|still|"
    r"already) )*(?=[A-Z]\w+(?:an|ian|ese|ish)\b))"
    r"(?!\w)", re.I,
)  # fmt: skip
_CONTROL = re.compile(
    r"\b(?:under (?:the )?(?:\w+ ){0,2}(?:control|occupation)|controlled by(?: the)?|controls?|"
    r"occupied(?: by(?: the)?)?|seized(?: by(?: the)?)?|captured(?: by(?: the)?)?|"
    r"held by(?: the)?|in the hands of(?: the)?|holds|taken by(?: the)?|occupi(?:es|ed)|"
    r"(?:\w+ )?(?:troops|forces|soldiers) (?:took|seized|captured|hold|entered)|from \w+ hands|that runs it)\b", re.I,
)  # fmt: skip
_GROUPS = {"m23": "M23", "afc/m23": "M23", "polisario": "ESH"}
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
    r"(?P<one>(?:no [\w -]{2,30}|(?:not|nor) (?:one|a single|a) (?:tonne|ton|gram|kilo\w*|"
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


def events(read: Read) -> list[Made]:
    """Return a test for each act of a government on exports, and for a vote of the General Assembly."""
    text = read.text
    voted = next((m for m in read.of("organisation") if "General Assembly" in m.code), None)
    on = day(text, read.context.today)
    if voted and re.search(
        r"\b(?:vot\w+|reject\w+|condemn\w+|declar\w+|resolution|adopt\w+|refus\w+|"
        r"ES-11/4)\b",
        text,
    ):
        when = on if on and len(on) >= 4 else None
        about = re.search(r"annex|territor|referend|recogni|ES-11/4|Ukrain|integrity|regions", text)
        return [(Test("event", action="un vote", date=when), ())] if about else []
    if not _CONTROL_WORDS.search(text):
        return []
    origin = [p for p in read.places if re.search(r"\bfrom(?: the)? $", text[max(0, p.start - 10) : p.start])]
    place = origin[0].code if origin else main_place(read)
    if place is None or (
        on is None and not re.search(r"\b(?:imposed|introduced|put|placed|banned|suspended|announced)\b", text)
    ):
        return []
    if read.context.today is not None and on is not None and on > read.context.today.isoformat():
        return []
    named = [m.code for m in read.of("material")] or list(read.context.materials)
    named = [code for code in named if code not in ("REPM", "NdFeB")] or named
    action = "suspension" if _SUSPEND.search(text) else "control"
    if (
        place == "USA"
        and read.context.place == "CHN"
        and re.search(r"\b(?:to|against|for) (?:the )?(?:United States|US|U\.S\.|America)", text)
    ):
        place = "CHN"
    materials = named if action == "control" and read.of("material") else named[:1] if action == "control" else []
    tests = [Test("event", material=code, place=(place,), date=on, action=action) for code in materials] or [
        Test("event", place=(place,), date=on, action=action)]  # fmt: skip
    return [(tests[0], ())]


_IN_FORCE = re.compile(r"\b(?P<on>(?:remains?|stays?|is|are|still) (?:still )?in (?:force|effect))\b|"
    r"\b(?P<off>(?:was|were|is|are|have been|has been|"
                       r"been|likewise) (?:likewise )?(?:suspended|paused|put aside|put on hold|"
                       r"lifted))\b", re.I)  # fmt: skip
_ACT = re.compile(
    r"\b(?:controls?|licen[cs]\w*|ban|prohibition|measures?|restrictions?|announcement|curbs|"
    r"requirement)\b",
    re.I,
)
_LIST = re.compile(
    r"\b(?P<not>(?:not|without being|nor)(?: as)? )?(?:(?P<critical>critical)|(?P<strategic>strategic))\b", re.I
)
_LISTED = re.compile(
    r"\b(?:raw materials?|minerals? list|lists?|listed|listing|by the (?:European Union|EU|Union)|regulation|"
    r"designat\w+|classif\w+|counts?|counted|deems?|considers?|regards?|figures?|status|category|names?|"
    r"within the meaning|"
    r"critical minerals?)\b", re.I,
)  # fmt: skip


def in_force(read: Read) -> list[Made]:
    """Return a test of whether an act on exports is in force or suspended."""
    found = _IN_FORCE.search(read.text)
    if (
        found is None
        or not _ACT.search(read.text[: found.start()])
        or not (read.of("material") or read.context.material)
    ):
        return []
    named = [m.code for m in read.of("material")] or [read.context.material or ""]
    before = day(read.text[: found.start()], read.context.today)
    date = before if before and len(before) > 4 else None
    place = main_place(read)
    place = place if place not in ("USA", None) else "CHN" if read.context.place == "CHN" or place == "USA" else None
    if place is None:
        return []
    action = "in force" if found["on"] else "suspended"
    return [(Test("status", material=named[0], place=(place,), date=date, action=action), ())]


def memberships(read: Read) -> list[Made]:
    """Return a test of whether a material is on a legal list of critical or strategic ones."""
    cues = list(_LIST.finditer(read.text))
    found = next((cue for cue in cues if not cue["not"]), None)
    named = [m.code for m in read.of("material")]
    if not named and re.search(r"\b(?:it|the (?:rock|metal|ore|element|mineral)|both|they|these)\b", read.text, re.I):
        named = list(read.context.materials)
    places = {p.code for p in read.places} & {"EU27", "USA"}
    if not places and "EU27" in read.context.places:
        places.add("EU27")
    if re.search(r"\bthe Union\b|\bRegulation \(EU\)|\bCritical Raw Materials Act\b|"
        r"\bEuropean Commission\b", read.text):
        places.add("EU27")
    if found is None or not _LISTED.search(read.text) or not named or not places or _FUTURE_LIST.search(read.text):
        return []
    which = "strategic" if found["strategic"] and "EU27" in places else "critical"
    return [(Test("status", material=named[0], place=tuple(sorted(places)), action=which), ())]


_FUTURE_LIST = re.compile(r"\b(?:(?:is|are|was|were) not|should|could|may|will|would|want|asks?)\b", re.I)


def status(read: Read) -> list[Made]:
    """Return a test of who holds a contested place: title or control, and by whom the sentence says it is held."""
    text = read.text
    spots = [*read.of("site"), *read.of("region")]
    back = re.search(
        r"\b(?:new(?:ly acquired)?(?: historical)? (?:territor|region)\w*|these regions|"
        r"the occupied (?:territories|regions))\b",
        text,
        re.I,
    )
    if not spots and not (back and read.context.region):
        return []
    control, title = _CONTROL.search(text), _TITLE.search(text)
    own = re.search(r"\b(\w+) (?:territor\w+|soil)\b", text)
    if not (control or title or own):
        return []
    field = "control" if control and not (title and title.start() < control.start()) else "title"
    if field == "control" and control and control[0].casefold() == "holds":
        field = "title"
    holder = _holder(read, control if field == "control" else title, field)
    if holder is None:
        return []
    region = "; ".join(dict.fromkeys(item.code for item in spots)) if spots else read.context.region
    return [(Test("status", region=region, holder=holder, field=field), ())]


def _holder(read: Read, cue: re.Match[str] | None, field: str) -> str | None:
    text, places = read.text, read.places
    for name, code in _GROUPS.items():
        if re.search(rf"\b{re.escape(name)}\b", text, re.I) and (field == "control" or code == "ESH"):
            return code
    own = [
        p
        for p in places
        if re.match(
            r"(?:['’]s)?(?: \w+)? (?:territor|soil|land|control|occupation|region|borders|hands|troops|"
            r"forces)",
            text[p.end : p.end + 30],
        )
    ]
    if cue is not None and field == "control":
        inside = [p for p in places if cue.start() <= p.start < cue.end()]
        after = [p for p in places if cue.end() <= p.start < cue.end() + 12]
        chosen = (
            inside
            or (after if re.search(r"by|of", cue[0]) else [])
            or own
            or [p for p in places if p.start < cue.start()]
        )
        return chosen[-1].code if chosen else None
    if cue is not None and cue[0].casefold().startswith("call"):
        before = [p for p in places if p.start < cue.start()]
        return before[-1].code if before else None
    if own:
        return own[0].code
    if cue is not None:
        after = [p for p in places if p.start >= cue.start() + 3]
        return after[0].code if after else None
    return None


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
