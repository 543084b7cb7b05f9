"""Indicators made visible: tables written to a file, and (below) one material for one economy side by side."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from ytterby.core.errors import Fault, InputError
from ytterby.show.export import whole

KINDS = (".csv", ".parquet")


def check_place(path: Path) -> None:
    """Refuse a file that cannot be written before anything is computed."""
    faults = []
    if path.suffix.casefold() not in KINDS:
        faults.append(Fault("--out", repr(path.name), "a name that ends in .csv or .parquet"))
    if not path.parent.is_dir():
        faults.append(Fault("--out", f"folder {str(path.parent)!r}, which does not exist", "an existing folder"))
    elif path.is_dir():
        faults.append(Fault("--out", f"{str(path)!r}, a folder", "a file"))
    if faults:
        raise InputError(faults)


def write_table(frame: pl.DataFrame, path: Path) -> Path:
    """Write `frame` as CSV or Parquet by the name of `path`, whole or not at all; numbers keep every digit."""
    with whole(path) as place:
        if path.suffix.casefold() == ".parquet":
            frame.write_parquet(place)
        else:
            frame.write_csv(place)
    return path


def counted(frame: pl.DataFrame) -> list[str]:
    """Return the lines that say how many cells came out with which status."""
    counts = frame["status"].value_counts().sort("count", "status", descending=[True, False])
    total = f"{frame.height:,} cells: " + ", ".join(f"{count:,} {word}" for word, count in counts.iter_rows())
    return [total]
