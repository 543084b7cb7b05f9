"""Chains of other materials: each returns its base unshocked, tells its conflicts, and refuses what it has not."""

from __future__ import annotations

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from ytterby.cli.app import build
from ytterby.core.errors import InputError
from ytterby.model.base import network as base_network
from ytterby.model.chains.build import balanced
from ytterby.model.chains.cited import by_material, words_of
from ytterby.model.chains.definition import chain
from ytterby.model.chains.offer import chain_for
from ytterby.model.conflicts import conflicts
from ytterby.model.run import run
from ytterby.model.scenario_file import scenario
from ytterby.model.solved import equilibrium
from ytterby.model.vocabulary import OTHER_CHAINS
from ytterby.show.report import report

SHELL = CliRunner()
#: Scenario, the country or group whose use it is about, and what must come of it.
READY = ("gallium-export-ban", "graphite-licences-2023", "cobalt-export-quota-2025")


def built_product(name: str) -> str:
    """The last good of a chain, as the network names it."""
    told = chain(name)
    return told.product(told.goods[-1].form)


@pytest.fixture(scope="module")
def ready(atlas):
    """Outcomes of the ready scenarios, without ranges."""
    return {name: run(None, scenario(name), atlas=atlas, ranges=False) for name in READY}


@pytest.mark.parametrize("name", OTHER_CHAINS)
def test_unshocked_every_flow_is_its_base_within_a_thousandth(atlas, name):
    base = balanced(atlas, name, 2024, {})
    assert base.balance.residual < 1e-6
    built = base_network(atlas, name, 2024)
    solved = equilibrium(built)
    assert solved.solution.certificate.certified
    size = max(a.base for a in built.activities)
    moved = {a.id: abs(solved.level(a.id) - a.base) / a.base for a in built.activities if a.base > 1e-4 * size}
    assert len(moved) > 5
    assert max(moved.values()) < 1e-3, max(moved, key=lambda k: moved[k])


@pytest.mark.parametrize("name", OTHER_CHAINS)
def test_mass_is_kept_in_every_market_of_the_base(atlas, name):
    built = base_network(atlas, name, 2024)
    rest: dict[tuple[str, str], float] = {}
    scale: dict[tuple[str, str], float] = {}
    for a in built.activities:
        for key, coefficient in a.coefficients:
            rest[key] = rest.get(key, 0.0) + coefficient * a.base
            scale[key] = scale.get(key, 0.0) + abs(coefficient) * a.base
    assert all(abs(rest[key]) <= 1e-6 * max(scale[key], 1.0) for key in rest)
    assert all((m.price or 0.0) > 0 for m in built.markets)


@pytest.mark.parametrize("name", OTHER_CHAINS)
def test_without_the_largest_seller_less_is_used_elsewhere(atlas, name):
    built = base_network(atlas, name, 2024)
    product, sold = built_product(name), {}
    for a in built.activities:
        if a.kind == "route" and a.product == product:
            sold[a.country] = sold.get(a.country, 0.0) + a.base
            sold[a.partner] = sold.get(a.partner, 0.0) - a.base
    first = max(sold, key=lambda c: sold[c] if c != "ROW" else 0.0)
    asked = {
        "schema": 1,
        "name": "closed",
        "title": "closed",
        "base": {"chain": name, "year": 2024},
        "time": {"step": "year", "from": 2024, "to": 2024},
        "measure": [
            {
                "id": "closed",
                "kind": "ban",
                "scope": {"flow": "export", "of": first, "product": product},
                "source": {"publisher": "x", "title": "x", "url": "https://example.org", "date": "2024"},
            }
        ],
    }
    found = run(built, scenario(asked), atlas=atlas, ranges=False)
    assert found.certificate["certified"]
    lost = found.shortages.filter(pl.col("country") != first)
    assert lost["lost"].sum() > 1e-3 * lost["base_use"].sum()
    assert found.gains["welfare"].sum() < 0


@pytest.mark.parametrize("name", OTHER_CHAINS)
def test_check_tells_moves_and_conflicts(name):
    answer = SHELL.invoke(build(), ["network", name, "--check"])
    assert answer.exit_code == 0, answer.output
    assert "Reconciliation:" in answer.output
    assert "Conflicts between sources" in answer.output
    found = json.loads(SHELL.invoke(build(), ["network", name, "--json"]).output)
    assert found["chain"] == name
    assert found["moves"]


def test_every_chain_has_a_coverage_row_and_words(atlas):
    rows = {row["material"]: row for row in atlas.coverage.iter_rows(named=True)}
    for material, told in by_material().items():
        row = rows[material]
        assert all(
            row[form] != "none" for form in ("mine", "refining") if told.good({"mine": "ore"}.get(form, "refined"))
        )
        assert all(words_of(told.product(good.form)) == good.words for good in told.goods)
        assert told.about.strip()


@pytest.mark.parametrize("word", ["uranium", "germanium", "HS 261210"])
def test_a_material_without_figures_by_country_has_no_network(atlas, word):
    with pytest.raises(InputError) as error:
        chain_for(atlas, word)
    assert "no network is built" in str(error.value)


@pytest.mark.parametrize(
    ("word", "name"),
    [("Co", "cobalt"), ("282200", "cobalt"), ("Dy", "rare-earths"), ("Ga", "gallium")],
)
def test_a_chain_by_any_name_of_its_material(atlas, word, name):
    assert chain_for(atlas, word) == name


@pytest.mark.parametrize(
    ("word", "told"), [("cobolt", "cobalt"), ("811292", "never split"), ("tin", "nobody has described")]
)
def test_a_word_without_a_chain_is_told_why(atlas, word, told):
    with pytest.raises(InputError) as error:
        chain_for(atlas, word)
    assert told in str(error.value)


def test_editions_that_moved_far_are_told_with_both_numbers(atlas):
    told = conflicts(balanced(atlas, "graphite", 2024, {}))
    moved = next(c for c in told if c.place == "MOZ" and c.kind == "editions differ")
    assert "75,000" in moved.text
    assert "39,000" in moved.text


def test_gallium_ban_hits_the_united_states_alone(ready):
    found = ready["gallium-export-ban"]
    lost = {r["country"]: r["lost_pct"] for r in found.shortages.iter_rows(named=True)}
    assert lost["USA"] > 10
    assert max(v for c, v in lost.items() if c != "USA") < 1
    assert "United States loses" in found.finding
    direct = found.flows.filter(pl.col("origin") == "CHN", pl.col("destination") == "USA", pl.col("kind") == "route")
    assert direct["value"].sum() < 1e-6 < direct["base"].sum()


def test_cobalt_quota_binds_and_is_what_leaves_the_country(ready):
    found = ready["cobalt-export-quota-2025"]
    limit = found.binding.row(by_predicate=pl.col("id") == "quota", named=True)
    assert limit["bound"]
    assert limit["limit"] == 96600
    assert limit["unit"] == "t Co/yr"
    out = found.flows.filter(pl.col("origin") == "COD", pl.col("kind") == "route")
    assert out["value"].sum() == pytest.approx(96600, rel=1e-4)
    assert out["base"].sum() > 150_000
    assert found.gains.filter(pl.col("rent") > 1)["country"].to_list() == ["COD"]


def test_graphite_licences_cut_what_they_say(ready):
    found = ready["graphite-licences-2023"]
    out = found.flows.filter(pl.col("origin") == "CHN", pl.col("kind") == "route", pl.col("element") == "graphite")
    assert out["value"].sum() == pytest.approx(0.69 * out["base"].sum(), rel=1e-3)


@pytest.mark.parametrize("name", READY)
def test_the_report_speaks_of_its_own_material(ready, tmp_path, name):
    outcome = ready[name]
    report(outcome, tmp_path / "r.html")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    told = chain(outcome.scenario.base.chain)
    assert told.title in text
    assert told.goods[-1].words in text
    assert "oxides, metals and magnets" not in text
    assert "Separation" not in text
    assert {"usgs-mcs-2026", *(m.source.id for m in outcome.scenario.measures)} <= set(outcome.sources["id"])
    keys = set(outcome.figures["result_key"])
    assert any(key.startswith("price/") for key in keys)
    assert any(key.startswith("base/refining/") for key in keys)
    assert set(outcome.figures["source"]) <= set(outcome.sources["id"])


def test_uses_of_the_european_union_are_not_taken_for_others(ready):
    rows = ready["cobalt-export-quota-2025"].shortages
    assert set(rows.filter(pl.col("country") == "CHN")["use"]) == {"all uses"}
    assert rows.filter(pl.col("country") == "DEU")["use"].n_unique() > 3


BAD = """
schema = 1
name = "x"
title = "x"
base = {{ chain = "cobalt", year = 2024 }}
time = {{ step = "year", from = 2026, to = 2026 }}
[[measure]]
id = "m"
kind = "{kind}"
source = "arecoms-2025-004"
{rest}
"""


@pytest.mark.parametrize(
    ("kind", "rest", "told"),
    [
        ("quota", 'scope = { flow = "export", of = "COD" }\nlimit = { quantity = "9 t REO/yr" }', "t Co/yr"),
        ("ban", 'scope = { flow = "export", of = "COD", product = ["oxide"] }', "refined cobalt"),
        ("ban", 'scope = { flow = "export", of = "COD", element = ["Dy"] }', "Co"),
        ("outage", 'scope = { of = "COD", stage = "separation" }\nlost = 0.5', "mine"),
    ],
)
def test_words_of_another_chain_are_refused_with_those_of_this_one(tmp_path, kind, rest, told):
    (tmp_path / "x.toml").write_text(BAD.format(kind=kind, rest=rest), encoding="utf-8")
    with pytest.raises(InputError) as error:
        scenario(tmp_path / "x.toml")
    assert told in str(error.value)


def test_a_new_plant_of_another_chain_is_refused(tmp_path):
    plant = '[measure.facility]\nname = "x"\ncountry = "FIN"\nstage = "refining"\ncapacity = "10 t Co/yr"'
    (tmp_path / "x.toml").write_text(BAD.format(kind="facility", rest=plant), encoding="utf-8")
    with pytest.raises(InputError) as error:
        scenario(tmp_path / "x.toml")
    assert "traceback" not in str(error.value).lower()
