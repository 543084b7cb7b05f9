"""Which activities the rare-earth chain has: one column for everything that happened in the base year.

Coefficients are technology (assays, recoveries, recipes); levels come from the reconciliation. Names are
`kind:place:product`, and `route:product:origin>destination`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ytterby.core.elements import oxide_factor
from ytterby.model.lanes import dispose, route
from ytterby.model.network import Activity, MarketKey
from ytterby.model.rare_earths.evidence import Evidence
from ytterby.model.rare_earths.ores import Maker, alloy, scrap_composition, scrap_per_magnet
from ytterby.model.rare_earths.trade import Trade

#: Elements whose surplus is left in solution in the base year, each with an assumption `surplus.<El>`.
SURPLUS = ("La", "Ce", "Sm", "Y")
#: Ores of which stocks are kept apart, because figures of one year show more mined than used.
STOCKED = (("AUS", "mount-weld"), ("USA", "mountain-pass"), ("CHN", "bayan-obo"), ("CHN", "maoniuping"))
#: Light ores whose assay is of 1982; the balance may move their Nd and Pr against La and Ce.
OLD_ASSAYS = ("bayan-obo", "maoniuping")

Coefficients = tuple[tuple[MarketKey, float], ...]


def skeleton(evidence: Evidence, trade: Trade, assumed: Mapping[str, float]) -> tuple[Activity, ...]:
    """All activities of the base year, without levels, costs or bounds."""
    found = [*_mines(evidence, trade), *_separators(evidence, assumed), *_traded(trade)]
    found += _metals(evidence, assumed)
    at_hand = {key for a in found for key, coefficient in a.coefficients if coefficient > 0}
    found += [*_magnets(evidence, assumed, at_hand), *_recyclers(evidence, assumed, at_hand)]
    found += list(_uses(found, evidence))
    return tuple(sorted({a.id: a for a in found}.values(), key=lambda a: a.id))


def feed_lanes(evidence: Evidence, trade: Trade) -> dict[tuple[str, str], tuple[str, ...]]:
    """Origin and destination of feed, with the ores that travel."""
    pairs = {(o.country, "CHN") for o in evidence.ores if o.country in evidence.feed or o.country == "ROW"}
    pairs |= {(s.exporter, s.importer) for s in trade.feed}
    if "us-exports:ores-compounds" in evidence.facts:
        pairs.add(("USA", "CHN"))
    lanes = _usable(evidence, pairs)
    sellers = {origin for origin, _ in lanes} | {m.country for m in evidence.makers if m.stage == "separation"}
    unsold = {(o.country, "CHN") for o in evidence.ores if o.country in evidence.mined and o.country not in sellers}
    return lanes | _usable(evidence, unsold)


def _usable(evidence: Evidence, pairs: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, ...]]:
    """The pairs whose destination separates an ore of the origin, with those ores."""
    makers = {m.country: m for m in evidence.makers if m.stage == "separation"}
    found = {}
    for origin, destination in sorted(pairs):
        maker = makers.get(destination)
        ores = tuple(o.ore for o in evidence.ores if o.country == origin and maker and maker.takes(o.ore))
        if ores and origin != destination:
            found[origin, destination] = ores
    return found


def _mines(evidence: Evidence, trade: Trade) -> Iterator[Activity]:
    for o in evidence.ores:
        product = f"concentrate/{o.ore}"
        yield Activity(
            f"mine:{o.country}:{o.ore}", "mine", o.country, product, (((product, o.country), 1.0),), ore=o.ore
        )
    for (origin, destination), ores in feed_lanes(evidence, trade).items():
        for ore in ores:
            yield route(f"concentrate/{ore}", origin, destination)
    for country, ore in STOCKED:
        product = f"concentrate/{ore}"
        yield Activity(f"stock:{country}:{ore}:in", "stock", country, product, (((product, country), -1.0),), ore=ore)
        yield Activity(f"stock:{country}:{ore}:out", "stock", country, product, (((product, country), 1.0),), ore=ore)


def _separators(evidence: Evidence, assumed: Mapping[str, float]) -> Iterator[Activity]:
    makers = [m for m in evidence.makers if m.stage == "separation"]
    for maker in makers:
        c = maker.country
        for ore in sorted({o.ore for o in evidence.ores if maker.takes(o.ore)}):
            yield separation(maker, ore, evidence.assays[ore], assumed["recovery.separation"])
            if "Dy" not in maker.makes:
                product = f"seg/{ore}"
                yield route(product, c, "CHN")
                yield Activity(f"dispose:{c}:{product}", "dispose", c, product, (((product, c), -1.0),), ore=ore)
                yield seg_separation("CHN", maker, ore, evidence.assays[ore], assumed["recovery.seg"])
        if f"ndpr-to-china:{c}" in evidence.facts:  # customs book it with feed, so it is in no trade flow
            yield from (route(f"oxide/{e}", c, "CHN") for e in ("Nd", "Pr"))
        for ore in OLD_ASSAYS if c == "CHN" else ():
            yield from _deviations(c, ore, evidence.assays[ore])
        for element in maker.makes:
            yield Activity(
                f"finish:{c}:{element}",
                "finish",
                c,
                f"oxide/{element}",
                (((f"solution/{element}", c), -1.0), ((f"oxide/{element}", c), 1.0)),
            )
            if element in SURPLUS:
                yield dispose(f"solution/{element}", c)


def separation(maker: Maker, ore: str, assay: Mapping[str, float], recovery: float) -> Activity:
    """One tonne of feed into what this separator makes; what it cannot separate leaves together as SEG."""
    c = maker.country
    out = [((f"solution/{e}", c), recovery * share) for e, share in assay.items() if e in maker.makes and share > 0]
    rest = recovery * sum(share for e, share in assay.items() if e not in maker.makes)
    if rest > 0:
        out.append(((f"seg/{ore}", c), rest))
    feed = (((f"concentrate/{ore}", c), -1.0),)
    return Activity(f"separate:{c}:{ore}", "separate", c, f"concentrate/{ore}", (*feed, *out), ore=ore)


def seg_separation(country: str, maker: Maker, ore: str, assay: Mapping[str, float], recovery: float) -> Activity:
    """Separate the SEG of a light separator where heavies are made."""
    rest = {e: share for e, share in assay.items() if e not in maker.makes and share > 0}
    total = sum(rest.values())
    out = tuple(((f"solution/{e}", country), recovery * share / total) for e, share in rest.items())
    return Activity(
        f"separate:{country}:seg:{ore}",
        "separate",
        country,
        f"seg/{ore}",
        ((((f"seg/{ore}", country)), -1.0), *out),
        ore=ore,
    )


def _deviations(country: str, ore: str, assay: Mapping[str, float]) -> Iterator[Activity]:
    """Move Nd and Pr against La and Ce in an old assay; folded into the separator's yields afterwards."""
    dear = {e: assay[e] / (assay["Nd"] + assay["Pr"]) for e in ("Nd", "Pr")}
    cheap = {e: assay[e] / (assay["La"] + assay["Ce"]) for e in ("La", "Ce")}
    for name, lost, won in (("less", dear, cheap), ("more", cheap, dear)):
        terms = [((f"solution/{e}", country), -part) for e, part in lost.items()]
        terms += [((f"solution/{e}", country), part) for e, part in won.items()]
        yield Activity(f"assay:{country}:{ore}:{name}", "separate", country, f"assay/{ore}", tuple(terms), ore=ore)


def _traded(trade: Trade) -> Iterator[Activity]:
    for flow in trade.flows:
        for product in flow.tonnes:
            yield route(product, flow.origin, flow.destination)


def _metals(evidence: Evidence, assumed: Mapping[str, float]) -> Iterator[Activity]:
    for maker in evidence.makers:
        for element in maker.makes if maker.stage == "metal" else ():
            yield metal(maker.country, element, assumed["recovery.metal"])


def metal(country: str, element: str, recovery: float) -> Activity:
    """One tonne of metal from its oxide: 1 / (element per oxide x recovery) tonnes go in."""
    need = 1 / (oxide_factor(element) * recovery)
    return Activity(
        f"metal:{country}:{element}",
        "metal",
        country,
        f"metal/{element}",
        (((f"oxide/{element}", country), -need), ((f"metal/{element}", country), 1.0)),
    )


def _magnets(evidence: Evidence, assumed: Mapping[str, float], at_hand: set[MarketKey]) -> Iterator[Activity]:
    """Magnet making; gadolinium goes in only where its metal is at hand, as it is a cheap grade's diluent."""
    for maker in evidence.makers:
        for grade in maker.makes if maker.stage == "magnet" else ():
            yield magnet(maker.country, grade, assumed, _without(maker.country, at_hand))
            if grade != "smco":
                yield dispose(f"scrap/{grade}", maker.country)


def _without(country: str, at_hand: set[MarketKey]) -> tuple[str, ...]:
    """Gadolinium is left out of magnets, and so of their swarf, where its metal is not at hand."""
    return () if ("metal/Gd", country) in at_hand else ("Gd",)


def magnet(country: str, grade: str, assumed: Mapping[str, float], without: tuple[str, ...] = ()) -> Activity:
    """One tonne of finished magnets from metals; swarf comes back as scrap."""
    takes = [((f"metal/{e}", country), -mass) for e, mass in alloy(grade, assumed).items() if e not in without]
    gives = [((f"magnet/{grade}", country), 1.0)]
    if grade != "smco":
        gives.append(((f"scrap/{grade}", country), scrap_per_magnet(grade, assumed, without)))
    return Activity(f"magnet:{country}:{grade}", "magnet", country, f"magnet/{grade}", (*takes, *gives))


def _recyclers(evidence: Evidence, assumed: Mapping[str, float], at_hand: set[MarketKey]) -> Iterator[Activity]:
    separators = {m.country for m in evidence.makers if m.stage == "separation"}
    for maker in evidence.makers:
        for grade in maker.makes if maker.stage == "recycling" else ():
            c, product = maker.country, f"scrap/{grade}"
            form = "solution" if c in separators else "oxide"
            out = tuple(
                ((f"{form}/{e}", c), assumed["recovery.scrap"] * share)
                for e, share in scrap_composition(grade, assumed, _without(c, at_hand)).items()
            )
            yield Activity(f"recycle:{c}:{grade}", "recycle", c, product, (((product, c), -1.0), *out))
            if c == "CHN":
                yield Activity(f"scrap:{c}:{grade}", "scrap", c, product, (((product, c), 1.0),))


def _uses(activities: list[Activity], evidence: Evidence) -> Iterator[Activity]:
    """A final use wherever an oxide or magnet can be, and of metals where nobody makes magnets of them."""
    magnet_makers = {m.country for m in evidence.makers if m.stage == "magnet"}
    made = {(f"metal/{e}", m.country) for m in evidence.makers if m.stage == "metal" for e in m.makes}
    markets = sorted({key for a in activities for key, _ in a.coefficients})
    for product, country in markets:
        form, _, name = product.partition("/")
        alone = name in ("La", "Ce") or country not in magnet_makers  # a metal that makes no magnet there
        final = form in ("oxide", "magnet") or (form == "metal" and alone and (product, country) not in made)
        if final:
            yield Activity(f"use:{country}:{product}", "use", country, product, (((product, country), -1.0),))
