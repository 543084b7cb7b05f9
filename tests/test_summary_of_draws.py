"""Summaries of an ensemble: the numbers that numpy gives, chances that are counts, ends that are the ends."""

from __future__ import annotations

import json
from io import StringIO

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from test_ensemble import TEXTBOOK
from ytterby.core.errors import SolverError
from ytterby.model.scenario_file import scenario
from ytterby.show.ensemble import ensemble_json, print_ensemble
from ytterby.studies import summary as module
from ytterby.studies.draws import Design, Input
from ytterby.studies.ensemble import Ensemble, ensemble
from ytterby.studies.readout import Quantity
from ytterby.studies.summary import chance, summarise

QUANTITIES = (
    Quantity("value_lost", "", "", "MUSD/yr", 0.0),
    Quantity("use_lost", "oxide/Dy", "outside", "t REO", 100.0),
    Quantity("use_lost", "oxide/Dy", "JPN", "t REO", 40.0),
    Quantity("price", "oxide/Dy", "outside", "USD/kg", 250.0),
    Quantity("rent", "cap", "", "USD/kg"),
    Quantity("binds", "cap", "", "1"),
)


def made(n: int = 101) -> Ensemble:
    """Draws with known numbers; the last is not certified."""
    rng = np.random.default_rng(1)
    names = {q.name: rng.gamma(2.0, 20.0, n) for q in QUANTITIES}
    names["binds|cap"] = (rng.random(n) < 0.3).astype(float)
    price = [None if k % 10 == 0 else v for k, v in enumerate(names["price|oxide/Dy|outside"])]
    frame = pl.DataFrame(
        {"draw": range(n), "certified": [k < n - 1 for k in range(n)], "engine": ["piqp"] * n, "in|a": rng.random(n)}
        | names
        | {"price|oxide/Dy|outside": price}
    )
    inputs = (Input("a", 0.5, 0.0, 1.0, "uniform", "assumptions.a"),)
    return Ensemble(scenario(TEXTBOOK), Design(n, 1), inputs, QUANTITIES, frame.lazy())


@pytest.mark.parametrize("held", [1, 4_000_000])
def test_quantiles_are_those_of_numpy_over_certified_draws(monkeypatch, held):
    monkeypatch.setattr(module, "_HELD", held)
    found = made()
    kept = found.draws.collect().head(100)
    told = summarise(found)
    assert (told.n, told.certified, dict(told.methods)) == (101, 100, {"piqp": 100})
    values = kept["value_lost"].to_numpy()
    assert [told.value_lost[p] for p in ("p5", "p50", "p95")] == pytest.approx(np.quantile(values, [0.05, 0.5, 0.95]))
    row = told.losses.row(1, named=True)
    lost = kept["use_lost|oxide/Dy|JPN"].to_numpy()
    assert (row["product"], row["country"], row["base"]) == ("oxide/Dy", "JPN", 40.0)
    assert [row[p] for p in ("p5", "p50", "p95")] == pytest.approx(np.quantile(lost, [0.05, 0.5, 0.95]))
    assert row["chance"] == pytest.approx((lost > 4.0).mean())
    price = told.prices.row(0, named=True)
    priced = kept["price|oxide/Dy|outside"].drop_nulls().to_numpy()
    assert price["priced"] == pytest.approx(0.9)
    assert price["p95"] == pytest.approx(np.quantile(priced, 0.95))
    limit = told.limits.row(0, named=True)
    assert limit["chance"] == pytest.approx(kept["binds|cap"].mean())


def test_exceedance_falls_and_agrees_with_chance():
    found = made()
    told = summarise(found)
    values = [value for _, value in told.exceedance]
    assert values == sorted(values)
    for part, value in told.exceedance:
        assert chance(found, "value_lost", lambda x, v=value: x > v) == pytest.approx(part, abs=0.011)


def test_the_ends_are_the_least_and_the_most_and_carry_their_settings():
    found = made()
    kept = found.draws.collect().head(100).sort("value_lost")
    told = summarise(found)
    assert (told.best.draw, told.worst.draw) == (kept["draw"][0], kept["draw"][-1])
    assert told.worst.settings == (f"assumptions.a={kept['in|a'][-1]!r}",)


def test_a_threshold_of_another_size():
    row = summarise(made(), threshold=0.5).losses.row(0, named=True)
    lost = made().draws.collect().head(100)["use_lost|oxide/Dy|outside"]
    assert row["chance"] == pytest.approx((lost > 50).mean())


def test_no_certified_draw_at_all_is_an_error():
    found = made()
    with pytest.raises(SolverError, match="none of 101"):
        summarise(
            Ensemble(
                found.scenario, found.design, found.inputs, found.quantities, found.draws.with_columns(certified=False)
            )
        )


def test_json_holds_every_row_and_no_nan(atlas):
    found = ensemble(None, scenario(TEXTBOOK), 20, atlas=atlas)
    told = summarise(found)
    read = json.loads(ensemble_json(found, told, "an-id", "an edition"))
    assert read["certified"] == 20
    assert read["value_lost"]["p5"] <= read["value_lost"]["p50"] <= read["value_lost"]["p95"]
    assert len(read["shortages"]) == told.losses.height
    assert read["worst"]["set"][0].startswith("measure.cap.limit.share_of_base=0.")
    assert {row["id"] for row in read["binding"]} == {q.of for q in found.quantities if q.what == "binds"}


def test_the_page_says_what_is_assumed_and_how_to_replay():
    out = StringIO()
    print_ensemble(made(), summarise(made()), "ytterby run a.toml", Console(file=out, width=100))
    text = out.getvalue()
    assert "Over 100 draws of what is assumed" in text
    assert "100 of 101 draws certified; 1 left out" in text
    assert "  ytterby run a.toml --set assumptions.a=" in text


def test_a_price_far_above_its_base_is_at_least():
    found = made()
    draws = found.draws.with_columns(pl.col("price|oxide/Dy|outside") * 1000)
    out = StringIO()
    high = Ensemble(found.scenario, found.design, found.inputs, found.quantities, draws)
    print_ensemble(high, summarise(high), "x", Console(file=out, width=100))
    assert "≥ 1,250" in out.getvalue()
