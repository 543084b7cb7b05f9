"""Values of a game: one number a player, by what each adds.

Shapley (1953), Banzhaf (1965; Dubey & Shapley 1979), the tau-value (Tijs 1981) and the Gately point (Gately 1974).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import factorial

import numpy as np

from ytterby.core.errors import Fault, InputError
from ytterby.games.game import Floats, Game, incidence


@dataclass(frozen=True, slots=True)
class Estimate:
    """A sampled value: the mean over orders, and its standard error, by player."""

    values: Mapping[str, float]
    errors: Mapping[str, float]
    samples: int


def shapley(game: Game, samples: int | None = None, seed: int = 0) -> dict[str, float]:
    """The Shapley value: what each player adds, averaged over all orders of arrival; in the unit of the worths.

    Exact for up to 16 players; beyond, `samples` orders are drawn (see `shapley_sampled` for the error bar). Raises
    InputError for a larger game without `samples`. Shapley 1953, in Contributions to the Theory of Games II, 307.

    >>> shapley(Game(("a", "b"), {("a",): 1, ("b",): 2, ("a", "b"): 5}))
    {'a': 2.0, 'b': 3.0}
    """
    if samples is not None:
        return dict(shapley_sampled(game, samples, seed).values)
    v, n = game.table(), game.n
    size = incidence(n).sum(axis=1).astype(int)
    weight = np.array([factorial(s) * factorial(n - s - 1) / factorial(n) for s in range(n)] + [0.0])
    return game.named(float(weight[size[without]] @ (v[without | bit] - v[without])) for without, bit in _pairs(n))


def shapley_sampled(game: Game, samples: int, seed: int = 0) -> Estimate:
    """The Shapley value from drawn orders, each with its reverse; the error is that of the mean over such pairs.

    Castro, Gomez & Tejada 2009, Computers & Operations Research 36:1726. Efficient: the values add up to the worth of
    everyone. Raises InputError for fewer than 2 samples.
    """
    if not isinstance(samples, (int, np.integer)) or samples < 2:
        raise InputError(Fault("samples", str(samples), "a whole number of 2 or more"))
    rng = np.random.default_rng(seed)
    known: dict[int, float] = {0: 0.0}

    def worth(mask: int) -> float:
        if mask not in known:
            known[mask] = game.worth_of(*game.members(mask))
        return known[mask]

    pairs = (samples + 1) // 2
    drawn = np.zeros((pairs, game.n))
    for row in drawn:
        order = rng.permutation(game.n)
        for way in (order, order[::-1]):
            mask = 0
            for i in way:
                grown = mask | 1 << int(i)
                row[i] += (worth(grown) - worth(mask)) / 2
                mask = grown
    spread = drawn.std(axis=0, ddof=1) / np.sqrt(pairs) if pairs > 1 else np.full(game.n, np.inf)
    return Estimate(game.named(drawn.mean(axis=0)), game.named(spread), 2 * pairs)


def banzhaf(game: Game) -> dict[str, float]:
    """The Banzhaf value: what each player adds, averaged over all coalitions of the others; it need not add up."""
    v = game.table()
    return game.named(float((v[without | bit] - v[without]).mean()) for without, bit in _pairs(game.n))


def tau(game: Game) -> dict[str, float]:
    """The tau-value: between the least a player can insist on and the most it can ask, on the line that adds up.

    Raises InputError when the game is not quasi-balanced, for which no such point exists. Tijs 1981.
    """
    v, most = game.table(), _most(game)
    inside = incidence(game.n)
    left = v - inside @ most
    least = np.array([(left[inside[:, i] == 1] + most[i]).max() for i in range(game.n)])
    size = 1e-9 * max(float(np.abs(v).max()), 1.0)
    if (least > most + size).any() or least.sum() > v[-1] + size or v[-1] > most.sum() + size:
        expected = "least rights no larger than utopia payoffs, and the total between their sums"
        raise InputError(Fault("tau-value", "a game that is not quasi-balanced", expected))
    room = float((most - least).sum())
    part = (v[-1] - least.sum()) / room if room > size else 0.0
    return game.named(least + part * (most - least))


def gately(game: Game) -> dict[str, float]:
    """The Gately point: every player's wish to disrupt is the same; the surplus is split by what each adds to all.

    Raises InputError where nobody adds anything beyond what it has alone. Gately 1974, Int. Econ. Review 15:195.
    """
    v, most = game.table(), _most(game)
    alone = np.array([v[1 << i] for i in range(game.n)])
    added = most - alone
    if abs(float(added.sum())) <= 1e-12 * max(float(np.abs(v).max()), 1.0):
        raise InputError(Fault("Gately point", "players who add nothing in sum", "a game with something to share"))
    return game.named(alone + (v[-1] - alone.sum()) * added / added.sum())


def _most(game: Game) -> Floats:
    """What each player adds to all the others together (its utopia payoff)."""
    v = game.table()
    everyone = len(v) - 1
    return np.array([v[everyone] - v[everyone ^ (1 << i)] for i in range(game.n)])


def _pairs(n: int) -> list[tuple[np.ndarray, int]]:
    """For each player the coalitions without it, and its bit."""
    masks = np.arange(1 << n)
    return [(masks[(masks >> i & 1) == 0], 1 << i) for i in range(n)]
