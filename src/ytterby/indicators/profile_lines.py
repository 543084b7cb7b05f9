"""The lines of a profile: each function asks one method of the embedded figures and says what the answer rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from ytterby.atlas.load import Atlas
from ytterby.core.elements import SYMBOLS
from ytterby.indicators import from_atlas as held
from ytterby.indicators import status
from ytterby.indicators.concentration import concentration
from ytterby.indicators.eu_criticality import eu_criticality, weighted_hhi
from ytterby.indicators.origins import Origins
from ytterby.indicators.reliance import Reliance, printed
from ytterby.indicators.usgs_risk import Part, disruption_potential, trade_exposure, usgs_risk


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator at one stage: value and range, status, where the range comes from, inputs, note and sources."""

    method: str
    stage: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    status: str = status.OK
    period: str = ""
    interval: str = ""
    inputs: str = ""
    note: str = ""
    sources: tuple[str, ...] = ()


def concentration_line(stage: str, accounts: tuple[held.Producers, ...]) -> Line:
    """Return HHI of the account nearest to the year; its range spans accounts of the same years and other countries."""
    first = accounts[0]
    near = [item for item in accounts if (item.shares_only, item.period) == (first.shares_only, first.period)]
    found = [concentration(dict(account.amounts)) for account in near]
    main, reasons = found[0], []
    if main.others:
        reasons.append(f"other countries, {main.others:.1%} of output, as none or as one")
    if len(near) > 1:
        reasons.append(f"{len(near)} sources of the same year")
    return Line(
        "hhi",
        stage,
        value=main.hhi[0],
        low=min(item.hhi[0] for item in found),
        high=max(item.hhi[1] for item in found),
        status=status.INCOMPLETE if first.gaps else status.SHARES_ONLY if first.shares_only else status.OK,
        period=first.period,
        interval="; ".join(reasons),
        inputs=f"{main.leader} {main.leader_share:.0%}, three largest {main.top[3]:.0%}, {main.count} countries",
        note=f"no figure for {', '.join(first.gaps)}" if first.gaps else "",
        sources=tuple(dict.fromkeys(source for account in near for source in account.sources)),
    )


def eu_lines(atlas: Atlas, material: str) -> list[Line]:
    """Return the published scores, and supply risk from published shares as the range over what is not published."""
    scored = held.group_of(material) or material
    note = "" if scored == material else f"published for {scored} together only, not for {material}"
    lines = []
    for method, measure in (("eu-supply-risk", "supply_risk"), ("eu-importance", "economic_importance")):
        for row in held.printed(atlas, scored, measure, "2023", "EU27")[:1]:
            score = float(row["value"])
            lines.append(
                Line(
                    method,
                    "bottleneck" if method == "eu-supply-risk" else "",
                    value=score,
                    low=score - 0.05,
                    high=score + 0.05,
                    status=status.PUBLISHED,
                    period="2023",
                    interval="rounding as printed",
                    inputs="score of EU27",
                    note=note,
                    sources=(str(row["source"]),),
                )
            )
    published = next((line.value for line in lines if line.method == "eu-supply-risk"), None)
    return [*lines, *_eu_from_shares(atlas, material, published, scored)]


def _eu_from_shares(atlas: Atlas, material: str, score: float | None, scored: str) -> list[Line]:
    weighted = _weighted(atlas, material)
    lines = []
    for row in eu_criticality(weighted).sort("stage").iter_rows(named=True) if weighted.height else ():
        part = weighted.filter(pl.col("stage") == row["stage"]).row(0, named=True)
        bases = (("world supply", part["hhi_gs"]), ("EU sourcing", part["hhi_eu"]))
        lines.append(
            Line(
                "eu-supply-risk",
                row["stage"],
                low=row["low"],
                high=row["high"],
                status=status.RANGE,
                period="2016-2020",
                interval="IR 0 to 1, SI 0.8 to 1, EoL-RIR 0 to 0.55: not published by material",
                inputs="HHI_WGI-t " + ", ".join(f"{base} {hhi:.2f}" for base, hhi in bases if hhi is not None),
                note="" if score is None else _inside(score, row["low"], row["high"], scored, material),
                sources=("ec-crm-2023", "wb-wgi-2024"),
            )
        )
    return lines


def _weighted(atlas: Atlas, material: str) -> pl.DataFrame:
    """Return HHI_WGI-t of both supply bases at each stage: material, stage, hhi_gs, hhi_eu; of the fullest form."""
    shares = held.ec_shares(atlas, material)
    if shares.is_empty():
        return shares
    form = shares.group_by("form", maintain_order=True).len().sort("len", "form", descending=True)["form"][0]
    ruled = shares.filter(pl.col("form").eq_missing(pl.lit(form, pl.String))).join(
        held.governance_of_the_eu(atlas), on="country", how="left", maintain_order="left"
    )
    table = weighted_hhi(ruled.rename({"base": "material"})).pivot("material", index="stage", values="hhi")
    absent = [pl.lit(None, pl.Float64).alias(base) for base in ("gs", "eu") if base not in table.columns]
    named = table.with_columns(*absent, pl.lit(material).alias("material"))
    return named.rename({"gs": "hhi_gs", "eu": "hhi_eu"})


def _inside(score: float, low: float, high: float, scored: str, material: str) -> str:
    word = "inside" if low - 0.05 <= score <= high + 0.05 else "outside"
    group = "" if scored == material else f" of {scored}"
    return f"the published score{group}, {score:g}, is {word}"


def geopolrisk_lines(bought: Iterable[Origins]) -> list[Line]:
    """Return GeoPolRisk at each stage that has a trade code: by last port, and traced to the makers behind it."""
    lines = []
    for item in bought:
        cell = item.cell
        line = Line(
            "geopolrisk",
            item.stage,
            value=cell.score,
            low=cell.low,
            high=cell.high,
            status=cell.status,
            period=str(item.year),
            interval=cell.interval,
            inputs="" if cell.hhi is None else f"HHI {cell.hhi:.2f} x import risk {_short(cell.import_risk)}",
            note=item.note or f"HS {', '.join(item.codes)}",
            sources=item.sources,
        )
        lines.append(line)
        if item.traced_score is not None:
            makers = ", ".join(f"{place} {share:.0%}" for place, share in item.traced[:3])
            traced = replace(line, stage=f"{item.stage}, traced", value=item.traced_score, low=None, high=None)
            note = f"re-exports traced to makers; {item.unresolved:.0%} not resolved"
            lines.append(replace(traced, interval="", inputs=f"imports come from {makers}", note=note))
    return lines


def reliance_lines(atlas: Atlas, material: str, economy: str, year: int, bought: Iterable[Origins]) -> list[Line]:
    """Return net import reliance as the USGS prints it (United States), and import reliance from trade and output.

    For other economies net import reliance is computed without stocks, which no table gives.
    """
    lines = []
    for row in _printed_reliance(atlas, material, economy, year):
        found = as_printed(row)
        whole = row["material"] == material and row["form"] == "all"
        lines.append(
            Line(
                "net-import-reliance",
                "use",
                value=found.value,
                low=found.low,
                high=found.high,
                status=status.PUBLISHED if found.status == status.OK else found.status,
                period=str(year),
                note="" if whole else f"printed for {row['material']}, {row['form']}",
                sources=(str(row["source"]),),
            )
        )
    lines += [] if economy == "USA" else [_without_stocks(item, year) for item in bought]
    for item in bought:
        lines.append(
            Line(
                "import-reliance",
                item.stage,
                value=item.reliance.value,
                low=item.reliance.low,
                high=item.reliance.high,
                status=item.reliance.status,
                period=str(year),
                interval=item.reliance_note,
                inputs=_masses(item),
                note=item.note,
                sources=item.sources,
            )
        )
    return lines


def _without_stocks(item: Origins, year: int) -> Line:
    """Return net import reliance without stocks: import reliance, or below zero where exports exceed imports."""
    exporter = item.exports > item.imports and item.reliance.low is not None
    return Line(
        "net-import-reliance",
        item.stage,
        value=None if exporter else item.reliance.value,
        low=None if exporter else item.reliance.low,
        high=0.0 if exporter else item.reliance.high,
        status=status.NET_EXPORTER if exporter else item.reliance.status,
        period=str(year),
        interval=item.reliance_note,
        inputs=_masses(item),
        note=f"without stocks; {item.note}"
        if item.reliance.status == status.NOT_APART
        else "without stocks, which no table gives here; printed for the United States only",
        sources=item.sources,
    )


def _masses(item: Origins) -> str:
    """What crossed the border, in words; of a code that holds several metals it is that of all of them."""
    if item.imports <= 0 and item.exports <= 0:
        return ""
    of = " of all the code holds" if item.reliance.status == status.NOT_APART else ""
    return f"imports {item.imports:,.0f} t, exports {item.exports:,.0f} t gross{of}"


def _printed_reliance(atlas: Atlas, material: str, economy: str, year: int) -> list[dict[str, Any]]:
    if economy != "USA":
        return []
    own = held.printed(atlas, material, "net_import_reliance", str(year), "USA")
    if own or material not in SYMBOLS:
        return own
    return held.printed(atlas, "REE", "net_import_reliance", str(year), "USA")


def as_printed(row: Mapping[str, Any]) -> Reliance:
    """Return a printed net import reliance from a figure's value and qualifier."""
    marks = {"net_exporter": "E", "withheld": "W", "not_available": "NA", "zero": "0"}
    if row["qualifier"] in marks or row["value"] is None:
        return printed(marks.get(row["qualifier"], "NA"))
    return printed(f"{row['qualifier'] if row['qualifier'] in ('<', '>') else ''}{row['value']:g}")


def usgs_lines(
    atlas: Atlas, material: str, economy: str, year: int, accounts: Mapping[str, tuple[held.Producers, ...]]
) -> list[Line]:
    """Return supply risk by the parts that are public, at the last stage whose makers are known."""
    stage = next((stage for stage in reversed(held.STAGES) if accounts[stage]), None)
    if stage is None:
        return []
    account = accounts[stage][0]
    total = sum(account.amounts.values())
    ruled = held.stability(atlas).filter(pl.col("year") <= year)
    ruled = ruled.filter(pl.col("year") == pl.col("year").max()).with_columns(pl.col("economy").cast(pl.String))
    instability = dict(ruled.select("economy", "instability").iter_rows())
    shares = {place: amount / total for place, amount in account.amounts.items()}
    potential = disruption_potential(shares, instability, home=economy)
    rows = _printed_reliance(atlas, material, economy, year)
    exposure = trade_exposure(as_printed(rows[0])) if rows else Part(None, 0.0, 1.0, status.RANGE)
    found = usgs_risk(potential, exposure, None)
    said = (
        [f"DP {potential.value:.2f} with political instability for ASI and WSI"] if potential.value is not None else []
    )
    told = f"{exposure.low:.2f} to {exposure.high:.2f}" if exposure.value is None else f"{exposure.value:.2f}"
    return [
        Line(
            "usgs-risk",
            stage,
            value=found.value,
            low=found.low,
            high=found.high,
            status=found.status,
            period=account.period,
            interval="economic vulnerability 0 to 1, disruption potential 0 to its largest",
            inputs=", ".join([*said, f"TE {told}"]),
            note="formula from memory of the paper; ASI, WSI and EV are not public in full",
            sources=account.sources,
        )
    ]


def _short(number: float | None) -> str:
    return "n/a" if number is None else f"{number:.2f}"
