"""An outcome as the desk of the browser shows it: what `digest` says of it, as plain values, and two chain pictures.

Numbers are those of the tables of the outcome, so the shell's JSON of the same run holds every one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from ytterby.core.errors import Fault, InputError, nearest
from ytterby.model.outcome import Outcome
from ytterby.show.backdrop import Backdrop, backdrop, expanded
from ytterby.show.chain import chain_flows, element_rows
from ytterby.show.digest import (
    PriceLine,
    delivered,
    elements,
    leader,
    losses_by_product,
    losses_by_user,
    lost_of_element,
    lost_share,
    most_affected,
    price_lines,
)
from ytterby.show.overtime import series, when
from ytterby.show.sankey import order, sankey, scale, totals
from ytterby.show.words import country_name, element_name, price, product_name
from ytterby.show.worldmap import breaks_for

_USERS_LEAST, _USERS_MOST = 0.02, 12


def desk(outcome: Outcome, element: str | None = None, scenery: Backdrop | None = None) -> dict[str, Any]:
    """Return the desk of an outcome, looking closely at `element` (by default the one hit hardest)."""
    scenery = backdrop() if scenery is None else scenery
    chosen = most_affected(outcome) if element is None else _known(outcome, element)
    scenario = outcome.scenario
    return {
        "title": scenario.title,
        "year": scenario.year,
        "span": _span(outcome),
        "when": when(outcome),
        "base_year": scenario.base.year,
        "finding": outcome.finding,
        "summary": list(outcome.summary),
        "element": chosen,
        "element_name": element_name(chosen),
        "elements": elements(outcome),
        "maps": _maps(outcome, chosen, scenery),
        "chain": _chain(outcome, chosen, scenery.names),
        "losses": [r | {"name": product_name(r["product"])} for r in losses_by_product(outcome).to_dicts()],
        "users": [r | {"name": product_name(r["product"]), "who": country_name(r["country"], scenery.names)}
                  for r in losses_by_user(outcome, _USERS_LEAST).head(_USERS_MOST).to_dicts()],
        "prices": _prices(outcome),
        "gains": [r | {"who": country_name(r["country"], scenery.names)} for r in outcome.gains.to_dicts()],
        "binding": outcome.binding.to_dicts(),
        "time": _time(outcome, chosen, scenery),
        "scrap": _scrap(outcome),
        "drivers": outcome.assumptions.filter(pl.col("effect").is_not_null()).to_dicts(),
        "edition": outcome.edition,
        "input_hash": outcome.input_hash,
        "certified": bool(outcome.certificate.get("certified")),
    }  # fmt: skip


def _span(outcome: Outcome) -> str:
    path = outcome.timeline
    return f"{outcome.scenario.year}" if path is None else f"{path.periods[0]['label']} to {path.periods[-1]['label']}"


def atlas_chain(outcome: Outcome, element: str, scenery: Backdrop | None = None) -> dict[str, Any]:
    """Return who holds which share of each stage of an element's chain in the base year, and who buys from whom."""
    scenery = backdrop() if scenery is None else scenery
    chosen = _known(outcome, element)
    shares = outcome.shares.filter((pl.col("element") == chosen) & pl.col("base").is_not_null())
    shares = pl.concat([shares, _magnets(outcome, chosen)])
    chain = chain_flows(outcome, chosen, scenery.names)
    return {
        "element": chosen,
        "name": element_name(chosen),
        "year": outcome.scenario.base.year,
        "shares": [r | {"who": country_name(r["country"], scenery.names)}
                   for r in shares.sort(["stage", "base", "country"], descending=[False, True, False]).to_dicts()],
        "concentration": outcome.concentration.filter(pl.col("element") == chosen).to_dicts(),
        "moves": _moves(outcome, chosen, scenery),
        "picture": sankey(chain.base, f"{element_name(chosen)} from mine to use", None, leader(outcome, chosen)),
        "edition": outcome.edition,
        "input_hash": outcome.input_hash,
    }  # fmt: skip


def _magnets(outcome: Outcome, element: str) -> pl.DataFrame:
    """Each country's share of the element in new magnets [%]: magnets have no element of their own."""
    made = pl.col("origin").is_null() & pl.col("product").str.starts_with("magnet/") & (pl.col("kind") == "magnet")
    sums = (
        element_rows(outcome.flows, element)
        .filter(made)
        .group_by("destination", maintain_order=True)
        .agg(pl.col("base", "value").sum())
    )
    part = [(100 * pl.col(name) / pl.col(name).sum()).alias(name) for name in ("base", "value")]
    named = {"stage": "magnet", "product": "magnet", "element": element}
    rows = sums.filter(pl.col("base") > 0).with_columns(*part, **{k: pl.lit(v) for k, v in named.items()})
    return rows.rename({"destination": "country"}).select(outcome.shares.columns).cast(outcome.shares.schema)


def _moves(outcome: Outcome, element: str, scenery: Backdrop) -> list[dict[str, Any]]:
    """What each country sends each other one by form, contained tonnes, and its part of all that arrives there."""
    lanes = pl.col("origin").is_not_null() & pl.col("destination").is_not_null() & (pl.col("base") > 0)
    rows = element_rows(outcome.flows, element).filter(lanes & (pl.col("kind") == "route"))
    form = pl.col("product").str.split("/").list.first()
    sums = rows.group_by(form.alias("form"), "origin", "destination", "unit", maintain_order=True).agg(
        pl.col("base").sum()
    )
    part = 100 * pl.col("base") / pl.col("base").sum().over("form", "destination")
    sums = sums.with_columns(part=part).sort(["base", "form", "origin", "destination"], descending=[True] + [False] * 3)
    return [r | {"who": country_name(r["destination"], scenery.names), "whom": country_name(r["origin"], scenery.names)}
            for r in sums.to_dicts()]  # fmt: skip


def _known(outcome: Outcome, element: str) -> str:
    names = elements(outcome) or sorted(set(outcome.flows["product"].to_list()))
    if element in names:
        return element
    raise InputError(Fault("element", repr(element), "one of " + ", ".join(names), nearest(element, names)))


def _maps(outcome: Outcome, element: str, scenery: Backdrop) -> dict[str, Any]:
    own = expanded(lost_of_element(outcome, element), scenery)
    every = expanded(lost_share(outcome), scenery)
    return {"element": own, "all": every, "breaks": list(breaks_for(own, every))}


def _chain(outcome: Outcome, element: str, names: Mapping[str, str]) -> dict[str, Any]:
    chain = chain_flows(outcome, element, names)
    both = [chain.base, chain.scenario]
    if not any(graph.links for graph in both):
        return {}
    look = (scale(both), leader(outcome, element), order(both))
    name = element_name(element)
    scenario = outcome.scenario
    return {
        "base": sankey(chain.base, f"{name}, base year {scenario.base.year or ''}".strip(), *look),
        "scenario": sankey(chain.scenario, f"{name}, scenario{when(outcome) or f' {scenario.year}'}", *look),
        "unit": chain.base.unit,
        "nodes": [{"stage": chain.scenario.columns[node.column], "who": node.label, "value": value}
                  for node, value in totals(chain.scenario)],
    }  # fmt: skip


def _time(outcome: Outcome, element: str, scenery: Backdrop) -> list[dict[str, Any]]:
    """Charts and numbers over time of the two products whose lost use is worth most; none for a run of one year."""
    from ytterby.show.page import Page
    from ytterby.show.sections.overtime import HEADS, pictures, told
    from ytterby.show.walk import Walk

    path = outcome.timeline
    if path is None:
        return []
    page = Page(outcome, element, scenery, Walk(outcome.figures))
    found = []
    for made in series(outcome, 2):
        lines, charts = pictures(page, path, made)
        shown = [{"title": title, "picture": chart} for title, chart in charts if chart]
        key = [{"name": line.name, "class": line.class_} for line in lines if any(v is not None for v in line.values)]
        caption, rows = told(path, made)
        numbers = {"caption": caption, "heads": list(HEADS), "rows": rows}
        found.append({"name": product_name(made.product), "charts": shown, "key": key, "numbers": numbers})
    return found


def _scrap(outcome: Outcome) -> dict[str, Any]:
    """Old scrap over the path: a chart a programme, and what came back of every substance; empty without any."""
    from ytterby.show.sections.overtime import RATES, SCRAP, scrap_pictures, scrap_rates

    path = outcome.timeline
    if path is None or not path.recycling:
        return {}
    charts = [{"title": title, "picture": chart} for title, chart in scrap_pictures(path) if chart]
    key = [{"name": name, "class": class_} for name, class_, _ in SCRAP]
    return {"charts": charts, "key": key, "heads": list(RATES), "rows": scrap_rates(path)}


def _told(line: PriceLine) -> dict[str, str]:
    """How a product's prices are said: far above the base only "at least", at the cap an assumption."""
    maker = line.maker
    said = {kind: price(maker[kind], maker["base"], maker["status"]) for kind in ("home", "fob")}
    return said | {"delivered": delivered(line.buyers)[0]}


def _prices(outcome: Outcome) -> list[dict[str, Any]]:
    """One row a product: its main maker's prices and the range of those who import it; `told` is how they are said."""
    rows = []
    for line in price_lines(outcome):
        arrivals = sorted(b["delivered"] for b in line.buyers if b["delivered"] is not None)
        rows.append(dict(line.maker) | {
            "name": product_name(line.maker["product"]),
            "delivered_low": arrivals[0] if arrivals else None,
            "delivered_high": arrivals[-1] if arrivals else None,
            "told": _told(line),
        })  # fmt: skip
    return rows
