"""What answers late on a path: recipes that do without, and plants that start, may not be built, and stop again."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest

from ytterby.core.errors import InputError
from ytterby.model import curves
from ytterby.model.base import network as chain_network
from ytterby.model.behaviour import Behaviour
from ytterby.model.lasting import with_gone
from ytterby.model.network import Activity, Market, Network
from ytterby.model.periods import with_elasticity
from ytterby.model.run import run
from ytterby.model.run_periods import lived
from ytterby.model.scenario import Time
from ytterby.model.scenario_file import scenario
from ytterby.model.scenario_ranges import numbers
from ytterby.model.solved import equilibrium
from ytterby.model.timeline import live
from ytterby.show.export import to_mapping

DEAR, CHEAP = ("dear", "AAA"), ("cheap", "AAA")


@pytest.fixture(scope="module")
def chain():
    return chain_network()


def short_of(most: float, part: float = 0.7) -> Network:
    """100 t of a dear good are used at 100 USD/kg, `most` can be made; a cheap one at 60 stands in, up to a part."""
    core = curves.core_of(100, 0.2, 30)
    thrift = Activity(
        "thrift:AAA:dear", "thrift", "AAA", "dear", ((CHEAP, -1.0), (DEAR, 1.0)),
        curve=curves.rising_from_zero(40, 100, 0.5), upper=part * 100,
    )  # fmt: skip
    made = Activity("mine:AAA:dear", "mine", "AAA", "dear", ((DEAR, 1.0),), cost=100.0, base=100, upper=most)
    return Network(
        "paper", 2024, (Market(*DEAR, "t", 100.0), Market(*CHEAP, "t", 60.0)),
        (
            made, replace(made, id="mine:AAA:cheap", product="cheap", coefficients=((CHEAP, 1.0),), cost=60.0,
                          upper=1000.0),
            Activity("core:AAA:dear", "core", "AAA", "dear", ((DEAR, -1.0),), base=core, cost=-3000.0, upper=core),
            Activity("use:AAA:dear", "use", "AAA", "dear", ((DEAR, -1.0),), base=100 - core, upper=400.0,
                     curve=curves.elastic_use(100, 100, 0.2, core)),
            thrift,
        ), (),
    )  # fmt: skip


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_what_stands_in_follows_its_premium_so_many_times_as_far(factor):
    """x = e f use (gap / premium − 1), and use = 100 (p / 100)^(−e f) is met from 80 t made and x."""
    found = equilibrium(with_elasticity(short_of(80.0), factor))
    p, x = found.price(DEAR), found.level("thrift:AAA:dear")
    assert found.price(CHEAP) == pytest.approx(60)
    assert x == pytest.approx(0.5 * factor * 100 * ((p - 60) / 40 - 1), rel=1e-6)
    assert 80 + x == pytest.approx(100 * (p / 100) ** (-0.2 * factor), rel=1e-6)


@pytest.mark.parametrize(("factor", "most"), [(0.5, 10.0), (1.0, 20.0), (2.0, 20.0)])
def test_no_more_stands_in_than_the_part_of_its_limit_that_is_reached(factor, most):
    found = equilibrium(with_elasticity(short_of(40.0, part=0.2), factor))
    assert found.level("thrift:AAA:dear") == pytest.approx(most, rel=1e-9)


def test_over_the_months_more_stands_in_at_a_premium_and_the_price_falls():
    """Nothing is said of a measure, so users begin to answer with the first month; the price follows the factor."""
    network, how = short_of(80.0), Behaviour()
    found = live(network, equilibrium(network), (), Time("month", 2025, 2027), behaviour=how, stocks=())
    x, p = found.path.level("thrift:AAA:dear"), found.path.price(DEAR)
    assert (p[1:] < p[:-1]).all()
    for t in (0, 17, 35):
        f = 2.0 - 1.5 * (18 * (exp(-t / 18) - exp(-(t + 1) / 18)))
        assert x[t] == pytest.approx(0.5 * f * 100 * ((p[t] - 60) / 40 - 1), rel=2e-3), t


def falling(lasting: float | None, until: str = "2026-12-31", count: int = 5, **more):
    """China's exports of Dy oxide are halved to the end of 2026, and a part a year of what is given up stays away."""
    still = {"id": "use", "product": ["oxide", "metal", "magnet"], "rate": {"rate": 0, "why": "a test"}, **more}
    if lasting is not None:
        still["lasting"] = {"share": lasting, "low": 0, "high": 1, "why": "a test"}
    cut = {
        "id": "cut", "kind": "quota", "source": "mofcom-2025-18", "from": "2025-01-01", "until": until,
        "scope": {"flow": "export", "of": "CHN", "product": "oxide", "element": "Dy"},
        "limit": {"share_of_base": 0.5, "why": "a test"},
    }  # fmt: skip
    return {
        "schema": 1, "name": "t", "title": "A test", "base": {"chain": "rare-earths", "year": 2024},
        "time": {"step": "year", "from": 2025, "horizon": count}, "measure": [cut], "growth": [still],
        "behaviour": {"stock_months": 0},
    }  # fmt: skip


def test_use_narrower_by_what_is_gone_has_the_price_of_the_closed_form():
    """Supply 100 (p / 10)^0.5 meets use 80 (p / 10)^−0.25."""
    key, core = ("x", "AAA"), curves.core_of(100, 0.25, 30)
    paper = Network(
        "paper", 2024, (Market(*key, "t", 10.0),),
        (
            Activity("mine", "mine", "AAA", "x", ((key, 1.0),), base=100, curve=curves.supply(10, 100, 0.5)),
            Activity("core", "core", "AAA", "x", ((key, -1.0),), base=core, cost=-300.0, upper=core),
            Activity("use", "use", "AAA", "x", ((key, -1.0),), base=100 - core, upper=400.0,
                     curve=curves.elastic_use(10, 100, 0.25, core)),
        ), (),
    )  # fmt: skip
    found = equilibrium(with_gone(paper, {key: np.array([0.0, 0.2])}, 1))
    assert found.price(key) == pytest.approx(10 * 0.8 ** (1 / 0.75), rel=1e-6)
    assert equilibrium(with_gone(paper, {key: np.array([0.0, 0.2])}, 0)).price(key) == pytest.approx(10, rel=1e-6)


def test_a_part_of_what_is_given_up_stays_away_when_the_price_comes_back(chain):
    """1 − D_t+1 = (1 − D_t) (1 − 0.4 l_t) from the rows of the run itself; with nothing lasting the base comes back."""
    told = run(chain, scenario(falling(0.4)), ranges=False)
    rows = [
        next(r for r in p["shortages"] if (r["product"], r["country"]) == ("oxide/Dy", "USA"))
        for p in told.timeline.periods
    ]
    gone = [row["gone_pct"] / 100 for row in rows]
    for t in range(4):
        given = max(1 - rows[t]["served"] / (rows[t]["base_use"] * (1 - gone[t])), 0)
        assert gone[t + 1] == pytest.approx(1 - (1 - gone[t]) * (1 - 0.4 * given), abs=2e-5), t
    assert gone[0] == 0
    assert gone[1] > 0.05
    assert rows[4]["lost"] > 0.05 * rows[4]["base_use"]
    assert told.timeline.largest_residual < 1e-9
    assert any(row["id"] == "growth.use.lasting" for row in to_mapping(told)["assumptions"])
    back = run(chain, scenario(falling(None)), ranges=False)
    last = next(r for r in back.timeline.periods[4]["shortages"] if (r["product"], r["country"]) == ("oxide/Dy", "USA"))
    assert last["lost"] == pytest.approx(0, abs=1e-5 * last["base_use"])
    assert last["gone_pct"] == 0


def test_what_stays_away_can_be_set_and_is_refused_where_it_makes_no_sense():
    assert scenario(falling(0.4), set=["growth.use.lasting.share=0.1"]).growth[0].lasting.value == 0.1
    assert "growth.use.lasting" in {n.id for n in numbers(scenario(falling(0.4)))}
    with pytest.raises(InputError, match="0 to 1"):
        scenario(falling(1.4))
    with pytest.raises(InputError, match="none for capacity"):
        scenario(falling(0.4, what="capacity", product=[], stage=["mine"]))


def plant(cost: str = "20 USD/kg", capacity: str = "90 t REO/yr", start: str = "2015-01-01", **more) -> dict:
    return {
        "id": "plant", "kind": "facility", "source": "argusmedia-2025-10-30", "from": start,
        "facility": {
            "name": "A test", "country": "MYS", "stage": "separation", "capacity": capacity, "cost": cost,
            "feed": ["seg/mount-weld"], "elements": ["Dy", "Tb"], "recovery": {"share": 0.9, "why": "a test"}, **more,
        },
    }  # fmt: skip


BAN = {
    "id": "ban", "kind": "ban", "source": "mofcom-2025-18", "from": "2026-01-01", "until": "2027-12-31",
    "scope": {"flow": "export", "of": "CHN", "product": ["oxide", "metal"], "element": ["Dy", "Tb"]},
}  # fmt: skip
LINE = "facility:plant:seg/mount-weld"


def path_of(chain, *measures: dict, count: int = 4):
    tables = {
        "schema": 1, "name": "t", "title": "A test", "base": {"chain": "rare-earths", "year": 2024},
        "time": {"step": "year", "from": 2025, "horizon": count}, "measure": list(measures),
        "behaviour": {"stock_months": 0},
    }  # fmt: skip
    return lived(chain, equilibrium(chain), scenario(tables))


@pytest.mark.parametrize("cost", [20.0, 100.0])
def test_a_plant_stops_while_prices_are_below_its_cash_cost(chain, cost):
    """It runs while a ban makes its oxides dear and stops when the ban ends; idle, what it would earn is below cost."""
    found = path_of(chain, plant(f"{cost} USD/kg"), BAN)
    level = found.path.level(LINE)
    assert level[[0, 3]] == pytest.approx([0, 0], abs=1e-6)
    assert level[1:3].min() > 100
    for t, solved in enumerate(found.path.periods):
        line = next(a for a in solved.layout.activities if a.id == LINE)
        earned = sum(c * solved.price(key) for key, c in line.coefficients)
        assert (earned >= cost - 1e-6) == (t in (1, 2)), (t, earned)


def test_a_chance_that_a_plant_is_built_is_the_mean_of_its_capacity(chain):
    chance = {"share": 0.25, "why": "a test"}
    likely = path_of(chain, plant(capacity="8 t REO/yr", probability=chance), BAN, count=3)
    small, full = (path_of(chain, plant(capacity=f"{size} t REO/yr"), BAN, count=3) for size in (2, 8))
    assert likely.path.level(LINE) == pytest.approx(small.path.level(LINE), rel=1e-6, abs=1e-6)
    assert likely.path.level(LINE)[1] == pytest.approx(full.path.level(LINE)[1] / 4, rel=1e-6)
    assert likely.path.level(LINE)[1] > 1


def test_a_plant_comes_after_its_lead_time_and_runs_up_a_logistic_curve(chain):
    """Decided in 2025 and two years in building, it runs from 2027 on; half of nameplate 36 months later, width 9."""
    lead = {"months": 24, "why": "a test"}
    found = path_of(chain, plant(capacity="2 t REO/yr", start="2025-01-01", lead=lead), {**BAN, "until": "2032-12-31"},
                    count=7)  # fmt: skip
    full = path_of(chain, plant(capacity="2 t REO/yr"), {**BAN, "until": "2032-12-31"}, count=2).path.level(LINE)[1]
    level = found.path.level(LINE) / full

    def mean(first: float, last: float) -> float:
        """Of 1 / (1 + exp((36 − m) / 9)) over these months."""
        return 9 * (log(1 + exp((last - 36) / 9)) - log(1 + exp((first - 36) / 9))) / (last - first)

    assert level[:2] == pytest.approx([0, 0], abs=1e-9)
    for t in range(2, 7):
        assert level[t] == pytest.approx(mean(12 * (t - 2), 12 * (t - 1)), abs=2e-3), t
