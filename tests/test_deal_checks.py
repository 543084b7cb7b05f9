"""Deal files as strangers write them: firms that own firms, circles, one fault told once, numbers without end."""

import itertools
import json

import pytest

import ytterby as yb
from ytterby.core.errors import InputError
from ytterby.games import bankruptcy, voting
from ytterby.games.bargaining import split
from ytterby.games.forecast import Actor, forecast
from ytterby.show.deal import deal_json, deal_lines, deal_report
from ytterby.studies.deals.finding import finding
from ytterby.studies.deals.records import Capital, Ranged
from ytterby.studies.textbook_game import game

RATE = {"value": 0.05, "why": "a test"}
SOURCE = {"publisher": "A test", "title": "A test", "url": "https://example.org", "date": "2026"}


def party(name, region="", **more):
    place = {"kind": "state", "country": [region]} if region else {"kind": "firm"}
    return {"id": name, "discount": RATE, **place, **more}


def tariff(name, of, on):
    scope = {"flow": "import", "of": of, "origin": [on]}
    return {"id": name, "kind": "tariff", "source": SOURCE, "scope": scope, "rate": "1 USD/kg"}


def tables(*firms, **more):
    """Two tariffs of the three regions of Takayama and Judge that clauses lift, and firms beside the regions."""
    return {
        "schema": 1, "name": "checked", "title": "Two tariffs lifted", "base": {"network": "takayama-judge-1964"},
        "party": [party("one", "reg1"), party("two", "reg2"), party("three", "reg3"), *firms],
        "clause": [
            {"id": "first", "needs": ["one", "two"], "by": ["one"], "lifts": ["wall-1"]},
            {"id": "second", "needs": ["two", "three"], "by": ["three"], "lifts": ["wall-3"]},
        ],
        "outside": {"measure": [tariff("wall-1", "reg1", "reg2"), tariff("wall-3", "reg3", "reg2")]},
    } | more  # fmt: skip


def refused(given):
    with pytest.raises(InputError) as error:
        yb.deal(given, ranges=False)
    return [str(fault) for fault in error.value.faults]


def test_a_firms_gains_reach_its_last_owners_in_whatever_order_the_file_names_them():
    firms = [
        party("top", owners={"one": 0.75, "three": 0.25}), party("middle", owners={"top": 1}),
        party("low", owners={"middle": 0.5, "two": 0.5}),
    ]  # fmt: skip
    paid = {"id": "fee", "needs": ["two", "low"], "pays": [{"from": "two", "to": "low", "amount": RATE | {"value": 8}}]}
    plain = yb.deal(tables(), ranges=False)
    for order in itertools.permutations(firms):
        found = yb.deal(tables(*order, clause=[*tables()["clause"], paid]), ranges=False)
        assert {p: found.gets(p) for p in ("low", "middle", "top")} == {"low": 0, "middle": 0, "top": 0}
        more = {p: found.gets(p) - plain.gets(p) for p in ("one", "two", "three")}
        assert more == pytest.approx({"one": 3, "two": -4, "three": 1}, abs=1e-9)
        assert [h.party for h in found.honour] == ["one", "two", "three"]
        assert (found.trust_needed is None) == (plain.trust_needed is None)


def test_circles_of_owners_and_payments_to_oneself_are_refused():
    two = refused(tables(party("f", owners={"g": 1}), party("g", owners={"f": 0.5})))
    assert two == [f"deal, party {name}, owners: found a firm that owns itself; expected no circles." for name in "fg"]
    clause = {"id": "fee", "needs": ["one"], "pays": [{"from": "one", "to": "one", "amount": RATE}]}
    assert refused(tables(clause=[clause])) == [
        "deal, clause fee, pays: found 'one' paying itself; expected two parties."
    ]


def test_a_fault_in_one_table_is_not_told_again_wherever_that_table_is_named():
    wrong = tables(voting={"quota": 1, "weights": {"one": 1, "two": 1}})
    wrong["party"][0]["discount"] = {"value": -0.1, "why": "a test"}
    wrong["clause"][0]["stage"] = 0
    wrong["clause"][1]["after"] = ["first"]
    assert refused(wrong) == [
        "deal, party 1, discount: found -0.1; expected numbers of 0 or more.",
        "deal, clause 1, stage: found 0; expected a stage, 1 to 20.",
    ]
    wrong["clause"][1]["needs"] = ["two", "thre"]
    assert "deal, clause second, needs: found 'thre'; expected a party of the file: two, three, one. " \
        "Did you mean 'three'?" in refused(wrong)  # fmt: skip


def test_a_fault_of_a_measure_is_told_once_at_its_clause():
    ban = {"kind": "ban", "source": SOURCE, "scope": {"flow": "export", "of": "CHN"}, "lost": -1}
    clause = {"id": "both", "needs": ["one"], "measure": [ban, ban | {"id": "named"}]}
    base = {"chain": "rare-earths", "year": 10**10}
    parties = [party("one", "CHN"), party("two", "USA")]
    told = refused({"schema": 1, "name": "t", "title": "t", "base": base, "party": parties, "clause": [clause]})
    assert told[0] == "deal, base.year: found 10000000000; expected the base year, such as 2024."
    assert any(text.startswith('deal, clause both, measure 1 ("both-1"), lost') for text in told)
    assert any(text.startswith('deal, clause both, measure 2 ("named"), lost') for text in told)
    assert len({text.split(", ", 1)[1] for text in told}) == len(told)


@pytest.mark.parametrize("rate", [0, 1.01, 5, 1e300])
def test_a_discount_is_a_yearly_rate(rate):
    wrong = tables()
    wrong["party"][0]["discount"] = {"value": rate, "why": "a test"}
    assert len(refused(wrong)) == 1


def test_capital_of_a_short_life_or_a_tiny_rate_is_an_annuity_all_the_same():
    cost = Ranged(100, None, None, "", "a test")
    assert Capital(cost, 20, 1e-18, {}).yearly == pytest.approx(5)
    assert Capital(cost, 20, 0.08, {}).yearly == pytest.approx(100 * 0.08 / (1 - 1.08**-20))
    wrong = tables()
    wrong["clause"][0]["capital"] = {"cost": {"value": 1e300, "why": "a test"}, "life": 1e-9, "rate": 0.1,
                                     "paid_by": {"one": 1}}  # fmt: skip
    assert [text.split(":")[0] for text in refused(wrong)] == [
        "deal, clause 1, capital.cost", "deal, clause 1, capital.life",
    ]  # fmt: skip


def test_a_quantity_that_no_market_has_is_refused_where_it_stands():
    capacity = {"value": "1e300 t REO/yr", "why": "a test"}
    plant = {"name": "A mine", "country": "USA", "stage": "mine", "ore": "mountain-pass", "capacity": capacity}
    clause = {"id": "mine", "needs": ["one"], "measure": {"kind": "facility", "source": SOURCE, "facility": plant}}
    parties = [party("one", "USA"), party("two", "CHN")]
    base = {"chain": "rare-earths", "year": 2024}
    (told,) = refused({"schema": 1, "name": "t", "title": "t", "base": base, "party": parties, "clause": [clause]})
    assert told.startswith('deal, clause mine, measure ("mine"), facility.capacity.value: found')


def test_a_clause_that_waits_for_one_that_does_not_hold_says_so():
    clauses = tables()["clause"]
    given = tables(clause=[clauses[0], clauses[1] | {"title": "The second wall", "after": []},
                           {"id": "fee", "needs": ["one"], "after": ["second"],
                            "pays": [{"from": "one", "to": "two", "amount": RATE}]}])  # fmt: skip
    given["party"][2]["present"] = False
    found = yb.deal(given, ranges=False)
    assert [(row["clause"], row["why"]) for row in found.idle] == [
        ("second", "needs three, not in the room"), ("fee", "comes after what does not hold: The second wall"),
    ]  # fmt: skip


def test_what_an_absent_holder_of_title_could_stop_is_said_by_view():
    asset = {"id": "a", "kind": "deposit", "party": "one", "name": "The pit",
             "title": [{"view": "UN", "holder": "three", "source": "a test"},
                       {"view": "press", "holder": "one", "source": "a test"}]}  # fmt: skip
    given = tables(asset=[asset], clause=[tables()["clause"][0] | {"asset": "a", "title": "The pit is dug"}])
    given["party"][2]["present"] = False
    found = yb.deal(given, ranges=False)
    (row,) = found.spoilers
    assert (row["blocks"], row["blocks_by_view"]) == ([], {"UN": ["first"]})
    assert "nothing; where its title is asked for: The pit is dug (view: United Nations)" in deal_report(found)
    (seen,) = yb.deal(given, view="UN", ranges=False).spoilers
    assert (seen["blocks"], seen["blocks_by_view"]) == (["first"], {})


def test_one_leaver_who_loses_most_is_named_once():
    payment = {"from": "one", "to": "two", "amount": RATE | {"value": 8}}
    found = yb.deal(tables(clause=[{"id": "fee", "needs": ["one", "two"], "pays": [payment]}]), ranges=False)
    assert found.finding == (
        "Those in the room gain nothing: two gains 8.0 and one loses 8.0; it would gain 8.0 by leaving, though other "
        "shares would keep everyone."
    )
    assert finding(found.deal, {"one": 1, "two": -9, "three": -9}, found.solutions, found.leaver, None, True, "").count(
        "one would gain 8.0 by leaving"
    ) == 1  # fmt: skip


def test_long_names_have_room_beside_their_bars_and_the_prenucleolus_its_name():
    given = tables()
    given["party"][0]["name"] = "A region of a name of 34 letters!!"
    found = yb.deal(given, ranges=False)
    page = deal_report(found)
    place = next(text.rsplit('x="', 1)[-1] for text in page.split(found.deal.parties[0].name) if 'x="' in text[-160:])
    assert float(place.split('"')[0]) > 6.9 * 34
    assert "prenucleolus" in page
    assert ">nucleolus" not in page
    assert max(len(line) for line in deal_lines(found)) <= 100


def test_games_beside_the_market_refuse_numbers_without_end():
    with pytest.raises(InputError, match="ordinary size"):
        bankruptcy.talmud(10, {"a": float("inf"), "b": 2})
    with pytest.raises(InputError, match="finite"):
        split(float("nan"), {"a": 1})
    with pytest.raises(InputError, match="more than 15 digits"):
        voting.power({"a": 1e300, "b": 1}, 1)
    with pytest.raises(InputError, match="ordinary size"):
        forecast([Actor("a", 1e308, 1, 1), Actor("b", 0, 1, 1)])
    assert voting.power({"a": 0.7, "b": 0.1}, 0.8).veto == ("a", "b")


def test_the_mapping_of_a_deal_is_json():
    from ytterby.show.deal import deal_mapping

    found = yb.deal(tables(party("f", owners={"one": 1})), ranges=False)
    assert json.loads(json.dumps(deal_mapping(found), allow_nan=False))["spoilers"] == []


def test_a_plain_game_tells_the_file_and_the_table_of_each_fault():
    def told(tables):
        with pytest.raises(InputError) as error:
            game(tables)
        return [fault.place for fault in error.value.faults]

    assert told({"voting": {"quota": 0, "weights": {"a": 1}}}) == ["game, voting, quota"]
    assert told({"claims": {"estate": 1, "claims": {"a": 1e300}}}) == ["game, claims, claim of a"]
    assert told({"players": ["", "b,c", " d"], "worth": {}}) == ["game, players"] * 3
    assert told({"players": ["a"], "worth": {"a": 1e299}}) == ["game, worth, 'a'"]


def test_outside_options_below_nothing_leave_equals_equal():
    found = game({"bargaining": {"outside": [-1, -1]}})["solution"]
    for rule in ("nash", "kalai_smorodinsky"):
        assert found[rule] == pytest.approx({"first": 0.5, "second": 0.5}, abs=1e-6)


def test_a_worth_that_is_no_number_is_not_missing_as_well():
    with pytest.raises(InputError) as error:
        yb.Game("ab", {("a",): float("nan"), ("b",): 1, ("a", "b"): 2})
    assert [fault.found for fault in error.value.faults] == ["nan"]


def test_a_seed_below_nothing_is_refused():
    with pytest.raises(InputError, match="seed"):
        yb.deal(tables(), ranges=False, samples=4, seed=-1)


def test_a_sampled_value_has_an_error_bar_that_is_said():
    with pytest.raises(InputError, match="4 to 1,000,000"):
        yb.deal(tables(), ranges=False, samples=2)
    found = yb.deal(tables(), ranges=False, samples=4)
    assert json.loads(deal_json(found))["values"]["shapley_error"].keys() == {"one", "two", "three"}
    assert max(found.solutions.errors.values()) < float("inf")
    said = "The Shapley value is that of drawn orders of arrival; its largest standard error is"
    assert said in deal_report(found)
    assert said in " ".join(deal_lines(found))
    assert said not in " ".join(deal_lines(yb.deal(tables(), ranges=False)))
