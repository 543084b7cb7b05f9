"""How numbers, products, stages and countries are written for people.

Three significant digits are as many as any figure here deserves; a missing value is a dash, never a zero. The minus
sign is a real one and a space before a unit does not break.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from ytterby.core.elements import SYMBOLS, element
from ytterby.model.chains.cited import by_material
from ytterby.model.naming import assumption_name as assumption_name
from ytterby.model.naming import limit_name as limit_name
from ytterby.model.naming import product_name as product_name
from ytterby.model.naming import titles_of as titles_of

MISSING = "–"
NBSP = "\u00a0"
_UNIT_GAP = re.compile(r"(?<=\d) (?=%|k?t\b|USD|million|billion)")
MINUS = "\u2212"
AT_CAP = "at the cap (assumption)"

#: Above this multiple of the base a price is only a lower bound, because it reads the demand elasticity back.
TRUSTED_MULTIPLE = 5.0

STAGES: dict[str, str] = {
    "mine": "Mining",
    "concentrate": "Concentrate",
    "feed": "Separation feed",
    "separation": "Separation",
    "refining": "Refining",
    "metal": "Metal",
    "alloy": "Alloy",
    "magnet": "Magnets",
    "recycling": "Recycling",
    "use": "Use",
}
_STAGE_ORDER = tuple(STAGES)


def number(value: float | None, sign: bool = False) -> str:
    """Return a number with three significant digits.

    >>> number(12345.6), number(0.04321), number(None), number(-12.0), number(0.0)
    ('12,346', '0.0432', '–', '−12.0', '0')
    >>> number(5.0, sign=True)
    '+5.00'
    """
    if value is None or not math.isfinite(value):
        return MISSING
    size = abs(value)
    if size < 5e-7:
        return "0"
    decimals = 0 if size >= 99.95 else min(7, 2 - math.floor(math.log10(size) + 1e-9))
    text = f"{size:,.{max(decimals, 0)}f}"
    return (MINUS if value < 0 else "+" if sign else "") + text


def money(value: float | None, sign: bool = False) -> str:
    """Return an amount of million USD: one decimal below a hundred, and zero for what is less than that shows.

    >>> money(-277.96, sign=True), money(0.0039, sign=True), money(18.24, sign=True), money(1116.9)
    ('−278', '0', '+18.2', '1,117')
    """
    if value is None or not math.isfinite(value):
        return MISSING
    size = abs(value)
    if size < 0.05:
        return "0"
    text = f"{size:,.0f}" if size >= 99.5 else f"{size:.1f}"
    return (MINUS if value < 0 else "+" if sign else "") + text


def percent(value: float | None, sign: bool = False) -> str:
    """Return a percentage: no decimals from 10 up, one below.

    >>> percent(36.6), percent(-2.25, sign=True), percent(0.0)
    ('37\\xa0%', '−2.2\\xa0%', '0\\xa0%')
    """
    if value is None or not math.isfinite(value):
        return MISSING
    size = abs(value)
    text = "0" if size < 0.05 else f"{size:.0f}" if size >= 9.95 else f"{size:.1f}"
    lead = "" if text == "0" else MINUS if value < 0 else "+" if sign else ""
    return f"{lead}{text}{NBSP}%"


def short(value: float | None) -> str:
    """Return a number somebody chose, as he wrote it: no trailing zeros.

    >>> short(0.05), short(30.0), short(2000000.0), short(None)
    ('0.05', '30', '2,000,000', '–')
    """
    if value is None or not math.isfinite(value):
        return MISSING
    text = f"{abs(value):,.6f}".rstrip("0").rstrip(".")
    return (MINUS if value < 0 and text != "0" else "") + text


def unbroken(text: str) -> str:
    """Return a sentence in which no number is parted from its unit at the end of a line.

    >>> unbroken("a loss of 36 % or 1,200 t a year")
    'a loss of 36\\xa0% or 1,200\\xa0t a year'
    """
    return _UNIT_GAP.sub(NBSP, text)


def price(value: float | None, base: float | None, status: str = "settled") -> str:
    """Return a price; above five times the base only "at least", at the value of lost use the assumption it is.

    >>> price(300.0, 250.0), price(9000.0, 250.0), price(9000.0, 250.0, "at the cap"), price(None, 250.0)
    ('300', '≥\\xa01,250', 'at the cap (assumption)', '–')
    """
    if value is None or status == "no flow":
        return MISSING
    beyond = base is not None and base > 0 and value > TRUSTED_MULTIPLE * base * (1 + 1e-9)
    if status == "at the cap" and (beyond or base is None):
        return AT_CAP
    if beyond and base is not None:
        return f"≥{NBSP}{number(TRUSTED_MULTIPLE * base)}"
    if status == "at least" and base is None:
        return f"≥{NBSP}{number(value)}"
    return number(value)


def element_name(symbol: str) -> str:
    """Return an element's name with a capital, or the word itself when it is not a rare earth.

    >>> element_name("Dy"), element_name("REE")
    ('Dysprosium', 'REE')
    """
    if symbol in by_material():
        return by_material()[symbol].title
    return element(symbol).name.capitalize() if symbol in SYMBOLS else symbol


def stage_name(stage: str) -> str:
    """Return a stage in words."""
    return STAGES.get(stage, stage.capitalize())


def stage_rank(stage: str) -> tuple[int, str]:
    """Return a key that sorts stages along the chain, unknown ones last by name."""
    return (_STAGE_ORDER.index(stage) if stage in STAGES else len(_STAGE_ORDER), stage)


def element_rank(symbol: str | None) -> tuple[int, str]:
    """Return a key that sorts elements by atomic number, and what is no element after them by name."""
    return (element(symbol).number, symbol) if symbol in SYMBOLS and symbol else (1000, symbol or "")


def country_name(code: str | None, names: Mapping[str, str]) -> str:
    """Return a country's name; the code itself when there is none (a region of a textbook case)."""
    return MISSING if code is None else names.get(code, code)

