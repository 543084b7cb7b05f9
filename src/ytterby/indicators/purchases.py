"""GeoPolRisk of a company: the origins are those of its own purchases, and no output dilutes them.

    import risk = Σ g_i q_i / Σ q_i        q_i mass bought from country i, g_i its political instability 0..1
    score       = HHI · import risk;       midpoint and factor as in `ytterby.indicators.geopolrisk`

A. Koyamparambath et al. (2024), doi:10.1016/j.resconrec.2024.107801. HHI is that of the world's makers at the stage
bought (a column `stage`; by default the last stage whose makers the atlas knows). Columns: material, country (of
origin), quantity (its unit in the name, `quantity_kg`, `quantity_t`, or in a column `unit`), and if known value (USD),
year, stage. The template of geopolrisk-py is read as it is. What is read stays on the machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from ytterby.atlas.load import Atlas
from ytterby.atlas.select import material_id
from ytterby.core.errors import Fault, InputError, nearest
from ytterby.core.tables import Column, Schema
from ytterby.indicators import economies, status
from ytterby.indicators import from_atlas as held
from ytterby.indicators import user_tables as user
from ytterby.indicators.geopolrisk import COPPER, ENOUGH
from ytterby.indicators.geopolrisk_inputs import SUMS
from ytterby.indicators.masses import tonnes_in
from ytterby.indicators.user_tables import Table

_MATERIAL = ("material", "metal", "commodity", "element", "mineral", "item", "product")
_COUNTRY = ("country", "countryoforigin", "origin", "suppliercountry", "from", "countryofsupplier")
_QUANTITY = ("quantitykg", "quantityt", "quantity", "qty", "mass", "masskg", "masst", "amount", "weightkg", "weight")
_VALUE = ("valueusd", "value", "costusd", "cost", "amountusd", "spend", "spendusd")
_YEAR = ("year", "period", "yearofpurchase")
_USD_PER_KUSD = 1000.0

RESULT = Schema(
    "purchases",
    (
        Column("material", pl.String, "", "material", required=True),
        Column("stage", pl.String, "", "stage at which it is bought"),
        Column("year", pl.Int32, "year", "year of the purchases", required=True),
        Column("quantity_t", pl.Float64, "t", "mass bought"),
        Column("hhi", pl.Float64, "1", "concentration of the world's makers at the stage"),
        Column("import_risk", pl.Float64, "1", "instability of the countries of origin, weighted by mass"),
        Column("score", pl.Float64, "1", "HHI times import risk"),
        Column("price", pl.Float64, "USD/kg nominal", "value over mass"),
        Column("midpoint", pl.Float64, "USD/kg nominal", "score times price"),
        Column("cf", pl.Float64, "kg Cu-eq/kg", "midpoint over that of copper"),
        Column("low", pl.Float64, "1", "score less 1.96 standard errors of governance; unknown origins at 0"),
        Column("high", pl.Float64, "1", "score plus 1.96 standard errors; unknown origins at 1"),
        Column("top", pl.String, "", "the three largest origins, with their share of the mass"),
        Column("status", pl.String, "", "what the value rests on", required=True, words=tuple(status.STATUSES)),
    ),
)


@dataclass(frozen=True, slots=True)
class Exposure:
    """Purchases measured: one row a material, stage and year; what each country adds; what was noticed; the sources."""

    table: pl.DataFrame
    countries: pl.DataFrame  # material, stage, year, country, share, instability, adds
    notes: tuple[str, ...]
    sources: tuple[str, ...]


def exposure(table: Table, atlas: Atlas, year: int | None = None) -> Exposure:
    """Return the exposure of a list of purchases; rows without a year are of `year`, or the last year of governance."""
    notes: list[str] = []
    ruled = held.stability(atlas)
    last = int(str(ruled["year"].max()))
    bought = _at_a_stage(atlas, read(table, atlas, year or last, notes))
    bought = bought.with_columns(pl.col("year").clip(None, last).alias("_governed"))
    if (bought["year"] > last).any():
        notes.append(f"Governance ends in {last}: it stands for later years too.")
    joined = bought.join(
        ruled, left_on=["country", "_governed"], right_on=["economy", "year"], how="left", maintain_order="left"
    )
    makers, sources = _makers(atlas, joined)
    keys = ["material", "stage", "year"]
    summed = (
        joined.group_by(keys, maintain_order=True)
        .agg(*SUMS)
        .join(makers, on=keys, how="left", maintain_order="left")
        .sort(keys)
    )
    countries = _countries(joined, makers)
    top = countries.group_by(keys, maintain_order=True).agg(
        (pl.col("country") + pl.format(" {}%", (100 * pl.col("share")).round(0).cast(pl.Int64))).head(3).alias("top")
    )
    scored = _scored(summed).join(
        top.with_columns(pl.col("top").list.join(", ")), on=keys, how="left", maintain_order="left"
    )
    used = tuple(sorted({*sources, "wb-wgi-2024", "wb-wgi-2025"}))
    return Exposure(scored.select(RESULT.names), countries, tuple(notes), used)


def read(table: Table, atlas: Atlas, year: int, notes: list[str]) -> pl.DataFrame:
    """Return the checked purchases: material, stage, country, year, quantity [t], value [kUSD]."""
    table = Table(table.name, table.frame.with_row_index("row").cast({"row": pl.Int64}), table.first_row)
    faults: list[Fault] = []
    named, placed = user.first(table.frame, _MATERIAL), user.first(table.frame, _COUNTRY)
    weighed, valued = user.first(table.frame, _QUANTITY), user.first(table.frame, _VALUE)
    wanted = (
        (named, "the material", _MATERIAL),
        (placed, "the country of origin", _COUNTRY),
        (weighed, "the mass", _QUANTITY),
    )
    missing = [user.lacking(table, what, names) for column, what, names in wanted if column is None]
    if missing or named is None or placed is None or weighed is None:
        raise InputError(missing)
    dated, staged = user.first(table.frame, _YEAR), user.first(table.frame, ("stage",))
    none = pl.Series([None] * table.frame.height, dtype=pl.Float64)
    frame = pl.DataFrame(
        {
            "material": _materials(table, named, atlas, faults, notes),
            "stage": table.frame[staged].cast(pl.String) if staged else pl.Series([None] * len(none), dtype=pl.String),
            "country": _countries_read(table, placed, faults, notes),
            "year": user.years(table, dated, faults) if dated else pl.Series([year] * len(none), dtype=pl.Int32),
            "quantity": user.numbers(table, weighed, faults) * _tonnes(table, weighed, faults),
            "value": user.numbers(table, valued, faults) / _USD_PER_KUSD if valued else none,
        }
    )
    faults += _wrong_stages(table, staged)
    if faults:
        raise InputError(faults)
    return frame


def _materials(table: Table, column: str, atlas: Atlas, faults: list[Fault], notes: list[str]) -> pl.Series:
    cells = user.words(table, column, faults, "a material")
    read_as: dict[str, str | None] = {}
    for row, word in enumerate(cells.to_list()):
        if not word or word in read_as:
            continue
        try:
            read_as[word] = material_id(word, atlas.figures)
        except InputError as error:
            read_as[word] = None
            faults += [
                Fault(table.place(row, column), fault.found, fault.expected, fault.nearest) for fault in error.faults
            ]
    _changed(table, column, {word: label for word, label in read_as.items() if label}, notes)
    return cells.replace_strict(read_as, default=None, return_dtype=pl.String)


def _countries_read(table: Table, column: str, faults: list[Fault], notes: list[str]) -> pl.Series:
    labels = user.labels(table, (column,), faults, notes)
    words = table.frame[column].cast(pl.String).str.strip_chars().to_list()
    pairs = {word: label for word, label in zip(words, labels.to_list(), strict=True) if word and label}
    _changed(table, column, pairs, notes)
    return labels


def _changed(table: Table, column: str, pairs: dict[str, str], notes: list[str]) -> None:
    """Note what names were read as, where the name in the file is not the label itself."""
    said = [f"{word!r} as {label}" for word, label in sorted(pairs.items()) if word != label]
    if said:
        more = f" and {len(said) - 6} more" if len(said) > 6 else ""
        notes.append(f"{table.name}, column {column!r}: read {', '.join(said[:6])}{more}.")


def _tonnes(table: Table, column: str, faults: list[Fault]) -> pl.Series | float:
    """Return the tonnes in a unit of the mass column: told by its name or by a column `unit`."""
    name = user.folded(column)
    if name.endswith("kg"):
        return 1e-3
    if name in ("quantityt", "masst") or name.endswith("tonnes"):
        return 1.0
    told = user.first(table.frame, ("unit", "units", "quantityunit"))
    if told is None:
        expected = "its unit: name it quantity_kg or quantity_t, or add a column 'unit'"
        faults.append(Fault(f"{table.name}, column {column!r}", "masses without a unit", expected))
        return 1.0
    cells = table.frame[told].cast(pl.String).to_list()
    read_as = {cell: tonnes_in(cell)[0] if cell else None for cell in set(cells)}
    for row, cell in enumerate(cells):
        if read_as[cell] is None:
            faults.append(Fault(table.place(row, told), repr(cell), "a unit of mass, such as kg or t"))
    return pl.Series([read_as[cell] for cell in cells], dtype=pl.Float64)


def _wrong_stages(table: Table, column: str | None) -> list[Fault]:
    if column is None:
        return []
    cells = enumerate(table.frame[column].cast(pl.String).to_list())
    return [
        Fault(table.place(row, column), repr(cell), "one of " + ", ".join(held.STAGES), nearest(cell, held.STAGES))
        for row, cell in cells
        if cell is not None and cell not in held.STAGES
    ]


def _at_a_stage(atlas: Atlas, bought: pl.DataFrame) -> pl.DataFrame:
    """Fill in the last stage whose makers are known where no stage was given."""
    rows = []
    for material, year in bought.select("material", "year").unique().sort("material", "year").iter_rows():
        found = (at for at in reversed(held.STAGES) if held.producers(atlas, material, at, year))
        rows.append((material, year, next(found, "")))
    schema = {"material": pl.String, "year": pl.Int32, "_last": pl.String}
    last = pl.DataFrame(rows, schema=schema, orient="row")
    joined = bought.join(last, on=["material", "year"], how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("stage", "_last").alias("stage")).drop("_last")


def _makers(atlas: Atlas, bought: pl.DataFrame) -> tuple[pl.DataFrame, set[str]]:
    """Return HHI of the makers of each material, stage and year bought."""
    rows = []
    sources: set[str] = set()
    for material, stage, year in (
        bought.select("material", "stage", "year").unique().sort("material", "year").iter_rows()
    ):
        account = next(iter(held.producers(atlas, material, stage, year)), None) if stage else None
        amounts = account.amounts if account else {}
        total = sum(amounts.values())
        named = [amount for place, amount in amounts.items() if place != economies.UNSPECIFIED]
        index = sum((amount / total) ** 2 for amount in named) if total else None
        sources |= set(account.sources if account else ())
        rows.append((material, stage, year, index, bool(account and account.gaps)))
    schema = {"material": pl.String, "stage": pl.String, "year": pl.Int32, "hhi": pl.Float64, "gaps": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row"), sources


def _countries(bought: pl.DataFrame, makers: pl.DataFrame) -> pl.DataFrame:
    """Return what each country adds to each score, the largest mass first."""
    keys = ["material", "stage", "year"]
    by_country = bought.group_by([*keys, "country"], maintain_order=True).agg(
        pl.col("quantity").sum(), pl.col("instability").first()
    )
    total = pl.col("quantity").sum().over(keys)
    named = by_country.with_columns((pl.col("quantity") / total).alias("share"), pl.col("country").cast(pl.String))
    joined = named.join(makers, on=keys, how="left", maintain_order="left")
    adds = (pl.col("hhi") * pl.col("share") * pl.col("instability")).alias("adds")
    ordered = joined.with_columns(adds).sort([*keys, "quantity", "country"], descending=[False] * 3 + [True, False])
    return ordered.select(*keys, "country", "share", "instability", "adds")


def _scored(summed: pl.DataFrame) -> pl.DataFrame:
    mass, governed = pl.col("imports_t"), pl.col("governed_t")
    error = 1.96 * pl.col("variance").sqrt()
    risk = pl.when((mass > 0) & (governed >= ENOUGH * mass)).then(pl.col("weighted") / governed)
    told = summed.with_columns(
        mass.alias("quantity_t"),
        risk.alias("import_risk"),
        pl.when((mass > 0) & (pl.col("valued") > 0)).then(pl.col("worth_weighed") / mass).alias("price"),
        (pl.col("hhi") * (pl.col("weighted") - error) / mass).clip(0.0, 1.0).alias("low"),
        (pl.col("hhi") * (pl.col("weighted") + mass - governed + error) / mass).clip(0.0, 1.0).alias("high"),
        pl.when(pl.col("hhi").is_null())
        .then(pl.lit(status.NO_PRODUCTION))
        .when(mass <= 0)
        .then(pl.lit(status.NO_QUANTITIES))
        .when(governed < ENOUGH * mass)
        .then(pl.lit(status.NO_GOVERNANCE))
        .when(governed < mass * (1 - 1e-12))
        .then(pl.lit(status.IMPUTED))
        .when(pl.col("gaps"))
        .then(pl.lit(status.INCOMPLETE))
        .when(pl.col("valued") == 0)
        .then(pl.lit(status.NO_PRICE))
        .otherwise(pl.lit(status.OK))
        .alias("status"),
    )
    score = (pl.col("hhi") * pl.col("import_risk")).alias("score")
    known = pl.when(pl.col("score").is_not_null())
    return (
        told.with_columns(score)
        .with_columns((pl.col("score") * pl.col("price")).alias("midpoint"))
        .with_columns(
            (pl.col("midpoint") / COPPER).alias("cf"),
            known.then(pl.col("low")).alias("low"),
            known.then(pl.col("high")).alias("high"),
        )
    )
