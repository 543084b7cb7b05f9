"""core/terms: one record a term, and the glossary page is what the records say."""

import importlib.util
from pathlib import Path

import pytest

from ytterby.core.errors import InputError
from ytterby.core.terms import PARTS, TERMS, term

ROOT = Path(__file__).parent.parent


def test_terms_and_aliases_are_unique():
    names = [name.casefold() for record in TERMS for name in (record.term, *record.aliases)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("record", TERMS, ids=lambda record: record.term)
def test_each_term_has_a_part_and_a_sentence(record):
    assert record.part in PARTS
    assert record.meaning.endswith(".")
    assert len(record.meaning) < 250


def test_a_term_is_found_by_alias_or_by_the_nearest_word():
    assert term("net import reliance") is term("nir")
    with pytest.raises(InputError, match="Did you mean 'reconciliation'"):
        term("reconcilation")


def test_the_glossary_page_is_current():
    place = ROOT / "tools" / "make_glossary.py"
    spec = importlib.util.spec_from_file_location("make_glossary", place)
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    written = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert written == maker.glossary(TERMS), "docs/glossary.md is behind: run  python tools/make_glossary.py"
