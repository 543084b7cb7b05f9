"""The nouns of an episode of history: what was known then, what was done, what was seen; no behaviour.

An episode is a small network of its own: supplies, lanes and (as what is left over) uses of a few products in a few
countries, measures with dates, observed series, and benchmarks that ask for a number of the replay. Quantities are in
the episode's unit a year, prices in USD/kg. Elasticities come from the assumptions of the chains, and behaviour over
time from `model.behaviour`: an episode cannot set either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

KINDS = ("outage", "cap", "quota", "duty", "ban", "licence", "plant", "growth", "end")
#: Kinds that close a lane or make it narrower: where one applies, goods may leave by another way.
CLOSING = ("quota", "ban", "licence")
#: A day after this one of a month counts to the next month.
MIDDLE = 15


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its range, and either the source it was read in or why it is assumed."""

    value: float
    low: float | None = None
    high: float | None = None
    source: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Who published what, and where it was read."""

    id: str
    publisher: str
    title: str
    where: str
    via: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    """A product: its FOB and home price in the base [USD/kg] and the assumption that gives its elasticity of use."""

    id: str
    name: str
    price: Amount
    elasticity: str
    home: Amount | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """A source of one or several products in fixed proportions: base [unit/yr], mix by product, spare capacity."""

    id: str
    country: str
    base: Amount
    mix: Mapping[str, float]
    elasticity: str
    slack: Amount | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """What one country sold to another in the base [unit/yr], by product: as recorded, and beside the records."""

    origin: str
    destination: str
    base: Amount
    mix: Mapping[str, float]
    unrecorded: Amount | None = None

    def recorded(self, product: str) -> float:
        """Recorded base flow of a product [unit/yr]."""
        return self.base.value * self.mix.get(product, 0.0)

    def beside(self, product: str) -> float:
        """Base flow of a product that the exporter's records miss [unit/yr]."""
        return self.unrecorded.value * self.mix.get(product, 0.0) if self.unrecorded else 0.0


@dataclass(frozen=True, slots=True)
class Action:
    """A measure or an event: what it does, from when, known when; `replaces` are those it takes the place of.

    `amount` is a share (outage, licence), a tonnage over `months` (quota, cap), a rate (duty), a capacity a year
    (plant) or a multiple of base use (growth).
    """

    id: str
    kind: str
    start: date
    known: date
    amount: Amount
    end: date | None = None
    country: str = ""
    to: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    supplies: tuple[str, ...] = ()
    months: float = 12.0
    weight: Amount | None = None
    covers: Amount | None = None
    delay: Amount | None = None
    cost: Amount | None = None
    mix: Mapping[str, float] = field(default_factory=dict)
    replaces: tuple[str, ...] = ()
    source: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One observation: when ("2010", "2010-Q3", "2010-07", "2010-07-26"), how much, by whom."""

    when: str
    value: float
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """An observed series and the expression of the model that stands beside it."""

    id: str
    title: str
    unit: str
    series: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What the replay is asked: expressions, what was observed, and the band; each a tuple of equal length."""

    id: str
    what: str
    unit: str
    values: tuple[str, ...]
    parts: tuple[str, ...]
    observed: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    source: tuple[str, ...]
    counted: bool = True
    note: str = ""
    if_missed: str = ""


@dataclass(frozen=True, slots=True)
class Episode:
    """One piece of history, from month `first` to month `last` (months since year 0)."""

    id: str
    title: str
    label: str
    about: str
    unit: str
    first: int
    last: int
    products: tuple[Product, ...]
    supplies: tuple[Supply, ...]
    lanes: tuple[Lane, ...]
    actions: tuple[Action, ...]
    observed: tuple[Observed, ...]
    benchmarks: tuple[Benchmark, ...]
    facts: Mapping[str, Amount]
    sources: tuple[Source, ...]

    @property
    def months(self) -> tuple[str, ...]:
        """The months of the replay, "2010-07"."""
        return tuple(month_name(m) for m in range(self.first, self.last + 1))

    @property
    def countries(self) -> tuple[str, ...]:
        """Every country of the episode."""
        ends = [x for lane in self.lanes for x in (lane.origin, lane.destination)]
        plants = [a.country for a in self.actions if a.kind == "plant"]
        return tuple(sorted({*ends, *plants, *(s.country for s in self.supplies)}))


def month_number(text: str) -> int:
    """Months since year 0 of "2010-07"; ValueError when it is no month.

    >>> month_name(month_number("2010-07") + 6)
    '2011-01'
    """
    year, _, month = text.partition("-")
    if not (len(year) == 4 and len(month) == 2 and (year + month).isdecimal() and 1 <= int(month) <= 12):
        raise ValueError(text)
    return int(year) * 12 + int(month) - 1


def month_name(number: int) -> str:
    """The month as text, "2010-07"."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def begins(day: date) -> int:
    """The first whole month that a day's news or measure reaches: its own up to the 15th, else the next."""
    return day.year * 12 + day.month - 1 + (day.day > MIDDLE)


def ends(day: date) -> int:
    """The first month that a measure which ends on a day no longer reaches."""
    return day.year * 12 + day.month - 1 + (day.day >= MIDDLE)


def period(text: str) -> tuple[int, int]:
    """First and last month of "2010", "2010-Q3", "2010-H1", "2010-07", "2010-07-26" or "2010-01..2010-11".

    >>> [month_name(m) for m in period("2010-Q3")]
    ['2010-07', '2010-09']
    """
    head, dots, tail = text.partition("..")
    if dots:
        return period(head)[0], period(tail)[1]
    if len(text) == 4:
        return month_number(f"{text}-01"), month_number(f"{text}-12")
    if len(text) == 7 and text[5] in "QH":
        size = 3 if text[5] == "Q" else 6
        first = month_number(f"{text[:4]}-01") + size * (int(text[6]) - 1)
        if not 1 <= int(text[6]) <= 12 // size:
            raise ValueError(text)
        return first, first + size - 1
    if len(text) == 10:
        date.fromisoformat(text)
    elif len(text) != 7:
        raise ValueError(text)
    return month_number(text[:7]), month_number(text[:7])
