"""What is known of trade between countries, and of use where it is not the residual."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ytterby.model.book import Book
from ytterby.model.rare_earths.book import STAGE, fact, separated
from ytterby.model.rare_earths.evidence import Evidence
from ytterby.model.rare_earths.trade import Flow, Trade


def traded(book: Book, trade: Trade, evidence: Evidence) -> None:
    """Every flow of trade: its total, and each product of a mixed code as a prior."""
    makers = {(m.country, m.stage) for m in evidence.makers}
    for flows in _shared(trade.flows):
        pair, code = f"{flows[0].origin}>{flows[0].destination}", "+".join(f.hs6 for f in flows)
        figures = tuple(name for f in flows for name in f.pairs)
        tonnes: dict[str, float] = {}
        for f in flows:
            for product, mass in f.tonnes.items():
                tonnes[product] = tonnes.get(product, 0.0) + mass
        ids = {product: f"route:{product}:{pair}" for product in tonnes}
        made = any((flows[0].origin, STAGE[product.partition("/")[0]]) in makers for product in ids)
        width = 0.25 if made else 0.6
        if len(ids) > 1:
            book.see(
                f"trade:{code}:{pair}",
                f"HS {code}, all products of the code",
                dict.fromkeys(ids.values(), 1.0),
                sum(tonnes.values()),
                width,
                figures=figures,
                place=pair,
            )
        for product, mass in tonnes.items():
            book.see(
                f"trade:{code}:{pair}:{product}",
                f"{product} by unit value within HS {code}",
                {ids[product]: 1.0},
                mass,
                0.8 if len(ids) > 1 else width,
                figures=figures,
                place=pair,
                prior=len(ids) > 1,
            )


def _shared(flows: Iterable[Flow]) -> Iterator[tuple[Flow, ...]]:
    """Flows as they can be seen: two codes of one pair that hold the same product (oxide booked as metal) are one."""
    pairs: dict[tuple[str, str], list[list[Flow]]] = {}
    for flow in flows:
        groups = pairs.setdefault((flow.origin, flow.destination), [])
        same = [g for g in groups if any(set(flow.tonnes) & set(f.tonnes) for f in g)]
        groups[:] = [g for g in groups if g not in same] + [[*(f for g in same for f in g), flow]]
    for groups in pairs.values():
        yield from (tuple(sorted(g, key=lambda f: f.hs6)) for g in groups)


def united_states(book: Book, evidence: Evidence, trade: Trade) -> None:
    """US imports and exports by group of elements, from its own statistics."""
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
        fact(book, evidence, name, title, terms, spread, "USA")


def uses(book: Book, trade: Trade, evidence: Evidence, assumed: Mapping[str, float]) -> None:
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
        if (country, STAGE[form]) in makers:
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
    for element in ("Nd", "Pr", "Tb", "Dy"):
        part = assumed[f"share.not-magnets.{element}"]
        size = sum(x for (_, e), x in separated(evidence).items() if e == element)
        book.see(
            f"use:CHN:oxide/{element}",
            f"use outside magnets in China: {part:.2f} of what is separated",
            {f"use:CHN:oxide/{element}": 1.0},
            part * size,
            0.7,
            prior=True,
            place="CHN",
        )
