"""What the sources print on a subject, one answer a source, with the interval each figure stands for.

A share of the world is printed as one, or is a country's row over the row of the world in the same table of the same
edition. Masses are brought to tonnes, prices to USD/kg. Bounds (< and >) are half-open intervals. Figures older than
two years than the newest are left out when the claim names no year.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from ytterby.atlas.cite import citation
from ytterby.atlas.conflicts import rounding
from ytterby.atlas.load import Atlas
from ytterby.studies.claims.editions import published

MEASURES = (
    "production", "reserves", "share", "price", "net_import_reliance", "import_source_share", "capacity", "quota",
    "consumption", "demand", "exports", "imports", "apparent_consumption",
)  # fmt: skip
AGGREGATES = frozenset({"WLD", "ROW", "XXX", "EU27"})
WORLD = "WLD"
#: Where the figures of a stage stand under another name than the one people use.
KIN: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("REE", "separation"): ("REE", "magnet-REE"),
    ("REE", "refining"): ("magnet-REE",),
    ("REE", "magnet"): ("REPM", "NdFeB"),
    ("REPM", "magnet"): ("REPM", "NdFeB"),
    ("NdFeB", "magnet"): ("NdFeB", "REPM"),
    ("magnet-REE", "magnet"): ("REPM", "NdFeB"),
}
_CARATS = {"ct": 1.0, "kct": 1e3, "Mct": 1e6}
_MASS = {"g": 1e-6, "kg": 1e-3, "t": 1.0, "kt": 1e3, "Mt": 1e6}
_POUND, _TROY = 0.45359237, 0.0311034768
_RECENT = 2


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure on a common scale: t, USD/kg or %."""

    id: str
    material: str
    form: str | None
    stage: str
    measure: str
    country: str
    partner: str | None
    first: int
    last: int
    period: str
    value: float | None
    low: float
    high: float
    unit: str
    basis: str
    source: str
    family: str
    edition: str
    out: date | None
    locator: str
    qualifier: str

    @property
    def known(self) -> bool:
        """Whether there is a number."""
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Answer:
    """A number [unit] of one source, the interval it stands for, and the figure it rests on."""

    value: float
    low: float
    high: float
    unit: str
    figure: Figure
    what: str


class Shelf:
    """The figures of an atlas by material, stage and measure, and prices by month; built once an atlas."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        self.sources: dict[str, dict[str, Any]] = {row["id"]: row for row in atlas.sources.iter_rows(named=True)}
        chosen = atlas.figures.filter(
            pl.col("measure").is_in(MEASURES), ~pl.col("period").str.contains(r"^\d{4}-(0|1)\d$"),
            pl.col("facility").is_null() | (pl.col("measure") == "production"),
        )  # fmt: skip
        self.shelves: dict[tuple[str, str, str], list[Figure]] = defaultdict(list)
        self.plants: dict[str, list[Figure]] = defaultdict(list)
        self.months: dict[str, list[Figure]] = defaultdict(list)
        monthly = atlas.figures.filter(
            pl.col("measure") == "price", pl.col("period").str.contains(r"^(19[9]|2)\d*-(0|1)\d$")
        )
        for row in monthly.iter_rows(named=True):
            month = self._figure(row | {"period": row["period"][:4]})
            if month is not None and month.known:
                self.months[month.material].append(replace(month, period=row["period"]))
        for row in chosen.iter_rows(named=True):
            figure = self._figure(row)
            if figure is None:
                continue
            if row["facility"]:
                self.plants[row["facility"]].append(figure)
            else:
                self.shelves[figure.material, figure.stage, figure.measure].append(figure)

    def on(self, material: str, stage: str, measure: str, as_of: date | None) -> list[Figure]:
        """Return the figures of a subject that were out by `as_of`."""
        return out_by(self.shelves.get((material, stage, measure), []), as_of)

    def cite(self, figure: Figure) -> str:
        """Return the citation of a figure."""
        return citation(self.sources[figure.source], figure.locator)

    def _figure(self, row: Mapping[str, Any]) -> Figure | None:
        span = years(row["period"])
        if span is None:
            return None
        scale, unit, basis = _scale(row["unit"])
        value, mark = row["value"], row["qualifier"]
        low, high = _interval(value, row["low"], row["high"], mark)
        source = self.sources[row["source"]]
        return Figure(
            row["id"], row["material"], row["form"], row["stage"], row["measure"], row["country"], row["partner"],
            span[0], span[1], row["period"], None if value is None else value * scale, low * scale, high * scale, unit,
            basis, row["source"], source["family"], row["edition"], published(row["edition"], source["family"]),
            row["locator"], mark,
        )  # fmt: skip


def out_by(figures: Iterable[Figure], as_of: date | None) -> list[Figure]:
    """Return the figures whose edition was out."""
    return [item for item in figures if as_of is None or (item.out is not None and item.out <= as_of)]


def years(period: str) -> tuple[int, int] | None:
    """Return the first and last year of a yearly period, or None for parts of a year.

    >>> years("2024"), years("2016-2020"), years("2024-H1")
    ((2024, 2024), (2016, 2020), None)
    """
    parts = period.split("-")
    if len(parts) <= 2 and all(part.isdigit() and len(part) == 4 for part in parts):
        return int(parts[0]), int(parts[-1])
    return None


def newest_editions(figures: Iterable[Figure]) -> list[Figure]:
    """Return, of each series, the figure of the newest edition of its family."""
    best: dict[tuple[object, ...], Figure] = {}
    for item in figures:
        key = (item.family, item.material, item.form, item.country, item.partner, item.period)
        held = best.get(key)
        if held is None or item.edition > held.edition:
            best[key] = item
    return list(best.values())


def in_year(figures: Iterable[Figure], year: int | None) -> list[Figure]:
    """Return the figures of a year, or without one those of each family's newest period, if recent."""
    chosen = list(figures)
    if year is not None:
        return [item for item in chosen if item.first <= year <= item.last]
    known = [item for item in chosen if item.known]
    if not known:
        return []
    newest = max(item.last for item in known)
    last = {family: max(i.last for i in known if i.family == family) for family in {i.family for i in known}}
    return [item for item in known if item.last == last[item.family] and item.last >= newest - _RECENT]


def main_form(figures: list[Figure], product: str | None) -> list[Figure]:
    """Return the figures of one form: the one named, else the one without a name, else the largest."""
    if product:
        named = [item for item in figures if item.form == product]
        named = named or [item for item in figures if item.form and product in item.form]
        if named:
            return named
    by_source: dict[str, dict[str | None, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    for item in figures:
        by_source[item.source][item.form].append(item)
    kept: list[Figure] = []
    for forms in by_source.values():
        kept += forms[_largest(forms)]
    return kept


def _largest(forms: Mapping[str | None, list[Figure]]) -> str | None:
    if None in forms:
        return None
    if "all" in forms:
        return "all"
    return max(
        forms, key=lambda form: (len({i.country for i in forms[form]}), max((i.value or 0) for i in forms[form]))
    )


def _interval(value: float | None, low: float | None, high: float | None, mark: str) -> tuple[float, float]:
    if value is None:
        return math.nan, math.nan
    if mark == "<":
        return 0.0, value
    if mark == ">":
        return value, math.inf
    half = rounding(value)
    return (value - half if low is None else low), (value + half if high is None else high)


def _scale(unit: str) -> tuple[float, str, str]:
    """Return the factor to t, USD/kg or %, the unit it leads to, and the basis."""
    head, _, basis = unit.partition(" ")
    if head in _CARATS:
        return _CARATS[head], "ct", basis
    if head in _MASS:
        return _MASS[head], "t", basis
    if head == "cUSD/lb":
        return 0.01 / _POUND, "USD/kg", basis
    if head.startswith("USD/"):
        per = head[4:]
        if per == "oz" and basis.startswith("t"):
            return 1 / _TROY, "USD/kg", basis[1:].strip()
        if per == "short" and basis.startswith("ton"):
            return 1 / 907.18474, "USD/kg", basis[3:].strip()
        if per == "lb":
            return 1 / _POUND, "USD/kg", basis
        if per in _MASS:
            return 1 / (_MASS[per] * 1000), "USD/kg", basis
    return 1.0, head, basis
