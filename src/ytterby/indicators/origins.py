"""Where an economy buys a material: its origins at each stage, what each adds to GeoPolRisk, and reliance on imports.

Trade is counted in gross weight, production mostly in contained mass. Where an economy makes none of the material
itself the difference does not matter; where it does, only a bound can be told, and the status says so ("mixed mass").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from ytterby.atlas import places
from ytterby.atlas.load import Atlas
from ytterby.core.errors import InputError
from ytterby.indicators import from_atlas as held
from ytterby.indicators import status
from ytterby.indicators.geopolrisk import cells
from ytterby.indicators.geopolrisk_inputs import Inputs, imports_of
from ytterby.indicators.matching import Matched
from ytterby.indicators.reliance import Reliance, import_reliance
from ytterby.indicators.tracing import traced
from ytterby.indicators.user_tables import LABEL


@dataclass(frozen=True, slots=True)
class Cell:
    """GeoPolRisk of one cell: the columns of its table, and where its range comes from."""

    hhi: float | None
    import_risk: float | None
    score: float | None
    price: float | None
    low: float | None
    high: float | None
    status: str
    interval: str


@dataclass(frozen=True, slots=True)
class Origins:
    """One stage: codes, year, where imports come from (share of mass), what each origin adds to the score, reliance.

    `top` are last ports, `traced` the makers behind them, with the share `unresolved` and the score they give.
    """

    stage: str
    codes: tuple[str, ...]
    year: int
    imports: float
    exports: float
    top: tuple[tuple[str, float], ...]
    adds: tuple[tuple[str, float], ...]
    traced: tuple[tuple[str, float], ...]
    unresolved: float
    traced_score: float | None
    cell: Cell
    reliance: Reliance
    reliance_note: str
    note: str
    sources: tuple[str, ...]


def origins(
    atlas: Atlas, material: str, economy: str, year: int, accounts: Mapping[str, tuple[held.Producers, ...]]
) -> tuple[Origins, ...]:
    """Return the origins of a material at each stage that has a trade code."""
    listed = held.codes(atlas, material)
    if listed.is_empty():
        return ()
    flows = held.flows(atlas, tuple(listed["hs6"]), year)
    ruled = held.stability(atlas)
    found = []
    for stage in held.STAGES:
        coded = listed.filter(pl.col("stage").replace_strict(held.MET_WITH, default=None) == stage)
        if coded.height:
            account = next(iter(accounts.get(stage, ())), None)
            coded = _alone(coded, flows)
            part = flows.filter(pl.col("hs6").is_in(coded["hs6"].implode()))
            at = _stage(material, economy, year, stage, coded, account, part, ruled)
            found.append(_not_apart(at, coded) if _mixed(coded) else at)
    return tuple(found)


def _alone(coded: pl.DataFrame, flows: pl.DataFrame) -> pl.DataFrame:
    """Return the codes that hold the material alone, where they have trade; else all."""
    traded = pl.col("hs6").is_in(flows["hs6"].unique().implode())
    alone = coded.filter(~pl.col("materials").str.contains(";") & traded)
    return alone if alone.height else coded.filter(traded) if coded.filter(traded).height else coded


def _mixed(coded: pl.DataFrame) -> bool:
    """Say whether a code holds several metals; the rare earths are one group, in codes of their own."""
    return bool(coded["materials"].str.contains(";").any())


def _not_apart(at: Origins, coded: pl.DataFrame) -> Origins:
    """Return a stage without values: what a code that holds several metals says of one of them is not known."""
    row = coded.filter(pl.col("materials").str.contains(";")).row(0, named=True)
    nothing = Reliance(None, None, None, status.NOT_APART)
    cell = Cell(at.cell.hhi, None, None, None, None, None, status.NOT_APART, "")
    held_in = ", ".join(row["materials"].split(";"))
    note = f"HS {row['hs6']} holds {held_in}: never split, so none of them is known alone"
    empty = replace(at, adds=(), traced=(), unresolved=1.0, traced_score=None, reliance_note="")
    return replace(empty, cell=cell, reliance=nothing, note=note)


def _stage(
    material: str,
    economy: str,
    year: int,
    stage: str,
    coded: pl.DataFrame,
    account: held.Producers | None,
    flows: pl.DataFrame,
    ruled: pl.DataFrame,
) -> Origins:
    members = _members(economy)
    inside = members or (economy,)
    flows = flows.with_columns(pl.lit(material).alias("material")).join(
        ruled, left_on=["exporter", "year"], right_on=["economy", "year"], how="left", maintain_order="left"
    )
    matched = Matched(
        _production(material, year, account), flows, (material,), (economy,), (year,),
        {economy: members} if members else {}, (),
    )  # fmt: skip
    row = cells(Inputs(matched, imports_of(flows, matched.members, False)), detail=True).row(0, named=True)
    arriving, leaving = (
        _external(flows, "importer", "exporter", inside),
        _external(flows, "exporter", "importer", inside),
    )
    own = 0.0 if account is None else sum(account.amounts.get(place, 0.0) for place in inside)
    unnamed = _unnamed(account, inside)
    shared = bool(coded["together"].any())
    note = f"HS {', '.join(coded['hs6'])}: {coded['description'][0]}" if shared else ""
    top, adds = _partners(arriving, row)
    behind, unresolved = traced(flows, _makers(account), inside)
    reliance, reason = _reliance(arriving, leaving, account, own, unnamed, inside)
    if shared and reliance.status == status.OK:
        reliance = replace(reliance, status=status.SHARED)
    return Origins(
        stage=stage,
        codes=tuple(coded["hs6"]),
        year=year,
        imports=_mass(arriving),
        exports=_mass(leaving),
        top=top,
        adds=adds,
        traced=tuple(behind.items()),
        unresolved=unresolved,
        traced_score=_traced_score(row, behind, unresolved, ruled, year),
        cell=_cell(row, account, own, unnamed, shared),
        reliance=reliance,
        reliance_note=reason,
        note=note,
        sources=_sources(flows, account, year),
    )


def _sources(flows: pl.DataFrame, account: held.Producers | None, year: int) -> tuple[str, ...]:
    governance = "wb-wgi-2025" if year > 2022 else "wb-wgi-2024"  # the method changed with the release of 2025
    return tuple(sorted({*flows["source"].unique(), *(account.sources if account else ()), governance}))


def _members(economy: str) -> tuple[str, ...]:
    try:
        return places.members(economy)
    except InputError:
        return ()


def _unnamed(account: held.Producers | None, inside: tuple[str, ...]) -> float:
    """Return the output that may be one's own without being named: that of "other countries"."""
    if account is None or any(place in account.amounts for place in inside):
        return 0.0
    return account.amounts.get("XXX", 0.0)


def _production(material: str, year: int, account: held.Producers | None) -> pl.DataFrame:
    amounts = account.amounts if account else {}
    known = [place for place in amounts if place in LABEL.categories]
    tonnes = None if account is None or account.shares_only else 1.0
    return pl.DataFrame(
        {
            "material": [material] * len(known),
            "economy": pl.Series(known, dtype=LABEL),
            "year": [year] * len(known),
            "quantity": [float(amounts[place]) for place in known],
            "tonnes": [tonnes] * len(known),
        },
        schema_overrides={"material": pl.String, "year": pl.Int32, "quantity": pl.Float64, "tonnes": pl.Float64},
    )


def _external(flows: pl.DataFrame, side: str, other: str, inside: tuple[str, ...]) -> pl.DataFrame:
    within = flows.filter(pl.col(side).cast(pl.String).is_in(inside))
    return within.filter(~pl.col(other).cast(pl.String).is_in(inside))


def _mass(flows: pl.DataFrame) -> float:
    return float(flows["quantity"].sum())


def _partners(
    arriving: pl.DataFrame, row: Mapping[str, float | None]
) -> tuple[tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]]:
    """Return the share of each origin in the imports, and what it adds to the score, the largest first."""
    total = _mass(arriving)
    if total <= 0:
        return (), ()
    risk = (pl.col("quantity") * pl.col("instability")).sum()
    summed = arriving.group_by("exporter", maintain_order=True).agg(
        pl.col("quantity").sum().alias("mass"), risk.alias("risk")
    )
    named = summed.with_columns(pl.col("exporter").cast(pl.String))
    ranked = named.sort(["mass", "exporter"], descending=[True, False])
    shares = [(place, mass / total) for place, mass in ranked.select("exporter", "mass").iter_rows()]
    if row["hhi"] is None:
        return tuple(shares), ()
    diluted, hhi = total + float(row["production_t"] or 0.0), float(row["hhi"])
    worst = named.sort(["risk", "exporter"], descending=[True, False])
    adds = [(place, hhi * part / diluted) for place, part in worst.select("exporter", "risk").iter_rows()]
    return tuple(shares), tuple(adds)


def _makers(account: held.Producers | None) -> set[str]:
    return {place for place, amount in account.amounts.items() if amount > 0} if account else set()


def _traced_score(
    row: Mapping[str, float | None], behind: Mapping[str, float], unresolved: float, ruled: pl.DataFrame, year: int
) -> float | None:
    """Return the score if imports came from the makers behind the last ports; null where a tenth is not resolved."""
    rows = ruled.filter(pl.col("year") == year).select(pl.col("economy").cast(pl.String), "instability")
    risks = dict(rows.iter_rows())
    known = {place: share for place, share in behind.items() if risks.get(place) is not None}
    imports, own = row["imports_t"], row["production_t"] or 0.0
    if row["score"] is None or not known or unresolved > 0.1 or not imports or row["hhi"] is None:
        return None
    mean = sum(share * risks[place] for place, share in known.items()) / sum(known.values())
    return float(row["hhi"] * mean * imports / (imports + own))


def _cell(
    row: Mapping[str, float | str | None], account: held.Producers | None, own: float, unnamed: float, shared: bool
) -> Cell:
    """Return the cell with what the atlas knows of mass and codes in its status and range."""
    numbers = {name: _number(row[name]) for name in ("hhi", "import_risk", "score", "price", "low", "high")}
    found = Cell(**numbers, status=str(row["status"]), interval="standard errors of governance")
    if account is None:
        return replace(found, status=status.NO_PRODUCTION, interval="")
    if account.shares_only and own > 0 and found.status == status.OTHER_UNIT:
        return replace(found, interval="own output is known as a share only")
    if found.score is None:
        return replace(found, interval="")
    if found.status == status.IMPUTED:
        found = replace(found, interval="origins without governance at 0 or 1; standard errors")
    if own == 0 and unnamed > 0:
        least = 0.0
        if account.gross and found.low is not None:
            imports = _number(row["imports_t"]) or 0.0
            least = found.low * imports / (imports + unnamed)
        found = replace(found, low=least, interval=f"{found.interval}; own output, if any, is among other countries")
    if own > 0 and not account.gross:
        return replace(found, low=0.0, status=status.MIXED, interval="own output in gross weight is at least so much")
    if found.status == status.OK and account.gaps:
        return replace(found, status=status.INCOMPLETE)
    if found.status == status.OK and shared:
        return replace(found, status=status.SHARED)
    return replace(found, status=status.SHARES_ONLY) if found.status == status.OK and account.shares_only else found


def _number(cell: float | str | None) -> float | None:
    return None if cell is None else float(cell)


def _reliance(
    arriving: pl.DataFrame,
    leaving: pl.DataFrame,
    account: held.Producers | None,
    own: float,
    unnamed: float,
    inside: tuple[str, ...],
) -> tuple[Reliance, str]:
    """Return import reliance, and why it is a range where it is one."""
    imports, exports = _mass(arriving), _mass(leaving)
    if account is None:
        return Reliance(None, None, None, status.NO_PRODUCTION), ""
    if imports <= 0 and exports <= 0:
        weightless = arriving.height + leaving.height > 0
        return Reliance(None, None, None, status.NO_QUANTITIES if weightless else status.NO_IMPORTS), ""
    if any(place in account.gaps for place in inside):
        return Reliance(None, 0.0, 1.0, status.RANGE), "own output is withheld or not known"
    if own == 0 and unnamed > 0:
        most = import_reliance(imports, exports, 0.0)
        least = 0.0 if account.shares_only or not account.gross else import_reliance(imports, exports, unnamed).value
        if most.value is None:
            return most, ""
        return Reliance(None, least, most.value, status.RANGE), "own output, if any, is among other countries"
    if own == 0:
        return import_reliance(imports, exports, 0.0), ""
    if account.gross:
        return import_reliance(imports, exports, own), ""
    if account.shares_only:
        return Reliance(None, 0.0, 1.0, status.RANGE), "own output is known as a share only"
    bound = import_reliance(imports, exports, own)
    if bound.value is None:
        return bound, ""
    return Reliance(None, 0.0, bound.value, status.MIXED), "own output in contained mass, trade in gross weight"
