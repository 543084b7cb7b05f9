"""Deals timed: every coalition of ten parties on the rare-earth chain, the nucleolus of ten players, sixty voters.

    python bench/deals.py [--peers]

The ten parties each have a clause of their own (a magnet line), so that all 1,024 coalitions are different worlds: the
hardest case, for coalitions that open the same clauses are one solve. Peers (shapiq, where it is installed) are given
the same table of worths.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np

import ytterby as yb
from ytterby.games.game import incidence, tabulated
from ytterby.games.voting import power
from ytterby.studies.deals.file import read
from ytterby.studies.deals.payoffs import Table
from ytterby.studies.deals.worlds import worlds
from ytterby.studies.workers import workers

PARTIES = ("USA", "JPN", "KOR", "DEU", "FRA", "EST", "GBR", "AUS", "IND", "VNM")
RATE = {"value": 0.06, "why": "a bench"}
SOURCE = {"publisher": "A bench", "title": "A bench", "url": "https://example.org", "date": "2026"}


def ten() -> dict[str, Any]:
    """A deal of ten parties with a magnet line each, while export licences hold."""
    plant = {"stage": "magnet", "capacity": "500 t gross/yr", "product": ["ndfeb", "ndfeb-dy"]}
    return {
        "schema": 1,
        "name": "ten",
        "title": "Ten magnet lines",
        "base": {"chain": "rare-earths", "year": 2024},
        "time": {"step": "year", "from": 2026, "to": 2026},
        "party": [{"id": c, "kind": "state", "country": [c], "discount": RATE} for c in PARTIES],
        "clause": [
            {
                "id": f"line-{c}",
                "needs": [c],
                "measure": {
                    "kind": "facility",
                    "source": SOURCE,
                    "facility": {"name": f"Line in {c}", "country": c} | plant,
                },
            }
            for c in PARTIES
        ],
        "outside": {"scenario": "heavy-ree-licences-2025"},
    }


def coalitions() -> None:
    """Solve all coalitions of the ten."""
    chosen = read(ten())
    base = yb.network(yb.atlas(), chain="rare-earths", year=2024)
    start = time.perf_counter()
    found = worlds(base, chosen)
    table = Table(chosen, found)
    with workers(2) as spread:
        found.solve_all([table.doors(table.clauses(m)) for m in subsets(chosen.room)], spread)
    game = table.game(chosen.room)
    spent = time.perf_counter() - start
    print(f"2^{game.n} coalitions, {found.solves} equilibria: {spent:.1f} s, {1000 * spent / found.solves:.1f} ms each")
    start = time.perf_counter()
    yb.nucleolus(game) if game.total >= sum(game.values[1 << i] for i in range(game.n)) else yb.core(game)
    print(f"nucleolus of that game: {time.perf_counter() - start:.2f} s")
    start = time.perf_counter()
    mine = yb.shapley(game)
    print(f"Shapley value: {1000 * (time.perf_counter() - start):.1f} ms")
    if "--peers" in sys.argv:
        peer(game, mine)


def subsets(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Every coalition of some names."""
    return [tuple(n for i, n in enumerate(names) if mask >> i & 1) for mask in range(1 << len(names))]


def peer(game: yb.Game, mine: dict[str, float]) -> None:
    """The Shapley value by shapiq from the same table."""
    import shapiq

    start = time.perf_counter()
    powers = 1 << np.arange(game.n)
    computer = shapiq.ExactComputer(game=lambda rows: game.values[rows.astype(int) @ powers], n_players=game.n)
    theirs = computer(index="SV", order=1)
    spent = time.perf_counter() - start
    off = max(abs(theirs[(i,)] - mine[name]) for i, name in enumerate(game.players))
    print(f"shapiq: {1000 * spent:.1f} ms, largest difference {off:.1e}")


def others() -> None:
    """Games without a market."""
    rng = np.random.default_rng(0)
    for n in (10, 12):
        size = incidence(n).sum(axis=1)
        game = tabulated([str(i) for i in range(n)], size**2 + rng.random(1 << n) * size * (size < n) * (size > 1))
        start = time.perf_counter()
        yb.nucleolus(game)
        print(f"nucleolus of {n} random players: {time.perf_counter() - start:.2f} s")
    start = time.perf_counter()
    power({str(i): int(w) for i, w in enumerate(rng.integers(1, 40, 60))}, 600)
    print(f"sixty voters, exact: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    others()
    coalitions()
