"""Bulk trade: every code of the BACI files but those kept as text, as Parquet, and the list of codes.

The rows are the publisher's; only country codes become ISO 3166 alpha-3. A file is sorted by code, year, exporter and
importer, so that a code and a year can be read without the rest. Why Parquet, and what keeps it reviewable, is told in
docs/decisions/0017-trade-bulk.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from atlas_rows import Row, read_csv
from atlas_trade import BACI_CODES, PARTNERS
from ytterby.atlas import schema

CODES = Path(__file__).parent / "atlas_trade_codes.csv"
KEY = ("hs6", "year", "exporter", "importer")
ISO2 = {"TW": "TWN", "CS": "SCG", "AN": "ANT", "NA": "NAM"}
IN_TEXT = ("850511",)


def bulk(shared: Path) -> dict[str, pl.DataFrame]:
    """Return the rows of every file by its name."""
    hs92 = _hs92(shared)
    chapters = sorted(set(hs92["hs6"].str.slice(0, 2)))
    files = {f"baci-hs92-{chapter}": hs92.filter(pl.col("hs6").str.starts_with(chapter)) for chapter in chapters}
    files["baci-hs02-hs17"] = pl.concat([_before_2024(shared), _in_2024(shared)]).sort(*KEY)
    return {name: schema.TRADE.check(frame) for name, frame in files.items()}


def _shape(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of the trade table, in order, numbers to a dollar and a kilogram as published."""
    numbers = [pl.col(name).fill_nan(None).round(3) for name in ("value_kusd", "quantity_t")]
    return frame.with_columns(pl.col("year").cast(pl.Int16), *numbers).select(schema.TRADE.names).sort(*KEY)


def _hs92(shared: Path) -> pl.DataFrame:
    codes = read_csv(shared / "trade_baci_hs92/baci_country_codes.csv")
    iso3 = {int(row["country_code"]): PARTNERS.get(row["country_iso3"], row["country_iso3"]) for row in codes}
    frame = pl.read_parquet(shared / "trade_baci_hs92/baci_trade.parquet").filter(~pl.col("hs92").is_in(BACI_CODES))
    return _shape(
        frame.with_columns(
            pl.col("exporter").replace_strict(iso3, return_dtype=pl.String),
            pl.col("importer").replace_strict(iso3, return_dtype=pl.String),
            pl.col("hs92").cast(pl.String).alias("hs6"),
            pl.lit("HS92").alias("hs_revision"),
            pl.lit("cepii-baci-hs92").alias("source"),
        )
    )


def _before_2024(shared: Path) -> pl.DataFrame:
    codes = read_csv(shared / "trade_baci_hs92/baci_country_codes.csv")
    iso3 = {row["country_iso2"]: PARTNERS.get(row["country_iso3"], row["country_iso3"]) for row in codes} | ISO2
    frame = pl.read_parquet(shared / "trade_baci/baci_flows_2002_2024.parquet").filter(
        pl.col("year") < 2024, ~pl.col("hs6_concept").is_in(IN_TEXT)
    )
    old = pl.col("year") <= 2016
    return _shape(
        frame.with_columns(
            pl.col("exporter_iso2").replace_strict(iso3, return_dtype=pl.String).alias("exporter"),
            pl.col("importer_iso2").replace_strict(iso3, return_dtype=pl.String).alias("importer"),
            pl.col("hs6_concept").alias("hs6"),
            pl.when(old).then(pl.lit("HS02")).otherwise(pl.lit("HS17")).alias("hs_revision"),
            (pl.col("value_usd") / 1000).alias("value_kusd"),
            pl.lit(None, pl.Float64).alias("quantity_t"),
            pl.when(old).then(pl.lit("cepii-baci-hs02")).otherwise(pl.lit("cepii-baci-hs17")).alias("source"),
        )
    )


def _in_2024(shared: Path) -> pl.DataFrame:
    frame = pl.read_parquet(shared / "trade_baci/baci_2024_30codes_full.parquet").filter(~pl.col("hs6").is_in(IN_TEXT))
    return _shape(
        frame.with_columns(
            pl.col("exporter").replace(PARTNERS),
            pl.col("importer").replace(PARTNERS),
            pl.lit("HS17").alias("hs_revision"),
            pl.col("qty_t").alias("quantity_t"),
            pl.lit("cepii-baci-hs17").alias("source"),
        )
    )


def write(frame: pl.DataFrame, path: Path) -> Row:
    """Write one file and return its row of the list of files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path, compression="zstd", compression_level=19, row_group_size=65_536)
    data = path.read_bytes()
    return {
        "file": path.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "rows": frame.height,
        "rows_sha256": rows_sha256(frame),
    }


def rows_sha256(frame: pl.DataFrame) -> str:
    """Return the SHA-256 of the rows as CSV text; it does not depend on who wrote the Parquet file."""
    return hashlib.sha256(frame.write_csv(float_precision=3).encode()).hexdigest()


def codes(tables: Iterable[tuple[str, pl.DataFrame]]) -> Iterator[Row]:
    """Return a row a code, source and revision, with what the code holds; `tables` are named frames of trade."""
    known = {row["hs6"]: row for row in read_csv(CODES)}
    for file, frame in tables:
        for row in _summary(frame).iter_rows(named=True):
            meaning = known[row["hs6"]]
            cells = {name: meaning[name] for name in ("description", "materials", "stage")}
            yield {**row, **cells, "together": meaning["together"] == "true", "file": file}


def _summary(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.group_by("hs6", "source", "hs_revision").agg(
        pl.len().cast(pl.Int64).alias("rows"),
        pl.col("year").min().alias("first_year"),
        pl.col("year").max().alias("last_year"),
        pl.col("value_kusd").sum().round(0),
        pl.col("quantity_t").sum().round(0),
        pl.col("quantity_t").null_count().cast(pl.Int64).alias("no_quantity"),
    )


def by_material() -> dict[str, list[str]]:
    """Return the codes that hold each material."""
    found: dict[str, list[str]] = {}
    for row in read_csv(CODES):
        for material in row["materials"].split(";"):
            found.setdefault(material, []).append(row["hs6"])
    return found
