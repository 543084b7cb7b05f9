"""What a cell of a user's table may hold, one function a kind; each returns the value or the fault, never a guess.

Excel turns "2024" into a date and "1,5" into text; such cells are recognised, so that the message can say so.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from ytterby.atlas import materials, places
from ytterby.core.errors import InputError, UnitError, nearest
from ytterby.core.units import Unit, parse_unit

PERIOD = "a period: 2024, 2016-2020, FY2025, 2024-H1, 2025-Q2 or 2026-05"
_PERIOD = re.compile(r"(?:FY)?(\d{4})|(\d{4})-(\d{4})|(\d{4})-(?:H[12]|Q[1-4]|0[1-9]|1[0-2])")
_DATE = re.compile(
    r"\d{4}-\d\d?-\d\d?([ T].*)?|\d\d?[./]\d\d?[./]\d{2,4}|\d\d?[ -][A-Za-z]{3,9}([ -]\d{2,4})?|[A-Za-z]{3}-\d\d"
)
_MISSING = {"na", "n.a.", "n/a", "nan", "none", "null", "-", "--", "–", "—", "..", "...", "not available", "?"}
_WITHHELD = {"w", "(d)", "withheld", "confidential"}
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([, ’'\u00a0\u202f])\d{3}(\1\d{3})*(\.\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d[\d.]*,\d+")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell that cannot be read: what was expected, the nearest right word, and what the cell looks like."""

    expected: str
    nearest: str | None = None
    looks: str = ""


def number(text: str) -> float | Wrong:
    """Return the number in a cell.

    >>> number("270000"), number("1.5e3")
    (270000.0, 1500.0)
    >>> number("270,000").expected
    'a number without marks for thousands, such as 270000'
    """
    folded = text.casefold()
    if folded in _WITHHELD:
        return Wrong("a number, or an empty cell and the qualifier withheld")
    if folded in _MISSING:
        return Wrong("a number, or an empty cell and the qualifier not_available")
    if _THOUSANDS.fullmatch(text):
        plain = re.sub(r"[^\d.+-]", "", text)
        return Wrong(f"a number without marks for thousands, such as {plain}")
    if _DECIMAL_COMMA.fullmatch(text):
        return Wrong("a number with a decimal point, such as 1.5")
    if _DATE.fullmatch(text):
        return Wrong("a number", looks=", which looks like a date")
    try:
        found = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return Wrong("a number")
    return found if math.isfinite(found) else Wrong("a finite number, or an empty cell when it is missing")


@lru_cache(maxsize=10_000)
def period(text: str) -> str | Wrong:
    """Return the period in a cell; a workbook's "2024.0" is 2024.

    >>> period("2016-2020"), period("2024.0"), period("FY2025")
    ('2016-2020', '2024', 'FY2025')
    """
    plain = text.removesuffix(".0")
    found = _PERIOD.fullmatch(plain)
    if found:
        years = [int(year) for year in found.groups() if year]
        if all(1700 <= year <= 2200 for year in years) and (len(years) < 2 or years[0] < years[1]):
            return plain
        return Wrong(PERIOD)
    if _DATE.fullmatch(text):
        return Wrong(PERIOD, looks=", which looks like a date")
    if re.fullmatch(r"[34]\d{4}", plain):
        return Wrong(PERIOD, looks=", which looks like Excel's number of a day")
    return Wrong(PERIOD)


@lru_cache(maxsize=10_000)
def word(text: str, words: tuple[str, ...]) -> str | Wrong:
    """Return the one of `words` that a cell names; case and blanks do not matter."""
    folded = "_".join(text.split()).casefold()
    if folded in words:
        return folded
    return Wrong("one of " + ", ".join(words), nearest(folded, words))


@lru_cache(maxsize=10_000)
def country(text: str) -> str | Wrong:
    """Return the ISO3 code a cell names.

    >>> country("Burma"), country("Jpan").nearest, country("TÃ¼rkiye").nearest
    ('MMR', 'Japan', 'Türkiye')
    """
    whole = places.mended(text)
    if whole != text.strip():
        return Wrong("a country; save the file as UTF-8", whole, ", UTF-8 text read in another encoding")
    try:
        return places.iso3(text)
    except InputError as error:
        return Wrong("a country or its ISO3 code", error.faults[0].nearest)


@lru_cache(maxsize=10_000)
def material(text: str) -> str | Wrong:
    """Return the material a cell names.

    >>> material("dysprosium"), material("cobolt").nearest
    ('Dy', 'cobalt')
    """
    try:
        return materials.material_id(text)
    except InputError as error:
        return Wrong("a material of the atlas, such as Dy, REE or NdPr", error.faults[0].nearest)


@lru_cache(maxsize=10_000)
def unit(text: str) -> Unit | Wrong:
    """Return the unit in a cell; a mass must say what it counts.

    >>> unit("t Dy").text, unit("tonnes").expected
    ('t Dy', 'a mass with its basis: t REO, t Dy (contained), t Dy2O3 or t gross')
    """
    try:
        found = parse_unit(text)
    except UnitError as error:
        fault = error.faults[0]
        return Wrong(fault.expected, fault.nearest)
    if found.dimension in ("mass", "mass/time") and not found.basis:
        return Wrong("a mass with its basis: t REO, t Dy (contained), t Dy2O3 or t gross")
    return found
