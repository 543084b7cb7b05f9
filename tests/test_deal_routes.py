"""A seller, two lands of transit and a buyer on a network beside the deal: bypass, parallel and serial routes."""

import pytest

import ytterby as yb
from ytterby.core.errors import InputError

ROUTES = (("p", "t1", 1), ("t1", "c", 1), ("p", "t2", 1), ("t2", "c", 1), ("t1", "t2", 0.1), ("p", "c", 4))
NETWORK = """schema = 1
name = "gas"
title = "A seller, two lands of transit and a buyer"
source = "a test"
year = 2020
regions = ["p", "t1", "t2", "c"]
products = ["gas"]
supply = [{ product = "gas", region = "p", curve = "linear", constant = -50, slope = 10 }]
demand = [{ product = "gas", region = "c", curve = "linear", constant = 200, slope = -10 }]
""" + "".join(f'[[route]]\nproduct = "gas"\nfrom = "{a}"\nto = "{b}"\ncost = {cost}\n' for a, b, cost in ROUTES)
BANS = {"p-t1": ("p", "t1"), "p-t2": ("p", "t2"), "p-c": ("p", "c"), "t1-c": ("t1", "c"), "t2-c": ("t2", "c"),
        "t1-t2": ("t1", "t2")}  # fmt: skip
FIRST = {"first": ('["p", "t1", "c"]', '["p-t1", "t1-c"]')}
SECOND = {"second": ('["p", "t2", "c"]', '["p-t2", "t2-c"]')}
PAST = {"past": ('["p", "c"]', '["p-c"]')}
SERIES = {"series": ('["p", "t1", "t2", "c"]', '["p-t1", "t1-t2", "t2-c"]')}


def solved(folder, clauses):
    """The deal of some routes, all closed without it."""
    (folder / "gas.toml").write_text(NETWORK)
    text = 'schema = 1\nname = "routes"\ntitle = "Routes opened"\nbase = { network = "gas.toml" }\n'
    for p in ("p", "t1", "t2", "c"):
        text += (
            f'[[party]]\nid = "{p}"\nkind = "state"\ncountry = ["{p}"]\ndiscount = {{ value = 0.05, why = "a test" }}\n'
        )
    for name, (needs, lifts) in clauses.items():
        text += f'[[clause]]\nid = "{name}"\nneeds = {needs}\nlifts = {lifts}\n'
    for name, (a, b) in BANS.items():
        text += (
            f'[[outside.measure]]\nid = "{name}"\nkind = "ban"\n'
            f'scope = {{ flow = "export", of = "{a}", to = ["{b}"] }}\n'
            'source = { publisher = "a test", title = "a test", url = "https://example.org", date = "2020" }\n'
        )
    (folder / "routes.toml").write_text(text)
    return yb.deal(folder / "routes.toml", ranges=False).solutions.shapley


def test_routes_compete_side_by_side_and_share_one_after_another(tmp_path):
    one, past, both, series = (solved(tmp_path, c) for c in (FIRST, FIRST | PAST, FIRST | SECOND, SERIES))
    assert one["p"] == pytest.approx(one["t1"])
    assert past["p"] > 1.1 * one["p"]
    assert 0 < past["t1"] < 0.9 * one["t1"]
    assert both["t1"] == pytest.approx(both["t2"])
    assert 0 < both["t1"] < 0.5 * one["t1"]
    assert series["t1"] == pytest.approx(series["t2"])
    assert both["t1"] < series["t1"] < one["t1"]
    assert one["t2"] == pytest.approx(0, abs=1e-9)


def test_a_network_that_is_not_beside_the_deal_is_told_at_its_place():
    with pytest.raises(InputError) as error:
        yb.deal({"schema": 1, "name": "t", "title": "t", "base": {"network": "gas.toml"}, "party": [], "clause": []})
    assert any(fault.place == "deal, base.network" for fault in error.value.faults)
