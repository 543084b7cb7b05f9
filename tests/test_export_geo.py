"""GeoPackage and GeoParquet of sites, read back by a reader written from the standards, and by geopandas where it is.

The reader below shares nothing with the writer: it follows OGC 12-128r17 (GeoPackage 1.3) and GeoParquet 1.1.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest

from ytterby.atlas import schema
from ytterby.core.errors import InputError
from ytterby.core.tables import Column
from ytterby.show.export_geo import layer, write_geopackage, write_geoparquet

COLUMNS = (
    Column("id", pl.String, "", "name"),
    Column("lat", pl.Float64, "degrees north", "latitude"),
    Column("lon", pl.Float64, "degrees east", "longitude"),
    Column("capacity", pl.Float64, "varies", "capacity"),
    Column("capacity_unit", pl.String, "", "unit"),
    Column("start_year", pl.Int16, "year", "first year"),
    Column("aggregate", pl.Boolean, "1", "a group"),
)
FRAME = pl.DataFrame(
    {
        "id": ["a", "b", 'c "quoted", ünï', "nowhere"],
        "lat": [59.43, -90.0, 0.0, None],
        "lon": [18.35, 180.0, -0.5, 7.0],
        "capacity": [1.5, None, 0.0, 2.0],
        "capacity_unit": ["t REO/yr", None, "t REO/yr", "t"],
        "start_year": [1787, None, 2024, 2025],
        "aggregate": [False, None, True, False],
    },
    schema={column.name: column.dtype for column in COLUMNS},
)


def read_wkb(data: bytes) -> tuple[float, float]:
    order = {0: ">", 1: "<"}[data[0]]
    (kind,) = struct.unpack_from(f"{order}I", data, 1)
    assert kind == 1, "not a point"
    assert len(data) == 21
    return struct.unpack_from(f"{order}dd", data, 5)


def read_geopackage_point(blob: bytes) -> tuple[int, tuple[float, float]]:
    magic, version, flags = struct.unpack_from("<2sBB", blob, 0)
    assert (magic, version) == (b"GP", 0)
    assert flags & 0b0010_0000 == 0, "an extended geometry"
    order = "<" if flags & 1 else ">"
    (srs,) = struct.unpack_from(f"{order}i", blob, 4)
    envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}[(flags >> 1) & 0b111]
    return srs, read_wkb(blob[8 + envelope :])


@pytest.fixture
def points():
    return layer("sites", "Sites", FRAME, COLUMNS)


def test_a_place_that_is_not_known_is_left_out(points):
    assert points.frame["id"].to_list() == FRAME["id"].to_list()[:3]


def test_the_geopackage_is_one(points, tmp_path):
    path = write_geopackage([points], tmp_path / "new" / "s.gpkg")
    data = path.read_bytes()
    assert data[:16] == b"SQLite format 3\0"
    assert data[68:72] == b"GPKG"
    assert int.from_bytes(data[60:64], "big") == 10300
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []
        systems = base.execute("SELECT srs_id, organization, organization_coordsys_id FROM gpkg_spatial_ref_sys")
        assert sorted(systems) == [(-1, "NONE", -1), (0, "NONE", 0), (4326, "EPSG", 4326)]
        contents = base.execute("SELECT table_name, data_type, srs_id, min_x, min_y, max_x, max_y FROM gpkg_contents")
        assert contents.fetchall() == [("sites", "features", 4326, -0.5, -90.0, 180.0, 59.43)]
        columns = base.execute("SELECT * FROM gpkg_geometry_columns").fetchall()
        assert columns == [("sites", "geom", "POINT", 4326, 0, 0)]


def test_the_geopackage_holds_the_rows_and_points(points, tmp_path):
    path = write_geopackage([points], tmp_path / "s.gpkg")
    with closing(sqlite3.connect(path)) as base:
        rows = base.execute("SELECT * FROM sites ORDER BY fid").fetchall()
        told = dict(base.execute("SELECT column_name, title FROM gpkg_data_columns").fetchall())
    assert [row[0] for row in rows] == [1, 2, 3]
    read = [read_geopackage_point(row[1]) for row in rows]
    assert read == [(4326, (18.35, 59.43)), (4326, (180.0, -90.0)), (4326, (-0.5, 0.0))]
    assert rows[0][2:] == ("a", 59.43, 18.35, 1.5, "t REO/yr", 1787, 0)
    assert rows[1][5:] == (None, None, None, None)
    assert told["capacity"] == "capacity [t REO/yr]"
    assert told["lat"] == "lat [degrees north]"


def test_the_geoparquet_holds_the_same_points(points, tmp_path):
    path = write_geoparquet(points, tmp_path / "s.parquet")
    geo = json.loads(pl.read_parquet_metadata(path)["geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["Point"])
    assert column["bbox"] == [-0.5, -90.0, 180.0, 59.43]
    assert "crs" not in column  # absent means OGC:CRS84: longitude, latitude on WGS 84
    frame = pl.read_parquet(path)
    assert [read_wkb(point) for point in frame["geometry"]] == [(18.35, 59.43), (180.0, -90.0), (-0.5, 0.0)]
    assert frame.drop("geometry").equals(points.frame)


def test_no_sites_make_an_empty_layer(tmp_path):
    empty = layer("sites", "Sites", FRAME.filter(pl.col("id") == "nowhere"), COLUMNS)
    with closing(sqlite3.connect(write_geopackage([empty], tmp_path / "s.gpkg"))) as base:
        assert base.execute("SELECT count(*) FROM sites").fetchone() == (0,)
    assert pl.read_parquet(write_geoparquet(empty, tmp_path / "s.parquet")).height == 0


@pytest.mark.parametrize(("lat", "lon"), [(91.0, 0.0), (0.0, -180.5), (float("nan"), 0.0), (0.0, float("inf"))])
def test_a_place_off_the_globe_is_refused(lat, lon):
    frame = pl.DataFrame({"id": ["x"], "lat": [lat], "lon": [lon]})
    with pytest.raises(InputError, match=r"sites, x: found .* expected latitude -90 to 90"):
        layer("sites", "Sites", frame, COLUMNS)


def test_a_file_that_failed_leaves_nothing(points, tmp_path):
    twice = [points, points]  # the second layer of one name cannot be made
    with pytest.raises(sqlite3.OperationalError):
        write_geopackage(twice, tmp_path / "s.gpkg")
    assert list(tmp_path.iterdir()) == []


def test_the_sites_of_the_atlas(atlas, tmp_path):
    sites = layer("sites", "Sites", atlas.facilities, schema.FACILITIES.columns)
    known = atlas.facilities.filter(pl.col("lat").is_not_null() & pl.col("lon").is_not_null())
    path = write_geopackage([sites], tmp_path / "s.gpkg")
    with closing(sqlite3.connect(path)) as base:
        rows = base.execute("SELECT id, geom, coord_source FROM sites").fetchall()
    assert len(rows) == known.height > 0
    places = {row["id"]: (row["lon"], row["lat"]) for row in known.to_dicts()}
    for name, blob, source in rows:
        assert read_geopackage_point(blob) == (4326, places[name])
        assert source, f"{name} has a place without a source"


@pytest.mark.skipif(find_spec("geopandas") is None, reason="geopandas is not installed")
def test_geopandas_reads_both_back(points, tmp_path: Path):
    import geopandas

    package = geopandas.read_file(write_geopackage([points], tmp_path / "s.gpkg"))
    parquet = geopandas.read_parquet(write_geoparquet(points, tmp_path / "s.parquet"))
    assert package.crs.to_epsg() == 4326
    assert parquet.crs.to_string() == "OGC:CRS84"
    for read in (package, parquet):
        assert [(point.x, point.y) for point in read.geometry] == [(18.35, 59.43), (180.0, -90.0), (-0.5, 0.0)]
        assert read["id"].tolist() == points.frame["id"].to_list()
