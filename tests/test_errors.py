"""core/errors: every message shows the place, what was found, what was expected and the nearest right word."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ytterby.core import errors
from ytterby.core.errors import Fault, InputError, MissingExtra, UnitError, YtterbyError, nearest


def test_a_fault_reads_as_one_line_with_place_found_expected_and_nearest():
    fault = Fault("squeeze.toml, measure 1, product", "'Dysprosum oxide'", "a product", "Dy oxide")
    assert str(fault) == (
        "squeeze.toml, measure 1, product: found 'Dysprosum oxide'; expected a product. Did you mean 'Dy oxide'?"
    )


def test_a_fault_without_a_near_word_does_not_guess():
    assert str(Fault("a.toml, name", "nothing", "a name")) == "a.toml, name: found nothing; expected a name."


def test_all_faults_of_a_file_are_told_at_once():
    error = InputError([Fault("a.toml, name", "nothing", "a name"), Fault("a.toml, schema", "2", "1")])
    assert len(error.faults) == 2
    assert str(error).splitlines() == [
        "a.toml, name: found nothing; expected a name.",
        "a.toml, schema: found 2; expected 1.",
    ]


def test_an_input_error_takes_a_sentence_a_fault_several_faults_or_an_iterable():
    fault = Fault("p", "f", "e")
    assert InputError("The file is empty.").faults == ()
    assert str(InputError("The file is empty.")) == "The file is empty."
    assert InputError(fault).faults == (fault,)
    assert InputError(fault, fault).faults == (fault, fault)
    assert InputError((fault, fault)).faults == (fault, fault)


def test_a_thousand_faults_fit_one_screen_and_the_rest_is_counted():
    lines = str(InputError([Fault(f"a.toml, row {row}", "x" * 5000, "y") for row in range(1000)])).splitlines()
    assert len(lines) == errors.MAX_LINES + 1
    assert lines[-1] == "… and 980 more"
    assert max(map(len, lines)) < 400


def test_binary_and_control_characters_are_escaped():
    line = str(Fault("a.toml", "\x00\x1b[31m\n\r", "text"))
    assert line.isprintable()
    assert r"\x1b" in line


@pytest.mark.parametrize(
    "error",
    [
        InputError([Fault("p", "f", "e", "n")]),
        InputError("text"),
        UnitError(Fault("p", "f", "e")),
        MissingExtra("X", "y"),
    ],
)
def test_errors_survive_the_way_between_processes(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)


def test_every_error_is_a_ytterby_error_and_stands_in_the_tree_of_the_docstring():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert YtterbyError in kinds
    assert len(kinds) == 7
    for kind in kinds:
        assert issubclass(kind, YtterbyError)
        assert kind.__name__ in (errors.__doc__ or "")


def test_a_missing_extra_says_what_to_install():
    assert str(MissingExtra("Charts", "plot")) == 'Charts need one more package: pip install "ytterby[plot]"'


@pytest.mark.parametrize(
    ("word", "words", "expected"),
    [
        ("dysprosum", ["Dysprosium", "Terbium"], "Dysprosium"),
        ("CHNA", ["CHN", "USA"], "CHN"),
        ("sep", ["separation", "mine"], "separation"),
        ("SEPARATION", ["separation", "mine"], "separation"),
        ("qqq", ["separation", "mine"], None),
        ("", ["separation"], None),
        ("mine", [], None),
    ],
)
def test_nearest(word, words, expected):
    assert nearest(word, words) == expected


@given(st.lists(st.text(min_size=1, max_size=8), max_size=8), st.text(max_size=8))
def test_nearest_does_not_depend_on_order_and_answers_with_one_of_the_words(words, word):
    found = nearest(word, words)
    assert found == nearest(word, reversed(words))
    assert found is None or found in words
