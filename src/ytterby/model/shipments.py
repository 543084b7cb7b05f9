"""Reported bilateral trade on its way into a network: gathered into places kept apart, small two-way trade netted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: Where trade of countries that are not kept apart is gathered.
REST = "ROW"


@dataclass(frozen=True, slots=True)
class Shipment:
    """One reported bilateral trade flow [t gross, thousand USD]; quantity None where none was reported."""

    hs6: str
    exporter: str
    importer: str
    tonnes: float | None
    kusd: float


def merged(goods: Iterable[Shipment], places: set[str]) -> list[Shipment]:
    """Shipments between places; the trade of other countries is that of the rest of the world, within which none is."""
    found: dict[tuple[str, str, str], list[float]] = {}
    for s in goods:
        origin = s.exporter if s.exporter in places else REST
        destination = s.importer if s.importer in places else REST
        if origin == destination:
            continue
        entry = found.setdefault((s.hs6, origin, destination), [0.0, 0.0])
        entry[0] += s.tonnes or 0.0
        entry[1] += s.kusd
    return [Shipment(*key, tonnes, kusd) for key, (tonnes, kusd) in sorted(found.items())]


def netted(shipments: list[Shipment], part: float = 0.25) -> list[Shipment]:
    """Take the smaller of two opposite flows off the larger when it is below `part` of it."""
    by_pair = {(s.hs6, s.exporter, s.importer): s for s in shipments}
    kept = []
    for s in shipments:
        back = by_pair.get((s.hs6, s.importer, s.exporter))
        mine, other = s.tonnes or 0.0, (back.tonnes or 0.0) if back else 0.0
        if other == 0 or min(mine, other) > part * max(mine, other):
            kept.append(s)
        elif mine > other:
            kept.append(Shipment(s.hs6, s.exporter, s.importer, mine - other, s.kusd * (mine - other) / mine))
    return kept
