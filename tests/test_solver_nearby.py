"""The interior point from half-way down another problem's path: the same answers as from scratch, in fewer rounds."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from test_solver_chains import SMALL, busy, chains, extremes
from ytterby.solver import ISOELASTIC, Curves, Engine, Problem, Solution


def answered(engine: Engine, p: Problem) -> Solution:
    engine.update(cost=p.cost, lower=p.lower, upper=p.upper, row_upper=p.row_upper, curves=p.curves)
    return engine.solve()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_answers_are_those_from_scratch_and_nothing_else_is_needed(seed):
    chain = chains.make_chain(**SMALL, seed=seed)
    engine = Engine(chain.problem, methods=("nearby",))
    for name, problem in extremes(chain).items():
        there, here = Engine(problem, methods=("interior",)).solve(), answered(engine, problem)
        assert here.certificate.certified, (name, here.certificate)
        assert here.engine == "nearby"
        assert here.objective == pytest.approx(there.objective, rel=1e-8, abs=1e-6), name
        flowing = busy(problem, there.x)
        close = np.isclose(here.row_dual, there.row_dual, rtol=1e-5, atol=1e-7)
        assert close[flowing].sum() >= 0.9 * flowing.sum(), name


def test_an_answer_does_not_depend_on_what_was_solved_before():
    chain = chains.make_chain(**SMALL, seed=0)
    drawn = [chains.shocked(chain, k) for k in range(4)]

    def bytes_in(order: list[int]) -> dict[int, bytes]:
        engine, found = Engine(chain.problem, methods=("nearby",)), {}
        for k in order:
            answer = answered(engine, drawn[k])
            found[k] = answer.x.tobytes() + answer.row_dual.tobytes()
        return found

    assert bytes_in([0, 1, 2, 3]) == bytes_in([3, 1, 0, 2])


def test_curves_on_other_columns_go_to_the_next_method():
    chain = chains.make_chain(**SMALL, seed=0)
    engine = Engine(chain.problem, methods=("nearby", "interior"))
    curves = chain.problem.curves
    kept = np.arange(len(curves)) != np.flatnonzero(curves.kind == ISOELASTIC)[0]
    engine.update(curves=Curves(*(getattr(curves, f.name)[kept] for f in fields(curves))))
    answer = engine.solve()
    assert answer.certificate.certified
    assert answer.engine == "interior"
