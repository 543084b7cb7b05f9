"""The same numbers read off networks that differ: each period, and each draw of a plant, has its own rows and columns.

A layout is read by a `Readout` of its own, made once for every set of rows and columns, with the coefficients of the
problem at hand; what it reads is put in the places of the numbers asked for. A limit that is not there has no rent and
does not bind, a market that is not there has no price.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ytterby.model.assemble import problem
from ytterby.model.measures import apply
from ytterby.model.network import Network, unit_of
from ytterby.model.periods import Path, Stock
from ytterby.model.scenario import Scenario
from ytterby.model.scenario_entry import as_measure
from ytterby.model.solved import Solved
from ytterby.solver import Certificate, Solution
from ytterby.studies.readout import Quantity, Readout, readout

Floats = NDArray[np.float64]
#: Readouts by layout, filled as layouts are met; what is in it changes no number.
Known = dict[bytes, tuple[Readout, NDArray[np.int64]]]

#: Quantities that are nothing where their limit or use is not there; all else has no number there.
_NOTHING = ("rent", "binds", "use_lost", "replaced", "unserved")
#: Stocks below this [t] are not read.
_TRACE = 0.005


@dataclass(frozen=True, slots=True)
class Reader:
    """What is read off every period of every draw of a scenario on one base year.

    `before` is the base year solved, `outside` the acting countries, `watched` the limits of the measures.
    """

    before: Solved
    outside: frozenset[str]
    watched: frozenset[str]
    quantities: tuple[Quantity, ...]
    stocks: tuple[Quantity, ...] = ()

    def of(self, solved: Solved, known: Known, rest: Solved | None = None) -> Floats:
        """The numbers of one network solved, in the order of `quantities`; NaN where there is none.

        `rest` is what use lost is held against in place of the base year.
        """
        key = _key(solved)
        if key not in known:
            made = readout(solved, self.before, self.outside, self.watched)
            place = {q.name: k for k, q in enumerate(made.quantities)}
            none, nothing = len(place), len(place) + 1
            at = [place.get(q.name, nothing if q.what in _NOTHING else none) for q in self.quantities]
            known[key] = made, np.array(at, dtype=np.int64)
        made, at_ = known[key]
        made = replace(made, inflow=solved.problem.matrix.tocsr()[: len(solved.layout.markets)].maximum(0))
        if rest is not None:
            was = rest.levels
            made = replace(made, base_levels=np.array([was.get(a.id, 0.0) for a in solved.layout.activities]))
        return np.append(made.of(solved.problem, solved.solution), [np.nan, 0.0])[at_]

    def over(self, path: Path, known: Known, rests: Sequence[Solved] = ()) -> Floats:
        """The numbers of a path: the whole of it first, as means over its periods, then every period; then stocks.

        `rests` are what the use lost of each period is held against, where that is not the base year.
        """
        against = rests or (None,) * len(path.periods)
        rows = np.array([self.of(solved, known, rest) for solved, rest in zip(path.periods, against, strict=True)])
        read = np.hstack([rows, self._held(path)])
        there = ~np.isnan(read)
        count = there.sum(axis=0)
        total = np.where(there, read, 0.0).sum(axis=0)
        whole = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
        return np.vstack([whole, read])

    def _held(self, path: Path) -> Floats:
        """Stocks at the end of each period [t], in the order of `stocks`."""
        place = {q.name: k for k, q in enumerate(self.stocks)}
        found = np.zeros((len(path.periods), len(self.stocks)))
        for i, s in enumerate(path.stocks):
            for name in _names(s, self.outside):
                if name in place:
                    found[:, place[name]] += path.closing[:, i]
        return found


def reader(
    network: Network, before: Solved, scenario: Scenario, outside: frozenset[str], stocks: Sequence[Stock] = ()
) -> Reader:
    """Lay out what is read of a scenario on `network`, which has the tanks of its stocks, whenever a measure acts."""
    always = [replace(m, start=None, end=None) for m in scenario.measures]
    always += [as_measure(e) for e in scenario.entry]
    widest, applied = apply(network, always, scenario.year)
    asked, where = problem(widest)
    count = len(where.activities)
    unsolved = Certificate(np.inf, np.inf, np.inf, False, "not solved: only its layout is read")
    idle = Solution(np.zeros(count), np.zeros(len(asked.row_lower)), np.zeros(count), 0.0, unsolved, "none", 0)
    watched = frozenset(name for done in applied for name in done.limits)
    found = readout(Solved(widest, where, asked, idle), before, outside, watched).quantities
    return Reader(before, outside, watched, found, tuple(_stocked(stocks, outside)))


def _stocked(stocks: Sequence[Stock], outside: frozenset[str]) -> list[Quantity]:
    """A quantity for every stock worth reading, and for each product outside the acting countries."""
    usual: dict[str, float] = {}
    for s in stocks:
        for name in _names(s, outside):
            usual[name] = usual.get(name, 0.0) + s.usual
    opened = {name: max(s.start, s.usual) for s in stocks for name in _names(s, outside)}
    shown = sorted(name for name, level in usual.items() if max(level, opened[name]) >= _TRACE)
    parts = [name.split("|") for name in shown]
    return [Quantity(what, of, place, _unit(of), usual["|".join((what, of, place))]) for what, of, place in parts]


def _names(s: Stock, outside: frozenset[str]) -> tuple[str, ...]:
    product, country = s.key
    own = f"stock|{product}|{country}"
    return (own,) if country in outside else (own, f"stock|{product}|outside")


def _unit(product: str) -> str:
    return unit_of(product.removeprefix("reserve/"))


def _key(solved: Solved) -> bytes:
    """A digest of the rows and columns of a network: what a readout is made from, but for its coefficients."""
    where = solved.layout
    said = hashlib.blake2b(digest_size=16)
    for names in (
        [a.id for a in where.activities],
        [limit.id for limit in where.limits],
        ["/".join(m.key) for m in where.markets],
    ):
        said.update("\n".join(names).encode())
        said.update(b"\0")
    return said.digest()


def placed(read: Floats, names: Mapping[str, int], wanted: Sequence[str]) -> Floats:
    """Numbers in the order of `wanted`, from columns known by name; NaN for those that are not there."""
    at = np.array([names.get(name, -1) for name in wanted])
    padded = np.concatenate([read, np.full((*read.shape[:-1], 1), np.nan)], axis=-1)
    return np.asarray(padded[..., at])
