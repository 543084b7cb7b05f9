"""Acts of governments in a sentence: controls on exports, their dates, whether they hold, legal lists, and a vote."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from ytterby.studies.claims.context import MONTHS, Read, day, days
from ytterby.studies.claims.record import Test, Wording
from ytterby.studies.claims.slots import Proposal
from ytterby.studies.claims.subjects import main_place

Made = tuple[Test, tuple[Wording, ...]]
_SOLD = r"\b(?:export\w*|shipments?|shipp\w+|ships?|sales?|sell\w*|deliver\w+|outbound|leaving the country|suppl\w+)\b"
_CURBED = (
    r"\b(?:licen[cs]\w*|permits?|control\w*|curb\w*|restrict\w*|bann?(?:ed|s|ing)?|barr(?:ed|ing)|block\w*|halt\w*|"
    r"stopp?(?:ed|s|ing)?|suspen\w+|prohibit\w*|prohibition|embargo\w*|refus\w+|chok\w+|forb\w+|rationed|quotas?|"
    r"limit(?:ed|s)|clamp\w*|tighten\w*|cut off|froze|regime)\b"
)
_CONTROL_WORDS = re.compile(
    rf"{_SOLD}[^.;]{{0,100}}?{_CURBED}|{_CURBED}[^.;]{{0,100}}?{_SOLD}|"
    r"\b(?:controls|restrictions|curbs|ban|announcement)\b[^.]{0,40}\b(?:suspended|paused|lifted|imposed|announced|"
    r"introduced|took effect|in force)\b|\b(?:requires?|required|needs?|needed)\b[^.;]{0,40}\b(?:licen[cs]es?|"
    r"permits?)|"
    r"\bleave\b[^.;]{0,40}\blicen[cs]e|\bexport[- ](?:licen[cs]\w*|controls?|curbs|restrictions?|quotas?|"
    r"bans?)\b|\blicensing (?:regime|rules|requirement|system)|\bcontrol list\b|"
    r"\b(?:impos|introduc|plac|put|slapp|extend)\w*\b[^.;]{0,40}\blicen[cs](?:es?|ing)\b|"
    r"\blicen[cs]es?\b[^.;]{0,90}\b(?:needed|required|compulsory|mandatory|obligatory)\b|"
    r"\bunder (?:an? )?(?:export )?licen[cs]\w*|\blicensing of\b|\bneed(?:s|"
    r"ed)? (?:an? )?(?:export )?(?:licen[cs]e|permit)", re.I,
)  # fmt: skip
_SUSPEND = re.compile(r"\b(?:suspend\w*|paus\w+|lifted|put on hold)\b", re.I)
#: What is done with an act that was spoken of before.
_STEP = re.compile(
    r"\b(?:suspend\w*|paus\w+|lifted|extend\w*|prolong\w*|took effect|takes effect|came into (?:force|effect)|"
    r"entered into "
    r"force|has applied|have applied|appl(?:y|ies|ied)|ended|expired|replac\w+|gave way|imposed|introduced|"
    r"put on (?:ice|hold)|"
    r"frozen|shelved|tightened|announced|adopted|in (?:force|effect) since)\b", re.I,
)  # fmt: skip
_BACK = re.compile(
    r"^(?:\W*(?:Since|In|On|From|By|Last|A (?:month|year|week)) [^,;]{2,30},? )?(?:It|They|This|That|These|"
    r"Those|The (?:same |new |"
    r"old )?(?:ban|measures?|curbs?|restrictions?|controls?|suspension|halt|embargo|order|rules?|regime|act|"
    r"move|step|decision|"
    r"quotas?|requirement|licences?|licenses?|licensing)|[Qq]uotas?|[Ll]icen[cs]es?)\b"
)
_JOINS = re.compile(r"\b(?:followed|joined|w(?:as|ere) added|came next|w(?:as|ere) included|came under)\b", re.I)
#: A measure is lifted, and not exports stopped.
_LIFTS = re.compile(
    r"\b(?:ban|controls?|curbs?|restrictions?|measures?|licen[cs]\w*|act|announcements?|it|they|embargo|"
    r"prohibition|that)\b"
    r"[^.;]{0,60}\b(?:suspended|paused|lifted|put on|frozen|shelved|eased)|\b(?:suspend|paus|lift|"
    r"eas)\w*[^.;]{0,30}\b(?:ban|"
    r"controls?|curbs?|restrictions?|measures?|requirement|licen[cs]\w*|embargo)\b", re.I,
)  # fmt: skip
_TARGET = re.compile(r"\b(?:to|against|for|towards?|on sales to|at)(?: the| any| all| most)? $", re.I)
_CUT = re.compile(
    r";|, (?:while|but|then|and then|followed by)\b| (?:while|but|before)\b|,? and (?=(?:in|on|then|since|by|"
    r"later|from|halted|"
    r"replaced|banned|extended|suspended|added|put|placed|imposed|introduced|tightened|stopped|lifted|followed)\b)|"
    r" and (?=[\w, ]{3,40} since\b)"
)


def events(read: Read) -> list[Proposal]:
    """Return a test for each act of a government on exports, and for a vote of the General Assembly."""
    text = read.text
    voted = next((m for m in read.of("organisation") if "General Assembly" in m.code), None)
    if voted and re.search(
        r"\b(?:vot\w+|reject\w+|condemn\w+|declar\w+|resolution|adopt\w+|refus\w+|ES-11/4)\b", text
    ):
        on = _carried(day(text, read.context.today), text, read)
        about = re.search(r"annex|territor|referend|recogni|ES-11/4|Ukrain|integrity|regions", text)
        return [Proposal(Test("event", action="un vote", date=on if on and len(on) >= 4 else None))] if about else []
    goes_on = _goes_on(read)
    if not _CONTROL_WORDS.search(text) and not goes_on:
        return []
    if re.search(r"\bmay (?:export|ship|sell)|\bquotas? (?:of|is|was|for)\b", text) and any(
        n.kind == "mass" for n in read.numbers
    ):
        return []  # how much a quota allows is a quantity
    made = _apart(read)
    if len(made) < 2:
        on = day(text, read.context.today)
        ends = [0, *(m.start() for m in _CUT.finditer(text)), len(text)]
        spans = [(a, b) for a, b in pairwise(ends) if day(text[a:b], read.context.today) is not None]
        whole = _act(read, *(spans[0] if spans else (0, len(text))), _carried(on, text, read))
        made = [whole] if whole is not None else []
    return made


def _goes_on(read: Read) -> bool:
    """Whether a sentence goes on about the act of the one before: "It was suspended in November"."""
    if read.context.act is None or day(read.text, read.context.today) is None:
        return False
    if _BACK.match(read.text) and (_STEP.search(read.text) or re.search(_CURBED, read.text, re.I)):
        return True
    return bool(read.of("material")) and _JOINS.search(read.text) is not None


def _apart(read: Read) -> list[Proposal]:
    """The acts of a sentence that tells several, each with a date of its own."""
    text = read.text
    ends = [0, *(m.start() for m in _CUT.finditer(text)), len(text)]
    made = []
    for start, end in pairwise(ends):
        part = text[start:end]
        on = _carried(day(part, read.context.today), part, read, text[:start])
        if on is None or not (re.search(_CURBED, part, re.I) or _STEP.search(part)):
            continue
        one = _act(read, start, end, on)
        if one is not None:
            made.append(one)
    return made


def _carried(on: str | None, part: str, read: Read, before: str = "") -> str | None:
    """A date whose year stands before it, in the sentence or in the one before: "in December of that year"."""
    if on is None or re.search(r"\b(?:19|20)\d\d\b|\b(?:last|this) year\b", part) or len(on) < 6:
        return on
    years = re.findall(r"\b((?:19|20)\d\d)\b", before)
    year = years[-1] if years else None
    back = rf"\b(?:of|in) (?:that|the same) year\b|\bthat (?:{'|'.join(name.capitalize() for name in MONTHS)})\b"
    goes_on = re.search(back, part) or _goes_on(read)
    if year is None and goes_on and read.context.year:
        year = str(read.context.year)
    return f"{year}{on[4:]}" if year else on


def _act(read: Read, start: int, end: int, on: str | None) -> Proposal | None:
    text, today, was = read.text, read.context.today, read.context.act
    part = text[start:end]
    if on is None and not re.search(
        r"\b(?:imposed|introduced|put|placed|banned|suspended|announced|stopped|halted|"
        r"tightened)\b", part):  # fmt: skip
        return None
    if today is not None and on is not None and on > today.isoformat():
        return None
    place = _jurisdiction(read)
    named = [m.code for m in read.of("material") if start <= m.start < end] or [m.code for m in read.of("material")]
    named = named or list(was[1] if was else ()) or list(read.context.materials)
    named = [code for code in named if code not in ("REPM", "NdFeB")] or named
    if place is None and not read.of("material"):
        return None
    lifts = _LIFTS.search(part) is not None
    suspends = lifts or _SUSPEND.search(part) is not None
    actions = ["suspension"] if lifts else ["suspension", "control"] if suspends else ["control", "suspension"]
    dates = dict.fromkeys([on, *(d for d in days(part, today) if today is None or d <= today.isoformat())])
    where = (place,) if place else ()
    tests: dict[Test, None] = {}
    for action in actions:
        materials: list[str | None] = [*named[:4]] if action == "control" else [*named[:2]]
        materials = [None, *materials] if action == "suspension" and suspends else materials
        for date in dates:
            for code in materials or [None]:
                tests[Test("event", material=code, place=where, date=date, action=action)] = None
    first, *others = tests
    return Proposal(first, (), tuple(others))


def _jurisdiction(read: Read) -> str | None:
    """Whose act it is: the subject, not where the goods may not go."""
    text = read.text
    origin = [p for p in read.places if re.search(r"\bfrom(?: the)? $", text[max(0, p.start - 10) : p.start])]
    if origin:
        return origin[0].code
    own = [p for p in read.places if not _TARGET.search(text[max(0, p.start - 20) : p.start])
           and not re.match(r"n? (?:buyers|users|customers|military|companies|firms|"
               r"importers)", text[p.end :])]  # fmt: skip
    if read.places and not own:
        return read.context.act[0] if read.context.act else None
    if not own and read.context.act is not None:
        return read.context.act[0]
    return own[0].code if len({p.code for p in own}) == 1 else main_place(read)


_IN_FORCE = re.compile(r"\b(?P<on>(?:remains?|stays?|is|are|still) (?:still )?in (?:force|effect))\b|"
    r"\b(?P<off>(?:was|were|is|are|(?:have|has)(?: since| now| meanwhile)? been|"
                       r"been|likewise) (?:likewise )?(?:suspended|paused|put aside|put on (?:hold|ice)|"
                       r"on (?:hold|ice)|"
                       r"lifted))\b", re.I)  # fmt: skip
_RUNS = re.compile(r"\b(?:suspension|pause|freeze|truce|moratorium) (?:runs|lasts|holds|is valid|applies|ends|"
    r"expires)\b", re.I)
_ACT = re.compile(
    r"\b(?:controls?|licen[cs]\w*|ban|prohibition|measures?|restrictions?|announcement|curbs|step|rules?|"
    r"decision|embargo|"
    r"requirement)\b",
    re.I,
)
_UNLISTED = re.compile(
    r"\b(?:not|never|no longer|isn['’]t|aren['’]t) (?:yet )?(?:on|among|in|part of|listed|considered|classed|"
    r"counted|regarded|"
    r"designated|deemed|a)\b|\b(?:absent|missing|left off|left out|excluded|dropped) (?:from|of)?\b|"
    r"\bdoes not (?:appear|figure|"
    r"feature|count|list|include)\b", re.I,
)  # fmt: skip
_LIST = re.compile(
    r"\b(?P<not>(?:not|without being|nor)(?: as)? )?(?:(?P<critical>critical)|(?P<strategic>strategic))\b", re.I
)
_LISTED = re.compile(
    r"\b(?:raw materials?|minerals? list|lists?|listed|listing|by the (?:European Union|EU|Union)|regulation|"
    r"designat\w+|classif\w+|counts?|counted|deem(?:s|ed)?|consider(?:s|ed)?|regard(?:s|ed)?|figures?|status|"
    r"category|names?|"
    r"within the meaning|"
    r"critical minerals?)\b", re.I,
)  # fmt: skip


def in_force(read: Read) -> list[Proposal]:
    """Return a test of whether an act on exports is in force or suspended."""
    found = _IN_FORCE.search(read.text)
    runs = _RUNS.search(read.text)
    if found is None and runs is not None and read.context.act is not None:
        place, materials = read.context.act
        if place and materials:
            return [Proposal(Test("status", material=materials[0], place=(place,), action="suspended"))]
    if (
        found is None
        or not _ACT.search(read.text[: found.start()])
        or not (read.of("material") or read.context.material or read.context.act)
    ):
        return []
    spoken = read.context.act[1] if read.context.act is not None else ()
    named = [m.code for m in read.of("material")] or [*spoken] or [read.context.material or ""]
    before = day(read.text[: found.start()], read.context.today)
    date = before if before and len(before) > 4 else None
    place = main_place(read)
    place = place if place not in ("USA", None) else "CHN" if read.context.place == "CHN" or place == "USA" else None
    if place is None:
        return []
    action = "in force" if found["on"] else "suspended"
    test = Test("status", material=named[0], place=(place,), date=date, action=action)
    year_before = [f"{int(date[:4]) - 1}{date[4:]}"] if date and not re.search(r"\b(?:19|20)\d\d\b", read.text) else []
    return [Proposal(test, (), tuple(replace(test, date=on) for on in year_before))]


def memberships(read: Read) -> list[Made]:
    """Return a test of whether a material is on a legal list of critical or strategic ones."""
    cues = list(_LIST.finditer(read.text))
    found = next((cue for cue in cues if not cue["not"]), cues[0] if cues and _UNLISTED.search(read.text) else None)
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
    if _UNLISTED.search(read.text) and not re.search(r"\bbut not\b|\bnot only\b", read.text) and len(cues) == 1:
        kind = "strategic" if cues[0]["strategic"] and "EU27" in places else "critical"
        return [(Test("status", material=named[0], place=tuple(sorted(places)), action=kind, value=0.0), ())]
    which = "strategic" if found["strategic"] and "EU27" in places else "critical"
    return [(Test("status", material=named[0], place=tuple(sorted(places)), action=which), ())]


_FUTURE_LIST = re.compile(r"\b(?:should|could|may|will|would|want|asks?)\b", re.I)
