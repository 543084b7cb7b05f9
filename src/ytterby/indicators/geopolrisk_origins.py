"""Who makes up a GeoPolRisk score: what each origin adds in each cell, the largest first.

The score is a sum over origins, HHI · Σ g_i f_i / (p + F), so the part of origin i is HHI · g_i f_i / (p + F). Origins
without a governance figure add nothing here and are told by a null; what the mean puts in their place is the rest.
"""

from __future__ import annotations

import polars as pl

from ytterby.core.tables import Column, Schema
from ytterby.indicators.geopolrisk import OURS, cells
from ytterby.indicators.geopolrisk_inputs import Inputs

RESULT = Schema(
    "origins",
    (
        Column("material", pl.String, "", "material", required=True),
        Column("economy", pl.String, "", "economy that imports, or a group", required=True),
        Column("year", pl.Int32, "year", "calendar year", required=True),
        Column("origin", pl.String, "", "economy the imports come from", required=True),
        Column("imports_t", pl.Float64, "t", "mass imported from it"),
        Column("share", pl.Float64, "1", "its share of the imports"),
        Column("instability", pl.Float64, "1", "political instability, 0 best to 1 worst"),
        Column("adds", pl.Float64, "1", "what it adds to the score"),
    ),
)


def origins_of(inputs: Inputs) -> pl.DataFrame:
    """Return the columns of `RESULT` for every cell that has a score."""
    matched = inputs.matched
    plain = matched.flows.with_columns(pl.col("importer").cast(pl.String).alias("economy"))
    parts = [plain.filter(pl.col("economy").is_in(matched.economies))]
    for group, members in matched.members.items():
        within = pl.col("importer").cast(pl.String).is_in(members) & ~pl.col("exporter").cast(pl.String).is_in(members)
        parts.append(matched.flows.filter(within).with_columns(pl.lit(group).alias("economy")))
    keys = ["material", "economy", "year"]
    summed = (
        pl.concat(parts)
        .filter(pl.col("quantity") > 0)
        .group_by(*keys, "exporter", maintain_order=True)
        .agg(pl.col("quantity").sum().alias("mass"), pl.col("instability").first())
    )
    scored = cells(inputs, OURS, detail=True).filter(pl.col("score").is_not_null())
    joined = summed.join(
        scored.select(*keys, "hhi", "imports_t", "production_t"), on=keys, how="inner", maintain_order="left"
    )
    share = pl.col("mass") / pl.col("imports_t")
    diluted = pl.col("mass") / (pl.col("imports_t") + pl.col("production_t"))
    return (
        joined.select(
            *keys,
            pl.col("exporter").cast(pl.String).alias("origin"),
            pl.col("mass").alias("imports_t"),
            share.alias("share"),
            "instability",
            (pl.col("hhi") * diluted * pl.col("instability")).alias("adds"),
        )
        .sort([*keys, "adds", "origin"], descending=[False, False, False, True, False], nulls_last=True)
        .select(RESULT.names)
    )
