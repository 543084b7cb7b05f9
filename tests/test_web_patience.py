"""Connections that never finish asking are closed, and those that work or rest are not."""

import asyncio
import socket
import time
from types import SimpleNamespace

import pytest

pytest.importorskip("uvicorn", reason="the browser needs the extra app")

import uvicorn

from ytterby.core.errors import InputError
from ytterby.indicators.files import read
from ytterby.web.patience import Server


async def hello(scope, receive, send):
    """A whole answer to anything."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


def test_a_head_that_never_ends_is_closed_and_others_are_answered():
    listening = socket.create_server(("127.0.0.1", 0))

    async def tried():
        server = Server(uvicorn.Config(hello, log_level="error", limit_concurrency=5), head_seconds=0.5)
        running = asyncio.create_task(server.serve([listening]))
        late = [await asyncio.open_connection(*listening.getsockname()) for _ in range(5)]
        for _, writer in late:
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
        kept_reader, kept = await asyncio.open_connection(*listening.getsockname())
        begin = time.monotonic()
        ends = [await asyncio.wait_for(reader.read(), 5) for reader, _ in late]
        took = time.monotonic() - begin
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 5)
        for _, each in (*late, (kept_reader, kept), (reader, writer)):
            each.close()
        server.should_exit = True
        await running
        return ends, took, answer

    ends, took, answer = asyncio.run(tried())
    assert ends == [b""] * 5
    assert took < 4
    assert answer.startswith(b"HTTP/1.1 200")


def test_only_those_without_a_head_are_closed():
    now = [0.0]
    closed = []

    class Held(SimpleNamespace):
        __hash__ = object.__hash__

    def held(name, cycle, idle=None):
        return Held(
            cycle=cycle, timeout_keep_alive_task=idle, transport=SimpleNamespace(close=lambda: closed.append(name))
        )

    server = Server(uvicorn.Config(hello), head_seconds=10, clock=lambda: now[0])
    works, done = SimpleNamespace(response_complete=False), SimpleNamespace(response_complete=True)
    server.server_state.connections = {
        held("new", None), held("works", works), held("rests", done, "a timer"), held("asks again", done),
    }  # fmt: skip
    server.drop_late()
    now[0] = 10
    server.drop_late()
    assert closed == []
    now[0] = 10.1
    server.drop_late()
    assert sorted(closed) == ["asks again", "new"]


@pytest.mark.parametrize("text", ['"' * 300_000, ",".join(f"c{i}" for i in range(200_000)), "a," * 200_000 + "a"])
def test_a_heading_of_one_endless_name_or_of_endless_names_is_refused(tmp_path, text):
    (tmp_path / "b.csv").write_text(text + "\n1\n")
    with pytest.raises(InputError, match="row 1"):
        read(tmp_path / "b.csv")
