"""The leader's share at four points of the chain as published, beside the balance, and why they differ."""

from __future__ import annotations

from typing import Any

import polars as pl

from ytterby.atlas.load import Atlas
from ytterby.model.base import Base
from ytterby.model.result_flows import outputs
from ytterby.model.solved import Solved

LEADER = "CHN"


def comparison(solved: Solved, base: Base, atlas: Atlas) -> list[dict[str, Any]]:
    """One row a point: published share [%], reconciled share, difference in points, and the reason.

    Nothing in the model was set to meet these. The mine figures are observations of the balance, so the first two
    shares say how far it kept to them; separation and magnets are independent of it.
    """
    made = outputs(solved, solved)
    year = base.evidence.year
    rows = []
    for point, key, stage, material in (
        ("mine, all rare earths", ("mine", "REE", None), "mine", "REE"),
        ("mine, Nd Pr Dy Tb", ("mine", "magnet-REE", None), "mine", "magnet-REE"),
        ("separation, Nd Pr Dy Tb", ("separation", "magnet-REE", None), "separation", "magnet-REE"),
        ("magnets", ("magnet", "magnet", None), "magnet", "REPM"),
    ):
        countries = made.get(key, {})
        total = sum(v[0] for v in countries.values())
        mine = 100 * countries.get(LEADER, [0.0, 0.0])[0] / total if total else None
        cited, figure = _published(atlas, stage, material, year)
        rows.append(
            {
                "point": point,
                "published": cited,
                "figure": figure,
                "reconciled": mine,
                "difference": mine - cited if mine is not None and cited is not None else None,
                "total": total,
                "why": _why(key[0], key[1], base, total),
            }
        )
    return rows


def _published(atlas: Atlas, stage: str, material: str, year: int) -> tuple[float | None, str | None]:
    """The published share of the year, or the leader's tonnes over the world's in the newest edition."""
    figures = atlas.figures.filter(
        pl.col("stage") == stage,
        pl.col("material") == material,
        pl.col("period") == str(year),
        pl.col("value").is_not_null(),
    )
    share = figures.filter(pl.col("measure") == "share", pl.col("country") == LEADER).sort("id")
    if share.height:
        return float(share["value"][0]), str(share["id"][0])
    made = figures.filter(pl.col("measure") == "production", pl.col("facility").is_null()).sort(
        "edition", descending=True
    )
    leader, world = (made.filter(pl.col("country") == c) for c in (LEADER, "WLD"))
    if not leader.height or not world.height:
        return None, None
    return 100 * float(leader["value"][0]) / float(world["value"][0]), str(leader["id"][0])


def _why(stage: str, product: str, base: Base, total: float) -> str:
    if stage == "mine" and product == "REE":
        feed = sum(c.value for c in base.evidence.feed.values())
        listed = sum(rows[0].value for rows in base.evidence.mined.values())
        return (
            f"China's customs show {feed:,.0f} t REO of imported feed, part of it from countries with little "
            f"or no output in the USGS "
            f"table; the balance mines {total:,.0f} t, the countries of that table {listed:,.0f}"
        )
    if stage == "mine":
        return (
            "tonnage times assay; the assays of the largest ores date from 1982 and are moved by up to "
            "their stated uncertainty"
        )
    if stage == "separation":
        return "the balance counts oxide recovered from scrap with separation, which the published share may not"
    return (
        "magnets outside China follow the metal that trade shows reaching their makers; alloy trade is "
        "not in the codes used"
    )


def ndpr_check(solved: Solved, atlas: Atlas, year: int) -> dict[str, Any] | None:
    """China's NdPr oxide from mined feed against the two published tonnages it was not told."""
    rows = atlas.figures.filter(
        pl.col("material") == "NdPr",
        pl.col("stage") == "separation",
        pl.col("country") == LEADER,
        pl.col("measure") == "production",
        pl.col("period") == str(year),
        pl.col("form").str.contains("oxide from"),
    )
    if rows.height < 2:
        return None
    elements = ("solution/Nd", "solution/Pr")
    made = sum(
        c * a.base
        for a in solved.layout.activities
        if a.kind == "separate" and a.country == LEADER
        for (p, _), c in a.coefficients
        if p in elements
    )
    cited = float(rows["value"].sum())
    return {
        "what": "NdPr oxide from quota ore and imports, China",
        "published": cited,
        "reconciled": made,
        "figures": rows["id"].to_list(),
        "difference_pct": 100 * (made - cited) / cited,
    }
