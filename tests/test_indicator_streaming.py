"""indicators/streaming and tables of concentration: the numbers of memory, piece by piece; faults told."""

import polars as pl
import pytest
from typer.testing import CliRunner

from ytterby.cli.app import build
from ytterby.core.errors import InputError
from ytterby.indicators import files, streaming
from ytterby.indicators.concentration_table import RESULT as CONCENTRATION
from ytterby.indicators.concentration_table import concentrations
from ytterby.indicators.geopolrisk import geopolrisk
from ytterby.indicators.streaming import RESULT, import_risks, spans, stream

YEARS = (2020, 2021, 2022)
PLACES = {156: 0.5, 842: 0.4, 276: 0.2, 104: 0.9, 36: 0.1}


@pytest.fixture(scope="module")
def trade():
    rows = [
        (year, exporter, importer, code, 10.0 * (1 + at % 7), float(1 + (at * 37) % 11))
        for code in (284690, 280530)
        for year in YEARS
        for at, (exporter, importer) in enumerate((a, b) for a in PLACES for b in PLACES if a != b)
    ]
    return pl.DataFrame(rows, schema=["year", "exporter", "importer", "hs6", "value_kusd", "quantity_t"], orient="row")


@pytest.fixture(scope="module")
def governance():
    rows = [(place, year, risk) for place, risk in PLACES.items() for year in YEARS]
    return pl.DataFrame(rows, schema=["economy", "year", "instability"], orient="row")


def test_the_same_numbers_as_in_memory(trade, governance):
    found = pl.concat(import_risks(stream(trade.lazy()), governance))
    assert RESULT.check(found) is found
    codes = pl.DataFrame({"material": ["284690", "280530"], "hs6": [284690, 280530]})
    nobody = pl.DataFrame({"material": ["284690", "280530"], "country": "FRA", "quantity": 1.0}).join(
        pl.DataFrame({"year": YEARS}), how="cross"
    )
    whole = geopolrisk(nobody, trade, governance, codes).filter(pl.col("status") == "ok")
    both = found.join(whole, left_on=["code", "economy", "year"], right_on=["material", "economy", "year"])
    assert both.height == found.height == 2 * 3 * 5
    assert (both["import_risk"] - both["import_risk_right"]).abs().max() < 1e-9
    assert (both["price"] - both["price_right"]).abs().max() < 1e-9


def test_export_concentration_on_paper(trade, governance):
    found = pl.concat(import_risks(stream(trade.lazy()), governance))
    mass = (
        trade.filter((pl.col("hs6") == 280530) & (pl.col("year") == 2021))
        .group_by("exporter")
        .agg(pl.col("quantity_t").sum())
    )
    shares = mass["quantity_t"] / mass["quantity_t"].sum()
    row = found.filter((pl.col("code") == "280530") & (pl.col("year") == 2021))
    assert row["export_hhi"].unique().item() == pytest.approx((shares**2).sum())


def test_spans_of_years_give_the_same_as_all_at_once(trade, governance, monkeypatch):
    whole = pl.concat(import_risks(stream(trade.lazy()), governance)).sort("code", "economy", "year")
    monkeypatch.setattr(streaming, "CELLS_AT_ONCE", 10)
    parts = list(import_risks(stream(trade.lazy()), governance))
    assert len(parts) == 3
    assert pl.concat(parts).sort("code", "economy", "year").equals(whole)
    assert spans((), 0) == []


def test_missing_governance_and_quantities_have_a_status(trade, governance):
    weightless = trade.with_columns(
        quantity_t=pl.when(pl.col("importer") == 276).then(None).otherwise(pl.col("quantity_t"))
    )
    unruled = governance.filter(~pl.col("economy").is_in([156, 842, 104]))
    found = pl.concat(import_risks(stream(weightless.lazy()), unruled))
    assert set(found.filter(pl.col("economy") == "DEU")["status"]) == {"no quantities"}
    rest = found.filter(pl.col("economy") == "AUS")
    assert set(rest["status"]) <= {"no governance", "imputed"}
    assert (
        rest.filter(pl.col("status") == "no governance")["import_risk"].null_count()
        == rest.filter(pl.col("status") == "no governance").height
    )


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("quantity_t", -3.0, "row 8, column 'quantity': found -3"),
        ("value_kusd", float("nan"), "row 8, column 'value': found nan"),
        ("year", 44562, "row 8, column 'year': found 44562"),
        ("exporter", 999, "found '999'; expected a country"),
    ],
)
def test_faults_are_told_with_their_row(trade, column, value, said):
    cells = trade[column].to_list()
    cells[7] = value
    with pytest.raises(InputError) as caught:
        stream(trade.with_columns(pl.Series(column, cells)).lazy())
    assert said in str(caught.value)


def test_a_table_of_other_columns_is_refused(trade):
    with pytest.raises(InputError, match="column for the importer"):
        stream(trade.drop("importer").lazy())
    with pytest.raises(InputError, match="row 1, column 'quantity_t': found 'much'"):
        stream(trade.with_columns(pl.lit("much").alias("quantity_t")).lazy())


def test_the_shell_streams_to_a_file(trade, governance, tmp_path):
    trade.write_parquet(tmp_path / "trade.parquet")
    governance.write_csv(tmp_path / "governance.csv")
    given = ["--trade", str(tmp_path / "trade.parquet"), "--governance", str(tmp_path / "governance.csv")]
    for name in ("o.parquet", "o.csv"):
        run = CliRunner().invoke(build(), ["risk", "--method", "import-risk", *given, "--out", str(tmp_path / name)])
        assert run.exit_code == 0, run.output
        assert "not checked for flows said twice" in run.output
    assert pl.read_parquet(tmp_path / "o.parquet").height == pl.read_csv(tmp_path / "o.csv").height == 30
    refused = CliRunner().invoke(build(), ["risk", "--method", "import-risk", *given])
    assert "no --out" in str(refused.exception)


def test_concentration_of_every_material_and_year():
    made = pl.DataFrame(
        {
            "material": ["Dy"] * 4 + ["Nd"] * 2 + ["Tb"],
            "country": ["CHN", "MMR", "Other countries", "World", "CHN", "USA", "CHN"],
            "year": 2022,
            "quantity": [60.0, 30.0, 10.0, 100.0, 75.0, None, 0.0],
        }
    )
    found = concentrations(made)
    assert CONCENTRATION.check(found) is found
    dy, nd, tb = found.sort("material").iter_rows(named=True)
    assert (dy["hhi"], dy["hhi_high"]) == (pytest.approx(0.45), pytest.approx(0.46))
    assert (dy["leader"], dy["producers"], dy["status"]) == ("CHN", 2, "ok")
    assert dy["top3"] == pytest.approx(0.9)
    assert (nd["hhi"], nd["status"]) == (1.0, "incomplete")
    assert (tb["hhi"], tb["status"]) == (None, "no data")


def streamed(tmp_path, text):
    (tmp_path / "flows.csv").write_text(text, encoding="utf-8")
    return stream(files.scan(tmp_path / "flows.csv"), "flows.csv", 2)


def test_csv_of_baci_is_read_whatever_stands_in_it_a_thousand_rows_down(tmp_path, governance):
    rows = [f"2021,156,276,{280000 + at},{at},{at}" for at in range(1000)]
    rows += ["2021,156,276,290000,7.5,         NA", "", "2021,842,276,290000,3,6"]
    found = pl.concat(import_risks(streamed(tmp_path, "\n".join(["t,i,j,k,v,q", *rows, ""])), governance))
    row = found.filter(pl.col("code") == "290000").row(0, named=True)
    assert (found.height, row["imports_t"], row["import_risk"], row["status"]) == (1001, 6.0, 0.4, "thin")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("2021,156,276,280530,1,W", "flows.csv, row 3, column 'q': found 'W' (withheld)"),
        ("2021-03-01,156,276,280530,1,1", "flows.csv, row 3, column 't': found '2021-03-01', a date"),
        ("2021,Chnia,276,280530,1,1", "flows.csv, row 3, column 'exporter': found 'Chnia'"),
        ("2021,156,TÃ¼rkiye,280530,1,1", "flows.csv, row 3, column 'importer': found 'TÃ¼rkiye', UTF-8 text read in"),
        ("2021,156,276,280530,1,-4", "flows.csv, row 3, column 'quantity': found -4.0"),
        (",156,276,280530,1,4", "flows.csv, row 3, column 'year': found None"),
    ],
)
def test_what_is_wrong_in_a_csv_too_large_for_memory_is_told_with_its_row(tmp_path, wrong, said):
    with pytest.raises(InputError) as caught:
        streamed(tmp_path, f"t,i,j,k,v,q\n2021,156,276,280530,1,1\n{wrong}\n")
    assert said in str(caught.value)
