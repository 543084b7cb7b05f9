"""What the atlas holds of each material: mine, refining, trade, price, network; from the tables, reasons added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from atlas_materials import listed
from atlas_rows import Row
from ytterby.model.chains.offer import chain_of

NOT_COUNTRIES = ("WLD", "XXX", "ROW", "EU27", None)
STAGES = {
    "mine": ("mine", "concentrate"),
    "refining": ("refining", "separation", "metal", "magnet", "manufacture"),
}
# Groups count for their members, and members' trade codes for the group.
WHY = {
    "Ge": "Production by country is printed only in the edition of 2022 (2020 and 2021); later editions print not "
    "available. Trade after 2016 only in HS 811292, seven metals together.",
    "U": "No table of production by country that may be embedded was read; trade in ores and concentrates only.",
    "Ga": "Trade only in HS 811292, seven metals together; never split here.",
    "In": "Trade only in HS 811292, seven metals together; never split here.",
    "Hf": "No production by country; trade only in HS 811292, seven metals together.",
    "Re": "Trade only in HS 811292, seven metals together.",
    "Te": "Trade only in HS 280450, together with boron.",
    "He": "Trade only in HS 280429, rare gases together.",
    "Co": "Refining by country: shares of 2016-2020 and single values of 2024.",
    "Li": "Refining by country: shares of 2016-2020 and single values of 2024.",
    "Ni": "Refining by country: shares of 2016-2020 and single values of 2024.",
    "graphite": "Refining (battery grade) by country: single values of 2024.",
}


def coverage(figures: Iterable[Row], codes: Iterable[Row]) -> Iterator[Row]:
    """Return a row a material."""
    held = _held(figures)
    alone, shared = _codes(codes)
    for row in listed():
        material = row["id"]
        parts = {part: _part(held[material], stages) for part, stages in STAGES.items()}
        sourced = "shares only" if held[material]["sourced"] else "none"
        parts["trade"] = "yes" if material in alone else sourced
        parts["price"] = "yes" if held[material]["price"] else "none"
        parts["network"] = chain_of(material) or "none"
        yield {"material": material, **parts, "reason": _reason(material, held[material], alone, shared)}


def _held(figures: Iterable[Row]) -> dict[str, dict[str, set[str]]]:
    """Return, by material, the countries with tonnages and shares of each stage, and the years of prices."""
    held: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in figures:
        if row["value"] is None and row.get("low") is None:
            continue
        of = held[row["material"]]
        if row["measure"] in ("production", "share") and row.get("country") not in NOT_COUNTRIES:
            of[f"{row['measure']} {row['stage']}"].add(row["country"])
            if row["measure"] == "production" and not row.get("facility"):
                of[f"years {row['stage']}"].add(row["period"])
        elif row["measure"] in ("price", "unit_value"):
            of["price"].add(row["period"])
        elif row["measure"] == "import_source_share":
            of["sourced"].add(row["country"])
    return held


def _codes(codes: Iterable[Row]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    alone: dict[str, set[str]] = defaultdict(set)
    shared: dict[str, set[str]] = defaultdict(set)
    for row in codes:
        for material in row["materials"].split(";"):
            # A rare-earth code holds the group itself; the others are not told apart in it.
            together = row["together"] and material not in ("REE", "REPM")
            (shared if together else alone)[material].add(row["hs6"])
    return alone, shared


def _part(held: dict[str, set[str]], stages: tuple[str, ...]) -> str:
    if any(len(held[f"production {stage}"]) >= 2 for stage in stages):
        return "yes"
    return "shares only" if any(held[f"share {stage}"] for stage in stages) else "none"


def _reason(material: str, held: dict[str, set[str]], alone: dict[str, set[str]], shared: dict[str, set[str]]) -> str:
    said = []
    for part, stages in STAGES.items():
        countries = set().union(*(held[f"production {stage}"] for stage in stages))
        years = sorted(year for stage in stages for year in held[f"years {stage}"] if year.isdigit())
        shares = set().union(*(held[f"share {stage}"] for stage in stages))
        if len(countries) >= 2:
            said.append(f"{part}: {len(countries)} countries, {years[0]} to {years[-1]}" if years else part)
        elif shares:
            said.append(f"{part}: shares of {len(shares)} countries")
        else:
            said.append(f"{part}: no figure by country")
    if alone.get(material):
        said.append(f"trade: HS {', '.join(sorted(alone[material]))}")
    elif shared.get(material):
        said.append(f"trade: only together with others in HS {', '.join(sorted(shared[material]))}")
    else:
        said.append("trade: no code of its own")
    last = max((period[:4] for period in held["price"] if period[:4].isdigit()), default="")
    said.append(f"price: to {last}" if last else "price: none")
    return "; ".join(said) + "." + (f" {WHY[material]}" if material in WHY else "")
