"""The whole matrix of materials by method: how many each answers for, and that nothing stands without a reason."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from ytterby.cli.app import build
from ytterby.indicators.joint_lines import GROUPS, basket_lines, companion_lines
from ytterby.indicators.profile import METHODS, matrix
from ytterby.indicators.status import WITHOUT_VALUE


@pytest.fixture(scope="module")
def germany(atlas) -> pl.DataFrame:
    return matrix(atlas, "DEU")


def test_no_method_answers_for_fewer_than_twenty_materials(germany):
    answered = pl.any_horizontal(pl.col("value", "low", "high").is_not_null())
    counts = dict(germany.filter(answered).group_by("method").agg(pl.col("material").n_unique()).iter_rows())
    assert set(counts) == set(METHODS)
    assert min(counts.values()) >= 20, counts


def test_every_material_has_a_row_of_every_method(atlas, germany):
    asked = {(material, method) for material in atlas.materials["id"] for method in METHODS}
    assert set(germany.select("material", "method").iter_rows()) == asked


def test_the_matrix_is_json_for_a_program(germany, monkeypatch):
    monkeypatch.setattr("ytterby.indicators.profile.matrix", lambda *asked: germany)
    done = CliRunner().invoke(build(), ["risk", "--matrix", "--for", "DEU", "--json"])
    assert len(json.loads(done.stdout)["matrix"]) == germany.height


def test_a_cell_without_an_answer_says_why(germany):
    empty = germany.filter(pl.all_horizontal(pl.col("value", "low", "high").is_null()))
    assert set(empty["status"]) <= set(WITHOUT_VALUE)
    assert empty.filter(pl.col("note") == "", pl.col("inputs") == "", pl.col("status") == "no data").is_empty()


def test_a_group_is_worth_what_its_elements_are_in_the_same_ore(atlas):
    parts = {m: basket_lines(atlas, m, 2024)[0] for m in ("Nd", "Pr", "NdPr", "LREE", "HREE", "magnet-REE")}
    assert parts["NdPr"].high <= parts["Nd"].high + parts["Pr"].high
    assert parts["NdPr"].high > parts["Nd"].high
    assert parts["magnet-REE"].low > parts["NdPr"].low
    # In the ore where the heavy ones are worth most the light ones are worth least, and no third part is left.
    assert parts["LREE"].low + parts["HREE"].high == pytest.approx(1.0, abs=1e-9)
    assert set(GROUPS["LREE"]) & set(GROUPS["HREE"]) == set()


def test_an_element_that_leads_no_ore_is_always_a_companion(atlas):
    cerium, neodymium = (companion_lines(atlas, m, 2024)[0] for m in ("Ce", "Nd"))
    assert (cerium.value, cerium.status) == (1.0, "ok")
    assert neodymium.value is None
    assert (neodymium.low, neodymium.high) == (0.0, 1.0)
    assert "worth most in 10 of 11 ores" in neodymium.inputs


def test_silver_is_computed_from_what_was_printed(atlas):
    line = companion_lines(atlas, "Ag", 2024)[0]
    assert line.value == pytest.approx(1 - 228.2 / 822.4, abs=1e-4)
    assert line.sources == ("silver-institute-mines-2022",)


def test_words_give_a_range_and_are_quoted(atlas):
    line = companion_lines(atlas, "Te", 2024)[0]
    assert (line.value, line.low, line.high, line.status) == (None, 0.5, 1.0, "range")
    assert "mainly a byproduct of copper" in line.inputs


def test_without_stocks_net_import_reliance_is_told_as_such(germany):
    rows = germany.filter(pl.col("method") == "net-import-reliance", pl.col("status") != "no data")
    assert rows["note"].str.contains("without stocks").all()
    sold = rows.filter(pl.col("status") == "net exporter")
    assert sold.height > 0
    assert sold["value"].is_null().all()
    assert (sold["high"] == 0).all()
