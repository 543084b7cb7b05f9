"""Named plants in the network: a country's activity is split among the plants whose output or capacity is cited.

A plant's part of the reconciled base is its cited output or capacity over the larger of their sum and the base;
what no named plant accounts for stays with the country ("other plants"). Coefficients and cost per tonne are the
country's: no plant's own cost curve is public. Plants that are planned, or have no figure, are listed but carry no
flow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ytterby.model.network import Activity, Limit, Network

#: Which activities a facility of a given stage belongs to.
_KIND = {"mine": "mine", "concentrate": "mine", "separation": "separate", "metal": "metal", "magnet": "magnet", "recycling": "recycle"}
#: Words in a mine's name or feed that name its ore where a country digs several.
_ORE_WORDS = {
    "bayan": "bayan-obo", "maoniuping": "maoniuping", "dalucao": "maoniuping", "weishan": "maoniuping",
    "longnan": "longnan", "xunwu": "xunwu",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plant:
    """A facility of the atlas as the network sees it; `size` [t/yr in the unit of its activity] where one is cited."""

    id: str
    name: str
    stage: str
    country: str
    status: str
    size: float | None
    lat: float | None
    lon: float | None
    source: str
    locator: str
    words: str


def plants(rows: Any, year: int) -> tuple[Plant, ...]:
    """All facilities of the atlas frame but aggregates, sorted by id."""
    return tuple(_plant(row, year) for row in rows.sort("id").iter_rows(named=True) if not row["aggregate"])


def _plant(row: Mapping[str, Any], year: int) -> Plant:
    running = row["status"] == "operating" and (row["start_year"] is None or int(row["start_year"]) <= year)
    return Plant(
        id=row["id"], name=row["name"], stage=row["stage"], country=row["country"], status=row["status"] or "unknown",
        size=_size(row, year) if running else None, lat=row["lat"], lon=row["lon"], source=row["source"] or "",
        locator=row["locator"] or "", words=" ".join(str(row[c] or "") for c in ("id", "name", "feed", "product")).lower(),
    )  # fmt: skip


def _size(row: Mapping[str, Any], year: int) -> float | None:
    """Output of the year where cited in tonnes a year, else capacity; a share or a half-year quota is neither."""
    output, unit = row["output"], str(row["output_unit"] or "")
    if output and unit.startswith("t") and str(row["output_period"] or "").startswith(str(year)):
        return float(output)
    capacity, unit = row["capacity"], str(row["capacity_unit"] or "")
    usable = capacity and unit.startswith("t") and "month" not in unit
    if not usable or (row["capacity_period"] and str(row["capacity_period"])[:4] > str(year)):
        return None
    return float(capacity) * (2.0 if "H1" in str(row["capacity_period"]) else 1.0)


def split_by_facility(network: Network, rows: Any) -> Network:
    """The same network with named plants' columns beside their country's, and the limits widened to them."""
    known = plants(rows, network.year)
    parts: dict[str, tuple[str, ...]] = {}
    found: list[Activity] = []
    for activity in network.activities:
        split = tuple(_split(activity, _of(activity, known, network)))
        found.extend(split)
        parts[activity.id] = tuple(a.id for a in split)
    limits = tuple(_widened(limit, parts) for limit in network.limits)
    return replace(network, activities=tuple(found), limits=limits, tables={**network.tables, "plants": known})


def _of(activity: Activity, known: tuple[Plant, ...], network: Network) -> list[Plant]:
    if activity.base <= 0 or activity.kind not in _KIND.values():
        return []
    several = len({a.ore for a in network.activities if a.kind == "mine" and a.country == activity.country}) > 1
    return [
        p
        for p in known
        if p.size
        and p.country == activity.country
        and _KIND.get(p.stage) == activity.kind
        and (activity.kind != "mine" or not several or _ore(p) == activity.ore)
    ]


def _ore(plant: Plant) -> str | None:
    return next((ore for word, ore in _ORE_WORDS.items() if word in plant.words), None)


def _split(activity: Activity, known: list[Plant]) -> Iterator[Activity]:
    """One column a plant and one for the rest; shares of the base add to it exactly."""
    total = sum(p.size or 0.0 for p in known)
    if not total:
        yield activity
        return
    left = 1.0
    whole = max(total, activity.base)
    for p in known:
        part = (p.size or 0.0) / whole
        left -= part
        yield _scaled(activity, part, f"{activity.id}@{p.id}", p.id)
    if left > 1e-9:
        yield _scaled(activity, left, activity.id, None)


def _scaled(activity: Activity, part: float, name: str, facility: str | None) -> Activity:
    curve = activity.curve
    return replace(
        activity, id=name, base=activity.base * part, upper=activity.upper * part, facility=facility,
        curve=replace(curve, reference=curve.reference * part, offset=curve.offset * part) if curve else None,
    )  # fmt: skip


def _widened(limit: Limit, parts: Mapping[str, tuple[str, ...]]) -> Limit:
    return replace(limit, terms=tuple((name, c) for whole, c in limit.terms for name in parts.get(whole, (whole,))))
