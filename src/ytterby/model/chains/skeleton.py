"""Which activities a chain has: mines, refiners, lanes, stocks, secondary supply and uses, without levels or costs.

Names are `kind:place:product`, and `route:product:origin>destination`. A refiner takes 1 / recovery tonnes of ore a
tonne; where the chain has no ore (a metal won beside another one) it takes nothing of the model's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ytterby.model.chains.definition import Chain
from ytterby.model.chains.evidence import Evidence
from ytterby.model.chains.trade import Trade, moved
from ytterby.model.lanes import route
from ytterby.model.network import Activity

#: A miner whose reported sales and own refining leave more than this part of its ore has a lane that no code shows.
_UNSOLD = 0.2
#: A refiner that lacks more than this part of its feed has one too.
_LACKING = 0.3


def skeleton(chain: Chain, evidence: Evidence, trade: Trade, assumed: Mapping[str, float]) -> tuple[Activity, ...]:
    """All activities of the base year."""
    found = [*_mines(chain, trade), *_refiners(chain, trade, assumed)]
    found += [route(product, f.origin, f.destination) for f in trade.flows for product in f.tonnes]
    found += [route(chain.product(lane.good), lane.origin, lane.destination) for lane in chain.unseen]
    found += [route(chain.product("ore"), a, b) for a, b in unseen_ore(chain, evidence, trade, assumed)]
    found += [*_stocks(chain, trade), *_secondary(chain, trade)]
    found += list(_uses(chain, found))
    return tuple(sorted({a.id: a for a in found}.values(), key=lambda a: a.id))


def unseen_ore(
    chain: Chain, evidence: Evidence, trade: Trade, assumed: Mapping[str, float]
) -> dict[tuple[str, str], float]:
    """Lanes for ore that no code shows, with a rough size [t/yr] that counts what codes do show of the lane.

    What is mined and neither refined at home nor in reported trade goes to the largest refiner; a refiner that lacks
    much of its feed has a lane from the largest miner. Lanes that the definition lists count as reported. There are
    none where ore itself is used, because what is not sold is used at home.
    """
    if len(chain.goods) < 2 or "ore" in chain.final:
        return {}
    spare = _spare(chain, evidence, trade, assumed)
    leader = max(trade.makers["refined"], key=lambda c: (refined_size(evidence, c), c))
    found: dict[tuple[str, str], float] = {}
    for country in trade.makers["ore"]:
        mined = max((r.value for r in evidence.made["ore"].get(country, ())), default=0.0)
        if country != leader and spare[country] > _UNSOLD * mined > 0:
            found[country, leader] = spare[country]
    largest = max(trade.makers["ore"], key=lambda c: (evidence.size("ore", c), c))
    for country in trade.makers["refined"] if chain.hidden else ():
        need = refined_size(evidence, country) / assumed["recovery"]
        if country != largest and -spare[country] > _LACKING * need > 0:
            found.setdefault((largest, country), -spare[country])
    ore = chain.product("ore")
    shown: dict[tuple[str, str], float] = {}
    for f in trade.flows:
        shown[f.origin, f.destination] = shown.get((f.origin, f.destination), 0.0) + f.tonnes.get(ore, 0.0)
    return {lane: tonnes + shown.get(lane, 0.0) for lane, tonnes in found.items()}


def _spare(chain: Chain, evidence: Evidence, trade: Trade, assumed: Mapping[str, float]) -> dict[str, float]:
    """Ore that each place mines and gets, less what it refines and sells [t/yr]; negative where feed is lacking."""
    places = {*trade.makers["ore"], *trade.makers["refined"], *trade.places}
    spare = {
        c: max((r.value for r in evidence.made["ore"].get(c, ())), default=0.0)
        - refined_size(evidence, c) / assumed["recovery"]
        for c in places
    }
    for form, origin, destination, tonnes in moved(chain, trade, assumed):
        if form == "ore":
            spare[origin] -= tonnes
            spare[destination] += tonnes
    return spare


def refined_size(evidence: Evidence, country: str) -> float:
    """A country's refined output [t/yr]: its tonnage, else its published part of the world's."""
    known = evidence.size("refined", country)
    share = evidence.shares.get("refined", {}).get(country)
    if known or share is None:
        return known
    return share.value / 100 * evidence.total("refined")


def _mines(chain: Chain, trade: Trade) -> Iterator[Activity]:
    product = chain.product("ore")
    for c in trade.makers.get("ore", ()):
        yield Activity(f"mine:{c}:{product}", "mine", c, product, (((product, c), 1.0),))


def _refiners(chain: Chain, trade: Trade, assumed: Mapping[str, float]) -> Iterator[Activity]:
    product, ore = chain.product("refined"), chain.product("ore")
    for c in trade.makers.get("refined", ()):
        need = (((ore, c), -1 / assumed["recovery"]),) if chain.good("ore") else ()
        yield Activity(f"refine:{c}:{product}", "refine", c, product, (*need, ((product, c), 1.0)))


def _stocks(chain: Chain, trade: Trade) -> Iterator[Activity]:
    """Ore into and out of stock wherever it is mined or refined; where ore itself is used, use is what is left."""
    if "ore" in chain.final or not chain.good("ore"):
        return
    product = chain.product("ore")
    for c in sorted({*trade.makers["ore"], *trade.makers["refined"]}):
        yield Activity(f"stock:{c}:{product}:in", "stock", c, product, (((product, c), -1.0),))
        yield Activity(f"stock:{c}:{product}:out", "stock", c, product, (((product, c), 1.0),))


def _secondary(chain: Chain, trade: Trade) -> Iterator[Activity]:
    """Metal from scrap, where the chain counts it."""
    product = chain.product("refined")
    places = set(trade.makers.get("refined", ())) - set(chain.primary) if chain.secondary else set()
    for c in sorted(places | set(chain.scrap)):
        yield Activity(f"scrap:{c}:{product}", "scrap", c, product, (((product, c), 1.0),))


def _uses(chain: Chain, activities: list[Activity]) -> Iterator[Activity]:
    """A final use wherever a good that is used up can be."""
    for product, country in sorted({key for a in activities for key, _ in a.coefficients}):
        if product.partition("/")[0] in chain.final:
            yield Activity(f"use:{country}:{product}", "use", country, product, (((product, country), -1.0),))
