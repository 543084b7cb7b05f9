"""How long a user waits before anything happens: `import ytterby` and `ytterby --help`, against their budgets.

Run: python bench/startup.py        exits 1 when a budget is broken.

Each time is the best of several starts of a fresh interpreter, because noise on a shared machine only ever adds. The
ratios against `python -c pass` and `import polars` say the same on a slow machine as on a fast one.
"""

from __future__ import annotations

import subprocess
import sys
import time

REPEATS = 7
HELP = "import sys; sys.argv = ['ytterby', '--help']; from ytterby.cli import main; main()"
# Name -> (program, budget [s]); the two without a budget are what the others are compared with.
PROGRAMS: dict[str, tuple[str, float | None]] = {
    "python -c pass": ("pass", None),
    "import polars": ("import polars", None),
    "import ytterby": ("import ytterby", 0.15),
    "ytterby --help": (HELP, 0.40),
}


def best_time(program: str) -> float:
    """Return the shortest wall time of a fresh interpreter running `program` [s]."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> int:
    times = {name: best_time(program) for name, (program, _) in PROGRAMS.items()}
    print(f"{'':<16} {'time':>8} {'budget':>8}  × python  × polars")
    for name, taken in times.items():
        budget = PROGRAMS[name][1]
        allowed = f"{budget:.2f} s" if budget else ""
        ratios = f"{taken / times['python -c pass']:>8.1f} {taken / times['import polars']:>9.2f}"
        print(f"{name:<16} {taken:>6.3f} s {allowed:>8}  {ratios}")
    broken = [name for name, (_, budget) in PROGRAMS.items() if budget and times[name] > budget]
    for name in broken:
        print(f"over budget: {name}. Look with: python -X importtime -c 'import ytterby.cli.app'", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
