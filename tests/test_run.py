"""The main job end to end on the real network: identities, use lost in three parts, prices, determinism."""

from __future__ import annotations

import json

import polars as pl
import pytest

import ytterby as yb
from ytterby.model.outcome import TABLES, Outcome, check
from ytterby.model.run import run
from ytterby.model.scenario_file import scenario
from ytterby.show.export import to_json


@pytest.fixture(scope="module")
def licences(network) -> Outcome:
    return run(network, scenario("heavy-ree-licences-2025"), ranges=False)


def _at(frame: pl.DataFrame, **where: str) -> dict[str, object]:
    for name, value in where.items():
        frame = frame.filter(pl.col(name) == value)
    assert frame.height == 1
    return frame.row(0, named=True)


def test_every_table_fits_its_schema_and_is_not_empty(licences: Outcome) -> None:
    check(licences)
    assert [name for name in TABLES if licences.table(name).height == 0] == []


def test_gains_add_up_to_the_change_of_the_objective_and_of_welfare(licences: Outcome) -> None:
    for name, residual in licences.checks.items():
        if "=" in name:
            assert residual < 1e-6, name
    assert licences.gains["rent"].sum() > 0
    assert licences.gains["welfare"].sum() < 0  # closing a door gains nobody's sum


def test_lost_use_is_its_three_parts(licences: Outcome) -> None:
    s = licences.shortages
    parts = s["given_up"] + s["replaced"] + s["unserved"]
    assert (parts - s["lost"]).abs().max() < 1e-6
    assert (s["base_use"] - s["served"] - s["lost"]).abs().max() < 1e-6
    assert s["replaced"].min() >= -1e-9
    assert s["unserved"].min() >= -1e-9


def test_under_a_quota_home_falls_and_fob_is_home_plus_rent(licences: Outcome) -> None:
    home = _at(licences.prices, product="oxide/Dy", country="CHN")
    limit = _at(licences.binding, id="oxides-and-metals:Dy")
    away = _at(licences.prices, product="oxide/Dy", country="JPN")
    assert home["home"] < home["base"] < away["home"]
    assert limit["bound"]
    assert home["fob"] == pytest.approx(home["home"] + limit["shadow_price"], rel=1e-6)
    assert away["delivered"] > home["fob"]


def test_elements_that_no_measure_names_keep_their_price_within_a_tenth(licences: Outcome) -> None:
    for product in ("oxide/La", "oxide/Ce"):
        row = _at(licences.prices, product=product, country="CHN")
        assert row["home"] == pytest.approx(row["base"], rel=0.1)


def test_prices_only_where_something_flows(licences: Outcome) -> None:
    idle = licences.prices.filter(pl.col("status") == "no flow")
    assert idle["home"].null_count() == idle.height
    far = licences.prices.filter(pl.col("status") == "at least")
    assert (far["home"] > 5 * far["base"]).all()


def test_flows_conserve_each_element_at_every_market(licences: Outcome) -> None:
    """What enters the oxide markets of a country leaves them, element by element."""
    f = licences.flows.filter(pl.col("product").str.starts_with("oxide/"))
    into = f.group_by("element", country=pl.col("destination")).agg(i=pl.col("value").sum())
    out = f.group_by("element", country=pl.col("origin")).agg(o=pl.col("value").sum())
    both = into.join(out, on=["element", "country"], how="inner", nulls_equal=False)
    assert both.height > 300
    assert ((both["i"] - both["o"]).abs() <= 0.02 + 1e-6 * both["i"]).all()


def test_shares_add_to_a_hundred(licences: Outcome) -> None:
    sums = licences.shares.group_by("stage", "product", "element").agg(pl.col("base").sum(), pl.col("value").sum())
    assert (sums["base"] - 100).abs().max() < 0.05
    assert (sums["value"] - 100).abs().max() < 0.05


def test_the_same_input_gives_the_same_bytes_and_another_limit_another_hash(network, licences: Outcome) -> None:
    again = run(network, scenario("heavy-ree-licences-2025"), ranges=False)
    assert to_json(again) == to_json(licences)
    other = run(
        network, scenario("heavy-ree-licences-2025", set=["measure.magnets.limit.share_of_base=0.5"]), ranges=False
    )
    assert other.input_hash != licences.input_hash


def test_json_holds_the_agreed_keys_and_no_nan(licences: Outcome) -> None:
    data = json.loads(to_json(licences), parse_constant=pytest.fail)
    assert {
        "schema",
        "finding",
        "prices",
        "shortages",
        "flows",
        "shares",
        "gains",
        "binding",
        "assumptions",
        "sources",
        "edition",
        "input_hash",
    } <= set(data)


def test_tightening_the_licences_never_raises_welfare(network) -> None:
    found = []
    for share in (0.9, 0.6, 0.3, 0.0):
        settings = [
            f"measure.oxides-and-metals.limit.{k}={v}"
            for k, v in (("share_of_base", share), ("low", 0.0), ("high", 1.0))
        ]
        outcome = run(network, scenario("heavy-ree-licences-2025", set=settings), ranges=False)
        assert outcome.certificate["certified"]
        found.append(outcome.gains["consumer"].sum() + outcome.gains["producer"].sum() + outcome.gains["rent"].sum())
    assert found == sorted(found, reverse=True)


def test_the_leaders_share_stands_beside_the_published_one_with_a_reason(licences: Outcome) -> None:
    rows = licences.checks["published shares"]
    assert [row["published"] for row in rows] == pytest.approx([71.05, 60, 91, 94], abs=0.1)
    for row in rows:
        assert row["figure"]
        assert row["why"]
        assert abs(row["difference"]) < 10


def test_ndpr_oxide_of_mined_feed_is_near_the_published_tonnage(licences: Outcome) -> None:
    found = licences.checks["NdPr oxide"]
    assert found["published"] == 65_500
    assert abs(found["difference_pct"]) < 20


@pytest.mark.parametrize("name", ["myanmar-feed-stops", "us-concentrate-stays-home", "new-separation-outside-leader"])
def test_the_ready_scenarios_run_certified(network, name: str) -> None:
    outcome = run(network, scenario(name), ranges=False)
    assert outcome.certificate["certified"]
    assert outcome.finding
    assert outcome.sources.height > 5


def test_the_textbook_market_runs_end_to_end() -> None:
    outcome = yb.run(None, yb.scenario("takayama-judge-1964"))
    found = dict(outcome.prices.select("country", "home").iter_rows())
    assert [found[r] for r in ("reg1", "reg2", "reg3")] == pytest.approx(
        [552 / 63 + 2, 552 / 63, 552 / 63 + 1], abs=1e-6
    )


def test_drivers_name_the_assumptions_that_matter_most(base, network) -> None:
    outcome = run(network, scenario("heavy-ree-licences-2025"))
    tested = outcome.assumptions.filter(pl.col("effect").is_not_null())
    assert tested["id"][0] == "measure.magnets.limit"
    assert tested.height >= 15
    assert any("Assumptions that move" in line for line in outcome.summary)
    row = _at(outcome.prices, product="oxide/Dy", country="JPN")
    assert row["low"] < row["home"] < row["high"]
