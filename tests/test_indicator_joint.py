"""indicators/companionality, basket, valuation and usgs_risk: worked by hand, with ranges where figures are missing."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ytterby.core.errors import InputError
from ytterby.indicators.basket import balance, basket
from ytterby.indicators.companionality import companionality
from ytterby.indicators.reliance import printed
from ytterby.indicators.usgs_risk import Part, disruption_potential, trade_exposure, usgs_risk
from ytterby.indicators.valuation import Lot, Range, annuity, value

parts = st.floats(min_value=0.0, max_value=1.0)


def test_companionality_on_paper():
    found = companionality({"zinc": 60, "aluminium": 30, None: 10})
    assert (found.value, found.status) == (pytest.approx(0.9), "ok")
    assert found.hosts == (("zinc", 0.6), ("aluminium", 0.3))
    unassigned = companionality({"zinc": 60, None: None}, total=100)
    assert (unassigned.value, unassigned.low, unassigned.high) == (None, 0.6, 1.0)
    for wrong in ({"zinc": -1}, {"zinc": 0}, {}):
        with pytest.raises(InputError):
            companionality(wrong)
    with pytest.raises(InputError, match="more than 50"):
        companionality({"zinc": 60}, total=50)


def test_basket_on_paper():
    found = basket({"Ce": 50, "Nd": 20, "Dy": 1, "Lu": 0.1}, {"Ce": 1, "Nd": 60, "Dy": 250, "Lu": None})
    assert found.price == pytest.approx(0.5 + 12 + 2.5)
    assert found.parts[0].element == "Nd"
    assert sum(part.share_of_value for part in found.parts) == pytest.approx(1)
    assert (found.unpriced, found.unassayed) == (pytest.approx(0.001), pytest.approx(0.289))
    with pytest.raises(InputError, match="sum to 150"):
        basket({"Ce": 150}, {"Ce": 1})
    with pytest.raises(InputError, match="zero or more"):
        basket({"Ce": 50}, {"Ce": math.nan})


def test_balance_on_paper():
    found = balance({"Ce": 50, "Nd": 20, "Dy": 1}, {"Nd": 30, "Dy": 3})
    assert (found.needed, found.scarcest) == (300, "Dy")
    assert found.surplus == {"Ce": 150, "Nd": 30, "Dy": 0}
    with pytest.raises(InputError, match="no Tb"):
        balance({"Nd": 20}, {"Tb": 1})


def test_valuation_on_paper():
    found = value([Lot("Dy", 1000, price=250, recovery=0.4, cost=100, basis="reserve")], rate=0.0, life=10, delay=5)
    assert [line.value for line in found.lines] == [250, 100, 60, 60]
    assert found.kept == pytest.approx(60 / 250)
    spent = value([Lot("Dy", 1000, price=250, recovery=0.4, cost=100)], rate=0.1, life=10, delay=5, capital=20)
    assert spent.lines[2].value == 40
    assert spent.lines[3].value == pytest.approx(60 * annuity(0.1, 10, 5) - 20 * annuity(0.1, 5, 0))


def test_present_value_is_the_integral_of_a_steady_stream():
    steps = 200_000
    stream = sum(1.08 ** -(7 + 20 * (at + 0.5) / steps) for at in range(steps)) / steps
    assert annuity(0.08, 20, 7) == pytest.approx(stream, rel=1e-9)


def test_a_headline_of_coal_and_iron_is_visible_as_such():
    lots = [Lot("coal", 1e10, 0.1, bulk=True), Lot("iron", 1e9, 0.1, bulk=True), Lot("Dy", 1e4, 250, 0.4, 100)]
    found = value(lots, rate=0.1, life=20, delay=15)
    assert found.bulk_share == pytest.approx(1100 / (1100 + 2.5))
    assert found.leaves_out[0] == "99.8% of the headline is coal, iron: bulk goods, not what is scarce."
    assert any("No recovery is known for coal, iron" in line for line in found.leaves_out)
    assert found.lines[0].status == "ok"
    for line in found.lines[1:]:
        assert line.value is None
        assert line.low <= line.high
        assert line.status == "range"
    assert found.lines[1].high == pytest.approx(1_100_000 + 1000)


def test_wrong_numbers_of_a_valuation_are_told_together():
    with pytest.raises(InputError) as caught:
        value([Lot("Dy", -1, 250, recovery=1.4)], rate=12, life=0)
    assert len(caught.value.faults) == 4
    with pytest.raises(InputError, match="low before high"):
        value([Lot("Dy", Range(3, 2, 1), 1)], rate=0.1, life=1)


@given(parts, parts, parts, st.floats(0, 0.3), st.floats(0, 30))
def test_each_line_is_at_most_the_one_before(recovery, cost, spread, rate, delay):
    lot = Lot("x", Range(900, 1000, 1100), 100, Range(recovery * 0.5, recovery, recovery), cost * 100 * (1 - spread))
    lines = value([lot], rate=rate, life=20, delay=delay).lines
    for before, after in itertools.pairwise(lines):
        assert after.value <= before.value + 1e-9
        assert after.low <= after.value + 1e-9
        assert after.value <= after.high + 1e-9


def test_disruption_potential_on_paper():
    found = disruption_potential({"CHN": 0.7, "USA": 0.2, "AUS": 0.1}, {"CHN": 0.6, "AUS": 0.3})
    assert found.value == pytest.approx(0.49 * 0.6 + 0.01 * 0.3)
    assert (found.low, found.high, found.status) == (0.0, pytest.approx(0.5), "ok")
    partial = disruption_potential({"CHN": 0.7, "MMR": 0.2, "XXX": 0.1}, {"CHN": 0.6, "MMR": None})
    assert partial.value == pytest.approx(0.53 * 0.6)
    assert (partial.high, partial.status) == (pytest.approx(0.53 + 0.01), "imputed")
    assert disruption_potential({"CHN": 1.0}).value is None
    with pytest.raises(InputError, match="sum to"):
        disruption_potential({"CHN": 0.7, "USA": 0.7})


def test_trade_exposure_of_what_the_usgs_prints():
    assert trade_exposure(printed("53")).value == 0.53
    assert trade_exposure(printed("E")) == Part(0.0, 0.0, 0.0, "ok")
    bound = trade_exposure(printed(">95"))
    assert (bound.value, bound.low, bound.high) == (None, 0.95, 1.0)
    withheld = trade_exposure(printed("W"))
    assert (withheld.value, withheld.low, withheld.high, withheld.status) == (None, 0.0, 1.0, "withheld")
    assert trade_exposure(-2.0).value == 0.0


def test_supply_risk_is_the_geometric_mean_and_an_interval_where_a_part_is_unknown():
    known = usgs_risk(Part(0.5, 0, 0.8, "ok"), Part(0.64, 0.64, 0.64, "ok"), 0.2)
    assert known.value == pytest.approx((0.5 * 0.64 * 0.2) ** (1 / 3))
    unknown = usgs_risk(Part(0.5, 0, 0.8, "ok"), Part(0.64, 0.64, 0.64, "ok"), None)
    assert (unknown.value, unknown.status) == (None, "range")
    assert unknown.low <= known.value <= unknown.high
    with pytest.raises(InputError, match=r"within 0\.\.1"):
        usgs_risk(Part(2, 2, 2, "ok"), Part(0, 0, 0, "ok"), 0)
