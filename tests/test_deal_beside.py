"""A vote, a split and a forecast inside a deal file: their numbers follow from the deal's own game."""

import json

import pytest
from typer.testing import CliRunner

import ytterby as yb
from test_deals import textbook
from ytterby.cli.app import build
from ytterby.core.errors import InputError
from ytterby.show.deal import deal_lines, deal_mapping, deal_report
from ytterby.studies.deals.file import packaged_file, read

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


def test_json_from_a_file(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(
        packaged_file("joint-development-offer")
        + "\n[voting]\nquota = 2\nweights = { controller = 1, partner = 1 }\n[bargaining]\n"
        + '[forecast]\ntitle = "a share"\nunit = "%"\nactor = [{ name = "x", position = 30, power = 1, salience = 1 },'
        + '{ name = "y", position = 60, power = 3, salience = 1 }]\n'
    )
    run = CliRunner().invoke(build(), ["deal", str(file), "--json"])
    result = json.loads(run.output)
    assert run.exit_code == 0
    assert result["voting"]["veto"] == ["controller", "partner"]
    assert result["bargaining"]["first"] == ["controller"]
    assert result["forecast"]["mean"] == 52.5
    assert result["forecast"]["unit"] == "%"


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
    ({"forecast": {"spread": 9, "actor": FORECAST}}, "0 to 2"),
]


@pytest.mark.parametrize(("change", "says"), WRONG, ids=[w[1][:20] for w in WRONG])
def test_wrong_tables_are_refused_in_words(change, says):
    with pytest.raises(InputError) as error:
        read(textbook(**change))
    assert says in str(error.value)


def test_faults_of_all_three_come_at_once():
    with pytest.raises(InputError) as error:
        read(textbook(voting=3, bargaining={"first": ["x"], "second": ["two"]}, forecast=[FORECAST[0]]))
    places = {str(f.place).split(", ")[1].split(" ")[0].split(",")[0] for f in error.value.faults}
    assert places >= {"voting", "bargaining", "forecast"}
