"""When an edition was published, for `--as-of`: only editions out by then are admissible.

Most sources carry a full date. An edition that names only a year is an assumption: the U.S. Geological Survey's
Summaries come out at the end of January, the IEA's outlook in May; any other counts from the last day of its year, and
what has no date at all is never admissible at a date.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

_MONTHS = {name.casefold(): at for at, name in enumerate(calendar.month_name) if name}
_YEAR_ONLY = {"usgs-mcs": (1, 31), "iea-gcmo": (5, 31)}


def published(edition: str, family: str) -> date | None:
    """Return the day from which an edition counts as out, or None where no date can be told.

    >>> published("2026 v1.3", "usgs-mcs"), published("May 2025", "iea-cmd"), published("2024-03-20", "x")
    (datetime.date(2026, 1, 31), datetime.date(2025, 5, 31), datetime.date(2024, 3, 20))
    """
    full = re.search(r"\b((?:19|20)\d\d)-(\d\d)(?:-(\d\d))?\b", edition)
    if full:
        year, month = int(full[1]), int(full[2])
        if not 1 <= month <= 12:
            return None
        last = calendar.monthrange(year, month)[1]
        return date(year, month, min(int(full[3] or last) or 1, last))
    found = re.search(r"\b(?:([A-Z][a-z]+) )?((?:19|20)\d\d)\b", edition) or re.search(r"()(20\d\d)", edition)
    if found is None:
        return None
    year = int(found[2])
    named = _MONTHS.get((found[1] or "").casefold())
    if named:
        return date(year, named, calendar.monthrange(year, named)[1])
    month, day = _YEAR_ONLY.get(family, (12, 31))
    return date(year, month, day)
