"""Worker processes that solve, in order of arrival, and the answers kept for the next who asks the same.

The server itself never solves, so it stays responsive. A question that takes too long, or a worker that dies, costs
that question alone: the workers are replaced. The queue has an end; beyond it one is told to come back.
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

from ytterby.web import solving
from ytterby.web.document import Document

MOST_WAITING = 128
KEPT_BYTES = 32 * 1024 * 1024

Answer = tuple[str, bytes]
Question = tuple[str, Document, str | None, tuple[str, ...]]


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
        self.waiting = 0
        self._pool: ProcessPoolExecutor | None = None
        self._turn = asyncio.Lock()
        self._asked: dict[Question, asyncio.Future[Answer]] = {}

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
        self, kind: str, document: Document, element: str | None = None, keys: tuple[str, ...] = ()
    ) -> Answer:
        """Return the answer of a worker; ("busy", …) when the queue is full, ("late", …) after the time allowed."""
        question = (kind, document, element, keys)
        found = self.kept.get(question)
        if found is not None:
            return found
        if question in self._asked:  # two who ask the same wait for one answer
            return await asyncio.shield(self._asked[question])
        if self.waiting >= MOST_WAITING:
            return "busy", b'{"error": "Too many questions are waiting; ask again in a moment."}'
        self.waiting += 1
        task = asyncio.ensure_future(self._answer(question))
        self._asked[question] = task
        try:
            return await asyncio.shield(task)
        finally:
            self.waiting -= 1
            self._asked.pop(question, None)

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
            async with self._turn:
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
