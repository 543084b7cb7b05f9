"""What `ytterby facts` prints fits 80 columns with every heading whole, whatever is asked."""

import json

import pytest
from typer.testing import CliRunner

from ytterby.cli.app import build
from ytterby.cli.facts_table import shape_of

SHELL = CliRunner()
HEADS = {"stage", "measure", "form", "country", "period", "value", "unit", "edition", "cited"}


def told(*words: str) -> list[str]:
    answer = SHELL.invoke(build(), ["facts", *words], env={"COLUMNS": "80"})
    assert answer.exit_code == 0, answer.output
    return [str(line) for line in answer.output.splitlines()]


@pytest.mark.parametrize(
    "words",
    [
        ("Co", "--limit", "400"),
        ("REE", "--year", "2023", "--edition", "all", "--limit", "300"),
        ("282200",),
        ("baryte", "--year", "2024"),
        ("Ga", "--stage", "refining", "--limit", "100"),
    ],
)
def test_no_line_is_wider_than_the_terminal_and_no_heading_is_broken(words):
    lines = told(*words)
    assert max(map(len, lines)) <= 80
    head = next(line for line in lines if line.rstrip().endswith("cited"))
    assert set(head.split()) <= HEADS
    assert {"value", "cited"} <= set(head.split())


@pytest.mark.parametrize(
    ("words", "heads"),
    [
        (("--conflicts", "--limit", "60"), "material what country period first second unit ratio cited"),
        (("REE", "--conflicts", "--limit", "60"), "material what country period first second unit ratio cited"),
        (("--coverage", "--limit", "200"), "material mine refining trade price network"),
        (("--sites", "--limit", "100"), "name country field viewpoint holder as_of said_by"),
        (("--facilities", "--limit", "200"), "id name status capacity unit source"),
        (("--assumptions", "--limit", "200"), "id value low high unit reason"),
    ],
)
def test_lists_fit_as_well(words, heads):
    lines = told(*words)
    assert max(map(len, lines)) <= 80
    assert any(line.split() == heads.split() for line in lines)


def test_the_two_conflicts_everyone_asks_about_are_told():
    lines = told("REE", "--conflicts", "--limit", "100")
    rows = [line.split() for line in lines]
    assert any({"CHN", "2023", "240,000", "255,000"} <= set(row) for row in rows)
    assert any({"VNM", "22,000,000", "3,500,000"} <= set(row) for row in rows)


def test_words_without_a_number_are_not_a_traceback_and_not_a_zero():
    lines = told("Co", "--measure", "uses", "--limit", "10")
    assert any("in words" in line for line in lines)


def test_what_is_alike_is_said_once_and_the_edition_only_where_it_tells_rows_apart():
    row = {"stage": "mine", "measure": "production", "form": "", "country": "CHN", "period": "2023", "unit": "t"}
    old, new, other = row | {"edition": "2024"}, row | {"edition": "2025"}, row | {"country": "USA", "edition": "2025"}
    assert shape_of([new, other]) == (("country", "value", "cited"), "mine production, 2023, t")
    assert "edition" in shape_of([old, new, other])[0]
    assert shape_of([new])[0] == ("stage", "measure", "form", "country", "period", "value", "unit", "cited")


def test_a_material_without_figures_says_what_covers_it():
    answer = SHELL.invoke(build(), ["facts", "uranium"], env={"COLUMNS": "80"})
    assert "holds no figure of uranium" in answer.output
    assert "261210" in answer.output


def test_a_program_is_told_why_there_is_no_figure_too():
    answer = SHELL.invoke(build(), ["facts", "uranium", "--json"])
    told = json.loads(answer.output)
    assert told["figures"] == []
    assert "261210" in told["reason"]
    assert "reason" not in json.loads(SHELL.invoke(build(), ["facts", "Dy", "--year", "2024", "--json"]).output)


def test_a_rare_earth_scored_only_with_others_says_with_which():
    answer = SHELL.invoke(build(), ["facts", "Dy", "--measure", "supply_risk"])
    assert "ytterby facts HREE --measure supply_risk" in answer.output
