"""What investors decided along a path, in words: a sentence for each candidate, and its expected price as said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ytterby.model.result_time import Timeline
from ytterby.show.words import MISSING, NBSP, TRUSTED_MULTIPLE, money, number

Row = Mapping[str, Any]

DECISIONS = {
    "build": "builds", "wait": "waits", "spoils": "waits: would pay, but not once built",
    "beyond": "not asked: it would run up after the end", None: MISSING,
}  # fmt: skip
LEGEND = (
    "Prices are per kg of capacity, over what its feed costs; break-even is cash cost and the yearly charge of capital "
    "with overrun at the hurdle rate. The price on the path is what a small plant of the kind would earn there; far "
    "above the base year it is drawn no higher than is trusted, or than break-even."
)


def rows_of(path: Timeline, name: str) -> list[tuple[str, Row]]:
    """The rows of a candidate by period, each with the period's label."""
    return [(str(p["label"]), row) for p in path.periods for row in p["entry"] if row["id"] == name]


def expected(row: Row, base: float | None) -> str:
    """Return an expected price; far above the base year's only "at least", and no less than the break-even it meets.

    >>> expected({"expected_price": 90.0, "break_even": 60.0}, 10.0), expected({"expected_price": 9.0}, 10.0)
    ('≥\\xa060.0', '9.00')
    """
    value = row["expected_price"]
    if value is None:
        return MISSING
    most = TRUSTED_MULTIPLE * base if base and base > 0 else None
    if most is None or value <= most:
        return number(value)
    met = row["break_even"] if row["break_even"] is not None and value >= row["break_even"] else 0.0
    return f"≥{NBSP}{number(max(most, met))}"


def sentence(path: Timeline, candidate: Row) -> str:
    """Return in one sentence what became of a candidate, and why."""
    told = rows_of(path, str(candidate["id"]))
    asked = [(label, row) for label, row in told if row["decision"] is not None]
    plants: Sequence[Row] = candidate["plants"]
    title = str(candidate["title"])
    if plants:
        return f"{title}: {_built(candidate, plants, dict(asked))}."
    known = [(label, row) for label, row in asked if row["decision"] != "beyond"]
    if not known:
        return f"{title}: not asked on this path; a plant decided on it would run up only after its end."
    label, row = max(known, key=lambda item: item[1]["expected_price"] - item[1]["break_even"])
    prices = f"at best, in {label}, {_is_expected(candidate, row)}"
    why = ", once built" if row["decision"] == "spoils" else ""
    return f"{title}: not built; {prices}{why}."


def _built(candidate: Row, plants: Sequence[Row], asked: Mapping[str, Row]) -> str:
    first = plants[0]
    row = asked[str(first["decided"])]
    many = f"{len(plants)} plants, the first " if len(plants) > 1 else ""
    spent = sum(p["capital"] for p in plants)
    said = f"{many}decided in {first['decided']}, when {_is_expected(candidate, row)}; opens {first['opens']}"
    said += f", capital {money(spent)} million USD"
    if first["realised_price"] is None:
        return said + "; it opens after the end of the path"
    earns, must = first["realised_price"], first["break_even"]
    pays = "enough for" if earns >= must * (1 - 1e-9) else "less than"
    shown = expected({"expected_price": earns, "break_even": must}, candidate["base_price"])
    return said + f"; on the path it earns {shown} USD/kg, {pays} the {number(must)} it must"


def _is_expected(candidate: Row, row: Row) -> str:
    return (
        f"{expected(row, candidate['base_price'])} USD/kg were expected against a break-even of "
        f"{number(row['break_even'])}"
    )


def unsettled(path: Timeline) -> str:
    """Return what of the decisions does not hold on the path; "" when all do."""
    return "Not settled: " + "; ".join(path.unsettled) + "." if path.unsettled else ""
