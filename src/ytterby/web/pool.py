"""Worker processes that solve, one client after the other, and the answers kept for the next who asks the same.

The server itself never solves, so it stays responsive. A question that takes too long, or a worker that dies, costs
that question alone: the workers are replaced. The lines have an end; beyond it one is told to come back.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections import OrderedDict
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as wait_for_end
from typing import cast

from ytterby.web import solving
from ytterby.web.document import Document
from ytterby.web.turns import Ticket, Turns

KEPT_BYTES = 32 * 1024 * 1024

Answer = tuple[str, bytes]
Question = tuple[str, Document, str | None, tuple[str, ...]]

STALE: Answer = ("stale", b'{"error": "A later question took the place of this one."}')


class Kept:
    """The last answers, at most so many bytes of them, the oldest forgotten first."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self.most, self.size = most, 0
        self.held: OrderedDict[Question, Answer] = OrderedDict()

    def get(self, question: Question) -> Answer | None:
        """Return the answer if it is kept."""
        if question in self.held:
            self.held.move_to_end(question)
        return self.held.get(question)

    def put(self, question: Question, found: Answer) -> None:
        """Keep an answer that a worker gave."""
        if len(found[1]) > self.most or question in self.held:
            return
        self.held[question] = found
        self.size += len(found[1])
        while self.size > self.most:
            self.size -= len(self.held.popitem(last=False)[1][1])


class Pool:
    """So many worker processes; with none, questions are solved in a thread of this process, one at a time."""

    def __init__(self, workers: int, seconds: float) -> None:
        self.workers, self.seconds = workers, seconds
        self.kept = Kept()
        self.turns: Turns[Question, Answer] = Turns()
        self._pool: ProcessPoolExecutor | None = None
        self._asked: dict[Question, Ticket[Question, Answer]] = {}
        self._working: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Start the workers and let them build the base networks."""
        if self.workers:
            self._pool = ProcessPoolExecutor(self.workers, mp_context=get_context("spawn"), initializer=begin)
            for _ in range(self.workers):
                self._pool.submit(solving.warm)

    def stop(self) -> None:
        """Stop the workers at once."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        processes = list((getattr(pool, "_processes", None) or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()

    async def ask(
        self, kind: str, document: Document, element: str | None = None, keys: tuple[str, ...] = (),
        who: str = "", track: str | None = None,
    ) -> Answer:  # fmt: skip
        """Return the answer of a worker; ("busy", …) when too much waits, ("late", …) after the time allowed.

        Clients (`who`) take turns. A question on a `track` takes the place of the last one on it that still waits,
        which is told ("stale", …).
        """
        question = (kind, document, element, keys)
        found = self.kept.get(question)
        if found is not None:
            return found
        ticket = self._asked.get(question)
        if ticket is not None:  # two who ask the same wait for one answer
            ticket.askers += 1
            return await asyncio.shield(ticket.answer)
        old = self.turns.overtaken(who, track)
        if old is not None:
            self._close(old, STALE)
        if self.turns.full(who):
            return "busy", b'{"error": "Too many questions are waiting; ask again in a moment."}'
        ticket = Ticket(question, who, track, asyncio.get_running_loop().create_future())
        self._asked[question] = ticket
        self.turns.add(ticket)
        self._next()
        return await asyncio.shield(ticket.answer)

    def _next(self) -> None:
        """Let the workers that are free begin what is next."""
        while len(self._working) < max(self.workers, 1) and (ticket := self.turns.take()) is not None:
            task = asyncio.ensure_future(self._serve(ticket))
            self._working.add(task)

    async def _serve(self, ticket: Ticket[Question, Answer]) -> None:
        try:
            self._close(ticket, await self._answer(ticket.question))
        except Exception as fault:
            self._asked.pop(ticket.question, None)
            ticket.answer.set_exception(fault)
        finally:
            self._working.discard(cast("asyncio.Task[None]", asyncio.current_task()))
            self._next()

    def _close(self, ticket: Ticket[Question, Answer], found: Answer) -> None:
        self._asked.pop(ticket.question, None)
        if not ticket.answer.done():
            ticket.answer.set_result(found)

    async def _answer(self, question: Question) -> Answer:
        try:
            found = await asyncio.wait_for(self._once(question), self.seconds)
        except TimeoutError:
            self._replace()
            return "late", b'{"error": "The answer took too long and was given up."}'
        except BrokenProcessPool:
            self._replace()
            return "broken", b'{"error": "A worker process ended; a new one has started. Ask again."}'
        if found[0] == "ok":
            self.kept.put(question, found)
        return found

    async def _once(self, question: Question) -> Answer:
        if self._pool is None:
            return await asyncio.to_thread(solving.answer, *question)
        future: Future[Answer] = self._pool.submit(solving.answer, *question)
        return await asyncio.wrap_future(future)

    def _replace(self) -> None:
        if self._pool is not None:
            self.stop()
            self.start()


def begin() -> None:
    """Leave Ctrl-C to the server, and leave with it however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait_for_end([parent.sentinel])
        os._exit(1)
