"""The one-period rare-earth chain: built, solved cold, solved again, against Clarabel in the same run.

Run: python bench/model.py        exits 1 when two certified answers differ.

Cold is one solve from nothing of the network of 2024 under the licences of 2025; again is the same structure with
other limits and slopes, begun from the stored answer. Two peers get the very same draws: Clarabel in place of our
engines (successive quadratic models, with our certificate), and Clarabel alone on the whole smooth problem, with
isoelastic curves as power cones (bench/cones.py) and our own answer for scaling. Processor time, best of several.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cones import solve_with_cones
from ytterby.atlas.load import load
from ytterby.model.assemble import problem
from ytterby.model.base import balanced, calibrated
from ytterby.model.measures import apply
from ytterby.model.scenario_file import scenario
from ytterby.solver import Engine, Problem, Solution

SCENARIO = "heavy-ree-licences-2025"
DRAWS, REPEATS, SEED = 8, 3, 2024
AIM_COLD, AIM_AGAIN = 150.0, 40.0  # milliseconds
SAME = 1e-6  # relative difference of objectives


def best(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the shortest processor time of `work` [ms]."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def draws(asked: Problem) -> list[Problem]:
    """Return the same structure with limits of 50 to 100 % and elasticities off by a tenth."""
    rng = np.random.default_rng(SEED)
    limited = np.isfinite(asked.row_upper) & (asked.row_upper > asked.row_lower)
    found = []
    for _ in range(DRAWS):
        row_upper = np.where(limited, asked.row_upper * rng.uniform(0.5, 1.0, limited.size), asked.row_upper)
        elasticity = asked.curves.elasticity * np.exp(rng.normal(0, 0.1, len(asked.curves)))
        found.append(replace(asked, row_upper=row_upper, curves=replace(asked.curves, elasticity=elasticity)))
    return found


def again(engine: Engine, one: Problem) -> Solution:
    engine.update(row_upper=one.row_upper, curves=one.curves)
    return engine.solve()


def line(name: str, milliseconds: float, aim: float | None = None) -> None:
    told = "" if aim is None else f"  aim {aim:.0f} ms, {'met' if milliseconds <= aim else 'missed'}"
    print(f"{name:<46} {milliseconds:>8.1f} ms{told}")


def main() -> int:
    atlas = load()
    base = balanced(atlas, "rare-earths", 2024, {})
    measures = scenario(SCENARIO).measures
    network, _ = apply(calibrated(base, atlas.facilities), measures, 2025)
    asked, _ = problem(network)
    print(f"{asked.matrix.shape[0]} rows, {asked.matrix.shape[1]} columns, {len(asked.curves)} curves, {DRAWS} draws")

    def build() -> object:
        return problem(apply(calibrated(balanced(atlas, "rare-earths", 2024, {}), atlas.facilities), measures, 2025)[0])

    built, cold = best(build), best(lambda: Engine(asked).solve())
    line("network and problem built from the atlas", built)
    line("solved cold", cold, AIM_COLD)
    line("both", built + cold)
    return 0 if _again(asked, cold) else 1


def _again(asked: Problem, cold: float) -> bool:
    ours, peer = Engine(asked), Engine(asked, methods=("clarabel",))
    answer = ours.solve()
    ours.keep(answer)
    several = draws(asked)
    warm = [best(lambda one=one: again(ours, one)) for one in several]
    theirs = [best(lambda one=one: again(peer, one), 1) for one in several]
    line("solved again, median of draws", float(np.median(warm)), AIM_AGAIN)
    line("Clarabel, quadratic models, cold", best(lambda: Engine(asked, methods=("clarabel",)).solve()))
    line("Clarabel, quadratic models, median of draws", float(np.median(theirs)))
    scaled = [replace(one, column_scale=np.maximum(answer.x, 0.1)) for one in several]
    cones = [best(lambda one=one: solve_with_cones(one, 1e-8), 1) for one in scaled]
    line("Clarabel, power cones, median of draws", float(np.median(cones)))
    states = [solve_with_cones(one, 1e-8)[2] for one in scaled]
    print(f"  of which solved to 1e-8: {states.count('Solved')} of {DRAWS} ({', '.join(sorted(set(states)))})")
    for name, times in (("quadratic models", theirs), ("power cones", cones)):
        print(f"Clarabel, {name} / ours, again: {np.median(np.array(times) / np.array(warm)):.1f} x")
    return _agree(ours, peer, several)


def _agree(ours: Engine, peer: Engine, several: list[Problem]) -> bool:
    """Tell whether both give the same objective wherever both are certified."""
    off, certified = 0.0, [0, 0]
    for one in several:
        a, b = again(ours, one), again(peer, one)
        certified = [certified[0] + a.certificate.certified, certified[1] + b.certificate.certified]
        if a.certificate.certified and b.certificate.certified:
            off = max(off, abs(a.objective / b.objective - 1))
    print(
        f"certified: {certified[0]} of {DRAWS} ours, {certified[1]} Clarabel's; objectives differ by {off:.0e} at most"
    )
    return off <= SAME


if __name__ == "__main__":
    sys.exit(main())
