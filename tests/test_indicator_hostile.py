"""Tables a user brings that are wrong: every fault told at once, with its row and column; exit 2; nothing lost."""

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from ytterby.cli.app import build
from ytterby.core.errors import InputError, YtterbyError
from ytterby.indicators import files
from ytterby.indicators.economies import economy, repaired
from ytterby.indicators.geopolrisk import geopolrisk

MADE = "material,country,year,quantity,unit\nDy,China,2022,75,t\nDy,Burma,2022,25,t\n"
FLOWS = "material,exporter,importer,year,quantity,value\nDy,China,Germany,2022,8,2400\nDy,Myanmar,Germany,2022,2,600\n"
RULED = "country,year,estimate\nChina,2022,-0.4\nMyanmar,2022,-2.1\n"


@pytest.fixture
def place(tmp_path):
    def write(production=MADE, trade=FLOWS, governance=RULED, encoding="utf-8"):
        named = {"production": production, "trade": trade, "governance": governance}
        for name, text in named.items():
            (tmp_path / f"{name}.csv").write_bytes(text.encode(encoding))
        return [files.read(tmp_path / f"{name}.csv") for name in named]

    return write


def faults(tables):
    with pytest.raises(InputError) as caught:
        geopolrisk(*tables)
    return str(caught.value)


def test_the_good_tables_are_good(place):
    frame = geopolrisk(*place(), economies=["DEU"])
    assert frame["status"].to_list() == ["ok"]


WRONG = {
    "unknown name": (
        {"production": MADE.replace("China", "Chnia")},
        "production.csv, row 2, column 'country': found 'Chnia'",
        "Did you mean 'China'?",
    ),
    "mojibake": (
        {"trade": FLOWS.replace("Myanmar", "TÃ¼rkiye")},
        "trade.csv, row 3, column 'exporter': found 'TÃ¼rkiye', UTF-8 text read in another encoding",
        "Did you mean 'Türkiye'?",
    ),
    "duplicated key": (
        {"production": MADE + "Dy,CHN,2022,75,t\n"},
        "production.csv, row 4, columns material, economy, year: found Dy, CHN, 2022, already said in row 2",
        "once",
    ),
    "duplicated flow": (
        {"trade": FLOWS + "Dy,China,Germany,2022,1,1\n"},
        "trade.csv, row 4, columns material, exporter, importer, year",
        "already said in row 2",
    ),
    "negative tonnes": (
        {"production": MADE.replace("25", "-25")},
        "production.csv, row 3, column 'quantity': found -25",
        "at least 0",
    ),
    "not a number": (
        {"trade": FLOWS.replace(",8,", ",eight,")},
        "trade.csv, row 2, column 'quantity': found 'eight'",
        "expected a number",
    ),
    "NaN": ({"production": MADE.replace("25", "NaN")}, "production.csv, row 3, column 'quantity'", "empty cell"),
    "infinity": ({"trade": FLOWS.replace(",600", ",inf")}, "trade.csv, row 3, column 'value': found", "finite"),
    "withheld": (
        {"production": MADE.replace("25", "W")},
        "production.csv, row 3, column 'quantity': found 'W' (withheld)",
        "missing, not zero",
    ),
    "thousands": ({"production": MADE.replace("75", '"1,075"')}, "row 2", "Did you mean '1075'?"),
    "decimal comma": ({"production": MADE.replace("75", '"7,5"')}, "row 2", "Did you mean '7.5'?"),
    "date for a year": (
        {"production": MADE.replace("2022", "2022-01-01")},
        "production.csv, row 2, column 'year': found '2022-01-01', a date",
        "Did you mean '2022'?",
    ),
    "day number for a year": (
        {"trade": FLOWS.replace("2022", "44562")},
        "trade.csv, row 2, column 'year': found '44562', the number of a day in a spreadsheet",
        "a calendar year",
    ),
    "date for a tonnage": ({"production": MADE.replace(",25,", ",1-Mar,")}, "found '1-Mar', a date", "spreadsheet"),
    "no country": ({"production": MADE.replace("Burma", "")}, "row 3, column 'country': found nothing", "a country"),
    "NA is not Namibia": ({"production": MADE.replace("Burma", "NA")}, "found 'NA'", "Namibia is NAM"),
    "no material": ({"production": MADE.replace("Dy,Burma", ",Burma")}, "row 3, column 'material': found nothing", ""),
    "misspelt material": (
        {"trade": FLOWS.replace("Dy,", "Dysprosum,")},
        "trade.csv, row 2, column 'material': found 'Dysprosum'",
        "",
    ),
    "mixed bases": (
        {"production": MADE.replace("75,t", "75,t REO").replace("25,t", "25,t gross")},
        "production.csv, row 3, column 'unit': found 't gross' for Dy",
        "one basis a material: row 2 has 't REO'",
    ),
    "no column": ({"trade": FLOWS.replace("importer", "who")}, "a column for the importer", "trade.csv"),
    "continental": ({"production": MADE.replace("75", '"1.075,5"')}, "row 2", "Did you mean '1075.5'?"),
    "blanks for thousands": ({"production": MADE.replace("75", "1\u00a0075")}, "row 2", "Did you mean '1075'?"),
    "ranks for governance": ({"governance": RULED.replace("-0.4", "38.2")}, "row 2", "not read"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_its_row_and_column(place, case):
    files_, *said = WRONG[case]
    if case == "misspelt material":
        files_ = {**files_, "production": MADE.replace("Dy,", "Dysprosium,")}
    told = faults(place(**files_))
    assert all(text in told for text in said), told


SHAPES = {
    "a column twice": (MADE.replace("unit", "country"), "production.csv, row 1: found 2 columns 'country'"),
    "more cells than columns": (MADE + "Dy,USA,2022,3,t,more\n", "production.csv, row 4: found 6 cells; expected 5"),
    "an open quote": (MADE + '"Dy,USA,2022,3,t\n', "production.csv, row 4: found a quote that is never closed"),
}


@pytest.mark.parametrize("case", SHAPES)
def test_a_file_that_is_no_table_says_in_which_row(place, case):
    text, said = SHAPES[case]
    with pytest.raises(InputError) as caught:
        place(production=text)
    assert said in str(caught.value)


def test_empty_rows_are_no_rows_and_the_others_keep_their_numbers(place):
    frame = geopolrisk(*place(production=MADE + "\n,,,,\nDy,USA,2022,100,t\n"), economies=["USA"])
    assert frame["hhi"].to_list() == [pytest.approx((75**2 + 25**2 + 100**2) / 200**2)]
    assert "production.csv, row 6, column 'country'" in faults(place(production=MADE + "\n,,,,\nDy,Usx,2022,1,t\n"))


def test_totals_of_the_world_are_not_counted_beside_the_flows_they_sum(place):
    with_total = FLOWS + "Dy,World,Germany,2022,10,3000\n"
    assert geopolrisk(*place(trade=with_total)).equals(geopolrisk(*place()))
    alone = geopolrisk(*place(trade=with_total.replace("Germany", "France", 2)), economies=["DEU"])
    assert alone["status"].to_list() == ["no governance"]


def test_every_fault_of_every_table_is_told_at_once(place):
    told = faults(
        place(
            production=MADE.replace("China", "Chnia").replace("25", "-25"),
            trade=FLOWS.replace("Germany", "Germny").replace(",8,", ",W,"),
            governance=RULED.replace("-0.4", "often"),
        )
    )
    for text in ("'Chnia'", "-25", "'Germny'", "'W'", "'often'", "row 2", "row 3"):
        assert text in told


def test_a_name_misspelt_often_is_one_fault(place):
    told = faults(place(trade=FLOWS.replace("Germany", "Germny")))
    assert told.count("Germny") == 1
    assert "and 1 more rows" in told


def test_other_encodings_and_files_are_refused_by_name(tmp_path):
    (tmp_path / "latin.csv").write_bytes("country\nTürkiye\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"latin.csv, row 2.*not UTF-8"):
        files.read(tmp_path / "latin.csv")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(InputError, match="empty file"):
        files.read(tmp_path / "empty.csv")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(InputError, match=r"broken\.parquet"):
        files.read(tmp_path / "broken.parquet")
    (tmp_path / "wide.csv").write_text("a,b\n1,2,3\n", encoding="utf-8")
    with pytest.raises(YtterbyError, match=r"wide\.csv"):
        files.read(tmp_path / "wide.csv")
    with pytest.raises(InputError, match="no such file"):
        files.read(tmp_path / "none.csv")


def test_excel_csv_with_semicolons_and_a_mark_is_read(tmp_path):
    (tmp_path / "made.csv").write_bytes("﻿".encode() + MADE.replace(",", ";").encode())
    assert files.read(tmp_path / "made.csv").frame.columns == ["material", "country", "year", "quantity", "unit"]


def test_governance_said_twice_is_not_used_and_is_told(place):
    production, trade, _ = place()
    twice = files.Table(
        "governance", pl.DataFrame({"country": ["CHN", "CHN"], "year": 2022, "instability": [0.4, 0.5]})
    )
    assert geopolrisk(production, trade, twice, economies=["DEU"])["status"].to_list() == ["no governance"]


def test_a_name_that_says_another_economy_than_its_code_counts():
    from ytterby.indicators.geopolrisk_inputs import read

    production = pl.DataFrame({"material": "Au", "country": ["French Guiana", "Guyana"], "baci_code": [328, 328], "year": 2022, "quantity": [1.0, 2.0]})  # fmt: skip  # noqa: E501
    trade = pl.DataFrame({"material": "Au", "exporter": [328], "importer": [842], "year": 2022, "quantity": [1.0]})
    governance = pl.DataFrame({"country": ["GUY"], "year": 2022, "instability": [0.4]})
    inputs = read(production, trade, governance)
    assert set(inputs.matched.production["economy"]) == {"GUF", "GUY"}
    assert any("French Guiana" in note for note in inputs.notes)


@pytest.mark.parametrize("option", ["--production", "--trade", "--governance"])
def test_the_shell_leaves_with_two_when_a_table_is_missing(option, tmp_path, place):
    place()
    given = {name: str(tmp_path / f"{name.strip('-')}.csv") for name in ("--production", "--trade", "--governance")}
    words = [word for name, path in given.items() if name != option for word in (name, path)]
    outcome = CliRunner().invoke(build(), ["risk", "--method", "geopolrisk", *words])
    assert isinstance(outcome.exception, InputError)
    assert option in str(outcome.exception)


def test_the_shell_writes_what_was_asked_for(tmp_path, place):
    place()
    words = [
        word for name in ("production", "trade", "governance") for word in (f"--{name}", str(tmp_path / f"{name}.csv"))
    ]
    for out in ("o.csv", "o.parquet"):
        run = CliRunner().invoke(
            build(),
            [
                "risk",
                "--method",
                "geopolrisk",
                *words,
                "--years",
                "2021-2022",
                "--economies",
                "DEU,FRA",
                "--out",
                str(tmp_path / out),
            ],
        )
        assert run.exit_code == 0, run.output
    assert pl.read_csv(tmp_path / "o.csv").equals(pl.read_parquet(tmp_path / "o.parquet").cast({"year": pl.Int64}))
    assert pl.read_csv(tmp_path / "o.csv").height == 4


@pytest.mark.parametrize("out", ["o.txt", "nowhere/o.csv"])
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_read(out, tmp_path):
    given = [word for name in ("production", "trade", "governance") for word in (f"--{name}", "none.csv")]
    run = CliRunner().invoke(build(), ["risk", "--method", "geopolrisk", *given, "--out", str(tmp_path / out)])
    assert "--out" in str(run.exception)


def test_spellings():
    assert economy("Congo, D.R.") == "COD"
    assert economy("Cote d'Ivoire") == economy("Côte d’Ivoire") == "CIV"
    assert economy("Taiwan, China") == economy("490") == "TWN"
    assert repaired("CuraÃ§ao") == "Curaçao"
    assert repaired("Curaçao") is None


def test_paths_are_named_as_the_user_named_them(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        files.read(Path("no/such/file.csv"))


@pytest.mark.parametrize(
    ("word", "label"), [("004", "AFG"), ("036", "AUS"), ("Myanmar (Burma)", "MMR"), ("S Korea", "KOR")]
)
def test_numbers_with_zeros_before_them_and_double_names_are_read(word, label):
    assert economy(word) == label
