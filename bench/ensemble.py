# ruff: noqa: E402
"""An ensemble on the real rare-earth network: milliseconds a draw, against the same draws through other loops.

Run: python bench/ensemble.py [draws] [draws for peers] [--memory] [--scaling N]
Exits 1 when a draw is uncertified or an optimum differs.

The scenario is the licences of 2025, every input drawn at once. Every peer gets the very same draws of the same
frozen structure and is timed by processor time in the same process, draw by draw, the peers in turn:

    ours          vectors of the draw, ladder of methods, certificate, and the numbers read off; in compiled loops where
                  numba is installed
    arrays        the same without compiled loops (and without reading the numbers off)
    PIQP first    the same with successive models by PIQP before the interior point
    cold          the same ladder from a new engine each time: structure analysed again
    rebuilt       as one would without a frozen structure: network calibrated and shocked again, then solved
    PIQP loop     successive quadratic models with PIQP until levels settle to 1e-6; no polish, no certificate
    Clarabel loop successive quadratic models with Clarabel, with our polish and certificate
    Clarabel      the whole smooth problem at once, isoelastic curves as power cones, scaled by our own answer

Then the layers of `ensemble_peers`: PyPSA, linopy rebuilt and persistent, pyomo, cvxpy and scipy, on the same draws;
with --memory each also in a process of its own, for the memory it takes. With --scaling only the growth of our own side
(`ensemble_scaling`): 100, 1,000 … draws up to N, one and two workers, 4, 8 and 15 elements, one and ten periods.

Accuracy beside time: the share within residual and gap 1e-8 by our certificate, and the largest relative error of
prices in markets with flow. Then one and two worker processes by wall clock.
"""

from __future__ import annotations

import argparse
import os

# one core, also for the linear algebra under numpy: to be said before numpy is loaded
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import platform
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from cones import solve_with_cones
from ensemble_peers import LAYERS, Answer, quiet
from ensemble_scaling import table
from ytterby.atlas.load import load
from ytterby.model.base import balanced, calibrated
from ytterby.model.measures import apply
from ytterby.model.scenario_file import scenario
from ytterby.model.solved import equilibrium
from ytterby.solver import Certificate, Engine, Problem, Solution
from ytterby.solver.certificate import certify, objective
from ytterby.solver.curves import Shape
from ytterby.solver.forcing import forced
from ytterby.solver.scaled import Frame, Scaled
from ytterby.solver.successive import succeed
from ytterby.studies.draws import Design, percentiles
from ytterby.studies.ensemble import batches, study
from ytterby.studies.study import LADDER, Study
from ytterby.studies.workers import workers

SCENARIO, SEED = "heavy-ree-licences-2025", 2025
SAME, LEVELS, ROUNDS = 1e-6, 1e-6, 40
#: Draws a peer gets at most.
MOST = 200
#: Levels within which a market counts as one with flow [t/yr], for the comparison of prices.
FLOW = 0.01


@dataclass
class Peer:
    """One way to solve a draw: its times [ms] and its answers against ours."""

    name: str
    solve: Callable[[Problem], tuple[np.ndarray, np.ndarray]]
    scaled: bool = False
    times: list[float] = field(default_factory=list)
    good: list[bool] = field(default_factory=list)
    price: list[float] = field(default_factory=list)
    off: list[float] = field(default_factory=list)


def asked_of(one: Study, percentile: np.ndarray) -> Problem:
    """The problem of a draw."""
    return one.problem_at({i.id: float(i.at(u)) for i, u in zip(one.inputs, percentile, strict=True)})


def piqp_loop(asked: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Successive models until no level moves by more than 1e-6 of its typical one."""
    frame, shape = _frame(asked), Shape.of(asked.curves)
    bounds = forced(asked, asked.matrix.tocsr())
    task = Scaled.of(asked, shape, frame, bounds.lower, bounds.upper)
    last: list[np.ndarray] = []

    def settled(v: np.ndarray, y: np.ndarray, rounds: int) -> bool:
        done = bool(last) and float(np.abs(v - last[0]).max()) <= LEVELS
        last[:] = [v, y]
        return done

    succeed(task, "piqp", ROUNDS, settled)
    x, y = task.unscaled(last[0], last[1])
    return x, y


_FRAMES: dict[int, Frame] = {}


def _frame(asked: Problem) -> Frame:
    """The frozen scaling of the structure, made once as ours is."""
    return _FRAMES.setdefault(id(asked.matrix), Frame.of(asked))


def through(engine: Engine) -> Callable[[Problem], tuple[np.ndarray, np.ndarray]]:
    def solve(asked: Problem) -> tuple[np.ndarray, np.ndarray]:
        engine.update(cost=asked.cost, upper=asked.upper, row_upper=asked.row_upper, curves=asked.curves)
        answer = engine.solve()
        return answer.x, answer.row_dual

    return solve


def cold(asked: Problem) -> tuple[np.ndarray, np.ndarray]:
    answer = Engine(asked, methods=LADDER[1:]).solve()
    return answer.x, answer.row_dual


def timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)


def compare(peer: Peer, asked: Problem, ours: Solution, flowing: np.ndarray) -> None:
    """Solve a draw with a peer, and hold its answer against ours."""
    found: list[tuple[np.ndarray, np.ndarray]] = []
    if peer.scaled:
        asked = replace(asked, column_scale=np.maximum(ours.x, 0.1))
    peer.times.append(timed(lambda: found.append(peer.solve(asked))))
    x, y = found[0]
    shape, frame = Shape.of(asked.curves), Frame.of(asked)
    x = np.clip(x, asked.lower, asked.upper)
    check = certify(asked, shape, frame.levels, x, y)
    peer.good.append(max(check.primal_residual, check.gap) <= 1e-8)
    peer.off.append(abs(objective(asked, shape, x) / ours.objective - 1))
    mine = ours.row_dual[: len(flowing)][flowing]
    error = np.abs(y[: len(flowing)][flowing] - mine) / np.maximum(np.abs(mine), 1e-3)
    peer.price.append(float(error.max()))


@dataclass
class Row:
    """What a modelling layer took [s] and how far off it was, draw by draw."""

    build: list[float] = field(default_factory=list)
    solve: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    off: list[float] = field(default_factory=list)
    middle: list[float] = field(default_factory=list)
    tail: list[float] = field(default_factory=list)


def layers(one: Study, sample: np.ndarray, answers: list[Solution], memory: bool) -> None:
    """The table of modelling layers: each draw through each of them, ours beside it."""
    quiet()
    print("\nmodelling layers, the same draws; medians; ratio of wall clock to ours beside it")
    print(f"{'':<28}{'build':>8}{'solve':>8}{'wall':>8}{'CPU ms':>8}{'ratio':>8}{'draws':>7}{'optimum off':>13}"
          f"{'price off':>11}{'p95':>9}{'MB':>6}")  # fmt: skip
    engine = one.engine()
    for layer in LAYERS:
        try:
            solve = layer.ready(one.frozen.problem)
        except ImportError:
            print(f"{layer.name:<28}not installed")
            continue
        row = Row()
        for k in range(min(layer.most, len(answers))):
            _through(row, solve, one, engine, sample[k], answers[k])
        took = _memory(layer.name) if memory else ""
        ms = [1e3 * float(np.median(values)) for values in (row.build, row.solve, row.wall, row.cpu)]
        ratio = float(np.median(np.array(row.wall) / np.array(row.ours)))
        accuracy = f"{len(row.off):>7}{max(row.off):>13.0e}{np.median(row.middle):>11.3%}{np.median(row.tail):>9.2%}"
        print(f"{layer.name:<28}" + "".join(f"{t:>8.0f}" for t in ms) + f"{ratio:>8.1f}{accuracy}{took:>6}", flush=True)
    if memory:
        print(f"{'Ytterby':<28}{_memory('none'):>86}")


def _through(
    row: Row, solve: Callable[[Problem], Answer], one: Study, engine: Engine, percentile: np.ndarray, ours: Solution
) -> None:
    asked = asked_of(one, percentile)
    start = time.perf_counter()
    one.solve(engine, percentile)
    row.ours.append(time.perf_counter() - start)
    start, cpu = time.perf_counter(), time.process_time()
    x, y, build, solving = solve(asked)
    row.wall.append(time.perf_counter() - start)
    row.cpu.append(time.process_time() - cpu)
    row.build.append(build)
    row.solve.append(solving)
    row.off.append(
        abs(objective(asked, Shape.of(asked.curves), np.clip(x, asked.lower, asked.upper)) / ours.objective - 1)
    )
    flowing = one.readout.inflow @ ours.x >= FLOW
    mine = ours.row_dual[: len(flowing)][flowing]
    error = np.abs(y[: len(flowing)][flowing] - mine) / np.maximum(np.abs(mine), 1e-3)
    row.middle.append(float(np.median(error)))
    row.tail.append(float(np.quantile(error, 0.95)))


def _memory(name: str) -> str:
    """The most memory one draw takes through a layer, in a process of its own [MB]."""
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ensemble_peers.py")
    done = subprocess.run([sys.executable, here, name], capture_output=True, text=True, check=False)
    return done.stdout.split()[-1] if done.returncode == 0 else "?"


def machine() -> str:
    """The machine and the versions that times depend on."""
    name = platform.processor() or platform.machine()
    with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as told:
        name = next((line.partition(":")[2].strip() for line in told if line.startswith("model name")), name)
    packages = ("numpy", "scipy", "piqp", "clarabel", "highspy", "numba", "pypsa", "linopy", "pyomo", "cvxpy")
    known = []
    for package in packages:
        with suppress(PackageNotFoundError):
            known.append(f"{package} {version(package)}")
    return f"{name}, {os.cpu_count()} cores; Python {platform.python_version()}; " + ", ".join(known)


def one_draw() -> tuple[Problem, Problem]:
    """The frozen problem and that of the first draw."""
    one = study(None, scenario(SCENARIO))
    return one.frozen.problem, asked_of(one, percentiles(Design(1, SEED), (i.id for i in one.inputs))[0])


def rebuild(one: Study, base: object, atlas: object, percentile: np.ndarray) -> float:
    """Time one draw without a frozen structure: calibrate again, apply the measures again, solve."""
    settings = [i.setting(float(i.at(u))) for i, u in zip(one.inputs, percentile, strict=True)]
    values = {i.id: float(i.at(u)) for i, u in zip(one.inputs, percentile, strict=True) if i.id in one.central}
    measures = scenario(SCENARIO, set=[s for s in settings if s.startswith("measure.")]).measures

    def work() -> None:
        again = calibrated(replace(base, assumed=base.assumed.override(values)), atlas.facilities)
        equilibrium(*apply(again, measures, 2025))

    return timed(work)


def main(count: int = 1000, few: int = 100, memory: bool = False) -> int:
    atlas = load()
    base = balanced(atlas, "rare-earths", 2024, {})
    one = study(calibrated(base, atlas.facilities), scenario(SCENARIO), atlas)
    sample = percentiles(Design(count, SEED), (i.id for i in one.inputs))
    rows, columns = one.frozen.problem.matrix.shape
    curved = len(one.frozen.problem.curves)
    print(f"{rows} rows, {columns} columns, {curved} curves, {len(one.inputs)} inputs, {count} draws")
    print(machine(), flush=True)
    engine = one.engine()
    times, answers, ends = [], [], []
    for percentile in sample:
        times.append(timed(lambda p=percentile: answers.append(one.solve(engine, p)[2])))
        ends.append((answers[-1].engine, answers[-1].certificate))
        del answers[MOST:]  # whole answers only of draws that a peer may get
    certified = _ours(times, ends)
    peers = [
        Peer("arrays", through(Engine(one.frozen.problem, methods=LADDER))),
        Peer("cold", cold),
        Peer("PIQP first", through(Engine(one.frozen.problem, methods=("piqp", *LADDER)))),
        Peer("PIQP loop", piqp_loop),
        Peer("Clarabel loop", through(Engine(one.frozen.problem, methods=("clarabel",)))),
        Peer("Clarabel, cones", lambda asked: solve_with_cones(asked, 1e-8)[:2], True),
    ]
    again, ours = [], []
    for k in range(min(few, len(answers))):
        asked = asked_of(one, sample[k])
        flowing = one.readout.inflow @ answers[k].x >= FLOW
        # Timed once more here: the load of a shared machine changes, so only neighbours are compared.
        ours.append(timed(lambda p=sample[k]: one.solve(engine, p)))
        for peer in peers:
            compare(peer, asked, answers[k], flowing)
        again.append(rebuild(one, base, atlas, sample[k]))
    _table(peers, again, np.array(ours))
    layers(one, sample, answers, memory)
    _workers(one, sample)
    off = max((o for p in peers for o, good in zip(p.off, p.good, strict=True) if good), default=0.0)
    return 0 if certified == count and off <= SAME else 1


def _ours(times: list[float], ends: list[tuple[str, Certificate]]) -> int:
    checks = [check for _, check in ends]
    certified = sum(c.certified for c in checks)
    engines = Counter(name for name, _ in ends)
    ended = ", ".join(f"{name} {n}" for name, n in sorted(engines.items()))
    worst = max(max(c.primal_residual, c.gap) for c in checks)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"ours: median {np.median(times):.0f} ms, mean {np.mean(times):.0f}, p95 {np.quantile(times, 0.95):.0f}")
    print(f"certified {certified} of {len(ends)} ({ended}); worst residual or gap {worst:.0e}; {memory:.0f} MB")
    return certified


def _table(peers: list[Peer], again: list[float], ours: np.ndarray) -> None:
    print(f"\nthe first {len(ours)} draws, processor time, medians of paired ratios to ours ({np.median(ours):.0f} ms)")
    print(f"{'':<18}{'ms':>8}{'ratio':>8}{'in 1e-8':>10}{'optimum off':>14}{'prices off':>12}")
    for p in peers:
        ratio = np.median(np.array(p.times) / ours)
        print(
            f"{p.name:<18}{np.median(p.times):>8.0f}{ratio:>8.1f}{sum(p.good):>6} of {len(p.good)}"
            f"{max(p.off):>12.0e}{np.median(p.price):>12.0e}"
        )
    print(f"{'rebuilt':<18}{np.median(again):>8.0f}{np.median(np.array(again) / ours):>8.1f}")


def _workers(one: Study, sample: np.ndarray) -> None:
    """Wall clock of the same draws with one and two processes, start of the processes left out."""
    wall = {}
    for number in (1, 2):
        with workers(number) as pool:
            for _ in batches(one, sample[:2], 1, map=pool):  # imports and unpacking
                pass
            start = time.perf_counter()
            for _ in batches(one, sample, 10, map=pool):
                pass
            wall[number] = time.perf_counter() - start
    load_now = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    ratio = wall[1] / wall[2]
    print(f"\none process {wall[1]:.1f} s, two {wall[2]:.1f} s: {ratio:.2f} x (load of the machine {load_now:.1f})")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="An ensemble on the real rare-earth network beside its peers.")
    arguments.add_argument("count", type=int, nargs="?", default=1000)
    arguments.add_argument("few", type=int, nargs="?", default=100)
    arguments.add_argument("--memory", action="store_true")
    arguments.add_argument("--scaling", type=int, default=0, metavar="N")
    said = arguments.parse_args()
    if said.scaling:
        print(machine())
        table(said.scaling)
        sys.exit(0)
    sys.exit(main(said.count, said.few, said.memory))
