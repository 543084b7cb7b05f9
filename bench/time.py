# ruff: noqa: E402, I001
"""Time many periods of the rare-earth chain under the licences of 2025: rolling months, foreseen years, growth, peers.

    python bench/time.py [--repeats 3] [--long] [--peers]

Cold: from the network and its equilibrium without measures to a path, certified, every block built anew. Warm: the
same with another limit, from the path found before. `--long` adds 48 months and 24 months foreseen. `--peers` hands
the same joined problem, its curves in 8 steps, to linopy and HiGHS if they are installed.
"""

from __future__ import annotations

import argparse
import math
import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

import ytterby as yb
from ytterby.model.network import Network
from ytterby.model.scenario import Measure, Time
from ytterby.model.solved import Solved, equilibrium
from ytterby.model.timeline import Lived, live, usual_of
from ytterby.model.behaviour import Behaviour
from ytterby.model.measures import apply
from ytterby.model.window import Block, joined

STEPS = 8


def fastest(repeats: int, run: Callable[[], object]) -> tuple[float, object]:
    """The least processor time of some runs [s], and the last answer."""
    best, found = math.inf, None
    for _ in range(repeats):
        begun = time.process_time()
        found = run()
        best = min(best, time.process_time() - begun)
    return best, found


def other(measures: tuple[Measure, ...]) -> tuple[Measure, ...]:
    """The same measures with limits a tenth tighter."""
    return tuple(replace(m, limit=replace(m.limit, share_of_base=0.9 * m.limit.share_of_base)) for m in measures)


def line(name: str, seconds: float, path: Lived) -> None:
    engines = [s.solution.engine for s in path.path.periods]
    used = ", ".join(f"{e} {engines.count(e)}" for e in sorted(set(engines)))
    certified = all(s.solution.certificate.certified for s in path.path.periods)
    said = f"{'certified' if certified else 'NOT certified'}, imbalance {path.path.imbalance():.0e}, periods by {used}"
    print(f"{name:44} {seconds:7.2f} s   {said}")


def growth(name: str, network: Network, base: Solved, measures: tuple[Measure, ...], times: list[Time]) -> None:
    sizes, seconds = [], []
    for at in times:
        took, path = fastest(1, lambda at=at: live(network, base, measures, at))
        sizes.append(len(path.path.periods))
        seconds.append(took)
        line(f"  {name}, {sizes[-1]} periods", took, path)
    power = np.polyfit(np.log(sizes), np.log(seconds), 1)[0]
    print(f"  {name}: time grows as periods to the power {power:.2f}")


def peer(network: Network, base: Solved, measures: tuple[Measure, ...], years: int) -> None:
    """The same joined problem through linopy and HiGHS, as a linear programme of steps."""
    try:
        from ensemble_peers import linopy_peer
        import linopy
    except ImportError:
        print("linopy is not installed: passed over")
        return
    stocks = usual_of(network, base, Behaviour())
    changed, _ = apply(network, measures, 2025)
    held = np.array([s.usual for s in stocks])
    asked = joined([Block.of(changed)] * years, stocks, held, 1.0, 1 / 1.05, False)
    from ytterby.solver import Engine

    begun = time.process_time()
    ours = Engine(asked, methods=("interior",)).solve()
    took = time.process_time() - begun
    solve = linopy_peer(asked, STEPS)
    _, y, build, run = solve(asked)
    market = np.concatenate([np.arange(len(network.markets)) + t * len(asked.row_lower) // years for t in range(years)])
    flow = np.maximum(abs(asked.matrix) @ np.abs(ours.x), 0)[market] > 1
    error = np.abs(y[market][flow] / np.maximum(np.abs(ours.row_dual[market][flow]), 1e-9))
    error = np.minimum(np.abs(error - 1), 10)
    print(f"{years} years foreseen, {asked.matrix.shape[0]} rows x {asked.matrix.shape[1]} columns, from nothing:")
    print(f"  here, curves exact                         {took:7.2f} s   certified {ours.certificate.certified}")
    print(
        f"  linopy {linopy.__version__} + HiGHS, {STEPS} steps a curve      {build + run:7.2f} s   "
        f"(build {build:.2f}, solve {run:.2f}); prices off by {np.median(error):.1%} at the median"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--peers", action="store_true")
    asked = parser.parse_args()
    network = yb.network(yb.atlas(), chain="rare-earths", year=2024)
    base, measures = equilibrium(network), yb.scenario("heavy-ree-licences-2025").measures
    print(f"processor time on one core; {len(usual_of(network, base, Behaviour()))} stocks a period")
    months = Time("month", 2025, 2026, 1, 12, "rolling", 12)
    took, path = fastest(asked.repeats, lambda: live(network, base, measures, months))
    line("24 months, rolling 12, cold (budget 2 s)", took, path)
    years = Time("year", 2025, 2034)
    took, path = fastest(asked.repeats, lambda: live(network, base, measures, years))
    line("10 years, foreseen, cold (budget 4 s)", took, path)
    took, near = fastest(asked.repeats, lambda: live(network, base, other(measures), years, start=path))
    line("10 years, foreseen, warm (budget 1 s)", took, near)
    growth("years foreseen", network, base, measures, [Time("year", 2025, 2024 + n) for n in (5, 10, 20)])
    many = (12, 24, 48) if asked.long else (12, 24)
    growth(
        "months, rolling 12",
        network,
        base,
        measures,
        [Time("month", 2025, 2024 + n // 12, 1, 12, "rolling", 12) for n in many],
    )
    if asked.long:
        growth("months foreseen", network, base, measures, [Time("month", 2025, 2025, 1, n) for n in (6, 12)])
        took, path = fastest(1, lambda: live(network, base, measures, Time("month", 2025, 2026)))
        line("24 months, foreseen, cold", took, path)
    if asked.peers:
        peer(network, base, measures, 3)


if __name__ == "__main__":
    main()
