"""Measures on a network: a door closed or opened becomes limits, bounds, taxes and activities.

Shares act on base flow, so a cut of slack capacity does nothing. A ban and a closure set bounds to nothing; a
quota is a row whose dual is the licence premium, the same on every kilogram under it; a tax is a cost that is
also a transfer; a new plant brings its own lanes. Ad valorem taxes are solved by repetition in `run`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from ytterby.core.errors import Fault, InputError
from ytterby.core.units import Quantity, factor
from ytterby.model import contracts
from ytterby.model.applied import Applied
from ytterby.model.network import Activity, Limit, Market, Network, unit_of
from ytterby.model.new_plant import plant_activities
from ytterby.model.provenance import made_by, origin_shares
from ytterby.model.reach import in_scope, per_tonne, product_in, tonnes_of
from ytterby.model.scenario import Measure


def apply(network: Network, measures: Iterable[Measure], year: int) -> tuple[Network, tuple[Applied, ...]]:
    """The network under the measures in force in `year`, and what each of them did, in the order given.

    New plants come first, whatever their place in the list, so that their lanes are under every other measure.
    """
    chosen = list(measures)
    done: dict[int, Applied] = {}
    for place, measure in sorted(enumerate(chosen), key=lambda item: item[1].kind != "facility"):
        if measure.in_force(year):
            network, done[place] = _KINDS[measure.kind](network, measure)
        else:
            done[place] = Applied(measure, idle=f"not in force in {year}")
    return network, tuple(done[place] for place in range(len(chosen)))


def _ban(network: Network, measure: Measure) -> tuple[Network, Applied]:
    return _shut(network, measure, in_scope(network, measure.scope), lambda a: 0.0)


def _shut(
    network: Network, measure: Measure, hit: list[Activity], bound: Callable[[Activity], float]
) -> tuple[Network, Applied]:
    """Bound each activity that is hit, keeping tighter bounds."""
    if not hit:
        return network, Applied(measure, idle="nothing in the network is in its scope")
    names = {a.id for a in hit}
    columns = tuple(replace(a, upper=min(a.upper, bound(a))) if a.id in names else a for a in network.activities)
    return network.with_activities(columns), Applied(
        measure, columns=tuple(sorted(names)), base=sum(a.base for a in hit)
    )


def _quota(network: Network, measure: Measure) -> tuple[Network, Applied]:
    limit = measure.limit
    if limit is None:
        raise InputError([Fault(f"measure {measure.id!r}", "a quota without a limit", "a limit")])
    hit = in_scope(network, measure.scope)
    if not hit:
        return network, Applied(measure, idle="nothing in the network is in its scope")
    groups: dict[str, list[Activity]] = {}
    for a in hit:
        groups.setdefault(_group(a, limit.per), []).append(a)
    rows = [_row(network, measure, name, members) for name, members in sorted(groups.items())]
    added = replace(network, limits=(*network.limits, *rows))
    return added, Applied(
        measure, tuple(r.id for r in rows), tuple(sorted(a.id for a in hit)), sum(a.base for a in hit)
    )


def _group(a: Activity, per: str) -> str:
    if per == "group":
        return ""
    if per == "route":
        return f"{a.product}:{a.country}>{a.partner}"
    return a.product if per == "product" else a.element or a.product


def _row(network: Network, measure: Measure, name: str, members: list[Activity]) -> Limit:
    limit = measure.limit
    assert limit is not None
    place = f"measure {measure.id!r}, limit"
    unit = tonnes_of(limit.quantity.unit) if limit.quantity else _basis(network, members)
    terms = tuple((a.id, per_tonne(network, a.product, unit, place)) for a in members)
    if limit.share_of_base is not None:
        upper = limit.share_of_base * sum(a.base * c for a, (_, c) in zip(members, terms, strict=True))
    else:
        quantity = limit.quantity or Quantity(0.0, unit)
        upper = quantity.value * factor(quantity.unit, unit)
    title = measure.title or measure.id
    return Limit(
        f"{measure.id}:{name}" if name else measure.id,
        "quota",
        f"{title}: {name}" if name else title,
        terms,
        upper,
        unit,
        source=measure.source.id,
        holder=measure.rent_to,
    )


def _basis(network: Network, members: list[Activity]) -> str:
    """The unit in which different products add up: their own where they share it, else the oxides in them."""
    units = {m.product: m.unit for m in network.markets}
    shared = {units[a.product] for a in members}
    return (shared.pop() if len(shared) == 1 else "t REO") + "/yr"


def _tax(network: Network, measure: Measure) -> tuple[Network, Applied]:
    """A specific tax at once; an ad valorem one starts at nothing and is found by repeated solves."""
    hit = in_scope(network, measure.scope)
    if not hit:
        return network, Applied(measure, idle="nothing in the network is in its scope")
    names = {a.id for a in hit}
    specific = measure.rate.specific if measure.rate else None
    amount = specific.value * factor(specific.unit, "USD/kg") if specific else 0.0
    taxed = with_tax(network, {(name, measure.kind): amount for name in names})
    return taxed, Applied(measure, columns=tuple(sorted(names)), base=sum(a.base for a in hit))


def with_tax(network: Network, amounts: Mapping[tuple[str, str], float]) -> Network:
    """Add specific taxes [USD/kg] by (activity, kind): a "tariff" is a duty, all else a tax where goods are made."""
    taxes: dict[str, tuple[float, float]] = {}
    for (name, kind), amount in amounts.items():
        tax, duty = taxes.get(name, (0.0, 0.0))
        taxes[name] = (tax, duty + amount) if kind == "tariff" else (tax + amount, duty)
    return network.with_activities(_taxed(a, *taxes[a.id]) if a.id in taxes else a for a in network.activities)


def _taxed(a: Activity, tax: float, duty: float) -> Activity:
    return replace(a, cost=a.cost + tax + duty, tax=a.tax + tax, duty=a.duty + duty)


def _outage(network: Network, measure: Measure) -> tuple[Network, Applied]:
    lost = measure.lost.value if measure.lost else 1.0
    return _shut(network, measure, in_scope(network, measure.scope), lambda a: (1 - lost) * a.base)


#: A seller's goods are taken as free of an origin below this part; base-year shares are no better known than that.
_CLEAN = 0.01


def _refusal(network: Network, measure: Measure) -> tuple[Network, Applied]:
    """A buyer refuses an origin, or what named plants make: lanes by that part of the seller's goods.

    Lanes straight from a refused origin carry what is still taken.

    A lane that did not run may carry the clean part of what the buyer imported in the base.
    """
    scope = measure.scope
    kept = measure.limit.share_of_base if measure.limit and measure.limit.share_of_base is not None else 0.0
    shares = [origin_shares(network, origin) for origin in scope.origin]
    shares += [made_by(network, scope.facility)] if scope.facility else []
    lanes = [
        a
        for a in network.activities
        if a.kind == "route" and a.partner in scope.of and product_in(network, scope, a.product)
    ]
    bought: dict[tuple[str, str], float] = {}
    for a in lanes:
        bought[a.product, a.partner or ""] = bought.get((a.product, a.partner or ""), 0.0) + a.base
    bounds: dict[str, float] = {}
    for a in lanes:
        if a.country in scope.origin:
            bounds[a.id] = a.base * kept
            continue
        part = min(sum(s.get((a.product, a.country), 0.0) for s in shares), 1.0)
        if part > _CLEAN:
            bounds[a.id] = (a.base or bought[a.product, a.partner or ""]) * (1 - part * (1 - kept))
    hit = [a for a in lanes if a.id in bounds]
    return _shut(network, measure, hit, lambda a: bounds[a.id])


def _release(network: Network, measure: Measure) -> tuple[Network, Applied]:
    """A stock is released: so many tonnes, at no cost, into the markets in scope."""
    scope, amount = measure.scope, measure.amount
    if amount is None:
        raise InputError(
            [Fault(f"measure {measure.id!r}", "a release without an amount", "an amount such as '300 t REO'")]
        )
    unit = tonnes_of(amount.unit)
    tonnes = amount.value * factor(amount.unit, unit.removesuffix("/yr") if not amount.unit.endswith("/yr") else unit)
    markets = [m for m in network.markets if m.country in scope.of and product_in(network, scope, m.product)]
    if not markets:
        return network, Applied(measure, idle="nothing in the network is in its scope")
    place = f"measure {measure.id!r}, amount"
    held = {m.key: per_tonne(network, m.product, unit, place) for m in markets}
    added = tuple(
        Activity(
            f"release:{measure.id}:{m.country}:{m.product}",
            "release",
            m.country,
            m.product,
            ((m.key, 1.0),),
            upper=tonnes / held[m.key],
        )
        for m in markets
    )
    terms = tuple((a.id, held[a.product, a.country]) for a in added)
    row = Limit(measure.id, "release", measure.title or measure.id, terms, tonnes, unit, source=measure.source.id)
    grown = replace(network, activities=(*network.activities, *added), limits=(*network.limits, row))
    return grown, Applied(measure, (row.id,), tuple(a.id for a in added))


def _facility(network: Network, measure: Measure) -> tuple[Network, Applied]:
    if measure.plant is None:
        raise InputError(
            [Fault(f"measure {measure.id!r}", "a facility measure without a plant", "a [measure.facility] table")]
        )
    columns, rows = plant_activities(network, measure.plant, measure.id)
    if not columns:
        return network, Applied(measure, idle="its feed holds none of what it would make, or nobody sells that feed")
    known = {m.key for m in network.markets}
    keys = sorted({key for a in columns for key, _ in a.coefficients} - known)
    markets = (*network.markets, *(Market(p, c, unit_of(p)) for p, c in keys))
    grown = replace(
        network, markets=markets, activities=(*network.activities, *columns), limits=(*network.limits, *rows)
    )
    return grown, Applied(measure, tuple(r.id for r in rows), tuple(a.id for a in columns))


_KINDS: dict[str, Callable[[Network, Measure], tuple[Network, Applied]]] = {
    "ban": _ban,
    "quota": _quota,
    "export_tax": _tax,
    "tariff": _tax,
    "outage": _outage,
    "facility": _facility,
    "closure": _ban,
    "refusal": _refusal,
    "release": _release,
    "price_floor": contracts.guaranteed,
    "cfd": contracts.guaranteed,
    "offtake": contracts.offtake,
    "first_refusal": contracts.first_refusal,
}
