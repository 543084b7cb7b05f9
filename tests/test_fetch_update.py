"""Fetched files become tables: archives that are traps, publishers' formats as they print them, and the command.

The files of the publishers here are a few rows written for the test in the publishers' own layout.
"""

from __future__ import annotations

import io
import json
import stat
import struct
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from test_fetch import QUICK, Server, ranged, send, server  # noqa: F401  the server is a fixture
from ytterby.atlas import archive, downloads, update
from ytterby.atlas.downloads import Download, chosen
from ytterby.atlas.folder import data_folder
from ytterby.atlas.parsers import baci, pink_sheet, usgs_mcs, wgi
from ytterby.atlas.update import Reading
from ytterby.cli import app
from ytterby.core.errors import FetchError, InputError

COUNTRIES = (
    'country_code,country_name,country_iso2,country_iso3\n156,China,CN,CHN\n490,"Other Asia, nes",,S19\n'
    '842,USA,US,USA\n697,"Europe EFTA, nes",,R20\n849,US Misc. Pacific Isds,,PUS\n'
)
YEAR = (
    "t,i,j,k,v,q\n"
    "2023,156,842,280530,  12.5,   3.25\n"
    "2023,490,842,280530,1.000,NA\n"
    "2023,697,842,280530,2.000,\n"
    "2023,849,842,280530,3.000,1.000\n"
    "2023,156,842,010121,99.0,1.0\n"
)
_LONG = "RARE EARTHS,World Mine Production and Reserves,Rare Earths,"
_SALIENT = "RARE EARTHS,Salient Statistics—United States,Rare Earths,"
_REO = '"Mine production, rare-earth-oxide equivalent",metric tons'
MCS_2026 = "\n".join(
    (
        "MCS chapter,Section,Commodity,Country,Statistics,Statistics_detail,Unit,Year,Value,Notes,Other notes",
        _LONG + 'China,Production,Mine production,metric tons,2025,"270,000",Estimated.,',
        _LONG + 'World total,Reserves,Reserves: rounded,metric tons,2025,">75,000,000",,',
        _LONG + "Burma,Reserves,Reserves,metric tons,2025,NA,,",
        _LONG + "Canada,Production,Mine production,metric tons,2025,—,,",
        _LONG + "Atlantis,Production,Mine production,metric tons,2025,5,,",
        _SALIENT + "United States,Employment,Employment,number,2025,500,,",
        "UNOBTAINIUM,World Mine Production,Unobtainium,China,Production,Mine production,metric tons,2025,1,,",
        "",
    )
)
MCS_2025 = "\n".join(
    (
        "SOURCE,COMMODITY,COUNTRY,TYPE,UNIT_MEAS,PROD_2023,PROD_EST_ 2024,PROD_NOTES,CAP_2023,CAP_EST_ 2024,CAP_NOTES,"
        "RESERVES_2024,RESERVE_NOTES",
        f"MCS2025,Rare earths,China ,{_REO},255000,270000,quota,,,,44000000,",
        f"MCS2025,Rare earths,World total (rounded),{_REO},376000,390000,,,,,>90000000,",
        "",
    )
)


def zipped(path: Path, members: dict[str, bytes | str], **options: object) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data, **options)  # type: ignore[arg-type]
    return path


def baci_zip(path: Path, year: str = YEAR, **more: str) -> Path:
    return zipped(path, {"BACI_HS22_Y2023_V202601.csv": year, "country_codes_V202601.csv": COUNTRIES, **more})


# ------------------------------------------------------------------ archives that are traps


@pytest.mark.parametrize(
    "name", ["../evil.csv", "/etc/evil", "a/../../evil", "..\\evil", "C:/evil", "C:\\evil", "\\\\host\\evil", "a:b"]
)
def test_a_member_that_leads_out_is_refused(tmp_path, name):
    path = zipped(tmp_path / "z.zip", {name: "x", "good.csv": "x"})
    with pytest.raises(InputError, match="leads out of the archive"):
        archive.members(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["z.zip"]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = zipped(tmp_path / "z.zip", {"zeros.csv": b"\0" * 20_000_000})
    assert path.stat().st_size < 100_000
    with pytest.raises(InputError, match=r"grows .* times"):
        archive.members(path)
    with pytest.raises(InputError, match="bytes when unpacked"):
        archive.members(path, archive.Limits(unpacked=1_000_000, growth=10**9))


def test_a_member_that_lies_about_its_size_does_not_overflow(tmp_path):
    path = zipped(tmp_path / "z.zip", {"a.csv": b"x" * 100_000})
    data = bytearray(path.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 24, 10)  # uncompressed size in the central directory
    path.write_bytes(bytes(data))
    target = io.BytesIO()
    with pytest.raises(InputError, match="does not unpack"):
        archive.copy(path, archive.members(path)[0], target)
    assert len(target.getvalue()) <= 10


def test_links_locks_doubles_and_crowds_are_refused(tmp_path):
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    with pytest.raises(InputError, match="found a link"):
        archive.members(tmp_path / "link.zip")
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as made:
        made.writestr("a", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("a", "2")
    with pytest.raises(InputError, match="2 members called a"):
        archive.members(tmp_path / "twice.zip")
    crowd = zipped(tmp_path / "crowd.zip", {str(n): "" for n in range(50)})
    with pytest.raises(InputError, match="50 members"):
        archive.members(crowd, archive.Limits(members=20))
    locked = zipped(tmp_path / "locked.zip", {"a": "x"})
    data = bytearray(locked.read_bytes())
    for start, offset in ((data.index(b"PK\x03\x04"), 6), (data.index(b"PK\x01\x02"), 8)):
        data[start + offset] |= 1
    locked.write_bytes(bytes(data))
    with pytest.raises(InputError, match="encrypted"):
        archive.members(locked)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"<html>", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_archive_is_told(tmp_path, data):
    (tmp_path / "z.zip").write_bytes(data)
    with pytest.raises(InputError, match=r"a zip archive|an archive without files"):
        archive.members(tmp_path / "z.zip")


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"../../evil.csv": b"x"}, "leads out"),
        ({"zeros.csv": b"\0" * 20_000_000}, "grows"),
        ({"xl/other.xml": b"x"}, "without a workbook"),
    ],
)
def test_a_trap_that_is_served_is_not_kept(server, tmp_path, members, says):  # noqa: F811
    data = zipped(tmp_path / "served.zip", members).read_bytes()
    server.answers = [ranged(data)]
    item = replace(chosen("wb-wgi-2025")[0], url=server.url)
    with pytest.raises(InputError, match=says):
        update.update(item, tmp_path / "data", lambda: Reading(pl.DataFrame(), ()), QUICK)
    assert list((tmp_path / "data").iterdir()) == []


# ------------------------------------------------------------------ the formats


def test_baci_gives_the_trade_asked_for(atlas, tmp_path):
    found = baci.parse(baci_zip(tmp_path / "b.zip"), {"280530"}, atlas.countries, "cepii-baci-hs22")
    rows = {row["exporter"]: row for row in found.frame.to_dicts()}
    assert set(rows) == {"CHN", "TWN", "XXX"}
    assert rows["CHN"] == {
        "year": 2023, "exporter": "CHN", "importer": "USA", "hs6": "280530", "hs_revision": "HS22",
        "value_kusd": 12.5, "quantity_t": 3.25, "source": "cepii-baci-hs22",
    }  # fmt: skip
    assert rows["TWN"]["quantity_t"] is None
    assert (rows["XXX"]["value_kusd"], rows["XXX"]["quantity_t"]) == (5.0, 1.0)
    assert any("849 US Misc. Pacific Isds" in note for note in found.notes)
    assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]


def test_leading_zeros_of_codes_are_kept(atlas, tmp_path):
    year = YEAR.replace("010121", "10121")
    found = baci.parse(baci_zip(tmp_path / "b.zip", year), {"010121"}, atlas.countries, "s")
    assert found.frame["hs6"].to_list() == ["010121"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  12.5", "many", "column 'v': found 'many'"),
        ("  12.5", "-1", "column 'v': found '-1'"),
        ("  12.5", "NaN", "column 'v': found 'NaN'"),
        ("   3.25", "inf", "column 'q': found 'inf'"),
        ("2023,156,842,280530", "2022,156,842,280530", "column 't': found '2022' in 1 rows"),
        ("2023,490", "2023,491", "column 'i': found '491'"),
        ("t,i,j,k,v,q", "t,i,j,k,v,quantity", "a column 'q'"),
    ],
)
def test_a_wrong_cell_of_baci_is_told(atlas, tmp_path, old, new, says):
    with pytest.raises(InputError, match=r"BACI_HS22_Y2023_V202601\.csv") as told:
        baci.parse(baci_zip(tmp_path / "b.zip", YEAR.replace(old, new, 1)), {"280530"}, atlas.countries, "s")
    assert says in str(told.value)
    assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]


def test_an_archive_of_something_else_is_told(atlas, tmp_path):
    with pytest.raises(InputError, match=r"found readme\.txt"):
        baci.parse(zipped(tmp_path / "b.zip", {"readme.txt": "x"}), {"280530"}, atlas.countries, "s")


@pytest.mark.parametrize(("text", "encoding"), [(MCS_2026, "cp1252"), (MCS_2026, "utf-8-sig")])
def test_the_long_table_of_the_survey(tmp_path, text, encoding):
    path = tmp_path / "MCS2026_Commodities_Data.csv"
    path.write_bytes(text.encode(encoding))
    found = usgs_mcs.parse(path, "usgs-mcs-2026", "2026")
    rows = {(row["country"], row["measure"]): row for row in found.frame.to_dicts()}
    assert set(rows) == {("CHN", "production"), ("WLD", "reserves"), ("MMR", "reserves"), ("CAN", "production")}
    china = rows["CHN", "production"]
    assert (china["value"], china["unit"], china["qualifier"]) == (270_000, "t REO", "estimated")
    assert china["locator"].startswith("MCS2026_Commodities_Data.csv, line 2, Mine production, row China")
    assert (rows["WLD", "reserves"]["value"], rows["WLD", "reserves"]["qualifier"]) == (75_000_000, ">")
    assert (rows["MMR", "reserves"]["value"], rows["MMR", "reserves"]["qualifier"]) == (None, "not_available")
    assert (rows["CAN", "production"]["value"], rows["CAN", "production"]["qualifier"]) == (0, "zero")
    notes = " ".join(found.notes)
    assert "0 of 1 rows of U.S. statistics are read" in notes
    assert "Atlantis" in notes
    assert "unobtainium" in notes


_HEAD = "MCS chapter,Section,Commodity,Country,Statistics,Statistics_detail,Unit,Year,Value,Notes,Other notes"


def test_statistics_of_the_united_states_are_read_by_their_lines(tmp_path):
    from ytterby.atlas.parsers.usgs_salient import lines

    def line(material: str, measure: str) -> tuple[str, ...]:
        return next(k for k, r in lines().items() if (r["material"], r["measure"]) == (material, measure))

    def row(key: tuple[str, ...], country: str, year: str, cell: str, note: str = "") -> str:
        words = (key[0], "Salient Statistics—United States", key[1], country, *key[2:5], year, cell, note, "")
        return ",".join(f'"{word}"' for word in words)

    price, reliance, source = line("Co", "price"), line("Co", "net_import_reliance"), line("Co", "import_source_share")
    text = "\n".join(
        (
            _HEAD,
            row(price, "United States", "2024", "12.34", "Estimated."),
            row(reliance, "United States", "2024", ">75"),
            row(reliance, "United States", "2023", "E"),
            row(source, "Norway", "2021–24", "21"),
            row(source, "Other", "2021–24", "31"),
            row(price, "United States", "2025", "a lot"),
            row(("ATLANTIS", "Orichalcum", "Price", "Price", "dollars"), "United States", "2024", "1"),
            "",
        )
    )
    path = tmp_path / "MCS2026_Commodities_Data.csv"
    path.write_bytes(text.encode("cp1252"))
    found = usgs_mcs.parse(path, "usgs-mcs-2026", "2026")
    rows = {(r["measure"], r["partner"], r["period"]): r for r in found.frame.to_dicts()}
    assert len(rows) == 5
    told = rows["price", None, "2024"]
    assert (told["value"], told["qualifier"], told["material"]) == (12.34, "estimated", "Co")
    assert "line 2" in told["locator"]
    assert rows["net_import_reliance", None, "2024"]["qualifier"] == ">"
    assert (
        rows["net_import_reliance", None, "2023"]["value"],
        rows["net_import_reliance", None, "2023"]["country"],
    ) == (
        None,
        "USA",
    )
    assert rows["import_source_share", "NOR", "2021-2024"]["value"] == 21
    assert rows["import_source_share", "XXX", "2021-2024"]["value"] == 31
    notes = " ".join(found.notes)
    assert "5 of 7 rows of U.S. statistics are read" in notes
    assert "atlantis" in notes
    assert "a lot" in notes


def test_the_wide_table_of_the_survey(tmp_path):
    path = tmp_path / "MCS2025_World_Data.csv"
    path.write_text(MCS_2025, encoding="utf-8")
    found = usgs_mcs.parse(path, "usgs-mcs-2025", "2025").frame
    told = {(r["country"], r["measure"], r["period"]): (r["value"], r["qualifier"]) for r in found.to_dicts()}
    assert told == {
        ("CHN", "production", "2023"): (255_000, "reported"),
        ("CHN", "production", "2024"): (270_000, "estimated"),
        ("CHN", "reserves", "2024"): (44_000_000, "reported"),
        ("WLD", "production", "2023"): (376_000, "reported"),
        ("WLD", "production", "2024"): (390_000, "estimated"),
        ("WLD", "reserves", "2024"): (90_000_000, ">"),
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a table without rows"),
        ("a,b\n1,2\n", "a column 'COMMODITY'"),
        ("MCS chapter,Section\nX,World\n", "a column 'Commodity'"),
        (MCS_2025 + '"never closed', "unexpected end of data"),
    ],
)
def test_a_table_that_is_not_the_surveys_is_told(tmp_path, text, says):
    path = tmp_path / "MCS.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        usgs_mcs.parse(path, "s", "e")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,000", (1000.0, None, None, "reported")),
        ("0", (0.0, None, None, "zero")),
        ("<0.5", (0.5, None, None, "<")),
        ("10,000 - 15,000", (None, 10_000.0, 15_000.0, "estimated")),
        ("Large", None),
        ("1,000,", (1000.0, None, None, "reported")),
        ("nan", None),
        ("inf", None),
        ("1e400", None),
        ("", None),
    ],
)
def test_what_a_printed_cell_says(text, expected):
    assert usgs_mcs.value(text, "", False) == expected


def governance(path: Path, old: bool, cell: object = 1.5) -> Path:
    book = xlsxwriter.Workbook(path)
    if old:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["code", "countryname", "year", "indicator", "estimate", "stddev", "nsource"])
        for row, name in enumerate(wgi.INDICATORS, 1):
            sheet.write_row(row, 0, ["ROM", "Romania", 2023, name, cell, 0.2, 8])
        sheet.write_row(7, 0, ["ABW", "Aruba", 1996, "cc", "..", "..", ".."])
    else:
        book.add_worksheet("Readme")
        for name in wgi.INDICATORS:
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["Economy (name)", *wgi._SHEETS])
            sheet.write_row(1, 0, ["Romania", "ROU", 2023, cell, 0.2, 8])
    book.close()
    return path


@pytest.mark.parametrize("old", [True, False], ids=["one sheet", "six sheets"])
def test_governance_of_either_layout(tmp_path, old):
    found = wgi.parse(governance(tmp_path / "w.xlsx", old), "wb-wgi-2025", "2025").frame
    assert set(found["indicator"]) == set(wgi.INDICATORS)
    assert found.select("economy", "year", "estimate", "standard_error", "sources_used").unique().rows() == [
        ("ROU", 2023, 1.5, 0.2, 8)
    ]


def test_a_wrong_cell_of_governance_is_told_with_its_row(tmp_path):
    with pytest.raises(InputError, match=r"w\.xlsx, row 2, estimate: found 'high'"):
        wgi.parse(governance(tmp_path / "w.xlsx", True, "high"), "s", "e")


def test_a_workbook_of_something_else_is_told(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "w.xlsx")
    book.add_worksheet().write_row(0, 0, ["a", "b"])
    book.close()
    with pytest.raises(InputError, match="a column 'code'"):
        wgi.parse(tmp_path / "w.xlsx", "s", "e")


def prices(path: Path, **changes: object) -> Path:
    """A Pink Sheet of two months; `changes` replaces "name", "unit" or "cell" of tin."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet(str(changes.get("sheet", "Monthly Prices")))
    sheet.write(0, 0, "World Bank Commodity Price Data (The Pink Sheet)")
    printed = {unit: name for name, unit in reversed(pink_sheet.PRINTED.items())}
    for at, (name, (*_, unit)) in enumerate(pink_sheet.SERIES.items(), 1):
        tin = name == "Tin"
        sheet.write(4, at, changes.get("name", name) if tin else name + " **")
        sheet.write(5, at, changes.get("unit", "($/mt)") if tin else f"({printed[' '.join(unit.split()[:-1])]})")
        sheet.write(6, at, changes.get("cell", 100 + at) if tin else 100 + at)
        sheet.write(7, at, "…")
    sheet.write_column(6, 0, ["2026M01", "2026M02"])
    book.close()
    return path


def test_monthly_prices_are_read_with_their_units(tmp_path):
    found = pink_sheet.parse(prices(tmp_path / "p.xlsx"), "wb-pink-sheet", "2026").frame
    assert found.height == len(pink_sheet.SERIES)
    rows = {row["material"]: row for row in found.to_dicts()}
    assert (rows["Sn"]["value"], rows["Sn"]["unit"], rows["Sn"]["period"]) == (104, "USD/t nominal", "2026-01")
    assert rows["Au"]["unit"] == "USD/oz t nominal"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"unit": "($/lb)"}, "p.xlsx, Tin: found the unit '$/lb'"),
        ({"name": "Tin, LME"}, "no column 'Tin'"),
        ({"cell": "many"}, "p.xlsx, row 7, Tin: found 'many'"),
        ({"cell": -5}, "p.xlsx, row 7, Tin: found '-5'"),
        ({"sheet": "Annual Prices"}, "a sheet 'Monthly Prices'"),
    ],
)
def test_a_sheet_of_prices_that_changed_is_told(tmp_path, changes, says):
    with pytest.raises(InputError) as told:
        pink_sheet.parse(prices(tmp_path / "p.xlsx", **changes), "s", "e")
    assert says in str(told.value)


# ------------------------------------------------------------------ the folder, the catalogue, the command


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({}, "linux", "/home/ada/.local/share/ytterby"),
        ({"XDG_DATA_HOME": "/x"}, "linux", "/x/ytterby"),
        ({"XDG_DATA_HOME": "relative"}, "linux", "/home/ada/.local/share/ytterby"),
        ({}, "darwin", "/home/ada/Library/Application Support/ytterby"),
        ({}, "win32", "/home/ada/AppData/Local/ytterby"),
        ({"YTTERBY_DATA": "  "}, "linux", "/home/ada/.local/share/ytterby"),
        ({"YTTERBY_DATA": "/y"}, "win32", "/y"),
    ],
)
def test_where_fetched_files_go(environment, platform, expected):
    assert data_folder(environment, platform, Path("/home/ada")).as_posix() == expected


def test_a_folder_that_cannot_be_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="which is a file"):
        data_folder({"YTTERBY_DATA": str(tmp_path / "file")})
    with pytest.raises(InputError, match="an absolute path"):
        data_folder({"YTTERBY_DATA": "here"})


def test_every_file_of_the_catalogue_can_be_asked_for(atlas):
    items = downloads.downloads()
    assert len({item.id for item in items}) == len({(item.id, item.name) for item in items}) == len(items)
    for item in items:
        assert item.url.startswith("https://")
        assert item.page.startswith("https://")
        assert not item.listing or item.listing.startswith("https://")
        assert Path(item.name).name == item.name
        assert item.reads in ("usgs-mcs", "baci", "wgi", "pink-sheet")
        assert 1_000_000 < item.most_bytes < 10**11
        assert item.wanted.begins
        assert item.licence
    known = set(atlas.sources["id"])
    assert {item.id for item in items if item.id.startswith("usgs")} <= known


def test_what_a_word_chooses():
    assert [item.id for item in chosen("wb-wgi")] == ["wb-wgi-2025"]
    assert not any(item.large for item in chosen(None))
    with pytest.raises(InputError, match="one of cepii-baci-hs22, cepii-baci-hs92"):
        chosen("cepii-baci")
    with pytest.raises(InputError, match="Did you mean 'usgs-mcs-2026'"):
        chosen("usgs-msc-2026")
    with pytest.raises(InputError, match=r"has no file to fetch; expected its page: https://example\.org"):
        chosen("iea-x", [("iea-x", "https://example.org")])
    with pytest.raises(InputError, match="found ''"):
        chosen("")


def shell(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["ytterby", *arguments])
    try:
        app.main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 1
    return 0


@pytest.fixture
def served(server: Server, monkeypatch, tmp_path) -> Server:  # noqa: F811
    """The command, its data folder here, its catalogue one file on this machine."""
    item = Download(
        "usgs-mcs-2026", "t", "p", "l", "2026", "https://example.org", server.url, "MCS2026_Commodities_Data.csv",
        1_000_000, "usgs-mcs",
    )  # fmt: skip
    monkeypatch.setenv("YTTERBY_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(downloads, "downloads", lambda: (item,))
    monkeypatch.setattr(update.update, "__defaults__", (QUICK, update.update.__defaults__[1]))
    server.answers = [ranged(MCS_2026.encode("cp1252"))]
    return server


def test_the_command_fetches_reads_and_says_where(served, monkeypatch, capsys, tmp_path):
    assert shell(monkeypatch, "update", "usgs-mcs-2026") == 0
    printed = capsys.readouterr()
    folder = tmp_path / "data" / "usgs-mcs-2026"
    assert "usgs-mcs-2026: new" in printed.out
    assert str(folder / "figures.csv") in printed.out
    assert printed.err == ""
    assert pl.read_csv(folder / "figures.csv").height == 4
    assert {path.name for path in folder.iterdir()} == {
        "MCS2026_Commodities_Data.csv", "MCS2026_Commodities_Data.csv.json", "figures.csv",
    }  # fmt: skip
    assert shell(monkeypatch, "update", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["failed"] == {}
    assert [(item["id"], item["fresh"], item["rows"]) for item in report["updated"]] == [("usgs-mcs-2026", False, 4)]


def test_progress_is_for_terminals_and_is_wiped(served, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert shell(monkeypatch, "update") == 0
    told = capsys.readouterr().err
    assert "[####################] 100%" in told
    assert told.endswith("\r\x1b[K")


def test_a_refusal_is_one_line_and_exit_code_2(served, monkeypatch, capsys, tmp_path):
    served.answers = [send(b"", code=404)]
    assert shell(monkeypatch, "update") == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("usgs-mcs-2026: ")
    assert "answers 404" in printed.err
    assert len(printed.err.splitlines()) == 1
    assert not (tmp_path / "data" / "usgs-mcs-2026").exists()


def test_a_disk_that_refuses_is_one_line(served, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("YTTERBY_DATA", "/proc/none/here" if Path("/proc").is_dir() else str(tmp_path / "file" / "x"))
    (tmp_path / "file").touch()
    assert shell(monkeypatch, "update") == 2
    printed = capsys.readouterr()
    assert "a folder that can be written (or set YTTERBY_DATA)" in printed.err
    assert len(printed.err.splitlines()) == 1
    assert served.asked == []


def test_a_full_disk_is_not_tried_again(served, monkeypatch, capsys, tmp_path):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ytterby.atlas.fetch.os.fsync", full)
    assert shell(monkeypatch, "update") == 2
    assert "No space left on device" in capsys.readouterr().err
    assert len(served.asked) == 1


def test_a_file_that_cannot_be_read_is_kept_and_told(served, monkeypatch, capsys, tmp_path):
    served.answers = [ranged(b"MCS chapter,Section\nX,World\n")]
    assert shell(monkeypatch, "update") == 0
    assert "The file is kept, but was not read" in capsys.readouterr().out
    assert (tmp_path / "data" / "usgs-mcs-2026" / "MCS2026_Commodities_Data.csv").exists()


def test_an_unknown_word_asks_nobody(served, monkeypatch, capsys):
    assert shell(monkeypatch, "update", "usgs-mcs-1999") == 2
    assert "Did you mean 'usgs-mcs-2026'?" in capsys.readouterr().err
    assert shell(monkeypatch, "update", "iea-gcmo-2025") == 2
    assert "its page: https://www.iea.org" in capsys.readouterr().err
    assert served.asked == []


def test_the_list_asks_nobody(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("YTTERBY_DATA", str(tmp_path / "data"))
    assert shell(monkeypatch, "update", "--list") == 0
    text = capsys.readouterr().out
    assert all(item.id in text and item.title in text for item in downloads.downloads())
    assert shell(monkeypatch, "update", "--list", "--json") == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert [(item["fetched"], item["path"]) for item in files] == [(False, "")] * len(files)
    assert not (tmp_path / "data").exists()


def test_a_listing_that_fails_is_told_and_the_file_is_still_fetched(served, tmp_path):
    item = replace(downloads.downloads()[0], listing=served.url)
    served.answers = [send(b"{}"), ranged(MCS_2026.encode("cp1252"))]
    found = update.update(item, tmp_path / "data", lambda: Reading(pl.DataFrame(), ()), QUICK)
    assert found.rows == 4
    assert found.notes[0].startswith("No checksum of the publisher")
    served.answers = [send(json.dumps({"files": [{"name": item.name, "size": 7}]}).encode()), ranged(b"MCS chapter,x")]
    served.asked.clear()
    with pytest.raises(FetchError, match="its publisher states 7"):
        update.update(item, tmp_path / "other", lambda: Reading(pl.DataFrame(), ()), QUICK)
