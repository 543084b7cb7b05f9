"""The calendar of a run: months, quarters or years, and how much of each a measure's window covers.

Base-year figures are annual rates, the same in every period of a year: no season is made up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from ytterby.model.scenario import Time

#: Months in one period of each step.
STEPS = {"month": 1, "quarter": 3, "year": 12}
#: Years in one period of each step.
YEARS = {"month": 1 / 12, "quarter": 0.25, "year": 1.0}
_DAYS = 365.25 / 12
_POINTS = 8


@dataclass(frozen=True, slots=True)
class Period:
    """One period, first and last day included."""

    label: str
    start: date
    end: date

    def part(self, start: date | None, end: date | None) -> float:
        """The part of the period's days within a window; a missing end of it is open."""
        first, last = max(self.start, start or self.start), min(self.end, end or self.end)
        return max((last - first).days + 1, 0) / ((self.end - self.start).days + 1)

    def mean(self, of: Callable[[float], float], since: date) -> float:
        """The mean over the period of a function of the months since a day (below 0 before it)."""
        first = (self.start - since).days
        days = (self.end - self.start).days + 1
        return sum(of((first + days * (i + 0.5) / _POINTS) / _DAYS) for i in range(_POINTS)) / _POINTS


def calendar(time: Time) -> tuple[Period, ...]:
    """The periods of a run, in order.

    >>> [p.label for p in calendar(Time("quarter", 2025, 2026, 10, 3))]
    ['2025-Q4', '2026-Q1']
    """
    size = STEPS[time.step]
    first, last = time.start * 12 + time.first - 1, time.end * 12 + time.last - 1
    return tuple(
        Period(_label(time.step, at), _day(at), _day(at + size) - timedelta(1)) for at in range(first, last + 1, size)
    )


def _day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _label(step: str, at: int) -> str:
    year, month = divmod(at, 12)
    return {"year": f"{year}", "quarter": f"{year}-Q{month // 3 + 1}", "month": f"{year}-{month + 1:02}"}[step]
