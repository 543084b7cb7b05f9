"""The lists of `ytterby facts` and `ytterby sources`: conflicts, coverage, sites with every view, what changed."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from ytterby.cli.app import build


def told(*words: str):
    done = CliRunner().invoke(build(), list(words))
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_known_conflicts_between_editions_are_listed() -> None:
    rows = told("facts", "REE", "--conflicts", "--json")["conflicts"]
    found = {
        (r["measure"], r["country"], r["period"]): (r["first"], r["second"]) for r in rows if r["kind"] == "editions"
    }
    assert found["production", "CHN", "2023"] == (240_000, 255_000)
    vietnam = [r for r in rows if r["measure"] == "reserves" and r["country"] == "VNM"]
    assert any({r["first"], r["second"]} == {22_000_000, 3_500_000} for r in vietnam)


@pytest.mark.parametrize("name", ["U", "Ge"])
def test_materials_without_figures_by_country_say_so(name: str) -> None:
    row = told("facts", name, "--coverage", "--json")["coverage"]
    assert len(row) == 1
    assert row[0]["mine"] == "none"
    assert row[0]["reason"]


def test_all_views_stand_side_by_side_unless_one_is_chosen() -> None:
    rows = [r for r in told("facts", "--sites", "--json")["sites"] if r["field"]]
    views = sorted({r["viewpoint"] for r in rows})
    for view in views[:1]:
        one = [r for r in told("facts", "--sites", "--viewpoint", view, "--json")["sites"] if r["field"]]
        assert {r["viewpoint"] for r in one} == {view}
    assert {r["field"] for r in rows} <= {"title", "control"}


def test_changed_says_what_each_edition_revised() -> None:
    rows = told("sources", "--changed", "--json")["changed"]
    pair = next(r for r in rows if (r["older"], r["newer"]) == ("usgs-mcs-2024", "usgs-mcs-2025"))
    assert pair["revised"] > 100
