"""The lists of `ytterby facts` that are not figures: conflicts, coverage, and sites with the views on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from ytterby.atlas.load import Atlas


def listed(
    name: str,
    atlas: Atlas,
    material: str | None,
    stage: str | None,
    measure: str | None,
    country: str | None,
    viewpoint: str | None,
    year: int | None = None,
) -> pl.DataFrame:
    """Return one list, narrowed by what was asked; unknown names are InputError, as for figures."""
    if name == "sites":
        return _sites(atlas, country, viewpoint)
    if name == "coverage":
        return _only(atlas.coverage, "material", _material(atlas, material))
    from ytterby.atlas.conflicts import conflicts

    figures = atlas.select(material, stage, measure, country, None, "all").frame
    found = conflicts(atlas, figures)
    return found if year is None else found.filter(found["period"].str.contains(rf"\b{year}\b"))


def _material(atlas: Atlas, word: str | None) -> str | None:
    """The id of a material by any of its names, through the figures that are chosen by it."""
    if word is None:
        return None
    held = atlas.select(word, edition="all").frame["material"]
    return str(held[0]) if len(held) else word


def _sites(atlas: Atlas, country: str | None, viewpoint: str | None) -> pl.DataFrame:
    """Each site beside every view on its title and control; a site nobody was read on has empty cells."""
    from ytterby.atlas.places import iso3

    sites = _only(atlas.sites, "country", iso3(country) if country else None)
    views = _only(atlas.site_status, "viewpoint", viewpoint).rename({"source": "said_by"})
    found = sites.join(views, left_on="id", right_on="site", how="left", suffix="_of_view", maintain_order="left")
    if not found.height:
        return found
    return found.sort(found["field"].is_null(), "name", "id", "field", "as_of", "viewpoint", nulls_last=True)


def holders_told(sites: pl.DataFrame) -> pl.DataFrame:
    """Sites as they are printed: a holder that is not known, or that a view does not name, is said in words."""
    import polars as pl

    said = pl.col("field").is_not_null() & pl.col("holder").is_null()
    words = pl.when(pl.col("viewpoint") == "none").then(pl.lit("unknown")).otherwise(pl.lit("not named"))
    return sites.with_columns(holder=pl.when(said).then(words).otherwise(pl.col("holder")))


def _only(table: pl.DataFrame, column: str, value: str | None) -> pl.DataFrame:
    return table if value is None else table.filter(table[column] == value)
