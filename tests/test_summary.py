"""The shell summary: eighty columns, plain text, and never "no shortage" while use fell."""

from __future__ import annotations

import io
from dataclasses import replace

import polars as pl
import pytest
from rich.console import Console

from outcome_sample import sample_outcome
from ytterby.model.finding import actors
from ytterby.model.outcome import TABLES, Outcome
from ytterby.show.digest import losses_of_group
from ytterby.show.summary import WIDTH, print_summary, summary_lines


def printed(outcome: Outcome) -> str:
    out = io.StringIO()
    print_summary(outcome, Console(file=out, width=WIDTH, highlight=False))
    return out.getvalue()


def test_it_tells_the_whole_story_in_eighty_columns() -> None:
    text = printed(sample_outcome())
    assert max(len(line) for line in text.splitlines() if not line.startswith("Again:")) <= WIDTH
    plain = text.replace("\u00a0", " ")
    for words in (
        "Japan, Germany and the United States lose a third", "Use lost", "Hardest hit", "Prices [USD/kg]", "What binds",
        "Does not bind: Licences on SmCo magnets: exports are already below the limit", "Pay most: Germany −658",
        "Gain most: China +380", "Licence rent in all: 900", "Assumptions that move the answer most",
        "elasticity use Dy: use lost moves from 31 to 36 % [elasticity.use.Dy]", "Data edition sample-1",
        "solution certified",
        "Again: ytterby run sample-licences --set a.b=0.4",
    ):  # fmt: skip
        assert words in plain, words
    assert "cap.lost-use" not in plain  # not tested, so it is not said to move anything


def test_prices_are_read_as_in_the_report() -> None:
    plain = printed(sample_outcome()).replace("\u00a0", " ")
    assert "≥ 30.0" in plain
    assert "at the cap (assumption)" in plain or "cap (assumption)" in plain
    assert "72.0" not in plain


def test_small_losses_are_still_told() -> None:
    outcome = sample_outcome()
    tiny = outcome.shortages.with_columns(
        pl.col(name) / 1000 for name in ("given_up", "replaced", "unserved", "lost", "lost_pct")
    )
    plain = printed(replace(outcome, shortages=tiny))
    assert "none:" not in plain
    assert "Dy oxide" in plain


def test_no_loss_is_said_only_when_nobody_loses() -> None:
    outcome = sample_outcome()
    plain = printed(replace(outcome, shortages=outcome.shortages.filter(pl.col("lost") <= 0)))
    assert "none: no less is used of anything" in plain


def test_nothing_of_a_scenario_is_console_markup() -> None:
    text = printed(sample_outcome("[bold red]Title[/] \x1b[31mred\x1b[0m"))
    assert "[bold red]Title[/] [31mred[0m" in text
    assert "\x1b" not in text


def test_an_empty_outcome_can_be_read() -> None:
    empty = {name: schema.empty() for name, schema in TABLES.items()}
    lines = [line for line, _ in summary_lines(replace(sample_outcome(), **empty))]
    assert "  none: no less is used of anything than in the base year" in lines


def test_the_losses_read_aloud_are_those_of_the_users_the_finding_speaks_of() -> None:
    outcome = sample_outcome()
    closing = frozenset({"CHN"})
    by_hand: dict[str, list[float]] = {}
    for row in outcome.shortages.iter_rows(named=True):
        if row["country"] not in closing:
            sums = by_hand.setdefault(row["product"], [0.0, 0.0])
            sums[0] += row["lost"]
            sums[1] += row["base_use"]
    rows = losses_of_group(outcome, closing)
    told = {row["product"]: row["share"] for row in rows.iter_rows(named=True)}
    assert told == pytest.approx({name: 100 * lost / base for name, (lost, base) in by_hand.items() if base > 0})
    place = "outside China" if actors(outcome.scenario) == closing else "in the world"
    assert f"Use lost {place}" in printed(outcome)
