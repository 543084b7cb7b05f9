"""Who gains: consumer and producer surplus, rents and taxes by country, as changes against the base.

Consumer + producer + rent is the change of the objective, because balances have no value left over; tax revenue
is a transfer that the objective counts as a cost, so adding it gives welfare. Both are checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ytterby.model.solved import Solved, profits, welfare

Row = dict[str, Any]
_PARTS = ("consumer", "producer", "rent", "tax")


def gains(solved: Solved, base: Solved, known: Mapping[str, Mapping[str, float]] | None = None) -> list[Row]:
    """Rows of the gains table [MUSD/yr], one a country, sorted by country; `known` are the accounts of `base`."""
    now, before = accounts(solved), accounts(base) if known is None else known
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


def accounts(solved: Solved) -> dict[str, dict[str, float]]:
    """Surplus, rent and tax by country [kUSD/yr]."""
    countries = dict.fromkeys(a.country for a in solved.layout.activities)
    found = {country: dict.fromkeys(_PARTS, 0.0) for country in countries}

    def add(country: str, part: str, amount: float) -> None:
        entry = found.setdefault(country, dict.fromkeys(_PARTS, 0.0))
        entry[part] += amount

    earned = profits(solved)
    for a, level in zip(solved.layout.activities, solved.solution.x.tolist(), strict=True):
        if level == 0.0:
            continue
        add(a.country, "consumer" if a.kind in ("use", "core", "thrift") else "producer", earned[a.id])
        if a.tax:
            add(a.country, "tax", a.tax * level)
        if a.duty:
            add(a.partner or a.country, "tax", a.duty * level)
    for country, part, amount in _rents(solved):
        add(country, part, amount)
    return found


def _rents(solved: Solved) -> Iterator[tuple[str, str, float]]:
    """The rent of every limit: a licence's to its holder; a policy cap's or a plant's counts as producer surplus."""
    for limit in solved.network.limits:
        dual = solved.dual(limit.id)
        for name, coefficient in limit.terms if dual > 0 else ():
            a = solved.layout.activities[solved.layout.column_of[name]]
            licence = limit.kind == "quota" and not limit.policy
            to = (a.partner or a.country) if limit.holder == "importer" else a.country
            yield to, "rent" if licence else "producer", dual * coefficient * solved.level(name)
