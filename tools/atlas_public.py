"""Figures of the European Commission, the International Energy Agency and of customs, beside those of the USGS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from atlas_rows import Row, figure, number, read_csv
from atlas_usgs import CHINA_FEED, SYMBOLS

EC_STAGES = {"extraction": "mine", "processing": "separation"}
LIGHT = ("La", "Ce", "Pr", "Nd", "Sm")
EC_NOTE = "All light elements share one set of shares in this study, and all heavy ones another."


def ec_supply(shared: Path) -> Iterator[Row]:
    """World supply shares by stage and country, means of 2016-2020, European Commission 2023."""
    for row in read_csv(shared / "eu_crm_2023/global_supply_shares.csv"):
        symbol = SYMBOLS.get(row["material"])
        if symbol is None:
            continue
        stage = EC_STAGES[row["stage"]]
        group = "scandium" if symbol == "Sc" else "light" if symbol in LIGHT else "heavy"
        yield figure(
            "ec-crm-2023",
            "2023",
            f"annex, global supply shares, {row['material']}, {row['stage']}, row {row['country']}",
            material=symbol,
            stage=stage,
            measure="share",
            country=row["iso3"],
            period="2016-2020",
            value=number(row["share_pct"]),
            unit="%",
            qualifier="<" if row["qualifier"] == "<" else "reported",
            derived_from=f"ec-crm-2023-{group}-{row['stage']}:{row['iso3']}:2016-2020",
            note=EC_NOTE if group != "scandium" else None,
        )


def ec_sourcing(shared: Path) -> Iterator[Row]:
    """Where the EU's supply comes from, by stage, European Commission 2023."""
    for row in read_csv(shared / "eu_crm_2023/eu_sourcing_shares.csv"):
        if row["material"] in SYMBOLS:
            yield figure(
                "ec-crm-2023",
                "2023",
                f"annex, EU sourcing shares, {row['material']}, {row['stage']}, row {row['country']}",
                material=SYMBOLS[row["material"]],
                stage=EC_STAGES[row["stage"]],
                measure="import_source_share",
                country="EU27",
                partner=row["iso3"],
                period="2016-2020",
                value=number(row["share_pct"]),
                unit="%",
                qualifier="<" if row["qualifier"] == "<" else "reported",
            )


def ec_uses(shared: Path) -> Iterator[Row]:
    """Share of each use in the EU's use of an element; dysprosium is not in the table read."""
    rows = [row for row in read_csv(shared / "eu_crm_2023/eu_use_shares.csv") if row["material"] in SYMBOLS]
    for row in rows:
        twins = [
            other
            for other in rows
            if (other["material"], other["application"]) == (row["material"], row["application"])
        ]
        sector = row["nace_sector"].split(" - ")[0]
        yield figure(
            "ec-crm-2023",
            "2023",
            f"annex, use shares, {row['material']}, row {row['application']}"
            + (f", sector {sector}" if sector else ""),
            material=SYMBOLS[row["material"]],
            form=row["application"] + (f" ({sector})" if len(twins) > 1 else ""),
            stage="use",
            measure="use_share",
            country="EU27",
            period="2023 edition",
            value=number(row["share_pct"]),
            unit="%",
            note=f"Sector {row['nace_sector']}." if row["nace_sector"] else None,
        )


IEA_STAGES = {"mining": "mine", "refining": "separation"}
IEA_SECTORS = {
    "Wind": "wind",
    "Electric vehicles": "electric vehicles",
    "otherUses": "other uses",
    "totalDemand": "all",
}
IEA_NOTE = "Magnet rare earths (Nd, Pr, Dy, Tb). The table read does not say whether the tonnage is oxide or element."


def iea(shared: Path) -> Iterator[Row]:
    """Mining, refining and demand of magnet rare earths in 2024, as single cited values rounded to a tonne."""
    for row in read_csv(shared / "iea_critical_minerals_2025/supply_by_country_stage.csv"):
        if row["mineral"] == "Rare Earth Elements" and row["year"] == "2024" and row["unit"] == "kt":
            country = row["iso3"] or "ROW"
            yield _iea(
                IEA_STAGES[row["stage"]],
                "production",
                country,
                row["value"],
                f"total supply, rare earth elements, {row['stage']}, row {row['country']}, 2024",
            )
    for row in read_csv(shared / "iea_critical_minerals_2025/demand_by_sector.csv"):
        if row["mineral"] == "Rare Earth Elements" and row["year"] == "2024" and row["sector"] in IEA_SECTORS:
            sector = IEA_SECTORS[row["sector"]]
            yield _iea(
                "use",
                "demand",
                "WLD",
                row["value"],
                f"demand by sector, rare earth elements, {row['sector']}, 2024",
                sector,
            )


def _iea(stage: str, measure: str, country: str, value: str, locator: str, form: str | None = None) -> Row:
    note = IEA_NOTE + (" ROW: countries not named in the table." if country == "ROW" else "")
    return figure(
        "iea-cmd-2025",
        "May 2025",
        locator,
        material="magnet-REE",
        form=form,
        stage=stage,
        measure=measure,
        country=country,
        period="2024",
        value=round(float(value), 3),
        unit="kt",
        qualifier="estimated",
        note=note,
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
