"""What a worker does: solve a document and give it back as bytes, in the form that was asked for.

A worker keeps the last networks it built, each with its equilibrium, and the last outcomes; so a slider that moves asks
for one solve. The numbers are those of `ytterby run`: same network, same functions.
"""

from __future__ import annotations

import gc
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from ytterby.atlas.cite import citation
from ytterby.atlas.load import load
from ytterby.core.errors import Fault, InputError, MissingExtra, SolverError, YtterbyError, nearest
from ytterby.model.outcome import Outcome
from ytterby.model.scenario import Scenario, canonical
from ytterby.model.toml_text import parse_toml
from ytterby.web.document import Document, Unknown, written

KEPT = 16
BASE = """schema = 1
name   = "base-{chain}"
title  = "Base year"
base   = {{ chain = "{chain}", year = {year} }}
time   = {{ step = "year", from = {year}, to = {year} }}
"""

_OUTCOMES: OrderedDict[tuple[str, bool], Outcome] = OrderedDict()


def answer(kind: str, document: Document, element: str | None, keys: tuple[str, ...] = ()) -> tuple[str, bytes]:
    """Return ("ok", body), or a kind of fault and its JSON; faults cross a process border as plain bytes."""
    try:
        return "ok", _KINDS[kind](document, element, keys)
    except YtterbyError as error:
        return _word(error), fault_json(error)


def fault_json(error: YtterbyError) -> bytes:
    """Return an error as JSON: one line for a reader, and every fault with its place."""
    faults = [asdict(fault) for fault in error.faults] if isinstance(error, InputError) else []
    return json.dumps({"error": str(error), "faults": faults}).encode()


def _word(error: YtterbyError) -> str:
    if isinstance(error, Unknown):
        return "unknown"
    if isinstance(error, SolverError):
        return "unsolved"
    return "missing" if isinstance(error, MissingExtra) else "input"


def solved(document: Document, ranges: bool) -> Outcome:
    """Return the outcome of a document; `ranges` as in `ytterby.model.run.run`. The last ones are kept."""
    scenario = document.scenario()
    for deep in (True,) if ranges else (True, False):
        key = (canonical(scenario), deep)
        if key in _OUTCOMES:
            _OUTCOMES.move_to_end(key)
            return _named(_OUTCOMES[key], scenario)
    outcome = _solve(scenario, ranges)
    _OUTCOMES[canonical(scenario), ranges] = outcome
    while len(_OUTCOMES) > KEPT:
        _OUTCOMES.popitem(last=False)
    return outcome


def warm() -> int:
    """Build what nearly every question needs; return nothing of interest."""
    solved(Document(text=BASE.format(chain="rare-earths", year=2024)), ranges=False)
    gc.freeze()  # the atlas and the base stay as long as the worker: they need not be looked through again
    return 0


def _named(outcome: Outcome, scenario: Scenario) -> Outcome:
    """Two documents may mean the same in other words; the words are those of the one asked for."""
    from dataclasses import replace

    return replace(outcome, scenario=scenario)


def _solve(scenario: Scenario, ranges: bool) -> Outcome:
    from ytterby.model.run import run

    if scenario.network is not None:
        return run(None, scenario, ranges=ranges)
    base, before, _ = _base(*_asked(scenario))
    return run(base, scenario, ranges=ranges, before=before)


def _asked(scenario: Scenario) -> tuple[str, int, tuple[tuple[str, float], ...], int]:
    told = scenario.base
    return told.chain or "rare-earths", told.year or 2024, tuple(sorted(scenario.assumptions.items())), told.redraw or 0


_NEAR: OrderedDict[Any, Any] = OrderedDict()


def _sketched(document: Document, element: str | None) -> Outcome:
    """The outcome while a slider moves: begun from the last one on the same network, without sources."""
    from ytterby.model.run import sketch

    scenario = document.scenario()
    known = next((_OUTCOMES[key] for deep in (True, False) if (key := (canonical(scenario), deep)) in _OUTCOMES), None)
    if known is not None or scenario.network is not None or scenario.time.many:
        return solved(document, ranges=False)
    asked = _asked(scenario)
    base, before, known = _base(*asked)
    place = (asked, document.name, tuple(m.id for m in scenario.measures))
    outcome, last = sketch(base, scenario, before, _NEAR.get(place), known, element)
    if outcome.flows.is_empty():  # no element of this chain: the whole answer says which there are
        outcome, last = sketch(base, scenario, before, last, known)
    _NEAR[place] = last
    _NEAR.move_to_end(place)
    while len(_NEAR) > KEPT:
        _NEAR.popitem(last=False)
    return outcome


@lru_cache(maxsize=4)
def _base(chain: str, year: int, assumed: tuple[tuple[str, float], ...], redraw: int) -> Any:
    from ytterby.model.base import network
    from ytterby.model.result_gains import accounts
    from ytterby.model.solved import equilibrium

    found = network(load(), chain, year, dict(assumed), redraw)
    solution = equilibrium(found)
    return found, solution, accounts(solution)


def _json(document: Document, element: str | None, keys: tuple[str, ...]) -> bytes:
    from ytterby.show.export import to_json

    return to_json(solved(document, ranges=True)).encode()


def _desk(document: Document, element: str | None, keys: tuple[str, ...]) -> bytes:
    from ytterby.show.desk import desk
    from ytterby.show.export import plain

    outcome = _sketched(document, element) if "quick" in keys else solved(document, ranges="ranges" in keys)
    return json.dumps(plain(desk(outcome, element)), allow_nan=False, separators=(",", ":")).encode()


def _atlas(document: Document, element: str | None, keys: tuple[str, ...]) -> bytes:
    from ytterby.show.desk import atlas_chain
    from ytterby.show.export import plain

    found = atlas_chain(solved(document, ranges=False), element or "Dy")
    return json.dumps(plain(found), allow_nan=False, separators=(",", ":")).encode()


def _why(document: Document, element: str | None, keys: tuple[str, ...]) -> bytes:
    """The cited figures below a number, with citation, conversion, and the figures that disagree with them."""
    from ytterby.show.export import plain
    from ytterby.show.walk import Walk

    figures = solved(document, ranges=False).figures
    key, rows = Walk(figures).found(*keys)
    sources = {row["id"]: row for row in load().sources.iter_rows(named=True)}
    listed = [{**r, "citation": citation(sources[r["source"]], r["locator"]) if r["source"] in sources else ""}
              for r in rows[:40]]  # fmt: skip
    disagree = _disagree({row["figure"] for row in rows})
    found = {"key": key, "rows": listed, "more": max(len(rows) - 40, 0), "disagree": disagree}
    return json.dumps(plain(found)).encode()


@lru_cache(maxsize=1)
def _conflicts() -> pl.DataFrame:
    from ytterby.atlas.conflicts import conflicts

    return conflicts(load())


def _disagree(figures: set[str]) -> list[dict[str, Any]]:
    known = list(figures)
    found = _conflicts().filter(pl.col("first_figure").is_in(known) | pl.col("second_figure").is_in(known))
    return found.head(12).to_dicts()


def _deal(document: Document, element: str | None, keys: tuple[str, ...]) -> bytes:
    """A ready deal or the text of one, byte for byte as `ytterby deal … --json`; `element` is the view asked for."""
    from ytterby.show.deal import deal_json
    from ytterby.studies.deals.file import packaged, read
    from ytterby.studies.deals.study import deal

    if document.text is not None:
        return deal_json(deal(read(parse_toml(document.text, "deal.toml")), view=element or "")).encode()
    if document.name not in packaged():
        named = str(document.name)[:40]
        raise Unknown(Fault("deal", repr(named), "one of " + ", ".join(packaged()), nearest(named, packaged())))
    return deal_json(deal(read(document.name), view=element or "")).encode()


def _read(document: Document, element: str | None, keys: tuple[str, ...]) -> bytes:
    """An article's claims, as `ytterby read … --json`; `element` is the viewpoint, `keys` the date."""
    from ytterby.studies.claims.reading import read_text

    found = read_text(document.text or "", "article.txt", keys[0] if keys else None, None, element)
    passages = [p.sentence.text for p in found.passages]
    return json.dumps(found.to_dict() | {"passages": passages}, ensure_ascii=False, allow_nan=False).encode()


def _check(document: Document, element: str | None, keys: tuple[str, ...]) -> bytes:
    """Claims in the text of a claim file, as `ytterby check … --json`; `element` is the viewpoint."""
    from ytterby.studies.claims.checking import check

    tables = parse_toml(document.text or "", "claims.toml")
    for row in (tables, *(r for r in tables.get("claim") or () if isinstance(r, dict))):
        test = row.get("test")
        named = test.get("transcript") if isinstance(test, dict) else None
        if isinstance(named, str) and named.endswith(".txt"):  # a file of this machine, which no text may open
            raise InputError(Fault("claims.toml, transcript", repr(named[:60]), "the words themselves, not a file"))
    verdicts = check(tables, None, element)
    found = {"schema": 1, "as_of": None, "viewpoint": element, "claims": [item.to_dict() for item in verdicts]}
    return json.dumps(found, ensure_ascii=False, allow_nan=False).encode()


def _toml(document: Document, element: str | None, keys: tuple[str, ...]) -> bytes:
    return written(document, alone=True).encode()


def _svg(document: Document, element: str | None, keys: tuple[str, ...]) -> bytes:
    from ytterby.show.desk import desk

    chain = desk(solved(document, ranges=False), element)["chain"]
    if not chain:
        raise InputError(Fault("picture", "a network in which nothing flows", "one in which something does"))
    picture = str(chain["scenario"])
    if "xmlns=" not in picture.partition(">")[0]:
        picture = picture.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return picture.encode()


def _html(document: Document, element: str | None, keys: tuple[str, ...]) -> bytes:
    from ytterby.show.report import report

    return report(solved(document, ranges=True), None, element).encode()


def _xlsx(document: Document, element: str | None, keys: tuple[str, ...]) -> bytes:
    from importlib.util import find_spec

    if find_spec("xlsxwriter") is None:
        raise MissingExtra("Excel workbooks", "excel")
    from ytterby.show.export_xlsx import outcome_xlsx

    with TemporaryDirectory(prefix="ytterby-") as folder:
        return outcome_xlsx(solved(document, ranges=True), Path(folder) / "result.xlsx").read_bytes()


def _gpkg(document: Document, element: str | None, keys: tuple[str, ...]) -> bytes:
    from ytterby.show.export_package import outcome_package

    outcome = solved(document, ranges=True)
    if outcome.scenario.network is not None:
        raise InputError(Fault("GeoPackage", "a textbook network, which has no places", "a scenario of a chain"))
    with TemporaryDirectory(prefix="ytterby-") as folder:
        outcome_package(outcome, folder, load().facilities)
        return (Path(folder) / "places.gpkg").read_bytes()


_KINDS: dict[str, Callable[[Document, str | None, tuple[str, ...]], bytes]] = {
    "json": _json, "desk": _desk, "atlas": _atlas, "why": _why, "deal": _deal, "read": _read, "check": _check,
    "toml": _toml, "svg": _svg, "html": _html,
    "xlsx": _xlsx, "gpkg": _gpkg,
}  # fmt: skip

#: What can be downloaded, with its media type.
DOWNLOADS = {
    "json": "application/json",
    "toml": "application/toml",
    "svg": "image/svg+xml",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpkg": "application/geopackage+sqlite3",
}


def known_download(kind: str) -> str:
    """Return the media type of a download, or raise with the nearest one there is."""
    if kind not in DOWNLOADS:
        raise Unknown(Fault("download", repr(kind[:40]), "one of " + ", ".join(DOWNLOADS), nearest(kind, DOWNLOADS)))
    return DOWNLOADS[kind]
