"""What binds, what does not, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from ytterby.show.markup import esc
from ytterby.show.page import Page, paragraph
from ytterby.show.page import section as wrapped
from ytterby.show.tables import Head, page_table
from ytterby.show.words import MISSING, number

_NOTE = (
    "A limit binds when the solution rests on it; its shadow price is what one more unit would be worth. A measure "
    "that does not bind changes nothing by itself: it cuts slack."
)


def section(page: Page) -> str:
    """Return the binding limits, then the measures that do not bind."""
    rows = page.outcome.binding
    if not rows.height:
        return ""
    bound = rows.filter(pl.col("bound"))
    slack = rows.filter(~pl.col("bound"))
    parts = [_table(page, "What binds", bound), _table(page, "What does not bind, and why", slack)]
    return wrapped("limits", "What binds and what does not", *parts, paragraph(_NOTE, "note"))


def _table(page: Page, caption: str, rows: pl.DataFrame) -> str:
    heads = [
        Head("Limit"), Head("Kind"), Head("Limit at", "number"), Head("Level", "number"), Head("Unit", "unit"),
        Head("Shadow price", "number"), Head("Why"),
    ]  # fmt: skip
    ranked = sorted(rows.to_dicts(), key=lambda r: (r["kind"] != "measure", -(r["shadow_price"] or 0.0), r["id"]))
    body = [_cells(page, row) for row in ranked[:30]]
    return page_table(caption, heads, body, total=rows.height)


def _cells(page: Page, row: Mapping[str, Any]) -> list[str]:
    price = (
        MISSING if row["shadow_price"] is None else f"{number(row['shadow_price'])} {row['price_unit'] or ''}".strip()
    )
    shown = [number(row["limit"]), number(row["level"])]
    cells = [page.walk.link(text, f"measure/{row['id']}") if text != MISSING else text for text in shown]
    return [esc(row["title"]), esc(row["kind"]), *cells, esc(row["unit"] or ""), esc(price), esc(row["why"] or "")]
