"""Small random problems, degenerate on purpose (idle columns, tight boxes, redundant rows) and without any sense."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from ytterby.solver import Curves, Engine, Problem, solve, solve_lp


def random_problem(seed: int, curved: bool) -> Problem:
    """Return a feasible problem of up to 11 rows and 24 columns; many bind at the point it was built on."""
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(1, 12)), int(rng.integers(1, 25))
    entries = np.array([-2.0, -1.0, -0.5, 1.0, 1.0, 3.0])
    full = rng.choice(entries, (rows, columns)) * (rng.random((rows, columns)) < rng.uniform(0.1, 0.6))
    matrix = sparse.csc_matrix(full)
    lower = np.where(rng.random(columns) < 0.15, -rng.integers(0, 5, columns), 0.0)
    upper = np.where(rng.random(columns) < 0.4, lower + rng.integers(0, 6, columns), 1000.0)
    inside = lower + (upper - lower) * rng.random(columns) * (rng.random(columns) > 0.4)
    activity = matrix @ np.where(upper > 500, lower + 0.01 * (inside - lower), inside)
    kind, slack = rng.integers(0, 4, rows), rng.integers(0, 3, rows)
    row_lower = np.choose(kind, [activity, np.full(rows, -np.inf), activity - slack, activity - 1])
    row_upper = np.choose(kind, [activity, activity + slack, np.full(rows, np.inf), activity + 1])
    cost = rng.integers(-5, 10, columns) * 10 ** rng.uniform(-1, 2)
    curves = _random_curves(rng, lower) if curved else Curves.none()
    return Problem(matrix, row_lower, row_upper, lower, upper, cost, curves)


def _random_curves(rng: np.random.Generator, lower: np.ndarray) -> Curves:
    number = int(rng.integers(1, len(lower) + 1))
    column = rng.choice(len(lower), number, replace=False)
    kind = np.where(lower[column] < 0, 1, rng.integers(1, 3, number)).astype(np.int8)
    sign = rng.choice([-1, 1], number).astype(np.int8)
    offset = np.where((kind == 2) & (sign < 0), 10 ** rng.uniform(-2, 1, number), 0.0)
    price, level = 10 ** rng.uniform(-1, 3, number), 10 ** rng.uniform(0, 2, number)
    return Curves(column, kind, sign, price, level, rng.uniform(0.3, 2.0, number), offset)


@pytest.mark.parametrize("block", range(4))
def test_linear_programmes_agree_with_highs(block):
    for seed in range(40 * block, 40 * (block + 1)):
        p = random_problem(seed, curved=False)
        exact = solve_lp(p.matrix, p.row_lower, p.row_upper, p.lower, p.upper, p.cost)
        answer = solve(p)
        assert answer.certificate.certified, (seed, answer.certificate)
        assert answer.objective == pytest.approx(exact.objective, rel=1e-7, abs=1e-7), seed


@pytest.mark.parametrize("block", range(4))
def test_two_methods_agree_on_curves(block):
    for seed in range(40 * block, 40 * (block + 1)):
        problem = random_problem(seed, curved=True)
        one, other = solve(problem), Engine(problem, methods=("interior", "clarabel")).solve()
        assert one.certificate.certified, (seed, one.certificate)
        assert other.certificate.certified, (seed, other.certificate)
        assert one.objective == pytest.approx(other.objective, rel=1e-7, abs=1e-7), seed
