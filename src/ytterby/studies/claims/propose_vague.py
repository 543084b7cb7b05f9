"""Words that stand for a share: "dominates", "the bulk of", "mostly in"; the threshold is stated with the verdict."""

from __future__ import annotations

import re
from dataclasses import replace

from ytterby.studies.claims.context import Read
from ytterby.studies.claims.propose_flows import flow, side_of
from ytterby.studies.claims.propose_numbers import PAST
from ytterby.studies.claims.quantities import Number
from ytterby.studies.claims.record import Test, Wording
from ytterby.studies.claims.slots import Proposal, readings, slots
from ytterby.studies.claims.subjects import clause
from ytterby.studies.claims.vague import SHARES

_PRODUCES = re.compile(
    r"\b(?:produc\w+|output|suppl(?:y|ies|ied|ier|iers)|mak(?:es?|ing)|made|account\w*|mine[sd]?|mining|"
    r"refin\w+|smelt\w*|"
    r"process\w*|separat\w+|control\w*|provid\w+|comes? from|came from|dug|digs?|extract\w*|manufactur\w+|"
    r"capacity)\b", re.I,
)  # fmt: skip
_HOLDS = re.compile(r"\breserves?\b", re.I)
_VAGUE = re.compile(
    r"\b(?:(?P<dominate>dominat(?:es?|ed|ing))|(?P<dominance>dominance)|(?P<dominant>dominant)|"
    r"(?P<strangle>stranglehold|chokehold|iron grip)|(?P<near>near[- ]monopoly|virtual monopoly|quasi[- ]monopoly|"
    r"near[- ]total control)|(?P<mono>monopoly|monopolises|monopolizes)|"
    r"(?P<overwhelming>(?:vast|overwhelming|great) majority)|(?P<majority>majority)|"
    r"(?P<lion>lion['’]s share)|(?P<bulk>bulk)|"
    r"(?P<most>most(?= of (?:the|all|its|it\b|world|global))|(?<!al)mostly(?= (?:in|from|by|mined|refined|"
    r"produced|made|a)\b)|"
    r"predominantly)|(?P<mainly>(?:mainly|chiefly|primarily|largely|for the most part)(?= (?:in|from|by)\b))|"
    r"(?P<virtually>virtually all)|"
    r"(?P<nearly>(?:nearly|almost|practically) (?:all|every (?:tonne|gram|ounce|kilo\w*))|almost exclusively|"
    r"overwhelmingly)|(?P<trove>treasure troves?))(?!\w)", re.I,
)  # fmt: skip
_TERMS = {
    "dominate": "dominate", "dominance": "dominance", "dominant": "dominant", "strangle": "stranglehold",
    "near": "near-monopoly", "mono": "monopoly", "overwhelming": "vast majority", "majority": "majority",
    "lion": "lion's share", "bulk": "bulk", "most": "most", "nearly": "nearly all", "trove": "treasure trove",
    "virtually": "virtually all", "mainly": "mainly",
}  # fmt: skip
_PARTS = ("mainly", "majority", "bulk", "most", "nearly all", "virtually all", "vast majority", "lion's share")
_OTHER = re.compile(
    r"\b(?:exports?|imports|imported|trade|trading|market cap\w*|bloc|eurasia|demand|consum\w+|deposits?|resources|"
    r"investors|people|voters|jobs|revenue|stocks?)\b", re.I
)


def vague_shares(read: Read) -> list[Proposal]:
    """Return a share test for each vague word with a place and a material."""
    made: list[Proposal] = []
    for found in _VAGUE.finditer(read.text):
        term = _TERMS[found.lastgroup or "most"]
        start, end = clause(read.text, found.start())
        part = read.text[start:end]
        if any(n.kind == "share" and start <= n.start < end for n in read.numbers):
            continue
        if len({p.code for p in read.places}) <= 1 and any(n.kind == "share" and n.start > end for n in read.numbers):
            continue  # "dominates: 31 percent of it" tells what is meant
        if term in _PARTS and not (_PRODUCES.search(part) or _HOLDS.search(part)):
            continue
        if not read.places and not read.of("material") and not re.search(r"\b(?:it|its|they|their|"
            r"country)\b", part, re.I):
            continue
        if re.search(r"\bof (?:the|this|that) (?:rest|remainder)\b", part, re.I):
            continue
        if side_of(read, found.start()) is not None:
            near = Number("share", SHARES[term], found.start(), found.end(), found[0], ">=")
            traded = flow(read, near)
            if traded is not None:
                made.append(replace(traded, wording=(Wording(term, SHARES[term]),)))
            continue
        if _OTHER.search(part) or re.search(
            r"\bmajority (?:stake|owner|share|holder)|\bdominan\w+ (?:narrative|party|culture)", part):  # fmt: skip
            continue
        near = Number("share", SHARES[term], found.start(), found.end(), found[0], ">=")
        slot = slots(read, near)
        if not slot.materials or not slot.places:
            continue
        holds = bool(_HOLDS.search(part)) or term == "treasure trove"
        edition = "any" if PAST.search(part) else None
        base = Test("share", relation=">=", value=SHARES[term], unit="%", edition=edition)
        tests = readings(base, slot, ("reserves",) if holds else ("production",))
        # "mainly" may mean the largest part, which is no half: it gives no verdict against a sentence.
        firm = slot.firm and term != "mainly"
        made.append(Proposal(tests[0], (Wording(term, SHARES[term]),), tuple(tests[1:]), firm))
    return made
