"""The lists of `ytterby facts` and `ytterby sources`: conflicts, coverage, sites with every view, what changed."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from ytterby.cli.app import build
from ytterby.model.chains.offer import chain_of


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


def test_the_largest_contradiction_comes_first_and_a_zero_counts_as_what_it_may_hide() -> None:
    rows = told("facts", "--conflicts", "--json")["conflicts"]
    least = [r["least"] for r in rows]
    assert least == sorted(least, reverse=True)
    assert all(1 <= r["least"] <= (r["ratio"] or float("inf")) for r in rows)
    first = next(r for r in rows if r["ratio"] is None)
    number = max(first["first"], first["second"])
    digit = 10 ** (len(f"{number:.0f}") - len(f"{number:.0f}".rstrip("0")))
    assert first["least"] == pytest.approx((number - digit / 2) / (digit / 2))
    assert not {r["country"] for r in rows} & {"XXX", "ROW"}


def test_conflicts_of_a_year_are_told_with_both_sources() -> None:
    done = CliRunner().invoke(build(), ["facts", "REE", "--conflicts", "--year", "2023"])
    assert "240,000" in done.output
    assert "2024" in done.output.split("Mineral Commodity Summaries", 1)[1]
    rows = told("facts", "REE", "--conflicts", "--year", "2023", "--json")["conflicts"]
    assert all("2023" in r["period"] for r in rows)


def test_the_coverage_names_the_chain_of_each_material_that_has_one() -> None:
    rows = told("facts", "--coverage", "--json")["coverage"]
    assert all(r["network"] == (chain_of(r["material"]) or "none") for r in rows)
    assert {"rare-earths", "cobalt", "gallium", "graphite"} <= {r["network"] for r in rows}


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


def test_a_holder_that_is_not_known_is_said_in_words() -> None:
    printed = CliRunner().invoke(build(), ["facts", "--sites", "--country", "Ukraine"]).output
    assert any({"control", "none", "unknown", "2002"} <= set(line.split()) for line in printed.splitlines())
    assert "statement at a date" in printed


def test_changed_says_what_each_edition_revised() -> None:
    rows = told("sources", "--changed", "--json")["changed"]
    pair = next(r for r in rows if (r["older"], r["newer"]) == ("usgs-mcs-2024", "usgs-mcs-2025"))
    assert pair["revised"] > 100
