"""Which figures observe which activities of a chain, and how far each may be off (log scale, see docs/chains.md).

Output printed without a mark 5 %, marked as estimated 25 %, by the International Energy Agency 15 %; a figure of
another year that stands in is widened by 10 % a year. Trade 25 % where its origin makes such goods and 60 % where it
does not, widened by the range of the content that turns gross tonnes into the basis. Published shares of other years,
lanes that no code shows, stocks and use are priors.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import hypot, log

from ytterby.model.assumptions import Assumptions
from ytterby.model.book import Book
from ytterby.model.chains.definition import Chain, Unseen
from ytterby.model.chains.evidence import Evidence, Reading
from ytterby.model.chains.skeleton import refined_size, unseen_ore
from ytterby.model.chains.trade import Trade, moved
from ytterby.model.network import Activity
from ytterby.model.reconcile import Observation

_MAKES = {"ore": "mine", "refined": "refine"}
#: Half the width of a range that holds nine of ten draws, in standard deviations.
_NINETY = 1.645


def observations(
    chain: Chain,
    evidence: Evidence,
    trade: Trade,
    activities: tuple[Activity, ...],
    table: Assumptions,
    assumed: Mapping[str, float],
) -> tuple[Observation, ...]:
    """Every observation of the base year."""
    book = Book(activities)
    for good in chain.goods:
        _output(book, chain, evidence, trade, good.form)
        _shares(book, chain, evidence, good.form)
    hidden = unseen_ore(chain, evidence, trade, assumed)
    _traded(book, chain, trade, _widths(chain, table), hidden)
    _lanes(book, chain, evidence, trade, assumed)
    _hidden(book, chain, hidden)
    _known(book, chain, evidence)
    _priors(book, chain, evidence, trade, assumed)
    return tuple(book.rows)


def spread(row: Reading) -> float:
    """The standard deviation of a figure of output, as a part of it."""
    if row.family.startswith("iea"):
        measured = 0.15
    else:
        measured = 0.25 if row.qualifier == "estimated" else 0.05
    return hypot(measured, 0.1 * row.late)


def _output(book: Book, chain: Chain, evidence: Evidence, trade: Trade, form: str) -> None:
    """Output by country in every edition and family; a family's editions share one vote."""
    product, kind = chain.product(form), _MAKES[form]
    stage = "mine production" if form == "ore" else f"output of {chain.goods[-1].words}"
    rows = [r for country in evidence.made[form].values() for r in country]
    for row in [*rows, *evidence.rest[form]]:
        unnamed = row.country in ("XXX", "ROW")
        places = set(trade.makers[form]) - set(row.listed) if unnamed else {row.country}
        terms = {f"{kind}:{c}:{product}": 1.0 for c in places}
        if chain.secondary and form == "refined":
            terms |= {f"scrap:{c}:{product}": 1.0 for c in places}
        country = "ROW" if unnamed else row.country
        book.see(
            f"{kind}:{country}:{row.figure}",
            f"{stage}, {_who(row)}",
            terms,
            row.value,
            spread(row),
            unit=chain.unit,
            figures=(row.figure,),
            evidence=row.derived_from or f"{row.family}:{kind}:{chain.material}:{country}:{evidence.year}",
            place=country,
        )


def _who(row: Reading) -> str:
    publisher = row.family.partition("-")[0].upper()
    return f"{publisher} edition {row.edition}" + (f", {row.label}" if row.label else "")


def _shares(book: Book, chain: Chain, evidence: Evidence, form: str) -> None:
    """Published parts of world output, where a country has no tonnage: priors, for they are of other years."""
    total = evidence.total(form)
    for country, row in evidence.shares.get(form, {}).items():
        if country not in evidence.made[form]:
            book.see(
                f"share:{country}:{row.figure}",
                f"{row.value:g} % of world output in {row.edition}, taken for the base year",
                {f"{_MAKES[form]}:{country}:{chain.product(form)}": 1.0},
                row.value / 100 * total,
                0.7,
                unit=chain.unit,
                figures=(row.figure,),
                place=country,
                prior=True,
            )


def _widths(chain: Chain, table: Assumptions) -> dict[tuple[str, str], float]:
    """The spread that the range of a content gives, by code and form."""
    found = {}
    for code in chain.codes:
        for form, key in code.content.items():
            rows = {row.id: row for row in table}
            row = rows.get(f"{chain.name}.{key}") or rows[f"metal.{key}"]
            found[code.hs6, form] = log(row.high / row.low) / (2 * _NINETY)
    return found


def _traded(
    book: Book,
    chain: Chain,
    trade: Trade,
    widths: Mapping[tuple[str, str], float],
    hidden: Mapping[tuple[str, str], float],
) -> None:
    """Every flow of trade; two codes of one pair that hold the same good are seen as their sum.

    Where more goes than the codes show, the reported part is no observation of the whole: `_hidden` or `_lanes` has
    the sum.
    """
    listed = {(chain.product(u.good), u.origin, u.destination) for u in chain.unseen}
    sums: dict[tuple[str, str, str], list[tuple[str, float, str]]] = {}
    for f in trade.flows:
        for product, mass in f.tonnes.items():
            sums.setdefault((product, f.origin, f.destination), []).append((f.hs6, mass, f.pairs[0]))
    for (product, origin, destination), parts in sorted(sums.items()):
        form = product.partition("/")[0]
        if (form == "ore" and (origin, destination) in hidden) or (product, origin, destination) in listed:
            continue
        codes = "+".join(sorted(code for code, _, _ in parts))
        made = origin in trade.makers[form]
        wide = max(widths[code, form] for code, _, _ in parts)
        name = chain.good(form)
        book.see(
            f"trade:{codes}:{origin}>{destination}:{product}",
            f"trade in {name.words if name else form}, HS {codes}",
            {f"route:{product}:{origin}>{destination}": 1.0},
            sum(mass for _, mass, _ in parts),
            hypot(0.25 if made else 0.6, wide),
            unit=chain.unit,
            figures=tuple(pair for _, _, pair in parts),
            place=f"{origin}>{destination}",
        )


def _lanes(book: Book, chain: Chain, evidence: Evidence, trade: Trade, assumed: Mapping[str, float]) -> None:
    """Lanes of which no code shows all: by a total and a share of it, by an assumption, or by what is left."""
    for i, lane in enumerate(chain.unseen):
        product, place = chain.product(lane.good), f"{lane.origin}>{lane.destination}"
        figures: tuple[str, ...] = ()
        title, value, wide, prior = lane.why, 0.0, 0.8, True
        if i in evidence.lanes:
            total, share = evidence.lanes[i]
            value, figures, prior, wide = total.value * share.value / 100, (total.figure, share.figure), False, 0.4
            title = f"{share.value:g} % of imports of {total.value:,.1f} {chain.unit}: {lane.why}"
        elif lane.size:
            shown = (f.tonnes.get(product, 0.0) for f in trade.flows if (f.origin, f.destination) == _ends(lane))
            value = assumed[lane.size] + sum(shown)
        terms = {f"route:{product}:{place}": 1.0}
        book.see(
            f"lane:{place}:{product}", title, terms, value, wide, unit=chain.unit, figures=figures, place=place,
            prior=prior,
        )  # fmt: skip


def _ends(lane: Unseen) -> tuple[str, str]:
    return lane.origin, lane.destination


def _hidden(book: Book, chain: Chain, hidden: Mapping[tuple[str, str], float]) -> None:
    """Ore that no code shows: what a miner cannot have sold otherwise, or a refiner cannot have got."""
    product = chain.product("ore")
    for (origin, destination), tonnes in hidden.items():
        book.see(
            f"lane:{origin}>{destination}:{product}",
            "ore beyond what codes show: mined and not sold otherwise, or refined and not bought otherwise",
            {f"route:{product}:{origin}>{destination}": 1.0},
            tonnes,
            0.8,
            unit=chain.unit,
            place=f"{origin}>{destination}",
            prior=True,
        )


def _known(book: Book, chain: Chain, evidence: Evidence) -> None:
    """Single tonnages of use or of secondary output."""
    for i, known in enumerate(chain.known):
        for row in evidence.known.get(i, ()):
            book.see(
                f"known:{known.kind}:{known.country}:{row.figure}",
                f"{known.title}, {_who(row)}",
                {f"{known.kind}:{known.country}:{chain.product(known.good)}": 1.0},
                row.value,
                max(spread(row), 0.1),
                unit=chain.unit,
                figures=(row.figure,),
                evidence=f"{row.family}:{known.kind}:{chain.material}:{known.country}:{evidence.year}",
                place=known.country,
            )


def _priors(book: Book, chain: Chain, evidence: Evidence, trade: Trade, assumed: Mapping[str, float]) -> None:
    """Stocks near nothing, withheld mines small, secondary supply a part of refining, use near what reaches a place."""
    for c in sorted({a.country for a in book.known.values() if a.kind == "stock"}):
        mined = max((r.value for r in evidence.made["ore"].get(c, ())), default=0.0)
        size = max(mined, refined_size(evidence, c), 1e-3 * evidence.total("ore"))
        for way in ("in", "out"):
            name = f"stock:{c}:{chain.product('ore')}:{way}"
            _zero(book, chain, name, "stock of ore: none expected, 6 % of throughput", 0.06 * size, c)
    for form in evidence.withheld:
        for c in evidence.withheld[form]:
            if c not in evidence.made[form]:
                name = f"{_MAKES[form]}:{c}:{chain.product(form)}"
                _zero(book, chain, name, "output withheld by its publisher: small", 0.01 * evidence.total(form), c)
    if chain.secondary:
        part = assumed[chain.secondary]
        for c in sorted(set(trade.makers["refined"]) - set(chain.primary)):
            name = f"scrap:{c}:{chain.product('refined')}"
            terms = {name: 1 - part, f"refine:{c}:{chain.product('refined')}": -part}
            size = 0.5 * part * max(refined_size(evidence, c), 1e-3 * evidence.total("refined"))
            book.see(
                f"part:{name}", f"part of output made from scrap: {part:.2f}", terms, 0.0, size, unit=chain.unit,
                scale="linear", prior=True, place=c,
            )  # fmt: skip
    _uses(book, chain, evidence, trade, assumed)


def _zero(book: Book, chain: Chain, name: str, title: str, size: float, place: str) -> None:
    book.see(name, title, {name: 1.0}, 0.0, size, unit=chain.unit, scale="linear", prior=True, place=place)


def _uses(book: Book, chain: Chain, evidence: Evidence, trade: Trade, assumed: Mapping[str, float]) -> None:
    """Use: output and imports less exports and what is refined, never below a fifth of what comes in."""
    for form in chain.final:
        product = chain.product(form)
        inward: dict[str, float] = {}
        outward: dict[str, float] = {}
        for what, origin, destination, tonnes in moved(chain, trade, assumed):
            if what == form:
                inward[destination] = inward.get(destination, 0.0) + tonnes
                outward[origin] = outward.get(origin, 0.0) + tonnes
        for a in [a for a in book.known.values() if a.kind == "use" and a.product == product]:
            c = a.country
            made = refined_size(evidence, c) if form == "refined" else evidence.size("ore", c)
            if form == "ore" and chain.good("refined"):
                outward[c] = outward.get(c, 0.0) + refined_size(evidence, c) / assumed["recovery"]
            comes = made + inward.get(c, 0.0)
            net = max(comes - outward.get(c, 0.0), 0.2 * comes)
            book.see(
                f"use:{c}:{product}", "use: output and imports less exports", {a.id: 1.0}, net, 1.0, unit=chain.unit,
                prior=True, place=c,
            )  # fmt: skip
