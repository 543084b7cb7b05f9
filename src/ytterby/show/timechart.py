"""A chart over periods: lines, each with a band if it has one (the fan of an ensemble, say), against the base."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ytterby.show.markup import esc, tag
from ytterby.show.svg import picture
from ytterby.show.words import number

WIDTH, HEIGHT = 480, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 54, 10, 14, 26
_LABELS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a number a period (None: there is none), its class, and a band of the same length if it has one."""

    name: str
    class_: str
    values: Sequence[float | None]
    band: Sequence[tuple[float, float] | None] = ()


def time_chart(
    title: str, labels: Sequence[str], lines: Sequence[Line], unit: str, base: float | None = None,
    marks: Sequence[tuple[int, str]] = (), least: float = 0.0,
) -> str:  # fmt: skip
    """Return a chart of `lines` over the periods in `labels`; `base` is a dashed level, `marks` what begins when.

    The scale reaches `least` at least, so that charts can share it.
    """
    told = [v for line in lines for v in (*line.values, *(e for b in line.band if b for e in b)) if _is(v)]
    if not told or len(labels) < 2:
        return ""
    top = max([float(v) for v in told if v is not None] + [base or 0.0, least]) * 1.08 or 1.0
    steps = [step for step in round_steps(top) if step <= top]
    body = [_grid(step, top) for step in steps]
    body += [_tick(i, labels) for i in _spaced(len(labels))]
    body += [_mark(i, text, len(labels)) for i, text in marks]
    if base is not None:
        y = _y(base, top)
        body.append(tag("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y, class_="was"))
    for line in lines:
        if line.band:
            body.append(_band(line, top))
        body += [tag("path", tag("title", esc(line.name)), d=d, class_=f"line {line.class_}") for d in _runs(line, top)]
    said = "; ".join(f"{line.name} from {_end(line, 0)} to {_end(line, -1)} {unit}" for line in lines)
    return picture(WIDTH, HEIGHT, f"{title} [{unit}]", *body, desc=said, class_="overtime", name=f"time {title}")


def _is(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _end(line: Line, place: int) -> str:
    known = [v for v in line.values if _is(v)]
    return number(known[place]) if known else "none"


def _x(i: int, count: int) -> float:
    return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * i / max(count - 1, 1), 1)


def _y(value: float, top: float) -> float:
    return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * min(max(value, 0.0), top) / top, 1)


def round_steps(top: float) -> list[float]:
    """Return round numbers from 0 that reach `top` in four to seven steps; the last is the first not below it.

    >>> round_steps(3.07)
    [0.0, 1.0, 2.0, 3.0, 4.0]
    """
    rough = top / 4
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(m * unit for m in (1, 2, 2.5, 5, 10) if m * unit >= rough * 0.999)
    return [step * i for i in range(math.ceil(top / step * (1 - 1e-9)) + 1)]


def _grid(value: float, top: float) -> str:
    y = _y(value, top)
    line = tag("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y, class_="grid")
    return line + tag("text", esc(f"{value:,.6g}"), x=_LEFT - 6, y=y + 3.5, text_anchor="end", class_="axis")


def _spaced(count: int) -> list[int]:
    step = max(1, math.ceil((count - 1) / _LABELS))
    return list(range(0, count, step))


def _tick(i: int, labels: Sequence[str]) -> str:
    return tag(
        "text", esc(labels[i]), x=_x(i, len(labels)), y=HEIGHT - 8,
        text_anchor="end" if i == len(labels) - 1 else "middle", class_="axis",
    )  # fmt: skip


def _mark(i: int, text: str, count: int) -> str:
    x = _x(i, count)
    line = tag("line", tag("title", esc(text)), x1=x, x2=x, y1=_TOP, y2=HEIGHT - _BOTTOM, class_="begins")
    return line + tag("text", esc(text), x=x + 4, y=_TOP + 2, class_="axis")


def _runs(line: Line, top: float) -> list[str]:
    """The line's unbroken pieces as paths; a gap is where there is no number."""
    pieces: list[list[str]] = [[]]
    for i, value in enumerate(line.values):
        if value is None or not math.isfinite(value):
            pieces.append([])
        else:
            pieces[-1].append(f"{_x(i, len(line.values))},{_y(value, top)}")
    return ["M" + "L".join(points if len(points) > 1 else points * 2) for points in pieces if points]


def _band(line: Line, top: float) -> str:
    known = [(i, ends) for i, ends in enumerate(line.band) if ends is not None]
    count = len(line.band)
    over = [f"{_x(i, count)},{_y(high, top)}" for i, (_, high) in known]
    under = [f"{_x(i, count)},{_y(low, top)}" for i, (low, _) in reversed(known)]
    return tag("path", d="M" + "L".join(over + under) + "Z", class_=f"fan {line.class_}") if known else ""
