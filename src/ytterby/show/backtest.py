"""A replay of history as lines for a terminal: each benchmark, what was observed, what the model says, hit or miss."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ytterby.show.words import number
from ytterby.studies.backtest.score import Backtest, Lived, Result

WIDTH = 100
_HEAD = f"{'':16}{'':10}{'observed':>10}{'modelled':>10}  {'at ±25 %':16}  band"


def lines(found: Backtest) -> Iterator[str]:
    """Yield the benchmarks of every episode, plain text of at most 100 columns."""
    yield from textwrap.wrap(found.finding, WIDTH)
    for lived in found.episodes:
        yield ""
        yield from textwrap.wrap(_title(lived), WIDTH)
        yield _HEAD
        for result in lived.results:
            yield from _rows(result)
    yield ""
    yield from textwrap.wrap(
        "One set of behaviour for all episodes; at ±25 % every one of its numbers is a quarter lower or higher. A "
        "benchmark that restates an input is shown and does not count. Sources: --json or --out.",
        WIDTH,
    )


def _title(lived: Lived) -> str:
    label = f" [{lived.episode.label}]" if lived.episode.label else ""
    return lived.episode.title + label


def _rows(r: Result) -> Iterator[str]:
    b = r.benchmark
    for i, part in enumerate(b.parts):
        name = b.id if i == 0 else ""
        said = verdict(r) if i == 0 else ""
        three = (r.modelled[i], r.slow[i], r.fast[i])
        spread = f"{number(min(three))} to {number(max(three))}"
        yield f"{name:16}{said:10}{number(b.observed[i]):>10}{number(r.modelled[i]):>10}  {spread:16}  {band(r, i)}" + (
            f"  {part}" if len(b.parts) > 1 else ""
        )
    told = b.what + (f" [{b.unit}]" if b.unit != "1" else "")
    yield from textwrap.wrap(told, WIDTH, initial_indent=" " * 16, subsequent_indent=" " * 16)
    if not r.hit or not r.counted:
        why = r.why if not r.hit else f"not counted: {b.note}"
        yield from textwrap.wrap(why, WIDTH, initial_indent=" " * 16, subsequent_indent=" " * 16)


def verdict(r: Result) -> str:
    """Hit or miss, in brackets when it does not count."""
    said = "hit" if r.hit else "miss"
    return said if r.counted else f"({said})"


def band(r: Result, i: int) -> str:
    """The band of one part in words."""
    low, high = r.benchmark.low[i], r.benchmark.high[i]
    if low is None or high is None:
        return f"at least {number(low)}" if low is not None else f"at most {number(high)}"
    return f"{number(low)} to {number(high)}"
