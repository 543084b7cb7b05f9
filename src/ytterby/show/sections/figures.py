"""The figures that the numbers of the page link to, and their sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ytterby.show.grounds import in_words
from ytterby.show.markup import esc, ident, slug, tag
from ytterby.show.page import Page, paragraph
from ytterby.show.page import section as wrapped
from ytterby.show.tables import ELSEWHERE, named, scroller
from ytterby.show.walk import TOP
from ytterby.show.words import MISSING, number, titles_of

_NOTE = (
    "Numbers on this page link here. A scenario's number is computed by the model from the base year; the figures "
    "listed are those that the base number, the price or the measure behind it was made from. Where nothing more "
    "specific is listed, a number rests on the reconciled base year and the assumptions above."
)


def section(page: Page, most: int) -> str:
    """Return the figures that this page's numbers link to, at most `most` for each; call it after all other parts."""
    publishers = dict(page.outcome.sources.select("id", "publisher").iter_rows())
    heads = ("Figure", "Value", "Unit", "Publisher, edition", "Table, page, cell", "Conversion")
    groups = page.walk.groups()
    bodies = [
        _figure_group(page, keys, [page.walk.rows[i] for i in places], publishers, most) for places, keys in groups
    ]
    top = tag("tr", *(tag("th", esc(head), scope="col", class_="n" if head == "Value" else None) for head in heads))
    table = tag(
        "table", named("Figures, by the result they stand under"), tag("col") * len(heads), tag("thead", top), *bodies
    )
    count = page.outcome.figures["figure"].n_unique()
    said = f"The run rests on {count} figures; those behind the numbers on this page are listed, {ELSEWHERE}."
    notes = [tag("span", id=TOP), paragraph(_NOTE, "note"), paragraph(said, "note")]
    shown = scroller("Figures", table) if bodies else ""
    return tag("section", tag("h2", esc("Figures")), *notes, shown, id="figures", class_="figures")


def _figure_group(
    page: Page, keys: list[str], rows: list[Mapping[str, Any]], publishers: Mapping[str, str], most: int
) -> str:
    titles = titles_of(page.outcome.scenario.measures)
    anchors = "".join(tag("span", id=f"fig-{slug(key)}") for key in keys)
    said = "; ".join(dict.fromkeys(in_words(key, page.names, titles) for key in keys[:3]))
    said += f" and {len(keys) - 3} more" if len(keys) > 3 else ""
    more = f" · {most} of {len(rows)} figures, {ELSEWHERE}" if len(rows) > most else ""
    head = tag("tr", tag("th", anchors, esc(said), esc(more), colspan=6, scope="rowgroup", class_="group"))
    return tag("tbody", head, *(_figure(row, publishers) for row in rows[:most]))


def _figure(row: Mapping[str, Any], publishers: Mapping[str, str]) -> str:
    published = publishers.get(row["source"]) or row["source"]
    source = tag("a", esc(published), href=f"#src-{slug(row['source'])}")
    source += esc(f", {row['edition']}" if row["edition"] else "")
    cells = [esc(row["unit"] or ""), source, esc(row["locator"] or MISSING), esc(row["conversion"] or "as printed")]
    value = tag("td", esc(number(row["value"])), class_="n", title=str(row["value"]))
    return tag("tr", tag("td", ident(row["figure"])), value, *(tag("td", cell) for cell in cells))


def sources(page: Page) -> str:
    """Return the sources; each is an anchor that figures link to."""
    rows = page.outcome.sources.sort("publisher", "id", nulls_last=True)
    if not rows.height:
        return ""
    items = [_source(row) for row in rows.iter_rows(named=True)]
    return wrapped("sources", "Sources", tag("ol", *items, class_="sources"))


def _source(row: Mapping[str, Any]) -> str:
    said = ". ".join(str(row[name]) for name in ("publisher", "title", "edition", "licence") if row[name])
    url = str(row["url"] or "")
    # Only web addresses become links: a source named in a scenario file may hold anything.
    link = (
        tag("a", esc(url), href=url, rel="noopener noreferrer") if url.startswith(("https://", "http://")) else esc(url)
    )
    return tag("li", tag("code", esc(row["id"])), esc(f" {said}. "), link, id=f"src-{slug(row['id'])}")
