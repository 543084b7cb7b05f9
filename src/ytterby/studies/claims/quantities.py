"""Numbers in a sentence: shares, masses, volumes, prices, sums of money, with ranges and the words that loosen them.

A number that stands without a unit takes that of the number it is joined to ("from 22 to 3.5 million tonnes", "9.2 of
37 million"), of one before it in the sentence, or of the sentence before ("Russia came next with 32,000").
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from ytterby.studies.claims.compare import nearly
from ytterby.studies.claims.fractions import fractions, spelt

_NUM = r"\d{1,3}(?:[,  ]\d{3})+(?:\.\d{1,4})?|\d{1,15}(?:\.\d{1,6})?"
_SCALE = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6, "mln": 1e6, "billion": 1e9,
    "bn": 1e9, "trillion": 1e12, "tn": 1e12,
}  # fmt: skip
_SPELT = (
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](?:one|two|three|four|five|six|seven|"
    r"eight|nine))?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
)
_N = rf"(?:{_NUM}|\b(?:{_SPELT})\b)"
_RANGE = (
    rf"(?P<a>{_N})(?: ?(?P<sa>million|billion|thousand|trillion|mln|mn|bn|[km](?=[ -]?t)))?"
    rf"(?: {{0,2}}(?:to|-|–|—) ?(?P<b>{_N}))?"
)
_PERCENT = re.compile(rf"(?<![\w.,]){_RANGE}(?: ?%| ?per ?cent(?! ?age)\b| ?pct\b| ?pc\b)(?! ?points?\b)", re.I)
_MASS_UNITS = {
    "t": 1.0, "tonne": 1.0, "tonnes": 1.0, "ton": 1.0, "tons": 1.0, "mt": 1e6, "kt": 1e3, "gt": 1e9, "kg": 1e-3,
    "kilogram": 1e-3, "kilograms": 1e-3, "kilo": 1e-3, "kilos": 1e-3, "kilogrammes": 1e-3, "kilogramme": 1e-3,
    "megatonnes": 1e6, "megatons": 1e6, "kilotonnes": 1e3, "kilotons": 1e3, "gigatonnes": 1e9, "ounces": 3.11034768e-5,
    "ounce": 3.11034768e-5, "oz": 3.11034768e-5, "pounds": 4.5359237e-4, "lb": 4.5359237e-4, "lbs": 4.5359237e-4,
}  # fmt: skip
_MASS = re.compile(
    rf"(?<![\w.,$€£]){_RANGE}(?: ?(?P<scale>million|billion|thousand|mln|mn|bn|[km](?= (?:t|tons|tonnes)\b)))?[ -]?"
    r"(?:metric |troy |(?P<short>short |long ))?"
    r"(?P<unit>tonnes?|tons?|megaton(?:ne)?s|kiloton(?:ne)?s|gigatonnes|kilogrammes?|kilograms?|kilos?|kt|Mt|Gt|kg|t|"
    r"ounces?|oz|carats?|ct|Mct|pounds(?= of\b)|lbs?)\b(?!/)",
    re.I,
)
_VOLUME = re.compile(
    rf"(?<![\w.,$€£]){_RANGE}(?: ?(?P<scale>million|billion|thousand))? (?P<unit>cubic met(?:er|re)s|m3|m³)", re.I
)
_PER = r"kilogram(?:me)?|kilo|kg|metric ton(?:ne)? unit|mtu|metric ton(?:ne)?|tonne|ton|t|pound|lb|troy ounce|ounce|oz"
_PRICE = re.compile(
    rf"(?:(?P<cents>\b(?=\d[\d,.]* (?:US )?cents))?(?:(?:US\$|\$|USD) ?(?P<a>{_NUM})|"
    rf"(?P<b>{_NUM}) (?:US )?(?:dollars|cents)))"
    rf"(?: ?/ ?|,? (?:per|a|an|for (?:a|one|each)) )(?P<unit>{_PER})\b",
    re.I,
)
_MONEY = re.compile(
    rf"(?:US\$|\$|€|£|USD |EUR )(?P<a>{_NUM}) ?(?P<scale>trillion|billion|million|thousand|tn|bn|mn|k)?\b"
    rf"|(?P<b>{_NUM}|(?:{_SPELT})) (?:(?P<scale2>trillion|billion|million) )?(?:US )?(?:dollars|euros)\b",
    re.I,
)
_BETWEEN = re.compile(rf"(\bbetween {_N}(?: ?(?:%|percent|per cent|million|thousand))?) and (?=\d)", re.I)
_BARE = re.compile(
    rf"(?<![\w.,$€£%/’'-])(?<![A-Z]\. )(?P<a>{_NUM})(?: ?(?P<scale>million|billion|thousand|mln|mn|bn|[kKm]\b))?"
    r"(?![\w%/’'-]|[.,]\d| ?(?:%|percent|per cent|dollars|euros|cents))"
    r"(?=[.,;:)!]|\s*$| (?:in|of|out|from|for|a|after|to|and|against|or|by|at|the|last|this|each|apiece|compared|"
    r"versus|"
    r"vs|up|down|respectively|were|was|are|is|came|comes|lie|lies|went|goes|between|as|but|while|with|on|there|than|"
    r"before|earlier|only|worldwide|globally|mined|produced|refined)\b)"
)
_DATED = re.compile(
    r"(?:\b(?:no|nos|number|announcements?|article|chapter|regulation|resolution|page|part|item|items|version|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|top|aged|grade)\.? |"
    r"#)$", re.I
)  # fmt: skip
_LINK = re.compile(
    r"(?:,? (?:and|to|of|out of|after|from|against|or|versus|vs\.?|compared with|in)|,|;|-|–)"
    r"(?: (?:the|a|an|about|some|around|an estimated|more than|over|only|just|world(?:'s|’s)?|global|total|roughly|"
    r"nearly|almost))*\s?$", re.I,
)  # fmt: skip
_MORE = re.compile(r"(?:more than|over|above|at least|exceed\w*|upwards of|north of|in excess of|fell short of|beyond|"
                   r"no less than|no fewer than|not less than|well over|topp(?:ed|ing)|top(?= \d))"
                   r"(?: (?:a|an|the|some|half a|USD|US\$|\$))?\s*$", re.I)  # fmt: skip
_LESS = re.compile(
    r"(?:less than|under|below|at most|"
    r"(?<!edged )(?<!went )(?<!inched )(?<!moved )(?<!crept )(?<!is )(?<!was )up to|fewer than|no more than|"
    r"short of|lower than)(?: (?:a|an|the|"
    r"USD))?\s*$", re.I
)
_NO_MORE = re.compile(
    r"(?:no|not|little|hardly|scarcely) more than(?: (?:a|an|the|some|about))*\s*$|\bnot even(?: (?:a|an))?\s*$", re.I
)
_ABOUT = re.compile(r"(?:about|around|roughly|approximately|some|an estimated|estimated at|close to|circa|c\.|ca\.|~|≈|"
                    r"almost exactly|more or less|something like|in the region of|on the order of|"
                    r"in the order of)(?: (?:a|an|the|USD))?\s*$", re.I)  # fmt: skip
_NEARLY = re.compile(
    r"(?:nearly|almost|just under|just short of|just below|not quite|close on|a little under|slightly under|"
    r"slightly less"
    r" than|a little less than|slightly below|well-nigh)(?: (?:a|an|the|USD))?\s*$", re.I,
)  # fmt: skip
_ALL_BUT = re.compile(r"\ball but(?: (?:a|an|about|some|around|the))?\s*$", re.I)
_JUST_OVER = re.compile(
    r"(?:just over|slightly more than|a little over|just above|a little more than|slightly over|barely over|"
    r"slightly above)"
    r"(?: (?:a|an|the))?\s*$", re.I,
)  # fmt: skip
#: "A ton of it cost $9,000": the unit stands before the sum. "Not one tonne" is no amount.
_UNIT_OF = re.compile(
    r"\b(?:an?|per|each|one|every) (?:metric )?(tonne|ton|kilogram|kilogramme|kilo|kg|pound|ounce|"
    r"troy ounce)\b(?! of ore)", re.I
)
_NONE = re.compile(r"\b(?:(?:not|no|even|single|nor|a) (?:one|a|single)?|one|a single) ?(?:tonne|ton|gram|"
    r"kilo\w*|ounce)$", re.I)
_OR_SO = re.compile(r"^ ?(?:or so|or thereabouts|plus or minus|give or take)\b", re.I)
#: Factor to USD/kg of a price by its unit; a metric ton unit is a hundredth of a tonne of oxide and stays apart.
PER_KG = {
    "lb": 1 / 0.45359237, "oz": 1 / 0.0311034768, "t": 1e-3, "kg": 1.0, "mtu": 1.0,
}  # fmt: skip
_MAX = 1e17


@dataclass(frozen=True, slots=True)
class Number:
    """A number found in a sentence: kind (share, mass, volume, price, money), its value in %, t, m3, USD/kg, USD/mtu or
    USD, and its range. `per` is the unit a price is per, `scale` what a joined number takes over."""

    kind: str
    value: float
    start: int
    end: int
    text: str
    relation: str = "="
    low: float | None = None
    high: float | None = None
    term: str | None = None
    per: str = ""
    scale: float = 1.0

    @property
    def carried(self) -> tuple[str, float, str]:
        """What a later number without a unit takes from this one: kind, factor of the unit, unit of the price."""
        return self.kind, self.scale, self.per


def numbers(text: str, carried: tuple[str, float, str] | None = None) -> list[Number]:
    """Return the numbers of a sentence in order; values that are no finite amount are left out.

    `carried` is the unit of the sentence before, for numbers that have none.

    >>> [(n.kind, n.value, n.relation) for n in numbers("about 70 percent of 1.5 million tonnes")]
    [('share', 70.0, 'about'), ('mass', 1500000.0, '=')]
    >>> [n.value for n in numbers("cut from 22 to 3.5 million tonnes")]
    [22000000.0, 3500000.0]
    """
    found: list[Number] = []
    # "between 60 and 70" reads as "60 to 70"; any other "and" joins two numbers that are no range.
    text = _BETWEEN.sub(lambda match: f"{match[1]}  to ", text)
    for pattern, kind in ((_PRICE, "price"), (_MONEY, "money"), (_PERCENT, "share")):
        _add(found, text, pattern, kind)
    for part in fractions(text):
        if not any(part.start < other.end and other.start < part.end for other in found):
            made = Number("share", part.value * 100, part.start, part.end, text[part.start : part.end])
            found.append(_loosened(made, text))
    for pattern, kind in ((_MASS, "mass"), (_VOLUME, "volume")):
        _add(found, text, pattern, kind)
    found = [n for n in found if n.kind != "mass" or not _NONE.search(text[max(0, n.start - 16) : n.end])]
    found += _unitless(text, found, carried)
    return sorted(_money_as_price(text, found, carried), key=lambda item: item.start)


def _add(found: list[Number], text: str, pattern: re.Pattern[str], kind: str) -> None:
    for match in pattern.finditer(text):
        if not any(match.start() < other.end and other.start < match.end() for other in found):
            found += _numbers(match, kind, text)


def _numbers(match: re.Match[str], kind: str, text: str) -> list[Number]:
    groups = match.groupdict()
    value = _plain(groups.get("a") or groups.get("b"))
    scale, unit, per = _scaled(groups, kind)
    if value is None or not math.isfinite(value * scale * unit) or abs(value * scale * unit) > _MAX:
        return []
    made = Number(kind, value * scale * unit, match.start(), match.end(), match[0], per=per, scale=unit)
    year = re.fullmatch(r"(?:19|20)\d\d", groups.get("a") or "")
    dated = year and re.search(r"\b(?:in|of) $", text[: match.start()])
    if dated and groups.get("b") and kind in ("share", "mass", "volume"):
        value = _plain(groups["b"]) or 0.0
        end_text = match[0][match.start("b") - match.start() :]
        last = Number(kind, value * scale * unit, match.start("b"), match.end(), end_text, scale=unit)
        return [_loosened(last, text)]
    other = _plain(groups["b"]) if kind in ("share", "mass", "volume") and groups.get("b") else None
    if other is None:
        return [_loosened(made, text)]
    before = text[max(0, match.start() - 30) : match.start()]
    wide = _SCALE.get((groups.get("scale") or "").casefold(), 1.0) if groups.get("sa") is None else scale
    top = other * wide * unit
    if re.search(r"\bfrom (?:about |some |around |over |under )?$", before) or other <= value:
        # "from 74 to 79 percent" is a change: two numbers.
        first = Number(kind, value * scale * unit, match.start("a"), match.end("a"), groups["a"] or "", scale=unit)
        end_text = match[0][match.start("b") - match.start() :]
        last = Number(kind, top, match.start("b"), match.end(), end_text, scale=unit)
        return [_loosened(first, text), last]
    low = value * scale * unit
    return [replace(made, relation="between", value=(low + top) / 2, low=low, high=top)]


def _unitless(text: str, found: list[Number], carried: tuple[str, float, str] | None) -> list[Number]:
    """Numbers without a unit of their own, of the unit they are joined to or that was used before."""
    held = sorted((n for n in found if n.kind in ("mass", "volume", "share")), key=lambda n: n.start)
    made: list[Number] = []
    bare = [m for m in _BARE.finditer(text) if not any(m.start() < n.end and n.start < m.end() for n in found)]
    for match in reversed(bare):
        if _no_amount(text, match):
            continue
        unit = _unit(text, match, sorted([*held, *made], key=lambda n: n.start), carried)
        value = _plain(match["a"])
        if unit is None or value is None:
            continue
        kind, factor, scale, per = unit
        own = _SCALE.get((match["scale"] or "").casefold())
        small = own is None and "," not in match["a"] and value < 1000
        amount = value * (own or (scale if small else 1.0)) * factor
        if 0 < amount < _MAX:
            number = Number(kind, amount, match.start(), match.end(), match[0], per=per, scale=factor)
            made.append(_loosened(number, text))
    return made


def _unit(
    text: str, match: re.Match[str], held: list[Number], carried: tuple[str, float, str] | None
) -> tuple[str, float, float, str] | None:
    """Kind, factor of the unit, scale word to take over, and price unit, for a number that has no unit."""
    large = "," in match["a"] or match["scale"] is not None
    after = next((n for n in held if n.start >= match.end()), None)
    if after is not None and _LINK.fullmatch(text[match.end() : after.start]):
        return after.kind, after.scale, _word_scale(after), after.per
    before = next((n for n in reversed(held) if n.end <= match.start() and n.kind != "share"), None)
    if before is not None and (large or re.search(r"[a-z)’'s] \(?$|[,;] [A-Z]\w+ \(?$", text[: match.start()])):
        led_by = r"(?:\b[A-Z][\w.]*(?:['’]s)?|\bat|\bwith|\band|\bto|\bof)(?: about| some)? \(?$"
        listed = re.search(led_by, text[: match.start()])
        beside = re.search(
            r"\b[A-Z][\w.]+(?:['’]s)?(?: (?:second|third|fourth|next|was|is|only|just|came|comes|followed|\w+ed))*"
            r"(?: with| at| on|,|:)?(?: about| some)? \(?$", text[: match.start()])  # fmt: skip
        if large or (listed and (beside or "." in match["a"])):
            return before.kind, before.scale, _word_scale(before), before.per
    mass = next((n for n in held if n.kind in ("mass", "volume")), None)
    if mass is not None and large:
        return mass.kind, mass.scale, 1.0, mass.per
    if carried is not None and carried[0] in ("mass", "volume") and large and mass is None:
        return carried[0], carried[1] if match["scale"] is None or carried[1] >= 1 else 1.0, 1.0, carried[2]
    return None


def _word_scale(number: Number) -> float:
    """The word of size in a number: "3.5 million tonnes" -> 1e6."""
    found = re.search(r"\b(million|billion|thousand|mln|mn|bn)\b|\d ?([km])\b", number.text, re.I)
    return _SCALE[(found[1] or found[2]).casefold()] if found else 1.0


def _no_amount(text: str, match: re.Match[str]) -> bool:
    """Whether a bare number is a year, a day, a number of a law or a rank."""
    bare = match["a"]
    if match["scale"] is None and re.fullmatch(r"(?:1[5-9]|20|21)\d\d", bare):
        return True
    before, after = text[max(0, match.start() - 16) : match.start()], text[match.end() : match.end() + 14]
    return _DATED.search(before) is not None or (
        match["scale"] is None
        and re.match(r" (?:January|February|March|April|May|June|July|August|September|October|November|"
            r"December)", after)
        is not None
    )


def _money_as_price(text: str, found: list[Number], carried: tuple[str, float, str] | None) -> list[Number]:
    """Sums in dollars beside a price are prices of the same unit: "$3,142/t, against $2,573"."""
    prices = [n for n in found if n.kind == "price"]
    per = prices[0].per if prices else carried[2] if carried is not None and carried[0] == "price" else ""
    unit = _UNIT_OF.search(text)
    if not per and unit:
        per = {"p": "lb", "k": "kg", "o": "oz"}.get(unit[1][0].casefold(), "t")
    if not per:
        return found
    return [
        replace(
            n, kind="price", value=n.value * PER_KG[per], per=per, scale=PER_KG[per],
            low=None if n.low is None else n.low * PER_KG[per],
            high=None if n.high is None else n.high * PER_KG[per],
        )
        if n.kind == "money" and n.text[0] in "$U" and n.value < 1e6 else n
        for n in found
    ]  # fmt: skip


def _loosened(made: Number, text: str) -> Number:
    value, before = made.value, text[max(0, made.start - 40) : made.start]
    if made.kind == "share" and _ALL_BUT.search(before):
        return replace(made, value=100 - value, relation="=")
    if _JUST_OVER.search(before):
        return replace(made, relation="between", low=value, high=value * 1.1, term="just over")
    if _NEARLY.search(before):
        low, high = nearly(value)
        return replace(made, low=low, high=high, term="nearly")
    if _NO_MORE.search(before):
        return replace(made, relation="<")
    if _MORE.search(before):
        return replace(made, relation=">")
    if _LESS.search(before):
        return replace(made, relation="<")
    if _ABOUT.search(before) or _OR_SO.match(text[made.end : made.end + 16]):
        return replace(made, relation="about", term="about")
    if made.text.casefold().startswith(("a ", "half", "one", "two", "three", "four", "five", "six", "seven", "nine")):
        return replace(made, relation="about")
    return made


def _plain(text: str | None) -> float | None:
    if text is None:
        return None
    bare = re.sub(r"[,  ]", "", text)
    try:
        return float(bare)
    except ValueError:
        return spelt(text)


def _scaled(groups: dict[str, str | None], kind: str) -> tuple[float, float, str]:
    """Return the size word's factor, the unit's factor, and the unit a price is per."""
    word = (groups.get("scale") or groups.get("scale2") or groups.get("sa") or "").casefold()
    scale = _SCALE.get(word, 1.0)
    unit = groups.get("unit") or ""
    if kind == "mass" and unit.casefold() in ("carat", "carats", "ct", "mct"):
        return scale, 1e6 if unit.casefold() == "mct" else 1.0, "ct"
    if kind == "mass":
        ton = {"short ": 0.90718474, "long ": 1.0160469088}.get((groups.get("short") or "").casefold())
        exact = {"Mt": 1e6, "Gt": 1e9}.get(unit) or ton
        return scale, exact or _MASS_UNITS.get(unit.casefold(), 1.0), ""
    if kind == "price":
        per = unit.casefold()
        short = (
            "mtu" if per == "mtu" or per.endswith(" unit") else "lb" if per in ("lb", "pound")
            else "oz" if "ounce" in per or per == "oz" else "kg" if per.startswith("k") else "t"
        )  # fmt: skip
        cents = 0.01 if groups.get("cents") is not None else 1.0
        return cents, PER_KG[short], short
    return scale, 1.0, ""
