"""The `[[recycling]]` tables of a scenario file, checked and turned into records."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from ytterby.core.errors import Fault
from ytterby.core.units import factor
from ytterby.model.edge import (
    Countries,
    Day,
    Edge,
    Number,
    Products,
    Share,
    Slug,
    Text,
    flat,
    join,
    read_word,
    vocabulary,
    wrong,
)
from ytterby.model.scenario import Ranged, Recycle
from ytterby.model.scenario_dist import RangeTable
from ytterby.model.scenario_growth import GrowthTable
from ytterby.model.scenario_named import named
from ytterby.model.scenario_schema import AmountField, AmountTable, ShareField, money
from ytterby.model.scenario_time import MonthsField
from ytterby.model.vocabulary import Vocabulary

#: Numbers of a programme, and their keys in a file.
SAID = {
    "mean": "lifetime", "growth": "past_growth", "collection": "collection", "recovery": "recovery", "cost": "cost",
    "lag": "lag", "reached": "reached",
}  # fmt: skip
_Years = Annotated[Number, Field(gt=0, le=200, description="years, above 0")]


class LifetimeTable(RangeTable):
    """How long goods are used: `{ kind = "lognormal", years = 12, deviation = 5, low = 8, high = 16, why = "…" }`."""

    kind: Annotated[Literal["fixed", "normal", "lognormal", "weibull"], Field(description="a kind of lifetime")]
    years: _Years
    low: _Years | None = None
    high: _Years | None = None
    deviation: _Years | None = None
    shape: Annotated[Number, Field(gt=0, le=50, description="a number above 0")] | None = None
    why: Annotated[Text | None, Field(description="the reason for the number")] = None

    @model_validator(mode="after")
    def _order(self) -> LifetimeTable:
        self.within(self.low, self.years, self.high)
        needed = {"normal": "deviation", "lognormal": "deviation", "weibull": "shape"}.get(self.kind)
        given = [name for name in ("deviation", "shape") if getattr(self, name) is not None]
        if given != ([needed] if needed else []):
            found = f"a {self.kind} lifetime with " + (" and ".join(given) or "neither deviation nor shape")
            raise wrong(found, f"{needed} beside years" if needed else "years alone")
        return self

    def record(self) -> Ranged:
        """The mean as a ranged number."""
        return Ranged(self.years, self.low, self.high, "years", self.why or "", self.dist or "")


class RecyclingTable(Edge):
    """One `[[recycling]]`."""

    id: Annotated[Slug, Field(description="a short name of letters, digits, - and _")]
    of: Annotated[Countries, Field(min_length=1, description="countries that collect, ISO3 codes")]
    product: Annotated[Products, Field(min_length=1, description="a list of products in use")]
    lifetime: Annotated[LifetimeTable, Field(description='a table such as { kind = "fixed", years = 10, why = "…" }')]
    past_growth: Annotated[GrowthTable, Field(description='a table such as { rate = 0.08, why = "…" }')]
    collection: Annotated[ShareField, Field(description="the share of what leaves use that is collected, 0 to 1")]
    recovery: Annotated[ShareField, Field(description="the share of what is collected that comes back, 0 to 1")]
    recovery_of: Annotated[dict[str, Share], Field(max_length=20, description="shares by element")] = {}  # noqa: RUF012
    cost: Annotated[AmountField, Field(description='dollars per mass of what comes back, such as "20 USD/kg"')]
    lag: Annotated[MonthsField | None, Field(description="months from the end of use to the market")] = None
    start: Annotated[Day | None, Field(alias="from", description="a day such as 2026-01-01")] = None
    reached: Annotated[MonthsField | None, Field(description="months until all of it is collected")] = None

    @field_validator("recovery_of")
    @classmethod
    def _elements(cls, value: dict[str, float], info: ValidationInfo) -> dict[str, float]:
        for name in value:
            read_word(vocabulary(info).elements, name)
        return value

    @field_validator("cost")
    @classmethod
    def _dollars(cls, value: AmountTable) -> AmountTable:
        money(value.value, '"20 USD/kg"')
        return value

    def record(self) -> Recycle:
        """The programme."""
        return Recycle(
            self.id, flat(self.of), flat(self.product), self.lifetime.kind, self.lifetime.record(),
            self.past_growth.record(), self.collection.record(), self.recovery.record(), per_kg(self.cost.record()),
            self.lifetime.deviation, self.lifetime.shape, self.lag.record() if self.lag else None, self.start,
            self.reached.record() if self.reached else None, dict(sorted(self.recovery_of.items())),
        )  # fmt: skip


def per_kg(number: Ranged) -> Ranged:
    """A price and its range in USD/kg, whatever the mass it was given for."""
    times = factor(number.unit.split(" ")[0], "USD/kg")
    low, high = (None if x is None else x * times for x in (number.low, number.high))
    return replace(number, value=number.value * times, low=low, high=high, unit="USD/kg")


def recyclings(rows: Any, words: Vocabulary, label: str, found: list[Fault]) -> tuple[Recycle, ...]:
    """The programmes that a file names, by id; adds what is wrong to `found`."""
    right: dict[str, Recycle] = {}
    for place, table in named(rows, "recycling", RecyclingTable, words, label, found):
        programme = table.record()
        found += _faults(programme, place)
        right[programme.id] = programme
    return tuple(right[name] for name in sorted(right))


def _faults(p: Recycle, place: str) -> list[Fault]:
    found = []
    for name, said in SAID.items():
        number: Ranged | None = getattr(p, name)
        if number is not None and not number.why:
            wanted = "the reason for the number, or its source"
            found.append(Fault(join(place, f"{said}.why"), "nothing", wanted))
    return found
