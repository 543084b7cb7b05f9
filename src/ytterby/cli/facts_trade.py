"""`ytterby facts MATERIAL --trade`: bilateral trade as published, beside how its corrections read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from ytterby.atlas.load import Atlas


def trade_rows(atlas: Atlas, material: str | None, country: str | None, year: int | None) -> pl.DataFrame:
    """Return the flows of a code, or of every code that holds a material, from or to a country, as published.

    The latest year comes first, and in it the largest value. Raises InputError for a name or a code that is not known.
    """
    import polars as pl

    from ytterby.atlas.places import iso3
    from ytterby.core.errors import Fault, InputError

    if material is None:
        raise InputError(Fault("facts --trade", "no material", "a material or a trade code, such as Dy or 284690"))
    held = _codes(atlas, material)
    rows = atlas.trade_scan().filter(pl.col("hs6").is_in(held))
    if year is not None:
        rows = rows.filter(pl.col("year") == year)
    if country is not None:
        code = iso3(country)
        rows = rows.filter((pl.col("exporter") == code) | (pl.col("importer") == code))
    order = ["year", "value_kusd", "exporter", "importer", "hs6", "source"]
    down = [True, True, False, False, False, False]
    return rows.collect().sort(order, descending=down, nulls_last=True)


def trade_shown(table: pl.DataFrame, atlas: Atlas, limit: int) -> tuple[pl.DataFrame, list[str]]:
    """Return the first rows as they are printed, and the lines below: what codes hold, corrections, sources."""
    import polars as pl

    from ytterby.atlas.cite import citation
    from ytterby.atlas.trade import corrected

    rows = corrected(table.head(limit), atlas.corrections)
    numbers = {source: at for at, source in enumerate(rows["source"].unique(maintain_order=True), 1)}
    mark = pl.when(pl.col("correction").is_not_null()).then(pl.lit("*")).otherwise(pl.lit(""))
    shown = rows.with_columns(
        pl.when(pl.col("quantity_t") > 0)
        .then((pl.col("value_kusd") / pl.col("quantity_t")).round(2))
        .alias("USD/kg"),
        (pl.col("hs6") + mark).alias("code"),
        pl.col("hs_revision").alias("revision"),
        pl.col("value_kusd").alias("kUSD"),
        pl.col("quantity_t").alias("t gross"),
        pl.col("source").replace_strict({name: str(at) for name, at in numbers.items()}, default="").alias("cited"),
    )
    told = ["", *_held_in(atlas, rows["hs6"].unique().sort().to_list())]
    for row in rows.filter(pl.col("correction").is_not_null()).unique("correction", maintain_order=True).to_dicts():
        read = "no trade of the material" if row["excluded"] else row["read_as"] or "as corrected"
        told.append(f"* {row['exporter']} to {row['importer']}: read as {read} ({row['correction']})")
    sources = {row["id"]: row for row in atlas.sources.to_dicts()}
    return shown, [*told, "", *(f"{at}  {citation(sources[name])}" for name, at in numbers.items())]


def _codes(atlas: Atlas, word: str) -> list[str]:
    """The codes a word stands for: itself, or those that hold the material, or the group a rare earth belongs to."""
    import polars as pl

    from ytterby.atlas.materials import material_id, trade_code
    from ytterby.core.elements import SYMBOLS
    from ytterby.core.errors import Fault, InputError, nearest

    known = atlas.trade_codes["hs6"].unique().sort().to_list()
    digits = trade_code(word)
    if digits is not None:
        if digits not in known:
            expected = "a code the atlas holds (docs/data.md lists them)"
            raise InputError(Fault("trade code", repr(word), expected, nearest(digits, known)))
        return [digits]
    material = material_id(word)
    inside = pl.col("materials").str.split(";").list
    held = atlas.trade_codes.filter(inside.contains(material))["hs6"].to_list()
    if material in SYMBOLS:
        held += atlas.trade_codes.filter(inside.contains("REE"))["hs6"].to_list()
    if not held:
        reason = "".join(atlas.coverage.filter(pl.col("material") == material)["reason"].to_list())
        raise InputError(Fault("facts --trade", repr(word), f"a material with a code of trade; {reason}".rstrip(" .;")))
    return sorted(set(held))


def _held_in(atlas: Atlas, codes: list[str]) -> list[str]:
    """A line a code: what it holds, and that several materials in it are never split."""
    import polars as pl

    lines = []
    held = atlas.trade_codes.filter(pl.col("hs6").is_in(codes)).unique("hs6", keep="first", maintain_order=True)
    for row in held.sort("hs6").to_dicts():
        together = f" (holds {row['materials'].replace(';', ', ')} together, never split)" if row["together"] else ""
        lines.append(f"HS {row['hs6']}: {row['description']}{together}")
    return lines
