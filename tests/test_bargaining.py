"""Bargaining, trust and forecasts against their closed forms."""

import math

import pytest

from ytterby.core.errors import InputError
from ytterby.games.bargaining import kalai_smorodinsky, nash, patience, rubinstein, split
from ytterby.games.trust import bond_needed, patience_needed, staged, trust_needed, updated, zone


@pytest.mark.parametrize("g", [0.5, 1.0, 2.0])
def test_nash_and_kalai_smorodinsky_on_a_curved_frontier(g):
    frontier = lambda u: max(1 - u, 0.0) ** g  # noqa: E731
    assert nash(frontier, 1.0)[0] == pytest.approx(1 / (1 + g), abs=1e-6)
    u, w = kalai_smorodinsky(frontier, 1.0)
    assert u == pytest.approx(w)
    assert nash(lambda u: 1 - u, 1.0, power=0.3)[0] == pytest.approx(0.3, abs=1e-6)


def test_a_split_with_transfers_gives_the_outside_option_and_a_part_of_the_surplus():
    assert split(10, {"a": 2, "b": 4}, {"a": 3, "b": 1}) == pytest.approx({"a": 5, "b": 5})
    assert split(5, {"a": 2, "b": 4}) == {}
    three = split(10, {"a": 2, "b": 4, "c": 1})
    assert three["a"] < split(10, {"a": 2, "b": 4})["a"]


def test_rubinstein_and_its_limit():
    assert rubinstein(0.9, 0.8) == pytest.approx((0.7142857, 0.2857143))
    h, rates = 1e-5, {"a": 0.05, "b": 0.15}
    assert rubinstein(math.exp(-0.05 * h), math.exp(-0.15 * h))[0] == pytest.approx(patience(rates)["a"], abs=1e-5)
    assert patience(rates) == pytest.approx({"a": 0.75, "b": 0.25})


def test_thresholds_of_trust():
    assert patience_needed(5, 3, 1) == pytest.approx(0.5)
    d = patience_needed(5, 3, 1, lag=3)
    assert 3 / (1 - d) == pytest.approx(5 * (1 - d**3) / (1 - d) + d**3 * 1 / (1 - d))
    assert patience_needed(2, 3, 1) == 0.0
    assert trust_needed(10, -30) == pytest.approx(0.75)
    assert trust_needed(-1, -30) is None
    assert trust_needed(10, 2) == 0.0
    assert zone([(10, -30), (5, 0)], 0.75) == pytest.approx(3.75)
    assert zone([(10, -30)], trust_needed(10, -30)) == pytest.approx(0)


def test_trust_grows_with_each_kept_stage():
    path = [updated(0.4, 3, kept) for kept in range(5)]
    assert path[0] == pytest.approx(0.4)
    assert path == sorted(path)
    assert updated(0.4, 3, kept=0, broken=2) < 0.4


def test_small_steps_keep_themselves_where_one_large_one_does_not():
    once = staged(1, keep=1, cheat=5, discount=0.8, tail=3)
    assert not once.holds
    assert once.bond == pytest.approx(4 - 0.8 * 3)
    assert bond_needed(1, 5, 0.8, 3) == pytest.approx(once.bond)
    twice = staged(2, keep=1, cheat=5, discount=0.8, tail=3)
    # The second step may be 0.8 x 3 / 4 = 0.6; then 0.4 is left, below what the first could hold.
    assert twice.exposure == pytest.approx((0.4, 0.6))
    assert twice.holds
    assert min(twice.slack) >= -1e-12
    assert staged(3, keep=1, cheat=5, discount=0.8, tail=3).first < twice.first


def test_talks_first_fails_when_nothing_comes_after():
    path = staged(4, keep=1, cheat=5, discount=0.9, tail=0)
    assert path.exposure[1:] == (0.0, 0.0, 0.0)
    assert not path.holds


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: patience({"a": -0.1, "b": 0.1}),
        lambda: rubinstein(1.2, 0.5),
        lambda: staged(0, 1, 2, 0.5, 1),
        lambda: staged(2, 1, 2, -0.5, 1),
        lambda: updated(1.5, 1, 0),
        lambda: split(1, {"a": 0, "b": 0}, {"a": 1}),
        lambda: patience_needed(5, 1, 3),
        lambda: nash(lambda u: 1 - u, 1.0, power=2),
    ],
)
def test_bad_input_is_refused(wrong):
    with pytest.raises(InputError):
        wrong()
