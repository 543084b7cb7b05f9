"""Many readers of one server: does anything fail, how long do cached reads take, does memory stay flat?

Run: python bench/serve.py        exits 1 when a budget is broken. `--seconds 60` for the whole test, `--clients 50`.

One server with one worker on this machine; clients in threads of this process, so both share its cores. Nine
requests of ten are reads that are kept (facts, shapes, the base chain, a page); one is a solve of a scenario nobody
asked for yet.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

READS = (
    "/", "/static/app.js", "/api/about", "/api/facts?material=Dy", "/api/chain?element=Dy", "/api/scenarios",
    "/api/shapes",
)  # fmt: skip
P95_READ = 0.100  # [s]
GROWTH = 1.25  # resident memory of the server at the end over that after a tenth of the time
PAUSE = 0.25  # [s] a reader looks at the page between two requests


def ask(host: str, port: int, path: str, body: dict | None = None, tab: str = "") -> tuple[int, float]:
    began = time.perf_counter()
    line = http.client.HTTPConnection(host, port, timeout=60)
    data = None if body is None else json.dumps(body)
    headers = {"content-type": "application/json", "x-ytterby-tab": tab}
    line.request("GET" if body is None else "POST", path, data, headers)
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.status, time.perf_counter() - began


def reader(seed: int, port: int, until: float, reads: list, solves: list) -> None:
    chance = random.Random(seed)
    while time.perf_counter() < until:
        if chance.random() < 0.9:
            reads.append(ask("127.0.0.1", port, chance.choice(READS)))
        else:
            setting = f"measure.magnets.limit.share_of_base={chance.randint(1, 100) / 100}"
            body = {"name": "heavy-ree-licences-2025", "set": [setting]}
            solves.append(ask("127.0.0.1", port, "/api/desk", body, f"tab-{seed}"))
        time.sleep(PAUSE * 2 * chance.random())


def memory(pid: int) -> int:
    """Resident memory of a process [kB]; 0 where the system does not say."""
    try:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(found[1]) if found else 0


def quantile(times: list[float], part: float) -> float:
    return sorted(times)[min(int(part * len(times)), len(times) - 1)] if times else float("nan")


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=15)
    options.add_argument("--clients", type=int, default=50)
    asked = options.parse_args()
    start = "from ytterby.cli import main; main()"
    with tempfile.TemporaryDirectory() as runs:
        server = subprocess.Popen(
            [sys.executable, "-c", start, "serve", "--port", "0", "--no-open"],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "YTTERBY_RUNS": runs},
        )  # fmt: skip
        assert server.stdout is not None
        try:
            found = re.search(r":(\d+)/", server.stdout.readline())
            assert found
            port = int(found[1])
            for path in READS:  # the first answer of each kind is made, the others are kept
                ask("127.0.0.1", port, path)
            return measured(asked, server.pid, port)
        finally:
            server.terminate()
            server.wait(20)


def measured(asked: argparse.Namespace, pid: int, port: int) -> int:
    reads: list[tuple[int, float]] = []
    solves: list[tuple[int, float]] = []
    until = time.perf_counter() + asked.seconds
    clients = [threading.Thread(target=reader, args=(k, port, until, reads, solves)) for k in range(asked.clients)]
    for client in clients:
        client.start()
    time.sleep(asked.seconds / 10)
    before = memory(pid)
    for client in clients:
        client.join()
    after = memory(pid)
    wrong = [status for status, _ in reads + solves if status != 200]
    p95 = quantile([t for _, t in reads], 0.95)
    counts = f"{len(reads)} reads, {len(solves)} solves, {len(wrong)} errors"
    print(f"{asked.clients} clients, {asked.seconds:g} s: {counts}")
    print(f"reads   median {1000 * quantile([t for _, t in reads], 0.5):6.0f} ms   p95 {1000 * p95:6.0f} ms")
    print(f"solves  median {1000 * quantile([t for _, t in solves], 0.5):6.0f} ms   p95 "
          f"{1000 * quantile([t for _, t in solves], 0.95):6.0f} ms")  # fmt: skip
    print(f"memory  {before / 1024:.0f} MB after a tenth of the time, {after / 1024:.0f} MB at the end")
    broken = []
    broken += [f"{len(wrong)} errors: {sorted(set(wrong))}"] if wrong else []
    broken += [f"p95 of reads {p95:.3f} s > {P95_READ} s"] if p95 > P95_READ else []
    broken += [f"memory grew from {before} to {after} kB"] if before and after > GROWTH * before else []
    for line in broken:
        print(f"over budget: {line}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
