"""The figures of the atlas: each has its source, its unit and its place; what the publishers print is what we hold."""

from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from ytterby.atlas import places, schema
from ytterby.atlas.load import digest, load, sources, text_files
from ytterby.core.elements import ELEMENTS
from ytterby.core.errors import AtlasError
from ytterby.core.units import parse_unit

AGGREGATES = {
    "CHN-MAG-JLMAG", "CHN-MIN-CREG-IAC", "CHN-MIN-CREG-LIGHT", "CHN-REC-SCRAP", "CHN-SEP-CNRE", "CHN-SEP-CREG",
    "IND-MAG-SCHEME", "LAO-MIN-IAC", "MDG-MIN-MDG", "MMR-MIN-KACHIN", "NGA-MIN-NGA", "THA-MIN-THA",
}  # fmt: skip
ATLAS = load()
FIGURES = ATLAS.figures
TABLES = (
    "figures", "trade", "facilities", "countries", "groups", "corrections", "events", "sources", "assumptions",
    "materials", "governance", "sites", "site_status", "lists", "coverage", "trade_codes",
)  # fmt: skip
UNCITED = ("sources", "assumptions", "materials", "coverage")  # tables whose rows rest on other tables


def value(**key):
    found = FIGURES.filter(*[pl.col(name) == wanted for name, wanted in key.items()])
    assert found.height == 1, f"{key}: {found.height} figures"
    return found["value"][0]


def usgs(edition, country, period, measure="production"):
    key = {"material": "REE", "stage": "mine", "measure": measure, "country": country, "period": period}
    return value(source=f"usgs-mcs-{edition}", **key)


def cited_sources():
    columns = [getattr(ATLAS, name)["source"] for name in TABLES if name not in UNCITED]
    columns.append(ATLAS.facilities["coord_source"].drop_nulls())
    return {source for column in columns for source in column.unique()} | {places.topology()["source"]}


@pytest.mark.parametrize("name", TABLES)
def test_table_fits_its_schema(name):
    table = getattr(ATLAS, name)
    assert table.height > 0
    getattr(schema, name.upper()).check(table)


def test_every_source_cited_exists_and_every_source_is_cited():
    held = set(ATLAS.sources["id"])
    cited = cited_sources()
    assert not cited - held, f"no row in sources.toml for {sorted(cited - held)}"
    assert not held - cited, f"nothing cites {sorted(held - cited)}"


def test_deleting_any_source_row_is_noticed():
    cited = cited_sources()
    for gone in ATLAS.sources["id"]:
        assert cited - (set(ATLAS.sources["id"]) - {gone}) == {gone}


def test_ids_are_unique_and_names_of_words_are_known():
    assert FIGURES["id"].is_unique().all()
    assert ATLAS.sources["id"].is_unique().all()
    assert ATLAS.facilities["id"].is_unique().all()
    countries = set(ATLAS.countries["iso3"])
    named = {*FIGURES["country"].drop_nulls(), *FIGURES["partner"].drop_nulls(), *ATLAS.facilities["country"]}
    assert named <= countries
    plants = set(ATLAS.facilities["id"])
    assert set(FIGURES["facility"].drop_nulls()) <= plants


def test_edition_and_locator_say_where_a_figure_is_printed():
    edition = dict(ATLAS.sources.select("id", "edition").iter_rows())
    for row in FIGURES.select("id", "source", "edition", "locator").iter_rows(named=True):
        assert row["edition"] == edition[row["source"]], row["id"]
        assert len(row["locator"]) > 10, row["id"]


@pytest.mark.parametrize(
    "table, column", [("figures", "unit"), ("facilities", "capacity_unit"), ("facilities", "output_unit")]
)
def test_every_unit_is_understood(table, column):
    for unit in getattr(ATLAS, table)[column].drop_nulls().unique():
        assert parse_unit(unit).dimension, unit


def test_a_missing_value_is_null_and_says_why_and_zero_is_printed_zero():
    missing = FIGURES.filter(pl.col("value").is_null() & pl.col("low").is_null())
    without = {"not_available", "withheld", "net_exporter", "included_elsewhere", "words_only"}
    assert set(missing["qualifier"]) == without
    assert (missing.filter(pl.col("qualifier").is_in(["included_elsewhere", "words_only"]))["note"].is_not_null()).all()
    zeros = FIGURES.filter(pl.col("value") == 0)
    assert set(zeros["qualifier"]) == {"zero"}
    assert (FIGURES.filter(pl.col("qualifier") == "zero")["value"] == 0).all()
    assert usgs(2026, "CAN", "2024") == 0
    assert usgs(2026, "MMR", "2025", "reserves") is None


def test_ranges_hold_their_value():
    ranged = FIGURES.filter(pl.col("low").is_not_null())
    assert ranged.height >= 15
    assert (ranged["low"] <= ranged["high"]).all()
    inside = ranged.filter(pl.col("value").is_not_null())
    assert ((inside["low"] <= inside["value"]) & (inside["value"] <= inside["high"])).all()
    yttrium = FIGURES.row(by_predicate=(pl.col("material") == "Y") & (pl.col("measure") == "production"), named=True)
    assert (yttrium["low"], yttrium["high"], yttrium["value"]) == (10_000, 15_000, None)


@pytest.mark.parametrize(
    "word", ["RECALLED", "BGS", "British Geological Survey", "World Mining Data", "shared/", "SEEN"]
)
def test_nothing_forbidden_is_embedded(word):
    holding = [path.name for path in text_files() if word in path.read_text(encoding="utf-8")]
    assert not holding, f"{word!r} in {holding}"


def test_china_is_printed_as_the_editions_print_it():
    assert usgs(2025, "CHN", "2024") == usgs(2026, "CHN", "2024") == 270_000
    assert (usgs(2024, "CHN", "2023"), usgs(2025, "CHN", "2023")) == (240_000, 255_000)
    assert (usgs(2025, "WLD", "2024"), usgs(2026, "WLD", "2024"), usgs(2026, "WLD", "2025")) == (
        390_000,
        380_000,
        390_000,
    )


def test_reserves_move_between_editions():
    def reserves(country):
        return [usgs(edition, country, str(edition - 1), "reserves") for edition in (2023, 2024, 2025, 2026)]

    assert reserves("VNM") == [22e6, 22e6, 3.5e6, 3.5e6]
    assert reserves("RUS") == [21e6, 10e6, 3.8e6, 3.8e6]
    assert reserves("BRA") == [21e6, 21e6, 21e6, 11e6]
    assert value(source="usgs-mcs-2026", material="REE", measure="reserves", country="WLD") == 75e6


def test_editions_of_2024_differ_as_far_as_the_reconciler_must_know():
    def both(country):
        return usgs(2025, country, "2024"), usgs(2026, country, "2024")

    assert both("NGA") == (13_000, 1_500)
    assert both("THA") == (13_000, 2_100)
    assert both("AUS") == (13_000, 29_000)
    assert both("MMR") == (31_000, 27_000)


def test_mine_production_by_country_adds_up_to_the_printed_world():
    mined = FIGURES.filter(
        (pl.col("source") == "usgs-mcs-2026") & (pl.col("material") == "REE") & (pl.col("stage") == "mine"),
        (pl.col("measure") == "production") & (pl.col("period") == "2024"),
    )
    parts = mined.filter(pl.col("country") != "WLD")["value"].sum()
    assert round(parts, -4) == 380_000 == usgs(2026, "WLD", "2024")


def test_figures_from_chinas_imports_share_one_vote_with_them():
    shared = f"china-customs-feed-imports:{'MMR'}:2024"
    votes = FIGURES.filter(pl.col("derived_from") == shared)
    assert set(votes["source"]) == {"usgs-mcs-2025", "usgs-mcs-2026", "china-feed-imports"}
    marked = FIGURES.filter(
        pl.col("source") == "usgs-mcs-2026", pl.col("derived_from").str.starts_with("china-customs")
    )
    assert set(marked["country"]) == {"MMR", "MDG", "MYS", "THA", "VNM"}
    quota = FIGURES.filter(pl.col("derived_from") == "china-mine-quota:CHN:2024")
    assert set(quota["measure"]) == {"quota", "production"}


def test_assays_add_up_as_published():
    assays = FIGURES.filter(pl.col("measure") == "share_of_treo")
    assert assays.height == 13 * 15
    sums = dict(assays.group_by("ore").agg(pl.col("value").sum()).iter_rows())
    assert len(sums) == 13
    assert all(97.9 <= total <= 103.5 for total in sums.values()), sums
    assert max(sums, key=sums.get) == "xunwu"
    assert min(sums, key=sums.get) == "manavalakurichi"
    bounds = assays.filter(pl.col("qualifier") == "<").sort("material").select("ore", "material", "value").rows()
    assert bounds == [("longnan", "Ce", 1.09), ("longnan", "Eu", 0.37)]
    assert assays["note"].str.contains("The publisher cites: ").all()
    assert set(assays["material"]) == {element.symbol for element in ELEMENTS} - {"Sc"}


def test_prices_of_fifteen_products_in_five_years():
    prices = FIGURES.filter(pl.col("source") == "usgs-mcs-2026", pl.col("measure") == "price")
    products = prices.group_by("material", "form").agg(pl.col("period").sort())
    assert all(periods == ["2021", "2022", "2023", "2024", "2025"] for periods in products["period"].to_list())
    oxides = {name for name, form in products.select("material", "form").iter_rows() if form == "oxide"}
    assert oxides == {"La", "Ce", "Pr", "Nd", "NdPr", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Yb", "Lu", "Y", "Sc"}
    assert value(source="usgs-mcs-2026", measure="price", material="Dy", period="2024") == 257
    scandium = {"material": "Sc", "form": "oxide", "period": "2024", "measure": "price"}
    row = FIGURES.filter(*[pl.col(name) == wanted for name, wanted in scandium.items()]).row(0, named=True)
    assert (row["low"], row["value"], row["high"], row["qualifier"]) == (660, 665, 670, "computed")


def test_chinas_share_at_four_points():
    mined = usgs(2026, "CHN", "2024") / usgs(2026, "WLD", "2024")
    key = {"source": "iea-cmd-2025", "measure": "production", "material": "magnet-REE"}
    magnet = value(stage="mine", country="CHN", **key) / value(stage="mine", country="WLD", **key)
    separated = value(stage="separation", country="CHN", **key) / value(stage="separation", country="WLD", **key)
    magnets = value(source="iea-gcmo-2025", stage="magnet", period="2024")
    assert [round(100 * mined), round(100 * magnet), round(100 * separated), magnets] == [71, 61, 91, 94]


def test_the_european_study_puts_heavy_separation_in_china_alone():
    key = {"source": "ec-crm-2023", "measure": "share", "country": "CHN"}
    assert (value(material="Dy", stage="mine", **key), value(material="Dy", stage="separation", **key)) == (84.4, 100)
    assert (value(material="Nd", stage="mine", **key), value(material="Nd", stage="separation", **key)) == (68.3, 84.9)
    votes = FIGURES.filter(pl.col("source") == "ec-crm-2023", pl.col("measure") == "share", pl.col("country") == "CHN")
    assert votes.filter(stage="separation")["derived_from"].n_unique() == 3, "light, heavy, scandium"


@pytest.mark.parametrize("year, total", [("2023", 145_787), ("2024", 124_481), ("2025", 121_046)])
def test_chinas_feed_imports_follow_from_weight_and_factor(year, total):
    feed = FIGURES.filter(pl.col("source") == "china-feed-imports", pl.col("period") == year)
    factors = dict(FIGURES.filter(measure="reo_factor").select("form", "value").iter_rows())
    kinds = feed.filter(unit="t gross")
    derived = sum(weight * factors[kind] for kind, weight in kinds.select("form", "value").iter_rows())
    origins = feed.filter(pl.col("unit") == "t REO", pl.col("partner") != "WLD")["value"].sum()
    assert value(source="china-feed-imports", period=year, partner="WLD", form="all") == total
    assert derived == pytest.approx(total, abs=2)
    assert origins == pytest.approx(total, abs=10)


def test_quotas_are_only_those_read():
    quotas = FIGURES.filter(measure="quota")
    assert set(quotas["period"]) == {"2019", "2023", "2024", "2024-H1"}
    assert value(measure="quota", stage="mine", period="2024", form="all") == 270_000
    assert value(measure="quota", stage="separation", period="2024", form="all") == 254_000
    first = quotas.filter(pl.col("period") == "2024-H1")
    assert first.filter(stage="mine")["value"].sum() == 135_000
    assert first.filter(stage="separation")["value"].sum() == 127_000
    assert first["facility"].null_count() == 0


def test_ndpr_oxide_of_quota_ore_and_imports_is_kept_as_an_independent_check():
    parts = FIGURES.filter(pl.col("form").is_in(["oxide from quota ore", "oxide from imported ore"]))
    assert parts["value"].sum() == pytest.approx(65_500)


def test_china_recycled_less_in_2024():
    def scrap(material, year):
        return value(stage="recycling", material=material, period=year)

    assert (scrap("REE", "2023"), scrap("REE", "2024")) == (39_662, 34_147)
    assert (scrap("NdPr", "2024"), scrap("Dy", "2024"), scrap("Tb", "2024")) == (26_504, 710, 160)


def test_united_states_consumption_follows_from_its_parts():
    key = {"source": "usgs-mcs-2026", "country": "USA", "period": "2024", "material": "REE"}
    made = value(stage="separation", measure="production", **key)
    into = FIGURES.filter(*[pl.col(k) == v for k, v in key.items()], pl.col("measure") == "imports")["value"].sum()
    out = FIGURES.filter(*[pl.col(k) == v for k, v in key.items()], stage="metal", measure="exports")["value"].sum()
    used = value(measure="apparent_consumption", **key)
    # Printed without exports of compounds alone; they cannot be negative.
    assert 0 <= made + into - out - used < 0.3 * used


def test_facilities_are_named_placed_and_not_counted_twice():
    plants = ATLAS.facilities
    named = plants.filter(~pl.col("aggregate"))
    assert named.height >= 100
    assert named["country"].n_unique() >= 25
    assert set(plants.filter(pl.col("aggregate"))["id"]) == AGGREGATES
    for part in ("capacity", "output"):
        stated = plants[part].is_not_null()
        assert (plants[f"{part}_unit"].is_not_null() == stated).all()
        assert (plants[f"{part}_of"].is_not_null() == stated).all()
    # Quotas and national totals are figures, not the capacity or output of a plant.
    assert plants.filter(pl.col("id").is_in(["CHN-MIN-BAYANOBO", "CHN-SEP-CNRE"]))["capacity"].null_count() == 2
    assert plants.filter(pl.col("id") == "RUS-MIN-LOVOZERO")["output"][0] is None


def test_a_plant_with_a_position_lies_in_its_country():
    shapes = places.borders()
    placed = ATLAS.facilities.filter(pl.col("lat").is_not_null())
    assert placed.height >= 30
    assert placed["coord_source"].null_count() == 0
    for row in placed.iter_rows(named=True):
        assert near(shapes[row["country"]], (row["lon"], row["lat"])) < 0.2, row["id"]


def near(polygons, point):
    """Distance in degrees from a point to a country, 0 inside."""
    return min(0.0 if inside(polygon, point) else _edge(polygon[0], point) for polygon in polygons)


def inside(polygon, point):
    x, y = point
    crossings = [
        (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
        for ring in polygon
        for (x1, y1), (x2, y2) in pairwise(ring)
    ]
    return sum(crossings) % 2 == 1


def _edge(ring, point):
    x, y = point
    return min(_segment(x, y, *start, *end) for start, end in pairwise(ring))


def _segment(x, y, x1, y1, x2, y2):
    length = (x2 - x1) ** 2 + (y2 - y1) ** 2
    along = 0.0 if length == 0 else max(0.0, min(1.0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length))
    return ((x - x1 - along * (x2 - x1)) ** 2 + (y - y1 - along * (y2 - y1)) ** 2) ** 0.5


def test_events_name_the_april_controls():
    april = ATLAS.events.row(by_predicate=pl.col("source") == "mofcom-2025-18", named=True)
    assert april["materials"] == "Sm;Gd;Tb;Dy;Lu;Sc;Y"
    assert april["effective"] == "2025-04-04"


def test_the_digest_is_that_of_the_text():
    assert ATLAS.digest == digest()
    assert len(ATLAS.digest) == 64


def test_an_atlas_that_is_not_there_is_one_clear_line(tmp_path: Path):
    with pytest.raises(AtlasError, match=r"No atlas in .*sources.toml is missing"):
        load(tmp_path)
    (tmp_path / "sources.toml").write_text("[[source", encoding="utf-8")
    with pytest.raises(AtlasError, match="cannot be read"):
        sources(tmp_path)
