"""The solver on problems small enough to work on paper, and on problems that make no sense."""

from __future__ import annotations

import csv
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from ytterby.core.errors import SolverError
from ytterby.solver import ISOELASTIC, LINEAR, Curves, Engine, Problem, price_interval, solve, solve_lp
from ytterby.solver.certificate import certify
from ytterby.solver.curves import Shape

DATA = Path(__file__).parent / "data"
METHODS = ("piqp", "interior", "clarabel")


def table(name: str) -> list[dict[str, str]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def curves(*rows: tuple[float, ...]) -> Curves:
    """Rows of (column, kind, sign, p0, x0, elasticity, offset)."""
    column, kind, sign, *numbers = zip(*rows, strict=True)
    whole = np.array(column, dtype=np.int64), np.array(kind, dtype=np.int8), np.array(sign, dtype=np.int8)
    return Curves(*whole, *(np.array(values, dtype=float) for values in numbers))


def problem(matrix, row_lower, row_upper, upper, cost, shapes=None, lower=None) -> Problem:
    matrix = sparse.csc_matrix(np.array(matrix, dtype=float))
    arrays = [np.array(values, dtype=float) for values in (row_lower, row_upper, upper, cost)]
    low = np.zeros(matrix.shape[1]) if lower is None else np.array(lower, dtype=float)
    return Problem(matrix, arrays[0], arrays[1], low, arrays[2], arrays[3], shapes or Curves.none())


def takayama_judge() -> Problem:
    """Columns: supply and demand of each region, then the six routes between different regions."""
    regions = [row for row in table("takayama_judge_1964_inputs.csv") if row["commodity"] == "1"]
    rows, shapes, cost = [], [], []
    at = 10.0  # any price at which both quantities are positive: the line is the same
    for i, region in enumerate(regions):
        for sign, side in ((1, "supply"), (-1, "demand")):
            slope = float(region[f"{side}_own_slope"])
            quantity = float(region[f"{side}_const"]) + slope * at
            shapes.append((len(rows), LINEAR, sign, at, quantity, abs(slope) * at / quantity, 0.0))
            rows.append({i: float(sign)})
            cost.append(0.0)
    for route in table("takayama_judge_1964_transport.csv"):
        origin, destination = int(route["from"]) - 1, int(route["to"]) - 1
        if origin != destination:
            rows.append({origin: -1.0, destination: 1.0})
            cost.append(float(route["com1"]))
    matrix = np.zeros((3, len(rows)))
    for j, entries in enumerate(rows):
        for i, value in entries.items():
            matrix[i, j] = value
    return problem(matrix, [0] * 3, [0] * 3, [np.inf] * len(rows), cost, curves(*shapes))


@pytest.mark.parametrize("method", METHODS)
def test_takayama_judge_one_commodity(method):
    answer = Engine(takayama_judge(), methods=(method,)).solve()
    exact = 552 / 63 + np.array([2.0, 0.0, 1.0])
    np.testing.assert_allclose(answer.row_dual, exact, rtol=1e-6)
    np.testing.assert_allclose(answer.x[[0, 2, 4]], [57.6190476, 125.2380952, 47.6190476], rtol=1e-6)
    np.testing.assert_allclose(answer.x[[1, 3, 5]], [92.3809524, 56.1904762, 81.9047619], rtol=1e-6)
    np.testing.assert_allclose(answer.x[6:], [0, 0, 34.7619048, 34.2857143, 0, 0], atol=1e-5)
    assert answer.objective == pytest.approx(-1833.2142857, rel=1e-6)
    assert answer.certificate.certified


def dantzig() -> dict[str, np.ndarray]:
    rows = table("dantzig_trnsport.csv")
    plants, markets = (list(dict.fromkeys(row[key] for row in rows)) for key in ("plant", "market"))
    matrix = np.zeros((5, 6))
    for j, row in enumerate(rows):
        matrix[plants.index(row["plant"]), j] = 1.0
        matrix[2 + markets.index(row["market"]), j] = 1.0
    supply = [float(rows[0]["supply"]), float(rows[3]["supply"])]
    demand = [float(row["demand"]) for row in rows[:3]]
    return {
        "matrix": sparse.csc_matrix(matrix),
        "row_lower": np.array([-np.inf, -np.inf, *demand]),
        "row_upper": np.array([*supply, np.inf, np.inf, np.inf]),
        "lower": np.zeros(6),
        "upper": np.full(6, np.inf),
        "cost": np.array([0.09 * float(row["distance"]) for row in rows]),
    }


def test_dantzig_transport_as_a_linear_programme():
    answer = solve_lp(**dantzig())
    assert answer.objective == pytest.approx(153.675, abs=1e-9)
    np.testing.assert_allclose(answer.row_dual[2:], [0.225, 0.153, 0.126], atol=1e-9)
    assert answer.x[1] == pytest.approx(300)
    assert answer.certificate.certified


@pytest.mark.parametrize("method", METHODS)
def test_a_linear_programme_through_the_curved_solver(method):
    answer = Engine(Problem(**dantzig()), methods=(method,)).solve()
    assert answer.objective == pytest.approx(153.675, rel=1e-8)
    np.testing.assert_allclose(answer.row_dual[2:], [0.225, 0.153, 0.126], rtol=1e-6)
    assert answer.certificate.certified


def test_a_linear_programme_is_solved_in_silence():
    """HiGHS prints its banner once a process, on the standard output that `--json` needs for itself."""
    code = (
        "import numpy as np; from scipy import sparse; from ytterby.solver import solve_lp; one = np.ones(1);"
        "solve_lp(sparse.csc_matrix([[1.0]]), one, one, 0 * one, one, one)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""


def test_an_infeasible_linear_programme_is_refused():
    given = dantzig()
    given["row_upper"] = np.array([1.0, 1.0, np.inf, np.inf, np.inf])
    with pytest.raises(SolverError, match="Infeasible"):
        solve_lp(**given)


@pytest.mark.parametrize("method", METHODS)
def test_one_isoelastic_market_by_hand(method):
    # supply p = 10·(x/100)^2 (e 0.5), demand p = 40·(x/100)^-1 (e 1, offset 1e-9): x³ = 4·100³, so x = 100·4^(1/3)
    shapes = curves((0, ISOELASTIC, 1, 10, 100, 0.5, 0), (1, ISOELASTIC, -1, 40, 100, 1.0, 1e-9))
    answer = Engine(problem([[1, -1]], [0], [0], [np.inf] * 2, [0, 0], shapes), methods=(method,)).solve()
    assert answer.x[0] == pytest.approx(100 * 4 ** (1 / 3), rel=1e-8)
    assert answer.row_dual[0] == pytest.approx(10 * 4 ** (2 / 3), rel=1e-8)
    area_supply = 10 * 100 / 3 * 4
    area_demand = 40 * 100 * np.log(answer.x[1] / 1e-9)
    assert answer.objective == pytest.approx(area_supply - area_demand, rel=1e-9)
    assert answer.certificate.certified


@pytest.mark.parametrize("elasticity", [0.05, 0.25, 1.0, 1.7])
def test_supply_gone_puts_the_price_at_the_cap(elasticity):
    # base: 100 t at 10 USD; the curve is read at x + offset and reaches the cap of 300 at x = 0
    z0 = 100 / (1 - 30**-elasticity)
    shapes = curves((1, ISOELASTIC, -1, 10, z0, elasticity, z0 - 100))
    given = problem([[1, -1, 1]], [0], [0], [100, np.inf, np.inf], [5, 0, 300], shapes)
    base = solve(given)
    assert base.x[1] == pytest.approx(100)
    assert base.row_dual[0] == pytest.approx(10)
    shut = solve(replace(given, upper=np.array([1e-3, np.inf, np.inf])), base)
    assert shut.row_dual[0] == pytest.approx(300, rel=2e-2)
    gone = solve(replace(given, upper=np.array([0.0, np.inf, np.inf])), base)
    assert gone.row_dual[0] == pytest.approx(300)
    assert gone.x.max() == pytest.approx(0, abs=1e-4)
    assert gone.certificate.certified


def test_joint_production_puts_the_cost_on_the_scarce_element():
    # one mine gives Nd and Ce, 1:2; Ce beyond its use is thrown away at 0.5 a tonne; the mine costs 20 a tonne of ore
    shapes = curves((1, LINEAR, -1, 50, 100, 0.5, 0), (2, LINEAR, -1, 2, 50, 0.5, 0))
    given = problem([[1, -1, 0, 0], [2, 0, -1, -1]], [0, 0], [0, 0], [np.inf] * 4, [20, 0, 0, 0.5], shapes)
    answer = solve(given)
    nd, ce = answer.row_dual
    assert ce == pytest.approx(-0.5)
    assert nd == pytest.approx(20 + 2 * 0.5)
    assert answer.x[3] == pytest.approx(2 * answer.x[0] - answer.x[2])
    assert answer.certificate.certified


def test_a_dead_market_is_priced_where_its_first_supplier_would_start():
    # market 1 has a supplier (cost 7) and no use; market 0 is alive
    shapes = curves((1, LINEAR, -1, 10, 100, 1, 0))
    given = problem([[1, -1, 0], [0, 0, 1]], [0, 0], [0, 0], [np.inf] * 3, [4, 0, 7], shapes)
    answer = solve(given)
    assert answer.certificate.certified
    assert answer.row_dual == pytest.approx([4, 7])
    assert answer.x[2] == 0


def test_what_cannot_be_met_is_returned_uncertified_and_named():
    given = problem([[1, 0], [0, 1]], [0, 5], [0, 5], [1, 2], [1, 1])
    answer = solve(given)
    assert not answer.certificate.certified
    assert "row 1 cannot be met" in answer.certificate.note


def test_ranged_rows_free_columns_and_negative_levels():
    # minimise (x − 3)² / 2 + (y + 4)² / 2 with 1 ≤ x + y ≤ 2 and no bounds on x, y: x = 4, y = −3, row dual 1
    shapes = curves((0, LINEAR, 1, 1, 1, 1, 0), (1, LINEAR, 1, 1, 1, 1, 0))
    free = [-np.inf] * 2
    answer = solve(problem([[1, 1]], [1], [2], [np.inf] * 2, [-3, 4], shapes, lower=free))
    np.testing.assert_allclose(answer.x, [4, -3], atol=1e-9)
    np.testing.assert_allclose(answer.row_dual, [1], atol=1e-9)
    assert answer.certificate.certified


def test_a_binding_limit_has_a_negative_dual():
    shapes = curves((0, LINEAR, 1, 10, 100, 1, 0), (1, LINEAR, -1, 10, 100, 1, 0))
    given = problem([[1, -1], [0, 1]], [0, -np.inf], [0, 60], [np.inf] * 2, [0, 0], shapes)
    answer = solve(given)
    price, rent = answer.row_dual
    assert price == pytest.approx(6)
    assert -rent == pytest.approx(14 - 6)


def test_an_idle_market_has_an_interval_of_prices():
    # market 0 trades at 4; market 1 would pay 5 and could be supplied from market 0 for 4 + 2
    shapes = curves((1, LINEAR, -1, 10, 100, 1, 0))
    given = problem([[1, -1, 0, -1], [0, 0, -1, 1]], [0, 0], [0, 0], [np.inf] * 4, [4, 0, -5, 2], shapes)
    answer = solve(given)
    assert answer.x[2] == answer.x[3] == 0
    low, high = price_interval(given, answer, [0, 1])
    np.testing.assert_allclose(low, [4, 5], atol=1e-7)
    np.testing.assert_allclose(high, [4, 6], atol=1e-7)
    assert low[1] <= answer.row_dual[1] <= high[1]
    _, unlimited = price_interval(replace(given, upper=np.array([np.inf, np.inf, np.inf, 0.0])), answer, [1])
    assert unlimited[0] == np.inf


# --- the certificate itself -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["level", "price", "bound", "shift"])
def test_the_certificate_refuses_a_wrong_answer(fault):
    given = takayama_judge()
    answer = solve(given)
    x, y = answer.x.copy(), answer.row_dual.copy()
    if fault == "level":
        x[0] += 1e-3
    elif fault == "price":
        y[1] += 1e-2
    elif fault == "bound":
        x[6] = -1e-3
        x[0] -= 1e-3
        x[2] += 1e-3
    else:  # balanced but not optimal: a detour
        x[6] += 1.0
        x[8] += 1.0
    found = certify(given, Shape.of(given.curves), np.maximum(np.abs(answer.x), 1.0), x, y)
    assert not found.certified
    assert found.note != "within limits"


def test_the_certificate_agrees_with_the_definition_of_the_gap():
    # one column, cost 2·x on [0, 3], x ≥ 1: at x = 1.5, y = 2 the objective is 3, the bound 2
    given = problem([[1]], [1], [np.inf], [3], [2])
    found = certify(given, Shape.of(given.curves), np.ones(1), np.array([1.5]), np.array([2.0]))
    assert found.gap == pytest.approx((3 - 2) / 3)


def test_methods_that_give_nothing_are_not_certified():
    answer = Engine(takayama_judge(), methods=("piqp",)).solve()
    wrong = replace(answer, row_dual=np.full(3, np.nan))
    found = certify(takayama_judge(), Shape.of(takayama_judge().curves), np.ones(12), wrong.x, wrong.row_dual)
    assert not found.certified


# --- repeatable, and independent of what was solved before ------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes():
    first, second = solve(takayama_judge()), solve(takayama_judge())
    assert first.x.tobytes() == second.x.tobytes()
    assert first.row_dual.tobytes() == second.row_dual.tobytes()


def test_an_answer_does_not_depend_on_what_was_solved_before():
    given = takayama_judge()
    base = solve(given)
    costs = [given.cost + np.where(np.arange(12) >= 6, extra, 0.0) for extra in (0.5, 3.0, 1.0)]

    def answers(order):
        engine, found = Engine(given, base), {}
        for k in order:
            engine.update(cost=costs[k])
            found[k] = engine.solve().x.tobytes()
        return found

    assert answers([0, 1, 2]) == answers([2, 1, 0])


def test_update_replaces_only_what_is_given():
    engine = Engine(takayama_judge())
    before = engine.solve()
    upper = np.full(12, np.inf)
    upper[8] = 10.0
    engine.update(upper=upper)
    assert engine.solve().x[8] == pytest.approx(10)
    engine.update(upper=np.full(12, np.inf))
    assert engine.solve().x.tobytes() == before.x.tobytes()


# --- nonsense ---------------------------------------------------------------------------------------------------------


def spoiled(**changes) -> Problem:
    given = takayama_judge()
    for name, (index, value) in changes.items():
        if name in ("x0", "p0", "elasticity", "kind", "sign", "offset", "column"):
            values = getattr(given.curves, name).copy()
            values[index] = value
            given = replace(given, curves=replace(given.curves, **{name: values}))
        else:
            values = getattr(given, name).copy()
            values[index] = value
            given = replace(given, **{name: values})
    return given


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cost": (4, np.nan)}, "cost at index 4: found nan"),
        ({"cost": (4, np.inf)}, "cost at index 4: found inf"),
        ({"upper": (7, -1.0)}, "column 7: lower bound 0 is above upper bound -1"),
        ({"row_lower": (2, 5.0)}, "row 2: lower bound 5 is above upper bound 0"),
        ({"row_upper": (1, np.nan)}, "row_upper at index 1: found nan"),
        ({"lower": (3, np.inf), "upper": (3, np.inf)}, "column 3: bounds inf to inf admit no number"),
        ({"x0": (0, 0.0)}, "curve x0 at index 0: found 0.0"),
        ({"p0": (5, -2.0)}, "curve p0 at index 5: found -2.0"),
        ({"elasticity": (5, np.nan)}, "curve elasticity at index 5: found nan"),
        ({"kind": (1, 7)}, "curve kind at index 1: found 7"),
        ({"sign": (1, 0)}, "curve sign at index 1: found 0"),
        ({"column": (1, 99)}, "curve column at index 1: found 99"),
        ({"column": (1, 0)}, "a column carries two curves"),
        ({"kind": (1, ISOELASTIC)}, "isoelastic demand's lower bound \\+ offset at index 1: found 0.0"),
    ],
)
def test_nonsense_is_refused_and_located(changes, message):
    with pytest.raises(SolverError, match=message):
        solve(spoiled(**changes))


def test_wrong_shapes_are_refused():
    given = takayama_judge()
    with pytest.raises(SolverError, match=r"cost: found shape \(2,\); expected \(12,\)"):
        solve(replace(given, cost=np.zeros(2)))
    with pytest.raises(SolverError, match=r"column_scale at index 3: found 0\.0"):
        solve(replace(given, column_scale=np.where(np.arange(12) == 3, 0.0, 1.0)))
    engine = Engine(given)
    with pytest.raises(SolverError, match="cost at index 0: found nan"):
        engine.update(cost=np.full(12, np.nan))


@pytest.mark.parametrize("method", METHODS)
def test_without_rows_each_column_finds_its_own_optimum(method):
    shapes = curves((0, LINEAR, 1, 10, 100, 1, 0), (1, ISOELASTIC, -1, 40, 100, 2.0, 1e-6))
    given = problem(np.zeros((0, 3)), [], [], [80, np.inf, 5], [-9, 10, 1], shapes)
    answer = Engine(given, methods=(method,)).solve()
    # 10·x/100 = 9 stops at 80; 40·(x/100)^(−1/2) = 10 at 1,600; the last costs and earns nothing
    np.testing.assert_allclose(answer.x, [80, 1600, 0], rtol=1e-6, atol=1e-6)
    assert answer.certificate.certified


def test_the_empty_problem_is_solved():
    nothing = np.zeros(0)
    answer = solve(Problem(sparse.csc_matrix((0, 0)), nothing, nothing, nothing, nothing, nothing))
    assert answer.objective == 0
    assert answer.certificate.certified
