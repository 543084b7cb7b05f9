"""Distributions: quantiles against scipy's own, weights that are counts, and words that are refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from test_ensemble import LICENCES, TEXTBOOK
from ytterby.core.errors import InputError
from ytterby.model.distributions import inverse, said
from ytterby.model.scenario_file import scenario
from ytterby.studies.draws import Input, with_distributions
from ytterby.studies.ensemble import ensemble, study

U = (np.arange(2000) + 0.5) / 2000
ONE = Input("a", 2.0, 1.0, 5.0, "triangular", "assumptions.a")


def test_each_is_what_scipy_says():
    assert inverse("uniform", 2, 1, 5, (), U) == pytest.approx(stats.uniform(1, 4).ppf(U))
    assert inverse("loguniform", 2, 1, 5, (), U) == pytest.approx(stats.loguniform(1, 5).ppf(U))
    assert inverse("triangular", 2, 1, 5, (), U) == pytest.approx(stats.triang(0.25, 1, 4).ppf(U))
    sigma = np.log(5) / (2 * stats.norm.ppf(0.95))
    whole = stats.lognorm(sigma, scale=2)
    cut = whole.ppf(whole.cdf(1) + (whole.cdf(5) - whole.cdf(1)) * U)
    assert inverse("lognormal", 2, 1, 5, (), U) == pytest.approx(cut)


def test_a_lognormal_in_the_middle_of_its_range_has_its_median_and_loses_a_tenth():
    values = inverse("lognormal", 2, 1, 4, (), U)
    assert np.median(values) == pytest.approx(2, rel=1e-3)
    sigma = np.log(4) / (2 * stats.norm.ppf(0.95))
    assert stats.lognorm(sigma, scale=2).cdf([1, 4]) == pytest.approx([0.05, 0.95])
    assert values.min() >= 1
    assert values.max() <= 4


def test_discrete_values_come_as_often_as_they_weigh():
    points = said("a", "discrete 3:1 1:2 2").points
    values = inverse("discrete", 2, 1, 3, points, U)
    assert [(values == v).mean() for v in (1, 2, 3)] == pytest.approx([0.5, 0.25, 0.25])
    assert inverse("discrete", 2, 1, 3, points, np.array([0.0, 1.0])).tolist() == [1.0, 3.0]


def test_a_range_may_be_given_with_a_distribution():
    (changed,) = with_distributions((ONE,), {"a": "uniform 0 3"})
    assert (changed.dist, changed.low, changed.high, changed.value) == ("uniform", 0.0, 3.0, 2.0)
    assert with_distributions((ONE,), {"a": "lognormal"})[0].high == 5.0


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("b", "uniform", "an input that is drawn"),
        ("a", "lognorml", "Did you mean 'lognormal'"),
        ("a", "", "one of triangular"),
        ("a", "uniform 3", "a low and a high end"),
        ("a", "uniform 3 1", "a low and a high end"),
        ("a", "uniform x 1", "a number"),
        ("a", "uniform nan 1", "a number"),
        ("a", "lognormal 0 3", "above 0"),
        ("a", "uniform -1 3", "0 or more"),
        ("a", "triangular 3 4", "holds the value 2"),
        ("a", "discrete 1", "two or more"),
        ("a", "discrete", "two or more"),
        ("a", "discrete 1 1:2", "two or more"),
        ("a", "discrete 1:0 2", "weights above 0"),
    ],
)
def test_words_that_cannot_be_are_refused(name, text, says):
    with pytest.raises(InputError, match=says):
        with_distributions((ONE,), {name: text})


def test_every_fault_is_told_at_once():
    with pytest.raises(InputError) as found:
        with_distributions((ONE,), {"a": "uniform 3", "b": "uniform"})
    assert len(found.value.faults) == 2


def test_an_ensemble_draws_what_was_said(atlas):
    limit = "measure.cap.limit"
    found = ensemble(
        None, scenario(TEXTBOOK), 40, atlas=atlas, distributions={limit: "discrete 0.3:3 0.9:1"}
    ).draws.collect()
    counts = dict(found[f"in|{limit}"].value_counts().iter_rows())
    assert counts == {0.3: 30, 0.9: 10}
    wide = ensemble(None, scenario(TEXTBOOK), 40, atlas=atlas, distributions={limit: "uniform 0 2"}).draws.collect()
    assert wide[f"in|{limit}"].max() > 1.9
    # a limit beyond the range in the file is as large as it says
    same = ensemble(None, scenario(TEXTBOOK), 40, atlas=atlas).draws.collect()
    assert wide.filter(wide[f"in|{limit}"] < 0.25)["value_lost"].min() > same["value_lost"].median()


def test_a_value_that_no_assumption_may_have_is_refused_before_anything_is_solved(network, atlas):
    with pytest.raises(InputError, match=r"cap.lost-use"):
        study(network, scenario(LICENCES), atlas, {"cap.lost-use": "uniform 0.1 3"})
