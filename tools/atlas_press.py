"""Single facts read in company reports, journals and news pages: outputs, quotas, magnets, recycling, costs, uses.

Each fact is named by the key of its row in the compiled notes and checked against the value there; a fact whose row was
only remembered is never embedded. What was read but left out, and why, is listed in ``LEFT_OUT``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atlas_pages import Pages, seen
from atlas_rows import Row, figure, number, read_csv

LEFT_OUT = {
    "projections": "capacities and shares announced for 2030 and later",
    "price points": "spot prices and averages of commercial price services",
    "ranks and words": "rows without a number",
    "investment": "investment costs and lead times: kept for a later edition",
    "weak pages": "unsourced pages, book extracts, broker forecasts",
    "years not read": "a share whose base year was not on the page",
    "plants": "facility capacities, which stand in the facilities table",
}
MAGNETS = {
    "sintered NdFeB": ("NdFeB", "sintered"),
    "NdFeB (sintered)": ("NdFeB", "sintered"),
    "bonded NdFeB": ("NdFeB", "bonded"),
    "sintered NdFeB (blanks)": ("NdFeB", "sintered blanks"),
    "NdFeB": ("NdFeB", "all"),
    "SmCo": ("SmCo", "all"),
    "rare-earth magnets": ("REPM", "all"),
    "permanent magnets": ("REPM", "all"),
    "REPM and alloys": ("REPM", "magnets and alloys"),
}
GROUP_QUOTAS = {
    "mine quota CNRE light": ("CNRE, light", "CHN-MIN-BAYANOBO"),
    "mine quota CREG light": ("CREG, light", "CHN-MIN-CREG-LIGHT"),
    "mine quota CREG ionic": ("CREG, ion-adsorption clay", "CHN-MIN-CREG-IAC"),
    "separation quota CNRE": ("CNRE", "CHN-SEP-CNRE"),
    "separation quota CREG": ("CREG", "CHN-SEP-CREG"),
}


def stages(shared: Path, pages: Pages) -> Iterator[Row]:
    """Magnets, quotas and a few other facts by stage."""
    for row in seen(shared, "stage_split"):
        cells = _stage(row)
        if cells is not None:
            yield _cite(row, pages, f"text on {row['stage']}, {row['product_group']}, {row['country']}", cells)


def _stage(row: dict[str, str]) -> Row | None:
    stage = row["stage"]
    if row["source_url"].startswith("https://www.iea.org") or "SEAISI" in row["publisher"] or not row["value"]:
        return None
    if "quota" in stage:
        return _quota(row)
    if stage == "magnet":
        return _magnet(row)
    if (stage, row["product_group"]) == ("magnet exports", "REPM and alloys"):
        return _tonnes(row, "magnet", "exports", "REPM", "magnets and alloys", "t gross", partner="WLD")
    return None


def _quota(row: dict[str, str]) -> Row:
    form, facility = GROUP_QUOTAS.get(row["stage"], ("all", None))
    stage = "mine" if row["stage"].startswith("mine") else "separation"
    period = row["year"].replace(" ", "-")
    note = "First batch of the year, one group." if facility else None
    if row["year"] == "2019" and stage == "mine":
        note = "USGS prints 132,000 t REO mined in China in 2019 (Minerals Yearbook 2022): the two differ."
    derived = f"china-mine-quota:CHN:{period}" if stage == "mine" and not facility else None
    return {
        **_tonnes(row, stage, "quota", "REE", form, "t REO"),
        "period": period,
        "facility": facility,
        "derived_from": derived,
        "note": note,
    }


def _magnet(row: dict[str, str]) -> Row | None:
    country, year = row["iso3"], row["year"]
    if int(year) >= 2030 or len(country) != 3 or country == "EUR" or "Korea" in row["country"]:
        return None
    material, form = MAGNETS[row["product_group"]]
    if "Reuters" in row["publisher"]:
        year = "report of 2022"
    if row["unit"].startswith("share_pct"):
        return {
            "material": material,
            "form": form,
            "stage": "magnet",
            "measure": "share",
            "country": country,
            "period": year,
            "value": float(row["value"]),
            "unit": "%",
            "qualifier": "<" if "upper" in row["unit"] else "estimated",
        }
    if "capacity" in row["unit"]:
        return {
            **_tonnes(row, "magnet", "capacity", material, form, "t gross/yr"),
            "note": "Capacity outside China, mostly in Japan.",
        }
    return _tonnes(row, "magnet", "production", material, form, "t gross")


def _tonnes(
    row: dict[str, str], stage: str, measure: str, material: str, form: str | None, unit: str, **more: str
) -> Row:
    return {
        "material": material,
        "form": form,
        "stage": stage,
        "measure": measure,
        "country": row["iso3"],
        "period": row["year"],
        "value": float(row["value"]),
        "unit": unit,
        "qualifier": "estimated" if stage == "magnet" else "reported",
        **more,
    }


FACTS = Path(__file__).parent / "atlas_press_facts.csv"
_CELLS = ("material", "form", "stage", "measure", "country", "partner", "period", "unit", "qualifier", "facility")


def facts(shared: Path, pages: Pages) -> Iterator[Row]:
    """The facts named one by one in ``atlas_press_facts.csv``: words of the row that holds each, and its cells."""
    rows = {file: seen(shared, file) for file in ("stage_split", "demand_split", "economics")}
    for fact in read_csv(FACTS):
        words = fact["words"].split("|")
        found = [row for row in rows[fact["file"]] if row["value"] == fact["value"] and _holds(row, words)]
        if len(found) != 1:
            raise ValueError(f"{fact['file']}: {len(found)} rows hold {words} and {fact['value']}; one is needed")
        cells: Row = {name: fact[name] for name in _CELLS if fact[name]}
        low, high = number(fact["low"]), number(fact["high"])
        middle = "Middle of the range printed." if low is not None else None
        cells |= {"value": float(fact["value"]), "low": low, "high": high, "note": middle}
        yield _cite(found[0], pages, "text on " + ", ".join(words), cells)


def _holds(row: dict[str, str], words: list[str]) -> bool:
    return all(word in " | ".join(row.values()) for word in words)


def us_end_use(shared: Path, pages: Pages) -> Iterator[Row]:
    """Estimated distribution of U.S. rare-earth use in 2015 and 2018 (USGS)."""
    for row in seen(shared, "demand_split"):
        if row["publisher"] in ("USGS MCS 2016", "USGS MCS 2019"):
            yield _cite(
                row,
                pages,
                f"chapter Rare Earths, Domestic Production and Use, {row['use']}",
                {
                    "material": "REE",
                    "form": row["use"],
                    "stage": "use",
                    "measure": "use_share",
                    "country": "USA",
                    "period": row["year"],
                    "value": float(row["value"]),
                    "unit": "%",
                    "qualifier": "estimated",
                },
            )


# China's output from NdFeB scrap: material, 2023, 2024 (t REO), as printed in one article.
SCRAP = (
    ("REE", 39662.0, 34147.0),
    ("NdPr", 31730.0, 26504.0),
    ("Dy", 888.0, 710.0),
    ("Tb", 138.0, 160.0),
    ("Gd", 1737.0, 1048.0),
    ("Ho", 202.0, 167.0),
)


def recycling(shared: Path, pages: Pages) -> Iterator[Row]:
    """Oxides made from magnet scrap in China in 2023 and 2024."""
    rows = {row["year"]: row for row in seen(shared, "stage_split") if row["stage"] == "recycling"}
    for material, *values in SCRAP:
        for year, value in zip(("2023", "2024"), values, strict=True):
            if f"{value:.0f}" not in (rows[year]["value"] + rows[year]["unit"]).replace(",", ""):
                raise ValueError(f"recycling {year}: {material} {value} is not in the row")
            yield _cite(
                rows[year],
                pages,
                f"output from NdFeB scrap, {material}, {year}",
                {
                    "material": material,
                    "form": "oxide from magnet scrap",
                    "stage": "recycling",
                    "measure": "production",
                    "country": "CHN",
                    "period": year,
                    "value": value,
                    "unit": "t REO",
                    "qualifier": "estimated",
                    "facility": "CHN-REC-SCRAP",
                },
            )


COMPANIES = {"Lynas": ("MYS", "MYS-SEP-LAMP"), "MP Mountain Pass": ("USA", "USA-SEP-MTPASS")}


def companies(shared: Path, pages: Pages) -> Iterator[Row]:
    """Output, realised price and cost of Lynas and MP Materials, as the companies report them."""
    for row in seen(shared, "economics"):
        if (
            row["entity"] in COMPANIES
            and row["topic"] in ("ramp", "cost", "price", "revenue")
            and row["item"] != "revenue"
        ):
            for cells in _company(row):
                yield _cite(row, pages, f"text on {row['item']}, {row['entity']}, {row['year']}", cells)


def _company(row: dict[str, str]) -> Iterator[Row]:
    country, facility = COMPANIES[row["entity"]]
    period = row["year"].replace(" ", "-")
    base: Row = {"stage": "separation", "country": country, "period": period, "facility": facility, "form": "oxide"}
    item = row["item"]
    if row["publisher"] == "derived":
        return
    if row["topic"] == "ramp":
        values = row["value"].split("/") if "/" in row["value"] else [row["value"]]
        names = ["REE", "NdPr"] if len(values) == 2 else ["NdPr" if "NdPr" in item else "REE"]
        for material, value in zip(names, values, strict=True):
            if value:
                mined = item == "REO in concentrate"
                place = (
                    {"stage": "concentrate", "form": "mineral concentrates", "facility": "USA-MIN-MTPASS"}
                    if mined
                    else {}
                )
                yield {
                    **base,
                    **place,
                    "material": material,
                    "measure": "production",
                    "value": float(value),
                    "unit": "t REO",
                }
    elif item == "concentrate production cost":
        yield {
            **base,
            "stage": "concentrate",
            "form": "mineral concentrates",
            "facility": "USA-MIN-MTPASS",
            "material": "REE",
            "measure": "unit_cost",
            "value": float(row["value"]),
            "unit": "USD/t nominal",
            "note": "Per tonne of REO in concentrate.",
        }
    elif item == "realised concentrate price":
        yield {
            **base,
            "stage": "concentrate",
            "form": "mineral concentrates",
            "facility": "USA-MIN-MTPASS",
            "material": "REE",
            "measure": "average_selling_price",
            "value": float(row["value"]),
            "unit": "USD/t nominal",
            "note": "Per tonne of REO in concentrate.",
        }
    elif item == "average selling price, all REO":
        yield {
            **base,
            "material": "REE",
            "measure": "average_selling_price",
            "value": float(row["value"]),
            "unit": "AUD/kg nominal",
        }


def _cite(row: dict[str, str], pages: Pages, locator: str, cells: Row) -> Row:
    source = pages.source(row)
    told = row.get("paraphrase") or ""
    said = None if told in ("", "same") else f"Read: {told}."
    note = " ".join(part for part in (cells.get("note"), said) if part) or None
    return figure(source["id"], source["edition"], locator, **{"qualifier": "reported", **cells, "note": note})
