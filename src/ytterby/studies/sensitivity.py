"""What drives a result: indices of importance over the draws of an ensemble, and derivatives at the scenario itself.

`indices` has the methods that look at draws, `local` the derivatives. A designed method is an ensemble with a design of
its own, so it is solved, kept, resumed and spread over workers as any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from ytterby.atlas.load import Atlas
from ytterby.core.errors import Fault, InputError, nearest, printable
from ytterby.model.network import Network, unit_of
from ytterby.model.scenario import Scenario
from ytterby.studies import local
from ytterby.studies.draws import DESIGNS_OF, Design, Input, percentiles
from ytterby.studies.ensemble import Asked, Ensemble, Floats, Map, Progress, solved, study
from ytterby.studies.indices import DESIGNED, GIVEN, TABLES, analysed, block
from ytterby.studies.rebuilt import Rebuilt

METHODS = (*GIVEN, *DESIGNED, "local")
#: What `n` is when it is not given: draws, or blocks of draws of a designed method.
USUAL = {"given": 200, "pawn": 200, "sobol": 32, "morris": 10, "local": 0}
OUTPUT = "value_lost"


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What drives one output. `table` has a row an input, the most important first (`indices.TABLES`, `local.TABLE`).

    `n` draws were looked at, `left_out` of them held no number; `unit` is that of the output.
    """

    method: str
    output: str
    unit: str
    n: int
    left_out: int
    table: pl.DataFrame

    @property
    def meaning(self) -> Mapping[str, str]:
        """What each column of the table says."""
        schema = local.TABLE if self.method == "local" else TABLES[self.method]
        return {column.name: column.meaning for column in schema.columns}


def sensitivity(
    what: Ensemble | Scenario,
    of: str = OUTPUT,
    *,
    method: str | None = None,
    n: int | None = None,
    seed: int = 0,
    network: Network | None = None,
    map: Map = map,
    atlas: Atlas | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Say what drives the output `of`, a column of the draws such as `price|oxide/Dy|outside`.

    Of an ensemble: `given` (the default) and `pawn` read its draws as they are. Of a scenario: `n` draws are solved
    first; `sobol` and `morris` solve n·(inputs + 2) and n·(inputs + 1); `local` solves one. Raises InputError for an
    unknown method or output, an output that does not move, or too few draws; MissingExtra without SALib, which only
    `given` and `local` can do without.
    """
    if isinstance(what, Ensemble):
        return of_draws(what.inputs, what.design, what.draws, of, method)
    chosen = check(method or "given", METHODS)
    asked = study(network, what, atlas)
    if chosen == "local":
        return of_study(asked, of)
    design = design_for(chosen, len(asked.inputs), n, seed)
    output(of, (q.name for q in asked.quantities))
    return sensitivity(solved(asked, what, design, map=map, progress=progress), of, method=chosen)


def of_study(asked: Asked, of: str = OUTPUT) -> Sensitivity:
    """Derivatives of one output at a scenario's own values."""
    name = output(of, (q.name for q in asked.quantities))
    told = local.differences(asked, name) if isinstance(asked, Rebuilt) else local.derivatives(asked, name)
    return Sensitivity("local", name, unit(name), 1, 0, told)


def of_draws(
    inputs: tuple[Input, ...], design: Design, draws: pl.LazyFrame, of: str = OUTPUT, method: str | None = None
) -> Sensitivity:
    """The same of draws that are there, such as those of a kept run."""
    made_for = {sampled: name for name, sampled in DESIGNS_OF.items()}.get(design.method)
    chosen = check(method or made_for or "given", METHODS)
    if chosen == "local" or (chosen in DESIGNED and chosen != made_for) or (made_for and chosen != made_for):
        expected = f"one of {', '.join(GIVEN)} for these draws" if made_for is None else f"{made_for} for these draws"
        raise InputError(Fault("method", repr(chosen), f"{expected}; give the scenario for other methods"))
    columns = [n for n in draws.collect_schema().names() if not n.startswith("in|")]
    name = output(of, columns)
    ids = [i.id for i in inputs]
    found = draws.select("draw", "certified", name, *(f"in|{i}" for i in ids)).sort("draw").collect()
    y = np.where(found["certified"], found[name].fill_null(float("nan")).to_numpy(), np.nan)
    if made_for is None:
        x: Floats = found.select(f"in|{i}" for i in ids).to_numpy()
    elif found.height == design.n:
        x = percentiles(design, ids)
    else:
        raise InputError(
            Fault("draws", f"{found.height} of {design.n}", "a whole run; the command that made it goes on")
        )
    table = analysed(chosen, ids, x, y, design.seed)
    return Sensitivity(chosen, name, unit(name), len(y), int(np.isnan(y).sum()), table)


def design_for(method: str, inputs: int, n: int | None, seed: int) -> Design:
    """The design whose draws `method` reads: n draws, or n blocks of them."""
    size = USUAL[method] if n is None else n
    if size < 1:
        raise InputError(Fault("n", str(size), "a number of 1 or more"))
    if method not in DESIGNED:
        return Design(size, seed)
    if method == "sobol" and size & (size - 1):
        raise InputError(Fault("n", str(size), "a power of two for sobol, such as 32 or 64"))
    return Design(size * block(method, inputs), seed, DESIGNS_OF[method])


def check(method: str, methods: Iterable[str]) -> str:
    """Return the method, or refuse it with the nearest one."""
    every = tuple(methods)
    if method not in every:
        found = repr(printable(method, 40))
        raise InputError(Fault("method", found, "one of " + ", ".join(every), nearest(method, every)))
    return method


def output(word: str, columns: Iterable[str]) -> str:
    """The column of draws that `word` names; `:` or a space may stand for `|`, which a shell reads as a pipe."""
    every = [c for c in columns if c not in ("draw", "certified", "engine", "residual", "gap")]
    name = word.strip().replace(":", "|").replace(" ", "|")
    if name not in every:
        plain = [c.replace("|", ":") for c in every]
        expected = "a number of a draw, such as value_lost, price:oxide/Dy:outside or use_lost:oxide/Y:JPN"
        raise InputError(Fault("output", repr(printable(word, 60)), expected, nearest(name.replace("|", ":"), plain)))
    return name


def unit(column: str) -> str:
    """The unit of a column of draws."""
    what, _, rest = column.partition("|")
    if what in ("value_lost", "rents"):
        return "MUSD/yr"
    if what in ("price", "rent"):
        return "USD/kg"
    product = rest.partition("|")[0].removeprefix("reserve/")
    return unit_of(product) if what in ("use_lost", "replaced", "unserved", "stock") else "1"
