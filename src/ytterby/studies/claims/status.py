"""Who holds a place: every registered view, side by side. Title (law) and control (fact) are never mixed."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any

from ytterby.atlas.cite import citation
from ytterby.atlas.load import Atlas
from ytterby.studies.claims.editions import published
from ytterby.studies.claims.evidence import sources_of
from ytterby.studies.claims.record import Test, View

#: Spellings of contested places -> the word looked for in the tables of sites and views.
REGIONS: dict[str, tuple[str, str]] = {
    "donetsk": ("Donetsk", "UKR"), "donbas": ("Donetsk", "UKR"), "donbass": ("Donetsk", "UKR"),
    "lugansk": ("Luhansk", "UKR"), "luhansk": ("Luhansk", "UKR"), "kherson": ("Kherson", "UKR"),
    "zaporozhye": ("Zaporizhzhia", "UKR"), "zaporizhzhia": ("Zaporizhzhia", "UKR"),
    "zaporizhia": ("Zaporizhzhia", "UKR"), "zaporozhe": ("Zaporizhzhia", "UKR"),
    "western sahara": ("Western Sahara", "ESH"), "north kivu": ("North Kivu", "COD"), "masisi": ("North Kivu", "COD"),
}  # fmt: skip
#: Spellings of a region in the notes of the tables.
_SPELT = {"Zaporizhzhia": ("Zaporizhzhia", "Zaporozhye"), "Luhansk": ("Luhansk", "Lugansk")}


@lru_cache(maxsize=8)
def site_names(atlas: Atlas) -> dict[str, str]:
    """Return names of contested sites, in small letters -> site id."""
    held = set(atlas.site_status["site"].to_list())
    names: dict[str, str] = {}
    for row in atlas.sites.iter_rows(named=True):
        if row["id"] in held:
            for part in re.split(r"[()]", row["name"]):
                if len(part.strip()) > 4:
                    names[part.strip().casefold()] = row["id"]
    return names


def views(atlas: Atlas, test: Test, as_of: date | None) -> list[View]:
    """Return every view on the place of a status test, of the field asked; the newest statement of each viewpoint."""
    found: list[View] = []
    for region in (test.region or "").split(";"):
        found += _views(atlas, test, region.strip(), as_of)
    return found


def _views(atlas: Atlas, test: Test, region: str, as_of: date | None) -> list[View]:
    rows = [row for row in _rows(atlas, region) if row["field"] == (test.field or "title")]
    families = sources_of(atlas)
    newest: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: ("" if row["as_of"] == "undated" else row["as_of"], row["site"])):
        source = families[row["source"]]
        out = published(row["as_of"], "")
        if as_of is not None and (out is None or out > as_of):
            continue
        if row["viewpoint"] != "none":
            newest[row["viewpoint"]] = {**row, "citation": citation(source, row["locator"])}
    return [
        View(
            region, row["viewpoint"], row["field"], row["holder"], row["as_of"], row["site"], row["source"],
            row["locator"],
            row["note"], row["citation"], _agrees(row["holder"], test.holder),
        )
        for row in sorted(newest.values(), key=lambda row: (row["viewpoint"] != "UN", row["viewpoint"]))
    ]  # fmt: skip


def _agrees(holder: str | None, claimed: str | None) -> bool | None:
    if holder is None or claimed is None:
        return None if holder is None else False
    return holder == claimed


def _rows(atlas: Atlas, region: str) -> list[dict[str, Any]]:
    table = list(atlas.site_status.iter_rows(named=True))
    sites = {row["id"]: row for row in atlas.sites.iter_rows(named=True)}
    if region in sites:
        return [row for row in table if row["site"] == region]
    spelt = _SPELT.get(region, (region,))
    country = next((code for name, code in REGIONS.values() if name == region), None)
    named, general = [], []
    for row in table:
        site = sites.get(row["site"], {})
        if any(word in f"{row['note'] or ''} {site.get('region') or ''}" for word in spelt):
            named.append(row)
        elif site.get("country") == country and row["field"] == "title" and row["viewpoint"] == country:
            general.append(row)
    if country == "ESH":
        return [row for row in table if sites.get(row["site"], {}).get("country") == "ESH"]
    # A law on another region says nothing on this one: rows of one region's annexation stay with that region.
    law = re.compile(r"Law on the admission of the (\w+)")
    return [row for row in named if not (found := law.search(row["note"] or "")) or found[1] in spelt] + general
