"""Claim files and verdicts: the smallest cases with an answer one can look up in the table."""

import json

import pytest
from typer.testing import CliRunner

import ytterby as yb
from ytterby.cli.app import build
from ytterby.core.errors import InputError
from ytterby.studies.claims.claim_file import parse, ready
from ytterby.studies.claims.editions import published


def one(as_of=None, viewpoint=None, text="A sentence.", wording=(), **test):
    return yb.check({"text": text, "wording": list(wording), "test": test}, as_of=as_of, viewpoint=viewpoint)[0]


def share(value, **more):
    return {"type": "share", "material": "Nb", "stage": "mine", "place": "Brazil", "value": value, "unit": "%", **more}


def test_a_share_is_a_row_over_the_world_of_the_same_table():
    found = one(**share(93, year=2024))  # 104,000 of 112,000 t
    assert found.verdict == "supported"
    figure = next(item for item in found.evidence if item.source == "usgs-mcs-2026")
    assert figure.value == pytest.approx(100 * 104 / 112)
    assert figure.low < figure.value < figure.high
    assert figure.locator in figure.citation


@pytest.mark.parametrize(
    ("test", "verdict"),
    [
        (share(90, relation=">", year=2024), "supported"),
        (share(95, relation=">", year=2024), "contradicted"),
        (share(80, year=2024), "contradicted"),
        ({"type": "rank", "material": "Li", "stage": "mine", "place": "Australia", "value": 1}, "supported"),
        ({"type": "rank", "material": "Li", "stage": "mine", "place": "Chile", "value": 1}, "contradicted"),
        ({"type": "comparison", "material": "Sb", "stage": "mine", "place": "Russia",
          "other": "China", "relation": ">"},
         "contradicted"),
        ({"type": "trend", "material": "Co", "stage": "mine", "place": "DRC", "year": 2025, "relation": ">"},
         "supported"),
        ({"type": "trend", "material": "Dy", "measure": "price", "year": 2025, "relation": ">"}, "contradicted"),
        ({"type": "existence", "material": "Ga", "stage": "refining", "place": "USA", "value": 0}, "supported"),
        ({"type": "existence", "material": "Co", "stage": "mine", "place": "China", "value": 0}, "contradicted"),
        ({"type": "event", "material": "Ga", "place": "China", "action": "control", "date": "2023-08"}, "supported"),
        ({"type": "event", "material": "Ga", "place": "China", "action": "control", "date": "2019"}, "contradicted"),
        ({"type": "event", "action": "un vote", "date": "2022-10-12"}, "supported"),
        ({"type": "quantity", "material": "Li", "stage": "mine", "place": "Iceland", "value": 5, "unit": "t"},
         "not checkable"),
        ({"type": "opinion"}, "not checkable"),
        ({"type": "causal"}, "not checkable"),
        ({"type": "prediction"}, "not checkable"),
    ],
)  # fmt: skip
def test_each_type_has_its_verdict(test, verdict):
    found = one(**test)
    assert found.verdict == verdict, found.why


def test_reserves_change_verdict_with_the_edition():
    vietnam = {"type": "quantity", "material": "REE", "stage": "mine", "measure": "reserves", "place": "Vietnam",
               "value": 22e6, "unit": "t"}  # fmt: skip
    now, then = one(**vietnam), one(as_of="2024-06-30", **vietnam)
    assert (now.verdict, now.reason) == ("contradicted", "stale date")
    assert then.verdict == "supported"
    assert {item.edition for item in then.evidence} == {"2024"}


def test_an_edition_counts_from_its_publication_only():
    assert published("2024", "usgs-mcs").isoformat() == "2024-01-31"
    assert published("undated", "x") is None
    assert one(as_of="1999-01-01", **share(93)).verdict == "not checkable"


def test_another_stage_is_named_as_the_reason():
    found = one(type="share", material="REE", stage="mine", place="China", value=91, unit="%")
    assert (found.verdict, found.reason) == ("contradicted", "stage")
    assert "separation 91 %" in found.wording


def test_sources_that_disagree_make_a_claim_disputed():
    # Graphite mined in China in 2024: 1,270 kt by one source, 1,580 kt by another.
    found = one(type="quantity", material="graphite", stage="mine", place="China", year=2024, value=1_270_000, unit="t")
    assert (found.verdict, found.reason) == ("disputed", "sources disagree")
    assert {item.agrees for item in found.evidence} == {True, False}


def test_a_threshold_can_be_overridden():
    test = share(100, relation="about", year=2024)
    assert one(**test).verdict == "contradicted"
    assert one(wording=[{"term": "about", "threshold": 8}], **test).verdict == "supported"


def test_status_depends_on_the_viewpoint_and_every_view_is_shown():
    test = {"type": "status", "region": "Donetsk", "field": "title", "holder": "RUS"}
    verdicts = {view: one(viewpoint=view, **test).verdict for view in (None, "UN", "RUS", "UKR")}
    assert verdicts == {None: "disputed", "UN": "contradicted", "RUS": "supported", "UKR": "contradicted"}
    # Of Luhansk no view of Russia is registered: that is no agreement of the others.
    assert one(**{**test, "region": "Luhansk"}).verdict == "disputed"


def test_only_a_claim_file_on_disk_opens_a_transcript_beside_it(tmp_path, monkeypatch):
    (tmp_path / "notes.txt").write_text("We are ready to sell all of it, he said, to whoever pays in the end.")
    table = 'text = "We are ready"\n[test]\ntype = "quotation"\ntranscript = "notes.txt"\n'
    (tmp_path / "claim.toml").write_text(table)
    assert yb.check(tmp_path / "claim.toml")[0].verdict == "supported"
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="the words themselves"):
        one(text="We are ready", type="quotation", transcript="notes.txt")
    with pytest.raises(InputError, match="the words themselves"):
        parse(table)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "claim.toml").write_text(table)
    (tmp_path / "in" / "notes.txt").symlink_to(tmp_path / "notes.txt")
    with pytest.raises(InputError, match="same folder"):
        yb.check(tmp_path / "in" / "claim.toml")


def test_a_quotation_is_held_against_a_transcript():
    test = {"type": "quotation", "transcript": "We are ready to sell all of it, he said, to whoever pays."}
    assert one(text="We are ready to sell all of it", **test).verdict == "supported"
    assert one(text="We are ready … to whoever pays", **test).verdict == "supported"
    altered = one(text="We are ready to steal all of it", **test)
    assert (altered.verdict, altered.reason) == ("contradicted", "altered quote")
    assert one(text="We are ready", type="quotation").reason == "no transcript"


def test_all_faults_of_a_file_at_once_with_the_nearest_word(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text(
        'text = "x"\nsayd_by = "y"\n[test]\ntype = "shair"\nmaterial = "cobbalt"\nplace = "Chyna"\nvalue = inf\n'
    )
    with pytest.raises(InputError) as refused:
        yb.claim(path)
    told = str(refused.value)
    for word in ("'said_by'", "'share'", "'cobalt'", "'China'", "finite"):
        assert word in told


def test_ready_claims_are_checked_and_the_exit_code_tells(tmp_path):
    shell = CliRunner()
    assert len(ready()) >= 3
    run = shell.invoke(build(), ["check", "chinese-share-by-stage", "--json"])
    found = json.loads(run.output)
    assert run.exit_code == 1
    assert [claim["verdict"] for claim in found["claims"]] == ["supported", "contradicted", "supported"]
    fine = tmp_path / "fine.toml"
    fine.write_text(
        'text = "x"\n[test]\ntype = "share"\nmaterial = "Nb"\nplace = "BRA"\nvalue = 50\nrelation = ">"\nunit = "%"\n'
    )
    assert shell.invoke(build(), ["check", str(fine)]).exit_code == 0
    assert shell.invoke(build(), ["check", str(tmp_path)]).exit_code == 0
    assert "ytterby-claim" in shell.invoke(build(), ["check", str(fine), "--snippet"]).output
    for bad in (
        ["check", str(tmp_path / "none.toml")],
        ["check", str(fine), "--as-of", "soon"],
        ["check", str(fine), "--viewpoint", "mars"],
    ):
        assert isinstance(shell.invoke(build(), bad).exception, InputError)


def test_as_of_changes_the_verdict_from_the_command_line():
    shell = CliRunner()
    then = json.loads(shell.invoke(build(), ["check", "reserves-revised", "--as-of", "2023-12-31", "--json"]).output)
    now = json.loads(shell.invoke(build(), ["check", "reserves-revised", "--json"]).output)
    assert [c["verdict"] for c in then["claims"]] == ["supported", "supported", "supported"]
    assert {c["verdict"] for c in now["claims"]} == {"contradicted"}
