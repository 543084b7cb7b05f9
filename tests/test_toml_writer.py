"""A written file says what was read: tables go out and come back the same."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ytterby.model.scenario import canonical
from ytterby.model.scenario_file import packaged, scenario, whole_text
from ytterby.model.toml_text import parse_toml
from ytterby.model.toml_writer import to_toml

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=20)
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
    | st.dates() | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8,
)  # fmt: skip


@given(tables=st.dictionaries(TEXTS, VALUES, max_size=5))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_again(tables):
    assert tomllib.loads(to_toml(tables)) == tables


def test_dates_and_texts_of_many_lines():
    tables = {"description": 'one "two"\nthree\\', "at": datetime(2025, 4, 4, 1, 2), "day": date(2025, 4, 4),
              "hour": time(1), "measure": [{"id": "a\x7f"}], "assumptions": {"a.b": 1.0}}  # fmt: skip
    text = to_toml(tables)
    assert tomllib.loads(text) == tables
    assert text.count("\n[[measure]]") == text.count("\n[assumptions]") == 1
    assert 'one \\"two\\"\nthree' in text
    with pytest.raises(TypeError, match="NoneType"):
        to_toml({"a": None})


@pytest.mark.parametrize("name", packaged())
def test_every_ready_scenario_can_stand_alone(name):
    text = whole_text(name)
    assert canonical(scenario(parse_toml(text, name))) == canonical(scenario(name))
    assert text.startswith("schema = 1\nname = ")
