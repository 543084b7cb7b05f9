"""Under which keys the figures behind a number may stand, the most specific first.

A figure is listed under the result it was read for: "base/mine/REE/CHN", "price/oxide/Dy", "base/trade/850511/CHN>JPN".
A result further down the chain has none of its own. A country's use of magnets rests on the trade that brings them
there, its metal output on the metal it ships.
"""

from __future__ import annotations

_FORMS = {"separation": "oxide", "refining": "refined", "metal": "metal", "magnet": "magnet"}


def of_use(product: str, country: str | None = None, use: str | None = None) -> list[str]:
    """Return the keys of a use: its own, the trade that serves it, the price that values it."""
    form = product.partition("/")[0]
    keys = [f"use/{product}/{use or 'all'}/{country}", f"into/{form}/{country}"] if country else [f"use/{product}"]
    return [*keys, f"into/{form}", *of_price(product)]


def of_share(stage: str, element: str | None, country: str | None) -> list[str]:
    """Return the keys of a country's output at a stage, of an element or (None) of all."""
    what = element or "REE"
    keys = [f"share/{stage}/{what}/{country}", f"base/{stage}/{what}/{country}"]
    if stage == "use":
        return [*keys, f"into/magnet/{country}", f"into/oxide/{country}", "into/magnet"]
    if stage in _FORMS:
        form = _FORMS[stage]
        return [*keys, f"from/{form}/{country}", f"base/{stage}/{what}", f"from/{form}", f"base/mine/{what}"]
    return [*keys, f"base/mine/{what}/{country}", f"base/feed/REE/{country}", f"base/mine/REE/{country}",
            f"base/mine/{what}", f"base/recycling/{what}"]  # fmt: skip


def of_price(product: str, country: str | None = None) -> list[str]:
    """Return the keys of a price; that of a metal or magnet is built on the oxide's."""
    form, _, name = product.partition("/")
    own = [f"price/{product}/{country}"] if country else []
    if form in ("ore", "refined"):
        return [*own, f"price/{product}", f"price/refined/{name}"]
    built = ["base/fact/magnet-export-unit-value"] if form == "magnet" else [f"price/oxide/{name}"]
    return [*own, f"price/{product}", *built, "price/oxide"]


def of_gain(country: str) -> list[str]:
    """Return the keys of a gain: money is tonnes at prices."""
    return [f"gains/{country}", "gains", "price/oxide", "price/refined", "price/ore"]


def of_limit(limit: str, origin: str | None = None) -> list[str]:
    """Return the keys of a limit; a share of base flow rests on the trade of the country that sets it."""
    measure, _, over = limit.partition(":")
    named = [f"measure/{limit}", f"measure/{measure}"]
    form = "magnet" if over.startswith("magnet") else "oxide"
    if limit.startswith("quota:"):
        return [f"base/fact/{limit.replace('mining', 'mine')}"]
    return [*named, *(f"from/{f}/{origin}" for f in (form, "refined", "ore"))] if origin else named
