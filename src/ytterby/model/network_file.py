"""A textbook market as a small file: supplies, demands, routes and processes, with the numbers as a book prints them.

Nothing here is about minerals. Quantities are in the file's `unit` a year, prices and costs in thousand US dollars per
unit (for tonnes that is USD/kg). A supply or a demand is one of three curves:

    linear      quantity = constant + slope × price           (slope above 0 for supply, below 0 for demand)
    isoelastic  quantity = quantity₀ (price / price₀)^±e      (+ for supply, − for demand)
    fixed       supply: any quantity up to `quantity` at the cost `price`; demand: up to `quantity`, worth `price` each
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from ytterby.core.errors import Fault, InputError, nearest
from ytterby.model.edge import (
    Country,
    Edge,
    Line,
    Number,
    Product,
    Slug,
    Text,
    Year,
    as_tuple,
    faults,
    keys_of,
    show,
    wrong,
)
from ytterby.model.toml_text import read_toml
from ytterby.model.vocabulary import Vocabulary, textbook


@dataclass(frozen=True, slots=True)
class Response:
    """How a supply or a demand answers to the price: the numbers of its curve, those of other curves None."""

    product: str
    region: str
    curve: str
    constant: float | None = None
    slope: float | None = None
    price: float | None = None
    quantity: float | None = None
    elasticity: float | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """A route for one product between two regions: cost a unit and capacity a year (None: no limit)."""

    product: str
    origin: str
    destination: str
    cost: float
    capacity: float | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """A process: what it takes and gives per unit of throughput, cost a unit, capacity a year (None: no limit)."""

    id: str
    region: str
    takes: tuple[tuple[str, float], ...]
    gives: tuple[tuple[str, float], ...]
    cost: float = 0.0
    capacity: float | None = None


@dataclass(frozen=True, slots=True)
class NetworkFile:
    """A whole textbook case. `markets` are the (product, region) pairs that anything in it mentions."""

    name: str
    title: str
    source: str
    year: int
    unit: str
    regions: tuple[str, ...]
    products: tuple[str, ...]
    markets: tuple[tuple[str, str], ...]
    supplies: tuple[Response, ...] = ()
    demands: tuple[Response, ...] = ()
    routes: tuple[Lane, ...] = ()
    processes: tuple[Recipe, ...] = ()
    description: str = ""

    @property
    def vocabulary(self) -> Vocabulary:
        """The words a scenario on this network may use."""
        return textbook(self.regions, self.products)


Finite = Annotated[Number, Field(description="a finite number")]
Above = Annotated[Number, Field(gt=0, le=1e12, description="a number above 0")]
NotBelow = Annotated[Number, Field(ge=0, le=1e12, description="a number of 0 or more")]
Slugs = Annotated[tuple[Slug, ...], BeforeValidator(as_tuple), Field(min_length=1, description="a list of short names")]

_NEEDS = {
    "linear": ("constant", "slope"),
    "isoelastic": ("price", "quantity", "elasticity"),
    "fixed": ("price", "quantity"),
}


class _ResponseTable(Edge):
    product: Annotated[Product, Field(description="a product of the file")]
    region: Annotated[Country, Field(description="a region of the file")]
    curve: Annotated[Literal["linear", "isoelastic", "fixed"], Field(description="linear, isoelastic or fixed")]
    constant: Finite | None = None
    slope: Finite | None = None
    price: NotBelow | None = None
    quantity: NotBelow | None = None
    elasticity: Above | None = None

    @model_validator(mode="after")
    def _complete(self) -> _ResponseTable:
        needed = _NEEDS[self.curve]
        given = [
            name for name in ("constant", "slope", "price", "quantity", "elasticity") if getattr(self, name) is not None
        ]
        if sorted(given) != sorted(needed):
            raise wrong(
                f"a {self.curve} curve with " + (", ".join(given) or "no numbers"), "exactly " + ", ".join(needed)
            )
        if self.curve == "isoelastic" and not (self.price and self.quantity):
            raise wrong("an isoelastic curve through zero", "price and quantity above 0")
        return self

    def record(self) -> Response:
        values = {name: getattr(self, name) for name in ("constant", "slope", "price", "quantity", "elasticity")}
        return Response(self.product[0], self.region[0], self.curve, **values)


class _SupplyTable(_ResponseTable):
    @model_validator(mode="after")
    def _rises(self) -> _SupplyTable:
        if self.slope is not None and self.slope <= 0:
            raise wrong(f"a supply with slope {self.slope:g}", "a slope above 0")
        return self


class _DemandTable(_ResponseTable):
    @model_validator(mode="after")
    def _falls(self) -> _DemandTable:
        if self.slope is not None and self.slope >= 0:
            raise wrong(f"a demand with slope {self.slope:g}", "a slope below 0")
        return self


class _RouteTable(Edge):
    product: Annotated[Product, Field(description="a product of the file")]
    origin: Annotated[Country, Field(alias="from", description="a region of the file")]
    destination: Annotated[Country, Field(alias="to", description="a region of the file")]
    cost: NotBelow
    capacity: NotBelow | None = None

    @model_validator(mode="after")
    def _moves(self) -> _RouteTable:
        if self.origin == self.destination:
            raise wrong(f"a route from {self.origin[0]} to itself", "two regions")
        return self

    def record(self) -> Lane:
        return Lane(self.product[0], self.origin[0], self.destination[0], self.cost, self.capacity)


class _ProcessTable(Edge):
    id: Annotated[Slug, Field(description="a short name")]
    region: Annotated[Country, Field(description="a region of the file")]
    takes: Annotated[dict[str, Above], Field(description="a table of product = amount above 0")]
    gives: Annotated[dict[str, Above], Field(description="a table of product = amount above 0")]
    cost: NotBelow = 0.0
    capacity: NotBelow | None = None

    def record(self) -> Recipe:
        takes, gives = tuple(sorted(self.takes.items())), tuple(sorted(self.gives.items()))
        return Recipe(self.id, self.region[0], takes, gives, self.cost, self.capacity)


class _TopTable(Edge):
    version: Annotated[Literal[1], Field(alias="schema", description="schema = 1")]
    name: Annotated[Slug, Field(description="a short name of letters, digits, - and _")]
    title: Annotated[Line, Field(description="a title")]
    description: Annotated[Text | None, Field(description="some text")] = None
    source: Annotated[Line, Field(description="where the numbers are printed, in words")]
    year: Annotated[Year, Field(description="a year")]
    unit: Annotated[Line, Field(description="the unit of quantities")] = "t"
    regions: Slugs
    products: Slugs
    supply: Annotated[list[Any], Field(description="supplies, each under its own [[supply]]")]
    demand: Annotated[list[Any], Field(description="demands, each under its own [[demand]]")]
    route: Annotated[list[Any] | None, Field(description="routes, each under its own [[route]]")] = None
    process: Annotated[list[Any] | None, Field(description="processes, each under its own [[process]]")] = None


def packaged_networks() -> tuple[str, ...]:
    """Names of the network files that come with the package."""
    folder = resources.files("ytterby.scenarios") / "networks"
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))


def network_path(name: str, folder: Path | None, place: str) -> Path:
    """Where a network file lies: one of the package, or a .toml file in `folder` (and nowhere else)."""
    if name in packaged_networks():
        return Path(str(resources.files("ytterby.scenarios") / "networks" / f"{name}.toml"))
    if folder is not None and name.endswith(".toml"):
        return beside(name, folder, place)
    known = packaged_networks()
    expected = "a network of the package (" + ", ".join(known) + ") or a .toml file beside the scenario"
    raise InputError(Fault(place, show(name), expected, nearest(name, known)))


def beside(name: str, folder: Path, place: str) -> Path:
    """A file in `folder` or below it; a name that leads elsewhere is refused."""
    try:
        path = (folder / name).resolve()
        inside = path.is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside:
        raise InputError(Fault(place, f"{show(name)}, which leads out of the folder of the file", "a file beside it"))
    return path


def load_network(path: Path, label: str | None = None) -> NetworkFile:
    """Read and check a network file; every fault is reported at once, with its place."""
    label = label or path.name
    tables, _ = read_toml(path, label)
    return parse_network(tables, label)


def parse_network(tables: dict[str, Any], label: str) -> NetworkFile:
    """The network that the tables of a file describe."""
    found: list[Fault] = []
    try:
        top = _TopTable.model_validate(tables)
    except ValidationError as error:
        raise InputError(faults(error, _TopTable, label)) from None
    words = textbook(top.regions, top.products)
    supplies = _rows(top.supply, _SupplyTable, words, f"{label}, supply", found)
    demands = _rows(top.demand, _DemandTable, words, f"{label}, demand", found)
    routes = _rows(top.route or [], _RouteTable, words, f"{label}, route", found)
    processes = _rows(top.process or [], _ProcessTable, words, f"{label}, process", found)
    found += _unknown_products(processes, top.products, label)
    if found:
        raise InputError(found)
    records: dict[str, Any] = {
        name: tuple(sorted((row.record() for row in rows), key=repr))
        for name, rows in (("supplies", supplies), ("demands", demands), ("routes", routes), ("processes", processes))
    }
    return NetworkFile(
        name=top.name,
        title=top.title,
        source=top.source,
        year=top.year,
        unit=top.unit,
        regions=tuple(sorted(set(top.regions))),
        products=tuple(sorted(set(top.products))),
        markets=_markets(**records),
        description=top.description or "",
        **records,
    )


_Row = TypeVar("_Row", bound=Edge)


def _rows(rows: list[Any], model: type[_Row], words: Vocabulary, place: str, found: list[Fault]) -> list[_Row]:
    """The rows that are right; the faults of the others are added to `found`."""
    right: list[_Row] = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            found.append(Fault(f"{place} {number}", show(row), "a table with " + ", ".join(keys_of(model))))
            continue
        try:
            right.append(model.model_validate(row, context=words))
        except ValidationError as error:
            found += faults(error, model, f"{place} {number}")
    return right


def _unknown_products(processes: list[_ProcessTable], products: tuple[str, ...], label: str) -> list[Fault]:
    """Products that a process takes or gives and the file does not declare; and ids given twice."""
    found: list[Fault] = []
    seen: set[str] = set()
    for row in processes:
        place = f"{label}, process {row.id!r}"
        expected = "a product of the file: " + ", ".join(products)
        found += [
            Fault(place, show(name), expected, nearest(name, products))
            for name in {**row.takes, **row.gives}
            if name not in products
        ]
        if row.id in seen:
            found.append(Fault(place, "a second process of that id", "each id once"))
        seen.add(row.id)
    return found


def _markets(
    supplies: tuple[Response, ...],
    demands: tuple[Response, ...],
    routes: tuple[Lane, ...],
    processes: tuple[Recipe, ...],
) -> tuple[tuple[str, str], ...]:
    """Every (product, region) that is mentioned."""
    keys = {(row.product, row.region) for row in (*supplies, *demands)}
    keys |= {(lane.product, region) for lane in routes for region in (lane.origin, lane.destination)}
    keys |= {(product, row.region) for row in processes for product, _ in (*row.takes, *row.gives)}
    return tuple(sorted(keys))
