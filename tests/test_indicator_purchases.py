"""indicators/purchases: a company's list measured, and every fault of it told with its row."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from ytterby.cli.app import build
from ytterby.core.errors import InputError
from ytterby.indicators import files
from ytterby.indicators.from_atlas import stability
from ytterby.indicators.purchases import RESULT, exposure

LIST = (
    "Metal,Country of Origin,Quantity (kg),Value (USD),Year,Additional Notes\n"
    "dysprosium,China,800,240000,2022,\nDy,Burma,200,50000,2022,by air\nCobalt,DRC,5000,150000,2024,\n"
)


@pytest.fixture
def written(tmp_path):
    def write(text):
        (tmp_path / "buy.csv").write_text(text, encoding="utf-8")
        return files.read(tmp_path / "buy.csv")

    return write


def risk(atlas, country, year):
    rows = stability(atlas).filter((pl.col("economy") == country) & (pl.col("year") == year))
    return rows["instability"].item()


def test_a_list_on_paper(atlas, written):
    found = exposure(written(LIST), atlas)
    assert RESULT.check(found.table) is found.table
    row = found.table.filter(pl.col("material") == "Dy").row(0, named=True)
    expected = 0.8 * risk(atlas, "CHN", 2022) + 0.2 * risk(atlas, "MMR", 2022)
    assert (row["stage"], row["quantity_t"], row["hhi"], row["status"]) == ("separation", 1.0, 1.0, "ok")
    assert row["import_risk"] == row["score"] == pytest.approx(expected)
    assert row["price"] == pytest.approx(290.0)
    assert row["midpoint"] == pytest.approx(expected * 290)
    assert row["low"] < row["score"] < row["high"]
    assert row["top"] == "CHN 80%, MMR 20%"
    adds = found.countries.filter(pl.col("material") == "Dy")["adds"]
    assert sum(adds) == pytest.approx(expected)
    assert any("'Burma' as MMR" in note for note in found.notes)


def test_each_economy_has_one_governance_figure_a_year(atlas):
    assert not stability(atlas).select("economy", "year").is_duplicated().any()


def test_units_and_stages_are_told_or_asked_for(atlas, written):
    tonnes = exposure(written("material,origin,quantity_t\nDy,CHN,1\n"), atlas).table.row(0, named=True)
    kilos = exposure(written("material,origin,quantity,unit\nDy,CHN,1000,kg\n"), atlas).table.row(0, named=True)
    assert tonnes == kilos
    assert (tonnes["price"], tonnes["status"]) == (None, "no price")
    mined = exposure(written("material,origin,quantity_t,stage\nDy,CHN,1,mine\n"), atlas).table.row(0, named=True)
    assert mined["hhi"] < tonnes["hhi"]


def test_every_fault_is_told_with_its_row(atlas, written):
    head = "metal,country,quantity_kg,value,year,stage\n"
    text = head + "Dysprosum,Chnia,-3,W,2022-05-01,smelting\nDy,CHN,eight,1,2022,mine\n"
    with pytest.raises(InputError) as caught:
        exposure(written(text), atlas)
    told = str(caught.value)
    for said in ("'Dysprosum'", "'Chnia'", "-3", "withheld", "a date", "'smelting'", "'eight'", "row 2", "row 3"):
        assert said in told, told
    with pytest.raises(InputError, match="masses without a unit"):
        exposure(written("metal,country,quantity\nDy,CHN,1\n"), atlas)
    with pytest.raises(InputError, match="country of origin"):
        exposure(written("metal,quantity_kg\nDy,1\n"), atlas)


def test_what_is_not_known_has_a_status_and_no_zero(atlas, written):
    row = exposure(written("metal,country,quantity_kg\nDy,Other countries,1\n"), atlas).table.row(0, named=True)
    assert (row["score"], row["status"]) == (None, "no governance")


def test_workbooks_are_read_and_name_their_sheet(atlas, tmp_path):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    pytest.importorskip("fastexcel")
    place = tmp_path / "buy.xlsx"
    with xlsxwriter.Workbook(place) as book:
        sheet = book.add_worksheet("Orders")
        for at, row in enumerate(line.split(",") for line in LIST.splitlines()):
            sheet.write_row(at, 0, [float(cell) if cell.isdigit() else cell for cell in row])
        sheet.write(4, 0, "Dy")
        sheet.write(4, 1, "Burmaa")
        sheet.write(4, 2, 1.0)
        sheet.write_datetime(
            4, 4, __import__("datetime").datetime(2022, 5, 1), book.add_format({"num_format": "d/m/yy"})
        )
    with pytest.raises(InputError) as caught:
        exposure(files.read(place), atlas)
    told = str(caught.value)
    assert "buy.xlsx, sheet 'Orders', row 5, column 'Country of Origin': found 'Burmaa'" in told
    assert "row 5, column 'Year'" in told
    assert "a date" in told


def test_the_shell(tmp_path):
    (tmp_path / "buy.csv").write_text(LIST, encoding="utf-8")
    run = CliRunner().invoke(build(), ["risk", "--purchases", str(tmp_path / "buy.csv")])
    assert run.exit_code == 0, run.output
    assert "CHN 80%, MMR 20%" in run.output
    told = CliRunner().invoke(build(), ["risk", "--purchases", str(tmp_path / "buy.csv"), "--json"])
    assert {row["material"] for row in json.loads(told.stdout)["purchases"]} == {"Dy", "Co"}
    out = CliRunner().invoke(
        build(), ["risk", "--purchases", str(tmp_path / "buy.csv"), "--out", str(tmp_path / "o.csv")]
    )
    assert out.exit_code == 0
    assert pl.read_csv(tmp_path / "o.csv").height == 2
