"""Prices as a potential: from one known price along the base year's flows, each adding its freight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

from ytterby.model.lanes import freight
from ytterby.model.network import Activity, MarketKey


def potential(
    product: str,
    places: list[str],
    activities: Iterable[Activity],
    levels: Mapping[str, float],
    anchor: float,
    assumed: Mapping[str, float],
    at: str,
) -> dict[MarketKey, float]:
    """Least squares over base flows of p(destination) = p(origin) + freight, with the price `anchor` known in `at`.

    A weak pull to the anchor plus freight fixes markets that no base flow ties to it.
    """
    index = {country: i for i, country in enumerate(places)}
    lanes = [a for a in activities if a.kind == "route" and a.product == product and levels.get(a.id, 0.0) > 0]
    total = sum(levels[a.id] for a in lanes) or 1.0
    rows, target, weight = [], [], []
    for a in lanes:
        rows.append({index[a.country]: -(1 + assumed["cost.freight.share"]), index[a.partner or ""]: 1.0})
        target.append(assumed["cost.freight.fixed"])
        weight.append(np.sqrt(levels[a.id] / total))
    for country in places:
        rows.append({index[country]: 1.0})
        target.append(anchor if country == at else anchor + freight(anchor, assumed))
        weight.append(1e3 if country == at else 1e-2)
    entries = [(w * v, i, j) for i, (row, w) in enumerate(zip(rows, weight, strict=True)) for j, v in row.items()]
    value, row_of, column_of = zip(*entries, strict=True)
    matrix = sparse.csr_matrix((value, (row_of, column_of)), shape=(len(rows), len(places)))
    found = spsolve((matrix.T @ matrix).tocsc(), matrix.T @ (np.array(target) * np.array(weight)))
    return {
        (product, country): float(max(p, 0.05 * anchor))
        for country, p in zip(places, np.atleast_1d(found), strict=True)
    }
