"""The compiled loops: factors against dense algebra, rounds and answers against those of the arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from test_solver_chains import SMALL, busy, chains, extremes
from test_solver_random import random_problem
from ytterby.core.errors import SolverError
from ytterby.model.scenario_file import scenario
from ytterby.solver import Engine, compiled, compiled_loops, interior
from ytterby.solver.engine import _Attempt
from ytterby.solver.normal import Normal
from ytterby.studies.draws import Design, percentiles
from ytterby.studies.ensemble import Work, study

needs_numba = pytest.mark.skipif(not compiled_loops(), reason="numba is not installed")


@needs_numba
@pytest.mark.parametrize("seed", range(5))
def test_the_factor_solves_what_dense_algebra_solves(seed):
    from ytterby.solver import kernel_factor

    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(2, 40)), int(rng.integers(2, 80))
    a = sparse.random(rows, columns, 0.1, "csc", random_state=rng, data_rvs=lambda n: rng.normal(size=n))
    frame = type("Frame", (), {"matrix": a, "normal": Normal(a)})
    s = kernel_factor.Structure(*compiled._structure(frame, kernel_factor))
    weight, extra, right = rng.uniform(0.1, 9, columns), rng.uniform(0.1, 2, rows), rng.normal(size=rows)
    lower, pivot, work, answer = np.empty(len(s.l_row)), np.empty(rows), np.empty(rows), np.empty(rows)
    assert kernel_factor.factor(s, weight, extra, 0.0, lower, pivot)
    kernel_factor.solve(s, lower, pivot, right, work, answer)
    dense = a.toarray() @ np.diag(weight) @ a.toarray().T + np.diag(extra)
    assert answer == pytest.approx(np.linalg.solve(dense, right), rel=1e-8, abs=1e-10)


@needs_numba
@pytest.mark.parametrize("rounds", [1, 4])
def test_rounds_go_where_those_of_the_arrays_go(rounds, monkeypatch):
    monkeypatch.setattr(interior, "CORRECTIONS", 2)
    monkeypatch.setattr(compiled, "CORRECTIONS", 2)
    monkeypatch.setattr(interior, "ROUNDS", rounds + 1)
    engine = Engine(chains.make_chain(**SMALL, seed=0).problem, methods=("interior",), compiled=True)
    seen = {"arrays": [], "loops": []}
    task = _Attempt(engine).task
    for name, follow in (("arrays", interior.follow), ("loops", engine._loops.follow)):
        follow(task, lambda now, into=seen[name]: into.append((now.rounds, now.v.copy(), now.pi.copy())), None, 1e9)
        follow(task, lambda now, into=seen[name]: into.append((now.rounds, now.v.copy(), now.pi.copy())), None, 1e-1)
    assert [k for k, _, _ in seen["arrays"]] == [k for k, _, _ in seen["loops"]]
    for (_, v, pi), (_, w, rho) in zip(seen["arrays"], seen["loops"], strict=True):
        assert w == pytest.approx(v, rel=1e-6, abs=1e-8)
        assert rho == pytest.approx(pi, rel=1e-6)


@needs_numba
@pytest.mark.parametrize("seed", [0, 1])
def test_answers_are_those_of_the_arrays(seed):
    chain = chains.make_chain(**SMALL, seed=seed)
    engine = Engine(chain.problem, methods=("nearby", "interior"), compiled=True)
    for name, p in extremes(chain).items():
        there = Engine(p, methods=("interior",)).solve()
        engine.update(cost=p.cost, lower=p.lower, upper=p.upper, row_upper=p.row_upper, curves=p.curves)
        here = engine.solve()
        assert here.certificate.certified, (name, here.certificate)
        assert here.objective == pytest.approx(there.objective, rel=1e-8, abs=1e-6), name
        flowing = busy(p, there.x)
        close = np.isclose(here.row_dual, there.row_dual, rtol=1e-5, atol=1e-7)
        assert close[flowing].sum() >= 0.9 * flowing.sum(), name


@needs_numba
def test_degenerate_problems_are_solved_by_loops_alone():
    for seed in range(60):
        problem = random_problem(seed, curved=True)
        one, other = Engine(problem).solve(), Engine(problem, methods=("interior",), compiled=True).solve()
        assert other.certificate.certified, (seed, other.certificate)
        assert one.objective == pytest.approx(other.objective, rel=1e-7, abs=1e-7), seed


@needs_numba
def test_draws_are_the_same_by_loops_and_by_arrays(atlas):
    one = study(None, scenario("heavy-ree-licences-2025"), atlas)
    assert one.compiled
    sample = percentiles(Design(12, 5), (i.id for i in one.inputs))
    slow = replace(one, compiled=False)
    loops, arrays = one.engine(), slow.engine()
    for row in sample:
        _, fast, answer = one.solve(loops, row)
        assert answer.certificate.certified
        assert answer.engine == "nearby"
        assert fast == pytest.approx(slow.solve(arrays, row)[1], rel=1e-7, abs=1e-6, nan_ok=True)


def test_without_numba_draws_go_by_arrays_and_loops_are_refused(monkeypatch, atlas):
    one = study(None, scenario("heavy-ree-licences-2025"), atlas)
    work = Work.of(replace(one, compiled=True))
    monkeypatch.setattr(compiled, "_modules", lambda: None)
    assert not compiled_loops()
    assert not study(None, scenario("heavy-ree-licences-2025"), atlas).compiled
    assert "numba" not in dict(Work.of(replace(one, compiled=False)).versions)
    assert "numba" in dict(work.versions)
    with pytest.raises(SolverError, match="fast"):
        replace(one, compiled=True).engine()
