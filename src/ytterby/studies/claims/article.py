"""From a file to clean English text, in bounded time and memory, whatever the file is.

HTML loses its markup (scripts and styles with their content), invisible and direction-changing characters are dropped,
and what is too large, binary or not English is refused in one line.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from ytterby.core.errors import Fault, InputError, printable
from ytterby.studies.claims.tags import with_ends

#: The largest article [bytes]; a long magazine piece is a hundredth of it, and a saved page with its markup fits.
MAX_BYTES = 4 * 1024 * 1024
#: The longest text that is read [characters].
MAX_TEXT = 1_000_000
_SKIPPED = frozenset({"script", "style", "noscript", "template", "svg", "head", "nav", "footer", "iframe", "form"})
_BLOCKS = frozenset({
    "p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table", "section", "article",
    "blockquote", "header", "figcaption", "title", "td", "dd", "dt",
})  # fmt: skip
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "is",
        "was",
        "for",
        "that",
        "it",
        "on",
        "as",
        "with",
        "by",
        "are",
        "at",
        "from",
        "this",
        "has",
        "have",
        "be",
        "its",
        "an",
        "not",
        "which",
        "or",
        "were",
        "said",
        "had",
        "but",
        "more",
        "than",
        "their",
        "will",
        "about",
        "they",
        "he",
        "his",
        "who",
        "been",
        "would",
        "also",
        "into",
        "over",
        "after",
    ]
)


@dataclass(frozen=True, slots=True)
class Article:
    """Clean text with its name and, where its markup tells it, its date."""

    name: str
    text: str
    date: str | None = None


def article(what: str | os.PathLike[str]) -> Article:
    """Return the article in a file; InputError when it is too large, binary, empty or not English."""
    path = Path(what)
    raw = _raw(path)
    day = None
    if _is_html(raw, path):
        found = re.search(r'(?:datePublished|published_time|name="date")[^>]{0,80}?((?:19|20)\d\d-\d\d-\d\d)', raw)
        day = found[1] if found else None
        raw = html_text(raw)
    return Article(path.name, checked(clean(raw), path.name), day)


def text_of_file(path: Path) -> str:
    """Return the clean text of a file in any language, such as a transcript."""
    raw = _raw(path)
    return clean(html_text(raw) if _is_html(raw, path) else raw)


def clean(text: str) -> str:
    """Return text without invisible and direction-changing characters, in composed form, at most a million characters.

    >>> clean("rare\\u200b earths\\u202e")
    'rare earths'
    """
    cut = text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    composed = unicodedata.normalize("NFC", _INVISIBLE.sub("", cut))
    spaced = re.sub(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+", " ", composed)
    return re.sub(r"\n{3,}", "\n\n", spaced.replace("\n ", "\n")).strip("\n")


def checked(text: str, name: str) -> str:
    """Return the text, or refuse one that is empty or not English."""
    words = re.findall(r"[^\W\d_]+", text[:60_000])
    if not words:
        raise InputError(Fault(name, "no words", "an article in English"))
    latin = sum(1 for word in words if word.isascii())
    known = sum(1 for word in words if word.casefold() in _ENGLISH)
    if latin < 0.7 * len(words) or (len(words) >= 25 and known < 0.12 * len(words)):
        raise InputError(Fault(name, "a text that does not look like English", "an article in English; "
                               "other languages are not read yet, a translation is"))  # fmt: skip
    return text


def html_text(markup: str) -> str:
    """Return the text of a page, a line a block; scripts, styles and navigation are left out.

    >>> html_text("<p>One<script>alert(1)</script></p><p>Two</p>").split()
    ['One', 'Two']
    """
    parser = _Text()
    markup = with_ends(markup)
    for at in range(0, len(markup), 65_536):
        parser.feed(markup[at : at + 65_536])
        if parser.size > MAX_TEXT:
            break
    parser.close()
    return "".join(parser.parts)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.size = 0
        self.hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED and len(self.hidden) < 1000:
            self.hidden.append(tag)
        elif tag in _BLOCKS and not self.hidden:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED and tag in self.hidden:
            while self.hidden.pop() != tag:
                pass
        elif tag in _BLOCKS and not self.hidden:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden and self.size <= MAX_TEXT:
            self.parts.append(re.sub(r"\s+", " ", data))
            self.size += len(data)


def _is_html(raw: str, path: Path) -> bool:
    start = raw[:2000].lstrip().casefold()
    return path.suffix.casefold() in (".html", ".htm", ".xhtml") or start.startswith(("<!doctype", "<html", "<body"))


def _raw(path: Path) -> str:
    label = printable(path.name or str(path))
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError(Fault(label, "a folder", "a text or HTML file"))
        if not stat.S_ISREG(status.st_mode):
            raise InputError(Fault(label, "a device or pipe", "an ordinary file"))
        if status.st_size > MAX_BYTES:
            found = f"{status.st_size / 1e6:.0f} MB"
            raise InputError(Fault(label, found, f"an article of at most {MAX_BYTES // 1024 // 1024} MB"))
        data = path.read_bytes()[: MAX_BYTES + 1]
    except FileNotFoundError:
        raise InputError(Fault(label, "no such file", "an article: a text or HTML file")) from None
    except (OSError, ValueError) as cause:
        reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
        raise InputError(Fault(label, f"a file that cannot be read ({printable(reason, 80)})", "an article")) from None
    if b"\0" in data or data.startswith((b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8")):
        raise InputError(Fault(label, "binary data", "a text or HTML file; save the page as text"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
        odd = sum(1 for char in text[:100_000] if not (char.isprintable() or char in "\n\r\t"))
        if odd > 0.02 * min(len(text), 100_000):
            raise InputError(Fault(label, "binary data", "a text or HTML file in UTF-8")) from None
        return text
