"""GeoPolRisk: concentration of production times the political instability of where an economy buys.

For material A, economy c and year, with production P_i of country i, imports f_i of c from i, their sum F, production p
of c itself, and political instability g_i from 0 (best) to 1 (worst):

    HHI         = Σ P_i² / (Σ P_i)²                          [0..1]
    import risk = Σ g_i f_i / (p + F)                        [0..1]
    score       = HHI · import risk                          [0..1]
    price       = Σ value / Σ quantity of the imports        [kUSD/t = USD/kg]
    midpoint    = score · price                              [USD/kg]
    cf          = midpoint / midpoint of copper              [kg Cu-eq/kg]

A. Koyamparambath et al. (2024), Resources, Conservation and Recycling 209:107801, doi:10.1016/j.resconrec.2024.107801,
after E. D. Gemechu et al. (2016), Journal of Industrial Ecology 20:154. The formula and the constant midpoint of copper
(mean of OECD countries, 2017-2021) are as in the documents of geopolrisk-py 2.0.1.

Production and trade must be of the same stage and mass: tonnes of ore against tonnes of metal give a number that means
nothing, and only a map with the column `content` can tell. All cells are computed at once, by sums over whole tables.

How missing figures are treated (`compat=True` instead does as geopolrisk-py 2.0.1 does, see docs/indicators.md):
- exporters without a governance figure are left out and the rest stands for them ("imputed"), up to half of imports;
- flows without a quantity enter neither imports nor price; if they are most of the value the cell is "thin";
- no import recorded is no statement about risk: null with the status "no imports", never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ytterby.core.tables import Column, Schema
from ytterby.indicators import status
from ytterby.indicators.economies import UNSPECIFIED
from ytterby.indicators.geopolrisk_inputs import Inputs, read
from ytterby.indicators.matching import Asked, own_production
from ytterby.indicators.matching import grid as every_cell

COPPER = 0.409412948
THIN_TONNES = 1.0
ENOUGH = 0.5  # part of the imports that must have a governance figure, and of their value that must have a quantity
_CELL = ("material", "economy", "year")

RESULT = Schema(
    "geopolrisk",
    (
        Column("material", pl.String, "", "material, as the map or the production table names it", required=True),
        Column("economy", pl.String, "", "ISO 3166 alpha-3, or a group of economies", required=True),
        Column("year", pl.Int32, "year", "calendar year", required=True),
        Column("hhi", pl.Float64, "1", "concentration of the world's production, 0..1"),
        Column("import_risk", pl.Float64, "1", "instability of the origins, weighted by mass, diluted by own output"),
        Column("score", pl.Float64, "1", "HHI times import risk, 0..1"),
        Column("price", pl.Float64, "USD/kg nominal", "value over mass of the imports"),
        Column("midpoint", pl.Float64, "USD/kg nominal", "score times price"),
        Column("cf", pl.Float64, "kg Cu-eq/kg", "midpoint over that of copper"),
        Column("status", pl.String, "", "what the value rests on", required=True, words=tuple(status.STATUSES)),
    ),
)
DETAIL = (
    Column("imports_t", pl.Float64, "t", "mass imported, of flows that have a quantity"),
    Column("production_t", pl.Float64, "t", "the economy's own production"),
    Column("governed", pl.Float64, "1", "part of the imports whose origin has a governance figure"),
    Column("low", pl.Float64, "1", "score if every origin without a figure were at 0, less 1.96 standard errors"),
    Column("high", pl.Float64, "1", "score if every origin without a figure were at 1, plus 1.96 standard errors"),
)


@dataclass(frozen=True, slots=True)
class Rules:
    """How missing and odd figures are treated; each field is one known behaviour of geopolrisk-py 2.0.1."""

    whole_tonnes: bool = False  # production cut to whole numbers before the HHI
    missing_governance: float | None = None  # what stands for an origin without a governance figure
    price_over_all: bool = False  # the value of flows without a quantity enters the price
    any_unit: bool = False  # production in m3 is added to tonnes
    zero_for_none: bool = False  # no imports, no trade, no quantity: 0


OURS = Rules()
PEER = Rules(whole_tonnes=True, missing_governance=0.5, price_over_all=True, any_unit=True, zero_for_none=True)


def geopolrisk(
    production: Any,
    trade: Any,
    governance: Any,
    map: Any = None,
    compat: bool = False,
    *,
    economies: Iterable[str] | None = None,
    years: Iterable[int] | None = None,
    groups: Mapping[str, Iterable[str]] | None = None,
    internal: bool = False,
    detail: bool = False,
) -> pl.DataFrame:
    """Return one row for each material, economy and year: the columns of `RESULT`, and with `detail` those of `DETAIL`.

    The tables are polars frames, anything that exports an Arrow stream (pandas, pyarrow, duckdb), or
    `ytterby.indicators.user_tables.Table`; their columns are described in `ytterby.indicators.geopolrisk_tables`.
    `economies` are those asked for (default: all that the tables know, and all 238 of BACI where trade is in its
    codes); a group (EU27, or a name in `groups`) counts external trade only, unless `internal` is true, when trade
    among members counts as riskless. As many rows come back as were asked for.

    >>> production = pl.DataFrame({"material": "Dy", "country": ["CHN", "MMR"], "year": 2022, "quantity": [75, 25]})
    >>> trade = pl.DataFrame({"material": "Dy", "exporter": ["CHN", "MMR"], "importer": "DEU", "year": 2022,
    ...                       "quantity": [8.0, 2.0], "value": [2400.0, 600.0]})
    >>> governance = pl.DataFrame({"country": ["CHN", "MMR"], "year": 2022, "instability": [0.5, 1.0]})
    >>> row = geopolrisk(production, trade, governance, economies=["Germany"]).row(0, named=True)
    >>> row["hhi"], row["import_risk"], row["score"], row["price"], row["status"]
    (0.625, 0.6, 0.375, 300.0, 'ok')
    """
    asked = Asked(economies, years, groups)
    inputs = read(production, trade, governance, map, compat, asked=asked, internal=internal)
    return cells(inputs, PEER if compat else OURS, detail=detail)


def cells(inputs: Inputs, rules: Rules = OURS, *, detail: bool = False) -> pl.DataFrame:
    """Return the formula's value in every cell asked for, under `rules`."""
    matched = inputs.matched
    grid = every_cell(matched)
    grid = grid.join(_producers(matched.production, rules), on=["material", "year"], how="left", maintain_order="left")
    grid = grid.join(own_production(matched), on=_CELL, how="left", maintain_order="left")
    grid = grid.join(inputs.imports, on=_CELL, how="left", maintain_order="left")
    traded = inputs.imports.select("material", "year").unique()
    grid = grid.join(
        traded.with_columns(pl.lit(True).alias("traded")), on=["material", "year"], how="left", maintain_order="left"
    )
    grid = grid.with_columns(_own_output(rules), _price(rules)).with_columns(_risk(rules).alias("import_risk"))
    grid = grid.with_columns(_status().alias("status"))
    without = pl.col("status").is_in(list(status.WITHOUT_VALUE))
    if not rules.zero_for_none:
        grid = grid.with_columns(
            pl.when(~without).then(pl.col("import_risk")).alias("import_risk"),
            pl.when(~without).then(pl.col("price")).alias("price"),
        )
    grid = grid.with_columns((pl.col("hhi") * pl.col("import_risk")).alias("score"))
    grid = grid.with_columns((pl.col("score") * pl.col("price")).alias("midpoint"))
    grid = grid.with_columns((pl.col("midpoint") / COPPER).alias("cf"), *_interval())
    chosen = (*RESULT.names, *(column.name for column in DETAIL)) if detail else RESULT.names
    return grid.select(chosen)


def _producers(production: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Return HHI by material and year. "Other countries" are in the total alone: no square, hence a lower bound."""
    amount = pl.col("quantity").fill_null(0.0)
    amount = amount.floor() if rules.whole_tonnes else amount * pl.col("tonnes").fill_null(1.0)
    squares = amount.filter(pl.col("economy") != UNSPECIFIED).pow(2).sum()
    by_material = production.group_by("material", "year", maintain_order=True).agg(
        (squares / amount.sum().pow(2)).alias("hhi"), pl.col("quantity").is_null().any().alias("gaps")
    )
    return by_material.with_columns(pl.col("hhi").fill_nan(None))


def _own_output(rules: Rules) -> pl.Expr:
    tonnes = pl.col("in_tonnes").fill_null(0.0)
    if rules.any_unit:
        tonnes = tonnes + pl.col("in_other_units").fill_null(0.0)
    return tonnes.alias("production_t")


def _price(rules: Rules) -> pl.Expr:
    worth = pl.col("worth") if rules.price_over_all else pl.col("worth_weighed")
    price = pl.when((pl.col("imports_t") > 0) & (pl.col("valued") > 0)).then(worth / pl.col("imports_t"))
    return (price.otherwise(0.0) if rules.zero_for_none else price).alias("price")


def _risk(rules: Rules) -> pl.Expr:
    """Return import risk: origins without a governance figure are put at a number, or at the mean of the others."""
    imports, governed = pl.col("imports_t").fill_null(0.0), pl.col("governed_t").fill_null(0.0)
    weighted = pl.col("weighted").fill_null(0.0)
    if rules.missing_governance is not None:
        weighted = weighted + (imports - governed) * rules.missing_governance
    else:
        weighted = pl.when(governed > 0).then(weighted * imports / governed)
    total = imports + pl.col("production_t")
    risk = pl.when(total > 0).then(weighted / total)
    return risk.otherwise(0.0) if rules.zero_for_none else risk


def _status() -> pl.Expr:
    imports = pl.col("imports_t")
    priced = pl.col("worth_weighed") >= ENOUGH * pl.col("worth")
    return (
        pl.when(pl.col("hhi").is_null())
        .then(pl.lit(status.NO_PRODUCTION))
        .when(pl.col("traded").is_null())
        .then(pl.lit(status.NO_TRADE))
        .when(pl.col("flows").is_null())
        .then(pl.lit(status.NO_IMPORTS))
        .when((pl.col("weighed") == 0) | (imports <= 0))
        .then(pl.lit(status.NO_QUANTITIES))
        .when(pl.col("in_other_units").fill_null(0.0) > 0)
        .then(pl.lit(status.OTHER_UNIT))
        .when(pl.col("governed_t") < ENOUGH * imports)
        .then(pl.lit(status.NO_GOVERNANCE))
        .when((imports < THIN_TONNES) | ((pl.col("worth") > 0) & ~priced))
        .then(pl.lit(status.THIN))
        .when(pl.col("governed_t") < imports * (1 - 1e-12))
        .then(pl.lit(status.IMPUTED))
        .when(pl.col("gaps"))
        .then(pl.lit(status.INCOMPLETE))
        .when(pl.col("valued") == 0)
        .then(pl.lit(status.NO_PRICE))
        .otherwise(pl.lit(status.OK))
    )


def _interval() -> tuple[pl.Expr, ...]:
    """Return the range of the score over what origins without a figure may be, and over the errors of the others."""
    imports, total = pl.col("imports_t"), pl.col("imports_t") + pl.col("production_t")
    unknown = imports - pl.col("governed_t")
    error = 1.96 * pl.col("variance").sqrt()
    known = pl.when(pl.col("score").is_not_null())
    low = known.then(pl.col("hhi") * (pl.col("weighted") - error) / total).clip(0.0, 1.0)
    high = known.then(pl.col("hhi") * (pl.col("weighted") + unknown + error) / total).clip(0.0, 1.0)
    return (pl.col("governed_t") / imports).fill_nan(None).alias("governed"), low.alias("low"), high.alias("high")
