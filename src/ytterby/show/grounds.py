"""Under which keys the figures behind a number may stand, the most specific first; and what a key says in words.

A figure is listed under the result it was read for: "base/mine/REE/CHN", "price/oxide/Dy", "base/trade/850511/CHN>JPN".
A result further down the chain has none of its own. A country's use of magnets rests on the trade that brings them
there, its metal output on the metal it ships.
"""

from __future__ import annotations

from collections.abc import Mapping

from ytterby.show.words import country_name, limit_name, product_name, stage_name

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


_MANY = {"oxide": "oxides", "metal": "metals", "magnet": "magnets", "ore": "ore", "refined": "refined metal",
         "concentrate": "concentrates"}  # fmt: skip


def in_words(key: str, names: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """Return what stands under a key in words; `names` by country, `titles` of measures by id.

    >>> in_words("base/mine/Dy/CHN", {"CHN": "China"}, {}), in_words("into/magnet/DEU", {"DEU": "Germany"}, {})
    ('Mining of Dy, China', 'Imports of magnets, Germany')
    """
    head, _, rest = key.partition("/")
    parts = rest.split("/")
    where = country_name(parts[-1], names) if parts[-1] in names else ""
    what = "/".join(parts[:-1] if where else parts)
    at = f", {where}" if where else ""
    if head == "figure":
        return "The figure itself"
    if head == "measure":
        return limit_name(rest, titles)
    if head == "price":
        return f"Price of {product_name(what) if '/' in what else _MANY.get(what, what)}{at}"
    if head in ("into", "from"):
        return f"{'Imports' if head == 'into' else 'Exports'} of {_MANY.get(what, what)}{at}"
    if head in ("base", "share") and parts[0] == "fact":
        said = limit_name(parts[-1], titles).replace("-", " ")
        return said[0].upper() + said[1:]
    if head in ("base", "share") and len(parts) > 1 and ">" not in rest:
        return f"{stage_name(parts[0])} of {parts[1]}{at}"
    if head == "base" and ">" in rest:
        origin, _, destination = parts[-1].partition(">")
        return f"Trade of {country_name(origin, names)} with {country_name(destination, names)}: {parts[1]}"
    if head == "use":
        return f"Use of {product_name(what)}{at}"
    return f"{head.capitalize()}{at}" if where or not rest else f"{head.capitalize()}: {what}"
