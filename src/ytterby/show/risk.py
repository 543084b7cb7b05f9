"""Indicators made visible: one material for one economy side by side, and tables written to a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from rich.table import Table
from rich.text import Text

from ytterby.atlas.cite import citation
from ytterby.atlas.load import Atlas
from ytterby.core.errors import Fault, InputError
from ytterby.indicators.profile import MATRIX, METHODS, Profile
from ytterby.indicators.profile_lines import Line
from ytterby.indicators.purchases import Exposure
from ytterby.indicators.status import STATUSES
from ytterby.show.export import whole

KINDS = (".csv", ".parquet")
NAMES = {
    "hhi": "HHI of producers",
    "eu-supply-risk": "EU supply risk",
    "eu-importance": "EU importance",
    "geopolrisk": "GeoPolRisk",
    "net-import-reliance": "NIR (USGS)",
    "import-reliance": "IR (EU)",
    "usgs-risk": "USGS supply risk",
    "companionality": "Companionality",
    "basket": "Value in an ore",
}


def heading(profile: Profile, atlas: Atlas) -> str:
    """Return the first line: what, for whom, when, from which edition of the figures."""
    name = profile.name[:1].upper() + profile.name[1:]
    return f"{name} · {profile.economy_name} · {profile.year}   (atlas {atlas.edition})"


def profile_table(profile: Profile) -> Table:
    """Return the indicators as a table of 80 columns; the numbers of sources are those of `profile_notes`."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for title in ("", "stage", "value", "range", "status", "source"):
        number = title in ("value", "range")
        table.add_column(title, justify="right" if number else "left", no_wrap=True)
    marks = {source: at for at, source in enumerate(profile.sources, 1)}
    previous = ""
    for line in profile.lines:
        cited = ",".join(str(marks[source]) for source in line.sources)
        name = NAMES[line.method] if line.method != previous else ""
        previous = line.method
        cells = (name, line.stage, shown(line.value), between(line), line.status, cited)
        table.add_row(*(Text(cell) for cell in cells))
    return table


def profile_notes(profile: Profile, atlas: Atlas) -> Iterator[str]:
    """Yield the lines below the table: what went in, where ranges come from, why the methods differ, sources."""
    yield "What went in"
    for line in profile.lines:
        said = "; ".join(text for text in (line.inputs, line.note) if text)
        place = (
            f"{NAMES[line.method]}{', ' + line.stage if line.stage else ''}{f' ({line.period})' if line.period else ''}"
        )
        if said:
            yield f"  {place}: {said}"
        if line.interval:
            yield f"    range: {line.interval}"
    yield ""
    yield "Why they differ"
    yield from (f"  {text}" for text in profile.differ)
    yield f"  Next: ytterby facts {profile.material}    ytterby risk {profile.material} --for {profile.economy} --json"
    yield ""
    words = sorted({line.status for line in profile.lines} - {"ok"})
    yield from (f"{word}: {STATUSES[word]}" for word in words)
    yield ""
    rows = {row["id"]: row for row in atlas.sources.iter_rows(named=True)}
    yield from (f"[{at}] {citation(rows[source])}" for at, source in enumerate(profile.sources, 1) if source in rows)


def profile_json(profile: Profile, atlas: Atlas) -> dict[str, Any]:
    """Return the whole profile as plain values, ready for JSON."""
    rows = {row["id"]: row for row in atlas.sources.iter_rows(named=True)}
    return {
        "schema": 1,
        "material": profile.material,
        "name": profile.name,
        "economy": profile.economy,
        "year": profile.year,
        "indicators": [asdict(line) | {"unit": "1", "title": METHODS[line.method]} for line in profile.lines],
        "why_they_differ": list(profile.differ),
        "origins": [_origin(asdict(item)) for item in profile.origins],
        "statuses": {line.status: STATUSES[line.status] for line in profile.lines},
        "sources": [rows[source] for source in profile.sources if source in rows],
        "edition": atlas.edition,
        "digest": atlas.digest,
    }


def _origin(item: dict[str, Any]) -> dict[str, Any]:
    """Return an origin record with its pairs as mappings of place to share."""
    return item | {name: dict(item[name]) for name in ("top", "adds", "traced")}


def shown(value: float | None) -> str:
    """Return a value with two decimals, or three where it is small; nothing where there is none."""
    if value is None:
        return ""
    return f"{value:.2f}" if abs(value) >= 0.1 or value == 0 else f"{value:.3f}"


def between(line: Line) -> str:
    """Return the range of a line, or nothing where it is a point."""
    if line.low is None or line.high is None or shown(line.low) == shown(line.high):
        return ""
    return f"{shown(line.low)}–{shown(line.high)}"


def matrix_lines(found: pl.DataFrame) -> Iterator[str]:
    """Yield for each method how many materials it answers for, and the reasons of the others."""
    total = found["material"].n_unique()
    answered = found.filter(pl.col("value").is_not_null() | pl.col("low").is_not_null())
    for method, title in METHODS.items():
        have = set(answered.filter(pl.col("method") == method)["material"])
        rest = found.filter((pl.col("method") == method) & ~pl.col("material").is_in(list(have)))
        one_each = rest.unique("material", keep="first", maintain_order=True)
        reasons = one_each["status"].value_counts().sort("count", "status", descending=[True, False])
        why = ", ".join(f"{count} {word}" for word, count in reasons.iter_rows())
        yield f"{NAMES[method]:<18} {len(have):>3} of {total} materials{f'   ({why})' if why else ''}"
        yield f"    {title}"


def exposure_table(found: Exposure) -> Table:
    """Return a company's purchases as a table of 80 columns."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for title in ("", "stage", "year", "t", "HHI", "risk", "score", "range", "from", "status"):
        left = title in ("", "stage", "from", "status")
        table.add_column(title, justify="left" if left else "right", overflow="fold")
    for row in found.table.iter_rows(named=True):
        line = Line("geopolrisk", low=row["low"], high=row["high"])
        mass = f"{row['quantity_t']:,.3g}" if row["quantity_t"] < 1000 else f"{row['quantity_t']:,.0f}"
        numbers = (mass, *(shown(row[name]) for name in ("hhi", "import_risk", "score")), between(line))
        cells = (row["material"], row["stage"], str(row["year"]), *numbers, row["top"] or "", row["status"])
        table.add_row(*(Text(cell) for cell in cells))
    return table


def exposure_notes(found: Exposure, atlas: Atlas) -> Iterator[str]:
    """Yield the lines below the table: how to read it, what the statuses mean, sources."""
    yield ""
    yield "score = HHI of the world's makers x political instability of your origins, by mass; 0 none, 1 most."
    words = sorted(set(found.table["status"].to_list()) - {"ok"})
    yield from (f"{word}: {STATUSES[word]}" for word in words)
    rows = {row["id"]: row for row in atlas.sources.iter_rows(named=True)}
    yield from (citation(rows[source]) for source in found.sources if source in rows)


def exposure_json(found: Exposure, atlas: Atlas) -> dict[str, Any]:
    """Return a company's purchases, measured, as plain values."""
    rows = {row["id"]: row for row in atlas.sources.iter_rows(named=True)}
    return {
        "schema": 1,
        "purchases": found.table.to_dicts(),
        "countries": found.countries.to_dicts(),
        "notes": list(found.notes),
        "sources": [rows[source] for source in found.sources if source in rows],
        "edition": atlas.edition,
        "digest": atlas.digest,
    }


def profile_rows(profile: Profile) -> pl.DataFrame:
    """Return the lines of a profile as a table, in the columns of the matrix."""
    cells = [{name: getattr(line, name, None) for name in MATRIX.names} for line in profile.lines]
    rows = [
        row | {"material": profile.material, "sources": ";".join(line.sources)}
        for row, line in zip(cells, profile.lines, strict=True)
    ]
    return MATRIX.frame(rows)


def check_place(path: Path, kinds: tuple[str, ...] = KINDS) -> None:
    """Refuse a file that cannot be written before anything is computed."""
    faults = []
    if path.suffix.casefold() not in kinds:
        named = f"{', '.join(kinds[:-1])} or {kinds[-1]}"
        faults.append(Fault("--out", repr(path.name), f"a name that ends in {named}"))
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


def write_parts(parts: Iterable[pl.DataFrame], path: Path) -> int:
    """Write frames one below the other, without holding more than one of them; return the number of rows."""
    rows = 0
    with whole(path) as place, TemporaryDirectory(dir=path.parent) as folder:
        for at, part in enumerate(parts):
            rows += part.height
            part.write_parquet(Path(folder) / f"{at:05d}.parquet")
        if not rows:
            raise InputError(Fault(str(path), "nothing to write", "a table of trade with rows"))
        written = pl.scan_parquet(Path(folder) / "*.parquet")
        (written.sink_parquet if path.suffix.casefold() == ".parquet" else written.sink_csv)(place)
    return rows


def counted(frame: pl.DataFrame) -> list[str]:
    """Return the lines that say how many cells came out with which status."""
    counts = frame["status"].value_counts().sort("count", "status", descending=[True, False])
    total = f"{frame.height:,} cells: " + ", ".join(f"{count:,} {word}" for word, count in counts.iter_rows())
    return [total]
