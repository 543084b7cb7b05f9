"""Why our GeoPolRisk differs from geopolrisk-py 2.0.1 on equal inputs: each known fault switched off alone.

In every cell the peer's rules are applied once in full, and once without each fault; a fault that moves the score, the
price or the factor by more than one part in a million has moved the cell. What remains when all are off is our value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl

from ytterby.indicators import status
from ytterby.indicators.geopolrisk import OURS, PEER, Rules, cells
from ytterby.indicators.geopolrisk_inputs import Inputs, read
from ytterby.indicators.matching import Asked

CAUSES: dict[str, str] = {
    "code": "governance or production looked up by numeric code alone: rows whose code is NA are lost (Taiwan among "
    "them), and of two rows under one code the first is taken (French Guiana for Guyana)",
    "governance 0.5": "an origin without a governance figure is put at 0.5",
    "whole tonnes": "production is cut to whole numbers before the HHI",
    "no quantity": "flows without a quantity count as 0 t, but their value enters the price",
    "gas": "production in million m3 is added to tonnes of imports",
    "no imports": "no import recorded is a score of 0",
    "no trade": "a code that holds no trade in the year (germanium's) is a score of 0",
    "weightless": "imports that have no quantity at all are a score of 0",
}
_ALONE: dict[str, Callable[[Rules], Rules]] = {
    "governance 0.5": lambda rules: replace(rules, missing_governance=None),
    "whole tonnes": lambda rules: replace(rules, whole_tonnes=False),
    "no quantity": lambda rules: replace(rules, price_over_all=False),
    "gas": lambda rules: replace(rules, any_unit=False),
}
_NOTHING = {status.NO_IMPORTS: "no imports", status.NO_TRADE: "no trade", status.NO_QUANTITIES: "weightless"}
_CELL = ["material", "economy", "year"]
_TOLERANCE = 1e-6


def differences(
    production: Any, trade: Any, governance: Any, map: Any = None, *, asked: Asked | None = None
) -> pl.DataFrame:
    """Return our cells with `peer_score`, `peer_price`, `peer_cf` and `moved_by`: the causes, separated by "; "."""
    own = read(production, trade, governance, map, asked=asked)
    asked = Asked(own.matched.economies, own.matched.years, own.matched.members, asked.material if asked else None)
    by_code = read(production, trade, governance, map, compat=True, asked=asked)
    ours, peer = cells(own, OURS), cells(by_code, PEER)
    moved = ours.select(_CELL).with_columns(*_nothing_recorded(peer), *_switched(by_code, peer, own))
    causes = [name for name in CAUSES if name in moved.columns]
    listed = pl.concat_str(
        [pl.when(pl.col(name)).then(pl.lit(name)) for name in causes], separator="; ", ignore_nulls=True
    )
    told = peer.select(
        pl.col("score").alias("peer_score"), pl.col("price").alias("peer_price"), pl.col("cf").alias("peer_cf")
    )
    return pl.concat([ours, told, moved.select(listed.alias("moved_by"))], how="horizontal")


def counted(found: pl.DataFrame) -> pl.DataFrame:
    """Return how many cells each cause moved, alone or with others, and how many nothing moved."""
    causes = [(name, found["moved_by"].str.split("; ").list.contains(name).sum()) for name in CAUSES]
    rows = [*causes, ("none: equal to the peer", (found["moved_by"] == "").sum())]
    return pl.DataFrame(rows, schema={"cause": pl.String, "cells": pl.Int64}, orient="row")


def _switched(by_code: Inputs, peer: pl.DataFrame, own: Inputs) -> list[pl.Series]:
    """Return for each fault of a rule or of a reading whether it moves a cell in which something is recorded."""
    recorded = ~peer["status"].is_in(list(_NOTHING))
    found = {name: _moved(peer, cells(by_code, without(PEER))) for name, without in _ALONE.items()}
    found["gas"] = found["gas"] | (peer["status"] == status.OTHER_UNIT)
    found["code"] = _moved(peer, cells(own, PEER))
    return [(moved & recorded).alias(name) for name, moved in found.items()]


def _moved(peer: pl.DataFrame, other: pl.DataFrame) -> pl.Series:
    """Say in which cells a value of the peer's changes, or cannot be given any more."""
    changed = pl.Series([False] * peer.height)
    for name in ("score", "price", "cf"):
        old, new = peer[name], other[name]
        far = ((old - new).abs() > _TOLERANCE * old.abs()).fill_null(False)
        changed = changed | far | (old.is_not_null() & new.is_null())
    return changed


def _nothing_recorded(peer: pl.DataFrame) -> list[pl.Series]:
    return [(peer["status"] == word).alias(cause) for word, cause in _NOTHING.items()]
