"""Scenarios by name, file or mapping: `scenario("heavy-ree-licences-2025")`, `scenario("squeeze.toml")`.

A file may extend another (`extends = "…"`): its own keys and measures win, a measure replaces the one with the same id.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any

from ytterby.core.errors import Fault, InputError, nearest, printable
from ytterby.model.edge import join, show, too_deep
from ytterby.model.network_file import beside
from ytterby.model.scenario import Scenario
from ytterby.model.scenario_check import Origin, check
from ytterby.model.scenario_set import apply_settings, flat_assumptions
from ytterby.model.toml_text import parse_toml, read_toml
from ytterby.model.toml_writer import to_toml

MAX_EXTENDS = 8
_FIRST = ("schema", "name", "title", "description")
_HANDED_ON = ("base", "time", "measure", "assumptions", "stock", "behaviour", "recycling", "growth", "entry")


def scenario(what: str | os.PathLike[str] | Mapping[str, Any], set: Iterable[str] = ()) -> Scenario:
    """The scenario of a ready name, a file or a mapping, with `set` applied ("path=value" texts).

    Every fault is reported at once in one InputError.

    >>> scenario("heavy-ree-licences-2025").measure("magnets").limit.share_of_base
    0.7
    >>> scenario("heavy-ree-licences-2025", set=["measure.magnets.limit.share_of_base=0.5"]).overrides
    ('measure.magnets.limit.share_of_base=0.5',)
    """
    settings = (set,) if isinstance(set, str) else tuple(set)
    layers = _layers(_layer(what))
    tables, origin = _merged(layers)
    tables, found = apply_settings(tables, settings)
    return check(tables, origin, settings, found)


def scenario_in(tables: Mapping[str, Any], folder: Path | None, label: str) -> Scenario:
    """The scenario of tables that another file holds: faults carry its label, a network may lie in its `folder`."""
    merged, origin = _merged(_layers(_Layer(deepcopy(dict(tables)), label, folder, "", "mapping")))
    return check(merged, origin, (), [])


def whole_text(what: str | os.PathLike[str] | Mapping[str, Any], set: Iterable[str] = ()) -> str:
    """A scenario as one file that stands alone: what it extends and `set` are written into it.

    >>> text = whole_text("heavy-ree-licences-2025-monthly", set=["measure.magnets.limit.share_of_base=0.5"])
    >>> "extends" in text, "share_of_base = 0.5" in text
    (False, True)
    """
    tables, _ = _merged(_layers(_layer(what)))
    tables, found = apply_settings(tables, set)
    if found:
        raise InputError(found)
    first = {key: tables[key] for key in _FIRST if key in tables}
    return to_toml(first | {key: value for key, value in tables.items() if key != "extends"})


def packaged() -> tuple[str, ...]:
    """Names of the ready scenarios."""
    return tuple(sorted(_ready()))


def packaged_text(name: str) -> str:
    """The file of a ready scenario, as text."""
    return _packaged_path(name).read_text(encoding="utf-8")


def packaged_title(name: str) -> str:
    """The title of a ready scenario."""
    return str(parse_toml(packaged_text(name), name).get("title", ""))


@dataclass(frozen=True, slots=True)
class _Layer:
    """One file of a chain of extensions."""

    tables: Mapping[str, Any]
    label: str
    folder: Path | None
    text: str
    key: str


@cache
def _ready() -> Mapping[str, Path]:
    folder = Path(str(resources.files("ytterby.scenarios")))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def _packaged_path(name: str) -> Path:
    if name not in _ready():
        raise InputError(_unknown(name, "scenario"))
    return _ready()[name]


def _unknown(name: str, place: str) -> Fault:
    expected = "a file, or a ready scenario: " + ", ".join(_ready())
    return Fault(place, show(name), expected, nearest(name.removesuffix(".toml"), _ready()))


def _missing(path: Path, label: str) -> Fault:
    """A file that is not there: perhaps one beside it, or a ready scenario, was meant."""
    try:
        beside_it = sorted(found.name for found in islice(path.parent.glob("*.toml"), 200))
    except (OSError, ValueError):
        beside_it = []
    near = nearest(path.name, beside_it) or nearest(path.stem, _ready())
    return Fault(label, "no such file", "a file, or a ready scenario: " + ", ".join(_ready()), near)


def _layer(what: str | os.PathLike[str] | Mapping[str, Any]) -> _Layer:
    if isinstance(what, Mapping):
        if too_deep(what):
            raise InputError(Fault("scenario", "tables or lists nested too deep", "tables of ordinary depth"))
        name = what.get("name")
        label = printable(name, 60) if isinstance(name, str) and name else "scenario"
        return _Layer(deepcopy(dict(what)), label, None, "", "mapping")
    if isinstance(what, str) and what in _ready():
        return _ready_layer(what)
    if not isinstance(what, (str, os.PathLike)):
        raise InputError(Fault("scenario", show(what), "a name, a path or a mapping"))
    path = Path(what)
    label = printable(path.name or str(path), 80)
    if not _exists(path):
        raise InputError(_missing(path, label) if path.suffix else _unknown(str(what), "scenario"))
    return _file_layer(path, label)


def _ready_layer(name: str) -> _Layer:
    path = _ready()[name]
    tables, text = read_toml(path, name)
    return _Layer(tables, name, path.parent, text, str(path))


def _file_layer(path: Path, label: str) -> _Layer:
    tables, text = read_toml(path, label)
    return _Layer(tables, label, path.resolve().parent, text, str(path.resolve()))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _layers(first: _Layer) -> list[_Layer]:
    """A file and those it extends, the file itself first."""
    layers = [first]
    while (name := layers[-1].tables.get("extends")) is not None:
        here = layers[-1]
        place = join(here.label, "extends")
        if not isinstance(name, str) or not name:
            raise InputError(Fault(place, show(name), "the name of another scenario"))
        below = _extended(name, here, place)
        chain = [layer.key for layer in layers]
        if below.key in chain:
            way = " → ".join([layer.label for layer in layers[chain.index(below.key) :]] + [below.label])
            raise InputError(Fault(place, f"a circle: {way}", "scenarios that extend each other one way"))
        if below.tables.get("schema") != 1:
            raise InputError(Fault(join(below.label, "schema"), show(below.tables.get("schema")), "schema = 1"))
        layers.append(below)
        if len(layers) > MAX_EXTENDS:
            raise InputError(Fault(place, f"more than {MAX_EXTENDS} files that extend each other", "fewer"))
    return layers


def _extended(name: str, here: _Layer, place: str) -> _Layer:
    if name in _ready():
        return _ready_layer(name)
    if here.folder is None or not name.endswith(".toml"):
        raise InputError(_unknown(name, place))
    path = beside(name, here.folder, place)
    if not _exists(path):
        raise InputError(_unknown(name, place))
    return _file_layer(path, printable(name, 80))


def _merged(layers: list[_Layer]) -> tuple[dict[str, Any], Origin]:
    """The tables of a chain of files as one, with the file and number of every measure."""
    own = layers[0]
    tables: dict[str, Any] = {}
    measures: dict[object, tuple[Any, tuple[str, int]]] = {}
    for layer in reversed(layers):
        rows = layer.tables.get("measure")
        mine: dict[object, tuple[Any, tuple[str, int]]] = {}
        for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
            name = row.get("id") if isinstance(row, Mapping) else None
            # A measure without an id, or with one given twice in this file, is kept: `check` reports it.
            key: object = name if isinstance(name, str) and name not in mine else (layer.key, number)
            mine[key] = (row, (layer.label, number))
        measures |= mine
        assumptions = flat_assumptions(tables.get("assumptions")) | flat_assumptions(layer.tables.get("assumptions"))
        # A name, a title and the schema belong to each file alone.
        tables |= (
            layer.tables if layer is own else {key: layer.tables[key] for key in _HANDED_ON if key in layer.tables}
        )
        if isinstance(tables.get("assumptions"), Mapping) and assumptions:
            tables["assumptions"] = assumptions
    if isinstance(own.tables.get("measure"), (list, type(None))) and measures:
        tables["measure"] = [row for row, _ in measures.values()]
    places = tuple(place for _, place in measures.values())
    return tables, Origin(own.label, own.folder, own.text, places)
