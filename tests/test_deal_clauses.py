"""Clauses by kind: what each does to the market, who pays whom, and what falls with it."""

import pytest

import ytterby as yb
from ytterby.core.errors import InputError
from ytterby.model.measures import apply
from ytterby.model.result_gains import gains
from ytterby.model.scenario_file import scenario
from ytterby.model.solved import equilibrium
from ytterby.studies.deals.file import read
from ytterby.studies.deals.payoffs import Table
from ytterby.studies.deals.worlds import worlds

RATE = {"value": 0.05, "low": 0.03, "high": 0.1, "why": "a test"}
SOURCE = {"publisher": "A test", "title": "A test", "url": "https://example.org", "date": "2026"}
PLANT = "MYS-SEP-LAMP"


@pytest.fixture(scope="module")
def network():
    return yb.network(yb.atlas(), chain="rare-earths", year=2024)


@pytest.fixture(scope="module")
def free(network):
    return equilibrium(network)


def deal(clauses, outside=None, **more):
    parties = [
        {"id": name, "kind": "state", "country": [code], "discount": RATE}
        for name, code in (("maker", "MYS"), ("buyer", "JPN"), ("other", "USA"), ("miner", "AUS"))
    ]
    base = {"chain": "rare-earths", "year": 2024}
    top = {"schema": 1, "name": "t", "title": "t", "base": base, "party": parties, "clause": clauses}
    return top | ({"outside": outside} if outside else {}) | more


def table(network, *given, **more):
    read_deal = read(deal(*given, **more))
    return Table(read_deal, worlds(network, read_deal))


def guaranteed(kind, price):
    scope = {"of": "MYS", "product": "oxide", "element": "Nd"}
    return {"kind": kind, "source": SOURCE, "scope": scope, "rate": f"{price} USD/kg"}


@pytest.mark.parametrize("kind", ["price_floor", "cfd"])
def test_a_guaranteed_price_is_that_of_a_run_and_is_paid_by_whom_the_clause_says(network, free, kind):
    strike = 1.25 * free.price(("oxide/Nd", "MYS"))
    measure = guaranteed(kind, strike)
    paid_by = {"buyer": 0.75, "other": 0.25}
    found = table(network, [{"id": "c", "needs": ["maker", "buyer"], "measure": measure, "paid_by": paid_by}])
    got = found.gains(found.deal.clauses)
    rows = scenario({"schema": 1, "name": "t", "title": "t", "base": {"chain": "rare-earths", "year": 2024},
                     "measure": [measure | {"id": "c"}]})  # fmt: skip
    changed, applied = apply(network, rows.measures, 2024)
    run = equilibrium(changed, applied)
    account = {r["country"]: r for r in gains(run, free)}
    amount = -account["MYS"]["tax"]
    assert amount > 0
    assert got["maker"]["producer"] == pytest.approx(account["MYS"]["producer"], rel=1e-4)
    assert got["maker"]["tax"] == pytest.approx(0, abs=1e-5 * amount)
    assert got["buyer"]["contracts"] == pytest.approx(-0.75 * amount, rel=1e-5)
    assert got["other"]["contracts"] == pytest.approx(-0.25 * amount, rel=1e-5)
    assert run.price(("oxide/Nd", "MYS")) < free.price(("oxide/Nd", "MYS"))


def test_an_offtakes_price_moves_money_between_seller_and_buyer_and_nothing_else(network, free):
    lane = "route:oxide/Nd:MYS>JPN"
    tonnes = 1.1 * free.level(lane)
    scope = {"of": "MYS", "to": "JPN", "product": "oxide", "element": "Nd"}
    measure = {"kind": "offtake", "source": SOURCE, "scope": scope, "limit": {"quantity": f"{tonnes} t REO/yr"},
               "rate": "500 USD/kg"}  # fmt: skip
    clause = {"id": "c", "needs": ["maker", "buyer"], "measure": measure}
    plain = table(network, [clause])
    priced = table(network, [clause | {"price": {"value": 100, "why": "a test"}}])
    one, two = plain.gains(plain.deal.clauses), priced.gains(priced.deal.clauses)
    price = priced.worlds.solved(priced.doors(priced.deal.clauses)).price(("oxide/Nd", "JPN"))
    assert one["maker"]["contracts"] == 0
    assert two["maker"]["contracts"] == pytest.approx((100 - price) * tonnes / 1000, rel=1e-5)
    assert two["maker"]["contracts"] == -two["buyer"]["contracts"]
    assert two["maker"]["producer"] == one["maker"]["producer"]


def test_payments_between_parties_add_up_to_nothing(network):
    pays = [{"from": "buyer", "to": "maker", "amount": {"value": 7, "why": "a test"}}]
    found = table(network, [{"id": "c", "needs": ["maker", "buyer"], "pays": pays}])
    assert found.totals(found.deal.clauses) == pytest.approx({"maker": 7, "buyer": -7, "other": 0, "miner": 0})


def test_a_clause_falls_with_what_it_comes_after_and_so_asks_for_less_trust(network):
    pays = [{"from": "buyer", "to": "maker", "amount": {"value": 7, "why": "a test"}}]
    back = [{"from": "maker", "to": "buyer", "amount": {"value": 9, "why": "a test"}}]
    first = {"id": "first", "needs": ["maker", "buyer"], "by": ["maker"], "pays": back}
    second = {"id": "second", "needs": ["maker", "buyer"], "by": ["buyer"], "pays": pays}
    waits = [first, second | {"after": ["first"]}]
    apart, tied = (yb.deal(deal(c), network, ranges=False) for c in ([first, second], waits))
    trust = [next(h.q for h in found.honour if h.party == "buyer") for found in (apart, tied)]
    assert trust[0] == pytest.approx(7 / 9)
    assert trust[1] == 0
    alone = table(network, waits)
    assert alone.doors([alone.deal.clauses[1]]) == alone.doors(())


SANCTION = {"id": "s", "by": "controller", "sender": ["buyer"], "target": "other", "facility": PLANT,
            "product": "oxide", "element": "Nd", "source": SOURCE}  # fmt: skip


def test_a_sanction_by_controller_ends_when_control_changes_and_begins_when_the_target_takes_over(network, free):
    control = {"id": "c", "needs": ["maker", "other"], "control": {"facility": PLANT, "to": "miner"}}
    found = table(network, [control], {"sanction": [SANCTION]})
    lane = "route:oxide/Nd:MYS>JPN"
    held, ended = (found.worlds.solved(found.doors(c)) for c in ((), found.deal.clauses))
    assert held.level(lane) < 0.9 * free.level(lane)
    assert ended.level(lane) == pytest.approx(free.level(lane), rel=1e-4)
    got = found.gains(found.deal.clauses)
    change = got["miner"]["shares"]
    assert change == pytest.approx(
        found.worlds.book(found.doors(found.deal.clauses)).profit[PLANT]
        - found.worlds.book(found.doors(())).profit[PLANT]
    )
    assert change > 0
    other = next(a.facility for a in network.activities if a.kind == "separate" and a.country == "USA" and a.facility)
    took = table(network, [control | {"control": {"facility": PLANT, "to": "other"}}],
                 {"sanction": [SANCTION | {"facility": other}]})  # fmt: skip
    before, after = (took.worlds.solved(took.doors(c)) for c in ((), took.deal.clauses))
    assert after.level(lane) < 0.9 * before.level(lane)


def test_sanctions_by_origin_and_by_owner_are_refusals_of_what_they_name(network):
    by_origin = {"id": "o", "sender": ["buyer"], "target": "maker", "product": "oxide", "source": SOURCE}
    by_owner = {"id": "w", "by": "owner", "sender": ["other"], "owner": "Lynas", "product": "oxide", "source": SOURCE}
    end = {"id": "end", "needs": ["maker", "buyer"], "lifts": ["o"]}
    more = {"id": "more", "needs": ["other"], "sanction": [by_owner]}
    found = read(deal([end, more], {"sanction": [by_origin]}))
    outside = found.outside[0]
    assert (outside.kind, outside.scope.of, outside.scope.origin) == ("refusal", ("JPN",), ("MYS",))
    own = found.clauses[1].measures[0]
    assert PLANT in own.scope.facility
    assert own.scope.of == ("USA",)
    solved = yb.deal(found, network, ranges=False)
    assert solved.game.worth_of("maker", "buyer") > 0
    assert solved.game.worth_of("other") < 0


@pytest.mark.parametrize(
    ("clause", "outside", "says"),
    [
        ({"control": {"facility": "MYS-SEP-LAM", "to": "miner"}}, None, "Did you mean 'MYS-SEP-LAMP'"),
        ({"control": {"facility": PLANT, "to": "mine"}}, None, "Did you mean 'miner'"),
        ({"pays": [{"from": "x", "to": "buyer", "amount": {"value": 1, "why": "w"}}]}, None, "a party of the file"),
        ({"lifts": ["s"], "after": ["nothing"]}, {"sanction": [SANCTION]}, "another clause"),
        ({"lifts": ["s"], "after": ["c"]}, {"sanction": [SANCTION]}, "waits for itself"),
        ({"lifts": ["s"], "price": {"value": 1, "why": "w"}}, {"sanction": [SANCTION]}, "without an offtake"),
        ({"lifts": ["s"], "paid_by": {"buyer": 1}}, {"sanction": [SANCTION]}, "no guaranteed price"),
        ({"lifts": ["s"]}, {"sanction": [SANCTION | {"sender": ["japan"]}]}, "a party of"),
        ({"lifts": ["s"]}, {"sanction": [SANCTION | {"by": "owner", "owner": "Lynass", "facility": []}]}, "atlas"),
        ({"lifts": ["s"]}, {"sanction": [SANCTION | {"by": "origins"}]}, "origin"),
        ({"lifts": ["s"]}, {"sanction": [7]}, "a table"),
    ],
)  # fmt: skip
def test_wrong_clauses_are_refused_in_words(clause, outside, says):
    with pytest.raises(InputError, match=says):
        read(deal([{"id": "c", "needs": ["maker", "buyer"]} | clause], outside))
