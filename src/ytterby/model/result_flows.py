"""Flows and shares: one row per activity, product and element, and who makes how much at each stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ytterby.indicators.concentration import hhi
from ytterby.model.network import Activity, stage_of, unit_of
from ytterby.model.reach import contents
from ytterby.model.solved import Solved

Row = dict[str, Any]
Place = tuple[str | None, str | None]
Amounts = tuple[float, float]
_TRACE = 1e-3
_MAGNET = ("Nd", "Pr", "Dy", "Tb")
#: Products of the chains of other materials, and the activities whose output is that of a stage there.
_OF_CHAINS = ("ore/", "refined/")
_MAKES = ("mine", "refine", "scrap", "facility")


def flows(solved: Solved, before: Solved, only: str | None = None) -> Iterator[tuple[Any, ...]]:
    """Rows of the flows table, in the order of its columns; a use's core and elastic part are one activity.

    With `only` the rows that count this element alone.
    """
    held: dict[str, _Held] = {}
    for activity, product, place, amounts in movements(solved, before, _TRACE):
        if product not in held:
            held[product] = _Held.of(solved, product, only)
        yield from _rows(held[product], activity, product, place, amounts)


def movements(solved: Solved, before: Solved, least: float) -> Iterator[tuple[Activity, str, Place, Amounts]]:
    """What every activity takes and gives: (activity, product, place, amounts), not counted by element.

    `place` is (origin, destination) as in the flows table, `amounts` are (base, scenario) in the product's unit a year;
    a row is left out when both are less than `least`.
    """
    for activity, base, value in _levels(solved, before):
        for (product, country), coefficient in activity.coefficients if base or value else ():
            amounts = abs(coefficient) * base, abs(coefficient) * value
            if amounts[0] < least and amounts[1] < least:
                continue
            if activity.kind == "route" and coefficient > 0:
                continue  # a lane is one row, from where it starts to where it ends
            leaves = coefficient < 0
            end = activity.partner if activity.kind == "route" else None
            yield activity, product, (country, end) if leaves else (None, country), amounts


@dataclass(frozen=True, slots=True)
class _Held:
    """What a tonne of a product holds by element, in which unit that counts, and the product's own unit."""

    parts: tuple[tuple[str, float], ...]
    unit: str
    own: str | None  # where the product itself is counted too

    @staticmethod
    def of(solved: Solved, product: str, only: str | None) -> _Held:
        own, held = unit_of(product), contents(solved.network, product)
        parts = tuple((element, part) for element, part in held.items() if only in (None, element))
        unit = own if product.startswith(_OF_CHAINS) else "t REO"
        return _Held(parts, unit, own if only is None and len(held) != 1 else None)


def _levels(solved: Solved, before: Solved) -> Iterator[tuple[Activity, float, float]]:
    cores = {a.id[5:]: a for a in solved.layout.activities if a.kind == "core"}
    was = before.levels
    for activity, value in zip(solved.layout.activities, solved.solution.x.tolist(), strict=True):
        if activity.kind == "core":
            continue
        base = was.get(activity.id, 0.0)
        core = cores.get(activity.id[4:]) if activity.kind == "use" else None
        if core is not None:
            base, value = base + was.get(core.id, 0.0), value + solved.level(core.id)
        yield activity, base, value


def _rows(held: _Held, activity: Activity, product: str, place: Place, amounts: Amounts) -> Iterator[tuple[Any, ...]]:
    what, where = (activity.id, activity.kind, product), (*place, activity.facility)
    base, value = amounts
    if held.own is not None:
        yield (*what, None, *where, held.own, base, value, value - base)
    most, unit = max(base, value), held.unit
    for element, part in held.parts:
        if part * most >= _TRACE:
            yield (*what, element, *where, unit, part * base, part * value, part * (value - base))


def outputs(solved: Solved, before: Solved) -> dict[tuple[str, str, str | None], dict[str, list[float]]]:
    """Output [t/yr] by (stage, product, element) and country, base and scenario."""
    found: dict[tuple[str, str, str | None], dict[str, list[float]]] = {}

    def add(key: tuple[str, str, str | None], country: str, base: float, value: float) -> None:
        entry = found.setdefault(key, {}).setdefault(country, [0.0, 0.0])
        entry[0] += base
        entry[1] += value

    for a, base, value in _levels(solved, before):
        if a.product.startswith(_OF_CHAINS):
            for (product, country), c in a.coefficients if a.kind in _MAKES else ():
                form, _, name = product.partition("/")
                if c > 0:
                    add((stage_of(product), form, name), country, c * base, c * value)
            continue
        stage = _STAGE.get(a.kind)
        if a.kind == "facility":
            stage = _plant_stage(a)
        for (product, country), c in a.coefficients if stage else ():
            if c <= 0 or product.startswith("scrap/") or (a.kind == "recycle"):
                continue
            if stage == "mine":
                add(("mine", "REE", None), country, c * base, c * value)
                for e, part in contents(solved.network, product).items():
                    add(("mine", "REE", e), country, c * part * base, c * part * value)
                    if e in _MAGNET:
                        add(("mine", "magnet-REE", None), country, c * part * base, c * part * value)
            elif stage == "separation" and a.kind == "finish":
                element = product.partition("/")[2]
                add(("separation", "oxide", element), country, base, value)
                if element in _MAGNET:
                    add(("separation", "magnet-REE", None), country, base, value)
            elif stage in ("metal", "magnet"):
                form, _, name = product.partition("/")
                add((str(stage), form, name if form == "metal" else None), country, c * base, c * value)
    return found


_STAGE = {"mine": "mine", "finish": "separation", "metal": "metal", "magnet": "magnet"}


def _plant_stage(a: Activity) -> str | None:
    """The stage of a new plant; a separator is counted where its solutions are finished."""
    form = a.product.partition("/")[0]
    return {"metal": "metal", "magnet": "magnet"}.get(form, "mine" if len(a.coefficients) == 1 else None)


def shares(solved: Solved, before: Solved) -> Iterator[Row]:
    """Rows of the shares table [%]."""
    for (stage, product, element), rows in sorted(
        outputs(solved, before).items(), key=lambda item: tuple(map(str, item[0]))
    ):
        base, value = (sum(v[i] for v in rows.values()) for i in (0, 1))
        for country, (was, is_) in sorted(rows.items(), key=lambda item: (-item[1][0], item[0])):
            if max(was / base if base else 0.0, is_ / value if value else 0.0) >= 1e-5:
                yield {
                    "stage": stage,
                    "product": product,
                    "element": element,
                    "country": country,
                    "base": 100 * was / base if base else None,
                    "value": 100 * is_ / value if value > _TRACE else None,
                }


def concentration(solved: Solved, before: Solved) -> Iterator[Row]:
    """Rows of the concentration table: HHI 0..1 of each stage and product, the rest of the world left out."""
    for (stage, product, element), rows in sorted(
        outputs(solved, before).items(), key=lambda item: tuple(map(str, item[0]))
    ):
        yield {
            "stage": stage,
            "product": product,
            "element": element,
            "hhi_base": _hhi([v[0] for v in rows.values()]),
            "hhi": _hhi([v[1] for v in rows.values()]),
        }


def _hhi(amounts: list[float]) -> float | None:
    return hhi(amounts) if sum(amounts) > _TRACE else None
