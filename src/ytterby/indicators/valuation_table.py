"""The lots of a deposit in a user's table: what is in the ground, its price, what comes out, and at what cost.

    material · contained_t · price [USD/kg] · recovery [0..1] · cost [USD/kg recovered] · bulk [yes, no] · basis

Beside a column of numbers may stand its ends: price_low, price_high. An empty cell is not known, and never zero.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ytterby.core.errors import Fault, InputError
from ytterby.indicators import user_tables as user
from ytterby.indicators.geopolrisk_tables import MATERIAL
from ytterby.indicators.user_tables import Table, folded
from ytterby.indicators.valuation import Known, Lot, Range

_NUMBERS: dict[str, tuple[str, ...]] = {
    "contained": ("contained", "containedt", "tonnes", "resource", "resourcet", "reserve", "reservet"),
    "price": ("price", "priceusdperkg", "priceusdkg"),
    "recovery": ("recovery",),
    "cost": ("cost", "costusdperkg", "costusdkg"),
}
_WORDS = {"yes": True, "true": True, "1": True, "x": True, "no": False, "false": False, "0": False, "": False}


def lots(table: Table) -> tuple[Lot, ...]:
    """Return the lots of a table; every fault is told with its row and column."""
    faults: list[Fault] = []
    table = user.numbered(table)
    named = user.first(table.frame, (*MATERIAL, "name"))
    if named is None:
        faults.append(user.lacking(table, "the material", MATERIAL))
    columns: dict[str, dict[str, pl.Series]] = {}
    for what, names in _NUMBERS.items():
        columns[what] = {}
        for end in ("", "low", "high"):
            column = user.first(table.frame, [name + end for name in names])
            if column is not None:
                columns[what][end] = user.numbers(table, column, faults)
        if not columns[what] and what in ("contained", "price"):
            faults.append(user.lacking(table, f"the {what}", names))
    bulk = _bulk(table, faults)
    if faults or named is None:
        raise InputError(faults)
    materials = user.words(table, named, faults, "a material")
    found = []
    for at, material in enumerate(materials):
        cells = {what: _known(table, what, at, ends, faults) for what, ends in columns.items()}
        found.append(Lot(str(material), **cells, bulk=bulk[at], basis=_basis(table, at)))
    if faults:
        raise InputError(faults)
    return tuple(found)


def _known(table: Table, what: str, at: int, ends: Mapping[str, pl.Series], faults: list[Fault]) -> Known:
    """Return a number or, where both its ends are told, a range."""
    value, low, high = (ends[end][at] if end in ends else None for end in ("", "low", "high"))
    if low is None and high is None:
        return None if value is None else float(value)
    if low is None or high is None or value is None or not low <= value <= high:
        place = f"{table.name}, row {int(table.frame['row'][at]) + table.first_row}, {what}"
        said = ", ".join("nothing" if one is None else f"{one:g}" for one in (low, value, high))
        faults.append(Fault(place, said, "low, value and high, in this order, or the value alone"))
        return None
    return Range(float(low), float(value), float(high))


def _bulk(table: Table, faults: list[Fault]) -> list[bool]:
    column = user.first(table.frame, ("bulk",))
    if column is None:
        return [False] * table.frame.height
    cells = ["" if cell is None else folded(str(cell)) for cell in table.frame[column]]
    for at, cell in enumerate(cells):
        if cell not in _WORDS:
            faults.append(Fault(table.place(int(table.frame["row"][at]), column), repr(cell), "yes or no"))
    return [_WORDS.get(cell, False) for cell in cells]


def _basis(table: Table, at: int) -> str:
    column = user.first(table.frame, ("basis",))
    cell = None if column is None else table.frame[column][at]
    return "resource" if cell is None else str(cell)
