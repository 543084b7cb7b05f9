"""Figures of the European Commission's study of 2023: supply and sourcing shares, uses, scores, trade parameters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atlas_materials import by_ec_name
from atlas_rows import Row, figure, number, read_csv

LIGHT = ("La", "Ce", "Pr", "Nd", "Sm", "LREE")
RARE_EARTHS = (*LIGHT, "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y", "Sc", "HREE")
RARE_EARTH_NOTE = "All light elements share one set of shares in this study, and all heavy ones another."
FORMS = {"Titanium metal": "metal", "Titanium": "oxide and minerals", "Titanium ores": "oxide and minerals"}
SCORE_FORMS = {"Titanium metal": "metal", "Bauxite": "bauxite"}
MISSPELT = {"Brasilia": "BRA", "Brasil": "BRA", "Turkyie": "TUR", "Libanon": "LBN"}  # in the table of codes read
PERIOD = "2016-2020"
T_NOTE = "Trade parameter t of the supply-risk formula (export restrictions and agreements); 1 means none."


def _cell(row: dict[str, str]) -> tuple[str, str, str | None]:
    """Return material, stage and form of a row of shares."""
    material = by_ec_name("ec")[row["material"]]
    processing = "separation" if material in RARE_EARTHS else "refining"
    return material, "mine" if row["stage"] == "extraction" else processing, FORMS.get(row["material"])


def _country(row: dict[str, str]) -> str:
    return MISSPELT.get(row["iso3"], row["iso3"])


def supply(shared: Path) -> Iterator[Row]:
    """World supply shares by stage and country, means of 2016-2020."""
    for row in read_csv(shared / "eu_crm_2023/global_supply_shares.csv"):
        material, stage, form = _cell(row)
        rare = material in RARE_EARTHS and material != "Sc"
        group = "scandium" if material == "Sc" else "light" if material in LIGHT else "heavy"
        vote = f"ec-crm-2023-{group}-{row['stage']}:{row['iso3']}:{PERIOD}" if material in RARE_EARTHS else None
        yield figure(
            "ec-crm-2023",
            "2023",
            f"annex, global supply shares, {row['material']}, {row['stage']}, row {row['country']}",
            material=material,
            form=form,
            stage=stage,
            measure="share",
            country=_country(row),
            period=PERIOD,
            value=number(row["share_pct"]),
            unit="%",
            qualifier="<" if row["qualifier"] == "<" else "reported",
            derived_from=vote,
            note=RARE_EARTH_NOTE if rare else None,
        )


def sourcing(shared: Path) -> Iterator[Row]:
    """Where the EU's supply comes from, by stage."""
    for row in read_csv(shared / "eu_crm_2023/eu_sourcing_shares.csv"):
        material, stage, form = _cell(row)
        yield figure(
            "ec-crm-2023",
            "2023",
            f"annex, EU sourcing shares, {row['material']}, {row['stage']}, row {row['country']}",
            material=material,
            form=form,
            stage=stage,
            measure="import_source_share",
            country="EU27",
            partner=_country(row),
            period=PERIOD,
            value=number(row["share_pct"]),
            unit="%",
            qualifier="<" if row["qualifier"] == "<" else "reported",
        )


def trade_parameters(shared: Path) -> Iterator[Row]:
    """The trade parameter t of each material, stage and country, from both tables of shares."""
    seen: dict[tuple[str, ...], float] = {}
    tables = (("global_supply_shares", "global supply"), ("eu_sourcing_shares", "EU sourcing"))
    for file, title in tables:
        for row in read_csv(shared / f"eu_crm_2023/{file}.csv"):
            material, stage, form = _cell(row)
            key = (material, stage, form or "", _country(row))
            value = float(row["trade_parameter_t"])
            if key in seen and seen[key] == value:
                continue
            differs = f"{title} table" if key in seen else None
            seen.setdefault(key, value)
            yield figure(
                "ec-crm-2023",
                "2023",
                f"annex, {title} shares, {row['material']}, {row['stage']}, row {row['country']}, trade parameter",
                material=material,
                form=", ".join(filter(None, (form, differs))) or None,
                stage=stage,
                measure="trade_parameter",
                country=_country(row),
                period=PERIOD,
                value=value,
                unit="1",
                note=T_NOTE,
            )


def uses(shared: Path) -> Iterator[Row]:
    """Share of each use in the EU's use of a material; dysprosium is not in the table read."""
    rows = read_csv(shared / "eu_crm_2023/eu_use_shares.csv")
    names = [(row["material"], row["application"]) for row in rows]
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        if not row["share_pct"]:
            continue  # one application of copper is listed without its share
        sector = row["nace_sector"].split(" - ")[0]
        key = (by_ec_name("ec")[row["material"]], row["application"] + sector)
        seen[key] = seen.get(key, 0) + 1
        again = f" {seen[key]}" if seen[key] > 1 else ""
        twin = names.count((row["material"], row["application"])) > 1
        yield figure(
            "ec-crm-2023",
            "2023",
            f"annex, use shares, {row['material']}, row {row['application']}"
            + (f", sector {sector}" if sector else "")
            + (f", occurrence{again}" if again else ""),
            material=key[0],
            form=row["application"] + (f" ({sector}{again})" if twin else ""),
            stage="use",
            measure="use_share",
            country="EU27",
            period="2023 edition",
            value=number(row["share_pct"]),
            unit="%",
            note=f"Sector {row['nace_sector']}." if row["nace_sector"] else None,
        )


def scores(shared: Path) -> Iterator[Row]:
    """Supply risk and economic importance of the assessments of 2011 to 2023, as the study of 2023 lists them."""
    for row in read_csv(shared / "eu_crm_2023/sr_ei_2011_2023.csv"):
        name = " ".join(row["material"].split())
        for column, measure in (("supply_risk", "supply_risk"), ("economic_importance", "economic_importance")):
            if row[column]:
                yield figure(
                    "ec-crm-2023",
                    "2023",
                    f"annex, results of the assessments 2011-2023, {name}, {row['year']}, {measure.replace('_', ' ')}",
                    material=by_ec_name("ec_score")[name],
                    form=SCORE_FORMS.get(name),
                    stage="all",
                    measure=measure,
                    country="EU27",
                    period=row["year"],
                    value=number(row[column]),
                    unit="1",
                    note="Assessments before 2017 used another method." if row["year"] < "2017" else None,
                )
