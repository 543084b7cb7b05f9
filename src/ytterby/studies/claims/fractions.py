"""Parts of a whole in words: half, two thirds, three quarters, one in five, seven tonnes in every ten."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70,
    "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1000,
}  # fmt: skip
_PARTS = {"third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
          "tenth": 10, "twentieth": 20}  # fmt: skip
_EVERY = {"second": 2, "other": 2, "third": 3, "fourth": 4, "fifth": 5, "tenth": 10}
_SMALL = "one|two|three|four|five|six|seven|eight|nine|ten"
_THING = r"(?: (?:tonnes?|tons?|kilo\w*|grams?|ounces?|parts|metric tons)(?: of [a-z][\w -]{2,24}?)?)?"
_BIG = (
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](?:one|two|three|four|five|six|seven|"
    r"eight|nine))?|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen"
)
#: "Of every hundred magnets, ninety-four come from China."
_TURNED = re.compile(
    r"\b(?:out )?of (?:every|each) (?P<of>ten|twenty|hundred|thousand|\d{1,4})\b(?P<gap>[^.;]{0,70}?)(?<![\d.,])"
    rf"\b(?P<in>{_BIG}|\d{{1,3}})\b(?! (?:years|months|countries|states|times|percent|per))(?![\d%])", re.I,
)  # fmt: skip
_FRACTION = re.compile(
    rf"\b(?:(?P<half>(?:one[- ]|a )?half)"
    rf"|(?P<n>an?|{_SMALL})(?: (?:good|full|mere|bare|solid|scant))?[- ](?P<d>third|quarter|fourth|fifth|sixth|"
    rf"seventh|eighth|ninth|tenth|twentieth)s?"
    rf"|(?P<in>{_SMALL}|\d{{1,2}}){_THING} (?:in|out of|of) (?:every )?(?P<of>{_SMALL}|twenty|\d{{1,3}})(?: tonnes)?"
    rf"|(?P<in2>{_BIG}|\d{{1,2}}){_THING} (?:in|out of|of|from) (?:every|each|a) (?P<of2>ten|twenty|hundred|thousand)"
    rf"|every (?P<every>second|other|third|fourth|fifth|tenth)(?= (?:tonne|ton|kilo|gram|ounce)))\b",
    re.I,
)
#: Parts of time or size, "half as much", "half of what", which stand for no share of a whole.
_NOT_AFTER = re.compile(
    r"-(?!\w+ly)\w|(?: of| in)?(?: (?:the|a|this|that|last|each|every))? ?(?:(?:19|20)\d\d|year(?!['’]s)|decade|"
    r"century|month|"
    r"hour|time|million|billion|dozen|quarter|half|an hour)\b|'s\b|’s\b| as (?:much|many|large|big|high)\b|"
    r" (?:of )?(?:what(?! the world)|that of|those of)\b| its (?:price|level|value|size)\b| the (?:price|size|"
    r"level|amount|volume)\b|"
    r" largest| biggest| place| most\b| of a (?:million|billion|percent)| producer| miner| million|[- ]producer", re.I,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fraction:
    """A part of one, and where it stands."""

    value: float
    start: int
    end: int


def fractions(text: str) -> list[Fraction]:
    """Return the fractions of a sentence that can be shares.

    >>> [(round(f.value, 3)) for f in fractions("two-thirds here, seven tonnes in every ten there, every fifth tonne")]
    [0.667, 0.7, 0.2]
    """
    found = []
    for turned in _TURNED.finditer(text):
        upper, lower = _number(turned["in"]), _number(turned["of"])
        if upper and lower and upper < lower:
            found.append(Fraction(upper / lower, turned.start("in"), turned.end("in")))
    for match in _FRACTION.finditer(text):
        value = _value(match)
        if match[0].casefold() == "a half" and text[: match.start()].casefold().endswith("and "):
            continue  # "a decade and a half"
        before = text[max(0, match.start() - 24) : match.start()].casefold()
        if value is None or not 0 < value < 1 or _NOT_AFTER.match(text[match.end() : match.end() + 24]):
            continue
        if re.search(r"\b(?:first|second|third|fourth|last|other|latter|former|next|in|"
            r"the better) (?:the )?$", before) and (
            match["half"] or match["d"] in ("quarter", "third")
        ) and not before.endswith("in "):  # fmt: skip
            continue
        if match["in"] and re.match(r"\d", match["in"]) and " of " in match[0] and " out of " not in match[0]:
            continue  # "9 of 37" joins two amounts
        found.append(Fraction(value, match.start(), match.end()))
    return found


def spelt(text: str) -> float | None:
    """Return a number written in words, or None.

    >>> spelt("ninety-three"), spelt("many")
    (93.0, None)
    """
    parts = re.split(r"[- ]", text.casefold())
    return float(sum(_WORDS[part] for part in parts)) if all(part in _WORDS for part in parts) else None


def _value(match: re.Match[str]) -> float | None:
    if match["half"]:
        return 0.5
    if match["every"]:
        return 1 / _EVERY[match["every"].casefold()]
    if match["d"]:
        upper = 1.0 if match["n"].casefold() in ("a", "an") else spelt(match["n"])
        return None if upper is None else upper / _PARTS[match["d"].casefold()]
    if match["in2"]:
        upper, lower = _number(match["in2"]), _number(match["of2"])
        return upper / lower if upper and lower and upper < lower else None
    upper, lower = _number(match["in"]), _number(match["of"])
    return upper / lower if upper and lower and upper < lower else None


def _number(text: str) -> float | None:
    return float(text) if text.isdigit() else spelt(text)
