"""The supply and use curves that pass through the base: shapes, elasticities, and the value of lost use.

Supply of mines and scrap is isoelastic, mc = p0 (x / x0)^(1/e): at a price of nothing it is nothing, which a
straight line with e < 1 is not. Use is isoelastic, value = p0 (x / x0)^(-1/e), up to a stated value of lost
use c p0; below the level where the curve reaches it, x0 c^(-e), every further tonne is lost at that value. So
a use is two columns: a *core*, worth c p0 a tonne, and an elastic part above it.
Processing has a conversion cost that rises slightly, c0 (1 + (x/x0 - 1)/e), never below nothing for e >= 1.
"""

from __future__ import annotations

from collections.abc import Mapping

from ytterby.model.network import Curve

_MIDDLE = ("Sm", "Eu", "Gd")


def use_elasticity(product: str, assumed: Mapping[str, float]) -> float:
    """Short-run own-price elasticity of a final use, from the assumption that names its product."""
    form, _, element = product.partition("/")
    if form == "magnet":
        return assumed["elasticity.demand.magnet"]
    if form in ("ore", "refined"):
        return assumed["elasticity.demand"]
    if element in ("La", "Ce", "Y"):
        return assumed[f"elasticity.demand.{element}"]
    if element in ("Pr", "Nd"):
        return assumed["elasticity.demand.magnet-element"]
    return assumed["elasticity.demand.middle" if element in _MIDDLE else "elasticity.demand.heavy"]


def supply_elasticity(ore: str | None, assumed: Mapping[str, float]) -> float:
    """One-year supply elasticity of a mine: clays answer faster than hard rock."""
    clay = ore in ("xunwu", "xinfeng", "longnan")
    return assumed["elasticity.supply.clay" if clay else "elasticity.supply.mine"]


def supply(price: float, base: float, elasticity: float) -> Curve:
    """Isoelastic marginal cost through (base, price)."""
    return Curve("isoelastic", 1, price, base, elasticity)


def core_of(base: float, elasticity: float, cap: float) -> float:
    """The part of a use [t/yr] that is only given up at `cap` times its base price: base x cap^(-e)."""
    return base * float(cap**-elasticity)


def elastic_use(price: float, base: float, elasticity: float, core: float) -> Curve:
    """Isoelastic value of use above its core; the curve is read at throughput + core."""
    return Curve("isoelastic", -1, price, base, elasticity, offset=core)


def slope(price: float, base: float, elasticity: float) -> Curve:
    """A straight line through (base, price) with the given elasticity there."""
    return Curve("linear", 1, price, base, elasticity)


def rising_from_zero(price: float, scale: float, elasticity: float) -> Curve:
    """`price` at nothing, and doubled at elasticity x scale: for lanes and substitutes that the base does not use."""
    return Curve("linear", 1, price, scale, elasticity, offset=scale)
