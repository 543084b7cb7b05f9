"""Stocks that a scenario names: commercial ones replace the usual ones, strategic ones are tanks with a rule.

A strategic stock is a market of its own, beside that of its product: tonnes leave it at a cost that makes a release
pay above `release_above` times the base price, and enter it when the price is below `buy_below` times it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ytterby.core.errors import Fault, InputError
from ytterby.core.units import factor
from ytterby.model.behaviour import Behaviour
from ytterby.model.measures import per_tonne
from ytterby.model.network import Activity, Market, MarketKey, Network
from ytterby.model.scenario import Pile, Ranged
from ytterby.model.solved import Solved
from ytterby.model.stocks import Stock

#: The form of a tank's product: `reserve/<product>`.
RESERVE = "reserve"


def with_piles(
    network: Network, base: Solved, usual: Sequence[Stock], piles: Sequence[Pile], how: Behaviour
) -> tuple[Network, tuple[Stock, ...]]:
    """The network with its tanks, and the stocks of the run: usual ones, but for those that `piles` replace.

    InputError when a stock is of nothing in the network.
    """
    stocks = {s.key: s for s in usual}
    faults = []
    for pile in piles:
        markets = [m for m in network.markets if m.country in pile.of and _covers(pile, m.product)]
        markets = [m for m in markets if base.price(m.key) > 0]
        if not markets:
            faults.append(Fault(f"stock {pile.id!r}", "nothing that is traded there", "a product with a price"))
            continue
        weights = _weights(network, markets)
        if pile.kind == "commercial":
            stocks |= {s.key: s for s in _commercial(network, base, pile, markets, weights, how)}
        else:
            network, tanks = _strategic(network, base, pile, markets, weights)
            stocks |= {s.key: s for s in tanks}
    if faults:
        raise InputError(faults)
    return network, tuple(stocks[key] for key in sorted(stocks))


def _covers(pile: Pile, product: str) -> bool:
    form, _, name = product.partition("/")
    return (product in pile.product or form in pile.product) and (not pile.element or name in pile.element)


def _weights(network: Network, markets: Sequence[Market]) -> dict[MarketKey, float]:
    """Each market's part of what the markets use in the base; equal parts where none is used."""
    keys = {m.key for m in markets}
    used = dict.fromkeys(sorted(keys), 0.0)
    for a in network.activities:
        for key, c in a.coefficients if a.base > 0 and a.kind != "route" else ():
            if key in keys and c < 0:
                used[key] -= c * a.base
    total = sum(used.values())
    return {key: amount / total if total > 0 else 1 / len(used) for key, amount in used.items()}


def _tonnes(network: Network, number: Ranged | None, product: str, place: str) -> float:
    """An amount in tonnes of a product's own unit; infinite when none is given."""
    if number is None:
        return float("inf")
    unit = number.unit.removesuffix("/yr")
    basis = " ".join(["t", *unit.split(" ")[1:]])
    return number.value * factor(unit, basis) / per_tonne(network, product, basis, place)


def _commercial(
    network: Network, base: Solved, pile: Pile, markets: Sequence[Market], weights: dict[MarketKey, float],
    how: Behaviour,
) -> Iterator[Stock]:  # fmt: skip
    use = dict.fromkeys(weights, 0.0)
    for a in network.activities:
        for key, c in a.coefficients if a.kind in ("use", "core", "magnet", "metal") else ():
            if key in use and c < 0:
                use[key] -= c * a.base
    for m in markets:
        place, price = f"stock {pile.id!r}", base.price(m.key)
        level = use[m.key] * (pile.months.value if pile.months else 0.0) / 12
        if pile.amount is not None:
            level = _tonnes(network, pile.amount, m.product, f"{place}, opening") * weights[m.key]
        most = _tonnes(network, pile.capacity, m.product, f"{place}, capacity") * weights[m.key]
        holding = pile.holding.value if pile.holding else how.holding
        yield Stock(m.key, level, price, price * holding, how.stock_response, capacity=most)


def _strategic(
    network: Network, base: Solved, pile: Pile, markets: Sequence[Market], weights: dict[MarketKey, float]
) -> tuple[Network, list[Stock]]:
    tanks, lanes, stocks = [], [], []
    for m in markets:
        place, price, part = f"stock {pile.id!r}", base.price(m.key), weights[m.key]
        level, most, rate = (
            _tonnes(network, number, m.product, f"{place}, {name}") * part if part > 0 else 0.0
            for number, name in ((pile.amount, "opening"), (pile.capacity, "capacity"), (pile.rate, "rate"))
        )
        if part <= 0:
            continue
        above = price * (pile.release_above.value if pile.release_above else 1.0)
        below = price * pile.buy_below.value if pile.buy_below else None
        worth = (above + below) / 2 if below is not None else min(above, price)
        key = (f"{RESERVE}/{m.product}", m.country)
        tanks.append(Market(*key, m.unit, worth))
        out = f"reserve:{pile.id}:{m.country}:{m.product}"
        lanes.append(
            Activity(out, "release", m.country, m.product, ((key, -1.0), (m.key, 1.0)), cost=above - worth, upper=rate)
        )
        if below is not None:
            taken = ((m.key, -1.0), (key, 1.0))
            lanes.append(Activity(f"{out}:in", "stock", m.country, m.product, taken, cost=worth - below, upper=rate))
        holding = worth * (pile.holding.value if pile.holding else 0.0)
        stocks.append(Stock(key, level, worth, holding, 1.0, capacity=most))
    grown = replace(network, markets=(*network.markets, *tanks), activities=(*network.activities, *lanes))
    return grown, stocks
