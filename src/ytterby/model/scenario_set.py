"""Changing a scenario from the command line: `--set path=value`, on the tables of its file, before they are checked.

    measure.magnets.limit.share_of_base=0.3     assumptions.elasticity.demand.Ce=0.2     time.from=2026

A value is read as TOML; what is not TOML is taken as text, so units need no quotes. Setting a number drops the range
that the file gave for the old one, and setting one of two alternatives (share_of_base or quantity) drops the other.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from ytterby.core.errors import Fault, nearest, printable
from ytterby.model.edge import Edge, edge_at, keys_of, show
from ytterby.model.scenario_entry import EntryTable
from ytterby.model.scenario_growth import GrowthRow
from ytterby.model.scenario_piles import PileTable
from ytterby.model.scenario_recycling import RecyclingTable
from ytterby.model.scenario_schema import MeasureTable, TopTable

_HEADS = (
    "title", "description", "base", "time", "measure", "stock", "recycling", "growth", "entry", "assumptions",
    "behaviour",
)  # fmt: skip
_EXCLUDES = {
    "share_of_base": ("quantity", "low", "high", "dist"),
    "quantity": ("share_of_base", "low", "high", "dist"),
    "ad_valorem": ("specific", "rate", "low", "high", "dist"),
    "specific": ("ad_valorem", "low", "high", "dist"),
    "rate": ("ad_valorem", "low", "high", "dist"),
    "horizon": ("to",),
    "to": ("horizon",),
    "months": ("low", "high", "dist"),
    "share": ("low", "high", "dist"),
    "value": ("low", "high", "dist"),
    "times": ("low", "high", "dist"),
    "years": ("low", "high", "dist"),
    "expectation": ("weight",),
}
_KEY = {
    "measure": "limit.share_of_base", "stock": "opening.value", "recycling": "collection.share", "growth": "rate.rate",
    "entry": "hurdle.rate",
}  # fmt: skip
# What a bare value stands for, where a table may stand too.
_BARE = {
    "lost": "share", "lasting": "share", "recovery": "share", "capacity_factor": "share",
    "capacity": "value", "cost": "value", "amount": "value", "rate": "specific", "delay": "months", "lead": "months",
    "probability": "share", "opening": "value", "holding": "share", "release_above": "times", "buy_below": "times",
    "collection": "share", "lifetime": "years", "past_growth": "rate", "lag": "months", "reached": "months",
    "capex": "value", "overrun": "share", "hurdle": "rate", "life": "years", "weight": "share",
}  # fmt: skip
_KEPT = (
    "collection", "recovery", "lifetime", "past_growth", "lag", "reached", "cost", "opening", "holding", "capex",
    "overrun", "hurdle", "life", "weight",
)  # fmt: skip


def apply_settings(tables: Mapping[str, Any], settings: Iterable[str]) -> tuple[dict[str, Any], list[Fault]]:
    """The tables with every setting applied, in order, and the faults of those that could not be."""
    changed: dict[str, Any] = deepcopy(dict(tables))
    found: list[Fault] = []
    for setting in settings:
        place = f"--set {printable(setting, 60)}"
        path, equals, text = setting.partition("=")
        parts = [part.strip() for part in path.split(".")]
        if not equals or not all(parts):
            found.append(Fault(place, "no path=value", 'for example "measure.magnets.limit.share_of_base=0.3"'))
            continue
        fault = _put(changed, parts, _value(text.strip()), place)
        if fault:
            found.append(fault)
    return changed, found


def _value(text: str) -> Any:
    try:
        read = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    # A text with line breaks could smuggle in more keys; then it is just text.
    return read["value"] if set(read) == {"value"} else text


def _put(tables: dict[str, Any], parts: list[str], value: Any, place: str) -> Fault | None:
    head, *rest = parts
    if head not in _HEADS:
        return Fault(
            place, f"the path {show(head)}", "a path that begins with " + ", ".join(_HEADS), nearest(head, _HEADS)
        )
    if head == "assumptions" and rest:
        tables["assumptions"] = flat_assumptions(tables.get("assumptions")) | {".".join(rest): value}
        return None
    if head == "behaviour" and len(rest) == 1:
        before = tables.get("behaviour")
        tables["behaviour"] = {**(before if isinstance(before, dict) else {}), rest[0]: value}
        return None
    if head == "measure":
        return _put_named(tables, head, MeasureTable, rest, value, place)
    if head == "stock":
        return _put_named(tables, head, PileTable, rest, value, place)
    if head == "growth":
        return _put_named(tables, head, GrowthRow, rest, value, place)
    if head == "recycling":
        return _put_named(tables, head, RecyclingTable, rest, value, place)
    if head == "entry":
        return _put_named(tables, head, EntryTable, rest, value, place)
    return _put_in(tables, TopTable, parts, value, place)


def _put_named(
    tables: dict[str, Any], head: str, model: type[Edge], rest: list[str], value: Any, place: str
) -> Fault | None:
    """Put a value into the measure or the stock with an id."""
    rows = tables.get(head)
    named = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    ids = [row["id"] for row in named if isinstance(row.get("id"), str)]
    if not rest or rest[0] not in ids:
        found = show(rest[0]) if rest else "no id"
        return Fault(place, f"the {head} {found}", "one of " + ", ".join(ids), nearest(rest[0], ids) if rest else None)
    if len(rest) == 1:
        return Fault(place, f"a whole {head}", f"a key of it, such as {_KEY[head]}")
    target = next(row for row in named if row.get("id") == rest[0])
    return _put_in(target, model, rest[1:], value, place)


def _put_in(table: dict[str, Any], model: type[Edge], parts: list[str], value: Any, place: str) -> Fault | None:
    """Walk down the tables and the models that describe them, together; put the value at the end."""
    for depth, part in enumerate(parts):
        known = keys_of(model)
        if part not in known:
            return Fault(place, f"the key {show(part)}", "one of " + ", ".join(known), nearest(part, known))
        if depth == len(parts) - 1:
            held = table.get(part)
            if part in _KEPT and isinstance(held, dict) and not isinstance(value, dict):
                # The number alone was meant: the reason that the file gives for it stays.
                below = edge_at(model, part)
                return _put_in(held, below, [_BARE[part]], value, place) if below else None
            for other in _EXCLUDES.get(part, ()):
                table.pop(other, None)
            table[part] = value
            return None
        below = edge_at(model, part)
        if below is None:
            return Fault(place, f"a path below {show(part)}", f"{part} itself, which is not a table")
        if not isinstance(table.get(part), dict):
            table[part] = {_BARE[part]: table[part]} if part in _BARE and part in table else {}
        table, model = table[part], below
    return None


def flat_assumptions(table: Any, prefix: str = "") -> dict[str, Any]:
    """Assumptions by their whole id: a dotted key in a file is a table in a table."""
    if not isinstance(table, Mapping):
        return {}
    flat: dict[str, Any] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        flat |= flat_assumptions(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return flat
