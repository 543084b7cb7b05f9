"""Prices in three kinds, home, FOB and delivered, against the base year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ytterby.show.charts import multiples, multiples_axis
from ytterby.show.markup import esc, tag
from ytterby.show.page import Page, leader, paragraph
from ytterby.show.page import section as wrapped
from ytterby.show.tables import Head, folded, page_table
from ytterby.show.words import MISSING, TRUSTED_MULTIPLE, element_rank, number, price, product_name, stage_rank

Row = Mapping[str, Any]

_NOTE = (
    f"Home: inside the maker's country. FOB: home price, licence rent and export tax. Delivered: on arrival, here from "
    f"the lowest to the highest buyer. Above {TRUSTED_MULTIPLE:g} times the base a price reads the assumed demand "
    "elasticity back, so it is printed as “≥” that multiple; at the value of lost use it is an assumption and says so. "
    "A dash: nothing flows, so there is no price."
)
_MIXED_STAGES = ("separation", "metal", "magnet")


@dataclass(frozen=True, slots=True)
class _Line:
    """One product: the row of its main maker, and the rows of those who import it."""

    maker: Row
    buyers: tuple[Row, ...]


def section(page: Page) -> str:
    """Return the price table with its chart, and the markets of the chosen element."""
    lines = _lines(page)
    heads = [
        Head("Product"), Head("Maker"), Head("Unit", "unit"), Head("Base", "number"), Head("Home", "number"),
        Head("FOB", "number"), Head("Delivered", "number"), Head("Multiple of base", "picture", axis=multiples_axis()),
    ]  # fmt: skip
    if not lines:
        return ""
    table = page_table("Prices before and after", heads, [_cells(page, line) for line in lines], limit=40)
    return wrapped("prices", "Prices", table, _legend(), paragraph(_NOTE, "note"), _markets(page))


def _lines(page: Page) -> list[_Line]:
    """Return the traded products, finished oxides first."""
    prices = page.outcome.prices.filter(pl.col("home").is_not_null() | pl.col("delivered").is_not_null())
    found = []
    for key, rows in prices.group_by("product", maintain_order=True):
        form = str(key[0]).partition("/")[0]
        if form in ("solution", "seg", "concentrate", "scrap"):
            continue
        everyone = rows.sort("country").to_dicts()
        maker = _maker(page, everyone)
        buyers = tuple(row for row in everyone if row["delivered"] is not None and row["country"] != maker["country"])
        found.append(_Line(maker, buyers))
    return sorted(found, key=lambda line: (stage_rank(line.maker["stage"]), element_rank(line.maker["element"]),
                                           line.maker["product"]))  # fmt: skip


def _maker(page: Page, rows: list[dict[str, Any]]) -> Row:
    first = leader(page.outcome, rows[0]["element"] or page.element, rows[0]["stage"])
    own = [row for row in rows if row["country"] == first and row["home"] is not None]
    sellers = [row for row in rows if row["fob"] is not None]
    return [*own, *sellers, *rows][0]


def _cells(page: Page, line: _Line) -> list[str]:
    maker = line.maker
    key = f"price/{maker['product']}/{maker['country']}"
    shown = [price(maker[kind], maker["base"], maker["status"]) for kind in ("base", "home", "fob")]
    cells = [page.walk.link(text, key) if text != MISSING else esc(text) for text in shown]
    cells.append(_delivered(page, line.buyers))
    return [
        esc(product_name(maker["product"])), esc(page.country(maker["country"])), esc(maker["unit"]), *cells,
        _picture(page, line),
    ]  # fmt: skip


def _delivered(page: Page, buyers: tuple[Row, ...]) -> str:
    if not buyers:
        return MISSING
    ranked = sorted(buyers, key=lambda row: row["delivered"])
    ends = [price(row["delivered"], row["base"], row["status"]) for row in (ranked[0], ranked[-1])]
    text = ends[0] if ends[0] == ends[1] else " to ".join(ends)
    where = ", ".join(dict.fromkeys(page.country(row["country"]) for row in (ranked[0], ranked[-1])))
    return tag("span", page.walk.link(text, f"price/{ranked[0]['product']}"), title=where)


def _picture(page: Page, line: _Line) -> str:
    maker = line.maker
    marks = [(k, maker[k] / maker["base"]) for k in ("home", "fob") if maker[k] is not None and maker["base"]]
    ratios = sorted(row["delivered"] / row["base"] for row in line.buyers if row["base"])
    if ratios:
        marks.append(("delivered", ratios[len(ratios) // 2]))
    said = ", ".join(f"{name} ×{number(min(value, TRUSTED_MULTIPLE))}" for name, value in marks)
    spread = (ratios[0], ratios[-1]) if len(ratios) > 1 else None
    return (
        multiples([m for m in marks if m[1] > 0], f"{product_name(maker['product'])}: {said}", spread) if marks else ""
    )


def _legend() -> str:
    words = (("home", "home"), ("fob", "FOB"), ("delivered", "delivered, middle buyer"), ("open", "open: at least"))
    keys = [tag("span", tag("i", class_=f"key dot {class_}"), esc(word)) for class_, word in words]
    return tag("p", *keys, class_="legend")


def _markets(page: Page) -> str:
    """Return every market of the chosen element, folded."""
    own = (pl.col("element") == page.element) | (pl.col("product") == page.element)
    rows = page.outcome.prices.filter(own & ~pl.col("product").str.starts_with("solution"))
    rows = rows.sort("product", "country")
    heads = [
        Head("Market"), Head("Product"), Head("Unit", "unit"), Head("Base", "number"), Head("Home", "number"),
        Head("FOB", "number"), Head("Delivered", "number"), Head("Interval", "number"), Head("Note"),
    ]  # fmt: skip
    body = [_market(page, row) for row in rows.head(30).iter_rows(named=True)]
    caption = f"Every market of {page.element}"
    return folded(caption, page_table(caption, heads, body, total=rows.height)) if body else ""


def _market(page: Page, row: Row) -> list[str]:
    key = f"price/{row['product']}/{row['country']}"
    shown = [price(row[kind], row["base"], row["status"]) for kind in ("base", "home", "fob", "delivered")]
    cells = [page.walk.link(text, key) if text != MISSING else text for text in shown]
    ends = [price(row[end], row["base"], row["status"]) for end in ("low", "high")]
    span = MISSING if row["low"] is None or row["high"] is None else " to ".join(ends)
    said = "; ".join(text for text in (None if row["status"] == "settled" else row["status"], row["note"]) if text)
    return [esc(page.country(row["country"])), esc(product_name(row["product"])), esc(row["unit"]), *cells, esc(span),
            esc(said)]  # fmt: skip
