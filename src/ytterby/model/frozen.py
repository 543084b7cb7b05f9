"""A network frozen for many solves: assumptions about behaviour become vectors, the structure stays.

Elasticities, slack, premiums, limits of substitution and the value of lost use change no coefficient and no base
level, only costs, bounds and curves. Each column's rule is found once; then a set of assumptions gives its vectors
by array arithmetic, in about a millisecond, and equals what `calibrate` and `latent` would have built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ytterby.model.assemble import Layout, problem
from ytterby.model.assumptions import SCOPES, scoped
from ytterby.model.calibrate import takes_nothing
from ytterby.model.curves import supply_elasticity, use_elasticity
from ytterby.model.lanes import NEW_LANE, RE_EXPORT, freight
from ytterby.model.network import Activity, Curve, MarketKey, Network
from ytterby.solver import Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Values = Mapping[str, float]

_FAMILIES = ("cap.", "elasticity.", "limit.", "premium.latent", "premium.re-export", "slack.")
#: Families of assumptions that leave the base year, its prices and every coefficient alone, of any chain.
BEHAVIOUR = (*_FAMILIES, *(f"{scope}.{family}" for scope in SCOPES for family in _FAMILIES))

_PROCESSES = ("separate", "refine", "metal", "magnet", "recycle")
_THRIFT = {"magnet/ndfeb-dy": "thrift.heavy", "magnet/smco": "substitute.smco"}


Rule = Callable[["Group", Values, "Vectors"], None]


@dataclass(frozen=True, slots=True)
class Vectors:
    """The vectors that a rule writes: two over columns, three over the table of curves."""

    cost: Floats
    upper: Floats
    x0: Floats
    elasticity: Floats
    offset: Floats


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that follow one rule and one assumption: columns, rows of the curve table, and the rule's numbers."""

    rule: str
    key: str
    column: Ints
    curve: Ints
    numbers: Floats


@dataclass(frozen=True, slots=True)
class Frozen:
    """The problem of a network at its own assumptions, and the groups of columns that other assumptions move."""

    problem: Problem
    layout: Layout
    groups: tuple[Group, ...]
    held: NDArray[np.bool_]
    scope: tuple[str, ...] = ()

    def at(self, values: Values) -> Problem:
        """The problem under other assumptions about behaviour; columns that a measure has bounded keep their bound."""
        values = scoped(values, self.scope)
        curves = self.problem.curves
        v = Vectors(
            self.problem.cost.copy(),
            self.problem.upper.copy(),
            curves.x0.copy(),
            curves.elasticity.copy(),
            curves.offset.copy(),
        )
        for group in self.groups:
            _RULES[group.rule](group, values, v)
        return replace(
            self.problem,
            cost=v.cost,
            upper=np.where(self.held, self.problem.upper, v.upper),
            curves=replace(curves, x0=v.x0, elasticity=v.elasticity, offset=v.offset),
        )


def freeze(network: Network, before: Network, values: Values) -> Frozen:
    """Freeze `network`, which is `before` under measures, both calibrated at `values`."""
    scope: tuple[str, ...] = before.tables.get("scope", ())
    values = scoped(values, scope)
    asked, where = problem(network)
    unshocked = {a.id: a.upper for a in before.activities}
    held = np.array([a.upper != unshocked.get(a.id, a.upper) for a in where.activities], dtype=bool)
    row_of = {int(j): i for i, j in enumerate(asked.curves.column)}
    known = _Known(
        {m.key: m.price or 0.0 for m in network.markets},
        {(a.product, a.country): a.base for a in where.activities if a.kind == "use"},
        {(a.product, a.country): a.base for a in where.activities if a.kind == "core"},
        values,
    )
    chosen: dict[tuple[str, str], list[tuple[int, tuple[float, ...]]]] = {}
    for j, a in enumerate(where.activities):
        found = _rule(a, known)
        if found is not None:
            rule, key, numbers = found
            chosen.setdefault((rule, key), []).append((j, numbers))
    groups = tuple(
        Group(
            rule,
            key,
            np.array([j for j, _ in members], dtype=np.int64),
            np.array([row_of.get(j, -1) for j, _ in members], dtype=np.int64),
            np.array([n for _, n in members], dtype=np.float64).T,
        )
        for (rule, key), members in sorted(chosen.items())
    )
    return Frozen(asked, where, groups, held, scope)


def at_rest(network: Network) -> Frozen:
    """Freeze a network in which no assumption moves anything, such as a textbook case."""
    asked, where = problem(network)
    return Frozen(asked, where, (), np.zeros(len(where.activities), dtype=bool))


def moved(network: Network, frozen: Frozen, values: Values) -> Network:
    """The network of `frozen`, which is that network alone and with its layout, under other assumptions.

    As `calibrate` would build it, and with the table of assumptions that measures look at.
    """
    asked = frozen.at(values)
    curves = asked.curves
    shaped = {int(j): i for i, j in enumerate(curves.column)}
    x0, elasticity, offset = (getattr(curves, name).tolist() for name in ("x0", "elasticity", "offset"))
    costs, uppers = asked.cost.tolist(), asked.upper.tolist()
    found = []
    for j, (a, cost, upper) in enumerate(zip(network.activities, costs, uppers, strict=True)):
        i, c = shaped.get(j), a.curve
        if i is not None and c is not None:
            now = (x0[i], elasticity[i], offset[i])
            if now != (c.reference, c.elasticity, c.offset):
                c = replace(c, reference=now[0], elasticity=now[1], offset=now[2])
        same = c is a.curve and cost == a.cost and upper == a.upper
        found.append(a if same else replace(a, cost=cost, upper=upper, curve=c))
    assumed = network.tables["assumptions"]
    here = {row.id: values[row.id] for row in assumed if values.get(row.id, row.value) != row.value}
    tables = dict(network.tables) | {"assumptions": assumed.override(here)}
    return replace(network.with_activities(found), tables=tables)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rules look up: base prices, base use in its two parts, and the assumptions calibrated at."""

    prices: Mapping[MarketKey, float]
    uses: Mapping[MarketKey, float]
    cores: Mapping[MarketKey, float]
    values: Values


def _rule(a: Activity, known: _Known) -> tuple[str, str, tuple[float, ...]] | None:
    """The rule of a column, the assumption it follows, and the numbers the rule needs; None when nothing moves it."""
    key = (a.product, a.country)
    if a.kind in ("use", "core") and key in known.cores and key in known.uses:
        price = -a.cost / known.values["cap.lost-use"] if a.kind == "core" else 0.0
        return a.kind, _use_key(a.product), (known.uses[key] + known.cores[key], price)
    if a.curve is None:
        return None
    if a.kind in ("mine", "scrap") or (a.kind == "refine" and takes_nothing(a)):
        return "source", _supply_key(a), (a.base,)
    if a.kind in _PROCESSES:
        return "process", "elasticity.process", (a.base,)
    if a.kind == "thrift" and a.product in _THRIFT:
        return "thrift", _THRIFT[a.product], (a.curve.reference,)
    if a.kind != "route":
        return None
    if a.base > 0:
        return "lane", "elasticity.route", (a.base,)
    return _idle_rule(a, a.curve, known) if a.note in (NEW_LANE, RE_EXPORT) else None


def _idle_rule(a: Activity, curve: Curve, known: _Known) -> tuple[str, str, tuple[float, ...]]:
    """An idle lane: scale, seller's price, freight, the price gap it starts behind, taxes less the curve's price."""
    premium = "premium.latent-route" if a.note == NEW_LANE else "premium.re-export"
    here = known.prices.get((a.product, a.country), 0.0)
    there = known.prices.get((a.product, a.partner or ""), 0.0)
    gap = (there - here) + 1e-3 * curve.price
    scale = curve.reference / known.values["elasticity.route"]
    return "idle lane", premium, (scale, here, freight(here, known.values), gap, a.tax + a.duty - curve.price)


_ELASTICITIES = (
    "elasticity.supply.mine",
    "elasticity.supply.clay",
    "elasticity.demand.La",
    "elasticity.demand.Ce",
    "elasticity.demand.Y",
    "elasticity.demand.magnet",
    "elasticity.demand.magnet-element",
    "elasticity.demand.middle",
    "elasticity.demand.heavy",
    "elasticity.demand",
)


def _read_by(lookup: Callable[[Mapping[str, float]], float]) -> str:
    """The assumption that a lookup reads: each is given a number of its own, and the one returned tells."""
    numbered = {name: float(i) for i, name in enumerate(_ELASTICITIES)}
    return _ELASTICITIES[int(lookup(numbered))]


def _use_key(product: str) -> str:
    return _read_by(lambda numbered: use_elasticity(product, numbered))


def _supply_key(a: Activity) -> str:
    if a.kind == "scrap":
        return "elasticity.supply.scrap"
    return _read_by(lambda numbered: supply_elasticity(a.ore, numbered))


def _source(g: Group, values: Values, v: Vectors) -> None:
    v.elasticity[g.curve] = values[g.key]
    v.upper[g.column] = g.numbers[0] * (1 + values["slack.mine"])


def _process(g: Group, values: Values, v: Vectors) -> None:
    v.elasticity[g.curve] = values[g.key]
    v.upper[g.column] = g.numbers[0] * (1 + values["slack.process"])


def _lane(g: Group, values: Values, v: Vectors) -> None:
    v.elasticity[g.curve] = values[g.key]


def _idle_lane(g: Group, values: Values, v: Vectors) -> None:
    scale, here, carriage, gap, rest = g.numbers
    v.x0[g.curve] = v.offset[g.curve] = scale * values["elasticity.route"]
    v.cost[g.column] = np.maximum(carriage + values[g.key] * here, gap) + rest


def _core(g: Group, values: Values, v: Vectors) -> None:
    used, price = g.numbers
    v.upper[g.column] = used * values["cap.lost-use"] ** -values[g.key]
    v.cost[g.column] = -values["cap.lost-use"] * price


def _use(g: Group, values: Values, v: Vectors) -> None:
    v.elasticity[g.curve] = values[g.key]
    v.offset[g.curve] = g.numbers[0] * values["cap.lost-use"] ** -values[g.key]


def _thrift(g: Group, values: Values, v: Vectors) -> None:
    v.elasticity[g.curve] = values[f"elasticity.{g.key}"]
    v.upper[g.column] = values[f"limit.{g.key}"] * g.numbers[0]


_RULES: dict[str, Rule] = {
    "source": _source,
    "process": _process,
    "lane": _lane,
    "idle lane": _idle_lane,
    "core": _core,
    "use": _use,
    "thrift": _thrift,
}
