"""The assumptions a run stands on: value, range and reason, by id; overridden by name in a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ytterby.core.errors import Fault, InputError, nearest
from ytterby.model.vocabulary import OTHER_CHAINS

#: First words of assumptions that are not of the rare-earth chain: each other chain's, and those of all of them.
SCOPES = ("metal", *OTHER_CHAINS)
#: Assumptions that every chain reads.
SHARED = (
    "cap.lost-use", "cost.disposal", "elasticity.process", "elasticity.route", "elasticity.supply.scrap",
    "premium.latent-route", "premium.re-export", "slack.mine", "slack.process",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumed number with its range, why it is assumed, what was read, and where it applies."""

    id: str
    value: float
    low: float
    high: float
    unit: str
    reason: str
    read: str
    applies_to: str


@dataclass(frozen=True, slots=True)
class Assumptions:
    """All assumptions of a run by id; calling it with an id gives the value."""

    rows: Mapping[str, Assumption]

    def __call__(self, name: str) -> float:
        """The value of one assumption; InputError with the nearest id when there is none."""
        if name not in self.rows:
            raise InputError([_unknown(name, self.rows)])
        return self.rows[name].value

    def __iter__(self) -> Iterator[Assumption]:
        return iter(self.rows.values())

    def override(self, values: Mapping[str, float]) -> Assumptions:
        """A copy with some values replaced; unknown ids and impossible values are all reported at once."""
        found: list[Fault | None] = [_unknown(name, self.rows) for name in values if name not in self.rows]
        found += [_outside(self.rows[name], value) for name, value in values.items() if name in self.rows]
        faults = [fault for fault in found if fault]
        if faults:
            raise InputError(faults)
        return Assumptions({k: replace(row, value=values.get(k, row.value)) for k, row in self.rows.items()})

    def of_rare_earths(self) -> Assumptions:
        """The rows of the rare-earth chain: those of no other chain."""
        return Assumptions({k: row for k, row in self.rows.items() if k.partition(".")[0] not in SCOPES})

    def of_chain(self, scope: tuple[str, ...]) -> Assumptions:
        """The rows that a chain reads: its own, those of all metals that it has none of, and a few of all chains."""
        chosen: dict[str, tuple[str, Assumption]] = {k: (k, self.rows[k]) for k in SHARED if k in self.rows}
        for name in reversed(scope):
            prefix = f"{name}."
            chosen |= {k.removeprefix(prefix): (k, row) for k, row in self.rows.items() if k.startswith(prefix)}
        return Assumptions(dict(sorted(chosen.values())))


def scoped(values: Mapping[str, float], scope: tuple[str, ...]) -> dict[str, float]:
    """Values that also answer to their general names: `cobalt.recovery` as `recovery`, before `metal.recovery`.

    >>> scoped({"cobalt.recovery": 0.8, "metal.recovery": 0.9, "metal.x": 1.0}, ("cobalt", "metal"))["recovery"]
    0.8
    """
    found = dict(values)
    for name in reversed(scope):
        prefix = f"{name}."
        found |= {k.removeprefix(prefix): v for k, v in values.items() if k.startswith(prefix)}
    return found


def assumptions(rows: Any) -> Assumptions:
    """Assumptions from the atlas frame with columns id, value, low, high, unit, reason, read, applies_to."""
    fields = ("id", "value", "low", "high", "unit", "reason", "read", "applies_to")
    found = [Assumption(**{name: _filled(row, name) for name in fields}) for row in rows.iter_rows(named=True)]
    return Assumptions({row.id: row for row in sorted(found, key=lambda row: row.id)})


def _filled(row: Mapping[str, Any], name: str) -> Any:
    return float(row[name]) if name in ("value", "low", "high") else (row[name] or "")


def _outside(row: Assumption, value: float) -> Fault | None:
    """A value that the quantity cannot have: a recovery of nothing, a share of two, a value of lost use below price.

    The range of the table is what is plausible; what is possible is wider, and follows from the unit.
    """
    low, high, ends = _possible(row)
    fits = (low < value if ends[0] else low <= value) and (value < high if ends[1] else value <= high)
    if fits:
        return None
    parts = [f"{'above' if ends[0] else 'not below'} {low:g}"]
    if high < float("inf"):
        parts.append(f"{'below' if ends[1] else 'up to'} {high:g}")
    return Fault(f"assumptions.{row.id}", f"{value:g}", f"a number {' and '.join(parts)} ({row.unit})")


def _possible(row: Assumption) -> tuple[float, float, tuple[bool, bool]]:
    """The lowest and highest possible value of an assumption, and whether each end itself is not possible."""
    unit, word = row.unit, row.id.split(".")
    if unit.startswith("times"):
        return 1.0, float("inf"), (True, False)
    if unit.startswith(("elasticity", "ratio")):
        return 0.0, float("inf"), (True, False)
    never_zero = row.low > 0 and bool(
        {"recovery", "scrap", "price", "factor", "content", "recipe", "grade"} & set(word)
    )
    if unit in ("share of price", "share of base"):
        return 0.0, float("inf"), (never_zero, False)
    if unit.startswith("share") or unit.endswith("/t gross"):
        return 0.0, 1.0, (never_zero, unit in ("share of alloy", "share of netback", "share of value"))
    return 0.0, float("inf"), (never_zero, False)


def _unknown(name: str, rows: Mapping[str, Assumption]) -> Fault:
    return Fault(
        "assumptions", repr(name), "the id of an assumption (ytterby facts --assumptions)", nearest(name, rows)
    )
