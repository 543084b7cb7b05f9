"""Investors along a path: expected price against break-even, and capacity, by candidate."""

from __future__ import annotations

from typing import Any

from ytterby.model.result_time import Timeline
from ytterby.show.entry import DECISIONS, LEGEND, Row, expected, rows_of, sentence, unsettled
from ytterby.show.markup import esc, tag
from ytterby.show.page import paragraph
from ytterby.show.tables import Head, folded, page_table
from ytterby.show.timechart import Line, time_chart
from ytterby.show.words import TRUSTED_MULTIPLE, number

_KEYS = (
    ("fob", "expected price"), ("home", "price on the path"), ("weighted", "break-even there"),
    ("delivered", "capacity, run up"), ("gain", "capacity used"),
)  # fmt: skip


def entrants(path: Timeline | None) -> str:
    """Return charts, a sentence and a table for each candidate; nothing when there is none."""
    if path is None or not path.entry:
        return ""
    keys = [tag("span", tag("i", class_=f"key {key}"), esc(said)) for key, said in _KEYS]
    parts = [tag("h3", "Who builds"), tag("p", *keys, class_="legend")]
    parts += [_candidate(path, candidate) for candidate in path.entry]
    warning = unsettled(path)
    if warning:
        parts.append(paragraph(warning, "note"))
    return "".join([*parts, paragraph(LEGEND, "note")])


def _candidate(path: Timeline, candidate: Row) -> str:
    told = rows_of(path, str(candidate["id"]))
    labels = [label for label, _ in told]
    base = candidate["base_price"]
    most = TRUSTED_MULTIPLE * base if base and base > 0 else float("inf")
    marks = [(i, "decided") for i, (_, row) in enumerate(told) if row["decision"] == "build"][:3]
    title = str(candidate["title"])
    top = max(most, *(row["needed"] for _, row in told))
    lines = [
        Line("price on the path", "home", [_least(row["price"], top) for _, row in told]),
        Line("break-even there", "weighted", [row["needed"] for _, row in told]),
        Line("expected price", "fob", [_least(row["expected_price"], top) for _, row in told]),
    ]
    used = [
        Line("capacity, run up", "delivered", [row["capacity"] for _, row in told]),
        Line("capacity used", "gain", [row["output"] for _, row in told]),
    ]
    unit = str(candidate["unit"])
    charts = [
        (f"{title}: prices and break-even, USD/kg", time_chart(title, labels, lines, "USD/kg", None, marks)),
    ]
    if candidate["plants"]:
        made = time_chart(f"{title}: capacity", labels, used, unit, None, marks)
        charts.append((f"{title}: capacity, {unit}", made))
    drawn = [tag("figure", tag("figcaption", esc(head)), chart) for head, chart in charts if chart]
    drawn += [tag("figure")] * (len(drawn) == 1)  # keeps a chart alone at the width of the others
    said = paragraph(sentence(path, candidate))
    return said + tag("div", *drawn, class_="charts") + folded("By year", _table(told, candidate))


def _least(value: float | None, top: float) -> float | None:
    return None if value is None else min(value, top)


def _table(told: list[tuple[str, Row]], candidate: Row) -> str:
    unit = str(candidate["unit"])
    heads = [
        Head("Year"), Head("Expected", "number"), Head("Cash cost", "number"), Head("Capital", "number"),
        Head("Break-even", "number"), Head("Decision"), Head("Plants", "number"), Head("Runs", "number"),
        Head("Used", "number"),
    ]  # fmt: skip
    shown: list[tuple[str, Any]] = [
        (label, row) for label, row in told if row["decision"] is not None or row["plants"] or len(told) <= 40
    ]
    body = [
        [
            esc(label), expected(row, candidate["base_price"]), number(row["cash_cost"]), number(row["capital_charge"]),
            number(row["break_even"]), esc(DECISIONS[row["decision"]]), number(row["plants"]), number(row["capacity"]),
            number(row["output"]),
        ]
        for label, row in shown
    ]  # fmt: skip
    return page_table(f"{candidate['title']}: prices in USD/kg, capacity in {unit}", heads, body)
