"""What each party gets by each way of sharing, drawn as bars to either side of zero on one axis of million USD."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ytterby.show.markup import esc, tag
from ytterby.show.words import money, short
from ytterby.studies.deals.outcome import DealOutcome

#: Ways of sharing that are drawn, in their order, with the class of their bars.
_DRAWN = (("as written", "scen"), ("shapley", "base"), ("nucleolus", "replaced"), ("nash", "given"))
_NAMES = {"as written": "as written", "shapley": "Shapley value", "nucleolus": "prenucleolus", "nash": "Nash"}
_LEFT, _RIGHT, _WIDTH, _BAR, _GAP, _TOP = 300.0, 60.0, 860.0, 13.0, 12.0, 26.0
_LONGEST = 36


def bars(outcome: DealOutcome) -> str:
    """Return the figure with its key, or nothing for a room of nobody."""
    found = {"as written": {p: outcome.gets(p) for p in outcome.room}}
    for key, _ in _DRAWN[1:]:
        shares = getattr(outcome.solutions, key)
        if shares is not None:
            found[key] = dict(shares)
    every = [x for shares in found.values() for x in shares.values()]
    if not every or max(map(abs, every)) < 1e-6:
        return ""
    ticks = _ticks(min(0.0, *every), max(0.0, *every))
    low, high = ticks[0], ticks[-1]
    kinds = [(key, class_) for key, class_ in _DRAWN if key in found]

    def at(value: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (value - low) / (high - low)

    names = {p.id: p.name for p in outcome.deal.parties}
    tall = _BAR * len(kinds) + _GAP
    bottom = _TOP + tall * len(outcome.room)
    body = [_axis(at, ticks, bottom)]
    for k, party in enumerate(outcome.room):
        top = _TOP + k * tall + _GAP / 2
        body.append(_label(_LEFT - 62, top + tall / 2 - 3, _cut(names[party]), "end"))
        for number, (key, class_) in enumerate(kinds):
            y, value = top + number * _BAR, found[key][party]
            body.append(
                _bar(at(0.0), at(value), y, class_, f"{names[party]}, {_NAMES[key]}: {money(value, sign=True)}")
            )
            body.append(_number(at, value, y))
    said = "What each party gets by each way of sharing, million USD a year; the same numbers are in the table."
    picture = tag(
        "svg", tag("title", esc(said)), *body,
        viewBox=f"0 0 {_WIDTH:g} {bottom + 8:g}", role="img", aria_label=said, class_="bars",
    )  # fmt: skip
    key = tag("p", *(_key(name, class_) for name, class_ in kinds), class_="legend")
    return tag("figure", tag("figcaption", esc("Gains by each way of sharing [million USD a year]")), key, picture)


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers that enclose a range, four to eight of them."""
    rough = (high - low) / 5
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * m for m in (1, 2, 5, 10) if size * m >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [step * k for k in range(first, last + 1)]


def _axis(at: Callable[[float], float], ticks: Sequence[float], bottom: float) -> str:
    marks = []
    for t in ticks:
        x = at(t)
        marks.append(
            tag("line", x1=x, x2=x, y1=_TOP, y2=bottom, stroke="var(--soft)" if t == 0 else "var(--line)")
            + _label(x, _TOP - 8, short(round(t, 9)).replace("-", "\N{MINUS SIGN}"), "middle", "axis")
        )
    return "".join(marks)


def _bar(start: float, end: float, y: float, class_: str, said: str) -> str:
    left, width = min(start, end), max(abs(end - start), 0.8)
    return tag("rect", tag("title", esc(said)), x=left, y=y, width=width, height=_BAR - 2, class_=class_)


def _number(at: Callable[[float], float], value: float, y: float) -> str:
    side = -1 if value < 0 else 1
    return _label(at(value) + 4 * side, y + 9.5, money(value, sign=True), "start" if side > 0 else "end", "axis")


def _label(x: float, y: float, text: str, anchor: str, class_: str = "") -> str:
    plain = {} if class_ else {"fill": "var(--ink)", "font_size": "12"}
    return tag("text", esc(text), x=x, y=y, text_anchor=anchor, class_=class_ or None, **plain)


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def _key(name: str, class_: str) -> str:
    return tag("span", tag("span", class_=f"key {class_}"), esc(_NAMES[name]))
