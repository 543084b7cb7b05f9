"""Workers for an ensemble: processes on one machine, or a Dask cluster; any other executor's `map` does as well.

Batches come back as they are done, not in order, so that nothing that is solved waits to be written; and only so many
are under way at a time, so that memory does not grow with the number of draws.

Workers write nothing, so stopping them loses nothing but what they were solving. They do not hear Ctrl-C, which is for
the process that keeps the draws, and they leave when that process is gone, however it went.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager
from functools import partial
from itertools import islice
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import wait
from typing import Any

from ytterby.core.errors import Fault, InputError, MissingExtra, printable
from ytterby.studies.ensemble import Map

MOST = 256
#: Tasks under way for each worker, and seconds to wait for a scheduler.
_AHEAD, _PATIENCE = 2, 10


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
        yield partial(_as_done, pool.submit, lambda waiting: wait_for(waiting, return_when=FIRST_COMPLETED)[0], number)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(active_children()) - others:
            child.terminate()
        raise
    pool.shutdown()


@contextmanager
def cluster(address: str) -> Iterator[Map]:
    """Give the map of a Dask cluster, by the address of its scheduler such as tcp://host:8786.

    A batch whose worker dies is given to another. Raises MissingExtra without Dask, InputError when nobody answers, and
    when a batch has brought down every worker it was given to.
    """
    try:
        from distributed import Client, KilledWorker
        from distributed import wait as wait_for_some
    except ImportError:
        raise MissingExtra("Clusters", "cluster") from None
    expected = "the address of a Dask scheduler that runs, such as tcp://host:8786"
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as cause:
        found = f"{printable(address, 80)} ({printable(str(cause), 100)})"
        raise InputError(Fault("cluster", found, expected)) from None
    threads = sum(client.nthreads().values())
    if not threads:
        client.close()
        raise InputError(Fault("cluster", f"{printable(address, 80)}, which has no workers", "a cluster with workers"))

    def submit(work: Any, task: Any) -> Any:
        return client.submit(work, task, pure=False)

    def first(waiting: set[Any]) -> Any:
        with client.as_current():
            return wait_for_some(waiting, return_when="FIRST_COMPLETED").done

    try:
        yield partial(_as_done, submit, first, threads)
    except KilledWorker as cause:
        raise InputError(Fault("cluster", printable(str(cause), 200), "workers with room for a batch")) from None
    finally:
        client.close()


def _as_done(
    submit: Callable[[Any, Any], Any],
    first: Callable[[set[Any]], Iterable[Any]],
    width: int,
    work: Callable[[Any], Any],
    tasks: Iterable[Any],
) -> Iterator[Any]:
    """Results as they come, at most two tasks a worker under way; what is under way is dropped when nobody asks."""
    waiting: set[Any] = set()
    left = iter(tasks)
    try:
        while True:
            waiting |= {submit(work, task) for task in islice(left, _AHEAD * width - len(waiting))}
            if not waiting:
                return
            done = set(first(waiting))
            waiting -= done
            for one in done:
                yield one.result()
    finally:
        for one in waiting:
            one.cancel()


def _begin() -> None:
    """Leave Ctrl-C to the parent, and leave with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
