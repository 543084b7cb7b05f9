"""The tables of a run over many periods: one row a period and thing, with the names and numbers of its JSON.

A run of one year has none of them. Prices, use, exports, stocks, limits and old scrap are those of `periods[]` and
`time` in the JSON; flows are in these tables alone, because there are many. Amounts per period are annual rates, so a
month's tonnes are a twelfth of them; stocks are tonnes at the end of the period.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from ytterby.core.tables import Column, Schema
from ytterby.model.network import unit_of
from ytterby.model.outcome import PERIODS, PRICE_STATUS, Outcome
from ytterby.model.result_time import Timeline

Row = Mapping[str, Any]

_TEXT, _NUMBER = pl.String, pl.Float64
_PERIOD = Column("period", _TEXT, "", "period, such as 2025-04", required=True)
_PRODUCT = Column("product", _TEXT, "", "product, such as oxide/Dy", required=True)
_ELEMENT = Column("element", _TEXT, "", "element of a single-element product; null for mixtures and magnets")
_COUNTRY = Column("country", _TEXT, "", "country", required=True)
_UNIT = Column("unit", _TEXT, "", "unit with its basis", required=True)

CALENDAR = Schema(
    "calendar",
    (
        _PERIOD,
        Column("from", _TEXT, "", "first day, as YYYY-MM-DD", required=True),
        Column("to", _TEXT, "", "last day, as YYYY-MM-DD", required=True),
        Column("worst", pl.Boolean, "1", "true for the period of the tables without periods: most use lost outside",
               required=True),
    ),
)  # fmt: skip

PRICES = Schema(
    "prices_by_period",
    (
        _PERIOD, _PRODUCT, _ELEMENT, _COUNTRY,
        Column("unit", _TEXT, "", "unit of the prices", required=True),
        Column("base", _NUMBER, "varies", "price in the base year; null where nothing flowed"),
        Column("home", _NUMBER, "varies", "price inside the country"),
        Column("fob", _NUMBER, "varies", "marginal quote for export: home + licence rent + tax; null without exports"),
        Column("weighted", _NUMBER, "varies", "mean over every tonne the country sells, at home and abroad"),
        Column("delivered", _NUMBER, "varies", "price of imports on arrival; null without imports"),
        Column("status", _TEXT, "", "how sure the price is", required=True, words=PRICE_STATUS),
    ),
)  # fmt: skip

SHORTAGES = Schema(
    "shortages_by_period",
    (
        _PERIOD, Column("product", _TEXT, "", "product used", required=True), _ELEMENT,
        Column("country", _TEXT, "", "country of the user", required=True),
        Column("unit", _TEXT, "", "unit of the tonnages, an annual rate", required=True),
        Column("base_use", _NUMBER, "varies", "use without measures: in the base year, or grown", required=True),
        Column("served", _NUMBER, "varies", "use served", required=True),
        Column("lost", _NUMBER, "varies", "base use less served", required=True),
        Column("lost_pct", _NUMBER, "%", "lost in per cent of base use; null where base use is zero"),
        Column("unserved", _NUMBER, "varies", "use unserved at the cap, the value of lost use", required=True),
        Column("gone_pct", _NUMBER, "%", "use that stays away for good, of what was wanted at first", required=True),
    ),
)  # fmt: skip

EXPORTS = Schema(
    "exports_by_period",
    (
        _PERIOD, _PRODUCT, Column("country", _TEXT, "", "country that exports", required=True),
        Column("unit", _TEXT, "", "unit of the tonnages, an annual rate", required=True),
        Column("base", _NUMBER, "varies", "exports in the base year", required=True),
        Column("value", _NUMBER, "varies", "exports in the period", required=True),
        Column("leaked", _NUMBER, "varies", "part of them that passes a measure unrecorded", required=True),
    ),
)  # fmt: skip

STOCKS = Schema(
    "stocks_by_period",
    (
        _PERIOD, _PRODUCT, Column("country", _TEXT, "", "country where it is held", required=True),
        Column("kind", _TEXT, "", "commercial or strategic", required=True, words=("commercial", "strategic")),
        Column("unit", _TEXT, "", "unit of both numbers, an amount", required=True),
        Column("usual", _NUMBER, "varies", "usual level, at which the path opens", required=True),
        Column("value", _NUMBER, "varies", "level at the end of the period", required=True),
    ),
)  # fmt: skip

BINDING = Schema(
    "binding_by_period",
    (
        _PERIOD, Column("id", _TEXT, "", "id of the measure or limit", required=True),
        Column("kind", _TEXT, "", "measure, stock, plant ...", required=True),
        Column("title", _TEXT, "", "what it limits, in words", required=True),
        Column("bound", pl.Boolean, "1", "true when the solution rests on the limit", required=True),
        Column("limit", _NUMBER, "varies", "the limit"),
        Column("level", _NUMBER, "varies", "the level in the solution"),
        Column("unit", _TEXT, "", "unit of limit and level"),
        Column("shadow_price", _NUMBER, "USD/kg", "worth of one more unit; null when it does not bind"),
    ),
)  # fmt: skip

RECYCLING = Schema(
    "recycling_by_period",
    (
        _PERIOD, Column("programme", _TEXT, "", "id of the programme", required=True),
        Column("product", _TEXT, "", "product that is used and collected", required=True), _COUNTRY, _UNIT,
        Column("in_use", _NUMBER, "varies", "in use at the end of the period, all cohorts; an amount", required=True),
        Column("input", _NUMBER, "varies", "put into use, an annual rate", required=True),
        Column("end_of_life", _NUMBER, "varies", "leaves use, an annual rate", required=True),
        Column("collected", _NUMBER, "varies", "collected and on offer, an annual rate", required=True),
        Column("used", _NUMBER, "varies", "of it worked up, an annual rate", required=True),
    ),
)  # fmt: skip

RECOVERED = Schema(
    "recovered_by_period",
    (
        _PERIOD, Column("programme", _TEXT, "", "id of the programme", required=True),
        Column("collected", _TEXT, "", "product that was collected", required=True), _COUNTRY,
        Column("product", _TEXT, "", "product that comes back", required=True),
        Column("unit", _TEXT, "", "unit of the number, an annual rate", required=True),
        Column("value", _NUMBER, "varies", "comes back to the market", required=True),
    ),
)  # fmt: skip

RATES = Schema(
    "recycling_rates",
    (
        Column("programme", _TEXT, "", "id of the programme", required=True),
        Column("product", _TEXT, "", "substance", required=True), _UNIT,
        Column("recovered", _NUMBER, "varies", "came back over the path, an amount", required=True),
        Column("put_into_use", _NUMBER, "varies", "went into use over the path, an amount", required=True),
        Column("end_of_life", _NUMBER, "varies", "left use over the path, an amount", required=True),
        Column("eol_rir", _NUMBER, "1", "end-of-life recycling input rate: recovered over put into use"),
        Column("eol_rr", _NUMBER, "1", "end-of-life recycling rate: recovered over what left use"),
    ),
)  # fmt: skip

FLOWS = Schema(
    "flows_by_period",
    (
        _PERIOD, Column("activity", _TEXT, "", "id of the activity", required=True),
        Column("kind", _TEXT, "", "kind of activity: mine, separate, route, use, stock ...", required=True),
        Column("product", _TEXT, "", "product taken, given or moved; reserve/ is a strategic stock", required=True),
        Column("origin", _TEXT, "", "country whose market the product leaves; null when it is made here"),
        Column("destination", _TEXT, "", "country whose market the product enters; null when it is used up here"),
        Column("facility", _TEXT, "", "id of the facility"),
        Column("unit", _TEXT, "", "unit of both numbers, an annual rate", required=True),
        Column("base", _NUMBER, "varies", "flow in the base year", required=True),
        Column("value", _NUMBER, "varies", "flow in the period", required=True),
    ),
)  # fmt: skip


def tables_by_period(outcome: Outcome) -> Iterator[tuple[Schema, pl.DataFrame]]:
    """Yield every table of a run over many periods with its schema; nothing for a run of one year.

    The tables of old scrap are there when the scenario has a programme; `periods` repeats the numbers in long form.
    """
    path = outcome.timeline
    if path is None:
        return
    days = ({"period": p["label"], "from": p["from"], "to": p["to"], "worst": p["label"] == path.worst}
            for p in path.periods)  # fmt: skip
    yield CALENDAR, CALENDAR.frame(days)
    for schema, name in ((PRICES, "prices"), (SHORTAGES, "shortages"), (EXPORTS, "exports"), (STOCKS, "stocks")):
        yield schema, schema.frame(_rows(path, name))
    yield FLOWS, FLOWS.frame(path.flows)
    yield BINDING, BINDING.frame(_rows(path, "binding"))
    if outcome.scenario.recycling:
        scrap = [dict(row) for row in _rows(path, "recycling")]
        back = [_back(row, row.pop("recovered")) for row in scrap]
        yield RECYCLING, RECYCLING.frame(scrap)
        yield RECOVERED, RECOVERED.frame(row for rows in back for row in rows)
        yield RATES, RATES.frame(dict(row) | {"unit": unit_of(row["product"])} for row in path.recycling)
    yield PERIODS, outcome.periods


def _rows(path: Timeline, name: str) -> Iterator[Row]:
    return ({"period": period["label"], **row} for period in path.periods for row in period[name])


def _back(row: Row, recovered: Mapping[str, float]) -> Iterable[Row]:
    """What comes back of what was collected, by product."""
    said = {"period": row["period"], "programme": row["programme"], "collected": row["product"]}
    return [
        {**said, "country": row["country"], "product": product, "unit": f"{unit_of(product)}/yr", "value": amount}
        for product, amount in recovered.items()
    ]
