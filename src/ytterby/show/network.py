"""A base network in words: what it holds, the largest moves of its reconciliation, and the conflicts of its sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ytterby.model.base import Base
from ytterby.model.chains.build import ChainBase
from ytterby.model.conflicts import conflicts
from ytterby.model.network import Network


def network_lines(network: Network, check: bool = False) -> Iterator[str]:
    """Lines of text about a network; with `check`, its reconciliation as well."""
    kinds = Counter(a.kind for a in network.activities if a.base > 0)
    countries = {m.country for m in network.markets}
    plants = network.tables.get("plants", ())
    running = {a.facility for a in network.activities if a.facility}
    yield (
        f"{network.chain}, base year {network.year}, {len(network.markets)} markets, "
        f"{len(network.activities)} activities"
    )
    yield (
        f"{len(countries)} countries and groups, {len(plants)} named plants of which {len(running)} carry a "
        f"flow of their own"
    )
    yield "running in the base: " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    base = network.tables.get("base")
    if check and base is not None:
        yield from _check_lines(base)


def _check_lines(base: Base | ChainBase) -> Iterator[str]:
    cited = [m for m in base.balance.moves if not m.observation.prior]
    yield ""
    yield (
        f"Reconciliation: {len(base.balance.levels)} unknowns, {len(cited)} cited observations, balances "
        f"close to {base.balance.residual:.0e} t"
    )
    yield "Ten largest moves, each in units of its own sigma:"
    yield f"  {'move':>6}  {'cited':>10}  {'reconciled':>10}  what"
    for m in base.balance.largest(10):
        o = m.observation
        yield f"  {m.move:+6.1f}  {o.value:10,.0f}  {m.reconciled:10,.0f}  {o.place}: {o.title} [{o.unit}]"
    yield ""
    yield "Conflicts between sources, both sides shown:"
    for c in conflicts(base):
        yield f"  {c.place}, {c.kind}: {c.text}"


def network_json(network: Network) -> dict[str, Any]:
    """The same as plain data: counts, every cited move, and the conflicts."""
    base = network.tables.get("base")
    found: dict[str, Any] = {
        "chain": network.chain,
        "year": network.year,
        "markets": len(network.markets),
        "activities": len(network.activities),
        "countries": sorted({m.country for m in network.markets}),
        "plants": [
            {"id": p.id, "name": p.name, "country": p.country, "stage": p.stage, "status": p.status, "source": p.source}
            for p in network.tables.get("plants", ())
        ],
    }
    if base is not None:
        found["moves"] = [
            {
                "observation": m.observation.id,
                "title": m.observation.title,
                "place": m.observation.place,
                "unit": m.observation.unit,
                "cited": m.observation.value,
                "reconciled": m.reconciled,
                "sigma": m.sigma,
                "move": m.move,
                "figures": list(m.observation.figures),
                "prior": m.observation.prior,
            }
            for m in base.balance.largest(len(base.balance.moves), priors=True)
        ]
        found["conflicts"] = [{"place": c.place, "kind": c.kind, "text": c.text} for c in conflicts(base)]
    return found
