"""Named plants in the network: a country's activity is split among the plants whose output or capacity is cited.

A plant's part of its country's base at its stage is its cited output or capacity over the larger of their sum
and that base, the same part of each feed, element or grade. Outside China, operating plants without a usable
figure share what is left equally, which is an assumption and says so in their note; in China too few plants are
named for that, so the rest stays unnamed. Coefficients and cost per tonne are the country's: no plant's own cost
curve is public. Plants that do not run in the base year are listed but carry no flow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ytterby.model.network import Activity, Limit, Network

#: Which activities a facility of a given stage belongs to.
_KIND = {
    "mine": "mine",
    "concentrate": "mine",
    "separation": "separate",
    "metal": "metal",
    "magnet": "magnet",
    "recycling": "recycle",
}
#: Words in a mine's name or feed that name its ore where a country digs several.
_ORE_WORDS = {
    "bayan": "bayan-obo",
    "maoniuping": "maoniuping",
    "dalucao": "maoniuping",
    "weishan": "maoniuping",
    "longnan": "longnan",
    "xunwu": "xunwu",
}


@dataclass(frozen=True, slots=True)
class Plant:
    """A facility of the atlas as the network sees it; `size` [t/yr in the unit of its activity] where one is cited."""

    id: str
    name: str
    stage: str
    country: str
    status: str
    runs: bool
    size: float | None
    counted: str
    lat: float | None
    lon: float | None
    source: str
    locator: str
    words: str


def plants(rows: Any, year: int) -> tuple[Plant, ...]:
    """All facilities of the atlas frame, sorted by id; of aggregates only makers of magnets with output of the year."""
    return tuple(_plant(row, year) for row in rows.sort("id").iter_rows(named=True) if _kept(row, year))


def _kept(row: Mapping[str, Any], year: int) -> bool:
    told = row["output"] and str(row["output_period"] or "").startswith(str(year))
    return not row["aggregate"] or bool(told and row["stage"] == "magnet")


def _plant(row: Mapping[str, Any], year: int) -> Plant:
    began = row["start_year"] is None or int(row["start_year"]) <= year
    told = row["output"] and str(row["output_period"] or "")[:4] <= str(year)
    running = began and (row["status"] == "operating" or bool(told and row["status"] in (None, "commissioning")))
    return Plant(
        id=row["id"],
        name=row["name"],
        stage=row["stage"],
        country=row["country"],
        status=row["status"] or "unknown",
        runs=running,
        size=_size(row, year) if running else None,
        counted="NdPr" if "NdPr" in f"{row['output_of']} {row['output_unit']} {row['capacity_of']}" else "all",
        lat=row["lat"],
        lon=row["lon"],
        source=row["source"] or "",
        locator=row["locator"] or "",
        words=" ".join(str(row[c] or "") for c in ("id", "name", "feed", "product")).lower(),
    )


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
    keys = _keys(network)
    peers: dict[_Key, list[Activity]] = {}
    for activity in network.activities:
        if activity.base > 0 and activity.kind in _KIND.values():
            peers.setdefault(keys[activity.id], []).append(activity)
    shares = {key: _shares(group, [p for p in known if _belongs(p, key)]) for key, group in peers.items()}
    parts: dict[str, tuple[str, ...]] = {}
    found: list[Activity] = []
    for activity in network.activities:
        split = tuple(_split(activity, shares.get(keys[activity.id], {}), known))
        found.extend(split)
        parts[activity.id] = tuple(a.id for a in split)
    limits = tuple(_widened(limit, parts) for limit in network.limits)
    return replace(network, activities=tuple(found), limits=limits, tables={**network.tables, "plants": known})


_Key = tuple[str, str, str | None]


def _keys(network: Network) -> dict[str, _Key]:
    """Kind and country of each activity, and the ore of a mine whose country digs several."""
    digs: dict[str, set[str | None]] = {}
    for a in network.activities:
        if a.kind == "mine":
            digs.setdefault(a.country, set()).add(a.ore)
    return {
        a.id: (a.kind, a.country, a.ore if a.kind == "mine" and len(digs[a.country]) > 1 else None)
        for a in network.activities
    }


def _belongs(plant: Plant, key: _Key) -> bool:
    kind, country, ore = key
    return (
        plant.runs
        and plant.country == country
        and _KIND.get(plant.stage) == kind
        and (ore is None or _ore(plant) == ore)
    )


def _shares(peers: list[Activity], known: list[Plant]) -> dict[str, float]:
    """Each plant's part of the base of a country's activities of one kind."""
    base = sum(a.base for a in peers)
    if not known or base <= 0:
        return {}
    sized = {p.id: _through(p, peers) for p in known if p.size}
    whole = max(sum(sized.values()), base)
    parts = {name: size / whole for name, size in sized.items()}
    blank = [p for p in known if not p.size]
    left = 1.0 - sum(parts.values())
    if peers[0].country != "CHN" or peers[0].kind == "mine":
        parts |= {p.id: left / len(blank) for p in blank}
    return {name: part for name, part in parts.items() if part > 1e-9}


def _ore(plant: Plant) -> str | None:
    return next((ore for word, ore in _ORE_WORDS.items() if word in plant.words), None)


def _split(activity: Activity, shares: Mapping[str, float], known: tuple[Plant, ...]) -> Iterator[Activity]:
    """One column a plant and one for the rest; parts of the base add to it exactly."""
    if activity.base <= 0 or not shares:
        yield activity
        return
    sized = {p.id for p in known if p.size}
    for name, part in shares.items():
        note = (
            "by cited output or capacity"
            if name in sized
            else "an equal part of what plants with figures leave: an assumption"
        )
        yield replace(_scaled(activity, part, f"{activity.id}@{name}", name), note=note)
    rest = 1.0 - sum(shares.values())
    if rest > 1e-9:
        yield _scaled(activity, rest, activity.id, None)


def _through(plant: Plant, peers: list[Activity]) -> float:
    """A plant's size as throughput: NdPr oxide over the NdPr that a tonne of its country's feed yields."""
    size = plant.size or 0.0
    if plant.counted == "NdPr" and peers[0].kind == "separate":
        base = sum(a.base for a in peers)
        yields = (
            sum(a.base * c for a in peers for (p, _), c in a.coefficients if p in ("solution/Nd", "solution/Pr")) / base
        )
        return size / yields if yields > 0 else size
    return size


def _scaled(activity: Activity, part: float, name: str, facility: str | None) -> Activity:
    curve = activity.curve
    return replace(
        activity,
        id=name,
        base=activity.base * part,
        upper=activity.upper * part,
        facility=facility,
        curve=replace(curve, reference=curve.reference * part, offset=curve.offset * part) if curve else None,
    )


def _widened(limit: Limit, parts: Mapping[str, tuple[str, ...]]) -> Limit:
    return replace(limit, terms=tuple((name, c) for whole, c in limit.terms for name in parts.get(whole, (whole,))))
