"""What the scope of a measure must name, may name, and cannot mean; pure checks that return faults.

A key that a measure of its kind would not read is refused: `element` on a closure would otherwise close everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from ytterby.core.errors import Fault
from ytterby.model.edge import show
from ytterby.model.scenario import Measure, Scope
from ytterby.model.vocabulary import STAGES

_LANES = ("flow", "of", "product", "element", "containing", "ore")
_PLANTS = ("of", "product", "element", "containing", "stage", "ore", "facility")
#: The keys of a scope that mean something, by its flow, or by the kind of a measure on plants and stocks.
_READ = {
    "export": (*_LANES, "to", "except_to"),
    "import": (*_LANES, "origin", "except_of"),
    "production": ("flow", *_PLANTS),
    "outage": _PLANTS,
    "closure": _PLANTS,
    "release": ("of", "product", "element", "containing", "ore"),
    "price_floor": ("of", "product", "element", "containing", "ore", "facility"),
    "cfd": ("of", "product", "element", "containing", "ore", "facility"),
}
_MEANS = {"of": "the country that acts", "product": "what it is about", "to": "who buys"}
#: The stage that makes each form a plant or mine can be named by.
_STAGE_OF_FORM = {"concentrate": "mine", "metal": "metal", "magnet": "magnet", "ore": "mine", "refined": "refining"}


def scope_faults(measure: Measure, flows: tuple[str, ...], needs: tuple[str, ...], place: str) -> Iterator[Fault]:
    """Flows a kind does not have, what it needs and lacks, and keys that mean nothing to it."""
    scope = measure.scope
    if "flow" in needs and not scope.flow:
        yield Fault(f"{place}.flow", "nothing", "one of " + ", ".join(flows))
    elif scope.flow and scope.flow not in flows:
        wanted = "one of " + ", ".join(flows) if flows else f"no flow in a measure of kind {measure.kind}"
        yield Fault(f"{place}.flow", show(scope.flow), wanted)
    for name, example in (("of", '"CHN"'), ("to", '"JPN"'), ("product", '"oxide"')):
        if name in needs and not getattr(scope, name):
            yield Fault(f"{place}.{name}", "nothing", f"{_MEANS[name]}, such as {example}")
    if "refused" in needs and not scope.origin and not scope.facility:
        yield Fault(f"{place}.origin", "nothing", 'the countries it refuses, such as "MMR", or facility = "…"')
    if "place" in needs and not scope.facility and not (scope.of and scope.stage):
        wanted = 'facility = "…", or of = "CHN" with stage = "separation"'
        yield Fault(place, "neither a facility nor a country with a stage", wanted)
    yield from _unread(measure, place)
    for named, spared in (("to", "except_to"), ("origin", "except_of")):
        both = sorted(set(getattr(scope, named)) & set(getattr(scope, spared)))
        if both:
            yield Fault(place, f"{', '.join(both)} in both {named} and {spared}", "a country in one of the two")


def _unread(measure: Measure, place: str) -> Iterator[Fault]:
    """Keys that the measure would not read."""
    scope = measure.scope
    read = _READ.get(scope.flow or measure.kind)
    if read is None:
        return
    if measure.kind == "refusal":
        read = (*(name for name in read if name != "except_of"), "facility")
    about = f"flow = {scope.flow!r}" if scope.flow else f"a measure of kind {measure.kind}"
    for field in fields(Scope):
        if getattr(scope, field.name) and field.name not in read and field.name != "flow":
            yield Fault(f"{place}.{field.name}", "a list", f"nothing: {field.name} has no meaning for {about}")


def product_faults(measure: Measure, place: str) -> Iterable[Fault]:
    """`element` and `containing` speak of different products: oxides and metals, or magnets."""
    scope = measure.scope
    forms = {product.partition("/")[0] for product in scope.product}
    plants = scope.flow == "production" or measure.kind in ("outage", "closure")
    unseen = sorted(forms - set(_STAGE_OF_FORM)) if plants else []
    if unseen:
        cure = 'stage = "separation" or "recycling", or one of the products concentrate, metal, magnet'
        yield Fault(f"{place}.product", f"the production of {', '.join(unseen)}", cure)
    mixed = sorted(forms & {"magnet", "concentrate", "seg", "scrap"})
    if scope.element and mixed:
        cure = (
            "containing, which reaches magnets by their recipe"
            if mixed == ["magnet"]
            else f"no element with {mixed[0]}"
        )
        yield Fault(f"{place}.element", f"a list beside {', '.join(mixed)}, which hold many elements", cure)
    elif scope.element and plants and forms != {"metal"}:
        cure = 'product = "metal": mines, separators and recyclers make many elements at once'
        yield Fault(f"{place}.element", "a list", cure)
    if scope.containing and forms - {"magnet"}:
        yield Fault(
            f"{place}.containing",
            "a list beside products that are not magnets",
            "element, which names oxides and metals of an element",
        )
    if measure.kind == "quota" and scope.flow == "production" and not scope.facility:
        yield from _one_stage(scope, forms, place)


def _one_stage(scope: Scope, forms: set[str], place: str) -> Iterator[Fault]:
    """A tonne that is mined, separated and made into metal would count three times under one cap."""
    made = {_STAGE_OF_FORM[form] for form in forms if form in _STAGE_OF_FORM}
    if scope.containing:
        made |= {"magnet"}
    named = [stage for stage in (*STAGES, "refining") if stage in (set(scope.stage) or made)]
    if len(named) != 1:
        found = "the production of " + (", ".join(named) if named else "every stage")
        yield Fault(place, f"{found} under one cap", 'one stage, such as stage = "separation"')
