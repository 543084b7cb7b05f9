"""Requests nobody should send: each is refused with the right status, writes nothing and tells nothing of the inside."""

# A row of the table of requests is a line.
# ruff: noqa: E501
from __future__ import annotations

import asyncio
import io
import json
import zipfile

import pytest

from served import client_of
from ytterby.web.guard import HEADERS, MAX_BODY, MAX_UPLOAD, Guard, Rates
from ytterby.web.settings import Settings

GOOD = {"name": "heavy-ree-licences-2025"}
JSON = {"content-type": "application/json"}
OCTETS = {"content-type": "application/octet-stream"}
HEAD = 'schema = 1\nname = "x"\ntitle = "x"\nbase = { chain = "rare-earths", year = 2024 }\ntime = { step = "year", from = 2025, to = 2025 }\n'


def bomb() -> bytes:
    """A workbook of a few kilobytes that would unpack to 200 MB."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"\0" * 200_000_000)
    return held.getvalue()


def text(tail: str) -> dict:
    return {"json": {"text": HEAD + tail}}


# (what, method, path, what is sent, status)
HOSTILE = [
    ("another name of this machine", "GET", "/", {"headers": {"host": "evil.example"}}, 421),
    ("another name and our port", "GET", "/api/about", {"headers": {"host": "evil.example:8642"}}, 421),
    ("a name that begins as ours", "GET", "/api/about", {"headers": {"host": "localhost.evil.example"}}, 421),
    ("an address that is not ours", "GET", "/api/about", {"headers": {"host": "10.0.0.1"}}, 421),
    ("no name", "GET", "/api/about", {"headers": {"host": ""}}, 421),
    ("a write from another site", "POST", "/api/desk", {"json": GOOD, "headers": {"origin": "http://evil.example"}}, 403),
    ("a write from another port", "POST", "/api/desk", {"json": GOOD, "headers": {"origin": "http://127.0.0.1:1"}}, 403),
    ("a write from a sandbox", "POST", "/api/desk", {"json": GOOD, "headers": {"origin": "null"}}, 403),
    ("a cross-site fetch", "POST", "/api/desk", {"json": GOOD, "headers": {"sec-fetch-site": "cross-site"}}, 403),
    ("a cross-site read", "GET", "/api/runs", {"headers": {"sec-fetch-site": "cross-site"}}, 403),
    ("a read by another site", "GET", "/api/runs", {"headers": {"origin": "https://evil.example"}}, 403),
    ("a delete by another site", "DELETE", "/api/ensembles/0123456789abcdef", {"headers": {"origin": "http://e.example"}}, 403),
    ("a preflight", "OPTIONS", "/api/desk", {"headers": {"origin": "http://evil.example"}}, 405),
    ("a form", "POST", "/api/ensembles", {"data": {"n": "1"}}, 415),
    ("plain text, as a form may send", "POST", "/api/run", {"content": b"{}", "headers": {"content-type": "text/plain"}}, 415),
    ("a multipart form", "POST", "/api/purchases", {"files": {"f": b"x"}}, 415),
    ("PUT", "PUT", "/api/run", {"json": GOOD}, 405),
    ("TRACE", "TRACE", "/", {}, 405),
    ("PATCH", "PATCH", "/api/run", {"json": GOOD}, 405),
    ("a long address", "GET", "/api/facts?material=" + "x" * 9000, {}, 414),
    ("a large body", "POST", "/api/run", {"content": b" " * (MAX_BODY + 1), "headers": JSON}, 413),
    ("a large body in pieces", "POST", "/api/run", {"content": (b" " * 65536 for _ in range(20)), "headers": JSON}, 413),
    ("a large upload", "POST", "/api/purchases", {"content": b"x" * (MAX_UPLOAD + 1), "headers": OCTETS}, 413),
    ("up the folders", "GET", "/static/../settings.py", {}, 404),
    ("up the folders, coded", "GET", "/static/%2e%2e%2fsettings.py", {}, 404),
    ("up the folders, coded twice", "GET", "/static/%252e%252e%252fsettings.py", {}, 404),
    ("a whole path", "GET", "/static//etc/passwd", {}, 404),
    ("a path with a nul", "GET", "/static/app.js%00.css", {}, 404),
    ("a file beside the pages", "GET", "/static/guard.py", {}, 404),
    ("a path as a name", "POST", "/api/run", {"json": {"name": "/etc/passwd"}}, 404),
    ("a path up as a name", "POST", "/api/run", {"json": {"name": "../../secrets.toml"}}, 404),
    ("a name with a nul", "POST", "/api/run", {"json": {"name": "a\u0000b"}}, 404),
    ("a path to extend", "POST", "/api/run", text('extends = "../../etc/hosts.toml"\n'), 422),
    ("a network by path", "POST", "/api/run", {"json": {"text": 'schema = 1\nname="x"\ntitle="x"\nbase={network="/etc/passwd"}\n'}}, 422),
    ("TOML nested without end", "POST", "/api/run", text("a = " + "[" * 5000 + "]" * 5000), 422),
    ("a key of a thousand parts", "POST", "/api/run", text(".".join("a" * 2000) + " = 1"), 422),
    ("a number of thousands of digits", "POST", "/api/run", text("a = " + "9" * 6000), 422),
    ("TOML that is not", "POST", "/api/run", {"json": {"text": "<script>alert(1)</script>"}}, 422),
    ("no text", "POST", "/api/run", {"json": {"text": ""}}, 422),
    ("binary as text", "POST", "/api/run", {"json": {"text": "a\u0000b"}}, 422),
    ("bytes as TOML", "POST", "/api/run/toml", {"content": b"\xff\xfe\x00\x01", "headers": {"content-type": "application/toml"}}, 422),
    ("JSON that is not", "POST", "/api/run", {"content": b"{", "headers": JSON}, 422),
    ("JSON nested without end", "POST", "/api/run", {"content": b"[" * 100_000, "headers": JSON}, 400),
    ("a list", "POST", "/api/run", {"json": []}, 422),
    ("an unknown key", "POST", "/api/run", {"json": GOOD | {"path": "/etc/passwd"}}, 422),
    ("a thousand settings", "POST", "/api/run", {"json": GOOD | {"set": ["a=1"] * 1000}}, 422),
    ("a setting that smuggles", "POST", "/api/run", {"json": GOOD | {"set": ["measure.magnets.limit.share_of_base=1\nx=2"]}}, 422),
    ("a setting of the inside", "POST", "/api/run", {"json": GOOD | {"set": ["__class__.x=1"]}}, 422),
    ("a limit below nothing", "POST", "/api/run", {"json": GOOD | {"set": ["measure.magnets.limit.share_of_base=-1"]}}, 422),
    ("an element that is none", "POST", "/api/desk", {"json": GOOD | {"element": "<b>"}}, 422),
    ("too many draws", "POST", "/api/ensembles", {"json": GOOD | {"n": 10**9}}, 422),
    ("a negative seed", "POST", "/api/ensembles", {"json": GOOD | {"seed": -1}}, 422),
    ("a method that is none", "POST", "/api/ensembles", {"json": {"name": "nobody"}}, 404),
    ("a job by path", "GET", "/api/ensembles/..%2f..%2fetc", {}, 404),
    ("a job that is none", "DELETE", "/api/ensembles/0123456789abcdef", {}, 404),
    ("a download that is none", "POST", "/api/download/exe", {"json": GOOD}, 404),
    ("a workbook that explodes", "POST", "/api/purchases?name=b.xlsx", {"content": bomb(), "headers": OCTETS}, 422),
    ("a workbook that is none", "POST", "/api/purchases?name=b.xlsx", {"content": b"PK\x03\x04rest", "headers": OCTETS}, 422),
    ("Parquet that is none", "POST", "/api/purchases?name=b.parquet", {"content": b"PAR1" + b"\0" * 99, "headers": OCTETS}, 422),
    ("an empty table", "POST", "/api/purchases?name=b.csv", {"content": b"", "headers": OCTETS}, 422),
    ("a table named as a program", "POST", "/api/purchases?name=../../b.sh", {"content": b"a", "headers": OCTETS}, 422),
    ("a year of nobody", "GET", "/api/chain?element=Dy&year=99999", {}, 422),
    ("a year without figures", "GET", "/api/chain?element=Dy&year=1950", {}, 422),
    ("a material of nobody", "GET", "/api/facts?material=%3Cscript%3E", {}, 422),
    ("a country of nobody", "GET", "/api/facts?material=Dy&country='%20OR%201=1", {}, 422),
    ("an element of nobody", "POST", "/api/desk", {"json": {**GOOD, "element": "Xx", "quick": True}}, 422),
    ("an element that does not flow", "POST", "/api/desk", {"json": {**GOOD, "element": "Pm", "quick": True}}, 422),
    ("no material", "GET", "/api/facts", {}, 422),
    ("a deal that is a path", "POST", "/api/deal", {"json": {"name": "../joint.toml"}}, 404),
    ("a deal that is none", "POST", "/api/deal", {"json": {"text": "schema = 9"}}, 422),
    ("a transcript from this machine", "POST", "/api/check", {"json": {"text": 'text = "x"\n[test]\ntype = "quotation"\nspeaker = "x"\ntranscript = "notes.txt"\n'}}, 422),
    ("an article without words", "POST", "/api/read", {"json": {"text": "0 0 0"}}, 422),
    ("a date that is none", "POST", "/api/read", {"json": {"text": "The rare earths are mined in China.", "date": "soon"}}, 422),
    ("a view of nobody", "POST", "/api/check", {"json": {"text": 'text = "x"\n', "viewpoint": "<b>"}}, 422),
    ("no such path", "GET", "/api/nothing", {}, 404),
    ("the description by its usual name", "GET", "/openapi.json", {}, 404),
]  # fmt: skip


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return tmp_path_factory.mktemp("hostile") / "runs"


@pytest.fixture(scope="module")
def client(runs):
    with client_of(Settings(workers=0, runs=runs)) as found:
        yield found


def plain(answer) -> None:
    """Every answer carries the headers, and none tells of the inside."""
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "access-control-allow-origin" not in answer.headers
    said = answer.text
    assert not any(word in said for word in ("Traceback", "site-packages", '.py"', "root:", "/src/"))
    assert len(said) < 4000


@pytest.mark.parametrize("method, path, sent, status", [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_refused(client, runs, method, path, sent, status):
    answer = client.request(method, path, **sent)
    assert answer.status_code == status, answer.text[:300]
    plain(answer)
    if method != "HEAD":
        assert answer.json()["error" if "error" in answer.json() else "detail"]
    assert not runs.exists()  # nothing was written


def test_there_are_enough_of_them():
    assert len(HOSTILE) >= 40
    assert len({row[0] for row in HOSTILE}) == len(HOSTILE)


def test_what_is_asked_for_is_answered(client):
    for path in ("/", "/docs", "/static/app.js", "/static/pictures.css", "/api/about", "/api/openapi.json"):
        answer = client.get(path, headers={"origin": "http://127.0.0.1:8642", "sec-fetch-site": "same-origin"})
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"] == HEADERS["content-security-policy"]
    page = client.get("/").text
    assert "<style" not in page
    assert "style=" not in page
    assert page.count("<script") == page.count('<script type="module" src="/static/')
    assert "http" not in page.replace("http-equiv", "")


def test_a_token_opens_the_door_and_nothing_else_does(tmp_path):
    settings = Settings(host="0.0.0.0", workers=0, token="a-long-secret", runs=tmp_path)
    with client_of(settings, "http://192.0.2.7:8642") as client:
        for path, headers in [
            ("/", {}), ("/api/about", {}), ("/static/app.js", {}), ("/?token=wrong", {}),
            ("/api/about?token=a-long-secret", {}), ("/api/about", {"authorization": "Bearer wrong"}),
            ("/api/about", {"authorization": "a-long-secret"}), ("/api/about", {"cookie": "ytterby="}),
            ("/api/about", {"cookie": "ytterby=\"\\"}),
        ]:  # fmt: skip
            answer = client.get(path, headers=headers)
            assert answer.status_code == 401, path
            plain(answer)
            assert "a-long-secret" not in answer.text
        assert client.get("/api/about", headers={"authorization": "Bearer a-long-secret"}).status_code == 200
        let_in = client.get("/?token=a-long-secret")
        assert (let_in.status_code, let_in.headers["location"]) == (303, "/")
        cookie = let_in.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert client.get("/").status_code == 200  # the client keeps the cookie
        assert client.get("/", headers={"host": "rebound.example"}).status_code == 421


def test_read_only_writes_nothing_and_has_a_rate(tmp_path):
    settings = Settings(workers=0, read_only=True, burst=12, rate=0.0, runs=tmp_path / "runs")
    with client_of(settings) as client:
        assert client.post("/api/ensembles", json=GOOD).status_code == 403
        assert client.delete("/api/ensembles/0123456789abcdef").status_code == 403
        assert client.post("/api/purchases?name=a.csv", content=b"a", headers=OCTETS).status_code == 403
        assert "uncertainty" not in client.get("/api/about").json()["screens"]
        assert [client.get(f"/api/{path}").status_code for path in ("runs", "ensembles/x/result")] == [403, 403]
        assert client.post("/api/scenario", json=GOOD).status_code == 200
        answers = [client.get("/").status_code for _ in range(12)]
        assert answers[0] == 200
        assert answers[-1] == 429
        assert not (tmp_path / "runs").exists()


def test_rates_fill_again_and_forget():
    now = [0.0]
    rates = Rates(1.0, 2, lambda: now[0])
    assert [rates.take("a") for _ in range(3)] == [True, True, False]
    assert rates.take("b")
    now[0] = 1.0
    assert [rates.take("a") for _ in range(2)] == [True, False]
    for k in range(rates.MOST + 5):
        rates.take(str(k))
    assert len(rates.held) == rates.MOST


def test_a_body_that_never_comes_and_a_fault_inside():
    sent: list[dict] = []

    async def broken(scope, receive, send):
        raise RuntimeError("the secret of the inside")

    async def never():
        await asyncio.sleep(60)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/run", "query_string": b"", "raw_path": b"/api/run",
             "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")], "client": ("::1", 1)}  # fmt: skip
    guard = Guard(broken, Settings(body_seconds=0.02))
    asyncio.run(guard(scope, never, send))
    assert sent[0]["status"] == 408
    sent.clear()
    asyncio.run(guard(scope | {"method": "GET"}, never, send))
    assert sent[0]["status"] == 500
    assert b"secret" not in sent[1]["body"]
    assert json.loads(sent[1]["body"])["error"]
    sent.clear()
    asyncio.run(guard({"type": "websocket"}, never, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]
