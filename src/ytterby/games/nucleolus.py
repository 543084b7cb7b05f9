"""Core, least core and nucleolus: who could do better by leaving, and the shares that make the unhappiest happiest.

The excess of a coalition is its worth less what its members get. The least core minimises the largest excess; the
nucleolus (Schmeidler 1969, SIAM J. Appl. Math. 17:1163) goes on lexicographically: one linear programme after the
other, fixing the coalitions whose excess can fall no further, until the shares are fixed (Maschler, Peleg & Shapley
1979). A positive dual shows that an excess is fixed; each programme raises the rank, so there are at most n.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ytterby.core.errors import Fault, InputError
from ytterby.games.game import Coalition, Floats, Game, incidence
from ytterby.solver.lp import solve_lp

_DUAL, _SPAN, _TIE = 1e-7, 1e-7, 1e-7


@dataclass(frozen=True, slots=True)
class Leaver:
    """A coalition that gets less than it is worth by itself: `excess` is what it would gain by leaving."""

    members: Coalition
    worth: float
    gets: float

    @property
    def excess(self) -> float:
        """Worth less what it gets."""
        return self.worth - self.gets


def nucleolus(game: Game) -> dict[str, float]:
    """The nucleolus: among shares that give nobody less than it has alone, the one with the smallest excesses.

    Raises InputError when what players have alone adds up to more than the whole, so that no such shares exist (the
    prenucleolus does).

    >>> game = Game("abc", lambda s: float(len(s) > 1))
    >>> {name: round(x, 6) for name, x in nucleolus(game).items()}
    {'a': 0.333333, 'b': 0.333333, 'c': 0.333333}
    """
    return _lexicographic(game, np.ones(1 << game.n), individually=True)


def prenucleolus(game: Game) -> dict[str, float]:
    """The nucleolus among all shares that add up to the whole; always exists."""
    return _lexicographic(game, np.ones(1 << game.n), individually=False)


def per_capita_nucleolus(game: Game) -> dict[str, float]:
    """As the nucleolus, with each excess divided by the number of members (Grotte 1970)."""
    return _lexicographic(game, np.maximum(incidence(game.n).sum(axis=1), 1.0), individually=True)


def core(game: Game) -> dict[str, float]:
    """A point of the core (shares no coalition can better by leaving), or an empty mapping when the core is empty.

    The point is the prenucleolus, which lies in the core whenever there is one and treats equal players equally.

    >>> core(Game("ab", {("a",): 1, ("b",): 1, ("a", "b"): 1}))
    {}
    """
    shares = prenucleolus(game)
    return {} if leaving(game, shares) else shares


def least_core(game: Game) -> tuple[float, dict[str, float]]:
    """The smallest possible largest excess over proper coalitions, and shares that reach it (the prenucleolus).

    A negative number is what every coalition gains by staying; a positive one the subsidy that would make all stay.
    """
    shares = prenucleolus(game)
    worst = excesses(game, shares)[1:-1]
    return (float(worst.max()) if len(worst) else 0.0), shares


def leaving(game: Game, shares: Mapping[str, float]) -> Leaver | None:
    """The coalition that gains most by leaving at these shares; None when none does. Ties go to the smallest."""
    found = excesses(game, shares)[1:-1]
    size = _TIE * max(float(np.abs(game.table()).max()), 1.0)
    if not len(found) or found.max() <= size:
        return None
    best = [mask + 1 for mask in np.flatnonzero(found >= found.max() - size)]
    mask = min(best, key=lambda m: (int(m).bit_count(), int(m)))
    members = game.members(int(mask))
    return Leaver(members, float(game.table()[mask]), sum(shares[m] for m in members))


def excesses(game: Game, shares: Mapping[str, float]) -> Floats:
    """Worth less what members get, of every coalition by bit mask."""
    x = np.array([shares[name] for name in game.players])
    return np.asarray(game.table() - incidence(game.n) @ x)


def _lexicographic(game: Game, weight: Floats, individually: bool) -> dict[str, float]:
    v, n = game.table(), game.n
    scale = max(float(np.abs(v).max()), 1e-300)
    v = v / scale
    alone = np.array([v[1 << i] for i in range(n)])
    if individually and alone.sum() > v[-1] + 1e-9:
        found = f"{scale * alone.sum():g} in sum alone, {scale * v[-1]:g} together"
        raise InputError(Fault("nucleolus", found, "a game worth more together; the prenucleolus needs nothing"))
    inside = incidence(n)
    fixed, right = [inside[-1]], [v[-1]]
    free = np.arange(1, len(v) - 1)
    x = np.full(n, v[-1] / n)
    while np.linalg.matrix_rank(np.array(fixed)) < n:
        basis = np.linalg.svd(np.array(fixed), full_matrices=False)
        span = basis.Vh[basis.S > _SPAN]
        rest = inside[free] - inside[free] @ span.T @ span
        free = free[np.abs(rest).max(axis=1) > _SPAN]
        x, excess, tight, floor = _step(v, inside, weight, free, (fixed, right), alone if individually else None)
        fixed += [inside[free[k]] for k in tight] + [np.eye(n)[i] for i in floor]
        right += [float(v[free[k]] - weight[free[k]] * excess) for k in tight] + [float(alone[i]) for i in floor]
        fixed, right = _independent(fixed, right)
    x = np.linalg.solve(np.array(fixed), np.array(right))
    return game.named(scale * x)


def _step(
    v: Floats,
    inside: Floats,
    weight: Floats,
    free: np.ndarray,
    held: tuple[list[Floats], list[float]],
    alone: Floats | None,
) -> tuple[Floats, float, list[int], list[int]]:
    """Lower the largest excess of the free coalitions: shares, that excess, coalitions and players it holds down."""
    n = inside.shape[1]
    fixed, right = np.array(held[0]), np.array(held[1])
    rows = [np.column_stack([inside[free], weight[free]]), np.column_stack([fixed, np.zeros(len(fixed))])]
    lower = [v[free], right]
    if alone is not None:
        rows.append(np.column_stack([np.eye(n), np.zeros(n)]))
        lower.append(alone)
    matrix, low = np.vstack(rows), np.concatenate(lower)
    high = np.full(len(low), np.inf)
    high[len(free) : len(free) + len(right)] = right
    unbounded = np.full(n + 1, np.inf)
    cost = np.append(np.zeros(n), 1.0)
    answer = solve_lp(sparse.csc_matrix(matrix), low, high, -unbounded, unbounded, cost)
    dual = np.abs(answer.row_dual)
    tight = [k for k in range(len(free)) if dual[k] > _DUAL]
    after = len(free) + len(right)
    floor = [i for i in range(n if alone is not None else 0) if dual[after + i] > _DUAL]
    return answer.x[:n], float(answer.x[n]), tight, floor


def _independent(rows: list[Floats], right: list[float]) -> tuple[list[Floats], list[float]]:
    """The first rows that are linearly independent, with their right-hand sides."""
    kept: list[Floats] = []
    sides: list[float] = []
    basis: list[Floats] = []
    for row, side in zip(rows, right, strict=True):
        rest = row.astype(np.float64)
        for _ in range(2):
            for b in basis:
                rest = rest - (rest @ b) * b
        if np.linalg.norm(rest) > _SPAN:
            basis.append(rest / np.linalg.norm(rest))
            kept.append(row)
            sides.append(side)
    return kept, sides
