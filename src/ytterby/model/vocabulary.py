"""The words a scenario may use: countries, products, elements, stages, plants, sources, and the nearest right one.

A `Words` maps every spelling we accept to what it means; a word it does not hold is answered with the nearest it does.
A `Vocabulary` is one `Words` a subject: of the rare-earth chain (from the atlas), or of a textbook network (from its
file). None in place of a `Words` means that any word will do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ytterby.core.elements import ELEMENTS
from ytterby.core.errors import nearest

#: Chains other than the rare earths, each with a file in `model/chains`.
OTHER_CHAINS = (
    "antimony", "beryllium", "cobalt", "copper", "gallium", "graphite", "lithium", "magnesium", "manganese", "nickel",
    "silicon", "titanium", "tungsten", "zirconium",
)  # fmt: skip
#: Chains of the atlas that can be a base.
CHAINS = ("rare-earths", *OTHER_CHAINS)
#: The largest number of a redraw of the base year.
REDRAWS = 1_000_000

FLOWS = ("export", "import", "production")
STAGES = ("mine", "separation", "metal", "magnet", "recycling")
GRADES = ("ndfeb", "ndfeb-dy", "smco")

#: Forms a product can have, with other words for the same thing.
FORMS: dict[str, tuple[str, ...]] = {
    "concentrate": ("concentrates", "mixed carbonate", "carbonate", "mrec", "ore"),
    "seg": ("seg+", "segh", "unseparated seg"),
    "solution": ("solutions",),
    "oxide": ("oxides", "compound", "compounds"),
    "metal": ("metals", "alloy", "alloys"),
    "magnet": ("magnets",),
    "scrap": ("swarf",),
}
_STAGE_ALIASES = {"mining": "mine", "concentrate": "mine", "separator": "separation", "alloy": "metal"}


@dataclass(frozen=True, slots=True)
class Words:
    """Words of one subject. `expected` says in words what is wanted; `meanings` maps spelling → canonical words."""

    expected: str
    meanings: Mapping[str, tuple[str, ...]]
    _folded: Mapping[str, tuple[str, ...]]

    def read(self, word: str) -> tuple[str, ...] | None:
        """What `word` means (a group means its members), or None when the word is unknown; case does not matter."""
        return self.meanings.get(word) or self._folded.get(word.strip().casefold())

    def near(self, word: str) -> str | None:
        """The nearest known word, with what it means when that is another word: "CHN (China)"."""
        found = nearest(word, self.meanings)
        if found is None:
            return None
        meaning = self.meanings[found]
        return found if len(meaning) != 1 or meaning[0] == found else f"{meaning[0]} ({found})"


def words(expected: str, meanings: Mapping[str, str | tuple[str, ...]] | Iterable[str]) -> Words:
    """Words from a mapping of spelling → meaning, or from plain words that mean themselves.

    >>> words("a stage", ["mine", "magnet"]).read("Mine")
    ('mine',)
    """
    pairs = meanings.items() if isinstance(meanings, Mapping) else ((word, word) for word in meanings)
    full = {word: (meaning,) if isinstance(meaning, str) else meaning for word, meaning in pairs}
    return Words(expected, full, {word.casefold(): meaning for word, meaning in full.items()})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one base. None: any word will do (it cannot be checked here).

    `whole` are the products that a scope without any means, where a chain is not the rare earths'.
    """

    countries: Words | None = None
    products: Words | None = None
    elements: Words | None = None
    stages: Words | None = None
    ores: Words | None = None
    facilities: Words | None = None
    sources: Words | None = None
    assumptions: Words | None = None
    whole: tuple[str, ...] = ()


def rare_earth_products(ores: Iterable[str] = ()) -> Words:
    """Forms, magnet grades and single products of the rare-earth chain, in every spelling we accept.

    >>> rare_earth_products().read("dysprosium oxide"), rare_earth_products().read("alloy")
    (('oxide/Dy',), ('metal',))
    """
    meanings: dict[str, str] = {}
    for form, aliases in FORMS.items():
        meanings |= {form: form} | dict.fromkeys(aliases, form)
    for grade in GRADES:
        meanings |= {grade: f"magnet/{grade}", f"magnet/{grade}": f"magnet/{grade}"}
    for item in ELEMENTS:
        for form in ("oxide", "metal", "solution"):
            product = f"{form}/{item.symbol}"
            meanings |= {product: product, f"{item.symbol} {form}": product, f"{item.name} {form}": product}
        meanings[item.oxide] = f"oxide/{item.symbol}"
    for ore in ores:
        meanings |= {f"{form}/{ore}": f"{form}/{ore}" for form in ("concentrate", "seg")}
    return words("a product: " + ", ".join((*FORMS, *GRADES)) + ', or one such as "Dy oxide"', meanings)


def element_words() -> Words:
    """Symbols and names of the rare earths."""
    meanings = {item.symbol: item.symbol for item in ELEMENTS} | {item.name: item.symbol for item in ELEMENTS}
    return words("a rare-earth element such as Dy", meanings)


def stage_words() -> Words:
    """Stages a plant can stand at."""
    return words("a stage: " + ", ".join(STAGES), {stage: stage for stage in STAGES} | _STAGE_ALIASES)


def chain_products(form_words: Mapping[str, tuple[str, ...]], material: str) -> Words:
    """Products of a chain of another material: `ore`, `refined`, and the words its file has for them.

    >>> chain_products({"refined": ("gallium",)}, "Ga").read("Gallium")
    ('refined/Ga',)
    """
    meanings: dict[str, str] = {}
    for form, said in form_words.items():
        product = f"{form}/{material}"
        meanings |= dict.fromkeys((form, product, *said), product)
    return words("a product: " + ", ".join((*form_words, *(s for said in form_words.values() for s in said))), meanings)


def textbook(regions: Iterable[str], products: Iterable[str], sources: Words | None = None) -> Vocabulary:
    """The words of a textbook network: its own regions and products, and nothing of the rare-earth chain."""
    regions, products = sorted(set(regions)), sorted(set(products))
    nothing = words("nothing: a network file has none", ())
    return Vocabulary(
        countries=words("a region of the network: " + ", ".join(regions), regions),
        products=words("a product of the network: " + ", ".join(products), products),
        elements=nothing,
        stages=nothing,
        ores=nothing,
        facilities=nothing,
        sources=sources,
        assumptions=nothing,
    )
