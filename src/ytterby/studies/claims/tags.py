"""A page's markup without what has no end, in time that grows with its length.

A parser that looks for the end of every `<!--`, `</` or `<a ` anew takes time with the square of a page that holds
nothing else. Here each is looked for once: comments, declarations, scripts and styles go, and where something never
ends the page ends, as in a browser.
"""

from __future__ import annotations

import re

#: A longer tag holds a picture or a program, and no text [characters].
LONGEST_TAG = 4000
_NAME = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})?")
_CLOSED = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style")}


def with_ends(markup: str) -> str:
    """Return the same markup without comments, declarations, scripts, styles, very long tags and what never ends.

    >>> with_ends("<p>One<!-- two --></p><script>if (a<!b) c()</script>three < four<!-- five")
    '<p>One</p><script></script>three &lt; four'
    """
    parts: list[str] = []
    at = 0
    while (start := markup.find("<", at)) >= 0:
        parts.append(markup[at:start])
        if markup.startswith("<!--", start):
            at = _after(markup, "-->", start + 4)
        elif markup.startswith(("<!", "<?"), start):
            at = _after(markup, ">", start)
        else:
            found = _NAME.match(markup, start)
            if found is None or not (found[1] or found[2]):
                parts.append("&lt;")
                at = start + 1
                continue
            at = _after(markup, ">", start)
            if markup.endswith(">", start, at) and at - start <= LONGEST_TAG:
                parts.append(markup[start:at])
            closed = None if found[1] else _CLOSED.get((found[2] or "").lower())
            if closed is not None:
                end = closed.search(markup, at)
                at = end.start() if end else len(markup)
    parts.append(markup[at:])
    return "".join(parts)


def _after(markup: str, mark: str, start: int) -> int:
    """The place after the next mark, or the end of the page."""
    found = markup.find(mark, start)
    return found + len(mark) if found >= 0 else len(markup)
