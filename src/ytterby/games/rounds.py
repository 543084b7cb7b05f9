"""Rounds of offers between actors on one issue: an experiment, not a forecast.

From the text and the appendix of Scholz, Calbert & Smith 2011 (ICAART, pp. 18-30) on Bueno de Mesquita's expected
utility model. In each round an actor values challenging each other one, with every risk exponent 1; from how much the
others would gain by challenging it comes its own exponent, 0.5 (careful) to 2 (bold); with these all is valued again,
each pair falls into one of eight fields, and each actor takes the offer that moves it least.

Known traps. The paper fixes neither the status quo probability Q nor whose exponent holds where; its fields are partly
a drawing; "least movement" and "the strongest offer" are both in it. The rounds do not settle. **This reading does not
reproduce the paper's own table**, nor did any other that was tried (docs, deals): the initial mean and median agree,
later rounds do not. Use `forecast`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ytterby.core.errors import Fault, InputError
from ytterby.games.forecast import Actor, check, weighted_median

Floats = NDArray[np.float64]
#: Rounds and actors at most: an experiment that does not settle need not run on.
MOST, CROWD = 50, 100


@dataclass(frozen=True, slots=True)
class Round:
    """Where actors stand after a round [unit of the issue], weighted mean and median, and the exponents used in it."""

    positions: tuple[float, ...]
    mean: float
    median: float
    risk: tuple[float, ...]


def rounds(actors: Sequence[Actor], count: int = 8, status_quo: float = 1.0) -> tuple[Round, ...]:
    """The state before the first round and after each of `count` rounds, as an experiment.

    `status_quo` is Q, the probability that nothing moves where nobody challenges. Raises InputError with every fault.
    """
    check(actors)
    faults = []
    if not 1 <= count <= MOST or len(actors) > CROWD:
        wanted = f"1 to {MOST} rounds of at most {CROWD} actors"
        faults.append(Fault("rounds", f"{count} rounds of {len(actors)} actors", wanted))
    if not 0 <= status_quo <= 1:
        faults.append(Fault("status quo", f"{status_quo:g}", "a probability, 0 to 1"))
    if faults:
        raise InputError(faults)
    x = np.array([a.position for a in actors], dtype=np.float64)
    salience = np.array([a.salience for a in actors], dtype=np.float64)
    weight = np.array([a.power for a in actors], dtype=np.float64) * salience
    span = float(np.ptp(x))
    found = [_state(x, weight, np.ones(len(x)))]
    for _ in range(count):
        even = np.ones(len(x))
        risk = exponents(expected(x, weight, salience, even, span, status_quo))
        x = _moved(x, expected(x, weight, salience, risk, span, status_quo))
        found.append(_state(x, weight, risk))
    return tuple(found)


def expected(x: Floats, weight: Floats, salience: Floats, risk: Floats, span: float, q: float) -> Floats:
    """What actor i expects of challenging j, by its own exponent: a square of utilities, 0 where positions agree.

    Equations 5 to 7, 15, 16 and 22 to 24; the one challenged resists by its salience.
    """
    if span <= 0:
        return np.zeros((len(x), len(x)))
    apart = np.minimum(np.abs(x[:, None] - x[None, :]) / span, 1.0)
    r = risk[:, None]
    won, lost, same = (2 - 4 * (0.5 + sign * 0.5 * apart) ** r for sign in (-1, 1, 0))
    p = chances(apart, weight)
    value = salience * (p * won + (1 - p) * lost) + (1 - salience) * won - q * same
    if q < 1:
        off = np.abs(x - weighted_median(x, weight))[:, None] / span
        half = np.minimum(0.25 * (off + apart), 0.5)
        nearer, farther = 2 - 4 * (0.5 - half) ** r, 2 - 4 * (0.5 + half) ** r
        value = value - (1 - q) * np.where(off < apart, nearer, farther)
    return np.where(apart > 0, value, 0.0)


def chances(apart: Floats, weight: Floats) -> Floats:
    """The chance that i prevails over j: the part of the weight that third parties' distances put behind i (eq. 31)."""
    nearer = apart[:, None, :] - apart[:, :, None]
    pull = weight[:, None, None] * nearer
    total = np.abs(pull).sum(axis=0)
    behind = np.maximum(pull, 0.0).sum(axis=0)
    found: Floats = np.divide(behind, total, out=np.full(total.shape, 0.5), where=total > 0)
    return found


def exponents(values: Floats) -> Floats:
    """Risk exponents 0.5 to 2 from how much others expect of challenging each actor (eqs. 32 to 34)."""
    threat = values.sum(axis=0)
    low, high = float(threat.min()), float(threat.max())
    if high - low <= 1e-12:
        return np.ones(len(threat))
    basis = (2 * threat - high - low) / (high - low)
    return np.asarray((1 - basis / 3) / (1 + basis / 3), dtype=np.float64)


def _moved(x: Floats, values: Floats) -> Floats:
    """Each actor where the offer lies that moves it least; it stays when nobody moves it."""
    moved = x.copy()
    least = np.full(len(x), np.inf)
    for i in range(len(x)):
        for j in range(i):
            if x[i] == x[j]:
                continue
            who, part = _offer(float(values[i, j]), float(values[j, i]))
            if who == 0:
                continue
            mover, other = (j, i) if who > 0 else (i, j)
            step = part * (x[other] - x[mover])
            if abs(step) < least[mover]:
                least[mover], moved[mover] = abs(step), x[mover] + step
    return moved


def _offer(one: float, two: float) -> tuple[int, float]:
    """Who moves (1 the second, -1 the first, 0 nobody) and by which part of the way (section 6, eqs. 35 and 36)."""
    if one > 0 and two > 0:
        return (1, 1.0) if one > two else (-1, 1.0)
    if one > 0:
        return (1, min(abs(two) / one, 1.0))
    if two > 0:
        return (-1, min(abs(one) / two, 1.0))
    return (0, 0.0)


def _state(x: Floats, weight: Floats, risk: Floats) -> Round:
    mean = float(weight @ x / weight.sum())
    return Round(tuple(map(float, x)), mean, weighted_median(x, weight), tuple(map(float, risk)))
