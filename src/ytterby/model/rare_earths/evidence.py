"""What the atlas says about one year of the rare-earth chain, as plain cited numbers.

Nothing is decided here: each record keeps the figure ids it came from, so that every number of a result can
be walked back to publisher, edition and locator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ytterby.atlas.load import Atlas
from ytterby.core.errors import AtlasError
from ytterby.model.rare_earths.ores import ELEMENTS, Maker, OreOf, load_makers, load_ores
from ytterby.model.shipments import Shipment


@dataclass(frozen=True, slots=True)
class Cited:
    """A figure with what is needed to weigh and cite it."""

    value: float
    unit: str
    figure: str
    qualifier: str = "reported"
    edition: str = ""
    derived_from: str | None = None


def _want(material: str, stage: str, measure: str, country: str, **more: str) -> dict[str, str]:
    return {"material": material, "stage": stage, "measure": measure, "country": country, **more}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything cited that the builder of one base year uses."""

    year: int
    assays: Mapping[str, Mapping[str, float]]
    assay_figures: Mapping[str, tuple[str, ...]]
    mined: Mapping[str, tuple[Cited, ...]]
    feed: Mapping[str, Cited]
    mined_magnet: Mapping[str, Cited]
    prices: Mapping[str, Cited]
    recycled: Mapping[str, Cited]
    facts: Mapping[str, tuple[Cited, ...]]
    shipments: tuple[Shipment, ...]
    magnet_capacity: Mapping[str, float]
    ores: tuple[OreOf, ...]
    makers: tuple[Maker, ...]


def evidence(atlas: Atlas, year: int) -> Evidence:
    """Gather the evidence of one year; AtlasError when a needed family has no figure for it."""
    figures = atlas.figures
    mined = _by_country(figures, year, "mine", "production", "REE")
    prices = _prices(figures, year)
    if not mined or not prices:
        raise AtlasError(f"no mine production or no oxide prices of {year} in the atlas {atlas.edition}")
    shipments = _shipments(atlas.trade, year)
    if not shipments:  # a world without trade would balance too, and say that no measure hurts anybody
        raise AtlasError(f"no trade in rare earths of {year} in the atlas {atlas.edition}")
    assays, assay_figures = _assays(figures)
    return Evidence(
        year=year,
        assays=assays,
        assay_figures=assay_figures,
        mined=mined,
        feed=_feed(figures, year),
        mined_magnet={c: rows[0] for c, rows in _by_country(figures, year, "mine", "production", "magnet-REE").items()},
        prices=prices,
        recycled=_recycled(figures, year),
        facts=_facts(figures, year),
        shipments=shipments,
        magnet_capacity=_magnet_capacity(atlas.facilities, year),
        ores=load_ores(),
        makers=load_makers(),
    )


def _cited(row: Mapping[str, object]) -> Cited:
    return Cited(
        value=float(row["value"]),  # type: ignore[arg-type]
        unit=str(row["unit"]),
        figure=str(row["id"]),
        qualifier=str(row["qualifier"] or "reported"),
        edition=str(row["edition"] or ""),
        derived_from=str(row["derived_from"]) if row["derived_from"] else None,
    )


def _rows(figures: pl.DataFrame, **wanted: object) -> list[dict[str, object]]:
    chosen = figures.filter(pl.col("value").is_not_null())
    for name, value in wanted.items():
        chosen = chosen.filter(pl.col(name).is_in(value) if isinstance(value, (list, tuple)) else pl.col(name) == value)
    return chosen.sort("id").to_dicts()


def _by_country(
    figures: pl.DataFrame, year: int, stage: str, measure: str, material: str
) -> dict[str, tuple[Cited, ...]]:
    found: dict[str, list[Cited]] = {}
    for row in _rows(figures, stage=stage, measure=measure, material=material, period=str(year)):
        if row["facility"] or row["country"] in (None, "WLD", "XXX", "ROW") or not row["value"]:
            continue
        found.setdefault(str(row["country"]), []).append(_cited(row))
    return {country: tuple(sorted(rows, key=lambda c: c.edition, reverse=True)) for country, rows in found.items()}


def _prices(figures: pl.DataFrame, year: int) -> dict[str, Cited]:
    """The price of each finished oxide, newest edition first."""
    found: dict[str, Cited] = {}
    rows = _rows(figures, stage="separation", measure="price", form="oxide", period=str(year))
    rows += _rows(figures, stage="metal", measure="price", material="mischmetal", period=str(year))
    for row in sorted(rows, key=lambda r: str(r["edition"])):
        if row["material"] in (*ELEMENTS, "NdPr", "mischmetal"):
            found[str(row["material"])] = _cited(row)
    return found


def _assays(figures: pl.DataFrame) -> tuple[dict[str, dict[str, float]], dict[str, tuple[str, ...]]]:
    """Shares of TREO by ore, scaled to add to 1 over the elements given; not-available stays out (0)."""
    shares: dict[str, dict[str, float]] = {}
    names: dict[str, list[str]] = {}
    for row in _rows(figures, measure="share_of_treo"):
        shares.setdefault(str(row["ore"]), {})[str(row["material"])] = float(row["value"])  # type: ignore[arg-type]
        names.setdefault(str(row["ore"]), []).append(str(row["id"]))
    scaled = {ore: {e: s / sum(row.values()) for e, s in row.items()} for ore, row in shares.items()}
    return scaled, {ore: tuple(ids) for ore, ids in names.items()}


def _feed(figures: pl.DataFrame, year: int) -> dict[str, Cited]:
    rows = _rows(figures, stage="feed", measure="imports", country="CHN", material="REE", period=str(year))
    return {
        str(row["partner"]): _cited(row)
        for row in rows
        if row["partner"] not in (None, "WLD") and row["unit"] == "t REO"
    }


def _recycled(figures: pl.DataFrame, year: int) -> dict[str, Cited]:
    rows = _rows(figures, stage="recycling", measure="production", country="CHN", period=str(year))
    return {str(row["material"]): _cited(row) for row in rows}


def _shipments(trade: pl.DataFrame, year: int) -> tuple[Shipment, ...]:
    """Bilateral trade of the year, one row a pair and code: the reconciled data set, or China's own customs.

    China's own export statistics stand in where the data set has no quantity, as for magnets before 2024.
    """
    rows = trade.filter(pl.col("year") == year, pl.col("hs6").is_in(["280530", "284610", "284690", "850511"]))
    rows = rows.filter(
        pl.col("importer").is_not_null(), pl.col("exporter") != pl.col("importer"), pl.col("importer") != "WLD"
    )
    rows = rows.sort("hs6", "exporter", "importer", "source")  # cepii before comtrade
    best: dict[tuple[str, str, str], Shipment] = {}
    for row in rows.iter_rows(named=True):
        key = (row["hs6"], row["exporter"], row["importer"])
        if key not in best or (best[key].tonnes is None and row["quantity_t"]):
            best[key] = Shipment(*key, row["quantity_t"], row["value_kusd"] or 0.0)
    return tuple(best.values())


def _magnet_capacity(facilities: pl.DataFrame, year: int) -> dict[str, float]:
    """Nameplate capacity of operating magnet plants by country [t gross/yr], aggregates left out."""
    rows = facilities.filter(
        pl.col("stage") == "magnet",
        pl.col("status") == "operating",
        ~pl.col("aggregate"),
        pl.col("capacity").is_not_null(),
        pl.col("capacity_unit").str.starts_with("t"),
        pl.col("start_year").is_null() | (pl.col("start_year") <= year),
    )
    return dict(rows.group_by("country", maintain_order=True).agg(pl.col("capacity").sum()).sort("country").iter_rows())


#: Single facts by name: what to look for, and the periods that may stand for year y.
_FACTS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "ndpr-output:MYS": (_want("NdPr", "separation", "production", "MYS"), ("{y}", "FY{y}", "FY{z}")),
    "ndpr-output:USA": (_want("NdPr", "separation", "production", "USA"), ("{y}",)),
    "ndpr-output:IND": (_want("NdPr", "separation", "production", "IND"), ("{y}", "{z}")),
    "ndpr-to-china:MYS": (_want("NdPr", "separation", "exports", "MYS", partner="CHN"), ("{y}",)),
    "us-output:compounds": (_want("REE", "separation", "production", "USA", form="compounds and metals"), ("{y}",)),
    "us-imports:compounds": (_want("REE", "separation", "imports", "USA", form="compounds"), ("{y}",)),
    "us-imports:HREE": (_want("HREE", "separation", "imports", "USA"), ("{y}",)),
    "us-imports:Y": (_want("Y", "separation", "imports", "USA"), ("{y}",)),
    "us-exports:ores-compounds": (_want("REE", "feed", "exports", "USA"), ("{y}",)),
    "magnet-exports:CHN": (_want("REPM", "magnet", "exports", "CHN", form="magnets and alloys"), ("{y}",)),
    "magnet-export-unit-value": (_want("REPM", "magnet", "unit_value", "CHN"), ("{y}",)),
    "magnet-capacity:ROW": (_want("NdFeB", "magnet", "capacity", "ROW", form="all"), ("{y}", "{z}", "2025")),
    "quota:mine:CHN": (_want("REE", "mine", "quota", "CHN", form="all"), ("{y}",)),
    "quota:separation:CHN": (_want("REE", "separation", "quota", "CHN", form="all"), ("{y}",)),
}


def _facts(figures: pl.DataFrame, year: int) -> dict[str, tuple[Cited, ...]]:
    """Single facts used by name; those missing for the year are simply absent."""
    found = {}
    for name, (wanted, periods) in _FACTS.items():
        named = [period.format(y=year, z=year + 1) for period in periods]
        rows = _rows(figures, **wanted, period=named)
        if rows:
            found[name] = tuple(_cited(row) for row in rows)
    return found
