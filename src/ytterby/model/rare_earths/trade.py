"""Reported trade turned into flows of elements, metals and magnets.

Customs codes mix goods: HS 2846 90 holds every compound but cerium's, 2805 30 holds mischmetal beside NdPr
metal, 8505 11 holds alnico and other metal magnets beside rare-earth ones. The unit value tells the mix: a
shipment is a blend of a cheap and a rich basket whose value per kilogram must come out as reported. The rich
basket follows what its origin can separate. Pairs below a threshold are gathered into the rest of the world or
dropped, and small two-way trade is netted, because it is different goods under one code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ytterby.core.elements import oxide_factor
from ytterby.model.rare_earths.evidence import Evidence
from ytterby.model.rare_earths.ores import ELEMENTS
from ytterby.model.shipments import REST, Shipment, merged, netted

#: Below this unit value [USD/kg] a shipment cannot be what its code says.
NOT_CREDIBLE = 0.2


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow of the base year: tonnes by product, and the total that was reported."""

    hs6: str
    origin: str
    destination: str
    tonnes: Mapping[str, float]
    reported: float
    gross: float
    pairs: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """Tonnes of all products of the flow."""
        return sum(self.tonnes.values())


@dataclass(frozen=True, slots=True)
class Trade:
    """The flows of a base year, those set aside with the reason, and the places kept apart."""

    flows: tuple[Flow, ...]
    set_aside: tuple[tuple[Shipment, str], ...]
    places: tuple[str, ...]
    feed: tuple[Shipment, ...] = field(default=())


def trade(evidence: Evidence, assumed: Mapping[str, float], threshold: float = 20.0) -> Trade:
    """Sort the shipments of the year into feed, flows of products, and those set aside.

    `threshold` [t gross] is the size below which a pair is not kept.
    """
    separators = {m.country for m in evidence.makers if m.stage == "separation"}
    miners = {o.country for o in evidence.ores}
    feed, goods, aside = [], [], []
    for shipment in (_weighed(s, evidence, assumed) for s in evidence.shipments):
        if _is_feed(shipment, miners, separators):
            feed.append(shipment)
        elif shipment.tonnes and shipment.kusd / shipment.tonnes < NOT_CREDIBLE:
            aside.append((shipment, f"below {NOT_CREDIBLE} USD/kg"))
        elif not shipment.tonnes:
            aside.append((shipment, "no quantity reported"))
        else:
            goods.append(shipment)
    places = _places(goods, evidence)
    gathered = netted(merged(goods, set(places)))
    kept = [s for s in gathered if (s.tonnes or 0) >= threshold]
    aside += [(s, f"below {threshold:g} t") for s in gathered if (s.tonnes or 0) < threshold]
    flows = [_split(s, evidence, assumed, separators) for s in kept]
    return Trade(tuple(f for f in flows if f.total > 0), tuple(aside), places, tuple(feed))


def _weighed(s: Shipment, evidence: Evidence, assumed: Mapping[str, float]) -> Shipment:
    """A magnet shipment reported by value alone, weighed at a blend of rare-earth and other magnets."""
    if s.hs6 != "850511" or s.tonnes:
        return s
    return Shipment(s.hs6, s.exporter, s.importer, s.kusd / (0.6 * magnet_value(evidence, assumed)), s.kusd)


def _is_feed(shipment: Shipment, miners: set[str], separators: set[str]) -> bool:
    """Compounds from a miner that separates nothing to a separator are feed, and so is AUS to MYS under 2805 30."""
    if shipment.hs6 == "850511":
        return False
    if (shipment.exporter, shipment.importer) in {("MYS", "CHN"), ("AUS", "MYS")}:
        return shipment.hs6 != "284610"
    return shipment.exporter in miners - separators and shipment.importer in separators


def _places(goods: Iterable[Shipment], evidence: Evidence) -> tuple[str, ...]:
    """Countries kept apart: miners, makers, and importers of a visible part of compounds or magnets."""
    kept = {o.country for o in evidence.ores} | {m.country for m in evidence.makers}
    value: dict[tuple[bool, str], float] = {}
    for s in goods:
        key = (s.hs6 == "850511", s.importer)
        value[key] = value.get(key, 0.0) + s.kusd
    for is_magnet, part in ((False, 0.006), (True, 0.010)):
        total = sum(v for (m, _), v in value.items() if m == is_magnet)
        kept |= {c for (m, c), v in value.items() if m == is_magnet and v >= part * total}
    return tuple(sorted(kept | {REST}))


def _split(s: Shipment, evidence: Evidence, assumed: Mapping[str, float], separators: set[str]) -> Flow:
    tonnes = s.tonnes or 0.0
    value = s.kusd / tonnes
    if s.hs6 == "284610":
        products, total = _cerium(s, tonnes, value, assumed, separators)
    elif s.hs6 == "284690":
        products, total = _compounds(s, tonnes, value, evidence, assumed, separators)
    elif s.hs6 == "280530":
        products, total = _metals(s, tonnes, value, evidence, assumed)
    else:
        products, total = _magnets(s, tonnes, value, evidence, assumed)
    kept = {name: mass for name, mass in products.items() if mass >= 0.02}
    return Flow(s.hs6, s.exporter, s.importer, kept, total, tonnes, (f"{s.hs6}:{s.exporter}>{s.importer}",))


def _cerium(
    s: Shipment, tonnes: float, value: float, assumed: Mapping[str, float], separators: set[str]
) -> tuple[dict[str, float], float]:
    """Cheap cerium from a separator is oxide or carbonate; the rest is formulated."""
    plain = s.exporter in separators and value < 5
    mass = tonnes * assumed["factor.compound.cerium" if plain else "factor.compound.other"]
    return {"oxide/Ce": mass}, mass


def _compounds(
    s: Shipment, tonnes: float, value: float, evidence: Evidence, assumed: Mapping[str, float], separators: set[str]
) -> tuple[dict[str, float], float]:
    pure = s.exporter in separators or value >= 20
    total = tonnes * assumed["factor.compound.maker" if pure else "factor.compound.other"]
    rich = rich_basket(s.exporter, evidence, assumed)
    cheap = {"La": 1.0}
    part = _rich_part(value * tonnes / total, _worth(cheap, evidence), _worth(rich, evidence))
    blend = {e: part * rich.get(e, 0.0) + (1 - part) * cheap.get(e, 0.0) for e in ELEMENTS}
    return {f"oxide/{e}": total * share for e, share in blend.items() if share > 0}, total


def rich_basket(country: str, evidence: Evidence, assumed: Mapping[str, float]) -> dict[str, float]:
    """Shares of the dearer elements in what a country exports.

    A separator of light elements sends NdPr. China, and those who re-export from it, send all but cerium and
    lanthanum in the proportions China separates, and less of Nd and Pr, because magnets at home take most of it.
    """
    makes = next((m.makes for m in evidence.makers if m.stage == "separation" and m.country == country), None)
    if makes is not None and "Dy" not in makes:
        return {"Nd": 0.75, "Pr": 0.25}
    blend: dict[str, float] = {}
    for row in evidence.ores:
        if row.country in ("CHN", "MMR"):
            clay = assumed["mix.basket.clay"]
            weight = row.share * (1 - clay if row.country == "CHN" else clay)
            for element, share in evidence.assays[row.ore].items():
                kept = assumed["share.basket.ndpr"] if element in ("Nd", "Pr") else 1.0
                blend[element] = blend.get(element, 0.0) + weight * share * kept
    dear = {e: blend.get(e, 0.0) for e in ELEMENTS if e not in ("La", "Ce")}
    total = sum(dear.values())
    return {e: mass / total for e, mass in dear.items() if mass > 0}


def _worth(basket: Mapping[str, float], evidence: Evidence) -> float:
    """USD per kg REO of a basket at the year's prices; elements without a price do not count."""
    return sum(share * evidence.prices[e].value for e, share in basket.items() if e in evidence.prices)


def _rich_part(value: float, cheap: float, rich: float) -> float:
    """The part x of the rich basket with x rich + (1 - x) cheap = value, kept within 0 and 1."""
    return min(max((value - cheap) / (rich - cheap), 0.0), 1.0)


def _metals(
    s: Shipment, tonnes: float, value: float, evidence: Evidence, assumed: Mapping[str, float]
) -> tuple[dict[str, float], float]:
    """Mischmetal (65 % Ce, 35 % La) against NdPr metal with a little Dy and Tb; oxide booked as metal stays oxide."""
    makers = {m.country: m.makes for m in evidence.makers if m.stage == "metal"}
    separators = {m.country for m in evidence.makers if m.stage == "separation"}
    if s.exporter not in makers and s.exporter in separators:
        return {"oxide/Nd": 0.75 * tonnes, "oxide/Pr": 0.25 * tonnes}, tonnes
    makes = makers.get(s.exporter, makers["CHN"])
    heavy = {e: assumed[f"mix.metal.{e}"] for e in ("Dy", "Tb")}
    rest = 1 - sum(heavy.values())
    rich = {e: part for e, part in ({"Nd": 0.76 * rest, "Pr": 0.24 * rest} | heavy).items() if e in makes}
    rich = {e: part / sum(rich.values()) for e, part in rich.items()}
    dear = sum(part * evidence.prices[e].value / oxide_factor(e) for e, part in rich.items()) * 1.1
    part = _rich_part(value, evidence.prices["mischmetal"].value, dear) if "La" in makes else 1.0
    blend = {"La": 0.35 * (1 - part), "Ce": 0.65 * (1 - part)} | {e: part * share for e, share in rich.items()}
    return {f"metal/{e}": tonnes * share for e, share in blend.items() if share > 0}, tonnes


def _magnets(
    s: Shipment, tonnes: float, value: float, evidence: Evidence, assumed: Mapping[str, float]
) -> tuple[dict[str, float], float]:
    """Rare-earth magnets within 8505 11, split into grades by the assumed part of Dy-bearing magnets."""
    dear = magnet_value(evidence, assumed) * (1.0 if s.exporter == "CHN" else assumed["premium.magnet.outside"])
    total = tonnes * _rich_part(value, assumed["price.magnet.other"], dear)
    heavy, cobalt = assumed["mix.grade.dy"], assumed["share.smco.CHN"] if s.exporter == "CHN" else 0.0
    return {
        "magnet/ndfeb": total * (1 - heavy - cobalt),
        "magnet/ndfeb-dy": total * heavy,
        "magnet/smco": total * cobalt,
    }, total


def magnet_value(evidence: Evidence, assumed: Mapping[str, float]) -> float:
    """Mean value of China's rare-earth magnet exports [USD/kg]: published for the year, else an assumption."""
    fact = evidence.facts.get("magnet-export-unit-value")
    return fact[0].value if fact else assumed["price.magnet.export"]
