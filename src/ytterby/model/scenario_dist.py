"""The `dist` of a number in a scenario file: how an ensemble draws it within its range.

    limit = { share_of_base = 0.6, low = 0.3, high = 0.9, dist = "uniform", why = "…" }
    lost  = { share = 0.5, low = 0, high = 1, dist = "discrete 0 0.5:2 1", why = "…" }

Without it a number with a range is drawn from a triangle with its mode at the value.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from ytterby.core.errors import InputError
from ytterby.model.distributions import said
from ytterby.model.edge import Edge, in_order, show, wrong


def _read(text: str) -> str:
    try:
        said("dist", text)
    except InputError as error:
        fault = error.faults[0]
        raise wrong(fault.found, fault.expected, fault.nearest) from None
    return text


Dist = Annotated[
    str | None,
    Field(max_length=400, description='how it is drawn, such as "uniform" or "discrete 0.2 0.5:3"'),
    AfterValidator(lambda text: None if text is None else _read(text)),
]


class RangeTable(Edge):
    """A table of one number with a range, which may say how it is drawn."""

    dist: Dist = None

    def within(self, low: float | None, value: float | None, high: float | None) -> None:
        """Refuse a range that does not hold its value, or a distribution that does not fit the range."""
        in_order(low, value, high)
        if self.dist is None:
            return
        told = said("dist", self.dist)
        if low is None or high is None or low >= high:
            raise wrong(f"dist = {show(self.dist)} without a range", "low and high beside it, low below high")
        if told.dist != "discrete" and told.low is not None:
            raise wrong(f"dist = {show(self.dist)}", f'"{told.dist}" alone: low and high are its range')
        if told.dist in ("loguniform", "lognormal") and low <= 0:
            raise wrong(f"dist = {show(self.dist)} from {low:g}", "a low end above 0")
        if told.points and not low <= told.points[0][0] <= told.points[-1][0] <= high:
            raise wrong(f"dist = {show(self.dist)}", f"values from low to high, {low:g} to {high:g}")
