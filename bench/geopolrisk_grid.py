"""GeoPolRisk over the full grid of a user's tables, timed and compared with geopolrisk-py in another interpreter.

    python bench/geopolrisk_grid.py --production F --trade F --governance F --map F [--runs 3]
        [--peer-python /path/to/venv/bin/python [--peer slice|full]] [--peer-saved F.csv] [--peer-names F.csv]

Our time is that of the whole command `ytterby risk --method geopolrisk`, start of the interpreter, reading and writing
included; CPU seconds (user and system) of all threads are the ones to compare on a shared machine. geopolrisk-py is
never imported here: it runs in the interpreter named, in a temporary home (it writes there on import). `--peer-saved`
compares with a result that such a run wrote; `--peer-names` is BACI's list of country codes and names.
Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PEER = """
import json, os, resource, sys, time
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
from geopolrisk.assessment.main import gprs_calc
from geopolrisk.assessment import utils
from geopolrisk.assessment.database import databases
years = [2022] if sys.argv[1] == "slice" else list(range(2018, 2025))
names = databases.production["Country_ISO"]
codes = [int(code) for code in names["ISO"]]
codes = codes[::24] if sys.argv[1] == "slice" else codes
def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
started, wall = cpu(), time.perf_counter()
frame = gprs_calc(years, codes, utils.default_rmlist())
taken = cpu() - started, time.perf_counter() - wall
frame = frame.merge(names.rename(columns={"Country": "Country [Economic Entity]"}), on="Country [Economic Entity]")
frame.to_csv(sys.argv[2], index=False)
print(json.dumps({"cells": len(frame), "cpu_s": taken[0], "wall_s": taken[1],
                  "max_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""
COLUMNS = {
    "score": "GeoPolRisk Score", "hhi": "HHI", "import_risk": "Import Risk", "price": "Price",
    "cf": "GeoPolRisk Characterization Factor [eq. Kg-Cu/Kg]",
}  # fmt: skip


def main() -> None:
    asked = parse()
    tables = [f"--{name}={getattr(asked, name)}" for name in ("production", "trade", "governance", "map")]
    found: dict[str, Any] = {"load": os.getloadavg(), "cores": os.cpu_count()}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "grid.parquet"
        found["grid"] = timed([*tables, f"--out={out}"], asked.runs)
        found["grid"]["cells"] = rows(out)
        found["grid"]["cpu_ms_a_cell"] = 1000 * found["grid"]["cpu_s"] / found["grid"]["cells"]
        one = ["--economies=DEU", "--years=2022", f"--out={Path(folder) / 'one.csv'}"]
        found["one economy and year"] = timed([*tables, *one], asked.runs)
        saved = asked.peer_saved
        if asked.peer_python:
            saved = Path(folder) / "peer.csv"
            found["peer"] = peer(asked.peer_python, asked.peer, saved)
            ours = found["grid"]["cpu_ms_a_cell"]
            found["times less CPU a cell"] = found["peer"]["cpu_ms_a_cell"] / ours
        if saved:
            timed([*tables, "--compat", f"--out={out}"], 1)
            found["agreement"] = agreement(out, saved, asked.peer_names)
    print(json.dumps(found))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("production", "trade", "governance", "map"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peer-python", type=Path)
    parser.add_argument("--peer", choices=("slice", "full"), default="slice")
    parser.add_argument("--peer-saved", type=Path)
    parser.add_argument("--peer-names", type=Path)
    return parser.parse_args()


def timed(words: list[str], runs: int) -> dict[str, float]:
    """Run the command several times; return medians of CPU and wall seconds and the largest memory so far."""
    shell = ["-c", "from ytterby.cli import main; main()"]
    command = [sys.executable, *shell, "risk", "--method=geopolrisk", *words]
    cpu, wall = [], []
    for _ in range(runs):
        before, start = children(), time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall.append(time.perf_counter() - start)
        cpu.append(children() - before)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"cpu_s": statistics.median(cpu), "wall_s": statistics.median(wall), "max_rss_mib": memory}


def children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def rows(path: Path) -> int:
    import polars as pl

    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def peer(python: Path, size: str, out: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as home:
        run = subprocess.run(
            [python, "-c", PEER, size, str(out)],
            env={**os.environ, "HOME": home}, check=True, capture_output=True, text=True,
        )  # fmt: skip
    found: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return {**found, "cpu_ms_a_cell": 1000 * found["cpu_s"] / found["cells"]}


def agreement(ours: Path, saved: Path, names: Path | None) -> dict[str, Any]:
    """Compare cell by cell; a cell in which the peer has no number is counted apart."""
    import polars as pl

    from ytterby.indicators.economies import baci_numbers

    theirs = pl.read_csv(saved, infer_schema_length=None)
    if "ISO" not in theirs.columns and names is not None:
        listed = pl.read_csv(names).select(pl.col("country_code").alias("ISO"), "country_name")
        theirs = theirs.join(listed, left_on="Country [Economic Entity]", right_on="country_name", how="left")
    labels = pl.DataFrame({"ISO": list(baci_numbers()), "economy": list(baci_numbers().values())})
    theirs = theirs.join(labels.cast({"ISO": theirs.schema["ISO"]}), on="ISO").rename({"Raw Material": "material"})
    theirs = theirs.with_columns(pl.col("Year").cast(pl.Int32).alias("year"))
    both = pl.read_parquet(ours).join(theirs, on=["material", "economy", "year"])
    found: dict[str, Any] = {"cells compared": both.height}
    for mine, name in COLUMNS.items():
        known = both.filter(pl.col(name).is_finite())
        size = known[name].abs().clip(1e-12, None)
        off = ((known[mine] - known[name]).abs() / size).fill_null(float("inf"))
        found[mine] = {
            "beyond 1e-6": int((off > 1e-6).sum()),
            "largest": off.max(),
            "peer has no number": both.height - known.height,
        }
    return found


if __name__ == "__main__":
    main()
