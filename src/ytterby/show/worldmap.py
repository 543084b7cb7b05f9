"""A world map as inline SVG: countries shaded by one number, plants as small signs.

Shading goes by ISO code, never by a shape's name. A country without a number is hatched, which is another thing than
zero. Borders come from the atlas; whoever prints the map prints their note below it. The shapes are written once and
used by every map of a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ytterby.show.markup import esc, tag
from ytterby.show.projection import Frame, Ring
from ytterby.show.svg import picture
from ytterby.show.words import country_name, percent, short, stage_name

#: The polygons of each country by ISO code; the first ring of a polygon is its outline, others are holes.
Borders = Mapping[str, Sequence[Sequence[Ring]]]

#: Upper ends of the shading classes [%], from fine to coarse; above the last one the darkest shade.
BREAKS = ((0.5, 1.0, 2.0, 4.0), (2.0, 4.0, 8.0, 12.0), (5.0, 10.0, 20.0, 30.0), (10.0, 25.0, 50.0, 75.0))

_LEFT_OUT = frozenset({"ATA"})  # no supply and no use there, and it would take a sixth of the picture
_SMALL = 4.0  # a country smaller than this [drawing units] is also marked by a ring, or nobody would see it
_FAMILIES = {"concentrate": "mine", "feed": "mine", "recycling": "separation", "alloy": "metal"}


@dataclass(frozen=True, slots=True)
class Site:
    """A plant on the map: a point [degrees], its stage and what to say about it."""

    longitude: float
    latitude: float
    stage: str
    title: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Look:
    """What a map shows [% by ISO code; below zero a gain], the names, and the class breaks [%].

    `said` are the words after a number where it is a share instead of a loss; then a country without one has none.
    """

    values: Mapping[str, float | None]
    names: Mapping[str, str]
    breaks: Sequence[float]
    said: str = ""

    def hover(self, code: str) -> str:
        """Return the words for the pointer."""
        value = self.values.get(code)
        if self.said:
            said = f"{percent(value)} {self.said}" if value else "none"
        elif value is None:
            said = "no data"
        else:
            said = f"{percent(-value)} gained" if value < -0.05 else f"{percent(value)} lost"
        return tag("title", esc(f"{country_name(code, self.names)}: {said}"))


def outlines(borders: Borders) -> str:
    """Return the shapes of all countries and the hatch, to stand once on a page before its maps."""
    frame = Frame()
    shapes = [
        tag("path", id=f"c-{code}", d=frame.path([ring for polygon in borders[code] for ring in polygon]))
        for code in sorted(borders)
        if code not in _LEFT_OUT
    ]
    return tag("svg", tag("defs", _HATCH, *shapes), width=0, height=0, class_="hidden", aria_hidden="true")


def world_map(
    values: Mapping[str, float | None],
    borders: Borders,
    title: str,
    names: Mapping[str, str],
    sites: Iterable[Site] = (),
    breaks: Sequence[float] | None = None,
    said: str = "",
) -> str:
    """Return the map of `values` [% by ISO code; below zero a gain]; the page needs `outlines` once, before it."""
    frame = Frame()
    look = Look(values, names, breaks or breaks_for(values), said)
    none = 0.0 if said else None
    shapes = [
        tag("use", look.hover(code), href=f"#c-{code}", class_=shade(values.get(code, none), look.breaks))
        for code in sorted(borders)
        if code not in _LEFT_OUT
    ]
    marked = [code for code in sorted(values) if code in borders and values[code] is not None]
    rings = [_small_country(code, borders[code], look, frame) for code in marked]
    signs = [_sign(site, frame) for site in sorted(sites, key=lambda s: (s.active, s.stage, s.title))]
    return picture(
        frame.width, round(frame.height), title, tag("g", *shapes, class_="land"), tag("g", *rings), tag("g", *signs),
        desc=_described(look), class_="map", name=title,
    )  # fmt: skip


def breaks_for(*maps: Mapping[str, float | None]) -> tuple[float, ...]:
    """Return the finest class breaks that still tell the largest values of all `maps` apart."""
    largest = max((value for values in maps for value in values.values() if value is not None), default=0.0)
    return next((breaks for breaks in BREAKS if largest <= 1.35 * breaks[-1]), BREAKS[-1])


def shade(value: float | None, breaks: Sequence[float]) -> str:
    """Return the class of a number [%]: no data, a gain, none, or one of five shades.

    >>> [shade(v, (5, 15, 30, 60)) for v in (None, -3.0, 0.0, 0.01, 4.0, 20.0, 90.0)]
    ['nd', 'up', 'q0', 'q0', 'q1', 'q3', 'q5']
    """
    if value is None:
        return "nd"
    if value < -0.05:
        return "up"
    if value < 0.05:
        return "q0"
    return f"q{1 + sum(value > edge for edge in breaks)}"


def legend(breaks: Sequence[float], sites: Iterable[Site] = (), of_shares: bool = False) -> str:
    """Return the key to shades and signs; `of_shares` leaves out what only losses have."""
    words = [("q0", "none")] if of_shares else [("nd", "no data"), ("up", "use gained"), ("q0", "none")]
    words += [(f"q{i + 1}", f"to {short(edge)}\u00a0%") for i, edge in enumerate(breaks)]
    words.append((f"q{len(breaks) + 1}", f"over {short(breaks[-1])}\u00a0%"))
    keys = [_key(tag("rect", width=14, height=12, x=1, y=1, class_=class_), word) for class_, word in words]
    present = {_FAMILIES.get(site.stage, site.stage) for site in sites}
    shown = [stage for stage in ("mine", "separation", "metal", "magnet") if stage in present]
    keys += [_key(_shape(stage, 8, 7, "", "site"), stage_name(stage)) for stage in shown]
    return tag("p", *keys, class_="legend")


_HATCH = (
    '<pattern id="nodata" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="5" height="5" class="nd-bg"/><line x1="0" y1="0" x2="0" y2="5" class="nd-line"/></pattern>'
)


def _described(look: Look) -> str:
    known = [(code, value) for code, value in look.values.items() if value is not None]
    ranked = sorted(known, key=lambda pair: (-pair[1], pair[0]))[:12]
    said = "; ".join(f"{country_name(code, look.names)} {percent(value)}" for code, value in ranked)
    return f"{'Largest' if look.said else 'Most affected'}: {said}." if said else "No values."


def _small_country(code: str, polygons: Sequence[Sequence[Ring]], look: Look, frame: Frame) -> str:
    points = [frame.place(point[0], point[1]) for polygon in polygons for point in polygon[0]]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    if not points or max(max(xs) - min(xs), max(ys) - min(ys)) > _SMALL:
        return ""
    x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    return tag("circle", look.hover(code), cx=x, cy=y, r=4, class_=f"small {shade(look.values[code], look.breaks)}")


def _sign(site: Site, frame: Frame) -> str:
    x, y = frame.place(site.longitude, site.latitude)
    return _shape(site.stage, x, y, site.title, "site" if site.active else "site idle")


def _shape(stage: str, x: float, y: float, title: str, class_: str) -> str:
    hover = tag("title", esc(title)) if title else ""
    family = _FAMILIES.get(stage, stage)
    if family == "separation":
        return tag("rect", hover, x=x - 3.5, y=y - 3.5, width=7, height=7, class_=class_)
    if family == "mine":
        return tag("circle", hover, cx=x, cy=y, r=3.8, class_=class_)
    corners = "l5,5l-5,5l-5,-5Z" if family == "metal" else "l5,8.5l-10,0Z"
    return tag("path", hover, d=f"M{x:.1f},{y - 5:.1f}{corners}", class_=class_)


def _key(sign: str, word: str) -> str:
    return tag("span", tag("svg", sign, width=16, height=14, viewBox="0 0 16 14", aria_hidden="true"), esc(word))
