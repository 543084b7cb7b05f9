"""A textbook market as a network: supplies, demands, routes and processes of a network file become activities.

Such a case has no base year: every base level is 0 and no market has a base price, until `at_rest` solves it
without measures and takes the answer as its base. Its curves are exactly those that the file prints. A straight
line q = a + b p is read as the price at which q is offered or asked, p = (q - a) / b: a constant cost -a / b and a
slope 1 / b, which a curve of elasticity 1 through zero gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ytterby.model.curves import core_of, elastic_use, supply
from ytterby.model.network import Activity, Curve, Market, MarketKey, Network, check
from ytterby.model.network_file import Lane, NetworkFile, Recipe, Response
from ytterby.model.solved import equilibrium

#: No user of an isoelastic demand pays more than this many times the price its curve is given at. Below that price
#: the curve is exact; a limit is needed because the value of the first tonne of such a curve has none.
HIGHEST = 1000.0


def textbook_network(file: NetworkFile) -> Network:
    """The network of a textbook case; its solution is the equilibrium that the book's conditions describe.

    Raises InputError when the file's records do not make a network (which `load_network` has already refused).
    """
    found: list[Activity] = []
    for row in file.supplies:
        found.append(_SUPPLY[row.curve](row, _response(f"supply:{row.region}:{row.product}", "supply", row, 1.0)))
    for row in file.demands:
        found.extend(_demand(row))
    found.extend(_lane(lane) for lane in file.routes)
    found.extend(_process(recipe) for recipe in file.processes)
    markets = tuple(Market(product, region, file.unit) for product, region in file.markets)
    network = Network(file.name, file.year, markets, tuple(_numbered(found)))
    check(network)
    return network


def at_rest(network: Network) -> Network:
    """The same network with its own equilibrium as the base, so that a measure can speak of a share of base flow."""
    found = equilibrium(network)
    return replace(
        network,
        markets=tuple(replace(m, price=found.price(m.key)) for m in network.markets),
        activities=tuple(replace(a, base=max(found.level(a.id), 0.0)) for a in network.activities),
    )


def _response(name: str, kind: str, row: Response, gives: float) -> Activity:
    return Activity(name, kind, row.region, row.product, (((row.product, row.region), gives),))


def _linear_supply(row: Response, a: Activity) -> Activity:
    constant, slope = row.constant or 0.0, row.slope or 0.0
    size = _size(constant)
    return replace(a, cost=-constant / slope, curve=Curve("linear", 1, size / slope, size, 1.0))


def _isoelastic_supply(row: Response, a: Activity) -> Activity:
    return replace(a, curve=supply(row.price or 0.0, row.quantity or 0.0, row.elasticity or 0.0))


def _fixed_supply(row: Response, a: Activity) -> Activity:
    return replace(a, cost=row.price or 0.0, upper=row.quantity or 0.0)


_SUPPLY: dict[str, Callable[[Response, Activity], Activity]] = {
    "linear": _linear_supply,
    "isoelastic": _isoelastic_supply,
    "fixed": _fixed_supply,
}


def _demand(row: Response) -> Iterator[Activity]:
    """A use; an isoelastic one is a core, worth the highest price a tonne, and the curve above it."""
    name = f"{row.region}:{row.product}"
    use = _response(f"use:{name}", "use", row, -1.0)
    price, quantity = row.price or 0.0, row.quantity or 0.0
    if row.curve == "linear":
        yield _linear_demand(row, use)
    elif row.curve == "fixed":
        yield replace(use, cost=-price, upper=quantity)
    else:
        elasticity = row.elasticity or 0.0
        core = core_of(quantity, elasticity, HIGHEST)
        yield replace(use, id=f"core:{name}", kind="core", cost=-HIGHEST * price, upper=core)
        yield replace(use, curve=elastic_use(price, quantity, elasticity, core))


def _linear_demand(row: Response, use: Activity) -> Activity:
    """Value (q - a) / b with b < 0: a curve of elasticity 1 at half of a, and what is over as a constant."""
    constant, fall = row.constant or 0.0, -(row.slope or 0.0)
    size = _size(constant)
    middle = size / fall
    return replace(use, cost=2 * middle - constant / fall, curve=Curve("linear", -1, middle, size, 1.0))


def _size(constant: float) -> float:
    """A typical quantity of a line, for scaling only."""
    return abs(constant) / 2 or 1.0


def _lane(lane: Lane) -> Activity:
    ends = (((lane.product, lane.origin), -1.0), ((lane.product, lane.destination), 1.0))
    return Activity(
        f"route:{lane.product}:{lane.origin}>{lane.destination}", "route", lane.origin, lane.product, ends,
        partner=lane.destination, cost=lane.cost, upper=_capacity(lane.capacity),
    )  # fmt: skip


def _process(recipe: Recipe) -> Activity:
    """A process is known by its first product, or by what it takes when it gives nothing (a disposal)."""
    amounts: dict[MarketKey, float] = {}
    for sign, goods in ((-1.0, recipe.takes), (1.0, recipe.gives)):
        for product, amount in goods:
            amounts[product, recipe.region] = amounts.get((product, recipe.region), 0.0) + sign * amount
    kind = "facility" if recipe.gives else "dispose"
    product = (recipe.gives or recipe.takes or (("", 0.0),))[0][0]
    return Activity(
        f"{kind}:{recipe.id}", kind, recipe.region, product, tuple(amounts.items()),
        cost=recipe.cost, upper=_capacity(recipe.capacity), facility=recipe.id,
    )  # fmt: skip


def _capacity(value: float | None) -> float:
    return float("inf") if value is None else value


def _numbered(activities: list[Activity]) -> Iterator[Activity]:
    """Two supplies of one product in one region are two activities: the second gets `#2` behind its name."""
    seen: dict[str, int] = {}
    for a in sorted(activities, key=lambda a: a.id):
        seen[a.id] = seen.get(a.id, 0) + 1
        yield a if seen[a.id] == 1 else replace(a, id=f"{a.id}#{seen[a.id]}")
