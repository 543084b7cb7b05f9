"""What GeoPolRisk is computed from: the four tables read, matched by name, and summed over the flows into each cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ytterby.atlas import places
from ytterby.core.elements import ELEMENTS
from ytterby.core.errors import Fault, InputError
from ytterby.indicators import economies as names
from ytterby.indicators import geopolrisk_tables as tables
from ytterby.indicators.user_tables import Table, folded

_WHOLE_BACI = 150  # a trade table in BACI's numbers that knows more economies than this is BACI itself
_CELL = ("material", "economy", "year")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the formula needs, checked and summed: producers, imports, and the cells asked for."""

    production: pl.DataFrame  # material, economy, year, quantity, unit, tonnes (in a unit)
    imports: pl.DataFrame  # material, economy, year, and the sums of `SUMS`
    materials: tuple[str, ...]
    economies: tuple[str, ...]
    years: tuple[int, ...]
    members: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]


# What is summed over the flows into a cell; instability and error belong to the flow's origin.
SUMS = (
    pl.len().alias("flows"),
    pl.col("quantity").count().alias("weighed"),
    pl.col("quantity").sum().alias("imports_t"),
    pl.col("value").sum().alias("worth"),
    pl.col("value").filter(pl.col("quantity").is_not_null()).sum().alias("worth_weighed"),
    pl.col("value").count().alias("valued"),
    pl.col("quantity").filter(pl.col("instability").is_not_null()).sum().alias("governed_t"),
    (pl.col("quantity") * pl.col("instability")).sum().alias("weighted"),
    ((pl.col("quantity") * pl.col("error")) ** 2).sum().alias("variance"),
)


def read(
    production: Any,
    trade: Any,
    governance: Any,
    map: Any = None,
    compat: bool = False,
    *,
    economies: Iterable[str] | None = None,
    years: Iterable[int] | None = None,
    groups: Mapping[str, Iterable[str]] | None = None,
    internal: bool = False,
) -> Inputs:
    """Check the four tables and sum them up; every fault of all of them is told at once."""
    faults: list[Fault] = []
    notes: list[str] = []
    goods = None if map is None else tables.materials(table_of(map, "map"), faults, notes)
    made = tables.production(table_of(production, "production"), faults, notes, codes=compat)
    traded = table_of(trade, "trade")
    # Only rows of the years asked for are read; when production has faults all are, so that no fault waits behind one.
    span = tuple(sorted(set(made["year"].drop_nulls()) if years is None else set(years)))
    codes = None if goods is None else goods["hs6"]
    flows = tables.trade(traded, codes, None if faults else span, faults, notes, codes=compat)
    ruled = tables.governance(table_of(governance, "governance"), faults, notes, codes=compat)
    if flows.width:
        tables.unrepeated(traded.name, traded.first_row, flows, faults)
        made, flows, materials = _same_names(made, flows, goods, traded.name, faults)
    if faults:
        raise InputError(faults)
    if years is None:
        span = tuple(sorted(set(span) & set(flows["year"])))
    own = {name: names.chosen(words, f"group {name}") for name, words in (groups or {}).items()}
    whole = tables.in_numbers(traded) and flows["importer"].n_unique() > _WHOLE_BACI
    asked, members = _asked(economies, own, made, flows, whole)
    flows = flows.filter(pl.col("year").is_in(span)).join(
        ruled, left_on=["exporter", "year"], right_on=["economy", "year"], how="left"
    )
    return Inputs(made, _imports(flows, members, internal), materials, asked, span, members, tuple(notes))


def table_of(rows: Any, name: str) -> Table:
    """Return rows of any kind as a table: a `Table`, a polars frame, a selection of figures, or an Arrow stream."""
    if isinstance(rows, Table):
        return rows
    frame = getattr(rows, "frame", rows)
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if not isinstance(frame, pl.DataFrame):
        frame = pl.DataFrame(frame)
    return Table(name, frame)


def _same_names(
    made: pl.DataFrame, flows: pl.DataFrame, goods: pl.DataFrame | None, name: str, faults: list[Fault]
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[str, ...]]:
    """Bring production and trade under one name a material, and return the materials asked for."""
    if goods is None:
        if made["material"].null_count() == made.height:
            made = _only_material(made, flows, faults)
        labels = {folded(name): name for name in made["material"].unique().drop_nulls().sort().to_list()}
        for element in ELEMENTS:
            for word, other in ((element.symbol, element.name), (element.name, element.symbol)):
                if folded(word) in labels:
                    labels.setdefault(folded(other), labels[folded(word)])
        flows = tables.named_alike(flows, labels)
        made = tables.named_alike(made, labels)
        traded, known = set(flows["material"].drop_nulls()), set(made["material"].drop_nulls())
        tables.misspelt(name, traded, known, faults)
        return made, flows, tuple(sorted(traded | known))
    listed = {folded(row["material"]): row["material"] for row in goods.iter_rows(named=True)}
    listed |= {folded(row["listed"]): row["material"] for row in goods.iter_rows(named=True)}
    if made["material"].null_count() == made.height and goods["material"].n_unique() == 1:
        made = made.with_columns(pl.lit(goods["material"][0]).alias("material"))
    tables.misspelt("map", set(goods["listed"]), set(made["material"].drop_nulls()), faults)
    made = tables.named_alike(made, listed)
    if "hs6" in flows.columns:
        flows = flows.join(goods.select("material", "hs6", "content"), on="hs6", how="inner")
        gross = pl.col("quantity") * pl.col("content").fill_null(1.0)
        flows = flows.with_columns(gross.alias("quantity")).drop("content", "hs6")
    else:
        flows = tables.named_alike(flows, listed)
    return made, flows, tuple(goods["material"].unique(maintain_order=True).sort().to_list())


def _only_material(made: pl.DataFrame, flows: pl.DataFrame, faults: list[Fault]) -> pl.DataFrame:
    traded = flows["material"].unique().drop_nulls().to_list() if "material" in flows.columns else []
    if len(traded) != 1:
        faults.append(Fault("production", "no column 'material'", f"one, as trade holds {len(traded)} materials"))
        return made
    return made.with_columns(pl.lit(traded[0]).alias("material"))


def _asked(
    economies: Iterable[str] | None,
    own: Mapping[str, tuple[str, ...]],
    made: pl.DataFrame,
    flows: pl.DataFrame,
    whole: bool,
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Return the economies asked for, and the members of those that are groups."""
    if economies is not None:
        faults: list[Fault] = []
        asked: list[str] = []
        for word in economies:
            label = word if word in own else names.economy(word) or _group(word)
            if label is None:
                faults.append(names.unknown(word, "economies"))
            else:
                asked.append(label)
        if faults:
            raise InputError(faults)
    else:
        found = {
            *made["economy"].cast(pl.String),
            *flows["exporter"].cast(pl.String),
            *flows["importer"].cast(pl.String),
        }
        listed = set(names.baci_numbers().values()) if whole else found - {None, names.WORLD, names.UNSPECIFIED}
        asked = [*sorted(str(label) for label in listed), *own]
    importing = set(flows["importer"].cast(pl.String))
    members = {label: own.get(label) or places.members(label) for label in asked if label in own or _group(label)}
    kept = {label: inside for label, inside in members.items() if label in own or label not in importing}
    return tuple(dict.fromkeys(asked)), kept


def _group(word: str) -> str | None:
    """Return the name of a group of the atlas (EU27, G7, G20, OECD), or None."""
    try:
        places.members(word)
    except InputError:
        return None
    return word.upper()


def _imports(flows: pl.DataFrame, members: Mapping[str, tuple[str, ...]], internal: bool) -> pl.DataFrame:
    """Sum the flows into each economy, and into each group from outside it."""
    plain = flows.group_by("material", "importer", "year").agg(*SUMS)
    parts = [plain.rename({"importer": "economy"}).with_columns(pl.col("economy").cast(pl.String))]
    for group, inside in members.items():
        among = pl.col("exporter").cast(pl.String).is_in(inside)
        into = flows.filter(pl.col("importer").cast(pl.String).is_in(inside))
        if internal:
            riskless = pl.when(among).then(0.0).otherwise(pl.col("instability"))
            into = into.with_columns(riskless.alias("instability"))
        else:
            into = into.filter(~among)
        summed = into.group_by("material", "year").agg(*SUMS).with_columns(pl.lit(group).alias("economy"))
        parts.append(summed.select(parts[0].columns))
    return pl.concat(parts)
