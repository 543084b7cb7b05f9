"""A result or a selection of figures as a data package: CSV and Parquet, described by a datapackage.json (version 2).

The folder holds, for each table, ``<table>.csv`` (for people and spreadsheets) and ``<table>.parquet`` (types kept, for
Python, R, DuckDB), points of known places as ``places.gpkg`` and ``<layer>.geo.parquet``, and ``datapackage.json``:
every column with its type, unit and meaning, every file with its size and SHA-256, every source with its edition and
licence. The description is written last, so a folder that has one is complete. The same outcome gives the same bytes.

A Parquet file stands under the `copies` of its CSV resource: as a resource of its own it would make a package invalid
for every reader that has no Parquet (frictionless without its extra, most of them), and version 2 knows no type of
resource but "table".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from ytterby.atlas import schema as atlas_tables
from ytterby.core.tables import Column, Schema
from ytterby.model.outcome import Outcome
from ytterby.show.export import table_resource, tables_of, whole, write_text
from ytterby.show.export_geo import Layer, layer, write_geopackage, write_geoparquet

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_PARQUET = "application/vnd.apache.parquet"
_LICENCE = {
    "title": "Each source keeps its own licence: the column licence of the table of sources",
    "path": "sources.csv",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a package: its name, its rows, and what its columns mean."""

    name: str
    frame: pl.DataFrame
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """What goes into a folder: `tables` (the one called "sources" is cited by the rest), layers of points, `about`."""

    name: str
    title: str
    description: str
    tables: tuple[Table, ...]
    places: tuple[Layer, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)


def outcome_package(outcome: Outcome, folder: str | Path, facilities: pl.DataFrame | None = None) -> list[Path]:
    """Write every table of `outcome` into `folder` as a data package; return the files, the description last.

    A run over many periods has tables by period beside the others. With the table of `facilities` of the atlas, those
    with a known place are added as points.
    """
    tables = tuple(Table(name, frame, columns) for name, columns, frame in tables_of(outcome))
    about = {"version": outcome.edition, "input_hash": outcome.input_hash}
    places = () if facilities is None else (_points("facilities", facilities),)
    scenario = outcome.scenario
    return write_package(Package(scenario.name, scenario.title, outcome.finding, tables, places, about), folder)


def facts_package(
    frame: pl.DataFrame,
    sources: pl.DataFrame,
    folder: str | Path,
    *,
    table: str = "figures",
    edition: str = "",
    digest: str = "",
) -> list[Path]:
    """Write rows of the table called `table` of the atlas, and their sources, into `folder` as a data package.

    Rows with `lat` and `lon` (facilities, sites) are added as points. Return the files, the description last.
    """
    columns = _columns(frame, _known(table))
    tables = (Table(table, frame, columns), Table("sources", sources, _columns(sources, _known("sources"))))
    about = {name: value for name, value in (("version", edition), ("digest", digest)) if value}
    places = (_points(table, frame),) if {"lat", "lon"} <= set(frame.columns) else ()
    title = f"Cited {table} from the atlas of Ytterby"
    return write_package(Package(f"ytterby-{table}", title, f"{frame.height} rows", tables, places, about), folder)


def write_package(package: Package, folder: str | Path) -> list[Path]:
    """Write `package` into `folder`; every file is whole or absent, the description is the last one."""
    place = Path(folder)
    (place / "datapackage.json").unlink(missing_ok=True)  # an old description would speak of new files
    written: list[Path] = []
    resources: list[dict[str, Any]] = []
    for table in package.tables:
        files = _write_table(table, place)
        written += files
        resources.append(_resource(table, files, {item.name: item for item in package.tables}))
    if package.places:
        files = [write_geopackage(package.places, place / "places.gpkg")]
        files += [write_geoparquet(item, place / f"{item.name}.geo.parquet") for item in package.places]
        written += files
        resources.append(_place_resource(package.places, files))
    described = json.dumps(description(package, resources), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    return [*written, write_text(place / "datapackage.json", described)]


def description(package: Package, resources: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the contents of datapackage.json."""
    sources = next((table.frame for table in package.tables if table.name == "sources"), None)
    cited = [] if sources is None else [_source(row) for row in sources.iter_rows(named=True)]
    return {
        "$schema": PROFILE,
        "name": package.name,
        "title": package.title,
        "description": package.description,
        **package.about,
        "licenses": [_LICENCE],
        **({"sources": cited} if cited else {}),
        "resources": list(resources),
    }


def _write_table(table: Table, place: Path) -> list[Path]:
    csv = write_text(place / f"{table.name}.csv", table.frame.write_csv())
    said = {column.name: {"unit": column.unit, "meaning": column.meaning} for column in table.columns}
    parquet = place / f"{table.name}.parquet"
    with whole(parquet) as made:
        table.frame.write_parquet(made, metadata={"ytterby": json.dumps({"table": table.name, "columns": said})})
    return [csv, parquet]


def _resource(table: Table, files: list[Path], tables: Mapping[str, Table]) -> dict[str, Any]:
    csv, parquet = files
    resource = table_resource(table.name, table.columns)
    if table.name == "sources":
        resource["schema"]["primaryKey"] = ["id"]
    elif "source" in table.frame.columns and "sources" in tables and _all_known(table.frame, tables["sources"].frame):
        link = {"fields": ["source"], "reference": {"resource": "sources", "fields": ["id"]}}
        resource["schema"]["foreignKeys"] = [link]
    for described, column in zip(resource["schema"]["fields"], table.columns, strict=True):
        if column.required:
            described["constraints"] = {"required": True}
    return {**resource, "mediatype": "text/csv", **_bytes(csv), "copies": [_copy(parquet, "parquet", _PARQUET)]}


def _all_known(frame: pl.DataFrame, sources: pl.DataFrame) -> bool:
    return bool(frame["source"].drop_nulls().is_in(sources["id"].implode()).all())


def _place_resource(places: tuple[Layer, ...], files: list[Path]) -> dict[str, Any]:
    geopackage, *geoparquet = files
    return {
        "name": "places",
        "title": "; ".join(item.title for item in places),
        "crs": "EPSG:4326, longitude and latitude in degrees",
        **_copy(geopackage, "gpkg", "application/geopackage+sqlite3"),
        "copies": [_copy(path, "parquet", _PARQUET) for path in geoparquet],
    }


def _copy(path: Path, kind: str, mediatype: str) -> dict[str, Any]:
    return {"path": path.name, "format": kind, "mediatype": mediatype, **_bytes(path)}


def _bytes(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}


def _source(row: Mapping[str, Any]) -> dict[str, str]:
    title = ", ".join(str(row[key]) for key in ("publisher", "title") if row.get(key)) or str(row["id"])
    said = {"title": title, "id": row["id"], "version": row.get("edition"), "licence": row.get("licence")}
    url = str(row.get("url") or "")
    return {key: str(value) for key, value in said.items() if value} | ({"path": url} if url.startswith("http") else {})


def _points(name: str, frame: pl.DataFrame) -> Layer:
    return layer(name, f"{name.capitalize()} with known places", frame, _known(name))


def _known(table: str) -> tuple[Column, ...]:
    """The columns of a table of the atlas; none when it has no such table."""
    known = getattr(atlas_tables, table.upper(), None)
    return known.columns if isinstance(known, Schema) else ()


def _columns(frame: pl.DataFrame, known: Iterable[Column]) -> tuple[Column, ...]:
    by_name = {column.name: column for column in known}
    return tuple(by_name.get(name) or Column(name, dtype, "", name) for name, dtype in frame.schema.items())
