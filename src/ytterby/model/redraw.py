"""The cited figures drawn again within their spreads: how much of an answer hangs on the data of the base year.

A redraw moves every cited figure by its own stated spread times a standard normal number, and the balance is made
again from what comes out (a parametric bootstrap: Efron and Tibshirani 1993, An Introduction to the Bootstrap, section
6.5). Figures that rest on one observation move together. Priors stay: they are assumptions, not observations.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ytterby.model.reconcile import Observation

#: Numbers further from the middle than this, in spreads, are cut: a wrong figure is no matter of spread.
FURTHEST = 3.0


def redrawn(observations: Sequence[Observation], number: int) -> tuple[Observation, ...]:
    """The observations as redraw `number` has them; 0 as cited. The same number always gives the same ones."""
    if not number:
        return tuple(observations)
    names = sorted({o.evidence or o.id for o in observations if not o.prior})
    drawn = np.clip(np.random.default_rng(number).standard_normal(len(names)), -FURTHEST, FURTHEST)
    moved = dict(zip(names, drawn.tolist(), strict=True))
    return tuple(o if o.prior else _moved(o, moved[o.evidence or o.id]) for o in observations)


def _moved(o: Observation, by: float) -> Observation:
    if o.scale == "log":
        return replace(o, value=o.value * math.exp(o.spread * by))
    return replace(o, value=max(o.value + o.spread * by, 0.0))
