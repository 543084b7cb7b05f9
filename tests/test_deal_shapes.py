"""The picture of what two or three parties could share, and where a deal breaks even."""

import pytest

import ytterby as yb
from ytterby.show.deal import deal_lines, deal_report
from ytterby.show.deal_bars import _ticks, bars
from ytterby.show.deal_shapes import core_corners, shape

RATE = {"value": 0.05, "why": "a test"}
SOURCE = {"publisher": "A test", "title": "A test", "url": "https://example.org", "date": "2026"}


def wall(name, of, on, rate):
    scope = {"flow": "import", "of": of, "origin": [on]}
    return {"id": name, "kind": "tariff", "source": SOURCE, "scope": scope, "rate": f"{rate} USD/kg"}


def deal(regions):
    ids = {"reg1": "one", "reg2": "two", "reg3": "three"}
    more = [{"id": "d", "needs": ["two", "three"], "by": ["three"], "lifts": ["v"]}] if "reg3" in regions else []
    return {
        "schema": 1, "name": "t", "title": "t", "base": {"network": "takayama-judge-1964"},
        "party": [{"id": ids[r], "kind": "state", "country": [r], "discount": RATE} for r in regions],
        "clause": [{"id": "c", "needs": ["one", "two"], "by": ["one"], "lifts": ["w"]}, *more],
        "outside": {"measure": [wall("w", "reg1", "reg2", 1), wall("v", "reg3", "reg2", 1)]},
    }  # fmt: skip


def area(corners):
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, corners[1:] + corners[:1], strict=True)) / 2


def test_the_core_is_cut_out_of_the_triangle_by_pairs():
    assert area(core_corners([0, 0, 0])) == pytest.approx(0.5)
    assert area(core_corners([0.5, 0, 0])) == pytest.approx(0.5 - 0.5**3)
    assert area(core_corners([0.5, 0.5, 0.5])) == pytest.approx(0.5 - 3 * 0.5**3)
    assert core_corners([0.8, 0.8, 0.8]) == []
    for corner in core_corners([0.3, 0.6, 0.1]):
        assert sum(corner) == pytest.approx(1)
        assert all(x <= 1 - p + 1e-9 for x, p in zip(corner, [0.3, 0.6, 0.1], strict=True))


@pytest.mark.parametrize(
    ("regions", "says"), [(("reg1", "reg2"), "strong part"), (("reg1", "reg2", "reg3"), "The core is empty")]
)
def test_a_room_of_two_or_three_is_drawn_with_words_beside_it(regions, says):
    found = yb.deal(deal(regions), ranges=False)
    picture = shape(found)
    assert says in picture
    inside = len(found.room) == 2
    assert picture.count("<circle") == (4 if inside else 1)
    assert ("Outside the triangle: as written" in picture) is not inside
    assert picture in deal_report(found)


def test_the_break_even_of_a_worst_known_input_is_solved():
    tables = deal(("reg1", "reg2"))
    free = yb.deal(tables, ranges=False)
    worth = free.total
    cost = {"value": 2 * worth, "low": 0, "high": 5 * worth, "why": "a test"}
    tables["clause"][0]["capital"] = {"cost": cost, "life": 1, "rate": 0, "paid_by": {"one": 1}}
    found = yb.deal(tables)
    (top,) = found.swings
    assert top.id == "clause.c.capital"
    assert top.even == pytest.approx(worth, rel=1e-3)
    assert "breaks even" in " ".join(deal_lines(found))


def test_what_does_not_exist_is_said_once_and_plainly():
    tables = deal(("reg1", "reg2"))
    cost = {"value": 1e6, "why": "a test"}
    tables["clause"][0]["capital"] = {"cost": cost, "life": 1, "rate": 0, "paid_by": {"one": 1}}
    found = yb.deal(tables, ranges=False)
    html = deal_report(found)
    assert "No Nash split: together they are worth less" in html
    assert "tau: tau" not in html
    assert ".." not in " ".join(deal_lines(found))
    assert shape(found) == ""


def test_the_page_names_clauses_inputs_and_views_in_words():
    found = yb.deal("joint-development-offer")
    page = deal_report(found)
    for code in ("clause.mine.capital", "needs titular", ">opening<", "usgs-mcs"):
        assert code not in page
    assert "A jointly developed mine: what building costs [million USD]" in page
    assert "United Nations" in page
    assert "What each side says, in our words" in page
    assert page.count('class="tiles"') == 1


def test_bars_stand_on_round_numbers_that_enclose_them():
    assert _ticks(-26.2, 47.1) == [-40, -20, 0, 20, 40, 60]
    assert _ticks(0.0, 37.0) == [0, 10, 20, 30, 40]
    assert _ticks(-0.3, 0.0)[0] <= -0.3


def test_bars_are_left_out_where_nobody_gains_or_loses_anything():
    tables = deal(("reg1", "reg2"))
    assert bars(yb.deal(tables, ranges=False)).count("<rect") == 2 * 4
    tables["clause"][0] |= {"after": ["e"]}
    tables["clause"].append({"id": "e", "needs": ["one", "two"], "by": ["one"], "lifts": ["v"]})
    tables["party"][0]["present"] = False
    assert bars(yb.deal(tables, ranges=False)) == ""


def test_use_that_is_lost_and_gained_is_told_apart():
    found = yb.deal("shared-stockpile", ranges=False)
    now = found.checks
    assert now["use gained [MUSD/yr]"] > now["use lost [MUSD/yr]"] >= 0
