"""Concentration: the Herfindahl-Hirschman index of shares.

    HHI = Σ s_i²,   s_i = amount_i / Σ amount_j          from 1/n (equal shares) to 1 (one country has all)

We keep 0..1; multiply by 10 000 for the antitrust scale. The normalised index (HHI − 1/n) / (1 − 1/n) runs from 0 to 1
whatever the number n of countries with a share. After O. C. Herfindahl (1950) and A. O. Hirschman (1945, 1964).

A row "other countries" is not a country. Treated as one it gives an upper bound; kept in the total but spread so thin
that its square vanishes, it gives a lower bound. The caller chooses; the default is the lower bound.

>>> hhi({"CHN": 50, "USA": 25, "AUS": 25})
0.375
>>> hhi({"CHN": 50, "USA": 25, "XXX": 25}), hhi({"CHN": 50, "USA": 25, "XXX": 25}, others="one")
(0.3125, 0.375)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

from ytterby.core.errors import Fault, InputError

if TYPE_CHECKING:
    import polars as pl


class HasFrame(Protocol):
    """Anything that carries a frame with the columns `country` and `value`, such as a selection of figures."""

    @property
    def frame(self) -> pl.DataFrame:
        """The rows."""


# As they are written in tables, in lower case.
OTHERS = frozenset({"xxx", "other countries", "other", "others", "rest of world"})
WORLD = frozenset({"wld", "world", "world total", "total"})
_ONE_QUANTITY = ("material", "form", "stage", "measure", "partner", "period", "unit", "facility", "ore")


def hhi(
    amounts: Mapping[str, float | None] | Iterable[float | None] | pl.DataFrame | HasFrame,
    *,
    normalised: bool = False,
    others: Literal["spread", "one"] = "spread",
) -> float:
    """Return the Herfindahl-Hirschman index of `amounts` [0..1].

    `amounts` is a mapping country → amount, a plain sequence of amounts, or a frame (or a selection of figures) with
    the columns `country` and `value`. Amounts may be in any one unit, or already shares. A missing amount (null) is
    left out, from the sum and from the total; a row for the world is left out. `others` says what to do with a row
    "other countries" (XXX): "spread" counts it in the total only (lower bound), "one" as a country (upper bound).

    >>> hhi([1, 1, 1, 1]), hhi([1, 1, 1, 1], normalised=True)
    (0.25, 0.0)
    """
    if others not in ("spread", "one"):
        raise InputError(Fault("hhi, others", repr(others), "'spread' or 'one'"))
    rows = [(country, float(amount)) for country, amount in _pairs(amounts) if amount is not None]
    places = [(country, amount) for country, amount in rows if country.casefold() not in WORLD]
    _refuse_bad(places)
    total = math.fsum(amount for _, amount in places)
    shares = [amount / total for place, amount in places if others == "one" or place.casefold() not in OTHERS]
    index = math.fsum(share * share for share in shares)
    count = sum(share > 0 for share in shares)
    if not normalised:
        return index
    # With "others" spread thin the index can fall below 1/n, where the normalised scale has its zero.
    return max(0.0, (index - 1 / count) / (1 - 1 / count)) if count > 1 else float(count)


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
