"""The weighted mean and median of a published negotiation, and what uncertainty does to them.

Table 1 of Scholz, Calbert & Smith 2011 (ICAART, pp. 18-30), after Bueno de Mesquita 1994: the date of emission
standards for medium-sized cars, as ten members of the European Community wished it.
"""

import csv
from pathlib import Path

import pytest

from ytterby.core.errors import InputError
from ytterby.games.forecast import Actor, forecast

TABLE = Path(__file__).parent / "data" / "emission_standards.csv"
ACTORS = [
    Actor(row["actor"], float(row["position_years"]), float(row["power"]), float(row["salience"]))
    for row in csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines())
]


def test_the_published_table_has_its_mean_and_median():
    found = forecast(ACTORS)
    assert found.mean == pytest.approx(7.389956, abs=1e-6)
    assert found.median == 7.0
    assert found.mean_range[0] < found.mean < found.mean_range[1]
    assert found.median_range[0] <= found.median <= found.median_range[1]
    # What was decided, 8.83 years, lies outside the range of the mean and inside that of the median.
    assert found.median_range[1] > 8.83


def test_no_uncertainty_no_range():
    found = forecast(ACTORS, spread=0)
    assert found.mean_range == pytest.approx((found.mean, found.mean))
    assert found.median_range == (7.0, 7.0)
    assert forecast(ACTORS, seed=3) == forecast(ACTORS, seed=3)


def test_the_order_of_actors_and_the_unit_of_power_mean_nothing():
    turned = [Actor(a.name, a.position, 100 * a.power, a.salience) for a in reversed(ACTORS)]
    assert forecast(turned).mean == pytest.approx(forecast(ACTORS).mean)
    assert forecast(turned).median == 7.0


@pytest.mark.parametrize(
    "actors", [ACTORS[:1], [Actor("a", 1, -1, 0.5), Actor("b", 2, 1, 0.5)], [Actor("a", 1, 1, 2), Actor("b", 2, 1, 1)]]
)
def test_bad_actors_are_refused(actors):
    with pytest.raises(InputError):
        forecast(actors)
