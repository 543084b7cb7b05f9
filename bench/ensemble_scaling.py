# ruff: noqa: E402
"""How an ensemble grows: with the number of draws, of workers, of elements in the network and of periods.

    python bench/ensemble_scaling.py [N] [--limit S]     draws 100, 1,000 … up to N; a cell stops after S seconds

Each cell is a process of its own, so that its memory is its own. Rows leave in batches and are written to disk as they
come, as in a run that is kept. A cell that reaches the limit says how many draws it made and its pace; the larger ones
of the same kind are left out. Two workers are processes; their start and the freezing of the scenario are not counted.

Elements: the chain has 15. With fewer, the markets of the others are taken out and what plants give to them or take
from them keeps its price of the base year, so the base stays what it was. Ten periods are ten years from 2025 on.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import tempfile
import time
from dataclasses import replace

from ensemble_peers import peak
from ytterby.atlas.load import load
from ytterby.model.base import network as chain_network
from ytterby.model.network import Network, element_of
from ytterby.model.scenario_file import scenario
from ytterby.model.solved import equilibrium
from ytterby.studies.draws import Design, percentiles
from ytterby.studies.ensemble import batches, draws_in, study, usual_batch
from ytterby.studies.workers import workers

SCENARIO, SEED = "heavy-ree-licences-2025", 2025
LIMIT = 60.0
ELEMENTS = {4: ("Nd", "Pr", "Dy", "Tb"), 8: ("Nd", "Pr", "Dy", "Tb", "La", "Ce", "Sm", "Gd"), 15: ()}
PERIODS = {1: (), 10: ("time.to=2034",)}


def with_elements(network: Network, kept: tuple[str, ...]) -> Network:
    """The network without the markets of other elements; what is traded with them keeps its base price."""
    if not kept:
        return network
    base = equilibrium(network)
    gone = {m.key: base.price(m.key) for m in network.markets if element_of(m.product) not in (None, *kept)}
    activities = []
    for a in network.activities:
        left = tuple((key, per) for key, per in a.coefficients if key not in gone)
        value = sum(per * gone[key] for key, per in a.coefficients if key in gone)
        if left:
            activities.append(replace(a, coefficients=left, cost=a.cost - value) if value else a)
    ids = {a.id for a in activities}
    limits = [replace(i, terms=tuple(t for t in i.terms if t[0] in ids)) for i in network.limits]
    return replace(
        network,
        markets=tuple(m for m in network.markets if m.key not in gone),
        activities=tuple(activities),
        limits=tuple(i for i in limits if i.terms),
    )


def cell(elements: int, periods: int, number: int, n: int, limit: float) -> str:
    """One cell: draws made, seconds, milliseconds a draw, certified, the most memory [MB]."""
    atlas = load()
    asked = scenario(SCENARIO, set=list(PERIODS[periods]))
    network = with_elements(chain_network(atlas, "rare-earths", 2024, {}), ELEMENTS[elements])
    one = study(network, asked, atlas)
    sample = percentiles(Design(n, SEED), [i.id for i in one.inputs])
    done, certified = 0, True
    with tempfile.TemporaryDirectory() as folder, workers(number) as pool:
        for _ in batches(one, sample[: 4 * number], 1, map=pool):  # imports, unpacking, the scenario's own path
            pass
        start = time.perf_counter()
        for k, frame in batches(one, sample, usual_batch(one), map=pool):
            frame.write_parquet(os.path.join(folder, f"{k}.parquet"))
            done += draws_in(frame)
            certified &= bool(frame["certified"].all())
            wall = time.perf_counter() - start
            if wall > limit:
                break
    own = peak()
    return f"{done} {wall:.2f} {1e3 * wall / done:.2f} {certified} {own}"


def table(most: int, limit: float = LIMIT) -> None:
    """Print the cells, each from a process of its own."""
    print(f"\n{'elements':>9}{'periods':>8}{'draws':>8}" + "".join(
        f"{f'{w} worker' + 's' * (w > 1):>24}" for w in (1, 2)) + f"{'ratio':>8}{'MB':>7}")  # fmt: skip
    for elements in ELEMENTS:
        for periods in PERIODS:
            n, full = 100, True
            while n <= most and full:
                full = _row(elements, periods, n, limit)
                n *= 10


def _row(elements: int, periods: int, n: int, limit: float) -> bool:
    """Print one row; tell whether all its cells ended within the limit."""
    found = []
    for number in (1, 2):
        words = [str(w) for w in (elements, periods, number, n, limit)]
        done = subprocess.run([sys.executable, __file__, "--cell", *words], capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stderr, file=sys.stderr)
            return False
        made, wall, pace, certified, memory = done.stdout.split()
        found.append((int(made), float(wall), float(pace), certified == "True", int(memory)))
    cells = [f"{wall:.1f} s, {pace:.1f} ms" + ("" if made == n else f" ({made})") for made, wall, pace, *_ in found]
    text = "".join(f"{one:>24}" for one in cells)
    ratio, memory = found[0][2] / found[1][2], found[0][4]
    certified = "" if all(c for *_, c, _ in found) else "  not all certified"
    print(f"{elements:>9}{periods:>8}{n:>8}{text}{ratio:>8.2f}{memory:>7}{certified}", flush=True)
    return all(made == n for made, *_ in found)


def main() -> None:
    said = argparse.ArgumentParser(description="How an ensemble grows.")
    said.add_argument("most", type=int, nargs="?", default=10_000)
    said.add_argument("--limit", type=float, default=LIMIT)
    said.add_argument("--cell", nargs=5, help=argparse.SUPPRESS)
    asked = said.parse_args()
    if asked.cell:
        *whole, limit = asked.cell
        print(cell(*map(int, whole), float(limit)))
        return
    table(asked.most, asked.limit)


if __name__ == "__main__":
    main()
