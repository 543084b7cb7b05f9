"""Countries, groups and borders: names to ISO3, members as the organisations count them, shapes by UN practice."""

import json
from itertools import pairwise

import polars as pl
import pytest

from ytterby.atlas import places
from ytterby.atlas.load import load
from ytterby.core.errors import InputError

ATLAS = load()
OWN = {"WLD", "XXX", "ROW", "EU27"}


def inside(country, lon, lat):
    def in_polygon(polygon):
        crossings = [
            (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1
            for ring in polygon
            for (x1, y1), (x2, y2) in pairwise(ring)
        ]
        return sum(crossings) % 2 == 1

    return any(in_polygon(polygon) for polygon in places.borders()[country])


@pytest.mark.parametrize(
    "name, code",
    [
        ("Burma", "MMR"),
        ("Myanmar", "MMR"),
        ("Other Asia, nes", "TWN"),
        ("Korea, Republic of", "KOR"),
        ("Rep. of Korea", "KOR"),
        ("South Korea", "KOR"),
        ("Viet Nam", "VNM"),
        ("Vietnam", "VNM"),
        ("Türkiye", "TUR"),
        ("Turkey", "TUR"),
        ("Russia", "RUS"),
        ("Russian Federation", "RUS"),
        ("UK", "GBR"),
        ("usa", "USA"),
        ("United States", "USA"),
        ("  chn ", "CHN"),
        ("Laos", "LAO"),
        ("Czechia", "CZE"),
        ("Côte d'Ivoire", "CIV"),
        ("World total (rounded)", "WLD"),
        ("Other countries", "XXX"),
        ("EU", "EU27"),
    ],
)
def test_names_in_the_sources_are_read(name, code):
    assert places.iso3(name) == code


def test_an_unknown_name_says_the_nearest():
    with pytest.raises(InputError) as caught:
        places.iso3("Austrlia", place="row 14")
    fault = caught.value.faults[0]
    assert (fault.place, fault.found, fault.nearest) == ("row 14", "'Austrlia'", "Australia")


def test_names_and_codes_are_one_to_one():
    table = ATLAS.countries
    assert table["iso3"].is_unique().all()
    assert table["name"].is_unique().all()
    assert table.filter(~pl.col("iso3").is_in(OWN))["iso3"].str.contains("^[A-Z]{3}$").all()
    numeric = table["numeric"].drop_nulls()
    assert numeric.str.contains(r"^\d{3}$").all()
    assert numeric.is_unique().all()
    for row in table.iter_rows(named=True):
        assert places.iso3(row["iso3"]) == row["iso3"]
        assert places.iso3(row["name"]) == row["iso3"]
        assert places.name_of(row["iso3"]) == row["name"]


@pytest.mark.parametrize(
    "group, count, member", [("EU27", 27, "HRV"), ("OECD", 38, "CRI"), ("G7", 7, "ITA"), ("G20", 19, "SAU")]
)
def test_groups_have_their_members(group, count, member):
    members = places.members(group)
    assert len(set(members)) == len(members) == count
    assert member in members
    listed = ATLAS.countries.filter(pl.col("groups").str.contains(rf"\b{group}\b"))["iso3"]
    assert set(listed) == set(members)
    assert "GBR" not in places.members("EU27")
    assert set(ATLAS.groups["as_of"]) == {"2024-12-31"}


def test_an_unknown_group_says_the_nearest():
    with pytest.raises(InputError, match="'EU27'"):
        places.members("EU28")


def test_every_country_of_the_network_has_a_shape():
    shapes = set(places.borders())
    figures, plants, trade = ATLAS.figures, ATLAS.facilities, ATLAS.trade
    named = {*figures["country"].drop_nulls(), *figures["partner"].drop_nulls(), *plants["country"]} - OWN
    overseas = {"GUF", "GLP", "MTQ", "REU"}  # drawn as part of France
    assert named <= shapes | overseas
    recent = trade.filter(pl.col("year") == 2024, pl.col("quantity_t") > 100)
    assert {*recent["exporter"], *recent["importer"]} - OWN - {"GIB"} <= shapes
    assert {"SGP", "HKG", "MAC", "MLT", "BHR", "MUS", "LUX", "MDV"} <= shapes
    assert shapes - OWN <= set(ATLAS.countries["iso3"])


@pytest.mark.parametrize(
    "country, lon, lat",
    [
        ("UKR", 34.10, 44.95),
        ("ESH", -13.0, 25.0),
        ("CYP", 33.6, 35.25),
        ("SOM", 44.5, 9.8),
        ("TWN", 121.0, 24.0),
        ("RUS", 178.0, 66.0),
        ("RUS", -175.0, 66.5),
        ("FJI", 178.0, -17.8),
        ("ATA", 0.0, -85.0),
        ("SGP", 103.82, 1.36),
    ],
)
def test_a_place_lies_in_its_country(country, lon, lat):
    holders = [name for name in places.borders() if inside(name, lon, lat)]
    assert holders == [country]


def test_the_file_is_small_and_its_rings_are_sound():
    path = places.DATA / "borders.json"
    assert path.stat().st_size <= 250_000
    assert json.loads(path.read_text(encoding="utf-8"))["type"] == "Topology"
    for name, polygons in places.borders().items():
        assert polygons, name
        for ring in (ring for polygon in polygons for ring in polygon):
            assert ring[0] == ring[-1], name
            assert len(ring) >= 4, name
            assert all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in ring), name
            widest = max(abs(x2 - x1) for (x1, _), (x2, _) in pairwise(ring))
            assert widest < 90 or name == "ATA", f"{name} crosses the antimeridian"


def test_the_note_for_the_map_says_whose_practice():
    assert "United Nations practice" in places.BORDERS_NOTE
    assert "Crimea is in Ukraine" in places.BORDERS_NOTE
