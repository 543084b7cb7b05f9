"""`backtest`: every episode replayed with one set of behaviour, every benchmark judged, nothing tuned.

The verdict is that of the set as it stands. A second and third replay with every behavioural parameter a quarter lower
and a quarter higher together say how far the verdict hangs on them.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ytterby.atlas.load import Atlas, load
from ytterby.core.errors import Fault, InputError
from ytterby.model.assumptions import assumptions
from ytterby.studies.backtest import expression
from ytterby.studies.backtest.crisis import CrisisBehaviour
from ytterby.studies.backtest.episode import Benchmark, Episode, month_name
from ytterby.studies.backtest.episode_file import episodes, vocabulary, within
from ytterby.studies.backtest.replay import WINDOW, Replay, replay
from ytterby.studies.backtest.world import world

Floats = NDArray[np.float64]

SLOW, FAST = 0.75, 1.25


@dataclass(frozen=True, slots=True)
class Result:
    """One benchmark judged: each part's value as it stands and with behaviour a quarter lower and higher.

    `hit`, `hit_slow` and `hit_fast` tell whether every part is inside its band; `why` says what is the matter.
    """

    episode: str
    benchmark: Benchmark
    modelled: tuple[float, ...]
    slow: tuple[float, ...]
    fast: tuple[float, ...]
    hit: bool
    hit_slow: bool
    hit_fast: bool
    why: str

    @property
    def counted(self) -> bool:
        """Whether the row counts: it does not when it restates what the episode was told."""
        return self.benchmark.counted

    @property
    def main(self) -> int:
        """The part farthest from its band, or the first when all are inside."""
        far = [_beyond(x, lo, hi) for x, lo, hi in zip(self.modelled, self.benchmark.low, self.benchmark.high,
                                                       strict=True)]  # fmt: skip
        return max(range(len(far)), key=lambda i: (far[i], -i))

    @property
    def spread(self) -> tuple[float, float]:
        """Lowest and highest of the main part over the three sets of behaviour."""
        three = [x[self.main] for x in (self.modelled, self.slow, self.fast)]
        return min(three), max(three)

    def to_dict(self) -> dict[str, Any]:
        """The row as plain data; a number that is not finite is null."""
        b, i = self.benchmark, self.main
        low, high = self.spread
        return {
            "id": b.id, "episode": self.episode, "what": b.what, "unit": b.unit, "observed": b.observed[i],
            "modelled": _plain(self.modelled[i]), "low": b.low[i], "high": b.high[i], "hit": self.hit,
            "why": self.why, "counted": self.counted, "note": b.note,
            "behaviour": {
                "low": _plain(low), "high": _plain(high), "hit_at_0.75": self.hit_slow, "hit_at_1.25": self.hit_fast,
            },
            "parts": [
                {"part": b.parts[j], "expression": b.values[j], "observed": b.observed[j], "low": b.low[j],
                 "high": b.high[j], "modelled": _plain(self.modelled[j]), "at_0.75": _plain(self.slow[j]),
                 "at_1.25": _plain(self.fast[j])}
                for j in range(len(b.values))
            ],
            "sources": list(b.source),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A modelled series beside what was observed: months, values, and the two other sets of behaviour."""

    id: str
    title: str
    unit: str
    months: tuple[str, ...]
    values: tuple[float, ...]
    slow: tuple[float, ...]
    fast: tuple[float, ...]
    points: tuple[tuple[str, float, str], ...]


@dataclass(frozen=True, slots=True)
class Lived:
    """One episode replayed: its results and lines, how well it balances, and what it was told."""

    episode: Episode
    results: tuple[Result, ...]
    lines: tuple[Line, ...]
    imbalance: float
    gap: float
    repeats: int


@dataclass(frozen=True, slots=True)
class Backtest:
    """Every episode replayed with one set of behaviour."""

    episodes: tuple[Lived, ...]
    behaviour: CrisisBehaviour
    window: int = WINDOW
    edition: str = ""

    @property
    def results(self) -> tuple[Result, ...]:
        """Every benchmark judged, in the order of the episodes."""
        return tuple(r for e in self.episodes for r in e.results)

    def score(self, which: str = "hit") -> tuple[int, int]:
        """Hits and counted rows; `which` is hit, hit_slow or hit_fast."""
        counted = [r for r in self.results if r.counted]
        return sum(bool(getattr(r, which)) for r in counted), len(counted)

    def to_dict(self) -> dict[str, Any]:
        """The whole as plain data for JSON."""
        hits, counted = self.score()
        return {
            "schema": 1,
            "finding": self.finding,
            "hits": hits,
            "counted": counted,
            "hits_at_0.75": self.score("hit_slow")[0],
            "hits_at_1.25": self.score("hit_fast")[0],
            "benchmarks": [r.to_dict() for r in self.results],
            "episodes": [_episode(e) for e in self.episodes],
            "behaviour": {n: getattr(self.behaviour, n) for n in self.behaviour.__dataclass_fields__},
            "window": self.window,
            "edition": self.edition,
        }

    @property
    def finding(self) -> str:
        """The score in a sentence."""
        hits, counted = self.score()
        slow, fast = self.score("hit_slow")[0], self.score("hit_fast")[0]
        return (
            f"{hits} of {counted} counted benchmarks inside their band; {slow} with all behaviour a quarter lower,"
            f" {fast} with it a quarter higher."
        )


def backtest(
    what: str | os.PathLike[str] | Mapping[str, Any] | None = None,
    behaviour: CrisisBehaviour | None = None,
    atlas: Atlas | None = None,
    window: int = WINDOW,
    progress: Callable[[str, int, int], None] | None = None,
) -> Backtest:
    """Replay episodes of history with one set of behaviour, and judge their benchmarks.

    `what` is a ready episode, a file, a folder of files or tables; None takes all ready ones. `behaviour` replaces the
    frozen set and `window` the months that people plan ahead, 1 or more (for a study of them; the score is that of the
    set as it stands); `progress` is told the episode, how many are done and how many there are. Raises InputError
    with every fault of the files, SolverError when a replay has no usable answer.

    >>> found = backtest("neon-2022")
    >>> found.results[0].benchmark.id
    'B22'
    """
    if not isinstance(window, int) or window < 1:
        raise InputError(Fault("window", str(window), "a whole number of months, 1 or more"))
    chosen = episodes(what)
    facts = atlas or load()
    behaviour = behaviour or CrisisBehaviour()
    lived = []
    for i, e in enumerate(chosen):
        if progress is not None:
            progress(f"replaying {e.id}", i, len(chosen))
        lived.append(_live(e, facts, behaviour, window))
    return Backtest(tuple(lived), behaviour, window, facts.digest)


def _live(e: Episode, atlas: Atlas, behaviour: CrisisBehaviour, window: int) -> Lived:
    assumed = assumptions(atlas.assumptions)
    runs = [replay(world(e, assumed, b), window) for b in (behaviour, behaviour.moved(SLOW), behaviour.moved(FAST))]
    certificates = [s.solution.certificate for run in runs for s in run.path.periods]
    return Lived(
        e,
        tuple(_judged(e, b, runs) for b in e.benchmarks),
        tuple(_line(e, o.id, runs) for o in e.observed),
        max(run.path.imbalance() for run in runs),
        max(c.gap for c in certificates),
        max(run.repeats for run in runs),
    )


def _judged(e: Episode, b: Benchmark, runs: list[Replay]) -> Result:
    words = vocabulary(e)
    trees = [expression.read(text, words, lambda when: within(e, when)) for text in b.values]
    found = [tuple(expression.value(tree, run.functions()) for tree in trees) for run in runs]
    hits = [_inside(values, b) for values in found]
    return Result(e.id, b, found[0], found[1], found[2], hits[0], hits[1], hits[2], _why(b, found[0], hits))


def _inside(values: tuple[float, ...], b: Benchmark) -> bool:
    return all(_beyond(x, lo, hi) <= 0 for x, lo, hi in zip(values, b.low, b.high, strict=True))


def _beyond(value: float, low: float | None, high: float | None) -> float:
    """How far a value lies outside its band, over the band's own size; 0 inside, infinite when there is no value."""
    if not math.isfinite(value):
        return math.inf
    size = max(abs(low or 0.0), abs(high or 0.0), 1e-9)
    return max(low - value if low is not None else 0.0, value - high if high is not None else 0.0, 0.0) / size


def _why(b: Benchmark, values: tuple[float, ...], hits: list[bool]) -> str:
    out = [
        (f"{part}: " if len(b.parts) > 1 else "") + f"{_said(x)}, outside {_band(lo, hi)}"
        for part, x, lo, hi in zip(b.parts, values, b.low, b.high, strict=True)
        if _beyond(x, lo, hi) > 0
    ]
    if not out:
        lost = [name for name, hit in zip(("lower", "higher"), hits[1:], strict=True) if not hit]
        return f"inside; outside with behaviour a quarter {' and '.join(lost)}" if lost else "inside"
    return ". ".join(["; ".join(out), b.if_missed]) if b.if_missed else "; ".join(out)


def _said(value: float) -> str:
    return f"{value:.3g}" if math.isfinite(value) else "no number"


def _band(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"at least {low:g}" if low is not None else f"at most {high:g}"
    return f"{low:g} to {high:g}"


def _line(e: Episode, name: str, runs: list[Replay]) -> Line:
    o = next(x for x in e.observed if x.id == name)
    tree = expression.read(o.series, vocabulary(e), lambda when: within(e, when), series=True)
    months = range(e.first, e.last + 1)
    now, slow, fast = (tuple(expression.value(tree, run.functions(m)) for m in months) for run in runs)
    points = tuple((p.when, p.value, p.source) for p in o.points)
    return Line(o.id, o.title, o.unit, tuple(month_name(m) for m in months), now, slow, fast, points)


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _episode(lived: Lived) -> dict[str, Any]:
    e = lived.episode
    return {
        "id": e.id, "title": e.title, "label": e.label, "imbalance": lived.imbalance, "gap": lived.gap,
        "repeats": lived.repeats, "sources": [{n: getattr(s, n) for n in s.__dataclass_fields__} for s in e.sources],
        "series": [
            {"id": x.id, "title": x.title, "unit": x.unit, "months": list(x.months),
             "modelled": [_plain(v) for v in x.values], "at_0.75": [_plain(v) for v in x.slow],
             "at_1.25": [_plain(v) for v in x.fast],
             "observed": [{"when": w, "value": v, "source": s} for w, v, s in x.points]}
            for x in lived.lines
        ],
    }  # fmt: skip
