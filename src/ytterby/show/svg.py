"""Small pictures as inline SVG: no script, no outside file, colours by class so that dark mode and print can change.

Every picture has role="img" and a title, and a description where the title does not say it all.
"""

from __future__ import annotations

from ytterby.show.markup import esc, slug, tag


def picture(
    width: float, height: float, title: str, *body: str, desc: str = "", class_: str = "", name: str = ""
) -> str:
    """Return a picture with a fixed drawing area that scales to the width it is given; `name` makes its ids unique."""
    ident = slug(name or title)
    told = tag("title", esc(title), id=f"{ident}-t") + (tag("desc", esc(desc), id=f"{ident}-d") if desc else "")
    return tag(
        "svg", told, *body,
        viewBox=f"0 0 {width:g} {height:g}", role="img", class_=class_ or None,
        aria_labelledby=f"{ident}-t {ident}-d" if desc else f"{ident}-t",
    )  # fmt: skip


def strip(title: str, *body: str, height: int = 18, class_: str = "strip") -> str:
    """Return a one-line picture as wide as its table cell; positions inside it are percentages."""
    return tag("svg", tag("title", esc(title)), *body, role="img", width="100%", height=height, class_=class_)


def bar(start: float, end: float, class_: str, y: float = 3, height: float = 12, title: str = "") -> str:
    """Return a bar of a strip between two positions [% of the width]."""
    left, width = min(start, end), abs(end - start)
    hover = tag("title", esc(title)) if title else ""
    return tag("rect", hover, x=f"{left:.2f}%", y=y, width=f"{width:.2f}%", height=height, class_=class_)


def dot(at: float, class_: str, title: str = "", y: float = 9, radius: float = 4.5) -> str:
    """Return a dot of a strip [% of the width]."""
    hover = tag("title", esc(title)) if title else ""
    return tag("circle", hover, cx=f"{at:.2f}%", cy=y, r=radius, class_=class_)


def rule(start: float, end: float, class_: str, y: float = 9) -> str:
    """Return a horizontal line of a strip between two positions [% of the width]."""
    return tag("line", x1=f"{start:.2f}%", x2=f"{end:.2f}%", y1=y, y2=y, class_=class_)


def tick(at: float, class_: str = "tick", top: float = 0, bottom: float = 18) -> str:
    """Return a vertical line of a strip [% of the width]."""
    return tag("line", x1=f"{at:.2f}%", x2=f"{at:.2f}%", y1=top, y2=bottom, class_=class_)


def label(at: float, text: str, class_: str = "axis", y: float = 12, anchor: str = "middle") -> str:
    """Return text of a strip [% of the width]."""
    return tag("text", esc(text), x=f"{at:.2f}%", y=y, text_anchor=anchor, class_=class_)
