"""Arrays in, certified answer out: the only folder that knows piqp, clarabel and highspy, and it knows no minerals."""

from ytterby.solver.compiled import available as compiled_loops
from ytterby.solver.curves import ISOELASTIC, LINEAR, Curves
from ytterby.solver.engine import Engine, solve
from ytterby.solver.intervals import price_interval
from ytterby.solver.lp import solve_lp
from ytterby.solver.problem import Certificate, Problem, Solution

__all__ = [
    "ISOELASTIC",
    "LINEAR",
    "Certificate",
    "Curves",
    "Engine",
    "Problem",
    "Solution",
    "compiled_loops",
    "price_interval",
    "solve",
    "solve_lp",
]
