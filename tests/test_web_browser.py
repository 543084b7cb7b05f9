"""The first five minutes in a real Chromium: each screen shows a number of the shell's, and asks nobody else.

Pictures go to $YTTERBY_PICTURES when that is set.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from urllib.parse import urlencode

import pytest

from served import printed
from test_naming import RAW
from test_web_serve import SMALL, serving

_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in _NAMES if (found := shutil.which(name))), None)

pytest.importorskip("uvicorn", reason="the browser needs the extra app")
sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright: the browser was not walked through")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: the browser was not walked through")

ARTICLE = "Brazil mines more than half of the world's niobium. It was said that the talks were good and would go on."
NAME = "heavy-ree-licences-2025"
PATH = "measure.magnets.limit.share_of_base"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    runs = tmp_path_factory.mktemp("runs")
    with serving(runs) as (_, address, _), sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        found = browser.new_page(viewport={"width": 1280, "height": 900})
        found.faults = []
        found.on("pageerror", lambda error: found.faults.append(str(error)))
        found.on("console", lambda m: found.faults.append(m.text) if m.type == "error" else None)
        found.on("request", lambda r: None if r.url.startswith((address, "blob:")) else found.faults.append(r.url))
        found.address, found.runs = address, runs
        yield found
        browser.close()


def go(page, hash_, name=None):
    page.goto("about:blank")
    page.goto(f"{page.address}/{hash_}")
    page.wait_for_selector("[data-ready=yes]", timeout=20_000)
    picture(page, name)


def picture(page, name):
    folder = os.environ.get("YTTERBY_PICTURES")
    if folder and name:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def unfaulted(page):
    assert page.faults == []


def test_atlas_and_why(page):
    go(page, "#atlas?material=Dy&stage=mine", "atlas")
    whole = printed("run", NAME, "--json")
    base = {(r["stage"], r["country"]): r["base"] for r in whole["shares"] if r["element"] == "Dy"}
    china = page.locator('.map [data-code="CHN"]').first
    assert china.get_attribute("aria-label") == f"China: {round(base['mine', 'CHN'])}\xa0%"
    china.click()
    page.wait_for_selector(".panel h2:has-text('China')")
    page.wait_for_selector(".panel :text('Who depends on China')")
    picture(page, "atlas-china")
    page.locator(".panel button.why").first.click()
    page.wait_for_selector("dialog ol li")
    assert "Geological Survey" in page.locator("dialog").inner_text()
    assert page.locator("dialog button:has-text('Copy citation')").count() == 1
    picture(page, "why")
    page.keyboard.press("Escape")
    # The keyboard alone goes from the largest country to the next, and opens it.
    page.locator('.map [tabindex="0"]').first.focus()
    first = page.evaluate("() => document.activeElement.dataset.code")
    page.keyboard.press("ArrowRight")
    second = page.evaluate("() => document.activeElement.dataset.code")
    assert first != second
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"country={second}"))
    unfaulted(page)


def test_desk_follows_the_slider_and_the_address_restores_it(page):
    go(page, "#desk", "desk")
    slider = page.locator(f'input[data-path="{PATH}"]')
    before = page.locator(".finding").inner_text()
    slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    page.wait_for_selector('[aria-busy="false"] .finding')
    page.wait_for_url(re.compile("share_of_base%3D0.5"))
    page.wait_for_selector(f".shell code:has-text('{PATH}=0.5')")
    page.locator('[aria-busy="false"]').wait_for()
    whole = printed("run", NAME, "--set", f"{PATH}=0.5", "--json")
    page.wait_for_selector(f"#hash:has-text('{whole['input_hash'][:12]}')")
    assert page.locator(".finding").inner_text() == whole["finding"] != before
    address = page.url
    picture(page, "desk-half")
    with page.expect_download() as waited:
        page.locator('[data-kind="toml"]').click()
    assert "share_of_base = 0.5" in Path(waited.value.path()).read_text(encoding="utf-8")
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector(f"#hash:has-text('{whole['input_hash'][:12]}')")
    assert page.locator(f'input[data-path="{PATH}"]').input_value() == "0.5"
    assert page.locator(".form").inner_text().count("[object") == 0
    unfaulted(page)


def test_two_scenarios_stand_side_by_side_and_one_goes_back(page):
    go(page, "#desk?name=gallium-export-ban")
    first = page.locator(".finding").inner_text()
    assert page.locator("#undo").is_disabled()
    page.click("#pin")
    page.locator(".form select").select_option("graphite-licences-2023")
    page.wait_for_selector(f"text=Compared with: {first}")
    whole = printed("run", "graphite-licences-2023", "--json")
    page.wait_for_selector(f"#hash:has-text('{whole['input_hash'][:12]}')")
    assert page.locator(".finding").inner_text() == whole["finding"] != first
    page.wait_for_selector("#undo:enabled")
    page.click("#undo")
    page.wait_for_selector(f".finding:has-text('{first[:60]}')")
    page.wait_for_url(re.compile("name=gallium-export-ban"))
    unfaulted(page)


def test_many_periods_are_drawn_over_time(page):
    shorter = "time.to=2025-09"  # two years take the server and the shell ten seconds each
    go(page, f"#desk?name={NAME}-monthly&set={shorter}")
    whole = printed("run", f"{NAME}-monthly", "--set", shorter, "--json")
    page.wait_for_selector(f"#hash:has-text('{whole['input_hash'][:12]}')", timeout=60_000)
    picture(page, "desk-monthly")
    assert page.locator(".finding").inner_text() == whole["finding"]
    charts = page.locator(".overtime svg")
    assert charts.count() == 8
    room = page.viewport_size["width"]
    assert all(charts.nth(k).bounding_box()["x"] + charts.nth(k).bounding_box()["width"] <= room for k in range(8))
    assert page.locator(".overtime path.line").count() >= 8
    page.locator("summary:has-text('The numbers by period')").first.click()
    may = page.locator("details[open] tbody tr:has-text('2025-05') td").all_inner_texts()
    prices = {(r["product"], r["country"]): r for r in whole["periods"][4]["prices"]}
    assert float(may[0]) == pytest.approx(prices["magnet/ndfeb-dy", "CHN"]["home"], rel=6e-3)
    worst = re.search(r"in (\d{4}-\d\d), the worst of 9 periods", whole["finding"])[1]
    assert page.locator(f"caption:has-text('in {worst}, at annual rates')").count() >= 2
    lost = sum(r["lost"] for r in whole["shortages"] if r["product"] == "magnet/ndfeb-dy" and r["lost"] > 0)
    assert f"{lost:,.0f}" in page.locator("tr:has-text('NdFeB magnets with Dy')").first.inner_text()
    unfaulted(page)


def test_risk_sources_and_the_interface(page):
    go(page, "#risk?material=Dy&economy=DEU", "risk")
    found = printed("risk", "Dy", "--for", "DEU", "--json")
    hhi = next(line["value"] for line in found["indicators"] if line["method"] == "hhi" and line["stage"] == "mine")
    row = page.locator("tbody tr").first.inner_text()
    assert f"{hhi:.3g}" in row
    go(page, "#sources", "sources")
    listed = printed("sources", "--json")
    assert page.locator("h1").inner_text().startswith(f"{len(listed['sources'])} sources")
    page.goto(f"{page.address}/docs")
    page.wait_for_selector("h2:has-text('/api/run')")
    unfaulted(page)


def test_an_article_is_pasted(page, tmp_path):
    path = tmp_path / "article.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    whole = printed("read", str(path), "--json")
    go(page, "#claims")
    page.fill("#article", ARTICLE)
    page.click("#check")
    page.wait_for_selector('[data-verdict="supported"]')
    picture(page, "claims")
    found = next(claim for claim in whole["claims"] if claim["verdict"] == "supported")
    said = page.locator('[data-verdict="supported"]').inner_text().replace("\xa0", " ")
    assert found["why"].partition(": ")[2] in said
    assert page.locator("#counts").inner_text().startswith("1 supported")
    unfaulted(page)


def test_an_ensemble_starts_stops_and_goes_on(page, tmp_path, monkeypatch):
    go(page, f"#uncertainty?{urlencode({'text': SMALL, 'n': 400, 'seed': 5})}")
    page.click("#start")
    page.locator('[data-do="stop"]').click()
    page.wait_for_selector('[data-state="stopped"]')
    picture(page, "uncertainty-stopped")
    page.locator('[data-do="resume"]').click()
    page.wait_for_selector('[data-state="done"]', timeout=40_000)
    page.locator('[data-do="show"]').click()
    page.wait_for_selector("#result .finding")
    picture(page, "uncertainty")
    path = tmp_path / "scenario.toml"
    path.write_text(SMALL, encoding="utf-8")
    monkeypatch.setenv("YTTERBY_RUNS", str(page.runs))  # the same question, so nothing is solved again
    whole = printed("run", str(path), "--ensemble", "400", "--seed", "5", "--json")
    assert page.locator("#result .finding").inner_text() == whole["finding"]
    limit = page.locator("table:has(caption:has-text('Limits')) tbody tr").first.inner_text()
    assert limit == f"A cap on exports: Ga\t{100 * whole['binding'][0]['chance']:.0f}\xa0%"
    unfaulted(page)


def test_an_ensemble_over_time_is_a_fan_with_the_numbers_of_the_shell(page, tmp_path, monkeypatch):
    text = SMALL.replace('step = "year", from = 2025, to = 2025', 'step = "quarter", from = "2025-Q1", horizon = 4')
    go(page, f"#uncertainty?{urlencode({'text': text, 'n': 20, 'seed': 5})}")
    page.click("#start")
    page.wait_for_selector("#result .finding", timeout=40_000)
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("YTTERBY_RUNS", str(page.runs))
    whole = printed("run", str(path), "--ensemble", "20", "--seed", "5", "--json")
    assert len(whole["periods"]) == 4
    assert page.locator("#result path.fan").count() >= 3
    picture(page, "uncertainty-over-time")
    page.locator("#result label:has-text('Where') select").select_option("JPN")
    page.wait_for_selector("#fan caption:has-text('Gallium, Japan, by period')")
    page.wait_for_url(re.compile("country=JPN"))
    third = next(r for r in whole["periods"][2]["shortages"] if r["country"] == "JPN")
    cells = page.locator("#fan tbody tr:has-text('2025-Q3') td").all_inner_texts()
    assert [float(cell) for cell in cells[:3]] == pytest.approx([third[q] for q in ("p5", "p50", "p95")], rel=6e-3)
    assert third["p5"] < third["p50"] < third["p95"]
    unfaulted(page)


def test_a_deal_is_that_of_the_shell(page):
    page.goto("about:blank")
    page.goto(f"{page.address}/#deals")
    page.wait_for_selector(".controls select")
    name = page.evaluate("() => document.querySelector('.controls select').value")
    whole = printed("deal", name, "--json")  # solved beside the server
    page.wait_for_selector("[data-ready=yes]", timeout=40_000)
    picture(page, "deals")
    assert page.locator("h1.finding").inner_text() == whole["finding"]
    assert page.locator(f"#hash:has-text('{whole['input_hash'][:12]}')").count() == 1
    room = [party for party in whole["parties"] if party["present"]]
    rows = page.locator("table").first.locator("tbody tr")
    assert rows.count() == len(room)
    total = whole["gains"][room[0]["id"]]["total"]
    shown = rows.first.locator("td").first.inner_text().replace("−", "-").replace(",", "")
    assert float(shown) == pytest.approx(total, abs=0.0501)  # money is said to a tenth
    page.locator("#trust").fill("1")
    assert page.locator("output[for=trust]").inner_text() == "1"
    trusts = [p["trust_needed"] for p in whole["trust"]["parties"]]
    kept = page.locator("#kept").inner_text()
    assert kept.count("joins") == sum(t is not None for t in trusts)
    unfaulted(page)


SCREENS = ("atlas?material=Dy&stage=mine&country=CHN", "risk?material=Dy&economy=DEU", "desk", "uncertainty", "claims",
           "deals", "sources")  # fmt: skip


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_can_be_read_by_everybody(page, screen):
    """No serious violation of WCAG that axe-core can find."""
    from importlib.resources import files

    axe = pytest.importorskip("axe_playwright_python", reason="no axe-core: accessibility was not checked")
    go(page, f"#{screen}")
    page.evaluate((files(axe) / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")] == []
    said = page.locator("main").inner_text()
    assert "[object" not in said
    assert RAW.findall(said) == []
    unfaulted(page)


def test_a_phone_and_the_dark(page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(color_scheme="dark")
    for screen in ("atlas", "desk", "risk", "uncertainty", "claims", "deals", "sources"):
        go(page, f"#{screen}", f"phone-{screen}")
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= 390, f"{screen} is {wide} wide"
        unnamed = page.evaluate(
            "() => [...document.querySelectorAll('main button, main input, main select, main textarea')]"
            ".filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length)).length"
        )
        assert unnamed == 0
        if screen == "desk":  # a wide table scrolls inside its frame, and its first column stays
            frame = page.locator(".scroll:has(caption:has-text('Use lost by product'))")
            head = frame.locator("tbody th").first
            before = head.bounding_box()["x"]
            assert frame.evaluate("e => (e.scrollLeft = 120, e.scrollLeft)") == 120
            assert head.bounding_box()["x"] == pytest.approx(before, abs=1)
        if screen == "risk":  # a table of words is read row by row, each cell under its heading's name
            row = page.locator("table.words tbody tr").first
            told = row.evaluate("e => getComputedStyle(e.children[1], '::before').content")
            assert told.strip('"').startswith("Stage")
            assert row.locator("th").bounding_box()["width"] > 300
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})
    unfaulted(page)
