"""The finding in one sentence, the lines to be read aloud, and four numbers."""

from __future__ import annotations

import polars as pl

from ytterby.show.digest import leader, lost_share, lost_worth, measure_rows
from ytterby.show.grounds import of_gain, of_price
from ytterby.show.markup import esc, tag
from ytterby.show.overtime import without
from ytterby.show.page import Page
from ytterby.show.words import money, number, percent, price, product_name, unbroken


def section(page: Page) -> str:
    """Return the head of the report."""
    outcome = page.outcome
    scenario = outcome.scenario
    lines = (
        tag("ul", *(tag("li", esc(unbroken(line))) for line in outcome.summary), class_="lines")
        if outcome.summary
        else ""
    )
    about = f"Scenario {scenario.name} · {_years(page)} · data edition {outcome.edition}"
    return tag(
        "header",
        tag("p", esc("Ytterby · scenario report"), class_="kicker"),
        tag("p", esc(scenario.title), class_="title"),
        _finding(outcome.finding, scenario.title),
        tag("p", esc(about), class_="about"),
        lines,
        _tiles(page),
        tag("p", esc(scenario.description), class_="description") if scenario.description else "",
    )


def _finding(finding: str, title: str) -> str:
    """Return the finding as the heading; the title above it need not be read twice."""
    said = finding.removeprefix(title.rstrip(".") + ": ")
    shown = unbroken(said[:1].upper() + said[1:])
    return tag("h1", esc(shown), class_="long" if len(shown) > 130 else None)


def _years(page: Page) -> str:
    base, run = page.outcome.scenario.base.year, page.outcome.scenario.year
    path = page.outcome.timeline
    if path is not None:
        span = f"{path.periods[0]['label']} to {path.periods[-1]['label']}"
        span += f", against the reconciled base year {base}" if base else ""
        span += without(page.outcome)
        return f"{span}; numbers and tables are of {path.worst}, the {path.told} period, at annual rates"
    return f"year {run}, against the reconciled base year {base}" if base else f"year {run}"


def _tiles(page: Page) -> str:
    tiles = [_hardest_hit(page), _price_abroad(page), _rent(page), _binding(page)]
    return tag("dl", *(_tile(*tile) for tile in tiles if tile is not None), class_="tiles")


def _tile(value: str, what: str) -> str:
    return tag("div", tag("dt", esc(what)), tag("dd", value))


def _hardest_hit(page: Page) -> tuple[str, str] | None:
    known = {code: share for code, share in lost_share(page.outcome).items() if share is not None and share >= 0.05}
    worth = {code: lost for code, lost in lost_worth(page.outcome).items() if code in known}
    if not worth:
        return None
    code = max(sorted(worth), key=lambda c: worth[c])
    shown = page.walk.link(percent(known[code]), *of_gain(code))
    return shown, f"of base use lost in {page.country(code)}, all products at base prices: the largest loss in value"


def _price_abroad(page: Page) -> tuple[str, str] | None:
    home = leader(page.outcome, page.element)
    used = page.outcome.shortages.group_by("product", "country", maintain_order=True).agg(pl.col("base_use").sum())
    rows = (
        page.outcome.prices.filter(
            (pl.col("element") == page.element)
            & pl.col("product").str.contains("^(oxide|refined)/")
            & (pl.col("country") != home)
            & pl.col("delivered").is_not_null()
            & (pl.col("base") > 0)
        )
        .join(used, on=["product", "country"], how="left", maintain_order="left")
        .sort(["base_use", "country"], descending=[True, False], nulls_last=True)
    )
    if not rows.height:
        return None
    row = rows.row(0, named=True)
    shown = price(row["delivered"], row["base"], row["status"])
    what = f"{row['unit']}, {product_name(row['product'])} delivered in {page.country(row['country'])}"
    biggest = f", the largest user outside {page.country(home)}" if home else ""
    return page.walk.link(shown, *of_price(row["product"], row["country"])), (
        f"{what}{biggest} (base {number(row['base'])})"
    )


def _rent(page: Page) -> tuple[str, str] | None:
    rent = float(page.outcome.gains["rent"].sum())
    if abs(rent) < 0.5:
        return None
    return page.walk.link(
        money(rent), "gains", "price/oxide"
    ), "million USD a year of licence rent, to whoever holds the licences"


def _binding(page: Page) -> tuple[str, str] | None:
    limits = measure_rows(page.outcome)
    if not limits.height:
        return None
    bound = int(limits["bound"].sum())
    rest = "the others cut slack" if bound < limits.height else "none of them cuts slack only"
    return esc(f"{bound} of {limits.height}"), f"limits set by the scenario's measures bind; {rest}"
