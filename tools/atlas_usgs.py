"""Figures of the U.S. Geological Survey: Mineral Commodity Summaries, Minerals Yearbook 2022, Data Series 140.

All of it is in the public domain. Every edition is kept as its own figure, so that revisions can be seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from atlas_rows import Row, figure, number, read_csv

CHINA_FEED = "china-customs-feed-imports"  # the observation behind China's own imports of rare-earth feed
CHINA_QUOTA = "china-mine-quota"
MATERIALS = {"rare_earths": "REE", "yttrium": "Y", "scandium": "Sc"}
MASS = {"REE": "t REO", "Y": "t Y2O3", "Sc": "t Sc2O3"}
SYMBOLS = {
    "Lanthanum": "La",
    "Cerium": "Ce",
    "Praseodymium": "Pr",
    "Neodymium": "Nd",
    "Samarium": "Sm",
    "Europium": "Eu",
    "Gadolinium": "Gd",
    "Terbium": "Tb",
    "Dysprosium": "Dy",
    "Holmium": "Ho",
    "Erbium": "Er",
    "Thulium": "Tm",
    "Ytterbium": "Yb",
    "Lutetium": "Lu",
    "Yttrium": "Y",
    "Scandium": "Sc",
}
CHAPTERS = {
    "RARE EARTHS": ("Rare Earths", "p. 152-153"),
    "RARE EARTHS (Heavy)": ("Rare Earths (Heavy)", "p. 1-2 of the chapter"),
    "SCANDIUM": ("Scandium", "p. 1-2 of the chapter"),
    "YTTRIUM": ("Yttrium", "p. 1-2 of the chapter"),
}
ORES = {
    "Bayan Obo": "bayan-obo",
    "Dechang": "dechang",
    "Maoniuping": "maoniuping",
    "Weishan": "weishan",
    "Mountain Pass": "mountain-pass",
    "Revda": "lovozero",
    "Mount Weld": "mount-weld",
    "Nangang": "nangang",
    "Manavalakurichi": "manavalakurichi",
    "Xunwu": "xunwu",
    "Xinfeng": "xinfeng",
    "Longnan": "longnan",
    "Southeast Guangdong": "guangdong-xenotime",
}


def world_tables(shared: Path) -> Iterator[Row]:
    """Mine production, capacity and reserves by country, editions 2022 to 2026."""
    for row in read_csv(shared / "usgs_mcs/world_by_country_mcs2022_2026.csv"):
        if row["commodity_id"] in MATERIALS:
            yield _world(row)


def _world(row: dict[str, str]) -> Row:
    material, edition = MATERIALS[row["commodity_id"]], row["edition"]
    country = row["iso3"] or "XXX"
    value, low, high = number(row["value"]), None, None
    if row["qualifier"] == "text":
        low, high = _range(row["value_text"])
    qualifier = _qualifier(row["qualifier"], row["estimated"] == "True" or _estimated_too(row))
    place = "World Mine Production and Reserves" if edition == "2026" else row["type"]
    page = ", p. 153" if edition == "2026" and material == "REE" else ""
    locator = f"{row['source_file']}{page}, {place}, row {row['country']}, {row['statistic']} {row['year']}"
    return figure(
        f"usgs-mcs-{edition}",
        _edition(edition),
        locator,
        material=material,
        form=_world_form(material, row),
        stage="mine",
        measure=row["statistic"],
        country=country,
        period=row["year"],
        value=value,
        low=low,
        high=high,
        unit="t Sc" if (material, row["statistic"]) == ("Sc", "reserves") else MASS[material],
        qualifier=qualifier,
        derived_from=_observation(row, country),
        note=_world_note(row, country),
    )


def _edition(edition: str) -> str:
    return "2026 v1.3" if edition == "2026" else edition


def _world_form(material: str, row: dict[str, str]) -> str | None:
    return "oxide" if material == "Sc" and row["statistic"] in ("capacity", "production") else None


def _estimated_too(row: dict[str, str]) -> bool:
    note = row["notes"]
    return f"Estimated in {row['year']} also" in note or note.startswith("Estimated based on")


def _observation(row: dict[str, str], country: str) -> str | None:
    if row["statistic"] != "production":
        return None
    if "based on reported import data for China" in row["notes"]:
        return f"{CHINA_FEED}:{country}:{row['year']}"
    quota = row["notes"].startswith("Production quota")
    # The 2026 edition prints the quota of 2024 again (270,000 t) without the footnote of the 2025 edition.
    again = (row["edition"], country, row["year"]) == ("2026", "CHN", "2024")
    if row["commodity_id"] == "rare_earths" and (quota or again):
        return f"{CHINA_QUOTA}:{country}:{row['year']}"
    return None


def _world_note(row: dict[str, str], country: str) -> str | None:
    notes = [row["notes"]] if row["notes"] not in ("", "Yes", "Estimated.") else []
    if country == "XXX":
        notes.append("Countries not named by the publisher.")
    if row["commodity_id"] == "scandium" and row["statistic"] == "reserves":
        notes.append("Printed in the text as tons of scandium.")
    if row["edition"] == "2026" and row["statistic"] == "reserves" and row["iso3"] in ("BRA", "WLD"):
        notes.append("Version 1.3 (27 May 2026) lowered Brazil from 21,000,000 to 11,000,000 and the total by as much.")
    return " ".join(notes) or None


def _qualifier(printed: str, estimated: bool) -> str:
    if printed in ("value", "text"):
        return "estimated" if estimated or printed == "text" else "reported"
    return {"net_exporter": "net_exporter", "not_available": "not_available"}.get(printed, printed)


def _range(text: str) -> tuple[float, float]:
    low, high = re.split(r"\s*[-–]\s*", text.replace(",", ""))
    return float(low), float(high)


def salient(shared: Path) -> Iterator[Row]:
    """U.S. salient statistics, import sources and prices of the four rare-earth chapters of MCS 2026."""
    for row in read_csv(shared / "usgs_mcs/mcs2026_full.csv"):
        if row["chapter"] in CHAPTERS and not row["section"].startswith("World"):
            made = _salient(row)
            if made is not None:
                yield made


def _salient(row: dict[str, str]) -> Row | None:
    kind = row["statistic"]
    if kind == "Employment" or row["qualifier"] == "not_available":
        return None
    material = _chapter_material(row)
    cells = _price(row) if kind == "Price" else _flow(row, material)
    value, low, high = number(row["value"]), None, None
    if row["qualifier"] == "text":
        low, high = _range(row["value_text"])
        value = (low + high) / 2
    qualifier = _qualifier(row["qualifier"], row["estimated"] == "True")
    if row["qualifier"] == "text":
        qualifier = "computed"
    chapter, pages = CHAPTERS[row["chapter"]]
    section = "Import Sources (2021-24)" if kind.startswith("Import sources") else "Salient Statistics"
    locator = (
        f"MCS2026_Commodities_Data.csv, chapter {chapter}, {pages}, {section}, {row['detail'].strip()}, {row['year']}"
    )
    note = row["notes"].replace("Estimated. -- ", "").replace("Estimated.", "")
    if row["qualifier"] == "text":
        note = f"Range of average values printed: {row['value_text']}; the value is the middle of the range. {note}"
    return figure(
        "usgs-mcs-2026",
        "2026 v1.3",
        locator,
        material=cells.pop("material", material),
        period=row["year"].replace("–24", "-2024"),
        value=value,
        low=low,
        high=high,
        qualifier=qualifier,
        note=note or None,
        **cells,
    )


def _chapter_material(row: dict[str, str]) -> str:
    symbol = SYMBOLS.get(row["commodity"])
    if symbol:
        return symbol
    return "HREE" if row["commodity"] == "Rare Earths (Heavy)" else "REE"


def _price(row: dict[str, str]) -> Row:
    detail = row["detail"].split(":", 1)[1].strip()
    cells: Row = {"measure": "price", "country": "CHN" if "China" in row["notes"] else "WLD", "unit": "USD/kg nominal"}
    if detail.startswith("Mischmetal"):
        return {**cells, "material": "mischmetal", "form": "metal", "stage": "metal"}
    if detail.startswith("Neodymium-praseodymium"):
        return {**cells, "material": "NdPr", "form": "oxide", "stage": "separation"}
    if "alloy" in detail:
        return {**cells, "form": "alloy (2% Sc)", "stage": "alloy"}
    if " metal," in detail:
        return {**cells, "form": "metal", "stage": "metal"}
    return {**cells, "form": "oxide", "stage": "separation"}


FLOWS: dict[str, tuple[str, str, str]] = {  # printed line: stage, measure, form
    "Production: Mineral concentrates": ("concentrate", "production", "mineral concentrates"),
    "Production: Compounds and metals": ("separation", "production", "compounds and metals"),
    "Imports: Compounds": ("separation", "imports", "compounds"),
    "Imports: Metals: Ferrocerium, alloys": ("metal", "imports", "ferrocerium, alloys"),
    "Imports: Metals: Rare-earth metals and alloys": ("metal", "imports", "metals and alloys"),
    "Exports: Ores and compounds": ("feed", "exports", "ores and compounds"),
    "Exports: Metals: Ferrocerium, alloys": ("metal", "exports", "ferrocerium, alloys"),
    "Exports: Metals: Rare-earth metals and alloys": ("metal", "exports", "metals and alloys"),
    "Consumption, apparent, compounds and metals": ("use", "apparent_consumption", "compounds and metals"),
    "Consumption, apparent": ("use", "apparent_consumption", "all"),
    "Imports, compounds and metals": ("separation", "imports", "compounds and metals"),
    "Imports, scandium oxide": ("separation", "imports", "oxide"),
    "Imports for consumption, yttrium, alloys, compounds, and metal": ("separation", "imports", "compounds and metals"),
    "Exports, compounds": ("separation", "exports", "compounds"),
}


def _flow(row: dict[str, str], material: str) -> Row:
    detail = row["detail"].strip()
    cells: Row = {"country": "USA", "unit": MASS.get(material, "t REO")}
    if row["statistic"].startswith("Import sources"):
        form = "all" if detail == "All" else "compounds and metals"
        partner = row["iso3"] or "XXX"
        return {
            "country": "USA",
            "partner": partner,
            "unit": "%",
            "stage": "use",
            "measure": "import_source_share",
            "form": form,
        }
    if row["statistic"] == "Net import reliance":
        form = detail.split(":")[-1].strip().lower() if ":" in detail else "all"
        form = "compounds and metals" if "compounds and metals" in detail else form
        return {"country": "USA", "unit": "%", "stage": "use", "measure": "net_import_reliance", "form": form}
    stage, measure, form = FLOWS[detail]
    return {**cells, "stage": stage, "measure": measure, "form": form}


def chapter_text(shared: Path) -> Iterator[Row]:
    """Figures printed only in the running text of the MCS 2026 chapters; each sentence is checked against the text."""
    for name, sentence, locator, cells in CHAPTER_FACTS:
        text = " ".join((shared / f"usgs_mcs_chapters_text/{name}.txt").read_text(encoding="utf-8").split())
        if sentence not in text:
            raise ValueError(f"{name}: the sentence {sentence!r} is not in the chapter")
        yield figure("usgs-mcs-2026", "2026 v1.3", locator, note=f"Text: {sentence}.", **cells)


CHAPTER_FACTS: tuple[tuple[str, str, str, Row], ...] = (
    (
        "usgs_mcs2026_yttrium",
        "China exported an estimated 1,600 tons (Y2O3 equivalent) of yttrium compounds and metal in 2025",
        "chapter Yttrium, Events, Trends, and Issues",
        {
            "material": "Y",
            "form": "compounds and metals",
            "stage": "separation",
            "measure": "exports",
            "country": "CHN",
            "period": "2025",
            "value": 1600.0,
            "unit": "t Y2O3",
            "qualifier": "estimated",
        },
    ),
    (
        "usgs_mcs2026_scandium",
        "global consumption of scandium oxide in 2025 was 60 tons",
        "chapter Scandium, Events, Trends, and Issues",
        {
            "material": "Sc",
            "form": "all",
            "stage": "use",
            "measure": "consumption",
            "country": "WLD",
            "period": "2025",
            "value": 60.0,
            "unit": "t Sc2O3",
            "qualifier": "estimated",
        },
    ),
)


def assays(shared: Path) -> Iterator[Row]:
    """Share of each element's oxide in the rare-earth oxide of 13 ores."""
    for row in read_csv(shared / "usgs_ree_myb2022/ree_distribution_by_source_mineral.csv"):
        ore = next(name for start, name in ORES.items() if row["locality"].startswith(start))
        qualifier = {"value": "reported"}.get(row["qualifier"], row["qualifier"])
        cell = f"column {row['mineral']}, {row['locality']}, row {row['element']}"
        locator = f"table of rare-earth element distribution by source mineral, {cell}"
        yield figure(
            "usgs-myb-2022",
            "2022 (posted 2025-03-19)",
            locator,
            material=row["element"],
            stage="mine",
            measure="share_of_treo",
            country=row["iso3"],
            period="2022",
            value=number(row["share_pct_of_treo"]),
            unit="%",
            qualifier=qualifier,
            ore=ore,
            note=f"{row['mineral']}, {row['locality']}. The publisher cites: {row['original_source']}",
        )


def yearbook_mine(shared: Path) -> Iterator[Row]:
    """World mine production 2018-2022 of the Minerals Yearbook 2022."""
    for row in read_csv(shared / "usgs_ree_myb2022/world_mine_production_2018_2022.csv"):
        estimated = row["is_estimated"] == "True"
        notes = ["Revised."] if row["is_revised"] == "True" else []
        if row["footnote_ids"]:
            notes.append(f"Footnote {int(float(row['footnote_ids']))} of the table.")
        yield figure(
            "usgs-myb-2022",
            "2022 (posted 2025-03-19)",
            f"table of rare earths, world mine production, by country, cell {row['source_cell']}",
            material="REE",
            stage="mine",
            measure="production",
            country=row["geography_code"],
            period=row["year"],
            value=number(row["value"]),
            unit="t REO",
            qualifier="estimated" if estimated else "reported",
            note=" ".join(notes) or None,
        )


DS140 = {
    "production": ("mine", "production"),
    "imports": ("use", "imports"),
    "exports": ("use", "exports"),
    "apparent_consumption": ("use", "apparent_consumption"),
    "unit_value_current_usd": ("use", "unit_value"),
}


def history(shared: Path) -> Iterator[Row]:
    """Data Series 140: U.S. and world series since 1900; cells printed as not available are left out."""
    for row in read_csv(shared / "usgs_ree_myb2022/ds140_rare_earths_1900_2020.csv"):
        if row["metric"] not in DS140 or row["value_status"] == "not_available":
            continue
        stage, measure = DS140[row["metric"]]
        withheld = row["value_status"] == "withheld"
        estimated = not withheld and measure != "production"
        yield figure(
            "usgs-ds140-ree",
            "2023-09-27",
            f"worksheet Rare Earths, cell {row['source_cell']}",
            material="REE",
            form="all" if stage == "use" else None,
            stage=stage,
            measure=measure,
            country=row["geography_code"],
            period=row["year"],
            value=number(row["value"]),
            unit="USD/t nominal" if measure == "unit_value" else "t REO",
            qualifier="withheld" if withheld else "estimated" if estimated else "reported",
            note=None if row["method_status"].startswith("source_series") else row["method_status"].replace("_", " "),
        )


def yearbook_prices(shared: Path) -> Iterator[Row]:
    """Oxide prices 2021-2022 of the Minerals Yearbook 2022, table 3."""
    for row in read_csv(shared / "usgs_prices/myb2022_reo_prices_2021_2022.csv"):
        yield figure(
            "usgs-myb-2022",
            "2022 (posted 2025-03-19)",
            f"table 3, row {row['oxide']}, {row['year']}",
            material=SYMBOLS[row["oxide"]],
            form="oxide",
            stage="separation",
            measure="price",
            country="WLD",
            period=row["year"],
            value=number(row["usd_per_kg"]),
            unit="USD/kg nominal",
            note=f"Purity {row['purity_pct']} %.",
        )
