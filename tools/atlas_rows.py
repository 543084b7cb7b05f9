"""Rows of the atlas as the compiler builds them, and the one CSV writer they all go through.

A figure row is a plain mapping with the columns of ``ytterby.atlas.schema.FIGURES``; its id is made from its own key,
so that the same figure has the same name in every build.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def slug(text: str) -> str:
    """Return `text` as lower-case words joined by hyphens.

    >>> slug("Heim & Vander Wal, Minerals 2023")
    'heim-vander-wal-minerals-2023'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def figure(source: str, edition: str, locator: str, **cells: Any) -> Row:
    """Return a figure row; `cells` hold material, stage, measure, country, period, value, unit and the rest."""
    row: Row = {
        "qualifier": "reported",
        "note": None,
        **cells,
        "source": source,
        "edition": edition,
        "locator": locator,
    }
    if row["value"] == 0 and row["qualifier"] in ("reported", "estimated", "computed"):
        row["qualifier"] = "zero"
    place = str(row.get("country") or "")
    if row.get("partner"):
        place += f">{row['partner']}"
    tail = [slug(str(row[name])) for name in ("form", "ore", "facility") if row.get(name)]
    parts = [source, row["material"], row["stage"], row["measure"], place, row["period"], *tail]
    row["id"] = ":".join(str(part) for part in parts)
    return row


def number(text: str | None) -> float | None:
    """Return the number in `text`, or None when it holds none."""
    if text is None or text.strip() == "":
        return None
    return float(text)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]], key: Sequence[str]) -> int:
    """Write `rows` sorted by `key` with LF line ends; return how many. Same rows, same bytes, in any order given."""
    ordered = sorted(rows, key=lambda row: tuple("" if row.get(name) is None else row[name] for name in key))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(csv_bytes(columns, ordered))
    return len(ordered)


def csv_bytes(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return `rows` as CSV text in UTF-8; null is an empty cell, numbers are printed shortest."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        unknown = set(row) - set(columns)
        if unknown:
            raise ValueError(f"row {row.get('id')!r} has cells outside the table: {sorted(unknown)}")
        writer.writerow([_cell(row.get(name)) for name in columns])
    return text.getvalue().encode()


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV input as mappings of text."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    return " ".join(str(value).split())
