"""The walk from a result to what was read: figures, reconciliation, sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from ytterby.atlas.load import Atlas
from ytterby.model.base import Base
from ytterby.model.chains.build import ChainBase
from ytterby.model.chains.cited import figure_keys, trade_keys
from ytterby.model.chains.definition import chain as definition
from ytterby.model.scenario import Scenario
from ytterby.model.vocabulary import OTHER_CHAINS

Row = dict[str, Any]


def reconciliation(base: Base | ChainBase, atlas: Atlas) -> Iterator[Row]:
    """Every cited figure beside the balance, and its move in units of its own sigma; priors are left out."""
    known = _figures(atlas, {name for move in base.balance.moves for name in move.observation.figures})
    for move in sorted(base.balance.moves, key=lambda m: (-abs(m.move), m.observation.id)):
        o = move.observation
        if o.prior:
            continue
        name = o.figures[0] if o.figures else None
        figure = known.get(name or "", {})
        trade = _cited_trade(base, o.figures)
        yield {
            "quantity": o.title,
            "place": o.place,
            "cited": o.value,
            "unit": o.unit,
            "sigma": move.sigma,
            "reconciled": move.reconciled,
            "move": move.move,
            "source": figure.get("source", trade[0]),
            "edition": figure.get("edition", trade[1]),
            "locator": figure.get("locator", trade[2]),
            "figure": name,
        }


def _cited_trade(base: Base | ChainBase, figures: tuple[str, ...]) -> tuple[str | None, str | None, str | None]:
    """Source, edition and locator of trade; a chain's file says from which data set each code is read."""
    found = _trade_citation(figures, base.evidence.year)
    if isinstance(base, ChainBase) and found[0]:
        return base.evidence.code_sources[figures[0].partition(":")[0]], *found[1:]
    return found


def _trade_citation(figures: tuple[str, ...], year: int) -> tuple[str | None, str | None, str | None]:
    """Trade is cited by code and pair: `284690:CHN>JPN`."""
    if not figures or ">" not in figures[0] or figures[0].count(":") != 1:
        return None, None, None
    code, pair = figures[0].split(":")
    origin, destination = pair.split(">")
    source = "cepii-baci-hs17" if code == "850511" else "cepii-baci-hs92"
    return source, "V202601", f"year {year}, HS {code}, exporter {origin}, importer {destination}"


def _figures(atlas: Atlas, names: set[str]) -> dict[str, Row]:
    rows = atlas.figures.filter(pl.col("id").is_in(sorted(names)))
    return {row["id"]: row for row in rows.iter_rows(named=True)}


def figures(base: Base | ChainBase, atlas: Atlas) -> list[Row]:
    """Rows of the figures table: which figures of the atlas stand under which result."""
    keys = list(figure_keys(base) if isinstance(base, ChainBase) else _keys(base))
    known = _figures(atlas, {name for _, name, _ in keys})
    rows = []
    for key, name, conversion in keys:
        row = known.get(name)
        if row is not None:
            rows.append(
                {
                    "result_key": key,
                    "figure": name,
                    "value": row["value"],
                    "unit": row["unit"],
                    "source": row["source"],
                    "edition": row["edition"],
                    "locator": row["locator"],
                    "conversion": conversion,
                }
            )
    rows += _chain_trade(base) if isinstance(base, ChainBase) else _trade_rows(base)
    return sorted(rows, key=lambda r: (r["result_key"], r["figure"]))


def _keys(base: Base) -> Iterator[tuple[str, str, str | None]]:
    known = base.evidence
    for country, cited in known.mined.items():
        yield from ((f"base/mine/REE/{country}", c.figure, None) for c in cited)
    for country, c in known.feed.items():
        yield f"base/feed/REE/{country}", c.figure, None
    for o in known.ores:
        yield from (
            (
                f"base/mine/{name.split(':')[1]}/{o.country}",
                name,
                "t REO x share of TREO, scaled so that the shares add to 1",
            )
            for name in known.assay_figures.get(o.ore, ())
        )
    for country, c in known.mined_magnet.items():
        yield f"base/mine/magnet-REE/{country}", c.figure, "kt to t"
    for element, c in known.prices.items():
        yield f"price/oxide/{element}", c.figure, "price free on board China; elsewhere plus freight"
    for material, c in known.recycled.items():
        yield f"base/recycling/{material}/CHN", c.figure, None
    for name, rows in known.facts.items():
        yield from ((f"base/fact/{name}", c.figure, None) for c in rows)


def _chain_trade(base: ChainBase) -> Iterator[Row]:
    for key, pair, gross, source, said in trade_keys(base):
        _, edition, locator = _trade_citation((pair,), base.evidence.year)
        yield {
            "result_key": key,
            "figure": pair,
            "value": gross,
            "unit": "t gross",
            "source": source,
            "edition": edition,
            "locator": locator,
            "conversion": said,
        }


def _trade_rows(base: Base) -> Iterator[Row]:
    """Reported trade behind the flows, one row a shipment, cited by year, code and pair."""
    factors = {
        "284610": "x REO content assumed",
        "284690": "x REO content assumed, split by unit value",
        "280530": "split by unit value",
        "850511": "rare-earth magnets by unit value",
    }
    for flow in base.trade.flows:
        for pair in flow.pairs:
            source, edition, locator = _trade_citation((pair,), base.evidence.year)
            yield {
                "result_key": f"base/trade/{flow.hs6}/{flow.origin}>{flow.destination}",
                "figure": pair,
                "value": flow.gross,
                "unit": "t gross",
                "source": source,
                "edition": edition,
                "locator": locator,
                "conversion": factors[flow.hs6],
            }


def sources(atlas: Atlas, used: Iterable[str], scenario: Scenario) -> list[Row]:
    """Rows of the sources table: those of the figures used, and those of the measures, plants and rates."""
    given = [m.source for m in scenario.measures] + [e.source for e in scenario.entry if e.source]
    given += [g.source for g in scenario.growth if g.source]
    names = set(used) | {source.id for source in given}
    rows = []
    columns = ("publisher", "title", "edition", "url", "licence")
    for row in atlas.sources.iter_rows(named=True):
        if row["id"] in names:
            rows.append({"id": row["id"], **{c: row.get(c) for c in columns}})
            names.discard(row["id"])
    for source in given:
        if source.id in names and source.inline:
            rows.append(
                {
                    "id": source.id,
                    "publisher": source.publisher,
                    "title": source.title,
                    "edition": source.date,
                    "url": source.url,
                    "licence": None,
                }
            )
            names.discard(source.id)
    return sorted(rows, key=lambda r: str(r["id"]))


def users_told(atlas: Atlas, chain: str | None) -> frozenset[str] | None:
    """Countries whose use is split by the shares of the EU: its members, or (None) all in the rare-earth chain."""
    if chain not in OTHER_CHAINS:
        return None
    return frozenset(atlas.groups.filter(pl.col("group") == "EU27")["iso3"].to_list())


def use_shares(atlas: Atlas, chain: str | None = None) -> Mapping[str, Mapping[str, float]]:
    """Published shares of uses in the EU by element (magnets left out), scaled to add to 1; taken for every country.

    Of a chain other than the rare earths they are by product, only for the EU itself (see `users_told`), and empty
    where its file says that none are for its good.
    """
    told = definition(chain) if chain in OTHER_CHAINS and chain else None
    rows = atlas.figures.filter(
        pl.col("measure") == "use_share", pl.col("country") == "EU27", pl.col("value") > 0, pl.col("form") != "Magnets"
    )
    found: dict[str, dict[str, float]] = {}
    for row in rows.iter_rows(named=True):
        if "agnet" not in row["form"]:
            entry = found.setdefault(row["material"], {})
            entry[row["form"]] = entry.get(row["form"], 0.0) + row["value"]
    if told:
        found = {told.product(g.form): found.get(told.material, {}) for g in told.goods if g.uses}
    return {
        e: {name: share / sum(uses.values()) for name, share in sorted(uses.items())}
        for e, uses in found.items()
        if uses
    }
