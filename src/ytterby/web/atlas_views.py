"""What the interface says of the atlas: the same rows as `ytterby facts`, `risk` and `sources` print with --json."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from ytterby.atlas.cite import citation
from ytterby.atlas.load import Atlas, load
from ytterby.core.errors import Fault, InputError
from ytterby.indicators.from_atlas import Producers
from ytterby.indicators.masses import tonnes_in
from ytterby.show.backdrop import backdrop
from ytterby.show.projection import Frame
from ytterby.show.words import country_name, element_name

_NO_SUPPLY = ("ATA",)


def stamped(atlas: Atlas, **tables: Any) -> dict[str, Any]:
    """Return tables under the edition and digest of the atlas they are from."""
    return {"schema": 1, "edition": atlas.edition, "digest": atlas.digest, **tables}


def facts(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the figures that match, with their sources, as `ytterby facts … --json` does."""
    atlas = load()
    chosen = atlas.select(**asked)
    return stamped(atlas, figures=chosen.frame.to_dicts(), sources=chosen.sources.to_dicts())


@lru_cache(maxsize=1)
def shapes() -> dict[str, Any]:
    """Return the outline of every country in one drawing, by ISO code, with names and small countries as points."""
    scenery, frame = backdrop(), Frame()
    found, small = {}, {}
    for code, polygons in sorted(scenery.borders.items()):
        if code in _NO_SUPPLY:
            continue
        found[code] = frame.path([ring for polygon in polygons for ring in polygon])
        points = [frame.place(p[0], p[1]) for polygon in polygons for p in polygon[0]]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        if points and max(max(xs) - min(xs), max(ys) - min(ys)) <= 4.0:
            small[code] = [round((min(xs) + max(xs)) / 2, 1), round((min(ys) + max(ys)) / 2, 1)]
    return {"width": frame.width, "height": round(frame.height), "paths": found, "small": small,
            "names": dict(scenery.names), "note": scenery.border_note}  # fmt: skip


def defined(word: str) -> dict[str, Any]:
    """Return the glossary's definition of a word, with its source."""
    from ytterby.core.terms import term

    found = term(word)
    return {"word": found.term, "definition": found.meaning, "source": found.source}


@lru_cache(maxsize=1)
def overview() -> dict[str, Any]:
    """Return what there is to choose: materials with their stages, the chain's elements, counts for the footer."""
    from ytterby.model.rare_earths.ores import ELEMENTS

    atlas = load()
    wanted = pl.col("measure").is_in(["production", "share"]) & pl.col("country").is_not_null()
    held = atlas.figures.filter(wanted)
    stages = {str(k[0]): sorted(set(rows["stage"])) for k, rows in held.group_by("material", maintain_order=True)}
    named = dict(zip(atlas.materials["id"], atlas.materials["name"], strict=True))
    sourced = int(atlas.figures["source"].is_in(atlas.sources["id"].to_list()).sum())
    return stamped(
        atlas,
        elements=list(ELEMENTS),
        names={e: element_name(e) for e in ELEMENTS},
        materials=[{"id": m, "name": named.get(m, m), "stages": stages[m]} for m in sorted(stages)],
        figures=atlas.figures.height,
        sourced=sourced,
        sources=atlas.sources.height,
    )


def producers(material: str, stage: str, year: int) -> dict[str, Any]:
    """Return each publisher's account of who makes a material at a stage: amounts, parts, gaps, and the figures."""
    from ytterby.indicators.from_atlas import producers as accounts

    atlas = load()
    known = atlas.select(material, stage, edition="all").frame
    ident = str(known["material"][0]) if known.height else material
    sources = {row["id"]: row for row in atlas.sources.iter_rows(named=True)}
    names = backdrop().names
    found = []
    for account in accounts(atlas, ident, stage, year):
        total = sum(account.amounts.values())
        found.append({
            "family": account.family, "unit": _unit(account), "period": account.period, "total": total,
            "publisher": _publisher(account.sources, sources),
            "gaps": list(account.gaps), "shares_only": account.shares_only,
            "rows": [{"country": c, "who": country_name(c, names), "value": v,
                      "part": 100 * v / total if total else None}
                     for c, v in sorted(account.amounts.items(), key=lambda pair: (-pair[1], pair[0]))],
            "sources": [citation(sources[s]) for s in account.sources if s in sources],
        })  # fmt: skip
    named = dict(zip(atlas.materials["id"], atlas.materials["name"], strict=True))
    return stamped(atlas, material=ident, name=named.get(ident, ident), stage=stage, year=year, accounts=found)


def _unit(account: Producers) -> str:
    """The unit of an account's amounts, which are in tonnes whatever was printed, or per cent."""
    scale, basis = tonnes_in(account.unit.partition("/")[0])
    return account.unit if account.shares_only or scale is None else f"t {basis}".strip()


def _publisher(ids: tuple[str, ...], sources: dict[str, Any]) -> str:
    return next((str(sources[s]["publisher"]) for s in ids if s in sources), ", ".join(ids))


def country(material: str, code: str) -> dict[str, Any]:
    """Return the printed figures of a country for a material by stage, measure and period, each with its citation."""
    atlas = load()
    rows = atlas.select(material, country=code).frame.filter(pl.col("partner").is_null() & pl.col("facility").is_null())
    sources = {row["id"]: row for row in atlas.sources.iter_rows(named=True)}
    kept = rows.filter(pl.col("measure").is_in(["production", "share", "reserves", "capacity", "quota"]))
    listed = [r | {"citation": citation(sources[r["source"]], r["locator"])} for r in
              kept.sort("stage", "measure", "form", "period", "source").head(400).to_dicts()]  # fmt: skip
    return stamped(atlas, country=code, figures=listed)


def risk(material: str, economy: str, year: int) -> dict[str, Any]:
    """Return every indicator side by side, as `ytterby risk … --json` does."""
    from ytterby.indicators.profile import profile
    from ytterby.show.risk import profile_json

    atlas = load()
    return profile_json(profile(atlas, material, economy, year), atlas)


def purchases(body: bytes, name: str) -> dict[str, Any]:
    """Return a company's purchases, measured; the table is read from a file that is gone when this returns."""
    from ytterby.indicators import files
    from ytterby.indicators.purchases import exposure
    from ytterby.show.risk import exposure_json

    kind = Path(name).suffix.casefold()
    if kind not in (".csv", ".parquet", ".xlsx"):
        raise InputError(Fault("purchases", repr(name[-40:]), "a table as .csv, .parquet or .xlsx"))
    _no_bomb(body, kind)
    atlas = load()
    with TemporaryDirectory(prefix="ytterby-") as folder:
        path = Path(folder) / f"purchases{kind}"
        path.write_bytes(body)
        return exposure_json(exposure(files.read(path), atlas), atlas)


def _no_bomb(body: bytes, kind: str, most: int = 64 * 1024 * 1024) -> None:
    """Refuse a workbook that would grow beyond `most` bytes when it is unpacked."""
    if kind != ".xlsx":
        return
    import io
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            size = sum(item.file_size for item in packed.infolist())
            count = len(packed.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise InputError(Fault("purchases", "a file that is no workbook", "an .xlsx workbook")) from None
    if size > most or count > 2000:
        raise InputError(Fault("purchases", "a workbook that unpacks to too much", f"at most {most // 2**20} MB"))


def sources() -> dict[str, Any]:
    """Return every source with how many rows cite it, as `ytterby sources --json` does."""
    from ytterby.atlas.cited import cited

    atlas = load()
    counts = cited(atlas)
    return stamped(atlas, sources=[{**row, "cited": counts.get(row["id"], 0)} for row in atlas.sources.to_dicts()])


@lru_cache(maxsize=1)
def disagreements() -> dict[str, Any]:
    """Return where editions or publishers disagree most, and the corrections."""
    from ytterby.atlas.conflicts import conflicts

    atlas = load()
    found = conflicts(atlas)
    return stamped(atlas, count=found.height, conflicts=found.head(200).to_dicts(),
                   corrections=atlas.corrections.to_dicts())  # fmt: skip
