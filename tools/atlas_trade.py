"""Bilateral trade of the four rare-earth codes, and the corrections that go with it.

Rules: a row without value and without quantity is dropped; a row of a total (partner World) is kept as a figure, not as
trade; codes of trade statistics become ISO 3166 alpha-3 through the countries table; nothing else is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from atlas_rows import Row, read_csv

BACI_CODES = (280530, 284610, 284690)
COMTRADE_REVISIONS = {"H0": "HS92", "H1": "HS96", "H2": "HS02", "H3": "HS07", "H4": "HS12", "H5": "HS17", "H6": "HS22"}
PARTNERS = {
    "Other Asia, nes": "TWN",
    "Unspecified": "XXX",
    "Occ.Pal.Terr": "PSE",
    "Serbia, FR(Serbia/Montenegro)": "SRB",
    "S19": "TWN",
    "_X": "XXX",  # areas not elsewhere specified
    "X2": "XXX",  # free zones
    "R20": "XXX",
    "ZA1": "ZAF",
}
LEAST_UNIT_VALUE = 0.2  # USD/kg: below it the quantity of rare-earth goods is not believable


def tables(shared: Path) -> dict[str, list[Row]]:
    """Return the rows of every trade file by its name."""
    baci = list(_baci_hs92(shared))
    files = {f"baci_{code}": [row for row in baci if row["hs6"] == str(code)] for code in BACI_CODES}
    files["baci_850511"] = [*_magnets_before_2024(shared), *_magnets_2024(shared)]
    files["china_exports"] = list(_china_exports(shared))
    files["china_imports_2846"] = list(_china_imports(shared))
    return files


def _row(
    year: int,
    exporter: str,
    importer: str,
    hs6: str,
    revision: str,
    value: float | None,
    quantity: float | None,
    source: str,
) -> Row:
    return {
        "year": year,
        "exporter": exporter,
        "importer": importer,
        "hs6": hs6,
        "hs_revision": revision,
        "value_kusd": value,
        "quantity_t": quantity,
        "source": source,
    }


def _baci_names(shared: Path) -> dict[int, str]:
    rows = read_csv(shared / "trade_baci_hs92/baci_country_codes.csv")
    return {int(row["country_code"]): PARTNERS.get(row["country_iso3"], row["country_iso3"]) for row in rows}


def _baci_hs92(shared: Path) -> Iterator[Row]:
    names = _baci_names(shared)
    frame = pl.read_parquet(shared / "trade_baci_hs92/baci_trade.parquet").filter(pl.col("hs92").is_in(BACI_CODES))
    for year, exporter, importer, code, value, quantity in frame.iter_rows():
        yield _row(
            year,
            names[exporter],
            names[importer],
            str(code),
            "HS92",
            _figure(value),
            _figure(quantity),
            "cepii-baci-hs92",
        )


def _figure(value: float | None) -> float | None:
    return None if value is None or value != value else round(value, 3)


def _magnets_2024(shared: Path) -> Iterator[Row]:
    frame = pl.read_parquet(shared / "trade_baci/baci_2024_30codes_full.parquet").filter(pl.col("hs6") == "850511")
    for row in frame.iter_rows(named=True):
        exporter, importer = (PARTNERS.get(row[name], row[name]) for name in ("exporter", "importer"))
        yield _row(
            2024,
            exporter,
            importer,
            "850511",
            "HS17",
            _figure(row["value_kusd"]),
            _figure(row["qty_t"]),
            "cepii-baci-hs17",
        )


def _magnets_before_2024(shared: Path) -> Iterator[Row]:
    iso3 = {
        row["country_iso2"]: PARTNERS.get(row["country_iso3"], row["country_iso3"])
        for row in read_csv(shared / "trade_baci_hs92/baci_country_codes.csv")
        if row["country_iso2"]
    }
    iso3 |= {"TW": "TWN", "CS": "SCG", "AN": "ANT", "NA": "NAM"}
    frame = pl.read_parquet(shared / "trade_baci/baci_flows_2002_2024.parquet").filter(
        (pl.col("hs6_concept") == "850511") & (pl.col("year") < 2024)
    )
    for row in frame.iter_rows(named=True):
        year = row["year"]
        revision = "HS02" if year <= 2016 else "HS17"
        yield _row(
            year,
            iso3[row["exporter_iso2"]],
            iso3[row["importer_iso2"]],
            "850511",
            revision,
            round(row["value_usd"] / 1000, 3),
            None,
            f"cepii-baci-{revision.lower()}",
        )


def _china_exports(shared: Path) -> Iterator[Row]:
    for row in read_csv(shared / "trade_us_china/china_exports_284690_280530_850511_2010_2024.csv"):
        partner = PARTNERS.get(row["iso3"] or row["partner"], row["iso3"])
        if partner != "WLD":
            yield _row(
                int(row["year"]),
                "CHN",
                partner,
                row["hs6"],
                "as reported",
                float(row["export_value_usd"]) / 1000,
                float(row["quantity_kg"]) / 1000,
                "comtrade-china-exports",
            )


def _china_imports(shared: Path) -> Iterator[Row]:
    for row in read_csv(shared / "trade_us_china/china_imports_hs2846_by_origin_1993_2024.csv"):
        code = row["partner_iso3"].strip()
        partner = PARTNERS.get(code, code)
        value = float(row["value_usd"]) / 1000 if row["value_usd"] else None
        quantity = float(row["net_kg"]) / 1000 if row["net_kg"] else None
        if partner != "W00" and (value is not None or quantity is not None):
            yield _row(
                int(row["year"]),
                partner,
                "CHN",
                "2846",
                COMTRADE_REVISIONS[row["hs_version"]],
                value,
                quantity,
                "comtrade-china-imports-2846",
            )


def corrections(trade: dict[str, list[Row]]) -> Iterator[Row]:
    """Rows that say how trade rows must be read, each with its reason; the trade rows themselves stay as published."""
    yield _correction(
        "baci-aus-mys-280530",
        "AUS",
        "MYS",
        "280530",
        1995,
        2024,
        "reclassify",
        "rare-earth metals (HS 280530)",
        "concentrate",
        "Australia makes no rare-earth metal. Mount Weld concentrate goes to the separator in Malaysia, and 23 to "
        "34 thousand tonnes a year at 3 to 5 USD/kg (2020-2024) is concentrate. In the HS17 reading of 2024 the world "
        "tonnage of the code is 13,785 t, less by this flow.",
    )
    yield _correction(
        "baci-rus-est-284610",
        "RUS",
        "EST",
        "284610",
        1995,
        2024,
        "reclassify",
        "cerium compounds (HS 284610)",
        "mixed carbonate",
        "Solikamsk exports mixed rare-earth carbonate to the separator at Sillamae; Russia separated no cerium for it.",
    )
    for name, rows in sorted(trade.items()):
        for row in rows:
            value, quantity = row["value_kusd"], row["quantity_t"]
            if name.startswith("baci") and value is not None and quantity and value / quantity < LEAST_UNIT_VALUE:
                yield _correction(
                    f"low-unit-value-{row['hs6']}-{row['exporter'].lower()}-{row['importer'].lower()}-{row['year']}",
                    row["exporter"],
                    row["importer"],
                    row["hs6"],
                    row["year"],
                    row["year"],
                    "exclude",
                    f"{quantity:g} t at {value / quantity:.3f} USD/kg",
                    "not rare-earth goods, or a wrong quantity",
                    f"Unit value below {LEAST_UNIT_VALUE} USD/kg.",
                    source=row["source"],
                )


def _correction(
    id: str,
    exporter: str,
    importer: str,
    hs6: str,
    first: int,
    last: int,
    action: str,
    found: str,
    read_as: str,
    reason: str,
    source: str = "cepii-baci-hs92",
) -> Row:
    return {
        "id": id,
        "table": "trade",
        "source": source,
        "exporter": exporter,
        "importer": importer,
        "hs6": hs6,
        "first_year": first,
        "last_year": last,
        "action": action,
        "found": found,
        "read_as": read_as,
        "reason": reason,
    }


def reserve_correction() -> Row:
    """The correction of Brazil's reserves between two versions of one edition."""
    return {
        "id": "usgs-mcs-2026-brazil-reserves",
        "table": "figures",
        "source": "usgs-mcs-2026",
        "action": "replaced",
        "found": "Brazil 21,000,000 t and world more than 85,000,000 t (data release, first posted)",
        "read_as": "Brazil 11,000,000 t and world more than 75,000,000 t",
        "reason": "Revision history of the edition, version 1.3 of 27 May 2026, p. 153.",
    }
