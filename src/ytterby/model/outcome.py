"""What a run answers: one record of tables, each column with its type, unit and meaning.

An `Outcome` only holds the answer; `model.result` computes it and `show` renders it. The tables say what changed
against the reconciled base year: who loses what use, at what price, what moves where, who gains, what binds, and from
which cited figures each number comes.

Conventions that hold in every table
* null means "no such number" (no price where nothing flows, no shadow price of a limit that does not bind); zero
  means zero;
* a country is an ISO 3166 alpha-3 code or a group of the atlas; `base` is the reconciled base year, the other number
  is the scenario;
* **flows**: one row per activity, product and element. `origin` is the country whose market the product leaves,
  `destination` the country whose market it enters. A mine has no origin, a use no destination, a route has both; a
  process has one row per product it takes (no destination) and one per product it gives (no origin), so what goes in
  less what comes out is its loss. A product that holds several elements (ore concentrate, SEG, magnets, scrap) has one
  row with `element` null, in the product's own unit, and one row per element contained in it; every row of one
  element has the same unit, so those rows add up along the chain;
* **figures**: the walk from a result to what was read. `result_key` names the result: "base/<stage>/<element>/
  <country>", "share/<stage>/<element>/<country>", "price/<product>/<country>", "use/<product>/<use>/<country>",
  "assumption/<id>" or "measure/<id>"; a shorter key stands for everything below it. `figure` is the id of a row of the
  atlas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from ytterby.core.tables import Column, Schema
from ytterby.model.result_time import Timeline
from ytterby.model.scenario import Scenario

#: How sure a price is: solved; nothing flows so there is none; above 5 x base, so only "at least"; at the cap.
PRICE_STATUS = ("settled", "no flow", "at least", "at the cap")

_TEXT, _NUMBER = pl.String, pl.Float64

PRICES = Schema(
    "prices",
    (
        Column("product", _TEXT, "", "product, such as oxide/Dy", required=True),
        Column("element", _TEXT, "", "element of a single-element product; null for mixtures and magnets"),
        Column("stage", _TEXT, "", "stage the product comes out of", required=True),
        Column("country", _TEXT, "", "country of the market", required=True),
        Column("unit", _TEXT, "", "unit of the prices", required=True),
        Column("base", _NUMBER, "varies", "price in the base year; null where nothing flowed"),
        Column("home", _NUMBER, "varies", "price inside the country"),
        Column("fob", _NUMBER, "varies", "export price: home + licence rent + export tax; null without exports"),
        Column("delivered", _NUMBER, "varies", "price of imports on arrival; null without imports"),
        Column("low", _NUMBER, "varies", "lower end of the home price's interval"),
        Column("high", _NUMBER, "varies", "upper end of the home price's interval"),
        Column("status", _TEXT, "", "how sure the price is", required=True, words=PRICE_STATUS),
        Column("note", _TEXT, "", "what to know"),
    ),
)

SHORTAGES = Schema(
    "shortages",
    (
        Column("product", _TEXT, "", "product used", required=True),
        Column("element", _TEXT, "", "element of a single-element product; null for mixtures and magnets"),
        Column("country", _TEXT, "", "country of the user", required=True),
        Column("use", _TEXT, "", "what it is used for"),
        Column("unit", _TEXT, "", "unit of the tonnages", required=True),
        Column("base_use", _NUMBER, "varies", "use in the base year", required=True),
        Column("served", _NUMBER, "varies", "use served", required=True),
        Column("given_up", _NUMBER, "varies", "use given up along the demand curve as the price rises", required=True),
        Column("replaced", _NUMBER, "varies", "use replaced: thrifting and substitution", required=True),
        Column("unserved", _NUMBER, "varies", "use unserved at the cap, the value of lost use", required=True),
        Column("lost", _NUMBER, "varies", "base use less served = given up + replaced + unserved", required=True),
        Column("lost_pct", _NUMBER, "%", "lost in per cent of base use; null where base use is zero"),
    ),
)

FLOWS = Schema(
    "flows",
    (
        Column("activity", _TEXT, "", "id of the activity", required=True),
        Column("kind", _TEXT, "", "kind of activity: mine, separate, route, use ...", required=True),
        Column("product", _TEXT, "", "product taken, given or moved", required=True),
        Column("element", _TEXT, "", "element counted; null counts the product itself in its own unit"),
        Column("origin", _TEXT, "", "country whose market the product leaves; null when it is made here"),
        Column("destination", _TEXT, "", "country whose market the product enters; null when it is used up here"),
        Column("facility", _TEXT, "", "id of the facility"),
        Column("unit", _TEXT, "", "unit with its basis", required=True),
        Column("base", _NUMBER, "varies", "flow in the base year", required=True),
        Column("value", _NUMBER, "varies", "flow in the scenario", required=True),
        Column("change", _NUMBER, "varies", "value less base", required=True),
    ),
)

SHARES = Schema(
    "shares",
    (
        Column("stage", _TEXT, "", "stage of the chain", required=True),
        Column("product", _TEXT, "", "product, or what the stage puts out", required=True),
        Column("element", _TEXT, "", "element; null for totals"),
        Column("country", _TEXT, "", "country", required=True),
        Column("base", _NUMBER, "%", "share of world output in the base year"),
        Column("value", _NUMBER, "%", "share of world output in the scenario; null when nobody makes any"),
    ),
)

CONCENTRATION = Schema(
    "concentration",
    (
        Column("stage", _TEXT, "", "stage of the chain", required=True),
        Column("product", _TEXT, "", "product, or what the stage puts out", required=True),
        Column("element", _TEXT, "", "element; null for totals"),
        Column("hhi_base", _NUMBER, "1", "Herfindahl-Hirschman index of the base year, 0 to 1"),
        Column("hhi", _NUMBER, "1", "Herfindahl-Hirschman index of the scenario, 0 to 1"),
    ),
)

GAINS = Schema(
    "gains",
    (
        Column("country", _TEXT, "", "country", required=True),
        Column("consumer", _NUMBER, "MUSD/yr", "change in consumer surplus", required=True),
        Column("producer", _NUMBER, "MUSD/yr", "change in producer surplus", required=True),
        Column("rent", _NUMBER, "MUSD/yr", "rent of quotas and licences", required=True),
        Column("tax", _NUMBER, "MUSD/yr", "change in tax revenue, a transfer", required=True),
        Column("welfare", _NUMBER, "MUSD/yr", "consumer + producer + rent + tax", required=True),
    ),
)

BINDING = Schema(
    "binding",
    (
        Column("id", _TEXT, "", "id of the measure or limit", required=True),
        Column("kind", _TEXT, "", "measure, policy cap, capacity ...", required=True),
        Column("title", _TEXT, "", "what it limits, in words", required=True),
        Column("bound", pl.Boolean, "1", "true when the solution rests on the limit", required=True),
        Column("limit", _NUMBER, "varies", "the limit"),
        Column("level", _NUMBER, "varies", "the level in the solution"),
        Column("unit", _TEXT, "", "unit of limit and level"),
        Column("shadow_price", _NUMBER, "varies", "worth of one more unit; null when it does not bind"),
        Column("price_unit", _TEXT, "", "unit of the shadow price"),
        Column("why", _TEXT, "", "why it binds, or why it does not"),
    ),
)

ASSUMPTIONS = Schema(
    "assumptions",
    (
        Column("id", _TEXT, "", "id of the assumption", required=True),
        Column("value", _NUMBER, "varies", "value used"),
        Column("low", _NUMBER, "varies", "lower end of its range"),
        Column("high", _NUMBER, "varies", "upper end of its range"),
        Column("unit", _TEXT, "", "unit"),
        Column("reason", _TEXT, "", "why this value and range"),
        Column("effect", _TEXT, "", "how far it moves the headline over its range; null when not tested"),
    ),
)

FIGURES = Schema(
    "figures",
    (
        Column("result_key", _TEXT, "", "the result the figure stands under", required=True),
        Column("figure", _TEXT, "", "id of the figure in the atlas", required=True),
        Column("value", _NUMBER, "varies", "the value read"),
        Column("unit", _TEXT, "", "its unit with its basis"),
        Column("source", _TEXT, "", "id of the source", required=True),
        Column("edition", _TEXT, "", "edition of the source"),
        Column("locator", _TEXT, "", "table, page, cell"),
        Column("conversion", _TEXT, "", "what was done to it on the way: oxide, element, gross; null when nothing"),
    ),
)

RECONCILIATION = Schema(
    "reconciliation",
    (
        Column("quantity", _TEXT, "", "what was reconciled", required=True),
        Column("place", _TEXT, "", "country, or the route", required=True),
        Column("cited", _NUMBER, "varies", "the value cited, in the model's unit"),
        Column("unit", _TEXT, "", "unit with its basis"),
        Column("sigma", _NUMBER, "varies", "standard uncertainty of the cited value, in `unit`"),
        Column("reconciled", _NUMBER, "varies", "the value in the balanced base year"),
        Column("move", _NUMBER, "sigma", "(reconciled less cited) in its own standard uncertainty"),
        Column("source", _TEXT, "", "id of the source"),
        Column("edition", _TEXT, "", "edition of the source"),
        Column("locator", _TEXT, "", "table, page, cell"),
        Column("figure", _TEXT, "", "id of the figure in the atlas"),
    ),
)

SOURCES = Schema(
    "sources",
    (
        Column("id", _TEXT, "", "id of the source", required=True),
        Column("publisher", _TEXT, "", "who published it"),
        Column("title", _TEXT, "", "title"),
        Column("edition", _TEXT, "", "edition"),
        Column("url", _TEXT, "", "where it is"),
        Column("licence", _TEXT, "", "terms of use"),
    ),
)

PERIODS = Schema(
    "periods",
    (
        Column("period", _TEXT, "", "period, such as 2025-04; the table is empty for a run of one year", required=True),
        Column("quantity", _TEXT, "", "home, fob, weighted or delivered price, use served, exports, a stock, a rent",
               required=True),
        Column("product", _TEXT, "", "product, or the id of a limit", required=True),
        Column("country", _TEXT, "", "country; null for a limit"),
        Column("unit", _TEXT, "", "unit of both numbers"),
        Column("base", _NUMBER, "varies", "the number in the base year; of a stock, its usual level"),
        Column("value", _NUMBER, "varies", "the number in the period; of a stock, the level at its end"),
    ),
)  # fmt: skip

#: The tables of every outcome, by the name of their field; a run over many periods has `periods` beside them.
TABLES: dict[str, Schema] = {
    schema.name: schema
    for schema in (
        PRICES, SHORTAGES, FLOWS, SHARES, CONCENTRATION, GAINS, BINDING, ASSUMPTIONS, FIGURES, RECONCILIATION, SOURCES,
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one scenario: its tables, its finding in words, and what is needed to get it again.

    `finding` is one sentence; `summary` its lines to be read aloud. `edition` names the data edition, `input_hash`
    fixes everything that went in. `certificate` holds the solver's residuals and gap, `checks` the identities that
    were tested (name -> residual or truth). Over many periods the tables are those of the worst one, `timeline` holds
    every one, and `periods` the same as a table.
    """

    scenario: Scenario
    finding: str
    summary: tuple[str, ...]
    edition: str
    input_hash: str
    prices: pl.DataFrame
    shortages: pl.DataFrame
    flows: pl.DataFrame
    shares: pl.DataFrame
    concentration: pl.DataFrame
    gains: pl.DataFrame
    binding: pl.DataFrame
    assumptions: pl.DataFrame
    figures: pl.DataFrame
    reconciliation: pl.DataFrame
    sources: pl.DataFrame
    certificate: Mapping[str, Any] = field(default_factory=dict)
    checks: Mapping[str, Any] = field(default_factory=dict)
    periods: pl.DataFrame = field(default_factory=lambda: PERIODS.frame([]))
    timeline: Timeline | None = None

    def table(self, name: str) -> pl.DataFrame:
        """Return the table called `name`, one of `TABLES`."""
        TABLES[name]  # an unknown name is a KeyError here, before it could reach another field
        frame: pl.DataFrame = getattr(self, name)
        return frame


def check(outcome: Outcome) -> Outcome:
    """Return `outcome` unchanged when every table fits its schema; else raise with the faults found."""
    for name, schema in TABLES.items():
        schema.check(outcome.table(name))
    return outcome
