"""Who earns what in an answer, by array arithmetic: the accounts of `result_gains`, and the plants of clauses apart.

Laid out once for a structure; an answer then costs a few products of vectors. A test holds it equal to `accounts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ytterby.model.assemble import Layout
from ytterby.model.network import Limit
from ytterby.solver import Problem, Solution
from ytterby.solver.curves import Shape

Floats = NDArray[np.float64]
PARTS = ("consumer", "producer", "rent", "tax")
_USERS = ("use", "core", "thrift")


@dataclass(frozen=True, slots=True)
class Book:
    """Levels of surplus by country [MUSD/yr] (countries x `PARTS`), and of each plant of a clause its numbers.

    profit, revenue   [MUSD/yr]; revenue is of what it sells at home prices, before any cost
    output            [t/yr of its main products]
    paid              by measure that guarantees a price: what makers get by country of the maker [MUSD/yr]
    taken             by offtake: tonnes by (seller's country, buyer's country), and what they fetch there [MUSD/yr]
    """

    parts: Floats
    profit: Mapping[str, float]
    revenue: Mapping[str, float]
    output: Mapping[str, float]
    paid: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    taken: Mapping[str, Mapping[tuple[str, str], tuple[float, float]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where each column and row of a structure is booked."""

    countries: tuple[str, ...]
    host: NDArray[np.int64]
    partner: NDArray[np.int64]
    part: NDArray[np.int64]
    duty: Floats
    rows: tuple[tuple[int, int, bool, sparse.csr_matrix], ...]
    plants: Mapping[str, tuple[NDArray[np.int64], NDArray[np.int64], sparse.csc_matrix, str]]

    @staticmethod
    def of(where: Layout, plants: Mapping[str, str]) -> Ledger:
        """Lay out a structure; `plants` maps the id of each clause's plant to the country where it stands."""
        names = sorted({c for a in where.activities for c in (a.country, a.partner or a.country)})
        number = {name: i for i, name in enumerate(names)}
        activities = where.activities
        rows = tuple(_row(where, limit, number) for limit in where.limits)
        found = {}
        for plant, country in plants.items():
            columns = np.array([j for j, a in enumerate(activities) if a.facility == plant], dtype=np.int64)
            own = {activities[j].id for j in columns}
            kept = [limit for limit in where.limits if limit.kind == "facility" and {n for n, _ in limit.terms} & own]
            caps = np.array([where.row_of_limit[limit.id] for limit in kept], dtype=np.int64)
            found[plant] = (columns, caps, _sales(where, columns), country)
        return Ledger(
            tuple(names),
            np.array([number[a.country] for a in activities], dtype=np.int64),
            np.array([number[a.partner or a.country] for a in activities], dtype=np.int64),
            np.array([0 if a.kind in _USERS else 1 for a in activities], dtype=np.int64),
            np.array([a.duty for a in activities]),
            rows,
            found,
        )

    def book(self, asked: Problem, answer: Solution, tax: Floats, duty: Floats) -> Book:
        """The book of an answer; `tax` and `duty` [USD/kg] are those inside its costs, column by column."""
        x, y = answer.x, answer.row_dual.copy()
        limits = slice(len(y) - len(self.rows), len(y))
        y[limits] = np.minimum(y[limits], 0.0)
        shape = Shape.of(asked.curves)
        cost = asked.cost * x
        np.add.at(cost, shape.column, shape.integral(x))
        profit = (asked.matrix.T @ y) * x - cost
        parts = np.zeros((len(self.countries), len(PARTS)))
        parts += _spread(self.host, self.part, profit, parts.shape)
        parts += _spread(self.host, 3, tax * x, parts.shape)
        parts += _spread(self.partner, 3, duty * x, parts.shape)
        for row, part, importer, spread in self.rows:
            if y[row] < 0:
                who = self.partner if importer else self.host
                parts += _spread(who, part, -y[row] * spread.toarray().ravel() * x, parts.shape)
        earned = {}
        for plant, (columns, caps, _, _) in self.plants.items():
            rent = float(-y[caps] @ (asked.matrix[caps] @ x)) if len(caps) else 0.0
            earned[plant] = (float(profit[columns].sum()) + rent) / 1000
        sold = {p: float((m @ x[columns]) @ y) / 1000 for p, (columns, _, m, _) in self.plants.items()}
        made = {p: float((m @ x[columns]).sum()) for p, (columns, _, m, _) in self.plants.items()}
        return Book(parts / 1000, earned, sold, made)


def _spread(who: NDArray[np.int64], part: NDArray[np.int64] | int, amount: Floats, shape: tuple[int, int]) -> Floats:
    """Amounts added up by country and part."""
    flat = np.bincount(who * shape[1] + part, weights=amount, minlength=shape[0] * shape[1])
    return np.asarray(flat.reshape(shape), dtype=np.float64)


def _row(where: Layout, limit: Limit, number: Mapping[str, int]) -> tuple[int, int, bool, sparse.csr_matrix]:
    columns = [where.column_of[name] for name, _ in limit.terms]
    values = [coefficient for _, coefficient in limit.terms]
    spread = sparse.csr_matrix((values, ([0] * len(columns), columns)), shape=(1, len(where.activities)))
    licence = limit.kind == "quota" and not limit.policy
    return where.row_of_limit[limit.id], 2 if licence else 1, limit.holder == "importer", spread


def _sales(where: Layout, columns: NDArray[np.int64]) -> sparse.csc_matrix:
    """What a plant sells per unit of each of its columns: rows are those of the whole problem."""
    entries = [
        (where.row_of_market[key], k, c)
        for k, j in enumerate(columns)
        for key, c in where.activities[j].coefficients
        if c > 0 and not key[0].startswith("scrap/")
    ]
    rows, places, values = zip(*entries, strict=True) if entries else ((), (), ())
    shape = (len(where.markets) + len(where.limits), len(columns))
    return sparse.csc_matrix((values, (rows, places)), shape=shape)
