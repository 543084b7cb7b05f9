"""What minerals in the ground are worth: the headline number beside what could be recovered, at what cost, and when.

    in situ        Σ_m T_m · p_m                        T_m contained tonnes, p_m price: "$ trillions"
    recoverable    Σ_m T_m · r_m · p_m                  r_m part that mining and processing bring out
    after cost     Σ_m T_m · r_m · (p_m - c_m) - K      c_m cost of bringing a kilogram out, K capital
    discounted     the same, sold evenly over L years that begin after D years, at a yearly rate i; K is spent evenly
                   over the D years (in full at once if D is 0)

Arithmetic of present value; no author can be named. A price for the whole of a deposit assumes that the market takes it
at today's price. Money is real, of the year of the prices. Any number may be a `Range`; one that is not known (None)
leaves the lines that need it without a value and with the widest range the definition allows. Ranges are taken together
at their worst and at their best, so the interval is wider than any one estimate of chance would be.

>>> iron = Lot("iron", 1e9, price=0.1, recovery=0.8, cost=0.06, bulk=True)
>>> dysprosium = Lot("Dy", 1000, price=250, recovery=0.4, cost=100)
>>> found = value([iron, dysprosium], rate=0.1, life=20, delay=15)
>>> [(line.name, round(line.value)) for line in found.lines]
[('in situ', 100250), ('recoverable', 80100), ('after cost', 32060), ('discounted', 3428)]
>>> round(found.bulk_share, 3), round(found.kept, 3)
(0.998, 0.034)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ytterby.core.errors import Fault, InputError
from ytterby.indicators import status

KUSD_PER_MUSD = 1000.0  # t times USD/kg is kUSD


@dataclass(frozen=True, slots=True)
class Range:
    """A number that is known to lie from `low` to `high`, with a central value."""

    low: float
    value: float
    high: float


Known = float | Range | None


@dataclass(frozen=True, slots=True)
class Lot:
    """One material of a deposit: contained mass [t], price [USD/kg], recovery [0..1], cost [USD/kg recovered].

    `bulk` marks what the claim is not about, such as coal and iron in a claim about critical minerals; `basis` says
    what the tonnes are: resource, reserve, or what else the source calls them.
    """

    material: str
    contained: Known
    price: Known
    recovery: Known = None
    cost: Known = None
    bulk: bool = False
    basis: str = "resource"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a valuation [MUSD]: null where something it needs is not known; the range is what it may be."""

    name: str
    value: float | None
    low: float
    high: float
    status: str


@dataclass(frozen=True, slots=True)
class Valuation:
    """The four lines, each material's share of the headline, the share of bulk, what is kept, and what is left out."""

    lines: tuple[Line, ...]
    shares: Mapping[str, float]
    bulk_share: float | None
    kept: float | None
    leaves_out: tuple[str, ...]


def value(lots: Iterable[Lot], rate: Known, life: float, delay: Known = 0.0, capital: Known = 0.0) -> Valuation:
    """Return the lines of `Valuation` for a deposit; `capital` in MUSD, `rate` a part a year (0.1 is 10 %)."""
    parts = tuple(lots)
    _refuse(parts, rate, life, delay, capital)
    worst, central, best = (_lines(parts, rate, life, delay, capital, at) for at in ("low", "value", "high"))
    lines = []
    for name in worst:
        middle = central[name]
        low, high = sorted((worst[name], best[name]))
        known = middle is not None and math.isfinite(middle)
        found = status.OK if known else status.RANGE
        lines.append(Line(name, middle if known else None, low, high, found))
    headline = {lot.material: 0.0 for lot in parts}
    for lot in parts:
        worth = _at(lot.contained, "value") * _at(lot.price, "value")
        headline[lot.material] += 0.0 if math.isnan(worth) else worth / KUSD_PER_MUSD
    total = math.fsum(headline.values())
    shares = {name: worth / total for name, worth in headline.items()} if total else {}
    bulk = math.fsum(shares.get(name, 0.0) for name in {lot.material for lot in parts if lot.bulk}) if total else None
    last, first = lines[-1].value, lines[0].value
    kept = last / first if last is not None and first else None
    return Valuation(tuple(lines), shares, bulk, kept, _left_out(parts, bulk, shares))


def annuity(rate: float, life: float, delay: float) -> float:
    """Return the present value of 1 sold evenly over `life` years that begin after `delay` years.

    >>> annuity(0.0, 20, 15), round(annuity(0.1, 1, 0), 4)
    (1.0, 0.9538)
    """
    if rate == 0:
        return 1.0
    force = math.log1p(rate)
    return math.exp(-force * delay) * (1 - math.exp(-force * life)) / (force * life)


def _lines(lots: tuple[Lot, ...], rate: Known, life: float, delay: Known, capital: Known, at: str) -> dict[str, float]:
    """Return the lines at one end: "low" takes every number at its worst for the value, "high" at its best."""
    against = {"low": "high", "value": "value", "high": "low"}[at]
    in_situ = recovered = gained = 0.0
    for lot in lots:
        tonnes, price = _at(lot.contained, at), _at(lot.price, at)
        part = _at(lot.recovery, at, (0.0, 1.0))
        # A cost that is not known may be nothing, or all the price brings: a mine that does not pay is not dug.
        cost = _at(lot.cost, against, (0.0, price))
        in_situ += tonnes * price
        recovered += tonnes * part * price
        gained += tonnes * part * (price - cost)
    spent = _at(capital, against, (0.0, 0.0)) * KUSD_PER_MUSD
    yearly, wait = _at(rate, against), _at(delay, against)
    early = annuity(yearly, wait, 0.0) if wait > 0 else 1.0
    later = gained * _worth_now(gained, rate, life, delay, at) - spent * early
    named = {"in situ": in_situ, "recoverable": recovered, "after cost": gained - spent, "discounted": later}
    return {name: worth / KUSD_PER_MUSD for name, worth in named.items()}


def _worth_now(gained: float, rate: Known, life: float, delay: Known, at: str) -> float:
    """Return the annuity at one end: what is lost weighs most when it is lost soon."""
    sooner, later = ("low", "high") if gained < 0 else ("high", "low")
    end = {"low": later, "high": sooner, "value": "value"}[at]
    against = {"low": "high", "value": "value", "high": "low"}[end]
    return annuity(_at(rate, against), life, _at(delay, against))


def _at(number: Known, at: str, unknown: tuple[float, float] | None = None) -> float:
    if isinstance(number, Range):
        return float(getattr(number, at))
    if number is not None:
        return float(number)
    if unknown is None or at == "value":
        return math.nan
    return unknown[0] if at == "low" else unknown[1]


def _left_out(lots: tuple[Lot, ...], bulk: float | None, shares: Mapping[str, float]) -> tuple[str, ...]:
    """Return, as sentences, what the headline number does not say."""
    said = []
    if bulk:
        named = sorted({lot.material for lot in lots if lot.bulk}, key=lambda name: -shares.get(name, 0.0))
        said.append(f"{bulk:.1%} of the headline is {', '.join(named)}: bulk goods, not what is scarce.")
    kinds = sorted({lot.basis for lot in lots} - {"reserve"})
    if kinds:
        said.append(f"The tonnes are {', '.join(kinds)}: what may be there, not what can be mined at a profit now.")
    for what, lacking in (
        ("recovery", [lot.material for lot in lots if lot.recovery is None]),
        ("cost", [lot.material for lot in lots if lot.cost is None]),
    ):
        if lacking:
            said.append(f"No {what} is known for {', '.join(lacking)}; the lines that need it are ranges.")
    said.append(
        "In-situ value counts no cost, no loss in mining and processing, no time, no tax, and no fall in price."
    )
    return tuple(said)


def _refuse(lots: tuple[Lot, ...], rate: Known, life: float, delay: Known, capital: Known) -> None:
    faults = [] if lots else [Fault("value", "no material", "at least one lot")]
    for lot in lots:
        for name, most in (("contained", math.inf), ("price", math.inf), ("recovery", 1.0), ("cost", math.inf)):
            faults += _out_of_range(f"value, {lot.material}, {name}", getattr(lot, name), most)
        if lot.contained is None or lot.price is None:
            faults.append(Fault(f"value, {lot.material}", "no mass or no price", "both, if need be as ranges"))
    faults += _out_of_range("value, rate", rate, 1.0) + _out_of_range("value, delay", delay, math.inf)
    faults += _out_of_range("value, capital", capital, math.inf)
    if rate is None or delay is None:
        faults.append(Fault("value", "no rate or no delay", "both, if need be as ranges"))
    if not life > 0:
        faults.append(Fault("value, life", f"{life!r}", "years above zero"))
    if faults:
        raise InputError(faults)


def _out_of_range(place: str, number: Known, most: float) -> list[Fault]:
    if number is None:
        return []
    ends = (number.low, number.value, number.high) if isinstance(number, Range) else (float(number),)
    if all(0 <= end <= most for end in ends) and list(ends) == sorted(ends) and all(map(math.isfinite, ends)):
        return []
    expected = "zero or more" if most == math.inf else f"a part from 0 to {most:g}"
    return [Fault(place, ", ".join(f"{end:g}" for end in ends), f"{expected}, low before high")]
