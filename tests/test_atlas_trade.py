"""Trade in the atlas: world totals as the publisher gives them, corrections as rows, nothing changed in silence."""

import polars as pl
import pytest

from ytterby.atlas.load import load
from ytterby.atlas.trade import corrected

ATLAS = load()
TRADE = ATLAS.trade
KEYS = ("source", "year", "exporter", "importer", "hs6")


def rows(**key):
    return TRADE.filter(*[pl.col(name) == wanted for name, wanted in key.items()])


@pytest.mark.parametrize(
    "hs6, count, first, musd_2022, no_quantity",
    [
        ("280530", 11_815, 1995, 892.859, 711),
        ("284610", 20_394, 1995, 272.853, 2_977),
        ("284690", 24_733, 1995, 3_133.812, 3_881),
    ],
)
def test_baci_hs92_is_complete(hs6, count, first, musd_2022, no_quantity):
    held = rows(source="cepii-baci-hs92", hs6=hs6)
    assert held.height == count
    assert (held["year"].min(), held["year"].max()) == (first, 2024)
    assert held.filter(pl.col("year") == 2022)["value_kusd"].sum() / 1000 == pytest.approx(musd_2022, abs=0.001)
    assert held["quantity_t"].null_count() == no_quantity
    assert set(held["hs_revision"]) == {"HS92"}


def test_magnets_have_values_since_2002_and_quantities_in_2024():
    world = dict(
        rows(hs6="850511")
        .filter(pl.col("source").str.starts_with("cepii"))
        .group_by("year")
        .agg(pl.col("value_kusd").sum())
        .iter_rows()
    )
    assert sorted(world) == list(range(2002, 2025))
    assert world[2024] / 1e6 == pytest.approx(4.963, abs=0.0005)
    assert world[2023] / 1e6 == pytest.approx(5.758, abs=0.0005)
    assert rows(hs6="850511", year=2024, source="cepii-baci-hs17")["quantity_t"].sum() == pytest.approx(187_827, abs=1)
    assert (
        rows(hs6="850511", year=2023, source="cepii-baci-hs17")["quantity_t"].null_count()
        == rows(hs6="850511", year=2023, source="cepii-baci-hs17").height
    )
    early = rows(hs6="850511", source="cepii-baci-hs02")
    assert (early["year"].min(), early["year"].max(), set(early["hs_revision"])) == (2002, 2016, {"HS02"})


def test_the_hs17_reading_of_280530_is_the_hs92_one_without_australian_concentrate():
    held = rows(source="cepii-baci-hs92", hs6="280530", year=2024)
    concentrate = held.filter(exporter="AUS", importer="MYS")
    assert concentrate["quantity_t"][0] == pytest.approx(31_209.7, abs=0.1)
    # World tonnage and Viet Nam's share of the value as computed by others from the HS17 release.
    rest = held["quantity_t"].sum() - concentrate["quantity_t"][0]
    assert rest == pytest.approx(13_784.6, rel=1e-3)
    others = held["value_kusd"].sum() - concentrate["value_kusd"][0]
    assert held.filter(exporter="VNM")["value_kusd"].sum() / others == pytest.approx(0.50, abs=0.02)


def test_customs_origin_hides_china_in_284690():
    held = rows(source="cepii-baci-hs92", hs6="284690", year=2024)
    by_exporter = held.group_by("exporter").agg(pl.col("value_kusd").sum()).sort("value_kusd", descending=True)
    assert by_exporter["exporter"][0] == "MMR"
    assert by_exporter["value_kusd"][0] / held["value_kusd"].sum() == pytest.approx(0.34, abs=0.01)


def test_chinas_exports_add_up_to_the_world_row_it_reports():
    totals = ATLAS.figures.filter(source="comtrade-china-exports").select("form", "period", "value")
    assert totals.height == 3 * 15
    for form, year, tonnes in totals.iter_rows():
        parts = rows(source="comtrade-china-exports", hs6=form[3:], year=int(year))["quantity_t"].sum()
        assert parts == pytest.approx(tonnes, rel=5e-6), (form, year)


def test_chinas_imports_from_myanmar():
    held = rows(source="comtrade-china-imports-2846", exporter="MMR")
    by_year = dict(held.select("year", "quantity_t").iter_rows())
    assert (round(by_year[2023]), round(by_year[2024])) == (72_074, 44_366)


def test_taiwan_is_kept_apart_and_every_code_is_known():
    known = set(ATLAS.countries["iso3"])
    assert set(TRADE["exporter"]) | set(TRADE["importer"]) <= known
    taiwan = ATLAS.countries.row(by_predicate=pl.col("iso3") == "TWN", named=True)
    assert (taiwan["baci"], "Other Asia, nes" in taiwan["aliases"]) == ("490", True)
    for source in set(TRADE["source"]) - {"cepii-baci-hs02"}:
        assert rows(source=source).filter((pl.col("exporter") == "TWN") | (pl.col("importer") == "TWN")).height > 0
    # The copy of the old magnet series has no trade of Taiwan; its source says so.
    note = ATLAS.sources.row(by_predicate=pl.col("id") == "cepii-baci-hs02", named=True)["note"]
    assert "no trade of Taiwan before 2018" in note
    assert "WLD" not in set(TRADE["exporter"]) | set(TRADE["importer"])


def test_rows_are_unique_and_hold_something():
    named = TRADE.filter((pl.col("exporter") != "XXX") & (pl.col("importer") != "XXX"))
    assert not named.select(KEYS).is_duplicated().any()
    assert TRADE.filter(pl.col("value_kusd").is_null() & pl.col("quantity_t").is_null()).is_empty()
    for column in ("value_kusd", "quantity_t"):
        assert TRADE.filter(pl.col(column) < 0).is_empty()


def test_corrections_say_what_is_reclassified():
    read = corrected(TRADE, ATLAS.corrections)
    assert read.height == TRADE.height
    assert read.select(TRADE.columns).equals(TRADE)
    moved = read.filter(pl.col("read_as").is_not_null()).group_by("exporter", "importer", "hs6", "read_as").len()
    assert sorted(moved.drop("len").rows()) == [
        ("AUS", "MYS", "280530", "concentrate"),
        ("RUS", "EST", "284610", "mixed carbonate"),
    ]


def test_a_unit_value_below_a_fifth_of_a_dollar_is_set_aside():
    read = corrected(TRADE, ATLAS.corrections).filter(pl.col("source").str.starts_with("cepii"))
    cheap = (pl.col("value_kusd") / pl.col("quantity_t") < 0.2).fill_null(False) & (pl.col("quantity_t") > 0)
    assert read.filter(cheap)["excluded"].all()
    assert not read.filter(~cheap)["excluded"].any()
    benin = read.filter(exporter="TUR", importer="BEN", hs6="284690", year=2024).row(0, named=True)
    assert (benin["excluded"], benin["quantity_t"]) == (True, 40_700)
    reasons = ATLAS.corrections.filter(pl.col("action") == "exclude")["reason"]
    assert set(reasons) == {"Unit value below 0.2 USD/kg."}


def test_corrections_of_a_small_case():
    schema = {"year": pl.Int16, "exporter": pl.String, "importer": pl.String, "hs6": pl.String, "source": pl.String}
    trade = pl.DataFrame(
        [(2020, "A", "B", "1", "s"), (2021, "A", "B", "1", "s"), (2021, "B", "A", "1", "s")], schema, orient="row"
    )
    rule = {"table": "trade", "source": "s", "exporter": "A", "importer": "B", "hs6": "1"}
    both = pl.DataFrame(
        [
            {
                "id": "new class",
                **rule,
                "first_year": 2020,
                "last_year": 2021,
                "action": "reclassify",
                "read_as": "ore",
            },
            {
                "id": "too cheap",
                **rule,
                "first_year": 2021,
                "last_year": 2021,
                "action": "exclude",
                "read_as": "not ore",
            },
            {
                "id": "elsewhere",
                **rule,
                "table": "figures",
                "first_year": 2020,
                "last_year": 2021,
                "action": "replaced",
                "read_as": "x",
            },
        ]
    )
    read = corrected(trade, both).select("correction", "read_as", "excluded")
    assert read.rows() == [("new class", "ore", False), ("too cheap", None, True), (None, None, False)]
