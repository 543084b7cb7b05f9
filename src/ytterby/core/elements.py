"""The sixteen rare-earth elements that trade, their oxides, and the mass of element in a mass of oxide.

A rare-earth tonnage means nothing until its basis is said: a tonne of dysprosium oxide holds 0.871 t of dysprosium.
For an oxide with `n_metal` atoms of metal (atomic weight w) and `n_oxygen` atoms of oxygen the factor is

    n_metal · w / (n_metal · w + n_oxygen · 15.999)

The oxides are the ones the trade weighs: Pr6O11 and Tb4O7, not the sesquioxides; CeO2. Promethium is left out: it has
no stable isotope and is not mined.

Atomic weights: IUPAC Commission on Isotopic Abundances and Atomic Weights (CIAAW), "Standard atomic weights of the
elements 2021", Pure and Applied Chemistry 94 (2022) 573-600, doi:10.1515/pac-2019-0603; oxygen by its conventional
value 15.999.

>>> round(oxide_factor("Nd"), 3), round(oxide_factor("Dy"), 3), round(oxide_factor("Tb"), 3)
(0.857, 0.871, 0.85)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ytterby.core.errors import Fault, InputError, nearest

ATOMIC_WEIGHT_SOURCE = (
    "CIAAW, Standard atomic weights of the elements 2021, Pure Appl. Chem. 94 (2022) 573-600, doi:10.1515/pac-2019-0603"
)
OXYGEN = 15.999

Group = Literal["light", "heavy", "scandium"]


@dataclass(frozen=True, slots=True)
class Element:
    """A rare-earth element and the oxide it is weighed as; `atomic_weight` is relative (g/mol).

    `group` is IUPAC's: La to Eu light, Gd to Lu and Y heavy, Sc apart (doi:10.1007/s40831-018-0162-8, introduction).
    Sources cut differently, so a figure's own grouping is never derived from this field.
    """

    symbol: str
    name: str
    number: int
    atomic_weight: float
    oxide: str
    n_metal: int
    n_oxygen: int
    group: Group

    @property
    def oxide_factor(self) -> float:
        """Mass of element per mass of its oxide [t/t]."""
        metal = self.n_metal * self.atomic_weight
        return metal / (metal + self.n_oxygen * OXYGEN)


ELEMENTS: tuple[Element, ...] = (
    Element("Sc", "scandium", 21, 44.955907, "Sc2O3", 2, 3, "scandium"),
    Element("Y", "yttrium", 39, 88.905838, "Y2O3", 2, 3, "heavy"),
    Element("La", "lanthanum", 57, 138.90547, "La2O3", 2, 3, "light"),
    Element("Ce", "cerium", 58, 140.116, "CeO2", 1, 2, "light"),
    Element("Pr", "praseodymium", 59, 140.90766, "Pr6O11", 6, 11, "light"),
    Element("Nd", "neodymium", 60, 144.242, "Nd2O3", 2, 3, "light"),
    Element("Sm", "samarium", 62, 150.36, "Sm2O3", 2, 3, "light"),
    Element("Eu", "europium", 63, 151.964, "Eu2O3", 2, 3, "light"),
    Element("Gd", "gadolinium", 64, 157.25, "Gd2O3", 2, 3, "heavy"),
    Element("Tb", "terbium", 65, 158.925354, "Tb4O7", 4, 7, "heavy"),
    Element("Dy", "dysprosium", 66, 162.500, "Dy2O3", 2, 3, "heavy"),
    Element("Ho", "holmium", 67, 164.930329, "Ho2O3", 2, 3, "heavy"),
    Element("Er", "erbium", 68, 167.259, "Er2O3", 2, 3, "heavy"),
    Element("Tm", "thulium", 69, 168.934219, "Tm2O3", 2, 3, "heavy"),
    Element("Yb", "ytterbium", 70, 173.045, "Yb2O3", 2, 3, "heavy"),
    Element("Lu", "lutetium", 71, 174.9668, "Lu2O3", 2, 3, "heavy"),
)
SYMBOLS: tuple[str, ...] = tuple(element.symbol for element in ELEMENTS)

# Every chemical symbol, so that "t Ga" or "t Li2CO3" is read as a basis; factors exist for the rare earths only.
CHEMICAL_SYMBOLS: frozenset[str] = frozenset(
    """H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb
    Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg
    Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U""".split()  # noqa: SIM905  (a list of 92 quoted strings reads worse)
)

_BY_SYMBOL = {element.symbol: element for element in ELEMENTS}
_BY_OXIDE = {element.oxide: element for element in ELEMENTS}
_BY_NAME = {element.name: element for element in ELEMENTS}


def element(word: str) -> Element:
    """Return the element of a symbol ("Dy"), a name ("dysprosium") or its traded oxide ("Dy2O3").

    >>> element("Dysprosium").symbol
    'Dy'
    >>> element("Tb4O7").name
    'terbium'
    """
    found = _BY_SYMBOL.get(word) or _BY_OXIDE.get(word) or _BY_NAME.get(word.casefold())
    if found is None:
        near = nearest(word, [*_BY_NAME, *_BY_SYMBOL, *_BY_OXIDE])
        raise InputError(Fault("element", repr(word), "a rare-earth symbol, name or oxide such as Dy", near))
    return found


def oxide_factor(symbol: str) -> float:
    """Return the mass of element in one mass of its traded oxide [t/t].

    >>> round(oxide_factor("Ce"), 3), round(oxide_factor("Pr"), 3)
    (0.814, 0.828)
    """
    return element(symbol).oxide_factor
