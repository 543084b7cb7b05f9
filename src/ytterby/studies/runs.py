"""Run folders: an ensemble on disk, a batch at a time, so that nothing that was solved is ever lost.

    runs/<id>/manifest.json          what was asked; the same on every machine, and the id is made from it
    runs/<id>/batches/00000.parquet  the draws of a batch, written whole or not at all
    runs/<id>/index.jsonl            a line a batch: its number, its draws, the SHA-256 of its file
    runs/<id>/lock                   held by the process at work; the system lets go of it when that process dies

Going on with a run solves what is missing: batches without a line, without a file, or whose file is not what the line
says. A run whose manifest would differ today is refused, with the difference. No other module writes here.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import polars as pl

from ytterby.atlas.load import Atlas, load
from ytterby.core.errors import Fault, InputError, nearest, printable
from ytterby.model.network import Network
from ytterby.model.scenario import Scenario, canonical, fingerprint
from ytterby.studies.draws import BASE_YEAR, Design, Floats, Input, percentiles
from ytterby.studies.ensemble import (
    Asked,
    Ensemble,
    Map,
    Progress,
    batches,
    count,
    draws_in,
    of_rows,
    study,
    usual_batch,
    versions,
    whole_of,
)
from ytterby.studies.study import LADDER

#: Digests, which say that something differs but not what.
_DIGESTS = ("fingerprint", "sha256", "digest")
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Stored:
    """A run on disk: its folder, its manifest, and how many of its draws are there."""

    folder: Path
    manifest: Mapping[str, Any]
    done: int

    @property
    def id(self) -> str:
        """The name of the folder."""
        return self.folder.name

    @property
    def design(self) -> Design:
        """The design of its draws."""
        d = self.manifest["design"]
        together = tuple(tuple(group) for group in d["together"])
        correlation = tuple((a, b, float(r)) for a, b, r in d["correlation"])
        return Design(d["n"], d["seed"], d["method"], together, correlation)

    @property
    def redraws(self) -> int:
        """How many redraws of the base year its draws stand on; 0 when on the base year as cited."""
        return next((round(float(i["high"])) for i in self.manifest["inputs"] if i.get("id") == BASE_YEAR), 0)

    @property
    def batch(self) -> int:
        """The number of draws in a batch."""
        return int(self.manifest["design"]["batch"])


def root_folder(environment: Mapping[str, str]) -> Path:
    """Where runs are kept: $YTTERBY_RUNS, or `runs` in the folder one works in."""
    return Path(environment.get("YTTERBY_RUNS") or "runs")


def record(
    root: Path,
    network: Network | None,
    scenario: Scenario,
    design: Design,
    *,
    batch: int | None = None,
    resume: str | None = None,
    distributions: Mapping[str, str] | None = None,
    redraws: int = 0,
    map: Map = map,
    atlas: Atlas | None = None,
    asked: Asked | None = None,
    progress: Progress | None = None,
) -> tuple[str, Ensemble]:
    """Solve an ensemble into a folder of `root`, or what is missing of it; the run's id and its draws.

    The same question has the same id, so asking again goes on where it stopped. `resume` is the id one expects: it is
    refused when the question has changed. `asked` spares freezing the scenario again. An error of the disk is one
    line, and what was written stays.
    """
    known = atlas or load()
    asked = asked or study(network, scenario, known, distributions, redraws)
    batch = usual_batch(asked) if batch is None else batch
    sample = percentiles(design, (i.id for i in asked.inputs))
    wanted = manifest(asked, scenario, design, batch, sample, known)
    name = _id(scenario, wanted)
    if resume is not None and resume != name:
        _refuse(find(root, resume), wanted)
    folder = root / name
    with _told(folder):
        (folder / "batches").mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            _begin(folder, wanted)
            kept = _whole(folder)
            _solve(folder, asked, sample, batch, kept, map, progress)
            _sorted(folder)
    files = [_file(folder, k) for k in range(count(design.n, batch))]
    return name, of_rows(scenario, design, asked, pl.scan_parquet(files))


def manifest(
    asked: Asked, scenario: Scenario, design: Design, batch: int, sample: Floats, atlas: Atlas
) -> dict[str, Any]:
    """Everything that decides what a run will hold, as JSON types; nothing about the machine, the place or the time."""
    return {
        "schema": 1,
        "scenario": {
            "name": scenario.name,
            "fingerprint": fingerprint(scenario),
            "meaning": json.loads(canonical(scenario)),
        },
        "data": {"edition": atlas.edition, "digest": atlas.digest},
        "engine": dict(versions(asked)) | {"methods": list(LADDER)},
        "design": _plain(asdict(design)) | {"batch": batch, "sha256": hashlib.sha256(sample.tobytes()).hexdigest()},
        "assumptions": dict(sorted(asked.central.items())),
        "inputs": [_plain(asdict(i)) for i in asked.inputs],
    }


def stored(root: Path) -> list[Stored]:
    """Every run in a folder, by id; folders that hold no run are passed over."""
    if not root.is_dir():
        return []
    return [run for run in map(_read, sorted(root.iterdir())) if run is not None]


def find(root: Path, name: str) -> Stored:
    """The run of that id; InputError with the nearest id when there is none."""
    runs = {run.id: run for run in stored(root)}
    if name not in runs:
        expected = "the id of a run (ytterby runs)" if runs else f"a run, and {root} holds none"
        raise InputError(Fault("run", repr(printable(name, 80)), expected, nearest(name, runs)))
    return runs[name]


def draws(run: Stored) -> tuple[tuple[Input, ...], pl.LazyFrame]:
    """The inputs of a run and what it holds of its draws; InputError when it holds none."""
    files = [path for k in sorted(_index(run.folder)) if (path := _file(run.folder, k)).is_file()]
    try:
        inputs = tuple(Input(**one) for one in run.manifest["inputs"])
        frame = whole_of(pl.scan_parquet(files)) if files else None
    except (TypeError, KeyError):
        frame = None
    if frame is None:
        expected = "a run with draws; the command that made it goes on"
        raise InputError(Fault(f"run {run.id}", "no draws that can be read", expected))
    return inputs, frame


def remove(root: Path, name: str) -> Stored:
    """Delete a run that nobody is working on; what it was."""
    run = find(root, name)
    with _told(run.folder), _locked(run.folder):
        shutil.rmtree(run.folder)
    return run


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Say where two manifests differ, a line each: the path, what the run holds, what is asked now."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            yield from differences(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for k, (a, b) in enumerate(zip(old, new, strict=True)):
            name = a["id"] if isinstance(a, Mapping) and "id" in a else str(k)
            yield from differences(a, b, f"{path}.{name}")
    elif old != new:
        yield f"{path}: {_short(old)} in the run, {_short(new)} now"


def _short(value: Any) -> str:
    return "nothing" if value is None else printable(json.dumps(value, ensure_ascii=False), 60)


def _refuse(run: Stored, wanted: Mapping[str, Any]) -> None:
    found = list(differences(run.manifest, wanted))
    told = [line for line in found if line.partition(":")[0].rpartition(".")[2] not in _DIGESTS] or found
    if len(told) > _SHOWN:
        told = [*told[:_SHOWN], f"and {len(told) - _SHOWN} more"]
    raise InputError(f"Run {run.id} asks something else; start a new one without --resume.", *told)


def _id(scenario: Scenario, wanted: Mapping[str, Any]) -> str:
    return f"{scenario.name}-{hashlib.sha256(_text(wanted)).hexdigest()[:10]}"


def _text(wanted: Mapping[str, Any]) -> bytes:
    return (json.dumps(wanted, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _plain(value: Any) -> Any:
    """The same through JSON: tuples become lists."""
    return json.loads(json.dumps(value))


def _begin(folder: Path, wanted: Mapping[str, Any]) -> None:
    """Write the manifest of a new run; mend that of an old one, whose id says what it must hold."""
    path = folder / "manifest.json"
    if not path.exists() or path.read_bytes() != _text(wanted):
        _write(path, _text(wanted))
    for left in (*folder.glob("*.tmp"), *folder.glob("batches/*.tmp")):
        left.unlink()


def _solve(
    folder: Path, asked: Asked, sample: Floats, size: int, kept: set[int], map: Map, progress: Progress | None
) -> None:
    total = len(sample)
    todo = [k for k in range(count(total, size)) if k not in kept]
    done = total - sum(min(size, total - k * size) for k in todo)
    if progress:
        progress(done, total)
    for k, frame in batches(asked, sample, size, todo, map) if todo else ():
        data = _parquet(frame)
        _write(_file(folder, k), data)
        _note(folder, {"batch": k, "draws": draws_in(frame), "sha256": hashlib.sha256(data).hexdigest()})
        done += draws_in(frame)
        if progress:
            progress(done, total)


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def _file(folder: Path, batch: int) -> Path:
    return folder / "batches" / f"{batch:05d}.parquet"


def _whole(folder: Path) -> set[int]:
    """The batches that are there and are what the index says; the index is rewritten with those alone."""
    kept = {k: line for k, line in _index(folder).items() if _sound(_file(folder, k), line["sha256"])}
    _sorted(folder, kept)
    return set(kept)


def _sorted(folder: Path, lines: Mapping[int, Mapping[str, Any]] | None = None) -> None:
    """Write the index in the order of batches, whatever order they came in."""
    kept = _index(folder) if lines is None else lines
    text = "".join(json.dumps(kept[k]) + "\n" for k in sorted(kept))
    path = folder / "index.jsonl"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        _write(path, text.encode())


def _sound(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _index(folder: Path) -> dict[int, dict[str, Any]]:
    """The lines of the index by batch; a line cut short by a crash is as if it were not there."""
    path = folder / "index.jsonl"
    found: dict[int, dict[str, Any]] = {}
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else ():
        try:
            line = json.loads(text)
            found[int(line["batch"])] = {
                "batch": int(line["batch"]),
                "draws": int(line["draws"]),
                "sha256": str(line["sha256"]),
            }
        except (ValueError, TypeError, KeyError):
            continue
    return found


def _note(folder: Path, line: Mapping[str, Any]) -> None:
    with open(folder / "index.jsonl", "a", encoding="utf-8") as handle:
        handle.write(json.dumps(line) + "\n")
        handle.flush()
        os.fsync(handle.fileno())


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, on the disk before anything says it is there."""
    draft = path.with_name(f"{path.name}.tmp")
    try:
        with open(draft, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _read(folder: Path) -> Stored | None:
    try:
        found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        design = found["design"]
        done = sum(line["draws"] for k, line in _index(folder).items() if _file(folder, k).is_file())
        return Stored(folder, found, done) if design["n"] and design["batch"] else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turn an error of the disk into one line for the user."""
    try:
        yield
    except OSError as cause:
        text = printable(cause.strerror or str(cause), 100)
        expected = "a disk that can be written; what was solved is kept, and the same command goes on"
        raise InputError(Fault(str(folder), text, expected)) from None


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a run for this process. The lock is the system's, so that of a process that died is free."""
    with open(folder / "lock", "a+", encoding="utf-8") as handle:
        if not _taken(handle):
            handle.seek(0)
            holder = printable(handle.read(20).strip() or "unknown", 20)
            found = f"process {holder} at work on it"
            raise InputError(Fault(f"run {folder.name}", found, "one process a run: wait for it or stop it"))
        handle.seek(0)
        handle.truncate()
        handle.write(str(os.getpid()))
        handle.flush()
        yield


if sys.platform == "win32":
    import msvcrt

    def _taken(handle: IO[str]) -> bool:
        """Take the lock if nobody has it."""
        try:
            handle.seek(1000)  # a byte nobody reads, as a locked one cannot be read
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _taken(handle: IO[str]) -> bool:
        """Take the lock if nobody has it."""
        try:
            fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
