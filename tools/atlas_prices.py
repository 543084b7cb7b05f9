"""Monthly prices of the World Bank's Pink Sheet, 1960 on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atlas_rows import Row, figure, number, read_csv
from ytterby.atlas.parsers.pink_sheet import PRINTED, SERIES


def monthly(shared: Path) -> Iterator[Row]:
    """A price a month and commodity, in nominal dollars."""
    for row in read_csv(shared / "wb_pink_sheet/metals_monthly.csv"):
        material, form, stage, unit = SERIES[row["commodity"]]
        if not unit.startswith(PRINTED[row["unit"]]):
            raise ValueError(f"{row['commodity']} is printed in {row['unit']}, not in {unit}")
        if row["price"]:
            yield figure(
                "wb-pink-sheet",
                "2026-06",
                f"monthly prices, {row['commodity']}, {row['month']}",
                material=material,
                form=form,
                stage=stage,
                measure="price",
                country="WLD",
                period=row["month"],
                value=number(row["price"]),
                unit=unit,
            )


def correction() -> Row:
    """The unit of iron ore in the heading of the sheet."""
    return {
        "id": "wb-pink-sheet-iron-ore-unit",
        "table": "figures",
        "source": "wb-pink-sheet",
        "action": "unit",
        "found": "Iron ore, cfr spot: $/dmtu (dry metric ton unit, 10 kg of iron)",
        "read_as": "USD/t gross nominal (dry metric ton)",
        "reason": "100 dollars a unit would be 6,200 dollars a tonne of ore of 62 % iron; the numbers are a tonne's.",
    }
