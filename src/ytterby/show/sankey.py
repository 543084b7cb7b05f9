"""A Sankey diagram as inline SVG: nodes in columns, ribbons as wide as the tonnes they carry.

`Graph` is a small list of records, so anything that flows can be drawn. Nodes nobody uses are left out; a ribbon that
skips a column passes through it in a lane of its own instead of behind other nodes; a node lower than its label keeps
the name for the pointer. Two graphs drawn with one `scale` can be compared by eye.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ytterby.show.markup import esc, tag
from ytterby.show.svg import picture
from ytterby.show.words import number

WIDTH, HEIGHT = 1000.0, 430.0
_TOP, _LEFT, _RIGHT, _BAR, _GAP = 30.0, 2.0, 168.0, 12.0, 9.0
_LABEL = 10.0  # a node lower than this [drawing units] carries no label, so neighbours never collide
_THIN = 0.15  # ribbons and nodes thinner than this are not drawn
_SWEEPS = 8
# Said in the picture itself too, so that it keeps its colours where a notebook strips style sheets; CSS wins over it.
_PAINT = {"lead": "#0072b2", "rest": "#8b9298", "scrap": "#009e73", "sink": "#cfa24a"}
_OPACITY = 0.38


@dataclass(frozen=True, slots=True)
class Node:
    """A node: its column, its tone (a country code, "scrap", "sink", "other"), and whether it goes to the bottom."""

    id: str
    label: str
    column: int
    tone: str = "other"
    last: bool = False
    ghost: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A flow from one node to another."""

    source: str
    target: str
    value: float


@dataclass(frozen=True, slots=True)
class Graph:
    """Column titles, nodes, links, and the unit of the links."""

    columns: tuple[str, ...]
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    unit: str


@dataclass(slots=True)
class _Box:
    node: Node
    value: float
    y: float = 0.0
    height: float = 0.0
    into: list[tuple[_Box, Link]] = field(default_factory=list)
    out: list[tuple[_Box, Link]] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def scale(graphs: Iterable[Graph]) -> float:
    """Return the drawing units per tonne at which the fullest column of all graphs fits."""
    room = HEIGHT - _TOP - 4
    fits: list[float] = []
    for graph in graphs:
        for column in _columns(graph):
            total = sum(box.value for box in column)
            if total > 0:
                fits.append((room - _GAP * (len(column) - 1)) / total)
    return min(fits, default=1.0)


def order(graphs: Sequence[Graph]) -> dict[str, int]:
    """Return one order from top to bottom for the nodes of graphs that are to be compared, found on their sum."""
    nodes = {node.id: node for graph in graphs for node in graph.nodes}
    values: dict[tuple[str, str], float] = defaultdict(float)
    for graph in graphs:
        for link in graph.links:
            values[link.source, link.target] += link.value
    links = tuple(Link(source, target, value) for (source, target), value in values.items())
    longest = max((graph.columns for graph in graphs), key=len)
    both = Graph(longest, tuple(nodes.values()), links, graphs[0].unit)
    columns = _columns(both)
    _lay_out(columns, scale([both]), {})
    return {box.node.id: rank for column in columns for rank, box in enumerate(column)}


def sankey(
    graph: Graph, title: str, factor: float | None = None, leader: str = "", ranks: Mapping[str, int] | None = None
) -> str:
    """Return the diagram; `leader` is the country whose ribbons are drawn in the accent colour.

    `factor` is the drawing units per tonne and `ranks` the order of the nodes, when they are shared with another graph.
    """
    factor = scale([graph]) if factor is None else factor
    columns = _columns(graph)
    _lay_out(columns, factor, ranks or {})
    boxes = [box for column in columns for box in column]
    ribbons = [ribbon for box in boxes for ribbon in _ribbons(box, factor, len(columns), leader, graph.unit)]
    drawn = [_drawn(box, len(columns), leader, graph.unit) for box in boxes if not box.node.ghost]
    heads = [tag("text", esc(name), x=_x(i, len(columns)), y=14, class_="head") for i, name in enumerate(graph.columns)]
    largest = sorted((b for b in boxes if not b.node.ghost), key=lambda b: -b.value)[:10]
    desc = "; ".join(f"{graph.columns[b.node.column]}, {b.node.label}: {number(b.value)} {graph.unit}" for b in largest)
    body = (tag("g", *ribbons, class_="ribbons", fill="none", stroke_opacity=_OPACITY), *drawn, *heads)
    return picture(WIDTH, HEIGHT, title, *body, desc=desc or "Nothing flows.", class_="sankey", name=title)


def totals(graph: Graph) -> list[tuple[Node, float]]:
    """Return each node with its throughput, in column order: the table behind the picture."""
    boxes = [box for column in _boxes(graph) for box in column]
    return [(box.node, box.value) for box in boxes]


def _boxes(graph: Graph) -> list[list[_Box]]:
    into: dict[str, float] = defaultdict(float)
    out: dict[str, float] = defaultdict(float)
    for link in graph.links:
        out[link.source] += link.value
        into[link.target] += link.value
    columns: list[list[_Box]] = [[] for _ in graph.columns]
    for node in graph.nodes:
        value = max(into[node.id], out[node.id])
        if value > 0:
            columns[node.column].append(_Box(node, value))
    for column in columns:
        column.sort(key=lambda box: (box.node.last, box.node.id.endswith("/other"), -box.value, box.node.id))
    return columns


def _columns(graph: Graph) -> list[list[_Box]]:
    """Return the boxes by column, joined by their links, with ghosts where a link skips a column."""
    columns = _boxes(_with_lanes(graph))
    boxes = {box.node.id: box for column in columns for box in column}
    for link in _with_lanes(graph).links:
        if link.value > 0:
            source, target = boxes[link.source], boxes[link.target]
            source.out.append((target, link))
            target.into.append((source, link))
    return columns


def _with_lanes(graph: Graph) -> Graph:
    """Return the graph with a ghost of each source in every column that its links skip."""
    by_id = {node.id: node for node in graph.nodes}
    nodes: dict[str, Node] = dict(by_id)
    values: dict[tuple[str, str], float] = defaultdict(float)
    for link in graph.links:
        source, target = by_id[link.source], by_id[link.target]
        at = source.id
        for column in range(source.column + 1, target.column):
            ghost = replace(source, id=f"{source.id}>{column}", column=column, ghost=True)
            nodes.setdefault(ghost.id, ghost)
            values[at, ghost.id] += link.value
            at = ghost.id
        values[at, target.id] += link.value
    links = tuple(Link(source, target, value) for (source, target), value in values.items())
    return replace(graph, nodes=tuple(nodes.values()), links=links)


def _lay_out(columns: Sequence[list[_Box]], factor: float, ranks: Mapping[str, int]) -> None:
    for column in columns:
        for box in column:
            box.height = box.value * factor
        column.sort(key=lambda box: ranks.get(box.node.id, len(ranks)))
        _stack(column)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for column in columns if forward else reversed(columns):
            for box in column:
                sides = box.into if forward else box.out
                weight = sum(link.value for _, link in sides)
                if weight > 0:
                    box.y = sum(other.middle * link.value for other, link in sides) / weight - box.height / 2
            if not ranks:
                column.sort(key=lambda box: (box.node.last, box.middle, box.node.id))
            _settle(column)


def _stack(column: Sequence[_Box]) -> None:
    at = _TOP
    for box in column:
        box.y, at = at, at + box.height + _GAP


def _settle(column: Sequence[_Box]) -> None:
    """Push overlapping boxes down, then back up from the floor."""
    at = _TOP
    for box in column:
        box.y = max(box.y, at)
        at = box.y + box.height + _GAP
    floor = HEIGHT - 4
    for box in reversed(column):
        box.y = min(box.y, floor - box.height)
        floor = box.y - _GAP


def _x(column: int, count: int) -> float:
    return _LEFT + column * (WIDTH - _LEFT - _RIGHT - _BAR) / max(count - 1, 1)


def _ribbons(box: _Box, factor: float, count: int, leader: str, unit: str) -> Iterable[str]:
    at = box.y
    for target, link in sorted(box.out, key=lambda pair: (pair[0].y, pair[0].node.id)):
        width = link.value * factor
        ahead = sum(other.value for source, other in target.into if (source.y, source.node.id) < (box.y, box.node.id))
        start, end = at + width / 2, target.y + ahead * factor + width / 2
        at += width
        if width < _THIN:
            continue
        left, right = _x(box.node.column, count) + (0 if box.node.ghost else _BAR), _x(target.node.column, count)
        middle = (left + right) / 2
        tone = target.node.tone if target.node.tone in ("sink", "scrap") else box.node.tone
        hover = f"{box.node.label} → {target.node.label}: {number(link.value)} {unit}"
        path = f"M{left:.1f},{start:.1f}C{middle:.1f},{start:.1f} {middle:.1f},{end:.1f} {right:.1f},{end:.1f}"
        yield tag("path", tag("title", esc(hover)), d=path, stroke_width=width, **_painted(tone, leader, "stroke"))


def _drawn(box: _Box, count: int, leader: str, unit: str) -> str:
    if box.height < _THIN:
        return ""
    x = _x(box.node.column, count)
    said = f"{box.node.label}: {number(box.value)} {unit}"
    shape = tag("rect", tag("title", esc(said)), x=x, y=box.y, width=_BAR, height=max(box.height, 0.8),
                **_painted(box.node.tone, leader, "fill"))  # fmt: skip
    if box.height < _LABEL:
        return shape
    name = tag("tspan", esc(f"{box.node.label} ")) + tag("tspan", esc(number(box.value)), class_="amount")
    return shape + tag("text", name, x=x + _BAR + 5, y=box.middle + 4)


def _painted(tone: str, leader: str, how: str) -> dict[str, str]:
    name = _class(tone, leader)
    return {"class_": name, how: _PAINT[name]}


def _class(tone: str, leader: str) -> str:
    return tone if tone in ("scrap", "sink") else "lead" if leader and tone == leader else "rest"
