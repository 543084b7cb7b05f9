"""`ytterby facts MATERIAL --trade`: the rows as published, marked where a correction reads them otherwise."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from ytterby.cli.app import build
from ytterby.cli.facts_trade import trade_rows
from ytterby.core.errors import InputError


def shell(*words):
    done = CliRunner().invoke(build(), ["facts", *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_every_flow_of_a_code_comes_back_as_published(atlas):
    rows = trade_rows(atlas, "282200", None, 2024)
    assert rows.sort(rows.columns).equals(atlas.trade_of("282200", year=2024).sort(rows.columns))
    assert len(json.loads(shell("282200", "--trade", "--year", "2024", "--json"))["trade"]) == rows.height


def test_a_rare_earth_is_traded_in_the_codes_of_its_group_and_this_is_said(atlas):
    rows = trade_rows(atlas, "dysprosium", "Germany", 2024)
    assert set(rows["hs6"]) <= {"280530", "284690", "2846"}
    assert rows.filter((pl.col("exporter") != "DEU") & (pl.col("importer") != "DEU")).is_empty()
    told = shell("Dy", "--trade", "--country", "DEU", "--year", "2024")
    assert "never" in told.split("HS 284690:", 1)[1]
    assert "V202601" in told


def test_a_flow_that_is_read_otherwise_is_marked_with_its_correction(atlas):
    rule = atlas.corrections.filter(pl.col("table") == "trade", pl.col("exporter").is_not_null()).row(0, named=True)
    words = [rule["hs6"], "--trade", "--country", rule["exporter"], "--year", str(rule["last_year"]), "--limit", "9999"]
    told = shell(*words)
    assert f"{rule['hs6']}*" in told
    assert rule["id"] in told.replace("\n", " ")


@pytest.mark.parametrize(
    ("word", "said"),
    [("123456", "a code the atlas holds"), ("argon", "a material with a code of"), (None, "a material or a tr")],
)
def test_what_has_no_trade_is_told(atlas, word, said):
    with pytest.raises(InputError, match=said):
        trade_rows(atlas, word, None, None)
