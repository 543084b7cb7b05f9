"""Loading the atlas: text in a source tree, Parquet in an installed package, the same tables either way.

Nothing is read before `load` is called, and the trade table not before it is asked for.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import polars as pl

from ytterby.atlas import schema
from ytterby.atlas.places import DATA
from ytterby.atlas.select import Figures, select
from ytterby.core.errors import AtlasError
from ytterby.core.tables import Schema

EDITION = "2026.11-rc1"


@dataclass(frozen=True, slots=True)
class Atlas:
    """Cited figures, facilities, trade and what they rest on; columns are those of `ytterby.atlas.schema`."""

    figures: pl.DataFrame
    facilities: pl.DataFrame
    assumptions: pl.DataFrame
    countries: pl.DataFrame
    groups: pl.DataFrame
    corrections: pl.DataFrame
    events: pl.DataFrame
    sources: pl.DataFrame
    edition: str
    digest: str
    trade_table: Callable[[], pl.DataFrame]

    @property
    def trade(self) -> pl.DataFrame:
        """Bilateral trade as published; `ytterby.atlas.trade.corrected` reads it with the corrections."""
        return self.trade_table()

    def select(
        self,
        material: str | None = None,
        stage: str | None = None,
        measure: str | None = None,
        country: str | None = None,
        year: int | None = None,
        edition: str | None = None,
        form: str | None = None,
        source: str | None = None,
    ) -> Figures:
        """Return the figures that match; see `ytterby.atlas.select.select`."""
        return select(self, material, stage, measure, country, year, edition, form, source)


@cache
def load(folder: Path = DATA) -> Atlas:
    """Return the atlas kept in `folder`, by default the one that comes with the package."""
    if not (folder / "sources.toml").exists():
        raise AtlasError(f"No atlas in {folder}: sources.toml is missing. Install Ytterby again.")
    return Atlas(
        figures=_parts(folder, "figures", schema.FIGURES),
        facilities=_table(folder, "facilities", schema.FACILITIES),
        assumptions=_table(folder, "assumptions", schema.ASSUMPTIONS),
        countries=_table(folder, "countries", schema.COUNTRIES),
        groups=_table(folder, "groups", schema.GROUPS),
        corrections=_table(folder, "corrections", schema.CORRECTIONS),
        events=_table(folder, "events", schema.EVENTS),
        sources=sources(folder),
        edition=EDITION,
        digest=digest(folder),
        trade_table=cache(partial(_parts, folder, "trade", schema.TRADE)),
    )


def sources(folder: Path = DATA) -> pl.DataFrame:
    """Return the table of sources."""
    try:
        entries = tomllib.loads((folder / "sources.toml").read_text(encoding="utf-8"))["source"]
    except (OSError, ValueError, KeyError) as cause:
        raise AtlasError(f"The sources in {folder / 'sources.toml'} cannot be read ({cause}).") from cause
    return schema.SOURCES.frame(entries)


def digest(folder: Path = DATA) -> str:
    """Return the SHA-256 over the names and bytes of the text tables, or the one kept when the package was built."""
    kept = folder / "digest.txt"
    if kept.exists():
        return kept.read_text(encoding="ascii").strip()
    total = hashlib.sha256()
    for path in sorted(text_files(folder), key=lambda path: path.relative_to(folder).as_posix()):
        total.update(path.relative_to(folder).as_posix().encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def text_files(folder: Path = DATA) -> list[Path]:
    """Return the text files the atlas is made of."""
    return [path for pattern in ("*.csv", "*/*.csv", "*.toml", "*.json") for path in folder.glob(pattern)]


def _parts(folder: Path, name: str, table: Schema) -> pl.DataFrame:
    """Return a table kept as several CSV files in a source tree, or as one Parquet file in a package."""
    files = sorted((folder / name).glob("*.csv"))
    if files:
        return pl.concat([_csv(path, table) for path in files]).sort(table.names[0], maintain_order=True)
    packed = folder / f"{name}.parquet"
    if not packed.exists():
        raise AtlasError(f"No table {name} in {folder}. Install Ytterby again.")
    return pl.read_parquet(packed)


def _table(folder: Path, name: str, table: Schema) -> pl.DataFrame:
    path = folder / f"{name}.csv"
    if not path.exists():
        raise AtlasError(f"No table {name} in {folder}. Install Ytterby again.")
    return _csv(path, table)


def _csv(path: Path, table: Schema) -> pl.DataFrame:
    try:
        header = pl.read_csv(path, n_rows=0).columns
        if header != list(table.names):
            raise AtlasError(f"The table {path.name} has the columns {header}; expected {list(table.names)}.")
        return pl.read_csv(path, schema=dict(table.dtypes))
    except pl.exceptions.PolarsError as cause:
        raise AtlasError(f"The table {path.name} cannot be read: {cause}") from cause
