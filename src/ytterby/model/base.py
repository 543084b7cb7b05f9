"""The base network of a chain and year: evidence, balance, prices, calibration, in that order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ytterby.atlas.load import Atlas, load
from ytterby.core.elements import oxide_factor
from ytterby.core.errors import Fault, InputError, nearest
from ytterby.model.assumptions import Assumptions, assumptions
from ytterby.model.calibrate import TRACE, calibrate
from ytterby.model.chains import build
from ytterby.model.facilities import split_by_facility
from ytterby.model.network import Activity, Limit, Market, MarketKey, Network, check, unit_of
from ytterby.model.rare_earths.evidence import Evidence, evidence
from ytterby.model.rare_earths.latent import latent, substitution_limits
from ytterby.model.rare_earths.observe import observations
from ytterby.model.rare_earths.ores import ELEMENTS, GRADES, LIGHT, oxide_in_magnet, scrap_composition, with_clays
from ytterby.model.rare_earths.prices import base_prices
from ytterby.model.rare_earths.skeleton import OLD_ASSAYS, skeleton
from ytterby.model.rare_earths.trade import Trade, trade
from ytterby.model.reconcile import Balance, Observation, reconcile
from ytterby.model.redraw import redrawn
from ytterby.model.vocabulary import CHAINS, OTHER_CHAINS


@dataclass(frozen=True, slots=True)
class Base:
    """A base year before calibration: what was cited, how it balanced, and at which prices."""

    evidence: Evidence
    trade: Trade
    observations: tuple[Observation, ...]
    activities: tuple[Activity, ...]
    balance: Balance
    prices: Mapping[MarketKey, float]
    assumed: Assumptions


def network(
    atlas: Atlas | None = None,
    chain: str = "rare-earths",
    year: int = 2024,
    assumed: Mapping[str, float] | None = None,
    redraw: int = 0,
) -> Network:
    """The reconciled and calibrated network of a chain; solved without measures it returns its base.

    `assumed` overrides assumptions by id; `redraw` moves the cited figures within their spreads. Raises InputError for
    an unknown chain or assumption and AtlasError when the year has no figures.
    """
    atlas = atlas or load()
    if chain in OTHER_CHAINS:
        return build.calibrated(build.balanced(atlas, chain, year, assumed or {}, redraw))
    return calibrated(balanced(atlas, chain, year, assumed or {}, redraw), atlas.facilities)


def balanced(atlas: Atlas, chain: str, year: int, assumed: Mapping[str, float], redraw: int = 0) -> Base:
    """Evidence of the year, reconciled."""
    if chain not in CHAINS:
        raise InputError([Fault("base.chain", repr(chain), "one of " + ", ".join(CHAINS), nearest(chain, CHAINS))])
    table = assumptions(atlas.assumptions).of_rare_earths().override(assumed)
    values = {row.id: row.value for row in table}
    known = evidence(atlas, year)
    known = replace(known, ores=with_clays(known.ores, values["mix.clay.xunwu"]))
    flows = trade(known, values)
    columns = skeleton(known, flows, values)
    seen = redrawn(observations(known, flows, columns, values), redraw)
    balance = reconcile(columns, seen)
    columns, balance = _fold_assays(columns, balance)
    return Base(known, flows, seen, columns, balance, base_prices(columns, balance.levels, known, values), table)


def calibrated(base: Base, facilities: Any) -> Network:
    """The network that a balanced base gives."""
    values = {row.id: row.value for row in base.assumed}
    levels = _without_traces(base)
    live = [
        a for a in base.activities if levels.get(a.id, 0.0) > 0 or a.kind in ("mine", "separate", "finish", "route")
    ]
    columns = calibrate(live, levels, base.prices, values)
    columns += latent(columns, base.prices, values)
    keys = sorted({key for a in columns for key, _ in a.coefficients})
    markets = tuple(Market(p, c, unit_of(p), base.prices.get((p, c))) for p, c in keys)
    found = Network(
        "rare-earths",
        base.evidence.year,
        markets,
        tuple(sorted(columns, key=lambda a: a.id)),
        (*_quotas(columns, base), *substitution_limits(columns)),
        tables={"base": base, "assumptions": base.assumed, "contents": contents(base, values)},
    )
    check(found)
    return split_by_facility(found, facilities)


def contents(base: Base, assumed: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Oxide of each element in a tonne of each product [t REO/t]; old assays as the balance moved them."""
    found: dict[str, dict[str, float]] = {}
    for e in ELEMENTS:
        found[f"oxide/{e}"] = found[f"solution/{e}"] = {e: 1.0}
        found[f"metal/{e}"] = {e: 1 / oxide_factor(e)}
    plants = {a.id: a for a in base.activities if a.kind == "separate"}
    for ore, assay in base.evidence.assays.items():
        plant = plants.get(f"separate:CHN:{ore}") if ore in OLD_ASSAYS else None
        moved = (
            {p.partition("/")[2]: c / assumed["recovery.separation"] for (p, _), c in plant.coefficients if c > 0}
            if plant
            else {}
        )
        found[f"concentrate/{ore}"] = moved or dict(assay)
        rest = {e: share for e, share in assay.items() if e not in LIGHT}
        found[f"seg/{ore}"] = {e: share / sum(rest.values()) for e, share in rest.items()}
    for grade in GRADES:
        found[f"magnet/{grade}"] = oxide_in_magnet(grade, assumed)
        found[f"scrap/{grade}"] = scrap_composition(grade, assumed)
    return found


def _fold_assays(columns: tuple[Activity, ...], balance: Balance) -> tuple[tuple[Activity, ...], Balance]:
    """Put the moves of old assays into the yields of the separator, and drop the columns that made them."""
    levels = dict(balance.levels)
    moved: dict[str, dict[MarketKey, float]] = {}
    for a in columns:
        if a.id.startswith("assay:") and levels.get(a.id, 0.0) > 0:
            _, country, ore, _ = a.id.split(":")
            plant = f"separate:{country}:{ore}"
            through = levels.get(plant, 0.0)
            for key, coefficient in a.coefficients if through > 0 else ():
                entry = moved.setdefault(plant, {})
                entry[key] = entry.get(key, 0.0) + coefficient * levels[a.id] / through
    kept = []
    for a in columns:
        if a.id.startswith("assay:"):
            levels.pop(a.id, None)
        elif a.id in moved:
            more = moved[a.id]
            kept.append(replace(a, coefficients=tuple((k, c + more.get(k, 0.0)) for k, c in a.coefficients)))
        else:
            kept.append(a)
    return tuple(kept), replace(balance, levels=levels)


def _without_traces(base: Base) -> dict[str, float]:
    """Levels with noise of the least squares set to zero and the balances closed again."""
    return {name: level for name, level in base.balance.levels.items() if level > TRACE}


def _quotas(columns: tuple[Activity, ...], base: Base) -> tuple[Limit, ...]:
    """China's quotas on mining and on separating its own ore, as policy limits; never below the reconciled base.

    Clays cannot be told from imported ones past the border, so the separation quota is over the ores that only
    China mines, less what it mines of the others.
    """
    mines = [a for a in columns if a.kind == "mine" and a.country == "CHN"]
    alone = {a.ore for a in mines} - {a.ore for a in columns if a.kind == "mine" and a.country != "CHN"}
    plants = [a for a in columns if a.kind == "separate" and a.country == "CHN" and a.ore in alone]
    shared = sum(a.base for a in mines if a.ore not in alone)
    found = []
    for name, title, hit, off in (
        ("mine", "China's mining quota", mines, 0.0),
        ("separation", "China's separation quota", plants, shared),
    ):
        fact = base.evidence.facts.get(f"quota:{name}:CHN")
        if hit and fact:
            upper = max(fact[0].value - off, sum(a.base for a in hit))
            terms = tuple((a.id, 1.0) for a in hit)
            row = Limit(f"quota:{name}:CHN", "quota", title, terms, upper, "t REO/yr", fact[0].figure, policy=True)
            found.append(row)
    return tuple(found)
