"""One page for one material and one economy: every indicator side by side, why they differ, where imports come from.

Like the report of a scenario it is one HTML file: no script, nothing loaded from anywhere, each number with its source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ytterby.atlas.cite import citation
from ytterby.atlas.load import Atlas
from ytterby.indicators.origins import Origins
from ytterby.indicators.profile import METHODS, Profile
from ytterby.indicators.profile_lines import Line
from ytterby.indicators.status import STATUSES
from ytterby.show.backdrop import Backdrop, backdrop
from ytterby.show.css import style
from ytterby.show.markup import esc, tag
from ytterby.show.page import paragraph, section
from ytterby.show.report import POLICY
from ytterby.show.risk import NAMES, between, heading, shown
from ytterby.show.svg import bar, dot, rule, strip, tick
from ytterby.show.tables import Head, page_table
from ytterby.show.words import country_name
from ytterby.show.worldmap import breaks_for, legend, outlines, world_map

#: Upper end of the scale each method is drawn on, and its threshold; all others run from 0 to 1.
_SCALES = {"eu-supply-risk": (6.0, 1.0), "eu-importance": (10.0, 2.8)}
_MOST_ORIGINS = 12


def risk_page(profile: Profile, atlas: Atlas, scenery: Backdrop | None = None) -> str:
    """Return the page; `scenery` replaces names and borders of the embedded atlas."""
    scenery = backdrop() if scenery is None else scenery
    marks = {source: at for at, source in enumerate(profile.sources, 1)}
    title = heading(profile, atlas)
    head = tag(
        "head", tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name_="color-scheme", content="light dark"),
        tag("title", esc(f"{title} · Ytterby")), tag("style", style()),
    )  # fmt: skip
    name = profile.name[:1].upper() + profile.name[1:]
    command = f"ytterby risk {profile.material} --for {profile.economy} --year {profile.year}"
    top = [
        tag("p", esc(f"supply risk · {profile.year}"), class_="kicker"),
        tag("h1", esc(f"{name}: how exposed is {profile.economy_name}, and by which measure?")),
        tag("ul", *(tag("li", esc(text)) for text in profile.differ), class_="lines"),
    ]
    body = tag(
        "main", *top, section("indicators", "Side by side", _side_by_side(profile, marks), _statuses(profile)),
        section("origins", "Where it is bought", *_bought(profile, scenery)),
        section("inputs", "What went in", _inputs(profile)),
        section("sources", "Sources", _sources(profile, atlas)),
        section("again", "The same again", tag("p", tag("code", esc(command))),
                paragraph(f"Data edition {atlas.edition}, {atlas.digest[:12]}.", "note")),
    )  # fmt: skip
    return "<!DOCTYPE html>\n" + tag("html", head, tag("body", body), lang="en") + "\n"


def _side_by_side(profile: Profile, marks: Mapping[str, int]) -> str:
    heads = (
        Head("indicator"), Head("stage"), Head("value", "number"), Head("range", "range"),
        Head("on its scale", "picture", "range and value; 0 to 1, supply risk 0 to 6, importance 0 to 10"),
        Head("status"), Head("source"),
    )  # fmt: skip
    rows = []
    for line in profile.lines:
        cited = ", ".join(tag("a", str(marks[one]), href=f"#s{marks[one]}") for one in line.sources)
        named = tag("span", esc(NAMES[line.method]), title=METHODS[line.method])
        numbers = (esc(shown(line.value)), esc(between(line)), _drawn(line))
        rows.append((named, esc(line.stage), *numbers, esc(line.status), cited))
    return page_table("Every indicator, each on its own scale", heads, rows, limit=len(rows))


def _drawn(line: Line) -> str:
    """A range and a value on the scale of the method; a threshold is a tick."""
    if line.value is None and line.low is None:
        return ""
    top, threshold = _SCALES.get(line.method, (1.0, None))
    at = [None if one is None else 100 * min(max(one / top, 0.0), 1.0) for one in (line.low, line.value, line.high)]
    low, value, high = at
    parts = [rule(0, 100, "rail-line")]
    if threshold is not None:
        parts.append(tick(100 * threshold / top))
    if low is not None and high is not None and high > low:
        parts.append(bar(low, high, "base", y=6, height=6))
    if value is not None:
        parts.append(dot(value, "home"))
    return strip(f"{NAMES[line.method]} {shown(line.value) or between(line)}", *parts)


def _statuses(profile: Profile) -> str:
    words = sorted({line.status for line in profile.lines} - {"ok"})
    return "".join(paragraph(f"{word}: {STATUSES[word]}.", "note") for word in words)


def _bought(profile: Profile, scenery: Backdrop) -> Iterator[str]:
    """Maps of last ports and of the makers behind them, and the table of both, for each stage of the imports."""
    known = [item for item in profile.origins if item.top]
    if not known:
        return
    yield outlines(scenery.borders)
    for item in known:
        yield tag("h3", esc(f"{item.stage}: HS {', '.join(item.codes)}, {item.imports:,.0f} t gross"))
        if item.note:
            yield paragraph(item.note, "note")
        yield _maps(item, scenery)
        yield _origins(item, scenery.names)
    if scenery.border_note:
        yield paragraph(scenery.border_note, "note")


def _maps(item: Origins, scenery: Backdrop) -> str:
    ports, makers = ({place: 100 * share for place, share in pairs} for pairs in (item.top, item.traced))
    told = [(f"Last port, {item.stage}", ports)] + [(f"Makers behind it, {item.stage}", makers)] * bool(makers)
    breaks = breaks_for(ports, makers)
    figures = [
        tag("figure", tag("figcaption", esc(title)),
            world_map(values, scenery.borders, title, scenery.names, breaks=breaks, said="of the imports"))
        for title, values in told
    ]  # fmt: skip
    return tag("div", *figures, class_="maps") + legend(breaks, of_shares=True)


def _origins(item: Origins, names: Mapping[str, str]) -> str:
    """Return the origins with the largest shares; what each adds to the score is beside."""
    ports, makers, adds = dict(item.top), dict(item.traced), dict(item.adds)
    places = sorted({*ports, *makers}, key=lambda place: (-max(ports.get(place, 0), makers.get(place, 0)), place))
    heads = (Head("origin"), *(Head(word, "number") for word in ("last port [%]", "maker [%]", "adds to score")))
    rows = [
        (esc(country_name(place, names)), _share(ports.get(place)), _share(makers.get(place)), shown(adds.get(place)))
        for place in places[:_MOST_ORIGINS]
    ]
    rest = f"; {item.unresolved:.0%} of it could not be traced" if makers else ""
    more = len(places) - len(rows)
    cut = paragraph(f"{more} smaller origins: ytterby risk … --json lists them.", "note") if more else ""
    return page_table(f"Origins of the imports{rest}", heads, rows) + cut


def _share(share: float | None) -> str:
    return "" if share is None else esc(f"{100 * share:.1f}")


def _inputs(profile: Profile) -> str:
    heads = (Head("indicator"), Head("stage"), Head("period"), Head("from"), Head("range from"))
    rows = []
    for line in profile.lines:
        said = "; ".join(text for text in (line.inputs, line.note) if text)
        rows.append(tuple(esc(text) for text in (NAMES[line.method], line.stage, line.period, said, line.interval)))
    return page_table("Inputs, and where each range comes from", heads, rows, limit=len(rows))


def _sources(profile: Profile, atlas: Atlas) -> str:
    rows = {row["id"]: row for row in atlas.sources.iter_rows(named=True)}
    cited = [(at, rows[one]) for at, one in enumerate(profile.sources, 1) if one in rows]
    items = [tag("li", esc(citation(row)), id=f"s{at}") for at, row in cited]
    return tag("ol", *items, class_="sources")
