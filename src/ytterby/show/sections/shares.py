"""Who makes what share of each stage, and how concentrated that is, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from ytterby.show.chain import element_rows
from ytterby.show.charts import bar_pair
from ytterby.show.grounds import of_share
from ytterby.show.markup import esc, tag
from ytterby.show.page import Page, paragraph
from ytterby.show.page import section as wrapped
from ytterby.show.tables import Head, folded, page_table
from ytterby.show.words import MISSING, element_name, element_rank, percent, product_name, stage_name, stage_rank

_TOP = 4
_NOTE = (
    "HHI: Herfindahl–Hirschman index, the sum of squared shares, from 0 (many equal makers) to 1 (one maker). "
    "Shares are of world output of the stage."
)


def section(page: Page) -> str:
    """Return the shares of the chosen element by stage, and the leaders of all stages."""
    if not page.outcome.shares.height:
        return ""
    title = f"Shares and concentration{page.when()}"
    return wrapped("shares", title, _own(page), _legend(), paragraph(_NOTE, "note"), _leaders(page))


def _own(page: Page) -> str:
    rows = page.outcome.shares.filter(_of_interest(page))
    groups = {(str(k[0]), str(k[1])): g for k, g in rows.group_by("stage", "product", maintain_order=True)}
    body = []
    for stage, product in sorted(groups, key=lambda pair: (stage_rank(pair[0]), pair[1])):
        top = groups[stage, product].sort(["base", "value", "country"], descending=[True, True, False], nulls_last=True)
        shown = [row for row in top.head(_TOP).to_dicts() if max(row["base"] or 0.0, row["value"] or 0.0) >= 0.05]
        body += [_share(page, row, first=row is shown[0]) for row in shown]
    heads = [
        Head("Stage"), Head("Country"), Head("Base", "number"), Head("Scenario", "number"),
        Head("Share of world output", "picture"), Head("HHI", "number"),
    ]  # fmt: skip
    return page_table(f"{element_name(page.element)}: the largest makers at each stage", heads, body, limit=40)


def _of_interest(page: Page) -> pl.Expr:
    """Choose the rows of the element; magnets hold several, so theirs are totals. Without elements, every total."""
    total = pl.col("element").is_null()
    own = pl.col("element") == page.element
    if not page.outcome.shares.filter(own).height:
        return total
    used = element_rows(page.outcome.flows, page.element).filter(pl.col("product").str.starts_with("magnet"))
    return own | (total & (pl.col("stage") == "magnet")) if used.height else own


def _share(page: Page, row: Mapping[str, Any], first: bool) -> list[str]:
    keys = of_share(row["stage"], row["element"], row["country"])
    cells = [page.walk.link(percent(row[name]), *keys) for name in ("base", "value")]
    who = f"{stage_name(row['stage'])}, {page.country(row['country'])}"
    title = f"{who}: {percent(row['base'])} before, {percent(row['value'])} after"
    what = esc(_what(row)) if first else tag("span", esc(_what(row)), class_="again")
    index = _hhi(page, row) if first else ""
    return [what, esc(page.country(row["country"])), *cells, bar_pair(row["base"], row["value"], title), esc(index)]


def _hhi(page: Page, row: Mapping[str, Any]) -> str:
    """Return the HHI of the stage before and after."""
    same = (pl.col("stage") == row["stage"]) & (pl.col("product") == row["product"])
    found = page.outcome.concentration.filter(same & pl.col("element").eq_missing(row["element"]))
    values = found.select("hhi_base", "hhi").row(0) if found.height else (None, None)
    return " → ".join(MISSING if value is None else f"{value:.2f}" for value in values)


def _what(row: Mapping[str, Any]) -> str:
    stage = stage_name(row["stage"])
    return f"{stage}: {product_name(row['product'])}" if "/" in row["product"] and row["stage"] == "magnet" else stage


def _legend() -> str:
    keys = [tag("span", tag("i", class_=f"key {c}"), esc(word)) for c, word in (("base", "base"), ("scen", "scenario"))]
    return tag("p", *keys, class_="legend")


def _leaders(page: Page) -> str:
    """Return the leader and the HHI of every stage and element, folded; the largest changes of the HHI first."""
    shares = page.outcome.shares.sort(["base", "country"], descending=[True, False], nulls_last=True)
    first = shares.group_by("stage", "product", "element", maintain_order=True).first()
    rows = page.outcome.concentration.join(
        first, on=["stage", "product", "element"], how="left", nulls_equal=True, validate="m:1", maintain_order="left"
    )
    ranked = sorted(rows.to_dicts(), key=lambda r: (stage_rank(r["stage"]), element_rank(r["element"]), r["product"]))
    heads = [
        Head("Stage"), Head("What"), Head("Leader"), Head("Base share", "number"), Head("Scenario", "number"),
        Head("HHI base", "number"), Head("HHI scenario", "number"),
    ]  # fmt: skip
    body = [_leader(page, row) for row in ranked]
    caption = "Leading country and concentration, every stage and element"
    return folded(caption, page_table(caption, heads, body, limit=80)) if body else ""


def _leader(page: Page, row: Mapping[str, Any]) -> list[str]:
    keys = of_share(row["stage"], row["element"], row["country"])
    cells = [page.walk.link(percent(row[name]), *keys) for name in ("base", "value")]
    indices = [esc(f"{row[name]:.2f}") if row[name] is not None else MISSING for name in ("hhi_base", "hhi")]
    what = element_name(row["element"]) if row["element"] else product_name(row["product"])
    return [esc(stage_name(row["stage"])), esc(what), esc(page.country(row["country"])), *cells, *indices]
