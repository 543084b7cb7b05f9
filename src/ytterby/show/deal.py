"""A deal's result as one page, as lines for a terminal, and as JSON: one function a form."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ytterby.model.scenario import Citation
from ytterby.show import export
from ytterby.show.backdrop import backdrop
from ytterby.show.css import style
from ytterby.show.deal_beside import beside_lines
from ytterby.show.deal_tables import VALUES, absent, break_even, sampled_said, sections
from ytterby.show.markup import esc, tag
from ytterby.show.words import country_name, money
from ytterby.studies.deals.file import texts
from ytterby.studies.deals.outcome import DealOutcome

WIDTH = 100
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def deal_report(outcome: DealOutcome, path: str | Path | None = None) -> str:
    """Return one self-contained HTML page of a deal, and write it to `path` when one is given."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name_="color-scheme", content="light dark"),
        tag("title", esc(outcome.deal.title)),
        tag("style", style()),
    )
    top = [
        tag("p", esc("Ytterby: a deal"), class_="kicker"),
        tag("h1", esc(outcome.finding), class_="long"),
        tag("p", esc(outcome.deal.title), class_="title"),
        _tiles(outcome),
        tag("p", esc(outcome.deal.description.strip()), class_="about"),
    ]
    parts = list(sections(outcome))
    links = [tag("a", name, href=f"#{ident}") for ident, name in _TITLES.findall("".join(parts))]
    top.append(tag("nav", *links, aria_label="Contents"))
    foot = f"Data edition {outcome.edition}; input {outcome.input_hash[:16]}; {outcome.solves} equilibria solved."
    body = tag("body", tag("main", *top, *parts, tag("p", esc(foot), class_="note")))
    html = "<!doctype html>" + tag("html", head, body, lang="en")
    if path is not None:
        export.write_text(Path(path), html)
    return html


_TITLES = re.compile(r'<section id="([^"]+)"><h2>(.*?)</h2>')


def _tiles(outcome: DealOutcome) -> str:
    """The numbers that most readers come for."""
    needed, believed = outcome.trust_needed, outcome.deal.trust.q.value
    trust = "no trust" if needed is None else "none" if needed <= 0.005 else f"{needed:.2f}"
    says = "is enough: somebody gains nothing even if all keep it" if needed is None else "trust needed"
    leaver = outcome.leaver
    served = outcome.checks["use gained [MUSD/yr]"] - outcome.checks["use lost [MUSD/yr]"]
    facts = [
        (money(outcome.total, sign=True), "million USD a year for those in the room together"),
        ("nobody" if leaver is None else f"{len(leaver.members)} of {len(outcome.room)}",
         "would gain by leaving" + ("" if leaver is None else f", {money(leaver.excess)} million USD a year together")),
        (trust, f"{says}; {believed:g} is believed at the start"),
        (money(served, sign=True), "million USD a year of use served in the world, at base prices"),
    ]  # fmt: skip
    return tag(
        "dl", *(tag("div", tag("dt", esc(what)), tag("dd", esc(value))) for value, what in facts), class_="tiles"
    )


def deal_lines(outcome: DealOutcome) -> Iterator[str]:
    """Yield the result as lines for a terminal, plain text of at most 100 columns."""
    names = {p.id: p.name for p in outcome.deal.parties}
    yield from textwrap.wrap(outcome.finding, WIDTH)
    yield ""
    width = max(20, *(len(names[p]) for p in outcome.room))
    columns = [(title, getattr(outcome.solutions, key)) for key, title in VALUES]
    columns = [(title, found) for title, found in columns if found is not None]
    wide = [max(10, len(title) + 1) for title, _ in columns]
    width = min(width, WIDTH - 11 - sum(wide))
    heads = "".join(title.rjust(w) for (title, _), w in zip(columns, wide, strict=True))
    yield "MUSD a year".ljust(width) + "as written".rjust(11) + heads
    for p in outcome.room:
        cells = zip([outcome.gets(p), *(found[p] for _, found in columns)], [11, *wide], strict=True)
        name = textwrap.shorten(names[p], width, placeholder="…")
        yield name.ljust(width) + "".join(money(x, sign=True).rjust(w) for x, w in cells)
    yield "together".ljust(width) + money(outcome.total, sign=True).rjust(11)
    yield ""
    yield from _stability(outcome, names)
    yield from _trust(outcome, names)
    yield from _outside(outcome, names)
    yield from beside_lines(outcome)
    if outcome.swings:
        yield "Worst-known inputs (gain of the room at the ends of their range)"
        for s in outcome.swings[:3]:
            told = f"  {s.words or s.id}: {s.low:g} to {s.high:g} gives {money(s.at_low)} to {money(s.at_high)}"
            yield from textwrap.wrap(told, WIDTH, subsequent_indent="    ")
        yield from textwrap.wrap("  " + break_even(outcome.swings[:3]), WIDTH, subsequent_indent="  ")


def _stability(outcome: DealOutcome, names: dict[str, str]) -> Iterator[str]:
    if outcome.not_additive:
        one, two = (" and ".join(names[m] for m in side) for side in outcome.not_additive)
        yield from textwrap.wrap(f"Not superadditive: {one} with {two} are worth less together than apart.", WIDTH)
    for line in sampled_said(outcome):
        yield from textwrap.wrap(line, WIDTH)
    for name, why in outcome.solutions.why_not.items():
        yield from textwrap.wrap(f"{absent(name)}: {why}.", WIDTH)
    for row in outcome.idle:
        yield from textwrap.wrap(f"Clause {row['clause']} does not hold: {row['why']}.", WIDTH)


def _trust(outcome: DealOutcome, names: dict[str, str]) -> Iterator[str]:
    yield "Trust (gain if all keep it, if it alone breaks, if the others break; trust in others it needs)"
    for h in outcome.honour:
        need = "gains nothing" if h.q is None else f"{h.q:.2f}"
        keeps = "" if h.q is None else ", keeps it by itself" if h.keeps else f", needs a bond of {money(h.bond)}"
        numbers = f"{money(h.kept, sign=True)}, {money(h.breaks, sign=True)}, {money(h.betrayed, sign=True)}"
        yield from textwrap.wrap(f"  {names[h.party]}: {numbers}; {need}{keeps}", WIDTH, subsequent_indent="    ")


def _outside(outcome: DealOutcome, names: dict[str, str]) -> Iterator[str]:
    for row in outcome.spoilers:
        line = f"Absent: {names[row['party']]} {money(row['gain'], sign=True)}"
        if row["blocks"]:
            line += f"; without its consent: {', '.join(row['blocks'])}"
        if row["retaliation"]:
            line += f"; retaliation costs the room {money(row['cost_to_room'])} and itself {money(-row['own_gain'])}"
        yield from textwrap.wrap(line, WIDTH)
    some = [r for r in outcome.outsiders if abs(r["gain"]) >= 0.05][:4]
    if some:
        countries = backdrop().names
        said = ", ".join(f"{country_name(r['country'], countries)} {money(r['gain'], sign=True)}" for r in some)
        yield from textwrap.wrap(f"Outsiders: {said}", WIDTH)


def deal_mapping(outcome: DealOutcome) -> dict[str, Any]:
    """Return the whole result as plain values, as `ytterby deal --json` prints it."""
    s = outcome.solutions
    return {
        "schema": 1,
        "name": outcome.deal.name,
        "title": outcome.deal.title,
        "finding": outcome.finding,
        "unit": "MUSD/yr, change against no clause",
        "view": outcome.view or None,
        "parties": [
            {"id": p.id, "name": p.name, "kind": p.kind, "countries": list(p.countries), "present": p.present}
            for p in outcome.deal.parties
        ],
        "clauses": [
            {"id": c.id, "title": c.title or c.id, "needs": list(c.needs), "stage": c.stage}
            for c in outcome.deal.clauses
        ],
        "gains": {p: {"total": sum(row.values()), **row} for p, row in outcome.written.items()},
        "worth": [
            {"members": list(outcome.game.members(mask)), "value": float(v)}
            for mask, v in enumerate(outcome.game.values)
            if mask
        ],
        "values": {key: None if getattr(s, key) is None else dict(getattr(s, key)) for key, _ in VALUES}
        | {"shapley_error": dict(s.errors), "bargaining_power": dict(s.power)},
        "stability": {
            "core": None if s.core is None else dict(s.core),
            "core_empty": None if not len(outcome.game.values) else s.core is None,
            "least_core_excess": s.least_excess,
            "leaver": None
            if outcome.leaver is None
            else {"members": list(outcome.leaver.members), "worth": outcome.leaver.worth, "gets": outcome.leaver.gets,
                  "excess": outcome.leaver.excess},
            "not_superadditive": None if outcome.not_additive is None else [list(c) for c in outcome.not_additive],
            "why_not": dict(s.why_not),
        },
        "trust": {
            "threshold": outcome.trust_needed,
            "parties": [_honour(h) for h in outcome.honour],
            "zone": [{"q": q, "expected": x} for q, x in outcome.zone],
            "stages": [{"stage": k, "gains": dict(g)} for k, g in outcome.stages],
            "believed": outcome.deal.trust.q.value,
        },
        "left_out": list(outcome.left_out),
        "spoilers": list(outcome.spoilers),
        "outsiders": list(outcome.outsiders),
        "bounds": list(outcome.bounds),
        "viewpoints": list(outcome.views),
        "statements": list(texts(outcome.deal)),
        "said": [
            {"by": x.by, "says": x.says, "source": _cited(x.source)} for x in outcome.deal.beside.statements
        ],
        "not_in_force": list(outcome.idle),
        "plants": list(outcome.plants),
        "concentration": list(outcome.concentration),
        "use": list(outcome.shortages),
        "sensitivity": [
            {"id": x.id, "value": x.value, "low": x.low, "high": x.high, "at_low": x.at_low, "at_high": x.at_high,
             "break_even": x.even, "words": x.words, "title": x.words or x.id}
            for x in outcome.swings
        ],
        "voting": outcome.vote,
        "bargaining": outcome.split,
        "forecast": outcome.forecast,
        "checks": dict(outcome.checks),
        "solves": outcome.solves,
        "edition": outcome.edition,
        "input_hash": outcome.input_hash,
    }  # fmt: skip


def _cited(source: Citation) -> dict[str, str]:
    return {"publisher": source.publisher, "title": source.title, "url": source.url, "date": source.date}


def deal_json(outcome: DealOutcome) -> str:
    """Return the whole result as JSON text."""
    return json.dumps(deal_mapping(outcome), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _honour(h: Any) -> dict[str, Any]:
    path = h.path
    return {
        "party": h.party, "kept": h.kept, "breaks": h.breaks, "betrayed": h.betrayed, "trust_needed": h.q,
        "discount_factor_needed": h.patience, "discount_factor": h.own, "keeps_by_itself": h.keeps,
        "bond": h.bond, "first_step": None if path is None else path.first,
        "path": None if path is None else list(path.exposure), "path_holds": None if path is None else path.holds,
    }  # fmt: skip
