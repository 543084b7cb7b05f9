"""Which figures observe which activities, and how far each may be off.

The spread of a figure comes from who measured it (see docs/method.md): a company's report 3 %, a government
quota 5 %, customs of feed 12 %, an estimate 25 %, artisanal or conflict mining 50 %, mirror trade 25 %, or 60 %
where the exporter makes no such goods. A split by unit value is a prior of 80 %. Priors are assumptions, marked as
such, and wide.
"""

from __future__ import annotations

from collections.abc import Mapping

from ytterby.model.book import Book
from ytterby.model.network import Activity
from ytterby.model.rare_earths.evidence import Evidence
from ytterby.model.rare_earths.observe_mines import feed, mining
from ytterby.model.rare_earths.observe_plants import magnets, outputs, recycling, surplus
from ytterby.model.rare_earths.observe_trade import traded, united_states, uses
from ytterby.model.rare_earths.trade import Trade
from ytterby.model.reconcile import Observation


def observations(
    evidence: Evidence, trade: Trade, activities: tuple[Activity, ...], assumed: Mapping[str, float]
) -> tuple[Observation, ...]:
    """Every observation of the base year."""
    book = Book(activities)
    mining(book, evidence)
    feed(book, evidence, trade, assumed)
    outputs(book, evidence)
    surplus(book, evidence, assumed)
    traded(book, trade, evidence)
    united_states(book, evidence, trade)
    magnets(book, evidence, trade, assumed)
    recycling(book, evidence)
    uses(book, trade, evidence, assumed)
    return tuple(book.rows)
