"""Episode files: what is wrong is said, all at once, with its place; nothing of a file is run as code."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

import ytterby as yb
from ytterby.core.errors import InputError
from ytterby.studies.backtest.episode import begins, ends, month_name, month_number, period
from ytterby.studies.backtest.episode_file import episodes, of_tables, ready

TOY = {
    "schema": 1, "id": "toy", "title": "A toy", "from": "2020-01", "to": "2020-06", "unit": "t",
    "source": [{"id": "s", "publisher": "Somebody", "title": "Something", "where": "page 1"}],
    "product": [{"id": "x", "price": {"value": 10, "source": "s"}, "elasticity": "elasticity.demand.magnet"}],
    "supply": [
        {"id": "mine", "country": "CHN", "base": {"value": 1200, "source": "s"}, "mix": {"x": 1.0},
         "elasticity": "elasticity.supply.mine"}
    ],
    "lane": [{"of": "CHN", "to": "ROW", "base": {"value": 600, "source": "s"}, "mix": {"x": 1.0}}],
    "measure": [{"id": "q", "kind": "quota", "source": "s", "from": "2020-03-01", "of": "CHN",
                 "tonnes": {"value": 240, "source": "s"}}],
    "benchmark": [{"id": "b", "what": "A price", "value": "home('x', 'ROW', '2020-03')", "observed": 12, "low": 1,
                   "source": ["s"]}],
}  # fmt: skip


def changed(path: str, value: object) -> dict:
    tables = copy.deepcopy(TOY)
    at = tables
    *head, last = [int(p) if p.isdecimal() else p for p in path.split(".")]
    for key in head:
        at = at[key]
    at[last] = value
    return tables


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("from", "2020-13", "month"),
        ("to", "2019-12", "before from"),
        ("to", "2060-01", "at most 240 months"),
        ("product.0.price", {"value": -1, "source": "s"}, "0 or more"),
        ("product.0.price", {"value": 0, "source": "s"}, "a price above 0"),
        ("measure.0.tonnes", {"value": 0, "source": "s"}, "tonnes above 0"),
        ("product.0.price", {"value": 1}, "ground"),
        ("product.0.price", {"value": 1, "why": "so"}, "range"),
        ("product.0.price", {"value": 1, "source": "nobody"}, "nobody"),
        ("product.0.price", {"value": float("nan"), "source": "s"}, "price"),
        ("supply.0.mix", {"x": 1.7}, "shares"),
        ("supply.0.mix", {"y": 1.0}, "y"),
        ("lane.0.base", {"value": 9000, "source": "s"}, "more of x sold"),
        ("measure.0.kind", "quote", "quota"),
        ("measure.0.until", "2020-01-01", "before from"),
        ("measure.0.announced", "2020-05-01", "after from"),
        ("measure.0.of", "CHI", "CHN"),
        ("measure.0.rate", {"value": 0.1, "source": "s"}, "rate"),
        ("measure.0.replaces", ["p"], "p"),
        ("benchmark.0.low", 13, "b"),
        ("benchmark.0.observed", [1, 2], "as many"),
        ("benchmark.0.value", "home('x', 'ROW', '2031-03')", "2031-03"),
        ("benchmark.0.value", "__import__('os').system('ls')", "number"),
        ("benchmark.0.value", "(" * 300 + "1" + ")" * 300, "b"),
        ("benchmark.0.value", "1e999", "number"),
        ("benchmark.0.value", "hom('x', 'ROW', '2020-03')", "home"),
        ("benchmark.0.counted", False, "note"),
    ],
)
def test_each_fault_is_said_in_words(path, value, said):
    tables = changed(path, value)
    if path == "benchmark.0.low":
        tables["benchmark"][0]["high"] = 5
    with pytest.raises(InputError, match=said):
        of_tables(tables, "toy.toml")


def test_all_faults_at_once_each_with_its_place():
    tables = changed("from", "2020-00")
    tables["supply"][0]["base"] = {"value": 5}
    tables["measure"][0]["kind"] = "tax"
    with pytest.raises(InputError) as caught:
        of_tables(tables, "toy.toml")
    assert len(caught.value.faults) >= 3
    assert all(f.place.startswith("toy.toml") for f in caught.value.faults)


def test_two_quotas_on_the_same_goods_at_once_contradict():
    tables = changed("measure", [*TOY["measure"], {**TOY["measure"][0], "id": "r", "from": "2020-04-01"}])
    with pytest.raises(InputError, match="second quota"):
        of_tables(tables, "toy.toml")
    tables["measure"][1]["replaces"] = "q"
    assert len(of_tables(tables, "toy.toml").actions) == 2


@pytest.mark.parametrize("content", [b"\x00\xff\xfe", b"a = [" * 5000, b"schema = 1\nid = \"\xe2\x80\xae\""])
def test_hostile_files_give_an_error_and_no_traceback(tmp_path: Path, content: bytes):
    file = tmp_path / "bad.toml"
    file.write_bytes(content)
    with pytest.raises(yb.YtterbyError):
        episodes(file)


def test_a_folder_of_files_and_an_empty_one(tmp_path: Path):
    with pytest.raises(InputError, match="without"):
        episodes(tmp_path)
    for name in ("neon-2022", "halt-2010"):
        source = Path(yb.__file__).parent / "scenarios" / "episodes" / f"{name}.toml"
        (tmp_path / f"{name}.toml").write_text(source.read_text())
    assert [e.id for e in episodes(tmp_path)] == ["halt-2010", "neon-2022"]
    (tmp_path / "copy.toml").write_text((tmp_path / "neon-2022.toml").read_text())
    with pytest.raises(InputError, match="two episodes"):
        episodes(tmp_path)


def test_ready_episodes_are_read_and_disputed_ones_say_so():
    assert {"rare-earths-2010", "neon-2022", "graphite-2023", "halt-2010", "molycorp-2012"} <= set(ready())
    assert {e.id: e.label for e in episodes()}["halt-2010"] == "disputed"


def test_months_and_periods():
    assert month_name(month_number("2010-12") + 1) == "2011-01"
    assert [month_name(m) for m in period("2010-H2")] == ["2010-07", "2010-12"]
    assert [month_name(m) for m in period("2010-01..2010-11")] == ["2010-01", "2010-11"]
    from datetime import date

    assert month_name(begins(date(2010, 7, 8))) == "2010-07"
    assert month_name(begins(date(2010, 12, 28))) == "2011-01"
    assert month_name(ends(date(2010, 11, 1))) == "2010-11"
