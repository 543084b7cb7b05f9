"""The sections of a deal's page: each a table whose numbers stand beside their bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ytterby.show.backdrop import backdrop
from ytterby.show.charts import either_side
from ytterby.show.deal_shapes import shape
from ytterby.show.markup import esc, tag
from ytterby.show.page import paragraph, section
from ytterby.show.tables import Head, page_table
from ytterby.show.words import (
    assumption_name,
    country_name,
    money,
    number,
    percent,
    product_name,
    stage_name,
    titles_of,
)
from ytterby.studies.deals.file import texts
from ytterby.studies.deals.honour import learned
from ytterby.studies.deals.outcome import DealOutcome
from ytterby.studies.deals.sensitivity import Swing

#: Solutions in the order of a result: the name of the field, and its heading.
VALUES = (
    ("shapley", "Shapley"), ("nucleolus", "nucleolus"), ("nash", "Nash"), ("tau", "tau"), ("gately", "Gately"),
    ("banzhaf", "Banzhaf"),
)  # fmt: skip
_NOTE = (
    "Million USD a year, changes against the world without any clause: surplus of users and makers, licence rents and "
    "taxes of a party's countries, its part of plants and funds, less the capital it pays. Values say how the room's "
    "gain could be shared; only 'as written' is what the deal itself gives."
)


#: What a reader calls a solution that does not exist.
_ABSENT = {"core": "The core is empty", "nash": "No Nash split", "tau": "No tau value", "gately": "No Gately point"}


def absent(name: str) -> str:
    """Return how to say that a solution is not there."""
    return _ABSENT.get(name, f"No {name}")


def sections(outcome: DealOutcome) -> Iterator[str]:
    """Yield the sections of the page in the reader's order."""
    yield _gains(outcome)
    yield _values(outcome)
    yield _trust(outcome)
    yield _absent(outcome)
    yield _views(outcome)
    yield _market(outcome)
    yield _inputs(outcome)
    yield _statements(outcome)


def _names(outcome: DealOutcome) -> dict[str, str]:
    return {p.id: p.name for p in outcome.deal.parties}


def clause_titles(outcome: DealOutcome) -> dict[str, str]:
    """Return what each clause is called, by its id."""
    return {c.id: c.title or c.id for c in outcome.deal.clauses}


def _gains(outcome: DealOutcome) -> str:
    names = _names(outcome)
    every = [sum(row.values()) for row in outcome.written.values()]
    low, high = min(0.0, *every), max(0.0, *every)
    rows = []
    for p in outcome.deal.parties:
        w, total = outcome.written[p.id], outcome.gets(p.id)
        cells = [money(x, sign=True) for x in (
            w["consumer"], w["producer"], w["rent"] + w["tax"], w["shares"] + w["revenue"] + w["contracts"],
            w["capital"], total,
        )]  # fmt: skip
        bar = either_side(total, low, high, f"{names[p.id]}: {money(total, sign=True)}")
        rows.append([esc(names[p.id] + ("" if p.present else " (absent)")), *map(esc, cells), bar])
    heads = [
        Head("Party"), Head("Users", "number"), Head("Makers", "number"), Head("Rent and tax", "number"),
        Head("Plants, funds and contracts", "number"), Head("Capital", "number"), Head("Together", "number"),
        Head("Gain", "picture"),
    ]  # fmt: skip
    clauses = clause_titles(outcome)
    plants = [
        [esc(clauses.get(r["clause"], r["plant"])), esc(country_name(r["country"], backdrop().names)),
         *(esc(number(r[k])) for k in ("output", "revenue", "profit", "capital"))]
        for r in outcome.plants
    ]
    built = page_table(
        "Plants of the clauses [t/yr, million USD a year]",
        [Head("Plant"), Head("Country"), Head("Output", "number"), Head("Revenue", "number"),
         Head("Profit before capital", "number"), Head("Capital, a year", "number")],
        plants,
    ) if plants else ""  # fmt: skip
    return section("gains", "Who gains", page_table("Gains under the deal as written", heads, rows), built,
                   paragraph(_NOTE, "note"))  # fmt: skip


def _values(outcome: DealOutcome) -> str:
    names, s = _names(outcome), outcome.solutions
    shown = [(title, getattr(s, key)) for key, title in VALUES if getattr(s, key) is not None]
    every = [x for _, found in shown for x in found.values()] + [outcome.gets(p) for p in outcome.room]
    low, high = min(0.0, *every), max(0.0, *every)
    rows = [
        [esc(names[p]), esc(money(outcome.gets(p), sign=True)), *(esc(money(f[p], sign=True)) for _, f in shown),
         either_side(s.shapley[p], low, high, f"{names[p]}: Shapley value {money(s.shapley[p])}")]
        for p in outcome.room
    ]  # fmt: skip
    heads = [Head("Party"), Head("As written", "number"), *(Head(t[0].upper() + t[1:], "number") for t, _ in shown),
             Head("Shapley value", "picture")]  # fmt: skip
    lines = []
    if outcome.leaver:
        who = " and ".join(names[m] for m in outcome.leaver.members)
        lines.append(
            f"Would leave as written: {who}, worth {money(outcome.leaver.worth)} by themselves and given "
            f"{money(outcome.leaver.gets)}."
        )
    elif len(outcome.game.values):
        lines.append("Nobody gains by leaving the deal as written: it is in the core.")
    if s.least_excess is not None:
        lines.append(f"Least core: the largest excess of any coalition can be brought to {money(s.least_excess)}.")
    if outcome.not_additive:
        one, two = (" and ".join(names[m] for m in side) for side in outcome.not_additive)
        lines.append(f"The game is not superadditive: {one} with {two} are worth less together than apart.")
    lines += [f"{absent(name)}: {why}." for name, why in s.why_not.items()]
    change = page_table(
        "When one party is left out, or an absent one admitted: change of the whole and of the others' Shapley values",
        [Head("Party"), Head("How"), Head("Whole", "number"), Head("Others")],
        [[esc(names[r["party"]]), esc(r["how"]), esc(money(r["worth"], sign=True)),
          esc(", ".join(f"{names[n]} {money(x, sign=True)}" for n, x in r["others"].items()))]
         for r in outcome.left_out],
    )  # fmt: skip
    return section("values", "How it could be shared, and who would leave",
                   page_table("Values [million USD a year]", heads, rows), *map(paragraph, lines), shape(outcome),
                   change)  # fmt: skip


def _trust(outcome: DealOutcome) -> str:
    names, believed = _names(outcome), outcome.deal.trust
    rows = []
    for h in outcome.honour:
        after = None if h.q is None else learned(believed.q.value, believed.weight, h.q)
        rows.append([
            esc(names[h.party]), *(esc(money(x, sign=True)) for x in (h.kept, h.breaks, h.betrayed)),
            esc("gains nothing" if h.q is None else f"{h.q:.2f}"),
            esc("–" if h.patience is None else f"{h.patience:.2f} of {h.own:.2f}"),
            esc("–" if h.path is None else f"{100 * h.path.first:.0f} %"),
            esc(money(h.bond)), esc("–" if after is None else str(after)),
        ])  # fmt: skip
    heads = [
        Head("Party"), Head("All keep", "number"), Head("It breaks", "number"),
        Head("Others break", "number"), Head("Trust needed", "number"), Head("Patience, own", "number"),
        Head("First step", "number"), Head("Bond", "number", "million USD"),
        Head("Stages to trust", "number"),
    ]  # fmt: skip
    low, high = min(0.0, *(x for _, x in outcome.zone)), max(0.0, *(x for _, x in outcome.zone))
    zone = page_table(
        "What the parties expect together as trust falls [million USD a year]",
        [Head("Probability that others honour"), Head("Expected", "number"), Head("", "picture")],
        [[esc(f"{q:.1f}"), esc(money(x, sign=True)), either_side(x, low, high, f"{q:.1f}: {money(x)}")]
         for q, x in outcome.zone],
    )  # fmt: skip
    stages = page_table(
        "Gains once the clauses up to a stage hold [million USD a year]",
        [Head("Stage"), *(Head(names[p], "number") for p in outcome.room)],
        [[esc(str(k)), *(esc(money(g[p], sign=True)) for p in outcome.room)] for k, g in outcome.stages],
    )
    said = (
        "Patience: the discount factor at which keeping pays, of the party's own. First step: the smallest part of the "
        "whole from which keeping pays at every stage. Stages to trust: how many must be kept until the trust needed "
        f"is reached. Believed at the start: {believed.q.value:g} ({believed.q.why})."
    )
    table = page_table("Keeping and breaking [million USD a year]", heads, rows)
    return section("trust", "What trust it needs", table, zone, stages, paragraph(said, "note"))


def _absent(outcome: DealOutcome) -> str:
    names, clauses = _names(outcome), clause_titles(outcome)
    taken = titles_of(m for some in outcome.deal.retaliation.values() for m in some)
    rows = [
        [esc(names[r["party"]]), esc(money(r["gain"], sign=True)), esc(money(r["compensation"])),
         esc(", ".join(clauses[b] for b in r["blocks"]) or "nothing"),
         esc(", ".join(taken.get(m, m) for m in r["retaliation"] or ["none stated"])),
         esc(money(r["cost_to_room"])), esc(money(r["own_gain"], sign=True))]
        for r in outcome.spoilers
    ]  # fmt: skip
    heads = [
        Head("Absent party"), Head("Change", "number"), Head("To make it whole", "number"), Head("Can block"),
        Head("Can take back"), Head("Costs the room", "number"), Head("Changes itself", "number"),
    ]  # fmt: skip
    absent = page_table("Who is not in the room [million USD a year]", heads, rows) if rows else ""
    countries = [r for r in outcome.outsiders if abs(r["gain"]) >= 0.05][:12]
    known = backdrop().names
    outside = page_table(
        "Other countries [million USD a year]",
        [Head("Country"), Head("Change", "number")],
        [[esc(country_name(r["country"], known)), esc(money(r["gain"], sign=True))] for r in countries],
    )
    alone = page_table(
        "Each alone, when the others make none of their clauses or all they can [million USD a year]",
        [Head("Party"), Head("Alone", "number"), Head("Pessimistic", "number"), Head("Optimistic", "number")],
        [[esc(names[r["party"]]), *(esc(money(r[k], sign=True)) for k in ("alone", "pessimistic", "optimistic"))]
         for r in outcome.bounds],
    )  # fmt: skip
    return section("absent", "Those outside", absent, outside, alone)


def _views(outcome: DealOutcome) -> str:
    if len(outcome.views) < 2:
        return ""
    names, clauses = _names(outcome), clause_titles(outcome)
    rows = []
    for r in outcome.views:
        missing = "; ".join(f"{clauses[x['clause']]}: {x['why']}" for x in r["without"]) or "every clause holds"
        view = country_name(r["view"], backdrop().names)
        rows.append([esc(view), esc(money(r["total"], sign=True)),
                     *(esc(money(r["gains"][p], sign=True)) for p in outcome.room), esc(missing)])  # fmt: skip
    heads = [Head("Viewpoint"), Head("Room", "number"), *(Head(names[p], "number") for p in outcome.room), Head("Then")]
    note = (
        "Each row asks for the consent of title's holder in that view, and of whoever is in control; none is preferred."
    )
    return section(
        "views", "By viewpoint on title", page_table("Gains by viewpoint", heads, rows), paragraph(note, "note")
    )


def _market(outcome: DealOutcome) -> str:
    moved = [r for r in outcome.concentration if r["hhi"] is not None and r["hhi_base"] is not None]
    moved = sorted((r for r in moved if abs(r["hhi"] - r["hhi_base"]) >= 5e-4), key=lambda r: r["hhi"] - r["hhi_base"])
    stages = page_table(
        "Concentration by stage, Herfindahl-Hirschman index 0 to 1",
        [Head("Stage"), Head("Product"), Head("Without", "number"), Head("With", "number")],
        [[esc(stage_name(r["stage"])), esc(" ".join(filter(None, (r["product"], r["element"])))),
          esc(f"{r['hhi_base']:.3f}"), esc(f"{r['hhi']:.3f}")] for r in moved[:20]],
    )  # fmt: skip
    use = [r for r in outcome.shortages if abs(r["change"]) > 1e-3 * max(r["without"], 1e-9)][:15]
    served = page_table(
        "Use served in the world [t/yr]",
        [Head("Product"), Head("Without", "number"), Head("With", "number"), Head("Change", "number")],
        [[esc(product_name(r["product"])), esc(number(r["without"])), esc(number(r["with"])),
          esc(percent(100 * r["change"] / r["without"], sign=True) if r["without"] else "new")] for r in use],
    )  # fmt: skip
    return section("market", "What it does to the market", stages, served)


def _inputs(outcome: DealOutcome) -> str:
    top, clauses = outcome.swings[:3], clause_titles(outcome)
    rows = [
        [esc(_upper(assumption_name(x.id, clauses))), esc(f"{x.value:g} ({x.low:g} to {x.high:g})"),
         esc(money(x.at_low)), esc(money(x.at_high))]
        for x in top
    ]
    heads = [Head("Input"), Head("Value and range"), Head("Gain at the low end", "number"),
             Head("Gain at the high end", "number")]  # fmt: skip
    even = paragraph(break_even(top, clauses)) if top else ""
    if not rows:
        return ""
    return section(
        "inputs", "The three worst-known inputs", page_table("Gain of the room [million USD a year]", heads, rows), even
    )


def break_even(swings: Sequence[Swing], clauses: Mapping[str, str]) -> str:
    """Return at which values of the worst-known inputs the room gains nothing, or that none does."""
    found = [f"{assumption_name(s.id, clauses)} is {s.even:.3g}" for s in swings if s.even is not None]
    if found:
        return "The room breaks even where " + ", or where ".join(found) + ", all else as assumed."
    does = "gains" if all(s.at_low > 0 for s in swings) else "does not gain"
    return f"The room {does} at both ends of each of these ranges: none of them alone brings it to break even."


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _statements(outcome: DealOutcome) -> str:
    said = [tag("li", esc(text)) for text in texts(outcome.deal)]
    cited = [
        tag("li", esc(f"{m.title}: {m.source.publisher + ', ' + m.source.title if m.source.inline else m.source.id}"))
        for m in outcome.deal.scenario.measures
    ]
    title = [tag("h3", esc("Title and control, as stated")), tag("ul", *said, class_="sources")] if said else []
    return section("sources", "Sources", *title, tag("ul", *cited, class_="sources"))
