"""The tables of an episode file, field by field, as records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ytterby.model.edge import Day, Edge, Line, Number, Slug, Text, as_tuple, in_order, show, wrong
from ytterby.studies.backtest.episode import (
    KINDS,
    Action,
    Amount,
    Lane,
    Observed,
    Point,
    Product,
    Source,
    Supply,
    month_number,
)

_MOST = 1e12


def _month(text: str) -> str:
    try:
        month_number(text)
    except ValueError:
        raise wrong(show(text), "a month such as 2010-07") from None
    return text


Month = Annotated[str, Field(max_length=10, description="a month such as 2010-07"), AfterValidator(_month)]
NotBelow = Annotated[Number, Field(ge=0, le=_MOST, description="a number of 0 or more")]
Above = Annotated[Number, Field(gt=0, le=_MOST, description="a number above 0")]
Word = Annotated[Slug, Field(description="a short name")]
Words = Annotated[tuple[Slug, ...], BeforeValidator(as_tuple), Field(description="a short name or a list of them")]
Short = Annotated[Line, Field(description="a line of text")]
Long = Annotated[Text, Field(description="some text")]
When = Annotated[Day, Field(description="a date such as 2010-07-08")]


def _mix(value: object) -> object:
    if not isinstance(value, Mapping) or not value:
        raise wrong(show(value), "a table of products and their shares, such as { La = 0.3, Ce = 0.5 }")
    if not all(isinstance(x, (int, float)) and not isinstance(x, bool) and 0 <= x <= 1 for x in value.values()):
        raise wrong("a share that is not a number from 0 to 1", "shares from 0 to 1")
    if sum(value.values()) > 1.05 or not sum(value.values()) > 0:
        raise wrong(f"shares that sum to {sum(value.values()):.3g}", "a sum above 0 and of at most 1.05")
    return {str(k): float(v) for k, v in value.items()}


Mix = Annotated[dict[str, float], BeforeValidator(_mix), Field(description="a table of products and their shares")]


class AmountTable(Edge):
    """A number, and its source or the range and reason of an assumption."""

    value: NotBelow
    low: NotBelow | None = None
    high: NotBelow | None = None
    source: Word | None = None
    why: Long | None = None

    @model_validator(mode="after")
    def _grounded(self) -> AmountTable:
        in_order(self.low, self.value, self.high)
        if not (self.source or self.why):
            raise wrong("a number without a ground", "source = (the id of a source) or why = (an assumption's reason)")
        if not self.source and (self.low is None or self.high is None):
            raise wrong("an assumption without a range", "low and high, or a source")
        return self

    def record(self) -> Amount:
        """The record of the table."""
        return Amount(self.value, self.low, self.high, self.source or "", self.why or "")


_Amount = Annotated[AmountTable, Field(description="a table { value, source } or { value, low, high, why }")]


class SourceTable(Edge):
    """Who published what, and where it was read."""

    id: Word
    publisher: Short
    title: Short
    where: Short
    via: Short | None = None

    def record(self) -> Source:
        """The record of the table."""
        return Source(self.id, self.publisher, self.title, self.where, self.via or "")


class ProductTable(Edge):
    """A product."""

    id: Word
    name: Short | None = None
    price: _Amount
    home: _Amount | None = None
    elasticity: Short

    def record(self) -> Product:
        """The record of the table."""
        home = self.home.record() if self.home else None
        return Product(self.id, self.name or self.id, self.price.record(), self.elasticity, home)


class SupplyTable(Edge):
    """A source of one or several products."""

    id: Word
    country: Word
    base: _Amount
    mix: Mix
    elasticity: Short
    slack: _Amount | None = None

    def record(self) -> Supply:
        """The record of the table."""
        slack = self.slack.record() if self.slack else None
        return Supply(self.id, self.country, self.base.record(), self.mix, self.elasticity, slack)


class LaneTable(Edge):
    """What one country sells to another."""

    of: Word
    to: Word
    base: _Amount
    mix: Mix
    unrecorded: _Amount | None = None

    def record(self) -> Lane:
        """The record of the table."""
        beside = self.unrecorded.record() if self.unrecorded else None
        return Lane(self.of, self.to, self.base.record(), self.mix, beside)


#: What a kind of measure must have besides id, kind and from, and what else it may have.
NEEDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "outage": (("supplies", "share"), ()),
    "cap": (("supplies", "tonnes"), ("months",)),
    "quota": (("of", "tonnes"), ("products", "to", "months", "weight", "covers")),
    "duty": (("of", "rate"), ("products", "to")),
    "ban": (("of",), ("products", "to")),
    "licence": (("of", "share_of_base"), ("products", "to", "delay")),
    "plant": (("of", "capacity", "mix", "cost"), ()),
    "growth": (("factor",), ("products", "to")),
    "end": ((), ()),
}
Kind = Literal["outage", "cap", "quota", "duty", "ban", "licence", "plant", "growth", "end"]
_AMOUNTS = ("share", "tonnes", "rate", "share_of_base", "capacity", "factor")


class ActionTable(Edge):
    """A measure or an event."""

    id: Word
    kind: Annotated[Kind, Field(description=", ".join(KINDS))]
    title: Short | None = None
    source: Word | None = None
    why: Long | None = None
    announced: When | None = None
    start: When = Field(alias="from")
    until: When | None = None
    replaces: Words | None = None
    of: Word | None = None
    to: Words | None = None
    products: Words | None = None
    supplies: Words | None = None
    share: _Amount | None = None
    tonnes: _Amount | None = None
    months: Annotated[Number, Field(gt=0, le=120, description="a number of months")] | None = None
    weight: _Amount | None = None
    covers: _Amount | None = None
    rate: _Amount | None = None
    share_of_base: _Amount | None = None
    delay: _Amount | None = None
    capacity: _Amount | None = None
    factor: _Amount | None = None
    cost: _Amount | None = None
    mix: Mix | None = None

    @model_validator(mode="after")
    def _complete(self) -> ActionTable:
        needed, also = NEEDS[self.kind]
        own = {name for _, names in NEEDS.items() for group in names for name in group}
        given = {name for name in own if getattr(self, name) is not None}
        missing = [name for name in needed if name not in given]
        if missing or given - {*needed, *also}:
            extra = sorted(given - {*needed, *also})
            found = "no " + ", ".join(missing) if missing else "the key " + ", ".join(extra)
            may = f"; it may have {', '.join(also)}" if also else ""
            raise wrong(f"a {self.kind} with {found}", f"a {self.kind} with {', '.join(needed)}{may}")
        if self.kind == "end" and not self.replaces:
            raise wrong("an end of nothing", "replaces = (the measures that end)")
        if self.until is not None and self.until < self.start:
            raise wrong(f"until {self.until} before from {self.start}", "until after from")
        if self.announced is not None and self.announced > self.start:
            raise wrong(f"announced {self.announced} after from {self.start}", "announced on or before from")
        if not (self.source or self.why):
            raise wrong("a measure without a ground", "source = (the id of a source) or why = (a reason)")
        for name in ("share", "covers"):
            amount = getattr(self, name)
            if amount is not None and amount.value > 1:
                raise wrong(f"{name} = {amount.value:g}", "a share from 0 to 1")
        if self.factor is not None and self.factor.value <= 0:
            raise wrong(f"factor = {self.factor.value:g}", "a multiple of base use, above 0")
        if self.weight is not None and self.weight.value <= 0:
            raise wrong(f"weight = {self.weight.value:g}", "tonnes of product per tonne, above 0")
        return self

    def record(self) -> Action:
        """The record of the table."""
        amount = next((getattr(self, n).record() for n in _AMOUNTS if getattr(self, n) is not None), Amount(0.0))
        told: dict[str, Any] = {
            name: table.record() if (table := getattr(self, name)) else None
            for name in ("weight", "covers", "delay", "cost")
        }
        return Action(
            self.id, self.kind, self.start, self.announced or self.start, amount, self.until, self.of or "",
            self.to or (), self.products or (), self.supplies or (), self.months or 12.0, mix=self.mix or {},
            replaces=self.replaces or (), source=self.source or "", why=self.why or "", **told,
        )  # fmt: skip


class PointTable(Edge):
    """One observation."""

    when: Short
    value: Annotated[Number, Field(description="a number")]
    source: Word
    note: Short | None = None

    def record(self) -> Point:
        """The record of the table."""
        return Point(self.when, self.value, self.source, self.note or "")


class ObservedTable(Edge):
    """An observed series and the expression beside it."""

    id: Word
    title: Short
    unit: Short
    series: Formula
    points: Annotated[list[PointTable], Field(max_length=400, description="a list of { when, value, source }")]

    def record(self) -> Observed:
        """The record of the table."""
        return Observed(self.id, self.title, self.unit, self.series, tuple(p.record() for p in self.points))


def _list(value: object) -> object:
    return value if isinstance(value, list) else [value]


Finite = Annotated[Number, Field(description="a number")]
Formula = Annotated[Text, Field(description="an expression such as fob('La', 'CHN', '2010-07')")]
_Some = Field(min_length=1, max_length=20, description="one or a list of them")
Texts = Annotated[list[Formula], BeforeValidator(_list), _Some]
Numbers = Annotated[list[Finite], BeforeValidator(_list), _Some]


class BenchmarkTable(Edge):
    """What the replay is asked, and the band."""

    id: Word
    what: Short
    unit: Short | None = None
    value: Texts
    parts: Texts | None = None
    observed: Numbers
    low: Numbers | None = None
    high: Numbers | None = None
    source: Texts
    counted: bool = True
    note: Long | None = None
    if_missed: Long | None = None

    @model_validator(mode="after")
    def _even(self) -> BenchmarkTable:
        size = len(self.value)
        for name in ("observed", "parts", "low", "high"):
            given = getattr(self, name)
            if given is not None and len(given) not in ((size,) if name in ("observed", "parts") else (1, size)):
                raise wrong(f"{name} of {len(given)} beside {size} values", "as many as there are values")
        if self.low is None and self.high is None:
            raise wrong("a benchmark without a band", "low, high or both")
        if self.low and self.high:
            for low, high in zip(self.low * size, self.high * size, strict=False):
                in_order(low, low, high)
        if not self.counted and not self.note:
            raise wrong("counted = false without a note", "note = (why it does not count)")
        return self


def _listed(name: str, most: int) -> Any:
    return Field(max_length=most, description=f"a list of [[{name}]]", default_factory=list)


class TopTable(Edge):
    """A whole file."""

    format: Annotated[Literal[1], Field(alias="schema", description="1")]
    id: Word
    title: Short
    label: Short | None = None
    about: Long | None = None
    first: Month = Field(alias="from")
    last: Month = Field(alias="to")
    unit: Short
    product: Annotated[list[ProductTable], Field(min_length=1, max_length=40, description="a list of [[product]]")]
    supply: Annotated[list[SupplyTable], Field(min_length=1, max_length=60, description="a list of [[supply]]")]
    lane: Annotated[list[LaneTable], _listed("lane", 100)]
    measure: Annotated[list[ActionTable], _listed("measure", 100)]
    observed: Annotated[list[ObservedTable], _listed("observed", 40)]
    benchmark: Annotated[list[BenchmarkTable], _listed("benchmark", 60)]
    source: Annotated[list[SourceTable], _listed("source", 200)]
    fact: Annotated[dict[str, _Amount], Field(max_length=100, description="a table of facts", default_factory=dict)]
