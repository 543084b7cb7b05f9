"""Rounds of offers, an experiment: two actors by hand, what units and labels may not change, and that it misfits."""

import numpy as np
import pytest

from test_forecast import ACTORS
from ytterby.core.errors import InputError
from ytterby.games.forecast import Actor
from ytterby.games.rounds import chances, expected, exponents, rounds
from ytterby.studies.textbook_game import game

#: Table 2 of the paper: weighted means and medians after rounds 1 to 8.
MEANS = (7.4, 7.5, 7.6, 7.3, 7.3, 7.4, 7.5, 7.6)
MEDIANS = (8.4, 9.9, 9.9, 9.9, 9.9, 7.4, 8.8, 9.6)


def test_two_actors_by_hand():
    x, weight, salience = np.array([0.0, 1.0]), np.array([0.6, 0.2]), np.array([0.6, 0.5])
    p = chances(np.abs(x[:, None] - x[None, :]), weight)
    assert p[0, 1] == pytest.approx(0.75)
    # Won is worth 2, lost -2, nothing changed 0; the other resists by its salience.
    e = expected(x, weight, salience, np.ones(2), 1.0, 1.0)
    assert e[0, 1] == pytest.approx(0.5 * (0.75 * 2 - 0.25 * 2) + 0.5 * 2)
    assert e[1, 0] == pytest.approx(0.6 * (0.25 * 2 - 0.75 * 2) + 0.4 * 2)
    # The first is threatened less, so it takes more risk: 2 and one half are the ends.
    assert exponents(e) == pytest.approx([2.0, 0.5])


def test_chances_of_two_sides_add_up_to_one():
    x = np.array([a.position for a in ACTORS])
    weight = np.array([a.power * a.salience for a in ACTORS])
    p = chances(np.abs(x[:, None] - x[None, :]) / 6, weight)
    assert p + p.T == pytest.approx(np.ones((10, 10)))


def test_labels_units_and_direction_mean_nothing():
    own = rounds(ACTORS, 4)
    turned = rounds([Actor(a.name, 100 - 3 * a.position, 7 * a.power, a.salience) for a in ACTORS], 4)
    for a, b in zip(own, turned, strict=True):
        assert [100 - 3 * x for x in a.positions] == pytest.approx(b.positions)
        assert b.mean == pytest.approx(100 - 3 * a.mean)
    swapped = rounds(list(reversed(ACTORS)), 2)
    assert swapped[1].positions == pytest.approx(tuple(reversed(own[1].positions)))


def test_nobody_leaves_the_range_and_agreement_stays():
    for state in rounds(ACTORS, 8, status_quo=0.5):
        assert min(state.positions) >= 4 - 1e-9
        assert max(state.positions) <= 10 + 1e-9
        assert all(0.5 - 1e-9 <= r <= 2 + 1e-9 for r in state.risk)
    agreed = [Actor("a", 3, 1, 1), Actor("b", 3, 2, 0.5)]
    assert rounds(agreed, 2)[-1].positions == (3.0, 3.0)


def test_the_start_is_the_papers_and_the_rounds_are_not():
    """What the documentation says of it: were it to fit one day, that text must change."""
    found = rounds(ACTORS, 8)
    assert (round(found[0].mean, 6), found[0].median) == (7.389956, 7.0)
    means = [abs(r.mean - m) for r, m in zip(found[1:], MEANS, strict=True)]
    medians = [abs(r.median - m) for r, m in zip(found[1:], MEDIANS, strict=True)]
    assert 0.35 < max(means) < 0.45
    assert sum(x <= 0.1 for x in medians) < 7


def test_a_file_asks_for_rounds_and_is_told_what_they_are():
    actors = [{"name": a.name, "position": a.position, "power": a.power, "salience": a.salience} for a in ACTORS]
    found = game({"forecast": actors, "rounds": 3})["experiment"]
    assert "does not reproduce" in found["what"]
    assert [r["round"] for r in found["rounds"]] == [0, 1, 2, 3]
    assert "experiment" not in game({"forecast": actors})
    for count in (0, 51, "many", True, 1.5):
        with pytest.raises(InputError, match="rounds"):
            game({"forecast": actors, "rounds": count})
    with pytest.raises(InputError, match="probability"):
        rounds(ACTORS, 1, status_quo=2)
