"""Splitting a text into paragraphs and sentences, by rules; abbreviations, numbers and closing quotes are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Sentences longer than this are read to here only [characters]; the rest is kept for the page.
LONGEST = 1500
MOST = 20_000
_SHORT = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "gen",
        "col",
        "lt",
        "sen",
        "rep",
        "gov",
        "st",
        "jr",
        "sr",
        "inc",
        "ltd",
        "co",
        "corp",
        "plc",
        "vs",
        "no",
        "nos",
        "vol",
        "approx",
        "est",
        "ca",
        "cf",
        "fig",
        "art",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "u.s",
        "u.k",
        "u.n",
        "e.u",
        "d.c",
        "e.g",
        "i.e",
        "a.m",
        "p.m",
        "ph.d",
    ]
)
_END = re.compile(r"[.!?…]+[\"”’')\]]*(?=\s)|[.!?]+[\"”’')\]]*$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, its paragraph, and whether it stands alone as a heading."""

    text: str
    paragraph: int
    heading: bool = False


def sentences(text: str) -> list[Sentence]:
    """Return the sentences of a text, in order.

    >>> [s.text for s in sentences("The U.S. imports 1.5 t. It uses all of it.")]
    ['The U.S. imports 1.5 t.', 'It uses all of it.']
    """
    found: list[Sentence] = []
    number = 0
    for block in re.split(r"\n[ \t]*\n+", text):
        for line in _lines(block):
            parts = split(line)
            heading = len(parts) == 1 and not re.search(r"[.!?:;,][\"”’')]*$", line) and len(line) < 160
            found += [Sentence(part, number, heading) for part in parts]
            if parts:
                number += 1
        if len(found) >= MOST:
            break
    return found[:MOST]


def split(line: str) -> list[str]:
    """Return the sentences of one line."""
    parts, start = [], 0
    for mark in _END.finditer(line):
        if _ends(line, mark.start(), mark.end()):
            parts.append(line[start : mark.end()].strip())
            start = mark.end()
    parts.append(line[start:].strip())
    return [part for part in parts if part]


def _ends(line: str, at: int, after: int) -> bool:
    following = line[after : after + 40].lstrip()
    if not following:
        return True
    first = following.lstrip("\"“‘'([")[:1]
    if not first or first.islower():
        return False
    if line[at] != ".":
        return True
    word = re.search(r"[^\s\"“(\[]*$", line[max(0, at - 20) : at])
    before = (word[0] if word else "").casefold()
    closed = after - at > 1
    if not closed and (before in _SHORT or re.fullmatch(r"[^\W\d_]", before) or re.fullmatch(r"(?:\w\.)+\w", before)):
        # "t." ends sentences in this field, and "No." is short for a number only before one.
        return before == "t" or (before == "no" and not first.isdigit())
    return True


_BULLET = re.compile(r"(?:[-–—•*·▪◦]|\(?\d{1,2}[.)])\s+(?=\S)")


def _lines(block: str) -> list[str]:
    """Join lines that were wrapped; a line that ends like a sentence, or a short heading, stands alone."""
    joined: list[str] = []
    for raw in block.split("\n"):
        listed = _BULLET.match(raw.strip())
        if listed and listed[0][:1].isdigit() and joined and not re.search(r"[.!?:][\"”’')]*$", joined[-1]):
            listed = None  # a line that was wrapped before a number
        line = raw.strip()[listed.end() if listed else 0 :].strip()
        if not line:
            continue
        last = joined[-1] if joined else ""
        wrapped = (
            bool(last)
            and not listed
            and not re.search(r"[.!?:][\"”’')]*$", last)
            and (line[0].islower() or 60 <= _tail(last) <= 120)
        )
        if wrapped:
            joined[-1] = f"{last} {line}"
        else:
            joined.append(line)
    return joined


def _tail(text: str) -> int:
    return len(text) % 100 if len(text) > 160 else len(text)
