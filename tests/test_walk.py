"""Five numbers of a report, drawn at random, walked to publisher, edition and cell."""

from __future__ import annotations

import random
import re

import polars as pl
import pytest

from ytterby.atlas.load import load
from ytterby.model.run import run
from ytterby.model.scenario_file import scenario
from ytterby.show.report import report


@pytest.fixture(scope="module")
def pages(network):
    outcome = run(network, scenario("heavy-ree-licences-2025"), ranges=False)
    return outcome, report(outcome)


@pytest.mark.parametrize("seed", range(5))
def test_a_random_number_walks_to_its_source(pages, seed: int) -> None:
    outcome, html = pages
    links = sorted(set(re.findall(r'href="#(fig-[^"]+)"', html)))
    assert len(links) > 20
    anchor = random.Random(seed).choice(links)
    assert html.count(f'id="{anchor}"') == 1, "the link lands on exactly one place of the page"
    after = html[html.index(f'id="{anchor}"') :][:4000].replace("<wbr>", "").replace("&gt;", ">")
    atlas = load()
    known = set(outcome.figures["figure"])
    named = [name for name in sorted(known, key=len, reverse=True) if f"<code>{name}</code>" in after]
    assert named, "figures of the atlas stand where the link leads"
    row = outcome.figures.filter(pl.col("figure") == named[0]).row(0, named=True)
    source = atlas.sources.filter(pl.col("id") == row["source"])
    assert source.height == 1
    assert source["publisher"][0]
    assert row["edition"]
    assert row["locator"]
    stored = atlas.figures.filter(pl.col("id") == row["figure"])
    if stored.height:  # trade is cited by year, code and pair instead
        assert stored["value"][0] == row["value"]
        assert stored["locator"][0] == row["locator"]
    else:
        code, pair = row["figure"].split(":")
        origin, destination = pair.split(">")
        trade = atlas.trade.filter(pl.col("year") == 2024, pl.col("hs6") == code)
        for end, place in (("exporter", origin), ("importer", destination)):
            trade = trade if place == "ROW" else trade.filter(pl.col(end) == place)
        assert trade.height >= 1
