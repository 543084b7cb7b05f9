"""Ensembles over many periods: the same bytes however they are solved, each draw the run that its settings replay."""

from __future__ import annotations

import json
import random
import re
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import polars as pl
import pytest

from test_ensemble import TEXTBOOK
from test_ensemble_command import FILE
from test_run_command import shell
from test_runs import Counted, held
from ytterby.core.errors import InputError
from ytterby.model.base import network as chain_network
from ytterby.model.result_time import timeline, worst_of
from ytterby.model.run import run
from ytterby.model.run_periods import lived
from ytterby.model.scenario_file import scenario
from ytterby.model.scenario_ranges import changed, numbers
from ytterby.model.solved import equilibrium
from ytterby.show.ensemble import ensemble_json, print_ensemble
from ytterby.show.ensemble_page import ensemble_page
from ytterby.show.words import number
from ytterby.studies import runs
from ytterby.studies.draws import Design, percentiles
from ytterby.studies.ensemble import WHOLE, batches, count, ensemble, solved, study
from ytterby.studies.summary import summarise

MONTHLY = "heavy-ree-licences-2025-monthly"
SOURCE = {"publisher": "none", "title": "made up", "url": "https://example.org", "date": "1964-01-01"}
#: Region 2 sells less in 2026 and 2027, of four years.
YEARS = {
    "schema": 1,
    "name": "a-quota-in-time",
    "title": "A quota on what region 2 sells, for two years of four",
    "base": {"network": "takayama-judge-1964"},
    "time": {"step": "year", "from": 2025, "horizon": 4},
    "measure": [
        {
            "id": "cap", "kind": "quota", "title": "A cap", "source": SOURCE,
            "from": "2026-01-01", "until": "2027-12-31",
            "scope": {"flow": "export", "of": "reg2", "except_to": ["reg2"]},
            "limit": {"share_of_base": 0.6, "low": 0.2, "high": 1.4, "dist": "uniform", "why": "made up"},
        }
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def years(atlas):
    return study(None, scenario(YEARS), atlas)


def text(frames) -> bytes:
    return pl.concat(frames).write_csv().encode()


def test_any_batch_size_order_and_number_of_workers_gives_the_same_bytes(years):
    sample = percentiles(Design(6, 1), (i.id for i in years.inputs))
    serial = text(frame for _, frame in batches(years, sample, 6))
    order = list(range(count(6, 2)))
    random.Random(4).shuffle(order)
    shuffled = dict(batches(years, sample, 2, order))
    assert text(shuffled[k] for k in sorted(shuffled)) == serial
    with ThreadPoolExecutor(2) as pool:
        assert text(frame for _, frame in batches(years, sample, 1, map=pool.map)) == serial
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert text(frame for _, frame in batches(years, sample, 3, map=pool.map)) == serial


def test_a_row_holds_the_means_of_the_periods_and_binds_only_while_the_limit_is_there(years):
    found = solved(years, scenario(YEARS), Design(8, 2))
    rows = found.rows.collect()
    assert found.periods == ("2025", "2026", "2027", "2028")
    assert rows["period"].to_list() == [WHOLE, *found.periods] * 8
    whole = found.draws.collect()
    assert whole["draw"].to_list() == list(range(8))
    assert whole["certified"].all()
    for column in ("value_lost", "rent|cap:com1", "use_lost|com1|outside", "price|com1|reg1", "stock|com1|reg1"):
        means = rows.filter(pl.col("period") != WHOLE).group_by("draw").agg(pl.col(column).mean()).sort("draw")
        assert whole[column].to_numpy() == pytest.approx(means[column].to_numpy(), rel=1e-12), column
    bound = rows.filter(pl.col("binds|cap:com1") > 0)
    assert set(bound["period"]) == {WHOLE, "2026", "2027"}
    tight = whole.filter(pl.col("in|measure.cap.limit") < 0.9)
    assert (tight["binds|cap:com1"] == 0.5).all()
    assert tight.height > 3


def test_a_draw_is_the_run_that_its_settings_replay(years, atlas):
    found = solved(years, scenario(YEARS), Design(5, 3))
    rows = found.rows.filter((pl.col("draw") == 2) & (pl.col("period") != WHOLE)).collect()
    again = run(None, scenario(YEARS, set=found.settings(2)), atlas=atlas, ranges=False).timeline
    assert len(again.periods) == 4
    for row, period in zip(rows.iter_rows(named=True), again.periods, strict=True):
        assert row["period"] == period["label"]
        for price in period["prices"]:
            name = f"price|{price['product']}|{price['country']}"
            assert row[name] == pytest.approx(price["home"], rel=1e-6)
        for lost in period["shortages"]:
            assert row[f"use_lost|{lost['product']}|{lost['country']}"] == pytest.approx(lost["lost"], abs=1e-6)
        for stock in period["stocks"]:
            assert row[f"stock|{stock['product']}|{stock['country']}"] == pytest.approx(stock["value"], rel=1e-6)


def test_a_run_is_kept_and_gone_on_with(atlas, tmp_path):
    asked, design = scenario(YEARS), Design(12, 5)
    name, found = runs.record(tmp_path, None, asked, design, batch=5, atlas=atlas)
    before = held(tmp_path / name)
    (tmp_path / name / "batches" / "00001.parquet").write_bytes(b"torn")
    again = Counted()
    assert runs.record(tmp_path, None, asked, design, batch=5, atlas=atlas, map=again)[0] == name
    assert again.solved == [1]
    assert held(tmp_path / name) == before
    (kept,) = runs.stored(tmp_path)
    assert kept.done == 12
    inputs, draws = runs.draws(kept)
    assert draws.collect().height == 12
    assert [i.id for i in inputs] == [i.id for i in found.inputs]


def test_the_shipped_months_are_what_a_run_of_the_draw_lives(network, atlas):
    asked = scenario(MONTHLY, set=["time.to=2025-06"])
    found = ensemble(network, asked, 2, seed=4, atlas=atlas)
    assert found.draws.collect()["certified"].all()
    again = scenario(MONTHLY, set=["time.to=2025-06", *found.settings(1)])
    fresh = chain_network(atlas, "rare-earths", 2024, again.assumptions)
    path = lived(fresh, equilibrium(fresh), again)
    rows = found.rows.filter((pl.col("draw") == 1) & (pl.col("period") != WHOLE)).collect()
    made = timeline(path, again.time, frozenset({"CHN"}), None)
    assert worst_of(path, frozenset({"CHN"})) == int(np.argmax(rows["value_lost"].to_numpy()))
    checked = 0
    for row, period in zip(rows.iter_rows(named=True), made.periods, strict=True):
        for lost in period["shortages"]:
            column = f"use_lost|{lost['product']}|{lost['country']}"
            if column in row and lost["base_use"] > 1:
                checked += 1
                assert row[column] == pytest.approx(lost["lost"], rel=1e-5, abs=1e-5), (column, row["period"])
        bound = {b["id"] for b in period["binding"] if b["bound"]}
        assert {n.partition("|")[2] for n, v in row.items() if n.startswith("binds|") and v} == bound
    assert checked > 300


def test_every_number_with_a_range_is_drawn_and_can_be_put_back(atlas):
    asked = scenario(MONTHLY)
    found = {n.id: n for n in numbers(asked)}
    assert {"measure.magnets.delay", "measure.magnets.limit", "time.stock_months", "time.licence_months"} <= set(found)
    assert not any(name.startswith(("time.ramp_", "time.leak_")) for name in found)
    moved = changed(asked, {"measure.magnets.delay": 2.5, "time.stock_months": 3.0, "measure.magnets.limit": 0.5})
    assert moved.measure("magnets").delay.value == 2.5
    assert moved.measure("magnets").limit.share_of_base == 0.5
    assert moved.behaviour == {"stock_months": 3.0}
    assert moved.measure("oxides-and-metals") == asked.measure("oxides-and-metals")


def test_a_period_that_is_not_there_is_refused(years):
    found = solved(years, scenario(YEARS), Design(1, 1))
    assert found.period("2026").draws.collect().height == 1
    with pytest.raises(InputError, match="2029"):
        found.period("2029")


@pytest.fixture(scope="module")
def told(years):
    found = solved(years, scenario(YEARS), Design(20, 6))
    return found, summarise(found, 0.02)


def test_each_period_is_summed_up_as_an_ensemble_of_its_own(told):
    found, summary = told
    assert [m.label for m in summary.periods] == list(found.periods)
    for moment in summary.periods:
        alone = summarise(found.period(moment.label), 0.02)
        assert moment.value_lost == alone.value_lost
        assert moment.losses.equals(alone.losses)
        assert moment.prices.equals(alone.prices)
        assert moment.limits.equals(alone.limits)
    rows = found.rows.collect()
    bound = {m.label: m.limits["chance"].item() for m in summary.periods}
    for label, chance in bound.items():
        part = rows.filter(pl.col("period") == label)["binds|cap:com1"]
        assert chance == pytest.approx((part > 0).mean())
    assert bound["2025"] == bound["2028"] == 0.0
    assert 0.3 < bound["2026"] < 1.0
    held = {row["country"]: row["p50"] for row in summary.periods[0].stocks.iter_rows(named=True)}
    assert held["outside"] == pytest.approx(held["reg1"] + held["reg3"], rel=0.2)


def test_a_peak_is_the_worst_period_of_each_draw(told):
    found, summary = told
    rows = found.rows.filter(pl.col("period") != WHOLE).collect()
    worst = rows.group_by("draw").agg(pl.col("use_lost|com1|outside").max())["use_lost|com1|outside"].to_numpy()
    (row,) = summary.peaks.filter(pl.col("country") == "outside").iter_rows(named=True)
    assert row["p95"] == pytest.approx(np.quantile(worst, 0.95))
    assert row["chance"] == pytest.approx((worst > 0.02 * row["base"]).mean())
    assert row["chance"] > 0


def test_json_has_every_period_and_that_of_one_year_none(told, atlas):
    found, summary = told
    said = json.loads(ensemble_json(found, summary, "a-run", "2026.1"))
    assert [p["label"] for p in said["periods"]] == list(found.periods)
    cut = said["periods"][1]
    assert cut["value_lost"]["p95"] > said["periods"][0]["value_lost"]["p95"]
    assert {"p5", "p50", "p95", "chance"} <= set(cut["shortages"][0])
    assert cut["binding"][0]["id"] == "cap:com1"
    assert said["peaks"]
    assert "means over 4 periods" in said["finding"]
    year = ensemble(None, scenario(TEXTBOOK), 8, atlas=atlas)
    assert not {"periods", "peaks"} & set(json.loads(ensemble_json(year, summarise(year), None, "2026.1")))


def test_the_page_has_a_fan_for_what_is_lost_and_the_shell_a_table(told, capsys):
    found, summary = told
    page = ensemble_page(found, summary, "ytterby run a.toml", "a-run", "2026.1")
    assert 'id="time"' in page
    assert page.count('class="fan') >= 4
    assert "Chance that a limit binds" in page
    print_ensemble(found, summary, "ytterby run a.toml")
    said = capsys.readouterr().out
    assert "Over time: value lost" in said
    assert "2027" in said


def test_the_page_draws_countries_and_has_the_numbers_of_the_json(told):
    found, summary = told
    page = ensemble_page(found, summary, "ytterby run a.toml", "a-run", "2026.1")
    (hit,) = summary.peaks.filter(pl.col("country") == "reg1").to_dicts()
    assert hit["p95"] > 0
    assert re.search(r"Use lost in reg\d, % of base use", page)
    said = json.loads(ensemble_json(found, summary, "a-run", "2026.1"))
    cut = next(r for r in said["periods"][1]["shortages"] if r["country"] == "outside")
    table = re.search(r"<table><caption><span>Com1, by period.*?</table>", page, re.S)[0]
    row = re.search(r"<tr><th scope=\"row\">2026</th>(.*?)</tr>", table)[1]
    shown = re.findall(r"<td class=\"n\">([^<]*)</td>", row)
    assert shown[:3] == [number(cut[q]) for q in ("p5", "p50", "p95")]
    assert len(set(shown[:3])) == 3


def test_the_shell_solves_keeps_and_goes_on(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("YTTERBY_RUNS", str(tmp_path / "runs"))
    file = tmp_path / "years.toml"
    timed = FILE.replace("\n\n[[measure]]", '\ntime = { step = "year", from = 2025, horizon = 2 }\n\n[[measure]]')
    file.write_text(timed, encoding="utf-8")
    assert shell(monkeypatch, "run", str(file), "--ensemble", "3", "--seed", "2", "--json") == 0
    one = json.loads(capsys.readouterr().out)
    assert [p["label"] for p in one["periods"]] == ["2025", "2026"]
    assert shell(monkeypatch, "run", str(file), "--resume", one["run"], "--json") == 0
    assert json.loads(capsys.readouterr().out) == one
    assert shell(monkeypatch, "sensitivity", str(file), "--method", "local") == 2
    assert "local derivatives over 2 periods" in capsys.readouterr().err
