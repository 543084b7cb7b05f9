"""Every number of a measure with a range is drawn: what a draw says is what the run of its settings says."""

from __future__ import annotations

import polars as pl
import pytest

from ytterby.core.errors import InputError
from ytterby.model.frozen import BEHAVIOUR
from ytterby.model.measures import apply
from ytterby.model.run import run
from ytterby.model.scenario_file import scenario
from ytterby.model.scenario_ranges import numbers
from ytterby.model.solved import equilibrium
from ytterby.studies.draws import Design, percentiles
from ytterby.studies.ensemble import batches, solved, study
from ytterby.studies.rebuilt import Rebuilt
from ytterby.studies.sensitivity import of_study, sensitivity
from ytterby.studies.study import Study

SOURCE = {"publisher": "none", "title": "made up", "url": "https://example.org", "date": "2025-01-01"}
CHINA = {"of": "CHN", "except_to": ["CHN"]}
WHY = "made up"
#: One measure of each kind with a number, each number with a range.
MEASURES = {
    "export_tax": {"scope": {"flow": "export", **CHINA, "product": ["oxide"], "element": ["Dy"]},
                   "rate": {"ad_valorem": 0.2, "low": 0.0, "high": 0.5, "why": WHY}},
    "tariff": {"scope": {"flow": "import", "of": "USA", "origin": ["CHN"], "product": ["magnet"]},
               "rate": {"specific": "10 USD/kg", "low": 0, "high": 30, "dist": "uniform", "why": WHY}},
    "outage": {"scope": {"of": "MYS", "stage": "separation"},
               "lost": {"share": 0.5, "low": 0.0, "high": 1.0, "dist": "discrete 0 0.5:2 1", "why": WHY}},
    "release": {"scope": {"of": "JPN", "product": ["oxide"], "element": ["Dy"]},
                "amount": {"value": "20 t Dy2O3", "low": 5, "high": 60, "why": WHY}},
    "price_floor": {"scope": {"of": "USA", "product": ["oxide"], "element": ["Nd"]},
                    "rate": {"specific": "80 USD/kg", "low": 60, "high": 120, "why": WHY}},
    "cfd": {"scope": {"of": "MYS", "product": ["oxide"], "element": ["Pr"]},
            "rate": {"specific": "80 USD/kg", "low": 60, "high": 120, "why": WHY}},
    "refusal": {"scope": {"flow": "import", "of": "JPN", "origin": ["CHN"], "product": ["oxide"], "element": ["Tb"]},
                "limit": {"share_of_base": 0.5, "low": 0.2, "high": 0.8, "why": WHY}},
    "facility": {"facility": {
        "name": "A separator", "country": "FRA", "stage": "separation", "heavies": True,
        "capacity": {"value": "500 t REO/yr", "low": 200, "high": 2000, "why": WHY},
        "recovery": {"share": 0.9, "low": 0.8, "high": 0.96, "why": WHY},
        "cost": {"value": "5 USD/kg REO", "low": 2, "high": 8, "why": WHY},
        "capacity_factor": {"share": 0.5, "low": 0.2, "high": 0.9, "why": WHY},
    }},
}  # fmt: skip


def asked(*kinds: str):
    return {
        "schema": 1, "name": "many-measures", "title": "Many measures", "base": {"chain": "rare-earths", "year": 2024},
        "time": {"step": "year", "from": 2025, "to": 2025},
        "measure": [
            {"id": kind.replace("_", "-"), "kind": kind, "title": kind, "source": SOURCE, "from": "2025-01-01",
             **MEASURES[kind]}
            for kind in kinds
        ],
    }  # fmt: skip


EVERY = asked(*MEASURES)


@pytest.fixture(scope="module")
def every(network, atlas):
    return study(network, scenario(EVERY), atlas)


def test_every_number_with_a_range_is_an_input(every):
    found = {i.id: i for i in every.inputs if i.id.startswith("measure.")}
    assert set(found) == {
        "measure.export-tax.rate", "measure.tariff.rate", "measure.outage.lost", "measure.release.amount",
        "measure.price-floor.rate", "measure.cfd.rate", "measure.refusal.limit", "measure.facility.facility.capacity",
        "measure.facility.facility.recovery", "measure.facility.facility.cost",
        "measure.facility.facility.capacity_factor",
    }  # fmt: skip
    assert found["measure.tariff.rate"].setting(3.0) == "measure.tariff.rate.specific=3.0 USD/kg"
    assert found["measure.release.amount"].setting(7.5) == "measure.release.amount.value=7.5 t Dy2O3"
    assert found["measure.outage.lost"].points == ((0.0, 1.0), (0.5, 2.0), (1.0, 1.0))
    assert found["measure.tariff.rate"].dist == "uniform"
    assert found["measure.cfd.rate"].dist == "triangular"


def test_a_draw_is_the_run_that_its_settings_replay(every, atlas):
    found = solved(every, scenario(EVERY), Design(2, 7))
    row = found.draws.collect().row(1, named=True)
    assert row["certified"]
    again = run(None, scenario(EVERY, set=found.settings(1)), atlas=atlas, ranges=False)
    prices = {(r["product"], r["country"]): r["home"] for r in again.prices.iter_rows(named=True)}
    checked = 0
    for name, price in row.items():
        what, *where = name.split("|")
        if what == "price" and where[1] != "outside" and price is not None and prices.get(tuple(where)):
            checked += 1
            assert price == pytest.approx(prices[tuple(where)], rel=2e-4), name
    assert checked > 200


def test_order_does_not_matter_where_plants_change_the_coefficients(every):
    sample = percentiles(Design(3, 8), (i.id for i in every.inputs))
    forward = pl.concat(frame for _, frame in batches(every, sample, 3)).write_csv()
    back = dict(batches(every, sample, 1, [2, 0, 1]))
    assert pl.concat(back[k] for k in sorted(back)).write_csv() == forward


@pytest.mark.parametrize(
    ("kind", "number", "output", "sign"),
    [
        ("tariff", "measure.tariff.rate", "price|magnet/ndfeb|USA", 1),
        ("release", "measure.release.amount", "price|oxide/Dy|JPN", -1),
        ("cfd", "measure.cfd.rate", "price|oxide/Pr|JPN", -1),
        ("outage", "measure.outage.lost", "price|oxide/Nd|JPN", 1),
    ],
)
def test_each_moves_what_it_should(network, atlas, kind, number, output, sign):
    one = study(network, scenario(asked(kind)), atlas)
    bench, place = one.engine(), [q.name for q in one.quantities].index(output)
    (drawn,) = (i for i in one.inputs if i.id == number)
    low, high = (one.at(bench, {number: end})[place] for end in (drawn.low, drawn.high))
    assert sign * (high - low) > 1e-4 * low


def test_a_derivative_is_the_slope_between_two_runs(network, atlas):
    fixed = {r.id: r.value for r in network.tables["assumptions"] if r.id.startswith(BEHAVIOUR) and r.low < r.high}
    kept = scenario(asked("tariff") | {"assumptions": fixed})
    told = of_study(study(network, kept, atlas), "price|magnet/ndfeb|USA").table
    (row,) = told.iter_rows(named=True)
    assert row["input"] == "measure.tariff.rate"
    assert row["low"] < row["high"]
    taxed = [asked("tariff") | {"assumptions": fixed}] * 2
    ends = [scenario(one, set=[f"measure.tariff.rate={v} USD/kg"]) for one, v in zip(taxed, (9.9, 10.1), strict=True)]
    price = [equilibrium(*apply(network, one.measures, 2025)).price(("magnet/ndfeb", "USA")) for one in ends]
    assert row["derivative"] == pytest.approx((price[1] - price[0]) / 0.2, rel=1e-3)


def test_quotas_alone_stay_on_the_fast_path_and_a_tax_leaves_it(network, atlas):
    assert isinstance(study(network, scenario("heavy-ree-licences-2025"), atlas), Study)
    assert isinstance(study(network, scenario(asked("export_tax")), atlas), Rebuilt)


def test_what_the_draws_say_names_the_measures(network, atlas):
    one = scenario(asked("release"))
    found = solved(study(network, one, atlas), one, Design(50, 3))
    told = sensitivity(found, "price|oxide/Dy|JPN")
    assert "measure.release.amount" in told.table["input"].to_list()[:2]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"share": 0.5, "dist": "uniform", "why": WHY}, "without a range"),
        ({"share": 0.5, "low": 0.1, "high": 0.9, "dist": "uniformly", "why": WHY}, "Did you mean 'uniform'"),
        ({"share": 0.5, "low": 0.1, "high": 0.9, "dist": "discrete 0 1", "why": WHY}, "values from low to high"),
        ({"share": 0.5, "low": 0.0, "high": 0.9, "dist": "lognormal", "why": WHY}, "a low end above 0"),
        ({"share": 0.5, "low": 0.1, "high": 0.9, "dist": "uniform 0 1", "why": WHY}, "'uniform' alone"),
    ],
)
def test_a_distribution_that_does_not_fit_is_refused(given, says):
    wrong = asked("outage")
    wrong["measure"][0]["lost"] = given
    with pytest.raises(InputError) as error:
        scenario(wrong)
    assert says.replace("'", '"') in str(error.value).replace("'", '"')


def test_setting_a_number_takes_its_distribution_away():
    set_ = scenario(asked("tariff"), set=["measure.tariff.rate.specific=12 USD/kg"])
    assert numbers(set_) == ()
