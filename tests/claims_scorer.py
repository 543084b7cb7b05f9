"""Scores the reader on annotated articles: precision and recall of checkable claims, and right verdicts among those.

A claim found counts when the annotator has one of the same type in the same sentence; each pairs once, and an event
pairs with a status. Usage as a
program: python tests/claims_scorer.py FOLDER.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ytterby.studies.claims.reading import read_text

# An act that is suspended is an event to one annotator and a status to the other: the two pair.
KINDRED = {"event": {"event", "status"}, "status": {"event", "status"}}
VERDICTS = ("supported", "contradicted", "disputed", "not checkable")


@dataclass
class Score:
    """Counts over all articles, and what went wrong in words."""

    sentences: int = 0
    right: int = 0
    found: int = 0
    wanted: int = 0
    paired: int = 0
    table: Counter = field(default_factory=Counter)
    words: list = field(default_factory=list)

    @property
    def precision(self):
        return self.paired / self.found

    @property
    def recall(self):
        return self.paired / self.wanted

    @property
    def accuracy(self):
        return self.right / self.paired

    def __str__(self):
        lines = [
            f"{self.sentences} sentences, {self.wanted} checkable claims annotated, "
            f"{self.found} found, {self.paired} paired",
            f"precision {self.precision:.3f}, recall {self.recall:.3f}, verdicts right {self.accuracy:.3f}",
            "annotated \\ found".ljust(20) + "".join(name.rjust(15) for name in (*VERDICTS, "none")),
        ]
        for row in (*VERDICTS, "none"):
            lines.append(row.ljust(20) + "".join(str(self.table[row, name]).rjust(15) for name in (*VERDICTS, "none")))
        return "\n".join([*lines, *self.words])


def score(folder: Path) -> Score:
    """Read every article of a folder of annotated ones."""
    total = Score()
    for path in sorted(folder.glob("*.toml")):
        with path.open("rb") as file:
            _article(tomllib.load(file), path.stem, total)
    return total


def _article(annotated, name, total):
    reading = read_text(annotated["text"], name=name, date=annotated["date"])
    total.sentences += len(reading.passages)
    got, want = {}, {}
    for passage in reading.passages:
        got.setdefault(passage.sentence.text, []).extend(passage.verdicts)
    for claim in annotated["claim"]:
        want.setdefault(" ".join(claim["sentence"].split()), []).append(claim)
    for sentence in dict.fromkeys([*want, *got]):
        _sentence(sentence, want.get(sentence, []), got.get(sentence, []), f"{name}: ", total)


def _sentence(sentence, wanted, got, place, total):
    """Pair the checkable claims of one sentence: same type and verdict first, then same type."""
    left = [v for v in got if v.verdict != "not checkable"]
    checkable = [c for c in wanted if c["checkable"]]
    total.wanted += len(checkable)
    total.found += len(left)
    waiting = []
    for claim in checkable:
        same = next((v for v in left if (v.claim.test.type, v.verdict) == (claim["type"], claim["verdict"])), None)
        if same is None:
            waiting.append(claim)
        else:
            left.remove(same)
            _pair(claim, same, sentence, place, total)
    for claim in waiting:
        alike = KINDRED.get(claim["type"], {claim["type"]})
        like = next((v for v in left if v.claim.test.type == claim["type"]), None)
        like = like or next((v for v in left if v.claim.test.type in alike), None)
        if like is None:
            total.table[claim["verdict"], "none"] += 1
            total.words.append(f"{place}missed {claim['type']}, {claim['verdict']}: {sentence}")
        else:
            left.remove(like)
            _pair(claim, like, sentence, place, total)
    for verdict in left:
        total.table["none", verdict.verdict] += 1
        total.words.append(
            f"{place}not annotated {verdict.claim.test.type}, {verdict.verdict}: {sentence} [{verdict.why}]"
        )


def _pair(claim, verdict, sentence, place, total):
    total.paired += 1
    total.right += claim["verdict"] == verdict.verdict
    total.table[claim["verdict"], verdict.verdict] += 1
    if claim["verdict"] != verdict.verdict:
        total.words.append(f"{place}{claim['verdict']} read as {verdict.verdict}: {sentence} [{verdict.why}]")


if __name__ == "__main__":
    print(score(Path(sys.argv[1])))
