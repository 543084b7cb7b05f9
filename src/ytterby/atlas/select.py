"""Choosing figures: by material, stage, measure, country, year, edition, form, source.

Every edition is kept in the atlas; a choice returns the latest one of each series unless it asks for others. Words are
checked before they are looked for, so that a misspelt stage is an error and not an empty answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

from ytterby.atlas import materials, places
from ytterby.atlas.cite import cite
from ytterby.atlas.words import MEASURES, STAGES
from ytterby.core.errors import Fault, InputError, nearest

# What makes two figures the same statement, so that one edition replaces the other.
_SERIES = ("material", "form", "stage", "measure", "country", "partner", "period", "facility", "ore", "family")


class Tables(Protocol):
    """What a choice needs of an atlas."""

    @property
    def figures(self) -> pl.DataFrame:
        """Table of figures."""

    @property
    def sources(self) -> pl.DataFrame:
        """Table of sources."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures chosen from an atlas, with their sources."""

    frame: pl.DataFrame
    sources: pl.DataFrame

    def __len__(self) -> int:
        return self.frame.height

    def cite(self) -> str:
        """Return one citation line a figure; a line that would be said twice is said once."""
        return cite(self)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Hand the rows to anything that reads Arrow: pandas, pyarrow, DuckDB, another polars."""
        return self.frame.__arrow_c_stream__(requested_schema)

    def to_pandas(self) -> Any:
        """Return the rows as a pandas frame; needs pandas and pyarrow."""
        return self.frame.to_pandas()


def select(
    atlas: Tables,
    material: str | None = None,
    stage: str | None = None,
    measure: str | None = None,
    country: str | None = None,
    year: int | None = None,
    edition: str | None = None,
    form: str | None = None,
    source: str | None = None,
) -> Figures:
    """Return the figures that match; the latest edition of each series, or `edition` ("all" for every one).

    `material` and `country` may be names ("dysprosium", "Burma") or codes ("282200", "DE"); `year` matches periods that
    hold it.
    """
    frame = atlas.figures
    _check(material, stage, measure, frame)
    wanted = {
        "material": material and material_id(material, frame),
        "stage": stage,
        "measure": measure,
        "country": country and places.iso3(country),
        "form": form,
        "source": source,
    }
    for name, word in wanted.items():
        if word:
            frame = frame.filter(pl.col(name) == word)
    if year is not None:
        frame = frame.filter(pl.col("period").is_in(_periods(frame, year)))
    frame = _editions(frame, atlas.sources, edition)
    return Figures(frame, atlas.sources.filter(pl.col("id").is_in(frame["source"].unique().implode())))


def material_id(word: str, figures: pl.DataFrame | None = None) -> str:
    """Return the material that `word` names: a symbol, a name, an alias or a trade code.

    A material that only `figures` hold, such as one of a user's own table, is named as there.
    """
    if figures is not None and materials.find(word) is None and word in figures["material"]:
        return word
    return materials.material_id(word)


def covers(period: str, year: int) -> bool:
    """Say whether a period holds a year.

    >>> covers("2024", 2024), covers("2016-2020", 2018), covers("2024-H1", 2024), covers("FY2025", 2025)
    (True, True, True, False)
    """
    span = re.fullmatch(r"(\d{4})-(\d{4})", period)
    if span:
        return int(span[1]) <= year <= int(span[2])
    return bool(re.match(rf"{year}(?!\d)", period))


def _periods(frame: pl.DataFrame, year: int) -> list[str]:
    return [period for period in frame["period"].unique().to_list() if covers(period, year)]


def _editions(frame: pl.DataFrame, sources: pl.DataFrame, edition: str | None) -> pl.DataFrame:
    if edition == "all":
        return frame
    if edition is not None:
        return frame.filter((pl.col("edition") == edition) | pl.col("edition").str.starts_with(f"{edition} "))
    families = sources.select(pl.col("id").alias("source"), "family")
    newest = frame.join(families, on="source", how="left", maintain_order="left")
    last = newest.filter(pl.col("edition") == pl.col("edition").max().over(_SERIES))
    return last.drop("family")


def _check(material: str | None, stage: str | None, measure: str | None, figures: pl.DataFrame) -> None:
    faults = []
    if stage is not None and stage not in STAGES:
        faults.append(Fault("stage", repr(stage), "one of " + ", ".join(STAGES), nearest(stage, STAGES)))
    if measure is not None and measure not in MEASURES:
        faults.append(Fault("measure", repr(measure), "one of " + ", ".join(MEASURES), nearest(measure, MEASURES)))
    if material is not None:
        try:
            material_id(material, figures)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
