"""Prices in three kinds, home, FOB and delivered, against the base year."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ytterby.core.elements import SYMBOLS
from ytterby.show.charts import multiples, multiples_axis
from ytterby.show.digest import PriceLine, Row, delivered, price_lines
from ytterby.show.grounds import of_price
from ytterby.show.markup import esc, tag
from ytterby.show.page import Page, paragraph
from ytterby.show.page import section as wrapped
from ytterby.show.tables import Head, folded, page_table
from ytterby.show.words import MISSING, TRUSTED_MULTIPLE, element_name, number, price, product_name

_NOTE = (
    f"Home: inside the maker's country. FOB: home price, licence rent and export tax. Delivered: on arrival, here from "
    f"the lowest to the highest buyer. Above {TRUSTED_MULTIPLE:g} times the base a price reads the assumed demand "
    "elasticity back, so it is printed as “≥” that multiple; at the value of lost use it is an assumption and says so. "
    "A dash: nothing flows, so there is no price."
)


def section(page: Page) -> str:
    """Return the price table with its chart, and the markets of the chosen element."""
    lines = price_lines(page.outcome)
    heads = [
        Head("Product"), Head("Maker"), Head("Unit", "unit"), Head("Base", "number"), Head("Home", "number"),
        Head("FOB", "number"), Head("Delivered", "range"), Head("Multiple of base", "picture", axis=multiples_axis()),
    ]  # fmt: skip
    if not lines:
        return ""
    table = page_table(f"Prices before and after{page.when()}", heads, [_cells(page, line) for line in lines], limit=40)
    return wrapped("prices", f"Prices{page.when()}", table, _legend(), paragraph(_NOTE, "note"), _markets(page))


def _cells(page: Page, line: PriceLine) -> list[str]:
    maker = line.maker
    keys = of_price(maker["product"], maker["country"])
    shown = [price(maker[kind], maker["base"], maker["status"]) for kind in ("base", "home", "fob")]
    cells = [page.walk.link(text, *keys) if text != MISSING else esc(text) for text in shown]
    cells.append(_delivered(page, line.buyers))
    return [
        esc(product_name(maker["product"])), esc(page.country(maker["country"])), esc(maker["unit"]), *cells,
        _picture(page, line),
    ]  # fmt: skip


def _delivered(page: Page, buyers: Sequence[Row]) -> str:
    if not buyers:
        return MISSING
    text, ends = delivered(buyers)
    where = ", ".join(page.country(code) for code in ends)
    return tag("span", page.walk.link(text, *of_price(buyers[0]["product"])), title=where)


def _picture(page: Page, line: PriceLine) -> str:
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
    caption = f"Every market of {page.element if page.element in SYMBOLS else element_name(page.element)}"
    return folded(caption, page_table(caption, heads, body, total=rows.height)) if body else ""


def _market(page: Page, row: Row) -> list[str]:
    keys = of_price(row["product"], row["country"])
    shown = [price(row[kind], row["base"], row["status"]) for kind in ("base", "home", "fob", "delivered")]
    cells = [page.walk.link(text, *keys) if text != MISSING else text for text in shown]
    ends = [price(row[end], row["base"], row["status"]) for end in ("low", "high")]
    span = MISSING if row["low"] is None or row["high"] is None else " to ".join(ends)
    said = "; ".join(text for text in (None if row["status"] == "settled" else row["status"], row["note"]) if text)
    return [esc(page.country(row["country"])), esc(product_name(row["product"])), esc(row["unit"]), *cells, esc(span),
            esc(said)]  # fmt: skip
