"""Scopes: a key that a measure would not read is refused, and no tonne counts twice under one cap."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ytterby.core.errors import InputError
from ytterby.model.measures import apply
from ytterby.model.reach import in_scope
from ytterby.model.scenario import Measure, Scope
from ytterby.model.scenario_file import scenario
from ytterby.model.scenario_scope import _READ

SOURCE = {"publisher": "Nobody", "title": "An exercise", "url": "https://example.org", "date": "2026"}
BASE = {"chain": "rare-earths", "year": 2024}
QUARTER = {"share_of_base": 0.25, "why": "an exercise"}


def read(kind: str, scope: dict[str, Any] | None = None, **more: Any) -> Measure:
    row = {"id": "m", "kind": kind, "source": SOURCE, **({"scope": scope} if scope else {}), **more}
    tables = {"schema": 1, "name": "test", "title": "A test", "base": BASE, "measure": [row]}
    return scenario(tables).measure("m")


def refused(kind: str, scope: dict[str, Any], **more: Any) -> str:
    with pytest.raises(InputError) as found:
        read(kind, scope, **more)
    return str(found.value)


@pytest.mark.parametrize(
    "kind, scope, key",
    [
        ("ban", {"flow": "export", "of": "CHN", "stage": "magnet"}, "stage"),
        ("ban", {"flow": "export", "of": "CHN", "facility": "USA-MAG-NOVEON"}, "facility"),
        ("ban", {"flow": "export", "of": "CHN", "use": "magnets"}, "use"),
        ("ban", {"flow": "production", "of": "CHN", "element": "Dy"}, "element"),
        ("ban", {"flow": "production", "of": "CHN", "stage": "separation", "element": "Dy"}, "element"),
        ("ban", {"flow": "production", "of": "CHN", "to": "USA"}, "to"),
        ("tariff", {"of": "USA", "stage": "magnet"}, "stage"),
        ("closure", {"of": "CHN", "stage": "separation", "element": "Dy"}, "element"),
        ("closure", {"of": "CHN", "stage": "separation", "to": "USA"}, "to"),
        ("closure", {"of": "CHN", "stage": "separation", "product": "oxide"}, "product"),
        ("release", {"of": "USA", "product": "oxide/Dy", "stage": "separation"}, "stage"),
        ("refusal", {"of": "USA", "origin": "CHN", "except_of": "JPN"}, "except_of"),
        ("ban", {"flow": "export", "of": "CHN", "product": ["oxide", "magnet"], "containing": "Dy"}, "containing"),
    ],
)
def test_a_key_that_the_measure_would_not_read_is_refused(kind, scope, key):
    rest = {"tariff": {"ad_valorem": 0.1}, "release": {"amount": "10 t Dy2O3"}}.get(kind, {})
    message = refused(kind, scope, **rest)
    assert f"scope.{key}: found" in message
    clean = {name: value for name, value in scope.items() if name != key}
    assert read(kind, clean, **rest)


def test_every_key_of_a_scope_is_read_by_something_but_use():
    read_somewhere = {name for names in _READ.values() for name in names}
    assert set(Scope.__dataclass_fields__) - read_somewhere == {"use"}


def test_one_cap_on_production_is_over_one_stage():
    for scope in ({}, {"stage": ["mine", "separation"]}, {"product": ["metal", "magnet"]}):
        assert "under one cap" in refused("quota", {"flow": "production", "of": "CHN", **scope}, limit=QUARTER)
    for scope in ({"stage": "separation"}, {"product": "metal", "element": "Nd"}, {"containing": "Dy"}):
        assert read("quota", {"flow": "production", "of": "CHN", **scope}, limit=QUARTER)


def test_a_refusal_takes_a_share_and_no_tonnage():
    scope = {"of": "USA", "origin": "CHN", "product": "magnet"}
    assert "limit.quantity" in refused("refusal", scope, limit={"quantity": "100 t gross/yr"})
    assert read("refusal", scope, limit=QUARTER)


def test_a_plant_that_recovers_nothing_is_refused():
    plant = {"name": "P", "country": "FRA", "stage": "metal", "capacity": "500 t REE/yr", "recovery": 0}
    with pytest.raises(InputError, match="a recovery of nothing"):
        read("facility", facility=plant)


def test_a_facility_and_a_product_both_hold(network):
    named = Scope(facility=("JPN-MAG-TDK",))
    assert len(in_scope(network, named)) == 2
    assert len(in_scope(network, replace(named, product=("magnet/ndfeb",)))) == 1


def test_containing_reaches_magnets_only(network):
    """Oxide, metal and concentrate hold Dy too, but are named by `element` or by themselves."""
    hit = in_scope(network, Scope(flow="export", of=("CHN",), containing=("Dy",)))
    assert {a.product for a in hit} == {"magnet/ndfeb-dy"}
    made = in_scope(network, Scope(flow="production", of=("CHN",), containing=("Sm",)))
    assert {a.product for a in made} == {"magnet/smco"}
    capped = read("quota", {"flow": "export", "of": "CHN", "containing": "Dy"}, limit={"quantity": "100 t gross/yr"})
    changed, _ = apply(network, [capped], 2024)
    assert changed.limits[-1].upper == 100


def test_scrap_is_counted_in_oxide_as_it_flows(network):
    """A release and a plant of swarf: the network's tonne of scrap is a tonne of the oxides in it."""
    stock = read("release", {"of": "CHN", "product": "scrap"}, amount="100 t REO")
    changed, _ = apply(network, [stock], 2024)
    assert changed.limits[-1].upper == 100
    assert {c for _, c in changed.limits[-1].terms} == {1.0}
    assert "t REO" in refused("release", {"of": "CHN", "product": "scrap"}, amount="100 t gross")
