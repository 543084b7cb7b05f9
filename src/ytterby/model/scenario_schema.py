"""The tables of a scenario file as typed edge models; each turns itself into a record of `scenario`.

Only shapes, words and units of single fields are checked here; what a kind of measure needs and forbids is
`scenario_rules`. The description of a field is what a message says is expected there.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from ytterby.core.errors import nearest
from ytterby.core.units import parse_quantity, parse_unit
from ytterby.model.edge import (
    Countries,
    Country,
    Day,
    Edge,
    ElementWords,
    End,
    Facilities,
    Facility,
    Line,
    Lines,
    Multiple,
    Number,
    Ore,
    Ores,
    Products,
    QuantityText,
    Share,
    Slug,
    Stage,
    Stages,
    Text,
    Year,
    ends,
    flat,
    read_word,
    show,
    vocabulary,
    wrong,
)
from ytterby.model.scenario import Base, Citation, Limit, Plant, Ranged, Rate, Scope
from ytterby.model.scenario_dist import RangeTable
from ytterby.model.scenario_time import MonthsField, TimeTable
from ytterby.model.vocabulary import CHAINS, FLOWS, REDRAWS

_YEAR_OR_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_A_QUANTITY = 'a quantity with its unit, such as "9000 t REO/yr"'
_AN_END = "an end of the range, in the terms of the value"

Why = Annotated[Text | None, Field(description="the reason for the number")]
LowOrHigh = Annotated[End | None, Field(description=_AN_END)]


def _table(key: str) -> BeforeValidator:
    """Let a bare value stand for a table that holds it under `key`."""
    return BeforeValidator(lambda value: value if isinstance(value, (dict, Edge)) else {key: value})


def _on_calendar(text: str) -> bool:
    """Whether a year, a month or a day such as 2025-03 is in the calendar."""
    year, month, day = ([int(n) for n in text.split("-")] + [1, 1])[:3]
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


class SourceTable(Edge):
    """A citation written out in the file, for a source that the atlas does not hold."""

    id: Annotated[Slug | None, Field(description="a short name for the source")] = None
    publisher: Annotated[Line, Field(description="who published it")]
    title: Annotated[Line, Field(description="the title of the text")]
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=500, description="an address, https://…")]
    date: Annotated[Any, Field(description='when it was published: "2025", "2025-03" or 2025-03-27')]

    @field_validator("date")
    @classmethod
    def _date(cls, value: object) -> str:
        text = value.isoformat()[:10] if isinstance(value, dt.date) else str(value)
        if isinstance(value, (float, bool, dict, list)) or not _YEAR_OR_DAY.fullmatch(text) or not _on_calendar(text):
            raise wrong(show(value), 'when it was published: "2025", "2025-03" or 2025-03-27')
        return text

    def record(self) -> Citation:
        """The citation; without an id it gets one made of publisher, date and title."""
        slug = re.sub(r"[^a-z0-9]+", "-", f"{self.publisher} {self.date} {self.title}".lower()).strip("-")[:60]
        return Citation(self.id or slug.strip("-") or "source", self.publisher, self.title, self.url, str(self.date))


def _source(value: object, info: ValidationInfo) -> object:
    """A bare word is the id of a source of the atlas."""
    if not isinstance(value, str):
        return value
    read_word(vocabulary(info).sources, value)
    return SourceTable.model_construct(id=value, publisher="", title="", url="", date="")


SourceField = Annotated[
    SourceTable,
    BeforeValidator(_source),
    Field(description="the id of a source of the atlas (ytterby sources), or { publisher, title, url, date }"),
]


class ShareTable(RangeTable):
    """A share with its range: `lost = 0.4` or `lost = { share = 0.4, low = 0.2, high = 0.6, why = "…" }`."""

    share: Annotated[Share, Field(description="a share, 0 to 1")]
    low: Annotated[Share | None, Field(description="the low end of the range, 0 to 1")] = None
    high: Annotated[Share | None, Field(description="the high end of the range, 0 to 1")] = None
    why: Why = None

    @model_validator(mode="after")
    def _order(self) -> ShareTable:
        self.within(self.low, self.share, self.high)
        return self

    def record(self) -> Ranged:
        """The share as a ranged number."""
        return Ranged(self.share, self.low, self.high, "", self.why or "", self.dist or "")


class AmountTable(RangeTable):
    """A quantity with its range; `low` and `high` are quantities too, or plain numbers in the unit of `value`."""

    value: Annotated[QuantityText, Field(description=_A_QUANTITY)]
    low: LowOrHigh = None
    high: LowOrHigh = None
    why: Why = None

    @model_validator(mode="after")
    def _order(self) -> AmountTable:
        self.record()
        return self

    def record(self) -> Ranged:
        """The quantity as a ranged number in the unit of `value`."""
        quantity = parse_quantity(self.value)
        low, high = ends(self.low, self.high, quantity.unit)
        self.within(low, quantity.value, high)
        return Ranged(quantity.value, low, high, quantity.unit, self.why or "", self.dist or "")


ShareField = Annotated[ShareTable, _table("share")]
AmountField = Annotated[AmountTable, _table("value")]


class ScopeTable(Edge):
    """What a measure acts on; every list may also be one word."""

    flow: (
        Annotated[Literal["export", "import", "production"], Field(description="one of " + ", ".join(FLOWS))] | None
    ) = None
    of: Annotated[Countries, Field(description="countries that act, ISO3 codes")] = ()
    to: Annotated[Countries, Field(description="destinations that are hit, ISO3 codes")] = ()
    except_to: Annotated[Countries, Field(description="destinations that are spared, ISO3 codes")] = ()
    origin: Annotated[Countries, Field(description="countries of origin that are hit, ISO3 codes")] = ()
    except_of: Annotated[Countries, Field(description="countries of origin that are spared, ISO3 codes")] = ()
    product: Annotated[Products, Field(description="a list of products")] = ()
    element: Annotated[ElementWords, Field(description="a list of elements such as Dy")] = ()
    containing: Annotated[ElementWords, Field(description="a list of elements such as Dy")] = ()
    facility: Annotated[Facilities, Field(description="ids of plants (ytterby facts)")] = ()
    stage: Annotated[Stages, Field(description="a list of stages")] = ()
    ore: Annotated[Ores, Field(description="a list of ores")] = ()
    use: Annotated[Lines, Field(description="a list of uses")] = ()

    def record(self) -> Scope:
        """The scope, groups of countries written out and each word once."""
        lists = {name: flat(getattr(self, name)) for name in type(self).model_fields if name not in ("flow", "use")}
        return Scope(flow=self.flow or "", use=tuple(dict.fromkeys(self.use)), **lists)


class LimitTable(RangeTable):
    """A cap: a share of the base flow, or a quantity."""

    share_of_base: Annotated[Multiple | None, Field(description="a share of the base flow, 0 to 10")] = None
    quantity: Annotated[QuantityText | None, Field(description=_A_QUANTITY)] = None
    low: LowOrHigh = None
    high: LowOrHigh = None
    per: Annotated[
        Literal["group", "element", "product", "route"] | None,
        Field(description="what one cap is over: group, element, product or route"),
    ] = None
    why: Why = None

    @model_validator(mode="after")
    def _check(self) -> LimitTable:
        if (self.share_of_base is None) == (self.quantity is None):
            found = "neither share_of_base nor quantity" if self.quantity is None else "both share_of_base and quantity"
            raise wrong(found, 'one of the two, such as share_of_base = 0.6 or quantity = "9000 t REO/yr"')
        limit = self.record()
        self.within(limit.low, limit.quantity.value if limit.quantity else limit.share_of_base, limit.high)
        return self

    def record(self) -> Limit:
        """The limit. A share is per element by default (each one's own flow is cut); a tonnage is one for the group."""
        quantity = None if self.quantity is None else parse_quantity(self.quantity)
        low, high = ends(self.low, self.high, quantity.unit if quantity else "")
        per = self.per or ("group" if quantity else "element")
        return Limit(self.share_of_base, quantity, low, high, per, self.why or "", self.dist or "")


class RateTable(RangeTable):
    """A tax: `rate = "5 USD/kg"`, or a table with `specific` or `ad_valorem`, `low`, `high` and `why`."""

    specific: Annotated[QuantityText | None, Field(description='US dollars per mass, such as "5 USD/kg"')] = None
    ad_valorem: Annotated[Multiple | None, Field(description="a share of the price, 0.10 for ten per cent")] = None
    low: LowOrHigh = None
    high: LowOrHigh = None
    why: Why = None

    @model_validator(mode="after")
    def _check(self) -> RateTable:
        if (self.specific is None) == (self.ad_valorem is None):
            found = "neither specific nor ad_valorem" if self.specific is None else "both specific and ad_valorem"
            raise wrong(found, 'one of the two: rate = "5 USD/kg", or ad_valorem = 0.10')
        if self.specific is not None:
            money(self.specific, '"5 USD/kg"')
        rate = self.record()
        self.within(rate.low, rate.specific.value if rate.specific else rate.ad_valorem, rate.high)
        return self

    def record(self) -> Rate:
        """The rate of a tax."""
        specific = None if self.specific is None else parse_quantity(self.specific)
        low, high = ends(self.low, self.high, specific.unit if specific else "")
        return Rate(self.ad_valorem, specific, low, high, self.why or "", self.dist or "")


class PlantTable(Edge):
    """A new or enlarged plant."""

    id: Annotated[Slug | None, Field(description="a short name for the plant")] = None
    name: Annotated[Line, Field(description="the name of the plant")]
    country: Annotated[Country, Field(description="the country where it stands, an ISO3 code")]
    stage: Annotated[Stage, Field(description="mine, separation, metal, magnet or recycling")]
    capacity: Annotated[AmountField, Field(description='a mass per year with its basis, such as "200 t REO/yr"')]
    capacity_of: Annotated[Literal["output", "feed"], Field(description='"output" or "feed"')] = "output"
    feed: Annotated[Products, Field(description="a list of products it takes")] = ()
    ore: Annotated[Ore | None, Field(description="the ore a mine digs")] = None
    elements: Annotated[ElementWords, Field(description="a list of elements it makes")] = ()
    product: Annotated[Products, Field(description="the magnets it makes: ndfeb, ndfeb-dy, smco")] = ()
    heavies: Annotated[bool | None, Field(description="true or false")] = None
    recovery: Annotated[ShareField | None, Field(description="a share of what goes in, 0 to 1")] = None
    cost: Annotated[AmountField | None, Field(description='US dollars per mass, such as "5 USD/kg REO"')] = None
    capacity_factor: Annotated[ShareField | None, Field(description="a share of the capacity, 0 to 1")] = None
    enlarges: Annotated[Facility | None, Field(description="the id of the plant it enlarges (ytterby facts)")] = None
    lead: Annotated[MonthsField | None, Field(description="months from the decision to the first tonne")] = None
    probability: Annotated[ShareField | None, Field(description="that it opens at all, 0 to 1")] = None

    @field_validator("country", "stage", "ore", "enlarges")
    @classmethod
    def _single(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if value is not None and len(value) != 1:
            raise wrong(f"a group of {len(value)}", "one only")
        return value

    @field_validator("cost")
    @classmethod
    def _money(cls, value: AmountTable | None) -> AmountTable | None:
        if value is not None:
            money(value.value, '"5 USD/kg REO"')
        return value

    def record(self, default_id: str) -> Plant:
        """The plant; without an id it takes that of its measure."""
        return Plant(
            id=self.id or default_id,
            name=self.name,
            country=self.country[0],
            stage=self.stage[0],
            capacity=self.capacity.record(),
            capacity_of=self.capacity_of,
            feed=flat(self.feed),
            ore=self.ore[0] if self.ore else None,
            elements=flat(self.elements),
            product=flat(self.product),
            heavies=self.heavies,
            recovery=self.recovery.record() if self.recovery else None,
            cost=self.cost.record() if self.cost else None,
            capacity_factor=self.capacity_factor.record() if self.capacity_factor else None,
            enlarges=self.enlarges[0] if self.enlarges else None,
            lead=self.lead.record() if self.lead else None,
            probability=self.probability.record() if self.probability else None,
        )


class BaseTable(Edge):
    """What the run starts from."""

    chain: Annotated[Line | None, Field(description="a chain of the atlas: " + ", ".join(CHAINS))] = None
    network: Annotated[Line | None, Field(description="the name of a network file")] = None
    year: Annotated[Year | None, Field(description="the base year, such as 2024")] = None
    redraw: Annotated[
        int | None,
        Field(ge=1, le=REDRAWS, description="moves the cited figures within their spreads, by this number"),
    ] = None

    @field_validator("chain")
    @classmethod
    def _chain(cls, value: str | None) -> str | None:
        if value is not None and value not in CHAINS:
            raise wrong(show(value), "a chain of the atlas: " + ", ".join(CHAINS), nearest(value, CHAINS))
        return value

    @model_validator(mode="after")
    def _check(self) -> BaseTable:
        if (self.chain is None) == (self.network is None):
            found = "neither chain nor network" if self.chain is None else "both chain and network"
            raise wrong(found, 'one of the two, such as { chain = "rare-earths", year = 2024 }')
        if self.chain is not None and self.year is None:
            raise wrong("a chain without a year", 'a base year, such as { chain = "rare-earths", year = 2024 }')
        if self.redraw is not None and self.chain is None:
            raise wrong("redraw without a chain", "a chain of the atlas: a network file has no cited figures")
        return self

    def record(self) -> Base:
        """The base."""
        return Base(self.chain, self.network, self.year, self.redraw)


class MeasureTable(Edge):
    """One `[[measure]]`."""

    id: Annotated[Slug, Field(description="a short name of letters, digits, - and _")]
    kind: Annotated[str, Field(max_length=40, description="a kind of measure")]
    title: Annotated[Line | None, Field(description="a title")] = None
    source: SourceField
    start: Annotated[Day | None, Field(alias="from", description="a date such as 2025-04-04")] = None
    end: Annotated[Day | None, Field(alias="until", description="a date such as 2025-12-31")] = None
    scope: Annotated[ScopeTable | None, Field(description="a table such as { flow = …, of = …, product = … }")] = None
    limit: Annotated[LimitTable | None, Field(description="a table such as { share_of_base = 0.6, why = … }")] = None
    rate: Annotated[
        Annotated[RateTable, _table("specific")] | None, Field(description='US dollars per mass, such as "5 USD/kg"')
    ] = None
    ad_valorem: Annotated[Multiple | None, Field(description="a share of the price, 0.10 for ten per cent")] = None
    lost: Annotated[ShareField | None, Field(description="a share of the base throughput, 0 to 1")] = None
    facility: Annotated[PlantTable | None, Field(description="a table that describes the plant")] = None
    amount: Annotated[AmountField | None, Field(description='a mass with its basis, such as "200 t Dy2O3"')] = None
    rent_to: Annotated[
        Literal["exporter", "importer"] | None, Field(description='who holds the licence: "exporter" or "importer"')
    ] = None
    note: Annotated[Text | None, Field(description="some text")] = None
    announced: Annotated[Day | None, Field(description="the day it was announced, such as 2025-01-15")] = None
    delay: Annotated[MonthsField | None, Field(description="months before the first licence")] = None
    leaks: Annotated[bool, Field(description="true or false")] = False

    @model_validator(mode="after")
    def _dates(self) -> MeasureTable:
        if self.start and self.end and self.end < self.start:
            raise wrong(f"from {self.start} until {self.end}", "from no later than until")
        if self.announced and self.start and self.start < self.announced:
            raise wrong(f"announced {self.announced}, from {self.start}", "announced no later than from")
        return self


class TopTable(Edge):
    """The top of the file, without its measures and assumptions, which are read one by one."""

    version: Annotated[Literal[1], Field(alias="schema", description="schema = 1")]
    name: Annotated[Slug, Field(description="a short name of letters, digits, - and _")]
    title: Annotated[Line, Field(description="a title")]
    description: Annotated[Text | None, Field(description="some text")] = None
    extends: Annotated[Line | None, Field(description="the name of another scenario")] = None
    base: Annotated[BaseTable, Field(description='a table such as { chain = "rare-earths", year = 2024 }')]
    time: Annotated[
        TimeTable | None, Field(description='a table such as { step = "year", from = 2025, to = 2025 }')
    ] = None
    measure: Annotated[list[Any] | None, Field(description="measures, each under its own [[measure]]")] = None
    assumptions: Annotated[dict[str, Any] | None, Field(description="a table of assumption = number")] = None
    stock: Annotated[list[Any] | None, Field(description="stocks, each under its own [[stock]]")] = None
    behaviour: Annotated[dict[str, Any] | None, Field(description="a table of parameter = number")] = None
    growth: Annotated[list[Any] | None, Field(description="rates of growth, each under its own [[growth]]")] = None
    recycling: Annotated[list[Any] | None, Field(description="programmes, each under its own [[recycling]]")] = None
    entry: Annotated[list[Any] | None, Field(description="plants to choose from, each under its own [[entry]]")] = None


class AssumptionValue(Edge):
    """One number of the assumptions."""

    value: Annotated[Number, Field(description="a finite number")]


def money(text: str, example: str) -> None:
    """Refuse anything but dollars per mass: no exchange rate is built in."""
    unit = parse_unit(parse_quantity(text).unit)
    if unit.dimension != "money/mass" or unit.currency != "USD" or unit.price_base:
        raise wrong(show(text), f"US dollars per mass, such as {example}: no exchange rate is built in")
