"""What is known of mines, of the feed they sell, and of stocks and assays."""

from __future__ import annotations

from collections.abc import Mapping

from ytterby.model.book import Book
from ytterby.model.rare_earths.book import feed_value
from ytterby.model.rare_earths.evidence import Cited, Evidence
from ytterby.model.rare_earths.ores import MAGNET
from ytterby.model.rare_earths.skeleton import OLD_ASSAYS, STOCKED, feed_lanes
from ytterby.model.rare_earths.trade import Trade

#: Origin and destination of feed, with the ores that travel.
Lanes = Mapping[tuple[str, str], tuple[str, ...]]
#: Countries whose mining is artisanal, unlicensed or in conflict: their figures are guesses of others.
ARTISANAL = ("LAO", "MDG", "MMR", "MYS", "NGA", "ROW", "THA", "VNM")


def mining(book: Book, evidence: Evidence) -> None:
    """Mine output by every edition, mixes of ores, and the magnet elements in it."""
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
    if country == "USA" and row.qualifier != "reported":
        return 0.05  # its own survey's estimates of 2021 to 2024 were later revised by 1 to 3 %
    return 0.03 if row.qualifier == "reported" else 0.25


def _mix(book: Book, evidence: Evidence, country: str) -> None:
    """Keep a country's mix of ores near its stated parts: ore less part of total is zero."""
    ores = [o for o in evidence.ores if o.country == country]
    size = max([r.value for r in evidence.mined.get(country, ())] + [feed_value(evidence, country), 1.0])
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


def feed(book: Book, evidence: Evidence, trade: Trade, assumed: Mapping[str, float]) -> None:
    """Feed sold to separators, changes in stocks, and how far old assays may move."""
    lanes = feed_lanes(evidence, trade)
    _feed_of_china(book, evidence, lanes)
    _feed_elsewhere(book, evidence, trade, lanes, assumed)
    _stocks(book, evidence)
    _old_assays(book, evidence)


def _feed_of_china(book: Book, evidence: Evidence, lanes: Lanes) -> None:
    """What China's customs say it bought, by origin."""
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
            primary=True,
            place=origin,
        )


def _feed_elsewhere(
    book: Book, evidence: Evidence, trade: Trade, lanes: Lanes, assumed: Mapping[str, float]
) -> None:
    """Trade in compounds or metal on lanes whose taker separates it."""
    shipped: dict[tuple[str, str], float] = {}
    pairs: dict[tuple[str, str], tuple[str, ...]] = {}
    for s in trade.feed:
        if (s.exporter, s.importer) in lanes and not (s.importer == "CHN" and evidence.feed):
            factor = assumed[_FEED_FACTOR[s.hs6]]
            shipped[s.exporter, s.importer] = shipped.get((s.exporter, s.importer), 0.0) + (s.tonnes or 0.0) * factor
            name = f"{s.hs6}:{s.exporter}>{s.importer}"
            pairs[s.exporter, s.importer] = (*pairs.get((s.exporter, s.importer), ()), name)
    for (origin, taker), tonnes in sorted(shipped.items()):
        if all(ore in _AS_ORE for ore in lanes[origin, taker]):
            continue
        terms = {f"route:concentrate/{ore}:{origin}>{taker}": 1.0 for ore in lanes[origin, taker]}
        book.see(
            f"feed:{origin}>{taker}",
            "trade in compounds or metal that is feed",
            terms,
            tonnes,
            0.25,
            figures=pairs[origin, taker],
            place=origin,
        )


def _stocks(book: Book, evidence: Evidence) -> None:
    """Stocks of mines that sell with a delay: no change is expected, a small one is possible."""
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


def _old_assays(book: Book, evidence: Evidence) -> None:
    """How far assays of 1982 may be from what is mined now."""
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
