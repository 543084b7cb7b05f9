"""A world map as inline SVG: countries shaded by one number, plants as small signs.

Shading goes by ISO code, never by a shape's name. A country without a number is hatched, which is another thing than
zero. Borders come from the atlas; whoever prints the map prints their note below it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ytterby.show.markup import esc, tag
from ytterby.show.projection import Frame, Ring
from ytterby.show.svg import picture
from ytterby.show.words import country_name, percent, stage_name

#: The polygons of each country by ISO code; the first ring of a polygon is its outline, others are holes.
Borders = Mapping[str, Sequence[Sequence[Ring]]]

#: Upper ends of the shading classes [%]; above the last one the darkest shade.
BREAKS = (5.0, 15.0, 30.0, 60.0)

_LEFT_OUT = frozenset({"ATA"})  # no supply and no use there, and it would take a sixth of the picture
_SMALL = 4.0  # a country smaller than this [drawing units] is also marked by a ring, or nobody would see it


@dataclass(frozen=True, slots=True)
class Site:
    """A plant on the map: a point [degrees], its stage and what to say about it."""

    longitude: float
    latitude: float
    stage: str
    title: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class _Look:
    values: Mapping[str, float | None]
    names: Mapping[str, str]

    def hover(self, code: str) -> str:
        value = self.values.get(code)
        said = (
            "no data" if value is None else f"{percent(-value)} gained" if value < -0.05 else f"{percent(value)} lost"
        )
        return tag("title", esc(f"{country_name(code, self.names)}: {said}"))


def world_map(
    values: Mapping[str, float | None],
    borders: Borders,
    title: str,
    names: Mapping[str, str],
    sites: Sequence[Site] = (),
) -> str:
    """Return the map of `values` [% by ISO code; below zero a gain] with its legend."""
    frame = Frame()
    look = _Look(values, names)
    shapes = [_country(code, borders[code], look, frame) for code in sorted(borders) if code not in _LEFT_OUT]
    rings = [
        _small_country(code, borders[code], look, frame)
        for code in sorted(values)
        if code in borders and values[code] is not None
    ]
    signs = [_sign(site, frame) for site in sorted(sites, key=lambda s: (s.active, s.stage, s.title))]
    known = {code: value for code, value in values.items() if value is not None}
    desc = "; ".join(
        f"{country_name(code, names)} {percent(value)}"
        for code, value in sorted(known.items(), key=lambda pair: (-pair[1], pair[0]))[:12]
    )
    body = picture(
        frame.width, round(frame.height), title, _HATCH,
        tag("g", *shapes, class_="land"), tag("g", *rings), tag("g", *signs),
        desc=f"Most affected: {desc}." if desc else "No values.", class_="map", name="map",
    )  # fmt: skip
    return body + _legend(sites)


_HATCH = (
    '<defs><pattern id="nodata" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="5" height="5" class="nd-bg"/><line x1="0" y1="0" x2="0" y2="5" class="nd-line"/></pattern></defs>'
)


def shade(value: float | None) -> str:
    """Return the class of a number [%]: no data, a gain, none, or one of five shades.

    >>> [shade(v) for v in (None, -3.0, 0.0, 0.01, 4.0, 20.0, 90.0)]
    ['nd', 'up', 'q0', 'q0', 'q1', 'q3', 'q5']
    """
    if value is None:
        return "nd"
    if value < -0.05:
        return "up"
    if value < 0.05:
        return "q0"
    return f"q{1 + sum(value > edge for edge in BREAKS)}"


def _country(code: str, polygons: Sequence[Sequence[Ring]], look: _Look, frame: Frame) -> str:
    path = frame.path([ring for polygon in polygons for ring in polygon])
    return tag("path", look.hover(code), d=path, class_=shade(look.values.get(code)))


def _small_country(code: str, polygons: Sequence[Sequence[Ring]], look: _Look, frame: Frame) -> str:
    points = [frame.place(point[0], point[1]) for polygon in polygons for point in polygon[0]]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    if not points or max(max(xs) - min(xs), max(ys) - min(ys)) > _SMALL:
        return ""
    x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    return tag("circle", look.hover(code), cx=x, cy=y, r=4, class_=f"small {shade(look.values[code])}")


def _sign(site: Site, frame: Frame) -> str:
    x, y = frame.place(site.longitude, site.latitude)
    return _shape(site.stage, x, y, site.title, "site" if site.active else "site idle")


def _shape(stage: str, x: float, y: float, title: str, class_: str) -> str:
    hover = tag("title", esc(title)) if title else ""
    if stage in ("separation", "recycling"):
        return tag("rect", hover, x=x - 3.5, y=y - 3.5, width=7, height=7, class_=class_)
    if stage in ("metal", "alloy"):
        corners = f"M{x:.1f},{y - 5:.1f}l5,5l-5,5l-5,-5Z"
    elif stage == "magnet":
        corners = f"M{x:.1f},{y - 5:.1f}l5,8.5l-10,0Z"
    else:
        return tag("circle", hover, cx=x, cy=y, r=3.8, class_=class_)
    return tag("path", hover, d=corners, class_=class_)


def _legend(sites: Sequence[Site]) -> str:
    edges = (0.0, *BREAKS)
    words = [("nd", "no data"), ("up", "use gained"), ("q0", "none")]
    words += [(f"q{i + 1}", f"to {edge:g}\u00a0%") for i, edge in enumerate(edges[1:])]
    words.append((f"q{len(edges)}", f"over {edges[-1]:g}\u00a0%"))
    keys = [_key(tag("rect", width=14, height=12, x=1, y=1, class_=class_), word) for class_, word in words]
    shown = [stage for stage in ("mine", "separation", "metal", "magnet") if any(_same(s.stage, stage) for s in sites)]
    keys += [_key(_shape(stage, 8, 7, "", "site"), stage_name(stage)) for stage in shown]
    return tag("p", *keys, class_="legend")


def _same(stage: str, family: str) -> bool:
    families = {"concentrate": "mine", "feed": "mine", "recycling": "separation", "alloy": "metal"}
    return families.get(stage, stage) == family


def _key(sign: str, word: str) -> str:
    return tag("span", tag("svg", sign, width=16, height=14, viewBox="0 0 16 14", aria_hidden="true"), esc(word))
