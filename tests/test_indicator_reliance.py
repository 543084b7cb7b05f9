"""indicators/reliance: the two measures told apart, the strings the USGS prints, groups, and ranges."""

from types import SimpleNamespace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ytterby.core.errors import InputError
from ytterby.indicators.matching import Asked
from ytterby.indicators.reliance import RESULT, import_reliance, nir, printed, reliances
from ytterby.indicators.status import STATUSES, WITHOUT_VALUE

masses = st.floats(min_value=0.01, max_value=1e6)


def test_on_paper():
    assert nir(60, 10, 50).value == 0.5
    assert nir(60, 10, 50, stock_decrease=50).value == pytest.approx(100 / 150)
    assert import_reliance(60, 10, 50).value == 0.5
    assert nir(10, 60, 100).value == -1.0
    assert import_reliance(10, 60, 100).value == 0.0
    assert nir(100, 0, 0).value == 1.0


def test_missing_masses_give_no_number_and_never_zero():
    assert nir(None, 10, 50) == nir(60, None, 50)
    assert (nir(None, 10, 50).value, nir(None, 10, 50).status) == (None, "no data")
    assert (nir(0, 50, 50).value, nir(0, 50, 50).status) == (None, "no consumption")


def test_ranges_of_masses_make_ranges_of_reliance():
    found = nir((50, 60), (0, 10), (50, 70))
    assert found.value is None
    assert found.low == pytest.approx(40 / 110)
    assert found.high == pytest.approx(60 / 110)
    assert found.status == "range"


@pytest.mark.parametrize(
    ("text", "value", "low", "high", "status"),
    [
        ("53", 0.53, 0.53, 0.53, "ok"),
        ("100", 1.0, 1.0, 1.0, "ok"),
        (">95", 0.95, 0.95, 1.0, "bound"),
        ("<25", 0.25, 0.0, 0.25, "bound"),
        ("Less than 50", 0.5, 0.0, 0.5, "bound"),
        ("E", None, None, 0.0, "net exporter"),
        ("W", None, None, None, "withheld"),
        ("NA", None, None, None, "no data"),
        ("", None, None, None, "no data"),
        ("—", 0.0, 0.0, 0.0, "ok"),
    ],
)
def test_what_the_usgs_prints(text, value, low, high, status):
    found = printed(text)
    assert (found.value, found.low, found.high, found.status) == (value, low, high, status)
    assert (found.value is None) == (status in WITHOUT_VALUE)
    assert status in STATUSES


def test_what_nobody_prints_is_refused():
    with pytest.raises(InputError, match="about half"):
        printed("about half")
    with pytest.raises(InputError, match="imports"):
        nir(-1, 0, 1)
    with pytest.raises(InputError, match="low before high"):
        nir((2, 1), 0, 1)


@given(masses, masses, masses)
def test_both_agree_where_stocks_do_not_move_and_more_output_never_raises_reliance(imports, exports, production):
    found = nir(imports, exports, production)
    if found.value is not None:
        assert import_reliance(imports, exports, production).value == pytest.approx(min(max(found.value, 0), 1))
        assert found.value <= 1
        if imports > exports:
            assert nir(imports, exports, production * 2).value <= found.value


@pytest.fixture
def tables():
    made = pl.DataFrame({"material": "Dy", "country": ["CHN", "FRA"], "year": 2022, "quantity": [100.0, 10.0]})
    flows = pl.DataFrame(
        {
            "material": "Dy", "exporter": ["CHN", "CHN", "FRA", "DEU"], "importer": ["DEU", "FRA", "DEU", "CHN"],
            "year": 2022, "quantity": [30.0, 20.0, 5.0, 10.0], "value": [1.0, 1.0, 1.0, 1.0],
        }
    )  # fmt: skip
    return SimpleNamespace(made=made, flows=flows)


def cell(tables, economy, **options):
    frame = reliances(tables.made, tables.flows, asked=Asked([economy], None, {"West": ["DEU", "FRA"]}), **options)
    return frame.row(0, named=True)


def test_reliance_from_bilateral_trade(tables):
    row = cell(tables, "DEU")
    assert (row["imports_t"], row["exports_t"], row["production_t"]) == (35.0, 10.0, 0.0)
    assert (row["net_import_reliance"], row["status"]) == (1.0, "ok")
    assert cell(tables, "FRA")["net_import_reliance"] == pytest.approx(15 / 25)
    china = cell(tables, "CHN")
    assert china["net_import_reliance"] == pytest.approx(-40 / 60)
    assert china["import_reliance"] == 0.0


def test_a_group_counts_external_trade_only(tables):
    row = cell(tables, "West")
    assert (row["imports_t"], row["exports_t"], row["production_t"]) == (50.0, 10.0, 10.0)
    inside = cell(tables, "West", internal=True)
    assert (inside["imports_t"], inside["exports_t"]) == (55.0, 15.0)
    assert inside["net_import_reliance"] == row["net_import_reliance"] == pytest.approx(40 / 50)


def test_missing_tables_have_a_status_and_no_zero(tables):
    frame = reliances(tables.made, tables.flows.with_columns(material=pl.lit("Tb")))
    assert set(frame["status"]) == {"no trade data", "no production data"}
    assert frame["net_import_reliance"].null_count() == frame.height
    assert RESULT.check(frame) is frame
    weightless = tables.flows.with_columns(quantity=pl.when(pl.col("exporter") == "CHN").then(None).otherwise(5.0))
    assert cell(SimpleNamespace(made=tables.made, flows=weightless), "FRA")["status"] == "thin"
