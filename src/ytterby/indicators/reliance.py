"""Reliance on imports: two measures with almost one name, which are not the same number.

    net import reliance (USGS)   NIR = (I - E + S) / (P + I - E + S)          below 0: net exporter
    import reliance (EU)         IR  = (I - E) / (P + I - E)                  cut to 0..1; no term for stocks

with imports I, exports E, decrease of stocks S and production P. In NIR, P is primary and secondary (from old scrap)
and the denominator is apparent consumption; in IR, P is the domestic production of the stage looked at.

U.S. Geological Survey, Mineral Commodity Summaries, appendix on terms, as we understand it; European Commission (2017),
Methodology for establishing the EU list of critical raw materials, ISBN 978-92-79-68051-9. The 2017 study sets a
negative IR to 0.

All masses must be of one basis: gross imports against contained production is the commonest error of this measure. A
range (low, high) may stand for any mass; the result then carries the range it makes.

>>> nir(imports=60, exports=10, production=50)
Reliance(value=0.5, low=0.5, high=0.5, status='ok')
>>> nir(imports=60, exports=10, production=50, stock_decrease=50).value, import_reliance(60, 10, 50).value
(0.6666666666666666, 0.5)
>>> nir(imports=10, exports=60, production=100).value, import_reliance(10, 60, 100).value
(-1.0, 0.0)
>>> printed(">95"), printed("E").status
(Reliance(value=0.95, low=0.95, high=1.0, status='bound'), 'net exporter')
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

from ytterby.core.errors import Fault, InputError
from ytterby.core.tables import Column, Schema
from ytterby.indicators import status
from ytterby.indicators.matching import Asked, Matched, grid, match, own_production

Mass = float | tuple[float, float] | None
_BOUND = re.compile(r"([<>≤≥]|less than|more than|greater than)\s*(\d+(?:\.\d+)?)\s*%?", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\s*%?")
ENOUGH = 0.5  # part of the value of trade that must have a mass
_KEYS = ["material", "economy", "year"]


@dataclass(frozen=True, slots=True)
class Reliance:
    """A reliance as a part (0.5 is 50 %), the range it may lie in, and what it rests on."""

    value: float | None
    low: float | None
    high: float | None
    status: str


def nir(imports: Mass, exports: Mass, production: Mass, stock_decrease: Mass = 0.0) -> Reliance:
    """Return net import reliance (USGS) from masses of one basis; a missing mass is None and gives no number.

    >>> nir(imports=(50, 60), exports=0, production=50)
    Reliance(value=None, low=0.5, high=0.5454545454545454, status='range')
    """
    return _reliance({"imports": imports, "exports": exports, "production": production, "stocks": stock_decrease})


def import_reliance(imports: Mass, exports: Mass, production: Mass) -> Reliance:
    """Return import reliance (EU) from masses of one basis, cut to 0..1.

    >>> import_reliance(0, 0, 0).status
    'no consumption'
    """
    found = _reliance({"imports": imports, "exports": exports, "production": production, "stocks": 0.0})
    low, value, high = (
        None if end is None else min(max(end, 0.0), 1.0) for end in (found.low, found.value, found.high)
    )
    return Reliance(value, low, high, found.status)


def printed(text: str | None) -> Reliance:
    """Return the net import reliance that the USGS prints in per cent: a number, >95, <25, E, W, NA.

    >>> printed("53").value, printed("<25").high, printed("W").status, printed("—").value
    (0.53, 0.25, 'withheld', 0.0)
    """
    word = (text or "").strip()
    if _NUMBER.fullmatch(word):
        value = float(word.rstrip("% ")) / 100
        return Reliance(value, value, value, status.OK)
    bound = _BOUND.fullmatch(word)
    if bound:
        value = float(bound[2]) / 100
        above = bound[1].casefold() not in ("<", "≤", "less than")
        return Reliance(value, value if above else 0.0, 1.0 if above else value, status.BOUND)
    if word in ("—", "–"):  # the summaries print a dash for zero
        return Reliance(0.0, 0.0, 0.0, status.OK)
    if word.casefold() in ("e", "net exporter"):
        return Reliance(None, None, 0.0, status.NET_EXPORTER)
    if word.casefold() in ("w", "withheld"):
        return Reliance(None, None, None, status.WITHHELD)
    if word.casefold() in ("", "na", "n.a.", "xx", "-", "--"):
        return Reliance(None, None, None, status.NO_DATA)
    raise InputError(Fault("net import reliance", repr(text), "a number in per cent, a bound such as >95, E, W or NA"))


RESULT = Schema(
    "reliance",
    (
        Column("material", pl.String, "", "material", required=True),
        Column("economy", pl.String, "", "ISO 3166 alpha-3, or a group of economies", required=True),
        Column("year", pl.Int32, "year", "calendar year", required=True),
        Column("production_t", pl.Float64, "t", "own production"),
        Column("imports_t", pl.Float64, "t", "imports; of a group, from outside it"),
        Column("exports_t", pl.Float64, "t", "exports; of a group, to outside it"),
        Column("net_import_reliance", pl.Float64, "1", "USGS; no figure of stocks is in the tables"),
        Column("import_reliance", pl.Float64, "1", "EU; cut to 0..1"),
        Column("status", pl.String, "", "what the value rests on", required=True, words=tuple(status.STATUSES)),
    ),
)


def reliances(
    production: Any, trade: Any, map: Any = None, *, asked: Asked | None = None, internal: bool = False
) -> pl.DataFrame:
    """Return both reliances of every material, economy and year in a user's tables: the columns of `RESULT`.

    A group of economies counts external trade only, or with `internal` the trade among its members as well (imports and
    exports of the same tonnes, which lifts both alike). The tables are those of `ytterby.indicators.geopolrisk`.
    """
    matched = match(production, trade, map, asked or Asked(), [], [])
    return from_matched(matched, internal)


def from_matched(matched: Matched, internal: bool = False) -> pl.DataFrame:
    """Return `reliances` of tables that were read."""
    cells = grid(matched).join(own_production(matched), on=_KEYS, how="left", maintain_order="left")
    listed = matched.production.select("material", "year").unique().with_columns(pl.lit(True).alias("listed"))
    traded = matched.flows.select("material", "year").unique().with_columns(pl.lit(True).alias("traded"))
    for frame in (listed, traded):
        cells = cells.join(frame, on=["material", "year"], how="left", maintain_order="left")
    for side, other, name in (("importer", "exporter", "imports"), ("exporter", "importer", "exports")):
        summed = _side(matched, side, other, internal)
        named = {"mass": f"{name}_t", "weighed": f"{name}_weighed", "worth": f"{name}_worth"}
        cells = cells.join(summed.rename(named), on=_KEYS, how="left", maintain_order="left")
    return _ratios(cells).select(RESULT.names)


def _side(matched: Matched, side: str, other: str, internal: bool) -> pl.DataFrame:
    """Sum the flows into (or out of) each economy, and each group from (or to) outside it."""
    sums = (
        pl.col("quantity").sum().alias("mass"),
        pl.col("value").sum().alias("worth"),
        pl.col("value").filter(pl.col("quantity").is_not_null()).sum().alias("weighed"),
    )
    plain = matched.flows.group_by("material", side, "year", maintain_order=True).agg(*sums).rename({side: "economy"})
    parts = [plain.with_columns(pl.col("economy").cast(pl.String))]
    for group, members in matched.members.items():
        part = matched.flows.filter(pl.col(side).cast(pl.String).is_in(members))
        if not internal:
            part = part.filter(~pl.col(other).cast(pl.String).is_in(members))
        summed = (
            part.group_by("material", "year", maintain_order=True)
            .agg(*sums)
            .with_columns(pl.lit(group).alias("economy"))
        )
        parts.append(summed.select(parts[0].columns))
    return pl.concat(parts)


def _ratios(cells: pl.DataFrame) -> pl.DataFrame:
    """Add both ratios and their status. A side of trade without a row is null in the table and nothing in the sums."""
    cells = cells.with_columns(pl.col("in_tonnes").fill_null(0.0).alias("production_t"))
    net = pl.col("imports_t").fill_null(0.0) - pl.col("exports_t").fill_null(0.0)
    consumption = pl.col("production_t") + net
    sides = ("imports", "exports")
    thin = pl.any_horizontal(pl.col(f"{side}_weighed") < ENOUGH * pl.col(f"{side}_worth") for side in sides)
    silent = pl.col("imports_t").is_null() & pl.col("exports_t").is_null()
    cells = cells.with_columns(
        pl.when(pl.col("listed").is_null())
        .then(pl.lit(status.NO_PRODUCTION))
        .when(pl.col("traded").is_null())
        .then(pl.lit(status.NO_TRADE))
        .when(pl.col("in_other_units").fill_null(0.0) > 0)
        .then(pl.lit(status.OTHER_UNIT))
        .when(silent & (pl.col("production_t") <= 0))
        .then(pl.lit(status.NO_DATA))
        .when(consumption <= 0)
        .then(pl.lit(status.NO_CONSUMPTION))
        .when(thin)
        .then(pl.lit(status.THIN))
        .otherwise(pl.lit(status.OK))
        .alias("status")
    )
    told = ~pl.col("status").is_in(list(status.WITHOUT_VALUE))
    return cells.with_columns(
        pl.when(told).then(net / consumption).alias("net_import_reliance"),
        pl.when(told).then((net / consumption).clip(0.0, 1.0)).alias("import_reliance"),
    )


def _reliance(masses: dict[str, Mass]) -> Reliance:
    """Return the range of N/(P+N) with N = I - E + S over the ranges of the masses; it is monotone in each of them."""
    faults = [fault for name, mass in masses.items() for fault in _wrong(name, mass)]
    if faults:
        raise InputError(faults)
    if any(mass is None for mass in masses.values()):
        return Reliance(None, None, None, status.NO_DATA)
    ends = [mass if isinstance(mass, tuple) else (mass, mass) for mass in masses.values()]
    ratio: Callable[..., float | None] = _ratio
    values = [ratio(*corner) for corner in itertools.product(*ends)]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return Reliance(None, None, None, status.NO_CONSUMPTION)
    low, high = min(known), max(known)
    return Reliance(low, low, high, status.OK) if low == high else Reliance(None, low, high, status.RANGE)


def _ratio(imports: float, exports: float, production: float, stocks: float) -> float | None:
    net = imports - exports + stocks
    return net / (production + net) if production + net > 0 else None


def _wrong(name: str, mass: Mass) -> list[Fault]:
    ends = () if mass is None else mass if isinstance(mass, tuple) else (mass,)
    bad = [end for end in ends if not math.isfinite(end) or (end < 0 and name != "stocks")]
    faults = [Fault(f"reliance, {name}", f"{end!r}", "a mass of zero or more") for end in bad]
    if len(ends) == 2 and ends[0] > ends[1]:
        faults.append(Fault(f"reliance, {name}", f"from {ends[0]} to {ends[1]}", "low before high"))
    return faults
