"""What is kept beside a fetched file: notes on where it came from, its hash, and a lock while it is being fetched."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ytterby.core.errors import FetchError

_STALE_LOCK = 600.0  # [s] a lock that was not touched for so long belongs to a command that is gone


def known(path: Path, target: Path, url: str) -> dict[str, Any]:
    """Return the notes of the copy at hand, or nothing when it is missing, came from elsewhere or was changed here."""
    said = notes(path)
    if not target.is_file() or said.get("url") != url or "sha256" not in said:
        return {}
    return said if hashes(target, {"sha256"})["sha256"] == said["sha256"] else {}


def notes(path: Path) -> dict[str, Any]:
    """Return the notes in `path`; damaged notes are no notes."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def write(path: Path, said: Mapping[str, Any]) -> None:
    """Write notes, whole or not at all."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    os.replace(beside, path)


def hashes(path: Path, kinds: Collection[str]) -> dict[str, str]:
    """Return the hashes of a file by algorithm."""
    totals = {kind: hashlib.new(kind, usedforsecurity=False) for kind in kinds}
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            for total in totals.values():
                total.update(chunk)
    return {kind: total.hexdigest() for kind, total in totals.items()}


@contextmanager
def alone(lock: Path) -> Iterator[Callable[[], None]]:
    """Hold a lock file while a file is fetched; the function given keeps it fresh."""
    for _ in range(2):
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            if time.time() - lock.stat().st_mtime < _STALE_LOCK:
                raise FetchError(
                    f"Another command is fetching into {lock.parent}. If none is, delete {lock.name} there."
                ) from None
            lock.unlink(missing_ok=True)
    try:
        yield lambda: os.utime(lock)
    finally:
        lock.unlink(missing_ok=True)
