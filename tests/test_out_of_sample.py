"""Calibrate on 2022, impose 2024's mine output: the table in the documents is what the study gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from ytterby.atlas.load import load
from ytterby.studies.out_of_sample import out_of_sample

PAGE = Path(__file__).parents[1] / "docs" / "out-of-sample.md"


@pytest.fixture(scope="module")
def rows():
    return out_of_sample(load())


def test_every_oxide_priced_in_both_years_is_there(rows) -> None:
    assert len([row for row in rows if row.quantity.startswith("price of")]) == 14


def test_more_ore_of_every_kind_lowers_no_price_below_nothing_and_raises_feed(rows) -> None:
    for row in rows:
        assert row.modelled >= 0
    feed = next(row for row in rows if row.quantity.startswith("feed"))
    assert feed.modelled > feed.base


def test_the_page_prints_the_table(rows) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for row in rows:
        line = next(line for line in text.splitlines() if line.startswith(f"| {row.quantity} |"))
        cells = [float(cell.strip().replace(",", "").rstrip("%")) for cell in line.split("|")[3:6]]
        assert cells == pytest.approx([row.base, row.modelled, row.observed], rel=0.01, abs=0.006)
