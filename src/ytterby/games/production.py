"""Linear production games: members pool what they own; the shadow prices of the pool share the value (Owen 1975)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import sparse

from ytterby.core.errors import Fault, InputError
from ytterby.games.game import Floats, Game
from ytterby.solver.lp import solve_lp


def production_game(recipe: Floats, value: Floats, owned: Mapping[str, Floats]) -> Game:
    """The game of pooled resources: a coalition is worth the most it can make, max value·z, recipe z <= what it owns.

    `recipe` is resources x products, `value` per product, `owned` per player and resource.
    """
    _check(recipe, value, owned)
    return Game(tuple(owned), lambda s: _most(recipe, value, sum((owned[p] for p in s), np.zeros(len(recipe))))[0])


def owen(recipe: Floats, value: Floats, owned: Mapping[str, Floats]) -> dict[str, float]:
    """The Owen point: each player's resources at the shadow prices of everyone's pool. It lies in the core.

    Owen 1975, Mathematical Programming 9:358. Where the duals are not unique it is one of several.
    """
    _check(recipe, value, owned)
    _, price = _most(recipe, value, sum(owned.values(), np.zeros(len(recipe))))
    return {name: float(price @ np.asarray(held)) for name, held in owned.items()}


def _most(recipe: Floats, value: Floats, pool: Floats) -> tuple[float, Floats]:
    rows, columns = recipe.shape
    nothing = np.zeros(columns)
    answer = solve_lp(
        sparse.csc_matrix(recipe),
        np.full(rows, -np.inf),
        np.asarray(pool, dtype=np.float64),
        nothing,
        np.full(columns, np.inf),
        -np.asarray(value, dtype=np.float64),
    )
    return -answer.objective, -answer.row_dual


def _check(recipe: Floats, value: Floats, owned: Mapping[str, Floats]) -> None:
    rows, columns = recipe.shape
    faults = []
    if len(value) != columns:
        faults.append(Fault("value", f"{len(value)} numbers", f"one a product, {columns}"))
    faults += [
        Fault(f"resources of {name}", f"{[float(x) for x in held]}", f"{rows} numbers of 0 or more")
        for name, held in owned.items()
        if len(held) != rows or (np.asarray(held) < 0).any()
    ]
    if faults:
        raise InputError(faults)
