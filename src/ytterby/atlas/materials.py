"""Names of materials to ids: symbol, name, alias or trade code.

>>> material_id("cobalt"), material_id("Dy oxide"), material_id("282200"), material_id("baryte"), material_id("Dy2O3")
('Co', 'Dy', 'Co', 'barite', 'Dy')
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from ytterby.atlas.places import DATA, mended
from ytterby.core.elements import SYMBOLS
from ytterby.core.errors import AtlasError, Fault, InputError, nearest

_ENDINGS = (" oxide", " metal", " ore", " ores", " concentrate", " concentrates", " magnets", " carbonate", " sponge")
# Words people type for a material whose own name is longer; they are no names in a text, so the table has them not.
_TYPED = {
    "fe": "iron-ore", "iron": "iron-ore", "crude steel": "steel", "platinum group metals": "PGM", "rees": "REE",
    "rare-earth elements": "REE", "rare earth element": "REE", "rare earth elements (ree)": "REE",
    "rare earth magnets": "REPM", "rare-earth magnets": "REPM",
}  # fmt: skip
_OXIDE = re.compile(r"([a-z]{1,2})\d?o\d{1,2}")
_HINT = "a material: Dy, REE, cobalt, graphite ... or a trade code (ytterby facts lists them)"


def material_id(word: str, place: str = "material") -> str:
    """Return the id of the material that `word` names; `place` says where the word stood."""
    held = code_materials(word)
    if len(held) == 1:
        return held[0]
    if held:
        together = f"one material (the code holds {', '.join(held)} together, and is never split)"
        raise InputError(Fault(place, repr(word), together))
    found = find(word)
    if found is None:
        raise InputError(Fault(place, repr(word), _HINT, nearest(word, _spellings())))
    return found


def find(word: str) -> str | None:
    """Return the id of the material that a name or symbol names, or None."""
    plain = " ".join(mended(word).replace("_", " ").casefold().split())
    names = _names()
    if plain in names or plain in _TYPED:
        return names.get(plain) or _TYPED[plain]
    oxide = _OXIDE.fullmatch(plain)
    if oxide and names.get(oxide[1]) in SYMBOLS:  # Dy2O3 is dysprosium's; Al2O3 is another good than aluminium
        return names[oxide[1]]
    return next((names[stem] for end in _ENDINGS if (stem := plain.removesuffix(end)) != plain and stem in names), None)


def code_materials(code: str) -> tuple[str, ...]:
    """Return the materials that a trade code holds; none when `code` is no code of the atlas.

    >>> code_materials("8112.92")
    ('Ga', 'Ge', 'Hf', 'In', 'Nb', 'Re', 'V')
    """
    return _codes().get(trade_code(code) or "", ())


def trade_code(word: str) -> str | None:
    """Return the digits of a Harmonized System code written in any common way, or None."""
    digits = re.sub(r"[ .]|^HS\s*", "", word.strip(), flags=re.IGNORECASE)
    return digits if re.fullmatch(r"\d{4}(\d\d)?", digits) else None


def name_of(material: str) -> str:
    """Return the name printed for a material id."""
    for row in _rows("materials.csv"):
        if row["id"] == material:
            return row["name"]
    raise InputError(Fault("material", repr(material), _HINT, nearest(material, _spellings())))


@cache
def _names() -> Mapping[str, str]:
    rows = _rows("materials.csv")
    names: dict[str, str] = {}
    for row in rows:
        for word in row["aliases"].split(";"):
            if word:
                names.setdefault(word.replace("_", " ").casefold(), row["id"])
    # A name wins over an alias, and a symbol over both.
    names |= {row["name"].casefold(): row["id"] for row in rows}
    return MappingProxyType(names | {row["id"].casefold(): row["id"] for row in rows})


@cache
def _codes() -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({row["hs6"]: tuple(row["materials"].split(";")) for row in _rows("trade_codes.csv")})


def _spellings() -> list[str]:
    rows = _rows("materials.csv")
    return [word for row in rows for word in (row["id"], row["name"], *row["aliases"].split(";")) if word]


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    try:
        with (DATA / name).open(encoding="utf-8", newline="") as lines:
            return tuple(csv.DictReader(lines))
    except OSError as cause:
        raise AtlasError(f"The table {DATA / name} cannot be read ({cause}). Install Ytterby again.") from cause
