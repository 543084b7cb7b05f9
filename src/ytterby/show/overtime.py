"""The products whose use is lost over a path, as series by period: what the summary and the report tell over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ytterby.model.finding import actors
from ytterby.model.outcome import Outcome
from ytterby.model.result_time import Timeline

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Series:
    """One product by period. Prices [USD/kg] are of its largest exporter and its largest user abroad; use lost [%],
    exports [t/yr] and stocks [t] of all users outside the acting countries."""

    product: str
    maker: str
    buyer: str
    unit: str
    base_price: float | None
    base_exports: float
    base_stock: float
    worth: float
    dearer: float
    home: tuple[float | None, ...]
    fob: tuple[float | None, ...]
    weighted: tuple[float | None, ...]
    delivered: tuple[float | None, ...]
    lost: tuple[float | None, ...]
    exports: tuple[float, ...]
    stock: tuple[float, ...]


def when(outcome: Outcome, rates: bool = False) -> str:
    """Return which period the tables of a run are of; "" for a run of one year.

    With `rates` also that amounts of a period are annual rates.
    """
    path = outcome.timeline
    return "" if path is None else f" in {path.worst}, at annual rates" if rates else f" in {path.worst}"


def without(outcome: Outcome) -> str:
    """Return what use lost and gains are held against where something grows beside measures; "" elsewhere."""
    path = outcome.timeline
    beside = bool(outcome.scenario.growth) and path is not None and not path.alone
    return "; each year's prices, use lost and gains against the same growth without measures" if beside else ""


def series(outcome: Outcome, most: int) -> list[Series]:
    """The products whose lost use is worth most over the path, dearest first; none for a run of one year."""
    path = outcome.timeline
    if path is None:
        return []
    outside = actors(outcome.scenario)
    products = {row["product"] for row in path.periods[0]["shortages"]}
    found = [made for product in sorted(products) if (made := _series(path, product, outside))]
    return sorted(found, key=lambda s: (-round(s.worth, 3), -s.dearer, s.product))[:most]


def _series(path: Timeline, product: str, outside: frozenset[str]) -> Series | None:
    sold = [row for row in path.periods[0]["exports"] if row["product"] == product]
    makers = [row for row in sold if row["country"] in outside] or sold
    users = [r for r in path.periods[0]["shortages"] if r["product"] == product and r["country"] not in outside]
    if not makers or not users:
        return None
    maker = max(makers, key=lambda row: (row["base"], row["country"]))["country"]
    buyer = max(users, key=lambda row: (row["base_use"], row["country"]))["country"]
    prices = [{r["country"]: r for r in period["prices"] if r["product"] == product} for period in path.periods]
    base = next((p[maker]["base"] for p in prices if maker in p), None)
    lost = [_lost(period["shortages"], product, outside) for period in path.periods]
    exports = [_only(period["exports"], product, (maker,)) for period in path.periods]
    stocks = [
        [r for r in period["stocks"] if r["product"] == product and r["country"] not in outside]
        for period in path.periods
    ]
    home, fob, weighted = (tuple(p.get(maker, {}).get(kind) for p in prices) for kind in ("home", "fob", "weighted"))
    return Series(
        product=product,
        maker=maker,
        buyer=buyer,
        unit=users[0]["unit"].removesuffix("/yr"),
        base_price=base,
        base_exports=exports[0][0],
        base_stock=sum(r["usual"] for r in stocks[0]),
        worth=sum(max(tonnes, 0.0) for tonnes, _ in lost) * (base or 0.0),
        dearer=max(((h or 0.0) - (base or 0.0)) * sum(r["base_use"] for r in users) for h in home),
        home=home,
        fob=fob,
        weighted=weighted,
        delivered=tuple(p.get(buyer, {}).get("delivered") for p in prices),
        lost=tuple(part for _, part in lost),
        exports=tuple(now for _, now in exports),
        stock=tuple(sum(r["value"] for r in rows) for rows in stocks),
    )


def _lost(rows: Sequence[Row], product: str, outside: frozenset[str]) -> tuple[float, float | None]:
    """Tonnes a year and per cent of base use lost by users outside the acting countries."""
    own = [r for r in rows if r["product"] == product and r["country"] not in outside]
    base, lost = sum(r["base_use"] for r in own), sum(r["lost"] for r in own)
    return lost, 100 * lost / base if base > 0 else None


def _only(rows: Sequence[Row], product: str, countries: Sequence[str]) -> tuple[float, float]:
    own = [r for r in rows if r["product"] == product and r["country"] in countries]
    return sum(r["base"] for r in own), sum(r["value"] for r in own)


def chosen_periods(count: int, worst: int, most: int) -> list[int]:
    """At most about `most` periods to read aloud: evenly spaced, with the first, the last and the worst."""
    step = max(1, -(-count // most))
    return sorted({*range(0, count, step), count - 1, worst})
