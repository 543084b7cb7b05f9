"""HTML and SVG as plain text, with every word from outside escaped in one place.

`tag` takes markup that is already safe as its inside and raw values as its attributes; `esc` makes raw text safe. A
scenario title may hold anything, so nothing else in `show` writes an angle bracket around text it did not write itself.

>>> tag("td", esc("<b>"), class_="n")
'<td class="n">&lt;b&gt;</td>'
"""

from __future__ import annotations

import html
import re

# Control characters are not allowed in HTML; the bidirectional overrides can make text read as what it is not.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_NOT_SLUG = re.compile(r"[^A-Za-z0-9._-]+")
_BREAK = re.compile(r"([:.>/_-]|&gt;)(?=\w)")
_EMPTY = frozenset({"rect", "line", "circle", "path", "use", "meta", "br", "hr", "col"})

Attribute = str | float | int | bool | None


def clean(text: object) -> str:
    """Return `text` without the characters that no document may hold."""
    return _FORBIDDEN.sub("", str(text))


def esc(text: object) -> str:
    """Return `text` fit to stand between tags or inside a quoted attribute."""
    return html.escape(clean(text), quote=True)


def tag(name: str, *inside: str, **attributes: Attribute) -> str:
    """Return one element; `inside` is markup, attribute values are raw.

    A trailing underscore of an attribute name is dropped and others become hyphens (`class_`, `aria_label`).
    None and False leave an attribute out, True writes it bare.
    """
    head = name + "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _EMPTY and not inside:
        return f"<{head}/>"
    return f"<{head}>{''.join(inside)}</{name}>"


def ident(text: str) -> str:
    """Return an identifier as code that may break after its punctuation and nowhere else."""
    return tag("code", _BREAK.sub(r"\1<wbr>", esc(text)))


def slug(text: str) -> str:
    """Return `text` as part of an id that an address can name.

    >>> slug("price/oxide/Dy/CHN")
    'price-oxide-Dy-CHN'
    """
    return _NOT_SLUG.sub("-", clean(text)).strip("-") or "x"


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    return f' {name}="{_number(value) if isinstance(value, float) else esc(value)}"'


def _number(value: float) -> str:
    """Write a coordinate short: a page holds tens of thousands."""
    text = f"{value:.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
