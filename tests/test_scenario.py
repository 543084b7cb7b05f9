"""Scenario files: the example of the format, the ready files, words, units, overrides and extensions."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from ytterby.core.errors import InputError
from ytterby.core.units import Quantity
from ytterby.model import chain_words
from ytterby.model.edge import keys_of
from ytterby.model.network_file import load_network, network_path, packaged_networks
from ytterby.model.scenario import KINDS, canonical, fingerprint
from ytterby.model.scenario_file import packaged, packaged_text, packaged_title, scenario
from ytterby.model.scenario_rules import LATER
from ytterby.model.scenario_schema import (
    AmountTable,
    LimitTable,
    MeasureTable,
    PlantTable,
    RateTable,
    ScopeTable,
    ShareTable,
    SourceTable,
    TopTable,
)

EXAMPLE = """
schema = 1
name   = "heavy-ree-licences-2025"
title  = "Export licences on seven medium and heavy rare earths"
base   = { chain = "rare-earths", year = 2024 }
time   = { step = "year", from = 2025, to = 2025 }          # later also "month", from = "2025-01"

[[measure]]
id     = "oxides-and-metals"
kind   = "quota"
source = "mofcom-2025-18"
from   = 2025-04-04
scope  = { flow = "export", of = "CHN", except_to = ["CHN"], product = ["oxide", "metal", "alloy"], element = ["Sm","Gd","Tb","Dy","Lu","Sc","Y"] }
limit  = { share_of_base = 0.60, low = 0.30, high = 0.90, why = "approvals reported in the first months; an assumption" }
rent_to = "exporter"

[[measure]]
id     = "magnets"
kind   = "quota"
source = "mofcom-2025-18"
from   = 2025-04-04
scope  = { flow = "export", of = "CHN", except_to = ["CHN"], product = ["ndfeb-dy", "smco"], containing = ["Dy","Tb","Sm"] }
limit  = { share_of_base = 0.70, low = 0.40, high = 1.0, why = "an assumption" }
"""  # noqa: E501

HEAD = """
schema = 1
name = "test"
title = "A test"
base = { chain = "rare-earths", year = 2024 }
time = { step = "year", from = 2025, to = 2025 }
"""


def measure(kind: str, rest: str) -> str:
    return f'{HEAD}\n[[measure]]\nid = "m"\nkind = "{kind}"\nsource = "mofcom-2025-18"\n{rest}\n'


def read(tmp_path: Path, text: str, *settings: str):
    path = tmp_path / "squeeze.toml"
    path.write_text(text, encoding="utf-8")
    return scenario(path, set=settings)


def faults(tmp_path: Path, text: str, *settings: str) -> str:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text, *settings)
    return str(caught.value)


def test_the_example_of_the_format_parses_as_it_stands(tmp_path):
    found = read(tmp_path, EXAMPLE)
    assert (found.base.chain, found.base.year, found.year, found.time.step) == ("rare-earths", 2024, 2025, "year")
    oxides, magnets = found.measure("oxides-and-metals"), found.measure("magnets")
    assert oxides.scope.flow == "export"
    assert oxides.scope.of == oxides.scope.except_to == ("CHN",)
    assert oxides.scope.product == ("oxide", "metal")  # metal and alloy are one product
    assert oxides.scope.element == ("Sm", "Gd", "Tb", "Dy", "Lu", "Sc", "Y")
    assert (oxides.limit.share_of_base, oxides.limit.low, oxides.limit.high) == (0.6, 0.3, 0.9)
    assert oxides.limit.per == "element"
    assert oxides.rent_to == "exporter"
    assert oxides.start == date(2025, 4, 4)
    assert magnets.scope.product == ("magnet/ndfeb-dy", "magnet/smco")
    assert magnets.scope.containing == ("Dy", "Tb", "Sm")
    assert oxides.in_force(2025)
    assert not oxides.in_force(2024)


def test_the_ready_flagship_means_what_the_example_means(tmp_path):
    def plain(one):
        return [(m.id, m.kind, m.source, m.scope, m.start, m.limit, m.rent_to) for m in one.measures]

    assert plain(scenario("heavy-ree-licences-2025")) == plain(read(tmp_path, EXAMPLE))


@pytest.mark.parametrize("name", packaged())
def test_every_ready_scenario_reads_and_cites(name):
    found = scenario(name)
    assert found.name == name
    assert found.title == packaged_title(name)
    assert found.description
    known = chain_words.sources()
    for item in found.measures:
        assert item.source.inline or known.read(item.source.id), f"{name}, {item.id}: {item.source.id} is no source"
        assert item.title != item.id
        if item.limit and item.limit.share_of_base is not None:
            assert item.limit.why
            assert item.limit.low is not None
            assert item.limit.high is not None


def test_the_ready_scenarios_are_those_promised():
    promised = {"heavy-ree-licences-2025", "new-separation-outside-leader", "myanmar-feed-stops"}
    assert promised | {"us-concentrate-stays-home", "takayama-judge-1964"} <= set(packaged())


def test_a_textbook_scenario_carries_its_network():
    found = scenario("takayama-judge-1964")
    assert found.base.chain is None
    network = found.network
    assert network is not None
    assert network.markets == (("com1", "reg1"), ("com1", "reg2"), ("com1", "reg3"))
    # At the published prices every region's supply and demand meet through the routes.
    price = {"reg1": 552 / 63 + 2, "reg2": 552 / 63, "reg3": 552 / 63 + 1}
    supply = {row.region: row.constant + row.slope * price[row.region] for row in network.supplies}
    demand = {row.region: row.constant + row.slope * price[row.region] for row in network.demands}
    assert sum(supply.values()) == pytest.approx(sum(demand.values()))
    assert demand["reg1"] == pytest.approx(92.3809524)
    assert supply["reg2"] == pytest.approx(125.2380952)
    assert {(lane.origin, lane.destination): lane.cost for lane in network.routes} == {
        ("reg1", "reg2"): 2, ("reg1", "reg3"): 2, ("reg2", "reg1"): 2,
        ("reg2", "reg3"): 1, ("reg3", "reg1"): 2, ("reg3", "reg2"): 1,
    }  # fmt: skip


def test_measures_on_a_textbook_network_use_its_words():
    tables = {
        "schema": 1, "name": "t", "title": "T", "base": {"network": "takayama-judge-1964"},
        "measure": [
            {"id": "wall", "kind": "ban", "source": "mofcom-2025-18",
             "scope": {"flow": "export", "of": "reg2", "to": "reg1", "product": "com1"}},
            {"id": "cap", "kind": "quota", "source": "mofcom-2025-18", "limit": {"quantity": "10 t/yr"},
             "scope": {"flow": "export", "of": "reg2", "to": "reg3"}},
        ],
    }  # fmt: skip
    found = scenario(tables)
    assert found.measure("wall").scope.of == ("reg2",)
    assert found.measure("cap").limit.quantity == Quantity(10, "t/yr")
    assert found.year == 1964
    tables["measure"][0]["scope"]["of"] = "reg9"
    with pytest.raises(InputError, match=r"'reg9'; expected a region of the network: reg1, reg2, reg3"):
        scenario(tables)


EVERY_KIND = {
    "ban": 'scope = { flow = "export", of = "CHN", product = "oxide" }',
    "quota": 'scope = { flow = "production", of = "CHN", product = "concentrate" }\n'
    'limit = { quantity = "270 kt REO/yr" }',
    "export_tax": 'scope = { of = "CHN", product = "oxide", element = "Dy" }\nrate = "50 USD/kg"',
    "tariff": 'scope = { of = "USA", origin = "CHN", product = "magnet" }\nad_valorem = 0.25',
    "outage": 'scope = { facility = "MYS-SEP-LAMP" }\nlost = { share = 0.5, low = 0.2, high = 1.0, why = "test" }',
    "facility": 'facility = { name = "New", country = "FRA", stage = "separation", capacity = "600 t REO/yr", '
    'elements = ["Dy", "Tb"], cost = "5 USD/kg REO" }',
    "closure": 'scope = { of = "MYS", stage = "separation" }',
    "refusal": 'scope = { of = "EU27", origin = "RUS", product = "concentrate" }',
    "release": 'scope = { of = "USA", product = "oxide", element = "Nd" }\namount = "300 t Nd2O3"',
    "price_floor": 'scope = { of = "USA", product = "oxide", element = ["Nd", "Pr"] }\nrate = "110 USD/kg"',
    "cfd": 'scope = { of = "USA", product = "oxide", element = "Nd" }\nrate = "110 USD/kg"',
    "offtake": 'scope = { of = "MYS", to = "JPN", product = "oxide", element = "Nd" }\n'
    'limit = { quantity = "500 t REO/yr" }\nrate = "20 USD/kg"',
    "first_refusal": 'scope = { of = "MYS", to = "JPN", product = "oxide", element = "Nd" }\n'
    'limit = { quantity = "500 t REO/yr" }',
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_measure_reads(tmp_path, kind):
    found = read(tmp_path, measure(kind, EVERY_KIND[kind])).measure("m")
    assert found.kind == kind
    if kind == "quota":
        assert found.limit.quantity == Quantity(270_000, "t REO/yr")
        assert found.limit.per == "group"
    if kind == "export_tax":
        assert found.scope.flow == "export"
        assert found.rate.specific == Quantity(50, "USD/kg")
    if kind == "tariff":
        assert (found.scope.flow, found.rate.ad_valorem) == ("import", 0.25)
    if kind == "outage":
        assert (found.lost.value, found.lost.low, found.lost.high) == (0.5, 0.2, 1.0)
    if kind == "facility":
        assert found.plant.capacity.quantity == Quantity(600, "t REO/yr")
        assert (found.plant.id, found.plant.elements) == ("m", ("Dy", "Tb"))
    if kind == "refusal":
        assert len(found.scope.of) == 27
        assert found.limit is None
    if kind == "release":
        assert found.amount.quantity == Quantity(300, "t Nd2O3")


def test_routes_and_products_that_a_scope_covers():
    found = scenario("heavy-ree-licences-2025")
    scope = found.measure("oxides-and-metals").scope
    assert scope.covers_route("CHN", "JPN")
    assert not scope.covers_route("CHN", "CHN")
    assert not scope.covers_route("MYS", "JPN")
    assert scope.covers_product("oxide/Dy")
    assert not scope.covers_product("oxide/Nd")
    assert not scope.covers_product("magnet/ndfeb-dy")
    buyer = scenario(tomllib.loads(measure("refusal", EVERY_KIND["refusal"]))).measure("m").scope
    assert buyer.covers_route("RUS", "EST")
    assert not buyer.covers_route("EST", "RUS")


def test_the_order_of_measures_and_of_keys_changes_nothing():
    tables = tomllib.loads(EXAMPLE)
    turned = dict(reversed(tables.items())) | {"measure": [dict(reversed(m.items())) for m in tables["measure"][::-1]]}
    assert scenario(turned) == scenario(tables)
    assert canonical(scenario(turned)) == canonical(scenario(tables))
    assert fingerprint(scenario(tables)) == fingerprint(scenario(tables))
    other = EXAMPLE.replace("share_of_base = 0.60", "share_of_base = 0.61")
    assert fingerprint(scenario(tomllib.loads(other))) != fingerprint(scenario(tables))


def test_the_input_is_left_alone():
    tables = tomllib.loads(EXAMPLE)
    scenario(tables, set=["measure.magnets.limit.share_of_base=0.1", "title=Other"])
    assert tables == tomllib.loads(EXAMPLE)


def test_names_dates_and_single_words_are_read_kindly(tmp_path):
    text = EXAMPLE.replace("2025-04-04", '"2025-04-04"', 1).replace('of = "CHN"', 'of = "china"', 1)
    text = text.replace('"Sm"', '"samarium"').replace('["CHN"]', '"China"')
    assert read(tmp_path, text).measures == read(tmp_path, EXAMPLE).measures


def test_units_come_out_in_tonnes(tmp_path):
    scope = 'scope = { flow = "export", of = "CHN", product = "oxide", element = "Dy" }'
    cap = 'limit = { quantity = "0.2 kt Dy2O3/yr", low = 0.1, high = "0.3 kt Dy2O3/yr", why = "test" }'
    text = measure("quota", f"{scope}\n{cap}")
    limit = read(tmp_path, text).measure("m").limit
    assert limit.quantity == Quantity(200, "t Dy2O3/yr")
    assert (limit.low, limit.high) == (pytest.approx(100), pytest.approx(300))


def test_separation_is_limited_by_its_stage(tmp_path):
    quota = 'scope = {{ flow = "production", of = "CHN", {} }}\nlimit = {{ quantity = "254000 t REO/yr" }}'
    assert read(tmp_path, measure("quota", quota.format('stage = "separation"'))).measure("m").scope.product == ()
    told = faults(tmp_path, measure("quota", quota.format('product = "oxide"')))
    assert 'scope.product: found the production of oxide; expected stage = "separation"' in told


def test_capacity_and_cost_come_out_on_the_basis_of_the_stage(tmp_path):
    def plant(stage, capacity, rest):
        inside = f'name = "P", country = "FRA", stage = "{stage}", capacity = "{capacity}", {rest}'
        return read(tmp_path, measure("facility", f"facility = {{ {inside} }}")).measure("m").plant

    dysprosium = plant("separation", "87.13 t Dy/yr", 'elements = "Dy", cost = "5000 USD/t REO"')
    assert dysprosium.capacity.unit == "t REO/yr"
    assert dysprosium.capacity.value == pytest.approx(100, rel=1e-3)
    assert dysprosium.cost.quantity == Quantity(5, "USD/kg")
    assert plant("metal", "0.4 kt REE/yr", 'elements = ["Nd", "Pr"]').capacity.quantity == Quantity(400, "t REE/yr")
    assert plant("magnet", "3 kt gross/yr", 'product = "ndfeb-dy"').product == ("magnet/ndfeb-dy",)
    assert plant("recycling", "2 kt REO/yr", 'capacity_of = "feed"').capacity.quantity == Quantity(2_000, "t REO/yr")
    with pytest.raises(InputError, match=r"expected a quantity in t REO/yr"):  # swarf flows in t REO, not by weight
        plant("recycling", "2000 t gross/yr", 'capacity_of = "feed"')
    with pytest.raises(InputError, match=r"no public cost curve covers new mines"):
        plant("mine", "2000 t REO/yr", 'ore = "mount-weld"')


def test_settings_change_the_file_and_drop_its_range(tmp_path):
    found = read(tmp_path, EXAMPLE, "measure.magnets.limit.share_of_base=0.2", "time.to=2026", "time.from=2026")
    limit = found.measure("magnets").limit
    assert (limit.share_of_base, limit.low, limit.high, limit.why) == (0.2, None, None, "an assumption")
    assert found.year == 2026
    assert found.overrides[0] == "measure.magnets.limit.share_of_base=0.2"
    both = read(tmp_path, EXAMPLE, "measure.magnets.limit.share_of_base=0.2", "measure.magnets.limit.low=0.1")
    assert both.measure("magnets").limit.low == 0.1
    tonnage = read(tmp_path, EXAMPLE, "measure.magnets.limit.quantity=30000 t gross/yr").measure("magnets").limit
    assert (tonnage.share_of_base, tonnage.quantity) == (None, Quantity(30_000, "t gross/yr"))


def test_assumptions_are_set_by_id_in_the_file_and_outside(tmp_path):
    name = chain_words.chain().assumptions.read("elasticity.demand.Ce")[0]
    text = HEAD + f"[assumptions]\n{name} = 0.4\n"
    assert read(tmp_path, text).assumptions == {name: 0.4}
    assert read(tmp_path, text, f"assumptions.{name}=0.5").assumptions == {name: 0.5}
    told = faults(tmp_path, text, "assumptions.demand.Ce=0.5")
    assert "assumptions.demand.Ce" in told
    assert "Did you mean 'elasticity.demand.Ce'?" in told


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("measure.magnet.limit.share_of_base=0.3", "Did you mean 'magnets'?"),
        ("measure.magnets.limit.share_of_bas=0.3", "Did you mean 'share_of_base'?"),
        ("measure.magnets.kind.deep=0.3", "kind itself, which is not a table"),
        ("measures.magnets.limit.low=0.3", "Did you mean 'measure'?"),
        ("measure=3", "one of oxides-and-metals, magnets"),
        ("measure.magnets=3", "a key of it"),
        ("nothing", "no path=value"),
        ("=3", "no path=value"),
        ("measure.magnets.limit.share_of_base=nan", "a share of the base flow, 0 to 10"),
        ("measure.magnets.limit.share_of_base=", "a share of the base flow, 0 to 10"),
        ("time.step=week", '"month", "quarter" or "year"'),
        ("name=other", "a path that begins with"),
    ],
)
def test_a_setting_that_cannot_be_is_told_with_the_nearest(tmp_path, setting, told):
    assert told in faults(tmp_path, EXAMPLE, setting)


def test_a_setting_cannot_smuggle_in_other_keys(tmp_path):
    told = faults(tmp_path, EXAMPLE, 'measure.magnets.limit.share_of_base=0.5\nname = "x"')
    assert "share of the base flow" in told


def test_a_file_extends_another(tmp_path):
    (tmp_path / "base.toml").write_text(EXAMPLE, encoding="utf-8")
    child = """
    schema = 1
    name = "tighter"
    title = "Tighter"
    extends = "base.toml"
    [[measure]]
    id = "magnets"
    kind = "ban"
    source = "mofcom-2025-18"
    scope = { flow = "export", of = "CHN", product = "magnet" }
    """
    found = read(tmp_path, child)
    assert [(m.id, m.kind) for m in found.measures] == [("magnets", "ban"), ("oxides-and-metals", "quota")]
    assert (found.name, found.base.year) == ("tighter", 2024)
    told = faults(tmp_path, child.replace('title = "Tighter"', "").replace('"CHN"', '"Chnia"'))
    assert "squeeze.toml, title: found nothing" in told
    assert 'squeeze.toml, measure 1 ("magnets"), scope.of[1]' in told
    ready = read(tmp_path, child.replace("base.toml", "heavy-ree-licences-2025"))
    assert {m.id for m in ready.measures} == {"magnets", "oxides-and-metals"}
    (tmp_path / "base.toml").write_text(EXAMPLE.replace('kind   = "quota"', 'kind = "qouta"', 1), encoding="utf-8")
    assert 'base.toml, measure 1 ("oxides-and-metals"), kind' in faults(tmp_path, child)


def test_network_files_tell_all_their_faults(tmp_path):
    good = Path(str(network_path("takayama-judge-1964", None, "x"))).read_text(encoding="utf-8")
    assert packaged_networks() == ("dantzig-1963-transport", "takayama-judge-1964")
    path = tmp_path / "net.toml"
    path.write_text(good.replace("slope    = -10", "slope = 10").replace("cost = 1", 'cost = "1"').replace(
        'to   = "reg2"', 'to = "reg22"', 1), encoding="utf-8")  # fmt: skip
    with pytest.raises(InputError) as caught:
        load_network(path)
    told = str(caught.value)
    assert "net.toml, demand 1: found a demand with slope 10; expected a slope below 0." in told
    assert "net.toml, route 4, cost: found '1'; expected a number of 0 or more." in told
    assert "Did you mean 'reg2'?" in told


def test_a_process_takes_and_gives_products_of_its_file(tmp_path):
    good = Path(str(network_path("takayama-judge-1964", None, "x"))).read_text(encoding="utf-8")
    mill = '\n[[process]]\nid = "mill"\nregion = "reg1"\ntakes = { com1 = 1 }\ngives = { com1 = 0.5 }\ncost = 1\n'
    path = tmp_path / "net.toml"
    path.write_text(good + mill, encoding="utf-8")
    assert load_network(path).processes[0].gives == (("com1", 0.5),)
    path.write_text(good + mill.replace("gives = { com1", "gives = { com2"), encoding="utf-8")
    with pytest.raises(InputError, match="'com2'; expected a product of the file: com1"):
        load_network(path)


def test_a_scenario_file_may_name_a_network_beside_it(tmp_path):
    (tmp_path / "net.toml").write_text(
        Path(str(network_path("takayama-judge-1964", None, "x"))).read_text(encoding="utf-8"), encoding="utf-8"
    )
    text = 'schema = 1\nname = "t"\ntitle = "T"\nbase = { network = "net.toml" }\n'
    assert read(tmp_path, text).network.name == "takayama-judge-1964"
    assert "leads out of the folder" in faults(tmp_path, text.replace("net.toml", "../net.toml"))
    assert "a network of the package" in faults(tmp_path, text.replace("net.toml", "takayama"))


def test_the_text_of_a_ready_scenario_is_its_file():
    assert tomllib.loads(packaged_text("heavy-ree-licences-2025"))["name"] == "heavy-ree-licences-2025"
    with pytest.raises(InputError, match="Did you mean 'myanmar-feed-stops'"):
        packaged_text("myanmar-feed-stop")


DOCS = (Path(__file__).parent.parent / "docs" / "scenarios.md").read_text(encoding="utf-8")


def test_the_example_of_the_docs_reads(tmp_path):
    example = DOCS.split("```toml\n")[1].split("```")[0]
    found = read(tmp_path, example)
    assert found.measure("cap").limit.quantity == Quantity(100, "t Dy2O3/yr")
    assert found.measure("cap").source.id == "example-press-2026-01-15-a-cap-is-discussed"
    assert found.measure("lacq").plant.feed == ("concentrate", "seg")


def test_the_docs_name_every_key_and_kind():
    tables = (TopTable, MeasureTable, ScopeTable, LimitTable, RateTable, PlantTable, ShareTable, AmountTable)
    keys = {key for table in tables for key in keys_of(table)}
    missing = sorted(word for word in keys | {*KINDS, *LATER} if not re.search(rf"\b{word}\b", DOCS))
    assert missing == []


def test_what_the_docs_say_of_a_setting_holds(tmp_path):
    example = DOCS.split("```toml\n")[1].split("```")[0]
    found = read(tmp_path, example, "measure.cap.limit.quantity=80 t Dy2O3/yr")
    assert found.measure("cap").limit.quantity == Quantity(80, "t Dy2O3/yr")


@pytest.mark.parametrize("said", ["2025-13-17", "2025-02-30", "2025-00", "2025-03-17 or so", "0000", 2025.5, "soon"])
def test_a_source_is_dated_by_the_calendar(said):
    source = {"publisher": "Nobody", "title": "A text", "url": "https://example.org"}
    assert SourceTable.model_validate(source | {"date": "2025-02"}).record().date == "2025-02"
    assert SourceTable.model_validate(source | {"date": date(2024, 2, 29)}).record().date == "2024-02-29"
    with pytest.raises(ValidationError, match="date"):
        SourceTable.model_validate(source | {"date": said})
