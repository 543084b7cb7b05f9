"""Investors along a path: break-even by hand, one market on paper, order, expectations, and files that are refused."""

from __future__ import annotations

import json
import random
from itertools import pairwise

import polars as pl
import pytest

from ytterby.atlas.load import load
from ytterby.core.errors import InputError
from ytterby.model.behaviour import Behaviour
from ytterby.model.entry import charge
from ytterby.model.run import run
from ytterby.model.scenario import canonical
from ytterby.model.scenario_file import scenario, whole_text
from ytterby.model.scenario_ranges import changed, numbers
from ytterby.model.toml_writer import to_toml
from ytterby.show.export import to_mapping
from ytterby.show.report import report
from ytterby.show.summary import summary_lines
from ytterby.studies.draws import Design, percentiles
from ytterby.studies.ensemble import batches, study

#: Supply 10 p there and demand 200 - 10 p here: 100 tonnes at a price of 10; 20 tonnes more lower it by 1.
MARKET = {
    "schema": 1, "name": "one-market", "title": "One market", "source": "a test", "year": 2024, "unit": "t",
    "regions": ["here", "there"], "products": ["good"],
    "route": [{"product": "good", "from": "there", "to": "here", "cost": 0}],
    "supply": [{"product": "good", "region": "there", "curve": "linear", "constant": 0, "slope": 10}],
    "demand": [{"product": "good", "region": "here", "curve": "linear", "constant": 200, "slope": -10}],
}  # fmt: skip
SUPPLY = {"product": "good", "country": "here", "capacity": "20 t/yr", "cost": "2 USD/kg"}
#: A quota that lets half of the old supply come from 2027 on: the price is then 15, and 2 less for every 20 tonnes.
HALVED = {
    "id": "half", "kind": "quota", "from": "2027-01-01",
    "source": {"publisher": "nobody", "title": "a test", "url": "https://example.org", "date": "2025"},
    "scope": {"flow": "export", "of": ["there"], "product": ["good"]},
    "limit": {"share_of_base": 0.5, "why": "a test"},
}  # fmt: skip


def entry(name: str = "plant", capex: float = 30, **more: object) -> dict:
    return {
        "id": name, "capex": {"value": f"{capex} USD/kg", "why": "a test"}, "hurdle": {"rate": 0.1, "why": "a test"},
        "life": {"years": 10, "why": "a test"}, "supply": SUPPLY, **more,
    }  # fmt: skip


def tables(*entries: dict, years: int = 6, **more: object) -> dict:
    return {
        "schema": 1, "name": "t", "title": "A test", "base": {"network": "one-market.toml"},
        "time": {"step": "year", "from": 2025, "horizon": years, "foresight": "myopic"},
        "behaviour": {"stock_months": 0, "ramp_middle": 0, "ramp_width": 0.001}, "entry": list(entries), **more,
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("market")
    (place / "one-market.toml").write_text(to_toml(MARKET), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def solve(folder):
    def solved(*entries: dict, **more: object):
        path = folder / "case.toml"
        path.write_text(to_toml(tables(*entries, **more)), encoding="utf-8")
        return run(None, scenario(path), ranges=False)

    return solved


def prices(outcome) -> list[float]:
    """The price here, period by period."""
    rows = ({row["country"]: row["home"] for row in period["prices"]} for period in outcome.timeline.periods)
    return [row["here"] for row in rows]


def decided(outcome) -> dict[str, list[str]]:
    return {row["id"]: [plant["decided"] for plant in row["plants"]] for row in outcome.timeline.entry}


def annuity(rate: float, years: int) -> float:
    return 1 / sum((1 + rate) ** -y for y in range(1, years + 1))


def test_break_even_is_cash_cost_and_the_annuity_of_the_capital(solve):
    row = solve(entry(overrun={"share": 0.5, "why": "x"})).timeline.periods[0]["entry"][0]
    assert row["break_even"] == pytest.approx(2 + 30 * 1.5 * annuity(0.1, 10), rel=1e-9)
    assert row["expected_price"] == pytest.approx(10, rel=1e-4)


@pytest.mark.parametrize("rate", [0.0, 0.07, 0.25])
def test_with_lead_and_ramp_up_the_charge_makes_the_present_value_nothing(folder, rate):
    """Cash by cash: capital in the middle of the lead time, the charge on what runs at the end of each year."""
    path = folder / "late.toml"
    late = {**SUPPLY, "lead": {"months": 30, "why": "x"}}
    path.write_text(to_toml(tables(entry(hurdle={"rate": rate, "why": "x"}, supply=late))), encoding="utf-8")
    (made,) = scenario(path).entry
    how = Behaviour()
    must = charge(made, how)
    value = -30 / (1 + rate) ** 1.25
    for year in range(1, 11):
        months = [12 * (year - 1) + 12 * (i + 0.5) / 2000 for i in range(2000)]
        share = sum(how.ramp(m) for m in months) / 2000
        value += must * share / (1 + rate) ** (2.5 + year)
    assert value == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("expectation", ["naive", "adaptive", "foresight"])
@pytest.mark.parametrize(("break_even", "enters"), [(8.9, True), (10.1, False)])
def test_it_enters_exactly_when_the_price_is_above_break_even(solve, expectation, break_even, enters):
    capex = (break_even - 2) / annuity(0.1, 10)
    found = solve(entry(capex=capex, expectation=expectation))
    assert decided(found) == {"plant": ["2025"] if enters else []}
    assert prices(found) == pytest.approx([9.0 if enters else 10.0] * 6, rel=1e-9)
    assert found.timeline.unsettled == ()


def test_between_the_price_before_and_after_only_foresight_waits(solve):
    """At 10 a break-even of 9.5 pays, at the 9 that the plant itself brings it does not."""
    capex = 7.5 / annuity(0.1, 10)
    assert decided(solve(entry(capex=capex))) == {"plant": ["2025"]}
    knows = solve(entry(capex=capex, expectation="foresight"))
    assert decided(knows) == {"plant": []}
    assert knows.timeline.periods[0]["entry"][0]["decision"] == "spoils"
    hindsight = solve(entry(capex=capex)).timeline.entry[0]["plants"][0]
    assert hindsight["realised_price"] == pytest.approx(9, rel=1e-9)
    assert hindsight["break_even"] == pytest.approx(9.5, rel=1e-9)


def test_a_plant_larger_than_the_market_lowers_the_price_to_its_cash_cost(solve):
    """Demand 200 - 10 p meets a flat cost of 2: the old supply makes 20, the plant 160 of its 500."""
    found = solve(entry(supply={**SUPPLY, "capacity": "500 t/yr"}))
    assert prices(found) == pytest.approx([2.0] * 6, rel=1e-6)
    assert found.timeline.periods[0]["entry"][0]["output"] == pytest.approx(160, rel=1e-6)


def test_plants_come_one_a_year_down_to_the_crossing(solve):
    """Each lowers the price by 1; break-even 6.88. Who looks back builds one too many, who looks ahead does not."""
    back = solve(entry(most=10), years=8)
    assert prices(back) == pytest.approx([9, 8, 7, 6, 6, 6, 6, 6], rel=1e-9)
    ahead = solve(entry(most=10, expectation="foresight", life={"years": 1, "why": "x"}, capex=4.43), years=3)
    assert prices(ahead)[0] == pytest.approx(9, rel=1e-9)
    settled = solve(entry(most=10, expectation="foresight"), years=8)
    assert min(prices(settled)) == pytest.approx(7, rel=1e-9)
    assert prices(settled)[-1] >= 2 + 30 * annuity(0.1, 10)


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_the_cheaper_enters_first(solve, names):
    """Break-evens 6.88 and 11; the price is 10, and 13 with the cheaper plant once half of the supply is gone."""
    cheap, dear = entry(names[0]), entry(names[1], capex=9 / annuity(0.1, 10))
    found = solve(cheap, dear, measure=[HALVED])
    assert decided(found) == {names[0]: ["2025"], names[1]: ["2028"]}
    assert prices(found) == pytest.approx([9, 9, 13, 11, 11, 11], rel=1e-9)
    ahead = solve(*({**e, "expectation": "foresight"} for e in (cheap, {**dear, "capex": cheap["capex"]})), years=3)
    assert prices(ahead) == pytest.approx([8, 8, 8], rel=1e-9)
    dear["capex"] = {"value": f"{7.5 / annuity(0.1, 10)} USD/kg", "why": "x"}
    one = solve(*({**e, "expectation": "foresight"} for e in (cheap, dear)), years=3)
    assert decided(one) == {names[0]: ["2025"], names[1]: []}


@pytest.mark.parametrize("seed", range(8))
def test_looking_ahead_nobody_who_built_is_sorry_and_nobody_else_would_gain(solve, seed):
    """Price 10 - K / 20 with K tonnes of new capacity: checked by hand on random plants, whatever was built."""
    draw = random.Random(seed)
    plants = {f"p{i}": (draw.uniform(3, 10), draw.choice([5, 20, 50])) for i in range(4)}
    found = solve(
        *(
            entry(name, (must - 2) / annuity(0.1, 10), expectation="foresight",
                  supply={**SUPPLY, "capacity": f"{size} t/yr"})
            for name, (must, size) in plants.items()
        ), years=2,
    )  # fmt: skip
    built = {name for name, when in decided(found).items() if when}
    price = 10 - sum(plants[name][1] for name in built) / 20
    assert prices(found)[-1] == pytest.approx(price, rel=1e-6)
    assert all(plants[name][0] <= price + 1e-6 for name in built)
    assert all(must > price - size / 20 - 1e-3 for name, (must, size) in plants.items() if name not in built)
    assert found.timeline.unsettled == ()


def test_adaptive_expectations_move_by_a_part_of_the_miss(solve):
    never = entry(capex=300, expectation="adaptive", weight={"share": 0.4, "why": "x"})
    found = solve(never, measure=[HALVED])
    by_hand, seen = 10.0, [10.0]
    for price in (10, 10, 15, 15, 15):
        by_hand += 0.4 * (price - by_hand)
        seen.append(by_hand)
    told = [period["entry"][0]["expected_price"] for period in found.timeline.periods]
    assert told == pytest.approx(seen, rel=1e-4)


@pytest.mark.parametrize("expectation", ["naive", "adaptive", "foresight"])
def test_a_higher_hurdle_never_brings_an_entry_earlier(solve, expectation):
    first = []
    for rate in (0.0, 0.08, 0.16, 0.2, 0.24, 0.3):
        hurdle = {"rate": rate, "why": "x"}
        found = solve(entry(capex=45, hurdle=hurdle, expectation=expectation), measure=[HALVED])
        (years,) = decided(found).values()
        first.append(int(years[0]) if years else 9999)
    assert all(a <= b for a, b in pairwise(first))
    assert len(set(first)) > 1


def test_who_knew_too_little_is_asked_again_until_every_decision_holds(solve):
    """A looks ahead and would enter in 2025, but B, who looks back from 2027 on, lowers the price below A's."""
    a = entry("a", capex=6.5 / annuity(0.1, 10), expectation="foresight")
    b = entry("b", supply={**SUPPLY, "capacity": "40 t/yr"}, **{"from": "2027-01-01"})
    found = solve(a, b)
    assert decided(found) == {"a": [], "b": ["2027"]}
    assert prices(found) == pytest.approx([10, 10, 8, 8, 8, 8], rel=1e-9)
    assert found.timeline.unsettled == ()


def test_who_looks_ahead_is_not_asked_what_the_path_does_not_show(solve):
    """With a lead of 3 years a plant decided in the last 3 of 6 would open after the end."""
    late = entry(capex=30, supply={**SUPPLY, "lead": {"months": 36, "why": "x"}}, expectation="foresight")
    found = solve({**late, "from": "2028-01-01"})
    told = [period["entry"][0]["decision"] for period in found.timeline.periods]
    assert told == [None, None, None, "beyond", "beyond", "beyond"]
    assert decided(solve(late)) == {"plant": ["2025"]}


def test_a_decision_that_does_not_hold_in_the_end_is_told(solve):
    """Holders of stock who foresee everything sell before the plant opens: the price it was decided on is gone."""
    late = {**SUPPLY, "capacity": "80 t/yr", "lead": {"months": 12, "why": "x"}}
    plant = entry(supply=late, capex=7.5 / annuity(0.1, 10), **{"from": "2027-01-01"})
    held = {"stock_months": 12, "ramp_middle": 0, "ramp_width": 0.001}
    found = solve(plant, behaviour=held, time={"step": "year", "from": 2025, "horizon": 6, "foresight": "perfect"})
    assert decided(found) == {"plant": ["2027"]}
    assert found.timeline.unsettled == ("plant is built though it would not pay at the final prices (2027)",)
    assert "Not settled: plant is built" in report(found)
    rolling = {"step": "year", "from": 2025, "horizon": 6, "foresight": "rolling", "rolling": 3}
    assert solve(plant, behaviour=held, time=rolling).timeline.unsettled == ()


def test_a_plant_opens_after_its_lead_and_closes_after_its_life(solve):
    short = entry(life={"years": 2, "why": "x"}, capex=5, supply={**SUPPLY, "lead": {"months": 12, "why": "x"}})
    assert prices(solve(short)) == pytest.approx([10, 9, 9, 10, 10, 10], rel=1e-3)


def test_every_tonne_is_there(solve):
    assert solve(entry(most=3), entry("other"), measure=[HALVED]).timeline.largest_residual <= 1e-9


def test_who_never_enters_leaves_the_path_as_it_is(solve):
    none, refused = solve(years=4), solve(entry(capex=3000), years=4)
    assert prices(none) == prices(refused)
    assert [p["shortages"] for p in none.timeline.periods] == [p["shortages"] for p in refused.timeline.periods]
    assert "entry" not in json.loads(canonical(none.scenario))
    assert "entry" not in to_mapping(none)["time"]
    assert "entry" not in to_mapping(none)["periods"][0]


def test_months_decide_once_a_year(folder):
    path = folder / "months.toml"
    time = {"step": "quarter", "from": "2025-Q1", "horizon": 8, "foresight": "rolling", "rolling": 4}
    path.write_text(to_toml({**tables(entry(most=5)), "time": time}), encoding="utf-8")
    found = run(None, scenario(path), ranges=False)
    assert decided(found) == {"plant": ["2025-Q1", "2026-Q1"]}
    assert prices(found) == pytest.approx([9] * 4 + [8] * 4, rel=1e-9)


def test_json_has_every_year_and_what_came_of_it(solve):
    told = to_mapping(solve(entry(overrun={"share": 0.5, "low": 0, "high": 1, "why": "why not"})))
    json.dumps(told, allow_nan=False)
    row = told["periods"][0]["entry"][0]
    assert (row["decision"], row["capacity_decided"], row["capacity"], row["output"]) == ("build", 20, 20, 20)
    assert told["periods"][1]["entry"][0]["decision"] is None
    (plant,) = told["time"]["entry"][0]["plants"]
    assert plant["capital"] == pytest.approx(20 * 30 * 1.5 / 1000)
    assert told["time"]["entry_unsettled"] == []
    assert {"id": "entry.plant.overrun", "low": 0, "high": 1}.items() <= next(
        a for a in told["assumptions"] if a["id"] == "entry.plant.overrun"
    ).items()


def test_summary_and_report_tell_who_builds_and_why(solve):
    found = solve(entry(title="A large <plant>", capex=7.5 / annuity(0.1, 10)), entry("dear", capex=900))
    text = " ".join("\n".join(line for line, _ in summary_lines(found)).split())
    assert "A large <plant>: decided in 2025, when 10.00 USD/kg were expected against a break-even of 9.50" in text
    assert "it earns 9.00 USD/kg, less than the 9.50 it must" in text
    assert "dear: not built; at best, in 2025, 10.00 USD/kg were expected" in text
    page = report(found)
    assert "Who builds" in page
    assert "A large &lt;plant&gt;" in page
    assert "<plant>" not in page
    assert {"entry expected price", "entry output"} <= set(found.periods["quantity"])


def test_its_numbers_can_be_set_drawn_and_written(folder):
    path = folder / "set.toml"
    ranged = {"share": 0.5, "low": 0.0, "high": 1.2, "why": "x"}
    path.write_text(to_toml(tables(entry(overrun=ranged))), encoding="utf-8")
    made = scenario(path, set=["entry.plant.hurdle=0.2", "entry.plant.capex.value=40 USD/kg"])
    assert (made.entry[0].hurdle.value, made.entry[0].capex.value) == (0.2, 40)
    assert "entry.plant.overrun" in {n.id for n in numbers(made)}
    assert changed(made, {"entry.plant.overrun": 1.0}).entry[0].overrun.value == 1.0
    path.write_text(to_toml(tables(entry(expectation="adaptive", weight={"share": 0.3, "why": "x"}))), encoding="utf-8")
    ahead = scenario(path, set=["entry.plant.expectation=foresight"]).entry[0]
    assert (ahead.expectation, ahead.weight) == ("foresight", None)
    whole = folder / "whole.toml"
    whole.write_text(whole_text(path, set=["entry.plant.hurdle=0.2"]), encoding="utf-8")
    assert scenario(whole).entry == scenario(path, set=["entry.plant.hurdle=0.2"]).entry


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"expectation": "naiv"}, "naive"),
        ({"capex": {"value": "0 USD/kg", "why": "x"}}, "above 0"),
        ({"capex": {"value": "5 EUR/kg", "why": "x"}}, "US dollars"),
        ({"capex": {"value": "30 USD/kg"}}, "the reason for the number"),
        ({"overrun": {"share": -0.1, "why": "x"}}, "a share above budget"),
        ({"hurdle": {"rate": 3, "why": "x"}}, "a share a year"),
        ({"hurdle": {"rate": 0.1, "low": 0.2, "why": "x"}}, "low"),
        ({"life": {"years": 0, "why": "x"}}, "1 to 100"),
        ({"most": 0}, "1 to 50"),
        ({"weight": {"share": 0.5, "why": "x"}}, "adaptive"),
        ({"supply": {**SUPPLY, "product": "goods"}}, "good"),
        ({"supply": {**SUPPLY, "capacity": "20 t"}}, "a mass a year"),
        ({"supply": {**SUPPLY, "capacity": "0 t/yr"}}, "a capacity above 0"),
        ({"supply": {**SUPPLY, "capacity": "5e9 t/yr"}}, "between 0.001 and 1e+09 t/yr"),
        ({"capex": {"value": "1e-9 USD/kg", "why": "x"}}, "between 0.001 and 1e+09 USD/kg"),
        ({"supply": {**SUPPLY, "lead": {"months": 5, "low": 2}}}, "the reason for the number"),
        ({"hurdel": 0.1}, "hurdle"),
        ({"supply": None}, "neither facility nor supply"),
    ],
)
def test_what_is_wrong_is_told(folder, more, told):
    path = folder / "wrong.toml"
    row = {key: value for key, value in {**entry(), **more}.items() if value is not None}
    path.write_text(to_toml(tables(row)), encoding="utf-8")
    with pytest.raises(InputError) as raised:
        scenario(path)
    assert told in str(raised.value)


def test_all_that_is_wrong_is_told_at_once(folder):
    path = folder / "wrong.toml"
    rows = [entry(expectation="x"), entry("two", most=0, capex=0), {**entry(), "life": 3}]
    path.write_text(to_toml(tables(*rows)), encoding="utf-8")
    with pytest.raises(InputError) as raised:
        scenario(path)
    assert len(raised.value.faults) >= 3


def test_on_the_chain_a_plant_earns_its_basket_less_its_feed():
    """The ready scenario, two years of it: looking back it builds in the second; every number has a range."""
    ready = scenario("heavy-ree-entry-decade", set=["time.to=2026"])
    assert {n.id for n in numbers(ready)} >= {"entry.heavy-separation.capex", "entry.magnet-making.facility.lead"}
    found = run(None, ready, ranges=False)
    assert decided(found) == {"heavy-separation": ["2026"], "magnet-making": []}
    for period in found.timeline.periods:
        for row in period["entry"]:
            built = row["expected_price"] >= row["break_even"]
            assert row["decision"] == ("build" if built else "wait")
    assert found.timeline.largest_residual <= 1e-9
    assert "mining-2025-10" in set(found.sources["id"])


def test_draws_decide_each_for_itself_in_any_order(folder):
    """Of a hurdle between 1 and 60 % a year and a price of 10 against 2 + 30 a(r, 10) some build and some do not."""
    path = folder / "drawn.toml"
    drawn = {"rate": 0.1, "low": 0.01, "high": 0.6, "dist": "uniform", "why": "x"}
    path.write_text(to_toml(tables(entry(hurdle=drawn), years=3)), encoding="utf-8")
    ready = study(None, scenario(path), load())
    sample = percentiles(Design(8, 1), (i.id for i in ready.inputs))
    frames = dict(batches(ready, sample, 8))
    apart = dict(batches(ready, sample, 2, [3, 1, 0, 2]))
    assert pl.concat(apart[k] for k in sorted(apart)).equals(pl.concat(frames[k] for k in sorted(frames)))
    rows = frames[0].filter(pl.col("period") == "whole").select("in|entry.plant.hurdle", "binds|plant").rows()
    assert {full for _, full in rows} == {0.0, 1.0}
    for rate, full in rows:
        assert (full == 1) == (30 * annuity(rate, 10) <= 8)


def test_a_plant_that_could_make_nothing_is_refused():
    facility = {
        "name": "x", "country": "USA", "stage": "separation", "capacity": "10 t REO/yr", "feed": ["seg/xinfeng"],
        "elements": ["Ce"],
    }  # fmt: skip
    row = {key: value for key, value in entry().items() if key != "supply"} | {"facility": facility}
    made = {**tables(row), "base": {"chain": "rare-earths", "year": 2024}}
    with pytest.raises(InputError, match="entry 'plant', facility"):
        run(None, scenario(made), ranges=False)


def test_one_period_and_other_chains_have_no_entry(folder):
    one = {**tables(entry()), "time": {"step": "year", "from": 2025, "to": 2025}}
    one.pop("behaviour")
    path = folder / "one.toml"
    path.write_text(to_toml(one), encoding="utf-8")
    with pytest.raises(InputError, match="in one period"):
        scenario(path)
    with pytest.raises(InputError, match="this base is a chain"):
        scenario({**tables(entry(supply={**SUPPLY, "product": "oxide/Dy", "country": "JPN"})),
                  "base": {"chain": "rare-earths", "year": 2024}})  # fmt: skip
