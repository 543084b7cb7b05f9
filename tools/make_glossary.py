"""Write docs/glossary.md from the records of ytterby.core.terms.

Run: python tools/make_glossary.py
"""

from __future__ import annotations

from pathlib import Path

from ytterby.core.terms import PARTS, TERMS, Term

GLOSSARY = Path(__file__).parent.parent / "docs" / "glossary.md"

HEAD = """# Glossary

The words Ytterby uses, one meaning each. This page is written by `tools/make_glossary.py` from
`src/ytterby/core/terms.py`; edit the records there. A line with a source repeats its definition in our words; a line
without one says how Ytterby uses the word.
"""


def glossary(terms: tuple[Term, ...]) -> str:
    """Return the page: a table of terms for each part."""
    parts = [_part(name, [term for term in terms if term.part == name]) for name in PARTS]
    return "\n".join([HEAD, *parts])


def _part(name: str, terms: list[Term]) -> str:
    rows = [f"| **{term.term}** | {_meaning(term)} | {', '.join(term.aliases)} | {term.source} |" for term in terms]
    return "\n".join([f"## {name}", "", "| term | meaning | also called | source |", "|---|---|---|---|", *rows, ""])


def _meaning(term: Term) -> str:
    return term.meaning.replace("|", r"\|")


if __name__ == "__main__":
    GLOSSARY.write_text(glossary(TERMS), encoding="utf-8")
