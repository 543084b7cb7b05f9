"""`ytterby game`: textbook games from files, against answers worked elsewhere, and files that are wrong."""

import copy
import csv
import json
import random
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ytterby.cli.app import build
from ytterby.core.errors import InputError, YtterbyError
from ytterby.show.game import game_lines
from ytterby.studies.textbook_game import game

DATA = Path(__file__).parent / "data"
WORTH = {"players": ["a", "b", "c"],
         "worth": {"a": 2, "b": 4, "c": 5, "a,b": 18, "c, a": 14, "b,c": 9, "a,b,c": 24}}  # fmt: skip


def test_worths_give_every_value_and_the_core():
    found = game(WORTH)
    assert found["solution"]["shapley"] == pytest.approx({"a": 9.5, "b": 8, "c": 6.5})
    assert sum(found["solution"]["nucleolus"].values()) == pytest.approx(24)
    assert found["core_empty"] is False
    point = found["solution"]["core"]
    assert point["a"] + point["b"] >= 18 - 1e-9
    empty = game(
        {"players": ["a", "b", "c"], "worth": {"a": 0, "b": 0, "c": 0, "a,b": 1, "a,c": 1, "b,c": 1, "a,b,c": 1}}
    )
    assert empty["core_empty"] is True
    assert "core" not in empty["solution"]
    assert any("core is empty" in text for text in empty["said"])


def test_a_vote_claims_production_and_a_split():
    council = {f"p{i}": 7 for i in range(5)} | {f"e{i}": 1 for i in range(10)}
    found = game({"voting": {"quota": 39, "weights": council}})
    assert found["exact"]["p0"] == "421/2145"
    assert set(found["veto"]) == {f"p{i}" for i in range(5)}
    claims = game({"claims": {"estate": 200, "claims": {"a": 100, "b": 200, "c": 300}}})
    assert claims["solution"]["talmud"] == pytest.approx({"a": 50, "b": 75, "c": 75})
    # Two gloves make a pair; the scarce left one gets all of it.
    gloves = game(
        {"production": {"recipe": [[1], [1]], "value": [1], "owned": {"l": [1, 0], "r": [0, 1], "s": [0, 1]}}}
    )
    assert gloves["solution"]["owen"] == pytest.approx({"l": 1, "r": 0, "s": 0}, abs=1e-9)
    split = game({"bargaining": {"curve": 2, "discount": [0.9, 0.8]}})
    assert split["solution"]["nash"]["first"] == pytest.approx(1 / 3, abs=1e-6)
    assert split["solution"]["rubinstein"]["first"] == pytest.approx(0.2 / 0.28)
    x = split["solution"]["kalai_smorodinsky"]
    assert x["first"] == pytest.approx(x["second"])


def test_the_published_negotiation_has_its_mean_and_median():
    rows = list(csv.DictReader((DATA / "emission_standards.csv").read_text(encoding="utf-8").splitlines()))
    key = {"name": 0, "position": 1, "power": 2, "salience": 3}
    names = list(rows[0])
    numbers = {n: next(c for c in names if n in c.lower() or (n == "power" and "cap" in c.lower()))
               for n in key if n != "name"}  # fmt: skip
    actors = [{"name": r[names[0]]} | {n: float(r[c]) for n, c in numbers.items()} for r in rows]
    found = game({"forecast": actors})
    assert (round(found["mean"], 6), found["median"]) == (7.389956, 7.0)
    assert found["mean_range"][0] < found["mean"] < found["mean_range"][1]


def test_the_command_prints_words_and_json(tmp_path):
    file = tmp_path / "glove.toml"
    file.write_text('players = ["l", "r"]\n[worth]\nl = 0\nr = 0\n"l,r" = 1\n')
    runner, app = CliRunner(), build()
    said = runner.invoke(app, ["game", str(file)], catch_exceptions=False).stdout
    assert "shapley" in said
    assert all(len(line) <= 100 for line in said.splitlines())
    found = json.loads(runner.invoke(app, ["game", str(file), "--json"], catch_exceptions=False).stdout)
    assert found["solution"]["shapley"] == {"l": 0.5, "r": 0.5}


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({}, "one of the tables"),
        ({"worths": {}}, "Did you mean 'worth'"),
        (WORTH | {"voting": {}}, "worth, voting"),
        ({"players": ["a", "b"], "worth": {"a": 1, "b": 1}}, "1 coalitions without a worth"),
        ({"players": ["a", "b"], "worth": {"a": 1, "bb": 1, "a,b": "x"}}, "a finite number"),
        ({"players": [f"p{i}" for i in range(40)], "worth": {}}, "1 to 12 names"),
        ({"voting": {"quota": 9, "weights": {"a": 1}}}, "the sum of weights"),
        ({"claims": {"estate": 9, "claims": {"a": 1}}}, "the sum of the claims"),
        ({"production": {"recipe": [[1], [1, 2]], "value": [1], "owned": {"a": [1, 1]}}}, "equal length"),
        ({"production": {"recipe": [[0]], "value": [1], "owned": {"a": [1]}}}, "made of nothing"),
        ({"bargaining": {"discount": [1.5, 0.5]}}, "less than 1"),
        ({"bargaining": {"outside": [1.0, 1.0]}}, "a payoff both prefer"),
        ({"forecast": [{"name": "a", "position": 1, "power": 1, "salience": 2}] * 2}, "salience 0 to 1"),
        ({"forecast": [{"name": "a"}, 3]}, "a table"),
    ],
)
def test_wrong_games_are_refused_in_words(tables, says):
    with pytest.raises(InputError) as caught:
        game(tables)
    assert says in str(caught.value)


JUNK = (None, True, -1, float("nan"), "", "x" * 500, [], [[]], {}, {"a": []}, 10**40, "a,b")
GAMES = (WORTH, {"voting": {"quota": 2, "weights": {"a": 1, "b": 2}}}, {"bargaining": {"discount": [0.5, 0.5]}},
         {"claims": {"estate": 1, "claims": {"a": 1}}},
         {"production": {"recipe": [[1]], "value": [1], "owned": {"a": [1]}}})  # fmt: skip


def test_no_wrong_game_gives_anything_but_faults():
    rng = random.Random(3)
    for _ in range(300):
        tables = copy.deepcopy(rng.choice(GAMES))
        place = tables
        for _ in range(rng.randint(0, 3)):
            inner = [k for k in (place if isinstance(place, dict) else range(len(place)))
                     if isinstance(place[k], (dict, list)) and place[k]]  # fmt: skip
            if not inner:
                break
            place = place[rng.choice(inner)]
        place[rng.choice(list(place) if isinstance(place, dict) else list(range(len(place))))] = rng.choice(JUNK)
        with suppress(YtterbyError):
            list(game_lines(game(tables)))
