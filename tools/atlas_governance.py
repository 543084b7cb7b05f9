"""Governance of economies: the six indicators of the World Bank, with their standard errors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from atlas_rows import Row, number, read_csv

INDICATORS = {
    "va": "voice and accountability",
    "pv": "political stability",
    "ge": "government effectiveness",
    "rq": "regulatory quality",
    "rl": "rule of law",
    "cc": "control of corruption",
}
# In the copy of the newer release "Guyana" holds the numbers of French Guiana; both are left out.
MIXED_UP = ("GUY", "R20")
REVISED = 2023  # first year taken from the release with the new method


def governance(shared: Path) -> Iterator[Row]:
    """Estimates 1996-2023 of the release of 2024, and political stability 2023-2024 of the release of 2025."""
    for row in read_csv(shared / "wb_wgi/wgi_1996_2023.csv"):
        yield {
            "economy": row["iso3"],
            "year": int(row["year"]),
            "indicator": row["indicator"],
            "estimate": number(row["estimate"]),
            "standard_error": number(row["stddev"]),
            "sources_used": int(float(row["nsource"])) if row["nsource"] else None,
            "source": "wb-wgi-2024",
            "edition": "2024",
        }
    yield from _revised(shared)


def _revised(shared: Path) -> Iterator[Row]:
    frame = pl.read_parquet(shared / "trade_baci_hs92/wgi_political_stability.parquet")
    recent = frame.filter(pl.col("year") >= REVISED, pl.col("series").is_in(["Estimate", "StdErr", "NumSrc"]))
    named = recent.filter(~pl.col("iso3").is_in(MIXED_UP))
    wide = named.pivot("series", index=["iso3", "year"], values="value")
    for row in wide.sort("iso3", "year").iter_rows(named=True):
        if row["Estimate"] is not None:
            yield {
                "economy": row["iso3"],
                "year": row["year"],
                "indicator": "pv",
                "estimate": round(row["Estimate"], 6),
                "standard_error": None if row["StdErr"] is None else round(row["StdErr"], 6),
                "sources_used": None if row["NumSrc"] is None else int(row["NumSrc"]),
                "source": "wb-wgi-2025",
                "edition": "2025",
            }
