"""The calibrated network of 2024: unshocked it returns its base, and what is not wanted is not made."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from ytterby.model.assemble import problem
from ytterby.model.base import calibrated
from ytterby.model.calibrate import calibrate, margin
from ytterby.model.network import Activity, Network, check
from ytterby.model.solved import Solved, equilibrium
from ytterby.solver import solve


@pytest.fixture(scope="module")
def unshocked(network) -> Solved:
    return equilibrium(network)


def traffic(network: Network) -> dict[tuple[str, str], float]:
    """What comes into each market in the base [t/yr]."""
    found: dict[tuple[str, str], float] = {}
    for a in network.activities:
        for key, coefficient in a.coefficients:
            if coefficient > 0:
                found[key] = found.get(key, 0.0) + coefficient * a.base
    return found


def of_kind(network: Network, *kinds: str) -> list[Activity]:
    return [a for a in network.activities if a.kind in kinds]


def marginal_cost(a: Activity, level: float) -> float:
    """Straight from the formulas of `Curve`, not by way of the solver."""
    c = a.curve
    if c is None:
        return a.cost
    r = (level + c.offset) / c.reference
    price = (
        c.price * (1 + c.side * (r - 1) / c.elasticity)
        if c.shape == "linear"
        else c.price * r ** (c.side / c.elasticity)
    )
    return a.cost + c.side * price


def test_the_network_is_sound(network):
    check(network)
    assert len({a.partner for a in of_kind(network, "route")} | {a.country for a in network.activities}) >= 25


def test_unshocked_every_flow_is_its_base_within_a_thousandth(network, unshocked):
    assert unshocked.solution.certificate.certified
    off = {a.id: unshocked.level(a.id) / a.base - 1 for a in network.activities if a.base > 1.0}
    assert len(off) > 700
    assert max(map(abs, off.values())) < 1e-3
    assert max(unshocked.level(a.id) for a in network.activities if a.base == 0) < 0.1


def test_unshocked_every_price_with_a_flow_is_its_base_within_a_thousandth(network, unshocked):
    busy = traffic(network)
    for market in network.markets:
        if market.price and busy.get(market.key, 0.0) > 1.0:
            assert unshocked.price(market.key) == pytest.approx(market.price, rel=1e-3, abs=1e-3)


def test_base_flows_balance_in_every_market(network):
    """To a part in ten thousand of its traffic, or 0.05 t where traces were dropped."""
    net: dict[tuple[str, str], float] = {}
    for a in network.activities:
        for key, coefficient in a.coefficients:
            net[key] = net.get(key, 0.0) + coefficient * a.base
    busy = traffic(network)
    for key, left in net.items():
        assert abs(left) <= 0.05 + 1e-4 * busy.get(key, 0.0)


def test_every_running_activity_just_pays_at_base_prices(network):
    prices = {m.key: m.price or 0.0 for m in network.markets}
    for a in network.activities:
        if a.base > 1.0 and a.kind != "core":
            reference = max(max(abs(prices[key] * c) for key, c in a.coefficients), 1.0)
            assert marginal_cost(a, a.base) == pytest.approx(margin(a, prices), abs=1e-3 * reference)


def test_every_idle_activity_would_lose_at_base_prices(network):
    prices = {m.key: m.price or 0.0 for m in network.markets}
    for a in network.activities:
        if a.base == 0 and a.upper > 0:
            assert marginal_cost(a, 0.0) >= margin(a, prices)


def test_no_mine_ever_runs_at_a_negative_marginal_cost(network):
    mines = of_kind(network, "mine", "scrap")
    assert len(mines) > 20
    for a in mines:
        levels = np.linspace(0.0, min(a.upper, 2 * a.base), 9)
        costs = [marginal_cost(a, float(x)) for x in levels]
        assert min(costs) >= 0
        assert costs == sorted(costs)


def test_processing_costs_something_at_any_throughput(network):
    """Conversion cost never falls below nothing; only the labelled gap is negative."""
    for a in of_kind(network, "separate", "metal", "magnet", "recycle"):
        if a.base > 0:
            assert a.curve is not None
            assert marginal_cost(a, 0.0) - a.cost >= 0
            assert a.gap <= 0


def test_all_mines_stand_still_when_nobody_may_buy(network):
    """No trade in concentrate, every separator shut, nobody building stocks: supply at no price is nothing."""

    def shut(a: Activity) -> Activity:
        traded = a.kind == "route" and a.product.startswith("concentrate/")
        return replace(a, upper=0.0) if traded or a.kind in ("separate", "stock") else a

    closed = equilibrium(replace(network, activities=tuple(shut(a) for a in network.activities)))
    assert closed.solution.certificate.certified
    before = sum(a.base for a in of_kind(network, "mine"))
    assert sum(closed.level(a.id) for a in of_kind(network, "mine")) < 1e-4 * before


def test_a_use_is_worth_its_base_price_at_base_and_never_more_than_its_cap(network, base):
    cap = base.assumed("cap.lost-use")
    prices = {m.key: m.price or 0.0 for m in network.markets}
    uses = [a for a in of_kind(network, "use") if a.base > 0]
    assert len(uses) > 200
    for a in uses:
        price = prices[a.product, a.country]
        assert -marginal_cost(a, a.base) == pytest.approx(price, rel=1e-9)
        assert -marginal_cost(a, 0.0) == pytest.approx(cap * price, rel=1e-9)


def test_plants_add_up_to_their_country(atlas, base, network):
    """Splitting a country's activities among named plants moves no tonne and no bound."""
    whole = calibrated(base, atlas.facilities.clear())
    assert len({a.facility for a in network.activities if a.facility}) >= 25
    assert len(network.tables["plants"]) >= 40
    for field in ("base", "upper"):
        for kind in ("mine", "separate", "metal", "magnet", "recycle"):
            one, other = (
                sum(getattr(a, field) for a in of_kind(n, kind) if np.isfinite(getattr(a, field)))
                for n in (whole, network)
            )
            assert other == pytest.approx(one, rel=1e-9)


def test_the_same_base_gives_the_same_bytes(atlas, base, network):
    again, _ = problem(calibrated(base, atlas.facilities))
    first, _ = problem(network)
    one, other = solve(first), solve(again)
    assert (first.matrix != again.matrix).nnz == 0
    assert one.x.tobytes() == other.x.tobytes()
    assert one.row_dual.tobytes() == other.row_dual.tobytes()


def test_the_order_of_markets_and_activities_changes_nothing(network, unshocked):
    shuffled_activities, shuffled_markets = list(network.activities), list(network.markets)
    random.Random(7).shuffle(shuffled_activities)
    random.Random(8).shuffle(shuffled_markets)
    turned = equilibrium(replace(network, activities=tuple(shuffled_activities), markets=tuple(shuffled_markets)))
    for a in network.activities:
        if a.base > 1.0:
            assert turned.level(a.id) == pytest.approx(unshocked.level(a.id), rel=1e-6)


def test_a_use_that_nobody_has_stays_closed(base):
    """No curve can be put through nothing."""
    values = {row.id: row.value for row in base.assumed}
    lone = Activity("use:here:oxide/Dy", "use", "here", "oxide/Dy", ((("oxide/Dy", "here"), -1.0),))
    (found,) = calibrate([lone], {}, {("oxide/Dy", "here"): 250.0}, values)
    assert found.upper == 0.0
    assert found.base == 0.0


def test_nothing_is_paid_for_what_nobody_takes(network, unshocked):
    """SEG and swarf that were kept are stocks with an end; a sink at minus the price took 100 Mt at 57 USD/kg."""
    for a in of_kind(network, "dispose"):
        assert a.cost >= 0
    kept = [a for a in of_kind(network, "stock") if a.product.startswith(("seg/", "scrap/"))]
    assert len(kept) >= 4
    for a in kept:
        assert marginal_cost(a, a.base) == pytest.approx(-unshocked.price((a.product, a.country)), rel=1e-6)
        assert marginal_cost(a, a.upper) == pytest.approx(0, abs=1e-9)
        assert any(d.id == f"dispose:{a.country}:{a.product}" for d in of_kind(network, "dispose"))
