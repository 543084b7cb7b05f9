"""Stocks in use by cohort, against published numbers and their own inverse."""

import numpy as np
import pytest

from ytterby.core.errors import InputError
from ytterby.model.cohorts import Lifetime, from_inflow, from_stock, recycled

LIVES = (
    Lifetime("fixed", 5),
    Lifetime("normal", 5, 1.5),
    Lifetime("lognormal", 12, 5),
    Lifetime("weibull", shape=2, scale=8),
)


def test_fixed_lifetime_of_odym():
    """IndEcol/ODYM, tests/test_dynamic_stock_model.py: inflow 1..10, fixed lifetime 5."""
    used = from_inflow(range(1, 11), Lifetime("fixed", 5))
    assert used.stock.tolist() == [1, 3, 6, 10, 15, 20, 25, 30, 35, 40]
    assert used.outflow.tolist() == [0, 0, 0, 0, 0, 1, 2, 3, 4, 5]


def test_normal_lifetime_is_not_cut_at_zero():
    """ODYM keeps the tail below age 0: of mean 5 and deviation 1.5 a share of 0.00043 leaves at once."""
    assert Lifetime("normal", 5, 1.5).survival(0) == pytest.approx(0.99957, abs=5e-6)


@pytest.mark.parametrize(("arrival", "stock"), [("start", 29.5), ("middle", 30.0), ("end", 30.5)])
def test_stationary_stock_of_flodym(arrival, stock):
    """pik-piam/flodym, tests/test_stocks.py: constant inflow 1, lognormal with mean 30 and deviation 10."""
    used = from_inflow(np.ones(400), Lifetime("lognormal", 30, 10), arrival)
    assert used.stock[-1] == pytest.approx(stock, abs=0.01)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.kind)
@pytest.mark.parametrize("arrival", ["start", "middle", "end"])
def test_inflow_and_stock_are_inverse(life, arrival):
    inflow = np.random.default_rng(3).uniform(0.0, 10.0, 60)
    forward = from_inflow(inflow, life, arrival)
    back = from_stock(forward.stock, life, arrival)
    assert np.allclose(back.inflow, inflow, rtol=1e-9, atol=1e-9)
    assert np.allclose(back.outflow, forward.outflow, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.kind)
def test_every_tonne_is_in_use_or_has_left(life):
    used = from_inflow(np.linspace(1, 9, 40), life)
    assert used.outflow.sum() + used.stock[-1] == pytest.approx(used.inflow.sum(), rel=1e-12)


def test_a_stock_that_falls_fast_asks_for_a_negative_inflow():
    assert from_stock([10, 2], Lifetime("fixed", 5)).inflow.tolist() == [10, -8]


def test_recycling_rates_by_hand():
    """Of 1..10 tonnes with a lifetime of 5, 15 t left; half collected and 0.8 recovered is 6 t, of 55 t put in."""
    back = recycled(from_inflow(range(1, 11), Lifetime("fixed", 5)), 0.5, 0.8)
    assert back.recovered.sum() == pytest.approx(6.0)
    assert back.recycling_rate == pytest.approx(0.4)
    assert back.input_rate == pytest.approx(6 / 55)
    late = recycled(from_inflow(range(1, 11), Lifetime("fixed", 5)), 0.5, 0.8, delay=2)
    assert late.recovered.tolist() == pytest.approx([0] * 7 + [0.4, 0.8, 1.2])


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: Lifetime("lognormall", 3, 1), "lognormal"),
        (lambda: Lifetime("normal", 3), "deviation"),
        (lambda: from_stock([1, -2], LIVES[0]), "period 2"),
        (lambda: from_inflow([1, float("nan")], LIVES[0]), "finite"),
        (lambda: from_inflow([1], LIVES[0], "begin"), "start"),
        (lambda: recycled(from_inflow([1], LIVES[0]), 1.2, 0.5), "collection"),
    ],
)
def test_bad_input_says_what_was_meant(call, word):
    with pytest.raises(InputError, match=word):
        call()
