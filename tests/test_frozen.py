"""A frozen network at other assumptions is the network calibrated anew at them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ytterby.model.assemble import problem
from ytterby.model.base import calibrated
from ytterby.model.frozen import BEHAVIOUR, freeze
from ytterby.model.measures import apply
from ytterby.model.scenario_file import scenario


def _ids(base):
    return [row for row in base.assumed if row.id.startswith(BEHAVIOUR) and row.low < row.high]


@pytest.mark.parametrize("end", ["low", "high"])
def test_every_assumption_about_behaviour_gives_what_calibration_gives(atlas, base, network, end: str) -> None:
    measures = scenario("heavy-ree-licences-2025").measures
    shocked, _ = apply(network, measures, 2025)
    values = {row.id: row.value for row in base.assumed}
    frozen = freeze(shocked, network, values)
    changed = {row.id: getattr(row, end) for row in _ids(base)}
    assert len(changed) >= 15
    again = calibrated(replace(base, assumed=base.assumed.override(changed)), atlas.facilities)
    wanted, _ = problem(apply(again, measures, 2025)[0])
    found = frozen.at(values | changed)
    for name in ("cost", "upper", "row_upper", "lower"):
        assert np.allclose(getattr(found, name), getattr(wanted, name), rtol=1e-9, atol=1e-9), name
    for name in ("p0", "x0", "elasticity", "offset"):
        assert np.allclose(getattr(found.curves, name), getattr(wanted.curves, name), rtol=1e-9, atol=1e-9), name


def test_at_its_own_assumptions_a_frozen_network_is_itself(base, network) -> None:
    values = {row.id: row.value for row in base.assumed}
    frozen = freeze(network, network, values)
    same = frozen.at(values)
    assert np.allclose(same.cost, frozen.problem.cost, rtol=1e-12, atol=1e-12)
    assert np.allclose(same.upper, frozen.problem.upper, rtol=1e-12)


def test_a_bound_set_by_a_measure_stays(base, network) -> None:
    shocked, applied = apply(network, scenario("us-concentrate-stays-home").measures, 2026)
    values = {row.id: row.value for row in base.assumed}
    frozen = freeze(shocked, network, values)
    upper = frozen.at(values | {"slack.mine": 0.15, "slack.process": 0.3}).upper
    banned = [frozen.layout.column_of[name] for done in applied if done.measure.kind == "ban" for name in done.columns]
    assert banned
    assert (upper[banned] == 0).all()
