"""Where the atlas holds two numbers for one quantity that cannot both be right.

A printed number stands for an interval: the range printed beside it, or half a unit of its last digit that is not a
trailing zero (270,000 is 265,000 to 275,000). Two statements disagree when their intervals do not meet. Editions of one
publisher are compared with each other, and the newest edition of each publisher with those of the others, always on one
basis. A contradiction is as large as the factor that is left between the nearer ends of the two intervals, and the
largest comes first (a printed zero may hide half the last digit of the other number). Reserves are compared from
edition to edition, since each edition prints those of its own year. Bounds (< and >) and words are no numbers and stay
out, and so do "other countries", which are others in each table.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, Protocol

import polars as pl

from ytterby.core.tables import Column, Schema
from ytterby.core.units import parse_unit

_TEXT, _NUMBER = pl.String, pl.Float64
CONFLICTS = Schema(
    "conflicts",
    (
        Column("material", _TEXT, "", "id in the materials table", required=True),
        Column("form", _TEXT, "", "form of the material"),
        Column("stage", _TEXT, "", "stage of the chain", required=True),
        Column("measure", _TEXT, "", "what is measured", required=True),
        Column("country", _TEXT, "", "ISO 3166 alpha-3"),
        Column("partner", _TEXT, "", "origin or destination"),
        Column("kind", _TEXT, "", "who disagrees", required=True, words=("editions", "publishers")),
        Column("period", _TEXT, "", "period; for reserves those of both", required=True),
        Column("first", _NUMBER, "varies", "the older edition, or the first publisher", required=True),
        Column("second", _NUMBER, "varies", "the newer edition, or the other publisher", required=True),
        Column("unit", _TEXT, "", "unit of both", required=True),
        Column("ratio", _NUMBER, "1", "larger over smaller; null where one is zero"),
        Column("least", _NUMBER, "1", "factor between the nearer ends of their intervals", required=True),
        Column("first_source", _TEXT, "", "source of the first", required=True),
        Column("second_source", _TEXT, "", "source of the second", required=True),
        Column("first_figure", _TEXT, "", "id of the first figure", required=True),
        Column("second_figure", _TEXT, "", "id of the second figure", required=True),
    ),
)
_SERIES = ("material", "form", "stage", "measure", "country", "partner", "facility", "ore")
_OTHERS = ("XXX", "ROW")
_PLAIN = ("reported", "estimated", "computed", "zero")


class Tables(Protocol):
    """What is needed of an atlas."""

    @property
    def figures(self) -> pl.DataFrame:
        """Table of figures."""

    @property
    def sources(self) -> pl.DataFrame:
        """Table of sources."""


@dataclass(frozen=True, slots=True)
class _Said:
    """One number, on the base unit of its basis, with the interval it stands for."""

    row: dict[str, Any]
    scale: float
    value: float
    low: float
    high: float

    def apart(self, other: _Said) -> bool:
        return self.high < other.low or other.high < self.low


def conflicts(atlas: Tables, figures: pl.DataFrame | None = None, least: float = 1.0) -> pl.DataFrame:
    """Return every disagreement among `figures` (by default all), the largest contradiction (`least`) first.

    Only those whose larger number is at least `least` times the smaller are returned; a zero against a number always.
    """
    rows = atlas.figures if figures is None else figures
    families = atlas.sources.select(pl.col("id").alias("source"), "family")
    named = ~pl.col("country").is_in(_OTHERS).fill_null(False)
    plain = rows.filter(pl.col("qualifier").is_in(_PLAIN), pl.col("value").is_not_null(), named)
    keyed = plain.join(families, on="source", how="left", maintain_order="left").with_columns(
        pl.when(pl.col("measure") == "reserves").then(pl.lit("any")).otherwise(pl.col("period")).alias("when")
    )
    several = keyed.filter(pl.col("source").n_unique().over(*_SERIES, "when") > 1)
    found: list[dict[str, Any]] = []
    for _, group in several.sort("edition", "id").group_by([*_SERIES, "when"], maintain_order=True):
        for one_basis in _by_basis(group.to_dicts()):
            found += _within(one_basis)
    kept = [row for row in found if row["ratio"] is None or row["ratio"] >= least]
    kept.sort(key=lambda row: (-row["least"], row["first_figure"], row["second_figure"]))
    return CONFLICTS.frame(kept)


def _by_basis(rows: Sequence[dict[str, Any]]) -> Iterator[list[_Said]]:
    groups: dict[tuple[object, ...], list[_Said]] = {}
    for row in rows:
        unit = parse_unit(row["unit"])
        key = (unit.dimension, unit.bases, unit.currency, unit.price_base)
        groups.setdefault(key, []).append(_said(row, unit.scale))
    yield from groups.values()


def _said(row: dict[str, Any], scale: float) -> _Said:
    half = rounding(row["value"])
    low = row["low"] if row["low"] is not None else row["value"] - half
    high = row["high"] if row["high"] is not None else row["value"] + half
    return _Said(row, scale, row["value"] * scale, low * scale, high * scale)


def rounding(value: float) -> float:
    """Return half a unit of the last digit printed; trailing zeros of a whole number count as not printed.

    >>> rounding(270_000), rounding(255_000), rounding(0.97), rounding(45)
    (5000.0, 500.0, 0.005, 0.5)
    """
    if value == 0:
        return 0.0
    text = repr(float(value))
    if "e" in text:
        return abs(value) * 0.5e-6
    whole, _, decimals = text.partition(".")
    if decimals not in ("", "0"):
        return float(0.5 * 10.0 ** -len(decimals))
    zeros = len(whole) - len(whole.rstrip("0"))
    return float(0.5 * 10.0**zeros)


def _within(said: list[_Said]) -> Iterator[dict[str, Any]]:
    """Yield the conflicts among numbers on one basis: within each publisher, and between the newest of each."""
    families: dict[str, list[_Said]] = {}
    for one in said:
        families.setdefault(one.row["family"], []).append(one)
    for editions in families.values():
        pairs = pairwise(editions) if editions[0].row["measure"] == "reserves" else combinations(editions, 2)
        widest = max(
            (pair for pair in pairs if pair[0].row["source"] != pair[1].row["source"] and pair[0].apart(pair[1])),
            key=lambda pair: _least(*pair),
            default=None,
        )
        if widest is not None:
            yield _conflict("editions", *widest)
    newest = [editions[-1] for editions in families.values()]
    for first, second in combinations(newest, 2):
        same = first.row["derived_from"] is not None and first.row["derived_from"] == second.row["derived_from"]
        if first.apart(second) and not same:
            yield _conflict("publishers", first, second)


def _ratio(first: _Said, second: _Said) -> float | None:
    small, large = sorted((abs(first.value), abs(second.value)))
    return large / small if small else None


def _least(first: _Said, second: _Said) -> float:
    """Return the factor between the nearer ends of two intervals; what a printed zero may hide is half a digit."""
    near, far = sorted((first, second), key=lambda said: said.value)
    hidden = rounding(far.row["value"]) * far.scale
    return far.low / max(near.high, hidden) if near.high > 0 or hidden > 0 else math.inf


def _conflict(kind: str, first: _Said, second: _Said) -> dict[str, Any]:
    periods = dict.fromkeys((first.row["period"], second.row["period"]))
    return {
        **{name: second.row[name] for name in ("material", "form", "stage", "measure", "country", "partner")},
        "kind": kind,
        "period": " and ".join(periods),
        "first": first.value / second.scale,
        "second": second.row["value"],
        "unit": second.row["unit"],
        "ratio": _ratio(first, second),
        "least": _least(first, second),
        "first_source": first.row["source"],
        "second_source": second.row["source"],
        "first_figure": first.row["id"],
        "second_figure": second.row["id"],
    }
