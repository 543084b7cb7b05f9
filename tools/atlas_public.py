"""Figures of the International Energy Agency and of customs, beside those of the USGS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from atlas_rows import Row, figure, read_csv
from atlas_usgs import CHINA_FEED

IEA_STAGES = {"mining": "mine", "refining": "refining"}
IEA_SECTORS = {
    "Wind": "wind",
    "Electric vehicles": "electric vehicles",
    "otherUses": "other uses",
    "totalDemand": "all",
}
IEA_MATERIALS = {
    "Rare Earth Elements": ("magnet-REE", "kt"),
    "Copper": ("Cu", "kt Cu"),
    "Cobalt": ("Co", "kt Co"),
    "Lithium": ("Li", "kt Li"),
    "Nickel": ("Ni", "kt Ni"),
    "Graphite": ("graphite", "kt"),
}
IEA_NOTES = {
    "magnet-REE": "Magnet rare earths (Nd, Pr, Dy, Tb). The table read does not say whether the tonnage is oxide or "
    "element.",
    "graphite": "Mining: natural graphite. Refining: battery grade, natural and synthetic. Demand: all graphite. The "
    "table read does not name the basis.",
}
IEA_BASIS = "The table read does not name the basis; the size is that of contained metal."


def iea(shared: Path) -> Iterator[Row]:
    """Mining, refining and demand in 2024, as single cited values rounded to a tonne; no projection."""
    for row in read_csv(shared / "iea_critical_minerals_2025/supply_by_country_stage.csv"):
        if row["year"] == "2024" and row["unit"] == "kt":
            mineral = row["mineral"]
            place = f"total supply, {mineral.lower()}, {row['stage']}, row {row['country']}, 2024"
            stage = "separation" if (mineral, row["stage"]) == ("Rare Earth Elements", "refining") else row["stage"]
            yield _iea(mineral, IEA_STAGES.get(stage, stage), "production", row["iso3"] or "ROW", row["value"], place)
    for row in read_csv(shared / "iea_critical_minerals_2025/demand_by_sector.csv"):
        if row["year"] == "2024" and row["unit"] == "kt" and row["sector"] in IEA_SECTORS:
            place = f"demand by sector, {row['mineral'].lower()}, {row['sector']}, 2024"
            yield _iea(row["mineral"], "use", "demand", "WLD", row["value"], place, IEA_SECTORS[row["sector"]])


def _iea(
    mineral: str, stage: str, measure: str, country: str, value: str, locator: str, form: str | None = None
) -> Row:
    material, unit = IEA_MATERIALS[mineral]
    if (material, stage) == ("Cu", "refining"):
        form = "refined"  # as the USGS prints it
    rest = " ROW: countries not named in the table." if country == "ROW" else ""
    return figure(
        "iea-cmd-2025",
        "May 2025",
        locator,
        material=material,
        form=form,
        stage=stage,
        measure=measure,
        country=country,
        period="2024",
        value=round(float(value), 3),
        unit=unit,
        qualifier="estimated",
        note=IEA_NOTES.get(material, IEA_BASIS) + rest,
    )


def iea_shares() -> Iterator[Row]:
    """Shares the IEA prints in its Outlooks of 2024 and 2025."""
    for source, edition, stage, material, country, year, value in (
        ("iea-gcmo-2025", "2025", "magnet", "REPM", "CHN", "2024", 94.0),
        ("iea-gcmo-2025", "2025", "magnet", "REPM", "CHN", "2005", 50.0),
        ("iea-gcmo-2025", "2025", "separation", "magnet-REE", "CHN", "2024", 91.0),
        ("iea-gcmo-2025", "2025", "mine", "magnet-REE", "CHN", "2024", 60.0),
        ("iea-gcmo-2024", "2024", "separation", "magnet-REE", "CHN", "2023", 92.0),
        ("iea-gcmo-2024", "2024", "separation", "magnet-REE", "MYS", "2023", 5.0),
        ("iea-gcmo-2024", "2024", "mine", "magnet-REE", "CHN", "2023", 62.0),
    ):
        note = "Printed as 'about 50 per cent'." if year == "2005" else None
        place = "executive summary" if edition == "2025" else "chapter rare earth elements, as reported"
        yield figure(
            source,
            edition,
            f"{place}, share of {country} in {stage}",
            material=material,
            form="sintered" if stage == "magnet" else None,
            stage=stage,
            measure="share",
            country=country,
            period=year,
            value=value,
            unit="%",
            qualifier="estimated",
            derived_from=f"{source}:{stage}:{country}:{year}",
            note=note,
        )


FEED_NOTE = "Derived by the Critical Materials Atlas project: net weight by tariff line times its reo_factor."


_FEED: Row = {"material": "REE", "stage": "feed", "measure": "imports", "country": "CHN", "qualifier": "computed"}


def china_feed(shared: Path) -> Iterator[Row]:
    """China's imports of rare-earth feed 2023-2025 by kind (net weight) and by origin (t REO), and the factors used."""
    rows = read_csv(shared / "ree_chain/china_ree_feed_imports_2023_2025.csv")
    totals = {(row["year"], row["key"]): float(row["value"]) for row in rows if row["measure"] == "reo_total"}
    for row in rows:
        if row["measure"] == "net_weight_by_kind":
            yield _feed_kind(row["year"], row["key"], float(row["value"]))
        elif row["measure"] == "reo_by_origin_central":
            yield _feed_origin(row["year"], row["key"], float(row["value"]))
    for year in sorted({year for year, _ in totals}):
        low, middle, high = (totals[year, key] for key in ("low", "central", "high"))
        cells = {**_FEED, "partner": "WLD", "form": "all", "period": year, "unit": "t REO", "note": FEED_NOTE}
        observation = f"{CHINA_FEED}:WLD:{year}"
        yield _feed(f"imports, total, {year}", **cells, value=middle, low=low, high=high, derived_from=observation)
    for row in read_csv(shared / "ree_chain/reo_conversion_factors_used_by_atlas.csv"):
        yield _feed_factor(row)


def _feed(locator: str, **cells: Any) -> Row:
    return figure("china-feed-imports", "2026", locator, **cells)


def _feed_kind(year: str, kind: str, value: float) -> Row:
    cells = {**_FEED, "partner": "WLD", "form": kind, "period": year, "value": value, "unit": "t gross"}
    note = "Net weight, summed over the tariff lines of the kind."
    return _feed(f"imports by kind, row {kind}, {year}", **cells, derived_from=f"{CHINA_FEED}:{kind}:{year}", note=note)


def _feed_origin(year: str, key: str, value: float) -> Row:
    origin = "XXX" if key == "other" else key
    cells = {**_FEED, "partner": origin, "form": "all", "period": year, "value": value, "unit": "t REO"}
    note = FEED_NOTE + (" Origins not named." if key == "other" else "")
    observation = f"{CHINA_FEED}:{origin}:{year}"
    return _feed(f"imports by origin, row {key}, {year}", **cells, derived_from=observation, note=note)


def _feed_factor(row: dict[str, str]) -> Row:
    low, middle, high = (float(row[f"reo_{key}"]) for key in ("low", "central", "high"))
    cells = {"material": "REE", "form": row["kind"], "stage": "feed", "measure": "reo_factor", "period": "2023-2025"}
    note = "A factor chosen by the Critical Materials Atlas project, not a measurement."
    return _feed(
        f"conversion factors, row {row['kind']}",
        **cells,
        value=middle,
        low=low,
        high=high,
        unit="t REO/t gross",
        qualifier="computed",
        note=note,
    )


def customs_totals(shared: Path) -> Iterator[Row]:
    """World totals that China's customs report for exports of three codes and for imports of HS 2846."""
    for row in read_csv(shared / "trade_us_china/china_exports_284690_280530_850511_2010_2024.csv"):
        if row["iso3"] == "WLD":
            yield _export_total(row)
    for row in read_csv(shared / "trade_us_china/china_imports_hs2846_by_origin_1993_2024.csv"):
        if row["partner_iso3"] == "W00" and row["net_kg"]:
            yield _import_total(row)


_CODES = {"284690": ("separation", "REE"), "280530": ("metal", "REE"), "850511": ("magnet", "REPM")}
_KILOGRAMS = "Net weight printed in kg."


def _export_total(row: dict[str, str]) -> Row:
    stage, material = _CODES[row["hs6"]]
    note = _KILOGRAMS + (" HS 850511 holds all metal magnets." if material == "REPM" else "")
    return figure(
        "comtrade-china-exports",
        "2010-2024",
        f"China, exports, HS {row['hs6']}, {row['year']}, partner World",
        material=material,
        form=f"HS {row['hs6']}",
        stage=stage,
        measure="exports",
        country="CHN",
        partner="WLD",
        period=row["year"],
        value=float(row["quantity_kg"]) / 1000,
        unit="t gross",
        qualifier="computed",
        note=note,
    )


def _import_total(row: dict[str, str]) -> Row:
    note = _KILOGRAMS + (" Partly estimated by the United Nations." if row["net_kg_estimated"] == "True" else "")
    return figure(
        "comtrade-china-imports-2846",
        "1993-2024",
        f"China, imports, HS 2846, {row['year']}, partner World",
        material="REE",
        form="HS 2846",
        stage="feed",
        measure="imports",
        country="CHN",
        partner="WLD",
        period=row["year"],
        value=float(row["net_kg"]) / 1000,
        unit="t gross",
        qualifier="computed",
        note=note,
    )
