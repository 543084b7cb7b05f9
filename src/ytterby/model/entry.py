"""What a plant must earn before an investor builds it, and what one is expected to earn.

With capital K a tonne of yearly capacity, overrun v, hurdle rate r, lead time of L years, life of N years and a ramp-up
that lets the share s_y of capacity run in year y after the first tonne:

    capital charge  c = K (1 + v) (1 + r)^(-L/2) / Σ_y s_y (1 + r)^-(L+y)           y = 1 … N

so the capital is spent in the middle of the lead time and a year's income comes at its end. Without lead and ramp-up c
is K (1 + v) times the annuity r / (1 - (1 + r)^-N). A plant that earns the margin m every year over its cash cost has a
net present value of at least 0 exactly if m ≥ c; of margins that differ from year to year it is their mean with the
weights s_y (1 + r)^-(L+y).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ytterby.model.behaviour import Behaviour
from ytterby.model.network import Activity
from ytterby.model.scenario import Entry, Measure
from ytterby.model.solved import Solved, activity_cost

_MONTHS = 12
_POINTS = 8
#: A plant that runs less than this part of its capacity is idle.
_RUNS = 1e-3


@dataclass(frozen=True, slots=True)
class Earned:
    """What a plant earns in a period [USD/kg of capacity]: a price over its feed, its cash cost, and the margin.

    `price` is what its products bring less what its feed costs; where it is idle, what the best of its processes would.
    `margin` is what a year brings over cash cost, for each kg of capacity: 0 where it stands still.
    """

    price: float
    opex: float
    margin: float

    @property
    def net(self) -> float:
        """The margin, or what is missing to it where the plant stands still."""
        return self.margin if self.margin > 0 else min(self.price - self.opex, 0.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """One candidate in one year: what it expects to earn, what it must, and what was decided.

    `period` is the first of the year; prices are in USD/kg of capacity over feed. `decision` is "build", "wait",
    "spoils" (it would pay at the path's prices, but not once it is built) or "beyond" (it would run up only after the
    end of the path, so who looks ahead cannot tell).
    """

    entry: str
    period: int
    expected: float
    opex: float
    charge: float
    decision: str

    @property
    def break_even(self) -> float:
        """Cash cost and capital charge [USD/kg]."""
        return self.opex + self.charge


@dataclass(frozen=True, slots=True)
class Built:
    """A plant that was decided: its measure, when, its first day, and the capital [MUSD]."""

    entry: str
    period: int
    measure: Measure
    opens: date
    capital: float


@dataclass(frozen=True, slots=True)
class Entered:
    """All that investors decided along a path; `unsettled` are decisions that do not hold on it, in words.

    `base` is what each candidate would earn in the base year [USD/kg of capacity over feed], in their order, and `seen`
    what a small plant of the kind earns in each period of the path.
    """

    entries: tuple[Entry, ...]
    asked: tuple[Asked, ...]
    built: tuple[Built, ...]
    unsettled: tuple[str, ...] = ()
    solves: int = 0
    base: tuple[float, ...] = ()
    seen: tuple[tuple[Earned, ...], ...] = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The plants that were built."""
        return tuple(b.measure for b in self.built)


@lru_cache(maxsize=512)
def weights(entry: Entry, how: Behaviour) -> tuple[float, ...]:
    """Worth at the decision of a margin of 1 in each year of operation: ramp-up, part of the year, discount."""
    lead, life, rate = _lead(entry), entry.life.value, entry.hurdle.value
    running = entry.plant.capacity_factor.value if entry.plant.capacity_factor else 1.0
    found, year = [], 0
    while year < life - 1e-9:
        part = min(life - year, 1.0)
        runs = sum(how.ramp(_MONTHS * (year + part * (i + 0.5) / _POINTS)) for i in range(_POINTS)) / _POINTS
        found.append(running * runs * part * (1 + rate) ** -(lead + year + part))
        year += 1
    return tuple(found)


def capital(entry: Entry) -> float:
    """What a tonne of yearly capacity costs, with the overrun [USD/kg of yearly capacity]."""
    return entry.capex.value * (1 + (entry.overrun.value if entry.overrun else 0.0))


def charge(entry: Entry, how: Behaviour) -> float:
    """The margin over cash cost that just pays for the capital [USD/kg of capacity]; see the head of the module."""
    worth = sum(weights(entry, how))
    spent = capital(entry) * (1 + entry.hurdle.value) ** (-_lead(entry) / 2)
    return spent / worth if worth > 0 else float("inf")


def _lead(entry: Entry) -> float:
    """Years from the decision to the first tonne."""
    return (entry.plant.lead.value if entry.plant.lead else 0.0) / _MONTHS


def earned(solved: Solved, name: str) -> Earned:
    """What the plant with the limit `name` earns in a solved period, at the prices there."""
    limit = solved.network.limits[[x.id for x in solved.network.limits].index(name)]
    columns = [(solved.layout.activities[solved.layout.column_of[a]], c) for a, c in limit.terms]
    counted = sum(c * solved.level(a.id) for a, c in columns)
    if counted > _RUNS * limit.upper:
        cost = sum(activity_cost(a, solved.level(a.id)) for a, _ in columns)
        income = sum(_worth(solved, a) * solved.level(a.id) for a, _ in columns)
        return Earned(income / counted, cost / counted, (income - cost) / limit.upper)
    best = max(columns, key=lambda pair: (_worth(solved, pair[0]) - _first_cost(pair[0])) / pair[1])
    return Earned(_worth(solved, best[0]) / best[1], _first_cost(best[0]) / best[1], 0.0)


def _worth(solved: Solved, a: Activity) -> float:
    """What a tonne of throughput brings less what its feed costs [USD/kg]."""
    return sum(c * solved.price(key) for key, c in a.coefficients)


def _first_cost(a: Activity) -> float:
    """Cash cost of the first tonne [USD/kg of throughput]."""
    size = 1e-6 * (a.curve.reference if a.curve else 1.0)
    return activity_cost(a, size) / size


def mean(values: Sequence[float], by: Sequence[float] | None = None) -> float:
    """Their mean, with weights or all alike."""
    parts = by or [1.0] * len(values)
    return sum(p * v for p, v in zip(parts, values, strict=True)) / (sum(parts) or 1.0)
