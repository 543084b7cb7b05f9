"""Over time: price, exports, stocks and use lost by period, and what foresight was worth."""

from __future__ import annotations

from collections.abc import Sequence

from ytterby.model.result_time import Timeline
from ytterby.show.markup import esc, tag
from ytterby.show.overtime import Series, chosen_periods, series
from ytterby.show.page import Page, paragraph
from ytterby.show.page import section as wrapped
from ytterby.show.sections.entry import entrants
from ytterby.show.tables import Head, folded, page_table
from ytterby.show.timechart import Line, time_chart
from ytterby.show.words import TRUSTED_MULTIPLE, money, number, percent, price, product_name

_PRODUCTS = 4
_ROWS = 26


def section(page: Page) -> str:
    """Return the charts over time; nothing for a run of one year."""
    path = page.outcome.timeline
    if path is None:
        return ""
    shown = series(page.outcome, _PRODUCTS)
    blocks = [_block(page, path, made) for made in shown]
    parts = (paragraph(_said(path)), scrap(page), entrants(path), *blocks, paragraph(_note(path), "note"))
    return wrapped("time", "Over time", *parts)


def _said(path: Timeline) -> str:
    text = f"{len(path.periods)} periods of a {path.step}, {_foresight(path)}. The other tables are of {path.worst}, "
    text += "the last." if path.alone else "in which the use lost is worth most."
    known = path.value_of_knowing
    if known is not None and path.foresight != "perfect":
        text += (
            f" Perfect foresight would add {money(known)} million USD to the surplus of all over the path: "
            "that is the value of knowing."
        )
    return text


def _foresight(path: Timeline) -> str:
    return {
        "perfect": "everything foreseen from the first day",
        "myopic": "nothing foreseen: each period is planned alone",
    }.get(path.foresight, f"planned {path.window} periods ahead with what is announced by then")


def _note(path: Timeline) -> str:
    return (
        "FOB is the marginal quote: home price, licence rent and export tax on the next tonne. The weighted price is "
        "over every tonne the maker sells, at home and abroad. Beyond "
        f"{TRUSTED_MULTIPLE:g} times the base prices read the assumed elasticity back: they are drawn there, printed "
        "as “≥”. Flows are annual rates; stocks are at the end of a "
        "period. Stocks and how people behave over time are assumptions, listed below; base figures carry no season. "
        f"Largest miss of the balance in any market and period: {path.largest_residual:.0e}."
    )


def pictures(page: Page, path: Timeline, made: Series) -> tuple[list[Line], tuple[tuple[str, str], ...]]:
    """The price lines of a product, and its charts over time as (title, SVG); "" where there is nothing to draw."""
    labels = [period["label"] for period in path.periods]
    marks = _begins(page, path)
    maker, buyer, name = page.country(made.maker), page.country(made.buyer), product_name(made.product)
    prices = [
        Line(f"home, {maker}", "home", _drawn(made, made.home)),
        Line(f"FOB {maker}", "fob", _drawn(made, made.fob)),
        Line("weighted", "weighted", _drawn(made, made.weighted)),
        Line(f"delivered, {buyer}", "delivered", _drawn(made, made.delivered)),
    ]
    return prices, (
        ("Price, USD/kg", time_chart(f"{name}: price", labels, prices, "USD/kg", made.base_price, marks)),
        (f"Use lost outside {maker}, % of base use", time_chart(
            f"{name}: use lost", labels, [Line("use lost", "loss", made.lost)], "% of base use", None, marks)),
        (f"Exports of {maker}, {made.unit}/yr", time_chart(
            f"{name}: exports", labels, [Line("exports", "scen", made.exports)], f"{made.unit}/yr",
            made.base_exports, marks)),
        (f"Stocks outside {maker}, {made.unit}", time_chart(
            f"{name}: stocks", labels, [Line("stocks", "gain", made.stock)], made.unit, made.base_stock, marks)),
    )  # fmt: skip


def _block(page: Page, path: Timeline, made: Series) -> str:
    name = product_name(made.product)
    prices, charts = pictures(page, path, made)
    drawn = [tag("figure", tag("figcaption", esc(head)), chart) for head, chart in charts if chart]
    keys = [
        tag("span", tag("i", class_=f"key {line.class_}"), esc(line.name))
        for line in prices
        if any(v is not None for v in line.values)
    ]
    legend = tag("p", *keys, tag("span", esc("dashed: base year, or usual stock")), class_="legend")
    heading = tag("h3", esc(name[:1].upper() + name[1:]))
    return heading + legend + tag("div", *drawn, class_="charts") + folded("By period", _table(path, made))


def _drawn(made: Series, values: Sequence[float | None]) -> list[float | None]:
    """Prices as they are drawn: no higher than the multiple of the base beyond which they are only "at least"."""
    most = TRUSTED_MULTIPLE * made.base_price if made.base_price else float("inf")
    return [None if v is None else min(v, most) for v in values]


def _begins(page: Page, path: Timeline) -> list[tuple[int, str]]:
    """The first period that each start of a measure falls into, once."""
    days = sorted({m.start.isoformat() for m in page.outcome.scenario.measures if m.start})
    found = []
    for day in days:
        at = next((i for i, p in enumerate(path.periods) if p["from"] <= day <= p["to"]), None)
        if at is not None:
            found.append((at, f"from {day}"))
    return found[:3]


HEADS = ("Period", "Home", "FOB", "Weighted", "Delivered", "Use lost", "Exports", "Stock")


def told(path: Timeline, made: Series) -> tuple[str, list[list[str]]]:
    """The caption and the rows of the table beside a product's charts, as text under `HEADS`."""
    worst = next(i for i, p in enumerate(path.periods) if p["label"] == path.worst)
    rows = [
        [
            str(path.periods[i]["label"]),
            *(price(v[i], made.base_price) for v in (made.home, made.fob, made.weighted, made.delivered)),
            percent(made.lost[i]),
            number(made.exports[i]),
            number(made.stock[i]),
        ]
        for i in chosen_periods(len(path.periods), worst, _ROWS)
    ]
    return f"{product_name(made.product)}: prices in USD/kg, exports in {made.unit}/yr, stocks in {made.unit}", rows


def _table(path: Timeline, made: Series) -> str:
    caption, rows = told(path, made)
    heads = [Head(HEADS[0]), *(Head(name, "number") for name in HEADS[1:])]
    return page_table(caption, heads, [[esc(cell) for cell in row] for row in rows], limit=_ROWS + 2)


SCRAP = (("leaves use", "delivered", "end_of_life"), ("collected", "weighted", "collected"),
         ("comes back", "scrap", "used"))  # fmt: skip
RATES = ("Programme", "Comes back as", "t over the path", "EoL-RIR", "EoL-RR")


def scrap_pictures(path: Timeline) -> list[tuple[str, str]]:
    """A chart of every programme of old scrap as (title, SVG): what leaves use, is collected and comes back."""
    labels = [period["label"] for period in path.periods]
    found = []
    for name in sorted({str(row["programme"]) for row in path.recycling}):
        rows = [[r for r in period["recycling"] if r["programme"] == name] for period in path.periods]
        unit = f"{rows[0][0]['unit']}/yr"
        lines = [Line(said, class_, [sum(r[key] for r in own) for own in rows]) for said, class_, key in SCRAP]
        drawn = time_chart(f"{name}: leaves use, collected, comes back", labels, lines, unit)
        found.append((f"Programme {name}, {unit}", drawn))
    return found


def scrap_rates(path: Timeline) -> list[list[str]]:
    """What every programme brought back of every substance, as text under `RATES`."""
    return [
        [str(r["programme"]), product_name(r["product"]), number(r["recovered"]),
         *(percent(None if r[k] is None else 100 * r[k]) for k in ("eol_rir", "eol_rr"))]
        for r in path.recycling
    ]  # fmt: skip


def scrap(page: Page) -> str:
    """Return what programmes of old scrap brought back over the path; nothing when there is none."""
    path = page.outcome.timeline
    if path is None or not path.recycling:
        return ""
    charts = [tag("figure", tag("figcaption", esc(head)), drawn) for head, drawn in scrap_pictures(path)]
    keys = [tag("span", tag("i", class_=f"key {key}"), esc(said)) for said, key, _ in SCRAP]
    hints = ("", "", "", "of what went into use", "of what left use")
    kinds = ("text", "text", "number", "number", "number")
    heads = [Head(*column) for column in zip(RATES, kinds, hints, strict=True)]
    body = [[esc(cell) for cell in row] for row in scrap_rates(path)]
    table = page_table("Old scrap over the path, all countries of a programme together", heads, body)
    return tag("h3", "Old scrap") + tag("p", *keys, class_="legend") + tag("div", *charts, class_="charts") + table
