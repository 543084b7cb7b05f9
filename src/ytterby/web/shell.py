"""`ytterby serve`: the atlas, the scenario desk and the rest in a browser, on this machine and offline."""

from __future__ import annotations

import os
import socket
import sys
from importlib.util import find_spec
from typing import Annotated

import typer

from ytterby.core.errors import Fault, InputError, MissingExtra
from ytterby.web.settings import LOOPBACK, PORT, Settings

_TRIED = 20


def register(app: typer.Typer) -> None:
    """Add the command to the shell."""
    app.command("serve")(serve)


def serve(
    port: Annotated[int, typer.Option("--port", metavar="N", help="Port; 0 takes a free one.")] = PORT,
    host: Annotated[str, typer.Option("--host", help="Interface; beyond this machine with a token.")] = LOOPBACK[0],
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="For a public mirror: no ensembles, no uploads, a limited rate.")
    ] = False,
    name: Annotated[
        list[str] | None, typer.Option("--name", metavar="HOST", help="A name this server is called by, for --host.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", metavar="W", help="Processes that solve.")] = 1,
) -> None:
    """Open the browser page: atlas, risk, scenario desk, uncertainty, deals, claims, sources. Ctrl-C stops it."""
    from ytterby.studies.runs import root_folder

    _check(port, workers)
    if find_spec("fastapi") is None or find_spec("uvicorn") is None:
        raise MissingExtra("Pages in the browser", "app")
    loopback = host in LOOPBACK
    token = None if loopback or read_only else _token()
    listening = _listen(host, port, tell=port != 0)
    at = int(listening.getsockname()[1])
    names = tuple(word.lower() for word in name or ())
    settings = Settings(host.lower(), at, token, read_only, workers, names, root_folder(os.environ).absolute())
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{at}/" + (f"?token={token}" if token else "")
    typer.echo(f"Ytterby is at {address}   (Ctrl-C stops it)")
    if not loopback:
        who = "Read-only, without a token" if token is None else "Whoever holds this address may use it"
        typer.echo(f"{who}; it listens beyond this machine and is not encrypted.", err=True)
    sys.stdout.flush()
    from ytterby.web.app import main

    if not no_open:
        _open(address)
    main(settings, listening)


def _check(port: int, workers: int) -> None:
    faults = []
    if not 0 <= port <= 65535:
        faults.append(Fault("--port", str(port), "a number from 0 to 65535"))
    if not 1 <= workers <= 64:
        faults.append(Fault("--workers", str(workers), "a number from 1 to 64"))
    if faults:
        raise InputError(faults)


def _token() -> str:
    import secrets

    return secrets.token_urlsafe(24)


def _listen(host: str, port: int, tell: bool) -> socket.socket:
    """Listen on the port, or on the next free one above it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for at in range(port, min(port + _TRIED, 65536)) if port else (0,):
        found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, so that asyncio sends at once
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((host, at))
            found.listen(128)
        except (OSError, UnicodeError) as cause:
            found.close()
            if getattr(cause, "errno", None) in (98, 48, 10048):
                continue
            reason = getattr(cause, "strerror", None) or str(cause)
            raise InputError(Fault("--host, --port", f"{host}:{at} ({reason})", "an address of this machine")) from None
        if tell and at != port:
            typer.echo(f"Port {port} is in use. Using {at}.", err=True)
        return found
    raise InputError(Fault("--port", f"{port} and the {_TRIED - 1} above it in use", "a free port, or --port 0"))


def _open(address: str) -> None:
    """Open a browser once the server answers; where there is none, the address is printed anyway."""
    import threading
    import webbrowser

    threading.Timer(0.8, webbrowser.open, (address,)).start()
