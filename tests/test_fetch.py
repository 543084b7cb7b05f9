"""Fetching against a server on this machine that cuts, stalls, lies and sends the wrong thing.

Every wait is bounded: silences are cut after 0.4 s, pauses between tries are not slept. Only 127.0.0.1 is reached.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import json
import os
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ytterby.atlas.downloads import stated_by_listing
from ytterby.atlas.fetch import Patience, Wanted, fetch, fetch_text
from ytterby.core.errors import FetchError, InputError

BODY = bytes(range(256)) * 800  # 204,800 bytes
SHA256 = hashlib.sha256(BODY).hexdigest()
QUICK = Patience(silence=0.4, slowest=100_000, window=0.3, tries=4, pause=0.0, loopback=True)

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """A web server whose answer to the n-th request is the n-th of `answers` (the last one repeats)."""

    port: int = 0
    answers: list[Answer] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/file.bin"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            made.asked.append(dict(self.headers))
            self.close_connection = True
            answer = made.answers[min(len(made.asked), len(made.answers)) - 1]
            with contextlib.suppress(ConnectionError):
                answer(self)

        def log_message(self, *_: object) -> None:
            pass

    class Web(socketserver.ThreadingMixIn, http.server.HTTPServer):
        daemon_threads = True
        block_on_close = False

    web = Web(("127.0.0.1", 0), Handler)
    made.port = web.server_address[1]
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    made.stop.set()
    web.shutdown()
    web.server_close()
    thread.join(timeout=5)


def send(data: bytes, *, length: int | None = -1, code: int = 200, upto: int | None = None, **headers: str) -> Answer:
    """Answer with `data`; `length` is what is claimed (-1: the truth, None: nothing); break off after `upto` bytes."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        claimed = len(data) if length == -1 else length
        if claimed is not None:
            handler.send_header("Content-Length", str(claimed))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data[:upto])
        handler.wfile.flush()

    return answer


def ranged(data: bytes, tag: str = '"v1"', upto: int | None = None) -> Answer:
    """Answer as a good server does: a range when one is asked for and the file is still the same."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        asked = handler.headers.get("Range", "")
        if asked and handler.headers.get("If-Range") == tag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            span = f"bytes {start}-{len(data) - 1}/{len(data)}"
            send(data[start:], code=206, upto=upto, ETag=tag, Content_Range=span)(handler)
        elif handler.headers.get("If-None-Match") == tag:
            handler.send_response(304)
            handler.end_headers()
        else:
            send(data, upto=upto, ETag=tag)(handler)

    return answer


def wanted(server: Server, **known: object) -> Wanted:
    return Wanted(server.url, "file.bin", **({"most_bytes": 1_000_000} | known))  # type: ignore[arg-type]


def get(server: Server, folder: Path, **known: object):
    return fetch(wanted(server, **known), folder, QUICK, pause=lambda seconds: None)


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_good_server(server, tmp_path):
    server.answers = [ranged(BODY)]
    heard: list[tuple[int, int | None]] = []
    folder = tmp_path / "new" / "folder"
    found = fetch(
        wanted(server, hashes={"sha256": SHA256.upper()}, size=len(BODY)),
        folder,
        QUICK,
        tell=lambda d, t: heard.append((d, t)),
    )
    assert found.path.read_bytes() == BODY
    assert (found.sha256, found.fresh, found.changed) == (SHA256, True, False)
    assert heard[-1] == (len(BODY), len(BODY))
    assert left(folder) == {"file.bin", "file.bin.json"}
    assert json.loads((folder / "file.bin.json").read_text())["sha256"] == SHA256
    assert server.asked[0]["Accept-Encoding"] == "identity"


def test_an_unchanged_file_is_not_sent_again(server, tmp_path):
    server.answers = [ranged(BODY)]
    get(server, tmp_path)
    again = get(server, tmp_path)
    assert not again.fresh
    assert again.sha256 == SHA256
    assert server.asked[1]["If-None-Match"] == '"v1"'


def test_a_copy_changed_on_this_machine_is_fetched_again(server, tmp_path):
    server.answers = [ranged(BODY)]
    get(server, tmp_path).path.write_bytes(b"edited")
    again = get(server, tmp_path)
    assert again.path.read_bytes() == BODY
    assert "If-None-Match" not in server.asked[1]


def test_a_file_its_publisher_changed_is_told(server, tmp_path):
    server.answers = [ranged(BODY), ranged(BODY[::-1], tag='"v2"')]
    get(server, tmp_path)
    again = get(server, tmp_path)
    assert (again.fresh, again.changed) == (True, True)
    assert again.path.read_bytes() == BODY[::-1]


def test_a_cut_is_gone_on_from(server, tmp_path):
    server.answers = [ranged(BODY, upto=70_000), ranged(BODY, upto=50_000), ranged(BODY)]
    assert get(server, tmp_path).path.read_bytes() == BODY
    assert [asked.get("Range") for asked in server.asked] == [None, "bytes=70000-", "bytes=120000-"]
    assert server.asked[1]["If-Range"] == '"v1"'


def test_the_next_command_goes_on_from_a_cut(server, tmp_path):
    server.answers = [ranged(BODY, upto=70_000), send(b"", code=503)]
    with pytest.raises(FetchError, match=r"503 .* 70,000 bytes are kept"):
        get(server, tmp_path)
    assert left(tmp_path) == {"file.bin.part", "file.bin.part.json"}
    server.answers, server.asked[:] = [ranged(BODY)], []
    assert get(server, tmp_path).path.read_bytes() == BODY
    assert server.asked[0]["Range"] == "bytes=70000-"


def test_a_part_of_an_older_state_is_not_mixed_with_the_new_one(server, tmp_path):
    server.answers = [ranged(BODY, upto=70_000), ranged(BODY[::-1], tag='"v2"')]
    assert get(server, tmp_path).path.read_bytes() == BODY[::-1]


def test_without_a_mark_of_its_state_a_file_begins_again(server, tmp_path):
    server.answers = [send(BODY, upto=70_000), send(BODY)]
    assert get(server, tmp_path).path.read_bytes() == BODY
    assert "Range" not in server.asked[1]


def test_a_part_the_server_no_longer_fits_is_dropped(server, tmp_path):
    server.answers = [ranged(BODY, upto=70_000), send(b"", code=416), ranged(BODY)]
    assert get(server, tmp_path).path.read_bytes() == BODY
    assert "Range" not in server.asked[2]


def test_a_range_that_was_not_asked_for_is_refused(server, tmp_path):
    wrong = send(BODY[10:], code=206, ETag='"v1"', Content_Range=f"bytes 10-{len(BODY) - 1}/{len(BODY)}")
    server.answers = [ranged(BODY, upto=70_000), wrong]
    with pytest.raises(FetchError, match="from 70,000 on"):
        get(server, tmp_path)
    assert left(tmp_path) == set()


def test_a_server_that_always_cuts_ends(server, tmp_path):
    server.answers = [send(BODY, upto=5000)]
    with pytest.raises(FetchError, match=r"after 5,000 of 204,800 bytes.*5,000 bytes are kept"):
        get(server, tmp_path)
    assert len(server.asked) == QUICK.tries
    assert "file.bin" not in left(tmp_path)


def test_an_older_copy_stays_when_a_fetch_fails(server, tmp_path):
    server.answers = [ranged(BODY)]
    get(server, tmp_path)
    server.answers = [send(BODY[::-1], upto=5000, ETag='"v2"')]
    with pytest.raises(FetchError):
        get(server, tmp_path)
    assert (tmp_path / "file.bin").read_bytes() == BODY


def test_silence_ends(server, tmp_path):
    def silent(handler: http.server.BaseHTTPRequestHandler) -> None:
        send(BODY, upto=1000, ETag='"v1"')(handler)
        server.stop.wait(5)

    server.answers = [silent, silent, ranged(BODY)]
    begun = time.monotonic()
    assert get(server, tmp_path).path.read_bytes() == BODY
    assert time.monotonic() - begun < 3


def test_silence_before_the_answer_ends(server, tmp_path):
    server.answers = [lambda handler: server.stop.wait(5)]
    with pytest.raises(FetchError, match="fell silent"):
        fetch(wanted(server), tmp_path, Patience(0.2, tries=2, pause=0, loopback=True))
    assert left(tmp_path) == set()


def test_a_trickle_ends(server, tmp_path):
    def trickle(handler: http.server.BaseHTTPRequestHandler) -> None:
        send(BODY, upto=0)(handler)
        for _ in range(200):
            if server.stop.wait(0.02):
                return
            handler.wfile.write(b"x")

    server.answers = [trickle]
    with pytest.raises(FetchError, match="fewer than 100,000 bytes a second"):
        fetch(wanted(server), tmp_path, Patience(0.4, 100_000, 0.1, tries=2, pause=0, loopback=True))


def test_a_length_that_is_too_long_is_a_cut(server, tmp_path):
    server.answers = [send(BODY, length=len(BODY) + 10)]
    with pytest.raises(FetchError, match="after 204,800 of 204,810 bytes"):
        get(server, tmp_path)


def test_a_length_that_is_too_short_is_found_by_the_hash(server, tmp_path):
    server.answers = [send(BODY, length=1000)]
    with pytest.raises(FetchError, match="has the sha256"):
        get(server, tmp_path, hashes={"sha256": SHA256})
    assert left(tmp_path) == set()


def test_a_length_that_is_too_short_is_found_by_the_size(server, tmp_path):
    server.answers = [send(BODY, length=1000)]
    with pytest.raises(FetchError, match="has 1,000 bytes; its publisher states 204,800"):
        get(server, tmp_path, size=len(BODY))


@pytest.mark.parametrize("claimed", ["-5", "9" * 400, "9" * 5000, "many", "1e3", "٣"])
def test_a_length_that_is_no_number_does_no_harm(server, tmp_path, claimed):
    def odd(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: " + claimed.encode() + b"\r\n\r\n" + BODY)

    server.answers = [odd]
    with contextlib.suppress(FetchError):
        assert get(server, tmp_path, hashes={"sha256": SHA256}).path.read_bytes() == BODY
    assert "file.bin" not in left(tmp_path) or (tmp_path / "file.bin").read_bytes() == BODY


def test_a_file_without_a_length_is_taken_when_it_is_right(server, tmp_path):
    server.answers = [send(BODY, length=None)]
    assert get(server, tmp_path, hashes={"sha256": SHA256}).path.read_bytes() == BODY


def test_a_chunked_file_that_breaks_off_is_a_cut(server, tmp_path):
    def chunked(handler: http.server.BaseHTTPRequestHandler) -> None:
        send(b"", length=None, Transfer_Encoding="chunked")(handler)
        handler.wfile.write(b"%x\r\n%s\r\n" % (1000, BODY[:1000]) + b"%x\r\n%s" % (1000, BODY[:10]))

    server.answers = [chunked]
    with pytest.raises(FetchError, match="ended before the file did"):
        get(server, tmp_path)


def test_a_file_that_says_it_is_too_large_is_not_read(server, tmp_path):
    server.answers = [send(b"", length=10**15)]
    with pytest.raises(FetchError, match="at most 1,000,000 were expected"):
        get(server, tmp_path)
    assert len(server.asked) == 1
    assert left(tmp_path) == set()


def test_a_file_without_end_ends(server, tmp_path):
    def endless(handler: http.server.BaseHTTPRequestHandler) -> None:
        send(b"", length=None)(handler)
        for _ in range(100):
            handler.wfile.write(BODY)

    server.answers = [endless]
    with pytest.raises(FetchError, match="sends more than 300,000 bytes"):
        get(server, tmp_path, most_bytes=300_000)
    assert left(tmp_path) == set()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<!DOCTYPE html><title>Moved</title>", "a web page"),
        (b"\n  <html>", "a web page"),
        (b"%PDF-1.7", "begins with"),
    ],
)
def test_the_wrong_file_is_refused_at_its_first_bytes(server, tmp_path, data, says):
    server.answers = [send(data)]
    with pytest.raises(FetchError, match=says):
        get(server, tmp_path, begins=(b"PK\x03\x04",))
    assert left(tmp_path) == set()
    assert len(server.asked) == 1


def test_a_file_that_fails_its_check_is_not_kept(server, tmp_path):
    def refuse(path: Path) -> None:
        assert path.name == "file.bin.part"
        raise InputError("This is no table.")

    server.answers = [ranged(BODY)]
    with pytest.raises(InputError, match="no table"):
        fetch(wanted(server), tmp_path, QUICK, check=refuse)
    assert left(tmp_path) == set()


@pytest.mark.parametrize("code", [401, 403, 404, 410])
def test_a_refusal_is_final(server, tmp_path, code):
    server.answers = [send(b"gone", code=code)]
    with pytest.raises(FetchError, match=f"answers {code} .* may have moved"):
        get(server, tmp_path)
    assert len(server.asked) == 1


def test_a_busy_server_is_asked_again_after_longer_pauses(server, tmp_path):
    paused: list[float] = []
    server.answers = [send(b"", code=503), send(b"", code=429), ranged(BODY)]
    patience = Patience(0.4, pause=2.0, loopback=True)
    assert fetch(wanted(server), tmp_path, patience, pause=paused.append).path.read_bytes() == BODY
    assert paused == [2.0, 4.0]


def test_a_packed_answer_is_refused(server, tmp_path):
    server.answers = [send(BODY, Content_Encoding="gzip")]
    with pytest.raises(FetchError, match="packed as 'gzip'"):
        get(server, tmp_path)


@pytest.mark.parametrize(
    "target",
    [
        "http://example.org/file.bin",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "data:text/plain,x",
        "//example.org/x",
        "http://127.0.0.1.example.org/x",
        "http://[::1",
    ],
)
def test_a_redirect_away_from_https_is_refused(server, tmp_path, target):
    server.answers = [send(b"", code=302, Location=target)]
    with pytest.raises(FetchError, match=r"is not an address that begins with https|is not opened|is not allowed"):
        get(server, tmp_path)
    assert len(server.asked) == 1
    assert left(tmp_path) == set()


def test_a_redirect_on_this_machine_is_followed_in_tests_only(server, tmp_path):
    server.answers = [send(b"", code=302, Location="/other"), ranged(BODY)]
    assert get(server, tmp_path).path.read_bytes() == BODY


def test_a_circle_of_redirects_ends(server, tmp_path):
    server.answers = [send(b"", code=302, Location="/file.bin")]
    with pytest.raises(FetchError, match="answers 302"):
        get(server, tmp_path)
    assert len(server.asked) < 10


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "file:///etc/passwd", "ftp://x/y", "", "https://", "x" * 5000])
def test_only_https_is_opened(url, tmp_path):
    with pytest.raises(FetchError, match="not an address that begins with https"):
        fetch(Wanted(url, "x", 10), tmp_path / "new")
    with pytest.raises(FetchError, match="not an address that begins with https"):
        fetch_text(url, 10)
    assert left(tmp_path) == set()


def test_a_closed_port_is_one_line(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(FetchError, match="could not be fetched") as told:
        fetch(Wanted(f"http://127.0.0.1:{port}/x", "x", 10), tmp_path, QUICK, pause=lambda seconds: None)
    assert "\n" not in str(told.value)
    assert left(tmp_path) == set()


def test_two_commands_do_not_write_into_each_others_file(server, tmp_path):
    lock = tmp_path / "file.bin.lock"
    lock.touch()
    server.answers = [ranged(BODY)]
    with pytest.raises(FetchError, match=r"delete file\.bin\.lock"):
        get(server, tmp_path)
    assert server.asked == []
    os.utime(lock, (time.time() - 3600,) * 2)  # left by a command that is gone
    assert get(server, tmp_path).path.read_bytes() == BODY
    assert left(tmp_path) == {"file.bin", "file.bin.json"}


def test_damaged_notes_are_no_notes(server, tmp_path):
    server.answers = [ranged(BODY)]
    get(server, tmp_path)
    for text in ("", "[]", "{", "null", '{"url": 3}'):
        (tmp_path / "file.bin.json").write_text(text)
        (tmp_path / "file.bin.part").write_bytes(b"junk")
        (tmp_path / "file.bin.part.json").write_text(text)
        assert get(server, tmp_path).path.read_bytes() == BODY


def test_a_listing_states_size_and_hash(server, tmp_path):
    listing = {
        "files": [
            {"name": "other"},
            {
                "name": "file.bin",
                "size": len(BODY),
                "checksum": {"type": "MD5", "value": hashlib.md5(BODY).hexdigest()},
            },
        ]
    }
    server.answers = [send(json.dumps(listing).encode()), ranged(BODY[::-1])]
    stated = stated_by_listing(wanted(server), fetch_text(server.url, 100_000, QUICK))
    assert stated.size == len(BODY)
    with pytest.raises(FetchError, match="has the md5"):
        fetch(stated, tmp_path, QUICK)
    assert left(tmp_path) == set()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": 3}', '{"files": [3]}', '{"files": [{"name": "other"}]}'])
def test_a_listing_that_lists_nothing_is_told(text):
    with pytest.raises(FetchError, match=r"names no file 'file\.bin'"):
        stated_by_listing(Wanted("https://example.org/file.bin", "file.bin", 10), text)


def test_a_long_listing_is_refused(server):
    server.answers = [send(b"x" * 5000)]
    with pytest.raises(FetchError, match="more than 100 bytes"):
        fetch_text(server.url, 100, QUICK)
