"""World borders for maps: Natural Earth 50 m in the drawing of visionscarto, thinned, ids ISO 3166 alpha-3.

The input is TopoJSON: borders are arcs that neighbours share, so thinning an arc keeps neighbours joined. Areas without
an ISO code are joined to the state they belong to in United Nations practice; small states keep every point they have.
"""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

Point = tuple[float, float]
JOIN = {"CYN": "CYP", "SOL": "SOM", "ATC": "AUS", "IOA": "AUS", "ALA": "FIN"}
UNSETTLED = {"KAS": "XXX"}
TOLERANCE = 0.06  # degrees: at most this far from the original line
SMALL = 1.5  # degrees: shapes narrower than this keep their points
GRID = 100  # steps a degree in the file written


def borders(shared: Path) -> dict[str, Any]:
    """Return the thinned topology, ready to be written."""
    world = json.loads((shared / "geometry/50m.json").read_text(encoding="utf-8"))
    arcs = _decode(world)
    shapes = _shapes(world["objects"]["countries"]["geometries"])
    kept = _arcs_of_small_shapes(shapes, arcs)
    thin = [arc if at in kept else _thin(arc) for at, arc in enumerate(arcs)]
    used = sorted(
        {_index(arc) for polygons in shapes.values() for polygon in polygons for ring in polygon for arc in ring}
    )
    number = {old: new for new, old in enumerate(used)}
    geometries = [
        {
            "type": "MultiPolygon",
            "id": name,
            "arcs": [[[_renumber(arc, number) for arc in ring] for ring in polygon] for polygon in polygons],
        }
        for name, polygons in sorted(shapes.items())
    ]
    return {
        "type": "Topology",
        "transform": {"scale": [1 / GRID, 1 / GRID], "translate": [-180, -90]},
        "objects": {"countries": {"type": "GeometryCollection", "geometries": geometries}},
        "arcs": [_encode(thin[old]) for old in used],
    }


def _decode(world: dict[str, Any]) -> list[list[Point]]:
    (sx, sy), (tx, ty) = world["transform"]["scale"], world["transform"]["translate"]
    arcs = []
    for arc in world["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    return arcs


def _shapes(geometries: list[dict[str, Any]]) -> dict[str, list[list[list[int]]]]:
    shapes: dict[str, list[list[list[int]]]] = {}
    joined: set[str] = set()
    for geometry in geometries:
        a3 = geometry["properties"]["a3"]
        name = JOIN.get(a3) or UNSETTLED.get(a3) or a3
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        if name in shapes:
            joined.add(name)
        shapes.setdefault(name, []).extend(polygons)
    return {name: _dissolve(polygons) if name in joined else polygons for name, polygons in shapes.items()}


def _dissolve(polygons: list[list[list[int]]]) -> list[list[list[int]]]:
    """Drop the arcs that two polygons run along in opposite directions, and join what is left into rings."""
    arcs = [arc for polygon in polygons for ring in polygon for arc in ring]
    inner = {arc for arc in arcs if ~arc in arcs}
    touched = [polygon for polygon in polygons if any(arc in inner for ring in polygon for arc in ring)]
    if len(touched) < 2:
        return polygons
    apart = [polygon for polygon in polygons if polygon not in touched]
    runs = [run for polygon in touched for ring in polygon for run in _runs(ring, inner)]
    return [*apart, *_chain(runs)]


def _runs(ring: list[int], inner: set[int]) -> list[list[int]]:
    """Cut a ring at its inner arcs into runs of outer ones."""
    start = next((at for at, arc in enumerate(ring) if arc in inner), None)
    if start is None:
        return [ring]
    runs: list[list[int]] = [[]]
    for arc in ring[start:] + ring[:start]:
        if arc in inner:
            runs.append([])
        else:
            runs[-1].append(arc)
    return [run for run in runs if run]


def _chain(runs: list[list[int]]) -> list[list[list[int]]]:
    # Two neighbours share one border: their two outer runs make one ring. Rings that touch nothing stay as they are.
    return [[[arc for run in runs for arc in run]]] if len(runs) <= 2 else [[run] for run in runs]


def _arcs_of_small_shapes(shapes: dict[str, list[list[list[int]]]], arcs: list[list[Point]]) -> set[int]:
    kept: set[int] = set()
    for polygons in shapes.values():
        members = {_index(arc) for polygon in polygons for ring in polygon for arc in ring}
        points = [point for arc in members for point in arcs[arc]]
        wide = max(x for x, _ in points) - min(x for x, _ in points)
        tall = max(y for _, y in points) - min(y for _, y in points)
        if max(wide, tall) < SMALL:
            kept |= members
    return kept


def _thin(arc: list[Point]) -> list[Point]:
    """Drop the points nearer than the tolerance to the line through those kept (Douglas and Peucker 1973)."""
    ring = arc[0] == arc[-1]
    keep = {0, len(arc) - 1}
    if ring:  # a closed arc needs a third point that is not on its own chord
        keep.add(max(range(len(arc)), key=lambda at: math.dist(arc[0], arc[at])))
    bounds = sorted(keep)
    stack = list(itertools.pairwise(bounds))
    while stack:
        first, last = stack.pop()
        far, at = 0.0, -1
        for middle in range(first + 1, last):
            away = _distance(arc[middle], arc[first], arc[last])
            if away > far:
                far, at = away, middle
        if far > TOLERANCE:
            keep.add(at)
            stack += [(first, at), (at, last)]
    return [arc[at] for at in sorted(keep)]


def _distance(point: Point, start: Point, end: Point) -> float:
    # Longitudes shrink towards the poles; without this the far north would keep too many points.
    shrink = max(math.cos(math.radians(point[1])), 0.15)
    px, py = (point[0] - start[0]) * shrink, point[1] - start[1]
    ex, ey = (end[0] - start[0]) * shrink, end[1] - start[1]
    length = ex * ex + ey * ey
    along = 0.0 if length == 0 else max(0.0, min(1.0, (px * ex + py * ey) / length))
    return math.hypot(px - along * ex, py - along * ey)


def _encode(arc: list[Point]) -> list[list[int]]:
    last: tuple[int, int] | None = None
    out: list[list[int]] = []
    for x, y in arc:
        here = (round((x + 180) * GRID), round((y + 90) * GRID))
        if last is None:
            out.append([here[0], here[1]])
        elif here != last:
            out.append([here[0] - last[0], here[1] - last[1]])
        last = here if last is None or here != last else last
    if len(out) == 1:
        out.append([0, 0])
    return out


def _index(arc: int) -> int:
    return arc if arc >= 0 else ~arc


def _renumber(arc: int, number: dict[int, int]) -> int:
    return number[arc] if arc >= 0 else ~number[~arc]
