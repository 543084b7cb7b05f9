"""Deals on a textbook market worked by hand, the same on the rare earths, and files that are wrong."""

import copy
import json
import random
from contextlib import suppress

import pytest
from typer.testing import CliRunner

import ytterby as yb
from ytterby.cli.app import build
from ytterby.core.errors import InputError, YtterbyError
from ytterby.games.values import shapley
from ytterby.model.measures import apply
from ytterby.model.result_gains import gains
from ytterby.model.solved import equilibrium
from ytterby.show.deal import deal_json, deal_report
from ytterby.studies.deals.file import packaged, read
from ytterby.studies.deals.study import _network

RATE = {"value": 0.05, "low": 0.03, "high": 0.1, "why": "a test"}
SOURCE = {"publisher": "A test", "title": "A test", "url": "https://example.org", "date": "2026"}


def party(name, country, **more):
    return {"id": name, "kind": "state", "country": [country], "discount": RATE, **more}


def tariff(name, of, on, rate):
    scope = {"flow": "import", "of": of, "origin": [on]}
    return {"id": name, "kind": "tariff", "source": SOURCE, "scope": scope, "rate": f"{rate} USD/kg"}


def textbook(**more):
    """Three regions of Takayama and Judge: 2 sells to 1 and 3 behind tariffs that clauses lift."""
    return {
        "schema": 1, "name": "lifted", "title": "Two tariffs lifted", "base": {"network": "takayama-judge-1964"},
        "party": [party("one", "reg1"), party("two", "reg2"), party("three", "reg3")],
        "clause": [
            {"id": "first", "needs": ["one", "two"], "by": ["one"], "lifts": ["wall-1"]},
            {"id": "second", "needs": ["two", "three"], "by": ["three"], "lifts": ["wall-3"]},
        ],
        "outside": {"measure": [tariff("wall-1", "reg1", "reg2", 1), tariff("wall-3", "reg3", "reg2", 1)]},
    } | more  # fmt: skip


@pytest.fixture(scope="module")
def lifted():
    return yb.deal(textbook())


@pytest.fixture(scope="module")
def network():
    return yb.network(yb.atlas(), chain="rare-earths", year=2024)


@pytest.fixture(scope="module")
def tolling(network):
    return yb.deal("separation-tolling", network, ranges=False)


def test_a_worth_is_the_members_gains_in_a_run_of_just_their_clauses(lifted):
    chosen = read(textbook())
    base = _network(yb.atlas(), chosen)
    walls = {m.id: m for m in chosen.outside}
    before = equilibrium(*apply(base, walls.values(), 1964))
    for members, left in ((("one", "two"), ["wall-3"]), (("two", "three"), ["wall-1"]), (("one", "two", "three"), [])):
        after = equilibrium(*apply(base, [walls[name] for name in left], 1964))
        welfare = {r["country"]: r["welfare"] for r in gains(after, before)}
        region = {"one": "reg1", "two": "reg2", "three": "reg3"}
        expected = sum(welfare[region[m]] for m in members)
        assert lifted.game.worth_of(*members) == pytest.approx(expected, abs=1e-6)
    assert lifted.game.worth_of("one", "three") == 0
    assert lifted.checks["accounts of the whole against one run [MUSD/yr]"] < 1e-9


def test_values_share_out_the_whole_and_clauses_performed_alone_say_what_trust_is_needed(lifted):
    total = lifted.game.total
    assert sum(lifted.solutions.shapley.values()) == pytest.approx(total)
    assert sum(lifted.solutions.nucleolus.values()) == pytest.approx(total)
    assert lifted.total == pytest.approx(total)
    assert dict(lifted.solutions.shapley) == pytest.approx(shapley(lifted.game))
    # Region 1 lowers its wall alone when the others break; it keeps its duty when it breaks alone.
    one = next(h for h in lifted.honour if h.party == "one")
    apart = yb.deal(textbook(clause=[textbook()["clause"][0]]), ranges=False)
    assert one.betrayed == pytest.approx(apart.gets("one"), abs=1e-9)
    two = next(h for h in lifted.honour if h.party == "two")
    assert two.betrayed == 0
    assert two.breaks == pytest.approx(two.kept)


@pytest.mark.parametrize(("first", "second"), [("one", "two"), ("one", "three"), ("two", "three")])
def test_swapping_any_two_parties_labels_swaps_results_and_nothing_else(lifted, first, second):
    turn = {first: second, second: first}
    text = json.dumps(textbook()).replace(f'"{first}"', '"_"').replace(f'"{second}"', f'"{first}"')
    swapped = yb.deal(json.loads(text.replace('"_"', f'"{second}"')), ranges=False)
    names = {p: turn.get(p, p) for p in ("one", "two", "three")}
    for solution in ("shapley", "nucleolus", "banzhaf", "nash"):
        mine, other = getattr(lifted.solutions, solution), getattr(swapped.solutions, solution)
        assert {names[p]: x for p, x in other.items()} == pytest.approx(dict(mine), abs=1e-6)
    assert {names[p]: swapped.gets(p) for p in names} == pytest.approx({p: lifted.gets(p) for p in names}, abs=1e-9)
    assert swapped.trust_needed == lifted.trust_needed
    assert swapped.total == pytest.approx(lifted.total)
    theirs = {r["party"]: r["worth"] for r in swapped.left_out}
    assert {r["party"]: r["worth"] for r in lifted.left_out} == pytest.approx(
        {names[p]: x for p, x in theirs.items()}, abs=1e-6
    )


def test_forty_parties_are_told_at_once_that_they_need_samples():
    tables = textbook()
    tables["party"] += [{"id": f"firm-{i}", "kind": "firm", "discount": RATE, "owners": {"one": 1}} for i in range(37)]
    with pytest.raises(InputError, match="a number of samples"):
        yb.deal(tables, ranges=False)


def contested(view=""):
    tables = textbook()
    tables["asset"] = [
        {"id": "land", "kind": "deposit", "party": "two",
         "title": [{"view": "east", "holder": "two", "source": "a test"},
                   {"view": "west", "holder": "three", "source": "a test"}],
         "control": [{"view": "press", "holder": "two", "source": "a test"}]}
    ]  # fmt: skip
    tables["clause"][0]["asset"] = "land"
    return yb.deal(tables, view=view, ranges=False)


def test_viewpoints_change_what_depends_on_recognition_only():
    east, west, none = contested("east"), contested("west"), contested()
    assert east.game.worth_of("one", "two") == none.game.worth_of("one", "two") > 0
    assert west.game.worth_of("one", "two") == 0
    assert west.game.worth_of("two", "three") == east.game.worth_of("two", "three")
    assert west.game.total == pytest.approx(east.game.total)
    assert [row["view"] for row in none.views] == ["none asked", "east", "west"]


def test_control_by_somebody_outside_stops_a_clause_and_says_so():
    tables = textbook()
    tables["party"][2]["present"] = False
    tables["asset"] = [{"id": "land", "kind": "deposit", "party": "two",
                        "control": [{"view": "press", "holder": "three", "source": "a test"}]}]  # fmt: skip
    tables["clause"][0]["asset"] = "land"
    found = yb.deal(tables, ranges=False)
    assert [row["clause"] for row in found.idle] == ["first", "second"]
    assert found.total == 0
    assert found.spoilers[0]["blocks"] == ["first", "second"]
    assert found.left_out[-1]["how"] == "admitted"
    assert found.left_out[-1]["worth"] > 0


def test_retaliation_costs_something_and_is_only_credible_if_it_pays():
    tables = textbook()
    tables["party"][2]["present"] = False
    tables["outside"]["retaliation"] = {"three": [tariff("wall-higher", "reg3", "reg2", 3)]}
    row = yb.deal(tables, ranges=False).spoilers[0]
    assert row["cost_to_room"] > 0
    assert row["credible"] == (row["own_gain"] >= 0)


def test_plants_profits_revenue_and_capital_go_where_the_deal_says(tolling):
    plant = tolling.plants[0]
    shared = {p: tolling.written[p]["shares"] for p in tolling.room}
    assert shared == pytest.approx({"miner": 0.6 * plant["profit"], "separator": 0.4 * plant["profit"], "user": 0})
    assert sum(row["capital"] for row in tolling.written.values()) == pytest.approx(-plant["capital"])
    assert plant["output"] <= 40 * (1 + 1e-6)
    tables = yb.Deal.read("separation-tolling")
    assert tables.clauses[0].capital.yearly == pytest.approx(60 * 0.08 / (1 - 1.08**-15))


def test_worst_known_inputs_come_first(tolling, network, monkeypatch):
    monkeypatch.setattr("ytterby.studies.deals.sensitivity.BEHAVIOUR", ("elasticity.demand.heavy",))
    found = yb.deal(tolling.deal, network)
    assert found.swings[0].id == "elasticity.demand.heavy"
    assert [s.size for s in found.swings] == sorted((s.size for s in found.swings), reverse=True)
    capital = next(s for s in found.swings if s.id == "clause.toll-line.capital")
    paid = tolling.deal.clauses[0].capital
    assert capital.at_low - capital.at_high == pytest.approx((paid.cost.high - paid.cost.low) * paid.factor)
    assert capital.at_low > found.total > capital.at_high


def test_the_fast_worlds_are_those_of_a_run(tolling, network):
    chosen, base = tolling.deal, network
    before = equilibrium(*apply(base, chosen.outside, 2026))
    after = equilibrium(*apply(base, [*chosen.outside, *chosen.clauses[0].measures], 2026))
    welfare = {r["country"]: r["welfare"] for r in gains(after, before)}
    stage = dict(tolling.stages)[1]
    assert stage["user"] == pytest.approx(welfare["JPN"], abs=1e-3)


@pytest.mark.parametrize("name", packaged())
def test_ready_deals_solve_and_show(name, tmp_path, network):
    found = yb.deal(name, network, ranges=False)
    assert found.finding.endswith(".")
    assert found.checks["accounts of the whole against one run [MUSD/yr]"] < 1e-6
    said = json.loads(deal_json(found))
    assert set(said["values"]) >= {"shapley", "nucleolus"}
    html = deal_report(found, tmp_path / "deal.html")
    assert "<script" not in html
    assert len(html) < 1_000_000
    for asset in found.deal.assets:
        if asset.title:
            assert len({stand.view for stand in asset.title}) > 1, "a contested title needs more than one view"


def wrong(change):
    tables = copy.deepcopy(textbook())
    change(tables)
    with pytest.raises(InputError) as caught:
        yb.deal(tables, ranges=False)
    return str(caught.value)


def test_every_fault_of_a_file_at_once():
    def change(t):
        t["clause"][0]["shares"] = {"one": 0.6, "two": 0.6}
        t["clause"][1]["needs"] = ["two", "thre"]
        t["clause"][1]["by"] = []
        t["party"][0]["discount"] = {"value": -0.05, "why": "a test"}
        t["clause"][0]["lifts"] = ["wall-2"]

    said = wrong(change)
    assert "shares that add up to 1.2" in said
    assert "Did you mean 'three'" in said
    assert "party 1, discount" in said
    assert "wall-2" in said


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.pop("party"), "party"),
        (lambda t: t.update(party=[party(f"p{i}", str(i)) for i in range(41)]), "2 to 40 parties"),
        (lambda t: t["party"].append(party("two", "reg2")), "each id once"),
        (lambda t: t["party"][0].update(country=["reg2"]), "each country with one party"),
        (lambda t: t["party"][0].update(country=["9"]), "region of the network"),
        (lambda t: t["clause"][0].update(asset="x"), "an asset of the file"),
        (lambda t: t["clause"][0].pop("lifts"), "something that the clause does"),
        (lambda t: t["clause"].append(3), "a table"),
        (lambda t: t.update(party=7), "party"),
        (lambda t: t["clause"][0].update(measure=[3]), "a table"),
        (lambda t: t["clause"][0].update(measure={"kind": "bann", "source": SOURCE}), "Did you mean 'ban'"),
        (lambda t: t.update(trust={"q": {"value": 1.5, "why": "x"}}), "a probability"),
        (lambda t: t["outside"].update(retaliation={"four": []}), "a party of the file"),
        (lambda t: t.update(clauses=[]), "Did you mean 'clause'"),
        (lambda t: t.pop("base"), "base"),
    ],
)
def test_wrong_files_are_refused_in_words(change, says):
    assert says in wrong(change)


def many():
    tables = textbook()
    tables["party"] += [{"id": f"firm-{i}", "kind": "firm", "discount": RATE, "owners": {"one": 1}} for i in range(12)]
    return tables


def test_more_than_twelve_parties_need_samples():
    with pytest.raises(InputError, match="samples"):
        yb.deal(many(), ranges=False)
    found = yb.deal(many(), samples=60, ranges=False)
    assert found.solutions.errors["one"] >= 0
    assert sum(found.solutions.shapley.values()) == pytest.approx(found.total)
    assert json.loads(deal_json(found))["values"]["nucleolus"] is None
    deal_report(found)


def test_the_command_speaks_json_and_fails_in_one_screen(tmp_path):
    runner, app = CliRunner(), build()
    file = tmp_path / "deal.toml"
    file.write_text(yb.Deal.read("separation-tolling").text.replace("{ miner = 0.6,", "{ miner = 0.7,"))
    with pytest.raises(InputError, match=r"add up to 1\.1"):
        runner.invoke(app, ["deal", str(file)], catch_exceptions=False)
    with pytest.raises(InputError, match="Did you mean 'separation-tolling'"):
        runner.invoke(app, ["deal", "separation-toling"], catch_exceptions=False)
    listed = runner.invoke(app, ["deal", "--json"], catch_exceptions=False)
    assert "separation-tolling" in [row["name"] for row in json.loads(listed.stdout)]


def test_an_entrant_where_nobody_dug_before_can_sell_abroad(network):
    mine = yb.deal("joint-development-offer", network, ranges=False).plants[0]
    assert mine["country"] == "UKR"
    assert mine["output"] > 100
    assert mine["revenue"] > mine["profit"] > 0


def test_a_contested_mine_holds_only_where_title_and_control_agree(network):
    found = yb.deal("joint-development-offer", network, ranges=False)
    holds = {row["view"]: "mine" in row["clauses"] for row in found.views}
    assert holds == {"none asked": True, "RUS": True, "UKR": False, "UN": False}
    bans = {a.id for a in found.deal.assets}
    assert bans == {"deposit"}


@pytest.mark.parametrize("what", ["a" * 5000, "x\x00y", "", "/dev/zero", "nope.toml", ".", 7])
def test_what_is_no_deal_file_is_told_in_a_line(what):
    with pytest.raises(InputError) as caught:
        read(what)
    assert len(str(caught.value).splitlines()) == 1


JUNK = (None, True, -1, 1e400, "", "x" * 500, "\x00", [], [[]], {}, {"id": []}, [None], 10**40, float("nan"), "one")


def test_no_wrong_file_gives_anything_but_faults():
    rng = random.Random(1)
    for _ in range(400):
        tables = copy.deepcopy(textbook())
        place = tables
        for _ in range(rng.randint(0, 5)):
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            inner = [k for k in keys if isinstance(place[k], (dict, list)) and place[k]]
            if not inner:
                break
            place = place[rng.choice(inner)]
        key = rng.choice(list(place) if isinstance(place, dict) else list(range(len(place))))
        place[key] = rng.choice(JUNK)
        with suppress(YtterbyError):
            read(tables)
