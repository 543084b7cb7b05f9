"""Old scrap over a path: what is in use by cohort, what leaves use, what is collected, and what comes back of it.

A programme of a scenario (`[[recycling]]`) names a product and countries. Its stock in use is built by cohorts
(`cohorts`): use before the path is the base year's, smaller year by year going back; use on the path is that of the
path itself. What leaves use in a period is collected in part and offered, from then on, as oxides of what is in it: a
column of the market whose limit is what was collected. Goods that cross borders inside machines are not followed: use
is where the product goes into something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ytterby.core.errors import Fault, InputError
from ytterby.model.calendar import Period
from ytterby.model.cohorts import Lifetime, from_inflow
from ytterby.model.network import Activity, Network
from ytterby.model.periods import Path
from ytterby.model.reach import contents
from ytterby.model.scenario import Recycle

Floats = NDArray[np.float64]

_USED = ("use", "core")
#: Use before the path is followed back over so many mean lifetimes, and so many years at most.
_LIVES, _YEARS_BACK = 4.0, 100.0
_TRACE = 1e-9
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Loop:
    """One product of a programme in one country.

    `inside` is what a tonne of it holds [t/t], `gives` what comes back of a tonne collected, where that is traded;
    `use` is base use [t/yr]; `past` are inflows of the periods before the path [t], oldest first; `life` is in
    periods; `phase` the part of the programme in force in each period; `lag` whole periods to the market.
    """

    programme: Recycle
    product: str
    country: str
    inside: Mapping[str, float]
    gives: Mapping[str, float]
    use: float
    past: Floats
    life: Lifetime
    phase: Floats
    lag: int
    years: float

    @property
    def name(self) -> str:
        """The id of its column."""
        return f"recycling:{self.programme.id}:{self.country}:{self.product}"


@dataclass(frozen=True, slots=True)
class Flow:
    """A loop over the path: in use at each period's end [t]; input, end of life and collected [t/yr]."""

    loop: Loop
    in_use: Floats
    input: Floats
    ended: Floats
    collected: Floats


def loops(
    network: Network, programmes: Sequence[Recycle], days: Sequence[Period], years: float
) -> tuple[Loop, ...]:
    """The loops of a scenario on its network; InputError when a programme reaches nothing that is used."""
    used: dict[tuple[str, str], float] = {}
    for a in network.activities:
        if a.kind in _USED and a.base > 0:
            used[a.product, a.country] = used.get((a.product, a.country), 0.0) + a.base
    there = {m.key for m in network.markets}
    found, faults = [], []
    for p in programmes:
        own = [key for key in sorted(used) if key[1] in p.of and _covers(p, key[0])]
        made = [_loop(network, p, key, used[key], there, days, years) for key in own]
        kept = [loop for loop in made if loop.gives]
        if not kept:
            said = "nothing that is used there" if not own else "a product of which nothing that comes back is traded"
            faults.append(Fault(f"recycling {p.id!r}", said, "a product and countries that use it"))
        found += kept
    if faults:
        raise InputError(faults)
    return tuple(found)


def _covers(p: Recycle, product: str) -> bool:
    form = product.partition("/")[0]
    return product in p.product or form in p.product


def _loop(
    network: Network, p: Recycle, key: tuple[str, str], use: float, there: set[tuple[str, str]],
    days: Sequence[Period], years: float,
) -> Loop:  # fmt: skip
    product, country = key
    held = contents(network, product)
    inside = {f"oxide/{e}": part for e, part in sorted(held.items())} if held else {product: 1.0}
    kept = {name: part * p.of_element(name) for name, part in inside.items() if (name, country) in there}
    mean = p.mean.value
    back = int(np.ceil(min(_LIVES * mean, _YEARS_BACK) / years))
    ago = (np.arange(back, 0, -1) - 0.5) * years
    past = np.asarray(use * years * (1 + p.growth.value) ** (-ago), dtype=np.float64)
    life = Lifetime(
        p.kind, mean / years, p.deviation / years if p.deviation else None, p.shape,
        _scale(mean, p.shape) / years if p.kind == "weibull" else None,
    )  # fmt: skip
    begins = p.start or days[0].start
    reached = p.reached.value if p.reached else 0.0
    phase = [d.mean(lambda m: 0.0 if m < 0 else 1.0 if reached <= 0 else min(m / reached, 1.0), begins) for d in days]
    lag = round((p.lag.value if p.lag else 0.0) / _MONTHS / years)
    return Loop(p, product, country, inside, kept, use, past, life, np.array(phase), lag, years)


def _scale(mean: float, shape: float | None) -> float:
    """Scale of a Weibull lifetime of that mean."""
    from scipy.special import gamma

    return mean / float(gamma(1 + 1 / (shape or 1.0)))


def flow(loop: Loop, path: Path | None = None) -> Flow:
    """A loop over the periods; use is that of `path`, or the base year's when there is none yet."""
    n = len(loop.phase)
    inflow = np.full(n, loop.use)
    if path is not None:
        inflow = sum((path.level(f"{k}:{loop.country}:{loop.product}") for k in _USED), np.zeros(n))
    made = from_inflow(np.concatenate([loop.past, np.maximum(inflow, 0.0) * loop.years]), loop.life, "middle")
    before = len(loop.past)
    ended = made.outflow / loop.years
    reached = ended[before - loop.lag : before - loop.lag + n] if loop.lag <= before else np.zeros(n)
    collected = reached * loop.programme.collection.value * loop.phase
    return Flow(loop, made.stock[before:], inflow, ended[before:], collected)


def with_scrap(network: Network, flows: Sequence[Flow], period: int) -> Network:
    """The network of a period with a column for each loop, limited by what is collected [t/yr]."""
    return replace(network, activities=(*network.activities, *(_column(f, period) for f in flows)))


def _column(f: Flow, period: int) -> Activity:
    loop = f.loop
    paid = loop.programme.cost.value * sum(loop.gives.values())
    taken = tuple(((product, loop.country), part) for product, part in loop.gives.items())
    first = next(iter(loop.gives))
    return Activity(
        loop.name, "scrap", loop.country, first, taken, cost=paid, upper=max(float(f.collected[period]), 0.0),
        note="old scrap",
    )  # fmt: skip


def moved(before: Sequence[Flow], after: Sequence[Flow]) -> float:
    """The largest change of what is collected, over what is used of the product."""
    return max(
        (float(np.max(np.abs(a.collected - b.collected), initial=0.0)) / max(a.loop.use, _TRACE)
         for a, b in zip(before, after, strict=True)), default=0.0,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recycled:
    """What one programme brought back of one substance over a path [t], and its two rates, None where nothing is below.

    `input_rate` (EoL-RIR) is what came back over what went into use, `recycling_rate` (EoL-RR) over what left use.
    """

    programme: str
    substance: str
    recovered: float
    put: float
    ended: float

    @property
    def input_rate(self) -> float | None:
        """EoL-RIR."""
        return self.recovered / self.put if self.put > 0 else None

    @property
    def recycling_rate(self) -> float | None:
        """EoL-RR."""
        return self.recovered / self.ended if self.ended > 0 else None


def recycled(flows: Sequence[Flow], path: Path) -> tuple[Recycled, ...]:
    """What came back over a path, by programme and substance, all countries and products together."""
    sums: dict[tuple[str, str], list[float]] = {}
    for f in flows:
        loop = f.loop
        total, ended, put = (float(np.sum(x)) * loop.years for x in (path.level(loop.name), f.ended, f.input))
        for name, part in loop.inside.items():
            entry = sums.setdefault((loop.programme.id, name), [0.0, 0.0, 0.0])
            for i, amount in enumerate((total * loop.gives.get(name, 0.0), put * part, ended * part)):
                entry[i] += amount
    return tuple(Recycled(*key, *entry) for key, entry in sorted(sums.items()))
