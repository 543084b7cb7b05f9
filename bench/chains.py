"""Made-up supply chains with a known base year, for tests and speed measurements of the solver. Every number is
invented (seeded).

A chain has mines of several ore types (joint outputs), concentrate markets, separators, oxides in solution (with
disposal), finished oxides, routes with a slope on their cost, metal makers, two magnet grades with fixed recipes,
uses with isoelastic demand and a cap price, latent routes that are idle in the base, caps, and group quotas. The
base is built forward so that it balances, prices are drawn, and each active column's constant cost is set so that
the base is the exact optimum: (levels, prices) are the known answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from ytterby.solver import Curves, Problem

SURPLUS_BELOW = 3.0  # price of a finished oxide under which part of the element is thrown away
CAP = 30.0  # price cap as a multiple of the base price


@dataclass
class Chain:
    """A problem and its base answer; `routes`, `mines`, `uses` are column indices, `quotas` row indices."""

    problem: Problem
    base: np.ndarray
    price: np.ndarray
    mines: np.ndarray
    routes: np.ndarray
    uses: np.ndarray
    quotas: np.ndarray


@dataclass
class _Draft:
    rng: np.random.Generator
    demand: tuple[float, float]
    flows: tuple[float, float]
    price: list[float] = field(default_factory=list)
    supply: list[float] = field(default_factory=list)
    entries: list[dict[int, float]] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    level: list[float] = field(default_factory=list)
    curve: list[tuple[int, int, float, float] | None] = field(
        default_factory=list
    )  # kind, sign, elasticity, price share
    upper: list[float] = field(default_factory=list)

    def market(self, price: float) -> int:
        self.price.append(price)
        self.supply.append(0.0)
        return len(self.price) - 1

    def column(self, kind, entries, level, curve, upper=np.inf) -> int:
        for row, value in entries.items():
            self.supply[row] += value * level
        self.entries.append(entries)
        self.kind.append(kind)
        self.level.append(level)
        self.curve.append(curve)
        self.upper.append(upper)
        return len(self.level) - 1


def make_chain(
    countries: int = 25,
    elements: int = 15,
    ores: int = 8,
    seed: int = 0,
    demand: tuple[float, float] = (0.05, 0.9),
    last_resort: bool = False,
    flows: tuple[float, float] = (5.0, 60_000.0),
    prices: tuple[float, float] = (0.8, 1500.0),
) -> Chain:
    """Return a chain; 25 × 15 × 8 gives about 800 rows and 4,500 columns.

    `demand` bounds the elasticity of demand, `flows` the mines and `prices` the elements; `last_resort` gives every
    market a seller at the cap price and a paid dump.
    """
    draft = _Draft(np.random.default_rng(seed), demand, flows)
    rng = draft.rng
    element_price = np.exp(rng.uniform(*np.log(prices), elements))
    solution = _mine_and_separate(draft, countries, elements, ores, element_price)
    oxide = _oxides(draft, solution, countries, elements, element_price)
    _metals_and_magnets(draft, oxide, countries, min(4, elements), element_price)
    if last_resort:
        for row in range(len(draft.price)):
            draft.column("unserved", {row: 1.0}, 0.0, None)
            draft.column("dump", {row: -1.0}, 0.0, None)
    return _finish(draft, quotas=6)


def _mine_and_separate(draft, countries, elements, ores, element_price):
    rng = draft.rng
    separators = range(0, countries, 3)
    # an element in surplus is worth minus its disposal while in solution, whatever its finished oxide costs
    dissolved = np.where(element_price < SURPLUS_BELOW, -0.2, 0.8 * element_price)
    solution = {(c, e): draft.market(dissolved[e]) for c in separators for e in range(elements)}
    recovery = 0.9
    for _ore in range(ores):
        share = rng.dirichlet(np.full(elements, 0.4)) * 0.98 + 0.02 / elements
        net = max(recovery * float(share @ dissolved), 0.3)
        markets = {c: draft.market(net * rng.uniform(0.6, 0.8)) for c in range(countries)}
        for c in range(countries):
            for _ in range(rng.integers(0, 3) if c not in separators else rng.integers(1, 4)):
                level = np.exp(rng.uniform(*np.log(draft.flows)))
                draft.column(
                    "mine", {markets[c]: 1.0}, level, (2, 1, rng.uniform(0.2, 1.5), 1.0), level * rng.uniform(1.05, 1.5)
                )
        _routes(draft, markets, separators)
        for c in separators:
            level = max(draft.supply[markets[c]], 0.0)
            out = {solution[c, e]: recovery * share[e] for e in range(elements)}
            slope = (1, 1, rng.uniform(1, 8), 0.2)
            draft.column("separate", {markets[c]: -1.0, **out}, level, slope, max(level, 10.0) * rng.uniform(1.1, 1.4))
    return solution


def _routes(draft, markets, sinks, keep=0.35, latent=0.3):
    """Send each market's supply on to later countries, the rest stays; sinks receive everything."""
    rng = draft.rng
    order = [c for c in markets if c not in sinks] + [c for c in markets if c in sinks]
    for place, c in enumerate(order):
        have = max(draft.supply[markets[c]], 0.0)
        others = [d for d in order[place + 1 :] if d in sinks]
        if not others:
            continue
        chosen = [d for d in others if rng.random() < keep] or [others[0]]
        shares = rng.dirichlet(np.ones(len(chosen)))
        sent = have * (rng.uniform(0.2, 0.7) if c in sinks else 1.0)
        for d, share in zip(chosen, shares, strict=True):
            draft.column("route", {markets[c]: -1.0, markets[d]: 1.0}, sent * share, (1, 1, rng.uniform(4, 50), 1.0))
        for d in others:
            if d not in chosen and rng.random() < latent:
                draft.column("latent", {markets[c]: -1.0, markets[d]: 1.0}, 0.0, (1, 1, rng.uniform(4, 50), 1.0))


def _oxides(draft, solution, countries, elements, element_price):
    rng = draft.rng
    oxide = {}
    for e in range(elements):
        markets = {c: draft.market(element_price[e] * rng.uniform(1.0, 1.3)) for c in range(countries)}
        makers = [c for c in range(countries) if (c, e) in solution]
        for c in makers:
            have = max(draft.supply[solution[c, e]], 0.0)
            surplus = have * (rng.uniform(0.1, 0.3) if element_price[e] < SURPLUS_BELOW else 0.0)
            draft.column("finish", {solution[c, e]: -1.0, markets[c]: 1.0}, have - surplus, None)
            draft.column("dispose", {solution[c, e]: -1.0}, surplus, None)
        _routes(
            draft,
            {c: markets[c] for c in [*makers, *(d for d in range(countries) if d not in makers)]},
            range(countries),
            0.2,
            0.15,
        )
        oxide.update({(c, e): markets[c] for c in range(countries)})
        for c in range(countries):
            if e >= 4 or c % 5:
                have = max(draft.supply[markets[c]], 0.0)
                for share in rng.dirichlet(np.ones(2)):
                    draft.column("use", {markets[c]: -1.0}, have * share, (2, -1, rng.uniform(*draft.demand), 1.0))
            draft.column("unserved", {markets[c]: 1.0}, 0.0, None)
    return oxide


def _metals_and_magnets(draft, oxide, countries, metals, element_price):
    rng = draft.rng
    makers = range(0, countries, 5)
    metal = {(c, e): draft.market(element_price[e] * 1.5) for c in makers for e in range(metals)}
    for c in makers:
        for e in range(metals):
            have = max(draft.supply[oxide[c, e]], 0.0)
            draft.column("use", {oxide[c, e]: -1.0}, have * 0.2, (2, -1, rng.uniform(*draft.demand), 1.0))
            slope = (1, 1, rng.uniform(1, 8), 0.2)
            draft.column(
                "metal", {oxide[c, e]: -1.15, metal[c, e]: 1.0}, have * 0.8 / 1.15, slope, max(have, 1.0) * 1.0
            )
    grades = {"plain": {0: 0.3, **({1: 0.02} if metals > 1 else {})}, "hot": {e: 0.3 / 4.0**e for e in range(metals)}}
    for recipe in grades.values():
        worth = sum(share * element_price[e] * 1.5 for e, share in recipe.items())
        markets = {c: draft.market(worth * 1.4) for c in range(countries)}
        for c in makers:
            level = 0.45 * min(max(draft.supply[metal[c, e]], 0.0) / share for e, share in recipe.items())
            inputs = {metal[c, e]: -share for e, share in recipe.items()}
            draft.column(
                "magnet", {**inputs, markets[c]: 1.0}, level, (1, 1, rng.uniform(1, 8), 0.2), max(level, 1.0) * 1.2
            )
        _routes(
            draft,
            {c: markets[c] for c in [*makers, *(d for d in range(countries) if d not in makers)]},
            range(countries),
        )
        for c in range(countries):
            have = max(draft.supply[markets[c]], 0.0)
            draft.column("use", {markets[c]: -1.0}, have, (2, -1, rng.uniform(*draft.demand), 1.0))
            draft.column("unserved", {markets[c]: 1.0}, 0.0, None)
    for (_, e), row in metal.items():
        draft.column("use", {row: -1.0}, max(draft.supply[row], 0.0), (2, -1, rng.uniform(*draft.demand), 1.0))
        draft.column("unserved", {row: 1.0}, 0.0, None)
        draft.price[row] = element_price[e] * 1.5


def _finish(draft: _Draft, quotas: int) -> Chain:
    rng = draft.rng
    rows, columns = len(draft.price), len(draft.level)
    price, level = np.array(draft.price), np.array(draft.level)
    level[level < 1e-9] = 0.0
    kind = np.array(draft.kind)
    routes = np.flatnonzero(kind == "route")
    entries = [dict(entry) for entry in draft.entries]
    limits = []
    for _ in range(quotas):
        group = rng.choice(routes, size=max(3, len(routes) // 40), replace=False)
        for column in group:
            entries[column][rows + len(limits)] = 1.0
        limits.append(max(level[group].sum(), 1.0) * 2.0)
    owner = np.repeat(np.arange(columns), [len(entry) for entry in entries])
    row = np.concatenate([list(entry) for entry in entries]).astype(int)
    value = np.concatenate([list(entry.values()) for entry in entries])
    matrix = sparse.csc_matrix((value, (row, owner)), shape=(rows + quotas, columns))
    worth = matrix[:rows].T @ price
    cost, curves, scale = _calibrated(draft, kind, level, worth, np.array([abs(v) for v in worth]))
    nothing = np.zeros(rows)
    problem = Problem(
        matrix,
        np.concatenate([nothing, np.full(quotas, -np.inf)]),
        np.concatenate([nothing, limits]),
        np.zeros(columns),
        np.array(draft.upper),
        cost,
        curves,
        scale,
    )
    uses, mines = np.flatnonzero(kind == "use"), np.flatnonzero(kind == "mine")
    return Chain(
        problem, level, np.concatenate([price, np.zeros(quotas)]), mines, routes, uses, rows + np.arange(quotas)
    )


def _calibrated(draft, kind, level, worth, size):
    """Return cost, curves and scales such that `level` is optimal at the base prices."""
    rng = draft.rng
    cost = worth.copy()
    scale = np.maximum(level, 1.0)
    rows = []
    for j, curve in enumerate(draft.curve):
        if level[j] == 0:
            cost[j] = {
                "latent": worth[j] + 0.1 * size[j] + 0.05,
                "unserved": CAP * size[j],
                "dispose": 0.3,
                "dump": 0.3,
            }.get(kind[j], worth[j])
        if kind[j] == "use" and level[j] == 0:
            draft.upper[j] = 0.0
        if curve is None:
            continue
        form, sign, elasticity, share = curve
        at, x0 = max(share * size[j], 0.05), scale[j]
        slack = level[j] / x0
        if form == 2 and sign < 0:
            # read at z = x + offset: the price is p0 at the base level and CAP times p0 at x = 0
            z0 = x0 / (1.0 - CAP**-elasticity)
            offset = z0 - x0
            rows.append((j, form, sign, at, z0, elasticity, offset))
            here = -at * ((level[j] + offset) / z0) ** (-1.0 / elasticity)
        elif form == 2:
            rows.append((j, form, sign, at, x0, elasticity, 0.0))
            here = at * slack ** (1.0 / elasticity)
        else:
            rows.append((j, form, sign, at, x0, elasticity, 0.0))
            here = at * (1.0 + (slack - 1.0) / elasticity)
        cost[j] -= here
    table = np.array(rows, dtype=float)
    whole = table[:, :3].astype(np.int64)
    curves = Curves(whole[:, 0], whole[:, 1].astype(np.int8), whole[:, 2].astype(np.int8), *table[:, 3:].T)
    _ = rng
    return cost, curves, scale


def shocked(chain: Chain, seed: int) -> Problem:
    """Return the chain after a hard shock: closed mines, banned routes, tight group quotas, moved costs and demand."""
    rng = np.random.default_rng(seed)
    problem = chain.problem
    upper, cost, row_upper = problem.upper.copy(), problem.cost.copy(), problem.row_upper.copy()
    shut = rng.choice(chain.mines, size=max(1, len(chain.mines) // 15), replace=False)
    upper[shut] = 0.0
    banned = rng.choice(chain.routes, size=max(1, len(chain.routes) // 20), replace=False)
    upper[banned] = 0.0
    row_upper[chain.quotas] *= rng.uniform(0.2, 0.6, len(chain.quotas))
    moved = problem.curves.p0 * np.exp(rng.normal(0.0, 0.05, len(problem.curves)))
    return replace(problem, upper=upper, cost=cost, row_upper=row_upper, curves=replace(problem.curves, p0=moved))
