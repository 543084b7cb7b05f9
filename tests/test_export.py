"""JSON and CSV: strict, complete, the same bytes for the same outcome, and written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from outcome_sample import sample_outcome
from ytterby.model.outcome import TABLES
from ytterby.show import export
from ytterby.show.export import datapackage, to_json, write_csv, write_text

PROMISED = (
    "schema", "finding", "prices", "shortages", "flows", "shares", "gains", "binding", "assumptions", "sources",
    "edition", "input_hash",
)  # fmt: skip


def strictly(text: str):
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


def test_the_json_is_strict_and_holds_what_was_promised() -> None:
    outcome = sample_outcome()
    read = strictly(to_json(outcome))
    assert set(PROMISED) <= set(read)
    assert read["finding"] == outcome.finding
    assert read["scenario"]["name"] == "sample-licences"
    for name in TABLES:
        assert len(read[name]) == outcome.table(name).height
        assert list(read[name][0]) == list(TABLES[name].names)


def test_a_missing_number_is_null_and_zero_is_zero() -> None:
    prices = {(row["product"], row["country"]): row for row in strictly(to_json(sample_outcome()))["prices"]}
    assert prices["oxide/Y", "AUS"]["home"] is None
    assert prices["oxide/Y", "AUS"]["status"] == "no flow"
    gains = {row["country"]: row for row in strictly(to_json(sample_outcome()))["gains"]}
    assert gains["MMR"]["consumer"] == 0


def test_numbers_that_are_not_finite_become_null() -> None:
    odd = {"gap": float("nan"), "residual": float("-inf"), "rounds": np.int64(4), "norm": np.float64(0.5), "x": -0.0}
    read = strictly(to_json(sample_outcome(certificate=odd, checks={"list": [{"a": float("inf")}, (1, None)]})))
    assert read["certificate"] == {"gap": None, "residual": None, "rounds": 4, "norm": 0.5, "x": 0.0}
    assert read["checks"] == {"list": [{"a": None}, [1, None]]}
    assert "-0.0" not in to_json(sample_outcome(certificate=odd))


def test_the_same_outcome_gives_the_same_bytes() -> None:
    assert to_json(sample_outcome()) == to_json(sample_outcome())


def test_the_json_is_ascii_whatever_the_title() -> None:
    text = to_json(sample_outcome("Ytterby “≥” 希土類 </script>\u2028"))
    assert text.isascii()
    assert "希土類" in strictly(text)["scenario"]["title"]


def test_the_csv_folder_reads_back_as_the_tables(tmp_path: Path) -> None:
    outcome = sample_outcome('Commas, "quotes"\nand lines')
    files = write_csv(outcome, tmp_path / "new" / "folder")
    assert {path.name for path in files} == {f"{name}.csv" for name in TABLES} | {"datapackage.json"}
    for name, schema in TABLES.items():
        read = pl.read_csv(tmp_path / "new" / "folder" / f"{name}.csv", schema=dict(schema.dtypes))
        assert_frame_equal(read, outcome.table(name))


def test_the_data_package_tells_unit_and_meaning_of_every_column(tmp_path: Path) -> None:
    package = strictly(json.dumps(datapackage(sample_outcome())))
    by_name = {resource["name"]: resource for resource in package["resources"]}
    assert set(by_name) == set(TABLES)
    gains = {field["name"]: field for field in by_name["gains"]["schema"]["fields"]}
    assert gains["rent"]["unit"] == "MUSD/yr"
    assert gains["rent"]["type"] == "number"
    binding = {field["name"]: field for field in by_name["binding"]["schema"]["fields"]}
    assert binding["bound"]["type"] == "boolean"
    assert all(field["description"] for resource in by_name.values() for field in resource["schema"]["fields"])
    assert [source["path"] for source in package["sources"]] == ["https://example.org/a", "https://example.org/b"]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.html"
    write_text(target, "first")

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(export.os, "replace", broken)
    with pytest.raises(OSError, match="disk full"):
        write_text(target, "second")
    assert target.read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
