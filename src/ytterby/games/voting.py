"""Weighted voting: power indices exact by counting coalitions with generating functions, and who has a veto.

The number of coalitions by size and weight is the product of (1 + x y^w) over the players (Mann & Shapley 1962,
RAND RM-3158; Brams & Affuso 1976); a player is taken out of it by division. Integers throughout, so 60 players are
exact. Simple games have a core only if somebody has a veto.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, lcm

import numpy as np
from numpy.typing import NDArray

from ytterby.core.errors import Fault, InputError
from ytterby.games.game import Game

Counts = NDArray[np.object_]
_PLAYERS, _WEIGHT = 200, 20_000


@dataclass(frozen=True, slots=True)
class Power:
    """Power of each player as exact fractions: Shapley-Shubik (adds up to 1), Banzhaf raw and normalised."""

    shapley: Mapping[str, Fraction]
    banzhaf: Mapping[str, Fraction]
    banzhaf_share: Mapping[str, Fraction]
    veto: tuple[str, ...]


def power(weights: Mapping[str, float], quota: float) -> Power:
    """The power indices of a vote that passes with `quota` or more of the `weights`.

    Weights and quota are scaled to whole numbers, at most 20,000 in sum. Raises InputError with every fault.

    >>> power({"a": 2, "b": 1, "c": 1}, 3).shapley["a"]
    Fraction(2, 3)
    """
    whole, need = _whole(weights, quota)
    n, total = len(whole), sum(whole.values())
    counts = _counts(list(whole.values()), total)
    pivots = {w: _pivots(counts, w, need) for w in sorted(set(whole.values()))}
    shapley: dict[str, Fraction] = {}
    swings: dict[str, int] = {}
    for name, w in whole.items():
        by_size = pivots[w]
        parts = (Fraction(factorial(k) * factorial(n - k - 1) * c, factorial(n)) for k, c in enumerate(by_size))
        shapley[name] = sum(parts, Fraction(0))
        swings[name] = sum(by_size)
    all_swings = sum(swings.values())
    return Power(
        shapley,
        {name: Fraction(s, 1 << (n - 1)) for name, s in swings.items()},
        {name: Fraction(s, all_swings) for name, s in swings.items()},
        veto(weights, quota),
    )


def veto(weights: Mapping[str, float], quota: float) -> tuple[str, ...]:
    """The players without whom nothing passes."""
    whole, need = _whole(weights, quota)
    total = sum(whole.values())
    return tuple(name for name, w in whole.items() if total - w < need)


def voting_game(weights: Mapping[str, float], quota: float) -> Game:
    """The simple game of a vote: 1 for a coalition that passes, else 0."""
    whole, need = _whole(weights, quota)
    return Game(tuple(whole), lambda s: float(sum(whole[name] for name in s) >= need))


def _size(total: int) -> str:
    return f"{total} in whole numbers" if total < 10**15 else "a sum of more than 15 digits in whole numbers"


def _counts(weights: list[int], total: int) -> Counts:
    """How many coalitions there are by size (rows) and weight (columns)."""
    counts: Counts = np.zeros((len(weights) + 1, total + 1), dtype=object)
    counts[0, 0] = 1
    for done, w in enumerate(weights):
        counts[1 : done + 2, w:] = counts[1 : done + 2, w:] + counts[: done + 1, : total + 1 - w]
    return counts


def _pivots(counts: Counts, w: int, need: int) -> list[int]:
    """Coalitions without a player of weight w that lose without it and win with it, by size."""
    n = counts.shape[0] - 1
    without: Counts = np.zeros((n, counts.shape[1]), dtype=object)
    without[0, 0] = 1
    for k in range(1, n):
        shifted = np.zeros(counts.shape[1], dtype=object)
        shifted[w:] = without[k - 1, : counts.shape[1] - w]
        without[k] = counts[k] - shifted
    return [int(sum(row[max(need - w, 0) : need])) for row in without]


def _whole(weights: Mapping[str, float], quota: float) -> tuple[dict[str, int], int]:
    faults = [
        Fault(f"weight of {name}", f"{w!r}", "a finite number of 0 or more")
        for name, w in weights.items()
        if not 0 <= w < float("inf")
    ]
    if not 1 <= len(weights) <= _PLAYERS:
        faults.append(Fault("weights", f"{len(weights)} players", f"1 to {_PLAYERS} players"))
    if faults:
        raise InputError(faults)
    exact = {name: Fraction(str(w)) for name, w in weights.items()}
    most = sum(exact.values())
    if not 0 < quota < float("inf") or Fraction(str(quota)) > most:
        raise InputError(Fault("quota", f"{quota!r}", f"above 0 and at most {float(most):g}, the sum of weights"))
    unit = lcm(*(w.denominator for w in exact.values()), Fraction(str(quota)).denominator)
    whole = {name: int(w * unit) for name, w in exact.items()}
    if sum(whole.values()) > _WEIGHT:
        raise InputError(Fault("weights", _size(sum(whole.values())), f"at most {_WEIGHT}: round them"))
    return whole, int(Fraction(str(quota)) * unit)
