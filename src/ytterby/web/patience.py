"""A server that does not wait without end for the head of a request.

The library behind it times idle connections and we time bodies, but a connection that never sent a whole head would be
kept for ever, and some hundreds of those would keep everybody else out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import uvicorn

#: The library calls ten times a second.
_TICKS = 10


class Server(uvicorn.Server):
    """Serves, and closes each connection whose request head took longer than `head_seconds`."""

    def __init__(
        self, config: uvicorn.Config, head_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(config)
        self.head_seconds = head_seconds
        self.clock = clock
        self._since: dict[Any, float] = {}

    async def on_tick(self, counter: int) -> bool:
        """Do what the library does at every tick, and look at the connections once a second."""
        if counter % _TICKS == 0:
            self.drop_late()
        return await super().on_tick(counter)

    def drop_late(self) -> None:
        """Close the connections that have waited for the head of a request too long."""
        now = self.clock()
        waiting = [c for c in self.server_state.connections if _has_no_head(c)]
        self._since = {c: self._since.get(c, now) for c in waiting}
        for connection, since in self._since.items():
            if now - since > self.head_seconds:
                connection.transport.close()


def _has_no_head(connection: Any) -> bool:
    """Whether a connection is neither answering a request nor idle between two, which has a time of its own."""
    cycle = getattr(connection, "cycle", None)
    idle = getattr(connection, "timeout_keep_alive_task", None) is not None
    return not idle and (cycle is None or cycle.response_complete)
