"""From flows between markets to a chain of makers and users: who feeds whom, for one element.

The model knows activities that take from and give to markets, and routes between markets of one product. A picture
wants links between makers: mine → separation → metal → magnet → use. Material mixes in a market, so each taker of a
market is served by the makers in the proportion in which they reach it. With T the inflow of a market, G what maker s
gives to it and R the tonnes that move from market k to market m (routes, and SEG that only passes a first separator),

    T_m O_ms = G_ms + Σ_k R_km O_ks

gives the origin shares O, and the link from s to taker t is Σ_m (what t takes from m) O_ms. What a maker takes and does
not give is its process loss. Scrap would close a loop; it is cut: new scrap leaves on the right and comes back on the
left as "recycled".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from ytterby.model.outcome import Outcome
from ytterby.show.sankey import Graph, Link, Node
from ytterby.show.words import country_name, stage_name

#: Countries shown per stage; the others are one node.
TOP = 8

_COLUMNS = ("mine", "separation", "refining", "metal", "magnet", "use")
_FORM_STAGE = {"concentrate": "mine", "seg": "separation", "solution": "separation", "oxide": "separation",
               "metal": "metal", "magnet": "magnet", "scrap": "scrap",
               "ore": "mine", "refined": "refining"}  # fmt: skip
#: Of the largest link: smaller ones are rounding.
_NOTHING = 1e-12
#: What is left over, by the form it is left in.
_UNSOLD = {"concentrate": "Unsold concentrate", "seg": "Unsold SEG", "solution": "Left in solution",
           "oxide": "Unsold oxide", "metal": "Unsold metal", "magnet": "Unsold magnets",
           "scrap": "Scrap not recycled", "ore": "Unsold ore", "refined": "Unsold metal"}  # fmt: skip

Market = tuple[str, str]
Place = tuple[str, str]  # (stage or special, country); the country of a special node is ""


@dataclass(frozen=True, slots=True)
class Chain:
    """The base year and the scenario of one element, with the same nodes so that they can be compared."""

    base: Graph
    scenario: Graph


@dataclass(slots=True)
class _Books:
    """What every maker gives to and takes from every market, and what moves between markets."""

    gives: dict[tuple[Market, Place], float] = field(default_factory=lambda: defaultdict(float))
    takes: dict[tuple[Market, Place], float] = field(default_factory=lambda: defaultdict(float))
    moves: dict[tuple[Market, Market], float] = field(default_factory=lambda: defaultdict(float))


def chain_flows(outcome: Outcome, element: str, names: Mapping[str, str] | None = None, top: int = TOP) -> Chain:
    """Return the chain of `element` (a symbol, or the id of a product that has no elements), base and scenario."""
    rows = element_rows(outcome.flows, element)
    cases = [_links(_books(rows, column)) for column in ("base", "value")]
    kept = _largest(cases, top)
    unit = str(rows["unit"][0]) if rows.height else "t"
    base, scenario = (_graph(links, kept, names or {}, unit) for links in cases)
    if rows.filter(pl.col("element").is_null()).height:  # a textbook product is supplied, not mined
        base, scenario = (replace(graph, columns=("Supply", *graph.columns[1:])) for graph in (base, scenario))
    return Chain(base, scenario)


def element_rows(flows: pl.DataFrame, element: str) -> pl.DataFrame:
    """Return the rows that count `element`, or those of the product of that name."""
    rows = flows.filter(pl.col("element") == element)
    return rows if rows.height else flows.filter((pl.col("product") == element) & pl.col("element").is_null())


def _books(rows: pl.DataFrame, column: str) -> _Books:
    books = _Books()
    grouped: dict[str, list[tuple[str, str, str | None, str | None, float]]] = defaultdict(list)
    wanted = rows.select("activity", "kind", "product", "origin", "destination", column)
    for activity, kind, product, origin, destination, amount in wanted.iter_rows():
        if amount is None or amount <= 0:
            continue
        if origin is not None and destination is not None:
            books.moves[(product, origin), (product, destination)] += amount
        else:
            grouped[activity].append((kind, product, origin, destination, amount))
    for parts in grouped.values():
        _enter(books, parts)
    return books


def _enter(books: _Books, parts: list[tuple[str, str, str | None, str | None, float]]) -> None:
    """Book one activity; SEG and thrifted magnets only pass through it, so their maker stays the one before."""
    kind = parts[0][0]
    taken = {(product, origin): amount for _, product, origin, _, amount in parts if origin is not None}
    given = {(product, where): amount for _, product, _, where, amount in parts if where is not None}
    place = _place(kind, taken, given)
    total = sum(taken.values())
    passing = {m: amount for m, amount in given.items() if m[0].startswith("seg") or kind == "thrift"} if total else {}
    through = min(sum(passing.values()), total)
    for market, amount in taken.items():
        for onward, tonnes in passing.items():
            books.moves[market, onward] += through * (amount / total) * (tonnes / sum(passing.values()))
        books.takes[market, place] += amount * (1 - through / total)
    for market, amount in given.items():
        # A thrifted magnet holds less of the element than the one it replaces: the rest was never there.
        books.gives[market, place] += amount - (through * amount / sum(passing.values()) if market in passing else 0.0)


def _place(kind: str, taken: Mapping[Market, float], given: Mapping[Market, float]) -> Place:
    """Return where an activity stands in the picture; "virtual" stands nowhere."""
    product, country = next(iter({**taken, **given}))
    form = product.partition("/")[0]
    if kind in ("unserved", "thrift"):
        return ("virtual", "")  # no tonnes of the element: what a user went without, or did without
    if kind == "recycle":
        return ("recycled", "")
    if not given:
        return ("unsold", form) if kind == "dispose" else ("to-stock", "") if kind == "stock" else ("use", country)
    made = {_FORM_STAGE.get(product.partition("/")[0], "mine") for product, _ in given}
    stage = next((name for name in reversed(_COLUMNS) if name in made), "scrap")
    if taken:
        return (stage, country)
    if stage == "scrap":
        return ("virtual", "")  # end-of-life scrap comes in with the recycled node
    return ("mine", country) if kind in ("mine", "supply", "facility") else ("stocks", "")


def _links(books: _Books) -> dict[tuple[Place, Place], float]:
    links: dict[tuple[Place, Place], float] = defaultdict(float)
    shares = _origin_shares(books)
    for (market, taker), amount in books.takes.items():
        for maker, share in shares.get(market, {}).items():
            if maker != taker and maker[0] != "virtual" and taker[0] != "virtual":
                links[maker, taker] += amount * share
    balance: dict[Place, float] = defaultdict(float)
    for (_, taker), amount in books.takes.items():
        balance[taker] += amount
    for (_, maker), amount in books.gives.items():
        balance[maker] -= amount
    for place, lost in balance.items():
        if place[0] in _COLUMNS[1:-1] and lost > 0:
            links[place, ("loss", place[0])] += lost
    return _seen(_cut_scrap_loop(links))


def _seen(links: Mapping[tuple[Place, Place], float]) -> dict[tuple[Place, Place], float]:
    """Leave out what is nothing but the last digit of a solution: it would add a maker that makes nothing."""
    least = _NOTHING * max(links.values(), default=0.0)
    return {pair: amount for pair, amount in links.items() if amount > least}


def _cut_scrap_loop(links: Mapping[tuple[Place, Place], float]) -> dict[tuple[Place, Place], float]:
    cut: dict[tuple[Place, Place], float] = defaultdict(float)
    for (maker, taker), amount in links.items():
        cut[maker, ("scrap", "") if taker[0] == "recycled" else taker] += amount
    return cut


def _origin_shares(books: _Books) -> dict[Market, dict[Place, float]]:
    """Solve for the share of each maker in what is in each market."""
    markets = sorted({m for m, _ in books.gives} | {m for pair in books.moves for m in pair})
    makers = sorted({place for _, place in books.gives})
    at = {market: i for i, market in enumerate(markets)}
    given = np.zeros((len(markets), len(makers)))
    for (market, maker), amount in books.gives.items():
        given[at[market], makers.index(maker)] += amount
    moved = np.zeros((len(markets), len(markets)))
    for (origin, destination), amount in books.moves.items():
        moved[at[destination], at[origin]] += amount
    inflow = given.sum(axis=1) + moved.sum(axis=1)
    # The small addition keeps a ring of routes that nobody feeds from making the system singular.
    shares = np.linalg.solve(np.diag(inflow * (1 + 1e-12) + 1e-9) - moved, given) if markets else given
    return {
        market: {maker: float(shares[i, j]) for j, maker in enumerate(makers) if shares[i, j] > 1e-9}
        for market, i in at.items()
    }


def _largest(cases: Iterable[Mapping[tuple[Place, Place], float]], top: int) -> set[Place]:
    """Return the places shown by name: the `top` of each stage by the larger of the two cases."""
    size: dict[Place, float] = defaultdict(float)
    for links in cases:
        for place, amount in _throughput(links).items():
            size[place] = max(size[place], amount)
    kept: set[Place] = set()
    for stage in _COLUMNS:
        ranked = sorted((place for place in size if place[0] == stage), key=lambda p: (-size[p], p))
        kept.update(ranked if len(ranked) <= top + 1 else ranked[:top])
    return kept


def _throughput(links: Mapping[tuple[Place, Place], float]) -> dict[Place, float]:
    into: dict[Place, float] = defaultdict(float)
    out: dict[Place, float] = defaultdict(float)
    for (maker, taker), amount in links.items():
        out[maker] += amount
        into[taker] += amount
    return {place: max(into[place], out[place]) for place in {*into, *out}}


def _graph(links: Mapping[tuple[Place, Place], float], kept: set[Place], names: Mapping[str, str], unit: str) -> Graph:
    merged: dict[tuple[Place, Place], float] = defaultdict(float)
    for (maker, taker), amount in links.items():
        if amount > 0:
            merged[_shown(maker, kept), _shown(taker, kept)] += amount
    used = [stage for stage in _COLUMNS if any(place[0] == stage for pair in merged for place in pair)] or ["use"]
    columns = _column_of(merged, used)
    nodes = tuple(_node(place, columns[place], names) for place in sorted(columns))
    flows = tuple(
        Link(_id(maker), _id(taker), amount)
        for (maker, taker), amount in sorted(merged.items())
        if columns[maker] < columns[taker]
    )
    return Graph(tuple(stage_name(stage) for stage in used), nodes, flows, unit)


def _column_of(links: Mapping[tuple[Place, Place], float], used: list[str]) -> dict[Place, int]:
    """Return the column of every place; what is left over stands right after the last stage that leaves it."""
    columns: dict[Place, int] = {}
    for place in {place for pair in links for place in pair}:
        columns[place] = used.index(place[0]) if place[0] in used else 0
    for maker, taker in links:
        if taker[0] not in _COLUMNS:
            last = len(used) - 1 if taker[0] == "scrap" else columns[maker] + 1
            columns[taker] = max(columns[taker], min(last, len(used) - 1))
    return columns


def _shown(place: Place, kept: set[Place]) -> Place:
    return place if place[0] not in _COLUMNS or place in kept else (place[0], "other")


def _id(place: Place) -> str:
    return "/".join(place)


def _node(place: Place, column: int, names: Mapping[str, str]) -> Node:
    stage, detail = place
    if stage in _COLUMNS:
        label = "Other countries" if detail == "other" else country_name(detail, names)
        return Node(_id(place), label, column, detail)
    label, tone = {
        "recycled": ("Recycled scrap", "scrap"),
        "scrap": ("New scrap", "scrap"),
        "stocks": ("From stocks", "other"),
        "to-stock": ("Into stocks", "sink"),
        "unsold": (_UNSOLD.get(detail, "Unsold"), "sink"),
        "loss": (f"Losses in {stage_name(detail).lower()}", "sink"),
    }[stage]
    return Node(_id(place), label, column, tone, last=True)
