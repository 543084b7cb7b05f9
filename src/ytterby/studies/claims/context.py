"""What a sentence leaves out is taken from the sentences before it: the place, the material, the stage, the measure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ytterby.studies.claims.gazetteer import Mention, stages
from ytterby.studies.claims.quantities import Number
from ytterby.studies.claims.regions import continent, is_region
from ytterby.studies.claims.speech import Quotation

_YEAR = re.compile(
    r"(?<![\d.,/$-])(?:FY ?)?((?:19|20)\d\d)(?! edition|[\d%]|[.,]\d| ?(?:t|tonnes|tons|kg|"
    r"percent|%)\b)"
)
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_MONTH = "|".join(name.capitalize() for name in MONTHS)
_DAY = re.compile(
    rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th)? )?({_MONTH})(?: (\d{{1,2}})(?:st|nd|rd|th)?\b,?)?(?: ((?:19|20)\d\d))?\b"
)


@dataclass(frozen=True, slots=True)
class Context:
    """The subject so far."""

    material: str | None = None
    materials: tuple[str, ...] = ()
    product: str | None = None
    place: str | None = None
    region: str | None = None
    stage: str | None = None
    measure: str | None = None
    importer: str | None = None
    source: str | None = None
    year: int | None = None
    today: date | None = None
    speaker: str | None = None
    paragraph: int = -1
    places: tuple[str, ...] = ()
    unit: tuple[str, float, str] | None = None
    area: str | None = None
    act: tuple[str | None, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """One sentence with everything found in it."""

    text: str
    mentions: tuple[Mention, ...]
    numbers: tuple[Number, ...]
    quotations: tuple[Quotation, ...]
    context: Context = field(default_factory=Context)
    plant: str | None = None

    def of(self, kind: str) -> list[Mention]:
        """Return the mentions of a kind."""
        return [item for item in self.mentions if item.kind == kind]

    @property
    def places(self) -> list[Mention]:
        """The countries named, without the world; a part of the world where it is what the sentence is about."""
        named = [item for item in self.of("place") if item.code != "WLD"]
        countries = [item for item in named if not is_region(item.code)]
        return countries if len(countries) == len(named) else [
            item for item in named if item in countries or _about(self.text, item, not countries)]

    @property
    def areas(self) -> list[Mention]:
        """The parts of the world named, and groups that countries are ranked within."""
        return [item for item in self.of("place") if is_region(item.code) or item.code == "EU27"]

    @property
    def world(self) -> bool:
        """Whether the world as a whole is named."""
        return any(item.code == "WLD" for item in self.of("place"))


def _about(text: str, item: Mention, alone: bool) -> bool:
    """Whether a part of the world is a subject, and not what a country is ranked within."""
    after = text[item.end : item.end + 40]
    if re.match(r"['’]s (?:by far |own |only )*(?:\w+[- ])?(?:largest|biggest|top|leading|foremost|most|number|"
        r"no\.|main|"
                r"richest|second|third|only|sole)", after, re.I):  # fmt: skip
        return False
    holds = re.match(r"(?:['’]s)?(?:,? as a whole,?| together| combined)?(?: \w+)? ?(?:share|mines?|miners|mining|"
                     r"producers|countries|nations|reserves|output|production|holds?|has|have|mines|produc\w+|"
                     r"account\w*|suppl\w+|contribut\w+)\b", after)  # fmt: skip
    return alone and (holds is not None or re.search(r"\b(?:in|from|by)(?: the)? $", text[: item.start]) is not None)


def years(text: str, today: date | None) -> list[tuple[int, int]]:
    """Return the years named in a text with their places; "last year" needs the article's date.

    >>> years("In 2024 and last year", date(2026, 3, 1))
    [(2024, 3), (2025, 12)]
    """
    found = [(int(match[1]), match.start(1)) for match in _YEAR.finditer(text)]
    if today is not None:
        for words, back in ((r"last year|previous year|a year ago", 1), (r"this year", 0), (r"two years ago", 2)):
            found += [(today.year - back, m.start()) for m in re.finditer(words, text, re.I)]
    return sorted(found, key=lambda item: item[1])


_EARLIER = re.compile(
    r"^(?:\W*(?:But|And|Yet|Still),? )?(?:In )?(?:(?:a|one|the) year (?:earlier|before|previously|ago)|"
    r"the (?:year before(?: that)?|"
    r"previous year|preceding year)|twelve months (?:earlier|before))\b", re.I,
)  # fmt: skip


def before(text: str, year: int | None) -> int | None:
    """Return the year a sentence means that begins with "A year earlier", by the year spoken of."""
    return year - 1 if year is not None and _EARLIER.match(text) else None


def day(text: str, today: date | None) -> str | None:
    """Return the date of an event as YYYY-MM-DD, YYYY-MM or YYYY, or None.

    >>> day("On 4 April 2025", None), day("In August 2023", None), day("in November, after October 2025", None)
    ('2025-04-04', '2023-08', '2025-11')
    """
    named = list(_DAY.finditer(text))
    whole = years(text, today)
    for match in reversed(named):
        month = MONTHS.index(match[2].casefold()) + 1
        number = match[1] or match[3]
        year = int(match[4]) if match[4] else (whole[0][0] if whole else today.year if today else None)
        preposition = re.search(
            r"\b(?:in|on|since|from|by|of)\s*$", text[max(0, match.start() - 6) : match.start()], re.I
        )
        if year is None or (match[2] in ("May", "March") and not (number or match[4] or preposition)):
            continue
        if len(named) > 1 and not preposition and not number:
            continue
        if not match[4] and not whole and today is not None and (year, month) > (today.year, today.month):
            year -= 1
        if number and 1 <= int(number) <= 31:
            return f"{year}-{month:02d}-{int(number):02d}"
        return f"{year}-{month:02d}"
    if whole and (named or re.search(r"\b(?:19|20)\d\d\b", text) or "year" in text):
        return str(whole[0][0])
    return None


def days(text: str, today: date | None) -> list[str]:
    """Return the dates a sentence names with a year, as YYYY-MM-DD or YYYY-MM, in order.

    >>> days("since September 2024, graphite since 1 December 2023", None)
    ['2024-09', '2023-12-01']
    """
    found = []
    for match in _DAY.finditer(text):
        if match[4]:
            number = match[1] or match[3]
            month = f"{match[4]}-{MONTHS.index(match[2].casefold()) + 1:02d}"
            found.append(f"{month}-{int(number):02d}" if number and 1 <= int(number) <= 31 else month)
    return found


def onward(
    read: Read, made: Sequence[tuple[str | None, str | None, str | None]], magnets: bool = False
) -> Context:
    """Return the context after a sentence; `made` holds stage, measure and importer of the claims found in it.

    Magnets are named beside what goes into them, and become the subject only where a claim is about them (`magnets`).
    """
    was = read.context
    materials = tuple(dict.fromkeys(item.code for item in read.of("material")))
    places = read.places
    named = [name for name, _, _ in stages(read.text)]
    now = was
    if materials and (materials != ("REPM",) or magnets):
        product = next((item.product for item in read.of("material") if item.product), None)
        now = replace(now, material=materials[0], materials=materials, product=product)
        if materials[0] != was.material:
            now = replace(now, stage=None, measure=None, importer=None)
    about = subject(places, read)
    goes_on = was.place is not None and _GOES_ON.match(read.text)
    if about is not None and not goes_on:
        now = replace(now, place=about.code)
    elif places and (was.place is None or _placed(read, places)) and not goes_on:
        now = replace(now, place=places[0].code)
    told = source_in(read, 0, len(read.text))
    if told:
        now = replace(now, source=told)
    regions = [*read.of("region"), *read.of("site")]
    if regions:
        now = replace(now, region="; ".join(dict.fromkeys(item.code for item in regions)))
    if re.search(r"\breserves\b", read.text):
        now = replace(now, measure="reserves", stage="mine")
    elif named:
        now = replace(now, stage=named[0], measure="production")
    if now.material in ("REPM", "NdFeB") and not materials and now.stage in ("mine", "separation"):
        now = replace(now, material="REE", materials=("REE",))
    for stage, measure, importer in made:
        now = replace(
            now,
            stage=(None if stage == "use" else stage) or now.stage,
            measure=measure or now.measure,
            importer=importer,
        )
    named_years = years(read.text, was.today)
    now = replace(now, year=named_years[0][0] if named_years else before(read.text, was.year) or now.year)
    if places:
        recent = [code for code in was.places if code not in {item.code for item in places}]
        now = replace(now, places=tuple([*recent, *dict.fromkeys(item.code for item in places)][-6:]))
    areas = [item.code for item in read.areas]
    now = replace(now, area=areas[-1] if areas else now.area or (continent(now.place) if now.place else None))
    amounts = [item for item in read.numbers if item.kind in ("mass", "volume", "price")]
    now = replace(now, unit=amounts[-1].carried if amounts else now.unit)
    if read.quotations and read.quotations[-1].speaker:
        now = replace(now, speaker=read.quotations[-1].speaker)
    return now


_SOURCES = {"Geological Survey": "usgs", "USGS": "usgs", "International Energy Agency": "iea", "IEA": "iea",
            "European Commission": "ec-crm"}  # fmt: skip


def source_in(read: Read, start: int, end: int) -> str | None:
    """Return the family of sources a stretch of a sentence names, or refers back to as "the survey", "the agency"."""
    for item in read.of("organisation"):
        if start <= item.start < end:
            for name, code in _SOURCES.items():
                if name in item.code and not item.code.startswith("British"):
                    return code
    back = re.search(r"\bthe (?:survey|agency|same agency|same source)\b", read.text[start:end], re.I)
    return read.context.source if back else None


_GOES_ON = re.compile(r"(?:It|Its|They|Their|The country|The kingdom|The republic|That|This)\b")
_JOINED = re.compile(r"(?: \([^()]*\))?(?:,| and|, and|,? as well as) (?:the )?")


def _placed(read: Read, places: Sequence[Mention]) -> bool:
    """Whether one place is named, and as where something is from: "reaches the mills from South Africa"."""
    one = len({item.code for item in places}) == 1
    return one and re.search(r"\b(?:from|in|of)(?: the)? $", read.text[: places[0].start]) is not None


def subject(places: Sequence[Mention], read: Read) -> Mention | None:
    """Return the place a sentence is about: the first that does not stand only as where something goes."""
    out: Mention | None = None
    for place in places:
        before = read.text[max(0, place.start - 12) : place.start].casefold()
        joined = out is not None and _JOINED.fullmatch(read.text[out.end : place.start])
        if joined or re.search(r"\b(?:to|from|than|against|with|as|like|unlike|behind|ahead of|"
            r"not)(?: the)? $", before):
            out = place
        else:
            return place
    return None
