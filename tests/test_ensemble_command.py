"""`ytterby run --ensemble` and `ytterby runs`, on a textbook case whose draws take no time."""

from __future__ import annotations

import json
import sys

import pytest

from test_run_command import shell
from ytterby.cli.ensemble import STOPPED, Bar, _duration
from ytterby.studies import runs

FILE = """
schema = 1
name = "a-quota"
title = "A quota on what region 2 sells"
base = { network = "takayama-judge-1964" }

[[measure]]
id = "cap"
kind = "quota"
title = "A cap"
source = { publisher = "none", title = "made up", url = "https://example.org", date = "1964-01-01" }
scope = { flow = "export", of = "reg2", except_to = ["reg2"] }
limit = { share_of_base = 0.6, low = 0.2, high = 1.4, why = "made up" }
"""


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("YTTERBY_RUNS", raising=False)
    (tmp_path / "a.toml").write_text(FILE)
    return tmp_path


def test_an_ensemble_is_solved_kept_listed_and_removed(monkeypatch, capsys, here):
    assert shell(monkeypatch, "run", "a.toml", "--ensemble", "30", "--seed", "2") == 0
    printed = capsys.readouterr()
    assert "Over 30 draws of what is assumed" in printed.out
    assert "30 of 30 draws certified" in printed.out
    assert printed.err == ""
    assert shell(monkeypatch, "runs", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["scenario"], row["n"], row["done"], row["complete"], row["seed"]) == ("a-quota", 30, 30, True, 2)
    assert shell(monkeypatch, "runs") == 0
    assert f"{row['id']}       30 draws  seed 2  lhs  whole" in capsys.readouterr().out
    assert shell(monkeypatch, "runs", "rm", row["id"]) == 0
    assert not (here / "runs" / row["id"]).exists()
    assert shell(monkeypatch, "runs") == 0
    assert "No runs in" in capsys.readouterr().out


def test_json_alone_goes_to_stdout_and_two_workers_give_the_same(monkeypatch, capsys):
    assert shell(monkeypatch, "run", "a.toml", "--ensemble", "20", "--json") == 0
    one = capsys.readouterr()
    assert one.err == ""
    monkeypatch.setenv("YTTERBY_RUNS", "others")
    assert shell(monkeypatch, "run", "a.toml", "--ensemble", "20", "--json", "--workers", "2") == 0
    assert capsys.readouterr().out == one.out
    assert json.loads(one.out)["n"] == 20


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(monkeypatch, capsys, here):
    solve = runs.batches

    def stopped(*arguments):
        found = solve(*arguments)
        yield next(found)
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "batches", stopped)
    assert shell(monkeypatch, "run", "a.toml", "--ensemble", "120", "--set", "title=A title") == STOPPED
    said = capsys.readouterr().err
    assert "Stopped; 50 of 120 draws are kept." in said
    assert "ytterby run a.toml --set 'title=A title' --ensemble 120 --seed 0" in said
    monkeypatch.setattr(runs, "batches", solve)
    (name,) = [path.name for path in (here / "runs").iterdir()]
    assert shell(monkeypatch, "runs") == 0
    assert "50 done" in capsys.readouterr().out
    assert shell(monkeypatch, "run", "a.toml", "--set", "title=A title", "--resume", name) == 0
    assert "120 of 120 draws certified" in capsys.readouterr().out


def test_a_run_of_another_question_is_refused_with_the_difference(monkeypatch, capsys, here):
    assert shell(monkeypatch, "run", "a.toml", "--ensemble", "4", "--quiet") == 0
    assert capsys.readouterr() == ("", "")
    (name,) = [path.name for path in (here / "runs").iterdir()]
    assert shell(monkeypatch, "run", "a.toml", "--resume", name, "--set", "measure.cap.rent_to=importer") == 2
    said = capsys.readouterr().err
    assert "rent_to" in said
    assert "Traceback" not in said
    assert shell(monkeypatch, "run", "a.toml", "--resume", name[:-1]) == 2
    assert f"Did you mean '{name}'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--seed", "3"), "--seed: found no --ensemble"),
        (("--workers", "2"), "--workers: found no --ensemble"),
        (("--ensemble", "3", "--csv", "d"), "--csv: found an ensemble"),
        (("--ensemble", "3", "--out", "r.pdf"), "a file that ends in .html"),
        (("--cluster", "tcp://127.0.0.1:1"), "--cluster: found no --ensemble"),
        (("--ensemble", "3", "--cluster", "tcp://127.0.0.1:1", "--workers", "2"), "2 beside --cluster"),
        (("--dist", "a=uniform"), "--dist: found no --ensemble"),
        (("--ensemble", "3", "--dist", "uniform"), "--dist: found 'uniform'"),
        (("--ensemble", "3", "--dist", "measure.cap.limits=uniform"), "Did you mean 'measure.cap.limit'"),
        (("--ensemble", "3", "--correlate", "a,b=much"), "two inputs and a number"),
        (("--ensemble", "3", "--correlate", "a,b=0.5"), "an input that is drawn"),
        (("--ensemble", "3", "--together", "measure.cap.limit,x"), "found 'x'"),
        (("--ensemble", "0"), "found 0 draws"),
        (("--ensemble", "3", "--seed", "-1"), "seed: found -1"),
        (("--ensemble", "3", "--method", "lsh"), "Did you mean 'lhs'"),
        (("--ensemble", "3", "--workers", "0"), "workers: found 0"),
        (("--ensemble", "3", "--exceed", "10"), "--exceed: found 10"),
    ],
)
def test_options_that_cannot_be_are_refused_and_nothing_is_written(monkeypatch, capsys, here, words, says):
    assert shell(monkeypatch, "run", "a.toml", *words) == 2
    assert says in capsys.readouterr().err
    assert [path.name for path in here.iterdir()] == ["a.toml"]


def test_another_distribution_is_drawn_and_kept_apart(monkeypatch, capsys, here):
    words = ("run", "a.toml", "--ensemble", "40", "--json")
    assert shell(monkeypatch, *words) == 0
    one = json.loads(capsys.readouterr().out)
    assert shell(monkeypatch, *words, "--dist", "measure.cap.limit=discrete 0.3 0.9") == 0
    other = json.loads(capsys.readouterr().out)
    assert other["inputs"][0]["dist"] == "discrete"
    assert other["run"] != one["run"]
    assert other["best"]["set"] == ["measure.cap.limit.share_of_base=0.9"]
    assert shell(monkeypatch, "run", "a.toml", "--resume", other["run"]) == 2
    assert 'dist: "discrete" in the run, "triangular" now' in capsys.readouterr().err


def test_other_words_after_runs_are_refused(monkeypatch, capsys):
    assert shell(monkeypatch, "runs", "remove", "x") == 2
    assert "expected nothing, or rm ID" in capsys.readouterr().err
    assert shell(monkeypatch, "runs", "rm", "x") == 2


def test_progress_tells_the_time_left_on_a_terminal_and_is_wiped(monkeypatch, capsys):
    times = iter([0.0, 10.0])
    bar = Bar(True, lambda: next(times))
    bar.tell(50, 200)
    bar.tell(100, 200)
    assert capsys.readouterr().err.endswith("Draws: 100 of 200, about 20 s left")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert shell(monkeypatch, "run", "a.toml", "--ensemble", "10") == 0
    said = capsys.readouterr().err
    assert "Draws: 10 of 10" in said
    assert said.endswith("\r\x1b[K")


def test_times_are_rough():
    assert (_duration(42), _duration(150), _duration(9000)) == ("42 s", "2 min", "2 h 30 min")
