"""Who gains: consumer and producer surplus, rents and taxes by country, as changes against the base.

Consumer + producer + rent is the change of the objective, because balances have no value left over; tax revenue
is a transfer that the objective counts as a cost, so adding it gives welfare. Both are checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ytterby.model.measures import Applied
from ytterby.model.solved import Solved, profits, welfare

Row = dict[str, Any]
_PARTS = ("consumer", "producer", "rent", "tax")


def gains(solved: Solved, base: Solved, applied: tuple[Applied, ...]) -> list[Row]:
    """Rows of the gains table [MUSD/yr], one a country, sorted by country."""
    now, before = accounts(solved, applied), accounts(base, ())
    rows = []
    for country in sorted({*now, *before}):
        change = {p: (now.get(country, {}).get(p, 0.0) - before.get(country, {}).get(p, 0.0)) / 1000 for p in _PARTS}
        rows.append({"country": country, **change, "welfare": sum(change.values())})
    return rows


def identities(rows: list[Row], solved: Solved, base: Solved) -> dict[str, float]:
    """Residuals of the two identities, relative to the size of the objective."""
    objective = (welfare(solved) - welfare(base)) / 1000
    taxes = sum(r["tax"] for r in rows)
    size = max(abs(welfare(base)) / 1000, 1.0)
    parts = sum(r["consumer"] + r["producer"] + r["rent"] for r in rows)
    return {
        "consumer + producer + rent = change in objective": abs(parts - objective) / size,
        "change in objective + tax = change in welfare": abs(sum(r["welfare"] for r in rows) - objective - taxes)
        / size,
    }


def accounts(solved: Solved, applied: tuple[Applied, ...]) -> dict[str, dict[str, float]]:
    """Surplus, rent and tax by country [kUSD/yr]."""
    found: dict[str, dict[str, float]] = {}

    def add(country: str, part: str, amount: float) -> None:
        entry = found.setdefault(country, dict.fromkeys(_PARTS, 0.0))
        entry[part] += amount

    earned = profits(solved)
    tariffs = {name for done in applied if done.measure.kind == "tariff" for name in done.columns}
    for a in solved.layout.activities:
        add(a.country, "consumer" if a.kind in ("use", "core", "thrift") else "producer", earned[a.id])
        if a.tax:
            add((a.partner or a.country) if a.id in tariffs else a.country, "tax", a.tax * solved.level(a.id))
    for country, amount in _rents(solved, applied):
        add(country, "rent", amount)
    return found


def _rents(solved: Solved, applied: tuple[Applied, ...]) -> Iterator[tuple[str, float]]:
    """The rent of every limit, to whoever holds the right: exporter or importer of a licence, else the place."""
    holder: Mapping[str, str] = {name: done.measure.rent_to for done in applied for name in done.limits}
    for limit in solved.network.limits:
        dual = solved.dual(limit.id)
        for name, coefficient in limit.terms if dual > 0 else ():
            a = solved.layout.activities[solved.layout.column_of[name]]
            to = (a.partner or a.country) if holder.get(limit.id) == "importer" else a.country
            yield to, dual * coefficient * solved.level(name)
