"""Compile the atlas from the publishers' files: `python tools/compile_atlas.py [--shared FOLDER]`.

Reads the folder of inputs, writes the reviewable text of ``src/ytterby/atlas/data``: CSV tables (sorted, one row a
figure), ``sources.toml``, ``inputs.csv`` (SHA-256 and official address of every input), ``borders.json``, and the bulk
trade as Parquet with its list of files. Same inputs, same bytes. ``assumptions.csv`` is written by hand and not
touched.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import polars as pl

import atlas_countries
import atlas_coverage
import atlas_ec
import atlas_facilities
import atlas_governance
import atlas_lists
import atlas_materials
import atlas_pages
import atlas_press
import atlas_prices
import atlas_public
import atlas_sites
import atlas_sources
import atlas_status
import atlas_trade
import atlas_trade_bulk
import atlas_usgs
import atlas_usgs_tables
import atlas_usgs_us
import atlas_usgs_world
from atlas_borders import borders
from atlas_companions import companions
from atlas_events import events
from atlas_inputs import INPUTS
from atlas_rows import Row, write_csv
from ytterby.atlas import schema
from ytterby.core.tables import Schema

INPUT = Path(__file__).parents[2] / "shared"
DATA = Path(__file__).parents[1] / "src/ytterby/atlas/data"
Tables = dict[str, tuple[Schema, list[Row], tuple[str, ...]]]


def main() -> None:
    """Compile into a folder aside, then move every file that changed; say how many rows each table holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=INPUT, help="folder of input files")
    parser.add_argument("--out", type=Path, default=DATA, help="folder to write")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="atlas-", dir=options.out.parent) as aside:
        counts = compile_atlas(options.shared / "data", Path(aside))
        _move(Path(aside), options.out)
    for name, rows in counts.items():
        print(f"{rows:>9,} {name}")


def compile_atlas(shared: Path, out: Path) -> dict[str, int]:
    """Write every table to `out`; return the rows in each."""
    pages = atlas_pages.pages(shared)
    bulk = atlas_trade_bulk.bulk(shared)
    tables = _tables(shared, pages)
    files = [atlas_trade_bulk.write(frame, out / "trade_bulk" / f"{name}.parquet") for name, frame in bulk.items()]
    tables["trade_files"] = (schema.TRADE_FILES, files, ("file",))
    codes = list(atlas_trade_bulk.codes([*_text_trade(tables), *bulk.items()]))
    tables["trade_codes"] = (schema.TRADE_CODES, codes, ("hs6", "source", "hs_revision", "file"))
    made = [row for name, (_, rows, _) in tables.items() if name.startswith("figures/") for row in rows]
    coverage = list(atlas_coverage.coverage(made, codes))
    tables["coverage"] = (schema.COVERAGE, coverage, ("material",))
    counts = {name: write_csv(out / f"{name}.csv", table.names, rows, by) for name, (table, rows, by) in tables.items()}
    cited = [row for name, (_, rows, _) in tables.items() if name not in ("inputs", "trade_files") for row in rows]
    counts["sources"] = write_sources(out / "sources.toml", [*atlas_sources.OFFICIAL, *pages.by_url.values()], cited)
    text = json.dumps(borders(shared), separators=(",", ":"), ensure_ascii=False)
    (out / "borders.json").write_text(text + "\n", encoding="utf-8")
    counts["borders"] = text.count('"MultiPolygon"')
    return counts | {f"trade_bulk/{name}": frame.height for name, frame in bulk.items()}


def _tables(shared: Path, pages: atlas_pages.Pages) -> Tables:
    """Return the schema, the rows and the sort key of each table but those worked out from others."""
    trade = atlas_trade.tables(shared)
    key = ("year", "exporter", "importer", "hs6")
    made: Tables = {f"figures/{name}": (schema.FIGURES, rows, ("id",)) for name, rows in figures(shared, pages).items()}
    made |= {f"trade/{name}": (schema.TRADE, rows, key) for name, rows in trade.items()}
    by_code = atlas_trade_bulk.by_material()
    return made | {
        "facilities": (schema.FACILITIES, list(atlas_facilities.facilities(shared, pages)), ("id",)),
        "countries": (schema.COUNTRIES, list(atlas_countries.countries(shared)), ("iso3",)),
        "groups": (schema.GROUPS, list(atlas_countries.groups()), ("group", "iso3")),
        "corrections": (schema.CORRECTIONS, list(corrections(shared, trade)), ("id",)),
        "events": (schema.EVENTS, list(events(shared)), ("id",)),
        "materials": (schema.MATERIALS, list(atlas_materials.materials(by_code)), ("id",)),
        "governance": (
            schema.GOVERNANCE,
            list(atlas_governance.governance(shared)),
            ("source", "indicator", "economy", "year"),
        ),
        "sites": (schema.SITES, [*atlas_sites.points(shared), *atlas_status.sites()], ("id",)),
        "site_status": (
            schema.SITE_STATUS,
            list(atlas_status.status()),
            ("site", "field", "as_of", "viewpoint", "source"),
        ),
        "lists": (schema.LISTS, list(atlas_lists.lists()), ("list", "printed")),
        "inputs": (schema.INPUTS, list(inputs(shared)), ("file",)),
    }


def corrections(shared: Path, trade: dict[str, list[Row]]) -> Iterable[Row]:
    """Return how published rows are read otherwise than printed."""
    yield from atlas_trade.corrections(trade)
    yield from atlas_usgs_world.corrections(shared)
    yield atlas_trade.reserve_correction()
    yield atlas_prices.correction()


def figures(shared: Path, pages: atlas_pages.Pages) -> dict[str, list[Row]]:
    """Return the figures of each file; ids are unique over all of them."""
    world = list(atlas_usgs_world.world(shared))
    made = {
        "usgs_world": [*atlas_usgs.world_tables(shared), *atlas_usgs.yearbook_mine(shared)],
        "usgs_world_others": world,
        "usgs_assays": [*atlas_usgs.assays(shared)],
        "usgs_history": [*atlas_usgs.history(shared)],
        "usgs_salient": [
            *atlas_usgs.salient(shared),
            *atlas_usgs.chapter_text(shared),
            *atlas_usgs.yearbook_prices(shared),
        ],
        "usgs_salient_others": [
            *atlas_usgs_us.salient(shared, {row["id"] for row in world}),
            *atlas_usgs_tables.reliance(shared),
            *atlas_usgs_tables.applications(shared),
        ],
        "ec_shares": [*atlas_ec.supply(shared), *atlas_ec.sourcing(shared), *atlas_ec.uses(shared)],
        "ec_scores": [*atlas_ec.scores(shared), *atlas_ec.trade_parameters(shared)],
        "iea": [*atlas_public.iea(shared), *atlas_public.iea_shares()],
        "companions": list(companions()),
        "china_customs": [*atlas_public.china_feed(shared), *atlas_public.customs_totals(shared)],
        "world_bank_prices": [*atlas_prices.monthly(shared)],
        "press": [
            *atlas_press.stages(shared, pages),
            *atlas_press.facts(shared, pages),
            *atlas_press.us_end_use(shared, pages),
            *atlas_press.recycling(shared, pages),
            *atlas_press.companies(shared, pages),
        ],
    }
    _check_ids(made)
    return made


def _check_ids(made: dict[str, list[Row]]) -> None:
    rows = [row for part in made.values() for row in part]
    twice = sorted(name for name, count in Counter(row["id"] for row in rows).items() if count > 1)
    if twice:
        raise ValueError(f"{len(twice)} figure ids are used twice: {twice[:10]}")
    known = {row["id"] for row in atlas_materials.listed()}
    unknown = sorted({row["material"] for row in rows} - known)
    if unknown:
        raise ValueError(f"no row in {atlas_materials.TABLE.name} for {unknown}")


def _text_trade(tables: Tables) -> list[tuple[str, pl.DataFrame]]:
    return [(name, schema.TRADE.frame(rows)) for name, (_, rows, _) in tables.items() if name.startswith("trade/")]


def _move(made: Path, out: Path) -> None:
    """Put every made file in place of the one it replaces; a file that is as before is left alone."""
    for path in sorted(path for path in made.rglob("*") if path.is_file()):
        target = out / path.relative_to(made)
        if not target.exists() or target.read_bytes() != path.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, target)


def write_sources(path: Path, sources: Iterable[Row], cited: Iterable[Row]) -> int:
    """Write the sources that a row cites, sorted by id; return how many."""
    names = {row.get(name) for row in cited for name in ("source", "coord_source")}
    names.add("natural-earth-50m")
    rows = sorted((row for row in sources if row["id"] in names), key=lambda row: row["id"])
    missing = sorted(str(name) for name in names - {row["id"] for row in rows} if name)
    if missing:
        raise ValueError(f"no source row for {missing}")
    blocks = []
    for row in rows:
        cells = [
            f"{name} = {json.dumps(' '.join(str(row[name]).split()), ensure_ascii=False)}"
            for name in schema.SOURCES.names
            if row.get(name)
        ]
        blocks.append("\n".join(["[[source]]", *cells]))
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    return len(rows)


def inputs(shared: Path) -> Iterable[Row]:
    """Return the hash, size and official address of every input file."""
    for name, url in INPUTS.items():
        data = (shared / name).read_bytes()
        yield {"file": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "official_url": url}


if __name__ == "__main__":
    main()
