"""Reported trade turned into flows of a chain's goods, in tonnes of its basis.

A code holds one good, or two that the unit value tells apart. Whoever mines and refines nothing ships ore, unless it
is worth as much as what others refine. Ore goes to places that refine; ore booked to any other place is taken to pass
through the rest of the world. Shipments without a quantity, or far below the value of the cheaper good, are set aside
with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ytterby.model.chains.definition import Chain, Code
from ytterby.model.chains.evidence import Evidence
from ytterby.model.shipments import REST, Shipment, merged, netted

#: A shipment below this part of the value of the cheaper good of its code cannot be what the code says.
_FAR_BELOW = 0.1
#: Pairs below this part of a code's tonnage are not kept.
_SMALL = 0.0005
#: Importers of at least this part of a code's tonnage are kept apart.
_VISIBLE = 0.01
#: A miner that refines nothing ships ore below this part of the value of the refined good.
_AS_GOOD = 0.8
#: A country refines when its published part of world output is at least this [%].
_REFINES = 0.5


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow of the base year: tonnes [t basis] by product, and what was reported [t gross]."""

    hs6: str
    origin: str
    destination: str
    tonnes: Mapping[str, float]
    gross: float
    pairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trade:
    """The flows of a base year, those set aside with the reason, the places kept apart, and who makes what."""

    flows: tuple[Flow, ...]
    set_aside: tuple[tuple[Shipment, str], ...]
    places: tuple[str, ...]
    makers: Mapping[str, tuple[str, ...]]


def trade(chain: Chain, evidence: Evidence, worth: Mapping[str, float], assumed: Mapping[str, float]) -> Trade:
    """Sort the shipments of the year into flows of goods and those set aside; `worth` is USD/kg of each form."""
    makers = _makers(chain, evidence)
    aside: list[tuple[Shipment, str]] = []
    goods: dict[str, list[Shipment]] = {g.form: [] for g in chain.goods}
    for code in chain.codes:
        values = {form: assumed[key] * worth[form] for form, key in code.content.items()}
        for s in evidence.shipments:
            if s.hs6 != code.hs6:
                continue
            reason = _not_usable(s, min(values.values()))
            if reason:
                aside.append((s, reason))
                continue
            for form, part in _parts(s, code, values, makers).items():
                if part > 0:
                    goods[form].append(_scaled(s, part))
    places = _places(chain, goods, makers)
    flows: list[Flow] = []
    for form, shipments in goods.items():
        kept, small = _gathered(chain, form, shipments, places, makers)
        aside += [(s, "a small pair") for s in small]
        flows += [_flow(chain, form, s, assumed) for s in kept]
    return Trade(tuple(_joined(flows)), tuple(aside), places, makers)


def moved(chain: Chain, trade: Trade, assumed: Mapping[str, float]) -> list[tuple[str, str, str, float]]:
    """Form, origin, destination and tonnes [t basis] of reported trade and of lanes whose size is assumed."""
    found = [(p.partition("/")[0], f.origin, f.destination, x) for f in trade.flows for p, x in f.tonnes.items()]
    return found + [(u.good, u.origin, u.destination, assumed[u.size]) for u in chain.unseen if u.size]


def _makers(chain: Chain, evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """Who makes each form: by a tonnage, a withheld one, or a published part of world output; the rest if any."""
    found = {}
    for good in chain.goods:
        named = {*evidence.made[good.form], *evidence.withheld[good.form], *good.unlisted}
        named |= {c for c, r in evidence.shares.get(good.form, {}).items() if r.value >= _REFINES}
        others = bool(evidence.rest[good.form]) or good.form != "ore"
        found[good.form] = tuple(sorted(named | ({REST} if others else set())))
    return found


def _not_usable(s: Shipment, cheap: float) -> str:
    if not s.tonnes:
        return "no quantity reported"
    if s.kusd / s.tonnes < _FAR_BELOW * cheap:
        return f"below {_FAR_BELOW * cheap:.3g} USD/kg"
    return ""


def _parts(
    s: Shipment, code: Code, values: Mapping[str, float], makers: Mapping[str, tuple[str, ...]]
) -> dict[str, float]:
    """Which part of a shipment's gross tonnes is which good."""
    if len(values) == 1:
        return dict.fromkeys(values, 1.0)
    cheap, dear = values["ore"], values["refined"]
    value = s.kusd / (s.tonnes or 1.0)
    only_mines = s.exporter in makers["ore"] and s.exporter not in makers["refined"]
    if only_mines and (code.split == "blend" or value < _AS_GOOD * dear):
        return {"ore": 1.0}
    if code.split == "blend":
        part = min(max((value - cheap) / (dear - cheap), 0.0), 1.0)
        return {"ore": 1 - part, "refined": part}
    return {"refined": 1.0} if value > (cheap + dear) / 2 else {"ore": 1.0}


def _scaled(s: Shipment, part: float) -> Shipment:
    return s if part == 1 else replace(s, tonnes=(s.tonnes or 0.0) * part, kusd=s.kusd * part)


def _places(
    chain: Chain, goods: Mapping[str, Iterable[Shipment]], makers: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Countries kept apart: makers, those that the definition names, and importers of a visible part of a used good."""
    kept = {c for countries in makers.values() for c in countries} | {*chain.places, REST}
    kept |= {c for lane in chain.unseen for c in (lane.origin, lane.destination)}
    kept |= {k.country for k in chain.known}
    for form in chain.final:
        tonnes: dict[str, float] = {}
        for s in goods[form]:
            tonnes[s.importer] = tonnes.get(s.importer, 0.0) + (s.tonnes or 0.0)
        total = sum(tonnes.values())
        kept |= {c for c, x in tonnes.items() if x >= _VISIBLE * total}
    return tuple(sorted(kept))


def _gathered(
    chain: Chain, form: str, shipments: list[Shipment], places: tuple[str, ...], makers: Mapping[str, tuple[str, ...]]
) -> tuple[list[Shipment], list[Shipment]]:
    """Shipments of one good between places, netted, and those too small to keep."""
    takers = set(places) if form in chain.final else set(makers["refined"]) & set(places)
    sellers = set(places) if form in chain.final else takers | set(makers["ore"])
    sent = [
        replace(
            s,
            exporter=s.exporter if s.exporter in sellers else REST,
            importer=s.importer if s.importer in takers else REST,
        )
        for s in shipments
    ]
    kept = netted(merged(sent, set(places)))
    least = {c.hs6: _SMALL * sum(s.tonnes or 0.0 for s in kept if s.hs6 == c.hs6) for c in chain.codes}
    return (
        [s for s in kept if (s.tonnes or 0.0) >= least[s.hs6]],
        [s for s in kept if (s.tonnes or 0.0) < least[s.hs6]],
    )


def _flow(chain: Chain, form: str, s: Shipment, assumed: Mapping[str, float]) -> Flow:
    code = next(c for c in chain.codes if c.hs6 == s.hs6)
    mass = (s.tonnes or 0.0) * assumed[code.content[form]]
    pair = f"{s.hs6}:{s.exporter}>{s.importer}"
    return Flow(s.hs6, s.exporter, s.importer, {chain.product(form): mass}, s.tonnes or 0.0, (pair,))


def _joined(flows: Iterable[Flow]) -> Iterator[Flow]:
    """One flow a code and pair, with every product of it."""
    found: dict[tuple[str, str, str], Flow] = {}
    for f in flows:
        key = (f.hs6, f.origin, f.destination)
        old = found.get(key)
        found[key] = replace(old, tonnes={**old.tonnes, **f.tonnes}, gross=old.gross + f.gross) if old else f
    yield from (found[key] for key in sorted(found))
