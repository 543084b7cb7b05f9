"""The base network of a chain and year: evidence, trade, balance, prices, calibration, in that order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ytterby.atlas.load import Atlas
from ytterby.model.assumptions import Assumptions, assumptions, scoped
from ytterby.model.calibrate import TRACE, calibrate
from ytterby.model.chains.definition import FORMS, Chain, chain
from ytterby.model.chains.evidence import Evidence, evidence
from ytterby.model.chains.observe import observations
from ytterby.model.chains.prices import base_prices, worth
from ytterby.model.chains.skeleton import skeleton
from ytterby.model.chains.trade import Trade, trade
from ytterby.model.lanes import idle_lanes, unsold
from ytterby.model.network import Activity, Market, MarketKey, Network, check
from ytterby.model.reconcile import Balance, Observation, reconcile
from ytterby.model.redraw import redrawn


@dataclass(frozen=True, slots=True)
class ChainBase:
    """A base year of a chain before calibration: what was cited, how it balanced, and at which prices."""

    chain: Chain
    evidence: Evidence
    trade: Trade
    observations: tuple[Observation, ...]
    activities: tuple[Activity, ...]
    balance: Balance
    prices: Mapping[MarketKey, float]
    assumed: Assumptions

    @property
    def values(self) -> dict[str, float]:
        """Assumptions by their id and by their general name."""
        return scoped({row.id: row.value for row in self.assumed}, self.chain.scope)


def balanced(atlas: Atlas, name: str, year: int, assumed: Mapping[str, float], redraw: int = 0) -> ChainBase:
    """Evidence of the year, reconciled; AtlasError when a stage has no figures, InputError for unknown assumptions."""
    told = chain(name)
    table = assumptions(atlas.assumptions).of_chain(told.scope).override(assumed)
    values = scoped({row.id: row.value for row in table}, told.scope)
    known = evidence(told, atlas, year, values)
    flows = trade(told, known, worth(told, known, values), values)
    columns = skeleton(told, known, flows, values)
    seen = redrawn(observations(told, known, flows, columns, table, values), redraw)
    balance = reconcile(columns, seen)
    prices = base_prices(told, known, columns, balance.levels, values)
    return ChainBase(told, known, flows, seen, columns, balance, prices, table)


def calibrated(base: ChainBase) -> Network:
    """The network that a balanced base gives; solved without measures it returns its base."""
    values = base.values
    levels = {name: level for name, level in base.balance.levels.items() if level > TRACE}
    live = [a for a in base.activities if levels.get(a.id, 0.0) > 0 or a.kind in ("mine", "refine", "route")]
    columns = list(calibrate(live, levels, base.prices, values))
    idle = [*idle_lanes(columns, base.prices, values, FORMS, ("refined",)), *unsold(columns, base.prices, values)]
    known = {a.id for a in columns}
    columns += [a for a in idle if a.id not in known]
    keys = sorted({key for a in columns for key, _ in a.coefficients})
    found = Network(
        base.chain.name,
        base.evidence.year,
        tuple(Market(p, c, base.chain.unit, base.prices.get((p, c))) for p, c in keys),
        tuple(sorted(columns, key=lambda a: a.id)),
        tables={
            "base": base,
            "assumptions": base.assumed,
            "contents": {base.chain.product(g.form): {base.chain.material: 1.0} for g in base.chain.goods},
            "scope": base.chain.scope,
        },
    )
    check(found)
    return found
