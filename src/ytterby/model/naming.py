"""Names as they are read: products, limits, plants and assumptions, beside the ids by which they are set.

A result keeps its ids, so that a program and `--set` find them; what a person reads goes through here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from ytterby.atlas.load import load
from ytterby.core.elements import SYMBOLS
from ytterby.model.assumptions import SCOPES
from ytterby.model.chains.cited import words_of
from ytterby.model.network import Limit
from ytterby.model.scenario import Measure

_PRODUCTS: dict[str, str] = {
    "magnet/ndfeb": "NdFeB magnets",
    "magnet/ndfeb-dy": "NdFeB magnets with Dy",
    "magnet/smco": "SmCo magnets",
    "scrap/ndfeb": "NdFeB scrap",
    "scrap/ndfeb-dy": "scrap of NdFeB with Dy",
    "scrap/smco": "SmCo scrap",
}
_FORMS: dict[str, str] = {
    "oxide": "{} oxide",
    "metal": "{} metal",
    "solution": "{} in solution",
    "concentrate": "concentrate of {}",
    "seg": "SEG concentrate of {}",
    "scrap": "{} scrap",
    "magnet": "{} magnets",
}
_DOES = {
    "mine": "mining", "separate": "separation", "refine": "refining", "metal": "metal-making",
    "magnet": "magnet-making", "recycle": "recycling",
}  # fmt: skip

#: The numbers of a measure or clause, by the last words of their ids.
_NUMBERS = {
    "limit": "amount allowed",
    "rate": "rate of the tax",
    "lost": "part lost",
    "amount": "amount",
    "delay": "delay of the licences",
    "capital": "capital",
    "capacity": "capacity",
    "recovery": "recovery",
    "cost": "cost a kilogram",
    "capacity_factor": "part of capacity that runs",
    "lead": "lead time",
    "probability": "chance that it is built",
    "capex": "capital per yearly capacity",
    "overrun": "capital beyond budget",
    "hurdle": "return asked",
    "weight": "what is learned of a miss",
}
_HEADS = {"recycling": "old scrap", "stock": "stock", "growth": "growth"}
#: Assumptions that need no word on where they apply.
_WHOLE = {
    "cap.lost-use": "value of lost use over the base price",
    "cost.freight.fixed": "freight a kilogram",
    "cost.freight.share": "insurance and margin of trade, part of the price",
    "cost.separation.share": "separator's part of the value of its feed",
    "cost.cobalt-in-smco": "cost of the cobalt in SmCo magnets",
    "cost.disposal": "cost of keeping what finds no buyer in solution",
    "cost.finish": "cost of finishing an oxide",
    "elasticity.process": "elasticity of processing (separators, makers of metal and magnets, recyclers)",
    "elasticity.route": "elasticity of choice between suppliers",
    "elasticity.substitute.smco": "elasticity of replacing SmCo magnets",
    "elasticity.thrift.heavy": "elasticity of replacing magnets with Dy",
    "factor.compound.cerium": "oxide content of cerium compounds in trade",
    "factor.compound.maker": "oxide content of compounds from countries that separate",
    "factor.compound.other": "oxide content of compounds from other countries",
    "factor.concentrate.AUS": "oxide content of concentrate from Australia to Malaysia",
    "fee.metal": "fee of metal-making",
    "limit.substitute.smco": "most use of SmCo magnets that can be replaced",
    "limit.thrift.heavy": "most use of magnets with Dy that can be replaced",
    "mix.basket.clay": "part of clay in China's dearer compounds",
    "mix.clay.xunwu": "part of light clays outside China",
    "mix.grade.dy": "part of NdFeB magnets with Dy",
    "premium.latent-route": "premium on a new route",
    "premium.magnet.outside": "price of magnets made outside China over China's",
    "premium.re-export": "premium on a re-export",
    "price.magnet.export": "mean price of China's magnet exports before 2024",
    "price.magnet.other": "price of magnets without rare earths",
    "scrap.magnet": "part of the alloy that becomes swarf",
    "share.basket.ndpr": "weight of Nd and Pr in China's dearer compounds",
    "share.smco.CHN": "part of SmCo in China's magnets",
    "slack.mine": "output a mine can add within a year",
    "slack.process": "throughput a plant can add within a year",
    "utilisation.magnet": "part of magnet capacity outside China that runs",
    "base.redraw": "the base year, its figures moved within their spreads",
    "time.discount": "discount rate",
    "time.holding": "cost of holding stock",
    "time.stock_months": "usual stock of users",
    "time.stock_response": "how fast the worth of stock falls",
    "time.demand_short": "elasticity of use in the first month",
    "time.demand_long": "elasticity of use in the long run",
    "time.demand_months": "months to the long run",
    "time.licence_months": "months from the first licence to the full rate",
    "time.leak_share": "most that leaks past a licence",
    "time.leak_premium": "premium on what leaks",
    "time.ramp_middle": "months to half of a new plant's capacity",
    "time.ramp_width": "how slowly a new plant learns",
}
#: Families of assumptions whose members differ by where they apply, or by the last part of their id ({}).
_FAMILIES = {
    "content": "content of the metal, {where}",
    "elasticity.demand": "elasticity of demand, {where}",
    "elasticity.supply": "elasticity of supply, {where}",
    "lane": "flow on the {where}",
    "mix.metal": "{} in mixed {where}",
    "price": "price of {}",
    "price.refined": "price of {where}",
    "recipe": "{} in a kilogram of {where}",
    "recovery": "recovery at {where}",
    "recovery.metal": "recovery at {where}",
    "recovery.seg": "recovery from SEG concentrate at {where}",
    "recovery.separation": "recovery at {where}",
    "share": "{} part, {where}",
    "share.not-magnets": "part of {} used outside magnets in China",
    "share.refiner": "part of the value that {where} keep",
    "share.secondary": "part made from scrap by {where}",
    "surplus": "part of {} left unsold",
}


def product_name(product: str) -> str:
    """Return a product in words.

    >>> product_name("oxide/Dy"), product_name("magnet/ndfeb-dy"), product_name("concentrate/bayan-obo")
    ('Dy oxide', 'NdFeB magnets with Dy', 'concentrate of Bayan Obo')
    """
    if product in _PRODUCTS:
        return _PRODUCTS[product]
    form, _, name = product.partition("/")
    said = words_of(product)
    if said:
        return said
    if form not in _FORMS or not name:
        return product
    return _FORMS[form].format(name if name in SYMBOLS or form in ("scrap", "magnet") else _title(name))


def limit_title(limit: Limit) -> str:
    """Return a limit's title, in which what it is over is said in words: "Licences: SmCo magnets"."""
    head, colon, _ = limit.title.rpartition(": ")
    _, _, over = limit.id.partition(":")
    return f"{head}: {_over(over)}" if colon and over and limit.title.endswith(f": {over}") else limit.title


def capacity_title(kind: str, country: str, product: str, facility: str | None) -> str:
    """Return a capacity in words: what is done to which product, where, in which plant."""
    plant = f" ({_plants().get(facility, facility)})" if facility else ""
    said = f"{_DOES.get(kind, kind)} of {product_name(product)}, {country_names().get(country, country)}{plant}"
    return said[0].upper() + said[1:]


def assumption_name(ident: str, titles: Mapping[str, str] | None = None) -> str:
    """Return an assumption in words; `titles` are those of the measures or clauses by id.

    >>> assumption_name("elasticity.supply.clay"), assumption_name("measure.magnets.limit", {"magnets": "Licences"})
    ('elasticity of supply, clay mines', 'Licences: amount allowed')
    """
    head, _, rest = ident.partition(".")
    if head == "entry":
        name, _, number = rest.partition(".")
        last = number.removeprefix("facility.").removeprefix("supply.")
        return f"entry {name}: {_NUMBERS.get(last, last.replace('_', ' '))}"
    if head in _HEADS:
        name, _, number = rest.partition(".")
        return f"{_HEADS[head]} {name}: {number.replace('_', ' ')}"
    if head in ("measure", "clause"):
        name, _, number = rest.partition(".")
        last = number.removeprefix("facility.")
        return f"{(titles or {}).get(name, _title(name))}: {_NUMBERS.get(last, last.replace('_', ' '))}"
    short = rest if head in SCOPES else ident
    where = _applies().get(ident, "")
    if short in _WHOLE:
        return _WHOLE[short] + (f", {where}" if short != ident and where else "")
    family = next((f for f in _wider(short) if f in _FAMILIES), None)
    tail = short.rpartition(".")[2]
    if family is None:
        return ", ".join(filter(None, (short.replace(".", " ").replace("-", " ").replace("_", " "), where)))
    return _FAMILIES[family].format(tail, where=where.removeprefix("use of ") if family == "share" else where)


def limit_name(ident: str, titles: Mapping[str, str]) -> str:
    """Return a limit in words by its id; `titles` are those of the measures by id.

    >>> limit_name("magnets:magnet/smco", {"magnets": "Licences"}), limit_name("quota:mine:CHN", {})
    ('Licences: SmCo magnets', 'quota on mining, China')
    """
    head, _, over = ident.partition(":")
    if head in titles:
        return f"{titles[head]}: {_over(over)}" if over else titles[head]
    stage, colon, country = over.partition(":")
    if head == "quota" and colon:
        return f"quota on {_DOES.get(stage, stage)}, {country_names().get(country, country)}"
    return ident


def titles_of(measures: Iterable[Measure]) -> dict[str, str]:
    """Return the title of each measure by its id."""
    return {m.id: m.title or m.id for m in measures}


def _wider(ident: str) -> list[str]:
    parts = ident.split(".")
    return [".".join(parts[:n]) for n in range(len(parts), 0, -1)]


def _over(name: str) -> str:
    """What a limit of a group is over: a product, an element, or a product on a route."""
    product, colon, lane = name.partition(":")
    origin, arrow, destination = lane.partition(">")
    if not colon:
        return product_name(product) if "/" in product else product
    names = country_names()
    way = f"{names.get(origin, origin)} to {names.get(destination, destination)}" if arrow else lane
    return f"{product_name(product)}, {way}"


def _title(name: str) -> str:
    return " ".join(word.capitalize() for word in name.replace("_", "-").split("-"))


@cache
def _applies() -> Mapping[str, str]:
    rows = load().assumptions
    return dict(zip(rows["id"].to_list(), rows["applies_to"].to_list(), strict=True))


@cache
def _plants() -> Mapping[str, str]:
    rows = load().facilities
    return dict(zip(rows["id"].to_list(), rows["name"].to_list(), strict=True))


@cache
def country_names() -> Mapping[str, str]:
    """Return the name of every country and group by its code."""
    rows = load().countries
    return dict(zip(rows["iso3"].to_list(), rows["name"].to_list(), strict=True))
