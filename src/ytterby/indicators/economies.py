"""Economies in a user's table: any common form of a name or code, read as one label each.

The label is ISO 3166 alpha-3 where there is one. The list `baci_economies.csv` holds the 238 codes of CEPII's BACI
(country codes, V202601, Etalab Open Licence 2.0, https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37);
it is needed because BACI numbers some economies otherwise than ISO (France 251, India 699, United States 842, "Other
Asia, nes" 490, which is almost wholly Taiwan) and keeps former ones apart (West Germany, Sudan to 2011).

>>> [economy(word) for word in ("Burma", "842", "South Korea", "Türkiye", "DE", "Other Asia, nes", "World")]
['MMR', 'USA', 'KOR', 'TUR', 'DEU', 'TWN', 'WLD']
>>> economy("Atlantis") is None
True
>>> repaired("TÃ¼rkiye")
'Türkiye'
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ytterby.atlas import places
from ytterby.core.errors import AtlasError, Fault, InputError, nearest

WORLD = "WLD"
UNSPECIFIED = "XXX"
_LIST = Path(__file__).parent / "baci_economies.csv"
_WORLD_WORDS = ("world", "world total", "total", "wld", "world (total)")
# Spellings of World Mining Data, the World Bank and everyday tables that the atlas does not list.
_ALSO = {
    "PRK": "Korea, North; Korea, Dem. People's Rep.; Korea, Dem. Rep.",
    "COD": "Congo, D.R.; Congo, Dem. Rep.; DRC; D.R. Congo; DR Congo; Congo, Democratic Republic",
    "COG": "Congo, Rep.; Congo, Republic; Congo (Brazzaville); Republic of the Congo",
    "KOR": "S. Korea; S Korea",
    "MMR": "Myanmar (Burma); Burma (Myanmar)",
    "BIH": "Bosnia-Herzegovina; Bosnia and Herzegovina; Bosnia",
    "TWN": "Taiwan, China",
    "HKG": "Hong Kong SAR, China; Hong Kong, China",
    "MAC": "Macao SAR, China; Macau",
    "CHN": "China, mainland; China, People's Republic of; P.R. China; PR China; People's Republic of China",
    "EGY": "Egypt, Arab Rep.",
    "VEN": "Venezuela, RB",
    "KGZ": "Kyrgyz Republic",
    "SVK": "Slovak Republic",
    "YEM": "Yemen, Rep.",
    "GMB": "Gambia, The",
    "BHS": "Bahamas, The",
    "MKD": "Macedonia, FYR; Macedonia",
    "FSM": "Micronesia, Fed. Sts.",
    "PSE": "West Bank and Gaza",
    "JEY": "Jersey, Channel Islands",
    "TLS": "East Timor",
    "USA": "U.S.A.; U.S.; US",
    "NLD": "The Netherlands; Holland",
}
# "NA" is Namibia in ISO 3166 alpha-2 and "missing" in most tables: it is never read as either.
_AMBIGUOUS = frozenset({"na"})


def economy(word: str) -> str | None:
    """Return the label of the economy that `word` names, or None: by code, number or name, in any case of letters."""
    found = _spellings().get(_folded(word))
    return found if found is not None else by_number(word)  # a number may have leading zeros: 004


def by_number(word: str) -> str | None:
    """Return the label of a numeric code (BACI's, then ISO's), or None when `word` is not such a number."""
    text = word.strip().removesuffix(".0")
    return _spellings().get(str(int(text))) if text.isascii() and text.isdigit() else None


@cache
def every_label() -> tuple[str, ...]:
    """Return every label there is, in alphabetical order."""
    return tuple(sorted(set(_spellings().values())))


@cache
def baci_numbers() -> Mapping[int, str]:
    """Return the label of every economy of BACI by its number."""
    return MappingProxyType({int(row["code"]): row["economy"] for row in _rows(_LIST)})


def chosen(words: Iterable[str], place: str = "economies") -> tuple[str, ...]:
    """Return the labels of several economies; every unknown one is a fault.

    >>> chosen(["Germany", "USA"])
    ('DEU', 'USA')
    """
    found = [(word, economy(word)) for word in words]
    faults = [unknown(word, place) for word, label in found if label is None]
    if faults:
        raise InputError(faults)
    return tuple(dict.fromkeys(label for _, label in found if label is not None))


def unknown(word: str, place: str) -> Fault:
    """Return the fault of a word that names no economy; text read in a wrong encoding is told as such."""
    whole = repaired(word)
    if whole is not None:
        near = whole if economy(whole) else nearest(whole, _readable())
        return Fault(place, f"{word!r}, UTF-8 text read in another encoding", "a country; save the file as UTF-8", near)
    if word.strip().casefold() in _AMBIGUOUS:
        return Fault(place, repr(word), "a country; Namibia is NAM, and a missing one is an empty cell")
    return Fault(place, repr(word), "a country: a name, ISO 3166 code or BACI number", nearest(word, _readable()))


def repaired(word: str) -> str | None:
    """Return the text that was read in a wrong encoding, or None when `word` shows no sign of it."""
    for encoding in ("cp1252", "latin-1"):
        try:
            whole = word.encode(encoding).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        return whole if whole != word else None
    return None


@cache
def _spellings() -> Mapping[str, str]:
    """Every spelling, folded, to its label; a code wins over a name, BACI's number over ISO's."""
    countries, baci = _rows(places.DATA / "countries.csv"), _rows(_LIST)
    layers = [(word, UNSPECIFIED) for word in ("areas, nes", "unspecified", "rest of world", "others")]
    layers += [(word, iso3) for iso3, words in _ALSO.items() for word in words.split(";")]
    for row in countries:
        layers += [(word, row["iso3"]) for word in (*row["aliases"].split(";"), row["name"])]
    layers += [(row["name"], row["economy"]) for row in baci]
    layers += [(row["iso2"], row["iso3"]) for row in countries if row["iso2"].casefold() not in _AMBIGUOUS]
    layers += [(row["numeric"].lstrip("0"), row["iso3"]) for row in countries]
    layers += [(row["alpha"], row["economy"]) for row in baci]
    layers += [(row["code"], row["economy"]) for row in baci] + [(row["economy"], row["economy"]) for row in baci]
    layers += [(row["iso3"], row["iso3"]) for row in countries] + [(word, WORLD) for word in _WORLD_WORDS]
    return MappingProxyType({_folded(word): label for word, label in layers if word.strip()})


def _folded(word: str) -> str:
    """Fold case, accents and the two apostrophes, so that "Cote d'Ivoire" is "Côte d’Ivoire"."""
    plain = unicodedata.normalize("NFKD", word.strip().casefold().replace("’", "'"))
    return "".join(char for char in plain if not unicodedata.combining(char))


@cache
def _readable() -> tuple[str, ...]:
    return tuple(row["name"] for row in (*_rows(places.DATA / "countries.csv"), *_rows(_LIST)))


def _rows(path: Path) -> tuple[dict[str, str], ...]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            return tuple(csv.DictReader(lines))
    except OSError as cause:
        raise AtlasError(f"The table {path} cannot be read ({cause}). Install Ytterby again.") from cause
