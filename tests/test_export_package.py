"""Data packages: valid for frictionless, true about their own bytes, the same tables as CSV and as Parquet."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from outcome_sample import sample_outcome
from ytterby.model.outcome import TABLES
from ytterby.show import export_package
from ytterby.show.export_package import facts_package, outcome_package


def described(folder: Path) -> dict:
    return json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))


def frictionless(folder: Path) -> dict:
    """What the reference implementation says; its own process, because it warns."""
    command = [sys.executable, "-m", "frictionless", "validate", str(folder / "datapackage.json"), "--json"]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    report = json.loads(outcome.stdout)
    assert (outcome.returncode == 0) == report["valid"]
    return report


@pytest.fixture(scope="module")
def package(tmp_path_factory, atlas) -> Path:
    folder = tmp_path_factory.mktemp("package") / "new"
    outcome_package(sample_outcome('Commas, "quotes"\nand lines'), folder, atlas.facilities)
    return folder


@pytest.mark.skipif(find_spec("frictionless") is None, reason='needs frictionless: pip install -e ".[dev]"')
def test_frictionless_finds_nothing_wrong(package):
    report = frictionless(package)
    assert report["valid"], report
    assert {task["name"] for task in report["tasks"]} == {*TABLES, "places"}


@pytest.mark.skipif(find_spec("frictionless") is None, reason='needs frictionless: pip install -e ".[dev]"')
def test_frictionless_would_find_a_changed_file(atlas, tmp_path):
    chosen = atlas.select("Dy", measure="price")
    facts_package(chosen.frame, chosen.sources, tmp_path, edition=atlas.edition, digest=atlas.digest)
    assert frictionless(tmp_path)["valid"]
    csv = tmp_path / "figures.csv"
    csv.write_text(csv.read_text(encoding="utf-8").replace("USD/kg", "EUR/kg", 1), encoding="utf-8")
    report = frictionless(tmp_path)
    assert not report["valid"]
    assert "hash" in json.dumps(report)


def test_every_file_is_listed_with_its_size_and_hash(package):
    resources = described(package)["resources"]
    files = [file for resource in resources for file in (resource, *resource["copies"])]
    assert {file["path"] for file in files} == {p.name for p in package.iterdir()} - {"datapackage.json"}
    for file in files:
        data = (package / file["path"]).read_bytes()
        assert (file["bytes"], file["hash"]) == (len(data), "sha256:" + hashlib.sha256(data).hexdigest())


def test_csv_and_parquet_hold_the_same_table(package):
    outcome = sample_outcome('Commas, "quotes"\nand lines')
    for name, schema in TABLES.items():
        assert_frame_equal(pl.read_parquet(package / f"{name}.parquet"), outcome.table(name))
        assert_frame_equal(pl.read_csv(package / f"{name}.csv", schema=dict(schema.dtypes)), outcome.table(name))


def test_fields_have_units_and_sources_have_licences(package):
    told = described(package)
    assert told["$schema"].endswith("/2.0/datapackage.json")
    assert told["version"] == "sample-1"
    for resource in told["resources"]:
        if resource["name"] in TABLES:
            fields = {field["name"]: field for field in resource["schema"]["fields"]}
            for column in TABLES[resource["name"]].columns:
                assert fields[column.name].get("unit", "") == column.unit
                assert fields[column.name]["description"] == column.meaning
    assert [source["licence"] for source in told["sources"]] == ["public domain", "facts cited"]
    assert told["licenses"]


def test_parquet_carries_its_units(package):
    said = json.loads(pl.read_parquet_metadata(package / "prices.parquet")["ytterby"])
    assert said["table"] == "prices"
    assert said["columns"]["base"] == {"unit": "varies", "meaning": "price in the base year; null where nothing flowed"}


def test_the_same_outcome_gives_the_same_bytes(package, atlas, tmp_path):
    outcome_package(sample_outcome('Commas, "quotes"\nand lines'), tmp_path, atlas.facilities)
    for path in package.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_package_that_failed_has_no_description(tmp_path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "datapackage.json").write_text("of an older run", encoding="utf-8")
    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(OSError, match="No space"):
        outcome_package(sample_outcome(), tmp_path)
    assert not (tmp_path / "datapackage.json").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("table", ["facilities", "sites"])
def test_places_bring_their_points(atlas, tmp_path, table):
    frame = atlas.table(table)
    files = facts_package(frame, atlas.sources, tmp_path, table=table)
    names = {f"{table}.csv", f"{table}.parquet", f"{table}.geo.parquet", "places.gpkg", "datapackage.json"}
    assert {path.name for path in files} >= names
    assert files[-1].name == "datapackage.json"
    known = frame.drop_nulls(["lat", "lon"]).height
    assert pl.read_parquet(tmp_path / f"{table}.geo.parquet").height == known > 0
    assert "version" not in described(tmp_path)
    assert described(tmp_path)["$schema"] == export_package.PROFILE


def test_tables_speak_arrow(atlas):
    """Anything that reads the Arrow C stream takes the tables; here polars reads one that is nothing but that."""

    class Stream:
        def __init__(self, table: object) -> None:
            self.table = table

        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
            return self.table.__arrow_c_stream__(requested_schema)

    chosen = atlas.select("REE")
    assert_frame_equal(pl.DataFrame(Stream(chosen)), chosen.frame)
    outcome = sample_outcome()
    for name in TABLES:
        assert_frame_equal(pl.DataFrame(Stream(outcome.table(name))), outcome.table(name))


@pytest.mark.skipif(find_spec("pandas") is None or find_spec("pyarrow") is None, reason="pandas is not installed")
def test_tables_become_pandas(atlas):
    chosen = atlas.select("REE")
    assert chosen.to_pandas()["value"].sum() == pytest.approx(chosen.frame["value"].sum())
    assert sample_outcome().prices.to_pandas().shape == sample_outcome().prices.shape
