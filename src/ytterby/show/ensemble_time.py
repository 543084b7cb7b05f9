"""An ensemble over many periods, made visible: fans over time, chances by period, and the same as rows and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from rich.table import Table

from ytterby.show.backdrop import backdrop
from ytterby.show.markup import esc, tag
from ytterby.show.overtime import chosen_periods
from ytterby.show.page import paragraph, section
from ytterby.show.tables import Head, folded, page_table, shell_table
from ytterby.show.timechart import Line, time_chart
from ytterby.show.words import TRUSTED_MULTIPLE, country_name, limit_name, money, number, percent, product_name
from ytterby.studies.summary import Moment, Summary

_PRODUCTS, _LINES, _ROWS, _TOLD, _COUNTRIES = 4, 4, 26, 8, 3
#: Losses below this part of base use are not drawn.
_SMALL = 0.005
_COLOURS = ("scen", "delivered", "fob", "weighted")
#: A row of a period is left to the draws when its 5th and 95th percentile stay this near to the base, in parts of it.
_STILL = 1e-3
_SPREAD = ("p5", "p50", "p95")


@dataclass(frozen=True, slots=True)
class Fan:
    """A number by period: its three quantiles and, of a loss, the chance of more than the threshold."""

    p5: tuple[float | None, ...]
    p50: tuple[float | None, ...]
    p95: tuple[float | None, ...]
    chance: tuple[float | None, ...] = ()

    def line(self, name: str, class_: str, of: float = 1.0, most: float = float("inf")) -> Line:
        """The median as a line with its band, in parts of `of`, drawn no higher than `most`."""
        quantiles = (self.p5, self.p50, self.p95)
        low, middle, high = ([None if v is None else min(v, most) / of for v in values] for values in quantiles)
        band = [None if a is None or b is None else (a, b) for a, b in zip(low, high, strict=True)]
        return Line(name, class_, middle, band)


def said(summary: Summary) -> str:
    """When the most is lost: the period with the highest median, for the end of a finding; "" for one year."""
    if not summary.periods:
        return ""
    worst = _worst(summary)
    spread = worst.value_lost
    return (
        f" These are means over {len(summary.periods)} periods; in {worst.label}, when the median is highest, it is "
        f"{money(spread['p50'])} million USD a year (from {money(spread['p5'])} to {money(spread['p95'])})."
    )


def periods_json(summary: Summary) -> dict[str, Any]:
    """What JSON has beside the tables of one year: the same for every period, and the worst period of each draw.

    Rows that stay within a thousandth of their base in nine draws of ten are left out.
    """
    if not summary.periods:
        return {}
    periods: list[dict[str, Any]] = [
        {
            "label": m.label,
            "value_lost": dict[str, Any](unit="MUSD/yr") | dict(m.value_lost),
            "shortages": list(_moving(m.losses, 0.0)),
            "prices": list(_moving(m.prices, 1.0)),
            "binding": m.limits.to_dicts(),
            "stocks": list(_moving(m.stocks, 1.0)),
        }
        for m in summary.periods
    ]
    return {"periods": periods, "peaks": list(_moving(summary.peaks, 0.0))}


def _moving(rows: pl.DataFrame, still: float) -> Iterator[dict[str, Any]]:
    """Rows that leave `still` times their base in some of nine draws of ten."""
    for row in rows.iter_rows(named=True):
        base, ends = row["base"], [row["p5"], row["p95"]]
        if not base or None in ends or any(abs(end / base - still) > _STILL for end in ends):
            yield row


def print_periods(summary: Summary) -> Table:
    """Print the value lost by period, with the loss and the price of the product whose lost use is worth most."""
    shown = dearest(summary)[:1]
    title = "Over time: value lost"
    heads = [Head("Period"), Head("MUSD/yr p5", "number"), Head("p50", "number"), Head("p95", "number")]
    for product, _ in shown:
        title += f"; {product_name(product)} outside, use lost and price"
        heads += [Head("lost p5", "number"), Head("p50", "number"), Head("p95", "number")]
        heads.append(Head("USD/kg p50", "number"))
    lost = [fan(summary, "losses", product, "outside") for product, _ in shown]
    prices = [fan(summary, "prices", product, "outside") for product, _ in shown]

    def cells(i: int) -> Iterator[str]:
        moment = summary.periods[i]
        yield moment.label
        yield from (money(moment.value_lost[q]) for q in _SPREAD)
        for (product, base), parts, price in zip(shown, lost, prices, strict=True):
            yield from (percent(_share(getattr(parts, q)[i], base)) for q in _SPREAD)
            yield _capped(price.p50[i], _base_price(summary, product))

    places = chosen_periods(len(summary.periods), summary.periods.index(_worst(summary)), _TOLD)
    return shell_table(tuple(heads), (tuple(cells(i)) for i in places), title)


def over_time(summary: Summary, titles: Mapping[str, str]) -> str:
    """The section of the page: fans of the value lost and of the products hit hardest, chances, and tables.

    `titles` are those of the measures, by id.
    """
    if not summary.periods:
        return ""
    labels = [m.label for m in summary.periods]
    value = Fan(*(tuple(m.value_lost[q] for m in summary.periods) for q in _SPREAD))
    drawn = time_chart("Value lost", labels, [value.line("median", "loss")], "MUSD/yr")
    charts = [("Value of lost use, million USD a year", drawn)]
    charts += list(_chances(summary, labels, titles))
    rows = [
        [esc(m.label), *(esc(money(m.value_lost[q])) for q in _SPREAD)]
        for m in (summary.periods[i] for i in chosen_periods(len(labels), 0, _ROWS))
    ]
    heads = [Head("Period"), Head("p5", "number"), Head("p50", "number"), Head("p95", "number")]
    table = folded("The numbers by period", page_table("Value lost, MUSD/yr", heads, rows, limit=_ROWS + 2))
    blocks = [_charts(charts), table]
    for product, base in dearest(summary):
        blocks.append(tag("h3", esc(_upper(product_name(product)))))
        blocks.append(_charts(_product(summary, product, base, labels)))
        blocks.append(_by_country(summary, product, labels))
        blocks.append(_numbers(summary, product))
    note = (
        "Line: median of the draws in that period; band: nine draws of ten, of each period by itself: no draw need "
        "follow its edge. Prices are the median country outside, drawn up to "
        f"{TRUSTED_MULTIPLE:g} times the base. Tables elsewhere on this page are of means over the periods."
    )
    return section("time", "Over time", *blocks, paragraph(note, "note"))


def _charts(charts: Iterable[tuple[str, str]]) -> str:
    return tag(
        "div", *(tag("figure", tag("figcaption", esc(head)), chart) for head, chart in charts if chart), class_="charts"
    )


def _product(summary: Summary, product: str, base: float, labels: Sequence[str]) -> Iterator[tuple[str, str]]:
    name = product_name(product)
    lost = fan(summary, "losses", product, "outside").line("median", "loss", base / 100)
    yield "Use lost outside, % of base use", time_chart(f"{name}: use lost", labels, [lost], "% of base use")
    was = _base_price(summary, product)
    price = fan(summary, "prices", product, "outside")
    drawn = price.line("median", "scen", most=TRUSTED_MULTIPLE * was if was else float("inf"))
    yield "Price outside, USD/kg", time_chart(f"{name}: price", labels, [drawn], "USD/kg", was)
    held = fan(summary, "stocks", product, "outside")
    row = _row(summary.periods[0].stocks, product, "outside")
    if row is not None:
        stock = held.line("median", "gain")
        yield f"Stocks outside, {row['unit']}", time_chart(f"{name}: stocks", labels, [stock], row["unit"], row["base"])


def _by_country(summary: Summary, product: str, labels: Sequence[str]) -> str:
    """Fans of the use lost in the countries that lose most of a product, one scale for all."""
    hit = _hit(summary, product)
    if not hit:
        return ""
    names = backdrop().names
    fans = [(country, fan(summary, "losses", product, country), base) for country, base in hit]
    most = max(100 * v / base for _, found, base in fans for v in found.p95 if v is not None)
    drawn = (
        (
            f"Use lost in {country_name(country, names)}, % of base use",
            time_chart(
                f"{product_name(product)}, {country_name(country, names)}: use lost", labels,
                [found.line("median", "loss", base / 100)], "% of base use", least=most,
            ),
        )
        for country, found, base in fans
    )  # fmt: skip
    return _charts(drawn)


def _hit(summary: Summary, product: str) -> list[tuple[str, float]]:
    """The countries that lose most of a product in the worst period of the median draw, with their base use."""
    rows = summary.peaks.filter((pl.col("product") == product) & (pl.col("country") != "outside"))
    large = rows.filter((pl.col("base") > 0) & (pl.col("p95") > _SMALL * pl.col("base")))
    sort = large.sort("p50", "country", descending=[True, False]).head(_COUNTRIES)
    return list(sort.select("country", "base").iter_rows())


def _numbers(summary: Summary, product: str) -> str:
    """The table of a product's pictures: use lost outside and in the countries hit, price and stocks, by period."""
    names, count = backdrop().names, len(summary.periods)
    found = {("losses", "outside"): "Use lost outside", ("prices", "outside"): "Price outside"}
    if _row(summary.periods[0].stocks, product, "outside") is not None:
        found["stocks", "outside"] = "Stocks outside"
    found |= {("losses", code): f"Use lost, {country_name(code, names)}" for code, _ in _hit(summary, product)}
    fans = [(fan(summary, table, product, country), table) for table, country in found]
    units = {table: _unit(summary, table, product) for table in ("prices", "stocks")}
    units["losses"] = f"{_unit(summary, 'losses', product)}/yr"
    was = _base_price(summary, product)
    heads = [Head("Period")]
    for name, (table, _) in zip(found.values(), found, strict=True):
        heads += [Head(f"{name}, {units[table]}: p5", "number"), Head("p50", "number"), Head("p95", "number")]

    def cell(value: float | None, table: str) -> str:
        return esc(_capped(value, was) if table == "prices" else number(value))

    rows = [
        [esc(summary.periods[i].label), *(cell(getattr(f, q)[i], table) for f, table in fans for q in _SPREAD)]
        for i in chosen_periods(count, 0, _ROWS)
    ]
    caption = f"{_upper(product_name(product))}, by period"
    return folded("The numbers by period", page_table(caption, heads, rows, limit=_ROWS + 2))


def _unit(summary: Summary, table: str, product: str) -> str:
    rows = getattr(summary.periods[0], table).filter(pl.col("product") == product)
    return str(rows["unit"][0]) if rows.height else ""


def _chances(summary: Summary, labels: Sequence[str], titles: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Chances by period: that a product loses more than the threshold, and that a limit binds; equal lines once."""
    losses = [
        (product_name(p), [100 * (c or 0.0) for c in fan(summary, "losses", p, "outside").chance])
        for p, _ in dearest(summary, 12)
    ]
    ids = summary.periods[0].limits["id"].to_list()
    by_id = [{r["id"]: r["chance"] for r in m.limits.iter_rows(named=True)} for m in summary.periods]
    limits = [(limit_name(name, titles), [100 * (chances.get(name) or 0.0) for chances in by_id]) for name in ids]
    for head, lines in (
        (f"Chance of losing more than {percent(100 * summary.threshold)} of use outside, % of draws", losses),
        ("Chance that a limit binds, % of draws", limits),
    ):
        kept: list[tuple[str, list[float]]] = []
        for name, values in lines:
            if len(kept) < _LINES and any(values) and all(values != other for _, other in kept):
                kept.append((name, values))
        if kept:
            drawn = [Line(name, colour, values) for (name, values), colour in zip(kept, _COLOURS, strict=False)]
            keys = [tag("span", tag("i", class_=f"key {line.class_}"), esc(line.name)) for line in drawn]
            yield head, time_chart(head, labels, drawn, "% of draws") + tag("p", *keys, class_="legend")


def dearest(summary: Summary, most: int = _PRODUCTS) -> list[tuple[str, float]]:
    """The products whose lost use outside is worth most at base prices in the worst period, with their base use."""
    worth = []
    for row in summary.peaks.filter(pl.col("country") == "outside").iter_rows(named=True):
        price = _base_price(summary, row["product"])
        if row["base"] and row["p95"] and row["p95"] > _SMALL * row["base"]:
            worth.append((-row["p50"] * (price or 0.0), row["product"], row["base"]))
    return [(product, base) for _, product, base in sorted(worth)[:most]]


def fan(summary: Summary, table: str, product: str, country: str) -> Fan:
    """A number of one product and country by period, from the tables of the periods."""
    rows = [_row(getattr(m, table), product, country) for m in summary.periods]
    p5, p50, p95, chance = (tuple(None if row is None else row.get(q) for row in rows) for q in (*_SPREAD, "chance"))
    return Fan(p5, p50, p95, chance)


def _row(rows: pl.DataFrame, product: str, country: str) -> Mapping[str, Any] | None:
    found = rows.filter((pl.col("product") == product) & (pl.col("country") == country))
    return found.row(0, named=True) if found.height else None


def _worst(summary: Summary) -> Moment:
    return max(summary.periods, key=lambda m: m.value_lost["p50"])


def _base_price(summary: Summary, product: str) -> float | None:
    row = _row(summary.prices, product, "outside")
    return None if row is None else row["base"]


def _share(value: float | None, base: float) -> float | None:
    return None if value is None else 100 * value / base


def _capped(value: float | None, base: float | None) -> str:
    if value is None or not base or value <= TRUSTED_MULTIPLE * base:
        return number(value)
    return f"≥ {number(TRUSTED_MULTIPLE * base)}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
