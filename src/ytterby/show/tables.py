"""Tables for a page and for a shell, from the same columns and cells.

On a page a table has a caption, headings with a scope, numbers that line up, and at most `LIMIT` rows: the count of the
others is printed, because the full table is in the CSV folder and in the JSON. In a shell it is a rich table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Table

from ytterby.show.markup import esc, tag

LIMIT = 30
ELSEWHERE = "all rows are in the CSV folder and the JSON of the run"


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a page: heading, kind (text, unit, number, range, picture), and what to say when pointed at.

    `picture` may carry an axis, which is drawn under the heading.
    """

    text: str
    kind: str = "text"
    hint: str = ""
    axis: str = ""


def page_table(
    caption: str, heads: Sequence[Head], rows: Sequence[Sequence[str]], limit: int = LIMIT, total: int | None = None
) -> str:
    """Return an HTML table; cells are markup, the first of each row heads it.

    `total` counts the rows there would be, when `rows` was already cut.
    """
    head = tag("tr", *(_heading(column) for column in heads))
    body = [tag("tr", *_cells(heads, row)) for row in rows[:limit]]
    count = len(rows) if total is None else total
    cut = ""
    if count > min(limit, len(rows)):
        cut = tag("p", esc(f"{min(limit, len(rows))} of {count} rows; {ELSEWHERE}."), class_="note")
    if not rows:
        body = [tag("tr", tag("td", esc("none"), colspan=len(heads)))]
    table = tag("table", named(caption), tag("thead", head), tag("tbody", *body))
    return scroller(caption, table) + cut


def scroller(label: str, *inside: str, class_: str = "scroll") -> str:
    """Return something wide in a frame that scrolls sideways on a narrow screen, by keyboard too."""
    return tag("div", *inside, class_=class_, role="region", aria_label=label, tabindex=0)


def named(text: str) -> str:
    """Return a table's caption; its text stays on a narrow screen when the table is wider."""
    return tag("caption", tag("span", esc(text)))


def folded(summary: str, *inside: str) -> str:
    """Return a part that opens on demand."""
    return tag("details", tag("summary", esc(summary)), *inside)


def shell_table(heads: Iterable[Head], rows: Iterable[Sequence[str]], title: str = "") -> Table:
    """Return a table for a console; cells are plain text and are never read as console markup."""
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, title=Text(title) if title else None, title_justify="left", pad_edge=False)
    for head in heads:
        number = head.kind == "number"
        table.add_column(Text(head.text), justify="right" if number else "left", no_wrap=number)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _heading(head: Head) -> str:
    return tag("th", esc(head.text), head.axis, scope="col", class_=_class(head), title=head.hint or None)


def _cells(heads: Sequence[Head], row: Sequence[str]) -> list[str]:
    if len(row) != len(heads):
        raise ValueError(f"a row of {len(row)} cells in a table of {len(heads)} columns")
    first, *others = row
    cells = [tag("th", first, scope="row")]
    cells += [tag("td", cell, class_=_class(head)) for head, cell in zip(heads[1:], others, strict=True)]
    return cells


def _class(head: Head) -> str | None:
    return {"number": "n", "picture": "pic", "unit": "u", "range": "r"}.get(head.kind)
