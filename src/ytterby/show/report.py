"""One self-contained HTML page for one outcome.

Inline SVG and CSS, no script, no request to anywhere, at most `MOST_BYTES`. The order is the reader's: the finding in
one sentence, who loses what, along which chain, at what price, who gains, what binds, and then what all of it rests on.
"""

from __future__ import annotations

import re
from pathlib import Path

from ytterby.core.errors import Fault, InputError, nearest
from ytterby.model.outcome import Outcome
from ytterby.show import export
from ytterby.show.backdrop import Backdrop, backdrop
from ytterby.show.css import style
from ytterby.show.digest import elements, most_affected
from ytterby.show.markup import esc, tag
from ytterby.show.page import Page
from ytterby.show.sections import (
    again,
    evidence,
    figures,
    flows,
    gains,
    headline,
    limits,
    losses,
    overtime,
    prices,
    shares,
)
from ytterby.show.walk import Walk

MOST_BYTES = 1_000_000

_TITLES = re.compile(r'<section id="([\w-]+)"[^>]*><h2>(.*?)</h2>')
# A page may load nothing at all; the policy makes a browser refuse what a bug might let through.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def report(
    outcome: Outcome, path: str | Path | None = None, element: str | None = None, scenery: Backdrop | None = None
) -> str:
    """Return the report of `outcome` as HTML, and write it to `path` when one is given.

    `element` (a symbol, or the id of a product where there are no elements) is looked at closely; by default the one
    whose lost use is worth most, and one that does not flow is an InputError. `scenery` replaces names, borders and
    plants of the embedded atlas.
    """
    chosen = most_affected(outcome) if element is None else _known(outcome, element)
    scenery = backdrop() if scenery is None else scenery
    for most in (25, 8, 3, 1):
        html = _document(Page(outcome, chosen, scenery, Walk(outcome.figures)), most)
        if len(html.encode()) <= MOST_BYTES:
            break
    if path is not None:
        export.write_text(Path(path), html)
    return html


def _known(outcome: Outcome, element: str) -> str:
    """Return `element` when it flows in the outcome; else raise with the nearest that does."""
    names = elements(outcome) or sorted(set(outcome.flows["product"].to_list()))
    if element in names:
        return element
    raise InputError(Fault("element", repr(element), "one of " + ", ".join(names), nearest(element, names)))


def _document(page: Page, most: int) -> str:
    head = headline.section(page)
    parts = [part(page) for part in (
        overtime.section, losses.section, flows.section, prices.section, shares.section, gains.section, limits.section,
        evidence.reconciliation, evidence.assumptions,
    )]  # fmt: skip
    parts += [
        figures.section(page, most),
        figures.sources(page),
        again.section(page),
    ]  # last: they list what was linked
    links = [tag("a", name, href=f"#{ident}") for ident, name in _TITLES.findall("".join(parts))]
    body = tag("main", head, tag("nav", *links, aria_label="Contents"), *parts)
    return "<!DOCTYPE html>\n" + tag("html", _head(page), tag("body", body), lang="en") + "\n"


def _head(page: Page) -> str:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name_="color-scheme", content="light dark"),
        tag("meta", name_="description", content=page.outcome.finding),
        tag("title", esc(f"{page.outcome.scenario.title} · Ytterby")),
        tag("style", style()),
    )
