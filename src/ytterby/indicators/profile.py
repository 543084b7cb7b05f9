"""Every indicator of one material for one economy, side by side, from the embedded figures.

Each line is a value with its range, where the range comes from, what went in, the sources, and a status; a method that
has no figures has a line too, with the reason. The lines disagree because they measure different things: `differ` says
which, with the numbers of the case.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from ytterby.atlas import places
from ytterby.atlas.load import Atlas
from ytterby.atlas.select import material_id
from ytterby.core.errors import Fault, InputError
from ytterby.core.tables import Column, Schema
from ytterby.indicators import economies, status
from ytterby.indicators import from_atlas as held
from ytterby.indicators import joint_lines as joint
from ytterby.indicators import profile_lines as each
from ytterby.indicators.origins import Origins, origins
from ytterby.indicators.profile_lines import Line

FIRST_YEAR, LAST_YEAR = 1995, 2024
METHODS: dict[str, str] = {
    "hhi": "Concentration of producers (Herfindahl 1950, Hirschman 1945), 0..1",
    "eu-supply-risk": "EU supply risk, method of 2017; critical from 1.0",
    "eu-importance": "EU economic importance, method of 2017; critical from 2.8",
    "geopolrisk": "GeoPolRisk score (Gemechu 2016; Koyamparambath 2024), 0..1",
    "net-import-reliance": "Net import reliance (USGS), part of apparent consumption",
    "import-reliance": "Import reliance (EU), part of supply; no stocks",
    "usgs-risk": "USGS supply risk (Nassar 2020), as we understand it, 0..1",
    "companionality": "Part of output that is a companion's (Nassar 2015), 0..1",
    "basket": "Part of the value of a rare-earth ore, over the ores assayed, 0..1",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """The lines of one material for one economy in a year, and why they differ."""

    material: str
    name: str
    economy: str
    economy_name: str
    year: int
    lines: tuple[Line, ...]
    differ: tuple[str, ...]
    origins: tuple[Origins, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """The ids of every source behind the lines, in alphabetical order."""
        return tuple(sorted({source for line in self.lines for source in line.sources}))


def profile(atlas: Atlas, material: str, economy: str, year: int = 2024) -> Profile:
    """Return every indicator of `material` for `economy` (a country or a group such as EU27)."""
    wanted, label = _read(atlas, material, economy, year)
    accounts = {stage: held.producers(atlas, wanted, stage, year) for stage in held.STAGES}
    stages = tuple(stage for stage in held.STAGES if accounts[stage])
    bought = origins(atlas, wanted, label, year, accounts)
    lines = [
        *(each.concentration_line(stage, accounts[stage]) for stage in stages),
        *each.eu_lines(atlas, wanted),
        *each.geopolrisk_lines(bought),
        *each.reliance_lines(atlas, wanted, label, year, bought),
        *each.usgs_lines(atlas, wanted, label, year, accounts),
        *joint.companion_lines(atlas, wanted, year),
        *joint.basket_lines(atlas, wanted, year),
    ]
    lines += [
        Line(method, status=status.NO_DATA, note=_why_not(method))
        for method in METHODS
        if not any(line.method == method for line in lines)
    ]
    order = list(METHODS)
    lines.sort(key=lambda line: order.index(line.method))
    name = atlas.materials.filter(pl.col("id") == wanted)["name"]
    return Profile(
        wanted,
        name[0] if len(name) else wanted,
        label,
        places.name_of(label),
        year,
        tuple(lines),
        _differ(lines, bought, label),
        bought,
    )


MATRIX = Schema(
    "risk_matrix",
    (
        Column("material", pl.String, "", "id in the materials table", required=True),
        Column("method", pl.String, "", "indicator", required=True, words=tuple(METHODS)),
        Column("stage", pl.String, "", "stage of the chain", required=True),
        Column("value", pl.Float64, "1", "value; null where only a range is known, or nothing"),
        Column("low", pl.Float64, "1", "lower end of the range"),
        Column("high", pl.Float64, "1", "upper end of the range"),
        Column("status", pl.String, "", "what the value rests on", required=True, words=tuple(status.STATUSES)),
        Column("period", pl.String, "", "year or years of the inputs"),
        Column("interval", pl.String, "", "where the range comes from"),
        Column("inputs", pl.String, "", "what went in"),
        Column("note", pl.String, "", "what to know, or why there is no value"),
        Column("sources", pl.String, "", "ids in the sources table, separated by ;"),
    ),
)


def matrix(atlas: Atlas, economy: str, year: int = 2024) -> pl.DataFrame:
    """Return every material by method and stage for one economy: a value, a range, or the reason there is none."""
    rows: list[dict[str, object]] = []
    for material in atlas.materials["id"]:
        for line in profile(atlas, material, economy, year).lines:
            cells = {name: getattr(line, name) for name in MATRIX.names if name not in ("material", "sources")}
            rows.append({"material": material, **cells, "sources": ";".join(line.sources)})
    return MATRIX.frame(rows)


def _read(atlas: Atlas, material: str, economy: str, year: int) -> tuple[str, str]:
    """Return the material and the economy asked for; everything wrong with the question is told at once."""
    faults: list[Fault] = []
    wanted, label = "", economies.economy(economy)
    try:
        wanted = material_id(material, atlas.figures)
    except InputError as error:
        faults += error.faults
    if label is None or label in (economies.WORLD, economies.UNSPECIFIED):
        faults.append(economies.unknown(economy, "--for"))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        faults.append(Fault("--year", str(year), f"a year from {FIRST_YEAR} to {LAST_YEAR}, for which trade is held"))
    if faults:
        raise InputError(faults)
    return wanted, str(label)


def _why_not(method: str) -> str:
    return {
        "hhi": "no output by country is held",
        "eu-supply-risk": "not among the materials of the study of 2023",
        "eu-importance": "not among the materials of the study of 2023",
        "geopolrisk": "no trade code of its own, or no output by country at the stage of its trade",
        "net-import-reliance": "not printed, and no trade code of its own",
        "import-reliance": "no trade code of its own",
        "usgs-risk": "no output by country is held",
        "basket": "not a rare earth, or not assayed",
        "companionality": "no figure or statement read on what comes with it",
    }.get(method, "no figure")


def _differ(lines: list[Line], bought: tuple[Origins, ...], economy: str) -> tuple[str, ...]:
    """Return why the methods disagree, with the numbers of the case."""
    told = []
    spread = [line for line in lines if line.method == "hhi" and line.value is not None]
    if len(spread) > 1:
        most, least = max(spread, key=lambda line: line.value or 0), min(spread, key=lambda line: line.value or 0)
        told.append(
            f"The stage decides: HHI is {least.value:.2f} at {least.stage} and {most.value:.2f} at {most.stage}."
        )
    told.append("HHI sees producers only, and is the same for every buyer.")
    for item in [item for item in bought if item.top and item.cell.score is not None][:1]:
        top = ", ".join(f"{place} {share:.0%}" for place, share in item.top[:3])
        told.append(f"GeoPolRisk weighs where {economy} buys ({top} of its imports) by political instability.")
        told.append("The last port is not the origin: goods that pass through a third country count as its own.")
    mixed = [item for item in bought if item.cell.status == status.NOT_APART]
    told += [f"Trade says nothing of the material alone: {item.note}." for item in mixed]
    told.append("EU supply risk squares shares times governance of six kinds, for the EU as a whole, 2016 to 2020.")
    told.append("Reliance on imports says how much is bought abroad, not from whom or how many.")
    return tuple(told)
