"""What trust a deal needs: thresholds of honouring, stages that keep themselves, bonds, and trust after kept stages.

A side that keeps gets `keep` a period, one that breaks gets `cheat` while unnoticed and `punish` from then on (grim
trigger; Friedman 1971). A staged deal exposes a part of its substance at each stage; a stage keeps itself when
breaking it gains no more than what keeping it still promises (Watson 1999, Games Econ. Behav. 29:322: start small).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ytterby.core.errors import Fault, InputError


@dataclass(frozen=True, slots=True)
class Path:
    """Exposures stage by stage, parts of the whole that add up to 1; empty when no path keeps itself.

    `first` is the smallest first step, `bond` what the tempted side must deposit to make the path keep itself (in the
    unit of the payoffs, 0 when it does), `slack` what each stage leaves above the temptation.
    """

    exposure: tuple[float, ...]
    first: float
    bond: float
    slack: tuple[float, ...]

    @property
    def holds(self) -> bool:
        """Whether every stage is kept without a bond."""
        return self.bond == 0.0


def patience_needed(cheat: float, keep: float, punish: float, lag: int = 1) -> float:
    """The smallest discount factor per period at which keeping pays, when breaking is noticed after `lag` periods.

    Keeping: keep / (1 - d). Breaking: cheat for `lag` periods, then punish. So d^lag >= (cheat - keep) / (cheat -
    punish). 0 when breaking never pays. Raises InputError unless punish < keep, and for a lag below 1.

    >>> patience_needed(5, 3, 1), round(patience_needed(5, 3, 1, lag=2), 4)
    (0.5, 0.7071)
    """
    if lag < 1:
        raise InputError(Fault("lag", str(lag), "a number of periods, 1 or more"))
    if not punish < keep:
        raise InputError(Fault("payoffs", f"punish {punish:g}, keep {keep:g}", "a punishment below keeping"))
    if cheat <= keep:
        return 0.0
    return float(((cheat - keep) / (cheat - punish)) ** (1 / lag))


def trust_needed(kept: float, broken: float, outside: float = 0.0) -> float | None:
    """The smallest probability that the other side honours at which taking part pays; None when it never does.

    `kept` and `broken` are what this side gets if the other honours or breaks, `outside` what it has without a deal.

    >>> trust_needed(10, -30)
    0.75
    """
    if kept < outside:
        return None
    if broken >= outside:
        return 0.0
    return (outside - broken) / (kept - broken)


def zone(kept: Sequence[tuple[float, float]], q: float) -> float:
    """What is left to share [unit of the payoffs] when each side expects the others to honour with probability q.

    `kept` holds, of each side, its gain if honoured and if broken. Below 0 there is no zone of agreement.
    """
    if not 0 <= q <= 1:
        raise InputError(Fault("trust", f"{q:g}", "a probability, 0 to 1"))
    return sum(q * good + (1 - q) * bad for good, bad in kept)


def updated(q: float, weight: float, kept: int, broken: int = 0) -> float:
    """Trust after some stages: the mean of a Beta of mean `q` that is worth `weight` observations.

    >>> updated(0.5, 2, kept=2)
    0.75
    """
    if not (0 <= q <= 1 and weight > 0 and kept >= 0 and broken >= 0):
        raise InputError(
            Fault("trust", f"{q:g} with weight {weight:g}", "0 to 1, a weight above 0, counts of 0 or more")
        )
    return (q * weight + kept) / (weight + kept + broken)


def staged(stages: int, keep: float, cheat: float, discount: float, tail: float) -> Path:
    """The path of stages with the smallest first step that keeps itself.

    Keeping a stage with a part e of the substance earns keep x e, breaking it cheat x e and then nothing more; after
    the last stage the deal is worth `tail` (what running it at full size is worth then). With V the value of what
    follows, a stage holds when cheat e <= keep e + discount V. Later stages are made as large as they may be. Without
    a tail the last stage is broken, so the one before it too: talks first and substance later does not work then.
    Raises InputError for fewer than one stage, a discount factor outside 0..1 or a negative tail.
    """
    faults = []
    if stages < 1:
        faults.append(Fault("stages", str(stages), "1 or more"))
    if not 0 <= discount < 1:
        faults.append(Fault("discount factor", f"{discount:g}", "a number from 0 to less than 1"))
    if tail < 0 or keep < 0:
        faults.append(Fault("payoffs", f"keep {keep:g}, tail {tail:g}", "numbers of 0 or more"))
    if faults:
        raise InputError(faults)
    tempted = cheat - keep
    left, ahead = 1.0, tail
    exposure: list[float] = []
    slack: list[float] = []
    for stage in range(stages, 0, -1):
        room = discount * ahead / tempted if tempted > 0 else 1.0
        part = left if stage == 1 else min(room, left)
        slack.append(discount * ahead - tempted * part)
        ahead = keep * part + discount * ahead
        left -= part
        exposure.append(part)
    bond = max(0.0, -slack[-1])
    bond = 0.0 if bond <= 1e-12 * max(abs(tempted), 1.0) else bond
    return Path(tuple(reversed(exposure)), exposure[-1], bond, tuple(reversed(slack)))


def bond_needed(keep: float, cheat: float, discount: float, tail: float) -> float:
    """What must be deposited for the whole substance at once to be kept (0 when nothing need be)."""
    return staged(1, keep, cheat, discount, tail).bond
