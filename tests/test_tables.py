"""core/tables: a frame fits its schema or the message names table, row, column and value."""

import datetime

import numpy as np
import polars as pl
import pytest

from ytterby.core.errors import InputError
from ytterby.core.tables import Column, Schema

MINED = Schema(
    "mined",
    (
        Column("country", pl.String, "", "ISO 3166 alpha-3", required=True),
        Column("value", pl.Float64, "t REO/yr", "mine production"),
        Column("year", pl.Int32, "yr", "calendar year"),
        Column("stage", pl.String, "", "stage of the chain", words=("mine", "separation")),
        Column("day", pl.Date, "", "as of"),
    ),
)


def test_rows_become_a_frame_with_the_types_of_the_schema():
    frame = MINED.frame(
        [
            {"country": "CHN", "value": 270_000, "year": np.int64(2024)},
            {"country": "MMR", "value": np.float64(31_000), "stage": "mine", "day": datetime.date(2025, 1, 1)},
            ("AUS", None, 2024, None, None),
        ]
    )
    assert frame.columns == list(MINED.names)
    assert dict(frame.schema) == MINED.dtypes
    assert frame["value"].to_list() == [270_000.0, 31_000.0, None]


def test_missing_stays_null_and_zero_stays_zero():
    assert MINED.frame([{"country": "CHN"}, {"country": "USA", "value": 0}])["value"].to_list() == [None, 0.0]


def test_the_empty_frame_fits():
    assert MINED.check(MINED.empty()).height == 0
    assert MINED.frame([]).equals(MINED.empty())


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"country": "CHN", "value": "many"}, "row 2, column 'value': found 'many'; expected Float64 [t REO/yr]"),
        ({"country": None}, "row 2, column 'country': found nothing"),
        ({"country": "CHN", "value": float("nan")}, "found NaN"),
        ({"country": "CHN", "value": float("inf")}, "found infinity"),
        ({"country": "CHN", "stage": "seperation"}, "Did you mean 'separation'"),
        ({"country": "CHN", "vlaue": 3}, "found column 'vlaue'"),
        ({"country": "CHN", "year": 2024.5}, "found 2024.5; expected Int32"),
        ({"country": "CHN", "year": 2**40}, "expected Int32"),
        (("CHN", 1.0), "row 2: found 2 values; expected 5"),
    ],
)
def test_a_bad_row_is_named(row, says):
    with pytest.raises(InputError) as caught:
        MINED.frame([{"country": "AUS"}, row])
    assert says in str(caught.value)
    assert "table mined, row 2" in str(caught.value)


def test_every_bad_value_is_told_at_once():
    with pytest.raises(InputError) as caught:
        MINED.frame([{"country": None, "value": float("nan")}, {"country": "CHN", "stage": "x"}])
    assert len(caught.value.faults) == 3


def test_a_frame_of_another_shape_is_refused():
    frame = MINED.empty().drop("year").with_columns(pl.lit(1).alias("yaer"), pl.col("value").cast(pl.Int64))
    with pytest.raises(InputError) as caught:
        MINED.check(frame)
    message = str(caught.value)
    assert "no column 'year'" in message
    assert "found type Int64; expected Float64" in message
    assert "column 'yaer'" in message
    assert "Did you mean 'year'" in message


def test_column_order_is_part_of_the_schema():
    with pytest.raises(InputError, match="column order"):
        MINED.check(MINED.empty().select(reversed(MINED.names)))


def test_a_column_is_found_by_name_or_by_the_nearest_name():
    assert MINED.column("value").unit == "t REO/yr"
    with pytest.raises(InputError, match="Did you mean 'value'"):
        MINED.column("valu")
