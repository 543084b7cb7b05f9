"""The report: self-contained, safe, small, accessible, and every number on it can be walked to its figures."""

from __future__ import annotations

import html
import random
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from outcome_sample import sample_outcome
from ytterby.core.errors import InputError
from ytterby.model.outcome import FIGURES, PRICES, TABLES
from ytterby.show.backdrop import Backdrop
from ytterby.show.digest import leader, most_affected
from ytterby.show.notebook import MOST_BYTES as NOTEBOOK_BYTES
from ytterby.show.notebook import notebook_html
from ytterby.show.report import MOST_BYTES, report
from ytterby.show.sections.again import command

VOID = {"meta", "br", "wbr", "col", "hr", "img", "input", "link"}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;\u202etxt.exe\x07{{7*7}}"


class Page(HTMLParser):
    """Reads a page as a tree: open tags must close in order; keeps ids, links, tables and pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.hrefs: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def _note(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if "href" in found:
            self.hrefs.append(str(found["href"]))


@pytest.fixture(scope="module")
def text() -> str:
    return report(sample_outcome())


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_the_page_is_a_closed_tree_with_unique_ids_and_no_broken_link(page: Page) -> None:
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    inner = {href[1:] for href in page.hrefs if href.startswith("#")}
    assert inner <= set(page.ids)


def test_the_page_asks_for_nothing_from_outside(text: str, page: Page) -> None:
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "iframe", "object", "embed", "img", "base", "form", "video", "audio"}
    assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on") or a in ("src", "srcset")]
    assert not re.search(r"@import|url\((?!#)", text)
    assert "default-src 'none'" in html.unescape(text)
    outside = [href for href in page.hrefs if not href.startswith("#")]
    assert outside == ["https://example.org/b", "https://example.org/a"]


def test_the_page_is_accessible(text: str, page: Page) -> None:
    assert ("html", {"lang": "en"}) in page.tags
    pictures = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert all(a.get("role") == "img" or a.get("aria-hidden") == "true" for a in pictures)
    assert text.count('role="img"') == len(re.findall(r'<svg[^>]*role="img"[^>]*><title', text))
    tables = len(re.findall(r"<table", text))
    assert len(re.findall(r"<table><caption>", text)) == tables > 8
    assert all(attributes.get("scope") for tag, attributes in page.tags if tag == "th")
    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text


def test_the_finding_stands_on_top(text: str) -> None:
    first = re.search(r"<h1[^>]*>(.*?)</h1>", text)
    assert first is not None
    assert html.unescape(first[1]).replace("\u00a0", " ") == sample_outcome().finding
    assert text.index("<h1") < text.index("<h2")


def test_a_title_is_not_read_twice() -> None:
    outcome = sample_outcome(finding="Export licences, an invented example: users lose a third.")
    assert "<h1>Users lose a third.</h1>" in report(outcome, scenery=Backdrop())
    assert 'content="Export licences, an invented example: users lose a third."' in report(outcome, scenery=Backdrop())


def test_hostile_words_stay_words() -> None:
    outcome = sample_outcome(HOSTILE, finding=HOSTILE, summary=(HOSTILE,), edition=HOSTILE, input_hash=HOSTILE)
    frames = {}
    for name, schema in TABLES.items():
        texts = [c.name for c in schema.columns if c.dtype == pl.String and not c.words and c.name not in ("element",)]
        kept = {"product", "kind", "origin", "destination", "country", "stage", "result_key", "unit", "id"}
        frame = outcome.table(name)
        frames[name] = frame.with_columns(pl.lit(HOSTILE).alias(c) for c in texts if c not in kept)
    frames["sources"] = frames["sources"].with_columns(url=pl.lit("javascript:alert(1)"))
    frames["figures"] = frames["figures"].with_columns(result_key=pl.lit("base/" + HOSTILE))
    told = report(replace(outcome, certificate={HOSTILE: HOSTILE}, checks={HOSTILE: HOSTILE}, **frames))
    tree = Page(told)
    assert tree.open == []
    assert not {tag for tag, _ in tree.tags} & {"script", "img"}
    assert not [a for _, attributes in tree.tags for a in attributes if a.startswith("on")]
    assert not [href for href in tree.hrefs if href.startswith("javascript")]
    assert "\u202e" not in told
    assert "\x07" not in told


def test_a_hostile_country_product_and_element_stay_words() -> None:
    outcome = sample_outcome()
    cols = {"prices": ["country", "product"], "shortages": ["country", "product"], "gains": ["country"],
            "flows": ["origin", "destination"], "shares": ["country", "stage"]}  # fmt: skip
    frames = {
        name: outcome.table(name).with_columns((pl.col(c) + HOSTILE).alias(c) for c in columns)
        for name, columns in cols.items()
    }
    tree = Page(report(replace(outcome, **frames)))
    assert tree.open == []
    assert not {tag for tag, _ in tree.tags} & {"script", "img"}


def test_no_missing_value_is_printed_as_a_word(text: str) -> None:
    words = re.sub(r"<style>.*?</style>|<[^>]*>", " ", text)
    assert not re.search(r"\b(nan|NaN|None|null|inf)\b", words)


def test_prices_beyond_five_times_the_base_are_only_at_least(text: str) -> None:
    rows = re.findall(r"<tr>(.*?)</tr>", text[text.index('<section id="prices"') :])
    yttrium = next(row for row in rows if "Y oxide" in row)
    shown = html.unescape(re.sub(r"<[^>]*>", " ", yttrium)).replace("\u00a0", " ")
    assert "≥ 30.0" in shown  # FOB 72 USD/kg, base 6
    assert "1 of 3 at the cap (assumption)" in shown
    assert "72.0" not in shown
    nothing = next(row for row in rows if "no flow" in row)
    assert re.sub(r"<[^>]*>", " ", nothing).count("–") >= 4


def test_five_numbers_walk_to_publisher_edition_and_locator(text: str) -> None:
    links = sorted(set(re.findall(r'<a href="#(fig-[\w.-]+)" class="f">', text)) - {"fig-all"})
    figures = text[text.index('<section id="figures"') :]
    chosen = random.Random(20).sample(links, 5)
    for anchor in chosen:
        body = next(part for part in re.findall(r"<tbody>(.*?)</tbody>", figures) if f'id="{anchor}"' in part)
        publisher, locator = re.search(r'<a href="#src-[^"]+">(.*?)</a>, \d{4}</td><td>(.*?)</td>', body).groups()
        assert publisher in ("Survey of A", "Bureau of B")
        assert re.search(r"table|page|figure|article", locator)


def test_a_number_links_to_its_own_figure_first() -> None:
    told = report(sample_outcome(), scenery=Backdrop())
    cell = re.search(r'<a href="#([\w.-]+)" class="f">244</a>', told)
    assert cell is not None
    assert cell[1] == "fig-price-oxide-Dy-CHN"
    assert "× 0.0042 Dy in TREO × 0.871" in told


def test_long_tables_say_how_much_they_leave_out() -> None:
    outcome = sample_outcome()
    long = pl.concat([outcome.reconciliation] * 40)
    told = report(replace(outcome, reconciliation=long), scenery=Backdrop())
    assert "12 of 120 rows; all rows are in the CSV folder and the JSON of the run." in told


def test_a_large_outcome_stays_below_a_megabyte() -> None:
    outcome = sample_outcome()
    rows = [
        row | {"result_key": f"base/mine/Dy/C{i}", "figure": f"{row['figure']}-{i}", "locator": "table 9, " * 20}
        for i in range(600)
        for row in outcome.figures.to_dicts()
    ]
    prices = pl.concat([outcome.prices.with_columns(product=pl.format("oxide/X{}", pl.lit(i))) for i in range(60)])
    told = report(replace(outcome, figures=FIGURES.frame(rows), prices=prices))
    assert len(told.encode()) <= MOST_BYTES
    assert "all rows are in the CSV folder" in told


def test_the_same_outcome_gives_the_same_page_and_it_can_be_written(text: str, tmp_path: Path) -> None:
    assert report(sample_outcome(), tmp_path / "r.html") == text
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == text


def test_the_map_is_drawn_and_a_page_without_an_atlas_still_stands(text: str) -> None:
    assert text.count('class="map"') == 2
    assert re.search(r'<use href="#c-DEU" class="q\d"><title>Germany: ', text)
    assert "United Nations practice" in text
    bare = report(sample_outcome(), scenery=Backdrop())
    assert 'class="map"' not in bare
    assert Page(bare).open == []


def test_the_element_looked_at_is_the_hardest_hit_unless_it_is_chosen() -> None:
    outcome = sample_outcome()
    assert most_affected(outcome) == "Nd"
    assert "Neodymium from mine to use" in report(outcome, scenery=Backdrop())
    assert "Yttrium from mine to use" in report(outcome, element="Y", scenery=Backdrop())
    assert leader(outcome, "Dy") == "CHN"


def test_an_element_that_does_not_flow_is_refused() -> None:
    with pytest.raises(InputError, match="found 'Nb'; expected one of Y, Nd, Dy"):
        report(sample_outcome(), element="Nb", scenery=Backdrop())


def test_a_textbook_case_without_elements_has_a_report() -> None:
    outcome = sample_outcome()
    row = {"product": "wheat", "stage": "mine", "country": "A", "unit": "USD/kg", "base": 1.0, "home": 1.1}
    prices = PRICES.frame([row | {"status": "settled"}])
    empty = {
        name: TABLES[name].empty() for name in ("shortages", "shares", "concentration", "figures", "reconciliation")
    }
    flows = outcome.flows.filter(pl.col("element") == "Y").with_columns(
        element=pl.lit(None, dtype=pl.String), product=pl.lit("wheat")
    )
    told = report(replace(outcome, prices=prices, flows=flows, **empty), scenery=Backdrop())
    assert Page(told).open == []
    assert "wheat from maker to use" in told


def test_an_empty_outcome_has_a_report() -> None:
    empty = {name: schema.empty() for name, schema in TABLES.items()}
    told = report(replace(sample_outcome(), **empty), scenery=Backdrop())
    assert Page(told).open == []
    assert "<h1" in told


def test_the_parts_of_a_loss_fill_its_share_of_the_bar(text: str) -> None:
    part = re.compile(r'width="([\d.]+)%" height="[\d.]+" class="(?:given|replaced|unserved)"')
    strips = re.findall(r"<title>[^<]*: (\d+)\xa0% of base use lost</title>(.*?)</svg>", text)
    assert len(strips) == 12
    for share, strip in strips:
        assert sum(float(width) for width in part.findall(strip)) == pytest.approx(float(share), abs=0.6)


def test_the_shell_line_is_quoted() -> None:
    outcome = sample_outcome()
    assert command(outcome) == "ytterby run sample-licences --set a.b=0.4"
    spaced = replace(outcome.scenario, label="my file; rm -rf.toml", overrides=('a="x y"',))
    assert command(replace(outcome, scenario=spaced)) == """ytterby run 'my file; rm -rf.toml' --set 'a="x y"'"""


def test_the_notebook_view_is_small_and_needs_no_style() -> None:
    told = notebook_html(sample_outcome())
    assert Page(told).open == []
    assert len(told.encode()) < NOTEBOOK_BYTES
    assert "<style" not in told
    assert 'stroke="#0072b2"' in told
