"""`ytterby facts` with files: own tables in, workbook and data package out, and what is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import fastexcel
import pytest

from ytterby.cli import app

MINE = "material,stage,measure,country,period,value,unit\nREE,mine,production,China,2024,300000,t REO\n"


def shell(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["ytterby", *arguments])
    try:
        app.main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 1
    return 0


@pytest.fixture
def mine(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.csv"
    path.write_text(MINE, encoding="utf-8")
    return path


CHOICE = ("facts", "REE", "--stage", "mine", "--measure", "production", "--country", "CHN", "--year", "2024")


def test_own_figures_are_shown_beside_the_publishers(mine, monkeypatch, capsys):
    assert shell(monkeypatch, *CHOICE, "--with", str(mine)) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "270,000 e" in text
    assert "300,000" in text
    assert "you, mine.csv (sha256" in text
    assert shell(monkeypatch, *CHOICE, "--with", str(mine), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert "with mine.csv (sha256" in told["edition"]
    assert "own:mine.csv" in {row["source"] for row in told["figures"]}


def test_what_was_chosen_is_written_with_its_sources(mine, monkeypatch, capsys, tmp_path):
    arguments = ("--with", str(mine), "--xlsx", "facts.xlsx", "--package", "facts")
    assert shell(monkeypatch, *CHOICE, *arguments) == 0
    assert capsys.readouterr().err.splitlines() == ["Wrote facts.xlsx", "Wrote facts"]
    sheet = fastexcel.read_excel("facts.xlsx").load_sheet("Sources", header_row=2).to_polars()
    assert {"own:mine.csv", "usgs-mcs-2026"} <= set(sheet["id"])
    assert "--with" not in (tmp_path / "facts" / "datapackage.json").read_text(encoding="utf-8")
    package = json.loads((tmp_path / "facts" / "datapackage.json").read_text(encoding="utf-8"))
    assert [resource["name"] for resource in package["resources"]] == ["figures", "sources"]


def test_facilities_go_to_a_map(mine, monkeypatch, capsys, tmp_path):
    assert shell(monkeypatch, "facts", "--facilities", "--country", "AUS", "--package", "sites", "--csv") == 0
    assert capsys.readouterr().out.startswith("id,name,stage,country")
    assert (tmp_path / "sites" / "places.gpkg").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("facts", "REE", "--xlsx", "f.csv"), "a file that ends in .xlsx"),
        (("facts", "REE", "--xlsx", "."), "which is a folder"),
        (("facts", "REE", "--package", "mine.csv"), "which is a file"),
        (("facts", "REE", "--xlsx", "f.xlsx", "--package", "f.xlsx"), "the same place as --xlsx"),
        (("facts", "--xlsx", "f.xlsx"), "found no material"),
        (("facts", "--assumptions", "--package", "f"), "found no material"),
        (("facts", "REE", "--year", "1650", "--xlsx", "f.xlsx"), "nothing is written"),
        (("facts", "REE", "--with", "none.csv"), "none.csv: found no such file"),
        (("facts", "REE", "--with", "mine.csv", "--with", "mine.csv"), "two files called 'mine.csv'"),
        (("facts", "REE", "--with", "bad.csv", "--xlsx", "f.xlsx"), "bad.csv, line 2, column 'value': found 'x'"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(mine, monkeypatch, capsys, tmp_path, arguments, says):
    (tmp_path / "bad.csv").write_text(MINE.replace("300000", "x"), encoding="utf-8")
    before = {path.name for path in tmp_path.iterdir()}
    assert shell(monkeypatch, *arguments) == 2
    printed = capsys.readouterr()
    assert says in printed.err
    assert "Traceback" not in printed.err
    assert len(printed.err.splitlines()) <= 21
    assert {path.name for path in tmp_path.iterdir()} == before


def test_a_workbook_that_is_read_is_not_written_over(mine, monkeypatch, capsys, tmp_path):
    (tmp_path / "own.xlsx").write_bytes(b"PK")
    assert shell(monkeypatch, *CHOICE, "--with", "own.xlsx", "--xlsx", "own.xlsx") == 2
    assert "a table that is read; expected another file" in capsys.readouterr().err
