"""Ensembles: the same draw gives the same bytes however it is solved, and says what a run of its own would say."""

from __future__ import annotations

import pickle
import random
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ytterby.core.errors import InputError
from ytterby.model.finding import actors
from ytterby.model.measures import apply
from ytterby.model.result_binding import binding
from ytterby.model.result_use import uses, value_lost
from ytterby.model.run import run
from ytterby.model.scenario_file import scenario
from ytterby.model.solved import equilibrium
from ytterby.solver import Engine
from ytterby.studies.draws import Design, percentiles
from ytterby.studies.ensemble import Work, batches, count, ensemble, study
from ytterby.studies.study import LADDER, moves

LICENCES = "heavy-ree-licences-2025"
TEXTBOOK = {
    "schema": 1,
    "name": "a-quota",
    "title": "A quota on what region 2 sells",
    "base": {"network": "takayama-judge-1964"},
    "measure": [
        {
            "id": "cap",
            "kind": "quota",
            "title": "A cap",
            "source": {"publisher": "none", "title": "made up", "url": "https://example.org", "date": "1964-01-01"},
            "scope": {"flow": "export", "of": "reg2", "except_to": ["reg2"]},
            "limit": {"share_of_base": 0.6, "low": 0.2, "high": 1.4, "why": "made up"},
        }
    ],
}


@pytest.fixture(scope="module")
def licences(network, atlas):
    return study(network, scenario(LICENCES), atlas)


@pytest.fixture(scope="module")
def textbook(atlas):
    return study(None, scenario(TEXTBOOK), atlas)


def sample_of(asked, n: int, seed: int = 1):
    return percentiles(Design(n, seed), (i.id for i in asked.inputs))


def text(frames) -> bytes:
    return pl.concat(frames).write_csv().encode()


def test_any_batch_size_order_and_number_of_workers_gives_the_same_bytes(textbook):
    sample = sample_of(textbook, 40)
    serial = text(frame for _, frame in batches(textbook, sample, 40))
    assert text(frame for _, frame in batches(textbook, sample, 7)) == serial
    order = list(range(count(40, 3)))
    random.Random(4).shuffle(order)
    shuffled = dict(batches(textbook, sample, 3, order))
    assert text(shuffled[k] for k in sorted(shuffled)) == serial
    with ThreadPoolExecutor(3) as pool:
        assert text(frame for _, frame in batches(textbook, sample, 4, map=pool.map)) == serial


def test_two_processes_give_the_bytes_of_one_on_the_real_network(licences):
    sample = sample_of(licences, 4)
    serial = text(frame for _, frame in batches(licences, sample, 4))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert text(frame for _, frame in batches(licences, sample, 1, map=pool.map)) == serial


def test_what_is_read_off_is_what_the_tables_of_a_run_say(network, licences):
    asked = scenario(LICENCES)
    shocked, applied = apply(network, asked.measures, asked.year)
    before, after = equilibrium(network), equilibrium(shocked, applied)
    read = dict(
        zip(
            (q.name for q in licences.readout.quantities),
            licences.readout.of(after.problem, after.solution),
            strict=True,
        )
    )
    assert read["value_lost"] == pytest.approx(value_lost(after, before, actors(asked)), rel=1e-9)
    every = uses(after, before)
    shown = {q.name: q for q in licences.readout.quantities if q.what == "use_lost" and q.place != "outside"}
    assert len(shown) > 50
    for name, q in shown.items():
        use = every[q.of, q.place]
        assert read[name] == pytest.approx(use.lost, abs=1e-6)
        assert q.base == pytest.approx(use.base)
    dy = [use for (product, country), use in every.items() if product == "oxide/Dy" and country != "CHN"]
    assert read["use_lost|oxide/Dy|outside"] == pytest.approx(sum(u.lost for u in dy), abs=1e-6)
    assert read["replaced|oxide/Dy|outside"] == pytest.approx(sum(u.replaced for u in dy), abs=1e-6)
    assert read["unserved|oxide/Dy|outside"] == pytest.approx(sum(u.unserved for u in dy), abs=1e-6)
    quoted = after.quoted()
    for q in licences.readout.quantities:
        if q.what == "price" and q.place != "outside" and not np.isnan(read[q.name]):
            assert read[q.name] == pytest.approx(quoted[q.of, q.place], rel=1e-9)
    rows = {row["id"]: row for row in binding(after, before, applied)}
    limits = [q.of for q in licences.readout.quantities if q.what == "binds"]
    assert len(limits) == 8
    for name in limits:
        assert bool(read[f"binds|{name}"]) == rows[name]["bound"]
        assert read[f"rent|{name}"] == pytest.approx(rows[name]["shadow_price"] or 0.0, rel=1e-9)


def test_a_draw_is_the_run_that_its_settings_replay(network, atlas):
    found = ensemble(network, scenario(LICENCES), 3, seed=9, atlas=atlas)
    row = found.draws.collect().row(1, named=True)
    again = run(None, scenario(LICENCES, set=found.settings(1)), atlas=atlas, ranges=False)
    prices = {(r["product"], r["country"]): r["home"] for r in again.prices.iter_rows(named=True)}
    for product, country in (("oxide/Y", "JPN"), ("oxide/Dy", "CHN"), ("magnet/ndfeb-dy", "USA")):
        assert row[f"price|{product}|{country}"] == pytest.approx(prices[product, country], rel=1e-4)
    lost = {(r["product"], r["country"]): 0.0 for r in again.shortages.iter_rows(named=True)}
    for r in again.shortages.iter_rows(named=True):
        lost[r["product"], r["country"]] += r["lost"]
    assert row["use_lost|oxide/Y|JPN"] == pytest.approx(lost["oxide/Y", "JPN"], rel=1e-4)


def test_every_draw_is_certified_and_each_input_keeps_its_slices(network, atlas):
    found = ensemble(network, scenario(LICENCES), 12, seed=2, atlas=atlas)
    draws = found.draws.collect()
    assert draws["draw"].to_list() == list(range(12))
    assert draws["certified"].all()
    assert draws["residual"].max() <= 1e-8
    assert draws["gap"].max() <= 1e-8
    for one in found.inputs:
        values = draws[f"in|{one.id}"]
        assert one.low <= values.min()
        assert values.max() <= one.high
        edges = one.at(np.arange(13) / 12)
        assert np.array_equal(np.histogram(values.to_numpy(), edges)[0], np.ones(12, dtype=int)), one.id


def test_less_may_leave_means_more_is_lost_and_a_wide_limit_does_not_bind(textbook, atlas):
    draws = ensemble(None, scenario(TEXTBOOK), 60, seed=1, atlas=atlas).draws.collect().sort("in|measure.cap.limit")
    binds = next(name for name in draws.columns if name.startswith("binds|cap"))
    assert (draws["value_lost"].diff().drop_nulls() <= 1e-6).all()
    loose = draws.filter(pl.col("in|measure.cap.limit") > 1.001)
    assert loose.height > 5
    assert (loose[binds] == 0).all()
    assert (draws.filter(pl.col("in|measure.cap.limit") < 0.999)[binds] == 1).all()


def test_what_moves_nothing_in_the_network_is_not_drawn(licences, textbook):
    assert {"elasticity.route", "limit.thrift.heavy", "measure.magnets.limit"} <= {i.id for i in licences.inputs}
    still = replace(licences.frozen, groups=())
    assert not any(moves(still, licences.central, i) for i in licences.inputs if i.id in licences.central)
    assert [i.id for i in textbook.inputs] == ["measure.cap.limit"]


def test_an_uncertified_draw_holds_no_numbers(textbook):
    _, read, answer = textbook.solve(Engine(textbook.frozen.problem, methods=()), sample_of(textbook, 1)[0])
    assert not answer.certificate.certified
    assert np.isnan(read).all()


def test_nothing_uncertain_is_said_in_one_line(atlas):
    with pytest.raises(InputError, match="nothing uncertain in this scenario"):
        ensemble(None, scenario("takayama-judge-1964"), 3, atlas=atlas)


def test_the_engine_remembers_nothing_of_earlier_draws(licences):
    sample = sample_of(licences, 3)
    fresh = [licences.solve(Engine(licences.frozen.problem, methods=LADDER), row)[1].tobytes() for row in sample]
    one = Engine(licences.frozen.problem, methods=LADDER)
    assert [licences.solve(one, row)[1].tobytes() for row in sample[::-1]] == fresh[::-1]


def test_the_scenario_s_own_path_saves_half_of_the_rounds(licences):
    sample = sample_of(licences, 4)
    near, scratch = (Engine(licences.frozen.problem, methods=(name,)) for name in ("nearby", "interior"))
    rounds = [[licences.solve(engine, row)[2].rounds for row in sample] for engine in (near, scratch)]
    assert 2 * sum(rounds[0]) < sum(rounds[1]), rounds


def test_a_worker_gets_arrays_and_no_atlas(licences):
    assert len(Work.of(licences).payload) < 3_000_000
    assert pickle.loads(pickle.dumps(licences)).frozen.layout.activities == ()


def test_batches_are_made_one_at_a_time(textbook):
    """Memory stays flat: nothing is solved before the batch before it has been taken."""
    seen = []

    def watched(work, tasks):
        for task in tasks:
            seen.append(task[0])
            yield work(task)

    found = batches(textbook, sample_of(textbook, 30), 10, map=watched)
    assert next(found)[0] == 0
    assert seen == [0]
    assert [k for k, _ in found] == [1, 2]


def test_progress_counts_draws(atlas):
    told = []
    found = ensemble(None, scenario(TEXTBOOK), 25, batch=10, atlas=atlas, progress=lambda d, n: told.append((d, n)))
    assert told == [(10, 25), (20, 25), (25, 25)]
    again = ensemble(None, scenario(TEXTBOOK), 25, batch=4, atlas=atlas)
    assert_frame_equal(found.draws.collect(), again.draws.collect(), check_exact=True)
