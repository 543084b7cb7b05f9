"""Compile the atlas from the publishers' files: `python tools/compile_atlas.py [--shared FOLDER]`.

Reads the folder of inputs, writes the reviewable text of ``src/ytterby/atlas/data``: CSV tables (sorted, one row a
figure), ``sources.toml``, ``inputs.csv`` (SHA-256 and official address of every input) and ``borders.json``. Same
inputs, same bytes. ``assumptions.csv`` is written by hand and not touched.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import atlas_countries
import atlas_facilities
import atlas_pages
import atlas_press
import atlas_public
import atlas_sources
import atlas_trade
import atlas_usgs
from atlas_borders import borders
from atlas_events import events
from atlas_inputs import INPUTS
from atlas_rows import Row, write_csv
from ytterby.atlas import schema

INPUT = Path(__file__).parents[2] / "shared"
DATA = Path(__file__).parents[1] / "src/ytterby/atlas/data"


def main() -> None:
    """Compile and say how many rows each table holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=INPUT, help="folder of input files")
    parser.add_argument("--out", type=Path, default=DATA, help="folder to write")
    options = parser.parse_args()
    for name, rows in compile_atlas(options.shared / "data", options.out).items():
        print(f"{rows:>7} {name}")


def compile_atlas(shared: Path, out: Path) -> dict[str, int]:
    """Write every table to `out`; return the rows in each."""
    pages = atlas_pages.pages(shared)
    tables = {f"figures/{name}": (schema.FIGURES, rows, ("id",)) for name, rows in figures(shared, pages).items()}
    trade = atlas_trade.tables(shared)
    key = ("year", "exporter", "importer", "hs6")
    tables |= {f"trade/{name}": (schema.TRADE, rows, key) for name, rows in trade.items()}
    places = list(atlas_facilities.facilities(shared, pages))
    tables["facilities"] = (schema.FACILITIES, places, ("id",))
    tables["countries"] = (schema.COUNTRIES, list(atlas_countries.countries(shared)), ("iso3",))
    tables["groups"] = (schema.GROUPS, list(atlas_countries.groups()), ("group", "iso3"))
    tables["corrections"] = (
        schema.CORRECTIONS,
        [*atlas_trade.corrections(trade), atlas_trade.reserve_correction()],
        ("id",),
    )
    tables["events"] = (schema.EVENTS, list(events(shared)), ("id",))
    tables["inputs"] = (schema.INPUTS, list(inputs(shared)), ("file",))
    counts = {name: write_csv(out / f"{name}.csv", table.names, rows, by) for name, (table, rows, by) in tables.items()}
    cited = [row for name, (_, rows, _) in tables.items() if name != "inputs" for row in rows]
    counts["sources"] = write_sources(out / "sources.toml", [*atlas_sources.OFFICIAL, *pages.by_url.values()], cited)
    text = json.dumps(borders(shared), separators=(",", ":"), ensure_ascii=False)
    (out / "borders.json").write_text(text + "\n", encoding="utf-8")
    counts["borders"] = text.count('"MultiPolygon"')
    return counts


def figures(shared: Path, pages: atlas_pages.Pages) -> dict[str, list[Row]]:
    """Return the figures of each file; ids are unique over all of them."""
    made = {
        "usgs_world": [*atlas_usgs.world_tables(shared), *atlas_usgs.yearbook_mine(shared)],
        "usgs_assays": [*atlas_usgs.assays(shared)],
        "usgs_history": [*atlas_usgs.history(shared)],
        "usgs_salient": [
            *atlas_usgs.salient(shared),
            *atlas_usgs.chapter_text(shared),
            *atlas_usgs.yearbook_prices(shared),
        ],
        "ec_shares": [
            *atlas_public.ec_supply(shared),
            *atlas_public.ec_sourcing(shared),
            *atlas_public.ec_uses(shared),
        ],
        "iea": [*atlas_public.iea(shared), *atlas_public.iea_shares()],
        "china_customs": [*atlas_public.china_feed(shared), *atlas_public.customs_totals(shared)],
        "press": [
            *atlas_press.stages(shared, pages),
            *atlas_press.facts(shared, pages),
            *atlas_press.us_end_use(shared, pages),
            *atlas_press.recycling(shared, pages),
            *atlas_press.companies(shared, pages),
        ],
    }
    ids = Counter(row["id"] for rows in made.values() for row in rows)
    twice = sorted(name for name, count in ids.items() if count > 1)
    if twice:
        raise ValueError(f"{len(twice)} figure ids are used twice: {twice[:10]}")
    return made


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
