"""A plain game's solutions as lines for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

WIDTH = 100


def game_lines(solved: Mapping[str, Any]) -> Iterator[str]:
    """Yield the solutions of a game, one player a line, plain text of at most 100 columns where names allow it."""
    yield from textwrap.wrap(solved["title"], WIDTH)
    yield ""
    if "mean" in solved:
        for name in ("mean", "median"):
            low, high = solved[f"{name}_range"]
            yield f"weighted {name}  {solved[name]:.6g}  ({low:.4g} to {high:.4g})"
    names = list(solved["solution"])
    for part in (names[i : i + 6] for i in range(0, len(names), 6)):
        width = max(8, *(min(len(p), 28) for p in solved["players"]))
        yield " " * width + "".join(name.replace("_", " ")[:20].rjust(max(12, len(name) + 2)) for name in part)
        for player in solved["players"]:
            cells = (f"{solved['solution'][n][player] + 0.0:.6g}".rjust(max(12, len(n) + 2)) for n in part)
            yield player[:width].ljust(width) + "".join(cells)
        yield ""
    if "least_core_excess" in solved:
        yield f"least core: the largest excess can be brought to {solved['least_core_excess']:.6g}"
    if "experiment" in solved:
        what = str(solved["experiment"]["what"])
        yield from textwrap.wrap(f"{what[0].upper()}{what[1:]}.", WIDTH)
        for row in solved["experiment"]["rounds"]:
            yield f"  round {row['round']}: mean {row['mean']:.4g}, median {row['median']:.4g}"
    for text in solved["said"]:
        yield from textwrap.wrap(text[0].upper() + text[1:] + ".", WIDTH)
