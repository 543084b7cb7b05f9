"""What drives a number: exact derivatives against solving again, and the same indices however the draws were made."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from test_ensemble import LICENCES, TEXTBOOK
from test_ensemble_command import FILE
from test_run_command import shell
from ytterby.core.errors import InputError
from ytterby.model.scenario_file import scenario
from ytterby.solver import Engine
from ytterby.studies.draws import Design, percentiles
from ytterby.studies.ensemble import ensemble, study
from ytterby.studies.sensitivity import METHODS, of_draws, of_study, sensitivity
from ytterby.studies.study import LADDER


@pytest.fixture(scope="module")
def licences(network, atlas):
    return study(network, scenario(LICENCES), atlas)


@pytest.fixture
def here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("YTTERBY_RUNS", raising=False)
    (tmp_path / "a.toml").write_text(FILE)
    return tmp_path


@pytest.mark.parametrize("name", ["value_lost", "price|oxide/Dy|outside", "use_lost|oxide/Y|JPN"])
def test_derivatives_are_what_solving_again_finds(licences, name):
    place = [q.name for q in licences.readout.quantities].index(name)
    found = of_study(licences, name).table
    at, engine = {i.id: i.value for i in licences.inputs}, Engine(licences.frozen.problem, methods=LADDER)
    largest = found["derivative"].abs().to_numpy() * np.array([_range(licences, i) for i in found["input"]])
    for row in found.head(6).iter_rows(named=True):
        step = 1e-3 * _range(licences, row["input"])
        read = []
        for sign in (-1, 1):
            problem = licences.problem_at(at | {row["input"]: row["value"] + sign * step})
            engine.update(cost=problem.cost, upper=problem.upper, row_upper=problem.row_upper, curves=problem.curves)
            read.append(licences.readout.of(problem, engine.solve())[place])
        again = (read[1] - read[0]) / (2 * step)
        least = 1e-4 * largest.max() / _range(licences, row["input"])
        assert row["derivative"] == pytest.approx(again, rel=1e-4, abs=least), row["input"]


def _range(asked, name: str) -> float:
    return next(i.high - i.low for i in asked.inputs if i.id == name)


def test_ends_of_ranges_are_solved_and_say_how_straight_the_line_is(licences):
    table = of_study(licences).table
    rows = {row["input"]: row for row in table.iter_rows(named=True)}
    magnets = rows["measure.magnets.limit"]
    assert table["input"][0] == "measure.magnets.limit"
    assert magnets["low"] > magnets["high"] > 0  # less may leave, more is lost
    assert 0 < magnets["bend"] < 0.1
    assert rows["measure.oxides-and-metals.limit"]["bend"] > 0.2  # beyond some share nothing binds
    assert rows["elasticity.demand.Ce"]["bend"] is None
    assert rows["elasticity.demand.Ce"]["low"] == pytest.approx(rows["elasticity.demand.Ce"]["high"], rel=1e-6)


def test_one_input_explains_all_and_any_workers_say_the_same(atlas):
    found = ensemble(None, scenario(TEXTBOOK), 80, seed=4, atlas=atlas)
    table = sensitivity(found).table
    assert table["input"].to_list() == ["measure.cap.limit"]
    assert table["first"][0] > 0.9
    assert table["rank"][0] < -0.8
    assert table["bottom"][0] > table["top"][0]
    again = sensitivity(scenario(TEXTBOOK), n=80, seed=4, atlas=atlas)
    assert again.table.equals(table)
    assert (again.n, again.left_out, again.unit) == (80, 0, "MUSD/yr")


def test_designed_methods_solve_a_design_of_their_own(atlas):
    pytest.importorskip("SALib")
    sobol = sensitivity(scenario(TEXTBOOK), method="sobol", n=64, atlas=atlas)
    assert sobol.n == 64 * 3
    assert sobol.table["total"][0] == pytest.approx(1.0, abs=0.15)
    morris = sensitivity(scenario(TEXTBOOK), method="morris", n=25, atlas=atlas)
    assert morris.n == 25 * 2
    assert morris.table["size"][0] > 0 > morris.table["mean"][0]


def test_draws_of_a_design_are_read_by_its_method_alone(atlas):
    pytest.importorskip("SALib")
    design = Design(96, 1, "saltelli")
    found = ensemble(None, scenario(TEXTBOOK), 96, seed=1, method="saltelli", atlas=atlas)
    assert np.array_equal(percentiles(design, ["measure.cap.limit"]), percentiles(found.design, ["measure.cap.limit"]))
    assert sensitivity(found).method == "sobol"
    with pytest.raises(InputError, match="sobol for these draws"):
        sensitivity(found, method="given")
    with pytest.raises(InputError, match="a whole run"):
        of_draws(found.inputs, design, found.draws.filter(pl.col("draw") < 50))
    with pytest.raises(InputError, match="a multiple of 3"):
        percentiles(Design(50, 1, "saltelli"), ["measure.cap.limit"])
    with pytest.raises(InputError, match="independent inputs"):
        percentiles(Design(12, 1, "saltelli", (("a", "b"),)), ["a", "b"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"of": "value_los"}, "Did you mean 'value_lost'"),
        ({"method": "sobl"}, "Did you mean 'sobol'"),
        ({"method": "sobol", "n": 30}, "a power of two"),
        ({"n": 0}, "a number of 1 or more"),
        ({"n": 10}, "40 or more"),
    ],
)
def test_what_cannot_be_asked_is_said(atlas, arguments, says):
    with pytest.raises(InputError, match=says):
        sensitivity(scenario(TEXTBOOK), atlas=atlas, **arguments)


def test_the_command_solves_keeps_and_reads_again(monkeypatch, capsys, here):
    assert shell(monkeypatch, "sensitivity", "a.toml", "--n", "60", "--seed", "2") == 0
    said = capsys.readouterr()
    assert "What drives value lost" in said.out
    assert "measure.cap.limit" in said.out
    assert said.err == ""
    (name,) = [path.name for path in (here / "runs").iterdir()]
    assert f"Kept as runs/{name}" in said.out.replace("\\", "/")
    assert shell(monkeypatch, "sensitivity", "a.toml", "--n", "60", "--seed", "2", "--json") == 0
    one = capsys.readouterr().out
    assert shell(monkeypatch, "sensitivity", name, "--json") == 0
    assert capsys.readouterr().out == one
    found = json.loads(one)
    assert (found["method"], found["draws"], found["unit"], found["run"]) == ("given", 60, "MUSD/yr", name)
    assert set(found["columns"]) == set(found["inputs"][0])
    assert shell(monkeypatch, "sensitivity", "a.toml", "--method", "local", "--json") == 0
    assert json.loads(capsys.readouterr().out)["inputs"][0]["derivative"] < 0


def test_the_command_refuses_in_one_screen(monkeypatch, capsys, here):
    assert shell(monkeypatch, "sensitivity", "a.toml", "--n", "50", "-q") == 0
    capsys.readouterr()
    (name,) = [path.name for path in (here / "runs").iterdir()]
    for words, says in (
        ((name, "--seed", "3"), "has its draws already"),
        ((name, "--method", "sobol"), "give the scenario"),
        (("a.toml", "--method", "local", "--of", "price:x"), "output"),
        (("a.tomlx",), "a.tomlx"),
    ):
        assert shell(monkeypatch, "sensitivity", *words) == 2
        said = capsys.readouterr().err
        assert says in said
        assert "Traceback" not in said


def test_every_method_is_told_in_help():
    from ytterby.cli.sensitivity import sensitivity as command

    assert all(name in str(command.__annotations__["method"]) for name in METHODS)
