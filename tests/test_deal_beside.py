"""A vote, a split and a forecast inside a deal file: their numbers follow from the deal's own game."""

import json
import tomllib

import pytest
from typer.testing import CliRunner

import ytterby as yb
from test_deals import textbook
from ytterby.cli.app import build
from ytterby.core.errors import InputError
from ytterby.show.deal import deal_lines, deal_mapping, deal_report
from ytterby.studies.deals import sensitivity
from ytterby.studies.deals.file import packaged, packaged_file, read

VOTING = {"title": "the two tariffs", "quota": 3, "weights": {"one": 2, "two": 1, "three": 1}}
BARGAINING = {"first": ["two"], "second": ["one", "three"], "power": 0.25, "discount": [0.9, 0.8]}
FORECAST = [
    {"name": "A", "position": 4, "power": 1, "salience": 0.5},
    {"name": "B", "position": 10, "power": 1, "salience": 1.0},
]


@pytest.fixture(scope="module")
def found():
    return yb.deal(textbook(voting=VOTING, bargaining=BARGAINING, forecast=FORECAST), ranges=False)


def test_a_vote_is_counted_by_who_gains(found):
    vote = found.vote
    assert vote["exact"] == {"one": "2/3", "two": "1/6", "three": "1/6"}
    assert vote["veto"] == ["one"]
    assert vote["for"] == [p for p in found.room if found.gets(p) > 1e-4]
    assert vote["weight_for"] == sum(VOTING["weights"][p] for p in vote["for"])
    assert vote["passes"] == (vote["weight_for"] >= 3)


def test_a_split_shares_what_the_sides_have_in_the_deals_own_game(found):
    split, game = found.split, found.game
    alone = (game.worth_of("two"), game.worth_of("one", "three"))
    assert split["outside"] == pytest.approx(alone)
    assert split["surplus"] == pytest.approx(game.total - sum(alone))
    for one, two in split["solution"].values():
        assert one + two == pytest.approx(game.total, abs=1e-6)
    nash, rubinstein = split["solution"]["nash"], split["solution"]["rubinstein_first_proposes"]
    assert nash[0] == pytest.approx(alone[0] + 0.25 * split["surplus"], abs=1e-4)
    assert rubinstein[0] == pytest.approx(alone[0] + 0.2 / 0.28 * split["surplus"], abs=1e-6)
    assert split["third"] == []


def test_a_third_at_the_table_takes_a_third_of_the_power():
    split = yb.deal(textbook(bargaining={"first": ["one"], "second": ["two"]}), ranges=False).split
    (third,) = split["third"]
    nash, outside = third["nash"], split["outside"]
    assert third["party"] == "three"
    assert sum(nash.values()) == pytest.approx(third["together"], abs=1e-6)
    assert nash["first"] - outside[0] == pytest.approx(nash["second"] - outside[1], abs=1e-9)
    yearly = 1 / 1.05
    assert split["discount"] == pytest.approx([yearly, yearly])


def test_a_forecast_is_that_of_positions(found):
    assert found.forecast["mean"] == pytest.approx((4 * 0.5 + 10) / 1.5)
    assert found.forecast["median"] == 10.0
    low, high = found.forecast["mean_range"]
    assert low < found.forecast["mean"] < high


def test_a_file_without_them_has_none(found):
    plain = deal_mapping(yb.deal(textbook(), ranges=False))
    assert (plain["voting"], plain["bargaining"], plain["forecast"]) == (None, None, None)
    assert deal_mapping(found)["worth"] == plain["worth"]


def test_they_are_shown_on_the_page_and_in_the_terminal(found):
    page, lines = deal_report(found), "\n".join(deal_lines(found))
    for text in ("Two sides at the table", "If it were put to a vote", "Where a negotiation may settle"):
        assert text in page
    assert "A vote on the two tariffs" in lines
    assert "weighted median" in lines
    assert "Split between" in lines


FILE = """
schema = 1
name = "lifted"
title = "A tariff lifted"
base = { network = "takayama-judge-1964" }
party = [
  { id = "one", kind = "state", country = ["reg1"], discount = { value = 0.05, why = "a test" } },
  { id = "two", kind = "state", country = ["reg2"], discount = { value = 0.05, why = "a test" } },
]
clause = [{ id = "first", needs = ["one", "two"], by = ["one"], lifts = ["wall"] }]
[[outside.measure]]
id = "wall"
kind = "tariff"
source = { publisher = "A test", title = "A test", url = "https://example.org", date = "2026" }
scope = { flow = "import", of = "reg1", origin = ["reg2"] }
rate = "1 USD/kg"
[voting]
quota = 2
weights = { one = 1, two = 1 }
[bargaining]
[forecast]
title = "a share"
unit = "%"
actor = [{ name = "x", position = 30, power = 1, salience = 1 }, { name = "y", position = 60, power = 3, salience = 1 }]
[[statement]]
by = "A side"
says = "What it says."
source = { publisher = "A test", title = "A test", url = "https://example.org", date = "2026-01-02" }
"""


def test_json_from_a_file(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(FILE)
    run = CliRunner().invoke(build(), ["deal", str(file), "--json"])
    result = json.loads(run.output)
    assert run.exit_code == 0
    assert result["voting"]["veto"] == ["one", "two"]
    assert result["bargaining"]["first"] == ["one"]
    assert result["forecast"]["mean"] == 52.5
    assert result["forecast"]["unit"] == "%"
    assert result["said"][0]["source"]["date"] == "2026-01-02"


@pytest.mark.parametrize("name", packaged())
def test_ready_deals_use_sides_and_cite_what_each_side_says(name):
    found = read(name)
    assert found.beside.bargain
    assert len({s.by for s in found.beside.statements}) >= 2
    assert all(s.source.url.startswith("http") and s.source.date for s in found.beside.statements)


def test_an_offtake_moves_as_its_tonnage_does(network, monkeypatch):
    """What an offtake binds is scaled with its number, so both ends of its range are those of a file that says so."""
    monkeypatch.setattr(sensitivity, "BEHAVIOUR", "none of them")
    swing = next(s for s in yb.deal("separation-tolling", network).swings if s.id == "clause.supply-contract.limit")
    text = packaged_file("separation-tolling").replace('"16 t Dy2O3/yr", low = 8, high = 32', '"32 t Dy2O3/yr"')
    assert '"32 t Dy2O3/yr"' in text
    assert yb.deal(tomllib.loads(text), network, ranges=False).total == pytest.approx(swing.at_high, abs=1e-3)


@pytest.fixture(scope="module")
def network():
    return yb.network(yb.atlas(), chain="rare-earths", year=2024)


WRONG = [
    ({"voting": {"quota": 9, "weights": {"one": 2, "two": 1}}}, "quota"),
    ({"voting": {"quota": 1, "weights": {"thee": 2, "two": 1}}}, "Did you mean 'three'"),
    ({"voting": [1]}, "a table"),
    ({"voting": {"quota": 1, "weight": {"one": 1}}}, "Did you mean 'weights'"),
    ({"bargaining": {}}, 'first = ["a"]'),
    ({"bargaining": {"first": ["one"], "second": ["one"]}}, "each party on one"),
    ({"bargaining": {"first": ["one"], "second": ["tow"]}}, "Did you mean 'two'"),
    ({"bargaining": {"first": ["one"], "second": ["two"], "discount": [1.2, 0.5]}}, "from 0 to less than 1"),
    ({"bargaining": {"first": ["one"], "second": ["two"], "curve": -1}}, "curve"),
    ({"forecast": []}, "2 to 1000 actors"),
    ({"forecast": [{"name": "a", "position": 1, "power": 1, "salience": 2}, FORECAST[0]]}, "salience 0 to 1"),
    ({"forecast": [{"name": "a", "position": "x", "power": 1, "salience": 1}, 5]}, "a table"),
    ({"statement": {"by": "a"}}, "at most 100 statements"),
    ({"statement": [{"by": "a", "says": "b", "source": "x"}, {"by": "a"}]}, "publisher"),
    ({"forecast": {"spread": 9, "actor": FORECAST}}, "0 to 2"),
]


@pytest.mark.parametrize(("change", "says"), WRONG, ids=[w[1][:20] for w in WRONG])
def test_wrong_tables_are_refused_in_words(change, says):
    with pytest.raises(InputError) as error:
        read(textbook(**change))
    assert says in str(error.value)


def test_who_is_absent_does_not_bargain():
    absent = textbook(bargaining={"first": ["one"], "second": ["two", "three"]})
    absent["party"][2] |= {"present": False}
    with pytest.raises(InputError, match=r"second: found 'three', who is absent; expected parties in the room"):
        read(absent)


def test_faults_of_all_three_come_at_once():
    with pytest.raises(InputError) as error:
        read(textbook(voting=3, bargaining={"first": ["x"], "second": ["two"]}, forecast=[FORECAST[0]]))
    places = {str(f.place).split(", ")[1].split(" ")[0].split(",")[0] for f in error.value.faults}
    assert places >= {"voting", "bargaining", "forecast"}
