"""Quantities that know their unit and the *basis* of their mass.

A tonne of a rare earth can mean four things, and they differ by a tenth to a factor of three:

    t REO      rare-earth oxides together            t Dy       the element contained
    t Dy2O3    one oxide, as traded                  t gross    the material as it crosses the scale

So a basis is part of a unit, and quantities of different basis are never added; they are converted, and the conversion
between element and oxide is stoichiometry (see `ytterby.core.elements`).

Grammar: ``UNIT [BASIS] [/UNIT [BASIS]] [/yr] [nominal | real YEAR]`` with

    mass    mg g kg t kt Mt ct kct Mct (carats) lb `oz t` (troy ounce) `short ton` `long ton` mtu (metric ton unit, 10 kg)
    money   USD kUSD MUSD cUSD (cent), and so EUR CNY JPY GBP AUD CAD KRW INR      ratio   1 % ppm
    time    yr month day                           length  km                      volume  m3 Mm3 L ML
    basis   REO (TREO), REE, PGM, gross, NdPr, `NdPr oxide`, an element (Dy), a compound (Dy2O3)

"270 kt" is kilotonnes. No exchange rate and no deflator is built in: those are figures and need a source.

>>> parse_quantity("9000 t REO/yr")
Quantity(value=9000.0, unit='t REO/yr')
>>> print(convert("310 t Dy2O3", to="t Dy"))
270.1 t Dy
>>> Quantity(310, "t Dy") + Quantity(270, "t Dy2O3")
Traceback (most recent call last):
ytterby.core.errors.UnitError: Cannot add 310 t Dy (contained) and 270 t Dy2O3 (oxide). Convert one: convert(x, to="t Dy").
"""  # noqa: E501  (the last line is a message shown whole)

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from ytterby.core.elements import CHEMICAL_SYMBOLS, ELEMENTS, Element
from ytterby.core.elements import element as element_named
from ytterby.core.errors import Fault, UnitError, nearest

_MASS = {
    "mg": 1e-6, "g": 1e-3, "kg": 1.0, "t": 1e3, "kt": 1e6, "Mt": 1e9,
    "ct": 2e-4, "kct": 0.2, "Mct": 200.0, "mtu": 10.0, "lb": 0.45359237, "oz t": 0.0311034768,
    "short ton": 907.18474, "long ton": 1016.0469088,
}  # fmt: skip
_CURRENCIES = ("USD", "EUR", "CNY", "JPY", "GBP", "AUD", "CAD", "KRW", "INR")
_MONEY_SIZES = (("", 1.0), ("c", 1e-2), ("k", 1e3), ("M", 1e6))
_MONEY = {prefix + name: scale for name in _CURRENCIES for prefix, scale in _MONEY_SIZES}
_VOLUME = {"m3": 1.0, "Mm3": 1e6, "L": 1e-3, "ML": 1e3}
_TIME = {"yr": 1.0, "month": 1 / 12, "day": 1 / 365.25}
_ATOMS: dict[str, tuple[float, str]] = {
    **{name: (scale, "mass") for name, scale in _MASS.items()},
    **{name: (scale, "money") for name, scale in _MONEY.items()},
    **{name: (scale, "time") for name, scale in _TIME.items()},
    **{name: (scale, "volume") for name, scale in _VOLUME.items()},
    **{name: (scale, "ratio") for name, scale in {"1": 1.0, "%": 1e-2, "ppm": 1e-6}.items()},
    "km": (1.0, "length"),
}
_ALIASES = {
    "tonne": "t", "tonnes": "t", "metric ton": "t", "metric tons": "t", "kilotonnes": "kt", "megatonnes": "Mt",
    "kilogram": "kg", "kilograms": "kg", "gram": "g", "grams": "g", "carat": "ct", "carats": "ct",
    "pound": "lb", "pounds": "lb", "lbs": "lb", "troy oz": "oz t", "troy ounce": "oz t", "troy ounces": "oz t",
    "ozt": "oz t", "short tons": "short ton", "long tons": "long ton",
    "year": "yr", "years": "yr", "a": "yr", "months": "month", "days": "day", "US$": "USD", "$": "USD", "percent": "%",
}  # fmt: skip
_AMBIGUOUS = {
    "ton": "t, 'short ton' or 'long ton'", "tons": "t, 'short ton' or 'long ton'", "mt": "t or Mt", "MT": "t or Mt",
    "oz": "'oz t' (troy ounce)", "RMB": "CNY",
}  # fmt: skip
_BASES = {
    "": "no basis", "REO": "oxide, rare earths together", "REE": "contained, rare earths together",
    "PGM": "contained, platinum-group metals together",
    "gross": "gross weight", "NdPr": "contained, Nd and Pr together", "NdPr oxide": "oxide, Nd and Pr together",
}  # fmt: skip
_BASIS_ALIASES = {"TREO": "REO", "gross weight": "gross", "NdPrO": "NdPr oxide", "contained REE": "REE"}
_WORDS = sorted({*_ATOMS, *_ALIASES}, key=len, reverse=True)  # longest first, so that "oz t" is not read as "oz"
_FORMULA = re.compile(r"(?:[A-Z][a-z]?\d*)+")
_NUMBER = re.compile(r"\s*([+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)", re.DOTALL)
_PRICE_BASE = re.compile(r"(.*?)\s+(nominal|real\s+\d{4})", re.DOTALL)
_BY_SYMBOL: dict[str, Element] = {item.symbol: item for item in ELEMENTS}
_BY_OXIDE: dict[str, Element] = {item.oxide: item for item in ELEMENTS}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit taken apart: canonical text, size in base units (kg, yr, one of the currency), dimension, bases.

    `dimension` is text such as "mass", "mass/time" or "money/mass"; `bases` has one entry a part, empty where the part
    has none ("t Dy/t gross" has two); `price_base` is "", "nominal" or "real 2024".
    """

    text: str
    scale: float
    dimension: str
    bases: tuple[str, ...]
    currency: str
    price_base: str

    @property
    def basis(self) -> str:
        """The first basis, which is the only one but in ratios of two masses; "" when none is said."""
        return next(filter(None, self.bases), "")

    @property
    def meaning(self) -> str:
        """What the basis stands for, in words: contained, oxide, gross weight …"""
        if self.basis in _BASES:
            return _BASES[self.basis]
        if self.basis in CHEMICAL_SYMBOLS:
            return "contained"
        return "oxide" if re.search(r"O\d*$", self.basis) else "compound"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A finite number and its unit, for example ``Quantity(9000, "t REO/yr")``."""

    value: float
    unit: str

    def __post_init__(self) -> None:
        """Check the number and write the unit in its canonical form."""
        value = float(self.value)
        if not math.isfinite(value):
            raise UnitError(Fault("number", repr(value), f"a finite number of {self.unit}"))
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "unit", parse_unit(self.unit).text)

    def __str__(self) -> str:
        """Return the number to four significant figures (whole numbers in full), then the unit."""
        whole = self.value == round(self.value) and abs(self.value) < 1e15
        number = f"{self.value:.0f}" if whole or abs(self.value) >= 1e4 else f"{self.value:.4g}"
        return f"{number} {self.unit}"

    def __add__(self, other: Quantity) -> Quantity:
        """Return the sum, in this quantity's unit; refused when the bases differ."""
        return Quantity(self.value + _aligned(self, other, "add"), self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        """Return the difference, in this quantity's unit; refused when the bases differ."""
        return Quantity(self.value - _aligned(self, other, "subtract"), self.unit)

    def __mul__(self, number: float) -> Quantity:
        """Return this quantity times a plain number."""
        return Quantity(self.value * number, self.unit)

    __rmul__ = __mul__

    def __truediv__(self, number: float) -> Quantity:
        """Return this quantity divided by a plain number."""
        return Quantity(self.value / number, self.unit)

    def __lt__(self, other: Quantity) -> bool:
        """Tell whether this is less than the other; refused when the bases differ."""
        return self.value < _aligned(self, other, "compare")

    def __le__(self, other: Quantity) -> bool:
        """Tell whether this is at most the other; refused when the bases differ."""
        return self.value <= _aligned(self, other, "compare")


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit:
    """Return the unit that `text` writes.

    >>> parse_unit("tonnes TREO per year").text
    't REO/yr'
    >>> parse_unit("USD/kg Dy2O3 nominal").dimension
    'money/mass'
    """
    body, price_base = " ".join(text.replace(" per ", "/").split()), ""
    if match := _PRICE_BASE.fullmatch(body):
        body, price_base = match[1], match[2]
    parts = [_parse_part(part.strip(), text) for part in body.split("/")]
    atoms = [atom for atom, _ in parts]
    dimensions = [_ATOMS[atom][1] for atom in atoms]
    bases = _at_home([basis for _, basis in parts], dimensions, text)
    if price_base and "money" not in dimensions:
        raise UnitError(Fault("unit", repr(text), f"no '{price_base}': only money is nominal or real"))
    named = "/".join(f"{atom} {basis}".rstrip() for atom, basis in zip(atoms, bases, strict=True))
    return Unit(
        text=f"{named} {price_base}".rstrip(),
        scale=_ATOMS[atoms[0]][0] / math.prod(_ATOMS[atom][0] for atom in atoms[1:]),
        dimension="/".join(dimensions),
        bases=tuple(bases),
        currency=next((atom[-3:] for atom, kind in zip(atoms, dimensions, strict=True) if kind == "money"), ""),
        price_base=price_base,
    )


def parse_quantity(text: object, place: str = "quantity", example: str = "9000 t REO/yr") -> Quantity:
    """Return the quantity that `text` writes; `place` and `example` go into the message when it cannot be read.

    >>> parse_quantity(9000, "squeeze.toml, measure 2, capacity")
    Traceback (most recent call last):
    ytterby.core.errors.UnitError: squeeze.toml, measure 2, capacity: found 9000 without a unit; expected a number \
with its unit, such as "9000 t REO/yr".
    """
    expected = f'a number with its unit, such as "{example}"'
    if not isinstance(text, str):
        raise UnitError(Fault(place, f"{text!r} without a unit", expected))
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise UnitError(Fault(place, repr(text), expected))
    number, unit = match[1], match[2].strip()
    if unit[:1] in (",", "'", "’") or re.match(r"\d", unit):
        # "9,000" is nine thousand in London and nine in Paris: never guess a factor of a thousand.
        raise UnitError(Fault(place, repr(text), "a plain number such as 9000 or 9_000 or 9.5 before the unit"))
    if not unit:
        raise UnitError(Fault(place, f"{text!r} without a unit", expected))
    try:
        return Quantity(float(number), unit)
    except UnitError as cause:
        raise UnitError([replace(fault, place=f"{place}, {fault.place}") for fault in cause.faults]) from None


def convert(quantity: Quantity | str, to: str, *, element: str | None = None, content: float | None = None) -> Quantity:
    """Return `quantity` in the unit `to`.

    Element and oxide convert by stoichiometry. Rare-earth oxide in general (REO) converts to an element only when
    `element` says that all of it is that element's oxide. Gross weight converts only with `content`: mass of the
    other basis per mass of material [t/t].

    >>> print(convert("100 t REO", to="t Nd", element="Nd"))
    85.74 t Nd
    >>> print(convert("50 USD/kg Dy2O3", to="USD/kg Dy"))
    57.38 USD/kg Dy
    >>> print(convert("1000 t gross", to="t Nd", content=0.29))
    290 t Nd
    """
    if isinstance(quantity, str):
        quantity = parse_quantity(quantity)
    ratio = factor(quantity.unit, to, element=element, content=content)
    return Quantity(quantity.value * ratio, to)


def factor(unit: str, to: str, *, element: str | None = None, content: float | None = None) -> float:
    """Return the number that turns a value in `unit` into a value in `to` (for whole columns); see `convert`."""
    source, target = parse_unit(unit), parse_unit(to)
    if source.dimension != target.dimension:
        raise UnitError(_cannot(source, target, f"{source.dimension} is not {target.dimension}"))
    if source.currency != target.currency:
        raise UnitError(_cannot(source, target, "no exchange rate is built in; use a cited one"))
    if source.price_base != target.price_base:
        raise UnitError(_cannot(source, target, "no deflator is built in; use a cited one"))
    try:
        ratios = [_basis_ratio(*pair, element, content) for pair in zip(source.bases, target.bases, strict=True)]
    except _NoRatio as cause:
        raise UnitError(_cannot(source, target, str(cause))) from None
    return source.scale / target.scale * ratios[0] / math.prod(ratios[1:])


class _NoRatio(Exception):
    """Why one basis does not convert to another; `factor` adds the units."""


def _basis_ratio(source: str, target: str, element: str | None, content: float | None) -> float:
    """Mass on the basis `target` in one mass on the basis `source`."""
    if source == target:
        return 1.0
    if "" in (source, target):
        raise _NoRatio("one of them does not say its basis; write t REO, t Dy, t Dy2O3 or t gross")
    if "gross" in (source, target):
        if content is None or not 0 < content <= 1:
            raise _NoRatio(f"say how much the material holds, content=…, a share above 0 and up to 1 (found {content})")
        return content if source == "gross" else 1 / content
    told = element_named(element) if element else None
    first = _element_of(source, told)
    # One element's oxide is also rare-earth oxide; the way back needs the caller's word.
    second = _element_of(target, told or first)
    if first is None or second is None:
        mixture = "REO is a mixture; if all of it is one element's oxide, say which: element='Dy'"
        raise _NoRatio(mixture if {"REO", "REE"} & {source, target} else "no stoichiometry is known for this pair")
    if len({first, second, told or first}) > 1:
        raise _NoRatio(" is not ".join(dict.fromkeys(item.name for item in (first, second, told or first))))
    return _per_oxide(target, first) / _per_oxide(source, first)


def _element_of(basis: str, told: Element | None) -> Element | None:
    """Return the one rare earth a basis speaks of; REO and REE are mixtures unless the caller told which element."""
    return told if basis in ("REO", "REE") else _BY_SYMBOL.get(basis) or _BY_OXIDE.get(basis)


def _per_oxide(basis: str, element: Element) -> float:
    """Return the mass on this basis that one mass of the element's oxide makes."""
    return element.oxide_factor if basis in ("REE", element.symbol) else 1.0


def _cannot(source: Unit, target: Unit, reason: str) -> str:
    if source.bases == target.bases:
        return f"Cannot convert {source.text} to {target.text}: {reason}."
    return f"Cannot convert {source.text} ({source.meaning}) to {target.text} ({target.meaning}): {reason}."


def _aligned(left: Quantity, right: Quantity, verb: str) -> float:
    """Return right's value in left's unit, or refuse, saying how to make the two meet."""
    mine, other = parse_unit(left.unit), parse_unit(right.unit)
    same = (mine.dimension, mine.bases, mine.currency, mine.price_base)
    if same == (other.dimension, other.bases, other.currency, other.price_base):
        return right.value * other.scale / mine.scale
    tell_basis = mine.dimension == other.dimension and mine.basis != other.basis
    shown = [f"{item} ({unit.meaning})" if tell_basis else str(item) for item, unit in ((left, mine), (right, other))]
    cure = f' Convert one: convert(x, to="{mine.text}").' if mine.dimension == other.dimension else ""
    raise UnitError(f"Cannot {verb} {shown[0]} and {shown[1]}.{cure}")


def _parse_part(part: str, whole: str) -> tuple[str, str]:
    """Split "t REO" into its atom "t" and its basis "REO", both canonical."""
    if part in _ATOMS:
        return part, ""
    for word in _WORDS:
        if part == word or part.startswith(word + " "):
            return _ALIASES.get(word, word), _parse_basis(part[len(word) :].strip(), whole)
    first = part.split(" ")[0]
    if first in _AMBIGUOUS:
        raise UnitError(Fault("unit", f"{whole!r}, where {first!r} has more than one meaning", _AMBIGUOUS[first]))
    expected = "a unit such as kg, t, kt, t REO/yr, t Dy, t gross, USD/kg"
    raise UnitError(Fault("unit", repr(whole), expected, nearest(first, _ATOMS)))


def _parse_basis(text: str, whole: str) -> str:
    basis = _BASIS_ALIASES.get(text, text)
    if basis in _BASES:
        return basis
    symbols = re.findall(r"[A-Z][a-z]?", text)
    if _FORMULA.fullmatch(text) and set(symbols) <= CHEMICAL_SYMBOLS:
        return text
    known = [*_BASES, *_BASIS_ALIASES, *_BY_SYMBOL, *_BY_OXIDE]
    expected = "a basis such as REO, Dy (contained), Dy2O3 (oxide) or gross"
    raise UnitError(Fault("unit", f"{whole!r} with basis {text!r}", expected, nearest(text, known)))


def _at_home(bases: list[str], dimensions: list[str], whole: str) -> list[str]:
    """Return the bases, each behind its mass: "t/yr REO" says the same as "t REO/yr"."""
    homes = [at for at, kind in enumerate(dimensions) if kind in ("mass", "ratio")]
    loose = [basis for at, basis in enumerate(bases) if basis and at not in homes]
    if not loose:
        return bases
    free = [at for at in homes if not bases[at]]
    if len(loose) > 1 or len(free) != 1:
        raise UnitError(Fault("unit", repr(whole), f"each basis behind its mass (found {', '.join(loose)} elsewhere)"))
    return [loose[0] if at == free[0] else bases[at] if at in homes else "" for at in range(len(bases))]
