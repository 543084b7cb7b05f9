"""Loading the atlas: text in a source tree, Parquet in an installed package, the same tables either way.

Nothing is read before `load` is called, and no table before it is asked for. Bulk trade (every code but the rare-earth
ones) lies in Parquet files beside the text in both cases; it is scanned, never read whole.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from ytterby.atlas import schema
from ytterby.atlas.places import DATA
from ytterby.atlas.select import Figures, select
from ytterby.core.errors import AtlasError
from ytterby.core.tables import Schema

EDITION = "2026.11"
BULK = "trade_bulk"


@dataclass(frozen=True, slots=True)
class Atlas:
    """Cited figures and the tables they rest on; columns are those of `ytterby.atlas.schema`.

    A table is read when it is first asked for. `given` holds tables that take the place of those in `folder`.
    """

    folder: Path
    edition: str = EDITION
    given: Mapping[str, pl.DataFrame] = field(default_factory=dict, repr=False, hash=False)

    def table(self, name: str) -> pl.DataFrame:
        """Return a table by its name in `TABLES`."""
        return self.given[name] if name in self.given else _table(self.folder, name)

    def with_tables(self, **tables: pl.DataFrame) -> Atlas:
        """Return an atlas in which `tables` take the place of those of the same name."""
        for name, frame in tables.items():
            _schema(name).check(frame)
        return replace(self, given=MappingProxyType({**self.given, **tables}))

    @property
    def figures(self) -> pl.DataFrame:
        """One row a figure."""
        return self.table("figures")

    @property
    def facilities(self) -> pl.DataFrame:
        """Mines and plants of the rare-earth chain."""
        return self.table("facilities")

    @property
    def assumptions(self) -> pl.DataFrame:
        """Numbers that are nobody's figure, each with a range and a reason."""
        return self.table("assumptions")

    @property
    def countries(self) -> pl.DataFrame:
        """Countries, their codes and names."""
        return self.table("countries")

    @property
    def groups(self) -> pl.DataFrame:
        """Members of groups of countries."""
        return self.table("groups")

    @property
    def corrections(self) -> pl.DataFrame:
        """How published rows are read otherwise than printed, and why."""
        return self.table("corrections")

    @property
    def events(self) -> pl.DataFrame:
        """Export controls."""
        return self.table("events")

    @property
    def materials(self) -> pl.DataFrame:
        """Materials, their names and trade codes."""
        return self.table("materials")

    @property
    def governance(self) -> pl.DataFrame:
        """Governance indicators of economies, with standard errors."""
        return self.table("governance")

    @property
    def sites(self) -> pl.DataFrame:
        """Deposits and mines as points."""
        return self.table("sites")

    @property
    def site_status(self) -> pl.DataFrame:
        """Who holds a site by title and by control, by view and date."""
        return self.table("site_status")

    @property
    def lists(self) -> pl.DataFrame:
        """Legal lists of critical minerals."""
        return self.table("lists")

    @property
    def coverage(self) -> pl.DataFrame:
        """What the atlas holds of each material."""
        return self.table("coverage")

    @property
    def trade_codes(self) -> pl.DataFrame:
        """Codes of trade statistics: what they hold, and how many rows."""
        return self.table("trade_codes")

    @property
    def sources(self) -> pl.DataFrame:
        """Who says what."""
        return self.table("sources")

    @property
    def trade(self) -> pl.DataFrame:
        """Bilateral trade of the rare-earth codes as published; other codes with `trade_of`.

        `ytterby.atlas.trade.corrected` reads it with the corrections.
        """
        return self.table("trade")

    @property
    def digest(self) -> str:
        """SHA-256 over the text of the atlas."""
        return digest(self.folder)

    def trade_scan(self) -> pl.LazyFrame:
        """Return all bilateral trade as a lazy frame; filter by `hs6` and `year` before collecting."""
        bulk = sorted((self.folder / BULK).glob("*.parquet"))
        parts = [self.trade.lazy(), *([pl.scan_parquet(bulk)] if bulk and "trade" not in self.given else [])]
        return pl.concat(parts)

    def trade_of(self, *codes: str, year: int | None = None) -> pl.DataFrame:
        """Return bilateral trade in some codes, of all years or one.

        >>> load().trade_of("260500", "282200", year=2024)["hs6"].unique().to_list()
        ['282200']
        """
        rows = self.trade_scan().filter(pl.col("hs6").is_in(codes))
        return (rows if year is None else rows.filter(pl.col("year") == year)).collect()

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


# Tables kept as several text files, one a family of sources.
PARTS = ("figures", "trade")
TABLES = (
    *PARTS, "facilities", "assumptions", "countries", "groups", "corrections", "events", "materials", "governance",
    "sites", "site_status", "lists", "coverage", "trade_codes", "sources",
)  # fmt: skip


@cache
def load(folder: Path = DATA) -> Atlas:
    """Return the atlas kept in `folder`, by default the one that comes with the package."""
    if not (folder / "sources.toml").exists():
        raise AtlasError(f"No atlas in {folder}: sources.toml is missing. Install Ytterby again.")
    return Atlas(folder)


def sources(folder: Path = DATA) -> pl.DataFrame:
    """Return the table of sources."""
    try:
        entries: list[dict[str, Any]] = tomllib.loads((folder / "sources.toml").read_text(encoding="utf-8"))["source"]
    except (OSError, ValueError, KeyError) as cause:
        raise AtlasError(f"The sources in {folder / 'sources.toml'} cannot be read ({cause}).") from cause
    return schema.SOURCES.frame(entries)


@cache
def digest(folder: Path = DATA) -> str:
    """Return the SHA-256 over the names and bytes of the text tables, or the one kept when the package was built.

    The text holds the SHA-256 of every file of bulk trade, so these are covered as well.
    """
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


def _schema(name: str) -> Schema:
    found = getattr(schema, name.upper(), None) if name in TABLES else None
    if not isinstance(found, Schema):
        raise AtlasError(f"The atlas has no table {name!r}; it has {', '.join(TABLES)}.")
    return found


@cache
def _table(folder: Path, name: str) -> pl.DataFrame:
    if name == "sources":
        return sources(folder)
    table = _schema(name)
    return _parts(folder, name, table) if name in PARTS else _whole(folder, name, table)


def _parts(folder: Path, name: str, table: Schema) -> pl.DataFrame:
    """Return a table kept as several CSV files in a source tree, or as one Parquet file in a package."""
    files = sorted((folder / name).glob("*.csv"))
    if files:
        return pl.concat([_csv(path, table) for path in files]).sort(table.names[0], maintain_order=True)
    packed = folder / f"{name}.parquet"
    if not packed.exists():
        raise AtlasError(f"No table {name} in {folder}. Install Ytterby again.")
    return pl.read_parquet(packed)


def _whole(folder: Path, name: str, table: Schema) -> pl.DataFrame:
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
