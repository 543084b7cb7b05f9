"""Fetching a publisher's file: the only place of Ytterby that opens a connection, and only when asked to.

What is promised, and tested against a server that cuts, stalls, lies and sends the wrong thing:

* HTTPS only, redirects too; certificates are checked; no other kind of address is ever opened;
* the file appears under its name only when it is complete, of the size and hash its publisher states where one is
  stated, and of the right format; until then its bytes stand in ``<name>.part``, from which the next try goes on;
* no try waits for ever: a silence, a trickle, an endless file and a server that always breaks off all end in one line;
* two commands at once do not write into each other's file.

A hash is checked when it is known: from the catalogue of files, or from the publisher's own listing. Otherwise the hash
of what came is kept beside the file, so that a later fetch can say that the publisher changed it.
"""

from __future__ import annotations

import errno
import http.client
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urljoin, urlsplit

from ytterby.atlas import kept
from ytterby.core.errors import FetchError, printable

Tell = Callable[[int, int | None], None]
Check = Callable[[Path], None]

_CHUNK = 1 << 16
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_AGAIN = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch: its address, its name on disk, the most bytes it may have, and what is known of it.

    `size` and `hashes` (by algorithm: sha256, md5) are what the publisher or the catalogue states; `begins` are the
    first bytes every such file has (one of them).
    """

    url: str
    name: str
    most_bytes: int
    size: int | None = None
    hashes: Mapping[str, str] = field(default_factory=dict)
    begins: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait: seconds of silence, bytes a second over a window of seconds, tries, and the first pause [s]."""

    silence: float = 30.0
    slowest: float = 500.0
    window: float = 60.0
    tries: int = 5
    pause: float = 1.0
    loopback: bool = False  # for tests: plain http to this machine


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was fetched, or found unchanged (`fresh` is False): its path, size and SHA-256."""

    path: Path
    size: int
    sha256: str
    fresh: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class _Job:
    """What one fetch works with; `known` are the notes of the copy at hand, empty when there is no whole copy."""

    wanted: Wanted
    target: Path
    part: Path
    known: Mapping[str, Any]
    patience: Patience
    tell: Tell

    def drop(self) -> None:
        """Forget the bytes that came so far."""
        self.part.unlink(missing_ok=True)
        self.part.with_name(f"{self.part.name}.json").unlink(missing_ok=True)


class _Cut(Exception):
    """The connection ended early or fell silent; another try may go on from here."""


def fetch(
    wanted: Wanted,
    folder: Path,
    patience: Patience = Patience(),
    tell: Tell = lambda done, total: None,
    check: Check = lambda path: None,
    pause: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Fetch `wanted` into `folder` and return where it is; raise FetchError when that cannot be done.

    `tell` hears of the bytes on disk and the bytes in all; `check` looks at the complete file and raises when it is not
    what it should be, before it gets its name.
    """
    _allowed(wanted.url, patience)
    folder.mkdir(parents=True, exist_ok=True)
    target, part = folder / wanted.name, folder / f"{wanted.name}.part"
    with kept.alone(folder / f"{wanted.name}.lock") as touch:

        def told(done: int, total: int | None) -> None:
            touch()
            tell(done, total)

        known = kept.known(folder / f"{wanted.name}.json", target, wanted.url)
        came = _tries(_Job(wanted, target, part, known, patience, told), pause)
        if came is None:
            return Fetched(target, target.stat().st_size, str(known["sha256"]), fresh=False, changed=False)
        sha256 = _accept(wanted, part, check)
        changed = target.exists() and known.get("sha256") != sha256
        os.replace(part, target)
        said = {"url": wanted.url, "bytes": target.stat().st_size, "sha256": sha256, **came}
        kept.write(folder / f"{wanted.name}.json", said)
        (folder / f"{wanted.name}.part.json").unlink(missing_ok=True)
        return Fetched(target, target.stat().st_size, sha256, fresh=True, changed=changed)


def fetch_text(url: str, most_bytes: int, patience: Patience = Patience()) -> str:
    """Return a small text from a publisher (a listing of files) without writing anything."""
    _allowed(url, patience)
    try:
        with _open(url, {}, patience) as response:
            data = response.read(most_bytes + 1)
    except (OSError, http.client.HTTPException) as cause:
        raise FetchError(f"{url} could not be read: {_reason(cause)}.") from None
    if len(data) > most_bytes:
        raise FetchError(f"{url} sends more than {most_bytes:,} bytes; a short listing was expected.")
    return bytes(data).decode("utf-8", errors="replace")


def _tries(job: _Job, pause: Callable[[float], None]) -> dict[str, Any] | None:
    """Bring the whole file into the part, in several tries; None when the copy at hand is still the publisher's."""
    last, tries = "", job.patience.tries
    for number in range(tries):
        if number:
            pause(job.patience.pause * 2 ** (number - 1))
        try:
            return _one_try(job)
        except FetchError:
            job.drop()
            raise
        except _Cut as cut:
            last = str(cut)
        except urllib.error.HTTPError as refusal:
            last = f"the server answers {refusal.code} {printable(str(refusal.reason), 160)}"
            if refusal.code == 416:  # what we hold does not fit the publisher's file any more
                job.drop()
            elif refusal.code not in _AGAIN:
                raise FetchError(f"{job.wanted.url}: {last}. The file may have moved: see its page.") from None
        except (OSError, http.client.HTTPException) as cause:
            last = _reason(cause)
            if _hopeless(cause):
                break
    done = job.part.stat().st_size if job.part.exists() else 0
    held = f" {done:,} bytes are kept: run the same command to go on from there." if done else ""
    raise FetchError(f"{job.wanted.url} could not be fetched: {last}.{held}")


def _one_try(job: _Job) -> dict[str, Any] | None:
    wanted, part = job.wanted, job.part
    notes = part.with_name(f"{part.name}.json")
    begun = kept.notes(notes)
    mark = str(begun.get("mark") or "")
    have = part.stat().st_size if part.exists() and mark and begun.get("url") == wanted.url else 0
    headers = {"Range": f"bytes={have}-", "If-Range": mark} if have else {}
    if not have and job.known.get("mark"):
        headers = _unless_changed(str(job.known["mark"]))
    try:
        response = _open(wanted.url, headers, job.patience)
    except urllib.error.HTTPError as refusal:
        if refusal.code == 304 and job.known:
            return None
        raise
    with response:
        start, total = _extent(response, have)
        _refuse_early(wanted, response, total)
        mark = _mark(response.headers)
        kept.write(notes, {"url": wanted.url, "mark": mark})
        with part.open("r+b" if start else "wb") as file:
            file.seek(start)
            file.truncate()
            _receive(job, response, file, total)
    return {"mark": mark}


def _receive(job: _Job, response: http.client.HTTPResponse, file: IO[bytes], total: int | None) -> None:
    """Copy the body; raise _Cut when it ends before `total` or becomes too slow, FetchError when it never ends."""
    wanted, patience = job.wanted, job.patience
    done = file.tell()
    since, then = done, time.monotonic()
    while True:
        try:
            chunk = response.read1(_CHUNK)
        except (OSError, http.client.HTTPException) as cause:
            raise _Cut(_reason(cause)) from None
        if not chunk:
            break
        if done == 0:
            _refuse_beginning(wanted, chunk)
        file.write(chunk)
        done += len(chunk)
        if done > wanted.most_bytes:
            raise FetchError(f"{wanted.url} sends more than {wanted.most_bytes:,} bytes. Nothing was kept of it.")
        job.tell(done, total)
        now = time.monotonic()
        if now - then > patience.window:
            if done - since < patience.slowest * (now - then):
                raise _Cut(f"fewer than {patience.slowest:,.0f} bytes a second for {patience.window:g} s")
            since, then = done, now
    file.flush()
    os.fsync(file.fileno())
    if total is not None and done < total:
        raise _Cut(f"the connection ended after {done:,} of {total:,} bytes")


def _accept(wanted: Wanted, part: Path, check: Check) -> str:
    """Return the SHA-256 of the complete file; a file that is not the right one is removed."""
    try:
        found = kept.hashes(part, {"sha256", *wanted.hashes})
        size = part.stat().st_size
        if wanted.size is not None and size != wanted.size:
            raise FetchError(f"{wanted.name} has {size:,} bytes; its publisher states {wanted.size:,}.")
        for kind, stated in wanted.hashes.items():
            if found[kind] != stated.lower():
                raise FetchError(f"{wanted.name} has the {kind} {found[kind]}; {stated.lower()} is stated. Not kept.")
        check(part)
    except BaseException:
        part.unlink(missing_ok=True)
        part.with_name(f"{part.name}.json").unlink(missing_ok=True)
        raise
    return found["sha256"]


def _extent(response: http.client.HTTPResponse, have: int) -> tuple[int, int | None]:
    """Return where the body begins in the file and how long the file will be, if that is said."""
    length = response.headers.get("Content-Length", "")
    size = int(length) if length.isascii() and length.isdigit() and len(length) < 19 else None
    if response.status == 206:
        span = response.headers.get("Content-Range", "")
        if not span.startswith(f"bytes {have}-"):
            raise FetchError(f"The server was asked for the bytes from {have:,} on and sends {printable(span, 60)!r}.")
        return have, None if size is None else have + size
    if response.status != 200:
        raise FetchError(f"The server answers {response.status}, which no file comes with.")
    return 0, size


def _refuse_early(wanted: Wanted, response: http.client.HTTPResponse, total: int | None) -> None:
    """Refuse what the head of the answer already shows to be wrong, before its body is read."""
    if total is not None and total > wanted.most_bytes:
        raise FetchError(f"{wanted.url} is {total:,} bytes long; at most {wanted.most_bytes:,} were expected.")
    packed = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packed not in ("", "identity"):
        raise FetchError(f"{wanted.url} comes packed as {printable(packed, 40)!r}, which was not asked for.")


def _refuse_beginning(wanted: Wanted, chunk: bytes) -> None:
    if wanted.begins and not any(chunk[: len(start)] == start[: len(chunk)] for start in wanted.begins):
        page = chunk.lstrip()[:1] == b"<"
        what = "a web page" if page else f"something that begins with {chunk[:12]!r}"
        raise FetchError(f"{wanted.url} sends {what}, not {wanted.name}. The file may have moved.")


def _mark(headers: Mapping[str, str]) -> str:
    """Return what identifies this state of the file at its publisher: a strong ETag, else its date, else nothing."""
    tag = headers.get("ETag") or ""
    return tag if tag and not tag.startswith("W/") else headers.get("Last-Modified") or ""


def _unless_changed(mark: str) -> dict[str, str]:
    return {"If-None-Match" if mark.startswith('"') else "If-Modified-Since": mark}


def _open(url: str, headers: Mapping[str, str], patience: Patience) -> Any:
    agent = {"User-Agent": "ytterby (cited figures on the supply of strategic minerals)", "Accept-Encoding": "identity"}
    request = urllib.request.Request(url, headers={**agent, **headers})
    try:
        return _opener(patience).open(request, timeout=patience.silence)
    except ValueError:  # urllib, of a redirect to something that is no address
        raise FetchError(f"{url} leads to something that is no address: it is not opened.") from None


def _opener(patience: Patience) -> urllib.request.OpenerDirector:
    """An opener that knows HTTP and HTTPS only: no file:, ftp: or data: address can be reached by a redirect."""
    opener = urllib.request.OpenerDirector()
    proxies = urllib.request.ProxyHandler({} if patience.loopback else None)
    web = (urllib.request.HTTPHandler(), urllib.request.HTTPSHandler(), urllib.request.HTTPDefaultErrorHandler())
    for handler in (proxies, *web, urllib.request.HTTPErrorProcessor(), _Redirects(patience)):
        opener.add_handler(handler)
    return opener


class _Redirects(urllib.request.HTTPRedirectHandler):
    max_redirections = 5

    def __init__(self, patience: Patience) -> None:
        self.patience = patience

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        target = urljoin(req.full_url, newurl)
        _allowed(target, self.patience)
        return super().redirect_request(req, fp, code, msg, headers, target)


def _allowed(url: str, patience: Patience) -> None:
    try:
        parts = urlsplit(url)
        host, scheme = parts.hostname or "", parts.scheme.lower()
    except ValueError:
        host, scheme = "", ""
    if scheme == "https" and host:
        return
    if not (patience.loopback and scheme == "http" and host in _LOOPBACK):
        raise FetchError(f"{printable(url)!r} is not an address that begins with https://: it is not opened.")


def _reason(cause: BaseException) -> str:
    """Say why a connection failed, in words."""
    inner = cause.reason if isinstance(cause, urllib.error.URLError) else cause
    if isinstance(inner, TimeoutError):
        return "the server fell silent"
    if isinstance(inner, http.client.IncompleteRead):
        return "the connection ended before the file did"
    return printable(str(inner), 120) or type(inner).__name__


def _hopeless(cause: BaseException) -> bool:
    """Say whether another try would fail the same way: nobody there, a wrong certificate, a disk that takes no more."""
    inner = cause.reason if isinstance(cause, urllib.error.URLError) else cause
    full = getattr(inner, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
    absent = type(inner).__name__ in ("gaierror", "SSLCertVerificationError", "ConnectionRefusedError")
    return full or absent
