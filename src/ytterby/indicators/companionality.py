"""Companionality: the part of a metal's primary production that comes as the companion of a host metal, 0..1.

    C = Σ_h P_h / Σ P        P_h production recovered because host h is mined; P all primary production

N. T. Nassar, T. E. Graedel, E. M. Harper (2015), By-product metals are technologically essential but have problematic
supply, Science Advances 1:e1400180, doi:10.1126/sciadv.1400180. A mine counts as one of the metal itself when that
metal makes it pay. The paper's table is not embedded: the value is computed from the production by host that the caller
gives. What is not assigned to a host or to the metal itself makes the interval.

Why it matters: output of a companion follows the price of its host, so its own price calls forth little more until
recovery from the host's stream is complete.

>>> found = companionality({"zinc": 60, "aluminium": 30, None: 5}, total=100)
>>> round(found.low, 2), found.high, found.hosts[0]
(0.9, 0.95, ('zinc', 0.6))
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ytterby.core.errors import Fault, InputError
from ytterby.indicators import status


@dataclass(frozen=True, slots=True)
class Companionality:
    """The part of production that is a companion's, its range, the hosts by share, and what it rests on."""

    value: float | None
    low: float
    high: float
    hosts: tuple[tuple[str, float], ...]
    status: str


def companionality(by_host: Mapping[str | None, float | None], total: float | None = None) -> Companionality:
    """Return companionality from production by host; the key None is production of mines that the metal itself pays.

    Amounts are in any one unit; `total` is all primary production (default: their sum). A null amount is not known.
    """
    amounts = {host: float(amount) for host, amount in by_host.items() if amount is not None}
    whole = math.fsum(amounts.values()) if total is None else total
    bad = [f"{host}: {amount:g}" for host, amount in amounts.items() if not (math.isfinite(amount) and amount >= 0)]
    if math.fsum(amounts.values()) > whole * (1 + 1e-9):
        bad.append(f"parts that sum to more than {whole:g}")
    if bad or whole <= 0:
        found = ", ".join(bad) or f"a total of {whole:g}"
        raise InputError(Fault("companionality", found, "amounts of zero or more, at least one above zero"))
    hosts = sorted(((host, amount / whole) for host, amount in amounts.items() if host), key=lambda pair: -pair[1])
    low = math.fsum(share for _, share in hosts)
    high = 1.0 - amounts.get(None, 0.0) / whole
    exact = math.isclose(low, high, abs_tol=1e-12)
    return Companionality(low if exact else None, low, high, tuple(hosts), status.OK if exact else status.RANGE)
