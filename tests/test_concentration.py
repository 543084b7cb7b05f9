"""indicators/concentration: worked by hand, against published numbers, and refusing what has no answer."""

import csv
from collections import namedtuple
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ytterby.atlas.load import load
from ytterby.core.errors import InputError
from ytterby.indicators.concentration import concentration, hhi

PUBLISHED = Path(__file__).parent / "data" / "hhi_geopolrisk_2022.csv"
amounts = st.lists(st.floats(min_value=1e-3, max_value=1e9), min_size=1, max_size=20)


@pytest.mark.parametrize(("material", "expected"), [("nickel", 0.26749007657640966), ("manganese", 0.2035183372902862)])
def test_published_test_cases_of_geopolrisk(material, expected):
    with PUBLISHED.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["material"] == material]
    assert hhi({row["country"]: float(row["value"] or 0) for row in rows}) == pytest.approx(expected, rel=1e-14)


def test_two_countries_on_paper():
    assert hhi([75, 25]) == 0.75**2 + 0.25**2
    assert hhi([75, 25], normalised=True) == pytest.approx(0.25)
    assert hhi([5]) == hhi([5], normalised=True) == 1.0


def test_other_countries_are_not_one_country():
    rows = {"CHN": 60, "USA": 30, "Other countries": 10}
    assert hhi(rows) == pytest.approx(0.45)
    assert hhi(rows, others="one") == pytest.approx(0.46)
    assert hhi({"CHN": 10, "XXX": 90}, normalised=True) == 1.0
    assert hhi({"XXX": 90}, normalised=True) == 0.0
    assert hhi({"CHN": 20, "USA": 20, "XXX": 60}, normalised=True) == 0.0


def test_the_world_row_and_missing_values_are_left_out():
    assert hhi({"CHN": 75, "USA": 25, "MMR": None, "WLD": 100}) == 0.625


def test_frames_and_selections():
    frame = pl.DataFrame({"country": ["CHN", "USA", "WLD"], "value": [75.0, 25.0, 100.0], "period": ["2024"] * 3})
    selection = namedtuple("Selection", "frame")(frame)
    assert hhi(frame) == hhi(selection) == 0.625


def test_the_worlds_mines_in_2024():
    mined = load().select(material="REE", stage="mine", measure="production", year=2024)
    shares = {row["country"]: row["value"] for row in mined.frame.iter_rows(named=True) if row["value"]}
    assert hhi(mined) == pytest.approx((shares["CHN"] / shares["WLD"]) ** 2, abs=0.05)
    assert hhi(mined) <= hhi(mined, others="one")


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"period": ["2023", "2024"]}, "column 'period': found 2023, 2024"),
        ({"unit": ["t REO", "t gross"]}, "column 'unit'"),
        ({"country": ["CHN", "CHN"]}, "CHN more than once"),
        ({"value": [1.0, -1.0]}, "zero or more"),
        ({"value": [1.0, float("nan")]}, "zero or more"),
        ({"value": [0.0, 0.0]}, "none above zero"),
        ({"value": [None, None]}, "none above zero"),
    ],
)
def test_frames_without_one_answer_are_refused(columns, says):
    frame = pl.DataFrame({"country": ["CHN", "USA"], "value": [1.0, 2.0], **columns}, strict=False)
    with pytest.raises(InputError) as caught:
        hhi(frame)
    assert says in str(caught.value)


def test_a_frame_without_the_columns_is_refused():
    with pytest.raises(InputError, match="without column 'value'"):
        hhi(pl.DataFrame({"country": ["CHN"]}))
    with pytest.raises(InputError, match="others"):
        hhi([1, 2], others="drop")


@given(amounts)
def test_between_one_nth_and_one_whatever_the_order_and_the_unit(values):
    index = hhi(values)
    assert 1 / len(values) - 1e-12 <= index <= 1 + 1e-12
    assert hhi(reversed(values)) == pytest.approx(index, rel=1e-12)
    assert hhi([1000 * value for value in values]) == pytest.approx(index, rel=1e-12)
    assert -1e-12 <= hhi(values, normalised=True) <= 1 + 1e-12


@given(amounts)
def test_a_merger_of_two_never_lowers_it(values):
    if len(values) > 1:
        assert hhi([values[0] + values[1], *values[2:]]) >= hhi(values) - 1e-12


def test_every_measure_of_concentration_with_other_countries_as_an_interval():
    found = concentration({"CHN": 60, "USA": 20, "AUS": 10, "Other countries": 10, "WLD": 100})
    assert found.hhi == (pytest.approx(0.41), pytest.approx(0.42))
    assert found.points == (pytest.approx(4100), pytest.approx(4200))
    assert found.effective == (pytest.approx(1 / 0.42), pytest.approx(1 / 0.41))
    assert found.top == {1: pytest.approx(0.6), 3: pytest.approx(0.9), 5: pytest.approx(0.9)}
    assert (found.leader, found.count, found.others) == ("CHN", 3, pytest.approx(0.1))
    assert found.normalised[0] == pytest.approx((0.41 - 1 / 3) / (2 / 3))
    assert hhi({"CHN": 60, "USA": 40}, points=True) == pytest.approx(5200)


@given(amounts)
def test_without_other_countries_the_interval_is_a_point(values):
    found = concentration(values)
    assert found.hhi[0] == found.hhi[1] == pytest.approx(hhi(values))
    assert found.effective[0] <= len(values) + 1e-9
    assert 0 <= found.top[1] <= found.top[3] <= found.top[5] <= 1 + 1e-12
