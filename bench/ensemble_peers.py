"""The draws of an ensemble through the modelling layers a user would pick: the same network, the same draws.

PyPSA, linopy (rebuilt, and persistent with updates in place), pyomo and scipy hand a linear programme to HiGHS: every
curve becomes steps, over its whole range or in grids that zoom in on the answer (`ensemble_steps`). cvxpy hands the
same to Clarabel, or a quadratic programme. Each peer gets one thread and the direct way into its solver where it has
one. A peer that is not installed is passed over, and the table says so. Prices of steps are read off their duals.

    python bench/ensemble_peers.py NAME      one draw in a process of its own; prints the largest memory it took [MB]
"""

from __future__ import annotations

import logging
import resource
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ensemble_steps import AROUND, Answer, Once, Steps, through
from ytterby.solver import Engine, Problem


def scipy_peer(first: Problem, made: Steps) -> Once:
    from scipy.optimize import linprog

    by_row = made.matrix.tocsr()
    equal, limit = by_row[made.equal], by_row[~made.equal]
    quick = {"presolve": False}

    def solve(problem: Problem, cost: np.ndarray, upper: np.ndarray) -> Answer:
        t0 = time.perf_counter()
        bounds = np.column_stack([np.zeros(len(cost)), upper])
        t1 = time.perf_counter()
        high = problem.row_upper
        right = high[~made.equal], equal, high[made.equal]
        found = linprog(cost, limit, *right, bounds, method="highs-ds", options=quick)
        y = np.zeros(len(high))
        y[made.equal], y[~made.equal] = found.eqlin.marginals, found.ineqlin.marginals
        return found.x, y, t1 - t0, time.perf_counter() - t1

    return solve


def _linopy_model(made: Steps, cost: np.ndarray, upper: np.ndarray, high: np.ndarray) -> object:
    """One array of variables and two padded arrays of rows, as linopy is fastest with."""
    import linopy
    import pandas as pd
    import xarray as xr

    model = linopy.Model()
    names = pd.RangeIndex(len(cost), name="j")
    x = model.add_variables(0, upper, coords=[names], name="x")
    model.add_objective((x * xr.DataArray(cost, dims="j", coords={"j": names})).sum())
    by_row = made.matrix.tocsr()
    labels = x.labels.values
    for name, rows, sign in (
        ("balance", np.flatnonzero(made.equal), "="),
        ("limit", np.flatnonzero(~made.equal), "<="),
    ):
        part = by_row[rows]
        width = int(np.diff(part.indptr).max())
        variables, coefficients = np.full((len(rows), width), -1), np.full((len(rows), width), np.nan)
        i = np.repeat(np.arange(len(rows)), np.diff(part.indptr))
        k = np.arange(part.nnz) - part.indptr[i]
        variables[i, k], coefficients[i, k] = labels[part.indices], part.data
        dims = (f"{name}_row", "_term")
        data = xr.Dataset({"coeffs": (dims, coefficients), "vars": (dims, variables)}, coords={dims[0]: rows})
        right = xr.DataArray(high[rows], dims=dims[0], coords={dims[0]: rows})
        model.add_constraints(linopy.LinearExpression(data, model), sign, right, name=name)
    return model


def _linopy_answer(made: Steps, model: object) -> tuple[np.ndarray, np.ndarray]:
    y = np.zeros(len(made.equal))
    y[made.equal] = model.constraints["balance"].dual.values
    y[~made.equal] = model.constraints["limit"].dual.values
    return model.variables["x"].solution.values, y


#: HiGHS without presolve took half as long here, on every grid tried; dual simplex was 10 to 30 times as fast as its
#: interior point or primal simplex.
_QUIET = {"log_to_console": False, "output_flag": False, "threads": 1, "presolve": "off"}


def linopy_peer(first: Problem, made: Steps) -> Once:
    import linopy  # noqa: F401

    def solve(problem: Problem, cost: np.ndarray, upper: np.ndarray) -> Answer:
        t0 = time.perf_counter()
        model = _linopy_model(made, cost, upper, problem.row_upper)
        t1 = time.perf_counter()
        model.solve("highs", io_api="direct", progress=False, **_QUIET)
        x, y = _linopy_answer(made, model)
        return x, y, t1 - t0, time.perf_counter() - t1

    return solve


def linopy_persistent(first: Problem, made: Steps) -> Once:
    import pandas as pd
    import xarray as xr
    from linopy.solvers import Solver

    model = _linopy_model(made, *made.over(first), first.row_upper)
    solver = Solver.from_name("highs", model, io_api="direct", track_updates=True, options=dict(_QUIET))
    model.assign_result(solver.solve(model=model), solver=solver)
    limits = np.flatnonzero(~made.equal)

    def solve(problem: Problem, cost: np.ndarray, upper: np.ndarray) -> Answer:
        t0 = time.perf_counter()
        x = model.variables["x"]
        x.upper = xr.DataArray(upper, dims="j")
        names = {"j": pd.RangeIndex(len(cost), name="j")}
        model.objective.expression = (x * xr.DataArray(cost, dims="j", coords=names)).sum()
        right = xr.DataArray(problem.row_upper[limits], dims="limit_row", coords={"limit_row": limits})
        model.constraints["limit"].rhs = right
        solver.update(model)
        t1 = time.perf_counter()
        model.assign_result(solver.solve(), solver=solver)
        found = _linopy_answer(made, model)
        return *found, t1 - t0, time.perf_counter() - t1

    return solve


def pyomo_peer(first: Problem, made: Steps) -> Once:
    import pyomo.environ as pe
    from pyomo.contrib.appsi.solvers import Highs

    by_row = made.matrix.tocsr()
    rows = range(by_row.shape[0])
    ends = [(by_row.indptr[i], by_row.indptr[i + 1]) for i in rows]

    def solve(problem: Problem, cost: np.ndarray, upper: np.ndarray) -> Answer:
        t0 = time.perf_counter()
        cost, upper = cost.tolist(), upper.tolist()
        high = problem.row_upper.tolist()
        model = pe.ConcreteModel()
        model.x = pe.Var(range(len(cost)), bounds=lambda _, j: (0, upper[j]))
        model.cost = pe.Objective(expr=pe.quicksum(c * model.x[j] for j, c in enumerate(cost)))

        def rule(m: object, i: int) -> object:
            a, b = ends[i]
            terms = zip(by_row.indices[a:b].tolist(), by_row.data[a:b].tolist(), strict=True)
            total = pe.quicksum(v * m.x[j] for j, v in terms)
            return total == high[i] if made.equal[i] else total <= high[i]

        model.row = pe.Constraint(rows, rule=rule)
        t1 = time.perf_counter()
        solver = Highs()
        solver.highs_options.update(_QUIET)
        solver.solve(model)
        duals = solver.get_duals()
        x = np.array([model.x[j].value for j in range(len(cost))])
        y = np.array([duals[model.row[i]] for i in rows])
        return x, y, t1 - t0, time.perf_counter() - t1

    return solve


def pypsa_peer(first: Problem, made: Steps) -> Once:
    """A bus for each row; a column over one row is a generator, over several a link with as many buses.

    A limit is a bus fed by one generator of that size, with another that takes what is left. `create_model` and
    `model.solve` are timed, without the topology of power networks that `optimize` looks for afterwards.
    """
    import pypsa

    matrix = made.matrix
    effect = np.where(made.equal, 1.0, -1.0)
    network = pypsa.Network()
    network.set_snapshots([0])
    buses = np.array([f"b{i}" for i in range(matrix.shape[0])])
    network.add("Bus", buses)
    limits = np.flatnonzero(~made.equal)
    network.add("Generator", [f"limit{i}" for i in limits], bus=buses[limits], p_nom=first.row_upper[limits])
    network.add("Generator", [f"slack{i}" for i in limits], bus=buses[limits], sign=-1.0, p_nom=1e9)
    count = np.diff(matrix.indptr)
    single, several = np.flatnonzero(count == 1), np.flatnonzero(count > 1)
    at = matrix.indptr[single]
    value = matrix.data[at] * effect[matrix.indices[at]]
    generators = np.array([f"g{j}" for j in single])
    network.add("Generator", generators, bus=buses[matrix.indices[at]], sign=np.sign(value), p_nom=1.0)
    data, weight = _links(matrix, effect, several, buses)
    links = np.array([f"l{j}" for j in several])
    network.add("Link", links, p_nom=1.0, p_min_pu=np.where(weight < 0, -1.0, 0.0),
                p_max_pu=np.where(weight < 0, 0.0, 1.0), **data)  # fmt: skip
    size = np.abs(value)

    def solve(problem: Problem, cost: np.ndarray, upper: np.ndarray) -> Answer:
        t0 = time.perf_counter()
        frame = network.c.generators.static
        frame.loc[generators, "p_nom"] = upper[single] * size
        frame.loc[generators, "marginal_cost"] = cost[single] / size
        frame.loc[[f"limit{i}" for i in limits], "p_nom"] = problem.row_upper[limits]
        frame = network.c.links.static
        frame.loc[links, "p_nom"] = upper[several] * np.abs(weight)
        frame.loc[links, "marginal_cost"] = cost[several] / weight
        network.optimize.create_model()
        t1 = time.perf_counter()
        network.model.solve("highs", io_api="direct", progress=False, **_QUIET)
        solution = network.model.solution
        x = np.zeros(len(cost))
        x[single] = solution["Generator-p"].isel(snapshot=0).to_series().loc[generators].to_numpy() / size
        x[several] = solution["Link-p"].isel(snapshot=0).to_series().loc[links].to_numpy() / weight
        # PyPSA keeps busy buses in a set of rows of their own
        rows = [c for c in network.model.constraints if c.endswith("nodal_balance")]
        duals = [network.model.constraints[c].dual.isel(snapshot=0).to_series().dropna() for c in rows]
        y = np.zeros(len(buses))
        for part in duals:
            y[[int(name[1:]) for name in part.index]] = part.to_numpy()
        y *= effect
        return x, y, t1 - t0, time.perf_counter() - t1

    return solve


def _links(
    matrix: sparse.csc_matrix, effect: np.ndarray, several: np.ndarray, buses: np.ndarray
) -> tuple[dict, np.ndarray]:
    """Buses and efficiencies of links: the first bus is what a column takes most of, or gives when it takes nothing."""
    most = int(np.diff(matrix.indptr)[several].max())
    data = {f"bus{p}": np.full(len(several), "", dtype=object) for p in range(most)}
    data |= {"efficiency" + (str(p) if p > 1 else ""): np.ones(len(several)) for p in range(1, most)}
    weight = np.empty(len(several))
    for k, j in enumerate(several):
        part = slice(matrix.indptr[j], matrix.indptr[j + 1])
        rows, values = matrix.indices[part], matrix.data[part]
        values = values * effect[rows]
        first = int(np.argmin(values))
        weight[k] = -values[first]
        for p, i in enumerate([first, *(i for i in range(len(rows)) if i != first)]):
            data[f"bus{p}"][k] = buses[rows[i]]
            if p:
                data["efficiency" + (str(p) if p > 1 else "")][k] = values[i] / weight[k]
    return data, weight


def cvxpy_peer(first: Problem, made: Steps) -> Once:
    """Steps once more, with linear curves whole where the grid leaves them so.

    The curves as power cones came to a stop short of any usable answer (InsufficientProgress).
    """
    import cvxpy as cp

    by_row = made.matrix.tocsr()
    balances, limits = by_row[made.equal], by_row[~made.equal]

    def solve(problem: Problem, cost: np.ndarray, upper: np.ndarray) -> Answer:
        t0 = time.perf_counter()
        x = cp.Variable(len(cost))
        high, slope = problem.row_upper, made.slope(problem)
        goal = cost @ x
        whole = np.flatnonzero(slope)
        if len(whole):
            goal += 0.5 * cp.sum_squares(cp.multiply(np.sqrt(slope[whole]), x[whole]))
        balance, limit = balances @ x == high[made.equal], limits @ x <= high[~made.equal]
        task = cp.Problem(cp.Minimize(goal), [balance, limit, x >= 0, x <= upper])
        t1 = time.perf_counter()
        task.solve(solver=cp.CLARABEL, max_threads=1)
        y = np.zeros(len(high))
        y[made.equal], y[~made.equal] = -balance.dual_value, -limit.dual_value
        return x.value, y, t1 - t0, time.perf_counter() - t1

    return solve


@dataclass(frozen=True)
class Layer:
    """A modelling layer: its package, how to make it, steps of each curve or none for grids that zoom in, most draws.

    With `straight`, linear curves stay whole: a quadratic programme.
    """

    name: str
    package: str
    make: Callable[[Problem, Steps], Once]
    steps: int | None
    most: int
    straight: bool = False

    def ready(self, first: Problem) -> Callable[[Problem], Answer]:
        """A function that solves a draw; grids that zoom in begin at the answer of the scenario itself."""
        made = Steps(first, self.steps or AROUND, self.straight)
        start = None if self.steps else Engine(first).solve().x
        return through(made, self.make(first, made), start)


#: As many draws of each as end within three minutes on one core.
LAYERS = (
    Layer("PyPSA, 10 steps", "pypsa", pypsa_peer, 10, 3),
    Layer("PyPSA, zoom", "pypsa", pypsa_peer, None, 2),
    Layer("linopy rebuilt, 10 steps", "linopy", linopy_peer, 10, 50),
    Layer("linopy rebuilt, 40 steps", "linopy", linopy_peer, 40, 20),
    Layer("linopy rebuilt, 160 steps", "linopy", linopy_peer, 160, 10),
    Layer("linopy rebuilt, zoom", "linopy", linopy_peer, None, 100),
    Layer("linopy persistent, 10 steps", "linopy", linopy_persistent, 10, 50),
    Layer("linopy persistent, 160 steps", "linopy", linopy_persistent, 160, 10),
    Layer("linopy persistent, zoom", "linopy", linopy_persistent, None, 100),
    Layer("pyomo, 10 steps", "pyomo", pyomo_peer, 10, 10),
    Layer("pyomo, zoom", "pyomo", pyomo_peer, None, 10),
    Layer("scipy linprog, 10 steps", "scipy", scipy_peer, 10, 50),
    Layer("scipy linprog, zoom", "scipy", scipy_peer, None, 100),
    Layer("cvxpy + Clarabel, 10 steps", "cvxpy", cvxpy_peer, 10, 10),
    Layer("cvxpy + Clarabel, QP, zoom", "cvxpy", cvxpy_peer, None, 20, True),
    Layer("cvxpy + Clarabel, zoom", "cvxpy", cvxpy_peer, None, 10),
)


def quiet() -> None:
    """Peers warn and log about names and units; a table is read better without."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)


def main(name: str) -> None:
    from ensemble import one_draw

    quiet()
    first, asked = one_draw()
    if name != "none":
        layer = next(layer for layer in LAYERS if layer.name == name)
        solve = layer.ready(first)
        solve(asked)
    print(peak())


def peak() -> int:
    """The most memory this process took [MB]; what getrusage says of a new process begins with that of its parent."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(sys.argv[1])
