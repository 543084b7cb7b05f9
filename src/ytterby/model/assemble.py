"""From a network to the arrays that the solver takes: rows are markets, then limits; columns are activities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ytterby.model.network import Activity, Curve, Limit, Market, Network
from ytterby.solver import Curves, Problem

Floats = NDArray[np.float64]

_SHAPES = {"linear": 1, "isoelastic": 2}


@dataclass(frozen=True, slots=True)
class Layout:
    """Which row and column stands for what."""

    markets: tuple[Market, ...]
    limits: tuple[Limit, ...]
    activities: tuple[Activity, ...]
    row_of_market: dict[tuple[str, str], int]
    row_of_limit: dict[str, int]
    column_of: dict[str, int]


def layout(network: Network) -> Layout:
    """Number the rows and columns of a network, in the order it lists them."""
    rows = len(network.markets)
    return Layout(
        markets=network.markets,
        limits=network.limits,
        activities=network.activities,
        row_of_market={market.key: i for i, market in enumerate(network.markets)},
        row_of_limit={limit.id: rows + i for i, limit in enumerate(network.limits)},
        column_of={activity.id: j for j, activity in enumerate(network.activities)},
    )


def problem(network: Network, where: Layout | None = None) -> tuple[Problem, Layout]:
    """The solver's problem for a network: minimise cost less value, subject to balances and limits."""
    where = where or layout(network)
    columns = len(where.activities)
    return (
        Problem(
            matrix=_matrix(where),
            row_lower=row_bounds(network, "lower"),
            row_upper=row_bounds(network, "upper"),
            lower=np.zeros(columns),
            upper=np.array([a.upper for a in where.activities], dtype=np.float64),
            cost=np.array([a.cost for a in where.activities], dtype=np.float64),
            curves=_curves([a.curve for a in where.activities]),
            column_scale=np.array([_typical(a) for a in where.activities], dtype=np.float64),
        ),
        where,
    )


def row_bounds(network: Network, side: str) -> Floats:
    """Bounds of the rows, `side` "lower" or "upper": markets balance, then each limit's own [t/yr]."""
    return np.array([0.0] * len(network.markets) + [getattr(limit, side) for limit in network.limits])


def _typical(activity: Activity) -> float:
    """A typical throughput [t/yr] for scaling: the base level, or a small part of the bound when idle."""
    if activity.base > 0:
        return max(activity.base, 1e-3)
    if np.isfinite(activity.upper) and activity.upper > 0:
        return max(activity.upper * 0.1, 1e-3)
    return 1.0


def _matrix(where: Layout) -> sparse.csc_matrix:
    entries: list[float] = []
    rows: list[int] = []
    starts = [0]
    limits: dict[str, list[tuple[int, float]]] = {}
    for limit in where.limits:
        row = where.row_of_limit[limit.id]
        for name, coefficient in limit.terms:
            limits.setdefault(name, []).append((row, coefficient))
    for activity in where.activities:
        for key, coefficient in activity.coefficients:
            rows.append(where.row_of_market[key])
            entries.append(coefficient)
        for row, coefficient in limits.get(activity.id, ()):
            rows.append(row)
            entries.append(coefficient)
        starts.append(len(rows))
    matrix = sparse.csc_matrix(
        (np.array(entries), np.array(rows, dtype=np.int32), np.array(starts, dtype=np.int32)),
        shape=(len(where.markets) + len(where.limits), len(where.activities)),
    )
    matrix.sum_duplicates()
    return matrix


def _curves(curves: list[Curve | None]) -> Curves:
    chosen = [(j, curve) for j, curve in enumerate(curves) if curve is not None]
    return Curves(
        column=np.array([j for j, _ in chosen], dtype=np.int64),
        kind=np.array([_SHAPES[c.shape] for _, c in chosen], dtype=np.int8),
        sign=np.array([c.side for _, c in chosen], dtype=np.float64),
        p0=np.array([c.price for _, c in chosen], dtype=np.float64),
        x0=np.array([c.reference for _, c in chosen], dtype=np.float64),
        elasticity=np.array([c.elasticity for _, c in chosen], dtype=np.float64),
        offset=np.array([c.offset for _, c in chosen], dtype=np.float64),
    )
