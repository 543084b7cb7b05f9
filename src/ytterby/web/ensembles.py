"""Ensembles that the browser starts: each in a process of its own, draws in the run store, the question beside them.

    runs/.asked/<job>.json         what was asked, and whether somebody stopped it
    runs/.asked/<job>.result.json  what it came to

A server that is killed loses nothing: the draws are in the run store, and the next server goes on with every question
that nobody stopped. The draws are those of `ytterby run … --ensemble N --seed S`, and so is the summary.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np

from ytterby.atlas.load import load
from ytterby.core.errors import Fault, InputError, YtterbyError
from ytterby.show.export import plain, write_text
from ytterby.studies.draws import Design
from ytterby.studies.ensemble import Ensemble
from ytterby.web.document import Document, Unknown
from ytterby.web.pool import begin

MOST_DRAWS = 20_000
MOST_RUNNING = 2
_JOB = re.compile(r"[0-9a-f]{16}")


@dataclass(slots=True)
class _Work:
    """A process at work on a job, and the last it said."""

    process: BaseProcess
    ear: Connection
    said: dict[str, Any]


class Ensembles:
    """The jobs of one run store."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".asked"
        self.running: dict[str, _Work] = {}

    def resume_all(self) -> None:
        """Go on with what a server that died left undone, as many as run at a time."""
        for job in self.jobs():
            if job["state"] == "interrupted" and len(self.running) < MOST_RUNNING:
                self._start(job["id"], self._asked(job["id"]))

    def start(self, document: Document, n: int, seed: int, method: str) -> dict[str, Any]:
        """Start a job, or go on with it: the same question is the same job."""
        if not 1 <= n <= MOST_DRAWS:
            raise InputError(Fault("draws", str(n), f"a number from 1 to {MOST_DRAWS:,}"))
        document.scenario()
        asked = {"name": document.name, "text": document.text, "set": list(document.settings), "n": n, "seed": seed,
                 "method": method, "stopped": False}  # fmt: skip
        job = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]
        self._reap()
        if job not in self.running and self._result(job) is None:
            if len(self.running) >= MOST_RUNNING:
                raise InputError(Fault("ensemble", f"{MOST_RUNNING} at work", "one of them to end or be stopped first"))
            self._start(job, asked)
        return self.status(job)

    def resume(self, job: str) -> dict[str, Any]:
        """Go on with a job that was stopped."""
        asked = self._asked(job)
        document = Document(asked["name"], asked["text"], tuple(asked["set"]))
        return self.start(document, asked["n"], asked["seed"], asked["method"])

    def stop(self, job: str) -> dict[str, Any]:
        """Stop a job; what it solved stays."""
        asked = self._asked(job)
        work = self.running.pop(job, None)
        if work is not None:
            self._hear(work)
            work.process.terminate()
            work.process.join(5)
            self._write(job, asked | {"stopped": True, "run": work.said.get("run")})
        return self.status(job)

    def status(self, job: str) -> dict[str, Any]:
        """Return where a job stands: its question, its state, draws done, the id of its run."""
        asked = self._asked(job)
        self._reap()
        work = self.running.get(job)
        said = work.said if work else {}
        result = self._result(job)
        state = "done" if result is not None else said.get("state", "working") if work else "interrupted"
        if state == "interrupted" and asked.get("error"):
            state = "failed"
        elif state == "interrupted" and asked["stopped"]:
            state = "stopped"
        run = said.get("run") or asked.get("run") or (result or {}).get("run")
        done = asked["n"] if result is not None else said.get("done", self._kept(run))
        return {"id": job, "state": state, "done": done, "n": asked["n"], "seed": asked["seed"],
                "method": asked["method"], "name": asked["name"], "set": asked["set"], "run": run,
                "error": said.get("error") or asked.get("error")}  # fmt: skip

    def result(self, job: str) -> dict[str, Any]:
        """Return what a job came to; Unknown as long as it has come to nothing."""
        self._asked(job)
        found = self._result(job)
        if found is None:
            raise Unknown(Fault(f"ensemble {job}", "no result yet", "an ensemble that is done"))
        return found

    def jobs(self) -> list[dict[str, Any]]:
        """Return every job of the store."""
        names = sorted(p.stem for p in self.folder.glob("*.json")) if self.folder.is_dir() else []
        return [self.status(name) for name in names if _JOB.fullmatch(name)]

    def close(self) -> None:
        """Stop the processes, but not the jobs: the next server goes on with them."""
        for work in self.running.values():
            work.process.terminate()
        self.running.clear()

    def _start(self, job: str, asked: dict[str, Any]) -> None:
        self._write(job, asked | {"stopped": False, "error": None})
        context = get_context("spawn")
        ear, mouth = context.Pipe(duplex=False)
        process = context.Process(target=work, args=(str(self.root), asked, mouth), daemon=True)
        process.start()
        mouth.close()
        self.running[job] = _Work(process, ear, {"state": "working", "done": 0})

    def _reap(self) -> None:
        """Hear every process, and put down what those that ended came to."""
        for job, item in list(self.running.items()):
            self._hear(item)
            ended = not item.process.is_alive()
            if ended:
                self._hear(item)
            if "result" in item.said:
                write_text(self.folder / f"{job}.result.json", json.dumps(item.said["result"], ensure_ascii=False))
            elif ended:
                error = item.said.get("error") or "its process ended; going on with it loses nothing"
                self._write(job, self._asked(job) | {"error": error, "run": item.said.get("run")})
            if ended or "result" in item.said:
                item.process.join(5)
                del self.running[job]

    def _hear(self, item: _Work) -> None:
        try:
            while item.ear.poll():
                item.said |= item.ear.recv()
        except (EOFError, OSError):
            return

    def _asked(self, job: str) -> dict[str, Any]:
        path = self.folder / f"{job}.json"
        if not _JOB.fullmatch(job) or not path.is_file():
            raise Unknown(Fault("ensemble", repr(job[:40]), "the id of one that was started here"))
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def _result(self, job: str) -> dict[str, Any] | None:
        path = self.folder / f"{job}.result.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None

    def _kept(self, run: str | None) -> int:
        from ytterby.studies.runs import stored

        return next((item.done for item in stored(self.root) if item.id == run), 0)

    def _write(self, job: str, asked: dict[str, Any]) -> None:
        write_text(self.folder / f"{job}.json", json.dumps(asked, ensure_ascii=False, indent=1) + "\n")


def work(root: str, asked: dict[str, Any], mouth: Connection) -> None:
    """Solve an ensemble into the run store and say how far it is; the body of a job's process."""
    begin()
    from ytterby.show.ensemble import ensemble_json
    from ytterby.studies import runs
    from ytterby.studies.summary import summarise

    def tell(done: int, total: int) -> None:
        mouth.send({"done": done, "run": _mine(Path(root))})

    try:
        document = Document(asked["name"], asked["text"], tuple(asked["set"]))
        design = Design(asked["n"], asked["seed"], asked["method"])
        name, found = runs.record(Path(root), None, document.scenario(), design, progress=tell)
        summary = json.loads(ensemble_json(found, summarise(found), name, load().edition))
        result = summary | {"curve": curve(found), "drivers": tornado(found)}
        result |= {"names": names(found, result)}
        mouth.send({"done": asked["n"], "run": name, "result": result})
    except YtterbyError as error:
        mouth.send({"state": "failed", "error": str(error)})


def names(found: Ensemble, result: dict[str, Any]) -> dict[str, str]:
    """What the products, countries, limits and inputs of a result are called, by id."""
    from ytterby.show.backdrop import backdrop
    from ytterby.show.words import assumption_name, country_name, limit_name, product_name, titles_of

    titles = titles_of(found.scenario.measures)
    said = {row["product"]: product_name(row["product"]) for part in ("shortages", "prices") for row in result[part]}
    said |= {code: country_name(code, backdrop().names) for row in result["shortages"] if (code := row["country"])}
    said |= {row["id"]: limit_name(row["id"], titles) for row in result["binding"]}
    return said | {row["id"]: assumption_name(row["id"], titles) for row in result["drivers"]}


def curve(found: Ensemble, points: int = 60) -> list[dict[str, float]]:
    """The chance that more than so much is lost [MUSD/yr], at so many points of the certified draws."""
    values = np.sort(found.draws.filter(_certified()).select("value_lost").collect()["value_lost"].to_numpy())
    places = np.unique(np.linspace(0, len(values) - 1, min(points, len(values))).astype(int))
    return [{"value_lost": float(values[k]), "chance": float(1 - k / len(values))} for k in places]


def tornado(found: Ensemble, most: int = 12) -> list[dict[str, Any]]:
    """How lost value [MUSD/yr] goes with each input: medians over its lowest and highest fifth, rank correlation.

    Rank correlation after Spearman (1904), American Journal of Psychology 15, 72-101.
    """
    from scipy.stats import rankdata

    names = [f"in|{i.id}" for i in found.inputs]
    frame = found.draws.filter(_certified()).select(["value_lost", *names]).collect()
    lost = frame["value_lost"].to_numpy()
    if len(lost) < 10:
        return []
    rows: list[dict[str, Any]] = []
    for one in found.inputs:
        x = frame[f"in|{one.id}"].to_numpy()
        low, high = x <= np.quantile(x, 0.2), x >= np.quantile(x, 0.8)
        if np.ptp(x) == 0 or np.ptp(lost) == 0:
            continue
        rank = float(np.corrcoef(rankdata(x), rankdata(lost))[0, 1])
        ends = {"low": float(np.median(lost[low])), "high": float(np.median(lost[high]))}
        rows.append({"id": one.id, **ends, "rank": rank})
    rows.sort(key=_swing)
    return [plain(row) for row in rows[:most]]


def _swing(row: dict[str, Any]) -> float:
    return -abs(float(row["high"]) - float(row["low"]))


def _certified() -> Any:
    import polars as pl

    return pl.col("certified")


def _mine(root: Path) -> str | None:
    """The run this process holds: the one whose lock names it."""
    own = str(os.getpid())
    for lock in root.glob("*/lock"):
        try:
            if lock.read_text(encoding="utf-8") == own:
                return lock.parent.name
        except OSError:
            continue
    return None
