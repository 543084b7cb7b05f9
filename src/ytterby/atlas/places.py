"""Names of places to ISO 3166 alpha-3, and the borders that maps draw.

>>> iso3("Burma"), iso3("Other Asia, nes"), iso3("chn")
('MMR', 'TWN', 'CHN')
>>> iso3("DE"), iso3("276"), iso3("842"), iso3("TÃ¼rkiye"), iso3("Korea (Republic of)")
('DEU', 'DEU', 'USA', 'TUR', 'KOR')
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ytterby.core.errors import AtlasError, Fault, InputError, nearest

DATA = Path(__file__).parent / "data"
BORDERS_NOTE = (
    "Borders follow United Nations practice (Natural Earth 50 m, drawn by visionscarto): Crimea is in Ukraine, Western "
    "Sahara stands apart. Taiwan and Kosovo are drawn apart because statistics count them so. No position on the "
    "status of any territory is meant."
)

Ring = tuple[tuple[float, float], ...]
Polygon = tuple[Ring, ...]


def iso3(name: str, place: str = "country") -> str:
    """Return the ISO3 code of a country; `place` says where the name stood.

    Read are ISO 3166 alpha-2, alpha-3 and numeric codes, BACI codes, names and aliases; case, accents, punctuation and
    text saved in the wrong encoding ("TÃ¼rkiye") do not matter.
    """
    found = _codes().get(name.strip().casefold()) or _names().get(plain(name))
    if found is None:
        raise InputError(Fault(place, repr(name), "a country or its ISO3 code", nearest(name, _spellings())))
    return found


def name_of(code: str) -> str:
    """Return the name printed in tables for an ISO3 code."""
    for row in _countries():
        if row["iso3"] == code:
            return row["name"]
    raise InputError(Fault("country", repr(code), "an ISO3 code", nearest(code, [row["iso3"] for row in _countries()])))


def members(group: str) -> tuple[str, ...]:
    """Return the ISO3 codes of a group: EU27, G7, G20, OECD.

    >>> len(members("EU27"))
    27
    """
    rows = _read("groups.csv")
    found = tuple(row["iso3"] for row in rows if row["group"].casefold() == group.casefold())
    if not found:
        names = sorted({row["group"] for row in rows})
        raise InputError(Fault("group", repr(group), "one of " + ", ".join(names), nearest(group, names)))
    return found


@cache
def borders() -> Mapping[str, tuple[Polygon, ...]]:
    """Return the polygons of every country by ISO3, in degrees (longitude, latitude); rings are closed.

    No ring crosses the antimeridian. "XXX" is land whose state is not settled.
    """
    world = topology()
    (sx, sy), (tx, ty) = world["transform"]["scale"], world["transform"]["translate"]
    arcs = [_arc(arc, sx, sy, tx, ty) for arc in world["arcs"]]
    shapes = {}
    for shape in world["objects"]["countries"]["geometries"]:
        shapes[shape["id"]] = tuple(tuple(_ring(ring, arcs) for ring in polygon) for polygon in shape["arcs"])
    return MappingProxyType(shapes)


def topology() -> dict[str, Any]:
    """Return the borders as TopoJSON (object "countries", ids ISO3), for a browser to draw."""
    try:
        world: dict[str, Any] = json.loads((DATA / "borders.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise AtlasError(
            f"The borders in {DATA / 'borders.json'} cannot be read ({cause}). Install Ytterby again."
        ) from cause
    return world


def _arc(arc: list[list[int]], sx: float, sy: float, tx: float, ty: float) -> list[tuple[float, float]]:
    x = y = 0
    points = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((round(x * sx + tx, 4), round(y * sy + ty, 4)))
    return points


def _ring(ring: list[int], arcs: list[list[tuple[float, float]]]) -> Ring:
    points: list[tuple[float, float]] = []
    for at in ring:
        run = arcs[at] if at >= 0 else arcs[~at][::-1]
        points += run[1:] if points else run
    return tuple(points)


@cache
def _countries() -> tuple[dict[str, str], ...]:
    return _read("countries.csv")


def mended(text: str) -> str:
    """Return text that was saved as UTF-8 and read as Latin-1 as it was meant; other text as it is.

    >>> mended("CuraÃ§ao"), mended("Türkiye")
    ('Curaçao', 'Türkiye')
    """
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


_SHORT = {
    "rep": "republic", "dem": "democratic", "isds": "islands", "isl": "islands", "is": "islands", "st": "saint",
    "fed": "federated", "sts": "states", "terr": "territory", "ter": "territory", "n": "northern", "fr": "french",
    "br": "british", "peoples": "people", "fs": "federated",
}  # fmt: skip
_FILLERS = {"the", "of", "and", "nes", "former", "s"}  # "People's" leaves an s


def plain(name: str) -> str:
    """Return the words of a name, sorted, without case, accents, brackets, fillers and abbreviations.

    >>> plain("Congo, Dem. Rep.") == plain("Democratic Republic of the Congo")
    True
    """
    letters = unicodedata.normalize("NFKD", mended(name).casefold())
    bare = "".join(char for char in letters if not unicodedata.combining(char))
    words = re.sub(r"[^\w]+", " ", bare.replace(".", "")).split()
    return " ".join(sorted(_SHORT.get(word, word) for word in words if word not in _FILLERS))


@cache
def _names() -> Mapping[str, str]:
    """Return codes by plain name; a name that two countries would share belongs to the first."""
    names: dict[str, str] = {}
    for row in _countries():
        for word in (row["name"], *row["aliases"].split(";")):
            if word:
                names.setdefault(plain(word), row["iso3"])
    return MappingProxyType(names)


@cache
def _codes() -> Mapping[str, str]:
    """Return ISO3 by code: alpha-3, alpha-2, numeric, and BACI where that is no ISO code of another country."""
    rows = _countries()
    codes = {code: row["iso3"] for row in rows for code in row["baci"].split(";") if code}
    codes |= {
        form: row["iso3"] for row in rows if row["numeric"] for form in (row["numeric"], row["numeric"].lstrip("0"))
    }
    codes |= {row["iso2"].casefold(): row["iso3"] for row in rows if row["iso2"]}
    # Codes of three letters are read last, so that no other code can take one away from its country.
    return MappingProxyType(codes | {row["iso3"].casefold(): row["iso3"] for row in rows})


def _spellings() -> list[str]:
    return [word for row in _countries() for word in (row["name"], row["iso3"], *row["aliases"].split(";")) if word]


def _read(name: str) -> tuple[dict[str, str], ...]:
    try:
        with (DATA / name).open(encoding="utf-8", newline="") as lines:
            return tuple(csv.DictReader(lines))
    except OSError as cause:
        raise AtlasError(f"The table {DATA / name} cannot be read ({cause}). Install Ytterby again.") from cause
