"""Which chain a material has, by any of its names; or why it has none."""

from __future__ import annotations

import polars as pl

from ytterby.atlas.load import Atlas
from ytterby.atlas.materials import code_materials, material_id, name_of
from ytterby.core.elements import SYMBOLS
from ytterby.core.errors import Fault, InputError, nearest
from ytterby.model.chains.cited import by_material
from ytterby.model.vocabulary import CHAINS

_OF_RARE_EARTHS = frozenset({*SYMBOLS, "REE", "HREE", "LREE", "magnet-REE", "NdPr", "REPM", "NdFeB", "SmCo"})
#: A network needs tonnages of at least so many countries, in one of these years.
_FEWEST = 3
_RECENT = ("2023", "2024", "2025")


def chain_for(atlas: Atlas, word: str) -> str:
    """The name of the chain that `word` names (a chain, symbol, name, alias or code); InputError with the reason.

    A material whose output by country is not in the atlas has no network, and the message says what is missing.
    """
    if word in CHAINS:
        return word
    try:
        material = material_id(word, "chain")
    except InputError as error:
        if code_materials(word):
            raise
        offered = "one of " + ", ".join(CHAINS) + ", or a material that has one"
        found = [Fault(f.place, f.found, offered, nearest(word, CHAINS) or f.nearest) for f in error.faults]
        raise InputError(found) from None
    named = chain_of(material)
    if named is not None:
        return named
    raise InputError([Fault("chain", name_of(material), f"one of {', '.join(CHAINS)}; {_reason(atlas, material)}")])


def chain_of(material: str) -> str | None:
    """The name of the chain of a material's id, or None where no network is built.

    >>> chain_of("Dy"), chain_of("Co"), chain_of("U")
    ('rare-earths', 'cobalt', None)
    """
    if material in _OF_RARE_EARTHS:
        return "rare-earths"
    return by_material()[material].name if material in by_material() else None


def _reason(atlas: Atlas, material: str) -> str:
    """Why there is no network: what its coverage row lacks, in its words."""
    rows = atlas.coverage.filter(pl.col("material") == material)
    if not rows.height:
        return "the atlas has no row on it"
    row = rows.row(0, named=True)
    reason = str(row["reason"]).rstrip(".")
    if _makers(atlas, material) < _FEWEST:
        return f"no network is built, for there are no recent figures of output by country to build it on: {reason}"
    lacking = [name for name in ("mine", "refining", "trade", "price") if row[name] != "yes"]
    said = f" (not complete: {', '.join(lacking)})" if lacking else ""
    return f"nobody has described its chain yet{said}: {reason}"


def _makers(atlas: Atlas, material: str) -> int:
    """How many countries have a tonnage mined or refined in a recent year."""
    made = atlas.figures.filter(
        pl.col("material") == material,
        pl.col("measure") == "production",
        pl.col("stage").is_in(["mine", "refining"]),
        pl.col("value") > 0,
        pl.col("period").is_in(_RECENT),
        ~pl.col("country").is_in(["WLD", "XXX", "ROW"]),
    )
    return int(made["country"].n_unique())
