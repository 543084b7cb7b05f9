"""The `time` table of a scenario file: step, first and last period (or a horizon), and what is foreseen.

    time = { step = "year", from = 2025, to = 2025 }
    time = { step = "month", from = "2025-01", to = "2026-12", foresight = "rolling", rolling = 12 }
    time = { step = "quarter", from = "2025-Q1", horizon = 8, foresight = "myopic" }

A year alone stands for its first period as `from` and for its last as `to`.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator, model_validator

from ytterby.core.errors import nearest
from ytterby.model.calendar import STEPS
from ytterby.model.edge import Edge, Number, Text, show, wrong
from ytterby.model.scenario import Ranged, Time
from ytterby.model.scenario_dist import RangeTable

FORESIGHT = ("perfect", "myopic", "rolling")
#: Periods in a rolling window when the file does not say: a year, or five of them.
_WINDOW = {"month": 12, "quarter": 4, "year": 5}
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_MOST = {"month": 240, "quarter": 120, "year": 60}
_MONTH, _QUARTER = re.compile(r"(\d{4})-(\d{2})"), re.compile(r"(\d{4})-?[Qq](\d)")
_WORDS = {"year": "a year, such as 2025", "quarter": 'a quarter, such as "2025-Q1"', "month": 'a month, "2025-01"'}

Whole = Annotated[int, Field(ge=1, le=1000, strict=True)]


class TimeTable(Edge):
    """The periods to solve."""

    step: Annotated[str, Field(description='"month", "quarter" or "year"')]
    start: Annotated[Any, Field(alias="from", description='a year such as 2025, or a month such as "2025-01"')]
    end: Annotated[Any, Field(alias="to", description='a year such as 2026, or a month such as "2026-12"')] = None
    horizon: Annotated[Whole | None, Field(description="a number of periods, in place of `to`")] = None
    foresight: Annotated[Any, Field(description="one of " + ", ".join(FORESIGHT))] = None
    rolling: Annotated[Whole | None, Field(description="periods in a rolling plan, 1 or more")] = None

    @field_validator("step")
    @classmethod
    def _step(cls, value: str) -> str:
        if value not in STEPS:
            raise wrong(show(value), '"month", "quarter" or "year"', nearest(value, STEPS))
        return value

    @model_validator(mode="after")
    def _check(self) -> TimeTable:
        self.record()
        return self

    def record(self) -> Time:
        """The time; raises a fault that names what is wrong with it."""
        size = STEPS[self.step]
        first = _month(self.start, self.step, last=False)
        if (self.end is None) == (self.horizon is None):
            found = "neither to nor horizon" if self.end is None else "both to and horizon"
            raise wrong(found, "one of the two")
        last = first + size * self.horizon - 1 if self.horizon else _month(self.end, self.step, last=True)
        if last < first:
            raise wrong(f"from {_said(first, size)} to {_said(last, size)}", "from no later than to")
        count = (last - first + 1) // size
        if count > _MOST[self.step]:
            raise wrong(f"{count} periods", f"{_MOST[self.step]} of step {self.step} at most")
        foresight, window = self._foresight()
        return Time(
            self.step, first // 12, last // 12, first % 12 + 1, last % 12 + 1, foresight,
            min(window, count) if window else None,
        )  # fmt: skip

    def _foresight(self) -> tuple[str, int | None]:
        given: object = self.foresight
        window: object = self.rolling
        if isinstance(self.foresight, dict) and set(self.foresight) == {"rolling"} and window is None:
            given, window = "rolling", self.foresight["rolling"]
        if given is None:
            given = "perfect" if window is None else "rolling"
        if not isinstance(given, str) or given not in FORESIGHT:
            near = nearest(given, FORESIGHT) if isinstance(given, str) else None
            raise wrong(f"foresight {show(given)}", "one of " + ", ".join(FORESIGHT), near)
        if given != "rolling":
            if window is not None:
                raise wrong(f"rolling = {show(window)} beside foresight {show(given)}", 'foresight = "rolling"')
            return given, None
        size: object = _WINDOW[self.step] if window is None else window
        if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= 1000:
            raise wrong(f"rolling = {show(size)}", "a whole number of periods, 1 or more")
        return given, size


def _month(value: object, step: str, last: bool) -> int:
    """Months since the year 0 of the first or last month that a word names."""
    size = STEPS[step]
    found: tuple[int, int] | None = None
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date) and step != "year":
        found = value.year, value.month - 1
    elif isinstance(value, int) and not isinstance(value, bool):
        found = value, (12 - size if last else 0)
    elif isinstance(value, str) and step != "year":
        found = _read(value, step)
    if found is None or not _FIRST_YEAR <= found[0] <= _LAST_YEAR:
        raise wrong(f"{'to' if last else 'from'} = {show(value)}", _WORDS[step])
    year, month = found
    month -= month % size
    return year * 12 + month + (size - 1 if last else 0)


def _read(text: str, step: str) -> tuple[int, int] | None:
    if re.fullmatch(r"\d{4}", text):
        return None
    if at := _QUARTER.fullmatch(text):
        year, quarter = int(at[1]), int(at[2])
        return (year, 3 * (quarter - 1)) if 1 <= quarter <= 4 else None
    if at := _MONTH.fullmatch(text):
        year, month = int(at[1]), int(at[2])
        return (year, month - 1) if 1 <= month <= 12 else None
    return None


def _said(month: int, size: int) -> str:
    return f"{month // 12}" if size == 12 else f"{month // 12}-{month % 12 + 1:02}"


class OneYear(TimeTable):
    """A time of one year, for what is solved in one period only."""

    @model_validator(mode="after")
    def _one(self) -> OneYear:
        if self.record().many:
            raise wrong("more than one year, or another step", 'one year, from = to: { step = "year", … }')
        return self


class MonthsTable(RangeTable):
    """A number of months with its range: `delay = 2` or `delay = { months = 2, low = 1, high = 4, why = "…" }`."""

    months: Annotated[Number, Field(ge=0, le=600, description="months, 0 or more")]
    low: Annotated[Number | None, Field(ge=0, le=600, description="the low end of the range, months")] = None
    high: Annotated[Number | None, Field(ge=0, le=600, description="the high end of the range, months")] = None
    why: Annotated[Text | None, Field(description="the reason for the number")] = None

    @model_validator(mode="after")
    def _order(self) -> MonthsTable:
        self.within(self.low, self.months, self.high)
        return self

    def record(self) -> Ranged:
        """The months as a ranged number."""
        return Ranged(self.months, self.low, self.high, "months", self.why or "", self.dist or "")


class MultipleTable(RangeTable):
    """A multiple with its range: `release_above = 2` or `{ times = 2, low = 1.5, high = 3, why = "…" }`."""

    times: Annotated[Number, Field(ge=0, le=1000, description="a multiple, 0 or more")]
    low: Annotated[Number | None, Field(ge=0, le=1000, description="the low end of the range")] = None
    high: Annotated[Number | None, Field(ge=0, le=1000, description="the high end of the range")] = None
    why: Annotated[Text | None, Field(description="the reason for the number")] = None

    @model_validator(mode="after")
    def _order(self) -> MultipleTable:
        self.within(self.low, self.times, self.high)
        return self

    def record(self) -> Ranged:
        """The multiple as a ranged number."""
        return Ranged(self.times, self.low, self.high, "", self.why or "", self.dist or "")


def bare(key: str) -> BeforeValidator:
    """Let a bare value stand for a table that holds it under `key`."""
    return BeforeValidator(lambda value: value if isinstance(value, (dict, Edge)) else {key: value})


MonthsField = Annotated[MonthsTable, bare("months")]
MultipleField = Annotated[MultipleTable, bare("times")]
