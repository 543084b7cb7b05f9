"""indicators/eu_criticality: 2017 inside its rounding, 2023 from shares, intervals for the unknown."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ytterby.cli.app import build
from ytterby.core.errors import InputError
from ytterby.indicators.eu_criticality import (
    PRINTED_2017,
    RESULT,
    UNKNOWN,
    economic_importance,
    eu_criticality,
    governance_0_to_10,
    weighted_hhi,
)

DATA = Path(__file__).parent / "data"
LAST_DIGIT = 0.05  # half the last digit of a printed supply risk
USED = {"GS only": "global", "EUS only": "eu", "GS + EUS": "both"}


@pytest.fixture(scope="module")
def printed():
    table = pl.read_csv(DATA / "eu_crm_2017.csv", null_values=["N/A"])
    return table.filter(pl.col("SI_SR").is_not_null()).with_columns(
        pl.col("HHI_WGI_t_GS").alias("hhi_gs"),
        pl.col("HHI_WGI_t_EU").alias("hhi_eu"),
        (pl.col("IR_pct") / 100).alias("import_reliance"),
        (pl.col("EoL_RIR_pct") / 100).alias("eol_rir"),
        pl.col("SI_SR").alias("si_sr"),
        pl.col("EI").alias("ei"),
        pl.col("supply_used").replace_strict(USED).alias("supply"),
    )


@pytest.mark.parametrize(
    ("supply", "column"),
    [(None, "SR"), ("global", "SR_global_only"), ("eu", "SR_EU_only"), ("both", "SR_both")],
)
def test_every_row_of_2017_lies_inside_the_rounding_of_its_inputs(printed, supply, column):
    inputs = printed if supply is None else printed.with_columns(supply=pl.lit(supply))
    found = eu_criticality(inputs, PRINTED_2017).with_columns(printed[column].alias("printed"))
    rows = found.drop_nulls(["printed", "high"])
    assert rows.height >= 37
    outside = rows.filter(
        (pl.col("printed") < pl.col("low") - LAST_DIGIT - 1e-9)
        | (pl.col("printed") > pl.col("high") + LAST_DIGIT + 1e-9)
    )
    assert outside["material"].to_list() == []


def test_the_combined_formula_of_2017_is_within_a_tenth(printed):
    reliance = pl.col("IR_pct") / 200
    combined = pl.col("SR_global_only") * reliance + pl.col("SR_EU_only") * (1 - reliance)
    off = printed.select((combined - pl.col("SR_both")).abs()).drop_nulls().to_series()
    assert len(off) == 37
    assert off.max() <= 0.10


def test_dysprosium_of_2017_on_paper():
    row = {
        "material": "Dy",
        "hhi_gs": 9.2,
        "hhi_eu": 1.8,
        "import_reliance": 1.0,
        "eol_rir": 0.0,
        "si_sr": 0.9,
        "ei": 6.3,
    }
    found = eu_criticality(pl.DataFrame([row])).row(0, named=True)
    assert found["sr"] == pytest.approx((9.2 * 0.9 + 1.8 * 0.9) / 2)
    assert found["low"] == found["high"] == pytest.approx(found["sr"])
    assert (found["critical"], found["bottleneck"], found["status"]) == (True, True, "ok")


def test_what_is_not_known_is_an_interval_and_the_verdict_may_stay_open():
    row = {"material": "Ga", "hhi_gs": 5.0, "hhi_eu": 1.0, "ei": 3.7}
    found = eu_criticality(pl.DataFrame([row])).row(0, named=True)
    assert found["sr"] is None
    assert found["low"] == pytest.approx(1.0 * 0.45 * 0.8)
    assert found["high"] == pytest.approx((5.0 + 1.0) / 2)
    assert (found["critical"], found["status"]) == (None, "shares only")
    low = eu_criticality(pl.DataFrame([{**row, "hhi_gs": 0.3, "hhi_eu": 0.2}])).row(0, named=True)
    assert low["critical"] is False


def test_the_bottleneck_is_the_stage_with_the_higher_risk():
    rows = [
        {"material": "Li", "stage": stage, "hhi_gs": hhi, "hhi_eu": hhi}
        for stage, hhi in (("mine", 0.8), ("refining", 2.2))
    ]
    found = eu_criticality(pl.DataFrame(rows))
    assert found.filter(pl.col("bottleneck"))["stage"].to_list() == ["refining"]
    assert RESULT.check(found) is found


def test_one_supply_base_is_used_alone():
    found = eu_criticality(
        pl.DataFrame([{"material": "Be", "hhi_gs": 2.4, "hhi_eu": None, "eol_rir": 0.0, "si_sr": 1.0}])
    )
    row = found.row(0, named=True)
    assert (row["supply"], row["sr"], row["status"]) == ("global", pytest.approx(2.4), "ok")


def test_per_cent_for_parts_and_unknown_bases_are_refused_together():
    row = {"material": "Dy", "hhi_gs": 9.2, "hhi_eu": 1.8, "import_reliance": 100.0, "si_sr": 0.9, "supply": "world"}
    with pytest.raises(InputError) as caught:
        eu_criticality(pl.DataFrame([row]))
    assert len(caught.value.faults) == 2
    with pytest.raises(InputError, match="a column for HHI_WGI-t of a supply base"):
        eu_criticality(pl.DataFrame({"material": ["Dy"]}))


def test_weighted_hhi_on_paper():
    shares = pl.DataFrame(
        {
            "material": "Dy", "stage": "mine", "country": ["CHN", "MMR", "XXX"], "share": [0.6, 0.3, 0.05],
            "governance": [6.0, 8.0, None], "t": [1.1, 1.0, 1.0],
        }
    )  # fmt: skip
    row = weighted_hhi(shares).row(0, named=True)
    known = 0.36 * 6.0 * 1.1 + 0.09 * 8.0
    assert row["hhi"] == row["low"] == pytest.approx(known)
    assert row["high"] == pytest.approx(known + 0.0025 * 10 + 10 * 0.05**2)
    assert (row["listed"], row["covered"]) == (pytest.approx(0.95), pytest.approx(0.9))


def test_gallium_and_dysprosium_of_2023_from_shares():
    table = pl.read_csv(DATA / "eu_crm_2023_supply.csv")
    shares = table.with_columns(
        (pl.col("share_pct") / 100).alias("share"),
        pl.col("trade_parameter_t").alias("t"),
        pl.when(pl.col("iso3") == "CHN").then(5.7).otherwise(5.0).alias("governance"),
    )
    found = {(row["material"], row["stage"]): row["hhi"] for row in weighted_hhi(shares).iter_rows(named=True)}
    assert found["Dysprosium", "processing"] == pytest.approx(5.7)
    assert found["Gallium", "processing"] == pytest.approx(0.938**2 * 5.7, abs=0.02)
    assert found["Dysprosium", "extraction"] < found["Dysprosium", "processing"]


PUBLISHED_EI = {"Gallium": 3.7, "Cobalt": 6.8, "Magnesium": 7.4, "Tungsten": 8.7, "Strontium": 6.5}


def test_economic_importance_of_2023_up_to_substitution():
    table = pl.read_csv(DATA / "eu_crm_2023_uses.csv")
    uses = table.select(
        "material", (pl.col("share_pct") / 100).alias("share"), pl.col("value_added_meur").alias("value_added")
    )
    found = {row["material"]: row for row in economic_importance(uses, largest=204200).iter_rows(named=True)}
    for material, score in PUBLISHED_EI.items():
        implied = score / found[material]["ei_before_substitution"]
        assert 0.68 <= implied <= 1.05, material
    assert found["Gallium"]["ei_before_substitution"] == pytest.approx(3.92, abs=0.005)
    assert found["Cobalt"]["ei_as_printed_shares"] == pytest.approx(7.03, abs=0.01)
    assert found["Magnesium"]["ei_before_substitution"] == pytest.approx(7.95, abs=0.01)


def test_governance_on_the_scale_of_the_eu():
    scaled = pl.DataFrame({"e": [-2.5, 0.0, 2.5, 3.0]}).select(governance_0_to_10(pl.col("e"))).to_series().to_list()
    assert scaled == [10.0, 5.0, 0.0, 0.0]


@given(
    st.floats(0, 10), st.floats(0, 10), st.floats(0, 1), st.floats(*UNKNOWN["eol_rir"]), st.floats(*UNKNOWN["si_sr"])
)
def test_the_interval_over_the_unknown_holds_every_score_it_could_be(gs, eu, reliance, recycled, substitution):
    bare = pl.DataFrame({"material": ["x"], "hhi_gs": [gs], "hhi_eu": [eu]})
    known = bare.with_columns(import_reliance=reliance, eol_rir=recycled, si_sr=substitution)
    wide, exact = eu_criticality(bare).row(0, named=True), eu_criticality(known).row(0, named=True)
    assert wide["low"] - 1e-9 <= exact["sr"] <= wide["high"] + 1e-9


def test_the_table_of_2017_is_read_as_it_is_printed(printed, tmp_path):
    whole = eu_criticality(pl.read_csv(DATA / "eu_crm_2017.csv"), PRINTED_2017)
    assert whole.height == pl.read_csv(DATA / "eu_crm_2017.csv").height
    assert whole.filter(pl.col("high").is_not_null()).equals(eu_criticality(printed, PRINTED_2017).drop_nulls("high"))
    out = tmp_path / "sr.csv"
    words = ["risk", "--method", "eu-supply-risk", "--inputs", str(DATA / "eu_crm_2017.csv"), "--out", str(out)]
    assert CliRunner().invoke(build(), words).exit_code == 0
    assert pl.read_csv(out)["sr"].to_list() == pytest.approx(whole["sr"].to_list())


def test_wrong_cells_of_a_table_of_inputs_are_told_with_row_and_column():
    wrong = pl.DataFrame(
        {"material": ["Dy", "Nd"], "HHI_WGI_t_GS": ["9.2", "W"], "HHI_WGI_t_EU": ["-1", "11"], "IR": ["100", "1"],
         "EoL_RIR_pct": ["0", "101"], "SI_SR": ["0.9", "NaN"], "supply_used": ["GS only", "ours"]}
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        eu_criticality(wrong)
    told = str(caught.value)
    for said in (
        "row 2, column 'HHI_WGI_t_GS': found 'W' (withheld)", "row 1, column 'HHI_WGI_t_EU': found -1",
        "row 2, column 'HHI_WGI_t_EU': found 11; expected a number from 0 to 10",
        "row 1, column 'IR': found 100; expected a number from 0 to 1, not per cent",
        "row 2, column 'EoL_RIR_pct': found 101; expected a number from 0 to 100 per cent",
        "row 2, column 'SI_SR': found 'NaN'", "row 2, column 'supply_used': found 'ours'",
    ):  # fmt: skip
        assert said in told
    with pytest.raises(InputError, match="a column for HHI_WGI-t"):
        eu_criticality(wrong.select("material", "IR"))
