"""A claimed number beside a source's: both are intervals, and they agree when they meet."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ytterby.studies.claims.figures import Answer
from ytterby.studies.claims.record import Test, Wording
from ytterby.studies.claims.vague import ABOUT, ABOUT_POINTS, NEARLY, PLAIN, PLAIN_POINTS


def claimed(test: Test, wording: Sequence[Wording] = ()) -> tuple[float, float]:
    """Return the interval a test's number stands for, with the relation's tolerance.

    >>> claimed(Test("share", value=70.0, relation="about", unit="%"))
    (65.0, 75.0)
    >>> claimed(Test("share", value=50.0, relation=">", unit="%"))
    (50.0, inf)
    """
    value = test.value
    if value is None:
        low = test.low if test.low is not None else -math.inf
        return low, test.high if test.high is not None else math.inf
    given = {word.term: word.threshold for word in wording}
    points = test.unit == "%"
    if test.relation in (">", ">="):
        return value, math.inf
    if test.relation in ("<", "<="):
        # "nearly" and "almost" are written as a range by whoever makes the test; "less than" has no lower end.
        return (test.low if test.low is not None else -math.inf), value
    if test.low is not None or test.high is not None:
        return (value if test.low is None else test.low), (value if test.high is None else test.high)
    if test.relation == "about":
        slack = given.get("about", ABOUT_POINTS if points else ABOUT * 100)
        near = slack if points else abs(value) * slack / 100
        near = min(near, abs(value) * 0.25) if points else near
        return value - near, value + near
    near = given.get("plain", PLAIN_POINTS if points else PLAIN * 100)
    near = min(near, abs(value) * 0.1) if points else abs(value) * near / 100
    return value - near, value + near


def meets(answer: Answer, low: float, high: float) -> bool:
    """Say whether a source's interval meets the claimed one; a bound is met by its value, not by its end.

    A share of a world printed as "more than" is known only from above, so its own value decides.
    """
    if math.isinf(answer.high):
        return answer.high >= low and answer.low <= high
    least = min(answer.low, answer.value) if answer.low > 0 else answer.value
    return least <= high and max(answer.high, answer.value) >= low


def nearly(value: float, slack: float = NEARLY) -> tuple[float, float]:
    """Return the range of "nearly" or "almost" a number: a tenth below it, and a rounding above it."""
    return value * (1 - slack), value * (1 + slack / 5)
