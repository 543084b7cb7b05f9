"""Rows of a deal's result that are read off its worlds: plants, and use lost or gained by product."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ytterby.model.network import unit_of
from ytterby.model.result_use import uses
from ytterby.model.solved import Solved
from ytterby.studies.deals.payoffs import Table
from ytterby.studies.deals.records import Clause

Row = dict[str, Any]
_TRACE = 0.005


def plants(table: Table, clauses: tuple[Clause, ...]) -> Iterator[Row]:
    """What each clause's plants make [t/yr], sell and earn [MUSD/yr] when the whole deal holds."""
    book = table.worlds.book(table.doors(clauses))
    for clause in clauses:
        for plant in clause.plants:
            yield {
                "clause": clause.id,
                "plant": plant,
                "country": table.worlds.ledger.plants[plant][3],
                "output": book.output[plant],
                "revenue": book.revenue[plant],
                "profit": book.profit[plant],
                "capital": clause.capital.yearly if clause.capital else 0.0,
            }


def lost_use(now: Solved, before: Solved) -> Iterator[Row]:
    """Use served with and without the deal, by product over the world [t/yr of the product]; largest change first."""
    # Both are levels of one structure, so "base" is the world without clauses.
    found: dict[str, list[float]] = {}
    after, was = uses(now, before), uses(before, before)
    for key, use in after.items():
        entry = found.setdefault(key[0], [0.0, 0.0])
        entry[0] += was[key].served if key in was else 0.0
        entry[1] += use.served
    rows: list[Row] = [
        {"product": p, "unit": unit_of(p), "without": a, "with": b, "change": b - a}
        for p, (a, b) in found.items()
        if max(a, b) >= _TRACE
    ]
    yield from sorted(rows, key=lambda r: (-abs(r["change"]) / max(r["without"], _TRACE), r["product"]))
