"""Guaranteed prices, offtakes and first refusals: what they move, what is paid, and when they do nothing."""

import pytest

import ytterby as yb
from ytterby.core.errors import InputError
from ytterby.model.measures import apply
from ytterby.model.network_file import load_network, network_path
from ytterby.model.provenance import made_by, origin_shares
from ytterby.model.result_binding import binding
from ytterby.model.result_gains import gains, identities
from ytterby.model.scenario_file import scenario
from ytterby.model.solved import equilibrium
from ytterby.model.textbook import at_rest, textbook_network

SOURCE = {"publisher": "A test", "title": "A test", "url": "https://example.org", "date": "2026"}


@pytest.fixture(scope="module")
def network():
    return yb.network(yb.atlas(), chain="rare-earths", year=2024)


@pytest.fixture(scope="module")
def free(network):
    return equilibrium(network)


@pytest.fixture(scope="module")
def regions():
    return at_rest(textbook_network(load_network(network_path("takayama-judge-1964", None, "x"), "x")))


def under(base, *measures, chain=True):
    where = {"chain": "rare-earths", "year": 2024} if chain else {"network": "takayama-judge-1964"}
    tables = {"schema": 1, "name": "t", "title": "t", "base": where}
    rows = [{"id": f"m{k}", "source": SOURCE, **m} for k, m in enumerate(measures)]
    read = scenario(tables | {"measure": rows})
    changed, applied = apply(base, read.measures, read.year)
    return equilibrium(changed, applied), applied


def floor(price, kind="price_floor", of="USA", product="oxide", element="Nd"):
    scope = {"of": of, "product": product} | ({"element": element} if element else {})
    return {"kind": kind, "scope": scope, "rate": f"{price} USD/kg"}


def test_a_floor_pays_what_the_price_lacks_and_moves_supply(network, free):
    key = ("oxide/Nd", "USA")
    low, _ = under(network, floor(0.5 * free.price(key)))
    assert low.price(key) == pytest.approx(free.price(key), rel=1e-6)
    strike = 1.3 * free.price(key)
    found, applied = under(network, floor(strike))
    made = [a for a in found.network.activities if a.id in applied[0].columns]
    assert made
    for a in made:
        per = dict(a.coefficients)[key]
        assert -a.tax == pytest.approx(per * (strike - found.price(key)), rel=1e-5)
    assert sum(found.level(a.id) for a in made) > sum(free.level(a.id) for a in made) * 1.001
    assert found.price(key) <= free.price(key)
    account = gains(found, free)
    paid = sum(-a.tax * found.level(a.id) for a in made) / 1000
    assert next(r["tax"] for r in account if r["country"] == "USA") == pytest.approx(-paid, rel=1e-9)
    assert all(abs(x) < 1e-6 for x in identities(account, found, free).values())
    assert sum(r["welfare"] for r in account) < 0


def test_a_contract_for_difference_takes_back_what_is_above_the_strike(network, free):
    key = ("oxide/Nd", "USA")
    strike = 0.9 * free.price(key)
    found, applied = under(network, floor(strike, "cfd"))
    for a in found.network.activities:
        if a.id in applied[0].columns:
            assert a.tax == pytest.approx(dict(a.coefficients)[key] * (found.price(key) - strike), rel=1e-5)
    assert next(r["tax"] for r in gains(found, free) if r["country"] == "USA") > 0
    (row,) = [r for r in binding(found, free, applied) if r["id"] == "m0"]
    assert row["bound"]


def test_a_floor_on_paper(regions):
    """A strike of 15 in region 2: what makers get is the strike, whatever the market price is."""
    free = equilibrium(regions)
    (product,) = {m.product for m in regions.markets}
    key = (product, "reg2")
    strike = free.price(key) + 2
    found, applied = under(regions, floor(strike, of="reg2", product=product, element=None), chain=False)
    (name,) = applied[0].columns
    curve = found.network.activity(name).curve
    r = (found.level(name) + curve.offset) / curve.reference
    marginal = curve.price * (1 + (r - 1) / curve.elasticity)
    assert found.network.activity(name).cost - found.network.activity(name).tax + marginal == pytest.approx(strike)


def test_an_offtake_moves_its_tonnes_or_pays_damages(network, free):
    lane = "route:oxide/Nd:MYS>JPN"
    before = free.level(lane)
    scope = {"of": "MYS", "to": "JPN", "product": "oxide", "element": "Nd"}
    wanted = {"quantity": f"{1.2 * before} t REO/yr"}
    found, applied = under(network, {"kind": "offtake", "scope": scope, "limit": wanted, "rate": "500 USD/kg"})
    assert found.level(lane) == pytest.approx(1.2 * before, rel=1e-6)
    (row,) = [r for r in binding(found, free, applied) if r["id"] == "m0"]
    assert row["bound"]
    cheap, _ = under(network, {"kind": "offtake", "scope": scope, "limit": wanted, "rate": "0.01 USD/kg"})
    missing = cheap.level("shortfall:m0")
    assert missing > 0
    assert cheap.level(lane) + missing == pytest.approx(1.2 * before, rel=1e-6)
    account = {r["country"]: r for r in gains(cheap, free)}
    assert account["JPN"]["tax"] == pytest.approx(0.01 * missing / 1000, rel=1e-6)
    low = {"quantity": f"{0.5 * before} t REO/yr"}
    slack, applied = under(network, {"kind": "offtake", "scope": scope, "limit": low, "rate": "500 USD/kg"})
    assert slack.level(lane) == pytest.approx(before, rel=1e-5)
    (row,) = [r for r in binding(slack, free, applied) if r["id"] == "m0"]
    assert not row["bound"]


def test_an_offtake_larger_than_the_world_still_solves(network):
    scope = {"of": "MYS", "to": "JPN", "product": "oxide", "element": "Nd"}
    limit = {"quantity": "900 kt REO/yr"}
    found, _ = under(network, {"kind": "offtake", "scope": scope, "limit": limit, "rate": "40 USD/kg"})
    assert found.level("shortfall:m0") > 800_000


def test_first_refusal_keeps_tonnes_from_others_only_where_it_binds(network, free):
    scope = {"of": "MYS", "to": "JPN", "product": "oxide", "element": "Nd"}
    all_kept, applied = under(network, {"kind": "first_refusal", "scope": scope,
                                        "limit": {"share_of_base": 1.0, "why": "a test"}})  # fmt: skip
    others = sum(all_kept.level(name) for name in applied[0].columns)
    assert others == pytest.approx(0, abs=1e-6)
    none, _ = under(network, {"kind": "first_refusal", "scope": scope,
                              "limit": {"share_of_base": 0.0, "why": "a test"}})  # fmt: skip
    assert none.price(("oxide/Nd", "JPN")) == pytest.approx(free.price(("oxide/Nd", "JPN")), rel=1e-6)
    assert all_kept.price(("oxide/Nd", "JPN")) <= none.price(("oxide/Nd", "JPN")) * (1 + 1e-6)


def test_goods_of_a_plant_are_traced_and_can_be_refused(network, free):
    plant = next(a.facility for a in network.activities if a.kind == "separate" and a.country == "MYS" and a.facility)
    part = made_by(network, [plant])
    assert 0 < part["oxide/Nd", "MYS"] <= 1
    assert part["oxide/Nd", "MYS"] >= part.get(("oxide/Nd", "FRA"), 0.0)
    assert max(made_by(network, []).values()) == 0
    assert max(origin_shares(network, "MYS").values()) <= 1
    scope = {"of": "JPN", "facility": plant, "product": "oxide", "element": "Nd"}
    found, applied = under(network, {"kind": "refusal", "scope": scope})
    lane = network.activity("route:oxide/Nd:MYS>JPN")
    assert lane.id in applied[0].columns
    assert found.level(lane.id) <= lane.base * (1 - part["oxide/Nd", "MYS"]) + 1e-6


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "price_floor", "scope": {"of": "USA", "product": "oxide"}, "ad_valorem": 0.1}, "a price"),
        ({"kind": "cfd", "scope": {"of": "USA"}, "rate": "9 USD/kg"}, "product"),
        ({"kind": "offtake", "scope": {"of": "USA", "product": "oxide"}, "limit": {"quantity": "1 t REO/yr"},
          "rate": "9 USD/kg"}, "who buys"),
        ({"kind": "refusal", "scope": {"of": "USA"}}, "the countries it refuses"),
        ({"kind": "first_refusal", "scope": {"of": "USA", "to": "JPN", "product": "oxide"}}, "limit"),
    ],
)  # fmt: skip
def test_wrong_contracts_are_refused_in_words(network, change, says):
    with pytest.raises(InputError, match=says):
        under(network, change)
