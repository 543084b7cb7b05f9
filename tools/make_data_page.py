"""Write docs/data.md and LICENSE-DATA from the tables of the atlas.

Run: python tools/make_data_page.py
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from ytterby.atlas import schema
from ytterby.atlas.load import Atlas, load
from ytterby.core.tables import Schema

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "data.md"
LICENCES = ROOT / "LICENSE-DATA"

HEAD = """# Data

The atlas is the set of cited figures that comes with Ytterby. This page is written by `tools/make_data_page.py` from
the tables themselves.

Every figure names its source, the edition, and the place where it is printed. Every edition is kept, so that revisions
can be seen. Missing is null, never zero. Corrections are rows with a reason: trade rows stay as published and are read
with the corrections; a figure whose unit or number is plainly misprinted is read as meant, says what is printed, and
has its row. Two figures that rest on one observation share `derived_from` and count once.

```console
$ ytterby facts REE --stage mine --measure production --country China --year 2023 --edition all
$ ytterby facts cobalt --year 2024
$ ytterby facts 282200
$ ytterby facts Dy --trade --country Germany --year 2024
$ ytterby facts --table governance --country China --year 2023
$ ytterby facts gallium --table events
$ ytterby facts --conflicts
$ ytterby facts --coverage
$ ytterby facts --sites --country Ukraine
$ ytterby sources usgs-mcs-2026
$ ytterby sources --changed
```

What is not here: numbers for which no page was read; statistics whose licence does not allow it; price series of
commercial services (the annual averages that the U.S. Geological Survey prints are here); projections; numbers of
persons employed; prices of laboratory packs of cesium and rubidium. Dysprosium is missing in the table of European uses
that was read, and thulium has no printed price.

Taiwan is counted apart (`TWN`) because trade statistics do so under "Other Asia, nes". Codes of ours: `WLD` world,
`XXX` not named by the source, `ROW` all countries but those named beside it, `EU27` the European Union.

**Editions.** An edition of the atlas is named after the month of its last source (`2026.11`). Any change of a row, a
correction too, makes a new one: a number behind a dot in the same month (`2026.11.1`), else the next month. Results and
exports carry the edition with the hash of the tables, so that an edition that was changed by hand shows.

**Governance.** The releases of 2024 (all six indicators to 2023) and of 2025 (political stability, 2023 and 2024) use
two methods; 2023 stands in both. Never join them into one series.

**Title and control.** A site's `title` (law) and `control` (fact) are statements of somebody at a date. All views stand
side by side; none is ours. `--viewpoint` shows one.

**Trade.** The rare-earth codes are kept as text; the others in Parquet with their hashes and totals as text
(`trade_files`, `trade_codes`), see [the decision](decisions/0017-trade-bulk.md). A code that holds several materials is
marked `together` and never split.
"""
LICENCE_HEAD = """\
The code of Ytterby is under the Apache License 2.0 (LICENSE). The data are not: each source keeps its terms.

The atlas in src/ytterby/atlas/data holds facts taken from the sources below, each row with the id of its source.
Where a licence asks for it, the attribution is the line itself. "single facts cited" means that the source as a whole
is not redistributed: only the numbers quoted, with their place, are here.

This file is written by tools/make_data_page.py from src/ytterby/atlas/data/sources.toml.

"""


TABLES = (
    schema.FIGURES,
    schema.FACILITIES,
    schema.TRADE,
    schema.TRADE_CODES,
    schema.MATERIALS,
    schema.GOVERNANCE,
    schema.SITES,
    schema.SITE_STATUS,
    schema.EVENTS,
    schema.LISTS,
    schema.CORRECTIONS,
    schema.COVERAGE,
)


def data_page(atlas: Atlas) -> str:
    """Return docs/data.md."""
    parts = [HEAD, _sizes(atlas), _words("Stages", schema.STAGES), _words("Measures", schema.MEASURES)]
    parts += [_words("Marks of a value", schema.QUALIFIERS), *(_columns(table) for table in TABLES)]
    return "\n".join([*parts, _coverage(atlas), _codes(atlas), _sources(atlas)])


def licence_file(sources: pl.DataFrame) -> str:
    """Return LICENSE-DATA: a line a source."""
    lines = [
        f"{row['id']}: {row['publisher']}, {row['title']} ({row['edition']}). {row['licence']}. {row['url']}"
        for row in sources.sort("id").iter_rows(named=True)
    ]
    return LICENCE_HEAD + "\n".join(lines) + "\n"


def _sizes(atlas: Atlas) -> str:
    named = atlas.facilities.filter(~pl.col("aggregate"))
    bulk = atlas.trade_codes.filter(pl.col("file").str.starts_with("baci"))
    rows = [
        ("figures", atlas.figures.height, f"from {atlas.figures['source'].n_unique()} sources"),
        ("trade", atlas.trade.height, "bilateral rows, HS 280530, 284610, 284690, 850511 and 2846, as text"),
        ("bulk trade", bulk["rows"].sum(), f"bilateral rows in {bulk['hs6'].n_unique()} other codes, 1995 to 2024"),
        ("governance", atlas.governance.height, f"{atlas.governance['economy'].n_unique()} economies, 1996 to 2024"),
        ("sites", atlas.sites.height, f"deposits and mines, {atlas.sites['lat'].count():,} with a point"),
        ("site_status", atlas.site_status.height, "statements on title and control"),
        ("facilities", atlas.facilities.height, f"{named.height} named, in {named['country'].n_unique()} countries"),
        ("materials", atlas.materials.height, ""),
        ("lists", atlas.lists.height, ", ".join(sorted(set(atlas.lists["list"])))),
        ("events", atlas.events.height, "export controls"),
        ("corrections", atlas.corrections.height, "rows that say how published rows are read"),
        ("sources", atlas.sources.height, ""),
    ]
    lines = [f"| {name} | {count:,} | {what} |" for name, count, what in rows]
    return "\n".join([f"## Edition {atlas.edition}", "", "| table | rows | |", "|---|---:|---|", *lines, ""])


def _coverage(atlas: Atlas) -> str:
    names = dict(zip(atlas.materials["id"], atlas.materials["name"], strict=True))
    head = ["## Coverage", "", "| material | mine | refining | trade | price | network | why |"]
    head += ["|---|---|---|---|---|---|---|"]
    lines = [
        f"| {names[row['material']]} (`{row['material']}`) | {row['mine']} | {row['refining']} | {row['trade']} | "
        f"{row['price']} | {row['network']} | {row['reason']} |"
        for row in atlas.coverage.iter_rows(named=True)
    ]
    return "\n".join([*head, *lines, ""])


def _codes(atlas: Atlas) -> str:
    head = ["## Trade codes", "", "| code | revision | what | materials | rows | years |", "|---|---|---|---|---:|---|"]
    lines = [
        f"| {row['hs6']} | {row['hs_revision']} | {row['description']} | {row['materials'].replace(';', ', ')}"
        f"{' (together)' if row['together'] else ''} | {row['rows']:,} | {row['first_year']}-{row['last_year']} |"
        for row in atlas.trade_codes.iter_rows(named=True)
    ]
    return "\n".join([*head, *lines, ""])


def _words(title: str, words: dict[str, str]) -> str:
    lines = [f"| `{word}` | {meaning} |" for word, meaning in words.items()]
    return "\n".join([f"## {title}", "", "| word | meaning |", "|---|---|", *lines, ""])


def _columns(table: Schema) -> str:
    lines = [f"| `{column.name}` | {column.unit} | {column.meaning} |" for column in table.columns]
    return "\n".join([f"## Table {table.name}", "", "| column | unit | meaning |", "|---|---|---|", *lines, ""])


def _sources(atlas: Atlas) -> str:
    lines = ["## Sources", "", "| id | publisher, title | edition | licence | what was read |", "|---|---|---|---|---|"]
    for row in atlas.sources.sort("id").iter_rows(named=True):
        name = f"{row['publisher']}, [{row['title']}]({row['url'].replace(' ', '%20').replace(')', '%29')})"
        lines.append(f"| `{row['id']}` | {name} | {row['edition']} | {row['licence']} | {row['read']} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PAGE.write_text(data_page(load()), encoding="utf-8")
    LICENCES.write_text(licence_file(load().sources), encoding="utf-8")
