"""Two small tables of earlier editions: net import reliance of 2023, and main applications in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from atlas_materials import named
from atlas_rows import Row, figure, read_csv

NAMES = {
    "BAUXITE": ("Al", "bauxite"),
    "ALUMINA": ("Al", "alumina"),
    "ABRASIVES, fused aluminum oxide": ("fused-alumina", "all"),
    "ABRASIVES, silicon carbide": ("silicon-carbide", "all"),
    "TITANIUM MINERAL CONCENTRATES": ("Ti", "mineral concentrates"),
    "TITANIUM, sponge metal": ("Ti", "sponge"),
    "MAGNESIUM METAL": ("Mg", "all"),
    "MAGNESIUM COMPOUNDS": ("magnesite", "all"),
    "GARNET (INDUSTRIAL)": ("garnet", "all"),
    "DIAMOND (INDUSTRIAL), stones": ("industrial-diamond", "stones"),
    "DIAMOND (INDUSTRIAL), bort, grit, and dust and powder": ("industrial-diamond", "bort, grit, and dust and powder"),
    "ARSENIC, all forms": ("As", "all"),
    "CHROMIUM, all forms": ("Cr", "all"),
    "TITANIUM": ("Ti", "all"),
}


def reliance(shared: Path) -> Iterator[Row]:
    """Net import reliance of the United States in 2023, edition 2024, figure 2, with the main origins in words."""
    for row in read_csv(shared / "usgs_us_reliance/MCS2024_Fig2_Net_Import_Reliance.csv"):
        material, form = _material(row["Commodity"])
        printed = row["Net_Import_Reliance_pct_2023"]
        hong_kong = " Hong Kong is counted with China." if "Hong Kong" in row["Notes"] else ""
        yield figure(
            "usgs-mcs-2024",
            "2024",
            f"figure 2, net import reliance, row {row['Commodity']}",
            material=material,
            form=form,
            stage="use",
            measure="net_import_reliance",
            country="USA",
            period="2023",
            value=float(printed.lstrip("<>")),
            unit="%",
            qualifier=printed[0] if printed[0] in "<>" else "estimated",
            note=f"Main origins 2019-2022, largest first: {row['Major_Import_Sources_2019_2022']}.{hong_kong}",
        )


def applications(shared: Path) -> Iterator[Row]:
    """What each critical mineral is mainly used for in the United States, in words."""
    for edition in ("2023", "2024"):
        for row in read_csv(shared / f"usgs_us_reliance/MCS{edition}_T4_Critical_Minerals_End_Use.csv"):
            material, _ = _material(row["Critical Mineral"].strip())
            yield figure(
                f"usgs-mcs-{edition}",
                edition,
                f"table 4, critical minerals, primary applications, row {row['Critical Mineral'].strip()}",
                material=material,
                form="all",
                stage="use",
                measure="uses",
                country="USA",
                period=str(int(edition) - 1),
                value=None,
                unit="1",
                qualifier="words_only",
                note=f"Printed: {row['Primary Applications'].strip()}",
            )


def _material(name: str) -> tuple[str, str]:
    if name in NAMES:
        return NAMES[name]
    head, _, form = re.sub(r" \((natural|columbium|industrial)\)", "", name, flags=re.IGNORECASE).partition(", ")
    return named(head), form.replace("natural and synthetic", "all") or "all"
