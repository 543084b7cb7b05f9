"""Distributions over the range of an uncertain number, and how a user says another one.

uniform, loguniform   equal chance for equal steps, or for equal factors
triangular            mode at the number itself
lognormal             median at the number itself; low and high are its 5th and 95th percentile, and it is cut there
discrete              listed values with weights
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ytterby.core.errors import Fault, InputError, nearest, printable

Floats = NDArray[np.float64]
Points = tuple[tuple[float, float], ...]

DISTRIBUTIONS = ("triangular", "loguniform", "uniform", "lognormal", "discrete")
#: Standard normal deviate of the 95th percentile.
_Z95 = 1.6448536269514722


def inverse(dist: str, value: float, low: float, high: float, points: Points, percentile: Floats) -> Floats:
    """The values at percentiles 0..1; all lie within low and high.

    >>> inverse("loguniform", 2.0, 1.0, 4.0, (), np.array([0.0, 0.5, 1.0])).tolist()
    [1.0, 2.0, 4.0]
    >>> inverse("discrete", 2.0, 1.0, 4.0, ((1.0, 3.0), (4.0, 1.0)), np.array([0.0, 0.74, 0.76, 1.0])).tolist()
    [1.0, 1.0, 4.0, 4.0]
    """
    if dist == "loguniform":
        return np.asarray(low * (high / low) ** percentile, dtype=np.float64)
    if dist == "lognormal":
        from scipy.special import ndtr, ndtri

        sigma = math.log(high / low) / (2 * _Z95)
        ends = ndtr(np.log(np.array([low, high]) / value) / sigma)
        found = value * np.exp(sigma * ndtri(ends[0] + (ends[1] - ends[0]) * percentile))
        return np.asarray(np.clip(found, low, high), dtype=np.float64)
    if dist == "discrete":
        values, weights = (np.array(column) for column in zip(*points, strict=True))
        edges = np.cumsum(weights) / weights.sum()
        place = np.minimum(np.searchsorted(edges, percentile, side="right"), len(values) - 1)
        return np.asarray(values[place], dtype=np.float64)
    span = high - low
    if dist == "uniform":
        return low + span * percentile
    mode = (value - low) / span
    up = np.sqrt(percentile * mode)
    down = 1 - np.sqrt((1 - percentile) * (1 - mode))
    return low + span * np.where(percentile <= mode, up, down)


@dataclass(frozen=True, slots=True)
class Said:
    """A distribution as a user gave it: its name, its range (None: as it was), its points when it is discrete."""

    dist: str
    low: float | None = None
    high: float | None = None
    points: Points = ()


def said(name: str, text: str) -> Said:
    """Read `lognormal`, `uniform 0.2 0.8` or `discrete 0.3 0.6:2 0.9` (values, with weights after a colon).

    >>> said("a", "uniform 0.2 0.8")
    Said(dist='uniform', low=0.2, high=0.8, points=())
    >>> said("a", "discrete 0.9 0.6:2").points
    ((0.6, 2.0), (0.9, 1.0))
    """
    place = f"distribution of {printable(name, 60)}"
    word, *rest = text.split() or [""]
    if word not in DISTRIBUTIONS:
        raise InputError(
            Fault(place, repr(printable(word, 40)), "one of " + ", ".join(DISTRIBUTIONS), nearest(word, DISTRIBUTIONS))
        )
    if word == "discrete":
        pairs = [part.partition(":") for part in rest]
        points = sorted((_number(place, v), _number(place, w) if colon else 1.0) for v, colon, w in pairs)
        if (
            len({v for v, _ in points}) < 2
            or len({v for v, _ in points}) < len(points)
            or min(w for _, w in points) <= 0
        ):
            raise InputError(
                Fault(place, repr(printable(text, 60)), "two or more different values with weights above 0")
            )
        return Said(word, points[0][0], points[-1][0], tuple(points))
    if not rest:
        return Said(word)
    ends = [_number(place, part) for part in rest]
    if len(ends) != 2 or ends[0] >= ends[1]:
        raise InputError(Fault(place, repr(printable(text, 60)), f"{word}, or {word} with a low and a high end"))
    return Said(word, ends[0], ends[1])


def _number(place: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(Fault(place, repr(printable(text, 40)), "a number"))
    return value
