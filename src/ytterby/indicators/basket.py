"""Basket price and balance of an ore whose elements come together.

    basket price   B = Σ_e d_e · p_e                       [USD/kg REO]   d_e share of oxide e in TREO, p_e its price
    balance        T = max_e (D_e / d_e)                   [t REO]        D_e demand for oxide e, in t of the oxide
                   surplus_e = T · d_e - D_e               [t]            the element that sets T has none

The balance problem: an ore gives its elements in fixed proportions that demand does not want (K. Binnemans and others,
Rare Earths and the Balance Problem, doi:10.1007/s40831-014-0005-1). Shares and prices are both of oxides: a price of
metal or of carbonate does not belong here.

A basket price is gross: it assumes that every oxide is separated, recovered in full and sold. An oxide without a price
adds nothing, and `unpriced` says how much of the ore that is.

>>> found = basket({"Ce": 50, "La": 30, "Nd": 18, "Dy": 2}, {"Ce": 1.0, "La": 1.0, "Nd": 60.0, "Dy": 260.0})
>>> round(found.price, 2), [(part.element, round(part.share_of_value, 2)) for part in found.parts[:2]]
(16.8, [('Nd', 0.64), ('Dy', 0.31)])
>>> balance({"Ce": 50, "Nd": 18, "Dy": 2}, {"Ce": 10.0, "Nd": 36.0, "Dy": 6.0}).needed
300.0
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ytterby.core.errors import Fault, InputError


@dataclass(frozen=True, slots=True)
class Priced:
    """An element's part in a basket: share of mass, price of its oxide [USD/kg], and share of value."""

    element: str
    share: float
    price: float
    share_of_value: float


@dataclass(frozen=True, slots=True)
class Basket:
    """A basket price [USD/kg REO], its parts by value, and the shares of mass without a price and not in the assay."""

    price: float
    parts: tuple[Priced, ...]
    unpriced: float
    unassayed: float


@dataclass(frozen=True, slots=True)
class Balance:
    """TREO needed to serve every demand [t REO], the element that decides it, and the surplus of each other [t]."""

    needed: float
    scarcest: str
    surplus: Mapping[str, float]


def basket(distribution: Mapping[str, float], prices: Mapping[str, float | None]) -> Basket:
    """Return the basket price of a distribution [% of TREO] at oxide prices [USD/kg]."""
    _refuse(distribution, "distribution")
    _refuse({name: price for name, price in prices.items() if price is not None}, "prices")
    total = math.fsum(distribution.values())
    if not 0 < total <= 101:
        raise InputError(Fault("basket, distribution", f"shares that sum to {total:g} %", "at most 100 % of TREO"))
    known = {name: price for name, price in prices.items() if price is not None}
    value = math.fsum(distribution[name] / 100 * known[name] for name in distribution if name in known)
    parts = [
        Priced(name, share / 100, known[name], share / 100 * known[name] / value if value else 0.0)
        for name, share in distribution.items()
        if name in known
    ]
    parts.sort(key=lambda part: (-part.share_of_value, part.element))
    unpriced = math.fsum(share for name, share in distribution.items() if name not in known) / 100
    return Basket(value, tuple(parts), unpriced, max(0.0, 1 - total / 100))


def balance(distribution: Mapping[str, float], demand: Mapping[str, float]) -> Balance:
    """Return how much TREO of a distribution [%] serves every demand [t oxide], and what is left over."""
    _refuse(distribution, "distribution")
    _refuse(demand, "demand")
    missing = sorted(name for name, wanted in demand.items() if wanted > 0 and not distribution.get(name))
    if missing:
        raise InputError(Fault("balance", f"no {', '.join(missing)} in the ore", "an ore that holds what is wanted"))
    needs = {name: wanted / (distribution[name] / 100) for name, wanted in demand.items() if wanted > 0}
    if not needs:
        raise InputError(Fault("balance, demand", "nothing above zero", "at least one demand"))
    scarcest = max(sorted(needs), key=lambda name: needs[name])
    total = needs[scarcest]
    surplus = {name: total * share / 100 - demand.get(name, 0.0) for name, share in distribution.items()}
    return Balance(total, scarcest, surplus | {scarcest: 0.0})


def _refuse(amounts: Mapping[str, float], what: str) -> None:
    bad = {name: amount for name, amount in amounts.items() if not (math.isfinite(amount) and amount >= 0)}
    if bad:
        raise InputError([Fault(f"{what}, {name}", f"{amount!r}", "zero or more") for name, amount in bad.items()])
