"""What each kind of measure needs and forbids; pure checks that return faults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ytterby.core.errors import Fault, nearest
from ytterby.model.edge import join, show
from ytterby.model.scenario import KINDS, Limit, Measure, Plant, Ranged, Rate
from ytterby.model.scenario_scope import product_faults, scope_faults
from ytterby.model.scenario_units import unit_faults

#: Kinds that are planned and refused in a line of their own.
LATER = (
    "delay", "licence_delay", "price_floor", "sanction", "stockpile", "purchase", "substitution", "thrifting",
    "recycling_rate", "change_of_control", "recognition",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """What a kind of measure takes: keys it needs, keys it may have, its flows, and what its scope must name."""

    needs: tuple[str, ...]
    may: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()


_COMMON = ("id", "kind", "title", "source", "from", "until", "note", "announced")
_FLOWS = ("export", "import", "production")
RULES: dict[str, Rule] = {
    "ban": Rule(("scope",), ("leaks",), _FLOWS, ("flow", "of")),
    "quota": Rule(
        ("scope", "limit"), ("rent_to", "delay", "leaks"), ("export", "import", "production"), ("flow", "of")
    ),
    "export_tax": Rule(("scope", "rate"), (), ("export",), ("of",)),
    "tariff": Rule(("scope", "rate"), (), ("import",), ("of",)),
    "outage": Rule(("scope", "lost"), (), (), ("place",)),
    "facility": Rule(("facility",)),
    "closure": Rule(("scope",), (), (), ("place",)),
    "refusal": Rule(("scope",), ("limit",), ("import",), ("of", "origin")),
    "release": Rule(("scope", "amount"), (), (), ("of", "product")),
}
assert tuple(RULES) == KINDS


def kind_faults(raw: Mapping[str, Any], place: str) -> list[Fault]:
    """Keys that the kind of a measure needs and lacks, or has and does not take; works on the file's own table."""
    kind = raw.get("kind")
    if not isinstance(kind, str):
        return []
    if kind in LATER:
        return [Fault(join(place, "kind"), f"{show(kind)}, which is not there yet", "one of " + ", ".join(KINDS))]
    if kind not in RULES:
        return [Fault(join(place, "kind"), show(kind), "one of " + ", ".join(KINDS), nearest(kind, KINDS))]
    rule = RULES[kind]
    given = {"rate" if key == "ad_valorem" else key for key in raw}
    found = [Fault(join(place, key), "nothing", _WANTED[key]) for key in rule.needs if key not in given]
    if "rate" in raw and "ad_valorem" in raw:
        found.append(Fault(place, "both rate and ad_valorem", "one of the two"))
    known = {*rule.needs, *rule.may, *_COMMON}
    taken = ", ".join((*rule.needs, *rule.may))
    found += [
        Fault(place, f"{show(key)} in a measure of kind {kind}", f"only {taken} beside id, title, source and dates")
        for key in raw
        if key in _OTHERS and ("rate" if key == "ad_valorem" else key) not in known
    ]
    return found


def measure_faults(measure: Measure, place: str, textbook: bool) -> list[Fault]:
    """What is wrong with a measure whose single fields are all right."""
    scope_place = join(place, "scope")
    rule = RULES.get(measure.kind, Rule(()))
    found = list(scope_faults(measure, rule.flows, rule.scope, scope_place))
    if not textbook:
        found += product_faults(measure, scope_place)
    found += _reason_faults(measure, place)
    found += unit_faults(measure, place, textbook)
    if measure.kind == "refusal" and measure.limit and (measure.limit.share_of_base or 0) > 1:
        found.append(Fault(join(place, "limit.share_of_base"), f"{measure.limit.share_of_base:g}", "a share, 0 to 1"))
    if measure.kind == "refusal" and measure.limit and measure.limit.quantity:
        wanted = "share_of_base, the part of the refused goods that is still taken"
        found.append(Fault(join(place, "limit.quantity"), "a tonnage", wanted))
    if measure.plant:
        found += _plant_faults(measure.plant, join(place, "facility"))
    return found


_WANTED = {
    "scope": 'a table such as { flow = "export", of = "CHN", product = ["oxide"] }',
    "limit": 'a table such as { share_of_base = 0.6, why = "…" } or { quantity = "9000 t REO/yr" }',
    "rate": 'rate = "5 USD/kg", or ad_valorem = 0.10',
    "lost": "a share of the base throughput, 0 to 1",
    "facility": "a table that describes the plant: name, country, stage, capacity …",
    "amount": 'a mass with its basis, such as "200 t Dy2O3"',
}
_PLANT_NUMBERS = ("capacity", "recovery", "cost", "capacity_factor", "lead", "probability")
_OTHERS = {"scope", "limit", "rate", "ad_valorem", "lost", "facility", "amount", "rent_to", "delay", "leaks"}


def _reason_faults(measure: Measure, place: str) -> Iterable[Fault]:
    """A share of the base, or any number with a range, is an assumption and needs its reason."""
    plant = measure.plant
    numbers: list[tuple[str, Limit | Rate | Ranged | None]] = [
        ("limit", measure.limit), ("rate", measure.rate), ("lost", measure.lost), ("amount", measure.amount),
        ("delay", measure.delay),
    ]  # fmt: skip
    if plant:
        numbers += [(f"facility.{name}", getattr(plant, name)) for name in _PLANT_NUMBERS]
    for name, number in numbers:
        if number is None or number.why:
            continue
        if isinstance(number, Limit) and number.share_of_base is not None:
            yield Fault(join(place, f"{name}.why"), "nothing", "the reason for the share, which is an assumption")
        elif number.low is not None or number.high is not None:
            yield Fault(join(place, f"{name}.why"), "nothing", "the reason for the number and its range")


def _plant_faults(plant: Plant, place: str) -> Iterable[Fault]:
    if plant.capacity.value == 0:
        yield Fault(f"{place}.capacity", "a capacity of nothing", "a capacity above 0")
    if plant.recovery and plant.recovery.value == 0:
        yield Fault(f"{place}.recovery", "a recovery of nothing", "a share above 0")
    if plant.stage == "mine" and not plant.ore and not plant.enlarges:
        yield Fault(f"{place}.ore", "nothing", "the ore the mine digs, such as mount-weld")
    if plant.stage == "mine" and not plant.cost:
        yield Fault(f"{place}.cost", "nothing", 'a cost such as "3 USD/kg REO": no public cost curve covers new mines')
    magnets = [product for product in plant.product if product.startswith("magnet/")]
    if plant.product and (plant.stage != "magnet" or len(magnets) < len(plant.product)):
        yield Fault(f"{place}.product", "a list", "magnets, in a plant whose stage is magnet; elsewhere use elements")
    if plant.heavies is not None and plant.elements:
        yield Fault(place, "both elements and heavies", "one of the two")
    if plant.stage == "separation" and plant.heavies is None and not plant.elements and not plant.enlarges:
        yield Fault(place, "neither elements nor heavies", 'elements = ["Nd", "Pr"], or heavies = true or false')
