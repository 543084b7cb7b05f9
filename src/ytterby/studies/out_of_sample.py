"""Out of sample: calibrate on one year, impose a later year's cited mine output, and compare prices and flows.

Nothing else changes between the two years: not demand, not technology, not trade measures unless the caller gives
some. So the table shows what supply alone explains, and the miss is what else moved. It may miss; nothing here is
tuned to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ytterby.atlas.load import Atlas
from ytterby.model.base import Base, balanced, calibrated
from ytterby.model.measures import apply
from ytterby.model.network import Activity, Network
from ytterby.model.rare_earths.evidence import Evidence, evidence
from ytterby.model.rare_earths.ores import ELEMENTS
from ytterby.model.scenario import Measure
from ytterby.model.solved import Solved, equilibrium

LEADER = "CHN"


@dataclass(frozen=True, slots=True)
class Row:
    """One quantity in the base year, as modelled for the later year, and as observed then; `unit` for all three."""

    quantity: str
    unit: str
    base: float
    modelled: float
    observed: float

    @property
    def modelled_change(self) -> float:
        """Modelled over base, less 1."""
        return self.modelled / self.base - 1

    @property
    def observed_change(self) -> float:
        """Observed over base, less 1."""
        return self.observed / self.base - 1


def out_of_sample(
    atlas: Atlas, base_year: int = 2022, year: int = 2024, measures: Iterable[Measure] = ()
) -> tuple[Row, ...]:
    """Modelled against observed: price of every oxide priced in both years, and the leader's exports of each code."""
    base = balanced(atlas, "rare-earths", base_year, {})
    later = evidence(atlas, year)
    start = calibrated(base, atlas.facilities)
    imposed = impose_mining(start, later)
    changed, applied = apply(imposed, measures, year)
    before, after = equilibrium(start), equilibrium(changed, applied)
    return (*_prices(base, later, before, after), *_exports(atlas, base, year, before, after))


def impose_mining(network: Network, now: Evidence) -> Network:
    """Fix every country's mines at its cited output of the later year (newest edition), its mix of ores as in the base.

    A country without a cited figure keeps its base. Plants' capacities rise with world output, so that the imposed
    ore can be processed.
    """
    mined: dict[str, float] = {}
    for a in network.activities:
        if a.kind == "mine":
            mined[a.country] = mined.get(a.country, 0.0) + a.base
    ratio = {c: now.mined[c][0].value / base for c, base in mined.items() if c in now.mined and base > 0}
    grown = sum(base * ratio.get(c, 1.0) for c, base in mined.items())
    room = max(grown / sum(mined.values()), 1.0)
    return replace(
        network,
        activities=tuple(_imposed(a, ratio.get(a.country, 1.0), room) for a in network.activities),
        limits=tuple(limit for limit in network.limits if not limit.policy),
    )


def _imposed(a: Activity, ratio: float, room: float) -> Activity:
    if a.kind == "mine":
        return replace(a, curve=None, cost=0.0, upper=a.base * ratio)
    if a.kind in ("separate", "metal", "magnet"):
        return replace(a, upper=a.upper * room)
    return a


def _prices(base: Base, later: Evidence, before: Solved, after: Solved) -> Iterable[Row]:
    for e in ELEMENTS:
        key = (f"oxide/{e}", LEADER)
        if e in base.evidence.prices and e in later.prices and key in before.layout.row_of_market:
            yield Row(
                f"price of {e} oxide, {LEADER}", "USD/kg", before.price(key), after.price(key), later.prices[e].value
            )


def _exports(atlas: Atlas, base: Base, year: int, before: Solved, after: Solved) -> Iterable[Row]:
    """Exports of the leader and imports of feed, observed as the later year's own balance has them."""
    then = dict(balanced(atlas, "rare-earths", year, {}).balance.levels)
    for name, form in (("oxides exported", "oxide"), ("metals exported", "metal"), ("magnets exported", "magnet")):
        amounts = [_sent(levels, f"route:{form}/", f":{LEADER}>") for levels in (before.levels, after.levels, then)]
        yield Row(f"{name}, {LEADER}", "t", *amounts)
    fed = [_sent(levels, "route:concentrate/", f">{LEADER}") for levels in (before.levels, after.levels, then)]
    yield Row(f"feed imported, {LEADER}", "t REO", *fed)


def _sent(levels: Mapping[str, float], start: str, lane: str) -> float:
    """Tonnes over the routes whose id starts and goes on as given."""
    return sum(x for name, x in levels.items() if name.startswith(start) and lane in name)
