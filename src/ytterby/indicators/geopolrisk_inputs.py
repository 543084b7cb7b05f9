"""What GeoPolRisk sums: imports of each cell by mass, value and the instability of their origins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from ytterby.core.errors import Fault
from ytterby.indicators import geopolrisk_tables as tables
from ytterby.indicators.matching import Asked, Matched, match, table_of


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the formula needs: production and the cells asked for, and the imports of each, summed by `SUMS`."""

    matched: Matched
    imports: pl.DataFrame

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noticed while reading."""
        return self.matched.notes


# What is summed over the flows into a cell; instability and error belong to the flow's origin.
SUMS = (
    pl.len().alias("flows"),
    pl.col("quantity").count().alias("weighed"),
    pl.col("quantity").sum().alias("imports_t"),
    pl.col("value").sum().alias("worth"),
    pl.col("value").filter(pl.col("quantity").is_not_null()).sum().alias("worth_weighed"),
    pl.col("value").count().alias("valued"),
    pl.col("quantity").filter(pl.col("instability").is_not_null()).sum().alias("governed_t"),
    (pl.col("quantity") * pl.col("instability")).sum().alias("weighted"),
    ((pl.col("quantity") * pl.col("error")) ** 2).sum().alias("variance"),
)


def read(
    production: Any,
    trade: Any,
    governance: Any,
    map: Any = None,
    compat: bool = False,
    *,
    asked: Asked | None = None,
    internal: bool = False,
) -> Inputs:
    """Check the four tables and sum them up; every fault of all of them is told at once."""
    faults: list[Fault] = []
    notes: list[str] = []
    ruled = tables.governance(table_of(governance, "governance"), faults, notes, codes=compat)
    matched = match(production, trade, map, asked or Asked(), faults, notes, codes=compat)
    flows = matched.flows.join(
        ruled, left_on=["exporter", "year"], right_on=["economy", "year"], how="left", maintain_order="left"
    )
    return Inputs(replace(matched, flows=flows), imports_of(flows, matched.members, internal))


def imports_of(flows: pl.DataFrame, members: Mapping[str, tuple[str, ...]], internal: bool) -> pl.DataFrame:
    """Sum the flows into each economy, and into each group from outside it."""
    plain = flows.group_by("material", "importer", "year", maintain_order=True).agg(*SUMS)
    parts = [plain.rename({"importer": "economy"}).with_columns(pl.col("economy").cast(pl.String))]
    for group, inside in members.items():
        among = pl.col("exporter").cast(pl.String).is_in(inside)
        into = flows.filter(pl.col("importer").cast(pl.String).is_in(inside))
        if internal:
            riskless = pl.when(among).then(0.0).otherwise(pl.col("instability"))
            into = into.with_columns(riskless.alias("instability"))
        else:
            into = into.filter(~among)
        summed = (
            into.group_by("material", "year", maintain_order=True)
            .agg(*SUMS)
            .with_columns(pl.lit(group).alias("economy"))
        )
        parts.append(summed.select(parts[0].columns))
    return pl.concat(parts)
