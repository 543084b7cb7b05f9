"""What every section of a report is given, and the little that they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ytterby.model.outcome import Outcome
from ytterby.show.backdrop import Backdrop
from ytterby.show.chain import element_rows
from ytterby.show.markup import esc, tag
from ytterby.show.walk import Walk
from ytterby.show.words import country_name, element_rank

USES = ("use", "core")  # kinds of activity that end a product's life in the model


@dataclass(frozen=True, slots=True)
class Page:
    """The outcome, the element (or product) looked at closely, what the atlas gives, and the walk to the figures."""

    outcome: Outcome
    element: str
    backdrop: Backdrop
    walk: Walk

    @property
    def names(self) -> Mapping[str, str]:
        """Names by country code."""
        return self.backdrop.names

    def country(self, code: str | None) -> str:
        """Return a country in words, plain text."""
        return country_name(code, self.names)


def section(ident: str, title: str, *inside: str) -> str:
    """Return a section with its heading; nothing when there is nothing inside."""
    return tag("section", tag("h2", esc(title)), *inside, id=ident) if any(inside) else ""


def paragraph(text: str, class_: str | None = None) -> str:
    """Return a paragraph of plain text."""
    return tag("p", esc(text), class_=class_)


def elements(outcome: Outcome) -> list[str]:
    """Return the elements that flow, by atomic number."""
    return sorted(set(outcome.flows["element"].drop_nulls().to_list()), key=element_rank)


def most_affected(outcome: Outcome) -> str:
    """Return the element whose lost use is worth most at base prices; of a chain without elements, the product.

    When no use is lost, the one whose price moves most.
    """
    losses = outcome.shortages.join(_base_price(outcome), on="product", how="left").with_columns(
        worth=pl.max_horizontal(pl.col("lost"), 0.0) * pl.col("price").fill_null(0.0)
    )
    contained = {name: _contained_loss(outcome, name) for name in elements(outcome)}
    if not contained:
        ranked = (
            losses.group_by("product").agg(pl.col("worth").sum()).sort(["worth", "product"], descending=[True, False])
        )
        return str(ranked["product"][0]) if ranked.height else _first(outcome.flows["product"])
    best = max(contained, key=lambda name: contained[name])
    return best if contained[best] > 0 else _most_moved(outcome, list(contained))


def _contained_loss(outcome: Outcome, element: str) -> float:
    """Use of an element lost by those who lose [unit of the element x base price of its oxide]."""
    rows = element_rows(outcome.flows, element).filter(pl.col("kind").is_in(USES))
    by_country = rows.group_by("origin").agg(lost=(pl.col("base") - pl.col("value")).sum())
    lost = by_country.filter(pl.col("lost") > 1e-6)["lost"].sum()
    prices = outcome.prices.filter((pl.col("element") == element) & pl.col("base").is_not_null())
    price = prices.filter(pl.col("product").str.starts_with("oxide"))["base"].median() or prices["base"].median()
    return float(lost) * (float(price) if isinstance(price, (int, float)) else 0.0)


def _most_moved(outcome: Outcome, names: list[str]) -> str:
    moved = outcome.prices.filter(pl.col("element").is_in(names) & (pl.col("base") > 0) & pl.col("home").is_not_null())
    ranked = moved.with_columns(move=(pl.col("home") / pl.col("base") - 1).abs()).sort(
        ["move", "element"], descending=[True, False]
    )
    return str(ranked["element"][0]) if ranked.height else names[0]


def _base_price(outcome: Outcome) -> pl.DataFrame:
    known = outcome.prices.filter(pl.col("base").is_not_null())
    return known.group_by("product").agg(price=pl.col("base").median())


def lost_share(outcome: Outcome) -> dict[str, float | None]:
    """Return by country the share of base use lost [%], all products weighed at their base prices.

    None where there was no use. Below zero, more is used than in the base year.
    """
    rows = outcome.shortages.join(_base_price(outcome), on="product", how="left")
    weighed = rows.with_columns(
        price=pl.col("price").fill_null(1.0) if rows["price"].is_null().all() else pl.col("price")
    )
    sums = weighed.group_by("country").agg(
        lost=(pl.col("lost") * pl.col("price")).sum(), base=(pl.col("base_use") * pl.col("price")).sum()
    )
    return {
        str(country): 100 * lost / base if base and base > 0 else None
        for country, lost, base in sums.sort("country").iter_rows()
    }


def leader(outcome: Outcome, element: str, stage: str = "separation") -> str:
    """Return the country with the largest base share of a stage, "" when none has one."""
    rows = outcome.shares.filter((pl.col("stage") == stage) & pl.col("base").is_not_null())
    own = rows.filter(pl.col("element") == element)
    rows = (own if own.height else rows).sort(["base", "country"], descending=[True, False])
    return str(rows["country"][0]) if rows.height else ""


def _first(column: pl.Series) -> str:
    return str(column.sort()[0]) if column.len() else ""
