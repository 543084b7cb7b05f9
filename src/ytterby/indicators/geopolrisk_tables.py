"""The four tables GeoPolRisk is computed from, read in the forms they are published in.

    production   material, economy, year, quantity [unit in a column `unit`, else t]
    trade        material or HS code, exporter, importer, year, quantity [t], value [kUSD]; no quantity is null or NA
    governance   economy, year and political stability: the estimate of the World Bank (about -2.5 to 2.5, higher is
                 better) or a scale of 0 (best) to 1 (worst)
    map          material, its name in the production table, HS codes, contained mass per gross mass

Each reader returns the checked columns and adds what it found to `faults` and `notes`. `codes` reads economies by the
number of their code alone, as geopolrisk-py does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from ytterby.core.errors import Fault, nearest
from ytterby.indicators import economies
from ytterby.indicators import user_tables as user
from ytterby.indicators.masses import in_tonnes
from ytterby.indicators.user_tables import LABEL, Table

MATERIAL = ("material", "rawmaterial", "commodity", "mineral", "resource", "element", "metal", "referenceid")
YEAR = ("year", "period", "t")
_ALPHA = ("iso3", "economy", "countryiso3", "countryiso", "iso", "code", "isoalpha3")
_NUMBER = ("bacicode", "countrycode", "isonum", "isonumeric", "m49")
_NAME = ("country", "countryname", "producer", "place", "countryterritory", "name")
_EXPORTER = ("exporter", "exporteriso3", "exportingcountry", "partnercode", "partneriso", "partner", "origin", "i")
_IMPORTER = (
    "importer",
    "importeriso3",
    "importingcountry",
    "reportercode",
    "reporteriso",
    "reporter",
    "destination",
    "j",
)
_QUANTITY = ("quantity", "quantityt", "qty", "quantitymtonnes", "tonnes", "production", "amount", "value", "q")
_TRADED = ("quantityt", "quantity", "qty", "quantitymtonnes", "tonnes", "netweightt", "q")
WORTH = ("valuekusd", "tradevalue1000usd", "cifvalue", "tradevalue", "value", "v")
FLOW = {"exporter": _EXPORTER, "importer": _IMPORTER, "year": YEAR, "quantity": _TRADED}
CODES = ("hs6", "hs92", "hs17", "hs22", "hs", "hscode", "cmdcode", "resourcehscode", "k")
_ESTIMATE = ("estimate", "est", "pvest", "wgiestimate")
_UNIT_SCALE = ("normalized", "normalised", "instability", "scaled", "wgipvscaled", "wgiscaled", "g", "risk")
_EITHER = ("wgi", "value", "governance", "stability", "politicalstability", "wgipv", "score")
_ERROR = ("stderr", "stddev", "standarderror", "se")
_STABILITY = ("pv", "politicalstability", "politicalstabilityandabsenceofviolenceterrorism")

_MAPPED = {"material": pl.String, "listed": pl.String, "hs6": pl.Int32, "content": pl.Float64, "row": pl.Int64}


def production(table: Table, faults: list[Fault], notes: list[str], *, codes: bool = False) -> pl.DataFrame:
    """Return material (null where the table has no such column), economy, year, quantity, unit, tonnes in a unit."""
    table = user.long(table, "quantity")
    places = _places(table.frame, codes)
    if codes:
        table = _with_code(table, places)
    measured = user.first(table.frame, _QUANTITY)
    lacks = [(places, "the economy", _ALPHA), (measured, "the quantity", _QUANTITY)]
    lacks.append((user.first(table.frame, YEAR), "the year", YEAR))
    missing = [user.lacking(table, what, names) for found, what, names in lacks if not found]
    if missing or measured is None:
        faults += missing
        return _empty_production()
    named = user.first(table.frame, MATERIAL)
    unit_column = user.first(table.frame, ("unit", "units"))
    frame = pl.DataFrame(
        {
            "row": table.frame["row"],
            "material": user.words(table, named, faults, "a material") if named else _nulls(table, pl.String),
            "economy": user.labels(table, places, faults, notes),
            "year": user.years(table, str(user.first(table.frame, YEAR)), faults),
            "quantity": user.numbers(table, measured, faults),
            "unit": table.frame[unit_column].cast(pl.String) if unit_column else _nulls(table, pl.String),
        }
    )
    frame = frame.filter(pl.col("economy") != economies.WORLD)
    if not codes:
        user.repeated(Table(table.name, frame, table.first_row), ("material", "economy", "year"), faults, "a producer")
    return in_tonnes(table, frame, faults)


def trade(
    table: Table,
    wanted: pl.Series | None,
    span: Iterable[int] | None,
    faults: list[Fault],
    notes: list[str],
    *,
    codes: bool = False,
) -> pl.DataFrame:
    """Return material or hs6, exporter, importer, year, quantity [t], value [kUSD].

    `wanted` are the HS codes to keep (then goods are told by code), `span` the years; rows of others are not read.
    """
    named = {what: user.first(table.frame, aliases) for what, aliases in FLOW.items()}
    coded = user.first(table.frame, CODES)
    by_code = wanted is not None and coded is not None
    goods = coded if by_code else user.first(table.frame, MATERIAL)
    missing = [user.lacking(table, f"the {what}", FLOW[what]) for what, column in named.items() if column is None]
    if goods is None:
        hint = "a map of materials to HS codes (--map)" if coded else "a column 'material', or 'hs6' and a map"
        missing.append(Fault(table.name, "HS codes" if coded else "no materials", hint))
    if missing or goods is None:
        faults += missing
        return pl.DataFrame()
    exporter, importer, year, quantity = (str(column) for column in named.values())
    table = user.numbered(table)
    table = _chosen(table, user.years(table, year, faults), span)
    if by_code and wanted is not None:
        table = _chosen(table, _hs_codes(table, goods, faults), wanted.to_list())
    worth = user.first(table.frame, WORTH)
    flows = pl.DataFrame(
        {
            "row": table.frame["row"],
            "hs6" if by_code else "material": _hs_codes(table, goods, [])
            if by_code
            else user.words(table, goods, faults, "a material"),
            "exporter": user.labels(table, (exporter,), faults, notes),
            "importer": user.labels(table, (importer,), faults, notes),
            "year": user.years(table, year, []),
            "quantity": user.numbers(table, quantity, faults, na=True),
            "value": user.numbers(table, worth, faults, na=True) if worth else _nulls(table, pl.Float64),
        }
    )
    return _without_totals(table, flows, notes)


def _without_totals(table: Table, flows: pl.DataFrame, notes: list[str]) -> pl.DataFrame:
    """Leave out flows from or to the whole world where the same good, year and importer has flows by country."""
    total = (pl.col("exporter") == economies.WORLD) | (pl.col("importer") == economies.WORLD)
    totals = flows.filter(total)
    if totals.is_empty():
        return flows
    keys = ["hs6" if "hs6" in flows.columns else "material", "importer", "year"]
    named = flows.filter(~total)
    inside = totals.join(named, on=keys, how="semi", maintain_order="left")
    out = pl.concat([inside, totals.filter(pl.col("importer") == economies.WORLD)]).unique("row", maintain_order=True)
    if out.height:
        row = int(str(out["row"].min())) + table.first_row
        notes.append(f"{table.name}: {out.height} rows of totals (World) are left out; first in row {row}.")
    return flows.join(out.select("row"), on="row", how="anti", maintain_order="left")


def unrepeated(name: str, first_row: int, frame: pl.DataFrame, faults: list[Fault]) -> pl.DataFrame:
    """Return `frame` of trade, with a fault for each flow that stands in it twice."""
    key = "hs6" if "hs6" in frame.columns else "material"
    keys = (key, "exporter", "importer", "year")
    user.repeated(Table(name, frame, first_row), keys, faults, "a flow")
    return frame


def in_numbers(table: Table) -> bool:
    """Say whether trade names its economies by numbers."""
    column = user.first(table.frame, _IMPORTER)
    if column is None or table.frame[column].dtype.is_integer():
        return column is not None
    return bool(table.frame[column].cast(pl.String).str.contains(r"^\d+$").fill_null(True).all())


def governance(table: Table, faults: list[Fault], notes: list[str], *, codes: bool = False) -> pl.DataFrame:
    """Return economy, year, instability 0 (best) .. 1 (worst), and its standard error where the table has one.

    An estimate E of the World Bank is rescaled as (2.5 - E)/5 and cut to 0..1.
    """
    table = _one_indicator(user.long(table, "value"), faults)
    places = _places(table.frame, codes)
    if codes:
        table = _with_code(table, places)
    column = user.first(table.frame, (*_ESTIMATE, *_UNIT_SCALE, *_EITHER))
    lacks = [(places, "the economy", _ALPHA), (user.first(table.frame, YEAR), "the year", YEAR)]
    lacks.append((column, "political stability", (*_ESTIMATE, *_UNIT_SCALE)))
    missing = [user.lacking(table, what, names) for found, what, names in lacks if not found]
    if missing or column is None:
        faults += missing
        return pl.DataFrame(schema={"economy": LABEL, "year": pl.Int32, "instability": pl.Float64, "error": pl.Float64})
    series = user.first(table.frame, ("series",))
    if series is not None:
        frame = _from_series(table, series, column, places, faults, notes, codes)
    else:
        values, spread = _scaled(table, column, faults)
        frame = pl.DataFrame(
            {
                "row": table.frame["row"],
                "economy": user.labels(table, places, faults, notes),
                "year": user.years(table, str(user.first(table.frame, YEAR)), faults),
                "instability": values,
                "error": spread,
            }
        )
    return _one_each(table, frame, notes, codes)


def materials(table: Table, faults: list[Fault], notes: list[str]) -> pl.DataFrame:
    """Return material, its name in production, hs6 (a row each), content [t/t], row; those without a code are noted."""
    frame = table.frame
    name = user.first(frame, ("referenceid", *MATERIAL[:-1], "name", "id"))
    listed = user.first(frame, ("sheetname", "production", "productionname"))
    coded = [column for column in frame.columns if user.folded(column).startswith(("hs", "cmdcode"))]
    if name is None or not coded:
        what, names = ("the material", MATERIAL) if name is None else ("HS codes", ("hs6", "hs92", "HS Code"))
        faults.append(user.lacking(table, what, names))
        return pl.DataFrame(schema=_MAPPED)
    part = user.first(frame, ("content", "contained", "contentpergross"))
    content = user.numbers(table, part, faults) if part else _nulls(table, pl.Float64)
    rows: list[tuple[str, str, int, float | None, int]] = []
    without = []
    for at, row in enumerate(frame.iter_rows(named=True)):
        words = [word.strip() for column in coded for word in str(row[column] or "").replace(",", ";").split(";")]
        found = [int(word.removesuffix(".0")) for word in words if word.removesuffix(".0").isdigit()]
        if not found:
            without.append(str(row[name]))
        rows += [(str(row[name]), str(row[listed or name]), code, content[at], at) for code in dict.fromkeys(found)]
    if without:
        notes.append(f"{table.name}: no HS code for {', '.join(without)}: not computed.")
    return pl.DataFrame(rows, schema=_MAPPED, orient="row").unique(["material", "hs6"], maintain_order=True)


def named_alike(frame: pl.DataFrame, labels: Mapping[str, str]) -> pl.DataFrame:
    """Return `frame` with its materials under the label each name (folded) stands for; others keep their name."""
    distinct = frame["material"].unique().drop_nulls().to_list()
    known = {name: labels.get(user.folded(name), name) for name in distinct}
    return frame.with_columns(pl.col("material").replace_strict(known, default=None, return_dtype=pl.String))


def misspelt(table: Table, known: set[str], faults: list[Fault]) -> None:
    """Find materials of one table (columns `material` and `row`) that stand in no other but look like one that does."""
    rows = (
        table.frame.filter(pl.col("material").is_not_null())
        .group_by("material", maintain_order=True)
        .agg(pl.col("row").min())
    )
    first = {str(word): int(row) for word, row in rows.iter_rows()}
    for word in sorted(first.keys() - known):
        near = nearest(word, sorted(known - first.keys()))
        if near is not None:
            place = table.place(first[word], "material")
            faults.append(Fault(place, repr(word), "a material of the other tables", near))


def _places(frame: pl.DataFrame, codes: bool) -> tuple[str, ...]:
    """Return the columns that say the economy: the numeric code alone where `codes` asks for it and there is one."""
    numbers = user.columns(frame, _NUMBER)
    return numbers if codes and numbers else user.columns(frame, (*_ALPHA, *_NUMBER, *_NAME))


def _with_code(table: Table, places: tuple[str, ...]) -> Table:
    """Drop the rows without a numeric code: who reads codes alone loses them, Taiwan's governance among them."""
    if not places or places[0] not in user.columns(table.frame, _NUMBER):
        return table
    numeric = pl.col(places[0]).cast(pl.String).str.contains(r"^\d+$")
    return Table(table.name, table.frame.filter(numeric), table.first_row)


def _chosen(table: Table, cells: pl.Series, kept: Iterable[int] | None) -> Table:
    """Keep the rows whose cell is one of `kept`."""
    if kept is None:
        return table
    return Table(table.name, table.frame.filter(cells.is_in(list(kept))), table.first_row)


def _nulls(table: Table, dtype: type[pl.DataType]) -> pl.Series:
    return pl.Series([None] * table.frame.height, dtype=dtype)


def _empty_production() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "row": pl.Int64, "material": pl.String, "economy": LABEL, "year": pl.Int32, "quantity": pl.Float64,
            "unit": pl.String, "tonnes": pl.Float64,
        }
    )  # fmt: skip


def _hs_codes(table: Table, column: str, faults: list[Fault]) -> pl.Series:
    cells = table.frame[column]
    if cells.dtype.is_integer():
        return cells.cast(pl.Int32)
    plain = Table(table.name, table.frame.with_columns(cells.str.replace_all(r"[. ]", "")), table.first_row)
    return user.numbers(plain, column, faults).cast(pl.Int32)


def _one_indicator(table: Table, faults: list[Fault]) -> Table:
    """Keep political stability of a table that holds several indicators in a column `indicator`."""
    column = user.first(table.frame, ("indicator", "indicatorcode", "indicatorname"))
    if column is None:
        return table
    found = table.frame[column].cast(pl.String)
    kept = {word for word in found.unique().drop_nulls().to_list() if user.folded(word) in _STABILITY}
    if not kept:
        listed = ", ".join(sorted(found.unique().drop_nulls().to_list())[:8])
        faults.append(Fault(f"{table.name}, column {column!r}", listed, "political stability, written pv"))
    return Table(table.name, table.frame.filter(found.is_in(list(kept))), table.first_row)


def _from_series(
    table: Table,
    series: str,
    column: str,
    places: tuple[str, ...],
    faults: list[Fault],
    notes: list[str],
    codes: bool,
) -> pl.DataFrame:
    """Read a table with one row a series (Estimate, StdErr, Normalized ...); `codes` takes the rescaled series."""
    kinds = {user.folded(word): word for word in table.frame[series].cast(pl.String).unique().drop_nulls().to_list()}
    scaled = next((kinds[kind] for kind in _UNIT_SCALE if kind in kinds), None)
    raw = next((kinds[kind] for kind in _ESTIMATE if kind in kinds), None)
    taken = scaled if (codes and scaled) or raw is None else raw
    if taken is None:
        faults.append(Fault(f"{table.name}, column {series!r}", ", ".join(kinds.values()), "a series 'Estimate'"))
        taken = ""
    rows = Table(table.name, table.frame.filter(pl.col(series) == taken), table.first_row)
    values = user.numbers(rows, column, faults, least=None)
    frame = pl.DataFrame(
        {
            "row": rows.frame["row"],
            "economy": user.labels(rows, places, faults, notes),
            "year": user.years(rows, str(user.first(rows.frame, YEAR)), faults),
            "instability": _rescaled(values) if taken == raw else values,
        }
    )
    spread = next((kinds[kind] for kind in _ERROR if kind in kinds), None)
    errors = Table(table.name, table.frame.filter(pl.col(series) == (spread or "")), table.first_row)
    if spread is None or codes:
        return frame.with_columns(pl.lit(None, pl.Float64).alias("error"))
    told = pl.DataFrame(
        {
            "economy": user.labels(errors, places, faults, []),
            "year": user.years(errors, str(user.first(errors.frame, YEAR)), faults),
            "error": user.numbers(errors, column, faults) / 5,
        }
    ).unique(["economy", "year"], keep="first", maintain_order=True)
    return frame.join(told, on=["economy", "year"], how="left", maintain_order="left")


def _scaled(table: Table, column: str, faults: list[Fault]) -> tuple[pl.Series, pl.Series]:
    """Return instability 0..1 and its standard error from columns, telling the two scales apart by name, then range."""
    values = user.numbers(table, column, faults, least=None)
    name = user.folded(column)
    raw = name in _ESTIMATE or (name not in _UNIT_SCALE and bool(((values < 0) | (values > 1)).any()))
    far = (values.abs() > 4) if raw else ((values < 0) | (values > 1))
    expected = "an estimate of about -2.5 to 2.5" if raw else "a value from 0 (best) to 1 (worst)"
    for at in far.fill_null(False).arg_true().to_list()[: user.MOST_FAULTS]:
        row = table.frame["row"][at]
        faults.append(
            Fault(table.place(row, column), f"{values[at]:g}", f"{expected}; ranks and scores 0-100 are not read")
        )
    spread = user.first(table.frame, _ERROR)
    errors = user.numbers(table, spread, faults) / 5 if spread else _nulls(table, pl.Float64)
    return (_rescaled(values) if raw else values), errors


def _rescaled(estimate: pl.Series) -> pl.Series:
    return ((2.5 - estimate) / 5).clip(0.0, 1.0)


def _one_each(table: Table, frame: pl.DataFrame, notes: list[str], codes: bool) -> pl.DataFrame:
    """One value an economy and year. Two that differ are no value, and a note says so; `codes` takes the first."""
    frame = frame.filter(pl.col("instability").is_not_null())
    keys = ["economy", "year"]
    if codes:
        return frame.unique(keys, keep="first", maintain_order=True).drop("row")
    apart = frame.group_by(keys, maintain_order=True).agg(
        pl.col("instability").n_unique().alias("said"), pl.col("row").min()
    )
    twice = (
        apart.filter(pl.col("said") > 1)
        .group_by("economy", maintain_order=True)
        .agg(pl.col("year").sort(), pl.col("row").min())
    )
    for label, years, row in twice.sort("economy").iter_rows():
        span = ", ".join(map(str, years))
        notes.append(
            f"{table.name}: {label} has two values a year, none is used ({span}; first in row {row + table.first_row})."
        )
    good = apart.filter(pl.col("said") == 1).select(keys)
    return (
        frame.unique(keys, keep="first", maintain_order=True)
        .join(good, on=keys, how="semi", maintain_order="left")
        .drop("row")
    )
