"""Which inputs of a scenario are uncertain, and the design of draws over them.

An input is an assumption about behaviour (the families of `frozen.BEHAVIOUR`, with the range and the distribution of
the assumption table) or a number with a range in the scenario file (`scenario_ranges`). What the user has set is not
drawn.

A design is a table of percentiles, one row a draw and one column an input: a pure function of the number of draws, the
seed and the method, whatever solves it later. Latin hypercube: McKay, Beckman & Conover (1979), Technometrics 21,
239-245, one draw in each of n equal slices of every input. Sobol: scrambled after Owen (1998), ACM TOMACS 8, 71-102.
Rank correlation: Iman & Conover (1982), Communications in Statistics B 11, 311-334, which reorders the percentiles of
an input and so keeps its slices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, qmc, rankdata

from ytterby.core.errors import Fault, InputError, nearest, printable
from ytterby.model.assumptions import Assumptions
from ytterby.model.distributions import Points, Said, inverse, said
from ytterby.model.frozen import BEHAVIOUR
from ytterby.model.scenario import Scenario
from ytterby.model.scenario_ranges import numbers
from ytterby.studies.indices import block, designed

Floats = NDArray[np.float64]

METHODS = ("lhs", "sobol")
#: Designs for one method of sensitivity each (`indices`): the draws come in blocks and mean little alone.
DESIGNS_OF = {"sobol": "saltelli", "morris": "morris"}
#: The input that says which redraw of the base year's figures a draw stands on.
BASE_YEAR = "base.redraw"
#: More draws than this are refused: the design alone would fill a small machine.
MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class Input:
    """One uncertain number: its own value (the mode of a triangle), its range, its distribution, its unit.

    `path` is what `--set` calls it; `unit` is put behind the number there when the path takes a text with a unit, and
    `whole` says that it takes whole numbers only.
    """

    id: str
    value: float
    low: float
    high: float
    dist: str
    path: str
    unit: str = ""
    points: Points = ()
    whole: bool = False

    def at(self, percentile: Floats) -> Floats:
        """The values at percentiles 0..1.

        >>> Input("a", 2.0, 1.0, 4.0, "loguniform", "assumptions.a").at(np.array([0.0, 0.5, 1.0])).tolist()
        [1.0, 2.0, 4.0]
        """
        return inverse(self.dist, self.value, self.low, self.high, self.points, percentile)

    def setting(self, value: float) -> str:
        """The `--set` that gives this input a value, to the last digit.

        >>> Input("a", 2.0, 1.0, 4.0, "uniform", "assumptions.a").setting(1.5)
        'assumptions.a=1.5'
        """
        number = str(round(value)) if self.whole else repr(float(value))
        return f"{self.path}={number} {self.unit}" if self.unit else f"{self.path}={number}"


@dataclass(frozen=True, slots=True)
class Design:
    """How draws are made: number, seed, method, inputs that share one percentile, and rank correlations of pairs."""

    n: int
    seed: int = 0
    method: str = "lhs"
    together: tuple[tuple[str, ...], ...] = ()
    correlation: tuple[tuple[str, str, float], ...] = ()


def uncertain(assumed: Assumptions, dists: Mapping[str, str], scenario: Scenario) -> tuple[Input, ...]:
    """Every input that is drawn for a scenario, sorted by id; `dists` holds the distribution of each assumption.

    Assumptions that the scenario sets and ranges without width are left out.
    """
    found = [
        Input(row.id, row.value, row.low, row.high, dists[row.id], f"assumptions.{row.id}")
        for row in assumed
        if row.id.startswith(BEHAVIOUR)
        and row.low < row.high
        and row.id not in scenario.assumptions
        # A value outside its range was chosen by the user when the network was made.
        and row.low <= row.value <= row.high
    ]
    found += [
        Input(n.id, n.value, n.low, n.high, n.dist, n.path, n.unit, n.points) for n in numbers(scenario)
    ]
    return tuple(sorted(found, key=lambda i: i.id))


def with_distributions(inputs: tuple[Input, ...], given: Mapping[str, str]) -> tuple[Input, ...]:
    """The inputs with other distributions, `{"elasticity.route": "lognormal", "slack.mine": "uniform 0 0.3"}`.

    Raises InputError for a name that is not drawn, words that say no distribution, and ranges that cannot be.
    """
    names = [i.id for i in inputs]
    found = {i.id: i for i in inputs}
    faults = []
    for name, text in given.items():
        if name not in found:
            faults.append(
                Fault("distribution", repr(printable(name, 60)), "an input that is drawn", nearest(name, names))
            )
            continue
        try:
            found[name] = _redrawn(found[name], said(name, text))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return tuple(found[name] for name in names)


def _redrawn(one: Input, given: Said) -> Input:
    low = one.low if given.low is None else given.low
    high = one.high if given.high is None else given.high
    place = f"distribution of {one.id}"
    if given.dist in ("loguniform", "lognormal") and low <= 0:
        raise InputError(Fault(place, f"{given.dist} from {low:g}", "a low end above 0"))
    if low < 0:
        raise InputError(Fault(place, f"{low:g}", "a low end of 0 or more"))
    if given.dist in ("triangular", "lognormal") and not low <= one.value <= high:
        raise InputError(Fault(place, f"{low:g} to {high:g}", f"a range that holds the value {one.value:g}"))
    return replace(one, dist=given.dist, low=low, high=high, points=given.points)


def base_years(count: int) -> Input:
    """The choice among `count` base years, each with its cited figures moved within their spreads, all alike."""
    points = tuple((float(k), 1.0) for k in range(1, count + 1))
    return Input(BASE_YEAR, 1.0, 1.0, float(count), "discrete", BASE_YEAR, points=points, whole=True)


def limit_id(measure: str) -> str:
    """The id under which the limit of a measure is drawn, the same as in the table of assumptions of a result."""
    return f"measure.{measure}.limit"


def percentiles(design: Design, names: Iterable[str]) -> Floats:
    """The percentiles of a design: one row a draw, one column an input, each in 0..1."""
    ids = tuple(names)
    check(design, ids)
    column = _columns(design, ids)
    count = max(column.values(), default=-1) + 1
    if not count:
        return np.zeros((design.n, 0))
    made = _correlated(_sampled(design, count), design, column)
    return np.ascontiguousarray(made[:, [column[name] for name in ids]])


def check(design: Design, names: tuple[str, ...]) -> None:
    """Raise InputError with every fault of a design over these inputs."""
    faults = []
    if not 1 <= design.n <= MOST:
        faults.append(Fault("ensemble", f"{design.n} draws", f"a number from 1 to {MOST:,}"))
    if design.seed < 0:
        faults.append(Fault("seed", str(design.seed), "a whole number of 0 or more"))
    if design.method in DESIGNS_OF.values():
        faults += _designed_faults(design, len(names))
    elif design.method not in METHODS:
        near = nearest(design.method, METHODS)
        faults.append(Fault("method", repr(design.method), "one of " + ", ".join(METHODS), near))
    named = [name for group in design.together for name in group] + [
        n for a, b, _ in design.correlation for n in (a, b)
    ]
    for name in dict.fromkeys(named):
        if name not in names:
            faults.append(Fault("draws", repr(name), "an input that is drawn", nearest(name, names)))
    grouped = [name for group in design.together for name in group]
    for name in sorted({name for name in grouped if grouped.count(name) > 1}):
        faults.append(Fault("draws moved together", f"{name!r} twice", "each input in one group at most"))
    faults += [
        Fault("rank correlation", f"{r:g} of {a!r} and {b!r}", "a number between -1 and 1 of two different inputs")
        for a, b, r in design.correlation
        if not -1 < r < 1 or a == b
    ]
    if faults:
        raise InputError(faults)


def _designed_faults(design: Design, inputs: int) -> Iterator[Fault]:
    """What is wrong with a design made for one method of sensitivity."""
    size = _block(design.method, inputs)
    if design.n % size:
        yield Fault("ensemble", f"{design.n} draws", f"a multiple of {size} for the design {design.method}")
    if design.together or design.correlation:
        yield Fault("draws", "inputs that move together", f"independent inputs for the design {design.method}")


def _block(design: str, inputs: int) -> int:
    method = next(name for name, made in DESIGNS_OF.items() if made == design)
    return block(method, inputs)


def _columns(design: Design, names: tuple[str, ...]) -> dict[str, int]:
    """The column of the sample each input reads: its own, or that of its group."""
    group = {name: members[0] for members in design.together for name in members}
    found: dict[str, int] = {}
    for name in names:
        head = group.get(name, name)
        found.setdefault(head, len(set(found.values())))
        found[name] = found[head]
    return found


def _sampled(design: Design, columns: int) -> Floats:
    for method, made_for in DESIGNS_OF.items():
        if design.method == made_for:
            return designed(method, design.n // block(method, columns), columns, design.seed)
    rng = np.random.default_rng(design.seed)
    if design.method == "sobol":
        # A whole power of two keeps the sequence balanced; the rest of it is not used.
        sampler = qmc.Sobol(columns, scramble=True, seed=rng)
        made = sampler.random_base2(max(int(design.n - 1).bit_length(), 1))[: design.n]
    else:
        made = qmc.LatinHypercube(columns, seed=rng).random(design.n)
    return np.asarray(made, dtype=np.float64)


def _correlated(sample: Floats, design: Design, column: Mapping[str, int]) -> Floats:
    """The sample with the percentiles of correlated inputs reordered; all others stay where they are."""
    pairs = [(column[a], column[b], r) for a, b, r in design.correlation]
    chosen = sorted({j for a, b, _ in pairs for j in (a, b)})
    if not chosen:
        return sample
    place = {j: i for i, j in enumerate(chosen)}
    wanted = np.eye(len(chosen))
    for a, b, r in pairs:
        # A rank correlation r of normal scores is a plain correlation of 2 sin(pi r / 6).
        wanted[place[a], place[b]] = wanted[place[b], place[a]] = 2 * np.sin(np.pi * r / 6)
    ranks = np.column_stack([rankdata(sample[:, j], method="ordinal") for j in chosen])
    scores = norm.ppf(ranks / (len(sample) + 1))
    try:
        to, of = np.linalg.cholesky(wanted), np.linalg.cholesky(np.corrcoef(scores, rowvar=False))
    except np.linalg.LinAlgError:
        said = "correlations that contradict one another, or too few draws"
        raise InputError(Fault("rank correlation", said, "a matrix of correlations that can hold together")) from None
    mixed = scores @ np.linalg.inv(of).T @ to.T
    found = sample.copy()
    for i, j in enumerate(chosen):
        order = rankdata(mixed[:, i], method="ordinal") - 1
        found[:, j] = np.sort(sample[:, j])[order]
    return found
