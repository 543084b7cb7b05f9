"""Pages read for single facts: one source a page, whatever number of rows cite it, and clean names for publishers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from atlas_rows import Row, read_csv
from atlas_sources import page

# Text that names a working file instead of a publication, and the source that stands for it.
KNOWN = {
    "USGS MCS 2026": "usgs-mcs-2026",
    "USGS MCS 2026 heavy REE": "usgs-mcs-2026",
    "USGS MCS 2016": "usgs-mcs-2016",
    "USGS MCS 2019": "usgs-mcs-2019",
    "USGS deposits": "usgs-ree-deposits",
    "globalstrategic/facilities": "globalstrategic-facilities",
    "IEA GCMO 2024 via SEAISI": "iea-gcmo-2024",
    "USGS MCS 2026; mining.com": "usgs-mcs-2026",
    "USGS MCS 2026; Global Witness via Nikkei": "usgs-mcs-2026",
    "globalstrategic/facilities; USGS deposits": "usgs-ree-deposits",
    "globalstrategic/facilities; mining.com": "globalstrategic-facilities",
}
# Dates that the compiled notes mark as uncertain are not kept; the page is named by the end of its address.
DATES = {
    "China-s-recycled-rare-earth-output-falls-in-2024": "2025",
    "factbox-companies-forging-a-rare-earths-industry-in-the-eu-by-reuters": "",
    "less-common-metals-building-a-sustainable-ree-supply-chain/": "",
    "do-12-tysyach-tonn": "",
}
FILES = ("facilities", "stage_split", "demand_split", "economics")


class Pages:
    """The pages cited by the facility notes, with an id for each address."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.by_url: dict[str, Row] = {row["url"]: row for row in rows}

    def source(self, row: dict[str, str]) -> Row:
        """Return the source row that `row` cites, or for a known series a row with its id only."""
        publisher = _publisher(row)
        if publisher in KNOWN:
            return {"id": KNOWN[publisher], "edition": EDITIONS.get(KNOWN[publisher], "")}
        return self.by_url[_address(row)]


EDITIONS = {
    "usgs-mcs-2026": "2026 v1.3",
    "usgs-mcs-2016": "2016",
    "usgs-mcs-2019": "2019",
    "usgs-ree-deposits": "2002-2017",
    "globalstrategic-facilities": "2025",
    "iea-gcmo-2024": "2024",
}


def seen(shared: Path, file: str) -> list[dict[str, str]]:
    """Return the rows of a facility file whose figures were read in a source; the others are never embedded."""
    return [row for row in read_csv(shared / f"facilities/{file}.csv") if row["flag"].startswith("SEEN")]


def pages(shared: Path) -> Pages:
    """Return every page cited by a row that was read, with ids that do not depend on row order."""
    cited: dict[str, tuple[str, str, str]] = {}
    for file in FILES:
        for row in seen(shared, file):
            url = _address(row)
            if url.startswith("http") and _publisher(row) not in KNOWN:
                entry = (_publisher(row), _date(url, row["source_date"]), row["flag"])
                cited[url] = max(entry, cited.get(url, ("", "", "")), key=lambda item: (item[1], item[0]))
    return Pages(_with_unique_ids([page(url, *cited[url]) for url in sorted(cited)]))


def _with_unique_ids(rows: list[Row]) -> list[Row]:
    ids = [row["id"] for row in rows]
    counts: dict[str, int] = {}
    for row in rows:
        if ids.count(row["id"]) > 1:
            counts[row["id"]] = counts.get(row["id"], 0) + 1
            row["id"] += f"-{'abcdefgh'[counts[row['id']] - 1]}"
    return rows


def _date(url: str, date: str) -> str:
    return next((known for end, known in DATES.items() if url.endswith(end)), date)


def _publisher(row: dict[str, str]) -> str:
    raw = row.get("source_publisher") or row.get("publisher") or ""
    if "KitchinHUB" in raw:
        return "KitchinHUB"
    return re.sub(r"; repo( notes| text)?$|^repo text \(.*\); ", "", raw).strip()


def _address(row: dict[str, str]) -> str:
    return row["source_url"].split(" ; ")[-1].split(" (")[0].strip()
