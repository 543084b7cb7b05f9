"""Assumptions: every row does something, impossible values are refused, and none is ignored."""

from __future__ import annotations

from typing import Any

import pytest

from ytterby.core.errors import AtlasError, InputError
from ytterby.model.assumptions import assumptions
from ytterby.model.base import balanced
from ytterby.model.rare_earths.evidence import evidence
from ytterby.model.rare_earths.ores import load_ores, with_clays
from ytterby.model.run import run
from ytterby.model.scenario import Scenario
from ytterby.model.scenario_file import scenario


def asking(name: str, value: float) -> Scenario:
    tables: dict[str, Any] = {"schema": 1, "name": "test", "title": "A test", "assumptions": {name: value}}
    return scenario(tables | {"base": {"chain": "rare-earths", "year": 2024}})


@pytest.mark.parametrize(
    "name, value",
    [
        ("cap.lost-use", 1.0),
        ("cap.lost-use", -1.0),
        ("elasticity.demand.Ce", 0.0),
        ("elasticity.route", -1.0),
        ("recovery.metal", 0.0),
        ("recovery.separation", 1.01),
        ("scrap.magnet", 1.0),
        ("factor.compound.maker", 0.0),
        ("mix.grade.dy", 0.0),
        ("slack.mine", -1.0),
        ("surplus.Ce", 2.0),
        ("price.Tm", 0.0),
        ("cost.disposal", -0.1),
    ],
)
def test_a_value_that_cannot_be_is_refused(atlas, name, value):
    """Each of these gave a traceback, or a network that did not return its own base."""
    with pytest.raises(InputError, match=rf"assumptions\.{name}: found {value:g}; expected a number"):
        assumptions(atlas.assumptions).override({name: value})


def test_the_whole_range_of_every_row_is_possible_and_so_is_much_beyond_it(atlas):
    table = assumptions(atlas.assumptions)
    for row in table:
        for value in (row.low, row.value, row.high):
            assert table.override({row.id: value})(row.id) == value
    for name, value in {"elasticity.route": 500.0, "slack.mine": 0.0, "limit.thrift.heavy": 1.0}.items():
        assert table.override({name: value})(name) == value


def test_all_impossible_values_are_reported_at_once(atlas):
    with pytest.raises(InputError) as found:
        assumptions(atlas.assumptions).override({"cap.lost-use": 0.0, "recovery.scrap": 7.0, "no.such": 1.0})
    assert len(found.value.faults) == 3


def test_the_mix_of_clays_is_the_assumption(atlas):
    of_myanmar = {o.ore: o.share for o in with_clays(load_ores(), 0.3) if o.country == "MMR"}
    assert of_myanmar == pytest.approx({"xunwu": 0.3, "xinfeng": 0.7})
    assert with_clays(load_ores(), 0.5) == load_ores()
    in_china = [(o.ore, o.share) for o in load_ores() if o.country == "CHN"]
    assert [(o.ore, o.share) for o in with_clays(load_ores(), 0.3) if o.country == "CHN"] == in_china
    light = balanced(atlas, "rare-earths", 2024, {"mix.clay.xunwu": 0.7}).balance.levels
    heavy = balanced(atlas, "rare-earths", 2024, {"mix.clay.xunwu": 0.3}).balance.levels
    assert light["mine:MMR:xunwu"] > 1.5 * heavy["mine:MMR:xunwu"]


def test_a_network_of_other_assumptions_than_the_scenario_is_refused(network):
    with pytest.raises(InputError, match=r"elasticity\.demand\.Y: found 0\.3 in the scenario, 0\.15 in the network"):
        run(network, asking("elasticity.demand.Y", 0.3), ranges=False)
    assert run(network, asking("elasticity.demand.Y", 0.15), ranges=False).certificate["certified"]


def test_a_year_without_trade_is_no_base(atlas):
    """2025 has mines and prices but no trade yet: its network balanced, and no ban hurt anybody."""
    with pytest.raises(AtlasError, match="no trade in rare earths of 2025"):
        evidence(atlas, 2025)
