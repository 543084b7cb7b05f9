"""Who loses what use: the map, and use lost in its three parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from ytterby.show.backdrop import expanded
from ytterby.show.charts import Part, stacked
from ytterby.show.markup import esc, tag
from ytterby.show.page import Page, lost_share, paragraph
from ytterby.show.page import section as wrapped
from ytterby.show.tables import Head, page_table
from ytterby.show.words import number, percent, product_name
from ytterby.show.worldmap import world_map

_PARTS = (("given_up", "given", "given up"), ("replaced", "replaced", "replaced"), ("unserved", "unserved", "unserved"))
_KEY = (
    "Use lost is base use less use served. It splits three ways: given up as the price rises, replaced by thrifting or "
    "substitution, and unserved at the value of lost use."
)


def section(page: Page) -> str:
    """Return the map and the use-lost tables."""
    rows = page.outcome.shortages
    if not rows.height:
        return ""
    return wrapped(
        "losses", "Who loses what use", _map(page), paragraph(_KEY), _legend(), _products(page), _users(page)
    )


def _map(page: Page) -> str:
    values = expanded(lost_share(page.outcome), page.backdrop)
    if not page.backdrop.borders or not any(code in page.backdrop.borders for code in values):
        return ""
    running = set(page.outcome.flows["facility"].drop_nulls().to_list())
    sites = [site for ident, site in page.backdrop.sites if site.active or ident in running]
    title = "Share of base-year use lost by country, all products weighed at their base prices"
    note = (
        "Hatched: the country has no use of its own in the model; that is not zero. Signs: plants with a known place."
    )
    return tag(
        "figure", tag("figcaption", esc(title)), world_map(values, page.backdrop.borders, title, page.names, sites),
        paragraph(f"{note} {page.backdrop.border_note}", "note"),
    )  # fmt: skip


def _legend() -> str:
    keys = [tag("span", tag("i", class_=f"key {class_}"), esc(word)) for _, class_, word in _PARTS]
    return tag("p", *keys, class_="legend")


def _products(page: Page) -> str:
    """Use lost by product over the countries that lose, and what the others gain: a net sum would hide both."""
    loses = pl.col("lost") > 0
    sums = [pl.col(name).filter(loses).sum().alias(name) for name in ("lost", "given_up", "replaced", "unserved")]
    rows = (
        page.outcome.shortages.group_by("product", "unit", maintain_order=True)
        .agg(
            *sums,
            pl.col("base_use").sum(),
            losers_base=pl.col("base_use").filter(loses).sum(),
            countries=loses.sum(),
            gained=-pl.col("lost").filter(~loses).sum(),
        )
        .filter((pl.col("lost") > 1e-9) | (pl.col("gained") > 1e-9))
        .with_columns(share=100 * pl.col("lost") / pl.col("losers_base"))
        .with_columns(share=pl.when(pl.col("losers_base") > 0).then(pl.col("share")))
        .sort(["share", "product"], descending=[True, False], nulls_last=True)
    )
    heads = [
        Head("Product"), Head("Unit", "unit"), Head("Base use", "number", "world"), Head("Lost", "number", "by those who lose"),
        Head("of their base", "number"), Head("Given up", "number"), Head("Replaced", "number"),
        Head("Unserved", "number"), Head("Used more elsewhere", "number"), Head("Countries that lose", "number"),
    ]  # fmt: skip
    body = [_product(page, row) for row in rows.iter_rows(named=True)]
    return page_table("Use lost by product", heads, body)


def _product(page: Page, row: Mapping[str, Any]) -> list[str]:
    def cell(name: str) -> str:
        return page.walk.link(number(row[name]), f"use/{row['product']}")

    return [
        esc(product_name(row["product"])), esc(row["unit"]), cell("base_use"), cell("lost"), esc(percent(row["share"])),
        cell("given_up"), cell("replaced"), cell("unserved"), cell("gained"), esc(row["countries"]),
    ]  # fmt: skip


def _users(page: Page) -> str:
    lost = page.outcome.shortages.filter((pl.col("lost") > 1e-9) & (pl.col("base_use") > 0))
    prices = page.outcome.prices.group_by("product").agg(price=pl.col("base").median())
    rows = (
        lost.join(prices, on="product", how="left")
        .with_columns(
            worth=pl.col("lost") * pl.col("price").fill_null(0.0), own=pl.col("element").eq_missing(page.element)
        )
        .sort(["worth", "country", "product", "use"], descending=[True, False, False, False])
    )
    heads = [
        Head("User"), Head("Product"), Head("Unit", "unit"), Head("Base use", "number"), Head("Lost", "number"),
        Head("of base", "number"), Head("Given up", "number"), Head("Replaced", "number"), Head("Unserved", "number"),
        Head("Share of base use", "picture"),
    ]  # fmt: skip
    body = [_user(page, row) for row in rows.head(30).iter_rows(named=True)]
    return page_table("Use lost by country and product, the most valuable first", heads, body, total=rows.height)


def _user(page: Page, row: Mapping[str, Any]) -> list[str]:
    key = f"use/{row['product']}/{row['use'] or 'all'}/{row['country']}"

    def cell(name: str) -> str:
        return page.walk.link(number(row[name]), key)

    parts = [Part(100 * row[name] / row["base_use"], class_, word) for name, class_, word in _PARTS]
    who, what = page.country(row["country"]), product_name(row["product"])
    use = "" if row["use"] in (None, "", "all", "all uses") else f", {row['use']}"
    return [
        esc(who), esc(what + use), esc(row["unit"]), cell("base_use"), cell("lost"), esc(percent(row["lost_pct"])),
        cell("given_up"), cell("replaced"), cell("unserved"), stacked(parts, f"{who}, {what}: parts of base use lost"),
    ]  # fmt: skip
