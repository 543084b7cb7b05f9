"""One self-contained HTML page for a replay of history: the score, each benchmark, each series, what was assumed.

The same look and the same rules as the report of a run: inline SVG and CSS, no script, no request to anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ytterby.show.backtest import band, verdict
from ytterby.show.css import style
from ytterby.show.export import write_text
from ytterby.show.markup import esc, tag
from ytterby.show.page import paragraph, section
from ytterby.show.report import POLICY
from ytterby.show.svg import dot, rule, strip, tick
from ytterby.show.tables import Head, page_table
from ytterby.show.timechart import Line, time_chart
from ytterby.show.words import number
from ytterby.studies.backtest import crisis
from ytterby.studies.backtest.episode import Amount, Source, month_number, period
from ytterby.studies.backtest.episode_file import amounts
from ytterby.studies.backtest.score import Backtest, Lived, Result
from ytterby.studies.backtest.score import Line as Series

_STYLE = """
.line.seen{stroke:var(--delivered);stroke-width:6}.key.seen{background:var(--delivered)}
.inside{fill:var(--given);opacity:.45}.hit{color:var(--scrap);font-weight:600}.miss{color:var(--delivered);font-weight:600}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(20rem,1fr));gap:1.2rem}
.pictures h4{margin:.2rem 0;font-size:.95rem;font-weight:600}
"""


def backtest_page(found: Backtest, command: str, path: str | Path | None = None) -> str:
    """Return the page of a replay as HTML, and write it to `path` when one is given."""
    body = tag(
        "main",
        tag("p", "Ytterby · backtest", class_="kicker"),
        tag("h1", esc(found.finding), class_="long"),
        tag("p", "The model beside what happened: one set of behaviour for every episode", class_="title"),
        tag("nav", *(tag("a", esc(e.episode.id), href=f"#{e.episode.id}") for e in found.episodes),
            tag("a", "Behaviour", href="#behaviour"), aria_label="Contents"),
        _scores(found),
        *(_episode(lived) for lived in found.episodes),
        _behaviour(found),
        section("again", "How to get it again", tag("p", tag("code", esc(command))),
                paragraph(f"Data edition {found.edition}", "note")),
    )  # fmt: skip
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name_="color-scheme", content="light dark"),
        tag("title", "Backtest · Ytterby"),
        tag("style", style() + _STYLE),
    )
    text = "<!DOCTYPE html>\n" + tag("html", head, tag("body", body), lang="en") + "\n"
    if path is not None:
        write_text(Path(path), text)
    return text


def _scores(found: Backtest) -> str:
    rows = [row for r in found.results for row in _score_rows(r)]
    heads = [
        Head("Benchmark"), Head("Part"), Head("Verdict"), Head("Observed", "number"), Head("Modelled", "number"),
        Head("At ±25 %", "number"), Head("Band", "number"),
        Head("Where it lies", "picture", "band shaded, dot modelled, line at ±25 %, tick observed"),
    ]  # fmt: skip
    note = (
        "At ±25 % every behavioural number is a quarter lower or a quarter higher, all together. Brackets: the row "
        "restates an input or an expectation, is shown and does not count."
    )
    table = page_table("Benchmarks, all episodes", heads, rows, limit=len(rows))
    return section("score", "Hit or miss", table, paragraph(note, "note"))


def _score_rows(r: Result) -> list[list[str]]:
    b, rows = r.benchmark, []
    for i, part in enumerate(b.parts):
        three = (r.modelled[i], r.slow[i], r.fast[i])
        rows.append([
            esc(b.id if i == 0 else ""), esc(part if len(b.parts) > 1 else ""),
            tag("span", esc(verdict(r)), class_="hit" if r.hit else "miss") if i == 0 else "",
            esc(number(b.observed[i])), esc(number(r.modelled[i])),
            esc(f"{number(min(three))} to {number(max(three))}"), esc(band(r, i)), _place(r, i),
        ])  # fmt: skip
    return rows


def _place(r: Result, i: int) -> str:
    """Band, modelled value with its spread and observation on one axis of their own."""
    b, three = r.benchmark, (r.modelled[i], r.slow[i], r.fast[i])
    low, high = b.low[i], b.high[i]
    ends = [x for x in (*three, b.observed[i], low, high if high is not None and high < 100 else None) if x is not None]
    left, right = min(ends), max(ends)
    span = (right - left) or 1.0

    def at(x: float) -> float:
        return min(max(4 + 92 * (x - left) / span, 0.0), 100.0)

    start, end = at(low if low is not None else left), at(high if high is not None else right + span)
    shade = tag("rect", x=f"{start:.2f}%", y=2, width=f"{max(end - start, 0.8):.2f}%", height=14, class_="inside")
    title = f"{b.id}: modelled {number(r.modelled[i])}, observed {number(b.observed[i])}, band {band(r, i)}"
    spread = rule(at(min(three)), at(max(three)), "spread")
    return strip(title, shade, spread, tick(at(b.observed[i])), dot(at(r.modelled[i]), "home"))


def _episode(lived: Lived) -> str:
    e = lived.episode
    parts = [paragraph(e.about.replace("\n", " "))]
    if e.label:
        parts.append(paragraph(f"Label: {e.label}", "note"))
    parts.append(tag("ul", *(_told(r) for r in lived.results), class_="lines"))
    drawn = [picture for x in lived.lines if (picture := _drawn(e.id, x))]
    if drawn:
        keys = (("scen", "modelled"), ("seen", "observed"))
        legend = [tag("span", tag("i", class_=f"key {key}"), esc(name)) for key, name in keys]
        parts += [tag("p", *legend, esc(" shade: every behavioural number a quarter lower or higher"), class_="legend"),
                  tag("div", *drawn, class_="pictures")]  # fmt: skip
    parts.append(_inputs(lived))
    return section(e.id, e.title, *parts)


def _told(r: Result) -> str:
    b = r.benchmark
    said = tag("b", esc(f"{b.id} {verdict(r)}. "))
    note = "" if r.counted else f" Not counted: {b.note}."
    return tag("li", said, esc(f"{b.what}. {r.why[:1].upper()}{r.why[1:]}.{note}".replace("..", ".")))


def _drawn(episode: str, series: Series) -> str:
    months = series.months
    seen: list[float | None] = [None] * len(months)
    start = month_number(months[0])
    for when, value, _ in series.points:
        first, last = period(when)
        for m in range(max(first, start), min(last, start + len(months) - 1) + 1):
            seen[m - start] = value
    band_ = [(min(x), max(x)) for x in zip(series.values, series.slow, series.fast, strict=True)]
    lines = [Line("modelled", "scen", series.values, band_), Line("observed", "seen", seen)]
    chart = time_chart(f"{episode}: {series.title}", months, lines, series.unit)
    return tag("div", tag("h4", esc(f"{series.title} [{series.unit}]")), chart) if chart else ""


def _inputs(lived: Lived) -> str:
    e = lived.episode
    known = {s.id: s for s in e.sources}
    rows = [[esc(place), esc(number(a.value)), esc(_range(a)), esc(_ground(a, known))] for place, a in amounts(e)]
    heads = [Head("Number"), Head("Value", "number"), Head("Range", "number"), Head("Source or reason")]
    told = page_table("What the episode was told", heads, rows, limit=len(rows))
    cited = [
        tag("li", esc(f"{s.publisher}, {s.title}. {s.where}" + (f" (via {s.via})" if s.via else "")))
        for s in e.sources
    ]  # fmt: skip
    return tag("details", tag("summary", esc("What the episode was told, and its sources")), told, tag("ul", *cited))


def _range(a: Amount) -> str:
    return f"{number(a.low)} to {number(a.high)}" if a.low is not None and a.high is not None else ""


def _ground(a: Amount, known: Mapping[str, Source]) -> str:
    source = known[a.source].publisher if a.source else ""
    return "; ".join(x for x in (source, a.why) if x)


def _behaviour(found: Backtest) -> str:
    heads = [Head("Parameter"), Head("Value", "number"), Head("Range", "number"), Head("Unit"), Head("Reason")]
    rows = [
        [esc(r.id), esc(number(r.value)), esc(f"{number(r.low)} to {number(r.high)}"), esc(r.unit), esc(r.reason)]
        for r in crisis.rows(found.behaviour)
    ]
    table = page_table("One set for every episode, each number an assumption", heads, rows, limit=len(rows))
    note = (
        "The numbers crisis.* were chosen and frozen after trial replays, with misses in view: the first trial, with "
        "the behaviour of scenarios alone, had five of ten inside. Every trial is in the documentation, page Backtest."
    )
    return section("behaviour", "How people behave", paragraph(note, "note"), table)
