"""Who gains and who pays, by country."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from ytterby.show.charts import either_side
from ytterby.show.grounds import of_gain
from ytterby.show.markup import esc, tag
from ytterby.show.page import Page, paragraph
from ytterby.show.page import section as wrapped
from ytterby.show.tables import Head, page_table
from ytterby.show.words import money

_COLUMNS = ("consumer", "producer", "rent", "tax", "welfare")
_NOTE = (
    "Changes against the base year; levels are never shown, because calibrated costs are residuals. Welfare is "
    "consumers' and producers' surplus, licence rent and tax revenue added; a tax is a transfer. The surplus of users "
    "rests on the assumed demand elasticities and on the value of lost use."
)


def section(page: Page) -> str:
    """Return the gains table."""
    gains = page.outcome.gains
    if not gains.height:
        return ""
    shown = gains.filter(pl.max_horizontal(*(pl.col(name).abs() for name in _COLUMNS)) >= 0.05).sort(
        "welfare", "country"
    )
    low, high = min(0.0, *_values(shown), 0.0), max(0.0, *_values(shown), 0.0)
    ranked = shown.with_columns(size=pl.col("welfare").abs()).sort(["size", "country"], descending=[True, False])
    kept = ranked.head(29).sort("welfare", "country")
    body = [_row(page, row, low, high) for row in kept.iter_rows(named=True)]
    total = {name: float(gains[name].sum()) for name in _COLUMNS}
    body.append([tag("strong", esc("World")), *(tag("strong", esc(money(total[n], sign=True))) for n in _COLUMNS), ""])
    heads = [
        Head("Country"), Head("Users", "number", "consumer surplus"), Head("Makers", "number", "producer surplus"),
        Head("Licence rent", "number"), Head("Tax revenue", "number"), Head("Welfare", "number"),
        Head("Welfare, change", "picture"),
    ]  # fmt: skip
    caption = "Gains and losses by country [million USD a year, change]"
    table = page_table(caption, heads, body, total=shown.height + 1)
    return wrapped("gains", f"Who gains, who pays{page.when(rates=True)}", table, paragraph(_NOTE, "note"))


def _values(shown: pl.DataFrame) -> list[float]:
    return [float(value) for value in shown["welfare"].to_list()]


def _row(page: Page, row: Mapping[str, Any], low: float, high: float) -> list[str]:
    who = page.country(row["country"])
    cells = [page.walk.link(money(row[name], sign=True), *of_gain(row["country"])) for name in _COLUMNS]
    return [esc(who), *cells, either_side(row["welfare"], low, high, f"{who}: {money(row['welfare'], sign=True)}")]
