"""The `[[entry]]` tables of a scenario file: plants that investors may choose to build, checked and made records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from ytterby.core.errors import Fault, nearest
from ytterby.core.units import factor, parse_unit
from ytterby.model.edge import Country, Day, Edge, Line, Number, Product, Slug, Text, join, show, wrong
from ytterby.model.plain_supply import SUPPLY
from ytterby.model.scenario import Citation, Entry, Measure, Plant, Ranged, Scope
from ytterby.model.scenario_dist import RangeTable
from ytterby.model.scenario_named import named
from ytterby.model.scenario_recycling import per_kg
from ytterby.model.scenario_rules import measure_faults
from ytterby.model.scenario_schema import AmountField, AmountTable, PlantTable, ShareField, SourceField, money
from ytterby.model.scenario_time import MonthsField, bare
from ytterby.model.scenario_units import capital_faults, in_tonnes
from ytterby.model.vocabulary import Vocabulary

#: What investors may expect the price to be.
EXPECTATIONS = ("naive", "adaptive", "foresight")
#: Numbers of an entry, their keys in a file, and those that every entry needs.
SAID = {"capex": "capex", "overrun": "overrun", "hurdle": "hurdle", "life": "life", "weight": "weight"}
PLANT_SAID = ("capacity", "recovery", "cost", "capacity_factor", "lead")
_WEIGHT = Ranged(0.5, 0.2, 0.8, "", "half of the last miss is learned in a year: between holding on and forgetting")

#: The least and the most capacity [t/yr] and capital [USD/kg of it].
_LEAST, _MOST = 1e-3, 1e9
_NOBODY = Citation("assumed")

_Overrun = Annotated[Number, Field(ge=0, le=10, description="a share above budget, 0.5 for half as much again")]
_Rate = Annotated[Number, Field(ge=0, le=2, description="a share a year, such as 0.12")]
_Years = Annotated[Number, Field(ge=1, le=100, description="years, 1 to 100")]


class OverrunTable(RangeTable):
    """What is spent beyond the budget, over it: `overrun = { share = 0.5, low = 0, high = 1.2, why = "…" }`."""

    share: _Overrun
    low: _Overrun | None = None
    high: _Overrun | None = None
    why: Annotated[Text | None, Field(description="the reason for the number")] = None

    @model_validator(mode="after")
    def _order(self) -> OverrunTable:
        self.within(self.low, self.share, self.high)
        return self

    def record(self) -> Ranged:
        """The overrun as a ranged number."""
        return Ranged(self.share, self.low, self.high, "", self.why or "", self.dist or "")


class HurdleTable(RangeTable):
    """The return asked a year: `hurdle = { rate = 0.12, low = 0.08, high = 0.2, why = "…" }`."""

    rate: _Rate
    low: _Rate | None = None
    high: _Rate | None = None
    why: Annotated[Text | None, Field(description="the reason for the number")] = None

    @model_validator(mode="after")
    def _order(self) -> HurdleTable:
        self.within(self.low, self.rate, self.high)
        return self

    def record(self) -> Ranged:
        """The rate as a ranged number."""
        return Ranged(self.rate, self.low, self.high, "a year", self.why or "", self.dist or "")


class YearsTable(RangeTable):
    """A number of years: `life = { years = 20, low = 15, high = 30, why = "…" }`."""

    years: _Years
    low: _Years | None = None
    high: _Years | None = None
    why: Annotated[Text | None, Field(description="the reason for the number")] = None

    @model_validator(mode="after")
    def _order(self) -> YearsTable:
        self.within(self.low, self.years, self.high)
        return self

    def record(self) -> Ranged:
        """The years as a ranged number."""
        return Ranged(self.years, self.low, self.high, "years", self.why or "", self.dist or "")


class SupplyTable(Edge):
    """A plant of a textbook market: it makes one product of nothing, at one cost."""

    product: Annotated[Product, Field(description="a product of the network")]
    country: Annotated[Country, Field(description="where it stands, a region of the network")]
    capacity: Annotated[AmountField, Field(description='a quantity a year, such as "20 t/yr"')]
    cost: Annotated[AmountField, Field(description='US dollars per mass, such as "5 USD/kg"')]
    lead: Annotated[MonthsField | None, Field(description="months from the decision to the first tonne")] = None

    @field_validator("product", "country")
    @classmethod
    def _single(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(value) != 1:
            raise wrong(f"a group of {len(value)}", "one only")
        return value

    @field_validator("cost")
    @classmethod
    def _dollars(cls, value: AmountTable) -> AmountTable:
        money(value.value, '"5 USD/kg"')
        return value

    def record(self, name: str, title: str) -> Plant:
        """The plant."""
        return Plant(
            name, title, self.country[0], SUPPLY, self.capacity.record(), product=self.product,
            cost=self.cost.record(), lead=self.lead.record() if self.lead else None,
        )  # fmt: skip


class EntryTable(Edge):
    """One `[[entry]]`."""

    id: Annotated[Slug, Field(description="a short name of letters, digits, - and _")]
    title: Annotated[Line | None, Field(description="a title")] = None
    source: SourceField | None = None
    note: Annotated[Text | None, Field(description="some text")] = None
    facility: Annotated[PlantTable | None, Field(description="a table that describes the plant")] = None
    supply: Annotated[SupplyTable | None, Field(description="a plant of a textbook market")] = None
    capex: Annotated[AmountField, Field(description='dollars per mass of yearly capacity, such as "30000 USD/t REO"')]
    overrun: Annotated[
        Annotated[OverrunTable, bare("share")] | None, Field(description="a share above budget, 0.5 for half again")
    ] = None
    hurdle: Annotated[HurdleTable, bare("rate"), Field(description="the return asked a year, such as 0.12")]
    life: Annotated[YearsTable, bare("years"), Field(description="years from the first tonne, 1 to 100")]
    expectation: Annotated[str, Field(max_length=40, description="one of " + ", ".join(EXPECTATIONS))] = "naive"
    weight: Annotated[ShareField | None, Field(description="how much of a miss is learned in a year, 0 to 1")] = None
    most: Annotated[int, Field(ge=1, le=50, strict=True, description="plants of this kind at most, 1 to 50")] = 1
    start: Annotated[Day | None, Field(alias="from", description="no decision before this day, 2026-01-01")] = None

    @field_validator("capex")
    @classmethod
    def _dollars(cls, value: AmountTable) -> AmountTable:
        money(value.value, '"30000 USD/t REO"')
        return value

    @field_validator("expectation")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in EXPECTATIONS:
            raise wrong(show(value), "one of " + ", ".join(EXPECTATIONS), nearest(value, EXPECTATIONS))
        return value

    @model_validator(mode="after")
    def _one_plant(self) -> EntryTable:
        if (self.facility is None) == (self.supply is None):
            found = "neither facility nor supply" if self.facility is None else "both facility and supply"
            raise wrong(found, "one of the two: [entry.facility] on a chain, [entry.supply] on a textbook network")
        if self.weight is not None and self.expectation != "adaptive":
            raise wrong(f"weight beside expectation {show(self.expectation)}", 'expectation = "adaptive"')
        return self

    def record(self) -> Entry:
        """The entry, in the units of the file."""
        title = self.title or (self.facility.name if self.facility else self.id)
        plant = self.facility.record(self.id) if self.facility else None
        if plant is None:
            assert self.supply is not None
            plant = self.supply.record(self.id, title)
        weight = self.weight.record() if self.weight else None
        if self.expectation == "adaptive" and weight is None:
            weight = _WEIGHT
        return Entry(
            self.id, title, plant, self.capex.record(), self.hurdle.record(), self.life.record(),
            self.overrun.record() if self.overrun else None, self.expectation, weight, self.most, self.start,
            self.source.record() if self.source else None, self.note or "",
        )  # fmt: skip


def entries(
    rows: Any, words: Vocabulary, abstract: bool, measures: Sequence[Measure], label: str, found: list[Fault]
) -> tuple[Entry, ...]:
    """The plants to choose from that a file names, by id, in t/yr and USD/kg; adds what is wrong to `found`."""
    right: dict[str, Entry] = {}
    taken = {m.id for m in measures}
    for place, table in named(rows, "entry", EntryTable, words, label, found):
        entry = table.record()
        wrong_here = [*_faults(entry, place), *_place_faults(entry, words, abstract, place)]
        own = {entry.id, *(f"{entry.id}-{n}" for n in range(2, entry.most + 1))}
        for name in sorted(own & taken - {entry.id if entry.id in right else ""}):
            said = f"{show(name)}, the id of another plant or measure"
            wrong_here.append(Fault(join(place, "id"), said, "each id once"))
        taken |= own
        if not wrong_here:
            wrong_here += _supply_faults(entry, place) if abstract else _facility_faults(entry, place)
        if not wrong_here:
            wrong_here += _size_faults(entry, abstract, place)
        if not wrong_here:
            right[entry.id] = replace(entry, plant=_in_tonnes(entry, abstract), capex=per_kg(entry.capex))
        found += wrong_here
    return tuple(right[name] for name in sorted(right))


def as_measure(entry: Entry) -> Measure:
    """An entry as the new plant it would be."""
    return Measure(entry.id, "facility", entry.title, entry.source or _NOBODY, Scope(), plant=entry.plant)


def plant_key(entry: Entry) -> str:
    """The table of the plant in a file."""
    return "supply" if entry.plant.stage == SUPPLY else "facility"


def numbers_of(entry: Entry) -> Iterator[tuple[str, tuple[float | None, float | None, float | None], str, str]]:
    """Every number of an entry that its file gives a reason for: id, value with its range, unit, reason."""
    given = [(said, getattr(entry, name)) for name, said in SAID.items()]
    given += [(f"{plant_key(entry)}.{name}", getattr(entry.plant, name)) for name in PLANT_SAID]
    for said, number in given:
        if number is not None and number.why:
            yield f"entry.{entry.id}.{said}", (number.value, number.low, number.high), number.unit, number.why


def _plain(plant: Plant) -> Plant:
    """The plant of a textbook market in t/yr and USD/kg."""
    size = plant.capacity
    times = factor(size.unit.split(" ")[0].removesuffix("/yr") + "/yr", "t/yr")
    low, high = (None if x is None else x * times for x in (size.low, size.high))
    capacity = replace(size, value=size.value * times, low=low, high=high, unit="t/yr")
    return replace(plant, capacity=capacity, cost=per_kg(plant.cost) if plant.cost else None)


def _in_tonnes(entry: Entry, abstract: bool) -> Plant:
    """The plant in t/yr and USD/kg; its units must have passed the checks."""
    plant = _plain(entry.plant) if abstract else in_tonnes(as_measure(entry)).plant
    assert plant is not None
    return plant


def _size_faults(entry: Entry, abstract: bool, place: str) -> Iterator[Fault]:
    """Sizes that no market of the model could tell from nothing, or hold."""
    size, capital = _in_tonnes(entry, abstract).capacity.value, per_kg(entry.capex).value
    if not _LEAST <= size <= _MOST:
        wanted = f"between {_LEAST:g} and {_MOST:g} t/yr"
        yield Fault(join(place, f"{plant_key(entry)}.capacity"), f"{size:g} t/yr", wanted)
    if not _LEAST <= capital <= _MOST:
        yield Fault(join(place, "capex"), f"{capital:g} USD/kg", f"between {_LEAST:g} and {_MOST:g} USD/kg")


def _facility_faults(entry: Entry, place: str) -> list[Fault]:
    """What is wrong with a plant of the chain, as in a measure, and with the basis of its capital."""
    found = measure_faults(as_measure(entry), place, False)
    return found or [*capital_faults(entry.plant, entry.capex.unit, join(place, "capex"))]


def _supply_faults(entry: Entry, place: str) -> Iterator[Fault]:
    """What is wrong with a plant of a textbook market."""
    if parse_unit(entry.plant.capacity.unit).dimension != "mass/time":
        yield Fault(join(place, "supply.capacity"), f"the unit {entry.plant.capacity.unit!r}", "a mass a year: t/yr")
    for name in ("capacity", "cost", "lead"):
        number: Ranged | None = getattr(entry.plant, name)
        if number is not None and (number.low is not None or number.high is not None) and not number.why:
            yield Fault(join(place, f"supply.{name}.why"), "nothing", "the reason for the number and its range")


def _faults(entry: Entry, place: str) -> Iterator[Fault]:
    for name, said in SAID.items():
        number: Ranged | None = getattr(entry, name)
        if number is not None and not number.why:
            yield Fault(join(place, f"{said}.why"), "nothing", "the reason for the number, or its source")
    if entry.capex.value == 0:
        yield Fault(join(place, "capex"), "a capital of nothing", "dollars above 0 per mass of yearly capacity")
    if entry.plant.probability is not None:
        wanted = "no probability: whether it is built is what is asked; a facility measure has one"
        yield Fault(join(place, "facility.probability"), f"{entry.plant.probability.value:g}", wanted)
    if entry.plant.capacity.value == 0:
        yield Fault(join(place, "capacity"), "a capacity of nothing", "a capacity above 0")


def _place_faults(entry: Entry, words: Vocabulary, abstract: bool, place: str) -> Iterator[Fault]:
    if words.whole:
        yield Fault(place, "an entry", "a chain of rare earths: new plants of other chains are not modelled")
    elif abstract and entry.plant.stage != SUPPLY:
        yield Fault(join(place, "facility"), "a plant of a chain", "[entry.supply]: this base is a textbook network")
    elif not abstract and entry.plant.stage == SUPPLY:
        yield Fault(join(place, "supply"), "a plant of a textbook network", "[entry.facility]: this base is a chain")
