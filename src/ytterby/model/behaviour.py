"""How holders of stock, users, licensing offices, smugglers and new plants behave over time: one set for everything.

Each number is an assumption with a range and a reason. The same set serves every scenario and every replayed episode;
none is fitted to an episode.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from math import exp
from typing import Self


@dataclass(frozen=True, slots=True)
class Row:
    """One behavioural assumption."""

    id: str
    value: float
    low: float
    high: float
    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The behavioural parameters, values only; `TABLE` holds their ranges and reasons."""

    discount: float = 0.05
    holding: float = 0.10
    stock_months: float = 2.0
    stock_response: float = 1.0
    demand_short: float = 0.5
    demand_long: float = 2.0
    demand_months: float = 18.0
    licence_months: float = 4.0
    leak_share: float = 0.30
    leak_premium: float = 0.5
    ramp_middle: float = 36.0
    ramp_width: float = 9.0

    def moved(self, factor: float) -> Self:
        """Every parameter times `factor`."""
        return replace(self, **{f.name: getattr(self, f.name) * factor for f in fields(self)})

    def demand(self, months: float) -> float:
        """Elasticity of use this many months after a change, over its one-year value."""
        rest = exp(-max(months, 0.0) / self.demand_months)
        return self.demand_long + (self.demand_short - self.demand_long) * rest

    def licences(self, months: float, delay: float) -> float:
        """Share of the limit approved this many months into a licence regime with a delay before the first one."""
        return min(max((months - delay) / self.licence_months, 0.0), 1.0)

    def ramp(self, months: float) -> float:
        """Share of capacity that runs this many months after a start: a logistic curve, 0 before it."""
        return 0.0 if months < 0 else 1 / (1 + exp((self.ramp_middle - months) / self.ramp_width))


TABLE = (
    Row("time.discount", 0.05, 0.0, 0.12, "share a year", "Between a government's and a trader's cost of money."),
    Row("time.holding", 0.10, 0.04, 0.25, "share of base price a year", "Storage, insurance, loss of a dear powder."),
    Row("time.stock_months", 2.0, 1.0, 6.0, "months of use", "Users' stocks are published by nobody; one to six months"
        " is what buyers of such goods say."),
    Row("time.stock_response", 1.0, 0.5, 2.0, "1", "How far the use of having stock falls as it fills: at twice the"
        " usual level one more tonne serves nobody."),
    Row("time.demand_short", 0.5, 0.25, 1.0, "of the one-year elasticity", "In the first month recipes are fixed."),
    Row("time.demand_long", 2.0, 1.0, 3.0, "of the one-year elasticity", "Published long-run elasticities of metals are"
        " two to three times the short-run ones."),
    Row("time.demand_months", 18.0, 9.0, 36.0, "months", "A new recipe is qualified within one to three years."),
    Row("time.licence_months", 4.0, 2.0, 9.0, "months", "From the first approval to approvals at the full rate."),
    Row("time.leak_share", 0.30, 0.10, 0.60, "share of base flow", "Estimates of goods that leave unrecorded reach the"
        " size of recorded exports; a third is cautious."),
    Row("time.leak_premium", 0.5, 0.2, 1.0, "share of home price", "What a false label and the risk cost."),
    Row("time.ramp_middle", 36.0, 24.0, 60.0, "months", "Half of nameplate after three years: plants of this kind have"
        " been far later than their guidance."),
    Row("time.ramp_width", 9.0, 4.0, 15.0, "months", "How steeply a plant learns around the middle."),
)  # fmt: skip


def rows(at: Behaviour) -> Iterator[Row]:
    """The table at the values of `at`."""
    return (replace(row, value=getattr(at, row.id.partition(".")[2])) for row in TABLE)
