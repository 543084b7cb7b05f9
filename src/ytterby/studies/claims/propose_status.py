"""Who is said to hold a contested place: by law (title) or in fact (control), and what the United Nations hold."""

from __future__ import annotations

import re

from ytterby.studies.claims.context import Read
from ytterby.studies.claims.record import Test, Wording

Made = tuple[Test, tuple[Wording, ...]]
_TITLE = re.compile(
    r"\b(?:part of(?: the)?|belong(?:s|ed|ing)? to(?: the)?|returned to(?: the)?|annexed by(?: the)?|annex(?:ed|"
    r"ation|es)|"
    r"incorporated into(?: the)?|acceded to(?: the)?|joined(?: the)?|"
    r"sovereign\w* (?:of|over)(?: the)?|(?:is|are|remains?|lies? (?:on|in)|on)(?: legally|"
    r" internationally recogni[sz]ed as)?(?= (?:\w+ )?(?:territor|soil|land))|calls? (?:it )?its|(?:regards?|"
    r"claims?|sees?|"
    r"considers?|treats?|views?|describes?)\b[^.;]{2,60}?\bas\b|claimed by|regarded by|"
    r"newly acquired|internationally recogni[sz]ed (?:borders of|as(?: part of)?)|territory of(?: the)?|"
    r"one of (?:the )?regions of|(?:is|are|was|were|has been|have been|became|remains?|not) (?:(?:simply|now|"
    r"legally|rightfully|still|already|not|"
    r"never|only) )*"
    r"(?=(?-i:[A-Z])\w+(?:an|ian|ese|ish)\b(?! (?:control|hands|troops|occupation|forces|rule)))|"
    r"under international law|constitution)(?!\w)", re.I,
)  # fmt: skip
_CONTROL = re.compile(
    r"\b(?:under (?:the )?(?:\w+ ){0,3}(?:control|occupation|rule|command)|controlled by(?: the)?|controls?|controlled|"
    r"occupied(?: by(?: the)?)?|seized(?: by(?: the)?)?|captured(?: by(?: the)?)?|overr[au]n(?: by)?|"
    r"held by(?: the)?|in the hands of(?: the)?|(?:in|into) (?:\w+ ){1,2}hands|holds|"
    r"taken(?: over)? by(?: the)?|took|taken|"
    r"occupi(?:es|ed)|occupation|rules?(?= (?:in|over)\b)|administer(?:s|ed)(?: by)?|run by(?: the)?|"
    r"fell (?:to|into)(?: the)?|lost to(?: the)?|slipped from|conquered(?: by)?|(?:\w+ )?(?:troops|forces|"
    r"soldiers|fighters|"
    r"rebels) (?:took|seized|captured|hold|entered|control)|that runs it|runs?(?= (?:it|the|this|that)\b)|"
    r"operates?)\b", re.I,
)  # fmt: skip
_GROUPS = {"m23": "M23", "afc/m23": "M23", "polisario": "ESH"}
_REBELS = re.compile(r"\b(?:rebels?|insurgents?|armed group|militia|movement)\b", re.I)
_BACK = re.compile(
    r"\b(?:new(?:ly acquired)?(?: historical)? (?:territor|region)\w*|these regions|"
    r"the occupied (?:territories|regions))\b", re.I,
)  # fmt: skip
#: A sentence that goes on about the place of the one before.
_THERE = re.compile(
    r"^(?:It|They|The (?:town|site|area|deposit|mines?|place|region|territory|city|village|field|pit)s?)\b|"
    r"\b(?:there|the (?:site|"
    r"area|town|deposit|mines?|territory) (?:is|was|are|has|have|remains?)|(?:the|this|"
    r"that) (?:\w+ )?(?:deposit|field|mine|site)|it (?:is|was|remains|has|belongs)|they (?:are|were|remain|"
    r"have|belong))\b"
)
_UN = re.compile(r"\b(?:United Nations|U\.?N\.?(?! mission)|General Assembly|Security Council|"
    r"international community)\b")
_RECOGNISES = re.compile(
    r"\b(?P<none>recogni[sz]\w* (?:none|neither|no)|not (?:been )?recogni[sz]\w*|(?:does|do|did|has|"
    r"have) not recogni[sz]\w*|"
    r"doesn['’]t recogni[sz]\w*|refus\w+ to recogni[sz]\w*|never recogni[sz]\w*|reject\w*|condemn\w*|unrecogni[sz]ed|"
    r"non-self-governing)\b|\b(?P<yes>recogni[sz]\w*|accept(?:s|ed)|consider(?:s|ed)?|regards?|sees)\b", re.I,
)  # fmt: skip
_ANNEXED = "Donetsk; Luhansk; Kherson; Zaporizhzhia"
_NATIVE = {"Western Sahara": "MAR", "boucraa": "MAR"}


def status(read: Read) -> list[Made]:
    """Return a test of who holds a contested place: title or control, and by whom the sentence says it is held."""
    text = read.text
    spots = [*read.of("site"), *read.of("region")]
    control, title = _CONTROL.search(text), _TITLE.search(text)
    region = "; ".join(dict.fromkeys(item.code for item in spots)) or None
    told = _united_nations(read, region)
    if told:
        return told
    if region is None and read.context.region and (_BACK.search(text) or _goes_on(read)):
        region = read.context.region
    own = re.search(r"\b(\w+) (?:territor\w+|soil)\b", text)
    if region is None or not (control or title or (own and spots)):
        return []
    field = "control" if control and not (title and title.start() < control.start()) else "title"
    if field == "control" and control and control[0].casefold() == "holds" and not _group(text):
        field = "title"
    holder = _holder(read, control if field == "control" else title, field, region)
    if holder is None and field == "title" and control is not None:
        field = "control"
        holder = _holder(read, control, field, region)
    return [] if holder is None else [(Test("status", region=region, holder=holder, field=field), ())]


def _goes_on(read: Read) -> bool:
    """Whether a sentence without a place of its own goes on about the contested one."""
    named = re.search(r"\b(?:the|this|that) (?:\w+ )?(?:deposit|field|mine|site|pit)s?\b", read.text)
    if (read.of("material") and named is None) or read.numbers or _THERE.search(read.text) is None:
        return False
    return (
        bool(read.places) or _group(read.text) is not None or _REBELS.search(read.text) is not None
    )


def _united_nations(read: Read, region: str | None) -> list[Made]:
    """What the United Nations recognise or not, which is their own view and nobody else's."""
    text = read.text
    named, found = _UN.search(text), _RECOGNISES.search(text)
    if named is None or found is None or re.search(r"\b(?:resolution|voted|ES-11/4)\b", text):
        return []
    annexed = re.search(r"\bannex\w+|\b(?:four|occupied) (?:\w+ )?(?:regions|territories)|\breferend", text)
    if region is None and annexed:
        region = read.context.region if read.context.region and "Sahara" not in read.context.region else _ANNEXED
    if region is None:
        return []
    denies = found["none"] is not None
    holder = next((code for word, code in _NATIVE.items() if word in region), "RUS" if annexed else None)
    nations = [p.code for p in read.places if p.code in ("RUS", "UKR", "MAR", "ESH", "COD", "RWA")]
    if holder is None:
        holder = nations[0] if nations else None
    if holder is None:
        return []
    value = 0.0 if denies else None
    return [(Test("status", region=region, holder=holder, field="title", source="UN", value=value), ())]


def _group(text: str) -> str | None:
    return next((code for name, code in _GROUPS.items() if re.search(rf"\b{re.escape(name)}\b", text, re.I)), None)


def _holder(read: Read, cue: re.Match[str] | None, field: str, region: str) -> str | None:
    text, places = read.text, read.places
    group = _group(text)
    if group is None and field == "control" and _REBELS.search(text) and re.search(r"Kivu|rubaya", region):
        group = "M23"
    if group is not None and (field == "control" or group == "ESH"):
        others = [p.code for p in places if p.code not in ("COD", group)]
        if group == "M23" or not others or field == "title":
            return others[0] if group == "ESH" and others else group
    own = [
        p
        for p in places
        if re.match(
            r"(?:['’]s)?(?:[- ]\w+)?[- ](?:territor|soil|land|control|occupation|region|borders|hands|troops|"
            r"forces|held|"
            r"controlled|occupied)",
            text[p.end : p.end + 30],
        )
    ]
    if cue is not None and field == "control":
        inside = [p for p in places if cue.start() <= p.start < cue.end()]
        after = [p for p in places if cue.end() <= p.start < cue.end() + 12]
        behind = re.search(r"by|of|fell|lost", cue[0])
        chosen = inside or (after if behind else []) or own or [p for p in places if p.start < cue.start()]
        return chosen[-1].code if chosen else None
    if cue is not None and re.match(r"(?:call|regards?|claims?|sees?|considers?|treats?|views?|"
        r"describes?)\b", cue[0], re.I):
        before = [p for p in places if p.start < cue.start()]
        return before[-1].code if before else None
    if own:
        return own[0].code
    if cue is not None and re.match(r"annex|under international|constitution", cue[0], re.I):
        after = [p for p in places if p.start >= cue.end() and re.search(r"\bby(?: the)? $", text[: p.start])]
        return after[0].code if after else places[0].code if places else None
    if cue is not None:
        after = [p for p in places if p.start >= cue.start() + 3]
        return after[0].code if after else None
    return None
