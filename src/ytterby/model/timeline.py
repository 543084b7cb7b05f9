"""A scenario lived period by period: measures in time, demand that answers late, stocks, and what is foreseen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ytterby.model.applied import Applied
from ytterby.model.behaviour import Behaviour
from ytterby.model.calendar import YEARS, Period, calendar
from ytterby.model.entry import Entered
from ytterby.model.growth import check_growth, grown
from ytterby.model.network import MarketKey, Network
from ytterby.model.periods import Block, Known, Path, Reference, Stock, closed, simulate, usual_stocks, with_elasticity
from ytterby.model.recycling import Flow
from ytterby.model.scenario import Growth, Measure, Time
from ytterby.model.solved import Solved, equilibrium, welfare
from ytterby.model.stockpiles import RESERVE
from ytterby.model.timed import When, at

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Lived:
    """A path with its calendar, what each measure did in each period, and the equilibrium without measures.

    `factors` is how elastic users are in each period, over the one-year elasticity; `scrap` is what is in use and
    what comes back of it, `entered` what investors decided, if any were asked. `bases` is what each period is held
    against: the base, or where something grows the same path without measures, new plants and old scrap; `alone` says
    that the path is nothing else. `beyond` is what each stock left at the end is worth [USD/kg], `gone` the part of
    each use that is gone for good at the start of each period.
    """

    calendar: tuple[Period, ...]
    path: Path
    applied: tuple[tuple[Applied, ...], ...]
    base: Solved
    behaviour: Behaviour
    factors: tuple[float, ...]
    bases: tuple[Solved, ...]
    beyond: Floats
    scrap: tuple[Flow, ...] = ()
    entered: Entered | None = None
    alone: bool = False
    gone: Mapping[MarketKey, Floats] = field(default_factory=dict)

    def surplus(self) -> float:
        """Value of use less costs over the path, discounted to its start [MUSD]; stock left counts at `beyond`."""
        path, beta = self.path, (1 + self.behaviour.discount) ** -self.path.years
        total = 0.0
        for t, solved in enumerate(path.periods):
            total += beta**t * path.years * welfare(solved)
            for s, level in zip(path.stocks, path.closing[t], strict=True):
                total += beta**t * _having(s, float(level), path.years, beta)
        total += beta ** len(path.periods) * float(self.beyond @ path.closing[-1])
        return float(total) / 1000


def _having(s: Stock, level: float, years: float, beta: float) -> float:
    """The use of having a stock over a period, less holding it [kUSD]: a straight line through the usual level."""
    use = s.price * (1 - beta) + s.holding * years
    if s.usual <= 0 or use <= 0:
        return -s.holding * years * level
    ratio = level / s.usual
    return use * s.usual * (ratio - (ratio**2 / 2 - ratio) / s.response) - s.holding * years * level


def live(
    network: Network,
    base: Solved,
    measures: Sequence[Measure],
    time: Time,
    *,
    behaviour: Behaviour | None = None,
    stocks: Sequence[Stock] | None = None,
    start: Lived | None = None,
    reference: Reference | None = None,
    progress: Progress | None = None,
    added: Callable[[Network, int], Network] | None = None,
    growth: Sequence[Growth] = (),
    bases: tuple[Solved, ...] | None = None,
    chosen: Sequence[Measure] = (),
) -> Lived:
    """Live the periods of `time` on `network` under `measures`.

    `base` is the equilibrium of the network itself; `stocks` replace the usual ones of the behaviour; `start` is a
    nearby path to begin from, which saves time and changes nothing, `reference` the engines of one; `added` gives
    the network of a period what it has there beyond the network's own, and `growth` moves its uses and plants outwards;
    `chosen` are plants that investors decided on; `bases` is what the periods are held against, where that is known.
    Under rolling and myopic foresight a plan knows the measures announced by the end of its first period, with their
    whole windows; under perfect foresight all of them. Raises what `simulate` raises.
    """
    how = behaviour or Behaviour()
    days = calendar(time)
    years = YEARS[time.step]
    held = usual_of(network, base, how) if stocks is None else tuple(stocks)
    ordered = sorted([*measures, *chosen], key=lambda m: m.id)
    begins = min((m.start or days[0].start for m in measures), default=days[0].start)
    factors = tuple(p.mean(lambda months: how.demand(max(months, 0.0)), begins) for p in days)
    window = {"perfect": None, "myopic": 1}.get(time.foresight, time.window)
    after = _afterwards(network, base, growth, factors, years, held)
    built: dict[tuple[tuple[str, ...] | None, int], tuple[Block, tuple[Applied, ...]]] = {}

    def known_at(first: int) -> tuple[str, ...]:
        if window is None:
            return tuple(m.id for m in ordered)
        return tuple(m.id for m in ordered if (m.announced or m.start or days[0].start) <= days[first].end)

    def build(names: tuple[str, ...] | None, second: int) -> tuple[Block, tuple[Applied, ...]]:
        """A period as it is planned for with these measures; None is without them and what is added."""
        if (names, second) not in built:
            period = days[second]
            when = When(period, days[0].start, days[-1].end, years, how)
            never = days[-1].end.replace(year=9999)
            chosen = [m if m.id in names else replace(m, start=never) for m in ordered] if names is not None else []
            own = grown(network, growth, (second + 0.5) * years)
            own = added(own, second) if added and names is not None else own
            changed, told = at(with_elasticity(own, factors[second]), base, chosen, when)
            built[names, second] = replace(Block.of(changed, told), beyond=after[second] if growth else None), told
        return built[names, second]

    def lived(known: Known, news: Callable[[int], bool], near: Path | None, known_engines: Reference | None) -> Path:
        return simulate(
            known, len(days), held, years=years, discount=how.discount, window=window, news=news,
            base=equilibrium(with_elasticity(network, factors[0]), start=base.solution), start=near,
            reference=known_engines, progress=progress,
        )  # fmt: skip

    path = lived(
        lambda first, second: build(known_at(first), second)[0],
        lambda t: known_at(t) != known_at(t - 1),
        start.path if start else None,
        reference,
    )
    told = tuple(build(known_at(0 if window is None else t), t)[1] for t in range(len(days)))
    alone = bool(growth) and not ordered and added is None
    if not growth:
        bases = (base,) * len(days)
    elif bases is None:
        rest = path if alone else lived(lambda _, second: build(None, second)[0], lambda _: False, path, None)
        bases = tuple(closed(rest, t) for t in range(len(days)))
    return Lived(days, path, told, base, how, factors, bases, after[-1], alone=alone)


def _afterwards(
    network: Network, base: Solved, growth: Sequence[Growth], factors: Sequence[float], years: float,
    stocks: Sequence[Stock],
) -> list[Floats]:  # fmt: skip
    """What stocks are worth after each period, for a plan that ends with it [USD/kg].

    A tonne left is sold in the period after: at the price of that period without measures and stocks. Where nothing
    grows that is the base price. A stock that is no market of the network, such as a tank, keeps its own price.
    """
    own = np.array([s.price for s in stocks], dtype=np.float64)
    if not growth:
        return [own] * len(factors)
    check_growth(network, growth)
    found, rest = [], base
    for t, factor in enumerate((*factors[1:], factors[-1])):
        after = with_elasticity(grown(network, growth, (t + 1.5) * years), factor)
        rest = equilibrium(after, start=rest.solution)
        tank = [s.key[0].startswith(RESERVE) for s in stocks]
        found.append(np.array([p if no else rest.price(s.key) for s, p, no in zip(stocks, own, tank, strict=True)]))
    return found


def usual_of(network: Network, base: Solved, how: Behaviour) -> tuple[Stock, ...]:
    """The usual stocks of every user, by the behaviour's months, holding cost and response."""
    prices = {m.key: base.price(m.key) for m in network.markets}
    return usual_stocks(network, prices, how.stock_months, how.holding, how.stock_response)
