"""Stocks carried between periods: who holds how much of what, what it costs and what having it is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ytterby.core.errors import Fault, InputError
from ytterby.model.network import MarketKey, Network

#: Kinds of activity whose takings count as use of a product, for stocks of so many months of use.
_USERS = ("use", "core", "magnet", "metal")
#: Markets that use less [t/yr], or pay less [USD/kg], hold no stock worth a column.
_LEAST_USE, _LEAST_PRICE = 1e-3, 1e-6
#: Nor is a smaller usual stock than this [t] followed.
_LEAST_STOCK = 1e-6
#: The part of a product's usual stock that is followed, the largest holders first.
_HELD = 0.99


@dataclass(frozen=True, slots=True)
class Stock:
    """A stock in one market: usual and opening level [t], base price and holding cost [USD/kg, USD/kg/yr], its use.

    `response` is how far the use of having stock falls as it fills, on a straight line; with `most` above 0 it is the
    elasticity of a curve instead, on which an empty stock is worth `most` times the price. `capacity` is the most that
    can be held [t].
    """

    key: MarketKey
    usual: float
    price: float
    holding: float
    response: float = 1.0
    opening: float | None = None
    capacity: float = float("inf")
    most: float = 0.0

    @property
    def start(self) -> float:
        """The level before the first period [t]."""
        return self.usual if self.opening is None else self.opening


def check_stocks(stocks: Sequence[Stock]) -> None:
    """Raise InputError naming every stock with a level below 0 or above its capacity."""
    faults = []
    for s in stocks:
        for name in ("usual", "opening", "holding", "capacity"):
            value = getattr(s, name)
            if value is not None and not value >= 0:
                faults.append(Fault(f"stock of {s.key[0]} in {s.key[1]}, {name}", f"{value:g}", "0 or more"))
        if max(s.usual, s.start) > s.capacity >= 0:
            faults.append(Fault(f"stock of {s.key[0]} in {s.key[1]}", "a level above its capacity", "at most that"))
    if faults:
        raise InputError(faults)


def usual_stocks(
    network: Network, prices: Mapping[MarketKey, float], months: float, holding: float, response: float,
    chosen: Callable[[MarketKey], bool] = lambda key: True,
) -> tuple[Stock, ...]:  # fmt: skip
    """A stock of so many months of base use in the markets that use a product; holding is a share of price a year.

    Of each product, the largest users that together hold `_HELD` of its usual stock; the rest would double the
    columns and move no total. InputError when the months are below 0.
    """
    if not 0 <= months < float("inf"):
        raise InputError(Fault("stocks.months", f"{months:g}", "0 months of use or more"))
    used: dict[MarketKey, float] = {}
    for a in network.activities:
        if a.kind in _USERS and a.base > 0:
            for key, c in a.coefficients:
                if c < 0:
                    used[key] = used.get(key, 0.0) - c * a.base
    live = {k: u for k, u in used.items() if u > _LEAST_USE and prices.get(k, 0.0) > _LEAST_PRICE and chosen(k)}
    return tuple(
        Stock(key, live[key] * months / 12, prices[key], prices[key] * holding, response)
        for key in sorted(_largest(live))
        if live[key] * months / 12 > _LEAST_STOCK
    )


def _largest(used: Mapping[MarketKey, float]) -> set[MarketKey]:
    """The largest users of each product, until their part of all use is reached."""
    total: dict[str, float] = {}
    for (product, _), amount in used.items():
        total[product] = total.get(product, 0.0) + amount
    kept, reached = set(), dict.fromkeys(total, 0.0)
    for key in sorted(used, key=lambda k: (-used[k], k)):
        if reached[key[0]] < _HELD * total[key[0]]:
            reached[key[0]] += used[key]
            kept.add(key)
    return kept
