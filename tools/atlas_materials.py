"""The materials of the atlas: one id each (an element's symbol where there is one), names, aliases and trade codes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from atlas_rows import Row, read_csv

TABLE = Path(__file__).parent / "atlas_materials.csv"


@cache
def listed() -> tuple[dict[str, str], ...]:
    """Return the maintained list of materials."""
    return tuple(read_csv(TABLE))


@cache
def by_ec_name(column: str) -> dict[str, str]:
    """Return material ids by the names the European Commission uses in `column`: ec (shares) or ec_score."""
    return {name: row["id"] for row in listed() for name in row[column].split(";") if name}


@cache
def _by_name() -> dict[str, str]:
    words = {word.casefold(): row["id"] for row in listed() for word in row["aliases"].split(";") if word}
    return words | {word.casefold(): row["id"] for row in listed() for word in (row["id"], row["name"])}


def named(word: str) -> str:
    """Return the id of the material that `word` names; KeyError when none."""
    return _by_name()[word.strip().casefold()]


def materials(codes: dict[str, list[str]]) -> Iterator[Row]:
    """Return a row a material; `codes` holds the trade codes of each."""
    for row in listed():
        yield {
            "id": row["id"],
            "name": row["name"],
            "kind": row["kind"],
            "aliases": row["aliases"] or None,
            "hs6": ";".join(sorted(set(codes.get(row["id"], [])))) or None,
        }
