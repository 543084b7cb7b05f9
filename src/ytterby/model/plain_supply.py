"""A new plant of a textbook market: one product of nothing, at one cost, up to its capacity."""

from __future__ import annotations

from ytterby.model.network import Activity, Limit
from ytterby.model.scenario import Plant

#: The stage of such a plant.
SUPPLY = "supply"


def plain_supply(plant: Plant, name: str) -> tuple[tuple[Activity, ...], tuple[Limit, ...]]:
    """Its one column and the row of its capacity [t/yr], under the id of what brings it.

    Its product must have a market in its country: who would use it otherwise?
    """
    product = plant.product[0]
    cost = plant.cost.value if plant.cost else 0.0
    column = Activity(
        f"facility:{name}", "facility", plant.country, product, (((product, plant.country), 1.0),), cost=cost,
        facility=plant.id,
    )  # fmt: skip
    running = plant.capacity_factor.value if plant.capacity_factor else 1.0
    row = Limit(name, "facility", plant.name, ((column.id, 1.0),), plant.capacity.value * running, "t/yr")
    return (column,), (row,)
