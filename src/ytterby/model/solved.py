"""A network solved: levels, prices, limit duals, and the surplus each activity earns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ytterby.core.errors import SolverError
from ytterby.model.applied import Applied
from ytterby.model.assemble import Layout, problem, row_bounds
from ytterby.model.contracts import Strike, strikes
from ytterby.model.measures import with_tax
from ytterby.model.network import Activity, MarketKey, Network
from ytterby.solver import Engine, Problem, Solution, solve

Floats = NDArray[np.float64]
#: What follows a price: an ad valorem rate, or guaranteed prices.
Rate = float | tuple[Strike, ...]
#: How a problem is solved, from a nearby answer if there is one.
Solving = Callable[[Problem, Solution | None], Solution]

#: An ad valorem tax is right when tax / assessed price is the rate to this.
_RATE = 1e-6
_REPEATS = 100
#: From this repeat on a lane that carries nothing may be this far off.
_PATIENT, _CARRIES, _IDLE = 30, 1e-6, 1e-3
#: The longest step towards a payment that makes up for a price.
_FAR = 50.0
#: Solves are accepted uncertified up to this; beyond, the run stops.
_LOOSE = 1e-5


@dataclass(frozen=True, slots=True, eq=False)  # one answer is itself alone, so what follows from it can be kept
class Solved:
    """The equilibrium of a network. Prices in USD/kg, levels in t/yr, money in thousand USD a year."""

    network: Network
    layout: Layout
    problem: Problem
    solution: Solution

    def level(self, name: str) -> float:
        """Throughput of an activity [t/yr]."""
        return float(self.solution.x[self.layout.column_of[name]])

    def level_or_zero(self, name: str) -> float:
        """Throughput of an activity that this network may not have [t/yr]."""
        return self.level(name) if name in self.layout.column_of else 0.0

    def price(self, key: MarketKey) -> float:
        """Price of a market [USD/kg]."""
        return float(self.solution.row_dual[self.layout.row_of_market[key]])

    def ceiling(self) -> dict[MarketKey, float]:
        """The value of lost use in each market with a final use [USD/kg]; beyond it a price means nothing."""
        cores = (a for a in self.layout.activities if a.kind == "core")
        return {(a.product, a.country): -a.cost for a in cores}

    def quoted(self) -> Mapping[MarketKey, float]:
        """The price of every market as published: where all use has ended, the value of lost use.

        There the dual is any number above that value, so its lower end is given.
        """
        return _quoted(self)

    def dual(self, limit: str) -> float:
        """Shadow price of a limit, as a rent of 0 or more [USD/kg of what the row counts]."""
        return max(0.0, -float(self.solution.row_dual[self.layout.row_of_limit[limit]]))

    @property
    def levels(self) -> Mapping[str, float]:
        """Throughput by activity id."""
        return _levels(self)


@lru_cache(maxsize=4)
def _quoted(solved: Solved) -> Mapping[MarketKey, float]:
    most = solved.ceiling()
    return {key: min(price, most.get(key, float("inf"))) for key, price in by_market(solved).items()}


@lru_cache(maxsize=4)
def _levels(solved: Solved) -> Mapping[str, float]:
    return {a.id: x for a, x in zip(solved.layout.activities, solved.solution.x.tolist(), strict=True)}


def equilibrium(
    network: Network,
    applied: tuple[Applied, ...] = (),
    start: Solution | None = None,
    solving: Solving | None = None,
) -> Solved:
    """Solve a network, repeating until every tax or payment that depends on a price is what that price makes it.

    Those are ad valorem taxes, price floors and contracts for difference.
    `start` is a nearby answer to begin from; it makes the solve faster and nothing else. `solving` solves each problem,
    from the answer before when there is one, in place of a new engine.
    Raises SolverError when no engine reaches a usable answer.
    """
    rates = rates_of(network, applied)
    solved = _solve(network, start, solving)
    if not rates:
        return solved
    amounts, steps, last = dict.fromkeys(rates, 0.0), dict.fromkeys(rates, 1.0), dict.fromkeys(rates, 0.0)
    for repeat in range(_REPEATS):
        off = {key: due(solved, *key, rate, amounts[key]) - amounts[key] for key, rate in rates.items()}
        wrong = {key: abs(off[key]) / max(abs(off[key] + amounts[key]), 1e-6) for key in rates}
        if _settled(solved, wrong, repeat):
            return solved
        steps = {key: tax_step(key[1], rates[key], steps[key], off[key] * last[key]) for key in rates}
        amounts = {key: amounts[key] + steps[key] * off[key] for key in rates}
        last = off
        solved = _solve(with_tax(network, amounts), solved.solution, solving)
    raise SolverError(f"taxes that follow prices did not settle in {_REPEATS} solves: {max(wrong.values()):.1e} off")


@dataclass(frozen=True, slots=True)
class Near:
    """An answer, and the engine that found it when another on the same structure can be asked of it."""

    solved: Solved
    engine: Engine | None = None


def nearby(network: Network, applied: tuple[Applied, ...], near: Near | None) -> tuple[Solved, Near]:
    """Solve as `equilibrium` does, begun from a near answer; where only the size of limits differs, in its structure.

    Raises SolverError as `equilibrium` does.
    """
    start = near.solved.solution if near else None
    if rates_of(network, applied):
        solved = equilibrium(network, applied, start)
        return solved, Near(solved)
    if near and near.engine and _same_structure(network, near.solved.network):
        engine = near.engine
        engine.update(row_lower=row_bounds(network, "lower"), row_upper=row_bounds(network, "upper"))
        engine.keep(start)
        where = replace(near.solved.layout, limits=network.limits)
    else:
        asked, where = problem(network)
        engine = Engine(asked, start)
    solved = solved_as(network, where, engine.problem, engine.solve())
    return solved, Near(solved, engine)


def _same_structure(one: Network, other: Network) -> bool:
    """Whether two networks have the same activities and markets, and limits over the same terms."""
    return (
        one.activities is other.activities
        and one.markets is other.markets
        and len(one.limits) == len(other.limits)
        and all(a.id == b.id and a.terms == b.terms for a, b in zip(one.limits, other.limits, strict=True))
    )


def _settled(solved: Solved, wrong: Mapping[tuple[str, str], float], repeat: int) -> bool:
    """Whether every tax is right; after a while an idle lane, whose market may have no price, needs less."""
    if max(wrong.values()) <= _RATE:
        return True
    if repeat < _PATIENT:
        return False
    return all(size <= (_RATE if solved.level(name) > _CARRIES else _IDLE) for (name, _), size in wrong.items())


def tax_step(kind: str, rate: Rate, last: float, agreed: float) -> float:
    """How far to go towards a tax: half as far after passing it, farther while it recedes.

    An export tax pushes its own assessed price down, so a whole step is the most. A tariff may raise the landed price
    by all of itself; what is missing then shrinks by 1 / (1 + rate) a whole step, and 1 + rate steps reach it. A
    guaranteed price lowers the market price by up to all of what it pays, so many steps may be needed.
    """
    if agreed < 0:
        return 0.5 * last
    if isinstance(rate, tuple):
        return min(1.5 * last, _FAR)
    return min(1.2 * last, 1.0 + rate if kind == "tariff" else 1.0)


def _solve(network: Network, start: Solution | None, solving: Solving | None) -> Solved:
    asked, where = problem(network)
    return solved_as(network, where, asked, (solving or solve)(asked, start))


def solved_as(network: Network, where: Layout, asked: Problem, answer: Solution) -> Solved:
    """An answer as the equilibrium of a network; SolverError when it is not good enough to be one."""
    check = answer.certificate
    if not check.certified and max(check.primal_residual, check.gap) > _LOOSE:
        raise SolverError(f"no certified equilibrium: {check.note}")
    return Solved(network, where, asked, answer)


def rates_of(network: Network, applied: tuple[Applied, ...]) -> dict[tuple[str, str], Rate]:
    """What follows a price, by activity: ad valorem rates by kind of tax, guaranteed prices by id of the measure.

    Rates of one kind on one lane add up; two guaranteed prices on one activity are two payments.
    """
    taxes: dict[tuple[str, str], float] = {}
    for done in applied:
        rate = done.measure.rate.ad_valorem if done.measure.rate else None
        for name in done.columns if rate is not None and not done.idle else ():
            taxes[name, done.measure.kind] = taxes.get((name, done.measure.kind), 0.0) + (rate or 0.0)
    sure = {(name, done.measure.id): found for done in applied for name, found in strikes(network, done).items()}
    return {**taxes, **sure}


def due(solved: Solved, name: str, kind: str, rate: Rate, now: float) -> float:
    """What an ad valorem tax comes to [USD/kg]: of the home price, or as a tariff of the landed price before duty.

    The landed price p holds its duties, so a tariff of rate r beside a specific duty s is r / (1 + r) of p - s;
    taking r of p less the last duty instead would never settle for r above 1. `now` is the tax in `solved`.
    """
    a = solved.layout.activities[solved.layout.column_of[name]]
    if isinstance(rate, tuple):
        return sum(strike.due(solved.price(strike.market)) for strike in rate)
    if kind == "export_tax":
        return rate * max(solved.price((a.product, a.country)), 0.0)
    landed = solved.price((a.product, a.partner or "")) - (a.duty - now)
    return rate / (1 + rate) * max(landed, 0.0)


def activity_cost(activity: Activity, level: float) -> float:
    """Cost (less value of use) of running an activity at a level [kUSD/yr], taxes included."""
    total = activity.cost * level
    curve = activity.curve
    if curve is None:
        return total
    return total + float(curve.side) * (_area(curve, level + curve.offset) - _area(curve, curve.offset))


def _area(curve, z: float) -> float:  # type: ignore[no-untyped-def]
    """Integral of the curve's price from 0 to z; each formula is that of the curve's shape."""
    e, p, r = curve.elasticity, curve.price, z / curve.reference
    if curve.shape == "linear":
        sign = float(curve.side)
        return float(p * curve.reference * (r * (1 - sign / e) + sign * r * r / (2 * e)))
    power = 1 / e if curve.side > 0 else -1 / e
    if abs(power + 1) < 1e-12:
        return float(p * curve.reference * np.log(max(r, 1e-300)))
    return float(p * curve.reference * r ** (power + 1) / (power + 1)) if r > 0 else 0.0


def profits(solved: Solved) -> dict[str, float]:
    """What each activity earns at the solved prices after rents [kUSD/yr]: revenue less cost less limit duals.

    For a use this is consumer surplus. The sum over activities plus the rents of all limits is the objective,
    because balances have no value left over.
    """
    rents: dict[str, float] = {}
    for limit in solved.network.limits:
        dual = solved.dual(limit.id)
        for name, coefficient in limit.terms if dual > 0 else ():
            rents[name] = rents.get(name, 0.0) + dual * coefficient
    found, price = {}, by_market(solved)
    for activity, level in zip(solved.layout.activities, solved.solution.x.tolist(), strict=True):
        if level == 0.0:  # an idle lane earns nothing, and there are thousands
            found[activity.id] = 0.0
            continue
        revenue = sum([c * price[key] for key, c in activity.coefficients])
        found[activity.id] = (revenue - rents.get(activity.id, 0.0)) * level - activity_cost(activity, level)
    return found


def welfare(solved: Solved) -> float:
    """Value of use less all costs [kUSD/yr]; taxes count as a cost."""
    return -sum(activity_cost(a, solved.level(a.id)) for a in solved.layout.activities)


def by_market(solved: Solved) -> Mapping[MarketKey, float]:
    """Price of every market."""
    duals = solved.solution.row_dual.tolist()
    return {key: duals[row] for key, row in solved.layout.row_of_market.items()}
