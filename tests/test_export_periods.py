"""Exports of a run over many periods: the numbers of the JSON, with units and meanings, and none for one year."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path

import fastexcel
import polars as pl
import pytest
from typer.testing import CliRunner

from outcome_sample import sample_outcome
from test_export_xlsx import SHEETS, cells, table
from test_recycling import PROGRAMME
from ytterby.cli.app import build
from ytterby.model.outcome import PERIODS, TABLES
from ytterby.model.outcome_time import tables_by_period
from ytterby.model.run import run
from ytterby.model.scenario_file import scenario
from ytterby.show.export import to_mapping, write_csv
from ytterby.show.export_package import outcome_package
from ytterby.show.export_xlsx import outcome_xlsx

BY_PERIOD = ["prices", "shortages", "exports", "stocks", "binding"]
NESTED = {"prices": "home", "shortages": "served", "exports": "value", "stocks": "value", "binding": "level"}
QUARTERS = """schema = 1
name = "b"
title = "B"
extends = "gallium-export-ban"
time = { step = "quarter", from = "2025-Q1", horizon = 3 }
"""


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """One command that writes everything: the folder, and what it printed."""
    folder = tmp_path_factory.mktemp("quarters")
    (folder / "b.toml").write_text(QUARTERS, encoding="utf-8")
    asked = ["run", str(folder / "b.toml"), "--json", "--xlsx", str(folder / "b.xlsx"), "--csv", str(folder / "csv")]
    told = CliRunner().invoke(build(), [*asked, "--package", str(folder / "package")])
    assert told.exit_code == 0, told.output
    return folder, json.loads(told.stdout)


@pytest.fixture(scope="module")
def recycled(network, atlas):
    path = {
        "schema": 1, "name": "t", "title": "A test", "base": {"chain": "rare-earths", "year": 2024},
        "time": {"step": "year", "from": 2025, "horizon": 3}, "recycling": [PROGRAMME],
    }  # fmt: skip
    return run(network, scenario(path), atlas=atlas, ranges=False)


@pytest.mark.parametrize("name", BY_PERIOD)
def test_every_number_of_a_period_is_that_of_the_json(shell, name):
    folder, told = shell
    nested = [{"period": p["label"], **row} for p in told["periods"] for row in p[name]]
    assert len(nested) >= 3
    for read in (pl.read_csv(folder / "csv" / f"{name}_by_period.csv", infer_schema_length=None),
                 pl.read_parquet(folder / "package" / f"{name}_by_period.parquet")):  # fmt: skip
        assert read["period"].to_list() == [row["period"] for row in nested]
        column = NESTED[name]
        for got, row in zip(read[column].to_list(), nested, strict=True):
            assert got == (None if row[column] is None else pytest.approx(row[column], rel=1e-12)), row


def test_the_workbook_has_a_sheet_for_each_with_units_and_meanings(shell):
    folder, told = shell
    path = folder / "b.xlsx"
    sheets = fastexcel.read_excel(str(path)).sheet_names
    assert [name for name in sheets if name not in SHEETS] == [
        "Periods", *(f"{what} by period" for what in ("Prices", "Use", "Exports", "Stocks", "Flows"))
    ]  # fmt: skip
    at = next(i for i, row in enumerate(cells(path, "Use by period")) if row[0] == "period")
    read = fastexcel.read_excel(str(path)).load_sheet("Use by period", header_row=at).to_polars()
    assert {"served [t Ga/yr]", "lost_pct [%]"} <= set(read.columns)
    want = [row["served"] for p in told["periods"] for row in p["shortages"]]
    assert read["served [t Ga/yr]"].to_list() == pytest.approx(want, rel=1e-12)
    days = {row["period"]: row for row in table(path, "Periods", "period")}
    assert [d for d, row in days.items() if str(row["worst"]).lower() == "true"] == [told["time"]["worst_period"]]
    meant = {(row["sheet"], row["column"]): row["meaning"] for row in table(path, "About", "sheet")}
    assert "at home and abroad" in meant["Prices by period", "weighted"]


def test_flows_by_period_are_the_exports_and_in_the_worst_period_the_flows(shell):
    folder, told = shell
    flows = pl.read_parquet(folder / "package" / "flows_by_period.parquet")
    out: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in flows.filter(pl.col("kind") == "route").iter_rows(named=True):
        out[row["period"], row["product"], row["origin"]] += row["value"]
    for period in told["periods"]:
        for row in period["exports"]:
            # lanes of less than 5 kg a year are not rows
            assert out[period["label"], row["product"], row["country"]] == pytest.approx(row["value"], abs=0.05)
    worst = flows.filter(pl.col("period") == told["time"]["worst_period"])
    got = {(r["activity"], r["product"], r["origin"], r["destination"]): r["value"] for r in worst.to_dicts()}
    static = [r for r in told["flows"] if max(r["base"], r["value"]) > 0.005]
    assert len(static) > 10
    for r in static:
        assert got[r["activity"], r["product"], r["origin"], r["destination"]] == pytest.approx(r["value"], rel=1e-9)


def test_what_flows_by_period_puts_into_a_product_leaves_it(shell):
    """Made, moved in and taken out of stock = taken, moved on, used and put into stock, in every period."""
    flows = pl.read_parquet(shell[0] / "package" / "flows_by_period.parquet")
    made = flows.filter(pl.col("origin").is_null()).group_by("period", "product").agg(pl.col("value").sum())
    gone = flows.filter(pl.col("destination").is_null()).group_by("period", "product").agg(pl.col("value").sum())
    both = made.join(gone, on=["period", "product"], suffix="_gone")
    assert both.height >= 3
    for row in both.iter_rows(named=True):
        assert row["value"] == pytest.approx(row["value_gone"], rel=1e-3)  # rows under 5 kg a year are left out


def test_cohorts_and_rates_of_old_scrap_are_those_of_the_json(recycled, tmp_path):
    told = to_mapping(recycled)
    outcome_package(recycled, tmp_path / "p")
    rates = pl.read_csv(tmp_path / "p" / "recycling_rates.csv")
    assert rates["eol_rr"].to_list() == pytest.approx([row["eol_rr"] for row in told["time"]["recycling"]], rel=1e-12)
    assert rates["eol_rir"].to_list() == pytest.approx([row["eol_rir"] for row in told["time"]["recycling"]], rel=1e-12)
    stock = pl.read_csv(tmp_path / "p" / "recycling_by_period.csv")
    want = [row for p in told["periods"] for row in p["recycling"]]
    assert stock["in_use"].to_list() == pytest.approx([row["in_use"] for row in want], rel=1e-12)
    back = pl.read_csv(tmp_path / "p" / "recovered_by_period.csv")
    sums = back.group_by("product").agg(pl.col("value").sum()).to_dicts()
    over = {row["product"]: row["recovered"] for row in told["time"]["recycling"]}
    for row in sums:  # periods of a year: the sum of the rates is what came back
        assert row["value"] == pytest.approx(over[row["product"]], rel=1e-9, abs=1e-9)
    outcome_xlsx(recycled, tmp_path / "r.xlsx")
    shown = table(tmp_path / "r.xlsx", "Recycling by period", "programme")
    assert [float(row["eol_rr [ratio]"]) for row in shown] == pytest.approx(rates["eol_rr"].to_list(), rel=1e-12)


def test_every_column_is_described_and_pandas_reads_it(shell):
    pandas = pytest.importorskip("pandas")
    folder, told = shell
    described = json.loads((folder / "package" / "datapackage.json").read_text(encoding="utf-8"))
    by_name = {resource["name"]: resource for resource in described["resources"]}
    wanted = [f"{name}_by_period" for name in (*BY_PERIOD, "flows")]
    assert set(by_name) >= {*TABLES, *wanted, "calendar", PERIODS.name}
    for name in wanted:
        fields = by_name[name]["schema"]["fields"]
        assert all(field["description"] for field in fields)
        assert all("unit" in field for field in fields if field["type"] == "number")
        read = pandas.read_csv(folder / "package" / by_name[name]["path"])
        assert list(read.columns) == [field["name"] for field in fields]
        assert set(read["period"]) == {p["label"] for p in told["periods"]}


@pytest.mark.skipif(find_spec("frictionless") is None, reason='needs frictionless: pip install -e ".[dev]"')
def test_frictionless_finds_nothing_wrong(shell):
    described = str(shell[0] / "package" / "datapackage.json")
    command = [sys.executable, "-m", "frictionless", "validate", described, "--json"]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    report = json.loads(said.stdout)
    assert report["valid"], report["tasks"]
    assert len(report["tasks"]) >= len(TABLES) + len(BY_PERIOD) + 3


def test_a_run_of_one_year_has_none_of_them(tmp_path: Path):
    outcome = sample_outcome()
    assert list(tables_by_period(outcome)) == []
    assert {path.stem for path in write_csv(outcome, tmp_path / "csv")} == {*TABLES, "datapackage"}
    path = outcome_xlsx(outcome, tmp_path / "one.xlsx")
    assert fastexcel.read_excel(str(path)).sheet_names == SHEETS
    assert not any(row[0] == "Columns of the tables by period" for row in cells(path, "About"))
