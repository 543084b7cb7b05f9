"""Reading an article: sentences, names, numbers, speakers, loaded words, and a verdict for each claim found.

Rules and the atlas's own names, nothing else: the same text gives the same reading. A proposal is a proposal: the claim
file that `to_toml` writes is for a person to correct and to check again.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

from ytterby.atlas.load import Atlas, load
from ytterby.studies.claims.article import Article, article, checked, clean, html_text
from ytterby.studies.claims.claim_file import day, to_toml
from ytterby.studies.claims.context import Context
from ytterby.studies.claims.gazetteer import Mention, gazetteer
from ytterby.studies.claims.propose import Proposed, after, proposed
from ytterby.studies.claims.record import REASONS, Claim, Verdict
from ytterby.studies.claims.regions import is_region
from ytterby.studies.claims.sentences import LONGEST, MOST, Sentence, sentences
from ytterby.studies.claims.speech import HEDGES, LOADED, source_line
from ytterby.studies.claims.verdict import judge

#: Claims checked in one article; a longer one is cut, and says so.
MOST_CLAIMS = 5000
#: Tests judged in one article before further readings of a sentence are given up.
MOST_READINGS = 6000
#: Characters read in one article; what follows is kept for the page and not read, and the reading says so.
MOST_TEXT = 250_000
#: Numbers read in one article: each may be open to many readings.
MOST_FIGURES = 4_000
#: Numbers in one sentence; more are a table or a list, which is not read.
MOST_NUMBERS = 40
_NUMBER = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence with its verdicts, and its loaded words and hedges as (start, end)."""

    sentence: Sentence
    verdicts: tuple[Verdict, ...]
    mentions: tuple[Mention, ...]
    loaded: tuple[tuple[int, int], ...]
    hedges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """An article read: its passages, who is quoted, which sources it gives, and what is to be noticed."""

    name: str
    date: date | None
    edition: str
    passages: tuple[Passage, ...]
    quoted: tuple[tuple[str, int], ...]
    absent: tuple[str, ...]
    sources: tuple[str, ...]
    notices: tuple[str, ...]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Every verdict, in the order of the text."""
        return tuple(verdict for passage in self.passages for verdict in passage.verdicts)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim, in the order of the text."""
        return tuple(verdict.claim for verdict in self.verdicts)

    def counts(self) -> dict[str, int]:
        """Return how many claims have which verdict."""
        found = Counter(verdict.verdict for verdict in self.verdicts)
        return {name: found.get(name, 0) for name in ("supported", "contradicted", "disputed", "not checkable")}

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "schema": 1,
            "article": self.name,
            "date": self.date.isoformat() if self.date else None,
            "edition": self.edition,
            "sentences": len(self.passages),
            "verdicts": self.counts(),
            "claims": [verdict.to_dict() | {"sentence": passage.sentence.text}
                       for passage in self.passages for verdict in passage.verdicts],
            "quoted": [{"speaker": name, "quotations": count} for name, count in self.quoted],
            "named_but_not_quoted": list(self.absent),
            "sources": list(self.sources),
            "notices": list(self.notices),
            "loaded_words": [passage.sentence.text[a:b] for passage in self.passages for a, b in passage.loaded],
            "hedges": [word for passage in self.passages for word in passage.hedges],
        }  # fmt: skip

    def to_toml(self) -> str:
        """Return a claim file."""
        return to_toml(self.claims, f"Claims proposed from {self.name}")


def read(
    what: str | os.PathLike[str],
    date: str | date | None = None,
    as_of: str | date | None = None,
    viewpoint: str | None = None,
    atlas: Atlas | None = None,
) -> Reading:
    """Return the reading of an article in a file: text, or a saved page in HTML.

    `date` (YYYY-MM-DD) is the article's, for "last year"; without it the page's own date is used if it has one.
    `as_of` admits only editions published by then; `viewpoint` answers status claims by one view. InputError when the
    file is too large, binary, or not in English.
    """
    atlas = atlas or load()
    return _read(article(what), day(date, "date"), day(as_of, "as-of"), viewpoint, atlas)


def read_text(
    text: str, name: str = "text", date: str | date | None = None, as_of: str | date | None = None,
    viewpoint: str | None = None, atlas: Atlas | None = None,
) -> Reading:  # fmt: skip
    """Return the reading of a text at hand; markup is taken off where it begins like a page."""
    raw = html_text(text) if text.lstrip()[:9].casefold().startswith(("<!doctype", "<html")) else text
    found = Article(name, checked(clean(raw), name))
    return _read(found, day(date, "date"), day(as_of, "as-of"), viewpoint, atlas or load())


def _read(found: Article, today: date | None, as_of: date | None, viewpoint: str | None, atlas: Atlas) -> Reading:
    today = today or day(found.date, "date")
    names = gazetteer(atlas)
    context = Context(today=today)
    passages: list[Passage] = []
    count = 0
    on = today.isoformat() if today else None
    court = _Judge(atlas, as_of, viewpoint)
    unread = _Unread()
    parts = sentences(found.text)
    for sentence in parts:
        if count >= MOST_CLAIMS or unread.passes(sentence):
            passages.append(Passage(sentence, (), (), (), ()))
            continue
        read_, made = proposed(sentence, names, context)
        made = made[: max(0, MOST_CLAIMS - count)]
        verdicts = []
        for at, one in enumerate(made, count + 1):
            claim = replace(one.claim, id=f"claim-{at}", where=found.name, said_on=on)
            verdicts.append(court.judged(replace(one, claim=claim)))
        count += len(made)
        context = after(read_, [verdict.claim for verdict in verdicts])
        loaded = tuple(match.span() for match in LOADED.finditer(sentence.text[:5000]))
        hedges = tuple(match[0] for match in HEDGES.finditer(sentence.text[:5000]))
        passages.append(Passage(sentence, tuple(verdicts), read_.mentions, loaded, hedges))
    quoted = Counter(
        v.claim.said_by or "nobody named" for p in passages for v in p.verdicts if v.claim.test.type == "quotation"
    )
    sources, notices = _sources(passages, count)
    notices += unread.notices()
    if len(parts) >= MOST:
        notices += (f"Only the first {MOST:,} sentences are kept.",)
    return Reading(
        found.name,
        today,
        atlas.edition,
        tuple(passages),
        tuple(quoted.most_common()),
        _absent(passages, quoted),
        sources,
        notices,
    )


class _Unread:
    """What is left unread of an article, so that its length bounds the time it takes."""

    def __init__(self) -> None:
        self.characters, self.figures, self.after, self.crowded, self.cut = 0, 0, 0, 0, 0

    def passes(self, sentence: Sentence) -> bool:
        """Whether a sentence is passed over: behind the part that is read, or a list of numbers."""
        text = sentence.text[:LONGEST]
        if self.characters + len(text) > MOST_TEXT or self.figures > MOST_FIGURES:
            self.after += 1
            return True
        self.characters += len(text)
        figures = sum(1 for _ in islice(_NUMBER.finditer(text), MOST_NUMBERS + 1))
        if figures > MOST_NUMBERS:
            self.crowded += 1
            return True
        self.figures += figures
        self.cut += len(sentence.text) > LONGEST
        return False

    def notices(self) -> tuple[str, ...]:
        """Say what was left unread."""
        told = (
            (self.after, f"were left unread: the first {MOST_TEXT:,} characters and {MOST_FIGURES:,} numbers are read"),
            (self.crowded, f"with more than {MOST_NUMBERS} numbers were left unread: tables are not read"),
            (self.cut, f"were read to character {LONGEST:,} only"),
        )
        return tuple(
            f"{count:,} sentence{'s' if count > 1 else ''} {what.replace('were ', 'was ', 1) if count == 1 else what}."
            for count, what in told if count
        )  # fmt: skip


class _Judge:
    """Verdicts of one article: each test is judged once, and the readings tried beside the first are bounded."""

    def __init__(self, atlas: Atlas, as_of: date | None, viewpoint: str | None) -> None:
        self.atlas, self.as_of, self.viewpoint = atlas, as_of, viewpoint
        self.known: dict[object, Verdict] = {}
        self.left = MOST_READINGS

    def judged(self, one: Proposed) -> Verdict:
        """Judge a claim as it is read first, or as it stands where the sentence leaves its subject open.

        A sentence that names its subject is held to it. Of the readings of one that does not, the first that figures
        support is taken; where none is and the subject is open, no verdict is given.
        """
        first = self._of(one.claim)
        if first.verdict == "supported" or not one.others or self.left <= 0:
            return first if one.firm or first.verdict != "contradicted" else _open(one.claim, self.atlas)
        best = None
        for test in one.others:
            other = self._of(replace(one.claim, test=test))
            if other.verdict == "supported":
                best = other
                break
            if first.verdict == "not checkable" and best is None and other.verdict != "not checkable":
                best = other
        best = best or first
        return _open(one.claim, self.atlas) if best.verdict == "contradicted" and not one.firm else best

    def _of(self, claim: Claim) -> Verdict:
        if claim.test.type == "quotation":
            return judge(claim, self.atlas, self.as_of, self.viewpoint)
        key = (claim.test, claim.wording)
        if key not in self.known:
            self.left -= 1
            self.known[key] = judge(claim, self.atlas, self.as_of, self.viewpoint)
        return replace(self.known[key], claim=claim)


def _open(claim: Claim, atlas: Atlas) -> Verdict:
    why = REASONS["subject not named"].capitalize() + "."
    return Verdict(claim, "not checkable", "subject not named", why, edition=atlas.edition, thresholds=claim.wording)


def _sources(passages: list[Passage], count: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Organisations named, and what a reader should notice about the sources."""
    named = dict.fromkeys(m.text for p in passages for m in p.mentions if m.kind == "organisation")
    notices = []
    for passage in passages:
        line, good = source_line(passage.sentence.text)
        if line and not good:
            rest = passage.sentence.text.partition(":")[2].strip()
            notices.append(
                "The line of sources is empty." if not rest else "The line of sources names nobody who could be asked."
            )
    if not named:
        notices.append("No source is named that could be looked up.")
    if count >= MOST_CLAIMS:
        notices.append(f"Only the first {MOST_CLAIMS} claims were read.")
    return tuple(named), tuple(notices)


def _absent(passages: list[Passage], quoted: Counter[str]) -> tuple[str, ...]:
    """Countries named at least three times of which nobody is quoted by name of the place."""
    from ytterby.atlas.places import name_of

    named = Counter(m.code for p in passages for m in p.mentions if m.kind == "place")
    named = Counter({code: n for code, n in named.items() if code not in ("WLD", "EU27") and not is_region(code)})
    beside = {m.code for p in passages if any(v.claim.test.type == "quotation" for v in p.verdicts) for m in p.mentions}
    return tuple(name_of(code) for code, times in named.most_common() if times >= 3 and code not in beside)
