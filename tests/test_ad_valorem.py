"""Ad valorem taxes far above the price: the repetition settles, and each tax is its rate of the price it is on."""

from __future__ import annotations

import pytest

from ytterby.model.measures import apply
from ytterby.model.scenario import Citation, Limit, Measure, Rate, Scope
from ytterby.model.solved import equilibrium

SOURCE = Citation("test", "a test", "made up", "https://example.org", "2025-01-01")
EUROPE = ("CZE", "DEU", "ESP", "EST", "FRA", "HUN", "IRL", "ITA", "NLD", "POL")
LICENCES = Measure("q", "quota", "q", SOURCE, Scope("export", of=("CHN",)), limit=Limit(0.5, per="element", why="x"))


def tax(kind: str, rate: float, **scope: object) -> Measure:
    flow = "export" if kind == "export_tax" else "import"
    return Measure("t", kind, "t", SOURCE, Scope(flow, **scope), rate=Rate(ad_valorem=rate))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "measures",
    [
        [tax("export_tax", 10.0, of=("CHN",))],
        [tax("export_tax", 5.0, of=("MMR", "LAO"))],
        [LICENCES, tax("export_tax", 3.0, of=("CHN", "MYS"))],
        [tax("tariff", 10.0, of=("USA", *EUROPE))],
    ],
    ids=["ten-fold", "clay", "beside-a-quota", "tariff"],
)
def test_a_tax_of_many_times_the_price_settles(network, measures):
    """Plain repetition went round in circles for each of these."""
    changed, applied = apply(network, measures, 2024)
    found = equilibrium(changed, applied)
    assert found.solution.certificate.certified
    rate = measures[-1].rate.ad_valorem
    carrying = [name for name in applied[-1].columns if found.level(name) > 0.1]
    assert len(carrying) > 1
    for name in carrying:
        a = found.network.activity(name)
        if measures[-1].kind == "export_tax":
            assert a.tax == pytest.approx(rate * found.price((a.product, a.country)), rel=1e-5)
        else:
            assert a.duty == pytest.approx(rate * (found.price((a.product, a.partner)) - a.duty), rel=1e-4)
