"""A cluster gives the same draws, also when one of its workers is killed in the middle."""

from __future__ import annotations

import os
import signal
import warnings

import pytest

from test_ensemble import LICENCES, TEXTBOOK
from test_ensemble_in_time import YEARS
from test_runs import held
from ytterby.core.errors import InputError, MissingExtra
from ytterby.model.scenario_file import scenario
from ytterby.studies import runs
from ytterby.studies.draws import Design
from ytterby.studies.ensemble import Work, ensemble, study
from ytterby.studies.workers import _as_done, cluster, workers

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def two():
    """A cluster of two worker processes on this machine."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as made:
            yield made


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("asked_for", [LICENCES, YEARS], ids=["one year", "four years"])
def test_a_worker_killed_in_mid_run_changes_nothing(two, network, atlas, tmp_path, asked_for):
    file, design = scenario(asked_for), Design(16, 3)
    start = None if file.network else network
    asked = study(start, file, atlas)

    def record(root, **more):
        name, _ = runs.record(root, start, file, design, batch=2, atlas=atlas, asked=asked, **more)
        return held(root / name)

    alone = record(tmp_path / "alone")
    killed: list[int] = []

    def kill_one(done: int, _: int) -> None:
        if done and not killed:
            victim = sorted(two.workers)[0]
            killed.append(two.workers[victim].pid)
            os.kill(killed[0], signal.SIGKILL)

    with cluster(two.scheduler_address) as pool:
        assert record(tmp_path / "cluster", map=pool, progress=kill_one) == alone
    assert killed


@pytest.mark.filterwarnings("ignore")
def test_an_address_where_nobody_answers_is_one_line(monkeypatch):
    from ytterby.studies import workers as module

    monkeypatch.setattr(module, "_PATIENCE", 1)
    for address in ("tcp://127.0.0.1:9", "nowhere://x"):
        with pytest.raises(InputError, match=r"cluster: found .*expected the address of a Dask scheduler"):  # noqa: SIM117
            with cluster(address):
                pass


def test_without_dask_the_extra_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtra, match="cluster"), cluster("tcp://127.0.0.1:9"):
        pass


def test_a_worker_with_another_version_of_a_library_refuses(atlas):
    work = Work.of(study(None, scenario(TEXTBOOK), atlas))
    old = Work("another", work.payload, tuple((name, "0.0.1" if name == "numpy" else v) for name, v in work.versions))
    with pytest.raises(InputError, match="a worker: found numpy"):
        old((0, [[0.5]]))


def test_at_most_two_tasks_a_worker_are_under_way_and_all_come_back():
    class Later:
        def __init__(self, value: int) -> None:
            self.value, self.cancelled = value, False

        def result(self) -> int:
            return self.value

        def cancel(self) -> None:
            self.cancelled = True

    made: list[Later] = []
    most: list[int] = []

    def submit(work, task):
        made.append(Later(work(task)))
        return made[-1]

    def first(waiting):
        most.append(len(waiting))
        return {max(waiting, key=lambda one: one.value)}

    found = list(_as_done(submit, first, 3, lambda t: 10 * t, iter(range(20))))
    assert sorted(found) == [10 * t for t in range(20)]
    assert found != sorted(found)
    assert max(most) == 6
    stopped = _as_done(submit, first, 2, lambda t: t, iter(range(20)))
    next(stopped)
    under_way = made[20:]
    stopped.close()
    assert len(under_way) == 4
    assert sum(one.cancelled for one in under_way) == 3


def test_processes_that_finish_out_of_order_give_the_same_draws_and_the_same_files(atlas, tmp_path):
    def record(root, number):
        with workers(number) as pool:
            name, _ = runs.record(root, None, scenario(TEXTBOOK), Design(60, 2), batch=3, atlas=atlas, map=pool)
        return held(root / name)

    assert record(tmp_path / "two", 2) == record(tmp_path / "one", 1)
    one = ensemble(None, scenario(TEXTBOOK), 30, batch=4, atlas=atlas).draws.collect()
    backwards = ensemble(
        None, scenario(TEXTBOOK), 30, batch=4, atlas=atlas, map=lambda work, tasks: map(work, list(tasks)[::-1])
    )
    assert backwards.draws.collect().equals(one)
