"""Hostile scenario files: every one is told on one screen with its place, exits 2, and nothing is written.

Files that are text lie in tests/hostile; those that are large, binary or special are made here.
"""

from __future__ import annotations

import copy
import os
import random
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ytterby.cli import app
from ytterby.core.errors import InputError, YtterbyError
from ytterby.model.scenario import Scenario, canonical
from ytterby.model.scenario_file import scenario
from ytterby.model.toml_text import MAX_BYTES, parse_toml

FOLDER = Path(__file__).parent / "hostile"
GOOD = (FOLDER / "good.toml").read_text(encoding="utf-8")
OXIDES, MAGNETS, PLANT = 'measure 1 ("oxides")', 'measure 2 ("magnets")', 'measure 3 ("plant")'

#: File -> what its message must say: the place, what was expected, the nearest word.
TOLD: dict[str, tuple[str, ...]] = {
    "no-schema": ("schema: found nothing; expected schema = 1.",),
    "schema-two": ("schema: found 2; expected schema = 1.",),
    "unknown-country": (MAGNETS + ", scope.of[1]: found 'Chnia'", "Did you mean 'CHN (China)'?"),
    "unknown-element": (OXIDES + ", scope.element[2]: found 'Unobtainium'", "a rare-earth element such as Dy"),
    "unknown-product": ("found 'Dysprosum oxide'; expected a product", "Did you mean 'oxide/Dy (dysprosium oxide)'?"),
    "unknown-kind": (OXIDES + ", kind: found 'quotta'", "Did you mean 'quota'?"),
    "later-kind": ("'stockpile', which is not there yet; expected one of ban, quota, export_tax",),
    "unknown-key": (OXIDES + ": found the unknown key 'limt'", "Did you mean 'limit'?"),
    "unknown-source": (OXIDES + ", source: found 'mofcom-2025-81'", "Did you mean 'mofcom-2025-18'?"),
    "no-source": (OXIDES + ", source: found nothing; expected the id of a source of the atlas",),
    "half-a-source": ("source.title: found nothing", "source.url: found nothing", "source.date: found 'yesterday'"),
    "no-why": (OXIDES + ", limit.why: found nothing; expected the reason",),
    "negative-capacity": (
        PLANT + ", facility.capacity.value: found '-600 t REO/yr'; expected a quantity of 0 or more",
    ),
    "capacity-without-unit": (PLANT + ", facility.capacity.value: found 600; expected a quantity with its unit",),
    "capacity-of-nothing": (PLANT + ", facility.capacity: found a capacity of nothing",),
    "oxide-in-gross": (OXIDES + ", limit.quantity: found the unit 't gross/yr' (gross weight)", "t REO/yr"),
    "magnets-in-reo": (MAGNETS + ", limit.quantity", "expected a quantity in t gross/yr"),
    "no-basis": (MAGNETS + ", limit.quantity: found the unit 't/yr' (no basis)", "t gross/yr"),
    "stock-for-flow": (MAGNETS + ", limit.quantity: found the unit 't gross'", "t gross/yr"),
    "unknown-unit": (MAGNETS + ", limit.quantity: found 'bushels/yr'; expected a unit such as",),
    "thousands-comma": (MAGNETS + ", limit.quantity: found '40,000 t gross/yr'", "a plain number such as 9000"),
    "nan": (OXIDES + ", limit.share_of_base: found nan; expected a share of the base flow, 0 to 10",),
    "infinite": (OXIDES + ", limit.share_of_base: found inf",),
    "negative-share": (OXIDES + ", limit.share_of_base: found -0.6",),
    "share-in-percent": (OXIDES + ", limit.share_of_base: found 60; expected a share of the base flow, 0 to 10",),
    "range-upside-down": (OXIDES + ", limit: found low = 0.9 above the value 0.6; expected low ≤ value ≤ high",),
    "share-and-tonnage": (OXIDES + ", limit: found both share_of_base and quantity",),
    "number-as-text": (OXIDES + ", limit.share_of_base: found '0.60'",),
    "huge-integer": ("found a number of more than 30 digits; expected a number of ordinary size",),
    "duplicate-key": ("line 10, column ", "a key or table given twice near 'kind   = \"ban\"'", "each key once"),
    "duplicate-table": ("line 16, column ", "a key or table given twice near '[base]'"),
    "duplicate-id": ("measure 2 (\"oxides\"), id: found 'oxides', the id of measure 1 too; expected each id once",),
    "syntax": ("line 3, column 10: found 'title  = = \"A good file\"'; expected TOML (Invalid value)",),
    "unterminated": ("line 3, column 22", "expected TOML"),
    "empty": ('found an empty file; expected a file that begins with "schema = 1"',),
    "only-comments": ("schema: found nothing", "name: found nothing", "title: found nothing", "base: found nothing"),
    "one-measure-table": ("measure: found a single table; expected a list: write [[measure]] with two brackets",),
    "measure-is-text": ("measure 1: found 'ban everything'; expected a table: write [[measure]]",),
    "month-thirteen": ("time: found from = '2025-13'; expected a month",),
    "several-years": ("time: found 71 periods; expected 60 of step year at most",),
    "years-backwards": ("time: found from 2025 to 2020; expected from no later than to",),
    "dates-backwards": (OXIDES + ": found from 2025-04-04 until 2024-04-04; expected from no later than until",),
    "impossible-date": (OXIDES + ", from: found '2025-02-30'; expected a date such as 2025-04-04",),
    "impossible-toml-date": ("line 11, column ", "from   = 2025-02-30"),
    "date-as-number": (OXIDES + ", from: found 2025; expected a date",),
    "base-of-two": ("base: found both chain and network",),
    "unknown-chain": ("base.chain: found 'rare-earth'", "Did you mean 'rare-earths'?"),
    "unknown-network": ("base.network: found 'takayama'", "Did you mean 'takayama-judge-1964'?"),
    "circle-of-one": ("extends: found a circle: circle-of-one.toml → circle-of-one.toml",),
    "circle-a": ("found a circle: circle-a.toml → circle-b.toml → circle-a.toml",),
    "circle-b": ("found a circle: circle-b.toml → circle-a.toml → circle-b.toml",),
    "extends-elsewhere": ("extends: found '../../../../../../etc/passwd.toml', which leads out of the folder",),
    "extends-nothing": ("extends: found 'heavy-ree-licence-2025'", "Did you mean 'heavy-ree-licences-2025'?"),
    "network-elsewhere": ("base.network: found '/etc/hosts.toml', which leads out of the folder",),
    "name-with-path": ("name: found '../squeeze'; expected a short name",),
    "control-characters": ("title: found 'A \\\\x1b[31mred", "expected text without control characters"),
    "element-for-magnets": (MAGNETS + ", scope.element: found a list beside magnet", "expected containing"),
    "mixed-tonnage": (MAGNETS + ", scope: found one tonnage over magnets and compounds together",),
    "quota-without-limit": (MAGNETS + ", limit: found nothing; expected a table such as",),
    "ban-with-limit": (OXIDES + ": found 'limit' in a measure of kind ban; expected only scope",),
    "no-flow": (OXIDES + ", scope.flow: found nothing; expected one of export, import, production",),
    "export-with-origin": (OXIDES + ", scope.origin", "origin has no meaning for flow = 'export'"),
    "unknown-assumption": ("assumptions.elasticity.demand.Cee", "Did you mean 'elasticity.demand.Ce'?"),
    "everything-wrong": (
        "schema: found 3",
        "title: found 12",
        "base.chain: found 'rare-rocks'",
        OXIDES + ", scope.of[1]: found 'Chnia'",
        OXIDES + ", scope.element[1]: found 'Dyy'",
        OXIDES + ", limit.share_of_base: found -1",
        MAGNETS + ", limit.quantity: found 'many'",
        PLANT + ", facility.country: found 'Frnace'",
        PLANT + ", facility.capacity.value: found '-600 t/yr'",
    ),
}

#: Made here -> what the message must say.
MADE: dict[str, tuple[bytes, str]] = {
    "nul": (GOOD.encode() + b"\0", "binary data; expected a text file in UTF-8"),
    "random": (random.Random(1).randbytes(4096), "expected a text file in UTF-8"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(1, 256)), "line 1: found a byte 137 that is not UTF-8"),
    "windows-1252": (GOOD.replace("A good", "Café – naïve").encode("cp1252"), "line 3: found a byte 233"),
    "utf-16": (GOOD.encode("utf-16"), "binary data"),
    "nested-arrays": (b"schema = 1\na = " + b"[" * 200 + b"]" * 200, "nested too deep; expected at most 12 levels"),
    "nesting-bomb": (b"schema = 1\na = " + b"[" * 20_000, "nested without end; expected at most 12 levels"),
    "inline-bomb": (b"a = " + b"{a=" * 20_000, "nested without end; expected at most 12 levels"),
    "dotted-bomb": (b".".join([b"a"] * 40_000) + b" = 1", "line 1: found a line with over a hundred dots"),
    "5000-digits": (b"schema = " + b"9" * 5000, "a number of thousands of digits"),
    "hundred-faults": (GOOD.encode() + b'\n[[measure]]\nid = "x"\nkind = "war"' * 120, "more"),
    "just-too-large": (b"#" * (MAX_BYTES + 1), "a text file of at most 256 kB"),
}


def run_shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run `ytterby run` in this process; return what it says after checking exit code, screen and traceback."""
    monkeypatch.setattr(sys, "argv", ["ytterby", "run", *arguments])
    with pytest.raises(SystemExit) as left:
        app.main()
    printed = capsys.readouterr()
    assert left.value.code == 2
    assert printed.out == ""
    assert "Traceback" not in printed.err
    assert 1 <= len(printed.err.splitlines()) <= 25
    assert all(char.isprintable() or char == "\n" for char in printed.err)
    return printed.err


def test_the_file_the_others_are_made_from_is_good():
    assert [item.id for item in scenario(FOLDER / "good.toml").measures] == ["magnets", "oxides", "plant"]


def test_every_hostile_file_has_its_expected_message():
    assert {path.stem for path in FOLDER.glob("*.toml")} == {"good", *TOLD}
    assert len(TOLD) + len(MADE) >= 25


@pytest.mark.parametrize("name", TOLD)
def test_a_hostile_file_is_told_with_its_place(name, tmp_path, monkeypatch, capsys):
    out = tmp_path / "out.html"
    told = run_shell(
        monkeypatch, capsys, str(FOLDER / f"{name}.toml"), "--out", str(out), "--csv", str(tmp_path / "csv")
    )
    for words in TOLD[name]:
        assert words in told
    # The place begins with a file: the one given or one it extends. The nearest file is named, not our own modules.
    assert all(line.split(".toml")[0] in {name, "circle-a", "circle-b"} for line in told.splitlines())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", MADE)
def test_a_file_that_is_no_scenario_is_told(name, tmp_path, monkeypatch, capsys):
    content, words = MADE[name]
    path = tmp_path / f"{name}.toml"
    path.write_bytes(content)
    assert words in run_shell(monkeypatch, capsys, str(path), "--out", str(tmp_path / "out.html"))
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_of_50_mb_is_refused_unread(tmp_path, monkeypatch, capsys):
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("read a file that is too large"))
    assert "huge.toml: found 50 MB; expected a text file of at most 256 kB." in run_shell(
        monkeypatch, capsys, str(path)
    )


def test_folders_devices_and_missing_files_are_told(tmp_path, monkeypatch, capsys):
    assert "found a folder; expected a TOML file" in run_shell(monkeypatch, capsys, str(tmp_path))
    told = run_shell(monkeypatch, capsys, str(tmp_path / "heavy-ree-licences.toml"))
    assert told.startswith("heavy-ree-licences.toml: found no such file; expected a file, or a ready scenario: ")
    assert "Did you mean 'heavy-ree-licences-2025'?" in told
    (tmp_path / "squeeze.toml").write_text(GOOD, encoding="utf-8")
    assert "Did you mean 'squeeze.toml'?" in run_shell(monkeypatch, capsys, str(tmp_path / "sqeeze.toml"))
    assert "Did you mean 'myanmar-feed-stops'?" in run_shell(monkeypatch, capsys, "myanmar-feed-stop")
    assert "expected a file, or a ready scenario" in run_shell(monkeypatch, capsys, "x" * 5000)
    assert "expected a file, or a ready scenario" in run_shell(monkeypatch, capsys, "a\nb")


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")
def test_pipes_and_links_are_told(tmp_path, monkeypatch, capsys):
    os.mkfifo(tmp_path / "pipe.toml")
    assert "a device or pipe" in run_shell(monkeypatch, capsys, str(tmp_path / "pipe.toml"))
    (tmp_path / "loop.toml").symlink_to(tmp_path / "loop.toml")
    assert "expected a file" in run_shell(monkeypatch, capsys, str(tmp_path / "loop.toml"))
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "outside.toml").write_text(GOOD, encoding="utf-8")
    (home / "link.toml").symlink_to(tmp_path / "outside.toml")
    (home / "child.toml").write_text(GOOD.replace("title", 'extends = "link.toml"\ntitle', 1), encoding="utf-8")
    assert "leads out of the folder" in run_shell(monkeypatch, capsys, str(home / "child.toml"))


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path):
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert scenario(path).measures == scenario(FOLDER / "good.toml").measures


@pytest.mark.parametrize("what", [None, 3, [], b"bytes", {"measure": 3}, {}, {1: 2}, {"base": {"year": object()}}])
def test_a_mapping_or_value_of_the_wrong_kind_is_told(what):
    with pytest.raises(InputError):
        scenario(what)


def test_a_mapping_that_holds_itself_is_told():
    tables: dict[str, object] = tomllib.loads(GOOD)
    tables["base"] = tables
    with pytest.raises(InputError, match="nested too deep"):
        scenario(tables)


@pytest.mark.parametrize("name", ["everything-wrong", "unknown-country", "empty"])
def test_the_installed_shell_says_the_same(name, tmp_path):
    program = "from ytterby.cli import main; main()"
    arguments = ["run", str(FOLDER / f"{name}.toml"), "--json", "--out", str(tmp_path / "out.html")]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert all(words in done.stderr for words in TOLD[name])
    assert list(tmp_path.iterdir()) == []


BAD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**300, max_value=10**301),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(["CHN", "9000 t REO/yr", "-1 t", "1e999 t/yr", "oxide", "2025-04-04", "{x}", "%s", "\x1b[2J"]),
    st.lists(st.integers() | st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
    st.dates(),
)


def paths_in(value: object, here: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Every key of nested tables and lists."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [here] if here else []
    for key, below in items:
        found += paths_in(below, (*here, key))
    return found


PATHS = paths_in(tomllib.loads(GOOD))


def told_or_read(tables: object, settings: tuple[str, ...] = ()) -> Scenario | None:
    """The scenario, or None when there is an error we mean that fits one screen; anything else is raised."""
    try:
        return scenario(tables, set=settings)
    except YtterbyError as error:
        lines = str(error).splitlines()
    assert 1 <= len(lines) <= 21
    return None


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(["set", "drop", "add"]), BAD_VALUES), max_size=4))
def test_any_change_to_a_good_file_gives_a_scenario_or_an_error_we_mean(changes):
    tables = tomllib.loads(GOOD)
    for path, verb, value in changes:
        change(tables, path, verb, value)
    before = copy.deepcopy(tables)
    found = told_or_read(tables)
    assert found is None or (isinstance(found, Scenario) and canonical(told_or_read(before)) == canonical(found))


def change(tables: object, path: tuple[object, ...], verb: str, value: object) -> None:
    """Set, drop or add something at a path, where the path still leads somewhere."""
    for key in path[:-1]:
        try:
            tables = tables[key]
        except (KeyError, IndexError, TypeError):
            return
    last = path[-1]
    if isinstance(tables, dict):
        if verb == "drop":
            tables.pop(last, None)
        else:
            tables[last if verb == "set" else f"{last}x"] = value
    elif isinstance(tables, list) and tables:
        tables[0] = value


@settings(max_examples=200)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 40), st.text(max_size=10))
def test_any_text_put_into_a_good_file_gives_a_scenario_or_an_error_we_mean(at, length, text):
    spoilt = GOOD[:at] + text + GOOD[at + length :]
    try:
        tables = parse_toml(spoilt, "spoilt.toml")
    except YtterbyError:
        return
    told_or_read(tables)


@settings(max_examples=200)
@given(st.text(max_size=40), BAD_VALUES)
def test_any_setting_gives_a_scenario_or_an_error_we_mean(path, value):
    for setting in (f"{path}={value}", f"measure.oxides.{path}={value}", f"measure.oxides.limit.low={value}", path):
        told_or_read(tomllib.loads(GOOD), (setting,))


def test_places_that_cannot_be_written_are_told_before_anything_is_solved(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ytterby.model.run", None)  # solving now would be an ImportError
    good = FOLDER / "good.toml"
    file = tmp_path / "file"
    file.write_text("kept", encoding="utf-8")
    cases = {
        ("--out", str(tmp_path)): "which is a folder; expected a file, such as",
        ("--out", str(tmp_path / "report.pdf")): "expected a file that ends in .html",
        ("--out", str(file / "report.html")): "below a file; expected a place in a folder",
        ("--csv", str(file)): "which is a file; expected a folder, new or old",
        ("--out", "a" * 300 + ".html"): "expected a place that can be written",
        ("--element", "Dyy"): "--element: found 'Dyy'; expected a rare-earth symbol",
    }
    for arguments, words in cases.items():
        assert words in run_shell(monkeypatch, capsys, str(good), *arguments)
    own = tmp_path / "own.html"
    own.write_text(GOOD, encoding="utf-8")
    assert "the scenario itself; expected another file" in run_shell(monkeypatch, capsys, str(own), "--out", str(own))
    assert own.read_text(encoding="utf-8") == GOOD
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "own.html"]


def test_an_element_of_a_textbook_network_is_one_of_its_products(monkeypatch, capsys):
    told = run_shell(monkeypatch, capsys, "takayama-judge-1964", "--element", "com2")
    assert "--element: found 'com2'; expected a product of the network: com1. Did you mean 'com1'?" in told
