"""Sites with known coordinates for maps elsewhere: a GeoPackage (QGIS, ArcGIS, R) and a GeoParquet file (geopandas).

Both hold points in longitude and latitude on WGS 84 (EPSG:4326; GeoParquet's default, OGC:CRS84, is the same with the
axes in the order used here) and need no GDAL: a GeoPackage is an SQLite file of a fixed layout (OGC 12-128r17), a
GeoParquet file is Parquet with one block of metadata (GeoParquet 1.1).

A site whose place is not known is left out, never put at (0, 0). In the GeoPackage every column carries its heading
with unit and its meaning (the Schema extension), in the GeoParquet file the metadata key "ytterby" does.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from ytterby.core.errors import Fault, InputError
from ytterby.core.tables import Column
from ytterby.show.export import whole
from ytterby.show.export_xlsx import heading

STAMP = "2000-01-01T00:00:00.000Z"  # a GeoPackage must carry a date; the clock would change the bytes of the same rows
_APPLICATION = 0x47504B47  # "GPKG"
_VERSION = 10300
_SRS = 4326
_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,'
    'AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]'
)
_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
 organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
 description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
 min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
 CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
 geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
 CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
 CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
 CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
 definition TEXT NOT NULL, scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
 description TEXT, mime_type TEXT, constraint_name TEXT,
 CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT,
 min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
 CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
"""
_SCHEMA_EXTENSION = "http://www.geopackage.org/spec130/#extension_schema"


@dataclass(frozen=True, slots=True)
class Layer:
    """Points with their columns: `frame` has `lat` and `lon` in every row, in degrees."""

    name: str
    title: str
    frame: pl.DataFrame
    columns: tuple[Column, ...]


def layer(name: str, title: str, frame: pl.DataFrame, columns: Sequence[Column]) -> Layer:
    """Return the rows of `frame` whose place is known as a layer; a place off the globe is refused."""
    known = frame.drop_nulls(["lat", "lon"])
    off = known.filter(~pl.col("lat").is_between(-90, 90) | ~pl.col("lon").is_between(-180, 180))
    if off.height:
        first = known.columns[0]
        raise InputError(
            Fault(f"{name}, {row[first]}", f"{row['lat']}, {row['lon']}", "latitude -90 to 90, longitude -180 to 180")
            for row in off.to_dicts()
        )
    by_name = {column.name: column for column in columns}
    return Layer(name, title, known, tuple(by_name[name] for name in known.columns if name in by_name))


def write_geopackage(layers: Iterable[Layer], path: str | Path) -> Path:
    """Write the layers as one GeoPackage, whole or not at all; return the path."""
    target = Path(path)
    with whole(target) as place, closing(sqlite3.connect(place, isolation_level=None)) as base:
        base.execute("PRAGMA journal_mode = OFF")
        base.execute(f"PRAGMA application_id = {_APPLICATION}")
        base.execute(f"PRAGMA user_version = {_VERSION}")
        base.executescript(_TABLES)
        base.execute("BEGIN")
        base.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", _reference_systems())
        for name in ("gpkg_data_columns", "gpkg_data_column_constraints"):
            row = (name, None, "gpkg_schema", _SCHEMA_EXTENSION, "read-write")
            base.execute("INSERT INTO gpkg_extensions VALUES (?, ?, ?, ?, ?)", row)
        for item in layers:
            _write_layer(base, item)
        base.execute("COMMIT")
    return target


def write_geoparquet(item: Layer, path: str | Path) -> Path:
    """Write a layer as a GeoParquet file (points as WKB in the column `geometry`), whole or not at all."""
    target = Path(path)
    points = [wkb(lon, lat) for lon, lat in _points(item)]
    frame = item.frame.with_columns(pl.Series("geometry", points, dtype=pl.Binary))
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["Point"]}
    if item.frame.height:
        column["bbox"] = list(_box(item))
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    said = {c.name: {"unit": c.unit, "meaning": c.meaning} for c in item.columns}
    with whole(target) as place:
        frame.write_parquet(place, metadata={"geo": json.dumps(geo), "ytterby": json.dumps({"columns": said})})
    return target


def wkb(lon: float, lat: float) -> bytes:
    """Return a point as well-known binary, little-endian.

    >>> wkb(1.0, 2.0).hex()
    '0101000000000000000000f03f0000000000000040'
    """
    return struct.pack("<BIdd", 1, 1, lon, lat)


def _reference_systems() -> Iterator[tuple[str, int, str, int, str, str]]:
    yield "WGS 84 geodetic", _SRS, "EPSG", _SRS, _WGS84, "longitude/latitude coordinates in degrees on WGS 84"
    yield "Undefined cartesian SRS", -1, "NONE", -1, "undefined", "undefined cartesian coordinate reference system"
    yield "Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic coordinate reference system"


def _write_layer(base: sqlite3.Connection, item: Layer) -> None:
    names = ", ".join(f"{_quoted(name)} {_sql_type(dtype)}" for name, dtype in item.frame.schema.items())
    table = _quoted(item.name)
    base.execute(f"CREATE TABLE {table} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom POINT, {names})")
    box = _box(item) if item.frame.height else (None, None, None, None)
    content = (item.name, "features", item.name, item.title, STAMP, *box, _SRS)
    base.execute("INSERT INTO gpkg_contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", content)
    base.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'POINT', ?, 0, 0)", (item.name, _SRS))
    for column in item.columns:
        said = (item.name, column.name, column.name, heading(column, item.frame), column.meaning)
        base.execute("INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)", said)
    points = [struct.pack("<2sBBi", b"GP", 0, 1, _SRS) + wkb(lon, lat) for lon, lat in _points(item)]
    marks = ", ".join("?" * (item.frame.width + 1))
    fields = ", ".join(["geom", *(_quoted(name) for name in item.frame.columns)])
    rows = ([point, *row] for point, row in zip(points, item.frame.iter_rows(), strict=True))
    base.executemany(f"INSERT INTO {table} ({fields}) VALUES ({marks})", rows)


def _points(item: Layer) -> Iterator[tuple[float, float]]:
    return item.frame.select("lon", "lat").iter_rows()


def _box(item: Layer) -> tuple[float, float, float, float]:
    lon, lat = item.frame["lon"].to_list(), item.frame["lat"].to_list()
    return min(lon), min(lat), max(lon), max(lat)


def _sql_type(dtype: pl.DataType) -> str:
    if dtype.is_float():
        return "DOUBLE"
    if dtype.is_integer():
        return "INTEGER"
    return "BOOLEAN" if dtype == pl.Boolean else "TEXT"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
