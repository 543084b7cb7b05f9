"""A new or enlarged plant: its process, the finishing of what it separates, and lanes of its own.

An entrant does not take over anybody's customers, so it gets lanes to every country that uses what it makes, and
lanes for its feed, priced at freight without a premium and scaled to its capacity. Its conversion cost is the
network's for the stage unless the scenario states one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ytterby.core.errors import Fault, InputError
from ytterby.core.units import factor
from ytterby.model import curves
from ytterby.model.lanes import lane
from ytterby.model.network import Activity, Limit, MarketKey, Network
from ytterby.model.plain_supply import SUPPLY, plain_supply
from ytterby.model.rare_earths.ores import LIGHT, MAGNET, alloy, scrap_per_magnet
from ytterby.model.scenario import Plant

Columns = tuple[tuple[Activity, ...], tuple[Limit, ...]]


def plant_activities(network: Network, plant: Plant, measure: str) -> Columns:
    """Columns and the capacity row that a plant adds; none when its feed holds nothing it could make."""
    if plant.stage == SUPPLY:
        return plain_supply(plant, measure)
    makers = {"separation": _separators, "metal": _metals, "magnet": _magnets, "recycling": _recyclers, "mine": _mines}
    if plant.stage not in makers:
        raise InputError(
            [Fault(f"measure {measure!r}, facility.stage", repr(plant.stage), "one of " + ", ".join(makers))]
        )
    processes = list(makers[plant.stage](network, plant, measure))
    if not processes:
        return (), ()
    prices = {m.key: m.price for m in network.markets if m.price is not None}
    extra = [*_finishing(network, processes), *_lanes(network, processes, plant, prices)]
    known = {a.id for a in network.activities}
    columns = (*processes, *(a for a in {a.id: a for a in extra}.values() if a.id not in known))
    return columns, (_capacity(processes, plant, measure),)


def tonnes(plant: Plant) -> float:
    """Capacity in the year [t/yr of what it counts], after the capacity factor."""
    unit = plant.capacity.unit
    mass = unit.removesuffix("/yr").split(" ", 1)
    running = plant.capacity_factor.value if plant.capacity_factor else 1.0
    return (
        plant.capacity.value
        * factor(unit, " ".join(["t", *mass[1:]]) + ("/yr" if unit.endswith("/yr") else ""))
        * running
    )


def _capacity(processes: list[Activity], plant: Plant, measure: str) -> Limit:
    """Output (or feed) of all its processes within nameplate times capacity factor."""
    terms = []
    for a in processes:
        made = [c for (p, _), c in a.coefficients if c > 0 and not p.startswith(("scrap/", "seg/"))]
        taken = [-c for (p, _), c in a.coefficients if c < 0]
        terms.append((a.id, sum(made) if plant.capacity_of == "output" else sum(taken)))
    return Limit(measure, "facility", plant.name, tuple(terms), tonnes(plant), "t/yr")


def _process(
    network: Network, plant: Plant, name: str, product: str, coefficients: list[tuple[MarketKey, float]], kind: str
) -> Activity:
    """A column with the stage's conversion cost, or the stated one, rising as elsewhere."""
    cost = plant.cost.value * factor(plant.cost.unit, "USD/kg") if plant.cost else _stage_cost(network, kind, product)
    size = max(tonnes(plant), 1e-3)
    assumed = values(network)
    return Activity(
        f"facility:{name}",
        "facility",
        plant.country,
        product,
        tuple(coefficients),
        base=0.0,
        facility=plant.id,
        curve=curves.rising_from_zero(max(cost, 1e-3), size, 4 * assumed["elasticity.process"]),
    )


def values(network: Network) -> dict[str, float]:
    """The network's assumptions by id."""
    return {row.id: row.value for row in network.tables["assumptions"]}


def _stage_cost(network: Network, kind: str, product: str) -> float:
    """The flow-weighted conversion cost of the base year's plants of a kind [USD/kg throughput]."""
    peers = [a for a in network.activities if a.kind == kind and a.base > 0 and a.curve]
    same = [a for a in peers if a.product == product] or peers
    total = sum(a.base for a in same)
    return sum(a.base * (a.cost + (a.curve.price if a.curve else 0.0)) for a in same) / total if total else 1.0


def _separators(network: Network, plant: Plant, measure: str) -> Iterator[Activity]:
    held: Mapping[str, Mapping[str, float]] = network.tables["contents"]
    wanted = plant.feed or ("concentrate",)
    recovery = plant.recovery.value if plant.recovery else values(network)["recovery.separation"]
    for product in sorted({m.product for m in network.markets}):
        form = product.partition("/")[0]
        if form not in ("concentrate", "seg") or not (form in wanted or product in wanted):
            continue
        makes = {e: s for e, s in held.get(product, {}).items() if s > 0 and _makes(plant, e)}
        if makes:
            out: list[tuple[MarketKey, float]] = [
                ((f"solution/{e}", plant.country), recovery * s) for e, s in makes.items()
            ]
            rest = {e: s for e, s in held[product].items() if s > 0 and e not in makes}
            if form == "concentrate" and rest and set(makes) <= set(LIGHT) and not set(rest) & set(LIGHT):
                ore = product.partition("/")[2]  # what a light separator cannot make leaves together, as elsewhere
                out.append(((f"seg/{ore}", plant.country), recovery * sum(rest.values())))
            feed = [((product, plant.country), -1.0)]
            yield _process(network, plant, f"{measure}:{product}", product, feed + out, "separate")


def _makes(plant: Plant, element: str) -> bool:
    if plant.elements:
        return element in plant.elements
    return bool(plant.heavies) or element in LIGHT


def _metals(network: Network, plant: Plant, measure: str) -> Iterator[Activity]:
    from ytterby.core.elements import oxide_factor

    recovery = plant.recovery.value if plant.recovery else values(network)["recovery.metal"]
    for e in plant.elements or MAGNET:
        need = 1 / (oxide_factor(e) * recovery)
        terms: list[tuple[MarketKey, float]] = [
            ((f"oxide/{e}", plant.country), -need),
            ((f"metal/{e}", plant.country), 1.0),
        ]
        yield _process(network, plant, f"{measure}:metal/{e}", f"metal/{e}", terms, "metal")


def _magnets(network: Network, plant: Plant, measure: str) -> Iterator[Activity]:
    assumed = values(network)
    grades = tuple(p.removeprefix("magnet/") for p in plant.product) or ("ndfeb", "ndfeb-dy")
    for grade in grades:
        takes = [((f"metal/{e}", plant.country), -mass) for e, mass in alloy(grade, assumed).items() if e != "Gd"]
        gives = [
            ((f"magnet/{grade}", plant.country), 1.0),
            ((f"scrap/{grade}", plant.country), scrap_per_magnet(grade, assumed, ("Gd",))),
        ]
        yield _process(network, plant, f"{measure}:{grade}", f"magnet/{grade}", takes + gives, "magnet")


def _recyclers(network: Network, plant: Plant, measure: str) -> Iterator[Activity]:
    held: Mapping[str, Mapping[str, float]] = network.tables["contents"]
    recovery = plant.recovery.value if plant.recovery else values(network)["recovery.scrap"]
    for grade in ("ndfeb", "ndfeb-dy"):
        product = f"scrap/{grade}"
        out = [
            ((f"oxide/{e}", plant.country), recovery * s)
            for e, s in held[product].items()
            if not plant.elements or e in plant.elements
        ]
        yield _process(
            network, plant, f"{measure}:{grade}", product, [((product, plant.country), -1.0), *out], "recycle"
        )


def _mines(network: Network, plant: Plant, measure: str) -> Iterator[Activity]:
    ore = plant.ore or next(
        (a.ore for a in network.activities if plant.enlarges and a.facility == plant.enlarges), None
    )
    if not ore or not any(m.product == f"concentrate/{ore}" for m in network.markets):
        ores = sorted({m.product.partition("/")[2] for m in network.markets if m.product.startswith("concentrate/")})
        raise InputError([Fault(f"measure {measure!r}, facility.ore", repr(ore), "one of " + ", ".join(ores))])
    if plant.cost is None:
        raise InputError(
            [
                Fault(
                    f"measure {measure!r}, facility.cost",
                    "nothing",
                    "a cost such as '3 USD/kg': no public cost curve covers new mines",
                )
            ]
        )
    product = f"concentrate/{ore}"
    yield _process(network, plant, f"{measure}:{ore}", product, [((product, plant.country), 1.0)], "mine")


def _finishing(network: Network, processes: list[Activity]) -> Iterator[Activity]:
    """Solutions can be finished or left, wherever the new plant stands; anything it makes can stay unsold."""
    cost = values(network)
    for product, country in sorted({key for a in processes for key, c in a.coefficients if c > 0}):
        keep = Activity(
            f"dispose:{country}:{product}",
            "dispose",
            country,
            product,
            (((product, country), -1.0),),
            cost=cost["cost.disposal"],
        )
        yield keep
        if product.startswith("solution/"):
            e = product.partition("/")[2]
            yield Activity(
                f"finish:{country}:{e}",
                "finish",
                country,
                f"oxide/{e}",
                (((product, country), -1.0), ((f"oxide/{e}", country), 1.0)),
                cost=cost["cost.finish"],
            )


def _lanes(
    network: Network, processes: list[Activity], plant: Plant, prices: Mapping[MarketKey, float]
) -> Iterator[Activity]:
    """Lanes from the plant to every market of its products, and to it from every seller of its feed."""
    assumed = values(network)
    markets = {m.key for m in network.markets}
    size = tonnes(plant)
    made = {p.replace("solution/", "oxide/") for a in processes for (p, _), c in a.coefficients if c > 0}
    taken = {p for a in processes for (p, _), c in a.coefficients if c < 0}
    for product in sorted(made):
        for _, there in sorted(key for key in markets if key[0] == product and key[1] != plant.country):
            yield lane(product, plant.country, there, prices, 0.0, size, assumed, "a lane of the new plant")
    for product in sorted(taken):
        for _, here in sorted(key for key in markets if key[0] == product and key[1] != plant.country):
            yield lane(product, here, plant.country, prices, 0.0, size, assumed, "a lane of the new plant's feed")
