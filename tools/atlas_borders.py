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
Polygons = list[list[list[int]]]  # lists of rings of arc numbers; ~n is arc n backwards
JOIN = {"CYN": "CYP", "SOL": "SOM", "ATC": "AUS", "IOA": "AUS", "ALA": "FIN"}
UNSETTLED = {"KAS": "XXX"}
TOLERANCE = 0.06  # degrees: at most this far from the original line
SMALL = 1.5  # degrees: shapes narrower than this keep their points
GRID = 100  # steps a degree in the file written
STEP = 2 / GRID  # half the width of the diamond that stands for a state smaller than the grid


def borders(shared: Path) -> dict[str, Any]:
    """Return the thinned topology, ready to be written."""
    world = json.loads((shared / "geometry/50m.json").read_text(encoding="utf-8"))
    arcs = _decode(world)
    shapes = _shapes(world["objects"]["countries"]["geometries"])
    kept = _arcs_of_small_shapes(shapes, arcs)
    thin = [_grid(arc if at in kept else _thin(arc)) for at, arc in enumerate(arcs)]
    drawn = {name: _planar(polygons, thin) for name, polygons in shapes.items()}
    used = sorted(
        {_index(arc) for polygons in drawn.values() for polygon in polygons for ring in polygon for arc in ring}
    )
    number = {old: new for new, old in enumerate(used)}
    return {
        "type": "Topology",
        "source": "natural-earth-50m",
        "transform": {"scale": [1 / GRID, 1 / GRID], "translate": [-180, -90]},
        "objects": {
            "countries": {
                "type": "GeometryCollection",
                "geometries": [_geometry(name, drawn[name], number) for name in sorted(drawn)],
            }
        },
        "arcs": [_encode(thin[old]) for old in used],
    }


def _geometry(name: str, polygons: Polygons, number: dict[int, int]) -> dict[str, Any]:
    arcs = [[[number[arc] if arc >= 0 else ~number[~arc] for arc in ring] for ring in polygon] for polygon in polygons]
    return {"type": "MultiPolygon", "id": name, "arcs": arcs}


def _planar(polygons: Polygons, arcs: list[list[Point]]) -> Polygons:
    """Cut the rings that cross the antimeridian, and drop the islets that the grid has made into lines.

    Rings that are cut get arcs of their own, added to `arcs`. A country never loses its last polygon.
    """
    whole: Polygons = []
    for polygon in polygons:
        outer = _points(polygon[0], arcs)
        if all(abs(x2 - x1) < 180 for (x1, _), (x2, _) in itertools.pairwise(outer)):
            whole.append([ring for at, ring in enumerate(polygon) if at == 0 or _area(_points(ring, arcs)) > 0])
            continue
        for part in _cut(outer):
            arcs.append(part)
            whole.append([[len(arcs) - 1]])
    solid = [polygon for polygon in whole if _area(_points(polygon[0], arcs)) > 0]
    if solid:
        return solid
    x, y = _points(whole[0][0], arcs)[0]  # smaller than the grid: a diamond marks the place
    arcs.append([(x - STEP, y), (x, y + STEP), (x + STEP, y), (x, y - STEP), (x - STEP, y)])
    return [[[len(arcs) - 1]]]


def _points(ring: list[int], arcs: list[list[Point]]) -> list[Point]:
    points: list[Point] = []
    for at in ring:
        run = arcs[at] if at >= 0 else arcs[~at][::-1]
        points += run[1:] if points else run
    return points


def _cut(ring: list[Point]) -> list[list[Point]]:
    """Return the parts of a ring that crosses the antimeridian, each within -180 to 180 degrees."""
    unrolled, shift = [ring[0]], 0.0
    for (x1, _), (x2, y2) in itertools.pairwise(ring):
        shift += -360.0 if x2 - x1 > 180 else 360.0 if x2 - x1 < -180 else 0.0
        unrolled.append((x2 + shift, y2))
    if shift:  # the ring goes round a pole: close it along the pole's edge of the map
        start = min(range(len(ring) - 1), key=lambda at: ring[at][0])
        open_line = ring[start:-1] + ring[:start]
        west, east = (-180.0, open_line[0][1]), (180.0, open_line[-1][1])
        if open_line[0][0] > open_line[-1][0]:
            open_line.reverse()
        return [[(-180.0, -90.0), west, *open_line, east, (180.0, -90.0), (-180.0, -90.0)]]
    parts = []
    for edge in (-540.0, -180.0, 180.0):
        part = _clip(_clip(unrolled, edge, keep_right=True), edge + 360, keep_right=False)
        if len(part) > 3:
            parts.append([(x - edge - 180, y) for x, y in part])
    return parts


def _clip(ring: list[Point], edge: float, keep_right: bool) -> list[Point]:
    """Return the part of a closed ring on one side of a meridian (Sutherland and Hodgman 1974)."""
    kept: list[Point] = []
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        inside, next_inside = ((x >= edge) == keep_right or x == edge for x in (x1, x2))
        if inside:
            kept.append((x1, y1))
        if inside != next_inside and x1 != x2:
            kept.append((edge, y1 + (y2 - y1) * (edge - x1) / (x2 - x1)))
    return [*kept, kept[0]] if kept else []


def _area(ring: list[Point]) -> float:
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring))) / 2


def _grid(arc: list[Point]) -> list[Point]:
    """Return the arc on the grid of the file, without repeated points."""
    points = [(round(x * GRID) / GRID, round(y * GRID) / GRID) for x, y in arc]
    return [points[0], *(here for last, here in itertools.pairwise(points) if here != last)]


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


def _shapes(geometries: list[dict[str, Any]]) -> dict[str, Polygons]:
    shapes: dict[str, Polygons] = {}
    joined: set[str] = set()
    for geometry in geometries:
        a3 = geometry["properties"]["a3"]
        name = JOIN.get(a3) or UNSETTLED.get(a3) or a3
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        if name in shapes:
            joined.add(name)
        shapes.setdefault(name, []).extend(polygons)
    return {name: _dissolve(polygons) if name in joined else polygons for name, polygons in shapes.items()}


def _dissolve(polygons: Polygons) -> Polygons:
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


def _chain(runs: list[list[int]]) -> Polygons:
    # Two neighbours share one border: their two outer runs make one ring. Rings that touch nothing stay as they are.
    return [[[arc for run in runs for arc in run]]] if len(runs) <= 2 else [[run] for run in runs]


def _arcs_of_small_shapes(shapes: dict[str, Polygons], arcs: list[list[Point]]) -> set[int]:
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
    steps = [(round((x + 180) * GRID), round((y + 90) * GRID)) for x, y in arc]
    moves = [[x2 - x1, y2 - y1] for (x1, y1), (x2, y2) in itertools.pairwise(steps)]
    return [list(steps[0]), *(moves or [[0, 0]])]


def _index(arc: int) -> int:
    return arc if arc >= 0 else ~arc
