"""Some periods solved together: the static problems side by side, tied by columns that carry stock on to the next.

    max Σ_t β^t [ value of use − costs − holding + use of having stock ]
    Σ_j a_ij x_jt + (S_i,t−1 − S_it) / h = 0      for every market i and period t of h years

Flows are annual rates, so a period's block is the static problem untouched; the carry column of a stock is its level
over h. The price of period t is the balance's dual over β^t. Ad valorem taxes are found by repetition, as in the
static model.

Engines: with every period tied to the next, the factors of a general QP engine fill up (12 periods: 4 s, of which
PIQP 3.8); the normal matrix of our own methods stays sparse, so Newton from a nearby path comes first, then the
interior point.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ytterby.core.errors import SolverError
from ytterby.model.applied import Applied
from ytterby.model.assemble import Layout, problem
from ytterby.model.measures import with_tax
from ytterby.model.network import Network
from ytterby.model.solved import Rate, Solved, due, rates_of, solved_as, tax_step
from ytterby.model.stocks import Stock
from ytterby.solver import ISOELASTIC, LINEAR, Certificate, Curves, Engine, Problem, Solution

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_METHODS = ("warm", "interior", "piqp", "clarabel")
_NEARBY = ("nearby", "interior", "piqp", "clarabel")
#: Parts of what a start breaks of the limits that are still allowed, step by step: at once, then gently.
_BROKEN = 1e-3
_TIGHTENED = ((0.0,), (0.6, 0.3, 0.1, 0.0))
#: An ad valorem tax is right when tax / assessed price is the rate to this; repeats before giving up.
_RATE, _REPEATS = 1e-6, 60
_IDLE, _CARRIES, _PATIENT = 1e-3, 1e-6, 20
_UNKNOWN = Certificate(np.inf, np.inf, np.inf, False, "a start")


@dataclass(frozen=True, slots=True)
class Block:
    """The static problem of one period; `rates` are its taxes and payments that follow a price, by activity.

    `wanted` are the levels that holders of stock want, over the usual ones, stock by stock; None wants the usual.
    `beyond` is what each stock is worth after the period, where a plan ends with it [USD/kg]; None is the base price.
    """

    network: Network
    problem: Problem
    layout: Layout
    rates: dict[tuple[str, str], Rate] = field(default_factory=dict)
    wanted: Floats | None = None
    beyond: Floats | None = None

    @staticmethod
    def of(network: Network, applied: tuple[Applied, ...] = ()) -> Block:
        """The block of a network, with what follows a price among the measures applied to it."""
        asked, where = problem(network)
        return Block(network, asked, where, rates_of(network, applied))


@dataclass(slots=True)
class Reference:
    """The engines of one path by the first period of each plan, for others like it to begin from (`solver.nearby`).

    They are made while `learning`, on the path that the others are like, and only used afterwards; so a path does not
    depend on those solved before it.
    """

    engines: dict[int, Engine] = field(default_factory=dict)
    learning: bool = True


class Planner:
    """Solves windows of periods one after the other, each from the path known so far."""

    def __init__(
        self, stocks: Sequence[Stock], years: float, discount: float, base: Solved | None = None,
        periods: Sequence[Solved] = (), ends: Sequence[Floats] = (), reference: Reference | None = None,
    ) -> None:  # fmt: skip
        self.stocks, self.years = tuple(stocks), years
        self.beta = (1 + discount) ** -years
        self._base = base
        self._plan: dict[int, Solved] = dict(enumerate(periods))
        self._ends: dict[int, Floats] = dict(enumerate(ends))
        self._engine: Engine | None = None
        self._lived = False
        self._reference = reference

    def plan(self, first: int, blocks: Sequence[Block], held: Floats, closed: bool) -> tuple[list[Solved], Floats]:
        """Solve the periods from `first` on: each solved, and the stocks at each end [t], periods by stocks.

        `held` is what there is before the first one [t]; `closed` makes the last one end with that again.
        """
        asked = joined(blocks, self.stocks, held, self.years, self.beta, closed)
        engine = self._ready(first, asked)
        answer = self._answered(engine, first, blocks, held)
        found = list(self._cut(blocks, answer))
        taxes = _Taxes(blocks)
        while (changed := taxes.next(found)) is not None:
            blocks = changed
            engine.update(cost=joined(blocks, self.stocks, held, self.years, self.beta, closed).cost)
            engine.keep(answer)
            answer = engine.solve()
            found = list(self._cut(blocks, answer))
        columns = sum(b.problem.matrix.shape[1] for b in blocks)
        ends = answer.x[columns:].reshape(len(blocks), len(self.stocks)) * self.years
        for t, solved in enumerate(found):
            self._plan[first + t], self._ends[first + t] = solved, ends[t]
        return found, ends

    def _answered(self, engine: Engine, first: int, blocks: Sequence[Block], held: Floats) -> Solution:
        """The answer by Newton from the plan so far, at first also from the base, or else by the other methods.

        On an engine of the reference path its own start comes before Newton.
        """
        if self._reference is not None and engine is self._reference.engines.get(first):
            engine.methods = _NEARBY
            found = engine.solve()
            engine.methods = _METHODS
            return found
        engine.methods = _METHODS[:1]
        for plan in (self._plan, {}) if self._plan and not self._lived else (self._plan,):
            answer = _towards(engine, self._start(first, blocks, held, plan))
            if answer is not None:
                break
        else:
            engine.methods = _METHODS[1:]
            answer = engine.solve()
        engine.methods, self._lived = _METHODS, True
        return answer

    def _ready(self, first: int, asked: Problem) -> Engine:
        """The engine of the last window, or of the reference, when only numbers changed: its structure is analysed."""
        engine = self._engine
        if self._reference is not None:
            if self._reference.learning:
                self._reference.engines[first] = Engine(asked, methods=_NEARBY)
            engine = self._reference.engines.get(first)
        if engine is not None and _same(engine.problem.matrix, asked.matrix):
            engine.update(
                cost=asked.cost, lower=asked.lower, upper=asked.upper, row_lower=asked.row_lower,
                row_upper=asked.row_upper, curves=asked.curves,
            )  # fmt: skip
            return engine
        self._engine = Engine(asked, methods=_METHODS)
        return self._engine

    def _start(self, first: int, blocks: Sequence[Block], held: Floats, plan: Mapping[int, Solved]) -> Solution | None:
        """A plan as a start: the plan itself where it reaches, then its end; the base when there is no plan."""
        last = max(plan, default=None)
        xs, ys, ends = [], [], []
        for t, block in enumerate(blocks):
            at = first + t if first + t in plan else last
            guess = self._base if at is None else plan[at]
            if guess is None:
                return None
            x, y = _fitted(guess, block.layout)
            xs.append(x)
            ys.append(y * self.beta**t)
            ends.append(held if at is None else self._ends[at])
        level = np.concatenate([*xs, *(end / self.years for end in ends)])
        return Solution(level, np.concatenate(ys), np.zeros(len(level)), 0.0, _UNKNOWN, "start", 0)

    def _cut(self, blocks: Sequence[Block], answer: Solution) -> Iterator[Solved]:
        """The answer period by period, each with its own prices."""
        columns = np.cumsum([0] + [b.problem.matrix.shape[1] for b in blocks])
        rows = np.cumsum([0] + [b.problem.matrix.shape[0] for b in blocks])
        for t, b in enumerate(blocks):
            c, r, weight = slice(columns[t], columns[t + 1]), slice(rows[t], rows[t + 1]), self.beta**t
            part = replace(
                answer, x=answer.x[c], row_dual=answer.row_dual[r] / weight,
                column_dual=answer.column_dual[c] / weight,
            )  # fmt: skip
            yield solved_as(b.network, b.layout, b.problem, part)


def _towards(engine: Engine, start: Solution | None) -> Solution | None:
    """Newton from a start, at once or else with the limits that the start breaks tightened in steps; None if it fails.

    The last step is the problem itself, so the steps in between are no part of the answer.
    """
    if start is None:
        return None
    asked = engine.problem
    over = asked.matrix @ start.x - asked.row_upper
    above = start.x - asked.upper
    broken = bool((over > _BROKEN).any() or (above > _BROKEN).any())
    for steps in _TIGHTENED if broken else _TIGHTENED[:1]:
        now: Solution | None = start
        for part in steps:
            engine.update(
                row_upper=asked.row_upper + part * np.where(_loose(asked), np.maximum(over, 0.0), 0.0),
                upper=asked.upper + part * np.where(np.isfinite(above), np.maximum(above, 0.0), 0.0),
            )
            engine.keep(now)
            found = engine.solve()
            now = found if found.certificate.certified else None
            if now is None:
                break
        if now is not None:
            return now
    engine.update(row_upper=asked.row_upper, upper=asked.upper)
    return None


def _loose(asked: Problem) -> NDArray[np.bool_]:
    return asked.row_lower < asked.row_upper


def _same(a: sparse.csc_matrix, b: sparse.csc_matrix) -> bool:
    return bool(
        a.shape == b.shape
        and a.nnz == b.nnz
        and np.array_equal(a.indptr, b.indptr)
        and np.array_equal(a.indices, b.indices)
        and np.array_equal(a.data, b.data)
    )


def _fitted(guess: Solved, wanted: Layout) -> tuple[Floats, Floats]:
    """Levels and duals of `guess` in the places of another layout; what it does not have is idle."""
    own = guess.layout
    if own.column_of.keys() == wanted.column_of.keys() and own.row_of_limit.keys() == wanted.row_of_limit.keys():
        return guess.solution.x, guess.solution.row_dual
    x = np.zeros(len(wanted.activities))
    for name, j in wanted.column_of.items():
        if name in own.column_of:
            x[j] = guess.solution.x[own.column_of[name]]
    y = np.zeros(len(wanted.markets) + len(wanted.limits))
    for rows, there in ((wanted.row_of_market, own.row_of_market), (wanted.row_of_limit, own.row_of_limit)):
        for key, i in rows.items():
            if key in there:
                y[i] = guess.solution.row_dual[there[key]]  # type: ignore[index]
    return x, y


def joined(
    blocks: Sequence[Block], stocks: Sequence[Stock], held: Floats, years: float, beta: float, closed: bool
) -> Problem:
    """Blocks on the diagonal, then a carry column for each period and stock: out of its market, into the next."""
    count, kinds = len(blocks), len(stocks)
    rows = np.cumsum([0] + [b.problem.matrix.shape[0] for b in blocks])
    columns = np.cumsum([0] + [b.problem.matrix.shape[1] for b in blocks])
    at = np.array([[rows[t] + b.layout.row_of_market[s.key] for s in stocks] for t, b in enumerate(blocks)], dtype=int)
    at = at.reshape(count, kinds)
    row_lower = np.concatenate([b.problem.row_lower for b in blocks])
    row_upper = np.concatenate([b.problem.row_upper for b in blocks])
    np.subtract.at(row_lower, at[0], held / years)
    np.subtract.at(row_upper, at[0], held / years)
    price, holding = _numbers(stocks, "price"), _numbers(stocks, "holding")
    weights = np.array([beta**t for t in range(count)])
    lower, upper = np.zeros((count, kinds)), np.tile(_numbers(stocks, "capacity") / years, (count, 1))
    cost = np.outer(weights, holding * years)
    if closed:
        lower[-1] = upper[-1] = held / years
    else:
        cost[-1] -= beta * weights[-1] * (price if blocks[-1].beyond is None else blocks[-1].beyond)
    diagonal = sparse.block_diag([b.problem.matrix for b in blocks], format="csc")
    matrix = sparse.hstack([diagonal, _carry(at, int(rows[-1]))], format="csc") if kinds else diagonal
    return Problem(
        matrix=sparse.csc_matrix(matrix),
        row_lower=row_lower,
        row_upper=row_upper,
        lower=np.concatenate([*(b.problem.lower for b in blocks), lower.ravel()]),
        upper=np.concatenate([*(b.problem.upper for b in blocks), upper.ravel()]),
        cost=np.concatenate([*(w * b.problem.cost for w, b in zip(weights, blocks, strict=True)), cost.ravel()]),
        curves=_curves(blocks, weights, columns, stocks, years, beta),
        column_scale=np.concatenate(
            [*(_scale(b) for b in blocks), np.tile(np.maximum(_numbers(stocks, "usual") / years, 1e-3), count)]
        ),
    )


def _numbers(stocks: Sequence[Stock], name: str) -> Floats:
    return np.array([getattr(s, name) for s in stocks], dtype=np.float64)


def _carry(at: Ints, rows: int) -> sparse.csc_matrix:
    """A column for each period and stock: −1 in its market, +1 in the same market a period later."""
    count, kinds = at.shape
    own = np.arange(count * kinds)
    i = np.concatenate([at.ravel(), at[1:].ravel()])
    j = np.concatenate([own, own[: (count - 1) * kinds]])
    sign = np.concatenate([-np.ones(count * kinds), np.ones((count - 1) * kinds)])
    return sparse.csc_matrix((sign, (i, j)), shape=(rows, count * kinds))


def _scale(b: Block) -> Floats:
    scale = b.problem.column_scale
    return np.ones(b.problem.matrix.shape[1]) if scale is None else scale


def _curves(
    blocks: Sequence[Block], weights: Floats, columns: Ints, stocks: Sequence[Stock], years: float, beta: float
) -> Curves:
    """The blocks' curves discounted, and the use of having stock: at the usual level it pays for holding it."""
    usual = _numbers(stocks, "usual")
    use = _numbers(stocks, "price") * (1 - beta) + _numbers(stocks, "holding") * years
    live = np.flatnonzero((use > 0) & (usual > 0))
    count, kinds = len(blocks), len(stocks)
    own = (columns[-1] + np.add.outer(np.arange(count) * kinds, live)).ravel()
    wanted = np.concatenate([usual[live] * (1.0 if b.wanted is None else b.wanted[live]) for b in blocks])
    shape = _worth(wanted / years, *(np.tile(x[live], count) for x in (use, *(_numbers(stocks, n) for n in _SHAPE))))
    parts = [b.problem.curves for b in blocks]
    return Curves(
        column=np.concatenate([*(p.column + columns[t] for t, p in enumerate(parts)), own]).astype(np.int64),
        kind=np.concatenate([*(p.kind for p in parts), shape.kind]).astype(np.int8),
        sign=np.concatenate([*(p.sign for p in parts), np.full(len(own), -1)]).astype(np.int8),
        p0=np.concatenate([*(p.p0 * weights[t] for t, p in enumerate(parts)), np.outer(weights, use[live]).ravel()]),
        x0=np.concatenate([*(p.x0 for p in parts), shape.x0]),
        elasticity=np.concatenate([*(p.elasticity for p in parts), np.tile(_numbers(stocks, "response")[live], count)]),
        offset=np.concatenate([*(p.offset for p in parts), shape.offset]),
    )


_SHAPE = ("response", "price", "most")


@dataclass(frozen=True, slots=True)
class _Worth:
    """Shapes of the use of having stock: kinds of curve, levels and offsets."""

    kind: Ints
    x0: Floats
    offset: Floats


def _worth(wanted: Floats, use: Floats, response: Floats, price: Floats, most: Floats) -> _Worth:
    """A straight line through the wanted level, or a curve that meets `most` times the price at nothing.

    On the curve use (z / z0)^(-1/response) at z = x + offset, the offset is that part of z0 at which the price is met.
    """
    bent = most > 0
    part = np.where(bent, (use / np.where(bent, most * price, 1.0)) ** np.where(bent, response, 1.0), 0.0)
    x0 = wanted / (1 - part)
    return _Worth(np.where(bent, ISOELASTIC, LINEAR), x0, part * x0)


class _Taxes:
    """Ad valorem taxes of a window, found by repetition as in the static model."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = list(blocks)
        keys = [(t, key) for t, b in enumerate(blocks) for key in b.rates]
        self._now, self._steps, self._last = (dict.fromkeys(keys, at) for at in (0.0, 1.0, 0.0))
        self._repeat = 0

    def next(self, found: Sequence[Solved]) -> list[Block] | None:
        """The blocks with better taxes; None when every tax is right at the prices found."""
        off, right = {}, True
        for (t, (name, kind)), now in self._now.items():
            wanted = due(found[t], name, kind, self.blocks[t].rates[name, kind], now)
            off[t, (name, kind)] = wanted - now
            wrong = abs(wanted - now) / max(abs(wanted), 1e-6)
            idle = self._repeat >= _PATIENT and found[t].level(name) <= _CARRIES
            right = right and wrong <= (_IDLE if idle else _RATE)
        if right:
            return None
        if self._repeat == _REPEATS:
            raise SolverError(f"an ad valorem tax did not settle in {_REPEATS} solves")
        self._repeat += 1
        move: dict[int, dict[tuple[str, str], float]] = {}
        for (t, key), miss in off.items():
            rate = self.blocks[t].rates[key]
            step = self._steps[t, key] = tax_step(key[1], rate, self._steps[t, key], miss * self._last[t, key])
            self._now[t, key] += step * miss
            move.setdefault(t, {})[key] = step * miss
        self._last = off
        self.blocks = [_taxed(b, move.get(t, {})) for t, b in enumerate(self.blocks)]
        return self.blocks


def _taxed(block: Block, move: dict[tuple[str, str], float]) -> Block:
    """The block with its taxes changed by `move` [USD/kg]."""
    if not move:
        return block
    network = with_tax(block.network, move)
    cost = block.problem.cost.copy()
    for (name, _), more in move.items():
        cost[block.layout.column_of[name]] += more
    layout = replace(block.layout, activities=network.activities)
    return replace(block, network=network, problem=replace(block.problem, cost=cost), layout=layout)
