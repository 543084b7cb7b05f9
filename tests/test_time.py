"""Scenarios over many periods: calendar, measures in part of a period, stocks by rule, what is refused."""

import json
from datetime import date
from pathlib import Path

import pytest

from ytterby.core.errors import InputError
from ytterby.model.base import network as chain_network
from ytterby.model.calendar import calendar
from ytterby.model.run import run
from ytterby.model.scenario import Time
from ytterby.model.scenario_file import scenario
from ytterby.show.export import to_mapping, write_csv
from ytterby.show.report import report
from ytterby.show.summary import summary_lines

HEAD = """
schema = 1
name = "t"
title = "A test"
extends = "heavy-ree-licences-2025"
"""
QUOTA = """
[[measure]]
id = "magnets"
kind = "quota"
source = "mofcom-2025-18"
scope = { flow = "export", of = "CHN", product = ["ndfeb-dy"] }
"""


def made(tmp_path: Path, text: str, *settings: str):
    path = tmp_path / "t.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return scenario(path, set=settings)


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(InputError) as raised:
        made(tmp_path, text)
    return str(raised.value)


def test_calendars_of_every_step():
    assert [p.label for p in calendar(Time("year", 2025, 2027))] == ["2025", "2026", "2027"]
    months = calendar(Time("month", 2024, 2025, 11, 2))
    assert [p.label for p in months] == ["2024-11", "2024-12", "2025-01", "2025-02"]
    assert (months[3].start, months[3].end) == (date(2025, 2, 1), date(2025, 2, 28))


def test_days_in_a_window():
    april = calendar(Time("month", 2025, 2025, 4, 4))[0]
    assert april.part(date(2025, 4, 4), None) == pytest.approx(27 / 30)
    assert april.part(None, date(2025, 3, 31)) == 0
    assert april.part(date(2025, 4, 10), date(2025, 4, 10)) == pytest.approx(1 / 30)
    assert april.mean(lambda months: months, date(2025, 4, 1)) == pytest.approx(15 / (365.25 / 12))


@pytest.mark.parametrize(
    ("time", "periods", "foresight", "window"),
    [
        ('{ step = "month", from = "2025-01", to = "2026-12" }', 24, "perfect", None),
        ('{ step = "month", from = 2025, horizon = 6, foresight = "myopic" }', 6, "myopic", None),
        ('{ step = "quarter", from = "2025-Q2", to = "2026-Q1", rolling = 2 }', 4, "rolling", 2),
        ('{ step = "year", from = 2025, to = 2034, foresight = { rolling = 4 } }', 10, "rolling", 4),
        ('{ step = "month", from = "2025-03", horizon = 24, foresight = "rolling" }', 24, "rolling", 12),
    ],
)
def test_the_ways_to_write_a_time(tmp_path, time, periods, foresight, window):
    found = made(tmp_path, f"time = {time}").time
    assert len(calendar(found)) == periods
    assert (found.foresight, found.window) == (foresight, window)


@pytest.mark.parametrize(
    ("time", "told"),
    [
        ('{ step = "month", from = "2025-13", to = "2025-12" }', "2025-13"),
        ('{ step = "month", from = "2025-06", to = "2025-01" }', "from 2025-06 to 2025-01"),
        ('{ step = "week", from = 2025, to = 2025 }', '"month", "quarter" or "year"'),
        ('{ step = "months", from = 2025, to = 2025 }', "Did you mean 'month'?"),
        ('{ step = "quarter", from = "2025-Q5", horizon = 2 }', "2025-Q5"),
        ('{ step = "month", from = "2023-01", to = "2023-06" }', "the base year 2024 or later"),
        ('{ step = "month", from = "2025-01" }', "neither to nor horizon"),
        ('{ step = "month", from = "2025-01", horizon = 0 }', "horizon"),
        ('{ step = "month", from = "2025-01", horizon = 900 }', "240 of step month at most"),
        ('{ step = "month", from = "2025-01", horizon = 9, foresight = "perfet" }', "Did you mean 'perfect'?"),
        ('{ step = "month", from = "2025-01", horizon = 9, foresight = "rolling", rolling = 0 }', "rolling"),
        ('{ step = "month", from = "2025-01", horizon = 9, foresight = "myopic", rolling = 3 }', "rolling = 3"),
    ],
)
def test_a_time_that_cannot_be_is_told(tmp_path, time, told):
    assert told in refused(tmp_path, f"time = {time}")


TIME = 'time = { step = "month", from = "2025-01", horizon = 12 }\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (QUOTA + 'limit = { share_of_base = 0.5, why = "x" }\nfrom = 2025-06-01\nuntil = 2025-05-01', "from no later"),
        (QUOTA + 'limit = { share_of_base = 0.5, why = "x" }\nfrom = 2025-06-01\nannounced = 2025-07-01', "announced"),
        (QUOTA + 'limit = { share_of_base = 0.5, why = "x" }\nuntil = 2024-05-01', "the first period, 2025-01"),
        (QUOTA + 'limit = { share_of_base = 0.5, why = "x" }\ndelay = -1', "months, 0 or more"),
        (
            "\n".join(
                QUOTA.replace('"magnets"', f'"{name}"') + f'limit = {{ share_of_base = {share}, why = "x" }}'
                for name, share in (("magnets", 0.5), ("again", 0.3))
            ),
            "same scope at the same time",
        ),
        ('[[stock]]\nid = "s"\nkind = "commercial"\nof = "JPN"\nproduct = "oxide"\nmonths = -1', "0 or more"),
        ('[[stock]]\nid = "s"\nkind = "commercial"\nof = "JPN"\nproduct = "oxide"\nopening = "-5 t REO"', "0 or more"),
        ('[[stock]]\nid = "s"\nkind = "comercial"\nof = "JPN"\nproduct = "oxide"\nmonths = 1', "commercial"),
        ("[behaviour]\nstock_month = 3", "Did you mean 'stock_months'?"),
        ("[behaviour]\nstock_months = -3", "0 or more"),
        ("[behaviour]\ndemand_months = 0", "above 0"),
    ],
)
def test_what_cannot_be_over_time_is_told(tmp_path, text, told):
    assert told in refused(tmp_path, TIME + text)


def test_all_faults_at_once(tmp_path):
    told = refused(tmp_path, 'time = { step = "month", from = "2025-13", to = 2025 }\n[behaviour]\nstock_month = 3\n')
    assert "2025-13" in told
    assert "stock_months" in told


def test_what_only_many_periods_have_is_refused_in_one(tmp_path):
    told = refused(tmp_path, QUOTA + 'limit = { share_of_base = 0.5, why = "x" }\ndelay = { months = 2, why = "x" }')
    assert "given in one period" in told


@pytest.fixture(scope="module")
def solved(network, atlas, tmp_path_factory):
    """Licences from April 2025 over eight months, with a delay, nothing foreseen beyond six months."""
    text = 'time = { step = "month", from = "2025-01", horizon = 8, foresight = "rolling", rolling = 6 }\n'
    text += '[[stock]]\nid = "tb"\nkind = "strategic"\nof = "JPN"\nproduct = "oxide"\nelement = "Tb"\n'
    text += 'opening = { value = "4 t Tb4O7", why = "a test" }\nrelease_above = { times = 2, why = "a test" }\n'
    found = made(tmp_path_factory.mktemp("time"), text, "measure.magnets.delay=1", "measure.oxides-and-metals.delay=1")
    return run(network, found, atlas=atlas)


def test_the_path_of_a_scenario(solved):
    path = solved.timeline
    assert [p["label"] for p in path.periods] == [f"2025-{m:02}" for m in range(1, 9)]
    assert path.largest_residual < 1e-9
    assert path.value_of_knowing > 0
    by = [{(r["product"], r["country"]): r for r in p["prices"]} for p in path.periods]
    home = [b["oxide/Dy", "CHN"] for b in by]
    assert home[0]["home"] == pytest.approx(home[0]["base"], rel=1e-6)  # nobody knows of it yet
    assert home[4]["fob"] > 1.5 * home[4]["base"]
    assert home[4]["home"] <= home[4]["weighted"] <= home[4]["fob"]


def test_a_reserve_is_released_above_its_price_only(solved):
    level = [
        next(r["value"] for r in p["stocks"] if r["kind"] == "strategic" and r["product"] == "oxide/Tb")
        for p in solved.timeline.periods
    ]
    assert level[0] == pytest.approx(level[2], rel=1e-6)
    assert level[-1] < 0.9 * level[0]


def test_licences_come_late_and_grow(solved):
    limits = [
        next(r for r in p["binding"] if r["id"] == "oxides-and-metals:Dy")["limit"] for p in solved.timeline.periods[3:]
    ]
    assert limits[0] < 0.2 * limits[-1]
    assert limits[1:] == sorted(limits[1:])


def test_json_csv_summary_and_report_tell_the_path(solved, tmp_path):
    read = json.loads(json.dumps(to_mapping(solved), allow_nan=False))
    assert len(read["periods"]) == 8
    assert {"label", "from", "to", "prices", "shortages", "exports", "stocks", "binding"} <= set(read["periods"][0])
    assert read["time"]["worst_period"] in read["finding"]
    assert read["time"]["value_of_knowing"] > 0
    assert any(row["id"] == "time.stock_months" for row in read["assumptions"])
    assert (tmp_path / "periods.csv") in write_csv(solved, tmp_path)
    said = "\n".join(line for line, _ in summary_lines(solved))
    assert "over time" in said
    assert "value of knowing" in said
    html = report(solved)
    assert 'id="time"' in html
    assert html.count('class="overtime"') >= 8


def test_gains_of_the_worst_period_add_up(solved):
    residuals = [value for name, value in solved.checks.items() if name.startswith(("consumer", "change"))]
    assert max(residuals) < 1e-9


def ban(tmp_path: Path, atlas, *settings: str):
    """Three quarters in which China sells no gallium to the United States and nobody passes any on."""
    path = tmp_path / "ban.toml"
    time = 'time = { step = "quarter", from = "2025-Q1", horizon = 3 }\n'
    path.write_text(f'schema = 1\nname = "b"\ntitle = "B"\nextends = "gallium-export-ban"\n{time}', encoding="utf-8")
    nobody = "measure.passed-on.limit.share_of_base=0"
    return run(None, scenario(path, set=[nobody, *settings]), atlas=atlas, ranges=False)


def told(found, table: str, country: str, column: str) -> list[float]:
    return [next(r[column] for r in p[table] if r["country"] == country) for p in found.timeline.periods]


def test_what_leaks_is_a_share_of_the_closed_lane_and_helps_its_buyer(tmp_path, atlas):
    shut = ban(tmp_path, atlas)
    leaky = ban(tmp_path, atlas, "measure.direct.leaks=true")
    more = ban(tmp_path, atlas, "measure.direct.leaks=true", "behaviour.leak_share=0.15")
    dear = ban(tmp_path, atlas, "measure.direct.leaks=true", "behaviour.leak_premium=20")
    traded = chain_network(atlas, chain="gallium", year=2024)
    lane = next(a.base for a in traded.activities if a.id == "route:refined/Ga:CHN>USA")
    assert told(shut, "exports", "CHN", "leaked") == [0, 0, 0]
    assert told(leaky, "exports", "CHN", "leaked") == pytest.approx([0.30 * lane] * 3, rel=1e-6)
    assert told(more, "exports", "CHN", "leaked") == pytest.approx([0.15 * lane] * 3, rel=1e-6)
    assert told(dear, "exports", "CHN", "leaked") == pytest.approx([0] * 3, abs=1e-6)  # nobody pays 21 times the price
    lost = [told(found, "shortages", "USA", "lost") for found in (leaky, more, shut)]
    assert all(a < b < c for a, b, c in zip(*lost, strict=True))
    assert leaky.timeline.largest_residual < 1e-9


def test_behaviour_is_set_from_outside_and_its_words_are_known(tmp_path):
    assert made(tmp_path, 'time = { step = "month", from = "2025-01", horizon = 6 }', "behaviour.stock_months=4")
    with pytest.raises(InputError, match="stock_months"):
        made(tmp_path, 'time = { step = "month", from = "2025-01", horizon = 6 }', "behaviour.stock_month=4")


def test_one_year_has_no_periods(network, atlas):
    found = run(network, scenario("heavy-ree-licences-2025"), atlas=atlas, ranges=False)
    assert found.timeline is None
    assert to_mapping(found)["periods"] == []


def test_a_measure_over_the_whole_of_one_year_is_the_static_one(network, atlas, tmp_path):
    """The first of two years, with users of one-year elasticity and no stock, is the static answer."""
    text = 'time = { step = "year", from = 2026, to = 2027 }\n'
    text += "[behaviour]\nstock_months = 0\ndemand_short = 1\ndemand_long = 1\n"
    path = run(network, made(tmp_path, text), atlas=atlas, ranges=False).timeline
    static = run(network, scenario("heavy-ree-licences-2025"), atlas=atlas, ranges=False)
    want = {(r["product"], r["country"]): r["home"] for r in static.prices.iter_rows(named=True)}
    for period in path.periods:
        for row in period["prices"]:
            if row["home"] is not None and row["status"] == "settled":
                assert row["home"] == pytest.approx(want[row["product"], row["country"]], rel=1e-6)
