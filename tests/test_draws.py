"""Draws: the right inputs, the right distributions, and the same numbers from the same seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from ytterby.core.errors import InputError
from ytterby.model.assumptions import assumptions
from ytterby.model.frozen import BEHAVIOUR
from ytterby.model.scenario_file import scenario
from ytterby.studies.draws import METHODS, Design, Input, percentiles, uncertain

NAMES = ("a", "b", "c", "d")


@pytest.fixture(scope="module")
def table(atlas):
    return assumptions(atlas.assumptions), dict(zip(atlas.assumptions["id"], atlas.assumptions["dist"], strict=True))


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(method):
    design = Design(37, 5, method)
    assert percentiles(design, NAMES).tobytes() == percentiles(design, NAMES).tobytes()
    assert percentiles(design, NAMES).tobytes() != percentiles(replace(design, seed=6), NAMES).tobytes()


def test_a_latin_hypercube_has_one_draw_in_every_slice_of_every_input():
    made = percentiles(Design(200, 1), NAMES)
    slices = np.sort(np.floor(made * 200).astype(int), axis=0)
    assert np.array_equal(slices, np.tile(np.arange(200)[:, None], (1, 4)))


def test_a_sobol_design_of_two_to_the_k_has_one_draw_in_every_slice():
    made = percentiles(Design(64, 1, "sobol"), NAMES)
    assert np.array_equal(np.sort(np.floor(made * 64).astype(int), axis=0)[:, 0], np.arange(64))
    assert np.array_equal(percentiles(Design(50, 1, "sobol"), NAMES), made[:50])


@pytest.mark.parametrize(
    ("dist", "mean"), [("uniform", 3.0), ("triangular", 8 / 3), ("loguniform", (5 - 1) / np.log(5))]
)
def test_each_distribution_keeps_its_range_and_has_its_mean(dist, mean):
    one = Input("a", 2.0, 1.0, 5.0, dist, "assumptions.a")
    values = one.at((np.arange(100_000) + 0.5) / 100_000)
    assert values.min() >= 1.0
    assert values.max() <= 5.0
    assert values.mean() == pytest.approx(mean, rel=1e-4)
    assert (np.diff(values) > 0).all()


@pytest.mark.parametrize(("value", "share"), [(1.0, 0.0), (5.0, 1.0), (2.0, 0.25)])
def test_a_triangle_with_its_mode_anywhere(value, share):
    one = Input("a", value, 1.0, 5.0, "triangular", "assumptions.a")
    assert one.at(np.array([0.0, share, 1.0])) == pytest.approx([1.0, value, 5.0])


def test_inputs_are_behaviour_and_limits_with_a_range_and_nothing_the_user_has_set(table):
    assumed, dists = table
    found = {i.id: i for i in uncertain(assumed, dists, scenario("heavy-ree-licences-2025"))}
    behaviour = {row.id for row in assumed if row.id.startswith(BEHAVIOUR)}
    assert set(found) == behaviour | {"measure.magnets.limit", "measure.oxides-and-metals.limit"}
    assert found["cap.lost-use"].dist == "loguniform"
    assert found["measure.magnets.limit"].setting(0.5) == "measure.magnets.limit.share_of_base=0.5"
    settings = ["measure.magnets.limit.share_of_base=0.5", "assumptions.cap.lost-use=40"]
    less = {i.id for i in uncertain(assumed, dists, scenario("heavy-ree-licences-2025", set=settings))}
    assert less == set(found) - {"measure.magnets.limit", "cap.lost-use"}


def test_a_measure_that_is_not_in_force_is_not_drawn(table):
    early = scenario("heavy-ree-licences-2025", set=["time.from=2024", "time.to=2024"])
    assert not [i for i in uncertain(*table, early) if i.id.startswith("measure.")]


def test_a_limit_in_tonnes_is_set_with_its_unit():
    one = Input("m", 900.0, 500.0, 1000.0, "triangular", "measure.m.limit.quantity", "t REO/yr")
    assert one.setting(750.5) == "measure.m.limit.quantity=750.5 t REO/yr"


def test_groups_move_together_and_the_others_do_not():
    made = percentiles(Design(100, 3, together=(("a", "c"),)), NAMES)
    assert np.array_equal(made[:, 0], made[:, 2])
    assert abs(spearmanr(made[:, 0], made[:, 1])[0]) < 0.3


def test_rank_correlation_is_what_was_asked_and_keeps_the_slices():
    plain = percentiles(Design(400, 3), NAMES)
    made = percentiles(Design(400, 3, correlation=(("a", "b", 0.7), ("b", "d", -0.4))), NAMES)
    assert spearmanr(made[:, 0], made[:, 1])[0] == pytest.approx(0.7, abs=0.05)
    assert spearmanr(made[:, 1], made[:, 3])[0] == pytest.approx(-0.4, abs=0.05)
    assert np.array_equal(np.sort(made, axis=0), np.sort(plain, axis=0))
    assert np.array_equal(made[:, 2], plain[:, 2])


@pytest.mark.parametrize(
    ("design", "says"),
    [
        (Design(0), "0 draws"),
        (Design(10, -1), "whole number"),
        (Design(10, method="lhd"), "Did you mean 'lhs'"),
        (Design(10, together=(("a", "bb"),)), "'bb'"),
        (Design(10, together=(("a", "b"), ("b", "c"))), "'b' twice"),
        (Design(10, correlation=(("a", "b", 1.5),)), "1.5"),
        (Design(90, correlation=(("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", -0.9))), "contradict"),
    ],
)
def test_a_design_that_cannot_be_is_refused(design, says):
    with pytest.raises(InputError, match=says):
        percentiles(design, NAMES)
