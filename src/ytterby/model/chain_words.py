"""The words of a chain, from the atlas: countries and groups, products, plants, ores, sources, assumptions."""

from __future__ import annotations

from functools import cache

from ytterby.atlas.load import Atlas, load
from ytterby.model.assumptions import assumptions
from ytterby.model.chains.definition import chain as definition
from ytterby.model.vocabulary import (
    Vocabulary,
    Words,
    chain_products,
    element_words,
    rare_earth_products,
    stage_words,
    words,
)

_NO_PLACES = ("WLD", "XXX")  # totals and "unspecified": nobody there can act or be acted on


@cache
def chain() -> Vocabulary:
    """The vocabulary of the embedded atlas."""
    atlas = load()
    ores = sorted(set(atlas.figures["ore"].drop_nulls().to_list()))
    return Vocabulary(
        countries=_countries(atlas),
        products=rare_earth_products(ores),
        elements=element_words(),
        stages=stage_words(),
        ores=words("an ore: " + ", ".join(ores), ores),
        facilities=_named(atlas, "the id of a plant (ytterby facts --facilities)"),
        sources=sources(),
        assumptions=words("the id of an assumption (ytterby facts --assumptions)", atlas.assumptions["id"].to_list()),
    )


@cache
def other(name: str) -> Vocabulary:
    """The vocabulary of a chain of another material: its own goods, and stages mine and refining."""
    atlas, told = load(), definition(name)
    said = {g.form: (g.words,) for g in told.goods}
    stages = {"mine": "mine", "mining": "mine"} if told.good("ore") else {}
    stages |= {"refining": "refining", "smelting": "refining"} if told.good("refined") else {}
    nothing = words("nothing: this chain has none", ())
    own = assumptions(atlas.assumptions).of_chain(told.scope)
    return Vocabulary(
        countries=_countries(atlas),
        products=chain_products(said, told.material),
        elements=words(f"{told.material}: the chain has no other", {told.material: told.material, name: told.material}),
        stages=words("a stage: " + ", ".join(sorted(set(stages.values()))), stages),
        ores=nothing,
        facilities=nothing,
        sources=sources(),
        assumptions=words("the id of an assumption of this chain", [row.id for row in own]),
        whole=tuple(told.product(g.form) for g in told.goods),
    )


@cache
def sources() -> Words:
    """Ids of the sources of the atlas."""
    expected = "the id of a source of the atlas (ytterby sources), or { publisher, title, url, date }"
    return words(expected, load().sources["id"].to_list())


def _countries(atlas: Atlas) -> Words:
    meanings: dict[str, str | tuple[str, ...]] = {}
    groups = {
        str(name[0]): rows["iso3"].to_list() for name, rows in atlas.groups.group_by("group", maintain_order=True)
    }
    skipped = {*_NO_PLACES, *groups}
    rows = [row for row in atlas.countries.iter_rows(named=True) if row["iso3"] not in skipped]
    for row in rows:
        for name in (row["name"], *(row["aliases"] or "").split(";")):
            if name:
                meanings.setdefault(name, row["iso3"])
    meanings |= {name: tuple(sorted(groups[name])) for name in sorted(groups)}
    # Codes come last, so that no name can take a code away from its country.
    meanings |= {row["iso3"]: row["iso3"] for row in rows}
    return words("a country (ISO3 code or name) or a group such as EU27", meanings)


def _named(atlas: Atlas, expected: str) -> Words:
    """Plants by id, and by name when the name is only one plant's."""
    ids = atlas.facilities["id"].to_list()
    names = atlas.facilities["name"].to_list()
    once = {name: found for name, found in zip(names, ids, strict=True) if names.count(name) == 1}
    return words(expected, once | {found: found for found in ids})
