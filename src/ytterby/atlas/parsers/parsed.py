"""What a parser gives: a table of the atlas, what it is called, and what was left out and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from ytterby.core.errors import Fault, InputError, nearest
from ytterby.core.tables import Schema


@dataclass(frozen=True, slots=True)
class Parsed:
    """Rows in the columns of `table`; `notes` say what the file holds that the table does not."""

    table: Schema
    frame: pl.DataFrame
    notes: tuple[str, ...] = ()


def need_columns(place: str, found: Iterable[str], expected: Iterable[str]) -> None:
    """Raise with every column of `expected` that is not among those `found`."""
    have = list(found)
    missing = [name for name in expected if name not in have]
    if missing:
        shown = ", ".join(have[:12]) or "nothing"
        raise InputError(
            Fault(place, f"columns {shown}", f"a column {name!r}", nearest(name, have)) for name in missing
        )


def decoded(data: bytes) -> str:
    """Return the text of a publisher's table: UTF-8, or else Windows-1252, in which some are written.

    >>> decoded(b"Salient Statistics\\x97United States")
    'Salient Statistics—United States'
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
