"""Who says what: the sources table of the atlas.

Publishers' own series are written out in ``atlas_sources.toml``, acts, lists and statements on sites in
``atlas_sources_acts.toml``. Pages read for single facts are added by `page`, one source a page.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from atlas_rows import Row, slug

FACT = "copyright of the publisher; single facts cited"
_FILE, _ACTS = (
    tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))
    for name in ("atlas_sources.toml", "atlas_sources_acts.toml")
)
TITLES: dict[str, str] = _FILE["titles"]
OFFICIAL: tuple[Row, ...] = tuple(
    {"kind": "official", "read": "a copy of the publisher's data file", **row}
    for row in (*_FILE["source"], *_ACTS["source"])
)
OFFICIAL_PAGES = {
    "Government of India (PIB)",
    "WA Government; Supermetalprice",
    "Ministry of Heavy Industries, Gazette S.O. 5800(E)",
}
COMPANY = ("MP Materials", "Lynas", "Energy Fuels", "Noveon", "Rosatom", "Iluka", "ASM", "Neo ", "SRC")
JOURNAL = ("Heim", "Nkiawete", "Moss")


def page(url: str, publisher: str, date: str, flag: str) -> Row:
    """Return the source row of a page read for single facts."""
    date = date or _date(url)
    host = urlsplit(url).netloc.removeprefix("www.").removeprefix("m.")
    stem = slug(host.rsplit(".", 1)[0] if host.count(".") else host)
    return {
        "id": f"{stem}-{slug(date) if date else 'undated'}",
        "family": stem,
        "publisher": publisher,
        "title": _title(url),
        "edition": date or "undated",
        "url": url,
        "licence": FACT,
        "kind": _kind(publisher, flag),
        "read": "the document or a copy of it" if flag == "SEEN primary" else "the page, or an excerpt of it",
    }


def _title(url: str) -> str:
    if url in TITLES:
        return TITLES[url]
    parts = [part for part in urlsplit(url).path.split("/") if part and part not in ("amp", "news")]
    words = re.split(r"[-_ ]+", max(parts, key=len, default=url).rsplit(".", 1)[0])
    title = " ".join(word for word in words if not re.fullmatch(r"[a-z]?\d{4,}\w*", word) or word.startswith("20"))
    title = re.sub(r"\b([A-Z]\w+) s\b", r"\1's", title)
    return title[:1].upper() + title[1:]


def _date(url: str) -> str:
    """Return the date that an address holds, when the page itself gave none."""
    found = re.search(r"/(20\d\d)/(\d\d)/(\d\d)/", url)
    return "-".join(found.groups()) if found else ""


def _kind(publisher: str, flag: str) -> str:
    if publisher in OFFICIAL_PAGES:
        return "official"
    if publisher.startswith(JOURNAL):
        return "journal"
    return "company" if flag == "SEEN primary" or publisher.startswith(COMPANY) else "press"
