"""Plants by name, town and owner, and what the atlas's table of plants says of their capacity and output."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ytterby.atlas.load import Atlas
from ytterby.studies.claims.editions import published
from ytterby.studies.claims.figures import Answer, Figure, Shelf
from ytterby.studies.claims.record import Test

_PLAIN = frozenset({
    "China", "Malaysia", "Vietnam", "India", "Japan", "Laos", "Sichuan", "Fujian", "Shandong", "Goias", "Group",
    "Phase",
    "Project", "Rare Earth", "Rare", "Plant", "Works", "Saga", "Beijing", "Angola", "Tanzania", "Rainbow", "Hastings",
    "Peak", "many", "private bidders", "Jiangxi", "Guangdong", "Guangxi", "Penco", "Dong", "Company", "Korat",
    "America", "Korean", "HREE", "China JV", "Columbus", "Alexandria", "Less Common", "Independence",
    "Northern RE",
})  # fmt: skip
_WORDS = re.compile(
    r"\b(?:mine|mill|mines|concentrator|plant|plants|project|pilot|refinery|facility|magnet|magnets|metals?|"
    r"line|separation|"
    r"processing|cracking|leaching|powder|recyclers|aggregate|phases?|stage|ii|iii|\d\S*|tx|wy|sc|la|ga|ok|and|"
    r"etc|smco|"
    r"heavy|clays?|monazite|ionic|upgrade|module|strip|alloys|scheme|refining|all|campus)\b\.?", re.I,
)  # fmt: skip
_STAGE_WORDS = {
    "magnet": r"\bmagnets?\b", "separation": r"\bseparat\w+|\brefiner\w+|\bprocess\w+|\bcrack\w+",
    "mine": r"\bmin(?:e|es|ed|ing)\b",
    "concentrate": r"\bmin(?:e|es|ed|ing)\b|\bconcentrat\w+", "recycling": r"\brecycl\w+", "metal": r"\bmetals?\b",
    "alloy": r"\balloys?\b|\bpowder",
}  # fmt: skip
#: A name counts two, its owner, country and stage one each: a town alone names no plant.
_ENOUGH = 3
_TONNES = {"t": 1.0, "kt": 1e3, "kg": 1e-3}


@dataclass(frozen=True, slots=True, eq=False)
class Plants:
    """Rows of plants by id, and which words name which of them: places and names, and owners."""

    rows: dict[str, dict[str, Any]]
    names: dict[str, tuple[str, ...]]
    owners: dict[str, tuple[str, ...]]
    pattern: re.Pattern[str]


@lru_cache(maxsize=4)
def plants(atlas: Atlas) -> Plants:
    """Return the plants of an atlas by the words that name them, made once."""
    rows = {row["id"]: row for row in atlas.facilities.iter_rows(named=True) if not row["aggregate"]}
    names: dict[str, list[str]] = defaultdict(list)
    owners: dict[str, list[str]] = defaultdict(list)
    for code, row in rows.items():
        held = set()
        for part in re.split(r"[(),/:;]| - ", row["owner"] or ""):
            word = re.sub(r"\s*[\d.]+ ?%.*|\(.*|\bthen\b.*|\bfrom\b.*", "", part).strip(" .-")
            if _good(word):
                owners[word].append(code)
                held.add(word)
        for part in re.split(r"[(),/:;]| - ", row["name"]):
            bare = _WORDS.sub("", part).strip(" -.")
            for owner in sorted(held, key=len, reverse=True):
                first = owner.split()[0]
                bare = bare.removeprefix(owner).strip() or bare
                bare = bare.removeprefix(first + " ").strip() or bare
            if _good(bare):
                names[" ".join(bare.split())].append(code)
    every = sorted({*names, *owners}, key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, every)) + r")(?!\w)")
    return Plants(rows, {k: tuple(v) for k, v in names.items()}, {k: tuple(v) for k, v in owners.items()}, pattern)


def _good(word: str) -> bool:
    return len(word) > 3 and word[:1].isupper() and word not in _PLAIN and len(word.split()) < 5


def named(atlas: Atlas, text: str, countries: frozenset[str]) -> str | None:
    """Return the plant a sentence names, by name or owner beside its country or stage; None where it may be several."""
    known = plants(atlas)
    points: dict[str, float] = defaultdict(float)
    for found in known.pattern.finditer(text):
        for code in known.names.get(found[0], ()):
            points[code] += 2
        for code in known.owners.get(found[0], ()):
            points[code] += 1
    for code in points:
        row = known.rows[code]
        points[code] += row["country"] in countries
        points[code] += re.search(_STAGE_WORDS.get(row["stage"], r"(?!)"), text, re.I) is not None
        points[code] += 0.25 * (row["status"] in ("operating", "commissioning"))
    if not points:
        return None
    best = max(points.values())
    chosen = [code for code, value in points.items() if value == best]
    sized = [code for code in chosen if known.rows[code]["capacity"] is not None]
    chosen = sized if len(chosen) > 1 else chosen
    return chosen[0] if best >= _ENOUGH and len(chosen) == 1 else None


def answers(shelf: Shelf, test: Test) -> list[Answer]:
    """Return the capacity, or the output, that the table of plants gives of one."""
    row = plants(shelf.atlas).rows.get(test.facility or "")
    what = "capacity" if test.measure == "capacity" else "output"
    if row is None or row[what] is None:
        return []
    head, _, basis = (row[f"{what}_unit"] or "t").partition(" ")
    period = str(row[f"{what}_period"] or "")
    year = int(period[:4]) if period[:4].isdigit() else 0
    if test.year is not None and year and test.year != year and what == "output":
        return []
    value = row[what] * _TONNES.get(head.removesuffix("/yr"), 1.0)
    source = shelf.sources[row["source"]]
    figure = Figure(
        f"{row['id']}:{what}", "REE", None, row["stage"], test.measure or "production", row["country"], None, year,
        year, period or "undated", value, value * 0.99, value * 1.01, "t", basis.removesuffix("/yr"), row["source"],
        source["family"], source["edition"], published(source["edition"], source["family"]), row["locator"], "",
    )  # fmt: skip
    told = f"{row['name']}: {what}{', ' + period if period else ''}"
    return [Answer(value, figure.low, figure.high, "t", figure, told)]
