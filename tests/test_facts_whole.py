"""`ytterby facts --table NAME`: the other tables of the atlas from the shell, and the break of method told."""

import json

import pytest
from typer.testing import CliRunner

from ytterby.cli.app import build
from ytterby.cli.facts_whole import SHAPES, whole_table
from ytterby.core.errors import InputError


def shell(*words):
    done = CliRunner().invoke(build(), ["facts", "--table", *words], env={"COLUMNS": "80"})
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("name", SHAPES)
def test_every_table_is_printed_in_eighty_columns_and_whole_as_json(atlas, name):
    told = shell(name, "--limit", "30")
    assert max(map(len, told.splitlines())) <= 80
    if name != "governance":  # 31,000 rows
        assert len(json.loads(shell(name, "--json"))[name]) == atlas.table(name).height


def test_the_two_methods_of_governance_stand_side_by_side_and_are_told_apart():
    told = shell("governance", "--country", "China", "--year", "2023")
    rows = [line.split() for line in told.splitlines() if line.startswith("CHN")]
    assert sorted((row[2], row[-1]) for row in rows if row[2] == "pv") == [("pv", "2024"), ("pv", "2025")]
    assert {row[2] for row in rows} == {"cc", "ge", "pv", "rl", "rq", "va"}
    assert "never join them" in told


def test_controls_of_a_material_by_the_year_they_took_effect(atlas):
    rows = whole_table(atlas, "events", "gallium", "China", 2024)
    assert rows["id"].to_list() == ["CN-2024-46"]


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (("govrnance", None, None, None), "Did you mean 'governance'"),
        (("lists", None, "China", 2024), "lists: found --country"),
        (("governance", "Dy", None, None), "governance: found a material"),
    ],
)
def test_a_choice_a_table_does_not_have_is_told(atlas, choice, said):
    with pytest.raises(InputError) as caught:
        whole_table(atlas, *choice)
    assert said in str(caught.value)
