"""The commands run and scenarios, on a textbook case that solves in a moment."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path

import pytest

from ytterby.cli import app
from ytterby.model.scenario_file import packaged

CASE = "takayama-judge-1964"
KEYS = {
    "schema", "finding", "prices", "shortages", "flows", "shares", "gains", "binding", "assumptions", "sources",
    "edition", "input_hash",
}  # fmt: skip


def shell(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run `ytterby` in this process; return its exit code."""
    monkeypatch.setattr(sys, "argv", ["ytterby", *arguments])
    try:
        app.main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 1
    return 0


def test_json_alone_goes_to_stdout(monkeypatch, capsys):
    assert shell(monkeypatch, "run", CASE, "--json") == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert set(found) >= KEYS
    prices = {row["country"]: row["home"] for row in found["prices"]}
    assert prices["reg2"] == pytest.approx(552 / 63, rel=1e-6)
    assert printed.err == ""


def test_without_places_nothing_is_written(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert shell(monkeypatch, "run", CASE) == 0
    printed = capsys.readouterr()
    assert "A textbook market" in printed.out
    assert printed.err == ""
    assert list(tmp_path.iterdir()) == []


def test_report_and_tables_are_written_where_asked(monkeypatch, capsys, tmp_path):
    report, tables = tmp_path / "new" / "report.html", tmp_path / "tables"
    arguments = ("run", CASE, "--out", str(report), "--csv", str(tables))
    assert shell(monkeypatch, *arguments, "--json") == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["finding"]
    assert printed.err.splitlines() == [f"Wrote {report}", f"Wrote {tables}"]
    first = report.read_bytes()
    assert first.startswith(b"<!DOCTYPE html>")
    assert (tables / "prices.csv").exists()
    assert shell(monkeypatch, *arguments, "--quiet") == 0
    assert capsys.readouterr() == ("", "")
    assert report.read_bytes() == first
    assert sorted(path.name for path in report.parent.iterdir()) == ["report.html"]


def test_a_disk_that_refuses_is_one_line(monkeypatch, capsys, tmp_path):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ytterby.show.report.report", full)
    assert shell(monkeypatch, "run", CASE, "--out", str(tmp_path / "r.html")) == 2
    printed = capsys.readouterr()
    assert "found No space left on device; expected a place that can be written." in printed.err
    assert printed.out == ""


def test_progress_is_for_terminals_and_is_wiped(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert shell(monkeypatch, "run", CASE) == 0
    told = capsys.readouterr().err
    assert "Solving: A textbook market" in told
    assert told.endswith("\r\x1b[K")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert shell(monkeypatch, "run", CASE, "--quiet") == 0
    assert capsys.readouterr().err == ""


def test_scenarios_lists_every_ready_one(monkeypatch, capsys):
    assert shell(monkeypatch, "scenarios") == 0
    text = capsys.readouterr().out
    assert all(name in text for name in packaged())
    assert shell(monkeypatch, "scenarios", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == list(packaged())
    flagship = next(row for row in rows if row["name"] == "heavy-ree-licences-2025")
    assert (flagship["base"], flagship["year"]) == ("rare-earths", 2025)
    assert {measure["id"] for measure in flagship["measures"]} == {"magnets", "oxides-and-metals"}


def test_the_file_of_a_ready_scenario_is_one_to_start_from(monkeypatch, capsys, tmp_path: Path):
    assert shell(monkeypatch, "scenarios", "myanmar-feed-stops") == 0
    text = capsys.readouterr().out
    assert tomllib.loads(text)["name"] == "myanmar-feed-stops"
    assert shell(monkeypatch, "scenarios", "myanmar-feed-stop") == 2
    assert "Did you mean 'myanmar-feed-stops'?" in capsys.readouterr().err
