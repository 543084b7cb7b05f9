"""What each kind of measure needs, forbids, and in which basis its tonnages are; pure checks that return faults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ytterby.core.elements import ELEMENTS
from ytterby.core.errors import Fault, nearest
from ytterby.core.units import Quantity, convert, parse_unit
from ytterby.model.edge import join, show
from ytterby.model.scenario import KINDS, Limit, Measure, Plant, Ranged, Rate, Scope

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


_COMMON = ("id", "kind", "title", "source", "from", "until", "note")
RULES: dict[str, Rule] = {
    "ban": Rule(("scope",), (), ("export", "import", "production"), ("flow", "of")),
    "quota": Rule(("scope", "limit"), ("rent_to",), ("export", "import", "production"), ("flow", "of")),
    "export_tax": Rule(("scope", "rate"), (), ("export",), ("of",)),
    "tariff": Rule(("scope", "rate"), (), ("import",), ("of",)),
    "outage": Rule(("scope", "lost"), (), (), ("place",)),
    "facility": Rule(("facility",)),
    "closure": Rule(("scope",), (), (), ("place",)),
    "refusal": Rule(("scope",), ("limit",), ("import",), ("of", "origin")),
    "release": Rule(("scope", "amount"), (), (), ("of", "product")),
}
assert tuple(RULES) == KINDS
_PARTNERS = {
    "export": ("origin", "except_of"),
    "import": ("to", "except_to"),
    "production": ("to", "except_to", "origin", "except_of"),
}
_OXIDES = {item.symbol: item.oxide for item in ELEMENTS}


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
    found = list(_scope_faults(measure.kind, measure.scope, scope_place))
    if not textbook:
        found += _product_faults(measure.scope, scope_place)
    found += _reason_faults(measure, place)
    bases = () if textbook else _bases(measure.scope)
    if not textbook and bases == ():
        wanted = "one basis: put magnets (t gross) and compounds (t REO) into measures of their own"
        if measure.amount or (measure.limit and measure.limit.quantity):
            found.append(Fault(scope_place, "one tonnage over magnets and compounds together", wanted))
    elif measure.limit and measure.limit.quantity:
        found += _unit_faults(measure.limit.quantity.unit, "mass/time", bases, join(place, "limit.quantity"))
    elif measure.amount:
        found += _unit_faults(measure.amount.unit, "mass", bases, join(place, "amount"))
    if measure.rate and measure.rate.specific:
        found += _unit_faults(measure.rate.specific.unit, "money/mass", ("", *bases), join(place, "rate"))
    if measure.kind == "refusal" and measure.limit and (measure.limit.share_of_base or 0) > 1:
        found.append(Fault(join(place, "limit.share_of_base"), f"{measure.limit.share_of_base:g}", "a share, 0 to 1"))
    if measure.plant:
        found += _plant_faults(measure.plant, join(place, "facility"))
    return found


def in_tonnes(measure: Measure) -> Measure:
    """The same measure with every quantity in t, t/yr or USD/kg of its basis; its units must have passed the checks."""
    limit, rate, plant = measure.limit, measure.rate, measure.plant
    if limit and limit.quantity:
        quantity, low, high = _scaled(limit.quantity, limit.low, limit.high)
        limit = replace(limit, quantity=quantity, low=low, high=high)
    if rate and rate.specific:
        quantity, low, high = _scaled(rate.specific, rate.low, rate.high)
        rate = replace(rate, specific=quantity, low=low, high=high)
    if plant:
        plant = replace(plant, capacity=_plain(plant.capacity), cost=plant.cost and _plain(plant.cost))
    return replace(measure, limit=limit, rate=rate, plant=plant, amount=measure.amount and _plain(measure.amount))


_WANTED = {
    "scope": 'a table such as { flow = "export", of = "CHN", product = ["oxide"] }',
    "limit": 'a table such as { share_of_base = 0.6, why = "…" } or { quantity = "9000 t REO/yr" }',
    "rate": 'rate = "5 USD/kg", or ad_valorem = 0.10',
    "lost": "a share of the base throughput, 0 to 1",
    "facility": "a table that describes the plant: name, country, stage, capacity …",
    "amount": 'a mass with its basis, such as "200 t Dy2O3"',
}
_OTHERS = {"scope", "limit", "rate", "ad_valorem", "lost", "facility", "amount", "rent_to"}


def _scope_faults(kind: str, scope: Scope, place: str) -> Iterable[Fault]:
    rule = RULES.get(kind, Rule(()))
    if "flow" in rule.scope and not scope.flow:
        yield Fault(f"{place}.flow", "nothing", "one of " + ", ".join(rule.flows))
    elif scope.flow and scope.flow not in rule.flows:
        yield Fault(
            f"{place}.flow",
            show(scope.flow),
            "one of " + ", ".join(rule.flows) if rule.flows else f"no flow in a measure of kind {kind}",
        )
    for name, example in (("of", '"CHN"'), ("origin", '"MMR"'), ("product", '"oxide"')):
        if name in rule.scope and not getattr(scope, name):
            yield Fault(f"{place}.{name}", "nothing", f"{_MEANS[name]}, such as {example}")
    if "place" in rule.scope and not scope.facility and not (scope.of and scope.stage):
        yield Fault(
            place,
            "neither a facility nor a country with a stage",
            'facility = "…", or of = "CHN" with stage = "separation"',
        )
    for name in _PARTNERS.get(scope.flow, ()):
        if getattr(scope, name):
            yield Fault(f"{place}.{name}", "a list", f"nothing: {name} has no meaning for flow = {scope.flow!r}")
    for named, spared in (("to", "except_to"), ("origin", "except_of")):
        both = sorted(set(getattr(scope, named)) & set(getattr(scope, spared)))
        if both:
            yield Fault(place, f"{', '.join(both)} in both {named} and {spared}", "a country in one of the two")


def _product_faults(scope: Scope, place: str) -> Iterable[Fault]:
    """`element` and `containing` speak of different products: oxides and metals, or magnets."""
    forms = {product.partition("/")[0] for product in scope.product}
    if scope.element and "magnet" in forms:
        yield Fault(
            f"{place}.element",
            "a list beside magnets",
            "containing, which reaches magnets by their recipe (element names oxides and metals)",
        )
    if scope.containing and forms and "magnet" not in forms:
        yield Fault(
            f"{place}.containing",
            "a list beside products that are not magnets",
            "element, which names oxides and metals of an element",
        )


_MEANS = {"of": "the country that acts", "origin": "the countries it refuses", "product": "what is released"}


def _reason_faults(measure: Measure, place: str) -> Iterable[Fault]:
    """A share of the base, or any number with a range, is an assumption and needs its reason."""
    plant = measure.plant
    numbers: list[tuple[str, Limit | Rate | Ranged | None]] = [
        ("limit", measure.limit), ("rate", measure.rate), ("lost", measure.lost), ("amount", measure.amount),
    ]  # fmt: skip
    if plant:
        numbers += [
            (f"facility.{name}", getattr(plant, name)) for name in ("capacity", "recovery", "cost", "capacity_factor")
        ]
    for name, number in numbers:
        if number is None or number.why:
            continue
        if isinstance(number, Limit) and number.share_of_base is not None:
            yield Fault(join(place, f"{name}.why"), "nothing", "the reason for the share, which is an assumption")
        elif number.low is not None or number.high is not None:
            yield Fault(join(place, f"{name}.why"), "nothing", "the reason for the number and its range")


def _plant_faults(plant: Plant, place: str) -> Iterable[Fault]:
    single = plant.elements[0] if len(plant.elements) == 1 else None
    of_one = (_OXIDES[single], single) if single else ()
    bases: dict[str, tuple[str, ...]] = {
        "mine": ("REO",), "separation": ("REO", *of_one), "metal": ("REE", *of_one[1:]), "magnet": ("gross",),
        "recycling": ("REO", *of_one),
    }  # fmt: skip
    yield from _unit_faults(plant.capacity.unit, "mass/time", bases[plant.stage], f"{place}.capacity")
    if plant.capacity.value == 0:
        yield Fault(f"{place}.capacity", "a capacity of nothing", "a capacity above 0")
    if plant.cost:
        yield from _unit_faults(plant.cost.unit, "money/mass", ("", *bases[plant.stage]), f"{place}.cost")
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


def _bases(scope: Scope) -> tuple[str, ...]:
    """Bases in which one tonnage over the scope makes sense; none when the scope mixes magnets and compounds."""
    forms = {product.partition("/")[0] for product in scope.product}
    if not forms:
        forms = {"magnet"} if scope.containing else {"oxide"}
    weighed = forms & {"magnet", "scrap"}
    if weighed:
        return ("gross",) if weighed == forms else ()
    named = {product.partition("/")[2] for product in scope.product if "/" in product} & set(_OXIDES)
    elements = set(scope.element) or named
    one = next(iter(elements)) if len(elements) == 1 else None
    of_one = (_OXIDES[one], one) if one else ()
    return ("REE", "REO", *of_one[1:]) if forms == {"metal"} else ("REO", *of_one)


def _unit_faults(unit: str, dimension: str, bases: tuple[str, ...], place: str) -> Iterable[Fault]:
    """A unit of the wrong kind, or a tonnage on a basis that the scope does not have. No bases: any will do."""
    parsed = parse_unit(unit)
    atom = {"mass/time": "t {}/yr", "mass": "t {}", "money/mass": "USD/kg {}"}[dimension]
    wanted = [" ".join(atom.format(basis).split()).replace(" /", "/") for basis in bases or ("",)]
    if parsed.dimension != dimension or (bases and parsed.basis not in bases):
        basis = f" ({parsed.meaning})" if "mass" in parsed.dimension else ""
        yield Fault(place, f"the unit {unit!r}{basis}", "a quantity in " + " or ".join(wanted))


def _scaled(quantity: Quantity, low: float | None, high: float | None) -> tuple[Quantity, float | None, float | None]:
    unit = parse_unit(quantity.unit)
    atoms = {"mass/time": "t {}/yr", "mass": "t {}", "money/mass": "USD/kg {}"}[unit.dimension]
    to = " ".join(atoms.format(unit.basis).split()).replace(" /", "/") + (
        f" {unit.price_base}" if unit.price_base else ""
    )

    def scale(value: float) -> float:
        return convert(Quantity(value, quantity.unit), to).value

    return (
        Quantity(scale(quantity.value), to),
        None if low is None else scale(low),
        None if high is None else scale(high),
    )


def _plain(number: Ranged) -> Ranged:
    quantity, low, high = _scaled(number.quantity, number.low, number.high)
    return Ranged(quantity.value, low, high, quantity.unit, number.why)
