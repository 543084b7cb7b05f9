"""An outcome condensed: what a page, a shell and a notebook all say first, as plain values.

Nothing here is markup. Losses are summed over those who lose, because a net sum would hide who pays; products are
weighed at their base prices, the median over the markets where there is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from ytterby.model.outcome import Outcome
from ytterby.show.chain import element_rows
from ytterby.show.words import AT_CAP, MISSING, element_rank, price, stage_rank

USES = ("use", "core")  # kinds of activity that end a product's life in the model
PARTS = ("given_up", "replaced", "unserved")

_NUMBERS = ("base_use", "lost", *PARTS)
_UNPRICED = ("solution", "seg", "concentrate", "scrap")  # no market that a buyer of elements reads

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One product: the price row of its main maker, and the rows of those who import it."""

    maker: Row
    buyers: tuple[Row, ...]


def elements(outcome: Outcome) -> list[str]:
    """Return the elements that flow, by atomic number."""
    return sorted(set(outcome.flows["element"].drop_nulls().to_list()), key=element_rank)


def most_affected(outcome: Outcome) -> str:
    """Return the element whose lost use is worth most at base prices; of a chain without elements, the product.

    Where the measures name elements it is one of them. When no use is lost, it is the one whose price moves most.
    """
    named = {e for measure in outcome.scenario.measures for e in (*measure.scope.element, *measure.scope.containing)}
    flowing = elements(outcome)
    contained = _contained_losses(outcome, [e for e in flowing if e in named] or flowing)
    if not contained:
        ranked = losses_by_product(outcome)
        return str(ranked["product"][0]) if ranked.height else _first(outcome.flows["product"])
    best = max(contained, key=lambda name: contained[name])
    return best if contained[best] > 0 else _most_moved(outcome, list(contained))


def _contained_losses(outcome: Outcome, names: Sequence[str]) -> dict[str, float]:
    """Use of each element lost by those who lose [unit of the element x base price of its oxide]."""
    used = outcome.flows.filter(pl.col("kind").is_in(USES) & pl.col("element").is_in(names))
    by_country = used.group_by("element", "origin", maintain_order=True).agg((pl.col("base") - pl.col("value")).sum())
    loses = by_country.filter(pl.col("base") > 1e-6).group_by("element", maintain_order=True).agg(pl.col("base").sum())
    lost = dict(loses.iter_rows())
    known = outcome.prices.filter(pl.col("element").is_in(names) & pl.col("base").is_not_null())
    oxide = known.filter(pl.col("product").str.contains("^(oxide|refined)"))
    priced = [
        dict(rows.group_by("element", maintain_order=True).agg(pl.col("base").median()).iter_rows())
        for rows in (known, oxide)
    ]
    prices = priced[0] | {name: price for name, price in priced[1].items() if price}
    return {name: lost.get(name, 0.0) * (prices.get(name) or 0.0) for name in names}


def _most_moved(outcome: Outcome, names: list[str]) -> str:
    moved = outcome.prices.filter(pl.col("element").is_in(names) & (pl.col("base") > 0) & pl.col("home").is_not_null())
    ranked = moved.with_columns(move=(pl.col("home") / pl.col("base") - 1).abs()).sort(
        ["move", "element"], descending=[True, False]
    )
    return str(ranked["element"][0]) if ranked.height else names[0]


def _base_price(outcome: Outcome) -> pl.DataFrame:
    known = outcome.prices.filter(pl.col("base").is_not_null())
    return known.group_by("product", maintain_order=True).agg(price=pl.col("base").median())


def lost_share(outcome: Outcome) -> dict[str, float | None]:
    """Return by country the share of base use lost [%], all products weighed at their base prices.

    None where there was no use. Below zero, more is used than in the base year.
    """
    return {
        str(country): 100 * lost / base if base and base > 0 else None
        for country, lost, base in _weighed(outcome).iter_rows()
    }


def lost_worth(outcome: Outcome) -> dict[str, float]:
    """Return by country the use lost, all products weighed at their base prices [kUSD]."""
    return {str(country): float(lost) for country, lost, _ in _weighed(outcome).iter_rows()}


def _weighed(outcome: Outcome) -> pl.DataFrame:
    rows = outcome.shortages.join(_base_price(outcome), on="product", how="left", maintain_order="left")
    weighed = rows.with_columns(
        price=pl.col("price").fill_null(1.0) if rows["price"].is_null().all() else pl.col("price")
    )
    sums = weighed.group_by("country", maintain_order=True).agg(
        lost=(pl.col("lost") * pl.col("price")).sum(), base=(pl.col("base_use") * pl.col("price")).sum()
    )
    return sums.sort("country")


def lost_of_element(outcome: Outcome, element: str) -> dict[str, float | None]:
    """Return by country the share of base use lost [%] of one element, as contained in all that is used."""
    rows = element_rows(outcome.flows, element).filter(pl.col("kind").is_in(USES))
    sums = rows.group_by("origin", maintain_order=True).agg(pl.col("base").sum(), pl.col("value").sum()).sort("origin")
    return {str(code): 100 * (1 - value / base) if base > 1e-6 else None for code, base, value in sums.iter_rows()}


def measure_rows(outcome: Outcome) -> pl.DataFrame:
    """Return the limits that the scenario's measures set; one measure may set a limit per element."""
    ids = [measure.id for measure in outcome.scenario.measures]
    return outcome.binding.filter(pl.col("id").str.split(":").list.first().is_in(ids))


def leader(outcome: Outcome, element: str | None, stage: str = "separation") -> str:
    """Return the country with the largest base share of a stage, "" when none has one."""
    return _Leaders(outcome).of(element, stage)


def _first(column: pl.Series) -> str:
    return str(column.sort()[0]) if column.len() else ""


def losses_of_group(outcome: Outcome, without: frozenset[str] = frozenset()) -> pl.DataFrame:
    """Return use lost by product, net over all countries but those in `without`: the sums the finding speaks of.

    Columns: product, unit, base_use, lost and its parts, share [% of that base use], worth [kUSD at base prices]; the
    dearest loss first.
    """
    sums = (
        outcome.shortages.filter(~pl.col("country").is_in(sorted(without)))
        .group_by("product", "unit", maintain_order=True)
        .agg(pl.col(_NUMBERS).sum())
    )
    return (
        sums.filter(pl.col("base_use") > 0)
        .join(_base_price(outcome), on="product", how="left", validate="m:1", maintain_order="left")
        .with_columns(
            share=(100 * pl.col("lost") / pl.col("base_use")).round(6),
            worth=(pl.col("lost") * pl.col("price").fill_null(0.0)).round(6),
        )
        .sort(["worth", "lost", "product"], descending=[True, True, False])
    )


def losses_by_product(outcome: Outcome) -> pl.DataFrame:
    """Return use lost by product over the countries that lose.

    Columns: product, unit, base_use (world), lost and its parts, own (base use of the losers), countries (how many),
    gained (by the others), share [% of own], worth [kUSD at base prices]; the dearest loss first.
    """
    loses = pl.col("lost") > 1e-9
    by_country = outcome.shortages.group_by("product", "unit", "country", maintain_order=True).agg(
        pl.col(_NUMBERS).sum()
    )
    sums = by_country.group_by("product", "unit", maintain_order=True).agg(
        pl.col("base_use").sum(),
        *(pl.col(name).filter(loses).sum() for name in _NUMBERS[1:]),
        own=pl.col("base_use").filter(loses).sum(),
        countries=loses.sum(),
        gained=-pl.col("lost").filter(~loses).sum(),
    )
    moved = sums.filter((pl.col("lost") > 1e-6) | (pl.col("gained") > 1e-6))
    return (
        moved.join(_base_price(outcome), on="product", how="left", validate="m:1", maintain_order="left")
        .with_columns(
            # Rounded, because products that lose the same share must not change places with the last bit of a sum.
            share=pl.when(pl.col("own") > 0).then((100 * pl.col("lost") / pl.col("own")).round(6)),
            worth=(pl.col("lost") * pl.col("price").fill_null(0.0)).round(6),
        )
        .sort(["worth", "lost", "product"], descending=[True, True, False])
    )


def losses_by_user(outcome: Outcome, least: float) -> pl.DataFrame:
    """Return use lost by product and country, where it is at least the share `least` of base use.

    `place` counts the countries of a product from the hardest hit [t]; the product with the dearest loss comes first.
    """
    rows = outcome.shortages.group_by("product", "unit", "country", maintain_order=True).agg(pl.col(_NUMBERS).sum())
    rows = rows.filter((pl.col("lost") > 1e-6) & (pl.col("lost") >= least * pl.col("base_use")))
    return (
        rows.join(_base_price(outcome), on="product", how="left", validate="m:1", maintain_order="left")
        .with_columns(total=(pl.col("lost") * pl.col("price").fill_null(0.0)).sum().over("product").round(6))
        .with_columns(size=pl.col("lost").round(6))
        .sort(["total", "product", "size", "country"], descending=[True, False, True, False])
        .with_columns(place=pl.int_range(pl.len()).over("product"))
    )


def price_lines(outcome: Outcome) -> list[PriceLine]:
    """Return the products that have a price, finished oxides first, then metals and magnets."""
    prices = outcome.prices.filter(pl.col("home").is_not_null() | pl.col("delivered").is_not_null())
    found, rows_of, first = [], defaultdict(list), _Leaders(outcome)
    for row in prices.sort("country", maintain_order=True).iter_rows(named=True):
        rows_of[row["product"]].append(row)
    for product in dict.fromkeys(prices["product"].to_list()):
        if product.partition("/")[0] not in _UNPRICED:
            everyone = rows_of[product]
            maker = _maker(first, everyone)
            rest = [row for row in everyone if row["country"] != maker["country"]]
            found.append(PriceLine(maker, tuple(row for row in rest if row["delivered"] is not None)))
    return sorted(found, key=_along_the_chain)


def delivered(buyers: Sequence[Row]) -> tuple[str, list[str]]:
    """Return the span of delivered prices in words, and the countries at its ends.

    Buyers at the cap are counted apart, because their price is an assumption.
    """
    told = {id(row): price(row["delivered"], row["base"], row["status"]) for row in buyers}
    capped = [row for row in buyers if told[id(row)] == AT_CAP]
    solved = [row for row in buyers if told[id(row)] != AT_CAP]
    # What is known exactly stands before what is only "at least".
    solved.sort(key=lambda row: (told[id(row)].startswith("≥"), row["delivered"]))
    ends = (solved or capped)[:1] + (solved or capped)[-1:]
    if not solved:
        return (AT_CAP if capped else MISSING), [row["country"] for row in ends]
    low, high = told[id(ends[0])], told[id(ends[1])]
    text = low if low == high or low.startswith("≥") else f"{low} to {high}"
    text += f"; {len(capped)} of {len(buyers)} {AT_CAP}" if capped else ""
    return text, list(dict.fromkeys(row["country"] for row in ends))


def _along_the_chain(line: PriceLine) -> tuple[Any, ...]:
    return stage_rank(line.maker["stage"]), element_rank(line.maker["element"]), line.maker["product"]


class _Leaders:
    """What `leader` says of every element and stage, from one reading of the shares."""

    def __init__(self, outcome: Outcome) -> None:
        self.held: dict[str, list[tuple[float, str, str | None]]] = defaultdict(list)
        for stage, element, country, base in outcome.shares.select("stage", "element", "country", "base").iter_rows():
            if base is not None:
                self.held[stage].append((-base, country, element))

    def of(self, element: str | None, stage: str) -> str:
        """Return the country with the largest base share, "" when none has one."""
        rows = self.held.get("refining" if stage == "separation" and stage not in self.held else stage, [])
        return min([row for row in rows if row[2] == element] or rows, default=(0.0, "", None))[1]


def _maker(leaders: _Leaders, rows: list[dict[str, Any]]) -> Row:
    first = leaders.of(rows[0]["element"], rows[0]["stage"])
    own = [row for row in rows if row["country"] == first and row["home"] is not None]
    sellers = [row for row in rows if row["fob"] is not None]
    return [*own, *sellers, *rows][0]
