"""Behind the last port: imports traced through economies that make none of the material to those that do.

Let M be the share of each origin in each economy's imports. An economy without output of its own passes on what it
buys, so its goods come from where it buys them:

    o_c = Σ_{j makes} M_cj e_j + Σ_{j does not} M_cj o_j

a linear system in the origins o of the economies that make none. Goods of an economy that does make some count as its
own, also those it passes on. The idea is that of T. Kastner, M. Kastner, S. Nonhebel (2011), Tracing distant
environmental impacts of agricultural products from a consumer perspective, Ecological Economics 70:1032-1040 (as we
remember it), cut down to what shares of trade can tell, because production here is in contained mass and trade in gross
weight. What circles among economies that make none is not resolved and is returned as such.

>>> flows = pl.DataFrame({"exporter": ["CHN", "NLD", "CHN"], "importer": ["NLD", "DEU", "DEU"],
...                       "quantity": [9.0, 5.0, 5.0]})
>>> traced(flows, ["CHN"], ["DEU"])
({'CHN': 1.0}, 0.0)
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import polars as pl

_ROUNDS = 200
_ENOUGH = 1e-9


def traced(flows: pl.DataFrame, makers: Collection[str], buyers: Collection[str]) -> tuple[dict[str, float], float]:
    """Return the share of each maker in what `buyers` import from outside, and the share that is not resolved.

    `flows` has the columns exporter, importer and quantity.
    """
    named = flows.select(
        pl.col("exporter").cast(pl.String), pl.col("importer").cast(pl.String), "quantity"
    ).drop_nulls()
    summed = (
        named.filter(pl.col("quantity") > 0)
        .group_by("exporter", "importer", maintain_order=True)
        .agg(pl.col("quantity").sum())
    )
    places = sorted({*summed["exporter"], *summed["importer"]})
    at = {place: row for row, place in enumerate(places)}
    mass = np.zeros((len(places), len(places)))  # row: importer; column: exporter
    for exporter, importer, quantity in summed.iter_rows():
        mass[at[importer], at[exporter]] += quantity
    inside = [at[place] for place in buyers if place in at]
    outside = np.ones(len(places), dtype=bool)
    outside[inside] = False
    bought = mass[inside].sum(axis=0) * outside
    if bought.sum() <= 0:
        return {}, 0.0
    made = np.array([place in makers for place in places])
    held = _passed_on(bought / bought.sum(), mass, made)
    shares = {place: float(held[at[place]]) for place in places if made[at[place]] and held[at[place]] > _ENOUGH}
    return dict(sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))), max(
        0.0, 1.0 - float(sum(shares.values()))
    )


def _passed_on(bought: np.ndarray, mass: np.ndarray, made: np.ndarray) -> np.ndarray:
    """Move what stands at economies that make none to where they buy, until it stands at makers or goes round."""
    totals = mass.sum(axis=1, keepdims=True)
    share = np.divide(mass, totals, out=np.zeros_like(mass), where=totals > 0)
    resting, moving = np.where(made, bought, 0.0), np.where(made, 0.0, bought)
    for _ in range(_ROUNDS):
        moved = moving @ share
        resting += np.where(made, moved, 0.0)
        moving = np.where(made, 0.0, moved)
        if moving.sum() < _ENOUGH:
            break
    return resting
