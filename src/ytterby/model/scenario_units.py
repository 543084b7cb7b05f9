"""In which basis the tonnages of a measure are, and the same measure with every one of them in tonnes.

A flow of concentrate, SEG, oxide or scrap is counted in t REO, of metal in t of the metal, of magnets in t gross; in
another chain every flow is in t of its material, gross where that is no element.
A tonnage over several products must mean the same for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ytterby.core.elements import CHEMICAL_SYMBOLS, ELEMENTS
from ytterby.core.errors import Fault
from ytterby.core.units import Quantity, convert, parse_unit
from ytterby.model.scenario import Measure, Plant, Ranged, Scope

_OXIDES = {item.symbol: item.oxide for item in ELEMENTS}
_ATOMS = {"mass/time": "t {}/yr", "mass": "t {}", "money/mass": "USD/kg {}"}

#: Basis of a plant's capacity by what it counts, and of its cost, which is per unit of throughput.
_OUTPUT = {"mine": "REO", "separation": "REO", "metal": "REE", "magnet": "gross", "recycling": "REO"}
_FEED = {"mine": "REO", "separation": "REO", "metal": "REO", "magnet": "REE", "recycling": "REO"}
_THROUGHPUT = {"mine": "REO", "separation": "REO", "metal": "REE", "magnet": "gross", "recycling": "REO"}


def unit_faults(measure: Measure, place: str, textbook: bool) -> Iterable[Fault]:
    """Quantities whose unit is of the wrong kind, or whose basis is not that of the scope."""
    bases = () if textbook else scope_bases(measure.scope)
    tonnage = measure.amount or (measure.limit and measure.limit.quantity)
    if tonnage and not textbook and not bases:
        wanted = "one basis: put magnets (t gross) and compounds (t REO) into measures of their own"
        yield Fault(f"{place}, scope", "one tonnage over magnets and compounds together", wanted)
    elif measure.limit and measure.limit.quantity:
        yield from _basis_faults(measure.limit.quantity.unit, "mass/time", bases, f"{place}, limit.quantity")
    elif measure.amount:
        yield from _basis_faults(measure.amount.unit, "mass", bases, f"{place}, amount")
    if measure.rate and measure.rate.specific:
        yield from _basis_faults(measure.rate.specific.unit, "money/mass", ("",), f"{place}, rate")
    if measure.plant:
        yield from _plant_faults(measure.plant, f"{place}, facility")


def in_tonnes(measure: Measure) -> Measure:
    """The same measure with quantities in t/yr, t and USD/kg of their basis; its units must have passed the checks."""
    limit, rate = measure.limit, measure.rate
    if limit and limit.quantity:
        number = _in_tonnes(Ranged(limit.quantity.value, limit.low, limit.high, limit.quantity.unit))
        limit = replace(limit, quantity=number.quantity, low=number.low, high=number.high)
    if rate and rate.specific:
        number = _in_tonnes(Ranged(rate.specific.value, rate.low, rate.high, rate.specific.unit))
        rate = replace(rate, specific=number.quantity, low=number.low, high=number.high)
    amount = _in_tonnes(measure.amount) if measure.amount else None
    return replace(measure, limit=limit, rate=rate, amount=amount, plant=measure.plant and _plant(measure.plant))


def scope_bases(scope: Scope) -> tuple[str, ...]:
    """Bases in which one tonnage over the scope makes sense; none when the scope mixes magnets and compounds.

    >>> scope_bases(Scope(product=("oxide",), element=("Dy",)))
    ('REO', 'Dy2O3', 'Dy')
    """
    forms = {product.partition("/")[0] for product in scope.product}
    if not forms:
        forms = {"magnet"} if scope.containing else {"oxide"}
    if forms <= {"ore", "refined"}:
        materials = {product.partition("/")[2] for product in scope.product}
        return tuple(m if m in CHEMICAL_SYMBOLS else "gross" for m in sorted(materials))
    if "magnet" in forms:
        return ("gross",) if forms == {"magnet"} else ()
    named = {product.partition("/")[2] for product in scope.product if "/" in product} & set(_OXIDES)
    elements = set(scope.element) or named
    one = next(iter(elements)) if len(elements) == 1 else None
    of_one = (_OXIDES[one], one) if one else ()
    return ("REE", "REO", *of_one[1:]) if forms == {"metal"} else ("REO", *of_one)


def _plant_faults(plant: Plant, place: str) -> Iterable[Fault]:
    yield from _basis_faults(plant.capacity.unit, "mass/time", _capacity_bases(plant), f"{place}.capacity")
    if plant.cost:
        yield from _basis_faults(plant.cost.unit, "money/mass", ("", _THROUGHPUT[plant.stage]), f"{place}.cost")


def capital_faults(plant: Plant, unit: str, place: str) -> Iterable[Fault]:
    """Capital per mass of capacity on a basis that is not the capacity's."""
    yield from _basis_faults(unit, "money/mass", ("", parse_unit(plant.capacity.unit).basis), place)


def _capacity_bases(plant: Plant) -> tuple[str, ...]:
    """The basis of a plant's capacity, and those that convert to it because the plant makes one element."""
    basis = (_OUTPUT if plant.capacity_of == "output" else _FEED)[plant.stage]
    if len(plant.elements) != 1 or plant.capacity_of != "output" or basis == "gross":
        return (basis,)
    return (basis, _OXIDES[plant.elements[0]], plant.elements[0])


def _plant(plant: Plant) -> Plant:
    """The plant with its capacity in t/yr of its stage's basis and its cost in USD/kg of throughput."""
    basis = _capacity_bases(plant)[0]
    element = plant.elements[0] if len(plant.elements) == 1 else None
    cost = plant.cost and replace(_in_tonnes(plant.cost), unit="USD/kg")
    return replace(plant, capacity=_in_tonnes(plant.capacity, basis, element), cost=cost)


def _basis_faults(unit: str, dimension: str, bases: tuple[str, ...], place: str) -> Iterable[Fault]:
    """A unit of the wrong kind, or on a basis that is not among `bases` (none: any will do)."""
    parsed = parse_unit(unit)
    if parsed.dimension != dimension or (bases and parsed.basis not in bases):
        basis = f" ({parsed.meaning})" if "mass" in parsed.dimension else ""
        wanted = " or ".join(_unit(dimension, basis) for basis in bases or ("",))
        yield Fault(place, f"the unit {unit!r}{basis}", f"a quantity in {wanted}")


def _unit(dimension: str, basis: str) -> str:
    return " ".join(_ATOMS[dimension].format(basis).split()).replace(" /", "/")


def _in_tonnes(number: Ranged, basis: str | None = None, element: str | None = None) -> Ranged:
    """The same number in t, t/yr or USD/kg, on the same basis or on `basis`."""
    unit = parse_unit(number.unit)
    to = _unit(unit.dimension, unit.basis if basis is None else basis)

    def scaled(value: float) -> float:
        return convert(Quantity(value, number.unit), to, element=element).value

    low, high = (None if end is None else scaled(end) for end in (number.low, number.high))
    return Ranged(scaled(number.value), low, high, to, number.why)
