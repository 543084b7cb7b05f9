"""The nouns of the market model: markets that balance, activities that happen, limits that bind.

Koopmans' activity analysis: a *market* is one product in one country, and it balances. Everything that
happens is an *activity*, a column with a throughput [t/yr], a coefficient per market, a marginal cost and
an upper bound. A *limit* is a row over activities (a quota, a policy cap). Flows are in tonnes of the
product's own unit, prices in USD/kg, which is the same as thousand USD per tonne, so price times flow is
thousand USD.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ytterby.core.elements import CHEMICAL_SYMBOLS
from ytterby.core.errors import Fault, InputError

MarketKey = tuple[str, str]

#: What an activity can be. The first five make or change material, `route` moves it, `use` ends it.
KINDS = (
    "mine",
    "separate",
    "refine",
    "finish",
    "metal",
    "magnet",
    "recycle",
    "scrap",
    "route",
    "use",
    "core",
    "thrift",
    "dispose",
    "stock",
    "release",
    "facility",
    "supply",
    "shortfall",
)


@dataclass(frozen=True, slots=True)
class Curve:
    """Marginal cost (supply) or minus marginal value (use) of an activity [USD/kg].

    With z = throughput + offset and r = z / reference: isoelastic supply p (r^(1/e)), isoelastic use
    -p (r^(-1/e)); linear supply p (1 + (r - 1)/e), linear use -p (1 - (r - 1)/e). It is added to the
    activity's constant `cost`.
    """

    shape: str
    side: int
    price: float
    reference: float
    elasticity: float
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Market:
    """One product in one country; it balances and its dual is its price. `price` is the base price [USD/kg]."""

    product: str
    country: str
    unit: str
    price: float | None = None

    @property
    def key(self) -> MarketKey:
        """(product, country)."""
        return (self.product, self.country)


@dataclass(frozen=True, slots=True)
class Activity:
    """A column: what it takes and gives per tonne of throughput, its base level [t/yr], cost and bound.

    `country` is where it happens (the origin of a route), `partner` the destination of a route.
    `gap` is the calibration residual inside `cost`, kept apart so that nobody mistakes it for freight;
    `tax` is a specific export tax and `duty` a specific import duty inside `cost`: transfers to the country that
    goods leave and to the one they enter.
    """

    id: str
    kind: str
    country: str
    product: str
    coefficients: tuple[tuple[MarketKey, float], ...]
    partner: str | None = None
    base: float = 0.0
    cost: float = 0.0
    gap: float = 0.0
    tax: float = 0.0
    duty: float = 0.0
    curve: Curve | None = None
    upper: float = float("inf")
    facility: str | None = None
    ore: str | None = None
    use: str | None = None
    note: str = ""

    @property
    def element(self) -> str | None:
        """The element of a single-element product such as `oxide/Dy`, else None."""
        return element_of(self.product)


@dataclass(frozen=True, slots=True)
class Limit:
    """A row over activities: lower <= sum(coefficient x throughput) <= upper [t/yr].

    `policy` marks a hard limit set by a government (a mining quota), as against a plant's capacity. `holder` is
    who earns the rent of a licence on a lane, its exporter or its importer.
    """

    id: str
    kind: str
    title: str
    terms: tuple[tuple[str, float], ...]
    upper: float
    unit: str
    source: str = ""
    policy: bool = False
    holder: str = "exporter"
    lower: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Network:
    """A calibrated market network: solve it unshocked and it returns its base."""

    chain: str
    year: int
    markets: tuple[Market, ...]
    activities: tuple[Activity, ...]
    limits: tuple[Limit, ...] = ()
    edition: str = ""
    tables: Mapping[str, Any] = field(default_factory=dict)

    def activity(self, name: str) -> Activity:
        """The activity with this id; InputError when there is none."""
        for activity in self.activities:
            if activity.id == name:
                return activity
        raise InputError([Fault("network", repr(name), "the id of an activity")])

    def with_activities(self, activities: Iterable[Activity]) -> Network:
        """A copy with other activities."""
        return replace(self, activities=tuple(activities))


def element_of(product: str) -> str | None:
    """`Dy` of `oxide/Dy`, `solution/Dy`, `metal/Dy`, `Co` of `ore/Co`, `refined/Co`; None for mixtures and magnets."""
    form, _, name = product.partition("/")
    return name if form in ("oxide", "solution", "metal", *_OF_CHAINS) else None


def stage_of(product: str) -> str:
    """The stage a product comes out of: mine, separation, refining, metal, magnet or recycling."""
    form = product.partition("/")[0]
    return {
        "concentrate": "mine",
        "ore": "mine",
        "refined": "refining",
        "seg": "separation",
        "solution": "separation",
        "oxide": "separation",
        "metal": "metal",
        "magnet": "magnet",
        "scrap": "recycling",
    }.get(form, form)


def unit_of(product: str) -> str:
    """The unit in which a product of a chain flows, with its basis; plain tonnes for a textbook product."""
    form, _, name = product.partition("/")
    if form in _OF_CHAINS:
        return f"t {name}" if name in CHEMICAL_SYMBOLS else "t gross"
    return {"metal": f"t {name}", "magnet": "t gross"}.get(form, "t REO" if form in _IN_OXIDE else "t")


#: Forms of the chains of other materials; they flow in the element contained, or gross where it is no element.
_OF_CHAINS = ("ore", "refined")
_IN_OXIDE = ("oxide", "solution", "concentrate", "seg", "scrap")


def check(network: Network) -> None:
    """Raise InputError naming every fault: doubled ids, unknown markets, negative or missing numbers."""
    faults: list[Fault] = []
    keys = {market.key for market in network.markets}
    seen: set[str] = set()
    for activity in network.activities:
        place = f"network, activity {activity.id!r}"
        if activity.id in seen:
            faults.append(Fault(place, "a second activity of that id", "each id once"))
        seen.add(activity.id)
        if activity.kind not in KINDS:
            faults.append(Fault(place, f"kind {activity.kind!r}", "one of " + ", ".join(KINDS)))
        if not activity.base >= 0 or not activity.upper >= 0:
            faults.append(Fault(place, f"base {activity.base}, upper {activity.upper}", "numbers of 0 or more"))
        faults.extend(
            Fault(place, f"market {product!r} in {country}", "a market of the network")
            for (product, country), _ in activity.coefficients
            if (product, country) not in keys
        )
    faults.extend(
        Fault(f"network, limit {limit.id!r}", f"activity {name!r}", "an activity of the network")
        for limit in network.limits
        for name, _ in limit.terms
        if name not in seen
    )
    if faults:
        raise InputError(faults)
