"""Old scrap by cohort over a path: against counting by hand, balances, rates, and files that are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ytterby.core.errors import InputError
from ytterby.model.base import network as chain_network
from ytterby.model.calendar import calendar
from ytterby.model.recycling import flow, loops
from ytterby.model.run import run
from ytterby.model.scenario import Time
from ytterby.model.scenario_file import scenario
from ytterby.model.scenario_ranges import changed, numbers
from ytterby.show.export import to_mapping
from ytterby.show.report import report
from ytterby.show.summary import summary_lines

PROGRAMME = {
    "id": "back", "of": ["JPN"], "product": ["magnet/ndfeb-dy"],
    "lifetime": {"kind": "fixed", "years": 3, "low": 2, "high": 5, "why": "a test"},
    "past_growth": {"rate": 0.0, "why": "a test"},
    "collection": {"share": 0.5, "low": 0.2, "high": 0.8, "why": "a test"},
    "recovery": {"share": 0.8, "why": "a test"},
    "cost": {"value": "1 USD/kg", "why": "a test"},
}  # fmt: skip


def tables(**more: object) -> dict:
    return {
        "schema": 1, "name": "t", "title": "A test", "base": {"chain": "rare-earths", "year": 2024},
        "time": {"step": "year", "from": 2025, "horizon": 4}, "recycling": [{**PROGRAMME, **more}],
    }  # fmt: skip


@pytest.fixture(scope="module")
def chain():
    return chain_network()


@pytest.fixture(scope="module")
def found(chain):
    return run(chain, scenario(tables()), ranges=False)


def loop_of(chain, time: Time = Time("year", 2025, 2028), **more: object):
    (made,) = loops(chain, scenario(tables(**more)).recycling, calendar(time), 1.0)
    return made


def test_without_growth_what_leaves_use_is_what_went_in_so_many_years_before(chain):
    told = flow(loop_of(chain))
    np.testing.assert_allclose(told.ended, told.loop.use, rtol=1e-12)
    np.testing.assert_allclose(told.collected, 0.5 * told.loop.use, rtol=1e-12)
    np.testing.assert_allclose(told.in_use, 3 * told.loop.use, rtol=1e-12)


def test_with_growth_against_counting_by_hand(chain):
    """Fixed lifetime: what went in 3 years ago leaves; growth of a tenth a year, mid-year to mid-year."""
    told = flow(loop_of(chain, past_growth={"rate": 0.1, "why": "a test"}))
    use = told.loop.use
    by_hand = [use * 1.1**-2.5, use * 1.1**-1.5, use * 1.1**-0.5, use]
    np.testing.assert_allclose(told.ended, by_hand, rtol=1e-12)


def test_a_lag_moves_what_is_collected_and_a_start_phases_it_in(chain):
    late = flow(loop_of(chain, past_growth={"rate": 0.1, "why": "x"}, lag={"months": 12, "why": "x"}))
    now = flow(loop_of(chain, past_growth={"rate": 0.1, "why": "x"}))
    np.testing.assert_allclose(late.collected[1:], now.collected[:-1], rtol=1e-12)
    phased = loop_of(chain, **{"from": "2026-01-01", "reached": {"months": 24, "why": "x"}})
    np.testing.assert_allclose(phased.phase, [0, 0.25, 0.75, 1], atol=0.01)


@pytest.mark.parametrize(
    "life",
    [
        {"kind": "weibull", "years": 8, "shape": 2.0, "why": "x"},
        {"kind": "lognormal", "years": 8, "deviation": 3.0, "why": "x"},
        {"kind": "normal", "years": 8, "deviation": 2.0, "why": "x"},
    ],
)
def test_stock_is_what_went_in_less_what_left_and_turns_over_in_a_lifetime(chain, life):
    told = flow(loop_of(chain, lifetime=life))
    np.testing.assert_allclose(np.diff(told.in_use), told.input[1:] - told.ended[1:], atol=1e-9 * told.loop.use)
    assert told.in_use[0] / told.loop.use == pytest.approx(8, rel=0.02)


def test_the_path_balances_and_brings_back_what_is_inside(found, chain):
    path = found.timeline
    assert path.largest_residual <= 1e-9
    inside = chain.tables["contents"]["magnet/ndfeb-dy"]
    for period in path.periods:
        (row,) = period["recycling"]
        assert row["used"] == pytest.approx(row["collected"], rel=1e-6)
        for product, amount in row["recovered"].items():
            assert amount == pytest.approx(0.8 * inside[product.rpartition("/")[2]] * row["used"], rel=1e-9)


def test_rates_are_collection_times_recovery(found):
    for row in found.timeline.recycling:
        if row["recovered"] > 0:
            assert row["eol_rr"] == pytest.approx(0.5 * 0.8, rel=1e-6)
            assert row["eol_rir"] == pytest.approx(0.4 * row["end_of_life"] / row["put_into_use"], rel=1e-6)


def test_use_on_the_path_is_what_comes_back_later(found):
    """The fourth year's end of life is the first year's use: the path feeds itself."""
    rows = [period["recycling"][0] for period in found.timeline.periods]
    assert rows[3]["end_of_life"] == pytest.approx(rows[0]["input"], rel=1e-5)


def test_more_scrap_does_not_make_dysprosium_dearer(found, chain):
    none = run(chain, scenario({**tables(collection={"share": 0.0, "why": "x"})}), ranges=False)

    def home(outcome, t: int) -> float:
        return next(
            r["home"] for r in outcome.timeline.periods[t]["prices"]
            if (r["product"], r["country"]) == ("oxide/Dy", "JPN")
        )  # fmt: skip

    assert home(found, 2) < home(none, 2)


def test_a_dear_process_brings_nothing_back(chain):
    dear = run(chain, scenario(tables(cost={"value": "5000 USD/kg", "why": "x"})), ranges=False)
    assert all(row["recovered"] == 0 for row in dear.timeline.recycling)


def test_recovery_by_element(chain):
    made = loop_of(chain, recovery_of={"Dy": 0.1})
    inside = chain.tables["contents"]["magnet/ndfeb-dy"]
    assert made.gives["oxide/Dy"] == pytest.approx(0.1 * inside["Dy"])
    assert made.gives["oxide/Nd"] == pytest.approx(0.8 * inside["Nd"])


def test_json_text_and_report_tell_it(found):
    told = to_mapping(found)
    assert told["time"]["recycling"][0]["programme"] == "back"
    assert any(row["id"] == "recycling.back.collection" for row in told["assumptions"])
    text = "\n".join(line for line, _ in summary_lines(found))
    assert "Old scrap, over the path" in text
    page = report(found)
    assert "EoL-RIR" in page
    quantities = set(found.periods["quantity"])
    assert {"in use (back)", "old scrap (back)"} <= quantities


def test_its_numbers_can_be_drawn_and_set():
    made = scenario(tables())
    assert {n.id for n in numbers(made)} >= {"recycling.back.collection", "recycling.back.lifetime"}
    assert changed(made, {"recycling.back.collection": 0.7}).recycling[0].collection.value == 0.7
    moved = scenario(tables(), set=["recycling.back.collection=0.1", "recycling.back.lifetime.years=9"])
    assert moved.recycling[0].collection.value == 0.1
    assert moved.recycling[0].mean.value == 9


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"of": ["JAP"]}, "JPN"),
        ({"product": ["magnet/ndfeb-dx"]}, "ndfeb-dy"),
        ({"collection": {"share": 1.5, "why": "x"}}, "0 to 1"),
        ({"collection": {"share": 0.5}}, "the reason for the number"),
        ({"lifetime": {"kind": "lognormal", "years": 3, "why": "x"}}, "deviation beside years"),
        ({"lifetime": {"kind": "fixed", "years": 0, "why": "x"}}, "above 0"),
        ({"lifetime": {"kind": "gamma", "years": 4, "why": "x"}}, "a kind of lifetime"),
        ({"past_growth": {"rate": float("nan"), "why": "x"}}, "a share a year"),
        ({"cost": {"value": "5 EUR/kg", "why": "x"}}, "US dollars"),
        ({"recovery_of": {"Xy": 0.4}}, "Xy"),
        ({"colection": 0.4}, "collection"),
    ],
)
def test_what_is_wrong_is_told(more, told):
    with pytest.raises(InputError) as raised:
        scenario(tables(**more))
    assert told in str(raised.value)


def test_one_period_has_no_cohorts_and_a_programme_of_nothing_is_refused(chain):
    with pytest.raises(InputError, match="cohort in one period"):
        scenario({**tables(), "time": {"step": "year", "from": 2025, "to": 2025}})
    made = scenario(tables())
    nowhere = replace(made.recycling[0], of=("AND",))
    with pytest.raises(InputError, match="nothing that is used there"):
        loops(chain, [nowhere], calendar(made.time), 1.0)


def test_the_ready_scenario_gives_every_number_a_range():
    ready = scenario("magnet-recycling-decade")
    assert len([n for n in numbers(ready) if n.id.startswith("recycling.")]) == 7
