"""Figures of the European Commission, the International Energy Agency and of customs, beside those of the USGS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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


def china_feed(shared: Path) -> Iterator[Row]:
    """China's imports of rare-earth feed 2023-2025 by kind (net weight) and by origin (t REO), and the factors used."""
    rows = read_csv(shared / "ree_chain/china_ree_feed_imports_2023_2025.csv")
    totals = {(row["year"], row["key"]): float(row["value"]) for row in rows if row["measure"] == "reo_total"}
    base: Row = {"material": "REE", "stage": "feed", "measure": "imports", "country": "CHN"}
    for row in rows:
        year, key = row["year"], row["key"]
        if row["measure"] == "net_weight_by_kind":
            yield figure(
                "china-feed-imports",
                "2026",
                f"imports by kind, row {key}, {year}",
                **base,
                partner="WLD",
                form=key,
                period=year,
                value=float(row["value"]),
                unit="t gross",
                qualifier="computed",
                derived_from=f"{CHINA_FEED}:{key}:{year}",
                note="Net weight, summed over the tariff lines of the kind.",
            )
        elif row["measure"] == "reo_by_origin_central":
            origin = "XXX" if key == "other" else key
            note = FEED_NOTE + (" Origins not named." if key == "other" else "")
            yield figure(
                "china-feed-imports",
                "2026",
                f"imports by origin, row {key}, {year}",
                **base,
                partner=origin,
                form="all",
                period=year,
                value=float(row["value"]),
                unit="t REO",
                qualifier="computed",
                derived_from=f"{CHINA_FEED}:{origin}:{year}",
                note=note,
            )
    for year in sorted({year for year, _ in totals}):
        yield figure(
            "china-feed-imports",
            "2026",
            f"imports, total, {year}",
            **base,
            partner="WLD",
            form="all",
            period=year,
            value=totals[year, "central"],
            low=totals[year, "low"],
            high=totals[year, "high"],
            unit="t REO",
            qualifier="computed",
            derived_from=f"{CHINA_FEED}:WLD:{year}",
            note=FEED_NOTE,
        )
    for row in read_csv(shared / "ree_chain/reo_conversion_factors_used_by_atlas.csv"):
        yield figure(
            "china-feed-imports",
            "2026",
            f"conversion factors, row {row['kind']}",
            material="REE",
            form=row["kind"],
            stage="feed",
            measure="reo_factor",
            period="2023-2025",
            value=float(row["reo_central"]),
            low=float(row["reo_low"]),
            high=float(row["reo_high"]),
            unit="t REO/t gross",
            qualifier="computed",
            note="A factor chosen by the Critical Materials Atlas project, not a measurement.",
        )


def customs_totals(shared: Path) -> Iterator[Row]:
    """World totals that China's customs report for exports of three codes and for imports of HS 2846."""
    stages = {"284690": "separation", "280530": "metal", "850511": "magnet"}
    for row in read_csv(shared / "trade_us_china/china_exports_284690_280530_850511_2010_2024.csv"):
        if row["iso3"] == "WLD":
            yield figure(
                "comtrade-china-exports",
                "2010-2024",
                f"China, exports, HS {row['hs6']}, {row['year']}, partner World",
                material="REPM" if row["hs6"] == "850511" else "REE",
                form=f"HS {row['hs6']}",
                stage=stages[row["hs6"]],
                measure="exports",
                country="CHN",
                partner="WLD",
                period=row["year"],
                value=float(row["quantity_kg"]) / 1000,
                unit="t gross",
                qualifier="computed",
                note="Net weight printed in kg. HS 850511 holds all metal magnets."
                if row["hs6"] == "850511"
                else "Net weight printed in kg.",
            )
    for row in read_csv(shared / "trade_us_china/china_imports_hs2846_by_origin_1993_2024.csv"):
        if row["partner_iso3"] == "W00" and row["net_kg"]:
            estimated = row["net_kg_estimated"] == "True"
            yield figure(
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
                note="Net weight printed in kg." + (" Partly estimated by the United Nations." if estimated else ""),
            )
