"""Supply risk of the U.S. Geological Survey: disruption potential, trade exposure, economic vulnerability.

    DP = Σ_c PS_c² · max(ASI_c, WSI_c)      PS_c production share of country c (the economy itself counts 0), ASI and
                                            WSI the inability and unwillingness of c to supply, 0..1
    TE = net import reliance, cut to 0..1
    EV = Σ_j (VA_j / GDP) · (E_ij / OS_j)   VA_j value added of industry j, E_ij its expenditure on mineral i, OS_j its
                                            operating surplus; normalised to 0..1 over all minerals
    SR = (DP · TE · EV)^(1/3)               0..1

N. T. Nassar et al. (2020), Evaluating the mineral commodity supply risk of the U.S. manufacturing sector, Science
Advances 6:eaay8647, doi:10.1126/sciadv.aay8647; updated by N. T. Nassar and S. M. Fortier (2021), USGS Open-File Report
2021-1045, doi:10.3133/ofr20211045.

Status of these formulas: **as we understand them**. We read the abstract and the first paragraphs of the paper, which
name the three parts; the exact forms above are from memory and were not compared with its tables. The indices ASI and
WSI and the industry accounts behind EV are not among our figures. So DP is given as an interval (each index between 0
and 1) with a value where political instability stands for both, which is our choice and not the paper's; EV is what the
caller gives, or the whole range; and SR is the interval they make. The method of 2025 (doi:10.3133/ofr20251047), a
probability-weighted loss of GDP over 1,200 disruption scenarios, is another model and is not this one.

>>> dp = disruption_potential({"CHN": 0.7, "USA": 0.2, "AUS": 0.1}, {"CHN": 0.6, "AUS": 0.3}, home="USA")
>>> round(dp.value, 3), round(dp.low, 3), round(dp.high, 3)
(0.297, 0.0, 0.5)
>>> found = usgs_risk(dp, trade_exposure(0.8), None)
>>> found.value is None, found.low, round(found.high, 3), found.status
(True, 0.0, 0.737, 'range')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ytterby.core.errors import Fault, InputError
from ytterby.indicators import status
from ytterby.indicators.reliance import Reliance

CUT = 0.40  # SR at or above which the 2021 update calls a mineral critical, as we remember it


@dataclass(frozen=True, slots=True)
class Part:
    """A part of supply risk, 0..1: its value (null where only a range is known), its range, and what it rests on."""

    value: float | None
    low: float
    high: float
    status: str


def usgs_risk(disruption: Part, exposure: Part, vulnerability: Part | float | None) -> Part:
    """Return supply risk, the geometric mean of its three parts; a vulnerability that is not known is 0..1."""
    if vulnerability is None:
        vulnerability = Part(None, 0.0, 1.0, status.RANGE)
    elif not isinstance(vulnerability, Part):
        vulnerability = Part(vulnerability, vulnerability, vulnerability, status.OK)
    parts = (disruption, exposure, vulnerability)
    faults = [
        Fault("usgs_risk", f"a part from {part.low:g} to {part.high:g}", "parts within 0..1, low before high")
        for part in parts
        if not 0 <= part.low <= part.high <= 1
    ]
    if faults:
        raise InputError(faults)
    low, high = (_mean([getattr(part, end) for part in parts]) for end in ("low", "high"))
    values = [part.value for part in parts if part.value is not None]
    if len(values) < len(parts):
        return Part(None, low, high, status.RANGE)
    worst = next((part.status for part in parts if part.status != status.OK), status.OK)
    return Part(_mean(values), low, high, worst)


def disruption_potential(
    shares: Mapping[str, float], instability: Mapping[str, float | None] | None = None, home: str = "USA"
) -> Part:
    """Return disruption potential of production shares [0..1]; the economy at `home` cannot disrupt itself.

    `instability` stands for max(ASI, WSI), 0 best to 1 worst. Countries without a figure are put at the mean of the
    others, weighted by their squares; without any figure there is no value, only the range. What the shares leave of
    the total ("other countries" among it) counts in the range alone, as one country at most.
    """
    bad = [place for place, share in shares.items() if not 0 <= share <= 1]
    total = sum(shares.values())
    if bad or total > 1 + 1e-6:
        found = ", ".join(bad) or f"shares that sum to {total:g}"
        raise InputError(Fault("disruption_potential, shares", found, "parts of 1 that sum to at most 1"))
    abroad = {place: share for place, share in shares.items() if place not in (home, "XXX")}
    rest = max(0.0, 1 - sum(share for place, share in shares.items() if place != "XXX"))
    high = sum(share**2 for share in abroad.values()) + rest**2
    known = {place: float(risk) for place, risk in (instability or {}).items() if risk is not None and place in abroad}
    ruled = sum(abroad[place] ** 2 for place in known)
    if ruled <= 0:
        return Part(None, 0.0, high, status.RANGE)
    weighted = sum(abroad[place] ** 2 * risk for place, risk in known.items())
    squares = sum(share**2 for share in abroad.values())
    complete = ruled >= squares * (1 - 1e-12)
    return Part(weighted * squares / ruled, 0.0, high, status.OK if complete else status.IMPUTED)


def trade_exposure(reliance: Reliance | float) -> Part:
    """Return trade exposure: net import reliance as a part of 1, exporters at 0; a printed bound stays a range."""
    if not isinstance(reliance, Reliance):
        reliance = Reliance(reliance, reliance, reliance, status.OK)
    if reliance.status == status.NET_EXPORTER:
        return Part(0.0, 0.0, 0.0, status.OK)
    low, high = (0.0 if reliance.low is None else reliance.low), (1.0 if reliance.high is None else reliance.high)
    value = None if reliance.status != status.OK or reliance.value is None else min(max(reliance.value, 0.0), 1.0)
    return Part(value, min(max(low, 0.0), 1.0), min(max(high, 0.0), 1.0), reliance.status)


def _mean(values: list[float]) -> float:
    product = 1.0
    for value in values:
        product *= value
    return float(product ** (1 / len(values)))
