"""Use and capacity that grow over a path for reasons other than price: curves, cores and limits moved outwards.

A use that has grown by a factor f takes f times as much at every price: its curve (x0 and the core below it) is f times
as wide. A plant that has grown makes f times as much at every cost. Lanes, and what else carries a product, widen with
the use that draws on it, so that a world in which all use and all plants grow alike keeps its prices. A quota on plants
grows with them: it would otherwise undo the growth that the file states. One that stays is a measure of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ytterby.core.errors import Fault, InputError
from ytterby.model.network import Activity, Network
from ytterby.model.reach import STAGE_OF_KIND
from ytterby.model.scenario import Growth
from ytterby.model.stockpiles import RESERVE

_USED = ("use", "core")
#: What a tank gives and takes is as large as its file says.
_TANK = f"{RESERVE}:"
#: Kinds that make something without being plants of a stage by their kind.
_STAGES = STAGE_OF_KIND | {"scrap": "recycling", "supply": "mine"}
#: Growth of use is handed up the chain so many stages.
_DEPTH = 8


def check_growth(network: Network, rates: Sequence[Growth]) -> None:
    """Raise InputError for a rate that reaches nothing of the network."""
    faults = [
        Fault(f"growth {g.id!r}", "nothing of the network", "a product that is used, or a stage with plants, there")
        for g in rates
        if not any(covers(g, a) for a in network.activities)
    ]
    if faults:
        raise InputError(faults)


def grown(network: Network, rates: Sequence[Growth], years: float) -> Network:
    """The network so many years after the start of the path; the network itself where nothing grows."""
    if not rates:
        return network
    drawn = _drawn(network, rates, years)
    factors = {
        a.id: _factor(rates, a, years) if a.kind in _USED or a.kind in _STAGES else drawn.get(a.product, 1.0)
        for a in network.activities
        if not a.id.startswith(_TANK)
    }
    limits = tuple(
        replace(x, upper=x.upper * max(factors.get(name, 1.0) for name, _ in x.terms)) if x.terms else x
        for x in network.limits
    )
    made = (wider(a, factors.get(a.id, 1.0)) for a in network.activities)
    return replace(network.with_activities(made), limits=limits)


def _drawn(network: Network, rates: Sequence[Growth], years: float) -> dict[str, float]:
    """By how much the use that draws on each product has grown, whether of it or of what is made of it: the largest."""
    found: dict[str, float] = {}
    makers = []
    for a in network.activities:
        if a.kind in _USED:
            found[a.product] = max(found.get(a.product, 0.0), _factor(rates, a, years))
        elif a.kind not in ("route", "dispose", "stock"):
            takes = {p for (p, _), c in a.coefficients if c < 0}
            gives = {p for (p, _), c in a.coefficients if c > 0}
            if takes and gives:
                makers.append((takes, gives))
    for _ in range(_DEPTH):
        before = dict(found)
        for takes, gives in makers:
            top = max((found.get(p, 0.0) for p in gives), default=0.0)
            for p in takes:
                found[p] = max(found.get(p, 0.0), top)
        if found == before:
            break
    return {p: f for p, f in found.items() if f > 0}


def covers(g: Growth, a: Activity) -> bool:
    """Whether a rate is of this use, or of this plant."""
    if g.of and a.country not in g.of:
        return False
    if g.what == "use":
        return a.kind in _USED and (a.product in g.product or a.product.partition("/")[0] in g.product)
    return _STAGES.get(a.kind) in g.stage


def _factor(rates: Sequence[Growth], a: Activity, years: float) -> float:
    found = 1.0
    for g in rates:
        if covers(g, a):
            found *= (1 + g.rate.value) ** years
    return found


def wider(a: Activity, factor: float) -> Activity:
    """The activity so many times as large at every price."""
    if factor == 1.0:
        return a
    c = a.curve
    wide = None if c is None else replace(c, reference=c.reference * factor, offset=c.offset * factor)
    return replace(a, curve=wide, upper=a.upper * factor)
