"""A game with transferable utility: players, and the worth of every coalition.

Coalitions are bit masks inside (bit i is player i) and tuples of names outside. The empty coalition is worth nothing.
A game is tabulated up to `MOST` players; beyond, its worth is a function that only sampling may ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ytterby.core.errors import Fault, InputError, nearest

Floats = NDArray[np.float64]
Coalition = tuple[str, ...]
Worth = Mapping[Coalition, float] | Callable[[Coalition], float]

#: A game of more players has no table of worths; its Shapley value can be sampled.
MOST = 16
_PLAYERS = 1000
_SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False)
class Game:
    """Players and the worth of each coalition: a mapping from tuples of players, or a function of such a tuple.

    The order inside a tuple does not matter and the empty coalition may be left out. `values` is the table by bit mask
    (in the unit of the worths), empty for more than 16 players or with `tabulate` off. Raises InputError with every
    fault.

    >>> game = Game(("a", "b"), {("a",): 1, ("b",): 2, ("a", "b"): 5})
    >>> game.worth_of("b", "a")
    5.0
    """

    players: tuple[str, ...]
    worth: Worth = field(repr=False)
    tabulate: bool = True
    values: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "players", _names(self.players))
        if len(self.players) > MOST or not self.tabulate:
            if isinstance(self.worth, Mapping):
                raise InputError(_too_many(len(self.players)))
            object.__setattr__(self, "values", np.zeros(0))
            return
        object.__setattr__(self, "values", _table(self.players, self.worth))

    @property
    def n(self) -> int:
        """How many players there are."""
        return len(self.players)

    @property
    def total(self) -> float:
        """The worth of everyone together."""
        return float(self.table()[-1])

    def table(self) -> Floats:
        """The worths by bit mask, 2^n of them; InputError for a game too large to have them."""
        if not len(self.values):
            raise InputError(_too_many(self.n))
        return self.values

    def worth_of(self, *members: str) -> float:
        """The worth of a coalition."""
        if len(self.values):
            return float(self.values[self.mask(members)])
        self.mask(members)
        return _number(self.worth(tuple(m for m in self.players if m in members)), "worth")  # type: ignore[operator]

    def mask(self, members: Iterable[str]) -> int:
        """The bit mask of a coalition; InputError for a player that is not in the game."""
        place = {name: i for i, name in enumerate(self.players)}
        found = 0
        for name in members:
            if name not in place:
                raise InputError(Fault("game", repr(name), "a player of the game", nearest(str(name), self.players)))
            found |= 1 << place[name]
        return found

    def members(self, mask: int) -> Coalition:
        """The players of a bit mask."""
        return tuple(name for i, name in enumerate(self.players) if mask >> i & 1)

    def named(self, shares: Iterable[float]) -> dict[str, float]:
        """Numbers in the order of the players as a mapping by player."""
        return {name: float(x) for name, x in zip(self.players, shares, strict=True)}


def tabulated(players: Iterable[str], values: Floats) -> Game:
    """A game from its table by bit mask, 2^n worths of which the first is that of nobody."""
    names = tuple(players)
    place = {name: i for i, name in enumerate(names)}
    return Game(names, lambda members: float(values[sum(1 << place[m] for m in members)]))


def incidence(n: int) -> Floats:
    """Which player is in which coalition: 2^n rows by bit mask, n columns of 0 and 1."""
    masks = np.arange(1 << n)[:, None]
    return ((masks >> np.arange(n)) & 1).astype(np.float64)


def superadditive(game: Game, tolerance: float = 1e-9) -> tuple[Coalition, Coalition] | None:
    """Two coalitions without common members that are worth less together than apart; None when there are none.

    The pair that loses most; a margin of `tolerance` of the largest worth is not counted.
    """
    v = game.table()
    least, pair = -tolerance * max(float(np.abs(v).max()), 1.0), None
    masks = np.arange(len(v))
    for mask in range(1, len(v)):
        apart = masks[(masks & mask) == 0]
        change = v[apart | mask] - v[apart] - v[mask]
        worst = int(np.argmin(change))
        if change[worst] < least and apart[worst]:
            least, pair = float(change[worst]), (game.members(mask), game.members(int(apart[worst])))
    return pair


def _names(players: Iterable[str]) -> tuple[str, ...]:
    names = tuple(players)
    faults = []
    if not 1 <= len(names) <= _PLAYERS:
        faults.append(Fault("players", f"{len(names)} players", f"1 to {_PLAYERS} players"))
    faults += [
        Fault("players", repr(name), "each player once") for name in dict.fromkeys(names) if names.count(name) > 1
    ]
    if faults:
        raise InputError(faults)
    return names


def _too_many(n: int) -> Fault:
    expected = f"at most {MOST} for an exact answer; beyond, a worth that is a function, and shapley(game, samples=…)"
    return Fault("players", f"{n} players", expected)


def _table(players: tuple[str, ...], worth: Worth) -> Floats:
    members = {mask: tuple(p for i, p in enumerate(players) if mask >> i & 1) for mask in range(1, 1 << len(players))}
    values = np.zeros(1 << len(players))
    if not isinstance(worth, Mapping):
        for mask, names in members.items():
            values[mask] = _number(worth(names), f"worth of {', '.join(names)}")
        return values
    given, faults = _by_mask(players, worth)
    missing = [names for mask, names in members.items() if mask not in given]
    faults += [Fault(f"worth of {', '.join(names)}", "nothing", "a number") for names in islice(missing, _SHOWN)]
    if len(missing) > _SHOWN:
        faults.append(Fault("worth", f"{len(missing)} coalitions missing", f"all {len(members)} coalitions"))
    if faults:
        raise InputError(faults)
    for mask, value in given.items():
        values[mask] = value
    return values


def _by_mask(players: tuple[str, ...], worth: Mapping[Coalition, float]) -> tuple[dict[int, float], list[Fault]]:
    place = {name: i for i, name in enumerate(players)}
    given: dict[int, float] = {}
    faults: list[Fault] = []
    for key, value in worth.items():
        names = (key,) if isinstance(key, str) else tuple(key)
        unknown = [name for name in names if name not in place]
        faults += [
            Fault(f"worth of {key!r}", repr(name), "a player of the game", nearest(str(name), players))
            for name in unknown
        ]
        mask = sum(1 << place[name] for name in set(names) - set(unknown))
        if unknown:
            continue
        if mask in given:
            faults.append(Fault(f"worth of {key!r}", "a second number", "each coalition once"))
        try:
            given[mask] = _number(value, f"worth of {key!r}")
        except InputError as error:
            faults += error.faults
            given[mask] = 0.0  # told once: it is not missing as well
        if mask == 0 and given.get(0):
            faults.append(Fault("worth of nobody", f"{value}", "0, or leave it out"))
    return given, faults


def _number(value: object, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise InputError(Fault(place, repr(value), "a finite number"))
    if not np.isfinite(value):
        raise InputError(Fault(place, repr(value), "a finite number"))
    return float(value)
