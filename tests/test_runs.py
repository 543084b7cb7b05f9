"""Run folders: nothing solved is lost, nothing wrong is kept, and a changed question is not mixed with an old one."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import polars as pl
import pytest

from test_ensemble import TEXTBOOK
from ytterby.core.errors import InputError
from ytterby.model.scenario_file import scenario
from ytterby.studies import runs
from ytterby.studies.draws import Design

DESIGN = Design(24, 3)


def record(root: Path, atlas, asked=None, design: Design = DESIGN, **others):
    return runs.record(root, None, asked or scenario(TEXTBOOK), design, batch=5, atlas=atlas, **others)


def held(folder: Path) -> dict[str, str]:
    """Every file of a run by its hash, the lock apart."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "lock"]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def whole(atlas, tmp_path_factory):
    """A finished run: its id, its files and its draws."""
    root = tmp_path_factory.mktemp("whole")
    name, found = record(root, atlas)
    return name, held(root / name), found.draws.collect()


class Counted:
    """A map that counts the batches it solves and can stop before one of them."""

    def __init__(self, stop: int | None = None, error: BaseException | None = None) -> None:
        self.solved: list[int] = []
        self.stop, self.error = stop, error or KeyboardInterrupt()

    def __call__(self, work, tasks):
        for task in tasks:
            if len(self.solved) == self.stop:
                raise self.error
            self.solved.append(task[0] // 5)
            yield work(task)


def test_a_run_is_a_manifest_an_index_and_five_batches(whole, atlas):
    name, files, draws = whole
    assert name.startswith("a-quota-")
    assert set(files) == {"manifest.json", "index.jsonl", *(f"batches/{k:05d}.parquet" for k in range(5))}
    assert draws.height == 24
    assert draws["draw"].to_list() == list(range(24))


def test_the_manifest_says_what_was_asked_and_nothing_of_the_machine(atlas, tmp_path, whole):
    name, _ = record(tmp_path / "elsewhere", atlas)
    text = (tmp_path / "elsewhere" / name / "manifest.json").read_text()
    found = json.loads(text)
    assert found["design"] | {"sha256": ""} == {
        "n": 24, "seed": 3, "method": "lhs", "together": [], "correlation": [], "batch": 5, "sha256": "",
    }  # fmt: skip
    assert found["scenario"]["name"] == "a-quota"
    assert found["data"] == {"edition": atlas.edition, "digest": atlas.digest}
    assert [i["id"] for i in found["inputs"]] == ["measure.cap.limit"]
    assert not any(word in text for word in (str(tmp_path), os.uname().nodename, "/home", "/tmp"))
    assert held(tmp_path / "elsewhere" / name) == whole[1]


@pytest.mark.parametrize("stop", [0, 1, 3])
def test_a_run_that_was_stopped_goes_on_and_ends_the_same(atlas, tmp_path, whole, stop):
    with pytest.raises(KeyboardInterrupt):
        record(tmp_path, atlas, map=Counted(stop))
    rest, told = Counted(), []
    name, found = record(tmp_path, atlas, map=rest, resume=whole[0], progress=lambda d, n: told.append(d))
    assert rest.solved == list(range(stop, 5))
    assert told[0] == 5 * stop
    assert told[-1] == 24
    assert held(tmp_path / name) == whole[1]
    assert found.draws.collect().equals(whole[2])


def test_a_whole_run_is_not_solved_again(atlas, tmp_path, whole):
    record(tmp_path, atlas)
    rest = Counted()
    record(tmp_path, atlas, map=rest)
    assert rest.solved == []


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def _turned(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("damage", [Path.unlink, _cut, _turned])
def test_a_damaged_batch_is_found_and_redone_alone(atlas, tmp_path, whole, damage):
    name, _ = record(tmp_path, atlas)
    damage(tmp_path / name / "batches" / "00002.parquet")
    rest = Counted()
    record(tmp_path, atlas, map=rest)
    assert rest.solved == [2]
    index = {json.loads(line)["batch"] for line in (tmp_path / name / "index.jsonl").read_text().splitlines()}
    assert index == set(range(5))
    files = held(tmp_path / name)
    assert {k: v for k, v in files.items() if k != "index.jsonl"} == {
        k: v for k, v in whole[1].items() if k != "index.jsonl"
    }


def test_an_index_cut_in_mid_line_and_drafts_left_behind_do_no_harm(atlas, tmp_path, whole):
    name, _ = record(tmp_path, atlas)
    index = tmp_path / name / "index.jsonl"
    index.write_bytes(index.read_bytes()[:-30])
    (tmp_path / name / "batches" / "00004.parquet.tmp").write_bytes(b"half")
    rest = Counted()
    record(tmp_path, atlas, map=rest)
    assert rest.solved == [4]
    assert held(tmp_path / name) == whole[1]


def test_a_changed_scenario_is_refused_with_the_difference(atlas, tmp_path, whole):
    record(tmp_path, atlas)
    changed = scenario(TEXTBOOK, set=["title=Another", "measure.cap.rent_to=importer"])
    with pytest.raises(InputError) as caught:
        record(tmp_path, atlas, changed, resume=whole[0])
    text = str(caught.value)
    assert 'scenario.meaning.measures.cap.rent_to: "exporter" in the run, "importer" now' in text
    assert 'scenario.meaning.title: "A quota on what region 2 sells" in the run, "Another" now' in text
    assert "sha256" not in text
    assert "fingerprint" not in text
    with pytest.raises(InputError, match=r"design.seed: 3 in the run, 4 now"):
        record(tmp_path, atlas, design=replace(DESIGN, seed=4), resume=whole[0])
    assert [run.id for run in runs.stored(tmp_path)] == [whole[0]]


def test_other_questions_get_folders_of_their_own(atlas, tmp_path, whole):
    names = {record(tmp_path, atlas, design=Design(n, seed))[0] for n, seed in ((6, 1), (6, 2), (7, 1), (6, 1))}
    assert len(names) == 3


def test_an_unknown_id_is_refused_with_the_nearest(atlas, tmp_path, whole):
    record(tmp_path, atlas)
    with pytest.raises(InputError, match=f"Did you mean '{whole[0]}'"):
        record(tmp_path, atlas, resume=whole[0][:-1])
    with pytest.raises(InputError, match="holds none"):
        runs.find(tmp_path / "nowhere", "x")


HOLD = """
import sys, time
from pathlib import Path
from ytterby.studies import runs
with runs._locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_process_on_a_run_is_refused_until_the_first_dies(atlas, tmp_path, whole):
    name, _ = record(tmp_path, atlas)
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / name)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    for touch in (lambda: record(tmp_path, atlas), lambda: runs.remove(tmp_path, name)):
        with pytest.raises(InputError, match=f"process {other.pid} at work"):
            touch()
    other.kill()
    other.communicate()
    assert (tmp_path / name / "lock").read_text() == str(other.pid)
    assert record(tmp_path, atlas)[0] == name


def test_a_full_disk_is_one_line_and_the_run_goes_on_later(atlas, tmp_path, whole, monkeypatch):
    write, calls = runs._write, []

    def full(path: Path, data: bytes) -> None:
        calls.append(path)
        if path.name == "00002.parquet":
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, data)

    monkeypatch.setattr(runs, "_write", full)
    with pytest.raises(InputError, match="No space left on device") as caught:
        record(tmp_path, atlas)
    assert len(str(caught.value).splitlines()) == 1
    monkeypatch.setattr(runs, "_write", write)
    rest = Counted()
    name, _ = record(tmp_path, atlas, map=rest)
    assert rest.solved == [2, 3, 4]
    assert held(tmp_path / name) == whole[1]


def test_a_draft_that_cannot_be_finished_leaves_nothing(tmp_path, monkeypatch):
    def broken(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    (tmp_path / "a").write_text("old")
    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        runs._write(tmp_path / "a", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "old"


KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from importlib import import_module
from ytterby.model.scenario_file import scenario
from ytterby.studies import runs
from ytterby.studies.draws import Design
asked, size = getattr(import_module(sys.argv[4]), sys.argv[5]), int(sys.argv[6])
def slow(work, tasks):
    for k, task in enumerate(tasks):
        yield work(task)
        time.sleep(0.02 if k < int(sys.argv[3]) else 60)
runs.record(Path(sys.argv[1]), None, scenario(asked), Design(40 * size, 3), batch=size, map=slow)
"""


@pytest.mark.parametrize(
    ("module", "asked", "size"), [("test_ensemble", "TEXTBOOK", 4), ("test_ensemble_in_time", "YEARS", 1)]
)
def test_killed_at_random_moments_and_gone_on_with_it_ends_the_same(atlas, tmp_path, module, asked, size):
    """The process is killed as soon as the index has grown by some lines, twice; what is left then ends as if never."""
    file, design = scenario(getattr(import_module(module), asked)), Design(40 * size, 3)
    name, _ = runs.record(tmp_path / "a", None, file, design, batch=size, atlas=atlas)
    index = tmp_path / "b" / name / "index.jsonl"
    for lines in (3, 12):
        words = [str(tmp_path / "b"), str(Path(__file__).parent), str(lines + 2), module, asked, str(size)]
        process = subprocess.Popen([sys.executable, "-c", KILLED, *words])
        limit = time.monotonic() + 60
        while (
            time.monotonic() < limit
            and process.poll() is None
            and (not index.exists() or index.read_bytes().count(b"\n") < lines)
        ):
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    before = index.read_bytes().count(b"\n")
    assert 12 <= before < 40
    rest = Counted()
    runs.record(tmp_path / "b", None, file, design, batch=size, atlas=atlas, map=rest)
    assert len(rest.solved) == 40 - before
    assert held(tmp_path / "b" / name) == held(tmp_path / "a" / name)


def test_runs_are_listed_with_what_is_done_and_removed(atlas, tmp_path, whole):
    with pytest.raises(KeyboardInterrupt):
        record(tmp_path, atlas, map=Counted(2))
    (tmp_path / "not-a-run").mkdir()
    (tmp_path / "a file").write_text("")
    (found,) = runs.stored(tmp_path)
    assert (found.id, found.done, found.design, found.batch) == (whole[0], 10, DESIGN, 5)
    runs.remove(tmp_path, found.id)
    assert runs.stored(tmp_path) == []
    assert not found.folder.exists()


def test_the_folder_of_runs_is_named_by_the_environment():
    assert runs.root_folder({}) == Path("runs")
    assert runs.root_folder({"YTTERBY_RUNS": "/data/r"}) == Path("/data/r")


def test_draws_are_read_a_column_at_a_time(atlas, tmp_path):
    """The draws stay on disk until a column is asked for."""
    _, found = record(tmp_path, atlas)
    assert isinstance(found.draws, pl.LazyFrame)
    assert "PROJECT 1/" in found.draws.select("value_lost").explain()
