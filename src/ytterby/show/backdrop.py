"""What pictures need from the atlas besides the result: names, groups, borders, plants with a point on the map.

Everything here is optional. A textbook case has regions instead of countries and a damaged installation may lack the
borders: names then stay codes and the map is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import polars as pl

from ytterby.atlas import places
from ytterby.atlas.load import load
from ytterby.core.errors import AtlasError
from ytterby.show.worldmap import Borders, Site

# Names as short as a label needs them; the atlas keeps the long ones.
_SHORT = {"ROW": "Rest of world", "EUR": "Europe", "EU27": "EU-27", "WLD": "World", "XXX": "Unspecified",
          "USA": "United States", "GBR": "United Kingdom", "RUS": "Russia", "KOR": "South Korea", "LAO": "Laos",
          "PRK": "North Korea", "VNM": "Viet Nam", "IRN": "Iran", "TZA": "Tanzania", "BOL": "Bolivia",
          "VEN": "Venezuela", "COD": "DR Congo", "HKG": "Hong Kong"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Backdrop:
    """Names and group members by code, borders by ISO code with the note that goes under them, plants."""

    names: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    borders: Borders = field(default_factory=dict)
    border_note: str = ""
    sites: tuple[tuple[str, Site], ...] = ()


@cache
def backdrop() -> Backdrop:
    """Return the backdrop of the embedded atlas; what cannot be read stays empty."""
    found = Backdrop(_SHORT)
    try:
        found = replace(found, borders=places.borders(), border_note=places.BORDERS_NOTE)
        atlas = load()
    except AtlasError:
        return found
    names = dict(zip(atlas.countries["iso3"].to_list(), atlas.countries["name"].to_list(), strict=True))
    groups = {
        str(key[0]): tuple(rows["iso3"].to_list()) for key, rows in atlas.groups.group_by("group", maintain_order=True)
    }
    return replace(found, names=names | _SHORT, groups=groups, sites=tuple(_sites(atlas.facilities)))


def expanded(values: Mapping[str, float | None], backdrop: Backdrop) -> dict[str, float | None]:
    """Return `values` with the members of a group given the group's number, unless they have their own.

    >>> expanded({"EU27": 4.0, "FRA": 1.0}, Backdrop(groups={"EU27": ("DEU", "FRA")}))
    {'DEU': 4.0, 'FRA': 1.0}
    """
    spread = {member: value for code, value in values.items() for member in backdrop.groups.get(code, ())}
    return spread | {code: value for code, value in values.items() if code not in backdrop.groups}


def _sites(facilities: pl.DataFrame) -> list[tuple[str, Site]]:
    """Return plants with a point; groups of plants have none of their own."""
    placed = facilities.filter(pl.col("lat").is_not_null() & pl.col("lon").is_not_null() & ~pl.col("aggregate")).sort(
        "id"
    )
    return [(row["id"], _site(row)) for row in placed.iter_rows(named=True)]


def _site(row: Mapping[str, object]) -> Site:
    said = [str(row["name"]), str(row["stage"]), str(row["status"] or "status not stated")]
    if row["capacity"] is not None:
        said.append(f"{row['capacity']:,.0f} {row['capacity_unit']}")
    active = row["status"] in (None, "operating")
    return Site(float(str(row["lon"])), float(str(row["lat"])), str(row["stage"]), ", ".join(said), active)
