"""Two sides and a frontier: the solutions of Nash, of Kalai and Smorodinsky, and of Rubinstein's alternating offers.

Nash 1950 (Econometrica 18:155), Kalai & Smorodinsky 1975 (43:513), Rubinstein 1982 (50:97), Binmore, Rubinstein &
Wolinsky 1986 (RAND J. Econ. 17:176) for the limit that gives Nash's weights a meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite

from scipy.optimize import brentq, minimize_scalar

from ytterby.core.errors import Fault, InputError

#: What the second side gets where the first gets u: a falling concave function.
Frontier = Callable[[float], float]


def split(total: float, outside: Mapping[str, float], power: Mapping[str, float] | None = None) -> dict[str, float]:
    """Nash's solution with transfers: everyone its outside option, and the surplus by bargaining power (equal if None).

    An empty mapping when the outside options leave no surplus: there is no zone of agreement.

    >>> split(10, {"a": 2, "b": 4})
    {'a': 4.0, 'b': 6.0}
    """
    weight = dict(power) if power is not None else dict.fromkeys(outside, 1.0)
    faults = [Fault("power", repr(n), "a party with an outside option") for n in weight if n not in outside]
    faults += [
        Fault(place, f"{x:g}", "a finite number")
        for place, x in (("total", total), *((f"outside option of {n}", d) for n, d in outside.items()))
        if not isfinite(x)
    ]
    faults += [
        Fault(f"power of {n}", repr(weight.get(n)), "a number above 0") for n in outside if not weight.get(n, 0) > 0
    ]
    if faults:
        raise InputError(faults)
    surplus = total - sum(outside.values())
    if surplus < 0:
        return {}
    return {name: d + surplus * weight[name] / sum(weight.values()) for name, d in outside.items()}


def nash(
    frontier: Frontier, most: float, outside: tuple[float, float] = (0.0, 0.0), power: float = 0.5
) -> tuple[float, float]:
    """Nash's asymmetric solution on a frontier: the most of (u1 - d1)^power (u2 - d2)^(1 - power).

    `most` is the first side's payoff where the second gets its outside option. Raises InputError for a power outside
    0..1 or a frontier below the outside options.
    """
    _check(frontier, most, outside)
    if not 0 < power < 1:
        raise InputError(Fault("power", f"{power:g}", "a number between 0 and 1"))

    def lost(u: float) -> float:
        first, second = u - outside[0], frontier(u) - outside[1]
        return -float(max(first, 0.0) ** power * max(second, 0.0) ** (1 - power))

    found = minimize_scalar(lost, bounds=(outside[0], most), method="bounded", options={"xatol": 1e-10})
    return float(found.x), float(frontier(found.x))


def kalai_smorodinsky(
    frontier: Frontier, most: float, outside: tuple[float, float] = (0.0, 0.0)
) -> tuple[float, float]:
    """The point of the frontier where both get the same part of the most each could get."""
    _check(frontier, most, outside)
    second_most = frontier(outside[0])

    def ahead(u: float) -> float:
        return (u - outside[0]) / (most - outside[0]) - (frontier(u) - outside[1]) / (second_most - outside[1])

    u = float(brentq(ahead, outside[0], most, xtol=1e-13))
    return u, float(frontier(u))


def rubinstein(first: float, second: float) -> tuple[float, float]:
    """Shares of a pie of 1 by alternating offers, for the side that proposes first and the other.

    `first` and `second` are discount factors per round, 0..1. The nearer both are to 1, the nearer to Nash's split
    with powers by the other's impatience.

    >>> tuple(round(x, 6) for x in rubinstein(0.9, 0.8))
    (0.714286, 0.285714)
    """
    for name, d in (("first", first), ("second", second)):
        if not 0 <= d < 1:
            raise InputError(Fault(f"discount factor of the {name}", f"{d:g}", "a number from 0 to less than 1"))
    share = (1 - second) / (1 - first * second)
    return share, 1 - share


def patience(rates: Mapping[str, float]) -> dict[str, float]:
    """Bargaining power from discount rates: each side's is in proportion to 1 / its rate, the rounds being short.

    For two sides this is the limit of `rubinstein`: r2 / (r1 + r2). Raises InputError for a rate of 0 or less.
    """
    faults = [Fault(f"discount rate of {n}", f"{r:g}", "a rate above 0") for n, r in rates.items() if not r > 0]
    if faults:
        raise InputError(faults)
    total = sum(1 / r for r in rates.values())
    return {name: 1 / r / total for name, r in rates.items()}


def _check(frontier: Frontier, most: float, outside: tuple[float, float]) -> None:
    if not most > outside[0] or not frontier(outside[0]) > outside[1]:
        raise InputError(Fault("frontier", "nothing above the outside options", "a payoff both prefer"))
