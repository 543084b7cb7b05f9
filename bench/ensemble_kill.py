"""An ensemble killed with SIGKILL at random moments and gone on with, against one that nobody touched.

    python bench/ensemble_kill.py [N] [kills] [workers] [--periods P]      defaults: 2,000 draws, ten kills, one worker

With periods, each draw lives so many years from 2025 on.

Each time the command `ytterby run … --ensemble N` is started, killed after a random while, and started again; the last
one is left to end. Printed: what was kept at each kill, how many batches were solved twice at most, and whether every
file of the run is the same to the byte as in the run that was not touched. Exit code 1 when it is not.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCENARIO = "heavy-ree-licences-2025"


def started(folder: Path, n: int, workers: int, periods: int) -> subprocess.Popen[bytes]:
    words = ["run", SCENARIO, "--ensemble", str(n), "--seed", "1", "--workers", str(workers), "--quiet"]
    if periods > 1:
        words += ["--set", f"time.to={2024 + periods}"]
    return subprocess.Popen(
        [sys.executable, "-c", "from ytterby.cli.app import main; main()", *words],
        env=os.environ | {"YTTERBY_RUNS": str(folder), "OMP_NUM_THREADS": "1"},
        start_new_session=True,
    )


def files(folder: Path) -> dict[str, str]:
    """The digest of every file of the run, the lock aside, which holds the number of a process."""
    paths = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != "lock"]
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


def batches(folder: Path) -> dict[str, int]:
    """Batches on disk with the time they were written, which tells one that was solved again."""
    return {p.name: p.stat().st_mtime_ns for p in folder.rglob("batches/*.parquet")}


def main(n: int, kills: int, workers: int, periods: int) -> int:
    rng = random.Random(20251126)
    with tempfile.TemporaryDirectory() as place:
        whole, broken = Path(place, "whole"), Path(place, "broken")
        start = time.perf_counter()
        if started(whole, n, workers, periods).wait():
            return 1
        took = time.perf_counter() - start
        print(f"untouched: {took:.0f} s, {len(files(whole))} files", flush=True)
        again = 0
        for k in range(kills):
            before = batches(broken)
            process = started(broken, n, workers, periods)
            # somewhere between the start of the program and a tenth of the work
            time.sleep(rng.uniform(0.5, 6.0 + took / kills))
            ended = process.poll() is not None
            if not ended:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            after = batches(broken)
            redone = sum(after.get(name) != when for name, when in before.items())
            again = max(again, redone)
            print(f"kill {k + 1}: {len(after)} batches kept, {redone} of the {len(before)} there solved again"
                  f"{' (had ended)' if ended else ''}", flush=True)  # fmt: skip
        before = batches(broken)
        code = started(broken, n, workers, periods).wait()
        redone = sum(batches(broken).get(name) != when for name, when in before.items())
        same = files(whole) == files(broken)
    print(f"left to end: code {code}, {redone} solved again; all files the same: {same}; most solved twice: {again}")
    return 0 if same and not code and max(again, redone) <= 1 else 1


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description="Kill an ensemble and go on with it.")
    for name, usual in (("n", 2000), ("kills", 10), ("workers", 1)):
        asked.add_argument(name, type=int, nargs="?", default=usual)
    asked.add_argument("--periods", type=int, default=1)
    sys.exit(main(**vars(asked.parse_args())))
