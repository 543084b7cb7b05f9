"""indicators/geopolrisk: published test cases, cells worked by hand, a status for every missing thing, and groups."""

import csv
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from ytterby.cli.app import build
from ytterby.core.errors import InputError
from ytterby.indicators import files
from ytterby.indicators.geopolrisk import COPPER, RESULT, geopolrisk
from ytterby.indicators.geopolrisk_compare import CAUSES, counted, differences
from ytterby.indicators.geopolrisk_inputs import read
from ytterby.indicators.geopolrisk_origins import RESULT as ORIGINS
from ytterby.indicators.geopolrisk_origins import origins_of
from ytterby.indicators.masses import tonnes_in
from ytterby.indicators.matching import Asked
from ytterby.indicators.status import STATUSES, WITHOUT_VALUE

DATA = Path(__file__).parent / "data"
COLUMNS = {
    "hhi": "HHI", "import_risk": "Import Risk (WTA)", "score": "GeoPolRisk Score", "price": "Price",
    "midpoint": "Midpoint", "cf": "CF",
}  # fmt: skip


def test_case(material: str) -> tuple[pl.DataFrame, pl.DataFrame, files.Table]:
    made = files.read(DATA / f"geopolrisk_testcase_production_{material.lower()}.csv").frame
    flows = files.read(DATA / "geopolrisk_testcase_trade.csv").frame.filter(pl.col("rawMaterial") == material)
    return made, flows, files.read(DATA / "geopolrisk_testcase_wgi_pv_2022.csv")


test_case.__test__ = False  # type: ignore[attr-defined]


@pytest.mark.parametrize("material", ["Nickel", "Manganese"])
@pytest.mark.parametrize("compat", [False, True])
def test_published_test_cases(material, compat):
    with (DATA / "geopolrisk_testcase_results.csv").open(encoding="utf-8", newline="") as lines:
        printed = next(row for row in csv.DictReader(lines) if row["Raw Material"] == material)
    row = geopolrisk(*test_case(material), compat=compat, economies=["USA"]).row(0, named=True)
    for column, name in COLUMNS.items():
        assert row[column] == pytest.approx(float(printed[name]), rel=1e-9), column
    assert (row["material"], row["economy"], row["year"], row["status"]) == (material, "USA", 2022, "ok")


def run(*words):
    return CliRunner().invoke(build(), ["risk", *words])


NICKEL = [
    f"--{option}={DATA / f'geopolrisk_testcase_{name}.csv'}"
    for option, name in (("production", "production_nickel"), ("trade", "trade"), ("governance", "wgi_pv_2022"))
]


@pytest.mark.parametrize("named", [["Ni"], ["nickel"], []])
def test_published_tables_are_read_as_they_are(tmp_path, named):
    done = run(*named, "--method=geopolrisk", *NICKEL, "--economies=USA", f"--out={tmp_path / 'out.csv'}")
    assert done.exit_code == 0, done.output
    rows = pl.read_csv(tmp_path / "out.csv").filter(pl.col("hhi").is_not_null())
    assert rows["cf"].to_list() == [pytest.approx(0.0037927385852119812, rel=1e-9)]
    assert ("after the file's name" in done.output) == (not named)


def test_trade_among_members_of_a_group_is_left_out_unless_asked_for(tmp_path):
    tables = {
        "production": "material,country,year,quantity\nDy,China,2022,75\nDy,Burma,2022,25\n",
        "trade": "material,exporter,importer,year,quantity\nDy,China,Germany,2022,8\nDy,Germany,France,2022,2\n",
        "governance": "country,year,instability\nChina,2022,0.5\nGermany,2022,0.2\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    options = [f"--{name}={tmp_path / name}.csv" for name in tables]
    risks = []
    for more in ([], ["--internal"]):
        run("--method=geopolrisk", *options, "--economies=EU27", *more, f"--out={tmp_path / 'out.csv'}")
        risks.append(pl.read_csv(tmp_path / "out.csv")["import_risk"].item())
    assert risks == [pytest.approx(0.5), pytest.approx(0.5 * 8 / 10)]


def test_a_material_that_no_table_holds_is_told_with_the_nearest():
    done = run("mangenese", "--method=geopolrisk", *NICKEL)
    told = str(done.exception)
    assert "found 'mangenese'; expected a material of the tables: Manganese, Nickel" in told
    assert "Did you mean 'Manganese'?" in told


def made(**columns):
    rows = {"material": ["Dy", "Dy"], "country": ["CHN", "MMR"], "year": 2022, "quantity": [75.0, 25.0]}
    return pl.DataFrame({**rows, **columns})


def flows(**columns):
    rows = {
        "material": "Dy", "exporter": ["CHN", "MMR"], "importer": "DEU", "year": 2022, "quantity": [8.0, 2.0],
        "value": [2400.0, 600.0],
    }  # fmt: skip
    return pl.DataFrame({**rows, **columns})


def ruled(**columns):
    return pl.DataFrame({"country": ["CHN", "MMR"], "year": 2022, "instability": [0.5, 1.0], **columns})


def cell(*tables, **options):
    options.setdefault("economies", ["DEU"])
    return geopolrisk(*tables, **options).row(0, named=True)


def test_two_countries_on_paper():
    row = cell(made(), flows(), ruled(), detail=True)
    assert row["hhi"] == 0.75**2 + 0.25**2
    assert row["import_risk"] == pytest.approx((8 * 0.5 + 2 * 1.0) / 10)
    assert row["score"] == pytest.approx(0.625 * 0.6)
    assert (row["price"], row["midpoint"]) == (300.0, pytest.approx(112.5))
    assert row["cf"] == pytest.approx(112.5 / COPPER)
    assert (row["imports_t"], row["production_t"], row["governed"], row["status"]) == (10.0, 0.0, 1.0, "ok")


def test_own_production_dilutes_import_risk():
    own = pl.DataFrame({"material": "Dy", "country": ["CHN", "DEU"], "year": 2022, "quantity": [90.0, 30.0]})
    assert cell(own, flows(), ruled())["import_risk"] == pytest.approx(6.0 / 40.0)


def test_columns_and_types_are_those_of_the_schema():
    frame = geopolrisk(made(), flows(), ruled())
    assert RESULT.check(frame) is frame
    assert geopolrisk(made(), flows(), ruled(), detail=True).columns[: len(RESULT.names)] == list(RESULT.names)


def test_as_many_rows_as_asked():
    frame = geopolrisk(made(), flows(), ruled(), economies=["DEU", "France", "842"], years=[2021, 2022])
    assert frame.height == 6
    assert set(frame["economy"]) == {"DEU", "FRA", "USA"}
    assert set(geopolrisk(made(), flows(), ruled())["economy"]) == {"CHN", "DEU", "MMR"}


STATES = {
    "no imports": (made(), flows(importer="FRA"), ruled()),
    "no trade data": (made(), flows(material="Tb"), ruled()),
    "no production data": (made(material="Tb"), flows(), ruled()),
    "no quantities": (made(), flows(quantity=pl.Series([None, None], dtype=pl.Float64)), ruled()),
    "no governance": (made(), flows(), ruled(country=["USA", "MMR"])),
    "imputed": (made(), flows(), ruled(country=["CHN", "USA"])),
    "thin": (made(), flows(quantity=[0.5, 0.1]), ruled()),
    "no price": (made(), flows(value=pl.Series([None, None], dtype=pl.Float64)), ruled()),
    "incomplete": (made(quantity=[75.0, None]), flows(), ruled()),
    "other unit": (made(country=["CHN", "DEU"], unit="Mio m3"), flows(), ruled()),
    "ok": (made(), flows(), ruled()),
}


@pytest.mark.parametrize("status", STATES)
def test_every_missing_thing_has_its_status_and_no_zero(status):
    frame = geopolrisk(*STATES[status], economies=["DEU"])
    row = frame.filter(pl.col("material") == "Dy").row(0, named=True)
    assert row["status"] == status
    assert status in STATUSES
    assert (row["score"] is None) == (status in WITHOUT_VALUE)
    assert row["score"] != 0


def test_imputed_governance_is_the_mean_of_the_rest_and_the_interval_holds_every_possibility():
    row = cell(*STATES["imputed"], detail=True)
    assert row["import_risk"] == pytest.approx(0.5)
    assert row["low"] == pytest.approx(0.625 * 0.4)
    assert row["high"] == pytest.approx(0.625 * 0.6)
    assert row["governed"] == pytest.approx(0.8)


def test_flows_without_a_quantity_do_not_raise_the_price():
    frame = flows(quantity=[8.0, None])
    assert cell(made(), frame, ruled())["price"] == 300.0
    assert cell(made(), frame, ruled(), compat=True)["price"] == 375.0


def test_estimates_of_the_world_bank_are_rescaled_and_their_errors_widen_the_interval():
    estimates = (
        ruled().drop("instability").with_columns(estimate=pl.Series([0.0, -2.5]), stderr=pl.Series([0.25, 0.25]))
    )
    row = cell(made(), flows(), estimates, detail=True)
    assert row["import_risk"] == pytest.approx(0.6)
    error = 1.96 * 0.05 * (0.8**2 + 0.2**2) ** 0.5
    assert row["high"] - row["score"] == pytest.approx(0.625 * error)
    assert row["score"] - row["low"] == pytest.approx(0.625 * error)


def test_kilograms_are_not_tonnes_and_other_countries_are_not_a_country():
    kilos = pl.DataFrame(
        {"material": "Dy", "country": ["CHN", "DEU"], "year": 2022, "quantity": [90.0, 10000.0], "unit": ["t", "kg"]}
    )
    row = cell(kilos, flows(), ruled())
    assert row["hhi"] == pytest.approx(0.9**2 + 0.1**2)
    assert row["import_risk"] == pytest.approx(6 / 20)
    others = made(country=["CHN", "Other countries"])
    assert cell(others, flows(), ruled())["hhi"] == pytest.approx(0.75**2)
    world = pl.concat([made(), made(country=["World", "World"], quantity=100.0)[:1]])
    assert cell(world, flows(), ruled())["hhi"] == pytest.approx(0.625)


def test_groups_count_external_trade_only():
    among = pl.concat([flows(), flows(exporter=["FRA", "FRA"], quantity=10.0, value=10.0)[:1]])
    outside = cell(made(), among, ruled(), economies=["EU27"])
    assert outside["import_risk"] == pytest.approx(0.6)
    inside = cell(made(), among, ruled(), economies=["EU27"], internal=True)
    assert inside["import_risk"] == pytest.approx(0.3)
    own = cell(made(), among, ruled(), economies=["West"], groups={"West": ["Germany", "France"]})
    assert own["import_risk"] == outside["import_risk"]


def test_a_map_of_codes_adds_codes_and_converts_ore_to_metal():
    coded = flows().drop("material").with_columns(hs6=pl.Series(["284690", "280530"]))
    by_code = pl.DataFrame({"material": ["Dysprosium"], "production": ["Dy"], "hs6": ["284690;280530"]})
    row = cell(made(), coded, ruled(), by_code)
    assert (row["material"], row["import_risk"]) == ("Dysprosium", pytest.approx(0.6))
    half = by_code.with_columns(content=pl.lit(0.5))
    own = made(country=["CHN", "DEU"])
    assert cell(own, coded, ruled(), half)["import_risk"] == pytest.approx(3.0 / (25 + 5))
    assert cell(own, coded, ruled(), half)["price"] == 600.0


def test_names_in_any_form_say_the_same():
    plain = cell(made(), flows(), ruled())
    named = flows(exporter=["China", "Burma"], importer="Germany")
    numbers = made(country=[156, 104])
    assert cell(numbers, named, ruled(country=["CN", "Myanmar"])) == plain
    assert cell(made(material="dysprosium"), flows(material="Dy"), ruled())["score"] == plain["score"]


def test_years_in_columns_and_pandas_like_frames_are_read():
    wide = pl.DataFrame({"material": "Dy", "country": ["CHN", "MMR"], "2021": [1.0, 1.0], "2022": [75.0, 25.0]})

    class Stream:
        def __init__(self, frame):
            self.frame_of_another_library = frame

        def __arrow_c_stream__(self, schema=None):
            return self.frame_of_another_library.__arrow_c_stream__(schema)

    assert cell(wide, Stream(flows()), Stream(ruled())) == cell(made(), flows(), ruled())


def test_compat_does_as_geopolrisk_py_does():
    fractions = made(quantity=[75.9, 25.2])
    assert cell(fractions, flows(), ruled(), compat=True)["hhi"] == 0.625
    assert cell(fractions, flows(), ruled())["hhi"] != 0.625
    unknown = cell(made(), flows(), ruled(country=["CHN", "USA"]), compat=True)
    assert unknown["import_risk"] == pytest.approx((8 * 0.5 + 2 * 0.5) / 10)
    nothing = cell(*STATES["no imports"], compat=True)
    assert (nothing["score"], nothing["price"], nothing["status"]) == (0.0, 0.0, "no imports")


def test_units():
    assert tonnes_in("kt") == (1000.0, "")
    assert tonnes_in("t Dy2O3") == (1.0, "Dy2O3")
    assert tonnes_in(None) == (1.0, "")


def test_unknown_economies_asked_for_are_told_together():
    with pytest.raises(InputError) as caught:
        geopolrisk(made(), flows(), ruled(), economies=["Germny", "Atlantis"])
    assert len(caught.value.faults) == 2
    assert "'Germany'" in str(caught.value)


FAULTS = {
    "": (made(), flows(), ruled()),
    "governance 0.5": (made(), flows(), ruled(country=["CHN", "USA"], instability=[0.4, 1.0])),
    "whole tonnes": (made(quantity=[75.9, 25.2]), flows(), ruled()),
    "no quantity": (made(), flows(quantity=[8.0, None]), ruled()),
    "gas": STATES["other unit"],
    "no imports": STATES["no imports"],
    "no trade": (made(), flows(material="Tb"), ruled()),
    "weightless": STATES["no quantities"],
    "code": (
        made().with_columns(baci_code=pl.Series([156, 104])),
        flows(exporter=[156, 490], importer=276),
        pl.DataFrame(
            {"country": ["China", "Taiwan"], "baci_code": ["156", "NA"], "year": 2022, "instability": [0.5, 1.0]}
        ),
    ),
}


@pytest.mark.parametrize("cause", FAULTS)
def test_each_known_fault_of_the_peer_is_named_where_it_moves_a_cell(cause):
    found = differences(*FAULTS[cause], asked=Asked(["DEU"])).filter(pl.col("material") == "Dy")
    assert cause in (CAUSES | {"": ""})
    assert cause in found["moved_by"][0].split("; ")
    row = found.row(0, named=True)
    assert (row["moved_by"] == "") == (row["score"] == row["peer_score"] and row["price"] == row["peer_price"])
    assert dict(counted(found).iter_rows())[cause or "none: equal to the peer"] == 1


def test_the_parts_of_the_origins_sum_to_the_score():
    among = pl.concat([flows(), flows(exporter=["FRA", "FRA"], quantity=10.0, value=10.0)[:1]])
    whole = ruled(country=["CHN", "MMR"]).vstack(pl.DataFrame({"country": ["FRA"], "year": [2022], "instability": [0.3]}).cast(ruled().schema))  # fmt: skip  # noqa: E501
    inputs = read(made(), among, whole, asked=Asked(["DEU", "EU27"]))
    found = origins_of(inputs)
    assert ORIGINS.check(found) is found
    for economy, count in (("DEU", 3), ("EU27", 2)):
        rows = found.filter(pl.col("economy") == economy)
        score = cell(made(), among, whole, economies=[economy])["score"]
        assert rows.height == count
        assert rows["adds"].sum() == pytest.approx(score)
        assert rows["share"].sum() == pytest.approx(1)
