"""The shape of a printed table of figures: what all rows share is said once, and no word is broken to fit a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rich.table import Table

#: What a figure is told apart by; a column that all figures share is said above the table instead.
_SAID_ONCE = ("stage", "measure", "form", "country", "period", "unit")
#: Columns that are never wrapped.
_WHOLE = ("id", "status", "value", "cited", "edition", "country", "material", "first", "second", "ratio", "as_of")


def shape_of(lines: Sequence[Mapping[str, str]]) -> tuple[tuple[str, ...], str]:
    """Return the columns to print, and what all lines share in words.

    The edition stands in the citation; it has a column where lines differ in nothing else.

    >>> row = {"stage": "mine", "measure": "production", "form": "", "country": "CHN", "period": "2023", "unit": "t"}
    >>> shape_of([row | {"edition": "2024"}, row | {"edition": "2025"}])
    (('value', 'edition', 'cited'), 'mine production, CHN, 2023, t')
    """
    if len(lines) == 1:
        alike: list[str] = []
    else:
        alike = [name for name in _SAID_ONCE if len({line[name] for line in lines}) == 1]
    keys = [tuple(line[name] for name in _SAID_ONCE) for line in lines]
    editions = len(set(keys)) < len(keys)
    kept = [name for name in _SAID_ONCE if name not in alike]
    columns = [name for name in kept if name != "unit"] + ["value"] + ["unit"] * ("unit" in kept)
    columns += ["edition"] * editions + ["cited"]
    shared = {name: lines[0][name] for name in alike if lines[0][name]}
    first = " ".join(shared.pop(name) for name in ("stage", "measure") if name in shared)
    return tuple(columns), ", ".join([first] * bool(first) + list(shared.values()))


def columns_of(
    columns: Sequence[str], lines: Sequence[Mapping[str, str]], right: Sequence[str] = (), width: int = 80
) -> Table:
    """Return an empty table with a column for each name, no wider than `width`; words are broken only for want of room.

    >>> made = columns_of(("id", "note"), [{"id": "a-b", "note": "some words here"}], width=12)
    >>> [column.width for column in made.columns]
    [3, 7]
    """
    from rich.table import Table

    titles = {name: name.replace("capacity_", "") for name in columns}
    cells = {name: [line.get(name, "") for line in lines] for name in columns}
    gaps = len(columns) - 1
    tight = sum(_words(titles, cells).values()) + 2 * gaps > width
    widths = _widths(titles, cells, width - gaps if tight else width - 2 * gaps)
    table = Table(box=None, pad_edge=False, header_style="bold", collapse_padding=tight)
    for name in columns:
        side: Literal["left", "right"] = "right" if name in right else "left"
        table.add_column(titles[name], overflow="fold", justify=side, width=widths[name], no_wrap=name in _WHOLE)
    return table


def _widths(titles: Mapping[str, str], cells: Mapping[str, Sequence[str]], room: int) -> dict[str, int]:
    """The longest word of each column (the longest cell of one that is never wrapped), then what room is left."""
    full = {name: max(map(len, [title, *cells[name]])) for name, title in titles.items()}
    word = _words(titles, cells)
    most = max(word.values())
    widths = dict(word)
    while most > 1 and sum(widths.values()) > room:
        most -= 1
        widths = {n: w if n in _WHOLE else max(len(titles[n]), min(w, most)) for n, w in word.items()}
    left = room - sum(widths.values())
    for name in sorted(titles, key=lambda name: full[name] - widths[name]):
        more = max(min(full[name] - widths[name], left), 0)
        widths[name] += more
        left -= more
    return widths


def _words(titles: Mapping[str, str], cells: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The width of each column below which a word would be broken, or a cell that is never wrapped."""
    return {
        name: max(map(len, [title, *(w for cell in cells[name] for w in ([cell] if name in _WHOLE else cell.split()))]))
        for name, title in titles.items()
    }
