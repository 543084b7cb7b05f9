"""Lines on metals that come together: an element's part in the value of its ores, and what comes only as a companion.

The host of an ore of rare earths is the one that is worth most in it. Iron, titanium and other goods beside them in the
same mines are left out, so a companion of rare earths may be a companion of those as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from ytterby.atlas.load import Atlas
from ytterby.core.elements import SYMBOLS
from ytterby.indicators import from_atlas as held
from ytterby.indicators import status
from ytterby.indicators.basket import Basket, basket
from ytterby.indicators.profile_lines import Line

_LIGHT = ("La", "Ce", "Pr", "Nd", "Sm")
#: Elements of the groups of rare earths: light and heavy as the European Commission cuts them; mischmetal as the
#: U.S. Geological Survey prices it (65 % cerium, 35 % lanthanum).
GROUPS: Mapping[str, tuple[str, ...]] = {
    "LREE": _LIGHT,
    "HREE": tuple(e for e in SYMBOLS if e not in (*_LIGHT, "Sc")),
    "magnet-REE": ("Pr", "Nd", "Tb", "Dy"),
    "NdPr": ("Pr", "Nd"),
    "Dy+Tb": ("Tb", "Dy"),
    "mischmetal": ("La", "Ce"),
}


def basket_lines(atlas: Atlas, material: str, year: int) -> list[Line]:
    """Return which part of an ore's value a rare earth, or a group of them, is, over the ores assayed."""
    members = GROUPS.get(material) or ((material,) if material in SYMBOLS else ())
    baskets, sources = _baskets(atlas, year)
    parts: dict[str, float] = {}
    for ore, found in baskets.items():
        shares = [part.share_of_value for part in found.parts if part.element in members]
        if shares:
            parts[ore] = sum(shares)
    if not parts:
        return []
    low, high = min(parts, key=lambda ore: parts[ore]), max(parts, key=lambda ore: parts[ore])
    return [
        Line(
            "basket",
            "mine",
            low=parts[low],
            high=min(parts[high], 1.0),
            status=status.RANGE,
            period=str(year),
            interval=f"{len(parts)} ores assayed",
            inputs=f"least in {low}, most in {high}" + _priced(baskets[high], members),
            note="every oxide separated, recovered in full and sold",
            sources=sources,
        )
    ]


def companion_lines(atlas: Atlas, material: str, year: int) -> list[Line]:
    """Return which part of output is a companion's: as published, or by which rare earth is worth most in each ore."""
    rows = held.printed(atlas, material, "companionality")
    if rows:
        return [_published(row) for row in rows[:1]]
    return _in_ores(atlas, material, year) if material in SYMBOLS else []


def _published(row: Mapping[str, Any]) -> Line:
    value, low, high = (None if row[name] is None else row[name] / 100 for name in ("value", "low", "high"))
    certain = low is not None and low == high
    return Line(
        "companionality",
        "mine",
        value=low if certain else value,
        low=value if low is None else low,
        high=value if high is None else high,
        status=status.OK if value is not None or certain else status.RANGE,
        period=str(row["period"]),
        interval="a statement in words" if row["qualifier"] == "words_only" else "",
        inputs=str(row["note"]),
        sources=(str(row["source"]),),
    )


def _in_ores(atlas: Atlas, material: str, year: int) -> list[Line]:
    baskets, sources = _baskets(atlas, year)
    assayed = _assayed(atlas, material)
    leads = [ore for ore in assayed if ore in baskets and baskets[ore].parts[0].element == material]
    ores = [ore for ore in assayed if ore in baskets]
    if not ores:
        return []
    hosts = sorted({baskets[ore].parts[0].element for ore in ores if ore not in leads})
    low, high = (0.0 if leads else 1.0), (0.0 if len(leads) == len(ores) else 1.0)
    said = f"worth most in {len(leads)} of {len(ores)} ores assayed"
    return [
        Line(
            "companionality",
            "mine",
            value=low if low == high else None,
            low=low,
            high=high,
            status=status.OK if low == high else status.RANGE,
            period=str(year),
            interval="" if low == high else "output by ore is not published: as if all came from one kind or the other",
            inputs=said + (f"; hosts elsewhere: {', '.join(hosts)}" if hosts else ""),
            note="host: the rare earth worth most in the ore; iron, titanium and the like are left out",
            sources=sources,
        )
    ]


def _baskets(atlas: Atlas, year: int) -> tuple[dict[str, Basket], tuple[str, ...]]:
    """Return the basket of every ore assayed at the oxide prices of the year, and the sources of both."""
    assays = atlas.figures.filter((pl.col("measure") == "share_of_treo") & (pl.col("unit") == "%"))
    priced = atlas.figures.filter(
        (pl.col("measure") == "price")
        & (pl.col("stage") == "separation")
        & (pl.col("form") == "oxide")
        & (pl.col("period") == str(year))
        & (pl.col("unit") == "USD/kg nominal")
        & pl.col("value").is_not_null()
    )
    prices = {row["material"]: row["value"] for row in priced.sort("edition").iter_rows(named=True)}
    found: dict[str, Basket] = {}
    for (ore,), rows in assays.group_by("ore", maintain_order=True) if prices else ():
        shares = {row["material"]: row["value"] for row in rows.iter_rows(named=True) if row["value"] is not None}
        if 0 < sum(shares.values()) <= 101 and shares.keys() & prices.keys():
            found[str(ore)] = basket(shares, prices)
    return found, tuple(sorted({*assays["source"].unique(), *priced["source"].unique()}))


def _assayed(atlas: Atlas, material: str) -> list[str]:
    rows = atlas.figures.filter(
        (pl.col("measure") == "share_of_treo") & (pl.col("material") == material) & (pl.col("value") > 0)
    )
    return sorted(rows["ore"].unique().to_list())


def _priced(found: Basket, members: Iterable[str]) -> str:
    prices = {part.element: part.price for part in found.parts}
    told = [f"{e} {prices[e]:g}" for e in members if e in prices]
    return f"; oxide at USD/kg {', '.join(told)}"
