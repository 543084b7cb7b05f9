"""What a server is started with, as one frozen record; nothing else of the process is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PORT = 8642


@dataclass(frozen=True, slots=True)
class Settings:
    """How to serve.

    `token` is asked of every request when it is not None. `read_only` refuses ensembles and uploads and limits the
    rate of each address. `workers` processes solve; with 0 this process does. `hosts` are names beside the loopback
    ones under which the server may be called. `runs` is the run store.
    """

    host: str = "127.0.0.1"
    port: int = PORT
    token: str | None = None
    read_only: bool = False
    workers: int = 1
    hosts: tuple[str, ...] = ()
    runs: Path = Path("runs")
    rate: float = 20.0  # requests a second of one address, read-only
    burst: int = 120
    body_seconds: float = 10.0  # for the head of a request, and for its body
    solve_seconds: float = 120.0

    def known_hosts(self) -> frozenset[str]:
        """Names a Host header may hold, without the port."""
        return frozenset((*LOOPBACK, *self.hosts, *((self.host,) if self.host not in ("0.0.0.0", "::") else ())))
