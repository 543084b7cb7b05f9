"""From a sentence to typed claims: what kinds of statement it holds, each handed to the module that reads it."""

from __future__ import annotations

import re
from dataclasses import replace

from ytterby.studies.claims import propose_numbers, propose_orders, propose_words
from ytterby.studies.claims.context import Context, Read, onward
from ytterby.studies.claims.gazetteer import Gazetteer
from ytterby.studies.claims.quantities import numbers
from ytterby.studies.claims.record import Claim, Test, Wording
from ytterby.studies.claims.sentences import LONGEST, Sentence
from ytterby.studies.claims.speech import CAUSAL, FUTURE, attributed, quotations

#: A claim before it has its place in an article: a test, the vague words it was read with, and words it quotes.
Made = tuple[Test, tuple[Wording, ...]]
_DENIED = re.compile(
    r"\b(?:not|never|no longer|neither|nor|hardly|cannot|can't|doesn't|don't|isn't|aren't|wasn't)\b|n't\b", re.I
)


def proposed(sentence: Sentence, names: Gazetteer, context: Context) -> tuple[Read, list[Claim], Context]:
    """Return what was found in a sentence, the claims proposed, and the context for the next one."""
    text = sentence.text[:LONGEST]
    if sentence.paragraph != context.paragraph:
        context = replace(context, year=None, paragraph=sentence.paragraph)
    read = Read(text, tuple(names.find(text)), tuple(numbers(text)), tuple(quotations(text, context.speaker)), context)
    made = facts(read)
    claims = [Claim(sentence.text, test, said_by=_speaker(read), wording=wording) for test, wording in made]
    claims += propose_words.claims(sentence.text, read, bool(made))
    subjects = [
        (test.stage, test.measure, test.place[0] if test.measure == "import_source_share" and test.place else None)
        for test, _ in made
        if test.type in ("quantity", "share", "rank", "comparison", "trend")
    ]
    return read, claims, onward(read, subjects)


def facts(read: Read) -> list[Made]:
    """Return the tests that figures could answer."""
    text = read.text
    if text.rstrip('"”’ ').endswith("?"):
        return []
    future = FUTURE.search(text)
    if future and re.search(r"\bif\b|\bwould\b|\bcould\b|\bwill\b", future[0] + text[:40], re.I) and not read.numbers:
        return propose_words.status(read)
    denied = bool(_DENIED.search(text))
    made: list[Made] = []
    made += propose_words.memberships(read)
    acts = propose_words.in_force(read)
    made += acts or propose_words.events(read)
    made += propose_words.status(read)
    nothing = propose_words.nothing(read)
    made += nothing
    if future and not _past(read):
        return made
    if nothing:
        return _once(made + propose_numbers.shares_and_quantities(read) + propose_numbers.all_imported(read))
    if not denied:
        quantities = propose_numbers.shares_and_quantities(read)
        made += quantities
        made += propose_orders.ranks(read)
        made += propose_orders.comparisons(read)
        made += propose_numbers.all_imported(read)
        cause = CAUSAL.search(text)
        moved = propose_orders.first_move(text)
        if cause is None or quantities or (moved is not None and moved < cause.start()):
            made += propose_orders.trends(read)
        made += propose_numbers.vague_shares(read)
        if not made:
            made += propose_words.existence(read)
    return _once(made)


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


def _once(made: list[Made]) -> list[Made]:
    seen: dict[object, Made] = {}
    for test, wording in made:
        seen.setdefault(replace(test, reason=None), (test, wording))
    return list(seen.values())


def _speaker(read: Read) -> str | None:
    return read.quotations[0].speaker if read.quotations else attributed(read.text)
