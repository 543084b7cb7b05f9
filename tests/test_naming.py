"""Names for people: every assumption has one of its own, and no page or summary shows the bare ids of products."""

from __future__ import annotations

import re

import pytest

import ytterby as yb
from ytterby.model.behaviour import TABLE
from ytterby.model.naming import assumption_name, capacity_title, limit_name, product_name
from ytterby.show.report import report
from ytterby.show.summary import summary_lines

#: Ids of products and of numbers that can be set.
RAW = re.compile(r"\b(?:magnet|seg|oxide|metal|solution|concentrate|scrap|ore|refined)/[\w-]+|\belasticity\.[a-z]")
LINES = re.compile(r" \[[\w.-]+\]$|<code>.*?</code>", re.M)


def test_every_assumption_has_a_name_of_its_own():
    ids = [*yb.atlas().assumptions["id"], *(row.id for row in TABLE)]
    names = {i: assumption_name(i) for i in ids}
    assert len(set(names.values())) == len(ids)
    assert [n for n in names.values() if re.search(r"[a-z]\.[a-z]|[{}_/]", n) or n.endswith(", ")] == []


@pytest.mark.parametrize("found, said", [
    (assumption_name("clause.mine.capital", {"mine": "A mine is built"}), "A mine is built: capital"),
    (assumption_name("measure.x-y.facility.capacity_factor"), "X Y: part of capacity that runs"),
    (assumption_name("recipe.ndfeb-dy.Tb"), "Tb in a kilogram of Dy-bearing NdFeB"),
    (limit_name("licences:Dy", {"licences": "Licences"}), "Licences: Dy"),
    (limit_name("licences", {"licences": "Licences"}), "Licences"),
    (limit_name("licences:magnet/smco:CHN>DEU", {"licences": "Licences"}), "Licences: SmCo magnets, China to Germany"),
    (limit_name("quota:separation:CHN", {}), "quota on separation, China"),
    (limit_name("something", {}), "something"),
    (capacity_title("separate", "CHN", "seg/lovozero", None), "Separation of SEG concentrate of Lovozero, China"),
    (product_name("scrap/ndfeb-dy"), "scrap of NdFeB with Dy"),
    (product_name("refined/Ga"), "gallium"),
])  # fmt: skip
def test_what_is_read_is_words(found, said):
    assert found == said


@pytest.fixture(scope="module")
def outcome():
    scenario = yb.scenario("new-separation-outside-leader")
    return yb.run(yb.network(yb.atlas(), chain="rare-earths", year=2024), scenario)


def test_the_summary_and_the_report_show_no_bare_ids(outcome):
    said = "\n".join(line for line, _ in summary_lines(outcome))
    assert RAW.findall(LINES.sub("", said.replace("\n    ", " "))) == []
    page = LINES.sub("", report(outcome))
    texts = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    shown = re.sub(r"<[^>]+>", "\n", texts) + "\n".join(re.findall(r'(?:aria-label|title)="([^"]*)"', texts))
    assert RAW.findall(shown) == []
    assert "Separation of SEG concentrate of" in shown


def test_the_json_keeps_ids(outcome):
    ids = set(outcome.binding["id"])
    assert "magnets:magnet/smco" in ids
    assert "measure.magnets.limit" in set(outcome.assumptions["id"])
    titles = dict(outcome.binding.select("id", "title").iter_rows())
    assert titles["magnets:magnet/smco"] == "Export licences on magnets with Dy, Tb or Sm: SmCo magnets"
