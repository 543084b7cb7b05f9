"""The compiler's parts: same rows, same bytes; every input has a hash; pages made from the tables are up to date."""

import importlib.util
import sys
from pathlib import Path

import pytest

from ytterby.atlas import schema
from ytterby.atlas.load import load
from ytterby.atlas.places import DATA

ROOT = Path(__file__).parent.parent


def tool(name):
    """Import a maintainers' script, which finds its neighbours as it does when run."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(ROOT / "tools"))


def test_the_same_rows_give_the_same_bytes_in_any_order(tmp_path):
    rows = [
        {"id": "b", "value": 2.0, "note": None},
        {"id": "a", "value": 0.1, "note": "two\nlines"},
        {"id": "c", "value": None},
    ]
    writer = tool("atlas_rows")
    for name, given in (("one", rows), ("two", rows[::-1])):
        assert writer.write_csv(tmp_path / name, ("id", "value", "note"), given, ("id",)) == 3
    text = (tmp_path / "one").read_bytes()
    assert text == (tmp_path / "two").read_bytes() == b"id,value,note\na,0.1,two lines\nb,2,\nc,,\n"


def test_a_cell_outside_the_table_is_refused():
    with pytest.raises(ValueError, match="cells outside the table: \\['colour'\\]"):
        tool("atlas_rows").csv_bytes(("id",), [{"id": "a", "colour": "red"}])


def test_a_figure_is_named_by_its_key_and_a_zero_is_marked():
    row = tool("atlas_rows").figure(
        "usgs-mcs-2026",
        "2026 v1.3",
        "p. 153",
        material="REE",
        stage="mine",
        measure="production",
        country="CAN",
        period="2024",
        value=0.0,
        unit="t REO",
        form="Mixed oxide (SEG)",
    )
    assert row["id"] == "usgs-mcs-2026:REE:mine:production:CAN:2024:mixed-oxide-seg"
    assert row["qualifier"] == "zero"


@pytest.mark.parametrize(
    "words, amount",
    [
        ("t NdPr oxide/yr SX and finishing", (5.0, "t REO/yr", "NdPr oxide")),
        ("t NdPr metal/yr", (5.0, "t gross/yr", "metal")),
        ("t magnets/yr target", (5.0, "t gross/yr", "magnets")),
        ("t RE/yr", (5.0, "t/yr", "rare-earth products, basis not stated")),
        ("t REO, H1-2024 mining quota", None),
        ("t REO, India total (USGS)", None),
        ("% of Chinese REPM makers' capacity", None),
    ],
)
def test_capacities_are_read_with_their_basis(words, amount):
    assert tool("atlas_facilities")._amount("5", words) == amount


def test_a_unit_no_rule_reads_is_refused():
    with pytest.raises(ValueError, match="no rule reads the unit 'bushels'"):
        tool("atlas_facilities")._amount("5", "bushels")


def test_a_ring_over_the_antimeridian_is_cut_in_two():
    cut = tool("atlas_borders")._cut([(170.0, 0.0), (-170.0, 0.0), (-170.0, 10.0), (170.0, 10.0), (170.0, 0.0)])
    spans = sorted((min(x for x, _ in part), max(x for x, _ in part)) for part in cut)
    assert spans == [(-180.0, -170.0), (170.0, 180.0)]


def test_thinning_keeps_the_ends_and_what_stands_out():
    line = [(0.0, 0.0), (1.0, 0.01), (2.0, 0.5), (3.0, 0.0), (4.0, 0.0)]
    assert tool("atlas_borders")._thin(line) == [(0.0, 0.0), (1.0, 0.01), (2.0, 0.5), (3.0, 0.0), (4.0, 0.0)]
    assert tool("atlas_borders")._thin([(0.0, 0.0), (1.0, 0.01), (2.0, 0.0)]) == [(0.0, 0.0), (2.0, 0.0)]


def test_every_input_has_a_hash_and_an_address():
    lines = (DATA / "inputs.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == ",".join(schema.INPUTS.names)
    listed = tool("atlas_inputs").INPUTS
    assert len(lines) - 1 == len(listed)
    for line in lines[1:]:
        name, digest, size, url = line.split(",", 3)
        assert len(digest) == 64, name
        assert int(size) > 0, name
        assert url == listed[name]


def test_text_tables_are_sorted_with_unix_line_ends():
    for path in sorted(DATA.glob("*/*.csv")):
        text = path.read_bytes()
        assert b"\r" not in text, path.name
        assert len(text) < 8_000_000, path.name
    for path in sorted((DATA / "figures").glob("*.csv")):
        ids = [line.split(",", 1)[0] for line in path.read_text(encoding="utf-8").splitlines()[1:]]
        assert ids == sorted(ids), path.name


def test_pages_made_from_the_tables_are_up_to_date():
    maker = tool("make_data_page")
    behind = "is behind: run  python tools/make_data_page.py"
    assert (ROOT / "docs" / "data.md").read_text(encoding="utf-8") == maker.data_page(load()), f"docs/data.md {behind}"
    licences = (ROOT / "LICENSE-DATA").read_text(encoding="utf-8")
    assert licences == maker.licence_file(load().sources), f"LICENSE-DATA {behind}"
    for source in load().sources["id"]:
        assert f"\n{source}: " in licences, source
