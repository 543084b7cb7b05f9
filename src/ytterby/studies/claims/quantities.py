"""Numbers in a sentence: shares, masses, prices, sums of money, with their ranges and the words that loosen them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from ytterby.studies.claims.compare import nearly

_NUM = r"\d{1,3}(?:[,  ]\d{3})+(?:\.\d{1,4})?|\d{1,15}(?:\.\d{1,6})?"
_SCALE = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9,
    "trillion": 1e12, "tn": 1e12,
}  # fmt: skip
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_SPELT = (
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](?:one|two|three|four|five|six|seven|"
    r"eight|nine))?"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
)
_N = rf"(?:{_NUM}|\b(?:{_SPELT})\b)"
_RANGE = rf"(?P<a>{_N})(?: ?(?P<sa>million|billion|thousand|trillion))?(?: {0, 2}(?:to|-|–|—) ?(?P<b>{_N}))?"
_PERCENT = re.compile(rf"(?<![\w.,]){_RANGE}(?: ?%| ?per ?cent(?! ?age)\b)", re.I)
_MASS_UNITS = {
    "t": 1.0, "tonne": 1.0, "tonnes": 1.0, "ton": 1.0, "tons": 1.0, "mt": 1e6, "kt": 1e3, "kg": 1e-3, "kilogram": 1e-3,
    "kilograms": 1e-3, "kilo": 1e-3, "kilos": 1e-3, "kilogrammes": 1e-3, "megatonnes": 1e6, "kilotonnes": 1e3,
}  # fmt: skip
_MASS = re.compile(
    rf"(?<![\w.,$€£]){_RANGE}(?: ?(?P<scale>million|billion|thousand|mn|bn))?[ -]?(?:metric )?"
    r"(?P<unit>tonnes?|tons?|megatonnes|kilotonnes|kilogrammes|kilograms?|kilos?|kt|Mt|kg|t)\b(?!/)",
    re.I,
)
_PRICE = re.compile(
    rf"(?:(?:US\$|\$|USD) ?(?P<a>{_NUM})|(?P<b>{_NUM}) (?:US )?dollars)"
    r" ?(?:/|per|a|an) ?(?P<unit>kilogram|kilo|kg|metric ton|tonne|ton|t|pound|lb|ounce|oz)\b",
    re.I,
)
_MONEY = re.compile(
    rf"(?:US\$|\$|€|£|USD |EUR )(?P<a>{_NUM}) ?(?P<scale>trillion|billion|million|thousand|tn|bn|mn|k)?\b"
    rf"|(?P<b>{_NUM}|(?:{_SPELT})) (?P<scale2>trillion|billion|million) (?:US )?(?:dollars|euros)",
    re.I,
)
_FRACTION = re.compile(
    r"\b(?:(?P<half>(?:one[- ]|a )?half)|(?P<n>a|one|two|three|four|nine)[- ](?P<d>third|quarter|fifth|tenth)s?"
    r"|(?P<in>(?:one|two|three|four|nine|\d)) (?:in|out of) (?P<of>every (?:two|three|four|five|ten)|two|"
    r"three|four|five|ten|\d{1,2}))\b",
    re.I,
)
_BETWEEN = re.compile(rf"(\bbetween {_N}(?: ?(?:%|percent|per cent|million|thousand))?) and (?=\d)", re.I)
_BARE = re.compile(
    rf"(?<![\w.,$€£])(?P<a>{_NUM})(?: (?P<scale>million|billion|thousand)\b|(?<=,\d\d\d))"
    r"(?=[.,;:]|\s*$| in | a | for )",
    re.I,
)
_PARTS = {"third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_MORE = re.compile(r"(?:more than|over|above|at least|exceed\w*|upwards of|north of|in excess of|"
    r"fell short of|beyond)"
                   r"(?: (?:a|an|the|some|half a|USD|US\$|\$))?\s*$", re.I)  # fmt: skip
_LESS = re.compile(
    r"(?:less than|under|below|at most|up to|fewer than|no more than|short of)(?: (?:a|an|the|USD))?\s*$", re.I
)
_NO_MORE = re.compile(r"(?:no|not) more than(?: (?:a|an|the|some|about))*\s*$", re.I)
_ABOUT = re.compile(r"(?:about|around|roughly|approximately|some|an estimated|estimated at|close to|circa|~|"
    r"almost exactly|"
                    r"in the order of)(?: (?:a|an|the|USD))?\s*$", re.I)  # fmt: skip
_NEARLY = re.compile(r"(?:nearly|almost|just under|just short of|not quite|close on)(?: (?:a|an|the|USD))?\s*$", re.I)
_JUST_OVER = re.compile(r"(?:just over|slightly more than|a little over|just above)(?: (?:a|an|the))?\s*$", re.I)


@dataclass(frozen=True, slots=True)
class Number:
    """A number found in a sentence: kind (share, mass, price, money), value in %, t, USD/kg or USD, and its range."""

    kind: str
    value: float
    start: int
    end: int
    text: str
    relation: str = "="
    low: float | None = None
    high: float | None = None
    term: str | None = None


def numbers(text: str) -> list[Number]:
    """Return the numbers of a sentence in order; values that are no finite amount are left out.

    >>> [(n.kind, n.value, n.relation) for n in numbers("about 70 percent of 1.5 million tonnes")]
    [('share', 70.0, 'about'), ('mass', 1500000.0, '=')]
    """
    found: list[Number] = []
    # "between 60 and 70" reads as "60 to 70"; any other "and" joins two numbers that are no range.
    text = _BETWEEN.sub(lambda match: f"{match[1]}  to ", text)
    for pattern, kind in (
        (_PRICE, "price"),
        (_MONEY, "money"),
        (_PERCENT, "share"),
        (_MASS, "mass"),
        (_FRACTION, "share"),
    ):
        for match in pattern.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            made = _number(match, kind, text)
            if made is not None:
                found.append(made)
    return sorted([*found, *_unitless(text, found)], key=lambda item: item.start)


def _unitless(text: str, found: list[Number]) -> list[Number]:
    """Numbers such as "3.5 million" after a mass in the same sentence: of the same unit."""
    first = min((item.end for item in found if item.kind == "mass"), default=None)
    made: list[Number] = []
    for match in _BARE.finditer(text, first) if first is not None else ():
        if any(match.start() < other.end and other.start < match.end() for other in found):
            continue
        value = (_plain(match["a"]) or 0.0) * _SCALE.get((match["scale"] or "").casefold(), 1.0)
        if 0 < value < 1e17:
            number = Number("mass", value, match.start(), match.end(), match[0])
            made.append(_loosened(number, text[max(0, match.start() - 40) : match.start()]))
    return made


def _number(match: re.Match[str], kind: str, text: str) -> Number | None:
    groups = match.groupdict()
    if match.re is _FRACTION:
        value, other = _fraction(groups), None
        scale = 100.0
    else:
        value, other = _plain(groups.get("a") or groups.get("b")), None
        if kind in ("share", "mass") and groups.get("b"):
            other = _plain(groups["b"])
        scale = _scaled(groups, kind)
    if value is None or not math.isfinite(value * scale) or abs(value * scale) > 1e17:
        return None
    if match.re is _FRACTION and _no_part(text, match):
        return None
    value *= scale
    before = text[max(0, match.start() - 40) : match.start()]
    made = Number(kind, value, match.start(), match.end(), match[0])
    if other is not None and other * scale > value:
        return _with(made, "between", (value + other * scale) / 2, value, other * scale)
    return _loosened(made, before)


def _loosened(made: Number, before: str) -> Number:
    value = made.value
    if _JUST_OVER.search(before):
        return _with(made, "between", value, value, value * 1.1, "just over")
    if _NEARLY.search(before):
        low, high = nearly(value)
        return _with(made, "=", value, low, high, "nearly")
    if _NO_MORE.search(before):
        return _with(made, "<", value)
    if _MORE.search(before):
        return _with(made, ">", value)
    if re.search(r"up to(?: (?:a|an|the))?\s*$", before, re.I) or _LESS.search(before):
        return _with(made, "<", value)
    if _ABOUT.search(before) or made.text.casefold().startswith(("a ", "half", "one", "two", "three")):
        return _with(made, "about", value, term="about" if _ABOUT.search(before) else None)
    return made


def _with(
    made: Number,
    relation: str,
    value: float,
    low: float | None = None,
    high: float | None = None,
    term: str | None = None,
) -> Number:
    return Number(made.kind, value, made.start, made.end, made.text, relation, low, high, term)


def _plain(text: str | None) -> float | None:
    if text is None:
        return None
    bare = re.sub(r"[,  ]", "", text)
    try:
        return float(bare)
    except ValueError:
        parts = re.split(r"[- ]", text.casefold())
        return float(sum(_WORDS[part] for part in parts)) if all(part in _WORDS for part in parts) else None


def _scaled(groups: dict[str, str | None], kind: str) -> float:
    word = (groups.get("scale") or groups.get("scale2") or groups.get("sa") or "").casefold()
    scale = _SCALE.get(word, 1.0)
    unit = groups.get("unit") or ""
    if kind == "mass":
        return scale * (1e6 if unit == "Mt" else _MASS_UNITS.get(unit.casefold(), 1.0))
    if kind == "price":
        per = unit.casefold()
        if per in ("lb", "pound"):
            return 1 / 0.45359237
        if per in ("oz", "ounce"):
            return 1 / 0.0311034768
        return 1e-3 if per in ("t", "ton", "tonne", "metric ton") else 1.0
    return scale


def _fraction(groups: dict[str, str | None]) -> float | None:
    if groups["half"]:
        return 0.5
    if groups["d"]:
        upper = 1 if groups["n"] in ("a", "A") else _plain(groups["n"])
        return None if upper is None else upper / _PARTS[groups["d"].casefold()]
    upper = _plain(groups["in"])
    lower = _plain((groups["of"] or "").casefold().removeprefix("every "))
    return upper / lower if upper and lower and upper < lower else None


def _no_part(text: str, match: re.Match[str]) -> bool:
    """A fraction that is no part of something: "third quarter", "half a million", "half-hearted"."""
    after = text[match.end() : match.end() + 16]
    return not re.match(r",? (?:of|the|all|its|their|that|and)\b|[.,;]|\Z| in | at ", after, re.I)
