"""What is read off every draw: a few hundred numbers, by array arithmetic on levels and prices.

The same definitions as in the tables of one run (`result_use`, `result_prices`, `result_binding`), laid out once for a
network: use lost by product and country, its parts replaced and unserved outside the acting countries, prices where
something flows, and of each limit its rent and whether it binds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ytterby.model.network import Activity, Limit, Market, MarketKey, unit_of
from ytterby.model.result_prices import traffic
from ytterby.model.result_use import uses
from ytterby.model.solved import Solved
from ytterby.solver import Problem, Solution

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Uses [t/yr] and flows [t/yr] below these are not read; a limit binds above this rent [USD/kg] and within this slack.
_TRACE, _FLOW, _DUAL, _SLACK = 0.005, 0.01, 1e-6, 1e-6
#: Prices inside a plant, which nobody quotes.
_INSIDE = ("solution", "scrap")


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number read off every draw: what it is, of which product or limit, where, its unit, and its base value."""

    what: str
    of: str
    place: str
    unit: str
    base: float | None = None

    @property
    def name(self) -> str:
        """The name of its column in a table of draws."""
        return "|".join(part for part in (self.what, self.of, self.place) if part)


@dataclass(frozen=True, slots=True)
class Readout:
    """Matrices that turn one solution into the numbers of `quantities`, in that order."""

    quantities: tuple[Quantity, ...]
    use: sparse.csr_matrix
    base_levels: Floats
    worth: Floats
    shown_uses: Ints
    groups: sparse.csr_matrix
    thrift: sparse.csr_matrix
    cores: sparse.csr_matrix
    inflow: sparse.csr_matrix
    cap: Ints
    shown_prices: Ints
    medians: tuple[Ints, ...]
    limits: Ints
    gaps: tuple[tuple[Ints, Ints], ...]

    def of(self, asked: Problem, answer: Solution) -> Floats:
        """The numbers of one draw; NaN where there is no price because nothing flows."""
        x = answer.x
        lost = self.use @ (self.base_levels - x)
        replaced = self.groups @ (self.thrift @ x)
        unserved = self.groups @ (self.cores @ np.maximum(asked.upper - x, 0.0))
        price = self.quoted(asked, answer)
        flowing = self.inflow @ x >= _FLOW
        shown = np.where(flowing, price, np.nan)
        medians = [_median(shown[rows]) for rows in self.medians]
        rents, bound, total = self._limits(asked, answer, price)
        value = float(np.maximum(lost, 0.0) @ self.worth) / 1000
        parts = ([value, total], lost[self.shown_uses], self.groups @ lost, replaced, unserved)
        return np.concatenate([*parts, shown[self.shown_prices], medians, rents, bound])

    def quoted(self, asked: Problem, answer: Solution) -> Floats:
        """The price of every market as published, at most the value of lost use [USD/kg]."""
        price = answer.row_dual[: len(self.cap)]
        most = np.where(self.cap >= 0, -asked.cost[self.cap], np.inf)
        return np.minimum(price, most)

    def _limits(self, asked: Problem, answer: Solution, price: Floats) -> tuple[Floats, Floats, float]:
        """The rent of each limit [USD/kg], 1 where it binds, and all rents together [MUSD/yr]."""
        level = (asked.matrix @ answer.x)[self.limits]
        upper = asked.row_upper[self.limits]
        dual = np.maximum(-answer.row_dual[self.limits], 0.0)
        widest = [float((price[to] - price[of]).max()) if len(to) else np.inf for of, to in self.gaps]
        dual = np.minimum(dual, widest)
        bound = (dual > _DUAL) & (upper - level <= np.maximum(_SLACK * np.abs(upper), 1e-6))
        rent = np.where(bound, dual, 0.0)
        return rent, bound.astype(np.float64), float(rent @ level) / 1000


def readout(after: Solved, before: Solved, outside: frozenset[str], watched: frozenset[str]) -> Readout:
    """Lay out what is read, for a scenario solved (`after`) on a network (`before`) whose actors are `outside`.

    `watched` are the ids of the limits whose rents are read: those of the scenario's measures.
    """
    where = after.layout
    keys = sorted(uses(after, before))
    row = {key: i for i, key in enumerate(keys)}
    users = [i for i, key in enumerate(keys) if key[1] not in outside]
    products = sorted({keys[i][0] for i in users})
    group = {product: i for i, product in enumerate(products)}
    base = uses(after, before)
    shown = [i for i, key in enumerate(keys) if base[key].base >= _TRACE]
    market = where.row_of_market
    prices = {m.key: m.price or 0.0 for m in where.markets}
    flow = traffic(before)
    priced = [m.key for m in where.markets if _quoted(m.key) and flow.get(m.key, 0.0) >= _FLOW]
    leaders = _leaders(priced, flow)
    medians = {p: [market[k] for k in priced if k[0] == p and k[1] not in outside | {leaders[p]}] for p in leaders}
    limits = [limit for limit in where.limits if limit.id in watched]
    columns = [(j, a) for j, a in enumerate(where.activities)]
    cores = {market[a.product, a.country]: j for j, a in columns if a.kind == "core"}
    quoted = before.quoted()
    quantities = (
        *_totals(),
        *(Quantity("use_lost", keys[i][0], keys[i][1], unit_of(keys[i][0]), base[keys[i]].base) for i in shown),
        *_grouped(products, {p: sum(base[keys[i]].base for i in users if keys[i][0] == p) for p in products}),
        *(Quantity("price", k[0], k[1], "USD/kg", quoted[k]) for k in priced),
        *(Quantity("price", p, "outside", "USD/kg", _base(quoted, where.markets, rows)) for p, rows in medians.items()),
        *(Quantity("rent", limit.id, "", "USD/kg") for limit in limits),
        *(Quantity("binds", limit.id, "", "1") for limit in limits),
    )
    width = len(where.activities)
    pick = _Picker(row, len(keys), width)
    return Readout(
        quantities=quantities,
        use=pick.matrix(columns, {"use": 1.0, "core": 1.0, "thrift": -1.0}),
        base_levels=np.array([before.level_or_zero(a.id) for a in where.activities]),
        worth=np.array([0.0 if key[1] in outside else prices.get(key, 0.0) for key in keys]),
        shown_uses=np.array(shown, dtype=np.int64),
        groups=_csr([(group[keys[i][0]], i, 1.0) for i in users], (len(products), len(keys))),
        thrift=pick.matrix(columns, {"thrift": 1.0}),
        cores=pick.matrix(columns, {"core": 1.0}),
        inflow=_csr(
            [(market[key], j, c) for j, a in columns for key, c in a.coefficients if c > 0], (len(market), width)
        ),
        cap=np.array([cores.get(i, -1) for i in range(len(market))], dtype=np.int64),
        shown_prices=np.array([market[k] for k in priced], dtype=np.int64),
        medians=tuple(np.array(rows, dtype=np.int64) for rows in medians.values()),
        limits=np.array([where.row_of_limit[limit.id] for limit in limits], dtype=np.int64),
        gaps=tuple(_lanes(limit, {a.id: a for a in where.activities}, market) for limit in limits),
    )


def _totals() -> tuple[Quantity, Quantity]:
    return Quantity("value_lost", "", "", "MUSD/yr", 0.0), Quantity("rents", "", "", "MUSD/yr")


def _grouped(products: list[str], base: dict[str, float]) -> Iterable[Quantity]:
    """Use lost outside the acting countries, and the parts of it that are replaced and unserved."""
    for what in ("use_lost", "replaced", "unserved"):
        yield from (Quantity(what, p, "outside", unit_of(p), base[p]) for p in products)


def _quoted(key: MarketKey) -> bool:
    return key[0].partition("/")[0] not in _INSIDE


def _leaders(priced: list[MarketKey], flow: Mapping[MarketKey, float]) -> dict[str, str]:
    """The country with the largest market of each product in the base year."""
    found: dict[str, str] = {}
    for product, country in sorted(priced, key=lambda k: (-flow[k], k)):
        found.setdefault(product, country)
    return dict(sorted(found.items()))


def _base(quoted: Mapping[MarketKey, float], markets: tuple[Market, ...], rows: list[int]) -> float | None:
    values = [quoted[markets[i].key] for i in rows]
    return float(np.median(values)) if values else None


def _lanes(limit: Limit, activities: dict[str, Activity], market: dict[MarketKey, int]) -> tuple[Ints, Ints]:
    """Origin and destination of the lanes under a limit; none when it is over anything else, as its rent is free."""
    under = [activities[name] for name, _ in limit.terms]
    if not all(a.kind == "route" for a in under):
        under = []
    ends = [(market[a.product, a.country], market[a.product, a.partner or ""]) for a in under]
    return np.array([o for o, _ in ends], dtype=np.int64), np.array([d for _, d in ends], dtype=np.int64)


def _median(values: Floats) -> float:
    seen = np.sort(values[~np.isnan(values)])
    half = len(seen) // 2
    return float((seen[half] + seen[~half]) / 2) if len(seen) else float("nan")


@dataclass(frozen=True, slots=True)
class _Picker:
    """Builds matrices that add up the columns of some kinds by final use."""

    row: dict[MarketKey, int]
    rows: int
    width: int

    def matrix(self, columns: list[tuple[int, Activity]], kinds: dict[str, float]) -> sparse.csr_matrix:
        entries = [(self.row[a.product, a.country], j, kinds[a.kind]) for j, a in columns if a.kind in kinds]
        return _csr(entries, (self.rows, self.width))


def _csr(entries: list[tuple[int, int, float]], shape: tuple[int, int]) -> sparse.csr_matrix:
    rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
    return sparse.csr_matrix((np.array(values, dtype=np.float64), (rows, columns)), shape=shape)
