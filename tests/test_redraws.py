"""The data drawn too: base years whose cited figures are moved within their spreads."""

from __future__ import annotations

import math
import statistics
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ytterby.cli.app import main
from ytterby.core.errors import InputError
from ytterby.model.base import network
from ytterby.model.reconcile import Observation
from ytterby.model.redraw import FURTHEST, redrawn
from ytterby.model.run import run
from ytterby.model.scenario import fingerprint
from ytterby.model.scenario_file import scenario
from ytterby.studies.draws import Design, percentiles
from ytterby.studies.ensemble import batches, ensemble, study

COBALT = "cobalt-export-quota-2025"


def observation(name: str, **more) -> Observation:
    return Observation(name, name, (("a", 1.0),), more.pop("value", 100.0), more.pop("spread", 0.1), "t", **more)


def test_cited_figures_move_by_their_spread_and_priors_stay():
    many = [observation(f"o{k}") for k in range(2000)]
    off = [math.log(o.value / 100) / 0.1 for o in redrawn(many, 1)]
    assert abs(statistics.mean(off)) < 0.1
    assert statistics.stdev(off) == pytest.approx(1, abs=0.06)
    assert max(map(abs, off)) <= FURTHEST + 1e-9
    prior = observation("p", prior=True)
    assert redrawn([prior, many[0]], 1)[0] is prior
    assert redrawn(many, 0) == tuple(many)
    assert redrawn(many, 3) == redrawn(many, 3) != redrawn(many, 4)


def test_figures_of_one_observation_move_together_and_a_linear_one_never_below_zero():
    a, b, c = redrawn([observation("a", evidence="x"), observation("b", evidence="x"), observation("c")], 5)
    assert a.value == b.value != c.value
    low = [redrawn([observation("z", scale="linear", value=1.0, spread=50.0)], k)[0].value for k in range(1, 20)]
    assert min(low) == 0.0


def test_a_redraw_of_the_base_year_is_set_like_anything_else_and_changes_no_other_scenario(atlas):
    cited, moved = scenario(COBALT), scenario(COBALT, set=["base.redraw=2"])
    assert moved.base.redraw == 2
    assert "redraw" not in fingerprint.__globals__["canonical"](cited)
    assert fingerprint(cited) != fingerprint(moved) != fingerprint(scenario(COBALT, set=["base.redraw=3"]))
    one, again, other = (network(atlas, "cobalt", 2024, redraw=k) for k in (2, 2, 0))
    assert one.activities == again.activities
    assert one.activities != other.activities


def test_draws_stand_on_the_base_year_they_name_and_replay_as_runs(atlas):
    found = ensemble(None, scenario(COBALT), 6, seed=4, redraws=2, atlas=atlas)
    rows = found.draws.collect()
    assert rows["certified"].all()
    assert sorted(rows["in|base.redraw"].to_list()) == [1, 1, 1, 2, 2, 2]
    row = rows.row(3, named=True)
    settings = list(found.settings(3))
    assert f"base.redraw={round(row['in|base.redraw'])}" in settings
    replayed = run(None, scenario(COBALT, set=settings), atlas=atlas, ranges=False)
    lost = {(r["product"], r["country"]): 0.0 for r in replayed.shortages.iter_rows(named=True)}
    for r in replayed.shortages.iter_rows(named=True):  # a row for each end use
        lost[r["product"], r["country"]] += r["lost"]
    compared = [name for name in rows.columns if name.startswith("use_lost|") and tuple(name.split("|")[1:]) in lost]
    assert len(compared) > 5
    for name in compared:
        _, product, country = name.split("|")
        assert row[name] == pytest.approx(lost[product, country], rel=1e-6, abs=1e-6)


def test_workers_and_batches_do_not_matter(atlas):
    asked = study(None, scenario(COBALT), atlas, redraws=2)
    sample = percentiles(Design(6, 4), (i.id for i in asked.inputs))
    one = pl.concat(frame for _, frame in batches(asked, sample, 6))
    with ThreadPoolExecutor(2) as pool:
        two = pl.concat(frame for _, frame in sorted(batches(asked, sample, 1, map=pool.map), key=lambda k: k[0]))
    assert_frame_equal(one, two)


@pytest.mark.parametrize(
    ("what", "settings", "says"),
    [
        ("takayama-judge-1964", [], "a chain of the atlas"),
        (COBALT, ["base.redraw=2"], "a scenario that does not set it"),
    ],
)
def test_what_has_no_cited_figures_is_refused(atlas, what, settings, says):
    with pytest.raises(InputError, match=says):
        ensemble(None, scenario(what, set=settings), 3, redraws=2, atlas=atlas)


def test_a_redraw_that_cannot_be_is_refused():
    with pytest.raises(InputError, match=r"base\.redraw"):
        scenario(COBALT, set=["base.redraw=0"])


def test_the_command_draws_the_data_too(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("YTTERBY_RUNS", str(tmp_path))
    for _ in range(2):
        monkeypatch.setattr("sys.argv", ["ytterby", "run", COBALT, "--ensemble", "4", "--redraws", "2"])
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code == 0
    said = capsys.readouterr().out
    assert "--set base.redraw=" in said
    assert "2 base years" in said
    assert len([p for p in tmp_path.iterdir() if p.is_dir()]) == 1
