# ruff: noqa: E402, I001
"""Time the solver on a made-up chain against Clarabel on the same problem, in the same run.

    python bench/solver.py [--countries 25] [--repeats 7]

Times are CPU time on one core. Cold: arrays in, certified answer out, nothing kept (set-up included). Re-solved:
structure kept, base answer stored as the start, the problem changed by a draw (every limit and price level ±10 %) or a
shock (mines shut, routes banned, quotas cut, prices moved). Clarabel gets the whole problem at once, linear curves as a
quadratic objective and isoelastic ones as power cones (cones.py), at tolerance 1e-8. Its status is printed: on flows
that span six orders of magnitude it runs out of precision, so the second chain has flows and prices it can manage.
"""

from __future__ import annotations

import argparse
import os

# one core, also for the linear algebra under numpy: to be said before numpy is loaded
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from chains import Chain, make_chain, shocked
from cones import solve_with_cones

from ytterby.solver import Engine, Problem, Solution, solve


def drawn(chain: Chain, seed: int, spread: float = 0.1) -> Problem:
    """Return the chain with every limit and every curve's price moved by up to `spread`."""
    rng, problem = np.random.default_rng(seed), chain.problem
    upper = problem.upper * rng.uniform(1 - spread, 1 + spread, len(problem.upper))
    moved = problem.curves.p0 * rng.uniform(1 - spread, 1 + spread, len(problem.curves))
    return replace(problem, upper=upper, curves=replace(problem.curves, p0=moved))


def timed(task: Callable[[], object]) -> tuple[float, object]:
    """Return milliseconds of CPU time (a shared machine stretches the clock, not the work) and the answer."""
    start = time.process_time()
    answer = task()
    return 1e3 * (time.process_time() - start), answer


def summary(times: list[float]) -> str:
    return f"median {statistics.median(times):6.1f} ms   worst {max(times):6.1f} ms"


def resolved(engine: Engine, problem: Problem) -> Solution:
    engine.update(
        cost=problem.cost,
        lower=problem.lower,
        upper=problem.upper,
        row_lower=problem.row_lower,
        row_upper=problem.row_upper,
        curves=problem.curves,
    )
    return engine.solve()


def measure(chain: Chain, repeats: int) -> None:
    problem = chain.problem
    rows, columns = problem.matrix.shape
    print(f"{rows} rows, {columns} columns, {problem.matrix.nnz} entries, {len(problem.curves)} curved columns")
    solve(problem)  # loads what loads on first use
    engine = Engine(problem, solve(problem))
    for name, cases in (
        ("base", [problem] * repeats),
        ("draw", [drawn(chain, k) for k in range(repeats)]),
        ("shock", [shocked(chain, k) for k in range(repeats)]),
    ):
        cold, again, peer, statuses, engines = [], [], [], Counter(), Counter()
        for case in cases:  # interleaved, so that a busy machine slows all of them
            spent, answer = timed(lambda case=case: solve(case))
            assert answer.certificate.certified
            cold.append(spent)
            spent, answer = timed(lambda case=case: resolved(engine, case))
            assert answer.certificate.certified
            engines[answer.engine] += 1
            again.append(spent)
            spent, (_, _, status) = timed(lambda case=case: solve_with_cones(case, 1e-8))
            peer.append(spent)
            statuses[status] += 1
        print(f"{name:6s} cold       {summary(cold)}")
        print(f"{'':6s} re-solved  {summary(again)}   {dict(engines)}")
        print(f"{'':6s} Clarabel   {summary(peer)}   {dict(statuses)}")
        ratio = statistics.median(peer) / statistics.median(cold), statistics.median(peer) / statistics.median(again)
        print(f"{'':6s} Clarabel takes {ratio[0]:.1f} × our cold and {ratio[1]:.1f} × our re-solved time")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--countries", type=int, default=25)
    parser.add_argument("--repeats", type=int, default=7)
    asked = parser.parse_args()
    print("Flows from 0.004 to 190,000 t, demand elasticities 0.05 to 0.9")
    measure(make_chain(asked.countries, seed=1), asked.repeats)
    print("\nMines from 100 to 5,000 t, demand elasticities 0.25 to 0.9")
    mild = make_chain(asked.countries, seed=1, demand=(0.25, 0.9), flows=(100.0, 5000.0), prices=(2.0, 60.0))
    measure(mild, asked.repeats)


if __name__ == "__main__":
    main()
