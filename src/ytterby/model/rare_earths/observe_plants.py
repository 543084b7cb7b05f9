"""What is known of separators, magnet makers and recyclers."""

from __future__ import annotations

from collections.abc import Mapping

from ytterby.model.book import Book
from ytterby.model.rare_earths.book import fact, separated
from ytterby.model.rare_earths.evidence import Evidence
from ytterby.model.rare_earths.skeleton import SURPLUS
from ytterby.model.rare_earths.trade import Trade

#: Facts of single places by name: (title, stem of the finishing activities, spread).
_NDPR: dict[str, tuple[str, str, float]] = {
    "ndpr-output:MYS": ("NdPr oxide made by Lynas", "finish:MYS", 0.08),
    "ndpr-output:USA": ("NdPr oxide made by MP Materials", "finish:USA", 0.05),
    "ndpr-output:IND": ("NdPr oxide made by IREL, about", "finish:IND", 0.30),
}


def outputs(book: Book, evidence: Evidence) -> None:
    """What single companies and the United States report of their output."""
    for name, (title, stem, spread) in _NDPR.items():
        fact(book, evidence, name, title, {f"{stem}:Nd": 1.0, f"{stem}:Pr": 1.0}, spread, stem[-3:])
    fact(
        book,
        evidence,
        "ndpr-to-china:MYS",
        "NdPr oxide shipped by Lynas to China",
        {"route:oxide/Nd:MYS>CHN": 1.0, "route:oxide/Pr:MYS>CHN": 1.0},
        0.10,
        "MYS",
    )
    fact(
        book,
        evidence,
        "us-output:compounds",
        "US output of compounds and metals",
        {f"finish:USA:{e}": 1.0 for e in ("La", "Ce", "Pr", "Nd")},
        0.15,
        "USA",
    )


def surplus(book: Book, evidence: Evidence, assumed: Mapping[str, float]) -> None:
    """What separators leave in solution, and what they do with SEG."""
    size = separated(evidence)
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


def magnets(book: Book, evidence: Evidence, trade: Trade, assumed: Mapping[str, float]) -> None:
    """Magnet output outside the leader, the mix of grades, and the leader's exports."""
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
    fact(book, evidence, "magnet-exports:CHN", "China's exports of rare-earth magnets", sent, 0.03, "CHN", "t gross")


def _capacity(evidence: Evidence, country: str) -> float:
    """Magnet capacity [t gross/yr]: its plants'; for Japan what others leave of the cited total outside China."""
    known = {c: size for c, size in evidence.magnet_capacity.items() if c not in ("CHN", "JPN")}
    total = evidence.facts.get("magnet-capacity:ROW")
    if country == "JPN" and total:
        return max(total[0].value - sum(known.values()), known.get("JPN", 1000.0))
    return evidence.magnet_capacity.get(country, 1000.0)


def recycling(book: Book, evidence: Evidence) -> None:
    """Oxide recovered from scrap, by element, and what becomes of swarf."""
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
