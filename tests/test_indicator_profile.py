"""indicators/profile: every method side by side from the embedded figures, each with a value or a reason."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from ytterby.cli.app import build
from ytterby.core.errors import InputError
from ytterby.indicators.from_atlas import codes, group_of, producers
from ytterby.indicators.profile import MATRIX, METHODS, matrix, profile
from ytterby.indicators.profile_lines import eu_lines
from ytterby.indicators.status import STATUSES, WITHOUT_VALUE
from ytterby.indicators.tracing import traced


@pytest.fixture(scope="module")
def dysprosium(atlas):
    return profile(atlas, "dysprosium", "Germany", 2024)


def test_every_method_has_a_line_with_a_value_a_range_or_a_reason(dysprosium):
    assert {line.method for line in dysprosium.lines} == set(METHODS)
    for line in dysprosium.lines:
        assert line.status in STATUSES
        if line.value is None and line.low is None:
            assert line.status in WITHOUT_VALUE
            assert line.note or line.inputs
        if line.value is not None and line.low is not None and line.high is not None:
            assert line.low - 1e-9 <= line.value <= line.high + 1e-9
        if line.value is not None or line.low is not None:
            assert line.sources


def test_dysprosium_at_its_two_stages(dysprosium, atlas):
    found = {line.stage: line for line in dysprosium.lines if line.method == "hhi"}
    shares = [84.4, 9.3, 1.9, 1.3, 1.2, 1.0, 0.5, 0.3, 0.2]
    assert found["mine"].value == pytest.approx(sum((share / 100.1) ** 2 for share in shares), abs=2e-3)
    assert found["separation"].value == 1.0
    assert producers(atlas, "Dy", "separation", 2024)[0].amounts == {"CHN": 100.0}


def test_the_published_score_stands_beside_ours_and_is_for_the_group_only(dysprosium):
    scores = [line for line in dysprosium.lines if line.method == "eu-supply-risk"]
    published = next(line for line in scores if line.status == "published")
    assert published.value == 5.1
    assert "HREE together only" in published.note
    separation = next(line for line in scores if line.stage == "separation")
    assert separation.low <= published.value <= separation.high
    assert "inside" in separation.note
    assert group_of("Nd") == "LREE"
    assert group_of("Sc") is None


def test_geopolrisk_by_last_port_and_traced(dysprosium):
    rows = {line.stage: line for line in dysprosium.lines if line.method == "geopolrisk"}
    assert rows["separation"].status == "shared code"
    assert rows["separation"].low < rows["separation"].value < rows["separation"].high
    assert rows["separation, traced"].value > rows["separation"].value
    item = next(item for item in dysprosium.origins if item.stage == "separation")
    assert sum(share for _, share in item.top) == pytest.approx(1)
    assert sum(part for _, part in item.adds) == pytest.approx(item.cell.score, rel=1e-6)


def test_why_they_differ_names_the_numbers_of_the_case(dysprosium):
    told = " ".join(dysprosium.differ)
    assert "CHN" in told
    assert "HHI" in told
    assert "last port" in told


def test_the_united_states_have_the_printed_reliance(atlas):
    found = profile(atlas, "Co", "USA", 2024)
    line = next(line for line in found.lines if line.method == "net-import-reliance")
    printed = atlas.select("Co", measure="net_import_reliance", year=2024).frame
    assert line.value == pytest.approx(printed["value"][0] / 100)
    assert line.status == "published"


def test_a_code_of_several_materials_is_never_split(atlas):
    listed = codes(atlas, "Ga")
    assert listed["hs6"].to_list() == ["811292"]
    assert listed["together"].all()
    told = [line for line in profile(atlas, "Ga", "EU27").lines if line.status == "not told apart"]
    assert {line.method for line in told} == {"geopolrisk", "net-import-reliance", "import-reliance"}
    assert all(line.value is line.low is line.high is None for line in told)
    assert all("HS 811292 holds Ga, Ge, Hf, In, Nb, Re, V" in line.note for line in told)


def test_makers_are_not_sought_behind_a_code_of_several_metals(atlas):
    found = profile(atlas, "Ga", "EU27")
    assert found.origins[0].top
    assert not found.origins[0].traced
    assert any("Trade says nothing of the material alone: HS 811292" in text for text in found.differ)


def test_a_code_of_its_own_is_used_as_long_as_it_has_trade(atlas):
    codes_of = {year: {i.codes for i in profile(atlas, "Ge", "DEU", year).origins} for year in (2016, 2024)}
    assert codes_of == {2016: {("811230",)}, 2024: {("811292",)}}


def test_the_rare_earths_of_one_code_are_one_group_and_said_so(atlas):
    line = next(line for line in profile(atlas, "Dy", "DEU").lines if line.method == "import-reliance")
    assert line.value is None or line.status == "shared code"


def test_own_output_that_may_hide_among_other_countries_is_a_range(atlas):
    line = next(line for line in profile(atlas, "Co", "USA").lines if line.method == "import-reliance")
    assert line.value is None
    assert line.low < line.high
    assert "other countries" in line.interval


def test_what_is_wrong_with_the_question_is_told_at_once(atlas):
    with pytest.raises(InputError) as caught:
        profile(atlas, "Dysprosum", "Germny", 1900)
    assert len(caught.value.faults) == 3
    with pytest.raises(InputError, match="--for"):
        profile(atlas, "Dy", "World")


def test_tracing_on_paper():
    flows = pl.DataFrame(
        {
            "exporter": ["CHN", "AUS", "NLD", "CHN", "BEL", "LUX"],
            "importer": ["NLD", "NLD", "DEU", "DEU", "LUX", "BEL"],
            "quantity": [6.0, 2.0, 4.0, 4.0, 1.0, 1.0],
        }
    )
    shares, left = traced(flows, {"CHN", "AUS"}, ["DEU"])
    assert shares == {"CHN": pytest.approx(0.5 + 0.5 * 0.75), "AUS": pytest.approx(0.125)}
    assert left == pytest.approx(0)
    assert traced(flows, {"CHN"}, ["BEL"]) == ({}, 1.0)
    assert traced(flows, {"CHN"}, ["FRA"]) == ({}, 0.0)
    nothing_inside, _ = traced(flows, {"CHN", "AUS"}, ["DEU", "NLD"])
    assert nothing_inside == {"CHN": pytest.approx(10 / 12), "AUS": pytest.approx(2 / 12)}


def test_the_shell_prints_eighty_columns_and_json():
    text = CliRunner().invoke(build(), ["risk", "Dy", "--for", "DEU"])
    assert text.exit_code == 0, text.output
    for word in ("Dysprosium", "GeoPolRisk", "EU supply risk", "Why they differ", "shared code:", "[1]", "Next:"):
        assert word in text.output
    assert "…" not in text.output
    assert max(len(line) for line in text.output.splitlines()) <= 80
    told = json.loads(CliRunner().invoke(build(), ["risk", "Dy", "--for", "DEU", "--json"]).output)
    assert {row["method"] for row in told["indicators"]} == set(METHODS)
    assert told["edition"]
    assert {source for row in told["indicators"] for source in row["sources"]} == {row["id"] for row in told["sources"]}


@pytest.mark.parametrize("words", [["risk"], ["risk", "Dy"], ["risk", "Dy", "--for", "nowhere"]])
def test_the_shell_says_what_is_missing(words):
    assert isinstance(CliRunner().invoke(build(), words).exception, InputError)


def test_the_matrix_has_a_value_or_a_reason_in_every_cell(atlas):
    few = atlas.with_tables(
        materials=atlas.materials.filter(pl.col("id").is_in(["Co", "Dy", "graphite", "U", "NdFeB"]))
    )
    found = matrix(few, "USA")
    assert MATRIX.check(found) is found
    assert found.group_by("material").agg(pl.col("method").n_unique())["method"].unique().to_list() == [len(METHODS)]
    empty = found.filter(pl.col("value").is_null() & pl.col("low").is_null())
    assert empty.filter(~pl.col("status").is_in(list(WITHOUT_VALUE))).height == 0
    assert (empty["note"].str.len_chars() + empty["inputs"].str.len_chars() > 0).all()


@pytest.mark.parametrize("method", ["hhi", "eu-supply-risk", "eu-importance", "geopolrisk", "import-reliance"])
def test_each_method_has_figures_of_many_materials(atlas, method):
    """Counted from what each method needs, which is quicker than asking for every profile."""
    figures, codes_held = atlas.figures, atlas.trade_codes
    needs = {
        "hhi": figures.filter(pl.col("measure").is_in(["production", "share"]))["material"],
        "eu-supply-risk": figures.filter(pl.col("measure") == "supply_risk")["material"],
        "eu-importance": figures.filter(pl.col("measure") == "economic_importance")["material"],
        "geopolrisk": codes_held["materials"].str.split(";").explode(),
        "import-reliance": codes_held["materials"].str.split(";").explode(),
    }
    assert needs[method].n_unique() >= 20


def test_how_many_published_scores_of_2023_lie_inside_ours_is_as_the_document_says(atlas):
    scored = atlas.figures.filter((pl.col("measure") == "supply_risk") & (pl.col("period") == "2023"))["material"]
    told = {}
    for material in sorted(set(scored)):
        notes = [line.note for line in eu_lines(atlas, material) if "published score" in line.note]
        if notes:
            told[material] = any("is inside" in note for note in notes)
    outside = {material for material, inside in told.items() if not inside}
    assert (len(told), outside) == (67, {"As", "Be", "HREE", "Re", "Sc"})
