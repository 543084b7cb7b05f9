"""The finding in words: one sentence, then lines fit to be read aloud. Numbers only from the solved tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ytterby.core.elements import ELEMENTS as ALL_ELEMENTS
from ytterby.model.chains.cited import words_of
from ytterby.model.drivers import Driver
from ytterby.model.naming import assumption_name
from ytterby.model.network import MarketKey
from ytterby.model.result_prices import FAR
from ytterby.model.result_use import Use, uses
from ytterby.model.scenario import Scenario
from ytterby.model.solved import Solved

_NAMES = {e.symbol: e.name.lower() for e in ALL_ELEMENTS}
_GRADES = {
    "magnet/ndfeb": "NdFeB magnets without dysprosium",
    "magnet/ndfeb-dy": "dysprosium-bearing NdFeB magnets",
    "magnet/smco": "samarium-cobalt magnets",
}
#: A loss below this part of base use is called small.
_SMALL = 0.005
#: The headline names losses of at least this part of base use, when there are any.
_WORTH_SAYING = 0.05


@dataclass(frozen=True, slots=True)
class Loss:
    """Use of one product lost outside the acting countries; `hit` is the part that the worst-hit country loses."""

    product: str
    base: float
    lost: float
    given_up: float
    replaced: float
    unserved: float
    worth: float
    worst: str
    price: float
    ratio: float
    hit: float = 0.0

    @property
    def part(self) -> float:
        """Lost as a part of base use."""
        return self.lost / self.base if self.base else 0.0


def product_name(product: str) -> str:
    """`dysprosium oxide` for oxide/Dy, and so on."""
    form, _, name = product.partition("/")
    if product in _GRADES:
        return _GRADES[product]
    said = words_of(product)
    if said:
        return said
    return f"{_NAMES.get(name, name)} {form}" if name else form


def actors(scenario: Scenario) -> frozenset[str]:
    """The countries whose measures these are, when they close a door on others: their own users are counted apart."""
    closing = ("ban", "quota", "export_tax")
    return frozenset(
        c
        for m in scenario.measures
        if m.kind in closing and m.scope.flow == "export" and m.scope.to == ()
        for c in m.scope.of
    )


def losses(solved: Solved, base: Solved, outside: frozenset[str]) -> list[Loss]:
    """Losses by product among users not in `outside`, dearest first."""
    prices = {m.key: m.price or base.price(m.key) for m in base.network.markets}
    groups: dict[str, list[Use]] = {}
    for (product, country), use in uses(solved, base).items():
        if country not in outside:
            groups.setdefault(product, []).append(use)
    quoted = solved.quoted()
    found = [_loss(product, group, prices, quoted) for product, group in groups.items()]
    return sorted((x for x in found if x.base > 0), key=lambda x: (-x.worth, x.product))


def _loss(product: str, group: list[Use], prices: Mapping[MarketKey, float], quoted: Mapping[MarketKey, float]) -> Loss:
    worth = {u.country: max(u.lost, 0.0) * prices.get((product, u.country), 0.0) / 1000 for u in group}
    worst = max(group, key=lambda u: (worth[u.country], u.country))
    key = (product, worst.country)
    before = prices.get(key, 0.0)
    price = quoted[key]
    return Loss(
        product,
        sum(u.base for u in group),
        sum(u.lost for u in group),
        sum(u.given_up for u in group),
        sum(u.replaced for u in group),
        sum(u.unserved for u in group),
        sum(worth.values()),
        worst.country,
        price,
        price / before if before > 0 else 1.0,
        worst.lost / worst.base if worst.base > 0 else 0.0,
    )


def finding(scenario: Scenario, found: list[Loss], names: Mapping[str, str], outside: frozenset[str]) -> str:
    """One sentence: who loses what part of which use, and at what price."""
    shown = [x for x in found if x.part >= _WORTH_SAYING][:3] or [x for x in found if x.part >= _SMALL][:3]
    title = scenario.title.rstrip(".")
    who = "users outside " + _listed(names.get(c, c) for c in sorted(outside)) if outside else "users"
    if not shown:
        top = max(found, key=lambda x: x.part, default=None)
        if top is None or top.lost <= 0:
            return f"{title}: no use falls; what changes is who supplies and at what price."
        hit = next((x for x in found if x.hit >= _WORTH_SAYING), None)
        if hit is not None:
            name = product_name(hit.product)
            return (
                f"{title}: {names.get(hit.worst, hit.worst)} loses {hit.hit:.0%} of its {name}, at {_times(hit.ratio)} "
                f"its base price; over all users {hit.part:.1%} of it is lost."
            )
        return (
            f"{title}: use falls by less than {_SMALL:.1%} everywhere; the most is {top.part:.2%} of "
            f"{product_name(top.product)}."
        )
    lost = _listed(f"{x.part:.0%} of their {product_name(x.product)}" for x in shown)
    top = shown[0]
    price = _times(top.ratio)
    return f"{title}: {who} lose {lost}; the price of {product_name(top.product)} there is {price} its base."


def dearer(period: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What growth alone does by a period: the product whose users pay most more, or less, than at base prices."""
    paid: dict[MarketKey, tuple[float, float]] = {}
    served = {(row["product"], row["country"]): row["served"] for row in period["shortages"]}
    for row in period["prices"]:
        key = (row["product"], row["country"])
        if row["home"] is not None and row["base"] and key in served:
            paid[key] = (row["home"] - row["base"]) * served[key], row["home"] / row["base"]
    if not paid:
        return "only use and capacity grow."
    total: dict[str, float] = {}
    for (name, _), (more, _) in paid.items():
        total[name] = total.get(name, 0.0) + more
    product = max(sorted(total), key=lambda p: round(abs(total[p]), 3))
    where = max((key for key in paid if key[0] == product), key=lambda key: (served[key], key))
    return (
        f"by {period['label']} the price of {product_name(product)} in {names.get(where[1], where[1])} is "
        f"{_times(paid[where][1])} its base; nothing is in force but growth."
    )


def _times(ratio: float) -> str:
    if 0.95 < ratio < 1.05:
        return f"{ratio:.3g} times"
    return f"at least {FAR:g} times" if ratio > FAR else f"{ratio:.2g} times"


def _listed(items: Iterable[str]) -> str:
    parts = list(items)
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1] if parts else ""


def summary(
    found: list[Loss],
    gains: list[dict[str, Any]],
    binding: list[dict[str, Any]],
    tested: tuple[Driver, ...],
    names: Mapping[str, str],
    titles: Mapping[str, str],
) -> Iterator[str]:
    """Lines to be read aloud: losses in three parts, gains, what binds, and the assumptions that matter most."""
    for x in [y for y in found if y.part >= 2 * _SMALL][:6]:
        name = product_name(x.product)
        yield (
            f"{name[0].upper()}{name[1:]}: {x.lost:,.0f} of {x.base:,.0f} t lost ({x.part:.0%}): "
            f"{x.given_up:,.0f} t given up "
            f"as the price rises, {x.replaced:,.0f} t replaced, {x.unserved:,.0f} t unserved; worst hit "
            f"{names.get(x.worst, x.worst)}, "
            f"at {_price(x)}."
        )
    ranked = sorted(gains, key=lambda r: r["welfare"])
    if ranked and ranked[0]["welfare"] < -0.05:
        yield (
            "Most surplus lost: "
            + _listed(f"{names.get(r['country'], r['country'])} {r['welfare']:+,.0f}" for r in ranked[:3])
            + " million dollars a year."
        )
    if ranked and ranked[-1]["welfare"] > 0.05:
        top = ranked[-1]
        yield (
            f"Most gained: {names.get(top['country'], top['country'])} {top['welfare']:+,.0f} million "
            f"dollars a year, of which {top['rent']:,.0f} is licence rent."
        )
    yield from _limits(binding)
    if tested:
        yield (
            "Assumptions that move the value of lost use most: "
            + "; ".join(
                f"{assumption_name(d.id, titles)} ({d.at_low:,.0f} to {d.at_high:,.0f} million dollars a year over "
                "its range)"
                for d in tested[:3]
            )
            + "."
        )


def _limits(binding: list[dict[str, Any]]) -> Iterator[str]:
    """What binds, dearest first, and what does not."""
    bound = [r for r in binding if r["bound"] and r["kind"] != "capacity"]
    slack = [r for r in binding if not r["bound"] and r["kind"] != "capacity"]
    bound.sort(key=lambda r: (-(r["shadow_price"] or 0.0), r["id"]))
    if bound:
        named = _listed(f"{_short(r)} ({_shadow(r)})" for r in bound[:4])
        yield f"{len(bound)} of {len(bound) + len(slack)} limits bind; what one more kilogram would be worth: {named}."
    if slack:
        yield "Not binding: " + "; ".join(r["title"] for r in slack[:4]) + "."


def _short(row: Mapping[str, Any]) -> str:
    """The part of a limit's title that tells it from its siblings."""
    return str(row["title"]).rpartition(": ")[2]


def _price(x: Loss) -> str:
    return (
        f"{FAR:g} times the base price or more"
        if x.ratio > FAR
        else f"{x.price:,.3g} USD/kg, {_times(x.ratio)} the base"
    )


def _shadow(row: Mapping[str, Any]) -> str:
    price = row["shadow_price"]
    if price is None:
        return "in force"
    return f"{price:,.0f} {row['price_unit']}" if price >= 100 else f"{price:.3g} {row['price_unit']}"
