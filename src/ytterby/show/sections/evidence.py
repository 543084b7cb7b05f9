"""What the result rests on: the reconciled base year and the assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from ytterby.show.charts import interval, move
from ytterby.show.markup import esc, ident, slug, tag
from ytterby.show.page import Page, paragraph
from ytterby.show.page import section as wrapped
from ytterby.show.tables import Head, folded, page_table
from ytterby.show.words import MISSING, assumption_name, number, short, titles_of, unbroken

_BASE_NOTE = (
    "Sources that disagree were balanced by weighted least squares. Each figure's move is given in its own standard "
    "uncertainty σ; a move of 3 σ or more is a conflict between sources, not a rounding."
)


def reconciliation(page: Page) -> str:
    """Return the table of cited and reconciled values, the largest moves first."""
    rows = page.outcome.reconciliation
    if not rows.height:
        return ""
    ranked = rows.with_columns(size=pl.col("move").abs()).sort(
        ["size", "quantity", "place"], descending=[True, False, False], nulls_last=True
    )
    far = int((rows["move"].abs() >= 3).sum())
    said = f"{rows.height} figures were balanced; {far} moved by 3 σ or more."
    heads = [
        Head("Quantity"), Head("Place"), Head("Cited", "number"), Head("σ", "number"), Head("Reconciled", "number"),
        Head("Unit", "unit"), Head("Move [σ]", "number"), Head("−5 σ to +5 σ", "picture"), Head("Source"),
    ]  # fmt: skip
    body = [_reconciled(page, row) for row in ranked.head(30).iter_rows(named=True)]
    caption = "Cited and reconciled, the largest moves first"
    table = page_table(caption, heads, body[:12], total=rows.height)
    more = folded("The next moves", page_table(caption, heads, body[12:], total=rows.height)) if body[12:] else ""
    return wrapped(
        "base", "How the base year was reconciled", paragraph(said), table, more, paragraph(_BASE_NOTE, "note")
    )


def _reconciled(page: Page, row: Mapping[str, Any]) -> list[str]:
    title = f"{row['quantity']}, {row['place']}: {number(row['move'], sign=True)} σ"
    picture = move(row["move"], title) if row["move"] is not None else ""
    cited = page.walk.row(number(row["cited"]), row)
    return [
        esc(row["quantity"]), esc(_place(page, row["place"])), cited, esc(number(row["sigma"])),
        esc(number(row["reconciled"])), esc(row["unit"] or ""), esc(number(row["move"], sign=True)), picture,
        _cited_as(row),
    ]  # fmt: skip


def _place(page: Page, place: str) -> str:
    for arrow in ("→", ">"):
        if arrow in place:
            return " → ".join(page.country(part.strip()) for part in place.split(arrow))
    return page.country(place)


def _cited_as(row: Mapping[str, Any]) -> str:
    if not row["source"]:
        return MISSING
    source = tag("a", esc(row["source"]), href=f"#src-{slug(row['source'])}")
    rest = ", ".join(str(row[name]) for name in ("edition", "locator") if row[name])
    return source + esc(f", {rest}" if rest else "")


def assumptions(page: Page) -> str:
    """Return the assumptions, those whose effect was tested first."""
    rows = page.outcome.assumptions
    if not rows.height:
        return ""
    ranked = sorted(rows.to_dicts(), key=lambda row: row["effect"] is None)
    heads = [
        Head("Assumption"), Head("Value", "number"), Head("Range", "number"), Head("Unit"),
        Head("In its range", "picture"),
        Head("Moves the answer"), Head("Why"),
    ]  # fmt: skip
    titles = titles_of(page.outcome.scenario.measures)
    body = [_assumption(row, assumption_name(row["id"], titles)) for row in ranked]
    tested = sum(row["effect"] is not None for row in ranked)
    shown = min(max(tested, 10), 30)
    caption = "Assumptions with their range"
    table = page_table(caption, heads, body[:shown], total=rows.height)
    rest = body[shown:]
    more = folded("The other assumptions", page_table(caption, heads, rest, limit=200)) if rest else ""
    said = (
        "What no source gives is assumed, in one table, each number with a range and a reason. "
        f"{tested} of {rows.height} were tested for how far they move the answer."
    )
    return wrapped("assumptions", "Assumptions", paragraph(said), table, more)


def _assumption(row: Mapping[str, Any], name: str) -> list[str]:
    span = MISSING if row["low"] is None else f"{short(row['low'])} to {short(row['high'])}"
    picture = interval(row["value"], row["low"], row["high"], f"{name}: {short(row['value'])} in {span}")
    said = [esc(unbroken(row["effect"] or "not tested")), esc(row["reason"] or "")]
    first = esc(name[0].upper() + name[1:]) + tag("br") + ident(row["id"])
    return [first, esc(short(row["value"])), esc(span), esc(row["unit"] or ""), picture, *said]
