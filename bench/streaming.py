"""Import risk and export concentration of synthetic trade tables larger than memory: cost and memory against rows.

    python bench/streaming.py [--rows 1000000 4000000 16000000] [--folder DIR]

Each table has 5,000 codes, 238 economies and 30 years at random: the worst case, because almost every row is a cell of
its own, while in BACI a cell has six rows. It is written as Parquet files of two million rows, read back by
`ytterby.indicators.streaming` in a fresh interpreter, and removed. Prints one line of JSON a table, then whether CPU
seconds a row stay within a factor of 1.5 of each other (exit code 1 if not): cost grows with the rows alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from ytterby.indicators.economies import baci_numbers

CODES, YEARS, CHUNK = 5000, (1995, 2025), 2_000_000
SLACK = 1.5
READER = """
import json, resource, sys, time
from pathlib import Path
import polars as pl
from ytterby.indicators import files
from ytterby.indicators.streaming import import_risks, stream
from ytterby.show.risk import write_parts
folder = Path(sys.argv[1])
start, wall = time.process_time(), time.perf_counter()
found = stream(files.scan(folder / "part-*.parquet"))
cells = write_parts(import_risks(found, pl.read_parquet(folder / "governance.parquet")), folder / "result.parquet")
print(json.dumps({"rows": found.rows, "cells": cells, "cpu_s": round(time.process_time() - start, 2),
                  "wall_s": round(time.perf_counter() - wall, 2),
                  "max_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 4_000_000, 16_000_000])
    parser.add_argument("--folder", type=Path, default=None)
    asked = parser.parse_args()
    a_row = []
    for rows in asked.rows:
        with tempfile.TemporaryDirectory(dir=asked.folder) as name:
            size = generate(rows, Path(name))
            run = subprocess.run([sys.executable, "-c", READER, name], check=True, capture_output=True, text=True)
        found = json.loads(run.stdout) | {"bytes_on_disk": size}
        a_row.append(found["cpu_s"] / rows)
        print(json.dumps(found | {"cpu_us_a_row": round(1e6 * a_row[-1], 2)}), flush=True)
    linear = max(a_row) <= SLACK * min(a_row)
    print(f"CPU a row from {1e6 * min(a_row):.2f} to {1e6 * max(a_row):.2f} us: {'linear' if linear else 'not linear'}")
    sys.exit(0 if linear else 1)


def generate(rows: int, folder: Path) -> int:
    """Write a table of `rows` random flows and a governance table; return the bytes on disk."""
    random = np.random.default_rng(20241123)
    economies = np.array(sorted(baci_numbers()), dtype=np.int16)
    for at, start in enumerate(range(0, rows, CHUNK)):
        count = min(CHUNK, rows - start)
        pl.DataFrame(
            {
                "year": random.integers(*YEARS, count, dtype=np.int16),
                "exporter": random.choice(economies, count),
                "importer": random.choice(economies, count),
                "hs6": random.integers(100_000, 100_000 + CODES, count, dtype=np.int32),
                "value_kusd": np.exp(random.normal(3, 2, count)),
                "quantity_t": np.exp(random.normal(2, 2, count)),
            }
        ).write_parquet(folder / f"part-{at:05d}.parquet")
    years = pl.DataFrame({"year": list(range(*YEARS))})
    places = pl.DataFrame({"economy": economies, "instability": random.uniform(0, 1, len(economies))})
    places.join(years, how="cross").write_parquet(folder / "governance.parquet")
    return sum(path.stat().st_size for path in folder.glob("part-*.parquet"))


if __name__ == "__main__":
    main()
