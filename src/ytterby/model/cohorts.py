"""Stocks in use by cohort: what goes in, how long it lives, what comes out, and what of it is recovered.

    S(t) = Σ_{c ≤ t} I(c)·sf(t − c + s)          stock in use at the end of period t [t]
    O(t) = I(t) − (S(t) − S(t − 1))              what leaves in period t [t]

sf is the share of a cohort still in use at an age [periods], and s says when in a period the inflow comes: at its
start (s = 1: a period old at its end), in its middle (s = 1/2) or at its end (s = 0). Given the inflow, this is the
*inflow-driven* model; solved for I(t) given S it is the *stock-driven* one, its inverse (Müller 2006; Pauliuk and
Heeren 2020). A normal lifetime is not cut at age 0, so a small part of a cohort may leave at once, as in ODYM.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ytterby.core.errors import Fault, InputError, nearest

Floats = NDArray[np.float64]

#: Age of a period's inflow at the end of that period, by when in the period it comes.
ARRIVAL = {"start": 1.0, "middle": 0.5, "end": 0.0}
LIFETIMES = ("fixed", "normal", "lognormal", "weibull")


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long goods are used [periods].

    `kind` is fixed (mean), normal or lognormal (mean and deviation, both of the lifetime itself and not of its
    logarithm) or weibull (shape and scale).
    """

    kind: str
    mean: float | None = None
    deviation: float | None = None
    shape: float | None = None
    scale: float | None = None

    def __post_init__(self) -> None:
        """Raise InputError for an unknown kind or a number that is missing or not above 0."""
        if self.kind not in LIFETIMES:
            raise InputError(
                Fault("lifetime", repr(self.kind), "one of " + ", ".join(LIFETIMES), nearest(self.kind, LIFETIMES))
            )
        needed = {"fixed": ("mean",), "weibull": ("shape", "scale")}.get(self.kind, ("mean", "deviation"))
        faults = []
        for name in needed:
            value = getattr(self, name)
            if value is None or not 0 < value < float("inf"):
                faults.append(Fault(f"lifetime.{name}", repr(value), "a number above 0"))
        if faults:
            raise InputError(faults)

    def survival(self, age: ArrayLike) -> Floats:
        """Share of a cohort in use at `age` [periods], any shape; 1 at age 0 unless the lifetime is normal."""
        from scipy import stats

        a = np.asarray(age, dtype=np.float64)
        mean, deviation = self.mean or 0.0, self.deviation or 0.0
        if self.kind == "fixed":
            return np.asarray(a < mean, dtype=np.float64)
        if self.kind == "normal":
            return np.asarray(stats.norm.sf(a, mean, deviation), dtype=np.float64)
        if self.kind == "weibull":
            return np.asarray(np.exp(-((np.maximum(a, 0.0) / (self.scale or 1.0)) ** (self.shape or 1.0))))
        spread = sqrt(log(1 + (deviation / mean) ** 2))
        return np.asarray(stats.lognorm.sf(a, spread, scale=mean * np.exp(-(spread**2) / 2)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class InUse:
    """A stock in use over n periods [t]: `inflow`, `stock` at the end and `outflow` (n), `cohorts` in use (n, n).

    `cohorts[t, c]` is what is left at the end of period t of what came in period c.
    """

    inflow: Floats
    stock: Floats
    outflow: Floats
    cohorts: Floats


def from_inflow(inflow: ArrayLike, lifetime: Lifetime, arrival: str = "end") -> InUse:
    """The stock that an inflow of n periods [t each] builds. InputError when it is not n finite numbers.

    >>> from_inflow(range(1, 11), Lifetime("fixed", 5)).stock
    array([ 1.,  3.,  6., 10., 15., 20., 25., 30., 35., 40.])
    """
    given = _series(inflow, "inflow")
    return _in_use(given, _shares(len(given), lifetime, arrival))


def from_stock(stock: ArrayLike, lifetime: Lifetime, arrival: str = "end") -> InUse:
    """The inflow that holds a stock [t at the end of each of n periods].

    A stock that falls faster than goods die asks for a negative inflow, which is given as it is. InputError when
    the stock is negative, or when nothing of an inflow is left at the end of its own period.
    """
    wanted = _series(stock, "stock")
    below = np.flatnonzero(wanted < 0)
    if below.size:
        raise InputError(Fault(f"stock, period {below[0] + 1}", f"{wanted[below[0]]:g} t", "0 t or more"))
    shares = _shares(len(wanted), lifetime, arrival)
    if len(wanted) and not shares[0] > 0:
        raise InputError(Fault("lifetime", "nothing lives to the end of its first period", "a longer lifetime"))
    inflow = np.zeros(len(wanted))
    for t in range(len(wanted)):
        inflow[t] = (wanted[t] - inflow[:t] @ shares[1 : t + 1][::-1]) / shares[0]
    return _in_use(inflow, shares)


@dataclass(frozen=True, slots=True)
class Recycling:
    """What comes back: `recovered` (n) [t], and its two rates, each None where its denominator is 0.

    `input_rate` (EoL-RIR) is recovered old scrap over all input, primary and secondary; `recycling_rate` (EoL-RR) is
    recovered over what reached its end of life.
    """

    recovered: Floats
    input_rate: float | None
    recycling_rate: float | None


def recycled(used: InUse, collection: float, recovery: float, delay: int = 0) -> Recycling:
    """End-of-life goods collected (share) and recovered (share of what is collected), `delay` periods later.

    The inflow is taken as all input into use, so the input rate is recovered over inflow, both summed over the
    periods. InputError for a share outside 0..1 or a negative delay.
    """
    faults = [
        Fault(name, repr(value), "a share from 0 to 1")
        for name, value in (("collection", collection), ("recovery", recovery))
        if not 0 <= value <= 1
    ]
    if delay < 0:
        faults.append(Fault("delay", repr(delay), "0 periods or more"))
    if faults:
        raise InputError(faults)
    n = len(used.outflow)
    found = np.zeros(n)
    found[delay:] = used.outflow[: max(n - delay, 0)] * collection * recovery
    total, ended, given = float(found.sum()), float(used.outflow.sum()), float(used.inflow.sum())
    return Recycling(found, total / given if given > 0 else None, total / ended if ended > 0 else None)


def _series(values: ArrayLike, name: str) -> Floats:
    found = np.array(values, dtype=np.float64)
    if found.ndim != 1 or not np.isfinite(found).all():
        raise InputError(Fault(name, f"an array of shape {found.shape}", "finite numbers, one a period"))
    return found


def _shares(periods: int, lifetime: Lifetime, arrival: str) -> Floats:
    if arrival not in ARRIVAL:
        raise InputError(Fault("arrival", repr(arrival), "one of " + ", ".join(ARRIVAL), nearest(arrival, ARRIVAL)))
    return lifetime.survival(np.arange(periods) + ARRIVAL[arrival])


def _in_use(inflow: Floats, shares: Floats) -> InUse:
    n = len(inflow)
    age = np.subtract.outer(np.arange(n), np.arange(n))
    cohorts = np.where(age >= 0, shares[np.maximum(age, 0)] if n else 0.0, 0.0) * inflow
    stock = cohorts.sum(axis=1)
    return InUse(inflow, stock, inflow - np.diff(stock, prepend=0.0), cohorts)
