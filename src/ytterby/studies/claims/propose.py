"""From a sentence to typed claims: what kinds of statement it holds, each handed to the module that reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ytterby.studies.claims import (
    propose_acts,
    propose_beside,
    propose_numbers,
    propose_orders,
    propose_status,
    propose_trade,
    propose_trends,
    propose_vague,
    propose_words,
)
from ytterby.studies.claims.context import Context, Read, onward
from ytterby.studies.claims.gazetteer import Gazetteer, Mention, stages, sure
from ytterby.studies.claims.openings import opened
from ytterby.studies.claims.plants import named as named_plant
from ytterby.studies.claims.propose_wider import widened
from ytterby.studies.claims.quantities import numbers
from ytterby.studies.claims.record import Claim, Test
from ytterby.studies.claims.sentences import LONGEST, Sentence
from ytterby.studies.claims.slots import Proposal
from ytterby.studies.claims.speech import CAUSAL, FUTURE, attributed, quotations
from ytterby.studies.claims.subjects import ASIDE, clause

#: Numbers and names read in one sentence; the longest lists of newspapers have a dozen.
MOST_NUMBERS, MOST_NAMES = 14, 40
_DENIED = re.compile(
    r"\b(?:not|never|no longer|neither|nor|hardly|cannot|can't|doesn't|don't|isn't|aren't|wasn't)\b|n't\b", re.I
)

#: "Not only", "Australia, not South Africa, has", "did not collapse but grew": nothing is denied of the claim.
_NO_DENIAL = re.compile(
    r"\bnot (?:only|just|even|least|merely|surprisingly|so much|to mention|far)\b|, not [A-Z][\w ]{2,30},|"
    r"\b(?:if|whether or) not\b|\bno(?:t)? (?:less|fewer|more) than\b|\bnot quite\b|\bnot (?:one|"
    r"a single) \w+ (?:was|were)\b|"
    r"\b(?:has|have|had|did) not (?:moved|changed|change|move|budged?)\b|\bnever (?:more|higher|less|lower)\b"
)


#: "KINSHASA, March 12 (Agency) - ": where a report was written is no part of what it says.
_DATELINE = re.compile(
    r"^(?:[A-Z][A-Z.'’-]+(?:[ /][A-Z][A-Z.'’-]+){0,3}(?:, [A-Z]\w+)?|[A-Z][a-z]+(?: [A-Z][a-z]+)?(?=, (?:\d|"
    r"[A-Z][a-z]+ \d)))"
    r"(?:, (?:[A-Z][a-z]{2,8}\.? \d{1,2}|"
    r"\d{1,2} [A-Z][a-z]{2,8}\.?)(?:,? 20\d\d)?)?(?: \([\w ./]{2,30}\))? ?[-–—]{1,2} "
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A claim as first read, the other tests its sentence is open to, and whether it names its subject."""

    claim: Claim
    others: tuple[Test, ...] = ()
    firm: bool = True


def proposed(sentence: Sentence, names: Gazetteer, context: Context) -> tuple[Read, list[Proposed]]:
    """Return what was found in a sentence, and the claims proposed."""
    text = _DATELINE.sub("", sentence.text[:LONGEST], count=1)
    if sentence.paragraph != context.paragraph:
        context = replace(context, year=None, paragraph=sentence.paragraph)
    found = numbers(text, context.unit)[:MOST_NUMBERS]
    if context.material in ("REPM", "NdFeB") and any(name in ("mine", "separation") for name, _, _ in stages(text)):
        context = replace(context, material="REE", materials=("REE",), product=None)  # magnets are neither
    named = sure(text, names.find(text), context.material)
    mentions = [item for item in named if not _beside(text, item)][:MOST_NAMES]
    countries = frozenset(item.code for item in mentions if item.kind == "place")
    plant = named_plant(names.atlas, text, countries) if names.atlas is not None else None
    read = Read(text, tuple(mentions), tuple(found), tuple(quotations(text, context.speaker)), context, plant)
    made = facts(read)
    said = _speaker(read)
    claims = [Proposed(Claim(sentence.text, one.test, said_by=said, wording=one.wording), one.others, one.firm)
              for one in made]  # fmt: skip
    claims += [Proposed(claim) for claim in propose_words.claims(sentence.text, read, bool(made))]
    return read, claims


def _beside(text: str, item: Mention) -> bool:
    """Whether a material is named in passing: "a by-product of alumina", "gemstones aside"."""
    return item.kind == "material" and (
        re.search(r"\b(?:by|co)-?products? of(?: the)? $", text[: item.start]) is not None
        or text[item.end :].startswith(" aside")
    )


def after(read: Read, claims: Sequence[Claim]) -> Context:
    """Return the context for the next sentence, from the claims as they were read."""
    subjects = [
        (test.stage, test.measure, test.place[0] if test.measure == "import_source_share" and test.place else None)
        for test in (claim.test for claim in claims)
        if test.type in ("quantity", "share", "rank", "comparison", "trend") and test.material
    ]
    magnets = any(claim.test.material == "REPM" for claim in claims)
    acts = [test for test in (claim.test for claim in claims) if test.type == "event" and test.action != "un vote"]
    named = tuple(item.code for item in read.of("material")) or read.context.materials
    now = onward(read, subjects, magnets)
    return replace(now, act=(acts[0].place[0] if acts[0].place else None, named)) if acts else now


def facts(read: Read) -> list[Proposal]:
    """Return the tests that figures could answer."""
    text = read.text
    if text.rstrip('"”’ ').endswith("?"):
        return []
    future = FUTURE.search(text)
    if future and re.search(r"\bif\b|\bwould\b|\bcould\b|\bwill\b", future[0] + text[:40], re.I) and not read.numbers:
        return [Proposal(*one) for one in propose_status.status(read)]
    nothing = propose_words.nothing(read)
    made = [Proposal(*one) for one in propose_acts.memberships(read)]
    made += propose_acts.in_force(read) or propose_acts.events(read)
    voted = any(one.test.action == "un vote" for one in made)
    held = [one for one in propose_status.status(read) if not (voted and one[0].source == "UN")]
    made += [Proposal(*one) for one in [*held, *nothing]]
    if future and not _past(read):
        return made
    if nothing:
        return _once(made + propose_numbers.shares_and_quantities(read) + propose_trade.all_imported(read))
    affirmed = _affirmed(read)
    if affirmed is not None:
        made += _counted(affirmed)
        if not made and affirmed is read:
            made += [Proposal(*one) for one in propose_words.existence(read)]
    return _once(made)


def _affirmed(read: Read) -> Read | None:
    """The sentence without the clauses that deny something; None where nothing is left."""
    text = _NO_DENIAL.sub(lambda match: "-" * len(match[0]), read.text)
    if not _DENIED.search(text):
        return read
    asides = [m.span() for m in ASIDE.finditer(text)]
    denials = [m.start() for m in _DENIED.finditer(text)]
    kept = [(a, b) for a, b in asides if not any(a <= at < b for at in denials)]
    spans = {clause(text, at) for at in denials}
    left = text
    for start, end in spans:
        left = left[:start] + "-" * (end - start) + left[end:]
    if not re.search(r"[A-Za-z]{3}", left):
        return None
    for start, end in kept:
        left = left[:start] + text[start:end] + left[end:]
    free = [n for n in read.numbers if any(a <= n.start < b for a, b in kept)]
    numbers_ = tuple(n for n in read.numbers if n in free or not any(a <= n.start < b for a, b in spans))
    return replace(read, text=left, numbers=numbers_)


def _counted(read: Read) -> list[Proposal]:
    quantities = propose_numbers.shares_and_quantities(read)
    ranked = propose_orders.ranks(read)
    orders = ranked + propose_beside.comparisons(read, bool(ranked))
    cause = CAUSAL.search(read.text)
    moved = propose_trends.first_move(read.text)
    if cause is None or quantities or (moved is not None and moved < cause.start()):
        orders += propose_trends.trends(read)
    return [
        *(widened(read, one) for one in quantities),
        *(opened(read, test, wording) for test, wording in orders),
        *propose_trade.all_imported(read),
        *propose_vague.vague_shares(read),
    ]


def _past(read: Read) -> bool:
    """A sentence with a word about the future may still hold a figure: one with a year that is over."""
    from ytterby.studies.claims.context import years

    today = read.context.today
    named = [year for year, _ in years(read.text, today)]
    over = [year for year in named if today is None or year <= today.year]
    return (
        bool(read.numbers)
        and bool(over)
        and (bool(over) if named else not re.search(r"\b(?:will|would|could|shall|going to|may|might)\b", read.text))
    )


def _once(made: list[Proposal]) -> list[Proposal]:
    seen: dict[object, Proposal] = {}
    for one in made:
        seen.setdefault(replace(one.test, reason=None), one)
    return list(seen.values())


def _speaker(read: Read) -> str | None:
    return read.quotations[0].speaker if read.quotations else attributed(read.text)
