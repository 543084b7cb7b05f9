"""Verdicts and readings made visible: lines for a terminal, Markdown, a snippet to embed, and one annotated page.

Every word from outside is escaped; the page holds no script, loads nothing, and opens from a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ytterby.atlas.places import name_of
from ytterby.core.errors import InputError
from ytterby.show.markup import clean, esc, tag
from ytterby.studies.claims.reading import Passage, Reading
from ytterby.studies.claims.record import REASONS, Verdict, View

_MARKS = {"supported": "✓", "contradicted": "✗", "disputed": "≠", "not checkable": "·"}
_ORDER = ("contradicted", "disputed", "supported", "not checkable")
_CSS = """
:root{color-scheme:light dark;--ink:#1d2326;--paper:#fff
;--dim:#5c676d;--line:#d5dadd;--s:#1b6e3c;--c:#a4262c
;--d:#8a5a00;--n:#5c676d}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaec;--paper:#14181a
;--dim:#9aa5ab;--line:#343c40;--s:#6fcf97;--c:#ff8a80
;--d:#f2c14e;--n:#9aa5ab}}
body{font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:2rem auto;
max-width:72rem;padding:0 1rem}
h1{font-size:1.35rem}h2{font-size:1.1rem;margin-top:2rem}.dim{color:var(--dim);font-size:.9rem}

.p{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:1.5rem;
padding:.5rem 0;border-top:1px solid var(--line)}
.p p{margin:.2rem 0;overflow-wrap:anywhere}.p.h p{font-weight:600}
mark{background:none;color:inherit;border-bottom:2px solid var(--n)}
mark.supported{border-color:var(--s)}mark.contradicted{border-color:var(--c)}mark.disputed{border-color:var(--d)}

u{text-decoration:underline wavy var(--dim) 1px;text-underline-offset:3px}
.v{border-left:4px solid var(--n);padding:.1rem 0 .1rem .6rem;margin:.3rem 0;font-size:.88rem;overflow-wrap:break-word}
.v ul{margin:.2rem 0;padding-left:1.1rem}
.v ol{margin:.3rem 0;padding-left:1.4rem;font-size:.85rem;color:var(--dim)}
.v b.supported,.k.supported{color:var(--s)}.v b.contradicted,.k.contradicted{color:var(--c)}
.v b.disputed,.k.disputed{color:var(--d)}
.v.supported{border-color:var(--s)}
.v.contradicted{border-color:var(--c)}.v.disputed{border-color:var(--d)}
table{border-collapse:collapse;font-size:.85rem}
td,th{overflow-wrap:break-word}
td,th{padding:.15rem .5rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
@media(max-width:50rem){.p{grid-template-columns:minmax(0,1fr)}}
"""


def verdict_lines(verdict: Verdict, told: dict[tuple[View, ...], int] | None = None) -> Iterator[str]:
    """Yield a verdict as lines of plain text.

    `told` is kept by the caller over all verdicts it prints: views on a place that stand above already are referred to
    by their number and not printed again.
    """
    told = {} if told is None else told
    said = f" ({clean(verdict.claim.said_by)})" if verdict.claim.said_by else ""
    yield f"{_MARKS[verdict.verdict]} {verdict.verdict}{_reason(verdict)}: {_short(verdict.claim.text, 300)}{said}"
    if verdict.why and not verdict.views:
        yield f"    {_short(verdict.why, 600)}"
    if verdict.wording and verdict.wording != verdict.why:
        yield f"    Could be written: {_short(verdict.wording, 600)}"
    for word in verdict.thresholds:
        yield f"    Read with: {clean(word.term)} = {word.threshold:g}"
    yield from _view_lines(verdict, told)
    for figure in verdict.evidence:
        yield f"    {_agreement(figure.agrees)} {_short(figure.citation, 400)}"


def _view_lines(verdict: Verdict, told: dict[tuple[View, ...], int]) -> Iterator[str]:
    """Each set of views once under its number; after that the number alone."""
    for own in _by_region(verdict):
        head = f"{own[0].region}, {own[0].field} by viewpoint"
        if tuple(own) in told:
            yield f"    {head}: see [{told[tuple(own)]}] above{_unheard(own, verdict, '; ')}"
            continue
        told[tuple(own)] = len(told) + 1
        yield f"    [{told[tuple(own)]}] {head}{_unheard(own, verdict, ': ')}"
        for view in own:
            yield f"        {view.viewpoint}: {_held(view)}, {view.as_of}; {_short(view.citation, 300)}"


def _by_region(verdict: Verdict) -> list[list[View]]:
    """The views of each place, without whether they agree with the claim."""
    groups: dict[str, list[View]] = {}
    for view in verdict.views:
        groups.setdefault(view.region, []).append(replace(view, agrees=None))
    return list(groups.values())


def summary(verdicts: Sequence[Verdict]) -> str:
    """Return one line that counts the verdicts."""
    counts = {name: sum(v.verdict == name for v in verdicts) for name in _ORDER}
    many = "1 claim" if len(verdicts) == 1 else f"{len(verdicts)} claims"
    return f"{many}: " + ", ".join(f"{count} {name}" for name, count in counts.items())


def markdown(verdicts: Sequence[Verdict], title: str) -> str:
    """Return verdicts as a Markdown table; text from outside cannot become markup."""
    edition = verdicts[0].edition if verdicts else ""
    lines = [f"# {_md(title)}", "", summary(verdicts) + (f". Data edition {edition}." if edition else "."), "",
             "| verdict | claim | figures | source |", "|---|---|---|---|"]  # fmt: skip
    for verdict in verdicts:
        cited = [item.citation for item in verdict.evidence[:3]] + [view.citation for view in verdict.views[:4]]
        cells = (
            f"{verdict.verdict}{_reason(verdict)}",
            verdict.claim.text,
            verdict.wording or verdict.why,
            "; ".join(cited),
        )
        lines.append("| " + " | ".join(_md(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def snippet(verdict: Verdict) -> str:
    """Return a badge to embed in a page: verdict, figure, citation, data edition; all styles inline, no script."""
    colour = {"supported": "#1b6e3c", "contradicted": "#a4262c", "disputed": "#8a5a00"}.get(verdict.verdict, "#5c676d")
    cited = verdict.evidence[0].citation if verdict.evidence else verdict.views[0].citation if verdict.views else ""
    return tag(
        "blockquote",
        tag("p", esc(verdict.claim.text)),
        tag("p", tag("strong", esc(verdict.verdict), style=f"color:{colour}"), esc(_reason(verdict)), ". ",
            esc(verdict.wording or verdict.why)),
        tag("p", tag("small", esc(f"{cited} · Ytterby data edition {verdict.edition}".lstrip(" ·")))),
        class_="ytterby-claim", style=f"border-left:4px solid {colour};padding-left:.8em;margin:1em 0",
    )  # fmt: skip


def page(reading: Reading) -> str:
    """Return the annotated article as one HTML page that loads nothing and runs nothing."""
    counts = reading.counts()
    head = tag(
        "head", '<meta charset="utf-8">', '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        tag("title", esc(f"{reading.name}, read")), tag("style", _CSS),
    )  # fmt: skip
    numbers = [tag("span", esc(f"{counts[name]} {name}"), class_=f"k {name.replace(' ', '-')}") for name in _ORDER]
    intro = tag("p", " · ".join(numbers))
    when = f"Article of {reading.date}. " if reading.date else "The article's date is not known. "
    note = (
        f"{when}Data edition {reading.edition}. Sentences are underlined by verdict; wavy lines mark loaded words, "
        "which play no part in a verdict. Proposals by rules: correct the claim file and check again."
    )
    told: dict[tuple[View, ...], str] = {}
    body = tag(
        "body", tag("h1", esc(reading.name)), intro, tag("p", esc(note), class_="dim"), _about(reading),
        tag("main", *(_passage(passage, told) for passage in reading.passages)),
    )  # fmt: skip
    return f'<!doctype html>\n<html lang="en">{head}{body}</html>\n'


def _about(reading: Reading) -> str:
    rows = [
        ("Quoted", ", ".join(f"{name} ({count})" for name, count in reading.quoted) or "nobody"),
        ("Named often, not quoted", ", ".join(reading.absent) or "nobody"),
        ("Organisations named", ", ".join(reading.sources) or "none"),
        *(("Notice", text) for text in reading.notices),
    ]
    return tag("table", *(tag("tr", tag("th", esc(name)), tag("td", esc(text))) for name, text in rows))


def _passage(passage: Passage, told: dict[tuple[View, ...], str]) -> str:
    worst = min((_ORDER.index(v.verdict) for v in passage.verdicts), default=len(_ORDER))
    text = _underlined(passage)
    if worst < len(_ORDER):
        text = tag("mark", text, class_=_ORDER[worst].replace(" ", "-"))
    heading = " h" if passage.sentence.heading else ""
    notes = tag("div", *(_note(verdict, told) for verdict in passage.verdicts))
    return tag("div", tag("p", text), notes, class_=f"p{heading}")


def _underlined(passage: Passage) -> str:
    text, at, parts = passage.sentence.text, 0, []
    for start, end in passage.loaded:
        parts += [esc(text[at:start]), tag("u", esc(text[start:end]), title="loaded word; no part of a verdict")]
        at = end
    return "".join([*parts, esc(text[at:])])


def _note(verdict: Verdict, told: dict[tuple[View, ...], str]) -> str:
    """One verdict with its evidence; views that stand above already are referred to and not printed again."""
    kind = verdict.verdict.replace(" ", "-")
    inside = [
        tag("b", esc(f"{_MARKS[verdict.verdict]} {verdict.verdict}"), class_=kind),
        esc(_reason(verdict) + ("" if verdict.reason == verdict.claim.test.type else f" · {verdict.claim.test.type}")),
    ]
    if verdict.claim.said_by:
        inside.append(esc(f" · said by {verdict.claim.said_by}"))
    if verdict.views:
        inside.append(_views(verdict, told))
    else:
        inside.append(tag("div", esc(verdict.why)) if verdict.why else "")
        if verdict.wording and verdict.wording != verdict.why:
            inside.append(tag("div", esc(f"Could be written: {verdict.wording}")))
    for word in verdict.thresholds:
        inside.append(tag("div", esc(f"Read with: {word.term} = {word.threshold:g}"), class_="dim"))
    inside += [
        tag("div", esc(f"{_agreement(item.agrees)} {item.citation}"), class_="dim") for item in verdict.evidence[:6]
    ]
    return tag("div", *inside, class_=f"v {kind}", title=REASONS.get(verdict.reason or "", None))


def _views(verdict: Verdict, told: dict[tuple[View, ...], str]) -> str:
    """Who holds each place by which view, and under them each citation once; what stands above is referred to."""
    groups = _by_region(verdict)
    new = [own for own in groups if tuple(own) not in told]
    cited = list(dict.fromkeys(view.citation for own in new for view in own))
    lines = []
    for own in groups:
        region = own[0].region
        if own not in new:
            back = tag("a", "views shown above", href=f"#{told[tuple(own)]}")
            lines.append(tag("li", tag("b", esc(region)), f": {back}", esc(_unheard(own, verdict, "; "))))
            continue
        told[tuple(own)] = f"views-{len(told) + 1}"
        held = "; ".join(f"{v.viewpoint}: {_held(v)}, {v.as_of} [{cited.index(v.citation) + 1}]" for v in own)
        held = f", {own[0].field} by viewpoint: {held}{_unheard(own, verdict, '; ')}"
        lines.append(tag("li", tag("b", esc(region)), esc(held), id=told[tuple(own)]))
    sources = tag("ol", *(tag("li", esc(citation)) for citation in cited)) if cited else ""
    return tag("ul", *lines) + sources


def _unheard(own: list[View], verdict: Verdict, before: str) -> str:
    """Say where the view of the one who is said to hold the place is not registered."""
    holder = verdict.claim.test.holder
    missing = holder is not None and holder not in {view.viewpoint for view in own}
    return f"{before}{holder}: no view registered" if missing else ""


def _held(view: View) -> str:
    return "not told" if view.holder is None else _name(view.holder)


def _name(code: str) -> str:
    try:
        return name_of(code)
    except InputError:
        return code


def _reason(verdict: Verdict) -> str:
    return f", {verdict.reason}" if verdict.reason else ""


def _agreement(agrees: bool | None) -> str:
    return {True: "agrees:", False: "differs:", None: "beside:"}[agrees]


def _short(text: str, width: int) -> str:
    line = " ".join(clean(text).split())
    return line if len(line) <= width else line[: width - 1] + "…"


def _md(text: str) -> str:
    line = " ".join(clean(text).split())
    for char in "\\`*_[]<>|#!":
        line = line.replace(char, f"\\{char}" if char not in "<>" else {"<": "&lt;", ">": "&gt;"}[char])
    return line
