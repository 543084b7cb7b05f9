"""An episode lived month by month: its paths, the series they give, and whether every tonne is accounted for.

People plan a year ahead (`WINDOW` months) with what has been announced, live a third of it, and plan anew; at news they
plan at once. Use answers a price within the month with its short elasticity and goes on answering: what is learnt is a
distributed lag,

    use_t = use_0 (p_t / p_0)^(-e_short) exp(-(e_long - e_short) L_t),   L_t = d L_t-1 + (1 - d) ln(p_t-1 / p_0)

with d = exp(-1 / months), so that m months after a lasting change the elasticity is the one that `Behaviour.demand`
gives, and a recipe that was changed stays changed for a while when the price falls. Planners foresee it: a plan is
repeated until the prices it assumes for learning and for duties (a rate on a home price) are those it gives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as dc_replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ytterby.model.network import Activity, Limit, MarketKey
from ytterby.model.periods import Path, Stock, usual_stocks
from ytterby.model.solved import Solved
from ytterby.model.window import Block, Planner
from ytterby.studies.backtest.episode import Action, Episode, Lane, period
from ytterby.studies.backtest.expression import Function
from ytterby.studies.backtest.world import (
    World,
    alarm,
    fob_base,
    lane_id,
    lanes_of,
    later_elasticity,
    licence_market,
    network_of,
    steepness,
    weight_of,
)

Floats = NDArray[np.float64]

#: Months that people plan ahead.
WINDOW = 12
#: A plan is repeated until no price moves by more than this part, at most so many times.
SETTLED, MOST = 0.02, 12
#: Dear prices teach, and what is learnt makes goods cheap: after so many whole steps a plan moves this part of the way.
_WHOLE, _PART = 3, 0.4
_YEARS = 1 / 12
#: A price is taken to be at least this part of the base.
_LEAST = 1e-3


@dataclass(frozen=True)
class Replay:
    """An episode as the model lived it.

    `assessed` are the home prices on which duties were taken, by market [USD/kg]; `repeats` is how often the plan that
    was hardest to settle was made.
    """

    world: World
    path: Path
    assessed: Mapping[MarketKey, Floats]
    repeats: int

    @property
    def episode(self) -> Episode:
        """What was replayed."""
        return self.world.episode

    @cached_property
    def _lanes(self) -> dict[tuple[str, str], list[Lane]]:
        found: dict[tuple[str, str], list[Lane]] = {}
        for lane in self.episode.lanes:
            for product, share in lane.mix.items():
                if share > 0:
                    found.setdefault((lane.origin, product), []).append(lane)
        return found

    @cached_property
    def _rents(self) -> dict[str, Floats]:
        """Rent of every lane in every month [USD/kg]: the duals of the limits it stands under."""
        found: dict[str, Floats] = {}

        def add(name: str, t: int, rent: float) -> None:
            found.setdefault(name, np.zeros(len(self.path.periods)))[t] += rent

        for t, solved in enumerate(self.path.periods):
            for limit in solved.network.limits:
                for name, weight in limit.terms:
                    add(name, t, solved.dual(limit.id) * weight)
            for a in self._quotas(t):
                price = solved.price(licence_market(a))
                for lane, product in lanes_of(self.world, a):
                    add(lane_id("route", lane, product), t, price * weight_of(a))
        return found

    def _quotas(self, t: int) -> list[Action]:
        """Quotas in force in a month of the replay."""
        month = self.episode.first + t
        return [a for a in self.world.active(month, month) if a.kind == "quota"]

    def home(self, product: str, country: str) -> Floats:
        """Price of a market in every month [USD/kg]."""
        return self.path.price((product, country))

    def rent(self, product: str, country: str) -> Floats:
        """Rent of a licence to sell abroad, in every month [USD/kg]: the highest of the country's lanes."""
        zero = np.zeros(len(self.path.periods))
        lanes = self._lanes.get((country, product), [])
        rents = [zero, *(self._rents.get(lane_id("route", x, product), zero) for x in lanes)]
        return np.asarray(np.max(rents, axis=0), dtype=np.float64)

    def fob(self, product: str, country: str) -> Floats:
        """Price free on board: home price, rent, duty, and the gap of the base [USD/kg]."""
        lanes = self._lanes.get((country, product), [])
        if not lanes:
            return self.home(product, country)
        first, home = self.episode.first, self.world.price(product, country)
        before = self.world.duty(lanes[0], product, first, first) * home
        gap = fob_base(self.world, product) - home - before
        duty = np.max([self._duties(lane, product) for lane in lanes], axis=0)
        return np.asarray(self.home(product, country) + self.rent(product, country) + duty + gap, dtype=np.float64)

    def _duties(self, lane: Lane, product: str) -> Floats:
        months = range(self.episode.first, self.episode.last + 1)
        rates = np.array([self.world.duty(lane, product, m, m) for m in months])
        return np.asarray(rates * self.assessed[product, lane.origin], dtype=np.float64)

    def exports(self, country: str, product: str, kind: str = "route") -> Floats:
        """What a country sold abroad in every month [unit a month]: on official lanes, or as `leak` past them."""
        chosen = [p.id for p in self.episode.products] if product == "all" else [product]
        total = np.zeros(len(self.path.periods))
        for p in chosen:
            for lane in self._lanes.get((country, p), []):
                total = total + self.path.level(lane_id(kind, lane, p)) * _YEARS
        return total

    def use(self, country: str, product: str) -> Floats:
        """Use in every month [unit a month]."""
        chosen = [p.id for p in self.episode.products] if product == "all" else [product]
        levels = [self.path.level(f"{kind}:{country}:{p}") for p in chosen for kind in ("core", "use")]
        return np.asarray(np.sum(levels, axis=0) * _YEARS, dtype=np.float64)

    def stock(self, country: str, product: str) -> Floats:
        """Stock at the end of every month [unit]."""
        chosen = {p.id for p in self.episode.products} if product == "all" else {product}
        at = [i for i, s in enumerate(self.path.stocks) if s.key[1] == country and s.key[0] in chosen]
        return np.asarray(self.path.closing[:, at].sum(axis=1), dtype=np.float64)

    def limit(self, measure: str) -> Floats:
        """The tonnage a quota or licence lets out in every month [unit a month]; NaN while it is not in force."""
        found = []
        for solved in self.path.periods:
            rows: list[Limit | Activity] = [x for x in solved.network.limits if x.title == measure]
            rows += [x for x in solved.network.activities if x.id == f"licence:{measure}"]
            found.append(sum(x.upper for x in rows) * _YEARS if rows else np.nan)
        return np.array(found)

    def functions(self, month: int | None = None) -> dict[str, Function]:
        """What an expression may call; a series is read at `month` where an expression names no time."""

        def mean(name: str, a: str, b: str, when: str | None = None) -> float:
            return float(np.mean(self._during(self._series(name, a, b), when, month)))

        def total(name: str, a: str, b: str, when: str | None = None) -> float:
            return float(np.sum(self._during(self._series(name, a, b), when, month)))

        w = self.world
        return {
            "home": lambda p, c, when=None: mean("home", p, c, when),
            "delivered": lambda p, c, when=None: mean("home", p, c, when),
            "fob": lambda p, c, when=None: mean("fob", p, c, when),
            "rent": lambda p, c, when=None: mean("rent", p, c, when),
            "exports": lambda c, p, when=None: total("exports", c, p, when),
            "leaked": lambda c, p, when=None: total("leaked", c, p, when),
            "use": lambda c, p, when=None: total("use", c, p, when),
            "stock": lambda c, p, when=None: mean("stock", c, p, when),
            "output": lambda s, when=None: total("output", s, "", when),
            "limit": lambda m, when=None: total("limit", m, "", when),
            "base_exports": lambda c, p: sum(
                x.recorded(q) for (o, q), lanes in self._lanes.items() for x in lanes
                if o == c and p in (q, "all")
            ),
            "fact": lambda name: w.episode.facts[name].value,
        }  # fmt: skip

    @cached_property
    def _kept(self) -> dict[tuple[str, str, str], Floats]:
        return {}

    def _series(self, name: str, a: str, b: str) -> Floats:
        """A series by the name an expression calls it by, worked out once."""
        made: dict[str, Callable[[], Floats]] = {
            "home": lambda: self.home(a, b),
            "fob": lambda: self.fob(a, b),
            "rent": lambda: self.rent(a, b),
            "exports": lambda: self.exports(a, b),
            "leaked": lambda: self.exports(a, b, "leak"),
            "use": lambda: self.use(a, b),
            "stock": lambda: self.stock(a, b),
            "output": lambda: self.path.level(f"supply:{a}") * _YEARS,
            "limit": lambda: self.limit(a),
        }
        if (name, a, b) not in self._kept:
            self._kept[name, a, b] = made[name]()
        return self._kept[name, a, b]

    def _during(self, series: Floats, when: str | None, month: int | None) -> Floats:
        first, last = period(when) if when else (month or self.episode.first, month or self.episode.first)
        return series[first - self.episode.first : last - self.episode.first + 1]


def replay(world: World, window: int = WINDOW) -> Replay:
    """Live an episode, planning `window` months ahead. SolverError when a plan has no usable answer."""
    e, users, stocks = world.episode, _Users.of(world), _stocks(world)
    planner = Planner(stocks, _YEARS, world.behaviour.discount)
    opening = np.array([s.start for s in stocks], dtype=np.float64)
    held, learnt = opening, np.zeros(len(users.keys))
    guess = _Guess(np.zeros((window, len(users.keys))), ({},) * window)
    periods, closing, moved, most = list[Solved](), list[Floats](), list[Floats](), 0
    for t in range(e.last - e.first + 1):
        plan = _plan(world, users, planner, t, learnt, guess, held)
        guess, most = plan.guess, max(most, plan.times)
        periods.append(plan.periods[0])
        closing.append(plan.ends[0])
        moved.append(guess.moved[0])
        learnt, held, guess = users.later(learnt, guess.moved[0]), np.maximum(plan.ends[0], 0.0), guess.next()
    path = Path(tuple(periods), stocks, opening, np.array(closing).reshape(len(periods), len(stocks)), _YEARS)
    prices = {key: world.prices[key] * np.exp(np.array(moved)[:, i]) for i, key in enumerate(users.keys)}
    return Replay(world, path, prices, most)


@dataclass(frozen=True)
class _Guess:
    """What a plan assumes: price moves, months by markets, and what is steep for licences, by month and quota."""

    moved: Floats
    steep: tuple[Mapping[str, float], ...]

    def next(self) -> _Guess:
        """The same a month later; its last month goes on."""
        return _Guess(np.concatenate([self.moved[1:], self.moved[-1:]]), (*self.steep[1:], self.steep[-1]))

    def off(self, other: _Guess) -> float:
        """The largest difference: of a logarithm of a price, or of an steep price over itself."""
        pairs = [(x, old.get(n, 0.0)) for new, old in zip(self.steep, other.steep, strict=True) for n, x in new.items()]
        steep = max((abs(x - y) / max(x, y, _LEAST) for x, y in pairs), default=0.0)
        return max(float(np.max(np.abs(self.moved - other.moved), initial=0.0)), steep)

    def towards(self, other: _Guess, part: float) -> _Guess:
        """This guess moved a part of the way to another."""
        steep = tuple(
            {n: old.get(n, 0.0) + part * (x - old.get(n, 0.0)) for n, x in new.items()}
            for new, old in zip(other.steep, self.steep, strict=True)
        )
        return _Guess(self.moved + part * (other.moved - self.moved), steep)


@dataclass(frozen=True)
class _Plan:
    """A plan: its months solved, the stocks at their ends, what it assumes, and how often it was made."""

    periods: list[Solved]
    ends: Floats
    guess: _Guess
    times: int


@dataclass(frozen=True)
class _Users:
    """The markets whose prices people learn from or pay duty on; logarithms of prices over the base stand by them."""

    keys: tuple[MarketKey, ...]
    base: Floats
    gain: Floats
    keep: float
    stocks: tuple[MarketKey, ...]

    @staticmethod
    def of(world: World) -> _Users:
        sold = {(p, lane.origin) for lane in world.episode.lanes for p in lane.mix}
        keys = tuple(k for k in sorted(world.prices) if world.uses[k] > 0 or k in sold)
        gain = np.array([later_elasticity(world, product) for product, _ in keys])
        return _Users(
            keys, np.array([world.prices[k] for k in keys]), gain, float(np.exp(-1 / world.behaviour.demand_months)),
            tuple(s.key for s in _stocks(world)),
        )  # fmt: skip

    def later(self, learnt: Floats, moved: Floats) -> Floats:
        """What is learnt a month later."""
        return self.keep * learnt + (1 - self.keep) * moved

    def moved(self, periods: Sequence[Solved]) -> Floats:
        """Logarithm of price over base price, months by markets."""
        prices = np.array([[solved.price(key) for key in self.keys] for solved in periods])
        return np.log(np.maximum(prices / self.base, _LEAST))

    def words(self, numbers: Floats) -> dict[MarketKey, float]:
        """Numbers by market."""
        return dict(zip(self.keys, numbers.tolist(), strict=True))


def _plan(
    world: World, users: _Users, planner: Planner, t: int, learnt: Floats, guess: _Guess, held: Floats
) -> _Plan:
    """The plan made in month `t`, repeated until duties and steep prices of licences are those at its own prices."""
    first, uses = world.episode.first + t, users.words(np.exp(-users.gain * learnt))
    for times in range(1, MOST + 1):
        blocks = []
        for u, (moved, steep) in enumerate(zip(guess.moved, guess.steep, strict=True)):
            prices = users.words(users.base * np.exp(moved))
            made = Block.of(network_of(world, first + u, first, uses, prices, steep))
            wanted = [alarm(world, country, product, first + u, first) for product, country in users.stocks]
            blocks.append(dc_replace(made, wanted=np.array(wanted)))
        periods, ends = planner.plan(t, blocks, held, closed=False)
        found = _Guess(
            users.moved(periods), tuple(_steepness(world, first, first + u, x) for u, x in enumerate(periods))
        )
        if found.off(guess) <= SETTLED or times == MOST:
            return _Plan(periods, ends, found, times)
        guess = guess.towards(found, 1.0 if times < _WHOLE else _PART)
    raise AssertionError("the loop returns")


def _steepness(world: World, plan: int, month: int, solved: Solved) -> dict[str, float]:
    """Steepness of the demand for licences at what is used and paid in a month, by quota."""
    keys = list(world.uses)
    uses = {k: sum(solved.level_or_zero(f"{kind}:{k[1]}:{k[0]}") for kind in ("core", "use")) for k in keys}
    prices = {k: solved.price(k) for k in keys}
    return {a.id: steepness(world, a, uses, prices) for a in world.active(month, plan) if a.kind == "quota"}


def _stocks(world: World) -> tuple[Stock, ...]:
    first, b = world.episode.first, world.behaviour
    usual = usual_stocks(
        network_of(world, first, first, {}, {}), world.prices, b.stock_months, b.holding, b.cover_response
    )
    return tuple(dc_replace(s, most=world.assumed("cap.lost-use")) for s in usual)
