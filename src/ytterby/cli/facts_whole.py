"""`ytterby facts --table NAME`: the tables of the atlas that are no figures, narrowed by material, country and year."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from ytterby.atlas.load import Atlas

#: The columns printed of each table; --csv, --json and the exports have all of them.
SHAPES: dict[str, tuple[str, ...]] = {
    "governance": ("economy", "year", "indicator", "estimate", "standard_error", "edition"),
    "events": ("effective", "id", "holds", "standing"),
    "lists": ("list", "material", "printed", "source"),
    "corrections": ("id", "table", "found", "read_as"),
    "trade_codes": ("hs6", "hs_revision", "holds", "stage", "first_year", "last_year", "rows"),
    "materials": ("id", "name", "kind", "hs6"),
}
_NOTES = {
    "governance": "Two methods: edition 2024 to 2023 (six indicators), edition 2025 for 2023 and 2024 (political "
    "stability). 2023 stands in both; never join them into one series. Estimates run from about -2.5 to 2.5.",
    "trade_codes": "A code of several materials is never split.",
    "events": "Dates and status as of the source; nothing is said about later.",
}
_PLACES = ("economy", "jurisdiction", "country", "exporter", "importer")


def whole_table(atlas: Atlas, name: str, material: str | None, country: str | None, year: int | None) -> pl.DataFrame:
    """Return a table of the atlas; InputError for an unknown name, or a choice the table has no column for."""
    import polars as pl

    from ytterby.atlas.materials import material_id
    from ytterby.atlas.places import iso3
    from ytterby.core.errors import Fault, InputError, nearest

    if name not in SHAPES:
        raise InputError(Fault("--table", repr(name), "one of " + ", ".join(SHAPES), nearest(name, SHAPES)))
    table = atlas.table(name)
    goods = next((column for column in ("material", "materials") if column in table.columns), None)
    places = [column for column in _PLACES if column in table.columns]
    dated = next((column for column in ("year", "effective") if column in table.columns), None)
    faults = [
        Fault(f"facts --table {name}", word, "a choice this table has: it has no such column")
        for word, asked, there in (
            ("a material", material, goods), ("--country", country, places), ("--year", year, dated),
        )
        if asked is not None and not there
    ]  # fmt: skip
    if faults:
        raise InputError(faults)
    if material is not None and goods is not None:
        cells = table[goods].fill_null("").str.split(";")
        table = table.filter(cells.list.contains(material_id(material)))
    if country is not None:
        code = iso3(country)
        table = table.filter(pl.any_horizontal(pl.col(places) == code))
    if year is None or dated is None:
        return table
    return table.filter(pl.col(dated).cast(pl.String).str.starts_with(str(year)))


def as_printed(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table with words that may be wrapped: materials apart from each other, a status as a sentence."""
    import polars as pl

    if "materials" in table.columns:
        table = table.with_columns(pl.col("materials").str.replace_all(";", ", ").alias("holds"))
    return table.with_columns(pl.col("status").alias("standing")) if "status" in table.columns else table


def notes_of(name: str) -> list[str]:
    """Return what to know of a table, below it."""
    return ["", _NOTES[name]] if name in _NOTES else []
