"""A run in the shell: eighty columns, from the finding to the three assumptions that move it most.

It is fit to be read aloud: plain text does the work and a terminal only adds bold headings. Nothing of a scenario is
read as console markup.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
from rich.console import Console
from rich.text import Text

from ytterby.model.finding import actors
from ytterby.model.outcome import Outcome
from ytterby.show.backdrop import backdrop
from ytterby.show.digest import PriceLine, delivered, losses_by_user, losses_of_group, measure_rows, price_lines
from ytterby.show.entry import sentence, unsettled
from ytterby.show.markup import clean
from ytterby.show.overtime import chosen_periods, series, when, without
from ytterby.show.sections.again import command
from ytterby.show.words import (
    AT_CAP,
    MISSING,
    assumption_name,
    country_name,
    money,
    number,
    percent,
    price,
    product_name,
    titles_of,
    unbroken,
)

WIDTH = 80

_LOSSES, _PRICES, _LIMITS, _COUNTRIES, _ASSUMPTIONS = 8, 8, 8, 4, 3
_LANES = 12
_PERIODS = 8
_SMALL = 2.0  # a loss below this share of base use [%] is not read aloud, unless all losses are small
_MOVED = 0.02  # nor is a price that moved by less than this part of its base
_CAP = "cap (assumption)"  # where the whole phrase does not fit
_BLANK = re.compile(r"\s+")


def print_summary(outcome: Outcome, console: Console | None = None) -> None:
    """Print the summary of `outcome` to `console`, by default to stdout."""
    console = console or Console(width=WIDTH, highlight=False)
    for line, bold in summary_lines(outcome):
        console.print(Text(line, style="bold" if bold else ""), soft_wrap=True)


def summary_lines(outcome: Outcome) -> Iterator[tuple[str, bool]]:
    """Yield the lines of the summary, each with whether it is a heading."""
    scenario = outcome.scenario
    base = f", against the reconciled base year {scenario.base.year}" if scenario.base.year else ""
    yield _one_line(scenario.title), True
    path = outcome.timeline
    span = f"{path.periods[0]['label']} to {path.periods[-1]['label']}" if path else f"{scenario.year}"
    yield from _wrapped(f"{span}{base}{without(outcome)}", bold=False)
    yield "", False
    yield from _wrapped(outcome.finding.removeprefix(scenario.title.rstrip(".") + ": "), bold=True)
    parts = (_over_time, _recycled, _entered, _losses, _hardest, _prices, _flows, _limits, _gains, _assumptions)
    for part in parts:
        lines = list(part(outcome))
        if lines:
            yield "", False
            yield lines[0], True
            yield from ((line, False) for line in lines[1:])
    yield "", False
    certified = "certified" if outcome.certificate.get("certified") else "not certified"
    yield f"Data edition {outcome.edition} · input {outcome.input_hash[:12]} · solution {certified}", False
    yield f"Again: {command(outcome)}", False


def _over_time(outcome: Outcome) -> Iterator[str]:
    """Yield the path of the product whose lost use is worth most, a few periods of it, and what foresight was worth."""
    path = outcome.timeline
    made = next(iter(series(outcome, 1)), None)
    if path is None or made is None:
        return
    name = f"{product_name(made.product)[:1].upper()}{product_name(made.product)[1:]}, over time"
    table: list[tuple[str, ...]] = [(name, "home", "FOB", "weighted", "use lost", "exports", "stock")]
    worst = next(i for i, p in enumerate(path.periods) if p["label"] == path.worst)
    for i in chosen_periods(len(path.periods), worst, _PERIODS):
        label = f"  {path.periods[i]['label']}{f' {path.told}' if i == worst else ''}"
        lost = percent(made.lost[i])
        shown = (price(v, made.base_price) for v in (made.home[i], made.fob[i], made.weighted[i]))
        table.append((label, *shown, lost, number(made.exports[i]), number(made.stock[i])))
    yield from _columns(table, left=1)
    yield from _hanging(
        f"prices of {_name(made.maker)} in USD/kg (FOB is the marginal quote, weighted is over all it sells); "
        f"exports in {made.unit}/yr; use lost by and stocks of the users outside"
    )
    if path.value_of_knowing is not None and path.foresight != "perfect":
        yield from _hanging(f"value of knowing: perfect foresight would add {money(path.value_of_knowing)} million USD")


def _recycled(outcome: Outcome) -> Iterator[str]:
    """Yield what programmes of old scrap brought back over the path, the largest tonnages."""
    rows = outcome.timeline.recycling if outcome.timeline else ()
    if not rows:
        return
    table: list[tuple[str, ...]] = [("Old scrap, over the path", "t back", "of input", "of end of life")]
    for row in sorted(rows, key=lambda r: (-r["recovered"], r["product"]))[:_LOSSES]:
        rates = (percent(None if row[k] is None else 100 * row[k]) for k in ("eol_rir", "eol_rr"))
        table.append((f"  {product_name(row['product'])} ({row['programme']})", number(row["recovered"]), *rates))
    yield from _columns(table, left=1)


def _entered(outcome: Outcome) -> Iterator[str]:
    """Yield what investors decided on the path, a sentence for each candidate."""
    path = outcome.timeline
    if path is None or not path.entry:
        return
    yield "Who builds (prices per kg of capacity, over feed)"
    for candidate in path.entry:
        yield from _hanging(sentence(path, candidate))
    if path.unsettled:
        yield from _hanging(unsettled(path))


def _losses(outcome: Outcome) -> Iterator[str]:
    closing = actors(outcome.scenario)
    every = losses_of_group(outcome, closing).filter(pl.col("lost") > 0)
    large = every.filter(pl.col("share") >= _SMALL)
    rows = large if large.height else every
    at = when(outcome, rates=True)
    place = f"outside {', '.join(_name(code) for code in sorted(closing))}" if closing else "in the world"
    if not rows.height:
        yield f"Use lost {place}{at}"
        yield "  none: no less is used of anything than in the base year"
        return
    if at:
        yield f"Use lost {place}{at}"
    head = ("Product" if at else f"Use lost {place}", "unit", "lost", "of base", "given up", "replaced", "unserved")
    table: list[tuple[str, ...]] = [head]
    for row in rows.head(_LOSSES).iter_rows(named=True):
        numbers = (number(row[name]) for name in ("given_up", "replaced", "unserved"))
        share = percent(row["share"])
        table.append((product_name(row["product"]), row["unit"], number(row["lost"]), share, *numbers))
    yield from _columns(table, left=2)
    yield from _more(every.height, min(_LOSSES, rows.height))


def _hardest(outcome: Outcome) -> Iterator[str]:
    rows = losses_by_user(outcome, _SMALL / 100)
    if not rows.height:
        return
    yield f"Hardest hit{when(outcome, rates=True)}"
    for key, users in list(rows.group_by("product", maintain_order=True))[:_COUNTRIES]:
        felt = users.filter(pl.col("lost") >= 0.01 * pl.col("lost").sum()).head(3)
        shown = (_hit(row) for row in felt.iter_rows(named=True))
        yield from _hanging(f"{product_name(str(key[0]))}: {', '.join(shown)}")


def _hit(row: dict[str, Any]) -> str:
    share = percent(100 * row["lost"] / row["base_use"])
    return f"{_name(row['country'])} {number(row['lost'])} {row['unit']} ({share})"


def _prices(outcome: Outcome) -> Iterator[str]:
    every = price_lines(outcome)
    lines = [line for line in every if _largest_move(line) >= _MOVED] or every
    if not lines:
        return
    unit = lines[0].maker["unit"]
    if at := when(outcome):
        yield f"Prices{at} [{unit}]"
    table: list[tuple[str, ...]] = [("Product" if at else f"Prices [{unit}]", "base", "home", "FOB", "delivered")]
    for line in sorted(lines, key=lambda line: -_largest_move(line))[:_PRICES]:
        maker = line.maker
        shown = (price(maker[kind], maker["base"], maker["status"]) for kind in ("base", "home", "fob"))
        table.append((product_name(maker["product"]), *shown, delivered(line.buyers)[0]))
    yield from _columns(table, left=1)
    yield from _more(len(lines), _PRICES)


def _flows(outcome: Outcome) -> Iterator[str]:
    """Yield the trade of a small network; a large one has its own table."""
    lanes = pl.col("origin").is_not_null() & pl.col("destination").is_not_null() & (pl.col("value") > 1e-9)
    rows = outcome.flows.filter(lanes & pl.col("element").is_null()).sort("product", "origin", "destination")
    if not 0 < rows.height <= _LANES:
        return
    yield f"What moves{when(outcome, rates=True)}"
    for row in rows.iter_rows(named=True):
        way = f"{_name(row['origin'])} → {_name(row['destination'])}"
        yield from _hanging(f"{way}: {number(row['value'])} {row['unit']} of {product_name(row['product'])}")


def _limits(outcome: Outcome) -> Iterator[str]:
    rows = outcome.binding.filter(pl.col("kind") != "capacity")
    if not rows.height:
        return
    own = pl.col("id").is_in(measure_rows(outcome)["id"].implode())
    ranked = rows.with_columns(own=own).sort(["own", "shadow_price"], descending=[True, True], nulls_last=True)
    bound, slack = ranked.filter(pl.col("bound")), ranked.filter(~pl.col("bound"))
    yield f"What binds{when(outcome)}, and what one more unit would be worth"
    for row in bound.head(_LIMITS).iter_rows(named=True):
        yield from _hanging(f"{_one_line(row['title'])}: {_worth(row)}")
    yield from _more(bound.height, _LIMITS)
    if not bound.height:
        yield "  nothing"
    for row in slack.head(_LIMITS).iter_rows(named=True):
        said = (row["why"] or "slack").removeprefix("does not bind: ")
        yield from _hanging(f"Does not bind: {_one_line(row['title'])}: {_one_line(said)}")


def _gains(outcome: Outcome) -> Iterator[str]:
    rows = outcome.gains.filter(pl.col("welfare").abs() >= 0.05).sort("welfare", "country")
    if not rows.height:
        return
    losers = rows.filter(pl.col("welfare") < 0).head(_COUNTRIES)
    winners = rows.filter(pl.col("welfare") > 0).reverse().head(_COUNTRIES)
    rent = float(outcome.gains["rent"].sum())
    yield f"Who pays, who gains{when(outcome)} [million USD a year]"
    for word, some in (("Pay most", losers), ("Gain most", winners)):
        shown = (f"{_name(row['country'])} {money(row['welfare'], sign=True)}" for row in some.iter_rows(named=True))
        if some.height:
            yield from _hanging(f"{word}: {', '.join(shown)}")
    if abs(rent) >= 0.05:
        yield from _hanging(f"Licence rent in all: {money(rent)}, to whoever holds the licences")


def _assumptions(outcome: Outcome) -> Iterator[str]:
    tested = outcome.assumptions.filter(pl.col("effect").is_not_null()).head(_ASSUMPTIONS)
    if tested.height:
        titles = titles_of(outcome.scenario.measures)
        yield "Assumptions that move the answer most [and the name to --set them by]"
        for row in tested.iter_rows(named=True):
            said = assumption_name(row["id"], titles)
            yield from _hanging(f"{_one_line(said)}: {_one_line(row['effect'])} [{row['id']}]")


def _worth(row: dict[str, Any]) -> str:
    if row["shadow_price"] is None:
        return "in force"
    return f"{number(row['shadow_price'])} {row['price_unit'] or ''}".strip()


def _largest_move(line: PriceLine) -> float:
    """Return the largest move of a product's prices from the base, as a part of the base."""
    pairs = [(line.maker[kind], line.maker["base"]) for kind in ("home", "fob")]
    pairs += [(row["delivered"], row["base"]) for row in line.buyers]
    return max((abs(value / base - 1) for value, base in pairs if value is not None and base), default=0.0)


def _columns(table: Sequence[Sequence[str]], left: int) -> Iterator[str]:
    """Yield a table whose first `left` columns start at the left and whose others end at the right."""
    widths = [max(len(row[at]) for row in table) for at in range(len(table[0]))]
    spare = WIDTH - sum(widths) - 2 * (len(widths) - 1)
    if spare < 0 and any(AT_CAP in cell for row in table for cell in row):
        yield from _columns([[cell.replace(AT_CAP, _CAP) for cell in row] for row in table], left)
        return
    if spare < 0:
        widths[0] = max(12, widths[0] + spare)
    for row in table:
        cells = [
            textwrap.shorten(cell, width, placeholder="…").ljust(width) if at < left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _more(count: int, shown: int) -> Iterator[str]:
    if count > shown:
        yield f"  and {count - shown} more, in the report and in --json"


def _hanging(text: str) -> list[str]:
    return textwrap.wrap(unbroken(text), WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _wrapped(text: str, bold: bool) -> Iterator[tuple[str, bool]]:
    said = _one_line(text)
    for line in textwrap.wrap(unbroken(said[:1].upper() + said[1:]), WIDTH, break_on_hyphens=False):
        yield line, bold


def _one_line(text: str) -> str:
    return _BLANK.sub(" ", clean(text)).strip() or MISSING


def _name(code: str) -> str:
    return country_name(code, backdrop().names)
