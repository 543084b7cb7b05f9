"""Run a scenario: base network, measures, equilibrium, and the answer as an Outcome."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

import polars as pl

from ytterby.atlas.load import Atlas, load
from ytterby.core.errors import Fault, InputError
from ytterby.model import outcome as tables
from ytterby.model.applied import Applied
from ytterby.model.base import Base, network
from ytterby.model.chains.build import ChainBase
from ytterby.model.drivers import Tested, drivers
from ytterby.model.finding import actors, dearer, finding, losses, summary
from ytterby.model.measures import apply
from ytterby.model.naming import titles_of
from ytterby.model.network import Network
from ytterby.model.outcome import Outcome
from ytterby.model.published import comparison, ndpr_check
from ytterby.model.result_binding import binding
from ytterby.model.result_flows import concentration, flows, shares
from ytterby.model.result_gains import gains, identities
from ytterby.model.result_prices import prices
from ytterby.model.result_sources import figures, reconciliation, sources, use_shares, users_told
from ytterby.model.result_time import Timeline, flat
from ytterby.model.result_use import shortages
from ytterby.model.run_periods import assumed, many
from ytterby.model.scenario import Measure, Scenario, fingerprint
from ytterby.model.solved import Near, Solved, equilibrium, nearby

Progress = Callable[[str, int, int], None]


def run(
    base: Network | None,
    scenario: Scenario,
    *,
    atlas: Atlas | None = None,
    ranges: bool = True,
    progress: Progress | None = None,
    before: Solved | None = None,
) -> Outcome:
    """Solve `scenario` on `base`, or on the network its own `base` names when that is None.

    Over many periods the tables are of the worst one and `outcome.timeline` holds them all; `ranges` then also solves
    with perfect foresight, for the value of knowing.

    `ranges` also tests which assumptions move the answer most, which takes some seconds; without it prices have
    no interval and assumptions no effect. `before` is the equilibrium of `base` itself when it is known already; many
    scenarios on one base need it once. Raises InputError for a scenario that does not fit the network and
    SolverError when no certified equilibrium is found.
    """
    known = atlas or load()
    if base is not None:
        _agree(base, scenario)
    start = base or _network(known, scenario)
    before = equilibrium(start) if before is None else before
    outside = actors(scenario)
    tested = Tested((), {})
    source = start.tables.get("base")
    if scenario.time.many:
        path = many(start, before, scenario, ranges, progress)
        return _outcome(
            known, scenario, path.worst, path.before, path.applied, tested, source, path.timeline, year=path.year
        )
    changed, applied = apply(start, scenario.measures, scenario.year)
    after = equilibrium(changed, applied)
    if ranges and source is not None and scenario.measures:
        tell = (lambda done, total: progress("testing assumptions", done, total)) if progress else None
        tested = drivers(start, scenario, before, after, outside, tell)
    return _outcome(known, scenario, after, before, applied, tested, source)


def sketch(
    base: Network,
    scenario: Scenario,
    before: Solved,
    near: Near | None = None,
    known: Mapping[str, Mapping[str, float]] | None = None,
    element: str | None = None,
) -> tuple[Outcome, Near]:
    """The certified answer without its grounds, and what to begin a nearby one from: for a picture that follows a hand.

    Figures, reconciliation, sources, assumptions, concentration and checks stay empty and nothing is tested; with
    `element` the flows are of that element alone. `near` is the answer to a nearby scenario on `base`, whose
    equilibrium is `before` and whose accounts are `known`; it saves time, and where an optimum is not unique (a price
    where nothing flows, a limit that just binds) the answer may differ from that of `run`. Raises as `run` does.
    """
    _agree(base, scenario)
    changed, applied = apply(base, scenario.measures, scenario.year)
    after, last = nearby(changed, applied, near)
    found = _outcome(
        load(), scenario, after, before, applied, Tested((), {}), base.tables.get("base"), grounds=False, known=known,
        element=element,
    )  # fmt: skip
    return found, last


def _agree(base: Network, scenario: Scenario) -> None:
    """Refuse a network that was built with other assumptions than the scenario asks for."""
    built = {row.id: row.value for row in base.tables.get("assumptions", ())}
    wanted = "the same: build the network with `assumed=scenario.assumptions`, or give none"
    faults = [
        Fault(f"assumptions.{name}", f"{value:g} in the scenario, {built.get(name)} in the network", wanted)
        for name, value in scenario.assumptions.items()
        if built.get(name) != value
    ]
    if faults:
        raise InputError(faults)


def _network(atlas: Atlas, scenario: Scenario) -> Network:
    """The network a scenario starts from: a chain of the atlas, or a textbook case."""
    if scenario.network is not None:
        from ytterby.model.textbook import at_rest, textbook_network

        return at_rest(textbook_network(scenario.network))
    base = scenario.base
    return network(atlas, base.chain or "rare-earths", base.year or 2024, scenario.assumptions, base.redraw or 0)


def _outcome(
    atlas: Atlas,
    scenario: Scenario,
    after: Solved,
    before: Solved,
    applied: tuple[Applied, ...],
    tested: Tested,
    source: Base | ChainBase | None,
    path: Timeline | None = None,
    grounds: bool = True,
    known: Mapping[str, Mapping[str, float]] | None = None,
    element: str | None = None,
    year: Solved | None = None,
) -> Outcome:
    names = dict(zip(atlas.countries["iso3"], atlas.countries["name"], strict=True)) | {"ROW": "the rest of the world"}
    outside = actors(scenario)
    lost = losses(after, before, outside)
    account = gains(after, before, known)
    bound = list(binding(after, before, applied))
    year = year or before
    cited = figures(source, atlas) if source and grounds else []
    reconciled = list(reconciliation(source, atlas)) if source and grounds else []
    used = {row["source"] for row in (*cited, *reconciled) if row["source"]}
    return Outcome(
        scenario=scenario,
        finding=_found(scenario, finding(scenario, lost, names, outside), path, names),
        summary=tuple(summary(lost, account, bound, tested.drivers, names, titles_of(scenario.measures))),
        edition=atlas.edition,
        input_hash=input_hash(atlas, scenario),
        prices=tables.PRICES.frame(list(prices(after, year, tested.ranges))),
        shortages=tables.SHORTAGES.frame(list(shortages(after, before, *_split(atlas, scenario, source)))),
        flows=tables.FLOWS.frame(list(flows(after, year, element))),
        shares=tables.SHARES.frame(list(shares(after, year))),
        concentration=tables.CONCENTRATION.frame(list(concentration(after, year)) if grounds else ()),
        gains=tables.GAINS.frame(account),
        binding=tables.BINDING.frame(bound),
        assumptions=_assumptions(source, scenario, tested) if grounds else tables.ASSUMPTIONS.empty(),
        figures=tables.FIGURES.frame(cited),
        reconciliation=tables.RECONCILIATION.frame(reconciled),
        sources=tables.SOURCES.frame(sources(atlas, used, scenario)),
        certificate=_certificate(after),
        checks={**_checks(after, before, account, source, atlas), **_path_checks(path)} if grounds else {},
        periods=tables.PERIODS.frame(flat(path) if path else []),
        timeline=path,
    )


def _found(scenario: Scenario, said: str, path: Timeline | None, names: Mapping[str, str]) -> str:
    """The finding, which over many periods is of the worst one and says so."""
    if path is None:
        return said
    head = f"{scenario.title.rstrip('.')}: "
    if path.alone:
        return head + dearer(path.periods[-1], names)
    return f"{head}in {path.worst}, the worst of {len(path.periods)} periods, {said.removeprefix(head)}"


def _path_checks(path: Timeline | None) -> dict[str, Any]:
    return {} if path is None else {"largest imbalance of any market in any period": path.largest_residual}


def _assumptions(source: Base | ChainBase | None, scenario: Scenario, tested: Tested) -> pl.DataFrame:
    """Every assumption the run stands on, with how far each tested one moves the value of lost use; those first."""
    effects = {d.id: d for d in tested.drivers}
    rows: list[dict[str, Any]] = []
    for a in source.assumed if source else ():
        reason = a.reason + (f" Read: {a.read}." if a.read else "")
        rows.append(_assumption(a.id, (a.value, a.low, a.high), a.unit, reason))
    rows += [_assumption(*given) for m in scenario.measures for given in _assumed(m)]
    rows += [_assumption(*given) for given in assumed(scenario)]
    for row in rows:
        d = effects.get(row["id"])
        if d:
            row["effect"] = f"value of lost use {d.at_low:,.0f} to {d.at_high:,.0f} MUSD/yr from low to high"
    rows.sort(key=lambda r: (-(effects[r["id"]].swing if r["id"] in effects else -1.0), r["id"]))
    return tables.ASSUMPTIONS.frame(rows)


def _assumed(m: Measure) -> Iterator[tuple[str, tuple[float | None, float | None, float | None], str, str]]:
    """Every number of a measure that its file marks as an assumption, by giving a reason for it."""
    limit, rate = m.limit, m.rate
    if limit is not None and limit.why:
        value = limit.share_of_base if limit.quantity is None else limit.quantity.value
        unit = "share of base" if limit.quantity is None else limit.quantity.unit
        yield f"measure.{m.id}.limit", (value, limit.low, limit.high), unit, limit.why
    if rate is not None and rate.why:
        value = rate.ad_valorem if rate.specific is None else rate.specific.value
        unit = "share of price" if rate.specific is None else rate.specific.unit
        yield f"measure.{m.id}.rate", (value, rate.low, rate.high), unit, rate.why
    given = {"lost": m.lost, "amount": m.amount, "delay": m.delay}
    if m.plant is not None:
        plant = m.plant
        given |= {
            "facility.capacity": plant.capacity,
            "facility.recovery": plant.recovery,
            "facility.cost": plant.cost,
            "facility.capacity_factor": plant.capacity_factor,
            "facility.lead": plant.lead,
            "facility.probability": plant.probability,
        }
    for name, number in given.items():
        if number is not None and number.why:
            yield f"measure.{m.id}.{name}", (number.value, number.low, number.high), number.unit or "share", number.why


def _assumption(
    name: str, numbers: tuple[float | None, float | None, float | None], unit: str, reason: str
) -> dict[str, Any]:
    value, low, high = numbers
    return {"id": name, "value": value, "low": low, "high": high, "unit": unit, "reason": reason, "effect": None}


def _split(
    atlas: Atlas, scenario: Scenario, source: Base | ChainBase | None
) -> tuple[Mapping[str, Mapping[str, float]], frozenset[str] | None]:
    """Published shares of uses, and the users they are taken for."""
    chain = scenario.base.chain
    return (use_shares(atlas, chain) if source else {}), users_told(atlas, chain)


def _certificate(solved: Solved) -> dict[str, Any]:
    check = solved.solution.certificate
    return {
        "certified": check.certified,
        "primal_residual": check.primal_residual,
        "dual_residual": check.dual_residual,
        "gap": check.gap,
        "engine": solved.solution.engine,
        "rounds": solved.solution.rounds,
        "note": check.note,
    }


def _checks(
    after: Solved, before: Solved, account: list[dict[str, Any]], source: Base | ChainBase | None, atlas: Atlas
) -> Mapping[str, Any]:
    found: dict[str, Any] = dict(identities(account, after, before))
    if source is not None:
        found["largest move of a base flow without measures"] = max(
            (abs(before.level(a.id) - a.base) / a.base for a in before.layout.activities if a.base > 1.0), default=0.0
        )
    if source is not None and not isinstance(source, ChainBase):
        found["published shares"] = comparison(before, source, atlas)
        found["NdPr oxide"] = ndpr_check(before, atlas, source.evidence.year)
    return found


def input_hash(atlas: Atlas, scenario: Scenario) -> str:
    """SHA-256 of everything that went in: the scenario's meaning, the atlas's text, and the version of this program."""
    text = "\n".join((fingerprint(scenario), atlas.digest, version("ytterby")))
    return hashlib.sha256(text.encode()).hexdigest()
