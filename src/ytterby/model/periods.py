"""Many periods: the static market repeated, with stocks carried between the periods.

    max Σ_t β^t [ value of use − costs − holding + use of having stock ]
    Σ_j a_ij x_jt + (S_i,t−1 − S_it) / h = 0      for every market i and period t of h years

Flows are annual rates in every period, so a period's block is the static problem untouched; stocks are tonnes at
its end. Having a stock is worth something to who holds it: a straight line through the usual level, set so that at
base prices nobody wishes to hold more or less. Hence no measures means the base in every period, and a measure that
ends lets everything return. The price of period t is the balance's dual over β^t.

Foresight: *perfect* solves all periods at once; *rolling* plans a window with the measures announced so far and lives
its first part; *myopic* plans one period. Beyond a window stock is valued at the base price. One period alone must end
with the stock it began with; at a discount of 0 that is the static model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ytterby.core.errors import Fault, InputError
from ytterby.model.assemble import Layout, problem
from ytterby.model.network import MarketKey, Network
from ytterby.model.solved import Solved, solved_as
from ytterby.solver import Curves, Problem, Solution, solve

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stock:
    """A stock in one market: usual and opening level [t], base price and holding cost [USD/kg, USD/kg/yr], its use.

    `response` is how far the use of having stock falls as it fills; `capacity` the most that can be held [t].
    """

    key: MarketKey
    usual: float
    price: float
    holding: float
    response: float = 1.0
    opening: float | None = None
    capacity: float = float("inf")


@dataclass(frozen=True, slots=True)
class Block:
    """The static problem of one period."""

    network: Network
    problem: Problem
    layout: Layout

    @staticmethod
    def of(network: Network) -> Block:
        """The block of a network."""
        asked, where = problem(network)
        return Block(network, asked, where)


@dataclass(frozen=True, slots=True)
class Path:
    """What happened: each period solved (annual rates), and the stocks at its end [t], periods by stocks."""

    periods: tuple[Solved, ...]
    stocks: tuple[Stock, ...]
    opening: Floats
    closing: Floats
    years: float

    def price(self, key: MarketKey) -> Floats:
        """Price of a market in every period [USD/kg]."""
        return np.array([s.price(key) for s in self.periods])

    def level(self, name: str) -> Floats:
        """Throughput of an activity in every period [t/yr]; 0 where a period does not have it."""
        return np.array([s.level_or_zero(name) for s in self.periods])

    def imbalance(self) -> float:
        """The largest |in + opening − out − closing| over any market and period, over the largest flow there."""
        worst, before = 0.0, self.opening
        for t, s in enumerate(self.periods):
            net = s.problem.matrix @ s.solution.x
            size = abs(s.problem.matrix) @ np.abs(s.solution.x)
            for i, stock in enumerate(self.stocks):
                row = s.layout.row_of_market[stock.key]
                net[row] += (before[i] - self.closing[t, i]) / self.years
                size[row] += (before[i] + self.closing[t, i]) / self.years
            count = len(s.layout.markets)
            worst = max(worst, float(np.max(np.abs(net[:count]) / np.maximum(size[:count], 1.0), initial=0.0)))
            before = self.closing[t]
        return worst


#: The block of period `second` as planned for at the start of period `first`.
Known = Callable[[int, int], Block]


def simulate(
    known: Known,
    count: int,
    stocks: Sequence[Stock] = (),
    *,
    years: float = 1.0,
    discount: float = 0.0,
    window: int | None = None,
    news: Callable[[int], bool] = lambda t: False,
) -> Path:
    """Live `count` periods of `years` each; `window` None is perfect foresight, 1 myopic, else rolling.

    `known(first, second)` gives the block; `news(t)` tells whether something was announced since the last period, so
    that plans are made anew (they are at least every third of a window). InputError for a stock below 0 or above its
    capacity; SolverError when a window has no usable answer.
    """
    check_stocks(stocks)
    opening = np.array([s.usual if s.opening is None else s.opening for s in stocks])
    held, lived, closing = opening, [], []
    t = 0
    while t < count:
        size = count - t if window is None else min(window, count - t)
        keep = size if window is None else max(1, min(size, window // 3))
        keep = next((k for k in range(1, keep) if news(t + k)), keep)
        blocks = [known(0 if window is None else t, u) for u in range(t, t + size)]
        solved, ends = window_of(blocks, stocks, held, years, discount, closed=count == 1)
        lived += solved[:keep]
        closing += list(ends[:keep])
        held = np.maximum(ends[keep - 1], 0.0)
        t += keep
    return Path(tuple(lived), tuple(stocks), opening, np.array(closing).reshape(count, len(stocks)), years)


def check_stocks(stocks: Sequence[Stock]) -> None:
    """Raise InputError naming every stock with a level below 0 or above its capacity."""
    faults = []
    for s in stocks:
        for name in ("usual", "opening", "holding", "capacity"):
            value = getattr(s, name)
            if value is not None and not value >= 0:
                faults.append(Fault(f"stock of {s.key[0]} in {s.key[1]}, {name}", f"{value:g}", "0 or more"))
        if max(s.usual, s.opening or 0.0) > s.capacity:
            faults.append(Fault(f"stock of {s.key[0]} in {s.key[1]}", "a level above its capacity", "at most that"))
    if faults:
        raise InputError(faults)


def window_of(
    blocks: Sequence[Block], stocks: Sequence[Stock], held: Floats, years: float, discount: float, closed: bool
) -> tuple[list[Solved], Floats]:
    """Solve the periods of one plan together: each solved, and the stocks at each end (periods by stocks) [t]."""
    beta = (1 + discount) ** -years
    weights = beta ** np.arange(len(blocks))
    asked = _joined(blocks, stocks, held, years, beta, closed)
    answer = solve(asked)
    columns = np.cumsum([0] + [b.problem.matrix.shape[1] for b in blocks])
    rows = np.cumsum([0] + [b.problem.matrix.shape[0] for b in blocks])
    found = []
    for t, b in enumerate(blocks):
        c, r = slice(columns[t], columns[t + 1]), slice(rows[t], rows[t + 1])
        part = replace(
            answer, x=answer.x[c], row_dual=answer.row_dual[r] / weights[t],
            column_dual=answer.column_dual[c] / weights[t],
        )  # fmt: skip
        found.append(solved_as(b.network, b.layout, b.problem, part))
    return found, answer.x[columns[-1] :].reshape(len(blocks), len(stocks)) * years


def _joined(
    blocks: Sequence[Block], stocks: Sequence[Stock], held: Floats, years: float, beta: float, closed: bool
) -> Problem:
    """Blocks on the diagonal, then a carry column for each period and stock: out of its market, into the next."""
    count, kinds = len(blocks), len(stocks)
    rows = np.cumsum([0] + [b.problem.matrix.shape[0] for b in blocks])
    columns = np.cumsum([0] + [b.problem.matrix.shape[1] for b in blocks])
    at = [[rows[t] + b.layout.row_of_market[s.key] for s in stocks] for t, b in enumerate(blocks)]
    carry = sparse.lil_matrix((int(rows[-1]), count * kinds))
    for t in range(count):
        for i in range(kinds):
            carry[at[t][i], t * kinds + i] = -1.0
            if t + 1 < count:
                carry[at[t + 1][i], t * kinds + i] = 1.0
    row_lower = np.concatenate([b.problem.row_lower for b in blocks])
    row_upper = np.concatenate([b.problem.row_upper for b in blocks])
    for i in range(kinds):
        row_lower[at[0][i]] -= held[i] / years
        row_upper[at[0][i]] -= held[i] / years
    usual, price, holding = (np.array([getattr(s, n) for s in stocks]) for n in ("usual", "price", "holding"))
    weights = beta ** np.arange(count)
    lower, upper = np.zeros((count, kinds)), np.tile([s.capacity / years for s in stocks], (count, 1))
    cost = np.outer(weights, holding * years)
    if closed:
        lower[-1] = upper[-1] = held / years
    else:
        cost[-1] -= beta * weights[-1] * price
    diagonal = sparse.block_diag([b.problem.matrix for b in blocks], format="csc")
    return Problem(
        matrix=sparse.hstack([diagonal, carry.tocsc()], format="csc") if kinds else sparse.csc_matrix(diagonal),
        row_lower=row_lower,
        row_upper=row_upper,
        lower=np.concatenate([b.problem.lower for b in blocks] + [lower.ravel()]),
        upper=np.concatenate([b.problem.upper for b in blocks] + [upper.ravel()]),
        cost=np.concatenate([w * b.problem.cost for w, b in zip(weights, blocks, strict=True)] + [cost.ravel()]),
        curves=_curves(blocks, weights, columns, stocks, (usual, price, holding), years, beta),
        column_scale=np.concatenate([_scale(b) for b in blocks] + [np.tile(np.maximum(usual / years, 1e-3), count)]),
    )


def _scale(b: Block) -> Floats:
    scale = b.problem.column_scale
    return np.ones(b.problem.matrix.shape[1]) if scale is None else scale


def _curves(
    blocks: Sequence[Block], weights: Floats, columns: NDArray[np.int64], stocks: Sequence[Stock],
    numbers: tuple[Floats, Floats, Floats], years: float, beta: float,
) -> Curves:  # fmt: skip
    """The blocks' curves discounted, and the use of having stock: at the usual level it pays for holding it."""
    usual, price, holding = numbers
    count, kinds = len(blocks), len(stocks)
    parts = [b.problem.curves for b in blocks]
    use = price * (1 - beta) + holding * years
    live = np.flatnonzero((use > 0) & (usual > 0))
    own = (columns[-1] + np.add.outer(np.arange(count) * kinds, live)).ravel()
    many = len(own)
    response = np.array([s.response for s in stocks])
    joined: dict[str, list[NDArray[np.generic]]] = {
        "column": [p.column + columns[t] for t, p in enumerate(parts)] + [own],
        "kind": [p.kind for p in parts] + [np.full(many, 1)],
        "sign": [p.sign for p in parts] + [np.full(many, -1)],
        "p0": [p.p0 * weights[t] for t, p in enumerate(parts)] + [np.outer(weights, use[live]).ravel()],
        "x0": [p.x0 for p in parts] + [np.tile(usual[live] / years, count)],
        "elasticity": [p.elasticity for p in parts] + [np.tile(response[live] if kinds else usual[live], count)],
        "offset": [p.offset for p in parts] + [np.zeros(many)],
    }
    found = {name: np.concatenate(arrays) for name, arrays in joined.items()}
    return Curves(
        found["column"].astype(np.int64), found["kind"].astype(np.int8), found["sign"].astype(np.int8),
        *(found[name].astype(np.float64) for name in ("p0", "x0", "elasticity", "offset")),
    )  # fmt: skip


def with_elasticity(network: Network, factor: float) -> Network:
    """The network with every isoelastic use `factor` times as elastic around its base; straight lines stay.

    A use is a core and a curve above it; where the curve reaches the core's value moves with the elasticity.
    """
    if factor == 1.0:
        return network
    core: dict[tuple[str, str], float] = {}
    found = []
    for a in network.activities:
        c = a.curve
        if a.kind == "use" and c is not None and c.shape == "isoelastic" and c.side < 0 and c.offset > 0:
            kept = c.reference * (c.offset / c.reference) ** factor
            core[a.product, a.country] = kept
            a = replace(a, curve=replace(c, elasticity=c.elasticity * factor, offset=kept))
        found.append(a)
    return network.with_activities(
        replace(a, upper=core[a.product, a.country])
        if a.kind == "core" and (a.product, a.country) in core and np.isfinite(a.upper)
        else a
        for a in found
    )


def usual_stocks(
    network: Network, prices: Mapping[MarketKey, float], months: float, holding: float, response: float,
    chosen: Callable[[MarketKey], bool] = lambda key: True,
) -> tuple[Stock, ...]:  # fmt: skip
    """A stock of so many months of base use in every market with a use and a price; holding is a share of price a year.

    InputError when the months are below 0.
    """
    if not 0 <= months < float("inf"):
        raise InputError(Fault("stocks.months", f"{months:g}", "0 months of use or more"))
    used: dict[MarketKey, float] = {}
    for a in network.activities:
        if a.kind in ("use", "core", "magnet", "metal") and a.base > 0:
            for key, c in a.coefficients:
                if c < 0:
                    used[key] = used.get(key, 0.0) - c * a.base
    return tuple(
        Stock(key, used[key] * months / 12, prices[key], prices[key] * holding, response)
        for key in sorted(used)
        if months > 0 and used[key] > 1e-3 and prices.get(key, 0.0) > 1e-6 and chosen(key)
    )


def best(path: Path) -> Solution:
    """The solution with the worst certificate of a path: what the whole may be trusted to."""
    return max((s.solution for s in path.periods), key=lambda s: (not s.certificate.certified, s.certificate.gap))
