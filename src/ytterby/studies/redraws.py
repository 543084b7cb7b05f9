"""Ensembles over the data too: draws that stand on base years whose cited figures are moved within their spreads.

A base year drawn again has other levels, so another structure: each is reconciled, calibrated and frozen once, and the
draws are shared among them. Which one a draw stands on is an input like any other, `base.redraw`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ytterby.atlas.load import Atlas
from ytterby.core.errors import Fault, InputError
from ytterby.model.network import Network
from ytterby.model.scenario import Scenario
from ytterby.studies.draws import base_years
from ytterby.studies.rebuilt import Rebuilt, on_redraws, rebuilt_study
from ytterby.studies.study import Redrawn, Study, frozen_study, network_of, simple

#: Each base year takes a second or two to balance, and some megabytes in every worker.
MOST = 200


def with_redraws(
    network: Network | None, scenario: Scenario, atlas: Atlas, distributions: Mapping[str, str] | None, count: int
) -> Study | Rebuilt:
    """The study of a scenario as cited, with `count` redraws of its base year to draw from.

    Raises InputError for a base without cited figures, a network that is given, and a scenario that sets its redraw.
    """
    if not 0 < count <= MOST:
        raise InputError(Fault("redraws", str(count), f"a number of base years from 1 to {MOST}"))
    if network is not None or scenario.base.chain is None:
        raise InputError(Fault("redraws", "a network of your own", "a scenario on a chain of the atlas"))
    if scenario.base.redraw is not None:
        raise InputError(Fault("redraws", f"base.redraw = {scenario.base.redraw}", "a scenario that does not set it"))
    moved = [replace(scenario, base=replace(scenario.base, redraw=number)) for number in range(1, count + 1)]
    if not simple(scenario, network_of(atlas, scenario)):
        whole = rebuilt_study(None, scenario, atlas, distributions)
        again = (rebuilt_study(None, one, atlas, wanted=whole.inputs) for one in moved)
        return on_redraws(whole, again, base_years(count))
    cited = frozen_study(None, scenario, atlas, distributions)
    found = []
    for other in moved:
        one = frozen_study(None, other, atlas, wanted=cited.inputs)
        place = {q.name: k for k, q in enumerate(one.readout.quantities)}
        # a market without a column is idle there: its place is the end, where there is no number
        places = [place.get(q.name, len(place)) for q in cited.readout.quantities]
        found.append(Redrawn(one, np.array(places, dtype=np.int64)))
    inputs = tuple(sorted((*cited.inputs, base_years(count)), key=lambda i: i.id))
    return replace(cited, inputs=inputs, redrawn=tuple(found))
