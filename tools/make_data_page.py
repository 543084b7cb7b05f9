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
can be seen. Missing is null, never zero. Corrections are rows with a reason; the rows they are about stay as published.
Two figures that rest on one observation share `derived_from` and count once.

```console
$ ytterby facts REE --stage mine --measure production --country China --year 2023 --edition all
$ ytterby facts Dy --year 2024
$ ytterby sources usgs-mcs-2026
```

What is not here: numbers for which no page was read; statistics whose licence does not allow it; price series of
commercial services (the annual averages that the U.S. Geological Survey prints are here). Dysprosium is missing in the
table of European uses that was read, and thulium has no printed price.

Taiwan is counted apart (`TWN`) because trade statistics do so under "Other Asia, nes". Codes of ours: `WLD` world,
`XXX` not named by the source, `ROW` all countries but those named beside it, `EU27` the European Union.
"""
LICENCE_HEAD = """\
The code of Ytterby is under the Apache License 2.0 (LICENSE). The data are not: each source keeps its terms.

The atlas in src/ytterby/atlas/data holds facts taken from the sources below, each row with the id of its source.
Where a licence asks for it, the attribution is the line itself. "single facts cited" means that the source as a whole
is not redistributed: only the numbers quoted, with their place, are here.

This file is written by tools/make_data_page.py from src/ytterby/atlas/data/sources.toml.

"""


def data_page(atlas: Atlas) -> str:
    """Return docs/data.md."""
    parts = [HEAD, _sizes(atlas), _words("Stages", schema.STAGES), _words("Measures", schema.MEASURES)]
    parts += [_columns(schema.FIGURES), _columns(schema.FACILITIES), _columns(schema.TRADE), _sources(atlas)]
    return "\n".join(parts)


def licence_file(sources: pl.DataFrame) -> str:
    """Return LICENSE-DATA: a line a source."""
    lines = [
        f"{row['id']}: {row['publisher']}, {row['title']} ({row['edition']}). {row['licence']}. {row['url']}"
        for row in sources.sort("id").iter_rows(named=True)
    ]
    return LICENCE_HEAD + "\n".join(lines) + "\n"


def _sizes(atlas: Atlas) -> str:
    named = atlas.facilities.filter(~pl.col("aggregate"))
    rows = [
        ("figures", atlas.figures.height, f"from {atlas.figures['source'].n_unique()} sources"),
        ("trade", atlas.trade.height, "bilateral rows, HS 280530, 284610, 284690, 850511 and 2846"),
        ("facilities", atlas.facilities.height, f"{named.height} named, in {named['country'].n_unique()} countries"),
        ("corrections", atlas.corrections.height, "rows that say how published rows are read"),
        ("events", atlas.events.height, "export controls on rare earths"),
        ("sources", atlas.sources.height, ""),
    ]
    lines = [f"| {name} | {count:,} | {what} |" for name, count, what in rows]
    return "\n".join([f"## Edition {atlas.edition}", "", "| table | rows | |", "|---|---:|---|", *lines, ""])


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
