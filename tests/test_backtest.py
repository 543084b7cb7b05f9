"""Replays of history: conservation, the base returned, closed forms of the two mechanisms, and the frozen set."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace

import numpy as np
import pytest
from typer.testing import CliRunner

import ytterby as yb
from ytterby.cli.app import build
from ytterby.model.assumptions import assumptions
from ytterby.model.stocks import Stock
from ytterby.model.window import Block, joined
from ytterby.show.backtest import lines
from ytterby.show.backtest_page import backtest_page
from ytterby.studies.backtest.crisis import ROWS, CrisisBehaviour
from ytterby.studies.backtest.episode import Amount, Episode
from ytterby.studies.backtest.episode_file import episodes, of_tables
from ytterby.studies.backtest.replay import Replay, replay
from ytterby.studies.backtest.score import Backtest
from ytterby.studies.backtest.world import at_stake, network_of, world

COUNTED = {"B01", "B02", "B03", "B03b", "B04", "B07", "B08", "B16", "B17", "B22"}
#: What the behaviour was when the set was frozen, before the replay that is published.
FROZEN = "fb2fd22b3a6c7c2d1cd45336f1e1cca6ad0fd84ddeb563117ca87c9ac186be1e"
TOY = {
    "schema": 1, "id": "toy", "title": "A toy", "from": "2020-01", "to": "2020-06", "unit": "t",
    "source": [{"id": "s", "publisher": "Somebody", "title": "Something", "where": "page 1"}],
    "product": [{"id": "x", "price": {"value": 10, "source": "s"}, "elasticity": "elasticity.demand.magnet"}],
    "supply": [
        {"id": "mine", "country": "CHN", "base": {"value": 1200, "source": "s"}, "mix": {"x": 1.0},
         "elasticity": "elasticity.supply.mine"}
    ],
    "lane": [{"of": "CHN", "to": "ROW", "base": {"value": 600, "source": "s"}, "mix": {"x": 1.0}}],
}  # fmt: skip


@pytest.fixture(scope="module")
def assumed():
    return assumptions(yb.atlas().assumptions)


def lived(assumed, tables: dict, behaviour: CrisisBehaviour | None = None) -> Replay:
    return replay(world(of_tables(tables, "toy"), assumed, behaviour or CrisisBehaviour()))


def quota(tonnes: float, **more: object) -> dict:
    rule = {"id": "q", "kind": "quota", "source": "s", "from": "2020-03-01", "of": "CHN",
            "tonnes": {"value": tonnes, "source": "s"}}  # fmt: skip
    return {**TOY, "measure": [{**rule, **more}]}


def test_the_frozen_set_is_that_of_the_published_replay():
    text = json.dumps({f.name: getattr(CrisisBehaviour(), f.name) for f in fields(CrisisBehaviour)}, sort_keys=True)
    assert hashlib.sha256(text.encode()).hexdigest() == FROZEN
    assert {r.id.partition(".")[2] for r in ROWS} == {f.name for f in fields(CrisisBehaviour)}
    assert all(r.low <= r.value <= r.high and r.reason for r in ROWS)
    assert all(getattr(CrisisBehaviour(), r.id.partition(".")[2]) == r.value for r in ROWS)


def test_nothing_done_is_the_base_in_every_month(assumed):
    found = lived(assumed, TOY)
    for key, price in found.world.prices.items():
        np.testing.assert_allclose(found.path.price(key), price, rtol=1e-6)
    np.testing.assert_allclose(found.exports("CHN", "x"), 50.0, rtol=1e-6)
    np.testing.assert_allclose(found.path.closing, found.path.opening[None, :].repeat(6, 0), rtol=1e-5)


@pytest.mark.parametrize("name", ["neon-2022", "graphite-2023", "halt-2010", "molycorp-2012"])
def test_every_tonne_is_accounted_for_and_nothing_is_negative(assumed, name):
    found = replay(world(episodes(name)[0], assumed, CrisisBehaviour()))
    assert found.path.imbalance() <= 1e-9
    assert found.path.closing.min() >= -1e-9
    for solved in found.path.periods:
        assert min(solved.levels.values()) >= -1e-7
        assert solved.solution.certificate.certified


def test_stock_accounts_for_what_supply_and_use_leave(assumed):
    """Written out by hand: supply less use less what was put by is nothing, month by month."""
    found = lived(assumed, quota(240))
    supply = found.path.level("supply:mine") / 12 - found.path.level("dispose:CHN:x") / 12
    use = found.use("CHN", "x") + found.use("ROW", "x")
    held = found.stock("CHN", "x") + found.stock("ROW", "x")
    before = np.concatenate([[found.path.opening.sum()], held[:-1]])
    np.testing.assert_allclose(supply + before, use + held, atol=1e-6)


def test_a_tight_quota_binds_and_a_loose_one_is_held_back_by_few_holders_only(assumed):
    few, many = CrisisBehaviour(), CrisisBehaviour(licence_holders=1e9)
    tight = lived(assumed, quota(120), many)
    np.testing.assert_allclose(tight.exports("CHN", "x")[2:], 10.0, rtol=1e-6)
    loose = lived(assumed, quota(660), many)
    assert loose.rent("x", "CHN").max() < 1e-3
    held = lived(assumed, quota(660), few)
    assert held.rent("x", "CHN")[2:].min() > 0.1
    assert held.exports("CHN", "x")[-1] < loose.exports("CHN", "x")[-1]


def test_what_holders_ask_is_that_of_cournot(assumed):
    """Rent = licences sold / (N x slope of the demand for them), and that slope is e U / p: here in plain numbers."""
    found = lived(assumed, quota(660))
    t, e = -1, assumed("elasticity.demand.magnet")
    sold = found.exports("CHN", "x")[t] * 12
    used = found.use("ROW", "x")[t] * 12
    price = found.home("x", "ROW")[t]
    assert found.rent("x", "CHN")[t] == pytest.approx(sold * price / (6 * e * used), rel=0.03)


def test_part_of_use_at_stake_by_hand(assumed):
    tables = quota(240)
    tables["supply"] = [*TOY["supply"], {
        "id": "own", "country": "ROW", "base": {"value": 200, "source": "s"}, "mix": {"x": 1.0},
        "elasticity": "elasticity.supply.mine",
    }]  # fmt: skip
    w = world(of_tables(tables, "toy"), assumed, CrisisBehaviour())
    assert at_stake(w, w.episode.actions[0], "ROW", "x") == pytest.approx(600 / 800)
    assert at_stake(w, w.episode.actions[0], "CHN", "x") == 0
    out = replace(w.episode.actions[0], kind="outage", supplies=("own",), amount=Amount(0.5))
    assert at_stake(w, out, "ROW", "x") == at_stake(w, out, "CHN", "x") == pytest.approx(0.5 * 200 / 1400)


def test_worth_of_having_stock_at_the_wanted_level_and_at_nothing(assumed):
    """At the wanted level it pays for holding, at nothing it is `most` times the price, whatever the level."""
    w = world(of_tables(TOY, "toy"), assumed, CrisisBehaviour())
    block = replace(Block.of(network_of(w, w.episode.first, w.episode.first, {}, {})), wanted=np.array([3.0]))
    stock = Stock(("x", "ROW"), 100.0, 10.0, 1.0, response=0.25, most=30.0)
    curves = joined([block], [stock], np.array([100.0]), 1 / 12, 0.99, False).curves
    p0, x0, e, offset = (float(getattr(curves, n)[-1]) for n in ("p0", "x0", "elasticity", "offset"))
    assert p0 == pytest.approx(10 * 0.01 + 1 / 12)
    assert p0 * ((300 * 12 + offset) / x0) ** (-1 / e) == pytest.approx(p0)
    assert p0 * (offset / x0) ** (-1 / e) == pytest.approx(300.0)


def test_the_order_of_tables_does_not_matter(assumed):
    tables = quota(240)
    tables["supply"] = [*TOY["supply"], {
        "id": "own", "country": "ROW", "base": {"value": 200, "source": "s"}, "mix": {"x": 1.0},
        "elasticity": "elasticity.supply.mine",
    }]  # fmt: skip
    turned = {**tables, "supply": tables["supply"][::-1]}
    a, b = lived(assumed, tables), lived(assumed, turned)
    np.testing.assert_allclose(a.home("x", "ROW"), b.home("x", "ROW"), rtol=1e-6)


def test_news_of_an_end_lets_everything_return(assumed):
    tables = {**quota(240, until="2020-05-01"), "to": "2022-12"}
    found = lived(assumed, tables)
    assert found.home("x", "ROW")[2] > 12
    assert found.home("x", "ROW")[-1] == pytest.approx(found.world.price("x", "ROW"), rel=0.02)


@pytest.fixture(scope="module")
def fast_ones() -> Backtest:
    parts = [yb.backtest(name) for name in ("graphite-2023", "halt-2010", "molycorp-2012", "neon-2022")]
    return replace(parts[0], episodes=tuple(e for part in parts for e in part.episodes))


def test_rows_that_count_and_their_verdicts(fast_ones):
    by_id = {r.benchmark.id: r for r in fast_ones.results}
    assert [by_id[name].hit for name in ("B16", "B17", "B22")] == [True] * 3
    assert not any(by_id[name].counted for name in ("B09", "B10", "B11"))


def test_a_hit_is_inside_its_band_and_a_miss_is_not(fast_ones):
    for r in fast_ones.results:
        low = [x is None or v >= x for v, x in zip(r.modelled, r.benchmark.low, strict=True)]
        high = [x is None or v <= x for v, x in zip(r.modelled, r.benchmark.high, strict=True)]
        assert r.hit == all(low + high)
        assert r.hit or r.why != "inside"


def test_the_ten_rows_that_count_are_all_there():
    counted = {b.id for e in episodes() for b in e.benchmarks if b.counted}
    assert counted == COUNTED


def test_quotas_and_duties_of_2010(assumed):
    """The large episode, with the frozen set alone: every tonne, the equal rent, and the half-used quota."""
    e = replace(episodes("rare-earths-2010")[0], last=2012 * 12 + 11)
    found = replay(world(e, assumed, CrisisBehaviour()))
    assert found.path.imbalance() <= 1e-9
    told = found.functions()
    rents = [told["rent"](p, "CHN", "2010-08") for p in ("La", "Ce", "Sm", "Nd", "Dy")]
    assert min(rents) >= 5 * 1.2
    assert max(rents) <= min(rents) * (1 + 1e-6)
    used = told["exports"]("CHN", "all", "2012") * told["fact"]("weight") / told["limit"]("q2012", "2012")
    assert 0.4 <= used <= 0.7


def test_same_bytes_twice():
    a, b = (json.dumps(yb.backtest("neon-2022").to_dict()) for _ in range(2))
    assert a == b


def test_shell_json_page_and_text(fast_ones, tmp_path):
    run = CliRunner().invoke(build(), ["backtest", "graphite-2023", "--json", "--out", str(tmp_path / "b.html")])
    assert run.exit_code == 0, run.output
    told = json.loads(run.stdout)
    assert {"id", "observed", "modelled", "low", "high", "hit", "why"} <= set(told["benchmarks"][0])
    page = (tmp_path / "b.html").read_text()
    assert "flake graphite" in page
    assert "src=" not in page
    assert "<script" not in page
    text = "\n".join(lines(fast_ones))
    assert "disputed" in text
    assert max(map(len, text.splitlines())) <= 100
    assert backtest_page(fast_ones, "ytterby backtest").count("<svg") > 10


def test_the_shell_names_ready_episodes_and_the_nearest_one():
    run = CliRunner().invoke(build(), ["backtest", "--list"])
    assert {"neon-2022", "rare-earths-2010"} <= {line.split()[0] for line in run.stdout.splitlines()}
    with pytest.raises(yb.YtterbyError, match="neon-2022"):
        yb.backtest("neon-2021")


def test_an_episode_with_another_behaviour_is_a_study_of_it():
    calm = yb.backtest("neon-2022", behaviour=CrisisBehaviour(alarm=1.0))
    usual = yb.backtest("neon-2022")
    assert calm.results[0].modelled[0] < usual.results[0].modelled[0]


def test_every_episode_is_grounded():
    for e in episodes():
        assert isinstance(e, Episode)
        assert e.sources
        assert all(r.source for r in e.benchmarks)
