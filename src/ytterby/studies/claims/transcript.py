"""Quotations: the words beside those of a transcript that the claim file gives."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from ytterby.studies.claims.record import REASONS, Claim, Verdict

_LEAST = 0.6
_MOST_WORDS = 20_000


def quoted(claim: Claim) -> Verdict:
    """Judge a quotation: word for word in the transcript, altered, or not there.

    Case, punctuation and line ends do not matter; an omission marked with … parts the quotation, and each part must
    stand in the transcript, in order.
    """
    test = claim.test
    if not test.transcript:
        return Verdict(claim, "not checkable", "no transcript", REASONS["no transcript"].capitalize() + ".")
    heard = _words(test.transcript)[:_MOST_WORDS]
    start = 0
    for part in re.split(r"…|\.\.\.|\[[^\]]{0,40}\]", claim.text):
        said = _words(part)
        if not said:
            continue
        at = _find(heard, said, start)
        if at is None:
            return _altered(claim, heard, said)
        start = at + len(said)
    return Verdict(claim, "supported", None, "The words stand in the transcript.")


def _altered(claim: Claim, heard: list[str], said: list[str]) -> Verdict:
    best, where = 0.0, 0
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(said)
    for at in range(0, max(1, len(heard) - len(said) + 1), max(1, len(said) // 4)):
        matcher.set_seq1(heard[at : at + len(said)])
        ratio = matcher.ratio()
        if ratio > best:
            best, where = ratio, at
    if best < _LEAST:
        return Verdict(claim, "contradicted", "altered quote", "Nothing like these words stands in the transcript.")
    near = " ".join(heard[where : where + len(said)])
    return Verdict(claim, "contradicted", "altered quote", f"The transcript has: {near}", wording=near)


def _find(heard: list[str], said: list[str], start: int) -> int | None:
    text, sought = " " + " ".join(heard[start:]) + " ", " " + " ".join(said) + " "
    at = text.find(sought)
    return None if at < 0 else start + text.count(" ", 0, at + 1) - 1


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.replace("’", "").replace("'", "").casefold())
