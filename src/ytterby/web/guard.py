"""The gate before the application: who may ask, from where, how much and how often; and what every answer carries.

* Host: only names this server goes by, so that a name rebound to this machine (DNS rebinding) gets nothing.
* Origin: a page of another site may not write, and may not read the interface; cross-origin rights are never given.
* Token: asked of everybody as soon as the server listens beyond loopback, and compared in constant time.
* Size and time: an address, a body and the wait for a body have limits, and a body is whole before the work begins.
* Answers: a strict content policy, no sniffing, no framing, and never a traceback.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from ytterby.web.settings import Settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOG = logging.getLogger("ytterby.web")
COOKIE = "ytterby"
MAX_ADDRESS = 8 * 1024
MAX_BODY = 512 * 1024  # a scenario is at most half of this
MAX_UPLOAD = 8 * 1024 * 1024
UPLOADS = ("/api/purchases",)
READ_ONLY_POSTS = ("/api/run", "/api/desk", "/api/scenario", "/api/why", "/api/download", "/api/deal", "/api/read",
                   "/api/check")  # fmt: skip
#: The run store is its owner's: what is kept there is nobody else's business on a public mirror.
PRIVATE = ("/api/runs", "/api/ensembles")
_TYPES = ("application/json", "application/toml", "text/csv", "application/octet-stream")
_METHODS = ("GET", "HEAD", "POST", "DELETE")

HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered."""

    status: int
    said: str
    wait: int = 0


class Guard:
    """An ASGI application around another one."""

    def __init__(self, app: App, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self.app = app
        self.settings = settings
        self.hosts = settings.known_hosts()
        self.rates = Rates(settings.rate, settings.burst, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = _headers(scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _refuse(send, refusal)
            return
        given = self._token_in_address(scope)
        if given is not None:
            await _let_in(send, scope["path"], given)
            return
        body = await self._body(scope, headers, receive)
        if isinstance(body, Refusal):
            await _refuse(send, body)
            return
        await self._answer(scope, _replay(body, receive), send)

    def _refusal(self, scope: Scope, headers: dict[str, list[str]]) -> Refusal | None:
        if len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"") > MAX_ADDRESS:
            return Refusal(414, "The address is too long.")
        hosts = headers.get("host", [])
        if len(hosts) != 1:
            return Refusal(400, "A request needs one Host.")
        if _name(hosts[0]) not in self.hosts and not (self.settings.token and _is_address(_name(hosts[0]))):
            return Refusal(421, "This server does not go by that name.")
        method = scope["method"]
        if method not in _METHODS:
            return Refusal(405, "This server answers GET, HEAD, POST and DELETE.")
        if self.settings.read_only and not self.rates.take((scope.get("client") or ("?", 0))[0]):
            return Refusal(429, "Too many requests; wait a little.", wait=2)
        if self.settings.read_only and scope["path"].startswith(PRIVATE):
            return Refusal(403, "This server is read-only.")
        return self._origin(scope, headers, hosts[0]) or self._entry(scope, headers) or self._writes(scope, headers)

    def _origin(self, scope: Scope, headers: dict[str, list[str]], host: str) -> Refusal | None:
        """Refuse a page of another site: all it writes, and what it reads of the interface."""
        site = headers.get("sec-fetch-site", ["none"])[0]
        origin = headers.get("origin", [None])[0]
        writes = scope["method"] not in ("GET", "HEAD")
        foreign = origin is not None and origin.partition("://")[2] != host
        crossed = site in ("cross-site", "same-site")
        if (writes or scope["path"].startswith("/api")) and (foreign or crossed):
            return Refusal(403, "A page of another site may not do this.")
        return None

    def _entry(self, scope: Scope, headers: dict[str, list[str]]) -> Refusal | None:
        token = self.settings.token
        if token is None or self._token_in_address(scope) is not None:
            return None
        bearers = (line.partition("Bearer ") for line in headers.get("authorization", []))
        given = [word for before, found, word in bearers if found and not before]
        given += [_cookie(line) for line in headers.get("cookie", [])]
        if any(_same(word, token) for word in given):
            return None
        return Refusal(401, "Open the address that the server printed: it holds the token.")

    def _writes(self, scope: Scope, headers: dict[str, list[str]]) -> Refusal | None:
        if scope["method"] in ("GET", "HEAD"):
            return None
        path = scope["path"]
        if self.settings.read_only and not path.startswith(READ_ONLY_POSTS):
            return Refusal(403, "This server is read-only.")
        kind = headers.get("content-type", [""])[0].partition(";")[0].strip().lower()
        if scope["method"] == "POST" and kind not in _TYPES:
            return Refusal(415, f"Send one of {', '.join(_TYPES)}.")
        length = headers.get("content-length", ["0"])[0]
        if not (length.isascii() and length.isdigit() and len(length) < 20):
            return Refusal(400, "Content-Length is a number.")
        if int(length) > _most(path):
            return Refusal(413, "The body is too large.")
        return None

    def _token_in_address(self, scope: Scope) -> str | None:
        """Return the right token when the address of a page holds it; it is then kept as a cookie."""
        token, query = self.settings.token, scope.get("query_string") or b""
        if token is None or scope["method"] != "GET" or scope["path"] != "/" or b"token=" not in query:
            return None
        words = (part.partition("=") for part in query.decode("latin-1").split("&"))
        return next((word for name, _, word in words if name == "token" and _same(word, token)), None)

    async def _body(self, scope: Scope, headers: dict[str, list[str]], receive: Receive) -> bytes | Refusal:
        if scope["method"] in ("GET", "HEAD"):
            return b""
        try:
            return await asyncio.wait_for(_read(receive, _most(scope["path"])), self.settings.body_seconds)
        except TimeoutError:
            return Refusal(408, "The body did not come in time.")

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def dressed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message = {**message, "headers": _dressed(message.get("headers", []), scope["path"])}
            await send(message)

        try:
            await self.app(scope, receive, dressed)
        except Exception:
            LOG.exception("a fault in %s %s", scope["method"], scope["path"])
            if not begun:
                await _refuse(send, Refusal(500, "A fault of this program; the server's own output holds it."))


class Rates:
    """Token buckets by address, the oldest forgotten: `rate` a second after a `burst`."""

    MOST = 10_000

    def __init__(self, rate: float, burst: int, clock: Callable[[], float]) -> None:
        self.rate, self.burst, self.clock = rate, float(burst), clock
        self.held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str) -> bool:
        """Say whether one more request of `who` is within the rate."""
        now = self.clock()
        left, since = self.held.pop(who, (self.burst, now))
        left = min(self.burst, left + (now - since) * self.rate)
        self.held[who] = (left - 1 if left >= 1 else left, now)
        if len(self.held) > self.MOST:
            self.held.popitem(last=False)
        return left >= 1


def _headers(scope: Scope) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def _name(host: str) -> str:
    """Return the name in a Host header.

    >>> _name("[::1]:8642"), _name("localhost:8642"), _name("LOCALHOST")
    ('::1', 'localhost', 'localhost')
    """
    text = host.strip().lower()
    return text[1:].partition("]")[0] if text.startswith("[") else text.partition(":")[0]


def _is_address(name: str) -> bool:
    """Say whether a name is an address in numbers, which no one can rebind."""
    from ipaddress import ip_address

    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def _cookie(line: str) -> str:
    try:
        held = SimpleCookie(line)
    except CookieError:
        return ""
    return held[COOKIE].value if COOKIE in held else ""


def _most(path: str) -> int:
    return MAX_UPLOAD if path in UPLOADS else MAX_BODY


async def _read(receive: Receive, most: int) -> bytes | Refusal:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return Refusal(400, "The body was cut short.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            return Refusal(413, "The body is too large.")
        if not message.get("more_body"):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _dressed(headers: list[tuple[bytes, bytes]], path: str) -> list[tuple[bytes, bytes]]:
    kept = [(n, v) for n, v in headers if n.lower() != b"server"]
    have = {n.lower() for n, _ in kept}
    added = HEADERS | ({"cache-control": "no-store"} if path.startswith("/api") else {"cache-control": "no-cache"})
    return kept + [(n.encode(), v.encode()) for n, v in added.items() if n.encode() not in have]


async def _refuse(send: Send, refusal: Refusal) -> None:
    body = json.dumps({"error": refusal.said}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers += [(b"retry-after", str(refusal.wait).encode())] if refusal.wait else []
    await send({"type": "http.response.start", "status": refusal.status, "headers": _dressed(headers, "/api")})
    await send({"type": "http.response.body", "body": body})


async def _let_in(send: Send, path: str, token: str) -> None:
    cookie = f"{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/".encode()
    headers = [(b"location", path.encode()), (b"set-cookie", cookie), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 303, "headers": _dressed(headers, "/api")})
    await send({"type": "http.response.body", "body": b""})
