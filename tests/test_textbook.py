"""Textbook networks: published equilibria, every shape of curve, a two-element mine on paper."""

from __future__ import annotations

import tomllib

import pytest

from ytterby.model.network_file import NetworkFile, load_network, network_path, parse_network
from ytterby.model.solved import Solved, equilibrium, welfare
from ytterby.model.textbook import HIGHEST, at_rest, textbook_network

HEAD = 'schema = 1\nname = "paper"\ntitle = "A case on paper"\nsource = "worked on paper"\nyear = 2000\n'


def packaged(name: str) -> NetworkFile:
    return load_network(network_path(name, None, "test"))


def paper(text: str) -> NetworkFile:
    return parse_network(tomllib.loads(HEAD + text), "paper.toml")


def solved(file: NetworkFile) -> Solved:
    found = equilibrium(textbook_network(file))
    assert found.solution.certificate.certified
    return found


# Published cases


def test_takayama_and_judge_prices_flows_and_welfare():
    """METHODS: prices 552/63 + (2, 0, 1); supply 57.619, 125.238, 47.619; welfare 1833.2143."""
    answer = solved(packaged("takayama-judge-1964"))
    expected = {
        "reg1": (2, 57.619048, 92.380952),
        "reg2": (0, 125.238095, 56.190476),
        "reg3": (1, 47.619048, 81.904762),
    }
    for region, (above, made, used) in expected.items():
        assert answer.price(("com1", region)) == pytest.approx(552 / 63 + above, abs=1e-6)
        assert answer.level(f"supply:{region}:com1") == pytest.approx(made, abs=1e-5)
        assert answer.level(f"use:{region}:com1") == pytest.approx(used, abs=1e-5)
    shipped = {name: level for name, level in answer.levels.items() if name.startswith("route") and level > 1e-9}
    assert shipped == {
        "route:com1:reg2>reg1": pytest.approx(34.761905, abs=1e-5),
        "route:com1:reg2>reg3": pytest.approx(34.285714, abs=1e-5),
    }
    assert welfare(answer) == pytest.approx(1833.2142857, abs=1e-6)
    assert answer.solution.objective == pytest.approx(-1833.2142857, abs=1e-6)


def test_dantzigs_shipment_costs_what_the_book_says():
    """METHODS: 153.675 thousand dollars, demand duals 0.225, 0.153, 0.126, Seattle ships 300 to Chicago."""
    answer = solved(packaged("dantzig-1963-transport"))
    lanes = [a for a in answer.layout.activities if a.kind == "route"]
    assert sum(a.cost * answer.level(a.id) for a in lanes) == pytest.approx(153.675, abs=1e-6)
    goods = "canned-goods"
    assert answer.price((goods, "new-york")) == pytest.approx(0.225, abs=1e-6)
    assert answer.price((goods, "chicago")) == pytest.approx(0.153, abs=1e-6)
    assert answer.price((goods, "topeka")) == pytest.approx(0.126, abs=1e-6)
    assert answer.level(f"route:{goods}:seattle>chicago") == pytest.approx(300, abs=1e-4)
    assert answer.level(f"use:new-york:{goods}") == pytest.approx(325, abs=1e-4)
    assert welfare(answer) == pytest.approx(900 - 153.675, abs=1e-6)


def test_a_textbook_case_has_no_base_and_its_own_unit():
    network = textbook_network(packaged("dantzig-1963-transport"))
    assert {m.unit for m in network.markets} == {"cases"}
    assert {m.price for m in network.markets} == {None}
    assert {a.base for a in network.activities} == {0.0}
    assert network.activity("supply:seattle:canned-goods").upper == 350


def test_at_rest_the_equilibrium_is_the_base():
    still = at_rest(textbook_network(packaged("takayama-judge-1964")))
    assert still.activity("route:com1:reg2>reg1").base == pytest.approx(34.761905, abs=1e-5)
    assert {m.key: m.price for m in still.markets}["com1", "reg1"] == pytest.approx(552 / 63 + 2, abs=1e-6)
    assert equilibrium(still).price(("com1", "reg3")) == pytest.approx(552 / 63 + 1, abs=1e-6)


# Curves

ONE = 'regions = ["here"]\nproducts = ["tin"]\n'


def market(supply: str, demand: str) -> Solved:
    sides = (("supply", supply), ("demand", demand))
    tables = [f'[[{side}]]\nproduct = "tin"\nregion = "here"\n{curve}\n' for side, curve in sides]
    return solved(paper(ONE + "".join(tables)))


def price_and_quantity(answer: Solved) -> tuple[float, float]:
    return answer.price(("tin", "here")), answer.level("supply:here:tin")


@pytest.mark.parametrize(
    "supply, demand, price, quantity",
    [
        # q = -50 + 10 p against q = 40 - 5 p: p = 6, q = 10
        ('curve = "linear"\nconstant = -50\nslope = 10', 'curve = "linear"\nconstant = 40\nslope = -5', 6, 10),
        # q = 10 + 2 p against q = 40 - 4 p: p = 5, q = 20
        ('curve = "linear"\nconstant = 10\nslope = 2', 'curve = "linear"\nconstant = 40\nslope = -4', 5, 20),
        # a supply through zero: q = 3 p against q = 35 - 2 p
        ('curve = "linear"\nconstant = 0\nslope = 3', 'curve = "linear"\nconstant = 35\nslope = -2', 7, 21),
        # too dear: nothing is sold, and the price lies between what is offered and what is asked
        ('curve = "linear"\nconstant = -50\nslope = 5', 'curve = "linear"\nconstant = 40\nslope = -5', None, 0),
        # q = 100 (p/2)^0.5 against q = 100 (p/2)^-0.25 x 2: p = 2 x 2^(4/3)
        ('curve = "isoelastic"\nprice = 2\nquantity = 100\nelasticity = 0.5',
         'curve = "isoelastic"\nprice = 2\nquantity = 200\nelasticity = 0.25', 2 * 2 ** (4 / 3), 100 * 2 ** (2 / 3)),
        # elastic use, e > 1: q = 100 (p/2) against q = 100 (p/2)^-2 x 8: p = 4
        ('curve = "isoelastic"\nprice = 2\nquantity = 100\nelasticity = 1',
         'curve = "isoelastic"\nprice = 2\nquantity = 800\nelasticity = 2', 4, 200),
        # a fixed supply is sold out: the users' curve sets the price
        ('curve = "fixed"\nprice = 1\nquantity = 10', 'curve = "linear"\nconstant = 40\nslope = -5', 6, 10),
        # a fixed use is sated: the sellers' cost sets the price
        ('curve = "linear"\nconstant = -50\nslope = 10', 'curve = "fixed"\nprice = 9\nquantity = 10', 6, 10),
        # a fixed use that gives up part: its worth sets the price
        ('curve = "linear"\nconstant = -50\nslope = 10', 'curve = "fixed"\nprice = 9\nquantity = 60', 9, 40),
    ],
)  # fmt: skip
def test_each_shape_of_curve_is_exact(supply, demand, price, quantity):
    found = price_and_quantity(market(supply, demand))
    assert found[1] == pytest.approx(quantity, rel=1e-6, abs=1e-6)
    if price is None:
        assert 8 - 1e-6 <= found[0] <= 10 + 1e-6
    else:
        assert found[0] == pytest.approx(price, rel=1e-6)


def test_an_isoelastic_use_pays_its_highest_price_and_then_gives_up():
    """Nothing but 1 t against a use of 100 t at 2 with e = 0.5: the curve would ask 20,000, the limit is 2,000."""
    asked = 'curve = "isoelastic"\nprice = 2\nquantity = 100\nelasticity = 0.5'
    answer = market('curve = "fixed"\nprice = 1\nquantity = 1', asked)
    assert answer.price(("tin", "here")) == pytest.approx(2 * HIGHEST, rel=1e-6)
    assert answer.level("core:here:tin") == pytest.approx(1.0, rel=1e-6)


def test_two_supplies_of_one_product_in_one_region_add_up():
    answer = solved(paper(ONE + """
[[supply]]
product = "tin"
region = "here"
curve = "fixed"
price = 1
quantity = 10
[[supply]]
product = "tin"
region = "here"
curve = "fixed"
price = 2
quantity = 10
[[demand]]
product = "tin"
region = "here"
curve = "fixed"
price = 5
quantity = 15
"""))  # fmt: skip
    assert answer.level("supply:here:tin") == pytest.approx(10, abs=1e-6)
    assert answer.level("supply:here:tin#2") == pytest.approx(5, abs=1e-6)
    assert answer.price(("tin", "here")) == pytest.approx(2, rel=1e-6)


# A mine of two elements: 1 t of ore gives 0.2 t Nd and 0.5 t Ce in solution; finishing costs 1, keeping a surplus 0.05

FINISH, KEEP = 1.0, 0.05
MINE = """
regions  = ["here"]
products = ["ore", "nd-solution", "ce-solution", "nd", "ce"]
[[supply]]
product    = "ore"
region     = "here"
curve      = "isoelastic"
price      = {ore_price}
quantity   = 100
elasticity = 0.5
[[process]]
id     = "mine-and-separate"
region = "here"
takes  = {{ ore = 1 }}
gives  = {{ nd-solution = 0.2, ce-solution = 0.5 }}
cost   = 2
{capacity}
[[process]]
id     = "finish-nd"
region = "here"
takes  = {{ nd-solution = 1 }}
gives  = {{ nd = 1 }}
cost   = 1
[[process]]
id     = "finish-ce"
region = "here"
takes  = {{ ce-solution = 1 }}
gives  = {{ ce = 1 }}
cost   = 1
[[process]]
id     = "keep-nd"
region = "here"
takes  = {{ nd-solution = 1 }}
gives  = {{}}
cost   = 0.05
[[process]]
id     = "keep-ce"
region = "here"
takes  = {{ ce-solution = 1 }}
gives  = {{}}
cost   = 0.05
[[demand]]
product    = "nd"
region     = "here"
curve      = "isoelastic"
price      = 56
quantity   = {nd}
elasticity = 0.3
[[demand]]
product    = "ce"
region     = "here"
curve      = "isoelastic"
price      = 3
quantity   = {ce}
elasticity = 0.6
"""


def mine(nd: float = 20, ce: float = 50, ore_price: float = 8, capacity: float | None = None) -> Solved:
    rest = "" if capacity is None else f"capacity = {capacity}"
    return solved(paper(MINE.format(nd=nd, ce=ce, ore_price=ore_price, capacity=rest)))


def price(answer: Solved, product: str) -> float:
    return answer.price((product, "here"))


def used(answer: Solved, product: str) -> float:
    return answer.level(f"use:here:{product}") + answer.level(f"core:here:{product}")


@pytest.mark.parametrize("nd", [25, 40, 80, 400])
def test_more_use_of_nd_lowers_ce_but_never_below_its_floor(nd):
    before, after = mine(), mine(nd=nd)
    assert price(after, "nd") > price(before, "nd")
    assert price(after, "ce") < price(before, "ce")
    assert price(after, "ce") >= FINISH - KEEP - 1e-9


def test_at_its_floor_the_surplus_stays_in_solution_and_is_counted():
    answer = mine(nd=400)
    assert price(answer, "ce") == pytest.approx(FINISH - KEEP, rel=1e-6)
    assert price(answer, "ce-solution") == pytest.approx(-KEEP, rel=1e-6)
    through, kept = answer.level("facility:mine-and-separate"), answer.level("dispose:keep-ce")
    assert kept > 1
    assert used(answer, "ce") + kept == pytest.approx(0.5 * through, rel=1e-6)
    assert used(answer, "nd") == pytest.approx(0.2 * through, rel=1e-6)
    assert answer.level("dispose:keep-nd") == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("nd", [20, 80, 400])
def test_the_basket_pays_the_mine_and_a_surplus_element_pays_nothing(nd):
    """Zero profit on the basket only: 0.2 Nd + 0.5 Ce in solution = ore + 2; with Ce in surplus Nd bears it all."""
    answer = mine(nd=nd)
    through = answer.level("facility:mine-and-separate")
    marginal = 8 * (through / 100) ** 2 + 2
    assert price(answer, "ore") + 2 == pytest.approx(marginal, rel=1e-6)
    basket = 0.2 * price(answer, "nd-solution") + 0.5 * price(answer, "ce-solution")
    assert basket == pytest.approx(marginal, rel=1e-6)
    if nd == 400:
        assert 0.2 * price(answer, "nd-solution") == pytest.approx(marginal + 0.5 * KEEP, rel=1e-6)


def test_a_limited_mine_makes_nd_dear():
    free, limited = mine(), mine(capacity=30)
    assert limited.level("facility:mine-and-separate") == pytest.approx(30, rel=1e-6)
    assert price(limited, "nd") > 2 * price(free, "nd")
    closed = mine(capacity=0)
    assert used(closed, "nd") == pytest.approx(0, abs=1e-6)


MAGNETS = """
regions  = ["here"]
products = ["nd", "dy", "magnet"]
[[supply]]
product    = "nd"
region     = "here"
curve      = "isoelastic"
price      = {nd_price}
quantity   = 30
elasticity = 0.5
[[supply]]
product    = "dy"
region     = "here"
curve      = "isoelastic"
price      = 260
quantity   = 3.5
elasticity = 1.0
[[process]]
id     = "magnets"
region = "here"
takes  = {{ nd = 0.28, dy = 0.03 }}
gives  = {{ magnet = 1 }}
cost   = 15
[[demand]]
product    = "magnet"
region     = "here"
curve      = "isoelastic"
price      = 45
quantity   = 100
elasticity = 0.25
[[demand]]
product    = "dy"
region     = "here"
curve      = "isoelastic"
price      = 260
quantity   = 0.5
elasticity = 0.15
"""


def test_in_a_fixed_recipe_a_shortage_of_nd_lowers_dy():
    plenty, short = (solved(paper(MAGNETS.format(nd_price=p))) for p in (56, 280))
    assert price(short, "nd") > 1.5 * price(plenty, "nd")
    assert price(short, "magnet") > price(plenty, "magnet")
    assert price(short, "dy") < 0.98 * price(plenty, "dy")
