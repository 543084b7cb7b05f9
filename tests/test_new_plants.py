"""A new plant is in the world that the other measures change, whatever their ids and their order."""

from __future__ import annotations

from typing import Any

import pytest

from ytterby.model.measures import apply
from ytterby.model.reach import in_scope
from ytterby.model.scenario import Scenario, Scope
from ytterby.model.scenario_file import scenario
from ytterby.model.solved import equilibrium, welfare

SOURCE = {"publisher": "Nobody", "title": "An exercise", "url": "https://example.org", "date": "2026"}
MAGNETS = {"name": "P", "country": "USA", "stage": "magnet", "capacity": "5000 t gross/yr"}


def read(**measures: dict[str, Any]) -> Scenario:
    rows = [{"id": name, "source": SOURCE, **row} for name, row in measures.items()]
    base = {"chain": "rare-earths", "year": 2024}
    return scenario({"schema": 1, "name": "test", "title": "A test", "base": base, "measure": rows})


def facility(**more: Any) -> dict[str, Any]:
    return {"kind": "facility", "facility": MAGNETS | more}


def test_lanes_of_a_new_plant_are_under_a_tariff_whatever_the_ids(network):
    tariff = {"kind": "tariff", "scope": {"of": "EU27"}, "rate": "10 USD/kg"}
    found = []
    for names in (("a", "b"), ("b", "a")):
        changed, done = apply(network, read(**{names[0]: facility(), names[1]: tariff}).measures, 2024)
        assert [d.measure.id for d in done] == ["a", "b"]
        assert changed.activity("route:magnet/ndfeb:USA>EST").duty == 10
        found.append(welfare(equilibrium(changed, done)))
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def test_a_new_plant_is_under_a_quota_on_production_and_closed_by_a_ban(network):
    scope = {"flow": "production", "of": "CHN", "stage": "magnet"}
    quota = {"kind": "quota", "scope": scope, "limit": {"share_of_base": 0.5, "per": "group", "why": "an exercise"}}
    plant = facility(country="CHN", capacity="50 kt gross/yr")
    changed, done = apply(network, read(cap=quota, plant=plant).measures, 2024)
    found = equilibrium(changed, done)
    new = [a.id for a in changed.activities if a.kind == "facility"]
    (cap,) = [limit for limit in changed.limits if limit.id == "cap"]
    assert set(new) < {name for name, _ in cap.terms}
    made = sum(found.level(a.id) for a in changed.activities if a.kind in ("magnet", "facility") and a.country == "CHN")
    assert made == pytest.approx(cap.upper, rel=1e-9)
    banned, _ = apply(network, read(ban={"kind": "ban", "scope": scope}, plant=plant).measures, 2024)
    assert {banned.activity(name).upper for name in new} == {0.0}


@pytest.mark.parametrize(
    "plant, stage",
    [
        ({"stage": "magnet"}, "magnet"),
        ({"stage": "metal", "capacity": "500 t REE/yr"}, "metal"),
        ({"stage": "separation", "capacity": "5 kt REO/yr", "heavies": True}, "separation"),
        ({"stage": "recycling", "capacity": "500 t REO/yr"}, "recycling"),
        ({"stage": "mine", "capacity": "5 kt REO/yr", "ore": "mountain-pass", "cost": "3 USD/kg REO"}, "mine"),
    ],
)
def test_a_new_plant_stands_at_its_stage(network, plant, stage):
    changed, _ = apply(network, read(plant=facility(**plant)).measures, 2024)
    new = {a.id for a in changed.activities if a.kind == "facility"}
    for named in ("mine", "separation", "metal", "magnet", "recycling"):
        hit = {a.id for a in in_scope(changed, Scope(flow="production", of=("USA",), stage=(named,)))}
        assert hit & new == (new if named == stage else set())


def test_an_outage_of_a_stage_is_of_the_plants_that_ran(network):
    lost = {"kind": "outage", "scope": {"of": "USA", "stage": "magnet"}, "lost": 0.5}
    changed, _ = apply(network, read(lost=lost, plant=facility()).measures, 2024)
    assert {a.upper for a in changed.activities if a.kind == "facility"} == {float("inf")}


def test_a_quota_on_the_production_of_a_textbook_region_binds():
    row = {"kind": "quota", "scope": {"flow": "production", "of": "reg2"}, "limit": {"quantity": "100 t/yr"}}
    tables = {"schema": 1, "name": "test", "title": "A test", "base": {"network": "takayama-judge-1964"}}
    chosen = scenario(tables | {"measure": [{"id": "cap", "source": SOURCE, **row}]})
    from ytterby.model.textbook import at_rest, textbook_network

    changed, done = apply(at_rest(textbook_network(chosen.network)), chosen.measures, chosen.year)
    found = equilibrium(changed, done)
    assert sum(found.level(name) for name in done[0].columns) == pytest.approx(100, rel=1e-9)  # of 125.24
    assert found.dual("cap") > 0.1
