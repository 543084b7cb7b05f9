"""Concentration: the Herfindahl-Hirschman index of shares.

    HHI = Σ s_i²,   s_i = amount_i / Σ amount_j          from 1/n (equal shares) to 1 (one country has all)

We keep 0..1; multiply by 10 000 for the antitrust scale. The normalised index (HHI − 1/n) / (1 − 1/n) runs from 0 to 1
whatever the number n of countries with a share. After O. C. Herfindahl (1950) and A. O. Hirschman (1945, 1964).

A row "other countries" is not a country. Treated as one it gives an upper bound; kept in the total but spread so thin
that its square vanishes, it gives a lower bound. The caller of `hhi` chooses (default: lower bound); `concentration`
gives both, with the share of the n largest and the effective number of producers, 1/HHI (M. A. Adelman 1969).

>>> hhi({"CHN": 50, "USA": 25, "AUS": 25})
0.375
>>> hhi({"CHN": 50, "USA": 25, "XXX": 25}), hhi({"CHN": 50, "USA": 25, "XXX": 25}, others="one")
(0.3125, 0.375)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from ytterby.core.errors import Fault, InputError

if TYPE_CHECKING:
    import polars as pl


POINTS = 10_000  # the antitrust scale


class HasFrame(Protocol):
    """Anything that carries a frame with the columns `country` and `value`, such as a selection of figures."""

    @property
    def frame(self) -> pl.DataFrame:
        """The rows."""


# As they are written in tables, in lower case.
OTHERS = frozenset({"xxx", "other countries", "other", "others", "rest of world"})
WORLD = frozenset({"wld", "world", "world total", "total"})
_ONE_QUANTITY = ("material", "form", "stage", "measure", "partner", "period", "unit", "facility", "ore")


@dataclass(frozen=True, slots=True)
class Concentration:
    """Concentration of amounts over places; every pair is (low, high), which differ by what "other countries" may be.

    `hhi` and `normalised` run from 0 to 1, `points` to 10 000; `effective` is a number of equal producers; `top` maps n
    to the share of the n largest named places; `others` is the share of "other countries".
    """

    leader: str
    leader_share: float
    hhi: tuple[float, float]
    normalised: tuple[float, float]
    points: tuple[float, float]
    effective: tuple[float, float]
    top: Mapping[int, float]
    others: float
    count: int


def concentration(
    amounts: Mapping[str, float | None] | Iterable[float | None] | pl.DataFrame | HasFrame,
    top: Iterable[int] = (1, 3, 5),
) -> Concentration:
    """Return every measure of how concentrated `amounts` are, as intervals over "other countries".

    >>> found = concentration({"CHN": 50, "USA": 25, "XXX": 25})
    >>> found.hhi, found.points, found.leader, found.top[3]
    ((0.3125, 0.375), (3125.0, 3750.0), 'CHN', 0.75)
    >>> found.effective
    (2.6666666666666665, 3.2)
    """
    places = _places(amounts)
    total = math.fsum(amount for _, amount in places)
    named = [(place, amount / total) for place, amount in places if place.casefold() not in OTHERS]
    rest = 1.0 - math.fsum(share for _, share in named) if len(named) < len(places) else 0.0
    ranked = sorted(named, key=lambda pair: (-pair[1], pair[0]))
    squares = math.fsum(share * share for _, share in named)
    low, high = squares, squares + max(rest, 0.0) ** 2
    count = sum(share > 0 for _, share in named)
    leader, first = ranked[0] if ranked else ("", 0.0)
    return Concentration(
        leader=leader,
        leader_share=first,
        hhi=(low, high),
        normalised=(_normalised(low, count), _normalised(high, count + (rest > 0))),
        points=(POINTS * low, POINTS * high),
        effective=(1 / high, 1 / low if low > 0 else math.inf),
        top={n: math.fsum(share for _, share in ranked[:n]) for n in top},
        others=max(rest, 0.0),
        count=count,
    )


def hhi(
    amounts: Mapping[str, float | None] | Iterable[float | None] | pl.DataFrame | HasFrame,
    *,
    normalised: bool = False,
    others: Literal["spread", "one"] = "spread",
    points: bool = False,
) -> float:
    """Return the Herfindahl-Hirschman index of `amounts` [0..1, or 0..10 000 with `points`].

    `amounts` is a mapping country → amount, a plain sequence of amounts, or a frame (or a selection of figures) with
    the columns `country` and `value`. Amounts may be in any one unit, or already shares. A missing amount (null) is
    left out, from the sum and from the total; a row for the world is left out. `others` says what to do with a row
    "other countries" (XXX): "spread" counts it in the total only (lower bound), "one" as a country (upper bound).

    >>> hhi([1, 1, 1, 1]), hhi([1, 1, 1, 1], normalised=True), hhi([1, 1, 1, 1], points=True)
    (0.25, 0.0, 2500.0)
    """
    if others not in ("spread", "one"):
        raise InputError(Fault("hhi, others", repr(others), "'spread' or 'one'"))
    places = _places(amounts)
    total = math.fsum(amount for _, amount in places)
    shares = [amount / total for place, amount in places if others == "one" or place.casefold() not in OTHERS]
    index = math.fsum(share * share for share in shares)
    if normalised:
        index = _normalised(index, sum(share > 0 for share in shares))
    return POINTS * index if points else index


def _normalised(index: float, count: int) -> float:
    # With "others" spread thin the index can fall below 1/n, where the normalised scale has its zero.
    return max(0.0, (index - 1 / count) / (1 - 1 / count)) if count > 1 else float(count)


def _places(amounts: Any) -> list[tuple[str, float]]:
    rows = [(country, float(amount)) for country, amount in _pairs(amounts) if amount is not None]
    places = [(country, amount) for country, amount in rows if country.casefold() not in WORLD]
    _refuse_bad(places)
    return places


def _pairs(amounts: Any) -> list[tuple[str, float | None]]:
    if isinstance(amounts, Mapping):
        return list(amounts.items())
    frame = getattr(amounts, "frame", amounts)
    if not hasattr(frame, "columns"):
        return [(f"#{at}", amount) for at, amount in enumerate(amounts, 1)]
    missing = [name for name in ("country", "value") if name not in frame.columns]
    if missing:
        raise InputError([Fault("hhi", f"a frame without column {name!r}", "country and value") for name in missing])
    _refuse_mixture(frame)
    return list(zip(frame["country"].to_list(), frame["value"].to_list(), strict=True))


def _refuse_mixture(frame: pl.DataFrame) -> None:
    """Refuse a frame that holds more than one quantity, or one country twice: its shares would mean nothing."""
    faults = []
    for name in _ONE_QUANTITY:
        values = sorted({str(value) for value in frame[name].to_list()}) if name in frame.columns else []
        if len(values) > 1:
            faults.append(Fault(f"hhi, column {name!r}", ", ".join(values), "one value; select it first"))
    countries = frame.filter(frame["value"].is_not_null())["country"].to_list()
    twice = sorted({country for country in countries if countries.count(country) > 1})
    if twice and not faults:
        found = f"{', '.join(twice)} more than once"
        faults.append(Fault("hhi, column 'country'", found, "one row a country; select one source"))
    if faults:
        raise InputError(faults)


def _refuse_bad(places: list[tuple[str, float]]) -> None:
    bad = [(place, amount) for place, amount in places if not (math.isfinite(amount) and amount >= 0)]
    if bad:
        raise InputError([Fault(f"hhi, {place}", repr(amount), "an amount of zero or more") for place, amount in bad])
    if not any(amount > 0 for _, amount in places):
        raise InputError(Fault("hhi", f"{len(places)} amounts, none above zero", "at least one amount above zero"))
