"""Concentration of production for every material and year of a user's table at once.

The measures are those of `ytterby.indicators.concentration`; "other countries" make the interval, a row for the world
is left out, and a producer without a figure is told by the status "incomplete".

>>> made = pl.DataFrame({"material": "Dy", "country": ["CHN", "MMR", "XXX"], "year": 2022, "quantity": [60.0, 30, 10]})
>>> row = concentrations(made).row(0, named=True)
>>> round(row["hhi"], 3), round(row["hhi_high"], 3), row["leader"], row["producers"]
(0.45, 0.46, 'CHN', 2)
"""

from __future__ import annotations

from typing import Any

import polars as pl

from ytterby.core.errors import Fault, InputError
from ytterby.core.tables import Column, Schema
from ytterby.indicators import geopolrisk_tables as tables
from ytterby.indicators import status
from ytterby.indicators.concentration import POINTS
from ytterby.indicators.economies import UNSPECIFIED
from ytterby.indicators.matching import only, table_of

RESULT = Schema(
    "concentration",
    (
        Column("material", pl.String, "", "material"),
        Column("year", pl.Int32, "year", "calendar year", required=True),
        Column("hhi", pl.Float64, "1", "Herfindahl-Hirschman index, 0..1; other countries spread thin: lower bound"),
        Column("hhi_high", pl.Float64, "1", "the same with other countries as one: upper bound"),
        Column("points", pl.Float64, "1", "hhi on the antitrust scale, 0..10 000"),
        Column("normalised", pl.Float64, "1", "0 where all named producers are equal, 1 where one has all"),
        Column("effective", pl.Float64, "1", "number of equal producers with the same index"),
        Column("leader", pl.String, "", "largest producer"),
        Column("leader_share", pl.Float64, "1", "its share of the total"),
        Column("top3", pl.Float64, "1", "share of the three largest"),
        Column("others", pl.Float64, "1", "share that is given to no country"),
        Column("producers", pl.UInt32, "1", "named countries with an amount above zero"),
        Column("status", pl.String, "", "what the value rests on", required=True, words=tuple(status.STATUSES)),
    ),
)


def concentrations(production: Any, notes: list[str] | None = None, material: str | None = None) -> pl.DataFrame:
    """Return the columns of `RESULT` for each material and year; faults of the table are told with their rows.

    `material` is the one wanted alone, and that of a table without a column of materials.
    """
    faults: list[Fault] = []
    read = table_of(production, "production")
    made = tables.production(read, faults, [] if notes is None else notes)
    if material is not None and made["material"].null_count() == made.height:
        made = made.with_columns(pl.lit(material).alias("material"))
    if material is not None:
        made = only(made, material, read.name, faults)
    if faults:
        raise InputError(faults)
    amount = pl.col("quantity") * pl.col("tonnes").fill_null(1.0)
    keys = ["material", "year"]
    listed = made.with_columns(amount.alias("amount"), pl.col("economy").cast(pl.String))
    listed = listed.with_columns((pl.col("amount") / pl.col("amount").sum().over(keys)).alias("share"))
    listed = listed.sort([*keys, "share", "economy"], descending=[False, False, True, False], nulls_last=True)
    named = pl.col("economy") != UNSPECIFIED
    share = pl.col("share").filter(named & pl.col("share").is_not_null())
    grouped = listed.group_by(keys, maintain_order=True).agg(
        share.pow(2).sum().alias("hhi"),
        pl.col("share").filter(~named).sum().alias("others"),
        pl.col("economy").filter(named).first().alias("leader"),
        share.first().alias("leader_share"),
        share.head(3).sum().alias("top3"),
        (share > 0).sum().cast(pl.UInt32).alias("producers"),
        pl.col("amount").is_null().any().alias("gaps"),
        pl.col("amount").sum().alias("total"),
    )
    told = grouped.with_columns(
        pl.when(pl.col("total") <= 0)
        .then(pl.lit(status.NO_DATA))
        .when(pl.col("gaps"))
        .then(pl.lit(status.INCOMPLETE))
        .otherwise(pl.lit(status.OK))
        .alias("status")
    )
    return _measures(told).select(RESULT.names)


def _measures(grouped: pl.DataFrame) -> pl.DataFrame:
    known = pl.col("total") > 0
    least = 1.0 / pl.col("producers")
    scaled = ((pl.col("hhi") - least) / (1.0 - least)).clip(0.0, 1.0)
    measured = grouped.with_columns(
        (pl.col("hhi") + pl.col("others").pow(2)).alias("hhi_high"),
        (POINTS * pl.col("hhi")).alias("points"),
        pl.when(pl.col("producers") > 1)
        .then(scaled)
        .otherwise(pl.col("producers").cast(pl.Float64))
        .alias("normalised"),
        (1.0 / pl.col("hhi")).alias("effective"),
    )
    values = ("hhi", "hhi_high", "points", "normalised", "effective", "leader", "leader_share", "top3", "others")
    return measured.with_columns(*(pl.when(known).then(pl.col(name)).alias(name) for name in values))
