"""A substitute stands in for use at home; it is not a good of its own that could be shipped."""

from __future__ import annotations

import pytest

from ytterby.model.measures import apply
from ytterby.model.result_use import uses
from ytterby.model.scenario import Citation, Limit, Measure, Scope
from ytterby.model.solved import equilibrium, profits, welfare

SOURCE = Citation("test", "a test", "made up", "https://example.org", "2025-01-01")
NO_DY_MAGNETS = Measure("m", "ban", "m", SOURCE, Scope("production", of=("CHN",), product=("magnet/ndfeb-dy",)))
NOTHING_LEAVES = Measure("m", "quota", "m", SOURCE, Scope("export", of=("CHN",)), limit=Limit(0.0, why="an exercise"))


@pytest.mark.parametrize("measure", [NO_DY_MAGNETS, NOTHING_LEAVES], ids=["no-dy-magnets", "nothing-leaves"])
def test_no_country_replaces_more_than_it_uses(network, measure):
    """Without the limits Japan sold 142 t of its substitutes abroad, and its own use was served with less than none."""
    changed, done = apply(network, [measure], 2024)
    found, free = equilibrium(changed, done), equilibrium(network)
    replaced = 0.0
    for use in uses(found, free).values():
        assert use.served >= -1e-6
        assert use.lost <= use.base * (1 + 1e-9) + 1e-6
        replaced += use.replaced
    assert replaced > 1_000


def test_the_limits_earn_nothing_and_bind_nothing_in_the_base(network):
    free = equilibrium(network)
    rows = [limit for limit in network.limits if limit.kind == "substitution"]
    assert len(rows) == sum(a.kind == "thrift" for a in network.activities) > 30
    assert max(free.dual(row.id) for row in rows) < 1e-6
    changed, done = apply(network, [NO_DY_MAGNETS], 2024)
    found = equilibrium(changed, done)
    paid = sum(
        found.dual(row.id) * sum(c * found.level(name) for name, c in row.terms)
        for row in changed.limits
        if row.kind == "substitution"
    )
    assert abs(paid) < 1e-6 * abs(welfare(found))
    policy = sum(found.dual(r.id) * r.upper for r in changed.limits if r.policy)
    assert sum(profits(found).values()) + paid + policy == pytest.approx(welfare(found), rel=1e-9)
