"""Many periods with stocks: every tonne accounted for, one period is the static model, what ends is forgotten."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ytterby.core.errors import InputError
from ytterby.model.curves import core_of, elastic_use, supply
from ytterby.model.measures import apply
from ytterby.model.network import Activity, Market, Network
from ytterby.model.periods import Block, Stock, simulate, usual_stocks, with_elasticity
from ytterby.model.scenario import Citation, Limit, Measure, Rate, Scope
from ytterby.model.solved import equilibrium

ORE, HOME, AWAY = ("ore", "AAA"), ("metal", "AAA"), ("metal", "BBB")


def _network() -> Network:
    """A mine, a smelter of 90 % recovery, use at home, and a lane to users abroad; at rest at 100 t of ore a year."""
    return Network("small", 2024, tuple(Market(*key, "t", 10.0) for key in (ORE, HOME, AWAY)), (
        Activity("mine", "mine", "AAA", "ore", ((ORE, 1.0),), base=100.0, curve=supply(5.0, 100.0, 0.5)),
        Activity("smelt", "metal", "AAA", "metal", ((ORE, -1.0), (HOME, 0.9)), base=100.0, cost=4.0),
        Activity("lane", "route", "AAA", "metal", ((HOME, -1.0), (AWAY, 1.0)), "BBB", base=50.0, cost=1.0),
        *_use("AAA", HOME, 40.0, 10.0),
        *_use("BBB", AWAY, 50.0, 11.0),
    ))  # fmt: skip


def _use(country: str, key: tuple[str, str], base: float, price: float) -> tuple[Activity, ...]:
    kept = core_of(base, 0.3, 20.0)
    taken = ((key, -1.0),)
    core = Activity(f"core:{country}", "core", country, "metal", taken, base=kept, cost=-20.0 * price, upper=kept)
    more = Activity(
        f"use:{country}", "use", country, "metal", taken, base=base - kept, curve=elastic_use(price, base, 0.3, kept)
    )
    return core, more


NETWORK = _network()
QUOTA = Measure(
    "quota", "quota", "a quota", Citation("x"), Scope(flow="export", of=("AAA",)), limit=Limit(0.6, why="a test")
)


@pytest.fixture(scope="module")
def base():
    return equilibrium(NETWORK)


def _stocks(base, months: float = 2.0) -> tuple[Stock, ...]:
    prices = {m.key: base.price(m.key) for m in NETWORK.markets}
    return usual_stocks(NETWORK, prices, months, 0.1, 1.0, lambda key: key != ORE)


def _shut(start: int, end: int, share: float = 0.6):
    """Blocks of a path with a quota from period `start` up to `end`."""
    free = Block.of(NETWORK)
    held = Block.of(*apply(NETWORK, [replace(QUOTA, limit=Limit(share, why="a test"))], 2025))
    return lambda first, second: held if start <= second < end else free


def test_the_base_is_at_rest(base):
    """At 100 t of ore both prices of the base make 90 t of metal, all of it used."""
    assert base.level("mine") == pytest.approx(100.0)
    assert base.price(HOME) == pytest.approx(10.0)


def test_one_period_is_the_static_model(base):
    static = equilibrium(apply(NETWORK, [QUOTA], 2025)[0])
    path = simulate(_shut(0, 1), 1, _stocks(base))
    assert path.periods[0].solution.x == pytest.approx(static.solution.x, rel=1e-9, abs=1e-9)
    assert path.price(AWAY)[0] == pytest.approx(static.price(AWAY), rel=1e-9)
    assert path.closing[0] == pytest.approx(path.opening)


@pytest.mark.parametrize("window", [None, 1, 6])
def test_without_measures_every_period_is_the_base(base, window):
    path = simulate(_shut(0, 0), 7, _stocks(base), years=1 / 12, discount=0.05, window=window)
    for solved in path.periods:
        assert solved.solution.x == pytest.approx(base.solution.x, rel=1e-8, abs=1e-7)
    assert path.closing == pytest.approx(np.tile(path.opening, (7, 1)), rel=1e-8)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 9), st.floats(0.0, 1.2), st.floats(0.0, 9.0), st.floats(0.0, 0.3),
    st.sampled_from([None, 1, 3, 6]), st.sampled_from([1 / 12, 0.25, 1.0]), st.integers(0, 6), st.integers(1, 9),
)  # fmt: skip
def test_every_tonne_is_accounted_for(count, share, months, discount, window, years, start, length):
    """Mine + opening stock = use + loss + closing stock, in every market and period, and no stock is below nothing."""
    base = equilibrium(NETWORK)
    blocks = _shut(start, start + length, share)
    path = simulate(blocks, count, _stocks(base, months), years=years, discount=discount, window=window)
    assert path.imbalance() < 1e-9
    assert (path.closing >= -1e-9).all()
    used = sum(path.level(f"{kind}:{c}") for kind in ("use", "core") for c in ("AAA", "BBB"))
    held = np.concatenate([[path.opening.sum()], path.closing.sum(axis=1)])
    metal_in_ore = 0.9 * path.level("mine")  # the tenth that smelting loses is the only loss
    assert metal_in_ore + held[:-1] / years == pytest.approx(used + held[1:] / years, rel=1e-9)


def test_a_measure_that_ends_restores_the_base(base):
    path = simulate(_shut(2, 6), 40, _stocks(base, 0.5), years=1 / 12, discount=0.05)
    last = path.periods[-3]
    assert path.price(AWAY)[3] > 11.5
    assert last.price(AWAY) == pytest.approx(base.price(AWAY), rel=0.01)
    assert last.level("mine") == pytest.approx(100.0, rel=0.01)
    steps = np.diff(path.price(AWAY)[8:])
    assert (np.sign(steps[np.abs(steps) > 1e-6]) >= 0).all() or (np.sign(steps[np.abs(steps) > 1e-6]) <= 0).all()


def test_stock_is_built_before_an_announced_quota_and_run_down_under_it(base):
    path = simulate(_shut(4, 12), 12, _stocks(base), years=1 / 12, discount=0.05)
    away = next(i for i, s in enumerate(path.stocks) if s.key == AWAY)
    level = path.closing[:, away]
    assert level[3] > 1.2 * path.opening[away]
    assert (np.diff(level[3:]) < 0).all()


def test_who_sees_nothing_coming_pays_more_at_the_peak(base):
    seen = simulate(_shut(4, 12), 12, _stocks(base), years=1 / 12, discount=0.05)
    unseen = simulate(_shut(4, 12), 12, _stocks(base), years=1 / 12, discount=0.05, window=1)
    assert unseen.price(AWAY).max() > seen.price(AWAY).max()


def test_an_export_tax_by_value_is_its_rate_times_the_home_price_in_every_period(base):
    tax = Measure("t", "export_tax", "t", Citation("x"), Scope(flow="export", of=("AAA",)), rate=Rate(ad_valorem=0.25))
    taxed = Block.of(*apply(NETWORK, [tax], 2025))
    path = simulate(lambda first, second: taxed if second > 1 else Block.of(NETWORK), 5, _stocks(base), years=0.25)
    for t, solved in enumerate(path.periods):
        lane = solved.layout.activities[solved.layout.column_of["lane"]]
        assert lane.tax == pytest.approx(0.25 * solved.price(HOME) if t > 1 else 0.0, rel=1e-5)
    static = equilibrium(*apply(NETWORK, [tax], 2025))
    alone = simulate(lambda first, second: taxed, 1, _stocks(base))
    assert alone.price(AWAY)[0] == pytest.approx(static.price(AWAY), rel=1e-6)


def test_the_same_bytes_twice_and_whatever_the_order(base):
    stocks = _stocks(base)
    first = simulate(_shut(2, 6), 8, stocks, years=1 / 12, discount=0.05, window=6)
    again = simulate(_shut(2, 6), 8, stocks, years=1 / 12, discount=0.05, window=6)
    turned = simulate(_shut(2, 6), 8, stocks[::-1], years=1 / 12, discount=0.05, window=6)
    assert first.closing.tobytes() == again.closing.tobytes()
    assert turned.closing[:, ::-1] == pytest.approx(first.closing, rel=1e-8, abs=1e-9)


def test_a_start_changes_nothing(base):
    cold = simulate(_shut(2, 6), 8, _stocks(base), years=1 / 12, discount=0.05)
    warm = simulate(_shut(2, 6), 8, _stocks(base), years=1 / 12, discount=0.05, base=base)
    assert warm.closing == pytest.approx(cold.closing, rel=1e-7, abs=1e-8)


def test_elasticity_over_time_leaves_the_base(base):
    other = equilibrium(with_elasticity(NETWORK, 2.0))
    assert other.solution.x.sum() == pytest.approx(base.solution.x.sum(), rel=1e-9)
    quota = Limit(0.6, why="a test")
    dear = [equilibrium(apply(with_elasticity(NETWORK, f), [replace(QUOTA, limit=quota)], 2025)[0]) for f in (0.5, 2)]
    assert dear[0].price(AWAY) > dear[1].price(AWAY)


def test_stocks_below_nothing_or_above_capacity_are_refused_together():
    wrong = (Stock(HOME, 5, 10, 1, opening=-1), Stock(AWAY, 5, 10, 1, capacity=3))
    with pytest.raises(InputError) as raised:
        simulate(lambda first, second: Block.of(NETWORK), 2, wrong)
    assert len(raised.value.faults) == 2
    assert "0 or more" in str(raised.value)
