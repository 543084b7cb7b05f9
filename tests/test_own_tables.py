"""A user's own table: every fault with its line and column, all at once; nothing used of a table that has one."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from ytterby.atlas import own, own_cells, own_file
from ytterby.atlas.schema import FIGURES
from ytterby.core.errors import InputError, YtterbyError

HEAD = "material,stage,measure,country,period,value,unit"
GOOD = "Dy,mine,production,MMR,2024,900,t Dy"


def table(folder: Path, *lines: str, head: str = HEAD, name: str = "my.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((head, *lines, "")), encoding="utf-8")
    return path


def faults(path: Path) -> list[str]:
    with pytest.raises(InputError) as told:
        own.read(path)
    assert len(str(told.value).splitlines()) <= 21
    return [str(fault) for fault in told.value.faults]


def test_a_good_table_becomes_figures_of_its_own_source(tmp_path):
    path = table(
        tmp_path,
        "dysprosium, Mine ,PRODUCTION,Burma,2024,900,tonnes Dy,1.2e2,1000,estimated,our own count",
        "Dy,mine,production,AUS,2024,,t Dy,5,7,,",
        "Dy,mine,production,CHN,2024,0,t Dy,,,,",
        "Dy,mine,production,USA,2024,,t Dy,,,withheld,",
        head=HEAD + ",low,high,qualifier,note",
    )
    found = own.read(path)
    assert FIGURES.check(found.figures).height == 4
    first, second, third, fourth = found.figures.to_dicts()
    assert first["id"] == "own:my.csv:2"
    assert (first["material"], first["stage"], first["measure"], first["country"]) == (
        "Dy",
        "mine",
        "production",
        "MMR",
    )
    assert (first["value"], first["low"], first["high"], first["unit"]) == (900, 120, 1000, "t Dy")
    assert (first["source"], first["locator"], first["note"]) == ("own:my.csv", "line 2", "our own count")
    assert (second["value"], second["low"], second["high"], second["qualifier"]) == (None, 5, 7, "reported")
    assert (third["value"], third["qualifier"]) == (0, "zero")
    assert (fourth["value"], fourth["qualifier"]) == (None, "withheld")
    assert found.sources["kind"].to_list() == ["own"]
    assert found.sources["licence"].to_list() == ["yours"]
    assert first["edition"] == found.source["edition"].startswith("sha256 ") * first["edition"]


def test_all_faults_are_told_at_once_with_line_and_column(tmp_path):
    path = table(
        tmp_path,
        GOOD,
        'Dysprosum,mines,prodution,Jpan,2024-01-05,"1,200",t',
        "Dy,mine,production,CHN,2024,-5,t Dy",
        "Dy,mine,production,AUS,2024,,t Dy",
        "Dy,mine,production,USA,2024,5,t Dy2O3",
        "Dy,mine,production,MMR,2024,901,t Dy",
        ",mine,production,VNM,2024,1,t Dy",
    )
    told = faults(path)
    starts = [
        "my.csv, line 3, column 'material': found 'Dysprosum'; expected a material of the atlas",
        "my.csv, line 3, column 'stage': found 'mines'; expected one of mine,",
        "my.csv, line 3, column 'measure': found 'prodution'",
        "my.csv, line 3, column 'country': found 'Jpan'; expected a country or its ISO3 code",
        "my.csv, line 3, column 'period': found '2024-01-05', which looks like a date; expected a period: 2024",
        "my.csv, line 3, column 'value': found '1,200'; expected a number without marks for thousands, such as 1200",
        "my.csv, line 3, column 'unit': found 't'; expected a mass with its basis: t REO",
        "my.csv, line 4, column 'value': found -5; expected a production that is not negative",
        "my.csv, line 5, column 'value': found an empty cell; expected a number, or low and high, or a qualifier",
        "my.csv, line 6, column 'unit': found 't Dy2O3' (oxide); expected the basis of line 2, 't Dy' (contained)",
        "my.csv, line 7: found the same figure again; expected one row a figure (line 2 has it)",
        "my.csv, line 8, column 'material': found an empty cell; expected a value",
    ]
    assert len(told) == len(starts)
    for line, start in zip(told, starts, strict=True):
        assert line.startswith(start)
    assert "Did you mean 'dysprosium'?" in told[0]
    assert "Did you mean 'mine'?" in told[1]
    assert "Did you mean 'production'?" in told[2]
    assert "Did you mean 'Japan'?" in told[3]


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("W", "the qualifier withheld"),
        ("n.a.", "the qualifier not_available"),
        ("NaN", "the qualifier not_available"),
        ("inf", "a finite number"),
        ("1e999", "a finite number"),
        ('"1,5"', "a decimal point"),
        ('"1.234,5"', "a decimal point"),
        ("1'200", "such as 1200"),
        ("1 200", "such as 1200"),
        ("2024-03-01 00:00:00", "which looks like a date"),
        ("01/02/2024", "which looks like a date"),
        ("Mar-24", "which looks like a date"),
        ("1_000", "a finite number"),
        ("١٢", "a finite number"),
        ("~900", "a number"),
        ("900 t", "a number"),
        ("0x10", "a number"),
        ("=1+1", "a number"),
    ],
)
def test_a_cell_that_is_no_number(tmp_path, cell, says):
    told = faults(table(tmp_path, GOOD, f"Dy,mine,production,CHN,2024,{cell},t Dy"))
    assert len(told) == 1
    assert told[0].startswith("my.csv, line 3, column 'value': found ")
    assert says in told[0]


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("24", "expected a period"),
        ("2024-2020", "expected a period"),
        ("2024-13", "expected a period"),
        ("45292", "Excel's number of a day"),
        ("2024-01-01", "looks like a date"),
        ("1/1/2024", "looks like a date"),
        ("9999", "expected a period"),
        ("FY25", "expected a period"),
    ],
)
def test_a_cell_that_is_no_period(cell, says):
    found = own_cells.period(cell)
    assert isinstance(found, own_cells.Wrong)
    assert says in f"{found.looks}; expected {found.expected}"


@pytest.mark.parametrize("cell", ["2024", "2016-2020", "FY2025", "2024-H1", "2025-Q4", "2026-05", "2024.0", "1900"])
def test_a_cell_that_is_a_period(cell):
    assert own_cells.period(cell) == cell.removesuffix(".0")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("Dy,mine,production,CHN,2024,5,t Dy,7,3,", "found 7, above high 3"),
        ("Dy,mine,production,CHN,2024,5,t Dy,6,8,", "found 5, outside 6.0 to 8.0"),
        ("Dy,mine,production,CHN,2024,5,t Dy,,,zero", "found 5 with the qualifier zero"),
        ("Dy,mine,production,CHN,2024,5,t Dy,,,withheld", "found 5 that is withheld"),
        ("Dy,mine,share,CHN,2024,101,%,,,", "found 101 %; expected at most 100 %"),
        ("Dy,mine,production,CHN,2024,5,t Dy,,,guessed", "found 'guessed'; expected one of reported"),
        ("Dy,mine,production,CHN,2024,5,knots,,,", "column 'unit': found 'knots'"),
    ],
)
def test_what_makes_no_sense(tmp_path, row, says):
    told = faults(table(tmp_path, row, head=HEAD + ",low,high,qualifier"))
    assert len(told) == 1
    assert says in told[0]


def test_a_reliance_may_be_below_zero(tmp_path):
    path = table(tmp_path, "Dy,use,net_import_reliance,CHN,2024,-50,%")
    assert own.read(path).figures["value"].to_list() == [-50]


# ------------------------------------------------------------------ the file itself


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "an empty file"),
        (b"\n\n  \n", "an empty file"),
        (b"\xef\xbb\xbf", "an empty file"),
        (HEAD.encode(), "a heading without rows"),
        (HEAD.encode() + b"\n,,,,,,\n", "a heading without rows"),
        ((HEAD + "\n" + GOOD).encode("utf-16"), "UTF-8; in Excel: Save as"),
        ((HEAD + "\n" + GOOD + "\nDy,mine,production,Türkiye").encode("latin-1"), "my.csv, line 3: found a byte"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "bytes that are not text"),
        ((HEAD + "\n" + "x" * 5000 + "\0").encode(), "line 2: found a zero byte"),
        ((HEAD + '\n"Dy,mine').encode(), "line 2: found a quote that is never closed"),
        ((HEAD + "\n" + GOOD + ",8,9").encode(), "line 2: found 9 cells; expected 7, as in the heading"),
        ((HEAD + "\n" + "x" * 200_000).encode(), "line 2: found field larger than field limit"),
        (b"PK\x03\x04 not a zip", "a file that does not open"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table(tmp_path, data, says):
    path = tmp_path / "my.csv"
    path.write_bytes(data)
    assert any(says in line for line in faults(path))


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("material,stage,measure,period,value", ["no column 'unit'"]),
        (HEAD + ",contry", ["a column 'contry'", "Did you mean 'country'?"]),
        (HEAD + ",value", ["2 columns 'value'"]),
        ("name,amount", ["a column 'name'", "no column 'material'", "no column 'value'"]),
    ],
)
def test_a_heading_that_does_not_fit(tmp_path, head, expected):
    told = " ".join(faults(table(tmp_path, GOOD, head=head)))
    assert all(text in told for text in expected)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separators_line_ends_and_marks_of_other_programs(tmp_path, separator, newline):
    lines = [HEAD, "", GOOD, "Dy,mine,production,CHN,2024,,t Dy"]
    text = newline.join(line.replace(",", separator) for line in lines)
    path = tmp_path / "my.csv"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert [line.split(":")[0] for line in faults(path)] == ["my.csv, line 4, column 'value'"]


def test_a_cell_over_two_lines_keeps_the_count(tmp_path):
    path = table(tmp_path, '"Dy",mine,production,MMR,2024,900,t Dy,"two\nlines"', "Dy,mine,production,CHN,2024,x,t Dy,",
                 head=HEAD + ",note")  # fmt: skip
    assert faults(path)[0].startswith("my.csv, line 4, column 'value'")


def test_folders_missing_files_and_large_ones(tmp_path, monkeypatch):
    assert "no such file" in faults(tmp_path / "none.csv")[0]
    assert "a folder, device or pipe" in faults(tmp_path)[0]
    assert "expected a table" in faults(Path("x" * 5000))[0]
    monkeypatch.setattr(own_file, "MOST_BYTES", 10)
    assert "expected at most 10" in faults(table(tmp_path, GOOD))[0]


def test_a_table_with_too_many_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(own_file, "MOST_LINES", 3)
    assert "more than 3 lines" in faults(table(tmp_path, *[GOOD] * 5))[0]


def test_many_faults_stay_one_screen(tmp_path):
    path = table(tmp_path, *["Xx,mine,production,CHN,2024,x,t Dy"] * 800)
    assert len(faults(path)) > 900


# ------------------------------------------------------------------ workbooks


def workbook(path: Path, rows: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("Orders")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def test_a_workbook_is_read_with_its_rows(tmp_path):
    rows = [[], HEAD.split(","), ["Dy", "mine", "production", "MMR", 2024, 900.5, "t Dy"]]
    found = own.read(workbook(tmp_path / "my.xlsx", rows)).figures
    assert found["value"].to_list() == [900.5]
    assert found["period"].to_list() == ["2024"]
    assert found["locator"].to_list() == ["row 3"]


def test_a_date_in_a_workbook_is_told(tmp_path):
    day = datetime.date(2024, 3, 1)
    rows = [HEAD.split(","), ["Dy", "mine", "production", "MMR", day, day, "t Dy"]]
    told = faults(workbook(tmp_path / "my.xlsx", rows))
    assert told[0].startswith("my.xlsx, sheet 'Orders', row 2, column 'period'")
    assert len(told) == 2
    assert all("looks like" in line for line in told)


def test_a_workbook_that_is_a_trap(tmp_path):
    path = tmp_path / "my.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", b"\0" * 30_000_000)
        made.writestr("../../evil", "x")
    told = " ".join(faults(path))
    assert "grows" in told
    assert "leads out" in told


# ------------------------------------------------------------------ together with the atlas


def test_own_figures_stand_beside_those_of_the_atlas(atlas, tmp_path):
    both = own.beside(atlas, [table(tmp_path, "REE,mine,production,CHN,2024,300000,t REO")])
    assert both.figures.height == atlas.figures.height + 1
    chosen = both.select("REE", "mine", "production", "China", 2024)
    values = dict(chosen.frame.select("source", "value").rows())
    assert values["own:my.csv"] == 300_000
    assert values["usgs-mcs-2026"] == 270_000
    assert "you, my.csv (sha256 " in chosen.cite()
    assert both.edition.startswith(f"{atlas.edition} with my.csv (sha256 ")
    assert own.beside(atlas, []) is atlas


def test_faults_of_all_tables_are_told_together(atlas, tmp_path):
    (tmp_path / "other").mkdir()
    paths = [table(tmp_path, GOOD.replace("900", "x")), table(tmp_path / "other", GOOD.replace("MMR", "Xx"))]
    with pytest.raises(InputError) as told:
        own.beside(atlas, paths)
    lines = str(told.value).splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "my.csv, line 2, column 'value'", "my.csv, line 2, column 'country'", "--with",
    ]  # fmt: skip


def test_the_atlas_own_csv_can_be_given_back(atlas, tmp_path):
    chosen = atlas.select("Dy", measure="price").frame
    path = tmp_path / "facts.csv"
    chosen.write_csv(path)
    found = own.read(path).figures
    assert found["value"].to_list() == chosen["value"].to_list()
    assert set(found["source"]) == {"own:facts.csv"}
    assert found["derived_from"].to_list() == [row["derived_from"] or row["id"] for row in chosen.to_dicts()]
    assert all("Source given in the table: usgs-" in note for note in found["note"])


CELL = st.one_of(
    st.sampled_from(["Dy", "mine", "production", "CHN", "2024", "1", "t Dy", "", '"', "\n", ";", "\x00", "é", "﻿"]),
    st.text(max_size=12),
)


@given(st.lists(st.lists(CELL, max_size=9), max_size=6), st.sampled_from([HEAD, HEAD.replace(",", ";"), ""]))
def test_any_text_is_a_table_or_a_message(tmp_path_factory, rows, head):
    path = tmp_path_factory.mktemp("any") / "my.csv"
    text = "\n".join([head, *(",".join(row) for row in rows)])
    path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
    message = ""
    try:
        FIGURES.check(own.read(path).figures)
    except YtterbyError as error:
        message = str(error)
    assert len(message.splitlines()) <= 21
    assert "\x00" not in message
