"""Charts that live in table cells: a bar pair, a stacked bar, a dot with its interval, a bar to either side of zero.

The numbers stand in the same row, so a reader who does not see the picture misses nothing, and a phone shows the same
chart as a wide screen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ytterby.show.svg import bar, dot, label, rule, strip, tick
from ytterby.show.words import TRUSTED_MULTIPLE, number, percent

#: The axis of price multiples: from a quarter of the base to just beyond what is trusted.
_LOW, _HIGH = 0.25, 6.5
_TICKS = (0.5, 1.0, 2.0, TRUSTED_MULTIPLE)
#: Heights of the three kinds of price in their strip, so that equal ones do not hide each other.
_LANES = {"home": 9, "fob": 4.5, "delivered": 13.5}
_SIGMAS = 5.0


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a stacked bar: its size [% of the whole bar], its class and its name."""

    size: float
    class_: str
    name: str


def stacked(parts: Sequence[Part], title: str) -> str:
    """Return a stacked bar; parts below zero are left out."""
    pieces: list[str] = []
    at = 0.0
    for part in parts:
        if part.size > 0:
            end = min(at + part.size, 100.0)
            pieces.append(bar(at, end, part.class_, title=f"{part.name} {percent(part.size)}"))
            at = end
    return strip(title, bar(0, 100, "rail"), *pieces)


def bar_pair(base: float | None, value: float | None, title: str) -> str:
    """Return the base above the scenario [%]."""
    above = bar(0, min(base or 0.0, 100.0), "base", y=2, height=6)
    below = bar(0, min(value or 0.0, 100.0), "scen", y=9, height=6)
    return strip(title, bar(0, 100, "rail", y=2, height=13), above, below)


def multiples(marks: Sequence[tuple[str, float]], title: str, spread: tuple[float, float] | None = None) -> str:
    """Return dots on a log axis of multiples of the base price; `spread` is drawn as a line.

    A mark beyond the trusted multiple is drawn at the edge, open, because it is only "at least".
    """
    body = [tick(_log(1.0), "one")]
    if spread is not None:
        body.append(rule(_log(spread[0]), _log(spread[1]), "spread", y=_LANES["delivered"]))
    for class_, value in marks:
        beyond = value > TRUSTED_MULTIPLE * (1 + 1e-9)
        shape = f"{class_} open" if beyond else class_
        body.append(dot(_log(value), shape, f"{class_}: {_times(value)} base", y=_LANES.get(class_, 9), radius=3.6))
    return strip(title, *body)


def multiples_axis() -> str:
    """Return the axis that `multiples` is read on."""
    marks = [label(_log(t), f"×{t:g}") for t in _TICKS]
    return strip("axis: multiples of the base price", *marks, height=14, class_="strip axis-strip")


def either_side(value: float, low: float, high: float, title: str) -> str:
    """Return a bar from zero on an axis from `low` to `high`."""
    span = (high - low) or 1.0
    zero = 100 * (0 - low) / span
    end = 100 * (value - low) / span
    return strip(title, bar(zero, end, "loss" if value < 0 else "gain"), tick(zero))


def spread(start: float, end: float, low: float, high: float, title: str) -> str:
    """Return a bar between two values on an axis from `low` to `high`, with zero marked."""
    span = (high - low) or 1.0
    places = [100 * (value - low) / span for value in (start, end, 0.0)]
    return strip(title, bar(places[0], places[1], "scen"), tick(places[2]))


def move(sigmas: float, title: str) -> str:
    """Return where a figure moved to, in its own standard uncertainty; the band is one, the rail five."""
    at = max(-_SIGMAS, min(_SIGMAS, sigmas))
    beyond = abs(sigmas) >= 3
    body = (rule(0, 100, "rail-line"), bar(_sigma(-1), _sigma(1), "band", y=4, height=10), tick(50))
    return strip(title, *body, dot(_sigma(at), "far" if beyond else "near"))


def interval(value: float | None, low: float | None, high: float | None, title: str) -> str:
    """Return a value within its range, the range drawn over the whole width."""
    if value is None or low is None or high is None or high <= low:
        return ""
    at = 100 * (value - low) / (high - low)
    return strip(title, rule(4, 96, "spread"), dot(4 + 0.92 * max(0.0, min(100.0, at)), "home"))


def _sigma(value: float) -> float:
    return 50 + 47 * value / _SIGMAS


def _log(value: float) -> float:
    clipped = min(max(value, _LOW), _HIGH)
    return 4 + 92 * math.log(clipped / _LOW) / math.log(_HIGH / _LOW)


def _times(value: float) -> str:
    return f"at least {TRUSTED_MULTIPLE:g} ×" if value > TRUSTED_MULTIPLE else f"{number(value)} ×"
