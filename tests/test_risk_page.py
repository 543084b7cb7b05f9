"""The page and the table of one material for one economy: every line, every source, nothing loaded, names escaped."""

from dataclasses import replace

import polars as pl
import pytest
from typer.testing import CliRunner

from ytterby.atlas.places import BORDERS_NOTE
from ytterby.cli.app import build
from ytterby.core.errors import InputError
from ytterby.indicators.profile import profile
from ytterby.show.markup import esc
from ytterby.show.report import POLICY
from ytterby.show.risk import NAMES, shown
from ytterby.show.risk_page import risk_page


@pytest.fixture(scope="module")
def dysprosium(atlas):
    return profile(atlas, "Dy", "DEU")


@pytest.fixture(scope="module")
def page(dysprosium, atlas):
    return risk_page(dysprosium, atlas)


def test_every_line_stands_on_the_page_with_its_status_and_sources(page, dysprosium):
    body = page.split('id="indicators"', 1)[1].split("</section>", 1)[0]
    rows = body.split("<tr>")[2:]
    assert len(rows) == len(dysprosium.lines)
    for row, line in zip(rows, dysprosium.lines, strict=True):
        assert NAMES[line.method] in row
        assert esc(line.status) in row
        assert shown(line.value) in row
        assert row.count('href="#s') == len(line.sources)
    assert all(f'id="s{at}"' in page for at in range(1, len(dysprosium.sources) + 1))


def test_the_page_loads_nothing_and_runs_nothing(page):
    assert "<script" not in page
    assert esc(POLICY) in page
    assert not any(word in page for word in ('src="http', "url(http", "@import"))
    assert len(page.encode()) < 1_000_000


def test_the_map_says_whose_borders_it_draws_and_what_each_country_sells(page, dysprosium):
    assert esc(BORDERS_NOTE) in page
    place, share = dysprosium.origins[0].top[0]
    assert place == "CHN"
    assert f"China: {100 * share:.0f}\u00a0% of the imports" in page
    assert "Chile: none" in page


def test_a_name_cannot_become_markup(dysprosium, atlas):
    assert "<b>" not in risk_page(replace(dysprosium, economy_name="<b>x</b>"), atlas)


def test_the_shell_writes_a_page_or_a_table_or_says_what_it_can(tmp_path, dysprosium):
    ask = ["risk", "Dy", "--for", "DEU", "--out"]
    for name in ("risk.html", "risk.csv", "risk.parquet"):
        assert CliRunner().invoke(build(), [*ask, str(tmp_path / name)]).exit_code == 0
    table = pl.read_parquet(tmp_path / "risk.parquet")
    assert table["value"].to_list() == [line.value for line in dysprosium.lines]
    assert pl.read_csv(tmp_path / "risk.csv")["method"].to_list() == table["method"].to_list()
    wrong = CliRunner().invoke(build(), [*ask, str(tmp_path / "risk.docx")])
    assert isinstance(wrong.exception, InputError)
    assert ".html, .csv or .parquet" in str(wrong.exception)
