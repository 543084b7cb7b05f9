"""A scenario as frozen records: a base year, a run year, and measures, each with a source, a scope and a window.

Records only: reading and checking a file is `scenario_file` and `scenario_schema`; applying a measure to a network is
`measures`. A tuple in a scope that is empty means "no restriction"; None means "not given". Measures are kept in the
order of their ids, so that the order in a file changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ytterby.core.units import Quantity
from ytterby.model.network_file import NetworkFile
from ytterby.model.scenario_meaning import canonical as canonical
from ytterby.model.scenario_meaning import fingerprint as fingerprint

#: The kinds of measure this version can apply.
KINDS = (
    "ban", "quota", "export_tax", "tariff", "outage", "facility", "closure", "refusal", "release", "price_floor", "cfd",
    "offtake", "first_refusal",
)  # fmt: skip

#: What a limit is over: one tonnage over everything in scope, or one limit for each element, product or route.
PER = ("group", "element", "product", "route")


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a measure is read. `id` is a row of the atlas's sources, or a slug made from an inline table."""

    id: str
    publisher: str = ""
    title: str = ""
    url: str = ""
    date: str = ""

    @property
    def inline(self) -> bool:
        """True when the scenario file itself holds the citation, so that the atlas has no row for it."""
        return bool(self.title)


@dataclass(frozen=True, slots=True)
class Ranged:
    """A number with its range and reason. `unit` is "" for shares (0..1), else t, t/yr or USD/kg with the basis.

    `dist` says how an ensemble draws it ("uniform", "discrete 1 2:3"; `distributions`); "" is a triangle.
    """

    value: float
    low: float | None = None
    high: float | None = None
    unit: str = ""
    why: str = ""
    dist: str = ""

    @property
    def quantity(self) -> Quantity:
        """The value with its unit; only for numbers that have one."""
        return Quantity(self.value, self.unit)


@dataclass(frozen=True, slots=True)
class Base:
    """What the run starts from: a chain of the atlas in a base year, or a network file (a textbook case).

    `redraw` is the number of a base year whose cited figures are moved within their spreads; None leaves them as cited.
    """

    chain: str | None = None
    network: str | None = None
    year: int | None = None
    redraw: int | None = None


@dataclass(frozen=True, slots=True)
class Time:
    """The periods that are solved, first and last included: from month `first` of year `start` to `last` of `end`.

    foresight   "perfect", "myopic", or "rolling" with a `window` of so many periods
    """

    step: str
    start: int
    end: int
    first: int = 1
    last: int = 12
    foresight: str = "perfect"
    window: int | None = None

    @property
    def many(self) -> bool:
        """Whether there is more than the one year of the static model."""
        return self.step != "year" or self.end > self.start


@dataclass(frozen=True, slots=True)
class Scope:
    """What a measure acts on. An empty tuple restricts nothing.

    flow        export | import | production | "" (measures on plants and stocks)
    of          countries (ISO3, or regions of a network file) that act: the exporter, the importer, the host
    to          destinations of an export that are hit; `except_to` those that are not
    origin      countries of origin of an import that are hit; `except_of` those that are not
    product     forms or products: "oxide", "metal", "seg", "magnet", "magnet/ndfeb-dy", "oxide/Dy", "concentrate/<ore>"
    element     products *of* these elements; leaves products that have no single element out
    containing  products whose recipe holds one of these elements (magnets)
    facility, stage, ore, use   ids and names in the network
    """

    flow: str = ""
    of: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    except_to: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    except_of: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    element: tuple[str, ...] = ()
    containing: tuple[str, ...] = ()
    facility: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    ore: tuple[str, ...] = ()
    use: tuple[str, ...] = ()

    def covers_product(self, product: str) -> bool:
        """Tell whether `product` is named by `product` and `element` (`containing` needs a recipe: ask the network).

        >>> Scope(product=("oxide",), element=("Dy",)).covers_product("oxide/Dy")
        True
        >>> Scope(product=("magnet/ndfeb",)).covers_product("magnet/ndfeb-dy")
        False
        """
        form, _, name = product.partition("/")
        named = not self.product or product in self.product or form in self.product
        return named and (not self.element or name in self.element)

    def covers_route(self, origin: str, destination: str) -> bool:
        """Tell whether the route origin → destination is hit, by the flow the scope speaks of."""
        if origin == destination:
            return False
        actor, partner = (destination, origin) if self.flow == "import" else (origin, destination)
        named, spared = (self.origin, self.except_of) if self.flow == "import" else (self.to, self.except_to)
        return (not self.of or actor in self.of) and (not named or partner in named) and partner not in spared


@dataclass(frozen=True, slots=True)
class Limit:
    """A cap on a flow: a share of the base flow, or a quantity per year; exactly one of the two is given.

    `low` and `high` are in the same terms as the one given (a share, or the quantity's unit).
    `quantity` is always in t <basis>/yr, whatever the file wrote. `per` says what one cap is over: "group" (one tonnage
    over all that is in scope: one rent on every kilogram), "element" (one cap an element, oxide and metal together;
    products without a single element, such as magnets, one cap each), "product" or "route" (product × origin ×
    destination).
    """

    share_of_base: float | None = None
    quantity: Quantity | None = None
    low: float | None = None
    high: float | None = None
    per: str = "group"
    why: str = ""
    dist: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A tax on a flow: ad valorem (a share of the price at which it is assessed) or specific [USD/kg]."""

    ad_valorem: float | None = None
    specific: Quantity | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""
    dist: str = ""


@dataclass(frozen=True, slots=True)
class Plant:
    """A new plant, or an addition to an old one (`enlarges`).

    capacity         [t REO/yr] of a mine, separator or recycler, [t REE/yr] of metal, [t gross/yr] of magnets; summed
                     over `elements`; `capacity_of` says if it counts "output" or "feed"
    feed             what it takes: "concentrate", "concentrate/<ore>", "seg", "oxide", …; empty: what its stage takes
    ore              the ore a new mine digs
    elements         elements it makes; empty: those its feed holds, without heavies unless `heavies`
    product          magnets a magnet plant makes: "magnet/ndfeb", …; empty: NdFeB with and without Dy
    heavies          whether it separates heavy rare earths; None when `elements` says it
    recovery         element mass out per element mass in (0..1)
    cost             [USD/kg of throughput: what a separator takes, what others make]; None: the network's for the stage
    capacity_factor  share of nameplate that runs in the year (ramp-up included); over many periods, when run up
    lead             months from the measure's `from` (the decision) to the first tonne; many periods only
    probability      that it opens at all; the expected capacity is modelled; many periods only
    """

    id: str
    name: str
    country: str
    stage: str
    capacity: Ranged
    capacity_of: str = "output"
    feed: tuple[str, ...] = ()
    ore: str | None = None
    elements: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    heavies: bool | None = None
    recovery: Ranged | None = None
    cost: Ranged | None = None
    capacity_factor: Ranged | None = None
    enlarges: str | None = None
    lead: Ranged | None = None
    probability: Ranged | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """One door closed or opened.

    kind      uses
    ban       scope
    quota     scope, limit, rent_to (who holds the licence: "exporter" or "importer")
    export_tax, tariff   scope, rate
    outage    scope (facility, or country and stage), lost (share of base throughput and capacity, 0..1)
    facility  plant
    closure   scope (facility, or country and stage)
    refusal   scope (of = the buyer; origin or facility = what it refuses), limit (what it still takes; None = nothing)
    release   scope (of, product, element), amount [mass in the year; over many periods, in the whole window]
    price_floor, cfd   scope (of, product, element, facility), rate (the price that makers are sure of)
    offtake   scope (of = the seller, to = the buyer), limit (what must move), rate (damages for what does not)
    first_refusal   scope (of = the seller, to = who may buy first), limit (what is kept for it)

    Over many periods also: `announced`, the day from which plans reckon with it (its start if None); `delay` [months]
    before the first licence of a quota; `leaks`, whether goods a ban or quota stops may pass at a premium.
    """

    id: str
    kind: str
    title: str
    source: Citation
    scope: Scope = field(default_factory=Scope)
    start: date | None = None
    end: date | None = None
    limit: Limit | None = None
    rate: Rate | None = None
    lost: Ranged | None = None
    plant: Plant | None = None
    amount: Ranged | None = None
    rent_to: str = "exporter"
    note: str = ""
    announced: date | None = None
    delay: Ranged | None = None
    leaks: bool = False

    def in_force(self, year: int) -> bool:
        """Tell whether the window of the measure meets the year; a measure without dates always does."""
        begins = self.start is None or self.start <= date(year, 12, 31)
        return begins and (self.end is None or self.end >= date(year, 1, 1))


@dataclass(frozen=True, slots=True)
class Pile:
    """A stock that the file names, in place of the usual one of those markets.

    kind            "commercial": held by users for its own use; "strategic": released and bought by a rule
    opening         level before the first period, in months of use or in tonnes; exactly one of the two
    capacity        the most that is held [t …]; None: no limit
    holding         cost of holding, a share of the base price a year; None: the behaviour's
    release_above   a strategic stock is released above this multiple of the base price, and bought
    buy_below       below this one
    rate            the most released or bought [t …/yr]; None: no limit
    """

    id: str
    kind: str
    of: tuple[str, ...]
    product: tuple[str, ...]
    element: tuple[str, ...] = ()
    months: Ranged | None = None
    amount: Ranged | None = None
    capacity: Ranged | None = None
    holding: Ranged | None = None
    release_above: Ranged | None = None
    buy_below: Ranged | None = None
    rate: Ranged | None = None


@dataclass(frozen=True, slots=True)
class Growth:
    """How fast use of `product`, or capacity of plants of `stage`, grows a year for reasons other than price.

    `lasting` is the part of the use given up in a year that is given up for good; empty `of` means all countries.
    """

    id: str
    what: str
    rate: Ranged
    product: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    source: Citation | None = None
    locator: str = ""
    lasting: Ranged | None = None


@dataclass(frozen=True, slots=True)
class Recycle:
    """Old scrap collected and brought back: of which products, where, how long they live, how much of them.

    kind         fixed, normal, lognormal (with `deviation`) or weibull (with `shape`): how long goods are used
    mean         mean lifetime [years]
    growth       how fast use grew before the path [share a year]
    collection   share of what leaves use that is collected; from day `start`, in full after `reached` months
    recovery     share of what is in it that comes back; `by_element` where it is another for an element
    cost         of what comes back [USD/kg]
    lag          months from the end of use to the market
    """

    id: str
    of: tuple[str, ...]
    product: tuple[str, ...]
    kind: str
    mean: Ranged
    growth: Ranged
    collection: Ranged
    recovery: Ranged
    cost: Ranged
    deviation: float | None = None
    shape: float | None = None
    lag: Ranged | None = None
    start: date | None = None
    reached: Ranged | None = None
    by_element: Mapping[str, float] = field(default_factory=dict, hash=False)

    def of_element(self, product: str) -> float:
        """Share of a substance that comes back, by its product such as "oxide/Dy"."""
        return self.by_element.get(product.rpartition("/")[2], self.recovery.value)


@dataclass(frozen=True, slots=True)
class Entry:
    """A plant that investors may build: each year they set what it is expected to earn against what its capital asks.

    plant        as of a facility; its capacity is of one such plant, of which `most` may be built, one a year
    capex        capital before overrun [USD/kg of yearly capacity, thousand USD per t/yr]
    overrun      what is spent beyond it, over it (0.5: half as much again)
    hurdle       the return asked [share a year]; life [years] from the first tonne
    expectation  what the price will be: "naive" (the last year's), "adaptive" (moved by `weight` of the last miss a
                 year) or "foresight" (the path's own)
    start        no decision before this day
    """

    id: str
    title: str
    plant: Plant
    capex: Ranged
    hurdle: Ranged
    life: Ranged
    overrun: Ranged | None = None
    expectation: str = "naive"
    weight: Ranged | None = None
    most: int = 1
    start: date | None = None
    source: Citation | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scenario. `assumptions` overrides rows of the assumption table by id; `overrides` are "path=value" texts.

    `network` is the textbook network of its base; `label` is how messages call the file, `source_text` the file's text.
    """

    name: str
    title: str
    base: Base
    time: Time
    measures: tuple[Measure, ...] = ()
    description: str = ""
    assumptions: Mapping[str, float] = field(default_factory=dict, hash=False)
    overrides: tuple[str, ...] = ()
    network: NetworkFile | None = None
    label: str = ""
    source_text: str = ""
    behaviour: Mapping[str, float] = field(default_factory=dict, hash=False)
    piles: tuple[Pile, ...] = ()
    recycling: tuple[Recycle, ...] = ()
    growth: tuple[Growth, ...] = ()
    entry: tuple[Entry, ...] = ()

    @property
    def year(self) -> int:
        """The one year that is solved; of many periods, the year of the first."""
        return self.time.start

    def measure(self, name: str) -> Measure:
        """The measure with this id; KeyError when there is none."""
        return {item.id: item for item in self.measures}[name]
