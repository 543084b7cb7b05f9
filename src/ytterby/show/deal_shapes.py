"""What a room of two or three parties could share, drawn: a line of splits, or a triangle with the core inside.

With two parties the line holds every split of the whole; the part where both get at least what they have alone is
drawn strong. With three each corner gives one party the whole gain above what all have alone; the shaded region is the
core, cut out of the triangle by what each pair could have without the third.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ytterby.show.markup import esc, tag
from ytterby.show.words import money
from ytterby.studies.deals.outcome import DealOutcome

_TRACE = 1e-9
_POINTS = (("as written", "a"), ("shapley", "b"), ("nucleolus", "c"), ("nash", "d"))
_NAMES = {"as written": "as written", "shapley": "Shapley value", "nucleolus": "prenucleolus", "nash": "Nash"}
Point = tuple[float, float]


def shape(outcome: DealOutcome) -> str:
    """Return the figure of a room of two or three that has something to share, else nothing."""
    game, room = outcome.game, outcome.room
    if not len(game.values) or len(room) not in (2, 3):
        return ""
    alone = [game.worth_of(p) for p in room]
    surplus = game.total - sum(alone)
    if surplus <= _TRACE * max(abs(game.total), 1.0):
        return ""
    splits = {"as written": [outcome.gets(p) for p in room]}
    for key, _ in _POINTS[1:]:
        found: Mapping[str, float] | None = getattr(outcome.solutions, key)
        if found is not None:
            splits[key] = [found[p] for p in room]
    parts = {key: [(x - d) / surplus for x, d in zip(split, alone, strict=True)] for key, split in splits.items()}
    names = {p.id: p.name for p in outcome.deal.parties}
    labels = [names[p] for p in room]
    draw = _line if len(room) == 2 else _triangle
    picture, said = draw(outcome, parts, labels, surplus)
    return tag("div", picture, tag("p", esc(said), class_="note"))


def core_corners(pairs: Sequence[float]) -> list[tuple[float, float, float]]:
    """Corners of the core of three parties, in parts of the surplus: party i gets at most 1 - pairs[i].

    `pairs[i]` is what the two others gain together without i, as a part of the whole surplus.

    >>> core_corners([0.0, 0.0, 1.0])
    [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0)]
    """
    corners: list[tuple[float, float, float]] = [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)]
    for i, pair in enumerate(pairs):
        corners = _cut(corners, i, 1.0 - pair)
    return corners


def _cut(corners: list[tuple[float, float, float]], i: int, most: float) -> list[tuple[float, float, float]]:
    """The part of a polygon where coordinate i is at most `most` (Sutherland and Hodgman)."""
    kept: list[tuple[float, float, float]] = []
    for one, two in zip(corners, corners[1:] + corners[:1], strict=True):
        if one[i] <= most + _TRACE:
            kept.append(one)
        if (one[i] - most) * (two[i] - most) < -_TRACE:
            t = (most - one[i]) / (two[i] - one[i])
            x, y, z = (a + t * (b - a) for a, b in zip(one, two, strict=True))
            kept.append((x, y, z))
    return list(dict.fromkeys((round(x, 12) + 0.0, round(y, 12) + 0.0, round(z, 12) + 0.0) for x, y, z in kept))


def _line(outcome: DealOutcome, parts: Mapping[str, list[float]], labels: list[str], surplus: float) -> tuple[str, str]:
    left, right, y = 30.0, 490.0, 60.0
    low = min(0.0, *(p[1] for p in parts.values()))
    high = max(1.0, *(p[1] for p in parts.values()))

    def at(part: float) -> float:
        return left + (right - left) * (part - low) / (high - low)

    inside = [
        tag("line", x1=left, x2=right, y1=y, y2=y, stroke="var(--line)", stroke_width=2),
        tag("line", x1=at(0), x2=at(1), y1=y, y2=y, stroke="var(--scen)", stroke_width=5),
        _text(at(0), y + 28, f"all to {labels[0]}", "start" if low == 0 else "middle"),
        _text(at(1), y + 28, f"all to {labels[1]}", "end" if high == 1 else "middle"),
    ]
    inside += _marks({key: (at(p[1]), y) for key, p in parts.items()})
    said = (
        f"Every split of what the two gain together above what each has alone, {money(surplus)} million USD a year. On "
        f"the strong part both gain: it is the core. {_key(parts)}"
    )
    return _svg(inside, 520, 110, said), said


def _triangle(
    outcome: DealOutcome, parts: Mapping[str, list[float]], labels: list[str], surplus: float
) -> tuple[str, str]:
    game, room = outcome.game, outcome.room
    alone = [game.worth_of(p) for p in room]
    pairs = []
    for i in range(3):
        others = [k for k in range(3) if k != i]
        pairs.append((game.worth_of(*(room[k] for k in others)) - sum(alone[k] for k in others)) / surplus)
    corners: list[Point] = [(60.0, 290.0), (460.0, 290.0), (260.0, 40.0)]

    def at(part: Sequence[float]) -> Point:
        return (
            sum(p * c[0] for p, c in zip(part, corners, strict=True)),
            sum(p * c[1] for p, c in zip(part, corners, strict=True)),
        )

    region = core_corners(pairs)
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(at, region))
    inside = [tag("polygon", points=" ".join(f"{x},{y}" for x, y in corners), fill="none", stroke="var(--soft)")]
    if len(region) > 2:
        inside.append(tag("polygon", points=drawn, fill="var(--scen)", fill_opacity=0.25, stroke="var(--scen)"))
    places = ((20.0, 312.0, "start"), (500.0, 312.0, "end"), (260.0, 28.0, "middle"))
    inside += [_text(x, y, name, anchor) for (x, y, anchor), name in zip(places, labels, strict=True)]
    shown = {key: at(p) for key, p in parts.items() if min(p) >= -_TRACE}
    inside += _marks(shown)
    out = [_NAMES[key] for key in parts if key not in shown]
    said = (
        f"Every split of what the three gain together above what each has alone, {money(surplus)} million USD a year; "
        f"a corner gives all of it to the party named there. "
        + ("The shaded region is the core: no pair gains by leaving. " if len(region) > 2 else "The core is empty. ")
        + _key(shown)
        + (f" Outside the triangle: {', '.join(out)}." if out else "")
    )
    return _svg(inside, 520, 330, said), said


def _key(shown: Mapping[str, object]) -> str:
    return ", ".join(f"{mark} {_NAMES[key]}" for key, mark in _POINTS if key in shown) + "."


def _marks(shown: Mapping[str, Point]) -> list[str]:
    """A dot and a letter for each split; those that fall together share a dot and stand side by side."""
    inside: list[str] = []
    at: dict[tuple[int, int], list[str]] = {}
    for key, mark in _POINTS:
        if key in shown:
            x, y = shown[key]
            at.setdefault((round(x / 6), round(y / 6)), []).append(mark)
            inside.append(tag("circle", cx=round(x, 1), cy=round(y, 1), r=4, fill="var(--ink)"))
    for (x6, y6), marks in at.items():
        inside.append(_text(6.0 * x6, 6.0 * y6 - 9, " ".join(marks), "middle"))
    return inside


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return tag("text", esc(text), x=round(x, 1), y=round(y, 1), text_anchor=anchor, font_size=13, fill="var(--ink)")


def _svg(inside: Sequence[str], width: int, height: int, title: str) -> str:
    return tag(
        "svg", tag("title", esc(title)), *inside, viewBox=f"0 0 {width} {height}", role="img",
        style=f"max-width:{width}px",
    )  # fmt: skip
