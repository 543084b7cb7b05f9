"""The one sentence that says what a deal comes to."""

from __future__ import annotations

from collections.abc import Mapping

from ytterby.games.nucleolus import Leaver
from ytterby.studies.deals.outcome import Solutions
from ytterby.studies.deals.records import Deal

#: Gains below this [MUSD/yr] are nothing.
_TRACE = 0.05


def finding(
    deal: Deal,
    received: Mapping[str, float],
    solutions: Solutions,
    leaver: Leaver | None,
    needed: float | None,
    exact: bool,
    view: str,
) -> str:
    """Who gains, whether it holds together, who would leave, and how much trust it needs."""
    names = {p.id: p.name for p in deal.parties}
    received = {name: x if abs(x) >= _TRACE else 0.0 for name, x in received.items()}
    total = sum(received.values())
    seen = f" (titles as {view} sees them)" if view else ""
    if total < 0:
        text = f"Together those in the room lose {_money(-total)} a year{seen}"
    elif total > 0:
        text = f"Together those in the room gain {_money(total)} a year{seen}"
    else:
        text = f"Those in the room gain nothing{seen}"
    best = max(received, key=lambda n: (received[n], n))
    worst = min(received, key=lambda n: (received[n], n))
    said = [f"{names[best]} gains {_size(received[best])}"] if received[best] > 0 else []
    said += [f"{names[worst]} loses {_size(received[worst])}"] if received[worst] < 0 else []
    text += f": {' and '.join(said)}" if said else ""
    text += _stable(names, solutions, leaver, exact, worst)
    return text + _needs(received, needed) + "."


def _needs(received: Mapping[str, float], needed: float | None) -> str:
    """What trust it takes; nothing is said where somebody loses even if all keep it, for that was said."""
    if not any(received.values()) or (needed is None and min(received.values()) < 0):
        return ""
    if needed is None:
        return "; somebody gains nothing even if all keep it"
    if needed <= 0.005:
        return "; no party risks anything if the others break it"
    return f"; each must trust the others with a probability of {needed:.2f} or more"


def _stable(names: Mapping[str, str], solutions: Solutions, leaver: Leaver | None, exact: bool, worst: str) -> str:
    if not exact:
        return "; with so many parties who would leave was not asked"
    if leaver is None:
        return "; nobody gains by leaving"
    members = ["it" if leaver.members == (worst,) else names[m] for m in leaver.members]
    who = " and ".join((", ".join(members[:-1]), members[-1])) if len(members) > 1 else members[0]
    text = f"; {who} would gain {_size(leaver.excess)} by leaving"
    if solutions.core is not None:
        return text + ", though other shares would keep everyone"
    return text + ", and no shares would keep everyone"


def _size(value: float) -> str:
    """An amount without its sign or unit."""
    size = abs(value)
    return f"{size:,.0f}" if size >= 99.95 else f"{size:.1f}" if size >= 0.05 else f"{size:.2g}" if size else "0"


def _money(value: float) -> str:
    return f"{_size(value)} million USD"
