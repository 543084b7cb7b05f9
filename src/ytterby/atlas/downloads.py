"""The catalogue of publishers' files that can be fetched: where each is, how large it may be, and what reads it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from ytterby.atlas.fetch import Wanted
from ytterby.core.errors import Fault, FetchError, InputError, nearest

CATALOGUE = Path(__file__).parent / "downloads.toml"
_BEGINS = {
    ".zip": (b"PK\x03\x04",),
    ".xlsx": (b"PK\x03\x04",),
    ".csv": (b"MCS chapter,", b"SOURCE,", b"\xef\xbb\xbf"),
}


@dataclass(frozen=True, slots=True)
class Download:
    """One file a publisher offers; the fields are told in downloads.toml."""

    id: str
    title: str
    publisher: str
    licence: str
    edition: str
    page: str
    url: str
    name: str
    most_bytes: int
    reads: str
    listing: str = ""
    large: bool = False
    hashes: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def wanted(self) -> Wanted:
        """What to ask the network for."""
        begins = _BEGINS.get(Path(self.name).suffix, ())
        return Wanted(self.url, self.name, self.most_bytes, hashes=self.hashes, begins=begins)


@cache
def downloads() -> tuple[Download, ...]:
    """Return every file that can be fetched."""
    entries = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["file"]
    return tuple(Download(**entry) for entry in entries)


def chosen(word: str | None, pages: Iterable[tuple[str, str]] = ()) -> tuple[Download, ...]:
    """Return the file with the id `word` (or the only one whose id begins so); without a word, all that are not large.

    `pages` are ids and addresses of sources that the atlas knows but that have no file to fetch.
    """
    if word is None:
        return tuple(item for item in downloads() if not item.large)
    sought = word.strip().casefold()
    exact = [item for item in downloads() if item.id == sought]
    found = exact or [item for item in downloads() if sought and item.id.startswith(sought)]
    if len(found) == 1:
        return (found[0],)
    ids = [item.id for item in found or downloads()]
    for name, page in pages:
        if name == sought and not found:
            raise InputError(Fault("source", f"{word!r}, which has no file to fetch", f"its page: {page}"))
    near = None if found else nearest(word, ids)
    raise InputError(Fault("source", repr(word), "one of " + ", ".join(ids), near))


def stated_by_listing(wanted: Wanted, listing: str) -> Wanted:
    """Return `wanted` with the size and hash its publisher states in an item of ScienceBase (JSON).

    >>> item = '{"files": [{"name": "a.csv", "size": 3, "checksum": {"type": "MD5", "value": "AB"}}]}'
    >>> stated_by_listing(Wanted("https://example.org/a.csv", "a.csv", 10), item).hashes
    {'md5': 'ab'}
    """
    try:
        files = json.loads(listing)["files"]
        found = next(file for file in files if file["name"] == wanted.name)
    except (ValueError, TypeError, KeyError, StopIteration):
        raise FetchError(f"The publisher's listing names no file {wanted.name!r}: it may have been renamed.") from None
    checksum = found.get("checksum") or {}
    kind, value = str(checksum.get("type", "")).lower().replace("-", ""), str(checksum.get("value", "")).lower()
    hashes = {**wanted.hashes, **({kind: value} if kind in ("md5", "sha256") and value else {})}
    size = found.get("size")
    return replace(wanted, size=size if isinstance(size, int) else wanted.size, hashes=hashes)
