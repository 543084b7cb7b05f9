"""What binds: a shadow price is never above what anybody would pay, and each tax tells its own part."""

from __future__ import annotations

from typing import Any

import pytest

from ytterby.core.units import Quantity
from ytterby.model.measures import apply
from ytterby.model.result_binding import binding
from ytterby.model.scenario import Citation, Limit, Measure, Ranged, Rate, Scope
from ytterby.model.solved import Solved, equilibrium

SOURCE = Citation("test", "a test", "made up", "https://example.org", "2025-01-01")
FROM_CHINA = Scope("export", of=("CHN",))


def measure(kind: str, name: str = "m", **more: Any) -> Measure:
    return Measure(name, kind, kind, SOURCE, **more)


@pytest.fixture(scope="module")
def free(network) -> Solved:
    return equilibrium(network)


def rows_of(network, free, *measures: Measure) -> tuple[Solved, dict[str, dict[str, Any]]]:
    changed, applied = apply(network, measures, 2024)
    found = equilibrium(changed, applied)
    return found, {row["id"]: row for row in binding(found, free, applied)}


SHUT = {
    "group": measure("quota", scope=FROM_CHINA, limit=Limit(0.0, per="group", why="an exercise")),
    "element": measure("quota", scope=FROM_CHINA, limit=Limit(0.0, per="element", why="an exercise")),
    "ban": measure("ban", scope=FROM_CHINA),
    "no Dy magnets": measure("ban", scope=Scope("production", of=("CHN",), product=("magnet/ndfeb-dy",))),
    "no plant runs": measure("ban", scope=Scope("production")),
    "a stock of nothing": measure(
        "release", scope=Scope(of=("JPN", "USA"), product=("metal", "oxide/Dy")), amount=Ranged(0.0, unit="t REO")
    ),
}


@pytest.mark.parametrize("name", SHUT)
def test_no_shadow_price_is_above_what_anybody_would_pay(network, free, name):
    """Behind a shut door the solver's dual may be any number at all: 30 million USD/kg were printed once."""
    found, rows = rows_of(network, free, SHUT[name])
    dearest = max(price for price in found.quoted().values())
    held = 4.0  # a row in t REO counts a tonne of magnets as a third of one
    for row in rows.values():
        assert row["shadow_price"] is None or 0 < row["shadow_price"] <= held * dearest


def test_a_shut_door_binds_though_nothing_flows_behind_it(network, free):
    _, rows = rows_of(network, free, SHUT["element"])
    for element in ("Dy", "Tb", "Y", "Nd"):
        assert rows[f"m:{element}"]["bound"]
    _, rows = rows_of(network, free, SHUT["no plant runs"])
    assert rows["m"]["bound"]
    assert rows["m"]["shadow_price"] is None
    assert "no price settles" in rows["m"]["why"]


def test_a_shadow_price_at_a_price_that_holds_is_the_dual(network, free):
    half = measure("quota", scope=FROM_CHINA, limit=Limit(0.5, per="group", why="an exercise"))
    found, rows = rows_of(network, free, half)
    assert rows["m"]["shadow_price"] == pytest.approx(found.dual("m"), rel=1e-9)


def test_of_taxes_on_one_lane_each_tells_its_own_part(network, free):
    leaving = Scope("export", of=("CHN",), to=("USA",), product=("magnet",))
    coming = Scope("import", of=("USA",), origin=("CHN",), product=("magnet",))
    found, rows = rows_of(
        network,
        free,
        measure("export_tax", "out", scope=leaving, rate=Rate(ad_valorem=0.02)),
        measure("tariff", "in", scope=coming, rate=Rate(ad_valorem=0.03)),
        measure("tariff", "more", scope=coming, rate=Rate(specific=Quantity(0.2, "USD/kg"))),
    )
    lanes = [a for a in found.layout.activities if a.kind == "route" and (a.country, a.partner) == ("CHN", "USA")]
    lanes = [a for a in lanes if a.product.startswith("magnet/")]
    told = {name: rows[name]["shadow_price"] * rows[name]["level"] for name in ("out", "in", "more")}
    assert told["out"] == pytest.approx(sum(a.tax * found.level(a.id) for a in lanes), rel=1e-5)
    assert told["in"] + told["more"] == pytest.approx(sum(a.duty * found.level(a.id) for a in lanes), rel=1e-5)
    assert told["more"] == pytest.approx(0.2 * rows["more"]["level"], rel=1e-9)


def test_why_a_limit_binds_speaks_of_what_it_is_over(network, free):
    stock = measure(
        "release", "stock", scope=Scope(of=("JPN",), product=("oxide/Dy",)), amount=Ranged(5.0, unit="t REO")
    )
    mines = measure(
        "quota", "mines", scope=Scope("production", of=("CHN",), stage=("mine",)), limit=Limit(0.5, per="group")
    )
    _, rows = rows_of(network, free, stock, mines)
    assert "all of it is sold" in rows["stock"]["why"]
    assert "would be made" in rows["mines"]["why"]
    assert "buyers" not in rows["mines"]["why"]


def test_a_tax_of_nothing_does_not_bind(network, free):
    _, rows = rows_of(network, free, measure("export_tax", scope=FROM_CHINA, rate=Rate(ad_valorem=0.0)))
    assert not rows["m"]["bound"]
