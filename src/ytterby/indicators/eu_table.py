"""The inputs of EU supply risk in a user's table, under their own names or those the Commission's tables print.

    material · stage · HHI_WGI-t of world supply and of EU sourcing (0..10) · import reliance · EoL-RIR · SI_SR · EI ·
    supply (both, global, eu)

Parts of one in a column whose name ends in pct, percent or % are per cent. An empty cell and "N/A" are not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from ytterby.core.errors import Fault, InputError
from ytterby.indicators import user_tables as user
from ytterby.indicators.geopolrisk_tables import MATERIAL
from ytterby.indicators.user_tables import Table, folded

_NAMES: dict[str, tuple[str, ...]] = {
    "hhi_gs": ("hhigs", "hhiwgitgs", "hhiwgigs", "hhiglobal"),
    "hhi_eu": ("hhieu", "hhiwgiteu", "hhiwgieu", "hhieus"),
    "import_reliance": ("importreliance", "ir"),
    "eol_rir": ("eolrir", "rir"),
    "si_sr": ("sisr",),
    "ei": ("ei", "economicimportance"),
}
_PARTS = ("import_reliance", "eol_rir", "si_sr")
_PER_CENT = ("", "pct", "percent", "percentage")
_SUPPLY = {"gsonly": "global", "eusonly": "eu", "gseus": "both", "both": "both", "global": "global", "eu": "eu"}
_UNKNOWN = ("N/A", "n/a", "NA")


def eu_inputs(table: Table) -> pl.DataFrame:
    """Return the columns `eu_criticality` wants; every fault of the table is told with its row and column."""
    faults: list[Fault] = []
    table = user.numbered(table)
    named = user.first(table.frame, (*MATERIAL, "name"))
    if named is None:
        faults.append(user.lacking(table, "the material", MATERIAL))
    found: dict[str, pl.Series] = {"row": table.frame["row"]}
    if named is not None:
        found["material"] = user.words(table, named, faults, "a material")
    for name, words in _NAMES.items():
        column = user.first(table.frame, [word + end for word in words for end in _PER_CENT])
        if column is not None:
            found[name] = _numbers(table, name, column, faults)
    if not {"hhi_gs", "hhi_eu"} & found.keys():
        faults.append(user.lacking(table, "HHI_WGI-t of a supply base", ("hhi_gs", "HHI_WGI_t_GS", "hhi_eu")))
    stage = user.first(table.frame, ("stage",))
    if stage is not None:
        found["stage"] = table.frame[stage].cast(pl.String)
    supply = user.first(table.frame, ("supply", "supplyused"))
    if supply is not None:
        found["supply"] = _bases(table, supply, faults)
    if faults:
        raise InputError(faults)
    absent = [pl.lit(None, pl.Float64).alias(name) for name in ("hhi_gs", "hhi_eu") if name not in found]
    return pl.DataFrame(found).with_columns(*absent).drop("row")


def _numbers(table: Table, name: str, column: str, faults: list[Fault]) -> pl.Series:
    """Return a column of parts of one (from per cent where its name says so), or of numbers 0 to 10."""
    frame = table.frame
    if frame[column].dtype == pl.String:
        text = pl.col(column).str.strip_chars()
        frame = frame.with_columns(pl.when(~text.is_in(_UNKNOWN)).then(text).alias(column))
    values = user.numbers(replace(table, frame=frame), column, faults)
    per_cent = folded(column).endswith(_PER_CENT[1:]) or column.rstrip().endswith("%")
    top = 100.0 if per_cent else 1.0 if name in _PARTS else 10.0
    _at_most(table, column, values, top, "per cent" if per_cent else "", faults)
    return values / 100.0 if per_cent else values


def _at_most(table: Table, column: str, values: pl.Series, top: float, unit: str, faults: list[Fault]) -> None:
    said = f"a number from 0 to {top:g} {unit}".rstrip()
    if top == 1.0:
        said += ", not per cent"
    for at in ((values > top) & values.is_finite()).fill_null(False).arg_true().to_list()[: user.MOST_FAULTS]:
        faults.append(Fault(table.place(int(table.frame["row"][at]), column), f"{values[at]:g}", said))


def _bases(table: Table, column: str, faults: list[Fault]) -> pl.Series:
    cells: Sequence[str | None] = table.frame[column].cast(pl.String).to_list()
    for at, cell in enumerate(cells):
        if cell is not None and folded(cell) not in _SUPPLY:
            place = table.place(int(table.frame["row"][at]), column)
            faults.append(Fault(place, repr(cell), "both, global or eu"))
    return pl.Series([None if cell is None else _SUPPLY.get(folded(cell)) for cell in cells], dtype=pl.String)
