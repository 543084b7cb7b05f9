"""The interface: JSON whose numbers are the shell's. Every path says in its summary which command gives the same.

Reading the atlas happens in threads of the server; solving in worker processes (`pool`); ensembles in processes of
their own (`ensembles`).
"""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ytterby.web import atlas_views, solving
from ytterby.web.document import Document, described
from ytterby.web.ensembles import Ensembles
from ytterby.web.pool import Pool
from ytterby.web.settings import LOOPBACK

STATUS = {"ok": 200, "input": 422, "unknown": 404, "unsolved": 422, "missing": 501, "busy": 503,
          "late": 504, "stale": 409, "broken": 503}  # fmt: skip
JSON = "application/json"

Word = Annotated[str, Query(max_length=80)]
Year = Annotated[int, Query(ge=1900, le=2100)]
Element = Annotated[str | None, Query(max_length=40)]

router = APIRouter(prefix="/api")


class Given(BaseModel):
    """A scenario: the `name` of a ready one or the `text` of a file, and settings as `--set` takes them."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str | None, Field(max_length=100)] = None
    text: Annotated[str | None, Field(max_length=262_144)] = None
    set: Annotated[list[Annotated[str, Field(max_length=400)]], Field(max_length=64)] = []

    def document(self) -> Document:
        """Return it as a document."""
        return Document(None if self.text is not None else self.name or "", self.text, tuple(self.set))


class Asked(Given):
    """A scenario, and the element to look at closely."""

    element: Annotated[str | None, Field(max_length=40)] = None
    ranges: bool = False
    quick: Annotated[bool, Field(description="while a slider moves: begun from the last answer, without checks")] = (
        False
    )


class Reason(Given):
    """A scenario, and the keys under which the figures of a number may stand, the most specific first."""

    keys: Annotated[list[Annotated[str, Field(max_length=200)]], Field(min_length=1, max_length=20)]


class Draws(Given):
    """A scenario, and how many draws of what is assumed."""

    n: Annotated[int, Field(ge=1, le=20_000)] = 200
    seed: Annotated[int, Field(ge=0, le=2**31)] = 0
    method: Annotated[str, Field(max_length=10)] = "lhs"


def _pool(request: Request) -> Pool:
    found: Pool = request.app.state.pool
    return found


def _ensembles(request: Request) -> Ensembles:
    found: Ensembles = request.app.state.ensembles
    return found


def _asker(request: Request) -> tuple[str, str | None]:
    """Return who takes turns: an address, or on this machine a tab, which the page names by a header; and the tab."""
    tab = request.headers.get("x-ytterby-tab", "")[:40] or None
    address = request.client.host if request.client else ""
    return (tab or address) if address in LOOPBACK else address, tab


async def solved_by(
    request: Request, kind: str, given: Document, element: str | None = None, keys: tuple[str, ...] = (),
    media: str = JSON, headers: dict[str, str] | None = None, tracked: bool = False,
) -> Response:  # fmt: skip
    """Return the answer of a worker as a response: its status, its faults, when to come again."""
    who, tab = _asker(request)
    word, body = await _pool(request).ask(kind, given, element, keys, who, tab if tracked else None)
    status = STATUS[word]
    wait = {"retry-after": "2"} if status == 503 else {}
    good = status == 200
    return Response(body, status, media_type=media if good else JSON, headers=(headers or {}) | wait if good else wait)


@router.get("/about", summary="What this server can do, and the counts of the atlas")
async def about(request: Request) -> dict[str, Any]:
    """Version, edition, screens, and whether the server only reads."""
    from importlib.metadata import version

    found = await asyncio.to_thread(atlas_views.overview)
    screens = ["atlas", "risk", "desk", "sources"]
    screens += [] if request.app.state.settings.read_only else ["uncertainty"]
    screens += [name for name in ("deals", "claims") if find_spec(f"ytterby.web.{name}") is not None]
    return found | {
        "version": version("ytterby"),
        "screens": screens,
        "read_only": request.app.state.settings.read_only,
        "excel": find_spec("xlsxwriter") is not None,
    }


@router.get("/shapes", summary="Outlines of countries for the map")
async def shapes() -> Response:
    """SVG paths by ISO code; nobody's position on a territory."""
    import json

    found = json.dumps(await asyncio.to_thread(atlas_views.shapes), separators=(",", ":"))
    return Response(found, media_type=JSON, headers={"cache-control": "private, max-age=3600"})


@router.get("/facts", summary="ytterby facts MATERIAL --json")
async def facts(
    material: Word, stage: Word | None = None, measure: Word | None = None, country: Word | None = None,
    year: Year | None = None, edition: Word | None = None, form: Word | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return cited figures, with their sources."""
    asked = {"material": material, "stage": stage, "measure": measure, "country": country, "year": year,
             "edition": edition, "form": form}  # fmt: skip
    return await asyncio.to_thread(atlas_views.facts, asked)


@router.get("/producers", summary="Who makes a material at a stage, by each publisher's account")
async def producers(material: Word, stage: Word = "mine", year: Year = 2024) -> dict[str, Any]:
    """Amounts and parts by country; what a publisher withheld is listed as a gap, not as zero."""
    return await asyncio.to_thread(atlas_views.producers, material, stage, year)


@router.get("/country", summary="ytterby facts MATERIAL --country CODE --json, with citations")
async def country(material: Word, code: Word) -> dict[str, Any]:
    """Return the printed figures of one country."""
    return await asyncio.to_thread(atlas_views.country, material, code)


@router.get("/term", summary="The glossary")
async def term(word: Word) -> dict[str, Any]:
    """Return what a word of the field means here."""
    return await asyncio.to_thread(atlas_views.defined, word)


@router.get("/chain", summary="The reconciled base year: shares[].base of ytterby run … --json")
async def chain(request: Request, element: Word = "Dy", year: Year = 2024) -> Response:
    """Return who holds which share of each stage, who buys from whom, and the picture of the chain."""
    base = Document(text=solving.BASE.format(chain="rare-earths", year=year))
    return await solved_by(request, "atlas", base, element)


@router.get("/risk", summary="ytterby risk MATERIAL --for ECONOMY --json")
async def risk(material: Word, economy: Word, year: Year = 2024) -> dict[str, Any]:
    """Return every indicator with its range, status and sources, and why they differ."""
    return await asyncio.to_thread(atlas_views.risk, material, economy, year)


@router.post("/purchases", summary="ytterby risk --purchases F --json")
async def purchases(request: Request, name: Word = "purchases.csv") -> dict[str, Any]:
    """Measure a company's own list, sent as the body; it is not kept."""
    return await asyncio.to_thread(atlas_views.purchases, await request.body(), name)


@router.get("/sources", summary="ytterby sources --json")
async def sources() -> dict[str, Any]:
    """Return every source, its licence, and how many rows cite it."""
    return await asyncio.to_thread(atlas_views.sources)


@router.get("/disagreements", summary="ytterby facts --conflicts --json, the largest first")
async def disagreements() -> dict[str, Any]:
    """Return where editions or publishers disagree, and the corrections with their reasons."""
    return await asyncio.to_thread(atlas_views.disagreements)


@router.get("/scenarios", summary="ytterby scenarios --json")
async def scenarios() -> list[dict[str, Any]]:
    """Return the ready scenarios."""
    from ytterby.model.scenario_file import packaged, packaged_title

    def listed() -> list[dict[str, Any]]:
        return [{"name": name, "title": packaged_title(name)} for name in packaged()]

    return await asyncio.to_thread(listed)


@router.post("/scenario", summary="A scenario as form and text")
async def scenario(given: Given) -> dict[str, Any]:
    """Return measures with their numbers, the text with the settings written into it, and the shell's line."""
    return await asyncio.to_thread(described, given.document())


@router.post("/run", summary="ytterby run NAME|FILE --set … --json")
async def run(request: Request, given: Given) -> Response:
    """Return the whole result, byte for byte as the shell prints it."""
    return await solved_by(request, "json", given.document())


@router.post("/run/toml", summary="ytterby run FILE --json, the file as the body")
async def run_toml(request: Request, body: Annotated[bytes, Body(media_type="application/toml")]) -> Response:
    """Return the whole result of a TOML file sent as it is."""
    text = body.decode("utf-8", errors="replace")
    return await solved_by(request, "json", Document(text=text))


@router.post("/desk", summary="What the scenario desk shows of a run")
async def desk(request: Request, asked: Asked) -> Response:
    """Return maps, chain, losses, prices and limits; with `ranges` also which assumptions move the answer."""
    keys = ("ranges",) if asked.ranges else ("quick",) if asked.quick else ()
    return await solved_by(request, "desk", asked.document(), asked.element, keys, tracked=True)


@router.post("/why", summary="The cited figures below a number")
async def why(request: Request, reason: Reason) -> Response:
    """Return source rows with citation and conversion, and the figures that disagree with them."""
    return await solved_by(request, "why", reason.document(), None, tuple(reason.keys))


@router.post("/download/{kind}", summary="ytterby run … --out, --xlsx, --package, --json")
async def download(request: Request, kind: Annotated[str, Path(max_length=40)], asked: Asked) -> Response:
    """Return the result as a file: json, toml, svg, html, xlsx or gpkg."""
    media = solving.known_download(kind)
    headers = {"content-disposition": f'attachment; filename="ytterby.{kind}"', "content-security-policy": "sandbox"}
    return await solved_by(request, kind, asked.document(), asked.element, (), media, headers)


@router.get("/runs", summary="ytterby runs --json")
async def runs(request: Request) -> list[dict[str, Any]]:
    """Return the ensembles of the run store, whoever made them."""
    from ytterby.studies.runs import stored

    def listed() -> list[dict[str, Any]]:
        return [
            {"id": r.id, "scenario": r.manifest["scenario"]["name"], "n": r.design.n, "done": r.done,
             "complete": r.done == r.design.n, "seed": r.design.seed, "method": r.design.method, "batch": r.batch,
             "edition": r.manifest["data"]["edition"], "version": r.manifest["engine"]["ytterby"]}
            for r in stored(request.app.state.settings.runs)
        ]  # fmt: skip

    return await asyncio.to_thread(listed)


Job = Annotated[str, Path(max_length=64)]


@router.get("/ensembles", summary="Ensembles started here")
async def ensembles(request: Request) -> list[dict[str, Any]]:
    """Return every one with its state and the draws done."""
    return _ensembles(request).jobs()


@router.post("/ensembles", summary="ytterby run … --ensemble N --seed S", status_code=202)
async def start(request: Request, draws: Draws) -> dict[str, Any]:
    """Start an ensemble in a process of its own; the same question goes on where it stopped."""
    return _ensembles(request).start(draws.document(), draws.n, draws.seed, draws.method)


@router.get("/ensembles/{job}", summary="Where an ensemble stands")
async def status(request: Request, job: Job) -> dict[str, Any]:
    """Return its state and the draws done."""
    return _ensembles(request).status(job)


@router.post("/ensembles/{job}/resume", summary="ytterby run … --resume ID", status_code=202)
async def resume(request: Request, job: Job) -> dict[str, Any]:
    """Go on with an ensemble that was stopped."""
    return _ensembles(request).resume(job)


@router.delete("/ensembles/{job}", summary="Stop an ensemble; what it solved stays")
async def stop(request: Request, job: Job) -> dict[str, Any]:
    """Stop its process and return where it stands."""
    return _ensembles(request).stop(job)


@router.get("/ensembles/{job}/result", summary="ytterby run … --ensemble N --json, two curves, names for ids")
async def result(request: Request, job: Job) -> dict[str, Any]:
    """Return the summary of an ensemble that is done."""
    return _ensembles(request).result(job)
