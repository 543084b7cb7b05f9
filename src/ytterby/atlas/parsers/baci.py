"""BACI of CEPII: the zip of one HS revision, a table a year, to bilateral trade of the codes asked for.

Members: ``BACI_HS22_Y2024_V202601.csv`` with the columns t (year), i (exporter), j (importer), k (code), v (thousand
USD, FOB) and q (tonnes; blank or NA when unknown), and ``country_codes_V202601.csv``. Gaulier and Zignago (2010), BACI:
International Trade Database at the Product-Level, CEPII Working Paper 2010-23.

A year of all codes is 11 million rows: one year at a time is unpacked beside the zip, only rows of the codes asked for
are kept, and the unpacked file is removed. Country codes become ISO3 by the atlas's own table ("Other Asia, nes" is
TWN), by the ISO3 in the archive else; those of no country are XXX. Rows that then have one key are added up.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path

import polars as pl

from ytterby.atlas import archive
from ytterby.atlas.parsers.parsed import Parsed, decoded, need_columns
from ytterby.atlas.schema import TRADE
from ytterby.core.errors import Fault, InputError

COLUMNS = ("t", "i", "j", "k", "v", "q")
_YEAR = re.compile(r"BACI_(HS\d\d)_Y(\d{4})_V(\d{6})\.csv")
_COUNTRIES = re.compile(r"country_codes_V\d{6}\.csv")
_NO_COUNTRY = {"_X", "X2", "R20", "N/A", ""}  # areas and groups that are no country
_SPECIAL = {"S19": "TWN", "ZA1": "ZAF"}
_KEY = ("year", "exporter", "importer", "hs6")
# A release holds up to 30 years of up to 400 MB each.
LIMITS = archive.Limits(members=100, unpacked=20_000_000_000, growth=100)


def parse(path: Path, codes: Collection[str], countries: pl.DataFrame, source: str) -> Parsed:
    """Return the trade in `codes` (six digits) of every year in the BACI zip `path`.

    `countries` is the table of the atlas, `source` the id of the release among its sources.
    """
    members = {Path(info.filename).name: info for info in archive.members(path, LIMITS)}
    years = {name: found for name in members if (found := _YEAR.fullmatch(name))}
    lists = [name for name in members if _COUNTRIES.fullmatch(name)]
    if not years or not lists:
        expected = "BACI_HSnn_Yyyyy_Vyyyymm.csv and country_codes_Vyyyymm.csv"
        raise InputError(Fault(path.name, ", ".join(sorted(members)[:8]), expected))
    iso3, unknown = _iso3(_read(path, members[lists[0]]), lists[0], countries)
    read = [_year(path, members[name], found, codes, iso3, source) for name, found in sorted(years.items())]
    frame = pl.concat([frame for frame, _ in read]).sort(*_KEY)
    notes = [f"{len(years)} years, {frame.height:,} rows of {len(codes)} codes"]
    seen = [f"{code} {unknown[code]}" for code in sorted(set(unknown) & set().union(*(used for _, used in read)))]
    if seen:
        notes.append(f"{len(seen)} country codes without an ISO3 code of the atlas are XXX: {', '.join(seen[:8])}")
    return Parsed(TRADE, TRADE.check(frame), tuple(notes))


def _iso3(text: str, place: str, countries: pl.DataFrame) -> tuple[dict[str, str], dict[str, str]]:
    """Return ISO3 by BACI code, and the names of countries that have none, by code."""
    try:
        rows = pl.read_csv(text.encode(), infer_schema=False)
    except pl.exceptions.PolarsError as cause:
        raise InputError(Fault(place, f"a table that cannot be read ({cause})", "country_code, country_iso3")) from None
    need_columns(place, rows.columns, ("country_code", "country_name", "country_iso3"))
    known = set(countries["iso3"])
    pairs = countries.select("iso3", "baci").drop_nulls().iter_rows()
    ours = {code: iso3 for iso3, codes in pairs for code in codes.split(";")}
    found: dict[str, str] = {}
    unknown: dict[str, str] = {}
    for row in rows.iter_rows(named=True):
        code, said = (row["country_code"] or "").strip(), (row["country_iso3"] or "").strip()
        iso3 = ours.get(code) or _SPECIAL.get(said) or (said if said in known else None)
        found[code] = iso3 or "XXX"
        if iso3 is None and said not in _NO_COUNTRY:
            unknown[code] = str(row["country_name"])
    return found, unknown


def _year(
    path: Path,
    member: zipfile.ZipInfo,
    name: re.Match[str],
    codes: Collection[str],
    iso3: Mapping[str, str],
    source: str,
) -> tuple[pl.DataFrame, set[str]]:
    """Return the rows of one year in the columns of TRADE, and the country codes that stood in them."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".baci-", suffix=".csv", delete=False) as unpacked:
        place = Path(unpacked.name)
    try:
        with place.open("wb") as file:
            archive.copy(path, member, file)
        rows = _rows(place, name[0], codes)
    finally:
        place.unlink(missing_ok=True)
    faults = _faults(rows, name, iso3)
    if faults:
        raise InputError(faults)
    shaped = rows.select(
        pl.lit(int(name[2])).cast(pl.Int16).alias("year"),
        pl.col("i").replace_strict(iso3, return_dtype=pl.String).alias("exporter"),
        pl.col("j").replace_strict(iso3, return_dtype=pl.String).alias("importer"),
        pl.col("k").alias("hs6"),
        _number("v").alias("value_kusd"),
        _number("q").alias("quantity_t"),
    )
    # A sum of nothing known is not zero.
    whole = [pl.when(pl.col(n).count() > 0).then(pl.col(n).sum()).alias(n) for n in ("value_kusd", "quantity_t")]
    added = shaped.group_by(_KEY, maintain_order=True).agg(whole)
    made = added.with_columns(hs_revision=pl.lit(name[1]), source=pl.lit(source)).select(TRADE.names)
    return made, {*rows["i"], *rows["j"]}


def _rows(place: Path, name: str, codes: Collection[str]) -> pl.DataFrame:
    try:
        table = pl.scan_csv(place, infer_schema=False, null_values=[""])
        need_columns(name, table.collect_schema().names(), COLUMNS)
        code = pl.col("k").str.strip_chars().str.zfill(6)
        kept = table.select(COLUMNS).with_columns(code).filter(pl.col("k").is_in(list(codes)))
        return kept.with_columns(pl.col("t", "i", "j", "v", "q").str.strip_chars()).collect()
    except pl.exceptions.PolarsError as cause:
        raise InputError(Fault(name, f"a table that cannot be read ({cause})", ", ".join(COLUMNS))) from None


def _number(column: str) -> pl.Expr:
    return pl.col(column).replace({"NA": None, "": None}).cast(pl.Float64, strict=False)


def _faults(rows: pl.DataFrame, name: re.Match[str], iso3: Mapping[str, str]) -> list[Fault]:
    """Every kind of wrong cell among the kept rows, with an example."""
    checks = (
        ("t", pl.col("t") == name[2], f"the year {name[2]}"),
        ("i", pl.col("i").is_in(list(iso3)), "a code of the list of countries"),
        ("j", pl.col("j").is_in(list(iso3)), "a code of the list of countries"),
        ("v", _number("v").is_finite() & (_number("v") >= 0), "thousand USD, not negative"),
        ("q", (_number("q").is_finite() & (_number("q") >= 0)) | pl.col("q").is_in(["NA", ""]), "tonnes, or NA"),
    )
    faults = []
    for column, right, expected in checks:
        given = pl.col(column).is_not_null() | pl.lit(column in ("t", "i", "j"))
        wrong = rows.filter(given & ~right.fill_null(False))
        if wrong.height:
            found = f"{wrong[column][0]!r} in {wrong.height:,} rows"
            faults.append(Fault(f"{name[0]}, column {column!r}", found, expected))
    return faults


def _read(path: Path, member: zipfile.ZipInfo) -> str:
    with tempfile.TemporaryFile() as file:
        archive.copy(path, member, file)
        file.seek(0)
        return decoded(file.read())
