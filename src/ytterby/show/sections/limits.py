"""What binds, what does not, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from ytterby.show.digest import measure_rows
from ytterby.show.grounds import of_limit
from ytterby.show.markup import esc, slug, tag
from ytterby.show.page import Page, paragraph
from ytterby.show.page import section as wrapped
from ytterby.show.tables import LIMIT, Head, folded, page_table
from ytterby.show.words import MISSING, number

_NOTE = (
    "A limit binds when the solution rests on it; its shadow price is what one more unit would be worth. A measure "
    "that does not bind changes nothing by itself: it cuts slack."
)


def section(page: Page) -> str:
    """Return the limits that bind, those that do not, and folded the capacities that are full."""
    rows = page.outcome.binding
    if not rows.height:
        return ""
    own = pl.col("id").is_in(measure_rows(page.outcome)["id"].implode())
    capacity = pl.col("kind") == "capacity"
    ranked = rows.with_columns(own=own).sort(
        ["own", "shadow_price", "id"], descending=[True, True, False], nulls_last=True
    )
    full = ranked.filter(capacity & pl.col("bound"))
    parts = [
        _table(page, "What binds", ranked.filter(~capacity & pl.col("bound"))),
        _table(page, "What does not bind, and why", ranked.filter(~capacity & ~pl.col("bound"))),
        paragraph(_NOTE, "note"),
        folded(f"Plants at their capacity ({full.height})", _table(page, "Plants at their capacity", full))
        if full.height
        else "",
    ]
    return wrapped("limits", f"What binds and what does not{page.when()}", *parts)


def _table(page: Page, caption: str, rows: pl.DataFrame) -> str:
    heads = [
        Head("Limit"), Head("Kind"), Head("Limit at", "number"), Head("Level", "number"), Head("Unit", "unit"),
        Head("Shadow price", "number"), Head("Why"),
    ]  # fmt: skip
    body = [_cells(page, row) for row in rows.head(LIMIT).iter_rows(named=True)]
    return page_table(caption, heads, body, total=rows.height)


def _cells(page: Page, row: Mapping[str, Any]) -> list[str]:
    measure = next((m for m in page.outcome.scenario.measures if m.id == row["id"].partition(":")[0]), None)
    origin = next(iter(measure.scope.of), None) if measure else None
    shown = [number(row["limit"]), number(row["level"])]
    cells = [page.walk.link(text, *of_limit(row["id"], origin)) if text != MISSING else text for text in shown]
    said = "" if row["shadow_price"] is None else f"{number(row['shadow_price'])} {row['price_unit'] or ''}".strip()
    title = esc(row["title"])
    if measure:
        title += " " + tag("a", "source", href=f"#src-{slug(measure.source.id)}", class_="src")
    return [title, esc(row["kind"]), *cells, esc(row["unit"] or ""), esc(said or MISSING), esc(row["why"] or "")]
