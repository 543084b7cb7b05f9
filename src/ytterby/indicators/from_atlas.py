"""What the atlas holds of a material, in the shape the indicators take: producers, trade, governance, published scores.

A stage of trade is met with production of the same stage: ores and concentrates with mining, single oxides and
compounds with separation. An element of the rare earths has no trade code of its own; the code of all of them stands in
and is told as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ytterby.atlas.load import Atlas
from ytterby.core.elements import SYMBOLS
from ytterby.indicators.economies import UNSPECIFIED, WORLD
from ytterby.indicators.eu_criticality import governance_0_to_10
from ytterby.indicators.masses import tonnes_in
from ytterby.indicators.user_tables import LABEL

STAGES = ("mine", "separation", "refining", "metal", "magnet")
# The stage of a trade code -> the stage of production it is met with.
MET_WITH = {"mine": "mine", "concentrate": "mine", "separation": "separation", "refining": "refining",
            "metal": "metal", "magnet": "magnet"}  # fmt: skip
# The Commission's study sums these up in one score; its cut is not that of IUPAC (Sm is light, Eu heavy).
EC_LIGHT = ("La", "Ce", "Pr", "Nd", "Sm")
SHARES = ("2016", "2020")  # period of the Commission's shares
_OTHERS = ("XXX", "ROW")
_GROSS = ("", "gross")
_FEWEST = 3  # countries without which a list of output without a world total is not an account of the world


@dataclass(frozen=True, slots=True)
class Producers:
    """World output of a material at a stage by country, from one family of sources, in tonnes or in per cent."""

    family: str
    amounts: Mapping[str, float]  # ISO3 -> amount; XXX what the source gives to no country
    shares_only: bool
    unit: str
    gross: bool  # tonnes of the goods themselves, as trade counts them
    period: str
    sources: tuple[str, ...]
    gaps: tuple[str, ...]  # countries without a figure: withheld, not available


def group_of(material: str) -> str | None:
    """Return under which group the Commission scores an element of the rare earths (scandium stands alone)."""
    if material not in SYMBOLS or material == "Sc":
        return None
    return "LREE" if material in EC_LIGHT else "HREE"


def producers(atlas: Atlas, material: str, stage: str, year: int) -> tuple[Producers, ...]:
    """Return every family's account of who makes the material at a stage, the one nearest to `year` first."""
    held = atlas.figures.filter(
        (pl.col("material") == material)
        & (pl.col("stage") == stage)
        & pl.col("measure").is_in(["production", "share"])
        & pl.col("facility").is_null()
    )
    families = atlas.sources.select(pl.col("id").alias("source"), "family")
    held = held.join(families, on="source", how="left", maintain_order="left")
    accounts = []
    for (_, measure), rows in held.group_by("family", "measure", maintain_order=True):
        found = _account(rows, str(measure) == "share", year)
        if found is not None:
            accounts.append(found)
    # Tonnes of the year come before shares of a span of years; after that the account with most countries.
    return tuple(
        sorted(accounts, key=lambda account: (account.shares_only, -_first_year(account.period), -len(account.amounts)))
    )


def codes(atlas: Atlas, material: str) -> pl.DataFrame:
    """Return the trade codes of a material: hs6, stage, whether it shares the code, with which, description."""
    held = atlas.trade_codes.filter(~pl.col("source").str.starts_with("comtrade"))
    own = held.filter(pl.col("materials").str.split(";").list.contains(material))
    if material in SYMBOLS and material != "Ce":
        own = held.filter(pl.col("materials") == "REE")
    columns = ("hs6", "stage", "together", "materials", "description")
    return own.select(columns).unique("hs6", maintain_order=True).sort("hs6")


def flows(atlas: Atlas, hs6: tuple[str, ...], year: int | None = None) -> pl.DataFrame:
    """Return trade in some codes: exporter, importer, year, quantity [t], value [kUSD], each code in one revision."""
    rows = atlas.trade_scan().filter(pl.col("hs6").is_in(hs6) & ~pl.col("source").str.starts_with("comtrade"))
    if year is not None:
        rows = rows.filter(pl.col("year") == year)
    held = rows.collect()
    # HS92 is held whole and with quantities; a later revision stands in where it has no rows.
    first = pl.col("hs_revision") == pl.col("hs_revision").sort_by(pl.col("hs_revision") != "HS92").first()
    chosen = held.filter(first.over("hs6", "year"))
    return chosen.select(
        pl.col("exporter").cast(LABEL, strict=False),
        pl.col("importer").cast(LABEL, strict=False),
        pl.col("year").cast(pl.Int32),
        pl.col("quantity_t").alias("quantity"),
        pl.col("value_kusd").alias("value"),
        "hs6",
        "source",
    )


def stability(atlas: Atlas) -> pl.DataFrame:
    """Return political instability 0..1 and its standard error by economy and year, of the latest edition of each."""
    rows = atlas.governance.filter(pl.col("indicator") == "pv").sort("edition", maintain_order=True)
    last = rows.unique(["economy", "year"], keep="last", maintain_order=True)
    return last.select(
        pl.col("economy").cast(LABEL, strict=False),
        pl.col("year").cast(pl.Int32),
        ((2.5 - pl.col("estimate")) / 5).clip(0.0, 1.0).alias("instability"),
        (pl.col("standard_error") / 5).alias("error"),
    )


def governance_of_the_eu(atlas: Atlas) -> pl.DataFrame:
    """Return governance 0..10 by country: the mean of the six indicators over the period of the Commission's shares."""
    span = atlas.governance.filter(pl.col("year").is_between(int(SHARES[0]), int(SHARES[1])))
    means = (
        span.group_by("economy", "indicator", maintain_order=True)
        .agg(pl.col("estimate").mean())
        .group_by("economy", maintain_order=True)
    )
    # Threads share out the rows of a mean, so its last digit depends on their number: twelve decimals do not.
    scaled = governance_0_to_10(pl.col("estimate")).round(12).alias("governance")
    return means.agg(pl.col("estimate").mean()).select(pl.col("economy").alias("country"), scaled)


def ec_shares(atlas: Atlas, material: str) -> pl.DataFrame:
    """Return the Commission's shares: base (gs, eu), stage, form, country, share 0..1, t; "<x" is half of x."""
    held = atlas.figures.filter((pl.col("material") == material) & (pl.col("source") == "ec-crm-2023"))
    value = pl.when(pl.col("qualifier") == "<").then(pl.col("value") / 2).otherwise(pl.col("value")) / 100
    world = held.filter(pl.col("measure") == "share").select(
        pl.lit("gs").alias("base"), "stage", "form", "country", value.alias("share")
    )
    eu = held.filter(pl.col("measure") == "import_source_share").select(
        pl.lit("eu").alias("base"), "stage", "form", pl.col("partner").alias("country"), value.alias("share")
    )
    t = held.filter(pl.col("measure") == "trade_parameter").select(
        "stage", "form", "country", pl.col("value").alias("t")
    )
    t = t.unique(["stage", "form", "country"], keep="first", maintain_order=True)
    return pl.concat([world, eu]).join(
        t, on=["stage", "form", "country"], how="left", nulls_equal=True, maintain_order="left"
    )


def printed(
    atlas: Atlas, material: str, measure: str, period: str | None = None, country: str | None = None
) -> list[dict[str, Any]]:
    """Return the rows of a published measure, the latest edition of each series."""
    rows = atlas.select(material, measure=measure).frame if material in _held(atlas) else atlas.figures.clear()
    for name, word in (("period", period), ("country", country)):
        if word is not None:
            rows = rows.filter(pl.col(name) == word)
    return rows.to_dicts()


def _held(atlas: Atlas) -> set[str]:
    return set(atlas.figures["material"].unique().to_list())


def _account(rows: pl.DataFrame, shares: bool, year: int) -> Producers | None:
    """Return the account of one family: its latest edition, the year or the last before it, its fullest form."""
    start = pl.col("period").str.extract(r"^(\d{4})").cast(pl.Int32, strict=False)
    end = pl.coalesce(pl.col("period").str.extract(r"^\d{4}-(\d{4})$").cast(pl.Int32, strict=False), start)
    rows = rows.with_columns(end.alias("_year")).filter(pl.col("_year") <= year)
    if rows.is_empty():
        return None
    rows = rows.filter(pl.col("_year") == pl.col("_year").max())
    keys = ["form", "unit", "period"]
    fullest = (
        rows.filter(pl.col("country") != WORLD)
        .group_by(keys, maintain_order=True)
        .len()
        .sort("len", "unit", descending=True)
    )
    if fullest.is_empty():
        return None
    rows = rows.join(fullest.head(1).select(keys), on=keys, how="semi", nulls_equal=True, maintain_order="left")
    rows = _last_whole_edition(rows).unique("country", maintain_order=True)
    if not shares and WORLD not in rows["country"] and rows["country"].n_unique() < _FEWEST:
        return None  # what one country makes is no account of the world
    amounts, gaps = _amounts(rows, shares)
    if not any(amount > 0 for place, amount in amounts.items() if place != UNSPECIFIED):
        return None
    unit = rows["unit"][0]
    return Producers(
        family=rows["family"][0],
        amounts=amounts,
        shares_only=shares,
        unit=unit,
        gross=not shares and tonnes_in(unit.split("/")[0])[1] in _GROSS,
        period=rows["period"][0],
        sources=tuple(rows["source"].unique(maintain_order=True)),
        gaps=gaps,
    )


def _last_whole_edition(rows: pl.DataFrame) -> pl.DataFrame:
    """Keep the last edition that lists countries; the newest often repeats an old year for one country only."""
    listed = rows.group_by("edition", maintain_order=True).agg(pl.col("country").n_unique().alias("countries"))
    whole = listed.filter(pl.col("countries") * 2 >= pl.col("countries").max())
    return rows.filter(pl.col("edition") == whole["edition"].max())


def _amounts(rows: pl.DataFrame, shares: bool) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return amounts by country, in tonnes or per cent; what the world's total leaves over is unspecified."""
    factor = 1.0 if shares else (tonnes_in(rows["unit"][0].split("/")[0])[0] or 1.0)
    named = {row["country"]: row["value"] for row in rows.iter_rows(named=True)}
    gaps = tuple(sorted(place for place, value in named.items() if value is None and place != WORLD))
    amounts = {place: value * factor for place, value in named.items() if value is not None}
    total = 100.0 if shares else amounts.pop(WORLD, 0.0)
    amounts.pop(WORLD, None)
    others = sum(amounts.pop(place, 0.0) for place in _OTHERS)
    rest = max(others, total - sum(amounts.values()))
    if rest > 0.005 * max(total, 1e-12):
        amounts[UNSPECIFIED] = rest
    return amounts, gaps


def _first_year(period: str) -> int:
    return int(period[:4]) if period[:4].isdigit() else 0
