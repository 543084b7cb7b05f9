"""Clients take turns: one who asks much starves nobody, and a later question of a tab replaces a waiting one."""

from __future__ import annotations

import asyncio
import threading

from ytterby.web import pool as pools
from ytterby.web.document import Document
from ytterby.web.pool import Pool
from ytterby.web.turns import MOST_OF_ONE


def test_one_who_asks_much_waits_longest(monkeypatch):
    order = []
    monkeypatch.setattr(pools.solving, "answer", lambda kind, *rest: (order.append(kind), ("ok", kind.encode()))[1])

    async def ask():
        pool = Pool(0, 10.0)
        hog = [pool.ask(f"hog {k}", Document("x"), who="hog") for k in range(6)]
        asked = [asyncio.ensure_future(one) for one in hog]
        await asyncio.sleep(0)
        other = [asyncio.ensure_future(pool.ask(f"other {k}", Document("x"), who="other")) for k in range(2)]
        answers = await asyncio.gather(*asked, *other)
        assert [body.decode() for _, body in answers] == [f"hog {k}" for k in range(6)] + ["other 0", "other 1"]

    asyncio.run(ask())
    assert order[:5] == ["hog 0", "hog 1", "other 0", "hog 2", "other 1"]


def test_a_tab_whose_slider_moves_is_answered_last_only(monkeypatch):
    gate, order = threading.Event(), []

    def answer(kind, document, element, keys):
        gate.wait(10)
        order.append(element)
        return "ok", str(element).encode()

    monkeypatch.setattr(pools.solving, "answer", answer)

    async def ask():
        pool = Pool(0, 10.0)

        def later(value, track="tab"):
            return asyncio.ensure_future(pool.ask("desk", Document("x"), value, who="tab", track=track))

        moves = [later(str(k)) for k in range(5)] + [later("kept", None)]
        await asyncio.sleep(0.01)
        gate.set()
        return [word for word, _ in await asyncio.gather(*moves)]

    assert asyncio.run(ask()) == ["ok", "stale", "stale", "stale", "ok", "ok"]
    assert order == ["0", "4", "kept"]


def test_the_line_of_one_client_has_an_end(monkeypatch):
    gate = threading.Event()
    monkeypatch.setattr(pools.solving, "answer", lambda *a: (gate.wait(10), ("ok", b"{}"))[1])

    async def ask():
        pool = Pool(0, 10.0)
        many = [asyncio.ensure_future(pool.ask(str(k), Document("x"), who="hog")) for k in range(MOST_OF_ONE + 3)]
        await asyncio.sleep(0.01)
        other = asyncio.ensure_future(pool.ask("other", Document("x"), who="other"))
        gate.set()
        words = [word for word, _ in await asyncio.gather(*many, other)]
        assert words[-1] == "ok"
        assert words.count("busy") == 2  # one is being answered, MOST_OF_ONE wait
        assert pool.turns.waiting == 0

    asyncio.run(ask())


def test_a_fault_of_the_program_reaches_its_asker_and_stops_nobody(monkeypatch):
    def answer(kind, *rest):
        if kind == "broken":
            raise ZeroDivisionError
        return "ok", b"{}"

    monkeypatch.setattr(pools.solving, "answer", answer)

    async def ask():
        pool = Pool(0, 10.0)
        found = await asyncio.gather(*(pool.ask(k, Document("x")) for k in ("broken", "good")), return_exceptions=True)
        assert isinstance(found[0], ZeroDivisionError)
        assert found[1] == ("ok", b"{}")

    asyncio.run(ask())
