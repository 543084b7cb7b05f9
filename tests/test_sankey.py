"""The chain of one element as links between makers, and the Sankey diagram drawn from it."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest

from outcome_sample import MINED, sample_outcome
from ytterby.model.outcome import FLOWS
from ytterby.show.chain import chain_flows
from ytterby.show.sankey import HEIGHT, Graph, Link, Node, order, sankey, scale, totals

NAMES = {"CHN": "China", "AUS": "Australia", "MYS": "Malaysia"}


def flow(kind: str, product: str, origin: str | None, destination: str | None, amount: float, element: str = "Dy"):
    return {
        "activity": f"{kind}:{product}:{origin}:{destination}", "kind": kind, "product": product, "element": element,
        "origin": origin, "destination": destination, "unit": "t Dy", "base": amount, "value": amount, "change": 0.0,
    }  # fmt: skip


def process(name: str, kind: str, country: str, takes: dict[str, float], gives: dict[str, float]):
    rows = [flow(kind, product, country, None, amount) for product, amount in takes.items()]
    rows += [flow(kind, product, None, country, amount) for product, amount in gives.items()]
    return [row | {"activity": name} for row in rows]


def chain_of(rows: list[dict[str, Any]], element: str = "Dy") -> Graph:
    return chain_flows(sample_outcome(flows=FLOWS.frame(rows)), element, NAMES).scenario


def value(graph: Graph, source: str, target: str) -> float:
    return sum(link.value for link in graph.links if (link.source, link.target) == (source, target))


@pytest.mark.parametrize("element", ["Dy", "Nd", "Y"])
def test_what_enters_the_chain_leaves_it(element: str) -> None:
    for graph in (chain := chain_flows(sample_outcome(), element, NAMES)).base, chain.scenario:
        into, out = defaultdict(float), defaultdict(float)
        for link in graph.links:
            out[link.source] += link.value
            into[link.target] += link.value
        for node in graph.nodes:
            if into[node.id] and out[node.id]:
                assert into[node.id] == pytest.approx(out[node.id], rel=1e-9), node
        sources = sum(out[node.id] for node in graph.nodes if not into[node.id])
        sinks = sum(into[node.id] for node in graph.nodes if not out[node.id])
        assert sources == pytest.approx(sinks, rel=1e-9)
        mined = sum(out[node.id] for node in graph.nodes if node.id.startswith("mine/"))
        assert mined == pytest.approx(sum(MINED[element].values()), rel=1e-9)


def test_losses_surplus_and_scrap_are_shown() -> None:
    labels = {node.label for node in chain_flows(sample_outcome(), "Y", NAMES).base.nodes}
    assert {"Losses in separation", "Left in solution"} <= labels
    labels = {node.label for node in chain_flows(sample_outcome(), "Nd", NAMES).base.nodes}
    assert {"New scrap", "Recycled scrap", "Losses in metal", "Losses in magnets"} <= labels


def test_a_market_serves_each_taker_with_its_mix() -> None:
    rows = [
        flow("mine", "concentrate/a", None, "CHN", 30.0),
        flow("mine", "concentrate/a", None, "AUS", 10.0),
        flow("route", "concentrate/a", "AUS", "CHN", 10.0),
        *process("s", "separate", "CHN", {"concentrate/a": 40.0}, {"oxide/Dy": 36.0}),
        flow("route", "oxide/Dy", "CHN", "JPN", 12.0),
        flow("use", "oxide/Dy", "CHN", None, 24.0),
        flow("use", "oxide/Dy", "JPN", None, 12.0),
    ]
    graph = chain_of(rows)
    assert value(graph, "mine/CHN", "separation/CHN") == pytest.approx(30.0)
    assert value(graph, "mine/AUS", "separation/CHN") == pytest.approx(10.0)
    assert value(graph, "separation/CHN", "loss/separation") == pytest.approx(4.0)
    assert value(graph, "separation/CHN", "use/JPN") == pytest.approx(12.0)


def test_re_exports_keep_their_maker() -> None:
    rows = [
        flow("supply", "oxide/Dy", None, "CHN", 9.0),
        flow("supply", "oxide/Dy", None, "AUS", 3.0),
        flow("route", "oxide/Dy", "CHN", "VNM", 9.0),
        flow("route", "oxide/Dy", "AUS", "VNM", 3.0),
        flow("route", "oxide/Dy", "VNM", "JPN", 8.0),
        flow("use", "oxide/Dy", "JPN", None, 8.0),
        flow("use", "oxide/Dy", "VNM", None, 4.0),
    ]
    graph = chain_of(rows)
    assert value(graph, "mine/CHN", "use/JPN") == pytest.approx(6.0)
    assert value(graph, "mine/AUS", "use/JPN") == pytest.approx(2.0)
    assert value(graph, "mine/AUS", "use/VNM") == pytest.approx(1.0)


def test_what_only_passes_a_light_separator_is_not_its_product() -> None:
    graph = chain_flows(sample_outcome(), "Dy", NAMES).base
    assert value(graph, "mine/AUS", "separation/CHN") == pytest.approx(57.0)
    assert value(graph, "mine/AUS", "separation/MYS") == pytest.approx(3.0)
    assert not [link for link in graph.links if (link.source, link.target[:4]) == ("separation/MYS", "use/")]


def test_what_was_thrifted_or_unserved_is_no_tonnes() -> None:
    rows = [
        flow("supply", "magnet/ndfeb", None, "CHN", 2.0),
        flow("supply", "magnet/ndfeb-dy", None, "CHN", 10.0),
        *process("t", "thrift", "CHN", {"magnet/ndfeb": 2.0}, {"magnet/ndfeb-dy": 5.0}),
        flow("unserved", "magnet/ndfeb-dy", None, "CHN", 7.0),
        flow("use", "magnet/ndfeb-dy", "CHN", None, 22.0),
    ]
    graph = chain_of(rows)
    assert value(graph, "mine/CHN", "use/CHN") == pytest.approx(12.0)


def test_a_ring_of_routes_that_nobody_feeds_is_left_out() -> None:
    rows = [
        flow("route", "oxide/Dy", "AUS", "JPN", 5.0),
        flow("route", "oxide/Dy", "JPN", "AUS", 5.0),
        flow("supply", "oxide/Dy", None, "CHN", 1.0),
        flow("use", "oxide/Dy", "CHN", None, 1.0),
    ]
    graph = chain_of(rows)
    assert [(link.source, link.target) for link in graph.links] == [("mine/CHN", "use/CHN")]


def test_the_last_digit_of_a_solution_is_no_maker() -> None:
    rows = [
        flow("supply", "metal/Dy", None, "CHN", 1.0),
        flow("use", "metal/Dy", "CHN", None, 1.0),
        *process("m", "magnet", "CHN", {"metal/Dy": 2e-31}, {"magnet/ndfeb-dy": 2e-31}),
    ]
    assert [(link.source, link.target) for link in chain_of(rows).links] == [("mine/CHN", "use/CHN")]


def test_a_product_without_elements_has_a_chain_too() -> None:
    rows = [flow("supply", "wheat", None, "A", 3.0), flow("use", "wheat", "A", None, 3.0)]
    rows = [row | {"element": None, "unit": "t"} for row in rows]
    graph = chain_of(rows, "wheat")
    assert graph.columns == ("Supply", "Use")
    assert value(graph, "mine/A", "use/A") == pytest.approx(3.0)


def test_small_countries_become_one_node_in_both_pictures() -> None:
    rows = [flow("supply", "oxide/Dy", None, f"C{i:02d}", 100.0 - i) for i in range(20)]
    rows += [flow("use", "oxide/Dy", f"C{i:02d}", None, 100.0 - i) for i in range(20)]
    outcome = sample_outcome(flows=FLOWS.frame(rows))
    chain = chain_flows(outcome, "Dy", {}, top=8)
    for graph in (chain.base, chain.scenario):
        mines = [node for node in graph.nodes if node.column == 0]
        assert len(mines) == 9
        other = {node.label: amount for node, amount in totals(graph)}["Other countries"]
        assert other == pytest.approx(sum(100.0 - i for i in range(8, 20)))


def boxes(svg: str) -> list[tuple[float, float, float]]:
    found = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="12" height="([\d.]+)"', svg)
    return [(float(x), float(y), float(height)) for x, y, height in found]


@pytest.mark.parametrize("element", ["Dy", "Nd", "Y"])
def test_nodes_do_not_overlap_and_stay_in_the_picture(element: str) -> None:
    chain = chain_flows(sample_outcome(), element, NAMES)
    both = [chain.base, chain.scenario]
    for graph in both:
        svg = sankey(graph, "t", scale(both), "CHN", order(both))
        columns = defaultdict(list)
        for x, y, height in boxes(re.sub(r"<title>.*?</title>", "", svg)):
            columns[x].append((y, y + height))
        assert columns
        for spans in columns.values():
            spans.sort()
            assert spans[0][0] >= 0
            assert spans[-1][1] <= HEIGHT
            assert all(first[1] < second[0] + 1e-6 for first, second in pairwise(spans))


def test_labels_stand_only_where_there_is_room_and_zero_nodes_are_hidden() -> None:
    nodes = (Node("a", "Large", 0), Node("b", "Tiny", 0), Node("z", "Nothing", 0), Node("u", "Use", 1))
    links = (Link("a", "u", 1000.0), Link("b", "u", 3.0), Link("z", "u", 0.0))
    svg = sankey(Graph(("One", "Two"), nodes, links, "t"), "t")
    labels = re.findall(r"<text[^>]*><tspan>(.*?) </tspan>", svg)
    assert labels == ["Large", "Use"]
    assert "Tiny: 3.00 t" in svg
    assert "Nothing" not in svg


def test_ribbons_are_as_wide_as_the_tonnes() -> None:
    nodes = (Node("a", "A", 0), Node("b", "B", 0), Node("u", "U", 1))
    graph = Graph(("One", "Two"), nodes, (Link("a", "u", 30.0), Link("b", "u", 10.0)), "t")
    widths = sorted(float(w) for w in re.findall(r'stroke-width="([\d.]+)"', sankey(graph, "t", 5.0)))
    assert widths == [50.0, 150.0]


def test_names_are_escaped() -> None:
    nodes = (Node("a", '<script>"&', 0), Node("u", "U", 1))
    svg = sankey(Graph(("<b>", "Two"), nodes, (Link("a", "u", 1.0),), "<t>"), "<title>")
    assert "<script" not in svg
    assert "<b>" not in svg
    assert "&lt;script&gt;&quot;&amp;" in svg


def test_an_empty_graph_is_an_empty_picture() -> None:
    assert "Nothing flows." in sankey(Graph(("Use",), (), (), "t"), "t")
