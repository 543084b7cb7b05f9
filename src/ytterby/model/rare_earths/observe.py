"""Which figures observe which activities, and how far each may be off.

The spread of a figure comes from who measured it (MODEL in docs/method.md): a company's report 3 %, a
government quota 5 %, customs of feed 12 %, an estimate 25 %, artisanal or conflict mining 50 %, mirror trade 25 %,
a unit-value split 60 %. Priors are assumptions, marked as such, and wide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ytterby.model.network import Activity
from ytterby.model.rare_earths.evidence import Cited, Evidence
from ytterby.model.rare_earths.ores import MAGNET
from ytterby.model.rare_earths.skeleton import OLD_ASSAYS, STOCKED, SURPLUS, feed_lanes
from ytterby.model.rare_earths.trade import Trade
from ytterby.model.reconcile import Observation

#: Countries whose mining is artisanal, unlicensed or in conflict: their figures are guesses of others.
ARTISANAL = ("LAO", "MDG", "MMR", "MYS", "NGA", "ROW", "THA", "VNM")

Terms = tuple[tuple[str, float], ...]


class Book:
    """Collects observations of a given set of activities; terms naming an absent activity are left out."""

    def __init__(self, activities: Iterable[Activity]) -> None:
        self.known = {a.id: a for a in activities}
        self.rows: list[Observation] = []

    def see(
        self,
        name: str,
        title: str,
        terms: Mapping[str, float],
        value: float,
        spread: float,
        *,
        unit: str = "t REO",
        figures: tuple[str, ...] = (),
        evidence: str | None = None,
        scale: str = "log",
        prior: bool = False,
        place: str = "",
    ) -> None:
        """Record one observation, unless nothing of it is in the network or a log value is not above zero."""
        present = tuple((k, v) for k, v in sorted(terms.items()) if k in self.known)
        if present and (value > 0 or scale == "linear"):
            self.rows.append(
                Observation(name, title, present, value, spread, unit, figures, evidence, scale, prior, place)
            )


def observations(
    evidence: Evidence, trade: Trade, activities: tuple[Activity, ...], assumed: Mapping[str, float]
) -> tuple[Observation, ...]:
    """Every observation of the base year."""
    book = Book(activities)
    _mining(book, evidence)
    _feed(book, evidence, trade, assumed)
    _outputs(book, evidence)
    _surplus(book, evidence, assumed)
    _trade(book, trade, evidence)
    _united_states(book, evidence, trade)
    _magnets(book, evidence, trade, assumed)
    _recycling(book, evidence)
    _uses(book, trade, evidence)
    return tuple(book.rows)


def _mining(book: Book, evidence: Evidence) -> None:
    for country, rows in sorted(evidence.mined.items()):
        ores = [o for o in evidence.ores if o.country == country]
        mines = {f"mine:{country}:{o.ore}": 1.0 for o in ores}
        for row in rows:
            book.see(
                f"mine:{country}:{row.edition}",
                f"mine production, USGS edition {row.edition}",
                mines,
                row.value,
                _mine_spread(country, row),
                figures=(row.figure,),
                place=country,
                evidence=row.derived_from or f"usgs-mine:{country}:{evidence.year}",
            )
    for country in sorted({o.country for o in evidence.ores}):
        _mix(book, evidence, country)
    for country, row in sorted(evidence.mined_magnet.items()):
        _magnet_content(book, evidence, country, row)


def _mine_spread(country: str, row: Cited) -> float:
    if country in ARTISANAL:
        return 0.5
    if country == "CHN":
        return 0.05
    return 0.03 if row.qualifier == "reported" else 0.25


def _mix(book: Book, evidence: Evidence, country: str) -> None:
    """Keep a country's mix of ores near its stated parts: ore less part of total is zero."""
    ores = [o for o in evidence.ores if o.country == country]
    size = max([r.value for r in evidence.mined.get(country, ())] + [_feed_value(evidence, country), 1.0])
    for o in ores if len(ores) > 1 else ():
        terms = {f"mine:{country}:{other.ore}": -o.share for other in ores}
        terms[f"mine:{country}:{o.ore}"] += 1.0
        book.see(
            f"mix:{country}:{o.ore}",
            f"part of {o.ore} in output: {o.share:.3f}",
            terms,
            0.0,
            0.1 * o.share * size,
            scale="linear",
            prior=True,
            place=country,
        )


def _feed_value(evidence: Evidence, country: str) -> float:
    return evidence.feed[country].value if country in evidence.feed else 0.0


def _magnet_content(book: Book, evidence: Evidence, country: str, row: Cited) -> None:
    """Nd, Pr, Dy and Tb in mine output against tonnage times assay, with old assays free to move."""
    terms = {
        f"mine:{country}:{o.ore}": sum(evidence.assays[o.ore].get(e, 0.0) for e in MAGNET)
        for o in evidence.ores
        if o.country == country
    }
    if country == "CHN":
        for ore in OLD_ASSAYS:
            terms |= {f"assay:CHN:{ore}:less": -1.0, f"assay:CHN:{ore}:more": 1.0}
    book.see(
        f"magnet-elements:{country}",
        "Nd, Pr, Dy and Tb in mine output",
        terms,
        row.value * _kilo(row),
        0.15,
        figures=(row.figure,),
        place=country,
    )


def _kilo(row: Cited) -> float:
    return 1000.0 if row.unit.startswith("kt") else 1.0


#: REO content of feed booked as metal, as cerium compounds (mixed carbonate), as other compounds (clay oxides).
_FEED_FACTOR = {
    "280530": "factor.concentrate.AUS",
    "284610": "factor.compound.cerium",
    "284690": "factor.compound.maker",
}


#: Ores that travel as ore or monazite concentrate, under codes that the atlas does not hold.
_AS_ORE = ("manavalakurichi", "mountain-pass")


def _feed(book: Book, evidence: Evidence, trade: Trade, assumed: Mapping[str, float]) -> None:
    lanes = feed_lanes(evidence, trade)
    named = set(evidence.feed) - {"XXX"}
    for origin, row in sorted(evidence.feed.items()):
        origins = [o for o, taker in lanes if taker == "CHN" and o not in named] if origin == "XXX" else [origin]
        terms = {f"route:concentrate/{ore}:{o}>CHN": 1.0 for o in origins for ore in lanes.get((o, "CHN"), ())}
        if origin == "MYS":  # customs do not tell Lynas's oxide and SEG from clay
            terms |= {"route:seg/mount-weld:MYS>CHN": 1.0, "route:oxide/Nd:MYS>CHN": 1.0, "route:oxide/Pr:MYS>CHN": 1.0}
        book.see(
            f"feed:{origin}",
            "China's imports of rare-earth feed",
            terms,
            row.value,
            0.12,
            figures=(row.figure,),
            evidence=row.derived_from or f"china-customs-feed-imports:{origin}:{evidence.year}",
            place=origin,
        )
    shipped: dict[tuple[str, str], float] = {}
    for s in trade.feed:
        if (s.exporter, s.importer) in lanes and not (s.importer == "CHN" and evidence.feed):
            factor = assumed[_FEED_FACTOR[s.hs6]]
            shipped[s.exporter, s.importer] = shipped.get((s.exporter, s.importer), 0.0) + (s.tonnes or 0.0) * factor
    for (origin, taker), tonnes in sorted(shipped.items()):
        if all(ore in _AS_ORE for ore in lanes[origin, taker]):
            continue
        terms = {f"route:concentrate/{ore}:{origin}>{taker}": 1.0 for ore in lanes[origin, taker]}
        book.see(
            f"feed:{origin}>{taker}", "trade in compounds or metal that is feed", terms, tonnes, 0.25, place=origin
        )
    for country, ore in STOCKED:
        size = max((r.value for r in evidence.mined.get(country, ())), default=1000.0)
        for way in ("in", "out"):
            book.see(
                f"stock:{country}:{ore}:{way}",
                "stock change: none expected, 6 % of output",
                {f"stock:{country}:{ore}:{way}": 1.0},
                0.0,
                0.06 * size,
                scale="linear",
                prior=True,
                place=country,
            )
    for ore in OLD_ASSAYS:
        size = (
            0.2
            * 0.22
            * next(r.value for r in evidence.mined["CHN"])
            * next(o.share for o in evidence.ores if o.ore == ore)
        )
        for way in ("less", "more"):
            book.see(
                f"assay:{ore}:{way}",
                "assay of 1982: 20 % of its Nd and Pr",
                {f"assay:CHN:{ore}:{way}": 1.0},
                0.0,
                size,
                scale="linear",
                prior=True,
                place="CHN",
            )


#: Facts of single places by name: (title, stem of the finishing activities, spread).
_NDPR: dict[str, tuple[str, str, float]] = {
    "ndpr-output:MYS": ("NdPr oxide made by Lynas", "finish:MYS", 0.08),
    "ndpr-output:USA": ("NdPr oxide made by MP Materials", "finish:USA", 0.05),
    "ndpr-output:IND": ("NdPr oxide made by IREL, about", "finish:IND", 0.30),
}


def _fact(
    book: Book,
    evidence: Evidence,
    name: str,
    title: str,
    terms: Mapping[str, float],
    spread: float,
    place: str,
    unit: str = "t REO",
) -> None:
    """One observation for each figure found under a name; figures of one name share a vote."""
    for row in evidence.facts.get(name, ()):
        book.see(
            f"{name}:{row.figure}",
            title,
            terms,
            row.value,
            spread,
            figures=(row.figure,),
            evidence=name,
            place=place,
            unit=unit,
        )


def _outputs(book: Book, evidence: Evidence) -> None:
    for name, (title, stem, spread) in _NDPR.items():
        _fact(book, evidence, name, title, {f"{stem}:Nd": 1.0, f"{stem}:Pr": 1.0}, spread, stem[-3:])
    _fact(
        book,
        evidence,
        "ndpr-to-china:MYS",
        "NdPr oxide shipped by Lynas to China",
        {"route:oxide/Nd:MYS>CHN": 1.0, "route:oxide/Pr:MYS>CHN": 1.0},
        0.10,
        "MYS",
    )
    _fact(
        book,
        evidence,
        "us-output:compounds",
        "US output of compounds and metals",
        {f"finish:USA:{e}": 1.0 for e in ("La", "Ce", "Pr", "Nd")},
        0.15,
        "USA",
    )


def _separated(evidence: Evidence) -> dict[tuple[str, str], float]:
    """A rough size of each element's separation by country [t], to scale priors."""
    size: dict[tuple[str, str], float] = {}
    for maker in evidence.makers:
        if maker.stage != "separation":
            continue
        for o in evidence.ores:
            home = o.country == maker.country
            tonnes = o.share * (
                max((r.value for r in evidence.mined.get(o.country, ())), default=0.0)
                if home
                else _feed_value(evidence, o.country)
                if maker.country == "CHN"
                else 0.0
            )
            for e in maker.makes:
                key = (maker.country, e)
                size[key] = size.get(key, 0.0) + 0.9 * tonnes * evidence.assays[o.ore].get(e, 0.0)
    return size


def _surplus(book: Book, evidence: Evidence, assumed: Mapping[str, float]) -> None:
    size = _separated(evidence)
    for maker in evidence.makers:
        for e in SURPLUS if maker.stage == "separation" else ():
            part = assumed[f"surplus.{e}"]
            c = maker.country
            terms = {f"dispose:{c}:solution/{e}": 1 - part, f"finish:{c}:{e}": -part}
            book.see(
                f"surplus:{c}:{e}",
                f"part of {e} left in solution: {part:.2f}",
                terms,
                0.0,
                max(0.05 * size.get((c, e), 0.0), 5.0),
                scale="linear",
                prior=True,
                place=c,
            )
        if maker.stage == "separation" and "Dy" not in maker.makes:
            for o in evidence.ores:
                ids = {f"dispose:{maker.country}:seg/{o.ore}": 1.0, f"route:seg/{o.ore}:{maker.country}>CHN": -1.0}
                book.see(
                    f"seg:{maker.country}:{o.ore}",
                    "SEG kept and SEG sent to China: half and half",
                    ids,
                    0.0,
                    200.0,
                    scale="linear",
                    prior=True,
                    place=maker.country,
                )


_STAGE = {"oxide": "separation", "metal": "metal", "magnet": "magnet"}


def _trade(book: Book, trade: Trade, evidence: Evidence) -> None:
    makers = {(m.country, m.stage) for m in evidence.makers}
    for flow in trade.flows:
        pair = f"{flow.origin}>{flow.destination}"
        ids = {product: f"route:{product}:{pair}" for product in flow.tonnes}
        made = any((flow.origin, _STAGE[product.partition("/")[0]]) in makers for product in ids)
        width = 0.25 if made else 0.6
        if len(ids) > 1:
            book.see(
                f"trade:{flow.hs6}:{pair}",
                f"HS {flow.hs6}, all products of the code",
                dict.fromkeys(ids.values(), 1.0),
                flow.total,
                width,
                figures=flow.pairs,
                place=pair,
            )
        for product, tonnes in flow.tonnes.items():
            spread = 0.8 if len(ids) > 1 else width
            book.see(
                f"trade:{flow.hs6}:{pair}:{product}",
                f"{product} by unit value within HS {flow.hs6}",
                {ids[product]: 1.0},
                tonnes,
                spread,
                figures=flow.pairs,
                place=pair,
                prior=len(ids) > 1,
            )


def _united_states(book: Book, evidence: Evidence, trade: Trade) -> None:
    imports = [(f, p) for f in trade.flows if f.destination == "USA" for p in f.tonnes if p.startswith("oxide/")]
    exports = [(f, p) for f in trade.flows if f.origin == "USA" for p in f.tonnes if p.startswith("oxide/")]
    ids = {f"route:{p}:{f.origin}>USA": p.partition("/")[2] for f, p in imports}
    heavy = {k: 1.0 for k, e in ids.items() if e in ("Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu")}
    out = {f"route:{p}:USA>{f.destination}": 1.0 for f, p in exports}
    for name, title, terms, spread in (
        ("us-imports:compounds", "US imports of compounds", dict.fromkeys(ids, 1.0), 0.10),
        ("us-imports:HREE", "US imports of heavy rare earths", heavy, 0.25),
        ("us-imports:Y", "US imports of yttrium", {k: 1.0 for k, e in ids.items() if e == "Y"}, 0.20),
        (
            "us-exports:ores-compounds",
            "US exports of ores and compounds",
            {"route:concentrate/mountain-pass:USA>CHN": 1.0} | out,
            0.10,
        ),
    ):
        _fact(book, evidence, name, title, terms, spread, "USA")


def _magnets(book: Book, evidence: Evidence, trade: Trade, assumed: Mapping[str, float]) -> None:
    heavy = assumed["mix.grade.dy"]
    for maker in evidence.makers:
        if maker.stage != "magnet":
            continue
        c, ids = maker.country, {g: f"magnet:{maker.country}:{g}" for g in maker.makes}
        size = _capacity(evidence, c)
        if c != "CHN":
            book.see(
                f"magnets:{c}",
                "magnet output: capacity times assumed utilisation",
                dict.fromkeys(ids.values(), 1.0),
                size * assumed["utilisation.magnet"],
                0.8,
                unit="t gross",
                prior=True,
                place=c,
            )
        if "ndfeb-dy" in ids:
            book.see(
                f"grades:{c}",
                f"part of Dy-bearing magnets: {heavy:.2f}",
                {ids["ndfeb-dy"]: 1 - heavy, ids["ndfeb"]: -heavy},
                0.0,
                0.3 * heavy * (180_000.0 if c == "CHN" else size),
                unit="t gross",
                scale="linear",
                prior=True,
                place=c,
            )
        if "smco" in ids:
            part = assumed["share.smco.CHN"]
            book.see(
                f"smco:{c}",
                f"part of SmCo magnets: {part:.4f}",
                {ids["smco"]: 1 - part, ids["ndfeb"]: -part, ids["ndfeb-dy"]: -part},
                0.0,
                300.0,
                unit="t gross",
                scale="linear",
                prior=True,
                place=c,
            )
    sent = {
        f"route:{p}:CHN>{f.destination}": 1.0
        for f in trade.flows
        if f.origin == "CHN"
        for p in f.tonnes
        if p.startswith("magnet/")
    }
    _fact(book, evidence, "magnet-exports:CHN", "China's exports of rare-earth magnets", sent, 0.03, "CHN", "t gross")


def _capacity(evidence: Evidence, country: str) -> float:
    """Magnet capacity [t gross/yr]: its plants'; for Japan what others leave of the cited total outside China."""
    known = {c: size for c, size in evidence.magnet_capacity.items() if c not in ("CHN", "JPN")}
    total = evidence.facts.get("magnet-capacity:ROW")
    if country == "JPN" and total:
        return max(total[0].value - sum(known.values()), known.get("JPN", 1000.0))
    return evidence.magnet_capacity.get(country, 1000.0)


def _recycling(book: Book, evidence: Evidence) -> None:
    for material in ("NdPr", "Dy", "Tb", "Gd"):
        row = evidence.recycled.get(material)
        if row is None:
            continue
        elements = ("Nd", "Pr") if material == "NdPr" else (material,)
        book.see(
            f"recycled:{material}",
            f"{material} oxide recovered from scrap in China",
            _recovered(book, elements),
            row.value,
            0.15 if material == "NdPr" else 0.3,
            figures=(row.figure,),
            place="CHN",
        )
    for grade in ("ndfeb", "ndfeb-dy"):
        book.see(
            f"recycle:JPN:{grade}",
            "swarf recycled in Japan: half",
            {f"recycle:JPN:{grade}": 1.0, f"dispose:JPN:scrap/{grade}": -1.0},
            0.0,
            300.0,
            scale="linear",
            prior=True,
            place="JPN",
        )
        book.see(
            f"scrap:CHN:{grade}",
            "old scrap collected in China: a few thousand tonnes",
            {f"scrap:CHN:{grade}": 1.0},
            0.0,
            6000.0,
            scale="linear",
            prior=True,
            place="CHN",
        )
        book.see(
            f"scrap-unused:CHN:{grade}",
            "swarf in China is recycled",
            {f"dispose:CHN:scrap/{grade}": 1.0},
            0.0,
            200.0,
            scale="linear",
            prior=True,
            place="CHN",
        )


def _recovered(book: Book, elements: tuple[str, ...]) -> dict[str, float]:
    """Oxide of these elements per tonne of scrap that Chinese recyclers take."""
    terms = {}
    for grade in ("ndfeb", "ndfeb-dy"):
        activity = book.known[f"recycle:CHN:{grade}"]
        terms[activity.id] = sum(
            c for (product, _), c in activity.coefficients if product.rpartition("/")[2] in elements
        )
    return terms


def _uses(book: Book, trade: Trade, evidence: Evidence) -> None:
    """Use where it is not the residual: net imports of the split trade, never below a fifth of imports."""
    makers = {(m.country, m.stage) for m in evidence.makers}
    inward: dict[tuple[str, str], float] = {}
    outward: dict[tuple[str, str], float] = {}
    for flow in trade.flows:
        for product, tonnes in flow.tonnes.items():
            inward[flow.destination, product] = inward.get((flow.destination, product), 0.0) + tonnes
            outward[flow.origin, product] = outward.get((flow.origin, product), 0.0) + tonnes
    for (country, product), tonnes in sorted(inward.items()):
        form = product.partition("/")[0]
        if (country, _STAGE[form]) in makers:
            continue
        if country == "CHN":
            continue
        net = max(tonnes - outward.get((country, product), 0.0), 0.2 * tonnes)
        book.see(
            f"use:{country}:{product}",
            "use: imports less exports",
            {f"use:{country}:{product}": 1.0},
            net,
            1.0,
            unit="t gross" if form == "magnet" else "t REO",
            prior=True,
            place=country,
        )
    for element, part in _NOT_MAGNETS.items():
        size = sum(x for (_, e), x in _separated(evidence).items() if e == element)
        book.see(
            f"use:CHN:oxide/{element}",
            f"use outside magnets in China: {part:.2f} of what is separated",
            {f"use:CHN:oxide/{element}": 1.0},
            part * size,
            0.7,
            prior=True,
            place="CHN",
        )


#: Part of each magnet element used outside magnets: the EU's shares (EC 2023: Nd and Pr 20 %, Tb 10 %), Dy assumed.
_NOT_MAGNETS = {"Nd": 0.20, "Pr": 0.20, "Tb": 0.10, "Dy": 0.05}
