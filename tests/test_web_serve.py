"""`ytterby serve` as a process: it says where it is, asks for a token beyond loopback; a killed one loses nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from ytterby.cli.app import build as shell

pytest.importorskip("uvicorn", reason="the browser needs the extra app")

SMALL = """schema = 1
name   = "gallium-cap"
title  = "A cap on gallium"
base   = { chain = "gallium", year = 2024 }
time   = { step = "year", from = 2025, to = 2025 }

[[measure]]
id     = "cap"
kind   = "quota"
title  = "A cap on exports"
source = { title = "an example", publisher = "nobody", url = "https://example.org", date = 2025-01-01 }
scope  = { flow = "export", of = "CHN", except_to = ["CHN"] }
limit  = { share_of_base = 0.5, low = 0.3, high = 0.8, why = "an example" }
"""


@contextmanager
def serving(runs, *words):
    """Start the command on a free port; the process, its address and its token."""
    start = "from ytterby.cli import main; main()"
    command = [sys.executable, "-c", start, "serve", "--port", "0", "--no-open", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "YTTERBY_RUNS": str(runs)})  # fmt: skip
    try:
        line = process.stdout.readline()
        found = re.search(r"http://[^:]+:(\d+)/(?:\?token=(\S+))?", line)
        assert found, (line, process.stderr.read() if process.poll() is not None else "")
        yield process, f"http://127.0.0.1:{found[1]}", found[2]
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        process.stdout.close()
        process.stderr.close()


def ask(address, body=None, seconds=20.0, **headers):
    """Ask until the server answers; the JSON it gives."""
    data = None if body is None else json.dumps(body).encode()
    end = time.monotonic() + seconds
    while True:
        request = urllib.request.Request(address, data, {"content-type": "application/json", **headers})
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def test_a_killed_server_loses_nothing(tmp_path):
    with serving(tmp_path) as (process, address, token):
        assert token is None
        assert ask(f"{address}/api/about")["edition"]
        job = ask(f"{address}/api/ensembles", {"text": SMALL, "n": 200, "seed": 3})["id"]
        while ask(f"{address}/api/ensembles/{job}")["done"] == 0:
            time.sleep(0.05)
        process.kill()
        process.wait(10)
    with serving(tmp_path) as (process, address, _):
        end = time.monotonic() + 40
        while (status := ask(f"{address}/api/ensembles/{job}"))["state"] != "done" and time.monotonic() < end:
            time.sleep(0.1)
        assert status["state"] == "done", status
        assert ask(f"{address}/api/ensembles/{job}/result")["n"] == 200
        process.terminate()  # as a service manager ends it: cleanly, without a word
        assert process.wait(10) == 0
        assert process.stderr.read() == ""


def test_beyond_this_machine_a_token_is_asked(tmp_path):
    with serving(tmp_path, "--host", "0.0.0.0") as (_, address, token):
        assert token
        assert len(token) >= 24
        assert ask(f"{address}/api/about") == 401
        assert ask(f"{address}/api/about", authorization=f"Bearer {token}")["edition"]


@pytest.mark.parametrize("words, says", [
    (["--port", "70000", "--workers", "0"], ["--port: found 70000", "--workers: found 0"]),
    (["--host", "not a host"], ["--host, --port"]),
])  # fmt: skip
def test_bad_options_are_told_at_once(words, says):
    found = CliRunner().invoke(shell(), ["serve", "--no-open", *words])
    assert found.exception is not None
    assert all(word in str(found.exception) for word in says)
