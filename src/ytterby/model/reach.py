"""What the scope of a measure reaches in a network, and what a tonne of each product is in another basis."""

from __future__ import annotations

from collections.abc import Mapping

from ytterby.core.elements import oxide_factor
from ytterby.core.errors import Fault, UnitError
from ytterby.core.units import factor
from ytterby.model.network import Activity, Network, unit_of
from ytterby.model.scenario import Scope

#: The stage that an activity belongs to when a measure names stages.
STAGE_OF_KIND = {
    "mine": "mine", "separate": "separation", "refine": "refining", "metal": "metal", "magnet": "magnet",
    "recycle": "recycling",
}  # fmt: skip
#: The same for a new plant, by the form of its product; a separator goes by its feed.
_STAGE_OF_FORM = {"concentrate": "mine", "metal": "metal", "magnet": "magnet", "scrap": "recycling"}


def in_scope(network: Network, scope: Scope) -> list[Activity]:
    """The activities a scope covers: routes for exports and imports, plants and mines otherwise.

    Production is also that of new plants; an outage or a closure is of plants that ran in the base year.
    """
    if scope.flow in ("export", "import"):
        return [
            a
            for a in network.activities
            if a.kind == "route"
            and scope.covers_route(a.country, a.partner or "")
            and product_in(network, scope, a.product)
        ]
    kinds = {*STAGE_OF_KIND, "facility", "supply"} if scope.flow == "production" else {*STAGE_OF_KIND}
    return [a for a in network.activities if a.kind in kinds and _plant_in(network, scope, a)]


def product_in(network: Network, scope: Scope, product: str) -> bool:
    """Whether a scope names a product, by its words, its recipe and its ore."""
    ore = product.partition("/")[2]
    return _named(network, scope, product) and (not scope.ore or ore in scope.ore)


def _named(network: Network, scope: Scope, product: str) -> bool:
    """Whether product, element and containing name it; `containing` reaches magnets, by their recipe."""
    if scope.containing and not (
        product.startswith("magnet/") and set(scope.containing) & set(contents(network, product))
    ):
        return False
    return scope.covers_product(product)


def _plant_in(network: Network, scope: Scope, a: Activity) -> bool:
    return (
        (not scope.facility or a.facility in scope.facility)
        and (not scope.of or a.country in scope.of)
        and (not scope.stage or _stage(a) in scope.stage)
        and (not scope.ore or (a.ore or a.product.partition("/")[2]) in scope.ore)
        and (
            not (scope.product or scope.element or scope.containing)
            or any(_named(network, scope, p) for (p, _), c in a.coefficients if c > 0)
        )
    )


def _stage(a: Activity) -> str | None:
    """The stage of a plant or mine; None for an activity of a textbook network."""
    if a.kind in STAGE_OF_KIND:
        return STAGE_OF_KIND[a.kind]
    form = a.product.partition("/")[0]
    if form in ("concentrate", "seg") and any(c < 0 for _, c in a.coefficients):
        return "separation"
    return _STAGE_OF_FORM.get(form)


def contents(network: Network, product: str) -> Mapping[str, float]:
    """Oxide of each element in a tonne of a product [t REO/t], empty when unknown."""
    found: Mapping[str, Mapping[str, float]] = network.tables.get("contents", {})
    return found.get(product, {})


def per_tonne(network: Network, product: str, unit: str, place: str) -> float:
    """Tonnes of `unit`'s basis in a tonne of a product; UnitError when the basis says nothing about it."""
    wanted = unit.removesuffix("/yr")
    form, _, element = product.partition("/")
    if "contents" not in network.tables:  # a textbook case counts in a unit of its own
        own = next(m.unit for m in network.markets if m.product == product)
        return 1.0 if own == wanted else factor(own, wanted)
    if form in ("ore", "refined"):
        return factor(unit_of(product), wanted)
    if form == "magnet":
        return factor("t gross", wanted) if "gross" in wanted else _inside(network, product, wanted, place)
    if form == "metal":
        if "REO" in wanted:
            return factor("t", wanted.replace(" REO", "")) / oxide_factor(element)
        return factor(f"t {element}", wanted, element=element)
    if element in contents(network, product):
        return factor("t REO", wanted, element=element)
    return factor("t REO", wanted)


def _inside(network: Network, product: str, wanted: str, place: str) -> float:
    held = sum(contents(network, product).values())
    if "REO" not in wanted or not held:
        raise UnitError([Fault(place, f"unit {wanted!r} for {product}", "t gross, or t REO for the rare earths in it")])
    return held * factor("t REO", wanted)


def tonnes_of(unit: str) -> str:
    """The same unit in tonnes a year: `kt REO/yr` becomes `t REO/yr`."""
    mass = unit.removesuffix("/yr").split(" ", 1)
    return " ".join(["t", *mass[1:]]) + "/yr"
