"""A path as rows: for each period the prices, use lost, exports, stocks and limits, and the worst of them.

`home` is the price inside the country, `fob` the marginal quote for export (home, licence rent and export tax), and
`weighted` the price over every tonne the country sells, at home and abroad: two prices in one market are two facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ytterby.model.calendar import Period
from ytterby.model.network import MarketKey, element_of, unit_of
from ytterby.model.periods import closed
from ytterby.model.recycling import Flow, Recycled, recycled
from ytterby.model.result_binding import binding
from ytterby.model.result_entry import entry_rows, period_rows
from ytterby.model.result_flows import movements
from ytterby.model.result_prices import prices, traffic
from ytterby.model.result_use import uses, value_lost
from ytterby.model.solved import Solved
from ytterby.model.stockpiles import RESERVE
from ytterby.model.timeline import Lived

Row = dict[str, Any]

#: A market is shown when it carries this part of its product's flow, in the base or in any period.
_SHOWN = 0.01
_TRACE = 0.005


@dataclass(frozen=True, slots=True)
class Timeline:
    """The periods of a run for showing: nested rows by period, and what the path says as a whole.

    `flows` are rows of the table `flows_by_period` (`outcome_time`): every movement of every period.
    """

    step: str
    foresight: str
    window: int | None
    worst: str
    surplus: float
    surplus_perfect: float | None
    largest_residual: float
    periods: tuple[Mapping[str, Any], ...]
    recycling: tuple[Mapping[str, Any], ...] = ()
    entry: tuple[Mapping[str, Any], ...] = ()
    unsettled: tuple[str, ...] = ()
    flows: tuple[tuple[Any, ...], ...] = ()
    alone: bool = False

    @property
    def told(self) -> str:
        """What the period of the tables is: the worst one, or the last one where nothing but growth happens."""
        return "last" if self.alone else "worst"

    @property
    def value_of_knowing(self) -> float | None:
        """Surplus of perfect foresight less the run's own [MUSD over the path]; None when it was not solved."""
        return None if self.surplus_perfect is None else self.surplus_perfect - self.surplus


def worst_of(lived: Lived, outside: frozenset[str]) -> int:
    """The period in which the use lost outside the acting countries is worth most; the first of equals.

    The last one where nothing but growth happens.
    """
    if lived.alone:
        return len(lived.calendar) - 1
    lost = [value_lost(*pair, outside) for pair in zip(lived.path.periods, lived.bases, strict=True)]
    return int(np.argmax(np.round(lost, 9)))


def timeline(lived: Lived, time: Any, outside: frozenset[str], perfect: float | None) -> Timeline:
    """The whole path as rows; `perfect` is the surplus under perfect foresight, when known."""
    path = lived.path
    shown = _shown([lived.base, *path.periods])
    own = lived.surplus()
    periods = tuple(_period(lived, t, period, shown) for t, period in enumerate(lived.calendar))
    worst = lived.calendar[worst_of(lived, outside)].label
    scrap = tuple(_recycled(told) for told in recycled(lived.scrap, path))
    moved = tuple(row for t in range(len(periods)) for row in _moved(lived, t))
    return Timeline(
        time.step, time.foresight, time.window, worst, own, perfect, path.imbalance(), periods, scrap,
        tuple(entry_rows(lived)), lived.entered.unsettled if lived.entered else (), moved, lived.alone,
    )  # fmt: skip


def _shown(answers: Sequence[Solved]) -> set[MarketKey]:
    """Markets that carry a part of their product's flow worth showing, and their product's largest."""
    kept: set[MarketKey] = set()
    for solved in answers:
        moved = traffic(solved)
        total: dict[str, float] = {}
        for (product, _), amount in moved.items():
            total[product] = total.get(product, 0.0) + amount
        kept |= {key for key, amount in moved.items() if amount >= _SHOWN * total[key[0]]}
    return {key for key in kept if not key[0].startswith(RESERVE)}


def _period(lived: Lived, t: int, period: Period, shown: set[MarketKey]) -> Mapping[str, Any]:
    solved, path, base = lived.path.periods[t], lived.path, lived.bases[t]
    served = uses(solved, base)
    lost = [
        {
            "product": use.product, "element": element_of(use.product), "country": use.country,
            "unit": f"{unit_of(use.product)}/yr", "base_use": use.base, "served": use.served, "lost": use.lost,
            "lost_pct": 100 * use.lost / use.base if use.base > 0 else None, "unserved": use.unserved,
            "gone_pct": 100 * float(lived.gone[key][t]) if key in lived.gone else 0.0,
        }
        for key, use in sorted(served.items())
        if max(use.base, use.served) >= _TRACE
    ]  # fmt: skip
    stocks = [
        {"product": s.key[0].removeprefix(f"{RESERVE}/"), "country": s.key[1],
         "kind": "strategic" if s.key[0].startswith(RESERVE) else "commercial",
         "unit": unit_of(s.key[0].removeprefix(f"{RESERVE}/")), "usual": s.usual, "value": float(path.closing[t, i])}
        for i, s in enumerate(path.stocks)
        if max(s.usual, float(path.closing[t, i])) >= _TRACE
    ]  # fmt: skip
    bound = [
        {name: row[name] for name in ("id", "kind", "title", "bound", "limit", "level", "unit", "shadow_price")}
        for row in binding(solved, base, lived.applied[t])
        if row["kind"] not in ("capacity", "policy cap")
    ]
    chosen = {"entry": period_rows(lived, t)} if lived.entered else {}
    return {
        "label": period.label, "from": period.start.isoformat(), "to": period.end.isoformat(),
        "prices": _prices(solved, base, shown, lived.base), "shortages": lost,
        "exports": _exports(solved, lived.base if lived.alone else base),
        "stocks": stocks, "binding": bound, "recycling": [_scrap(f, solved, t) for f in lived.scrap],
        **chosen,
    }  # fmt: skip


def _moved(lived: Lived, t: int) -> Iterator[tuple[Any, ...]]:
    """What every activity takes and gives in a period, what stocks give and take included [unit/yr]."""
    label = lived.calendar[t].label
    for a, product, (origin, destination), (was, now) in movements(closed(lived.path, t), lived.base, _TRACE):
        unit = f"{unit_of(product.removeprefix(f'{RESERVE}/'))}/yr"
        yield label, a.id, a.kind, product, origin, destination, a.facility, unit, was, now


def _scrap(f: Flow, solved: Solved, t: int) -> Row:
    """What is in use at the end of a period, and what leaves use, is collected and comes back in it [unit/yr]."""
    loop = f.loop
    used = solved.level_or_zero(loop.name)
    return {
        "programme": loop.programme.id, "product": loop.product, "country": loop.country,
        "unit": unit_of(loop.product), "in_use": float(f.in_use[t]), "input": float(f.input[t]),
        "end_of_life": float(f.ended[t]), "collected": float(f.collected[t]), "used": used,
        "recovered": {product: part * used for product, part in loop.gives.items()},
    }  # fmt: skip


def _recycled(told: Recycled) -> Row:
    """What a programme brought back of a substance over the path [t], and its two rates."""
    return {
        "programme": told.programme, "product": told.substance, "recovered": told.recovered, "put_into_use": told.put,
        "end_of_life": told.ended, "eol_rir": told.input_rate, "eol_rr": told.recycling_rate,
    }  # fmt: skip


def _prices(solved: Solved, base: Solved, shown: set[MarketKey], year: Solved) -> list[Row]:
    """Prices of a period against those of the base year itself, also where something grows."""
    sold = _sales(solved)
    found = []
    for row in prices(solved, base, {}):
        key = (row["product"], row["country"])
        if key not in shown:
            continue
        home, fob = row["home"], row["fob"]
        at_home, abroad = sold.get(key, (0.0, 0.0))
        mean = home
        if home is not None and fob is not None and abroad > 0:
            mean = (home * at_home + fob * abroad) / (at_home + abroad)
        kept = {name: row[name] for name in ("product", "element", "country", "unit", "base", "home", "fob")}
        if kept["base"] is not None and key in year.layout.row_of_market:
            kept["base"] = year.price(key)
        found.append(kept | {"weighted": mean, "delivered": row["delivered"], "status": row["status"]})
    return found


def _sales(solved: Solved) -> dict[MarketKey, tuple[float, float]]:
    """Tonnes that leave each market, to users at home and to lanes abroad [t/yr]."""
    found: dict[MarketKey, tuple[float, float]] = {}
    for a in solved.layout.activities:
        level = solved.level(a.id)
        for key, c in a.coefficients if level > 0 else ():
            if c < 0:
                home, abroad = found.get(key, (0.0, 0.0))
                found[key] = (home, abroad - c * level) if a.kind == "route" else (home - c * level, abroad)
    return found


def _exports(solved: Solved, base: Solved) -> list[Row]:
    """Exports by product and country; `leaked` is the part that passes a measure unrecorded."""
    found: dict[MarketKey, list[float]] = {}
    for a in solved.layout.activities:
        if a.kind == "route":
            entry = found.setdefault((a.product, a.country), [0.0, 0.0, 0.0])
            level = solved.level(a.id)
            entry[0] += base.level_or_zero(a.id)
            entry[1] += level
            entry[2] += level if a.id.startswith("leak:") else 0.0
    return [
        {"product": product, "country": country, "unit": f"{unit_of(product)}/yr", "base": was, "value": now,
         "leaked": leaked}
        for (product, country), (was, now, leaked) in sorted(found.items())
        if max(was, now) >= 0.5
    ]  # fmt: skip


def flat(timeline: Timeline) -> list[Row]:
    """Every number of the periods as rows of the `periods` table."""
    found: list[Row] = []

    def add(label: str, what: str, row: Mapping[str, Any], base: Any, value: Any, unit: str | None) -> None:
        found.append({
            "period": label, "quantity": what, "product": row.get("product") or row.get("id"),
            "country": row.get("country"), "unit": unit, "base": base, "value": value,
        })  # fmt: skip

    for period in timeline.periods:
        label = period["label"]
        for row in period["prices"]:
            for name in ("home", "fob", "weighted", "delivered"):
                if row[name] is not None:
                    add(label, f"{name} price", row, row["base"], row[name], row["unit"])
        for row in period["shortages"]:
            add(label, "use served", row, row["base_use"], row["served"], row["unit"])
            if row["gone_pct"] > 0:
                add(label, "use gone for good", row, None, row["gone_pct"], "%")
        for row in period["exports"]:
            add(label, "exports", row, row["base"], row["value"], row["unit"])
        for row in period["stocks"]:
            add(label, f"{row['kind']} stock", row, row["usual"], row["value"], row["unit"])
        for row in period["recycling"]:
            for name in ("in_use", "end_of_life", "collected"):
                add(label, f"{name.replace('_', ' ')} ({row['programme']})", row, None, row[name], row["unit"])
            for product, amount in row["recovered"].items():
                back = {"product": product, "country": row["country"]}
                add(label, f"old scrap ({row['programme']})", back, None, amount, f"{unit_of(product)}/yr")
        for row in period.get("entry", ()):
            for name in ("expected_price", "break_even"):
                if row[name] is not None:
                    add(label, f"entry {name.replace('_', ' ')}", row, None, row[name], "USD/kg")
            for name in ("capacity", "output"):
                add(label, f"entry {name}", row, None, row[name], row["unit"])
        for row in period["binding"]:
            add(label, "rent of a limit", row, None, row["shadow_price"], "USD/kg")
    return found
