"""What a negotiation may settle on, from positions, power and salience: weighted mean and median, with uncertainty.

The weight of an actor is power x salience. The weighted median beats every other position in pairwise votes when
actors prefer what is nearer (Black 1948). This is the default; the rounds of `rounds` are an experiment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ytterby.core.errors import Fault, InputError

Floats = NDArray[np.float64]
_DRAWS = 2000
#: Positions and powers beyond this are no measurements; their products still fit a float.
_LARGEST = 1e30


@dataclass(frozen=True, slots=True)
class Actor:
    """One actor: its position on the issue [unit of the issue], power (any unit) and salience 0..1."""

    name: str
    position: float
    power: float
    salience: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """The weighted mean and median, each with its 5th and 95th percentile when inputs are uncertain."""

    mean: float
    median: float
    mean_range: tuple[float, float]
    median_range: tuple[float, float]


def forecast(actors: Sequence[Actor], spread: float = 0.2, seed: int = 0, draws: int = _DRAWS) -> Forecast:
    """The weighted mean and median of the actors' positions, with their ranges.

    `spread` is how uncertain the inputs are: a relative standard deviation of powers and saliences (lognormal), and of
    positions as a part of the range they span (normal, a quarter of it). An assumption: state it with the result.
    """
    check(actors)
    if not 0 <= spread <= 2 or draws < 2:
        raise InputError(Fault("spread", f"{spread:g} over {draws} draws", "0 to 2, and 2 draws or more"))
    x, w = (np.array([a.position for a in actors]), np.array([a.power * a.salience for a in actors]))
    rng = np.random.default_rng(seed)
    width = float(np.ptp(x))
    means, medians = np.empty(draws), np.empty(draws)
    for k in range(draws):
        moved = np.clip(x + rng.normal(0, 0.25 * spread * width, len(x)), x.min(), x.max())
        weight = w * np.exp(rng.normal(0, spread, len(x)) + rng.normal(0, spread, len(x)))
        means[k], medians[k] = weight @ moved / weight.sum(), weighted_median(moved, weight)
    low, high = (np.percentile(means, (5, 95)), np.percentile(medians, (5, 95)))
    return Forecast(
        float(w @ x / w.sum()),
        weighted_median(x, w),
        (float(low[0]), float(low[1])),
        (float(high[0]), float(high[1])),
    )


def weighted_median(x: Floats, w: Floats) -> float:
    """The position with half of the weight on either side; the first one that reaches half."""
    order = np.argsort(x, kind="stable")
    reached = np.cumsum(w[order])
    return float(x[order][np.searchsorted(reached, 0.5 * reached[-1] * (1 - 1e-12))])


def check(actors: Sequence[Actor]) -> None:
    """Raise InputError with every fault of a list of actors."""
    faults = [
        Fault(
            f"actor {a.name!r}",
            f"position {a.position:g}, power {a.power:g}, salience {a.salience:g}",
            "a position and a power of 0 or more, both of ordinary size; salience 0 to 1",
        )
        for a in actors
        if not (0 <= a.power <= _LARGEST and 0 <= a.salience <= 1 and abs(a.position) <= _LARGEST)
    ]
    if len(actors) < 2 or not sum(a.power * a.salience for a in actors) > 0:
        faults.append(Fault("actors", f"{len(actors)}", "two or more, of whom somebody has weight"))
    if faults:
        raise InputError(faults)
