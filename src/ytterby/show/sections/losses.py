"""Who loses what use: the maps, and use lost in its three parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from ytterby.model.vocabulary import OTHER_CHAINS
from ytterby.show.backdrop import expanded
from ytterby.show.charts import Part, stacked
from ytterby.show.digest import losses_by_product, losses_by_user, lost_of_element, lost_share
from ytterby.show.grounds import of_use
from ytterby.show.markup import esc, tag
from ytterby.show.page import Page, paragraph
from ytterby.show.page import section as wrapped
from ytterby.show.tables import Head, folded, page_table
from ytterby.show.words import element_name, number, percent, product_name
from ytterby.show.worldmap import breaks_for, legend, outlines, world_map

_PARTS = (("given_up", "given", "given up"), ("replaced", "replaced", "replaced"), ("unserved", "unserved", "unserved"))
_KEY = (
    "Use lost is base use less use served. It splits three ways: given up as the price rises, replaced by thrifting or "
    "substitution, and unserved at the value of lost use."
)
_HATCHED = "Hatched: the country has no use of its own in the model; that is not zero."
_PLANTS = "Signs: plants with a known place. Use of an element counts what is contained in oxides, metals and magnets."
_PRODUCTS, _USERS, _LINES = 8, 4, 30
_WORTH_TELLING = 0.02
_NUMBERS = ("base_use", "lost", "given_up", "replaced", "unserved")


def section(page: Page) -> str:
    """Return the maps and the use-lost tables."""
    if not page.outcome.shortages.height:
        return ""
    if not page.outcome.shortages.filter(pl.col("lost") > 1e-6).height:
        parts = [paragraph("Nobody uses less of anything than in the base year."), _maps(page), _products(page)]
    else:
        parts = [_maps(page), paragraph(_KEY), _legend(), _products(page), _users(page), _uses(page)]
    return wrapped("losses", f"Who loses what use{page.when(rates=True)}", *parts)


def _maps(page: Page) -> str:
    borders = page.backdrop.borders
    everything = expanded(lost_share(page.outcome), page.backdrop)
    own = expanded(lost_of_element(page.outcome, page.element), page.backdrop)
    named = f"{element_name(page.element)}: share of base use lost, contained tonnes"
    shown = [("All products: share of base use lost, at base prices", everything)]
    shown += [(named, own)] if page.outcome.flows["element"].drop_nulls().len() else []
    if not borders or not any(code in borders for code in everything):
        return ""
    breaks = breaks_for(*(values for _, values in shown))
    others = page.outcome.scenario.base.chain in OTHER_CHAINS  # the plants with a place are those of the rare earths
    shown = shown[:1] if others else shown
    running = set(page.outcome.flows["facility"].drop_nulls().to_list())
    sites = [s for ident, s in page.backdrop.sites if not others and (s.active or ident in running)]
    figures = [
        tag("figure", tag("figcaption", esc(title)), world_map(values, borders, title, page.names, sites, breaks))
        for title, values in reversed(shown)
    ]
    note = paragraph(f"{_HATCHED} {'' if others else _PLANTS} {page.backdrop.border_note}", "note")
    return outlines(borders) + tag("div", *figures, class_="maps") + legend(breaks, sites) + note


def _legend() -> str:
    keys = [tag("span", tag("i", class_=f"key {class_}"), esc(word)) for _, class_, word in _PARTS]
    return tag("p", *keys, class_="legend")


def _products(page: Page) -> str:
    """Use lost by product over the countries that lose, and what the others gain: a net sum would hide both."""
    rows = losses_by_product(page.outcome).sort(["share", "product"], descending=[True, False], nulls_last=True)
    heads = [
        Head("Product"), Head("Unit", "unit"), Head("Base use, world", "number"), Head("Lost", "number"),
        Head("Given up", "number"), Head("Replaced", "number"), Head("Unserved", "number"),
        Head("Countries", "number", "countries that lose"), Head("of their base", "number"),
        Head("Gained elsewhere", "number"),
    ]  # fmt: skip
    body = [_product(page, row) for row in rows.head(_LINES).iter_rows(named=True)]
    if not body:
        return ""
    return page_table(f"Use lost by product, by those who lose{page.when(rates=True)}", heads, body, total=rows.height)


def _product(page: Page, row: Mapping[str, Any]) -> list[str]:
    cells = {name: page.walk.link(number(row[name]), *of_use(row["product"])) for name in (*_NUMBERS, "gained")}
    numbers = [cells[name] for name in _NUMBERS]
    tail = [esc(row["countries"]), esc(percent(row["share"])), cells["gained"]]
    return [esc(product_name(row["product"])), esc(row["unit"]), *numbers, *tail]


def _users(page: Page) -> str:
    """The hardest hit users of the products whose loss is worth most at base prices."""
    rows = losses_by_user(page.outcome, _WORTH_TELLING)
    first = rows["product"].unique(maintain_order=True).head(_PRODUCTS)
    kept = rows.filter((pl.col("place") < _USERS) & pl.col("product").is_in(first.implode()))
    heads = [
        Head("Product"), Head("User"), Head("Unit", "unit"), Head("Base use", "number"), Head("Lost", "number"),
        Head("Given up", "number"), Head("Replaced", "number"), Head("Unserved", "number"), Head("of base", "number"),
        Head("Share of base use", "picture"),
    ]  # fmt: skip
    body = [_user(page, row) for row in kept.iter_rows(named=True)]
    caption = f"Who loses most: losses of {_WORTH_TELLING:.0%} of base use and more, the most valuable product first"
    return page_table(caption, heads, body, limit=len(body), total=rows.height)


def _user(page: Page, row: Mapping[str, Any]) -> list[str]:
    parts = [Part(100 * row[name] / row["base_use"], class_, word) for name, class_, word in _PARTS]
    who, what = page.country(row["country"]), product_name(row["product"])
    first = esc(what) if row["place"] == 0 else tag("span", esc(what), class_="again")
    keys = of_use(row["product"], row["country"])
    numbers = [page.walk.link(number(row[name]), *keys) for name in _NUMBERS]
    share = percent(100 * row["lost"] / row["base_use"])
    picture = stacked(parts, f"{who}, {what}: {share} of base use lost")
    return [first, esc(who), esc(row["unit"]), *numbers, esc(share), picture]


def _uses(page: Page) -> str:
    """Use lost by what it was for, folded; worth a table only where uses are told apart."""
    known = page.outcome.shortages.filter(pl.col("use").is_not_null() & (pl.col("lost") > 1e-9))
    rows = (
        known.group_by("product", "use", "unit", maintain_order=True)
        .agg(pl.col(_NUMBERS).sum())
        .filter(pl.col("use").n_unique().over("product") > 1)
        .sort(["lost", "product", "use"], descending=[True, False, False])
    )
    heads = [
        Head("Product"), Head("Use"), Head("Unit", "unit"), Head("Base use", "number"), Head("Lost", "number"),
        Head("Given up", "number"), Head("Replaced", "number"), Head("Unserved", "number"),
    ]  # fmt: skip
    body = [
        [esc(product_name(row["product"])), esc(row["use"]), esc(row["unit"])]
        + [page.walk.link(number(row[name]), *of_use(row["product"])) for name in _NUMBERS]
        for row in rows.head(_LINES).iter_rows(named=True)
    ]
    caption = "Use lost by what it was for, in the countries that lose"
    return folded(caption, page_table(caption, heads, body, total=rows.height)) if body else ""
