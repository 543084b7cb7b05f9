"""Units of a production table: the tonnes in each, and one basis a material."""

from __future__ import annotations

import polars as pl

from ytterby.core.errors import Fault, UnitError
from ytterby.core.units import parse_unit
from ytterby.indicators import user_tables as user
from ytterby.indicators.user_tables import Table

_TONNES = {"t": 1.0, "metrt": 1.0, "metrict": 1.0, "metrictons": 1.0, "metricton": 1.0, "tonne": 1.0, "tonnes": 1.0,
           "1000t": 1e3, "thousandmetrictons": 1e3, "milliont": 1e6, "millionmetrictons": 1e6, "carat": 2e-7,
           "carats": 2e-7}  # fmt: skip


def tonnes_in(text: str | None) -> tuple[float | None, str]:
    """Return the tonnes in a unit (None where it is no mass) and its basis.

    >>> tonnes_in("metr. t"), tonnes_in("kg"), tonnes_in("t REO"), tonnes_in("Mio m3")
    ((1.0, ''), (0.001, ''), (1.0, 'REO'), (None, 'Mio m3'))
    """
    if text is None:
        return 1.0, ""
    if user.folded(text) in _TONNES:
        return _TONNES[user.folded(text)], ""
    try:
        read = parse_unit(text)
    except UnitError:
        return None, text
    return (read.scale / 1000, read.basis) if read.dimension in ("mass", "mass/time") else (None, text)


def in_tonnes(table: Table, frame: pl.DataFrame, faults: list[Fault]) -> pl.DataFrame:
    """Add the tonnes in a unit; two bases of one material in one table are a fault, since their sum means nothing."""
    read = {text: tonnes_in(text) for text in frame["unit"].unique().to_list()}
    kinds = frame.group_by("material", "unit", maintain_order=True).agg(pl.col("row").min())
    seen: dict[str | None, tuple[int, str | None]] = {}
    for material, unit, row in kinds.sort("row", maintain_order=True).iter_rows():
        first_row, first_unit = seen.setdefault(material, (row, unit))
        if read[unit][1] != read[first_unit][1]:
            said = f"one basis a material: row {first_row + table.first_row} has {first_unit or 't'!r}; convert one"
            of = f" for {material}" if material else ""
            faults.append(Fault(table.place(row, "unit"), f"{unit or 't'!r}{of}", said))
    factors = pl.DataFrame(
        {"unit": list(read), "tonnes": [tonnes for tonnes, _ in read.values()]},
        schema={"unit": pl.String, "tonnes": pl.Float64},
    )
    return frame.join(factors, on="unit", how="left", nulls_equal=True, maintain_order="left")
