"""What drives an output: indices of importance, from any draws or from a design made for them; arrays in, a table out.

given    first-order index from draws of any design: the part of the variance of the output that lies between slices of
         an input, less what chance puts there. Correlation ratio: Pearson (1905); without its bias, epsilon squared:
         Kelley (1935), PNAS 21, 554-559; as a sensitivity index from given data: Plischke, Borgonovo & Smith (2013),
         European Journal of Operational Research 226, 536-550. `floor` is what an input without any influence
         reaches in one of twenty cases, by permutation. Needs nothing but numpy.
pawn     median distance (Kolmogorov-Smirnov) of the output in a slice of an input from all of it: Pianosi & Wagener
         (2018), Environmental Modelling & Software 108, 197-207. Through SALib, from any draws.
sobol    first-order and total index: Saltelli et al. (2010), Computer Physics Communications 181, 259-270. Through
         SALib, from n·(k + 2) draws of a design of its own.
morris   mean and spread of elementary effects: Morris (1991), Technometrics 33, 161-174; mean of their size:
         Campolongo, Cariboni & Saltelli (2007), Environmental Modelling & Software 22, 1509-1518. Through SALib, from
         n·(k + 1) draws of a design of its own; an effect is per whole range of an input.

Inputs are percentiles throughout, so that ranges and distributions do not matter to an index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import rankdata

from ytterby.core.errors import Fault, InputError, MissingExtra
from ytterby.core.tables import Column, Schema

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Methods that read any draws, and those that need a design of their own.
GIVEN, DESIGNED = ("given", "pawn"), ("sobol", "morris")
#: Fewer draws than this say nothing about an input.
LEAST = 40
_LEVELS, _PERMUTATIONS, _PARTS, _RESAMPLES = 4, 400, 20, 200
_INPUT = Column("input", pl.String, "", "the uncertain number", required=True)

TABLES = {
    "given": Schema(
        "first-order indices from draws",
        (
            _INPUT,
            Column("first", pl.Float64, "1", "part of the variance that the input alone explains; may be below 0"),
            Column("error", pl.Float64, "1", "half of a 95 % interval of `first`, by jackknife"),
            Column("floor", pl.Float64, "1", "what an input without influence reaches in one of twenty cases"),
            Column("rank", pl.Float64, "1", "rank correlation of input and output (Spearman)"),
            Column("bottom", pl.Float64, "varies", "median output in the lowest fifth of the input"),
            Column("top", pl.Float64, "varies", "median output in the highest fifth of the input"),
        ),
    ),
    "pawn": Schema(
        "PAWN distances",
        (
            _INPUT,
            Column("distance", pl.Float64, "1", "median distance of distributions over slices of the input"),
            Column("least", pl.Float64, "1", "least distance over slices"),
            Column("most", pl.Float64, "1", "largest distance over slices"),
        ),
    ),
    "sobol": Schema(
        "Sobol indices",
        (
            _INPUT,
            Column("first", pl.Float64, "1", "part of the variance that the input alone explains"),
            Column("error", pl.Float64, "1", "half of a 95 % interval of `first`, by bootstrap"),
            Column("total", pl.Float64, "1", "part of the variance that goes when the input is known last"),
            Column("total_error", pl.Float64, "1", "half of a 95 % interval of `total`, by bootstrap"),
        ),
    ),
    "morris": Schema(
        "elementary effects",
        (
            _INPUT,
            Column("size", pl.Float64, "varies", "mean size of an effect over the whole range of the input"),
            Column("error", pl.Float64, "varies", "half of a 95 % interval of `size`, by bootstrap"),
            Column("mean", pl.Float64, "varies", "mean effect, with its sign"),
            Column("spread", pl.Float64, "varies", "standard deviation of effects: bends and interplay"),
        ),
    ),
}


def block(method: str, inputs: int) -> int:
    """How many draws of a designed method belong together, and are left out together."""
    return inputs + {"sobol": 2, "morris": 1}[method]


def designed(method: str, n: int, inputs: int, seed: int) -> Floats:
    """The percentiles of a design made for `method`: n blocks of `block` draws, one column an input."""
    library = _salib()
    seed += 1  # SALib takes 0 for no seed at all
    problem = _problem([str(k) for k in range(inputs)])
    if method == "sobol":
        made = library["sample sobol"](problem, n, calc_second_order=False, seed=seed)
    else:
        made = library["sample morris"](problem, n, num_levels=_LEVELS, seed=seed)
    return np.ascontiguousarray(made, dtype=np.float64)


def analysed(method: str, names: Sequence[str], inputs: Floats, output: Floats, seed: int = 0) -> pl.DataFrame:
    """The table of `method` (TABLES) for draws: inputs one row a draw and one column an input, one output a draw.

    Draws without an output (NaN) are left out, in a designed method with the rest of their block. Raises InputError
    when too few are left.
    """
    kept = ~np.isnan(output)
    if method in DESIGNED:
        size = block(method, len(names))
        kept = np.repeat(kept.reshape(-1, size).all(axis=1), size)
    if kept.sum() < LEAST:
        raise InputError(Fault("draws", f"{kept.sum()} with a number to explain", f"{LEAST} or more"))
    x, y = inputs[kept], output[kept]
    if float(np.ptp(y)) <= 1e-9 * float(np.abs(y).max(initial=0.0)):
        raise InputError(Fault("output", f"{y[0]:.6g} in every draw", "an output that changes from draw to draw"))
    return TABLES[method].frame(_METHODS[method](names, x, y, seed))


def _given(names: Sequence[str], x: Floats, y: Floats, seed: int) -> list[dict[str, Any]]:
    n = len(y)
    slices = int(np.clip(np.sqrt(n) / 2, 2, 50))
    order = np.column_stack([rankdata(column, method="ordinal") - 1 for column in x.T]).astype(np.int64)
    member = order * slices // n
    rng = np.random.default_rng(seed)
    equal = np.arange(n) * slices // n
    chance = [_between(equal, rng.permutation(y), slices) for _ in range(_PERMUTATIONS)]
    floor = float(np.quantile(chance, 0.95))
    parts = rng.permutation(n) % _PARTS
    ranks = rankdata(y)
    rows = []
    for k, name in enumerate(names):
        without = np.array([_between(member[parts != p, k], y[parts != p], slices) for p in range(_PARTS)])
        deviation = np.sqrt((_PARTS - 1) / _PARTS * ((without - without.mean()) ** 2).sum())
        rows.append(
            {
                "input": name,
                "first": _between(member[:, k], y, slices),
                "error": 1.96 * float(deviation),
                "floor": floor,
                "rank": float(np.corrcoef(rankdata(x[:, k]), ranks)[0, 1]) if np.ptp(x[:, k]) else 0.0,
                "bottom": float(np.median(y[order[:, k] < n / 5])),
                "top": float(np.median(y[order[:, k] >= 4 * n / 5])),
            }
        )
    return sorted(rows, key=lambda row: -float(str(row["first"])))


def _between(member: Ints, y: Floats, slices: int) -> float:
    """The part of the variance of y between slices, less what chance puts there (epsilon squared)."""
    centred = y - y.mean()
    sums = np.bincount(member, centred, slices)
    counts = np.maximum(np.bincount(member, minlength=slices), 1)
    total = float(centred @ centred)
    between = float((sums**2 / counts).sum())
    within = (total - between) / (len(y) - slices)
    return (between - (slices - 1) * within) / total


def _pawn(names: Sequence[str], x: Floats, y: Floats, seed: int) -> list[dict[str, Any]]:
    found = _salib()["pawn"](_problem(names), x, y, S=10, seed=seed + 1)
    columns = (found["median"], found["minimum"], found["maximum"])
    rows = [
        dict(zip(("input", "distance", "least", "most"), r, strict=True)) for r in zip(names, *columns, strict=True)
    ]
    return sorted(rows, key=lambda row: -row["distance"])


def _sobol(names: Sequence[str], x: Floats, y: Floats, seed: int) -> list[dict[str, Any]]:
    found = _salib()["sobol"](
        _problem(names), y, calc_second_order=False, num_resamples=_RESAMPLES, conf_level=0.95, seed=seed + 1
    )
    columns = (found["S1"], found["S1_conf"], found["ST"], found["ST_conf"])
    head = ("input", "first", "error", "total", "total_error")
    return sorted(
        (dict(zip(head, r, strict=True)) for r in zip(names, *columns, strict=True)), key=lambda r: -r["total"]
    )


def _morris(names: Sequence[str], x: Floats, y: Floats, seed: int) -> list[dict[str, Any]]:
    found = _salib()["morris"](
        _problem(names), x, y, num_resamples=_RESAMPLES, conf_level=0.95, num_levels=_LEVELS, seed=seed + 1
    )
    columns = (found["mu_star"], found["mu_star_conf"], found["mu"], found["sigma"])
    head = ("input", "size", "error", "mean", "spread")
    return sorted(
        (dict(zip(head, r, strict=True)) for r in zip(names, *columns, strict=True)), key=lambda r: -r["size"]
    )


_METHODS: dict[str, Callable[[Sequence[str], Floats, Floats, int], list[dict[str, Any]]]] = {
    "given": _given,
    "pawn": _pawn,
    "sobol": _sobol,
    "morris": _morris,
}


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _salib() -> dict[str, Callable[..., Any]]:
    try:
        from SALib.analyze import morris, pawn, sobol
        from SALib.sample import morris as morris_sample
        from SALib.sample import sobol as sobol_sample
    except ImportError:
        raise MissingExtra("Sobol, Morris and PAWN indices", "sensitivity") from None
    return {
        "sample sobol": sobol_sample.sample,
        "sample morris": morris_sample.sample,
        "sobol": sobol.analyze,
        "morris": morris.analyze,
        "pawn": pawn.analyze,
    }
