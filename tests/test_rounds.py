"""Rounds of offers, an experiment: two actors by hand, what units and labels may not change, what meets the table."""

import numpy as np
import pytest

from test_forecast import ACTORS
from ytterby.core.errors import InputError
from ytterby.games.forecast import Actor, weighted_median
from ytterby.games.rounds import READINGS, Room, apart, chances, expected, exponents, nearest_offer, net_chances, rounds
from ytterby.studies.textbook_game import game

#: Table 2 of the paper: weighted means and medians after rounds 1 to 8.
MEANS = (7.4, 7.5, 7.6, 7.3, 7.3, 7.4, 7.5, 7.6)
MEDIANS = (8.4, 9.9, 9.9, 9.9, 9.9, 7.4, 8.8, 9.6)


def test_two_actors_by_hand():
    x = np.array([0.0, 1.0])
    room = Room(np.array([1.0, 0.4]), np.array([0.6, 0.5]), 1.0, 1.0)
    p = chances(apart(x, room), room.weight)
    assert p[0, 1] == pytest.approx(0.75)
    assert net_chances(apart(x, room), room.weight)[0, 1] == pytest.approx(0.5)
    # Won is worth 2, lost -2, nothing changed 0; the other resists by its salience.
    e = expected(x, p, room, np.ones(2))
    assert e[0, 1] == pytest.approx(0.5 * (0.75 * 2 - 0.25 * 2) + 0.5 * 2)
    assert e[1, 0] == pytest.approx(0.6 * (0.25 * 2 - 0.75 * 2) + 0.4 * 2)
    # The first is threatened less, so it takes more risk: 2 and one half are the ends.
    assert exponents(e.sum(axis=0)) == pytest.approx([2.0, 0.5])


def test_a_round_of_two_by_hand():
    """Power 1.8 and 1, salience 0.5 and 0.3, one apart: won is worth 2, lost -2, nothing changed 2 - 4 / 2^r.

    First pass, exponents 1, chance of the first 0.5 / 0.8: threats 0.75 on the first and 1.8 x 1.55 on the second, so
    exponents 2 and 0.5. Second, chance 0.25 either way: threats 0.5 + 0.8284 and 1.8 x (0.3 x -1 + 1.4 - 1), so 0.5 and
    2. Offers, net chance 0.5: the second expects 0.5 x -4 + 1 - 1 = -2 of a challenge and the first
    0.3 x 0 + 1.4 - 1 = 0.4, both by the second's exponent: it would lose more than the other gains, so it gives in.
    """
    found = rounds([Actor("one", 0, 1.8, 0.5), Actor("two", 1, 1, 0.3)], 1)
    assert found[1].risk == pytest.approx((0.5, 2.0))
    assert found[1].positions == pytest.approx((0.0, 0.0))


def test_which_offer_moves_an_actor():
    x = np.array([0.0, 3.0, 1.0, -2.0, -1.0])
    stay = nearest_offer(x, 0, np.array([0, 2.0, 1.0, -1.0, -1.0]), np.array([0, 1.0, 0.5, -1.0, -0.1]))
    assert stay == 0  # the stronger of two that gain, or alone against those that would lose too
    lost = np.array([0, 1.0, -1.0, -3.0, -1.0])
    assert nearest_offer(x, 0, lost, np.array([0, 2.0, 4.0, 4.0, 0.5])) == 3.0  # giving in goes first
    assert nearest_offer(x, 0, lost, np.array([0, 0.5, 4.0, 4.0, 0.5])) == 0.25  # a quarter of 1 before 3/4 of -2
    assert nearest_offer(x, 0, lost, np.array([0, 0.5, 0.5, 1.0, 0.6])) == -1.0  # equally near: the one that gains more


def test_chances_of_two_sides_add_up():
    x = np.array([a.position for a in ACTORS])
    room = Room(np.array([a.power for a in ACTORS]), np.array([a.salience for a in ACTORS]), 6.0, 1.0)
    p, net = (f(apart(x, room), room.weight) for f in (chances, net_chances))
    assert p + p.T == pytest.approx(np.ones((10, 10)))
    assert net + net.T == pytest.approx(np.zeros((10, 10)))
    # Belgium at 7 against France at 10: the weight below 8.5 years is 0.341, above it 0.336.
    assert net[1, 4] == pytest.approx((0.341 - 0.336) / (0.341 + 0.336))


@pytest.mark.parametrize("reading", READINGS)
def test_labels_units_and_direction_mean_nothing(reading):
    own = rounds(ACTORS, 4, reading=reading)
    mirrored = [Actor(a.name, 100 - 3 * a.position, 7 * a.power, a.salience) for a in ACTORS]
    for a, b in zip(own, rounds(mirrored, 4, reading=reading), strict=True):
        assert [100 - 3 * x for x in a.positions] == pytest.approx(b.positions)
        assert b.mean == pytest.approx(100 - 3 * a.mean)
    swapped = rounds(list(reversed(ACTORS)), 4, reading=reading)
    assert swapped[-1].positions == pytest.approx(tuple(reversed(own[-1].positions)))


@pytest.mark.parametrize("reading", READINGS)
def test_nobody_leaves_the_range_and_agreement_stays(reading):
    for state in rounds(ACTORS, 8, status_quo=0.5, reading=reading):
        assert min(state.positions) >= 4 - 1e-9
        assert max(state.positions) <= 10 + 1e-9
        assert all(0.5 - 1e-9 <= r <= 2 + 1e-9 for r in state.risk)
    agreed = [Actor("a", 3, 1, 1), Actor("b", 3, 2, 0.5)]
    assert rounds(agreed, 2, reading=reading)[-1].positions == (3.0, 3.0)


def test_the_start_and_the_rounds_of_the_papers_table():
    """Every mean and all medians but the second within 0.1 years; the documentation says what this is worth."""
    found = rounds(ACTORS, 8)
    assert (round(found[0].mean, 6), found[0].median) == (7.389956, 7.0)
    assert [r.mean for r in found[1:]] == pytest.approx(MEANS, abs=0.1)
    off = [abs(r.median - m) <= 0.1 for r, m in zip(found[1:], MEDIANS, strict=True)]
    assert off == [True, False, *[True] * 6]


def test_the_appendix_by_the_letter_does_not_meet_it():
    """What the documentation says of it: were it to fit one day, that text must change."""
    found = rounds(ACTORS, 8, reading="letter")
    assert (round(found[0].mean, 6), found[0].median) == (7.389956, 7.0)
    means = [abs(r.mean - m) for r, m in zip(found[1:], MEANS, strict=True)]
    medians = [abs(r.median - m) for r, m in zip(found[1:], MEDIANS, strict=True)]
    assert 0.35 < max(means) < 0.45
    assert sum(x <= 0.1 for x in medians) < 7


def test_a_percent_of_doubt_undoes_the_table():
    """The trap the documentation names: one of two large camps a percent stronger moves medians by 2.6 years."""
    nudged = [Actor(a.name, a.position, a.power * (1.01 if a.name == "Germany" else 1), a.salience) for a in ACTORS]
    off = max(abs(a.median - b.median) for a, b in zip(rounds(ACTORS), rounds(nudged), strict=True))
    assert off == pytest.approx(2.56, abs=0.01)


def test_printed_medians_and_means_follow_from_three_actors_that_move():
    """What a known replication prints to six digits, from positions worked back from its means.

    Belgium moves, Luxembourg goes where Belgium was, Ireland where Luxembourg was, and from round 6 where Belgium was.
    """
    belgium = (7, 8.415932, 9.610859, 9.96198, 4.800891, 5.524236, 7.472046, 8.824594, 9.67113)
    means = (7.461314, 7.552501, 7.590145, 7.358131, 7.349174, 7.414878, 7.510457, 7.572447)
    medians = (8.415932, 9.610859, 9.96198, 9.96198, 9.96198, 7.472046, 8.824594, 9.67113)
    luxembourg = (4, *belgium[:-1])
    ireland = (7, *luxembourg[:5], *belgium[5:-1])
    weight = np.array([a.power * a.salience for a in ACTORS])
    for k in range(1, 9):
        moved = {"Belgium": belgium[k], "Luxembourg": luxembourg[k], "Ireland": ireland[k]}
        x = np.array([moved.get(a.name, a.position) for a in ACTORS])
        assert weight @ x / weight.sum() == pytest.approx(means[k - 1], abs=2e-6)
        assert weighted_median(x, weight) == pytest.approx(medians[k - 1], abs=1e-9)


def test_a_file_asks_for_rounds_and_is_told_what_they_are():
    actors = [{"name": a.name, "position": a.position, "power": a.power, "salience": a.salience} for a in ACTORS]
    found = game({"forecast": actors, "rounds": 3})["experiment"]
    assert (found["reading"], "chosen because they meet" in found["what"]) == ("table", True)
    assert [r["round"] for r in found["rounds"]] == [0, 1, 2, 3]
    letter = game({"forecast": actors, "rounds": 3, "reading": "letter"})["experiment"]
    assert "does not reproduce" in letter["what"]
    assert letter["rounds"][3]["mean"] != found["rounds"][3]["mean"]
    assert "experiment" not in game({"forecast": actors})
    for count in (0, 51, "many", True, 1.5):
        with pytest.raises(InputError, match="rounds"):
            game({"forecast": actors, "rounds": count})
    with pytest.raises(InputError, match="Did you mean") as told:
        game({"forecast": actors, "rounds": 1.5, "reading": "tabel"})
    assert len(told.value.faults) == 2
    with pytest.raises(InputError, match="`rounds` beside it"):
        game({"forecast": actors, "reading": "letter"})
    with pytest.raises(InputError, match="probability"):
        rounds(ACTORS, 1, status_quo=2)
    with pytest.raises(InputError, match="table, letter"):
        rounds(ACTORS, 1, reading="appendix")
