"""The page of an ensemble: closed, self-contained, honest about what it cannot say, and the same each time."""

from __future__ import annotations

import itertools
from dataclasses import replace

import polars as pl
import pytest

from test_ensemble import TEXTBOOK
from test_report import Page
from test_run_command import shell
from test_summary_of_draws import made
from ytterby.model.scenario_file import scenario
from ytterby.show.ensemble_page import ensemble_page
from ytterby.studies.draws import Input
from ytterby.studies.ensemble import ensemble
from ytterby.studies.summary import summarise


def page_of(found, threshold: float = 0.1) -> str:
    return ensemble_page(found, summarise(found, threshold), "ytterby run a.toml", "a-quota-0123456789", "2026.1")


@pytest.fixture(scope="module")
def many(atlas):
    return ensemble(None, scenario(TEXTBOOK), 80, seed=4, atlas=atlas)


def test_the_page_is_a_closed_tree_and_asks_for_nothing(many):
    text = page_of(many)
    page = Page(text)
    assert page.open == []
    assert len(set(page.ids)) == len(page.ids)
    assert {link[1:] for link in page.hrefs} <= set(page.ids)
    assert "<script" not in text
    assert "src=" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert page_of(many) == text


def test_it_says_how_much_what_drives_it_and_how_to_replay_the_ends(many):
    text = page_of(many)
    told = summarise(many)
    assert "Over 80 draws of what is assumed" in text
    assert "80 of 80" in text
    assert "measure.cap.limit" in text
    assert "Value lost: inputs above the floor" in text
    for end in (told.best, told.worst):
        assert f"draw: {end.draw}" in text
        assert end.settings[0] in text
    assert "ytterby run a.toml --ensemble 80 --seed 4" in text


def test_too_few_draws_are_said_not_to_say_what_drives_anything(atlas):
    assert "nothing said of what drives it" in page_of(ensemble(None, scenario(TEXTBOOK), 12, atlas=atlas))


def test_the_exceedance_curve_falls_and_ends_at_the_largest_value():
    found = made()
    text = page_of(found)
    line = text.split('<polyline points="')[1].split('"')[0]
    points = [tuple(float(v) for v in point.split(",")) for point in line.split()]
    assert len(points) == 101
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in itertools.pairwise(points))
    top, bottom = points[0][1], points[-1][1]
    across = points[-1][0]
    kept = found.draws.filter("certified").collect()["value_lost"]
    middle = min(points, key=lambda p: abs(p[1] - (top + bottom) / 2))
    left = 46.0
    assert (middle[0] - left) / (across - left) == pytest.approx(kept.median() / kept.max(), abs=0.01)


def test_hostile_words_stay_words(many):
    bad = "<script>alert(1)</script>"
    frame = many.draws.collect().rename({"in|measure.cap.limit": f"in|{bad}"}).lazy()
    named = replace(
        many,
        scenario=replace(many.scenario, title=bad),
        inputs=(Input(bad, 0.6, 0.2, 1.4, "triangular", bad),),
        draws=frame,
    )
    text = page_of(named)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_prices_far_beyond_the_base_are_at_least(many):
    found = made()
    far = found.draws.with_columns((pl.col("price|oxide/Dy|outside") * 100).alias("price|oxide/Dy|outside"))
    assert "≥ 1,250" in page_of(replace(found, draws=far))


def test_the_command_writes_the_page(monkeypatch, capsys, tmp_path):
    from test_ensemble_command import FILE

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("YTTERBY_RUNS", raising=False)
    (tmp_path / "a.toml").write_text(FILE)
    assert shell(monkeypatch, "run", "a.toml", "--ensemble", "45", "--out", "e.html") == 0
    said = capsys.readouterr()
    assert "Wrote e.html" in said.err
    assert "What drives it" in (tmp_path / "e.html").read_text(encoding="utf-8")
    assert shell(monkeypatch, "run", "a.toml", "--ensemble", "45", "--out", "a.toml") == 2
