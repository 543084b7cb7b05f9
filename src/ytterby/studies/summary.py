"""An ensemble in a page: quantiles, chances and the draws at the two ends, read a few columns at a time.

Only certified draws count, and the number of the others is said. Quantiles are numpy's (linear between order
statistics). A price is null in draws in which nothing flows; its quantiles are over the others, and `priced` is their
part of all draws. A chance is a part of the draws: it is as good as the ranges that were assumed, and no better.

Over many periods the tables are of means over them, a limit's chance that it binds in any of them; `periods` has the
same tables of each, and `peaks` what the worst period of each draw says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ytterby.core.errors import SolverError
from ytterby.core.tables import Column, Schema
from ytterby.studies.ensemble import WHOLE, Ensemble, whole_of
from ytterby.studies.readout import Quantity

Floats = NDArray[np.float64]

QUANTILES = {"p5": 0.05, "p50": 0.50, "p95": 0.95}
#: Chances at which the exceedance curve is given.
CHANCES = (0.99, 0.95, 0.90, 0.75, 0.50, 0.25, 0.10, 0.05, 0.01)
#: Numbers held at a time while columns are read.
_HELD = 4_000_000
#: Numbers of periods read at once, not period by period.
_AT_ONCE = 25_000_000


def _spread(unit: str) -> tuple[Column, ...]:
    return tuple(Column(name, pl.Float64, unit, f"{q:.0%} of draws lie below") for name, q in QUANTILES.items())


_WHERE = (
    Column("product", pl.String, "", "product", required=True),
    Column("country", pl.String, "", "country, or `outside`: all but those whose measures these are", required=True),
    Column("unit", pl.String, "", "unit of the numbers", required=True),
    Column("base", pl.Float64, "varies", "use or price in the base year"),
)
LOSSES = Schema(
    "use lost over draws",
    (*_WHERE, *_spread("varies"), Column("chance", pl.Float64, "1", "part of draws that lose more than the threshold")),
)
PRICES = Schema(
    "prices over draws",
    (*_WHERE, *_spread("USD/kg"), Column("priced", pl.Float64, "1", "part of draws in which something flows")),
)
STOCKS = Schema("stocks over draws", (*_WHERE, *_spread("varies")))
PEAKS = Schema(
    "use lost in the worst period of each draw",
    (*_WHERE, *_spread("varies"), Column("chance", pl.Float64, "1", "part of draws that lose more in any period")),
)
LIMITS = Schema(
    "limits over draws",
    (
        Column("id", pl.String, "", "the limit", required=True),
        Column("chance", pl.Float64, "1", "part of draws in which it binds"),
        *_spread("USD/kg"),
    ),
)


@dataclass(frozen=True, slots=True)
class Ends:
    """One draw to replay: its number, its value of lost use [MUSD/yr], and the `--set` values that make it."""

    draw: int
    value_lost: float
    settings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """What an ensemble says of one period: its label, the value lost [MUSD/yr], and the tables of that period."""

    label: str
    value_lost: Mapping[str, float]
    losses: pl.DataFrame
    prices: pl.DataFrame
    limits: pl.DataFrame
    stocks: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Summary:
    """What an ensemble says. `value_lost` and `exceedance` in MUSD/yr; rents of limits are in the spread of LIMITS.

    `periods` and `peaks` are empty for one year.
    """

    n: int
    certified: int
    methods: Mapping[str, int]
    threshold: float
    value_lost: Mapping[str, float]
    exceedance: tuple[tuple[float, float], ...]
    losses: pl.DataFrame
    prices: pl.DataFrame
    limits: pl.DataFrame
    best: Ends
    worst: Ends
    periods: tuple[Moment, ...] = ()
    peaks: pl.DataFrame = field(default_factory=PEAKS.empty)


def summarise(found: Ensemble, threshold: float = 0.10) -> Summary:
    """Summarise an ensemble; `threshold` is the part of base use whose loss is asked for as a chance.

    Raises SolverError when no draw at all is certified.
    """
    state = found.draws.select("certified", "engine").collect()
    certified = int(state["certified"].sum())
    if not certified:
        raise SolverError(f"none of {state.height} draws is certified")
    methods = state.filter("certified")["engine"].value_counts(name="n").sort("engine")
    value = found.draws.filter("certified").select("draw", "value_lost").collect()
    found = _at_hand(found)
    every = _moment(found, threshold, "")
    return Summary(
        n=state.height,
        certified=certified,
        methods=dict(methods.iter_rows()),
        threshold=threshold,
        value_lost=every.value_lost,
        exceedance=tuple((c, float(np.quantile(value["value_lost"].to_numpy(), 1 - c))) for c in CHANCES),
        losses=every.losses,
        prices=every.prices,
        limits=every.limits,
        best=_end(found, value, value["value_lost"].arg_min()),
        worst=_end(found, value, value["value_lost"].arg_max()),
        periods=tuple(_moment(found.period(label), threshold, label) for label in found.periods),
        peaks=PEAKS.frame(_peaks(found, threshold)),
    )


def chance(found: Ensemble, column: str, holds: Callable[[pl.Expr], pl.Expr]) -> float:
    """The part of certified draws in which something holds: `chance(e, "value_lost", lambda x: x > 1000)`."""
    asked = found.draws.filter("certified").select(holds(pl.col(column)).fill_null(False).mean())
    return float(asked.collect().item() or 0.0)


def _at_hand(found: Ensemble) -> Ensemble:
    """The ensemble with the rows of its periods read at once, when they are few enough to hold."""
    if found.rows is None or found.design.n * (len(found.periods) + 1) * len(found.quantities) > _AT_ONCE:
        return found
    rows = found.rows.collect().lazy()
    return replace(found, rows=rows, draws=whole_of(rows))


def _moment(found: Ensemble, threshold: float, label: str) -> Moment:
    """The tables of draws: of one period, or of a whole ensemble."""
    of = _by_kind(found)
    value = found.draws.filter("certified").select("value_lost").collect()["value_lost"].to_numpy()
    return Moment(
        label,
        _quantiles(value),
        LOSSES.frame(_loss(q, x, s, threshold) for q, x, s in _columns(found, of["use_lost"])),
        PRICES.frame(_price(q, x, s) for q, x, s in _columns(found, of["price"])),
        LIMITS.frame(_limits(found, of)),
        STOCKS.frame(_where(q) | s for q, _, s in _columns(found, of["stock"])),
    )


def _peaks(found: Ensemble, threshold: float) -> Iterator[dict[str, Any]]:
    """The largest loss of each draw in any period, of every use."""
    if found.rows is None:
        return
    rows = found.rows.filter(pl.col("certified") & (pl.col("period") != WHOLE))
    largest = pl.all().exclude("period", "certified", "engine").max()
    peaks = rows.group_by("draw", maintain_order=True).agg(largest).sort("draw")
    at_most = replace(found, draws=peaks.with_columns(certified=pl.lit(value=True)))
    for q, values, spread in _columns(at_most, _by_kind(found)["use_lost"]):
        yield _loss(q, values, spread, threshold)


def _by_kind(found: Ensemble) -> dict[str, list[Quantity]]:
    kinds: dict[str, list[Quantity]] = {"use_lost": [], "price": [], "rent": [], "binds": [], "stock": []}
    for q in found.quantities:
        kinds.setdefault(q.what, []).append(q)
    return kinds


def _columns(
    found: Ensemble, wanted: Iterable[Quantity]
) -> Iterator[tuple[Quantity, Floats, dict[str, float]]]:
    """Each quantity over certified draws, NaN where there is none, and its quantiles; so many columns at a time."""
    every = list(wanted)
    width = max(_HELD // max(found.design.n, 1), 1)
    for first in range(0, len(every), width):
        some = every[first : first + width]
        frame = found.draws.filter("certified").select([q.name for q in some]).collect()
        values = frame.fill_null(float("nan")).to_numpy()
        gaps = np.isnan(values).any(axis=0)
        spread = np.quantile(np.where(gaps, 0.0, values), list(QUANTILES.values()), axis=0) if len(values) else None
        for k, q in enumerate(some):
            if spread is None or gaps[k]:
                yield q, values[:, k], _quantiles(values[:, k])
            else:
                yield q, values[:, k], dict(zip(QUANTILES, spread[:, k].tolist(), strict=True))


def _quantiles(values: Floats) -> dict[str, float]:
    """Quantiles of what is there; nothing when nothing is."""
    there = values[~np.isnan(values)]
    return {name: float(np.quantile(there, q)) for name, q in QUANTILES.items()} if len(there) else {}


def _where(q: Quantity) -> dict[str, Any]:
    return {"product": q.of, "country": q.place, "unit": q.unit, "base": q.base}


def _loss(q: Quantity, values: Floats, spread: Mapping[str, float], threshold: float) -> dict[str, Any]:
    more = float((values > threshold * (q.base or 0.0)).mean())
    return {**_where(q), **spread, "chance": more if q.base else None}


def _price(q: Quantity, values: Floats, spread: Mapping[str, float]) -> dict[str, Any]:
    return {**_where(q), **spread, "priced": float((~np.isnan(values)).mean())}


def _limits(found: Ensemble, of: Mapping[str, list[Quantity]]) -> Iterator[dict[str, Any]]:
    bound = {q.of: float((values > 0).mean()) for q, values, _ in _columns(found, of["binds"])}
    for q, _, spread in _columns(found, of["rent"]):
        yield {"id": q.of, "chance": bound[q.of], **spread}


def _end(found: Ensemble, value: pl.DataFrame, at: int | None) -> Ends:
    row = value.row(at or 0, named=True)
    return Ends(row["draw"], row["value_lost"], found.settings(row["draw"]))
