"""Reconcile a base year: the least-squares balance of figures that disagree.

Production, trade and use come from sources that contradict each other. The unknowns are the levels of the
network's activities, x >= 0; every market balances exactly; every cited figure b is an observation of a sum
of activities, h = H x, with a standard deviation of its own:

    minimise sum ((h - b) / sigma)^2   subject to   A x = 0,  x >= 0

(weighted least squares of material-flow analysis, as in STAN: Cencic and Rechberger 2008). A *relative* sigma
would let the smaller of two conflicting figures win, because its absolute sigma is smaller. So the residual of a
cited figure is logarithmic, ln(h / b) / s: nine times too much weighs as nine times too little. It is solved by
Gauss-Newton, each round a linear least squares with sigma = s h and target h (1 - ln(h / b)) at the last h.
Figures derived from one observation share one vote: k of them have spread sqrt(k) s; where the observation itself
is among them, it has the vote.

A stated spread is only a claim, so one wrong figure must not drag the others with it:

- Figures of the very same flow that differ by more than their spreads allow get a common extra variance, as in
  a random-effects mean (DerSimonian and Laird 1986); then the rest of the balance decides between them.
- Beyond 3 sigma the cost of a cited figure grows in proportion to its residual, not to the square of it (Huber
  1964). Priors keep their square: they say what the network is.

Moves are told in each figure's own stated sigma.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ytterby.core.errors import Fault, InputError, SolverError
from ytterby.model.network import Activity, MarketKey
from ytterby.solver import Curves, Problem, solve

Floats = NDArray[np.float64]

#: A balance below this part of the cited figure counts as this part, or a flow at zero could not come back.
_FLOOR = 0.02
#: Spread of a figure that only repeats, with somebody's conversion, an observation that is itself in the balance.
_HEARSAY = 8.0
_ROUNDS = 40
_SETTLED = 0.02
#: Beyond so many sigma a figure pulls no harder.
_BOUND = 3.0


@dataclass(frozen=True, slots=True)
class Observation:
    """One cited figure (or a stated prior) seen as a sum of activities.

    `value` in `unit`; `spread` is the standard deviation as a part of the value (a log residual) or, with
    `scale` "linear", in units of the value. `evidence` names the observation in the world that the figure
    rests on: figures with the same evidence share one vote, and a `primary` one, which is that evidence itself, has
    it alone. `prior` marks an assumption, not a citation.
    """

    id: str
    title: str
    terms: tuple[tuple[str, float], ...]
    value: float
    spread: float
    unit: str
    figures: tuple[str, ...] = ()
    evidence: str | None = None
    scale: str = "log"
    prior: bool = False
    place: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """What the balance made of one observation: cited, reconciled, and the move in its own sigma."""

    observation: Observation
    reconciled: float
    sigma: float
    move: float


@dataclass(frozen=True, slots=True)
class Balance:
    """A reconciled base: level of each activity [t/yr], every observation's move, and the fit."""

    levels: Mapping[str, float]
    moves: tuple[Move, ...]
    chi2: float
    residual: float

    def largest(self, count: int = 10, *, priors: bool = False) -> tuple[Move, ...]:
        """The largest moves, in units of their own sigma; priors only when asked for."""
        chosen = [move for move in self.moves if priors or not move.observation.prior]
        return tuple(sorted(chosen, key=lambda move: (-abs(move.move), move.observation.id))[:count])


def reconcile(activities: Sequence[Activity], observations: Sequence[Observation]) -> Balance:
    """The balance of `activities` nearest to `observations`.

    Raises InputError for observations of unknown activities or without a usable value and spread, and
    SolverError when no certified balance was found.
    """
    _check(activities, observations)
    column = {activity.id: j for j, activity in enumerate(activities)}
    balances = _balances(activities)
    seen = _seen(observations, column)
    cited = np.array([o.value for o in observations])
    votes = _votes(observations)
    stated = np.array([o.spread for o in observations]) * votes
    spread = _with_disagreement(observations, stated, votes)
    logarithmic = np.array([o.scale == "log" for o in observations], dtype=bool)
    typical = _typical(seen, cited, balances)
    free = np.array([o.prior for o in observations], dtype=bool)
    found = cited
    for rounds in range(_ROUNDS):
        at = np.where(logarithmic, np.maximum(found, np.maximum(_FLOOR * cited, 1e-12)), 1.0)
        off = np.where(logarithmic, np.log(at / np.where(logarithmic, cited, at)), found - cited)
        pull = np.where(free, 1.0, _BOUND / np.maximum(np.abs(off) / spread, _BOUND))
        sigma = spread * at
        target = np.where(logarithmic, at * (1 - off), cited)
        levels = _least_squares(balances, seen, target, sigma / np.sqrt(pull), typical)
        step = seen @ levels - found
        if np.max(np.abs(step) / sigma, initial=0.0) < _SETTLED:
            break
        found = found + step * (1.0 if rounds < 4 else 0.6)  # shorter steps end a two-cycle
    found = seen @ levels
    moves = tuple(_move(o, float(h), float(s)) for o, h, s in zip(observations, found, stated, strict=True))
    residual = float(np.max(np.abs(balances @ levels), initial=0.0))
    return Balance(
        levels={activity.id: float(max(x, 0.0)) for activity, x in zip(activities, levels, strict=True)},
        moves=moves,
        chi2=float(sum(move.move**2 for move in moves)),
        residual=residual,
    )


def _check(activities: Sequence[Activity], observations: Sequence[Observation]) -> None:
    known = {activity.id for activity in activities}
    faults = []
    for o in observations:
        place = f"observation {o.id!r}"
        faults += [
            Fault(place, f"activity {name!r}", "an activity of the network") for name, _ in o.terms if name not in known
        ]
        if not np.isfinite(o.value) or o.value < 0:
            faults.append(Fault(place, f"value {o.value}", "a number of 0 or more"))
        if not o.spread > 0 or (o.scale == "log" and o.value == 0):
            faults.append(Fault(place, f"value {o.value}, spread {o.spread}", "a spread above 0; linear for a zero"))
    if faults:
        raise InputError(faults)


def _votes(observations: Sequence[Observation]) -> Floats:
    """sqrt(k) for each of k observations that rest on the same evidence.

    Where one of them is the evidence itself, it keeps its vote and what was estimated from it hardly counts.
    """
    count = Counter(o.evidence for o in observations if o.evidence)
    seen = {o.evidence for o in observations if o.primary and o.evidence}

    def factor(o: Observation) -> float:
        if not o.evidence:
            return 1.0
        if o.evidence in seen:
            return 1.0 if o.primary else _HEARSAY
        return float(np.sqrt(count[o.evidence]))

    return np.array([factor(o) for o in observations])


def _with_disagreement(observations: Sequence[Observation], stated: Floats, votes: Floats) -> Floats:
    """Spreads with the variance between figures of the very same flow added, where they differ by more than they say.

    Over k logarithms y with weights w = 1 / s^2, votes v (sqrt 2 for two figures of one observation, both in s) and
    Q = sum w (y - mean)^2, the excess is (Q - (k - 1)) / (sum w v^2 - sum w^2 v^2 / sum w), or nothing when that is
    negative; a figure's variance grows by v^2 times the excess.
    """
    groups: dict[tuple[tuple[str, float], ...], list[int]] = defaultdict(list)
    for i, o in enumerate(observations):
        if o.scale == "log" and not o.prior:
            groups[o.terms].append(i)
    found = stated.copy()
    for members in groups.values():
        if len(members) > 1:
            value = np.log([observations[i].value for i in members])
            weight, share = stated[members] ** -2, votes[members] ** 2
            whole = weight.sum()
            scatter = weight @ (value - weight @ value / whole) ** 2 - (len(members) - 1)
            excess = max(float(scatter / (weight @ share - weight**2 @ share / whole)), 0.0)
            found[members] = np.sqrt(stated[members] ** 2 + share * excess)
    return found


def _move(o: Observation, found: float, spread: float) -> Move:
    """The residual of one observation in its own sigma; a log residual's sigma is that of its cited value."""
    if o.scale != "log":
        return Move(o, found, spread, (found - o.value) / spread)
    return Move(o, found, spread * o.value, float(np.log(max(found / o.value, _FLOOR))) / spread)


def _balances(activities: Sequence[Activity]) -> sparse.csr_matrix:
    markets: dict[MarketKey, int] = {}
    rows, columns, entries = [], [], []
    for j, activity in enumerate(activities):
        for key, coefficient in activity.coefficients:
            rows.append(markets.setdefault(key, len(markets)))
            columns.append(j)
            entries.append(coefficient)
    return sparse.csr_matrix((entries, (rows, columns)), shape=(len(markets), len(activities)))


def _seen(observations: Sequence[Observation], column: Mapping[str, int]) -> sparse.csr_matrix:
    rows, columns, entries = [], [], []
    for i, o in enumerate(observations):
        for name, coefficient in o.terms:
            rows.append(i)
            columns.append(column[name])
            entries.append(coefficient)
    return sparse.csr_matrix((entries, (rows, columns)), shape=(len(observations), len(column)))


def _typical(seen: sparse.csr_matrix, cited: Floats, balances: sparse.csr_matrix) -> Floats:
    """A first guess of each activity's size, for scaling: its figure, or the traffic of the markets it touches."""
    size = np.zeros(balances.shape[1])
    coo = seen.tocoo()
    for i, j, value in zip(coo.row, coo.col, coo.data, strict=True):
        if value and seen.indptr[i + 1] - seen.indptr[i] <= 8:
            size[j] = max(size[j], abs(cited[i] / value))
    weights = abs(balances).tocsc()
    for _ in range(6):
        traffic = (weights @ sparse.diags(size)).max(axis=1).toarray().ravel()
        for j in np.flatnonzero(size == 0):
            part = slice(weights.indptr[j], weights.indptr[j + 1])
            size[j] = max(traffic[weights.indices[part]] / weights.data[part], default=0.0)
    return np.maximum(size, 1.0)


def _least_squares(
    balances: sparse.csr_matrix, seen: sparse.csr_matrix, cited: Floats, sigma: Floats, typical: Floats
) -> Floats:
    """One weighted, non-negative least squares: columns x >= 0 and the residuals u, H x / sigma - u = b / sigma."""
    markets, count = balances.shape
    residuals = seen.shape[0]
    scaled = sparse.diags(1 / sigma) @ seen
    matrix = sparse.bmat([[balances, None], [scaled, -sparse.identity(residuals)]], format="csc")
    target = np.concatenate([np.zeros(markets), cited / sigma])
    ones = np.ones(residuals)
    solution = solve(
        Problem(
            matrix=matrix,
            row_lower=target,
            row_upper=target,
            lower=np.concatenate([np.zeros(count), np.full(residuals, -np.inf)]),
            upper=np.full(count + residuals, np.inf),
            cost=np.zeros(count + residuals),
            curves=Curves(
                column=np.arange(count, count + residuals, dtype=np.int64),
                kind=np.ones(residuals, dtype=np.int8),
                sign=ones,
                p0=ones,
                x0=ones,
                elasticity=ones,
                offset=np.zeros(residuals),
            ),
            column_scale=np.concatenate([typical, ones]),
        )
    )
    if not solution.certificate.certified and solution.certificate.primal_residual > 1e-6:
        raise SolverError(f"no certified balance of the base year: {solution.certificate.note}")
    return np.asarray(solution.x[:count], dtype=np.float64)
