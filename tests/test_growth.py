"""Use and capacity that grow over a path: a market on paper, a world that grows alike, and files that are refused."""

from __future__ import annotations

import numpy as np
import pytest

from ytterby.atlas.load import load
from ytterby.core.errors import InputError
from ytterby.model import curves
from ytterby.model.base import network as chain_network
from ytterby.model.behaviour import Behaviour
from ytterby.model.growth import grown
from ytterby.model.network import Activity, Market, Network
from ytterby.model.run import run
from ytterby.model.scenario import Growth, Ranged, Time
from ytterby.model.scenario_file import scenario
from ytterby.model.scenario_ranges import changed, numbers
from ytterby.model.solved import equilibrium
from ytterby.model.stocks import Stock
from ytterby.model.timeline import live
from ytterby.show.export import to_mapping
from ytterby.studies.rebuilt import rebuilt_study

RATE = {"rate": 0.05, "low": 0.02, "high": 0.08, "why": "a test"}
USE = {"id": "use", "product": ["oxide", "metal", "magnet"], "rate": RATE}
CAPACITY = {
    "id": "plants", "what": "capacity", "rate": RATE,
    "stage": ["mine", "separation", "metal", "magnet", "recycling"],
}  # fmt: skip


def tables(*rates: dict) -> dict:
    return {
        "schema": 1, "name": "t", "title": "A test", "base": {"chain": "rare-earths", "year": 2024},
        "time": {"step": "year", "from": 2025, "horizon": 4}, "growth": list(rates),
    }  # fmt: skip


@pytest.fixture(scope="module")
def chain():
    return chain_network()


def market() -> Network:
    """One market of 100 t at 10 USD/kg: supply of elasticity 0.5, use of elasticity 0.25."""
    key, core = ("x", "AAA"), curves.core_of(100, 0.25, 30)
    return Network(
        "paper", 2024, (Market(*key, "t", 10.0),),
        (
            Activity("mine:AAA:x", "mine", "AAA", "x", ((key, 1.0),), base=100, curve=curves.supply(10, 100, 0.5)),
            Activity("core:AAA:x", "core", "AAA", "x", ((key, -1.0),), base=core, cost=-300.0, upper=core),
            Activity("use:AAA:x", "use", "AAA", "x", ((key, -1.0),), base=100 - core, upper=400.0,
                     curve=curves.elastic_use(10, 100, 0.25, core)),
        ), (),
    )  # fmt: skip


def test_growth_of_use_in_one_market_against_the_closed_form():
    """Supply 100 (p/10)^0.5 meets use 100 f (p/10)^-0.25: p = 10 f^(1/0.75)."""
    rate = Growth("g", "use", Ranged(0.05), product=("x",))
    for years in (1, 5, 10):
        found = equilibrium(grown(market(), [rate], years))
        assert found.price(("x", "AAA")) == pytest.approx(10 * 1.05 ** (years / 0.75), rel=1e-6)


def test_plants_that_grow_alone_make_it_cheaper_and_both_alike_change_nothing():
    use = Growth("g", "use", Ranged(0.05), product=("x",))
    plants = Growth("h", "capacity", Ranged(0.05), stage=("mine",))
    cheaper = equilibrium(grown(market(), [plants], 5)).price(("x", "AAA"))
    assert cheaper == pytest.approx(10 * 1.05 ** (-5 / 0.75), rel=1e-6)
    both = equilibrium(grown(market(), [use, plants], 5))
    assert both.price(("x", "AAA")) == pytest.approx(10, rel=1e-6)
    assert both.level("mine:AAA:x") == pytest.approx(100 * 1.05**5, rel=1e-6)


def test_a_world_that_grows_alike_keeps_its_prices(chain):
    found = run(chain, scenario(tables(USE, CAPACITY)), ranges=False)
    rest = equilibrium(chain)
    for period in found.timeline.periods:
        for row in period["prices"]:
            was = rest.price((row["product"], row["country"]))
            if row["home"] is not None and was > 1e-3:
                assert row["home"] == pytest.approx(was, rel=1e-6), (period["label"], row["product"], row["country"])
        for row in period["shortages"]:
            assert abs(row["lost"]) <= 1e-5 * max(row["base_use"], 1.0)
    assert found.timeline.largest_residual <= 1e-9
    use = [sum(r["base_use"] for r in p["shortages"]) for p in found.timeline.periods]
    assert use[3] / use[0] == pytest.approx(1.05**3, rel=1e-6)


def test_use_that_grows_alone_makes_things_dearer_and_every_tonne_is_there(chain):
    found = run(chain, scenario(tables(USE)), ranges=False)
    home = [
        next(r["home"] for r in p["prices"] if (r["product"], r["country"]) == ("oxide/Nd", "CHN"))
        for p in found.timeline.periods
    ]
    assert home[3] > home[0] > equilibrium(chain).price(("oxide/Nd", "CHN"))
    assert found.timeline.largest_residual <= 1e-9
    told = to_mapping(found)
    assert any(row["id"] == "growth.use.rate" for row in told["assumptions"])


def test_nothing_is_lost_where_only_growth_happens_and_prices_are_held_against_the_base_year(chain):
    found = run(chain, scenario(tables(USE)), ranges=False)
    rest = equilibrium(chain)
    assert found.timeline.alone
    assert max(abs(row["lost"]) for p in found.timeline.periods for row in p["shortages"]) < 1e-6
    assert {row["base"] for p in found.timeline.periods for row in p["prices"] if row["product"] == "oxide/Nd"
            and row["country"] == "CHN"} == {rest.price(("oxide/Nd", "CHN"))}  # fmt: skip
    assert found.gains["welfare"].abs().max() < 1e-6
    assert "by 2028" in found.finding
    shown = found.prices.filter((found.prices["product"] == "oxide/Nd") & (found.prices["country"] == "CHN"))
    assert shown["base"][0] == pytest.approx(rest.price(("oxide/Nd", "CHN")), rel=1e-9)
    assert max(found.checks[k] for k in found.checks if k.startswith("consumer")) < 1e-9


CUT = {
    "id": "cut", "kind": "quota", "from": "2025-01-01", "source": {
        "publisher": "Nobody", "title": "A test", "url": "https://example.org/a", "date": "2025"},
    "scope": {"flow": "export", "of": "CHN", "product": "oxide", "element": "Dy"},
    "limit": {"share_of_base": 0.5, "why": "a test"},
}  # fmt: skip


def _home(found, product, country):
    return [
        next(r["home"] for r in p["prices"] if (r["product"], r["country"]) == (product, country))
        for p in found.timeline.periods
    ]


@pytest.mark.parametrize("foresight", ["perfect", "myopic"])
def test_a_growth_of_nothing_is_the_path_without(chain, foresight):
    still = {"rate": 0.0, "low": 0.0, "high": 0.0, "why": "a test"}
    time = {"step": "year", "from": 2025, "horizon": 3, "foresight": foresight}
    made = {**tables({**USE, "rate": still}, {**CAPACITY, "rate": still}), "measure": [CUT], "time": time}
    bare = {key: value for key, value in made.items() if key != "growth"}
    grew, stayed = (run(chain, scenario(x), ranges=False) for x in (made, bare))
    assert grew.timeline.surplus == pytest.approx(stayed.timeline.surplus, rel=1e-9)
    for key in (("oxide/Dy", "JPN"), ("oxide/Dy", "CHN"), ("oxide/Nd", "CHN")):
        assert _home(grew, *key) == pytest.approx(_home(stayed, *key), rel=1e-6)
    lost = [sum(r["lost"] for r in p["shortages"] if r["product"] == "oxide/Dy") for p in grew.timeline.periods]
    was = [sum(r["lost"] for r in p["shortages"] if r["product"] == "oxide/Dy") for p in stayed.timeline.periods]
    assert lost == pytest.approx(was, rel=1e-4)
    assert max(lost) > 1


def test_a_measure_in_a_growing_world_is_held_against_that_world_without_it(chain):
    loose = {**CUT, "limit": {"share_of_base": 10.0, "why": "a test"}}
    idle = run(chain, scenario({**tables(USE), "measure": [loose]}), ranges=False)
    assert not idle.timeline.alone
    for period in idle.timeline.periods:
        assert max(abs(r["lost"]) / max(r["base_use"], 1.0) for r in period["shortages"]) < 1e-5
    hard = run(chain, scenario({**tables(USE), "measure": [CUT]}), ranges=False)
    abroad = [
        sum(r["lost"] for r in p["shortages"] if r["product"] == "oxide/Dy" and r["country"] != "CHN")
        for p in hard.timeline.periods
    ]
    assert min(abroad) > 0
    assert hard.timeline.surplus < idle.timeline.surplus


def lived_market(count: int, stock: Stock, foresight: str = "perfect"):
    """The market on paper, its use growing by 5 % a year, with one stock."""
    rest = equilibrium(market())
    time = Time("year", 2025, 2024 + count, foresight=foresight)
    rate = Growth("g", "use", Ranged(0.05), product=("x",))
    how = Behaviour(demand_short=1.0, demand_long=1.0)
    return live(market(), rest, (), time, behaviour=how, stocks=(stock,), growth=(rate,))


def test_what_holders_of_stock_do_when_prices_are_seen_to_rise_is_the_rule_of_storage():
    """p_t = β p_{t+1} + use of having − holding, on every held tonne; after the last one the price without stocks."""
    key = ("x", "AAA")
    stock = Stock(key, 100 / 6, 10.0, 1.0)
    made = lived_market(8, stock)
    price, beta = made.path.price(key), 1 / 1.05
    assert (np.diff(price) > 0).all()
    held = made.path.closing[:, 0]
    having = (10 * (1 - beta) + 1.0) * (1 - (held / stock.usual - 1) / stock.response)
    after = [*price[1:], 10 * 1.05 ** (8.5 / 0.75)]
    assert (held > 0).all()
    assert price == pytest.approx(beta * np.array(after) + having - 1.0, rel=1e-6)


def test_a_longer_horizon_moves_the_middle_of_the_path_little():
    stock = Stock(("x", "AAA"), 100 / 6, 10.0, 1.0)
    short, long = (lived_market(count, stock).path.price(("x", "AAA")) for count in (8, 14))
    assert short[:5] == pytest.approx(long[:5], rel=5e-3)
    assert short[:5] != pytest.approx(10.0, rel=5e-2)


def test_without_stocks_each_year_is_its_own_market():
    made = lived_market(6, Stock(("x", "AAA"), 0.0, 10.0, 1.0, capacity=0.0))
    assert made.path.price(("x", "AAA")) == pytest.approx([10 * 1.05 ** ((t + 0.5) / 0.75) for t in range(6)], rel=1e-6)


def test_a_rate_is_cited_with_its_place():
    cited = {"id": "use", "product": ["magnet"], "rate": {"rate": 0.05}, "source": "iea-cmd-2025", "locator": "a table"}
    made = scenario(tables(cited)).growth[0]
    assert (made.source.id, made.locator) == ("iea-cmd-2025", "a table")
    own = {"publisher": "P", "title": "T", "url": "https://example.org/t", "date": "2025"}
    assert scenario(tables({**cited, "source": own})).growth[0].source.inline


def test_the_ready_scenario_cites_the_projections_it_grows_by():
    made = scenario("rare-earth-growth-2030")
    rates = {g.id: g for g in made.growth}
    assert {g.source.id for g in made.growth if g.source} == {"iea-cmd-2025"}
    for name, first, last in (
        ("use", 90.922, 122.846), ("mines-china", 45.787, 51.225), ("mines-elsewhere", 29.311, 49.078),
        ("separation-china", 73.757, 81.127), ("separation-elsewhere", 7.048, 25.555),
    ):  # fmt: skip
        assert rates[name].rate.value == pytest.approx((last / first) ** (1 / 6) - 1, abs=6e-5), name


def test_a_rate_can_be_set_and_drawn():
    made = scenario(tables(USE), set=["growth.use.rate.rate=0.01"])
    assert made.growth[0].rate.value == 0.01
    made = scenario(tables(USE))
    assert "growth.use.rate" in {n.id for n in numbers(made)}
    assert changed(made, {"growth.use.rate": 0.03}).growth[0].rate.value == 0.03


@pytest.mark.parametrize(
    ("rate", "told"),
    [
        ({**USE, "product": ["oxyde"]}, "oxide"),
        ({**USE, "rate": {"rate": float("inf"), "why": "x"}}, "a share a year"),
        ({**USE, "rate": {"rate": -1, "why": "x"}}, "a share a year"),
        ({**USE, "rate": {"rate": 0.1, "low": 0.2, "why": "x"}}, "low"),
        ({**USE, "rate": {"rate": 0.1}}, "the reason for the number"),
        ({**USE, "stage": ["mine"]}, "no stage"),
        ({**CAPACITY, "stage": ["mines"]}, "mine"),
        ({"id": "use", "rate": RATE}, "a product whose use grows"),
        ({**USE, "of": ["XXX"]}, "XXX"),
        ({**USE, "source": "iea-cmd-2025"}, "where in the source"),
        ({**USE, "source": "iea-cmd-2052", "locator": "a"}, "iea-cmd-2025"),
        ({**USE, "source": 7, "locator": "a"}, "source"),
    ],
)
def test_what_is_wrong_is_told(rate, told):
    with pytest.raises(InputError) as raised:
        scenario(tables(rate))
    assert told in str(raised.value)


@pytest.mark.parametrize("rate", [{"rate": 0.9}, {"rate": -0.45}, {"rate": 0.05, "low": 0.0, "high": 0.9}])
def test_growth_that_leaves_the_base_year_far_behind_is_refused(rate):
    with pytest.raises(InputError, match="times the base year"):
        scenario(tables({**USE, "rate": {**rate, "why": "a test"}}))


def test_one_period_does_not_grow_and_a_rate_of_nothing_is_refused(chain):
    with pytest.raises(InputError, match="growth in one period"):
        scenario({**tables(USE), "time": {"step": "year", "from": 2025, "to": 2025}})
    with pytest.raises(InputError, match="nothing of the network"):
        run(chain, scenario(tables({**USE, "product": ["magnet"], "of": ["AND"]})), ranges=False)


def test_a_draw_holds_use_lost_against_the_growing_world_as_a_run_does(chain):
    made = scenario({**tables(USE), "measure": [CUT]})
    told = run(chain, made, ranges=False)
    study = rebuilt_study(chain, made, load())
    read = study.at(study.engine(), {})
    column = [q.name for q in study.quantities].index("use_lost|oxide/Dy|outside")
    lost = [
        sum(r["lost"] for r in p["shortages"] if r["product"] == "oxide/Dy" and r["country"] != "CHN")
        for p in told.timeline.periods
    ]
    assert read[1:, column] == pytest.approx(lost, rel=1e-5)
