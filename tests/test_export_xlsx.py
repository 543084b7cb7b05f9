"""Excel workbooks: the four sheets, units in the headings, text that stays text, the same bytes for the same result.

Read back with an independent reader (calamine, through fastexcel) and, for what a reader hides, as the XML itself.
"""

from __future__ import annotations

import builtins
import re
import zipfile
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from outcome_sample import sample_outcome
from ytterby.core.errors import InputError, MissingExtra
from ytterby.model.outcome import TABLES
from ytterby.show import export_xlsx
from ytterby.show.export_xlsx import facts_xlsx, heading, outcome_xlsx

SHEETS = ["Result", "Inputs", "Sources", "About"]


def cells(path: Path, sheet: str) -> list[list[object]]:
    return fastexcel.read_excel(str(path)).load_sheet(sheet, header_row=None).to_polars().rows()


def table(path: Path, sheet: str, first: str) -> list[dict[str, object]]:
    """The rows below the first row that begins with the heading `first`, up to an empty row."""
    rows = cells(path, sheet)
    start = next(at for at, row in enumerate(rows) if row[0] == first)
    heads = [head for head in rows[start] if head is not None]
    found = []
    for row in rows[start + 1 :]:
        if not any(cell is not None for cell in row):
            break
        found.append(dict(zip(heads, row, strict=False)))
    return found


def test_four_sheets_and_every_table(tmp_path):
    outcome = sample_outcome()
    path = outcome_xlsx(outcome, tmp_path / "new" / "r.xlsx")
    assert fastexcel.read_excel(str(path)).sheet_names == SHEETS
    with zipfile.ZipFile(path) as book:
        tables = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/tables/")]
    named = {re.search(r' name="(\w+)"', text)[1].lower() for text in tables}
    filled = {name for name in TABLES if outcome.table(name).height}
    assert named >= filled
    texts = [row[0] for row in cells(path, "Result")]
    assert outcome.scenario.title in texts
    assert outcome.finding in texts


def test_headings_carry_the_unit_and_cells_their_full_precision(tmp_path):
    outcome = sample_outcome()
    path = outcome_xlsx(outcome, tmp_path / "r.xlsx")
    gains = table(path, "Result", "country")
    assert list(gains[0])[1] == "consumer [MUSD/yr]"
    by_country = {row["country"]: row for row in gains}
    for row in outcome.gains.to_dicts():
        assert float(by_country[row["country"]]["welfare [MUSD/yr]"]) == pytest.approx(row["welfare"], rel=1e-12)
    prices = cells(path, "Result")
    heads = next(row for row in prices if row[0] == "product" and "status" in row)
    assert "home [USD/kg]" in heads


def test_missing_is_empty_and_zero_is_zero(tmp_path):
    frame = pl.DataFrame({"id": ["a", "b"], "value": [None, 0.0], "unit": ["t", "t"]})
    facts_xlsx(frame, pl.DataFrame({"id": ["s"]}), tmp_path / "f.xlsx")
    rows = table(tmp_path / "f.xlsx", "Result", "id")
    assert [row["value [t]"] for row in rows] == [None, "0"]


@pytest.mark.parametrize(
    ("units", "unit", "expected"),
    [
        (["t REO", "t REO"], "varies", "value [t REO]"),
        (["t REO", "t Dy"], "varies", "value [see unit]"),
        ([None, "t Dy"], "varies", "value [t Dy]"),
        (["t", "t"], "%", "value [%]"),
        (["t", "t"], "1", "value [ratio]"),
        (["t", "t"], "", "value"),
    ],
)
def test_what_a_heading_says(units, unit, expected):
    column = TABLES["prices"].column("base").__class__("value", pl.Float64, unit, "a value")
    assert heading(column, pl.DataFrame({"value": [1.0, 2.0], "unit": units})) == expected


def test_text_is_never_a_formula_or_a_link(tmp_path):
    texts = ["=1+1", "+1", "@SUM(A1)", "https://example.org", "\x07bell", "x" * 40_000, "希土類 \U0001f9f2"]
    frame = pl.DataFrame({"id": texts, "note": ["=cmd|' /C calc'!A0"] * len(texts)})
    facts_xlsx(frame, pl.DataFrame({"id": ["s"]}), tmp_path / "f.xlsx", asked={"material": "=1+1"})
    with zipfile.ZipFile(tmp_path / "f.xlsx") as book:
        sheets = "".join(book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name)
    assert "<f>" not in sheets
    assert "<hyperlink" not in sheets
    rows = table(tmp_path / "f.xlsx", "Result", "id")
    assert [row["id"] for row in rows][:4] == texts[:4]
    assert len(rows[5]["id"]) == 32_000
    assert rows[6]["id"] == texts[6]


def test_the_same_result_gives_the_same_bytes(tmp_path):
    first = outcome_xlsx(sample_outcome(), tmp_path / "a.xlsx").read_bytes()
    assert outcome_xlsx(sample_outcome(), tmp_path / "b.xlsx").read_bytes() == first


def test_inputs_hold_the_scenario_and_about_how_to_get_it_again(tmp_path):
    outcome = sample_outcome()
    path = outcome_xlsx(outcome, tmp_path / "r.xlsx")
    inputs = [row[0] for row in cells(path, "Inputs")]
    assert [f"--set {text}" for text in outcome.scenario.overrides] == [t for t in inputs if str(t).startswith("--set")]
    about = {row["what"]: row["value"] for row in table(path, "About", "what")}
    assert about["Input hash (SHA-256)"] == outcome.input_hash
    assert about["The same result in a shell"].startswith("ytterby run sample-licences")
    sources = table(path, "Sources", "id")
    assert [row["licence"] for row in sources] == outcome.sources["licence"].to_list()


def test_facts_are_cited(atlas, tmp_path):
    chosen = atlas.select("REE", measure="reserves")
    path = facts_xlsx(chosen.frame, chosen.sources, tmp_path / "f.xlsx", asked={"material": "REE", "stage": None})
    assert fastexcel.read_excel(str(path)).sheet_names == SHEETS
    rows = table(path, "Result", "id")
    assert [row["id"] for row in rows] == chosen.frame["id"].to_list()
    assert all(row["locator"] and row["source"] for row in rows)
    assert [row[0] for row in cells(path, "Inputs")] == ["What was asked", "material: REE"]
    assert {row["id"] for row in table(path, "Sources", "id")} == set(chosen.frame["source"])


def test_a_table_longer_than_a_sheet_is_refused_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(export_xlsx, "MOST_ROWS", 10)
    with pytest.raises(InputError, match="--package"):
        outcome_xlsx(sample_outcome(), tmp_path / "r.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_without_the_package_the_message_holds_the_install_line(tmp_path, monkeypatch):
    real = builtins.__import__

    def absent(name: str, *rest: object, **options: object) -> object:
        if name == "xlsxwriter":
            raise ImportError(name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(MissingExtra, match=r'pip install "ytterby\[excel\]"'):
        outcome_xlsx(sample_outcome(), tmp_path / "r.xlsx")
    assert list(tmp_path.iterdir()) == []
