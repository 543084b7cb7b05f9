"""Claims that exceed the estate: the rules, and the game they belong to.

The Talmud rule (Aumann & Maschler 1985, J. Econ. Theory 36:195) is the nucleolus of O'Neill's game (1982).
"""

from __future__ import annotations

from collections.abc import Mapping

from ytterby.core.errors import Fault, InputError
from ytterby.games.game import Game

#: Beyond it sums and products of claims no longer fit a float.
_LARGEST = 1e100


def bankruptcy_game(estate: float, claims: Mapping[str, float]) -> Game:
    """The game where a coalition is worth what is left after all others are paid in full, at least nothing."""
    _check(estate, claims)
    return Game(
        tuple(claims), lambda s: max(0.0, estate - sum(claim for name, claim in claims.items() if name not in s))
    )


def talmud(estate: float, claims: Mapping[str, float]) -> dict[str, float]:
    """Equal awards up to half of each claim while the estate is under half of all claims; beyond, equal losses.

    >>> talmud(200, {"a": 100, "b": 200, "c": 300})
    {'a': 50.0, 'b': 75.0, 'c': 75.0}
    """
    _check(estate, claims)
    halves = {name: claim / 2 for name, claim in claims.items()}
    half = sum(halves.values())
    if estate <= half:
        return equal_awards(estate, halves)
    lost = equal_awards(2 * half - estate, halves)
    return {name: claim - lost[name] for name, claim in claims.items()}


def equal_awards(estate: float, claims: Mapping[str, float]) -> dict[str, float]:
    """The same for everyone, but nobody more than its claim (constrained equal awards)."""
    _check(estate, claims)
    left, found = float(estate), {}
    for done, (name, claim) in enumerate(sorted(claims.items(), key=lambda item: (item[1], item[0]))):
        found[name] = min(float(claim), left / (len(claims) - done))
        left -= found[name]
    return {name: found[name] for name in claims}


def equal_losses(estate: float, claims: Mapping[str, float]) -> dict[str, float]:
    """The same loss for everyone, but nobody below nothing (constrained equal losses)."""
    _check(estate, claims)
    lost = equal_awards(sum(claims.values()) - estate, claims)
    return {name: claim - lost[name] for name, claim in claims.items()}


def proportional(estate: float, claims: Mapping[str, float]) -> dict[str, float]:
    """In proportion to the claims."""
    _check(estate, claims)
    total = sum(claims.values())
    return {name: estate * claim / total if total else 0.0 for name, claim in claims.items()}


def _check(estate: float, claims: Mapping[str, float]) -> None:
    faults = [
        Fault(f"claim of {n}", f"{c:g}", "a number of 0 or more, of ordinary size")
        for n, c in claims.items()
        if not 0 <= c <= _LARGEST
    ]
    if not faults and not 0 <= estate <= sum(claims.values()) * (1 + 1e-12) + 1e-12:
        faults.append(Fault("estate", f"{estate:g}", f"from 0 to the sum of the claims, {sum(claims.values()):g}"))
    if not claims:
        faults.append(Fault("claims", "nothing", "a claim or more"))
    if faults:
        raise InputError(faults)
