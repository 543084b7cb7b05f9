"""Who is next: the questions of each client stand in a line of their own, and the lines take turns.

A client who asks a hundred things waits for a hundred; one who asks a single thing waits for one of each other client.
A question on a *track* (a tab whose slider moves) takes the place of the last one of that track that still waits.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

MOST_WAITING = 128
MOST_OF_ONE = 48


@dataclass(eq=False, slots=True)
class Ticket(Generic[Q, A]):
    """A question of a client that waits, and where its answer will be; `askers` wait for it."""

    question: Q
    who: str
    track: str | None
    answer: asyncio.Future[A]
    askers: int = 1


@dataclass(slots=True)
class Turns(Generic[Q, A]):
    """Lines of waiting tickets by client, the client whose turn it is first."""

    lines: OrderedDict[str, deque[Ticket[Q, A]]] = field(default_factory=OrderedDict)
    waiting: int = 0

    def full(self, who: str) -> bool:
        """Whether a client may ask no more for now: all lines, or its own, are full."""
        return self.waiting >= MOST_WAITING or len(self.lines.get(who, ())) >= MOST_OF_ONE

    def overtaken(self, who: str, track: str | None) -> Ticket[Q, A] | None:
        """Take out the waiting ticket of a track that nobody else waits for, if there is one."""
        found = next((t for t in self.lines.get(who, ()) if track and t.track == track and t.askers == 1), None)
        if found is not None:
            self.lines[who].remove(found)
            self.waiting -= 1
        return found

    def add(self, ticket: Ticket[Q, A]) -> None:
        """Put a ticket at the end of its client's line."""
        self.lines.setdefault(ticket.who, deque()).append(ticket)
        self.waiting += 1

    def take(self) -> Ticket[Q, A] | None:
        """Take the first ticket of the client whose turn it is; that client is then last."""
        while self.lines:
            who, line = self.lines.popitem(last=False)
            if line:
                self.waiting -= 1
                ticket = line.popleft()
                if line:
                    self.lines[who] = line
                return ticket
        return None
