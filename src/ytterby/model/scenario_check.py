"""From the tables of a scenario file to a `Scenario`: every fault of the whole file at once, each with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ytterby.core.errors import Fault, InputError, nearest, printable
from ytterby.model import chain_words
from ytterby.model.edge import faults, join, show, too_deep
from ytterby.model.network_file import NetworkFile, load_network, network_path
from ytterby.model.scenario import Base, Measure, Scenario, Scope, Time
from ytterby.model.scenario_entry import entries
from ytterby.model.scenario_growth import growths
from ytterby.model.scenario_periods import time_faults
from ytterby.model.scenario_piles import behaviour, piles
from ytterby.model.scenario_recycling import recyclings
from ytterby.model.scenario_rules import RULES, kind_faults, measure_faults
from ytterby.model.scenario_schema import AssumptionValue, BaseTable, MeasureTable, RateTable, TopTable
from ytterby.model.scenario_set import flat_assumptions
from ytterby.model.scenario_units import in_tonnes
from ytterby.model.vocabulary import OTHER_CHAINS, Vocabulary, textbook


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the tables came from: how messages call the file, its folder, and the file and number of each measure."""

    label: str
    folder: Path | None = None
    text: str = ""
    measures: tuple[tuple[str, int], ...] = ()

    def of_measure(self, number: int) -> tuple[str, int]:
        """File and number of a measure of the merged list."""
        return self.measures[number] if number < len(self.measures) else (self.label, number + 1)


def check(tables: Mapping[str, Any], origin: Origin, settings: Sequence[str], found: list[Fault]) -> Scenario:
    """The scenario that `tables` describe; raises one InputError with `found` and every fault of the tables."""
    if too_deep(tables):
        raise InputError([*found, Fault(origin.label, "tables or lists nested too deep", "tables of ordinary depth")])
    top = _top(tables, origin.label, found)
    base = _base(tables, top)
    network = _network(base, origin, found)
    abstract = base is not None and base.network is not None
    words = _words(network) if abstract else _chain_words(base)
    measures = _measures(tables.get("measure"), words, origin, abstract, found)
    assumptions = _assumptions(tables.get("assumptions"), words, origin.label, found)
    held = piles(tables.get("stock"), words, origin.label, found)
    how = behaviour(tables.get("behaviour"), origin.label, found)
    loops = recyclings(tables.get("recycling"), words, origin.label, found)
    rates = growths(tables.get("growth"), words, origin.label, found)
    choices = entries(tables.get("entry"), words, abstract, measures, origin.label, found)
    found += time_faults(top, base, measures, [*held, *loops, *rates, *choices], how, origin.label)
    if found or top is None or base is None:
        raise InputError(list(dict.fromkeys(found)))
    year = base.year or (network.year if network else 0)
    return Scenario(
        name=top.name,
        title=top.title,
        base=base,
        time=top.time.record() if top.time else Time("year", year, year),
        measures=tuple(sorted(measures, key=lambda measure: measure.id)),
        description=top.description or "",
        assumptions=assumptions,
        overrides=tuple(settings),
        network=network,
        label=origin.label,
        source_text=origin.text,
        behaviour=how,
        piles=held,
        recycling=loops,
        growth=rates,
        entry=choices,
    )


def _top(tables: Mapping[str, Any], label: str, found: list[Fault]) -> TopTable | None:
    plain = {str(key): value for key, value in tables.items()}
    if isinstance(plain.get("measure"), Mapping):
        found.append(Fault(join(label, "measure"), "a single table", "a list: write [[measure]] with two brackets"))
        plain.pop("measure")
    try:
        return TopTable.model_validate(plain)
    except ValidationError as error:
        found += faults(error, TopTable, label)
        return None


def _base(tables: Mapping[str, Any], top: TopTable | None) -> Base | None:
    """The base, even of a file whose top has other faults: it decides which words the measures may use."""
    if top is not None:
        return top.base.record()
    try:
        return BaseTable.model_validate(tables.get("base")).record()
    except ValidationError:
        return None


def _network(base: Base | None, origin: Origin, found: list[Fault]) -> NetworkFile | None:
    if base is None or base.network is None:
        return None
    try:
        place = join(origin.label, "base.network")
        return load_network(network_path(base.network, origin.folder, place), base.network)
    except InputError as error:
        found += error.faults
        return None


def _measures(rows: Any, words: Vocabulary, origin: Origin, abstract: bool, found: list[Fault]) -> list[Measure]:
    right: list[Measure] = []
    places: dict[str, str] = {}
    for number, row in enumerate(rows if isinstance(rows, list) else []):
        label, nth = origin.of_measure(number)
        place = f"{label}, measure {nth}"
        if not isinstance(row, Mapping):
            found.append(Fault(place, show(row), "a table: write [[measure]] and its keys below"))
            continue
        name = row.get("id")
        if isinstance(name, str):
            place += f' ("{printable(name, 40)}")'
            if name in places:
                found.append(Fault(join(place, "id"), f"{show(name)}, the id of {places[name]} too", "each id once"))
            places.setdefault(name, f"measure {nth}")
        measure = _measure(row, words, place, abstract, found)
        right += [measure] if measure else []
    return right


def _measure(
    row: Mapping[str, Any], words: Vocabulary, place: str, abstract: bool, found: list[Fault]
) -> Measure | None:
    row = {str(key): value for key, value in row.items()}
    wrong = kind_faults(row, place)
    try:
        table = MeasureTable.model_validate(row, context=words)
    except ValidationError as error:
        found += wrong + faults(error, MeasureTable, place)
        return None
    if wrong:
        found += wrong
        return None
    if words.whole and table.kind == "facility":
        wanted = "a chain of rare earths: new plants of other chains are not modelled"
        found.append(Fault(join(place, "kind"), "'facility'", wanted))
        return None
    measure = _record(table)
    if words.whole and not measure.scope.product:
        measure = replace(measure, scope=replace(measure.scope, product=words.whole))
    wrong = measure_faults(measure, place, abstract)
    found += wrong
    return None if wrong else in_tonnes(measure)


def _record(table: MeasureTable) -> Measure:
    rate = table.rate
    if table.ad_valorem is not None:
        rate = RateTable(ad_valorem=table.ad_valorem)
    scope = table.scope.record() if table.scope else Scope()
    flows = RULES[table.kind].flows
    return Measure(
        id=table.id,
        kind=table.kind,
        title=table.title or table.id,
        source=table.source.record(),
        scope=replace(scope, flow=scope.flow or flows[0]) if len(flows) == 1 else scope,
        start=table.start,
        end=table.end,
        limit=table.limit.record() if table.limit else None,
        rate=rate.record() if rate else None,
        lost=table.lost.record() if table.lost else None,
        plant=table.facility.record(table.id) if table.facility else None,
        amount=table.amount.record() if table.amount else None,
        rent_to=table.rent_to or "exporter",
        note=table.note or "",
        announced=table.announced,
        delay=table.delay.record() if table.delay else None,
        leaks=table.leaks,
    )


def _words(network: NetworkFile | None) -> Vocabulary:
    """The words of a textbook network; any word when its file is at fault, which is reported already."""
    return textbook(network.regions, network.products, chain_words.sources()) if network else Vocabulary()


def _chain_words(base: Base | None) -> Vocabulary:
    """The words of the chain that the base names; those of the rare earths when it names none."""
    name = base.chain if base else None
    return chain_words.other(name) if name in OTHER_CHAINS else chain_words.chain()


def _assumptions(table: Any, words: Vocabulary, label: str, found: list[Fault]) -> dict[str, float]:
    """Overrides by the id of the assumption, sorted."""
    right: dict[str, float] = {}
    for name, value in flat_assumptions(table).items():
        place = f"{label}, assumptions.{printable(name, 60)}"
        known = words.assumptions
        if known is not None and name not in known.meanings:
            tails = {found_id.partition(".")[2]: found_id for found_id in known.meanings}
            near = known.near(name) or tails.get(nearest(name, tails) or "")
            found.append(Fault(place, show(name), known.expected, near))
            continue
        try:
            right[name] = AssumptionValue.model_validate({"value": value}).value
        except ValidationError:
            found.append(Fault(place, show(value), "a finite number"))
    return dict(sorted(right.items()))
