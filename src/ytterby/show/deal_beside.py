"""A deal's vote, its split between two sides and its forecast: as sections of the page and as lines for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ytterby.show.charts import either_side, interval
from ytterby.show.markup import esc
from ytterby.show.page import paragraph, section
from ytterby.show.tables import Head, page_table
from ytterby.show.words import money, short
from ytterby.studies.deals.outcome import DealOutcome

WIDTH = 100
_RULES = {
    "nash": "Nash", "kalai_smorodinsky": "Kalai and Smorodinsky",
    "rubinstein_first_proposes": "alternating offers, the first side proposing",
    "rubinstein_second_proposes": "alternating offers, the second side proposing",
}  # fmt: skip


def beside_sections(outcome: DealOutcome) -> Iterator[str]:
    """Yield a section for each of the three that the deal file has."""
    names = {p.id: p.name for p in outcome.deal.parties}
    if outcome.split:
        yield _split(outcome.split, names)
    if outcome.vote:
        yield _vote(outcome.vote, names)
    if outcome.forecast:
        yield _forecast(outcome.forecast)


def beside_lines(outcome: DealOutcome) -> Iterator[str]:
    """Yield the same as lines of at most 100 columns where names allow it."""
    names = {p.id: p.name for p in outcome.deal.parties}
    if outcome.split:
        row = outcome.split
        yield from textwrap.wrap(f"Split between {_side(row['first'], names)} and {_side(row['second'], names)}", WIDTH)
        for rule, (one, two) in row["solution"].items():
            yield f"  {_RULES[rule]}: {money(one, sign=True)} and {money(two, sign=True)}"
        yield from (line for text in row["said"] for line in textwrap.wrap(f"  {text[0].upper()}{text[1:]}.", WIDTH))
    if outcome.vote:
        yield from textwrap.wrap(_voted(outcome.vote, names), WIDTH)
    if outcome.forecast:
        yield from textwrap.wrap(_settles(outcome.forecast), WIDTH)


def _side(members: Sequence[str], names: Mapping[str, str]) -> str:
    return " with ".join(names[m] for m in members)


def _split(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    one, two = _side(row["first"], names), _side(row["second"], names)
    given = [("each alone", row["outside"]), ("the deal as written", row["as_written"])]
    every = [*given, *((_RULES[rule], pair) for rule, pair in row["solution"].items())]
    rows = [[esc(rule), esc(money(pair[0], sign=True)), esc(money(pair[1], sign=True))] for rule, pair in every]
    table = page_table(
        "A split between two sides [million USD a year]",
        [Head("By"), Head(one, "number"), Head(two, "number")],
        rows,
    )
    thirds = page_table(
        "With a third at the table, Nash's split [million USD a year]",
        [Head("Third"), Head("Together", "number"), Head(one, "number"), Head(two, "number"), Head("Third", "number")],
        [
            [esc(names[t["party"]]), esc(money(t["together"], sign=True)),
             *(esc(money(t["nash"][k], sign=True) if t["nash"] else "none") for k in ("first", "second", "third"))]
            for t in row["third"]
        ],
    ) if row["third"] else ""  # fmt: skip
    note = (
        f"The first side has {100 * row['power']:.0f} % of the bargaining power; discount factors a round "
        f"{row['discount'][0]:.3f} and {row['discount'][1]:.3f}. A third takes a third of the power."
    )
    said = [paragraph(f"{text[0].upper()}{text[1:]}.") for text in row["said"]]
    return section("split", "Two sides at the table", table, *said, thirds, paragraph(note, "note"))


def _vote(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    rows = [
        [esc(names[n]), esc(short(w)), esc(f"{row['shapley_shubik'][n]:.4f}"), esc(f"{row['banzhaf_share'][n]:.4f}"),
         esc("yes" if n in row["veto"] else "no"),
         esc("for" if n in row["for"] else "against" if n in row["against"] else "nothing at stake"),
         either_side(row["shapley_shubik"][n], 0.0, 1.0, f"{names[n]}: power {row['shapley_shubik'][n]:.4f}")]
        for n, w in row["weights"].items()
    ]  # fmt: skip
    heads = [
        Head("Voter"), Head("Weight", "number"), Head("Shapley-Shubik", "number"), Head("Banzhaf", "number"),
        Head("Can stop it"), Head("By its gain"), Head("Power", "picture"),
    ]  # fmt: skip
    table = page_table(f"Voters and their power, {short(row['quota'])} to pass", heads, rows)
    return section("vote", "If it were put to a vote", paragraph(_voted(row, names)), table)


def _voted(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    title = f" on {row['title']}" if row["title"] else ""
    text = (
        f"A vote{title}: if all vote as they gain, it {'passes' if row['passes'] else 'fails'}, with "
        f"{short(row['weight_for'])} for it and {short(row['quota'])} needed."
    )
    if row["stopped_by"]:
        text += f" Without a reason to pass it, and able to stop it: {_listed(row['stopped_by'], names)}."
    elif row["veto"]:
        text += f" {_listed(row['veto'], names)} could stop it alone."
    return text


def _listed(members: Sequence[str], names: Mapping[str, str]) -> str:
    return " and ".join(names[m] for m in members)


def _settles(row: Mapping[str, Any]) -> str:
    unit = f" {row['unit']}" if row["unit"] else ""
    return (
        f"Where a negotiation{' on ' + row['title'] if row['title'] else ''} may settle: weighted median "
        f"{row['median']:.4g}{unit} ({row['median_range'][0]:.4g} to {row['median_range'][1]:.4g}), mean "
        f"{row['mean']:.4g}{unit} ({row['mean_range'][0]:.4g} to {row['mean_range'][1]:.4g})."
    )


def _forecast(row: Mapping[str, Any]) -> str:
    places = [a["position"] for a in row["actors"]]
    low, high = min(places), max(places)
    rows = [
        [esc(a["name"]), esc(short(a["position"])), esc(short(a["power"])), esc(short(a["salience"])),
         interval(a["position"], low, high, f"{a['name']}: {short(a['position'])}")]
        for a in row["actors"]
    ]  # fmt: skip
    heads = [Head("Actor"), Head("Position", "number"), Head("Power", "number"), Head("Salience", "number"),
             Head("Place", "picture")]  # fmt: skip
    note = (
        "An actor weighs its power times its salience. Ranges: 5th to 95th percentile with power, salience and "
        f"positions uncertain by {100 * row['spread']:.0f} %, an assumption. Not a prediction of what will be agreed."
    )
    return section("forecast", "Where a negotiation may settle", paragraph(_settles(row)),
                   page_table("Positions" + (f" [{row['unit']}]" if row["unit"] else ""), heads, rows),
                   paragraph(note, "note"))  # fmt: skip
