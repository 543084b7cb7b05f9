"""Worker processes for an ensemble on one machine; any other executor's `map` does as well.

Workers write nothing, so stopping them loses nothing but what they were solving. They do not hear Ctrl-C, which is for
the process that keeps the draws, and they leave when that process is gone, however it went.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import wait

from ytterby.core.errors import Fault, InputError
from ytterby.studies.ensemble import Map

MOST = 256


@contextmanager
def workers(number: int) -> Iterator[Map]:
    """Give the `map` of so many processes; 1 is this process. On an error the processes are stopped at once."""
    if not 1 <= number <= MOST:
        raise InputError(Fault("workers", str(number), f"a number from 1 to {MOST}"))
    if number == 1:
        yield map
        return
    others = set(active_children())
    pool = ProcessPoolExecutor(number, mp_context=get_context("spawn"), initializer=_begin)
    try:
        yield pool.map
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(active_children()) - others:
            child.terminate()
        raise
    pool.shutdown()


def _begin() -> None:
    """Leave Ctrl-C to the parent, and leave with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
