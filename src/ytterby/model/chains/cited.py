"""What stands under the base year of a chain: keys of its figures, trade as reported, and where sources disagree."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations
from math import hypot, log

from ytterby.model.chains.build import ChainBase
from ytterby.model.chains.definition import Chain, chain
from ytterby.model.chains.observe import spread
from ytterby.model.vocabulary import OTHER_CHAINS

#: Stages as results call them, by the form that comes out.
STAGE_OF_FORM = {"ore": "mine", "refined": "refining"}
#: Editions of one publisher further apart than this ratio are told as a conflict.
_MOVED = 1.3
#: Two families of figures further apart than this many joint standard deviations are told as a conflict.
_BEYOND = 3.0
#: A moved observation is told when it is at least this part of world output, or of all trade in its good.
_LARGE = 0.01


@cache
def by_material() -> dict[str, Chain]:
    """Every chain of `model/chains` by the material it follows.

    >>> by_material()["graphite"].title
    'Natural graphite'
    """
    return {found.material: found for found in map(chain, OTHER_CHAINS)}


def words_of(product: str) -> str | None:
    """The words of a product of one of these chains: `gallium` for `refined/Ga`; None for any other product."""
    form, _, material = product.partition("/")
    told = by_material().get(material)
    good = told.good(form) if told else None
    return good.words if good else None


def figure_keys(base: ChainBase) -> Iterator[tuple[str, str, str | None]]:
    """Result key, figure and conversion of every figure under the base year, as `result_sources.figures` wants them."""
    told, known = base.chain, base.evidence
    material = told.material
    for form, places in known.made.items():
        for country, rows in places.items():
            yield from ((f"base/{STAGE_OF_FORM[form]}/{material}/{country}", r.figure, r.conversion) for r in rows)
        for row in (*known.rest[form], *known.world.get(form, ())):
            yield f"base/{STAGE_OF_FORM[form]}/{material}/{row.country}", row.figure, row.conversion
    for form, shares in known.shares.items():
        for country, row in shares.items():
            yield f"base/{STAGE_OF_FORM[form]}/{material}/{country}", row.figure, row.conversion
    for form, row in known.prices.items():
        yield f"price/{told.product(form)}", row.figure, row.conversion
    for i, rows in known.known.items():
        seen = told.known[i]
        yield from ((f"base/{seen.kind}/{material}/{seen.country}", r.figure, r.conversion) for r in rows)
    for i, pair in known.lanes.items():
        lane = told.unseen[i]
        for row in pair:
            yield f"base/trade/{lane.good}/none/{lane.origin}>{lane.destination}", row.figure, row.conversion


def trade_keys(base: ChainBase) -> Iterator[tuple[str, str, float, str, str]]:
    """Result key, pair, gross tonnes, source and conversion of every reported flow."""
    contents = {code.hs6: code for code in base.chain.codes}
    for flow in base.trade.flows:
        code = contents[flow.hs6]
        split = ", split by unit value" if len(code.content) > 1 else ""
        for product in flow.tonnes:
            form = product.partition("/")[0]
            said = f"x {base.values[code.content[form]]:g} content assumed{split}"
            for pair in flow.pairs:
                yield (
                    f"base/trade/{form}/{flow.hs6}/{flow.origin}>{flow.destination}",
                    pair,
                    flow.gross,
                    code.source,
                    said,
                )


def disagreements(base: ChainBase) -> Iterator[tuple[str, str, str]]:
    """Place, kind and words of every disagreement among the sources of the base year."""
    yield from _editions(base)
    yield from _families(base)
    yield from _moved(base)
    yield from _set_aside(base)


def _editions(base: ChainBase) -> Iterator[tuple[str, str, str]]:
    """Editions of one publisher that moved a country's output far."""
    unit = base.chain.unit
    for form, places in base.evidence.made.items():
        for country, rows in places.items():
            for family in sorted({r.family for r in rows}):
                own = [r for r in rows if r.family == family]
                new, old = own[0], own[-1]
                if len({r.edition for r in own}) > 1 and _ratio(new.value, old.value) > _MOVED:
                    text = f"{_what(base, form)} of {base.evidence.year}: {old.value:,.0f} {unit} in the edition "
                    yield country, "editions differ", text + f"{old.edition}, {new.value:,.0f} in {new.edition}"


def _families(base: ChainBase) -> Iterator[tuple[str, str, str]]:
    """Publishers whose newest figures of one country differ beyond three joint standard deviations."""
    for form, places in base.evidence.made.items():
        for country, rows in places.items():
            first = {r.family: r for r in reversed(rows)}
            for a, b in combinations(sorted(first.values(), key=lambda r: r.family), 2):
                if abs(log(a.value / b.value)) > _BEYOND * hypot(spread(a), spread(b)):
                    said = f"{_what(base, form)} of {base.evidence.year}: {a.value:,.0f} ({a.source}), {b.value:,.0f} "
                    yield country, "two families of sources", said + f"({b.source}) {base.chain.unit}"


def _moved(base: ChainBase) -> Iterator[tuple[str, str, str]]:
    """Cited numbers of some size that the balance could not keep."""
    sizes = {f"/{base.chain.product(g.form)}": base.evidence.total(g.form) for g in base.chain.goods}
    for move in base.balance.moves:
        o = move.observation
        size = max(
            (v for end, v in sizes.items() if any(name.partition(">")[0].count(end[1:]) for name, _ in o.terms)),
            default=0.0,
        )
        if not o.prior and abs(move.move) > _BEYOND and o.value > _LARGE * size > 0:
            text = (
                f"{o.title}: cited {o.value:,.0f}, reconciled {move.reconciled:,.0f} {o.unit} ({move.move:+.1f} sigma)"
            )
            yield o.place, "not kept by the balance", text


def _set_aside(base: ChainBase) -> Iterator[tuple[str, str, str]]:
    """Reported trade of some size that cannot be what its code says."""
    least = _LARGE * max(base.evidence.total(g.form) for g in base.chain.goods)
    for s, reason in base.trade.set_aside:
        if reason.startswith("below") and (s.tonnes or 0.0) > least:
            text = f"HS {s.hs6}: {s.tonnes:,.0f} t at {s.kusd / (s.tonnes or 1.0):.3g} USD/kg, {reason}"
            yield f"{s.exporter}>{s.importer}", "set aside", text


def _what(base: ChainBase, form: str) -> str:
    good = base.chain.good(form)
    return "mine production" if form == "ore" else f"output of {good.words if good else form}"


def _ratio(a: float, b: float) -> float:
    return max(a, b) / min(a, b) if min(a, b) > 0 else float("inf")
