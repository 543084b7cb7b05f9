"""The records: a claim keeps who says it, what it is about, and how it is tested apart; a verdict says what stands.

A test is data, never code. Numbers are numbers with a range on them: a value with its own low and high, and a relation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

TYPES: dict[str, str] = {
    "quantity": "a mass or a price of one place and year",
    "share": "a part of a whole, in per cent",
    "comparison": "one place beside another",
    "rank": "a place in an order",
    "trend": "a change between two periods",
    "existence": "something is there, or is not",
    "event": "something happened, at a date",
    "status": "who holds a place; depends on the viewpoint",
    "quotation": "words somebody said; needs a transcript",
    "opinion": "what people think; needs a population and a survey",
    "causal": "one thing because of another",
    "evaluative": "good or bad, without a measure",
    "prediction": "about the future",
    "provenance": "where something is from: the sources named",
}
VERDICTS = ("supported", "contradicted", "disputed", "not checkable")
REASONS: dict[str, str] = {
    "value": "the figures are others",
    "altered quote": "the words are not those of the transcript",
    "part for whole": "a figure of another whole is taken for this one",
    "definition": "the words mean something else in the figures (basis, form, reserves or resources)",
    "viewpoint": "the answer depends on whose view is taken",
    "stale date": "it agrees with an older edition only",
    "date": "it happened at another date",
    "stage": "it agrees with another stage of the chain only",
    "stage not named": "the sentence does not name the stage; the verdict is for the one stated",
    "subject not named": "the sentence leaves its place or material to those before it; no reading of it agrees",
    "sources disagree": "admissible sources differ by more than the tolerance",
    "no population": "no population and no survey are named",
    "no source": "no source is named that could be looked up",
    "no data": "the atlas holds no figure for it",
    "no transcript": "no transcript is given to compare with",
    "causal": "a cause is not a figure",
    "evaluative": "a value judgement is not a figure",
    "prediction": "the future is not yet a figure",
}
RELATIONS = ("=", "about", "<", "<=", ">", ">=", "between")


@dataclass(frozen=True, slots=True)
class Test:
    """What is asked of the figures. `value`, `low` and `high` are in `unit`; shares are in %."""

    type: str
    material: str | None = None
    product: str | None = None
    stage: str | None = None
    measure: str | None = None
    place: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    year: int | None = None
    since: int | None = None
    relation: str = "="
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    date: str | None = None
    action: str | None = None
    region: str | None = None
    holder: str | None = None
    field: str | None = None
    facility: str | None = None
    transcript: str | None = None
    source: str | None = None
    edition: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """A vague word of the claim and the threshold it is read with; [%] for shares, a factor for the rest."""

    term: str
    threshold: float


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, who said it and where, and its test."""

    text: str
    test: Test
    said_by: str | None = None
    said_on: str | None = None
    where: str | None = None
    wording: tuple[Wording, ...] = ()
    id: str = "claim"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One source's answer, with the interval its figure stands for and where it is printed."""

    source: str
    edition: str
    period: str
    what: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    locator: str
    citation: str
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class View:
    """One view of who holds a place; views stand side by side."""

    region: str
    viewpoint: str
    field: str
    holder: str | None
    as_of: str
    site: str
    source: str
    locator: str
    note: str
    citation: str
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What stands of a claim."""

    claim: Claim
    verdict: str
    reason: str | None
    why: str
    evidence: tuple[Evidence, ...] = ()
    views: tuple[View, ...] = ()
    wording: str = ""
    thresholds: tuple[Wording, ...] = ()
    edition: str = ""
    notes: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        claim, test = self.claim, self.claim.test
        return {
            "id": claim.id,
            "text": claim.text,
            "said_by": claim.said_by,
            "said_on": claim.said_on,
            "in": claim.where,
            "type": test.type,
            "test": test_values(test),
            "checkable": self.verdict != "not checkable",
            "verdict": self.verdict,
            "reason": self.reason,
            "why": self.why,
            "supported_wording": self.wording,
            "thresholds": [{"term": word.term, "threshold": word.threshold} for word in self.thresholds],
            "figures": [plain(item) for item in self.evidence],
            "views": [plain(item) for item in self.views],
            "notes": list(self.notes),
            "edition": self.edition,
        }


def test_values(test: Test) -> dict[str, Any]:
    """Return the filled fields of a test."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain(test).items()
            if value not in (None, ())}  # fmt: skip


def plain(record: object) -> dict[str, Any]:
    """Return the fields of a record by name."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}  # type: ignore[attr-defined]
