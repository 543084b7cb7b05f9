"""Claims on what crosses borders, on parts of the world, on all others together, and on plants."""

import polars as pl
import pytest

from ytterby.core.errors import InputError
from ytterby.studies.claims.checking import check
from ytterby.studies.claims.customs import nested
from ytterby.studies.claims.reading import read_text
from ytterby.studies.claims.regions import REGIONS, continent


def verdict(**test):
    (found,) = check({"text": "a claim", "test": test})
    return found


def test_exports_are_added_up_from_customs_by_code_and_cited():
    carbonate = {"material": "Li", "product": "lithium carbonate", "measure": "exports", "place": "Chile", "year": 2024}
    found = verdict(type="quantity", value=242_000, unit="t", **carbonate)
    assert found.verdict == "supported"
    assert all("HS 283691, exports of CHL, 2024" in item.locator for item in found.evidence)
    assert verdict(type="quantity", value=100_000, unit="t", **carbonate).verdict == "contradicted"
    to_china = verdict(type="share", value=77, unit="%", other="China", **carbonate)
    assert to_china.verdict == "supported"
    assert verdict(type="share", value=20, unit="%", other="China", **carbonate).verdict == "contradicted"


def test_orders_and_moves_of_trade():
    powder = {"material": "graphite", "product": "powder"}
    assert verdict(type="rank", measure="imports", place="United States", value=1, **powder).verdict == "supported"
    assert verdict(type="rank", measure="imports", place="Japan", value=1, **powder).verdict == "contradicted"
    fell = {"type": "trend", "measure": "exports", "place": "China", "year": 2024, **powder}
    assert verdict(relation="<", value=20, **fell).verdict == "supported"
    assert verdict(relation=">", **fell).verdict == "contradicted"


def test_a_code_that_holds_other_goods_as_well_contradicts_nobody():
    found = verdict(type="quantity", material="Ga", measure="exports", place="China", year=2024, value=5, unit="t")
    assert (found.verdict, found.reason) == ("not checkable", "definition")


def test_orders_within_a_part_of_the_world_and_without_a_country():
    tantalum = {"type": "rank", "material": "Ta", "stage": "mine", "value": 1, "other": "Africa"}
    assert verdict(place="Rwanda", **tantalum).verdict == "contradicted"
    assert verdict(place="DR Congo", **tantalum).verdict == "supported"
    outside = verdict(
        type="rank", material="REE", stage="mine", place="United States", other="China", action="without", value=1
    )
    assert outside.verdict == "supported"
    africa = verdict(type="quantity", material="Pt", stage="mine", place="Africa", value=138, unit="t")
    assert africa.verdict == "supported"
    assert "South Africa 120, Zimbabwe 18" in africa.why
    with pytest.raises(InputError, match="Atlantis"):
        verdict(place="Atlantis", **tantalum)


def test_every_country_of_a_part_is_of_one_continent_only():
    for name in ("Africa", "Asia", "Europe", "South America", "Oceania"):
        assert all(continent(code) == name for code in REGIONS[name]), name
    assert continent("WLD") is None


def test_all_others_together_and_one_year_beside_another():
    graphite = {"type": "comparison", "material": "graphite", "stage": "mine", "place": "China", "other": "ROW"}
    assert verdict(value=3.5, relation="about", **graphite).verdict == "supported"
    assert verdict(value=10, relation=">", **graphite).verdict == "contradicted"
    price = {"type": "comparison", "material": "Li", "measure": "price", "place": "WLD", "year": 2025, "since": 2022}
    assert verdict(value=0.1428, relation="<", **price).verdict == "supported"
    assert verdict(value=2, relation=">", **price).verdict == "contradicted"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Guinea exported 123 million tonnes of bauxite in 2024.", "quantity exports supported"),
        ("Guinea exported 12 million tonnes of bauxite in 2024.", "quantity exports contradicted"),
        ("Rwanda is Africa's leading producer of tantalum.", "rank production contradicted"),
        ("China mines more rare earths than the rest of the world together.", "comparison production supported"),
        ("Australia mines more rare earths than the rest of the world together.", "comparison production contradicted"),
        ("Of every hundred tonnes of niobium, ninety-three come from Brazil.", "share production supported"),
        ("All but one percent of the world's gallium is refined in China.", "share production supported"),
        ("Botswana mined 13 million carats of gem diamonds in 2025.", "quantity production supported"),
        ("The Mt Weld concentrator has a capacity of 12,000 tonnes a year.", "quantity capacity supported"),
        ("The Mt Weld concentrator has a capacity of 90,000 tonnes a year.", "quantity capacity contradicted"),
        ("The United Nations does not recognise the annexation of Donetsk.", "status None supported"),
        ("The United Nations has recognised the annexation of Donetsk.", "status None contradicted"),
        ("Under the quotas Congo may export 96,600 tonnes of cobalt in 2026.", "quantity quota supported"),
        ("China's share of tellurium refining has grown.", "trend production supported"),
        ("China supplies 97 percent of the EU's magnesium.", "share import_source_share supported"),
    ],
)
def test_sentences_are_read_with_what_they_are_about(text, wanted):
    kind, measure, outcome = wanted.split()
    held = [v for v in read_text(text, date="2026-05-01").verdicts if v.claim.test.type == kind]
    assert [(str(v.claim.test.measure), v.verdict) for v in held[:1]] == [(measure, outcome)]


def test_an_act_is_followed_over_sentences():
    text = (
        "In July 2023 China announced that exports of gallium would need a licence. Graphite followed in December of "
        "that year. In December 2024 it banned sales of gallium to the United States. "
        "That ban was suspended on 9 November 2025."
    )
    held = [v for v in read_text(text, date="2026-05-01").verdicts if v.claim.test.type in ("event", "status")]
    assert [v.verdict for v in held] == ["supported"] * 4
    wrong = text.replace("December of", "March of")
    held = [v for v in read_text(wrong, date="2026-05-01").verdicts if v.claim.test.type in ("event", "status")]
    assert held[1].verdict == "contradicted"


def test_figures_given_to_the_wrong_country_or_year_are_found_out():
    """More readings must not rescue a sentence that exchanges places or years."""
    for text in (
        "China holds 3.5 million tonnes of rare-earth reserves and Vietnam 44 million tonnes.",
        "Peru mined 5.3 million tonnes of copper in 2025 and Chile 2.7 million tonnes.",
        "Indonesia mined 354,000 tonnes of nickel in 2024 and the Philippines 2.31 million tonnes.",
    ):
        held = [v.verdict for v in read_text(text, date="2026-05-01").verdicts if v.claim.test.type == "quantity"]
        assert held == ["contradicted", "contradicted"], text


def test_tonnes_of_trade_come_in_one_order_whatever_the_order_of_rows():
    rows = pl.DataFrame(
        {
            "source": ["s"] * 4, "hs6": ["280530", "280530", "284690", "280530"], "year": [2024] * 4,
            "importer": ["JPN", "CHN", "USA", "DEU"], "quantity_t": [0.1, 0.2, 0.3, 0.7],
        }
    )  # fmt: skip
    found = nested(rows, "importer")
    assert list(found["s", "280530", 2024].items()) == [("CHN", 0.2), ("DEU", 0.7), ("JPN", 0.1)]
    for seed in range(5):
        again = nested(rows.sample(fraction=1.0, shuffle=True, seed=seed), "importer")
        assert [(k, list(v.items())) for k, v in again.items()] == [(k, list(v.items())) for k, v in found.items()]
