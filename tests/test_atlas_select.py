"""Choosing and citing figures, and the two commands that do so in the shell."""

import csv
import io
import json
from dataclasses import replace

import polars as pl
import pytest
from typer.testing import CliRunner

from ytterby.atlas.cite import bibtex, citation, cite
from ytterby.atlas.load import load
from ytterby.atlas.materials import find
from ytterby.atlas.select import covers, material_id, select
from ytterby.cli.app import build
from ytterby.cli.facts import shown
from ytterby.core.errors import InputError

ATLAS = load()


def run(*words):
    return CliRunner().invoke(build(), list(words))


def test_the_latest_edition_of_a_figure_is_chosen_unless_another_is_asked():
    china = {"material": "REE", "stage": "mine", "measure": "production", "country": "CHN"}
    assert select(ATLAS, **china, year=2024).frame.select("edition", "value").rows() == [("2026 v1.3", 270_000)]
    both = select(ATLAS, **china, year=2023, edition="all")
    assert sorted(both.frame["value"]) == [240_000, 255_000]
    assert select(ATLAS, **china, year=2023, edition="2024").frame["value"].to_list() == [240_000]
    assert select(ATLAS, **china, edition="2026").frame["edition"].unique().to_list() == ["2026 v1.3"]


def test_other_families_do_not_replace_each_other():
    in_2022 = select(ATLAS, "REE", "mine", "production", "CHN", 2022).frame
    assert set(in_2022["source"]) == {"usgs-mcs-2024", "usgs-myb-2022"}


def test_the_order_of_the_figures_does_not_matter():
    shuffled = ATLAS.with_tables(figures=ATLAS.figures.sample(fraction=1, shuffle=True, seed=7))
    chosen = select(shuffled, "REE", year=2024).frame
    assert set(chosen["id"]) == set(select(ATLAS, "REE", year=2024).frame["id"])


@pytest.mark.parametrize(
    "word, known",
    [
        ("dysprosium", "Dy"),
        ("DY", "Dy"),
        ("Dy oxide", "Dy"),
        ("rare earths", "REE"),
        ("TREO", "REE"),
        ("didymium", "NdPr"),
        ("ndpr", "NdPr"),
        ("yttrium", "Y"),
        ("magnet rare earths", "magnet-REE"),
    ],
)
def test_materials_have_names(word, known):
    assert material_id(word, ATLAS.figures) == known


def test_all_wrong_words_are_reported_at_once():
    with pytest.raises(InputError) as caught:
        select(ATLAS, "dysprosum", stage="minne", measure="productoin")
    assert [fault.nearest for fault in caught.value.faults] == ["mine", "production", "dysprosium"]
    with pytest.raises(InputError, match="Did you mean 'Myanmar'"):
        select(ATLAS, "REE", country="Mynmar")


@pytest.mark.parametrize(
    "period, year, inside",
    [
        ("2024", 2024, True),
        ("2024", 2023, False),
        ("2016-2020", 2018, True),
        ("2016-2020", 2021, False),
        ("2024-H1", 2024, True),
        ("2025-Q3", 2025, True),
        ("2025-03", 2025, True),
        ("FY2025", 2025, False),
        ("2023 edition", 2023, True),
        ("report of 2022", 2022, False),
    ],
)
def test_periods(period, year, inside):
    assert covers(period, year) is inside


def test_a_citation_names_publisher_edition_place_and_address():
    line = select(ATLAS, "REE", "mine", "production", "CHN", 2024).cite()
    assert line.startswith("U.S. Geological Survey, Mineral Commodity Summaries 2026, data release (2026 v1.3), ")
    assert "p. 153" in line
    assert "row China, production 2024" in line
    assert line.endswith("https://doi.org/10.5066/P1WKQ63T")


def test_cite_says_a_line_once():
    chosen = select(ATLAS, "Dy", measure="share_of_treo")
    assert len(cite(chosen).splitlines()) == len(chosen) == 13
    twice = replace(chosen, frame=pl.concat([chosen.frame, chosen.frame]))
    assert cite(twice) == cite(chosen)


def test_bibtex_escapes_what_tex_would_read():
    source = {
        "id": "a-1",
        "publisher": "A & B",
        "title": "100 % of x_y",
        "edition": "2024-05",
        "url": "https://a.b",
        "doi": None,
    }
    entry = bibtex(source)
    assert entry.startswith("@misc{a-1,\n  author = {{A \\& B}},\n  title = {{100 \\% of x\\_y}},\n  year = {2024},")
    assert "doi" not in entry
    assert citation({**source, "title": "T 2024-05"}) == "A & B, T 2024-05. https://a.b"


@pytest.mark.parametrize(
    "cells, text",
    [
        ({"qualifier": "estimated", "value": 270000.0}, "270,000 e"),
        ({"qualifier": "<", "value": 0.1}, "< 0.1"),
        ({"qualifier": "zero", "value": 0.0}, "-"),
        ({"qualifier": "not_available", "value": None}, "n.a."),
        ({"qualifier": "estimated", "value": None, "low": 10000.0, "high": 15000.0}, "10,000 to 15,000 e"),
        ({"qualifier": "reported", "value": 0.97}, "0.97"),
        ({"qualifier": "net_exporter", "value": None}, "net exporter"),
    ],
)
def test_a_value_is_shown_with_its_mark(cells, text):
    assert shown(cells) == text


def test_facts_prints_a_table_with_citations():
    done = run("facts", "neodymium", "--measure", "price", "--year", "2024")
    assert done.exit_code == 0
    assert "56  USD/kg" in done.stdout
    assert "U.S. Geological Survey, Mineral Commodity Summaries 2026" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 120


def test_facts_as_json_holds_figures_sources_and_edition():
    done = run("facts", "REE", "--stage", "mine", "--measure", "production", "--year", "2024", "--json")
    answer = json.loads(done.stdout)
    assert (answer["schema"], answer["edition"], answer["digest"]) == (1, ATLAS.edition, ATLAS.digest)
    assert {row["source"] for row in answer["figures"]} == {source["id"] for source in answer["sources"]}
    assert {row["country"]: row["value"] for row in answer["figures"]}["USA"] == 45_500


def test_facts_as_csv():
    done = run("facts", "REE", "--measure", "reserves", "--country", "Vietnam", "--edition", "all", "--csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["value"] for row in rows] == ["22000000.0", "22000000.0", "3500000.0", "3500000.0"]


def test_facts_that_are_not_there_say_what_is():
    done = run("facts", "Dy", "--stage", "mine", "--measure", "production")
    assert done.exit_code == 0
    assert "ytterby facts Dy --measure share_of_treo" in done.stdout


def test_facts_lists_facilities_and_assumptions():
    done = run("facts", "--facilities", "--country", "Malaysia", "--json")
    assert {row["country"] for row in json.loads(done.stdout)["facilities"]} == {"MYS"}
    assert "assumptions, atlas edition" in run("facts", "--assumptions").stdout
    assert "MYS-SEP-LAMP" in run("facts", "--facilities", "--stage", "separation", "--country", "MYS").stdout
    assert "REE (" in run("facts").stdout


def test_sources_are_listed_shown_and_exported():
    assert "U.S. Geological" in run("sources").stdout
    shown_one = run("sources", "mofcom-2025-18").stdout
    assert "USGS Mineral Commodity Summaries 2026" in shown_one
    listed = json.loads(run("sources", "--json").stdout)["sources"]
    assert {row["id"] for row in listed} == set(ATLAS.sources["id"])
    assert all(row["cited"] > 0 for row in listed if row["id"] != "natural-earth-50m")
    assert run("sources", "--bibtex").stdout.count("@misc{") == ATLAS.sources.height


@pytest.mark.parametrize(
    "words", [("facts", "dysprosum"), ("facts", "Dy", "--stage", "minne"), ("sources", "usgs-mcs-2062")]
)
def test_a_wrong_word_is_an_input_error_with_a_suggestion(words):
    done = run(*words)
    assert isinstance(done.exception, InputError)
    assert "Did you mean" in str(done.exception)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("iron", "iron-ore"), ("Dy2O3", "Dy"), ("Pr6O11", "Pr"), ("lithium carbonate", "Li"), ("REEs", "REE"),
     ("NdFeB magnets", "NdFeB"), ("platinum group metals", "PGM"), ("titanium sponge", "Ti")],
)  # fmt: skip
def test_words_people_type_name_their_material(word, expected):
    assert material_id(word) == expected


def test_oxides_of_other_metals_are_other_goods():
    assert find("Al2O3") is None
