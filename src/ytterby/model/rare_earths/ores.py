"""Elements, ores and makers of the rare-earth chain, and the composition of what is made from each ore."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files

from ytterby.core.elements import oxide_factor

#: The lanthanides but Pm, and Y. Scandium is left out: no tonnage by country is published.
ELEMENTS = ("La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y")
LIGHT = ("La", "Ce", "Pr", "Nd")
HEAVY = ("Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu")
MAGNET = ("Pr", "Nd", "Tb", "Dy")
GRADES = ("ndfeb", "ndfeb-dy", "smco")

Composition = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Maker:
    """What a country can make at a stage, from which ores, and why we say so."""

    country: str
    stage: str
    makes: tuple[str, ...]
    feeds: tuple[str, ...]
    reason: str

    def takes(self, ore: str) -> bool:
        """Whether this separator takes feed of that ore."""
        return "all" in self.feeds or ore in self.feeds


@dataclass(frozen=True, slots=True)
class OreOf:
    """One ore that a country mines, its part of the country's output, and why."""

    country: str
    ore: str
    share: float
    reason: str


def load_ores() -> tuple[OreOf, ...]:
    """Which country mines which ore: `ores.csv` beside this module, each row with its reason."""
    return tuple(OreOf(r["country"], r["ore"], float(r["share"]), r["reason"]) for r in _rows("ores.csv"))


def load_makers() -> tuple[Maker, ...]:
    """Which country makes what at each stage: `makers.csv` beside this module, each row with its reason."""
    return tuple(
        Maker(r["country"], r["stage"], tuple(r["makes"].split()), tuple(r["feeds"].split()), r["reason"])
        for r in _rows("makers.csv")
    )


def with_clays(ores: tuple[OreOf, ...], xunwu: float) -> tuple[OreOf, ...]:
    """The ores with `xunwu` as the part of Xunwu clay wherever two kinds are dug side by side outside China."""
    digs = {c: {o.ore for o in ores if o.country == c} for c in {o.country for o in ores} - {"CHN"}}
    both = {c for c, kinds in digs.items() if kinds == {"xunwu", "xinfeng"}}
    part = {"xunwu": xunwu, "xinfeng": 1 - xunwu}
    return tuple(replace(o, share=part[o.ore]) if o.country in both else o for o in ores)


def _rows(name: str) -> list[dict[str, str]]:
    text = files("ytterby.model.rare_earths").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def recipe(grade: str, assumed: Mapping[str, float]) -> dict[str, float]:
    """Metal in a finished magnet of a grade [t metal / t gross], from `recipe.<grade>.<El>` assumptions."""
    prefix = f"recipe.{grade}."
    return {name[len(prefix) :]: value for name, value in assumed.items() if name.startswith(prefix) and value > 0}


def alloy(grade: str, assumed: Mapping[str, float]) -> dict[str, float]:
    """Metal that goes in per tonne of finished magnet [t metal / t gross]: recipe / (1 - scrap)."""
    kept = 1 - assumed["scrap.magnet"]
    return {element: mass / kept for element, mass in recipe(grade, assumed).items()}


def scrap_composition(grade: str, assumed: Mapping[str, float], without: tuple[str, ...] = ()) -> dict[str, float]:
    """Shares of oxide in the swarf of a grade; they add to 1."""
    oxide = {e: mass / oxide_factor(e) for e, mass in recipe(grade, assumed).items() if e not in without}
    total = sum(oxide.values())
    return {element: mass / total for element, mass in oxide.items()}


def scrap_per_magnet(grade: str, assumed: Mapping[str, float], without: tuple[str, ...] = ()) -> float:
    """Swarf per tonne of finished magnet [t REO / t gross]."""
    lost = assumed["scrap.magnet"]
    return sum(mass * lost / oxide_factor(e) for e, mass in alloy(grade, assumed).items() if e not in without)


def oxide_in_magnet(grade: str, assumed: Mapping[str, float]) -> dict[str, float]:
    """Oxide equivalent of the metal in a finished magnet [t REO / t gross]."""
    return {e: mass / oxide_factor(e) for e, mass in recipe(grade, assumed).items()}
