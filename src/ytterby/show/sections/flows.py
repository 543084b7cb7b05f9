"""The chain of one element from mine to use, in the base year and in the scenario, on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ytterby.show.chain import chain_flows
from ytterby.show.digest import elements, leader
from ytterby.show.grounds import of_share
from ytterby.show.markup import esc, tag
from ytterby.show.page import Page, paragraph
from ytterby.show.page import section as wrapped
from ytterby.show.sankey import Graph, Node, order, sankey, scale, totals
from ytterby.show.tables import Head, folded, page_table, scroller
from ytterby.show.words import element_name, number


def section(page: Page) -> str:
    """Return the two diagrams and the table behind them."""
    chain = chain_flows(page.outcome, page.element, page.names)
    if not chain.base.links and not chain.scenario.links:
        return ""
    both = [chain.base, chain.scenario]
    look = (scale(both), leader(page.outcome, page.element), order(both))
    name = element_name(page.element)
    scenario = page.outcome.scenario
    pictures = [
        _picture(chain.base, f"{name}, base year {scenario.base.year or ''}".strip(), look),
        _picture(chain.scenario, f"{name}, scenario{page.when() or f' {scenario.year}'}", look),
    ]
    note = (
        f"Ribbons are as wide as the tonnes they carry [{chain.base.unit}], on one scale in both pictures. What a "
        "stage takes and does not pass on is its loss or surplus; new scrap leaves on the right and comes back on the "
        "left. Where material of several makers meets in one market, each buyer is drawn with the mix of that market."
    )
    table = folded("The same as a table", _table(page, chain.base, chain.scenario))
    title = f"{name} from {'mine' if page.element in elements(page.outcome) else 'maker'} to use{page.when()}"
    key = _legend(page, both, look[1])
    return wrapped("chain", title, *pictures, key, paragraph(note, "note"), table)


def _picture(graph: Graph, title: str, look: tuple[float, str, Mapping[str, int]]) -> str:
    drawn = scroller(title, sankey(graph, title, *look), class_="scroll wide")
    return tag("figure", tag("figcaption", esc(title)), drawn)


def _legend(page: Page, graphs: Sequence[Graph], first: str) -> str:
    tones = {node.tone for graph in graphs for node in graph.nodes}
    words = [("lead", page.country(first))] if first in tones else []
    words += [("rest", "other countries" if words else "countries")]
    words += [pair for pair in (("scrap", "scrap"), ("sink", "losses and surplus")) if pair[0] in tones]
    return tag("p", *(tag("span", tag("i", class_=f"key {c}"), esc(word)) for c, word in words), class_="legend")


def _table(page: Page, base: Graph, scenario: Graph) -> str:
    before = {node.id: (node, value) for node, value in totals(base)}
    after = {node.id: (node, value) for node, value in totals(scenario)}
    nodes: list[Node] = [before[ident][0] if ident in before else after[ident][0] for ident in {**before, **after}]
    rows = []
    for node in sorted(nodes, key=lambda n: (n.column, n.last, -before.get(n.id, (n, 0.0))[1], n.id)):
        values = [case[node.id][1] if node.id in case else 0.0 for case in (before, after)]
        keys = of_share(node.id.partition("/")[0], page.element, node.tone)
        titles = base.columns if node.id in before else scenario.columns
        cells = [page.walk.link(number(value), *keys) for value in values]
        rows.append([esc(titles[node.column]), esc(node.label), *cells, esc(number(values[1] - values[0], sign=True))])
    heads = [Head("Stage"), Head("Who"), Head("Base", "number"), Head("Scenario", "number"), Head("Change", "number")]
    return page_table(f"What passes through each maker and user{page.when()} [{base.unit}]", heads, rows, limit=60)
