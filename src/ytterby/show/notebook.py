"""How an outcome looks in a notebook: the finding, a short table, one picture, the rest on demand.

No script and no style sheet, so that it survives wherever notebooks are shown; under `MOST_BYTES`.
"""

from __future__ import annotations

from ytterby.model.outcome import Outcome
from ytterby.show.backdrop import backdrop
from ytterby.show.chain import chain_flows
from ytterby.show.digest import leader, losses_by_user, most_affected
from ytterby.show.markup import esc, tag
from ytterby.show.sankey import sankey
from ytterby.show.tables import Head, folded, page_table
from ytterby.show.words import MISSING, country_name, element_name, number, percent, product_name, short, unbroken

MOST_BYTES = 200_000
_ROWS = 10


def attach() -> None:
    """Give outcomes a picture of their own in notebooks."""
    Outcome._repr_html_ = notebook_html  # type: ignore[attr-defined]


def notebook_html(outcome: Outcome) -> str:
    """Return the outcome as a piece of HTML for a notebook."""
    names = backdrop().names
    element = most_affected(outcome)
    picture = sankey(
        chain_flows(outcome, element, names, top=5).scenario, f"{element_name(element)}, scenario", None,
        leader(outcome, element),
    )  # fmt: skip
    parts = [
        tag("p", tag("b", esc(unbroken(outcome.finding)))),
        _losses(outcome, dict(names)),
        picture,
        _assumptions(outcome),
        _sources(outcome),
        tag("p", esc(f"Data edition {outcome.edition}, input {outcome.input_hash[:12]}"), class_="note"),
    ]
    return tag("div", *parts)


def _losses(outcome: Outcome, names: dict[str, str]) -> str:
    rows = losses_by_user(outcome, 0.01)
    heads = [Head("Product"), Head("User"), Head("Unit", "unit"), Head("Base use", "number"), Head("Lost", "number"),
             Head("of base", "number")]  # fmt: skip
    body = [
        [esc(product_name(row["product"])), esc(country_name(row["country"], names)), esc(row["unit"]),
         esc(number(row["base_use"])), esc(number(row["lost"])), esc(percent(100 * row["lost"] / row["base_use"]))]
        for row in rows.filter(rows["place"] < 3).head(_ROWS).iter_rows(named=True)
    ]  # fmt: skip
    return page_table("Use lost", heads, body, limit=_ROWS, total=rows.height)


def _assumptions(outcome: Outcome) -> str:
    rows = outcome.assumptions
    items = [
        tag("li", esc(f"{r['id']} = {short(r['value'])} {r['unit'] or ''} ({short(r['low'])} to {short(r['high'])})"))
        for r in rows.head(3 * _ROWS).iter_rows(named=True)
    ]
    return folded(f"Assumptions ({rows.height})", tag("ul", *items))


def _sources(outcome: Outcome) -> str:
    rows = outcome.sources
    items = [
        tag("li", esc(", ".join(str(r[k]) for k in ("publisher", "title", "edition") if r[k]) or MISSING))
        for r in rows.head(3 * _ROWS).iter_rows(named=True)
    ]
    return folded(f"Sources ({rows.height})", tag("ul", *items))
