"""The network of an episode in one month, as known in one month.

Supplies are isoelastic through the base up to their spare capacity; uses are what supply and trade leave, isoelastic to
the value of lost use, with the elasticity of the first month; what users learn afterwards moves the whole curve
(`Learnt`). Lanes carry freight, duty and a labelled gap with the slope of buyers who shift suppliers. Where
a measure closes or narrows a lane, goods may leave by another way that is not recorded, at a premium and up to a share
of base flow. Everything is calibrated so that the base is returned while nothing is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import exp, prod

from ytterby.core.errors import Fault, InputError, nearest
from ytterby.model import curves
from ytterby.model.assumptions import Assumptions
from ytterby.model.network import Activity, Limit, Market, MarketKey, Network
from ytterby.studies.backtest.crisis import CrisisBehaviour
from ytterby.studies.backtest.episode import CLOSING, Action, Episode, Lane, Supply, begins, ends
from ytterby.studies.backtest.episode_file import base_uses

_TRACE = 1e-9


@dataclass(frozen=True, slots=True)
class World:
    """An episode with its base prices and uses, what is assumed, and how people behave."""

    episode: Episode
    assumed: Assumptions
    behaviour: CrisisBehaviour
    prices: Mapping[MarketKey, float]
    uses: Mapping[MarketKey, float]

    def price(self, product: str, country: str) -> float:
        """Base price of a market [USD/kg]."""
        return self.prices[product, country]

    def duty(self, lane: Lane, product: str, month: int, plan: int) -> float:
        """Rate of tax on exports on a lane in a month, as known in the month `plan`; a share of the home price.

        Each tax is due on the price with the others.
        """
        rates = (a.amount.value for a in self.active(month, plan) if a.kind == "duty" and applies(a, lane, product))
        return prod(1 + rate for rate in rates) - 1

    def active(self, month: int, plan: int) -> tuple[Action, ...]:
        """What is done in a month, as known in the month `plan`."""
        known = [a for a in self.episode.actions if begins(a.known) <= plan and begins(a.start) <= month]
        replaced = {name for a in known for name in a.replaces}
        return tuple(
            a for a in known if a.id not in replaced and (a.end is None or a.kind == "plant" or ends(a.end) > month)
        )

    def news(self, month: int) -> bool:
        """Whether something became known at the start of this month."""
        return any(begins(a.known) == month for a in self.episode.actions)


def alarm(w: World, country: str, product: str, month: int, plan: int) -> float:
    """The stock that users of a market want in a month, over the usual one, as planned in `plan`.

    News that supply is cut, or that a lane is closed or narrowed further, alarms those who buy by it, as much as what
    they buy by it weighs in all that they buy; it fades.
    """
    wanted, b = 1.0, w.behaviour
    for a in w.episode.actions:
        since = month - begins(a.known)
        if begins(a.known) <= plan and since >= 0 and alarms(w, a):
            part = at_stake(w, a, country, product)
            wanted = max(wanted, 1 + part * (b.alarm - 1) * exp(-since / b.alarm_months))
    return wanted


def alarms(w: World, a: Action) -> bool:
    """Whether a measure leaves buyers with less than before."""
    if a.kind not in ("outage", *CLOSING):
        return False
    before = [x for x in w.episode.actions if x.id in a.replaces and x.kind == a.kind]
    if a.kind == "quota" and not before:
        return quota_of(a) < weight_of(a) * sum(lane.recorded(p) for lane, p in lanes_of(w, a))
    return all(a.amount.value / a.months < x.amount.value / x.months for x in before)


def at_stake(w: World, a: Action, country: str, product: str) -> float:
    """The part of a market's use that is cut: what came by the lanes of a measure, or of all supply what is lost.

    When supply is lost everyone bids for the rest, wherever he bought.
    """
    if a.kind == "outage":
        made = [(s.id in a.supplies, s.base.value * s.mix.get(product, 0.0)) for s in w.episode.supplies]
        total = sum(x for _, x in made)
        return a.amount.value * sum(x for lost, x in made if lost) / total if total > 0 else 0.0
    use = w.uses.get((product, country), 0.0)
    lanes = [x for x in w.episode.lanes if x.destination == country and applies(a, x, product)]
    return min(sum(x.recorded(product) for x in lanes) / use, 1.0) if use > 0 else 0.0


def world(episode: Episode, assumed: Assumptions, behaviour: CrisisBehaviour) -> World:
    """The world of an episode; InputError for an elasticity that is no assumption."""
    names = {p.elasticity for p in episode.products} | {s.elasticity for s in episode.supplies}
    known = [row.id for row in assumed if "elasticity" in row.id]
    faults = [
        Fault(f"{episode.id}, elasticity", repr(name), "the id of an assumption of the chains", nearest(name, known))
        for name in sorted(names)
        if name not in known
    ]
    if faults:
        raise InputError(faults)
    made = World(episode, assumed, behaviour, {}, base_uses(episode))
    return replace(made, prices=dict(_prices(made)))


def _prices(w: World) -> Iterator[tuple[MarketKey, float]]:
    """Home prices where goods are sold abroad, delivered prices where they are bought, FOB elsewhere."""
    e = w.episode
    sold = {(p, lane.origin): lane for lane in e.lanes for p in lane.mix}
    bought = {(p, lane.destination) for lane in e.lanes for p in lane.mix}
    for p in e.products:
        for country in e.countries:
            fob = p.price.value
            if (p.id, country) in sold:
                rate = w.duty(sold[p.id, country], p.id, e.first, e.first)
                yield (p.id, country), p.home.value if p.home else fob / (1 + rate)
            elif (p.id, country) in bought:
                yield (p.id, country), fob + freight(w, fob)
            else:
                yield (p.id, country), fob


def freight(w: World, fob: float) -> float:
    """Freight on goods of this FOB price [USD/kg], but never more than a tenth of it."""
    return min(w.assumed("cost.freight.fixed") + w.assumed("cost.freight.share") * fob, 0.1 * fob)


def applies(a: Action, lane: Lane, product: str) -> bool:
    """Whether a measure on lanes speaks of this lane and product."""
    return (
        a.country == lane.origin
        and (not a.products or product in a.products)
        and (not a.to or lane.destination in a.to)
    )


def lane_id(kind: str, lane: Lane, product: str) -> str:
    """The id of a lane's activity; `kind` is route or leak."""
    return f"{kind}:{product}:{lane.origin}>{lane.destination}"


def network_of(
    w: World, month: int, plan: int, learnt: Mapping[MarketKey, float], assessed: Mapping[MarketKey, float],
    steepness: Mapping[str, float] | None = None,
) -> Network:  # fmt: skip
    """The network of a month as planned in `plan`.

    `learnt` multiplies use for the prices of the months before; `assessed` is the home price on which a duty is due
    [USD/kg], the base price where it is not given; `steepness` is by how much the price of a licence rises, by
    quota, for each unit sold less [USD/kg per unit a year], that of the base where it is not given.
    """
    active = w.active(month, plan)
    activities = [
        *(a for s in w.episode.supplies for a in _supply(w, s, active)),
        *(_plant(w, a, month) for a in active if a.kind == "plant"),
        *(a for key, base in w.uses.items() for a in _use(w, key, base, _growth(key, active) * learnt.get(key, 1.0))),
        *(a for lane in w.episode.lanes for p in lane.mix for a in _lanes(w, lane, p, month, plan, assessed)),
        *_disposal(w),
        *(_licences(w, a, (steepness or {}).get(a.id) or base_steepness(w, a)) for a in active if a.kind == "quota"),
    ]
    limits = tuple(row for a in active if a.kind in ("cap", "licence") for row in _limits(w, a, month))
    markets = (
        *(Market(p, c, w.episode.unit, price) for (p, c), price in w.prices.items()),
        *(Market(*licence_market(a), w.episode.unit, 0.0) for a in active if a.kind == "quota"),
    )
    return Network(w.episode.id, month // 12, markets, tuple(activities), limits)


def _supply(w: World, s: Supply, active: tuple[Action, ...]) -> Iterator[Activity]:
    left = 1.0
    for a in active:
        if a.kind == "outage" and s.id in a.supplies:
            left *= 1 - a.amount.value
    made = Activity(
        f"supply:{s.id}", "supply", s.country, next(iter(s.mix)),
        tuple(((p, s.country), share) for p, share in s.mix.items() if share > 0), base=s.base.value,
    )  # fmt: skip
    if left * s.base.value <= _TRACE:
        yield replace(made, upper=0.0)
        return
    worth = sum(share * w.price(p, s.country) for p, share in s.mix.items())
    slack = s.slack.value if s.slack else w.assumed("slack.mine")
    base = s.base.value * left
    yield replace(made, curve=curves.supply(worth, base, w.assumed(s.elasticity)), upper=base * (1 + slack))


def _plant(w: World, a: Action, month: int) -> Activity:
    """A new plant: its part of nameplate follows the ramp that all new plants have."""
    running = w.behaviour.ramp(month - begins(a.start) + 0.5)
    return Activity(
        f"supply:{a.id}", "supply", a.country, next(iter(a.mix)), tuple(((p, a.country), x) for p, x in a.mix.items()),
        cost=a.cost.value if a.cost else 0.0, upper=a.amount.value * running, facility=a.id,
    )  # fmt: skip


def _growth(key: MarketKey, active: tuple[Action, ...]) -> float:
    """How far use has moved from the base for reasons other than price."""
    product, country = key
    found = 1.0
    for a in active:
        if a.kind == "growth" and (not a.products or product in a.products) and (not a.to or country in a.to):
            found *= a.amount.value
    return found


def short_elasticity(w: World, product: str) -> float:
    """Elasticity of use of a product within the month."""
    name = next(p.elasticity for p in w.episode.products if p.id == product)
    return w.assumed(name) * w.behaviour.demand(0.0)


def yearly_elasticity(w: World, product: str) -> float:
    """Elasticity of use of a product over a year."""
    return w.assumed(next(p.elasticity for p in w.episode.products if p.id == product))


def later_elasticity(w: World, product: str) -> float:
    """What the elasticity of use of a product gains in the long run."""
    name = next(p.elasticity for p in w.episode.products if p.id == product)
    return w.assumed(name) * (w.behaviour.demand_long - w.behaviour.demand_short)


def _use(w: World, key: MarketKey, base: float, moved: float) -> Iterator[Activity]:
    if base <= _TRACE:
        return
    product, country = key
    e = short_elasticity(w, product)
    price, cap = w.prices[key], w.assumed("cap.lost-use")
    size = base * moved
    core = curves.core_of(size, e, cap)
    made = Activity(f"use:{country}:{product}", "use", country, product, ((key, -1.0),))
    kept = curves.core_of(base, e, cap)
    yield replace(made, id=f"core:{country}:{product}", kind="core", base=kept, cost=-cap * price, upper=core)
    yield replace(
        made, base=base - kept, curve=curves.elastic_use(price, size, e, core), upper=4 * base
    )


def _lanes(
    w: World, lane: Lane, product: str, month: int, plan: int, assessed: Mapping[MarketKey, float]
) -> Iterator[Activity]:
    """The official lane of a product, and where measures close it ever, the way past the records."""
    base, beside = lane.recorded(product), lane.beside(product)
    if base + beside <= _TRACE:
        return
    home, there = w.price(product, lane.origin), w.price(product, lane.destination)
    size, first = max(home, there, 1e-3), w.episode.first
    before = w.duty(lane, product, first, first) * home
    tax = w.duty(lane, product, month, plan) * assessed.get((product, lane.origin), home)
    quotas = [a for a in w.active(month, plan) if a.kind == "quota" and applies(a, lane, product)]
    closed = any(a.kind == "ban" and applies(a, lane, product) for a in w.active(month, plan))
    made = Activity(
        lane_id("route", lane, product), "route", lane.origin, product,
        (((product, lane.origin), -1.0), ((product, lane.destination), 1.0)), partner=lane.destination, base=base,
        cost=there - home - size,
    )  # fmt: skip
    slope = w.assumed("elasticity.route")
    if base > _TRACE:
        licences = tuple((licence_market(a), -weight_of(a)) for a in quotas)
        yield replace(
            made, coefficients=(*made.coefficients, *licences), cost=made.cost + tax - before, tax=tax,
            upper=0.0 if closed else float("inf"), curve=curves.slope(size, base, slope),
        )  # fmt: skip
    leak = replace(made, id=lane_id("leak", lane, product), base=beside)
    room = max(w.behaviour.leak_share * (base + beside), beside)
    if beside > _TRACE:
        yield replace(leak, upper=room, curve=curves.slope(size, beside, slope))
    elif any(a.kind in CLOSING and applies(a, lane, product) for a in w.episode.actions):
        cost = there - fob_base(w, product) + w.behaviour.leak_premium * home
        yield replace(leak, upper=room, cost=max(cost, there - home + 1e-3 * size))


def fob_base(w: World, product: str) -> float:
    """FOB price in the base [USD/kg]."""
    return next(p.price.value for p in w.episode.products if p.id == product)


def weight_of(a: Action) -> float:
    """What a quota counts for a tonne of the episode's unit."""
    return a.weight.value if a.weight else 1.0


def _disposal(w: World) -> Iterator[Activity]:
    """Whoever makes goods may leave them, at a stated cost."""
    makers = {(p, s.country) for s in w.episode.supplies for p in s.mix}
    makers |= {(p, a.country) for a in w.episode.actions for p in a.mix}
    for product, country in sorted(makers):
        yield Activity(
            f"dispose:{country}:{product}", "dispose", country, product, (((product, country), -1.0),),
            cost=w.assumed("cost.disposal"),
        )  # fmt: skip


def _limits(w: World, a: Action, month: int) -> Iterator[Limit]:
    """A tonnage mined, or a licence's share of base flow, each good alone."""
    if a.kind == "cap":
        terms = tuple((f"supply:{name}", 1.0) for name in a.supplies)
        yield Limit(a.id, "quota", a.id, terms, a.amount.value * 12 / a.months, w.episode.unit, a.source, policy=True)
        return
    share = a.amount.value * w.behaviour.licences(month - begins(a.start) + 0.5, a.delay.value if a.delay else 0.0)
    for product in dict.fromkeys(p for _, p in lanes_of(w, a)):
        group = [lane for lane, p in lanes_of(w, a) if p == product]
        terms = tuple((lane_id("route", lane, product), 1.0) for lane in group)
        upper = share * sum(lane.recorded(product) for lane in group)
        yield Limit(f"{a.id}:{product}", "licence", a.id, terms, upper, w.episode.unit, a.source, policy=True)


def _licences(w: World, a: Action, steepness: float) -> Activity:
    """What holders of a quota's licences sell: the fewer the dearer, and never more than the quota.

    N holders as large as one another, each of whom takes the sales of the others as given (Cournot), ask for a licence
    that costs them nothing 1/N of what they sell times the steepness of the demand for licences.
    """
    upper = quota_of(a)
    asked = curves.slope(upper * steepness / w.behaviour.licence_holders, upper, 1.0)
    key = licence_market(a)
    return Activity(
        f"licence:{a.id}", "licence", a.country, key[0], ((key, 1.0),), base=upper, upper=upper, curve=asked
    )


def quota_of(a: Action) -> float:
    """What a quota lets out [what it counts a year]."""
    return a.amount.value * 12 / a.months * (a.covers.value if a.covers else 1.0)


def licence_market(a: Action) -> MarketKey:
    """The market where licences of a quota change hands."""
    return f"licence:{a.id}", a.country


def lanes_of(w: World, a: Action) -> list[tuple[Lane, str]]:
    """Lanes and products that a measure speaks of."""
    return [(x, p) for x in w.episode.lanes for p in x.mix if applies(a, x, p) and x.recorded(p) > _TRACE]


def base_steepness(w: World, a: Action) -> float:
    """Steepness of the demand for licences in the base [USD/kg per unit a year]."""
    return steepness(w, a, w.uses, w.prices)


def steepness(w: World, a: Action, uses: Mapping[MarketKey, float], prices: Mapping[MarketKey, float]) -> float:
    """By how much a licence gets dearer for each unit sold less [USD/kg per unit a year].

    A dearer licence makes every good dearer where it is bought, and use there falls by its elasticity over a year, the
    time for which licences are given.
    """
    keys = {(p, lane.destination) for lane, p in lanes_of(w, a)}
    falls = sum(yearly_elasticity(w, key[0]) * uses[key] / prices[key] for key in sorted(keys) if prices[key] > 0)
    return 1 / (weight_of(a) ** 2 * falls) if falls > 0 else 0.0
