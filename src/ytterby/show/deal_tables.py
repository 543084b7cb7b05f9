"""The sections of a deal's page: what is agreed, who gains, how it is shared, trust, those outside, the market."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ytterby.show.backdrop import backdrop
from ytterby.show.charts import either_side, spread
from ytterby.show.deal_bars import bars
from ytterby.show.deal_beside import beside_sections
from ytterby.show.deal_shapes import shape
from ytterby.show.deal_words import Words, cited
from ytterby.show.markup import esc, tag
from ytterby.show.page import paragraph, section
from ytterby.show.tables import Head, page_table
from ytterby.show.words import country_name, money, number, percent, product_name, short, stage_name, stage_rank
from ytterby.studies.deals.file import texts
from ytterby.studies.deals.honour import learned
from ytterby.studies.deals.outcome import DealOutcome
from ytterby.studies.deals.sensitivity import Swing

#: Solutions in the order of a result: the name of the field, and its heading.
VALUES = (
    ("shapley", "Shapley"), ("nucleolus", "prenucleolus"), ("nash", "Nash"), ("tau", "tau"), ("gately", "Gately"),
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
    yield _agreed(outcome)
    yield _gains(outcome)
    yield _values(outcome)
    yield from beside_sections(outcome)
    yield _trust(outcome)
    yield _absent(outcome)
    yield _views(outcome)
    yield _market(outcome)
    yield _inputs(outcome)
    yield _statements(outcome)


def _agreed(outcome: DealOutcome) -> str:
    """The clauses: who must agree, who performs, and where each is read."""
    words = Words(outcome)
    idle = {r["clause"]: words.why(r["why"]) for r in outcome.idle}
    rows = [
        [esc(c.title), esc(words.listed(c.needs)), esc(words.listed(c.by)), esc(str(c.stage)),
         esc("; ".join(words.clause(n) for n in c.after) or "nothing"),
         esc(f"no: {idle[c.id]}" if c.id in idle else "yes")]
        for c in outcome.deal.clauses
    ]  # fmt: skip
    heads = [Head("Clause"), Head("Who must agree"), Head("Who performs it"), Head("Stage", "number"), Head("After"),
             Head("In force")]  # fmt: skip
    outside = [tag("li", esc(f"{m.title} ({cited(m.source)})")) for m in outcome.deal.outside]
    held = [tag("h3", esc("In force without the deal")), tag("ul", *outside, class_="sources")] if outside else []
    return section("deal", "What is agreed", page_table("Clauses", heads, rows), *held)


def _names(outcome: DealOutcome) -> dict[str, str]:
    return {p.id: p.name for p in outcome.deal.parties}


def _gains(outcome: DealOutcome) -> str:
    names, words = _names(outcome), Words(outcome)
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
    plants = [
        [
            esc(words.plant(r["plant"])),
            esc(words.country(r["country"])),
            *(esc(number(r[k])) for k in ("output", "revenue", "profit", "capital")),
        ]
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
    rows = [
        [esc(names[p]), esc(money(outcome.gets(p), sign=True)), *(esc(money(f[p], sign=True)) for _, f in shown)]
        for p in outcome.room
    ]
    heads = [Head("Party"), Head("As written", "number"), *(Head(t[0].upper() + t[1:], "number") for t, _ in shown)]
    lines = []
    if outcome.leaver:
        who = Words(outcome).listed(outcome.leaver.members)
        lines.append(
            f"Would leave as written: {who}, worth {money(outcome.leaver.worth)} by themselves and given "
            f"{money(outcome.leaver.gets)}."
        )
    elif len(outcome.game.values):
        lines.append("Nobody gains by leaving the deal as written: it is in the core.")
    if s.least_excess is not None:
        lines.append(_least(s.least_excess))
    if outcome.not_additive:
        one, two = (" and ".join(names[m] for m in side) for side in outcome.not_additive)
        lines.append(f"The game is not superadditive: {one} with {two} are worth less together than apart.")
    lines += [f"{absent(name)}: {why}." for name, why in s.why_not.items()]
    lines += sampled_said(outcome)
    change = page_table(
        "When one party is left out, or an absent one admitted: change of the whole and of the others' Shapley values",
        [Head("Party"), Head("How"), Head("Whole", "number"), Head("Others")],
        [[esc(names[r["party"]]), esc(r["how"]), esc(money(r["worth"], sign=True)),
          esc(", ".join(f"{names[n]} {money(x, sign=True)}" for n, x in r["others"].items()))]
         for r in outcome.left_out],
    )  # fmt: skip
    return section("values", "How it could be shared, and who would leave",
                   bars(outcome), page_table("Values [million USD a year]", heads, rows), *map(paragraph, lines),
                   shape(outcome), change)  # fmt: skip


def sampled_said(outcome: DealOutcome) -> list[str]:
    """Return how far a sampled Shapley value may be off; nothing when it is exact."""
    errors = outcome.solutions.errors
    if not errors:
        return []
    worst = max(errors, key=lambda name: (errors[name], name))
    told = f"{money(errors[worst])} ({Words(outcome).party(worst)})" if errors[worst] >= 0.05 else "below 0.05"
    return [f"The Shapley value is that of drawn orders of arrival; its largest standard error is {told}."]


def _least(excess: float) -> str:
    """The least core in words: what the coalition that does worst has by staying, at the best shares."""
    who, more = ("each coalition", "more") if excess < 0 else ("some coalition still", "less")
    return f"At the shares that suit all best, {who} gets {money(abs(excess))} {more} than by leaving (least core)."


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
    return section(
        "trust", "What trust it needs", paragraph(trust_said(outcome)), table, zone, stages, _paths(outcome),
        paragraph(said, "note"),
    )  # fmt: skip


def trust_said(outcome: DealOutcome) -> str:
    """Return the answer on trust in one sentence or two."""
    needed, believed = outcome.trust_needed, outcome.deal.trust.q.value
    words = Words(outcome)
    if needed is None:
        losing = [h.party for h in outcome.honour if h.q is None]
        verb = "gains" if len(losing) == 1 else "gain"
        return f"No trust is enough: {words.listed(losing)} {verb} nothing even if all keep the deal."
    if needed <= 0.005:
        text = "No trust is needed: no party is worse off if the others break what they promise."
    else:
        text = (
            f"Each must hold it likely by {needed:.2f} or more that the others keep the deal; {believed:g} is believed "
            f"at the start, {'enough' if believed >= needed else 'too little'}."
        )
    tempted = [h.party for h in outcome.honour if not h.keeps]
    return text + (f" {words.listed(tempted)} would gain by breaking it all the same." if tempted else "")


def _paths(outcome: DealOutcome) -> str:
    """How much each stage may expose so that keeping it pays, for parties that breaking would tempt."""
    words = Words(outcome)
    rows = [
        [esc(words.party(h.party)), esc(", ".join(f"{100 * part:.0f} %" for part in h.path.exposure)),
         esc("keeps itself" if h.path.holds else f"only with a bond of {money(h.path.bond)}")]
        for h in outcome.honour
        if h.path is not None and h.breaks > h.kept
    ]  # fmt: skip
    if not rows:
        return ""
    heads = [Head("Party"), Head("Part of the substance at stage 1, 2, …"), Head("Then")]
    return page_table("Staged: talks and small steps first", heads, rows)


def _absent(outcome: DealOutcome) -> str:
    names, words = _names(outcome), Words(outcome)
    rows = [
        [esc(names[r["party"]]), esc(money(r["gain"], sign=True)), esc(money(r["compensation"])),
         esc(_blocks(r, words)),
         esc("; ".join(map(words.measure, r["retaliation"] or ())) or "none stated"),
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


def _blocks(row: Mapping[str, Any], words: Words) -> str:
    """What needs an absent party's consent: as solved, and where title were asked for in a view."""
    told = "; ".join(map(words.clause, row["blocks"])) or "nothing"
    by_clause: dict[str, list[str]] = {}
    for view, clauses in row["blocks_by_view"].items():
        for clause in clauses:
            by_clause.setdefault(clause, []).append(words.view(view))
    more = [f"{words.clause(c)} (view: {', '.join(views)})" for c, views in by_clause.items()]
    return told + ("" if not more else f"; where its title is asked for: {'; '.join(more)}")


def _views(outcome: DealOutcome) -> str:
    """Viewpoints as columns beside each other: what holds, and what each party gains."""
    if len(outcome.views) < 2:
        return ""
    words = Words(outcome)
    rows = [[esc(words.party(p)), *(esc(money(r["gains"][p], sign=True)) for r in outcome.views)] for p in outcome.room]
    rows.append([esc("the room together"), *(esc(money(r["total"], sign=True)) for r in outcome.views)])
    for clause in outcome.deal.clauses:
        cells = []
        for r in outcome.views:
            missing = {x["clause"]: x["why"] for x in r["without"]}
            cells.append(esc(f"no: {words.why(missing[clause.id])}" if clause.id in missing else "holds"))
        rows.append([esc(clause.title), *cells])
    heads = [Head(""), *(Head(words.view(r["view"]), "range") for r in outcome.views)]
    note = (
        "Each column asks for the consent of title's holder in that view, and of whoever is in control; none is "
        "preferred, and the order is that of their codes."
    )
    table = page_table("Gains and clauses by viewpoint [million USD a year]", heads, rows)
    return section("views", "By viewpoint on title", table, paragraph(note, "note"))


def _market(outcome: DealOutcome) -> str:
    moved = [r for r in outcome.concentration if r["hhi"] is not None and r["hhi_base"] is not None]
    moved = [r for r in moved if abs(r["hhi"] - r["hhi_base"]) >= 1e-3]
    moved.sort(key=lambda r: (stage_rank(r["stage"]), -abs(r["hhi"] - r["hhi_base"])))
    stages = page_table(
        "Concentration by stage where it changes by 0.001 or more, Herfindahl-Hirschman index 0 to 1",
        [Head("Stage"), Head("Product"), Head("Without", "number"), Head("With", "number"), Head("Change", "number")],
        [[esc(stage_name(r["stage"])), esc(_product(r)), *(esc(f"{r[k]:.3f}") for k in ("hhi_base", "hhi")),
          esc(f"{r['hhi'] - r['hhi_base']:+.3f}".replace("-", "\N{MINUS SIGN}"))] for r in moved[:20]],
    )  # fmt: skip
    use = [r for r in outcome.shortages if abs(r["change"]) > 1e-3 * max(r["without"], 1e-9)][:15]
    served = page_table(
        "Use served in the world [t/yr]",
        [Head("Product"), Head("Without", "number"), Head("With", "number"), Head("Change", "number")],
        [[esc(product_name(r["product"])), esc(number(r["without"])), esc(number(r["with"])),
          esc(percent(100 * r["change"] / r["without"], sign=True) if r["without"] else "new")] for r in use],
    )  # fmt: skip
    lost, gained = outcome.checks["use lost [MUSD/yr]"], outcome.checks["use gained [MUSD/yr]"]
    said = (
        f"At base prices users gain {money(gained)} million USD of use a year by the deal and lose {money(lost)}: "
        f"shortages in the world {'shrink' if gained > lost else 'grow'} by {money(abs(gained - lost))}."
        if max(gained, lost) >= 0.05
        else "Shortages in the world do not change."
    )
    return section("market", "What it does to the market", paragraph(said), stages, served)


#: What is counted together at a stage, in words.
_GROUPS = {"REE": "all rare earths", "magnet-REE": "rare earths of magnets", "magnet": "all magnets"}


def _product(row: Mapping[str, Any]) -> str:
    """The product of a stage, by element where there is one."""
    name, element = row["product"], row["element"]
    if element:
        return f"{element} mined" if name == "REE" else product_name(f"{name}/{element}")
    return _GROUPS.get(name) or product_name(name)


def _inputs(outcome: DealOutcome) -> str:
    top = outcome.swings[:3]
    every = [0.0, *(gain for x in top for gain in (x.at_low, x.at_high))]
    low, high = min(every), max(every)
    rows = [
        [esc(x.words or x.id), esc(short(x.value)), esc(f"{short(x.low)} to {short(x.high)}"), esc(money(x.at_low)),
         esc(money(x.at_high)), esc("none" if x.even is None else f"{x.even:.3g}"),
         spread(x.at_low, x.at_high, low, high, f"{x.words}: {money(x.at_low)} to {money(x.at_high)}")]
        for x in top
    ]  # fmt: skip
    heads = [
        Head("Input"), Head("Value", "number"), Head("Range", "unit"), Head("Gain at its low end", "number"),
        Head("Gain at its high end", "number"), Head("Breaks even at", "number"), Head("Gain of the room", "picture"),
    ]  # fmt: skip
    even = paragraph(break_even(top)) if top else ""
    if not rows:
        return ""
    return section(
        "inputs", "The three worst-known inputs", page_table("Gain of the room [million USD a year]", heads, rows), even
    )


def break_even(swings: Sequence[Swing]) -> str:
    """Return at which values of the worst-known inputs the room gains nothing, or that none does."""
    found = [f"“{s.words or s.id}” is {s.even:.3g}" for s in swings if s.even is not None]
    if found:
        return "The room breaks even where " + ", or where ".join(found) + ", all else as assumed."
    gains = {end > 0 for s in swings for end in (s.at_low, s.at_high)}
    if gains == {True}:
        return "Wherever in its range each of these is, the room gains: none of them alone brings it to break even."
    if gains == {False}:
        return "Wherever in its range each of these is, the room does not gain: none of them alone changes that."
    return "No value was found at which one of these alone brings the room to break even."


def _statements(outcome: DealOutcome) -> str:
    words = Words(outcome)
    heads = [Head("By"), Head("Says"), Head("Read in")]
    said = [[esc(x.by), esc(x.says), esc(cited(x.source))] for x in outcome.deal.beside.statements]
    sides = page_table("What each side says, in our words", heads, said) if said else ""
    held = [tag("li", esc(words.spelt(text))) for text in texts(outcome.deal)]
    title = [tag("h3", esc("Title and control, as stated")), tag("ul", *held, class_="sources")] if held else []
    read = [tag("li", esc(f"{m.title}: {cited(m.source)}")) for m in outcome.deal.scenario.measures]
    rest = [tag("h3", esc("Measures")), tag("ul", *read, class_="sources")]
    return section("sources", "What is said, and sources", sides, *title, *rest)
