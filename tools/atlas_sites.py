"""Deposits and mines as points: rare earths, the critical minerals of the United States, carbonatites, graphite.

A point is the publisher's. The country of a site is where the point lies by the borders of United Nations practice; a
site without a point keeps the country its source names, and a country that is no more is not translated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from atlas_materials import named
from atlas_rows import Row, number, read_csv, slug
from ytterby.atlas import places

DATASETS = {
    "USGS OFR 2002-189 (Orris & Grauch)": ("usgs-ofr-2002-189", "record"),
    "USGS PP 1802": ("usgs-pp-1802", "record"),
    "USGS OFR 2009-1139 (Berger et al.)": ("usgs-ofr-2009-1139", "record"),
    "usc-stu/doi-10-3133-pp1802j": ("usgs-pp-1802-j", "record"),
    "usc-stu/doi-10-5066-p99rk9su": ("usgs-graphite-2020", "record"),
}
LANTHANIDES = {
    "Cerium", "Dysprosium", "Erbium", "Europium", "Gadolinium", "Holmium", "Lanthanum", "Lutetium", "Neodymium",
    "Praseodymium", "Samarium", "Terbium", "Thulium", "Ytterbium",
}  # fmt: skip
GANGUE = {"Quartz", "Feldspar", "Mica", "Dolomite", "Pyrite", "Olivine", "Staurolite"}
WORDS = {
    "Rare-Earth Elements": ("REE",),
    "Niobium and Tantalum": ("Nb", "Ta"),
    "Zirconium and Hafnium": ("Zr", "Hf"),
    "Platinum-Group Elements": ("PGM",),
    "Barite (Barium)": ("barite",),
}
NOTES = {
    ("usgs-ofr-2002-189", "278"): "The point of the source is the town of Azovske in Crimea; the deposit of that name "
    "lies near Mariupol. The point is left out.",
    ("usgs-ofr-2002-189", "724"): "Tailings of a uranium plant, not a mine deposit.",
    ("usgs-ofr-2002-189", "19"): "Named Novopoltavske in Ukrainian sources.",
    ("usgs-ofr-2002-189", "270"): "Named Yastrubetske in Ukrainian sources.",
}
NO_POINT = {("usgs-ofr-2002-189", "278")}


def points(shared: Path) -> Iterator[Row]:
    """Every point of the USGS files, with its materials."""
    yield from (_rare_earth(row) for row in read_csv(shared / "deposits/usgs_points_ree_pp1802_carbonatite.csv"))
    for row in read_csv(shared / "deposits/graphite_nickel_deposits.csv"):
        if row["dataset"] in DATASETS:
            yield _graphite(row)


def _rare_earth(row: dict[str, str]) -> Row:
    names = {name.strip() for name in row["commodities"].split(";")} - {"", *GANGUE}
    rare = bool(names & LANTHANIDES)
    others = [word for name in sorted(names - LANTHANIDES) for word in _materials(name, rare)]
    return _site(row, sorted({*(["REE"] if rare else []), *others}), "")


def _graphite(row: dict[str, str]) -> Row:
    ore, grade = number(row["ore"]), number(row["grade"])
    size = f"Resource: {ore / 1e6:g} Mt of ore" + (f" at {grade:g} %" if grade else "") + "." if ore else ""
    return _site(row, ["graphite"], size)


def _materials(name: str, rare: bool) -> tuple[str, ...]:
    """Return the ids of a commodity word; yttrium is told apart only where the lanthanides are not all listed."""
    if name in WORDS:
        return WORDS[name]
    if rare and name == "Yttrium":
        return ()
    try:
        return (named(name),)
    except KeyError:  # a mineral that is no material here: dolomite, olivine
        return ()


def _site(row: dict[str, str], materials: list[str], note: str) -> Row:
    source, _ = DATASETS[row["dataset"]]
    key = (source, row["record_id"])
    lat, lon = (None, None) if key in NO_POINT else (number(row["lat"]), number(row["lon"]))
    named = row["iso3"] if re.fullmatch("[A-Z]{3}", row["iso3"]) and row["iso3"] in _codes() else None
    country, drawn = _country(named, lat, lon)
    notes = [note, NOTES.get(key, ""), drawn]
    if named is None:
        notes.append(f"Country printed: {row['country'] or 'none'}.")
    return {
        "id": f"{source}-{slug(row['record_id'])}",
        "name": " ".join(row["name"].split()) or f"record {row['record_id']}",
        "country": country,
        "region": row["state"] or None,
        "lat": None if lat is None else round(lat, 5),
        "lon": None if lon is None else round(lon, 5),
        "materials": ";".join(materials) or "XXX",
        "source": source,
        "locator": f"record {row['record_id']}",
        "note": " ".join(part for part in notes if part) or None,
    }


def _codes() -> set[str]:
    return set(places.borders())


def _country(named: str | None, lat: float | None, lon: float | None) -> tuple[str, str]:
    """Return the country by the borders drawn, and a note where the source names another."""
    if lat is None or lon is None:
        return named or "XXX", ""
    inside = [code for code, shapes in places.borders().items() if any(_in(shape, lon, lat) for shape in shapes)]
    if len(inside) == 1 and inside[0] != "XXX" and inside[0] != named:
        if named is None:
            return inside[0], "Country by the point."
        return named, f"The point lies in {inside[0]} by the borders drawn."
    return named or (inside[0] if len(inside) == 1 else "XXX"), ""


def _in(polygon: places.Polygon, x: float, y: float) -> bool:
    crossings = [
        (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
        for ring in polygon
        for (x1, y1), (x2, y2) in pairwise(ring)
    ]
    return sum(crossings) % 2 == 1
