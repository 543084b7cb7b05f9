"""Rounds of offers between actors on one issue: an experiment, not a forecast.

From the text and the appendix of Scholz, Calbert & Smith 2011 (ICAART, pp. 18-30) on Bueno de Mesquita's expected
utility model. In each round an actor values challenging each other one; from how much others would gain by challenging
it comes its own risk exponent, 0.5 (careful) to 2 (bold); with these all is valued again, and actors move.

Known traps. The paper fixes neither the status quo probability Q nor whose exponent holds where; its fields are partly
a drawing; "least movement" and "the strongest offer" are both in it. The rounds do not settle. So there are two
readings:

- ``letter``: the appendix word by word. It meets the initial mean and median, not the rounds of the paper's own table.
- ``table``: rules **chosen because they meet that table** (every mean and all medians but the second within 0.1), out
  of millions that were tried (docs, deals). It says what the table can be got from, not what the authors did, and
  carries no evidence beyond that table.

Use `forecast`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ytterby.core.errors import Fault, InputError, nearest
from ytterby.games.forecast import Actor, check, weighted_median

Floats = NDArray[np.float64]
READINGS = ("table", "letter")
#: Rounds and actors at most: an experiment that does not settle need not run on.
MOST, CROWD = 50, 100
#: Parts of the range closer than this are one place.
_AGREED = 1e-12


@dataclass(frozen=True, slots=True)
class Round:
    """Where actors stand after a round [unit of the issue], weighted mean and median, and the exponents used in it."""

    positions: tuple[float, ...]
    mean: float
    median: float
    risk: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """What does not change from round to round: power and salience of n actors, the range of positions at first, Q."""

    power: Floats
    salience: Floats
    span: float
    q: float

    @property
    def weight(self) -> Floats:
        """Power times salience."""
        return self.power * self.salience


def rounds(
    actors: Sequence[Actor], count: int = 8, status_quo: float = 1.0, reading: str = "table"
) -> tuple[Round, ...]:
    """The state before the first round and after each of `count` rounds, as an experiment.

    `status_quo` is Q, the probability that nothing moves where nobody challenges; `reading` is one of `READINGS`.
    Raises InputError with every fault.
    """
    check(actors)
    faults = []
    if not 1 <= count <= MOST or len(actors) > CROWD:
        wanted = f"1 to {MOST} rounds of at most {CROWD} actors"
        faults.append(Fault("rounds", f"{count} rounds of {len(actors)} actors", wanted))
    if not 0 <= status_quo <= 1:
        faults.append(Fault("status quo", f"{status_quo:g}", "a probability, 0 to 1"))
    if reading not in READINGS:
        faults.append(Fault("reading", reading, "one of " + ", ".join(READINGS), nearest(reading, READINGS)))
    if faults:
        raise InputError(faults)
    x = np.array([a.position for a in actors], dtype=np.float64)
    room = Room(
        np.array([a.power for a in actors], dtype=np.float64),
        np.array([a.salience for a in actors], dtype=np.float64),
        float(np.ptp(x)),
        status_quo,
    )
    step = _by_table if reading == "table" else _by_letter
    risk = np.ones(len(x))
    found = [_state(x, room, risk)]
    for _ in range(count):
        x, risk = step(x, room, risk)
        found.append(_state(x, room, risk))
    return tuple(found)


def _by_letter(x: Floats, room: Room, _: Floats) -> tuple[Floats, Floats]:
    """A round by the appendix: exponents begin at 1, each challenge is seen by the challenger, the least move wins."""
    p = chances(apart(x, room), room.weight)
    risk = exponents(expected(x, p, room, np.ones(len(x))).sum(axis=0))
    return _least(x, expected(x, p, room, risk)), risk


def _by_table(x: Floats, room: Room, before: Floats) -> tuple[Floats, Floats]:
    """A round by the rules that meet the paper's table; `before` are the exponents of the round before.

    Exponents twice, from the last ones: chances by salience alone, first of those in favour, then the size of the net;
    each challenge counts by the challenger's power. Then offers: chances by the net of power times salience, which may
    be below 0, and a mover sees both sides' utilities with its own exponent.
    """
    off = apart(x, room)
    for p in (chances(off, room.salience), np.abs(net_chances(off, room.salience))):
        before = exponents(room.power @ expected(x, p, room, before))
    p = net_chances(off, room.weight)
    moved = x.copy()
    for i in range(len(x)):
        seen = expected(x, p, room, np.full(len(x), before[i]))
        moved[i] = nearest_offer(x, i, seen[i], seen[:, i])
    return moved, before


def apart(x: Floats, room: Room) -> Floats:
    """How far positions lie apart, n x n, as a part of the first range."""
    if room.span <= 0:
        return np.zeros((len(x), len(x)))
    return np.minimum(np.abs(x[:, None] - x[None, :]) / room.span, 1.0)


def expected(x: Floats, p: Floats, room: Room, risk: Floats) -> Floats:
    """What actor i expects of challenging j, by its own exponent: a square of utilities, 0 where positions agree.

    `p` are the chances that i prevails over j. Equations 5 to 7, 15, 16 and 22 to 24; the one challenged resists by its
    salience.
    """
    off = apart(x, room)
    r = risk[:, None]
    won, lost, same = (2 - 4 * (0.5 + sign * 0.5 * off) ** r for sign in (-1, 1, 0))
    value = room.salience * (p * won + (1 - p) * lost) + (1 - room.salience) * won - room.q * same
    if room.q < 1 and room.span > 0:
        middle = np.abs(x - weighted_median(x, room.weight))[:, None] / room.span
        half = np.minimum(0.25 * (middle + off), 0.5)
        closer, farther = 2 - 4 * (0.5 - half) ** r, 2 - 4 * (0.5 + half) ** r
        value = value - (1 - room.q) * np.where(middle < off, closer, farther)
    return np.where(off > _AGREED, value, 0.0)


def chances(off: Floats, weight: Floats) -> Floats:
    """The chance that i prevails over j: the part of the weight that third parties' distances put behind i (eq. 31).

    `off` are distances (`apart`), `weight` one for each actor. 0.5 where positions agree.
    """
    return (1 + net_chances(off, weight)) / 2


def net_chances(off: Floats, weight: Floats) -> Floats:
    """The weight that distances put behind i less that behind j, as a part of their sum: -1 to 1."""
    pull = weight[:, None, None] * (off[:, None, :] - off[:, :, None])
    total = np.abs(pull).sum(axis=0)
    found: Floats = np.divide(pull.sum(axis=0), total, out=np.zeros(total.shape), where=total > 0)
    return found


def exponents(threat: Floats) -> Floats:
    """Risk exponents 0.5 to 2 from how much others expect of challenging each actor (eqs. 32 to 34)."""
    low, high = float(threat.min()), float(threat.max())
    if high - low <= _AGREED:
        return np.ones(len(threat))
    basis = (2 * threat - high - low) / (high - low)
    return np.asarray((1 - basis / 3) / (1 + basis / 3), dtype=np.float64)


def nearest_offer(x: Floats, i: int, own: Floats, other: Floats) -> float:
    """Where actor i goes, its gains `own` and the others' gains `other` both seen by itself; its place without offers.

    Where both expect to gain, the weaker gives in; where i alone expects to lose, it goes part of the way, or all of it
    when it would lose more than the other gains. The first kind of offer goes before the second and that before the
    third; within a kind the nearest, and of equally near ones the one that the other gains most by.
    """
    best, place = (3, 0.0, 0.0), float(x[i])
    for j in range(len(x)):
        a, b = float(own[j]), float(other[j])
        if not b > max(a, 0.0) or a == 0:
            continue
        kind, part = (0, 1.0) if a > 0 else (1, -a / b) if -a < b else (2, 1.0)
        step = part * float(x[j] - x[i])
        if (kind, round(abs(step), 12), -b) < best:
            best, place = (kind, round(abs(step), 12), -b), float(x[i]) + step
    return place


def _least(x: Floats, values: Floats) -> Floats:
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


def _state(x: Floats, room: Room, risk: Floats) -> Round:
    weight = room.weight
    mean = float(weight @ x / weight.sum())
    return Round(tuple(map(float, x)), mean, weighted_median(x, weight), tuple(map(float, risk)))
