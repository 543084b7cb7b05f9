"""The errors Ytterby raises on purpose, and how they read.

Tree::

    Exception
    └── YtterbyError            anything we mean; the shell prints it on one screen, without a traceback
        ├── InputError          what the user gave is wrong; carries every fault found, not only the first
        │   └── UnitError       a unit is unknown, or two units (or their bases) do not go together
        ├── AtlasError          the embedded figures are missing, damaged or say nothing about the question
        ├── FetchError          a publisher's file could not be fetched, or what came is not that file
        ├── SolverError         no engine reached a certified answer
        └── MissingExtra        an optional package is needed; the message holds the install line

Anything else is a bug and keeps its traceback.

A message says where, what was found, what was expected and the nearest right word:

>>> print(Fault("squeeze.toml, measure 1, product", "'Dysprosum oxide'", "a product", "Dy oxide"))
squeeze.toml, measure 1, product: found 'Dysprosum oxide'; expected a product. Did you mean 'Dy oxide'?
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

MAX_LINES = 20
MAX_WIDTH = 160
_LIKENESS = 0.6  # below this two words are not "the same word misspelt"


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong thing in the input: its place, what was found, what was expected, and the nearest right word."""

    place: str
    found: str
    expected: str
    nearest: str | None = None

    def __str__(self) -> str:
        """Return the fault as one printable line."""
        line = f"{printable(self.place)}: found {printable(self.found)}; expected {printable(self.expected, 400)}."
        return line if self.nearest is None else f"{line} Did you mean {printable(self.nearest)!r}?"


class YtterbyError(Exception):
    """Base of every error Ytterby raises on purpose."""


class InputError(YtterbyError):
    """The input is wrong. Give it faults (one, several, or an iterable of them) or one plain sentence.

    >>> error = InputError([Fault("a.toml, name", "nothing", "a name"), Fault("a.toml, schema", "2", "1")])
    >>> len(error.faults)
    2
    >>> str(InputError("The file is empty."))
    'The file is empty.'
    """

    def __init__(self, *what: str | Fault | Iterable[Fault]) -> None:
        super().__init__(*what)
        self.faults: tuple[Fault, ...] = tuple(_faults(what))

    def __str__(self) -> str:
        """Return every sentence and fault, one per line, cut to one screen."""
        lines = [printable(item, 2000) for item in self.args if isinstance(item, str)]
        lines += [str(fault) for fault in self.faults]
        return one_screen(lines)


class UnitError(InputError):
    """A unit is unknown, or two units or bases do not go together."""


class AtlasError(YtterbyError):
    """The embedded figures are missing, damaged, or say nothing about the question."""


class FetchError(YtterbyError):
    """A publisher's file could not be fetched, or what came is not that file."""


class SolverError(YtterbyError):
    """No engine reached an answer that passes its certificate."""


class MissingExtra(YtterbyError):
    """An optional package is needed.

    >>> str(MissingExtra("Charts", "plot"))
    'Charts need one more package: pip install "ytterby[plot]"'
    """

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(what, extra)
        self.extra = extra

    def __str__(self) -> str:
        """Return what needs the package and the line that installs it."""
        return f'{self.args[0]} need one more package: pip install "ytterby[{self.extra}]"'


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the word of `words` most like `word`, or None when none is near; case does not matter.

    >>> nearest("dysprosum", ["Dysprosium", "Terbium"])
    'Dysprosium'
    >>> nearest("sep", ["separation", "mine"])
    'separation'
    >>> nearest("mofcom-2025-81", ["mofcom-2025-10", "mofcom-2025-18"])
    'mofcom-2025-18'
    >>> nearest("xyz", ["mine"]) is None
    True
    """
    sought = word.strip().casefold()[:200]
    if not sought:
        return None
    scored = [(_likeness(sought, candidate.casefold()), candidate) for candidate in dict.fromkeys(words)]
    # Ties go to the first word in alphabetical order, so that a message never depends on the order of a set.
    best = max(sorted(scored, key=lambda pair: pair[1]), key=lambda pair: pair[0], default=(0.0, ""))
    return best[1] if best[0] >= _LIKENESS else None


def printable(text: str, width: int = MAX_WIDTH) -> str:
    """Return `text` on one line, control characters escaped, cut to `width` characters."""
    cut = text[: width + 1]
    clean = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in cut)
    return clean if len(clean) <= width else clean[: width - 1] + "…"


def one_screen(lines: list[str], limit: int = MAX_LINES) -> str:
    """Join `lines`, keeping at most `limit` of them and counting the rest."""
    if len(lines) <= limit:
        return "\n".join(lines)
    return "\n".join([*lines[:limit], f"… and {len(lines) - limit} more"])


def _faults(what: tuple[str | Fault | Iterable[Fault], ...]) -> Iterable[Fault]:
    for item in what:
        if isinstance(item, Fault):
            yield item
        elif not isinstance(item, str):
            yield from item


def _likeness(sought: str, candidate: str) -> float:
    if sought == candidate:
        return 1.0
    if len(sought) >= 3 and candidate.startswith(sought):
        return 0.95
    if _two_swapped(sought, candidate):
        return 0.98
    return SequenceMatcher(None, sought, candidate, autojunk=False).ratio()


def _two_swapped(sought: str, candidate: str) -> bool:
    """Whether the words differ by one swap of neighbours, a common slip in a number ("81" for "18")."""
    if len(sought) != len(candidate):
        return False
    apart = [i for i, (a, b) in enumerate(zip(sought, candidate, strict=True)) if a != b]
    if len(apart) != 2 or apart[1] != apart[0] + 1:
        return False
    i, j = apart
    return sought[i] == candidate[j] and sought[j] == candidate[i]
