"""An ensemble in the shell and as JSON: what is lost over all draws, at which prices, and what binds how often."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ytterby.show.backdrop import backdrop
from ytterby.show.ensemble_time import periods_json, print_periods, said
from ytterby.show.markup import clean
from ytterby.show.tables import Head, shell_table
from ytterby.show.words import (
    TRUSTED_MULTIPLE,
    country_name,
    limit_name,
    money,
    number,
    percent,
    product_name,
    titles_of,
)
from ytterby.studies.draws import BASE_YEAR
from ytterby.studies.ensemble import Ensemble
from ytterby.studies.summary import Summary

WIDTH = 100
_ROWS = 10
_SPREAD = (Head("p5", "number"), Head("p50", "number"), Head("p95", "number"))
#: Losses whose median is below this part of base use are left to the JSON.
_WORTH_SAYING = 0.005


def print_ensemble(found: Ensemble, summary: Summary, command: str, console: Console | None = None) -> None:
    """Print the summary of an ensemble; `command` is what made it, for the lines that replay a draw."""
    console = console or Console(width=WIDTH, highlight=False)
    console.print(Text(clean(found.scenario.title), style="bold"), soft_wrap=True)
    console.print(Text(finding(summary)), soft_wrap=True)
    over_time = [print_periods(summary)] if summary.periods else []
    for table in (*over_time, _losses(summary), _prices(summary), _limits(summary, titles_of(found.scenario.measures))):
        if table.row_count:
            console.print(table)
    for line in _closing(found, summary, command):
        console.print(Text(line), soft_wrap=True)


def finding(summary: Summary) -> str:
    """One sentence: the value of lost use over the draws.

    It is of draws over assumed ranges, and says so.
    """
    spread = summary.value_lost
    return (
        f"Over {summary.certified:,} draws of what is assumed, use worth {money(spread['p50'])} million USD a year is "
        f"lost at base prices (from {money(spread['p5'])} to {money(spread['p95'])} in nine draws of ten)."
        + said(summary)
    )


def ensemble_json(found: Ensemble, summary: Summary, run: str | None, edition: str) -> str:
    """The summary as JSON: every row of every table, and the two draws at the ends."""
    design = found.design
    ends = {
        name: {"draw": end.draw, "value_lost": end.value_lost, "set": list(end.settings)}
        for name, end in (("best", summary.best), ("worst", summary.worst))
    }
    value: dict[str, Any] = {
        "schema": 1,
        "run": run,
        "scenario": found.scenario.name,
        "title": found.scenario.title,
        "finding": finding(summary),
        "n": summary.n,
        "seed": design.seed,
        "method": design.method,
        "certified": summary.certified,
        "engines": dict(summary.methods),
        "value_lost": {"unit": "MUSD/yr"} | dict(summary.value_lost),
        "exceedance": [{"chance": c, "value_lost": v} for c, v in summary.exceedance],
        "threshold": summary.threshold,
        "shortages": summary.losses.to_dicts(),
        "prices": summary.prices.to_dicts(),
        "binding": summary.limits.to_dicts(),
        "inputs": [{"id": i.id, "value": i.value, "low": i.low, "high": i.high, "dist": i.dist} for i in found.inputs],
        "edition": edition,
    }
    return json.dumps(value | ends | periods_json(summary), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _losses(summary: Summary) -> Table:
    rows = summary.losses.filter(pl.col("base") > 0).with_columns(share=pl.col("p50") / pl.col("base"))
    outside = rows.filter((pl.col("country") == "outside") & (pl.col("share") > _WORTH_SAYING)).sort(
        "share", descending=True
    )
    heads = (Head("Use lost outside"), Head("unit"), Head("base", "number"), *_SPREAD, Head("p50 of base", "number"))
    chance = Head(f"chance > {summary.threshold:.0%}", "number")
    cells = (
        (product_name(r["product"]), r["unit"], number(r["base"]), *_three(r), _part(r["share"]), _part(r["chance"]))
        for r in outside.head(_ROWS).iter_rows(named=True)
    )
    return shell_table((*heads, chance), cells)


def _prices(summary: Summary) -> Table:
    """Prices of products whose median has moved most, outside and where most of it is sold."""
    known = summary.prices.filter(pl.col("p50").is_not_null() & (pl.col("base") > 0))
    moved = known.with_columns(ratio=pl.col("p50") / pl.col("base"))
    shown = moved.filter((pl.col("country") == "outside") & (pl.col("ratio") > 1.02)).sort("ratio", descending=True)
    cells = (
        (product_name(r["product"]), number(r["base"]), *_told(r), _times(r["ratio"]))
        for r in shown.head(_ROWS).iter_rows(named=True)
    )
    heads = (Head("Price outside, USD/kg (median country)"), Head("base", "number"), *_SPREAD)
    return shell_table((*heads, Head("p50 / base", "number")), cells)


def _limits(summary: Summary, titles: Mapping[str, str]) -> Table:
    heads = (Head("Limit"), Head("binds in", "number"), *(Head(f"rent {h.text}", "number") for h in _SPREAD))
    rows = summary.limits.iter_rows(named=True)
    return shell_table(heads, ((limit_name(r["id"], titles), _part(r["chance"]), *_three(r)) for r in rows))


def _closing(found: Ensemble, summary: Summary, command: str) -> Iterator[str]:
    worst = summary.losses.filter((pl.col("country") != "outside") & (pl.col("base") > 0))
    hit = worst.with_columns(share=pl.col("p50") / pl.col("base")).sort("chance", "share", descending=True).head(3)
    named = [
        f"{country_name(r['country'], backdrop().names)} {product_name(r['product'])} ({_part(r['chance'])})"
        for r in hit.iter_rows(named=True)
    ]
    if named:
        yield f"Most likely to lose more than {summary.threshold:.0%}: " + "; ".join(named)
    left = summary.n - summary.certified
    yield f"{summary.certified:,} of {summary.n:,} draws certified" + (f"; {left:,} left out" if left else "")
    if years := next((len(i.points) for i in found.inputs if i.id == BASE_YEAR), 0):
        yield f"Drawn from {years} base years, each with its cited figures moved within their spreads"
    for word, end in (("Best", summary.best), ("Worst", summary.worst)):
        yield f"{word} draw: {end.draw}, {money(end.value_lost)} million USD a year. Replay it:"
        yield f"  {command} " + " ".join(f"--set {_quoted(s)}" for s in end.settings)


def _three(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return number(row["p5"]), number(row["p50"]), number(row["p95"])


def _told(row: Mapping[str, Any]) -> Iterator[str]:
    """The three prices; one far above its base says no more than that it is at least so many times the base."""
    most = TRUSTED_MULTIPLE * row["base"]
    yield from (number(row[q]) if row[q] <= most else f"≥ {number(most)}" for q in ("p5", "p50", "p95"))


def _times(ratio: float) -> str:
    return number(ratio) if ratio <= TRUSTED_MULTIPLE else f"≥ {number(TRUSTED_MULTIPLE)}"


def _part(value: float | None) -> str:
    return percent(None if value is None else 100 * value)


def _quoted(setting: str) -> str:
    return f"'{setting}'" if " " in setting else setting
