"""One self-contained HTML page for one ensemble: the spread first, then what drives it, then how to get it again.

The same look and the same rules as the report of a run: inline SVG and CSS, no script, no request to anywhere. Numbers
stand beside every picture.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ytterby.core.errors import InputError
from ytterby.show.backdrop import backdrop
from ytterby.show.charts import multiples, multiples_axis
from ytterby.show.css import style
from ytterby.show.ensemble import finding
from ytterby.show.ensemble_time import over_time
from ytterby.show.export import write_text
from ytterby.show.markup import esc, ident, tag
from ytterby.show.page import paragraph, section
from ytterby.show.report import POLICY
from ytterby.show.sensitivity import size, spoken
from ytterby.show.svg import bar, label, picture, rule, strip, tick
from ytterby.show.tables import Head, page_table
from ytterby.show.timechart import round_steps
from ytterby.show.words import (
    TRUSTED_MULTIPLE,
    assumption_name,
    country_name,
    limit_name,
    money,
    number,
    percent,
    product_name,
    short,
    titles_of,
)
from ytterby.studies.ensemble import Ensemble
from ytterby.studies.sensitivity import Sensitivity, of_draws
from ytterby.studies.summary import Summary

_STYLE = """
.curve{fill:none;stroke-width:2;stroke:var(--scen)}.curve.b{stroke:var(--delivered)}.curve.c{stroke:var(--scrap)}
.key.b{background:var(--delivered)}.key.c{background:var(--scrap)}.key.a{background:var(--scen)}
.grid{stroke:var(--line)}.fan{fill:var(--given)}.mid{stroke:var(--ink);stroke-width:2}
"""
_ROWS, _DRIVERS, _CURVES = 15, 12, 3
#: Losses whose median is below this part of base use are left to the JSON.
_WORTH_SAYING = 0.005
#: Uses below this part of the product's use outside are left to the JSON.
_LARGE = 0.01
#: Curves closer than this at their p95 are one line.
_APART = 0.02
_WIDTH, _HEIGHT, _LEFT, _BELOW = 640.0, 240.0, 46.0, 34.0


def ensemble_page(
    found: Ensemble, summary: Summary, command: str, run: str, edition: str, path: str | Path | None = None
) -> str:
    """Return the page of an ensemble as HTML, and write it to `path` when one is given.

    `command` is what a single run of the scenario is called with; `run` is the id under which the draws are kept.
    """
    title = found.scenario.title
    when = (("time", "Over time"),) if summary.periods else ()
    links = (("lost", "How much"), *when, ("who", "Who loses"), ("prices", "Prices"), ("drivers", "What drives it"))
    body = tag(
        "main",
        tag("p", "Ytterby · ensemble", class_="kicker"),
        tag("h1", esc(finding(summary)), class_="long"),
        tag("p", esc(title), class_="title"),
        _tiles(summary),
        tag("nav", *(tag("a", esc(name), href=f"#{ident}") for ident, name in links), aria_label="Contents"),
        _curves(found, summary),
        over_time(summary, titles_of(found.scenario.measures)),
        _who(summary),
        _prices(summary),
        _drivers(found, summary),
        _limits(summary, titles_of(found.scenario.measures)),
        _ends(summary, command),
        _inputs(found),
        _again(found, command, run, edition),
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name_="color-scheme", content="light dark"),
        tag("title", esc(f"{title} · ensemble · Ytterby")),
        tag("style", style() + _STYLE),
    )
    text = "<!DOCTYPE html>\n" + tag("html", head, tag("body", body), lang="en") + "\n"
    if path is not None:
        write_text(Path(path), text)
    return text


def _tiles(summary: Summary) -> str:
    spread = summary.value_lost
    facts = (
        (f"{money(spread['p50'])}", "million USD a year of use lost at base prices, median"),
        (f"{money(spread['p5'])} to {money(spread['p95'])}", "in nine draws of ten"),
        (f"{summary.certified:,} of {summary.n:,}", "draws certified"),
    )
    return tag(
        "dl", *(tag("div", tag("dt", esc(what)), tag("dd", esc(value))) for value, what in facts), class_="tiles"
    )


def _curves(found: Ensemble, summary: Summary) -> str:
    """Exceedance: the value lost, and the part of base use of the products hit hardest."""
    values = found.draws.filter("certified").select("value_lost").collect()["value_lost"].to_numpy()
    money_curve = _exceedance("Chance that use worth more than this is lost", [("a", values)], "million USD a year")
    outside = _apart(_hit(summary))
    shares, keys = [], []
    for letter, row in zip("abc", outside.iter_rows(named=True), strict=False):
        name = f"use_lost|{row['product']}|{row['country']}"
        lost = found.draws.filter("certified").select(name).collect()[name].to_numpy()
        shares.append((letter, 100 * np.maximum(lost, 0.0) / row["base"]))
        keys.append(tag("span", tag("i", class_=f"key {letter}"), esc(product_name(row["product"]))))
    part = "".join(
        (_exceedance("Chance that more than this part of base use is lost outside", shares, "% of base use"),
         tag("p", *keys, class_="legend"))
    ) if shares else ""  # fmt: skip
    rows = [[esc(percent(100 * c)), esc(money(v))] for c, v in summary.exceedance]
    table = page_table(
        "Value lost at least", [Head("In this part of draws"), Head("MUSD/yr", "number")], rows
    )
    note = "Chances are parts of the draws: as good as the assumed ranges, and no forecast."
    return section("lost", "How much may be lost", money_curve, part, table, paragraph(note, "note"))


def _exceedance(title: str, curves: Sequence[tuple[str, NDArray[np.float64]]], unit: str) -> str:
    """A picture with a falling line for each set of values: how many draws lie above."""
    steps = round_steps(max(float(np.max(values)) for _, values in curves) or 1.0)
    most = steps[-1]
    across, down = _WIDTH - _LEFT - 14, _HEIGHT - _BELOW - 10
    parts = []
    for k in range(5):
        y = 10 + down * k / 4
        parts.append(tag("line", x1=_LEFT, x2=_LEFT + across, y1=f"{y:.1f}", y2=f"{y:.1f}", class_="grid"))
        parts.append(
            tag("text", esc(f"{100 - 25 * k} %"), x=_LEFT - 6, y=f"{y + 3:.1f}", text_anchor="end", class_="axis")
        )
    for step in steps:
        x = _LEFT + across * step / most
        parts.append(
            tag("text", esc(f"{step:,.6g}"), x=f"{x:.1f}", y=_HEIGHT - 18, text_anchor="middle", class_="axis")
        )
    parts.append(tag("text", esc(unit), x=_LEFT + across, y=_HEIGHT - 4, text_anchor="end", class_="axis"))
    for class_, values in curves:
        chances = np.linspace(1.0, 0.0, 101)
        points = zip(np.quantile(values, 1 - chances), chances, strict=True)
        line = " ".join(f"{_LEFT + across * max(v, 0.0) / most:.1f},{10 + down * (1 - c):.1f}" for v, c in points)
        parts.append(tag("polyline", points=line, class_=f"curve {class_}"))
    return tag("figure", tag("figcaption", esc(title)), picture(_WIDTH, _HEIGHT, title, *parts))


def _hit(summary: Summary) -> pl.DataFrame:
    """Losses outside by product, the hardest hit first."""
    rows = summary.losses.filter((pl.col("base") > 0) & (pl.col("country") == "outside"))
    share = rows.with_columns(share=pl.col("p50") / pl.col("base"))
    return share.filter(pl.col("share") > _WORTH_SAYING).sort("share", "product", descending=[True, False])


def _apart(rows: pl.DataFrame) -> pl.DataFrame:
    """The products hit hardest whose losses differ: those under one licence are cut alike, and one line says it."""
    kept: list[int] = []
    shares = (rows["p95"] / rows["base"]).to_list()
    for k, share in enumerate(shares):
        if len(kept) < _CURVES and all(abs(share - shares[other]) > _APART for other in kept):
            kept.append(k)
    return rows[kept]


def _fan(low: float, middle: float, high: float, title: str) -> str:
    """A band from p5 to p95 with the median, on an axis from 0 to 100 [%]."""
    ends = [min(max(v, 0.0), 100.0) for v in (low, middle, high)]
    return strip(title, bar(0, 100, "rail"), bar(ends[0], ends[2], "fan"), tick(ends[1], "mid", 2, 16))


def _who(summary: Summary) -> str:
    names = backdrop().names
    chance = f"chance of losing more than {percent(100 * summary.threshold)}"
    heads = [
        Head("Product"), Head("Unit", "unit"), Head("Base", "number"), Head("p5", "number"), Head("p50", "number"),
        Head("p95", "number"), Head("Lost, of base use", "picture", "band p5 to p95, line p50, from 0 to 100 %"),
        Head(chance, "number"),
    ]  # fmt: skip

    def cells(rows: pl.DataFrame, where: bool) -> list[list[str]]:
        found = []
        for r in rows.iter_rows(named=True):
            name = product_name(r["product"]) + (f", {country_name(r['country'], names)}" if where else "")
            shares = [100 * r[p] / r["base"] for p in ("p5", "p50", "p95")]
            drawn = _fan(shares[0], shares[1], shares[2], f"{name}: " + ", ".join(percent(s) for s in shares))
            numbers = (number(r[c]) for c in ("base", "p5", "p50", "p95"))
            found.append([esc(name), esc(r["unit"]), *map(esc, numbers), drawn, esc(percent(_hundred(r["chance"])))])
        return found

    outside = _hit(summary)
    every = summary.losses.filter(pl.col("country") == "outside").select("product", whole="base")
    land = summary.losses.filter((pl.col("base") > 0) & (pl.col("country") != "outside"))
    land = land.join(every, on="product", how="left", maintain_order="left")
    land = land.filter(pl.col("base") >= _LARGE * pl.col("whole").fill_null(0.0))
    land = land.with_columns(share=pl.col("p50") / pl.col("base")).filter(pl.col("share") > _WORTH_SAYING)
    land = land.sort("chance", "share", "product", "country", descending=[True, True, False, False])
    tables = [
        page_table("Use lost outside the acting countries", heads, cells(outside.head(_ROWS), False))
        if outside.height
        else "",
        page_table("By country, the likeliest first", heads, cells(land.head(_ROWS), True)) if land.height else "",
    ]
    note = "Every product and country is in the JSON of the ensemble (--json)."
    return section("who", "Who loses what", *tables, paragraph(note, "note"))


def _hundred(part: float | None) -> float | None:
    return None if part is None else 100 * part


def _prices(summary: Summary) -> str:
    rows = summary.prices.filter(pl.col("p50").is_not_null() & (pl.col("base") > 0) & (pl.col("country") == "outside"))
    moved = rows.with_columns(ratio=pl.col("p50") / pl.col("base"))
    moved = moved.filter(pl.col("ratio") > 1.02).sort("ratio", "product", descending=[True, False])
    heads = [
        Head("Product"), Head("Base", "number"), Head("p5", "number"), Head("p50", "number"), Head("p95", "number"),
        Head("Multiple of base", "picture", "dot p50, line p5 to p95", multiples_axis()),
        Head("draws with a price", "number"),
    ]  # fmt: skip
    body = []
    for r in moved.head(_ROWS).iter_rows(named=True):
        ratios = [r[p] / r["base"] for p in ("p5", "p50", "p95")]
        drawn = multiples([("delivered", ratios[1])], product_name(r["product"]), (ratios[0], ratios[2]))
        told = (_capped(r[p], r["base"]) for p in ("p5", "p50", "p95"))
        body.append(
            [
                esc(product_name(r["product"])),
                esc(number(r["base"])),
                *map(esc, told),
                drawn,
                esc(percent(100 * r["priced"])),
            ]
        )
    if not body:
        return ""
    caption = "Prices outside, USD/kg: median country, the largest market left out"
    note = f"A price beyond {TRUSTED_MULTIPLE:g} times its base reads the assumed elasticity back: it is at least that."
    return section("prices", "At what price", page_table(caption, heads, body), paragraph(note, "note"))


def _capped(value: float, base: float) -> str:
    most = TRUSTED_MULTIPLE * base
    return number(value) if value <= most else f"≥ {number(most)}"


def _drivers(found: Ensemble, summary: Summary) -> str:
    """Tornadoes: the value lost, and the use of the product hit hardest."""
    wanted = ["value_lost", *(f"use_lost|{r['product']}|outside" for r in _hit(summary).head(1).iter_rows(named=True))]
    parts = []
    for name in wanted:
        try:
            told = of_draws(found.inputs, found.design, found.draws, name)
        except InputError as error:
            parts.append(paragraph(f"{_upper(spoken(name))}: nothing said of what drives it ({error}).", "note"))
            continue
        if told.method == "given":
            parts.append(_tornado(told, _middle(found, name), titles_of(found.scenario.measures)))
    note = (
        "First: part of the variance an input alone explains; below the floor it cannot be told from nothing. Bars run "
        "from the median of all draws to that with the input in its lowest fifth (blue) and in its highest (orange). "
        "More methods: ytterby sensitivity."
    )
    return section("drivers", "What drives it", *parts, paragraph(note, "note")) if parts else ""


def _middle(found: Ensemble, name: str) -> float:
    return float(found.draws.filter("certified").select(pl.col(name).median()).collect().item())


def _tornado(told: Sensitivity, middle: float, titles: Mapping[str, str]) -> str:
    rows = [r for r in told.table.iter_rows(named=True) if r["first"] > r["floor"]][:_DRIVERS]
    rows = rows or list(told.table.head(3).iter_rows(named=True))
    ends = [r[end] for r in rows for end in ("bottom", "top")]
    low, high = min(*ends, middle), max(*ends, middle)
    span = (high - low) or 1.0

    def at(value: float) -> float:
        return float(2 + 96 * (value - low) / span)

    axis = strip(
        "axis", label(at(low), number(low), anchor="start"), label(at(high), number(high), anchor="end"), height=14,
        class_="strip axis-strip",
    )  # fmt: skip
    heads = [
        Head("Input"), Head("First", "number"), Head("± ", "number"), Head("Rank corr.", "number"),
        Head("In lowest fifth", "number"), Head("In highest fifth", "number"),
        Head(f"Median, {told.unit}", "picture", "from lowest to highest fifth of the input", axis),
    ]  # fmt: skip
    body = []
    for r in rows:
        name = _upper(assumption_name(r["input"], titles))
        title = f"{name}: {number(r['bottom'])} to {number(r['top'])}"
        drawn = strip(
            title,
            rule(0, 100, "rail-line"),
            bar(at(middle), at(r["bottom"]), "gain", y=3, height=6),
            bar(at(middle), at(r["top"]), "fob", y=9, height=6),
            tick(at(middle)),
        )
        numbers = (number(r[c]) for c in ("first", "error", "rank", "bottom", "top"))
        body.append([esc(name), *map(esc, numbers), drawn])
    floor = number(rows[0]["floor"]) if rows else ""
    caption = f"{_upper(spoken(told.output))}: inputs above the floor of {floor}"
    return page_table(caption, heads, body) if any(size("given", r) for r in rows) else ""


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _limits(summary: Summary, titles: Mapping[str, str]) -> str:
    heads = [
        Head("Limit"),
        Head("Binds in", "number"),
        Head("Rent p5", "number"),
        Head("p50", "number"),
        Head("p95", "number"),
    ]
    rows = [
        [esc(limit_name(r["id"], titles)), esc(percent(_hundred(r["chance"]))),
         *(esc(number(r[p])) for p in ("p5", "p50", "p95"))]
        for r in summary.limits.sort("chance", "id", descending=[True, False]).iter_rows(named=True)
    ]  # fmt: skip
    return section("limits", "What binds how often", page_table("Rents in USD/kg", heads, rows)) if rows else ""


def _ends(summary: Summary, command: str) -> str:
    parts = []
    for word, end in (("Best", summary.best), ("Worst", summary.worst)):
        line = f"{command} " + " ".join(f"--set {shlex.quote(s)}" for s in end.settings)
        parts.append(paragraph(f"{word} draw: {end.draw}, {money(end.value_lost)} million USD a year. Replay it:"))
        parts.append(tag("p", tag("code", esc(line))))
    return section("ends", "The draws at the two ends", *parts)


def _inputs(found: Ensemble) -> str:
    titles = titles_of(found.scenario.measures)
    heads = [
        Head("Input"),
        Head("Low", "number"),
        Head("Value", "number"),
        Head("High", "number"),
        Head("Distribution"),
    ]
    rows = [
        [esc(_upper(assumption_name(i.id, titles))) + tag("br") + ident(i.id), esc(short(i.low)), esc(short(i.value)),
         esc(short(i.high)), esc(i.dist)]
        for i in found.inputs
    ]  # fmt: skip
    return section("inputs", "What is drawn", page_table("Inputs, each within its range", heads, rows, limit=len(rows)))


def _again(found: Ensemble, command: str, run: str, edition: str) -> str:
    design = found.design
    line = f"{command} --ensemble {design.n} --seed {design.seed}"
    line += f" --method {design.method}" if design.method != "lhs" else ""
    facts: Iterable[tuple[str, str]] = (("Shell", line), ("Kept as", run), ("Data edition", edition))
    rows = [tag("tr", tag("th", esc(name), scope="row"), tag("td", tag("code", esc(value)))) for name, value in facts]
    table = tag("table", tag("tbody", *rows))
    return section("again", "How to get it again", tag("div", table, class_="scroll facts"))
