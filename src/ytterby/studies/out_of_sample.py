"""Out of sample: calibrate on one year, impose a later year's cited mine output, and compare prices and flows.

Nothing else changes between the two years: not demand, not technology, not trade measures unless the caller gives
some. So the table shows what supply alone explains, and the miss is what else moved. It may miss; nothing here is
tuned to it.
"""

from __future__ import annotations

from collections.abc import Iterable
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


def out_of_sample(atlas: Atlas, base_year: int = 2022, year: int = 2024, measures: Iterable[Measure] = ()) -> tuple[Row, ...]:
    """Modelled against observed: price of every oxide priced in both years, and the leader's exports of each code."""
    base = balanced(atlas, "rare-earths", base_year, {})
    later = evidence(atlas, year)
    start = calibrated(base, atlas.facilities)
    imposed = impose_mining(start, base.evidence, later)
    changed, applied = apply(imposed, measures, year)
    before, after = equilibrium(start), equilibrium(changed, applied)
    return (*_prices(base, later, before, after), *_exports(atlas, base, year, before, after))


def impose_mining(network: Network, was: Evidence, now: Evidence) -> Network:
    """Fix every mine at its base times the country's cited change in mine output, newest edition of each year.

    A country without figures in both years keeps its base. Plants' capacities rise with world output, so that the
    imposed ore can be processed.
    """
    ratio = {c: now.mined[c][0].value / rows[0].value for c, rows in was.mined.items() if c in now.mined}
    mined = sum(a.base for a in network.activities if a.kind == "mine")
    grown = sum(a.base * ratio.get(a.country, 1.0) for a in network.activities if a.kind == "mine")
    room = max(grown / mined, 1.0)
    return replace(
        network, activities=tuple(_imposed(a, ratio.get(a.country, 1.0), room) for a in network.activities),
        limits=tuple(limit for limit in network.limits if not limit.policy),
    )  # fmt: skip


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
            yield Row(f"price of {e} oxide, {LEADER}", "USD/kg", before.price(key), after.price(key), later.prices[e].value)


def _exports(atlas: Atlas, base: Base, year: int, before: Solved, after: Solved) -> Iterable[Row]:
    """Exports of the leader and imports of feed, observed as the later year's own balance has them."""
    then = balanced(atlas, "rare-earths", year, {}).balance.levels
    for name, form in (("oxides exported", "oxide"), ("metals exported", "metal"), ("magnets exported", "magnet")):
        def total(levels: dict[str, float], prefix: str = f"route:{form}/") -> float:
            return sum(x for n, x in levels.items() if n.startswith(prefix) and f":{LEADER}>" in n)

        yield Row(f"{name}, {LEADER}", "t", total(before.levels), total(after.levels), total(dict(then)))
    fed = [n for n in then if n.startswith("route:concentrate/") and n.endswith(f">{LEADER}")]
    yield Row(
        f"feed imported, {LEADER}", "t REO", *(sum(s.levels.get(n, 0.0) for n in s.levels if n.startswith("route:concentrate/") and n.endswith(f">{LEADER}"))
        for s in (before, after)), sum(then[n] for n in fed),
    )  # fmt: skip
