"""The application: the interface, the pages, and the guard around both."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.middleware.gzip import GZipMiddleware

from ytterby.core.errors import MissingExtra, YtterbyError, printable
from ytterby.web.api import router
from ytterby.web.document import Unknown
from ytterby.web.ensembles import Ensembles
from ytterby.web.guard import Guard
from ytterby.web.pool import Pool
from ytterby.web.settings import Settings
from ytterby.web.solving import fault_json

_MEDIA = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
          ".js": "text/javascript; charset=utf-8"}  # fmt: skip
#: Screens of their own modules: each has a `router`, and `static/<name>.js` draws it.
LATER = ("deals", "claims")


def build(settings: Settings) -> Guard:
    """Return the guarded application; its workers start with it and stop with it."""
    return Guard(application(settings), settings)


def application(settings: Settings) -> FastAPI:
    """Return the application without the guard, for its OpenAPI."""

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        app.state.pool = Pool(settings.workers, settings.solve_seconds)
        app.state.ensembles = Ensembles(settings.runs)
        app.state.pool.start()
        if not settings.read_only:
            app.state.ensembles.resume_all()
        yield
        app.state.ensembles.close()
        app.state.pool.stop()

    app = FastAPI(
        title="Ytterby", version=_version(), summary="The numbers of the shell, as JSON.", lifespan=running,
        docs_url=None, redoc_url=None, openapi_url="/api/openapi.json",
    )  # fmt: skip
    app.state.settings = settings
    app.include_router(router)
    for name in LATER:
        if find_spec(f"ytterby.web.{name}") is not None:
            app.include_router(import_module(f"ytterby.web.{name}").router)
    _faults(app)
    _pages(app)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=2)
    return app


def _version() -> str:
    from importlib.metadata import version

    return version("ytterby")


def _faults(app: FastAPI) -> None:
    """Faults of the input as JSON with their places; nothing of the program's inside."""

    @app.exception_handler(YtterbyError)
    async def ours(request: Request, error: YtterbyError) -> Response:
        status = 404 if isinstance(error, Unknown) else 501 if isinstance(error, MissingExtra) else 422
        return Response(fault_json(error), status, media_type="application/json")

    @app.exception_handler(RequestValidationError)
    async def shape(request: Request, error: RequestValidationError) -> Response:
        faults = [
            {"place": printable(".".join(str(part) for part in item["loc"]), 120), "found": "something else",
             "expected": printable(str(item["msg"]), 200), "nearest": None}
            for item in error.errors()[:20]
        ]  # fmt: skip
        return JSONResponse({"error": "The request does not have the shape it needs.", "faults": faults}, 422)


def _pages(app: FastAPI) -> None:
    """The page and its parts, read once: only names that were packaged can be asked for."""
    parts = {item.name: item.read_bytes() for item in files("ytterby.web.static").iterdir() if item.is_file()}
    parts["pictures.css"] = _pictures().encode()

    def part(name: str) -> Response:
        body = parts.get(name)
        if body is None:
            return JSONResponse({"error": "There is no such page."}, 404)
        return Response(body, media_type=_MEDIA.get("." + name.rpartition(".")[2], "application/octet-stream"))

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        return part("index.html")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return part("docs.html")

    @app.get("/static/{name}", include_in_schema=False)
    async def static(name: str) -> Response:
        return part(name)


def _pictures() -> str:
    from ytterby.show.css import style

    return style()


def openapi() -> dict[str, Any]:
    """Return the description of the interface."""
    return application(Settings(workers=0)).openapi()


def _ended(*_: Any) -> None:
    raise SystemExit(0)


def main(settings: Settings, socket: Any) -> None:
    """Serve until stopped; `socket` listens already."""
    import signal

    import uvicorn

    from ytterby.web.patience import Server

    # When it has stopped the server raises the signal again: that shall be an end with its cleaning up, not a death.
    signal.signal(signal.SIGTERM, _ended)
    config = uvicorn.Config(
        build(settings), log_level="warning", access_log=False, server_header=False, proxy_headers=False,
        timeout_keep_alive=10, limit_concurrency=400, h11_max_incomplete_event_size=32 * 1024,
    )  # fmt: skip
    Server(config, settings.body_seconds).run(sockets=[socket])
    sys.stdout.flush()
