"""A scenario lived period by period: measures in time, demand that answers late, stocks, and what is foreseen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ytterby.model.applied import Applied
from ytterby.model.behaviour import Behaviour
from ytterby.model.calendar import YEARS, Period, calendar
from ytterby.model.entry import Entered
from ytterby.model.network import Network
from ytterby.model.periods import Block, Path, Reference, Stock, simulate, usual_stocks, with_elasticity
from ytterby.model.recycling import Flow
from ytterby.model.scenario import Measure, Time
from ytterby.model.solved import Solved, equilibrium, welfare
from ytterby.model.timed import When, at

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Lived:
    """A path with its calendar, what each measure did in each period, and the equilibrium without measures.

    `factors` is how elastic users are in each period, over the one-year elasticity; `scrap` is what is in use and
    what comes back of it; `entered` is what investors decided, if any were asked.
    """

    calendar: tuple[Period, ...]
    path: Path
    applied: tuple[tuple[Applied, ...], ...]
    base: Solved
    behaviour: Behaviour
    factors: tuple[float, ...]
    scrap: tuple[Flow, ...] = ()
    entered: Entered | None = None

    def surplus(self) -> float:
        """Value of use less costs over the path, discounted to its start [MUSD]; stock left counts at base price."""
        path, beta = self.path, (1 + self.behaviour.discount) ** -self.path.years
        total = 0.0
        for t, solved in enumerate(path.periods):
            total += beta**t * path.years * welfare(solved)
            for s, level in zip(path.stocks, path.closing[t], strict=True):
                total += beta**t * _having(s, float(level), path.years, beta)
        total += beta ** len(path.periods) * sum(
            s.price * x for s, x in zip(path.stocks, path.closing[-1], strict=True)
        )
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
    chosen: Sequence[Measure] = (),
) -> Lived:
    """Live the periods of `time` on `network` under `measures`.

    `base` is the equilibrium of the network itself; `stocks` replace the usual ones of the behaviour; `start` is a
    nearby path to begin from, which saves time and changes nothing, `reference` the engines of one; `added` gives
    the network of a period what it has there beyond the network's own; `chosen` are plants that investors decided on.
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
    built: dict[tuple[tuple[str, ...], int], tuple[Block, tuple[Applied, ...]]] = {}

    def known_at(first: int) -> tuple[str, ...]:
        if window is None:
            return tuple(m.id for m in ordered)
        return tuple(m.id for m in ordered if (m.announced or m.start or days[0].start) <= days[first].end)

    def build(names: tuple[str, ...], second: int) -> tuple[Block, tuple[Applied, ...]]:
        if (names, second) not in built:
            period = days[second]
            when = When(period, days[0].start, days[-1].end, years, how)
            chosen = [m if m.id in names else replace(m, start=days[-1].end.replace(year=9999)) for m in ordered]
            own = added(network, second) if added else network
            changed, told = at(with_elasticity(own, factors[second]), base, chosen, when)
            built[names, second] = Block.of(changed, told), told
        return built[names, second]

    path = simulate(
        lambda first, second: build(known_at(first), second)[0],
        len(days),
        held,
        years=years,
        discount=how.discount,
        window=window,
        news=lambda t: known_at(t) != known_at(t - 1),
        base=equilibrium(with_elasticity(network, factors[0]), start=base.solution),
        start=start.path if start else None,
        reference=reference,
        progress=progress,
    )
    told = tuple(build(known_at(0 if window is None else t), t)[1] for t in range(len(days)))
    return Lived(days, path, told, base, how, factors)


def usual_of(network: Network, base: Solved, how: Behaviour) -> tuple[Stock, ...]:
    """The usual stocks of every user, by the behaviour's months, holding cost and response."""
    prices = {m.key: base.price(m.key) for m in network.markets}
    return usual_stocks(network, prices, how.stock_months, how.holding, how.stock_response)
