"""The `[[stock]]` and `[behaviour]` tables of a scenario file, checked and turned into records."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any, Literal

from pydantic import Field

from ytterby.core.errors import Fault, nearest, printable
from ytterby.model.behaviour import TABLE, Behaviour
from ytterby.model.edge import Countries, Edge, ElementWords, Products, Slug, flat, join, show
from ytterby.model.scenario import Pile, Ranged
from ytterby.model.scenario_named import named
from ytterby.model.scenario_schema import AmountField, ShareField
from ytterby.model.scenario_time import MonthsField, MultipleField
from ytterby.model.vocabulary import Vocabulary

KEYS = tuple(f.name for f in fields(Behaviour))
#: Behaviour that must be above 0, because something is divided by it.
_ABOVE = ("stock_response", "demand_short", "demand_long", "demand_months", "licence_months", "ramp_width")


class PileTable(Edge):
    """One `[[stock]]`."""

    id: Annotated[Slug, Field(description="a short name of letters, digits, - and _")]
    kind: Annotated[Literal["commercial", "strategic"], Field(description='"commercial" or "strategic"')]
    of: Annotated[Countries, Field(min_length=1, description="countries that hold it, ISO3 codes")]
    product: Annotated[Products, Field(min_length=1, description="a list of products")]
    element: Annotated[ElementWords, Field(description="a list of elements such as Dy")] = ()
    months: Annotated[MonthsField | None, Field(description="months of base use, 0 or more")] = None
    opening: Annotated[AmountField | None, Field(description='a mass with its basis, such as "300 t REO"')] = None
    capacity: Annotated[AmountField | None, Field(description='a mass with its basis, such as "900 t REO"')] = None
    holding: Annotated[ShareField | None, Field(description="a share of the base price a year, 0 to 1")] = None
    release_above: Annotated[MultipleField | None, Field(description="a multiple of the base price")] = None
    buy_below: Annotated[MultipleField | None, Field(description="a multiple of the base price")] = None
    rate: Annotated[AmountField | None, Field(description='a mass per year, such as "100 t REO/yr"')] = None

    def record(self) -> Pile:
        """The stock."""
        given: dict[str, Ranged | None] = {
            name: value.record() if (value := getattr(self, name)) else None
            for name in ("months", "capacity", "holding", "release_above", "buy_below", "rate")
        }
        amount = self.opening.record() if self.opening else None
        return Pile(self.id, self.kind, flat(self.of), flat(self.product), flat(self.element), amount=amount, **given)


def piles(rows: Any, words: Vocabulary, label: str, found: list[Fault]) -> tuple[Pile, ...]:
    """The stocks that a file names, by id; adds what is wrong to `found`."""
    right: dict[str, Pile] = {}
    for place, table in named(rows, "stock", PileTable, words, label, found):
        pile = table.record()
        found += _pile_faults(pile, place)
        right[pile.id] = pile
    return tuple(right[name] for name in sorted(right))


def _pile_faults(pile: Pile, place: str) -> list[Fault]:
    found = []
    if (pile.months is None) == (pile.amount is None):
        said = "neither months nor opening" if pile.months is None else "both months and opening"
        found.append(Fault(place, said, "one of the two"))
    if pile.kind == "strategic" and pile.months is not None:
        found.append(Fault(join(place, "months"), "months of use", 'a strategic stock has an opening = "… t"'))
    rules = [name for name in ("release_above", "buy_below", "rate") if getattr(pile, name) is not None]
    if pile.kind == "commercial" and rules:
        found.append(Fault(join(place, rules[0]), "a rule", "rules in a strategic stock only"))
    if pile.kind == "strategic" and pile.release_above is None:
        found.append(Fault(join(place, "release_above"), "nothing", "the multiple of the base price it is released at"))
    if pile.release_above and pile.buy_below and pile.buy_below.value >= pile.release_above.value:
        found.append(Fault(join(place, "buy_below"), f"{pile.buy_below.value:g}", "less than release_above"))
    level, most = pile.amount, pile.capacity
    if level and most and most.unit == level.unit and most.value < level.value:
        found.append(Fault(join(place, "capacity"), f"{most.value:g}", "at least the opening level"))
    for name, per_year in (("amount", False), ("capacity", False), ("rate", True)):
        number = getattr(pile, name)
        if number is not None and number.unit.endswith("/yr") != per_year:
            wanted = "a mass per year" if per_year else "a mass"
            found.append(Fault(join(place, "opening" if name == "amount" else name), f"{number.unit}", wanted))
    for name in ("months", "amount", "capacity", "holding", "release_above", "buy_below", "rate"):
        number = getattr(pile, name)
        if number is not None and not number.why:
            key = "opening" if name == "amount" else name
            found.append(Fault(join(place, f"{key}.why"), "nothing", "the reason for the number, or its source"))
    return found


def behaviour(table: Any, label: str, found: list[Fault]) -> dict[str, float]:
    """Behaviour that a file changes, by the name of the parameter, sorted; adds what is wrong to `found`."""
    if table is None:
        return {}
    if not isinstance(table, Mapping):
        found.append(Fault(join(label, "behaviour"), show(table), "a table of parameter = number"))
        return {}
    right = {}
    for name, value in table.items():
        place = f"{label}, behaviour.{printable(str(name), 40)}"
        if name not in KEYS:
            found.append(Fault(place, show(name), "one of " + ", ".join(KEYS), nearest(str(name), KEYS)))
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not _fits(name, float(value)):
            least = "a number above 0" if name in _ABOVE else "a number of 0 or more"
            found.append(Fault(place, show(value), f"{least} [{_UNITS[name]}]"))
        else:
            right[str(name)] = float(value)
    return dict(sorted(right.items()))


def _fits(name: str, value: float) -> bool:
    return math.isfinite(value) and (value > 0 if name in _ABOVE else value >= 0) and value < 1e4


_UNITS = {row.id.partition(".")[2]: row.unit for row in TABLE}
